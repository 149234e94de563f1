"""clients.csv, sites.csv and technicians.csv: what each column becomes, what is refused, what an update may change."""

from __future__ import annotations

import datetime

import pytest

from db import agreements, clients, people, settings
from dispatch.desk.book import editing
from dispatch.desk.book.records import technician_named
from dispatch.fields.trade import hours_text
from dispatch.model.agreements import Agreement
from dispatch.model.clients import Contact, Site
from dispatch.model.people import Hours, Lunch, Staff
from dispatch.model.states import Role
from dispatch.model.travel import Place
from tests.imports.conftest import SAMPLE, Desk, faults, verdicts

CLIENT = "client,contact,phone,email,agreement,agreement_starts,agreement_ends,prepaid_minutes,onsite_target_minutes"
FEBRUARY = datetime.date(2026, 2, 1)


@pytest.mark.parametrize("kind", ["technicians", "clients", "sites"])
def test_sample_file_twice_changes_nothing(desk: Desk, kind: str) -> None:
    audited = desk.count("audit")

    report = desk.take(kind, SAMPLE / f"{kind}.csv", update=True)

    assert set(verdicts(report)) == {"unchanged"}
    assert not report.applied
    assert desk.count("audit") == audited


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (
            "clients",
            "client,computers,tax_exempt,tax_ref,agreement,agreement_starts,allowance_minutes,labour_discount_pct\n"
            "Acme,007,1,X1,Retainer,2026-02-01,0,007.50\nElm,0,FALSE,,TM,2026-02-01,,-0\n",
        ),
        (
            "sites",
            "client,site,lat,lon,access_from,access_to,services\nharbor dental,Annex,+39.90,-083.00,8:00,24:00, mail ;;x\n",
        ),
        ("technicians", "name,login,skills,lunch_minutes,labour_class,vehicle\nKim Vale,KIM,Server;server,0,tech, \n"),
        ("visits", "reference,client,site,work,minutes,priority,tags\n r1 ,HARBOR DENTAL,main  office,Fix,060,,B;a\n"),
    ],
)
def test_odd_spellings_are_found_again_as_they_were_meant(desk: Desk, kind: str, text: str) -> None:
    assert set(verdicts(desk.take(kind, text))) == {"new"}
    assert set(verdicts(desk.take(kind, text))) == {"unchanged"}


# clients


def test_client_comes_with_contact_and_agreement(desk: Desk) -> None:
    client = clients.client_by_name(desk.store, "harbor dental")
    assert client is not None
    agreement = agreements.agreement_on(desk.store, client.id, datetime.date(2026, 11, 24))
    assert agreement is not None
    assert client.contacts == (Contact("Office of Harbor", "+1 614 555 0100", "office@harbor.example"),)
    assert (client.computers, client.servers, client.tax_exempt) == (22, 2, False)
    assert (agreement.kind, agreement.starts, agreement.ends) == ("retainer", FEBRUARY, datetime.date(2026, 12, 31))
    assert agreement.terms == {
        "kind": "retainer", "starts": "2026-02-01", "ends": "2026-12-31", "price_list": "agreement",
        "allowance_min": 240, "blocks": [],
    }  # fmt: skip
    assert agreement.service.targets == {"P1": {"onsite": 480}, "P2": {"onsite": 480}}


def test_prepaid_minutes_are_one_block_bought_on_the_start(desk: Desk) -> None:
    client = clients.client_by_name(desk.store, "Granite Veterinary Clinic")
    assert client is not None
    agreement = agreements.agreement_on(desk.store, client.id, datetime.date(2026, 11, 24))

    assert agreement is not None
    assert agreement.terms["blocks"] == [
        {"id": "opening", "purchased_on": "2026-05-01", "expires_on": None, "remaining_min": 1200}
    ]


FEES = "client,agreement,agreement_starts,prepaid_minutes,monthly_fee,prepaid_price"


