"""On the screen: who did not come, and who went back to a visit that was re-opened."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from db import visits
from db.faults import Moved
from db.library import wal_is_safe
from dispatch.desk.closeout import arriving, leaving
from dispatch.desk.plan import schedule
from dispatch.model.states import State
from dispatch.model.visits import Assignment
from screens.dialogs.questions import AskText, Choose
from tests.desk.conftest import Office, at
from tests.quick import first_of
from tests.screens.test_screens import opened, settled, until, until_true


def part(office: Office, name: str) -> Assignment:
    found = visits.visit_by_reference(office.store, "R1")
    assert found is not None
    return next(one for one in found.assignments if one.technician == name)


async def chosen(pilot: object, words: str) -> None:
    """Take the row of the choice that stands there with these words in it."""
    await until(pilot, Choose)  # type: ignore[arg-type]
    screen = pilot.app.screen  # type: ignore[attr-defined]
    place = next(number for number, row in enumerate(screen._rows) if words in row.text)
    await pilot.press(*["down"] * place, "enter")  # type: ignore[attr-defined]


@first_of("size", [(45, 20), (120, 36), (80, 24)])
async def test_a_colleague_who_did_not_come(office: Office, size: tuple[int, int]) -> None:
    schedule.assign(
        office.dana, "R1", ["Ana Ruiz", "Ben Okafor"], at("09:00"), confirmed=True, reason="both are wanted"
    )
    office.go("09:00")
    arriving.arrive(office.ana, "R1")
    async with opened(office.ana, "day", size) as pilot:
        await pilot.press("C")
        await chosen(pilot, "Ben Okafor did not come")
        await until(pilot, AskText)
        pilot.app.screen.query_one(Input).value = "his van broke down"
        await pilot.press("enter")
        await until_true(pilot, lambda: part(office, "Ben Okafor").did_not_come_at is not None)


async def test_the_second_of_a_crew_arrives_and_is_asked_whether_early_was_agreed(office: Office) -> None:
    schedule.assign(
        office.dana, "R1", ["Ana Ruiz", "Ben Okafor"], at("09:00"), confirmed=True, reason="both are wanted"
    )
    office.go("08:40")
    arriving.arrive(office.ana, "R1", early_not_agreed=True)
    async with opened(office.ben, "day") as pilot:
        await pilot.press("C")
        await chosen(pilot, "arrived")
        await until(pilot, AskText)
        pilot.app.screen.query_one(Input).value = "J. Lowe"
        await pilot.press("enter")
        await until_true(pilot, lambda: part(office, "Ben Okafor").check_in_at == at("08:40"))
    found = visits.visit_by_reference(office.store, "R1")
    assert found is not None
    assert found.early_agreed_by == "J. Lowe"


async def test_who_goes_back_to_a_reopened_visit_says_so(office: Office) -> None:
    office.on_site("R1")
    office.finish("R1")
    office.go("10:30")
    leaving.close(office.ana, "R1")
    office.go("14:00")
    assert leaving.reopen(office.lee, "R1", "a result was missing")[0].state is State.ON_SITE
    assert part(office, "Ana Ruiz").check_out_at == at("10:30")
    async with opened(office.ana, "day") as pilot:
        await settled(pilot)
        await pilot.press("C")
        await chosen(pilot, "went back")
        await until_true(pilot, lambda: part(office, "Ana Ruiz").check_out_at is None)
    kinds = [(one.kind, one.starts_at) for one in part(office, "Ana Ruiz").segments]
    assert kinds == [("work", at("09:00")), ("break", at("10:30")), ("work", at("14:00"))]


@pytest.mark.skipif(not wal_is_safe(), reason="needs a SQLite that may write-ahead log: install pysqlite3")
async def test_a_log_that_was_removed_is_said_on_the_screen_at_once_and_nothing_more_is_saved(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        for side in ("-wal", "-shm"):
            office.store.path.with_name(office.store.path.name + side).unlink()
        await until_true(pilot, lambda: any("The log beside" in one.message for one in pilot.app._notifications))
        with pytest.raises(Moved):
            schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"), confirmed=True)
