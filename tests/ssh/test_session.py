"""A technician's session behind a real sshd (design/remote.md, What a naive forced command would ship): every row of that list."""

from __future__ import annotations

import fcntl
import os
import re
import resource
import signal
import socket
import struct
import subprocess
import termios
import time
from pathlib import Path

import pytest

from db import checklists, sessions, visits
from db.store import Store, existing
from dispatch.desk.access import keyring
from dispatch.desk.adapters import key_file
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.session.refusals import NotAllowed
from dispatch.desk.session.user import log_in
from dispatch.remote.guard import MEMORY
from tests.quick import first_of
from tests.ssh.server import Server, free_port, parent_of, write_keys
from tests.terminal.terminal import Terminal

CHECKLIST = "Expectations agreed"
ANAS, EVAS = "R4036", "R4045"


BOTH_WAYS = first_of("server", ["plain", "warm"], indirect=True)
"""Without and with a warm parent: what holds of one holds of the other."""


def to_checklist(person: Terminal) -> None:
    """From my day to the checklist of Ana's visit."""
    person.wait_for("Grandview Optometry")
    os.write(person.fd, b"\r")
    person.wait_for("not ready to leave")


@BOTH_WAYS
def test_a_session_from_login_to_hang_up(server: Server) -> None:
    with server.connected("ana") as ana:
        ana.wait_for("Ana Ruiz")
        assert len(ana.sent) < 8_000, "the first screen"
        (process,) = server.sessions()
        proc = Path(f"/proc/{process}")
        status = (proc / "status").read_text()
        assert "Umask:\t0077" in status
        assert os.readlink(proc / "cwd") == "/"
        assert re.search(r"Max core file size +0 +0 ", (proc / "limits").read_text())
        parent_id = int(re.findall(r"PPid:\s+(\d+)", status)[0])
        if server.parent is None:
            parent = Path(f"/proc/{parent_id}/cmdline").read_bytes()
            assert b"sshd" in parent, "no shell stays between sshd and the session"
        else:
            assert parent_id == server.parent
            (waiting,) = server.waiting()
            assert {os.readlink(path) for path in Path(f"/proc/{waiting}/fd").iterdir()} <= {"/dev/null"} | {
                os.readlink(f"/proc/{waiting}/fd/0")
            }, "who waits does not hold the terminal"

        before = {path.name for path in server.folder.iterdir()}
        for keys in (b"\x10", b"\x1a", b"\x1c", b"\x04", b"\x13", b"\x1bOP", b"\x1b[122;5u", b"2", b"1", b"4"):
            os.write(ana.fd, keys)  # palette, suspend, quit, end of file, stop, help, and the modes of others
        shown = ana.read()
        assert "Search" not in shown
        assert "Ana Ruiz" in shown
        for junk in (
            b"\xe9", b"\xff\xfe", b"\x1b[M\xff\xff\xff", b"\x1b[<99999999999999999999;1;1M", b"\x1b[99999999999999999u",
            b"\x1b[8;3000;3000t\x1b[48;3000;3000;1;1t\x1b[?2048;1$y", b"\x1b]52;c;aGk=\x07",
            b"\x1b[200~" + b"x" * 9000 + b"\x1b[201~",
        ):  # fmt: skip
            os.write(ana.fd, junk)
            ana.read(quiet=0.1)
        os.write(ana.fd, b"\x1b\x1b")
        ana.read()
        assert server.sessions() == [process], "the session survives any bytes"
        assert ana.sent.count(b"\x1b]52") == 0
        assert {path.name for path in server.folder.iterdir()} - before <= {
            "firm.db.crashes.log",
            "firm.db.unsent",
            "firm.db.seats",
        }, "no key writes a file on the server"

        os.kill(ana.pid, signal.SIGKILL)
        assert server.wait_for_sessions(0) < 2
        assert server.waiting() == []
    with server.store() as store:
        (last,) = sessions.recent_sessions(store)
        assert (last.login, last.key_id, last.ended_as) == ("ana", server.key_of("ana"), "hung up")


REFUSED_COMMANDS = (
    "attach {visit} A1 x; touch {flag}",
    "internal-sftp",
    "id",
    "",
    "touch {flag}",
    "attach",
    "result {visit} $(touch {flag})",
    "mosh-server new",
)


