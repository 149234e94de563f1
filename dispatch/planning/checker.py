"""The checker: one independent judge of a plan, whoever made it. Says in words what a placement breaks, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from dispatch.model.instants import day_bounds, day_of, day_text, days_on, long_text, time_text
from dispatch.model.people import Absence
from dispatch.model.skills import spoken
from dispatch.model.travel import UNKNOWN_LEG, Leg, placed
from dispatch.planning.day import Drives, Rules, SequenceRule, Stop, TechnicianDay, committed
from dispatch.planning.lunch import place_lunch


class PlacementGrade(StrEnum):
    """How good a placement is."""

    FEASIBLE = "feasible"
    WARNINGS = "warnings"
    BLOCKED = "blocked"


ABSENCE = "absence"
"""The rule of the findings that somebody is away."""
LEARNER = "learner"
"""The rule of the finding that nobody who comes is billable."""
GRAVITY = {PlacementGrade.FEASIBLE: 0, PlacementGrade.WARNINGS: 1, PlacementGrade.BLOCKED: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a placement breaks, in words with minutes.

    `cost` is in the weights of `Rules`; a blocked finding has none. `confirm` asks whoever places by hand to say that
    they mean it. `final` cannot be overridden, not even with a reason. `due` is the moment up to which something was
    promised, of a promise that is not kept.
    """

    rule: str
    level: PlacementGrade
    text: str
    minutes: int = 0
    cost: float = 0.0
    confirm: bool = False
    final: bool = False
    due: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement on one placement.

    `extra_travel` is the driving that it adds to the day, in seconds; `leg` is the drive to it.
    """

    level: PlacementGrade
    findings: tuple[Finding, ...]
    extra_travel: int
    cost: float
    leg: Leg = UNKNOWN_LEG

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """What blocks it."""
        return tuple(finding for finding in self.findings if finding.level is PlacementGrade.BLOCKED)

    @property
    def needs_confirm(self) -> bool:
        """Whether something in it has to be meant."""
        return any(finding.confirm for finding in self.findings)

    @property
    def final(self) -> bool:
        """Whether it is blocked by something that no reason overrides."""
        return any(finding.final for finding in self.findings)


def worst(levels: Sequence[PlacementGrade]) -> PlacementGrade:
    """The worst of some levels, feasible for none."""
    return max(levels, key=GRAVITY.__getitem__, default=PlacementGrade.FEASIBLE)


def check(day: TechnicianDay, stop: Stop, drives: Drives, rules: Rules, was: tuple[int, Stop] | None = None) -> Verdict:
    """Judge `stop` in the day of a technician, whose other stops are `day.stops`.

    Args:
        day: the technician's day without this visit.
        stop: the visit where it would stand.
        drives: the legs of the day.
        rules: policy and weights.
        was: the technician and the stop as it stands now, where it is moved.
    """
    before, after = day.neighbours(stop, drives)
    leg = drives(before.place if before else day.home, stop.place, stop.start)
    findings = [
        *_place(stop, before, after, day, drives),
        *_presence(day, stop),
        *_back_from_absence(day, stop, leg),
        *(_back_from_absence(day, after, drives(stop.place, after.place, after.start)) if after else ()),
        *_access(day, stop),
        *_skills(day, stop),
        *_ownership(day, stop),
        *_ban(day, stop),
        *_sequence(day, stop),
        *_learner(day),
        *_overlap(day, stop, before, after, drives, rules),
        *lateness(day, stop, rules),
        *_overtime(day, stop, before, after, drives, rules),
        *_lunch(day, stop, drives, rules),
        *_moved(day, stop, was, rules),
    ]
    if is_not_preferred(stop, day.technician_id):
        if stop.preferred_id is None:
            text = f"{day.name} does not know the site, others do"
        else:
            text = f"{stop.preferred} is preferred here" if stop.preferred else "another technician is preferred here"
        findings.append(Finding("preferred", PlacementGrade.FEASIBLE, text, cost=rules.not_preferred))
    extra = _extra_travel(day, stop, before, after, drives)
    waiting = max(0, stop.start - (before.end if before else stop.start)) - extra if before else 0
    # who knows more than it needs is kept for what needs it; nothing to say about it
    cost = rules.over_qualified if day.skills > stop.skills else 0.0
    cost += sum(finding.cost for finding in findings) + extra / 60 * rules.travel + max(0, waiting) / 60 * rules.waiting
    return Verdict(worst([finding.level for finding in findings]), tuple(findings), extra, cost, leg)


def is_not_preferred(stop: Stop, technician_id: int) -> bool:
    """Whether continuity speaks for somebody else: whom the client prefers, or else those who know the site."""
    if stop.preferred_id is not None:
        return stop.preferred_id != technician_id
    return bool(stop.known_by) and technician_id not in stop.known_by


def _end_of(day: TechnicianDay) -> str:
    """What the place is called where a day ends."""
    return f"{day.name}'s home" if day.ends in (None, day.home) else f"the end of {day.name}'s day"


def _place(
    stop: Stop, before: Stop | None, after: Stop | None, day: TechnicianDay, drives: Drives
) -> Iterator[Finding]:
    """Drives that are not known, and those that nobody drives (`dispatch.model.travel.driven`)."""
    origin, whence = (before.place, before.client) if before else (day.home, f"{day.name}'s home")
    onward, whither = (after.place, after.client) if after else (day.last_place, _end_of(day))
    drive = drives(origin, stop.place, stop.start)
    if placed(stop.place):
        legs = (
            (origin, drive, whence),
            (onward, drives(stop.place, onward, after.start if after else stop.end), whither),
        )
        for far in dict.fromkeys(other for place, leg, other in legs if placed(place) and not leg.known):
            text = (
                f"{far} is farther from {stop.client} than anybody drives: one of the places is wrong, or pin the drive"
            )
            yield Finding("place", PlacementGrade.BLOCKED, text)
        if not placed(origin) and not drive.known:
            text = f"the drive from {whence} is unknown: it has no coordinates"
            yield Finding("place", PlacementGrade.WARNINGS, text, confirm=True)
    elif not drive.known:
        text = f"{stop.client} has no coordinates, so the drive is unknown: place the site first"
        yield Finding("place", PlacementGrade.BLOCKED, text, final=True)


def _presence(day: TechnicianDay, stop: Stop) -> Iterator[Finding]:
    if day.is_called_out(stop):
        yield Finding("shift", PlacementGrade.FEASIBLE, f"{day.name} is on call")
    elif day.shift is None:
        yield Finding("shift", PlacementGrade.BLOCKED, f"{day.name} does not work on this day")
    elif stop.start < day.shift[0] or stop.start >= day.shift[1]:
        hours = f"{_clock(day.shift[0], day)}–{_clock(day.shift[1], day)}"
        yield Finding(
            "shift", PlacementGrade.BLOCKED, f"starts {_clock(stop.start, day)}, outside {day.name}'s shift {hours}"
        )
    yield from absent_from(day, stop)


def absent_from(day: TechnicianDay, stop: Stop) -> Iterator[Finding]:
    """The absences of a technician that a stop falls into."""
    for absence in day.absences:
        overlap = min(stop.end, absence.ends_at) - max(stop.start, absence.starts_at)
        if overlap > 0:
            text = f"{_absent(day, absence)}: {time_text(_minutes(overlap))} of it"
            yield Finding(ABSENCE, PlacementGrade.BLOCKED, text, _minutes(overlap))


def _back_from_absence(day: TechnicianDay, stop: Stop, leg: Leg) -> Iterator[Finding]:
    """Nobody sets out before an absence is over. What an absence holds up comes when they are back, from wherever they are then."""
    drive = leg.seconds or 0
    for absence in () if stop.held_up else day.absences:
        short = absence.ends_at + drive - stop.start
        if short > 0 and absence.ends_at <= stop.start:
            text = f"{_absent(day, absence)}, and drives {time_text(_minutes(drive))} to {stop.client}"
            yield Finding(ABSENCE, PlacementGrade.BLOCKED, text, _minutes(short))


def _absent(day: TechnicianDay, absence: Absence) -> str:
    reason = f" ({absence.reason})" if absence.reason else ""
    return f"{day.name} is absent until {_clock(absence.ends_at, day)}{reason}"


def _access(day: TechnicianDay, stop: Stop) -> Iterator[Finding]:
    if stop.access is None or any(opens <= stop.start < closes for opens, closes in stop.access):
        return
    later = [opens for opens, _ in stop.access if opens > stop.start]
    earlier = [closes for _, closes in stop.access if closes <= stop.start]
    text = "the site is closed on this day"
    if later:
        text = f"starts {time_text(_minutes(min(later) - stop.start))} before the site opens at {_clock(min(later), day, stop)}"
    elif earlier:
        late = _minutes(stop.start - max(earlier))
        text = f"starts {f'{time_text(late)} after' if late else 'when'} the site closes at {_clock(max(earlier), day, stop)}"
    yield Finding("access", PlacementGrade.BLOCKED, text)


def _skills(day: TechnicianDay, stop: Stop) -> Iterator[Finding]:
    if missing := spoken(stop.skills - day.skills):
        has = ", ".join(spoken(day.skills)) or "none"
        yield Finding("skill", PlacementGrade.BLOCKED, f"needs {', '.join(missing)}; {day.name} has {has}")


def _ownership(day: TechnicianDay, stop: Stop) -> Iterator[Finding]:
    """Who starts, finishes (design/product.md, Rule 6): no reason given here goes round the acceptance of whoever takes over."""
    if stop.owners is not None and day.technician_id not in stop.owners:
        text = f"{stop.owner} started this job: {day.name} has not agreed to take it over"
        yield Finding("handover", PlacementGrade.BLOCKED, text, final=True)


def _ban(day: TechnicianDay, stop: Stop) -> Iterator[Finding]:
    if day.technician_id in stop.banned:
        yield Finding("banned", PlacementGrade.BLOCKED, f"{stop.client} does not want {day.name}")


def _sequence(day: TechnicianDay, stop: Stop) -> Iterator[Finding]:
    """What has to be over before it, and what begins after it."""
    if (rule := stop.after) is not None and rule.at is None:
        text = f"{rule.reference} comes before it and has no time yet"
        yield Finding("sequence", PlacementGrade.WARNINGS, text, confirm=True)
    elif rule is not None and rule.at is not None and (fault := out_of_order(rule, rule.at, stop.start, day.zone)):
        text = f"comes after {rule.reference}, which ends {_clock(rule.at, day)}: {fault}"
        yield Finding("sequence", PlacementGrade.BLOCKED, text)
    for rule in stop.followers:
        if rule.at is not None and (fault := out_of_order(rule, stop.end, rule.at, day.zone)):
            text = f"{rule.reference} comes after it and begins {_clock(rule.at, day)}: {fault}"
            yield Finding("sequence", PlacementGrade.BLOCKED, text)


def out_of_order(rule: SequenceRule, ends: int, begins: int, zone: str) -> str:
    """What is wrong with two visits of which one comes after the other; empty where nothing is.

    Args:
        rule: how the second comes after the first. Where that goes on for more days, only that it begins after so many is judged.
        ends, begins: when the first is over, or its first day, and when the second begins.
        zone: the firm's.
    """
    if (short := _minutes(days_on(ends, rule.days, zone) + rule.minutes * 60 - begins)) > 0:
        return f"{long_text(short)} too early" + (
            f", {long_text(rule.minutes)} have to be between" if rule.minutes else ""
        )
    same = day_of(ends, zone) == day_of(begins, zone)
    if not rule.days and rule.day == ("later" if same else "same"):
        return f"it has to be on {'a later' if same else 'the same'} day"
    return ""


def _learner(day: TechnicianDay) -> Iterator[Finding]:
    """Who learns is not charged (design/charges.md B2.3): that is meant now and then, and is no reason to ask."""
    if not day.billable:
        text = f"{day.name} is not billable: alone, no work, travel or fee is charged"
        yield Finding(LEARNER, PlacementGrade.WARNINGS, text)


def _asked_days(day: TechnicianDay, stop: Stop) -> Iterator[Finding]:
    """The first and the last day that was asked for. Without a cost: on a day that is planned, all of its places are as late."""
    on = day_of(stop.start, stop.zone or day.zone)
    if stop.wanted_on is not None and on < stop.wanted_on:
        yield Finding("wanted", PlacementGrade.WARNINGS, f"is wanted on {day_text(stop.wanted_on)}, not before")
    if stop.latest_on is not None and on > stop.latest_on:
        over = day_bounds(stop.latest_on, stop.zone or day.zone)[1]
        yield Finding("latest", PlacementGrade.WARNINGS, f"its latest day was {day_text(stop.latest_on)}", due=over)


def _overlap(
    day: TechnicianDay, stop: Stop, before: Stop | None, after: Stop | None, drives: Drives, rules: Rules
) -> Iterator[Finding]:
    """Stays that overlap, drives that do not fit between stays, and buffers that are eaten."""
    for other in (*day.stops, *day.outside):
        shared = min(stop.end, other.end) - max(stop.start, other.start)
        if shared > 0:
            yield _clash(f"overlaps {other.client} by {time_text(_minutes(shared))}", shared, rules)
    for first, second in ((before, stop), (stop, after)):
        if first is None or second is None:
            continue
        buffer = rules.buffer_between(first.place, second.place)
        gap = second.start - first.end
        if gap < 0:
            continue  # named above as an overlap of the stays
        leg = drives(first.place, second.place, second.start)
        spare = gap - (leg.seconds or 0)
        if leg.known and spare < 0:
            text = f"the drive of {time_text(_minutes(leg.seconds or 0))} between {first.client} and {second.client} "
            yield _clash(f"{text}is {time_text(_minutes(-spare))} longer than the gap", -spare, rules)
        elif spare < buffer:
            eaten = _minutes(buffer - spare)
            where = f"after {first.client}" if second is stop else f"before {second.client}"
            left = f"only {spare // 60}" if spare >= 60 else "none"
            text = f"{left} of the {rules.buffer_minutes} min buffer left {where}"
            yield Finding("buffer", PlacementGrade.WARNINGS, text, eaten, eaten * rules.buffer_eaten, confirm=True)


def _clash(text: str, seconds: int, rules: Rules) -> Finding:
    minutes = _minutes(seconds)
    if rules.overlap == "block":
        return Finding("overlap", PlacementGrade.BLOCKED, text, minutes)
    level = PlacementGrade.WARNINGS if rules.overlap == "warn" else PlacementGrade.FEASIBLE
    return Finding("overlap", level, text, minutes, minutes * rules.late_promise, confirm=rules.overlap == "warn")


def lateness(day: TechnicianDay, stop: Stop, rules: Rules) -> Iterator[Finding]:
    """What was promised, is the target of a service level, or was asked for by a day, and is not kept."""
    yield from _promise(day, stop, rules)
    yield from _target(day, stop, rules)
    yield from _asked_days(day, stop)


def _promise(day: TechnicianDay, stop: Stop, rules: Rules) -> Iterator[Finding]:
    if stop.promised is None or stop.promised[0] <= stop.start <= stop.promised[1]:
        return
    opens, closes = stop.promised
    window = day.times.span(opens, closes, stop.zone)
    promised_on = day_of(opens, day.zone)
    if promised_on != day_of(stop.start, day.zone):
        window = f"{day_text(promised_on)} {window}"
    late, side = (stop.start - closes, "after") if stop.start > closes else (opens - stop.start, "before")
    late = _minutes(late)
    text = f"starts {time_text(late)} {side} the promised window {window}"
    yield Finding("promise", PlacementGrade.WARNINGS, text, late, late * rules.late_promise, due=closes)


def _target(day: TechnicianDay, stop: Stop, rules: Rules) -> Iterator[Finding]:
    """Late against the on-site and the resolution target of a service level."""
    for verb, moment, due in (("starts", stop.start, stop.due), ("ends", stop.end, stop.resolve_by)):
        if due is not None and moment > due:
            late = _minutes(moment - due)
            if day_of(due, day.zone) == day_of(moment, day.zone):
                text = f"{verb} {time_text(late)} after the service level's {_clock(due, day, stop)}"
            else:
                missed = day.times.moment(due, stop.zone)
                text = f"{verb} {time_text(late)} after the service level's {missed}"
            yield Finding("target", PlacementGrade.WARNINGS, text, late, late * rules.late_target, due=due)


def _overtime(
    day: TechnicianDay, stop: Stop, before: Stop | None, after: Stop | None, drives: Drives, rules: Rules
) -> Iterator[Finding]:
    """Driving before the shift and after it, the leg home included; said by the first and the last stop for which nobody
    was called out."""
    if day.shift is None or day.is_called_out(stop):
        return
    if before is None or day.is_called_out(before):
        leaves = stop.start - (drives(day.home, stop.place, stop.start).seconds or 0)
        early = _minutes(day.shift[0] - leaves)
        if leaves < day.shift[0] <= stop.start:
            text = f"leaves home at {_clock(leaves, day)}, {time_text(early)} before the shift"
            yield Finding("early", PlacementGrade.WARNINGS, text, early, early * rules.overtime)
    if after is None or day.is_called_out(after):
        home = stop.end + (drives(stop.place, day.last_place, stop.end).seconds or 0)
        over = _minutes(home - day.shift[1])
        if over > 0:
            text = f"home at {_clock(home, day)}, {time_text(over)} past the shift"
            yield Finding("overtime", PlacementGrade.WARNINGS, text, over, over * rules.overtime)


def _lunch(day: TechnicianDay, stop: Stop, drives: Drives, rules: Rules) -> Iterator[Finding]:
    lunch, others = day.lunch, (*day.stops, *day.outside)
    if lunch is None or place_lunch(lunch, committed((*others, stop), day.home, drives)) is not None:
        return
    if place_lunch(lunch, committed(others, day.home, drives)) is None:
        return  # there was none before either: not this stop's doing
    window = f"{_clock(lunch.earliest, day)}–{_clock(lunch.latest, day)}"
    text = f"leaves no room for {time_text(lunch.seconds // 60)} of lunch in {window}"
    yield Finding("lunch", PlacementGrade.WARNINGS, text, lunch.seconds // 60, rules.no_lunch)


def _moved(day: TechnicianDay, stop: Stop, was: tuple[int, Stop] | None, rules: Rules) -> Iterator[Finding]:
    if was is None or (was[0] == day.technician_id and was[1].start == stop.start):
        return
    shift = _minutes(abs(stop.start - was[1].start))
    if stop.pinned:
        yield Finding("pin", PlacementGrade.BLOCKED, "it is pinned where it stands")
    if stop.confirmed:
        text = f"the client has confirmed {_clock(was[1].start, day, stop)}: tell them of the change"
        cost = rules.confirmed_moved + shift * rules.confirmed_moved_minute
        yield Finding("confirmed", PlacementGrade.WARNINGS, text, shift, cost, confirm=True)


def _extra_travel(day: TechnicianDay, stop: Stop, before: Stop | None, after: Stop | None, drives: Drives) -> int:
    origin = before.place if before else day.home
    onward = after.place if after else day.last_place
    then = after.start if after else stop.end
    through = (drives(origin, stop.place, stop.start).seconds or 0) + (drives(stop.place, onward, then).seconds or 0)
    direct = (drives(origin, onward, then).seconds or 0) if before or after else 0
    return max(0, through - direct)


def _clock(instant: int, day: TechnicianDay, stop: Stop | None = None) -> str:
    """A time in the firm's zone; of what the client knows of it, with the time at the stop."""
    return day.times.clock(instant, stop.zone if stop else "")


def _minutes(seconds: int) -> int:
    return -(-seconds // 60)


def at(stop: Stop, start: int) -> Stop:
    """The same stop, beginning at another moment."""
    return replace(stop, start=start, end=start + stop.end - stop.start)
