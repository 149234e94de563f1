"""What was handed over to be invoiced: batches, each visit in one of them, and in no other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from db.rows import Query, Select, value
from db.store import Store
from db.unit import Unit
from dispatch.model.reviews import Batch


class Approved(NamedTuple):
    """A visit that waits to be exported, with the revision of its charge that stands (None: none does), and
    the revision that was approved."""

    visit_id: int
    reference: str
    state: str
    revision: int | None
    approved: int


APPROVED = Select(
    Approved,
    "visit v LEFT JOIN charge_sheet c ON c.visit_id = v.id "
    "AND c.revision = (SELECT max(revision) FROM charge_sheet WHERE visit_id = v.id)",
    "v",
    of={
        "visit_id": "v.id",
        "revision": "iif(c.total_minor IS NOT NULL AND (c.status = 'ready' OR c.accepted_at IS NOT NULL), c.revision, NULL)",
        "approved": "(SELECT a.revision FROM approval a WHERE a.visit_id = v.id ORDER BY a.id DESC LIMIT 1)",
    },
)
"""Visits with what was approved of them."""
BATCHES = Select(
    Batch,
    "invoice_batch r JOIN staff s ON s.id = r.staff_id LEFT JOIN invoiced_visit i ON i.batch_id = r.id",
    of={"by": "s.name", "visits": "count(i.visit_id)"},
)
"""Batches."""
approved: Query[list[Approved]] = APPROVED.listing("WHERE v.review = 'approved' ORDER BY v.ended_at, v.id")
"""The approved visits that are not exported yet, by the day on which they ended.

A sheet stands that nobody had to look at, or that a lead accepted; only the newest revision counts.
"""


def add_batch(unit: Unit) -> int:
    """Begin a batch; returns its number."""
    return unit.insert_signed("invoice_batch")


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


batches: Query[list[Batch]] = BATCHES.listing("GROUP BY r.id ORDER BY r.id DESC")
"""Every batch, the newest first."""
batch: Query[Batch | None, int] = BATCHES.single("WHERE r.id = ? GROUP BY r.id")
"""The batch of that number."""
batch_of: Query[int | None, int] = value("SELECT batch_id FROM invoiced_visit WHERE visit_id = ?")
"""The number of the batch in which a visit was exported."""


def forms_of(store: Store, number: int) -> list[dict[str, Any]]:
    """What was handed over in a batch, visit by visit."""
    rows = store.all("SELECT form FROM invoiced_visit WHERE batch_id = ? ORDER BY visit_id", (number,))
    return [json.loads(form) for (form,) in rows]
