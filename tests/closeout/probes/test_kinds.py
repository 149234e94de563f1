"""Each kind of test against a real server, right and wrong; hostile servers cannot hang it, end it, or be quoted."""

from __future__ import annotations

import dataclasses
import shlex
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dispatch.closeout.probes.deadline import CalledOff
from dispatch.closeout.probes.running import Runner
from dispatch.closeout.probes.vantage import FromHost
from dispatch.model.probes import Probe, ProbeKind, ProbeOutcome, Watch
from tests.closeout.probes.servers import (
    HERE,
    NOT_AFTER,
    NOT_BEFORE,
    Certificates,
    answering,
    endless,
    mail,
    page,
    resolving,
    saying,
    serving,
    zone,
)
from tests.wall import WALL, started

DAY = 24 * 60 * 60
NOW = NOT_AFTER - 90 * DAY - 60


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def trusted(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> Certificates:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.trusted))
    return certificates


def probe(kind: ProbeKind, port: int = 0, **more: Any) -> Probe:
    """A test of a server of the tests', one try of two seconds."""
    usual: dict[str, Any] = {"host": HERE, "port": port, "seconds": 2, "tries": 1, "local": True}
    return Probe(kind, "server", **{**usual, **more})


def ran(tested: Probe, **more: Any) -> ProbeOutcome:
    outcome = Runner(lambda: NOW, pause_seconds=0.05, **more).run(tested, FromHost())
    for text in (outcome.text, outcome.value, *(one.text for one in outcome.tries)):
        assert text.isprintable(), text
        assert len(text) <= 320
    return outcome


# tcp


def test_port_that_is_open_and_one_that_is_not() -> None:
    with serving(saying()) as port:
        good = ran(probe(ProbeKind.TCP, port))
    bad = ran(probe(ProbeKind.TCP, port, tries=2))

    assert (good.passed, good.text, len(good.tries)) == (True, "the connection opened", 1)
    assert good.value.endswith(" ms")
    assert (bad.passed, bad.text) == (False, f"127.0.0.1:{port} refused the connection, tried 2 times")
    assert [one.passed for one in bad.tries] == [False, False]


def test_banner() -> None:
    with serving(saying(b"SSH-2.0-", b"OpenSSH_9.2\r\n", every=0.05)) as port:
        assert ran(probe(ProbeKind.TCP, port, expect="SSH-2.0")).passed
        other = ran(probe(ProbeKind.TCP, port, expect="SMTP"))
    assert other.text == "it said “SSH-2.0-OpenSSH_9.2” and not “SMTP”"


@pytest.mark.parametrize(
    ("handler", "said"),
    [
        (saying(*[b"x"] * 100, every=0.05), "timed out after 1 s while waiting for the banner"),
        (saying(b"", hold=True), "timed out after 1 s while waiting for the banner"),
        (saying(), "the connection opened, but it said nothing"),
        (endless(b"", b"y" * 5000), "it said “yyy"),
        (saying(b"\x1b]0;owned\x07\x1b[2J\x9b31m\xff\x00\r\n\xe2\x80\xae"), "it said “␛]0;owned␇␛[2J"),
    ],
)
def test_hostile_banner(handler: Any, said: str) -> None:
    with serving(handler) as port:
        begun = time.monotonic()
        outcome = ran(probe(ProbeKind.TCP, port, expect="never", seconds=1))
        assert time.monotonic() - begun < 5
    assert not outcome.passed
    assert outcome.text.startswith(said)


def test_pass_after_failures_is_not_a_first_try_pass() -> None:
    with serving(saying()) as port:
        pass
    tested = probe(ProbeKind.TCP, port, tries=5)
    with_server = threading.Event()

    def come_up() -> None:
        time.sleep(0.3)
        with serving(saying(), port=port):
            with_server.wait(10)

    thread = threading.Thread(target=come_up)
    thread.start()
    told: list[str] = []
    outcome = Runner(lambda: NOW, told.append, pause_seconds=0.4).run(tested, FromHost())
    with_server.set()
    thread.join()

    assert outcome.passed
    count = len(outcome.tries)
    assert count > 1
    assert outcome.text == f"the connection opened, only on try {count} after: 127.0.0.1:{port} refused the connection"
    assert [one.passed for one in outcome.tries] == [False] * (count - 1) + [True]
    assert f"server: 127.0.0.1:{port}, try 2" in told


