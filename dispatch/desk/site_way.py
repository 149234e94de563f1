"""The way into a client's network that a technician's own connection lends: a SOCKS port of sshd on loopback (remote.md).

Everybody has one port, and the key file lets their keys listen on no other. Before a test goes that way, its listener is
looked at: loopback only, of the user that sshd serves this seat as, and of this very connection.
"""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

from db import sessions
from dispatch.desk.key_file import site_port
from dispatch.desk.seat import Seat

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


def address(seat: Seat) -> tuple[str, int] | None:
    """Where the SOCKS proxy of this session listens; None: the connection lends no way, or not verifiably this one's."""
    port = open_port(seat)
    return None if port is None else ("127.0.0.1", port)


def open_port(seat: Seat) -> int | None:
    """The port on loopback of this session's way into the client's network. A look of well under a millisecond."""
    if seat.key_id is None:
        return None
    port = site_port(seat.staff.id)
    inodes = _listeners(port)
    return port if inodes is not None and _of_this_session(seat, inodes) else None


def how_to_open(seat: Seat) -> str:
    """What somebody types to open the way."""
    return f"ssh -R localhost:{site_port(seat.staff.id)} …, or the RemoteForward line that came with your key"


def _listeners(port: int) -> set[str] | None:
    """The sockets that listen there; None where there is none, or one that is not ours or open to others."""
    found = set()
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
            found.add(inode)
    return found or None


def _of_this_session(seat: Seat, inodes: set[str]) -> bool:
    """Whether the sshd of this seat holds one of the sockets.

    sshd lets nobody but root look at its open files. Where we may not, the port is this session's if the person has no
    other: nobody else's keys may listen there.
    """
    try:
        held = {os.readlink(entry) for entry in Path(f"/proc/{_sshd or os.getppid()}/fd").iterdir()}
    except OSError:
        return [one.id for one in sessions.open_sessions(seat.store, seat.staff.id)] == [seat.session]
    return any(f"socket:[{inode}]" in held for inode in inodes)
