"""A list of entries of one or more lines, with a cursor that skips what cannot be selected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate, zip_longest
from typing import Generic, TypeVar

from textual import events
from textual.binding import Binding
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.strip import Strip

from dispatch.model.text import cells_of
from widgets.lines.ink import Line, ListEntry, fitted, ink
from widgets.lines.line_view import LineView
from widgets.lines.marks import Marks, marks_of

T = TypeVar("T")
Build = Callable[[int, Marks], Sequence[ListEntry[T]]]
"""What there is to show in so many cells, drawn with these marks."""


class LineList(LineView, Generic[T], can_focus=True):
    """Entries below each other, as `show_entries` says, or as a subclass builds them (`entries`)."""

    class Selected(Message):
        """The cursor is on another entry."""

    class Opened(Message):
        """Enter, or a double click, on the entry under the cursor."""

    DEFAULT_CSS = """
    LineList { overflow-x: hidden; }
    """

    BINDINGS = [
        Binding("up,k", "step(-1)", "Up", show=False, id="list.up"),
        Binding("down,j", "step(1)", "Down", show=False, id="list.down"),
        Binding("home", "step(-100000)", "First", show=False, id="list.first"),
        Binding("end", "step(100000)", "Last", show=False, id="list.last"),
        Binding("pageup", "page(-1)", "A page up", show=False, id="list.page-up"),
        Binding("pagedown", "page(1)", "A page down", show=False, id="list.page-down"),
        Binding("enter", "open", "Open", show=False, id="list.open"),
    ]

    def __init__(self, *, ascii: bool = False, id: str | None = None) -> None:
        super().__init__(ascii=ascii, id=id)
        self._entries: tuple[ListEntry[T], ...] = ()
        self._tops: list[int] = []
        self._owner: tuple[int, ...] = ()
        self._at: int | None = None
        self._wanted: object = None
        self._frozen: tuple[Line, ...] = ()
        self._drawn: dict[int, Strip] = {}

    nothing = ""
    """What is said where there is nothing to show."""
    _build: Build[T] | None = None
    _head: Callable[[int], Line] | None = None

    def show_entries(self, build: Build[T], nothing: str = "", head: Callable[[int], Line] | None = None) -> None:
        """Show what is built for the width. The cursor stays on its entry, by its key.

        Args:
            nothing: what is said where there is nothing to show.
            head: a line for the width that stays at the top whatever is scrolled.
        """
        self._build, self.nothing, self._head = build, nothing, head
        self.rebuild()

    # -- for subclasses -----------------------------------------------------------------------------------------------

    def entries(self, width: int) -> Sequence[ListEntry[T]]:
        """What there is to show in `width` cells."""
        return () if self._build is None else self._build(width, marks_of(self.ascii))

    def frozen(self, width: int) -> tuple[Line, ...]:
        """Lines that stay at the top whatever is scrolled."""
        return () if self._head is None else (self._head(width),)

    def first_key(self) -> object:
        """The key of the entry on which the cursor begins; None for the first that can be selected."""
        return None

    def rebuild(self) -> None:
        """Build the entries again and draw what is different. The cursor stays on its entry (by key) or its place."""
        width = self.view_size.width
        if not width:
            return
        before, key, old_at, old_frozen = self._lines(), self._key, self._at, self._frozen
        old_height = len(self._lines_of(old_at))
        self._frozen = self.frozen(width)
        self._entries = tuple(self.entries(width))
        if not self._entries and self.nothing:
            self._entries = (ListEntry("nothing", ((ink(self.nothing, "dim"),),)),)
        self._owner = tuple(n for n, entry in enumerate(self._entries) for _ in entry.lines)
        *self._tops, height = accumulate((len(entry.lines) for entry in self._entries), initial=0)
        wanted, self._wanted = self._wanted, None
        self._at = self._find(wanted or (key if old_at is not None else self.first_key()), old_at)
        self.set_extent(Size(width, height + len(self._frozen)))
        if self._frozen != old_frozen:
            self.refresh(Region(0, 0, width, max(len(old_frozen), len(self._frozen))))
            if len(self._frozen) != len(old_frozen):
                self._drawn.clear()
                self.refresh()
        moved = {*self._lines_of(old_at), *self._lines_of(self._at)} if old_at != self._at else set()
        in_sight = range(self.scroll_offset.y, self.scroll_offset.y + self.view_size.height)
        for y, (old, new) in enumerate(zip_longest(before, self._lines())):
            if old != new or y in moved:
                if y in in_sight:
                    self._redraw(y)
                else:
                    self._drawn.pop(y, None)
        if self._key != key:
            self.post_message(self.Selected())
        elif len(self._lines_of(self._at)) > old_height:
            self.call_after_refresh(self._reveal)  # what there is more to say of it stays in sight
        self.place_cursor()

    @property
    def selected(self) -> T | None:
        """What is under the cursor."""
        return self._entries[self._at].value if self._at is not None else None

    @property
    def place(self) -> str:
        """Which of how many entries the cursor is on, where not all of them are in sight; else nothing."""
        if self._at is None or self.max_scroll_y <= 0:
            return ""
        choices = self._choices
        return f"{choices.index(self._at) + 1:,} of {len(choices):,}"

    def select_key(self, key: object) -> bool:
        """Put the cursor on the entry with that key. False: there is none that can be selected.

        Before the list has a size, the key is kept until it has one.
        """
        if not self._entries:
            self._wanted = key
        for number in self._choices:
            if self._entries[number].key == key:
                self._go(number)
                return True
        return False

    # -- drawing ------------------------------------------------------------------------------------------------------

    def forget_drawn(self) -> None:
        self._drawn.clear()

    def line_at(self, y: int, width: int) -> Line | None:
        """A line of an entry, on the cursor's ground where the cursor is."""
        if y >= len(self._owner):
            return None
        number = self._owner[y]
        entry = self._entries[number]
        line = fitted(entry.lines[y - self._tops[number]], width)
        if number != self._at:
            return line
        ground = "cursor" if self.has_focus else "cursor-blurred"
        return self.under_cursor(line, y - self._tops[number], entry, ground)

    def under_cursor(self, line: Line, number: int, entry: ListEntry[T], ground: str) -> Line:
        """Line `number` of the selected entry: on the cursor's ground, but for the cells that keep their inks."""
        starts = accumulate((cells_of(text) for text, _ in line), initial=0)
        return tuple(
            (text, name if at < entry.kept else ground) for (text, name), at in zip(line, starts, strict=False)
        )

    def render_line(self, y: int) -> Strip:
        """Draw one line of the widget, or take it from what was drawn before."""
        width = self.view_size.width
        if y < len(self._frozen):
            return self.strip_of(fitted(self._frozen[y], width), width)
        at = y - len(self._frozen) + self.scroll_offset.y
        strip = self._drawn.get(at)
        if strip is None or strip.cell_length != width:
            line = self.line_at(at, width)
            strip = Strip.blank(width, self.style_of("plain")) if line is None else self.strip_of(line, width)
            self._drawn[at] = strip
        return strip

    def _redraw(self, at: int, count: int = 1) -> None:
        """Draw again `count` lines of entries from `at`, where they are in sight."""
        for y in range(at, at + count):
            self._drawn.pop(y, None)
        top = max(at, self.scroll_offset.y)
        if at + count > top:
            self.refresh_view_lines(top + len(self._frozen), at + count - top)

    def fit(self) -> None:
        self._drawn.clear()
        self.rebuild()
        self.refresh()
        self.call_after_refresh(self._reveal)

    # -- the cursor ---------------------------------------------------------------------------------------------------

    @property
    def cursor_place(self) -> Offset | None:
        """The begin of the selected entry."""
        if self._at is None:
            return None
        y = self._tops[self._at] + len(self._frozen) - self.scroll_offset.y
        return Offset(self._entries[self._at].kept, max(0, min(y, self.view_size.height - 1)))

    @property
    def _key(self) -> object:
        return self._entries[self._at].key if self._at is not None else None

    @property
    def _choices(self) -> list[int]:
        """The numbers of the entries that can be selected."""
        return [number for number, entry in enumerate(self._entries) if entry.value is not None]

    def _lines(self) -> list[Line]:
        return [line for entry in self._entries for line in entry.lines]

    def _lines_of(self, number: int | None) -> range:
        if number is None or number >= len(self._entries):
            return range(0)
        return range(self._tops[number], self._tops[number] + len(self._entries[number].lines))

    def _find(self, key: object, near: int | None) -> int | None:
        """The entry with that key; else the selectable one that is nearest to the place `near`."""
        same = (number for number in self._choices if key is not None and self._entries[number].key == key)
        nearest = min(self._choices, key=lambda number: (abs(number - (near or 0)), number), default=None)
        return next(same, nearest)

    def _go(self, number: int) -> None:
        if number == self._at:
            return
        for touched in (self._at, number):
            lines = self._lines_of(touched)
            self._redraw(lines.start, len(lines))
        self._at = number
        self._reveal()
        self.post_message(self.Selected())

    def _reveal(self) -> None:
        lines = self._lines_of(self._at)
        top, height = self.scroll_offset.y, self.view_size.height - len(self._frozen)
        if lines and height > 0 and not (top <= lines.start and lines.stop <= top + height):
            # a heading just above is worth seeing; half a view at once, so that scrolling is rare
            wanted = 0 if lines.stop <= height else lines.start - height // 2
            self.scroll_to(0, max(0, min(wanted, self.max_scroll_y)), animate=False, force=True)
        self.place_cursor()

    # -- keys and the mouse -------------------------------------------------------------------------------------------

    def action_step(self, by: int) -> None:
        """Move the cursor by so many entries that can be selected."""
        choices = self._choices
        if not choices:
            return
        here = choices.index(self._at) if self._at in choices else 0
        self._go(choices[max(0, min(len(choices) - 1, here + by))])

    def action_page(self, by: int) -> None:
        """Move the cursor by a view."""
        lines = [len(entry.lines) for entry in self._entries if entry.value is not None] or [1]
        self.action_step(by * max(1, self.view_size.height * len(lines) // sum(lines) - 1))

    def action_open(self) -> None:
        """Open the entry under the cursor."""
        if self.selected is not None:
            self.post_message(self.Opened())

    def on_click(self, event: events.Click) -> None:
        """Select what is clicked; a double click opens it."""
        place = event.get_content_offset(self)
        if place is None or place.y < len(self._frozen):
            return
        y = place.y - len(self._frozen) + self.scroll_offset.y
        if y < len(self._owner) and self._entries[self._owner[y]].value is not None:
            self._go(self._owner[y])
            if event.chain == 2:
                self.post_message(self.Opened())
