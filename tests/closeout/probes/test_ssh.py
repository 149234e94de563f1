"""One command of the lead's list by SSH: against OpenSSH's own server, and servers that fail, hang, lie and shout."""

from __future__ import annotations

import asyncio
import copy
import getpass
import os
import pickle
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dispatch.closeout.probes.certificate import shown_as_by_ssh, typed_fingerprint
from dispatch.closeout.probes.running import Runner
from dispatch.closeout.probes.secret import HIDDEN, Secrets, asked_of
from dispatch.closeout.probes.vantage import FromHost, ThroughSite
from dispatch.model.probes import Probe, ProbeKind, ProbeOutcome
from tests.closeout.probes.servers import HERE, endless, proxy, saying, serving
from tests.closeout.probes.ssh_servers import PASSWORD, RealServer, Says, openssh, saying_by_ssh, ssh_serving
from tests.closeout.probes.test_kinds import NOW, probe
from tests.ssh.server import why_not


def asking(port: int, pin: str = "", **more: Any) -> Probe:
    """A test that asks a server how much of its disk is free."""
    usual = {"user": "root", "ask": "free disk", "command": "df", "pin": pin, "unit": "%", "least": "15", "seconds": 4}
    return probe(ProbeKind.SSH, port, **{**usual, **more})


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


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    if why := why_not():
        pytest.skip(why)
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with openssh(tmp_path_factory.mktemp("openssh")) as server:
        yield server


def own(real: RealServer, **more: Any) -> ProbeOutcome:
    """Asked of OpenSSH by somebody with an agent."""
    pin = typed_fingerprint(real.pin)
    tested = asking(real.port, **{"pin": pin, "user": getpass.getuser(), "unit": "", "least": None, **more})
    return ran(tested, Secrets(real.agent))


# OpenSSH


def test_openssh_says_a_figure_within_bounds(real: RealServer) -> None:
    good = own(real, command="echo 41", unit="%", least="15")
    low = own(real, command="echo 8", unit="%", least="15")
    by_pattern = own(real, command="echo load: 0.7 now", pattern="load: #", most="2")
    by_json = own(real, command="""echo '{"disks": [{"free": 41}]}'""", json="disks.0.free", least="15")
    text = own(real, command="echo all is well", expect="WELL")
    assert (good.passed, good.text, good.value) == (True, "it says 41 %", "41 %")
    assert (low.passed, low.ran, low.value) == (False, True, "8 %")
    assert (by_pattern.value, by_json.value) == ("0.7", "41")
    assert (text.passed, text.text) == (True, "it said “all is well”, “WELL” is in what it said")


def test_openssh_says_that_a_command_failed(real: RealServer) -> None:
    assert own(real, command="echo no such disk >&2; exit 3").text == "free disk ended with 3: “no such disk”"
    assert own(real, command="kill -9 $$").text == "free disk was ended by a signal"
    assert own(real, command="true").text == "free disk said nothing"
    assert own(real, command="head -c 300000 /dev/zero | tr '\\0' x").text == "free disk said more than 64 KB"


def test_nothing_is_forwarded_and_no_terminal_is_asked_for(real: RealServer) -> None:
    """The agent signs in and stays here; the server would have taken all of it."""
    said = own(
        real, command='echo "agent=[$SSH_AUTH_SOCK] display=[$DISPLAY] lang=[$TERM]"; tty || true; ls /proc/self/fd'
    ).text
    assert "agent=[] display=[] " in said
    assert own(real, command="tty || true", expect="not a tty").passed


def test_an_unknown_host_key_is_told_and_nobody_signs_in(real: RealServer) -> None:
    unknown = own(real, pin="", command="echo 41")
    other = own(real, pin="ab" * 32, command="echo 41")
    assert (unknown.ran, other.ran) == (False, False)
    assert (
        unknown.text == f"its host key is not known: look there whether it is {real.pin}, and register pin={real.pin}"
    )
    assert other.text == f"it shows another host key than the pinned one: {real.pin}; nobody signed in"
    assert shown_as_by_ssh(typed_fingerprint(real.pin)) == real.pin


