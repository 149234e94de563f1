"""What keeps a visit off a day whatever else is planned on it: one sentence that somebody can act on, the most lasting first."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from dispatch.model.instants import Times, day_of, day_text, long_text, span_text
from dispatch.model.skills import spoken
from dispatch.model.text import count_text
from dispatch.planning.day import Stop, TechnicianDay
from dispatch.planning.lunch import Span
from dispatch.planning.teams import TeamNeed


class Case(NamedTuple):
    """A visit that is left out of a day. Moments are epoch seconds.

    `staff` are the days of everybody, also of those who do not work on it; `planned` the ids of those whose day is planned, None
    for all; `hours` the part of the day that is planned, None for all of it; `overtime` the seconds past a shift that a plan takes.
    """

    stop: Stop
    need: TeamNeed
    day: datetime.date
    zone: str
    now: int
    staff: Sequence[TechnicianDay]
    planned: Collection[int] | None = None
    hours: Span | None = None
    overtime: int = 0

    @property
    def length(self) -> int:
        """How long it takes, in seconds."""
        return self.stop.end - self.stop.start

    @property
    def date(self) -> str:
        """The day in words."""
        return day_text(self.day)

    def clock(self, instant: int) -> str:
        """A moment in words."""
        return Times(self.zone).clock(instant, self.stop.zone)

    @property
    def part(self) -> str:
        """The part of the day that is asked for, in words."""
        return "" if self.hours is None else f"{self.clock(self.hours[0])}–{self.clock(self.hours[1])}"

    def able(self, staff: Iterable[TechnicianDay]) -> list[TechnicianDay]:
        """Who of some may come first: with its skills, and as the client and those who began the job want it."""
        return [one for one in self._skilled(staff, self.stop.skills) if self._is_welcome(one)]

    def come(self, staff: Sequence[TechnicianDay]) -> int:
        """How many of some can come together."""
        able = self.able(staff)
        others = {one.technician_id for one in self._skilled(staff, self.need.others) if not self._is_banned(one)}
        return max((len(others - {one.technician_id}) + 1 for one in able), default=0)

    def anybody(self, staff: Sequence[TechnicianDay]) -> list[TechnicianDay]:
        """Who of some could be among those who come."""
        if self.need.people == 1:
            return self.able(staff)
        others = [one for one in self._skilled(staff, self.need.others) if not self._is_banned(one)]
        return list({one.technician_id: one for one in (*self.able(staff), *others)}.values())

    def _skilled(self, staff: Iterable[TechnicianDay], skills: frozenset[str]) -> list[TechnicianDay]:
        return [one for one in staff if skills <= one.skills]

    def _is_banned(self, one: TechnicianDay) -> bool:
        return one.technician_id in self.stop.banned

    def _is_welcome(self, one: TechnicianDay) -> bool:
        owners = self.stop.owners
        return not self._is_banned(one) and (owners is None or one.technician_id in owners)


def never(case: Case) -> str:
    """What keeps a visit off a day, whatever else is planned on it; empty where nothing does."""
    return next((sentence for rule in _RULES if (sentence := rule(case))), "")


def _staff(case: Case) -> str:
    return "" if case.staff else "there are no technicians yet: add them first"


def _order(case: Case) -> str:
    rule = case.stop.after
    return f"comes after {rule.reference}, which has no time yet: place that first" if rule and rule.at is None else ""


def _skills(case: Case) -> str:
    return lacking(case.stop.skills, [(one.name, one.skills) for one in case.staff])


def lacking(needed: frozenset[str], people: Sequence[tuple[str, frozenset[str]]]) -> str:
    """What of the skills nobody has, or nobody has together; empty where somebody has all of them.

    Args:
        needed: abilities (dispatch.model.skills).
        people: names, each with all abilities.
    """
    if not needed or any(needed <= skills for _, skills in people):
        return ""
    wanted = spoken(needed)
    for skill in wanted:
        if not any(skill in skills for _, skills in people):
            base = skill.partition(":")[0]
            near = [
                (word, name)
                for name, skills in people
                for word in spoken(skills)
                if word == base or word.startswith(f"{base}:")
            ]
            return f"nobody has {skill}" + (": nearest is {1} with {0}".format(*max(near)) if near else "")
    together = f"nobody has {_listed(wanted)} together"
    if len(wanted) == 2:
        return f"{together}: " + ", ".join(_having(skill, people) for skill in wanted)
    name, has = max(people, key=lambda one: len(needed & one[1]))
    lacks = [skill for skill in wanted if skill not in has]
    return f"{together}: nearest is {name}, who lacks {_listed(lacks)}"


def _having(skill: str, people: Sequence[tuple[str, frozenset[str]]]) -> str:
    names = [name for name, skills in people if skill in skills]
    return f"{named_shortly(names)} {'has' if len(names) == 1 else 'have'} {skill}"


def _welcome(case: Case) -> str:
    if case.able(case.staff):
        return ""
    stop = case.stop
    if stop.owners is not None:
        return f"{stop.owner} began this job, and nobody who can do it has agreed to take it over"
    names = named_shortly([one.name for one in case.staff if stop.skills <= one.skills])
    return f"{stop.client} does not want {names}, and nobody else can do it"


def _team(case: Case) -> str:
    if case.come(case.staff) >= case.need.people:
        return ""
    can = case.anybody(case.staff)
    return f"needs {case.need.people} people, and only {named_shortly([one.name for one in can])} can do it"


def _people(case: Case) -> str:
    """Whom the plan is not of, who does not work on the day, who is away or has gone home."""
    if not any(one.spans_for(case.stop) for one in case.staff):
        return f"nobody works on {case.date}: plan it on another day"
    planned = [one for one in case.staff if case.planned is None or one.technician_id in case.planned]
    working = [one for one in planned if one.spans_for(case.stop)]
    there = [one for one in working if _free(case, one)]
    steps: tuple[
        tuple[Sequence[TechnicianDay], Sequence[TechnicianDay], Callable[[Case, Sequence[TechnicianDay]], str]], ...
    ]
    steps = ((case.staff, planned, _not_planned), (planned, working, _off), (working, there, _away))
    for before, after, said in steps:
        if case.come(after) < case.need.people:
            rest = {one.technician_id for one in case.anybody(after)}
            lost = [one for one in case.anybody(before) if one.technician_id not in rest]
            can = f"{named_shortly([one.name for one in lost])} can do it, and {said(case, lost)}"
            if case.need.people > 1:
                return f"needs {case.need.people} people: {can}"
            others = said is not _not_planned and len(case.anybody(planned)) < len(case.anybody(case.staff))
            return f"{'of those who are planned ' if others else ''}only {can}"
    return ""


def _not_planned(_: Case, some: Sequence[TechnicianDay]) -> str:
    return f"{_is(some)} not among those who are planned"


def _off(case: Case, some: Sequence[TechnicianDay]) -> str:
    return f"{'does' if len(some) == 1 else 'do'} not work on {case.date}"


def _away(case: Case, some: Sequence[TechnicianDay]) -> str:
    away = [
        absence
        for one in some
        for absence in one.absences
        if any(_common((absence.starts_at, absence.ends_at), span) for span in one.spans_for(case.stop))
    ]
    if not away:
        return f"{'has' if len(some) == 1 else 'have'} gone home"
    reason = f" ({away[0].reason})" if len(some) == 1 and away[0].reason else ""
    return f"{_is(some)} absent{reason}"


def not_together(case: Case) -> str:
    """That those who can do what needs several people have no time for it together."""
    able = named_shortly([one.name for one in case.anybody(case.staff)])
    return f"no {case.need.people} of those who can do it ({able}) are free together: move something of theirs"


def too_long(length: int, days: Iterable[tuple[int, str]], overtime: int = 0) -> str:
    """That something takes longer than anybody's day; empty where it does not.

    Args:
        length: how long it takes, in seconds.
        days: how long the day of each is who may do it, in seconds, with the name.
        overtime: the seconds past a shift that are worked.
    """
    longest, name = max(days, default=(length, ""))
    if length <= longest + overtime:
        return ""
    anybody = f"longer than anybody's day ({name}: {span_text(longest // 60)})"
    return f"takes {span_text(length // 60)}, {anybody}: give it more days, or split it"


def _length(case: Case) -> str:
    staff = _there(case)
    whole = [(hours[1] - hours[0], one.name) for one in staff if (hours := one.hours_for(case.stop))]
    if sentence := too_long(case.length, whole, case.overtime):
        return sentence
    left = max(ends - begins for one in staff for begins, ends in _free(case, one))
    if case.length > left + case.overtime:
        most = f"more than {span_text(left // 60)} in one piece on this day"
        return f"takes {span_text(case.length // 60)}, and nobody who can do it has {most}"
    return ""


def _when(case: Case) -> str:
    """What leaves no moment to begin: the site's hours, the promise, the part of the day that is planned, what it comes after."""
    spans = [span for one in _there(case) for span in _free(case, one)]
    for cut, sentence in (*_of_the_part(case), *_of_the_site(case), *_of_others(case)):
        spans = [both for span in spans for other in cut if (both := _common(span, other))]
        if not spans:
            return sentence
    return ""


