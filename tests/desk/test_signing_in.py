"""Tests that sign in: the lead's list, what is asked for, and that a secret is written nowhere."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Input, Static

from db import audit, probes
from dispatch import crashes
from dispatch.closeout.probes.certificate import fingerprint_of, shown_as_by_ssh
from dispatch.closeout.probes.secret import HIDDEN, Secrets
from dispatch.commands.line import run as run_command
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.closeout import probing
from dispatch.desk.plan import undo
from dispatch.desk.session.refusals import Faulty, NotAllowed
from dispatch.model.checklists import Grade, Result
from dispatch.model.probes import Probe, ProbeKind
from screens.visit.running_tests import RunTests
from screens.visit.signing_in import AskSecret
from screens.visit.visit import VisitScreen
from tests.closeout.probes.servers import HERE, Certificates
from tests.closeout.probes.ssh_servers import PASSWORD, Talk, saying_by_ssh, ssh_serving
from tests.closeout.probes.test_snmp import COMMUNITY, V2, device, telling
from tests.closeout.probes.test_winrm import PASSWORD as WINDOWS
from tests.closeout.probes.test_winrm import machine, told
from tests.desk.conftest import Office
from tests.desk.test_probing import item, latest, register, run
from tests.screens.test_screens import opened, press, until, until_true
from tests.wall import started

WORDS = f"the password of root@{HERE}"


@pytest.fixture
def talk() -> Iterator[Talk]:
    with ssh_serving(saying_by_ssh("41\n", 0, f"your password is {PASSWORD}"), banner=PASSWORD) as talk:
        yield talk


def ask(office: Office, talk: Talk, what: str = "free disk", more: str = "") -> None:
    """Register a test that signs in, and go there."""
    options = f"ask={what}; pin={shown_as_by_ssh(talk.pin)}; seconds=4; tries=1; least=15{more}"
    register(office, name="backup disk", kind="ssh", address=f"root@{HERE}:{talk.port}", options=options)
    office.on_site()


def held() -> Secrets:
    secrets = Secrets()
    secrets.hold(WORDS, PASSWORD)
    return secrets


# the lead's list


def test_the_list_is_the_leads_alone(office: Office) -> None:
    texts = {"name": "temperature", "by": "ssh", "command": "sensors -u", "pattern": "temp1_input: #", "unit": "°C"}
    for user in (office.ana, office.dana):
        with pytest.raises(NotAllowed, match="Only a lead"):
            editing.add(user, "inquiry", texts)
    one = editing.add(office.lee, "inquiry", texts)
    assert (one.command, one.pattern, one.unit) == ("sensors -u", "temp1_input: #", "°C")
    with pytest.raises(Faulty, match="is asked by ssh already"):
        editing.add(office.lee, "inquiry", {**texts, "name": "Temperature"})
    with pytest.raises(Faulty, match="one of them says where the value is"):
        editing.edit(office.lee, "inquiry", one, {"json": "a.b"})
    with pytest.raises(NotAllowed):
        editing.edit(office.dana, "inquiry", one, {"command": "rm -rf /"})
    editing.edit(office.lee, "inquiry", one, {"command": "sensors -j", "pattern": "", "json": "chip.temp"})
    last = audit.last_of(office.store, "inquiry", one.id)
    assert last is not None
    assert last.actor == "lee"
    undo.undo(office.lee)
    assert RECORD_STORES["inquiry"].find(office.store, "temperature").command == "sensors -u"


def test_a_target_asks_only_what_is_on_the_list(office: Office) -> None:
    with pytest.raises(Faulty, match="a lead's list has no reboot by winrm: backup age"):
        register(office, name="disk", kind="winrm", address="CORP\\check@10.0.0.5", options="ask=reboot")
    with pytest.raises(Faulty, match="a lead's list has no reboot by ssh: backup age, failed services, free disk"):
        register(office, name="disk", kind="ssh", address="root@10.0.0.5", options="ask=reboot")
    with pytest.raises(Faulty, match="who signs in"):
        register(office, name="disk", kind="ssh", address="10.0.0.5", options="ask=free disk")
    with pytest.raises(Faulty, match=r"ssh takes .*, not command"):
        register(office, name="disk", kind="ssh", address="root@10.0.0.5", options="command=id")
    with pytest.raises(Faulty, match="pin is no SHA-256"):
        register(office, name="disk", kind="ssh", address="root@10.0.0.5", options="ask=free disk; pin=abc")


def test_the_list_decides_when_a_test_runs(office: Office, talk: Talk) -> None:
    """A visit keeps what is asked, never the command: the lead's list is what runs."""
    ask(office, talk)
    kept = office.store.value("SELECT probe FROM item_probe WHERE probe LIKE '%free disk%'")
    assert "command" not in json.loads(kept)
    one = RECORD_STORES["inquiry"].find(office.store, "free disk by ssh")
    editing.edit(office.lee, "inquiry", one, {"command": "df -P /srv"})
    (first,) = run(office, "T6", secrets=held())
    assert (first.passed, first.fault) == (True, "")
    editing.archive(office.lee, "inquiry", RECORD_STORES["inquiry"].find(office.store, "free disk by ssh"))
    (second,) = run(office, "T6", secrets=held())
    assert "is not on the lead's list" in second.fault
    assert talk.commands == ["df -P /srv"]
    assert latest(office, "T6").text == f"backup disk: it says 41 % (free disk, root@{HERE}:{talk.port})"


