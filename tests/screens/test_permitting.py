"""Words for a test that cannot run, by keys: its technician asks on the visit, a lead answers in the log or on the visit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db import permissions
from dispatch.desk.log.visit_page import visit_page
from dispatch.model.checklists import BY_PERMISSION, NO_WAY_IN, Asks
from dispatch.model.states import State
from screens.dialogs.questions import Choose
from tests.desk.conftest import Office
from tests.desk.test_permitting import t3
from tests.desk.test_probing import register
from tests.quick import first_of
from tests.screens.test_close_out_examples import visiting
from tests.screens.test_prices import answer, choose, fill
from tests.screens.test_screens import opened, press, until, until_true
from widgets.bars import StatusBar


async def test_asked_on_the_visit_and_let_in_the_log(office: Office) -> None:
    register(office, name="network", kind="tcp", address="192.0.2.1:443", vantage="site")
    office.on_site()
    async with visiting(office) as visit:
        await visit.record("T3", "space", "seen working at the desk")
        await visit.said("must be tested inside the client's network")
        await visit.key("T3", "W")
        await visit.said("The leads are asked")
    async with opened(office.lee, "log") as pilot:
        bar = pilot.app.screen.query_one(StatusBar)
        await until_true(pilot, lambda: "1 asks for words (W)" in str(bar.line_at(0, 80)))
        await press(pilot, "W")
        await until(pilot, Choose)
        await press(pilot, "enter")
        await choose(pilot, "yes")
        await until_true(pilot, lambda: t3(office).permission is not None)
    assert t3(office).attested_how == NO_WAY_IN
    assert permissions.waiting(office.store) == []


async def test_the_screen_asks_for_the_run_as_soon_as_a_way_leads_in(office: Office) -> None:
    register(office, name="network", kind="tcp", address="192.0.2.1:443", vantage="site")
    office.on_site()
    assert t3(office).asks is Asks.NO_WAY_IN
    async with visiting(office, replace(office.ana, site_port=20_003)) as visit:
        await until_true(visit.pilot, lambda: t3(office).asks is Asks.EXECUTED)


async def test_a_lead_lowers_a_test_on_the_visit(office: Office) -> None:
    register(office, name="network", kind="tcp", address="192.0.2.1:443")
    office.on_site()
    async with visiting(office, office.lee) as lead:
        await lead.record("T3", "space", "seen working at the desk")
        await lead.said("asks for a test that ran: `r` runs it")
        await lead.key("T3", "W")
        await answer(lead.pilot, "the target is out of order")
        await until_true(lead.pilot, lambda: t3(office).lowered)
    assert t3(office).attested_how == BY_PERMISSION


@pytest.mark.again
@first_of("size", [(45, 20), (80, 24)])
async def test_left_open_in_the_clients_words(office: Office, size: tuple[int, int]) -> None:
    office.on_site()
    async with visiting(office, office.lee) as lead:
        await lead.pilot.resize_terminal(*size)
        await press(lead.pilot, "L")
        await fill(lead.pilot, reason="sent home", said_by="J. Lowe", words="we look for somebody else")
        await until_true(lead.pilot, lambda: lead.state is State.LEFT_OPEN)
    assert visit_page(office.store, "R1").none_wanted == ("J. Lowe", "we look for somebody else")


async def test_left_open_for_our_own_failure(office: Office) -> None:
    office.on_site()
    async with visiting(office, office.lee) as lead:
        await press(lead.pilot, "L")
        await fill(lead.pilot, reason="our patch broke it", on="2026-12-03", minutes="1h30", ours="yes")
        await until_true(lead.pilot, lambda: lead.state is State.LEFT_OPEN)
    (follow_up,) = visit_page(office.store, "R1").follow_ups
    assert (follow_up.cause, follow_up.minutes) == ("own_failure", 90)
