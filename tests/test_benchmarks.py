"""The programs that are measured beside ours: what their file says can be run, and is said in words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from benchmarks.peers import PINS, PYTHON_PEERS
from benchmarks.ptybench import parse_keys
from benchmarks.terminal import PLACES, SUITE

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
