"""`dispatch candidates`, `emergency`, `late` and `call` on the sample firm's running day."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch.desk.day.questions import DayQuestion
from tests.conftest import Dispatch
from tests.prepared import copied


@pytest.fixture
def sample(day_of_sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dispatch:
    monkeypatch.setattr("getpass.getuser", lambda: "dana")
    return Dispatch(copied(day_of_sample, tmp_path / "sample.db"))


def test_who_is_near_comes_by_the_drive_from_where_they_are(sample: Dispatch) -> None:
    near = sample.json("near", "R4109", "--json")["near"]
    drives = [one["drive_minutes"] for one in near if one["drive_minutes"] is not None]
    assert drives == sorted(drives)
    assert {one["where"].partition(" at ")[0] for one in near} & {"on site", "last"}
    text = sample("near", "R4109").out
    assert [line.split("  ")[0] for line in text.splitlines()[1:]] == [one["technician"] for one in near]
    assert f"free {near[0]['free_from'][11:16]} – {near[0]['free_to'][11:16]}" in text


@pytest.mark.parametrize("question", list(DayQuestion))
def test_what_is_asked_at_a_glance_is_told_as_text_and_as_json(sample: Dispatch, question: DayQuestion) -> None:
    told = sample.json("glance", question, "--json")
    assert told["question"] == question
    assert told["date"] == ("2026-11-25" if question is DayQuestion.TOMORROW else "2026-11-24")
    text = sample("glance", question).out.splitlines()
    assert question.words in text[0]
    assert len(text) == 1 + max(1, len(told["lines"]))
    for line, said in zip(told["lines"], text[1:], strict=False):
        assert said.endswith(line["words"])
        assert (line["reference"] or "") in said
    counted = [line["minutes"] for line in told["lines"]]
    if question is DayQuestion.ROOM:
        assert counted == sorted(counted, reverse=True)
    if question is DayQuestion.SLACK:
        assert counted == sorted(counted)


def test_what_nobody_can_answer_is_no_question(sample: Dispatch) -> None:
    said = sample("glance", "weather")
    assert (said.code, said.out) == (2, "")
    assert "not-set-out" in said.err


def test_candidates_come_with_reasons(sample: Dispatch) -> None:
    form = sample.json("candidates", "R4109", "--date", "2026-11-25", "--json")
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
    text = sample.ok("candidates", "R4109", "--date", "2026-11-25")
    assert text.splitlines()[1].startswith(first["technician"])
    assert "driving" in text
    nobody = "Nobody can come: nobody works on Sat 28 Nov 2026: plan it on another day."
    assert sample.ok("candidates", "R4109", "--date", "2026-11-28").splitlines()[-1] == nobody


def test_an_emergency_is_shown_then_placed_then_called_for_then_taken_back(sample: Dispatch) -> None:
    first, *called_before = [call["reference"] for call in sample.json("late", "--json")["calls"]]
    best, *others = sample.json("emergency", "R4108", "--json")["ways"]
    assert len(others) == 5
    assert any(way["pushed"] for way in others)
    assert "nothing is placed yet" in sample.ok("emergency", "R4108")

    placed = sample.json("emergency", "R4108", "--apply", "--json")
    assert placed["applied"]
    assert placed["ways"][0]["technician"] == best["technician"]
    late = sample.json("late", "--json")
    pushed = {push["reference"] for push in best["pushed"]}
    assert {call["reference"] for call in late["calls"]} == {first, *called_before, *pushed}
    assert [call["due"] for call in late["calls"]] == sorted(call["due"] for call in late["calls"])
    assert all(call["phone"] for call in late["calls"])
    assert first in sample.ok("late")

    said = sample.json("call", first, "--no-answer", "--json")
    assert said["outcome"] == "unanswered"
    tried = [call["unanswered"] for call in sample.json("late", "--json")["calls"] if call["reference"] == first]
    assert tried == [[said["at"]]]
    assert "told 17:00" in sample.ok("call", first, "--promised", "17:00")
    for reference in called_before:
        assert "told 1" in sample.ok("call", reference)
    assert "Nobody has to be called." in sample.ok("late")
    for _ in range(3 + len(called_before)):
        sample.ok("visit", "undo")
    assert [call["reference"] for call in sample.json("late", "--json")["calls"]] == [first, *called_before]
    assert sample.json("visit", "show", "R4108", "--json")["state"] == "requested"


def test_who_runs_over_is_late_on_the_sample_day(sample: Dispatch) -> None:
    late = sample.json("late", "--json")
    assert [one["late_against"] for one in late["late"]] == ["end"]
    assert late["calls"]


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
        (("call", "R4046", "--promised", "9:00"), "has passed"),
        (("call", "R4046", "--promised", "soon"), "no time"),
        (("call", "R4046", "--promised", "15:40", "--no-answer"), "nothing was promised"),
        (("call", "R4036"), "nobody has reached"),
        (("late", "--date", "never"), "no day"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(sample: Dispatch, words: tuple[str, ...], said: str) -> None:
    found = sample(*words)
    assert found.code == 1
    assert said in found.err
    assert len(found.err.strip().splitlines()) == 1
