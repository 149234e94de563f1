"""Skills against demand: hours that are wanted of each skill in the weeks to come, and hours of those who have it
(design/account-care.md E16)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from dispatch.model.instants import span_text
from dispatch.model.text import LabelledEnum, show
from dispatch.model.visits import Visit

WEEKS = 8
"""So far ahead is looked, and so far back for what is asked for as a rule."""
ALL_WORK = ""
"""The skill of everything: all that is wanted beside everybody's hours."""


class SkillState(LabelledEnum):
    """How what is wanted of a skill stands to what is there, the worst first."""

    NOBODY = "nobody_has_it"
    SHORT = "too_few_hours"
    ONE_HOLDER = "one_holder"
    ENOUGH = "enough"
    NOT_WANTED = "not_wanted"


TOO_LITTLE = frozenset({SkillState.NOBODY, SkillState.SHORT})
"""More is wanted than there is."""


class Holder(NamedTuple):
    """Somebody with `skills`, and with what those imply (`able`): the minutes that plans may fill in these weeks, and the working
    days on which they are away."""

    name: str
    skills: frozenset[str]
    able: frozenset[str]
    minutes: int
    days_away: int = 0


class ClientWork(NamedTuple):
    """What one client asks for: visits that `stand` open in these weeks, those `asked` for without a series in as many weeks
    before, and how many visits the agreement promises in these weeks."""

    client: str
    stand: Sequence[Visit] = ()
    asked: Sequence[Visit] = ()
    promised: int = 0


class SkillDemand(NamedTuple):
    """What is wanted of a skill, in minutes of work: by visits that stand, by visits that are agreed beyond them, and by what is
    asked for as a rule. `clients` are those who want it, the most first."""

    skill: str
    standing: int
    agreed: int
    usual: int
    holders: tuple[Holder, ...]
    clients: tuple[str, ...]

    @property
    def wanted(self) -> int:
        """The minutes that are wanted in all."""
        return self.standing + self.agreed + self.usual

    @property
    def there(self) -> int:
        """The minutes of all who have it; one who has two skills gives them once and counts for both."""
        return sum(holder.minutes for holder in self.holders)

    @property
    def state(self) -> SkillState:
        """How it stands. Work as a whole needs no second holder."""
        if not self.wanted:
            return SkillState.NOT_WANTED
        if not self.holders:
            return SkillState.NOBODY
        if self.wanted > self.there:
            return SkillState.SHORT
        return SkillState.ONE_HOLDER if len(self.holders) == 1 and self.skill != ALL_WORK else SkillState.ENOUGH

    @property
    def sentence(self) -> str:
        """It in one line: *security: 41h wanted, 22h there, one holder*."""
        count = len(self.holders)
        held = "nobody has it" if not count else "one holder" if count == 1 else f"{count} holders"
        there = f"{span_text(self.there)} there, " if count else ""
        return f"{show(self.skill) or 'all work'}: {span_text(self.wanted)} wanted, {there}{held}"


class SkillsWanted(NamedTuple):
    """All work, then every skill that is wanted or held, the worst first. `unknown` says how many visits are agreed with clients
    of whom no visit is known: what they will need is in no sum."""

    demands: tuple[SkillDemand, ...]
    unknown: int

    def too_little(self, skills: Iterable[str]) -> list[SkillDemand]:
        """Those of some skills of which more is wanted than there is."""
        asked = set(skills)
        return [one for one in self.demands if one.skill in asked and one.state in TOO_LITTLE]


def skills_wanted(work: Iterable[ClientWork], holders: Sequence[Holder]) -> SkillsWanted:
    """What is wanted of each skill beside who has it.

    A visit asks for all of its time of each of its skills; of a skill of its crew it asks for that of everybody but the first.
    What an agreement promises counts where neither what stands nor what the client asks for as a rule comes up to it: each such
    visit is like the mean of those two.
    """
    sums: dict[str, Counter[str]] = {"standing": Counter(), "agreed": Counter(), "usual": Counter()}
    askers: dict[str, Counter[str]] = {}
    unknown = 0
    for one in work:
        standing = _minutes((visit, visit.days - visit.next_day + 1) for visit in one.stand)
        usual = _minutes((visit, visit.days) for visit in one.asked)
        known = [*one.stand, *one.asked]
        lacking = max(0, one.promised - len(known))
        unknown += 0 if known else lacking
        mean = (
            {skill: minutes * lacking // len(known) for skill, minutes in (standing + usual).items()} if known else {}
        )
        for name, minutes in (("standing", standing), ("agreed", mean), ("usual", usual)):
            sums[name].update(minutes)
            for skill, count in minutes.items():
                askers.setdefault(skill, Counter())[one.client] += count
    words = {ALL_WORK}.union(*sums.values(), *(holder.skills for holder in holders))
    demands = [_demand(skill, sums, holders, askers.get(skill, Counter())) for skill in words]
    order = [*SkillState]
    demands.sort(key=lambda one: (one.skill != ALL_WORK, order.index(one.state), one.there - one.wanted, one.skill))
    return SkillsWanted(tuple(demands), unknown)


def _demand(
    skill: str, sums: Mapping[str, Counter[str]], holders: Sequence[Holder], askers: Counter[str]
) -> SkillDemand:
    have = tuple(holder for holder in holders if skill == ALL_WORK or skill in holder.able)
    clients = tuple(client for client, minutes in askers.most_common() if minutes)
    return SkillDemand(skill, **{name: found[skill] for name, found in sums.items()}, holders=have, clients=clients)


def _minutes(visits: Iterable[tuple[Visit, int]]) -> Counter[str]:
    """The minutes of work by skill of some visits, each with how many of its days count."""
    found: Counter[str] = Counter()
    for visit, days in visits:
        minutes = visit.minutes * days
        found[ALL_WORK] += minutes * visit.people
        for skill in visit.skills:
            found[skill] += minutes
        for skill in visit.crew_skills:
            found[skill] += minutes * (visit.people - 1)
    return found
