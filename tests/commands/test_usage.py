"""Usage errors: the usage of the command that was wrong, and one sentence in one tone."""

from __future__ import annotations

import subprocess

import pytest

from dispatch.commands.line import run
from tests.wall import started


def refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines that a usage error is said in."""
    with pytest.raises(SystemExit) as left:
        run(words)
    said = capsys.readouterr()
    assert (left.value.code, said.out) == (2, "")
    return said.err.splitlines()


@pytest.mark.parametrize(
    ("words", "command", "sentence"),
    [
        (["visit", "lst"], "visit", "There is no deed lst. Did you mean list?"),
        (
            ["visit", "approve"],
            "visit",
            "There is no deed approve. There is `dispatch review approve` and `dispatch timesheet approve`.",
        ),
        (["visit", "xyzzy"], "visit", "There is no deed xyzzy."),
        (["visit"], "visit", "Missing: DEED."),
        (["visit", "list", "--sate", "x"], "visit list", "There is no option --sate. Did you mean --state?"),
        (["visit", "list", "R1"], "visit list", "R1 is one word too many."),
        (["visit", "add"], "visit add", "Missing: --client, --work, --minutes."),
        (["visit", "record", "R1", "--done", "--fail"], "visit record", "--fail does not go with --done."),
        (["visit", "pin", "R1", "--off=x"], "visit pin", "--off takes no value, and 'x' was given."),
        (["import", "vists", "x"], "import", "KIND: there is no vists. Did you mean visits?"),
        (["plan", "--export", "csv"], "plan", "--export: there is no csv. It is one of vroom."),
        (["plan", "--seconds", "soon"], "plan", "--seconds: 'soon' is not a number."),
        (["board", "--as"], "board", "--as: a value has to follow."),
        (["visit", "edit", "R1", "--pr", "1"], "visit edit", "--pr could be any of --promised, --priority, --prefer."),
        (["visit", "list", "\x1b[2J"], "visit list", "␛[2J is one word too many."),
    ],
)
def test_a_usage_error(words: list[str], command: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = refused(words, capsys)
    assert lines[0].startswith(f"usage: dispatch {command} ")
    assert lines[-1] == f"dispatch {command}: {sentence} `dispatch {command} --help` explains it."
    assert sum(line.startswith("usage:") for line in lines) == 1


def test_bytes_that_are_no_utf8_are_refused_in_one_sentence() -> None:
    done = subprocess.run(
        [*started("-m", "dispatch", "visit", "quick"), b"caf\xe9"], capture_output=True, check=False, timeout=30
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == (
        "dispatch: Word 3 (caf�) is not UTF-8. Nothing was done; type it, or rename the file.\n"
    )


def test_a_name_of_an_earlier_version_is_taken_and_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    usage = refused(["visit", "story"], capsys)
    assert usage == refused(["visit", "history"], capsys)
    with pytest.raises(SystemExit):
        run(["visit", "--help"])
    assert " story " not in capsys.readouterr().out
    assert "Did you mean history?" in refused(["visit", "storys"], capsys)[-1]
