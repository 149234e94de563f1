"""Tests of a visit that run: who may, what is kept, what counts; and what a laptop brings back."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from db import probes, visits
from db.faults import StoreFault
from dispatch.closeout.probes.laptop import Specification, specification_form
from dispatch.closeout.probes.vantage import ThroughSite
from dispatch.closeout.recording import Recording, Run
from dispatch.commands.line import run as run_command
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.closeout import evidence, leaving, onsite, probing
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import undo
from dispatch.desk.session.refusals import Faulty, GatesUnmet, NotAllowed, NotFound, Refusal
from dispatch.model.checklists import Attempt, Grade, Item, Result
from dispatch.model.probes import ProbeTarget, Vantage, Watch
from dispatch.model.states import State
from tests.closeout.probes.servers import HERE, answering, mail, page, proxy, saying, serving
from tests.desk.conftest import Office, at
from tests.wall import WALL, started

REASON = {"site": "Main office", "reason": "a server of the tests"}


def register(office: Office, **texts: str) -> ProbeTarget:
    found = editing.add(office.dana, "target", {**REASON, **texts})
    assert isinstance(found, ProbeTarget)
    return found


def item(office: Office, ref: str, reference: str = "R1") -> Item:
    found = visit_page(office.store, reference).checklist.item(ref)
    assert found is not None
    return found


def latest(office: Office, ref: str) -> Attempt:
    found = item(office, ref).latest
    assert found is not None
    return found


def run(office: Office, *refs: str, **more: Any) -> list[probing.Ran]:
    return list(probing.run(office.ana, "R1", refs, pace=probing.Pace(0.05), **more))


@pytest.fixture
def mail_port() -> Iterator[int]:
    with serving(mail()) as port:
        yield port


# targets


def test_targets_reach_the_visits_that_have_not_begun(office: Office) -> None:
    assert item(office, "T4.mail").probes == ()
    one = register(office, name="mail", kind="smtp", address="mail.example.com", options="starttls")
    (probe,) = item(office, "T4.mail").probes
    assert (probe.host, probe.port, probe.starttls) == ("mail.example.com", 25, "verified")
    assert item(office, "T4.mail", "R2").probes == ()

    one = editing.edit(office.lee, "target", one, {"address": "mail.example.com:587"})
    assert item(office, "T4.mail").probes[0].port == 587
    undo.undo(office.lee)
    assert item(office, "T4.mail").probes[0].port == 25

    office.on_site()
    editing.archive(office.dana, "target", RECORD_STORES["target"].find(office.store, "mail"))
    assert item(office, "T4.mail").probes[0].port == 25
    undo.undo(office.dana)


def test_a_new_visit_gets_copies_of_its_sites_targets_by_role(office: Office) -> None:
    register(office, name="mail", kind="smtp", address="mail.example.com")
    register(office, name="mail web", kind="http", address="https://mail.example.com/")
    register(office, name="reboot", kind="reboot", address="10.0.0.5:3389", vantage="site")
    register(office, name="restart page", kind="http", address="https://mail.example.com/")
    register(office, name="remote access", kind="tcp", address="vpn.example.com:443")
    register(office, name="backup", kind="value", options="unit=h; most=24")
    with office.dana.write("add") as unit:
        visit = visits.visit_by_reference(office.store, "R1")
        assert visit is not None
        new = visits.NewVisit(
            "R9", visit.client_id, visit.site_id, "Patch", 60, 3, at("07:00"), tags=frozenset({"server"})
        )
        visits.add_visit(unit, office.store, new)
    names = {
        one.ref: [probe.name for probe in one.probes]
        for one in visit_page(office.store, "R9").checklist.items
        if one.probes
    }
    assert names == {
        "T2": ["reboot"],
        "T3": ["remote access"],
        "T4.mail": ["mail", "mail web"],
        "T6": ["backup"],
    }
    assert item(office, "T2", "R9").vantage is Vantage.SITE


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"kind": "tcp", "address": "127.0.0.1:22"}, "loopback"),
        ({"kind": "tcp", "address": "localhost:22"}, "loopback"),
        ({"kind": "tcp", "address": "[::1]:22"}, "loopback"),
        ({"kind": "tcp", "address": "169.254.169.254:80"}, "link-local"),
        ({"kind": "http", "address": "http://[fe80::1]/"}, "link-local"),
        ({"kind": "http", "address": "http://0.0.0.0/"}, "this machine itself"),
        ({"kind": "tcp", "address": "2130706433:80"}, "no address in full"),
        ({"kind": "tcp", "address": "0x7f.1:80"}, "no address in full"),
        ({"kind": "dns", "address": "example.com", "options": "resolver=127.0.0.53"}, "loopback"),
        ({"kind": "tcp", "address": "224.0.0.1:80", "reason": "meant"}, "not tested"),
        ({"kind": "http", "address": "http://ana:secret@example.com/"}, "no login may stand in a URL"),
        ({"kind": "ssh", "address": "root:secret@192.0.2.7", "options": "ask=free disk"}, "no password may stand there"),
        ({"kind": "http", "address": "file:///etc/passwd"}, "a URL such as"),
        ({"kind": "tcp", "address": "example.com"}, "port is missing"),
        ({"kind": "tcp", "address": "example.com:99999"}, "not a port"),
        ({"kind": "tcp", "address": "-oProxyCommand=x:22"}, "no name or address"),
        ({"kind": "tcp", "address": "$(reboot):22"}, "no name or address"),
        ({"kind": "tcp", "address": "a b:22"}, "no name or address"),
        ({"kind": "tcp"}, "address: is missing"),
        ({"address": "example.com:22"}, "kind: is missing"),
        ({"kind": "ping", "address": "example.com", "vantage": "site"}, "cannot go through the proxy"),
        ({"kind": "dns", "address": "example.com", "vantage": "site"}, "resolver named"),
        ({"kind": "tcp", "address": "example.com:22", "options": "days=3"}, "takes expect, seconds, tries"),
        ({"kind": "tcp", "address": "example.com:22", "options": "tries=50"}, "tries: 50 is not from 1 to 5"),
        ({"kind": "tcp", "address": "example.com:22", "options": "expect=a; expect=b"}, "twice"),
        ({"kind": "tcp", "address": "example.com:22", "options": "%%%"}, "is not of the form"),
        ({"kind": "http", "address": "http://example.com/", "options": "status=ok"}, "status"),
        ({"kind": "dns", "address": "example.com", "options": "type=AXFR"}, "type: AXFR is not one of"),
        ({"kind": "value", "options": "least=5; most=3"}, "is above most"),
        ({"kind": "tcp", "address": "ex\x1bample.com:22"}, "holds the control character U+001B"),
    ],
)  # fmt: skip
def test_target_that_cannot_be_taken(office: Office, texts: dict[str, str], said: str) -> None:
    with pytest.raises(Faulty) as refused:
        editing.add(office.dana, "target", {"site": "Main office", "name": "x", **texts})
    assert said in str(refused.value)


def test_all_faults_of_a_target_at_once(office: Office) -> None:
    texts = {"site": "nowhere", "kind": "tcpp", "address": "localhost", "options": "foo=1"}
    with pytest.raises(Faulty) as refused:
        editing.add(office.dana, "target", texts)
    assert {fault.partition(":")[0] for fault in refused.value.faults} == {"site", "name", "kind"}
    good = {**REASON, "name": "mail", "kind": "tcp", "address": "a.example:1"}
    with pytest.raises(NotAllowed):
        editing.add(office.ana, "target", good)


# running


def test_run_is_kept_with_vantage_grade_and_every_try(office: Office, mail_port: int) -> None:
    register(office, name="mail", kind="smtp", address=f"{HERE}:{mail_port}")
    office.on_site()
    told: list[str] = []
    (ran,) = run(office, "t4.MAIL", tell=lambda _, line: told.append(line))

    assert ran.passed
    assert told[0] == f"mail: {HERE}:{mail_port}"
    found = latest(office, "T4.mail")
    assert (found.result, found.grade, found.vantage) == (Result.PASS, Grade.EXECUTED, "host")
    assert (found.value or "").endswith(" ms")
    assert [(one.number, one.passed, one.probe) for one in found.tries] == [(1, True, "mail")]
    assert "greeted with “220 mail.example.com ESMTP”" in found.text


def test_failure_is_recorded_with_all_its_tries(office: Office) -> None:
    with serving(saying()) as port:
        pass
    register(office, name="mail", kind="tcp", address=f"{HERE}:{port}", options="tries=3")
    office.on_site()
    (ran,) = run(office)

    found = latest(office, "T4.mail")
    assert not ran.passed
    assert found.result is Result.FAIL
    assert [one.number for one in found.tries] == [1, 2, 3]
    assert found.text == f"mail: {HERE}:{port} refused the connection, tried 3 times"


def test_all_targets_of_an_item_must_pass(office: Office, mail_port: int) -> None:
    register(office, name="mail", kind="smtp", address=f"{HERE}:{mail_port}")
    with serving(answering(page(b"", "503 Down"))) as port:
        register(office, name="mail web", kind="http", address=f"http://{HERE}:{port}/", options="tries=1")
        office.on_site()
        (ran,) = run(office)
    assert not ran.passed
    assert latest(office, "T4.mail").text.startswith(
        f"mail web: status 503 Down (http://{HERE}:{port}/); mail: greeted with"
    )


def test_who_may_run_and_when(office: Office, mail_port: int) -> None:
    register(office, name="mail", kind="smtp", address=f"{HERE}:{mail_port}")
    with pytest.raises(Refusal, match="check in first"):
        run(office)
    office.on_site()
    for user in (office.ben, office.lee, office.dana):
        with pytest.raises(NotAllowed):
            list(probing.run(user, "R1"))
    with pytest.raises(Faulty, match="The problem no longer occurs"):
        run(office, "T1", "T4.mail")
    with pytest.raises(NotFound, match="no item T9"):
        run(office, "T9")
    assert item(office, "T4.mail").attempts == ()
    leaving.abort(office.ana, "R1", "the client called it off")
    with pytest.raises(Refusal):
        run(office)


def test_visit_without_targets_says_so(office: Office) -> None:
    office.on_site()
    with pytest.raises(Refusal, match="dispatch target add"):
        run(office)


def test_work_during_a_run_asks_for_it_again(office: Office) -> None:
    """G4: the result is as old as the beginning of the run, and no run keeps anybody from writing."""

    def slow(connection: Any) -> None:
        onsite.work(office.ana, "R1", "one more cable replaced")
        connection.sendall(b"220 hi\r\n")

    with serving(slow) as port:
        register(office, name="mail", kind="tcp", address=f"{HERE}:{port}", options="expect=220")
        office.on_site()
        office.finish(but=frozenset({"T4.mail", "L5"}))
        (ran,) = run(office)

    assert ran.passed
    found = latest(office, "T4.mail")
    assert found.begun_after is not None
    assert found.begun_after < found.sequence - 1
    office.say("R1", "L5", Recording(Result.SIGNED, signed_by="J. Lowe", satisfied=True))
    with pytest.raises(GatesUnmet) as refused:
        leaving.close(office.ana, "R1")
    assert any(line.startswith("Works: mail: ") for line in refused.value.reasons)
    visit = visits.visit_by_reference(office.store, "R1")
    assert visit is not None
    with pytest.raises(StoreFault), office.ana.write("close round the gate") as unit:
        visits.change(unit, visit, state=State.CLOSED.value)


def test_run_all_before_sign_off_closes(office: Office, mail_port: int) -> None:
    register(office, name="mail", kind="smtp", address=f"{HERE}:{mail_port}")
    register(office, name="connectivity", kind="tcp", address=f"{HERE}:{mail_port}")
    office.on_site()
    office.finish(but=frozenset({"T4.mail", "T3", "L5"}))
    assert {(ran.item.ref, ran.passed) for ran in run(office)} == {("T3", True), ("T4.mail", True)}
    office.say("R1", "L5", Recording(Result.SIGNED, signed_by="J. Lowe", satisfied=True))
    assert leaving.close(office.ana, "R1").state is State.CLOSED


def test_tests_run_side_by_side_and_each_is_recorded_when_it_is_done(office: Office, mail_port: int) -> None:
    """One that waits holds up none, and is given up after what all may take together."""
    answered = threading.Event()

    def waits_for_the_other(connection: Any) -> None:
        answered.wait(10)
        connection.sendall(b"220 hi\r\n")

    with serving(waits_for_the_other) as port, serving(saying(hold=True)) as never:
        register(office, name="mail", kind="tcp", address=f"{HERE}:{port}", options="expect=220; seconds=20")
        register(office, name="connectivity", kind="smtp", address=f"{HERE}:{mail_port}")
        register(office, name="backup", kind="tcp", address=f"{HERE}:{never}", options="expect=hi; seconds=60")
        office.on_site()
        told: list[tuple[Item, str]] = []
        came: list[tuple[str, bool, str]] = []
        for ran in probing.run(office.ana, "R1", tell=lambda *step: told.append(step), pace=probing.Pace(at_most=1.5)):
            came.append((ran.item.ref, ran.passed, ran.fault))
            answered.set()  # the first that is done, which is recorded by now
            assert ran.fault or latest(office, ran.item.ref).grade is Grade.EXECUTED
    assert came == [
        ("T3", True, ""),
        ("T4.mail", True, ""),
        ("T6", False, "was not done within 1.5 s: nothing of it was recorded"),
    ]
    assert {one.ref for one, _ in told} == {"T3", "T4.mail", "T6"}
    assert item(office, "T6").attempts == ()


def test_a_restart_says_that_the_limit_ended_it_and_the_caller_is_left_alone(office: Office, mail_port: int) -> None:
    called_off = threading.Event()
    with serving(saying(hold=True)) as never:
        register(office, name="reboot", kind="reboot", address=f"{HERE}:{mail_port}", options="seconds=30")
        register(office, name="backup", kind="tcp", address=f"{HERE}:{never}", options="expect=hi; seconds=60")
        office.on_site()
        ran = list(probing.run(office.ana, "R1", called_off=called_off, pace=probing.Pace(0.05, at_most=0.3)))
    assert {one.item.ref: one.fault for one in ran} == dict.fromkeys(
        ("T2", "T6"), "was not done within 0.3 s: nothing of it was recorded"
    )
    assert not called_off.is_set()
    assert item(office, "T2").attempts == ()


def test_what_cannot_be_read_any_more_is_not_run(office: Office, mail_port: int) -> None:
    register(office, name="mail", kind="smtp", address=f"{HERE}:{mail_port}")
    with office.lee.write("keep what a later program reads") as unit:
        unit.execute("DELETE FROM item_probe")
        one = item(office, "T4.mail")
        kept = '{"kind": "telepathy", "name": "mail", "vantage": "host"}'
        unit.insert("item_probe", item_id=one.id, position=1, vantage="host", runs=1, probe=kept)
        unit.audit("item", one.id)
    office.on_site()
    (ran,) = run(office)
    assert ran.fault == "was not run: unreadable: what it tests was kept by another program and cannot be read here"
    assert item(office, "T4.mail").attempts == ()
    with pytest.raises(Faulty, match="kept by another program"):
        probing.specify(office.ana, "R1", ["T4.mail"])


def test_a_run_that_is_called_off_records_nothing(office: Office) -> None:
    called_off = threading.Event()
    with serving(saying(hold=True)) as port:
        register(office, name="mail", kind="tcp", address=f"{HERE}:{port}", options="expect=hi; seconds=60")
        office.on_site()
        threading.Timer(0.2, called_off.set).start()
        (ran,) = run(office, called_off=called_off)
    assert ran.fault == "was stopped: nothing of it was recorded"
    assert item(office, "T4.mail").attempts == ()


def test_visit_that_ends_meanwhile_takes_no_result(office: Office) -> None:
    def ends(connection: Any) -> None:
        leaving.abort(office.ana, "R1", "the client called it off")
        connection.sendall(b"220 hi\r\n")

    with serving(ends) as port:
        register(office, name="mail", kind="tcp", address=f"{HERE}:{port}", options="expect=220")
        office.on_site()
        with pytest.raises(Refusal):
            run(office)
    assert item(office, "T4.mail").attempts == ()


# vantage


def test_result_from_the_office_never_settles_what_needs_the_site(office: Office, mail_port: int) -> None:
    register(office, name="mail", kind="smtp", address=f"{HERE}:{mail_port}", vantage="site")
    office.on_site()
    (ran,) = run(office)
    assert "must run inside the client's network" in ran.fault
    assert "dispatch visit probe-spec R1 T4.mail" in ran.fault
    assert item(office, "T4.mail").attempts == ()

    office.finish(but=frozenset({"T4.mail", "L5"}))
    (ran,) = run(office, only_from=Vantage.HOST)
    assert ran.passed
    assert latest(office, "T4.mail").vantage == "host"
    office.say("R1", "L5", Recording(Result.SIGNED, signed_by="J. Lowe", satisfied=True))
    with pytest.raises(GatesUnmet) as refused:
        leaving.close(office.ana, "R1")
    (reason,) = refused.value.reasons
    assert reason.startswith("Works: mail: passed at"), reason
    assert "proves nothing about the client's network" in reason


def test_site_through_a_proxy_with_names_resolved_over_there(office: Office, mail_port: int) -> None:
    asked: list[tuple[str, int]] = []
    register(office, name="mail", kind="smtp", address=f"mail.internal:{mail_port}", vantage="site")
    office.on_site()
    office.finish(but=frozenset({"T4.mail", "L5"}))
    with serving(proxy(asked, {"mail.internal": HERE})) as port:
        (ran,) = run(office, site=ThroughSite(port))
        (again,) = probing.run(dataclasses.replace(office.ana, site_port=port), "R1")
    assert ran.passed
    assert again.passed
    assert asked == [("mail.internal", mail_port)] * 2
    assert (latest(office, "T4.mail").vantage, latest(office, "T4.mail").grade) == ("site", Grade.EXECUTED)
    office.say("R1", "L5", Recording(Result.SIGNED, signed_by="J. Lowe", satisfied=True))
    assert leaving.close(office.ana, "R1").state is State.CLOSED


def test_words_alone_settle_nothing_that_needs_the_site(office: Office) -> None:
    register(office, name="mail", kind="smtp", address="mail.internal:25", vantage="site")
    office.on_site()
    office.finish()
    with pytest.raises(GatesUnmet) as refused:
        leaving.close(office.ana, "R1")
    (reason,) = refused.value.reasons
    assert reason.startswith("Works: mail: it must be tested inside the client's network")

    evidence.attach(office.ana, "R1", "T4.mail", "mail.jpg", io.BytesIO(b"a photograph"))
    assert leaving.close(office.ana, "R1").state is State.CLOSED


# values


@pytest.mark.parametrize(
    ("typed", "result", "text"),
    [
        ("14", Result.PASS, "backup: 14 h is within bounds"),
        ("14 H", Result.PASS, "backup: 14 h is within bounds"),
        ("24", Result.PASS, "backup: 24 h is within bounds"),
        ("24,5h", Result.FAIL, "backup: 24,5 h is above 24 h"),
        ("-1", Result.FAIL, "backup: -1 h is below 0 h"),
    ],
)
def test_value_is_judged_by_its_bounds(office: Office, typed: str, result: Result, text: str) -> None:
    register(office, name="backup", kind="value", options="unit=h; least=0; most=24")
    office.on_site()
    recorded = onsite.record(office.ana, "R1", "T6", Recording(Result.PASS, value=typed))
    found = latest(office, "T6")
    assert (recorded.result, found.result, found.grade, found.text) == (result, result, Grade.MEASURED, text)


@pytest.mark.parametrize("typed", ["yesterday", "2 days", "1e400", "nan", "0x10"])
def test_value_that_is_none_is_refused(office: Office, typed: str) -> None:
    register(office, name="backup", kind="value", options="unit=h; most=24")
    office.on_site()
    with pytest.raises(Refusal, match="is expected"):
        onsite.record(office.ana, "R1", "T6", Recording(Result.PASS, value=typed))
    with pytest.raises(Faulty, match="--value"):
        run(office, "T6")


# restarts


def test_restart_that_is_watched_survives_a_lost_connection(office: Office) -> None:
    office.on_site()
    WALL.begin(WALL.now())
    with serving(saying()) as port:
        pass
    called_off = threading.Event()
    # the visit has begun: as registered before
    _copy(office, "T2", port)

    def first(_: str, line: str) -> None:
        if "is down" in line:
            called_off.set()

    over = threading.Event()

    def restarts() -> None:
        with serving(saying(), port=port):
            over.wait(0.6)

    thread = threading.Thread(target=restarts)
    thread.start()
    (ran,) = run(office, "T2", tell=first, called_off=called_off)
    thread.join()
    assert "was stopped" in ran.fault
    with serving(saying(), port=port):
        told: list[str] = []
        (ran,) = run(office, "T2", tell=lambda _, line: told.append(line))

    assert "going on from before" in told[0]
    found = latest(office, "T2")
    assert found.result is Result.PASS
    assert "up→down→up, down for " in found.text
    assert (found.value or "").endswith(" s")
    rows = office.store.all("SELECT seen FROM observation ORDER BY id")
    assert [seen for (seen,) in rows] == ["up", "down", "back"]


def test_run_all_watches_no_restart_that_is_settled(office: Office, mail_port: int) -> None:
    register(office, name="reboot", kind="reboot", address=f"{HERE}:{mail_port}", options="seconds=30")
    office.on_site()
    ran = Run(Grade.EXECUTED, Vantage.HOST, 0)
    office.say("R1", "T2", Recording(Result.PASS, "up, down and up again", run=ran))
    with pytest.raises(Refusal, match="the restart is settled".capitalize()):
        run(office)
    assert len(item(office, "T2").attempts) == 1
    onsite.work(office.ana, "R1", "a driver was replaced")
    called_off = threading.Event()
    called_off.set()
    assert [ran.item.ref for ran in run(office, called_off=called_off)] == ["T2"]


def test_work_makes_a_watch_begin_anew(office: Office) -> None:
    register(office, name="reboot", kind="reboot", address="10.0.0.5:3389")
    office.on_site()
    one = item(office, "T2")
    visit = visits.visit_by_reference(office.store, "R1")
    assert visit is not None
    with office.ana.write("watch") as unit:
        for seen in ("up", "down"):
            probes.add_observation(unit, one.id, "reboot", seen, at("09:01"), visit.sequence)
        unit.audit("visit", visit.id)
    assert probes.watch_of(office.store, one.id, "reboot", 0) == (Watch(at("09:01"), at("09:01")), 0)
    onsite.work(office.ana, "R1", "a driver was replaced")
    assert probes.watch_of(office.store, one.id, "reboot", visit.sequence + 1) == (Watch(), 0)


def _copy(office: Office, ref: str, port: int) -> None:
    """A reboot test on an item of the open visit that has none yet."""
    from dispatch.closeout.probes.reading import read_target
    from dispatch.model.probes import ProbeKind

    faults: list[str] = []
    probe = read_target(
        ProbeTarget(0, 0, "reboot", ProbeKind.REBOOT, f"{HERE}:{port}", "seconds=30", reason="tests"), faults
    )
    assert not faults
    with office.dana.write("register") as unit:
        probes.add_probes(unit, item(office, ref).id, [probe])
        unit.audit("visit", 1, probe="reboot")


# laptops


def printed(specification: Specification, folder: Path) -> str:
    """What `dispatch probe` prints, run in this process."""
    file = folder / "specification.json"
    file.write_text(json.dumps(specification_form(specification)), encoding="utf-8")
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        assert run_command(["probe", str(file)]) == 0
    return out.getvalue()


def on_a_laptop(specification: Specification) -> dict[str, Any]:
    """What it prints on a machine that has no database."""
    done = subprocess.run(
        started("-m", "dispatch", "probe", "-"),
        input=json.dumps(specification_form(specification)),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path), "HOME": "/nonexistent"},
    )
    assert done.returncode in (0, 1), done.stderr
    form = json.loads(done.stdout)
    assert isinstance(form, dict)
    return form


@pytest.fixture
def brought(office: Office, mail_port: int, tmp_path: Path) -> tuple[Specification, dict[str, Any]]:
    register(office, name="mail", kind="smtp", address=f"{HERE}:{mail_port}", vantage="site")
    office.on_site()
    office.finish(but=frozenset({"T4.mail", "L5"}))
    specification = probing.specify(office.ana, "R1")
    return specification, json.loads(printed(specification, tmp_path))


def test_laptop_brings_back_a_measured_result(office: Office, brought: tuple[Specification, dict[str, Any]]) -> None:
    form = on_a_laptop(brought[0])
    (recorded,) = probing.bring(office.ana, "r1", json.dumps(form))

    assert (recorded.ref, recorded.result) == ("T4.mail", Result.PASS)
    found = latest(office, "T4.mail")
    assert (found.grade, found.vantage) == (Grade.MEASURED, "site")
    assert found.tries[0].passed
    office.say("R1", "L5", Recording(Result.SIGNED, signed_by="J. Lowe", satisfied=True))
    assert leaving.close(office.ana, "R1").state is State.CLOSED


def test_result_is_taken_once(office: Office, brought: tuple[Specification, dict[str, Any]]) -> None:
    _, form = brought
    probing.bring(office.ana, "R1", json.dumps(form))
    with pytest.raises(Faulty, match="brought back already"):
        probing.bring(office.ana, "R1", json.dumps(form))
    assert len(item(office, "T4.mail").attempts) == 1


def test_work_after_the_specification_asks_for_it_again(
    office: Office, brought: tuple[Specification, dict[str, Any]]
) -> None:
    _, form = brought
    onsite.work(office.ana, "R1", "one more cable replaced")
    probing.bring(office.ana, "R1", json.dumps(form))
    with pytest.raises(GatesUnmet) as refused:
        leaving.close(office.ana, "R1")
    assert any(line.startswith("Works: mail: ") for line in refused.value.reasons)


def changed(form: dict[str, Any], *path: Any, to: Any) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(form))
    place: Any = copy
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return copy


PROBE = ("specification", "items", 0, "probes", 0)
OUTCOME = ("results", 0, "outcomes", 0)


CHANGES: tuple[tuple[tuple[Any, ...], Any, str], ...] = (
    ((*PROBE, "host"), "10.9.9.9", "its specification was changed"),
    ((*PROBE, "port"), 26, "its specification was changed"),
    ((*PROBE, "expect"), "x", "its specification was changed"),
    (("specification", "items", 0, "item"), "T1", "one for each item"),
    (("specification", "expires"), "2099-01-01T00:00:00+00:00", "its specification was changed"),
    (("specification", "as_of"), 99, "its specification was changed"),
    (("specification", "visit"), "R2", "it is for R2, not for R1"),
    (("specification", "nonce"), "0" * 32, "its nonce was never given out here"),
    (("specification", "nonce"), "x", "nonce: a text of hexadecimal digits is expected"),
    (("specification", "seal"), "0" * 64, "its specification was changed"),
    ((*OUTCOME, "passed"), "yes", "passed: true or false is expected"),
    ((*OUTCOME, "passed"), False, "passed: it differs from the last try"),
    ((*OUTCOME, "text"), "\x1b[2J", "holds the control character U+001B"),
    ((*OUTCOME, "text"), "y" * 5000, "longer than 500 characters"),
    ((*OUTCOME, "tries"), [], "tries: from 1 to 5 are expected"),
    ((*OUTCOME, "tries", 0, "at"), "noon", "at: “noon” is not a date and time such as"),
    ((*OUTCOME, "name"), "files", "T4.mail: one outcome for each of its 1 probes is expected"),
    ((*PROBE, "kind"), "shell", "shell"),
    ((*PROBE, "seconds"), True, "seconds: a number is expected, not True"),
    ((*PROBE, "command"), "rm", "its specification was changed"),
    ((*PROBE, "shell"), "rm", "shell: is not known here"),
    (("results",), [], "one for each item"),
    (("dispatch",), "probe result 9", "no probe result of this version"),
)  # fmt: skip


def test_result_that_was_changed_is_refused(office: Office, brought: tuple[Specification, dict[str, Any]]) -> None:
    _, form = brought
    for path, to, said in CHANGES:
        with pytest.raises(Faulty) as refused:
            probing.bring(office.ana, "R1", json.dumps(changed(form, *path, to=to)))
        assert said in str(refused.value), (path, to)
        assert item(office, "T4.mail").attempts == ()
    probing.bring(office.ana, "R1", json.dumps(form))


def test_result_that_has_expired_or_is_anothers(office: Office, brought: tuple[Specification, dict[str, Any]]) -> None:
    _, form = brought
    with pytest.raises(NotAllowed):
        probing.bring(office.ben, "R1", json.dumps(form))
    with pytest.raises(NotAllowed):
        probing.specify(office.lee, "R1")
    office.clock.advance(probing.VALID_SECONDS)
    with pytest.raises(Faulty, match="it has expired"):
        probing.bring(office.ana, "R1", json.dumps(form))


@pytest.mark.parametrize("text", ["", "{}", "[" * 100_000, "null", '{"dispatch": "probe result 1"}', "x" * 600_000])
def test_result_that_is_none(office: Office, text: str) -> None:
    office.on_site()
    with pytest.raises(Faulty, match="result: "):
        probing.bring(office.ana, "R1", text)


def test_laptop_needs_neither_database_nor_screens() -> None:
    code = (
        "import sys; sys.argv = ['dispatch', 'probe', '/nonexistent']; from dispatch.__main__ import main; code = main(); "
        "import dispatch.closeout.probes.web, dispatch.closeout.probes.mail, dispatch.closeout.probes.dns_lookup; "
        "bad = {n.split('.')[0] for n in sys.modules} & {'textual', 'rich', 'sqlite3', 'pysqlite3', 'sqlite_utils', 'db'}; "
        "print(sorted(bad)); sys.exit(code)"
    )
    done = subprocess.run(started("-c", code), capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout.strip()) == (2, "[]")
    assert done.stderr == "dispatch: /nonexistent cannot be read: no such file or directory.\n"


@pytest.mark.parametrize(
    "text",
    ["", '{"dispatch": "probe specification 1"}', '{"dispatch": "probe specification 1", "items": [{"probes": [1]}]}'],
)
def test_laptop_names_every_fault_of_a_specification(text: str) -> None:
    done = subprocess.run(
        started("-m", "dispatch", "probe", "-"),
        input=text, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert lines
    assert all(line.startswith("dispatch: specification: ") for line in lines)


# what stands in the database


def test_what_ran_is_never_rewritten(office: Office, mail_port: int) -> None:
    register(office, name="mail", kind="smtp", address=f"{HERE}:{mail_port}")
    office.on_site()
    run(office)
    probing.specify(office.ana, "R1")
    for sql in (
        "UPDATE attempt_try SET passed = 0",
        "DELETE FROM attempt_try",
        "UPDATE item_probe SET vantage = 'host'",
        "DELETE FROM item_probe",
        "INSERT INTO item_probe SELECT item_id, 9, vantage, probe, runs FROM item_probe",
        "INSERT OR REPLACE INTO item_probe SELECT item_id, position, 'site', probe, 0 FROM item_probe",
        "INSERT OR REPLACE INTO attempt_try SELECT attempt_id, position, probe, number, at, milliseconds, 0, text FROM attempt_try",
    ):
        with pytest.raises(StoreFault), office.lee.write("tamper") as unit:
            unit.execute(sql)
    with office.lee.write("use") as unit:
        unit.execute("UPDATE probe_order SET used_at = 1")
        unit.audit("visit", 1)
    with pytest.raises(StoreFault), office.lee.write("use twice") as unit:
        unit.execute("UPDATE probe_order SET used_at = 2")
