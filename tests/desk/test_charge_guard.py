"""What an approved or exported visit was charged from stands: one guard for every deed, and the same in SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db import changes, reviews, sheets, stays
from db.store import Store
from dispatch.desk.billing import adjusting, invoicing, work_marks
from dispatch.desk.closeout import clocking, leaving, onsite
from dispatch.desk.requests import responding
from dispatch.desk.review import reviewing
from dispatch.desk.session.refusals import Faulty, NotAllowed, Refusal
from dispatch.desk.session.shown import UNSEEN, Shown
from dispatch.desk.session.user import User
from dispatch.desk.visits.steps import find
from dispatch.model.states import Review
from tests.desk.conftest import DAY, Office, approve, at, fill, invoice, logged_in
from tests.prepared import prepared
from tests.wall import WALL

Deed = Callable[[User, Office], object]


def item(office: Office) -> int:
    return stays.items_of(office.store, find(office.store, "R1").id)[0].id


ANYBODYS: dict[str, Deed] = {
    "mark": lambda user, _: work_marks.mark(
        user, "R1", "own_fault", "our slip", starts_at=at("09:00"), ends_at=at("09:05")
    ),
    "unmark": lambda user, _: work_marks.unmark(user, "R1", "not our slip"),
    "arrival": lambda user, _: clocking.correct(user, "R1", "arrival", at("09:01"), "as the client says"),
    "leaving": lambda user, _: clocking.correct(user, "R1", "leaving", at("09:20"), "as the client says"),
    "home by correction": lambda user, _: clocking.correct(user, "R1", "home", at("11:00"), "forgotten"),
    "break": lambda user, _: clocking.correct_break(user, "R1", "break", at("09:01"), at("09:03"), "lunch"),
    "no break": lambda user, _: clocking.correct_break(user, "R1", "work", at("09:05"), at("09:07"), "no lunch"),
    "item back": lambda user, office: onsite.take_back(user, "R1", item(office), "not used"),
}
LEADS: dict[str, Deed] = {
    "goodwill": lambda user, _: adjusting.give_goodwill(user, "R1", "labour", "percent", "50", "a kindness"),
    "no goodwill": lambda user, _: adjusting.withdraw_goodwill(user, "R1", "too kind"),
    "travel": lambda user, _: adjusting.set_travel(user, "R1", "500", "far away"),
    "correct": lambda user, _: adjusting.correct_charge(user, "R1", "once more"),
}


@pytest.fixture
def approved(tmp_path: Path) -> Iterator[Office]:
    """R1 is approved, with a mark, a break, goodwill and something used on it; it is the afternoon."""
    with prepared(tmp_path / "firm.db", _approve, clock=WALL) as store:
        WALL.set(at("15:00"))
        yield logged_in(store)


def _approve(store: Store) -> None:
    fill(store)
    office = logged_in(store)
    office.on_site()
    onsite.use(office.lee, "R1", "cable", "1", amount="430")
    office.finish()
    leaving.close(office.ana, "R1")
    clocking.correct_break(office.ana, "R1", "break", at("09:05"), at("09:07"), "lunch")
    work_marks.mark(office.ana, "R1", "excluded", "not in the plan", starts_at=at("09:07"), ends_at=at("09:08"))
    adjusting.give_goodwill(office.lee, "R1", "labour", "amount", "1", "a kindness")
    approve(office.lee, "R1")


@pytest.mark.parametrize("deed", ANYBODYS)
def test_after_the_approval_the_technician_changes_no_charge(approved: Office, deed: str) -> None:
    with pytest.raises(NotAllowed, match="only a lead"):
        ANYBODYS[deed](approved.ana, approved)
    assert find(approved.store, "R1").review is Review.APPROVED


@pytest.mark.parametrize("deed", ANYBODYS | LEADS)
def test_a_lead_does_and_the_visit_waits_for_review_again(approved: Office, deed: str) -> None:
    before = sheets.latest_sheet(approved.store, find(approved.store, "R1").id)
    assert before is not None
    (ANYBODYS | LEADS)[deed](approved.lee, approved)
    after = sheets.latest_sheet(approved.store, before.visit_id)
    assert after is not None
    assert after.revision == before.revision + 1
    assert find(approved.store, "R1").review is Review.TO_REVIEW
    assert invoicing.waiting(approved.store).ready == {}
    approve(approved.lee, "R1")
    assert invoicing.waiting(approved.store).ready == {"R1": after.revision}


@pytest.mark.parametrize("deed", ANYBODYS | LEADS)
def test_after_the_export_nobody_does(approved: Office, deed: str) -> None:
    invoice(approved.lee)
    with pytest.raises(Refusal, match="exported"):
        (ANYBODYS | LEADS)[deed](approved.lee, approved)
    with pytest.raises(Refusal, match="exported"):
        leaving.reopen(approved.lee, "R1", "forgot something")
    assert find(approved.store, "R1").review is Review.EXPORTED


def test_the_way_home_after_the_approval_needs_a_reason(approved: Office) -> None:
    with pytest.raises(NotAllowed, match="only a lead"):
        clocking.home(approved.ana, "R1")
    with pytest.raises(Refusal, match="with a reason"):
        clocking.home(approved.lee, "R1")
    invoice(approved.lee)
    with pytest.raises(Refusal, match="exported"):
        clocking.home(approved.ana, "R1")


def test_a_lead_who_is_one_no_longer_does_not(approved: Office) -> None:
    approved.store.conn.execute("DELETE FROM staff_role WHERE staff_id = ?", (approved.lee.staff.id,))
    approved.store.conn.execute("INSERT INTO staff_role VALUES (?, 'technician')", (approved.lee.staff.id,))
    with pytest.raises(NotAllowed):
        work_marks.mark(approved.lee, "R1", "own_fault", "our slip", starts_at=at("09:00"), ends_at=at("09:05"))


FACTS = (
    "INSERT INTO segment (assignment_id, kind, starts_at) SELECT id, 'work', 5 FROM assignment",
    "UPDATE segment SET ends_at = ends_at + 600",
    "DELETE FROM segment",
    "INSERT INTO work_mark (assignment_id, staff_id, kind, starts_at, ends_at, reason, made_at) "
    "SELECT id, staff_id, 'own_fault', 1, 2, 'because', 3 FROM assignment",
    "UPDATE work_mark SET withdrawn_at = 1, withdrawn_by = staff_id",
    "INSERT INTO used_item (visit_id, staff_id, code, label, quantity, made_at) SELECT id, 1, 'c', 'c', '1', 1 FROM visit "
    "WHERE reference = 'R1'",
    "UPDATE used_item SET withdrawn_at = 1, withdrawn_by = staff_id",
    "INSERT INTO goodwill (visit_id, staff_id, target, mode, value, reason, made_at) SELECT id, 1, 'labour', 'percent', '100', "
    "'because', 1 FROM visit WHERE reference = 'R1'",
    "UPDATE goodwill SET withdrawn_at = 1",
    "INSERT INTO manual_travel (visit_id, staff_id, amount, reason, made_at) SELECT id, 1, '900', 'because', 1 FROM visit "
    "WHERE reference = 'R1'",
    "UPDATE assignment SET return_at = check_out_at",
    "UPDATE assignment SET labour_class = 'other'",
    "UPDATE assignment SET vehicle = 'van'",
    "UPDATE assignment SET billable = 0",
    "INSERT INTO assignment (visit_id, staff_id, labour_class) SELECT id, 4, 'tech' FROM visit WHERE reference = 'R1'",
    "INSERT INTO charge_sheet (visit_id, revision, status, currency, exponent, net_minor, tax_minor, total_minor, input, sheet, "
    "made_at) SELECT visit_id, revision + 1, status, currency, exponent, 0, 0, 0, input, sheet, made_at FROM charge_sheet "
    "ORDER BY revision DESC LIMIT 1",
    "INSERT INTO charge_line SELECT max(id), 99, 'LAB', 'labour', -1 FROM charge_sheet",
    "INSERT INTO draw (visit_id, agreement_id, period, amount, made_at) SELECT id, 1, '2026-01-01', '5', 1 FROM visit WHERE "
    "reference = 'R1'",
    "INSERT INTO approval (visit_id, staff_id, at, revision) SELECT visit_id, staff_id, at, 1 FROM approval",
    "INSERT INTO invoiced (invoice_id, source, visit_id, revision, net) SELECT 1, 'visit', id, 9, 0 FROM visit WHERE reference "
    "= 'R1'",
    "UPDATE visit SET emergency = 1, version = version + 1 WHERE reference = 'R1'",
    "UPDATE visit SET cause = 'own_failure', version = version + 1 WHERE reference = 'R1'",
    "UPDATE visit SET starts_at = starts_at - 60, version = version + 1 WHERE reference = 'R1'",
)


@pytest.mark.parametrize("exported", [False, True])
def test_no_other_program_changes_what_was_judged(approved: Office, exported: bool) -> None:
    if exported:
        invoice(approved.lee)
    with sqlite3.connect(approved.store.path) as other:
        for fact in FACTS:
            with pytest.raises(sqlite3.IntegrityError, match=r"approved|exported"):
                other.execute(fact)


def test_what_is_final_is_not_replaced_either(approved: Office) -> None:
    """Every table of which no row is ever taken out: by INSERT OR REPLACE of a row that is there, from another program."""
    invoice(approved.lee)
    other = sqlite3.connect(approved.store.path)
    kept = [
        table
        for table, sql in other.execute("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY 1")
        if "BEFORE DELETE" in sql and "RAISE" in sql and " WHEN " not in sql
    ]
    assert {
        "approval",
        "draw",
        "invoice",
        "invoiced",
        "invoiced_visit",
        "charge_sheet",
        "charge_line",
        "audit",
        "visit",
        "goodwill",
    } <= set(kept)
    replaced = []
    for table in sorted({*kept, "segment", "assignment"}):
        once = other.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ? AND sql LIKE '%BEFORE INSERT%'",
            (table,),
        ).fetchone()
        assert once[0], f"{table} can be replaced"
        if other.execute(f"SELECT EXISTS (SELECT 1 FROM {table})").fetchone()[0]:
            with pytest.raises(sqlite3.IntegrityError):
                other.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")
            replaced.append(table)
    other.close()
    assert len(replaced) > 12, replaced


def test_what_is_withdrawn_is_not_rewritten_and_when_it_was_asked_for_stands(approved: Office) -> None:
    responding.responded(approved.dana, "R2", "phone", "told them")
    other = sqlite3.connect(approved.store.path)
    for table in changes.ONLY_ADDED:
        guard = other.execute("SELECT sql FROM sqlite_master WHERE name = ?", (f"{table}_itself",)).fetchone()[0]
        guarded = {name.strip() for name in guard.partition(" ON ")[0].partition("UPDATE OF")[2].split(",")}
        columns = {name for (name,) in other.execute("SELECT name FROM pragma_table_info(?)", (table,))}
        # as what a time is read goes with the firm's zone; what was written of it stays
        free = {"withdrawn_at", "version"} | (columns & {"read_as"})
        # whose it is goes over with a merge, and a trigger of its own lets nothing else move it
        free |= (
            {"client_id"}
            if other.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (f"{table}_of_client",)).fetchone()
            else set()
        )
        assert columns - guarded == free
    for fact, said in (
        ("UPDATE milestone SET at = at - 60, version = version + 1", "withdrawn, never rewritten"),
        ("UPDATE visit SET requested_at = requested_at - 60, version = version + 1", "asked for"),
        ("INSERT INTO item (visit_id, ref, phase, kind, label, required, na_allowed, override_allowed, position) "
         "SELECT v.id, 'T9', 'test', 'test', 'one more', 1, 0, 0, 99 FROM visit v WHERE reference = 'R1'", "its checklist stands"),
    ):  # fmt: skip
        with pytest.raises(sqlite3.IntegrityError, match=said):
            other.execute(fact)
    other.close()


class TestShown:
    def test_an_approval_is_of_what_was_shown(self, office: Office) -> None:
        office.on_site()
        office.finish()
        leaving.close(office.ana, "R1")
        judged = reviewing.judge(office.store, "R1")
        office.go("10:30")
        clocking.correct(office.ana, "R1", "leaving", at("10:30"), "stayed longer")
        for shown in (judged.shown, Shown(revision=1)):
            with pytest.raises(
                Faulty, match=r"its charge changed: it is .* \(revision 2\) now, and .* \(revision 1\) was shown"
            ):
                reviewing.approve(office.lee, "R1", "", shown)
        (left_out,) = reviewing_left_out(office, judged.shown)
        assert "its charge changed" in left_out
        approve(office.lee, "R1")
        approval = reviews.approval_of(office.store, judged.visit.id)
        assert approval is not None
        assert approval.revision == 2

    def test_what_changed_beside_the_charge_is_named(self, office: Office) -> None:
        office.on_site()
        office.finish()
        leaving.close(office.ana, "R1")
        judged = reviewing.judge(office.store, "R1")
        reviewing.correct_words(office.lee, "R1", "W2", "something else was done", "clearer")
        with pytest.raises(Faulty, match=r"it changed after it was shown \(Lee Moreau: correct words\)"):
            reviewing.approve(office.lee, "R1", "", judged.shown)

    def test_an_invoice_is_of_what_was_shown(self, approved: Office) -> None:
        shown = invoicing.shown_mark(invoicing.preview(approved.lee, DAY))
        clocking.correct(approved.lee, "R1", "leaving", at("10:30"), "stayed longer")
        with pytest.raises(Refusal, match="Nothing is to be invoiced"):
            invoicing.issue(approved.lee, DAY, (), shown)
        approve(approved.lee, "R1")
        with pytest.raises(Refusal, match="not what was shown"):
            invoicing.issue(approved.lee, DAY, (), shown)
        invoice(approved.lee)

    def test_nothing_is_done_unseen(self, office: Office) -> None:
        office.on_site()
        office.finish()
        leaving.close(office.ana, "R1")
        with pytest.raises(Faulty, match=r"R1 cannot be approved: its charge is .* \(revision 1\): .* `--revision 1`"):
            reviewing.approve(office.lee, "R1", "", UNSEEN)
        (left_out,) = reviewing_left_out(office, UNSEEN)
        assert "R1@1" in left_out
        approve(office.lee, "R1")
        with pytest.raises(Refusal, match="not what was shown"):
            invoicing.issue(office.lee, DAY, (), "")

    def test_an_acceptance_is_of_what_was_shown(self, office: Office) -> None:
        office.on_site()
        office.finish()
        leaving.close(office.ana, "R1")
        office.clock.advance(20 * 3600)
        clocking.correct(office.ana, "R1", "leaving", at("09:00") + 17 * 3600, "stayed the night")
        clocking.correct(office.ana, "R1", "leaving", at("09:00") + 18 * 3600, "an hour more")
        with pytest.raises(Refusal, match="not accepted: its charge changed"):
            adjusting.accept_charge(office.lee, "R1", "it is so", Shown(revision=2))
        adjusting.accept_charge(office.lee, "R1", "it is so", Shown(revision=3))


def reviewing_left_out(office: Office, shown: Shown) -> list[str]:
    return [why for _, why in reviewing.approve_clean(office.lee, {"R1": shown}).left_out]
