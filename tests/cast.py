"""`make cast`: the tour in a real terminal, as asciicasts (version 2) in docs/pictures, one of each chapter.

    python -m tests.cast [FOLDER]

The program runs on a pty with the sample firm's clock. What is written down is each screen once it has come to rest, at times
that are set here: no busy machine, login or path gets into it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pyte.screens import Char

from tests.pictures import FOLDER
from tests.terminal.terminal import KEYS, Terminal, terminal
from tests.wall import WALL

COLUMNS, ROWS = 110, 32
PATIENCE = 240
"""Seconds to wait for what is to be seen, on a busy machine."""
STROKE, LETTER, LOOK = 0.9, 0.07, 2.6
"""Seconds after a key, after a letter of a word, and for what is to be read."""


class Beat(NamedTuple):
    """Keys that are pressed (what begins with ' is typed, with _ for a blank) and what then stands on the screen."""

    keys: str
    shows: str


DISPATCHER = (
    Beat("", "1 of 6"),
    Beat("tab e", "enter does it"),
    Beat("enter", "2 of 6"),
    Beat("c", "Call ahead"),
    Beat("enter", "Which time was promised"),
    Beat("enter", "3 of 6"),
    Beat("esc tab down down down down down", "wanted on Tue"),
    Beat("a", "Osprey"),
    Beat("enter enter", "Place TK-884 here"),
    Beat("y", "4 of 6"),
    Beat("u", "5 of 6"),
    Beat("p", "· done"),
    Beat("a", "That was the dispatcher's day"),
)
TECHNICIAN = (
    Beat("", "1 of 5"),
    Beat("space", "2 of 5"),
    Beat("space 'Jo_Lowe enter", "3 of 5"),
    Beat("space 'all_printers_work_by_noon;_no_new_devices enter", "4 of 5"),
    Beat("R", "5 of 5"),
    Beat("enter", "x close out"),
    Beat("space 'paper_jams_since_Friday enter", "x shows them"),
    Beat("space space space 'new_rollers,_firmware_5.2 down enter", "again: work since"),
    Beat("R", "enter goes back"),
    Beat("enter space 'Jo_printed_forty_pages,_no_jam enter", "forty pages"),
    Beat("space 'nothing enter space space", "1 item open"),
    Beat("space 'Jo_Lowe down down 'quick_and_tidy enter", "quick and tidy"),
    Beat("x", "y closes the visit"),
    Beat("y", "That is how a visit ends"),
)
LEAD = (
    Beat("", "1 of 4"),
    Beat("down enter", "2 of 4"),
    Beat("y", "y does it"),
    Beat("y", "3 of 4"),
    Beat("esc Y", "y does it"),
    Beat("y", "4 of 4"),
    Beat("S", "That was the tour"),
)


class Part(NamedTuple):
    """A chapter: the name of its file, what is pressed in it, and the keys by which its person is left for the next."""

    name: str
    beats: tuple[Beat, ...]
    leave: str


PARTS = (
    Part("tour.cast", DISPATCHER, "q"),
    Part("tour-technician.cast", TECHNICIAN, "esc q q"),
    Part("tour-lead.cast", LEAD, ""),
)
NAMES = {"black": 0, "red": 1, "green": 2, "brown": 3, "blue": 4, "magenta": 5, "cyan": 6, "white": 7}


class Recording:
    """The lines of a cast."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.at = 0.0
        self.lines: list[list[object]] = []
        self._drawn: list[str] = [""] * ROWS

    def pressed(self, key: str, then: float) -> None:
        """A key goes in."""
        self.lines.append([round(self.at, 2), "i", KEYS.get(key, key)])
        self.at += then

    def looked(self, user: Terminal, then: float) -> None:
        """The rows of a screen that are other than before."""
        rows = [row_of(user.screen.buffer[y]) for y in range(ROWS)]
        changed = [f"\x1b[{y + 1};1H{row}" for y, row in enumerate(rows) if row != self._drawn[y]]
        if changed:
            self.lines.append([round(self.at, 2), "o", "\x1b[?25l" + "".join(changed)])
        self._drawn = rows
        self.at += then

    def text(self) -> str:
        """The cast as it is kept."""
        head = {
            "version": 2,
            "width": COLUMNS,
            "height": ROWS,
            "title": self.title,
            "env": {"TERM": "xterm-256color"},
        }
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in (head, *self.lines))


def row_of(cells: dict[int, Char]) -> str:
    """A row of a terminal with its colours."""
    drawn, style = [], ""
    for x in range(COLUMNS):
        cell = cells[x]
        own = ";".join(["0", *parts(cell)])
        drawn.append((f"\x1b[{own}m" if own != style else "") + cell.data)
        style = own
    return "".join(drawn) + "\x1b[0m"


def parts(cell: Char) -> Iterator[str]:
    """What of a cell is not as in any other."""
    yield from (
        code for code, on in (("1", cell.bold), ("3", cell.italics), ("4", cell.underscore), ("7", cell.reverse)) if on
    )
    for ground, colour in (("3", cell.fg), ("4", cell.bg)):
        if len(colour) == 6 and colour not in NAMES:
            yield f"{ground}8;2;" + ";".join(str(int(colour[i : i + 2], 16)) for i in (0, 2, 4))
        elif colour.removeprefix("bright") in NAMES:
            yield f"{ground}{NAMES[colour.removeprefix('bright')]}"


def title_of(number: int) -> str:
    """What the recording of a chapter is called."""
    return f"dispatch tour, {number} of {len(PARTS)}"


def keys_of(beat: Beat) -> Iterator[tuple[str, float]]:
    """Its keys, each with the time after it."""
    for word in beat.keys.split():
        yield from (
            ((letter if letter != "_" else " ", LETTER) for letter in word[1:]) if word[0] == "'" else [(word, STROKE)]
        )


def record() -> dict[str, str]:
    """Carry out the tour and write it down: a text for each chapter, by the name of its file."""
    texts: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="dispatch-cast-") as home:
        WALL.begin()
        own = {
            "HOME": home,
            "TZ": "America/New_York",
            "LC_ALL": "C.UTF-8",
            "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", home),
            "DISPATCH_CONFIG": home,
        }
        with terminal(["tour"], columns=COLUMNS, rows=ROWS, db=Path(home, "none.db"), **own) as user:
            for number, part in enumerate(PARTS, start=1):
                recording = Recording(title_of(number))
                for beat in part.beats:
                    _carry_out(user, beat, recording)
                    print(f"{part.name} {recording.at:5.0f} s  {beat.shows}", flush=True)
                texts[part.name] = recording.text()
                user.press(*part.leave.split())
    return texts


def _carry_out(user: Terminal, beat: Beat, recording: Recording) -> None:
    for key, then in keys_of(beat):
        recording.pressed(key, then)
        os.write(user.fd, KEYS.get(key, key).encode())
        user.read(quiet=0.25)
        recording.looked(user, 0)
    user.wait_for(beat.shows, limit=PATIENCE)
    user.read()
    recording.looked(user, LOOK)


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for name, text in record().items():
        (folder / name).write_text(text, encoding="utf-8")
