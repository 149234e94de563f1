"""The service-level clocks of visits, read from what is kept: many visits at once, with the same few queries (D1 to D6).

A request keeps what was promised on the day of its receipt, and each day is counted by the hours that were kept that day (D2a):
what is promised otherwise since, or which hours are kept since, changes nothing in it.
Who is on site has answered and has begun to work: a check-in stops the phone and the remote clock too. A visit that was
left open goes on in its follow-ups: its resolution clock runs until all of them are closed, and is theirs as well.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from db import agreements, clocks, dated_terms, settings, visits
from db.clocks import Facts
from db.dated_terms import Dated
from db.store import Store
from dispatch.levels.calendar import Calendar, DatedCalendar, dated_calendar
from dispatch.levels.clock import ClockReading, EarlierTarget, LevelClock, LevelState, Pause, Thresholds
from dispatch.levels.targets import CLOCKS, LABELS, PAUSING, Targets, promised, read_targets
from dispatch.model.agreements import OPENING_HOURS, Agreement, ServiceTerms
from dispatch.model.firm import Firm
from dispatch.model.instants import day_bounds, day_of
from dispatch.model.periods import Period
from dispatch.model.states import ENDED, State
from dispatch.model.visits import ANSWERED_AT_ONCE, Visit

_REQUESTS = frozenset({"visit", "delivery"})
"""The kinds of visit that somebody asks for. What we plan ourselves (maintenance, audit, review) has no clock."""
STOPPED = frozenset({LevelState.MET, LevelState.MISSED})


class VisitClock(NamedTuple):
    """One clock of a visit. `aim`: the client has no agreement, and the target is nothing that was promised. `achieved` is when
    what it waits for happened."""

    clock: str
    reading: ClockReading
    aim: bool = False
    cause: str = ""
    achieved: int | None = None

    @property
    def label(self) -> str:
        """What the clock measures, in words."""
        return LABELS[self.clock]

    @property
    def running(self) -> bool:
        """Whether it has not been stopped by what it waits for."""
        return self.reading.state not in STOPPED

    @property
    def missed(self) -> bool:
        """Whether a promise was broken."""
        return not self.aim and self.reading.state in (LevelState.MISSED, LevelState.BREACHED)

    @property
    def wants_cause(self) -> bool:
        """Whether a promise was broken and nobody has said why."""
        return self.missed and not self.cause

    @property
    def left(self) -> int:
        """Counted minutes that are left; negative beyond the target."""
        return self.reading.target - self.reading.elapsed


class LevelTerms(NamedTuple):
    """What counts for a request: calendar, targets by priority, whether they are promised, and what pauses."""

    calendar: Calendar | DatedCalendar
    targets: Mapping[int, Targets]
    promised: bool
    workaround_counts: bool = False
    vendor_pauses: bool = False


def has_clocks(visit: Visit) -> bool:
    """Whether the client waits for it: what came from us (a series, work that was offered) was asked for by nobody."""
    return visit.kind in _REQUESTS and visit.came_by != "ours" and not visit.remote


def clocks_of(store: Store, own: Sequence[Visit], promised: str = "") -> dict[int, tuple[VisitClock, ...]]:
    """The clocks of each visit, by its id, in the order phone, remote, on site, resolution; where `promised` names one, only
    that one, and only where it is promised."""
    requests = [visit for visit in own if has_clocks(visit)]
    if not requests:
        return {}
    now = store.clock.now()
    jobs = {visit.job_id for visit in requests if visit.parent_id is not None or visit.state is State.LEFT_OPEN}
    known = {visit.id: visit for visit in (*visits.whole_jobs(store, sorted(jobs)), *requests)}
    book = TermsBook(store, {visit.client_id for visit in known.values()})
    facts = clocks.facts_of(store, list(known))
    chains = _Chains(known)
    return {visit.id: _clocks(visit, chains, facts, book, now, promised) for visit in requests}


def next_clock(running_or_not: Iterable[VisitClock]) -> VisitClock | None:
    """The running clock that breaks first: one that is broken and paused before all, paused ones last."""
    running = [clock for clock in running_or_not if clock.running]
    return min(running, key=_order, default=None)


def promised_by(clocks_by_visit: Mapping[int, Sequence[VisitClock]], clock: str) -> dict[int, int]:
    """By visit, the moment that keeps what was promised for a clock, where it runs. Aims and paused clocks are not in it."""
    return {
        visit_id: one.reading.due
        for visit_id, own in clocks_by_visit.items()
        for one in own
        if one.clock == clock and one.running and not one.aim and one.reading.due is not None
    }


def promised_of(store: Store, own: Sequence[Visit], clock: str) -> dict[int, int]:
    """`promised_by` of visits of which no other clock is wanted."""
    return promised_by(clocks_of(store, own, clock), clock)


def open_clocks(store: Store) -> list[tuple[Visit, VisitClock]]:
    """Every running clock of every open visit, the one with the least time left first."""
    with store.read():
        open_visits = visits.open_visits(store)
        by_visit = clocks_of(store, open_visits)
    pairs = [(visit, clock) for visit in open_visits for clock in by_visit.get(visit.id, ()) if clock.running]
    return sorted(pairs, key=lambda pair: (*_order(pair[1]), pair[0].reference))


def _order(clock: VisitClock) -> tuple[bool, bool, int]:
    due = clock.reading.due
    return clock.reading.state is not LevelState.BREACHED or due is not None, due is None, due or 0


class TermsBook:
    """What was agreed with clients, read once, by the day on which it counted."""

    def __init__(self, store: Store, client_ids: Iterable[int]) -> None:
        firm = settings.firm(store)
        self.firm = firm
        self.thresholds = Thresholds(firm.at_risk_pct, firm.critical_pct)
        self._targets = settings.targets_by_day(store)
        self._hours = agreements.hours_by_day(store)
        self._zone = str(hours_form(self._hours, firm, day_of(store.clock.now(), firm.zone))["timezone"])
        self._agreements: dict[int, list[Agreement]] = {client_id: [] for client_id in client_ids}
        for agreement in agreements.agreements_of(store, *self._agreements):
            self._agreements[agreement.client_id].append(agreement)
        self._terms: dict[tuple[int, datetime.date], LevelTerms] = {}
        self._calendars: dict[int, Calendar | DatedCalendar] = {}

    def zone_on(self, day: datetime.date) -> str:
        """The zone in which a day is counted."""
        return str(hours_form(self._hours, self.firm, day)["timezone"])

    def bounds(self, period: Period) -> tuple[int, int]:
        """The instants at which a period begins and ends, half-open."""
        return day_bounds(period.first, self.zone_on(period.first))[0], day_bounds(
            period.end, self.zone_on(period.end)
        )[0]

    def terms(self, client_id: int, received: int) -> LevelTerms:
        """What counts for a request of a client: the agreement that was in force when it was received, as it was then."""
        day = day_of(received, self.zone_on(day_of(received, self._zone)))
        in_force = [agreement for agreement in self._agreements.get(client_id, ()) if agreement.covers(day)]
        agreement = in_force[-1] if in_force else None
        key = 0 if agreement is None else agreement.id
        if key not in self._calendars:
            self._calendars[key] = calendar_for(self._hours, self.firm, agreement)
        if (key, day) not in self._terms:
            typed = dated_terms.in_force(self._targets, day) or {}
            targets = read_all_targets(typed[f"targets_p{priority}"] for priority in range(1, 5))
            self._terms[key, day] = terms_of(self._calendars[key], targets, agreement, day)
        return self._terms[key, day]


def terms_of(
    calendar: Calendar | DatedCalendar, defaults: Mapping[int, Targets], agreement: Agreement | None, day: datetime.date
) -> LevelTerms:
    """The terms of an agreement on a day, over the firm's targets of that day; without one only the aim is left."""
    if agreement is None:
        aims = {priority: Targets(onsite=targets.aim) for priority, targets in defaults.items()}
        return LevelTerms(calendar, aims, False)
    service: ServiceTerms = agreement.service_on(day)
    return LevelTerms(
        calendar,
        {priority: promised(service.targets, priority, targets) for priority, targets in defaults.items()},
        True,
        service.workaround_counts,
        service.vendor_pauses,
    )


