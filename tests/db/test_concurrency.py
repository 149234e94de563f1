"""Many sessions at one file: no lost change, no lost save, nobody kept out for ever."""

from __future__ import annotations

import contextlib
import random
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from db import audit
from db.faults import Busy, Stale
from db.library import sqlite3
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.model.clock import SetClock
from tests.db.sessions import edit, new_store, outcome, session


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path / "board.db") as store:
        yield store


def assert_whole(store: Store) -> None:
    assert store.value("PRAGMA quick_check") == "ok"
    assert store.all("PRAGMA foreign_key_check") == []
    assert audit.verify_chain(store) is None
    version, rows = store.one("SELECT version, (SELECT count(*) FROM audit) FROM client") or (0, 0)
    assert version == rows


@pytest.mark.parametrize("times", [10, pytest.param(100, marks=pytest.mark.long)])
@pytest.mark.parametrize(
    "plain", [pytest.param(False, id="chosen SQLite"), pytest.param(True, id="Python's SQLite", marks=pytest.mark.long)]
)
def test_no_edit_of_eight_sessions_is_lost(store: Store, times: int, plain: bool) -> None:
    path = store.path
    if plain:
        store.close()
    with contextlib.ExitStack() as stack:
        editors = [stack.enter_context(session("edit", path, times, f"editor{n}", plain=plain)) for n in range(8)]
        stale = sum(outcome(editor)["stale"] for editor in editors)
    with Store.open(path) as after:
        assert after.value("SELECT version FROM client") == 1 + 8 * times
        for number in range(8):
            saved = after.all("SELECT detail ->> 'notes' FROM audit WHERE actor = ? ORDER BY seq", (f"editor{number}",))
            assert [notes for (notes,) in saved] == [f"editor{number} {index}" for index in range(times)]
        assert_whole(after)
    assert stale > 0, "the sessions never met, so nothing was shown"


@pytest.mark.parametrize("kills", [4, pytest.param(40, marks=pytest.mark.long)])
def test_a_killed_session_loses_no_acknowledged_save(store: Store, kills: int) -> None:
    first = 0
    acknowledged: list[int] = []
    for _ in range(kills):
        with session("save", store.path, first) as saver:
            assert saver.stdout is not None
            told = saver.stdout.readline()
            time.sleep(random.uniform(0, 0.05))
            saver.send_signal(signal.SIGKILL)
            told += saver.stdout.read()
        # the kill may have cut the last line of all
        numbers = [int(line) for line in told.splitlines(keepends=True) if line.endswith("\n")]
        assert numbers
        acknowledged += numbers
        assert_whole(store)
        first = int(store.value("SELECT notes FROM client")) + 1
    saved = [int(notes) for (notes,) in store.all("SELECT detail ->> 'notes' FROM audit WHERE deed = 'edit client'")]
    assert set(acknowledged) <= set(saved)
    assert saved == sorted(set(saved))
    assert len(saved) - len(acknowledged) <= kills
    edit(store, notes="goes on")


def test_a_stopped_session_keeps_nobody_waiting_for_ever(store: Store) -> None:
    store.timeout = 0.3
    with session("hold", store.path) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        holder.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        for _ in range(2):
            with pytest.raises(Busy) as busy:
                edit(store, notes="lost")
        assert time.monotonic() - began < 10
        assert f"The session of bob (process {holder.pid})" in str(busy.value)
        assert store.value("SELECT notes FROM client") == ""
        with store.read():
            assert store.value("SELECT count(*) FROM audit") == 1
        assert not store.changed()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    store.timeout = 30
    assert edit(store, notes="after it") == 2
    assert_whole(store)


def test_a_program_that_does_not_queue_keeps_nobody_waiting_for_ever(tmp_path: Path) -> None:
    """Such as the sqlite3 shell in the middle of a transaction."""
    with new_store(tmp_path / "board.db", timeout=0.2) as store:
        shell = sqlite3.connect(store.path, isolation_level=None)
        shell.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy, match="Try again in a moment"):
            edit(store, notes="lost")
        assert store.value("SELECT notes FROM client") == ""
        shell.execute("ROLLBACK")
        shell.close()
        assert edit(store, notes="after it") == 2


@pytest.mark.again
def test_sessions_that_never_pause_do_not_starve_the_others(store: Store) -> None:
    """How many saves of others come between wanting to save and saving: 3 or so in the queue, thousands without it."""
    newest = "SELECT max(seq) FROM audit"
    overtaken = []
    with session("loop", store.path) as first, session("loop", store.path) as second:
        for looping in (first, second):
            assert looping.stdout is not None
            assert looping.stdout.readline() == "going\n"
        for number in range(60):
            wanted = store.value(newest)
            edit(store, notes=f"in between {number}")
            overtaken.append(store.value(f"{newest} WHERE actor = 'anna'") - wanted - 1)
        store.path.with_name("stop").touch()
        loops = [outcome(looping)["times"] for looping in (first, second)]
    assert max(overtaken) < 60
    assert min(loops) > 0
    assert store.value("SELECT version FROM client") == 1 + 60 + sum(loops)
    assert_whole(store)


