"""A template while a lead works on it: item by item, checked as a whole, saved as the next wording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from db import templates
from db.store import Store, existing
from dispatch.closeout.template import FOLLOW_UPS, in_order
from dispatch.closeout.template_form import ALWAYS, item_form, item_texts, items_from, read_item
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.book.template_records import items_text, judged
from dispatch.desk.session.drafting import Draft, Whole
from dispatch.desk.session.refusals import Faulty
from dispatch.desk.session.user import User
from dispatch.model.checklists import Phase
from dispatch.model.templates import PHASE_LETTERS, Template, TemplateItem

KIND = "template"


_Look = tuple[dict[str, str], tuple[TemplateItem, ...]]
"""Texts and items, as they stand or stood."""


@dataclass(slots=True)
class TemplateDraft(Draft):
    """What is being written. `texts` are its name and which visits it serves, as typed; `before` what it changes."""

    texts: dict[str, str] = field(default_factory=lambda: dict.fromkeys(("name", "kinds", "tags", "clients"), ""))
    items: tuple[TemplateItem, ...] = ()
    before: Template | None = None
    _saved: Whole = field(init=False)
    _steps: list[_Look] = field(init=False, default_factory=list)

    kind: ClassVar[str] = KIND

    def __post_init__(self) -> None:
        # what is begun like another is not saved yet
        self._saved = self.whole() if self.before is not None else {}

    @classmethod
    def of(cls, store: Store, template: Template) -> TemplateDraft:
        """The draft of a template that is there."""
        texts = RECORD_STORES[KIND].texts(store, template)
        return cls({name: text for name, text in texts.items() if name != "items"}, template.items, template)

    def whole(self) -> Whole:
        return {"texts": dict(self.texts), "items": [item_form(item) for item in self.items]}

    def stood(self) -> Whole:
        return self._saved

    def take(self, whole: Whole) -> None:
        """Write it so, as one step that can be taken back."""
        if self.before is not None:
            self._keep()
        self.texts, self.items = {**self.texts, **whole["texts"]}, items_from(whole["items"], [])

    def read_again(self, store: Store) -> None:
        fresh = None if self.before is None else templates.template(store, self.before.id)
        if fresh is not None and self.before is not None and fresh.version != self.before.version:
            self.settle(store, fresh)

    def faults(self, store: Store) -> list[str]:
        """Everything that keeps it from being saved."""
        faults: list[str] = []
        judged(store, self.before, self._whole(), faults)
        return faults

    def template(self, store: Store) -> Template:
        """The template as it would be saved, faults or none."""
        return judged(store, self.before, self._whole(), [])

    def say(self, texts: Mapping[str, str]) -> None:
        """Call it otherwise, or have it serve other visits."""
        self._keep()
        self.texts = {**self.texts, **texts}

    def back(self) -> bool:
        """Take the last change back that is not saved yet; returns whether there was one."""
        if not self._steps:
            return False
        self.texts, self.items = self._steps.pop()
        return True

    def _keep(self) -> None:
        self._steps.append((dict(self.texts), self.items))

    def item(self, ref: str) -> TemplateItem | None:
        """The item of that id, whatever its case."""
        return next((item for item in self.items if item.ref.casefold() == ref.strip().casefold()), None)

    def put(self, texts: Mapping[str, str], ref: str | None = None) -> TemplateItem:
        """Take over an item as typed: a new one at the end of its phase, or (with `ref`) in the place of that one.

        Raises:
            Faulty: with every field that cannot be taken; the draft stays as it was.
        """
        faults: list[str] = []
        new = read_item(texts, len(self.items) + 1, faults, typed=True)
        if new is not None and new.ref != ref and self.item(new.ref) is not None:
            faults.append(f"{new.ref} id: is another item's")
        if ref in ALWAYS and new is not None and new.ref != ref:
            faults.append(f"{ref} id: every template has this item")
        if faults or new is None:
            raise Faulty(faults)
        self._keep()
        others = (new if item.ref == ref else item for item in self.items)
        self.items = in_order((*others, new) if ref is None else others)
        return new

    def take_out(self, ref: str) -> None:
        """Take an item out.

        Raises:
            Faulty: every template has it, or this one has none such.
        """
        item = self._there(ref)
        if item.ref in ALWAYS:
            raise Faulty([f"{item.ref}: every template has this item"])
        self._keep()
        self.items = tuple(each for each in self.items if each is not item)

    def move_before(self, ref: str, other: str) -> None:
        """Move an item to stand before another of its phase.

        Raises:
            Faulty: one of them is not there, or they are of different phases.
        """
        item, following = self._there(ref), self._there(other)
        if item.phase is not following.phase:
            raise Faulty([f"{item.ref}: stands with the items of {item.phase}, {following.ref} with {following.phase}"])
        others = [one for one in self.items if one is not item]
        if item is not following:
            self._keep()
            others.insert(others.index(following), item)
            self.items = in_order(others)

    def move_last(self, ref: str) -> None:
        """Move an item to the end of its phase; nothing stands behind the sign-off."""
        item = self._there(ref)
        self._keep()
        self.items = in_order((*(each for each in self.items if each is not item), item))

    def next_ref(self, phase: Phase) -> str:
        """The next free id of a phase."""
        letter = next(letter for letter, each in PHASE_LETTERS.items() if each is phase)
        taken = {int(item.ref[1:]) for item in (*self.items, FOLLOW_UPS) if item.ref[0] == letter}
        return f"{letter}{max(taken, default=0) + 1}"

    def blank(self, phase: Phase) -> dict[str, str]:
        """The lines of a new item of a phase, filled in as far as is clear."""
        kind = "test" if phase is Phase.TEST else "confirm"
        new = existing(read_item({"id": self.next_ref(phase), "kind": kind, "text": "new"}, 1, []))
        return {**item_texts(new), "text": ""}

    def take_up(self, store: Store, wording: Template) -> None:
        """Go back to an earlier wording, as the next one to be saved."""
        self._keep()
        earlier = TemplateDraft.of(store, wording)
        self.texts, self.items = earlier.texts, earlier.items

    def save(self, user: User) -> Template:
        """Save it as a new template, or as the next wording of the one that it changes; returns that.

        Raises:
            NotAllowed: only a lead does.
            Faulty: with every fault.
            Stale: somebody else changed the template since; the next `save` takes this draft all the same.
        """
        texts, before = self._whole(), self.before
        saved: Template = editing.add(user, KIND, texts) if before is None else editing.edit(user, KIND, before, texts)
        self.settle(user.store, saved)
        return saved

    def settle(self, store: Store, saved: Template) -> None:
        """Take a template as what the draft stands for from now on."""
        fresh = TemplateDraft.of(store, saved)
        self.texts, self.items, self.before, self._saved = fresh.texts, fresh.items, saved, fresh._saved
        self._steps = []

    def _whole(self) -> dict[str, str]:
        return {**self.texts, "items": items_text(self.items)}

    def _there(self, ref: str) -> TemplateItem:
        item = self.item(ref)
        if item is None:
            known = ", ".join(each.ref for each in self.items)
            raise Faulty([f"{ref}: is not an item of it; those are {known}"])
        return item


def begun(name: str, like: Template) -> TemplateDraft:
    """A new template with the items of another one; which visits it serves is still to be said."""
    return TemplateDraft({"name": name, "kinds": "", "tags": "", "clients": ""}, like.items)


def brought(template: Template) -> TemplateDraft:
    """A template that the program brings, for the visits that it is meant for, not saved yet."""
    scope = {"kinds": ", ".join(template.kinds), "tags": ", ".join(template.tags), "clients": ""}
    return TemplateDraft({"name": template.name, **scope}, template.items)
