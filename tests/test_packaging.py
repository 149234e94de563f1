"""What an installation brings: how much, whose, and what keeps it running on a server."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dispatch.commands.help import pages
from dispatch.commands.line import run
from dispatch.commands.parser import parser_of
from dispatch.desk.adapters.sshd_config import unit
from dispatch.desk.backup import setting_up

ROOT = Path(__file__).parents[1]
UNITS = ROOT / "contrib" / "systemd"
MOST_MB = 39
"""34 when it was first measured; a dependency that everybody has to install has to be worth it."""


def base() -> dict[str, Distribution]:
    """The program and all that it needs without extras, by name; pip, which is in every environment, is not counted."""
    found: dict[str, Distribution] = {}
    waiting = ["dispatch-board"]
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in found or name == "pip":
            continue
        found[name] = distribution(name)
        needs = [Requirement(one) for one in found[name].requires or ()]
        waiting += [one.name for one in needs if one.marker is None or one.marker.evaluate({"extra": ""})]
    return found


def test_the_base_stays_small() -> None:
    beside = [name for name in base() if name != "dispatch-board"]
    files = [file for name in beside for file in distribution(name).files or () if file.suffix != ".pyc"]
    ours = [file for package in ("db", "dispatch", "screens", "widgets") for file in (ROOT / package).rglob("*.*")]
    size = sum(Path(str(file.locate())).stat().st_size for file in files)
    size += sum(file.stat().st_size for file in ours if file.suffix != ".pyc")
    assert not {"pyvroom", "numpy", "pandas"} & set(beside)
    assert size < MOST_MB * 1_000_000


def test_the_licence_of_everything_in_the_base_is_named() -> None:
    named = (ROOT / "THIRD-PARTY.md").read_text(encoding="utf-8").lower().replace("_", "-")
    assert [name for name in base() if name != "dispatch-board" and name not in named] == []


def test_every_page_is_listed_and_one_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(pages()) == {path.stem for path in (ROOT / "docs").glob("*.md")}
    assert run(["help"]) == 0
    listed = capsys.readouterr().out
    assert all(f"  {name} " in listed for name in pages())
    assert run(["help", "charges"]) == 0
    assert capsys.readouterr().out == (ROOT / "docs" / "charges.md").read_text(encoding="utf-8")
    assert run(["help", "nothing"]) == 1


def test_the_locks_have_hashes_and_no_host() -> None:
    pinned = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines())
    versions = {canonicalize_name(name): version for name, version in pinned.items()}
    for lock in sorted((ROOT / "locks").glob("*.txt")):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        for entry in re.split(r"\n(?=\S)", text.strip()):
            name, version = re.match(r"([\w.-]+)==([\w.]+)", entry).groups()  # type: ignore[union-attr]
            assert "--hash=sha256:" in entry, name
            assert versions.get(name, version) == version or "python_full_version" in entry, name


def test_the_locks_have_all_that_is_asked_for() -> None:
    """`make lock` makes them anew."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    program = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["plan"],
        *groups["build"],
    ]
    for lock, asked in (("program.txt", program), ("tests.txt", [*program, *groups["dev"]])):
        locked = set(re.findall(r"^([\w.-]+)==", (ROOT / "locks" / lock).read_text(encoding="utf-8"), re.MULTILINE))
        assert {canonicalize_name(Requirement(one).name) for one in asked} - locked == set(), lock


def test_the_group_build_is_what_the_build_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["dependency-groups"]["build"] == [*project["build-system"]["requires"], "editables>=0.5"]


def commands_of_the_units() -> Iterator[list[str]]:
    for path in UNITS.glob("*.service"):
        parsed = configparser.ConfigParser(interpolation=None)
        parsed.read(path, encoding="utf-8")
        yield shlex.split(parsed["Service"]["ExecStart"])


def test_the_units_say_commands_that_there_are() -> None:
    for program, *words in commands_of_the_units():
        assert program == "/opt/dispatch/bin/dispatch"
        assert parser_of(words[0]).parse_args(words).db == "/srv/dispatch/firm.db"


def test_the_unit_of_the_warm_parent_is_the_one_that_the_program_prints() -> None:
    printed = unit("dispatch", Path("/opt/dispatch/bin/dispatch"), Path("/srv/dispatch/firm.db"))
    assert (UNITS / "dispatch-seats.service").read_text(encoding="utf-8") == printed


def test_the_unit_of_the_copy_elsewhere_is_the_one_that_the_program_writes() -> None:
    written = setting_up.unit_of_systemd("dispatch", Path("/opt/dispatch/bin/dispatch"), Path("/srv/dispatch/firm.db"))
    assert (UNITS / "dispatch-replica.service").read_text(encoding="utf-8") == written


def test_systemd_finds_nothing_at_fault(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze: install the package systemd")
    for path in UNITS.iterdir():
        text = path.read_text(encoding="utf-8").replace("/opt/dispatch/bin/dispatch", shutil.which("true") or "true")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    words = ["systemd-analyze", "verify", *(str(path) for path in sorted(tmp_path.iterdir()))]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_installer_can_be_read_by_the_shell() -> None:
    subprocess.run(["sh", "-n", ROOT / "contrib" / "debian" / "install.sh"], check=True, timeout=30)