def test_a_fee_and_the_price_of_the_block_come_with_the_agreement(desk: Desk) -> None:
    """design/records.md, Imports; what is not said is not known, and no 0."""
    text = f"{FEES}\nElm,retainer,2026-02-01,,310.50,\nOak,block_hours,2026-02-01,600,,1100\nAsh,tm,2026-02-01,,0,\n"
    assert set(verdicts(desk.take("clients", text))) == {"new"}
    assert set(verdicts(desk.take("clients", text, update=True))) == {"unchanged"}

    def agreed(name: str) -> Agreement:
        client = clients.client_by_name(desk.store, name)
        assert client is not None
        (agreement,) = agreements.agreements_of(desk.store, client.id)
        return agreement

    assert [agreed(name).service.monthly_fee for name in ("Elm", "Oak", "Ash")] == [31050, None, 0]
    (block,) = agreements.blocks_of(desk.store, agreed("Oak").id)
    assert (block.price, block.size) == ("110000", "600")
    changed = text.replace("1100", "1200").replace("310.50", "320")
    assert set(verdicts(desk.take("clients", changed, update=True))) == {"updated", "unchanged"}
    (block,) = agreements.blocks_of(desk.store, agreed("Oak").id)
    assert (block.price, agreed("Elm").service.monthly_fee) == ("120000", 32000)


@pytest.mark.parametrize(
    ("line", "field", "expected"),
    [
        ("Acme,block_hours,2026-02-01,,,900", "prepaid_price", "without prepaid_minutes"),
        ("Acme,tm,2026-02-01,,-5,", "monthly_fee", "negative"),
        ("Acme,tm,2026-02-01,,ten,", "monthly_fee", "ten"),
        ("Acme,none,,,10,", "monthly_fee", "without an agreement"),
    ],
)
def test_faults_of_a_fee(empty: Desk, line: str, field: str, expected: str) -> None:
    found = faults(empty.take("clients", f"{FEES}\n{line}\n"))
    assert found[0][1] == field
    assert expected in found[0][2]


def test_client_without_agreement_has_none(desk: Desk) -> None:
    client = clients.client_by_name(desk.store, "Scioto Insurance")
    assert client is not None

    assert agreements.agreements_of(desk.store, client.id) == []


@pytest.mark.parametrize(
    ("line", "field", "expected"),
    [
        (",,,,none,,,,", "client", "missing"),
        ("Acme,,,,gold,,,,", "agreement", "none, tm, fixed_price, retainer, block_hours"),
        ("Acme,,,,tm,,,,", "agreement_starts", "missing"),
        ("Acme,,,,tm,31.02.2026,,,", "agreement_starts", "2026-11-24"),
        ("Acme,,,,tm,2026-02-01,2026-01-31,,", "agreement_ends", "before agreement_starts"),
        ("Acme,,,,tm,2026-02-01,,600,", "prepaid_minutes", "block_hours"),
        ("Acme,,,,block_hours,2026-02-01,,-5,", "prepaid_minutes", "whole number"),
        ("Acme,,,,none,2026-02-01,,,", "agreement_starts", "without an agreement"),
        ("Acme,,,,,,,,240", "onsite_target_minutes", "without an agreement"),
        ("Acme,,,,tm,2026-02-01,,,0", "onsite_target_minutes", "whole number"),
        ('"Ac\nme",,,,none,,,,', "client", "a line break"),
        ("x" * 201 + ",,,,none,,,,", "client", "longer than 200"),
    ],
)
def test_faults_of_a_client(empty: Desk, line: str, field: str, expected: str) -> None:
    report = empty.take("clients", f"{CLIENT}\n{line}\n")

    assert faults(report)[0][1] == field
    assert expected in faults(report)[0][2]
    assert empty.count("client") == 0


def test_phone_without_a_contact_is_the_clients_own(empty: Desk) -> None:
    text = "client,phone\nAcme,0100\n"
    empty.take("clients", text)

    client = clients.client_by_name(empty.store, "Acme")
    assert client is not None
    assert client.contacts == (Contact("Acme", "0100"),)
    assert clients.whom_to_ring(empty.store) == {client.id: ("Acme", "0100")}
    assert verdicts(empty.take("clients", text)) == ["unchanged"]


