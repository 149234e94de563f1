"""A dialog while tests run: each step as it happens, esc stops."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Label, Static

from db.faults import StoreFault
from dispatch.desk.closeout import probing
from dispatch.desk.session.refusals import Refusal
from dispatch.model.text import show
from screens.binding import key
from screens.dialogs.dialog import Dialog
from screens.visit.signing_in import ask_secrets

if TYPE_CHECKING:
    from dispatch.closeout.probes.secret import Secrets
    from dispatch.desk.session.user import User
    from dispatch.model.checklists import Item
    from screens.user_screen import UserScreen

KEPT = 200
"""Lines that stay on the screen."""
_LABEL = 24
"""Cells of an item's wording before its line, where several run."""


async def run_tests(screen: UserScreen, reference: str, items: Sequence[Item], secrets: Secrets) -> bool:
    """Run tests of a visit, once what they ask for to sign in was typed. Returns whether anything was recorded."""
    await ask_secrets(screen, reference, [item.ref for item in items], secrets)
    return await screen.app.push_screen_wait(RunTests(screen.user, reference, items, secrets))


TOGETHER = 0.15
"""Seconds within which what is told is shown at once: over a poor line each step would be sent, and be gone."""


class RunTests(Dialog[bool]):
    """Run the tests of some items of a visit. Returns whether anything was recorded.

    Args:
        user: the visit's technician.
        reference: the visit.
        items: which; none: every one that has a test.
        secrets: what tests that sign in ask for.
    """

    DEFAULT_CSS = "RunTests VerticalScroll { height: auto; max-height: 16; }"
    BINDINGS = [key("escape q", "run.stop", "Stop"), key("enter space", "run.back", "Back")]

    class Told(Message):
        """A step of an item's test, in words; its ink says whether something passed or failed."""

        def __init__(self, item: Item | None, text: str, style: str = "") -> None:
            super().__init__()
            self.item, self.text, self.style = item, text, style

    def __init__(self, user: User, reference: str, items: Sequence[Item], secrets: Secrets) -> None:
        super().__init__(f"{reference}: {items[0].called if len(items) == 1 else 'every test'}", "esc stops")
        self._user, self._reference, self._refs = user, reference, tuple(item.ref for item in items)
        self._secrets = secrets
        self._called_off = threading.Event()
        self._lines: dict[str | None, list[Content]] = {}
        self._recorded = False
        self._over = self._due = False

    def body(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Static(id="steps")

    def on_mount(self) -> None:
        """Begin."""
        self._run()

    def on_unmount(self) -> None:
        """Nothing runs on unseen."""
        self._called_off.set()

    @work(group="run")
    async def _run(self) -> None:
        try:
            await asyncio.to_thread(self._through)
        except (Refusal, StoreFault) as refusal:
            self.post_message(self.Told(None, str(refusal), "$text-error"))
        self._over = True
        self._show()
        self.query_one("#hint", Label).update(Content("enter goes back"))

    def _through(self) -> None:
        """Every item, on a thread of its own: a slow server never blocks a key."""
        running = probing.run(
            self._user, self._reference, self._refs, tell=self._tell, called_off=self._called_off, secrets=self._secrets
        )
        for ran in running:
            if ran.fault:
                continue
            self._recorded = True
            word, style = ("pass", "$text-success") if ran.passed else ("FAIL", "$text-error")
            self.post_message(self.Told(ran.item, f"{word}: {ran.text}", style))

    def _tell(self, item: Item, line: str) -> None:
        self.post_message(self.Told(item, line))

    def on_run_tests_told(self, step: RunTests.Told) -> None:
        """Show a step: of several items each has one line, of one every step stays."""
        alone = len(self._refs) == 1
        whose = "" if alone or step.item is None else f"{show(step.item.label, _LABEL)}  "
        line = Content.assemble((whose, "bold"), Content.styled(show(step.text, 400), step.style or "$text-muted"))
        own = self._lines.setdefault(None if step.item is None else step.item.ref, [])
        if alone:
            own[:] = [*own, line][-KEPT:]
        else:
            own[:] = [line]
        if not self._due:
            self._due = True
            self.set_timer(TOGETHER, self._show)

    def _show(self) -> None:
        self._due = False
        self.query_one("#steps", Static).update(
            Content("\n").join(line for lines in self._lines.values() for line in lines)
        )
        if len(self._refs) == 1:
            self.query_one(VerticalScroll).scroll_end(animate=False)

    def action_stop(self) -> None:
        """Stop what runs; once nothing does, go back."""
        if self._over:
            self.dismiss(self._recorded)
        else:
            self._called_off.set()
            self.query_one("#hint", Label).update(Content("stopping"))

    def action_back(self) -> None:
        """Go back, once nothing runs."""
        if self._over:
            self.dismiss(self._recorded)
