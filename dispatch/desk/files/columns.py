"""Which column of a file is which of ours: as somebody says, by its name, by what other programs call it, by several columns that
are one of ours together, or by what stands in it (design/records.md, Imports)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from dispatch.desk.files.table import FileTable, Unreadable
from dispatch.desk.files.verdicts import SeenColumn, shortened

LEFT_OUT = "-"
"""What a column is mapped to that is not taken."""
WHY = "why"
"""The column that a file of refused rows has more than the file that it is of."""

POSTCODE = "postcode"
"""The part of an address that is known by what stands in it too."""

_FEW = 2
"""Nothing is guessed from fewer cells."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each of our columns stands in a file.

    `named` has the file's own name of those it calls otherwise, `guessed` which of them were known by what stands in them alone,
    `filled` what every row says where the file has no such column.
    """

    position: Mapping[str, int]
    named: Mapping[str, str]
    unknown: tuple[str, ...]
    guessed: frozenset[str] = frozenset()
    filled: Mapping[str, str] = field(default_factory=dict)


class MissingColumns(Unreadable):
    """Columns that a file must have are not among those that are known. `seen`: those that it has, beside what they become."""

    def __init__(self, said: str, missing: Sequence[str]) -> None:
        super().__init__(said)
        self.missing = tuple(missing)
        self.seen: Sequence[SeenColumn] = ()


class Parts(NamedTuple):
    """Columns that are one of ours together.

    Args:
        names: by the part, what it is called, joined and in small letters.
        before: what may stand before such a name, the likeliest first: `billing` street, `home` city.
        needs: parts without which the others are nothing together.
        join: makes one text of the parts of a row, which come in the order of the file.
        only_with: a part that is none without another: the suffix of a house number.
        beside: parts that make a column of ours, called as a part is, a part of this one: `town` beside a street or a postcode.
    """

    names: Mapping[str, Collection[str]]
    before: Sequence[str]
    needs: Sequence[Collection[str]]
    join: Callable[[Sequence[tuple[str, str]]], str]
    only_with: Mapping[str, str] = {}
    beside: Collection[str] = ()


class KnownNames(NamedTuple):
    """By what columns are known, beside their own names.

    Args:
        others: ours → what other programs call it, the likeliest first.
        together: ours → the columns that are it together.
        instead: ours → another of ours, by whose parts it is said where its own column is missing or empty, and those parts.
        looks: ours → whether a text looks like one.
        not_meant: in the name of a column that is not guessed at.
        otherwise: ours → what every row says where no column does.
        postcode: whether a text looks like one; it is a part of an address.
        texts: those of ours that several columns may be together, where somebody says so.
    """

    others: Mapping[str, Sequence[str]] = {}
    together: Mapping[str, Parts] = {}
    instead: Mapping[str, tuple[str, Parts]] = {}
    looks: Mapping[str, Callable[[str], bool]] = {}
    not_meant: Sequence[str] = ()
    otherwise: Mapping[str, str] = {}
    postcode: Callable[[str], bool] | None = None
    texts: Collection[str] = ()


def key_of(header: str) -> str:
    """A header as it is compared: lower case, words joined by underscores, without the star of one that must be filled."""
    return "_".join(header.strip(" *").casefold().replace("-", " ").replace("_", " ").split())


def find_columns(
    table: FileTable,
    ours: Collection[str],
    required: Sequence[str],
    mapping: Mapping[str, str] | None = None,
    others: Mapping[str, Sequence[str]] | None = None,
) -> Columns:
    """Which column of the file is which of ours: as `mapping` (theirs → ours) says, by name, without case, or by what
    other programs call it (`others`: ours → theirs, the likeliest first), which what is there by its own name goes before.

    Raises:
        MissingColumns: a column is missing.
        Unreadable: one stands twice, or is mapped and not there.
    """
    return understood(table, ours, required, mapping or {}, KnownNames(others or {}), {})[1]


def understood(
    table: FileTable,
    ours: Collection[str],
    required: Sequence[str],
    mapping: Mapping[str, str],
    known: KnownNames,
    fill: Mapping[str, str],
) -> tuple[FileTable, Columns]:
    """The table with the columns that were put together from others behind its own, and which of them is which of ours.

    Args:
        fill: ours → what every row says, where the file has no such column.

    Raises:
        as `find_columns`.
    """
    name = shortened(table.file)
    there_by_name = set(map(key_of, table.headers))
    # what was put together is called by its parts
    table, said = _said_as_one(table, {key_of(theirs): mine for theirs, mine in mapping.items()}, known.texts)
    table, put, looked = _put_together(table, ours, said, known)
    renamed = {**put, **said}
    keys = [key_of(header) for header in table.headers]
    absent = [theirs for theirs in mapping if key_of(theirs) not in {*there_by_name, *keys}]
    if absent:
        raise Unreadable(
            f"{name} has no column {_listed(absent)} to map; its columns are {_listed(filter(None, table.headers))}."
        )
    taken = {renamed.get(key, key) for key in keys}
    for called, names in known.others.items():
        there = [
            key
            for name in names
            for key in keys
            if key.replace("_", "") == key_of(name).replace("_", "")
            and key not in renamed
            # what may be left out is the better part of what may not
            and (key not in ours or (called in required and key not in required))
        ]
        if called in ours and called not in taken and there:
            renamed[there[0]] = called
    guessed = _guesses(table, keys, renamed, said, ours, known)
    renamed |= {key: mine for mine, key in guessed.items()}
    position: dict[str, int] = {}
    named: dict[str, str] = {}
    unknown: list[str] = []
    for place, (header, key) in enumerate(zip(table.headers, keys, strict=True)):
        mine = renamed.get(key, key if key in ours else None)
        if mine is None:
            if key and key != WHY and _says_something(table, place):
                unknown.append(shortened(header))
        elif mine in position:
            both = _listed((table.headers[position[mine]], header))
            raise Unreadable(f"{name} has the column {mine} twice: {both}. Leave one of them out with --map theirs=-.")
        elif mine != LEFT_OUT:
            position[mine] = place
            if key != mine:
                named[mine] = shortened(header)
    filled = {mine: text for mine, text in {**known.otherwise, **fill}.items() if mine in ours and mine not in position}
    missing = [column for column in required if column not in position and column not in filled]
    if missing:
        raise MissingColumns(
            f"{name} has no column {_listed(missing)}; its columns are {_listed(filter(None, table.headers))}. "
            "Name them in the first line, say which they are with --map theirs=ours, or what every row says with --fill ours=text.",
            missing,
        )
    by_look = frozenset({*guessed, *(looked & set(position))})
    return _filled(table, filled, position), Columns(position, named, tuple(unknown), by_look, filled)


def _filled(table: FileTable, filled: Mapping[str, str], position: dict[str, int]) -> FileTable:
    """The table with a column for everything that every row says."""
    for mine, text in filled.items():
        position[mine] = len(table.headers)
        table = _with_column(table, "", lambda cells, text=text: text)  # type: ignore[misc]
    return table


def _with_column(table: FileTable, header: str, text: Callable[[Sequence[str]], str]) -> FileTable:
    """The table with a column behind its own. What trails behind the last column of a row stays there, and a row that is too short
    stays so."""
    width = len(table.headers)
    rows = tuple(
        row if len(row.cells) < width else row._replace(cells=(*row.cells[:width], text(row.cells), *row.cells[width:]))
        for row in table.rows
    )
    return replace(table, headers=(*table.headers, header), rows=rows)


def _said_as_one(
    table: FileTable, said: Mapping[str, str], texts: Collection[str]
) -> tuple[FileTable, Mapping[str, str]]:
    """The table where columns that are said to be one text of ours are it together, between spaces, and what is said then."""
    for mine in dict.fromkeys(said.values()):
        found = {at: mine for at, header in enumerate(table.headers) if said.get(key_of(header)) == mine}
        if mine in texts and len({key_of(table.headers[at]) for at in found}) > 1:
            header = " + ".join(table.headers[at].strip() for at in found)
            table = _joined(table, found, header, lambda parts: " ".join(cell for _, cell in parts))
            said = {key: ours for key, ours in said.items() if ours != mine} | {key_of(header): mine}
    return table, said


def _put_together(
    table: FileTable, ours: Collection[str], said: Mapping[str, str], known: KnownNames
) -> tuple[FileTable, dict[str, str], set[str]]:
    """The table with the columns that are one of ours together, which of ours each of these is, by its key, and those of ours of
    which a part was known by what stands in it alone."""
    put: dict[str, str] = {}
    looked: set[str] = set()
    for mine, parts in known.together.items():
        keys = list(map(key_of, table.headers))
        for own in [set(ours) - {mine}] if not parts.beside else [set(), set(ours) - {mine}]:
            free = ["" if key in said or key in own else key.replace("_", "") for key in keys]
            postcode = _postcodes(table, free, parts, known)
            found = _parts_of(free, parts, postcode)
            if any(part in parts.beside and keys[at] not in ours for at, part in found.items()):
                break
        header = " + ".join(table.headers[at].strip() for at in found)
        if mine not in ours or not found or _said_otherwise(mine, header, said):
            continue
        table, put[key_of(header)] = _joined(table, found, header, parts.join), mine
        if postcode in found:
            looked.add(mine)
    return _instead(table, put, ours, said, known), put, looked


def _joined(
    table: FileTable, found: Mapping[int, str], header: str, join: Callable[[Sequence[tuple[str, str]]], str]
) -> FileTable:
    """The table with some columns as one, behind its own; their names are that one's."""

    def joined(cells: Sequence[str]) -> str:
        return join([(part, cells[at].strip()) for at, part in found.items() if cells[at].strip()])

    table = _with_column(table, header, joined)
    return replace(table, headers=tuple("" if at in found else one for at, one in enumerate(table.headers)))


