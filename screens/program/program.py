"""The program as its screens know it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from dispatch.desk.session.activity import Activity
from dispatch.desk.session.user import User, read_only_words
from dispatch.terminal import TerminalApp
from screens.dialogs.unsent import InHand
from screens.faults import SaysFaults
from widgets.terminal.type_ahead import TypeAhead

if TYPE_CHECKING:
    from dispatch.desk.session.preferences import Personal
    from screens.program.guide import Guide


class Program(SaysFaults, TypeAhead[None], TerminalApp[None]):
    """Who sits here, what is shown and what is set."""

    user: User
    """Who sits here, at which store."""
    day: datetime.date
    """The day that board, day and log show."""
    technician: str | None
    """Whose day the second mode shows; None: one's own."""
    activity: Activity
    """What others do meanwhile."""
    personal: Personal | None
    """What the person has set; None where nothing is kept."""
    in_hand: InHand
    """What was typed for deeds that are being carried out."""
    restricted: bool
    """Whether this is a session over SSH."""
    keymap: dict[str, str]
    """Keys that the person has set, by binding id."""
    ascii_only: bool
    """Draw with ASCII characters only."""

    guide: Guide | None = None
    """What says the steps of the tour; None: nobody is guided."""

    damage: str = ""
    """What is said of a text that is damaged; empty: none was seen."""

    @property
    def warning(self) -> str:
        """What every screen says above everything else: that nothing can be saved, and what is damaged; empty: all is well."""
        return "\n".join(filter(None, (read_only_words(self.user.store), self.damage)))

    def open(self, screen: str, *about: Any) -> None:
        """Open a screen by its name over the one in front; `about` is what it shows."""
        raise NotImplementedError

    def open_at(self, guest: User, screen: str, *about: Any) -> None:
        """As `open`, at another office's database; what is opened from there is too."""
        raise NotImplementedError

    async def ask_quote(self) -> None:
        """Ask on the screen in front what a visit would cost."""
        raise NotImplementedError

    def rebind(self, keymap: dict[str, str]) -> None:
        """Let other keys work from now on."""
        self.keymap = keymap
        self.set_keymap(keymap)
        if (show_keys := getattr(self.screen, "show_keys", None)) is not None:
            show_keys()

    def go_to(self, day: datetime.date) -> None:
        """Show another day in all modes."""
        self.day = day
        self.reload()

    def reload(self) -> None:
        """Let the screen in front read again."""
        for screen in reversed(self.screen_stack):
            if (reload := getattr(screen, "reload", None)) is not None:
                if screen.is_mounted:  # one that comes up reads by itself
                    screen.look(reload)
                return