@BOTH_WAYS
def test_nothing_but_the_terminal_and_two_commands(server: Server) -> None:
    flag = server.folder / "flag"
    for command in REFUSED_COMMANDS:
        words = command.format(visit=ANAS, flag=flag).split(" ") if command else []
        done = server.call("ana", *words, data=b"" if command.startswith("attach {") else None)
        assert done.returncode != 0, command
        assert b"uid=" not in done.stdout, command
        assert done.stderr.startswith(b"dispatch: "), (command, done.stderr)
        assert b"Traceback" not in done.stderr, command
        assert not flag.exists(), command
    server.wait_for_sessions(0, limit=2)


@BOTH_WAYS
def test_no_file_goes_either_way(server: Server) -> None:
    (server.folder / "up").write_text("x", encoding="utf-8")
    base = server.client("ana")[1:]
    port = base.index("-p")
    there = {"sftp": [server.at], "there": [str(server.folder / "up"), f"{server.at}:{server.folder / 'flag'}"]}
    back = [f"{server.at}:{server.db}", str(server.folder / "got")]
    for program in ("sftp", "scp there", "scp -O there", "scp -O back"):
        name, *flags = program.removesuffix(" there").removesuffix(" back").split()
        ways = [*base[:port], "-P", base[port + 1], *base[port + 2 :], *there.get(program.split()[-1], back)]
        done = subprocess.run(
            [name, *flags, *ways], capture_output=True, stdin=subprocess.DEVNULL, timeout=20, check=False
        )
        assert done.returncode != 0, program
        assert not (server.folder / "flag").exists(), program
        assert not (server.folder / "got").exists(), program
    server.wait_for_sessions(0, limit=2)


@BOTH_WAYS
def test_a_terminal_that_cannot_show_it_is_refused(server: Server) -> None:
    for term in ("dumb", ""):
        with server.connected("ana", TERM=term) as ana:
            ana.wait_for("TERM is empty or dumb")
            assert ana.wait_for_exit() == 2


@BOTH_WAYS
def test_a_revoked_key(server: Server) -> None:
    with server.connected("ana") as ana:
        ana.wait_for("Ana Ruiz")
        with server.store() as store:
            lead = log_in(store, "lee")
            keyring.revoke(lead, login="ana")
            began = time.monotonic()
            write_keys(store)
        server.wait_for_sessions(0)
        assert time.monotonic() - began < 3
        assert "revoked" in ana.read()
    with server.connected("ana") as again:
        assert again.wait_for_exit() == 255, "the key file has no line for it any more"
    assert server.call("ben").returncode == 2, "and others are let in"


@BOTH_WAYS
@pytest.mark.again
def test_a_second_login_supersedes_the_first_and_goes_on_there(server: Server) -> None:
    with server.connected("ana") as first:
        to_checklist(first)
        first.press("down")
        os.write(first.fd, b" ")  # A3: price basis shown
        first.wait_for("saved 14:")
        first.press("w")
        first.press(*"driver replaced")
        first.read()
        seen = len(first.sent)
        time.sleep(1.5)
        first.read()
        assert len(first.sent) - seen < 100, "nothing blinks"
        with server.connected("ana") as second:
            second.wait_for("Back at item")
            assert "last saved" in "\n".join(second.screen.display)
            server.wait_for_sessions(1)
            assert "connected again" in first.read()
            second.wait_for("driver replaced")  # typed and not saved
    with server.store() as store:
        assert {one.ended_as for one in sessions.recent_sessions(store)} <= {"superseded", "hung up", ""}


@pytest.mark.again
@BOTH_WAYS
def test_a_claimed_size_is_not_drawn_and_no_session_takes_much(server: Server) -> None:
    with server.connected("ana", columns=65535, rows=65535) as ana:
        to_checklist(ana)
        for size in (2999, 65535, 0, 65534):
            fcntl.ioctl(ana.fd, termios.TIOCSWINSZ, struct.pack("HHHH", size, size, 0, 0))
            os.kill(ana.pid, signal.SIGWINCH)
            ana.read(quiet=0.2)
        assert len(ana.sent) < 1_000_000
        (process,) = server.sessions()
        took = {
            name: int(value) * 1024
            for name, value in re.findall(r"(Vm\w+):\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
        }
        limits = Path(f"/proc/{process}/limits").read_text()
        for name, kind, taken in (
            ("Max address space", resource.RLIMIT_AS, "VmPeak"),
            ("Max data size", resource.RLIMIT_DATA, "VmData"),
        ):
            assert f"{MEMORY[kind]} " in re.findall(rf"{name}.*", limits)[0]
            assert took[taken] < MEMORY[kind] / 5, took
        os.kill(ana.pid, signal.SIGKILL)
        assert server.wait_for_sessions(0) < 2, "it ends with its client"


@pytest.mark.again
def test_a_session_that_cannot_write_any_more_ends_with_its_key(server: Server) -> None:
    """Nobody takes what it draws: the session waits for ever, and is ended from beside."""
    with server.connected("ana") as ana:
        ana.wait_for("Ana Ruiz")
        (process,) = server.sessions()
        sshd = parent_of(Path(f"/proc/{process}"))
        terminal = os.open(os.readlink(f"/proc/{process}/fd/0"), os.O_RDWR | os.O_NOCTTY)
        os.kill(sshd, signal.SIGSTOP)
        try:
            for number in range(200):
                fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24 + number % 2, 80, 0, 0))
                time.sleep(0.02)
            with server.store() as store:
                keyring.revoke(log_in(store, "lee"), login="ana")
            assert server.wait_for_sessions(0, limit=15) < 12
        finally:
            os.close(terminal)
            os.kill(sshd, signal.SIGCONT)
    assert "ended by the watchdog: key revoked" in (server.folder / "firm.db.crashes.log").read_text()


