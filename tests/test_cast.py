"""The recordings of the tour in docs/pictures are such as players can read, one of each chapter, and of the tour as it is."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pyte
import pytest

from dispatch.app import DispatchApp
from dispatch.demo.tour import chapters
from screens.program.keymap import key_rows
from tests.cast import COLUMNS, PARTS, ROWS, Part, keys_of, title_of
from tests.pictures import FOLDER, ROOT
from tests.terminal.terminal import KEYS
from widgets.terminal.keyboard import key_named

each = pytest.mark.parametrize(("number", "part"), list(enumerate(PARTS, start=1)), ids=[part.name for part in PARTS])


def lines_of(part: Part) -> list[Any]:
    return [json.loads(line) for line in (FOLDER / part.name).read_text(encoding="utf-8").splitlines()]


def test_every_chapter_has_its_recording_and_the_readme_leads_there() -> None:
    assert len(PARTS) == len(chapters())
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [part.name for part in PARTS if f"docs/pictures/{part.name}" not in readme] == []


@each
def test_the_head_and_the_times_are_those_of_an_asciicast(number: int, part: Part) -> None:
    head, *events = lines_of(part)
    assert (head["version"], head["width"], head["height"], head["title"]) == (2, COLUMNS, ROWS, title_of(number))
    assert {kind for _, kind, _ in events} == {"o", "i"}
    assert all(before[0] <= after[0] for before, after in pairwise(events))
    assert 20 < events[-1][0] < 300


@each
def test_every_step_is_seen(number: int, part: Part) -> None:
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.Stream(screen)
    seen = ""
    for _, kind, data in lines_of(part)[1:]:
        if kind == "o":
            stream.feed(data)
            seen += "\n".join(screen.display)
    chapter = chapters()[number - 1]
    count = len(chapter.steps)
    assert [step for step in range(1, count + 1) if f" {step} of {count}  " not in seen] == []
    assert chapter.end.partition(".")[0] in "\n".join(screen.display)


@each
def test_what_is_pressed_is_what_the_script_says_with_keys_that_there_are(number: int, part: Part) -> None:
    pressed = [data for _, kind, data in lines_of(part)[1:] if kind == "i"]
    assert pressed == [KEYS.get(key, key) for beat in part.beats for key, _ in keys_of(beat)]
    known = {key for row in key_rows(DispatchApp) for key in row.keys} | {"enter", "escape", "up", "down", "y"}
    words = [word for beat in part.beats for word in beat.keys.split() if word[0] != "'"]
    assert {word for word in words if (key_named(word) or word) not in known} == set()


@each
def test_no_place_or_name_of_a_machine_is_in_it(number: int, part: Part) -> None:
    text = (FOLDER / part.name).read_text(encoding="utf-8")
    assert not [word for word in ("/home", "/tmp", "/root", "/work", "localhost") if word in text]