@pytest.mark.parametrize("inquiry", ["free disk", "backup age", "patch age", "uptime"])
def test_what_comes_with_the_program_says_a_figure_here(office: Office, inquiry: str, tmp_path: Path) -> None:
    """Each of the list, as a shell of Linux runs it."""
    asking = Probe(ProbeKind.SSH, "disk", user="root", ask=inquiry)
    (probe,) = probes.with_commands(office.store, [asking])
    (tmp_path / "status").write_text("", encoding="utf-8")
    command = probe.command.replace("/var/backups", str(tmp_path)).replace("/var/lib/dpkg/status", f"{tmp_path}/status")
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) >= 0
    nothing = probe.command.replace("/var/backups", f"{tmp_path}/none").replace("/var/lib/", f"{tmp_path}/none/")
    if nothing != probe.command:
        done = subprocess.run(["sh", "-c", nothing], capture_output=True, text=True, check=False, timeout=20)
        assert (done.returncode != 0, done.stdout) == (True, ""), "where nothing is found, there is no figure"


# secrets


def test_without_its_secret_a_test_is_not_run(office: Office, talk: Talk) -> None:
    ask(office, talk)
    assert probing.lacking(office.ana, "R1", [], Secrets()) == (WORDS,)
    assert probing.lacking(office.ana, "R1", [], held()) == ()
    (ran,) = run(office, "T6")
    assert ran.fault.startswith(f"was not run: backup disk: it asks for {WORDS}, which is typed when it runs")
    assert item(office, "T6").latest is None
    assert talk.passwords == []


def traces(*folders: Path, secret: str = PASSWORD) -> list[str]:
    """The files that hold the password, in whatever form it stands there as text."""
    forms = [secret.encode(), secret.encode("utf-16-le"), secret[:12].encode()]
    found = []
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and any(form in path.read_bytes() for form in forms):
                found.append(str(path))
    return found


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Home, settings and temporary files of the test's own."""
    for name, folder in (("HOME", "home"), ("TMPDIR", "tmp"), ("XDG_STATE_HOME", "state"), ("XDG_DATA_HOME", "data")):
        (tmp_path / folder).mkdir()
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


async def test_the_screen_asks_once_and_the_secret_is_in_no_file(office: Office, talk: Talk, own_folders: Path) -> None:
    """The server repeats the password wherever it can: in its banner, and beside its answer."""
    ask(office, talk)
    async with opened(office.ana, "day") as pilot:
        await press(pilot, "enter")
        await until(pilot, VisitScreen)
        await pilot.press("R")
        await until(pilot, AskSecret)
        assert f"T{WORDS[1:]}" in str(pilot.app.screen.heading)
        pilot.app.screen.query_one(Input).value = PASSWORD
        shown = "\n".join(str(line) for line in pilot.app.screen._compositor.render_strips())
        assert PASSWORD not in shown
        await pilot.press("enter")
        await until(pilot, RunTests)
        await until_true(pilot, lambda: item(office, "T6").latest is not None)
        await until_true(pilot, lambda: "pass" in str(pilot.app.screen.query_one("#steps", Static).render()))
        await pilot.press("enter")
        await until(pilot, VisitScreen)
        visit = pilot.app.screen
        await pilot.press("R")
        await until(pilot, RunTests)
        await until_true(pilot, lambda: len(item(office, "T6").attempts) == 2)
        await until_true(pilot, lambda: "enter goes back" in str(pilot.app.screen.query_one("#hint").render()))
        await pilot.press("enter")
        await until(pilot, VisitScreen)
        assert not visit._secrets.lacking(item(office, "T6").probes)
        await pilot.press("escape")
        await until_true(pilot, lambda: visit._secrets.lacking(item(office, "T6").probes) == (WORDS,))
    found = latest(office, "T6")
    assert (found.result, found.grade) == (Result.PASS, Grade.EXECUTED)
    assert talk.passwords == [PASSWORD, PASSWORD]
    assert traces(own_folders, office.store.path.parent) == []


