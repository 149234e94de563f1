"""Tests through a SOCKS proxy: names are resolved at its end, and what listens there is trusted no more than a server."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from dispatch.closeout.probes.running import Runner
from dispatch.closeout.probes.vantage import ThroughSite
from dispatch.model.probes import Probe, ProbeKind, ProbeOutcome, Vantage
from tests.closeout.probes.servers import (
    HERE,
    Certificates,
    answering,
    mail,
    page,
    proxy,
    resolving,
    saying,
    serving,
    zone,
)
from tests.wall import WALL

NOW = WALL.now()
OVER_THERE = {"server.internal": HERE}


def ran(tested: Probe, port: int) -> ProbeOutcome:
    outcome = Runner(lambda: NOW, pause_seconds=0.05).run(tested, ThroughSite(port))
    assert outcome.text.isprintable()
    return outcome


def probe(kind: ProbeKind, port: int = 0, **more: Any) -> Probe:
    usual: dict[str, Any] = {"host": "server.internal", "port": port, "seconds": 2, "tries": 1}
    return Probe(kind, "server", Vantage.SITE, **{**usual, **more})


@pytest.fixture
def asked() -> list[tuple[str, int]]:
    return []


def test_every_kind_that_can_goes_through(
    asked: list[tuple[str, int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates = Certificates(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.trusted))
    looked_up: list[str] = []
    resolve = socket.getaddrinfo

    def noted(host: str, *more: Any, **named: Any) -> Any:
        looked_up.append(host)
        return resolve(host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", noted)
    answer = zone("example.com A 192.0.2.7")
    context = certificates.context("server.internal")
    with serving(proxy(asked, OVER_THERE)) as way:
        with serving(saying(b"SSH-2.0\r\n")) as port:
            assert ran(probe(ProbeKind.TCP, port, expect="SSH"), way).passed
        with serving(answering(page())) as port:
            assert ran(probe(ProbeKind.HTTP, url=f"http://server.internal:{port}/"), way).passed
        with serving(answering(page()), context) as port:
            assert ran(probe(ProbeKind.TLS, port), way).passed
            assert ran(probe(ProbeKind.HTTP, url=f"https://server.internal:{port}/"), way).passed
        with serving(mail(tls=context)) as port:
            assert ran(probe(ProbeKind.SMTP, port, starttls="verified"), way).passed
        with resolving(answer, answer) as port:
            assert ran(probe(ProbeKind.DNS, port, query="example.com", expect="192.0.2.7"), way).passed
    assert {host for host, _ in asked} == {"server.internal"}
    assert "server.internal" not in looked_up


def test_ping_says_that_it_cannot(asked: list[tuple[str, int]]) -> None:
    assert "cannot go through the proxy" in ran(probe(ProbeKind.PING), 9).text
    assert "needs its resolver named" in ran(probe(ProbeKind.DNS, 53, host="", query="example.com"), 9).text


def test_without_the_connection_it_says_how_to_make_it() -> None:
    with serving(saying()) as port:
        pass
    assert ran(probe(ProbeKind.TCP, 25), port).text == (
        f"nothing on port {port} leads into the client's network (connection refused); connect with ssh -R {port}, or run "
        "the test on your laptop: dispatch visit probe-spec"
    )


def test_refused_over_there(asked: list[tuple[str, int]]) -> None:
    with serving(saying()) as port:
        pass
    with serving(proxy(asked, OVER_THERE)) as way:
        assert ran(probe(ProbeKind.TCP, port), way).text == f"server.internal:{port} refused the connection"
    with serving(proxy(asked, reply=4)) as way:
        assert "could not be reached from the client's network" in ran(probe(ProbeKind.TCP, 25), way).text
    with serving(proxy(asked, reply=99)) as way:
        assert ran(probe(ProbeKind.TCP, 25), way).text == "server.internal:25 was refused by the proxy"


@pytest.mark.parametrize(
    ("handler", "said"),
    [
        (saying(b"SSH-2.0-OpenSSH\r\n"), "is no SOCKS5 proxy"),
        (saying(b"\x05\x02", hold=True), "is no SOCKS5 proxy"),
        (saying(b"\x05\x00"), "could not be reached from the client's network"),
        (saying(b"\x05\x00", b"\x05\x00\x00\x09", hold=True), "something that is no SOCKS5"),
        (saying(b"\x05\x00", b"\x05", hold=True), "timed out after 1 s while asking the proxy for server.internal:25"),
        (saying(hold=True), "timed out after 1 s"),
    ],
)
def test_what_listens_there_is_no_proxy(handler: Any, said: str) -> None:
    with serving(handler) as way:
        assert said in ran(probe(ProbeKind.TCP, 25, seconds=1), way).text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "169.254.169.254", "0.0.0.0"])
def test_the_laptop_itself_is_not_tested_without_a_reason(asked: list[tuple[str, int]], host: str) -> None:
    with serving(proxy(asked)) as way:
        assert "only if registered with a reason" in ran(probe(ProbeKind.TCP, 22, host=host), way).text
    assert asked == []
