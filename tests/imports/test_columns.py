"""Columns that are known by other signs than their names: several that are one of ours, what stands in them, what is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import clients, visits
from dispatch.desk.book import editing
from dispatch.desk.files.columns import LEFT_OUT, MissingColumns
from dispatch.desk.files.table import Unreadable
from dispatch.desk.imports.importing import KINDS, kind_of
from dispatch.desk.plan.undo import _FOR_GOOD, undo
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.texts.import_words import findings
from dispatch.model.clients import Client
from dispatch.model.instants import parse_iso
from tests.imports.conftest import Desk, faults, verdicts

FILES = Path(__file__).parents[1] / "data" / "imports"


def client_of(desk: Desk, name: str) -> Client:
    return next(one for one in clients.all_clients(desk.store) if one.name == name)


@pytest.mark.parametrize(
    ("name", "client", "contact", "address", "country"),
    [
        ("jobber-clients.csv", "Sam Lowe", "Sam Lowe", "7 Oak Ln, Apt 2, Bexley, OH 43209", "US"),
        ("lexoffice-kontakte.csv", "Jürgen Weiß", "Jürgen Weiß", "Seestraße 3, 78462 Konstanz", "DE"),
        ("google-contacts-all.csv", "Chen Architects", "Mia Chen", "9 Gay St, Columbus, OH 43215", ""),
        ("outlook-contacts-all.csv", "Okafor Legal", "Ruth Okafor", "300 Spring St, Columbus, OH 43215", ""),
        ("hubspot-companies.csv", "Scioto Labs", "Scioto Labs", "1275 Kinnear Rd, Columbus, OH 43212", "US"),
        ("holded-clientes.csv", "Óptica Peña", "Óptica Peña", "Av. de América 10, Madrid, 28002", "ES"),
        ("excel-fr-clients.xlsx", "Garage Noël", "Luc Noël", "12 av. Foch, 69006 Lyon", ""),
        ("xero-contacts-all.csv", "Kew Physio", "Ben Ward", "77 Kew Rd, Flat 1, Richmond, Surrey TW9 2PQ", "GB"),
    ],
)
def test_names_and_addresses_of_several_columns_are_one(
    desk: Desk, name: str, client: str, contact: str, address: str, country: str
) -> None:
    assert desk.take("clients", FILES / name).applied

    found = client_of(desk, client)
    assert (found.contacts[0].name, found.billing_address, found.country) == (contact, address, country)


@pytest.mark.parametrize(
    ("columns", "cells", "address"),
    [
        ("Street;City;State;Zip", "12 Columbus Ave;Columbus;OH;43215", "12 Columbus Ave, Columbus, OH 43215"),
        ("Street;City;State;Zip", "43215 Ohio St;Columbus;Ohio;43215", "43215 Ohio St, Columbus, Ohio 43215"),
        ("Street;City;State;Zip", "5 Main St, Columbus, OH 43215;Columbus;OH;43215", "5 Main St, Columbus, OH 43215"),
        ("Street;City;State;Zip", "5 Main St, Columbus OH;Columbus;OH;43215", "5 Main St, Columbus OH, 43215"),
        ("Straße;Hausnummer;PLZ;Ort", "Straße des 17. Juni;17;10623;Berlin", "Straße des 17. Juni 17, 10623 Berlin"),
        ("Straße;Hausnummer;PLZ;Ort", "Seestr. 3, D-78462 Konstanz;3;78462;Konstanz", "Seestr. 3, D-78462 Konstanz"),
        ("Straße;Hausnummer;PLZ;Ort", "Via Roma;8;00100;Roma", "Via Roma 8, 00100 Roma"),
        ("rue;numéro;CP;ville", "12 rue de Lyon;12;69006;Lyon", "12 rue de Lyon, 69006 Lyon"),
        ("Street;Unit;City", "5 Unit Rd, Unit 2;Unit 2;Bexley", "5 Unit Rd, Unit 2, Bexley"),
        ("Street;Unit;City", "2 Oak Ln;2;Bexley", "2 Oak Ln, 2, Bexley"),
    ],
)
def test_only_what_an_address_says_already_is_left_out_of_it(
    desk: Desk, columns: str, cells: str, address: str
) -> None:
    assert desk.take("clients", f"client;{columns}\nAcme;{cells}\n").applied
    assert client_of(desk, "Acme").billing_address == address


def test_a_column_is_guessed_by_what_stands_in_it_and_told_as_a_guess(desk: Desk) -> None:
    report = desk.take("clients", FILES / "nothing-says-clients.txt")

    assert {column.ours for column in report.columns if column.how == "guess"} == {
        "email", "phone", "tax_id", "billing_address",
    }  # fmt: skip
    assert "Column2 is phone (a guess, by what stands in it)" in next(findings(report))
    found = client_of(desk, "Bare AG")
    assert (found.contacts[0].phone, found.tax_id) == ("+49 89 233000", "DE822222222")
    assert found.billing_address == "Lindwurmstr. 9, 80337"


@pytest.mark.parametrize(
    ("content", "open_"),
    [
        ("client,Fax\nAcme,614-555-0100\nBolt,614-555-0101\n", "Fax"),
        ("client,Field1\nAcme,614-555-0100\n", "Field1"),
        ("client,One,Two\nAcme,614-555-0100,614-555-0102\nBolt,614-555-0101,614-555-0103\n", "Two"),
        ("client,Last contact\nAcme,a@acme.example\nBolt,b@bolt.example\n", "Last contact"),
        ("client,Ref\nAcme,614-555-0100\nBolt,unlisted\n", "Ref"),
    ],
)
def test_nothing_is_guessed_from_one_row_or_where_two_look_alike(desk: Desk, content: str, open_: str) -> None:
    report = desk.take("clients", content, check=True)
    assert open_ in report.unknown_columns
    assert not [column for column in report.columns if column.how == "guess"]


def test_the_columns_are_shown_beside_what_they_become(desk: Desk) -> None:
    content = "Kunde;agreement;Vertragsbeginn;Faxnummer\nMüller;tm;30.11.2026;1\nGroß;tm;01.12.2026;2\n"
    report = desk.take("clients", content, check=True)

    assert [(column.theirs, column.ours, column.cells[0]) for column in report.columns] == [
        ("Kunde", "client", ("Müller", "Müller")),
        ("agreement", "agreement", ("tm", "tm")),
        ("Vertragsbeginn", "agreement_starts", ("30.11.2026", "2026-11-30")),
        ("Faxnummer", "", ("1", "1")),
    ]


def test_a_column_is_left_out_where_it_is_said(desk: Desk) -> None:
    content = "client,phone,email\nAcme,614-555-0100,a@acme.example\n"
    report = desk.take("clients", content, mapping={"Phone": LEFT_OUT})

    assert report.unknown_columns == ()
    assert client_of(desk, "Acme").contacts[0].phone == ""
    assert {column.theirs: (column.ours, column.how) for column in report.columns}["phone"] == ("", "said")


def test_what_every_row_says_is_given_once(desk: Desk) -> None:
    content = (
        "Ticket,Customer,Location,Summary\nT1,Harbor Dental,Main office,Cable\nT2,Harbor Dental,Main office,Switch\n"
    )
    with pytest.raises(MissingColumns, match="--fill ours=text") as missing:
        desk.take("visits", content)
    assert missing.value.missing == ("minutes",)

    report = desk.take("visits", content, fill={"minutes": "45"})
    assert (verdicts(report), faults(report)) == (["new", "new"], [])
    assert "every row: minutes is 45" in report.understood
    assert desk.store.value("SELECT minutes FROM visit WHERE reference = 'T2'") == 45


def test_sites_without_a_name_are_the_main_office(desk: Desk) -> None:
    report = desk.take("sites", "Customer,Street,City\nHarbor Dental,5 Main St,Columbus\n", update=True)
    assert "every row: site is Main office" in report.understood
    assert desk.store.value("SELECT address FROM site WHERE name = 'Main office'") == "5 Main St, Columbus"


def test_put_together_columns_are_said_by_all_their_names(desk: Desk) -> None:
    content = "client,Street,City\nAcme,5 Main St,Columbus\n"
    report = desk.take("clients", content, mapping={"Street + City": "notes"})
    assert client_of(desk, "Acme").notes == "5 Main St, Columbus"
    assert report.named == {"notes": "Street + City"}

    report = desk.take("clients", content.replace("Acme", "Bolt"), mapping={"Street": "notes"})
    assert client_of(desk, "Bolt").notes == "5 Main St"
    assert report.unknown_columns == ("City",)
    with pytest.raises(Unreadable, match="no column Street \\+ Town to map"):
        desk.take("clients", content, mapping={"Street + Town": "notes"})


def test_the_most_particular_kind_is_meant() -> None:
    assert kind_of(FILES / "servicetitan-locations.csv") == "sites"


def test_the_column_why_is_no_unknown_column(desk: Desk) -> None:
    assert desk.take("clients", "client,why\nAcme,it was bad\n").unknown_columns == ()


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [("1.5", 90), ("0,75", 45), ("2", 120), ("1:15", 75), ("0.333", 20), ("0.375", 23), ("0,175", 11)],
)
def test_hours_of_another_program_are_minutes(desk: Desk, cell: str, minutes: int) -> None:
    content = f'Ticket;Customer;Location;Title;Budget Hours\nT9;Harbor Dental;Main office;Cable;"{cell}"\n'
    report = desk.take("visits", content)
    assert faults(report) == []
    assert f"minutes: {cell} is {minutes}" in report.understood
    assert desk.store.value("SELECT minutes FROM visit WHERE reference = 'T9'") == minutes


@pytest.mark.parametrize(
    ("cell", "minutes"), [("0:45", 45), ("01:15", 75), ("1:15:00", 75), ("0:44:30", 45), ("45", 45), ("1h30", 90)]
)
def test_a_length_as_a_clock_shows_it_is_minutes(desk: Desk, cell: str, minutes: int) -> None:
    report = desk.take(
        "visits", f"Nº aviso;Cliente;Sede;Descripción;Duración\nT9;Harbor Dental;Main office;Cable;{cell}\n"
    )
    assert faults(report) == []
    assert desk.store.value("SELECT minutes FROM visit WHERE reference = 'T9'") == minutes


@pytest.mark.parametrize("cell", ["45:00", "1:75", "0:00", "1:2", "-0:30"])
def test_what_is_no_length_of_a_visit_is_refused(desk: Desk, cell: str) -> None:
    report = desk.take(
        "visits", f"Ticket;Customer;Location;Title;Duration\nT9;Harbor Dental;Main office;Cable;{cell}\n"
    )
    assert [field for _, field, _ in faults(report)] == ["minutes"]


def test_time_entries_of_another_program_are_remote_work(desk: Desk) -> None:
    assert kind_of(FILES / "connectwise-time.csv") == "remote-work"
    report = desk.take("remote-work", FILES / "connectwise-time.csv")
    assert (faults(report), verdicts(report)) == ([], ["new", "new"])


def test_a_site_of_a_person_is_at_the_client_of_that_name(desk: Desk) -> None:
    assert desk.take("clients", FILES / "lexoffice-kontakte.csv").applied
    report = desk.take("sites", FILES / "lexoffice-kontakte.csv")
    assert (verdicts(report), report.named["client"]) == (["new", "new"], "Firma or Vorname + Nachname")


@pytest.mark.parametrize(
    ("kind", "headers", "which"),
    [
        ("technicians", "Empleado;Usuario", {"name": "Empleado", "login": "Usuario"}),
        ("technicians", "Mitarbeiter;Benutzername", {"name": "Mitarbeiter", "login": "Benutzername"}),
        ("visits", "Auftragsnr.;Kunde;Niederlassung;Beschreibung;Dauer (Min)", {"work": "Beschreibung"}),
        (
            "visits",
            "Auftrag;Kunde;Standort;Betreff;Beschreibung;Dauer",
            {"work": "Betreff", "description": "Beschreibung"},
        ),
        (
            "visits",
            "Number;Client;Site;Description;Dauer (Std.)",
            {"work": "Description", "minutes": "Dauer (Std.)"},
        ),
    ],
)
def test_columns_of_other_languages_are_known(desk: Desk, kind: str, headers: str, which: dict[str, str]) -> None:
    report = desk.take(kind, f"{headers}\n")
    assert {ours: report.named[ours] for ours in which} == which


def test_a_length_in_hours_is_read_as_its_header_says(desk: Desk) -> None:
    content = 'Number,Client,Site,Description,Dauer (Std.)\nT-1,Acme,North,printer jams,"1,5"\n'
    report = desk.take("visits", content)
    assert "1,5 is 90" in report.understood[0]


@pytest.mark.parametrize("header", ["client", '"Client"', "Kunde", "Wer"])
def test_a_file_of_one_column_keeps_its_name_whatever_stands_below(desk: Desk, header: str) -> None:
    content = f"{header}\nSmith; Jones; Partner\nAcme\nBolt; Nut; Sons\n"
    report = desk.take("clients", content, mapping={"Wer": "client"} if header == "Wer" else {})
    assert (verdicts(report), faults(report)) == (["new", "new", "new"], [])
    assert client_of(desk, "Smith; Jones; Partner")
    if header != "Wer":
        assert kind_of(desk.file("again.csv", content)) == "clients"


FRENCH = {
    "technicians": """Nom;Prénom;Identifiant;Compétences;Adresse de départ;Début;Fin
