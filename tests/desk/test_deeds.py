"""Deeds × states × roles: one table, walked through the real desk, in the documents, and in the database."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from db import visits
from db.store import Store
from dispatch.closeout.recording import Recording
from dispatch.desk.closeout import arriving, leaving, onsite
from dispatch.desk.plan import schedule
from dispatch.desk.plan.proposal import Move, Standing
from dispatch.desk.plan.taking import take
from dispatch.desk.session.refusals import NotAllowed, Refusal
from dispatch.desk.session.user import User, log_in
from dispatch.model.checklists import Result
from dispatch.model.clock import SetClock
from dispatch.model.states import READS, STEPS, Role, State
from tests.desk.conftest import Office, at
from tests.desk.test_permissions import declared

PAGE = Path(__file__).parents[2] / "docs" / "deeds.md"
MEANT: dict[str, Any] = {"reason": "the client insists", "confirmed": True}
DEEDS: dict[str, Callable[[User], Any]] = {
    "assign": lambda user: schedule.assign(user, "R1", ["Ana Ruiz"], at("13:00"), **MEANT),
    "move": lambda user: schedule.move(user, "R1", ["Ana Ruiz"], at("13:00"), **MEANT),
    "plan": lambda user: take(user, [_move(user)], "plan"),
    "unassign": lambda user: schedule.unassign(user, "R1", **MEANT),
    "confirm": lambda user: schedule.confirm(user, "R1"),
    "dispatch": lambda user: schedule.dispatch(user, "R1"),
    "hold": lambda user: schedule.hold(user, "R1", "which server?"),
    "resume": lambda user: schedule.resume(user, "R1"),
    "cancel": lambda user: schedule.cancel(user, "R1", "closed today"),
    "depart": lambda user: arriving.depart(user, "R1"),
    "arrive": lambda user: arriving.arrive(user, "R1", early_agreed_by="J. Lowe"),
    "end-day": lambda user: leaving.end_day(user, "R1"),
    "close": lambda user: leaving.close(user, "R1"),
    "leave": lambda user: leaving.leave(user, "R1", "called away"),
    "no-access": lambda user: leaving.no_access(user, "R1", called="reception"),
    "abort": lambda user: leaving.abort(user, "R1", "flooded"),
    "reopen": lambda user: leaving.reopen(user, "R1", "once more"),
}
WAYS: dict[State, tuple[str, ...]] = {
    State.REQUESTED: (),
    State.PLANNED: ("assign",),
    State.CONFIRMED: ("assign", "confirm"),
    State.DISPATCHED: ("assign", "dispatch"),
    State.EN_ROUTE: ("assign", "depart"),
    State.ON_SITE: ("assign", "arrive"),
    State.CLOSING_OUT: ("assign", "arrive", "closing"),
    State.CLOSED: ("assign", "arrive", "finish", "close"),
    State.LEFT_OPEN: ("assign", "arrive", "leave"),
    State.NO_ACCESS: ("assign", "depart", "no-access"),
    State.ABORTED: ("assign", "abort"),
    State.CANCELLED: ("cancel",),
    State.ON_HOLD: ("hold",),
}
"""How R1 comes to each state."""
SAYS = "is possible only from"


def _move(user: User) -> Move:
    visit = visits.visit_by_reference(user.store, "R1")
    assert visit is not None
    return Move(visit, None, Standing("Ana Ruiz", at("13:00")))


def brought(office: Office, state: State) -> bytes:
    """A database in which R1 is in a state."""
    office.go("08:00")
    sessions = {Role.DISPATCHER: office.dana, Role.TECHNICIAN: office.ana, Role.LEAD: office.lee}
    for step in WAYS[state]:
        office.clock.advance(60)
        if step == "closing":
            onsite.record(office.ana, "R1", "L1", Recording(Result.ANSWERED, "nothing else"))
        elif step == "finish":
            office.finish()
        else:
            by = min(STEPS[step].roles, key=list(Role).index)
            DEEDS[step](sessions[by])
    office.store.close()
    return office.store.path.read_bytes()


@contextmanager
def opened(path: Path, content: bytes, now: int) -> Iterator[dict[Role, User]]:
    """A copy of such a database, with a session for each role."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    path.chmod(0o600)
    with Store.open(path, clock=SetClock(now)) as store:
        logins = {Role.TECHNICIAN: "ana", Role.DISPATCHER: "dana", Role.LEAD: "lee"}
        yield {role: log_in(store, login) for role, login in logins.items()}


