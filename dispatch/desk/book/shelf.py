"""What every kind of record in the book has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Generic, TypeVar

from db.store import Store
from db.unit import Unit
from dispatch.desk.book.blanks import Blank
from dispatch.desk.seat import Seat
from dispatch.model.states import Role

T = TypeVar("T")


class Shelf(ABC, Generic[T]):
    """One kind of record. Every text is as `blanks` name them, and goes back through `write` as it came from `texts`."""

    noun: ClassVar[str]
    roles: ClassVar[tuple[Role, ...]]
    blanks: ClassVar[tuple[Blank, ...]]

    @abstractmethod
    def all(self, store: Store) -> Sequence[T]:
        """Every record that is not archived."""

    @abstractmethod
    def get(self, store: Store, key: int) -> T | None:
        """The record with that id, archived or not."""

    @abstractmethod
    def find(self, store: Store, name: str) -> T:
        """The record of that name, or whose name alone holds it.

        Raises:
            NotFound: there is none, or several; the sentence names those that come near.
        """

    @abstractmethod
    def title(self, store: Store, record: T) -> str:
        """What the record is called."""

    @abstractmethod
    def line(self, store: Store, record: T) -> str:
        """What stands beside its name in a list."""

    @abstractmethod
    def texts(self, store: Store, record: T) -> dict[str, str]:
        """The record as it is typed."""

    @abstractmethod
    def write(self, seat: Seat, unit: Unit, before: T | None, texts: Mapping[str, str], faults: list[str]) -> int:
        """Write it, unless there are faults; returns its id. `before` None adds a record."""

    @abstractmethod
    def shelve(self, unit: Unit, record: T, at: int | None) -> None:
        """Archive it, or (with None) take it back."""

    def notes(self, store: Store, record: T) -> Sequence[str]:
        """What else there is to say about a record where it is shown in full."""
        return ()
