"""Text that people typed never steers anybody's terminal, on any screen, however it came into the database."""

from __future__ import annotations

import datetime
import os
import re
from pathlib import Path

import pytest

from db import agreements, clients, people, settings, visits
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.closeout.recording import Recording
from dispatch.desk.closeout import arriving, leaving, onsite
from dispatch.desk.plan import schedule
from dispatch.desk.session.user import log_in
from dispatch.model.checklists import ItemKind, Result
from dispatch.model.clients import Client, Site
from dispatch.model.clock import SetClock
from dispatch.model.instants import at_local
from dispatch.model.people import Absence, AbsenceRecord, Hours, Staff, Technician
from dispatch.model.states import Role
from dispatch.model.travel import Place
from tests.conftest import Dispatch
from tests.desk.conftest import CARD, ZONE
from tests.prepared import copied, made_once
from tests.quick import first_of
from tests.terminal.terminal import KEYS, terminal

DAY = datetime.date(2026, 11, 24)

HOSTILE = (
    "\x1b]0;owned\x07\x1b[35;7;9mred\x1b[2J [/dev/sda] [link=http://x]y[/] [bold]b \u202eabc\u2066 \x9b31m \x90q\x9c "
    "\x1b]52;c;b3duZWQ=\x07 \x00 e\u0301\u0301\u0301\u0301\u0301\u0301\u0301 =HYPERLINK(1) \U0001f600 漢字"
)
LONG = "y" * 10_000
FORMS = ("plain", "markdown", "html", "csv", "json")

# what none of the screens may send: control bytes that only the data holds
FORBIDDEN = {
    "window title": b"\x1b]0;",
    "clipboard": b"\x1b]52;",
    "colour of the data": b"\x1b[35;7;9m",
    "clear screen of the data": b"\x1b[2J [",
    "bell": b"\x07",
    "C1 control": b"\xc2\x9b",
    "C1 string": b"\xc2\x90",
    "bidi override": "\u202e".encode(),
    "bidi isolate": "\u2066".encode(),
    "null": b"\x00",
}


def poison(store: Store) -> None:
    """Put the hostile text into every text column of every record, as a foreign program with the file might."""
    store.conn.execute("PRAGMA ignore_check_constraints=ON")
    keep = {
        "state",
        "review",
        "kind",
        "result",
        "grade",
        "phase",
        "zone",
        "reference",
        "login",
        "cause",
        "came_by",
        "ref",
        "vantage",
        "role",
    }
    keep |= {
        "wanted_on",
        "latest_on",
        "after_day",
        "on_call",
        "occurrence",
        "uid",
        "starts",
        "ends",
        "valid_from",
        "provenance",
        "one_way_provenance",
        "labour_class",
        "one_way_distance",
        "travel_price",
        "way",
    }
    names = {"staff": ["name"], "client": ["name", "notes"], "contact": None, "site": None, "visit": None, "job": None}
    names |= {"technician": None, "absence": None, "site_service": None, "visit_tag": None}
    for table, columns in names.items():
        texts = [
            name
            for _, name, kind, *_ in store.all(f"PRAGMA table_info({table})")
            if kind == "TEXT" and name not in keep and (columns is None or name in columns)
        ]
        for column in texts:
            # SQLite cuts a value at NUL in char(), not in a bound parameter
            version = ", version = version + 1" if table == "visit" else ""
            key = "rowid" if table in ("staff", "client", "site") else "0"
            # names are unique, so that each gets its own head
            for (row,) in store.all(f"SELECT DISTINCT {key} FROM {table}"):
                store.conn.execute(
                    f"UPDATE {table} SET {column} = ? {version} WHERE {key} = ?", (f"{row}{HOSTILE}", row)
                )
    store.conn.execute("UPDATE setting SET value = json_quote(?) WHERE key = 'name'", (HOSTILE.replace("\x00", ""),))


