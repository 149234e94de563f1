"""One command of the lead's list by PowerShell: against a small WinRM of the tests' own, with NTLM as Windows speaks it."""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import spnego

from dispatch.closeout.probes.certificate import fingerprint_of, typed_certificate
from dispatch.closeout.probes.running import Runner
from dispatch.closeout.probes.secret import HIDDEN, Secrets, asked_of
from dispatch.closeout.probes.vantage import FromHost, ThroughSite
from dispatch.closeout.probes.winrm import bound_to
from dispatch.model.probes import Probe, ProbeKind, ProbeOutcome
from tests.closeout.probes.servers import HERE, Certificates, answering, page, proxy, serving
from tests.closeout.probes.test_kinds import NOW, probe

PASSWORD = "Linnet-5532-Passphrase"
_SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer" '
    f'xmlns:rsp="{_SHELL}"><s:Header><a:RelatesTo>%s</a:RelatesTo></s:Header><s:Body>%s</s:Body></s:Envelope>'
)
_CREATED = (
    "<x:ResourceCreated><a:ReferenceParameters><w:SelectorSet><w:Selector Name='ShellId'>7</w:Selector></w:SelectorSet>"
    "</a:ReferenceParameters></x:ResourceCreated><rsp:Shell><rsp:ShellId>7</rsp:ShellId></rsp:Shell>"
)
_STARTED = "<rsp:CommandResponse><rsp:CommandId>8</rsp:CommandId></rsp:CommandResponse>"
_NOTHING_YET = (
    "<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text>nothing yet</s:Text></s:Reason><s:Detail>"
    '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="2150858793"/></s:Detail></s:Fault>'
)
Receive = Callable[["Machine"], tuple[int, str]]
"""What a machine answers when it is asked for output: a status, and what stands in the body."""


def told(output: str, status: int = 0, complaints: str = "") -> Receive:
    """All of it at once, and the end."""

    def receive(machine: Machine) -> tuple[int, str]:
        return 200, _received(output, complaints, f'Done"><rsp:ExitCode>{status}</rsp:ExitCode></rsp:CommandState>')

    return receive


def _received(output: str, complaints: str = "", state: str = 'Running"/>') -> str:
    streams = "".join(
        f'<rsp:Stream Name="{name}" CommandId="8">{base64.b64encode(text.encode()).decode()}</rsp:Stream>'
        for name, text in (("stdout", output), ("stderr", complaints))
        if text
    )
    state = f'<rsp:CommandState CommandId="8" State="{_SHELL}/CommandState/{state}'
    return f"<rsp:ReceiveResponse>{streams}{state}</rsp:ReceiveResponse>"


