"""The week board as text."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.model.instants import day_text, span_text
from dispatch.model.text import count_text, pad, show
from dispatch.model.weeks import MARKS_OF_A_CELL, Week

_NAME, _CELL = 18, 17


def week_lines(week: Week) -> Iterator[str]:
    """`dispatch week --plain`: a line a technician, a column a day; room and scarce skills of each day; what waits."""
    board = week.waiting
    yield f"{show(board.firm)}  {day_text(week.days[0])} to {day_text(week.days[-1])}"
    yield ""
    yield (pad("", _NAME) + "".join(pad(day_text(day)[:-5], _CELL) for day in week.days)).rstrip()
    for row in week.rows:
        yield (pad(row.name, _NAME) + "".join(pad(load.text(_CELL - 1), _CELL) for load in row.days)).rstrip()
    if not week.rows:
        yield f"There are no technicians in {show(board.firm)} yet."
        return
    yield (pad("room", _NAME) + "".join(pad(span_text(one.room), _CELL) for one in week.sums)).rstrip()
    yield ""
    yield f"Signs: {MARKS_OF_A_CELL}."
    for one in week.sums:
        if one.available and one.free:
            scarce = ", ".join(f"{show(skill)} {span_text(minutes)}" for skill, minutes in one.free)
            yield f"{day_text(one.day)}: {span_text(one.room)} room: {scarce}"
    first = week.breaks_first
    yield "Nothing breaks." if first is None else f"{day_text(first)} breaks first."
    yield f"{count_text(len(board.queue), 'request')} wait{'s' if len(board.queue) == 1 else ''} for a time."
