"""The words of the command line: what may stand where, and what is said of a word that is no command."""

from __future__ import annotations

import pytest

from dispatch.commands.line import in_order, run


@pytest.mark.parametrize(
    ("words", "ordered"),
    [
        ([], ["open"]),
        (["--as", "dana"], ["open", "--as", "dana"]),
        (
            ["--db", "a.db", "--as=dana", "visit", "list", "--json"],
            ["visit", "list", "--json", "--db", "a.db", "--as=dana"],
        ),
        (["late", "--db", "a.db"], ["late", "--db", "a.db"]),
        (["--help"], ["--help"]),
        (["--db"], ["open", "--db"]),
        (["--db", "a.db", "--ascii"], ["open", "--ascii", "--db", "a.db"]),
        (["--version"], ["--version"]),
    ],
)
def test_database_and_person_may_stand_before_the_command(words: list[str], ordered: list[str]) -> None:
    assert in_order(words) == ordered


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("bord", "There is no command bord. Did you mean board? dispatch --help lists them."),
        ("\x1b[2Jxyz", "There is no command"),
    ],
)
def test_a_word_that_is_no_command(word: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([word]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert len(told.splitlines()) == 1
    assert "\x1b" not in told