def test_name_that_does_not_exist() -> None:
    outcome = ran(probe(ProbeKind.TCP, 80, host="no-such-host.invalid", seconds=10))
    assert not outcome.passed
    assert "no-such-host.invalid was not found" in outcome.text


def test_run_is_called_off() -> None:
    called_off = threading.Event()
    with serving(saying(hold=True)) as port:
        threading.Timer(0.2, called_off.set).start()
        with pytest.raises(CalledOff):
            ran(probe(ProbeKind.TCP, port, expect="never", seconds=60), called_off=called_off)


# web


def web(port: int, scheme: str = "http", **more: Any) -> Probe:
    return probe(ProbeKind.HTTP, **{"url": f"{scheme}://{HERE}:{port}/status?a=b", **more})


def test_page_with_its_text() -> None:
    with serving(answering(page(b"<h1>Welcome</h1>"))) as port:
        assert ran(web(port)).text == "status 200"
        assert ran(web(port, expect="welcome")).passed
        missing = ran(web(port, expect="Sign in"))
    assert missing.text == "status 200, but “Sign in” is not on the page"


@pytest.mark.parametrize(
    ("status", "wanted", "good"),
    [
        ("200 OK", "2xx", True),
        ("503 Service Unavailable", "2xx", False),
        ("401 Unauthorized", "401", True),
        ("204 No Content", "200,204", True),
        ("301 Moved", "301", True),
    ],
)
def test_status(status: str, wanted: str, good: bool) -> None:
    with serving(answering(page(b"", status))) as port:
        outcome = ran(web(port, status=wanted))
    assert outcome.passed is good
    assert outcome.text.startswith(f"status {status[:3]}")


