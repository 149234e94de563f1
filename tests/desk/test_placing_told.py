"""A visit that technicians know of is moved, given away or taken back until somebody has arrived: asked first, and told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dispatch.desk.book import editing
from dispatch.desk.closeout import arriving, handing_over, leaving
from dispatch.desk.day import board_view, notices
from dispatch.desk.messages import calling_ahead
from dispatch.desk.plan import absences, schedule, undo
from dispatch.desk.plan.proposal import Move, Standing
from dispatch.desk.plan.taking import take
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Blocked, NeedsConfirm, Refusal
from dispatch.desk.session.user import User
from dispatch.model.notices import NoticeSubject
from dispatch.model.people import AbsenceRecord
from dispatch.model.states import UNREACHED, State
from tests.desk.conftest import DAY, Office, at
from tests.desk.conftest import visit_called as visit


def told(office: Office, user: User) -> list[tuple[str, str]]:
    """What somebody was told of changes and has not noted, the newest first."""
    return [(one.reference, one.about.value) for one in notices.unread(office.store, user.staff.id)]


def sent(office: Office) -> list[tuple[str, str]]:
    """Everything that technicians were told of R1 and R2, the oldest first."""
    return office.store.all("SELECT s.login, o.kind FROM outbox o JOIN staff s ON s.id = o.staff_id ORDER BY o.id")


def dispatched(office: Office) -> None:
    """R1 is Ana's at 09:00, and she has been told and saw it."""
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.dispatch(office.dana, "R1")
    arriving.see(office.ana, "R1")


def en_route(office: Office) -> None:
    dispatched(office)
    office.go("08:40")
    arriving.depart(office.ana, "R1")


CHANGES: dict[str, Callable[..., object]] = {
    "move": lambda user, **meant: schedule.move(user, "R1", None, at("11:00"), **meant),
    "give away": lambda user, **meant: schedule.move(user, "R1", ["Ben Okafor"], None, **meant),
    "assign": lambda user, **meant: schedule.assign(user, "R1", ["Ben Okafor"], at("11:00"), **meant),
    "share": lambda user, **meant: schedule.share(user, "R1", ["Ana Ruiz", "Ben Okafor"], **meant),
    "swap": lambda user, **meant: schedule.swap(user, "R1", "R2", **meant),
    "unassign": lambda user, **meant: schedule.unassign(user, "R1", **meant),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_told_is_changed_after_it_was_asked(office: Office, name: str) -> None:
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("14:00"))
    dispatched(office)
    with pytest.raises((NeedsConfirm, Blocked), match="Ana Ruiz has been told and saw it at 07:30") as asked:
        CHANGES[name](office.dana)
    assert all(mark in str(asked.value) for mark in asked.value.marks)
    with pytest.raises(NeedsConfirm, match=r"Ana Ruiz has been told and saw it at 07:30.*--confirm"):
        CHANGES[name](office.dana, reason="the client insists")
    assert visit(office).state is State.DISPATCHED

    CHANGES[name](office.dana, reason="the client insists", confirmed=True)

    assert visit(office).state is (State.REQUESTED if name == "unassign" else State.PLANNED)
    about = {"move": ["new_time"], "share": []}.get(name, ["taken_off"])
    assert told(office, office.ana) == [("R1", one) for one in about]
    undo.undo(office.dana)
    assert (visit(office).state, visit(office).starts_at) == (State.DISPATCHED, at("09:00"))
    assert visit(office).assignment_of(office.ana.staff.id) is not None
    assert sent(office)[-1] == ("ana", "dispatched")


@pytest.mark.parametrize("name", CHANGES)
def test_who_is_on_the_way_turns_round_for_a_reason_only(office: Office, name: str) -> None:
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("14:00"))
    en_route(office)
    with pytest.raises(Blocked, match=r"Ana Ruiz is on the way there since 08:40.*--override"):
        CHANGES[name](office.dana, confirmed=True)
    assert visit(office).state is State.EN_ROUTE

    CHANGES[name](office.dana, reason="the client called: not now", confirmed=True)

    assert visit(office).state is (State.REQUESTED if name == "unassign" else State.PLANNED)
    undo.undo(office.dana)
    (part,) = visit(office).assignments
    assert (visit(office).state, part.depart_at) == (State.EN_ROUTE, at("08:40"))


