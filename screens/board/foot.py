"""What stands below the board: the visit under the cursor in full, with its charge, and its technician's route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.timer import Timer

from dispatch.lazily import lazily
from dispatch.model.instants import clock_text
from dispatch.model.problems import conflicts
from dispatch.model.states import ENDED, QUEUED
from widgets.lines.ink import ink
from widgets.route_pane import RoutePane
from widgets.visit_detail import VisitDetail
from widgets.visit_lines import nothing_here

with lazily(__name__):
    from dispatch.desk.log import visit_page
    from screens.prices import sheet_view

if TYPE_CHECKING:
    from screens.board.board import BoardScreen

UNPRICED = "…"
"""What stands for a charge that is being worked out, so that the lines below it keep their place."""
PRICE_AFTER = 0.15
"""Seconds that the cursor rests on a visit before its charge is worked out."""


class BoardFoot:
    """Tells of what is under the cursor of the board."""

    def __init__(self, screen: BoardScreen) -> None:
        self._screen = screen
        self._pricing: Timer | None = None

    def show(self) -> None:
        """Show what is under the cursor in full."""
        screen, user = self._screen, self._screen.user
        board, visit, row = screen.board, screen.visit_here(), screen.row_here()
        if board is None:
            return
        # where all rows are in sight the pane keeps its height, as they would be drawn in other heights
        screen.set_class(visit is None and (not board.planned or screen.has_class("-many")), "-empty")
        if screen.has_class("-folded"):
            return
        hint = nothing_here(board, row) if visit is None else ""
        advice = [ink(hint, "dim")] if hint else []
        if visit is not None and row is not None:
            advice += [ink(why, "warn") for why in conflicts(visit, row, user.now)]
        if visit is not None and (done := screen.program.activity.by_visit.get(visit.id)) is not None:
            advice.append(ink(f"{clock_text(done.at, board.zone, board.hours24)} {done.text}", "dim"))
        if visit is not None and visit.reason and visit.state in QUEUED | ENDED:
            advice.append(ink(visit.reason, "dim"))
        detail = screen.query_one(VisitDetail)
        unpriced = UNPRICED if visit is not None and visit.start is not None else ""
        # of the visit that is there already the charge stays in sight until it is known anew
        same = visit is not None and detail.visit is not None and visit.id == detail.visit.id
        detail.set_visit(
            board,
            visit,
            technician_skills=row.skills if row is not None else None,
            charge=unpriced and detail.charge if same else unpriced,
            advice=advice,
            now=user.now,
        )
        screen.query_one(RoutePane).set_route(board, row, visit.id if visit is not None else None)

        # the charge engine is not needed for the first frame, and not for a cursor that only passes by
        def price() -> None:
            screen.run_worker(self._show_charge(), exclusive=True, group="pricing")

        if self._pricing is not None:
            self._pricing.stop()
        self._pricing = screen.set_timer(PRICE_AFTER, price)

    async def _show_charge(self) -> None:
        """Say the charge of the visit that is shown, or its estimate, in a sentence."""
        detail = self._screen.query_one(VisitDetail)
        visit = detail.visit
        if visit is None or visit.start is None:
            return
        priced = await self._screen.look_aside(visit_page.charge_now, self._screen.user.store, visit.reference)
        if priced is not None and visit is detail.visit:
            detail.set_charge(sheet_view.price_words(priced))
