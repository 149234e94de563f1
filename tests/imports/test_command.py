"""`dispatch init`, `dispatch staff` and `dispatch import` as they are typed: words, streams, exit codes."""

from __future__ import annotations

import importlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pendulum
import pytest
from textual.widgets import Label

from db import settings
from db.store import Store
from dispatch.commands import importing
from dispatch.commands.line import run
from dispatch.desk.files.as_written import DATES, DECIMALS
from dispatch.desk.files.table import ROWS
from dispatch.desk.firm.country_zones import country_of_zone, zone_of_country
from dispatch.desk.imports.importing import KINDS
from dispatch.model.countries import country_called
from screens.program.welcome import FirstChoice, FirstStep, Welcome
from tests.imports.conftest import SAMPLE
from tests.prepared import copied
from tests.wall import started

NOW = 1_795_996_800  # 30 November 2026
MESSY = str(SAMPLE / "visits-messy.csv")


@dataclass
class Line:
    """The command line on one database; `out` and `err` are what the last command printed."""

    db: Path
    capture: pytest.CaptureFixture[str]
    out: str = ""
    err: str = ""

    def __call__(self, *words: str) -> int:
        self.capture.readouterr()
        try:
            code = run([*words, "--db", str(self.db)])
        except SystemExit as usage:
            code = int(usage.code or 0)
        self.out, self.err = self.capture.readouterr()
        assert "Traceback" not in self.err
        return code


def machine_in(monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    """Let the machine say that it is in a zone."""
    local = importlib.import_module("pendulum.tz.local_timezone")
    monkeypatch.setattr(local, "get_local_timezone", lambda: pendulum.timezone(zone))


@pytest.fixture
def line(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Line:
    """No database yet; lee is logged in, on a machine that knows where it is."""
    machine_in(monkeypatch, "Europe/Berlin")
    monkeypatch.setattr("getpass.getuser", lambda: "lee")
    return Line(tmp_path / "firm.db", capsys)


@pytest.fixture
def firm(line: Line, master_data: Path) -> Line:
    """The sample firm without visits."""
    copied(master_data, line.db)
    return line


def visits_in(line: Line) -> int:
    with Store.open(line.db) as store:
        return int(store.value("SELECT count(*) FROM visit"))


# init and staff


def test_init_makes_a_database_with_its_first_lead(line: Line) -> None:
    assert line("init", "--name", "Columbus IT", "--zone", "America/New_York", "--lead-name", "Lee Moreau") == 0

    assert "Lee Moreau (lee) is its first lead" in line.out
    assert line("staff", "list", "--json") == 0
    assert json.loads(line.out) == [
        {"login": "lee", "name": "Lee Moreau", "roles": ["dispatcher", "lead", "technician"], "email": ""}
    ]
    with Store.open(line.db) as store:
        firm = settings.firm(store)
        assert (firm.name, firm.zone) == ("Columbus IT", "America/New_York")
        assert settings.fields_set(store) == {"name", "zone"}


def test_init_leaves_an_existing_file_alone(line: Line) -> None:
    line.db.write_bytes(b"mine")

    assert line("init", "--lead", "lee") == 1
    assert str(line.db) in line.err
    assert line.db.read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--lead", "a b"), "login"),
        (("--lead", "x" * 41), "login"),
        (("--lead", "lee", "--zone", "Mars/Olympus"), "time zone"),
        (("--lead", "lee", "--name", "a\x1bb"), "control character"),
        (("--lead", "lee", "--name", "  "), "name"),
        (("--lead", "lee", "--lead-name", "a\x1bb"), "control character"),
    ],
)
def test_init_with_a_fault_makes_nothing(line: Line, words: tuple[str, ...], said: str) -> None:
    assert line("init", *words) == 1
    assert said in line.err
    assert "\x1b" not in line.err
    assert list(line.db.parent.iterdir()) == []


def test_init_asks_for_a_lead_where_the_system_knows_none(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)

    assert line("init") == 1
    assert "--lead" in line.err
    assert not line.db.exists()


def test_init_asks_on_a_terminal(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["kim", "Kim Vale", "-"])
    monkeypatch.setattr("dispatch.commands.book.on_terminal", lambda: True)
    monkeypatch.setattr("builtins.input", lambda question: next(answers))

    assert line("init") == 0
    assert "Kim Vale (kim) is its first lead" in line.out


