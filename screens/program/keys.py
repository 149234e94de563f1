"""Help: what people want to do on a screen and how, and its keys, made from its bindings; each can be changed here, and what
else a person sets for themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Label

from dispatch.desk.session.preferences import FIRST_SESSIONS
from dispatch.model.matching import findable
from dispatch.model.text import show
from screens.binding import key
from screens.dialogs.asked import ChoiceRow
from screens.dialogs.dialog import Dialog
from screens.dialogs.finder import FindScreen
from screens.dialogs.questions import Choose
from screens.program.keymap import judged, own_bindings, sentence_of
from screens.program.personal import keep_keys, keep_setting, known_themes
from screens.program.tasks import Task, tasks_on
from widgets.lines.line_list import LineList
from widgets.lines.marks import legend, level_legend, marks_of
from widgets.listed import FoundLine, KeyLine, key_entries
from widgets.terminal.keyboard import key_named, written, written_all

if TYPE_CHECKING:
    from screens.program.program import Program

OWN = "For you, on this machine"
"""The section of what is not a key."""
TASKS = "I want to …"
"""The section of what people want to do."""


class KeysHelp(Dialog[None]):
    """What people want to do on a screen, then every key that works there: its own, those of the focused widget, those of the
    program. Enter does the task under the cursor, and changes the key."""

    DEFAULT_CSS = """
    KeysHelp > .dialog { width: 76; height: 90%; }
    KeysHelp LineList { height: 1fr; }
    KeysHelp .dialog--title { margin: 0 0 1 0; }
    KeysHelp .dialog--hint { margin: 1 0 0 0; }
    """
    BINDINGS = [
        key("/", "keys.find", "Find", "find what you want to do, or a key, by some words"),
        key("d delete", "keys.default", "Default", "the line under the cursor as it came"),
        key("escape q ?", "keys.back", "Back", action="dismiss(None)"),
    ]

    def __init__(self, title: str, screen: Screen[Any]) -> None:
        super().__init__(f"Help: {title}")
        self._screen = screen
        self._tasks = tasks_on(title)

    @property
    def _app(self) -> Program:
        return cast("Program", self.app)

    @property
    def _keys(self) -> LineList[KeyLine]:
        return self.query_one(LineList)

    def body(self) -> ComposeResult:
        yield LineList[KeyLine](id="keys", ascii=self._app.ascii_only)
        yield self.fault_line()
        changes = self._app.personal is not None
        does = [*(["does it"] if self._tasks else []), *(["changes a key"] if changes else [])]
        parts = [
            f"enter {', '.join(does)}" if does else "",
            "/ finds",
            "d as it came" if changes else "",
            "esc goes back",
        ]
        self.hint = " · ".join(filter(None, parts))

    def on_mount(self) -> None:
        """List the keys."""
        self._list()
        self._keys.focus()
        if self._app.personal is not None:
            self._know_all()

    @work(thread=True, group="reading")
    def _know_all(self) -> None:
        """Import the screens whose keys a new one may clash with, while the list is read."""
        judged({}, type(self._app))

    def _list(self) -> None:
        self._keys.show_entries(partial(key_entries, self._lines()))

    def _lines(self) -> list[KeyLine]:
        marks = marks_of(self._app.ascii_only)
        states = [KeyLine("The states of a visit", "", glyph, word) for glyph, word in legend(marks)]
        levels, user = [], getattr(self._app, "user", None)
        if user is not None and user.may_read("levels"):
            levels = [KeyLine("Service levels", "", letter, word) for letter, word in level_legend()]
        keys = key_lines(self._screen, self._app.keymap)
        return [*task_lines(self._tasks, self._screen), *keys, *self._settings(), *states, *levels]

    def _settings(self) -> list[KeyLine]:
        personal = self._app.personal
        if personal is None:
            return []
        return [
            KeyLine(OWN, "theme", "theme", self._app.theme, bool(personal.theme)),
            KeyLine(OWN, "ascii", "ASCII only", _yes(personal.ascii) + ", from the next start on", personal.ascii),
            KeyLine(OWN, "mouse", "mouse", _yes(personal.mouse) + ", from the next start on", not personal.mouse),
            KeyLine(
                OWN, "hints", "first steps", _yes(bool(personal.hints)) + ", from the next start on", not personal.hints
            ),
        ]

    def on_line_list_opened(self) -> None:
        """Do the task under the cursor, or change the key."""
        line = self._keys.selected
        if line is None or not line.id:
            return
        if line.section == TASKS:
            self._do(line)
        elif self._app.personal is not None:
            self._change(line)

    def _do(self, line: KeyLine) -> None:
        """Go back to the screen and do there what the task's key does."""
        deed = next(task.deed for task in self._tasks if task.does == line.id)
        active = next(active for active in self._screen.active_bindings.values() if active.binding.id == deed)
        self.dismiss(None)
        self.app.call_later(self.app.run_action, active.binding.action, active.node)

    @work
    async def action_find(self) -> None:
        """Go to a line by some words of it, or by what else people call it."""
        also = {task.does: task.also for task in self._tasks}
        lines = [findable(line, line.does, line.keys, also.get(line.id, "")) for line in self._lines()]
        found = await self.app.push_screen_wait(FindScreen("Find", lambda: lines, _found))
        if found is not None:
            self._keys.select_key(found.value.id or self._lines().index(found.value))

    @work
    async def _change(self, line: KeyLine) -> None:
        personal = self._app.personal
        assert personal is not None
        if line.section != OWN:
            key = await self.app.push_screen_wait(PressKey(line.does))
            if key is not None:
                self._tell(keep_keys(self._app, line.id, (written(key),)))
        elif line.id == "theme":
            rows = [ChoiceRow(name, name) for name in known_themes()]
            if (name := await self.app.push_screen_wait(Choose("Colours", rows))) is not None:
                self.app.theme = name
                self._tell(keep_setting(self._app, "theme", name))
        elif line.id == "hints":
            self._tell(keep_setting(self._app, "hints", 0 if personal.hints else FIRST_SESSIONS))
        else:
            self._tell(keep_setting(self._app, line.id, not getattr(personal, line.id)))

    def action_default(self) -> None:
        """Give the line under the cursor back what it came with."""
        line = self._keys.selected
        if line is None or not line.own or line.section == TASKS or self._app.personal is None:
            return
        if line.section != OWN:
            self._tell(keep_keys(self._app, line.id, None))
        elif line.id == "theme":
            name = known_themes()[0]
            self.app.theme = name
            self._tell(keep_setting(self._app, "theme", name))
        elif line.id == "hints":
            self._tell(keep_setting(self._app, "hints", FIRST_SESSIONS))
        else:
            self._tell(keep_setting(self._app, line.id, line.id == "mouse"))

    def _tell(self, fault: str) -> None:
        """Say what is wrong, if anything, and list the keys as they are now."""
        self.query_one("#fault", Label).update(Content(show(fault, multiline=True)))
        self._list()


