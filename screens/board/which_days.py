"""A visit is placed from a board: which of its days, where it takes several, this one alone or those after it too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dispatch.lazily import lazily
from dispatch.model.boards import BoardVisit
from dispatch.model.states import State
from screens.dialogs.asked import ChoiceRow
from screens.user_screen import UserScreen

with lazily(__name__):
    from dispatch.desk.day.placement import Placed
    from dispatch.desk.plan import schedule

_ROWS = (
    ChoiceRow("this day and those after it", "run", "each on the next day on which the same people can"),
    ChoiceRow("this day alone", "alone", "the others stay where they are"),
)


async def days_of(screen: UserScreen, visit: BoardVisit) -> dict[str, Any]:
    """What `schedule.move` is given of a visit as it was seen: its version, and which of its days are placed, asked where it
    stands and has later ones."""
    seen = {"version": visit.version, "day": visit.day_number}
    if visit.days == visit.day_number or visit.start is None:
        return seen
    title = f"Day {visit.which_day} of {visit.reference} {visit.client}"
    return seen | {"alone": await screen.choose(title, _ROWS) == "alone"}


async def place(screen: UserScreen, visit: BoardVisit, crew: Sequence[str], start: int) -> Placed | None:
    """Place a visit, asking what has to be meant; None: it was not placed."""
    deed = schedule.assign if visit.state is State.REQUESTED else schedule.move
    title = f"Place {visit.reference} here?"
    return await screen.insist(title, deed, visit.reference, crew, start, **await days_of(screen, visit))