def test_init_takes_over_what_is_usual_in_a_country(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    machine_in(monkeypatch, "UTC")

    assert line("init", "--lead", "lee", "--country", "Atlantis") == 1
    assert "country: 'Atlantis' is not one of those" in line.err
    assert not line.db.exists()
    assert line("init", "--lead", "lee", "--country", "US") == 1  # it has many zones
    assert line("init", "--lead", "lee", "--country", "Österreich") == 0
    assert "As usual in Austria: EUR, tax 20 %, km, 24 h, weeks from Monday, paper A4." in line.out
    with Store.open(line.db) as store:
        firm = settings.firm(store)
    assert (firm.zone, firm.country, firm.currency) == ("Europe/Vienna", "AT", "EUR")
    assert (firm.distance_unit, firm.clock_hours, firm.first_weekday, firm.paper_size) == ("km", 24, 0, "a4")


def test_init_asks_for_the_country_and_offers_that_of_the_zone(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("dispatch.commands.book.on_terminal", lambda: True)
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or "")

    assert line("init", "--zone", "America/Chicago") == 0
    assert asked[-1].endswith("[US]: ")
    with Store.open(line.db) as store:
        firm = settings.firm(store)
    assert (firm.country, firm.distance_unit, firm.clock_hours, firm.first_weekday, firm.paper_size) == (
        "US",
        "mi",
        12,
        6,
        "letter",
    )


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC"])
def test_a_machine_in_utc_has_no_zone_for_a_firm(line: Line, monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    machine_in(monkeypatch, zone)

    assert line("init", "--lead", "lee") == 1
    assert "--zone Europe/Berlin" in line.err
    assert list(line.db.parent.iterdir()) == []

    answers = iter(["lee", "Lee", "Europe/Lisbon", "-"])
    monkeypatch.setattr("dispatch.commands.book.on_terminal", lambda: True)
    monkeypatch.setattr("builtins.input", lambda question: next(answers))
    assert line("init") == 0
    assert "its zone Europe/Lisbon" in line.out


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("DE", "Europe/Berlin"),
        ("CY", "Asia/Nicosia"),
        ("AT", "Europe/Vienna"),
        ("ES", None),
        ("US", None),
        ("XX", None),
    ],
)
def test_a_country_has_a_zone_where_all_of_its_have_the_same_rules(country: str, zone: str | None) -> None:
    assert zone_of_country(country, NOW) == zone
    assert zone is None or country_of_zone(zone) == country_called(country)


def test_init_finds_the_zone_of_a_country_with_two_of_the_same_rules(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine_in(monkeypatch, "UTC")

    assert line("init", "--lead", "lee", "--country", "DE") == 0
    assert "its zone Europe/Berlin" in line.out


async def test_the_welcome_asks_for_the_zone(tmp_path: Path) -> None:
    app = Welcome(tmp_path / "firm.db", asks_zone=True)
    async with app.run_test() as pilot:
        await pilot.press("down", "enter")
        assert "In which time zone" in str(app.query_one("#asked", Label).render())
        await pilot.press(*"Mars", "enter")
        assert "there is no time zone" in str(app.query_one("#fault", Label).render()).lower()
        await pilot.press(*["backspace"] * 4, *"Europe/Lisbon", "enter")
    assert app.return_value == FirstStep(FirstChoice.NEW, tmp_path / "firm.db", "Europe/Lisbon")


def test_zone_nobody_chose_gives_way_to_that_of_the_card(line: Line) -> None:
    line("init", "--lead", "lee")
    with Store.open(line.db) as store:
        assert "zone" not in settings.fields_set(store)

    assert line("import", "rate-card", str(SAMPLE / "rate_card.json")) == 0
    with Store.open(line.db) as store:
        assert settings.firm(store).zone == "America/New_York"


def test_chosen_zone_stays(line: Line) -> None:
    line("init", "--lead", "lee", "--zone", "UTC")
    line("import", "rate-card", str(SAMPLE / "rate_card.json"))

    with Store.open(line.db) as store:
        assert settings.firm(store).zone == "UTC"


def test_staff_are_added_by_a_lead(line: Line) -> None:
    line("init", "--lead", "lee")

    assert line("staff", "add", "dana", "--name", "Dana Wells", "--role", "dispatcher", "--email", "d@example.com") == 0
    assert line("staff", "list") == 0
    assert "Dana Wells" in line.out
    assert line("staff", "add", "kim", "--name", "Kim", "--role", "lead", "--as", "dana") == 1
    assert "Only a lead may" in line.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("LEE", "--name", "Other", "--role", "lead"), "lee's"),
        (("kim", "--name", "LEE", "--role", "lead"), "on the staff already"),
        (("kim", "--name", "Kim"), "role"),
        (("k m", "--name", " ", "--role", "lead"), "name: is missing"),
    ],
)
def test_staff_with_a_fault_are_not_added(line: Line, words: tuple[str, ...], said: str) -> None:
    line("init", "--lead", "lee")

    assert line("staff", "add", *words) == 1
    assert said in line.err
    line("staff", "list", "--json")
    assert len(json.loads(line.out)) == 1


