"""`dispatch query`: the lead asks in SQL; three forms of the answer."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from dispatch.desk.figures.sql_question import ask
from dispatch.desk.session.refusals import NotAllowed
from tests.conftest import Dispatch
from tests.desk.conftest import Office

COUNT = "SELECT priority, count(*) AS visits FROM visit GROUP BY priority ORDER BY priority LIMIT 2"

NOT_KEYS = "dispatch: A question may not read key. It is a SELECT on tables of the trade; nothing was changed.\n"


def test_the_answer_as_text_json_and_csv(firm: Dispatch) -> None:
    found = firm.json("query", COUNT, "--json")
    assert [list(row) for row in found] == [["priority", "visits"]] * 2
    first, second = ([str(value) for value in row.values()] for row in found)

    table = firm.ok("query", COUNT).splitlines()
    assert [line.split() for line in table] == [["priority", "visits"], ["────────", "──────"], first, second]
    assert firm.ok("query", COUNT, "--table").splitlines() == table

    rows = list(csv.reader(io.StringIO(firm.ok("query", COUNT, "--csv"))))
    assert rows == [["priority", "visits"], first, second]


def test_the_question_from_standard_input(firm: Dispatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("SELECT 1 AS one\n"))
    assert firm.json("query", "-", "--json") == [{"one": 1}]


def test_nothing_of_an_answer_steers_a_terminal(firm: Dispatch) -> None:
    assert "\x1b" not in firm.ok("query", "SELECT char(27) || '[2J' AS wiped, NULL AS none")
    assert firm.json("query", "SELECT x'00ff' AS bytes", "--json") == [{"bytes": "00ff"}]


def test_what_may_be_asked_is_listed(firm: Dispatch) -> None:
    listed = firm.json("query", "--tables", "--json")
    assert {"table": "visit", "column": "reference", "type": "TEXT"} in listed
    assert not [row for row in listed if row["table"] in ("key", "session", "change")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["SELECT * FROM key"], NOT_KEYS),
        (["SELECT nonsense FROM visit"], "dispatch: SQLite does not take the question: no such column: nonsense.\n"),
        ([], "dispatch: query: either a SELECT or --tables is expected\n"),
        (["SELECT 1", "--as", "ana"], "dispatch: Only a lead may ask in SQL; Ana Ruiz is not one.\n"),
        (["--tables", "--as", "ana"], "dispatch: Only a lead may ask in SQL; Ana Ruiz is not one.\n"),
    ],
)  # fmt: skip
def test_what_is_refused(firm: Dispatch, words: list[str], said: str) -> None:
    refused = firm("query", *words)
    assert (refused.code, refused.out, refused.err) == (1, "", said)


def test_a_session_over_ssh_asks_nothing(office: Office) -> None:
    with pytest.raises(NotAllowed, match="over SSH"):
        ask(replace(office.lee, key_id=1), "SELECT 1")
