"""Other programs of the terminal, each at a pinned version in an environment of its own.

They are installed by the machine's own pip settings; `pins/` holds names and versions only. The three that are made with
Textual need different versions of it, so that one environment could not hold them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PINS = Path(__file__).parent / "pins"
PYTHON_PEERS = {"harlequin": "harlequin", "posting": "posting", "toolong": "tl"}
"""The peers that pip installs, and their commands."""
PIP_SECONDS = 900


def missing(folder: Path) -> dict[str, str]:
    """Install what is not there yet in `folder`; why each peer that cannot be had is missing, in a sentence."""
    found = {name: _install(name, folder / name) for name in PYTHON_PEERS}
    found["calcurse"] = _install_calcurse()
    return {name: why for name, why in found.items() if why}


def _install(name: str, folder: Path) -> str:
    pins = PINS / f"{name}.txt"
    mark = folder / ".pins"
    if mark.is_file() and mark.read_text() == pins.read_text():
        return ""
    print(f"installing {name} …", file=sys.stderr, flush=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    for command in ([sys.executable, "-m", "venv", "--clear", str(folder)], [*pip, "-c", str(pins), name]):
        if why := _run(command):
            return f"it could not be installed: {why}"
    shutil.copyfile(pins, mark)
    return ""


def _install_calcurse() -> str:
    if shutil.which("calcurse") is not None:
        return ""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return "it is not installed (as root: apt-get install calcurse)"
    print("installing calcurse …", file=sys.stderr, flush=True)
    why = _run(["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "calcurse"])
    return f"it could not be installed (try apt-get update): {why}" if why else ""


def _run(command: list[str]) -> str:
    """Run a command; what it said last, where it failed."""
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PIP_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as problem:
        return str(problem)
    if done.returncode == 0:
        return ""
    said = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return said[-1] if said else f"{command[0]} ended with {done.returncode}"
