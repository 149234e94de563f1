"""The lead's board: every figure now, before, over the last weeks and beside its limit; the selected one by technician, client,
kind, skill, week or day, the worst first; and the visits behind each number."""

from __future__ import annotations

import asyncio
import datetime
from functools import partial

from textual.app import ComposeResult

from db import settings
from db.figures import Behind
from dispatch.desk.figures import counting
from dispatch.desk.figures.counting import GROUPINGS, LONGEST, FigureGroup, Grouping
from dispatch.desk.figures.lateness import counted_text
from dispatch.desk.figures.lead_board import WEEKS, LeadBoard, Measured, lead_board
from dispatch.desk.figures.meanings import BY_KEY, FIGURES, Figure, Money, change_text, made_text, number_text
from dispatch.desk.session.refusals import Faulty
from dispatch.desk.texts.figure_words import bar_of, range_of, share_text, trend_of, why_text
from dispatch.fields.kinds import Day
from dispatch.fields.record import Field
from dispatch.model.states import READS
from dispatch.model.text import count_text
from screens.binding import BACK, command, key, opens
from screens.dialogs.asked import ENTER_SHOWS
from screens.log.review import why_late
from screens.reading import ScreenReading
from screens.record_forms import ask_values
from screens.user_screen import UserScreen
from widgets.charted import ChartRow, MeasureRow, chart_entries, measure_entries, measure_head
from widgets.lines.line_list import LineList
from widgets.lines.lines_pane import NotesPane

_BAR = 12
_DAYS = 28
_DAYS_ASKED = (Field("first", "From", Day(), required=True), Field("last", "To", Day(), required=True))


