"""`ssh … result REFERENCE`: what a laptop measured inside the client's network, sent over the technician's connection."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from collections.abc import Callable

import pytest

from db import probes, sessions
from db.unit import Actor, unit_of_work
from dispatch.closeout.probes.laptop import specification_form
from dispatch.desk.closeout import probing
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.session.user import log_in
from dispatch.model.checklists import Attempt, Grade, Result
from dispatch.model.probes import Probe, ProbeKind, Vantage
from dispatch.remote.sitting import LONGEST_RESULT
from tests.quick import first_of
from tests.ssh.server import ROOT, Server
from tests.ssh.test_session import ANAS, EVAS
from tests.wall import started

ITEM = "T4.mail"


def dispatch(*words: str, data: bytes | None = None) -> bytes:
    """A command on this machine; returns what it printed."""
    done = subprocess.run(
        started("-m", "dispatch", *words), input=data, capture_output=True, timeout=30, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def attempts(server: Server) -> tuple[Attempt, ...]:
    """What stands on the item that is tested."""
    with server.store() as store:
        item = visit_page(store, ANAS).checklist.item(ITEM)
        assert item is not None
        return item.attempts


def measured(server: Server) -> bytes:
    """The result of a test of Ana's visit, as `dispatch probe` prints it."""
    with socket.create_server(("127.0.0.1", 0)) as inside:
        threading.Thread(target=lambda: [inside.accept() for _ in range(2)], daemon=True).start()
        with server.store() as store:
            item = visit_page(store, ANAS).checklist.item(ITEM)
            assert item is not None
            probe = Probe(
                ProbeKind.TCP, "mail", Vantage.SITE, host="127.0.0.1", port=inside.getsockname()[1], local=True
            )
            with unit_of_work(store, "test", Actor(None, "test", "test", "system")) as unit:
                probes.add_probes(unit, item.id, [probe])
                unit.audit("item", item.id)
        with server.store() as store:
            specification = probing.specify(log_in(store, "ana"), ANAS, [ITEM])
        return dispatch("probe", "-", data=json.dumps(specification_form(specification)).encode())


def changed(good: bytes) -> bytes:
    """The result with another verdict than its last try has."""
    form = json.loads(good)
    form["results"][0]["outcomes"][0]["passed"] = False
    return json.dumps(form).encode()


REFUSED: dict[str, tuple[str, str, Callable[[bytes], bytes], bytes]] = {
    "changed": ("ana", ANAS, changed, b"differs from the last try"),
    "too large": ("ana", ANAS, lambda good: b" " * (LONGEST_RESULT + 1) + good, b"at most 1,000,000 bytes"),
    "nothing": ("ana", ANAS, lambda good: b"", b"result: "),
    "noise": ("ana", ANAS, lambda good: b"\xff\x00\x1b[2J", b"result: "),
    "of another's visit": ("ana", EVAS, lambda good: good, b"not with Ana Ruiz"),
    "of no visit": ("ana", "R9999", lambda good: good, b"no visit"),
    "by another": ("ben", ANAS, lambda good: good, b"is with Ana Ruiz, not"),
}


@pytest.mark.again
@first_of("case", REFUSED, 2)
def test_a_result_that_is_refused(server: Server, case: str) -> None:
    who, reference, made, why = REFUSED[case]
    done = server.call(who, "result", reference, data=made(measured(server)))
    assert done.returncode == 1
    assert why in done.stderr, done.stderr
    assert b"Traceback" not in done.stderr
    assert b"\x1b" not in done.stderr
    assert attempts(server) == ()


def test_a_result_over_the_connection(server: Server) -> None:
    good = measured(server)
    done = server.call("ana", "result", ANAS, data=good)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{ITEM} pass\n".encode(), b"")
    (found,) = attempts(server)
    assert (found.result, found.grade, found.vantage) == (Result.PASS, Grade.MEASURED, "site")
    with server.store() as store:
        assert {(one.login, one.ended_as) for one in sessions.recent_sessions(store)} == {("ana", "result")}

    again = server.call("ana", "result", ANAS, data=good)
    assert again.returncode == 1
    assert b"brought back already" in again.stderr
    assert len(attempts(server)) == 1