def came_of(deed: str, user: User) -> str:
    """What came of a deed: done, not theirs, not from there; what else keeps it from being done comes after both."""
    try:
        DEEDS[deed](user)
    except NotAllowed:
        return "not theirs"
    except Refusal as refusal:
        return "not from there" if SAYS in str(refusal) else "may"
    return "done"


@pytest.mark.parametrize("state", State)
def test_every_deed_in_every_state_by_every_role(office: Office, tmp_path: Path, state: State) -> None:
    content = brought(office, state)
    now = office.clock.now() + 60
    for role in Role:
        deeds = list(DEEDS)
        while deeds:
            with opened(tmp_path / "walked.db", content, now) as sessions:
                while deeds:
                    deed = deeds.pop()
                    step = STEPS[deed]
                    allowed = (
                        "not theirs" if role not in step.roles else "may" if state in step.sources else "not from there"
                    )
                    found = came_of(deed, sessions[role])
                    assert found == allowed or (found, allowed) == ("done", "may"), f"{deed} from {state} by {role}"
                    if found == "done":
                        visit = visits.visit_by_reference(sessions[role].store, "R1")
                        assert visit is not None
                        assert visit.state is step.target, f"{deed} from {state}"
                        break


def test_every_deed_is_walked() -> None:
    assert set(DEEDS) == set(STEPS)
    assert set(WAYS) == set(State)


def test_the_desk_opens_each_deed_to_the_roles_of_the_table() -> None:
    opened_to = {one.deed: one.roles for one in declared()}
    for deed, step in STEPS.items():
        if deed not in ("assign", "move"):  # one function opens both
            assert opened_to[deed] == step.roles, deed


def test_the_database_has_the_edges_of_the_table(office: Office) -> None:
    there = {
        (State(before), State(after)) for before, after in office.store.all("SELECT before, after FROM visit_edge")
    }
    ways = {(State.ON_SITE, State.CLOSING_OUT), (State.CLOSING_OUT, State.ON_SITE)}  # what recording does at a client's
    for step in STEPS.values():
        ways |= {(source, step.target) for source in step.sources | step.begun}
        ways |= {(source, step.unplaced) for source in step.sources if step.unplaced is not None}
        ways |= {(step.target, source) for source in step.sources if step.undoable}
    assert there == {(before, after) for before, after in ways if before is not after}


def deeds_page() -> str:
    """docs/deeds.md as the table has it."""
    lines = [
        "# Deeds, states and who may",
        "",
        "Each row is a deed: who may do it, the states it starts from, the state it leads to, and whether `u` takes it back.",
        "This page is made from the program's table. What a deed asks beside it (a reason, gates, a word where somebody was told)",
        "is in the pages of [the dispatcher](dispatcher.md), [the technician](technician.md) and [the lead](lead.md). Anything",
        "else is refused, in the database too.",
        "",
        "| deed | by | from | to | undo |",
        "| --- | --- | --- | --- | --- |",
    ]
    for deed, step in STEPS.items():
        by = ", ".join(role.value for role in Role if role in step.roles)
        sources = ", ".join(state.label for state in State if state in step.sources)
        target = step.target.label if step.unplaced is None else f"{step.target.label}, {step.unplaced.label}"
        lines.append(f"| {deed} | {by} | {sources} | {target} | {'yes' if step.undoable else ''} |")
    late = [deed for deed, step in STEPS.items() if step.begun]
    never = [deed for deed, step in STEPS.items() if step.work_done]
    lines += [
        "",
        f"Once a day of a visit that takes several is done: {', '.join(late)} starts from every state before its end;",
        f"{', '.join(never)} is refused. Where its next day has no place, end-day leads to requested.",
        "",
        "## Who reads what",
        "",
        "Over SSH, on the screens and by command (`--as`, or one's login on the staff) alike; what is not for somebody is not",
        "offered: no key, no line of the palette, the footer or the help. Who opens the database file without being on the staff",
        "is trusted with it.",
        "",
        "| what | by |",
        "| --- | --- |",
    ]
    lines += [
        f"| {read.words} | {', '.join(role.value for role in Role if role in read.roles)} |" for read in READS.values()
    ]
    return "\n".join(lines) + "\n"


def test_the_page_is_made_from_the_table() -> None:
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(deeds_page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == deeds_page(), "run the tests once with UPDATE_DOCS=1"
