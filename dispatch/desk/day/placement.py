"""Whether a visit may stand somewhere: the verdict on a position, who has to confirm it, and the best ones of a day."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypedDict, Unpack

from db import legs, settings, visits
from db.store import Store
from dispatch.closeout.answers import tells
from dispatch.desk.day import routing, run_of_days
from dispatch.desk.day.judgement import DayPlace
from dispatch.desk.session.refusals import Blocked, NeedsConfirm, Refusal, mark_of, reason_of
from dispatch.desk.travel import drive_times
from dispatch.desk.visits.steps import driver, find, step
from dispatch.model.instants import Times, Unclear, at_local, day_of, day_text, span_local
from dispatch.model.skills import abilities
from dispatch.model.text import show
from dispatch.model.visits import Visit
from dispatch.planning.candidates import STEP, Candidate
from dispatch.planning.candidates import candidates as ranked
from dispatch.planning.checker import Finding, PlacementGrade, Verdict, worst
from dispatch.planning.day import Stop
from dispatch.planning.teams import TeamNeed, TeamSearch

MOST_RUNS = 20
"""Of so many slots of a visit that takes several days those after the first are looked for."""

Confirmed = Collection[str] | Literal[True]
"""The marks of what was seen; True, of whom nobody asks: the program itself."""


class Meant(TypedDict, total=False):
    """What somebody says with another place of a visit, each as `assign` has it."""

    reason: str
    confirmed: Confirmed
    version: int | None
    day: int | None
    alone: bool | None


def check_placement(
    store: Store, reference: str, crew: Sequence[str] | None, at: int | None, **meant: Unpack[Meant]
) -> Placed:
    """What `assign` or `move` would find, without doing it."""
    with store.read():
        visit = step(store, reference, "assign")
        places = run_of_days.run_at(store, visit, crew, at, day=meant.get("day"), alone=meant.get("alone"))
        names = tuple(technician.name for technician in places[0].crew)
        verdict, times = run_of_days.verdict_of(store, visit, places), settings.firm(store).times()
        return Placed(visit, places[0].start, names, verdict, times, tuple(places[1:]))


def is_over(store: Store, day: datetime.date) -> bool:
    """Whether a day is before today: what was not done on it is not planned on it any more."""
    return day < settings.today(store)


def refuse_over(store: Store, day: datetime.date) -> None:
    """Let only days from today on be planned.

    Raises:
        Refusal: the day is over.
    """
    if is_over(store, day):
        raise Refusal(f"{day_text(day)} is over: nothing is planned on it any more.")


def candidates(store: Store, reference: str, day: datetime.date, number: int | None = None) -> list[Candidate]:
    """Technicians and times for a visit on a day, the best first, blocked ones last with their reasons. Of one that takes several
    days this is the one of that number, else the next one, and those after it are found for each.

    On a day that runs they fit into it as it goes, from now on.

    Raises:
        Faulty, Refusal: there is no such day of it, or the day is over.
    """
    with store.read():
        visit = run_of_days.day_meant(step(store, reference, "assign"), number)
        return run_of_days.with_later_days(store, visit, best_of_each(store, visit, day))


class Slot(NamedTuple):
    """A day, and who could come when on it."""

    day: datetime.date
    candidate: Candidate


def slots(
    store: Store,
    reference: str,
    days: Iterable[datetime.date],
    between: tuple[int, int] | None = None,
    technician: str | None = None,
    number: int | None = None,
) -> list[Slot]:
    """When somebody could come for a visit on any of some days, by what each adds to its day; only what is not refused, and
    what is past its latest day last.

    Args:
        days: those that are looked at.
        between: minutes from midnight at the site, from and up to which it begins; None: any time of the day.
        technician: name or login of who is to come; None: anybody.
        number: of a visit that takes several days, the one that is placed; None: the one that is next.

    Raises:
        Faulty, Refusal: there is no such day of it, or one of the days is over.
    """
    with store.read():
        visit = run_of_days.day_meant(step(store, reference, "assign"), number)
        only = None if technician is None else {driver(store, technician).id}
        found = [Slot(day, candidate) for day in days for candidate in best_of_each(store, visit, day, between, only)]
    fitting = [slot for slot in found if slot.candidate.verdict.level is not PlacementGrade.BLOCKED]
    last = visit.due_on or datetime.date.max
    fitting.sort(key=lambda slot: (slot.day > last, slot.candidate.cost, slot.day, slot.candidate.start))
    if visit.day_number == visit.days:
        return fitting
    best = fitting[:MOST_RUNS]
    with store.read():
        whole = run_of_days.with_later_days(store, visit, [slot.candidate for slot in best])
    zone = settings.firm(store).zone
    runs = [Slot(day_of(candidate.start, zone), candidate) for candidate in whole]
    return [slot for slot in runs if slot.candidate.verdict.level is not PlacementGrade.BLOCKED]


def best_in_day(
    store: Store, reference: str, day: datetime.date, technician_id: int, number: int | None = None
) -> Slot | None:
    """The best place for a visit in one technician's day, though it may be refused there; None where they do not work. `number` as
    of `slots`."""
    with store.read():
        visit = run_of_days.day_meant(step(store, reference, "assign"), number)
        found = best_of_each(store, visit, day, None, {technician_id})
    return Slot(day, found[0]) if found else None


def stop_on(store: Store, visit: Visit, day: datetime.date) -> Stop:
    """A visit as a stop at noon of a day, as long as it takes; the days after it go along."""
    firm = settings.firm(store)
    noon = at_local(day, "12:00", firm.zone, Unclear.FIRST)
    done = tuple(other for other in visit.other_days if other.number < visit.day_number)
    return routing.stop_of(store, visit._replace(other_days=done), noon, noon + firm.stay_minutes(visit.minutes) * 60)


def best_of_each(
    store: Store,
    visit: Visit,
    day: datetime.date,
    between: tuple[int, int] | None = None,
    only: Collection[int] | None = None,
) -> list[Candidate]:
    """The best start of a visit in the day of each, the best first, refused ones last. Arguments as of `slots`; `only` are the ids
    of those who are looked at, None for all.

    Raises:
        Refusal: the day is over.
    """
    refuse_over(store, day)
    firm = settings.firm(store)
    wanted = only if visit.people < 2 else None
    stop = stop_on(store, visit, day)
    length = stop.end - stop.start
    days = [one for one in routing.days_on(store, day, without={visit.id}, only=wanted) if one.hours_for(stop)]
    closes = max((hours[1] for one in days if (hours := one.hours_for(stop)) is not None), default=0)
    days = routing.with_what_follows(store, days, day, closes + length)
    start = min((hours[0] for one in days if (hours := one.hours_for(stop)) is not None), default=0)
    if not start:
        return []
    now, latest = store.clock.now(), None
    if day_of(now, firm.zone) == day:
        start = max(start, now - now % 300 + 300)
    if between is not None:
        opens, closes = span_local(day, *between, visit.zone)
        start, latest = max(start, opens), closes - 1
        if latest < start:
            return []
    drives, rules = drive_times.drives_on(store, day), routing.rules_of(firm)
    if visit.people > 1:
        last = max((one.shift[1] for one in days if one.shift is not None), default=start)
        starts = range(-(-start // STEP) * STEP, last if latest is None else min(last, latest + 1), STEP)
        search = TeamSearch(days, drives, rules, firm.plan_overtime_minutes * 60)
        return _teams(search, stop, need_of(visit), starts, only)
    return ranked(days, stop, drives, rules, start, visits.experience(store, visit), latest)


def need_of(visit: Visit) -> TeamNeed:
    """How many people a visit needs, and what the others have to be able to do."""
    return TeamNeed(visit.people, abilities(visit.crew_skills))


def _teams(
    search: TeamSearch, stop: Stop, need: TeamNeed, starts: Sequence[int], only: Collection[int] | None
) -> list[Candidate]:
    """For each who could come first the best team, the cheapest first."""
    found = []
    for number, team in search.teams(stop, need, starts).items():
        day = search.days[number]
        if only is None or day.technician_id in only:
            findings = tuple(dict.fromkeys(finding for one in team.verdicts for finding in one.findings))
            extra = sum(one.extra_travel for one in team.verdicts)
            verdict = Verdict(worst([one.level for one in findings]), findings, extra, team.cost)
            others = tuple(search.days[member].name for member in team.members[1:])
            together = f"with {' and '.join(others)}"
            found.append(Candidate(day.technician_id, day.name, team.start, verdict, None, (together,), (), others))
    return sorted(found, key=lambda candidate: (candidate.cost, candidate.start, candidate.name))


def has_pinned_drive(store: Store, reference: str) -> bool:
    """Whether some drive to or from the visit's site is pinned: then it can be planned, also without coordinates."""
    return find(store, reference).site_id in legs.pinned_sites(store)


