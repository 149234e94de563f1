"""What was done on a laptop without a line is done at the office: each deed anew, by the same rules, at its own time.

One visit is one transaction. What stands between the two is asked first: nothing is overwritten, and nothing is dropped. A deed
that the office has to refuse is kept with its reason beside those that were done.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from db import checklists, findings, takings, visits
from db.faults import Refused
from db.store import Store
from dispatch.closeout import carried
from dispatch.closeout.carried import Done
from dispatch.closeout.probes.laptop import NotTaken
from dispatch.closeout.recording import Recording, Run
from dispatch.desk.closeout import arriving, clocking, evidence, finding, leaving, onsite
from dispatch.desk.session.refusals import (
    Faulty,
    GatesUnmet,
    NeedsChoice,
    NeedsConfirm,
    NotAllowed,
    Refusal,
    mark_of,
)
from dispatch.desk.session.user import User, log_in
from dispatch.desk.takings import taking
from dispatch.desk.visits.kept_files import path_of
from dispatch.model.checklists import Grade
from dispatch.model.clock import SetClock
from dispatch.model.instants import when_text
from dispatch.model.probes import ProbeKind, Vantage, length_text
from dispatch.model.states import AHEAD, ENDED, ON_THE_WAY_OR_THERE, OPEN_ON_SITE, QUEUED, Role
from dispatch.model.text import show
from dispatch.model.visits import Visit

APART = 120
"""Seconds that two clocks may differ before it is asked about."""
_DATABASE = b"SQLite format 3\0"
RIGHT, WRONG = "right", "wrong"
"""What is said of the laptop's clock."""


