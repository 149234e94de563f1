"""What is still open, by keyboard: two keys from the log to what is open since last week."""

from __future__ import annotations

from dispatch.desk.closeout import leaving
from screens.log.open_work import OpenWorkScreen
from screens.log.visit_record import VisitRecord
from tests.desk.conftest import Office
from tests.screens.test_screens import opened, press, until, until_true
from widgets.lines.ink import text_of
from widgets.listed import FigureList


def said(rows: FigureList) -> str:
    """What the list shows."""
    return "\n".join(text_of(line).rstrip() for entry in rows.entries(100) for line in entry.lines)


async def test_what_is_open_since_last_week_takes_two_keys_and_each_opens(office: Office) -> None:
    office.on_site()
    office.finish()
    leaving.close(office.ana, "R1")
    office.go("09:00", 7)
    async with opened(office.lee, "log", size=(80, 24)) as pilot:
        await press(pilot, "N")
        await until(pilot, OpenWorkScreen)
        rows = pilot.app.screen.query_one(FigureList)
        await until_true(pilot, lambda: "To review (1)" in said(rows))
        await press(pilot, "w")
        await until_true(pilot, lambda: "R1 Harbor Dental" in said(rows) and "6d" in said(rows))
        assert rows.select_key(next(key for key in pilot.app.screen.things if " R1 " in key))  # type: ignore[attr-defined]
        await press(pilot, "enter")
        await until(pilot, VisitRecord)
