"""Whose certificate is believed, values that pages say, and the greetings of mail, directory, desktop, file and time servers."""

from __future__ import annotations

import base64
import ssl
import struct
import time
from collections.abc import Callable
from typing import Any

import dns.message
import dns.rcode
import dns.rrset
import pytest

from dispatch.closeout.probes.certificate import read_certificate, typed_certificate, typed_fingerprint
from dispatch.closeout.probes.ntp import _EPOCH
from dispatch.closeout.probes.running import Runner
from dispatch.closeout.probes.vantage import ThroughSite
from dispatch.model.clock import machine_seconds
from dispatch.model.probes import EXPIRY, ProbeKind
from tests.closeout.probes.servers import (
    HERE,
    NOT_AFTER,
    NOT_BEFORE,
    Certificates,
    Handler,
    answering,
    endless,
    mail,
    page,
    resolving,
    saying,
    serving,
)
from tests.closeout.probes.test_kinds import DAY, NOW, probe, ran, web


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


def shown_at(port: int) -> bytes:
    """The certificate that a server shows, in DER."""
    return ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((HERE, port)))


# whose certificate is believed


def test_a_private_authority_is_believed_where_its_target_says_so(certificates: Certificates) -> None:
    authority = typed_certificate(certificates.trusted.read_text())
    with serving(answering(page()), certificates.context()) as port:
        good = ran(probe(ProbeKind.TLS, port, authority=authority))
        by_page = ran(web(port, "https", authority=authority))
        nobody = ran(probe(ProbeKind.TLS, port))
        fingerprint = read_certificate(shown_at(port)).fingerprint
    with serving(answering(page()), certificates.context("fileserver.local")) as port:
        other = ran(probe(ProbeKind.TLS, port, authority=authority))
    with serving(saying(), certificates.context(stranger=True)) as port:
        stranger = ran(probe(ProbeKind.TLS, port, authority=authority))

    assert good.text == "the certificate for 127.0.0.1 is valid until 2049-01-01, 90 days more"
    assert good.value == "90 days"
    assert by_page.text == "status 200"
    assert nobody.text.endswith(f"it is for 127.0.0.1, sha256 {fingerprint}"), "what is to be pinned is told"
    assert other.text == "the certificate is for another name than 127.0.0.1: it is for fileserver.local"
    assert not stranger.passed


def test_a_pinned_certificate_is_the_only_one_that_is_believed(certificates: Certificates) -> None:
    """A firewall signs for itself: its certificate is known by its fingerprint."""
    with serving(saying(), certificates.context("firewall.local", stranger=True)) as port:
        pin = read_certificate(shown_at(port)).fingerprint
        good = ran(probe(ProbeKind.TLS, port, pin=pin))
        late = ran(probe(ProbeKind.TLS, port, pin=pin, days=120))
        assert ran(probe(ProbeKind.LDAP, port, pin=pin, secure=True)).text.startswith("hung up while waiting")
    with serving(answering(page()), certificates.context("firewall.local", stranger=True)) as port:
        other = ran(probe(ProbeKind.TLS, port, pin=pin))
        by_page = ran(web(port, "https", pin=pin))

    assert good.text == "the pinned certificate for firewall.local is valid until 2049-01-01, 90 days more"
    assert (late.passed, late.value) == (False, "90 days")
    assert not other.passed
    assert "another certificate than the pinned one for firewall.local, sha256 " in other.text
    assert "another certificate" in by_page.text


@pytest.mark.parametrize(
    ("made", "passes", "said"),
    [
        ({}, True, "the certificate for 127.0.0.1 is valid until 2049-01-01, 90 days more"),
        ({"ends": NOT_BEFORE + 10 * DAY}, False, "the certificate expired on 2000-01-11"),
        ({"begins": NOT_AFTER - 5 * DAY}, False, "the certificate is valid only from 2048-12-27"),
        ({"ends": NOW + 3 * DAY + 60}, False, "the certificate ends on 2048-10-06, in 3 days; 14 days are asked for"),
    ],
)
def test_only_the_dates_count_where_nobody_is_believed(
    certificates: Certificates, made: dict[str, Any], passes: bool, said: str
) -> None:
    with serving(answering(page()), certificates.context(stranger=True, **made)) as port:
        outcome = ran(probe(ProbeKind.TLS, port, trust=EXPIRY))
        assert ran(web(port, "https", trust=EXPIRY)).passed is (passes or "3 days" in said)
    assert (outcome.passed, outcome.text) == (passes, said)


