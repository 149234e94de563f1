"""`ntp host`: by how much this machine's clock is off that of a time server (SNTP, RFC 4330). UDP, so never through a proxy."""

from __future__ import annotations

import os
import struct
import time

from dispatch.closeout.probes.deadline import Deadline, NotRun, ProbeFault, Seen
from dispatch.closeout.probes.vantage import Dialer, FromHost
from dispatch.model.clock import machine_seconds
from dispatch.model.probes import Probe

_EPOCH = 2_208_988_800
"""Seconds from 1900, which NTP counts from, to 1970."""
_CLIENT, _SERVER = 0x23, 4
_UNSYNCHRONISED = 3
MOST_SECONDS = "1"
"""By how much a clock may be off, where the target does not say."""


def run(probe: Probe, dialer: Dialer, deadline: Deadline, now: int) -> Seen:
    """What was seen. Raises ProbeFault, OSError."""
    if not isinstance(dialer, FromHost):
        raise NotRun("a time server cannot be asked through the proxy of the client's network; a laptop there can")
    # a name is looked up before the clock is read
    dialer.addresses(probe.host, deadline, local=probe.local)
    mark = os.urandom(8)
    asked = struct.pack("!B39s8s", _CLIENT, b"", mark)
    sent, begun = machine_seconds(), time.monotonic()
    answers = dialer.datagrams(probe.host, probe.port, asked, deadline, local=probe.local)
    data = next(data for data in answers if len(data) >= 48 and data[24:32] == mark)
    came = sent + (time.monotonic() - begun)
    return _judged(data, sent, came, float(probe.most or MOST_SECONDS))


def _judged(data: bytes, sent: float, came: float, most: float) -> Seen:
    leap, mode, stratum = data[0] >> 6, data[0] & 7, data[1]
    if mode != _SERVER or leap == _UNSYNCHRONISED or not 1 <= stratum <= 15:
        raise ProbeFault("the time server does not know the time itself")
    received_at, answered = (_seconds(data[place : place + 8]) for place in (32, 40))
    off = ((received_at - sent) + (answered - came)) / 2
    value = f"{abs(off):.3f} s"
    if abs(off) > most:
        raise ProbeFault(f"our clock is off by {value}, {most:g} s at most is asked for", value=value)
    return Seen(f"our clock is off by {value}, stratum {stratum}", value)


def _seconds(stamp: bytes) -> float:
    return int.from_bytes(stamp, "big") / 2**32 - _EPOCH