Lefèvre;Hélène;hlefevre;réseau, serveur;3 rue Foch;8h30;17h30
Garçon;Benoît;bgarcon;poste de travail;4 rue Foch;9h;18h
""",
    "clients": "Raison sociale;Interlocuteur;Portable;Adresse e-mail\nGarage Dubœuf;M. Dubœuf;06 12 34 56 78;g@garage.example\n",
    "sites": "Client;Lieu;Adresse;Code postal;Ville;Code d'accès;Ouverture;Fermeture\n"
    "Garage Dubœuf;Siège;1 rue Foch;69001;Lyon;1000A;8h30;18h\n",
    "visits": """N° ticket;Client;Lieu;Objet;Durée (min);Date souhaitée;De;À;Compétence;Priorité
T-1;Garage Dubœuf;Siège;Wifi lent;1h30;15/12/2026;14h00;18h00;poste de travail;Haute
""",
}
SPANISH = {
    "technicians": "Nombre;Apellidos;Usuario;Competencias;Domicilio;Entrada;Salida\n"
    "Íñigo;Peña Ruiz;ipena;red, puesto de trabajo;Calle Mayor 3;8:30;17:30\n",
    "clients": "Razón social;Persona de contacto;Móvil;Correo electrónico\n"
    "Talleres Núñez;Sra. Núñez;612 34 56 78;n@talleres.example\n",
    "sites": "Cliente;Centro;Dirección;Código postal;Ciudad;Observaciones;Apertura;Cierre\n"
    "Talleres Núñez;Sede;Calle Mayor 1;28013;Madrid;Timbre 2;9:00;18:00\n",
    "visits": """Nº ticket;Cliente;Centro;Asunto;Duración (min);Fecha deseada;Desde;Hasta;Especialidad;Prioridad
