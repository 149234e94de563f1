"""What was shown in a field is kept, whatever ends the program, until it was saved or thrown away on purpose."""

from __future__ import annotations

import json

import pytest
from textual.pilot import Pilot
from textual.widgets import TextArea

from dispatch.desk.closeout import arriving
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule
from dispatch.model.states import State
from screens.board.quick_line import QuickLine
from screens.dialogs.note import AskNote
from screens.dialogs.questions import AskText, Form
from tests.desk.conftest import Office, at
from tests.quick import first_of
from tests.screens.test_screens import opened, press, settled, state, until, until_true
from tests.screens.test_typing import at_place, burst, typed, user_of
from widgets.checklist import ChecklistView


def kept(office: Office) -> list[str]:
    """All that is kept for anybody."""
    folder = office.store.path.with_name(office.store.path.name + ".unsent")
    return [file.read_text(encoding="utf-8") for file in folder.iterdir()] if folder.exists() else []


def fields(pilot: Pilot[None]) -> dict[str, str]:
    return {str(one.id).removeprefix("field-"): one.value for one in pilot.app.screen.query("Input, OneOf")}


async def on_item(pilot: Pilot[None], ref: str) -> None:
    pilot.app.screen.query_one(ChecklistView).select(ref)
    await pilot.pause()


@first_of(
    "mode, keys, kind",
    [
        ("board", ["n"], QuickLine),
        ("day", ["N"], AskText),
        ("visit", ["w"], AskNote),
        ("book", ["n"], Form),
        ("board", ["X"], AskText),
        ("board", ["w"], Form),
        ("visit", ["n"], AskText),
        ("visit", ["space"], AskText),
        ("visit", ["B"], AskText),
        ("book", ["e"], Form),
    ],
    quick=2,
)
async def test_what_was_shown_stands_there_again_after_the_program_ended(
    office: Office, mode: str, keys: list[str], kind: type
) -> None:
    if mode == "visit":
        office.on_site("R1")
    else:
        schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
        schedule.dispatch(office.dana, "R1")
    who, first = user_of(office, mode)
    async with opened(who, first) as pilot:  # type: ignore[arg-type]
        await at_place(pilot, mode)
        await press(pilot, *keys)
        await until(pilot, kind)
        await burst(pilot, [*"a long word"])
        await until_true(pilot, lambda: any("a long word" in text for text in kept(office)))
        there = typed(pilot)
    async with opened(who, first) as pilot:  # type: ignore[arg-type]
        await at_place(pilot, mode)
        for last in ("escape", "ctrl+t"):
            await press(pilot, *keys)
            await until(pilot, kind)
            assert typed(pilot) == there
            if last == "ctrl+t":
                await burst(pilot, ["x"])
                await until_true(pilot, lambda: "wordx" in str(typed(pilot)))  # it goes on, and takes nothing away
            await press(pilot, last)
        assert kept(office) == []


async def test_it_is_kept_while_somebody_goes_on_typing(office: Office) -> None:
    """A pause is not waited for: each letter would put it off."""
    office.on_site("R1")
    async with opened(office.ana, "day") as pilot:
        await at_place(pilot, "visit")
        await press(pilot, "w")
        await until(pilot, AskNote)
        shown = 0
        while not kept(office):
            await burst(pilot, ["x"])
            await pilot.pause(0.05)
            shown += 1
            assert shown < 100


async def test_a_kept_note_outlasts_other_results(office: Office) -> None:
    office.on_site("R1")
    async with opened(office.ana, "day") as pilot:
        await at_place(pilot, "visit")
        await press(pilot, "w")
        await until(pilot, AskNote)
        await press(pilot, *"driver", "escape")
        assert kept(office) == ["driver"]
        await on_item(pilot, "W1.1")
        await press(pilot, "space")
        assert kept(office) == ["driver"]
        await press(pilot, "w")
        await until(pilot, AskNote)
        assert typed(pilot) == "driver"
        await press(pilot, "ctrl+s")
        await until_true(pilot, lambda: kept(office) == [])
    assert "driver" in [one.text for item in visit_page(office.store, "R1").checklist.items for one in item.attempts]