def test_what_is_typed_as_a_certificate_or_a_fingerprint(certificates: Certificates) -> None:
    pem = certificates.trusted.read_text()
    assert (
        typed_certificate(pem)
        == typed_certificate(" ".join(pem.split("\n")))
        == typed_certificate(typed_certificate(pem))
    )
    assert typed_certificate("  ") == ""
    for text in ("hello", pem + pem, pem.replace("BEGIN", "BEGUN"), base64.b64encode(b"0\x82").decode()):
        with pytest.raises(ValueError, match="certificate"):
            typed_certificate(text)
    digits = "ab" * 32
    assert typed_fingerprint(":".join(["AB"] * 32)) == typed_fingerprint(f"SHA256:{digits}") == digits
    with pytest.raises(ValueError, match="64 hexadecimal"):
        typed_fingerprint("ab:cd")


# values that a page says

STATUS = b'{"disks": [{"name": "C", "free": 18.5}], "health": "good", "up": true, "nothing": null}'


@pytest.mark.parametrize(
    ("asked", "passes", "said"),
    [
        ({"json": "disks.0.free", "unit": "%", "least": "15"}, True, "it says 18.5 %"),
        ({"json": "disks.0.free", "unit": "%", "least": "20"}, False, "18.5 % is below 20 %"),
        ({"json": "health", "expect": "GOOD"}, True, "it says good"),
        ({"json": "health", "expect": "bad"}, False, "it says good and not bad"),
        ({"json": "up", "expect": "true"}, True, "it says true"),
        ({"json": "health", "least": "1"}, False, "“good” is not a number; 1 is expected"),
        ({"json": "disks.1.free"}, False, "status 200, but “disks.1.free” is not on the page"),
        ({"json": "disks"}, False, "status 200, but “disks” is not on the page"),
        ({"json": "nothing"}, False, "status 200, but “nothing” is not on the page"),
        ({"json": "disks.name"}, False, "status 200, but “disks.name” is not on the page"),
        ({"pattern": '"free": #', "most": "50"}, True, "it says 18.5"),
        ({"pattern": "load average: #"}, False, "status 200, but “load average: #” is not on the page"),
    ],
)
def test_value_that_a_page_says(asked: dict[str, Any], passes: bool, said: str) -> None:
    with serving(answering(page(STATUS))) as port:
        outcome = ran(web(port, **asked))
    assert (outcome.passed, outcome.text) == (passes, said)


def test_a_value_is_kept_whether_it_passes_or_not() -> None:
    with serving(answering(page(b"<td>load\n  average:</td> <b>2,5</b> users: 7"))) as port:
        assert ran(web(port, pattern="users: #", unit="people", most="5")).value == "7 people"
        assert ran(web(port, pattern="load average:</td> <b>#", most="3")).value == "2,5"


@pytest.mark.parametrize("body", [b"[" * 60_000, b'{"a": ' * 9_000, b"\xff\x00", b"", b'{"v": "\x1b[2J\xe2\x80\xae"}'])
def test_hostile_page_of_values(body: bytes) -> None:
    with serving(answering(page(body))) as port:
        begun = time.monotonic()
        ran(web(port, json="v"))
        ran(web(port, pattern="a a a #"))
        assert time.monotonic() - begun < 4


# greetings


def hearing(answer: bytes, *, first: bytes = b"") -> Handler:
    """Says something, reads once, and answers."""

    def handler(connection: Any) -> None:
        if first:
            connection.sendall(first)
        connection.recv(4096)
        connection.sendall(answer)

    return handler


def imap(tls: ssl.SSLContext) -> Handler:
    """An IMAP server as far as STARTTLS."""

    def handler(connection: Any) -> None:
        connection.sendall(b"* OK ready\r\n")
        connection.recv(100)
        connection.sendall(b"* CAPABILITY IMAP4rev2\r\na OK begin\r\n")
        with tls.wrap_socket(connection, server_side=True) as secured:
            secured.recv(100)

    return handler


def test_imap(certificates: Certificates) -> None:
    authority = typed_certificate(certificates.trusted.read_text())
    with serving(saying(b"* OK [CAPABILITY] Dovecot ready.\r\n", hold=True)) as port:
        assert ran(probe(ProbeKind.IMAP, port)).text == "greeted with “* OK [CAPABILITY] Dovecot ready.”"
        assert "and not “Exchange”" in ran(probe(ProbeKind.IMAP, port, expect="Exchange")).text
    with serving(saying(b"* OK ready\r\n", hold=True), certificates.context()) as port:
        assert ran(probe(ProbeKind.IMAP, port, secure=True, authority=authority)).passed
        assert "trusted here" in ran(probe(ProbeKind.IMAP, port, secure=True)).text
    with serving(imap(certificates.context())) as port:
        good = ran(probe(ProbeKind.IMAP, port, starttls="verified", authority=authority))
        assert good.text == "greeted with “* OK ready”, STARTTLS taken"
        assert ran(probe(ProbeKind.IMAP, port, starttls="verified")).text.startswith("STARTTLS: the chain")
    with serving(hearing(b"a BAD no\r\n", first=b"* OK ready\r\n")) as port:
        assert ran(probe(ProbeKind.IMAP, port, starttls="any")).text == "answered STARTTLS with “a BAD no”"
    with serving(saying(b"* BYE full\r\n")) as port:
        assert ran(probe(ProbeKind.IMAP, port)).text == "greeted with “* BYE full”, not with * OK"


