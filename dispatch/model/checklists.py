"""Checklists: items, and every attempt that was made at them (design/close-out.md C1, C2; design/states.md, Item ids)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from dispatch.model.probes import UNTESTED, Probe, ProbeKind, Tested, Try, Vantage
from dispatch.model.text import ELLIPSIS, LabelledEnum, show


class Phase(StrEnum):
    """The four parts of a stay."""

    ARRIVE = "arrive"
    WORK = "work"
    TEST = "test"
    LEAVE = "leave"


class ItemKind(StrEnum):
    """What an item asks for. `NAMED` is a thing that the client named at "anything else?": it needs an outcome."""

    CONFIRM = "confirm"
    ASK = "ask"
    TEST = "test"
    SIGN_OFF = "sign_off"
    NAMED = "named"


class Result(LabelledEnum):
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


class Mark(StrEnum):
    """How a result is marked, wherever it is. What a lead waived is never marked as what passed."""

    OPEN = "open"
    PASSED = "passed"
    FAILED = "failed"
    OVERRIDDEN = "overridden"
    WARNING = "warning"
    SKIPPED = "skipped"


MARK_INKS: Mapping[Mark, str] = {
    **dict.fromkeys((Mark.OPEN, Mark.OVERRIDDEN, Mark.WARNING), "warn"),
    Mark.PASSED: "good",
    Mark.FAILED: "bad",
    Mark.SKIPPED: "dim",
}
"""The name of the ink of each mark."""

_MARKS = {
    **dict.fromkeys((Result.DONE, Result.ANSWERED, Result.PASS, Result.SIGNED), Mark.PASSED),
    **dict.fromkeys((Result.FAIL, Result.NOT_DONE), Mark.FAILED),
    Result.OVERRIDDEN: Mark.OVERRIDDEN,
    Result.LEFT_TO_CLIENT: Mark.WARNING,
}


class Asks(StrEnum):
    """What settles a test (design/close-out.md C5a).

    `NO_WAY_IN`: its tests must run inside the client's network, and nobody's connection leads there at this visit.
    """

    EXECUTED = "executed"
    MEASURED = "measured"
    ANY = "any"
    NO_WAY_IN = "no_way_in"


EVIDENCE = (Asks.EXECUTED, Asks.MEASURED, Asks.ANY)
"""What an item of a template can ask for; `NO_WAY_IN` is found at a visit."""

BY_PERMISSION, NO_WAY_IN = "by permission", "no way in"
"""How it comes that words stand for a test that asks for more."""


class EntryKind(StrEnum):
    """After one of these, tests must pass again (design/states.md, Work entries)."""

    REQUESTED_ITEM = "requested_item"
    NOTE = "note"
    ITEM_USED = "item_used"
    DONE_NOW = "done_now"


_CALLED = 48
"""Cells of an item's wording inside a sentence."""


def called(label: str) -> str:
    """How a sentence names an item, for whoever reads: by its wording, never by its id (design/close-out.md C1)."""
    shown = show(label, _CALLED)
    whole = shown if not shown.endswith(ELLIPSIS) else shown.rsplit(" ", 1)[0].rstrip(ELLIPSIS + ",:") + ELLIPSIS
    return f"“{whole}”"


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item before it belongs to a visit. `ref` is its id as people type it: `A1`, `W1.2`, `T4.mail`."""

    ref: str
    phase: Phase
    kind: ItemKind
    label: str
    required: bool = True
    na_allowed: bool = False
    override_allowed: bool = True
    why: str = ""
    probes: tuple[Probe, ...] = ()
    tested: Tested = UNTESTED
    """Which targets its probes are copied from."""
    evidence: Asks | None = None
    """What settles a test, where the template says so."""
    findings: bool = False
    """Whether it asks for what was found (design/close-out.md C5b)."""


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

    @property
    def mark(self) -> Mark:
        """How it is marked."""
        return _MARKS.get(self.result, Mark.SKIPPED)

    @property
    def ran(self) -> bool:
        """Whether a program made it: we, or a laptop at the client's."""
        return self.begun_after is not None


class SiteReading(NamedTuple):
    """A figure that was read at a site on an earlier visit, with its unit as it was kept, and when."""

    value: str
    at: int


