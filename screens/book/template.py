"""A template of checklists, item by item: what is wrong is said at once, and nothing is saved before `s`."""

from __future__ import annotations

from collections.abc import Sequence

from db import templates
from db.names import folded
from dispatch.closeout import shipped
from dispatch.closeout.template import FOLLOW_UPS
from dispatch.closeout.template_form import ITEM, item_texts
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.book.template_records import rules_text, serving_text
from dispatch.desk.session.refusals import Faulty
from dispatch.desk.templates.template_draft import KIND, TemplateDraft, begun, brought
from dispatch.fields.context import NO_RECORDS
from dispatch.model.checklists import ItemKind, Phase
from dispatch.model.instants import day_of, day_text
from dispatch.model.states import LEADS
from dispatch.model.templates import TemplateItem
from dispatch.model.text import count_text
from screens.binding import command
from screens.book.template_preview import ask_preview
from screens.dialogs.asked import AskedField, ChoiceRow
from screens.editing import DraftScreen
from screens.record_forms import line_of
from screens.user_screen import UserScreen
from widgets.listed import FigureLine

_SECTION = "Which visits get it"


class TemplateScreen(DraftScreen[TemplateDraft]):
    """Edit a draft of a template."""

    SHOWS = "clients"

    TITLE_WORD = "a checklist template"
    ENTER = "edit"
    FOOTER = (
        "template.edit draft.save template.add template.take-out template.move template.preview template.history "
        "change.undo screen.leave screen.keys"
    )

    def _item(self) -> TemplateItem | None:
        return self._draft.item(self.listed.selected or "")

    def faults(self) -> list[str]:
        return self._draft.faults(self.user.store)

    def words(self) -> tuple[str, str]:
        """Its name, and which version it is."""
        before = self._draft.before
        saved = "" if before is None else f"version {before.number}" + (", archived" if before.archived else "")
        return self._draft.texts["name"] or "A new template", saved

    def reload(self) -> None:
        """Show the draft as it stands; where nothing was changed here, as it stands in the store."""
        if not self._draft.changed:
            self.look(self._draft.read_again, self.user.store)
        super().reload()

    def lines(self, faults: list[str]) -> list[FigureLine]:
        """Which visits get it, and its items."""
        draft = self._draft
        lines = [
            FigureLine(
                _SECTION,
                field.name,
                field.label,
                draft.texts.get(field.name, "") or ("" if field.name == "name" else "any"),
                bool(draft.texts.get(field.name)),
                any(fault.startswith((f"{field.name}:", "for:")) for fault in faults),
            )
            for field in RECORD_STORES[KIND].record.typed
        ]
        lines += [
            FigureLine(
                item.phase.value.capitalize(),
                item.ref,
                f"{item.ref} {item.label}",
                rules_text(item),
                item.required,
                bool(_of(item, faults)),
            )
            for item in draft.items
        ]
        return lines

    def notes(self) -> list[tuple[str, str]]:
        """What the item under the cursor asks for, or which visits get the template."""
        faults = self.faults()
        item, store = self._item(), self.user.store
        notes: list[tuple[str, str]] = []
        if item is not None:
            notes.append((f"{item.ref} {item.label}", "strong"))
            notes.append((rules_text(item), "plain"))
        else:
            visits_served = serving_text(store, self._draft.template(store))
            notes.append(
                (
                    f"It serves {visits_served}. A template that names the client goes first, then more tags, then a kind.",
                    "plain",
                )
            )
        mine = _of(item, faults) if item is not None else []
        notes += [(fault, "bad") for fault in mine]
        notes += [(fault, "warn") for fault in faults if fault not in mine]
        if item is not None and item.phase is Phase.LEAVE:
            notes.append((f"{FOLLOW_UPS.ref} {FOLLOW_UPS.label}: comes by itself with the first follow-up.", "dim"))
        if item is not None and item.phase is Phase.TEST:
            notes.append(("Every required test must pass after the last work.", "dim"))
        return notes

    @command("enter", "template.edit", "Edit", LEADS)
    async def action_edit(self) -> None:
        """Change the item, or which visits get the template."""
        item = self._item()
        if item is not None:
            await self._ask_item(f"{item.ref} {item.label}", item_texts(item), item.ref)
            return
        draft = self._draft
        fields = [
            AskedField(field.name, field.label, draft.texts.get(field.name, ""), field.hint)
            for field in RECORD_STORES[KIND].record.typed
        ]

        def check(typed: dict[str, str]) -> list[str]:
            draft.say(typed)
            faults = [fault for fault in draft.faults(self.user.store) if fault.split(":")[0] in (*draft.texts, "for")]
            if faults:
                draft.back()
            return faults

        await self.fill(_SECTION, fields, check)
        self.reload()

    @command("n", "template.add", "New item", LEADS)
    async def action_add(self) -> None:
        """Add an item to the phase under the cursor."""
        item = self._item()
        phase = item.phase if item is not None else Phase.WORK
        await self._ask_item(f"A new item: {phase}", self._draft.blank(phase), None)

    async def _ask_item(self, title: str, texts: dict[str, str], ref: str | None) -> None:
        draft, made = self._draft, list[str]()

        def check(typed: dict[str, str]) -> list[str]:
            try:
                new = draft.put(typed, ref)
            except Faulty as fault:
                return [_in_words(text) for text in fault.faults]
            if faults := _of(new, draft.faults(self.user.store)):
                draft.back()
                return [_in_words(fault) for fault in faults]
            made.append(new.ref)
            return []

        fields = [line_of(field, texts[field.name], NO_RECORDS) for field in ITEM]
        await self.fill(title, fields, check)
        self.reload()
        self.listed.select_key(made[-1])

    @command("d delete", "template.take-out", "Take out", LEADS, about="_item")
    def action_take_out(self, item: TemplateItem) -> None:
        """Take the item out."""
        try:
            self._draft.take_out(item.ref)
        except Faulty as fault:
            self.say(str(fault), "warning")
            return
        self.reload()

    @command("m", "template.move", "Move", LEADS, about="_item")
    async def action_move(self, item: TemplateItem) -> None:
        """Put the item before another of its phase."""
        others = [other for other in self._draft.items if other.phase is item.phase and other.ref != item.ref]
        if item.kind is ItemKind.SIGN_OFF or not others:
            self.say("It stands alone in its phase." if not others else "The sign-off stays last.")
            return
        rows = [ChoiceRow(f"before {other.ref} {other.label}", other.ref) for other in others]
        if item.phase is not Phase.LEAVE:
            rows.append(ChoiceRow("at the end", ""))
        before = await self.choose(f"Where shall {item.ref} stand?", rows)
        if before:
            self._draft.move_before(item.ref, before)
        else:
            self._draft.move_last(item.ref)
        self.reload()

    def save(self, meant: Sequence[str]) -> str:
        """Save the draft as the next version."""
        number = self._draft.before.number if self._draft.before is not None else 0
        saved = self._draft.save(self.user)
        if saved.number == number:
            return f"Nothing was changed: version {number}."
        return f"Saved as version {saved.number}. Visits made from now on get it; the others keep theirs."

    @command("v", "template.preview", "Preview")
    async def action_preview(self) -> None:
        """What a certain visit would get."""
        store = self.user.store
        if self._draft.faults(store):
            self.say("The preview appears once nothing is to correct.")
        else:
            await ask_preview(self, self._draft.template(store))

    @command("H", "template.history", "Versions")
    async def action_history(self) -> None:
        """Take an earlier version up again."""
        draft, store = self._draft, self.user.store
        if draft.before is None:
            self.say("It has no versions yet: s saves the first.")
            return
        zone = self.user.firm.zone
        rows = [
            ChoiceRow(
                f"version {wording.template.number}: {wording.template.name}, {count_text(len(wording.template.items), 'item')}",
                wording.template,
                "as the program brings it"
                if wording.saved_at is None
                else f"{day_text(day_of(wording.saved_at, zone))}, {wording.by}",
            )
            for wording in templates.wordings(store, draft.before.id)
        ]
        draft.take_up(store, await self.choose("Take up again which version?", rows))
        self.reload()

    def action_undo(self) -> None:
        """Take back the last change here; where all is saved, the last one that was saved."""
        if self._draft.back():
            self.reload()
        else:
            super().action_undo()


