"""What the store cannot give, or the rules refuse, while something is shown or a key is followed: it is said, and nothing ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.message import Message
from textual.message_pump import MessagePump

from db.faults import StoreFault, damaged_text
from dispatch.desk.session.refusals import Refusal

if TYPE_CHECKING:
    from db.store import Store


class SaysFaults(MessagePump):
    """A screen, or the app: what is raised by reading or doing, wherever that was not looked for, is said on the screen in front.

    Textual hands a message on to whatever handles it in `_dispatch_message`, and ends the program for what that raises.
    """

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            if not says(self, error):
                raise


def words(error: BaseException, store: Store) -> str:
    """What an error means to a person; empty where it is a mistake of ours, which ends the program.

    Where a damaged text was read, whatever is no state, no day or no number any more comes of that.
    """
    if isinstance(error, (StoreFault, Refusal)):
        return str(error)
    return str(damaged_text("")) if store.damage_seen and isinstance(error, (ValueError, LookupError)) else ""


def says(here: MessagePump, error: BaseException) -> bool:
    """Say it on the screen in front, or on the one below a dialog, which says nothing itself; returns whether it is for people."""
    app: Any = here.app
    if not (sentence := words(error, app.user.store)):
        return False
    for screen in reversed(app.screen_stack):
        if (say := getattr(screen, "say", None)) is not None:
            say(sentence, "error")
            return True
    return False
