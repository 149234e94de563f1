"""The states of a visit, and the deeds that lead from one to another (design/states.md). Who may do a deed is said beside it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from dispatch.model.text import LabelledEnum


class State(LabelledEnum):
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
        return "incomplete" if self is State.LEFT_OPEN else super().label


class Review(LabelledEnum):
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
    """One deed: the states it may start from, the state it leads to, whose it is, and whether undo takes it back.

    Of a visit that takes several days: once one is done it may start from `begun` too, or is `work_done`, an end that is none any
    more; it leads to `unplaced` where the next day has no place.
    """

    sources: frozenset[State]
    target: State
    roles: frozenset[Role]
    undoable: bool = False
    begun: frozenset[State] = frozenset()
    work_done: bool = False
    unplaced: State | None = None


DISPATCHERS = frozenset({Role.DISPATCHER})
THERE = frozenset({Role.TECHNICIAN, Role.LEAD})
LEADS = frozenset({Role.LEAD})
OFFICE = DISPATCHERS | LEADS

STEPS: Mapping[str, Step] = {
    "assign": Step(UNREACHED | {State.REQUESTED}, State.PLANNED, DISPATCHERS, undoable=True),
    "move": Step(UNREACHED, State.PLANNED, DISPATCHERS, undoable=True),
    "plan": Step(PLANNING | {State.REQUESTED}, State.PLANNED, DISPATCHERS, undoable=True),
    "unassign": Step(UNREACHED, State.REQUESTED, DISPATCHERS, undoable=True),
    "confirm": Step(frozenset({State.PLANNED}), State.CONFIRMED, DISPATCHERS, undoable=True),
    "dispatch": Step(PLANNING, State.DISPATCHED, DISPATCHERS),
    "hold": Step(AHEAD | {State.REQUESTED}, State.ON_HOLD, DISPATCHERS, undoable=True),
    "resume": Step(frozenset({State.ON_HOLD}), State.REQUESTED, DISPATCHERS, undoable=True),
    "cancel": Step(UNREACHED | QUEUED, State.CANCELLED, DISPATCHERS, undoable=True, work_done=True),
    "depart": Step(AHEAD, State.EN_ROUTE, THERE),
    "arrive": Step(UNREACHED, State.ON_SITE, THERE),
    "end-day": Step(OPEN_ON_SITE, State.DISPATCHED, THERE, unplaced=State.REQUESTED),
    "close": Step(OPEN_ON_SITE, State.CLOSED, THERE),
    "leave": Step(OPEN_ON_SITE, State.LEFT_OPEN, LEADS, begun=UNREACHED | QUEUED),
    "no-access": Step(frozenset({State.EN_ROUTE, State.ON_SITE}), State.NO_ACCESS, THERE, work_done=True),
    "abort": Step(AHEAD | ON_THE_WAY_OR_THERE, State.ABORTED, frozenset(Role), work_done=True),
    "reopen": Step(frozenset({State.CLOSED, State.LEFT_OPEN, State.NO_ACCESS, State.ABORTED}), State.ON_SITE, LEADS),
}
"""Deeds × states × roles: docs/deeds.md is this and `READS`, a test walks it, and the database has its edges."""


class Read(NamedTuple):
    """Something that is read: what it is, and whose it is."""

    words: str
    roles: frozenset[Role]


READS: Mapping[str, Read] = {
    "own": Read(
        "one's own day, visits, drives and calendar; "
        "of a visit its checklist, price basis, charge sheet, service report and history",
        frozenset(Role),
    ),
    "day": Read("everybody's day: board, visits, calls, candidates, plan, routes, drives", OFFICE),
    "log": Read("the visit log and what visits were charged", OFFICE),
    "prices": Read("rate cards, agreements and quotes", OFFICE),
    "clients": Read("clients, sites and staff, with notes that are for us", OFFICE),
    "care": Read("the care list, surveys and offers", OFFICE),
    "figures": Read("figures", OFFICE),
    "margin": Read("revenue and margin, and what technicians' hours cost", LEADS),
    "levels": Read("service levels", OFFICE),
    "reports": Read("reports of a day, of a client's month and of other people", OFFICE),
    "messages": Read("messages to clients, and mails from them", OFFICE),
    "audit": Read("the audit", OFFICE),
    "access": Read("keys and sessions, and what goes into sshd's configuration", LEADS),
    "whole": Read("a backup: all of the above, with what others have typed and not saved yet", OFFICE),
}
"""What is read × roles. Screens and commands name one of these; what of a visit is one's own, its crew says."""


OUTCOMES: Mapping[State, str] = {
    State.CLOSED: "completed",
    State.LEFT_OPEN: "completed",
    State.NO_ACCESS: "no_access",
    State.ABORTED: "aborted_by_us",
    State.CANCELLED: "cancelled",
}
"""The charge outcome of each end state (design/charges.md B14, visit.outcome)."""
