"""A firm behind a real sshd, made once; each test gets a copy of its database and a server of its own."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ssh.server import Server, serving, why_not


@pytest.fixture(scope="session")
def sample(day_of_sample: Path) -> Path:
    """The sample firm on its day at 14:07: Ana is on site with R4014, Ben has other visits."""
    return day_of_sample


@pytest.fixture(scope="session")
def needs_sshd() -> None:
    """Skip with a reason where there can be no sshd; with REQUIRE_SSHD=1 that is a failure."""
    reason = why_not()
    if reason is not None:
        if os.environ.get("REQUIRE_SSHD") == "1":
            pytest.fail(f"REQUIRE_SSHD=1, and {reason}")
        pytest.skip(reason)
    # a machine whose sshd was never started by its system lacks the folder, and then not even `sshd -t` runs
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)


@pytest.fixture
def own_site_port() -> Iterator[None]:
    """A person's port on loopback is the same in every test: those that listen on it wait for one another."""
    with (Path(tempfile.gettempdir()) / "dispatch-tests-site-port.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def server(request: pytest.FixtureRequest, needs_sshd: None, sample: Path, tmp_path: Path) -> Iterator[Server]:
    """The sample firm behind sshd, with keys for ana, ben and dana; with the parameter "warm" also with a warm parent."""
    db = tmp_path / "firm.db"
    shutil.copy(sample, db)
    db.chmod(0o600)
    with serving(tmp_path, db, "ana", "ben", "dana", warm=getattr(request, "param", "plain") == "warm") as running:
        yield running
