"""The programs that are measured beside ours: what their file says can be run, and is said in words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from benchmarks import planning, planning_peers
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
