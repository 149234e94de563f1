"""`ldap host:port`: a directory answers a bind without a name; on 636 under TLS from the start (RFC 4511, RFC 4513 5.1.1).

Nobody signs in: a directory that refuses the bind with a result of its protocol is there as well.
"""

from __future__ import annotations

from dispatch.closeout.probes import tls
from dispatch.closeout.probes.deadline import Deadline, ProbeFault, Seen, received
from dispatch.closeout.probes.vantage import Dialer
from dispatch.model.probes import Probe

_BIND = bytes.fromhex("300c020101600702010304008000")
"""Message 1, version 3, no name, no password."""
_RESULTS = {
    0: "success",
    1: "an error of its operations",
    8: "a stronger sign-in is asked for",
    48: "none without a name",
}
_MOST = 4096


def run(probe: Probe, dialer: Dialer, deadline: Deadline, now: int) -> Seen:
    """What was seen. Raises ProbeFault, OSError."""
    with dialer.open(probe.host, probe.port, deadline, local=probe.local) as connection:
        if probe.secure:
            tls.begun(connection, probe, deadline, now)
        deadline.doing = "waiting for the answer of the directory"
        connection.send(_BIND)
        head = connection.exactly(2)
        if head[0] != 0x30:
            raise ProbeFault(f"answered with “{received(head + connection.receive(80))}”, which is no LDAP")
        length = head[1]
        if length & 0x80:
            length = int.from_bytes(connection.exactly(length & 0x7F), "big")
        body = connection.exactly(min(length, _MOST))
        # message 1, a response to a bind, its result
        place = body.find(b"\x02\x01\x01\x61")
        code = body.find(b"\x0a\x01", place)
        if place != 0 or code < 0 or code + 2 >= len(body):
            raise ProbeFault("answered with something that is no answer to a bind")
    result = body[code + 2]
    return Seen(f"the directory answers: {_RESULTS.get(result, f'result {result}')}")
