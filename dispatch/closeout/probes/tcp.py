"""`tcp host:port`: a connection opens, and a banner matches where one is expected."""

from __future__ import annotations

from dispatch.closeout.probes.connection import Connection
from dispatch.closeout.probes.deadline import Deadline, ProbeFault, Seen, received
from dispatch.closeout.probes.vantage import Dialer
from dispatch.model.probes import Probe

_BANNER = 4096
"""Bytes within which a banner must match."""


def run(probe: Probe, dialer: Dialer, deadline: Deadline, now: int) -> Seen:
    """What was seen. Raises ProbeFault, OSError."""
    with dialer.open(probe.host, probe.port, deadline, local=probe.local) as connection:
        if not probe.expect:
            return Seen("the connection opened")
        return Seen(f"it said “{received(banner(connection, probe.expect, deadline))}”")


def banner(connection: Connection, expected: str, deadline: Deadline) -> bytes:
    """What a server said up to and with `expected`.

    Raises:
        ProbeFault: it says something else, or nothing.
    """
    deadline.doing = "waiting for the banner"
    expected_bytes = expected.encode()
    greeting = b""
    while len(greeting) < _BANNER:
        more = connection.receive(_BANNER - len(greeting))
        greeting += more
        if expected_bytes in greeting:
            return greeting
        if not more:
            break
    if not greeting:
        raise ProbeFault("the connection opened, but it said nothing")
    raise ProbeFault(f"it said “{received(greeting)}” and not “{expected}”")
