"""The checklist of a visit: what must be true before anybody leaves."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.model.checklists import Asks, Checklist, Item
from widgets.checklist_lines import HINTS, Layout, current_line, is_open, item_lines, layout_of, phases_in_order
from widgets.lines.ink import Line, ListEntry
from widgets.lines.line_list import LineList
from widgets.lines.marks import marks_of


class ChecklistView(LineList[Item]):
    """The items of a checklist by phase. The cursor's line of an open item says which keys matter there."""

    DEFAULT_CSS = """
    ChecklistView { height: 1fr; padding: 0 1; }
    """

    nothing = "nothing to check"
    recording = True
    """Whether anything is recorded now: only then are there keys that matter on an open item."""

    _checklist = Checklist()
    _zone = "UTC"
    _hours24 = True
    _layout = Layout(0, 0, 0, 0, 0)

    def set_checklist(self, checklist: Checklist, zone: str, hours24: bool) -> None:
        """Show a checklist, with times on the clocks of `zone`. The cursor stays on its item.

        Where there was none before, the cursor begins on the first open item.
        """
        self._checklist, self._zone, self._hours24 = checklist, zone, hours24
        self.rebuild()

    def select(self, ref: str) -> bool:
        """Put the cursor on an item by its id, whatever its case. False: there is no such item."""
        item = self._checklist.item(ref)
        return item is not None and self.select_key(item.id)

    def first_key(self) -> object:
        """The first item that still awaits a result."""
        items = (item for _, phase in phases_in_order(self._checklist) for item in phase)
        return next((item.id for item in items if is_open(item, self._checklist)), None)

    def entries(self, width: int) -> Sequence[ListEntry[Item]]:
        marks = marks_of(self.ascii)
        self._layout = layout_of(self._checklist, width, marks, self._zone, self._hours24)
        return [
            ListEntry(item.id, self._lines_of_item(item, number == 0), item, kept=self._layout.phase)
            for _, items in phases_in_order(self._checklist)
            for number, item in enumerate(items)
        ]

    def under_cursor(self, line: Line, number: int, entry: ListEntry[Item], ground: str) -> Line:
        """Only the line that says how the item stands now is on the cursor's ground; an open one shows its keys."""
        item = entry.value
        if item is None or number != current_line(item, self._checklist, entry.lines, self._layout):
            return line
        if self.recording and is_open(item, self._checklist):
            hint = HINTS.get(item.kind, "")
            if item.asks is Asks.NO_WAY_IN:
                hint = f"W ask a lead · {hint}"
            elif item.runnable:
                hint = f"r run · {hint}"
            if item.na_allowed:
                hint = f"{hint} · - n/a"
            line = self._lines_of_item(item, bool(entry.lines[0][0][0].strip()), hint)[-1]
        return super().under_cursor(line, number, entry, ground)

    def _lines_of_item(self, item: Item, first: bool, hint: str = "") -> tuple[Line, ...]:
        return item_lines(item, self._checklist, self._layout, first=first, hint=hint)
