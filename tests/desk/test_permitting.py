"""Words that settle a test because a lead lets them: asked through the outbox, answered once, for one visit (C5a)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from db import permissions
from db.faults import StoreFault
from dispatch.closeout.recording import Recording, Run
from dispatch.desk.closeout import leaving, permitting
from dispatch.desk.log.visit_log import LogFilter, visit_log
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.session.refusals import Faulty, GatesUnmet, NotAllowed, Refusal
from dispatch.desk.visits.steps import find
from dispatch.model.checklists import BY_PERMISSION, NO_WAY_IN, Asks, Grade, Item, Result
from dispatch.model.probes import Vantage
from dispatch.model.states import State
from tests.commands.test_close_out_examples import AtTheLine
from tests.desk.conftest import DAY, Office
from tests.desk.test_probing import register

WORDS = Recording(Result.PASS, "T3 seen working at the desk")


def t3(office: Office) -> Item:
    found = visit_page(office.store, "R1").checklist.item("T3")
    assert found is not None
    return found


def finished(office: Office, vantage: str = "site") -> None:
    """Everything on the visit but T3, for which there is a target."""
    register(office, name="network", kind="tcp", address="192.0.2.1:443", vantage=vantage)
    office.on_site()
    office.finish(but=frozenset({"T3", "L5"}))
    office.say("R1", "T3", WORDS)
    office.say("R1", "L5", Recording(Result.SIGNED, signed_by="J. Lowe", satisfied=True))
    with pytest.raises(GatesUnmet):
        leaving.close(office.ana, "R1")


def outbox(office: Office) -> list[tuple[int, str]]:
    return office.store.all("SELECT staff_id, text FROM outbox WHERE kind = 'permission' ORDER BY id")


def test_no_way_in_is_asked_for_and_given_with_one_key(office: Office) -> None:
    finished(office)
    asked = permitting.ask(office.ana, "R1", "t3", "on the phone")
    assert outbox(office) == [(office.lee.staff.id, permitting.asked_text(asked))]
    assert [one.why for one in permissions.waiting(office.store)] == ["on the phone"]
    with pytest.raises(Refusal, match="asked for already"):
        permitting.ask(office.ana, "R1", "T3")
    for other in (office.ana, office.dana):
        with pytest.raises(NotAllowed):
            permitting.give(other, "R1", "T3")

    permitting.give(office.lee, "R1", "T3")
    assert outbox(office)[-1] == (
        office.ana.staff.id,
        "Lee Moreau lets words settle “Connected: local network, internet, remote…”.",
    )
    assert permissions.waiting(office.store) == []
    assert t3(office).attested_how == NO_WAY_IN
    assert leaving.close(office.ana, "R1").state is State.CLOSED
    (line,) = visit_log(office.store, LogFilter(DAY)).lines
    assert (line.tally.permitted, line.tally.no_way_in, line.tally.ran, line.tally.tested) == (0, 1, 0, 5)
    assert "“Connected: local network, internet, remote…” attested, no way in" in [one.text for one in line.remarks]


def test_what_can_run_is_lowered_with_a_reason(office: Office) -> None:
    finished(office, "host")
    with pytest.raises(Faulty, match="“Connected: local network, internet, remote…” asks for a test that ran"):
        permitting.give(office.lee, "R1", "T3")
    permitting.give(office.lee, "R1", "T3", "the target is out of order")
    assert t3(office).attested_how == BY_PERMISSION
    assert leaving.close(office.ana, "R1").state is State.CLOSED
    (line,) = visit_log(office.store, LogFilter(DAY)).lines
    assert (line.tally.permitted, line.tally.no_way_in) == (1, 0)
    assert (
        "“Connected: local network, internet, remote…” attested by permission of Lee Moreau: the target is out of order"
        in [one.text for one in line.remarks]
    )


def test_no_is_an_answer_too(office: Office) -> None:
    finished(office)
    with pytest.raises(Refusal, match="Nobody asks"):
        permitting.refuse(office.lee, "R1", "T3", "run it")
    permitting.ask(office.ana, "R1", "T3")
    permitting.refuse(office.lee, "R1", "T3", "take the laptop")
    assert outbox(office)[-1] == (
        office.ana.staff.id,
        "Lee Moreau does not let words settle “Connected: local network, internet, remote…”: take the laptop.",
    )
    with pytest.raises(GatesUnmet):
        leaving.close(office.ana, "R1")
    assert permitting.ask(office.ana, "R1", "T3").item == "T3"


def test_a_run_that_failed_is_let_off_by_a_reason_only(office: Office) -> None:
    finished(office)
    permitting.give(office.lee, "R1", "T3")
    run = Run(Grade.MEASURED, Vantage.SITE, find(office.store, "R1").sequence)
    office.say("R1", "T3", Recording(Result.FAIL, "refused", run=run))
    office.say("R1", "T3", WORDS)
    assert t3(office).standing is not None
    assert t3(office).standing.result is Result.FAIL  # type: ignore[union-attr]
    with pytest.raises(Faulty, match="“Connected: local network, internet, remote…” asks for a test that ran"):
        permitting.give(office.lee, "R1", "T3")


def test_a_connection_that_leads_in_asks_for_the_run(office: Office) -> None:
    finished(office)
    permitting.give(office.lee, "R1", "T3")
    ana = replace(office.ana, site_port=20_003)
    with pytest.raises(GatesUnmet) as refused:
        leaving.close(ana, "R1")
    assert any("asks for a test that ran" in reason for reason in refused.value.reasons)
    # what the reasons say stands when the connection is gone
    assert t3(office).asks is Asks.EXECUTED
    with pytest.raises(GatesUnmet) as again:
        leaving.close(office.ana, "R1")
    assert again.value.reasons == refused.value.reasons
    with pytest.raises(StoreFault), office.lee.write("past the desk") as unit:
        unit.execute("DELETE FROM way_in")


@pytest.mark.parametrize("ref", ["A1", "T1"])
def test_nothing_is_permitted_that_takes_words(office: Office, ref: str) -> None:
    office.on_site()
    with pytest.raises(Refusal, match=r"is no test|takes words"):
        permitting.ask(office.ana, "R1", ref)


def test_by_command(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.machine_clock.of_firm", lambda conn: office.clock)
    finished(office)
    line = AtTheLine(office)
    assert "the leads are asked" in line.ok("visit", "ask-permission", "R1", "T3", "--why", "on the phone")
    (asked,) = json.loads(line.ok("visit", "permissions", "--json", login="lee"))
    assert (asked["item"], asked["by"], asked["why"]) == ("T3", "Ana Ruiz", "on the phone")
    assert "attested, no way in" in line.ok("visit", "permit", "R1", "T3", login="lee")
    assert "Nobody asks" in line.ok("visit", "permissions", login="lee")
    assert line.attempts("T3")[-1]["result"] == "pass"
    (t3,) = [one for one in line.page()["checklist"] if one["item"] == "T3"]
    assert (t3["asks"], t3["attested"], t3["permission"]["by"]) == ("no_way_in", "no way in", "Lee Moreau")
    (logged,) = json.loads(line.ok("log", "--date", "2026-11-24", "--json", login="lee"))["visits"]
    assert (logged["tests_executed"], logged["tests_with_result"], logged["evidence"]["no_way_in"]) == (0, 5, 1)
