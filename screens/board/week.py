"""The week board: technicians down, days across; place, move and take back across days, by the same deeds as on the day."""

from __future__ import annotations

import contextlib
import datetime
from typing import Any, NamedTuple

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget

from dispatch.desk.day import board_view, week_view
from dispatch.lazily import lazily
from dispatch.model.boards import Board, BoardVisit
from dispatch.model.instants import clock_beside, clock_text, day_text, week_of
from dispatch.model.states import DISPATCHERS, QUEUED, STEPS
from dispatch.model.text import count_text, show, wrapped
from dispatch.model.weeks import Week
from screens.asking import Left
from screens.binding import command, key
from screens.board.news import news
from screens.board.places import everybody, glance
from screens.board.placing import pin, slot_rows, slots_on, stands_words, unassign
from screens.board.requests import amend, cancel, confirm, dispatch, hold, new
from screens.board.which_days import place
from screens.of_day import DayOfVisits, calls, inbox, messages, on_visit
from screens.reading import ScreenReading
from widgets.bars import Separator
from widgets.day_counts import pressing
from widgets.lines.ink import ListEntry, ink, joined
from widgets.lines.line_list import LineList
from widgets.queue import Queue
from widgets.timeline.ghost import VERDICT_INKS
from widgets.week_grid import HandCell, WeekGrid, load_line, visit_entries

with lazily(__name__):
    from db import settings
    from dispatch.desk.day import placement
    from dispatch.planning.candidates import Candidate
    from screens.board import jump as jumps

WIDE, TALL = 110, 30
"""Columns and rows from which what waits has room beside the days, and the visits of a day more of it below."""
MONTH = 28
"""So many days are looked ahead."""


IN_HAND = (("enter", "place"), ("esc", "put back"), ("arrows", "choose"))
"""What the key bar says while a visit is in hand."""


class WeekHand(NamedTuple):
    """A visit in hand, the pane that it was taken from with the technician and the day of the cursor, and the best place that was
    found for it in the cell under the cursor."""

    visit: BoardVisit
    came_from: tuple[Widget, object, datetime.date]
    slot: placement.Slot | None = None


def _short_span(first: str, last: str) -> str:
    """Two days with their months and years as one: 23–29 Nov, 30 Nov–6 Dec."""
    (day, month, _), (until, its_month, _) = first.split(), last.split()
    return f"{day}–{until} {month}" if month == its_month else f"{day} {month}–{until} {its_month}"


