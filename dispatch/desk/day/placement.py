"""Whether a visit may stand somewhere: the verdict on a position, who has to confirm it, and the best ones of a day."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Literal, NamedTuple, TypedDict

from db import legs, settings, visits
from db.store import Store
from dispatch.closeout.answers import tells
from dispatch.desk.day import notices, routing
from dispatch.desk.session.refusals import Blocked, NeedsConfirm, Refusal, reason_of
from dispatch.desk.travel import drive_times
from dispatch.desk.visits.steps import driver, find, step
from dispatch.model.firm import Firm
from dispatch.model.instants import Times, Unclear, at_local, day_of, day_text, span_local, span_text
from dispatch.model.people import Technician
from dispatch.model.skills import abilities
from dispatch.model.states import UNREACHED
from dispatch.model.text import show
from dispatch.model.travel import UNKNOWN_LEG
from dispatch.model.visits import Visit
from dispatch.planning.candidates import STEP, Candidate
from dispatch.planning.candidates import candidates as ranked
from dispatch.planning.checker import Finding, PlacementGrade, Verdict, check, worst
from dispatch.planning.day import Drives, Rules, Stop, TechnicianDay
from dispatch.planning.teams import TeamNeed, TeamSearch

_JUST_NOW = 900
"""So many seconds ago is not asked about."""

Confirmed = Collection[str] | Literal[True]
"""The marks of what was seen; True, of whom nobody asks: the program itself."""


class Meant(TypedDict, total=False):
    """What somebody says with another place of a visit, each as `assign` has it."""

    reason: str
    confirmed: Confirmed
    version: int | None


def check_placement(store: Store, reference: str, crew: Sequence[str] | None, at: int | None) -> Placed:
    """What `assign` or `move` would find, without doing it."""
    with store.read():
        visit = step(store, reference, "assign")
        technicians, start = target(store, visit, crew, at)
        verdict = judge_placement(store, visit, technicians, start)
        names = tuple(technician.name for technician in technicians)
        return Placed(visit, start, names, verdict, settings.firm(store).times())


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


def candidates(store: Store, reference: str, day: datetime.date) -> list[Candidate]:
    """Technicians and times for a visit on a day, the best first, blocked ones last with their reasons.

    On a day that runs they fit into it as it goes, from now on.

    Raises:
        Refusal: the day is over.
    """
    with store.read():
        return _candidates(store, step(store, reference, "assign"), day)


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
) -> list[Slot]:
    """When somebody could come for a visit on any of some days, by what each adds to its day; only what is not refused, and
    what is past its latest day last.

    Args:
        days: those that are looked at.
        between: minutes from midnight at the site, from and up to which it begins; None: any time of the day.
        technician: name or login of who is to come; None: anybody.

    Raises:
        Refusal: one of the days is over.
    """
    with store.read():
        visit = step(store, reference, "assign")
        only = None if technician is None else {driver(store, technician).id}
        found = [Slot(day, candidate) for day in days for candidate in _candidates(store, visit, day, between, only)]
    fitting = [slot for slot in found if slot.candidate.verdict.level is not PlacementGrade.BLOCKED]
    last = visit.due_on or datetime.date.max
    return sorted(fitting, key=lambda slot: (slot.day > last, slot.candidate.cost, slot.day, slot.candidate.start))


def best_in_day(store: Store, reference: str, day: datetime.date, technician_id: int) -> Slot | None:
    """The best place for a visit in one technician's day, though it may be refused there; None where they do not work."""
    with store.read():
        found = _candidates(store, step(store, reference, "assign"), day, None, {technician_id})
    return Slot(day, found[0]) if found else None


def _candidates(
    store: Store,
    visit: Visit,
    day: datetime.date,
    between: tuple[int, int] | None = None,
    only: Collection[int] | None = None,
) -> list[Candidate]:
    refuse_over(store, day)
    firm = settings.firm(store)
    wanted = only if visit.people < 2 else None
    length = firm.stay_minutes(visit.minutes) * 60
    noon = at_local(day, "12:00", firm.zone, Unclear.FIRST)
    stop = routing.stop_of(store, visit, noon, noon + length)
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


def stay_minutes(store: Store, minutes: int) -> int:
    """The planned length of a stay in the firm of a store."""
    return settings.firm(store).stay_minutes(minutes)


def _asks(finding: Finding) -> bool:
    return finding.confirm or finding.level is PlacementGrade.BLOCKED


def marks_of(visit: Visit, verdict: Verdict) -> list[str]:
    """The marks of what a check wants confirmed, or lets through for a reason only: each stands for what was shown of the visit
    at its version, short enough to be typed."""
    shown = (f"{visit.reference}\n{visit.version}\n{finding.text}" for finding in verdict.findings if _asks(finding))
    return [sha256(text.encode()).hexdigest()[:6] for text in shown]


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


def target(store: Store, visit: Visit, crew: Sequence[str] | None, at: int | None) -> tuple[list[Technician], int]:
    """Who and when, from what was named and how the visit stands."""
    technicians: list[Technician] = []
    for name in crew or visit.crew:
        technician = driver(store, name)
        if technician.id not in {other.id for other in technicians}:
            technicians.append(technician)
    start = at if at is not None else visit.starts_at
    if start is None or not technicians:
        raise Refusal(f"{show(visit.reference)} has no time or technician yet: say both.")
    return technicians, start - start % 60


