"""The command line on a database of its own, run in this process and, where it matters, as a real one."""

from __future__ import annotations

import contextlib
import fcntl
import gc
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from dispatch.commands.line import run
from tests.prepared import copied, made_once
from tests.quick import examples
from tests.wall import WALL, install, started

# A busy machine is no fault of the program. The same examples every time, so that a change is judged by what it changed;
# `make test-long` looks for new ones.
hypothesis_settings.register_profile("dispatch", deadline=None, derandomize=True, max_examples=examples(100))
hypothesis_settings.register_profile("searching", deadline=None)
hypothesis_settings.load_profile("searching" if "EXAMPLES" in os.environ else "dispatch")

install()

SAMPLE = Path(__file__).parents[1] / "dispatch" / "sample"


ALLOWED_SKIPS = Path(__file__).with_name("skips.txt")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--listed-skips", action="store_true", help="a skip whose reason is not in tests/skips.txt fails the run"
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """In a fresh clone one worker compiles the tests, which takes 8 s of a core, and the others wait for what it compiled."""
    with contextlib.ExitStack() as turn:
        if hasattr(session.config, "workerinput") and not _are_compiled():
            # the folder itself: no file is left behind
            folder = os.open(Path(__file__).parent, os.O_RDONLY)
            turn.callback(os.close, folder)
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                fcntl.flock(folder, fcntl.LOCK_SH)
        return (yield)


def _are_compiled() -> bool:
    """Whether pytest has kept every test module, or may not keep any."""
    tail = f"-pytest-{pytest.__version__}.pyc"
    return sys.dont_write_bytecode or all(
        Path(cache_from_source(str(path)).removesuffix(".pyc") + tail).exists()
        for path in Path(__file__).parent.rglob("test_*.py")
    )


def pytest_collection_finish() -> None:
    """What was imported stays until the end: it is neither looked through for garbage again nor copied by a fork."""
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run with `--listed-skips` that skipped for a reason that is not on the list."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not session.config.getoption("--listed-skips") or reporter is None:
        return
    allowed = tuple(
        line for line in ALLOWED_SKIPS.read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#")
    )
    for report in reporter.stats.get("skipped", ()):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not reason.removeprefix("Skipped: ").startswith(allowed):
            reporter.write_line(
                f"{report.nodeid} is skipped for a reason that is not in {ALLOWED_SKIPS.name}: {reason}", red=True
            )
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def marks(self) -> str:
        """The marks that a refusal, or a check, names."""
        found = re.search(r"--confirm ([0-9a-f,]+)", self.out + self.err)
        assert found is not None, self
        return found[1]


@dataclass(frozen=True)
class Dispatch:
    """`dispatch` on one database."""

    db: Path

    def __call__(self, *words: str) -> Said:
        """Run a command in this process."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = run([*words, "--db", str(self.db)])
            except SystemExit as usage:
                code = int(usage.code or 0)
        return Said(code, out.getvalue(), err.getvalue())

    def ok(self, *words: str) -> str:
        """Run a command that must succeed; returns what it printed."""
        said = self(*words)
        assert said.code == 0, f"{' '.join(words)}: exit {said.code}\n{said.out}{said.err}"
        return said.out

    def json(self, *words: str) -> Any:
        """Run a command that prints JSON."""
        return json.loads(self.ok(*words))

    def process(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command as a process of its own."""
        return subprocess.run(
            started("-m", "dispatch", *words, "--db", str(self.db)),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, **environment},
        )


@pytest.fixture(autouse=True)
def morning_of_the_sample() -> None:
    """Each test begins at the same moment, and moves the clock as it likes."""
    WALL.begin()


@pytest.fixture(autouse=True)
def nobodys_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Whoever runs the tests keeps their own keys and theme out of them. The people of the tests are not new."""
    folder = tmp_path_factory.mktemp("settings")
    (folder / "personal.toml").write_text("hints = 0\n")
    monkeypatch.setenv("DISPATCH_CONFIG", str(folder))
    return folder


@pytest.fixture
def insertion(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans are laid without the engine, which is not what is tested."""
    monkeypatch.setenv("DISPATCH_SOLVER", "insertion")


@pytest.fixture(scope="session")
def sample_week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the sample firm's week; tests get copies."""
    return made_once(tmp_path_factory, "week.db", _import_week)


def _import_week(path: Path) -> None:
    dispatch = Dispatch(path)
    dispatch.ok(
        "init", "--name", "Columbus IT", "--zone", "America/New_York", "--lead", "lee", "--lead-name", "Lee Moreau"
    )
    for kind, name in (
        ("rate-card", "rate_card.json"),
        ("technicians", "technicians.csv"),
        ("clients", "clients.csv"),
        ("sites", "sites.csv"),
        ("visits", "visits.csv"),
    ):
        dispatch.ok("import", kind, str(SAMPLE / name), "--as", "lee")


@pytest.fixture(scope="session")
def kept_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample firm as it is kept, in a cache of the tests: its folder is what `XDG_CACHE_HOME` names."""
    from dispatch.demo.kept import name

    return made_once(tmp_path_factory, f"dispatch-board/{name()}", _make_sample)


def _make_sample(path: Path) -> None:
    from dispatch.demo.kept import make

    make(path, lambda done: None)


@pytest.fixture(scope="session")
def day_of_sample(kept_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample firm's Tuesday at 14:07, planned and partly done; tests get copies."""
    return made_once(tmp_path_factory, "day.db", partial(_start, kept_sample))


def _start(kept: Path, path: Path) -> None:
    from dispatch.demo.clock import start_clock

    start_clock(copied(kept, path))


@pytest.fixture
def firm(sample_week: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dispatch:
    """The sample firm, with its lead at the keyboard on the morning of Tuesday 24 November 2026."""
    monkeypatch.setattr("getpass.getuser", lambda: "lee")
    return Dispatch(copied(sample_week, tmp_path / "firm.db"))
