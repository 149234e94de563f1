"""Small dialogs: a line of text, a choice, a form. Each returns what was entered, or None when left with esc."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.geometry import Offset, Region, Size
from textual.suggester import Suggester
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from dispatch.desk.session.unsent import Unsent, as_kept
from dispatch.model.text import show
from dispatch.model.typed_times import parse_day
from screens.binding import key
from screens.dialogs.asked import CHOOSES, DOES, ENTER_SHOWS, FILLS, SAVES, AskedField, Check, ChoiceRow, day_fault
from screens.dialogs.dialog import Dialog
from screens.dialogs.unsent import FROM_BEFORE, GO_BACK, LEAVES, WAYS_OUT, KeptDialog, fields_kept
from widgets.choices import Choices, MonthCalendar, OneOf, Ways

T = TypeVar("T")


class AskText(KeptDialog[str | None]):
    """Ask for one line of text. `check` returns what is wrong with it, or nothing; `does` says what enter does with it."""

    # what is typed, and what is wrong with it, stays in sight however long the question is
    DEFAULT_CSS = """
    AskText > .dialog { scrollbar-size-vertical: 1; }
    AskText .foot { dock: bottom; height: auto; background: $surface; }
    AskText.-over-ssh .foot { background: transparent; }
    """
    BINDINGS = [
        key("escape", "dialog.back", "Back", action="dismiss(None)"),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
    ]

    def __init__(
        self,
        title: str,
        hint: str = "",
        value: str = "",
        check: Check | None = None,
        unsent: Unsent | None = None,
        does: str = SAVES,
    ) -> None:
        super().__init__(title, unsent)
        self._question, self._value, self._check, self._does = hint, value, check, does
        self.saves = does == SAVES

    def typed(self) -> str:
        """What stands in the line."""
        text = self.query_one(Input).value
        return text if text != self._value else ""

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Label(Content(show(self.heading)), classes="dialog--title")
            if self._question:
                yield Label(Content(show(self._question, multiline=True)), classes="dialog--hint")
            with Vertical(classes="foot"):
                kept = self.unsent.read() if self.unsent is not None else ""
                # selected, what was kept would go with the next letter
                yield Input(value=kept or self._value, select_on_focus=not kept)
                yield self.fault_line(FROM_BEFORE if kept else "")
                hint = f"enter {self._does} · {GO_BACK if self.saves else 'esc goes back'}"
                yield Ways(hint, WAYS_OUT if self.saves else LEAVES)

    def action_page(self, by: int) -> None:
        """Go on in a question that is longer than the screen."""
        question = self.query_one(VerticalScroll)
        question.scroll_relative(y=by * max(1, question.size.height // 2), animate=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the text, unless it cannot be taken."""
        fault = self._check(event.value) if self._check is not None else None
        if fault:
            self.show_fault(fault)
        else:
            self.take(event.value)


class AskConfirm(Dialog[bool]):
    """Show what a step will do and ask for `y`. For what cannot be taken back, and for what the check wants confirmed."""

    DEFAULT_CSS = "AskConfirm .dialog--hint { dock: bottom; }"
    BINDINGS = [
        key("y enter", "dialog.yes", "Yes", action="dismiss(True)"),
        key("n escape", "dialog.no", "No", action="dismiss(False)"),
    ]

    def __init__(self, title: str, lines: Sequence[str] = (), question: str = DOES, text: str = "") -> None:
        super().__init__(title, question)
        self._lines, self._text = lines, text

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog"):
            yield Label(Content(show(self.heading)), classes="dialog--title")
            for line in self._lines:
                yield Label(Content(show(line)), classes="dialog--line")
            if self._text:
                yield Label(Content(f"\n{show(self._text, multiline=True)}"))
            yield Label(Content(self.hint), classes="dialog--hint")


