"""`smtp host:port`: greeting and EHLO, and STARTTLS where it is asked for; on 465 under TLS from the start (RFC 5321, RFC 3207,
RFC 8314). No mail is sent."""

from __future__ import annotations

import contextlib

from dispatch.closeout.probes import tls
from dispatch.closeout.probes.connection import Connection
from dispatch.closeout.probes.deadline import Deadline, ProbeFault, Seen, received
from dispatch.closeout.probes.vantage import Dialer
from dispatch.model.probes import Probe

_LINES = 60
"""Lines that a reply has at most."""


def run(probe: Probe, dialer: Dialer, deadline: Deadline, now: int) -> Seen:
    """What was seen. Raises ProbeFault, OSError."""
    with dialer.open(probe.host, probe.port, deadline, local=probe.local) as connection:
        if probe.secure:
            tls.begun(connection, probe, deadline, now)
        deadline.doing = "waiting for the greeting"
        greeting = _reply(connection, "220", "greeted")
        if probe.expect and probe.expect.encode() not in b"\n".join(greeting):
            raise ProbeFault(f"greeted with “{received(greeting[0])}” and not “{probe.expect}”")
        offers = _hello(connection, deadline)
        sentence = f"greeted with “{received(greeting[0])}”, EHLO taken"
        if probe.starttls:
            if not any(offer[4:].strip().upper() == b"STARTTLS" for offer in offers):
                raise ProbeFault("greeting and EHLO are good, but it does not offer STARTTLS", final=True)
            _start_tls(connection, probe, deadline, now)
            _hello(connection, deadline)
            sentence += ", STARTTLS taken"
        with contextlib.suppress(OSError, ProbeFault):
            connection.send(b"QUIT\r\n")
        return Seen(sentence)


def _hello(connection: Connection, deadline: Deadline) -> list[bytes]:
    deadline.doing = "waiting for the answer to EHLO"
    own = connection.own_address
    name = f"[IPv6:{own}]" if ":" in own else f"[{own}]"
    connection.send(f"EHLO {name}\r\n".encode("ascii"))
    return _reply(connection, "250", "answered EHLO")


def _start_tls(connection: Connection, probe: Probe, deadline: Deadline, now: int) -> None:
    deadline.doing = "waiting for the answer to STARTTLS"
    connection.send(b"STARTTLS\r\n")
    _reply(connection, "220", "answered STARTTLS")
    tls.begun(connection, probe, deadline, now, "STARTTLS: ")


def _reply(connection: Connection, code: str, what: str) -> list[bytes]:
    """The lines of a reply.

    Raises:
        ProbeFault: it is another reply, or none.
    """
    lines: list[bytes] = []
    while len(lines) < _LINES:
        line = connection.line()
        lines.append(line)
        if line[:3] != code.encode("ascii"):
            raise ProbeFault(f"{what} with “{received(line)}”, not with {code}")
        if line[3:4] != b"-":
            return lines
    raise ProbeFault(f"{what} with more than {_LINES} lines", final=True)