@BOTH_WAYS
@pytest.mark.again
def test_a_crash_is_one_line_with_a_number(server: Server) -> None:
    with server.connected("ana") as ana:
        ana.wait_for("Ana Ruiz")
        seen = len(ana.sent)
        with server.store() as store:
            store.conn.execute("UPDATE setting SET value = '[1, 2, 3' WHERE key = 'name'")
        ana.wait_for("something went wrong")
        server.wait_for_sessions(0)
        said = ana.sent[seen:].decode()
    number = re.search(r"error ([0-9a-f]{8})", said)
    assert number is not None
    for secret in ("Traceback", str(server.folder), "json", ".py", "store", "locals", "[1, 2, 3"):
        assert secret not in said
    log = server.folder / "firm.db.crashes.log"
    assert log.stat().st_mode & 0o777 == 0o600
    assert number[1] in log.read_text()
    assert "Traceback" in log.read_text()


@BOTH_WAYS
def test_hostile_text_of_others_moves_nothing(server: Server) -> None:
    hostile = "\x1b]0;owned\x07\x1b[31mred\x9b31m\u202eevil[/x][link=http://a]\x1b]52;c;aGk=\x07"
    with server.store() as store:
        store.conn.execute("UPDATE client SET name = ? || id", (hostile,))
        store.conn.execute("UPDATE site SET access_notes = ?, address = ?", (hostile, hostile))
    with server.connected("ana") as ana:
        ana.wait_for("evil")
        os.write(ana.fd, b"\r")
        ana.wait_for("not ready to leave")
        data = ana.sent
    data = data.replace(b"\x1b]22;default\x07", b"")  # Textual's own: the shape of the pointer
    assert b"\x1b]" not in data
    assert b"\xc2\x9b" not in data
    assert "\u202e".encode() not in data
    assert b"\x07" not in data


@BOTH_WAYS
@pytest.mark.again
def test_what_was_shown_as_saved_is_there_after_a_kill(server: Server) -> None:
    with server.connected("ana") as ana:
        to_checklist(ana)
        ana.press("down")
        seen = len(ana.sent)
        os.write(ana.fd, b" ")
        ana.wait_for("saved 14:")
        assert len(ana.sent) - seen < 800, "the line, the cursor, the counts, the foot and the header"
        os.kill(server.sessions()[0], signal.SIGKILL)
        with server.store() as store:
            item = visit_page(store, ANAS).checklist.item("A3")
            assert item is not None
            assert item.latest is not None
            rows = store.all("SELECT session, via, detail FROM audit WHERE deed = 'record' ORDER BY seq DESC LIMIT 1")
            assert rows[0][1] == "seat"
            assert f'"key_id":{server.key_of("ana")}' in rows[0][2]
            assert sessions.session(store, rows[0][0]) is not None


@BOTH_WAYS
def test_nothing_is_forwarded_but_the_way_of_the_site_tests(server: Server) -> None:
    inside = free_port()
    local, dynamic, foreign = free_port(), free_port(), free_port()
    options = (
        "-L", f"{local}:127.0.0.1:{inside}", "-D", str(dynamic), "-R", f"{foreign}:127.0.0.1:{inside}",
        "-A", "-X",
    )  # fmt: skip
    with server.connected("ana", *options) as ana:
        ana.wait_for("Ana Ruiz")
        listening = subprocess.run(["cat", "/proc/net/tcp"], capture_output=True, text=True, check=True).stdout
        assert f":{foreign:04X} 00000000:0000 0A" not in listening
        environment = Path(f"/proc/{server.sessions()[0]}/environ").read_bytes()
        assert b"SSH_AUTH_SOCK" not in environment
        assert b"DISPLAY" not in environment


