"""`dispatch invoice …`: what would be invoiced, invoices issued, voided, credited, printed, sent, handed out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from dispatch.commands.declared import CommandGroup, acts, reads
from dispatch.commands.giving import TO, report, send
from dispatch.commands.opening import agreed, on_terminal
from dispatch.commands.options import CONFIRM, JSON, Args, Store, User, flag, one_of, option
from dispatch.commands.printing import Answer, Result, refuse_place, write_private
from dispatch.commands.typed import CLIENT, day, day_or_today
from dispatch.desk.session.refusals import Refusal
from dispatch.lazily import lazily
from dispatch.model.forms import forms
from dispatch.model.instants import when_text
from dispatch.model.text import count_text, show

with lazily(__name__):
    from db import invoices, settings
    from db.invoices import StoredInvoice
    from dispatch.desk.billing import handing_out, invoice_words, invoicing, old_batches
    from dispatch.desk.billing.drafting import InvoiceDraft
    from dispatch.desk.reports import invoice, rendering
    from dispatch.desk.reports.document import Report
    from dispatch.desk.session import private_file

LAYOUTS = ("quickbooks", "xero", "datev", "ubl")
"""The programs that have a layout of their own."""
_NUMBER = option("number", "NUMBER", "for example 2026-0001")
_UNTIL = option("--until", "DAY", "the last day of what is on it (default: today)", reads=day_or_today)
_CLIENT = option("--client", "NAME", "of this client only", reads=CLIENT)
_DATED = option(
    "--date",
    "DAY",
    "the date on it: not to come, not before the newest document, nor before what is on it was done (default: today)",
    reads=day,
    dest="dated",
)
_REASON = option("--reason", "WHY", required=True)


def _of(args: Args) -> list[int]:
    return [] if args.client is None else [args.client.id]


@acts(
    "preview",
    "what would be invoiced, client by client, and what keeps it back; nothing is kept",
    _UNTIL,
    _CLIENT,
    JSON,
    about="Approved visits, fees and sold blocks up to a day that no invoice has yet. With --client the whole invoice.",
)
def _preview(user: User, args: Args) -> Answer:
    found = invoicing.preview(user, args.until, _of(args))

    def lines(drafts: Sequence[InvoiceDraft]) -> Iterator[str]:
        if args.client is not None:
            for draft in drafts:
                if draft.taken:
                    yield from rendering.as_text(invoice.invoice_report(user.store, draft.invoice)).splitlines()
        yield from invoice_words.draft_lines(drafts)
        if any(draft.ready for draft in drafts):
            whose = "" if args.client is None else f" --client {args.client.name!r}"
            yield f"dispatch invoice issue --until {args.until}{whose} --shown {invoicing.shown_mark(drafts)}"

    return Answer(found, lambda drafts: [invoice_words.draft_form(draft) for draft in drafts], lines)


@acts(
    "issue",
    "issue what is ready, each with the next number; cannot be undone, only made void or credited",
    _UNTIL,
    _CLIENT,
    option("--shown", "MARK", "what you saw (from preview); on a terminal you may be asked instead"),
    _DATED,
)
def _issue(user: User, args: Args) -> Iterator[str]:
    shown = args.shown
    if shown is None:
        found = invoicing.preview(user, args.until, _of(args))
        print(*map(show, invoice_words.draft_lines(found)), sep="\n")
        shown = invoicing.shown_mark(found)
        if any(draft.ready for draft in found) and not (on_terminal() and agreed("Issue these?")):
            raise Refusal(f"Nothing was issued: say that you saw it, with --shown {shown}.")
    issued = invoicing.issue(user, args.until, _of(args), shown, args.dated)
    yield from invoice_words.issued_lines(issued)


@reads("list", "invoices and credit notes, what waits, and the batches of before", _CLIENT, JSON)
def _list(store: Store, args: Args) -> Answer:
    zone = settings.firm(store).zone
    found = [one for one in invoices.every_invoice(store) if args.client is None or one.client_id == args.client.id]
    ready, left_out = invoicing.waiting(store)

    def json_form(found: Sequence[StoredInvoice]) -> dict[str, Any]:
        keys = "batch=id exported_at=at@ exported_by=by visits"
        return {
            "ready": list(ready),
            "left_out": [{"reference": reference, "why": why} for reference, why in left_out.items()],
            "invoices": [invoice_words.summary_form(one, zone) for one in found],
            "batches": forms(invoices.batches(store), keys, zone),
        }

    def lines(found: Sequence[StoredInvoice]) -> Iterator[str]:
        yield f"Ready to invoice ({len(ready)}): {', '.join(ready) or 'none'}"
        yield from (f"Not ready: {reference}: {why}" for reference, why in left_out.items())
        yield from map(invoice_words.invoice_line, found)
        for batch in invoices.batches(store):
            yield f"batch {batch.id:>4}  {when_text(batch.at, zone)}  {count_text(batch.visits, 'visit'):>10}  {batch.by}"

    return Answer(found, json_form, lines)


@reads("show", "an invoice or a credit note as it was issued", _NUMBER, JSON)
def _show(store: Store, args: Args) -> Answer:
    found = invoicing.find_invoice(store, args.number)
    zone = settings.firm(store).zone

    def lines(one: StoredInvoice) -> Iterator[str]:
        yield from rendering.as_text(invoice.invoice_report(store, one.invoice, one.void_reason)).splitlines()
        yield from invoice_words.fate_lines(
            one, invoicing.went_to(store, one), invoices.credits_of(store, one.id), zone
        )

    return Answer(
        found, lambda one: invoice_words.summary_form(one, zone) | invoice_words.invoice_form(one.invoice), lines
    )


@acts(
    "void",
    "make an invoice void that nobody has yet: its number stays, what was on it is invoiced again",
    _NUMBER,
    _REASON,
)
def _void(user: User, args: Args) -> str:
    done = invoicing.void(user, args.number, args.reason)
    return f"{done.invoice.number} is void; what was on it waits to be invoiced."


@acts(
    "credit",
    "give back an invoice that somebody has, or some lines of it, by a credit note",
    _NUMBER,
    option(
        "--line",
        "N[=AMOUNT]",
        "this line, or so much of it; may be given again (default: all)",
        action="append",
        default=[],
    ),
    flag("--again", "what is credited whole is to be invoiced again: its visits wait for review"),
    _DATED,
    flag("--check", "only show the credit note that would be issued; nothing is kept"),
    option("--shown", "MARK", "what you saw (from --check): nothing else is issued"),
    _REASON,
)
def _credit(user: User, args: Args) -> Iterator[str]:
    exponent = invoicing.find_invoice(user.store, args.number).invoice.exponent
    amounts = dict(invoice_words.line_meant(text, exponent) for text in args.line) or None
    if args.check:
        draft = invoicing.preview_credit(user, args.number, args.reason, amounts, again=args.again, dated=args.dated)
        yield from rendering.as_text(invoice.invoice_report(user.store, draft.invoice)).splitlines()
        yield from invoice_words.again_lines(draft)
        yield f"Nothing was issued: the same with --shown {draft.mark} in place of --check issues just this."
        return
    done = invoicing.credit(
        user, args.number, args.reason, amounts, again=args.again, dated=args.dated, shown=args.shown
    )
    yield f"{invoice_words.invoice_line(done)}: it corrects {done.invoice.corrects}."


def _report_of(user: User, args: Args) -> Report:
    user.ask_to_read("log")
    found = invoicing.find_invoice(user.store, args.number)
    return invoice.invoice_report(user.store, found.invoice, found.void_reason, found.client_id)


_print = report("print", "an invoice or a credit note on paper: text, a page, PDF, CSV or JSON", _NUMBER)(_report_of)


@acts(
    "send",
    "send an invoice or a credit note by mail, as PDF where one can be set here; undo takes it back until it leaves",
    _NUMBER,
    TO,
    flag("--check", "only say what would be sent, and to whom"),
    CONFIRM,
)
def _send(user: User, args: Args) -> list[str]:
    if invoicing.find_invoice(user.store, args.number).voided_at is not None:
        raise Refusal(f"{show(args.number)} is void: nobody gets it.")
    return send(user, args, _report_of(user, args))


@acts(
    "export",
    "invoices for the bookkeeper: those that were never exported, or those that are named",
    option("numbers", "NUMBER", "again on purpose, exactly as they were", nargs="*"),
    option("--out", "FILE", "where to (default: standard output)"),
    flag("--check", "only say what would be exported"),
    option("--shown", "R1@2,R2@1", "issue first what is approved, where it is exactly these visits"),
    flag("--replace", "write over a file that is there"),
    one_of(
        flag("--csv", "a row for each line and tax (the default)"),
        flag("--json", "whole invoices (docs/json.md)"),
        option("--for", "PROGRAM", "as this program reads them (docs/bookkeeper.md)", dest="layout", choices=LAYOUTS),
    ),
    option("--from", "DAY", "those issued from this day on, exported before or not", reads=day, dest="first"),
    option("--to", "DAY", "those issued up to this day", reads=day, dest="last"),
    option("--again", "BATCH", "a batch of visits from before there were invoices, as it was", type=int),
    about="From then on they cannot be made void, only credited. The file is only for you to read (0600).",
)
def _export(user: User, args: Args) -> Result:
    if args.check:
        return _checked(user, (args.first, args.last))
    if args.out not in (None, "-"):
        private_file.at_this_machine(user)
        refuse_place(args.out, "Nothing was marked.", replace=args.replace)
    if args.again is not None:
        batch = old_batches.export_again(user, args.again)
        text: str | bytes = old_batches.text_of(batch, user.firm.zone, as_json=args.json)
        done = f"batch {batch.batch.id}, {count_text(len(batch.visits), 'visit')}"
    else:
        numbers = args.numbers if args.shown is None else _issued(user, args.shown)
        layout = args.layout or ("json" if args.json else "csv")
        found, text, notices = handing_out.hand_out(user, numbers, layout, (args.first, args.last))
        for notice in notices:
            print(f"dispatch: {notice}", file=sys.stderr)
        done = ", ".join(one.invoice.number for one in found)
    return write_private(text, args.out, f"{show(args.out or '', 120)}: {done}.", replace=args.replace)


def _checked(user: User, days: handing_out.Days) -> int:
    """Say what would be exported, and what is not invoiced yet."""
    found, waiting = handing_out.to_hand_out(user.store, days), invoicing.waiting(user.store).ready
    for one in found:
        print(show(invoice_words.invoice_line(one)))
    if waiting:
        print(f"Not invoiced yet, dispatch invoice preview: {', '.join(map(show, waiting))}")
    return 0 if found else 1


def _issued(user: User, typed: str) -> list[str]:
    """Issue what is approved, where it is what was seen; returns the numbers."""
    today = settings.today(user.store)
    found = invoicing.preview(user, today)
    seen = {word.strip() for word in typed.split(",")}
    there = {f"{reference}@{revision}" for reference, revision in invoicing.waiting(user.store).ready.items()}
    if seen != there:
        raise Refusal(f"What is ready is not what was shown: {', '.join(sorted(seen ^ there))}. Nothing was exported.")
    return [one.invoice.number for one in invoicing.issue(user, today, (), invoicing.shown_mark(found)).made]


COMMANDS = (
    CommandGroup(
        "invoice",
        "invoices of approved visits, fees and blocks: preview, issue, send, credit, hand out",
        (_preview, _issue, _list, _show, _print, _send, _credit, _void, _export),
    ),
)
