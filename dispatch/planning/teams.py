"""Who comes together, and when: the best start at which as many technicians as a visit needs have room at the same time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from dispatch.planning.checker import LEARNER, PlacementGrade, Verdict, at, check
from dispatch.planning.day import Drives, Rules, Stop, TechnicianDay

SOFT = frozenset(("promise", "target", "wanted", "latest", "preferred", "overtime", LEARNER))
"""The rules that may be broken by what is placed without anybody's consent."""


class TeamNeed(NamedTuple):
    """How many people a visit needs, and what those who come with the first have to be able to do."""

    people: int = 1
    others: frozenset[str] = frozenset()


class Team(NamedTuple):
    """Days by their place, the first one's first, with what the checker says of each."""

    members: tuple[int, ...]
    start: int
    verdicts: tuple[Verdict, ...]

    @property
    def cost(self) -> float:
        """What it costs in the weights of `Rules`."""
        return sum(verdict.cost for verdict in self.verdicts)


@dataclass(frozen=True, slots=True)
class TeamSearch:
    """The days of some technicians, without the visit that is placed. `overtime`: seconds past a shift that it may take."""

    days: Sequence[TechnicianDay]
    drives: Drives
    rules: Rules
    overtime: int

    def best(
        self, stop: Stop, need: TeamNeed, starts: Iterable[int], *, among: Collection[int] | None = None
    ) -> Team | None:
        """The cheapest of the teams that there are; None where there is none. Arguments as for `teams`."""
        return min(self.teams(stop, need, starts, among=among).values(), key=lambda team: team.cost, default=None)

    def joined(self, team: Team, stop: Stop) -> TeamSearch:
        """The same with a visit in the days of its team."""
        days = [
            replace(day, stops=(*day.stops, stop)) if number in team.members else day
            for number, day in enumerate(self.days)
        ]
        return replace(self, days=days)

    def teams(
        self, stop: Stop, need: TeamNeed, starts: Iterable[int], *, among: Collection[int] | None = None
    ) -> dict[int, Team]:
        """For each who could come first the cheapest team and start that break nothing which somebody would have to consent to.

        Args:
            stop: the visit; only its length matters, not where it stands.
            need: how many come, and with what.
            starts: the moments that are tried.
            among: the places of the days that may be taken; None for all.
        """
        able = [number for number in range(len(self.days)) if among is None or number in among]
        helper = replace(stop, skills=need.others, owners=None, preferred_id=None)
        best: dict[int, Team] = {}
        for start in starts if len(able) >= need.people else ():
            leads = self._free(able, at(stop, start))
            others = self._free(able, at(helper, start)) if leads and need.people > 1 else []
            for number, verdict in leads:
                more = [one for one in others if one[0] != number][: need.people - 1]
                if len(more) == need.people - 1:
                    found = [(number, verdict), *more]
                    team = Team(tuple(one[0] for one in found), start, tuple(one[1] for one in found))
                    if number not in best or team.cost < best[number].cost:
                        best[number] = team
        return best

    def _free(self, numbers: Iterable[int], stop: Stop) -> list[tuple[int, Verdict]]:
        """Who can be there without anybody's consent, the cheapest first."""
        found = [
            (number, verdict) for number in numbers if (verdict := self._allowed(self.days[number], stop)) is not None
        ]
        return sorted(found, key=lambda one: one[1].cost)

    def _allowed(self, day: TechnicianDay, stop: Stop) -> Verdict | None:
        if not stop.skills <= day.skills or any(
            stop.start < other.end and other.start < stop.end for other in day.stops
        ):
            return None
        if stop.promised is not None and stop.start < stop.promised[0]:
            return None  # nobody comes before they are expected
        verdict = check(day, stop, self.drives, self.rules)
        over = sum(finding.minutes for finding in verdict.findings if finding.rule == "overtime")
        soft = all(f.level is PlacementGrade.FEASIBLE or f.rule in SOFT for f in verdict.findings)
        return verdict if soft and over * 60 <= self.overtime else None
