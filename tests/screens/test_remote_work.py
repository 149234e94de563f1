"""Remote work by keyboard: written down on the board and in one's own day, and ended on its page."""

from __future__ import annotations

from functools import partial

from textual.pilot import Pilot
from textual.widget import Widget

from db import visits
from dispatch.desk.closeout import onsite
from dispatch.model.states import State
from screens.dialogs.questions import Form
from screens.log.log import LogScreen
from tests.desk.conftest import Office
from tests.pictures import text_of
from tests.screens.test_prices import fill
from tests.screens.test_screens import opened, press, until, until_true
from widgets.choices import OneOf


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


def stands(pilot: Pilot[None], *texts: str) -> bool:
    """Whether the texts are on the screen, however they are broken into lines."""
    told = text_of(pilot.app)
    joined = " ".join(part.strip(" │─") for part in told.splitlines())
    return all(text in told or text in joined for text in texts)


def in_sight(form: Form, line: Widget) -> bool:
    return line.region in form.query_one(".fields").region


async def test_each_field_of_a_long_form_keeps_its_name_and_its_whole_example(office: Office) -> None:
    async with opened(office.lee, "log", (45, 20)) as pilot:
        await press(pilot, "U")
        await until(pilot, Form)
        form = pilot.app.screen
        assert isinstance(form, Form)
        ways = ["tab"] * (len(form._fields) - 1) + ["shift+tab"] * len(form._fields)
        for field, way in zip((*form._fields, *reversed(form._fields[:-1])), ways, strict=True):
            line = form.query_one(f"#field-{field.name}")
            assert form.focused is line
            example = "" if isinstance(line, OneOf) else field.placeholder
            await until_true(pilot, partial(stands, pilot, f" {field.label} ", example))
            await until_true(pilot, partial(in_sight, form, line))
            await press(pilot, way)


async def test_the_lead_writes_one_down_in_the_log(office: Office) -> None:
    office.go("09:00")
    async with opened(office.lee, "log", (80, 24)) as pilot:
        await press(pilot, "U")
        typed = {"client": "Harbor Dental", "site": "Annex", "work": "Reset the password", "start": "today 8:00"}
        await fill(pilot, **typed, minutes="20", technician="Ben Okafor")
        await until_true(pilot, lambda: visits.visit_by_reference(office.store, "R1001") is not None)
        assert isinstance(pilot.app.screen, LogScreen)