@dataclass(frozen=True, slots=True)
class OfVisit:
    """What became of a visit's deeds: how many were done, which were refused and why, what keeps it open although it was to be
    closed; `not_in` says why nothing was done, and all of it waits in the file."""

    visit: Visit
    done: int = 0
    refused: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    not_in: str = ""


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What became of all of it. `known` deeds had been handed in before; every time was put right by `moved` seconds."""

    visits: tuple[OfVisit, ...]
    known: int
    moved: int = 0


def hand_in(user: User, source: IO[bytes], confirmed: Sequence[str] = (), clock: str = "") -> BroughtIn:
    """Do at the office what was done on a laptop; what was handed in before is not done again.

    Args:
        user: who took it along.
        source: the document (`dispatch.closeout.carried`).
        confirmed: the marks of what was asked.
        clock: of the laptop: `right`, or `wrong`: every time is moved by what it is off now; empty: it is asked where they differ.

    Raises:
        Faulty, NotAllowed: it is no such document, not whole, or somebody else's.
        NeedsChoice: the clocks disagree.
        NeedsConfirm: with all that stands between the two. Nothing was done yet.
    """
    try:
        document = carried.read(source)
    except NotTaken as refused:
        raise Faulty([f"hand-in: {fault}" for fault in refused.faults]) from None
    taking = takings.by_nonce(user.store, document.head.nonce)
    if taking is None:
        raise Faulty(["hand-in: it was never given out here"])
    if taking.staff_id != user.staff.id:
        raise NotAllowed("Only who took it along hands it in.")
    known = {deed.number: deed for deed in takings.deeds_of(user.store, taking.id)}
    for deed in document.deeds:
        if deed.number in known and known[deed.number].deed != deed.text:
            raise Faulty([f"hand-in: deed {deed.number} is not the one that was handed in before"])
    taken = {visits.again(user.store, one.visit_id).reference: one for one in takings.visits_of(user.store, taking.id)}
    if strange := sorted({deed.reference for deed in document.deeds} - taken.keys()):
        raise Faulty([f"hand-in: {show(', '.join(strange), 200)} was not taken along"])
    moved = _moved_by(user, document.head.packed_at, clock)
    with user.store.reopened() as own:
        return _Hand(replace(user, store=own), taking, document, moved, known).all_in(taken, confirmed)


def hand_in_file(user: User, path: Path, confirmed: Sequence[str] = (), clock: str = "") -> BroughtIn:
    """As `hand_in`, of a file: the document, or what was taken along itself.

    Raises:
        Faulty: it cannot be read, or is a database that nobody took along.
    """
    try:
        with path.open("rb") as source:
            if source.read(len(_DATABASE)) != _DATABASE:
                source.seek(0)
                return hand_in(user, source, confirmed, clock)
    except OSError as error:
        raise Faulty([f"hand-in: {show(str(path))} cannot be read ({error.strerror})"]) from None
    with Store.open(path) as store:
        if store.taken_along is None:
            raise Faulty([f"hand-in: {show(path.name)} is no database that was taken along"])
        document = b"".join(taking.written(log_in(store)))
    return hand_in(user, io.BytesIO(document), confirmed, clock)


def _moved_by(user: User, packed_at: int, clock: str) -> int:
    """By how many seconds the times are put right.

    Raises:
        NeedsChoice: the clocks differ, and nobody said which one counts.
    """
    off = user.now - packed_at
    if clock == WRONG:
        return off
    zone, ahead = user.firm.zone, packed_at > user.now + APART
    if abs(off) <= APART or (clock == RIGHT and not ahead):
        return 0
    shift = f"every time is moved {'back' if off < 0 else 'on'} by {length_text(abs(off))}"
    then, here = when_text(packed_at, zone), when_text(user.now, zone)
    told = f"It was {then} by the laptop's clock when this was written, and is {here} here."
    choices = {WRONG: f"its clock is off, {shift}"}
    if not ahead:
        choices[RIGHT] = "it was written then, all times stand"
    raise NeedsChoice(told, "--clock", choices)


@dataclass
class _Hand:
    """Whoever hands in, at a connection of their own, whose clock is set to each deed's time."""

    user: User
    taking: takings.Taking
    document: carried.Document
    moved: int
    known: Mapping[int, takings.CarriedDeed]

    @property
    def store(self) -> Store:
        """What is written to."""
        return self.user.store

    def timed(self, fresh: Iterable[Done]) -> tuple[dict[int, int], str]:
        """When each deed was, by our clock: none before it was taken along, in their order, and none that is still to come;
        with what has to be asked for that."""
        last = max((deed.at for deed in self.known.values()), default=self.taking.at)
        at: dict[int, int] = {}
        off = 0
        for deed in fresh:
            meant = deed.at + self.moved
            last = at[deed.number] = min(max(meant, last), self.user.now)
            off = max(off, abs(last - meant))
        if off <= APART:
            return at, ""
        return (
            at,
            f"Some times cannot be: the laptop's clock was put by up to {length_text(off)}. They are taken as near as can be.",
        )

    def all_in(self, taken: Mapping[str, takings.TakenVisit], confirmed: Sequence[str]) -> BroughtIn:
        """Do what is new, visit by visit."""
        fresh = [deed for deed in self.document.deeds if deed.number not in self.known]
        at, question = self.timed(fresh)
        _ask([question] if question else [], confirmed)
        by_visit: dict[str, list[Done]] = {}
        for deed in fresh:
            by_visit.setdefault(deed.reference, []).append(deed)
        done: list[OfVisit] = []
        for reference, deeds in by_visit.items():
            with self._at_once() as commit:
                outcome, questions, save_id = _OneVisit(self, taken[reference], deeds, at).carried_out()
                _ask(questions, confirmed, [one.visit.reference for one in done if not one.not_in])
                if save_id:
                    commit(save_id)
            done.append(outcome)
        return BroughtIn(tuple(done), len(self.document.deeds) - len(fresh), self.moved)

    @contextlib.contextmanager
    def _at_once(self) -> Iterator[Callable[[str], None]]:
        """Deeds that are saved as one. What is not saved leaves no file behind."""
        real, kept = self.store.clock, False
        with self.store.together(self.user.staff.login) as commit:
            before = checklists.file_hashes(self.store)

            def commit_all(save_id: str) -> None:
                nonlocal kept
                commit(save_id)
                kept = True

            try:
                yield commit_all
            finally:
                self.store.clock, self.store.late = real, None
                if not kept:
                    for sha256 in self.document.files.keys() - before.keys():
                        path_of(self.store, sha256).unlink(missing_ok=True)


