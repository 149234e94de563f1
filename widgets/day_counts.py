"""What stands over the board: how many of what, what matters most first, as that is cut last."""

from __future__ import annotations

from dispatch.model.boards import Board
from dispatch.model.instants import long_text
from dispatch.model.text import count_text
from widgets.lines.ink import Line, Span, ink, joined


def pressing(board: Board, now: int) -> list[Span]:
    """What nobody may lose sight of: the emergencies that wait, with what is left of the first, who is late, whom to call."""
    parts: list[Span] = []
    if waiting := [visit for visit in board.queue if visit.emergency]:
        due = min((visit.due for visit in waiting if visit.due is not None), default=None)
        left = "" if due is None else f" {long_text(abs(due - now) // 60)}{' late' if due < now else ''}"
        words = "emergency" if len(waiting) == 1 else "emergencies"
        parts.append(ink(f"{len(waiting)} {words}{left}", "bad"))
    parts += [ink(f"{board.late} late", "bad")] if board.late else []
    parts += [ink(f"{len(board.calls)} to call", "warn")] if board.calls else []
    return parts


def day_counts(board: Board, now: int, filtered: str = "", order: str = "", note: str = "") -> Line:
    """What is `pressing`, then the rest of the day.

    Args:
        filtered: the word that the board is narrowed to.
        order: how its technicians stand, where not as they are.
        note: what else is to be known of the day.
    """
    parts = pressing(board, now)
    parts += [ink(f"{board.trouble} (O)", "warn")] if board.trouble else []
    parts += [ink(f"{count_text(board.mails, 'mail')} (B)", "warn")] if board.mails else []
    parts += [ink(f"filter “{filtered}”", "info")] if filtered else []
    parts += [ink(order, "info")] if order else []
    parts += [ink(f"{len(board.queue)} unscheduled", "dim"), ink(count_text(board.planned, "visit"), "dim")]
    parts += [ink(f"{len(board.on_hold)} on hold", "dim")] if board.on_hold else []
    parts += [ink(count_text(len(board.rows), "technician"), "dim")]
    parts += [ink(note, "dim")] if note else []
    return joined(parts)
