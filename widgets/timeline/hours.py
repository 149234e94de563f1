"""The line of hours over the timeline. Pure painting."""

from collections.abc import Iterable

from widgets.lines.ink import Line
from widgets.timeline.canvas import CanvasLine
from widgets.timeline.layout import Span, hour_label
from widgets.timeline.rows import Look


def hours_line(look: Look, left: int, room: int, blocks: Iterable[Span] = ()) -> Line:
    """The hours in `room` cells from cell `left` of the day on.

    The present time stands over its line, in the place of the hours that it would touch. Marks at either end tell that
    some of the `blocks` (in cells) lie outside of what is seen.
    """
    scale = look.frame.scale
    canvas = CanvasLine(room, "hours")
    hour_cells = 3600 // scale.cell_seconds
    every = 1 if hour_cells >= 4 else 2
    taken = range(0)
    if look.now is not None:
        now = look.clock(look.now)
        at = scale.cell_of(look.now) - left
        if 0 <= at < room:
            first = max(0, min(at - len(now) // 2, room - len(now)))
            canvas.put(first, now, "hours-now")
            taken = range(first - 1, first + len(now) + 1)
    for mark in look.frame.hours:
        at = mark.cell - left
        label = hour_label(mark.hour, look.hours24, hour_cells * every)
        if mark.hour % every == 0 and 0 <= at <= room - len(label) and not {*range(at, at + len(label))} & {*taken}:
            canvas.put(at, label, "hours")
    outside = list(blocks)
    if any(first < left for first, _ in outside):
        canvas.put(0, look.marks.more_left, "mark")
    if any(last > left + room for _, last in outside):
        canvas.put(room - 1, look.marks.more_right, "mark")
    return canvas.line()
