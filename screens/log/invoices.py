"""Invoices: what would be issued and what keeps it back, what was issued and what became of it, the batches of before."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from db import invoices, settings
from db.invoices import StoredInvoice
from dispatch.desk.billing import handing_out, invoice_words, invoicing, old_batches
from dispatch.desk.billing.drafting import InvoiceDraft
from dispatch.desk.reports.document import Report
from dispatch.desk.reports.invoice import invoice_report, title_of
from dispatch.desk.reports.rendering import as_text
from dispatch.desk.session import private_file
from dispatch.desk.session.user import User
from dispatch.model.instants import day_text
from dispatch.model.invoices import Invoice
from dispatch.model.reviews import Batch
from dispatch.model.text import count_text
from screens.binding import BACK, command
from screens.dialogs.asked import ENTER_SHOWS, YES_NO, AskedField, a_reason
from screens.files import mailing, writing
from screens.listed import ListScreen
from screens.prices.sheet_view import SheetView
from screens.reading import ScreenReading
from widgets.listed import FigureLine

_WIDTH, _FRAME = 100, 6
"""Cells of a document that is looked at, and of what stands around it."""
_ASKED = 70
"""Cells of one that is looked at before it is issued."""
_FILE = "~/invoices.csv"


class InvoicesScreen(ListScreen[InvoiceDraft | StoredInvoice | Batch]):
    """Drafts by client, then what was issued, the newest first."""

    SHOWS = "log"

    TITLE_WORD = "invoices"
    ENTER = "open"
    PANE = "below"
    FOOTER = (
        "invoice.open invoice.issue invoice.issue-all invoice.until invoice.dated invoice.file screen.leave screen.keys"
    )
    FOOTER_ISSUED = (
        "invoice.open invoice.mail invoice.file invoice.credit invoice.void invoice.export screen.leave screen.keys"
    )
    """What the key bar shows on what was issued."""
    DEFAULT_CSS = """
    InvoicesScreen FigureList { height: 2fr; }
    InvoicesScreen NotesPane { height: 1fr; }
    """
    BINDINGS = [BACK]

    def __init__(self) -> None:
        super().__init__()
        self._until: datetime.date | None = None
        self._dated: datetime.date | None = None
        self._drafts: list[InvoiceDraft] = []
        self._reading = ScreenReading(self, self._read, self._show_read)

    @property
    def until(self) -> datetime.date:
        """The last day of what would be invoiced: today, where no other was chosen."""
        return self._until or settings.today(self.user.store)

    @property
    def dated(self) -> datetime.date:
        """The date of what is issued: today, where no other was chosen."""
        return self._dated or settings.today(self.user.store)

    def reload(self) -> None:
        self._reading.begin()

    def _read(self) -> tuple[list[InvoiceDraft], list[StoredInvoice], list[Batch]]:
        store = self.user.store
        return invoicing.preview(self.user, self.until), invoices.every_invoice(store), invoices.batches(store)

    def _show_read(self, read: tuple[list[InvoiceDraft], list[StoredInvoice], list[Batch]]) -> None:
        drafts, issued, batches = read
        self._drafts = drafts
        self.things = {f"draft {draft.client.id} {draft.invoice.currency}": draft for draft in drafts}
        self.things |= {one.invoice.number: one for one in issued}
        self.things |= {f"batch {batch.id}": batch for batch in batches}
        lines = [_line(path, thing) for path, thing in self.things.items()]
        nothing = FigureLine("Nothing is to be invoiced", "none", "approve visits first", "", False)
        self.listed.set_figures(lines or [nothing])
        ready = sum(draft.ready for draft in drafts)
        dated = "" if self._dated is None else f" · dated {day_text(self.dated)}"
        self.show_head("Invoices", f"up to {day_text(self.until)} · {ready} ready · {len(issued)} issued{dated}")
        self.show_selected()

    def footer(self) -> str:
        """The keys that do something with what is under the cursor."""
        return self.FOOTER_ISSUED if isinstance(self.here, (StoredInvoice, Batch)) else self.FOOTER

    def show_selected(self) -> None:
        super().show_selected()
        self.show_keys()

    def notes(self) -> Sequence[tuple[str, str]]:
        """What holds the draft, or what became of the invoice."""
        here = self.here
        if isinstance(here, InvoiceDraft):
            notes = [(fault, "warn") for fault in here.faults] + [(notice, "plain") for notice in here.notices]
            lines = [(invoice_words.line_text(line, here.invoice), "dim") for line in here.invoice.lines]
            return [*(notes or [("It is ready to be issued.", "plain")]), *lines]
        if isinstance(here, StoredInvoice):
            store = self.user.store
            went, credits = invoicing.went_to(store, here), invoices.credits_of(store, here.id)
            return [(line, "plain") for line in invoice_words.fate_lines(here, went, credits, self.user.firm.zone)]
        if isinstance(here, Batch):
            return [("Handed over before there were invoices; it stays as it was, and is never invoiced.", "dim")]
        return ()

    def issued(self) -> StoredInvoice | None:
        """The invoice under the cursor, where one is."""
        return self.here if isinstance(self.here, StoredInvoice) else None

    def standing(self) -> StoredInvoice | None:
        """The same, where it is not void."""
        one = self.issued()
        return one if one is not None and one.voided_at is None else None

    def draft(self) -> InvoiceDraft | None:
        """The draft under the cursor, where one can be issued."""
        return self.here if isinstance(self.here, InvoiceDraft) and self.here.ready else None

    def on_paper(self) -> Invoice | None:
        """What is under the cursor as a document."""
        here = self.here
        if isinstance(here, InvoiceDraft) and not here.taken:
            return None
        return here.invoice if isinstance(here, (InvoiceDraft, StoredInvoice)) else None

    @command("enter", "invoice.open", "Open", about="on_paper")
    def action_open(self, invoice: Invoice) -> None:
        """The whole document, as it stands on paper."""
        # its title stands over the dialog
        text = as_text(replace(self._report(invoice), title=""), min(_WIDTH, int(self.app.size.width * 0.98) - _FRAME))
        self.app.push_screen(SheetView(title_of(invoice), None, "", notes=text.strip("\n").splitlines()))

    def _report(self, invoice: Invoice) -> Report:
        one = self.issued()
        if one is None:
            return invoice_report(self.user.store, invoice)
        return invoice_report(self.user.store, invoice, one.void_reason, one.client_id)

    @command("i", "invoice.issue", "Issue", about="draft")
    async def action_issue(self, draft: InvoiceDraft) -> None:
        """Issue the invoice under the cursor, with the next number: what is on it is said first."""
        await self._issue([one for one in self._drafts if one.client.id == draft.client.id], [draft.client.id])

    @command("a", "invoice.issue-all", "Issue all")
    async def action_issue_all(self) -> None:
        """Issue all that are ready, each with the next number."""
        await self._issue(self._drafts, [])

    async def _issue(self, drafts: Sequence[InvoiceDraft], of: Sequence[int]) -> None:
        ready, until, shown = sum(draft.ready for draft in drafts), self.until, invoicing.shown_mark(drafts)
        if not ready:
            self.say("Nothing is ready to be invoiced.")
            return
        lines = [
            *invoice_words.draft_lines(drafts),
            f"Dated {day_text(self.dated)} (D). Undo does not take them back: they are made void, or credited.",
        ]
        await self.confirm(f"Issue {count_text(ready, 'invoice')}?", lines)
        if (done := await self.do(invoicing.issue, until, of, shown, self.dated)) is not None:
            self.say("\n".join(invoice_words.issued_lines(done)))

    @command("D", "invoice.dated", "Date")
    async def action_dated(self) -> None:
        """The date of what is issued from now on: not one to come, nor before the newest document."""
        today = settings.today(self.user.store)
        self._dated = await self.ask_day(
            "The date of invoices", "not before the newest one", today, self.dated.isoformat()
        )
        self.reload()

    @command("d", "invoice.until", "Up to")
    async def action_until(self) -> None:
        """Up to which day: what is later stays for the next invoice."""
        self._until = await self.ask_day(
            "Invoices up to", "the last day", settings.today(self.user.store), does="shows them"
        )
        self.reload()

    @command("S", "invoice.file", "File", about="on_paper")
    async def action_file(self, invoice: Invoice) -> None:
        """Write the document to a file: a page, PDF, text, data."""
        report = self._report(invoice)
        await writing.ask_file(self, title_of(invoice), lambda *_: report)

    @command("M", "invoice.mail", "Mail", about="standing")
    async def action_mail(self, one: StoredInvoice) -> None:
        """Send the document to its client: what would be sent is shown first, and undo takes it back until it leaves."""
        report = self._report(one.invoice)
        await mailing.ask_mail(self, f"{title_of(one.invoice)} by mail", lambda *_: report)

    @command("v", "invoice.void", "Void", about="standing")
    async def action_void(self, one: StoredInvoice) -> None:
        """Make it void, before anybody has it: its number stays, and what was on it is invoiced again."""
        reason = await self.ask(f"Make {one.invoice.number} void", "why", check=a_reason)
        if await self.do(invoicing.void, one.invoice.number, reason) is not None:
            self.say(f"{one.invoice.number} is void; what was on it waits to be invoiced.")

    @command("c", "invoice.credit", "Credit", about="standing")
    async def action_credit(self, one: StoredInvoice) -> None:
        """Give back all of it or some lines, by a credit note of its own, which is looked at first."""
        fields = [
            AskedField("lines", "Lines", "", "2, 3=12.50; empty: all of it"),
            AskedField("reason", "Why", "", "stands on the credit note"),
            AskedField("again", "Invoice again", "no", "what is credited whole waits for review again", YES_NO),
        ]
        number = one.invoice.number

        def draft(typed: dict[str, str]) -> tuple[invoicing.CreditDraft, partial[StoredInvoice]]:
            lines, exponent = [text for text in typed["lines"].split(",") if text.strip()], one.invoice.exponent
            amounts = dict(invoice_words.line_meant(text, exponent) for text in lines) or None
            how: dict[str, Any] = {"again": typed["again"] == "yes", "dated": self._dated}
            found = invoicing.preview_credit(self.user, number, typed["reason"], amounts, **how)
            return found, partial(
                invoicing.credit, number=number, reason=typed["reason"], amounts=amounts, shown=found.mark, **how
            )

        found, deed = await self.fill_in(f"Credit {number}", fields, draft, hint=ENTER_SHOWS)
        lines = [
            f"{invoice_words.total_text(found.invoice)} to {found.invoice.buyer.name}",
            *invoice_words.again_lines(found),
        ]
        text = as_text(
            invoice_report(self.user.store, found.invoice), min(_ASKED, int(self.app.size.width * 0.98) - 2 * _FRAME)
        )
        await self.confirm("Issue this credit note?", lines, text=text)
        if (done := await self.do(deed)) is not None:
            self.say(f"{done.invoice.number} credits {done.invoice.corrects}: {invoice_words.total_text(done.invoice)}")

    @command("E", "invoice.export", "Hand out")
    async def action_export(self) -> None:
        """Write what was never handed out into a file for the bookkeeper; on a batch of before, that batch once more."""
        batch = self.here if isinstance(self.here, Batch) else None

        def write(typed: dict[str, str], path: Path, over: bool) -> str:
            as_json = path.suffix.casefold() == ".json"
            layout = typed.get("layout", "csv")
            text, said = _handed_out(self.user, batch, "json" if layout == "csv" and as_json else layout)
            private_file.write_private(path, text, replace=over)
            return f"{said}: in {path}, which only you may read."

        fields = [AskedField("file", "File", _FILE, ".csv: a row a line; .json: whole documents")]
        if batch is None:
            fields.insert(0, AskedField("layout", "For", "csv", "the program that reads it", [*handing_out.LAYOUTS]))
        title = "Hand out what was not" if batch is None else f"Batch {batch.id} once more"
        await writing.ask_to_write(self, title, fields, write)
        self.reload()


def _handed_out(user: User, batch: Batch | None, layout: str) -> tuple[str | bytes, str]:
    """The text of a file for the bookkeeper, and what is said of it."""
    if batch is not None:
        return old_batches.text_of(
            old_batches.export_again(user, batch.id), user.firm.zone, as_json=layout == "json"
        ), f"Batch {batch.id}"
    found, text, notices = handing_out.hand_out(user, (), layout)
    return text, " ".join((*notices, count_text(len(found), "document")))


def _line(path: str, thing: InvoiceDraft | StoredInvoice | Batch) -> FigureLine:
    if isinstance(thing, InvoiceDraft):
        why = f"kept back: {thing.faults[0]}" if thing.faults else ""
        holds = invoice_words.holds(thing)
        value = " · ".join(filter(None, (invoice_words.total_text(thing.invoice) if holds else "", holds, why)))
        value = value or thing.notices[0]
        return FigureLine("To invoice", path, thing.client.name, value, thing.ready, bool(thing.faults))
    if isinstance(thing, StoredInvoice):
        invoice = thing.invoice
        value = " · ".join(
            filter(None, (invoice_words.total_text(invoice), str(invoice.issued_on), invoice_words.fate(thing)))
        )
        return FigureLine("Issued", path, f"{invoice.number} {invoice.buyer.name}", value, thing.voided_at is None)
    return FigureLine(
        "Batches of before", path, f"Batch {thing.id}", f"{count_text(thing.visits, 'visit')} · {thing.by}", False
    )
