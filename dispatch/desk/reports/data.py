"""What a report counts, as data: tables with a row for each thing, for spreadsheets and programs.

Instants are ISO 8601 with the offset of the place where they were, money stands beside its currency, and what is not known is
empty. Nothing here is put into words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from db import results, sheets, stays
from db.results import StandingResult
from db.sheets import StoredSheet
from db.store import Store
from db.tallies import tallies
from db.visits import visits_by_id
from dispatch.desk.levels.clocks import clocks_of
from dispatch.model.boards import Tally
from dispatch.model.checklists import ItemKind, Result
from dispatch.model.instants import iso
from dispatch.model.money import format_minor
from dispatch.model.states import ENDED
from dispatch.model.visits import Visit

Datum = str | int | float | Decimal | bool | None


@dataclass(frozen=True, slots=True)
class DataTable:
    """Rows of one kind, each with a value for every column; `name` is of letters, digits and underscores."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Datum, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a row of {self.name} has another number of values than there are columns")


def visit_tables(
    store: Store, visits: Sequence[Visit], *, money: bool = True, levels: bool = True, inside: bool = False
) -> tuple[DataTable, ...]:
    """The visits of a report, their tests, what was used on them, their charges and their service levels.

    Args:
        money: with what they are charged.
        levels: with their service-level clocks.
        inside: for the firm, with the words by which a lead waived something.
    """
    ids = [visit.id for visit in visits]
    tested = results.standing(store, ids)
    tables = [_visits(store, visits), _tests(visits, tested, inside=inside), _used(store, visits)]
    if money:
        charges = sheets.latest_sheets(store, ids)
        of = {visit.id: visit.reference for visit in visits}
        lines = line_table((of[sheet.visit_id], sheet.sheet, sheet.currency) for sheet in charges.values())
        tables += [_charges(visits, charges.values()), lines]
    if levels:
        tables.append(level_table(store, visits))
    return tuple(tables)


def period_tables(
    store: Store, own: Sequence[Visit], ended: Sequence[Visit], start: int, end: int
) -> tuple[DataTable, ...]:
    """A client's visits that ended between two instants, the clocks of what was asked between them, and what is ahead."""
    asked = [visit for visit in own if start <= visit.requested_at < end]
    ahead = [visit for visit in own if visit.state not in ENDED]
    return (
        *visit_tables(store, ended, levels=False),
        level_table(store, asked),
        DataTable("ahead", VISIT, tuple(visit_rows(ahead))),
    )


def digest(store: Store, visit_ids: Sequence[int], *, money: bool) -> str:
    """What is known of some visits, their tests and charges, in one word: another one as soon as any of it is another."""
    known = {visit.id: visit for visit in visits_by_id(store, set(visit_ids))}
    tables = visit_tables(store, [known[key] for key in visit_ids if key in known], money=money, levels=False)
    return f"{_CHARGED if money else _SEEN}{hashlib.sha256(repr(tables).encode()).hexdigest()}"


def still_so(store: Store, visit_ids: Sequence[int], before: str) -> bool:
    """Whether what is known of some visits is what it was."""
    return not visit_ids or digest(store, visit_ids, money=before.startswith(_CHARGED)) == before


_CHARGED, _SEEN = "charged:", "seen:"


def visit_rows(visits: Iterable[Visit]) -> Iterator[tuple[Datum, ...]]:
    """Visits with their times by the clocks of their sites, in the order of `VISIT`."""
    for visit in visits:
        yield (
            visit.reference, visit.client, visit.site, visit.work, visit.kind, visit.priority, visit.state.value,
            "; ".join(visit.crew), _at(visit, visit.requested_at), *(_at(visit, end) for end in visit.promised or (None, None)),
            _at(visit, visit.starts_at), _at(visit, visit.ends_at), _at(visit, visit.checked_in_at),
            _at(visit, visit.checked_out_at), _at(visit, visit.ended_at), visit.way,
        )  # fmt: skip


VISIT = ("reference", "client", "site", "work", "kind", "priority", "state", "technicians", "requested_at", "promised_from",
         "promised_to", "planned_from", "planned_to", "checked_in", "checked_out", "ended_at", "way")  # fmt: skip
