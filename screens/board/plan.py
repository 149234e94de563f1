"""The plan as a what-if: the day as it would be beside the day as it is, while better plans are still being found."""

from __future__ import annotations

import datetime
import threading

from textual import work
from textual.app import ComposeResult
from textual.worker import get_current_worker

from db.faults import StoreFault
from dispatch.desk.day import board_view
from dispatch.desk.plan.proposing import DayFigures, Proposal, Proposing, apply, board_as_planned
from dispatch.desk.session.refusals import Refusal
from dispatch.lazily import lazily
from dispatch.model.boards import Board
from dispatch.model.instants import clock_text, day_text
from dispatch.model.states import DISPATCHERS
from dispatch.model.text import show
from screens.binding import command
from screens.reading import aside
from screens.user_screen import UserScreen
from widgets.bars import Separator
from widgets.listed import FigureLine, FigureList
from widgets.timeline.view import Timeline

with lazily(__name__):
    from dispatch.desk.roads import road_engines

SECONDS = 5.0
"""How long better plans are looked for, unless somebody stops it or takes what there is."""
_WORDS = (
    ("placed", "visits"),
    ("left_out", "left out"),
    ("travel", "min driving"),
    ("late", "min late"),
    ("overtime", "min overtime"),
)


class PlanScreen(UserScreen):
    """A proposed day. Nothing is written until it is taken."""

    SHOWS = "day"

    TITLE_WORD = "a plan of the day"
    AUTO_FOCUS = "Timeline"
    DEFAULT_CSS = """
    PlanScreen Timeline { width: 1fr; height: 1fr; }
    PlanScreen FigureList { height: 14; }
    PlanScreen.-short FigureList { height: 8; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]
    FOOTER = "plan.take plan.take-one plan.flip plan.stop plan.pane plan.drop screen.keys"

    def __init__(self, day: datetime.date) -> None:
        super().__init__()
        self._day = day
        self._board: Board | None = None
        self._proposal: Proposal | None = None
        self._proposing: Proposing | None = None
        self._as_planned = True
        self._looking = True

    def body(self) -> ComposeResult:
        yield Timeline(id="timeline", ascii=self.program.ascii_only)
        yield Separator()
        yield FigureList(id="moves", ascii=self.program.ascii_only)

    def begin(self) -> None:
        """Begin to plan."""
        self.show_keys()
        self._board = self.look(board_view.board, self.user.store, self._day)
        self._show()
        self._search()

    def reload(self) -> None:
        """What others change is seen when the plan is taken: it is refused then, and says by whom."""

    @work(thread=True, exclusive=True, group="search")
    def _search(self) -> None:
        """Look for ever better plans, in the solver's own process; a thread waits for them here."""
        worker = get_current_worker()
        try:
            road_engines.prefetch(self.user, self._day)
            self._proposing = proposing = Proposing(self.user.store, self._day, SECONDS)
            for proposal in proposing:
                if worker.is_cancelled:
                    proposing.stop()
                    return
                self.app.call_from_thread(self._found, proposal)
        except (StoreFault, Refusal) as fault:
            self.app.call_from_thread(self.say, str(fault), "error")
        if not worker.is_cancelled:
            self.app.call_from_thread(self._ended)

    def _found(self, proposal: Proposal) -> None:
        self._proposal = proposal
        self._show()

    def _ended(self) -> None:
        self._looking = False
        self._show()

    def _show(self) -> None:
        board, proposal = self._board, self._proposal
        if board is None or not self.stands:
            return
        shown = board_as_planned(board, proposal) if proposal is not None and self._as_planned else board
        self.query_one(Timeline).set_board(shown)
        state = "looking for a better plan, x stops" if self._looking else "done"
        self.show_head(
            f"Plan  {day_text(self._day)}  {'as planned' if self._as_planned and proposal is not None else 'as it is'}",
            state,
        )
        self.query_one(FigureList).set_figures(self._lines(proposal))

    def _lines(self, proposal: Proposal | None) -> list[FigureLine]:
        if proposal is None:
            return [FigureLine("Planning", "wait", "the first plan is on its way", "", False)]
        lines = [
            FigureLine("Figures", name, word, _change(proposal.before, proposal.after, name)) for name, word in _WORDS
        ]
        if proposal.note:
            by, _, why = show(proposal.note, 300).partition(": ")
            lines.append(FigureLine("Figures", "note", by, why, False))

        def where(end: tuple[str, int] | None) -> str:
            return "queue" if end is None else f"{end[0]} {clock_text(end[1], proposal.zone)}"

        for move in proposal.moves:
            reference = move.visit.reference
            text = f"{where(move.before)} → {where(move.after)}" + (f": {move.remark}" if move.remark else "")
            lines.append(
                FigureLine(f"Moves {len(proposal.moves)}", reference, f"{reference} {move.visit.client}", text)
            )
        if not proposal.moves:
            word = "nothing better was found yet" if self._looking else "the day is as good as it was found to be"
            lines.append(FigureLine("Moves", "none", word, "", False))
        for omitted in proposal.left_out:
            reference = omitted.visit.reference
            why = show(omitted.why, 600) or ("…" if self._looking else "")
            lines.append(
                FigureLine(
                    f"Left out {len(proposal.left_out)}",
                    f"left {reference}",
                    f"{reference} {omitted.visit.client}",
                    why,
                )
            )
        return lines

    @command("a", "plan.take", "Take all", DISPATCHERS)
    async def action_take(self) -> None:
        """Write the whole plan, as one change that u takes back."""
        await self._take(None)

    @command("o", "plan.take-one", "Take one", DISPATCHERS)
    async def action_take_one(self) -> None:
        """Only the technician under the cursor."""
        row = self.query_one(Timeline).cursor.board_row
        if row is not None:
            await self._take([row.name])

    async def _take(self, technicians: list[str] | None) -> None:
        proposal = self._proposal
        if proposal is None:
            self.say("There is no plan yet.")
            return
        self._halt()
        try:
            moved = await aside(self.app, apply, self.user, proposal, technicians)
        except (StoreFault, Refusal) as refusal:
            self.say(f"{refusal} Plan again with p.", "warning")
            return
        whose = f" of {technicians[0]}" if technicians else ""
        self.app.pop_screen()
        app = self.program
        app.call_after_refresh(app.reload)
        self.say(f"{moved} visits{whose} moved. u takes it back as one." if moved else "Nothing had to move.")

    @command("space", "plan.flip", "Flip")
    def action_flip(self) -> None:
        """Between the day as it is and as planned."""
        self._as_planned = not self._as_planned
        self._show()

    @command("x", "plan.stop", "Stop")
    def action_stop(self) -> None:
        """Stop looking for a better plan; the best so far stays."""
        self._halt()

    @command("tab", "plan.pane", "Pane")
    def action_pane(self) -> None:
        """Between the board and the list of moves."""
        figures = self.query_one(FigureList)
        (self.query_one(Timeline) if figures.has_focus else figures).focus()

    @command("escape", "plan.drop", "Drop")
    def action_drop(self) -> None:
        """Leave the day as it is."""
        self._halt()
        self.app.pop_screen()

    def on_unmount(self) -> None:
        """No search outlives its screen."""
        self._halt()

    def _halt(self) -> None:
        if self._proposing is not None:
            threading.Thread(target=self._proposing.stop, daemon=True).start()


def _change(before: DayFigures, after: DayFigures, name: str) -> str:
    was, becomes = getattr(before, name), getattr(after, name)
    return f"{was}" if was == becomes else f"{was} → {becomes}  ({becomes - was:+})"
