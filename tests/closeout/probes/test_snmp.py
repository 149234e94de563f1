"""One value that a device tells by SNMP: against net-snmp's own agent, and devices that are silent, lie and shout."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api

from dispatch.closeout.probes.running import Runner
from dispatch.closeout.probes.secret import HIDDEN, Secrets, asked_of
from dispatch.closeout.probes.vantage import FromHost, ThroughSite
from dispatch.model.probes import Probe, ProbeKind, ProbeOutcome
from tests.closeout.probes.servers import HERE
from tests.closeout.probes.test_kinds import NOW, probe

COMMUNITY, SIGNING, HIDING = "plover-4471-community", "heron-6620-signing", "siskin-2093-hiding"
SNMPD = shutil.which("snmpd") or "/usr/sbin/snmpd"
CONTACT, NAME, UPTIME = "1.3.6.1.2.1.1.4.0", "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.3.0"
LOAD = "1.3.6.1.4.1.2021.10.1.5.1"


def asking(port: int, oid: str = NAME, **more: Any) -> Probe:
    return probe(ProbeKind.SNMP, port, **{"oid": oid, "seconds": 3, **more})


def signed(tested: Probe, *given: str) -> Secrets:
    secrets = Secrets()
    known = (COMMUNITY,) if not tested.user else (SIGNING, HIDING)
    for words, secret in zip(asked_of(tested), given or known, strict=False):
        secrets.hold(words, secret)
    return secrets


def ran(tested: Probe, secrets: Secrets | None = None, **more: Any) -> ProbeOutcome:
    outcome = Runner(lambda: NOW, pause_seconds=0.05, secrets=secrets or signed(tested)).run(
        tested, more.get("dialer", FromHost())
    )
    for text in (outcome.text, outcome.value, *(one.text for one in outcome.tries)):
        assert text.isprintable(), text
        assert not any(secret in text for secret in (COMMUNITY, SIGNING, HIDING))
    return outcome


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind((HERE, 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """net-snmp's agent, which knows a community and two people."""
    if not Path(SNMPD).exists():
        pytest.skip("needs snmpd: install the package snmpd")
    folder, port = tmp_path_factory.mktemp("snmpd"), free_udp_port()
    config = folder / "snmpd.conf"
    config.write_text(
        f"rocommunity {COMMUNITY} {HERE}\nsysContact {COMMUNITY}\nsysName fileserver\n"
        f"createUser check SHA {SIGNING} AES {HIDING}\ncreateUser older SHA {SIGNING}\n"
        "rouser check priv\nrouser older auth\n",
        encoding="utf-8",
    )
    words = [SNMPD, "-f", "-C", "-c", str(config), "-Lf", str(folder / "log"), "-p", str(folder / "pid")]
    environment = {**os.environ, "SNMP_PERSISTENT_DIR": str(folder)}
    process = subprocess.Popen([*words, f"udp:{HERE}:{port}"], env=environment)
    try:
        deadline = time.monotonic() + 10
        while not ran(asking(port, seconds=1)).passed:
            assert time.monotonic() < deadline, (folder / "log").read_text()
        yield port
    finally:
        process.terminate()
        process.wait(10)


# net-snmp


def test_by_version_2c(agent: int) -> None:
    name = ran(asking(agent))
    other = ran(asking(agent, expect="printer"))
    uptime = ran(asking(agent, UPTIME, most="100000", unit="ticks"))
    assert (name.passed, name.text) == (True, "it said “fileserver”")
    assert (other.passed, other.text) == (False, "it said “fileserver”, but “printer” is not in what it said")
    assert (uptime.passed, uptime.value.endswith(" ticks")) == (True, True)
    assert ran(asking(agent, UPTIME, most="-1")).text.endswith("is above -1")
    assert ran(asking(agent, "1.3.6.1.2.1.99.0")).text == "it has no 1.3.6.1.2.1.99.0"
    assert ran(asking(agent, CONTACT)).text == f"it said “{HIDDEN}”", "a device that tells its community"


def test_by_version_3(agent: int) -> None:
    assert ran(asking(agent, user="check")).text == "it said “fileserver”"
    assert ran(asking(agent, user="older", priv="none")).text == "it said “fileserver”"


