"""How a key of a screen is declared."""

from __future__ import annotations

from textual.binding import Binding

from widgets.keyboard import key_named


def key(
    keys: str, id: str, name: str, does: str = "", *, action: str = "", show: bool = True, priority: bool = False
) -> Binding:
    """A binding that can be rebound by its id.

    Args:
        keys: as people write them, with a space between two.
        name: a word or two, for the key bar and the palette.
        does: what it does, in a sentence; `name` where that says all.
        action: what is carried out; the last word of the id where nothing else is said.
        show: whether the palette offers it.
        priority: whether it comes before what is typed into a field.
    """
    named = ",".join(key_named(one) or one for one in keys.split())
    does_what = action or id.rpartition(".")[2].replace("-", "_")
    return Binding(named, does_what, name, id=id, tooltip=does, show=show, priority=priority)
