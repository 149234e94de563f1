"""Invoices: issued with the next number, made void before anybody has them, credited after (design/invoices.md)."""

from __future__ import annotations

import datetime
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from db import invoices, papers, settings, visits
from db.invoices import Invoiced, StoredInvoice
from db.store import Store, existing
from db.unit import Unit
from db.visits import visits_by_id
from dispatch.desk.billing.drafting import InvoiceDraft, drafts, why_not
from dispatch.desk.billing.invoice_lines import left_of
from dispatch.desk.reports.invoice import file_name
from dispatch.desk.session.refusals import Faulty, NotFound, Refusal, mark_of, reason_of
from dispatch.desk.session.user import User
from dispatch.model.invoice_taxes import tax_parts
from dispatch.model.invoices import (
    Invoice,
    InvoiceKind,
    InvoiceLine,
    LineSource,
    TaxRate,
    UnitCode,
    as_form,
    one,
    places_of,
)
from dispatch.model.messages import Fate
from dispatch.model.money import amount_text
from dispatch.model.states import Review, Role
from dispatch.model.text import show

FURTHEST = 31
"""So many days ahead of today an invoice may end at most: by then its fees are due."""
_WENT = (Fate.WAITING, Fate.TAKEN, Fate.SENDING, Fate.SENT, Fate.UNSURE)


class Issued(NamedTuple):
    """What was issued, and what was not, each with why."""

    made: tuple[StoredInvoice, ...]
    left_out: tuple[InvoiceDraft, ...]


def preview(user: User, until: datetime.date, of: Collection[int] = ()) -> list[InvoiceDraft]:
    """What would be issued (`drafts`); nothing is kept.

    Raises:
        NotAllowed: the person is no lead.
        Faulty: the day is too far ahead.
    """
    user.allow("preview invoices", (Role.LEAD.value,))
    if until > settings.today(user.store) + datetime.timedelta(days=FURTHEST):
        raise Faulty([f"until: {until} is more than {FURTHEST} days ahead"])
    return drafts(user.store, until, of)


def shown_mark(shown: Sequence[InvoiceDraft]) -> str:
    """By what it is known again that somebody saw these drafts."""
    return mark_of(" ".join(draft.mark for draft in shown))


def issue(
    user: User, until: datetime.date, of: Collection[int], shown: str, dated: datetime.date | None = None
) -> Issued:
    """Issue what is ready up to a day, each with the next number of its series; all of it or nothing.

    Args:
        of: as for `preview`.
        shown: the mark of what somebody saw (`shown_mark`); where it would be anything else, nothing is issued.
        dated: the date of the invoices; None: today.

    Raises:
        NotAllowed, Faulty: as `preview`.
        Refusal: nothing is ready, or not what was shown, or the numbers do not follow this date (`dated_on`).
    """
    preview(user, until, of)  # what it reckons is known then, and others wait for the lock no longer than need be
    with user.write("issue invoices", Role.LEAD) as unit:
        found = preview(user, until, of)
        ready = [draft for draft in found if draft.ready]
        if not ready:
            why = "; ".join(f"{show(draft.client.name)}: {fault}" for draft in found for fault in draft.faults)
            raise Refusal(f"Nothing can be invoiced: {why}." if why else f"Nothing is to be invoiced up to {until}.")
        if shown != shown_mark(found):
            raise Refusal("What would be invoiced is not what was shown. Look at it again; nothing was issued.")
        made = []
        for draft in ready:
            number = _keep(unit, user.store, dated_on(user.store, draft.invoice, dated), None, draft.taken)
            for taken in draft.taken:
                if taken.visit_id is not None:
                    _review(unit, user.store, taken.visit_id, Review.EXPORTED, number)
            made.append(find_invoice(user.store, number))
        return Issued(tuple(made), tuple(draft for draft in found if not draft.ready))


def dated_on(store: Store, invoice: Invoice, dated: datetime.date | None) -> Invoice:
    """A document with another date, and due as many days later; None: as it is, of today.

    Raises:
        Refusal: the date is still to come, is before the newest document, in whichever year, or before something on this one was
            done.
    """
    day, today = invoice.issued_on if dated is None else dated, settings.today(store)
    if day > today:
        raise Refusal(f"{day} is still to come: a document has the date of today, or an earlier one.")
    if (newest := invoices.newest_date(store)) is not None and newest > day.isoformat():
        raise Refusal(f"The newest invoice is of {newest}, and the numbers follow the dates: {day} is before it.")
    # a fee is paid in advance
    done = [line.day for line in invoice.lines if line.day is not None and line.source is not LineSource.FEE]
    if dated is not None and invoice.kind is InvoiceKind.INVOICE and done and max(done) > day:
        raise Refusal(
            f"{day} is before {max(done)}, when something on the invoice of {show(invoice.buyer.name)} was done."
        )
    return replace(invoice, issued_on=day, due_on=day + (invoice.due_on - invoice.issued_on))