def test_update_keeps_what_the_file_does_not_speak_of(desk: Desk) -> None:
    before = clients.client_by_name(desk.store, "Harbor Dental")
    assert before is not None

    report = desk.take("clients", "client,phone\nHARBOR DENTAL,0200\n", update=True)

    after = clients.client_by_name(desk.store, "Harbor Dental")
    assert verdicts(report) == ["updated"]
    assert after is not None
    assert after.contacts == (Contact("Office of Harbor", "0200", "office@harbor.example"),)
    assert (after.name, after.computers) == ("Harbor Dental", 22)
    assert [one.terms for one in agreements.agreements_of(desk.store, after.id)] == [
        one.terms for one in agreements.agreements_of(desk.store, before.id)
    ]


def test_update_changes_the_agreement_from_that_day(desk: Desk) -> None:
    header = "client,agreement,agreement_starts,agreement_ends,allowance_minutes,onsite_target_minutes"
    text = f"{header}\nHarbor Dental,retainer,2026-02-01,2027-01-31,300,240\n"

    assert verdicts(desk.take("clients", text)) == ["differs"]
    assert verdicts(desk.take("clients", text, update=True)) == ["updated"]

    client = clients.client_by_name(desk.store, "Harbor Dental")
    assert client is not None
    (agreement,) = agreements.agreements_of(desk.store, client.id)
    assert (agreement.ends, agreement.terms["allowance_min"]) == (datetime.date(2027, 1, 31), 300)
    assert agreement.service.targets == {"P1": {"onsite": 240}, "P2": {"onsite": 240}}


def test_agreement_from_another_day_is_one_more(desk: Desk) -> None:
    text = "client,agreement,agreement_starts\nLark & Co Architects,tm,2026-11-25\n"

    assert verdicts(desk.take("clients", text, update=True)) == ["updated"]

    client = clients.client_by_name(desk.store, "Lark & Co Architects")
    assert client is not None
    assert [one.starts.isoformat() for one in agreements.agreements_of(desk.store, client.id)] == [
        "2026-07-01", "2026-11-25",
    ]  # fmt: skip
    assert verdicts(desk.take("clients", text)) == ["unchanged"]


def test_import_ends_no_agreement(desk: Desk) -> None:
    report = desk.take("clients", "client,agreement\nHarbor Dental,none\n", update=True)

    assert "ends no agreement" in faults(report)[0][2]


def test_block_is_corrected_only_while_nothing_was_drawn(desk: Desk) -> None:
    def text(minutes: int) -> str:
        header = "client,agreement,agreement_starts,agreement_ends,prepaid_minutes"
        return f"{header}\nGranite Veterinary Clinic,block_hours,2026-05-01,2027-06-30,{minutes}\n"

    client = clients.client_by_name(desk.store, "Granite Veterinary Clinic")
    assert client is not None
    (agreement,) = agreements.agreements_of(desk.store, client.id)
    assert verdicts(desk.take("clients", text(1500), update=True)) == ["updated"]
    (pool,) = agreements.blocks_of(desk.store, agreement.id)
    assert (pool.size, pool.remaining) == ("1500", "1500")
    with desk.user.write("charge") as unit:
        unit.update("pool", pool.id, pool.version, remaining="1440")
        unit.audit("pool", pool.id)

    assert "1440 remain" in faults(desk.take("clients", text(1800), update=True))[0][2]


# sites


def test_site_comes_with_access_services_and_the_drive_from_the_depot(desk: Desk) -> None:
    client = clients.client_by_name(desk.store, "Harbor Dental")
    assert client is not None
    (site,) = clients.sites_of(desk.store, client.id)

    assert (site.name, site.address, site.zone) == ("Main office", "1716 Mooberry Street", None)
    assert site.place == Place(39.9542, -82.978761)
    assert site.access == tuple(Hours(weekday, 480, 1080) for weekday in range(7))
    assert site.services == ("sign-in", "mail", "print")
    # 2.06 km as the crow flies: 1.4 times that by road, and 90 s + 98 s/km
    assert (site.one_way_distance, site.one_way_minutes, site.one_way_provenance) == ("1.8", 5, "estimated")


