"""Ways to a place on the board: the next problem, the next request that waits, a technician or a visit by name; and to the
route of a technician, on a map and in a browser."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from textual.widget import Widget

from dispatch.desk.day.glance import BoardOrder, in_order, words_in, words_of
from dispatch.desk.day.questions import DayQuestion
from dispatch.lazily import lazily
from dispatch.model.boards import Board, holds
from dispatch.model.instants import day_text
from dispatch.model.problems import after, drawn_span, problems
from dispatch.model.states import ENDED, STEPS
from screens.binding import command
from widgets.queue import Queue
from widgets.timeline.view import Timeline

with lazily(__name__):
    from screens.board import map as day_map

if TYPE_CHECKING:
    from screens.board.board import BoardScreen
    from screens.of_day import DayOfVisits


class BoardPlaces:
    """Brings the cursor of the board to a place at once, and knows the filter that may hide it."""

    word = ""
    """Only who has it, or has a visit that has it, is shown; empty: everybody."""
    order = BoardOrder.NAMES
    """In which order the technicians stand."""

    def __init__(self, screen: BoardScreen) -> None:
        self._screen = screen
        self._landing: Callable[[], None] | None = None

    def filter(self, word: str) -> None:
        """Show only what holds some words, and go to the first of it."""
        self.word = word
        self._screen.query_one(Queue).set_filter(word)
        if (board := self._screen.board) is None:
            return
        self._screen.show_board(board)
        if word:
            self._to_first(*self.shown(board))

    def _to_first(self, board: Board, found: Collection[int] | None) -> None:
        """Go to the first that a filter finds: what is still ahead before what has ended, placed before waiting."""
        found, queue = found or (), self._screen.query_one(Queue)
        placed = [
            (visit.state in ENDED, visit.start or 0, number, visit.id)
            for number, row in enumerate(board.rows)
            for visit in row.visits
            if visit.id in found
        ]
        if placed:
            *_, number, visit_id = min(placed)
            self.to_timeline(visit_id, number)
        elif board.rows:
            self.to_timeline(None, 0)
        elif queue.waiting:
            self.to_queue(queue.waiting[0].id)
        else:
            self._screen.say(f"Nothing here holds “{self.word}”. esc shows all.", "warning")

    def show_all(self) -> None:
        """Show all technicians and requests again."""
        if self.word:
            self.filter("")

    def shown(self, board: Board) -> tuple[Board, frozenset[int] | None]:
        """The board in its order, with the technicians who have the words themselves or with one of their visits; and which visits
        a filter means, by id: those that have the words with their technician, so all of one who has them alone. None: all."""
        now = self._screen.user.now
        board = in_order(board, self.order, now)
        if not self.word:
            return board, None
        rows, found = [], set[int]()
        for row in board.rows:
            own = words_of(row, now)
            meant = {visit.id for visit in row.visits if holds(f"{own} {words_in(row, visit, now)}", self.word)}
            found |= meant
            if meant or holds(own, self.word):
                rows.append(row)
        return board._replace(rows=tuple(rows)), frozenset(found)

    def point_at(self, *, technician_id: int | None = None, visit_id: int | None = None) -> bool:
        """Put the cursor on a technician's row or on a visit, whatever a filter hides. False: it is not here."""
        board = self._screen.board
        if board is None:
            return False
        placed = [visit.id for row in board.rows for visit in row.visits]
        waiting = [visit.id for visit in (*board.queue, *board.on_hold)]
        technicians = [row.technician_id for row in board.rows]
        if technician_id not in technicians and visit_id not in placed and visit_id not in waiting:
            return False
        self.show_all()
        if visit_id is not None and visit_id in waiting and visit_id not in placed:
            self.to_queue(visit_id)
        else:
            cursor = self._screen.query_one(Timeline).cursor
            self.to_timeline(visit_id, None if technician_id is None else cursor.row_of(technician_id))
        return True

    def to_queue(self, visit_id: int) -> None:
        """Put the cursor on a request that waits."""
        self._screen.add_class("-queue")
        queue = self._screen.query_one(Queue)
        self._land(queue, lambda: queue.select_key(visit_id))

    def to_timeline(self, visit_id: int | None, row: int | None) -> None:
        """Put the cursor on a visit of a row, or on the row."""
        self._screen.remove_class("-queue")
        timeline = self._screen.query_one(Timeline)
        self._land(timeline, lambda: timeline.select(visit_id, row))

    def _land(self, pane: Widget, select: Callable[[], object]) -> None:
        """Put the keyboard on a pane and the cursor of the pane to a place.

        On a small terminal the pane is only now shown, and has neither size nor focus before the next frame.
        """

        def land() -> None:
            select()
            self._screen.show_here()

        if pane.has_focus:
            self._screen.call_after_refresh(land)
        else:
            self._landing = land
            pane.focus()

    def arrived(self) -> None:
        """The keyboard is where it was sent."""
        landing, self._landing = self._landing, None
        if landing is not None:
            self._screen.call_after_refresh(landing)


