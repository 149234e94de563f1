"""How a key of a screen is declared, and a command: a key with what it does."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from textual import work
from textual.binding import Binding

from widgets.terminal.keyboard import key_named
from widgets.terminal.lean import LeanScreen

if TYPE_CHECKING:
    from dispatch.model.states import Role

Action = Callable[..., Any]


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
    named = ",".join(key_named(written) or written for written in keys.split())
    does_what = action or id.rpartition(".")[2].replace("-", "_")
    return Binding(named, does_what, name, id=id, tooltip=does, show=show, priority=priority)


class CommandScreen(LeanScreen[None]):
    """A screen that has commands: its own, and those that several screens have."""

    def __init_subclass__(cls, **more: Any) -> None:
        """Its keys: its commands, and lists of keys and commands, in the order in which they stand in it, then `BINDINGS`.

        Raises:
            TypeError: two of its commands are one action.
        """
        keys: list[Binding] = []
        actions: dict[str, Any] = {}
        for name, value in list(vars(cls).items()):
            for part in value if name.startswith("KEYS") else [value]:
                if isinstance(part, Binding):
                    keys.append(part)
                elif (binding := getattr(part, "binding", None)) is not None:
                    keys.append(binding)
                    if actions.setdefault(binding.action, part) is not part:
                        raise TypeError(f"{cls.__name__} has two commands that are {binding.action}")
                    setattr(cls, f"action_{binding.action}", part)
        cls.BINDINGS = [*keys, *vars(cls).get("BINDINGS", ())]
        super().__init_subclass__(**more)

    def not_yet(self, id: str) -> bool:
        """Whether a command has to wait, because what it is about is just being replaced; that is said then."""
        return False


BACK = key("escape", "screen.back", "Back", action="leave", show=False)
"""Leaves a screen that was opened from another one."""


def command(
    keys: str, id: str, name: str, roles: Collection[Role] = (), *, about: str = "", show: bool = True
) -> Callable[[Action], Action]:
    """Make an action of a screen a command: its key, its words in footer, palette and help, whose it is, what it does.

    What the help says is the action's docstring. An action that waits for something is carried out by a worker. It is a method of
    the screen, called `action_…`, or a function of it that the screen names among its `KEYS`.

    Args:
        roles: of whom it is; empty: of everybody who sees the screen. What may not be done is not offered.
        about: an attribute or method of the screen that says what is under the cursor; the action is given that, and not
            carried out where it is None.
    """

    def declared(action: Action) -> Action:
        acted = work(action) if iscoroutinefunction(action) else action

        @wraps(action)
        def carried_out(screen: Any, *given: Any) -> Any:
            if screen.not_yet(id):
                return None
            if about:
                subject = getattr(screen, about)
                given = (subject() if callable(subject) else subject,)
            return None if given == (None,) else acted(screen, *given)

        sentence = " ".join((action.__doc__ or "").split()).removesuffix(".") if show else ""
        command: Any = carried_out
        command.roles, command.about = frozenset(roles), about
        command.binding = key(
            keys,
            id,
            name,
            sentence[:1].lower() + sentence[1:],
            action=action.__name__.removeprefix("action_"),
            show=show,
        )
        return carried_out

    return declared


def id_of(action: Action) -> str:
    """The id of a command."""
    declared: Any = action
    return str(declared.binding.id)


def opens(
    keys: str, id: str, name: str, place: str, does: str, roles: Collection[Role] = (), *, of_day: bool = False
) -> Action:
    """A command that opens another screen by its name in the app; one `of_day` is given the program's day."""

    def opened(screen: Any) -> None:
        screen.program.open(place, *((screen.program.day,) if of_day else ()))

    opened.__name__, opened.__doc__ = f"action_to_{place}", does
    return command(keys, id, name, roles)(opened)
