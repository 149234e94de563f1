"""A firm's day proposed by the solver: what may move, what never does, one change to write, one to take back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from db import clients, people, visits
from dispatch.desk.book import editing
from dispatch.desk.closeout import leaving
from dispatch.desk.plan import day_problem, proposing, schedule, undo
from dispatch.desk.plan.meanwhile import meanwhile
from dispatch.desk.plan.proposal import Proposal
from dispatch.desk.plan.scope import WHOLE_DAY, Freedom, PlanScope
from dispatch.desk.plan.taking import matching, take
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import NotAllowed, Refusal
from dispatch.desk.texts.plan_words import proposal_lines
from dispatch.model.states import State
from dispatch.planning.checker import PlacementGrade, check
from tests.desk.conftest import DAY, Office, at


@pytest.fixture(autouse=True)
def insertion(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about the day, not about the engine; insertion is quick and the same everywhere."""
    monkeypatch.setenv("DISPATCH_SOLVER", "insertion")


def plan(office: Office, scope: PlanScope = WHOLE_DAY) -> Proposal:
    return proposing.propose(office.store, DAY, 0, scope).best


def stands(office: Office, reference: str) -> tuple[str, int | None, State]:
    found = visits.visit_by_reference(office.store, reference)
    assert found is not None
    return ", ".join(part.technician for part in found.assignments), found.starts_at, found.state


def test_the_queue_is_placed_and_the_checker_approves_every_stop(office: Office) -> None:
    proposal = plan(office)

    assert {move.visit.reference for move in proposal.moves} == {"R1", "R2"}
    assert [one.visit.reference for one in proposal.left_out] == ["R3"]
    assert "no coordinates" in proposal.left_out[0].why
    assert (proposal.before.placed, proposal.after.placed, proposal.after.left_out) == (0, 2, 1)
    given = day_problem.day_problem(office.store, DAY)
    for one in proposal.days:
        for stop in one.stops:
            others = tuple(other for other in one.stops if other is not stop)
            alone = type(one)(**{name: getattr(one, name) for name in one.__slots__} | {"stops": others})
            assert check(alone, stop, given.drives, given.rules).level is not PlacementGrade.BLOCKED
    assert stands(office, "R1")[2] is State.REQUESTED  # proposing changes nothing


def test_it_is_written_as_one_change_and_taken_back_as_one(office: Office) -> None:
    proposal = plan(office)
    assert len(take(office.dana, proposal.moves, proposal.label).moved) == 2
    assert {stands(office, one)[2] for one in ("R1", "R2")} == {State.PLANNED}
    again = plan(office)
    assert again.moves == ()
    assert take(office.dana, again.moves, again.label).moved == ()

    undo.undo(office.dana)
    assert {stands(office, one)[2] for one in ("R1", "R2")} == {State.REQUESTED}
    undo.redo(office.dana)
    assert {stands(office, one)[2] for one in ("R1", "R2")} == {State.PLANNED}
    with pytest.raises(NotAllowed):
        take(office.ana, proposal.moves, proposal.label)


def test_a_move_says_that_nobody_billable_comes(office: Office) -> None:
    assert {move.remark for move in plan(office).moves} == {""}
    for name in ("Ana Ruiz", "Ben Okafor"):
        technician = people.technician_by_name(office.store, name)
        editing.edit(office.lee, "technician", technician, {"billable": "no"})
    moves = plan(office).moves
    assert moves
    for move in moves:
        assert move.after is not None
        assert move.remark == f"{move.after[0]} is not billable: alone, no work, travel or fee is charged"
        assert move.remark in "\n".join(proposal_lines(plan(office)))


def test_only_the_part_of_a_technician(office: Office) -> None:
    proposal = plan(office, PlanScope(technicians=frozenset({office.ana.staff.id})))
    assert {move.after[0] for move in proposal.moves if move.after is not None} == {"Ana Ruiz"}
    assert [own.name for own in proposal.technicians] == ["Ana Ruiz"]


def test_single_moves_are_taken_and_the_rest_is_planned_around_them(office: Office) -> None:
    proposal = plan(office)
    assert take(office.dana, proposal.moves, proposal.label, ["R1"]).moved == ("R1",)
    first = stands(office, "R1")
    assert first[2] is State.PLANNED
    assert stands(office, "R2")[2] is State.REQUESTED
    rest = plan(office, PlanScope(freedom=Freedom.QUEUE))
    assert {move.visit.reference for move in rest.moves} == {"R2"}
    take(office.dana, rest.moves, rest.label)
    assert stands(office, "R1") == first
    assert stands(office, "R2")[2] is State.PLANNED


def test_what_changed_meanwhile_is_left_out_by_name(office: Office) -> None:
    proposal = plan(office)
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("15:00"), reason="client asked", confirmed=True)
    words = "changed by Dana Wells meanwhile: with Ana Ruiz 15:00"
    assert meanwhile(office.store, proposal.moves).words == {"R1": words}
    taken = take(office.dana, proposal.moves, proposal.label)
    assert taken.skipped[0] == ("R1", words)
    assert taken.changed == {"R1"}
    assert stands(office, "R1")[1] == at("15:00")


def absent(office: Office) -> None:
    editing.add(
        office.lee, "absence", {"technician": "ana", "from": "2026-11-24T07:00", "to": "18:00", "reason": "ill"}
    )


def at_another_place(office: Office) -> None:
    site = next(site for site in clients.all_sites(office.store) if site.name == "Main office")
    editing.edit(office.lee, "site", site, {"place": "39.95, -82.90"})


