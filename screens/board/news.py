"""What others have changed: the last deeds of the office, each a way to its visit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.model.instants import clock_text
from screens.binding import command
from screens.dialogs.asked import ChoiceRow

if TYPE_CHECKING:
    from screens.of_day import DayOfVisits


@command("L", "view.news", "Changes of others")
async def news(screen: DayOfVisits) -> None:
    """What others have changed since you began, the last ten; enter goes there."""
    board, heard = screen.board, screen.program.activity.news
    if board is None or not heard:
        screen.say("Nobody else in the office has changed anything since you began.")
        return
    rows = [
        ChoiceRow(f"{clock_text(doing.at, board.zone, board.hours24)}  {doing.text}", doing)
        for doing in reversed(heard)
    ]
    doing = await screen.choose("What others have changed", rows, "enter goes there · esc goes back")
    visits = (*board.queue, *board.on_hold, *(visit for row in board.rows for visit in row.visits))
    here = next((visit.id for visit in visits if visit.reference == doing.reference), None)
    if here is not None:
        await screen.show_visit(here)
    elif doing.reference:
        screen.program.open("visit", doing.reference)
