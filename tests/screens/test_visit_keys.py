"""How many keys a visit takes: to be placed, and on site on a narrow screen, where what runs is not typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from db import visits
from dispatch.app import DispatchApp
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule
from dispatch.desk.requests import intake
from dispatch.desk.templates.templates import import_templates
from dispatch.model.checklists import Grade
from dispatch.model.states import State
from screens.board.move_mode import MoveTimeline
from screens.dialogs.note import AskNote
from screens.dialogs.questions import AskConfirm, AskText, Choose, Form
from screens.prices.sheet_view import ChargeSheet
from screens.visit import running_tests
from screens.visit.running_tests import RunTests
from screens.visit.visit import VisitScreen
from tests.closeout.probes.servers import HERE, saying, serving
from tests.desk.conftest import Office, at
from tests.desk.test_probing import register
from tests.screens.test_screens import opened, press, until, until_true
from tests.widgets.terminals import Terminal, on_terminal
from widgets.terminal import lean
from widgets.timeline.view import Timeline

RUNNABLE = ("internet", "mail", "files", "backup", "remote access")
MOST = 18
TWELVE = {
    "name": "Twelve",
    "for": {"tags": ["server"]},
    "items": [
        {"id": "A1", "kind": "ask", "text": "Expectations agreed"},
        {"id": "W1", "kind": "confirm", "text": "Each requested item: done, or why not", "each": "request"},
        {"id": "W2", "kind": "confirm", "text": "What was changed"},
        *(
            {"id": f"T{n}", "kind": "test", "text": f"Works: the {name}", "targets": [name]}
            for n, name in enumerate(RUNNABLE, 2)
        ),
        {"id": "L1", "kind": "ask", "text": "Is there anything else before I leave?"},
        {"id": "L2", "kind": "confirm", "text": "Nothing is left for the client to finish"},
        {"id": "L3", "kind": "confirm", "text": "Walked through what was done"},
        {"id": "L5", "kind": "sign_off", "text": "Sign-off: name, satisfied, words"},
    ],
}


class Hands:
    """Somebody's hands: what they press, and what they type without counting its letters."""

    def __init__(self, pilot: Pilot[None], office: Office) -> None:
        self.pilot, self.office = pilot, office
        self.keys: list[str] = []

    async def press(self, *keys: str) -> None:
        """Keys that count, a minute later each."""
        for key in keys:
            self.office.clock.advance(60)
            self.keys.append(key)
            await press(self.pilot, key)

    async def answers(self, key: str, text: str) -> None:
        """A line of text."""
        await self.press(key)
        await until(self.pilot, AskText)
        self.pilot.app.screen.query_one(Input).value = text
        await self.press("enter")
        await until(self.pilot, VisitScreen)


async def walk(office: Office, reference: str) -> list[str]:
    """The visit from the drive to its charge; returns the keys."""
    async with opened(office.ana, "day", (45, 20)) as pilot:
        hands = Hands(pilot, office)
        await hands.press("space")  # on the way
        await hands.press("space")  # there, and the checklist opens
        await until(pilot, VisitScreen)
        await hands.answers("space", "with Jo Lowe: patched and up again by noon")
        await hands.press("space")  # what was asked for is done
        await hands.press("space")  # what was changed
        await until(pilot, AskNote)
        pilot.app.screen.query_one(TextArea).text = "patches of November installed, restarted"
        await hands.press("ctrl+s")
        await until(pilot, VisitScreen)
        await hands.press("R")
        await until(pilot, RunTests)
        await until_true(pilot, lambda: pilot.app.screen._over)
        await hands.press("enter")
        await until(pilot, VisitScreen)
        await hands.answers("space", "nothing")
        await hands.press("space", "space", "space")  # nothing is left, walked through, sign-off
        await until(pilot, Form)
        name: Any = pilot.app.screen.query_one("#field-name")
        name.value = "Jo Lowe"
        await hands.press("enter")
        await until(pilot, VisitScreen)
        await hands.press("x")
        await until(pilot, AskConfirm)
        await hands.press("y")
        await until(pilot, ChargeSheet)
        return hands.keys


