"""Random weeks with nights, zones and series: what the check says is what a judge finds who looks at every minute."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from db import settings, visits
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.day import board_view, placement, week_view
from dispatch.desk.plan import schedule
from dispatch.desk.requests import intake
from dispatch.model.visits import Visit
from tests.desk.conftest import DAY, Office, at
from tests.quick import first_of

MONDAY = DAY - timedelta(days=1)
STANDING, TRIED = 9, 12
CREWS = (["Ana Ruiz"], ["Ben Okafor"], ["Ana Ruiz", "Ben Okafor"])
ZONES = {"Main office": "America/New_York", "Annex": "Asia/Kolkata", "Warehouse": "America/Los_Angeles"}
WINDOWS = (("09:00", "11:00"), ("13:00", "17:00"), ("00:00", "02:00"), ("20:00", "23:00"))
LENGTHS = (20, 60, 150, 400, 700)


def some_start(chance: random.Random) -> int:
    """A moment of the days that are tried, at night as often as by day."""
    return at("00:00", chance.randrange(1, 5)) + chance.randrange(0, 24 * 12) * 300


def minutes_of(span: tuple[int, int]) -> set[int]:
    return set(range(span[0] // 60, span[1] // 60))


@first_of("seed", range(20), quick=2)
def test_no_overlap_is_false_and_none_is_hidden(office: Office, seed: int) -> None:
    a_week(office, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20, 200))
def test_nor_is_one_in_any_of_two_hundred_weeks(office: Office, seed: int) -> None:
    a_week(office, seed)


def wanted_of(visit: Visit, clocks: tuple[str, str]) -> tuple[int, int]:
    """A window of the day on which a visit is wanted, by the clocks of its site."""
    assert visit.wanted_on is not None
    day, zone = visit.wanted_on, ZoneInfo(ZONES[visit.site])
    first, last = (datetime(day.year, day.month, day.day, int(clock[:2]), tzinfo=zone) for clock in clocks)
    return int(first.timestamp()), int(last.timestamp())


def a_week(office: Office, seed: int) -> None:
    """Place visits anywhere, single ones and those of a series, at sites of three zones, and try more of them; each is judged by
    the minutes that its people share, and by what the clocks of its site say of its promise."""
    chance = random.Random(seed)
    for name, zone in ZONES.items():
        site = RECORD_STORES["site"].find(office.store, name)
        editing.edit(office.dana, "site", site, {"zone": zone, "place": "39.99, -83.02"})
    promised = chance.choice(WINDOWS)
    order = {
        "site": f"Harbor Dental / {chance.choice(list(ZONES))}",
        "work": "round",
        "rule": "every day",
        "minutes": "60",
    }
    series = editing.add(office.dana, "recurrence", {**order, "promised": "-".join(promised)})
    rounds = [visit.reference for visit in visits.of_recurrence(office.store, series.id)[:7]]
    chance.shuffle(rounds)
    stands: list[tuple[str, list[str], set[int]]] = []
    for number in range(STANDING + TRIED):
        crew, start, clocks = chance.choice(CREWS), some_start(chance), promised
        reference = rounds.pop() if chance.random() < 0.25 and rounds else f"W{number}"
        if reference.startswith("W"):
            clocks = chance.choice(WINDOWS)
            asked = {"client": "Harbor Dental", "site": chance.choice(list(ZONES)), "work": "printer", "priority": "P3"}
            asked |= {"date": (DAY + timedelta(days=chance.randrange(5))).isoformat(), "promised": "-".join(clocks)}
            intake.add(office.dana, asked | {"reference": reference, "minutes": str(chance.choice(LENGTHS))})
        visit = visits.visit_by_reference(office.store, reference)
        assert visit is not None
        placed = placement.check_placement(office.store, reference, crew, start)
        own = minutes_of((start, start + settings.firm(office.store).stay_minutes(visit.minutes) * 60))
        shared = [own & taken for _, others, taken in stands if set(others) & set(crew)]
        said = [finding.text for finding in placed.verdict.findings]
        assert any(text.startswith("overlaps ") for text in said) == any(shared), (reference, said)
        opens, closes = wanted_of(visit, clocks)
        early, late = (any(f" {word} the promised window" in text for text in said) for word in ("before", "after"))
        assert (early, late) == (start < opens, start > closes), (reference, said)
        if number < STANDING:
            schedule.assign(office.dana, reference, crew, start, reason="as it is agreed", confirmed=True)
            stands.append((reference, crew, own))
    boards = [board_view.board(office.store, DAY + timedelta(days=day)) for day in range(7)]
    drawn = [visit.reference for board in boards for row in board.rows for visit in row.own]
    assert sorted(drawn) == sorted(reference for reference, crew, _ in stands for _ in crew)
    week = week_view.week(office.store, MONDAY, 8)
    assert sorted(visit.reference for row in week.rows for load in row.days for visit in load.visits) == sorted(drawn)
