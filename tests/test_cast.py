"""docs/pictures/tour.cast is a recording that players can read, of the dispatcher's part of the tour as it is."""

from __future__ import annotations

import json
from itertools import pairwise

import pyte

from dispatch.app import DispatchApp
from dispatch.demo.tour import chapters
from screens.program.keymap import key_rows
from tests.cast import BEATS, COLUMNS, FILE, ROWS, keys_of
from tests.terminal.terminal import KEYS
from widgets.terminal.keyboard import key_named

LINES = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


def test_the_head_and_the_times_are_those_of_an_asciicast() -> None:
    head, *events = LINES
    assert (head["version"], head["width"], head["height"]) == (2, COLUMNS, ROWS)
    assert {kind for _, kind, _ in events} == {"o", "i"}
    assert all(before[0] <= after[0] for before, after in pairwise(events))
    assert 40 < events[-1][0] < 300


def test_every_step_of_the_dispatcher_is_seen() -> None:
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.Stream(screen)
    seen = ""
    for _, kind, data in LINES[1:]:
        if kind == "o":
            stream.feed(data)
            seen += "\n".join(screen.display)
    dispatcher = chapters()[0]
    count = len(dispatcher.steps)
    assert [step for step in range(1, count + 1) if f" {step} of {count}  " not in seen] == []
    assert dispatcher.end.partition(".")[0] in "\n".join(screen.display)


def test_what_is_pressed_is_what_the_script_says_with_keys_that_there_are() -> None:
    pressed = [data for _, kind, data in LINES[1:] if kind == "i"]
    assert pressed == [KEYS.get(key, key) for beat in BEATS for key, _ in keys_of(beat)]
    known = {key for row in key_rows(DispatchApp) for key in row.keys} | {"enter", "escape", "up", "down", "y"}
    words = [word for beat in BEATS for word in beat.keys.split() if word[0] != "'"]
    assert {word for word in words if (key_named(word) or word) not in known} == set()


def test_no_place_or_name_of_a_machine_is_in_it() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert not [word for word in ("/home", "/tmp", "/root", "/work", "localhost") if word in text]
