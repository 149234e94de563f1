"""`make pictures`: every screen of the sample firm at three sizes, as text that a review can compare, and as SVG to be looked at.

    python -m tests.pictures [--into FOLDER] [--svg FOLDER] [NAME …]

The firm is made anew with a set clock and a random source that begins alike each time, so that two runs write the same bytes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import os
import random
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock

from dispatch.desk.book.record_stores import RECORD_STORES
from tests.screens.idle import is_about_to_act

if TYPE_CHECKING:
    from textual.app import App
    from textual.pilot import Pilot

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "pictures"
SIZES = ((120, 36), (80, 24), (45, 20))
PATIENCE = 500
"""How often a screen is looked at before it is taken as it is."""
QUIET = 5
"""So many looks in a row find the same text once a screen has come to rest."""
SOON = 0.5
"""Seconds: a timer that is no longer belongs to what is waited for."""
HEAD = re.compile(r"[0-9a-f]{16}(?=@[0-9]+)")
"""A head of the audit, which is another one with any word of a deed."""


class Way(NamedTuple):
    """How a picture is come to: who sits there, in which mode, and the keys that are pressed; what begins with ' is typed."""

    name: str
    login: str
    mode: str
    keys: str = ""


def to_kind(kind: str) -> str:
    """The keys from the book's first kind of record to another."""
    return " ".join(["tab"] * tuple(RECORD_STORES).index(kind))


WAYS = (
    Way("welcome", "", "welcome"),
    Way("setup", "lee", "setup"),
    Way("board", "dana", "board"),
    Way("board-queue", "dana", "board", "tab down"),
    Way("board-next-day", "dana", "board", "]"),
    Way("week", "dana", "week"),
    Way("week-move", "dana", "week", "tab tab m down right"),
    Way("assign", "dana", "board", "tab a"),
    Way("move", "dana", "board", "down end m down"),
    Way("new-request", "dana", "board", "n"),
    Way("amend-request", "dana", "board", "tab w"),
    Way("find-on-board", "dana", "board", "/ a c"),
    Way("glance", "dana", "board", "v"),
    Way("drives", "dana", "board", "D"),
    Way("plan", "dana", "board", "p"),
    Way("map", "dana", "board", "M"),
    Way("everybody", "dana", "board", "E"),
    Way("calls", "dana", "board", "c"),
    Way("outbox", "dana", "board", "O"),
    Way("inbox", "dana", "board", "B"),
    Way("import-file", "dana", "board", "i"),
    Way("import-preview", "dana", "board", "i 'dispatch/sample/visits-messy.csv enter"),
    Way("keys", "dana", "board", "?"),
    Way("palette", "dana", "board", "ctrl+p"),
    Way("jump", "dana", "board", "J h"),
    Way("quote", "dana", "board", "Q"),
    Way("remote-work", "dana", "board", "U"),
    Way("emergency", "dana", "board", "tab e"),
    Way("hold", "dana", "board", "tab H"),
    Way("day", "ana", "day"),
    Way("day-note", "dev", "day", "N"),
    Way("day-clock", "ana", "day", "C"),
    Way("day-calendar", "ana", "day", "S"),
    Way("visit", "ana", "day", "enter"),
    Way("visit-close", "ana", "day", "enter x"),
    Way("visit-charge", "ana", "day", "enter v"),
    Way("visit-history", "ana", "day", "enter V"),
    Way("visit-work", "ana", "day", "enter w"),
    Way("visit-report", "ana", "day", "enter p"),
    Way("log", "lee", "log"),
    Way("log-filter", "lee", "log", "f"),
    Way("log-visit", "lee", "log", "enter"),
    Way("log-charge", "lee", "log", "v"),
    Way("log-approve", "lee", "log", "Y"),
    Way("goodwill", "lee", "log", "g"),
    Way("figures", "lee", "log", "F"),
    Way("open", "lee", "log", "N"),
    Way("figure-behind", "lee", "log", "F enter"),
    Way("audit", "lee", "log", "A"),
    Way("audit-filter", "lee", "log", "A /"),
    Way("invoices", "lee", "log", "S"),
    Way("invoice", "lee", "log", "S enter"),
    Way("margin", "lee", "log", "F m"),
    Way("time-sheets", "lee", "log", "H"),
    Way("time-sheet", "ana", "day", "H"),
    Way("care", "lee", "log", "C"),
    Way("care-offer", "lee", "log", "C o"),
    Way("skills", "lee", "log", "C w"),
    Way("proposals", "lee", "log", "C p"),
    Way("access", "lee", "log", "K"),
    Way("report-out", "lee", "log", "R"),
    Way("clients", "lee", "book"),
    Way("client", "lee", "book", "enter"),
    Way("client-form", "lee", "book", "e"),
    Way("sites", "lee", "book", "tab"),
    Way("site-locate", "lee", "book", "tab o"),
    Way("equipment", "lee", "book", to_kind("equipment")),
    Way("targets", "lee", "book", to_kind("target")),
    Way("inquiries", "lee", "book", to_kind("inquiry")),
    Way("templates", "lee", "book", to_kind("template")),
    Way("template", "lee", "book", to_kind("template") + " enter"),
    Way("template-preview", "lee", "book", to_kind("template") + " v enter"),
    Way("service-plans", "lee", "book", to_kind("service-plan")),
    Way("service-plan-form", "lee", "book", to_kind("service-plan") + " e"),
    Way("recurring", "lee", "book", to_kind("recurrence")),
    Way(
        "recurring-dates",
        "lee",
        "book",
        to_kind("recurrence") + " n S t e r l i n g tab l o g tab e v e r y space m o n t h tab 6 0 enter",
    ),
    Way("holidays", "lee", "book", to_kind("holiday") + " L"),
    Way("technicians", "lee", "book", to_kind("technician")),
    Way("technician-form", "lee", "book", to_kind("technician") + " e"),
    Way("absences", "lee", "book", to_kind("absence")),
    Way("calendars", "lee", "book", to_kind("calendar")),
    Way("calendar-form", "lee", "book", to_kind("calendar") + " n"),
    Way("staff", "lee", "book", to_kind("staff")),
    Way("alerts", "lee", "book", to_kind("alerts")),
    Way("settings", "lee", "book", "shift+tab"),
    Way("prices", "lee", "book", "$"),
    Way("rate-card", "lee", "book", "$ enter"),
    Way("price-example", "lee", "book", "$ enter v"),
    Way("new-agreement", "lee", "book", "$ a"),
)


