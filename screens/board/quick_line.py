"""A new request in one line, with what was understood of it said at every letter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Input, Static

from db.settings import today
from dispatch.desk.book.context import Desk
from dispatch.desk.quick.reading import Understood, complete, names, told, understand
from dispatch.desk.requests.intake import add
from dispatch.model.text import show
from dispatch.records.requests import REQUEST
from screens.binding import key
from screens.dialogs.unsent import GO_BACK, WAYS_OUT, KeptDialog
from screens.record_forms import line_of
from widgets.choices import Ways

if TYPE_CHECKING:
    from dispatch.model.visits import Visit
    from screens.user_screen import UserScreen

EXAMPLE = "harbor printer jam 45m tomorrow 9-11 p2 +server #many"
"""What stands in the empty line."""


_STYLES = {"good": "$text", "dim": "$text-muted", "warn": "$text-warning", "bad": "$text-error"}
_MARKS = {"good": "", "dim": "", "warn": "? ", "bad": "! "}
USUAL_WAY = "phone"
"""How a request comes in that somebody types here, unless they say another way."""
_USUAL = {"minutes": "60", "came_by": USUAL_WAY}


class QuickLine(KeptDialog[Understood | None]):
    """One line for a request. Returns what was understood where the whole form is wanted, None where it was left or saved.

    `read` says what a line means, `save` takes it and returns the faults, `written` completes the client's name.
    """

    DEFAULT_CSS = "QuickLine #told { height: auto; margin: 1 0; }"
    BINDINGS = [
        key("escape", "dialog.back", "Back", action="dismiss(None)"),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
        # an Input takes both for itself
        key("tab", "quick.complete", "Complete", priority=True),
        key("ctrl+f", "quick.form", "Form", priority=True),
    ]

    def __init__(
        self,
        read: Callable[[str], Understood],
        save: Callable[[Understood], list[str]],
        written: Callable[[str, int], str],
        hours24: bool = True,
    ) -> None:
        super().__init__("New request")
        self._read, self._save, self._written, self._hours24 = read, save, written, hours24
        self._base: str | None = None
        self._turn = 0
        self._completed = ""

    def body(self) -> ComposeResult:
        text = self.unsent.read() if self.unsent is not None else ""
        yield Input(text, placeholder=EXAMPLE, select_on_focus=not text)
        yield Static(id="told")
        hint = f"enter saves · tab completes the client · ctrl+f the whole form · {GO_BACK}"
        yield Ways(hint, [("the whole form", "form"), *WAYS_OUT])

    def on_mount(self) -> None:
        """Say what can be typed."""
        self._tell([])

    def typed(self) -> str:
        """The line."""
        return self._line.value

    def on_input_changed(self) -> None:
        """Say at every letter what is understood."""
        if self._line.value != self._completed:
            self._base = None
        self._tell([])

    def on_input_submitted(self) -> None:
        """Put the request into the queue, or say what is missing."""
        understood = self._read(self._line.value)
        faults = list(understood.problems) or self._save(understood)
        if faults:
            self._tell([] if understood.problems else faults)
        else:
            self.drop()
            self.dismiss(None)

    def action_complete(self) -> None:
        """Write the client's name out; once more takes the next that fits."""
        if self._base is None:
            self._base, self._turn = self._line.value, 0
        else:
            self._turn += 1
        # a field draws what it holds: a name that some other program wrote into the file stays out of it
        self._completed = show(self._written(self._base, self._turn))
        self._line.value = self._completed
        self._line.cursor_position = len(self._completed)

    def action_form(self) -> None:
        """Go on in the whole form."""
        self.take(self._read(self._line.value))

    @property
    def _line(self) -> Input:
        return self.query_one(Input)

    def _tell(self, faults: list[str]) -> None:
        typed = self._line.value
        if not typed.strip():
            lines = [
                ("client, what, how long, when; p1 to p4, ! emergency, +skill #tag ~technician /site by Name", "dim")
            ]
        else:
            lines = [*told(self._read(typed), hours24=self._hours24), *((fault, "bad") for fault in faults)]
        parts = [Content.styled(f"{_MARKS[ink]}{show(text)}", _STYLES[ink]) for text, ink in lines]
        self.query_one("#told", Static).update(Content("\n").join(parts))


async def ask_quickly(screen: UserScreen) -> Visit | None:
    """Ask for a request in one line, or in the form that the line leads to; None when it was left."""
    user = screen.user
    known, day = names(user.store), today(user.store)
    taken: list[Visit] = []

    def save(understood: Understood) -> list[str]:
        return screen.faults_of(lambda: taken.append(add(user, understood.texts())))

    def read(typed: str) -> Understood:
        understood = understand(typed, known, day)
        return replace(understood, came_by=understood.came_by or USUAL_WAY)

    line = QuickLine(read, save, lambda typed, turn: complete(typed, known, day, turn), user.firm.clock_hours == 24)
    understood = await screen.app.push_screen_wait(line)
    if understood is not None:
        return await ask_request(screen, {name: show(text) for name, text in understood.texts().items()})
    return taken[0] if taken else None


async def ask_request(screen: UserScreen, texts: Mapping[str, str] | None = None) -> Visit:
    """Ask for a request and put it into the queue.

    The form stays open with everything that was typed until the request is taken.

    Args:
        texts: what stands in the fields at first; a field that it does not name has its usual text.
    """
    desk, stands = Desk.for_user(screen.user), _USUAL | dict(texts or {})
    fields = [line_of(field, stands.get(field.name), desk) for field in REQUEST.typed]
    return await screen.fill_in("New request", fields, lambda entered: add(screen.user, entered))
