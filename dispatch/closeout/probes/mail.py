"""`smtp host:port`: greeting and EHLO, and STARTTLS where it is asked for (RFC 5321, RFC 3207). No mail is sent."""

from __future__ import annotations

import contextlib
import ssl

from dispatch.closeout.probes import tls
from dispatch.closeout.probes.effort import Effort, ProbeFault, received
from dispatch.closeout.probes.vantage import Dialer
from dispatch.closeout.probes.wire import Wire
from dispatch.model.probes import Probe

_LINES = 60
"""Lines that a reply has at most."""


def try_mail(probe: Probe, dialer: Dialer, effort: Effort) -> str:
    """What was seen. Raises ProbeFault, OSError."""
    with dialer.open(probe.host, probe.port, effort, local=probe.local) as wire:
        effort.doing = "waiting for the greeting"
        greeting = _reply(wire, "220", "greeted")
        if probe.expect and probe.expect.encode() not in b"\n".join(greeting):
            raise ProbeFault(f"greeted with “{received(greeting[0])}” and not “{probe.expect}”")
        offers = _hello(wire, effort)
        sentence = f"greeted with “{received(greeting[0])}”, EHLO taken"
        if probe.starttls:
            if not any(offer[4:].strip().upper() == b"STARTTLS" for offer in offers):
                raise ProbeFault("greeting and EHLO are good, but it does not offer STARTTLS", final=True)
            _start_tls(wire, probe, effort)
            _hello(wire, effort)
            sentence += ", STARTTLS taken"
        with contextlib.suppress(OSError, ProbeFault):
            wire.send(b"QUIT\r\n")
        return sentence


def _hello(wire: Wire, effort: Effort) -> list[bytes]:
    effort.doing = "waiting for the answer to EHLO"
    own = wire.own_address
    name = f"[IPv6:{own}]" if ":" in own else f"[{own}]"
    wire.send(f"EHLO {name}\r\n".encode("ascii"))
    return _reply(wire, "250", "answered EHLO")


def _start_tls(wire: Wire, probe: Probe, effort: Effort) -> None:
    effort.doing = "waiting for the answer to STARTTLS"
    wire.send(b"STARTTLS\r\n")
    _reply(wire, "220", "answered STARTTLS")
    if probe.starttls == "any":
        tls.unverified(wire, probe.host, effort)
        return
    try:
        tls.verified(wire, probe.host, effort)
    except ssl.SSLCertVerificationError as error:
        raise ProbeFault(f"STARTTLS: {tls.words_of(error, probe.host)}", final=True) from error


def _reply(wire: Wire, code: str, what: str) -> list[bytes]:
    """The lines of a reply.

    Raises:
        ProbeFault: it is another reply, or none.
    """
    lines: list[bytes] = []
    while len(lines) < _LINES:
        line = wire.line()
        lines.append(line)
        if line[:3] != code.encode("ascii"):
            raise ProbeFault(f"{what} with “{received(line)}”, not with {code}")
        if line[3:4] != b"-":
            return lines
    raise ProbeFault(f"{what} with more than {_LINES} lines", final=True)
