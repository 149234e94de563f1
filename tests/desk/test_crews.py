"""Who comes: swapped visits, shared ones, dispatched ones that were seen, and started jobs that are handed over."""

from __future__ import annotations

import pytest

from db import handovers, visits
from dispatch.desk import arriving, handing_over, schedule, undo, views
from dispatch.desk.intake import add
from dispatch.desk.refusals import Blocked, NeedsConfirm, NotAllowed, Refusal
from dispatch.model.states import State
from dispatch.model.visits import Visit
from tests.desk.conftest import DAY, Office, at


def visit(office: Office, reference: str) -> Visit:
    found = visits.visit_by_reference(office.store, reference)
    assert found is not None
    return found


def stands(office: Office, reference: str) -> tuple[str, int | None]:
    found = visit(office, reference)
    return ", ".join(part.technician for part in found.assignments), found.starts_at


def planned(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"), reason="test", confirmed=True)
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("13:30"), reason="test", confirmed=True)


def test_two_visits_change_places_and_undo_puts_both_back(office: Office) -> None:
    planned(office)
    schedule.swap(office.dana, "R1", "R2", reason="Ben knows the server", confirmed=True)
    assert stands(office, "R1") == ("Ben Okafor", at("13:30"))
    assert stands(office, "R2") == ("Ana Ruiz", at("09:00"))

    undo.undo(office.dana)
    assert stands(office, "R1") == ("Ana Ruiz", at("09:00"))
    assert stands(office, "R2") == ("Ben Okafor", at("13:30"))
    undo.redo(office.dana)
    assert stands(office, "R1") == ("Ben Okafor", at("13:30"))


def test_a_swap_is_judged_at_both_ends_and_done_whole_or_not_at_all(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("13:30"))
    schedule.confirm(office.dana, "R2")
    with pytest.raises(NeedsConfirm, match="confirmed"):
        schedule.swap(office.dana, "R1", "R2")
    assert (stands(office, "R1"), visit(office, "R2").state) == (("Ana Ruiz", at("09:00")), State.CONFIRMED)

    schedule.pin(office.dana, "R1")
    with pytest.raises(Blocked, match="pinned"):
        schedule.swap(office.dana, "R1", "R2", confirmed=True)
    assert stands(office, "R2") == ("Ana Ruiz", at("13:30"))
    with pytest.raises(Refusal):
        schedule.swap(office.dana, "R1", "R1")
    with pytest.raises(NotAllowed):
        schedule.swap(office.ana, "R1", "R2")


def test_a_shared_visit_is_planned_shorter_and_stays_so_when_it_moves(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    whole = visit(office, "R1")
    assert whole.ends_at is not None
    tests = 15 * 60
    work = whole.ends_at - at("09:00") - tests
    schedule.share(office.dana, "R1", ["Ana Ruiz", "Ben Okafor"], halve=True, reason="two hands", confirmed=True)

    shared = visit(office, "R1")
    assert [part.technician for part in shared.assignments] == ["Ana Ruiz", "Ben Okafor"]
    assert shared.ends_at == at("09:00") + work // 2 + tests
    moved = schedule.move(office.dana, "R1", None, at("10:00"), reason="later", confirmed=True).visit
    assert moved.ends_at == at("10:00") + work // 2 + tests
    alone = schedule.share(office.dana, "R1", ["Ana Ruiz"], confirmed=True).visit
    assert alone.ends_at == at("10:00") + work + tests


def test_a_dispatched_visit_is_marked_until_its_technician_has_seen_it(office: Office) -> None:
    planned(office)
    schedule.dispatch(office.dana, "R1")

    def unseen() -> bool:
        rows = views.board(office.store, DAY).rows
        return next(card.unseen for row in rows for card in row.visits if card.reference == "R1")

    assert unseen()
    arriving.see(office.ben, "R1")  # not his
    assert unseen()
    arriving.see(office.ana, "R1")
    assert not unseen()
    version = visit(office, "R1").version
    arriving.see(office.ana, "R1")
    assert visit(office, "R1").version == version


def follow_up(office: Office) -> str:
    """Ana has been at R1, and something is left to do."""
    office.on_site("R1")
    return add(
        office.dana,
        {"client": "Harbor Dental", "work": "the rest", "minutes": "60", "site": "Main office", "same_job": "R1"},
    ).reference


def test_who_starts_finishes_unless_somebody_agrees_to_take_over(office: Office) -> None:
    reference = follow_up(office)
    with pytest.raises(Refusal, match="Ana Ruiz started this job"):
        schedule.assign(office.dana, reference, ["Ben Okafor"], at("14:00"), reason="Ana is ill", confirmed=True)
    assert schedule.candidates(office.store, reference, DAY)[-1].name == "Ben Okafor"

    with pytest.raises(NotAllowed):
        handing_over.ask(office.dana, reference, "ben", "Ana is ill")
    handing_over.ask(office.lee, reference, "ben", "Ana is ill")
    with pytest.raises(Refusal, match="not agreed"):
        schedule.assign(office.dana, reference, ["Ben Okafor"], at("14:00"), reason="Ana is ill", confirmed=True)
    with pytest.raises(Refusal):
        handing_over.accept(office.ana, reference)
    assert [one.reference for one in handovers.open_for(office.store, office.ben.staff.id)] == [reference]
    handing_over.accept(office.ben, reference)

    schedule.assign(office.dana, reference, ["Ben Okafor"], at("14:00"), reason="no server skill", confirmed=True)
    assert stands(office, reference)[0] == "Ben Okafor"
    assert handovers.open_for(office.store, office.ben.staff.id) == []


def test_a_declined_handover_leaves_it_with_its_technician(office: Office) -> None:
    reference = follow_up(office)
    handing_over.ask(office.lee, reference, "ben", "Ana is ill")
    handing_over.decline(office.ben, reference, "I do not know that server")
    with pytest.raises(Refusal, match="started this job"):
        schedule.assign(office.dana, reference, ["Ben Okafor"], at("14:00"), reason="x y z", confirmed=True)
    judged = schedule.check_placement(office.store, reference, ["Ana Ruiz", "Ben Okafor"], at("14:00")).verdict
    assert not any(finding.rule == "handover" for finding in judged.findings)  # with Ana there, Ben may help


def test_a_job_that_nobody_started_needs_no_handover(office: Office) -> None:
    with pytest.raises(Refusal, match="can be assigned to anybody"):
        handing_over.ask(office.lee, "R1", "ben", "no reason at all")
    office.on_site("R1")
    with pytest.raises(Refusal, match="follow-up"):
        handing_over.ask(office.lee, "R1", "ben", "Ana is ill")