# import


def test_kinds_and_limit_are_those_of_the_deed() -> None:
    assert (importing._DATES, importing._DECIMALS) == (DATES, DECIMALS)
    assert importing._KINDS == KINDS
    assert importing._ROWS == ROWS


def test_refused_file_exits_1_and_names_every_fault(firm: Line) -> None:
    assert firm("import", "visits", MESSY) == 1

    told = firm.err.splitlines()
    assert firm.out == ""
    assert told[0].startswith("visits-messy.csv: 4 new, 9 refused: nothing was imported")
    assert (
        "visits-messy.csv row 3: client 'No Such Client': no such client; import clients first or check the spelling"
        in told
    )
    assert len(told) == 12
    assert firm.err.replace("\n", "").isprintable()
    assert visits_in(firm) == 0


def test_good_rows_alone_exit_4(firm: Line) -> None:
    assert firm("import", "visits", MESSY, "--accept-good") == 4
    assert firm.err == ""
    assert "the refused rows were left out" in firm.out
    assert visits_in(firm) == 4


def test_whole_file_exits_0_and_again_says_unchanged(firm: Line) -> None:
    assert firm("import", "visits", str(SAMPLE / "visits.csv")) == 0
    assert firm.out.startswith("visits.csv: 106 new\n")
    assert "warning: the site has no coordinates" in firm.out

    assert firm("import", "visits", str(SAMPLE / "visits.csv")) == 0
    assert firm.out == "visits.csv: 106 unchanged: nothing to do\n"
    assert visits_in(firm) == 106


def test_check_says_what_would_happen_and_changes_nothing(firm: Line) -> None:
    assert firm("import", "visits", str(SAMPLE / "visits.csv"), "--check") == 0
    assert "106 new: this was a check, and nothing was changed" in firm.out
    assert firm("import", "visits", MESSY, "--check") == 1
    assert visits_in(firm) == 0


def test_differences_are_shown_and_taken_with_update(firm: Line, tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    path.write_text("client,site,address\nHarbor Dental,Main office,1 New Street\n")

    assert firm("import", "sites", str(path)) == 0
    assert "row 2: differs: address is '1716 Mooberry Street' here and '1 New Street' in the file" in firm.out
    assert "--update" in firm.out
    assert firm("import", "sites", str(path), "--update") == 0
    assert "1 updated" in firm.out
    assert firm("import", "sites", str(path)) == 0
    assert "1 unchanged" in firm.out


def test_columns_are_mapped_and_unknown_ones_told(firm: Line, tmp_path: Path) -> None:
    path = tmp_path / "theirs.csv"
    path.write_text("No.,Customer,Place,Job,Mins,Colour\nX1,Nobody,Main office,Scanner,45,red\n")
    words = ("import", "visits", str(path), "--map", "no.=reference", "--map", "Customer=client")

    assert firm(*words) == 1
    assert "no column work, minutes" in firm.err

    words += ("--map", "Place=site", "--map", "Job=work", "--map", "Mins=minutes")
    assert firm(*words) == 1
    assert "1 column not known here, left out: Colour" in firm.err
    assert "row 2: client (there: Customer) 'Nobody': no such client" in firm.err

    path.write_text(path.read_text().replace("Nobody", "Harbor Dental"))
    assert firm(*words) == 0
    assert visits_in(firm) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("import", "invoices", MESSY),
        ("import", "visits"),
        ("import", "visits", MESSY, "--map", "reference"),
        ("import", "visits", MESSY, "--map", "Customer=customer"),
        ("import", "rate-card", str(SAMPLE / "rate_card.json"), "--map", "a=client"),
        ("import", "visits", MESSY, "--rows", "0"),
        ("import", "visits", MESSY, "--rows", "many"),
    ],
)
def test_usage_exits_2(firm: Line, words: tuple[str, ...]) -> None:
    assert firm(*words) == 2
    assert firm.err


