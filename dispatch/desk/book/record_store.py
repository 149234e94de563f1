"""What every kind of record in the book has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from db.rows import Rows
from db.store import Store
from db.unit import Unit
from dispatch.desk.book.context import Desk
from dispatch.desk.book.records import near
from dispatch.desk.session.user import User
from dispatch.fields.record import FieldFault, RecordType
from dispatch.model.visits import Visit

T = TypeVar("T")


class KeptInTables(NamedTuple):
    """What `Rows` does, for records that are kept in more than one table."""

    all: Callable[[Store], Sequence[Any]]
    one: Callable[[Store, int], Any]
    add: Callable[[Unit, Any], int]
    update: Callable[[Unit, Any, Any], int]
    put_away: Callable[[Unit, Any, int | None], int]


class RecordStore(ABC, Generic[T]):
    """One kind of record: its table of fields, and what the table does not say: how it is found, called and written."""

    record: ClassVar[RecordType[T]]
    rows: ClassVar[Rows[Any] | KeptInTables]

    standing: ClassVar[bool] = False
    """Whether its records are there with something else: none is added or archived by itself."""

    def may_change(self, user: User, record: T) -> bool:
        """Whether a record is the person's to change, as far as roles say; the deed judges it again."""
        return not user.staff.roles.isdisjoint(self.record.roles)

    def all(self, store: Store) -> Sequence[T]:
        """Every record that is not archived."""
        return self.rows.all(store)

    def get(self, store: Store, key: int) -> T | None:
        """The record with that id, archived or not."""
        return self.rows.one(store, key)

    def find(self, store: Store, name: str) -> T:
        """The record of that title, or whose title alone holds the text.

        Raises:
            NotFound: there is none, or several; the sentence names those that come near.
        """
        return near(self.record.noun, name, {self.title(store, record): record for record in self.all(store)})

    def title(self, store: Store, record: T) -> str:
        """What the record is called."""
        return str(record.name)  # type: ignore[attr-defined]

    @abstractmethod
    def line(self, store: Store, record: T) -> str:
        """What stands beside its name in a list."""

    def texts(self, store: Store, record: T) -> dict[str, str]:
        """The record as it is typed; it goes back through `draft`."""
        return self.record.texts(record, Desk.of(store))

    def draft(self, user: User, before: T | None, texts: Mapping[str, str], faults: list[FieldFault]) -> T:
        """The record of some texts, with everything that keeps it from being written in `faults`."""
        desk = Desk.for_user(user)
        if before is None:
            texts = {**self.usual(user.store), **texts}
        after = self.judged(desk, before, self.record.filled(texts, desk, before, faults), faults)
        refused = {fault.name for fault in faults}
        faults += [
            FieldFault(name, "", sentence) for name, sentence in self.doubts(desk, before, after) if name not in refused
        ]
        return after

    def usual(self, store: Store) -> Mapping[str, str]:
        """What a new record has of itself where nothing is said of it, as it is typed."""
        return {}

    def judged(self, desk: Desk, before: T | None, after: T, faults: list[FieldFault]) -> T:
        """A record that was put together, with what follows from it; what it cannot be is added to `faults`."""
        after = self.settled(desk, before, after)
        self.record.judge(after, desk, before, faults)
        return after

    def settled(self, desk: Desk, before: T | None, after: T) -> T:
        """The record with what follows from its fields."""
        return after

    def doubts(self, desk: Desk, before: T | None, after: T) -> Iterator[tuple[str, str]]:
        """What other records have against it: the field, and the sentence."""
        return iter(())

    def questions(self, before: T | None, after: T) -> Iterator[str]:
        """What is asked before it is written, though it can be: a sentence each."""
        return iter(())

    def save(self, unit: Unit, before: Any, after: Any) -> int:
        """Write a record without faults, with all that follows; returns its id. `before` None adds it."""
        if before is not None:
            self.rows.update(unit, before, after)
        key = self.rows.add(unit, after) if before is None else int(before.id)
        self.follow(unit, key, before, after)
        return key

    def put_away(self, unit: Unit, record: Any, at: int | None) -> None:
        """Archive it, or (with None) take it back."""
        self.rows.put_away(unit, record, at)
        self.follow(unit, record.id, record, record)

    def follow(self, unit: Unit, key: int, before: T | None, after: T) -> None:
        """What else is to be written once a record was written, or put away."""

    def visits_of(self, store: Store, key: int) -> Sequence[Visit]:
        """The visits that are made and changed with a record, or with a new one (0): undo takes them back with it."""
        return ()

    def notes(self, store: Store, record: T) -> Sequence[str]:
        """What else there is to say about a record where it is shown in full."""
        return ()

    def more(self, store: Store, record: T) -> dict[str, Any]:
        """What else is told of a record as JSON, by key."""
        return {}