T-1;Talleres Núñez;Sede;Impresora;1h30;15/12/2026;14:00;18:00;puesto de trabajo;Alta
""",
}


@pytest.mark.parametrize(("files", "skill"), [(FRENCH, "poste de travail"), (SPANISH, "puesto de trabajo")])
def test_a_spreadsheet_of_the_country_is_known_whole(desk: Desk, files: dict[str, str], skill: str) -> None:
    for kind, content in files.items():
        report = desk.take(kind, content)
        assert (report.applied, report.unknown_columns) == (True, ()), kind

    visit = visits.visit_by_reference(desk.store, "T-1")
    assert visit is not None
    assert (visit.skills, visit.priority, visit.minutes) == (frozenset({skill}), 2, 90)


def test_a_request_without_a_site_is_at_the_only_one_of_its_client(desk: Desk) -> None:
    assert desk.take("clients", "client\nAcme\nBolt\n").applied
    assert desk.take("sites", "client,site,address\nAcme,Mill,1 High St\nBolt,A,1 Low St\nBolt,B,2 Low St\n").applied
    report = desk.take(
        "visits",
        "Job No,Customer,Job Description,Due Date,Est. Hours\nJ1,Acme,x,2026-12-15,1\nJ2,Bolt,x,2026-12-15,1\n",
    )
    assert faults(report) == [(3, "site", "is missing; Bolt has A, B")]
    assert verdicts(report) == ["new", "refused"]


def test_people_and_hours_by_what_an_english_program_calls_them(desk: Desk) -> None:
    report = desk.take("technicians", "Engineer;Start Time;Finish Time\nPriya Shah;8.30am;5.30pm\n")
    assert {ours: report.named[ours] for ours in ("name", "shift_start", "shift_end")} == {
        "name": "Engineer",
        "shift_start": "Start Time",
        "shift_end": "Finish Time",
    }


DUTCH = {
    "technicians": "Medewerker;Gebruikersnaam;Vaardigheden;Begintijd;Eindtijd;Voertuig\n"
    "Joost Smit;jsmit;netwerk;8:30;17:30;Bus 2\n",
    "clients": "Klantnaam;Contactpersoon;Telefoon;E-mailadres;Btw-nummer;Straatnaam;Huisnummer;Toevoeging;Postcode;Woonplaats;"
    "Land;Opmerkingen\n"
    "Bakkerij Vos;Mw. Vos;020 123 4567;vos@vos.example;NL004495445B01;Kerkstraat;12;A;1017 GA;Amsterdam;Nederland;bel eerst\n",
    "sites": "Klant;Vestiging;Straat;Huisnummer;Postcode;Plaats;Toegang;Open vanaf;Open tot\n"
    "Bakkerij Vos;Winkel;Kerkstraat;12;1017 GA;Amsterdam;bel 2;8:30;18:00\n",
    "equipment": "Klant;Vestiging;Apparaat;Soort;Merk;Serienummer;Garantie tot;Opmerkingen\n"
    "Bakkerij Vos;Winkel;Kassa 1;printer;Acme;SN1;31-12-2027;achter\n",
    "visits": """Ticketnummer;Relatie;Locatie;Onderwerp;Omschrijving;Duur;Gewenste datum;Uiterlijk;Van;Tot;Vaardigheden;Prioriteit
