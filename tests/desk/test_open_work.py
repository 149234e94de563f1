"""What is still open, and for how long: each thing once, the oldest of its kind first."""

from __future__ import annotations

from db import reviews
from dispatch.desk.closeout import leaving
from dispatch.desk.figures.open_work import OpenKind, open_work
from dispatch.desk.plan import schedule
from dispatch.desk.review import reviewing
from dispatch.desk.session.unsent import Unsent, Whereabouts
from tests.desk.conftest import DAY, Office, at
from tests.figures.rows import connect


def listed(office: Office) -> dict[str, list[str]]:
    """What is open: by kind, each with its age."""
    work = open_work(office.store)
    found: dict[str, list[str]] = {}
    for item in work.items:
        found.setdefault(item.kind.label, []).append(f"{item.reference or item.what} {item.age(work.now)}")
    return found


def test_a_request_waits_since_it_came_and_a_promise_until_its_window_ends(office: Office) -> None:
    """R2 is promised for nine to eleven; R1 has no promise."""
    asked = office.store.value("SELECT requested_at FROM visit WHERE reference = 'R1'")
    office.go("09:00")
    found = listed(office)
    assert found["promises at risk"] == ["R2 2h left"]
    assert f"R1 {(at('09:00') - asked) // 3600}h" in found["requests that wait"][0]
    assert not any(one.startswith("R2") for one in found["requests that wait"]), "each thing once"
    office.go("11:30")
    assert listed(office)["promises at risk"] == ["R2 30 min over"]


def test_a_promise_that_the_plan_keeps_is_not_at_risk_until_the_day_runs_late(office: Office) -> None:
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("09:00"), confirmed=True)
    office.go("08:00")
    assert "promises at risk" not in listed(office)
    schedule.move(office.dana, "R2", ["Ana Ruiz"], at("12:00"), confirmed=True)
    assert listed(office)["promises at risk"] == ["R2 3h left"]
    item = open_work(office.store).items[0]
    assert item.what == "promised until Tue 24 Nov 2026 11:00: expected 1h late"


def test_a_visit_waits_for_review_then_for_its_answer_then_for_its_invoice(office: Office) -> None:
    office.on_site()
    office.finish()
    leaving.close(office.ana, "R1")
    office.clock.advance(3600)
    assert listed(office)["to review"] == ["R1 1h"]
    reviewing.send_back(office.lee, "R1", "which switch was it?")
    office.clock.advance(600)
    found = listed(office)
    assert "to review" not in found
    assert found["comments without an answer"] == ["R1 10m"]
    assert [item.what for item in open_work(office.store).items if item.kind is OpenKind.COMMENT] == [
        "Lee Moreau: which switch was it?"
    ]
    reviewing.answer(office.ana, "R1", "the one on the second floor")
    judged = reviewing.judge(office.store, "R1")
    reviewing.approve(office.lee, "R1", "", judged.shown)
    office.clock.advance(3 * 24 * 3600)
    assert listed(office)["approved and not invoiced"] == ["R1 3d"]
    assert reviews.approval_of(office.store, 1) is not None


def test_what_was_left_open_is_followed_up_and_a_message_that_failed_is_told(office: Office) -> None:
    conn = connect(office.store.path)
    conn.execute(
        "UPDATE visit SET state = 'left_open', starts_at = ?1, ends_at = ?1 + 3600, ended_at = ?1 WHERE id = 1",
        (at("09:00"),),
    )
    conn.execute("UPDATE visit SET parent_id = 1, promised_from = NULL, promised_to = NULL WHERE id = 2")
    conn.execute(
        "INSERT INTO message (visit_id, kind, premise, address, text, state, made_at, due_at, why, client_id) "
        "VALUES (1, 'report', 1, 'a@b.example', 'x', 'failed', ?, 0, 'no such mailbox', 1)",
        (at("08:00"),),
    )
    conn.close()
    office.go("10:00")
    found = listed(office)
    assert found["follow-ups of what was left open"] == ["R2 1h"]
    assert found["messages that did not go out"] == ["R1 2h"]
    assert "report to a@b.example, failed: no such mailbox" in [item.what for item in open_work(office.store).items]


def test_what_was_typed_and_not_saved_is_told_without_its_words(office: Office) -> None:
    Unsent(office.lee, "comment", "R1").keep("which server was it?")
    Unsent(office.lee, "card", "").keep("{}")
    Whereabouts(day=DAY.isoformat()).keep(office.lee)
    what = [item.what for item in open_work(office.store).items if item.kind is OpenKind.DRAFT]
    assert sorted(what) == ["a new card, by Lee Moreau", "a text, in a form or a note"]


def test_what_is_from_last_week_is_told_from_what_began_since(office: Office) -> None:
    work = open_work(office.store)
    assert not work.of_before
    office.go("09:00", 7)
    work = open_work(office.store)
    assert {item.reference for item in work.of_before} >= {"R1"}
