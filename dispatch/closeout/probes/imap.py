"""`imap host:port`: the greeting, and STARTTLS where it is asked for; on 993 under TLS from the start (RFC 9051, RFC 8314).

Nobody signs in.
"""

from __future__ import annotations

import contextlib

from dispatch.closeout.probes import tls
from dispatch.closeout.probes.connection import Connection
from dispatch.closeout.probes.deadline import Deadline, ProbeFault, Seen, received
from dispatch.closeout.probes.vantage import Dialer
from dispatch.model.probes import Probe

_LINES = 20
"""Lines before the answer to a command."""


def run(probe: Probe, dialer: Dialer, deadline: Deadline, now: int) -> Seen:
    """What was seen. Raises ProbeFault, OSError."""
    with dialer.open(probe.host, probe.port, deadline, local=probe.local) as connection:
        if probe.secure:
            tls.begun(connection, probe, deadline, now)
        deadline.doing = "waiting for the greeting"
        greeting = connection.line()
        if not greeting.upper().startswith((b"* OK", b"* PREAUTH")):
            raise ProbeFault(f"greeted with “{received(greeting)}”, not with * OK")
        if probe.expect and probe.expect.encode() not in greeting:
            raise ProbeFault(f"greeted with “{received(greeting)}” and not “{probe.expect}”")
        sentence = f"greeted with “{received(greeting)}”"
        if probe.starttls:
            deadline.doing = "waiting for the answer to STARTTLS"
            connection.send(b"a STARTTLS\r\n")
            _answered(connection)
            tls.begun(connection, probe, deadline, now, "STARTTLS: ")
            sentence += ", STARTTLS taken"
        with contextlib.suppress(OSError, ProbeFault):
            connection.send(b"b LOGOUT\r\n")
        return Seen(sentence)


def _answered(connection: Connection) -> None:
    for _ in range(_LINES):
        line = connection.line()
        if line.startswith(b"a "):
            if not line.upper().startswith(b"A OK"):
                raise ProbeFault(f"answered STARTTLS with “{received(line)}”", final=True)
            return
    raise ProbeFault(f"answered STARTTLS with more than {_LINES} lines", final=True)