T-1;Bakkerij Vos;Winkel;Wifi traag;achterin;1:30;15-12-2026;18-12-2026;14:00;18:00;netwerk;Hoog
""",
    "remote-work": "Nummer;Klant;Monteur;Begintijd;Uren;Omschrijving\nR-1;Bakkerij Vos;Joost Smit;2026-11-23T09:00;1,5;gebeld\n",
}
ITALIAN = {
    "technicians": "Nome;Cognome;Utente;Competenze;Inizio;Fine;Veicolo\nLuca;Bianchi;lbianchi;rete;8:30;17:30;Furgone 2\n",
    "clients": "Ragione sociale;Referente;Telefono;Partita IVA;Indirizzo;CAP;Città;Provincia;Paese;Note\n"
    "Forno Riva;Sig.ra Riva;06 1234 5678;IT01234567890;Via Roma 3;00184;Roma;RM;Italia;suonare\n",
    "sites": "Cliente;Sede;Via;CAP;Città;Accesso\nForno Riva;Negozio;Via Roma 3;00184;Roma;citofono 2\n",
    "equipment": "Cliente;Sede;Dispositivo;Tipo;Marca;Numero di serie;Fine garanzia;Note\n"
    "Forno Riva;Negozio;Cassa 1;printer;Acme;SN1;31/12/2027;retro\n",
    "visits": """Numero ticket;Cliente;Sede;Oggetto;Descrizione;Durata;Data;Entro;Dalle;Alle;Competenze;Priorità
