"""docs/first-hour.md, typed as it stands by somebody who has nothing yet."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from dispatch.commands.line import run
from tests.wall import WALL

PAGE = Path(__file__).parents[1] / "docs" / "first-hour.md"


def test_a_firm_of_ones_own_from_nothing_to_its_first_charge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name, rows in re.findall(r"`(\w+\.csv)`:\n\n```\n(.*?)```", page, re.DOTALL):
        (tmp_path / name).write_text(rows, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for variable, value in {"DISPATCH_DB": str(tmp_path / "firm.db"), "LOGNAME": "sam", "USER": "sam"}.items():
        monkeypatch.setenv(variable, value)
    lines = re.findall(r"^    dispatch (.+)$", page, re.MULTILINE)
    for line in lines:
        typed, _, remark = line.partition("    #")
        WALL.begin(WALL.now() + 60)
        code = run(shlex.split(typed))
        said = capsys.readouterr()
        if remark:
            assert (code, "cannot be closed yet" in said.err) == (3, True), line
        else:
            assert code == 0, f"{line}\n{said.err}"
        if typed.startswith("charge"):
            assert re.search(r"^total +\d+\.\d\d$", said.out, re.MULTILINE), said.out
            assert "19%" in said.out
    assert "closed" in said.out
    assert len(lines) > 20