def default_targets(firm: Firm) -> dict[int, Targets]:
    """The firm's targets by priority."""
    return read_all_targets(getattr(firm, f"targets_p{priority}") for priority in range(1, 5))


def read_all_targets(typed: Iterable[str]) -> dict[int, Targets]:
    """Targets by priority from what was typed for each."""
    return {priority: read_targets(text) for priority, text in enumerate(typed, 1)}


def calendar_for(hours: Sequence[Dated], firm: Firm, agreement: Agreement | None) -> Calendar | DatedCalendar:
    """When a minute counts: each day by the rate card's hours of that day, and by the agreement's own where it has some."""
    words = () if agreement is None else agreement.promised
    days = sorted({dated_terms.ALWAYS, *(dated.since for dated in hours), *(since for since, _ in words)})
    own = [{} if agreement is None else agreement.service_on(day).calendar for day in days]
    return dated_calendar(
        [(day, {**hours_form(hours, firm, day), **calendar}) for day, calendar in zip(days, own, strict=True)]
    )


def hours_form(hours: Sequence[Dated], firm: Firm, day: datetime.date) -> dict[str, Any]:
    """The rate cards' hours on a day as the form of a calendar: before the first card its own; what none says is as usual."""
    card = dated_terms.in_force(hours, day) or (hours[0].terms if hours else {})
    return {
        "timezone": card.get("timezone", firm.zone),
        "hours": {**OPENING_HOURS, **(card.get("hours") or {})},
        "holidays": card.get("holidays") or [],
    }


