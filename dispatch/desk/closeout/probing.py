"""Tests that run on a visit: by us, or on a laptop at the client's (design/close-out.md C5).

Nothing is locked while a test runs. What came of it is as old as its beginning: work that was noted meanwhile asks for
the test again.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from db import checklists, probes
from db.faults import Busy
from db.store import Store, existing
from dispatch.closeout.gates import settled
from dispatch.closeout.probes import running as came
from dispatch.closeout.probes.deadline import CalledOff
from dispatch.closeout.probes.laptop import LaptopReport, NotTaken, ProbedItem, Specification, read_report, sealed
from dispatch.closeout.probes.running import PAUSE_SECONDS, Runner
from dispatch.closeout.probes.secret import Secrets
from dispatch.closeout.probes.values import moved_too_far
from dispatch.closeout.probes.vantage import Dialer, FromHost, ThroughSite
from dispatch.closeout.recording import Recording, Run
from dispatch.desk.closeout.onsite import Recorded, item_of, open_visit, record, record_within
from dispatch.desk.session.refusals import Faulty, NotAllowed, Refusal
from dispatch.desk.session.user import User
from dispatch.desk.visits.steps import find
from dispatch.model.checklists import Grade, Item, Result
from dispatch.model.instants import when_text
from dispatch.model.probes import UNREADABLE, Probe, ProbeKind, ProbeOutcome, Vantage, Watch
from dispatch.model.states import Role
from dispatch.model.text import show
from dispatch.model.visits import Visit

SIDE_BY_SIDE = 8
"""Items whose tests run at the same time."""


class Pace(NamedTuple):
    """Seconds: between two tries, and what all tests that run side by side may take together; of what is not done by then nothing
    is recorded."""

    pause_seconds: float = PAUSE_SECONDS
    at_most: float = 120.0


_USUAL = Pace()
VALID_SECONDS = 4 * 3600
"""How long a specification for a laptop is taken back."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of an item's test. Nothing was recorded where `fault` says why, as what the item did: "was not run: …"."""

    item: Item
    passed: bool = False
    text: str = ""
    outcomes: tuple[ProbeOutcome, ...] = ()
    vantage: Vantage = Vantage.HOST
    fault: str = ""


def run(  # noqa: PLR0913  how it runs, each by its name
    user: User,
    reference: str,
    refs: Sequence[str] = (),
    *,
    site: Dialer | None = None,
    only_from: Vantage | None = None,
    tell: Callable[[Item, str], None] = lambda item, line: None,
    called_off: threading.Event | None = None,
    pace: Pace = _USUAL,
    secrets: Secrets | None = None,
) -> Iterator[Ran]:
    """Run the tests of some items, side by side but for restarts, and record what comes of each as *executed*.

    Made to be walked through off the interface's thread: each step is an item that is done, in the order in which they are.

    Args:
        user: a technician of the visit, which is open.
        reference: the visit.
        refs: the items; none: every one that has a test, but no restart that has been proven since the last work.
        site: leads into the client's network, by default as the session does; without it what must run there is left, and says so.
        only_from: run everything from there all the same. What must run in the client's network and ran from the
            office is recorded, and does not settle its item.
        tell: is told each step as it happens, from the thread that runs it: the item, and what happens in words.
        called_off: set by whoever stops the run; of the items that are running nothing is recorded.
        pace: how fast it goes.
        secrets: what tests that sign in ask for (`lacking`); what is not there leaves its test not run.

    Raises:
        Refusal: the visit is not open, or not the person's own, or an item has no test; before anything runs.
    """
    visit, items = _chosen(user, reference, refs)
    dialers = _dialers(user, site, only_from)
    parts = []
    stop = _Stop(called_off, pace.at_most)
    for item in items:
        needed = only_from or item.vantage
        if any(dialers[probe.vantage] is None for probe in item.runnable):
            fault = (
                "must run inside the client's network: connect with ssh -R, run it on your laptop "
                f"(dispatch visit probe-spec {visit.reference} {item.ref}), hand in a photograph, or ask a lead"
            )
            tell(item, fault)
            yield Ran(item, vantage=needed, fault=fault)
        else:
            parts.append(_Part(item, needed, dialers, tell, stop, pace.pause_seconds, secrets or Secrets()))
    yield from _side_by_side(user, visit, [part for part in parts if not part.watches], pace.at_most)
    for part in parts:
        if part.watches:
            yield _watched(user, visit, part)