def asked_for(office: Office, path: Path, port: int) -> str:
    """The visit, placed at nine with a target for each of its tests; returns its reference."""
    path.write_text(json.dumps(TWELVE), encoding="utf-8")
    import_templates(office.lee, path)
    for name in RUNNABLE:
        register(office, name=name, kind="tcp", address=f"{HERE}:{port}")
    request = {"client": "Harbor Dental", "site": "Main office", "work": "Patch", "minutes": "60", "tags": "server"}
    reference: str = intake.add(office.dana, request).reference
    schedule.assign(office.dana, reference, ["Ana Ruiz"], at("09:00"), confirmed=True)
    office.go("09:00")
    return reference


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (45, 20)])
async def test_the_first_of_the_queue_is_placed_with_four_keys(office: Office, size: tuple[int, int]) -> None:
    async with opened(office.dana, "board", size) as pilot:
        await press(pilot, "tab", "a")
        await until(pilot, Choose)
        await press(pilot, "enter")
        await until_true(pilot, lambda: pilot.app.screen.query_one(MoveTimeline).ghost is not None)
        await press(pilot, "enter")
        await until_true(pilot, lambda: any(one.state is State.PLANNED for one in visits.all_visits(office.store)))


async def test_a_visit_of_twelve_items_with_five_tests_that_run(office: Office, tmp_path: Path) -> None:
    with serving(saying(hold=True)) as port:
        reference = asked_for(office, tmp_path / "twelve.json", port)
        keys = await walk(office, reference)
    page = visit_page(office.store, reference)
    assert page.visit.state is State.CLOSED
    assert len(page.checklist.items) == 12
    assert [one.standing.grade for one in page.checklist.items if one.standing and one.standing.grade] == [
        Grade.EXECUTED
    ] * 5
    assert len(keys) <= MOST, keys


STEPS = [
    *("space", "space", "space", "with Jo", "enter", "space", "space", "patched it all", "ctrl+s", "R", "", "enter"),
    *("space", "nothing", "enter", "space", "space", "space", "Jo Lowe", "enter", "x", "y"),
]
"""The same visit; what is typed between the keys."""
MOST_BYTES = 12_000
"""Over a poor line in 256 colours, what is typed counted too (design/remote.md, Goals)."""


async def test_what_a_visit_sends_over_a_poor_line(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, int]] = []
    monkeypatch.setenv("TERM", "xterm-256color")
    # however long this machine takes for a save, or for the tests, it is one frame
    for place, name, seconds in ((lean, "HELD", 5), (lean, "SETTLES", 0.3), (running_tests, "TOGETHER", 5)):
        monkeypatch.setattr(place, name, seconds)

    async def play(terminal: Terminal) -> None:
        for step in STEPS:
            office.clock.advance(60)
            if len(step) == 1 or step in ("space", "enter", "ctrl+s"):
                await terminal.pilot.press(step)
            elif not step:
                await until_true(terminal.pilot, lambda: getattr(terminal.app.screen, "_over", False))
            else:
                await terminal.pilot.press(*("space" if letter == " " else letter for letter in step))
            await terminal.pilot.pause()
            await until_true(terminal.pilot, lambda: terminal.app not in lean._HOLDS)
            sent.append((step, await terminal.settle() + await terminal.settle()))

    with serving(saying(hold=True)) as port:
        reference = asked_for(office, tmp_path / "twelve.json", port)
        await on_terminal(DispatchApp(office.ana, "day", restricted=True), (45, 20), play)
    assert visit_page(office.store, reference).visit.state is State.CLOSED
    assert sum(count for _, count in sent) <= MOST_BYTES, sent


async def test_a_key_of_others_and_one_that_does_nothing_now_say_so(office: Office) -> None:
    office.on_site("R1")
    async with opened(office.dana, "board") as pilot:
        pilot.app.screen.query_one(Timeline).select(1)
        await press(pilot, "enter")
        await until(pilot, VisitScreen)
        for key in ("enter", "space"):
            await press(pilot, key)
            assert "Result: only a technician or lead may do that." in [
                note.message for note in pilot.app._notifications
            ]
            pilot.app.screen.unsay()  # type: ignore[attr-defined]
        await press(pilot, "escape", "N")
        assert "No access: only a technician or lead may do that." in [
            note.message for note in pilot.app._notifications
        ]
