"""What a paper is made of, whatever form it takes: the firm's head, and sections of facts, bars, points, tables and more."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from db import audit, logo, settings
from db.store import Store
from dispatch.desk.reports.data import DataTable
from dispatch.desk.visits.kept_files import templates_of
from dispatch.model.instants import Times
from dispatch.model.languages import number_text, say, spoken
from dispatch.model.money import amount_text, format_minor


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in minor units of a currency with `exponent` decimals; a `signed` one is read with + where it is more than 0."""

    minor: int
    exponent: int
    currency: str
    signed: bool = field(default=False, compare=False)

    @property
    def decimal(self) -> Decimal:
        """The exact amount, with exactly the currency's decimals."""
        return Decimal(format_minor(self.minor, self.exponent))

    def __str__(self) -> str:
        plus = "+" if self.signed and self.minor > 0 else ""
        return plus + amount_text(self.minor, self.exponent, self.currency)


Cell = str | int | Decimal | Amount | None
"""What stands in a table. Text comes from people and is never trusted; None is unknown or absent, never 0."""


@dataclass(frozen=True, slots=True)
class ReportTable:
    """Rows under the titles of their columns; `empty` is said where there are none. The last `sums` rows add up the others."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = field(default_factory=lambda: say("none"))
    sums: int = 0

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
class ChartBar:
    """One bar of a chart: what it is of, its share of the longest there can be in whole percent (0 to 100), its value in words."""

    label: str
    percent: int
    value: str


def bars_of(rows: Sequence[tuple[str, int, str]]) -> tuple[ChartBar, ...]:
    """A bar for each label, as long as its number beside the highest, with its value in words; none where all are 0 or less."""
    most = max((number for _, number, _ in rows), default=0)
    return tuple(ChartBar(label, max(0, 100 * number // most), value) for label, number, value in rows if most > 0)


@dataclass(frozen=True, slots=True)
class Picture:
    """A photograph: a PNG or JPEG as a `data:` address, and what is said below it. Only pages have pictures; text has the words."""

    data: str
    caption: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report. Facts are pairs of a name and a value; they, the bars of a small chart, the points, the paragraphs, the
    tables and the pictures stand in this order.

    `kept_together`: on paper it is not torn apart where it fits a page. `at_a_glance`: its facts are the few figures that somebody
    reads who reads no more. `to_sign` names what is written by hand at its end.
    """

    title: str
    facts: tuple[tuple[str, Cell], ...] = ()
    paragraphs: tuple[str, ...] = ()
    tables: tuple[ReportTable, ...] = ()
    kept_together: bool = False
    points: tuple[Point, ...] = ()
    bars: tuple[ChartBar, ...] = ()
    pictures: tuple[Picture, ...] = ()
    at_a_glance: bool = False
    to_sign: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything in it."""
        return any((self.facts, self.paragraphs, self.tables, self.points, self.bars, self.pictures, self.to_sign))


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands at the head of all papers of a firm.

    `lines` are its address and how it is reached; `logo` is a `data:` address, empty for none. `colour` is that of lines and bars,
    `tint` that behind the heads of tables, each as `#rrggbb`; `sheet` (`a4` or `letter`) is what a PDF is set on. `templates` is
    the firm's own folder of templates, empty where it has none (design/interface.md, Papers): no `Path`, whose methods a template
    could call.
    """

    name: str = ""
    lines: tuple[str, ...] = ()
    logo: str = ""
    colour: str = "#1f4e79"
    tint: str = "#eef3f8"
    templates: str = ""
    sheet: str = "a4"

    @property
    def on_tint(self) -> str:
        """The colour of text that can be read on the tint."""
        red, green, blue = (int(self.tint[place : place + 2], 16) for place in (1, 3, 5))
        return "#111111" if 299 * red + 587 * green + 114 * blue > 128_000 else "#ffffff"


class Whose(NamedTuple):
    """For which client a paper is, the visit that it is about alone, and the visits that it counts; `money`: with their charges.
    `good_until` is the last day on which it holds, where there is one; `to` are the addresses that it goes to where nobody is
    named."""

    client_id: int
    visit_id: int | None = None
    visit_ids: tuple[int, ...] = ()
    money: bool = True
    good_until: datetime.date | None = None
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. `kind` is `day`, `month`, `firm`, `sheet`, `visit`, `quote`, `rates`, `proposal` or `invoice`, and the
    name of its own template, if any; `subtitle` says of what; `foot` who made it when, and the head of the audit chain; as
    text it is set for `width` cells. `name` is what its file is called, without an ending, and `data` what it counts, as
    tables. `to` is whom it is for, a line each, where it leaves the firm, and `whose` for which client it is: None for what
    is the firm's alone. `language` is the one that was spoken when it was made, empty: English with the firm's formats."""

    kind: str
    title: str
    subtitle: str
    sections: tuple[Section, ...]
    foot: tuple[str, ...]
    width: int = 100
    name: str = ""
    data: tuple[DataTable, ...] = ()
    letterhead: Letterhead = Letterhead()
    to: tuple[str, ...] = ()
    whose: Whose | None = None
    language: str = field(default_factory=spoken)


def letterhead_of(store: Store) -> Letterhead:
    """The firm's head as it has set it; without any of it its name alone."""
    firm, own = settings.firm(store), templates_of(store)
    address = [line.strip() for line in firm.paper_address.split("|")]
    reached = " · ".join(filter(None, (firm.paper_phone, firm.paper_mail, firm.paper_web)))
    return Letterhead(
        firm.name,
        tuple(filter(None, (*address, reached))),
        logo.data_of(store),
        firm.paper_colour,
        firm.paper_tint,
        str(own) if own.is_dir() else "",
        firm.paper_size,
    )


def foot_of(store: Store, by: str, times: Times, *, to_client: bool = False) -> tuple[str, ...]:
    """When and by whom a report was made, its zone, and the head of the audit chain that vouches for what it says: for a client
    without the command that compares it."""
    head = audit.chain_head(store)
    vouched = (
        say("Our records: {head}. By this we can show whether they were changed since.", head=head.short)
        if to_client
        else f"Audit: {head.rows:,} rows, head {head.short}; "
        f"dispatch audit verify --head {head.short} says whether they still stand."
    )
    made = times.moment(store.clock.now())
    return (say("Made {moment} by {who}; times as in {zone}.", moment=made, who=by, zone=times.zone), vouched)


_SHORT = 16
"""Characters of the longest cell of a short column."""


def words(cell: Cell) -> str:
    """A cell for people."""
    if isinstance(cell, (int, Decimal)) and spoken():
        return number_text(cell)
    return "–" if cell is None else str(cell)


def number_columns(table: ReportTable) -> frozenset[int]:
    """The columns that hold numbers and nothing else, and those of amounts, some of which may be said in words."""
    filled = [[row[number] for row in table.rows if row[number] is not None] for number in range(len(table.columns))]
    return frozenset(
        number
        for number, cells in enumerate(filled)
        if cells
        and (
            all(isinstance(cell, (int, Decimal, Amount)) for cell in cells)
            or any(isinstance(cell, Amount) for cell in cells)
        )
    )


def short_columns(table: ReportTable) -> frozenset[int]:
    """The columns that need so little room that none of their cells has to be broken into lines."""
    return frozenset(
        number for number in range(len(table.columns)) if all(len(words(row[number])) <= _SHORT for row in table.rows)
    )
