"""`-v` says what is used; a log file keeps what was run and what went wrong, for its owner only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dispatch.commands.line import run
from tests.conftest import Dispatch


def test_verbose_says_what_is_used_and_how_it_ended(firm: Dispatch) -> None:
    said = firm("client", "list", "-v")
    assert said.code == 0
    first, last = said.err.splitlines()
    assert re.fullmatch(
        r"dispatch: [0-9.]+, Python [0-9.]+\S*, SQLite [0-9.]+; database .*firm\.db \([0-9,]+ bytes\)", first
    )
    assert re.fullmatch(r"dispatch: exit 0 after [0-9.]+ s", last)


def test_it_may_stand_before_the_command(firm: Dispatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-v", "--db", str(firm.db), "client", "list"]) == 0
    assert "exit 0" in capsys.readouterr().err


@pytest.mark.parametrize("how", ["option", "environment"])
def test_a_log_keeps_what_was_run(firm: Dispatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    log = tmp_path / "dispatch.log"
    words = ["--log", str(log)] if how == "option" else []
    if how == "environment":
        monkeypatch.setenv("DISPATCH_LOG", str(log))

    firm.ok("client", "list", *words)
    assert firm("visit", "show", "R\x1b[2J", *words).code == 1

    first, second = log.read_text(encoding="utf-8").splitlines()
    assert "lee, process" in first
    assert "client list" in first
    assert "exit 0" in first
    assert "␛[2J" in second
    assert "exit 1" in second
    assert log.stat().st_mode & 0o777 == 0o600


def test_what_goes_wrong_is_in_the_log_and_not_on_the_terminal(
    firm: Dispatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a mistake of ours")

    monkeypatch.setattr("dispatch.desk.log.visit_page.visit_page", broken)
    said = firm("visit", "show", "R4028", "--log", str(tmp_path / "log"))

    assert said.code == 1
    assert said.err == (
        f"dispatch: something went wrong, and what was saved is safe. Begin again; the details are in {tmp_path / 'log'}.\n"
    )
    assert "ZeroDivisionError: a mistake of ours" in (tmp_path / "log").read_text(encoding="utf-8")


def test_a_log_that_cannot_be_written_stops_nothing(firm: Dispatch, tmp_path: Path) -> None:
    said = firm("client", "list", "--log", str(tmp_path))
    assert said.code == 0
    assert "cannot be written: is a directory" in said.err


def test_a_file_that_is_no_log_is_left_as_it_is(firm: Dispatch, tmp_path: Path) -> None:
    other = tmp_path / "clients.csv"
    other.write_text("name\n", encoding="utf-8")
    for file in (other, firm.db):
        said = firm("client", "list", "--log", str(file))
        assert (said.code, said.err) == (0, f"dispatch: {file} is there and is no log; it was left as it is.\n")
    assert other.read_text(encoding="utf-8") == "name\n"
    assert firm("doctor", "--json").out.count('"good": false') == 0


@pytest.mark.parametrize("verbose", [False, True])
def test_without_a_log_it_is_one_sentence_and_the_rest_is_beside_the_database(
    firm: Dispatch, monkeypatch: pytest.MonkeyPatch, verbose: bool
) -> None:
    def broken(*_: object) -> None:
        password = "hunter2"  # noqa: F841, a local variable is what must not be shown
        raise ZeroDivisionError("a mistake of ours")

    monkeypatch.setattr("dispatch.desk.log.visit_page.visit_page", broken)
    said = firm("visit", "show", "R4028", *(["-v"] if verbose else []))
    log = firm.db.with_name("firm.db.crashes.log")
    assert said.code == 1
    (line,) = [one for one in said.err.splitlines() if "something went wrong" in one]
    number = line.split()[-6]
    assert line == (
        "dispatch: something went wrong, and what was saved is safe. "
        f"Begin again; error {number} in {log} says where it was."
    ).replace(f"error {number} in {log}", line[line.index("error ") : line.index(" says")])
    assert ("ZeroDivisionError" in said.err) is verbose
    kept = log.read_text(encoding="utf-8")
    assert "ZeroDivisionError: a mistake of ours" in kept
    assert log.stat().st_mode & 0o777 == 0o600
    assert "hunter2" not in said.err.replace('password = "hunter2"', "")


def test_where_no_log_can_be_written_the_sentence_says_what_it_is(
    firm: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("card number 4711")

    monkeypatch.setattr("dispatch.desk.log.visit_page.visit_page", broken)
    firm.db.with_name("firm.db.crashes.log").mkdir()
    said = firm("visit", "show", "R4028")
    assert said.code == 1
    assert said.err.count("\n") == 1
    assert "could not be written to" in said.err
    assert "it is ValueError in test_following.py, line" in said.err
    assert "4711" not in said.err
