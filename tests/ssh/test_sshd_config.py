"""The block for sshd: fifty people behind one address, and no file that was only half written."""

# ruff: noqa: F811  (the fixture)
from __future__ import annotations

import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from db import sessions
from db.faults import StoreFault
from db.store import Store
from dispatch.desk.access import client_network, keyring
from dispatch.desk.access.logins import log_in_by_key
from dispatch.desk.adapters import sshd_config
from dispatch.desk.adapters.key_file import site_port
from tests.conftest import Dispatch
from tests.desk.conftest import Office, office  # noqa: F401  (the fixture)
from tests.ssh.server import SSHD, Server, free_port

OFFICE_OF = 50
KINDS_OF_9_8 = {"crash", "authfail", "noauth", "grace-exceeded", "min", "max"}
"""Penalties that the first sshd with any of them knows. One that it does not know keeps it from starting."""


def test_fifty_people_behind_one_address_are_all_answered(server: Server) -> None:
    """Nobody is turned away before they could show a key: neither at random nor for their address."""
    with ExitStack() as lines:
        there = [
            lines.enter_context(socket.create_connection(("127.0.0.1", server.port), 10)) for _ in range(OFFICE_OF)
        ]
        assert [line.recv(4) for line in there] == [b"SSH-"] * OFFICE_OF


@pytest.mark.parametrize(
    ("version", "known"), [(None, False), ((8, 4), False), ((9, 2), False), ((9, 8), True), ((10, 0), True)]
)
def test_penalties_are_for_an_sshd_that_knows_them(version: tuple[int, int] | None, known: bool) -> None:
    text = sshd_config.block("dispatch", Path("/srv/dispatch/firm.db.keys"), version=version)
    assert ("PerSourcePenalties" in text) is known
    kinds = {word.partition(":")[0] for word in text.partition("PerSourcePenalties ")[2].partition("\n")[0].split()}
    assert kinds <= KINDS_OF_9_8
    # below where anybody is dropped at random, one address is never enough
    startups = int(text.partition("MaxStartups ")[2].partition(":")[0])
    assert OFFICE_OF < int(text.partition("PerSourceMaxStartups ")[2].split()[0]) < startups


def test_a_block_that_failed_is_none_that_sshd_takes(needs_sshd: None, tmp_path: Path) -> None:
    printed = Dispatch(tmp_path / "nothing.db")("sshd-config", "--user", "dispatch")
    assert printed.code == 1
    config = tmp_path / "failed.conf"
    config.write_text(printed.out)
    done = subprocess.run([SSHD, "-t", "-f", str(config)], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "dispatch-sshd-config-failed" in done.stderr


def test_a_block_is_written_in_one_step(office: Office, tmp_path: Path) -> None:
    dispatch = Dispatch(office.store.path)
    target = tmp_path / "dispatch.conf"
    assert dispatch("sshd-config", "--user", "dispatch", "-o", str(target)).code == 0
    assert target.read_text() == dispatch("sshd-config", "--user", "dispatch").out
    assert target.stat().st_mode & 0o777 == 0o644
    failed = Dispatch(tmp_path / "nothing.db")("sshd-config", "-o", str(tmp_path / "other.conf"))
    assert failed.code == 1
    assert not (tmp_path / "other.conf").exists()
    with pytest.raises(StoreFault):
        sshd_config.put("x", tmp_path / "no" / "folder.conf")


def test_a_check_is_not_good_where_no_sshd_answers() -> None:
    port = free_port()
    said = sshd_config._unanswered([f"listenaddress 127.0.0.1:{port}"])
    assert said is not None
    assert f"127.0.0.1:{port}" in said


def test_a_running_sshd_answers(server: Server) -> None:
    assert sshd_config._unanswered([f"listenaddress 0.0.0.0:{server.port}"]) is None


def test_the_fingerprint_of_the_machine_is_what_ssh_shows(server: Server) -> None:
    (server.folder / "ssh_host_ed25519_key.pub").write_text((server.folder / "host.pub").read_text())
    said = subprocess.run(
        ["ssh-keygen", "-lf", str(server.folder / "host.pub")], capture_output=True, text=True, check=True
    ).stdout
    assert sshd_config.host_fingerprints(server.folder) == [f"ED25519 {said.split()[1]}"]


def test_a_second_session_leaves_the_first_its_way(
    needs_sshd: None, own_site_port: None, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where sshd's open files may not be read: who found the way keeps it, who comes later is told whose it is."""
    keys = []
    for name in ("laptop", "phone"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True)
        keys.append(keyring.add_key(office.lee, "ana", (tmp_path / f"{name}.pub").read_text()))
    # a process that is nobody's sshd, and whose files cannot be read
    monkeypatch.setattr(client_network, "_sshd", 2**22 + 1)
    with (
        Store.open(office.store.path) as first_store,
        Store.open(office.store.path) as second_store,
        Store.open(office.store.path) as third_store,
        socket.create_server(("127.0.0.1", site_port(office.ana.staff.id))),
    ):
        for store in (first_store, second_store, third_store):
            store.clock = office.clock
        laptop = log_in_by_key(first_store, keys[0].id)
        assert client_network.open_port(laptop) is not None
        office.clock.advance(60)
        phone = log_in_by_key(second_store, keys[1].id)
        assert client_network.open_port(phone) is None
        assert "another connection of yours has it" in client_network.how_to_open(phone)
        assert client_network.open_port(laptop) is not None, "and keeps it"
        first_store.close()  # the process is gone, and could not say so
        assert [one.id for one in sessions.open_sessions(third_store)] == [phone.session]
        office.clock.advance(60)
        assert client_network.open_port(phone) is not None
