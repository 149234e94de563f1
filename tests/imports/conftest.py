"""A firm at a hand-set clock, as files are imported into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from db import people
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.desk.files.table import unwatched
from dispatch.desk.files.verdicts import ImportReport
from dispatch.desk.imports.importing import How, import_file
from dispatch.desk.session.user import User, log_in
from dispatch.model.clock import SetClock
from dispatch.model.instants import parse_iso
from dispatch.model.people import Staff
from dispatch.model.states import Role
from tests.desk.conftest import office
from tests.prepared import copied, made_once, prepared
from tests.wall import WALL

__all__ = ["office"]

SAMPLE = Path(__file__).parents[2] / "dispatch" / "sample"
NOW = parse_iso("2026-11-24T07:30:00-05:00")
MASTER_DATA = (
    ("rate-card", "rate_card.json"),
    ("technicians", "technicians.csv"),
    ("clients", "clients.csv"),
    ("sites", "sites.csv"),
)


@dataclass(frozen=True)
class Desk:
    """Lee, who has every role, with a folder for files."""

    user: User
    folder: Path
    clock: SetClock

    @property
    def store(self) -> Store:
        return self.user.store

    def file(self, name: str, content: str | bytes) -> Path:
        """A file with that content, as it is."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def take(self, kind: str, content: str | bytes | Path, **options: Any) -> ImportReport:
        """Import a file, or text as a file."""
        path = content if isinstance(content, Path) else self.file(f"{kind}.csv", content)
        watch = options.pop("watch", unwatched)
        return import_file(self.user, kind, path, How(**options), watch)

    def count(self, table: str) -> int:
        """How many records a table has."""
        return int(self.store.value(f"SELECT count(*) FROM {table}"))


def verdicts(report: ImportReport) -> list[str]:
    """The verdict on each row, in order."""
    return [row.verdict.value for row in report.rows]


def faults(report: ImportReport) -> list[tuple[int, str, str]]:
    """Each fault: row, field, what was expected."""
    return [(row.row, fault.field, fault.expected) for row in report.rows for fault in row.faults]


def _fill(store: Store) -> None:
    with unit_of_work(store, "init", Actor(None, "setup", "s", "system")) as unit:
        people.add_staff(unit, Staff(0, "lee", "Lee Moreau", frozenset(Role)))


def logged_in(path: Path, folder: Path, *, create: bool = False) -> Desk:
    WALL.set(NOW)
    if create:
        prepared(path, _fill, clock=WALL).close()
    return Desk(log_in(Store.open(path, clock=WALL), "lee"), folder, WALL)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Desk]:
    """A firm that has nothing but its lead, and has set nothing."""
    desk = logged_in(tmp_path / "empty.db", tmp_path, create=True)
    with desk.store:
        yield desk


@pytest.fixture(scope="session")
def master_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample firm without visits; tests get copies."""
    return made_once(tmp_path_factory, "master.db", _import_master_data)


def _import_master_data(path: Path) -> None:
    desk = logged_in(path, path.parent, create=True)
    with desk.store:
        for kind, name in MASTER_DATA:
            assert desk.take(kind, SAMPLE / name).applied


@pytest.fixture
def desk(master_data: Path, tmp_path: Path) -> Iterator[Desk]:
    """The sample firm without visits."""
    desk = logged_in(copied(master_data, tmp_path / "firm.db"), tmp_path)
    with desk.store:
        yield desk
