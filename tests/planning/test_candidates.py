"""The best start of a visit in a day is the best of all its starts."""

from __future__ import annotations

import random

import pytest

from dispatch.model.people import Absence
from dispatch.model.travel import Place
from dispatch.planning.candidates import STEP, Candidate, best_start
from dispatch.planning.checker import GRAVITY, Finding, PlacementGrade, Verdict, at, check
from dispatch.planning.day import Drives, Rules, Stop, TechnicianDay
from dispatch.planning.lunch import LunchBreak
from dispatch.travel.chain import Chain
from dispatch.travel.estimate import Estimated
from dispatch.travel.learning import Scaled, TravelScale
from tests.quick import first_of

MIDNIGHT = 1_764_547_200
HOUR = 3600


def a_day(chance: random.Random) -> tuple[TechnicianDay, Stop, Drives, Rules]:
    """A day with a few visits in it, and one more with windows and dues of all kinds."""
    home = somewhere(chance)
    stops, moment = [], MIDNIGHT + 8 * HOUR
    for number in range(chance.randrange(5)):
        moment += chance.randrange(120) * 60
        length = chance.choice((30, 45, 60, 105)) * 60
        stops.append(Stop(number + 2, f"C{number}", moment, moment + length, chance.choice((somewhere(chance), home))))
        moment += length
    opens = MIDNIGHT + chance.randrange(7 * 60, 17 * 60, 15) * 60
    length = chance.choice((30, 60, 75, 120)) * 60
    wanted = Stop(
        1,
        "Acme",
        MIDNIGHT,
        MIDNIGHT + length,
        stops[0].place if stops and chance.random() < 0.2 else somewhere(chance),
        promised=chance.choice((None, (opens, opens + chance.choice((60, 120, 240)) * 60))),
        access=chance.choice((None, ((MIDNIGHT + 9 * HOUR, MIDNIGHT + 16 * HOUR),))),
        due=chance.choice((None, opens + 90 * 60)),
        resolve_by=chance.choice((None, opens + 200 * 60)),
    )
    absences = chance.choice(((), (Absence(MIDNIGHT + 13 * HOUR, MIDNIGHT + 14 * HOUR, "dentist"),)))
    lunch = LunchBreak(MIDNIGHT + 11 * HOUR + 1800, MIDNIGHT + 13 * HOUR + 1800, 1800)
    shift = (MIDNIGHT + 8 * HOUR, MIDNIGHT + 17 * HOUR)
    day = TechnicianDay(1, "Ana", "UTC", shift=shift, lunch=lunch, home=home, stops=tuple(stops), absences=absences)
    rules = Rules(overlap=chance.choice(("block", "block", "warn", "allow")))
    by_hour = {(weekend, half): chance.choice((0.9, 1.0, 1.4)) for weekend in (False, True) for half in range(48)}
    hours = chance.random() < 0.5
    provider = Scaled(Estimated(), TravelScale(1.1, 0.8, 1.3, 99, "UTC", by_hour)) if hours else Estimated()
    return day, wanted, Drives(Chain([provider]), MIDNIGHT + 12 * HOUR, hours), rules


def somewhere(chance: random.Random) -> Place:
    return Place(40 + chance.random() / 5, -83 + chance.random() / 5)


@first_of("seed", range(200), quick=20)
def test_no_start_of_the_day_is_better(seed: int) -> None:
    chance = random.Random(seed)
    day, wanted, drives, rules = a_day(chance)
    assert day.shift is not None
    earliest = day.shift[0] + chance.choice((0, 0, 2 * HOUR))
    best = best_start(day, wanted, drives, rules, earliest)
    assert best is not None
    start, verdict = best
    assert start % STEP == 0
    every = [check(day, at(wanted, one), drives, rules) for one in range(earliest, day.shift[1], STEP)]
    level, against, cost = min((GRAVITY[one.level], len(one.blocking), one.cost) for one in every)
    found = (GRAVITY[verdict.level], len(verdict.blocking), verdict.cost)
    assert found == (level, against, pytest.approx(cost))


@pytest.mark.parametrize(
    ("travel", "slack", "reasons", "words"),
    [
        (
            18 * 60,
            25,
            ("knows the site: 3 visits",),
            "adds 18 min driving · 25 min to spare · knows the site: 3 visits",
        ),
        (20, None, (), "adds no driving"),
        (65 * 60, 27 * 60, ("preferred here",), "adds 1h05 driving · 1d3h to spare · preferred here"),
        (60, -5, (), "adds 1 min driving"),
    ],
)
def test_a_candidate_is_told_by_what_it_adds_leaves_and_why(
    travel: int, slack: int | None, reasons: tuple[str, ...], words: str
) -> None:
    verdict = Verdict(PlacementGrade.FEASIBLE, (), travel, 12.34)
    assert Candidate(1, "Ana", 0, verdict, slack, reasons).words == words


def test_where_the_drive_is_unknown_nothing_is_said_of_it() -> None:
    nowhere = Finding("no place", PlacementGrade.BLOCKED, "no coordinates")
    assert Candidate(1, "Ana", 0, Verdict(PlacementGrade.BLOCKED, (nowhere,), 0, 0)).words == "no coordinates"
