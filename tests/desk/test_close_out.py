"""Close-out through the desk: the acceptance examples of design/close-out.md C4, and every way round the gate."""

from __future__ import annotations

import datetime

import pytest

from db.faults import StoreFault
from db.unit import Actor, unit_of_work
from dispatch.closeout.recording import Recording
from dispatch.desk.closeout import leaving, onsite
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.session.refusals import Faulty, GatesUnmet, NotAllowed, Refusal
from dispatch.model.checklists import Result
from dispatch.model.states import State
from tests.desk.conftest import Office


def reasons(office: Office, reference: str = "R1") -> dict[str, str]:
    """What keeps the visit open: item → gate."""
    with pytest.raises(GatesUnmet) as refused:
        leaving.close(office.ana, reference)
    unmet = visit_page(office.store, reference).unmet
    assert refused.value.reasons == tuple(one.text for one in unmet)
    return {one.ref: one.gate for one in unmet}


def test_work_after_a_pass_asks_for_the_test_again(office: Office) -> None:
    """C4, 1."""
    office.on_site()
    office.finish()
    onsite.work(office.ana, "R1", "one more cable replaced")
    office.say("R1", "L5", Recording(Result.SIGNED, signed_by="J. Lowe", satisfied=True))

    found = reasons(office)

    assert found["T1"] == "G4"
    assert set(found.values()) == {"G4"}
    for ref in found:
        office.say("R1", ref, Recording(Result.PASS, f"{ref} seen working at the desk"))
    office.say("R1", "L5", Recording(Result.SIGNED, signed_by="J. Lowe", satisfied=True))
    assert leaving.close(office.ana, "R1").state is State.CLOSED


def test_fail_then_pass_closes_and_both_are_seen(office: Office) -> None:
    """C4, 2."""
    office.on_site()
    office.say("R1", "T2", Recording(Result.FAIL, "did not come up within 10 minutes"))
    office.finish()

    assert leaving.close(office.ana, "R1").state is State.CLOSED
    restarted = visit_page(office.store, "R1").checklist.item("T2")
    assert restarted is not None
    assert [attempt.result for attempt in restarted.attempts] == [Result.FAIL, Result.PASS]


def test_thin_evidence_is_refused(office: Office) -> None:
    """C4, 3."""
    office.on_site()
    with pytest.raises(Refusal, match="Say what was seen"):
        onsite.record(office.ana, "R1", "T2", Recording(Result.PASS, "ok"))
    assert reasons(office)["T2"] == "G1"


def test_not_applicable_needs_a_reason(office: Office) -> None:
    """C4, 4."""
    office.on_site()
    with pytest.raises(Refusal, match="n/a needs a reason"):
        onsite.record(office.ana, "R1", "T2", Recording(Result.NA, "n/a"))
    with pytest.raises(Refusal, match="always applies"):
        onsite.record(office.ana, "R1", "T1", Recording(Result.NA, "no server on this site, printer only"))
    office.say("R1", "T2", Recording(Result.NA, "no server on this site, printer only"))
    office.finish(but=frozenset({"T2"}))

    assert leaving.close(office.ana, "R1").state is State.CLOSED


def test_a_named_thing_needs_an_outcome(office: Office) -> None:
    """C4, 5."""
    office.on_site()
    office.finish()
    office.say("R1", "L1", Recording(Result.ANSWERED, "scanner at reception is slow"))
    assert reasons(office)["L1.1"] == "G6"

    office.clock.advance(60)
    recorded = onsite.record(
        office.ana, "R1", "L1.1", Recording(Result.FOLLOW_UP), follow_up_on=datetime.date(2026, 11, 25)
    )

    assert "follow-up" in recorded.notes[0]
    assert set(reasons(office)) == {"L4", "L5"}
    office.say("R1", "L4", Recording(Result.DONE))
    office.say("R1", "L5", Recording(Result.SIGNED, signed_by="J. Lowe", satisfied=True))
    assert leaving.close(office.ana, "R1").state is State.CLOSED
    (follow_up,) = visit_page(office.store, "R1").follow_ups
    assert follow_up.preferred == "Ana Ruiz"
    assert follow_up.wanted_on == datetime.date(2026, 11, 25)


def test_anything_else_is_never_overridden(office: Office) -> None:
    """C4, 6."""
    office.on_site()
    with pytest.raises(Refusal, match="missing"):
        onsite.record(office.ana, "R1", "L1", Recording(Result.ANSWERED, "   "))
    for ref in ("A1", "L1", "L2"):
        with pytest.raises(Refusal, match="cannot be overridden"):
            onsite.record(office.lee, "R1", ref, Recording(Result.OVERRIDDEN, "no time"))


def test_nothing_is_left_to_the_client(office: Office) -> None:
    """C4, 7."""
    office.on_site()
    office.finish(but=frozenset({"L5"}))
    office.say("R1", "L2", Recording(Result.ANSWERED, "client will reboot tonight"))

    assert reasons(office)["L2"] == "G7"
    office.say("R1", "L2", Recording(Result.DONE, "customer will reboot it"))
    assert reasons(office)["L2"] == "G7"


def test_sign_off_comes_last(office: Office) -> None:
    """C4, 8."""
    office.on_site()
    office.finish()
    office.say("R1", "L3", Recording(Result.DONE))

    assert reasons(office) == {"L5": "G8"}


