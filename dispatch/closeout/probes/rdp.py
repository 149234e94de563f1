"""`rdp host:port`: a remote desktop answers, and with which protection ([MS-RDPBCGR] 2.2.1.1, 2.2.1.2). Nobody signs in."""

from __future__ import annotations

from dispatch.closeout.probes.deadline import Deadline, ProbeFault, Seen, received
from dispatch.closeout.probes.vantage import Dialer
from dispatch.model.probes import Probe

_REQUEST = bytes.fromhex("030000130ee000000000000100080003000000")
"""A request to connect that offers TLS and CredSSP."""
_CONFIRMS, _AGREES, _REFUSES = 0xD0, 2, 3
_PROTECTED = {
    0: "RDP's own protection",
    1: "TLS",
    2: "TLS and sign-in before the desktop",
    8: "TLS and sign-in before the desktop",
}
_MOST = 512


def run(probe: Probe, dialer: Dialer, deadline: Deadline, now: int) -> Seen:
    """What was seen. Raises ProbeFault, OSError."""
    with dialer.open(probe.host, probe.port, deadline, local=probe.local) as connection:
        deadline.doing = "waiting for the answer of the remote desktop"
        connection.send(_REQUEST)
        head = connection.exactly(4)
        length = int.from_bytes(head[2:], "big")
        if head[:2] != b"\x03\x00" or not 11 <= length <= _MOST:
            raise ProbeFault(f"answered with “{received(head)}”, which is no remote desktop")
        body = connection.exactly(length - 4)
    if body[1] != _CONFIRMS:
        raise ProbeFault("answered, but does not confirm the connection")
    asked = body[7:15]
    if len(asked) < 8:
        return Seen(f"the remote desktop answers, with {_PROTECTED[0]}")
    code = int.from_bytes(asked[4:], "little")
    if asked[0] == _REFUSES:
        raise ProbeFault(f"the remote desktop refuses the connection, reason {code}")
    if asked[0] != _AGREES:
        raise ProbeFault("answered, but does not confirm the connection")
    return Seen(f"the remote desktop answers, with {_PROTECTED.get(code, f'protection {code}')}")
