"""The plan of a day or a week as a what-if: as it would be beside as it is, taken whole or piece by piece."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from textual import work
from textual.app import ComposeResult
from textual.widget import Widget
from textual.worker import get_current_worker

from db.faults import StoreFault
from db.store import Store
from dispatch.desk.plan.meanwhile import NOTHING, Meanwhile, meanwhile
from dispatch.desk.plan.plan_search import PlanFound, PlanSearch
from dispatch.desk.plan.proposal import Move
from dispatch.desk.plan.scope import WHOLE_DAY, PlanScope
from dispatch.desk.plan.week_plan import AnyPlan
from dispatch.desk.session.refusals import Refusal
from dispatch.lazily import lazily
from dispatch.model.solver_hosts import hosts_of
from dispatch.model.text import show
from dispatch.planning.crowd import Workplace
from screens.binding import command
from screens.board.marking import KEYS_OF_MARKS
from screens.board.plan_freedom import KEYS_OF_FREEDOM
from screens.board.plan_lines import PlanView, plan_lines
from screens.board.plan_marks import MoveMarks
from screens.board.plan_taking import KEYS_OF_TAKING, TakenSoFar
from screens.reading import ScreenReading, aside
from screens.user_screen import UserScreen
from widgets.bars import Separator
from widgets.listed import FigureLine, FigureList

with lazily(__name__):
    from dispatch.desk.roads import road_engines

SECONDS: float | None = None
"""How long better plans are looked for, unless somebody stops it or takes what there is; None: as long as it pays."""
NARROW, _ROOMY = 70, 100
"""Columns below which the head has no room for who sits here, and none for the year."""


class PlanList(FigureList):
    """What a plan says: sentences, which stand below their visit where they would be cut beside it."""

    NARROW = 130


class PlanScreen(UserScreen):
    """A plan of some days. Nothing is written until it is taken, all of it or what is marked; the rest is then planned again.

    What stands above its list, how the days are read, planned and shown there, is for the day and the week to say.
    """

    SHOWS = "day"

    TITLE_WORD = "a plan of the day or the week"
    AUTO_FOCUS = "FigureList"
    ENTER = "mark"
    DEFAULT_CSS = """
    PlanScreen #above { width: 1fr; height: 1fr; }
    PlanScreen PlanList { height: 14; scrollbar-gutter: stable; }
    PlanScreen.-short PlanList { height: 1fr; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]
    FOOTER = (
        "plan.take plan.mark plan.drop plan.take-one plan.mark-words plan.flip change.undo plan.again plan.least "
        "plan.scope plan.overtime screen.keys"
    )
    KEYS = (*KEYS_OF_TAKING, *KEYS_OF_MARKS, *KEYS_OF_FREEDOM)

    def __init__(self, days: Sequence[datetime.date]) -> None:
        super().__init__()
        self._days = days
        self._stands: Any = None
        self._planned_on: Any = None
        self._found: PlanFound[Any] | None = None
        self._proposing: PlanSearch[Any] | None = None
        self.scope = WHOLE_DAY
        self._halted = False
        self._heard = False
        self._since = NOTHING
        self._reasons: dict[str, str] = {}
        self._as_planned = True
        self.least_shown = False
        self._looking = True
        self.taken = TakenSoFar()
        self.marks = MoveMarks()
        self.reading: ScreenReading[tuple[Any, AnyPlan | None, Meanwhile]] = ScreenReading(
            self, self._read, self._take_over
        )

    def body(self) -> ComposeResult:
        yield self.above()
        yield Separator()
        yield PlanList(id="moves", ascii=self.program.ascii_only)

    def begin(self) -> None:
        """Begin to plan."""
        self.show_keys()
        self.plan(WHOLE_DAY)

    # -- the days, for the day and the week to say --------------------------------------------------------------------

    def above(self) -> Widget:
        """What stands above the list, with the id `above`."""
        raise NotImplementedError

    def days_text(self, *, short: bool) -> str:
        """Which days are planned; `short`: without the year."""
        raise NotImplementedError

    def searching(self, store: Store, scope: PlanScope, workplace: Workplace) -> PlanSearch[Any]:
        """A search for plans of the days."""
        raise NotImplementedError

    def read_days(self) -> Any:
        """The days as they stand."""
        raise NotImplementedError

    def show_days(self, stands: Any, plan: Any, planned_on: Any) -> None:
        """Show the days above as they stand, or as a plan makes them. `planned_on`: as they stood when it was made."""
        raise NotImplementedError

    def show_move(self, move: Move) -> None:
        """Put the cursor above on what moves."""
        raise NotImplementedError

    def reference_above(self) -> str | None:
        """The visit under the cursor above."""
        return None

    def technician_above(self) -> str | None:
        """The technician under the cursor above."""
        raise NotImplementedError

    # -- how the days stand meanwhile --------------------------------------------------------------------------------

    def reload(self) -> None:
        """What others changed meanwhile is marked; it is left out, by name, when the plan is taken."""
        self._heard = True
        self.reading.begin()

    def _read(self) -> tuple[Any, AnyPlan | None, Meanwhile]:
        """The days as they stand, and what of the plan that is shown is not so any more."""
        store, proposal = self.user.store, self.shown
        since = NOTHING if proposal is None else meanwhile(store, proposal.moves, proposal.named)
        return self.read_days(), proposal, since

    def _take_over(self, read: tuple[Any, AnyPlan | None, Meanwhile]) -> None:
        before, (self._stands, proposal, since) = self._since, read
        if proposal is self.shown:  # another one has come up since: it is read once more
            self._since = since
        self._planned_on = self._planned_on or self._stands
        self.show_plan()
        if new := sorted(self._since.words.keys() - before.words.keys()):
            self.say(
                f"Not as planned any more: {show(', '.join(new), 200)}. a leaves that out by name, p plans again.",
                "warning",
            )

    @property
    def changed(self) -> Mapping[str, str]:
        """What of the plan that is shown is not so any more, by reference."""
        return self._since.words

    # -- the plan -----------------------------------------------------------------------------------------------------

    @property
    def shown(self) -> AnyPlan | None:
        """The plan that is looked at: the best, or the one that changes least."""
        return None if self._found is None else self._shown_of(self._found)

    def _shown_of(self, found: PlanFound[Any]) -> AnyPlan:
        plan: AnyPlan = found.least if self.least_shown and found.least is not None else found.best
        return plan

    def plan(self, scope: PlanScope) -> None:
        """Plan, or plan again what the scope says."""
        self.halt()
        self.scope, self._looking = scope, True
        self._found, self._since, self._reasons, self._planned_on = None, NOTHING, {}, None
        self._halted = self._heard = False
        self.marks.clear()
        self.show_plan()
        self.reading.begin()
        self._begin_search(scope, self.query_one(FigureList))

    @work(exclusive=True, group="before the search")
    async def _begin_search(self, scope: PlanScope, figures: FigureList) -> None:
        """Search once the days are shown as they stand: beside two that read at once a key waits twice as long."""
        await self.reading.finished()
        self._search(scope, figures)

    @work(thread=True, exclusive=True, group="search")
    def _search(self, scope: PlanScope, figures: FigureList) -> None:
        """Look for ever better plans, in the solver's own process; a thread waits for them here, and lays them out."""
        worker = get_current_worker()
        try:
            road_engines.prefetch(self.user, self._days[0])
            # days take long to read, and who reads from the screen's own connection would wait for it
            with self.user.store.reopened() as own:
                self._proposing = proposing = self.searching(
                    own, scope, Workplace(hosts_of(self.user.firm.solver_hosts), gently=True)
                )
                if worker.is_cancelled or self._halted:
                    proposing.stop()
                for found in proposing:
                    if worker.is_cancelled:
                        proposing.stop()
                        return
                    figures.lay_out(self._lines(found))
                    self.app.call_from_thread(self._take_in, found)
        except (StoreFault, Refusal) as fault:
            self.app.call_from_thread(self.say, str(fault), "error")
        if not worker.is_cancelled:
            self.app.call_from_thread(self._ended)

    def _take_in(self, found: PlanFound[Any]) -> None:
        self._found = found
        if (proposal := self.shown) is not None:
            self.marks.keep(proposal.moves)
        self._reasons = {}
        self.show_plan()
        if self._heard:
            self.reading.begin()  # what was changed since it was begun is in this one too

    def _ended(self) -> None:
        self._looking = False
        self.show_lines()
        self.show_selected()

    # -- what is shown ------------------------------------------------------------------------------------------------

    def show_plan(self) -> None:
        """Show the plan above, or the days as they are, and what is said of it."""
        if not self.stands:
            return
        if self._stands is not None:
            plan = self.shown if self._as_planned else None
            self.show_days(self._stands, plan, self._planned_on or self._stands)
        self.show_lines()

    def show_lines(self) -> None:
        """Show what is said of the plan, with what is marked."""
        if self.stands:
            self._show_head(self.shown)
            self.query_one(FigureList).set_figures(self._lines(self._found))

    def _show_head(self, proposal: AnyPlan | None) -> None:
        """What is shown, and how far it has come; the counts are those of what is shown, and stay to the last."""
        narrow, planned = self.size.width < NARROW, self._as_planned and proposal is not None
        day = self.days_text(short=self.size.width < _ROOMY)
        which = "least change" if self.least_shown and planned else "as planned" if planned else "as it is"
        looking = "looking for a better plan, x stops" if self._looking else "done"
        counts = ""
        if proposal is not None:
            figures = proposal.after if planned else proposal.before
            counts = f"{figures.placed} placed · {figures.left_out} left out"
        told = [
            f"{len(self._since.words)} changed" if self._since.words else "",
            f"{len(self.marks.on)} marked" if self.marks.choosing else "",
        ]
        if narrow:
            if proposal is not None and self.marks.choosing:
                counts = f"{len(self.marks.on)} of {len(proposal.moves)} marked"
            name = "Plan" if planned or proposal is None else "As it is"
            self.show_head(f"{name} {day}", told[0], counts or looking.partition(",")[0])
        else:
            self.show_head(f"Plan  {day}  {which}", " · ".join(filter(None, (counts, *told, looking))))

    def _lines(self, found: PlanFound[Any] | None) -> list[FigureLine]:
        if found is None:
            word = "the first plan is on its way" if self._looking else "no plan was found"
            return [FigureLine("Planning", "wait", word, "", False)]
        proposal = self._shown_of(found)
        beside, name = (found.best, "best") if self.least_shown else (found.least, "least change")
        if beside is proposal:
            beside = None
        view = PlanView(proposal, beside, name, self.marks.on, self._since.words, self._reasons, looking=self._looking)
        return list(plan_lines(view))

    def show_selected(self) -> None:
        """Show above what the line under the cursor is about, and say why it is left out."""
        reference, proposal = self._of_line if self.stands else None, self.shown
        if reference is None or proposal is None:
            return
        about = next((move for move in proposal.moves if move.visit.reference == reference), None)
        if about is not None and self.query_one(FigureList).has_focus:
            self.show_move(about)
        if self._looking or reference in self._reasons:
            return
        if any(omitted.visit.reference == reference for omitted in proposal.left_out):
            self._say_why(reference)

    @work(group="why", exclusive=True)
    async def _say_why(self, reference: str) -> None:
        proposing, proposal = self._proposing, self.shown
        if proposing is not None and proposal is not None:
            why = await aside(self.app, proposing.why, proposal, reference)
            if self._proposing is proposing:
                self._reasons[reference] = why or "no room"
                self.show_lines()

    def reference_here(self) -> str | None:
        """The visit under the cursor, above or in a line of the list."""
        return self.reference_above() if self.query_one("#above").has_focus else self._of_line

    @property
    def _of_line(self) -> str | None:
        """The visit of which the line under the list's cursor speaks."""
        kind, _, named = (self.query_one(FigureList).selected or "").partition(" ")
        return named.partition("\n")[0] if kind in ("left", "broken", "move") else None

    def technician_here(self) -> str | None:
        """The technician under the cursor: of a row above, of a line, or of where a move goes."""
        if self.query_one("#above").has_focus:
            return self.technician_above()
        kind, _, named = (self.query_one(FigureList).selected or "").partition(" ")
        if kind == "who":
            return named
        moves = self.shown.moves if self.shown is not None else ()
        ends = next(((move.after, move.before) for move in moves if move.visit.reference == self.reference_here()), ())
        return next((end.technician for end in ends if end is not None), None)

    def day_here(self) -> str | None:
        """The day (YYYY-MM-DD) of which the line under the list's cursor speaks."""
        kind, _, named = (self.query_one(FigureList).selected or "").partition(" ")
        return named if kind == "day" and not self.query_one("#above").has_focus else None

    # -- other views of it --------------------------------------------------------------------------------------------

    @command("c", "plan.least", "Least change")
    def action_least(self) -> None:
        """Between the best plan and the one that changes least."""
        if self._found is None or self._found.least is None or self._found.least is self._found.best:
            self.say("There is no other plan beside this one.")
            return
        self.least_shown = not self.least_shown
        self.marks.clear()
        self.show_plan()
        self.reading.begin()

    @command("space", "plan.flip", "Flip")
    def action_flip(self) -> None:
        """Between the days as they are and as planned."""
        self._as_planned = not self._as_planned
        self.unsay()
        self.show_plan()

    @command("x", "plan.stop", "Stop")
    def action_stop(self) -> None:
        """Stop looking for a better plan; the best so far stays."""
        self._halted = True
        self.halt()

    @command("tab", "plan.pane", "Pane")
    def action_pane(self) -> None:
        """Between the days and the list of moves."""
        figures = self.query_one(FigureList)
        (self.query_one("#above") if figures.has_focus else figures).focus()

    @command("escape", "plan.drop", "Drop")
    def action_drop(self) -> None:
        """Take all marks off; without marks, leave the days as they are."""
        if self.marks.choosing:
            self.marks.clear()
            self.show_lines()
            self.say("The marks are taken off. esc drops the plan.")
            return
        self.halt()
        self.app.pop_screen()

    def on_unmount(self) -> None:
        """No search outlives its screen."""
        self.halt()

    def halt(self) -> None:
        """Look for no better plan."""
        if self._proposing is not None:
            threading.Thread(target=self._proposing.stop, daemon=True).start()
