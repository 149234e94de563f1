"""The lead's figures, audit and reports by keyboard."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual.widgets import Input

from db import audit
from dispatch.desk.closeout import arriving
from dispatch.desk.plan import schedule
from screens.dialogs.questions import AskText, Choose, Form
from screens.log.audit import AuditScreen
from screens.log.figures import BehindScreen, FiguresScreen
from screens.log.visit_record import VisitRecord
from screens.prices.sheet_view import SheetView
from tests.desk.conftest import Office, at, closed
from tests.screens.test_prices import choose, fill
from tests.screens.test_screens import opened, press, until, until_true
from widgets.bars import StatusBar
from widgets.lines.ink import text_of
from widgets.lines.line_list import LineList
from widgets.lines.lines_pane import NotesPane
from widgets.listed import FigureList


def said(rows: LineList[str]) -> str:
    """What a list shows."""
    return "\n".join(text_of(line).rstrip() for entry in rows.entries(100) for line in entry.lines)


async def test_figures_open_from_the_log_down_to_the_visit(office: Office) -> None:
    closed(office)
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "F")
        await until(pilot, FiguresScreen)
        screen = pilot.app.screen
        above, below = screen.query_one("#figures", LineList), screen.query_one("#groups", LineList)
        await until_true(pilot, lambda: "one visit, closed, and no call again" in said(above))
        assert "now  13 weeks" in text_of(above.frozen(100)[0])
        assert above.select_key("first_time_fix")
        await until_true(pilot, lambda: "Jobs that took one visit" in str(screen.query_one(NotesPane)._notes))
        await until_true(pilot, lambda: "Ana Ruiz  100%" in said(below))
        assert "1 of 1 jobs" in said(below)
        await press(pilot, "tab", "enter")
        await until(pilot, BehindScreen)
        assert "R1 Harbor Dental" in said(pilot.app.screen.query_one(LineList))
        await press(pilot, "enter")
        await until(pilot, VisitRecord)
        await press(pilot, "escape", "escape", "escape")


async def test_figures_of_other_days_and_of_clients(office: Office) -> None:
    closed(office)
    async with opened(office.lee, "log", size=(80, 24)) as pilot:
        await press(pilot, "F")
        await until(pilot, FiguresScreen)
        screen = pilot.app.screen
        above, below = screen.query_one("#figures", LineList), screen.query_one("#groups", LineList)
        await press(pilot, "b", "b", "b", "b")
        await until_true(pilot, lambda: "Tue 24 Nov 2026" in said(below))
        await press(pilot, "right_square_bracket")
        await until_true(pilot, lambda: "Wed 25 Nov 2026" in said(below))
        assert "On time" in said(above)
        assert "–" in said(above).splitlines()[1], "a share of nothing is unknown"
        await press(pilot, "t", "g")
        await fill(pilot, first="2026-11-30", last="2026-11-20")
        assert isinstance(pilot.app.screen, Form), "the form says what is wrong and stays"
        await fill(pilot, first="2026-11-24", last="2026-11-24")
        await until_true(pilot, lambda: len(below.entries(80)) == 1)
        await press(pilot, "b", "b", "b")
        await until_true(pilot, lambda: "Harbor Dental" in said(below))
        above.select_key("utilisation")
        await until_true(pilot, lambda: "says nothing of a client" in below.nothing and not below.entries(80))


async def test_what_is_past_its_limit_has_a_sign_and_who_was_late_most_stands_first(office: Office) -> None:
    """R2 was promised for nine to eleven: from the log it takes two keys to whom it was."""
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("09:00"), confirmed=True)
    office.go("11:30")
    arriving.arrive(office.ben, "R2")
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "F")
        await until(pilot, FiguresScreen)
        screen = pilot.app.screen
        above, below = screen.query_one("#figures", LineList), screen.query_one("#groups", LineList)
        await until_true(
            pilot, lambda: "past the limit" in str(screen.query_one(StatusBar).render()) or "! Late" in said(above)
        )
        await press(pilot, "down")
        await until_true(pilot, lambda: said(below).startswith("! Ben Okafor  100%"))
        assert "! Late" in said(above)
        assert "  Early" in said(above)


async def test_figures_in_ascii(office: Office) -> None:
    closed(office)
    async with opened(office.lee, "log", ascii_only=True) as pilot:
        await press(pilot, "F")
        await until(pilot, FiguresScreen)
        above = pilot.app.screen.query_one("#figures", LineList)
        await until_true(pilot, lambda: "#" in said(above))
        assert not set("▁▂▃▄▅▆▇█·") & set(said(above))


@pytest.mark.again
async def test_audit_is_filtered_opened_and_verified(office: Office) -> None:
    closed(office)
    noted = audit.chain_head(office.store).short
    async with opened(office.lee, "log", size=(80, 24)) as pilot:
        await press(pilot, "A")
        await until(pilot, AuditScreen)
        rows = pilot.app.screen.query_one(FigureList)
        everything = len(rows.entries(80))
        await press(pilot, "slash")
        await fill(pilot, since="soon")
        assert isinstance(pilot.app.screen, Form)
        await fill(pilot, since="", visit="R1", deed="close")
        await until(pilot, AuditScreen)
        await until_true(pilot, lambda: len(rows.entries(80)) < everything)
        await press(pilot, "enter")
        await until(pilot, SheetView)
        assert any("bound to" in note for note in pilot.app.screen._notes)  # type: ignore[attr-defined]
        await press(pilot, "escape", "V")
        await until(pilot, AskText)
        pilot.app.screen.query_one(Input).value = "nonsense"
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, AskText)
        pilot.app.screen.query_one(Input).value = noted
        await press(pilot, "enter")
        await until(pilot, SheetView)
        assert any("all rows up to it" in note for note in pilot.app.screen._notes)  # type: ignore[attr-defined]
        await press(pilot, "escape", "escape")
        await until_true(pilot, lambda: len(rows.entries(80)) == everything)
        assert "Lee" in str(pilot.app.screen.query_one(StatusBar).line_at(0, 80))


@pytest.mark.again
async def test_a_report_is_written_from_the_log(office: Office, tmp_path: Path) -> None:
    closed(office)
    path = tmp_path / "month.html"
    async with opened(office.lee, "log") as pilot:
        await pilot.press("R")
        await until(pilot, Choose)
        await choose(pilot, "month")
        await fill(pilot, period="2026-11", file=str(tmp_path / "month.docx"))
        assert isinstance(pilot.app.screen, Form), "an ending that says no form is refused"
        await fill(pilot, period="2026-13", file=str(path))
        assert not path.exists()
        await fill(pilot, period="2026-11", file=str(path))
        await until_true(pilot, path.exists)
        assert "Harbor Dental: November 2026" in path.read_text(encoding="utf-8")

        for kind in ("day", "sheet"):
            await pilot.press("R")
            await choose(pilot, kind)
            await fill(pilot, file=str(tmp_path / f"{kind}.md"))
            await until_true(pilot, (tmp_path / f"{kind}.md").exists)
        assert "R1" in (tmp_path / "sheet.md").read_text(encoding="utf-8")


async def test_what_changes_while_it_counts_is_counted_once_after_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed(office)
    counted: list[str] = []
    going = threading.Event()
    really = FiguresScreen._counted

    def slowly(self: FiguresScreen) -> object:
        counted.append(self._by)
        going.wait(10)
        return really(self)

    monkeypatch.setattr(FiguresScreen, "_counted", slowly)
    async with opened(office.lee, "log") as pilot:
        await pilot.press("F")
        await until(pilot, FiguresScreen)
        await until_true(pilot, lambda: counted == ["technician"])
        for _ in range(5):
            pilot.app.screen.reload()  # type: ignore[attr-defined]
        await pilot.press("b")
        going.set()
        below = pilot.app.screen.query_one("#groups", LineList)
        await until_true(pilot, lambda: counted == ["technician", "client"] and "Harbor" in said(below))
