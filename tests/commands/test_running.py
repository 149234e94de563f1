"""`dispatch candidates`, `emergency`, `late` and `call` on the sample firm's running day."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch.demo import sample_day
from tests.conftest import Dispatch


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample firm on Tuesday at 14:07."""
    path = tmp_path_factory.mktemp("running") / "sample.db"
    sample_day(path)
    return path


@pytest.fixture
def sample(lived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dispatch:
    from db.safekeeping import backup
    from db.store import Store

    path = tmp_path / "sample.db"
    with Store.open(lived) as store:
        backup(store, path)
    monkeypatch.setattr("getpass.getuser", lambda: "dana")
    return Dispatch(path)


def test_candidates_come_with_reasons_and_cost(sample: Dispatch) -> None:
    form = sample.json("candidates", "R4108", "--json")
    first = form["candidates"][0]
    assert first["verdict"] != "blocked"
    assert {
        "technician",
        "start",
        "cost",
        "extra_travel_minutes",
        "slack_minutes",
        "reasons",
        "findings",
        "pushes",
    } <= first.keys()
    assert any("knows the site" in reason for one in form["candidates"] for reason in one["reasons"])
    text = sample.ok("candidates", "R4108")
    assert text.splitlines()[1].startswith(first["technician"])
    assert "cost" in text
    assert sample.ok("candidates", "R4109", "--date", "2026-11-28").splitlines()[-1] == "Nobody works on this day."


def test_an_emergency_is_shown_then_placed_then_called_for_then_taken_back(sample: Dispatch) -> None:
    shown = sample.json("emergency", "R4108", "--json")
    assert not shown["applied"]
    assert len(shown["ways"]) == 6
    assert "nothing is placed yet" in sample.ok("emergency", "R4108")

    to_eva = ("emergency", "R4108", "--to", "eva", "--apply")
    assert "site closes" in sample(*to_eva).err
    placed = sample.json(*to_eva, "--override", "they open longer for us", "--json")
    assert placed["applied"]
    (push,) = placed["ways"][0]["pushed"]
    late = sample.json("late", "--json")
    assert [one["reference"] for one in late["late"]] == ["R4046"]
    assert [call["reference"] for call in late["calls"]] == ["R4046", push["reference"]]
    assert all(call["phone"] for call in late["calls"])
    assert push["reference"] in sample.ok("late")

    said = sample.json("call", push["reference"], "--no-answer", "--json")
    assert said["outcome"] == "unanswered"
    assert sample.json("late", "--json")["calls"][1]["unanswered"] == [said["at"]]
    assert "told 18:10" in sample.ok("call", push["reference"], "--promised", "18:10")
    assert "told 14:" in sample.ok("call", "R4046")
    assert "Nobody has to be called." in sample.ok("late")
    for _ in range(4):
        sample.ok("visit", "undo")
    assert sample.json("late", "--json")["calls"][1]["expected"].endswith("T15:35:00-05:00")
    assert sample.json("visit", "show", "R4108", "--json")["state"] == "requested"


def test_the_board_as_json_says_how_the_day_goes_and_a_technicians_day_does_not(sample: Dispatch) -> None:
    visits = [visit for row in sample.json("board", "--json")["technicians"] for visit in row["visits"]]
    assert any(visit["projected_end"] for visit in visits)
    day = sample.json("day", "--technician", "Eva Lind", "--json")["technician"]
    assert not any("projected_end" in visit or "late_minutes" in visit for visit in day["visits"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("candidates", "R9"), "no visit R9"),
        (("candidates", "R4108", "--date", "someday"), "no day"),
        (("emergency", "R4036"), "on site"),
        (("emergency", "R4108", "--to", "nobody"), "no technician"),
        (("emergency", "R4027", "--apply"), "no coordinates"),
        (("emergency", "R4108", "--to", "ben", "--apply"), "needs server"),
        (("call", "R4043", "--promised", "9:00"), "has passed"),
        (("call", "R4043", "--promised", "soon"), "no time"),
        (("call", "R4043", "--promised", "15:40", "--no-answer"), "nothing was promised"),
        (("call", "R4036"), "nobody has reached"),
        (("late", "--date", "never"), "no day"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(sample: Dispatch, words: tuple[str, ...], said: str) -> None:
    found = sample(*words)
    assert found.code == 1
    assert said in found.err
    assert len(found.err.strip().splitlines()) == 1