def _of_the_part(case: Case) -> Iterator[tuple[Sequence[Span], str]]:
    if case.hours is not None:
        yield [case.hours], f"nobody who can do it works in {case.part}"


def _of_the_site(case: Case) -> Iterator[tuple[Sequence[Span], str]]:
    stop = case.stop
    if stop.access is not None:
        hours = _listed([f"{case.clock(opens)}–{case.clock(closes)}" for opens, closes in stop.access])
        if not stop.access:
            yield (), f"its site is closed on {case.date}: plan it on another day"
        elif max(closes for _, closes in stop.access) <= case.now:
            yield (), f"its site is open {hours} only, which is over today"
        elif case.hours is not None and not any(_common(case.hours, opening) for opening in stop.access):
            yield (), f"its site is open {hours}, not in {case.part}"
        yield stop.access, f"its site is open {hours}, when nobody who can do it works"
    if stop.promised is not None:
        yield [(stop.promised[0], _LAST)], f"is promised from {case.clock(stop.promised[0])} on, too late for this day"


def _of_others(case: Case) -> Iterator[tuple[Sequence[Span], str]]:
    rule = case.stop.after
    if rule is not None and rule.at is not None and rule.days:
        yield (), f"comes after {rule.reference}, which goes on for {count_text(rule.days, 'more day')}"
    elif rule is not None and rule.at is not None:
        same = day_of(rule.at, case.zone) == case.day
        if rule.day == "later" and same:
            yield (), f"comes on a later day than {rule.reference}, which is over on {case.date}"
        elif rule.day == "same" and not same:
            yield (), f"comes on the day of {rule.reference}, {day_text(day_of(rule.at, case.zone))}"
        later = f"{long_text(rule.minutes)} " if rule.minutes else ""
        over = f"comes {later}after {rule.reference}, over at {case.clock(rule.at)}"
        yield [(rule.at + rule.minutes * 60, _LAST)], f"{over}: too late for this day"
    for follower in case.stop.followers:
        if follower.at is not None:
            last = follower.at - follower.minutes * 60 - case.length
            yield (
                [(0, last + 1)],
                f"{follower.reference} comes after it and begins {case.clock(follower.at)}: move that",
            )


