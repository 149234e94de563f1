"""Series of visits as text: what would come of one before it is saved."""

from __future__ import annotations

from dispatch.desk.book.series import Foreseen
from dispatch.model.instants import day_text


def foreseen_line(foreseen: Foreseen) -> str:
    """The rule as it is kept, its next days, and where holidays of them are not known."""
    days = ", ".join(day_text(day) for day in foreseen.days)
    beyond = f"; {foreseen.beyond}" if foreseen.beyond else ""
    return f"{foreseen.recurrence.rule}: {days or 'no visits'}{beyond}"