def length_of(store: Store, visit: Visit, technicians: Sequence[Technician], work: int | None = None) -> int:
    """The planned stay in seconds: what was planned for a crew of this size stays planned."""
    if work is None and visit.span is not None and len(technicians) == len(visit.assignments) > 1:
        return visit.span[1] - visit.span[0]
    return stay_minutes(store, visit.minutes if work is None else work) * 60


def planned_length(store: Store, before: Visit, after: Visit, technicians: Sequence[Technician]) -> int:
    """The planned stay in seconds of a placed visit whose request was changed; as it was where its minutes are the same."""
    if before.minutes == after.minutes and before.span is not None:
        return before.span[1] - before.span[0]
    return length_of(store, after, technicians, after.minutes)


def verdicts_of(
    visit: Visit,
    stop: Stop,
    crew: Sequence[TechnicianDay],
    drives: Drives,
    rules: Rules,
    stood: Mapping[int, tuple[int, Stop]] | None = None,
) -> list[Verdict]:
    """What the checker says of a visit in the day of each who comes, the first one first.

    Args:
        visit: what is placed.
        stop: the same where it would stand.
        crew: the days of those who come, without it.
        drives: the legs of the day.
        rules: policy and weights.
        stood: by technician, with whom and where it stood.
    """
    if stop.owners is not None and any(day.technician_id in stop.owners for day in crew):
        stop = replace(stop, owners=None)  # one of those who started it is there
    charged = any(day.billable for day in crew)
    helper = replace(stop, skills=abilities(visit.crew_skills)) if visit.people > 1 else stop
    return [
        check(
            replace(day, billable=charged),
            helper if number else stop,
            drives,
            rules,
            (stood or {}).get(day.technician_id),
        )
        for number, day in enumerate(crew)
    ]


def judge_placement(
    store: Store,
    visit: Visit,
    technicians: Sequence[Technician],
    start: int,
    length: int | None = None,
    was: Visit | None = None,
) -> Verdict:
    """One verdict for the whole crew: each technician's day is checked on its own. `was`: the visit where it stood, where
    it has just been taken out of the plan."""
    firm = settings.firm(store)
    day = day_of(start, firm.zone)
    before = was or visit
    stop = routing.stop_of(store, before, start, start + (length or length_of(store, visit, technicians)))
    ids = {technician.id for technician in technicians}
    read = routing.with_what_follows(store, routing.days_on(store, day, without={visit.id}, only=ids), day, stop.end)
    days = {one.technician_id: one for one in read}
    stood: dict[int, tuple[int, Stop]] = {}
    for technician in technicians:
        if technician.id not in days:
            raise Refusal(
                f"{show(technician.name)} drives to visits no longer: give {show(visit.reference)} to another."
            )
        if before.span is not None and before.state in UNREACHED:
            holder = technician.id if before.assignment_of(technician.id) else before.assignments[0].technician_id
            stood[technician.id] = holder, routing.stop_of(store, before, *before.span)
    crew = [days[technician.id] for technician in technicians]
    verdicts = verdicts_of(visit, stop, crew, drive_times.drives_on(store, day), routing.rules_of(firm), stood)
    known = None
    beside = [] if start == before.starts_at else _in_the_past(start, store.clock.now(), firm)
    if start != before.starts_at or ids != {part.technician_id for part in before.assignments}:
        known = notices.finding(before, firm)
    if known is not None:
        beside.append(known)
    findings = (*beside, *dict.fromkeys(finding for verdict in verdicts for finding in verdict.findings))
    if len(technicians) < visit.people:
        come = "1 comes" if len(technicians) == 1 else f"{len(technicians)} come"
        text = f"{visit.people} people are needed, {come}"
        findings = (*findings, Finding("crew", PlacementGrade.WARNINGS, text, confirm=True))
    if len(verdicts) == 1 and findings == verdicts[0].findings:
        return verdicts[0]
    return Verdict(
        worst([finding.level for finding in findings]),
        findings,
        sum(verdict.extra_travel for verdict in verdicts),
        sum(verdict.cost for verdict in verdicts),
        verdicts[0].leg if len(verdicts) == 1 else UNKNOWN_LEG,
    )


def _in_the_past(start: int, now: int, firm: Firm) -> list[Finding]:
    """The question that a start in the past is, by more than a cell of the board: nobody can be sent then."""
    if start >= now - _JUST_NOW:
        return []
    when = firm.times().clock(start)
    if (day := day_of(start, firm.zone)) != day_of(now, firm.zone):
        when = f"{day_text(day)} {when}"
    text = f"{when} is {span_text((now - start) // 60)} in the past"
    return [Finding("past", PlacementGrade.WARNINGS, text, confirm=True)]


@dataclass(frozen=True, slots=True)
class Placed:
    """A visit where it was placed, or where it would stand."""

    visit: Visit
    starts_at: int
    crew: tuple[str, ...]
    verdict: Verdict
    times: Times

    @property
    def when(self) -> str:
        """Day and time in the firm's zone, and by the clocks of the site where these differ."""
        return self.times.moment(self.starts_at, self.visit.zone)