class FiguresScreen(UserScreen):
    """Every figure above, the selected one in its groups below, its definition between them."""

    SHOWS = "figures"

    TITLE_WORD = "the figures"
    ENTER = "open"
    DEFAULT_CSS = f"""
    FiguresScreen #figures {{ height: {len(FIGURES) + 1}; max-height: 50%; }}
    FiguresScreen #definition {{ height: 3; padding: 0 1; }}
    FiguresScreen #groups {{ height: 1fr; border-top: solid $panel; }}
    FiguresScreen LineList {{ padding: 0 1; }}
    """
    FOOTER = "figures.by view.pane figures.open screen.margin view.previous view.next screen.scores view.today view.go screen.keys"
    BINDINGS = [BACK]

    def __init__(self, last: datetime.date) -> None:
        super().__init__()
        self._first, self._last = last - datetime.timedelta(days=_DAYS - 1), last
        self._by: Grouping = "technician"
        self._board: LeadBoard | None = None
        self._reading = ScreenReading(self, self._counted, self._show_all)

    def body(self) -> ComposeResult:
        ascii_only = self.program.ascii_only
        yield LineList[str](id="figures", ascii=ascii_only)
        yield NotesPane(id="definition")
        yield LineList[str](id="groups", ascii=ascii_only)

    @property
    def _above(self) -> LineList[str]:
        return self.query_one("#figures", LineList)

    @property
    def _below(self) -> LineList[str]:
        return self.query_one("#groups", LineList)

    @property
    def _figure(self) -> Figure:
        return BY_KEY.get(self._above.selected or "", FIGURES[0])

    @property
    def _ascii(self) -> bool:
        return self.program.ascii_only

    def client_here(self) -> str | None:
        """The client under the cursor, where the groups are clients."""
        group = self._group if self._by == "client" else None
        return None if group is None else group.label

    @property
    def _group(self) -> FigureGroup | None:
        key = self._below.selected
        groups = self._board.now.groups if self._board is not None else ()
        return next((group for group in groups if _key_of(group) == key), None)

    def reload(self) -> None:
        """Count again, in a thread with a store of its own: what is not kept yet takes its time.

        While it counts, what others change and what is asked for meanwhile waits, and is counted at once after it.
        """
        shown = None if self._board is None else self._board.now
        if shown is None or (self._first, self._last, self._by) != (shown.first, shown.last, shown.by):
            self.show_head("Figures", "counting …")
        self._reading.begin()

    def _counted(self) -> LeadBoard:
        with self.user.store.reopened() as own:
            return lead_board(own, self._first, self._last, self._by, self._tell)

    def _tell(self, done: int, days: int) -> None:
        """Say how far the counting of what is not kept has come; where the screen is gone, it ends."""
        if not (self.stands and self.app.is_running):
            raise asyncio.CancelledError
        self.app.call_from_thread(self.show_head, "Figures", f"counting … {done} of {days} days")

    def _show_all(self, board: LeadBoard) -> None:
        self._board = board
        past = len(board.past)
        self.show_head(
            f"Figures  {range_of(board.now)}", f"{f'{past} past the limit · ' if past else ''}by {board.now.by}"
        )
        rows = [self._row(board, figure) for figure in FIGURES]
        head = partial(measure_head, rows, "", f"{WEEKS} weeks")
        self._above.show_entries(partial(measure_entries, rows), head=head)
        self.show_selected()

    def _row(self, board: LeadBoard, figure: Figure) -> MeasureRow:
        whole, limit = board.whole(figure), self._limit(figure, board.limits[figure.key])
        row = _measured(board, figure, whole, trend_of(figure, whole.trend, ascii_only=self._ascii))
        return row._replace(key=figure.key, label=figure.name, limit=limit, said=figure.short)

    def _limit(self, figure: Figure, limit: int | None) -> str:
        if limit is None:
            return ""
        least, most = (">=", "<=") if self._ascii else ("≥", "≤")
        return f"{least if figure.better == 'high' else most} {limit}%"

    def show_selected(self) -> None:
        board, figure = self._board, self._figure
        if board is None:
            return
        said = (figure.sentence, board.now.reservation(figure), f"Before: {range_of(board.before)}.")
        self.query_one("#definition", NotesPane).set_notes([(sentence, "dim") for sentence in said if sentence])
        if figure not in board.now.shown:
            nothing = f"{figure.name} says nothing of a {board.now.by}: the hours available are the firm's."
            self._below.show_entries(partial(measure_entries, ()), nothing)
            return
        rows = [self._group_row(board, figure, group, one) for group, one in board.groups(figure)]
        nothing = "Nothing in these days. [ goes to earlier ones, g to others."
        self._below.show_entries(partial(measure_entries, rows), nothing)

    def _group_row(self, board: LeadBoard, figure: Figure, group: FigureGroup, one: Measured) -> MeasureRow:
        if one.trend:
            chart = trend_of(figure, one.trend, ascii_only=self._ascii)
        else:
            chart = bar_of(figure, one.now, board.now.values[figure.key], _BAR, ascii_only=self._ascii)
        row = _measured(board, figure, one, chart)
        return row._replace(key=_key_of(group), label=group.label, made=made_text(figure, one.now))

    @command("b", "figures.by", "By")
    def action_by(self) -> None:
        """By technician, client, kind of visit, skill, day or week."""
        order = (*GROUPINGS[2:], *GROUPINGS[:2])
        self._by = order[(order.index(self._by) + 1) % len(order)]
        self._first = max(self._first, self._last - datetime.timedelta(days=LONGEST[self._by] - 1))
        self.reload()

    @command("tab", "view.pane", "Other pane")
    def action_pane(self) -> None:
        """Go between the figures and their groups."""
        (self._above if self._below.has_focus else self._below).focus()

    @command("enter", "figures.open", "Visits")
    def action_open(self) -> None:
        """The visits behind the number."""
        if self._board is None:
            return
        figures, group = self._board.now, self._group if self._below.has_focus else None
        whole = group or FigureGroup("all days", figures.first, figures.last)
        self.app.push_screen(
            BehindScreen(self._figure, whole, figures.by if group is not None else "day", figures.money)
        )

    _MARGIN = "Revenue and margin by client, agreement and technician, and what hours cost."
    margin = opens("m", "screen.margin", "Margin", "margin", _MARGIN, READS["margin"].roles, of_day=True)

    _SCORES = "How satisfied clients are: surveys and sign-offs by client, technician and kind of work."
    scores = opens("s", "screen.scores", "Satisfaction", "scores", _SCORES, READS["care"].roles)

    KEYS = [key("[", "view.previous", "Earlier", action="shift(-1)"), key("]", "view.next", "Later", action="shift(1)")]

    @command("t", "view.today", "Today")
    def action_today(self) -> None:
        """As many days up to today."""
        today = settings.today(self.user.store)
        self._first, self._last = today - (self._last - self._first), today
        self.reload()

    @command("g", "view.go", "Range")
    async def action_range(self) -> None:
        """From which day to which."""

        def take(days: dict[str, datetime.date]) -> None:
            if not 0 <= (days["last"] - days["first"]).days < LONGEST[self._by]:
                raise Faulty([f"by {self._by} from 1 to {LONGEST[self._by]} days are counted"])
            self._first, self._last = days["first"], days["last"]

        stands = {"first": self._first.isoformat(), "last": self._last.isoformat()}
        await ask_values(self, "The days to count", _DAYS_ASKED, take, stands, ENTER_SHOWS)

    def action_shift(self, by: int) -> None:
        """Go to as many days before or after."""
        days = datetime.timedelta(days=((self._last - self._first).days + 1) * by)
        self._first, self._last = self._first + days, self._last + days
        self.reload()


