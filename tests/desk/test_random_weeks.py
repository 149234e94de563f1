"""Random weeks with nights: what the check says of overlaps is what a judge finds who looks at every minute."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from db import settings
from dispatch.desk.day import board_view, placement, week_view
from dispatch.desk.plan import schedule
from dispatch.desk.requests import intake
from tests.desk.conftest import DAY, Office, at
from tests.quick import first_of

MONDAY = DAY - timedelta(days=1)
STANDING, TRIED = 9, 12
CREWS = (["Ana Ruiz"], ["Ben Okafor"], ["Ana Ruiz", "Ben Okafor"])
LENGTHS = (20, 60, 150, 400, 700)


def some_start(chance: random.Random) -> int:
    """A moment of the days that are tried, at night as often as by day."""
    return at("00:00", chance.randrange(1, 5)) + chance.randrange(0, 24 * 12) * 300


def minutes_of(span: tuple[int, int]) -> set[int]:
    return set(range(span[0] // 60, span[1] // 60))


@first_of("seed", range(20), quick=4)
def test_no_overlap_is_false_and_none_is_hidden(office: Office, seed: int) -> None:
    a_week(office, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20, 200))
def test_nor_is_one_in_any_of_two_hundred_weeks(office: Office, seed: int) -> None:
    a_week(office, seed)


def a_week(office: Office, seed: int) -> None:
    """Place visits anywhere, and try more of them; each is judged by the minutes that its people share."""
    chance = random.Random(seed)
    stands: list[tuple[list[str], set[int]]] = []
    asked = {"client": "Harbor Dental", "site": "Main office", "work": "printer", "priority": "P3"}
    for number in range(STANDING + TRIED):
        reference, crew, start = f"W{number}", chance.choice(CREWS), some_start(chance)
        minutes = chance.choice(LENGTHS)
        intake.add(office.dana, asked | {"reference": reference, "minutes": str(minutes)})
        placed = placement.check_placement(office.store, reference, crew, start)
        length = settings.firm(office.store).stay_minutes(minutes) * 60
        own = minutes_of((start, start + length))
        shared = [own & taken for others, taken in stands if set(others) & set(crew)]
        said = [finding.text for finding in placed.verdict.findings if finding.text.startswith("overlaps ")]
        assert bool(said) == any(shared), (reference, said)
        if number < STANDING:
            schedule.assign(office.dana, reference, crew, start, reason="as it is agreed", confirmed=True)
            stands.append((crew, own))
    boards = [board_view.board(office.store, DAY + timedelta(days=day)) for day in range(7)]
    drawn = [visit.reference for board in boards for row in board.rows for visit in row.own]
    assert sorted(drawn) == sorted(f"W{number}" for number in range(STANDING) for _ in stands[number][0])
    week = week_view.week(office.store, MONDAY, 8)
    assert sorted(visit.reference for row in week.rows for load in row.days for visit in load.visits) == sorted(drawn)
