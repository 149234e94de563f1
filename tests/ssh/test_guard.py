"""What stands before a session, without an sshd."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from textual.events import MouseDown

from dispatch.model.keys import KeyRefused, read_public_key
from dispatch.remote import guard
from dispatch.remote.app import RemoteApp, RemoteParser
from tests.desk.conftest import Office, office  # noqa: F401  (the fixture)
from tests.wall import started

FILE = Path(guard.__file__)
ROOT = FILE.parents[2]


def test_only_harmless_variables_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TEXTUAL_DRIVER", "TEXTUAL_LOG", "TEXTUAL_DEBUG", "TEXTUAL_PRESS", "COLUMNS", "LINES", "PYTHONPATH"):
        monkeypatch.setenv(name, "9999")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "\x1b[31m")
    monkeypatch.setenv("SSH_USER_AUTH", "/tmp/sshauth.x")
    assert set(guard.rebuilt(os.environ)) == {*guard.OURS, "TERM", "SSH_USER_AUTH", "HOME"}
    monkeypatch.setenv("TERM", "../../evil")
    assert "TERM" not in guard.rebuilt(os.environ)


@pytest.mark.parametrize(
    "words",
    [[], ["seat"], ["seat", "--key", "17"], ["seat", "--key", "K0"], ["seat", "--key", "K1", "--as", "lee"],
     ["seat", "--key", "K1", "--key", "K2"], ["seat", "--key", "K1", "extra"], ["seat", "--key"], ["seat", "--key=K1;id"]],
)  # fmt: skip
def test_the_key_line_says_nothing_else(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        guard.orders(words)


@pytest.mark.parametrize(
    "text",
    ["id", "attach", "attach R1", "attach R1 A1", "attach R1 A1 \x1b[2J", "attach R1 A1 x\ny", "result", "result R1 R2",
     " attach R1 A1 x", "attach  R1 A1 x", "ATTACH R1 A1 x", "result R1\n"],
)  # fmt: skip
def test_any_command_but_two_is_refused(text: str) -> None:
    with pytest.raises(SystemExit):
        guard.command(text)


def test_the_two_commands_are_parsed_whole() -> None:
    assert guard.command("attach R1 T4.mail a $(b); c.jpg") == {
        "verb": "attach", "reference": "R1", "item": "T4.mail", "name": "a $(b); c.jpg",
    }  # fmt: skip
    assert guard.command("result R1") == {"verb": "result", "reference": "R1"}


def test_a_refusal_imports_nothing() -> None:
    done = subprocess.run(
        started(str(FILE), "seat", "--key", "K1", flags=("-I", "-X", "importtime")),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=30,
    )
    assert done.returncode == 2
    for module in ("textual", "sqlite3", "argparse", "asyncio", "dispatch"):
        assert f" {module}\n" not in done.stderr


def test_a_session_imports_nothing_that_it_does_not_need() -> None:
    code = (
        "import sys, dispatch.remote.sitting, dispatch.remote.app, screens.visit.day, screens.visit.visit; "
        "print(*{name.split('.')[0] for name in sys.modules} & "
        "{'sqlite_utils', 'geopy', 'pendulum', 'vroom', 'pyvrp', 'argparse', 'http', 'email', 'pyte', 'getpass'}); "
        "print(*{'screens.board.board', 'screens.book.book', 'widgets.timeline', 'dispatch.demo'} & set(sys.modules))"
    )
    done = subprocess.run(started("-c", code), capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == []


def test_the_first_screen_of_a_session_imports_nothing_that_a_deed_needs() -> None:
    code = (
        "import sys, dispatch.remote.sitting, dispatch.desk.access.logins, dispatch.remote.app, screens.visit.day\n"
        "import dispatch.desk.day.routing\n"
        "print(*{'screens.visit.visit', 'screens.dialogs.questions', 'dispatch.charges', 'dispatch.closeout', "
        "'dispatch.desk.closeout.onsite', "
        "'dispatch.desk.closeout.arriving', 'dispatch.desk.closeout.leaving', 'dispatch.desk.log.visit_page', "
        "'dispatch.desk.closeout.clocking', "
        "'dispatch.desk.charges.charging', 'dispatch.model.probes', "
        "'dispatch.model.checklists', 'secrets', 'dispatch.remote.parent'} & set(sys.modules))"
    )
    done = subprocess.run(started("-c", code), capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == []


def test_handing_a_session_over_imports_little() -> None:
    code = "import sys, dispatch.remote.guard, dispatch.remote.warm; print(*sys.modules)"
    done = subprocess.run(started("-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}", flags=("-I",)),
                          capture_output=True, text=True, check=True, timeout=60)  # fmt: skip
    loaded = set(done.stdout.split())
    assert not {"textual", "rich", "asyncio", "sqlite3", "json", "dataclasses", "typing", "pathlib", "db"} & loaded


def test_textual_has_the_names_that_a_session_rests_on(office: Office) -> None:  # noqa: F811
    app = RemoteApp(office.ana, idle_seconds=60)
    private = "_dispatch_message _handle_exception _exit_renderables _close_messages_no_wait _exception_event _exit _loop _driver"
    assert [name for name in private.split() if not hasattr(app, name)] == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "private key"),
        ("ssh-dss AAAAB3NzaC1kc3MAAACB", "begins with"),
        ('command="id" ssh-ed25519 AAAA', "begins with"),
        ("ssh-ed25519 AAAA", "cut off"),
        ("ssh-ed25519 !!!!", "cut off"),
        ("", "0 keys"),
        ("ssh-ed25519 AAAA\nssh-ed25519 AAAA", "2 keys"),
    ],
)
def test_what_is_no_key_is_refused(text: str, why: str) -> None:
    with pytest.raises(KeyRefused, match=why):
        read_public_key(text)


@pytest.mark.again
def test_fingerprints_are_those_of_openssh(needs_sshd: None, tmp_path: Path) -> None:
    for kind, bits in (("ed25519", "256"), ("ecdsa", "384"), ("rsa", "3072")):
        path = tmp_path / kind
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-b", bits, "-N", "", "-f", str(path)], check=True)
        said = subprocess.run(["ssh-keygen", "-lf", f"{path}.pub"], capture_output=True, text=True, check=True).stdout
        assert read_public_key(path.with_suffix(".pub").read_text()).fingerprint == said.split()[1]


def test_a_size_that_was_typed_changes_nothing_of_the_mouse() -> None:
    parser = RemoteParser()
    list(parser.feed("\x1b[48;24;80;0;0t"))
    (pressed,) = parser.feed("\x1b[<0;6;5M")
    assert isinstance(pressed, MouseDown)
    assert (pressed.x, pressed.y) == (5, 4)
