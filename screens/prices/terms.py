"""A rate card or an agreement, figure by figure: what is wrong is said at once, and an example visit shows what it means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from db import clients
from db.settings import today
from dispatch.charges.fields import FormFigure
from dispatch.desk.book.context import Desk
from dispatch.desk.prices import agreeing
from dispatch.desk.prices.drafts import AgreementDraft, CardDraft
from dispatch.fields.context import NO_RECORDS
from dispatch.fields.kinds import Control
from dispatch.model.agreements import in_words
from dispatch.model.states import LEADS
from dispatch.records.agreements import BLOCK
from screens.binding import command
from screens.dialogs.asked import ChoiceRow
from screens.editing import DraftScreen
from screens.prices.sheet_view import SheetView
from screens.record_forms import ask_recurring, line_of
from widgets.listed import FigureLine


class TermsScreen(DraftScreen[CardDraft | AgreementDraft]):
    """Edit a rate card or an agreement."""

    SHOWS = "prices"

    TITLE_WORD = "prices and terms"
    ENTER = "edit"
    FOOTER = "figure.edit figure.add figure.reset draft.save terms.example screen.leave screen.keys"

    def faults(self) -> list[str]:
        return self._draft.faults()

    def words(self) -> tuple[str, str]:
        """What it is called, and that it is saved."""
        return self._draft.title, "saved"

    def lines(self, faults: list[str]) -> list[FigureLine]:
        lines = []
        for figure in self._draft.figures():
            value, own = self._draft.shown(figure)
            lines.append(FigureLine(figure.section, figure.path, figure.label, value, own, bool(_of(figure, faults))))
        return lines

    def notes(self) -> list[tuple[str, str]]:
        """What the figure under the cursor is, how an agreement stands, and what an example visit would cost."""
        faults = self.faults()
        draft, figure = self._draft, self._figure()
        notes: list[tuple[str, str]] = []
        if figure is not None:
            notes.append((f"{figure.label}: {figure.hint}" if figure.hint else figure.label, "plain"))
            notes += [(fault, "bad") for fault in _of(figure, faults)]
        if isinstance(draft, AgreementDraft) and draft.before is not None:
            day = today(self.user.store)
            notes += [(line, "dim") for line in agreeing.balances(self.user.store, draft.before, day)]
            notes += [(word.line, "dim") for word in agreeing.dated_words(draft.before, self.user.store)]
        if isinstance(draft, CardDraft) and (example := draft.example()) is not None:
            visit, sheet = example
            amounts = ", ".join(f"{line['rule']} {line['amount']}" for line in sheet["lines"])
            notes.append((f"Example: {visit}: {sheet['total']} with tax ({amounts}). v shows the sheet.", "info"))
        others = [fault for fault in faults if figure is None or fault not in _of(figure, faults)]
        return notes + [(fault, "warn") for fault in others]

    def save(self, meant: Sequence[str]) -> str:
        return self._draft.save(self.user, meant)

    def _figure(self) -> FormFigure | None:
        path = self.listed.selected
        return next((figure for figure in self._draft.figures() if figure.path == path), None)

    @command("enter", "figure.edit", "Edit", LEADS, about="_figure")
    async def action_edit(self, figure: FormFigure) -> None:
        """Change the figure under the cursor."""
        value, _ = self._draft.shown(figure)
        if figure.kind.control is Control.CHOICE:
            rows = [ChoiceRow(in_words(choice), choice) for choice in figure.kind.choices(NO_RECORDS)]
            text = await self.choose(figure.label, rows)
        else:
            text = await self.ask(figure.label, figure.hint, value, check=lambda typed: self._try(figure, typed))
        self._draft.change(figure, text)
        self.reload()

    def _try(self, figure: FormFigure, text: str) -> str | None:
        """What is wrong with a figure as typed; the draft stays as it was."""
        draft = self._draft
        before = draft.whole()
        try:
            draft.change(figure, text)
            faults = _of(figure, draft.faults())
            return faults[0] if faults else None
        except ValueError as fault:
            return str(fault)
        finally:
            draft.take(before)

    @command("n", "figure.add", "Add", LEADS)
    async def action_add(self) -> None:
        """A labour class, a band of hours, an item, a travel charge, a prepaid block."""
        draft = self._draft
        additions = draft.additions()
        if not additions:
            self.say("Nothing can be added to this agreement: its figures are all there.")
            return
        what = additions[0][0]
        if len(additions) > 1:
            rows = [ChoiceRow(text, key) for key, text in additions]
            what = await self.choose("Add", rows)
        if what == "block":
            await self._add_block()
            return
        name = ""
        if what in ("class", "band", "item", "list"):
            name = await self.ask("What is it called?", "for example tech, senior, evening, CABLE, nonprofit")
        assert isinstance(draft, CardDraft)
        try:
            path = draft.add(what, name)
        except ValueError as fault:
            self.say(str(fault), "warning")
            return
        self.reload()
        self.listed.select_key(path)
        self.action_edit()

    async def _add_block(self) -> None:
        draft = self._draft
        assert isinstance(draft, AgreementDraft)
        if draft.before is None or draft.changed:
            self.say("Save the agreement first: s", "warning")
            return
        agreement, user = draft.before, self.user
        unit = "money" if agreement.kind == "block_money" else "minutes at the usual rate"

        fields = [line_of(field, {"bought": "today"}.get(field.name), Desk.for_user(user)) for field in BLOCK.fields]
        fields = [replace(field, label=f"Size in {unit}") if field.name == "size" else field for field in fields]
        await self.fill_in("A prepaid block", fields, lambda entered: agreeing.add_block(user, agreement, entered))
        draft.read_again(user.store)
        self.reload()

    @command("d delete", "figure.reset", "Default", LEADS, about="_figure")
    def action_reset(self, figure: FormFigure) -> None:
        """Back to the default; an added part is taken out."""
        self._draft.reset(figure)
        self.reload()

    @command("v", "terms.example", "Example")
    def action_example(self) -> None:
        """An example visit, priced line by line."""
        draft = self._draft
        if not isinstance(draft, CardDraft):
            self.say("A card has an example.")
            return
        if (example := draft.example()) is None:
            self.say("The example appears once nothing is missing.")
            return
        visit, sheet = example
        self.app.push_screen(SheetView(f"Example: {visit}", sheet, str(draft.form["currency"])))

    @command("Y", "client.recurring", "Recurring visit")
    async def action_recurring(self) -> None:
        """A visit that comes again by a rule."""
        draft = self._draft
        if not isinstance(draft, AgreementDraft):
            self.say("A rate card has no client: recurring visits belong to one.")
            return
        client = clients.client_by_name(self.user.store, draft.client)
        if client is None:
            return
        day = today(self.user.store).isoformat()
        # a visit of an agreement begins no earlier than it, and ends with it
        texts = {"starts": max(str(draft.form.get("starts") or day), day), "ends": str(draft.form.get("ends") or "")}
        made = await ask_recurring(self, client, texts)
        self.say(f"{client.name}: {made.work}, {made.rule}")

    @command("r", "terms.rename", "Rename", LEADS)
    async def action_rename(self) -> None:
        """Another name."""
        name = await self.ask("What shall it be called?", value=self._draft.name)
        if name.strip():
            self._draft.name = name.strip()
            self.reload()


def _of(figure: FormFigure, faults: list[str]) -> list[str]:
    """The faults that concern a figure."""
    return [fault for fault in faults if fault.startswith((f"{figure.path}:", f"{figure.path}.", f"{figure.path}["))]
