"""A screen for what is written part by part and saved as a whole: a rate card, an agreement, a template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from db.faults import Stale, StoreFault
from dispatch.desk.session.drafting import Draft
from dispatch.desk.session.refusals import Faulty, NeedsConfirm, Refusal
from dispatch.desk.session.unsent import as_kept
from dispatch.model.states import LEADS
from screens.binding import BACK, command
from screens.dialogs.unsent import FROM_BEFORE
from screens.listed import ListScreen
from widgets.listed import FigureLine

D = TypeVar("D", bound=Draft)


class DraftScreen(ListScreen[Any], Generic[D]):
    """Edit a draft. Nothing is saved before `s`; what was changed is kept until then, whatever ends the program.

    Left, it stands there again; it goes when it was saved, or thrown away (ctrl+t).
    """

    PANE = "below"
    DEFAULT_CSS = "DraftScreen NotesPane { height: 7; }"
    BINDINGS = [BACK]

    def __init__(self, draft: D) -> None:
        super().__init__()
        self._draft = draft
        self._kept = ""

    def begin(self) -> None:
        """Show the draft for the first time, with what was kept of it."""
        self._unsent = self._draft.unsent(self.user)
        changes = self.look(self._draft.bring_kept, self._unsent, self.user.store)
        if changes is not None:
            self._kept = as_kept(self._draft.changes())
            self.say("\n".join([f"This is {FROM_BEFORE}", *changes]))
        super().begin()

    def reference_here(self) -> str:
        """What the questions asked here are about: what is typed into one is kept for this draft, and for no other."""
        return " ".join(self._draft.purpose)

    def faults(self) -> list[str]:
        """Everything that keeps the draft from being saved."""
        raise NotImplementedError

    def lines(self, faults: list[str]) -> Sequence[FigureLine]:
        """Its parts."""
        raise NotImplementedError

    def words(self) -> tuple[str, str]:
        """What it is called, and what is said of one that is saved."""
        raise NotImplementedError

    def save(self, meant: Sequence[str]) -> str:
        """Save it; returns what was done. `meant` are the marks of what was asked and is meant."""
        raise NotImplementedError

    def reload(self) -> None:
        """Show the draft as it stands, and keep it. What others change is told when it is saved."""
        faults, (title, saved) = self.faults(), self.words()
        self.listed.set_figures(self.lines(faults))
        state = f"{len(faults)} to fill in or correct" if faults else "not saved" if self._draft.changed else saved
        self.show_head(title, state)
        self.show_selected()
        text = as_kept(self._draft.changes())
        if text != self._kept:
            self._kept = text
            if not self._unsent.keep(text):
                self.say("This is kept only until the program ends: the disk does not take it.", "warning")

    @command("s ctrl+s", "draft.save", "Save", LEADS)
    async def action_save(self) -> None:
        """Save all of it, if nothing is at fault."""
        await self._save(())

    async def _save(self, meant: Sequence[str]) -> None:
        draft = self._draft
        try:
            sentence = self.save(meant)
        except NeedsConfirm as question:
            await self.confirm("Save it so?", [question.said])
            await self._save(question.marks)
        except Faulty as fault:
            if first := next((line for line in self.lines(self.faults()) if line.faulty), None):
                self.listed.select_key(first.path)
            self.say("Not saved yet:\n" + "\n".join(fault.faults[:6]), "warning")
        except Stale as stale:
            both = draft.bring(self.user.store, draft.changes())
            self.reload()
            self.say("\n".join([str(stale), *both, "Saving again takes yours."]), "warning")
        except (StoreFault, Refusal) as refusal:
            self.say(str(refusal), "warning")
        else:
            self._unsent.drop()
            self._unsent, self._kept = draft.unsent(self.user), ""
            self.reload()
            self.say(sentence)

    @command("ctrl+t", "draft.throw", "Throw away", LEADS)
    def action_throw_away(self) -> None:
        """Throw away what is not saved, and go back."""
        self._unsent.drop()
        self.app.pop_screen()