T-1;Forno Riva;Negozio;Wifi lento;nel retro;1:30;15/12/2026;18/12/2026;14:00;18:00;rete;Alta
""",
    "remote-work": "Numero;Cliente;Tecnico;Inizio;Ore;Descrizione\nR-1;Forno Riva;Luca Bianchi;2026-11-23T09:00;1,5;al telefono\n",
}


@pytest.mark.parametrize(
    ("files", "skill", "address"),
    [
        (DUTCH, "netwerk", "Kerkstraat 12 A, 1017 GA Amsterdam"),
        (ITALIAN, "rete", "Via Roma 3, 00184 Roma, RM"),
    ],
)
def test_files_of_every_kind_in_dutch_and_italian_are_known_whole(
    desk: Desk, files: dict[str, str], skill: str, address: str
) -> None:
    for kind, content in files.items():
        report = desk.take(kind, content)
        assert (report.applied, report.unknown_columns, faults(report)) == (True, (), []), kind
        assert kind_of(desk.file("again.csv", content)) == kind

    visit = visits.visit_by_reference(desk.store, "T-1")
    assert visit is not None
    assert (visit.skills, visit.priority, visit.minutes) == (frozenset({skill}), 2, 90)
    assert str(visit.latest_on) == "2026-12-18"
    assert desk.store.value("SELECT billing_address FROM client WHERE id = ?", (visit.client_id,)) == address
    assert "minutes: 1,5 is 90" in report.understood


@pytest.mark.parametrize(
    ("columns", "cells", "address", "town"),
    [
        ("Street,House number,Postcode,Town", "High St,7,1017 GA,Amsterdam", "High St 7, 1017 GA Amsterdam", ""),
        ("Address,Postcode,Town", "High St 7,1017 GA,Amsterdam", "High St 7, 1017 GA Amsterdam", ""),
        ("Street,Town", "High St 7,Amsterdam", "High St 7, Amsterdam", ""),
        ("address,town", "High St 7,Amsterdam", "High St 7", "Amsterdam"),
        ("Straat,Huisnummer,Toevoeging,Plaats", "Hoogstraat,7,2,Delft", "Hoogstraat 7-2, Delft", ""),
        ("Straat,Huisnummer,Suffix,Plaats", "Hoogstraat 7a,7,a,Delft", "Hoogstraat 7a, Delft", ""),
        ("Street,Suffix,City", "High St 7,Jr.,Delft", "High St 7, Delft", ""),
    ],
)
def test_a_town_beside_a_street_is_a_part_of_the_address(
    desk: Desk, columns: str, cells: str, address: str, town: str
) -> None:
    assert desk.take("clients", "client\nAcme\n").applied
    assert desk.take("sites", f"Client,Site,{columns}\nAcme,Mill,{cells}\n").applied
    assert desk.store.one("SELECT address, town FROM site WHERE name = 'Mill'") == (address, town)


def test_a_middle_name_stands_between_the_others(desk: Desk) -> None:
    assert desk.take("clients", "client,Voornaam,Achternaam,Tussenvoegsel\nAcme,Jan,Dijk,van\nBolt,Ida,Mol,\n").applied
    assert client_of(desk, "Acme").contacts[0].name == "Jan van Dijk"
    assert client_of(desk, "Bolt").contacts[0].name == "Ida Mol"


def test_dutch_and_italian_cells_are_known_by_what_they_are(desk: Desk) -> None:
    content = "client,A,Straat,C\nAcme,NL004495445B01,Hoogstraat 7,1234 AB\nBolt,IT01234567890,Dam 1,1012 JS\n"
    assert desk.take("clients", content).applied
    assert (client_of(desk, "Acme").tax_id, client_of(desk, "Bolt").tax_id) == ("NL004495445B01", "IT01234567890")
    assert client_of(desk, "Acme").billing_address == "Hoogstraat 7, 1234 AB"


def test_two_columns_that_are_said_to_be_one_text_are_it_together(desk: Desk) -> None:
    content = "Voor,Achter,Login\nJan,Dijk,jd\nIda,,im\n"
    mapping = {"Voor": "name", "Achter": "name"}
    report = desk.take("technicians", content, mapping=mapping)
    assert report.named["name"] == "Voor + Achter"
    assert {column.theirs: column.how for column in report.columns}["Voor + Achter"] == "said"
    names = [name for (name,) in desk.store.all("SELECT name FROM staff WHERE login IN ('jd', 'im') ORDER BY id")]
    assert names == ["Jan Dijk", "Ida"]

    again = desk.take("technicians", content.replace("jd", "pd").replace("im", "km").replace("Jan", "Piet"))
    assert (again.recalled, again.named["name"]) == (True, "Voor + Achter")

    with pytest.raises(Unreadable, match=r"minutes twice: A, B\. Leave one of them out with --map theirs=-"):
        desk.take("visits", "Ticket,Client,Site,Work,A,B\n", mapping={"A": "minutes", "B": "minutes"})


def test_a_check_keeps_nothing_of_what_was_said(desk: Desk) -> None:
    content = "Wer\nAcme\n"
    assert desk.take("clients", content, mapping={"Wer": "client"}, check=True).checked
    with pytest.raises(MissingColumns):
        desk.take("clients", content, check=True)


TICKETS = """Ticket,Customer,Location,Summary,Minutes,Status,Priority,Due by,Created
T1,Harbor Dental,Main office,Cable,30,Open,High,2026-12-18,2026-11-20 08:12
T2,Harbor Dental,Main office,Switch,30,Closed,Low,2026-12-18,2026-11-20 08:12
T3,Harbor Dental,Main office,Router,30,Resolved - fixed,Low,2026-12-18,2026-11-20
T4,Harbor Dental,Main office,Phone,30,Unresolved,Medium,2026-12-18,2026-11-21T08:12:00Z
"""


def test_what_is_over_by_its_status_is_skipped_and_told(desk: Desk) -> None:
    report = desk.take("visits", TICKETS)
    assert (verdicts(report), report.unknown_columns) == (["new", "skipped", "skipped", "new"], ())
    told = list(findings(report))
    assert "visits.csv: 1 row skipped: over by status: Closed" in told
    assert "visits.csv: what was skipped is taken with the column Status left out (--map 'Status=-')" in told
    assert report.as_json()["counts"]["skipped"] == 2
    assert visits.visit_by_reference(desk.store, "T2") is None

    report = desk.take("visits", TICKETS, mapping={"Status": LEFT_OUT})
    assert verdicts(report) == ["unchanged", "new", "new", "unchanged"]


@pytest.mark.parametrize(
    ("header", "over", "open_"),
    [
        ("Status", "Erledigt", "Offen"),
        ("État", "Clôturé", "Ouvert"),
        ("Estado", "Cancelada", "Abierta"),
        ("Status", "Afgerond", "In behandeling"),
        ("Stato", "Chiuso", "Aperto"),
        ("Ticket Status", ">Closed (resolved)", "Not completed"),
    ],
)
def test_other_languages_say_that_a_request_is_over(desk: Desk, header: str, over: str, open_: str) -> None:
    rows = "".join(f"{said[:3]},Harbor Dental,Main office,Cable,30,{said}\n" for said in (over, open_))
    report = desk.take("visits", f"Ticket,Customer,Location,Summary,Minutes,{header}\n{rows}")
    assert verdicts(report) == ["skipped", "new"]


def test_when_a_ticket_was_made_is_by_the_clocks_of_the_firm(desk: Desk) -> None:
    assert "priority: High is P2, Low is P4, Medium is P3" in desk.take("visits", TICKETS).understood
    one, four = (visits.visit_by_reference(desk.store, name) for name in ("T1", "T4"))
    assert one is not None
    assert four is not None
    assert (one.requested_at, four.requested_at) == (
        parse_iso("2026-11-20T08:12:00-05:00"),
        parse_iso("2026-11-21T08:12:00+00:00"),
    )
    assert (str(one.latest_on), one.wanted_on) == ("2026-12-18", None)


def test_undo_reaches_no_further_back_than_an_import(desk: Desk) -> None:
    editing.add(desk.user, "client", {"name": "Nettle"})
    assert desk.take("clients", "client\nAcme\nBolt\n").applied
    for _ in range(2):
        with pytest.raises(Refusal, match=r"“add client Nettle” stays: after it you did .* import clients"):
            undo(desk.user)
    assert client_of(desk, "Nettle")
    assert {f"import {kind}" for kind in KINDS} <= _FOR_GOOD
    desk.take("clients", "client\nAcme\nBolt\n")  # nothing was new
    editing.add(desk.user, "client", {"name": "Plum"})
    assert "Plum" in undo(desk.user)
    assert "Plum" not in {one.name for one in clients.all_clients(desk.store)}
    with pytest.raises(Refusal):
        undo(desk.user)
