"""Setting up the environment: what stands in the way is said in one sentence, and what was interrupted is made anew."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "bootstrap.py"
THE_REST = ["Makefile", "README.md", "LICENSE", "pyproject.toml", "constraints.txt"]


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script in a folder of its own, without uv."""
    monkeypatch.setenv("UV", "")
    for name in (SOURCE.name, *THE_REST):
        shutil.copy(ROOT / name, tmp_path)
    spec = importlib.util.spec_from_file_location("bootstrap", tmp_path / SOURCE.name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_old_python_can_read_it() -> None:
    ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_an_old_python_says_what_is_needed(
    bootstrap: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "LEAST", (9, 1))
    monkeypatch.setenv("PATH", "")
    assert bootstrap.main([]) == 1
    this = "{}.{}".format(*sys.version_info)
    said = f"Python 9.1 or newer is needed, and this is {this}: install it, then say the same command again.\n"
    assert capsys.readouterr().err == said


def test_without_venv_the_package_is_named_and_nothing_is_left(
    bootstrap: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)  # as on a Debian without python3-venv
    assert bootstrap.main(["--dev"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "apt install python3" in said
    assert not bootstrap.VENV.exists()


def test_a_full_disk_is_said_before_anything_is_begun(
    bootstrap: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(bootstrap.NEEDED_MB, "run", 10**9)
    assert bootstrap.main([]) == 1
    assert capsys.readouterr().err.startswith("The disk is full: 1000000000 MB are needed, ")
    assert not bootstrap.VENV.exists()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "The disk is full"),
        ("error: failed to copy file: No space left on device (os error 28)", "The disk is full"),
        ("[Errno -3] Temporary failure in name resolution", "The package index cannot be reached"),
        ("PermissionError: [Errno 13] Permission denied: '.venv/bin'", "cannot be written by you"),
        ("ERROR: something else", ""),
    ],
)
def test_what_an_installer_says_becomes_a_sentence(bootstrap: ModuleType, said: str, told: str) -> None:
    assert told in bootstrap.sentence_for(said)
    assert bool(told) == bool(bootstrap.sentence_for(said))


def test_what_is_not_whole_is_made_anew(bootstrap: ModuleType) -> None:
    assert bootstrap.what_is_wrong(None) == "new"
    (bootstrap.VENV / "bin").mkdir(parents=True)
    assert bootstrap.what_is_wrong(None) == "its Python is gone"
    bootstrap.PYTHON.symlink_to(sys.executable)
    (bootstrap.VENV / "bin" / "dispatch").write_text("#!/elsewhere/.venv/bin/python\n")
    assert bootstrap.what_is_wrong("uv") == "this folder was moved"
    bootstrap.UNFINISHED.touch()
    assert bootstrap.what_is_wrong(None) == "an installation was interrupted"


@pytest.mark.long
@pytest.mark.timeout(600)
def test_killed_in_the_middle_it_is_whole_the_next_time(tmp_path: Path) -> None:
    clone = tmp_path / "a clone"
    clone.mkdir()
    for name in ("dispatch", "screens", "widgets", "db", "docs", "contrib"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in (SOURCE.name, *THE_REST):
        shutil.copy(ROOT / name, clone)
    words = [sys.executable, str(clone / SOURCE.name)]
    log = clone / ".venv-install.log"
    with subprocess.Popen(words, start_new_session=True, stdout=subprocess.DEVNULL) as first:
        while not (log.exists() and "Collecting" in log.read_text()):
            time.sleep(0.1)
            assert first.poll() is None
        os.killpg(first.pid, signal.SIGKILL)
    again = subprocess.run(words, check=True, capture_output=True, text=True, timeout=500)
    assert "anew: an installation was interrupted" in again.stdout
    assert not log.exists()
    said = subprocess.run([clone / ".venv/bin/dispatch", "--version"], check=True, capture_output=True, text=True)
    assert said.stdout.startswith("dispatch ")
    assert subprocess.run(words, check=True, capture_output=True, text=True, timeout=60).stdout == ""
