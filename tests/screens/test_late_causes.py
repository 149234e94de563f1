"""Why a visit was late, by keyboard: told with l, and asked once where the record does not say when it is approved."""

from __future__ import annotations

from db import late_causes
from dispatch.desk.closeout import arriving, leaving
from dispatch.desk.plan import schedule
from dispatch.desk.requests.intake import amend
from dispatch.desk.visits.steps import find
from dispatch.model.states import Review
from screens.dialogs.questions import AskConfirm, Choose
from tests.desk.conftest import Office, at
from tests.screens.test_prices import choose
from tests.screens.test_screens import opened, press, until, until_true


def late(office: Office) -> None:
    """R1 was promised and planned for nine, Ana came half an hour later, and the record does not say why."""
    amend(office.dana, "R1", {"promised": "09:00-09:15"})
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"), confirmed=True)
    office.go("09:30")
    arriving.arrive(office.ana, "R1")
    office.finish()
    leaving.close(office.ana, "R1")


async def test_who_approves_what_was_late_is_asked_why_once(office: Office) -> None:
    late(office)
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "y")
        await until(pilot, Choose)
        await choose(pilot, "drive")
        await until(pilot, AskConfirm)
        await press(pilot, "y")
        await until_true(pilot, lambda: find(office.store, "R1").review is Review.APPROVED)
        told = late_causes.told_of(office.store, [1])
        assert [str(one.cause) for one in told.values()] == ["the drive"]
        await press(pilot, "l")
        assert not isinstance(pilot.app.screen, Choose), "it is asked once"


async def test_who_cannot_tell_either_approves_all_the_same(office: Office) -> None:
    late(office)
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "y")
        await until(pilot, Choose)
        await choose(pilot, "")
        await until(pilot, AskConfirm)
        await press(pilot, "y")
        await until_true(pilot, lambda: find(office.store, "R1").review is Review.APPROVED)
        assert late_causes.told_of(office.store, [1]) == {}
