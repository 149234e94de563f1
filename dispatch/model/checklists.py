"""Checklists: items, and every attempt that was made at them (close-out.md C1, C2; states.md for ids and results)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from dispatch.model.probes import UNTESTED, Probe, Tested, Try, Vantage


class Phase(StrEnum):
    """The four parts of a stay."""

    ARRIVE = "arrive"
    WORK = "work"
    TEST = "test"
    LEAVE = "leave"


class Kind(StrEnum):
    """What an item asks for. `NAMED` is a thing that the client named at "anything else?": it needs an outcome."""

    CONFIRM = "confirm"
    ASK = "ask"
    TEST = "test"
    SIGN_OFF = "sign_off"
    NAMED = "named"


class Result(StrEnum):
    """What was recorded on an item."""

    DONE = "done"
    NOT_DONE = "not_done"
    ANSWERED = "answered"
    PASS = "pass"
    FAIL = "fail"
    NA = "na"
    OVERRIDDEN = "overridden"
    FOLLOW_UP = "follow_up"
    DECLINED = "declined"
    LEFT_TO_CLIENT = "left_to_client"
    SIGNED = "signed"


class Grade(StrEnum):
    """How a result was obtained: we ran it, a typed value, somebody says so, or a lead waived it."""

    EXECUTED = "executed"
    MEASURED = "measured"
    ATTESTED = "attested"
    WAIVED = "waived"


class EntryKind(StrEnum):
    """The work entries of states.md: after one of these, tests must pass again."""

    REQUESTED_ITEM = "requested_item"
    NOTE = "note"
    ITEM_USED = "item_used"
    DONE_NOW = "done_now"


@dataclass(frozen=True, slots=True)
class ItemTemplate:
    """An item before it belongs to a visit. `ref` is its id as people type it: `A1`, `W1.2`, `T4.mail`."""

    ref: str
    phase: Phase
    kind: Kind
    label: str
    required: bool = True
    na_allowed: bool = False
    override_allowed: bool = True
    why: str = ""
    probes: tuple[Probe, ...] = ()
    tested: Tested = UNTESTED
    """Which targets its probes are copied from."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One recorded result. Attempts are only ever added; `sequence` orders everything recorded on a visit.

    A test that ran is as old as its beginning: `begun_after` is the sequence that the visit had then, None for what
    people record, which is of the moment.
    """

    sequence: int
    at: int
    by: str
    result: Result
    text: str = ""
    value: str | None = None
    grade: Grade | None = None
    vantage: str | None = None
    signed_by: str | None = None
    satisfied: bool | None = None
    follow_up_id: int | None = None
    self_approved: bool = False
    begun_after: int | None = None
    tries: tuple[Try, ...] = ()

    @property
    def as_of(self) -> int:
        """The last sequence that the result can have seen: work recorded after it is not tested by it."""
        return self.sequence - 1 if self.begun_after is None else self.begun_after


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a visit's checklist with all of its attempts, oldest first."""

    id: int
    ref: str
    phase: Phase
    kind: Kind
    label: str
    required: bool
    na_allowed: bool
    override_allowed: bool
    position: int
    attempts: tuple[Attempt, ...] = ()
    why: str = ""
    probes: tuple[Probe, ...] = ()

    @property
    def vantage(self) -> Vantage:
        """Where a test of it must run from: inside the client's network as soon as one of its probes must."""
        return Vantage.SITE if any(probe.vantage is Vantage.SITE for probe in self.probes) else Vantage.HOST

    @property
    def latest(self) -> Attempt | None:
        """The attempt that counts."""
        return self.attempts[-1] if self.attempts else None


@dataclass(frozen=True, slots=True)
class WorkEntry:
    """Something that changed at the client's."""

    sequence: int
    at: int
    by: str
    kind: EntryKind
    text: str = ""


@dataclass(frozen=True, slots=True)
class Checklist:
    """A visit's items in order, and its work entries."""

    items: tuple[Item, ...] = ()
    entries: tuple[WorkEntry, ...] = field(default=())

    def item(self, ref: str) -> Item | None:
        """The item of that id, whatever its case."""
        wanted = ref.casefold()
        return next((item for item in self.items if item.ref.casefold() == wanted), None)

    @property
    def last_work(self) -> int:
        """The sequence of the last work entry, 0 where there is none."""
        return max((entry.sequence for entry in self.entries), default=0)
