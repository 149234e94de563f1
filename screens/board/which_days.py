"""Which days of a visit that takes several are placed: this one alone, or those after it too."""

from __future__ import annotations

from typing import Any

from dispatch.model.boards import BoardVisit
from screens.dialogs.asked import ChoiceRow
from screens.user_screen import UserScreen

_ROWS = (
    ChoiceRow("this day and those after it", False, "each on the next day on which the same people can"),
    ChoiceRow("this day alone", True, "the others stay where they are"),
)


async def days_of(screen: UserScreen, visit: BoardVisit) -> dict[str, Any]:
    """Which of its days a visit is placed on, asked where it stands and has later ones: what `schedule.move` is given."""
    if visit.days == visit.day_number or visit.start is None:
        return {"day": visit.day_number}
    title = f"Day {visit.which_day} of {visit.reference} {visit.client}"
    return {"day": visit.day_number, "alone": await screen.choose(title, _ROWS)}