def test_overridden_test_leaves_the_visit_open(office: Office) -> None:
    """C4, 9."""
    office.on_site()
    office.finish(but=frozenset({"T3", "L5"}))
    office.say("R1", "T3", Recording(Result.FAIL, "no answer from remote access"))
    with pytest.raises(NotAllowed):
        onsite.record(office.ana, "R1", "T3", Recording(Result.OVERRIDDEN, "provider is down"))
    onsite.record(office.lee, "R1", "T3", Recording(Result.OVERRIDDEN, "provider is down until tomorrow"))
    office.say("R1", "L5", Recording(Result.SIGNED, signed_by="J. Lowe", satisfied=False))

    assert reasons(office) == {"T3": "G3", "L4": "G1"}
    left, follow_up = leaving.leave(office.lee, "R1", "provider is down")

    assert left.state is State.LEFT_OPEN
    assert follow_up.preferred == "Ana Ruiz"
    assert follow_up.priority <= left.priority
    assert len(visit_page(office.store, "R1").follow_ups) == 1


def test_blocked_charge_never_keeps_anybody_on_site(office: Office) -> None:
    """C4, 11: a card that charges by distance, and a site whose distance nobody knows."""
    with unit_of_work(office.store, "test", Actor(None, "system", "s", "system")) as unit:
        unit.execute("UPDATE site SET one_way_distance = NULL, one_way_minutes = NULL")
        unit.execute(
            'UPDATE rate_card SET card = json_set(card, \'$.travel.components\', json(\'[{"kind":"distance","rate":"1"}]\'))'
        )
        unit.audit("site", 1, one_way=None)
    office.on_site()
    office.finish()

    assert leaving.close(office.ana, "R1").state is State.CLOSED
    assert office.store.value("SELECT status FROM charge_sheet") == "blocked"


def test_no_access_says_who_was_called(office: Office) -> None:
    """C4, 12."""
    office.on_site()
    with pytest.raises(Faulty, match="called"):
        leaving.no_access(office.ana, "R1", called=" ")
    assert leaving.no_access(office.ana, "R1", called="office manager, no answer").state is State.NO_ACCESS


def test_closing_out_begins_and_ends_with_new_work(office: Office) -> None:
    office.on_site()
    office.say("R1", "L1", Recording(Result.ANSWERED, "nothing"))
    assert visit_page(office.store, "R1").visit.state is State.CLOSING_OUT
    onsite.work(office.ana, "R1", "found another fault after all")
    assert visit_page(office.store, "R1").visit.state is State.ON_SITE


def bypass(office: Office, sql: str) -> None:
    """Write past the desk."""
    with unit_of_work(office.store, "bypass", Actor(None, "system", "s", "system")) as unit:
        unit.execute(sql)
        unit.audit("visit", 1, tried=sql)


def test_sql_cannot_go_round_the_gate(office: Office) -> None:
    """C6: closed, opened at another step, or its evidence rewritten: the database refuses every one."""
    office.on_site()
    office.finish(but=frozenset({"T1", "L5"}))
    office.say("R1", "T1", Recording(Result.FAIL, "still the same message on the screen"))
    office.say("R1", "L5", Recording(Result.SIGNED, signed_by="J. Lowe", satisfied=True))
    tries = [
        "UPDATE visit SET state = 'closed', version = version + 1 WHERE reference = 'R1'",
        "UPDATE attempt SET result = 'pass'",
        "DELETE FROM attempt WHERE result = 'fail'",
        "UPDATE item SET required = 0",
        "DELETE FROM item WHERE ref = 'T1'",
        "DELETE FROM work_entry",
        "UPDATE visit SET sequence = 0, version = version + 1 WHERE reference = 'R1'",
        "INSERT INTO visit_edge VALUES ('on_site', 'requested')",
        "INSERT INTO visit (reference, job_id, site_id, work, minutes, priority, requested_at, state) "
        "SELECT 'X1', job_id, site_id, work, minutes, priority, requested_at, 'closed' FROM visit WHERE reference = 'R1'",
        "DELETE FROM visit WHERE reference = 'R1'",
    ]
    for sql in tries:
        with pytest.raises(StoreFault):
            bypass(office, sql)
    assert visit_page(office.store, "R1").visit.state is State.CLOSING_OUT


def test_results_belong_to_an_open_visit_of_ones_own(office: Office) -> None:
    with pytest.raises(Refusal, match="check in"):
        onsite.record(office.lee, "R1", "A1", Recording(Result.ANSWERED, "agreed"))
    office.on_site()
    with pytest.raises(NotAllowed, match="Ana Ruiz"):
        onsite.record(office.ben, "R1", "A1", Recording(Result.ANSWERED, "agreed"))
    with pytest.raises(NotAllowed, match="technician or lead"):
        onsite.record(office.dana, "R1", "A1", Recording(Result.ANSWERED, "agreed"))


def test_charge_is_kept_with_its_inputs(office: Office) -> None:
    office.on_site()
    office.finish()
    leaving.close(office.ana, "R1")

    page = visit_page(office.store, "R1")
    assert page.charge is not None
    kept = office.store.one("SELECT revision, status, total_minor FROM charge_sheet")
    assert kept is not None
    # 09:00 to check-out is under an hour: the hour's minimum of 120, the call-out of 35, 7.5 % tax
    assert kept == (1, "ready", 16663)


def test_reopened_visit_gets_a_revision(office: Office) -> None:
    office.on_site()
    office.finish()
    leaving.close(office.ana, "R1")
    with pytest.raises(NotAllowed):
        leaving.reopen(office.ana, "R1", "forgot something")
    leaving.reopen(office.lee, "R1", "the client called back")
    leaving.close(office.ana, "R1")

    assert office.store.all("SELECT revision FROM charge_sheet ORDER BY revision") == [(1,), (2,)]