def test_redirects_are_followed_on_the_same_host_only() -> None:
    with serving(answering(page(b"", "302 Found", "Location: http://other.example/"))) as port:
        away = ran(web(port))
    assert away.text == "redirects to other.example:80, another host or port; not followed"
    with serving(answering(page(b"", "302 Found", f"Location: http://{HERE}:9/"))) as port:
        assert ran(web(port)).text == "redirects to 127.0.0.1:9, another host or port; not followed"
    with serving(answering(page(b"", "302 Found", "Location: /status"))) as port:
        assert ran(web(port)).text == "redirects more than 5 times"
    with serving(answering(page(b"", "302 Found", "Location: gopher://x/"))) as port:
        assert "not followed" in ran(web(port)).text

    seen: list[bytes] = []

    def once(connection: socket.socket) -> None:
        seen.append(connection.recv(4096).partition(b"\r\n")[0])
        connection.sendall(page() if len(seen) > 1 else page(b"", "302 Found", "Location: /home"))

    with serving(once) as port:
        assert ran(web(port)).passed
    assert seen == [b"GET /status?a=b HTTP/1.1", b"GET /home HTTP/1.1"]


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("handler", "said"),
    [
        (answering(HEAD + b"Content-Length: 5000\r\n\r\nshort"), "promised 5,000 bytes and sent 5"),
        (answering(HEAD + b"Content-Length: 5000\r\n\r\nshort", hold=True), "timed out after 1 s while reading the page"),
        (answering(HEAD, *[b"X: y\r\n"] * 200, every=0.02), "timed out after 1 s while waiting for the answer"),
        (answering(HEAD + b"X: y\r\n" * 200 + b"\r\n"), "answered with something that is no HTTP"),
        (answering(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"), "the page broke off in the middle"),
        (answering(b"\x1b[2Jgarbage\r\n\r\n"), "answered with something that is no HTTP: “␛[2Jgarbage"),
        (endless(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"), "sent far more than a server has to say"),
        (answering(b""), "answered with something that is no HTTP"),
        (answering(b"HTTP/1.1 500 \x1b]52;c;b3duZWQ=\x07\r\n\r\n"), "status 500 ␛]52;c;b3duZWQ=␇"),
    ],
)  # fmt: skip
def test_hostile_web_server(handler: Any, said: str) -> None:
    with serving(handler) as port:
        begun = time.monotonic()
        outcome = ran(web(port, seconds=1))
        assert time.monotonic() - begun < 5
    assert not outcome.passed
    assert outcome.text.startswith(said)


def test_endless_page_is_cut() -> None:
    with serving(endless(HEAD + b"\r\n", b"z" * 4096)) as port:
        assert ran(web(port)).passed
        assert ran(web(port, expect="a")).text == "status 200, but “a” is not on the page in its first 64 KB"


def test_server_that_drips_does_not_stretch_the_deadline() -> None:
    with serving(answering(HEAD + b"Content-Length: 1000\r\n\r\n", *[b"x"] * 200, every=0.05)) as port:
        begun = time.monotonic()
        outcome = ran(web(port, seconds=1))
        assert 0.9 < time.monotonic() - begun < 4
    assert outcome.text == "timed out after 1 s while reading the page"


# tls


def test_certificate(trusted: Certificates) -> None:
    with serving(saying(), trusted.context()) as port:
        good = ran(probe(ProbeKind.TLS, port))
        soon = ran(probe(ProbeKind.TLS, port, days=120))
        # which of them depends on whether the server has gone before it was asked
        assert ran(web(port, "https", seconds=2)).text.startswith(("answered with something", "the connection broke"))
    assert good.text.endswith("90 days more")
    assert soon.text.endswith("in 90 days; 120 days are asked for")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"ends": NOT_BEFORE + 10 * DAY}, "the certificate expired on 2000-01-11"),
        ({"begins": NOT_AFTER - 5 * DAY}, "the certificate is valid only from 2048-12-27"),
        ({"stranger": True}, "the chain of the certificate is incomplete, or its issuer is not trusted here"),
    ],
)
def test_certificate_that_does_not_verify(trusted: Certificates, made: dict[str, Any], said: str) -> None:
    with serving(answering(page()), trusted.context(**made)) as port:
        outcome = ran(probe(ProbeKind.TLS, port, tries=3))
        assert "the certificate" in ran(web(port, "https")).text
    assert outcome.text.startswith(said)
    assert len(outcome.tries) == 1


def test_certificate_for_another_name(trusted: Certificates) -> None:
    with serving(answering(page()), trusted.context("mail.example.com")) as port:
        assert ran(probe(ProbeKind.TLS, port)).text == (
            "the certificate is for another name than 127.0.0.1: it is for mail.example.com"
        )
        assert not ran(web(port, "https")).passed
    with serving(answering(page()), trusted.context("localhost")) as port:
        assert ran(web(port, "https", url=f"https://localhost:{port}/")).passed


def test_no_tls_at_all(trusted: Certificates) -> None:
    with serving(saying(b"220 hello\r\n", hold=True)) as port:
        assert "does not speak TLS" in ran(probe(ProbeKind.TLS, port)).text
    with serving(saying(hold=True)) as port:
        assert ran(probe(ProbeKind.TLS, port, seconds=1)).text == "timed out after 1 s while greeting over TLS"
    with serving(saying()) as port:
        assert not ran(probe(ProbeKind.TLS, port)).passed


# mail