@pytest.mark.again
async def test_the_sign_off_is_kept_with_all_its_fields(office: Office) -> None:
    office.on_site("R1")
    async with opened(office.ana, "day") as pilot:
        await at_place(pilot, "visit")
        sign_off = next(one.ref for one in visit_page(office.store, "R1").checklist.items if one.kind == "sign_off")
        for _ in range(2):
            await on_item(pilot, sign_off)
            await press(pilot, "space")
            await until(pilot, Form)
            if not kept(office):
                await burst(pilot, [*"J. Lowe", "down", *["backspace"] * 3, *"no", "down", *"still slow"])
                await until_true(pilot, lambda: any("still slow" in text for text in kept(office)))
            assert fields(pilot) == {"name": "J. Lowe", "satisfied": "no", "words": "still slow"}
            await press(pilot, "escape")
        await on_item(pilot, sign_off)
        await press(pilot, "space")
        await until(pilot, Form)
        await press(pilot, "enter")
        await until_true(pilot, lambda: kept(office) == [])
    signed = next(one for one in visit_page(office.store, "R1").checklist.items if one.ref == sign_off)
    assert [(one.signed_by, one.satisfied, one.text) for one in signed.attempts] == [("J. Lowe", False, "still slow")]


LINE = "harbor printer jam 45m tomorrow"


@pytest.mark.again
async def test_what_ends_a_kept_line(office: Office) -> None:
    """Throwing it away, by key or without ctrl, and emptying it; leaving it does not."""
    ends = (["ctrl+t"], ["down", "right", "right", "enter"], ["backspace"] * len(LINE) + ["escape"])
    async with opened(office.dana, "board") as pilot:
        for keys in ends:
            await press(pilot, "n")
            await until(pilot, QuickLine)
            assert typed(pilot) == ""
            await burst(pilot, [*LINE])
            await press(pilot, "escape")
            assert kept(office) == [LINE]
            await press(pilot, "n")
            await until(pilot, QuickLine)
            assert typed(pilot) == LINE
            await burst(pilot, keys)
            await until_true(pilot, lambda: kept(office) == [])
            await until_true(pilot, lambda: not isinstance(pilot.app.screen, QuickLine))


@pytest.mark.again
async def test_what_was_typed_stays_where_the_next_question_is_left(office: Office) -> None:
    """A line that leads to the whole form, and the form is left: nothing was saved, so both are there again."""
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "n")
        await until(pilot, QuickLine)
        await burst(pilot, [*LINE, "ctrl+f"])
        await until(pilot, Form)
        await press(pilot, "escape")
        assert LINE in kept(office)
        await press(pilot, "n")
        await until(pilot, QuickLine)
        assert typed(pilot) == LINE


async def test_a_refused_deed_keeps_what_was_typed_for_it(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(office.dana, "board") as pilot:
        await at_place(pilot, "board")
        await press(pilot, "X")
        await until(pilot, AskText)
        await burst(pilot, [*"closed today"])
        await until_true(pilot, lambda: kept(office) == ["closed today"])
        office.go("09:00")
        schedule.dispatch(office.dana, "R1")
        arriving.arrive(office.ana, "R1")
        await press(pilot, "enter")
        assert state(office, "R1")[0] is State.ON_SITE
        assert kept(office) == ["closed today"]


async def test_what_changed_meanwhile_is_not_typed_over(office: Office) -> None:
    """A field that was kept comes back only over what stood there when it was typed."""
    from dispatch.desk.session.unsent import as_kept
    from screens.dialogs.unsent import fields_kept

    class Memory:
        text = as_kept({"name": ("Harbor", "Harbor Ltd"), "phone": ("1", "2"), "note": ("", "")})

        def read(self) -> str:
            return self.text

    assert json.loads(Memory.text) == {"name": ["Harbor", "Harbor Ltd"], "phone": ["1", "2"]}
    assert fields_kept(Memory(), {"name": "Harbor", "phone": "3"}.get) == {"name": "Harbor Ltd"}  # type: ignore[arg-type]
    assert fields_kept(None, {}.get) == {}
    assert as_kept({"name": ("a", "a")}) == ""


@pytest.mark.again
async def test_a_note_without_ctrl_and_esc(office: Office) -> None:
    office.on_site("R1")
    async with opened(office.ana, "day", (45, 20)) as pilot:
        await at_place(pilot, "visit")
        await press(pilot, "w")
        await until(pilot, AskNote)
        await press(pilot, *"one", "enter", *"two", "down", "right", "enter")
        assert kept(office) == ["one\ntwo"]
        await press(pilot, "w")
        await until(pilot, AskNote)
        assert pilot.app.screen.query_one(TextArea).text == "one\ntwo"
        await press(pilot, "down", "enter")
        await settled(pilot)
        assert kept(office) == []
    assert "one\ntwo" in [one.text for item in visit_page(office.store, "R1").checklist.items for one in item.attempts]