class Choose(Dialog["T | None"], Generic[T]):
    """Choose one of some rows; returns its value."""

    # the rows have what the title and the hint leave, however many lines those take: the cursor stays in sight
    DEFAULT_CSS = """
    Choose .dialog--title { dock: top; }
    Choose .dialog--hint { dock: bottom; }
    Choose OptionList { max-height: 100%; }
    """
    BINDINGS = [key("escape q", "dialog.back", "Back", action="dismiss(None)")]

    def __init__(self, title: str, rows: Sequence[ChoiceRow[T]], hint: str = CHOOSES) -> None:
        super().__init__(title, hint)
        self._rows = rows

    def body(self) -> ComposeResult:
        yield Choices(*(Option(self._prompt(row)) for row in self._rows))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Return the row that was chosen."""
        self.dismiss(self._rows[event.option_index].value)

    @staticmethod
    def _prompt(row: ChoiceRow[T]) -> Content:
        if not row.detail:
            return Content(show(row.text))
        return Content.assemble(show(row.text), "\n", (f"  {show(row.detail)}", "$text-muted"))


class ChooseDay(Dialog["datetime.date | None"]):
    """Choose a day from a calendar."""

    DEFAULT_CSS = "ChooseDay > .dialog { width: 34; } ChooseDay MonthCalendar { margin: 0 1 1 1; }"
    BINDINGS = [
        key("escape", "dialog.back", "Back", action="dismiss(None)"),
        key("enter", "dialog.choose-day", "Choose", "the day in brackets"),
    ]

    def __init__(self, title: str, day: datetime.date, today: datetime.date, first_weekday: int) -> None:
        super().__init__(title, "n p next, previous month · t today · enter chooses · esc goes back")
        self._month = MonthCalendar(day, today, first_weekday)

    def body(self) -> ComposeResult:
        yield self._month

    def action_choose_day(self) -> None:
        """Return the day."""
        self.dismiss(self._month.day)


class _Names(Suggester):
    """Completes a name, which stands behind the last comma; what is known is asked for at the first letter."""

    def __init__(self, known: Callable[[], Sequence[str]]) -> None:
        super().__init__(case_sensitive=True)
        self._ask = known
        self._known: Sequence[str] | None = None

    async def get_suggestion(self, value: str) -> str | None:
        """What the text may become."""
        if self._known is None:
            self._known = self._ask()
        before = value[: len(value) - len(value.rpartition(",")[2].lstrip())]
        typed = value[len(before) :].casefold()
        known = (name for name in self._known if typed and name.casefold().startswith(typed))
        return next((before + value[len(before) :] + name[len(typed) :] for name in known), None)


class _Hinted(Input):
    """A line of text. An example that does not fit says so by its last sign, and `cut` is the whole of it."""

    def __init__(self, hint: str, **more: Any) -> None:
        super().__init__(placeholder=show(hint), **more)
        self._hint = show(hint)

    @property
    def cut(self) -> str:
        """The example, where it does not stand here in full; empty: it does, or something is typed."""
        return "" if self.value or self.placeholder == self._hint else self._hint

    def on_resize(self) -> None:
        """Cut the example to the room there is."""
        self.placeholder = show(self._hint, max(1, self.content_size.width))


FEW = 3
"""Up to so many fields beside those that are needed are no crowd."""
REST = "── the rest may stay as it is ──"
_FRAME_ROWS = 6
"""What a form needs beside its fields: border, title, fault and hint."""


class _Fields(VerticalScroll):
    """The rows of a form: where they are scrolled, a field is in sight with its name."""

    def scroll_to_region(self, region: Region, **options: Any) -> Offset:
        """Bring the whole row of what is to be seen into sight."""
        rows = (row.virtual_region for row in self.children)
        return super().scroll_to_region(next((row for row in rows if row.contains_region(region)), region), **options)

    def on_resize(self) -> None:
        """Keep the field that is typed into in sight where the hint below takes more room."""
        line = self.screen.focused
        if line is not None and self in line.ancestors:
            line.scroll_visible(animate=False, immediate=True)


class Form(KeptDialog[dict[str, str] | None]):
    """A form. `check` returns every fault; the form stays open, with what was typed, until there is none.

    What is needed stands first, the rest below a line, in the order in which both are given.
    """

    DEFAULT_CSS = """
    Form .fields { height: auto; scrollbar-size-vertical: 1; }
    Form .row { height: 1; layout: horizontal; }
    Form .row .field { width: 26; margin: 0; }
    Form .needed { text-style: bold; color: $text; }
    Form .rest { color: $text-muted; width: 1fr; height: 1; }
    Form .row Input, Form .row OneOf { width: 1fr; }
    Form.-narrow .row { height: 3; layout: vertical; }
    Form.-narrow .row .field { width: 1fr; }
    Form.-narrow .row Input, Form.-narrow .row OneOf { width: 1fr; margin: 0 0 1 0; }
    Form.-narrow.-over-ssh .row { height: 2; }
    Form.-narrow.-over-ssh .row Input, Form.-narrow.-over-ssh .row OneOf { margin: 0; }
    Form.-tall .dialog { height: 90%; }
    Form.-tall .fields { height: 1fr; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-beside")]
    BINDINGS = [
        key("escape", "dialog.back", "Back", action="dismiss(None)"),
        key("ctrl+s", "dialog.save", "Save"),
        key("ctrl+o", "dialog.calendar", "Calendar", "choose the day of a field from a calendar"),
        Binding("enter", "save", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(
        self,
        title: str,
        fields: Sequence[AskedField],
        check: Callable[[dict[str, str]], Sequence[str]] | None = None,
        hint: str = FILLS,
        unsent: Unsent | None = None,
    ) -> None:
        super().__init__(title, unsent)
        self._fields, self._check = sorted(fields, key=lambda field: not field.needed), check
        needed = sum(field.needed for field in fields)
        self._line_at = needed if 0 < needed < len(fields) - FEW else None
        self._ways = f"ctrl+o a calendar · {hint}" if any(field.today for field in fields) else hint
        self.saves = hint != ENTER_SHOWS

    def typed(self) -> str:
        """What is typed into the fields."""
        return as_kept({field.name: (field.value, self._text(field)) for field in self._fields})

    def _text(self, field: AskedField) -> str:
        line = self.query_one(f"#field-{field.name}")
        assert isinstance(line, Input | OneOf)
        return line.value

    def body(self) -> ComposeResult:
        kept = fields_kept(self.unsent, {field.name: field.value for field in self._fields}.get)
        with _Fields(classes="fields", can_focus=False):
            for number, field in enumerate(self._fields):
                if number == self._line_at:
                    yield Label(Content(REST), classes="rest")
                with Container(classes="row"):
                    yield Label(Content(show(field.label)), classes="field needed" if field.needed else "field")
                    text = kept.get(field.name, field.value)
                    yield self._control(field, text, kept=field.name in kept)
        yield self.fault_line(FROM_BEFORE if kept else "")
        yield Ways(self._ways, [("save", "save"), *WAYS_OUT] if self.saves else [("show", "save"), *LEAVES])

    @staticmethod
    def _control(field: AskedField, text: str, *, kept: bool) -> Input | OneOf:
        name = f"field-{field.name}"
        if field.options:
            return OneOf(field.options, text, name)
        suggester = None if field.known is None else _Names(field.known)
        return _Hinted(field.placeholder, value=text, suggester=suggester, id=name, select_on_focus=not kept)

    def on_mount(self) -> None:
        """Be as it will be before it is drawn."""
        self._fit(self.app.size)

    def on_resize(self, event: Resize) -> None:
        """Have the form as the new size allows."""
        self._fit(event.size)
        self.call_after_refresh(self._tell)

    def _fit(self, size: Size) -> None:
        """Where the fields do not fit, they alone are scrolled: title, faults and hint stay in sight."""
        rows = len(self._fields) * (1 if size.width >= 70 else 3) + (self._line_at is not None)
        self.set_class(rows + _FRAME_ROWS > size.height * 9 // 10, "-tall")

    def on_descendant_focus(self) -> None:
        """Say the whole example of the field that is typed into, once its room is known."""
        self.call_after_refresh(self._tell)

    def _tell(self) -> None:
        line = self.focused
        self.query_one(Ways).tell(line.cut if isinstance(line, _Hinted) else "")

    def action_calendar(self) -> None:
        """Choose the day of the field that is typed into from a calendar, which begins where it stands."""
        line, user = self.focused, getattr(self.app, "user", None)
        field = next((field for field in self._fields if line is not None and line.id == f"field-{field.name}"), None)
        if field is None or field.today is None or not isinstance(line, Input):
            return
        begin = field.today if day_fault(line.value, field.today) else parse_day(line.value, today=field.today)

        def put(day: datetime.date | None) -> None:
            if day is not None:
                line.value = day.isoformat()

        self.app.push_screen(
            ChooseDay(field.label, begin, field.today, 0 if user is None else user.firm.first_weekday), put
        )

    def on_input_submitted(self) -> None:
        """Enter saves from any field."""
        self.action_save()

    def action_save(self) -> None:
        """Hand the entries over, unless something in them cannot be taken."""
        entered = {field.name: self._text(field) for field in self._fields}
        # a word that came from elsewhere: from a line, from what was kept
        faults: Sequence[str] = [
            f"{field.name.replace('_', ' ')}: {entered[field.name]!r} is not one of {', '.join(filter(None, field.options))}"
            for field in self._fields
            if field.options and entered[field.name] not in field.options
        ]
        if not faults and self._check is not None:
            faults = self._check(entered)
        if faults:
            self.show_fault(*faults)
        else:
            self.take(entered)