def fresh(folder: Path) -> Path:
    """The sample firm in `folder`, made anew: the same bytes of chance each time."""
    from dispatch.demo import kept

    with mock.patch("os.urandom", random.Random(18).randbytes):
        kept.make(folder / "sample.db", lambda done: None)
    return folder / "sample.db"


def text_of(app: App[Any]) -> str:
    """What stands in the cells of an app's screen, without colours."""
    from rich.console import Console

    width, height = app.size
    console = Console(width=width, height=height, file=io.StringIO(), force_terminal=True, record=True)
    covered = app._background_screens
    console.print(app.screen._compositor.render_update(full=True, screen_stack=covered, simplify=True))
    lines = (line.rstrip() for line in console.export_text(styles=False).splitlines())
    return HEAD.sub("·" * 16, "\n".join(lines).rstrip()) + "\n"


async def at_rest(pilot: Pilot[Any]) -> str:
    """The text of a screen that has shown the same for some looks, and waits for nothing that goes on."""
    app, before, quiet = pilot.app, "", 0
    for _ in range(PATIENCE):
        await pilot.pause(0.02)
        asked = getattr(app, "_asked", {})
        busy = any(not worker.is_finished and asked.get(worker) not in app.screen_stack for worker in app.workers)
        text = text_of(app)
        quiet = quiet + 1 if text == before and not busy and not is_about_to_act(pilot, SOON) else 0
        before = text
        if quiet == QUIET:
            break
    return before


@contextlib.contextmanager
def program(way: Way, database: Path, folder: Path) -> Iterator[App[Any]]:
    """The program that a way begins with: on a copy of the database, on a new firm, or where there is no database yet."""
    from db.store import Store
    from dispatch.app import DispatchApp
    from dispatch.demo.clock import NOW, TUESDAY, ZONE
    from dispatch.desk.firm.founding import init
    from dispatch.desk.session.user import log_in
    from dispatch.model.clock import SetClock
    from dispatch.model.instants import at_local
    from screens.program.welcome import Welcome

    clock, path = SetClock(at_local(TUESDAY, NOW, ZONE)), folder / "firm.db"
    if way.mode == "welcome":
        yield Welcome(Path("firm.db"))
        return
    if way.mode == "setup":
        init(path, lead=way.login, name="My firm", zone=ZONE, clock=clock)
    else:
        shutil.copyfile(database, path)
    with Store.open(path, clock=clock) as store:
        yield DispatchApp(log_in(store, way.login), "log" if way.mode == "setup" else way.mode, day=TUESDAY)


async def pressed(pilot: Pilot[Any], way: Way) -> str:
    """Press the keys of a way, each once the screen has come to rest; returns the text of the screen that it leads to."""
    from widgets.terminal.keyboard import key_named

    text = await at_rest(pilot)
    for word in way.keys.split():
        keys = word[1:] if word.startswith("'") and len(word) > 1 else [word]
        await pilot.press(*(key_named(key) or key for key in keys))
        text = await at_rest(pilot)
    return text


async def picture(database: Path, way: Way, size: tuple[int, int], *, drawn: bool = False) -> tuple[str, str]:
    """One picture as text, and as SVG where it is to be `drawn`."""
    with (
        tempfile.TemporaryDirectory(prefix="dispatch-pictures-") as folder,
        program(way, database, Path(folder)) as app,
    ):
        app.animation_level = "none"
        async with app.run_test(size=size) as pilot:
            text = await pressed(pilot, way)
            return text, app.export_screenshot(simplify=True) if drawn else ""


async def take(names: list[str], into: Path, svg: Path | None, told: Callable[[str], None]) -> None:
    """Take the pictures of these names, or of all."""
    into.mkdir(parents=True, exist_ok=True)
    if svg is not None:
        svg.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="dispatch-pictures-") as folder:
        database = fresh(Path(folder))
        for way in WAYS:
            if names and way.name not in names:
                continue
            told(way.name)
            for size in SIZES:
                name = f"{way.name}-{size[0]}x{size[1]}"
                text, drawn = await picture(database, way, size, drawn=svg is not None)
                (into / f"{name}.txt").write_text(text, encoding="utf-8")
                if svg is not None:
                    (svg / f"{name}.svg").write_text(drawn, encoding="utf-8")


def main() -> None:
    """Take pictures as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description="Pictures of every screen.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="of pictures; none: all")
    parser.add_argument("--into", type=Path, default=FOLDER, metavar="FOLDER", help="where the texts go")
    parser.add_argument("--svg", type=Path, metavar="FOLDER", help="where SVGs go too")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dispatch-home-") as home:
        os.environ |= {"HOME": home, "TZ": "America/New_York", "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "NO_COLOR", "DISPATCH_DB"):
            os.environ.pop(name, None)
        asyncio.run(take(args.names, args.into, args.svg, lambda name: print(name, flush=True)))


if __name__ == "__main__":
    main()