def test_mail_server(trusted: Certificates) -> None:
    with serving(mail()) as port:
        plain = ran(probe(ProbeKind.SMTP, port))
        without = ran(probe(ProbeKind.SMTP, port, starttls="verified"))
    with serving(mail(tls=trusted.context())) as port:
        secured = ran(probe(ProbeKind.SMTP, port, starttls="verified"))
    with serving(mail(tls=trusted.context("other.example"))) as port:
        wrong = ran(probe(ProbeKind.SMTP, port, starttls="verified"))
        anyhow = ran(probe(ProbeKind.SMTP, port, starttls="any"))

    assert plain.text == "greeted with “220 mail.example.com ESMTP”, EHLO taken"
    assert without.text == "greeting and EHLO are good, but it does not offer STARTTLS"
    assert secured.text == "greeted with “220 mail.example.com ESMTP”, EHLO taken, STARTTLS taken"
    assert wrong.text == "STARTTLS: the certificate is for another name than 127.0.0.1"
    assert anyhow.passed


@pytest.mark.parametrize(
    ("handler", "said"),
    [
        (mail(greeting=b"554 go away\r\n"), "greeted with “554 go away”, not with 220"),
        (saying(b"220-more\r\n" * 100), "greeted with more than 60 lines"),
        (saying(b"x" * 9000), "sent a line without an end"),
        (saying(b"220-\x1b[31m\r\n", b"22", b"0"), "hung up while waiting for the greeting after “220”"),
        (saying(b"220 hi\r\n"), "hung up while waiting for the answer to EHLO"),
        (saying(*[b"2"] * 99, every=0.05), "timed out after 1 s while waiting for the greeting"),
    ],
)
def test_hostile_mail_server(handler: Any, said: str) -> None:
    with serving(handler) as port:
        outcome = ran(probe(ProbeKind.SMTP, port, seconds=1))
    assert not outcome.passed
    # a server that hangs up while we speak may do so by a reset
    assert outcome.text.startswith(said) or (said.startswith("hung up") and "while waiting for" in outcome.text)


# names


def name(port: int, record: str = "A", **more: Any) -> Probe:
    return probe(ProbeKind.DNS, port, query="example.com", record=record, **more)


def test_name_with_its_answers() -> None:
    records = ("example.com A 192.0.2.7", "example.com MX 10 mail.example.com.", 'example.com TXT "v=spf1 -all"')
    with resolving(zone(*records)) as port:
        assert ran(name(port)).text == "the answer is 192.0.2.7"
        assert ran(name(port, expect="192.0.2.7")).passed
        assert ran(name(port, expect="192.0.2.8")).text == "the answer is 192.0.2.7 and not 192.0.2.8"
        assert ran(name(port, "MX", expect="MAIL.example.com")).passed
        assert ran(name(port, "TXT", expect="v=spf1")).passed
        assert ran(name(port, "AAAA")).text == "example.com has no record of type AAAA"


@pytest.mark.parametrize(
    ("rcode", "said"),
    [("NXDOMAIN", "there is no name example.com"), ("SERVFAIL", "the resolver answered SERVFAIL")],
)
def test_name_without_an_answer(rcode: str, said: str) -> None:
    with resolving(zone(rcode=rcode)) as port:
        assert ran(name(port)).text == said


def test_answer_that_was_cut_is_asked_for_over_tcp() -> None:
    with resolving(zone(cut=True), zone("example.com A 192.0.2.7")) as port:
        assert ran(name(port, expect="192.0.2.7")).passed
    with resolving(zone(cut=True)) as port:
        assert not ran(name(port)).passed


@pytest.mark.parametrize(
    "answer",
    [
        lambda query: None,
        lambda query: b"\x1b[2Jgarbage",
        lambda query: query[:2] + b"\xff" * 40,
        lambda query: bytes([query[0] ^ 1]) + zone("example.com A 192.0.2.7")(query)[1:],
    ],
)
def test_hostile_resolver(answer: Callable[[bytes], bytes | None]) -> None:
    with resolving(answer) as port:
        outcome = ran(name(port, seconds=1))
    assert not outcome.passed
    assert outcome.text.startswith("timed out after 1 s while waiting for the answer of 127.0.0.1")


def test_resolver_that_is_not_there() -> None:
    with resolving(zone()) as port:
        pass
    assert ran(name(port)).text == f"nothing answers at 127.0.0.1:{port}"


def test_hostile_text_record() -> None:
    with resolving(zone('example.com TXT "\\027[2Jowned\\007"')) as port:
        assert "\x1b" not in ran(name(port, "TXT")).text


