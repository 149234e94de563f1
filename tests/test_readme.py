"""The lines of the README, typed as they stand by somebody who has nothing yet."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.terminal.terminal import terminal
from tests.wall import started

ROOT = Path(__file__).parents[1]


def blocks() -> list[list[str]]:
    """The lines of each block of the README, without what follows a #."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"(?:^    .+\n)+", text, re.MULTILINE)
    return [[line.split("  #")[0].strip() for line in block.splitlines()] for block in found]


def test_the_first_block_names_targets_that_make_has() -> None:
    if shutil.which("make") is None:
        pytest.skip("needs make: install the package make")
    for line in blocks()[0]:
        make, target = line.split()
        subprocess.run([make, "--dry-run", target], cwd=ROOT, check=True, capture_output=True, timeout=30)


@pytest.mark.again
def test_a_firm_of_ones_own_line_by_line(tmp_path: Path) -> None:
    install, *lines, last = blocks()[1]
    (extras,) = re.fullmatch(r"pipx install '\.\[([\w,]+)\]'", install).groups()  # type: ignore[union-attr]
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(extras.split(",")) <= set(known)
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "dispatch"
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {shlex.join(started("-m", "dispatch"))} "$@"\n')
    command.chmod(0o755)
    home = {"HOME": str(tmp_path), "LOGNAME": "sam", "USER": "sam", "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": ""}
    own = {name: value for name, value in os.environ.items() if not name.startswith("DISPATCH_")}
    environment = own | home | {"PATH": f"{command.parent}:/usr/bin:/bin"}
    said = ""
    for line in lines:
        done = subprocess.run(
            ["sh", "-c", line], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        said += done.stdout
    assert "sam (sam) is its first lead" in said
    assert f"Type next: {last}\n" in said
    (made,) = tmp_path.rglob("dispatch.db")
    with terminal(last.split()[1:], db=made, **home) as screen:
        screen.wait_for("assign")
