"""The board: the dispatcher's day."""

from __future__ import annotations

import time
from collections.abc import Sequence

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer

from db import settings
from dispatch.desk.day import views
from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.instants import clock_beside, clock_text, day_text
from dispatch.model.states import DISPATCHERS, ENDED, OPEN_ON_SITE, QUEUED, STEPS, State
from dispatch.model.text import show
from screens.binding import command, key
from screens.board.board_map import BoardMap
from screens.board.board_ways import BoardWays
from screens.board.crew_deeds import CrewDeeds
from screens.board.day_drives import DayDrives
from screens.board.move_mode import MoveTimeline
from screens.board.running_deeds import RunningDeeds
from screens.dialogs.asked import ChoiceRow, needed
from screens.files.takes_files import TakesFiles
from screens.of_day import DAYS, on_visit
from screens.reading import ScreenReading
from widgets.lines.ink import ink
from widgets.problems import conflicts
from widgets.queue import Queue
from widgets.route_pane import RoutePane
from widgets.separator import Separator
from widgets.visit_detail import VisitDetail
from widgets.visit_lines import nothing_here

WIDE, TALL = 100, 30
"""Columns and rows from which the queue and the route have room beside the rest."""
PASSING = 0.06
"""Seconds within which a cursor that went on only passes by: what it is on is shown in full when it stops. A key that is
held down repeats faster than that, a finger does not."""
UNPRICED = "…"
"""What stands for a charge that is being worked out, so that the lines below it keep their place."""
PRICE_AFTER = 0.15
"""Seconds that the cursor rests on a visit before its charge is worked out."""