_LAST = 1 << 40
"""Later than any moment."""
_RULES: tuple[Callable[[Case], str], ...] = (_staff, _order, _skills, _welcome, _team, _people, _length, _when)


def _there(case: Case) -> list[TechnicianDay]:
    """Who could come and has some time on the day."""
    planned = [one for one in case.staff if case.planned is None or one.technician_id in case.planned]
    return [one for one in case.able(planned) if _free(case, one)]


def _free(case: Case, one: TechnicianDay) -> list[Span]:
    """When somebody works for the visit and is not absent, from now on."""
    spans = [(max(opens, case.now), closes) for opens, closes in one.spans_for(case.stop)]
    for absence in one.absences:
        spans = [
            part
            for opens, closes in spans
            for part in ((opens, min(closes, absence.starts_at)), (max(opens, absence.ends_at), closes))
        ]
    return [(opens, closes) for opens, closes in spans if opens < closes]


def _common(span: Span, other: Span) -> Span | None:
    first, last = max(span[0], other[0]), min(span[1], other[1])
    return (first, last) if first < last else None


def _is(some: Sequence[TechnicianDay]) -> str:
    return "is" if len(some) == 1 else "are"


def named_shortly(names: Sequence[str]) -> str:
    """Some names, the first two of them."""
    return _listed(names) if len(names) <= 2 else f"{names[0]}, {names[1]} and {len(names) - 2} more"


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