@pytest.fixture
def poisoned(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A firm whose every text is hostile, with a closed visit, a running one and a queue."""
    return copied(made_once(tmp_path_factory, "hostile.db", _poison_firm), tmp_path / "hostile.db")


def _poison_firm(path: Path) -> None:
    clock = SetClock(at_local(DAY, "08:00", ZONE))
    with Store.create(path, clock=clock) as store:
        with unit_of_work(store, "init", Actor(None, "system", "setup", "system")) as unit:
            settings.set_firm(unit, name="Firm", zone=ZONE, depot=Place(39.96, -83.0))
            people.add_staff(unit, Staff(0, "lee", "Lee", frozenset(Role)))
            ana = people.add_staff(unit, Staff(0, "ana", "Ana", frozenset({Role.TECHNICIAN})))
            week = tuple(Hours(weekday, 480, 1020) for weekday in range(7))
            people.add_technician(
                unit, Technician(ana, "ana", "Ana", frozenset({"server"}), "tech", week, home=Place(39.95, -83.0))
            )
            client_id = clients.add_client(unit, Client(0, "Client"))
            site = Site(
                0, client_id, "Site", "Street", ZONE, Place(39.9, -83.0), services=("mail",), access_notes="bell",
                one_way_distance="4.0", one_way_minutes=10,
            )  # fmt: skip
            site_id = clients.add_site(unit, site)
            agreements.add_rate_card(unit, "card", datetime.date(2026, 1, 1), CARD)
            for number in range(1, 5):
                visits.add_visit(
                    unit,
                    store,
                    visits.NewVisit(f"R{number}", client_id, site_id, "Work", 60, 2, clock.now(), wanted_on=DAY),
                )
        lee, ana = log_in(store, "lee"), log_in(store, "ana")
        for reference, start in (("R1", "09:00"), ("R2", "11:00")):
            schedule.assign(lee, reference, ["Ana"], at_local(DAY, start, ZONE))
        arriving.arrive(ana, "R1", early_not_agreed=True)
        for ref, kind in store.all("SELECT ref, kind FROM item WHERE visit_id = 1 AND required = 1 ORDER BY position"):
            entry = {
                ItemKind.ASK: Recording(Result.ANSWERED, "nothing"),
                ItemKind.CONFIRM: Recording(Result.DONE, "changed it"),
                ItemKind.TEST: Recording(Result.PASS, f"seen to work well as {ref}"),
                ItemKind.SIGN_OFF: Recording(Result.SIGNED, "fine", signed_by="Jo", satisfied=True),
            }[ItemKind(kind)]
            onsite.record(ana, "R1", ref, entry)
        leaving.close(ana, "R1")
        schedule.hold(lee, "R4", "waiting")
        people_absent = Absence(at_local(DAY, "16:00", ZONE), at_local(DAY, "17:00", ZONE), "dentist")
        with unit_of_work(store, "absence", Actor(None, "system", "setup", "system")) as unit:
            people.add_absence(unit, AbsenceRecord(0, 2, *people_absent))
        poison(store)
        store.conn.execute("PRAGMA ignore_check_constraints=OFF")


def assert_clean(sent: bytes) -> None:
    """No control byte of the data is in what was sent."""
    # the program itself sets the shape of the pointer (OSC 22), which ends in BEL
    sent = re.sub(rb"\x1b\]22;[a-z]*\x07", b"", sent)
    for what, control in FORBIDDEN.items():
        assert control not in sent, f"{what} reached the terminal: …{sent[max(0, sent.index(control) - 60) :][:160]!r}"


@pytest.mark.again
@first_of(
    "words, keys",
    [
        ("day", ["down", "enter", "down", "V", "esc", "esc", "H", "down", "down", "esc"]),
        (
            "board",
            [
                "right",
                "right",
                "enter",
                "down",
                "down",
                "v",
                "esc",
                "esc",
                "tab",
                "down",
                "a",
                "esc",
                "?",
                "esc",
                "n",
                "h",
                "tab",
                "esc",
                "i",
                "esc",
                "e",
                "esc",
                "c",
                "esc",
                "J",
                "down",
                "esc",
            ],
        ),
        ("log", ["down", "enter", "esc", "v", "esc", "?", "esc"]),
        (
            "log",
            [
                "f",
                "b",
                "b",
                "tab",
                "enter",
                "esc",
                "b",
                "esc",
                "A",
                "enter",
                "esc",
                "/",
                "esc",
                "V",
                "esc",
                "esc",
                "H",
                "down",
                "enter",
                "down",
                "down",
                "esc",
                "esc",
                "R",
                "esc",
                "S",
                "enter",
                "esc",
            ],
        ),
    ],
)
@first_of("size", [(120, 36), (45, 20)])
def test_no_screen_sends_a_control_byte_of_the_data(
    poisoned: Path, words: str, keys: list[str], size: tuple[int, int]
) -> None:
    login = "ana" if words == "day" else "lee"
    columns, rows = size
    with terminal([words, "--date", DAY.isoformat(), "--as", login], db=poisoned, columns=columns, rows=rows) as screen:
        screen.wait_for_any("dev/sda", "owned")
        for key in keys:
            os.write(screen.fd, KEYS.get(key, key).encode())
            screen.read(then=0.12)
            assert screen.alive, f"{words} died at {key!r}:\n{screen.read()}"
        screen.read()
        assert_clean(screen.sent)


def test_no_plain_view_prints_a_control_byte_of_the_data(poisoned: Path) -> None:
    firm = Dispatch(poisoned)
    for words in (
        ["board", "--plain"], ["board", "--json"], ["day", "--plain", "--as", "ana"], ["log", "--plain"], ["log", "--json"],
        ["visit", "list"], ["visit", "list", "--json"], ["visit", "show", "R1"], ["visit", "show", "R1", "--json"],
        ["staff", "list"], ["staff", "list", "--json"],
        *([kind, *words, form] for form in ("--plain", "--markdown", "--html", "--csv", "--json") for kind, *words in (
            ["report", "day"], ["report", "sheet", "--technician", "ana"])),
        *(["timesheet", *words, "--as", "lee"] for words in (
            ["list", "today"], ["list", "today", "--json"], ["export", "today", "--every"],
            ["show", "today", "--technician", "ana"])),
        *(["report", "firm", "--period", "2026-11", form] for form in ("--plain", "--markdown", "--html", "--csv", "--json")),
        ["figures", "--by", "client"], ["figures", "--by", "client", "--csv"], ["figures", "--behind", "charged"],
        ["audit", "show"], ["audit", "show", "--json"],
    ):  # fmt: skip
        dated = [*words, "--date", DAY.isoformat()] if words[0] in ("board", "day", "log", "report") else words
        dated = words if words[:2] == ["report", "firm"] else dated
        dated = [*words, "--to", DAY.isoformat()] if words[0] == "figures" else dated
        said = firm(*dated, *([] if "--as" in words or words[0] == "staff" else ["--as", "lee"]))
        assert said.code == 0, said.err
        assert_clean((said.out + said.err).encode())


def test_no_invoice_prints_a_control_byte_of_the_data(poisoned: Path) -> None:
    firm = Dispatch(poisoned)
    accepted = firm("charge", "R1", "--accept", "--revision", "1", "--reason", "it was so", "--as", "lee")
    assert accepted.code == 0, accepted.err
    approval = firm("review", "approve", "R1", "--revision", "2", "--reason", "seen it", "--as", "lee")
    assert approval.code == 0, approval.err
    preview = firm("invoice", "preview", "--as", "lee")
    shown = preview.out.splitlines()[-1].split()[-1]
    said = [
        preview,
        firm("invoice", "preview", "--json", "--as", "lee"),
        firm("invoice", "issue", "--until", DAY.isoformat(), "--shown", shown, "--as", "lee"),
        *(firm("invoice", "print", "2026-0001", f"--{form}", "--as", "lee") for form in FORMS),
        *(
            firm("invoice", *words.split(), "--as", "lee")
            for words in (
                "list", "list --json", "show 2026-0001", "show 2026-0001 --json", "export", "export 2026-0001 --json",
                "credit 2026-0001 --reason slip", "show 2026-0002",
            )
        ),
    ]  # fmt: skip
    for one in said:
        assert one.code == 0, one.err
        assert_clean((one.out + one.err).encode())


@pytest.mark.parametrize("text", [HOSTILE, "y" * 12_000, "a\x1bb", "a\u202eb", "a\x9bb"])
def test_what_is_typed_is_refused_with_a_sentence(firm: Dispatch, text: str) -> None:
    for words in (
        ["visit", "add", "--client", "Harbor Dental", "--minutes", "30", "--work", text],
        ["visit", "hold", "R4028", "--reason", text],
        ["visit", "add", "--client", text, "--minutes", "30", "--work", "x"],
        ["visit", "show", text],
    ):
        said = firm(*words)
        assert said.code == 1
        assert_clean((said.out + said.err).encode())


@pytest.mark.parametrize("text", ["[/dev/sda]", "[link=http://x]", "=HYPERLINK(1)", "[bold]x", "漢字 \U0001f600"])
def test_good_text_that_looks_odd_is_kept_as_it_is(firm: Dispatch, text: str) -> None:
    visit = firm.json("visit", "add", "--client", "Harbor Dental", "--minutes", "30", "--work", text, "--json")

    assert visit["work"] == text
    assert text in firm.ok("visit", "show", visit["reference"])
