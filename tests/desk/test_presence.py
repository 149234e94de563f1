"""Who was at a client, and when: re-opening runs no clock, who did not come is not charged, nobody is at two clients at once."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import pytest

from db import stays
from db.faults import Refused
from db.unit import Actor, unit_of_work
from dispatch.desk.charges.charging import Priced, charge_of
from dispatch.desk.closeout import arriving, clocking, leaving
from dispatch.desk.log.visit_log import LogFilter, visit_log
from dispatch.desk.plan import schedule
from dispatch.desk.reports.day import day_report
from dispatch.desk.session.refusals import NotAllowed, NotFound, Refusal
from dispatch.model.boards import LogLine
from dispatch.model.instants import at_local
from dispatch.model.states import State
from dispatch.model.visits import Assignment
from tests.desk.conftest import DAY, ZONE, Office, at
from tests.desk.conftest import visit_called as visit


def part(office: Office, name: str = "Ana Ruiz", reference: str = "R1") -> Assignment:
    return next(one for one in visit(office, reference).assignments if one.technician == name)


def sheet(office: Office, reference: str = "R1") -> dict[str, Any]:
    charge = charge_of(office.store, visit(office, reference), now=office.clock.now())
    assert isinstance(charge, Priced)
    return dict(charge.form)


def labour(office: Office) -> list[tuple[str, str]]:
    return [(line["tech"], line["qty"]) for line in sheet(office)["lines"] if line["rule"] == "LAB"]


def clocked(office: Office) -> int:
    """Minutes on the clocks of everybody, breaks and driving apart."""
    return sum(
        ((one.ends_at or 0) - one.starts_at) // 60
        for part in visit(office).assignments
        for one in part.segments
        if one.kind not in ("break", "travel")
    )


def closed(office: Office, left: str = "10:30", crew: tuple[str, ...] = ("Ana Ruiz",)) -> None:
    schedule.assign(office.dana, "R1", list(crew), at("09:00"), confirmed=True, reason="all of them are wanted")
    office.go("09:00")
    arriving.arrive(office.ana, "R1")
    office.finish("R1")
    office.go(left)
    leaving.close(office.ana, "R1")


def reopened(office: Office, clock: str = "14:00") -> None:
    closed(office)
    office.go(clock)
    leaving.reopen(office.lee, "R1", "a result was missing")


def test_reopening_checks_nobody_in_and_runs_no_clock(office: Office) -> None:
    closed(office, crew=("Ana Ruiz", "Ben Okafor"))
    before = [(one.check_in_at, one.check_out_at) for one in visit(office).assignments]
    office.go("14:00")

    after, _ = leaving.reopen(office.lee, "R1", "a result was missing")

    assert after.state is State.ON_SITE
    assert [(one.check_in_at, one.check_out_at) for one in after.assignments] == before
    with pytest.raises(Refusal, match="nobody is on the clock"):
        clocking.pause(office.ana, "R1", "break")


@pytest.mark.parametrize("clock", ["14:00", "16:45"])
def test_closed_again_without_going_back_it_costs_what_it_cost(office: Office, clock: str) -> None:
    reopened(office, clock)
    office.clock.advance(1800)
    leaving.close(office.ana, "R1")

    assert labour(office) == [("Ana Ruiz", "90")]
    assert clocked(office) == 90


def test_the_time_away_is_not_charged_to_who_goes_back(office: Office) -> None:
    # 09:00 to 10:30 and 14:20 to 15:05: 135 minutes, a multiple of 15
    reopened(office)
    office.go("14:20")
    arriving.arrive(office.ana, "R1")
    office.go("15:05")
    leaving.close(office.ana, "R1")

    assert labour(office) == [("Ana Ruiz", "135")]
    assert clocked(office) == 135
    assert [(one.what, one.before, one.after) for one in stays.corrections_of(office.store, visit(office).id)] == [
        ("leaving", at("10:30"), None)
    ]


def test_who_was_home_and_goes_back_is_home_no_more(office: Office) -> None:
    closed(office)
    office.go("11:00")
    clocking.home(office.ana, "R1")
    office.go("14:00")
    leaving.reopen(office.lee, "R1", "a result was missing")
    arriving.arrive(office.ana, "R1")

    assert (part(office).check_out_at, part(office).return_at) == (None, None)
    with pytest.raises(Refusal, match=r"checked in already|is on site"):
        arriving.arrive(office.ana, "R1")


def test_nobody_goes_back_while_at_another_client(office: Office) -> None:
    closed(office)
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("13:00"), confirmed=True, reason="they agreed")
    office.go("13:00")
    arriving.arrive(office.ana, "R2")
    leaving.reopen(office.lee, "R1", "a result was missing")

    with pytest.raises(Refusal, match="checked in at R2"):
        arriving.arrive(office.ana, "R1")
    with (
        pytest.raises(Refused, match="one place at a time"),
        unit_of_work(office.store, "by hand", Actor(None, "system", "setup", "system")) as unit,
    ):
        unit.execute("UPDATE assignment SET check_out_at = NULL WHERE id = ?", (part(office).id,))


def test_a_correction_puts_nobody_at_two_clients_at_once(office: Office) -> None:
    closed(office)
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:00"), confirmed=True, reason="they agreed")
    office.go("11:00")
    arriving.arrive(office.ana, "R2")
    office.go("12:00")

    with pytest.raises(Refusal, match="was at R2 then"):
        clocking.correct(office.ana, "R1", "leaving", at("11:15"), "forgot to check out")
    clocking.correct(office.ana, "R1", "leaving", at("11:00"), "forgot to check out")


def test_a_visit_without_access_that_is_reopened_waits_for_an_arrival(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    office.go("08:50")
    arriving.depart(office.ana, "R1")
    office.go("09:10")
    leaving.no_access(office.ana, "R1", called="J. Lowe")
    leaving.reopen(office.lee, "R1", "they came after all")
    office.go("09:25")

    arriving.arrive(office.ana, "R1")

    assert part(office).check_in_at == at("09:25")


CREW = ("Ana Ruiz", "Ben Okafor")


def test_who_did_not_come_blocks_nothing_and_costs_nothing(office: Office) -> None:
    closed(office, crew=CREW)
    assert sheet(office)["errors"] == ["MISSING_CHECK_IN", "MISSING_CHECK_OUT"]

    after = clocking.did_not_come(office.ana, "R1", "ben okafor", "his van broke down")

    assert [one.technician for one in after.present] == ["Ana Ruiz"]
    assert labour(office) == [("Ana Ruiz", "90")]
    assert sheet(office)["status"] == "ready"
    with pytest.raises(Refusal, match="known already"):
        clocking.did_not_come(office.ana, "R1", "ben", "his van broke down")
    with pytest.raises(Refusal, match="came at"):
        clocking.did_not_come(office.ana, "R1", "Ana Ruiz", "his van broke down")


def test_it_is_said_on_site_too_and_taken_back_by_coming(office: Office) -> None:
    schedule.assign(office.dana, "R1", list(CREW), at("09:00"), confirmed=True, reason="both are wanted")
    with pytest.raises(Refusal, match="taken off it"):
        clocking.did_not_come(office.ana, "R1", "Ben Okafor", "his van broke down")
    office.go("09:00")
    arriving.arrive(office.ana, "R1")
    clocking.did_not_come(office.ana, "R1", "Ben Okafor", "his van broke down")
    assert {line.get("tech") for line in sheet(office)["lines"]} == {"Ana Ruiz", None}

    office.go("09:40")
    arriving.arrive(office.ben, "R1")

    assert part(office, "Ben Okafor").did_not_come_at is None
    assert {line.get("tech") for line in sheet(office)["lines"]} == {"Ana Ruiz", "Ben Okafor", None}


def test_somebody_has_been_there(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    office.go("09:00")
    arriving.depart(office.ana, "R1")
    leaving.no_access(office.ana, "R1", called="J. Lowe")
    with pytest.raises(Refusal, match="only one left"):
        clocking.did_not_come(office.lee, "R1", "Ana Ruiz", "she was ill")
    with pytest.raises(NotFound):
        clocking.did_not_come(office.lee, "R1", "Ben Okafor", "not on it")
    with pytest.raises(NotAllowed):
        clocking.did_not_come(office.ben, "R1", "Ana Ruiz", "not his")


def test_an_arrival_that_nobody_recorded_is_entered_when_the_visit_has_ended(office: Office) -> None:
    closed(office, crew=CREW)
    with pytest.raises(Refusal, match="enter that one first"):
        clocking.correct(office.lee, "R1", "leaving", at("10:15"), "forgot both", technician="Ben Okafor")
    clocking.correct(office.lee, "R1", "arrival", at("09:15"), "forgot both", technician="Ben Okafor")
    clocking.correct(office.lee, "R1", "leaving", at("10:15"), "forgot both", technician="Ben Okafor")

    assert labour(office) == [("Ana Ruiz", "90"), ("Ben Okafor", "60")]
    assert clocked(office) == 150


def test_who_comes_early_says_whether_that_was_agreed(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    office.go("08:30")
    with pytest.raises(Refusal, match=r"--early-agreed-by NAME.*--early-not-agreed"):
        arriving.arrive(office.ana, "R1")
    assert visit(office).state is State.PLANNED
    arriving.arrive(office.ana, "R1", early_agreed_by="J. Lowe")
    office.finish("R1")
    office.go("10:00")
    leaving.close(office.ana, "R1")
    assert labour(office) == [("Ana Ruiz", "90")]


def test_early_and_not_agreed_is_not_charged_and_says_so(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    office.go("08:30")
    arriving.arrive(office.ana, "R1", early_not_agreed=True)
    office.finish("R1")
    office.go("08:59")
    leaving.close(office.ana, "R1")
    assert sheet(office)["flags"] == ["EARLY_ARRIVAL_CLIPPED", "ZERO_DURATION"]


def log_of(office: Office, wanted: LogFilter) -> Sequence[LogLine]:
    return visit_log(office.store, wanted).lines


@pytest.mark.parametrize(("planned", "arrives", "day"), [("23:00", "23:00", 0), ("23:30", "00:20", 1)])
def test_a_visit_over_midnight_belongs_to_the_day_on_which_somebody_came(
    office: Office, planned: str, arrives: str, day: int
) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at(planned), confirmed=True, reason="the office is empty then")
    came = at(arrives) if not day else at_local(DAY + datetime.timedelta(days=1), arrives, ZONE)
    office.clock.set(came)
    arriving.arrive(office.ana, "R1")
    office.finish("R1")
    office.clock.set(came + 2 * 3600)
    leaving.close(office.ana, "R1")

    days = [DAY + datetime.timedelta(days=one) for one in (-1, 0, 1, 2)]
    # R2, to which nobody came as promised, is another one
    logged = [[line.visit.reference for line in log_of(office, LogFilter(one)) if not line.elsewhere] for one in days]
    reported = ["R1" in str([part.tables for part in day_report(office.lee, one).sections]) for one in days]

    expected = [one == DAY + datetime.timedelta(days=day) for one in days]
    assert logged == [["R1"] if there else [] for there in expected]
    assert reported == expected
    both = log_of(office, LogFilter(days[0], last=days[-1]))
    assert [line.visit.reference for line in both if not line.elsewhere] == ["R1"]


def test_what_nobody_left_is_not_reopened(office: Office) -> None:
    closed(office, crew=CREW)
    clocking.correct(office.lee, "R1", "arrival", at("09:30"), "he came later", technician="Ben Okafor")
    office.go("16:00")

    with pytest.raises(Refusal, match="not known when Ben Okafor left R1"):
        leaving.reopen(office.lee, "R1", "a result was missing")
    with (
        pytest.raises(Refused, match="not known when somebody left"),
        unit_of_work(office.store, "by hand", Actor(None, "system", "setup", "system")) as unit,
    ):
        unit.execute("UPDATE visit SET state = 'on_site', ended_at = NULL, review = 'none' WHERE reference = 'R1'")

    clocking.correct(office.lee, "R1", "leaving", at("10:15"), "with Ana", technician="Ben Okafor")
    leaving.reopen(office.lee, "R1", "a result was missing")
    leaving.close(office.ana, "R1")
    assert labour(office) == [("Ana Ruiz", "90"), ("Ben Okafor", "45")]
