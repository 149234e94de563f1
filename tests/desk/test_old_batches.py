"""What was handed over in batches before there were invoices stays as it was."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import pytest

from db import invoices
from db.faults import Refused
from dispatch.desk.billing import invoicing, old_batches
from tests.desk.conftest import DAY, Office
from tests.desk.test_invoices import approved


def test_one_stays_is_exported_again_as_it_was_and_never_invoiced(office: Office) -> None:
    """design/invoices.md, Batches of before."""
    approved(office)
    line = {
        "rule": "LAB",
        "category": "labour",
        "qty": "60",
        "unit": "min",
        "unit_price": "100",
        "amount": "100.00",
        "why": "=1",
    }
    form = {
        "batch": 1, "reference": "R1", "client": "Harbor Dental", "site": "Main office", "date": "2026-11-24", "work": "server",
        "technicians": ["Ana Ruiz"], "currency": "USD", "net": "100.00", "tax": "7.50", "total": "107.50", "lines": [line],
    }  # fmt: skip
    # as an earlier version made it, before there were invoices
    conn = office.store.conn
    for trigger in ("invoice_batch_over", "invoiced_visit_over"):
        conn.execute(f"DROP TRIGGER {trigger}")
    conn.execute("INSERT INTO invoice_batch (at, staff_id) VALUES (1, 1)")
    conn.execute(
        "INSERT INTO invoiced_visit SELECT visit_id, 1, revision, ? FROM approval ORDER BY id DESC LIMIT 1",
        (json.dumps(form),),
    )
    conn.execute("UPDATE visit SET review = 'exported', version = version + 1 WHERE reference = 'R1'")
    assert [batch.visits for batch in invoices.batches(office.store)] == [1]
    first, again = (
        old_batches.text_of(old_batches.export_again(office.lee, 1), "UTC", as_json=False) for _ in range(2)
    )
    assert first == again
    rows = list(csv.DictReader(io.StringIO(first)))
    assert sum(Decimal(row["amount"]) for row in rows) == Decimal("107.50")
    assert rows[0]["description"] == "'=1", "no spreadsheet evaluates it"
    assert json.loads(old_batches.text_of(old_batches.export_again(office.lee, 1), "UTC", as_json=True))["visits"] == [
        form
    ]
    assert invoicing.preview(office.lee, DAY) == []
    with pytest.raises(Refused, match=r"twice|was approved"), office.lee.write("by hand") as unit:
        unit.execute(
            "INSERT INTO invoiced (invoice_id, source, visit_id, revision, net) SELECT 1, 'visit', visit_id, 1, 0 "
            "FROM invoiced_visit"
        )
    with pytest.raises(Refused, match="exported"), office.lee.write("by hand") as unit:
        unit.execute("UPDATE visit SET review = 'approved', version = version + 1 WHERE reference = 'R1'")
