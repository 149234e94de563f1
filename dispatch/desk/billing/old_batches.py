"""The batches in which approved visits were handed over before there were invoices: each stays as it was
(design/invoices.md, Batches of before)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from db import invoices
from dispatch.desk.session.refusals import NotFound
from dispatch.desk.session.user import User
from dispatch.model.csv_text import csv_text
from dispatch.model.forms import form
from dispatch.model.reviews import Batch
from dispatch.model.states import Role
from dispatch.model.text import show

COLUMNS = ("batch", "reference", "date", "client", "site", "technicians", "work", "line", "rule", "category", "description",
           "quantity", "unit", "unit_price", "amount", "currency")  # fmt: skip
"""The columns of the CSV: a row for each charge line, and one for the tax. The amounts of a visit add up to its total."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A batch with what is in it, visit by visit."""

    batch: Batch
    visits: tuple[Mapping[str, Any], ...]


def export_again(user: User, number: int) -> HandedOver:
    """Hand over a batch once more, exactly as it was; that is noted.

    Raises:
        NotFound: there is no batch of that number.
    """
    with user.write("export again", Role.LEAD) as unit:
        batch = invoices.batch(user.store, number)
        if batch is None:
            raise NotFound(f"There is no batch {number}. `dispatch invoice list` shows them all.")
        unit.audit("invoice_batch", number, again=True)
        return HandedOver(batch, tuple(invoices.forms_of(user.store, number)))


def text_of(handed_over: HandedOver, zone: str, *, as_json: bool) -> str:
    """A batch as a file, as JSON or as CSV."""
    keys = "batch=batch.id exported_at=batch.at@ exported_by=batch.by visits"
    if as_json:
        return json.dumps(form(handed_over, keys, zone), indent=1) + "\n"
    return csv_text(COLUMNS, ([row[name] for name in COLUMNS] for visit in handed_over.visits for row in _rows(visit)))


def _rows(visit: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    head = {name: visit[name] for name in ("batch", "reference", "date", "client", "site", "work", "currency")}
    head["technicians"] = ", ".join(visit["technicians"])
    for number, line in enumerate(visit["lines"], 1):
        yield head | {
            "line": number,
            "rule": line["rule"],
            "category": line["category"],
            "description": " · ".join(show(part) for part in (line.get("note"), line.get("why")) if part),
            "quantity": _number(line.get("qty")),
            "unit": line.get("unit") or "",
            "unit_price": _number(line.get("unit_price")),
            "amount": Decimal(line["amount"]),
        }
    tax = {"rule": "TAX", "category": "tax", "description": "tax", "quantity": "", "unit": "", "unit_price": ""}
    yield head | tax | {"line": len(visit["lines"]) + 1, "amount": Decimal(visit["tax"])}


def _number(text: str | None) -> Decimal | str:
    return "" if text is None else Decimal(text)
