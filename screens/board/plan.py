"""The plan as a what-if: the day as it would be beside the day as it is, taken whole or piece by piece."""

from __future__ import annotations

import datetime
import threading
from dataclasses import replace

from textual import work
from textual.app import ComposeResult
from textual.worker import get_current_worker

from db.faults import StoreFault
from dispatch.desk.day import board_view
from dispatch.desk.plan.companions import closure, without
from dispatch.desk.plan.proposal import Proposal, board_as_planned
from dispatch.desk.plan.proposing import PlanFound, Proposing
from dispatch.desk.plan.scope import WHOLE_DAY, Freedom, PlanScope
from dispatch.desk.plan.taking import changed_meanwhile, matching, take
from dispatch.desk.session.refusals import Refusal
from dispatch.lazily import lazily
from dispatch.model.boards import Board
from dispatch.model.instants import day_text
from dispatch.model.states import DISPATCHERS
from dispatch.model.text import show
from screens.binding import command
from screens.board.plan_lines import PlanView, plan_lines
from screens.reading import aside
from screens.user_screen import UserScreen
from widgets.bars import Separator
from widgets.listed import FigureLine, FigureList
from widgets.timeline.view import Timeline

with lazily(__name__):
    from dispatch.desk.roads import road_engines

SECONDS: float | None = None
"""How long better plans are looked for, unless somebody stops it or takes what there is; None: as long as it pays."""
_SCOPES = tuple(Freedom)


class PlanList(FigureList):
    """What a plan says: sentences, which stand below their visit where they would be cut beside it."""

    NARROW = 130