@pytest.mark.parametrize(
    ("user", "given"),
    [("check", ("wrong-password", HIDING)), ("nobody", (SIGNING, HIDING)), ("check", (SIGNING, "wrong-password"))],
)
def test_who_is_not_let_in_is_asked_again(agent: int, user: str, given: tuple[str, ...]) -> None:
    tested = asking(agent, user=user, seconds=2)
    secrets = signed(tested, *given)
    outcome = ran(tested, secrets)
    assert not outcome.passed
    if outcome.ran:
        assert outcome.text.startswith("timed out"), "a device need not answer what it cannot read"
    else:
        assert outcome.text.startswith(f"{HERE} does not let {user} in: ")
        assert secrets.lacking([tested]) == asked_of(tested)


def test_without_a_community_it_is_not_run(agent: int) -> None:
    outcome = ran(asking(agent), Secrets())
    assert (outcome.ran, outcome.text.startswith(f"it asks for the community of {HERE}")) == (False, True)
    tested = asking(agent, user="check")
    assert "authentication password of check@" in ran(tested, Secrets()).text
    half = Secrets()
    half.hold(asked_of(tested)[0], SIGNING)
    assert "privacy password of check@" in ran(tested, half).text


def test_not_through_the_clients_network(agent: int) -> None:
    outcome = ran(asking(agent), dialer=ThroughSite(1))
    assert (outcome.ran, outcome.text.endswith("a laptop there can")) == (False, True)


# devices of the tests' own


@contextlib.contextmanager
def device(answer: Callable[[bytes], list[bytes]]) -> Iterator[int]:
    """Answers each datagram with some."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((HERE, 0))
        sock.settimeout(0.1)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    data, sender = sock.recvfrom(65_536)
                    for part in answer(data):
                        sock.sendto(part, sender)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield int(sock.getsockname()[1])
        finally:
            over.set()
            thread.join()


def telling(value: Any, **more: Any) -> Callable[[bytes], list[bytes]]:
    """A device that tells a value, as 2c has it."""
    version = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]

    def answer(data: bytes) -> list[bytes]:
        message, _ = decoder.decode(data, asn1Spec=version.Message())
        asked = version.apiMessage.get_pdu(message)
        told = version.apiMessage.get_response(message)
        pdu = version.apiMessage.get_pdu(told)
        name = version.apiPDU.get_varbinds(asked)[0][0]
        version.apiPDU.set_varbinds(pdu, [(name, value)])
        if more:
            version.apiPDU.set_error_status(pdu, more["status"])
        return [encoder.encode(told)]

    return answer


V2 = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]


@pytest.mark.parametrize(
    ("answer", "limits", "told"),
    [
        (
            telling(V2.OctetString(b"\x1b]0;owned\x07 \x9b31m\xe2\x80\xae\x00")),
            {"expect": "well"},
            "but “well” is not in what it said",
        ),
        (telling(V2.OctetString(b"x" * 60_000)), {"least": "1"}, "is not a number"),
        (telling(V2.OctetString(COMMUNITY.encode())), {"least": "1"}, f"“{HIDDEN}” is not a number"),
        (telling(V2.Integer32(3)), {"least": "5"}, "3 is below 5"),
        (telling(V2.NoSuchInstance("")), {}, f"it has no {NAME}"),
        (telling(V2.OctetString(b""), status=5), {}, "it answers: genErr"),
        (lambda data: [], {}, "timed out after 2 s while waiting for the answer of"),
        (lambda data: [b"\x30\x84\xff\xff\xff\xff" + os.urandom(200), b""], {}, "timed out after 2 s"),
        (lambda data: [data], {}, "timed out after 2 s"),
    ],
)
def test_devices_that_are_silent_lie_and_shout(
    answer: Callable[[bytes], list[bytes]], limits: dict[str, str], told: str
) -> None:
    begun = time.monotonic()
    with device(answer) as port:
        outcome = ran(asking(port, seconds=2, **limits))
    assert (outcome.passed, outcome.ran) == (False, True)
    assert told in outcome.text
    assert time.monotonic() - begun < 6


def test_a_datagram_that_is_lost_is_sent_again() -> None:
    seen: list[bytes] = []

    def answer(data: bytes) -> list[bytes]:
        seen.append(data)
        return telling(V2.OctetString(b"there"))(data) if len(seen) > 1 else []

    with device(answer) as port:
        assert ran(asking(port)).text == "it said “there”"


def test_a_device_that_does_not_know_the_community_is_asked_with_another() -> None:
    """It says nothing, as one that is not there."""
    with device(lambda data: []) as port:
        tested = asking(port, seconds=1)
        secrets = signed(tested)
        assert ran(tested, secrets).text.startswith("timed out")
    assert secrets.lacking([tested]) == asked_of(tested)
