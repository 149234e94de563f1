"""A whole visit by a real client over a line that is slow, stands still, and breaks in the middle of a word."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db.store import Store
from dispatch.desk.log.visit_page import visit_page
from dispatch.model.states import State
from tests.ssh.line import Line
from tests.ssh.server import Server, serving
from tests.terminal.terminal import Terminal


class BadLine(Line):
    """64 kbit/s, 75 ms each way; it stands still for five seconds now and then, and can be broken."""

    def __init__(self, port: int, chosen: random.Random) -> None:
        super().__init__(port, delay=0.075, bits=64_000)
        self._chosen = chosen
        self._next = time.monotonic() + 15
        self.stalls = 0

    def live(self) -> None:
        """Stall, if it is time for it: begins or ends."""
        now = time.monotonic()
        if now < self._next:
            return
        if self.frozen.is_set():
            self.frozen.clear()
            self._next = now + self._chosen.uniform(10, 25)
        else:
            self.frozen.set()
            self.stalls += 1
            self._next = now + 5


class Visitor:
    """A technician who sees what the screen shows, acts on it, and connects again whenever the line broke."""

    def __init__(self, server: Server, login: str, chosen: random.Random) -> None:
        self.server, self.login, self.chosen = server, login, chosen
        self.line = BadLine(server.port, chosen)
        self.drops = 0
        self._stack = contextlib.ExitStack()
        self.screen = self._connected()

    def _connected(self) -> Terminal:
        return self._stack.enter_context(self.server.connected(self.login, port=self.line.port))

    def drop(self) -> None:
        """The line breaks; they connect again."""
        self.drops += 1
        self._stack.close()
        self.screen = self._connected()

    def see(self, until: Callable[[str], bool], limit: float = 40) -> str:
        """Wait until the screen shows it and has been quiet for longer than a key takes."""
        end = time.monotonic() + limit
        while True:
            self.line.live()
            shown = self.screen.read(quiet=0.4, limit=1)
            if not self.line.frozen.is_set() and until(shown):
                return shown
            assert time.monotonic() < end, shown

    def press(self, key: str) -> None:
        os.write(self.screen.fd, key.encode())

    def close(self) -> None:
        """Leave."""
        self._stack.close()


@contextlib.contextmanager
def visitor(server: Server, login: str, chosen: random.Random) -> Iterator[Visitor]:
    """A technician at a bad line."""
    one = Visitor(server, login, chosen)
    try:
        yield one
    finally:
        one.close()


def squeezed(words: str) -> str:
    """The letters alone: a field breaks its lines where it likes."""
    return re.sub(r"\s+", "", words)


def box(one: Visitor) -> list[str]:
    """The lines in the box that is open on a screen, which has the ground of the head and leaves the first column free."""
    buffer, shown = one.screen.screen.buffer, one.screen.screen.display
    ground, lines = buffer[0][0].bg, []
    for row in range(1, len(shown)):
        columns = [column for column, cell in buffer[row].items() if cell.bg == ground]
        if columns and min(columns) > 0 and (text := shown[row][min(columns) : max(columns) + 1].strip()):
            lines.append(text)
    return lines


def begun(words: str, one: Visitor) -> int:
    """How many of the letters of a text stand in the box. Its first nine letters stand in no question."""
    first, field = 9, squeezed("".join(box(one)))
    return next((end for end in range(len(words), first - 1, -1) if squeezed(words[:end]) in field), 0)


class Texts:
    """What is typed as the answer to each question, and what of it must be there when the question is asked again."""

    def __init__(self) -> None:
        self.of: dict[str, str] = {}
        self.shown: dict[str, int] = {}
        self.broken: set[str] = set()
        self.saved: set[str] = set()

    def type(self, one: Visitor, shown: str) -> bool:
        """Type into the field that is open, going on where it stands; returns whether the text is there as a whole.

        In a line, in the note and in a form it breaks in the middle of a word. What was shown for half a second must be
        there afterwards; of what was on the line when it broke nothing is asked.
        """
        question = box(one)[0]
        words = f"Quincunx{len(self.of)} behind the cupboard, north"
        words = self.of.setdefault(question, "nothing more" if question.startswith("Is there anything else") else words)
        has = self._there(one, words)
        if words not in self.broken and (
            question.startswith(("Expectations", "Sign-off")) or "ctrl+s saves ·" in shown
        ):
            middle = words.index("cupboard") + 3
            self.broken.add(words)
            self._press(one, words, has, middle)
            one.press(words[middle : middle + 2])
            one.drop()
            if "ctrl+s saves" in shown:
                one.see(lambda _: begun(words, one) >= middle)  # a note is opened by itself
            return False
        self._press(one, words, has, len(words))
        return True

    def _there(self, one: Visitor, words: str) -> int:
        """How much of it stands there, once all that was shown does."""
        one.see(lambda _: begun(words, one) >= self.shown.get(words, 0))
        return begun(words, one)

    def _press(self, one: Visitor, words: str, has: int, end: int) -> None:
        """Type up to there, and look at it for half a second."""
        one.press(words[has:end])
        one.see(lambda _: begun(words, one) >= end)
        time.sleep(0.5)
        self.shown[words] = end


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_whole_visit_over_a_line_that_stalls_and_breaks(needs_sshd: None, sample: Path, tmp_path: Path) -> None:
    """From check-in to sign-off; every text stands in the end as it was meant, to the letter."""
    db = tmp_path / "firm.db"
    shutil.copy(sample, db)
    chosen, texts = random.Random(18), Texts()
    with Store.open(db) as store:
        (reference,) = (visit for (visit,) in store.all("SELECT reference FROM visit WHERE state = 'en_route'"))
    with serving(tmp_path, db, "dev") as server, visitor(server, "dev", chosen) as one:
        for _ in range(120):
            shown = one.see(lambda screen: "Ridge Accounting" in screen)
            with server.store() as store:
                if visit_page(store, reference).visit.state is State.CLOSED:
                    break
            if "You are early" in shown:
                one.press("\r")
            elif "y closes the visit" in shown:
                one.press("y")
            elif "saves ·" in shown:
                if not texts.type(one, shown):
                    continue
                texts.saved.add(texts.of[box(one)[0]])
                one.press("\x13" if "ctrl+s saves" in shown else "\r")
            elif "ready to close" in shown:
                one.press("x")
            else:
                one.press(" ")
            if chosen.random() < 0.08:
                one.drop()  # before the answer is there
            else:
                one.see(lambda screen, shown=shown: screen != shown)  # type: ignore[misc]
        print(f"{one.drops} breaks, {one.line.stalls} stalls, {len(texts.saved)} texts")
        assert len(texts.broken) == 3
        assert one.line.stalls
    with Store.open(db) as store:
        page = visit_page(store, reference)
        assert page.visit.state is State.CLOSED
        kept = {
            text
            for item in page.checklist.items
            for attempt in item.attempts
            for text in (attempt.text, attempt.signed_by)
        }
        assert not texts.saved - kept
        assert texts.saved == set(texts.of.values())
