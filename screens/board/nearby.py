"""Who is free near the selected visit now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch.lazily import lazily
from dispatch.model.boards import BoardVisit
from dispatch.model.states import DISPATCHERS, STEPS
from dispatch.model.text import pad
from screens.binding import command
from screens.board.move_mode import MoveTimeline
from screens.dialogs.asked import ChoiceRow
from screens.of_day import on_visit

with lazily(__name__):
    from db import settings
    from dispatch.desk.day import nearby

if TYPE_CHECKING:
    from screens.board.board import BoardScreen

STEP = 300
"""Seconds: a start is proposed on the next five minutes."""


@on_visit("see who is near", STEPS["assign"].sources, "only what nobody has reached yet is given to somebody.")
@command("f", "visit.near", "Who is near", DISPATCHERS)
async def near(screen: BoardScreen, visit: BoardVisit) -> None:
    """Who is free near the selected visit now: by the drive from where they are, with when they are free."""
    store, times = screen.user.store, screen.user.firm.times()
    found = await screen.look_aside(nearby.nearby, store, visit.reference)
    if found is None:
        return
    if not found:
        screen.say("Nobody is free any more today.", "warning")
        return
    rows = [
        ChoiceRow(f"{pad(one.name, 18)} {times.clock(one.arrival, visit.zone)}", one, one.words(times)) for one in found
    ]
    title = f"Near {visit.reference} {visit.client} now"
    chosen = await screen.choose(title, rows, "enter takes it in hand there · esc goes back")
    start = -(-chosen.arrival // STEP) * STEP
    await screen.query_one(MoveTimeline).take_on(settings.today(store), visit, chosen.technician_id, start)