def _asks(finding: Finding) -> bool:
    return finding.confirm or finding.level is PlacementGrade.BLOCKED


def marks_of(visit: Visit, verdict: Verdict) -> list[str]:
    """The marks of what a check wants confirmed, or lets through for a reason only: each stands for what was shown of the visit
    at its version, short enough to be typed."""
    shown = (f"{visit.reference}\n{visit.version}\n{finding.text}" for finding in verdict.findings if _asks(finding))
    return [mark_of(text) for text in shown]


def permit(visit: Visit, verdict: Verdict, meant: Meant, done: str = "placed") -> str:
    """Let a placement through, or say what stands against it; returns the reason that was given. `done`: what it would be.

    A reason is for what was shown, as a confirmation is: neither lets through what stands against it only by now.
    """
    reason, confirmed = meant.get("reason", ""), meant.get("confirmed", ())
    if verdict.final:
        final = "; ".join(finding.text for finding in verdict.findings if finding.final)
        raise Refusal(f"{show(visit.reference)} cannot be placed: {show(final)}.")
    questions, marks = [finding.text for finding in verdict.findings if _asks(finding)], marks_of(visit, verdict)
    if verdict.level is PlacementGrade.BLOCKED and not tells(reason):
        if reason.strip():
            reason_of(reason)  # which says what it lacks
        give = "Choose another time or technician, or give" if done.startswith("placed") else "Give"
        stands = f"{show(visit.reference)} was not {done}: {show('; '.join(questions))}."
        how = f"{give} a reason with --override REASON --confirm {','.join(marks)}."
        raise Blocked(f"{stands} {how}", _against(verdict), marks)
    why = reason_of(reason) if reason.strip() else ""
    if confirmed is True:
        return why
    if new := [text for text, mark in zip(questions, marks, strict=True) if mark not in confirmed]:
        beside = ", beside what was confirmed" if confirmed else ""
        sentence = f"{show(visit.reference)} was not {done} yet{beside}: {show('; '.join(new))}."
        raise NeedsConfirm(sentence, list(dict.fromkeys((*confirmed, *marks))))
    return why


def said_of(verdict: Verdict, why: str) -> dict[str, Any]:
    """What the audit keeps of a placement: the reason, of what the check refuses or of what it allows, and its findings."""
    word = "override" if verdict.level is PlacementGrade.BLOCKED else "reason"
    return {word: why or None, "findings": _against(verdict)}


def _against(verdict: Verdict) -> list[str]:
    return [finding.text for finding in verdict.findings if finding.level is not PlacementGrade.FEASIBLE]


@dataclass(frozen=True, slots=True)
class Placed:
    """A visit where it was placed, or where it would stand; `later` are the days that were placed after that one."""

    visit: Visit
    starts_at: int
    crew: tuple[str, ...]
    verdict: Verdict
    times: Times
    later: tuple[DayPlace, ...] = ()

    @property
    def when(self) -> str:
        """Day and time in the firm's zone, and by the clocks of the site where these differ."""
        return self.times.moment(self.starts_at, self.visit.zone)