def test_too_many_rows_are_refused_until_the_limit_is_raised(firm: Line) -> None:
    assert firm("import", "visits", str(SAMPLE / "visits.csv"), "--rows", "105") == 1
    assert "--rows" in firm.err
    assert firm("import", "visits", str(SAMPLE / "visits.csv"), "--rows", "106") == 0


def test_json_has_every_row(firm: Line) -> None:
    assert firm("import", "visits", MESSY, "--json") == 1

    report: dict[str, Any] = json.loads(firm.out)
    assert firm.out.isascii()
    assert report["file"] == "visits-messy.csv"
    assert report["kind"] == "visits"
    assert report["applied"] is False
    assert report["counts"] == {"new": 4, "updated": 0, "unchanged": 0, "differs": 0, "refused": 9}
    assert report["rows"][1] == {
        "row": 3,
        "reference": "M2",
        "verdict": "refused",
        "faults": [
            {
                "field": "client",
                "value": "No Such Client",
                "expected": "no such client; import clients first or check the spelling",
            }
        ],
        "warnings": [],
        "differences": [],
    }


def test_a_check_shows_the_columns_where_one_is_missing(firm: Line, tmp_path: Path) -> None:
    file = tmp_path / "v.csv"
    file.write_text("Wer;Telefon\nAcme;614-555-0100\n")
    assert firm("import", "clients", str(file), "--check") == 1
    assert [line.strip() for line in firm.out.splitlines()[1:]] == [
        "Wer → left out: Acme",
        "Telefon → phone: 614-555-0100",
        "no column → client, which is needed",
    ]
    assert "v.csv has no column client" in firm.err
    assert firm("import", "clients", str(file)) == 1
    assert firm.out == ""


def test_missing_file_is_one_sentence(firm: Line) -> None:
    assert firm("import", "visits", "/nowhere/visits.csv") == 1
    assert firm.err == "dispatch: /nowhere/visits.csv cannot be read: no such file or directory.\n"


def test_import_needs_neither_textual_nor_pendulum(firm: Line) -> None:
    program = (
        "import sys; from dispatch.commands.line import run; "
        f"code = run(['import', 'visits', {str(SAMPLE / 'visits.csv')!r}, '--as', 'lee', '--db', {str(firm.db)!r}]); "
        "print(sorted({'textual', 'pendulum', 'sqlite_utils', 'geopy'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(started("-c", program), capture_output=True, text=True, timeout=60, check=False)

    assert done.stderr == "[]\n"
    assert visits_in(firm) == 106


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("rate-card", "calendar")])
def test_columns_and_template(line: Line, kind: str) -> None:
    assert line("import", kind, "--columns") == 0
    told = {row[:24].strip().removesuffix(" *"): row[24:].strip() for row in line.out.splitlines()}
    assert all(told.values())
    assert line("import", kind, "--template") == 0
    assert line.out.strip().split(",") == list(told)
    assert line("import", kind, "--columns", "--json") == 0
    assert {one["name"] for one in json.loads(line.out)} == set(told)
    header = (SAMPLE / f"{kind}.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert set(header) <= set(told)


def test_columns_of_what_has_none(line: Line) -> None:
    assert line("import", "calendar", "--columns") == 1
    assert "has no columns" in line.err
    assert line("import", "clients") == 2
    assert "--columns" in line.err


def test_what_a_file_differs_in_is_not_told_to_a_technician(firm: Line, tmp_path: Path) -> None:
    (tmp_path / "clients.csv").write_text("client,notes\nHollis Freight,x\n")
    firm("staff", "add", "tia", "--name", "Tia Lane", "--role", "technician")
    for words in (
        ["import", "clients", str(tmp_path / "clients.csv"), "--check", "--json"],
        ["visit", "quick", "hollis 45m router", "--check"],
        ["roads", "export"],
    ):
        assert firm(*words, "--as", "tia") == 1, words
        assert "Only a dispatcher or lead may read" in firm.err
        assert "Hollis" not in firm.out + firm.err