@pytest.mark.again
def test_attaching_a_photograph(server: Server) -> None:
    photo = os.urandom(70_000)
    done = server.call("ana", "attach", ANAS, "T1", "../../rack photo.jpg", data=photo)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"rack photo.jpg" in done.stdout
    assert server.call("ana", "attach", EVAS, "T1", "x.jpg", data=photo).returncode == 1, "another's visit"
    kept = [path for path in (server.folder / "firm.db.files").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [photo]
    assert kept[0].stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_attached(server: Server) -> None:
    for what, who, item, data, why in (
        ("too large", "ana", "T1", bytes(20_000_001), b"larger than 20 MB"),
        ("no item", "ana", "T1.1", b"photograph", b"has no item"),
        ("another's", "ben", "T1", b"photograph", b""),
        ("empty", "ana", "T1", b"", b""),
    ):
        done = server.call(who, "attach", ANAS, item, "x.jpg", data=data)
        assert done.returncode == 1, what
        assert why in done.stderr, what
        assert not any(path.is_file() for path in (server.folder / "firm.db.files").rglob("*")), what


def test_permission_is_asked_where_it_is_written(server: Server) -> None:
    """With every screen bypassed."""
    from dispatch.desk.access import logins
    from dispatch.desk.closeout import onsite

    with server.store() as store:
        ana = logins.log_in_by_key(store, server.key_of("ana"))
        with pytest.raises(NotAllowed):
            onsite.work(ana, EVAS, "not mine")
        onsite.work(ana, ANAS, "mine")
        keyring.revoke(log_in(store, "lee"), login="ana")
        with pytest.raises(NotAllowed, match="over"):
            onsite.work(ana, ANAS, "after all")
        with pytest.raises(NotAllowed):
            logins.log_in_by_key(store, 1)


@BOTH_WAYS
def test_the_way_into_the_clients_network(own_site_port: None, server: Server, tmp_path: Path) -> None:
    """A request through the port leaves from the client's side, and the session knows whose port it is."""
    with server.store() as store:
        port = key_file.site_port(log_in(store, "ana").staff.id)
    foreign = key_file.FIRST_SITE_PORT + 77
    with (
        socket.create_server(("127.0.0.1", 0)) as inside,
        server.connected("ana", "-R", f"localhost:{port}", "-R", f"localhost:{foreign}") as ana,
    ):
        ana.wait_for("Ana Ruiz")
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", foreign), 2):
            pass
        with socket.create_connection(("127.0.0.1", port), 5) as proxy:
            proxy.sendall(b"\x05\x01\x00")
            assert proxy.recv(2) == b"\x05\x00"
            proxy.sendall(b"\x05\x01\x00\x01\x7f\x00\x00\x01" + inside.getsockname()[1].to_bytes(2, "big"))
            inside.settimeout(5)
            inside.accept()[0].close()
        ana.wait_for("site tests")


@BOTH_WAYS
def test_another_listener_on_the_port_is_no_way_in(own_site_port: None, server: Server) -> None:
    with server.store() as store:
        port = key_file.site_port(log_in(store, "ana").staff.id)
    with socket.create_server(("127.0.0.1", port)), server.connected("ana") as ana:
        ana.wait_for("Ana Ruiz")
        assert "site tests" not in ana.read(quiet=2.5)


def test_a_day_is_taken_along_and_handed_in(server: Server, tmp_path: Path) -> None:
    from dispatch.desk.closeout import onsite
    from dispatch.desk.takings import taking

    taken = server.call("ana", "take")
    assert taken.returncode == 0, taken.stderr
    assert ANAS.encode() in taken.stderr
    (tmp_path / "today.db").write_bytes(taken.stdout)
    with Store.open(tmp_path / "today.db") as store:
        ana = log_in(store)
        onsite.work(ana, ANAS, "in the cellar")
        document = b"".join(taking.written(ana))
    assert server.call("ben", "hand-in", data=document).returncode == 1, "another's"
    done = server.call("ana", "hand-in", data=document)
    assert (done.returncode, done.stderr) == (0, b"")
    assert f"{ANAS} ".encode() in done.stdout
    with server.store() as store:
        visit = existing(visits.visit_by_reference(store, ANAS))
        assert [entry.text for entry in checklists.checklist(store, visit.id).entries] == ["in the cellar"]
    assert b"is no day" in server.call("ana", "take", "2026-13-01").stderr
