"""What comes after one another in one file of requests: in any order of its rows, never in a circle, never after a refused row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from db import visits
from db.names import folded
from db.store import Store
from db.unit import Unit
from dispatch.desk.files.verdicts import JudgedRow, RowFault, RowVerdict, shortened
from dispatch.desk.imports.table_rows import RowEntry
from dispatch.desk.visits import needs
from dispatch.model.visits import Visit

Node = int | str
"""A visit that was there before the file, by its id; or a row that becomes one, by its folded reference."""


class RowOrder:
    """The rows of a file by their references, each with what it comes after; `known` has the visits that were there before."""

    def __init__(self, store: Store, known: Mapping[str, Visit], entries: Iterable[RowEntry] = ()) -> None:
        self._store, self._known = store, known
        self._rows: dict[str, int] = {}
        self._after: dict[Node, Node | None] = {}
        self._writes: dict[str, Callable[[Unit], object]] = {}
        for entry in entries:
            key = folded(entry.raw("reference"))
            if key and key not in self._rows:
                self._rows[key] = entry.row
                if "after" in entry.texts:
                    self._after[self._node(key)] = self._node(folded(entry.raw("after"))) or None
        self._circling = needs.circling(self._after, self._comes_after)

    def _node(self, key: str) -> Node:
        visit = self._known.get(key)
        return key if visit is None else visit.id

    def _comes_after(self, node: Node) -> Node | None:
        if node in self._after:
            return self._after[node]
        return visits.after_of(self._store, node) if isinstance(node, int) else None

    def has(self, reference: str) -> bool:
        """Whether a row becomes the visit of that reference."""
        return folded(reference) in self._rows and folded(reference) not in self._known

    def goes_round(self, reference: str) -> bool:
        """Whether the visit of a row comes after itself, as the file and what was there before have it."""
        return self._node(folded(reference)) in self._circling

    def writes(self, reference: str, write: Callable[[Unit], object]) -> Callable[[Unit], object]:
        """What writes a row: before it the rows that it comes after, where they are not written yet."""
        if folded(reference) not in self._rows:
            return write
        self._writes.setdefault(folded(reference), write)
        return lambda unit: self._write(unit, folded(reference))

    def _write(self, unit: Unit, key: str) -> None:
        waiting = []
        while key in self._writes:
            waiting.append(self._writes.pop(key))
            node = self._comes_after(self._node(key))
            key = node if isinstance(node, str) else ""
        for write in reversed(waiting):
            write(unit)

    def settled(self, judged: Sequence[JudgedRow]) -> list[JudgedRow]:
        """The verdicts, with every row refused that comes after a refused one."""
        found = list(judged)
        places = {row.row: place for place, row in enumerate(judged)}
        behind: dict[int, list[int]] = defaultdict(list)
        for key, number in self._rows.items():
            before = self._comes_after(self._node(key))
            if isinstance(before, str) and before in self._rows:
                behind[places[self._rows[before]]].append(places[number])
        refused = [place for place in behind if found[place].verdict is RowVerdict.REFUSED]
        while refused:
            first = found[refused.pop()]
            for place in behind[places[first.row]]:
                row = found[place]
                if row.write is not None:
                    fault = RowFault("after", shortened(first.reference), f"row {first.row} of this file is refused")
                    found[place] = replace(row, verdict=RowVerdict.REFUSED, faults=(*row.faults, fault), write=None)
                    refused.append(place)
        return found