class PlanScreen(UserScreen):
    """A proposed day. Nothing is written until it is taken, all of it or what is marked; the rest is then planned again."""

    SHOWS = "day"

    TITLE_WORD = "a plan of the day"
    AUTO_FOCUS = "FigureList"
    ENTER = "mark"
    DEFAULT_CSS = """
    PlanScreen Timeline { width: 1fr; height: 1fr; }
    PlanScreen PlanList { height: 14; }
    PlanScreen.-short PlanList { height: 1fr; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]
    FOOTER = (
        "plan.take plan.mark plan.mark-words plan.take-one plan.least plan.scope plan.overtime plan.drop screen.keys"
    )

    def __init__(self, day: datetime.date) -> None:
        super().__init__()
        self._day = day
        self._board: Board | None = None
        self._found: PlanFound | None = None
        self._proposing: Proposing | None = None
        self._scope = WHOLE_DAY
        self._marked: set[str] = set()
        self._choosing = False
        self._halted = False
        self._changed: dict[str, str] = {}
        self._reasons: dict[str, str] = {}
        self._as_planned = True
        self._least = False
        self._looking = True

    def body(self) -> ComposeResult:
        yield Timeline(id="timeline", ascii=self.program.ascii_only)
        yield Separator()
        yield PlanList(id="moves", ascii=self.program.ascii_only)

    def begin(self) -> None:
        """Begin to plan."""
        self.show_keys()
        self._plan(WHOLE_DAY)

    def reload(self) -> None:
        """What others changed meanwhile is marked; it is left out, by name, when the plan is taken."""
        self._see_changes()

    @work(group="changes", exclusive=True)
    async def _see_changes(self) -> None:
        if (proposal := self._shown) is not None:
            changed = await self.look_aside(changed_meanwhile, self.user, proposal.moves)
            if changed is not None and changed != self._changed:
                self._changed = changed
                self._show()

    @property
    def _shown(self) -> Proposal | None:
        """The plan that is looked at: the best, or the one that changes least."""
        if self._found is None:
            return None
        return self._found.least if self._least and self._found.least is not None else self._found.best

    def _plan(self, scope: PlanScope) -> None:
        """Plan, or plan again what the scope says."""
        self._halt()
        self._scope, self._looking = scope, True
        self._found, self._marked, self._changed, self._reasons = None, set(), {}, {}
        self._choosing = self._halted = False
        self._board = self.look(board_view.board, self.user.store, self._day)
        self._show()
        self._search(scope)

    @work(thread=True, exclusive=True, group="search")
    def _search(self, scope: PlanScope) -> None:
        """Look for ever better plans, in the solver's own process; a thread waits for them here."""
        worker = get_current_worker()
        try:
            road_engines.prefetch(self.user, self._day)
            proposing = Proposing(self.user.store, self._day, SECONDS, scope)
            if worker.is_cancelled or self._halted:
                proposing.stop()
            if worker.is_cancelled:
                return
            self._proposing = proposing
            for found in proposing:
                if worker.is_cancelled:
                    proposing.stop()
                    return
                self.app.call_from_thread(self._take_in, found)
        except (StoreFault, Refusal) as fault:
            self.app.call_from_thread(self.say, str(fault), "error")
        if not worker.is_cancelled:
            self.app.call_from_thread(self._ended)

    def _take_in(self, found: PlanFound) -> None:
        self._found = found
        if (proposal := self._shown) is not None:
            self._marked &= {move.visit.reference for move in proposal.moves}
        self._reasons = {}
        self._show()

    def _ended(self) -> None:
        self._looking = False
        self._show()
        self.show_selected()

    def _show(self) -> None:
        board, proposal = self._board, self._shown
        if board is None or not self.stands:
            return
        shown = board_as_planned(board, proposal) if proposal is not None and self._as_planned else board
        self.query_one(Timeline).set_board(shown)
        which = "least change" if self._least and proposal is not None else "as planned"
        state = "looking for a better plan, x stops" if self._looking else "done"
        if proposal is not None:
            state = f"{proposal.after.placed} placed · {proposal.after.left_out} left out · {state}"
        self.show_head(
            f"Plan  {day_text(self._day)}  {which if self._as_planned and proposal is not None else 'as it is'}", state
        )
        self.query_one(FigureList).set_figures(self._lines(proposal))

    def _lines(self, proposal: Proposal | None) -> list[FigureLine]:
        if proposal is None or self._found is None:
            word = "the first plan is on its way" if self._looking else "no plan was found"
            return [FigureLine("Planning", "wait", word, "", False)]
        beside, name = (self._found.best, "best") if self._least else (self._found.least, "least change")
        if beside is proposal:
            beside = None
        view = PlanView(proposal, beside, name, self._marked, self._changed, self._reasons, looking=self._looking)
        return list(plan_lines(view))

    def show_selected(self) -> None:
        """Say why what is under the cursor is left out."""
        if not self.stands:
            return
        path = self.query_one(FigureList).selected or ""
        reference, proposal = path.removeprefix("left "), self._shown
        if proposal is None or self._looking or reference in self._reasons:
            return
        if any(omitted.visit.reference == reference for omitted in proposal.left_out):
            self._say_why(reference)

    @work(group="why", exclusive=True)
    async def _say_why(self, reference: str) -> None:
        proposing, proposal = self._proposing, self._shown
        if proposing is not None and proposal is not None:
            why = await aside(self.app, proposing.why, proposal, reference)
            if self._proposing is proposing:
                self._reasons[reference] = why or "no room"
                self._show()

    @command("a", "plan.take", "Take", DISPATCHERS)
    async def action_take(self) -> None:
        """Write the moves that are marked and what they need, or all of them, as one change that u takes back."""
        if self._choosing and not self._marked:
            self.say("No move is marked any more. m marks one; i marks all.")
            return
        await self._take(self._marked or None)

    @command("o", "plan.take-one", "Take one", DISPATCHERS)
    async def action_take_one(self) -> None:
        """Only the technician under the cursor; the rest is planned again."""
        row, proposal = self.query_one(Timeline).cursor.board_row, self._shown
        if row is None or proposal is None:
            return
        await self._take(
            {
                move.visit.reference
                for move in proposal.moves
                if row.name in {name for end in (move.before, move.after) if end for name in end.crew}
            }
        )

    async def _take(self, references: set[str] | None) -> None:
        proposal = self._shown
        if proposal is None:
            self.say("There is no plan yet.")
            return
        if not proposal.moves or references == set():
            self.say("Nothing had to move.")
            return
        self._halt()
        try:
            taken = await aside(self.app, take, self.user, proposal.moves, proposal.label, references)
        except (StoreFault, Refusal) as refusal:
            self.say(str(refusal), "warning")
            return
        left = [f"{reference} {why}" for reference, why in taken.skipped]
        words = f"{len(taken.moved)} visits moved. u takes it back as one." if taken.moved else "Nothing moved."
        words += f" Left out: {show('; '.join(left), 300)}." if left else ""
        rest = len(proposal.moves) > len(taken.moved)
        if rest:
            ids = {move.visit.id for move in proposal.moves if move.visit.reference in taken.moved}
            self._plan(replace(self._scope, held=self._scope.held | ids))
        else:
            self.app.pop_screen()
            self.program.call_after_refresh(self.program.reload)
        self.say(words)

    @command("m", "plan.mark", "Mark", DISPATCHERS)
    def action_mark(self) -> None:
        """The move under the cursor and what it needs, or no longer."""
        proposal, reference = self._shown, self.query_one(FigureList).selected
        if proposal is None or reference not in {move.visit.reference for move in proposal.moves}:
            self.say("The cursor is on no move.")
            return
        on = reference not in self._marked
        self._mark(closure(proposal.moves, [str(reference)]) if on else frozenset([str(reference)]), on=on)

    @command("/", "plan.mark-words", "Mark by words", DISPATCHERS)
    async def action_mark_words(self) -> None:
        """All moves of a technician, client, address, skill, priority (P1) or of some hours (13-17)."""
        if (proposal := self._shown) is None:
            return
        words = await self.ask("Mark moves", "a technician, client, address, skill, P1, or hours: 13-17", does="marks")
        spoken_of = self.look(matching, self.user.store, proposal.moves, [words], proposal.zone) or {}
        found = spoken_of.get(words, ())
        if not found:
            self.say(f"No move is spoken of by {show(words, 40)}.", "warning")
            return
        chosen = closure(proposal.moves, [move.visit.reference for move in found])
        self._mark(chosen, on=True)
        self.query_one(FigureList).select_key(found[0].visit.reference)
        self.say(f"{len(chosen)} moves are marked. a takes them, i turns the marks round.")

    @command("i", "plan.invert", "All but these", DISPATCHERS)
    def action_invert(self) -> None:
        """Mark what is not marked, and take the marks from what is."""
        if (proposal := self._shown) is not None:
            self._marked = set(without(proposal.moves, self._marked))
            self._choosing = True
            self._show()

    def _mark(self, references: frozenset[str], *, on: bool) -> None:
        moves = self._shown.moves if self._shown is not None else ()
        self._marked = self._marked | references if on else self._marked & without(moves, references)
        self._choosing = bool(self._marked)
        self._show()

    @command("c", "plan.least", "Least change")
    def action_least(self) -> None:
        """Between the best plan and the one that changes least."""
        if self._found is None or self._found.least is None:
            self.say("There is no other plan beside this one.")
            return
        self._least = not self._least
        self._marked, self._choosing = set(), False
        self._show()

    @command("s", "plan.scope", "What may move")
    def action_scope(self) -> None:
        """Plan again with another freedom: all that may move, the least that has to, only the queue."""
        following = _SCOPES[(_SCOPES.index(self._scope.freedom) + 1) % len(_SCOPES)]
        self._least = False
        self._plan(replace(self._scope, freedom=following))
        self.say(f"Planned again: {following.words}.")

    @command("v", "plan.overtime", "Overtime")
    def action_overtime(self) -> None:
        """Plan again without overtime, or with as much as the firm allows."""
        without = self._scope.overtime is None
        self._plan(replace(self._scope, overtime=0 if without else None))
        self.say("Planned again without overtime." if without else "Planned again with the firm's overtime.")

    @command("space", "plan.flip", "Flip")
    def action_flip(self) -> None:
        """Between the day as it is and as planned."""
        self._as_planned = not self._as_planned
        self._show()

    @command("x", "plan.stop", "Stop")
    def action_stop(self) -> None:
        """Stop looking for a better plan; the best so far stays."""
        self._halted = True
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
