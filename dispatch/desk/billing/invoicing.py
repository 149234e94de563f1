"""Approved visits are ready to invoice: handed over once, marked, and handed over again only on purpose."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from db import invoices, reviews, sheets, visits
from db.store import Store, existing
from dispatch.desk.session.refusals import NotFound, Refusal
from dispatch.desk.session.user import User
from dispatch.desk.visits.steps import find
from dispatch.model.forms import form, forms
from dispatch.model.instants import day_of, iso
from dispatch.model.reviews import Batch
from dispatch.model.states import Review, Role, State
from dispatch.model.text import csv_cell, show
from dispatch.model.visits import Visit

COLUMNS = ("batch", "reference", "date", "client", "site", "technicians", "work", "line", "rule", "category", "description",
           "quantity", "unit", "unit_price", "amount", "currency")  # fmt: skip
"""The columns of the CSV: a row for each charge line, and one for the tax. The amounts of a visit add up to its total."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A batch with what is in it, visit by visit. `left_out` are approved visits that cannot go, each with why."""

    batch: Batch
    visits: tuple[Mapping[str, Any], ...]
    left_out: tuple[tuple[str, str], ...] = ()


def ready(store: Store) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """What would be exported now, by reference with the revision of its charge that was approved; and the approved visits that
    would be left out, each with why.

    What was cancelled or ended by us without a charge is approved and done with; it is in neither.
    """
    going, left_out = {}, []
    for visit in invoices.approved(store):
        if visit.revision is not None and visit.revision == visit.approved:
            going[visit.reference] = visit.revision
        elif visit.revision is not None:
            why = f"revision {visit.approved} of its charge was approved, and {visit.revision} stands: correct it, and approve it"
            left_out.append((visit.reference, why))
        elif visit.state not in (State.CANCELLED, State.ABORTED):
            left_out.append((visit.reference, "its charge was changed after the approval and has to be accepted"))
    return going, left_out


def export(user: User, shown: Mapping[str, int]) -> HandedOver:
    """Hand over every approved visit as the next batch, and mark it: it is in no other batch from then on.

    It is marked first. Where the file is lost afterwards, `export_again` gives the same once more; the other way round a
    visit could be invoiced twice.

    Args:
        shown: what somebody saw that it would be (`ready`); where it is anything else, nothing is exported.

    Raises:
        Refusal: nothing is ready, or not what was shown.
    """
    with user.write("export", Role.LEAD) as unit:
        going, left_out = ready(user.store)
        if not going:
            reasons = "; ".join(f"{reference}: {why}" for reference, why in left_out)
            none = "Nothing is ready to invoice: no visit is approved that was not exported before."
            raise Refusal(f"Nothing can be exported: {reasons}." if left_out else none)
        if shown != going:
            raise Refusal(f"What is ready is not what was shown: {_difference(shown, going)}. Nothing was exported.")
        number = invoices.add_batch(unit)
        for reference in going:
            visit = find(user.store, reference)
            sheet = existing(sheets.latest_sheet(user.store, visit.id))
            invoices.add_visit(unit, number, visit.id, sheet.revision, _form(user.store, visit, number))
            visits.change(unit, visit, review=Review.EXPORTED.value)
            unit.audit("visit", visit.id, review=Review.EXPORTED.value, batch=number, total=sheet.sheet["total"])
        unit.audit("invoice_batch", number, visits=len(going))
        return _handed_over(user.store, number, left_out)


def export_again(user: User, number: int) -> HandedOver:
    """Hand over a batch once more, exactly as it was; that is noted.

    Raises:
        NotFound: there is no batch of that number.
    """
    with user.write("export again", Role.LEAD) as unit:
        if invoices.batch(user.store, number) is None:
            raise NotFound(f"There is no batch {number}. `dispatch invoice list` shows them all.")
        unit.audit("invoice_batch", number, again=True)
        return _handed_over(user.store, number)


def as_csv(handed_over: HandedOver) -> str:
    """A batch as CSV (RFC 4180). Text that a spreadsheet would evaluate gets an apostrophe; amounts are plain numbers."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for visit in handed_over.visits:
        writer.writerows([csv_cell(row[name]) for name in COLUMNS] for row in _rows(visit))
    return out.getvalue()


def as_form(handed_over: HandedOver, zone: str) -> dict[str, Any]:
    """A batch as JSON."""
    left_out = forms(handed_over.left_out, "reference=0 why=1")
    keys = "batch=batch.id exported_at=batch.at@ exported_by=batch.by visits left_out"
    return form(handed_over, keys, zone, left_out=left_out)


def _handed_over(store: Store, number: int, left_out: Sequence[tuple[str, str]] = ()) -> HandedOver:
    batch = existing(invoices.batch(store, number))
    return HandedOver(batch, tuple(invoices.forms_of(store, number)), tuple(left_out))


def _form(store: Store, visit: Visit, number: int) -> dict[str, Any]:
    """A visit as it is handed over. Money is decimal text, as on the sheet."""
    sheet, approval = existing(sheets.latest_sheet(store, visit.id)), reviews.approval_of(store, visit.id)
    client, source = sheet.input["client"], sheet.input["source"]
    return {
        "batch": number,
        "reference": visit.reference,
        "client": source["client"]["name"],
        "site": source["site"]["name"],
        "date": None if visit.anchor is None else day_of(visit.anchor, visit.zone).isoformat(),
        "work": visit.work,
        "state": visit.state.value,
        "technicians": visit.crew,
        "revision": sheet.revision,
        "approved_by": approval.by if approval else None,
        "approved_at": iso(approval.at, visit.zone) if approval else None,
        "tax_reference": client.get("tax_ref") or None,
        "currency": sheet.currency,
        **{name: sheet.sheet[name] for name in ("net", "tax", "total", "lines")},
    }


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


def _difference(shown: Mapping[str, int], going: Mapping[str, int]) -> str:
    words = [f"{show(reference)} has come" for reference in going if reference not in shown]
    words += [f"{show(reference)} is not ready any more" for reference in shown if reference not in going]
    words += [
        f"{show(reference)} was revision {was} and is {now}"
        for reference, now in going.items()
        if (was := shown.get(reference, now)) != now
    ]
    return "; ".join(words)