"""The columns of visits."""


def level_table(store: Store, visits: Sequence[Visit]) -> DataTable:
    """The service-level clocks of visits; `aim`: nothing was promised."""
    found = clocks_of(store, visits)
    rows = (
        (visit.reference, visit.priority, clock.clock, clock.reading.elapsed, clock.reading.target, clock.reading.state.value,
         clock.aim, clock.cause or None)
        for visit in visits
        for clock in found.get(visit.id, ())
    )  # fmt: skip
    columns = ("reference", "priority", "clock", "elapsed_min", "target_min", "state", "aim", "cause")
    return DataTable("levels", columns, tuple(rows))


def _visits(store: Store, visits: Sequence[Visit]) -> DataTable:
    done = tallies(store, [visit.id for visit in visits])
    counts = [done.get(visit.id, Tally()) for visit in visits]
    rows = (
        (*row, tally.tests_passed, tally.tests_required) for row, tally in zip(visit_rows(visits), counts, strict=True)
    )
    return DataTable("visits", (*VISIT, "tests_passed", "tests_required"), tuple(rows))


def _tests(visits: Sequence[Visit], tested: Sequence[StandingResult], *, inside: bool) -> DataTable:
    by_id = {visit.id: visit for visit in visits}
    rows = (
        (
            by_id[result.visit_id].reference, result.ref, result.label, result.result.value,
            None if result.grade is None else result.grade.value, result.failed, result.value or None,
            (result.text or None) if inside or result.result is not Result.OVERRIDDEN else None,
            _at(by_id[result.visit_id], result.at), result.by,
        )
        for result in tested
        if result.kind is ItemKind.TEST
    )  # fmt: skip
    columns = ("reference", "item", "test", "result", "grade", "failed_before", "value", "words", "at", "by")
    return DataTable("tests", columns, tuple(rows))


def _used(store: Store, visits: Sequence[Visit]) -> DataTable:
    rows = (
        (visit.reference, Decimal(str(item.quantity)), item.label)
        for visit in visits
        for item in stays.items_of(store, visit.id)
    )
    return DataTable("used", ("reference", "quantity", "item"), tuple(rows))


def _charges(visits: Sequence[Visit], charges: Iterable[StoredSheet]) -> DataTable:
    references = {visit.id: visit.reference for visit in visits}

    def money(sheet: StoredSheet, minor: int | None) -> Decimal | None:
        return None if minor is None else Decimal(format_minor(minor, sheet.exponent))

    rows = (
        (references[sheet.visit_id], sheet.revision, sheet.status, sheet.accepted,
         *(money(sheet, minor) for minor in (sheet.net, sheet.tax, sheet.total)), sheet.currency)
        for sheet in charges
    )  # fmt: skip
    columns = ("reference", "revision", "status", "accepted", "net", "tax", "total", "currency")
    return DataTable("charges", columns, tuple(rows))


def line_table(charged: Iterable[tuple[str, Mapping[str, Any], str]]) -> DataTable:
    """The lines of charges: each with what it is of, its sheet (the form of design/charges.md B14) and its currency."""
    words, numbers = ("rule", "category", "tech"), ("qty", "unit_price", "multiplier", "amount", "value")
    rows = (
        (reference, *(line.get(name) for name in words), _number(line, numbers[0]), line.get("unit"),
         *(_number(line, name) for name in numbers[1:]), line.get("zero_reason"), currency)
        for reference, form, currency in charged
        for line in form.get("lines", ())
    )  # fmt: skip
    columns = ("reference", "rule", "category", "technician", "quantity", "unit", "unit_price", "multiplier", "amount",
               "worth", "given_as", "currency")  # fmt: skip
    return DataTable("charge_lines", columns, tuple(rows))


def _number(line: dict[str, Any], name: str) -> Decimal | None:
    return None if line.get(name) is None else Decimal(str(line[name]))


def _at(visit: Visit, instant: int | None) -> str | None:
    return None if instant is None else iso(instant, visit.zone)