def lacking(
    user: User,
    reference: str,
    refs: Sequence[str],
    secrets: Secrets,
    site: Dialer | None = None,
    only_from: Vantage | None = None,
) -> tuple[str, ...]:
    """What the tests that `run` would run ask for, and nobody has typed: each in words, once. Raises as `run`."""
    _, items = _chosen(user, reference, refs)
    dialers = _dialers(user, site, only_from)
    tested = [item for item in items if all(dialers[probe.vantage] is not None for probe in item.runnable)]
    return secrets.lacking(probe for item in tested for probe in item.runnable)


def _dialers(user: User, site: Dialer | None, only_from: Vantage | None) -> dict[Vantage, Dialer | None]:
    """What leads to each vantage; None where no way does."""
    if site is None and user.site_port is not None:
        site = ThroughSite(user.site_port)
    dialers: dict[Vantage, Dialer | None] = {Vantage.HOST: FromHost(), Vantage.SITE: site}
    if user.store.taken_along is not None:
        # the laptop at the client's is where all of it runs
        dialers = dict.fromkeys(Vantage, FromHost(Vantage.SITE))
    return dialers if only_from is None else dict.fromkeys(Vantage, dialers[only_from])


class _Stop(threading.Event):
    """What ends a run: whoever stops it, or its time is up, which is set here and leaves their event alone."""

    def __init__(self, called_off: threading.Event | None, at_most: float) -> None:
        super().__init__()
        self._called_off = called_off or threading.Event()
        self._at_most = at_most
        self._late = False

    def is_set(self) -> bool:
        """Whether it is to end."""
        return super().is_set() or self._called_off.is_set()

    def time_is_up(self) -> None:
        """End it, because it took too long."""
        self._late = not self.is_set()
        self.set()

    @property
    def why(self) -> str:
        """Why nothing came of a test."""
        return f"was not done within {self._at_most:g} s" if self._late else "was stopped"


@dataclass(frozen=True, slots=True)
class _Part:
    """An item whose tests run: from where, by what, who is told, and who stops it."""

    item: Item
    vantage: Vantage
    dialers: dict[Vantage, Dialer | None]
    tell: Callable[[Item, str], None]
    stop: _Stop
    pause_seconds: float
    secrets: Secrets

    @property
    def watches(self) -> bool:
        """Whether a restart is watched, which nothing else runs beside."""
        return any(probe.kind is ProbeKind.REBOOT for probe in self.item.probes)

    def runner(self, user: User) -> Runner:
        """What runs its probes."""
        tell = partial(self.tell, self.item)
        return Runner(lambda: user.now, tell, self.stop, self.pause_seconds, self.secrets)

    def outcomes(self, user: User) -> list[ProbeOutcome]:
        """What comes of its probes, none of which is a restart. Raises CalledOff."""
        runner = self.runner(user)
        return [runner.run(probe, existing(self.dialers[probe.vantage])) for probe in self.item.runnable]

    def stopped(self) -> Ran:
        """Told that nothing was recorded."""
        fault = f"{self.stop.why}: nothing of it was recorded"
        self.tell(self.item, fault)
        return Ran(self.item, vantage=self.vantage, fault=fault)


def _side_by_side(user: User, visit: Visit, parts: Sequence[_Part], at_most: float) -> Iterator[Ran]:
    """Items whose tests run at the same time, each recorded as soon as it is done."""
    if not parts:
        return
    begun, stop = find(user.store, visit.reference).sequence, parts[0].stop
    timer = threading.Timer(at_most, stop.time_is_up)
    timer.daemon = True
    timer.start()
    with ThreadPoolExecutor(SIDE_BY_SIDE, "tests") as threads:
        running = {threads.submit(part.outcomes, user): part for part in parts}
        try:
            for done in as_completed(running):
                part = running[done]
                try:
                    outcomes = done.result()
                except CalledOff:
                    yield part.stopped()
                else:
                    yield _recorded(user, visit, part, outcomes, begun)
        finally:
            timer.cancel()
            if not all(done.done() for done in running):
                stop.set()


