"""What tests ask for to sign in, typed unseen before they run. It is kept nowhere, not as a draft either."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.widgets import Input, Label

from dispatch.desk.closeout import probing
from dispatch.desk.session.refusals import Refusal
from screens.binding import key
from screens.dialogs.dialog import Dialog
from screens.dialogs.unsent import LEAVES
from widgets.choices import Ways

if TYPE_CHECKING:
    from dispatch.closeout.probes.secret import Secrets
    from screens.user_screen import UserScreen


class AskSecret(Dialog[str | None]):
    """Ask for one secret; None, or nothing typed, leaves its test not run."""

    BINDINGS = [key("escape", "dialog.back", "Back", action="dismiss(None)")]

    def body(self) -> ComposeResult:
        yield Label("It is held until you leave the visit's screen, and written nowhere.", classes="dialog--hint")
        yield Input(password=True)
        yield Ways("enter goes on · esc leaves the test not run", LEAVES)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on with it."""
        self.dismiss(event.value)


async def ask_secrets(screen: UserScreen, reference: str, refs: Sequence[str], secrets: Secrets) -> None:
    """Ask for what the tests of a visit lack, each once. Where they cannot run at all, running them says why."""
    for words in screen.look(_lacking, screen, reference, refs, secrets) or ():
        title = f"{words[:1].upper()}{words[1:]}"
        typed = await screen.app.push_screen_wait(AskSecret(title))
        secrets.hold(words, typed or "")


def _lacking(screen: UserScreen, reference: str, refs: Sequence[str], secrets: Secrets) -> tuple[str, ...]:
    try:
        return probing.lacking(screen.user, reference, refs, secrets)
    except Refusal:
        return ()