def gone(office: Office) -> None:
    ana = people.technician_by_name(office.store, "ana")
    assert ana is not None
    editing.archive(office.lee, "technician", ana)


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (absent, "not possible any more: Ana Ruiz is"),
        (gone, "Ana Ruiz drives to visits no longer"),
        (at_another_place, "changed by Lee Moreau meanwhile: its site is elsewhere"),
        (lambda office: schedule.cancel(office.dana, "R1", "not needed"), "meanwhile: cancelled"),
        (lambda office: intake.amend(office.dana, "R1", {"minutes": "90"}), "meanwhile: another request"),
    ],
)
def test_whatever_stands_against_a_move_by_now_is_said_and_the_rest_is_taken(
    office: Office, happens: Callable[[Office], object], said: str
) -> None:
    """R1 needs what only Ana can do; R2 goes to anybody."""
    proposal = plan(office, WHOLE_DAY)
    assert not meanwhile(office.store, proposal.moves).words
    happens(office)
    words = meanwhile(office.store, proposal.moves).words
    assert said in words["R1"]
    to_ana = {move.visit.reference for move in proposal.moves if move.after and "Ana Ruiz" in move.after.crew}
    assert set(words) <= to_ana
    taken = take(office.dana, proposal.moves, proposal.label)
    assert dict(taken.skipped) == words
    assert set(taken.moved) == {move.visit.reference for move in proposal.moves} - set(words)


def test_what_was_taken_is_taken_back_and_done_again_by_its_own_name(office: Office) -> None:
    proposal = plan(office)
    taken = take(office.dana, proposal.moves, proposal.label, ["R1"])
    stood = stands(office, "R1")
    schedule.pin(office.dana, "R1", False)
    intake.amend(office.dana, "R2", {"minutes": "45"})
    assert taken.change_id is not None
    with pytest.raises(Refusal, match="changed R1"):
        undo.undo(office.dana, taken.change_id)
    undo.undo(office.dana)
    undo.undo(office.dana)
    undo.undo(office.dana, taken.change_id)
    assert stands(office, "R1")[2] is State.REQUESTED
    with pytest.raises(Refusal, match="taken back already"):
        undo.undo(office.dana, taken.change_id)
    undo.redo(office.dana, taken.change_id)
    assert stands(office, "R1") == stood


def test_words_name_moves(office: Office) -> None:
    proposal = plan(office)
    start = next(move.after[1] for move in proposal.moves if move.visit.reference == "R1" and move.after is not None)
    hour = (start - at("00:00")) // 3600
    hours = f"{hour}-{hour + 1}"
    words = ("r1", "R1", "harbor", hours, "nobody", "3-4", "arbor")
    found = {
        word: {move.visit.reference for move in spoken_of}
        for word, spoken_of in matching(office.store, proposal.moves, words, proposal.zone).items()
    }
    assert found["r1"] == found["R1"] == {"R1"}
    assert "R1" in found["harbor"] & found[hours]
    assert not found["nobody"] | found["3-4"] | found["arbor"], "only from the beginning of a word"


@pytest.mark.parametrize("keep", ["pin", "confirm", "dispatch"])
def test_what_is_pinned_confirmed_or_told_never_moves(office: Office, keep: str) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("15:10"), reason="test", confirmed=True)
    getattr(schedule, keep)(office.dana, "R1")
    proposal = plan(office)
    assert "R1" not in {move.visit.reference for move in proposal.moves}
    take(office.dana, proposal.moves, proposal.label)
    assert stands(office, "R1")[1] == at("15:10")


def test_an_ill_technician_keeps_what_is_started_and_gives_away_the_rest(office: Office) -> None:
    office.on_site("R1")
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("13:30"), reason="test", confirmed=True)
    office.go("10:30")
    editing.add(office.lee, "absence", {"technician": "ana", "from": "10:30", "to": "17:00", "reason": "ill"})

    proposal = plan(office)
    moved = {move.visit.reference: move.after for move in proposal.moves}
    assert "R1" not in moved
    assert moved["R2"] is None or moved["R2"][0] == "Ben Okafor"
    assert all(after is None or after[1] >= at("10:30") for after in moved.values())
    assert stands(office, "R1")[2] is State.ON_SITE


def test_a_started_job_goes_to_nobody_else(office: Office) -> None:
    office.on_site("R1")
    office.finish("R1")
    leaving.leave(office.lee, "R1", "parts are missing", follow_up_on=DAY)
    given = day_problem.day_problem(office.store, DAY)
    (follow_up,) = [visit for visit in given.problem.visits if visit.id not in ("R2", "R3") and "@" not in visit.id]
    assert follow_up.only == frozenset({str(office.ana.staff.id)})


def test_whom_a_client_does_not_want_is_not_sent(office: Office) -> None:
    client = clients.client_by_name(office.store, "Harbor Dental")
    editing.edit(office.dana, "client", client, {"not_with": "Ana Ruiz"})
    given = day_problem.day_problem(office.store, DAY)
    ben = frozenset({str(office.ben.staff.id)})
    assert {visit.only for visit in given.problem.visits} == {ben}
    assert all(move.after is None or move.after[0] == "Ben Okafor" for move in plan(office).moves)

    with pytest.raises(Refusal, match="Harbor Dental does not want Ana Ruiz"):
        schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"), reason="they asked for her after all", confirmed=True)
    assert stands(office, "R1")[0] == "Ana Ruiz"


def test_who_knows_the_site_is_preferred(office: Office) -> None:
    office.on_site("R1")
    office.finish("R1")
    done = leaving.close(office.ana, "R1")
    again = intake.add(office.dana, {"client": "Harbor Dental", "work": "again", "minutes": "60", "site": done.site})
    given = day_problem.day_problem(office.store, DAY)
    (visit,) = [one for one in given.problem.visits if one.id == again.reference]
    assert visit.extra[str(office.ben.staff.id)] > visit.extra.get(str(office.ana.staff.id), 0.0)
