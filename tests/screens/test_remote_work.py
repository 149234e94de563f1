"""Remote work by keyboard: written down on the board and in one's own day, and ended on its page."""

from __future__ import annotations

from db import visits
from dispatch.desk.closeout import onsite
from dispatch.model.states import State
from screens.log.log import LogScreen
from tests.desk.conftest import Office
from tests.screens.test_prices import fill
from tests.screens.test_screens import opened, press, until_true


async def test_a_call_is_written_down_on_the_board_and_stands_in_its_row(office: Office) -> None:
    office.go("09:00")
    async with opened(office.dana, "board", (120, 36)) as pilot:
        await press(pilot, "U")
        typed = {"client": "Harbor Dental", "site": "Annex", "work": "Reset the password", "start": "today 8:00"}
        await fill(pilot, **typed, minutes="20", technician="Ana Ruiz")
        await until_true(pilot, lambda: visits.visit_by_reference(office.store, "R1001") is not None)
        made = visits.visit_by_reference(office.store, "R1001")
        assert made is not None
        assert (made.state, made.way, made.crew) == (State.CLOSED, "remote", ("Ana Ruiz",))


async def test_a_call_is_clocked_and_ended_by_its_technician(office: Office) -> None:
    office.go("09:00")
    async with opened(office.ana, "day", (45, 20)) as pilot:
        await press(pilot, "U")
        await fill(pilot, client="Harbor Dental", site="Annex", work="Printer")
        await until_true(pilot, lambda: visits.visit_by_reference(office.store, "R1001") is not None)
        onsite.work(office.ana, "R1001", "driver replaced on the printer")
        office.go("09:25")
        made = visits.visit_by_reference(office.store, "R1001")
        assert made is not None
        await press(pilot, "enter", "x", "y")
        await until_true(pilot, lambda: visits.again(office.store, made.id).state is State.CLOSED)


async def test_the_lead_writes_one_down_in_the_log(office: Office) -> None:
    office.go("09:00")
    async with opened(office.lee, "log", (80, 24)) as pilot:
        await press(pilot, "U")
        typed = {"client": "Harbor Dental", "site": "Annex", "work": "Reset the password", "start": "today 8:00"}
        await fill(pilot, **typed, minutes="20", technician="Ben Okafor")
        await until_true(pilot, lambda: visits.visit_by_reference(office.store, "R1001") is not None)
        assert isinstance(pilot.app.screen, LogScreen)