def _said_otherwise(mine: str, header: str, said: Mapping[str, str]) -> bool:
    """Whether somebody has said that another column than this is ours."""
    return mine in said.values() and said.get(key_of(header)) is None


def _instead(
    table: FileTable, put: dict[str, str], ours: Collection[str], said: Mapping[str, str], known: KnownNames
) -> FileTable:
    """The table where a column of ours that is missing, or empty in a row, is said by what was put together."""
    for mine, (other, parts) in known.instead.items():
        joined = next((key for key, column in put.items() if column == other), None)
        if joined is None and other not in ours:
            free = ["" if key in said else key.replace("_", "") for key in map(key_of, table.headers)]
            if found := _parts_of(free, parts, None):
                header = " + ".join(table.headers[at].strip() for at in found)
                table, joined = _joined(table, found, header, parts.join), key_of(header)
        keys = [key_of(header) for header in table.headers]
        names = [key.replace("_", "") for key in keys]
        wanted = [mine, *(key_of(one).replace("_", "") for one in known.others.get(mine, ()))]
        own = next((names.index(one) for one in wanted if one in names), None)
        if joined is None or (own is None and mine in said.values()):
            continue
        at, width = keys.index(joined), len(table.headers)
        if own is None:
            put[joined] = mine
            continue
        header = f"{table.headers[own].strip()} or {table.headers[at]}"
        whole = all(row.cells[own].strip() for row in table.rows if len(row.cells) >= width)
        if whole or _said_otherwise(mine, header, said):
            continue

        def filled(cells: Sequence[str], own: int = own, at: int = at) -> str:
            return cells[own] if cells[own].strip() else cells[at]

        table = _with_column(table, header, filled)
        table = replace(table, headers=tuple("" if place == own else one for place, one in enumerate(table.headers)))
        put[key_of(header)] = mine
    return table


