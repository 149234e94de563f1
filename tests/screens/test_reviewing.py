"""The lead's evening by keyboard: find, look, send back, approve, hand over; and what the technician sees of it."""

from __future__ import annotations

import datetime
import threading
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static, TextArea

from db import search
from db.store import Store
from dispatch.closeout.recording import Recording
from dispatch.desk.closeout import leaving, onsite
from dispatch.desk.log.visit_log import LogFilter, visit_log
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.requests import responding
from dispatch.desk.review import reviewing
from dispatch.desk.visits.steps import find
from dispatch.model.boards import Log
from dispatch.model.checklists import Result
from dispatch.model.reviews import ReviewMark
from dispatch.model.states import Review
from screens.dialogs.note import AskNote
from screens.dialogs.questions import AskConfirm, AskText, Choose, Form
from screens.log import log as log_screen
from screens.log.invoices import InvoicesScreen
from screens.log.log import LogScreen
from screens.log.visit_record import RecordPane, VisitRecord
from tests.desk.conftest import Office, at, closed
from tests.desk.many import NEEDLE, add_closed_visits
from tests.desk.test_levels import agree
from tests.quick import first_of
from tests.screens.test_prices import answer, choose, fill
from tests.screens.test_screens import opened, press, until, until_true
from widgets.lines.ink import text_of
from widgets.lines.line_list import LineList


def left_open(office: Office) -> None:
    """R1 is left open, its restart waived."""
    office.on_site()
    office.finish(but=frozenset({"T2", "L5"}))
    onsite.record(office.lee, "R1", "T2", Recording(Result.OVERRIDDEN, "the provider is down"))
    leaving.leave(office.lee, "R1", "until tomorrow")


def shown(pilot: Pilot[None]) -> list[str]:
    """The references in the log."""
    log = pilot.app.screen._log
    return [line.visit.reference for line in log.lines] if log is not None else []


def said(pilot: Pilot[None], widget: str) -> str:
    """What a text of the screen says."""
    return str(pilot.app.screen.query_one(widget, Static).content)


def page(pilot: Pilot[None]) -> str:
    """What the record says."""
    return "\n".join(map(text_of, pilot.app.screen.query_one(RecordPane)._built))


def review(office: Office) -> Review:
    return find(office.store, "R1").review


async def note(pilot: Pilot[None], text: str) -> None:
    """Type a note, and save it."""
    await until(pilot, AskNote)
    pilot.app.screen.query_one(TextArea).text = text
    await press(pilot, "ctrl+s")


@first_of("size", [(45, 20), (120, 36), (80, 24)])
async def test_the_waived_test_of_the_week_and_why(office: Office, size: tuple[int, int]) -> None:
    left_open(office)
    async with opened(office.lee, "log", size) as pilot:
        await press(pilot, "w", "x")
        assert shown(pilot) == ["R1"]
        assert "“Restarted, and came back by itself” waived by Lee Moreau: the provider is down" in said(pilot, "#why")
        await press(pilot, "enter")
        await until(pilot, VisitRecord)
        assert (
            "! “Restarted, and came back by itself” waived by Lee Moreau: the provider is down"
            in " ".join(page(pilot).split())[:300]
        )


async def test_a_reason_is_chosen_by_how_often_it_is_there(office: Office) -> None:
    left_open(office)
    office.go("12:00")  # nobody came to R2 by 11
    async with opened(office.lee, "log", (120, 36)) as pilot:
        await press(pilot, "x")
        assert shown(pilot) == ["R1", "R2"], "the gravest first"
        assert "1 visit and 1 of another day" in said(pilot, "#totals")
        assert "waived 1, left open 1, missed 1" in said(pilot, "#totals")
        await press(pilot, "X")
        await choose(pilot, frozenset({ReviewMark.MISSED}))
        await until(pilot, LogScreen)
        assert shown(pilot) == ["R2"]
        await press(pilot, "X")
        await choose(pilot, frozenset())
        await until(pilot, LogScreen)
        assert sorted(shown(pilot)) == ["R1", "R2"]


