"""The days on which clocks change, in eight zones: whatever was agreed for an hour that is skipped or comes twice, the day is
shown, planned and reported."""

from __future__ import annotations

import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from dispatch.app import DispatchApp
from dispatch.desk.book import editing, recurring
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.day import board_view, placement
from dispatch.desk.plan import schedule
from dispatch.desk.plan.proposing import propose
from dispatch.model.instants import at_local, day_bounds
from tests.conftest import Dispatch
from tests.desk.conftest import Office, office
from tests.quick import first_of
from tests.screens.test_screens import press, settled

__all__ = ["office"]

ZONES = (
    "America/New_York", "America/St_Johns", "America/Santiago", "Atlantic/Azores", "Europe/Berlin", "Africa/Cairo",
    "Australia/Lord_Howe", "Antarctica/Troll",
)  # fmt: skip
"""At 02:00, at midnight, at 01:00 and 03:00; by half an hour, an hour and two."""


def changes(zone: str) -> list[datetime.date]:
    """The days of 2027 on which clocks change."""
    first = datetime.date(2027, 1, 1)
    days = [first + datetime.timedelta(days=number) for number in range(366)]
    noons = [datetime.datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)).utcoffset() for day in days]
    return [day for day, (before, after) in zip(days[1:], pairwise(noons), strict=True) if before != after]


CASES = [(zone, day) for zone in ZONES for day in changes(zone)]
HOURS = ("01:00-09:00", "02:30-09:00", "00:30-02:30", "02:15-02:45", "01:30-24:00", "00:00-01:00")
"""Shifts and opening hours that begin, end or lie in an hour that is skipped or comes twice somewhere."""


def at_night(office: Office, zone: str, day: datetime.date, hours: str) -> None:
    """Let the firm be of that zone and work on that weekday only: its shifts, its lunch and a site's opening are at night."""
    weekday = f"{day:%a}".lower()
    editing.settle(office.lee, {"zone": zone}, ["keep-clock"])
    for name in ("Ana Ruiz", "Ben Okafor"):
        technician = RECORD_STORES["technician"].find(office.store, name)
        shifts = {"shifts": f"{weekday} {hours}", "lunch": "02:00-03:00 30"}
        editing.edit(office.lee, "technician", technician, shifts)
    for name in ("Main office", "Warehouse"):
        site = RECORD_STORES["site"].find(office.store, f"Harbor Dental / {name}")
        editing.edit(office.lee, "site", site, {"zone": zone, "access": f"{weekday} {hours}"})


def on_the_eve(office: Office, zone: str, day: datetime.date) -> None:
    office.clock.set(day_bounds(day - datetime.timedelta(days=1), zone)[0] + 9 * 3600)


@first_of("number, zone, day", [(number, *case) for number, case in enumerate(CASES)], 3)
def test_whatever_the_hours_the_day_is_read_and_planned(
    office: Office, number: int, zone: str, day: datetime.date
) -> None:
    on_the_eve(office, zone, day)
    opens, closes = day_bounds(day, zone)
    for hours in HOURS[number % 3 :: 3]:
        at_night(office, zone, day, hours)
        board = board_view.board(office.store, day)
        for row in board.rows:
            begins, ends = row.shift or (opens, opens)
            assert opens <= begins <= ends <= closes
        placement.candidates(office.store, "R1", day)
        propose(office.store, day, 0)


@first_of("zone, day", CASES[::3])
def test_the_commands_of_the_day(office: Office, zone: str, day: datetime.date) -> None:
    on_the_eve(office, zone, day)
    at_night(office, zone, day, "01:00-09:00")
    weekday = f"{day:%A}".lower()
    check = {
        "site": "harbor dental / main",
        "work": "check at night",
        "rule": f"every {weekday}",
        "starts": day.isoformat(),
        "minutes": "30",
        "promised": "02:30-04:00",
    }
    editing.add(office.lee, "recurrence", check)
    recurring.make_ahead(office.lee)
    absence = {"technician": "ben", "from": f"{day}T05:00", "to": "06:00", "reason": "dentist"}
    editing.add(office.lee, "absence", absence)
    four = at_local(day, "04:00", zone)
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], four, confirmed=True, reason="at night")
    firm = Dispatch(office.store.path)
    for words in (
        ("board", "--plain", "--as", "dana"),
        ("day", "--plain", "--as", "ana"),
        ("route", "--as", "ana"),
        ("late", "--as", "dana"),
        ("plan", "--seconds", "0", "--as", "dana"),
        ("report", "day", "--as", "lee"),
    ):
        said = firm(*words, "--date", day.isoformat())
        assert said.code == 0, (words, said.err)
    firm.ok("candidates", "R2", "--as", "dana")


@first_of("zone, day", CASES[::5])
async def test_the_board_goes_through_the_days(office: Office, zone: str, day: datetime.date) -> None:
    on_the_eve(office, zone, day)
    at_night(office, zone, day, "02:30-09:00")
    async with DispatchApp(office.dana, "board", day=day - datetime.timedelta(days=2)).run_test(
        size=(120, 36)
    ) as pilot:
        await settled(pilot)
        for step in range(4):
            await press(pilot, "]")
            assert pilot.app.day == day + datetime.timedelta(days=step - 1)  # type: ignore[attr-defined]
        await press(pilot, "[", "[")
        await press(pilot, "2")