def _parts_of(free: Sequence[str], parts: Parts, postcode: int | None) -> dict[int, str]:
    """Where the parts stand, in the order of the file; none where they are not enough to be one of ours."""
    for before in parts.before:
        found: dict[int, str] = {}
        for part, names in parts.names.items():
            at = next((free.index(before + name) for name in names if before + name in free), None)
            if at is not None:
                found.setdefault(at, part)
        if postcode is not None and POSTCODE not in found.values():
            found[postcode] = POSTCODE
        found = {at: part for at, part in found.items() if parts.only_with.get(part, part) in found.values()}
        if len(found) > 1 and all(set(group) & set(found.values()) for group in parts.needs):
            return dict(sorted(found.items()))
    return {}


def _postcodes(table: FileTable, free: Sequence[str], parts: Parts, known: KnownNames) -> int | None:
    """Where postcodes stand below a name that says nothing, if parts of an address are asked for."""
    if POSTCODE not in parts.names:
        return None
    names = {name.replace("_", "") for others in known.others.values() for name in map(key_of, others)}
    alike = [
        at
        for at, name in enumerate(free)
        if name and name not in names and not any(name.endswith(one) for part in parts.names.values() for one in part)
        if known.postcode and _all_look(table, at, known.postcode)
    ]
    return alike[0] if len(alike) == 1 else None


def _says_something(table: FileTable, at: int) -> bool:
    """Whether a column has a cell that is not empty; of a file without rows it is not known."""
    return not table.rows or any(row.cells[at].strip() for row in table.rows if len(row.cells) > at)


def _all_look(table: FileTable, at: int, looks: Callable[[str], bool]) -> bool:
    """Whether every cell of a column looks so, and there are enough of them."""
    cells = [row.cells[at].strip() for row in table.rows if len(row.cells) > at and row.cells[at].strip()]
    return len(cells) >= _FEW and all(map(looks, cells))


def _guesses(
    table: FileTable,
    keys: Sequence[str],
    renamed: Mapping[str, str],
    said: Mapping[str, str],
    ours: Collection[str],
    known: KnownNames,
) -> dict[str, str]:
    """What the columns whose names say nothing look like: ours → the key of theirs. One column alone has to look so, among those
    too of which it is said what they are."""
    taken = {renamed.get(key, key) for key in keys}
    sure = {key for key in renamed if key not in said} | set(ours) | {"", WHY}
    open_ = {key: at for at, key in enumerate(keys) if key not in sure}
    guesses: dict[str, str] = {}
    for mine, looks in known.looks.items():
        alike = [
            key
            for key, at in open_.items()
            if key not in guesses.values()
            and not any(word in key for word in known.not_meant)
            and _all_look(table, at, looks)
        ]
        if mine in ours and mine not in taken and len(alike) == 1 and alike[0] not in said:
            guesses[mine] = alike[0]
    return guesses


def _listed(names: Iterable[str]) -> str:
    return ", ".join(shortened(name) for name in names)
