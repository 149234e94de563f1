"""What a certain visit would get: which template, why this one, and its items."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.desk.book.template_records import usual_rules
from dispatch.desk.templates.templates import Preview, preview
from dispatch.model.checklists import NewItem
from dispatch.model.templates import Template
from dispatch.model.visits import KINDS
from screens.binding import BACK, command
from screens.dialogs.asked import AskedField
from screens.dialogs.unsent import GO_BACK
from screens.listed import ListScreen
from screens.user_screen import UserScreen
from widgets.listed import FigureLine


class TemplatePreview(ListScreen[NewItem]):
    """The checklist of a visit that does not exist."""

    SHOWS = "clients"

    TITLE_WORD = "what a visit would get"
    PANE = "below"
    DEFAULT_CSS = "TemplatePreview NotesPane { height: 4; }"
    FOOTER = "template.preview screen.leave screen.keys"
    BINDINGS = [BACK]

    def __init__(self, preview: Preview, visit: dict[str, str], draft: Template | None) -> None:
        super().__init__()
        self._preview, self._visit, self._template = preview, visit, draft

    def reload(self) -> None:
        chosen = self._preview.chosen
        self.listed.set_figures(
            [
                FigureLine(
                    item.phase.value.capitalize(),
                    item.ref,
                    f"{item.ref} {item.label}",
                    usual_rules(item),
                    item.required,
                )
                for item in self._preview.items
            ]
        )
        visit = ", ".join(text for text in self._visit.values() if text)
        self.show_head(f"{visit} gets {' and '.join(one.name for one in (chosen.template, *chosen.beside))}")
        self.show_selected()

    def notes(self) -> Sequence[tuple[str, str]]:
        """Which template it is, and why."""
        chosen = self._preview.chosen
        notes = [(f"{chosen.template.name}: {chosen.why}.", "strong")]
        if chosen.others:
            names = ", ".join(other.name for other in chosen.others)
            notes.append((f"Less particular, and would do without it: {names}.", "dim"))
        return notes

    @command("v", "template.preview", "Another visit")
    async def action_again(self) -> None:
        """What a certain visit would get."""
        self._preview, self._visit = await _ask(self, self._visit, self._template)
        self.reload()


async def ask_preview(screen: UserScreen, draft: Template | None = None) -> None:
    """Ask for a visit, and show what it would get; with `draft` as if that were saved already."""
    screen.app.push_screen(TemplatePreview(*await _ask(screen, {"kind": "visit"}, draft), draft))


async def _ask(screen: UserScreen, asked: dict[str, str], draft: Template | None) -> tuple[Preview, dict[str, str]]:
    def find(typed: dict[str, str]) -> tuple[Preview, dict[str, str]]:
        kind, tags = typed["kind"].strip().casefold() or "visit", typed["tags"].split(",")
        return preview(screen.user.store, typed["client"], typed["site"], kind, tags, draft), typed

    fields = (
        AskedField(
            "client", "Client", asked.get("client", ""), "a few letters of the name; empty: nobody's in particular"
        ),
        AskedField("site", "Site", asked.get("site", ""), "empty: the first"),
        AskedField("kind", "Kind", asked.get("kind", ""), ", ".join(KINDS)),
        AskedField("tags", "Tags", asked.get("tags", ""), "server, many"),
    )
    hint = f"tab next field · enter shows it · {GO_BACK}"
    return await screen.fill_in("What would this visit get?", fields, find, hint)