class _OneVisit:
    """The deeds of one visit on their way in."""

    def __init__(self, hand: _Hand, taken: takings.TakenVisit, deeds: Sequence[Done], at: Mapping[int, int]) -> None:
        self._hand, self._taken, self._deeds, self._at = hand, taken, deeds, at
        self._user, self._store = hand.user, hand.store
        self._real = self._store.clock
        self._now = self._real.now()
        before = [deed for deed in hand.known.values() if deed.visit_id == taken.visit_id]
        self._places = [(taken.as_of, taken.as_of), *((deed.local, deed.sequence) for deed in before)]
        """How far the visit's sequence had come on the laptop behind each deed, and here."""
        self._kept: list[takings.CarriedDeed] = []
        self._findings: dict[int, int] = {}
        """The numbers of findings on the laptop, and here."""
        self._added = [
            added for deed in hand.document.deeds if deed.reference == deeds[0].reference for added in deed.added
        ]

    @property
    def _visit(self) -> Visit:
        return visits.again(self._store, self._taken.visit_id)

    def carried_out(self) -> tuple[OfVisit, list[str], str]:
        """What became of them, what has to be asked, and the id of the save; empty: there is nothing to save."""
        if why := self._not_theirs():
            return OfVisit(self._visit, not_in=why), [], ""
        questions = [*self._meanwhile()]
        unmet: tuple[str, ...] = ()
        for deed in self._deeds:
            self._store.clock, self._store.late = SetClock(self._at[deed.number]), self._now
            refused = ""
            before = self._sequences()
            try:
                self._do(deed)
            except GatesUnmet as reasons:
                unmet, refused = reasons.reasons, reasons.headline
            except (Refusal, Refused) as refusal:
                if not self._goes_on(deed.name):
                    return OfVisit(self._visit, not_in=f"{self._told(deed)} is refused: {refusal}"), [], ""
                refused = str(refusal)
                questions.append(f"{self._told(deed)} is refused here, and only kept: {refused}")
            place = max(self._sequences() - before, default=self._places[-1][1])
            self._places.append((deed.local, place))
            row = (deed.number, self._taken.visit_id, self._at[deed.number], deed.text, deed.local, place, refused)
            self._kept.append(takings.CarriedDeed(*row))
        self._store.clock, self._store.late = self._real, None
        with self._user.write("hand in", Role.TECHNICIAN) as unit:
            for kept in self._kept:
                takings.add_deed(unit, self._hand.taking.id, kept, unit.at)
            refusals = [kept.refused for kept in self._kept if kept.refused]
            told = {"deeds": len(self._kept), "refused": refusals or None, "moved_seconds": self._hand.moved or None}
            unit.audit("visit", self._taken.visit_id, taking=self._hand.taking.id, **told)
        done = sum(not kept.refused for kept in self._kept)
        outcome = OfVisit(self._visit, done, tuple(filter(None, (kept.refused for kept in self._kept))), unmet)
        return outcome, questions, unit.save_id

    def _not_theirs(self) -> str:
        """Why nothing can be handed in on the visit as it stands; empty: it can."""
        visit = self._visit
        if visit.archived_at is not None:
            return "it was withdrawn"
        if (
            visit.assignment_of(self._user.staff.id) is None
            and visit.last_worked.assignment_of(self._user.staff.id) is None
        ):
            return f"it is with {show(', '.join(visit.crew)) or 'nobody'} by now"
        if visit.state in QUEUED:
            return f"it is {visit.state.label} by now"
        if visit.state in ENDED and any(deed.name != "home" for deed in self._deeds):
            return f"it is {visit.state.label} by now; a lead can re-open it"
        return ""

    def _meanwhile(self) -> Iterator[str]:
        """What the office did with the visit since it was taken along."""
        visit, zone = self._visit, self._user.firm.zone
        if visit.starts_at != self._taken.starts_at and visit.starts_at is not None and visit.state in AHEAD:
            yield f"{show(visit.reference)} was moved meanwhile: it is planned for {when_text(visit.starts_at, zone)}."
        own = {sequence for _, sequence in self._places}
        checklist = checklists.checklist(self._store, visit.id)
        told = [
            (
                attempt.sequence,
                f"{item.called} {attempt.result.label}",
                attempt.at,
                attempt.by,
            )
            for item in checklist.items
            for attempt in item.attempts
        ]
        told += [(entry.sequence, f"work “{show(entry.text, 40)}”", entry.at, entry.by) for entry in checklist.entries]
        others = [one for one in sorted(told) if one[0] > self._taken.as_of and one[0] not in own]
        if others:
            words = ", ".join(f"{what} ({by}, {when_text(at, zone)})" for _, what, at, by in others)
            yield f"On {show(visit.reference)} was recorded meanwhile: {words}. Both stand, in the order of their times."

    def _goes_on(self, name: str) -> bool:
        """Whether the others are done although one was refused."""
        state = self._visit.state
        return state in OPEN_ON_SITE or name == "home" or (name == "depart" and state in ON_THE_WAY_OR_THERE)

    def _told(self, deed: Done) -> str:
        ref = getattr(deed.took, "ref", "")
        item = checklists.checklist(self._store, self._taken.visit_id).item(self._ref(ref)) if ref else None
        what = deed.name.replace("_", "-") if item is None else item.called
        return f"{show(deed.reference)} {what}, {when_text(self._at[deed.number], self._user.firm.zone)},"

    def _sequences(self) -> set[int]:
        return takings.sequences(self._store, self._taken.visit_id)

    def _do(self, deed: Done) -> None:
        took = {name: value for name, value in deed.took._asdict().items() if name != "files"}
        for name in ("at", "left_at"):
            if took.get(name) is not None:
                took[name] += self._hand.moved
        if "ref" in took:
            took["ref"] = self._ref(took["ref"])
        if isinstance(deed.took, carried.Attaching):
            data = self._hand.document.files
            took["sources"] = [(one.name, io.BytesIO(data[one.sha256])) for one in deed.took.files]
        if isinstance(deed.took, carried.Arriving) and self._planned_otherwise(deed):
            # who came when it was planned for is not early because it was moved meanwhile
            took["early_agreed_by"] = f"nobody: planned for {self._planned} when it was taken along"
        if isinstance(deed.took, carried.ResultOf):
            took["entry"] = self._entry(deed.took.entry, took["ref"])
        if isinstance(deed.took, carried.Found | carried.RemovedFinding):
            took["number"] = self._finding(deed)
            if deed.name == "finding":
                self._findings[took.pop("number")] = findings.last_number(self._store, self._taken.visit_id) + 1
        DEEDS[deed.name](self._user, deed.reference, **took)

    def _finding(self, deed: Done) -> int:
        """The number here of a finding that has this one on the laptop.

        Raises:
            Refusal: it was handed in before, and what it was called here is not known.
        """
        number: int = deed.took.number
        new = (one for one in self._hand.document.deeds if one.name == "finding" and one.reference == deed.reference)
        if deed.name == "finding" or number not in {one.took.number for one in new}:
            return number
        if number not in self._findings:
            raise Refusal(f"finding {number} was handed in before: put it right here")
        return self._findings[number]

    def _planned_otherwise(self, deed: Done) -> bool:
        """Whether somebody came in time for what was planned when it was taken along, and early for what is planned by now."""
        said = deed.took.early_agreed_by.strip() or deed.took.early_not_agreed
        visit = self._visit
        was = visit._replace(starts_at=self._taken.starts_at)
        at = self._at[deed.number]
        return not said and arriving.early(visit, at) and not arriving.early(was, at)

    @property
    def _planned(self) -> str:
        return when_text(self._taken.starts_at or 0, self._user.firm.zone)

    def _ref(self, ref: str) -> str:
        """The item's id here: what the laptop and the office added meanwhile may have got the same one."""
        label = next((added.label for added in self._added if added.ref.casefold() == ref.casefold()), None)
        if label is None:
            return ref
        alike = [one.ref for one in self._added if one.label == label and one.ref.split(".")[0] == ref.split(".")[0]]
        here = [
            item.ref
            for item in checklists.checklist(self._store, self._taken.visit_id).items
            if item.label == label and item.ref.split(".")[0] == ref.split(".")[0]
        ]
        # of several that are called the same the last ones are the laptop's
        found = here[-len(alike) :]
        return found[min(alike.index(ref), len(found) - 1)] if found and ref in alike else ref

    def _entry(self, entry: carried.Entry, ref: str) -> Recording:
        """What was recorded. A test that ran there was *measured* inside the client's network, whatever the document says."""
        run = entry.run
        if run is None:
            return Recording(*entry[:5])
        tries = tuple(replace(one, at=one.at + self._hand.moved) for one in run.tries)
        return Recording(*entry[:5], Run(Grade.MEASURED, Vantage.SITE, self._begun_after(run, ref), tries))

    def _begun_after(self, run: Any, ref: str) -> int:
        """How far the visit had come here when a test began there."""
        behind = [place for local, place in self._places if local <= run.begun_after]
        ahead = [place for local, place in self._places if local > run.begun_after]
        begun = behind[-1] if behind else self._taken.as_of
        item = checklists.checklist(self._store, self._taken.visit_id).item(ref)
        watched = item is not None and any(probe.kind is ProbeKind.REBOOT for probe in item.probes)
        if run.tries and not watched:
            started = min(one.at for one in run.tries) + self._hand.moved
            until = takings.sequence_at(self._store, self._visit, started - 1)
            begun = max(begun, min([until, *(place - 1 for place in ahead)]))
        return min(begun, takings.sequence_at(self._store, self._visit, self._store.clock.now()))


def _ask(questions: Sequence[str], confirmed: Sequence[str], done: Sequence[str] = ()) -> None:
    marks = list(dict.fromkeys(map(mark_of, questions)))
    if not set(marks) <= set(confirmed):
        before = [f"{show(', '.join(done))} {'is' if len(done) == 1 else 'are'} handed in."] if done else []
        raise NeedsConfirm(" ".join([*before, *questions]), list(dict.fromkeys((*confirmed, *marks))))


DEEDS: Mapping[str, Callable[..., Any]] = {
    "depart": arriving.depart,
    "arrive": arriving.arrive,
    "pause": clocking.pause,
    "resume": clocking.resume,
    "home": clocking.home,
    "record": onsite.record,
    "work": onsite.work,
    "ask": onsite.ask,
    "use": onsite.use,
    "close": leaving.close,
    "end_day": leaving.end_day,
    "no_access": leaving.no_access,
    "attach_all": evidence.attach_all,
    "finding": finding.add,
    "edit_finding": finding.edit,
    "remove_finding": finding.remove,
}
