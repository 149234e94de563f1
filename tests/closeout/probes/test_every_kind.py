"""Every kind of test against whoever is not there, hangs, lies, shouts or breaks off, by TCP and by datagram."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

import pytest

from dispatch.closeout.probes.running import Runner
from dispatch.closeout.probes.secret import Secrets, asked_of
from dispatch.closeout.probes.vantage import FromHost
from dispatch.model.probes import Probe, ProbeKind
from tests.closeout.probes.servers import HERE, Handler, endless, saying, serving
from tests.closeout.probes.test_kinds import NOW, probe
from tests.closeout.probes.test_snmp import device
from tests.ssh.server import free_port

SECRET = "dunnock-7718-secret"
ASKED: dict[ProbeKind, dict[str, Any]] = {
    ProbeKind.TCP: {"expect": "ready"},
    ProbeKind.HTTP: {},
    ProbeKind.TLS: {},
    ProbeKind.DNS: {"query": "example.com", "record": "A"},
    ProbeKind.SMTP: {},
    ProbeKind.IMAP: {},
    ProbeKind.LDAP: {},
    ProbeKind.RDP: {},
    ProbeKind.SMB: {},
    ProbeKind.NTP: {},
    ProbeKind.MAIL_DNS: {"query": "example.com"},
    ProbeKind.SSH: {"user": "check", "ask": "free disk", "command": "df", "pin": "ab" * 32},
    ProbeKind.WINRM: {"user": "check", "ask": "free disk", "command": "df", "pin": "ab" * 32},
    ProbeKind.SNMP: {"oid": "1.3.6.1.2.1.1.5.0"},
}
ELSEWHERE = {ProbeKind.PING, ProbeKind.REBOOT, ProbeKind.VALUE}
"""A reply to a ping is the kernel's, a restart is a sequence (both in test_kinds.py), and a typed value asks nobody."""
LIE = b"\x1b]0;owned\x07\x9b31m\x00\xff" * 30
SERVERS: dict[str, tuple[Handler, Callable[[bytes], list[bytes]]]] = {
    "hangs": (saying(hold=True), lambda asked: []),
    "lies": (saying(LIE, hold=True), lambda asked: [LIE]),
    "says it back": (saying(b"220 200 OK\r\n" * 40, hold=True), lambda asked: [asked]),
    "shouts": (endless(b"", b"A" * 1000), lambda asked: [b"\xff" * 60_000] * 3),
    "breaks off": (saying(), lambda asked: [b""]),
}


def asking(kind: ProbeKind, port: int) -> Probe:
    """A test of that kind at a port of this machine."""
    return probe(kind, port, seconds=1, url=f"http://{HERE}:{port}/", **ASKED[kind])


def test_every_kind_is_in_the_table() -> None:
    assert set(ASKED) | ELSEWHERE == set(ProbeKind)


def fails(tested: Probe) -> None:
    """It comes to an end about when it says, passes nothing, and quotes nobody's escape codes and no secret."""
    secrets = Secrets()
    for words in asked_of(tested):
        secrets.hold(words, SECRET)
    begun = time.monotonic()
    outcome = Runner(lambda: NOW, pause_seconds=0.05, secrets=secrets).run(tested, FromHost())
    assert time.monotonic() - begun < 8
    assert not outcome.passed
    assert outcome.text
    for text in (outcome.text, outcome.value, *(one.text for one in outcome.tries)):
        assert text.isprintable(), text
        assert len(text) <= 320
        assert SECRET not in text


@pytest.mark.parametrize("kind", ASKED)
@pytest.mark.long
@pytest.mark.parametrize("how", SERVERS)
def test_a_server_that(how: str, kind: ProbeKind) -> None:
    by_tcp, by_datagram = SERVERS[how]
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(device(by_datagram))
        stack.enter_context(serving(by_tcp, port=port))
        fails(asking(kind, port))


@pytest.mark.parametrize("kind", ASKED)
def test_a_server_that_is_not_there(kind: ProbeKind) -> None:
    fails(asking(kind, free_port()))
