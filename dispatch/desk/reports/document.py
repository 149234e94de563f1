"""What a report is made of, whatever form it takes: sections of facts, points, paragraphs and tables."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from db import audit
from db.store import Store
from dispatch.desk.reports.data import DataTable
from dispatch.model.instants import Times
from dispatch.model.money import format_minor


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in minor units of a currency with `exponent` decimals."""

    minor: int
    exponent: int
    currency: str

    @property
    def decimal(self) -> Decimal:
        """The exact amount, with exactly the currency's decimals."""
        return Decimal(format_minor(self.minor, self.exponent))

    def __str__(self) -> str:
        return f"{format_minor(self.minor, self.exponent, grouped=True)} {self.currency}"


Cell = str | int | Decimal | Amount | None
"""What stands in a table. Text comes from people and is never trusted; None is unknown or absent, never 0."""


@dataclass(frozen=True, slots=True)
class ReportTable:
    """Rows under the titles of their columns; `empty` is said where there are none."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = "none"

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("a row has another number of cells than there are columns")


@dataclass(frozen=True, slots=True)
class Point:
    """Something that is said of a list, how it stands (`mark`, a few words) and what there is to it."""

    text: str
    mark: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report. Facts are pairs of a name and a value; they, the points, the paragraphs and the tables stand in this
    order.

    `kept_together`: on paper it is not torn apart where it fits a page.
    """

    title: str
    facts: tuple[tuple[str, Cell], ...] = ()
    paragraphs: tuple[str, ...] = ()
    tables: tuple[ReportTable, ...] = ()
    kept_together: bool = False
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. `kind` is `day`, `month`, `sheet` or `visit`; `subtitle` says of what; `foot` who made it when, and the
    head of the audit chain; as text it is set for `width` cells. `name` is what its file is called,
    without an ending, and `data` what it counts, as tables."""

    kind: str
    title: str
    subtitle: str
    sections: tuple[Section, ...]
    foot: tuple[str, ...]
    width: int = 100
    name: str = ""
    data: tuple[DataTable, ...] = ()


def foot_of(store: Store, by: str, times: Times) -> tuple[str, ...]:
    """When and by whom a report was made, its zone, and the head of the audit chain that vouches for what it says."""
    head = audit.chain_head(store)
    return (
        f"Made {times.moment(store.clock.now())} by {by}; times as in {times.zone}.",
        f"Audit: {head.rows:,} rows, head {head.short}; dispatch audit verify --head {head.short} says whether they still stand.",
    )
