"""What is needed most is never what is cut, at the smallest size that people have."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from dispatch.desk.plan import schedule
from dispatch.planning.candidates import Candidate
from dispatch.planning.checker import Finding, PlacementGrade, Verdict
from screens.dialogs.asked import AskedField
from screens.dialogs.questions import REST, Form
from tests.desk.conftest import Office, at
from tests.screens.test_keymap import shown
from tests.screens.test_screens import opened, press, until, until_true
from widgets.bars import key_line
from widgets.lines.ink import text_of
from widgets.terminal.keyboard import DRAWN

SMALL = (45, 20)


def foot(screen: str) -> str:
    return screen.rstrip("\n").splitlines()[-1]


async def test_the_way_to_the_queue_is_in_the_footer(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(office.dana, "board", SMALL) as pilot:
        assert "tab queue" in foot(shown(pilot))


async def test_a_visit_in_hand_can_be_placed_and_put_back_by_what_the_footer_says(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    async with opened(office.dana, "board", SMALL) as pilot:
        await press(pilot, "m")
        await until_true(pilot, lambda: "place" in foot(shown(pilot)))
        assert f"{DRAWN['enter']} place" in foot(shown(pilot))
        assert "esc put back" in foot(shown(pilot))
        await press(pilot, "down")
        await until_true(pilot, lambda: "here: " in shown(pilot))


@pytest.mark.parametrize(("mode", "words"), [("book", "g go to"), ("book", "/ find")])
async def test_small_footers_lead_on(office: Office, mode: str, words: str) -> None:
    async with opened(office.lee, mode, SMALL) as pilot:
        assert words in foot(shown(pilot))


async def test_any_part_of_the_book_is_two_keys_away(office: Office) -> None:
    async with opened(office.lee, "book") as pilot:
        assert "tab Sites" in shown(pilot)
        assert "shift+tab Settings" in shown(pilot)
        await press(pilot, "g")
        await until_true(pilot, lambda: "Which part of the book?" in shown(pilot))
        await press(pilot, "end", "enter")
        await until_true(pilot, lambda: shown(pilot).lstrip().startswith("Settings"))


@pytest.mark.parametrize("size", [(120, 36), SMALL])
async def test_a_form_has_what_is_needed_first_and_names_what_is_typed_into(
    office: Office, size: tuple[int, int]
) -> None:
    fields = [AskedField(name, f"Name of {name}", needed=name in ("two", "five")) for name in
              ("one", "two", "three", "four", "five", "six", "seven", "eight")]  # fmt: skip
    async with opened(office.dana, "board", size) as pilot:
        pilot.app.push_screen(Form("A form", fields))
        await until(pilot, Form)
        inputs = [line.id for line in pilot.app.screen.query(Input)]
        assert inputs[:3] == ["field-two", "field-five", "field-one"]
        await until_true(pilot, lambda: "Name of two" in shown(pilot))
        lines = shown(pilot)
        if size != SMALL:
            assert lines.index("Name of five") < lines.index(REST) < lines.index("Name of one")
        await press(pilot, *["tab"] * 5)
        await until_true(pilot, lambda: "Name of four" in shown(pilot))


def test_a_blocked_place_says_first_why() -> None:
    finding = Finding("skills", PlacementGrade.BLOCKED, "needs server; Ana has voip")
    verdict = Verdict(PlacementGrade.BLOCKED, (finding,), 600, 0.0)
    assert Candidate(1, "Ana", 0, verdict).words == "needs server; Ana has voip · adds 10 min driving"


def test_the_last_key_needs_no_room_behind_it() -> None:
    keys = [("a", "assign"), ("?", "keys")]
    assert "a assign" in text_of(key_line(keys, 18))
    assert text_of(key_line(keys, 17)) == " a assign  ? keys"
    assert "a assign" not in text_of(key_line(keys, 16))