def test_mail_under_tls_from_the_start(certificates: Certificates) -> None:
    with serving(mail(), certificates.context()) as port:
        authority = typed_certificate(certificates.trusted.read_text())
        assert ran(probe(ProbeKind.SMTP, port, secure=True, authority=authority)).passed


def _ldap(result: int) -> bytes:
    return bytes.fromhex("300c02010161070a01") + bytes([result]) + bytes.fromhex("04000400")


def _rdp(protected: bytes) -> bytes:
    body = bytes.fromhex("d00000123400") + protected
    return b"\x03\x00" + (5 + len(body)).to_bytes(2, "big") + bytes([len(body)]) + body


def _smb(dialect: int, *, status: int = 0, mode: int = 1) -> bytes:
    body = struct.pack("<4sHHIHHIIQIIQ16s", b"\xfeSMB", 64, 0, status, 0, 1, 1, 0, 0, 0, 0, 0, b"")
    body += struct.pack("<HHH", 65, mode, dialect) + bytes(58)
    return len(body).to_bytes(4, "big") + body


@pytest.mark.parametrize(
    ("kind", "answer", "passes", "said"),
    [
        (ProbeKind.LDAP, _ldap(0), True, "the directory answers: success"),
        (ProbeKind.LDAP, _ldap(48), True, "the directory answers: none without a name"),
        (ProbeKind.LDAP, b"HTTP/1.1 400 no\r\n", False, "answered with “HTTP/1.1 400 no”, which is no LDAP"),
        (ProbeKind.LDAP, b"\x30\x84\xff\xff\xff\xff" + b"x" * 5000, False, "answered with something that is no answer to a bind"),
        (ProbeKind.LDAP, b"\x30\x03\x02\x01\x01", False, "answered with something that is no answer to a bind"),
        (ProbeKind.RDP, _rdp(bytes.fromhex("0200080002000000")), True,
         "the remote desktop answers, with TLS and sign-in before the desktop"),
        (ProbeKind.RDP, _rdp(b""), True, "the remote desktop answers, with RDP's own protection"),
        (ProbeKind.RDP, _rdp(bytes.fromhex("0300080005000000")), False, "the remote desktop refuses the connection, reason 5"),
        (ProbeKind.RDP, b"SSH-2.0-OpenSSH_9.2\r\n", False, "answered with “SSH-”, which is no remote desktop"),
        (ProbeKind.RDP, b"\x03\x00\x00\x0b" + bytes(7), False, "answered, but does not confirm the connection"),
        (ProbeKind.SMB, _smb(0x0302, mode=3), True, "the file server answers, SMB 3.0.2, signing required"),
        (ProbeKind.SMB, _smb(0x0210), True, "the file server answers, SMB 2.1"),
        (ProbeKind.SMB, _smb(0, status=0xC00000BB), False, "the file server refuses, status 0xc00000bb"),
        (ProbeKind.SMB, b"220 ftp ready\r\n" + bytes(90), False, "answered with “220”, which is no SMB"),
        (ProbeKind.SMB, b"\x00\x00\x00\x50\xffSMB" + bytes(80), False, "answered with “�SMB␀␀␀␀”, which is no SMB 2 or 3"),
    ],
)  # fmt: skip
def test_greeting(kind: ProbeKind, answer: bytes, passes: bool, said: str) -> None:
    with serving(hearing(answer)) as port:
        outcome = ran(probe(kind, port))
    assert (outcome.passed, outcome.text) == (passes, said)


@pytest.mark.parametrize("kind", [ProbeKind.IMAP, ProbeKind.LDAP, ProbeKind.RDP, ProbeKind.SMB])
@pytest.mark.parametrize(
    "handler", [saying(hold=True), saying(), endless(b"", b"\x1b[2J" * 500), saying(*[b"\x00"] * 100, every=0.05)]
)
def test_a_server_that_hangs_lies_or_never_stops(kind: ProbeKind, handler: Handler) -> None:
    with serving(handler) as port:
        begun = time.monotonic()
        outcome = ran(probe(kind, port, seconds=1))
        assert time.monotonic() - begun < 4
    assert not outcome.passed


# a clock


def clock_off_by(seconds: float, **wrong: Any) -> Callable[[bytes], bytes | None]:
    """A time server that is ahead of this machine."""

    def answer(query: bytes) -> bytes | None:
        stamp = int((machine_seconds() + seconds + _EPOCH) * 2**32).to_bytes(8, "big")
        mark = wrong.get("mark", query[40:48])
        return bytes([wrong.get("first", 0x24), wrong.get("stratum", 2)]) + bytes(22) + mark + stamp + stamp

    return answer