@dataclass
class Machine:
    """A machine, what it was asked, and how often somebody signed in."""

    receive: Receive
    certificate: bytes = b""
    commands: list[str] = field(default_factory=list)
    signed_in: int = 0
    asked: int = 0
    port: int = 0

    def answer(self, message: str) -> tuple[int, str]:
        """The status and the body that belong to a message."""
        action = re.search("Action[^>]*>([^<]*)<", message)[1].rpartition("/")[2]  # type: ignore[index]
        if action == "Command":
            words = re.findall(r"<[\w:]*Arguments>([^<]*)<", message)
            self.commands.append(base64.b64decode(words[-1]).decode("utf-16-le"))
        if action == "Receive":
            self.asked += 1
        body = {"Create": (200, _CREATED), "Command": (200, _STARTED), "Receive": None, "Delete": (200, "")}[action]
        status, inside = body or self.receive(self)
        return status, _ENVELOPE % (re.search("MessageID>([^<]*)<", message)[1], inside)  # type: ignore[index]

    def talk(self, connection: socket.socket) -> None:
        """Everything over one connection: NTLM first, then messages."""
        data, signing, let_in = b"", None, False
        while True:
            while b"\r\n\r\n" not in data:
                more = connection.recv(65_536)
                if not more:
                    return
                data += more
            head, _, data = data.partition(b"\r\n\r\n")
            length = int(re.search(rb"Content-Length: (\d+)", head)[1])  # type: ignore[index]
            while len(data) < length:
                data += connection.recv(65_536)
            message, data = data[:length].decode(), data[length:]
            extra, status, body = b"", 401, ""
            if not let_in and (token := re.search(rb"Authorization: Negotiate (\S+)", head)):
                signing = signing or spnego.server(
                    protocol="ntlm",
                    options=spnego.NegotiateOptions.use_ntlm,
                    channel_bindings=spnego.channel_bindings.GssChannelBindings(
                        application_data=bound_to(self.certificate)
                    ),
                )
                with contextlib.suppress(spnego.exceptions.SpnegoError):
                    challenge = signing.step(base64.b64decode(token[1]))
                    extra = b"WWW-Authenticate: Negotiate " + base64.b64encode(challenge or b"") + b"\r\n"
                    let_in = signing.complete
                    self.signed_in += let_in
            if let_in:
                extra = b""
                status, body = self.answer(message)
            sent = body.encode()
            connection.sendall(b"HTTP/1.1 %d x\r\n%sContent-Length: %d\r\n\r\n" % (status, extra, len(sent)) + sent)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(autouse=True)
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whom the machine knows."""
    known = tmp_path / "people"
    known.write_text(f"CORP:check:{PASSWORD}\n", encoding="utf-8")
    monkeypatch.setenv("NTLM_USER_FILE", str(known))


@contextlib.contextmanager
def machine(certificates: Certificates, receive: Receive) -> Iterator[Machine]:
    """A machine that says what it is told to."""
    one = Machine(receive)
    with serving(one.talk, certificates.context()) as port:
        one.port = port
        one.certificate = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((HERE, port)))
        yield one


def asking(at: Machine, **more: Any) -> Probe:
    usual = {"user": "CORP\\check", "ask": "free disk", "command": "(Get-PSDrive C).Free", "unit": "%", "least": "15"}
    return probe(ProbeKind.WINRM, at.port, **{**usual, "pin": fingerprint_of(at.certificate), "seconds": 4, **more})


def signed(tested: Probe, password: str = PASSWORD) -> Secrets:
    secrets = Secrets()
    for words in asked_of(tested):
        secrets.hold(words, password)
    return secrets


def ran(tested: Probe, secrets: Secrets | None = None, **more: Any) -> ProbeOutcome:
    outcome = Runner(lambda: NOW, pause_seconds=0.05, secrets=secrets or signed(tested)).run(
        tested, more.get("dialer", FromHost())
    )
    for text in (outcome.text, outcome.value, *(one.text for one in outcome.tries)):
        assert text.isprintable(), text
        assert PASSWORD not in text
    return outcome


def test_a_figure_within_bounds(certificates: Certificates) -> None:
    with machine(certificates, told("41,2\r\n")) as at:
        good = ran(asking(at))
        low = ran(asking(at, least="50"))
        by_authority = ran(asking(at, pin="", authority=typed_certificate(certificates.trusted.read_text())))
    assert (good.passed, good.text, good.value) == (True, "it says 41,2 %", "41,2 %")
    assert (low.passed, low.ran, low.text) == (False, True, "41,2 % is below 50 %")
    assert by_authority.passed
    assert at.commands[0] == "$ProgressPreference='SilentlyContinue';(Get-PSDrive C).Free"
    assert at.signed_in == 3


def test_a_command_that_fails_and_one_that_takes_its_time(certificates: Certificates) -> None:
    def later(at: Machine) -> tuple[int, str]:
        answers = [(500, _NOTHING_YET), (200, _received("4")), told("1\r\n")(at)]
        return answers[at.asked - 1]

    with machine(certificates, told("", 1, "Get-WBSummary : no such command\r\n")) as at:
        assert ran(asking(at)).text == "free disk ended with 1: “Get-WBSummary : no such command”"
    with machine(certificates, later) as at:
        assert ran(asking(at)).value == "41 %"


def test_nobody_signs_in_where_the_certificate_is_not_known(certificates: Certificates) -> None:
    with machine(certificates, told("41")) as at:
        unknown, other = ran(asking(at, pin="")), ran(asking(at, pin="ab" * 32))
    assert (unknown.ran, other.ran, at.signed_in) == (False, False, 0)
    for outcome in (unknown, other):
        assert fingerprint_of(at.certificate) in outcome.text, "it can be compared, and pinned"
        assert outcome.text.endswith("; nobody signed in")


def test_who_is_not_let_in_is_asked_again(certificates: Certificates) -> None:
    with machine(certificates, told("41")) as at:
        tested = asking(at, tries=3)
        secrets = signed(tested, "not the password")
        refused, silent = ran(tested, secrets), ran(tested, Secrets())
        unlisted = ran(asking(at, command=""))
    assert (refused.ran, len(refused.tries), at.commands) == (False, 1, [])
    assert "was not let in" in refused.text
    assert secrets.lacking([tested]) == (f"the password of CORP\\check@{HERE}",)
    assert silent.text.startswith("it asks for the password of CORP")
    assert "is not on the lead's list" in unlisted.text


def _hangs(at: Machine) -> tuple[int, str]:
    time.sleep(5)
    return 200, ""


def _never_done(at: Machine) -> tuple[int, str]:
    time.sleep(0.1)
    return 200, _received("1")


@pytest.mark.parametrize(
    ("receive", "said"),
    [
        (_hangs, "timed out after 1.5 s while waiting for what free disk says"),
        (_never_done, "timed out after 1.5 s"),
        (told(PASSWORD), f"“{HIDDEN}” is not a number"),
        (told("", 1, f"{'y' * 60}{PASSWORD}"), f"“{'y' * 60}{HIDDEN}”"),
        (told("x \x1b]0;owned\x07\x9b31m\u202e"), "is not a number"),
        (told("x" * 90_000), "it sent a message of more than 64 KB"),
        (lambda at: (500, f"<s:Fault><s:Reason><s:Text>{PASSWORD}</s:Text></s:Reason></s:Fault>"), "it answers: "),
        (lambda at: (503, "</not-xml"), "it answers: "),
        (lambda at: (200, "<rsp:ReceiveResponse><unclosed>"), "sent something that cannot be read (ParseError)"),
        (
            lambda at: (200, '<rsp:ReceiveResponse><rsp:Stream Name="other">eHg=</rsp:Stream></rsp:ReceiveResponse>'),
            "cannot be read",
        ),
    ],
)
def test_machines_that_hang_lie_and_shout(certificates: Certificates, receive: Receive, said: str) -> None:
    begun = time.monotonic()
    with machine(certificates, receive) as at:
        outcome = ran(asking(at, seconds=1.5))
    assert (outcome.passed, outcome.ran) == (False, True)
    assert said in outcome.text
    assert time.monotonic() - begun < 8


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (page(b"Welcome"), "it does not let people sign in as WinRM does: status 200"),
        (
            page(b"", "401 x", "WWW-Authenticate: Basic realm=x"),
            "it does not let people sign in as WinRM does: status 401",
        ),
        (
            page(b"", "401 x", "WWW-Authenticate: Negotiate !"),
            "it does not let people sign in as WinRM does: status 401",
        ),
        (page(b"", "401 x", "WWW-Authenticate: Negotiate TlRMTVNTUAACAAAA"), "sent something that cannot be read"),
    ],
)
def test_what_is_no_winrm(certificates: Certificates, answer: bytes, said: str) -> None:
    with serving(answering(answer), certificates.context()) as port:
        at = Machine(told("41"), ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((HERE, port))), port=port)
        assert ran(asking(at)).text.startswith(said)


def test_through_the_clients_network(certificates: Certificates) -> None:
    with machine(certificates, told("41")) as at, serving(proxy([])) as port:
        assert ran(asking(at), dialer=ThroughSite(port)).value == "41 %"
