"""The programs that are measured beside ours: what their file says can be run, and is said in words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from benchmarks import growing, kept, planning, planning_peers
from benchmarks.peers import PINS, PYTHON_PEERS
from benchmarks.ptybench import parse_keys
from benchmarks.solomon import problem_of
from benchmarks.terminal import PLACES, SUITE
from dispatch.planning.judging import judge
from dispatch.planning.problem_file import problem_from
from tests.planning.test_search import SOLOMON

PROGRAMS = json.loads(SUITE.read_text(encoding="utf-8"))["programs"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_measured_key_is_known_and_said_in_words(name: str) -> None:
    entry = PROGRAMS[name]
    assert entry["measures"].keys() == entry["does"].keys()
    assert entry["measures"].keys() <= PLACES.keys()
    for script in (entry.get("setup", ""), *entry["measures"].values(), entry.get("quit", "")):
        parse_keys(script)


def test_peers_are_pinned_by_name_and_version_alone() -> None:
    assert {path.stem for path in PINS.iterdir()} == PYTHON_PEERS.keys()
    for path in Path(PINS).iterdir():
        lines = path.read_text(encoding="utf-8").splitlines()
        assert any(line.startswith(f"{path.stem}==") for line in lines)
        assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line) for line in lines)


def test_instances_and_day_problems_are_read_from_files(tmp_path: Path) -> None:
    path = tmp_path / "C999.TXT"
    path.write_text(SOLOMON.replace("\n", "\r\n"), encoding="utf-8", newline="")  # as the published files are
    problem = planning.read(path)
    assert [visit.load for visit in problem.visits] == [10, 30, 10, 10]
    assert len(planning.read(planning.CASES / "day-3-0.json.gz").technicians) == 3


def test_a_solver_that_is_not_there_is_left_out_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(planning_peers, "find_spec", lambda _module: None)
    monkeypatch.setattr(planning, "SECONDS", (0.1,))
    monkeypatch.setattr(
        planning, "as_the_program", lambda problem, name, seconds=0.0: planning.Way(name, ((),) * 3, 0.0)
    )
    path = tmp_path / "C999.txt"
    path.write_text(SOLOMON, encoding="utf-8")
    planning.main([str(path)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[2] == "OR-Tools is left out: ortools is not installed (.venv/bin/pip install ortools)"
    assert [line.split()[1] for line in lines[4:]] == ["nearest", "cheapest", "ours,", "ours,", "as", "without"]


@pytest.mark.again
@pytest.mark.parametrize("name", planning_peers.SOLVERS)
def test_what_another_solver_finds_can_be_driven(name: str) -> None:
    pytest.importorskip(name, reason="needs another solver: make bench-plans says which")
    problem = problem_from(problem_of(SOLOMON))
    plan = planning_peers.SOLVERS[name][2](problem, 0.2)
    judged = judge(problem, plan)
    assert judged is not None
    assert judged.left_out == ()


def test_a_run_is_compared_with_the_last_one_on_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _: tmp_path / "cache")
    for factor in (1.0, 1.02, 2.0):
        figures = kept.Figures()
        figures.ratio("a board / a bare one", "ms", [2 * factor, 3 * factor, 4 * factor], [2, 2, 2])
        figures.count("bytes a key", "bytes", 400)
        figures.keep()
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("a board")]
    assert said == [
        "a board / a bare one: 1.50 (1.00 to 2.00; 3 and 2 ms, 3 rounds)",
        "a board / a bare one: 1.53 (1.02 to 2.04; 3.06 and 2 ms, 3 rounds); last time 1.50",
        "a board / a bare one: 3.00 (2.00 to 4.00; 6 and 2 ms, 3 rounds); last time 1.53",
    ]
    monkeypatch.setattr(kept, "machine", lambda: "another machine")
    kept.Figures().count("bytes a key", "bytes", 400)
    assert "last time" not in capsys.readouterr().out


def test_what_is_measured_anew_is_written_and_the_rest_of_the_page_stays() -> None:
    first = growing.Measured("a save", "50 writers", [3.0, 1.0, 2.5], "ms", 1).line
    assert first == "| a save | 50 writers | 2.5 ms | 1.0 to 3.0 |"
    page = growing.written(
        growing.PAGE.read_text(encoding="utf-8"), {name: [f"| {name} |"] for name in growing.KINDS}, "here"
    )
    anew = growing.written(page, {"writers": [first, "| another |"]}, "there")
    assert growing.written(anew, {"writers": ["| writers |"]}, "here") == page
    assert f"{first} <!-- writers -->\n| another | <!-- writers -->\n| history |" in anew
    assert growing.machine().startswith("Measured on ")
