"""Candidates for one visit: technicians and times, ranked, each with its verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dispatch.model.instants import span_text
from dispatch.planning.checker import Level, Verdict, at, check
from dispatch.planning.day import Drives, Rules, Stop, TechnicianDay

STEP = 300
"""Candidate times are full five minutes."""

_RANK = {Level.FEASIBLE: 0, Level.WARNINGS: 1, Level.BLOCKED: 2}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A technician and a time for a visit."""

    technician_id: int
    name: str
    start: int
    verdict: Verdict

    @property
    def words(self) -> str:
        """Why it is good, and what it breaks."""
        parts = [f"+{span_text(round(self.verdict.extra_travel / 60))} driving"]
        parts += [finding.text for finding in self.verdict.findings]
        return " · ".join(parts)


def candidates(
    days: Iterable[TechnicianDay], stop: Stop, drives: Drives, rules: Rules, earliest: int
) -> list[Candidate]:
    """The best place of `stop` in each technician's day, the best technician first; blocked ones last, with their reasons.

    Args:
        days: the days as they are planned, without this visit.
        stop: the visit; only its length matters, not where it stands.
        drives: the legs of the day.
        rules: policy and weights.
        earliest: no candidate starts before this instant.
    """
    best = [_best(day, stop, drives, rules, earliest) for day in days]
    return sorted(best, key=lambda one: (*_key(one), one.name))


def _key(candidate: Candidate) -> tuple[int, float, int]:
    return _RANK[candidate.verdict.level], candidate.verdict.cost, candidate.start


def _best(day: TechnicianDay, stop: Stop, drives: Drives, rules: Rules, earliest: int) -> Candidate:
    tried = [
        Candidate(day.technician_id, day.name, start, check(day, at(stop, start), drives, rules))
        for start in _starts(day, stop, drives, rules, earliest)
    ]
    return min(tried, key=_key)


def _starts(day: TechnicianDay, stop: Stop, drives: Drives, rules: Rules, earliest: int) -> list[int]:
    """The earliest sensible start in each gap of the day, and after each opening that the visit waits for."""
    length = stop.end - stop.start
    buffer = rules.buffer_minutes * 60
    opens = [span[0] for span in stop.access or ()] + ([stop.promised[0]] if stop.promised else [])
    free = [_after_home(day, stop, drives)]
    for other in day.stops:
        leg = drives(other.place, stop.place)
        free.append(other.end + (leg.seconds or 0) + buffer)
    for absence in day.absences:
        free.append(absence.ends_at)
    if day.lunch is not None:
        free.append(day.lunch.earliest + day.lunch.seconds + (drives(day.home, stop.place).seconds or 0))
    before_next = [
        other.start - buffer - length - (drives(stop.place, other.place).seconds or 0) for other in day.stops
    ]
    starts = {max(earliest, moment, *(opening for opening in opens if opening <= moment), 0) for moment in free}
    starts |= {max(earliest, moment, opening) for moment in free for opening in opens}
    starts |= {moment - moment % STEP for moment in before_next if moment - moment % STEP >= earliest}
    return sorted({-(-start // STEP) * STEP for start in starts})


def _after_home(day: TechnicianDay, stop: Stop, drives: Drives) -> int:
    start = day.shift[0] if day.shift else stop.start
    return start + (drives(day.home, stop.place).seconds or 0)