def test_without_an_agent_and_a_password_it_is_not_run(real: RealServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The agent of whoever runs the program is used on their own laptop alone, and no key of the machine ever."""
    monkeypatch.setenv("SSH_AUTH_SOCK", real.agent)
    tested = asking(real.port, typed_fingerprint(real.pin), user=getpass.getuser())
    silent = ran(tested, Secrets())
    refused = ran(tested, signed(tested, "not the password"))
    assert (silent.ran, refused.ran) == (False, False)
    assert silent.text.startswith(f"it asks for the password of {getpass.getuser()}@{HERE}")
    assert "was not let in" in refused.text


def test_it_keeps_to_its_deadline(real: RealServer) -> None:
    begun = time.monotonic()
    assert own(real, command="sleep 60", seconds=1).text == "timed out after 1 s while waiting for what free disk says"
    assert time.monotonic() - begun < 5


# a password, and servers of the tests' own


def test_a_password_signs_in_once_the_host_key_is_known() -> None:
    with ssh_serving(saying_by_ssh("41\n"), banner="\x1b]0;owned\x07 hello\n") as talk:
        good = ran(asking(talk.port, talk.pin))
        stranger = ran(asking(talk.port, "ab" * 32))
        unknown = ran(asking(talk.port))
    assert (good.passed, good.value) == (True, "41 %")
    assert not stranger.ran
    assert not unknown.ran
    assert talk.passwords == [PASSWORD], "a server whose key is not known hears no password"
    assert (talk.commands, talk.environments, talk.terminals) == (["df"], [{}], [None])


def test_a_password_that_is_refused_is_asked_for_again() -> None:
    with ssh_serving(saying_by_ssh("41\n"), let_in=False) as talk:
        tested = asking(talk.port, talk.pin, tries=3)
        secrets = signed(tested)
        outcome = ran(tested, secrets)
    assert (outcome.ran, len(outcome.tries)) == (False, 1), "three tries would lock somebody out"
    assert secrets.lacking([tested]) == (f"the password of root@{HERE}",)


def test_what_is_not_on_the_list_is_not_run() -> None:
    with ssh_serving(saying_by_ssh("41\n")) as talk:
        outcome = ran(asking(talk.port, talk.pin, command=""))
    assert (outcome.ran, outcome.text) == (False, "“free disk” is not on the lead's list of what may be asked by ssh")
    assert talk.passwords == []


async def _silent(process: Any) -> None:
    await asyncio.sleep(30)


async def _endless(process: Any) -> None:
    while True:
        process.stdout.write("x" * 8192)
        await process.stdout.drain()


async def _drips(process: Any) -> None:
    while True:
        process.stdout.write("1")
        await asyncio.sleep(0.05)


async def _hangs_up(process: Any) -> None:
    process.stdout.write("4")
    process.channel.get_connection().abort()


async def _ends_late(process: Any) -> None:
    process.stdout.write("41\n")
    process.stdout.write_eof()
    await asyncio.sleep(30)


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (saying_by_ssh("x \x1b]0;owned\x07\x1b[2J\x9b31m\u202e\x00"), "is not a number"),
        (saying_by_ssh("41\n42\n"), "15 % is expected"),
        (saying_by_ssh("5\n", 0, f"your password is {PASSWORD}"), "5 % is below 15 %"),
        (saying_by_ssh("", 1, f"{'y' * 60}{PASSWORD}"), f"free disk ended with 1: “{'y' * 60}{HIDDEN}”"),
        (saying_by_ssh(PASSWORD), f"“{HIDDEN}” is not a number; 15 % is expected"),
        (_silent, "timed out after 1.5 s while waiting for what free disk says"),
        (_drips, "timed out after 1.5 s"),
        (_endless, "free disk said more than 64 KB"),
        (_hangs_up, "while waiting for what free disk says"),
        (_ends_late, "timed out after 1.5 s"),
    ],
)
def test_servers_that_hang_lie_and_shout(says: Says, told: str) -> None:
    begun = time.monotonic()
    with ssh_serving(says) as talk:
        outcome = ran(asking(talk.port, talk.pin, seconds=1.5))
    assert (outcome.passed, outcome.ran) == (False, True)
    assert told in outcome.text
    assert time.monotonic() - begun < 6


@pytest.mark.parametrize(
    ("handler", "told"),
    [
        (saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "while agreeing on keys"),
        (saying(b"SSH-2.0-x\r\n", hold=True), "while agreeing on keys"),
        (saying(hold=True), "while agreeing on keys"),
        (endless(b"SSH-2.0-x\r\n", b"\x1b]0;owned\x07" * 999), "while agreeing on keys"),
        (endless(b"", b"hello\r\n" * 999), "while agreeing on keys"),
    ],
)
def test_what_is_no_server_of_ssh(handler: Any, told: str) -> None:
    begun = time.monotonic()
    with serving(handler) as port:
        outcome = ran(asking(port, "ab" * 32, seconds=1.5))
    assert (outcome.passed, outcome.ran) == (False, True)
    assert told in outcome.text
    assert time.monotonic() - begun < 6


def test_through_the_clients_network() -> None:
    with ssh_serving(saying_by_ssh("41\n")) as talk, serving(proxy([])) as port:
        outcome = ran(asking(talk.port, talk.pin), dialer=ThroughSite(port))
    assert (outcome.passed, outcome.value) == (True, "41 %")


def test_secrets_are_in_no_text_and_no_copy() -> None:
    secrets = signed(asking(22, "ab" * 32))
    assert PASSWORD not in repr(secrets) + str(secrets)
    for copied in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            copied(secrets)
    assert secrets.hidden(f"a{PASSWORD}b") == f"a{HIDDEN}b"
    secrets.forget()
    assert secrets.lacking([asking(22, "ab" * 32)])


def test_no_key_of_this_machine_is_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real: RealServer) -> None:
    """A key file of whoever runs the program would open the server; it is not looked at, nor is a configuration of theirs."""
    home = tmp_path / ".ssh"
    home.mkdir(mode=0o700)
    key = Path(real.agent).with_name("own")
    (home / "id_ed25519").write_bytes(key.read_bytes())
    os.chmod(home / "id_ed25519", 0o600)
    (home / "config").write_text("Host *\n  User somebody\n  ForwardAgent yes\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    tested = asking(real.port, typed_fingerprint(real.pin), user=getpass.getuser())
    assert "was not let in" in ran(tested, signed(tested, "not the password")).text