@dataclass(frozen=True, slots=True)
class Permission:
    """That a lead lets words settle a test at this visit, as of a place in the visit's sequence.

    `lowered`: for a reason, whatever the test asks for; else because there is no way in.
    """

    by: str
    at: int
    as_of: int
    lowered: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a visit's checklist with all of its attempts, oldest first.

    `evidence` is what settles it where the template says so. `way_in` is whether somebody's connection led into the client's
    network at this visit, `shown_as_of` the visit's sequence when the last file that stands was handed in for it, `lost_files`
    how words name those that a lead took out, `permission` the last one that a lead gave. `findings`
    is whether it asks for what was found, `found` how many findings the visit has then. `before` is what was read of the same
    at the last visits of the site, the newest first.
    """

    id: int
    ref: str
    phase: Phase
    kind: ItemKind
    label: str
    required: bool
    na_allowed: bool
    override_allowed: bool
    position: int
    attempts: tuple[Attempt, ...] = ()
    why: str = ""
    probes: tuple[Probe, ...] = ()
    evidence: Asks | None = None
    way_in: bool = False
    shown_as_of: int | None = None
    lost_files: tuple[str, ...] = ()
    permission: Permission | None = None
    findings: bool = False
    found: int = 0
    before: tuple[SiteReading, ...] = ()

    @property
    def called(self) -> str:
        """How a sentence names it."""
        return called(self.label)

    @property
    def vantage(self) -> Vantage:
        """Where a test of it must run from: inside the client's network as soon as one of its probes must."""
        return Vantage.SITE if any(probe.vantage is Vantage.SITE for probe in self.probes) else Vantage.HOST

    @property
    def latest(self) -> Attempt | None:
        """The attempt that was made last."""
        return self.attempts[-1] if self.attempts else None

    @property
    def runnable(self) -> tuple[Probe, ...]:
        """Its tests that a program can run."""
        return tuple(probe for probe in self.probes if probe.kind is not ProbeKind.VALUE)

    @property
    def bounds(self) -> Probe | None:
        """What a value that is typed on it must be within; None: nothing says that, and a figure alone proves nothing (C5)."""
        return next((probe for probe in self.probes if probe.kind is ProbeKind.VALUE), None)

    @property
    def runs(self) -> tuple[Attempt, ...]:
        """The attempts that ran, but for passes from the office where the test belongs inside the client's network."""
        outside = self.vantage is Vantage.SITE
        return tuple(
            attempt
            for attempt in self.attempts
            if attempt.ran and not (outside and attempt.result is Result.PASS and attempt.vantage == Vantage.HOST)
        )

    @property
    def lowered(self) -> bool:
        """Whether a lead lets words settle it, knowing of every run that failed."""
        failed = max((run.sequence for run in self.runs if run.result is Result.FAIL), default=0)
        return self.permission is not None and self.permission.lowered and self.permission.as_of >= failed

    @property
    def asks(self) -> Asks:
        """What settles the test at this visit. The view `test_asks` of the database says the same."""
        if self.lowered:
            return Asks.ANY
        if not self.runnable:
            return self.evidence or (Asks.MEASURED if self.probes else Asks.ANY)
        if self.evidence in (Asks.ANY, Asks.MEASURED):
            return self.evidence
        closed = any(probe.vantage is Vantage.SITE for probe in self.runnable) and not self.way_in
        return Asks.NO_WAY_IN if closed and not self.runs else Asks.EXECUTED

    @property
    def standing(self) -> Attempt | None:
        """The attempt that counts: of a test the last one of the evidence that it asks for, else the last that was made."""
        latest = self.latest
        if self.kind is not ItemKind.TEST or latest is None or latest.result is Result.OVERRIDDEN:
            return latest
        counting = self._counting
        return counting[-1] if counting else latest

    @property
    def counts(self) -> bool:
        """Whether the standing attempt is evidence of the kind that the test asks for."""
        standing = self.standing
        if standing is None or self.kind is not ItemKind.TEST:
            return standing is not None
        return standing in self._counting

    @property
    def lost(self) -> bool:
        """Whether the standing pass of a test names a file that a lead took out since: it shows nothing any more."""
        standing = self.standing
        if self.kind is not ItemKind.TEST or standing is None or standing.ran or standing.result is not Result.PASS:
            return False
        return any(named in standing.text for named in self.lost_files)

    @property
    def mark(self) -> Mark:
        """How it stands: what is no evidence of the kind that is asked for leaves it open."""
        stands = self.standing is not None and self.counts and not self.lost
        return self.standing.mark if self.standing is not None and stands else Mark.OPEN

    @property
    def _counting(self) -> tuple[Attempt, ...]:
        """The attempts that are evidence of the kind that the test asks for."""
        match self.asks:
            case Asks.EXECUTED:
                return self.runs
            case Asks.MEASURED:
                return tuple(attempt for attempt in self.attempts if self._measured(attempt))
            case _:
                return self.attempts

    def _measured(self, attempt: Attempt) -> bool:
        """Whether an attempt is a run, or a value within bounds."""
        measured = attempt.grade is Grade.MEASURED and (attempt.ran or self.bounds is not None)
        return attempt.grade is Grade.EXECUTED or measured

    @property
    def attested_how(self) -> str:
        """How it comes that words stand for a test that asks for more; empty where they do not."""
        standing = self.standing
        if self.kind is not ItemKind.TEST or standing is None or standing.grade is not Grade.ATTESTED:
            return ""
        if self.asks is Asks.NO_WAY_IN:
            return NO_WAY_IN
        return BY_PERMISSION if self.lowered else ""


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
        folded = ref.casefold()
        return next((item for item in self.items if item.ref.casefold() == folded), None)

    @property
    def last_work(self) -> int:
        """The sequence of the last work entry, 0 where there is none."""
        return max((entry.sequence for entry in self.entries), default=0)


class Asking(NamedTuple):
    """A permission that is asked for and not answered; `why` may be empty."""

    id: int
    visit_id: int
    reference: str
    client: str
    item_id: int
    item: str
    label: str
    by: str
    at: int
    why: str


LARGEST_FILE = 20_000_000
"""Bytes: 20 MB."""


class FileRemoval(NamedTuple):
    """That a lead took a file out, and why."""

    by: str
    at: int
    reason: str


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file of a visit. `name` is what the person called it; its bytes are kept under their SHA-256.

    `label` is what its item asks for; `removal` is that a lead took it out, which leaves its bytes where they are.
    """

    id: int
    sha256: str
    size: int
    name: str
    visit_id: int
    item: str
    by: str
    at: int
    label: str = ""
    removal: FileRemoval | None = None

    @property
    def named(self) -> str:
        """How the words of a result name it. The view `lost_file` of the database says the same."""
        return f"{self.name} ({self.sha256[:8]})"