async def test_a_question_that_is_left_leaves_the_test_not_run(office: Office, talk: Talk) -> None:
    ask(office, talk)
    async with opened(office.ana, "day") as pilot:
        await press(pilot, "enter")
        await until(pilot, VisitScreen)
        await pilot.press("R")
        await until(pilot, AskSecret)
        await pilot.press("x", "escape")
        await until(pilot, RunTests)
        await until_true(
            pilot, lambda: "not run, it asks for" in str(pilot.app.screen.query_one("#steps", Static).render())
        )
    assert item(office, "T6").latest is None
    assert talk.passwords == []


def test_the_command_asks_at_a_terminal_and_nowhere_else(office: Office, talk: Talk, own_folders: Path) -> None:
    ask(office, talk)
    words = started("-m", "dispatch", "visit", "run", "R1", "T6", "--as", "ana", "--db", str(office.store.path))
    silent = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL)
    assert silent.returncode == 1
    assert f"it asks for {WORDS}" in silent.stdout
    process, terminal = pty.fork()
    if process == 0:
        os.execv(words[0], words)
    said = b""
    while b"it is not run)" not in said:
        said += os.read(terminal, 4096)
    assert PASSWORD not in Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8")
    os.write(terminal, PASSWORD.encode() + b"\n")
    timer = threading.Timer(30, os.kill, (process, 9))
    timer.start()
    try:
        while more := os.read(terminal, 4096):
            said += more
    except OSError:  # its end
        pass
    timer.cancel()
    assert os.waitpid(process, 0)[1] == 0, said
    assert PASSWORD.encode() not in said
    assert "monitoring quiet” pass".encode() in said
    assert traces(own_folders, office.store.path.parent) == []


def test_a_specification_has_the_command_and_no_secret(
    office: Office, talk: Talk, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """On the person's own laptop the agent signs in; without one, and no terminal, the test is not run."""
    ask(office, talk)
    specification = tmp_path / "specification.json"
    assert run_command(["visit", "probe-spec", "R1", "T6", "--as", "ana", "--db", str(office.store.path)]) == 0
    specification.write_text(capsys.readouterr().out, encoding="utf-8")
    (probe,) = json.loads(specification.read_text(encoding="utf-8"))["items"][0]["probes"]
    assert probe["command"].startswith("df -P")
    assert "password" not in specification.read_text(encoding="utf-8")
    words = started("-m", "dispatch", "probe", str(specification))
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL)
    result = tmp_path / "result.json"
    result.write_text(done.stdout, encoding="utf-8")
    (recorded,) = probing.bring(office.ana, "R1", done.stdout)
    assert recorded.result is None
    assert f"it asks for {WORDS}" in recorded.notes[0]


def test_a_wrong_password_is_tried_once_however_many_tests_ask_for_it(office: Office) -> None:
    """Three tries at the same time would lock somebody out of their domain."""
    with ssh_serving(saying_by_ssh("41\n"), let_in=False) as talk:
        options = f"ask=uptime; pin={shown_as_by_ssh(talk.pin)}; seconds=4; tries=3"
        for name in ("monitoring", "mail", "files"):
            register(office, name=name, kind="ssh", address=f"root@{HERE}:{talk.port}", options=options)
        ask(office, talk)
        runs = run(office, secrets=held())
    assert len(runs) > 1
    assert all(ran.fault and ran.item.latest is None for ran in runs)
    assert talk.passwords == [PASSWORD]


def test_nothing_is_asked_for_where_no_way_leads(office: Office, talk: Talk) -> None:
    register(
        office, name="backup", kind="ssh", address=f"root@{HERE}", options=f"ask=uptime; pin={'a' * 64}", vantage="site"
    )
    office.on_site()
    assert probing.lacking(office.ana, "R1", [], Secrets()) == ()