def test_once_somebody_has_arrived_nothing_of_it_is_moved(office: Office) -> None:
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("14:00"))
    office.on_site()
    for change in CHANGES.values():
        with pytest.raises(Refusal, match="on site"):
            change(office.dana, reason="the client insists", confirmed=True)


def test_the_plan_leaves_what_was_told(office: Office) -> None:
    dispatched(office)
    with pytest.raises(Refusal, match="dispatched"):
        take(office.dana, [Move(visit(office), None, Standing("Ana Ruiz", at("10:00")))], "plan")


def test_the_plan_leaves_what_is_pinned(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.pin(office.dana, "R1")
    taken = take(office.dana, [Move(visit(office), None, Standing("Ana Ruiz", at("10:00")))], "plan")
    assert "it is pinned where it stands" in dict(taken.skipped)["R1"]
    assert visit(office).starts_at == at("09:00")


def test_a_notice_stands_until_it_is_noted(office: Office) -> None:
    dispatched(office)
    schedule.unassign(office.dana, "R1", confirmed=True)
    (one,) = notices.unread(office.store, office.ana.staff.id)
    assert (one.about, one.text) == (NoticeSubject.TAKEN_OFF, "R1 Harbor Dental is taken off you (Dana Wells)")
    assert [one.reference for one in notices.note(office.ana)] == ["R1"]
    assert not told(office, office.ana)
    assert not notices.note(office.ana)


def test_hold_and_cancel_are_told_too(office: Office) -> None:
    dispatched(office)
    schedule.hold(office.dana, "R1", "which server?")
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("13:00"))
    schedule.dispatch(office.dana, "R2")
    schedule.cancel(office.dana, "R2", "closed today")
    assert told(office, office.ana) == [("R2", "taken_off"), ("R1", "taken_off")]


def test_what_others_end_under_the_hands_of_the_crew_is_told(office: Office) -> None:
    office.on_site()
    leaving.abort(office.dana, "R1", "the client has no power")
    (one,) = notices.unread(office.store, office.ana.staff.id)
    assert one.text == "R1 Harbor Dental is taken off you (Dana Wells: aborted, the client has no power)"
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("14:00"))
    leaving.abort(office.dana, "R2", "not needed")
    assert told(office, office.ana) == [("R1", "taken_off")], "of what was only planned they had not heard"


def test_what_a_technician_ends_is_not_taken_off_them(office: Office) -> None:
    office.on_site()
    leaving.abort(office.ana, "R1", "the client has no power")
    assert told(office, office.ana) == []


def test_a_client_whose_time_was_moved_is_on_the_call_list(office: Office) -> None:
    dispatched(office)

    def calls() -> list[tuple[int, str]]:
        times = office.dana.firm.times()
        return [(one.expected, one.words(times)) for one in board_view.board(office.store, DAY).calls]

    schedule.move(office.dana, "R1", None, at("11:00"), confirmed=True)
    assert calls() == [(at("09:00"), "expects us 09:00, Ana Ruiz comes at 11:00")]
    schedule.move(office.dana, "R1", None, at("08:30"))
    assert calls() == [(at("09:00"), "expects us 09:00, Ana Ruiz comes at 08:30")]
    schedule.unassign(office.dana, "R1")
    assert calls() == [(at("09:00"), "expects us 09:00, it is back in the queue: nobody comes")]
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00", 1))
    assert calls() == [(at("09:00"), "expects us 09:00, Ana Ruiz comes on Wed 25 Nov 2026 09:00")]
    calling_ahead.call(office.dana, "R1", promised=at("09:00", 1))
    assert calls() == []


