"""The board: the dispatcher's day."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Resize
from textual.timer import Timer

from db import settings
from db.faults import StoreFault
from dispatch.desk.day import board_view
from dispatch.desk.day.glance import BoardOrder
from dispatch.desk.roads.maps import Atlas
from dispatch.desk.session.refusals import Refusal
from dispatch.lazily import lazily
from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.instants import clock_beside, day_text
from dispatch.model.states import DISPATCHERS, UNREACHED
from screens.binding import command, key, opens
from screens.board.crew import Swap, crew, hand_over, no_access
from screens.board.foot import BoardFoot
from screens.board.move_mode import MoveTimeline
from screens.board.nearby import near
from screens.board.news import news
from screens.board.places import BoardPlaces, browser, everybody, glance, next_problem, next_waiting, show_map, sort
from screens.board.placing import assign, emergency, move, pin, unassign
from screens.board.requests import amend, answer, cancel, confirm, dispatch, hold, new
from screens.of_day import DAYS, DayOfVisits, calls, import_file, inbox, messages, on_visit, remote_work
from screens.reading import ScreenReading
from widgets.bars import Separator
from widgets.day_counts import day_counts
from widgets.queue import Queue
from widgets.route_pane import RoutePane
from widgets.visit_detail import VisitDetail

with lazily(__name__):
    from dispatch.desk.day import placement
    from dispatch.desk.roads import road_engines

WIDE, TALL = 100, 30
"""Columns and rows from which the queue and the route have room beside the rest."""
FETCH_AFTER = 0.4
"""Seconds after which a road engine is asked for the drives that the day lacks."""


class DayDrives:
    """Asks once the screen stands; what cannot be had is said, and stays estimated."""

    note = ""
    """What could not be had."""

    def __init__(self, screen: BoardScreen) -> None:
        self._screen = screen
        self._soon: Timer | None = None

    def fetch(self) -> None:
        """Have the engine asked in a moment."""
        if self._soon is not None:
            self._soon.stop()
        firm = self._screen.user.firm
        self._soon = None
        if firm.roads or firm.travel_engine != "none":
            self._soon = self._screen.set_timer(FETCH_AFTER, self._begin)
        else:
            self.note = ""

    def _begin(self) -> None:
        self._screen.run_worker(self._ask, group="drives", thread=True, exclusive=True, exit_on_error=False)

    def _ask(self) -> None:
        screen = self._screen
        try:
            fetched = road_engines.prefetch(screen.user, screen.program.day)
        except (StoreFault, Refusal):
            return  # the next look at the day asks again
        if screen.app.is_running:
            screen.app.call_from_thread(self._fetched, fetched.notes[0] if fetched.notes else "", fetched.renewed)

    def _fetched(self, note: str, renewed: bool) -> None:
        screen = self._screen
        if not screen.stands:
            return
        if note != self.note:
            self.note = note
            if note:
                screen.say(note, "warning")
            screen.show_day()
        if renewed:
            screen.reload()


class BoardScreen(DayOfVisits):
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
    BoardScreen.-many #lower { height: 8; }
    BoardScreen.-many.-short #lower { height: 4; }
    BoardScreen.-empty #lower { height: 3; }
    BoardScreen.-empty RoutePane { display: none; }
    BoardScreen.-folded #lower { display: none; }
    BoardScreen.-short RoutePane { display: none; }
    """
    TITLE_WORD = "the board"
    ENTER = "open"
    FOCUS = "Timeline"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (TALL, "-tall")]
    FOOTER = (
        "visit.open visit.assign visit.move view.pane day.plan visit.new screen.calls visit.dispatch visit.unassign "
        "view.glance visit.confirm change.undo screen.keys"
    )
    KEYS = [
        key("enter", "visit.open", "Open", "open the selected visit"),
        *(assign, near, move, unassign, confirm, dispatch, new, amend, hold, answer, cancel, pin),
    ]

    def __init__(self) -> None:
        super().__init__()
        # as the breakpoints will have it, so that the first layout is the one that stays
        width, height = self.app.size
        self.add_class("-wide" if width >= WIDE else "-narrow", "-tall" if height >= TALL else "-short", update=False)
        self.drives = DayDrives(self)
        self.foot = BoardFoot(self)
        self.places = BoardPlaces(self)
        self.swap = Swap(self)
        self.reading: ScreenReading[Board] = ScreenReading(self, self._read_day, self._take)

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

    def on_mount(self) -> None:
        """Let the route have a map, and the line between the panes say what lies below."""
        self._timeline.tell_below = self.query_one(Separator).set_edge
        atlas = Atlas(self.user.store)
        self.query_one(RoutePane).set_sources(atlas.roads, atlas.ways)

    def on_screen_resume(self) -> None:
        """Roads may have been added on another screen, and keys been set."""
        self.query_one(RoutePane).survey_again(self.keys_of("view.map route.open"))

    def visit_here(self) -> BoardVisit | None:
        return self._queue.selected if self._queue.has_focus else self._timeline.selected

    async def show_visit(self, visit_id: int) -> None:
        self.places.point_at(visit_id=visit_id)

    def row_here(self) -> BoardRow | None:
        """The technician under the cursor; none while the keyboard is on the queue."""
        return None if self._queue.has_focus else self._timeline.cursor.board_row

    def reload(self) -> None:
        """Read the day again: the first time at once, then in a thread, as it takes its time in a large firm."""
        if self.board is not None:
            self.reading.begin()
        elif (board := self.look(self._read_day)) is not None:
            self._take(board)

    def _read_day(self) -> Board:
        return board_view.board(self.user.store, self.program.day)

    def _take(self, board: Board) -> None:
        """Show a day that was read, unless another one is wanted by now."""
        if board.day == self.program.day:
            self.show_board(board)
            self.drives.fetch()

    def show_board(self, board: Board) -> None:
        """Show a day that was read."""
        self.board = board
        self._make_room()
        self._timeline.set_board(*self.places.shown(board))
        self._queue.set_board(board)
        self.show_day()
        self.show_here()

    def on_resize(self, _: Resize) -> None:
        """There may be room for more rows, or for fewer."""
        self._make_room()

    def _make_room(self) -> None:
        """Give rows that have no room lines of the pane below."""
        bars, pane = 4, 11 if self.has_class("-tall") else 5
        rows = 0 if self.board is None else len(self.board.rows)
        self.set_class(rows > self.size.height - bars - pane, "-many")

    def tick(self) -> None:
        """Let the clock and the now-line go on."""
        if self.board is None:
            return
        self._timeline.set_now(self.user.now)
        self._queue.set_now(self.user.now)
        self.show_day()
        if self.user.now // 60 != self.board.now // 60 and self._timeline.ghost is None:
            self.reload()  # with each minute the day is rolled forward anew

    def show_day(self) -> None:
        """Fill the line of the head: what the day holds, and what was heard."""
        board = self.board
        assert board is not None
        clock = clock_beside(board.day, self.user.now, board.zone, board.hours24)
        roomy = self.has_class("-wide")
        self.show_head(
            f"Dispatch  {day_text(board.day)}" if roomy else day_text(board.day)[:-5],
            day_counts(
                board,
                self.user.now,
                self.places.word,
                "" if self.places.order is BoardOrder.NAMES else self.places.order.value,
                "no roads: drives estimated" if self.drives.note else "",
            ),
            clock,
        )
        self.show_news(board)

    def show_here(self) -> None:
        """Show what is under the cursor in full."""
        self.foot.show()

    def show_selected(self) -> None:
        """Show what the cursor came to."""
        self.at_rest(self.show_here)

    on_timeline_visit_selected = show_selected

    def on_timeline_visit_opened(self) -> None:
        """Open the visit under the cursor."""
        self.action_open()

    def on_descendant_focus(self) -> None:
        """The keyboard is where it was sent."""
        self.places.arrived()

    to_drives = opens("D", "view.drives", "Drives", "drives", "The drives of the day: sources, pins, roads.")

    @command("p", "day.plan", "Plan", DISPATCHERS)
    def action_plan(self) -> None:
        """Propose the day by the solver, as a what-if."""
        try:
            placement.refuse_over(self.user.store, self.program.day)
        except Refusal as over:
            self.say(str(over), "warning")
        else:
            self.program.open("plan", self.program.day)

    @command("tab", "view.pane", "Queue")
    def action_pane(self) -> None:
        """Go between the board and the queue."""
        if self._queue.has_focus:
            self.remove_class("-queue")
            self._timeline.focus()
        else:
            self.add_class("-queue")
            self._queue.focus()
        self.call_after_refresh(self.show_here)

    @command("Z", "view.fold", "Fold")
    def action_fold(self) -> None:
        """Fold the pane below the board, or unfold it."""
        self.toggle_class("-folded")
        self.show_here()

    @command("/", "view.filter", "Filter")
    async def action_filter(self) -> None:
        """Show only what holds a word."""
        hint = "a technician, client, area, skill, word of the work; late, trouble, free now, not set out"
        self.places.filter((await self.ask("Show only", hint, self.places.word, does="shows them")).strip())

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
        if self.swap.leave():
            return
        if self.places.word:
            self.places.show_all()
        elif self._queue.has_focus:
            self.action_pane()

    @on_visit("swap", UNREACHED, "only visits that nobody has reached are swapped.")
    @command("s", "visit.swap", "Swap", DISPATCHERS)
    async def action_swap(self, visit: BoardVisit) -> None:
        """Exchange time and technician with another visit."""
        await self.swap.take(visit)

    KEYS_BESIDE = (
        *(crew, hand_over, no_access, emergency, calls, messages, inbox),
        *(next_problem, next_waiting, sort, glance, show_map, everybody, browser, import_file, remote_work, news),
    )