# ping


PING = """
from dispatch.closeout.probes.running import Runner
from dispatch.closeout.probes.vantage import FromHost
from dispatch.model.probes import Probe, ProbeKind
for host in ("127.0.0.1", "192.0.2.1"):
    probe = Probe(ProbeKind.PING, "p", host=host, seconds=3, tries=1, local=True, replies=2, echoes=3)
    print(Runner(lambda: 0).run(probe, FromHost()).text)
"""


def in_a_network_of_its_own(allowed: bool) -> list[str]:
    """Ping in a new network, where unprivileged echoes are allowed or not."""
    words = "ip link set lo up && echo '{}' > /proc/sys/net/ipv4/ping_group_range && PATH=/nowhere exec {}"
    script = words.format("0 0" if allowed else "1 0", shlex.join(started("-c", PING)))
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("needs unshare and ip: install the packages util-linux and iproute2")
    done = subprocess.run(
        ["unshare", "-n", "sh", "-c", script], capture_output=True, text=True, timeout=30, check=False
    )
    if "Operation not permitted" in done.stderr:
        pytest.skip("needs a network of its own: run as root, outside a container that forbids it")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_ping() -> None:
    here, nowhere = in_a_network_of_its_own(allowed=True)
    assert here.startswith("3 of 3 echoes came back, the fastest in ")
    assert nowhere == "192.0.2.1 cannot be reached: network is unreachable"


def test_ping_that_is_not_allowed_says_so() -> None:
    here, _ = in_a_network_of_its_own(allowed=False)
    assert here.startswith("ping is not allowed to us on this machine, and it has no ping command; its administrator")


def test_ping_by_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = tmp_path / "ping"
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("dispatch.closeout.probes.ping._icmp_socket", _not_permitted)
    for script, said in (
        ('echo "$@"; echo "4 packets transmitted, 4 received, 0% packet loss"', "4 of 4 echoes came back"),
        ('echo "4 packets transmitted, 1 packets received"; exit 1', "1 of 4 echoes came back; 3 are asked for"),
        ("exit 2", "ping is not allowed to us on this machine"),
        ("sleep 20", "timed out after 1 s while waiting for replies of 127.0.0.1"),
    ):
        command.write_text(f"#!/bin/sh\n{script}\n")
        command.chmod(0o755)
        assert ran(probe(ProbeKind.PING, seconds=1)).text.startswith(said)


def _not_permitted(address: object) -> socket.socket:
    raise PermissionError


# reboot


class Restarts:
    """A server that is restarted while it is watched."""

    def __init__(self) -> None:
        with serving(saying()) as self.port:
            pass
        self._over = threading.Event()
        self.up = threading.Event()

    def run(self, *spans: tuple[bool, float]) -> threading.Thread:
        """Be up or down for so many seconds each, the last of them to the end."""

        def course() -> None:
            for up, seconds in spans:
                if up:
                    with serving(saying(b"ready\r\n"), port=self.port):
                        self.up.set()
                        self._over.wait(seconds)
                else:
                    self._over.wait(seconds)

        thread = threading.Thread(target=course)
        thread.start()
        return thread

    def stop(self) -> None:
        self._over.set()


@pytest.fixture
def restarts() -> Iterator[Restarts]:
    server = Restarts()
    yield server
    server.stop()


def watched(server: Restarts, seen: Watch | None = None, **more: Any) -> tuple[ProbeOutcome, list[Watch], list[str]]:
    kept: list[Watch] = []
    told: list[str] = []
    tested = probe(ProbeKind.REBOOT, server.port, **{"seconds": 6, **more})
    runner = Runner(WALL.now, told.append, pause_seconds=0.1)
    return runner.run(tested, FromHost(), seen, kept.append), kept, told