class PressKey(Dialog[str | None]):
    """Ask for a key by having it pressed; returns its name."""

    DEFAULT_CSS = "PressKey > .dialog { width: 60; }"

    def __init__(self, does: str) -> None:
        super().__init__(hint="esc leaves it as it is")
        self._does = does

    def body(self) -> ComposeResult:
        yield Label(Content(f"Press the new key for: {show(self._does)}"))
        yield self.fault_line()

    def on_key(self, event: events.Key) -> None:
        """Take the key, whatever it does elsewhere."""
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.dismiss(None)
        elif (key := key_named(event.key)) is not None:
            self.dismiss(key)
        else:
            self.show_fault(f"Not every terminal sends {written(event.key)}: press another one.")


def task_lines(tasks: Sequence[Task], screen: Screen[Any]) -> list[KeyLine]:
    """A line for each task all of whose keys work on the screen: the key that does it, it, and the steps."""
    keys: dict[str, str] = {}
    for pressed, active in screen.active_bindings.items():
        keys.setdefault(active.binding.id or "", written(pressed))
    return [
        KeyLine(TASKS, task.does, keys[task.deed], task.does, how=task.steps(keys.__getitem__))
        for task in tasks
        if keys.keys() >= set(task.ids)
    ]


def _found(line: KeyLine) -> FoundLine:
    return FoundLine(line.keys, line.does)


def key_lines(screen: Screen[Any], own: Collection[str | None] = ()) -> list[KeyLine]:
    """A line for each binding of ours that works on the screen: the screen's own, the focused widget's, the program's.

    `own` are the ids to which the person has given keys.
    """
    sections = {"here": "Here", "widget": "The cursor", "program": "Everywhere"}
    known: dict[tuple[str, str], tuple[Binding, list[str]]] = {}
    for pressed, active in screen.active_bindings.items():
        binding = active.binding
        # what has no id is Textual's own, for selecting text and moving a focus that there is not
        if binding.id:
            place = "here" if active.node is screen else "program" if active.node is screen.app else "widget"
            known.setdefault((place, binding.id), (binding, []))[1].append(pressed)
    # what a screen has of its own stands before what all screens have
    order = [binding.id for owner in type(screen).__mro__ for binding in own_bindings(owner)]
    ranked = sorted(known.items(), key=lambda pair: order.index(pair[0][1]) if pair[0][1] in order else 0)
    return [
        KeyLine(title, binding.id or "", written_all(keys), sentence_of(binding), binding.id in own)
        for wanted, title in sections.items()
        for (place, _), (binding, keys) in ranked
        if place == wanted
    ]


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
