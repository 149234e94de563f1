"""What an import says about a file: a verdict for every row, with its faults, warnings and differences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from db.unit import Unit
from dispatch.model.forms import form, forms
from dispatch.model.text import show

if TYPE_CHECKING:
    from dispatch.desk.files.table import FileTable

SHOWN_CELLS = 40
"""How much of a value a fault repeats, in terminal cells."""


class RowVerdict(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DIFFERS = "differs"
    SKIPPED = "skipped"
    REFUSED = "refused"

    @classmethod
    def on(cls, faults: Collection[Any] | bool, known: bool, differences: Collection[Any], update: bool) -> RowVerdict:
        """What becomes of a record of a file: by what is wrong with it, whether there is one already, and how they differ."""
        if faults:
            return cls.REFUSED
        if not known:
            return cls.NEW
        if not differences:
            return cls.UNCHANGED
        return cls.UPDATED if update else cls.DIFFERS


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row is refused. `value` is fit for a terminal and shortened; empty where there is none."""

    field: str
    value: str
    expected: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which the file and the record do not agree, both fit for a terminal."""

    field: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Question:
    """Which site is meant? `text` is what has to be mapped to it, `candidates` the sites (`client / site`) it may be."""

    text: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A row with its verdict; `write` carries it out, None where there is nothing to write.

    `faults` of a row that differs say why it is not taken over. `question` is what somebody has to say before it can be taken;
    `marks` what they say where its place is asked about and is meant; `offer` the texts of a recurring visit that would say the
    same; `seen` keeps what was read of it where the file is taken.
    """

    row: int
    reference: str
    verdict: RowVerdict
    faults: tuple[RowFault, ...] = ()
    warnings: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    write: Callable[[Unit], object] | None = field(default=None, compare=False, repr=False)
    question: Question | None = None
    marks: tuple[str, ...] = ()
    offer: Mapping[str, str] | None = None
    seen: Callable[[Unit], object] | None = field(default=None, compare=False, repr=False)

    @property
    def can_update(self) -> bool:
        """Whether it differs, and the file may be taken over what is there."""
        return self.verdict is RowVerdict.DIFFERS and not self.faults


@dataclass(frozen=True, slots=True)
class SeenColumn:
    """A column of a file beside what it becomes.

    Args:
        theirs: its name as the file has it, of several that are put together all of them; empty: the file has none.
        ours: which of ours it is; empty: it is left out.
        how: `name`, `said`, `guess` by what stands in it, `fill` where every row says the same.
        cells: what stands in its first rows, each as it is written and as it is read, fit for a terminal.
    """

    theirs: str
    ours: str
    how: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The verdicts on a file. `applied` says whether anything was written.

    `named` has the file's own name of each column that it calls otherwise than we do, `understood` how its text, its days
    and its numbers were read where that is not as we write them. `columns` are those of a table, as the file has them. `table`
    is what was read, where it was one, and `recalled` says that something counts that was said about a file of its shape before.
    """

    file: str
    kind: str
    rows: tuple[JudgedRow, ...]
    applied: bool
    checked: bool
    accepts_good: bool
    unknown_columns: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)
    understood: tuple[str, ...] = ()
    columns: tuple[SeenColumn, ...] = ()
    table: FileTable | None = field(default=None, compare=False, repr=False)
    recalled: bool = False

    @property
    def noun(self) -> str:
        """What a row of the file is called."""
        return "event" if self.kind == "calendar" else "row"

    @property
    def counts(self) -> dict[RowVerdict, int]:
        """How many rows have each verdict, without the verdicts that none has."""
        found = Counter(row.verdict for row in self.rows)
        return {verdict: found[verdict] for verdict in RowVerdict if found[verdict]}

    @property
    def refused(self) -> int:
        """How many rows are refused."""
        return self.counts.get(RowVerdict.REFUSED, 0)

    @property
    def updatable(self) -> int:
        """How many rows differ and could be taken over what is there."""
        return sum(row.can_update for row in self.rows)

    @property
    def marks(self) -> tuple[str, ...]:
        """What confirms every place that is asked about, each once."""
        return tuple(dict.fromkeys(mark for row in self.rows for mark in row.marks))

    @property
    def stopped(self) -> bool:
        """Whether refused rows keep the whole file out."""
        return bool(self.refused) and not self.accepts_good

    def as_json(self) -> dict[str, Any]:
        """The report as `--json` prints it."""
        rows = [
            form(row, "row reference verdict faults warnings", faults=forms(row.faults, "field value expected"))
            | ({} if row.question is None else {"candidates": list(row.question.candidates)})
            | ({"confirm": list(row.marks)} if row.marks else {})
            | ({} if row.offer is None else {"recurrence": dict(row.offer)})
            | {"differences": forms(row.differences, "field ours theirs")}
            for row in self.rows
        ]
        verdicts = [
            one for one in RowVerdict if one is not RowVerdict.SKIPPED or self.kind == "calendar" or one in self.counts
        ]
        counts = {verdict.value: self.counts.get(verdict, 0) for verdict in verdicts}
        columns = [
            form(one, "theirs ours how", rows=[{"written": cell, "read": read} for cell, read in one.cells])
            for one in self.columns
        ]
        keys = "file kind rows counts unknown_columns named understood columns applied"
        return form(self, keys, rows=rows, counts=counts, columns=columns)


def shortened(value: str) -> str:
    """A value from a file, fit to be repeated in a sentence."""
    return show(value.strip(), SHOWN_CELLS)


def contrasted(field: str, ours: str, theirs: str) -> Difference:
    """A difference, both values shortened so that where they part is still in sight."""
    if shortened(ours) == shortened(theirs):
        pairs = enumerate(zip(ours, theirs, strict=False))
        same = next((place for place, (a, b) in pairs if a != b), min(len(ours), len(theirs)))
        ours, theirs = (f"…{value[max(0, same - SHOWN_CELLS // 4) :]}" for value in (ours, theirs))
    return Difference(field, shortened(ours), shortened(theirs))


def differences(
    ours: Mapping[str, Any], theirs: Mapping[str, Any], spelt: Callable[[Any], str]
) -> tuple[Difference, ...]:
    """Where two records do not agree, name by name."""
    return tuple(
        contrasted(key, spelt(ours.get(key)), spelt(theirs.get(key)))
        for key in dict.fromkeys((*ours, *theirs))
        if ours.get(key) != theirs.get(key)
    )