class BoardScreen(CrewDeeds, RunningDeeds, BoardWays, BoardMap, TakesFiles):
    """Technicians down, hours across, the unscheduled queue beside; place, move and take back by keyboard."""

    SHOWS = "day"

    DEFAULT_CSS = """
    BoardScreen { layout: vertical; }
    BoardScreen #upper { height: 1fr; }
    BoardScreen #lower { height: 11; }
    BoardScreen Timeline { width: 1fr; height: 1fr; }
    BoardScreen Queue { width: 38; height: 1fr; border-left: solid $panel; }
    BoardScreen VisitDetail { width: 1fr; height: 1fr; padding: 0 1; }
    BoardScreen RoutePane { width: 1fr; height: 1fr; border-left: solid $panel; padding: 0 1; }
    BoardScreen.-narrow Queue { display: none; }
    BoardScreen.-narrow.-queue Queue { display: block; width: 1fr; border: none; }
    BoardScreen.-narrow.-queue Timeline { display: none; }
    BoardScreen.-narrow RoutePane { display: none; }
    BoardScreen.-short #lower { height: 5; }
    BoardScreen.-short RoutePane { display: none; }
    """
    TITLE_WORD = "the board"
    ENTER = "open"
    FOCUS = "Timeline"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (TALL, "-tall")]
    FOOTER = (
        "visit.open visit.assign visit.move day.plan visit.unassign visit.confirm visit.dispatch visit.new "
        "screen.calls view.pane change.undo screen.keys"
    )
    KEYS = [key("enter", "visit.open", "Open", "open the selected visit")]

    def __init__(self) -> None:
        super().__init__()
        # as the breakpoints will have it, so that the first layout is the one that stays
        width, height = self.app.size
        self.add_class("-wide" if width >= WIDE else "-narrow", "-tall" if height >= TALL else "-short", update=False)
        self._board: Board | None = None
        self._moved_at = 0.0
        self._resting: Timer | None = None
        self._pricing: Timer | None = None
        self._drives = DayDrives(self)
        self.reading = ScreenReading(self, self._read_day, self._take)

    def body(self) -> ComposeResult:
        ascii_only = self.program.ascii_only
        with Horizontal(id="upper"):
            yield MoveTimeline(id="timeline", ascii=ascii_only)
            yield Queue(id="queue", ascii=ascii_only)
        yield Separator()
        with Horizontal(id="lower"):
            yield VisitDetail(id="detail", ascii=ascii_only)
            yield RoutePane(id="route", ascii=ascii_only)

    @property
    def _timeline(self) -> MoveTimeline:
        return self.query_one(MoveTimeline)

    @property
    def _queue(self) -> Queue:
        return self.query_one(Queue)

    def visit_here(self) -> BoardVisit | None:
        """The selected visit."""
        return self._selected()[0]

    def reload(self) -> None:
        """Read the day again: the first time at once, then in a thread, as it takes its time in a large firm."""
        if self._board is not None:
            self.reading.begin()
        elif (board := self.look(self._read_day)) is not None:
            self._take(board)

    async def read_again(self) -> None:
        """Read the day again, and come back when it is shown."""
        self.reload()
        await self.reading.finished()

    def _read_day(self) -> Board:
        return views.board(self.user.store, self.program.day)

    def _take(self, board: Board) -> None:
        """Show a day that was read, unless another one is wanted by now."""
        if board.day == self.program.day:
            self.show_board(board)
            self._drives.fetch()

    def show_board(self, board: Board) -> None:
        """Show a day that was read."""
        self._board = board
        self._timeline.set_board(self._filtered(board))
        self._queue.set_board(board)
        self.show_day()
        self.show_here()

    def tick(self) -> None:
        """Let the clock and the now-line go on."""
        if self._board is None:
            return
        self._timeline.set_now(self.user.now)
        self._queue.set_now(self.user.now)
        self.show_day()
        if self.user.now // 60 != self._board.now // 60 and self._timeline.ghost is None:
            self.reload()  # with each minute the day is rolled forward anew

    def show_day(self) -> None:
        """Fill the line of the head: what the day holds, and what was heard."""
        board = self._board
        assert board is not None
        parts = [f"{len(board.rows)} technicians", f"{board.planned} visits", f"{len(board.queue)} unscheduled"]
        if board.on_hold:
            parts.append(f"{len(board.on_hold)} on hold")
        if board.late:
            parts.append(f"{board.late} late")
        if board.calls:
            parts.append(f"{len(board.calls)} to call")
        if board.trouble:
            parts.append(f"{board.trouble} (O)")
        if self._drives.note:
            parts.append("no roads: drives estimated")
        if self._filter:
            parts.append(f"filter “{self._filter}”")
        heard = self.program.activity.now
        self.show_head(
            f"Dispatch  {day_text(board.day)}",
            (ink(heard, "info"),) if heard else " · ".join(parts),
            f"{clock_beside(board.day, self.user.now, board.zone, board.hours24)} {self.user.staff.name}",
        )

    def show_here(self) -> None:
        """Show what is under the cursor in full."""
        if self._resting is not None:
            self._resting.stop()
        board = self._board
        if board is None:
            return
        visit, row = self._selected()
        hint = nothing_here(board, row) if visit is None else ""
        advice = [ink(hint, "dim")] if hint else []
        if visit is not None and row is not None:
            advice += [ink(why, "warn") for why in conflicts(visit, row, self.user.now)]
        if visit is not None and (done := self.program.activity.by_visit.get(visit.id)) is not None:
            advice.append(ink(f"{clock_text(done.at, board.zone, board.hours24)} {done.text}", "dim"))
        if visit is not None and visit.reason and visit.state in QUEUED | ENDED:
            advice.append(ink(visit.reason, "dim"))
        self.query_one(VisitDetail).set_visit(
            board,
            visit,
            technician_skills=row.skills if row is not None else None,
            charge=UNPRICED if visit is not None and visit.start is not None else "",
            advice=advice,
            now=self.user.now,
        )
        self.query_one(RoutePane).set_route(board, row, visit.id if visit is not None else None)
        # the charge engine is not needed for the first frame, and not for a cursor that only passes by
        if self._pricing is not None:
            self._pricing.stop()
        self._pricing = self.set_timer(PRICE_AFTER, self._show_charge)

    @work(exclusive=True, group="pricing")
    async def _show_charge(self) -> None:
        """Say the charge of the visit that is shown, or its estimate, in a sentence."""
        detail = self.query_one(VisitDetail)
        visit = detail.visit
        if visit is None or visit.start is None:
            return
        from dispatch.desk.log.visit_page import charge_now
        from screens.prices.price import price_words

        found = await self.look_aside(charge_now, self.user.store, visit.reference)
        if found is not None and visit is detail.visit:
            detail.set_charge(price_words(found))

    def _selected(self) -> tuple[BoardVisit | None, BoardRow | None]:
        if self._queue.has_focus:
            return self._queue.selected, None
        return self._timeline.selected, self._timeline.selected_board_row

    def on_timeline_visit_selected(self) -> None:
        """Show the visit under the cursor."""
        self.show_selected()

    def show_selected(self) -> None:
        """Show what the cursor came to: at once, but while a key is held down only where it stops."""
        before, self._moved_at = self._moved_at, time.monotonic()
        if self._moved_at - before >= PASSING:
            self.show_here()
            return
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(PASSING, self.show_here)

    def on_timeline_visit_opened(self) -> None:
        """Open the visit under the cursor."""
        self.action_open()

    @on_visit("assign", STEPS["assign"].sources, "only what nobody has reached yet is given to somebody.")
    @command("a", "visit.assign", "Assign", DISPATCHERS)
    async def action_assign(self, visit: BoardVisit) -> None:
        """Choose a technician for the selected visit, best first."""
        from dispatch.desk.day import placement

        board = self._board
        assert board is not None
        if not visit.located and not await self.look_aside(
            placement.has_pinned_drive, self.user.store, visit.reference
        ):
            self.say(
                f"{visit.client} has no coordinates: it cannot be planned until the site is placed or a drive to it is "
                "pinned (D).",
                "warning",
            )
            return
        ranked = await self.look_aside(placement.candidates, self.user.store, visit.reference, board.day)
        if not ranked:
            self.say("Nobody can be ranked: there are no technicians, or none works on this day.", "warning")
            return
        zone, hours24 = board.zone, board.hours24
        rows = [
            ChoiceRow(
                f"{show(candidate.name, 18):18} {clock_text(candidate.start, zone, hours24)}  {candidate.verdict.level.value:8}"
                f"  cost {candidate.cost:.0f}",
                candidate,
                candidate.words,
            )
            for candidate in ranked
        ]
        chosen = await self.choose(
            f"{visit.reference} {visit.client} · {visit.work}", rows, "enter goes there, arrows adjust · esc goes back"
        )
        self._timeline.take(visit, chosen.technician_id, chosen.start)

    @on_visit("move")
    @command("m", "visit.move", "Move", DISPATCHERS)
    def action_move(self, visit: BoardVisit) -> None:
        """Move the selected visit: arrows, then enter."""
        if visit.state in QUEUED:
            self.action_assign()
            return
        row = self._timeline.selected_board_row
        if visit.state not in STEPS["move"].sources or visit.start is None or row is None:
            self.say(f"{visit.reference} is {visit.state.label}: it stays where it is.", "warning")
            return
        self._timeline.take(visit, row.technician_id, visit.start)

    def technicians(self) -> Sequence[str]:
        """The names of everybody on the board."""
        return [row.name for row in self._board.rows] if self._board is not None else ()

    @on_visit("take back")
    @command("b", "visit.unassign", "Back to queue", DISPATCHERS)
    async def action_unassign(self, visit: BoardVisit) -> None:
        """Take the visit back into the queue."""
        from dispatch.desk.plan import schedule

        title = f"Take {visit.reference} back into the queue?"
        if await self.insist(title, schedule.unassign, visit.reference) is not None:
            self.say(f"{visit.reference} {visit.client} is back in the queue. u takes it back.")

    @on_visit("confirm")
    @command("y", "visit.confirm", "Confirm", DISPATCHERS)
    async def action_confirm(self, visit: BoardVisit) -> None:
        """The client has agreed to the time."""
        await self._step("confirm", visit)

    @on_visit("dispatch")
    @command("d", "visit.dispatch", "Dispatch", DISPATCHERS)
    async def action_dispatch(self, visit: BoardVisit) -> None:
        """Tell the technician."""
        await self._step("dispatch", visit)

    async def _step(self, name: str, visit: BoardVisit) -> None:
        from dispatch.desk.plan import schedule

        if (changed := await self.do(getattr(schedule, name), visit.reference)) is not None:
            self.say(f"{changed.reference} {changed.client}: {changed.state.label}")

    @command("n", "visit.new", "New", DISPATCHERS)
    async def action_new(self) -> None:
        """Put a new request into the queue."""
        from screens.board.quick_line import ask_quickly

        visit = await ask_quickly(self)
        if visit is not None:
            await self.read_again()
            self.say(f"{visit.reference} is in the queue: {visit.client}. a assigns it.")
            self.add_class("-queue")
            self._queue.focus()
            self._queue.select_key(visit.id)

    @on_visit("change")
    @command("w", "visit.amend", "Request", DISPATCHERS)
    async def action_amend(self, visit: BoardVisit) -> None:
        """Change what is asked for: work, minutes, day, window, skills."""
        from screens.board.amend import ask_amendment

        await ask_amendment(self, visit.reference)

    @on_visit("hold")
    @command("H", "visit.hold", "Hold", DISPATCHERS)
    async def action_hold(self, visit: BoardVisit) -> None:
        """Put on hold, or take off hold."""
        from dispatch.desk.plan import schedule

        if visit.state is State.ON_HOLD:
            await self.do(schedule.resume, visit.reference)
            return
        from screens.board.answering import ask_hold

        await ask_hold(self, visit.reference)

    @on_visit("answer")
    @command("r", "visit.answer", "Request")
    async def action_answer(self, visit: BoardVisit) -> None:
        """Answered, another priority, why a target was missed."""
        from screens.board.answering import ask_answer

        await ask_answer(self, visit.reference)

    @on_visit("cancel")
    @command("X", "visit.cancel", "Cancel", DISPATCHERS)
    async def action_cancel(self, visit: BoardVisit) -> None:
        """The client cancels the visit."""
        from dispatch.desk.plan import schedule

        if visit.state in OPEN_ON_SITE:
            self.say("Somebody is on site: a visit is cancelled before arrival, or aborted after.", "warning")
            return
        reason = await self.ask(
            f"Cancel {visit.reference} {visit.client}",
            "what did the client say?",
            check=needed("a reason is needed"),
        )
        await self.do(schedule.cancel, visit.reference, reason)

    @on_visit("pin")
    @command("P", "visit.pin", "Pin", DISPATCHERS)
    async def action_pin(self, visit: BoardVisit) -> None:
        """Keep the visit where it is, or let it go."""
        from dispatch.desk.plan import schedule

        await self.do(schedule.pin, visit.reference, not visit.pinned)

    @command("D", "view.drives", "Drives")
    def action_drives(self) -> None:
        """The drives of the day: sources, pins, roads."""
        self.program.open("drives")

    @command("p", "day.plan", "Plan", DISPATCHERS)
    def action_plan(self) -> None:
        """Propose the day by the solver, as a what-if."""
        self.program.open("plan", self.program.day)

    @command("tab", "view.pane", "Pane")
    def action_pane(self) -> None:
        """Go between the board and the queue."""
        if self._queue.has_focus:
            self.remove_class("-queue")
            self._timeline.focus()
        else:
            self.add_class("-queue")
            self._queue.focus()
        self.call_after_refresh(self.show_here)

    @command("/", "view.filter", "Filter")
    async def action_filter(self) -> None:
        """Show only what holds a word."""

        word = await self.ask(
            "Show only", "a technician, client, skill or word of the work", self._filter, does="shows them"
        )
        self._set_filter(word.strip())

    @command("z", "view.zoom", "Zoom")
    def action_zoom(self) -> None:
        """5, 15 or 30 minutes a cell."""
        self._timeline.action_zoom()

    KEYS_OF_DAYS = DAYS

    @command("g", "view.go", "Go to")
    async def action_go(self) -> None:
        """Go to a date."""
        today = settings.today(self.user.store)
        day = await self.ask_day("Go to", "2026-11-24, today, tomorrow, tue, +1", today, does="goes there")
        self.program.go_to(day)

    @command("escape", "view.back", "Back", show=False)
    def action_back(self) -> None:
        """Leave the filter, or the queue."""
        if self.leave_swap():
            return
        if self._filter:
            self._set_filter("")
        elif self._queue.has_focus:
            self.action_pane()
