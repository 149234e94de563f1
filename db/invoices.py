"""What was handed over to be invoiced: batches, each visit in one of them, and in no other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from db.store import Store
from dispatch.model.reviews import Batch

if TYPE_CHECKING:
    from db.unit import Unit


class Approved(NamedTuple):
    """A visit that waits to be exported, with the revision of its charge that stands (None: none does), and
    the revision that was approved."""

    visit_id: int
    reference: str
    state: str
    revision: int | None
    approved: int


def approved(store: Store) -> list[Approved]:
    """The approved visits that are not exported yet, by the day on which they ended.

    A sheet stands that nobody had to look at, or that a lead accepted; only the newest revision counts.
    """
    rows = store.all(
        "SELECT v.id, v.reference, v.state, CASE WHEN c.total_minor IS NOT NULL AND (c.status = 'ready' OR "
        "c.accepted_at IS NOT NULL) THEN c.revision END, "
        "(SELECT a.revision FROM approval a WHERE a.visit_id = v.id ORDER BY a.id DESC LIMIT 1) FROM visit v "
        "LEFT JOIN charge_sheet c ON c.visit_id = v.id AND c.revision = "
        "(SELECT max(revision) FROM charge_sheet WHERE visit_id = v.id) "
        "WHERE v.review = 'approved' ORDER BY v.ended_at, v.id"
    )
    return [Approved(*row) for row in rows]


def add_batch(unit: Unit, staff_id: int) -> int:
    """Begin a batch; returns its number."""
    return unit.insert("invoice_batch", at=unit.at, staff_id=staff_id)


def add_visit(unit: Unit, batch: int, visit_id: int, revision: int, form: Mapping[str, Any]) -> None:
    """Put a visit into a batch, as it is handed over.

    Raises:
        Refused: it is in one already.
    """
    text = json.dumps(form, ensure_ascii=False, separators=(",", ":"))
    unit.execute(
        "INSERT INTO invoiced_visit (visit_id, batch_id, revision, form) VALUES (?, ?, ?, ?)",
        (visit_id, batch, revision, text),
    )


def batches(store: Store) -> list[Batch]:
    """Every batch, the newest first."""
    return [Batch(*row) for row in store.all(f"{_BATCH} GROUP BY b.id ORDER BY b.id DESC")]


def batch(store: Store, number: int) -> Batch | None:
    """The batch of that number."""
    row = store.one(f"{_BATCH} WHERE b.id = ? GROUP BY b.id", (number,))
    return None if row is None else Batch(*row)


def batch_of(store: Store, visit_id: int) -> int | None:
    """The number of the batch in which a visit was exported."""
    found: int | None = store.value("SELECT batch_id FROM invoiced_visit WHERE visit_id = ?", (visit_id,))
    return found


def forms_of(store: Store, number: int) -> list[dict[str, Any]]:
    """What was handed over in a batch, visit by visit."""
    rows = store.all("SELECT form FROM invoiced_visit WHERE batch_id = ? ORDER BY visit_id", (number,))
    return [json.loads(form) for (form,) in rows]


_BATCH = """
  SELECT b.id, b.at, s.name, count(i.visit_id) FROM invoice_batch b JOIN staff s ON s.id = b.staff_id
  LEFT JOIN invoiced_visit i ON i.batch_id = b.id
"""