async def test_no_deed_acts_on_rows_that_are_being_replaced(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    closed(office)
    let = threading.Event()

    def slowly(store: Store, filters: LogFilter, most: int | None = None) -> Log:
        assert let.wait(20)
        return visit_log(store, filters, most)

    async with opened(office.lee, "log", (80, 24)) as pilot:
        for name, value in (("AT_ONCE", -1), ("SAID_AFTER", 0.01), ("visit_log", slowly)):
            monkeypatch.setattr(log_screen, name, value)
        await pilot.press("w")
        await until_true(pilot, lambda: said(pilot, "#totals") == "reading Mon 23 Nov 2026 to Sun 29 Nov 2026 …")
        assert pilot.app.screen.query_one(LineList).has_class("-old")
        for key in ("Y", "y", "e", "g", "b", "enter", "v"):
            await pilot.press(key)
            assert isinstance(pilot.app.screen, LogScreen)
        (told,) = {one.message for one in pilot.app._notifications}
        assert told.endswith("still being read. Nothing is done with the rows of before.")
        let.set()
        await until_true(pilot, lambda: "1 visit · 1 ended" in said(pilot, "#totals"))
        assert not pilot.app.screen.query_one(LineList).has_class("-old")
        assert not pilot.app._notifications, "it is not so any more"
        await press(pilot, "Y")
        await until(pilot, AskConfirm)


async def test_a_batch_approval_names_what_it_approves(office: Office) -> None:
    agree(office, targets={"P2": {"phone": 60, "remote": None}}, calendar="always")
    closed(office)
    responding.explain(office.dana, "R1", "phone", "the line was down")
    net = visit_page(office.store, "R1").charge.form["net"]  # type: ignore[union-attr]
    office.go("12:00")
    async with opened(office.lee, "log", (80, 24)) as pilot:
        await press(pilot, "Y")
        await until(pilot, AskConfirm)
        assert pilot.app.screen.heading == "Approve 1 clean visit?"  # type: ignore[attr-defined]
        assert list(pilot.app.screen._lines) == [  # type: ignore[attr-defined]
            f"1 visit of Tue 24 Nov 2026, {net} USD before tax:",
            "R1 Harbor Dental",
            "to know: R1: target missed: phone by 1h, the line was down",
            "Their charges are then ready to invoice; undo does not bring them back.",
        ]
        await press(pilot, "y")
        await until_true(pilot, lambda: review(office) is Review.APPROVED)
        await press(pilot, "S")
        await until(pilot, InvoicesScreen)
        await press(pilot, "i")
        await until(pilot, AskConfirm)
        assert pilot.app.screen.heading == "Issue 1 invoice?"  # type: ignore[attr-defined]
        assert "1 visit" in pilot.app.screen._lines[0]  # type: ignore[attr-defined]


async def test_why_targets_were_missed_is_told_from_the_log(office: Office) -> None:
    agree(office, targets={"P2": {"phone": 60, "remote": 60}}, calendar="always")
    closed(office)
    async with opened(office.lee, "log", (80, 24)) as pilot:
        assert "target missed: phone by 1h, no cause given; remote by 1h, no cause given" in said(pilot, "#why")
        await press(pilot, "l")
        await answer(pilot, "the line was down")
        await until_true(pilot, lambda: "remote" in getattr(pilot.app.screen, "heading", ""))
        await press(pilot, "enter")  # the same again
        await until_true(pilot, lambda: "remote by 1h, the line was down" in said(pilot, "#why"))
        assert "· target missed: phone by 1h, the line was down" in said(pilot, "#why"), "no exception any more"
        await press(pilot, "l")
        assert any("missed no target" in one.message for one in pilot.app._notifications)


async def test_a_wrong_check_out_takes_seven_keys_at_most_beside_what_is_typed(office: Office) -> None:
    closed(office)
    office.go("12:00")
    before = visit_page(office.store, "R1").charge
    keys = 0

    async def pressed(*names: str) -> None:
        nonlocal keys
        keys += len(names)
        await press(pilot, *names)

    async with opened(office.lee, "log", (80, 24)) as pilot:
        await pressed("e")
        await until(pilot, Choose)
        await pressed("enter")  # a time
        await until_true(pilot, lambda: getattr(pilot.app.screen, "heading", "") == "Which time?")
        await pressed("enter")  # leaving
        await until(pilot, Form)
        await press(pilot, *"11:00")
        await pressed("tab")
        await press(pilot, *"stayed")
        await pressed("enter")
        await until(pilot, AskConfirm)
        assert any(line.startswith("total: ") for line in pilot.app.screen._lines)  # type: ignore[attr-defined]
        await pressed("y")
        await until_true(pilot, lambda: find(office.store, "R1").checked_out_at == at("11:00"))
    assert keys <= 7
    after = visit_page(office.store, "R1").charge
    assert before is not None
    assert after is not None
    assert after.form["total"] != before.form["total"]


@pytest.mark.again
async def test_words_are_searched_as_they_are_typed_over_all_days(office: Office) -> None:
    closed(office)
    async with opened(office.lee, "log") as pilot:
        pilot.app.go_to(datetime.date(2026, 11, 30))  # type: ignore[attr-defined]
        await press(pilot, "slash", *"driv", "space", *"serv")
        await until_true(pilot, lambda: shown(pilot) == ["R1"])
        pilot.app.screen.query_one("#search", Input).value = "driver nowhere"
        await until_true(pilot, lambda: shown(pilot) == [])
        assert "“driver nowhere”" in said(pilot, "#totals")
        assert "esc shows everything again" in said(pilot, "#totals")
        await press(pilot, "enter", "escape")
        await until_true(pilot, lambda: "No visits on Mon 30 Nov 2026" in said(pilot, "#totals"))
        assert not pilot.app.screen.has_class("-searching")


async def test_who_searches_for_a_kind_of_exception_is_told_where_that_is(office: Office) -> None:
    left_open(office)
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "slash", *"waived")
        await until_true(pilot, lambda: "“waived” is an exception" in said(pilot, "#totals"))
        assert "w more days" not in said(pilot, "#totals"), "all days are shown already"


