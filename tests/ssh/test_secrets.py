"""A password that is typed in a session of the warm parent: it stays in the session."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from db import probes
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.desk.log.visit_page import visit_page
from dispatch.model.checklists import Result
from dispatch.model.probes import Probe, ProbeKind
from tests.closeout.probes.servers import HERE
from tests.closeout.probes.ssh_servers import PASSWORD, saying_by_ssh, ssh_serving
from tests.ssh.server import warm_parent
from tests.ssh.test_session import ANAS, to_checklist
from tests.ssh.test_warm import db, logged_in, sessions_of

__all__ = ["db"]
ITEM = "T4.mail"


def in_memory(process: int, secret: bytes) -> bool:
    """Whether a process has it anywhere in what it may write to."""
    with open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text(encoding="utf-8").splitlines():
            span, access, *_ = line.split()
            first, last = (int(end, 16) for end in span.split("-"))
            if access.startswith("rw"):
                with contextlib.suppress(OSError, OverflowError, ValueError):
                    memory.seek(first)
                    if secret in memory.read(last - first):
                        return True
    return False


def test_it_never_enters_the_parent_nor_a_file_nor_the_line(db: Path, tmp_path: Path) -> None:
    if not os.access(f"/proc/{os.getpid()}/mem", os.R_OK) or os.geteuid() != 0:
        pytest.skip("needs leave to trace: run as root")
    secret = PASSWORD.encode()
    with ssh_serving(saying_by_ssh("41\n"), banner=PASSWORD) as talk, warm_parent(db, tmp_path / "log") as process:
        with Store.open(db) as store:
            item = visit_page(store, ANAS).checklist.item(ITEM)
            assert item is not None
            probe = Probe(
                ProbeKind.SSH, "mail", host=HERE, port=talk.port, local=True, user="root", ask="free disk", pin=talk.pin
            )
            with unit_of_work(store, "test", Actor(None, "test", "test", "system")) as unit:
                probes.add_probes(unit, item.id, [probe])
                unit.audit("item", item.id)
        with logged_in(db) as ana:
            to_checklist(ana)
            ana.press("R")
            ana.wait_for(f"The password of root@{HERE}")
            os.write(ana.fd, secret)
            ana.press("enter")
            ana.wait_for("pass")
            (session,) = sessions_of(process.pid)
            assert in_memory(session, secret), "what is looked for can be found"
            assert not in_memory(process.pid, secret)
            for name in ("cmdline", "environ"):
                assert secret not in Path(f"/proc/{session}/{name}").read_bytes()
            assert secret not in bytes(ana.sent)
        with Store.open(db) as store:
            item = visit_page(store, ANAS).checklist.item(ITEM)
            assert item is not None
            assert item.latest is not None
            assert item.latest.result is Result.PASS
    assert talk.passwords == [PASSWORD]
    held = [path for path in tmp_path.rglob("*") if path.is_file() and secret in path.read_bytes()]
    assert held == []