def _keep(unit: Unit, store: Store, new: Invoice, corrects_id: int | None, taken: Sequence[Invoiced]) -> str:
    """Give a document the next number of its year and keep it; returns the number."""
    year, firm = new.issued_on.year, settings.firm(store)
    # the firm's first number is that of its first document; each further year begins with 1
    first = firm.invoice_start if invoices.newest_date(store) is None else 1
    position = (invoices.newest_of_year(store, year) or first - 1) + 1
    number = f"{firm.invoice_prefix}{year}-{position:04d}"
    invoices.add_invoice(unit, replace(new, number=number), position, corrects_id, taken)
    return number


def _review(unit: Unit, store: Store, visit_id: int, to: Review, number: str) -> None:
    (visit,) = visits_by_id(store, {visit_id})
    visits.change(unit, visit, review=to.value)
    unit.audit("visit", visit_id, review=to.value, invoice=number)


class ApprovedVisits(NamedTuple):
    """The approved visits: those that can be invoiced, each with the revision of its charge, and those that cannot, with why."""

    ready: dict[str, int]
    left_out: dict[str, str]


def waiting(store: Store) -> ApprovedVisits:
    """What is approved and on no invoice yet."""
    found = [(one, why_not(one)) for one in invoices.approved(store)]
    return ApprovedVisits(
        {one.reference: one.revision for one, why in found if one.revision is not None and not why},
        {one.reference: why for one, why in found if why},
    )


def find_invoice(store: Store, number: str) -> StoredInvoice:
    """The invoice or credit note of a number.

    Raises:
        NotFound: there is none.
    """
    found = invoices.invoice(store, number.strip())
    if found is None:
        raise NotFound(f"There is no invoice {show(number, 30)}. `dispatch invoice list` shows them all.")
    return found


def went_to(store: Store, stored: StoredInvoice) -> list[str]:
    """The addresses to which an invoice went by mail, or waits to."""
    name = file_name(stored.invoice.number)
    messages = papers.messages_with(store, stored.client_id, "invoice", (f"{name}.html", f"{name}.pdf"))
    return [message.address for message in messages if message.fate in _WENT]


def void(user: User, number: str, reason: str) -> StoredInvoice:
    """Make an invoice void that nobody has yet: its number stays, what was on it waits to be invoiced again.

    Raises:
        NotFound: there is none of that number.
        Refusal: it was sent, exported or credited, or is void; there is no reason.
    """
    with user.write("void invoice", Role.LEAD) as unit:
        stored, reason = find_invoice(user.store, number), reason_of(reason)
        not_void(stored)
        has = "credit it" if stored.invoice.kind is InvoiceKind.INVOICE else "it stands"
        if stored.exports:
            raise Refusal(f"{show(number)} was exported: {has}.")
        if to := went_to(user.store, stored):
            raise Refusal(f"{show(number)} went to {', '.join(map(show, to))}, or waits to: {has}.")
        if invoices.credits_of(user.store, stored.id):
            raise Refusal(f"{show(number)} was credited: it stands.")
        if stored.corrects_id is not None and invoices.released_at(user.store, stored.corrects_id, stored.at):
            raise Refusal(f"{show(number)} let what it credits be invoiced again: it stands.")
        invoices.void(unit, stored, reason)
        for taken in invoices.taken_by(user.store, stored.id):
            _let_go(unit, user.store, taken, Review.APPROVED, number)
        return find_invoice(user.store, number)


def _let_go(unit: Unit, store: Store, taken: Invoiced, to: Review, number: str) -> None:
    """Let something be invoiced again; a visit goes back to where its review stands then."""
    invoices.release(unit, taken)
    if taken.visit_id is not None:
        _review(unit, store, taken.visit_id, to, number)


class CreditDraft(NamedTuple):
    """A credit note that would be issued, and what is to be invoiced again then: what each thing is called on the invoice."""

    invoice: Invoice
    again: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """By what it is known again."""
        return mark_of(json.dumps([as_form(self.invoice), self.again], sort_keys=True))


def preview_credit(
    user: User,
    number: str,
    reason: str,
    amounts: Mapping[int, int | None] | None = None,
    *,
    again: bool = False,
    dated: datetime.date | None = None,
) -> CreditDraft:
    """What `credit` would issue; nothing is kept. Takes and raises the same."""
    user.allow("preview invoices", (Role.LEAD.value,))
    with user.store.read():
        return _credit_draft(user.store, find_invoice(user.store, number), reason, amounts, again=again, dated=dated)