async def test_a_long_question_leaves_what_is_typed_in_sight(office: Office) -> None:
    left_open(office)
    reviewing.send_back(office.lee, "R1", "why was nobody called before this was left to wait " * 6)
    reviewing.answer(office.ana, "R1", "nobody answered the telephone that we have of them " * 6)
    async with opened(office.lee, "log", (45, 20)) as pilot:
        await press(pilot, "y")
        await until(pilot, AskText)
        dialog = pilot.app.screen
        field = dialog.query_one(Input).region
        assert 0 < field.y < 19
        assert dialog.query_one(".dialog").region.contains_region(field)
        await press(pilot, "pagedown")
        await until_true(pilot, lambda: dialog.query_one(".dialog").scroll_offset.y > 0)


async def test_without_fts5_the_lead_is_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "possible", lambda: False)
    closed(office)
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "slash", "d", "r", "i")
        await until_true(pilot, lambda: "no FTS5" in said(pilot, "#totals"))
        assert shown(pilot) == ["R1"]


@pytest.mark.again
async def test_filters_and_order_are_asked_for(office: Office) -> None:
    closed(office)
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "f")
        await until(pilot, Form)
        await fill(pilot, first="2026-11-20", last="2026-11-10", only="pretty", review="lost")
        faults = str(pilot.app.screen.query_one("#fault").content)  # type: ignore[attr-defined]
        assert "pretty" in faults
        assert "lost" in faults
        await fill(pilot, first="2026-11-01", last="2026-11-30", technician="ruiz", only="", review="to review")
        await until(pilot, LogScreen)
        assert shown(pilot) == ["R1"]
        await press(pilot, "f")
        await fill(pilot, only="waived")
        await until(pilot, LogScreen)
        assert shown(pilot) == []
        await press(pilot, "escape", "o")
        await choose(pilot, "charge")
        await until(pilot, LogScreen)
        screen = pilot.app.screen
        assert isinstance(screen, LogScreen)
        assert (screen.shown.sort, screen.shown.descending) == ("charge", True)


async def test_approval_shows_what_it_does_first(office: Office) -> None:
    closed(office)
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "y")
        await until(pilot, AskConfirm)
        await press(pilot, "n")
        assert review(office) is Review.TO_REVIEW
        await press(pilot, "y")
        await until(pilot, AskConfirm)
        await press(pilot, "y")
        await until_true(pilot, lambda: review(office) is Review.APPROVED)


@pytest.mark.again
async def test_what_was_left_open_asks_for_a_reason(office: Office) -> None:
    left_open(office)
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "enter")
        await until(pilot, VisitRecord)
        await press(pilot, "y")
        await until(pilot, AskText)
        await answer(pilot, "provider confirmed it")
        await until_true(pilot, lambda: review(office) is Review.APPROVED)
        await until_true(pilot, lambda: "approved by Lee Moreau" in page(pilot))


@pytest.mark.again
async def test_goodwill_that_takes_nothing_off_is_not_said_to_change_the_charge(office: Office) -> None:
    closed(office)
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "g")
        await fill(pilot, target="labour", value="10%", reason="a late start")
        await until(pilot, AskConfirm)
        await press(pilot, "y")
        await until_true(pilot, lambda: any("less than before." in one.message for one in pilot.app._notifications))
        await press(pilot, "g")
        await fill(pilot, target="fee", value="10%", reason="a late start")
        await until_true(pilot, lambda: any("The charge stays" in one.message for one in pilot.app._notifications))


