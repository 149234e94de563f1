"""The clock of a stay: breaks, forgotten check-outs, corrections that keep the original, and what they cost."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import stays, visits
from dispatch.desk.billing import work_marks
from dispatch.desk.charges.charge_input import input_of
from dispatch.desk.charges.charging import Priced, charge_of
from dispatch.desk.closeout import arriving, clocking, leaving, onsite
from dispatch.desk.closeout.clocking import overlaid
from dispatch.desk.day import board_view
from dispatch.desk.plan import schedule
from dispatch.desk.session.refusals import Faulty, NotAllowed, Refusal
from dispatch.model.instants import iso
from dispatch.model.states import State
from dispatch.model.visits import Assignment, Segment, Visit
from tests.desk.conftest import ZONE, Office, at


def visit(office: Office) -> Visit:
    found = visits.visit_by_reference(office.store, "R1")
    assert found is not None
    return found


def part(office: Office) -> Assignment:
    return visit(office).assignments[0]


def spans(office: Office) -> list[tuple[str, str, str | None]]:
    return [
        (one.kind, iso(one.starts_at, ZONE)[11:16], None if one.ends_at is None else iso(one.ends_at, ZONE)[11:16])
        for one in part(office).segments
    ]


def marks(office: Office) -> list[tuple[str, str, str]]:
    given = input_of(office.store, visit(office), now=office.clock.now())
    assert given is not None
    return [(one["kind"], one["start"][11:16], one["end"][11:16]) for one in given["visit"]["assignments"][0]["marks"]]


def sheet(office: Office) -> dict[str, Any]:
    charge = charge_of(office.store, visit(office), now=office.clock.now())
    assert isinstance(charge, Priced)
    return charge.form


def closed(office: Office, left: str = "11:00") -> None:
    office.on_site("R1")
    office.finish("R1")
    office.go(left)
    leaving.close(office.ana, "R1")


def test_a_break_stops_the_work_and_is_not_charged(office: Office) -> None:
    office.on_site("R1")
    office.go("09:30")
    clocking.pause(office.ana, "R1", "break")
    with pytest.raises(Refusal, match="already"):
        clocking.pause(office.ana, "R1", "break")
    office.go("09:45")
    clocking.resume(office.ana, "R1")
    office.go("10:00")
    clocking.pause(office.ana, "R1", "wait")

    assert spans(office) == [
        ("work", "09:00", "09:30"),
        ("break", "09:30", "09:45"),
        ("work", "09:45", "10:00"),
        ("wait", "10:00", None),
    ]
    assert ("break", "09:30", "09:45") in marks(office)
    with pytest.raises(NotAllowed):
        clocking.resume(office.ben, "R1")


def test_a_forgotten_check_out_is_noticed_and_answered_with_a_time(office: Office) -> None:
    office.on_site("R1")
    office.finish("R1")
    last = office.clock.now()
    assert board_view.forgotten(office.store, office.ana.staff.id, office.clock.now()) == []
    office.go("14:30")
    (found,) = board_view.forgotten(office.store, office.ana.staff.id, office.clock.now())
    assert (found.reference, found.client) == ("R1", "Harbor Dental")

    with pytest.raises(Refusal, match="recorded"):
        leaving.close(office.ana, "R1", left_at=last - 60)
    with pytest.raises(Refusal, match="not come"):
        leaving.close(office.ana, "R1", left_at=at("15:00"))
    leaving.close(office.ana, "R1", left_at=at("10:30"))

    assert part(office).check_out_at == at("10:30")
    (correction,) = stays.corrections_of(office.store, visit(office).id)
    assert (correction.what, correction.before, correction.after) == ("leaving", at("14:30"), at("10:30"))
    assert board_view.forgotten(office.store, office.ana.staff.id, office.clock.now()) == []


def test_a_corrected_time_keeps_the_original_and_charges_anew(office: Office) -> None:
    closed(office)
    before = sheet(office)["total"]
    clocking.correct(office.ana, "R1", "leaving", at("10:00"), "pressed it in the car")

    assert part(office).check_out_at == at("10:00")
    assert [(one.what, one.before, one.after) for one in stays.corrections_of(office.store, visit(office).id)] == [
        ("leaving", at("11:00"), at("10:00"))
    ]
    assert float(sheet(office)["total"]) < float(before)
    assert spans(office)[-1][2] == "10:00"
    clocking.correct(office.lee, "R1", "arrival", at("08:50"), "the client let her in early")
    assert spans(office)[0][:2] == ("work", "08:50")
    for what, moment in (
        ("arrival", at("10:30")),
        ("leaving", at("23:00")),
        ("depart", at("08:00")),
        ("arrival", None),
    ):
        with pytest.raises(Refusal):
            clocking.correct(office.ana, "R1", what, moment, "not in order")
    with pytest.raises(Faulty):
        clocking.correct(office.ana, "R1", "leaving", at("09:50"), "")
    with pytest.raises(NotAllowed):
        clocking.correct(office.ben, "R1", "leaving", at("09:50"), "not his")


def test_a_break_that_was_not_clocked_is_entered_later(office: Office) -> None:
    closed(office)
    clocking.correct_break(office.ana, "R1", "break", at("09:40"), at("10:10"), "lunch was brought")
    assert spans(office) == [
        ("work", "09:00", "09:40"),
        ("break", "09:40", "10:10"),
        ("work", "10:10", "11:00"),
    ]
    clocking.correct_break(office.ana, "R1", "work", at("10:00"), at("10:10"), "that was work")
    assert ("break", "09:40", "10:00") in spans(office)
    assert ("break", "09:40", "10:00") in marks(office)
    with pytest.raises(Refusal):
        clocking.correct_break(office.ana, "R1", "break", at("10:50"), at("11:30"), "after leaving")


minute = st.integers(0, 120)


@given(st.lists(st.tuples(st.sampled_from(["break", "work"]), minute, minute), max_size=8), st.booleans())
def test_the_spans_of_a_stay_always_cover_it_without_overlap(
    rewrites: list[tuple[str, int, int]], running: bool
) -> None:
    stay = [Segment("work", 0, 50), Segment("wait", 50, 60), Segment("work", 60, None if running else 120)]
    kinds = ["wait" if 50 <= now < 60 else "work" for now in range(120)]
    for kind, one, two in rewrites:
        begins, ends = sorted((one, two))
        if begins == ends:
            continue
        stay = overlaid(stay, Segment(kind, begins, ends), 120)
        for now in range(begins, ends):
            if kind == "break" or kinds[now] == "break":
                kinds[now] = kind
    assert stay[0].starts_at == 0
    assert stay[-1].ends_at in (None, 120)
    assert all(first.ends_at == second.starts_at for first, second in pairwise(stay))
    assert [
        next(one.kind for one in stay if one.starts_at <= now < (one.ends_at or 120)) for now in range(120)
    ] == kinds


def test_what_was_used_is_charged_by_its_code(office: Office) -> None:
    office.on_site("R1")
    with pytest.raises(Faulty, match="not on the rate card"):
        onsite.use(office.ana, "R1", "flux capacitor", "1")
    with pytest.raises(Faulty) as refused:
        onsite.use(office.ana, "R1", "", "none", amount="free")
    assert len(refused.value.faults) == 3
    onsite.use(office.lee, "R1", "adapter", "2", amount="12.50")
    office.finish("R1")
    leaving.close(office.ana, "R1")

    lines = [line for line in sheet(office)["lines"] if line["category"] == "item"]
    assert [line["amount"] for line in lines] == ["25.00"]
    (entered,) = stays.items_of(office.store, visit(office).id)
    onsite.take_back(office.ana, "R1", entered.id, "it was another visit")
    assert not [line for line in sheet(office)["lines"] if line["category"] == "item"]


def test_something_used_asks_for_the_tests_again(office: Office) -> None:
    office.on_site("R1")
    office.finish("R1")
    onsite.use(office.lee, "R1", "adapter", amount="5")
    with pytest.raises(Refusal):
        leaving.close(office.ana, "R1")


def test_marked_work_is_not_charged_or_charged(office: Office) -> None:
    office.on_site("R1")
    with pytest.raises(Refusal, match="no work entry"):
        work_marks.mark(office.ana, "R1", "own_fault", "we broke it")
    office.go("10:00")
    onsite.work(office.ana, "R1", "put back what we had broken last week")
    work_marks.mark(office.ana, "R1", "own_fault", "we broke it")
    assert ("own_fault", "09:00", "10:00") in marks(office)
    office.finish("R1")
    office.go("11:00")
    leaving.close(office.ana, "R1")
    assert any(line["rule"] == "LAB-OWN" for line in sheet(office)["lines"])

    work_marks.unmark(office.lee, "R1", "it was not our fault")
    assert not any(line["rule"] == "LAB-OWN" for line in sheet(office)["lines"])
    with pytest.raises(Refusal):
        work_marks.mark(office.ana, "R1", "excluded", "too late", starts_at=at("10:30"), ends_at=at("11:30"))


def test_coming_home_closes_the_trip(office: Office) -> None:
    closed(office)
    office.go("11:30")
    clocking.home(office.ana, "R1")
    assert part(office).return_at == at("11:30")
    with pytest.raises(Refusal, match="already"):
        clocking.home(office.ana, "R1")


def test_who_put_a_departure_right_can_still_be_sent_elsewhere(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    office.go("08:40")
    arriving.depart(office.ana, "R1")
    clocking.correct(office.ana, "R1", "depart", at("08:35"), "left before I pressed")
    schedule.unassign(office.dana, "R1", reason="another is nearer", confirmed=True)
    assert visit(office).state is State.REQUESTED
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("10:00"), confirmed=True, reason="once more")
    with pytest.raises(Refusal, match="has no arrival"):
        clocking.correct(office.ana, "R1", "home", at("08:39"), "was home")
