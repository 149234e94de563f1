"""The cursor of the timeline: a row of the board, and a visit of the row where it has any. Pure."""

from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.problems import Span, drawn_span
from dispatch.model.states import ENDED
from widgets.timeline.layout import TimeScale


class BoardCursor:
    """A place on a board that survives changes of the board.

    Going up and down aims at the time of the visit that was last chosen in a row, so that it leads back.
    """

    def __init__(self) -> None:
        self.board: Board | None = None
        self.moment = 0
        self.row = 0
        self.index: int | None = None
        self._aim: int | None = None
        self._extent: tuple[Board | None, int, Span | None] = (None, 0, None)

    @property
    def rows(self) -> tuple[BoardRow, ...]:
        """The rows of the board."""
        return self.board.rows if self.board is not None else ()

    @property
    def board_row(self) -> BoardRow | None:
        """The row under the cursor."""
        return self.rows[self.row] if self.row < len(self.rows) else None

    @property
    def visit(self) -> BoardVisit | None:
        """The visit under the cursor; None on a row without visits."""
        row = self.board_row
        return row.visits[self.index] if row is not None and self.index is not None else None

    @property
    def span(self) -> Span | None:
        """When the visit under the cursor is drawn."""
        return self.span_of(self.visit) if self.visit is not None else None

    def span_of(self, visit: BoardVisit) -> Span | None:
        """When a visit is drawn."""
        return drawn_span(visit, self.moment)

    @property
    def extent(self) -> Span | None:
        """From where the first visit of the board is drawn to where the last one ends; None: there is none."""
        board, moment, extent = self._extent
        if board is not self.board or moment != self.moment:
            spans = [span for row in self.rows for visit in row.visits if (span := self.span_of(visit)) is not None]
            extent = (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None
            self._extent = (self.board, self.moment, extent)
        return extent

    def go(self, row: int, index: int | None, *, aim: bool = True) -> bool:
        """Go to a place. False: it is there already."""
        if (row, index) == (self.row, self.index):
            return False
        self.row, self.index = row, index
        if aim and index is not None:
            self._aim = self._instant_of(row, index)
        return True

    def step(self, to: str, page: int) -> bool:
        """Go up, down, left, right, home, end, pageup or pagedown (`page` rows). False: there is no further."""
        if not self.rows:
            return False
        rows_by = {"up": -1, "down": 1, "pageup": -page, "pagedown": page}.get(to)
        if rows_by is not None:
            row = max(0, min(len(self.rows) - 1, self.row + rows_by))
            return row != self.row and self.go(row, self.nearest(row), aim=False)
        count = len(self.rows[self.row].visits)
        if not count:
            return False
        here = self.index if self.index is not None else 0
        target = {"left": here - 1, "right": here + 1, "home": 0, "end": count - 1}[to]
        return self.go(self.row, max(0, min(count - 1, target)))

    def nearest(self, row: int) -> int | None:
        """The visit of a row that is nearest to where the cursor aims in time."""
        if row >= len(self.rows) or not self.rows[row].visits:
            return None
        aim, visits = self._aim if self._aim is not None else self.moment, self.rows[row].visits
        # who has aimed nowhere yet begins with what belongs to the day
        outside = [self._aim is None and visit.reaches_in for visit in visits]
        return min(range(len(visits)), key=lambda index: (outside[index], abs(self._instant_of(row, index) - aim)))

    def row_of(self, technician_id: int) -> int | None:
        """The row of a technician."""
        return next((number for number, row in enumerate(self.rows) if row.technician_id == technician_id), None)

    def place_of(self, visit_id: int, row: int | None = None) -> tuple[int, int] | None:
        """Where a visit is, by preference in `row`."""
        places = [
            (number, index)
            for number, board_row in enumerate(self.rows)
            for index, visit in enumerate(board_row.visits)
            if visit.id == visit_id
        ]
        return min(places, key=lambda place: place[0] != row, default=None)

    def visit_at(self, row: int, cell: int, scale: TimeScale) -> int | None:
        """The visit of a row that is drawn in a cell; the last where one covers another."""
        hit = None
        for index, visit in enumerate(self.rows[row].visits):
            if (span := self.span_of(visit)) is not None:
                first, last = scale.cells_between(*span)
                hit = index if first <= cell < last else hit
        return hit

    def show(self, board: Board) -> bool:
        """Stand on another board: on the same visit if it has one. False: the cursor had to go elsewhere."""
        before, row, visit = self.board, self.board_row, self.visit
        self.board, self.moment = board, board.now
        if before is None or row is None or before.day != board.day:
            self.row, self.index = self._begin()
            return False
        same_row = self.row_of(row.technician_id)
        if visit is not None and (place := self.place_of(visit.id, same_row)) is not None:
            self.row, self.index = place
            return True
        self.row = same_row if same_row is not None else max(0, min(self.row, len(self.rows) - 1))
        self.index = self.nearest(self.row)
        return visit is None and self.index is None and same_row is not None

    def _begin(self) -> tuple[int, int | None]:
        """Where the cursor begins on a day: on the first visit that has not ended, or on the first row."""
        for number, row in enumerate(self.rows):
            for index, visit in enumerate(row.visits):
                if visit.state not in ENDED:
                    return number, index
        return 0, self.nearest(0)

    def _instant_of(self, row: int, index: int) -> int:
        span = self.span_of(self.rows[row].visits[index])
        return span[0] if span is not None else self.moment