def credit(
    user: User,
    number: str,
    reason: str,
    amounts: Mapping[int, int | None] | None = None,
    *,
    again: bool = False,
    dated: datetime.date | None = None,
    shown: str | None = None,
) -> StoredInvoice:
    """Credit an invoice, or some of it, with a document of its own.

    Args:
        amounts: what is given back of a line, in minor units, by its number from 1; None: what is left of it. Without any, of all.
        again: what is credited whole is to be invoiced again: its visits wait for review.
        dated: its date; None: today.
        shown: the mark of what somebody saw (`preview_credit`); where it would be anything else by now, nothing is issued.

    Raises:
        NotFound: there is none of that number.
        Faulty: there is no such line, or not so much is left of it.
        Refusal: it is void, a credit note itself, or nothing is left to credit; there is no reason; it is not what was shown; the
            numbers do not follow this date.
    """
    with user.write("credit invoice", Role.LEAD) as unit:
        store, stored = user.store, find_invoice(user.store, number)
        draft = _credit_draft(store, stored, reason, amounts, again=again, dated=dated)
        if shown is not None and shown != draft.mark:
            raise Refusal(
                f"What would be credited of {show(number)} is not what was shown. Look at it again; nothing was issued."
            )
        made = _keep(unit, store, draft.invoice, stored.id, ())
        if again:
            for thing in _credited_whole(store, stored, left_of(store, stored.id, stored.invoice)):
                _let_go(unit, store, thing, Review.TO_REVIEW, made)
        return find_invoice(store, made)


def _credit_draft(
    store: Store,
    stored: StoredInvoice,
    reason: str,
    amounts: Mapping[int, int | None] | None,
    *,
    again: bool,
    dated: datetime.date | None,
) -> CreditDraft:
    of, number, reason = stored.invoice, stored.invoice.number, reason_of(reason)
    not_void(stored)
    if of.kind is InvoiceKind.CREDIT:
        raise Refusal(f"{show(number)} is a credit note itself.")
    left = left_of(store, stored.id, of)
    lines = _credited(of, left, dict.fromkeys(range(1, len(left) + 1)) if amounts is None else amounts)
    before = [earlier.invoice for earlier in invoices.credits_of(store, stored.id)]
    rates = {part.key: TaxRate(part.name, part.rate, part.category, part.reason) for part in of.taxes}
    taxes, today = tax_parts(lines, rates, before), settings.today(store)
    if not lines or sum(line.amount for line in lines) <= 0 or any(part.tax < 0 for part in taxes):
        raise Refusal(f"Nothing is left to credit of these lines of {show(number)}, or less than nothing.")
    new = replace(
        of, kind=InvoiceKind.CREDIT, number="", issued_on=today, due_on=today, lines=tuple(lines), taxes=taxes, drawn=(),
        terms="", corrects=of.number, reason=reason,
    )  # fmt: skip
    for line in lines:
        left[existing(line.corrects) - 1] -= line.amount
    things = _credited_whole(store, stored, left) if again else {}
    return CreditDraft(dated_on(store, new, dated), tuple(things.values()))


def _credited(of: Invoice, left: Sequence[int], amounts: Mapping[int, int | None]) -> list[InvoiceLine]:
    lines = []
    for place, amount in sorted(amounts.items()):
        if not 1 <= place <= len(left):
            raise Faulty([f"line: {of.number} has no line {place}"])
        line, rest = of.lines[place - 1], left[place - 1]
        given = rest if amount is None else amount
        if given * line.amount < 0 or abs(given) > abs(rest):
            text = amount_text(rest, of.exponent, of.currency)
            raise Faulty([f"line {place}: {text} is left of it"])
        if given:
            if given != line.amount:
                quantity, price = one(given, of.exponent)
                line = replace(line, quantity=quantity, unit=UnitCode.ONE, unit_price=price, amount=given)
            lines.append(replace(line, corrects=place))
    return lines


def _credited_whole(store: Store, stored: StoredInvoice, left: Sequence[int]) -> dict[Invoiced, str]:
    """What an invoice holds and is credited whole, where so much is left of its lines; each with its name there."""
    taken = invoices.ever_taken_by(store, stored.id)
    standing = {thing.id for thing in invoices.taken_by(store, stored.id)}
    references = visits.references(store, [thing.visit_id for thing in taken if thing.visit_id is not None])
    names = ["" if thing.visit_id is None else references[thing.visit_id] for thing in taken]
    places = places_of(stored.invoice, names)
    return {
        thing: stored.invoice.lines[own[0]].of if own else name
        for thing, name, own in zip(taken, names, places, strict=True)
        if thing.id in standing and not any(left[place] for place in own)
    }


def not_void(stored: StoredInvoice) -> None:
    """Refuse what is void.

    Raises:
        Refusal: it is.
    """
    if stored.voided_at is not None:
        raise Refusal(f"{show(stored.invoice.number)} is void.")
