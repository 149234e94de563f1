"""Charge sheets in the store: revisions, each with a copy of everything it was computed from; and what a lead gives away, or sets
by hand, on a visit's charge (design/charges.md B6.6, B8.3)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from db.among import AMONG, keys_param
from db.rows import Query, Select, Stored, column
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


SHEETS = Select(
    StoredSheet,
    "charge_sheet c",
    "c",
    stored={
        "net": column("net_minor"),
        "tax": column("tax_minor"),
        "total": column("total_minor"),
        "input": Stored(
            ("input",), lambda form: (json.dumps(form, separators=(",", ":"), sort_keys=True),), json.loads
        ),
    },
)
"""Kept sheets."""
latest_sheet: Query[StoredSheet | None, int] = SHEETS.single("WHERE visit_id = ? ORDER BY revision DESC LIMIT 1")
"""The newest revision of a visit's sheet."""
revisions: Query[list[StoredSheet], int] = SHEETS.listing("WHERE visit_id = ? ORDER BY revision DESC")
"""Every revision of a visit's sheet, the newest first."""
sheets_of_site: Query[list[StoredSheet], int, int, int] = SHEETS.listing(
    "WHERE visit_id IN (SELECT v.id FROM visit v "
    f"WHERE v.site_id = ? AND v.way = 'on_site' AND v.ended_at IS NOT NULL AND {ANCHOR} >= ? AND {ANCHOR} < ?) "
    "AND revision = (SELECT max(revision) FROM charge_sheet WHERE visit_id = c.visit_id) ORDER BY made_at, id"
)
"""The newest sheets of the ended visits at a site that belong to the days between two instants, in order of making."""

sheets_of_client: Query[list[StoredSheet], int, int, int, int] = SHEETS.listing(
    "WHERE visit_id IN (SELECT v.id FROM visit v JOIN site s ON s.id = v.site_id "
    f"WHERE s.client_id = ? AND {ANCHOR} >= ? AND {ANCHOR} < ? AND v.ended_at < ?) "
    "AND revision = (SELECT max(revision) FROM charge_sheet WHERE visit_id = c.visit_id) ORDER BY made_at, id"
)
"""The newest sheets of a client's visits that belong to the days between two instants and ended before a third."""


def latest_sheets(store: Store, visit_ids: Sequence[int]) -> dict[int, StoredSheet]:
    """The newest revision of each visit that has one."""
    sheets = SHEETS.select(store, f"WHERE visit_id {AMONG} ORDER BY revision", keys_param(visit_ids))
    return {sheet.visit_id: sheet for sheet in sheets}


def add_sheet(
    unit: Unit, new: StoredSheet, lines: Sequence[tuple[str, str, int]], *, accepted_by: int | None = None
) -> int:
    """Keep a sheet as the visit's next revision, whatever number `new` has; returns the revision.

    Args:
        lines: (rule, category, amount).
        accepted_by: None on an accepted sheet: nobody had to look at it.
    """
    (revision,) = unit.execute(
        "SELECT coalesce(max(revision), 0) + 1 FROM charge_sheet WHERE visit_id = ?", (new.visit_id,)
    ).fetchone()
    columns = SHEETS.columns(replace(new, revision=int(revision)))
    sheet_id = unit.insert("charge_sheet", **columns, accepted_by=accepted_by)
    unit.execute_many(
        "INSERT INTO charge_line (sheet_id, position, rule, category, amount_minor) VALUES (?, ?, ?, ?, ?)",
        [(sheet_id, position, *line) for position, line in enumerate(lines, 1)],
    )
    unit.audit(
        "visit",
        new.visit_id,
        charge_revision=revision,
        status=new.status,
        total=new.sheet["total"],
        accepted=new.accepted_at is not None,
        reason=new.reason,
    )
    return int(revision)


class GoodwillRow(NamedTuple):
    """Something given: percent of, or an amount off, a category. `value` is decimal text."""

    by: str
    target: str
    mode: str
    value: str
    reason: str


class ManualTravelRow(NamedTuple):
    """Travel that a lead set to an amount, decimal text."""

    by: str
    amount: str
    reason: str


GOODWILL = Select(GoodwillRow, "goodwill r JOIN staff s ON s.id = r.staff_id", of={"by": "s.name"})
"""What was given away."""
TRAVEL = Select(ManualTravelRow, "manual_travel r JOIN staff s ON s.id = r.staff_id", of={"by": "s.name"})
"""Travel that was set by hand."""
_STANDS = "WHERE r.visit_id = ? AND r.withdrawn_at IS NULL ORDER BY r.id"

goodwill_of: Query[list[GoodwillRow], int] = GOODWILL.listing(_STANDS)
"""What stands given on a visit, in the order in which it was entered."""
travel_of: Query[ManualTravelRow | None, int] = TRAVEL.single(f"{_STANDS} DESC LIMIT 1")
"""The travel that a lead set for a visit."""


def give_goodwill(unit: Unit, visit_id: int, target: str, mode: str, value: str, reason: str) -> None:
    """Enter goodwill."""
    unit.insert_signed("goodwill", visit_id=visit_id, target=target, mode=mode, value=value, reason=reason)
    unit.audit("visit", visit_id, goodwill=f"{value}{'%' if mode == 'percent' else ''} on {target}", reason=reason)


def withdraw_goodwill(unit: Unit, visit_id: int, reason: str) -> int:
    """Take back all goodwill of a visit; returns how many entries."""
    count = unit.execute(
        "UPDATE goodwill SET withdrawn_at = ? WHERE visit_id = ? AND withdrawn_at IS NULL", (unit.at, visit_id)
    ).rowcount
    unit.audit("visit", visit_id, goodwill="withdrawn", reason=reason)
    return count


def set_travel(unit: Unit, visit_id: int, amount: str | None, reason: str) -> None:
    """Set the travel of a visit; None goes back to the rate card's."""
    unit.execute(
        "UPDATE manual_travel SET withdrawn_at = ? WHERE visit_id = ? AND withdrawn_at IS NULL", (unit.at, visit_id)
    )
    if amount is not None:
        unit.insert_signed("manual_travel", visit_id=visit_id, amount=amount, reason=reason)
    unit.audit("visit", visit_id, manual_travel=amount or "by the rate card", reason=reason)
