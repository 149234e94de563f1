"""Firms at random: nothing that fits is left out, each scope applies by itself, and drives by the hour change neither."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from db import people, travel_times
from db.store import Store, existing
from dispatch.desk.book import editing
from dispatch.desk.day import placement, routing
from dispatch.desk.plan import proposing, week
from dispatch.desk.plan.proposal import LeftOut, Proposal
from dispatch.desk.plan.scope import WHOLE_DAY, Freedom, PlanScope
from dispatch.desk.plan.taking import take
from dispatch.desk.session.user import log_in
from dispatch.desk.travel import drive_times
from dispatch.desk.visits import steps
from dispatch.planning.candidates import Candidate
from dispatch.planning.checker import PlacementGrade
from dispatch.planning.teams import SOFT
from dispatch.travel.learning import TravelScale
from dispatch.travel.sources import ESTIMATED
from tests.desk.conftest import DAY, ZONE, at
from tests.desk.random_firm import random_firm
from tests.prepared import copied
from tests.quick import first_of

pytestmark = pytest.mark.usefixtures("insertion")


def plan(store: Store, scope: PlanScope = WHOLE_DAY) -> Proposal:
    return proposing.propose(store, DAY, 0, scope).best


def is_kept(candidate: Candidate, one: LeftOut) -> bool:
    """Whether a place breaks nothing which somebody would have to consent to."""
    over = sum(finding.minutes for finding in candidate.verdict.findings if finding.rule == "overtime")
    soft = all(f.level is PlacementGrade.FEASIBLE or f.rule in SOFT for f in candidate.verdict.findings)
    promised = one.visit.promised
    return soft and over <= 60 and (promised is None or candidate.start >= promised[0])


def fitting(store: Store, left_out: tuple[LeftOut, ...], days: list[datetime.date]) -> list[tuple[str, str]]:
    """What was left out although a technician could do it, who has nothing to do that day."""
    found = []
    for day in days:
        idle = {one.name for one in routing.days_on(store, day) if not one.stops}
        for one in left_out:
            if one.why.startswith("put off") or not idle:
                continue
            for candidate in placement.candidates(store, one.visit.reference, day):
                if set(candidate.crew) <= idle and is_kept(candidate, one):
                    found.append((one.visit.reference, candidate.words))
    return found


@first_of("seed", range(200), quick=3)
def test_nobody_is_idle_while_a_request_that_fits_is_left_out(tmp_path: Path, seed: int) -> None:
    with random_firm(tmp_path, seed) as (store, dana):
        proposal = plan(store)
        taken = take(dana, proposal.moves, proposal.label)
        assert taken.skipped == ()
        assert len(taken.moved) == len(proposal.moves) > 0
        assert fitting(store, proposal.left_out, [DAY]) == []
        in_sequence(store)


def in_sequence(store: Store) -> None:
    """What comes after another one does so where both stand."""
    for number in range(12):
        visit = steps.find(store, f"V{number}")
        if visit.after and visit.starts_at is not None:
            before = steps.find(store, visit.after)
            if before.ends_at is not None:
                assert visit.starts_at >= before.ends_at + visit.after_minutes * 60


@first_of("seed", dict.fromkeys((5, 26, 76, 84, *range(50))), quick=4)
def test_a_week_leaves_nothing_out_that_fits_and_is_stable(tmp_path: Path, seed: int) -> None:
    """Four days planned, taken, and planned once more; first where the checker refuses what is laid after an absence,
    where a later day has people for what is for two, and where those lose their place on it."""
    days = [DAY + datetime.timedelta(number) for number in range(4)]
    with random_firm(tmp_path, seed, 20) as (store, dana):
        planned = week.plan_week(store, days, 0, WHOLE_DAY)
        assert take(dana, planned.moves, planned.label).skipped == ()
        assert fitting(store, planned.left_out, days) == []
        again = week.plan_week(store, days, 0, WHOLE_DAY)
        assert again.stirred == 0 or existing(again.gain).total > 5 * again.stirred


SCOPES = {
    "all": PlanScope(),
    "least": PlanScope(freedom=Freedom.LEAST),
    "queue": PlanScope(freedom=Freedom.QUEUE),
    "hours": PlanScope(hours=(13 * 60, 15 * 60)),
    "no overtime": PlanScope(overtime=0),
}


@first_of("seed", range(50), quick=2)
def test_who_falls_ill_and_each_scope_by_itself(tmp_path: Path, seed: int) -> None:
    with random_firm(tmp_path, seed, 14) as (store, dana):
        proposal = plan(store)
        take(dana, proposal.moves, proposal.label)
        ill = existing(people.technician_by_name(store, "Ben Okafor"))
        typed = {"technician": ill.login, "from": f"{DAY}T10:00", "to": "18:00", "reason": "ill"}
        editing.add(log_in(store, "lee"), "absence", typed)
        clock, made = store.clock, store.path
    scopes = SCOPES | {"technician": PlanScope(technicians=frozenset({ill.id}))}
    for name, scope in scopes.items():
        with Store.open(copied(made, tmp_path / f"{name}.db"), clock=clock) as store:
            given = plan(store, scope)
            obeys(name, given, ill.name)
            if given.moves:
                assert take(log_in(store, "dana"), given.moves, given.label).skipped == (), name


def obeys(name: str, proposal: Proposal, ill: str) -> None:
    """A plan moves no more than its scope allows."""
    stirred = [move for move in proposal.moves if move.before is not None]
    if name == "queue":
        assert stirred == []
    if name == "least":
        assert {move.before.technician for move in stirred if move.before is not None} <= {ill}
    if name == "technician":
        assert {who for move in proposal.moves for end in (move.before, move.after) if end for who in end.crew} <= {ill}
    if name == "hours":
        starts = [end.start for move in proposal.moves for end in (move.before, move.after) if end is not None]
        assert all(at("13:00") <= start < at("15:00") for start in starts)
    if name == "no overtime":
        assert proposal.after.overtime <= proposal.before.overtime, "what cannot move had it before"


@first_of("busiest, seed", [(busiest, seed) for seed in range(25) for busiest in (1.35, 1.4)], quick=2)
def test_with_drives_by_the_hour_nothing_is_dropped_and_nobody_leaves_early(
    tmp_path: Path, busiest: float, seed: int
) -> None:
    hours = {(False, half): busiest if half in (*range(14, 20), *range(31, 37)) else 1.0 for half in range(48)}
    with random_firm(tmp_path, seed) as (store, dana):
        with log_in(store, "lee").write("learn") as unit:
            travel_times.keep_learned(unit, {}, {ESTIMATED: TravelScale(1.0, 0.9, busiest, 100, ZONE, hours)})
        proposal = plan(store)
        assert take(dana, proposal.moves, proposal.label).skipped == ()
        assert fitting(store, proposal.left_out, [DAY]) == []
        drives = drive_times.drives_on(store, DAY)
        for day in proposal.days:
            first = min(day.stops, key=lambda stop: stop.start, default=None)
            if first is not None and day.shift is not None:
                leg = drives(day.home, first.place, first.start)
                assert first.start - existing(leg.seconds) >= day.shift[0]
