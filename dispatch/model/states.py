"""The states of a visit, and the deeds that lead from one to another (states.md). Who may do a deed is said beside it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """Where a visit stands in its life."""

    REQUESTED = "requested"
    PLANNED = "planned"
    CONFIRMED = "confirmed"
    DISPATCHED = "dispatched"
    EN_ROUTE = "en_route"
    ON_SITE = "on_site"
    CLOSING_OUT = "closing_out"
    CLOSED = "closed"
    LEFT_OPEN = "left_open"
    NO_ACCESS = "no_access"
    ABORTED = "aborted"
    CANCELLED = "cancelled"
    ON_HOLD = "on_hold"

    @property
    def label(self) -> str:
        """The state in words for a screen; `left_open` shows as *Incomplete*."""
        return "incomplete" if self is State.LEFT_OPEN else self.value.replace("_", " ")


class Review(StrEnum):
    """Where the lead's review of an ended visit stands."""

    NONE = "none"
    TO_REVIEW = "to_review"
    APPROVED = "approved"
    EXPORTED = "exported"
    SENT_BACK = "sent_back"


class Role(StrEnum):
    """What a member of staff may do."""

    TECHNICIAN = "technician"
    DISPATCHER = "dispatcher"
    LEAD = "lead"


QUEUED = frozenset({State.REQUESTED, State.ON_HOLD})
PLANNING = frozenset({State.PLANNED, State.CONFIRMED})
AHEAD = PLANNING | {State.DISPATCHED}
TOLD = frozenset({State.DISPATCHED, State.EN_ROUTE})
"""States in which the technician has been told of a visit and nobody has arrived."""
UNREACHED = AHEAD | TOLD
"""States of a visit that is placed and that nobody has reached: its place can still be changed."""
ON_THE_WAY_OR_THERE = frozenset({State.EN_ROUTE, State.ON_SITE, State.CLOSING_OUT})
OPEN_ON_SITE = frozenset({State.ON_SITE, State.CLOSING_OUT})
ENDED = frozenset({State.CLOSED, State.LEFT_OPEN, State.NO_ACCESS, State.ABORTED, State.CANCELLED})
OCCUPYING = AHEAD | ON_THE_WAY_OR_THERE | {State.CLOSED, State.LEFT_OPEN, State.NO_ACCESS}
"""States in which a visit takes up its technician's time."""


class Step(NamedTuple):
    """One deed: the states it may start from, the state it leads to, whose it is, and whether undo takes it back."""

    sources: frozenset[State]
    target: State
    roles: frozenset[Role]
    undoable: bool = False


_DISPATCHER = frozenset({Role.DISPATCHER})
_THERE = frozenset({Role.TECHNICIAN, Role.LEAD})
_LEAD = frozenset({Role.LEAD})

STEPS: Mapping[str, Step] = {
    "assign": Step(UNREACHED | {State.REQUESTED}, State.PLANNED, _DISPATCHER, undoable=True),
    "move": Step(UNREACHED, State.PLANNED, _DISPATCHER, undoable=True),
    "plan": Step(PLANNING | {State.REQUESTED}, State.PLANNED, _DISPATCHER, undoable=True),
    "unassign": Step(UNREACHED, State.REQUESTED, _DISPATCHER, undoable=True),
    "confirm": Step(frozenset({State.PLANNED}), State.CONFIRMED, _DISPATCHER, undoable=True),
    "dispatch": Step(PLANNING, State.DISPATCHED, _DISPATCHER),
    "hold": Step(AHEAD | {State.REQUESTED}, State.ON_HOLD, _DISPATCHER, undoable=True),
    "resume": Step(frozenset({State.ON_HOLD}), State.REQUESTED, _DISPATCHER, undoable=True),
    "cancel": Step(UNREACHED | QUEUED, State.CANCELLED, _DISPATCHER, undoable=True),
    "depart": Step(AHEAD, State.EN_ROUTE, _THERE),
    "arrive": Step(UNREACHED, State.ON_SITE, _THERE),
    "close": Step(OPEN_ON_SITE, State.CLOSED, _THERE),
    "leave": Step(OPEN_ON_SITE, State.LEFT_OPEN, _LEAD),
    "no-access": Step(frozenset({State.EN_ROUTE, State.ON_SITE}), State.NO_ACCESS, _THERE),
    "abort": Step(AHEAD | ON_THE_WAY_OR_THERE, State.ABORTED, frozenset(Role)),
    "reopen": Step(frozenset({State.CLOSED, State.LEFT_OPEN, State.NO_ACCESS, State.ABORTED}), State.ON_SITE, _LEAD),
}
"""Deeds × states × roles: docs/deeds.md is this table, a test walks it through the desk, and the database has its edges."""


def edges() -> frozenset[tuple[State, State]]:
    """The ways from one state to another: those of the deeds, back by undo, and what recording does at a client's."""
    found = {(State.ON_SITE, State.CLOSING_OUT), (State.CLOSING_OUT, State.ON_SITE)}
    for step in STEPS.values():
        found |= {(source, step.target) for source in step.sources}
        if step.undoable:
            found |= {(step.target, source) for source in step.sources}
    return frozenset((before, after) for before, after in found if before is not after)


OUTCOMES: Mapping[State, str] = {
    State.CLOSED: "completed",
    State.LEFT_OPEN: "completed",
    State.NO_ACCESS: "no_access",
    State.ABORTED: "aborted_by_us",
    State.CANCELLED: "cancelled",
}
"""The charge outcome of each end state (charges.md B14, visit.outcome)."""
