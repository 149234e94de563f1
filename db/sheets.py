"""Charge sheets in the store: revisions, each with a copy of everything it was computed from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.store import Store
from db.unit import Unit


@dataclass(frozen=True, slots=True)
class StoredSheet:
    """A kept charge sheet. Money in minor units of `currency` with `exponent` decimals, None while blocked."""

    visit_id: int
    revision: int
    status: str
    currency: str
    exponent: int
    net: int | None
    tax: int | None
    total: int | None
    sheet: Mapping[str, Any]
    input: Mapping[str, Any]
    made_at: int
    reason: str = ""


_COLUMNS = (
    "visit_id, revision, status, currency, exponent, net_minor, tax_minor, total_minor, sheet, input, made_at, reason"
)


def latest_sheet(store: Store, visit_id: int) -> StoredSheet | None:
    """The newest revision of a visit's sheet."""
    row = store.one(
        f"SELECT {_COLUMNS} FROM charge_sheet WHERE visit_id = ? ORDER BY revision DESC LIMIT 1", (visit_id,)
    )
    return None if row is None else _stored(row)


def latest_sheets(store: Store, visit_ids: Sequence[int]) -> dict[int, StoredSheet]:
    """The newest revision of each visit that has one."""
    if not visit_ids:
        return {}
    marks = ", ".join("?" * len(visit_ids))
    rows = store.all(
        f"SELECT {_COLUMNS} FROM charge_sheet WHERE visit_id IN ({marks}) ORDER BY revision", tuple(visit_ids)
    )
    return {row[0]: _stored(row) for row in rows}


def add_sheet(
    unit: Unit,
    visit_id: int,
    *,
    currency: str,
    exponent: int,
    amounts: tuple[int, int, int] | None,
    lines: Sequence[tuple[str, str, int]],
    sheet: Mapping[str, Any],
    given: Mapping[str, Any],
    made_at: int,
    reason: str = "",
) -> int:
    """Keep a sheet as the visit's next revision; returns the revision. `lines` are (rule, category, amount)."""
    (revision,) = unit.execute(
        "SELECT coalesce(max(revision), 0) + 1 FROM charge_sheet WHERE visit_id = ?", (visit_id,)
    ).fetchone()
    net, tax, total = amounts if amounts is not None else (None, None, None)
    sheet_id = unit.insert(
        "charge_sheet",
        visit_id=visit_id,
        revision=revision,
        status=sheet["status"],
        currency=currency,
        exponent=exponent,
        net_minor=net,
        tax_minor=tax,
        total_minor=total,
        input=json.dumps(given, separators=(",", ":"), sort_keys=True),
        sheet=json.dumps(sheet, separators=(",", ":")),
        reason=reason,
        made_at=made_at,
    )
    for position, (rule, category, amount) in enumerate(lines, 1):
        unit.execute(
            "INSERT INTO charge_line (sheet_id, position, rule, category, amount_minor) VALUES (?, ?, ?, ?, ?)",
            (sheet_id, position, rule, category, amount),
        )
    unit.audit("visit", visit_id, charge_revision=revision, status=sheet["status"], total=sheet["total"])
    return int(revision)


def _stored(row: tuple[Any, ...]) -> StoredSheet:
    visit_id, revision, status, currency, exponent, net, tax, total, sheet, given, made_at, reason = row
    return StoredSheet(
        visit_id,
        revision,
        status,
        currency,
        exponent,
        net,
        tax,
        total,
        json.loads(sheet),
        json.loads(given),
        made_at,
        reason,
    )