def _watched(user: User, visit: Visit, part: _Part) -> Ran:
    """An item one of whose tests watches a restart."""
    item, runner = part.item, part.runner(user)
    begun = find(user.store, visit.reference).sequence
    outcomes: list[ProbeOutcome] = []
    try:
        for probe in item.runnable:
            dialer = existing(part.dialers[probe.vantage])
            if probe.kind is not ProbeKind.REBOOT:
                outcomes.append(runner.run(probe, dialer))
                continue
            # what a watch that was cut off has seen; work or another result since makes it begin anew
            checklist = checklists.checklist(user.store, visit.id)
            now = checklist.item(item.ref)
            last = now.latest.sequence if now is not None and now.latest is not None else 0
            seen, since = probes.watch_of(user.store, item.id, probe.name, max(checklist.last_work, last))
            begun = min(begun, since) if seen.up_at is not None else begun
            outcomes.append(runner.run(probe, dialer, seen, _keeper(user, visit, item, probe, seen, begun)))
    except CalledOff:
        return part.stopped()
    return _recorded(user, visit, part, outcomes, begun)


def _recorded(user: User, visit: Visit, part: _Part, outcomes: Sequence[ProbeOutcome], begun: int) -> Ran:
    item, vantage = part.item, part.vantage
    if why := came.not_run(outcomes):
        return Ran(item, outcomes=tuple(outcomes), vantage=vantage, fault=f"was not run: {why}")
    held = _held(item, outcomes)
    measured = user.store.taken_along is not None
    grade, vantage = (Grade.MEASURED, Vantage.SITE) if measured else (Grade.EXECUTED, vantage)
    entry = _entry(held, grade, vantage, begun)
    record(user, visit.reference, item.ref, entry)
    return Ran(item, came.passed(held), entry.text, tuple(held), vantage)


def _held(item: Item, outcomes: Sequence[ProbeOutcome]) -> list[ProbeOutcome]:
    """What came of an item's probes, held against the site's last visit: a value that moved further than it may fails."""
    last = item.before[0].value if item.before else ""
    held = []
    for outcome in outcomes:
        moved = moved_too_far(outcome.probe, outcome.value, last) if outcome.passed else ""
        held.append(replace(outcome, passed=False, text=moved) if moved else outcome)
    return held


def _entry(outcomes: Sequence[ProbeOutcome], grade: Grade, vantage: Vantage, as_of: int) -> Recording:
    result = Result.PASS if came.passed(outcomes) else Result.FAIL
    ran = Run(grade, vantage, as_of, came.tries(outcomes))
    return Recording(result, came.evidence(outcomes), came.value(outcomes), run=ran)


def _keeper(user: User, visit: Visit, item: Item, probe: Probe, before: Watch, begun: int) -> Callable[[Watch], None]:
    """Keeps each observation of a watch as it is made, so that a lost connection loses none."""
    last = before

    def keep(seen: Watch) -> None:
        nonlocal last
        moments = {word: (getattr(seen, f"{word}_at"), getattr(last, f"{word}_at")) for word in ("up", "down", "back")}
        fresh = [(word, at) for word, (at, known) in moments.items() if at is not None and known is None]
        # somebody who holds the store must not end the watch: the next observation takes this one along
        with contextlib.suppress(Busy):
            with user.write("watch", Role.TECHNICIAN) as unit:
                open_visit(user, visit.reference)
                for word, at in fresh:
                    probes.add_observation(unit, item.id, probe.name, word, at, begun)
                unit.audit("visit", visit.id, item=item.ref, probe=probe.name, seen=[word for word, _ in fresh])
            last = seen

    return keep


def specify(user: User, reference: str, refs: Sequence[str] = ()) -> Specification:
    """What the technician's own laptop is to test inside the client's network, sealed, to be used once.

    Args:
        user: a technician of the visit, which is open.
        reference: the visit.
        refs: the items; none: every one that has a test.

    Raises:
        Refusal: as `run`.
    """
    with user.write("ask for tests", Role.TECHNICIAN) as unit:
        visit, items = _chosen(user, reference, refs)
        if lost := [item.called for item in items if not all(probe.readable for probe in item.runnable)]:
            raise Faulty([f"{called}: {UNREADABLE}" for called in lost])
        key, nonce = secrets.token_bytes(32), secrets.token_hex(16)
        specification = Specification(
            visit=visit.reference,
            nonce=nonce,
            expires_at=unit.at + VALID_SECONDS,
            as_of=visit.sequence,
            items=tuple(ProbedItem(item.ref, item.label, item.runnable) for item in items),
        )
        probes.add_order(unit, nonce, visit.id, key, specification.expires_at)
        unit.audit("visit", visit.id, items=[item.ref for item in items], nonce=nonce)
        return specification._replace(seal=sealed(specification, key))