def test_site_without_coordinates_is_not_placed(desk: Desk) -> None:
    client = clients.client_by_name(desk.store, "Northside Family Dentistry")
    assert client is not None
    (site,) = clients.sites_of(desk.store, client.id)

    assert site.place is None
    assert (site.one_way_distance, site.one_way_minutes, site.one_way_provenance) == (None, None, "unknown")


SITE = "client,site,lat,lon,access_from,access_to,services"


@pytest.mark.parametrize(
    ("line", "field", "expected"),
    [
        ("Nobody,Main,,,,,", "client", "no such client"),
        ("Harbor Dental,,,,,,", "site", "missing"),
        ("Harbor Dental,Annex,39.9,,,,", "lon", "missing beside lat"),
        ("Harbor Dental,Annex,91,-83,,,", "lat", "from -90 to 90"),
        ("Harbor Dental,Annex,nan,-83,,,", "lat", "such as 12.5"),
        ("Harbor Dental,Annex,39.9,1e3,,,", "lon", "such as 12.5"),
        ("Harbor Dental,Annex,,,17:00,08:00,", "access_to", "not after access_from"),
        ("Harbor Dental,Annex,,,08:00,,", "access_to", "missing beside"),
        ("Harbor Dental,Annex,,,8 o clock,17:00,", "access_from", "written as 09:00"),
        ("Harbor Dental,Annex,,,,," + "x" * 81, "services", "longer than 80"),
    ],
)
def test_faults_of_a_site(desk: Desk, line: str, field: str, expected: str) -> None:
    sites = desk.count("site")
    report = desk.take("sites", f"{SITE}\n{line}\n")

    assert faults(report)[0][1] == field
    assert expected in faults(report)[0][2]
    assert desk.count("site") == sites


def test_same_name_at_two_clients_is_two_sites(desk: Desk) -> None:
    report = desk.take("sites", "client,site\nHarbor Dental,Annex\nElm Street Law,Annex\nharbor dental,ANNEX\n")

    assert verdicts(report) == ["new", "new", "refused"]
    assert faults(report) == [(4, "site", "stands in row 2 already")]


def test_site_that_is_placed_later_gets_its_drive(desk: Desk) -> None:
    text = "client,site,lat,lon\nNorthside Family Dentistry,Main office,39.99,-82.99\n"

    assert verdicts(desk.take("sites", text, update=True)) == ["updated"]

    client = clients.client_by_name(desk.store, "Northside Family Dentistry")
    assert client is not None
    (site,) = clients.sites_of(desk.store, client.id)
    assert site.place == Place(39.99, -82.99)
    assert site.one_way_provenance == "estimated"
    assert site.one_way_minutes
    assert site.access == tuple(Hours(weekday, 540, 1020) for weekday in range(7))


def test_figures_that_somebody_set_stay_when_the_place_is_corrected(desk: Desk) -> None:
    client = clients.client_by_name(desk.store, "Harbor Dental")
    assert client is not None
    (site,) = clients.sites_of(desk.store, client.id)
    with desk.user.write("site travel") as unit:
        unit.update("site", site.id, site.version, one_way_distance="9.9", one_way_provenance="pinned")
        unit.audit("site", site.id)

    report = desk.take("sites", "client,site,lat,lon\nHarbor Dental,Main office,40.1,-82.99\n", update=True)

    after = clients.site(desk.store, site.id)
    assert after is not None
    assert (after.place, after.one_way_distance) == (Place(40.1, -82.99), "9.9")
    assert "stay as they are" in report.rows[0].warnings[0]


def test_hours_that_vary_by_weekday_are_kept_unless_the_file_has_others(desk: Desk) -> None:
    client = clients.client_by_name(desk.store, "Harbor Dental")
    assert client is not None
    with desk.user.write("add site") as unit:
        site_id = clients.add_site(
            unit, Site(0, client.id, "Annex", "", "America/New_York", access=(Hours(0, 480, 720),))
        )

    desk.take("sites", "client,site,address\nHarbor Dental,Annex,2 Front Street\n", update=True)
    kept = clients.site(desk.store, site_id)
    differs = desk.take("sites", "client,site,access_from,access_to\nHarbor Dental,Annex,08:00,17:00\n")

    assert kept is not None
    assert (kept.address, kept.access) == ("2 Front Street", (Hours(0, 480, 720),))
    assert differs.rows[0].differences[0].ours == "by weekday"


