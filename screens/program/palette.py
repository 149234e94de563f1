"""The palette: everything that can be done on a screen, found by words. Made from the bindings, as the help is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.dom import DOMNode

from dispatch.model.matching import Findable, findable
from screens.dialogs.finder import FindScreen
from screens.program.keymap import own_bindings, sentence_of
from screens.program.personal import known_themes
from screens.program.tasks import EVERYWHERE, all_tasks, words_for
from screens.user_screen import offered
from widgets.listed import FoundLine
from widgets.terminal.keyboard import written_all

if TYPE_CHECKING:
    from screens.program.program import Program


class Deed(NamedTuple):
    """Something that can be done: what it is called, its keys, the action with the node that carries it out, and what else people
    call it."""

    name: str
    keys: str
    words: str
    action: str
    node: DOMNode
    also: str = ""


def deeds(app: Program) -> list[Deed]:
    """What can be done on the screen in front: its own deeds, those of the program, what people want anywhere, and the themes."""
    known: dict[str, Deed] = {}
    for node in (app.screen, app):
        for binding in (binding for owner in type(node).__mro__ for binding in own_bindings(owner)):
            keys = app.keymap.get(binding.id or "", binding.key).split(",")
            # what is not shown moves a cursor, or goes back, which the palette does by itself
            if binding.show and binding.id not in known and binding.action != "palette" and offered(node, binding):
                name = binding.description
                also = words_for(getattr(app.screen, "TITLE_WORD", ""), binding.id or "")
                known[binding.id or ""] = Deed(
                    name, written_all(keys), sentence_of(binding), binding.action, node, also
                )
    said = {name: deed.keys.split(" ")[0] for name, deed in known.items()}
    elsewhere = [
        known[task.deed]._replace(name=task.does, words=task.steps(said.__getitem__), also=task.also)
        for task in all_tasks()[EVERYWHERE]
        if said.keys() >= set(task.ids)
    ]
    themes = [
        Deed(f"Theme {name}", "", "colours of the screen, kept for you", f"theme({name!r})", app)
        for name in known_themes()
        if name != app.theme
    ]
    return [*known.values(), *elsewhere, *themes]


async def choose_deed(app: Program) -> None:
    """Ask what to do on the screen in front, and do it."""
    offered: list[Findable[Deed]] = [
        findable(deed, deed.name, deed.words, deed.action, deed.also) for deed in deeds(app)
    ]
    chosen = await app.push_screen_wait(
        FindScreen(
            "What can be done here",
            lambda: offered,
            lambda deed: FoundLine(deed.keys, deed.name, deed.words if deed.words != deed.name else ""),
        )
    )
    if chosen is not None:
        await app.run_action(chosen.value.action, chosen.value.node)
