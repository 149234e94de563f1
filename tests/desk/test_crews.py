"""Who comes: swapped visits, shared ones, dispatched ones that were seen, and started jobs that are handed over."""

from __future__ import annotations

import pytest

from db import handovers, people
from dispatch.commands.forms import visit_page_form
from dispatch.desk.billing import adjusting
from dispatch.desk.book import editing
from dispatch.desk.charges.charging import Priced
from dispatch.desk.closeout import arriving, handing_over, leaving
from dispatch.desk.day import board_view, placement
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule, undo
from dispatch.desk.requests.intake import add
from dispatch.desk.session.refusals import Blocked, NeedsConfirm, NotAllowed, Refusal
from dispatch.desk.texts.record_words import record_lines
from dispatch.model.states import State
from tests.desk.conftest import DAY, Office, at
from tests.desk.conftest import visit_called as visit
from tests.desk.test_kept_sheets import charge


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


def test_what_both_visits_of_a_swap_ask_is_confirmed_together(office: Office) -> None:
    words = {"client": "Harbor Dental", "work": "two phones", "minutes": "60", "site": "Warehouse"}
    other = add(office.dana, words).reference
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("09:00"))
    schedule.assign(office.dana, other, ["Ben Okafor"], at("10:30"))
    for reference in ("R2", other):
        schedule.confirm(office.dana, reference)
    marks: tuple[str, ...] = ()
    for asked in (1, 2):
        with pytest.raises(NeedsConfirm, match="confirmed") as question:
            schedule.swap(office.dana, "R2", other, confirmed=marks)
        marks = question.value.marks
        assert len(marks) == asked
    schedule.swap(office.dana, "R2", other, confirmed=marks)
    assert stands(office, "R2") == ("Ben Okafor", at("10:30"))


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


def learns(office: Office, name: str, billable: str = "no") -> None:
    technician = people.technician_by_name(office.store, name)
    editing.edit(office.lee, "technician", technician, {"billable": billable})


def closed_by_both(office: Office) -> Priced:
    schedule.assign(office.dana, "R1", ["Ben Okafor", "Ana Ruiz"], at("09:00"), reason="test", confirmed=True)
    office.go("09:00")
    arriving.arrive(office.ben, "R1")
    arriving.arrive(office.ana, "R1")
    office.finish("R1")
    return charge(office)


def test_the_check_says_that_who_learns_comes_alone(office: Office) -> None:
    learns(office, "Ana Ruiz")

    def said(*crew: str) -> list[str]:
        verdict = placement.check_placement(office.store, "R1", crew, at("09:00")).verdict
        return [finding.text for finding in verdict.findings if "billable" in finding.text]

    assert said("Ana Ruiz") == ["Ana Ruiz is not billable: alone, no work, travel or fee is charged"]
    assert said("Ben Okafor", "Ana Ruiz") == said("Ana Ruiz", "Ben Okafor") == said("Ben Okafor") == []
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))


def test_of_who_learns_nothing_is_charged_and_what_was_stays(office: Office) -> None:
    """design/charges.md B2.3"""
    learns(office, "Ben Okafor")
    priced = closed_by_both(office)
    leaving.close(office.ana, "R1")
    kept = charge(office)
    assert {line["tech"] for line in kept.form["lines"] if "tech" in line} == {"Ana Ruiz"}
    assert {line["rule"] for line in kept.form["lines"]} >= {"LAB", "TRV-CALL"}
    assert priced.notes == kept.notes == ["Ben Okafor is not billable"]
    page = visit_page(office.store, "R1")
    assert any("Ben Okafor (not billable), Ana Ruiz" in line for line in [line.text for line in record_lines(page)])
    assert [one["billable"] for one in visit_page_form(page)["technicians"]] == [False, True]

    learns(office, "Ben Okafor", "yes")
    learns(office, "Ana Ruiz")
    adjusting.correct_charge(office.lee, "R1", "reckoned again")
    assert charge(office).form["lines"] == kept.form["lines"]


def test_where_only_who_learns_goes_there_is_no_fee_and_no_travel(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    learns(office, "Ana Ruiz")
    assert visit(office, "R1").assignments[0].billable, "what was given before stays"
    schedule.move(office.dana, "R1", None, at("09:15"))
    undo.undo(office.dana)
    assert visit(office, "R1").assignments[0].billable
    undo.redo(office.dana)
    (board,) = [one for row in board_view.board(office.store, DAY).rows for one in row.visits]
    assert board.not_billable == ("Ana Ruiz",)
    schedule.unassign(office.dana, "R1")
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    office.go("09:00")
    arriving.arrive(office.ana, "R1")
    office.finish("R1")
    leaving.close(office.ana, "R1")
    kept = charge(office)
    assert (kept.form["lines"], kept.form["total"]) == ([], "0.00")
    assert "NO_BILLABLE_TECHNICIAN" in kept.form["flags"]


def test_a_dispatched_visit_is_marked_until_its_technician_has_seen_it(office: Office) -> None:
    planned(office)
    with pytest.raises(Refusal, match="before it is dispatched"):
        arriving.see(office.ana, "R1")
    schedule.dispatch(office.dana, "R1")

    def unseen() -> bool:
        rows = board_view.board(office.store, DAY).rows
        return next(card.unseen for row in rows for card in row.visits if card.reference == "R1")

    assert unseen()
    with pytest.raises(NotAllowed, match="R1 is not a visit of yours"):
        arriving.see(office.ben, "R1")
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
    assert placement.candidates(office.store, reference, DAY)[-1].name == "Ben Okafor"

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
    judged = placement.check_placement(office.store, reference, ["Ana Ruiz", "Ben Okafor"], at("14:00")).verdict
    assert not any(finding.rule == "handover" for finding in judged.findings)  # with Ana there, Ben may help


def test_a_job_that_nobody_started_needs_no_handover(office: Office) -> None:
    with pytest.raises(Refusal, match="can be assigned to anybody"):
        handing_over.ask(office.lee, "R1", "ben", "no reason at all")
    office.on_site("R1")
    with pytest.raises(Refusal, match="follow-up"):
        handing_over.ask(office.lee, "R1", "ben", "Ana is ill")
