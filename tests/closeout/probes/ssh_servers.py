"""Servers that speak SSH on loopback: OpenSSH's, and one of the tests' own that takes a password and says what it is told to."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

from dispatch.closeout.probes.certificate import typed_fingerprint
from tests.closeout.probes.servers import HERE
from tests.ssh.server import SSHD, free_port, listening

PASSWORD = "correct-horse-9417-battery"
Says = Callable[[Any], Awaitable[None]]
"""What a server does with a command: it writes to the process that it is handed, and ends it."""


def saying_by_ssh(output: str, status: int = 0, complaints: str = "") -> Says:
    """Says this and ends."""

    async def says(process: Any) -> None:
        process.stderr.write(complaints)
        process.stdout.write(output)
        process.exit(status)

    return says


@dataclass
class Talk:
    """A server, what it was asked, and with which passwords somebody tried to sign in."""

    port: int
    pin: str
    commands: list[str] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)
    environments: list[dict[str, str]] = field(default_factory=list)
    terminals: list[str | None] = field(default_factory=list)


@contextlib.contextmanager
def ssh_serving(says: Says, *, banner: str = "", let_in: bool = True) -> Iterator[Talk]:
    """A server that takes `PASSWORD`, or nobody, and then does `says`."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    talk = Talk(free_port(), typed_fingerprint(key.get_fingerprint("sha256")))

    class Server(asyncssh.SSHServer):
        def connection_made(self, conn: Any) -> None:
            self.conn = conn

        def begin_auth(self, username: str) -> bool:
            if banner:
                self.conn.send_auth_banner(banner)
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            talk.passwords.append(password)
            return let_in and password == PASSWORD

    async def handle(process: Any) -> None:
        talk.commands.append(process.command)
        talk.environments.append(dict(process.env))
        talk.terminals.append(process.term_type)
        with contextlib.suppress(OSError, asyncssh.Error):
            await says(process)

    begun, loop = threading.Event(), asyncio.new_event_loop()

    async def serve() -> None:
        server = await asyncssh.create_server(
            Server, HERE, talk.port, server_host_keys=[key], process_factory=handle, line_editor=False
        )
        begun.set()
        await server.wait_closed()

    def through() -> None:
        asyncio.set_event_loop(loop)
        task = loop.create_task(serve())
        loop.run_forever()
        for one in asyncio.all_tasks(loop):
            one.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)

    thread = threading.Thread(target=through, daemon=True)
    thread.start()
    assert begun.wait(10)
    try:
        yield talk
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


@dataclass(frozen=True)
class RealServer:
    """OpenSSH's server: its port, its host key's fingerprint as OpenSSH writes it, and an agent that holds a key for it."""

    port: int
    pin: str
    agent: str


@contextlib.contextmanager
def openssh(folder: Path) -> Iterator[RealServer]:
    """A real sshd that takes a key, with everything allowed that the program does not ask for, and an agent with that key."""
    for name in ("host", "own"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    port = free_port()
    config = folder / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\nStrictModes no\nUsePAM no\n"
        f"PermitRootLogin yes\nAuthorizedKeysFile {folder}/own.pub\nAllowAgentForwarding yes\nLogLevel ERROR\n",
        encoding="utf-8",
    )
    shown = subprocess.run(["ssh-keygen", "-lf", str(folder / "host.pub")], check=True, capture_output=True, text=True)
    agent = str(folder / "agent")
    listener = subprocess.Popen(["ssh-agent", "-D", "-a", agent], stdout=subprocess.DEVNULL)
    server = subprocess.Popen([SSHD, "-D", "-e", "-f", str(config)], stderr=(folder / "sshd.log").open("wb"))
    try:
        listening(port)
        environment = {**os.environ, "SSH_AUTH_SOCK": agent}
        subprocess.run([shutil.which("ssh-add") or "ssh-add", "-q", str(folder / "own")], check=True, env=environment)
        yield RealServer(port, shown.stdout.split()[1], agent)
    finally:
        for process in (server, listener):
            process.terminate()
            process.wait(10)
