"""A visit from check-in to sign-off in a real terminal of 45×20: a phone, turned upright, over SSH."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from db.store import Store
from dispatch.desk.log.visit_page import visit_page
from dispatch.model.states import State
from tests.prepared import copied
from tests.terminal.terminal import Terminal, terminal

CHANGED = "two access points added, channels set apart"
WORDS = {
    "Expectations agreed": "Wi-Fi in every room",
    "What is wrong": "the till loses its connection",
    "The problem no longer": "seen: the till stays connected in every room",
    "Connected": "seen: pages open on three laptops",
    "Works: mail": "seen: a mail went out and came back",
    "Works: print": "seen: a page came out of both printers",
    "From outside": "seen: only the telephone's port answers",
    "Wi-Fi works": "seen: four bars in the kitchen too",
    "Telephones": "seen: rang twice, spoken over",
    "Is there anything else": "nothing more",
}
"""What the technician types, by what the question begins with."""


class Walk:
    """Counts the keys; words are counted apart."""

    def __init__(self, screen: Terminal) -> None:
        self.screen = screen
        self.keys = 0

    def press(self, key: str) -> str:
        self.keys += 1
        return self.screen.press(key)

    def type(self, words: str) -> str:
        os.write(self.screen.fd, words.encode())
        return self.screen.read()


@pytest.mark.again
def test_from_check_in_to_sign_off_in_under_forty_keys(day_of_sample: Path, tmp_path: Path) -> None:
    db = copied(day_of_sample, tmp_path / "firm.db")
    with Store.open(db) as store:
        (reference,) = (visit for (visit,) in store.all("SELECT reference FROM visit WHERE state = 'en_route'"))
    with terminal(["day", "--as", "dev"], columns=45, rows=20, db=db) as screen:
        screen.wait_for("Ridge Accounting")
        walk = Walk(screen)
        walk.press("space")
        screen.wait_for("You are early")
        walk.press("enter")
        shown = screen.wait_for("not ready to leave")
        for _ in range(20):
            if "ready to close" in shown:
                break
            shown = walk.press("space")
            if "Sign-off" in shown and "Name" in shown:
                shown = walk.type("J. Lowe")
                shown = walk.press("enter")
            elif "ctrl+s saves" in shown:
                shown = walk.type(CHANGED)
                shown = walk.press("\x13")
            elif "enter saves" in shown:
                shown = walk.type(next((words for begin, words in WORDS.items() if f"│ {begin}" in shown), "as agreed"))
                shown = walk.press("enter")
            assert "saves ·" not in shown, shown
        assert "ready to close" in shown, shown
        walk.press("x")
        screen.wait_for("y closes the visit")
        shown = walk.press("y")
        began = time.monotonic()
        with Store.open(db) as store:
            while visit_page(store, reference).visit.state is not State.CLOSED:
                assert time.monotonic() - began < 20, shown
                shown = screen.read()
    assert walk.keys < 40
