"""Targets as they are typed and promised, the capacity check, and a month in figures."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.levels.clock import LevelState
from dispatch.levels.report import ClockFigures, ClockOutcome, Middle, RequestClocks, figures_of
from dispatch.levels.targets import (
    SiteDrive,
    Targets,
    faults_of_targets,
    promised,
    read_targets,
    targets_text,
    warnings,
)

P1 = Targets(30, 60, 240, 480, 480)


def test_targets_are_typed_as_they_are_shown() -> None:
    assert read_targets("30 60 240 480 480") == P1
    assert read_targets(" 480 – - 2400 - ") == Targets(480, None, None, 2400, None)
    assert targets_text(Targets(480, None, None, 2400, None)) == "480 - - 2400 -"


@pytest.mark.parametrize("text", ["", "30 60 240 480", "30 60 240 480 0", "30 60 x 480 480", "-1 1 1 1 1"])
def test_targets_that_are_not_five_numbers_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="such as 30 60 240 480 480"):
        read_targets(text)


def test_an_agreement_promises_its_own_targets_and_the_firms_where_it_has_none() -> None:
    """design/service-levels.md D1"""
    own = {"P1": {"onsite": 120, "remote": None}}
    assert promised(own, 1, P1) == Targets(30, None, 120, 480, 480)
    assert promised(own, 2, P1) == P1


@pytest.mark.parametrize(
    ("own", "fault"),
    [
        ([], "targets: an object"),
        ({"P5": {}}, "targets.P5"),
        ({"P1": {"fax": 1}}, "targets.P1.fax: is not one of phone, remote, onsite, resolution"),
        ({"P1": {"phone": 0}}, "targets.P1.phone: 0 is not a whole number"),
        ({"P1": {"phone": True}}, "targets.P1.phone: True is not a whole number"),
        ({"P1": {"phone": "30"}}, "targets.P1.phone: '30' is not a whole number"),
    ],
)
def test_faults_of_targets_name_their_path(own: Any, fault: str) -> None:
    assert fault in faults_of_targets(own)[0]


def test_capacity_warns_of_a_drive_that_is_longer_than_the_promise() -> None:
    """design/service-levels.md D7"""
    drives = [SiteDrive("Main office", 31), SiteDrive("Annex", None), SiteDrive("Warehouse", 30)]
    (said,) = warnings({"P1": 60, "P2": None}, drives, 30, 0, 0)
    assert said.startswith("P1 on site within 60 min is shorter than the drive to Main office (31 min)")


@pytest.mark.parametrize(("booked", "warned"), [(850, False), (851, True)])
def test_capacity_warns_beyond_85_percent(booked: int, warned: bool) -> None:
    """design/service-levels.md D7"""
    assert bool(warnings({}, [], 30, booked, 1000)) is warned


def test_a_firm_without_technician_hours_is_not_warned() -> None:
    assert warnings({}, [], 30, 100, 0) == []


def test_a_month_in_figures() -> None:
    """design/service-levels.md D8"""
    met, missed, breached, ok = LevelState.MET, LevelState.MISSED, LevelState.BREACHED, LevelState.OK
    requests = [
        RequestClocks(
            (ClockOutcome("phone", met, 10), ClockOutcome("onsite", missed, 300, cause="Overlooked")), (60, 30)
        ),
        RequestClocks(
            (ClockOutcome("phone", met, 20), ClockOutcome("onsite", breached, 500, stopped=False, cause="overlooked"))
        ),
        RequestClocks((ClockOutcome("phone", missed, 50), ClockOutcome("resolution", ok, 5, stopped=False))),
        RequestClocks((ClockOutcome("onsite", missed, 900, aim=True),)),
    ]
    month = figures_of(requests, 3, 12500)

    assert (month.requests, month.judged, month.misses, month.met_pct) == (4, 5, 3, 40)
    assert month.clocks["phone"] == ClockFigures(3, 2, middle=Middle(20, 0))
    assert month.clocks["remote"] == ClockFigures()
    assert month.clocks["onsite"] == ClockFigures(2, 0, aims=1, running=1, middle=Middle(500, 0, or_more=True))
    assert month.clocks["resolution"] == ClockFigures(running=1, middle=Middle(5, 0, or_more=True))
    assert (month.aims, month.reached) == (1, 0)
    assert month.causes == {"Overlooked": 2, "no cause given": 1}
    assert (month.pauses, month.pause_minutes) == (2, 90)
    assert (month.follow_ups_open, month.value_covered) == (3, 12500)


def test_a_month_without_promises_has_no_share() -> None:
    assert figures_of([], 0, 0).met_pct is None


@pytest.mark.parametrize(
    ("times", "middle"),
    [
        ([(0, True), (0, True), (2821, False)], Middle(0, 0)),
        ([(0, True), (2821, False)], Middle(1410, 1410, or_more=True)),
        ([(2821, False)], Middle(2821, 2821, or_more=True)),
        ([(10, True), (20, True)], Middle(15, 15)),
        ([(10, False), (20, True), (30, True)], Middle(20, 20)),
    ],
)
def test_what_still_runs_is_no_time_left_out(times: list[tuple[int, bool]], middle: Middle) -> None:
    clocks = [
        RequestClocks((ClockOutcome("onsite", LevelState.OK, minutes, stopped=stopped, waited=minutes),))
        for minutes, stopped in times
    ]
    assert figures_of(clocks, 0, 0).clocks["onsite"].middle == middle
