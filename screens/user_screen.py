"""A screen in somebody's session: it reads views, calls deeds, and shows what came of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, ParamSpec, TypeVar, cast

from textual.actions import parse
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.events import Key
from textual.timer import Timer
from textual.widgets import Static

from db.faults import StoreFault
from dispatch.desk.session.refusals import Blocked, Faulty, NeedsChoice, NeedsConfirm, NeedsScope, Refusal
from dispatch.lazily import lazily
from dispatch.model.requests import Scope
from dispatch.model.states import READS, Role
from dispatch.model.text import show
from screens.asking import AskingScreen, Left
from screens.binding import command
from screens.dialogs.asked import FILLS, AskedField, ChoiceRow, a_reason
from screens.dialogs.unsent import GO_BACK, KeptDialog
from screens.faults import words
from screens.reading import ScreenReading, aside
from widgets.bars import KeyBar, StatusBar
from widgets.lines.line_list import LineList
from widgets.terminal.keyboard import DRAWN, written
from widgets.terminal.lean import soon_release

with lazily(__name__):
    from db import clients
    from dispatch.desk.plan import undo
    from dispatch.desk.session import private_file
    from dispatch.desk.visits import steps

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from dispatch.desk.session.user import User
    from dispatch.model.checklists import Item
    from dispatch.model.visits import Visit
    from screens.program.program import Program
    from widgets.lines.ink import Span

P = ParamSpec("P")
T = TypeVar("T")

REST = 0.15
"""Seconds without a move after which the cursor rests: what is read, or is more to draw than the cursor itself, waits so long."""
_TOGETHER = 1.0
"""Seconds within which what is said belongs to one key, and stays in sight together."""


def offered(node: DOMNode, binding: Binding) -> bool | None:
    """Whether a key works now, as `check_action` says."""
    _, action, parameters = parse(binding.action)
    return node.check_action(action, parameters)


class UserScreen(AskingScreen):
    """What the board, my day, a visit and the log have in common."""

    TITLE_WORD: ClassVar[str] = ""
    """What the screen is called in its help."""

    FOOTER: ClassVar[str] = ""
    """The binding ids that the key bar shows, the most useful first, with a space between two."""

    ENTER: ClassVar[str] = ""
    """The action of enter, or a double click, on a list of the screen."""

    FOCUS: ClassVar[str] = "LineList"
    """The selector of what has the keyboard when the screen opens."""

    DEFAULT_CSS = """
    UserScreen #guide { height: auto; padding: 0 1; background: $panel; color: $text-warning; }
    UserScreen #warning { dock: top; height: auto; padding: 0 1; background: $error; color: $text; text-style: bold; }
    """

    SHOWS: ClassVar[str] = "own"
    """What the screen shows, by its name in the model's table."""

    TELLS_AT_REST: ClassVar[bool] = False
    """Whether what is under the cursor is shown in full only once the cursor rests: it is much to draw, or has to be read."""

    SEES_SESSIONS: ClassVar[bool] = False
    """Whether it shows who logs in and out over SSH."""

    reading: ScreenReading[Any] | None = None
    """What reads for it in a thread, where it does."""

    guest: User | None = None
    """Who looks at another office's database from here, which is only read; None: the program's own."""

    _keys_shown: Mapping[str, str] | None = None
    _resting: Timer | None = None
    _said_at = 0.0
    _said = ""
    _covered = False

    @property
    def program(self) -> Program:
        """The program that the screen belongs to."""
        return cast("Program", self.app)

    @property
    def user(self) -> User:
        """Who sits here, at which store."""
        return self.guest or self.program.user

    @property
    def stands(self) -> bool:
        """Whether it is there with all that it is made of, neither still coming up nor going away: whoever comes late asks."""
        return self.is_mounted and self.is_attached and self.display

    @property
    def listed(self) -> LineList[Any]:
        """The list of the screen, where it has one."""
        return self.query_one(LineList)

    def compose(self) -> ComposeResult:
        yield StatusBar(id="header")
        yield from self.body()
        yield KeyBar(id="keybar")

    def body(self) -> ComposeResult:
        """What stands between the line of the head and that of the keys."""
        yield from ()

    def begin(self) -> None:
        """Show the screen for the first time."""
        self.show_keys()
        self.look(self.reload)
        if targets := self.query(self.FOCUS):
            targets.first().focus()

    def show_selected(self) -> None:
        """Show in full what is under the cursor of a list. Called when that is another."""

    def at_rest(self, show: Callable[[], object]) -> None:
        """Show something of what is under the cursor once it rests there; what was to be shown of a place that it left is not."""
        if self._resting is not None:
            self._resting.stop()

        def rested() -> None:
            self._resting = None
            show()

        self._resting = self.set_timer(REST, rested)

    @property
    def rests(self) -> bool:
        """Whether everything that waited for the cursor to rest is shown."""
        return self._resting is None

    def on_line_list_selected(self) -> None:
        """The cursor of a list is on another entry."""
        if self.TELLS_AT_REST:
            self.at_rest(self.show_selected)
        else:
            self.show_selected()
        self._show_place()

    def on_descendant_focus(self) -> None:
        """Another list may have the keyboard."""
        self._show_place()

    def _show_place(self) -> None:
        """Say which entry of how many the cursor is on, of the list that has the keyboard."""
        here = self.focused
        self.query_one(KeyBar).set_place(here.place if isinstance(here, LineList) else "")

    def on_line_list_opened(self) -> None:
        """Do with the entry under the cursor what enter does."""
        if self.ENTER and self.check_action(self.ENTER, ()) is False:
            self._say_why_not(self.ENTER)
        elif self.ENTER:
            getattr(self, f"action_{self.ENTER}")()

    def on_key(self, event: Key) -> None:
        """A key of the screen that does nothing now says so."""
        own = [key for key in self._bindings.key_to_bindings.get(event.key, ()) if key.show]
        if own and all(offered(self, key) is False for key in own) and event.key not in self.active_bindings:
            self._say_why_not(own[0].action)

    def _say_why_not(self, action: str) -> None:
        """Say why a command of the screen is not carried out: it is somebody else's, or there is nothing to do it with."""
        command = getattr(self, f"action_{action}")
        if command.roles and not command.roles & self.user.staff.roles:
            whose = " or ".join(role.value for role in Role if role in command.roles)
            self.say(f"{command.binding.description}: only a {whose} may do that.", "warning")
        else:
            self.say(f"{command.binding.description}: that cannot be done here now.", "warning")

    def show_head(self, left: str, middle: str | Sequence[Span] = "", right: str = "", *, whose: bool = True) -> None:
        """Fill the line over the screen. At its very right stands who sits here, where `whose` and where all else has room."""
        self.query_one(StatusBar).set_texts(left, middle, right, self.user.staff.name if whose else "")

    def reload(self) -> None:
        """Read again what the screen shows. Called when it opens, after each deed, and when others changed something."""
        raise NotImplementedError

    async def read_again(self) -> None:
        """`reload`, and come back when what was read is shown."""
        self.reload()
        if self.reading is not None:
            await self.reading.finished()

    def footer(self) -> str:
        """The binding ids that the key bar shows now."""
        return self.FOOTER

    def keys_of(self, ids: str) -> list[tuple[str, str]]:
        """What works now of some binding ids with a space between two: the key, as the person has set it, and its words."""
        by_id: dict[str, Binding] = {}
        for _, binding in self._bindings:
            by_id.setdefault(binding.id or "", binding)
        keys = [by_id[name] for name in ids.split() if name in by_id and offered(self, by_id[name]) is not False]
        own = self.program.keymap
        said = [(written(own.get(key.id or "", key.key).split(",")[0]), self.word_of(key)) for key in keys]
        return [(key, word) for key, word in said if word]

    def word_of(self, key: Binding) -> str:
        """What the key bar says that a key does here; empty: nothing, and it is left out."""
        return key.description.lower()

    def show_keys(self) -> None:
        """Fill the key bar with what `FOOTER` names."""
        self.fill_key_bar(self.keys_of(self.footer()))
        self._keys_shown = self.program.keymap

    def fill_key_bar(self, keys: Sequence[tuple[str, str]]) -> None:
        """Let the key bar show keys with their words, the most needed first; the last one stays where there is little room."""
        drawn = {} if self.program.ascii_only else DRAWN
        self.query_one(KeyBar).set_keys([(drawn.get(key, key), words) for key, words in keys])

    def on_mount(self) -> None:
        """Show the screen."""
        self.begin()
        self.show_warning()
        self.show_guide()

    def show_guide(self) -> None:
        """Say below the head what somebody who is guided is to do next: at the foot stand notes."""
        text, shown = self.guide_text(), self.query("#guide")
        if shown and not text:
            shown.remove()
        elif shown:
            shown.first(Static).update(Content(text))
        elif text:
            self.mount(Static(Content(text), id="guide"), after=self.query_one(StatusBar))

    def guide_text(self) -> str:
        """What whoever guides the person says here; empty: nothing."""
        return "" if self.program.guide is None else self.program.guide.text_on(self)

    def show_warning(self) -> None:
        """Say above everything else where nothing can be saved, and what is damaged."""
        at = (
            f"{self.guest.guest_of}: only looked at from here, nothing can be changed" if self.guest is not None else ""
        )
        warning = Content(show("\n".join(filter(None, (self.program.warning, at))), multiline=True))
        if shown := self.query("#warning"):
            shown.first(Static).update(warning)
        elif warning:
            self.mount(Static(warning, id="warning"), before=0)

    def on_screen_suspend(self) -> None:
        """Note whether another screen, and not only a dialog, lies over this one now."""
        stack = self.app.screen_stack if self.app.is_running else []
        self._covered = self in stack and any(
            isinstance(screen, UserScreen) for screen in stack[stack.index(self) + 1 :]
        )

    def on_screen_resume(self) -> None:
        """Read again what was changed on the screen that lay over this one; show other keys, if they were changed."""
        if self.is_mounted:
            self.show_warning()
            self.show_guide()
        if self._covered:
            self._covered = False
            self.reload()
        if self._keys_shown is not None and self._keys_shown is not self.program.keymap:
            self.show_keys()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what the person's roles may do."""
        roles = getattr(getattr(self, f"action_{action}", None), "roles", None)
        if roles and not roles & self.user.staff.roles:
            return False
        return super().check_action(action, parameters)

    def look(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Read a view; a store that cannot be read is said, and the screen stays as it is."""
        try:
            return read(*args, **kwargs)
        except Exception as error:
            self._say_error(error)
            return None

    async def look_aside(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """As `look`, in a thread: for views that take longer than a key may wait."""
        try:
            return await aside(self.app, read, *args, **kwargs)
        except Exception as error:
            self._say_error(error)
            return None

    def _say_error(self, error: Exception) -> None:
        """Say what could not be read, or raise what is a mistake of ours."""
        if not (sentence := words(error, self.user.store)):
            raise error
        self.say(sentence, "error")

    async def do(self, deed: Callable[..., T], *args: Any, **kwargs: Any) -> T | None:
        """Carry out a deed in a thread, so that a slow disk never blocks a key; returns None where it was refused.

        A refusal that needs an answer of its own (a confirmation, the list of gates) is raised to the caller
        through `attempt`; here it is said.
        """
        try:
            return await self.attempt(deed, *args, **kwargs)
        except (StoreFault, Refusal) as refusal:
            self.say(str(refusal), "warning")
            return None

    async def attempt(self, deed: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Carry out a deed in a thread and read again; raises what the deed raises.

        What was typed for it goes from what is kept once it is done.
        """
        try:
            result = await aside(self.app, deed, self.user, *args, **kwargs)
            self.program.in_hand.saved()
            self.look(self.reload)
            return result
        finally:
            soon_release(self.app)

    async def fill_in(self, title: str, fields: Sequence[AskedField], deed: Callable[..., T], hint: str = FILLS) -> T:
        """Ask for the fields until the deed takes them, and read again; returns what came of it.

        What the deed wants confirmed is asked once the form is closed: it is taken as it stands, with what may be meant
        instead, or in one of the ways in which it can be meant. Left with esc, nothing is done, and what was typed stands in
        the form again.
        """
        done: list[T] = []
        asked: list[NeedsConfirm | NeedsChoice] = []

        def carry_out(typed: dict[str, str]) -> None:
            try:
                done.append(deed(typed))
                self._dialog_saved()
            except (NeedsConfirm, NeedsChoice) as question:
                asked.append(question)

        typed = await self.fill(
            title, fields, lambda typed: self.faults_of(lambda: carry_out(typed), saves=False), hint
        )
        if not done:
            question = asked[-1]
            rows: list[ChoiceRow[tuple[Sequence[str], Mapping[str, str]]]]
            if isinstance(question, NeedsChoice):
                rows = [
                    ChoiceRow(mark.replace("-", " "), ([mark], {}), means) for mark, means in question.choices.items()
                ]
            else:
                rows = [ChoiceRow("take it as it stands", (question.marks, {}))]
                if question.instead:
                    rows.insert(0, ChoiceRow(f"swap: {', '.join(question.instead.values())}", ((), question.instead)))
            confirmed, instead = await self.choose(question.said, rows, f"enter chooses · {GO_BACK}")
            try:
                done.append(await self.attempt(lambda _: deed({**typed, **instead}, confirmed=confirmed)))
            except (StoreFault, Refusal) as refusal:
                self.say(str(refusal), "warning")
                raise Left from None
        self.look(self.reload)
        return done[-1]

    def faults_of(self, deed: Callable[[], Any], *, saves: bool = True) -> list[str]:
        """What stands against a deed, nothing when it was done: what was typed for it goes then from what is kept.

        Args:
            saves: False where it only looks at what was typed.
        """
        try:
            deed()
        except Faulty as fault:
            return list(fault.faults)
        except (StoreFault, Refusal) as refusal:
            return [str(refusal)]
        if saves:
            self._dialog_saved()
        return []

    def _dialog_saved(self) -> None:
        """What is typed into the dialog on top is saved."""
        if isinstance(self.app.screen, KeptDialog):
            self.app.screen.done = True

    def at_this_machine(self) -> bool:
        """Whether the person may read and write files of this machine; a word where not."""
        try:
            private_file.at_this_machine(self.user)
        except Refusal as refusal:
            self.say(str(refusal), "warning")
            return False
        return True

    async def insist(self, title: str, deed: Callable[..., T], *args: Any, **kwargs: Any) -> T | None:
        """Carry out a placement; where the check wants it confirmed or blocks it, ask, and do it with the answer.

        Returns None where it was refused. Called from a worker.
        """
        meant: dict[str, Any] = {}
        while True:
            try:
                return await self.attempt(deed, *args, **kwargs, **meant)
            except NeedsConfirm as question:
                await self.confirm(title, [question.said])
                meant["confirmed"] = question.marks
            except NeedsScope as which:
                meant["scope"] = await self.choose_scope(which)
            except Blocked as refusal:
                reason = await self.ask(
                    f"{title} Blocked: a reason does it all the same",
                    "\n".join(refusal.findings) + "\nThe reason is kept in the audit. esc leaves everything as it was.",
                    check=a_reason,
                )
                meant |= {"reason": reason, "confirmed": refusal.marks}
            except (StoreFault, Refusal) as refusal:
                self.say(str(refusal), "warning")
                self.reload()
                return None

    async def choose_scope(self, question: NeedsScope) -> Scope:
        """Ask for which visits of a series a change is meant."""
        return await self.choose(
            question.said, [ChoiceRow(words, Scope(scope)) for scope, words in question.choices.items()]
        )

    def say(self, message: str, severity: str = "information") -> None:
        """Tell the person something, as text and never as markup. What was said to an earlier key makes room for it.

        Where it is no information, what was typed for the deed is not saved, and stays kept.
        """
        if severity != "information":
            self.program.in_hand.refused()
        at = time.monotonic()
        if at - self._said_at > _TOGETHER:
            self.app.clear_notifications()
        elif message == self._said:
            return
        self._said_at, self._said = at, message
        self.notify(
            Content(show(message, multiline=True)).markup,
            severity=cast(Any, severity),
            timeout=8 if severity != "information" else 4,
        )

    def unsay(self) -> None:
        """Take back what was said: it is not so any more."""
        self.app.clear_notifications()
        self._said = ""

    @command("u", "change.undo", "Undo")
    async def action_undo(self) -> None:
        """Take back your last change."""
        if (label := await self.do(undo.undo)) is not None:
            self.say(f"Taken back: {label}")

    @command("ctrl+r", "change.redo", "Redo")
    async def action_redo(self) -> None:
        """Do again what you took back."""
        if (label := await self.do(undo.redo)) is not None:
            self.say(f"Done again: {label}")

    def client_here(self) -> str | None:
        """The name of the client that is under the cursor, for its page. None: there is none."""
        return None

    def reference_here(self) -> str | None:
        """The reference of the visit that is meant. None: there is none."""
        return None

    def item_here(self) -> Item | None:
        """The checklist item under the cursor. None: there is none."""
        return None

    def whole_visit(self) -> Visit | None:
        """The visit that is meant, with all that is recorded of it."""
        reference = self.reference_here()
        return None if reference is None else self.look(steps.find, self.user.store, reference)

    @command("$", "screen.prices", "Prices", READS["prices"].roles)
    def action_prices(self) -> None:
        """Rate cards and agreements."""
        self.program.open("prices")

    @command("Q", "screen.quote", "Quote", READS["prices"].roles)
    async def action_quote(self) -> None:
        """What a visit would cost."""
        await self.program.ask_quote()

    @command("I", "screen.client", "Client", READS["clients"].roles)
    def action_client(self) -> None:
        """The page of the client under the cursor."""
        name = self.client_here()
        client = None if name is None else self.look(clients.client_by_name, self.user.store, name)
        if client is not None:
            self.program.open("client", client.id)

    @command("?", "screen.keys", "Help")
    def action_keys(self) -> None:
        """What people want to do here, and every key of this screen."""
        self.program.open("keys", self.TITLE_WORD, self)

    @command("q", "screen.leave", "Leave")
    def action_leave(self) -> None:
        """Leave this screen; from the first one, the program."""
        if len(self.app.screen_stack) > 1:
            self.app.pop_screen()
        else:
            self.app.exit()