@command("F", "view.problem", "Next problem")
def next_problem(screen: BoardScreen) -> None:
    """Go to the next visit that is late, overlaps, or has an unknown drive."""
    timeline = screen.query_one(Timeline)
    board = timeline.board
    if board is None:
        return
    known = problems(board, screen.user.now)
    if not known:
        screen.say(f"No problem on {day_text(board.day)}.")
        return
    here = timeline.selected if timeline.has_focus else None
    span = None if here is None else drawn_span(here, screen.user.now)
    problem = after(known, span[0] if span is not None else board.starts_at - 1, timeline.cursor.row)
    screen.places.to_timeline(problem.visit.id, problem.row)


@command("G", "view.waiting", "Next unscheduled")
def next_waiting(screen: BoardScreen) -> None:
    """Go to the next unscheduled visit."""
    queue = screen.query_one(Queue)
    waiting = [visit.id for visit in queue.waiting]
    if not waiting:
        screen.say("Nothing is unscheduled.")
        return
    here = queue.selected if queue.has_focus else None
    place = waiting.index(here.id) + 1 if here is not None and here.id in waiting else 0
    screen.places.to_queue(waiting[place % len(waiting)])


@command("v", "view.glance", "Glance")
def glance(screen: DayOfVisits) -> None:
    """Who is free, has room, has not set out; what has little slack, breaks next, is at risk tomorrow."""

    def ask(question: DayQuestion) -> None:
        screen.asked = question

    screen.program.open("glance", screen.asked, ask)


@command("M", "view.map", "Map")
def show_map(screen: BoardScreen) -> None:
    """The technician's day on a map."""
    row, visit = screen.row_here(), screen.visit_here()
    if row is None:
        screen.say("Select a technician to see the day on a map.")
    else:
        screen.program.open("map", row.technician_id, visit.id if visit is not None else None)


@command("E", "view.team", "Everybody")
def everybody(screen: DayOfVisits) -> None:
    """All technicians on a map, where they are now: who is free near the selected visit."""
    visit = screen.visit_here()
    screen.program.open("team", visit.reference if visit is not None and visit.state in STEPS["assign"].sources else "")


@command("o", "route.open", "Browser")
async def browser(screen: BoardScreen) -> None:
    """The technician's route in a browser, or its link."""
    if (row := screen.row_here()) is None:
        screen.say("Select a technician to see the route in a browser.")
    else:
        await day_map.open_route(screen, row)


@command("S", "view.sort", "Sort")
def sort(screen: BoardScreen) -> None:
    """Technicians as they are, trouble first, free now first, not set out first."""
    orders = list(BoardOrder)
    places = screen.places
    places.order = orders[(orders.index(places.order) + 1) % len(orders)]
    if screen.board is not None:
        screen.show_board(screen.board)