def test_the_call_is_taken_back_with_the_move(office: Office) -> None:
    dispatched(office)
    schedule.move(office.dana, "R1", None, at("11:00"), confirmed=True)
    undo.undo(office.dana)
    assert not board_view.board(office.store, DAY).calls


def test_what_nobody_was_told_asks_nothing_and_owes_no_call(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.move(office.dana, "R1", None, at("11:00"))
    schedule.unassign(office.dana, "R1")
    assert not sent(office)
    assert not office.store.value("SELECT count(*) FROM call")


def test_a_promised_window_that_is_left_is_called(office: Office) -> None:
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("09:30"))
    schedule.move(office.dana, "R2", None, at("10:00"))
    assert not board_view.board(office.store, DAY).calls
    schedule.move(office.dana, "R2", None, at("13:00"))
    assert [one.expected for one in board_view.board(office.store, DAY).calls] == [at("11:00")]


def absence(office: Office, begins: str = "07:30") -> AbsenceRecord:
    typed = {"technician": "ana", "from": f"2026-11-24T{begins}", "to": "17:00", "reason": "ill"}
    found = editing.add(office.dana, "absence", typed)
    assert isinstance(found, absences.AbsenceRecord)
    return found


@pytest.mark.parametrize("to_others", [False, True])
def test_an_absence_frees_the_rest_of_the_day_in_one_deed(office: Office, to_others: bool) -> None:
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("14:00"))
    schedule.confirm(office.dana, "R2")
    en_route(office)
    record = absence(office)
    assert [one.reference for one in absences.hit_by(office.store, record)] == ["R1", "R2"]

    freed = absences.free(office.dana, record, to_others=to_others)

    assert len(freed.settled) + len(freed.left) == 2
    assert all(one.assignment_of(office.ana.staff.id) is None for one in (visit(office), visit(office, "R2")))
    assert visit(office, "R2").state is (State.PLANNED if to_others else State.REQUESTED)
    assert visit(office).state is State.REQUESTED, "Ben has not the skill"
    assert told(office, office.ana) == [("R1", "taken_off")]
    assert {one.expected for one in board_view.board(office.store, DAY).calls} >= {at("09:00")}
    assert absences.hit_by(office.store, record) == []
    assert undo.undo(office.dana) == "absence, and free the day of Ana Ruiz"
    assert (visit(office).state, visit(office, "R2").state) == (State.EN_ROUTE, State.CONFIRMED)
    assert not office.store.value("SELECT count(*) FROM absence WHERE archived_at IS NULL"), (
        "the absence is taken back with it"
    )
    assert not board_view.board(office.store, DAY).calls


def test_visits_that_ran_into_each_other_come_back_together(office: Office) -> None:
    dispatched(office)
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:00"), confirmed=True)
    office.go("10:20")  # nobody has set out to the first, which runs into the second by now
    absences.free(office.dana, absence(office, "10:30"), to_others=False)
    assert {visit(office).state, visit(office, "R2").state} == {State.REQUESTED}
    undo.undo(office.dana)
    assert (visit(office).crew, visit(office, "R2").crew) == (("Ana Ruiz",), ("Ana Ruiz",))


def test_undo_of_a_sick_call_is_judged_again(office: Office) -> None:
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("14:00"))
    absences.free(office.dana, absence(office), to_others=False)
    absence_of_lee = {"technician": "ana", "from": "2026-11-24T13:00", "to": "16:00", "reason": "ill"}
    editing.add(office.lee, "absence", absence_of_lee)
    with pytest.raises(Refusal, match=r"R2 Ana Ruiz is absent until 16:00 .*Nothing was changed"):
        undo.undo(office.dana)
    assert visit(office, "R2").state is State.REQUESTED
    undo.undo(office.lee)
    undo.undo(office.dana)
    assert visit(office, "R2").crew == ("Ana Ruiz",)
    undo.redo(office.dana)
    assert visit(office, "R2").state is State.REQUESTED


