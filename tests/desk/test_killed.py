"""A technician's program is killed at a statement of a step, any of them: the step is done as a whole, or not at all."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from db import audit
from db.store import Store
from dispatch.closeout.recording import Recording
from dispatch.desk.billing import work_marks
from dispatch.desk.closeout import arriving, clocking, leaving, onsite
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule
from dispatch.desk.session.user import User, log_in
from dispatch.model.checklists import Result
from dispatch.model.clock import SetClock
from dispatch.model.states import State
from tests.desk.conftest import Office, at, good

Step = Callable[[User], Any]
FIRST: dict[str, Step] = {
    "depart": lambda user: arriving.depart(user, "R1"),
    "arrive": lambda user: arriving.arrive(user, "R1", early_not_agreed=True),
    "answer": lambda user: onsite.record(user, "R1", "A1", Recording(Result.ANSWERED, "the server is patched")),
    "break": lambda user: clocking.pause(user, "R1", "break"),
    "go on": lambda user: clocking.resume(user, "R1"),
    "note": lambda user: onsite.work(user, "R1", "driver replaced"),
    "ask": lambda user: onsite.ask(user, "R1", "the printer too"),
    "mark": lambda user: work_marks.mark(user, "R1", "own_fault", "we had forgotten the licence"),
    "fail": lambda user: onsite.record(user, "R1", "T1", Recording(Result.FAIL, "still the same message")),
}


def statements(path: Path, clock: SetClock, step: Step, login: str = "ana") -> int:
    """How many statements a step takes, found by doing it and not saving it."""
    count = 0

    def counted(_: str) -> None:
        nonlocal count
        count += 1

    with Store.open(path, clock=clock) as store:
        user = log_in(store, login)
        store.conn.set_trace_callback(counted)
        step(user)
        store.conn.set_trace_callback(None)
    return count


def killed_at(path: Path, clock: SetClock, step: Step, number: int, login: str = "ana") -> None:
    """Do a step in a process of its own that is killed as it begins its `number`th statement."""
    child = os.fork()
    if child == 0:
        left = number

        def kill(_: str) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            store = Store.open(path, clock=clock)
            user = log_in(store, login)
            store.conn.set_trace_callback(kill)
            step(user)
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def content(path: Path, clock: SetClock) -> dict[str, list[Any]]:
    """All rows of all tables."""
    with Store.open(path, clock=clock) as store:
        tables = [name for (name,) in store.all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        return {name: store.all(f'SELECT * FROM "{name}"') for name in tables}


@pytest.mark.parametrize("points", [2, pytest.param(9, marks=pytest.mark.again)])
def test_killed_at_any_statement_of_any_step(office: Office, tmp_path: Path, points: int) -> None:
    """At so many statements of a step, spread over all of them, it is killed: the first and the last, and of more between them."""
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.dispatch(office.dana, "R1")
    path, clock = office.store.path, office.clock
    steps = dict(FIRST)
    office.go("08:50")
    walked = 0
    while steps:
        name = next(iter(steps))
        step = steps.pop(name)
        office.clock.advance(60)
        before = content(path, clock)
        trial = tmp_path / f"{name.replace(' ', '')}.db"
        with Store.open(path, clock=clock) as store:
            store.conn.execute("VACUUM INTO ?", (str(trial),))
        trial.chmod(0o600)
        count = statements(trial, clock, step)
        assert count > 3
        for point in sorted({1 + (count - 1) * spread // (points - 1) for spread in range(points)}):
            killed_at(path, clock, step, point)
            assert content(path, clock) == before, (
                f"{name}, killed at statement {point} of {count}: a part of it was kept"
            )
            walked += 1
        assert office.store.value("PRAGMA integrity_check") == "ok"
        step(office.ana)
        assert content(path, clock) != before
        if not steps and name == "fail":
            page = visit_page(office.store, "R1")
            for item in page.checklist.items:
                if (item.required and item.latest is None) or item.ref == "T1":
                    steps[item.ref] = _good(item.ref, good(item))
            steps["close"] = lambda user: leaving.close(user, "R1")
    assert visit_page(office.store, "R1").visit.state is State.CLOSED
    assert audit.verify_chain(office.store) is None
    assert walked > 11 * points


def _good(ref: str, entry: Recording) -> Step:
    return lambda user: onsite.record(user, "R1", ref, entry)
