"""The route of the technician under the board's cursor: on a map, and in a browser."""

from __future__ import annotations

from dispatch.lazily import lazily
from screens.binding import command
from screens.of_day import DayOfVisits

with lazily(__name__):
    from screens.board import map


@command("M", "view.map", "Map")
def show_map(screen: DayOfVisits) -> None:
    """The technician's day on a map."""
    row, visit = screen.row_here(), screen.visit_here()
    if row is None:
        screen.say("Select a technician to see the day on a map.")
    else:
        screen.program.open("map", row.technician_id, visit.id if visit is not None else None)


@command("o", "route.open", "Browser")
async def browser(screen: DayOfVisits) -> None:
    """The technician's route in a browser, or its link."""
    if (row := screen.row_here()) is None:
        screen.say("Select a technician to see the route in a browser.")
    else:
        await map.open_route(screen, row)
