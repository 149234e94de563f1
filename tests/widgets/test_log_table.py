"""The visit log: columns by width, amounts, selection."""

import datetime
from functools import partial
from typing import Any

import pytest
from textual.app import App, ComposeResult

from dispatch.model.boards import Log, LogLine, Tally
from dispatch.model.instants import at_local
from dispatch.model.reviews import Remark, ReviewMark
from tests.widgets.logs import sample_log
from widgets.lines.ink import text_of, width_of
from widgets.lines.line_list import LineList
from widgets.lines.marks import UNICODE
from widgets.log_lines import evidence, fitting_columns, heading_line, log_entries, log_line

LOG = sample_log()


def titles(width: int) -> list[str]:
    return [column.title for column, _ in fitting_columns(LOG, width)]


def test_columns_leave_by_rank() -> None:
    assert titles(80) == ["", "visit", "technician", "client", "actual", "tests", "charge", "review"]
    assert titles(42) == ["", "technician", "client", "review"]
    assert {"visit", "work", "planned", "actual"} <= set(titles(118)), "a terminal of 120 columns"
    assert "evidence" in titles(140)
    assert titles(20) == ["", "client"]


@pytest.mark.parametrize("width", [10, 20, 42, 60, 80, 100, 120, 160, 220])
def test_lines_fit_every_width(width: int) -> None:
    columns = fitting_columns(LOG, width)
    assert width_of(heading_line(LOG, width)) == width
    for line in LOG.lines:
        assert width_of(log_line(line, LOG, columns, width, UNICODE)) == width


def test_a_line_says_how_the_visit_went() -> None:
    columns = fitting_columns(LOG, 150)
    by_id = {line.visit.id: text_of(log_line(line, LOG, columns, 150, UNICODE)) for line in LOG.lines}
    assert by_id[1].split() == [
        *["✓", "R4101", "Ana", "Harbor", "Dental", "printer", "fleet,", "server…", "08:20–09:30", "08:20–09:25"],
        *["E3/11", "M1", "A7", "5/5", "1", "187.50", "accepted", "to", "review"],
    ]
    late = next(line for line in LOG.lines if line.visit.id == 5)._replace(
        remarks=(Remark(ReviewMark.LATE, "11m late"),)
    )
    assert "08:31–09:15!" in text_of(log_line(late, LOG, columns, 150, UNICODE))
    assert "Ben + Dana" in by_id[6]
    assert "E3/11 M1 A7 W1" in by_id[2]
    assert "confirmed" in by_id[4]


def test_who_shares_a_first_name_is_called_by_the_whole_one() -> None:
    lines = tuple(
        line._replace(technicians=("Ana Lopez",)) if line.visit.id == 5 else line
        for line in LOG.lines
        if line.visit.id < 6
    )
    log = LOG._replace(lines=lines)
    shown = [text_of(entry.lines[0]) for entry in log_entries(log, 120, UNICODE)]
    assert any("Ana Ruiz" in one for one in shown)
    assert any("Ana Lopez" in one for one in shown)
    assert not any("Ben Okafor" in one for one in shown)


def test_a_day_of_another_year_has_its_year() -> None:
    def days(now: int) -> set[str]:
        log = LOG._replace(now=now, last=LOG.day + datetime.timedelta(days=1))
        return {text_of(entry.lines[0])[2:13] for entry in log_entries(log, 120, UNICODE)}

    assert not any("2026" in day for day in days(LOG.now))
    assert any("Nov 2026" in day for day in days(at_local(LOG.day + datetime.timedelta(days=100), "12:00", LOG.zone)))


def test_evidence_leaves_out_what_there_is_none_of() -> None:
    line = LOG.lines[0]._replace(tally=Tally(attested=2))
    assert evidence(line) == ("A2", "plain")
    assert evidence(line._replace(tally=Tally(attested=2, waived=1))) == ("A2 W1", "warn")


def show(table: LineList[LogLine], log: Log) -> None:
    table.show_entries(partial(log_entries, log), "no visits to show", partial(heading_line, log))


class LogApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Any] = []

    def compose(self) -> ComposeResult:
        yield LineList[LogLine]()

    def on_mount(self) -> None:
        table = self.query_one(LineList)
        show(table, LOG)
        table.focus()

    def on_line_list_selected(self) -> None:
        self._hear("selected")

    def on_line_list_opened(self) -> None:
        self._hear("opened")

    def _hear(self, what: str) -> None:
        line = self.query_one(LineList).selected
        self.heard.append((what, line.visit.id if line else None))


async def test_titles_stay_while_lines_scroll() -> None:
    app = LogApp()
    async with app.run_test(size=(80, 8)) as pilot:
        table = app.query_one(LineList)
        await pilot.press("end", "enter")
        await pilot.pause()
        assert app.heard[-1] == ("opened", LOG.lines[-1].visit.id)
        lines = [table.render_line(y).text for y in range(8)]
        assert lines[0].split()[:2] == ["visit", "technician"]
        place = table.cursor_place
        assert place is not None
        assert "Osprey [b]" in lines[place.y]


async def test_other_lines_keep_the_cursor_on_its_visit() -> None:
    app = LogApp()
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press("down", "down")
        table = app.query_one(LineList)
        assert table.selected is not None
        show(table, LOG._replace(lines=LOG.lines[::-1]))
        await pilot.pause()
        assert table.selected.visit.id == LOG.lines[2].visit.id
        assert app.heard[-1] == ("selected", LOG.lines[2].visit.id)
        assert table.select_key(1)
        assert not table.select_key(999)
        show(table, LOG._replace(lines=()))
        await pilot.pause()
        assert table.selected is None
        assert "no visits to show" in table.render_line(1).text