def test_restart_is_seen(restarts: Restarts) -> None:
    """design/close-out.md C5"""
    restarts.run((True, 0.6), (False, 0.8), (True, 20))
    restarts.up.wait(5)
    outcome, kept, told = watched(restarts, expect="ready")

    assert outcome.passed
    assert outcome.text.startswith("up→down→up, down for ")
    last = kept[-1]
    assert len(kept) == 3
    assert last.up_at is not None
    assert last.down_at is not None
    assert last.back_at is not None
    assert last.up_at <= last.down_at <= last.back_at
    assert any("restart it now" in line for line in told)


def test_one_success_proves_no_restart(restarts: Restarts) -> None:
    """design/close-out.md C5"""
    restarts.run((True, 20))
    restarts.up.wait(5)
    outcome, kept, _ = watched(restarts, seconds=1)
    assert outcome.text == "was up, and was not seen to go down within 1 s: no restart was seen"
    assert len(kept) == 1


def test_server_that_was_never_up_or_never_comes_back(restarts: Restarts) -> None:
    never, kept, _ = watched(restarts, seconds=1)
    assert never.text.startswith("was never seen up within 1 s, so nothing shows a restart: ")
    assert kept == []
    gone, _, _ = watched(restarts, Watch(up_at=5), seconds=1)
    assert gone.text.startswith("went down and did not come back within 1 s: ")


def test_port_that_opens_without_the_service_is_not_back(restarts: Restarts) -> None:
    restarts.run((True, 20))
    restarts.up.wait(5)
    outcome, _, _ = watched(restarts, Watch(5, 9), seconds=1, expect="other")
    assert not outcome.passed


def test_watch_goes_on_where_it_was_cut_off(restarts: Restarts) -> None:
    restarts.run((True, 20))
    restarts.up.wait(5)
    now = WALL.now()
    outcome, _, told = watched(restarts, Watch(now - 200, now - 192))
    assert outcome.text.startswith("up→down→up, down for 3m1")
    assert outcome.value.startswith("3m1")
    assert "going on from before" in told[0]


# safety


@pytest.mark.parametrize(
    ("host", "why"),
    [
        (HERE, "127.0.0.1 is loopback"),
        ("localhost", "localhost (127.0.0.1) is loopback"),
        ("::ffff:127.0.0.1", "::ffff:127.0.0.1 is loopback"),
        ("0.0.0.0", "0.0.0.0 is this machine itself"),
        ("169.254.169.254", "169.254.169.254 is link-local"),
        ("127.1", "127.1 (127.0.0.1) is loopback"),
    ],
)
def test_addresses_of_our_own_are_refused_when_it_runs(host: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """design/close-out.md C5, Safety"""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("127.0.0.1", 0))])
    with serving(saying()) as port:
        outcome = ran(probe(ProbeKind.TCP, port, host=host, local=False, tries=3))
    assert outcome.text == f"{why}: it is tested only if registered with a reason"
    assert len(outcome.tries) == 1


def test_name_that_turns_to_loopback_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the connection goes to the address that was checked, and every run checks anew."""
    answers = iter([["192.0.2.1"], ["127.0.0.1"], ["192.0.2.1", "127.0.0.1"]])
    asked: list[str] = []

    def look_up(host: str, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        return [(0, 0, 0, "", (address, 0)) for address in next(answers)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with serving(saying()) as port:
        tested = dataclasses.replace(probe(ProbeKind.TCP, port, host="server.example.com", seconds=1), local=False)
        first = ran(tested)
        assert "loopback" not in first.text
        assert not first.passed
        for _ in range(2):
            assert ran(tested).text.startswith("server.example.com (127.0.0.1) is loopback")
    assert asked == ["server.example.com"] * 3


def test_own_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("needs an address besides loopback: connect a network")
        own = sock.getsockname()[0]
    assert "is this machine itself" in ran(probe(ProbeKind.TCP, 22, host=own, local=False)).text


@pytest.mark.parametrize("host", ["224.0.0.1", "255.255.255.255", "ff02::1"])
def test_groups_are_never_tested(host: str) -> None:
    assert "it is not tested" in ran(probe(ProbeKind.TCP, 80, host=host)).text