def test_a_clock() -> None:
    with resolving(clock_off_by(0)) as port:
        good = ran(probe(ProbeKind.NTP, port))
    with resolving(clock_off_by(42)) as port:
        off = ran(probe(ProbeKind.NTP, port))
        assert ran(probe(ProbeKind.NTP, port, most="60")).passed
    assert good.text.startswith("our clock is off by 0.")
    assert good.text.endswith(" s, stratum 2")
    assert off.text.startswith("our clock is off by 4")
    assert off.text.endswith(", 1 s at most is asked for")
    assert float(off.value.removesuffix(" s")) == pytest.approx(42, abs=0.5)
    for wrong in ({"first": 0xE4}, {"stratum": 0}, {"stratum": 16}, {"first": 0x23}):
        with resolving(clock_off_by(0, **wrong)) as port:
            assert ran(probe(ProbeKind.NTP, port)).text == "the time server does not know the time itself"
    with resolving(clock_off_by(0, mark=bytes(8))) as port:
        assert ran(probe(ProbeKind.NTP, port, seconds=1)).text.startswith("timed out after 1 s"), (
            "another's answer is none"
        )


def test_a_clock_is_not_asked_through_the_proxy() -> None:
    outcome = Runner(lambda: NOW).run(probe(ProbeKind.NTP, 123), ThroughSite(9))
    assert (outcome.ran, outcome.passed) == (False, False)


# the DNS of a mail domain

GOOD = (
    "example.com MX 10 mx1.example.com.",
    "example.com MX 20 mx2.example.com.",
    'example.com TXT "v=spf1 include:_spf.example.net" " -all"',
    'example.com TXT "google-site-verification=x"',
    '_dmarc.example.com TXT "v=DMARC1; p=reject"',
    's1._domainkey.example.com TXT "v=DKIM1; k=rsa; " "p=MIGfMA0"',
)


def domain(*records: str) -> Callable[[bytes], bytes]:
    """Answers a question with the records of that name and type."""

    def answer(query: bytes) -> bytes:
        asked = dns.message.from_wire(query)
        (question,) = asked.question
        reply = dns.message.make_response(asked)
        for record in records:
            name, kind, data = record.split(" ", 2)
            found = dns.rrset.from_text(f"{name}.", 60, "IN", kind, data)
            if (found.name, found.rdtype) == (question.name, question.rdtype):
                reply.answer.append(found)
        if not any(record.startswith(str(question.name).rstrip(".") + " ") for record in records):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()

    return answer


def without(*parts: str) -> list[str]:
    return [record for record in GOOD if not any(part in record for part in parts)]


@pytest.mark.parametrize(
    ("records", "asked", "said"),
    [
        (GOOD, {"dkim": "s1"}, "MX mx1.example.com and 1 more, SPF -all, DMARC reject, DKIM s1"),
        (GOOD, {"dkim": "s1, s2"}, "no DKIM key s2 (MX mx1.example.com and 1 more, SPF -all, DMARC reject, DKIM s1)"),
        (without("MX"), {}, "no MX record (SPF -all, DMARC reject)"),
        ([*without("MX"), "example.com MX 0 ."], {}, "the MX record says that it takes no mail (SPF -all, DMARC reject)"),
        (without("spf1", "20 mx2"), {}, "no SPF record (MX mx1.example.com, DMARC reject)"),
        ([*GOOD, 'example.com TXT "v=spf1 ~all"'], {},
         "2 SPF records, of which none counts (MX mx1.example.com and 1 more, DMARC reject)"),
        ([*without("spf1", "20 mx2"), 'example.com TXT "v=spf1 +all"'], {},
         "SPF lets anybody send (+all) (MX mx1.example.com, DMARC reject)"),
        ([*without("spf1", "20 mx2"), 'example.com TXT "v=spf1 mx"'], {},
         "SPF has no end (-all) (MX mx1.example.com, DMARC reject)"),
        (without("DMARC", "20 mx2"), {}, "no DMARC record (MX mx1.example.com, SPF -all)"),
        ([*without("DMARC", "20 mx2"), '_dmarc.example.com TXT "v=DMARC1; p=none"'], {},
         "MX mx1.example.com, SPF -all, DMARC none (only watched)"),
        ((), {}, "there is no name example.com"),
    ],
)  # fmt: skip
def test_what_other_mail_servers_look_up(records: list[str], asked: dict[str, Any], said: str) -> None:
    with resolving(domain(*records)) as port:
        outcome = ran(probe(ProbeKind.MAIL_DNS, port, query="example.com", **asked))
    assert outcome.text == said
    assert outcome.passed is not said.startswith(("no ", "the MX", "2 SPF", "SPF", "there"))