class WeekScreen(DayOfVisits):
    """The week of the program's day."""

    SHOWS = "day"
    DEFAULT_CSS = """
    WeekScreen { layout: vertical; }
    WeekScreen #upper { height: 1fr; }
    WeekScreen Queue { width: 36; height: 1fr; border-left: solid $panel; }
    WeekScreen #visits { height: 9; padding: 0 1; }
    WeekScreen.-narrow Queue { display: none; }
    WeekScreen.-narrow.-queue Queue { display: block; width: 1fr; border: none; }
    WeekScreen.-narrow.-queue WeekGrid { display: none; }
    WeekScreen.-short #visits { height: 5; }
    """
    TITLE_WORD = "the week"
    ENTER = "open"
    FOCUS = "WeekGrid"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (TALL, "-tall")]
    FOOTER = (
        "visit.open visit.move view.pane day.plan visit.assign visit.unassign view.previous view.next "
        "visit.confirm visit.dispatch change.undo screen.keys"
    )
    KEYS = [
        key("enter", "visit.open", "Open", "open the day under the cursor, or the selected visit"),
        key("[", "view.previous", "Week before", action="day(-7)"),
        key("]", "view.next", "Week after", action="day(7)"),
        key("t", "view.today", "Today", "go to this week"),
        *(confirm, dispatch, new, amend, hold, cancel, calls, messages, inbox),
    ]

    def __init__(self) -> None:
        super().__init__()
        width, height = self.app.size
        self.add_class("-wide" if width >= WIDE else "-narrow", "-tall" if height >= TALL else "-short", update=False)
        self.week: Week | None = None
        self._hand: WeekHand | None = None
        self.reading: ScreenReading[tuple[Week, Board]] = ScreenReading(self, self._read_running, self._take_running)

    def body(self) -> ComposeResult:
        ascii_only = self.program.ascii_only
        with Horizontal(id="upper"):
            yield WeekGrid(id="week", ascii=ascii_only)
            yield Queue(id="queue", ascii=ascii_only)
        yield Separator()
        yield LineList[BoardVisit](id="visits", ascii=ascii_only)

    def on_mount(self) -> None:
        """Let the line between the panes say what lies below."""
        self._grid.tell_below = self.query_one(Separator).set_edge

    @property
    def _grid(self) -> WeekGrid:
        return self.query_one(WeekGrid)

    @property
    def _queue(self) -> Queue:
        return self.query_one(Queue)

    @property
    def _visits(self) -> LineList[BoardVisit]:
        return self.query_one("#visits", LineList)

    def visit_here(self) -> BoardVisit | None:
        """The request under the cursor of what waits, else the visit of the day under the cursor."""
        return self._queue.selected if self._queue.has_focus else self._visits.selected

    async def show_visit(self, visit_id: int) -> None:
        assert self.board is not None
        await jumps.to_board(self.program, visit_id=visit_id, day=self.board.day)

    # -- what it shows ------------------------------------------------------------------------------------------------

    def _first(self) -> datetime.date:
        return week_of(self.program.day, self.user.firm.first_weekday)[0]

    def _read_running(self) -> tuple[Week, Board]:
        return week_view.running_week(self.user.store, self._first())

    def reload(self) -> None:
        """Read the week again, in a thread. The first time it is shown at once as planned, and then as today runs."""
        if self.week is None and (week := self.look(week_view.week, self.user.store, self._first())) is not None:
            self._take_week(week)
        self.reading.begin()

    def _take_running(self, read: tuple[Week, Board]) -> None:
        week, self.board = read
        self._take_week(week)

    def _take_week(self, week: Week) -> None:
        if self.program.day not in week.days:
            return  # another one is wanted by now, and read next
        before, self.week = self.week, week
        today = settings.today(self.user.store)
        column = week.days.index(self.program.day)
        self._grid.set_week(week, column, week.days.index(today) if today in week.days else None)
        self._queue.set_board(week.waiting)
        self.tick()
        self.show_selected()
        if before is None or before.days != week.days:
            self.run_worker(self._look_ahead(week.days[0]), group="month", exclusive=True)

    async def _look_ahead(self, first: datetime.date) -> None:
        sums = await self.look_aside(week_view.month, self.user.store, first, MONTH)
        if sums is not None and self.stands:
            self._grid.set_month(sums)

    def tick(self) -> None:
        """Let the clock go on; with each minute today is another."""
        week, today, now = self.week, self.board, self.user.now
        if week is None:
            return
        board = week.waiting
        breaks = week.breaks_first
        parts = [] if today is None else pressing(today, now)
        parts += [] if breaks is None else [ink(f"{day_text(breaks)[:-5]} breaks first", "bad")]
        parts += [
            ink(words, "dim") for words in (f"{len(board.queue)} unscheduled", count_text(len(week.rows), "technician"))
        ]
        first, last = (day_text(day)[4:] for day in (week.days[0], week.days[-1]))
        roomy = self.has_class("-wide")
        clock = clock_beside(board.day, now, board.zone, board.hours24)
        self.show_head(
            f"Week  {first[:-5]} – {last}" if roomy else _short_span(first, last),
            joined(parts),
            clock if roomy else clock_text(now, board.zone, board.hours24),
        )
        self.show_news(board)
        if today is not None and now // 60 != today.now // 60 and self._hand is None:
            self.reading.begin()

    def show_selected(self) -> None:
        """Show the visits of the day under the cursor; with a visit in hand, what its place there would be."""
        grid, week = self._grid, self.week
        if week is None or grid.selected is None or (load := grid.load) is None:
            return
        if grid.has_focus and load.day != self.program.day:
            self.program.day = load.day
        if self._hand is not None:
            self._judge(self._hand.visit)
            return
        row = grid.selected
        cards = [board_view.placed_card(visit, load.day, row.technician_id) for visit in load.visits]
        free = ", ".join(row.skills)
        nothing = f"Nothing planned{f'; has {show(free)}' if free else ''}."
        self._visits.show_entries(
            lambda _, marks: visit_entries(cards, row, load, week, marks), nothing, head=lambda _: load_line(row, load)
        )

    def on_week_grid_crossed(self, event: WeekGrid.Crossed) -> None:
        """Go on into the week before or after."""
        if self._hand is None:
            self.action_day(event.by)

    # -- where the keyboard is ----------------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Open the day under the cursor on the board, or the visit."""
        if self._hand is not None:
            self.run_worker(self._place())
        elif self._grid.has_focus:
            self.run_worker(self._open_day())
        else:
            super().action_open()

    async def _open_day(self) -> None:
        """Show the day under the cursor on the board, with the cursor on its technician."""
        row = self._grid.selected
        if row is not None:
            await jumps.to_board(self.program, technician_id=row.technician_id)

    @command("tab", "view.pane", "Pane")
    def action_pane(self) -> None:
        """Go from the days to the visits of one, to what waits, and back."""
        panes: list[LineList[Any]] = [self._grid, self._visits, self._queue]
        here = next((number for number, pane in enumerate(panes) if pane.has_focus), -1)
        pane = panes[(here + 1) % len(panes)]
        self.set_class(pane is self._queue, "-queue")
        pane.focus()

    @command("escape", "view.back", "Back", show=False)
    def action_back(self) -> None:
        """Put back what is in hand, or go back to the days."""
        if self._hand is not None:
            visit, (pane, technician_id, day), _ = self._hand
            self._let_go(f"{visit.reference} stays where it is.")
            self.set_class(pane is self._queue, "-queue")
            pane.focus()
            if self.week is not None and day in self.week.days:
                self.program.day = day
                self._grid.go_to(technician_id, self.week.days.index(day))
            else:
                self.program.go_to(day)
        elif not self._grid.has_focus:
            self.remove_class("-queue")
            self._grid.focus()

    # -- a visit in hand ----------------------------------------------------------------------------------------------

    @on_visit("move")
    @command("m", "visit.move", "Move", DISPATCHERS)
    def action_move(self, visit: BoardVisit) -> None:
        """Take the visit in hand: the arrows choose technician and day, enter places it."""
        sources = STEPS["assign" if visit.state in QUEUED else "move"].sources
        if visit.state not in sources:
            self.say(f"{visit.reference} is {visit.state.label}: it stays where it is.", "warning")
            return
        row = self._grid.selected
        here = self.focused or self._grid
        self._hand = WeekHand(visit, (here, None if row is None else row.technician_id, self.program.day))
        self.fill_key_bar(IN_HAND)
        self.remove_class("-queue")
        self._grid.focus()
        self._judge(visit)

    def _judge(self, visit: BoardVisit) -> None:
        """Look for the best start in the cell under the cursor."""
        self._grid.set_in_hand(HandCell("…"))
        self.run_worker(self._find_place(visit), group="judging", exclusive=True)

    async def _find_place(self, visit: BoardVisit) -> None:
        row, load = self._grid.selected, self._grid.load
        if row is None or load is None:
            return
        found = await self.look_aside(
            placement.best_in_day, self.user.store, visit.reference, load.day, row.technician_id, visit.day_number
        )
        if self._hand is None or (self._grid.selected, self._grid.load) != (row, load):
            return
        self._hand = self._hand._replace(slot=found)
        board = self.week.waiting if self.week is not None else None
        assert board is not None
        head = f"{visit.reference} {visit.client} in hand"
        if found is None:
            words, text, level = f"{row.name} does not work then.", "–", "blocked"
        else:
            candidate = found.candidate
            level = candidate.verdict.level.value
            text = board.times.clock(candidate.start)
            words = f"{board.times.clock(candidate.start, visit.zone)} with {row.name}: {level} · {candidate.words}"
        self._grid.set_in_hand(HandCell(text, level))
        ground = VERDICT_INKS[level]
        self._visits.show_entries(
            lambda width, _: [ListEntry(line, ((ink(line, ground),),)) for line in wrapped(words, width)],
            head=lambda _: (ink(head, "strong"),),
        )

    async def _place(self) -> None:
        """Place what is in hand where the cursor is."""
        hand = self._hand
        if hand is None or hand.slot is None:
            self.say("Nothing can be placed here: choose another technician or day.", "warning")
            return
        await self._put(hand.visit, hand.slot.candidate)

    async def _put(self, visit: BoardVisit, chosen: Candidate) -> None:
        """Place a visit where a candidate says, asking where that has to be meant."""
        with contextlib.suppress(Left):
            if await place(self, visit, chosen.crew, chosen.start) is not None:
                self._let_go(stands_words(self.user.firm.times(), visit, chosen))

    def _let_go(self, said: str) -> None:
        self._hand = None
        self.show_keys()
        self._grid.set_in_hand(None)
        self.show_selected()
        self.say(said)

    @on_visit("assign", STEPS["assign"].sources, "only what nobody has reached yet is given to somebody.")
    @command("a", "visit.assign", "Assign", DISPATCHERS)
    async def action_assign(self, visit: BoardVisit) -> None:
        """Choose from the best places on the days that are shown."""
        week = self.week
        assert week is not None
        self.say("Looking at the days …")
        today = settings.today(self.user.store)
        days = [day for day in week.days if day >= today]
        if not (found := await slots_on(self, visit, days)):
            return
        rows = slot_rows(week.waiting.times, visit, found)
        title = f"{visit.reference} {visit.client} · {visit.work}"
        slot = await self.choose(title, rows, "enter places it · esc goes back")
        await self._put(visit, slot.candidate)

    @command("p", "day.plan", "Plan", DISPATCHERS)
    def action_plan(self) -> None:
        """Propose the days that are shown, from today on, as a what-if: requests are laid over them."""
        today = settings.today(self.user.store)
        if self.week is not None and (days := [day for day in self.week.days if day >= today]):
            self.program.open("week plan", days)
        else:
            self.say("This week is over: plan another one. ] goes on.", "warning")

    KEYS_BESIDE = (unassign, pin, glance, everybody, news)
