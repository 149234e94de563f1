"""The sample firm on its working day."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dispatch.model.states import State
from tests.conftest import Dispatch
from tests.prepared import copied
from tests.quick import first_of
from tests.terminal.terminal import terminal


@pytest.fixture(scope="module")
def sample(day_of_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample firm's database."""
    return copied(day_of_sample, tmp_path_factory.mktemp("demo") / "sample.db")


def test_every_state_of_a_visit_is_on_the_board(sample: Path) -> None:
    board = json.loads(Dispatch(sample).ok("board", "--json"))

    states = {visit["state"] for row in board["technicians"] for visit in row["visits"]}
    states |= {"requested"} if board["unscheduled"] else set()
    states |= {"on_hold"} if board["on_hold"] else set()
    assert states == {state.value for state in State}
    assert (board["date"], board["now"][:13]) == ("2026-11-24", "2026-11-24T14")
    assert {visit["leg"]["provenance"] for row in board["technicians"] for visit in row["visits"] if visit["leg"]} == {
        "estimated",
        "roads",
    }


def test_log_of_the_day_before_is_whole(sample: Path) -> None:
    log = json.loads(Dispatch(sample).ok("log", "--date", "2026-11-23", "--json"))

    assert {line["state"] for line in log["visits"]} == {"closed"}
    assert all(line["charge_status"] in ("ready", "review") for line in log["visits"])
    assert all(line["tests_passed"] == line["tests_required"] > 0 for line in log["visits"])


@first_of("size", [(120, 36), (80, 24), (45, 20)])
def test_board_opens_in_a_real_terminal(sample: Path, size: tuple[int, int]) -> None:
    with terminal(["board", "--as", "dana"], db=sample, columns=size[0], rows=size[1]) as screen:
        assert "Ana Ruiz" in screen.wait_for("Grandview"[:4] if size[0] < 80 else "Grandview")
        screen.press("?")
        screen.wait_for("Help: the board")
        screen.press("esc", "q")
        assert screen.wait_for_exit() == 0


@pytest.mark.again
@first_of("words", [["board", "--as", "dana"], ["day", "--as", "eva"], ["log", "--as", "lee"]])
def test_a_poor_font_is_sent_ascii_only(sample: Path, words: list[str]) -> None:
    with terminal([*words, "--ascii"], db=sample, columns=80, rows=24) as screen:
        screen.wait_for("24 Nov")
        screen.press("down")
        assert not [byte for byte in screen.sent if byte > 127]
        screen.press("q")
        assert screen.wait_for_exit() == 0