def test_a_day_that_is_freed_later_goes_back_only_without_the_absence(office: Office) -> None:
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("14:00"))
    record = absence(office)
    schedule.pin(office.dana, "R2", True)
    absences.free(office.dana, record, to_others=False)
    with pytest.raises(Refusal, match="Ana Ruiz is absent"):
        undo.undo(office.dana)


def test_what_should_have_begun_is_hit_too(office: Office) -> None:
    dispatched(office)
    office.go("10:30")
    assert [one.reference for one in absences.hit_by(office.store, absence(office, "10:30"))] == ["R1"]


def test_a_visit_of_two_stays_with_the_other(office: Office) -> None:
    schedule.assign(office.dana, "R2", ["Ana Ruiz", "Ben Okafor"], at("09:00"))
    schedule.dispatch(office.dana, "R2")
    absences.free(office.dana, absence(office), to_others=False)
    (part,) = visit(office, "R2").assignments
    assert (visit(office, "R2").state, part.technician) == (State.DISPATCHED, "Ben Okafor")
    assert (told(office, office.ana), told(office, office.ben)) == ([("R2", "taken_off")], [])
    undo.undo(office.dana)
    assert len(visit(office, "R2").assignments) == 2


def test_a_started_job_on_the_way_can_be_handed_over(office: Office) -> None:
    assert State.EN_ROUTE in UNREACHED
    dispatched(office)
    with pytest.raises(Refusal, match="Nobody has started"):
        handing_over.ask(office.lee, "R1", "Ben Okafor", "Ana is ill")


@pytest.mark.parametrize(
    ("wording", "told"),
    [
        ("{client}: {when}", "Harbor Dental: Tue 24 Nov 2026 11:00 (Dana Wells: they are in surgery)"),
        ("{client} by {by}", "Harbor Dental by Dana Wells: they are in surgery"),
        ("{client}{why}", "Harbor Dental: they are in surgery"),
    ],
)
def test_a_firm_that_words_its_notices_leaves_out_neither_who_nor_why(office: Office, wording: str, told: str) -> None:
    editing.settle(office.lee, {"notice_new_time": wording})
    en_route(office)
    schedule.move(office.dana, "R1", None, at("11:00"), reason="they are in surgery", confirmed=True)
    (one,) = notices.unread(office.store, office.ana.staff.id)
    assert one.text == told


def test_an_absence_gives_what_needs_two_to_two_and_leaves_what_was_put_with_a_reason(office: Office) -> None:
    cleo = {"name": "Cleo Marsh", "login": "cleo", "skills": "server", "shifts": "mon-fri 08:00-17:00"}
    editing.add(office.lee, "technician", cleo | {"home": "39.97, -83.01"})
    asked = {"client": "Harbor Dental", "site": "Main office", "work": "racks", "minutes": "60", "people": "2"}
    for reference, start in (("TWO", at("10:00", 1)), ("NIGHT", at("22:00", 1))):
        intake.add(office.dana, asked | {"reference": reference})
        schedule.assign(office.dana, reference, ["Ana Ruiz", "Ben Okafor"], start, reason="agreed", confirmed=True)
    away = {"technician": "ana", "from": "2026-11-25T00:00", "to": "23:59", "reason": "sick"}
    freed = absences.free(office.dana, editing.add(office.dana, "absence", away), to_others=True)
    two = visit(office, "TWO")
    assert sorted(two.crew) == ["Ben Okafor", "Cleo Marsh"]
    assert [
        sentence
        for sentence in freed.settled
        if "TWO goes to" in sentence and all(name in sentence for name in two.crew)
    ]
    assert freed.left == ("NIGHT: it stood where somebody put it with a reason; it is in the queue",)
    assert visit(office, "NIGHT").state is State.REQUESTED
    undo.undo(office.dana)
    assert {visit(office, one).crew for one in ("TWO", "NIGHT")} == {("Ana Ruiz", "Ben Okafor")}
