"""The road engine, fetched once into the cache of the tests, and the graph of a small town that they write themselves."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.travel import executables, sidecar
from dispatch.travel.graphs import Graph, build
from tests.desk.conftest import office
from tests.travel.town import write_town

__all__ = ["office"]


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the engine is unpacked. Only where its wheel cannot be had, or not run, tests are skipped."""
    found = executables.executables()
    if found is None:
        cache = getattr(request.config, "cache", None)  # a run may be without one
        folder = Path(cache.mkdir("road-engine")) if cache is not None else tmp_path_factory.mktemp("road-engine")
        with (folder / "lock").open("w") as lock:  # one of the workers fetches, the others wait for it
            fcntl.flock(lock, fcntl.LOCK_EX)
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv(executables.FOLDER_VARIABLE, str(folder))
                found = executables.executables()
                if found is None:
                    try:
                        found = executables.fetch(timeout=180)
                    except executables.NotInstalled as fault:
                        pytest.skip(f"needs the road engine: install the extra roads ({fault})")
    try:
        done = subprocess.run([found.tool("osrm-routed"), "--version"], capture_output=True, timeout=20, check=False)
    except OSError as fault:
        pytest.skip(f"needs a road engine that runs here: install glibc 2.28 or newer ({fault})")
    if done.returncode != 0:
        pytest.skip(
            f"needs a road engine that runs here: install what it asks for ({done.stderr.decode(errors='replace')[:200]})"
        )
    return found.folder


@pytest.fixture(scope="session")
def roads_home(engine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the engine, and the graph of the town."""
    home = tmp_path_factory.mktemp("roads")
    (home / "engine").mkdir()
    (home / "engine" / "osrm").symlink_to(engine)
    for about in engine.parent.glob("osrm_bindings-*.dist-info"):
        (home / "engine" / about.name).symlink_to(about)
    return home


@pytest.fixture(scope="session")
def town_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town as an extract."""
    return write_town(tmp_path_factory.mktemp("town") / "town.osm")


@pytest.fixture
def roads(roads_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The program with an engine of its own; every child has ended afterwards."""
    monkeypatch.setenv(executables.FOLDER_VARIABLE, str(roads_home))
    yield roads_home
    sidecar.stop_all()


@pytest.fixture
def no_roads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program on a machine without engine and graphs."""
    monkeypatch.setenv(executables.FOLDER_VARIABLE, str(tmp_path / "none"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    return tmp_path


@pytest.fixture
def town(roads: Path, town_file: Path) -> Graph:
    """The graph of the town."""
    found = executables.executables()
    assert found is not None
    return build(found, town_file)


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        os.kill(pid, 0)
        return " Z " not in Path(f"/proc/{pid}/stat").read_text().split(")")[1][:4]
    except (OSError, IndexError):
        return False
