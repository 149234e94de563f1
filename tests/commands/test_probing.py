"""`dispatch target`, `dispatch visit run|probe-spec|record`, `dispatch probe`: what is printed, and with which exit code."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dispatch.closeout.probes.laptop import read_specification
from dispatch.desk.log.visit_page import visit_page
from dispatch.model.checklists import Grade, Result
from tests.closeout.probes.servers import HERE, mail, saying, serving
from tests.conftest import Dispatch, Said
from tests.desk.conftest import Office
from tests.desk.test_probing import on_a_laptop

HOSTILE = b"220 \x1b]0;owned\x07\x1b[2J\x9b31m\xc2\x9b31m\xe2\x80\xae \x00 hi\r\n"

Words = Callable[..., Said]


@pytest.fixture
def say(office: Office) -> Words:
    dispatch = Dispatch(office.store.path)

    def said(*words: str, login: str = "ana") -> Said:
        return dispatch(*words, "--as", login)

    return said


def register(say: Words, name: str, kind: str, address: str, *more: str) -> None:
    words = ("--site", "Main office", "--name", name, "--kind", kind, "--address", address, "--reason", "a test", *more)
    said = say("target", "add", *words, login="dana")
    assert said.code == 0, said.err


def test_run_with_live_progress(office: Office, say: Words) -> None:
    with serving(mail(greeting=HOSTILE)) as port:
        register(say, "mail", "smtp", f"{HERE}:{port}")
        office.on_site()
        said = say("visit", "run", "R1")
        one = say("visit", "record", "R1", "T4.mail", "--run")
        form = json.loads(say("visit", "run", "R1", "--json").out)

    assert (said.code, one.code) == (0, 0)
    assert said.out.startswith("T4.mail “Works: mail” pass: mail: greeted with “220 ␛]0;owned␇␛[2J")
    assert said.err.splitlines()[0] == f"  mail: {HERE}:{port}"
    for text in (said.out, said.err):
        assert not any(ord(character) < 32 and character != "\n" for character in text)
        assert "\u202e" not in text
        assert "\x9b" not in text
    assert [entry["item"] for entry in form] == ["T4.mail"]
    assert form[0]["outcomes"][0]["tries"][0]["passed"] is True
    shown = json.loads(say("visit", "show", "R1", "--json").out)
    (entry,) = [entry for entry in shown["checklist"] if entry["item"] == "T4.mail"]
    assert len(entry["attempts"]) == 3
    assert entry["attempts"][0]["vantage"] == "host"
    assert entry["probes"][0]["kind"] == "smtp"
    assert "executed from host" in say("visit", "show", "R1").out


def test_exit_codes(office: Office, say: Words) -> None:
    with serving(saying()) as port:
        pass
    register(say, "mail", "tcp", f"{HERE}:{port}", "--options", "tries=1")
    assert say("visit", "run", "R1").code == 1
    office.on_site()
    failed = say("visit", "run", "R1")
    assert (failed.code, failed.out.startswith("T4.mail “Works: mail” FAIL: ")) == (1, True)
    assert (
        say("visit", "run", "R1", "T1").err
        == "dispatch: “The problem no longer occurs, tried the…”: it has no test that runs; record what you saw\n"
    )
    assert say("visit", "run", "R1", "--socks", "99999").code == 1
    assert say("visit", "record", "R1", "--done").code == 1
    assert say("visit", "record", "R1", "--run").code == 1


def test_ctrl_c_says_what_was_kept_and_what_was_not_run(office: Office, say: Words) -> None:
    done, pressed = threading.Event(), threading.Lock()

    def stopped(connection: Any) -> None:
        done.wait(10)
        # one who asks a second time presses nothing: by then nobody may listen for it any more
        if pressed.acquire(blocking=False):
            os.kill(os.getpid(), signal.SIGINT)
        connection.recv(1)

    with serving(mail()) as port, serving(stopped) as never:
        register(say, "mail", "smtp", f"{HERE}:{port}")
        register(say, "backup", "tcp", f"{HERE}:{never}", "--options", "expect=hi; seconds=60")
        office.on_site()
        threading.Thread(target=lambda: _until_recorded(office.store.path, done), daemon=True).start()
        before = signal.getsignal(signal.SIGINT)
        said = say("visit", "run", "R1")
    assert said.code == 130
    assert said.err.splitlines()[-1] == "Stopped. Recorded: T4.mail. Not run: T6."
    assert "T6 “Last backup good, monitoring quiet” was stopped: nothing of it was recorded" in said.out
    assert signal.getsignal(signal.SIGINT) is before
    assert [one.ref for one in visit_page(office.store, "R1").checklist.items if one.attempts] == ["T4.mail"]


def _until_recorded(path: Path, done: threading.Event) -> None:
    """Set `done` once something was recorded."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as other:
        while not other.execute("SELECT count(*) FROM attempt").fetchone()[0]:
            time.sleep(0.02)
    done.set()


def test_value_out_of_bounds_is_said_as_it_stands(office: Office, say: Words) -> None:
    register(say, "backup", "value", "", "--options", "unit=h; most=24")
    office.on_site()
    assert say("visit", "record", "R1", "t6", "--value", "14h").out == "R1 T6 saved: pass.\n"
    assert (
        say("visit", "record", "R1", "T6", "--value", "30h").out == "R1 T6 saved: fail.\n  backup: 30 h is above 24 h\n"
    )


def test_there_and_back_by_files(office: Office, say: Words, tmp_path: Path) -> None:
    specification, result = tmp_path / "spec.json", tmp_path / "result.json"
    with serving(mail()) as port:
        register(say, "mail", "smtp", f"{HERE}:{port}", "--vantage", "site")
        office.on_site()
        assert "must run inside the client's network" in say("visit", "run", "R1").out
        specification.write_text(say("visit", "probe-spec", "R1", "T4.mail").out, encoding="utf-8")
        form = on_a_laptop(read_specification(specification.read_text(encoding="utf-8")))
    result.write_text(json.dumps(form), encoding="utf-8")
    said = say("visit", "record", "R1", "--probe-result", str(result))
    assert said.out == "R1 T4.mail saved: pass, measured from the site.\n"
    again = say("visit", "record", "R1", "--probe-result", str(result))
    assert again.code == 1
    assert "brought back already" in again.err
    item = visit_page(office.store, "R1").checklist.item("T4.mail")
    assert item is not None
    assert [(one.result, one.grade) for one in item.attempts] == [(Result.PASS, Grade.MEASURED)]


def test_targets_are_listed_and_shown(say: Words) -> None:
    register(say, "mail", "smtp", "mail.example.com")
    assert "smtp  mail.example.com" in say("target", "list", login="dana").out
    (form,) = json.loads(say("target", "list", "--json", login="dana").out)
    assert form["name"] == "mail"
    assert say("target", "edit", "mail", "--options", "starttls", login="dana").code == 0
    refused = say("target", "add", "--site", "Main office", "--name", "x", "--kind", "tcp", "--address", "localhost:1")
    assert refused.code == 1
    assert say("target", "archive", "mail", login="dana").code == 0
    assert say("visit", "undo", login="dana").code == 0