def test_a_laptop_looks_into_its_keyring(
    office: Office, talk: Talk, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import keyring
    from keyring.backend import KeyringBackend

    class Own(KeyringBackend):
        priority = 1.0

        def get_password(self, service: str, username: str) -> str | None:
            return PASSWORD if (service, username) == ("dispatch", WORDS) else None

        def set_password(self, service: str, username: str, password: str) -> None:
            raise NotImplementedError

        def delete_password(self, service: str, username: str) -> None:
            raise NotImplementedError

    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    before = keyring.get_keyring()
    keyring.set_keyring(Own())
    try:
        ask(office, talk)
        specification = tmp_path / "specification.json"
        run_command(["visit", "probe-spec", "R1", "T6", "--as", "ana", "--db", str(office.store.path)])
        specification.write_text(capsys.readouterr().out, encoding="utf-8")
        assert run_command(["probe", str(specification)]) == 0
    finally:
        keyring.set_keyring(before)
    said = capsys.readouterr()
    assert PASSWORD not in said.out + said.err
    (recorded,) = probing.bring(office.ana, "R1", said.out)
    assert (recorded.result, latest(office, "T6").grade) == (Result.PASS, Grade.MEASURED)


def test_a_community_is_in_no_file(office: Office, own_folders: Path) -> None:
    """A device may well tell its community to whoever asks with it."""
    with device(telling(V2.OctetString(f"I am {COMMUNITY}".encode()))) as port:
        register(
            office, name="backup", kind="snmp", address=f"{HERE}:{port}", options="oid=1.3.6.1.2.1.1.5.0; seconds=4"
        )
        office.on_site()
        secrets = Secrets()
        (words,) = probing.lacking(office.ana, "R1", [], secrets)
        secrets.hold(words, COMMUNITY)
        (ran,) = run(office, secrets=secrets)
    assert (ran.passed, f"I am {HIDDEN}" in ran.text) == (True, True)
    assert traces(own_folders, office.store.path.parent, secret=COMMUNITY) == []


def test_after_a_day_of_every_kind_that_signs_in_no_secret_is_in_any_file(
    office: Office, own_folders: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SSH, WinRM and SNMP of both kinds, with a wrong password first; then what is kept, copied out, backed up and crashed."""
    secret = {"ssh": PASSWORD, "winrm": WINDOWS, "community": COMMUNITY, "wrong": "not-this-one-8852"}
    known = tmp_path_factory.mktemp("windows") / "people"
    known.write_text(f"CORP:check:{WINDOWS}\n", encoding="utf-8")
    certificates = Certificates(tmp_path_factory.mktemp("certificates"))
    with contextlib.ExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setenv("NTLM_USER_FILE", str(known))
        talk = stack.enter_context(ssh_serving(saying_by_ssh(f"41 {PASSWORD}\n", 0, PASSWORD), banner=PASSWORD))
        at = stack.enter_context(machine(certificates, told(f"41 {WINDOWS}\r\n")))
        port = stack.enter_context(device(telling(V2.OctetString(f"41 {COMMUNITY}".encode()))))
        more = "seconds=4; tries=1"
        for name, kind, address, options in (
            ("backup disk", "ssh", f"root@{HERE}:{talk.port}", f"ask=free disk; pin={shown_as_by_ssh(talk.pin)}"),
            (
                "backup age",
                "winrm",
                f"CORP\\check@{HERE}:{at.port}",
                f"ask=free disk; pin={fingerprint_of(at.certificate)}",
            ),
            ("backup", "snmp", f"{HERE}:{port}", "oid=1.3.6.1.2.1.1.5.0"),
        ):
            register(office, name=name, kind=kind, address=address, options=f"{options}; {more}")
        office.on_site()
        right, wrong = Secrets(), Secrets()
        asked = probing.lacking(office.ana, "R1", [], right)
        assert len(asked) == 3, asked
        for words in asked:
            which = "ssh" if "root@" in words else "winrm" if "check@" in words else "community"
            right.hold(words, secret[which])
            wrong.hold(words, secret["wrong"])
        run(office, secrets=wrong)
        (ran,) = run(office, secrets=right)
    assert HIDDEN in ran.text
    assert PASSWORD in talk.passwords
    assert at.signed_in
    assert secret["wrong"] in talk.passwords
    folder = office.store.path.parent
    try:
        raise RuntimeError
    except RuntimeError as error:
        crashes.keep(error, office.store.path, "ana")
    run_command(["backup", str(folder / "copy"), "--as", "dana", "--db", str(office.store.path)])
    for told_once in secret.values():
        assert traces(own_folders, folder, secret=told_once) == []
        for process in ("environ", "cmdline"):
            assert told_once.encode() not in Path(f"/proc/self/{process}").read_bytes()


@pytest.mark.parametrize(
    ("kind", "library", "extra"),
    [("ssh", "asyncssh", "ssh"), ("winrm", "pypsrp", "winrm"), ("snmp", "pysnmp.hlapi.v3arch.asyncio", "snmp")],
)
def test_without_its_library_a_test_is_not_run(
    office: Office, monkeypatch: pytest.MonkeyPatch, kind: str, library: str, extra: str
) -> None:
    asked = "oid=1.3.6.1.2.1.1.5.0" if kind == "snmp" else f"ask=uptime; pin={'a' * 64}"
    register(office, name="backup", kind=kind, address=f"root@{HERE}:9", options=asked)
    office.on_site()
    monkeypatch.setitem(sys.modules, library, None)
    (ran,) = run(office, secrets=held())
    assert f"it needs the extra {extra}: install dispatch-board[{extra}]" in ran.fault
