"""A real sshd on a loopback port of its own, with its own host key and configuration, and clients of it."""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import os
import pty
import re
import shutil
import signal
import socket
import struct
import subprocess
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from db import sessions
from db.store import Store
from dispatch.desk.access import keyring
from dispatch.desk.adapters import key_file, sshd_config
from dispatch.desk.session.user import log_in
from tests.terminal.terminal import Terminal
from tests.wall import started

ROOT = Path(__file__).parents[2]
SSHD = shutil.which("sshd") or "/usr/sbin/sshd"


def why_not() -> str | None:
    """Why there can be no sshd here; None: there can."""
    if not Path(SSHD).exists() or shutil.which("ssh") is None:
        return "needs sshd and ssh: install the packages openssh-server and openssh-client"
    if os.geteuid() != 0:
        return "needs a real sshd: run as root"
    return None


@dataclass(frozen=True)
class Server:
    """The server and the database behind it."""

    folder: Path
    db: Path
    port: int
    parent: int | None = None
    """The warm parent's process, where there is one."""

    def client(self, who: str) -> list[str]:
        """`ssh` with the key of `who` and nothing of this machine's own configuration."""
        return [
            "ssh", "-F", "none", "-i", str(self.folder / who), "-p", str(self.port), "-o", "IdentitiesOnly=yes",
            "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
            "-o", "BatchMode=yes",
        ]  # fmt: skip

    @property
    def at(self) -> str:
        """User and host."""
        return f"{getpass.getuser()}@127.0.0.1"

    def call(
        self, who: str, *command: str, options: tuple[str, ...] = (), data: bytes | None = None, limit: float = 20
    ) -> subprocess.CompletedProcess[bytes]:
        """Ask for a command without a terminal."""
        return subprocess.run(
            [*self.client(who), *options, self.at, *command],
            input=data,
            stdin=subprocess.DEVNULL if data is None else None,
            capture_output=True,
            timeout=limit,
            check=False,
        )

    @contextlib.contextmanager
    def connected(
        self,
        who: str,
        *options: str,
        columns: int = 80,
        rows: int = 24,
        port: int | None = None,
        words: list[str] | None = None,
        **environment: str,
    ) -> Iterator[Terminal]:
        """Somebody at a terminal of that size, connected."""
        words = words or [*self.client(who), "-tt", *options, self.at]
        if port:
            words[words.index("-p") + 1] = str(port)
        pid, fd = pty.fork()
        size = struct.pack("HHHH", rows, columns, 0, 0)
        if pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            os.environ.update({"TERM": "xterm-256color", **environment})
            os.execvp("ssh", words)
        try:
            yield Terminal(pid, fd, min(columns, 400), min(rows, 200))
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
            os.close(fd)

    def store(self) -> Store:
        """A connection of the test's own."""
        return Store.open(self.db)

    def key_of(self, who: str) -> int:
        """The id of the live key of a person."""
        with self.store() as store:
            return next(key.id for key in sessions.live_keys(store) if key.login == who)

    def sessions(self) -> list[int]:
        """The processes of sessions at this database."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (process / "cmdline").read_bytes().split(b"\0")
                mine = str(self.db).encode() in words and b"-I" in words
                if mine and (b"seat" in words or (self.parent is not None and parent_of(process) == self.parent)):
                    found.append(int(process.name))
        return found

    def waiting(self) -> list[int]:
        """The processes that wait between sshd and a session of the warm parent: children of sshd that are shells."""
        sshd = int((self.folder / "sshd.pid").read_text())
        ours = {sshd}
        found = []
        for process in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
            with contextlib.suppress(OSError):
                if parent_of(process) in ours:
                    ours.add(int(process.name))
                    if (process / "cmdline").read_bytes().startswith(b"sh\0"):
                        found.append(int(process.name))
        return found

    def wait_for_sessions(self, number: int, limit: float = 10.0) -> float:
        """Wait until so many sessions are there; returns how long it took."""
        began = time.monotonic()
        while len(self.sessions()) != number:
            assert time.monotonic() - began < limit, f"{len(self.sessions())} sessions, {number} were expected"
            time.sleep(0.02)
        return time.monotonic() - began


def parent_of(process: Path) -> int:
    """The parent of a process in /proc.

    Raises:
        OSError: it is gone.
    """
    return int((process / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[1])


@contextlib.contextmanager
def warm_parent(db: Path, said: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A warm parent of the sessions at a database, as systemd begins it. What it says is written to `said`."""
    with said.open("wb") as log:
        words = started("-m", "dispatch", "seat-parent", "--db", str(db))
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=ROOT)
    try:
        deadline = time.monotonic() + 60
        while b"are begun by process" not in said.read_bytes():
            assert process.poll() is None, said.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.wait(10)


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def listening(port: int, limit: float = 10.0) -> None:
    """Wait until somebody listens on a port of loopback."""
    deadline = time.monotonic() + limit
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert time.monotonic() < deadline, f"nobody listens on {port}"
        time.sleep(0.02)


def write_keys(store: Store) -> None:
    """Make the key file of a database, as `on_the_tests_clock` has it."""
    on_the_tests_clock(key_file.write(store))


def on_the_tests_clock(path: Path) -> None:
    """Let the sessions of a key file begin with the clock of the test."""
    guard = str(key_file.guard())
    begun = " ".join(started(guard, flags=("-I",))[1:])
    path.write_text(path.read_text(encoding="utf-8").replace(f"-I {guard}", begun), encoding="utf-8")


@contextlib.contextmanager
def serving(folder: Path, db: Path, *logins: str, warm: bool = False, **changes: str) -> Iterator[Server]:
    """An sshd for the database, with a key for each of `logins`, as `dispatch sshd-config` has it; `warm` with a parent.

    Only what a test's server must have otherwise is changed: port, host key, and the strictness about folders, because
    those of tests are below one that everybody may write. By `SHLVL` bash takes itself for one that another began, and reads
    no start file of root's, as the `/bin/sh` of a service user does not.
    """
    port = free_port()
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "host")], check=True)
    with Store.open(db) as store:
        lead = log_in(store, "lee")
        for login in logins:
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / login)], check=True)
            keyring.add_key(lead, login, (folder / f"{login}.pub").read_text(encoding="ascii"))
        write_keys(store)
        block = sshd_config.block(getpass.getuser(), key_file.path_of(store), version=sshd_config.version())
    for name, value in changes.items():
        block = re.sub(rf"(?m)^(\s*){name} .*$", rf"\g<1>{name} {value}", block)
    config = folder / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile {folder}/sshd.pid\nStrictModes no\n"
        f"PermitRootLogin prohibit-password\nUsePAM no\nLogLevel ERROR\nSetEnv SHLVL=1\n{block}",
        encoding="utf-8",
    )
    process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(config)], stderr=(folder / "sshd.log").open("wb"))
    try:
        listening(port)
        with warm_parent(db, folder / "parent.log") if warm else contextlib.nullcontext() as parent:
            yield Server(folder, db, port, None if parent is None else parent.pid)
    finally:
        process.terminate()
        process.wait(10)
