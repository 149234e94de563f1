"""A bell, a title and a notification of the desktop reach a real terminal, once, and it gets its title back."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.model.alerts import ALL_ALERTS
from tests.prepared import copied
from tests.terminal.terminal import Terminal, terminal
from widgets.terminal.signals import notifications, signal_of, title

EVIL = "\x1b]52;c;b3duZWQ=\x07\u202e; x\n" + "y" * 300


@pytest.fixture
def db(day_of_sample: Path, tmp_path: Path) -> Path:
    """The sample's day: Dana wants everything on her desktop, and a client has a hostile name."""
    path = copied(day_of_sample, tmp_path / "firm.db")
    with Store.open(path) as store, unit_of_work(store, "wish", Actor(None, "system", "setup", "system")) as unit:
        kinds = ";".join(ALL_ALERTS)
        unit.execute("UPDATE staff SET alert_bell = ?, alert_title = ?, alert_desktop = ?", (kinds, kinds, kinds))
        unit.audit("staff", 0, wishes=True)
        store.conn.execute("PRAGMA ignore_check_constraints=ON")
        store.conn.execute("UPDATE client SET name = id || ?", (EVIL,))
    return path


def told(screen: Terminal, what: bytes, limit: float = 20.0) -> bytes:
    """What the program sends until that is in it."""
    deadline = time.monotonic() + limit
    while what not in screen.sent:
        assert time.monotonic() < deadline, f"{what!r} was not sent"
        screen.read(quiet=0.2)
    screen.read(quiet=0.3)
    return screen.sent


def test_bell_title_and_desktop_once_and_the_title_back(db: Path) -> None:
    with terminal(["board", "--as", "dana"], db=db, TMUX="") as screen:
        sent = told(screen, b"\x1b]9;Dispatch: ")
        assert sent.count(b"\x1b[22;2t\x1b]2;") == 1
        assert b" - dispatch\x1b\\" in sent
        assert b"\x1b]52;" not in sent
        assert "\u202e".encode() not in sent
        asked = [part.partition(b"\x1b\\")[0].decode() for part in sent.split(b"\x1b]9;")[1:]]
        assert all(one.isprintable() and len(one) < 150 for one in asked)
        assert b"\x07" in re.sub(rb"\x1b\][^\x07\x1b]*\x07", b"", sent), "a bell by itself"
        screen.press("q")
        assert screen.wait_for_exit() == 0
        assert screen.sent.rfind(b"\x1b]2;\x1b\\\x1b[23;2t") > screen.sent.rfind(b" - dispatch")
    with terminal(["board", "--as", "dana"], db=db) as screen:
        sent = told(screen, b" - dispatch\x1b\\")
        assert b"\x1b]9;" not in sent, "it was told before the program began anew"
        os.kill(screen.pid, 15)
        screen.wait_for_exit()
        assert screen.sent.rfind(b"\x1b[23;2t") > screen.sent.rfind(b" - dispatch")


def test_a_technicians_terminal_is_left_alone(db: Path) -> None:
    with terminal(["day", "--as", "ana"], db=db) as screen:
        screen.read(quiet=3.0)
        assert b"\x1b]2;" not in screen.sent
        assert b"\x1b]9;" not in screen.sent


@pytest.mark.parametrize(
    ("chosen", "environment", "signal"),
    [
        ("auto", {"TERM": "xterm-256color"}, "osc9"),
        ("auto", {"TERM": "xterm-kitty"}, "osc99"),
        ("auto", {"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"}, "osc99"),
        ("auto", {"TERM": "foot"}, "osc777"),
        ("auto", {"TERM": "xterm-256color", "VTE_VERSION": "7200"}, "osc777"),
        ("auto", {"TERM": "linux"}, ""),
        ("osc777", {"TERM": "linux"}, "osc777"),
    ],
)
def test_how_a_terminal_is_asked(chosen: str, environment: dict[str, str], signal: str) -> None:
    assert signal_of(chosen, environment) == signal


def test_the_bytes_of_each_way() -> None:
    assert notifications(["a;b"], "osc9", {}) == "\x1b]9;Dispatch: a;b\x1b\\"
    assert notifications(["a;b"], "osc777", {}) == "\x1b]777;notify;Dispatch;a;b\x1b\\"
    assert (
        notifications(["a"], "osc99", {}) == "\x1b]99;i=dispatch0:d=0;Dispatch\x1b\\\x1b]99;i=dispatch0:p=body;a\x1b\\"
    )
    assert notifications(["a"], "osc9", {"TMUX": "/tmp/x,1,0"}) == "\x1bPtmux;\x1b\x1b]9;Dispatch: a\x1b\x1b\\\x1b\\"
    assert notifications(["a"], "", {}) == ""
    assert notifications([], "osc9", {}) == ""
    assert notifications(list("abcdef"), "osc9", {}).endswith("Dispatch: and 3 more\x1b\\")
    assert notifications(list("abcd"), "osc9", {}).endswith("Dispatch: d\x1b\\"), "one more says itself"
    for hostile in (title(EVIL), *(notifications([EVIL], signal, {}) for signal in ("osc9", "osc777", "osc99"))):
        inner = hostile.replace("\x1b\\", "").replace("\x1b]", "")
        assert inner.isprintable()
        assert len(inner) < 200
