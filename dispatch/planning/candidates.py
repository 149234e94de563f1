"""Candidates for one visit: technicians and times, ranked, each with its verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from dispatch.model.instants import long_text, span_text, time_text
from dispatch.model.skills import spoken
from dispatch.model.text import count_text
from dispatch.planning.checker import GRAVITY, PlacementGrade, Verdict, at, check
from dispatch.planning.day import Drives, Rules, Stop, TechnicianDay
from dispatch.planning.lunch import Span

STEP = 300
"""Candidate times are full five minutes."""

Experience = tuple[int, int]
"""How many visits a technician did at the site before, and how many of the same job."""
NOBODY_YET: Mapping[int, Experience] = MappingProxyType({})


def added_drive(seconds: int) -> str:
    """What somebody drives more for a visit."""
    minutes = round(seconds / 60)
    return f"adds {time_text(minutes)} driving" if minutes else "adds no driving"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A technician and a time for a visit.

    `slack` is what is left, in minutes, between the arrival and what breaks first, the promised window or a service level
    (None: neither is there). `reasons` speak for it, `pushes` says whom it would push, and by how much;
    `others` come with them.
    """

    technician_id: int
    name: str
    start: int
    verdict: Verdict
    slack: int | None = None
    reasons: tuple[str, ...] = ()
    pushes: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def crew(self) -> tuple[str, ...]:
        """Everybody who would come."""
        return (self.name, *self.others)

    @property
    def cost(self) -> float:
        """What it costs in the weights of `Rules`."""
        return self.verdict.cost

    @property
    def words(self) -> str:
        """The drive, what speaks for it, and what it breaks; of a place that is blocked first why it is."""
        blocked, added = self.verdict.level is PlacementGrade.BLOCKED, self.verdict.extra_travel
        speaks = [] if blocked and not added and self.verdict.leg.seconds is None else [added_drive(added)]
        if self.slack is not None and self.slack >= 0:
            speaks.append(f"{time_text(self.slack)} to spare")
        speaks += self.reasons
        against = [finding.text for finding in self.verdict.findings]
        return " · ".join((*against, *speaks, *self.pushes) if blocked else (*speaks, *against, *self.pushes))


def candidates(
    days: Iterable[TechnicianDay],
    stop: Stop,
    drives: Drives,
    rules: Rules,
    earliest: int,
    experience: Mapping[int, Experience] = NOBODY_YET,
    latest: int | None = None,
) -> list[Candidate]:
    """The best place of `stop` in each technician's day, the best technician first; blocked ones last, with their reasons.

    Who costs the same is ranked by how well they know the site.

    Args:
        days: the days as they are planned, or as they go where they run already, without this visit.
        stop: the visit; only its length matters, not where it stands.
        drives: the legs of the day.
        rules: policy and weights.
        earliest, latest: no candidate starts before or after these instants.
        experience: who has been there before, by technician.
    """
    best = []
    for day in days:
        if (tried := best_start(day, stop, drives, rules, earliest, latest)) is None:
            continue
        start, verdict = tried
        known = experience.get(day.technician_id, (0, 0))
        placed = at(stop, start)
        limits = [limit for limit in (stop.promised and stop.promised[1], stop.due) if limit is not None]
        slack = (min(limits) - start) // 60 if limits else None
        reasons = tuple(_reasons(day, stop, known))
        candidate = Candidate(
            day.technician_id, day.name, start, verdict, slack, reasons, tuple(_pushes(day, placed, drives))
        )
        best.append((*_key(start, verdict)[:3], -known[1], -known[0], start, day.name, candidate))
    return [ranked[-1] for ranked in sorted(best, key=lambda ranked: ranked[:-1])]


def _key(start: int, verdict: Verdict) -> tuple[int, int, float, int]:
    """What orders starts: of refused ones that against which the least stands."""
    return GRAVITY[verdict.level], len(verdict.blocking), verdict.cost, start


def best_start(
    day: TechnicianDay, stop: Stop, drives: Drives, rules: Rules, earliest: int, latest: int | None = None
) -> tuple[int, Verdict] | None:
    """The best start of a visit in a technician's day, from `earliest` to `latest` (None: the end of the shift), and what the
    checker says of it; None where nobody works between them.

    Every start of the day is judged, but that those which lie in another stay are left for the end: where overlaps are
    refused, they are only needed to say so.
    """
    length = stop.end - stop.start
    starts, best = _starts(day.hours_for(stop), earliest, latest), None
    others = (*day.stops, *day.outside)
    clear = [start for start in starts if all(start >= other.end or start + length <= other.start for other in others)]
    for some in (clear, starts) if rules.overlap == "block" else (starts,):
        tried = ((start, check(day, at(stop, start), drives, rules)) for start in some)
        best = min(tried, key=lambda trial: _key(*trial), default=None)
        if best is not None and best[1].level is not PlacementGrade.BLOCKED:
            break
    return best


def _starts(hours: Span | None, earliest: int, latest: int | None) -> Sequence[int]:
    """Every five minutes of the hours; of what lies after them one is enough to say so."""
    first, last = (earliest, earliest + 1) if hours is None else (max(earliest, hours[0]), hours[1])
    begin = -(-first // STEP) * STEP
    return range(begin, max(last, begin + 1) if latest is None else min(last, latest + 1), STEP)


def _reasons(day: TechnicianDay, stop: Stop, known: Experience) -> Iterator[str]:
    """Who is preferred, who knows the site, and which of the needed skills are there."""
    at_site, of_job = known
    if stop.preferred_id is not None and stop.preferred_id == day.technician_id:
        yield "preferred here"
    if of_job:
        yield "began this job"
    if at_site:
        yield f"knows the site: {count_text(at_site, 'visit')}"
    if stop.skills and stop.skills <= day.skills:
        yield f"has {', '.join(spoken(stop.skills))}"


def _pushes(day: TechnicianDay, placed: Stop, drives: Drives) -> Iterator[str]:
    """The later stops that could not begin on time any more, and how late that is for what was promised."""
    free, place = placed.end, placed.place
    for other in sorted(day.stops, key=lambda other: other.start):
        if other.start < placed.start:
            continue
        arrival = free + (drives(place, other.place, other.start).seconds or 0)
        if arrival <= other.start:
            return
        late = arrival - other.promised[1] if other.promised is not None else 0
        words = f"pushes {other.client} by {span_text(-((other.start - arrival) // 60))}"
        yield f"{words}, {long_text(-(-late // 60))} late for its promise" if late > 0 else words
        free, place = arrival + other.end - other.start, other.place
