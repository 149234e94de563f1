"""A person's own keys: what is taken, what is said, and that the screens show and follow them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widgets import Input

from dispatch.app import DispatchApp
from dispatch.desk.plan import schedule
from dispatch.desk.session.preferences import Personal, read_personal
from screens.binding import CommandScreen, command, opens
from screens.dialogs.questions import AskText, Choose
from screens.program.keymap import EVERYWHERE, PLACES, judged, key_rows
from screens.program.keys import KeysHelp, PressKey
from screens.visit.visit import VisitScreen
from tests.desk.conftest import Office, at
from tests.screens.test_screens import opened, press, settled, until, until_true
from widgets.lines.line_list import LineList
from widgets.listed import KeyLine
from widgets.terminal.keyboard import SIGNS, key_named, written
from widgets.timeline.view import Timeline


def test_names_of_signs_are_those_that_textual_gives_them() -> None:
    assert {sign: _character_to_key(sign) for sign in SIGNS} == SIGNS


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("?", "question_mark"), ("Esc", "escape"), ("a", "a"), ("A", "A"), ("Ctrl+S", "ctrl+s"), (" ", "space"),
        ("page up", "pageup"), ("F5", "f5"), ("slash", "slash"),
        ("ctrl+i", None), ("alt+x", None), ("ctrl+shift+a", None), ("f13", None), ("ü", None), ("", None),
    ],
)  # fmt: skip
def test_keys_are_taken_as_people_write_them_if_terminals_send_them(typed: str, key: str | None) -> None:
    assert key_named(typed) == key
    if key is not None:
        assert key_named(written(key)) == key


@pytest.mark.parametrize(
    ("wanted", "taken", "said"),
    [
        ({"visit.assign": ["z"], "view.zoom": ["V"], "timeline.zoom": ["V"]}, 3, []),
        ({"visit.assign": ["m"], "visit.move": ["a"]}, 2, []),
        ({"visit.assign": ["m"]}, 0, ["m is both visit.assign (Assign) and visit.move (Move): the board"]),
        (
            {"visit.confirm": ["x"], "visit.pin": ["x"], "visit.hold": ["f7"]},
            1,
            ["x is both visit.confirm (Confirm) and visit.pin (Pin): the board"],
        ),
        ({"item.fail": ["u"]}, 0, ["u is both item.fail (Fail) and change.undo (Undo): a visit"]),
        ({"item.fail": ["y"]}, 1, []),
        ({"visit.opne": ["o"]}, 0, ["visit.opne: there is no such id; visit.open is meant?"]),
        ({"visit.assign": ["z", "alt+z"]}, 0, ["visit.assign: terminals do not send 'alt+z'"]),
        (
            {"dialog.back": ["x"], "program.quit": ["x"]},
            0,
            [
                "dialog.back: x is typed where this works; ctrl and a letter, or f1 to f12, is not",
                "program.quit: x is typed where this works; ctrl and a letter, or f1 to f12, is not",
            ],
        ),
        # the default to which visit.move falls back is taken by then
        (
            {"visit.move": ["u"], "visit.assign": ["m"]},
            0,
            [
                "u is both visit.move (Move) and change.undo (Undo): the board",
                "m is both visit.assign (Assign) and visit.move (Move): the board",
            ],
        ),
    ],
)
def test_what_is_taken_and_what_is_said(wanted: Mapping[str, list[str]], taken: int, said: list[str]) -> None:
    keymap, faults = judged(wanted, DispatchApp)
    assert len(keymap) == taken
    assert faults == said


def mine(folder: Path, keys: str = "", settings: str = "") -> Personal:
    folder.mkdir(exist_ok=True)
    (folder / "keys.toml").write_text(keys)
    (folder / "personal.toml").write_text(f"hints = 0\n{settings}")
    return read_personal(folder)


def shown(pilot: Pilot[None]) -> str:
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())


async def test_own_keys_work_on_screens_widgets_and_dialogs(office: Office, tmp_path: Path) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    keys = 'visit.new = "x"\nvisit.open = "V"\ntimeline.open = "V"\ntimeline.down = "f6"\ndialog.back = "f2"\n'
    async with opened(office.dana, "board", personal=mine(tmp_path / "own", keys)) as pilot:
        timeline = pilot.app.screen.query_one(Timeline)
        assert "V open" in shown(pilot)
        assert "x new" in shown(pilot)
        await press(pilot, "n", "enter")
        assert len(pilot.app.screen_stack) == 1
        await press(pilot, "f6")
        assert timeline.cursor.row == 1
        timeline.select(1)
        await pilot.press("slash")
        await until(pilot, AskText)
        await pilot.press("x", "p", "escape")
        assert pilot.app.screen.query_one(Input).value == "xp"
        await pilot.press("f2")
        await until_true(pilot, lambda: len(pilot.app.screen_stack) == 1)
        await pilot.press("V")
        await until(pilot, VisitScreen)


async def test_own_key_is_typed_where_letters_are_typed(office: Office, tmp_path: Path) -> None:
    async with opened(
        office.dana, "book", personal=mine(tmp_path / "own", 'book.open = "o"\nbook.edit = "x"\n')
    ) as pilot:
        await press(pilot, "slash", "o", "x")
        assert pilot.app.screen.query_one(Input).value == "ox"
        assert len(pilot.app.screen_stack) == 1


async def test_faults_are_said_at_the_start_all_at_once(office: Office, tmp_path: Path) -> None:
    keys = 'visit.assign = "m"\nvisit.noo = "z"\nitem.fail = "u"\nview.today = "f4"\n'
    settings = 'theme = "beige"\nascii = 1\n'
    async with opened(office.dana, "board", personal=mine(tmp_path / "own", keys, settings)) as pilot:
        await until_true(pilot, lambda: len(pilot.app._notifications) > 0)
        (told,) = pilot.app._notifications
        for word in ("visit.assign (Assign) and visit.move (Move)", "visit.noo", "item.fail", "beige", "ascii"):
            assert word in told.message
        assert pilot.app.theme == "dispatch-dark"
        assert isinstance(pilot.app, DispatchApp)
        assert pilot.app.keymap == {"view.today": "f4"}


async def test_theme_ascii_of_a_person(office: Office, tmp_path: Path) -> None:
    settings = 'theme = "dispatch-light"\nascii = true\n'
    async with opened(office.dana, "board", personal=mine(tmp_path / "own", "", settings)) as pilot:
        assert pilot.app.theme == "dispatch-light"
        assert pilot.app.screen.query_one(Timeline).ascii
        assert not pilot.app._notifications


async def go_to_line(pilot: Pilot[None], key: str) -> LineList[KeyLine]:
    await pilot.press("question_mark")
    await until(pilot, KeysHelp)
    await pilot.pause(0.05)
    keys = pilot.app.screen.query_one(LineList)
    assert keys.select_key(key)
    return keys


@pytest.mark.again
async def test_key_is_changed_in_the_help_and_kept(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    async with opened(office.dana, "board", personal=mine(folder, "# mine\n")) as pilot:
        keys = await go_to_line(pilot, "visit.new")
        await pilot.press("enter")
        await until(pilot, PressKey)
        await pilot.press("x")
        await until(pilot, KeysHelp)
        await until_true(pilot, lambda: keys.selected is not None and keys.selected.keys == "x")
        assert (folder / "keys.toml").read_text() == '# mine\nvisit.new = "x"\n'

        await pilot.press("enter")
        await until(pilot, PressKey)
        await pilot.press("m")
        await until_true(pilot, lambda: "m is both" in shown(pilot))
        assert (folder / "keys.toml").read_text() == '# mine\nvisit.new = "x"\n'

        await press(pilot, "escape")
        assert "x new" in shown(pilot)
        await go_to_line(pilot, "visit.new")
        await pilot.press("d")
        await pilot.pause(0.05)
        assert (folder / "keys.toml").read_text() == "# mine\n"
        await press(pilot, "escape")
        assert "n new" in shown(pilot)


async def test_other_screens_show_the_new_key_when_they_come_back(office: Office, tmp_path: Path) -> None:
    async with opened(office.dana, "board", personal=mine(tmp_path / "own")) as pilot:
        await press(pilot, "3")
        await go_to_line(pilot, "screen.keys")
        await pilot.press("enter")
        await until(pilot, PressKey)
        await pilot.press("f1")
        await until(pilot, KeysHelp)
        await settled(pilot)
        await press(pilot, "escape", "1")
        assert "f1 help" in shown(pilot)
        await pilot.press("f1")
        await until(pilot, KeysHelp)


async def test_theme_is_chosen_in_the_help_and_kept(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    async with opened(office.dana, "board", personal=mine(folder)) as pilot:
        await go_to_line(pilot, "theme")
        await pilot.press("enter")
        await until(pilot, Choose)
        await pilot.press("down", "enter")
        await until_true(pilot, lambda: pilot.app.theme == "dispatch-light")
        await until(pilot, KeysHelp)
        keys = pilot.app.screen.query_one(LineList)
        keys.select_key("mouse")
        await pilot.press("enter")
        await until_true(pilot, lambda: "mouse" in (folder / "personal.toml").read_text())
    assert (read_personal(folder).theme, read_personal(folder).mouse) == ("dispatch-light", False)


async def test_help_of_a_session_changes_nothing(office: Office) -> None:
    async with opened(office.ana, "day", restricted=True) as pilot:
        keys = await go_to_line(pilot, "screen.leave")
        await press(pilot, "enter", "d")
        assert isinstance(pilot.app.screen, KeysHelp)
        assert not keys.select_key("theme")
        assert "changes" not in shown(pilot)


def test_no_screen_takes_a_key_of_the_whole_program() -> None:
    rows = key_rows(DispatchApp)
    everywhere = {key: row.id for row in rows if row.place == EVERYWHERE.title for key in row.default}
    alone = {place.title for place in PLACES if place.alone}
    taken = {
        (row.place, key, row.id, everywhere[key])
        for row in rows
        if row.place not in alone
        for key in row.default
        if everywhere.get(key, row.id) != row.id
    }
    assert not taken


def test_two_commands_of_a_screen_are_never_one_action() -> None:
    """A key that opens a screen takes no other key its action, whatever the screen is called."""
    with pytest.raises(TypeError, match="has two commands that are open"):

        class Twice(CommandScreen):
            @command("enter", "visit.open", "Open")
            def action_open(self) -> None:
                """Look at it."""

            @command("o", "link.open", "Link")
            def action_link(self) -> None:
                """Follow it."""

            action_link.binding = dataclasses.replace(action_link.binding, action="open")  # type: ignore[attr-defined]

    class Beside(CommandScreen):
        still = opens("N", "screen.open", "Open", "open", "What is open.")

        @command("enter", "visit.open", "Open")
        def action_open(self) -> None:
            """Look at it."""

    assert {binding.action for binding in Beside.BINDINGS if isinstance(binding, Binding)} == {"to_open", "open"}