def _measured(board: LeadBoard, figure: Figure, one: Measured, chart: str) -> MeasureRow:
    """A number with its chart, what it was and how far it went since, without its name; worse is told from better by the ink, and
    what is past its limit from what is within it, or has none."""
    money, limit = board.now.money, board.limits[figure.key]
    change = change_text(figure, one.now, one.before, money)
    worse = change.startswith("-") if figure.better == "high" else change.startswith("+")
    tone = "bad" if one.past else "strong" if limit is None else "good"
    change_tone = "dim" if not figure.better or not change else "warn" if worse else "good"
    now, before = number_text(figure, one.now, money), number_text(figure, one.before, money)
    return MeasureRow("", "", now, tone, chart, before, change, change_tone)


def _key_of(group: FigureGroup) -> str:
    """What a group is told from the others by, whatever is counted meanwhile."""
    return f"{group.first} {group.who}"


class BehindScreen(UserScreen):
    """The visits behind a number; each opens to its record."""

    SHOWS = "figures"

    TITLE_WORD = "the visits behind a figure"
    ENTER = "open"
    DEFAULT_CSS = "BehindScreen LineList { height: 1fr; padding: 0 1; }"
    FOOTER = "visit.open review.late screen.leave screen.keys"
    BINDINGS = [BACK]

    def __init__(self, figure: Figure, group: FigureGroup, by: Grouping, money: Money) -> None:
        super().__init__()
        self._figure, self._group, self._by, self._money = figure, group, by, money
        self._visits: list[Behind] = []

    KEYS = (why_late,)

    def reference_here(self) -> str | None:
        visit = self._visit
        return None if visit is None else visit.reference

    def body(self) -> ComposeResult:
        yield LineList[str](id="visits", ascii=self.program.ascii_only)

    def client_here(self) -> str | None:
        visit = self._visit
        return None if visit is None else visit.client

    @property
    def _visit(self) -> Behind | None:
        key = self.listed.selected
        return next((visit for visit in self._visits if _key_of_visit(visit) == key), None)

    def reload(self) -> None:
        visits = self.look(counting.visits_behind, self.user.store, self._figure, self._group, self._by)
        if visits is None:
            return
        self._visits = visits
        times = self.user.firm.times()
        rows = [
            ChartRow(
                _key_of_visit(visit),
                f"{visit.reference} {visit.client}",
                times.moment(visit.at),
                "" if (why := why_text(self._figure, visit, times)) else share_text(self._figure, visit, self._money),
                why,
            )
            for visit in visits
        ]
        self.listed.show_entries(partial(chart_entries, rows), "No visits.")
        title = f"{self._figure.name} · {self._group.label}"
        count = count_text(len({visit.reference for visit in visits}), "visit")
        causes = counted_text((visit.gravest, visit.told) for visit in visits)
        self.show_head(title, f"{count} · gravest cause: {causes}" if causes else count)

    @command("enter", "visit.open", "Open")
    def action_open(self) -> None:
        """Open the visit: events, attempts, charge."""
        visit = self._visit
        if visit is not None:
            self.program.open("record", visit.reference)


def _key_of_visit(visit: Behind) -> str:
    """What a visit, which may stand behind a figure twice, is told from the others by."""
    return f"{visit.reference} {visit.at}"
