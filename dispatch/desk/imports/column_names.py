"""What other programs, and other languages, call our columns, the likeliest name first, and what the cells of a column look like
whose name says nothing (design/records.md, Imports)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from dispatch.desk.files.as_written import is_day
from dispatch.desk.files.columns import KnownNames
from dispatch.desk.imports.column_parts import INSTEAD, TOGETHER

_CLIENT = (
    "client name", "customer", "customer name", "customer full name", "customer display name", "company", "company name",
    "account", "account name", "organization", "organization name", "organisation", "contact name", "kunde", "kundenname",
    "firma", "firmenname", "unternehmen", "societe", "société", "entreprise", "cliente", "empresa", "raison sociale",
    "nom du client", "dénomination", "razón social", "nombre fiscal", "nombre comercial", "nombre del cliente", "nombre",
    "nom", "klant", "klantnaam", "relatie", "relatienaam", "bedrijfsnaam", "bedrijf", "opdrachtgever", "debiteur",
    "naam klant", "ragione sociale", "denominazione", "azienda", "ditta", "nome cliente", "nome del cliente", "nome azienda",
    "committente",
)  # fmt: skip
_PHONE = (
    "telephone", "phone number", "phone numbers", "phone 1 - value", "main phone", "business phone", "company main phone",
    "office phone", "telefon", "telefonnummer", "tel", "tel.", "téléphone", "teléfono", "telefoon", "telefoonnummer",
    "telefono", "numero di telefono", "mobile", "mobile phone", "portable", "móvil", "n° de téléphone", "numéro de téléphone",
    "mobiel", "mobiele telefoon", "mobiel nummer", "gsm", "cellulare", "telefono cellulare",
)  # fmt: skip
_EMAIL = (
    "e-mail address", "email address", "e-mail 1 - value", "main email", "emailaddress", "mail", "e-mail", "e-mail-adresse",
    "courriel", "correo", "correo electrónico", "adresse e-mail", "adresse mail", "e-mailadres", "mailadres",
    "posta elettronica", "indirizzo e-mail", "indirizzo mail",
)  # fmt: skip
_SITE = (
    "site name", "location", "location name", "branch", "standort", "filiale", "emplacement", "lieu", "sede", "sitio",
    "centro", "niederlassung", "établissement", "agence", "delegación", "vestiging", "vestigingsnaam", "locatie",
    "locatienaam", "filiaal", "punto vendita", "luogo", "luogo intervento",
)  # fmt: skip
_ADDRESS = (
    "full address", "site address", "street address", "street", "anschrift", "adresse", "dirección", "direccion", "adres",
    "bezoekadres", "indirizzo",
)  # fmt: skip
_NOTES = (
    "note", "comments", "comment", "notiz", "notizen", "bemerkung", "bemerkungen", "remarques", "remarque", "notas",
    "observations", "observaciones", "opmerking", "opmerkingen", "notitie", "notities", "osservazioni", "commenti",
    "annotazioni",
)  # fmt: skip
_SKILLS = (
    "skill", "certifications", "fähigkeiten", "kenntnisse", "compétences", "compétence", "habilidades", "competencias",
    "especialidad", "qualifikation", "qualifikationen", "cualificación", "vaardigheden", "vaardigheid", "kwalificaties",
    "competenze", "competenza", "qualifiche",
)  # fmt: skip

_DESCRIPTION = (
    "details", "beschreibung", "description détaillée", "détails", "descripción", "omschrijving", "beschrijving",
    "toelichting", "descrizione", "dettagli",
)  # fmt: skip
_DURATION = (
    "durée", "durée (min)", "durée estimée", "duración", "duración (min)", "dauer (min)", "geplante dauer", "tiempo estimado",
    "duur", "duur (min)", "geplande duur", "durata", "durata (min)", "durata prevista",
)  # fmt: skip
_HOURS = (
    "estimated hours", "est. hours", "est hours", "expected hours", "planned hours", "budget hours", "hours", "hours actual",
    "hours worked", "worked hours", "stunden", "heures", "horas", "duration (h)", "duration (hours)", "dauer (std.)",
    "dauer (h)", "dauer (stunden)", "durée (h)", "durée (heures)", "duración (h)", "duración (horas)", "uren",
    "geschatte uren", "geplande uren", "duur (uur)", "duur (uren)", "ore", "ore previste", "ore stimate", "durata (h)",
    "durata (ore)",
)  # fmt: skip
_OTHERS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "clients": {
        "client": (*_CLIENT, "name", "naam", "nome"),
        "contact": (
            "primary contact", "main contact", "contact person", "ansprechpartner", "kontakt", "interlocuteur",
            "personne de contact", "contacto", "persona de contacto", "contactpersoon", "referente", "persona di riferimento",
            "contatto", "full name",
        ),
        "phone": _PHONE,
        "email": _EMAIL,
        "tax_id": (
            "tax number", "vat number", "vat id", "ust-idnr.", "ust-idnr", "ust-id", "numéro de tva", "n° de tva", "n° tva",
            "nif", "cif", "btw-nummer", "btw-nr", "btw-nr.", "btw-id", "btw", "partita iva", "p. iva", "p.iva", "piva",
        ),
        "billing_address": (
            "billing address", "bill to", "rechnungsadresse", "adresse de facturation", "factuuradres",
            "indirizzo di fatturazione", *_ADDRESS,
        ),
        "country": (
            "country/region", "land", "pays", "país", "pais", "billing country", "business country/region", "pocountry",
            "paese", "nazione",
        ),
        "agreement_starts": (
            "contract start", "contract starts", "contract start date", "vertragsbeginn", "début du contrat",
            "inicio del contrato", "contract vanaf", "ingangsdatum contract", "begindatum contract", "inizio contratto",
            "inizio del contratto",
        ),
        "agreement_ends": (
            "contract end", "contract ends", "contract end date", "vertragsende", "fin du contrat", "fin del contrato",
            "contract tot", "einde contract", "einddatum contract", "fine contratto", "fine del contratto",
            "scadenza contratto",
        ),
        "payment_days": (
            "payment terms days", "due days", "zahlungsziel", "betalingstermijn", "betaaltermijn", "giorni di pagamento",
            "termini di pagamento",
        ),
        "computers": (
            "workstations", "pcs", "arbeitsplätze", "postes", "postes de travail", "ordenadores", "werkplekken",
            "werkstations", "pc's", "postazioni",
        ),
        "servers": ("server", "serveurs", "servidores"),
        "users": (
            "seats", "employees", "mitarbeiter", "benutzer", "utilisateurs", "usuarios", "gebruikers", "medewerkers", "utenti",
            "dipendenti",
        ),
        "notes": _NOTES,
    },
    "sites": {
        "client": _CLIENT,
        "site": (*_SITE, "name", "naam", "nome"),
        "address": _ADDRESS,
        "lat": ("latitude", "breitengrad", "breite", "latitud", "breedtegraad", "latitudine"),
        "lon": ("lng", "long", "longitude", "längengrad", "länge", "longitud", "lengtegraad", "longitudine"),
        "access_from": (
            "open from", "opens", "opens at", "geöffnet von", "öffnet", "zugang von", "ouverture", "apertura", "open vanaf",
            "geopend van", "toegang van",
        ),
        "access_to": (
            "open to", "open until", "closes", "closes at", "geöffnet bis", "schließt", "zugang bis", "fermeture", "cierre",
            "open tot", "geopend tot", "toegang tot", "chiusura",
        ),
        "access_notes": (
            "access", "zugang", "accès", "code d'accès", "acceso", "toegang", "accesso", "codice di accesso", *_NOTES,
        ),
        "services": ("service", "dienste", "leistungen", "servicios", "diensten", "servizi"),
    },
    "equipment": {
        "client": _CLIENT,
        "site": _SITE,
        "name": (
            "configuration name", "configuration item", "asset name", "asset", "device name", "device", "hostname",
            "computer name", "friendly name", "gerätename", "gerät", "bezeichnung", "nom de l'appareil", "appareil",
            "équipement", "nombre del equipo", "equipo", "dispositivo", "apparaat", "apparaatnaam", "hostnaam", "computernaam",
            "naam", "apparecchio", "nome dispositivo", "nome",
        ),
        "kind": (
            "configuration type", "asset type", "device type", "type", "category", "typ", "gerätetyp", "art", "kategorie",
            "type d'appareil", "catégorie", "tipo", "categoría", "soort", "apparaattype", "categorie", "categoria",
        ),
        "role": (
            "purpose", "function", "rolle", "zweck", "funktion", "rôle", "fonction", "función", "uso", "rol", "functie",
            "doel", "ruolo", "funzione",
        ),
        "maker": (
            "model", "manufacturer", "make", "product", "hersteller", "modell", "fabricant", "modèle", "fabricante", "modelo",
            "merk", "fabrikant", "marca", "modello", "produttore",
        ),
        "serial": (
            "serial number", "serial no", "serial no.", "s/n", "service tag", "seriennummer", "seriennr.", "seriennr",
            "numéro de série", "n° de série", "número de serie", "nº de serie", "serienummer", "serienr", "serienr.",
            "numero di serie", "n. di serie", "matricola", "seriale",
        ),
        "address": (
            "ip address", "ip", "ip addresses", "management ip", "default ip", "host", "ip-adresse", "adresse ip",
            "dirección ip", "ip-adres", "indirizzo ip",
        ),
        "warranty_ends": (
            "warranty expiration", "warranty expiration date", "warranty expires", "warranty expiry", "warranty end",
            "warranty end date", "warranty until", "contract ends", "garantie bis", "garantieende", "garantie ende",
            "fin de garantie", "garantie jusqu'au", "fin de garantía", "garantía hasta", "garantie tot", "einde garantie",
            "fine garanzia", "garanzia fino al", "scadenza garanzia",
        ),
        "certificate_ends": (
            "certificate expiration", "certificate expires", "certificate expiry", "ssl expires", "zertifikat bis",
            "zertifikat gültig bis", "fin du certificat", "expiration du certificat", "fin del certificado",
            "certificado hasta", "certificaat tot", "certificaat geldig tot", "certificato fino al", "scadenza certificato",
        ),
        "note": _NOTES,
    },
    "technicians": {
        "name": (
            "technician", "full name", "employee", "resource", "employee name", "technician name", "engineer", "engineer name",
            "resource name", "staff name", "staff member", "field worker", "techniker", "techniker name", "monteur",
            "mitarbeiter", "technicien", "técnico", "nom", "nom complet", "nombre", "nombre completo", "empleado",
            "trabajador", "operario", "employé", "salarié", "medewerker", "technicus", "werknemer", "volledige naam", "naam",
            "tecnico", "dipendente", "addetto", "nome completo", "nome",
        ),
        "login": (
            "user", "username", "user name", "benutzer", "benutzername", "identifiant", "utilisateur", "usuario",
            "gebruikersnaam", "gebruiker", "nome utente", "utente",
        ),
        "email": _EMAIL,
        "skills": _SKILLS,
        "start_address": (
            "home", "home address", "address", "anschrift", "adresse", "adresse de départ", "domicile", "domicilio",
            "vertrekadres", "thuisadres", "woonadres", "adres", "indirizzo di partenza", "indirizzo",
        ),
        "shift_start": (
            "start", "start time", "starts at", "beginn", "arbeitsbeginn", "von", "début", "heure de début", "de", "entrada",
            "hora de inicio", "begintijd", "starttijd", "van", "inizio", "ora inizio", "ora di inizio", "dalle",
        ),
        "shift_end": (
            "end", "end time", "ends at", "finish", "finish time", "finishes at", "ende", "arbeitsende", "bis", "fin",
            "heure de fin", "à", "salida", "hora de fin", "eindtijd", "einde", "tot", "fine", "ora fine", "ora di fine",
            "alle",
        ),
        "labour_class": ("labor class", "class", "rate", "role", "lohngruppe", "klasse", "loongroep", "tariefgroep"),
        "vehicle": ("car", "van", "fahrzeug", "véhicule", "vehículo", "voertuig", "auto", "veicolo", "furgone"),
    },
    "visits": {
        "reference": (
            "ticket", "ticket number", "ticket #", "ticket id", "ticket no", "ticket no.", "job no", "job no.", "job number",
            "job #", "job id", "job ref", "job reference", "work order", "work order number", "work order no", "wo number",
            "wo #", "call number", "call no", "case number", "order number", "number", "nummer", "auftrag", "auftragsnummer",
            "n° ticket", "n° de ticket", "n° d'intervention", "numéro", "référence", "referencia", "n.º de ticket",
            "nº de ticket", "nº ticket", "número", "auftragsnr.", "auftragsnr", "auftrags nr.", "ticketnummer", "ticketnr.",
            "vorgangsnummer", "aviso", "nº aviso", "nº de aviso", "n.º de aviso", "orden de trabajo", "nº orden",
            "nº de orden", "bonnummer", "werkbon", "opdrachtnummer", "ordernummer", "meldingsnummer", "referentie",
            "numero ticket", "n. ticket", "numero intervento", "n. intervento", "ordine di lavoro", "riferimento", "numero",
        ),
        "client": _CLIENT,
        "site": _SITE,
        "date": (
            "wanted on", "scheduled date", "due date", "due", "required date", "required by", "requested date",
            "appointment date", "job date", "target date", "day", "datum", "termin", "date souhaitée", "jour", "fecha",
            "fecha deseada", "fecha prevista", "wunschtermin", "fällig am", "échéance", "gewenste datum", "plandatum",
            "uitvoerdatum", "afspraakdatum", "data richiesta", "data desiderata", "data intervento", "data", "giorno",
        ),
        "work": (
            "summary", "subject", "title", "job description", "job title", "work required", "work description",
            "description of work", "problem", "problem description", "fault", "fault description", "issue", "arbeit",
            "betreff", "tätigkeit", "travail", "objet", "intervention", "trabajo", "asunto", "titel", "aufgabe", "titre",
            "motif", "título", "motivo", "onderwerp", "werkzaamheden", "taak", "storing", "klacht", "oggetto", "lavoro",
            "attività", "titolo", "guasto", "problema", "description", *_DESCRIPTION,
        ),
        "minutes": (
            "duration", "estimated minutes", "estimated duration", "est. duration", "est. minutes", "expected duration",
            "dauer", "minuten", "minuti", *_DURATION, *_HOURS,
        ),
        "skills": _SKILLS,
        "priority": (
            "job priority", "urgency", "dringlichkeit", "urgence", "urgencia", "priorität", "priorité", "prioridad",
            "prioriteit", "urgentie", "priorità", "urgenza",
        ),
        "promised_from": (
            "from", "von", "de", "heure de début", "desde", "van", "vanaf", "begintijd", "dalle", "ora inizio", "inizio",
        ),
        "promised_to": ("to", "until", "bis", "à", "heure de fin", "hasta", "tot", "eindtijd", "alle", "ora fine", "fine"),
        "description": _DESCRIPTION,
        "status": (
            "ticket status", "job status", "work order status", "auftragsstatus", "statut", "état", "estado", "stato", "toestand",
        ),
        "requested_at": (
            "created", "created at", "created on", "created date", "date created", "reported at", "erstellt", "erstellt am",
            "angelegt am", "créé le", "date de création", "creado", "creado el", "fecha de creación", "aangemaakt",
            "aangemaakt op", "aanmaakdatum", "creato il", "data di creazione",
        ),
        "latest": (
            "due by", "no later than", "deadline", "spätestens", "spätestens am", "au plus tard", "au plus tard le",
            "date limite", "a más tardar", "fecha límite", "uiterlijk", "uiterste datum", "entro", "entro il", "scadenza",
        ),
    },
    "remote-work": {
        "reference": ("time entry id", "entry id", "id", "number", "nummer", "numero"),
        "client": _CLIENT,
        "technician": (
            "member", "resource", "resource name", "technician name", "techniker", "mitarbeiter", "technicien", "técnico",
            "medewerker", "monteur", "technicus", "tecnico", "dipendente",
        ),
        "start": (
            "start time", "started", "started at", "start date", "date worked", "beginn", "début", "inicio", "begintijd",
            "starttijd", "begin", "ora inizio", "inizio", "datum", "data",
        ),
        "minutes": ("duration", "dauer", "minuten", "minuti", *_DURATION, *_HOURS),
        "work": (
            "summary", "summary notes", "work done", "subject", "title", "tätigkeit", "betreff", "travail", "objet", "trabajo",
            "asunto", "onderwerp", "werkzaamheden", "oggetto", "lavoro", "attività", "omschrijving", "descrizione",
        ),
        "site": _SITE,
        "description": (
            "notes", "internal notes", "details", "bemerkung", "notiz", "opmerking", "opmerkingen", "note", "omschrijving",
            "descrizione",
        ),
    },
}  # fmt: skip
"""By the kind of file: ours → theirs."""

_MAIL = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;.]{2,}")
_DIALLED = re.compile(
    r"(?=.*[ ()./-]|\+|0)\+?[0-9(][0-9 ()./–-]{6,24}(?: ?(?:x|ext\.?|app\.?) ?[0-9]{1,6})?", re.IGNORECASE
)
_TAXED = re.compile(r"(?!\d+$)(?:[A-Z]{2}[A-Z0-9]{2}[0-9]{5,10}[A-Z0-9]{0,3}|CHE-?[0-9.]{9,11}(?: ?MWST)?)")
_POSTAL = re.compile(
    r"[0-9]{5}(?:-[0-9]{4})?|[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}|[0-9]{4} ?[A-Z]{2}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]"
)


def _mail(text: str) -> bool:
    return _MAIL.fullmatch(text) is not None


def _phone(text: str) -> bool:
    return _DIALLED.fullmatch(text) is not None and not is_day(text) and not _postcode(text)


def _tax_id(text: str) -> bool:
    return _TAXED.fullmatch(text.replace(" ", "")) is not None


def _postcode(text: str) -> bool:
    return _POSTAL.fullmatch(text) is not None


_REACHED: Mapping[str, Callable[[str], bool]] = {"email": _mail, "phone": _phone}
_LOOKS: Mapping[str, Mapping[str, Callable[[str], bool]]] = {
    "clients": {**_REACHED, "tax_id": _tax_id},
    "technicians": {"email": _mail},
    "visits": {"date": is_day},
}
_NOT_MEANT = (
    "fax", "creat", "erstellt", "créé", "modif", "updat", "geändert", "birth", "geburt", "naiss", "last", "letzt", "clos",
    "account_no", "konto", "iban", "card", "emergency", "notfall", "assistant", "manager", "billing", "rechnung",
    "aangemaakt", "gewijzigd", "geboorte", "laatste", "rekening", "noodgeval", "nascita", "ultim", "emergenza",
)  # fmt: skip
KNOWN: Mapping[str, KnownNames] = {
    kind: KnownNames(
        others,
        TOGETHER.get(kind, {}),
        INSTEAD.get(kind, {}),
        _LOOKS.get(kind, {}),
        _NOT_MEANT,
        {"site": "Main office"} if kind == "sites" else {},
        _postcode,
    )
    for kind, others in _OTHERS.items()
}
"""By the kind of file: how its columns are known beside their own names."""
