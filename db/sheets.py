"""Charge sheets in the store: revisions, each with a copy of everything it was computed from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.store import Store
from db.unit import Unit
from db.visits import ANCHOR


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
    accepted_at: int | None = None

    @property
    def accepted(self) -> bool:
        """Whether it stands: nobody has to look at it, or a lead has."""
        return self.status == "ready" or self.accepted_at is not None


_COLUMNS = (
    "visit_id, revision, status, currency, exponent, net_minor, tax_minor, total_minor, sheet, input, made_at, reason, "
    "accepted_at"
)


def latest_sheet(store: Store, visit_id: int) -> StoredSheet | None:
    """The newest revision of a visit's sheet."""
    row = store.one(
        f"SELECT {_COLUMNS} FROM charge_sheet WHERE visit_id = ? ORDER BY revision DESC LIMIT 1", (visit_id,)
    )
    return None if row is None else _stored(row)


def revisions(store: Store, visit_id: int) -> list[StoredSheet]:
    """Every revision of a visit's sheet, the newest first."""
    rows = store.all(f"SELECT {_COLUMNS} FROM charge_sheet WHERE visit_id = ? ORDER BY revision DESC", (visit_id,))
    return [_stored(row) for row in rows]


def sheets_of_site(store: Store, site_id: int, since: int, until: int) -> list[StoredSheet]:
    """The newest sheets of the ended visits at a site that belong to the days between two instants, in order of making."""
    rows = store.all(
        f"SELECT {_COLUMNS} FROM charge_sheet c WHERE visit_id IN (SELECT v.id FROM visit v "
        f"WHERE v.site_id = ? AND v.ended_at IS NOT NULL AND {ANCHOR} >= ? AND {ANCHOR} < ?) "
        "AND revision = (SELECT max(revision) FROM charge_sheet WHERE visit_id = c.visit_id) ORDER BY made_at, id",
        (site_id, since, until),
    )
    return [_stored(row) for row in rows]


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
    accepted: bool = False,
    accepted_by: int | None = None,
) -> int:
    """Keep a sheet as the visit's next revision; returns the revision. `lines` are (rule, category, amount).

    `accepted_by` None on an accepted sheet: nobody had to look at it.
    """
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
        accepted_at=made_at if accepted else None,
        accepted_by=accepted_by,
    )
    for position, (rule, category, amount) in enumerate(lines, 1):
        unit.execute(
            "INSERT INTO charge_line (sheet_id, position, rule, category, amount_minor) VALUES (?, ?, ?, ?, ?)",
            (sheet_id, position, rule, category, amount),
        )
    unit.audit(
        "visit",
        visit_id,
        charge_revision=revision,
        status=sheet["status"],
        total=sheet["total"],
        accepted=accepted,
        reason=reason,
    )
    return int(revision)


def _stored(row: tuple[Any, ...]) -> StoredSheet:
    visit_id, revision, status, currency, exponent, net, tax, total, sheet, given, made_at, reason, accepted_at = row
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
        accepted_at,
    )
