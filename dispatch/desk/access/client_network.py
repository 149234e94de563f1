"""The way into a client's network that a technician's own connection lends: a SOCKS port of sshd on loopback (design/remote.md).

Everybody has one port, and the key file lets their keys listen on no other. Before a test goes that way, its listener is
looked at: loopback only, of the user that sshd serves this session as, and of this very connection.
"""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

from db import sessions
from dispatch.desk.adapters.key_file import site_port
from dispatch.desk.session.user import User

SETTLED_SECONDS = 10
"""After so long a session has found the way of its connection, if there is one: ssh asks for it before the terminal."""
_LISTENING = "0A"
_LOOPBACK = {f"{int.from_bytes(socket.inet_aton('127.0.0.1'), 'little'):08X}", "0" * 24 + "01000000"}
"""127.0.0.1 and ::1 as the kernel writes them."""


_sshd = 0
"""The process that serves this connection; 0: the one that began this process."""


def served_by(process: int) -> None:
    """Say which process sshd began for this connection, where it is not this one: what it holds open is looked at there."""
    global _sshd
    with contextlib.suppress(OSError, ValueError, IndexError):
        _sshd = int(
            Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[1]
        )


def open_port(user: User) -> int | None:
    """The port on loopback of this session's way into the client's network; None: the connection lends none, or not verifiably
    this one's. A look of well under a millisecond."""
    if user.key_id is None:
        return None
    port = site_port(user.staff.id)
    inodes = _listeners(port)
    if inodes is None:
        return None
    try:
        held = {os.readlink(entry) for entry in Path(f"/proc/{_sshd or os.getppid()}/fd").iterdir()}
    except OSError:  # sshd lets nobody but root look at its open files
        return port if _claimed(user, inodes) else None
    return port if any(f"socket:[{inode}]" in held for inode in inodes) else None


def how_to_open(user: User) -> str:
    """What somebody does to open the way."""
    if _listeners(site_port(user.staff.id)) is not None:
        return "another connection of yours has it: test from there, or close that session and connect again"
    return f"connect again with the RemoteForward line that came with your key, or ssh -R localhost:{site_port(user.staff.id)} …"


def _listeners(port: int) -> set[str] | None:
    """The sockets that listen there; None where there is none, or one that is not ours or open to others."""
    ports = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        if table == "/proc/net/tcp" and f":{port:04X} " not in "".join(lines):
            return None  # we connect to 127.0.0.1; a table takes the kernel milliseconds
        for line in lines:
            _, local, _, state, _, _, _, uid, _, inode, *_ = line.split()
            host, _, number = local.rpartition(":")
            if state != _LISTENING or int(number, 16) != port:
                continue
            if host not in _LOOPBACK or int(uid) != os.getuid():
                return None
            ports.add(inode)
    return ports or None


def _claimed(user: User, inodes: set[str]) -> bool:
    """Whether what listens was found to be this session's, now or before.

    The port is this session's if the person has no other: nobody else's keys may listen there. A session that found its own says
    so as long as it lives, and keeps it beside others; one that begins beside others has what was open at its beginning, if none
    of them had found it.
    """
    presence, names = user.store.presence, [f"way {inode}" for inode in inodes]
    if any(presence.is_mine(name) for name in names):
        return True
    there = sessions.open_sessions(user.store, user.staff.id)
    others = [login for login in there if login.id != user.session]
    mine = next((login for login in there if login.id == user.session), None)
    if mine is None or any(presence.held(name) for name in names):
        return False
    settled_before = all(login.started_at < mine.started_at - SETTLED_SECONDS for login in others)
    if others and not (user.now - mine.started_at <= SETTLED_SECONDS and settled_before):
        return False
    for name in names:
        presence.hold(name)
    return True
