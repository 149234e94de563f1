"""The call-ahead list: two lines a client, in the order in which the calls are due."""

from dispatch.model.boards import Board, CallAhead
from dispatch.model.instants import clock_text
from widgets.lines.ink import Line, ListEntry, ink, spread
from widgets.lines.marks import Marks

INDENT = 8


def call_entries(board: Board, width: int, _: Marks) -> list[ListEntry[CallAhead]]:
    """Each call: by when, whom and on which number; then what they expect and what they are to be told."""
    return [ListEntry(call.visit_id, call_lines(call, board, width), call) for call in board.calls]


def call_lines(call: CallAhead, board: Board, width: int) -> tuple[Line, Line]:
    """The two lines of a call in `width` cells. The number is never cut short."""
    due = clock_text(call.due, board.zone, board.hours24)
    overdue = call.due <= board.now
    number = (ink(call.phone, "strong"),) if call.phone else (ink("no phone number", "warn"),)
    first = spread((ink(f"{due:<{INDENT}}", "bad" if overdue else "strong"), ink(call.client, "strong")), number, width)
    expects = f"expects us {clock_text(call.expected, board.zone, board.hours24)}, "
    tell = ink(expects + call.words(board.zone, board.hours24), "warn" if call.escalated or call.absent else "plain")
    return first, spread((ink(" " * INDENT, "dim"), tell), (ink(call.contact, "dim"),), width)
