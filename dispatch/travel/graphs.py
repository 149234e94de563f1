"""Road graphs: built once from an extract of OpenStreetMap, kept in a folder named by what they were built from."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dispatch.travel.executables import Executables, roads_folder

ENDINGS = (".osm.pbf", ".osm", ".osm.bz2", ".osm.xml", ".pbf")
ATTRIBUTION = "Map data © OpenStreetMap contributors, ODbL 1.0, openstreetmap.org/copyright"
_ABOUT = "graph.json"

Progress = Callable[[str], None]


class NotBuilt(Exception):
    """A graph could not be built; the sentence says why. Nothing half-built is left."""


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph that is ready. `id` is the hash of extract, profile and engine, and the name of its folder."""

    id: str
    name: str
    extract: str
    engine: str
    megabytes: float
    folder: Path

    @property
    def base(self) -> Path:
        """What the engine is started with."""
        return self.folder / "roads.osrm"


def graphs() -> list[Graph]:
    """Every graph on this machine, by name."""
    folder = _folder()
    known = [_read(entry) for entry in folder.iterdir() if entry.is_dir()] if folder.is_dir() else []
    return sorted((graph for graph in known if graph is not None), key=lambda graph: (graph.name, graph.id))


def graph(graph_id: str) -> Graph | None:
    """The graph of that id, None where it is not on this machine."""
    return _read(_folder() / graph_id) if graph_id.isalnum() else None


def build(
    engine: Executables, extract: Path, tell: Progress = lambda step: None, stop: threading.Event | None = None
) -> Graph:
    """Build the graph of an extract (multi-level Dijkstra, by car); one that is there already is left as it is.

    Args:
        engine: what builds it.
        extract: `.osm.pbf`, or `.osm` as XML.
        tell: called with each step as it begins.
        stop: set by another thread, it ends the building.

    Raises:
        NotBuilt: the file cannot be read, is no extract with roads, or the building was stopped.
    """
    if not extract.name.lower().endswith(ENDINGS):
        raise NotBuilt(f"{extract.name} is not an extract: a file that ends in {', '.join(ENDINGS[:3])} is expected.")
    try:
        tell("reading the extract")
        graph_id = _hash(engine, extract)
        if (known := graph(graph_id)) is not None:
            return known
        folder = _folder() / graph_id
        fresh = folder.with_name(f".{graph_id}-{os.getpid()}")
        fresh.mkdir(parents=True, mode=0o700)
        try:
            base = fresh / "roads.osrm"
            steps = (
                (
                    "1/3 roads out of the extract",
                    "osrm-extract",
                    ["-p", engine.profile, "-o", fresh / "roads", extract],
                ),
                ("2/3 parts of the graph", "osrm-partition", [base]),
                ("3/3 times of the parts", "osrm-customize", [base]),
            )
            for words, tool, arguments in steps:
                tell(words)
                _run(engine.tool(tool), [str(argument) for argument in arguments], stop)
            size = sum(file.stat().st_size for file in fresh.iterdir()) / 1_000_000
            about = {
                "name": name_of(extract),
                "extract": extract.name,
                "engine": engine.version,
                "megabytes": round(size, 1),
                "attribution": ATTRIBUTION,
            }
            (fresh / _ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")
            fresh.rename(folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise NotBuilt(f"{extract.name}: {error.strerror or error}.") from error
    built = graph(graph_id)
    assert built is not None
    return built


def name_of(extract: Path) -> str:
    """What the roads of an extract are called."""
    ending = next((suffix for suffix in ENDINGS if extract.name.lower().endswith(suffix)), "")
    return extract.name[: len(extract.name) - len(ending)]


def remove(gone: Graph) -> None:
    """Take a graph away. The extract that it was built from is not touched.

    Raises:
        OSError: it cannot be removed.
    """
    shutil.rmtree(gone.folder)


def _folder() -> Path:
    return roads_folder() / "graphs"


def _read(folder: Path) -> Graph | None:
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        return Graph(
            folder.name,
            str(about["name"]),
            str(about["extract"]),
            str(about["engine"]),
            float(about["megabytes"]),
            folder,
        )
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _hash(engine: Executables, extract: Path) -> str:
    with extract.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    digest.update(engine.profile.read_bytes())
    digest.update(engine.version.encode())
    return digest.hexdigest()[:16]


def _run(tool: Path, arguments: list[str], stop: threading.Event | None) -> None:
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen([str(tool), *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log) as process,
    ):
        try:
            while process.poll() is None:
                if stop is not None and stop.is_set():
                    raise NotBuilt("The building of the road graph was stopped.")
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.2)
        except BaseException:
            process.kill()
            raise
        if process.returncode != 0:
            log.seek(0)
            errors = [line for line in log.read().decode(errors="replace").splitlines() if "[error]" in line]
            reason = (
                errors[0].partition("[error]")[2].strip() if errors else f"{tool.name} ended with {process.returncode}"
            )
            raise NotBuilt(f"The road graph could not be built: {reason[:300]}")