@pytest.mark.again
@first_of("size", [(120, 36), (45, 20)])
async def test_what_a_correction_changes_is_shown_before_it_is_saved(office: Office, size: tuple[int, int]) -> None:
    closed(office)
    office.go("12:00")
    async with opened(office.lee, "log", size) as pilot:
        for key in ("escape", "y"):
            before = visit_page(office.store, "R1").charge
            assert before is not None
            await press(pilot, "e")
            await choose(pilot, "time")
            await choose(pilot, "leaving")
            await fill(pilot, at="11:00", reason="stayed for the backup")
            await until(pilot, AskConfirm)
            told = list(pilot.app.screen._lines)  # type: ignore[attr-defined]
            assert [line[0] for line in told if "Work, " in line] == ["-", "+"]
            assert [line[0] for line in told if "Call-out" in line] == [" "], "what stays is there too"
            assert told[-1].startswith(f"total: {before.form['total']} → ")
            await press(pilot, key)
            await until(pilot, LogScreen)
        charge = visit_page(office.store, "R1").charge
        assert charge is not None
        assert (charge.revision, told[-1].split()[3]) == (2, charge.form["total"])


async def test_a_charge_is_reckoned_afresh_on_the_screen(office: Office) -> None:
    closed(office)
    with office.lee.write("edit a client") as unit:
        unit.execute("UPDATE client SET tax_exempt = 1")
        unit.audit("client", 1, tax_exempt=True)
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "e")
        await choose(pilot, "afresh")
        await fill(pilot, reason="they were exempt already")
        await until(pilot, AskConfirm)
        await press(pilot, "y")
        await until_true(pilot, lambda: visit_page(office.store, "R1").charge.revision == 2)  # type: ignore[union-attr]
    assert visit_page(office.store, "R1").charge.form["tax"] == "0.00"  # type: ignore[union-attr]


async def test_a_visit_goes_back_is_answered_and_comes_again(office: Office) -> None:
    closed(office)
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "b")
        await note(pilot, "which server?")
        await until_true(pilot, lambda: review(office) is Review.SENT_BACK)
    async with opened(office.ana, "day", (80, 24)) as pilot:
        assert "which server?" in said(pilot, "#comments")
        await until_true(pilot, lambda: visit_page(office.store, "R1").comments[0].seen_at is not None)
        await press(pilot, "A")
        await choose(pilot, "words")
        await choose(
            pilot, next(one for one in reviewing.words_of(office.store, "R1") if one.called == "“What was changed”")
        )
        await fill(pilot, words="driver replaced on the file server", reason="said which")
        await until_true(pilot, lambda: bool(visit_page(office.store, "R1").words))
        await press(pilot, "A")
        await choose(pilot, "answer")
        await note(pilot, "the file server")
        await until_true(pilot, lambda: review(office) is Review.TO_REVIEW)
        await until_true(pilot, lambda: not pilot.app.screen.query_one("#comments").display)


async def test_the_clean_ones_go_together_and_out_once(office: Office, tmp_path: Path) -> None:
    closed(office)
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "Y")
        await until(pilot, AskConfirm)
        await press(pilot, "y")
        await until_true(pilot, lambda: review(office) is Review.APPROVED)
        await press(pilot, "S")
        await until(pilot, InvoicesScreen)
        await press(pilot, "a")
        await until(pilot, AskConfirm)
        await press(pilot, "y")
        await until_true(pilot, lambda: review(office) is Review.EXPORTED)
        out = tmp_path / "invoices.csv"
        await press(pilot, "E")
        await fill(pilot, file=str(out))
        await until_true(pilot, out.exists)
        assert "R1" in out.read_text(encoding="utf-8")


async def test_a_technician_reads_the_story_and_is_offered_no_review(office: Office) -> None:
    closed(office)
    async with opened(office.ana, "day", (80, 24)) as pilot:
        pilot.app.push_screen(VisitRecord("R1"))
        await until(pilot, VisitRecord)
        await press(pilot, "y", "b", "e")
        assert isinstance(pilot.app.screen, VisitRecord)
        assert review(office) is Review.TO_REVIEW


@pytest.mark.long
async def test_ten_thousand_visits_are_narrowed_by_typing(office: Office) -> None:
    add_closed_visits(office.store, 10_000)
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "w", "w")
        await until_true(pilot, lambda: "the first 500 are shown" in said(pilot, "#totals"))
        assert "10,000 visits" in said(pilot, "#totals")
        await pilot.press("slash", *NEEDLE)
        await until_true(pilot, lambda: len(shown(pilot)) == 10)