async def ask_template(screen: UserScreen) -> None:
    """Begin a new template with the items of another one; one that was begun and not saved is gone on with."""
    if (draft := TemplateDraft()).unsent(screen.user).read():
        screen.app.push_screen(TemplateScreen(draft))
        return
    store = screen.user.store
    known = templates.all_templates(store)
    rows = [
        ChoiceRow(f"like {template.name}", begun("", template), serving_text(store, template)) for template in known
    ]
    names = {folded(template.name) for template in known}
    rows += [
        ChoiceRow(template.name, brought(template), f"the program brings it, for {serving_text(store, template)}")
        for template in shipped.templates()
        if folded(template.name) not in names
    ]
    screen.app.push_screen(TemplateScreen(await screen.choose("Begin a template with the items of", rows)))


def _of(item: TemplateItem, faults: list[str]) -> list[str]:
    """The faults that concern an item."""
    return [fault for fault in faults if fault.startswith((f"{item.ref} ", f"{item.ref}:"))]


def _in_words(fault: str) -> str:
    """A fault of an item as its form says it: the label of the line in place of the item and the field of a file."""
    where, colon, what = fault.partition(": ")
    label = next((field.label for field in ITEM if field.name == where.rpartition(" ")[2]), "")
    return f"{label}: {what}" if colon and label else fault