def bring(user: User, reference: str, text: str) -> tuple[Recorded, ...]:
    """Record what a laptop found, as *measured* inside the client's network. What could not run there is left as it was.

    Args:
        user: a technician of the visit, which is open, or a lead.
        reference: the visit.
        text: what `dispatch probe` printed.

    Raises:
        Faulty: with everything that keeps it from being taken; nothing is recorded then.
    """
    try:
        report = read_report(text)
    except NotTaken as refused:
        raise Faulty([f"result: {fault}" for fault in refused.faults]) from None
    with user.write("bring test results", Role.TECHNICIAN, Role.LEAD) as unit:
        visit = open_visit(user, reference)
        if faults := _faults(user.store, visit, report, unit.at):
            raise Faulty([f"result: {fault}" for fault in faults])
        specification = report.specification
        probes.use_order(unit, specification.nonce)
        unit.audit("visit", visit.id, nonce=specification.nonce)
        recorded = []
        for item, outcomes in zip(specification.items, report.outcomes, strict=True):
            if why := came.not_run(outcomes):
                recorded.append(Recorded(visit, (f"not run: {why}",), item.item))
                continue
            own = _held(item_of(user.store, visit, item.item), outcomes)
            entry = _entry(own, Grade.MEASURED, Vantage.SITE, specification.as_of)
            recorded.append(record_within(user, unit, reference, item.item, entry))
        return tuple(recorded)


def _faults(store: Store, visit: Visit, report: LaptopReport, now: int) -> list[str]:
    """Why a result does not belong to this visit, or is not what was asked for."""
    specification = report.specification
    order = probes.order(store, specification.nonce)
    if order is None:
        return ["its nonce was never given out here"]
    faults = []
    if order.visit_id != visit.id or specification.visit.casefold() != visit.reference.casefold():
        faults.append(f"it is for {show(specification.visit)}, not for {show(visit.reference)}")
    if not secrets.compare_digest(sealed(specification, order.key), specification.seal):
        faults.append("what was tested is not what was asked for: its specification was changed")
    if order.used_at is not None:
        faults.append(f"it was brought back already, {when_text(order.used_at, visit.zone)}")
    if now >= order.expires_at:
        faults.append(f"it has expired, {when_text(order.expires_at, visit.zone)}; print a new specification")
    checklist = checklists.checklist(store, visit.id)
    faults += [
        f"the visit has no item {show(item.item)}" for item in specification.items if not checklist.item(item.item)
    ]
    return faults


def _chosen(user: User, reference: str, refs: Sequence[str]) -> tuple[Visit, list[Item]]:
    """The visit, open and the person's own, and its items that are to be tested, with what the lead's list has for them."""
    visit, items = _named(user, reference, refs)
    return visit, [replace(item, probes=probes.with_commands(user.store, item.probes)) for item in items]


def _named(user: User, reference: str, refs: Sequence[str]) -> tuple[Visit, list[Item]]:
    """As `_chosen`, as the visit has them."""
    visit = open_visit(user, reference)
    if visit.assignment_of(user.staff.id) is None:
        raise NotAllowed(f"Tests of {show(visit.reference)} are run by its own technician.")
    if refs:
        named = {ref.strip().casefold(): ref for ref in refs}
        items = [item_of(user.store, visit, ref) for ref in named.values()]
        typed, seen = "it is a value: type it with --value", "it has no test that runs; record what you saw"
        bare = [item for item in items if not item.runnable]
        if bare:
            raise Faulty([f"{item.called}: {typed if item.probes else seen}" for item in bare])
        return visit, items
    checklist = checklists.checklist(user.store, visit.id)
    tested = [item for item in checklist.items if item.runnable]
    if not tested:
        raise Refusal(
            f"{show(visit.reference)} has no test that runs: no target was registered for {show(visit.site)} before the "
            "visit began (dispatch target add)."
        )
    # nobody restarts a server once more to run every test
    watched = [item for item in tested if item.latest and any(probe.kind is ProbeKind.REBOOT for probe in item.probes)]
    items = [item for item in tested if item not in watched or not settled(item, checklist)]
    if not items:
        raise Refusal(
            f"The restart is settled, and {show(visit.reference)} has no other test. Name it to watch one more."
        )
    return visit, items
