"""A small firm whose copy is kept in a folder beside it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.store import Store
from dispatch.desk.backup import elsewhere, setting_up
from dispatch.desk.backup.following import Copying
from tests.desk.conftest import Office, office

__all__ = ["office"]


@contextlib.contextmanager
def copying(database: Path) -> Iterator[Copying]:
    """The process that keeps the copy of a database, as far as a test lets it go."""
    here = elsewhere.kept(database)
    assert here is not None
    with Store.open(database) as store:
        at_work = Copying(store, here)
        try:
            yield at_work
        finally:
            at_work.end()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the copy is kept."""
    return tmp_path / "elsewhere"


@pytest.fixture
def copied(office: Office, place: Path) -> Office:
    """The firm, its copy begun and carried once."""
    setting_up.set_up(office.lee, str(place))
    with copying(office.store.path) as process:
        process.once()
    return office