class _Chains:
    """Which visits are one request: a visit that was left open, and its follow-ups."""

    def __init__(self, known: Mapping[int, Visit]) -> None:
        self._known = known
        self._children: dict[int, list[Visit]] = {}
        for visit in known.values():
            if visit.parent_id is not None and visit.archived_at is None:
                self._children.setdefault(visit.parent_id, []).append(visit)

    def root(self, visit: Visit) -> Visit:
        """The visit that the request began with."""
        seen = {visit.id}
        while visit.parent_id is not None:
            parent = self._known.get(visit.parent_id)
            if parent is None or parent.state is not State.LEFT_OPEN or parent.id in seen:
                break
            seen.add(parent.id)
            visit = parent
        return visit

    def all_of(self, root: Visit) -> list[Visit]:
        """The root and every follow-up in which it goes on."""
        request = [root]
        for visit in request:
            if visit.state is State.LEFT_OPEN:
                request += [child for child in self._children.get(visit.id, ()) if child not in request]
        return request


def _clocks(
    visit: Visit, chains: _Chains, facts: Mapping[int, Facts], book: TermsBook, now: int, only: str
) -> tuple[VisitClock, ...]:
    root = chains.root(visit)
    request = chains.all_of(root)
    terms = book.terms(visit.client_id, root.requested_at)
    own = facts.get(root.id, clocks.NOTHING)
    found = []
    # a follow-up of what was left open is no request of its own: only the resolution is still owed
    targets = terms.targets[root.priority]
    for clock in CLOCKS if root is visit else ("resolution",):
        if only and (clock != only or not terms.promised):
            continue
        if targets.of(clock) is None and not own.priorities:
            continue
        ended = root.ended_at if root.state in ENDED and root.state is not State.CLOSED else None
        if clock == "resolution" and root.state is State.LEFT_OPEN:
            ended = None
        achieved = _achieved(clock, root, request, facts, terms)
        reading = LevelClock(
            terms.calendar,
            root.requested_at,
            targets.of(clock),
            achieved=achieved,
            pauses=_pauses(clock, request, facts, terms),
            earlier=[
                EarlierTarget(one.at, terms.targets[one.before].of(clock)) for one in own.priorities if terms.promised
            ],
            thresholds=book.thresholds,
            aim=not terms.promised,
            ended=ended,
        ).read(now)
        if reading is not None:
            found.append(VisitClock(clock, reading, not terms.promised, own.causes.get(clock, ""), achieved))
    return tuple(found)


def _achieved(
    clock: str, root: Visit, request: Sequence[Visit], facts: Mapping[int, Facts], terms: LevelTerms
) -> int | None:
    """When what a clock waits for happened (D4). An automatic acknowledgement is nothing, and nowhere kept."""
    there = [visit.checked_in_at for visit in request if visit.checked_in_at is not None]
    there += [visit.ended_at for visit in request if visit.state is State.NO_ACCESS and visit.ended_at is not None]

    def noted(kind: str) -> list[int]:
        return [
            at for visit in request if visit.id in facts and (at := facts[visit.id].milestones.get(kind)) is not None
        ]

    if clock != "resolution":
        answered = [root.requested_at] if clock == "phone" and root.came_by in ANSWERED_AT_ONCE else []
        begun = {"phone": ("phone", "remote"), "remote": ("remote",), "onsite": ()}[clock]
        return min((*answered, *there, *(at for kind in begun for at in noted(kind))), default=None)
    if terms.workaround_counts and (workaround := noted("workaround")):
        return min(workaround)
    lasting = [visit for visit in request if visit.state not in (State.LEFT_OPEN, State.CANCELLED, State.ABORTED)]
    if not lasting or any(visit.state is not State.CLOSED or visit.ended_at is None for visit in lasting):
        return None
    return max(visit.ended_at for visit in lasting if visit.ended_at is not None)


def _pauses(clock: str, request: Sequence[Visit], facts: Mapping[int, Facts], terms: LevelTerms) -> list[Pause]:
    """The spans in which a clock stands: waiting for the client, and, where it is agreed, for parts or a vendor (D5)."""
    if clock not in PAUSING:
        return []
    pauses = []
    for visit in request:
        noted = facts.get(visit.id, clocks.NOTHING)
        pauses += [
            Pause(wait.starts_at, wait.ends_at) for wait in noted.waits if wait.kind == "client" or terms.vendor_pauses
        ]
        if clock == "resolution":
            # re-opening continues the clock where it stood
            pauses += [Pause(ended, reopened) for ended, reopened in noted.reopened]
    return pauses
