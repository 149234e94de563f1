"""A demonstration leaves nothing behind, whatever ends it, and none takes away another's."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.demo.folder import PREFIX, folder, sweep
from tests.quick import first_of
from tests.terminal.terminal import Terminal, terminal
from tests.wall import started

ROOT = Path(__file__).parents[2]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the temporary files of this test lie."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def left(place: Path) -> list[str]:
    """The demonstrations' folders that are there."""
    return sorted(one.name for one in place.iterdir() if one.name.startswith(PREFIX))


@pytest.fixture
def shown(kept_sample: Path, temporary: Path, tmp_path: Path) -> Iterator[Terminal]:
    """A demonstration on a terminal."""
    with terminal(["demo"], db=tmp_path / "none.db", XDG_CACHE_HOME=str(kept_sample.parents[1])) as screen:
        screen.wait_for("Grandview")
        assert len(left(temporary)) == 1
        yield screen


@first_of("ending", [signal.SIGHUP, signal.SIGTERM])
def test_a_hang_up_leaves_nothing(shown: Terminal, temporary: Path, ending: signal.Signals) -> None:
    os.kill(shown.pid, ending)

    assert shown.wait_for_exit() == 128 + ending
    assert not left(temporary)


@pytest.mark.again
def test_what_a_crash_left_is_swept_and_what_another_uses_is_not(shown: Terminal, temporary: Path) -> None:
    with folder() as mine:
        (mine / "sample.db").write_text("x")
        sweep()
        assert len(left(temporary)) == 2, "two at once do not sweep each other"
    assert len(left(temporary)) == 1

    os.kill(shown.pid, signal.SIGKILL)
    assert shown.wait_for_exit() == -signal.SIGKILL
    assert len(left(temporary)) == 1
    with folder() as mine:
        assert left(temporary) == [mine.name]
    assert not left(temporary)


def test_a_hang_up_while_the_sample_firm_is_made_leaves_nothing(temporary: Path, tmp_path: Path) -> None:
    code = "import os, signal; from dispatch.demo.folder import folder\n"
    code += "with folder(), folder(): os.kill(os.getpid(), signal.SIGHUP)"
    done = subprocess.run(started("-c", code), cwd=ROOT, check=False)

    assert done.returncode == -signal.SIGHUP
    assert not left(temporary), "neither the one nor the one inside it"


def test_only_folders_of_ones_own_are_swept(temporary: Path, tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "firm.db").write_text("x")
    (temporary / f"{PREFIX}link").symlink_to(tmp_path / "records")
    (temporary / f"{PREFIX}file").write_text("x")

    sweep()

    assert left(temporary) == [f"{PREFIX}file", f"{PREFIX}link"]
    assert (tmp_path / "records" / "firm.db").exists()
