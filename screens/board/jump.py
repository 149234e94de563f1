"""Jump: to a technician, a client, a site or a visit, by a few letters, from anywhere."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from textual.widget import AwaitMount

from db import settings
from dispatch.desk.book import jump_search
from dispatch.desk.book.jump_search import JumpTarget, TargetKind
from screens.dialogs.finder import FindScreen
from widgets.listed import FoundLine

if TYPE_CHECKING:
    from screens.program.program import Program


async def jump(app: Program) -> None:
    """Ask where to, and go there."""
    store = app.user.store
    times, today = settings.firm(store).times(), settings.today(store)

    def line(target: JumpTarget) -> FoundLine:
        return FoundLine(target.kind.value, target.name, jump_search.detail_of(target, times, today))

    chosen = await app.push_screen_wait(
        FindScreen(
            "Jump to a technician, client, site or visit",
            lambda: jump_search.targets(store),
            line,
            more=lambda typed, limit: jump_search.of_reference(store, typed, limit),
            hint="enter goes there · ctrl+o opens it · esc goes back",
        )
    )
    if chosen is None:
        return
    target, visit = chosen.value, chosen.value.visit
    if target.kind in (TargetKind.CLIENT, TargetKind.SITE):
        app.open("client", target.id)
    elif visit is None:
        await to_board(app, technician_id=target.id)
    elif chosen.open or not await to_board(app, visit_id=target.id, day=jump_search.day_of_visit(visit, times.zone)):
        app.open("visit", visit.reference)


async def to_board(
    app: Program, *, technician_id: int | None = None, visit_id: int | None = None, day: datetime.date | None = None
) -> bool:
    """Show the board, of a day or of the one it is on, with the cursor on a technician or a visit. False: it is on no board."""
    from screens.board.board import BoardScreen

    app.day = day or app.day
    if app.current_mode != "board":
        await app.switch_mode("board")
    while len(app.screen_stack) > 1:
        await app.pop_screen()
    board = app.screen
    assert isinstance(board, BoardScreen)
    await AwaitMount(board, [board])  # it may have been on its way already
    await board.read_again()
    return board.places.point_at(technician_id=technician_id, visit_id=visit_id)
