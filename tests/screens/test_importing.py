"""Files from a screen: looked at first, what they leave open is asked, then taken whole, in part or not at all."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from db import clients, recurrences, visits
from dispatch.desk.files.table import Stopped, Unreadable
from dispatch.desk.files.verdicts import SeenColumn
from dispatch.desk.imports import importing
from dispatch.desk.imports.importing import SeenFile, kind_of
from dispatch.model.requests import Scope
from screens.board.board import BoardScreen
from screens.book.book import BookScreen
from screens.dialogs.finder import FindScreen
from screens.dialogs.questions import AskText, Choose, Form
from screens.files.import_columns import FileColumns, ImportColumns, worth_a_look
from screens.files.import_preview import AskFile, ImportPreview, Working, files_like, watched
from screens.visit.visit import VisitScreen
from tests.desk.conftest import DAY, Office, at
from tests.imports.test_calendar import calendar, event
from tests.quick import first_of
from tests.screens.test_prices import choose, fill
from tests.screens.test_screens import opened, press, until, until_true
from widgets.lines.lines_pane import NotesPane

VISITS = (
    "reference,client,site,date,work,minutes\n"
    "C1,Harbor Dental,Main office,2026-11-24,Cable,30\n"
    "C2,Harbor Dental,Moon,2026-11-24,Cable,30\n"
    "C3,Harbor Dental,Annex,24/24/2026,Cable,x\n"
)


@pytest.mark.parametrize(
    ("theirs", "worth"), [("Payment days", False), ("payment-days *", False), ("Zahlungsziel", True)]
)
def test_columns_that_are_called_as_ours_are_not_worth_a_look(theirs: str, worth: bool) -> None:
    seen = SeenFile((SeenColumn(theirs, "payment_days", "name", ()),), (), ("client", "payment_days"))
    assert worth_a_look(seen, seen.ours) is worth


async def decide(pilot: Pilot[None], value: str) -> list[str]:
    """Choose what is done with a file; returns the lines of its report."""
    await until(pilot, ImportPreview)
    screen: Any = pilot.app.screen
    lines = [text for pane in screen.query(NotesPane) for text, _ in pane._notes]
    values = [row.value for row in screen._rows]
    assert value in values, values
    await press(pilot, *["down"] * values.index(value), "enter")
    return lines


async def import_file(pilot: Pilot[None], path: Path, value: str) -> list[str]:
    """Name the file, look at it, and do what is asked."""
    await until(pilot, AskFile)
    pilot.app.screen.query_one(Input).value = str(path)
    await press(pilot, "enter")
    return await decide(pilot, value)


@first_of("size", [(45, 20), (120, 36), (80, 24)])
async def test_the_good_rows_of_a_file(office: Office, tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "own.csv"
    path.write_text(VISITS)
    async with opened(office.dana, "board", size) as pilot:
        await press(pilot, "i")
        lines = await import_file(pilot, path, "good")
        assert lines == [
            "own.csv row 3: site 'Moon': no such site; Harbor Dental has Annex, Main office, Warehouse",
            "own.csv row 4: date '24/24/2026': is not a date written as 2026-11-24",
            "own.csv row 4: minutes 'x': is not a length of time such as 45, 45m, 1h30 or 2 hours",
        ]
        await until_true(pilot, lambda: visits.visit_by_reference(office.store, "C1") is not None)
        await until(pilot, BoardScreen)
    assert visits.visit_by_reference(office.store, "C3") is None


async def test_leaving_changes_nothing_and_differences_are_looked_at_first(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("\n".join(VISITS.splitlines()[:2]))
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "i")
        await import_file(pilot, path, "leave")
        await until(pilot, BoardScreen)
        assert visits.visit_by_reference(office.store, "C1") is None
        await press(pilot, "i")
        await import_file(pilot, path, "all")
        await until_true(pilot, lambda: visits.visit_by_reference(office.store, "C1") is not None)
        path.write_text(path.read_text().replace(",30", ",45"))
        await until(pilot, BoardScreen)
        await press(pilot, "i")
        lines = await import_file(pilot, path, "update")
        assert lines == ["own.csv row 2: differs: minutes is '30' here and '45' in the file"]
        await decide(pilot, "all")
        await until_true(pilot, lambda: visits.visit_by_reference(office.store, "C1").minutes == 45)  # type: ignore[union-attr]


async def test_days_with_two_readings_are_asked_about_once(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        VISITS.splitlines()[0] + "\nC1,Harbor Dental,Annex,03/12/2026,A,30\nC2,Harbor Dental,Annex,04/12/2026,B,30\n"
    )
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "i")
        lines = await import_file(pilot, path, "day-first")
        assert [line.partition(": say")[0] for line in lines] == [
            "own.csv: date '03/12/2026' in row 2 is 2026-12-03 or 2026-03-12"
        ]
        await until_true(pilot, lambda: "all" in [row.value for row in getattr(pilot.app.screen, "_rows", ())])
        assert (await decide(pilot, "all"))[0] == "own.csv: date: 03/12/2026 is 2026-12-03 (day-first)"
        await until_true(pilot, lambda: visits.visit_by_reference(office.store, "C2") is not None)
    assert str(visits.visit_by_reference(office.store, "C2").wanted_on) == "2026-12-04"  # type: ignore[union-attr]


@pytest.mark.again
async def test_a_calendar_asks_which_sites_are_meant(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "week.ics"
    path.write_text(
        calendar(
            event(UID="1", SUMMARY="Cable", LOCATION="the usual place"),
            event(UID="2", SUMMARY="Disk", LOCATION="the usual place", DTSTART="20261120T140000Z"),
            event(UID="3", SUMMARY="Harbor Dental"),
            event(UID="4", RRULE="FREQ=WEEKLY;BYDAY=WE"),
        )
    )
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "i")
        await import_file(pilot, path, "places")
        await until(pilot, FindScreen)
        pilot.app.screen.query_one(Input).value = "annex"
        await press(pilot, "enter")
        await until(pilot, FindScreen)
        await press(pilot, "escape")
        await decide(pilot, "since")
        await decide(pilot, "recurring")
        await until(pilot, Form)
        assert pilot.app.screen.query_one("#field-rule", Input).value == "every wed"
        await fill(pilot, holidays="skip")
        await choose(pilot, Scope.ALL)
        await until_true(pilot, lambda: len(recurrences.recurrences(office.store)) == 1)
        await decide(pilot, "good")
        await until_true(pilot, lambda: set(visits.uids(office.store)) == {"1"})
    (visit,) = [one for one in visits.queued(office.store) if one.work == "Cable"]
    assert visit.site == "Annex"


async def test_the_dates_of_an_event_that_repeats_are_taken_as_single_visits(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "week.ics"
    path.write_text(calendar(event(RRULE="FREQ=WEEKLY;BYDAY=WE", EXDATE="20261202T140000Z")))
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "i")
        lines = await import_file(pilot, path, "until")
        assert "the event repeats (not on 2026-12-02): add a recurring visit with the rule “every wed”" in lines[0]
        await decide(pilot, "all")
        await until_true(pilot, lambda: len(visits.uids(office.store)) == 11)


async def test_what_is_no_file_is_said(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("colour,size\nred,1\n")
    async with opened(office.dana, "book") as pilot:
        await press(pilot, "i")
        await until(pilot, AskFile)
        line = pilot.app.screen.query_one(Input)
        for text in ("", str(tmp_path), str(tmp_path / "none.csv"), "~nobody/x", "a\x00b"):
            line.value = text
            await press(pilot, "enter")
            assert isinstance(pilot.app.screen, AskFile)
        line.value = f"{tmp_path}/od"
        await press(pilot, "tab")
        assert line.value == str(path)
        await press(pilot, "enter")
        await until(pilot, Choose)
        screen: Any = pilot.app.screen
        assert screen.heading == "What is in odd.csv?"
        await press(pilot, "escape")
        await until(pilot, BookScreen)


async def test_a_long_import_says_how_far_it_is_and_can_be_stopped(office: Office) -> None:
    seen = threading.Event()
    stopped: list[str] = []

    def job(watch: Any) -> None:
        watch("saving", 5, 10)
        seen.set()
        while True:
            threading.Event().wait(0.01)
            watch("saving", 6, 10)

    async with opened(office.dana, "board") as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, BoardScreen)

        async def wait() -> None:
            try:
                await watched(screen, "Taking all", job)
            except Stopped as end:
                stopped.append(str(end))

        screen.run_worker(wait())
        await until(pilot, Working)
        assert seen.is_set()
        await pilot.press("escape")
        await until_true(pilot, lambda: stopped == ["Stopped. Nothing was changed."])
        await until(pilot, BoardScreen)


def test_the_kind_of_a_file_is_known_by_its_beginning(tmp_path: Path) -> None:
    heads = {
        "clients": "client,contact,phone\n",
        "sites": "client,site,address\n",
        "visits": "\ufeffReference;Client;Site;Work;Minutes\n",
        "technicians": ",".join(importing.SUBJECTS["technicians"].columns) + "\n",
        "rate-card": ' {"currency": "USD"}',
        "calendar": "begin:vcalendar\r\n",
    }
    path = tmp_path / "file"
    for kind, head in heads.items():
        path.write_text(head, encoding="utf-8")
        assert kind_of(path) == kind
    for content in (b"", b"\x00\x01", b"\xff\xfe", b"colour\nred\n"):
        path.write_bytes(content)
        with pytest.raises(Unreadable):
            kind_of(path)
    with pytest.raises(Unreadable, match="cannot be read"):
        kind_of(tmp_path / "none")


def test_paths_are_completed(tmp_path: Path) -> None:
    for name in ("visits.csv", "visits-messy.csv", ".hidden", "folder"):
        (tmp_path / name).mkdir() if name == "folder" else (tmp_path / name).touch()
    assert files_like(f"{tmp_path}/vi") == (f"{tmp_path}/visits", ["visits-messy.csv", "visits.csv"])
    assert files_like(f"{tmp_path}/visits.") == (f"{tmp_path}/visits.csv", ["visits.csv"])
    assert files_like(f"{tmp_path}/f") == (f"{tmp_path}/folder/", ["folder/"])
    assert files_like(f"{tmp_path}/zz") == (f"{tmp_path}/zz", [])
    assert files_like(f"{tmp_path}/none/x") == (f"{tmp_path}/none/x", [])
    (tmp_path / "zz\x1b[2J").touch()
    assert files_like(f"{tmp_path}/")[1] == ["folder/", "visits-messy.csv", "visits.csv"]


# the other way, and what comes again


async def test_my_day_as_a_calendar_file(office: Office, tmp_path: Path) -> None:
    from dispatch.desk.plan import schedule

    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    path = tmp_path / "ana.ics"
    async with opened(office.ana, "day", (80, 24)) as pilot:
        await press(pilot, "S")
        await until(pilot, Form)
        assert pilot.app.screen.query_one("#field-file", Input).value == f"~/ana-{DAY.isoformat()}.ics"
        await fill(pilot, file=str(path), days="x")
        await until(pilot, Form)
        await fill(pilot, days="2")
        await until_true(pilot, path.exists)
        assert "Harbor Dental" in path.read_text()
        await press(pilot, "S")
        await fill(pilot, file=str(path), busy="yes")
        assert isinstance(pilot.app.screen, Form)
        assert "Harbor Dental" in path.read_text()
        await press(pilot, "enter")
        await until_true(pilot, lambda: "Harbor" not in path.read_text())


async def test_a_recurring_visit_from_the_page_of_a_client(office: Office) -> None:
    async with opened(office.dana, "book") as pilot:
        await press(pilot, "enter", "Y")
        await until(pilot, Form)
        assert pilot.app.screen.query_one("#field-site", Input).value == "Harbor Dental / "
        await fill(pilot, site="Harbor Dental / Annex", rule="every 2 weeks on tue")
        await choose(pilot, Scope.ALL)
        await until_true(pilot, lambda: len(recurrences.recurrences(office.store)) == 1)


async def test_the_record_of_a_visit_has_its_own_key(office: Office) -> None:
    from screens.log.visit_record import VisitRecord

    async with opened(office.dana, "board") as pilot:
        pilot.app.push_screen(VisitScreen("R1"))
        await until(pilot, VisitScreen)
        await press(pilot, "V")
        await until(pilot, VisitRecord)


OTHER = (
    "Firma;Rufnummer 1;Rufnummer 2;Vertrag;Zeile\n"
    "Grün & Söhne;030 1234567;030 7654321;tm;x\n"
    "Weiß;030 2234567;030 8654321;tm;y\n"
)


async def look_at_columns(pilot: Pilot[None], path: Path) -> Any:
    """Name a file; returns the dialog that shows its columns."""
    await until(pilot, AskFile)
    pilot.app.screen.query_one(Input).value = str(path)
    await press(pilot, "enter")
    await until(pilot, ImportColumns)
    return pilot.app.screen


def becoming(screen: Any) -> dict[str, str]:
    return {column.theirs: column.ours for column in screen._seen.columns}


@first_of("size", [(80, 24), (45, 20), (120, 36)])
async def test_columns_are_corrected_by_arrows_and_remembered(
    office: Office, tmp_path: Path, size: tuple[int, int]
) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(OTHER.encode("cp1252"))
    async with opened(office.dana, "board", size) as pilot:
        await press(pilot, "i")
        screen = await look_at_columns(pilot, path)
        assert becoming(screen) == {
            "Firma": "client", "Rufnummer 1": "", "Rufnummer 2": "", "Vertrag": "", "Zeile": "",
        }  # fmt: skip
        while becoming(screen)["Rufnummer 1"] != "phone":
            was = becoming(screen)
            await press(pilot, "right")
            await until_true(pilot, lambda was=was: becoming(screen) != was)
        await press(pilot, "down", "left")
        await until_true(pilot, lambda: becoming(screen)["Rufnummer 2"] != "")
        await press(pilot, "minus")
        await until_true(pilot, lambda: becoming(screen)["Rufnummer 2"] == "")
        await press(pilot, "enter")
        await decide(pilot, "all")
        await until(pilot, BoardScreen)
        named = {client.name: client for client in clients.all_clients(office.store)}
        assert named["Weiß"].contacts[0].phone == "030 2234567"

        path.write_bytes(OTHER.replace("Weiß", "Schwarz").encode("cp1252"))
        await press(pilot, "i")
        screen = await look_at_columns(pilot, path)
        assert becoming(screen)["Rufnummer 1"] == "phone"
        await press(pilot, "enter")
        await decide(pilot, "forget")
        lines = await decide(pilot, "leave")
        assert not [line for line in lines if "Rufnummer 1 is phone" in line]


async def test_letters_say_which_column_it_is(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "clients.csv"
    path.write_text(OTHER)
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "i")
        screen = await look_at_columns(pilot, path)
        listed = screen.query_one(FileColumns)
        listed.highlighted = list(becoming(screen)).index("Rufnummer 1")
        await pilot.pause()
        await press(pilot, "e")
        await until_true(pilot, lambda: becoming(screen)["Rufnummer 1"] == "email")
        # letters that no name begins with begin anew, and the same one goes on to the next
        await press(pilot, "p")
        await until_true(pilot, lambda: becoming(screen)["Rufnummer 1"].startswith("p"))
        first = becoming(screen)["Rufnummer 1"]
        await press(pilot, "p")
        await until_true(pilot, lambda: becoming(screen)["Rufnummer 1"] not in ("", first))
        assert becoming(screen)["Rufnummer 1"].startswith("p")
        await press(pilot, "p", "h")
        await until_true(pilot, lambda: becoming(screen)["Rufnummer 1"] == "phone")
        await press(pilot, "escape")


async def test_what_is_missing_is_said_for_every_row(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text("Ticket,Customer,Location,Summary\nQ1,Harbor Dental,Main office,Cable\n")
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "i")
        await until(pilot, AskFile)
        pilot.app.screen.query_one(Input).value = str(path)
        await press(pilot, "enter")
        await until(pilot, ImportColumns)
        screen: Any = pilot.app.screen
        assert screen._seen.missing == ("minutes",)
        await press(pilot, "enter")
        assert pilot.app.screen is screen
        await press(pilot, "ctrl+e")
        await until(pilot, AskText)
        await press(pilot, *"45", "enter")
        await until_true(pilot, lambda: not screen._seen.missing)
        await press(pilot, "enter")
        await decide(pilot, "all")
        await until_true(pilot, lambda: visits.visit_by_reference(office.store, "Q1") is not None)


async def test_refused_rows_are_written_from_the_screen(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(VISITS)
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "i")
        await import_file(pilot, path, "refused")
        await until(pilot, Form)
        await press(pilot, "enter")
        await decide(pilot, "leave")
        await until(pilot, BoardScreen)
    back = (tmp_path / "own-refused.csv").read_text()
    assert back.splitlines()[0] == "reference,client,site,date,work,minutes,why"
    assert [line.partition(",")[0] for line in back.splitlines()[1:]] == ["C2", "C3"]


async def test_a_sheet_of_a_workbook_is_asked_for(office: Office) -> None:
    book = Path(__file__).parents[1] / "data" / "imports" / "excel-de-two-sheets.xlsx"
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "i")
        await until(pilot, AskFile)
        pilot.app.screen.query_one(Input).value = str(book)
        await press(pilot, "enter")
        await until(pilot, Choose)
        await choose(pilot, "Kunden")
        await until(pilot, ImportColumns)
        await press(pilot, "enter")
        await decide(pilot, "leave")


async def test_a_file_is_taken_as_something_else(office: Office) -> None:
    path = Path(__file__).parents[1] / "data" / "imports" / "jobber-clients.csv"
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "i")
        await look_at_columns(pilot, path)
        await press(pilot, "enter")
        await decide(pilot, "kind")
        await choose(pilot, "sites")
        await until(pilot, ImportColumns)
        screen: Any = pilot.app.screen
        assert becoming(screen)["Service Street 1 + Service City + Service State + Service Zip code"] == "address"
        await press(pilot, "enter")
        lines = await decide(pilot, "leave")
        assert any("no such client" in line for line in lines)
