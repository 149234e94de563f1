"""The states of a visit, the deeds that lead from one to another, and who may do them (states.md)."""

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
ON_THE_WAY_OR_THERE = frozenset({State.EN_ROUTE, State.ON_SITE, State.CLOSING_OUT})
OPEN_ON_SITE = frozenset({State.ON_SITE, State.CLOSING_OUT})
ENDED = frozenset({State.CLOSED, State.LEFT_OPEN, State.NO_ACCESS, State.ABORTED, State.CANCELLED})
OCCUPYING = AHEAD | ON_THE_WAY_OR_THERE | {State.CLOSED, State.LEFT_OPEN, State.NO_ACCESS}
"""States in which a visit takes up its technician's time."""


class Step(NamedTuple):
    """One deed: the states it may start from, the state it leads to, and the roles that may do it."""

    sources: frozenset[State]
    target: State
    roles: frozenset[Role]


_DISPATCHER = frozenset({Role.DISPATCHER})
_TECHNICIAN = frozenset({Role.TECHNICIAN})
_LEAD = frozenset({Role.LEAD})

STEPS: Mapping[str, Step] = {
    "assign": Step(PLANNING | {State.REQUESTED}, State.PLANNED, _DISPATCHER),
    "move": Step(PLANNING, State.PLANNED, _DISPATCHER),
    "unassign": Step(PLANNING, State.REQUESTED, _DISPATCHER),
    "confirm": Step(frozenset({State.PLANNED}), State.CONFIRMED, _DISPATCHER),
    "dispatch": Step(PLANNING, State.DISPATCHED, _DISPATCHER),
    "hold": Step(AHEAD | {State.REQUESTED}, State.ON_HOLD, _DISPATCHER),
    "resume": Step(frozenset({State.ON_HOLD}), State.REQUESTED, _DISPATCHER),
    "cancel": Step(AHEAD | QUEUED | {State.EN_ROUTE}, State.CANCELLED, _DISPATCHER),
    "depart": Step(AHEAD, State.EN_ROUTE, _TECHNICIAN),
    "arrive": Step(AHEAD | {State.EN_ROUTE}, State.ON_SITE, _TECHNICIAN),
    "close": Step(OPEN_ON_SITE, State.CLOSED, _TECHNICIAN),
    "leave": Step(OPEN_ON_SITE, State.LEFT_OPEN, _LEAD),
    "no-access": Step(frozenset({State.EN_ROUTE, State.ON_SITE}), State.NO_ACCESS, _TECHNICIAN),
    "abort": Step(AHEAD | ON_THE_WAY_OR_THERE, State.ABORTED, _TECHNICIAN | _DISPATCHER),
    "reopen": Step(frozenset({State.CLOSED, State.LEFT_OPEN, State.NO_ACCESS, State.ABORTED}), State.ON_SITE, _LEAD),
}

OUTCOMES: Mapping[State, str] = {
    State.CLOSED: "completed",
    State.LEFT_OPEN: "completed",
    State.NO_ACCESS: "no_access",
    State.ABORTED: "aborted_by_us",
    State.CANCELLED: "cancelled",
}
"""The charge outcome of each end state (charges.md B14, visit.outcome)."""
