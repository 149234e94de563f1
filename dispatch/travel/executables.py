"""The road engine's executables: found beside the interpreter, or fetched into a private folder.

They come inside the wheel `osrm-bindings`, which exists for Python 3.12 and newer. Its executables are ordinary programs:
unpacked into a folder of their own they run whatever Python starts them, and nothing of the wheel is ever imported.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from dispatch.model.paths import typed_path

REQUIREMENT = "osrm-bindings>=26.10,<27"
"""As in the extra `roads`. The tools of one release read the graphs of that release only."""
DOWNLOAD_MB = 21
"""What is fetched, for the question that comes before it."""
FOLDER_VARIABLE = "DISPATCH_ROADS"
"""The environment variable that names another folder for engine and graphs."""
_TOOLS = ("osrm-extract", "osrm-partition", "osrm-customize", "osrm-routed")
_PROFILE = Path("share", "profiles", "car.lua")


class NotInstalled(Exception):
    """The engine cannot be had; the sentence says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Executables:
    """The folder of an unpacked wheel, `…/osrm`."""

    folder: Path

    @property
    def profile(self) -> Path:
        """How a car drives."""
        return self.folder / _PROFILE

    @property
    def version(self) -> str:
        """The release that it is of, as the wheel's metadata say it; empty where they do not."""
        folders = sorted(self.folder.parent.glob("osrm_bindings-*.dist-info"))
        return folders[-1].name.removeprefix("osrm_bindings-").removesuffix(".dist-info") if folders else ""

    def tool(self, name: str) -> Path:
        """One of the programs."""
        return self.folder / "bin" / name

    @property
    def whole(self) -> bool:
        """Whether everything that is needed is there."""
        return self.profile.is_file() and all(os.access(self.tool(name), os.X_OK) for name in _TOOLS)


def roads_folder() -> Path:
    """Where the private engine and the graphs are: `DISPATCH_ROADS`, else `roads` in the platform's data directory."""
    if named := os.environ.get(FOLDER_VARIABLE):
        return typed_path(named)
    import platformdirs

    return Path(platformdirs.user_data_dir("dispatch-board", appauthor=False)) / "roads"


def executables() -> Executables | None:
    """The engine: the one that was fetched, else the one that was installed with the extra; None where there is none."""
    private = Executables(roads_folder() / "engine" / "osrm")
    if private.whole:
        return private
    try:
        spec = importlib.util.find_spec("osrm")
    except (ImportError, ValueError):
        return None
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        installed = Executables(Path(folder))
        if installed.whole:
            return installed
    return None


def fetch(timeout: float = 600.0) -> Executables:
    """Fetch the engine into the private folder. Whoever calls has asked first.

    Raises:
        NotInstalled: neither pip nor uv is there, or the wheel cannot be had; nothing half-fetched is left.
    """
    target = roads_folder() / "engine"
    fresh = target.with_name(f".engine-{os.getpid()}")
    try:
        fresh.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        command = [*_installer(), "--no-deps", "--target", str(fresh), "--python-version", "3.12"]
        done = subprocess.run(
            [*command, "--only-binary=:all:", REQUIREMENT],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )
        engine = Executables(fresh / "osrm")
        if done.returncode != 0 or not engine.whole:
            last = next((line for line in reversed(done.stderr.splitlines()) if "ERROR" in line or "error" in line), "")
            raise NotInstalled(f"The road engine could not be fetched. {last[:300]}".strip())
        if target.exists():
            shutil.rmtree(target)
        fresh.rename(target)
        return Executables(target / "osrm")
    except subprocess.TimeoutExpired:
        raise NotInstalled("The road engine could not be fetched: it took too long.") from None
    except OSError as error:
        raise NotInstalled(f"The road engine could not be fetched: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _installer() -> list[str]:
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if (uv := shutil.which("uv")) is not None:
        return [uv, "pip", "install", "--quiet"]
    raise NotInstalled(
        "The road engine could not be fetched: this Python has no pip, and there is no uv. With another Python: "
        f"python3 -m pip install --no-deps --target {roads_folder() / 'engine'} --python-version 3.12 "
        f"--only-binary=:all: '{REQUIREMENT}'"
    )