# technicians


def test_technician_comes_with_everything(desk: Desk) -> None:
    ana = people.technician_by_name(desk.store, "ana ruiz")
    assert ana is not None
    staff = people.staff_by_id(desk.store, ana.id)
    assert staff is not None

    assert (ana.login, ana.labour_class, ana.home_address) == ("ana", "tech", "316 Collins Avenue")
    assert ana.skills == frozenset({"network", "server", "security"})
    assert ana.shifts == tuple(Hours(weekday, 480, 1020) for weekday in range(5))
    assert ana.lunch == Lunch(690, 810, 30)
    assert ana.home == Place(39.976283, -83.011226)
    assert (staff.roles, staff.email) == (frozenset({Role.TECHNICIAN}), "ana@example.com")


def test_a_new_technician_has_the_hours_lunch_class_and_depot_that_the_firm_has_set(desk: Desk) -> None:
    """As on the form and by command: what a row says nothing of is usual."""
    usual = {"default_shifts": "mon-thu 07:00-15:00", "default_lunch": "11:00-12:00 30", "depot": "39.96, -83.00"}
    editing.edit(desk.user, "settings", desk.user.firm, usual)
    editing.add(desk.user, "technician", {"name": "Kim Vale", "login": "kim"})
    desk.take("technicians", "name,login,shift_start,shift_end\nPat Moss,pat,,\nSam Roe,sam,09:00,12:00\n")
    kim, pat, sam = (technician_named(desk.user.store, name) for name in ("Kim Vale", "Pat Moss", "Sam Roe"))
    assert hours_text(pat.shifts) == hours_text(kim.shifts) == "mon-thu 07:00-15:00"
    assert pat.lunch == kim.lunch is not None
    assert pat.labour_class == kim.labour_class
    assert pat.home == kim.home == Place(39.96, -83.00)
    assert hours_text(sam.shifts) == "mon-fri 09:00-12:00"


TECHNICIAN = "name,email,skills,shift_start,shift_end,lunch_from,lunch_to,lunch_minutes,labour_class"


@pytest.mark.parametrize(
    ("line", "field", "expected"),
    [
        (",kim@example.com,,,,,,,tech", "name", "missing"),
        ("Kim Vale,,,,,,,,tech", "email", "missing"),
        ("Kim Vale,kim.example.com,,,,,,,tech", "email", "e-mail"),
        ("Kim Vale,k+m@example.com,,,,,,,tech", "email", "login"),
        ("Kim Vale,kim@example.com,,17:00,08:00,,,,tech", "shift_end", "not after shift_start"),
        ("Kim Vale,kim@example.com,,,,11:00,11:15,30,tech", "lunch_minutes", "does not fit"),
        ("Kim Vale,kim@example.com,,,,11:00,,30,tech", "lunch_to", "missing beside"),
        ("Kim Vale,kim@example.com,,,,11:00,12:00,,tech", "lunch_minutes", "missing beside"),
        ("Kim Vale,kim@example.com,,,,,,30,tech", "lunch_from", "missing beside"),
        ("Kim Vale,lee@example.com,,,,,,,tech", "name", "belongs to Lee Moreau"),
        ("Kim Vale,kim@example.com," + "x" * 41 + ",,,,,,tech", "skills", "longer than 40"),
    ],
)
def test_faults_of_a_technician(desk: Desk, line: str, field: str, expected: str) -> None:
    staff = desk.count("staff")
    report = desk.take("technicians", f"{TECHNICIAN}\n{line}\n")

    assert faults(report)[0][1] == field
    assert expected in faults(report)[0][2]
    assert desk.count("staff") == staff


def test_member_of_staff_becomes_a_technician_too(desk: Desk) -> None:
    report = desk.take("technicians", f"{TECHNICIAN}\nLee Moreau,lee@example.com,server,08:00,17:00,,,,tech\n")

    lee = people.technician_by_name(desk.store, "lee")
    staff = people.staff_by_login(desk.store, "lee")
    assert verdicts(report) == ["new"]
    assert lee is not None
    assert staff is not None
    assert (staff.id, staff.roles, staff.email) == (lee.id, frozenset(Role), "lee@example.com")