def test_threads_of_many_sessions_all_come_to_an_end(tmp_path: Path) -> None:
    path = tmp_path / "board.db"
    new_store(path).close()
    faults: list[BaseException] = []

    def work(number: int) -> None:
        try:
            with Store.open(path, timeout=60) as mine:
                for index in range(10):
                    edit(mine, Actor(None, f"s{number}", f"s{number}", "local"), notes=f"{number}.{index}")
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with Store.open(path) as store:
        assert store.value("SELECT version FROM client") == 161
        assert_whole(store)


class Sessions(RuleBasedStateMachine):
    """Three sessions at one file do what people do, in any order; a plain model says what must come of it."""

    sessions = st.integers(0, 2)
    words = st.text(alphabet="abcü–板", max_size=12)

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.clock = SetClock(1_780_000_000)
        new_store(self.folder / "board.db", clock=self.clock).close()
        self.stores = [Store.open(self.folder / "board.db", clock=self.clock, timeout=5) for _ in range(3)]
        self.actors = [Actor(None, f"session{number}", f"session{number}", "local") for number in range(3)]
        self.notes, self.version = "", 1
        self.last: tuple[str, int] = ("anna", self.clock.now())
        self.seen = [1, 1, 1]
        self.news = [False, False, False]

    @rule(user=sessions)
    def look(self, user: int) -> None:
        notes, version = self.stores[user].one("SELECT notes, version FROM client") or ("", 0)
        assert (notes, version) == (self.notes, self.version)
        self.seen[user] = version

    @rule(user=sessions, notes=words)
    def edit_what_was_seen(self, user: int, notes: str) -> None:
        if self.seen[user] == self.version:
            new = edit(self.stores[user], self.actors[user], notes=notes, version=self.seen[user])
            assert new == self.version + 1
            self._saved(user, notes)
            self.seen[user] = new
            return
        with pytest.raises(Stale) as stale:
            edit(self.stores[user], self.actors[user], notes=notes, version=self.seen[user])
        assert (stale.value.by, stale.value.at) == self.last

    @rule(user=sessions, notes=words)
    def give_up_in_the_middle(self, user: int, notes: str) -> None:
        with (
            contextlib.suppress(ZeroDivisionError),
            unit_of_work(self.stores[user], "edit client", self.actors[user]) as unit,
        ):
            unit.update("client", 1, self.version, notes=notes)
            unit.audit("client", 1)
            raise ZeroDivisionError

    @rule(user=sessions)
    def ask_for_news(self, user: int) -> None:
        assert self.stores[user].changed() is self.news[user]
        self.news[user] = False

    @rule(sessions=st.permutations(range(3)), notes=words)
    def save_while_another_is_inside_a_unit(self, sessions: list[int], notes: str) -> None:
        inside, outside, reading = sessions
        before = self.notes
        self.stores[outside].timeout = 0.01
        with unit_of_work(self.stores[inside], "edit client", self.actors[inside]) as unit:
            unit.update("client", 1, self.version, notes=notes)
            unit.audit("client", 1)
            with pytest.raises(Busy):
                edit(self.stores[outside], self.actors[outside], notes="never")
            assert self.stores[reading].value("SELECT notes FROM client") == before
        self.stores[outside].timeout = 5
        self._saved(inside, notes)

    @rule(user=sessions)
    def come_again(self, user: int) -> None:
        self.stores[user].close()
        self.stores[user] = Store.open(self.folder / "board.db", clock=self.clock, timeout=5)
        self.news[user] = False

    @rule(seconds=st.integers(1, 5_000))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @invariant()
    def everything_that_was_saved_is_there_and_nothing_else(self) -> None:
        if hasattr(self, "stores"):
            row = self.stores[0].one("SELECT notes, version, (SELECT count(*) FROM audit) FROM client")
            assert row == (self.notes, self.version, self.version)

    def teardown(self) -> None:
        if hasattr(self, "stores"):
            assert_whole(self.stores[1])
            for store in self.stores:
                store.close()
            shutil.rmtree(self.folder)

    def _saved(self, user: int, notes: str) -> None:
        self.notes, self.version = notes, self.version + 1
        self.last = (self.actors[user].login, self.clock.now())
        self.news = [news or other != user for other, news in enumerate(self.news)]


TestSessions: Any = Sessions.TestCase
TestSessions.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
