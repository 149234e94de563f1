"""What an audit found, by keys: on the visit, in its record, and at the item that asks for it."""

from __future__ import annotations

from dispatch.desk.closeout import finding
from dispatch.desk.log.visit_page import visit_page
from dispatch.model.checklists import Result
from screens.dialogs.questions import Choose, Form
from screens.log.visit_record import VisitRecord
from tests.desk.conftest import Office
from tests.desk.test_findings import BACKUPS, audited
from tests.screens.test_screens import opened, press, settled, until, until_true


def numbers(office: Office) -> list[tuple[int, str, str]]:
    return [(one.number, one.severity.value, one.state.value) for one in finding.of_visit(office.ana, "R1")]


async def test_space_on_the_item_asks_for_a_finding_and_then_confirms(office: Office) -> None:
    audited(office)
    async with opened(office.ana, "day", (45, 20)) as pilot:
        await press(pilot, "enter")
        pilot.app.screen.query_one("#checklist").select("W8")  # type: ignore[attr-defined]
        await press(pilot, "space")
        await until(pilot, Choose)
        await press(pilot, "enter")
        await until(pilot, Form)
        await pilot.press(*"no second factor")
        await press(pilot, "enter")
        await until_true(pilot, lambda: numbers(office) == [(1, "medium", "open")])
        await settled(pilot)
        pilot.app.screen.query_one("#checklist").select("W8")  # type: ignore[attr-defined]
        await press(pilot, "space")
        await until_true(pilot, lambda: "W8" not in {gate.ref for gate in visit_page(office.store, "R1").unmet})


async def test_that_nothing_was_found_is_said_in_words(office: Office) -> None:
    audited(office)
    async with opened(office.ana, "day", (80, 24)) as pilot:
        await press(pilot, "enter")
        pilot.app.screen.query_one("#checklist").select("W8")  # type: ignore[attr-defined]
        await press(pilot, "space", "down", "enter")
        await pilot.press(*"all machines looked at")
        await press(pilot, "enter")
        item = visit_page(office.store, "R1").checklist.item("W8")
        assert item is not None
        assert item.latest is not None
        assert (item.latest.result, item.latest.text) == (Result.DONE, "all machines looked at")


async def test_a_finding_is_put_right_marked_and_taken_out(office: Office) -> None:
    audited(office)
    finding.add(office.ana, "R1", BACKUPS)
    async with opened(office.lee, "log") as pilot:
        pilot.app.push_screen(VisitRecord("R1"))  # type: ignore[arg-type]
        await settled(pilot)
        await press(pilot, "F", "enter", "enter")
        await until(pilot, Form)
        await press(pilot, "end")
        await pilot.press(*", still")
        await press(pilot, "enter")
        await until_true(pilot, lambda: finding.of_visit(office.ana, "R1")[0].what.endswith("room, still"))
        await press(pilot, "F", "enter", "down", "down", "enter", "enter")
        await until_true(pilot, lambda: numbers(office) == [(1, "critical", "done")])
        await press(pilot, "F", "enter", "down", "enter")
        await pilot.press(*"not so")
        await press(pilot, "enter")
        await until_true(pilot, lambda: numbers(office) == [])
        await press(pilot, "u")
        await until_true(pilot, lambda: numbers(office) == [(1, "critical", "done")])