def test_login_that_was_never_given_a_name_takes_it_from_the_file(desk: Desk) -> None:
    with desk.user.write("add staff") as unit:
        people.add_staff(unit, Staff(0, "kim", "kim", frozenset({Role.DISPATCHER})))

    desk.take("technicians", f"{TECHNICIAN}\nKim Vale,kim@example.com,,,,,,,tech\n")

    kim = people.staff_by_login(desk.store, "kim")
    assert kim is not None
    assert (kim.name, kim.roles) == ("Kim Vale", frozenset({Role.DISPATCHER, Role.TECHNICIAN}))


def test_login_of_its_own_column_and_of_somebody_who_left(desk: Desk) -> None:
    desk.take("technicians", "name,login,labour_class\nKim Vale,kv,tech\n")
    kim = people.staff_by_login(desk.store, "kv")
    assert kim is not None
    with desk.user.write("leave") as unit:
        unit.update("staff", kim.id, kim.version, active=0)
        unit.audit("staff", kim.id)

    report = desk.take("technicians", "name,login,labour_class\nKarl Voss,KV,tech\n")

    assert "has left" in faults(report)[0][2]


def test_new_skills_become_known_and_a_class_without_price_is_told(desk: Desk) -> None:
    report = desk.take("technicians", f"{TECHNICIAN}\nKim Vale,kim@example.com,Fibre;server,,,,,,guru\n")

    assert "fibre" in people.skills(desk.store)
    assert "no labour class guru" in report.rows[0].warnings[0]


def test_update_of_a_technician(desk: Desk) -> None:
    header = "name,email,skills,labour_class"
    text = f"{header}\nAna Ruiz,ana.ruiz@example.com,network,senior\n"

    report = desk.take("technicians", text, update=True)

    ana = people.technician_by_name(desk.store, "Ana Ruiz")
    assert {one.field for one in report.rows[0].differences} == {"email", "skills", "labour_class"}
    assert ana is not None
    assert (ana.login, ana.skills, ana.labour_class) == ("ana", frozenset({"network"}), "senior")
    assert ana.shifts == tuple(Hours(weekday, 480, 1020) for weekday in range(5))
    assert verdicts(desk.take("technicians", text)) == ["unchanged"]


def test_one_login_for_two_rows_is_refused(empty: Desk) -> None:
    report = empty.take(
        "technicians",
        "name,email,labour_class\nAnn,a@one.example,tech\nAnders,a@two.example,tech\nann,b@x.example,tech\n",
    )

    assert verdicts(report) == ["new", "refused", "refused"]


# rate card


def test_card_brings_what_the_firm_never_set(desk: Desk) -> None:
    firm = settings.firm(desk.store)

    assert (firm.currency, firm.distance_unit, firm.zone) == ("USD", "mi", "America/New_York")
    assert (firm.depot, firm.depot_address) == (Place(39.9645, -82.9988), "Gay Street, Columbus")
    assert settings.fields_set(desk.store) >= {"currency", "distance_unit", "zone", "depot"}


@pytest.mark.parametrize(
    ("columns", "place", "asked"), [("ends", '"48.1, 11.6"', "ends"), ("start_lat,start_lon", "48.1,11.6", "start_lat")]
)
def test_every_place_of_a_technician_is_asked_about(desk: Desk, columns: str, place: str, asked: str) -> None:
    report = desk.take("technicians", f"name,email,labour_class,{columns}\nKim Vale,kim@example.com,tech,{place}\n")

    assert [name for _, name, _ in faults(report)] == [asked]
    assert "from where the firm is" in faults(report)[0][2]


def test_a_price_list_may_come_before_the_card_that_has_it(desk: Desk) -> None:
    """It is told, as standard prices count until then (design/charges.md B2.7)."""
    report = desk.take("clients", "client,private,price_group\nFood Bank,yes,kin\n")
    assert "no rate card has a price list kin yet" in report.rows[0].warnings[0]
    client = clients.client_by_name(desk.store, "Food Bank")
    assert client is not None
    assert (client.private, client.price_group) == (True, "kin")
