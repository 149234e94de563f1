"""My day: the technician's stops, the next one first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Static

from db import handovers, people, reviews, timesheets
from dispatch.desk.day import board_view, notices
from dispatch.desk.day.board_view import Forgotten, StopPlace
from dispatch.desk.session.unsent import Unsent
from dispatch.lazily import lazily
from dispatch.model.boards import BoardRow, BoardVisit
from dispatch.model.instants import clock_beside, clock_text, day_text
from dispatch.model.maps import geo_link, place_link, route_of
from dispatch.model.notices import Notice
from dispatch.model.people import Technician
from dispatch.model.reviews import Comment
from dispatch.model.states import AHEAD, ENDED, OPEN_ON_SITE, THERE, Role, State
from dispatch.model.text import show
from dispatch.model.timesheets import Reopened
from dispatch.model.visits import Handover
from dispatch.model.ways import state_words
from screens.asking import Left
from screens.binding import command, key
from screens.dialogs.asked import AskedField, ChoiceRow, needed
from screens.of_day import DayOfVisits, remote_work
from screens.visit.service_report import report
from screens.visit.stay_deeds import STAY
from screens.visit.taking_along import along
from widgets.day_lists import stop_entries
from widgets.lines.line_list import LineList

with lazily(__name__):
    from dispatch.desk.closeout import arriving, handing_over, leaving
    from dispatch.desk.review import reviewing
    from dispatch.desk.roads import maps
    from dispatch.desk.visits import steps
    from screens.files import browser, own_calendar
    from screens.visit import right_times
    from widgets.map import view as map_view

WIDE = 110
"""Columns from which where a stop is stands beside the stops, with a map below it."""
_AROUND = 4
"""Columns of that for its edges and where it is scrolled."""


class DayScreen(DayOfVisits):
    """One technician's day: next stop, address, access, contact, leg; a key for each step."""

    DEFAULT_CSS = """
    DayScreen #comments { height: auto; max-height: 4; padding: 0 1; border-bottom: solid $panel; }
    DayScreen #day { height: 1fr; }
    DayScreen #stops { height: 1fr; }
    DayScreen #there { height: auto; max-height: 10; border-top: solid $panel; padding: 0 1; }
    DayScreen #place { height: auto; }
    DayScreen #map { height: 1fr; margin-top: 1; }
    DayScreen.-wide #day { layout: horizontal; }
    DayScreen.-wide #stops { width: 3fr; height: 100%; }
    DayScreen.-wide #there { width: 2fr; height: 100%; max-height: 100%; border-top: none; border-left: solid $panel; }
    DayScreen.-wide.-alone #stops { max-width: 1; }
    DayScreen.-wide.-alone #there { width: 1fr; border-left: none; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
    TITLE_WORD = "my day"
    TELLS_AT_REST = True
    ENTER = "open"
    FOOTER = (
        "visit.step visit.open visit.hand-over stay.left visit.no-access view.next change.undo stay.clock view.map "
        "screen.timesheet visit.report screen.keys"
    )

    def __init__(self) -> None:
        super().__init__()
        self._row: BoardRow | None = None
        self._handovers: list[Handover] = []
        self._forgotten: list[Forgotten] = []
        self._comments: list[Comment] = []
        self._changes: list[Notice] = []
        self._opened: list[Reopened] = []

    def body(self) -> ComposeResult:
        yield Static(id="comments")
        with Container(id="day"):
            yield LineList[BoardVisit](id="stops", ascii=self.program.ascii_only)
            with Vertical(id="there"):
                yield Static(id="place")

    def reference_here(self) -> str | None:
        visit = self.visit_here()
        return None if visit is None else visit.reference

    def visit_here(self) -> BoardVisit | None:
        return self.listed.selected

    def reload(self) -> None:
        whose = self.program.technician or self.user.staff.name
        board = self.look(board_view.board, self.user.store, self.program.day, whose)
        if board is None:
            return
        first = self.board is None or self.board.day != board.day
        self.board = board
        self._row = next(iter(board.rows), None)
        visits = self._row.visits if self._row else ()
        self.listed.show_entries(partial(stop_entries, self._row, board))
        if first:
            open_ones = [visit for visit in visits if visit.state not in ENDED]
            for visit in sorted(open_ones, key=lambda visit: visit.state in AHEAD)[:1]:  # what is under way first
                self.listed.select_key(visit.id)
        self._handovers = handovers.open_for(self.user.store, self.user.staff.id)
        self._changes = notices.unread(self.user.store, self.user.staff.id)
        self._forgotten = board_view.forgotten(self.user.store, self.user.staff.id, self.user.now)
        self._comments = reviews.waiting_for(self.user.store, self.user.staff.id)
        self._opened = timesheets.reopened_of(self.user.store, self.user.staff.id)
        unseen = [comment.reference for comment in self._comments if comment.seen_at is None]
        if unseen and Role.TECHNICIAN in self.user.staff.roles:
            self._see_comments(unseen)
        self._show_head()
        self._show_comments()
        self.show_selected()

    def tick(self) -> None:
        """Let the clock go on."""
        if self.board is not None:
            self._show_head()

    def _show_head(self) -> None:
        board = self.board
        assert board is not None
        name = self._row.name if self._row else self.program.technician or self.user.staff.name
        if self.user.store.taken_along is not None:
            name = "taken along"
        clock = clock_beside(board.day, self.user.now, board.zone, board.hours24)
        self.show_head(f"{name} · {day_text(board.day)}", "", clock, whose=False)

    def show_selected(self) -> None:
        """Show where the selected stop is, and what the keys do with it."""
        self.show_keys()
        self.at_rest(self._show_map)
        place = self.query_one("#place", Static)
        board, visit = self.board, self.visit_here()
        assert board is not None
        self.set_class(visit is None, "-alone")
        if self._row is None:
            name = show(self.program.technician or self.user.staff.name)
            ways = "4 is the book: n under technicians adds one, also yourself by your login; then this is your day."
            place.update(Content(f"{name} is not a technician here. {ways}"))
            return
        if visit is None:
            place.update(Content(f"No visits on {day_text(board.day)}. [ and ] go to other days, t to today."))
            return
        there = self.look(board_view.stop_place, self.user.store, visit.reference)
        if visit.unseen and self._row.technician_id == self.user.staff.id:
            self._see(visit.reference)
        if there is not None:
            width = self.app.size.width
            room = width * 2 // 5 if width >= WIDE else width
            place.update(place_text(there, room - _AROUND, self.keys_of("route.open")))

    def _show_comments(self) -> None:
        """What is asked of the technician stands above the stops until it is answered, whatever day is shown."""
        board = self.board
        assert board is not None
        lines = []
        for change in reversed(self._changes[:3]):
            at = clock_text(change.made_at, board.zone, board.hours24)
            said = ("changed ", "bold $text-warning"), (f"{at} ", "$text-muted"), show(change.text)
            lines.append(Content.assemble(("A ", "bold $text-accent"), *said))
        for stay in self._forgotten[:1]:
            since = clock_text(stay.arrived_at, board.zone, board.hours24)
            words = f"{stay.client}, since {since}? Say when you left"
            lines.append(Content.assemble(("E ", "bold $text-accent"), ("still at ", "bold"), show(words)))
        for over in self._handovers[:1]:
            words = show(f"{over.reference} {over.client}?")
            lines.append(Content.assemble(("A ", "bold $text-accent"), ("take over ", "bold"), words))
        for again in self._opened[:1]:
            words = f"week of {day_text(again.week)}: {again.reason}"
            opened = ("time sheet opened again ", "bold"), show(words)
            lines.append(Content.assemble(("H ", "bold $text-accent"), *opened))
        lines += [comment_text(comment) for comment in self._comments[:3]]
        comments = self.query_one("#comments", Static)
        comments.display = bool(lines)
        comments.update(Content("\n").join(lines))

    @work(exclusive=True, group="comments")
    async def _see_comments(self, references: Sequence[str]) -> None:
        """Let the lead know that they were seen."""
        for reference in references:
            await self.do(reviewing.see_comment, reference)

    @work(exclusive=True, group="see")
    async def _see(self, reference: str) -> None:
        """Let the dispatcher know that it was seen."""
        await self.do(arriving.see, reference)

    @command("space", "visit.step", "Next step", THERE, about="visit_here")
    async def action_step(self, visit: BoardVisit) -> None:
        """En route, then arrived, then the checklist."""
        technician = self._row.name if self._row else None
        if visit.state in AHEAD:
            await self.do(arriving.depart, visit.reference, technician=technician)
        elif visit.state is State.EN_ROUTE:
            self._arrive(visit, technician)
        else:
            self.action_open()

    @work
    async def _arrive(self, visit: BoardVisit, technician: str | None) -> None:
        whole = self.whole_visit()
        arrived = await right_times.arrive(self, whole, technician) if whole is not None else None
        if arrived is not None:
            self.action_open()

    KEYS = [key("enter", "visit.open", "Open", "open the visit with its checklist")]

    @command("N", "visit.no-access", "No access", THERE, about="visit_here")
    async def action_no_access(self, visit: BoardVisit) -> None:
        """Nobody lets you in: say whom you called."""
        if visit.state in ENDED:
            self.say(f"{visit.client} is {state_words(visit)} already.", "warning")
            return
        called = await self.ask(
            f"No access at {visit.client}",
            "Whom did you call? This ends the visit; only the lead can open it again.",
            check=needed("say whom you called", 3),
        )
        await self.do(leaving.no_access, visit.reference, called=called, reason="")

    @command("A", "visit.hand-over", "Answer")
    async def action_answer(self) -> None:
        """Note what was changed; answer the lead's comment, or whether you take over a job that others began."""
        if self._changes:
            if await self.do(notices.note) is not None:
                self.say("Noted.")
            return
        answered = bool(self._handovers) and await self._answer_handover(self._handovers[0])
        if self._comments and not answered:
            await self._answer_comment(self._comments[0])
        elif not self._handovers:
            self.say("Nobody asks you anything.")

    async def _answer_handover(self, handover: Handover) -> bool:
        rows = [
            ChoiceRow("yes, I take it over", "yes"),
            ChoiceRow("no", "no", "you say why; it stays with its own technician"),
        ]
        title = f"{handover.reference} {handover.client}, {handover.work}. {handover.asked_by}: {handover.reason}"
        try:
            answer = await self.choose(title, rows)
        except Left:
            return False
        if answer == "yes":
            if await self.do(handing_over.accept, handover.reference) is not None:
                self.say(f"{handover.reference} can be planned for you now.")
        else:
            reason = await self.ask("Why not?", check=needed("say why, in a few words", 3))
            await self.do(handing_over.decline, handover.reference, reason)
        return True

    async def _answer_comment(self, comment: Comment) -> None:
        rows = [
            ChoiceRow("answer", "answer", "it waits for review again"),
            ChoiceRow("put a time right", "time", "what the clock had recorded is kept beside it"),
            ChoiceRow("put words right", "words", "what was written is kept beside them"),
            ChoiceRow("look at it", "open"),
        ]
        chosen = await self.choose(f"{comment.reference}: {comment.text}"[:200], rows)
        visit = self.look(steps.find, self.user.store, comment.reference)
        if visit is None:
            return
        if chosen == "open":
            self.program.open("record", comment.reference)
        elif chosen == "time":
            await right_times.ask_time(self, visit)
        elif chosen == "words":
            await right_times.ask_words(self, comment.reference)
        else:
            unsent = Unsent(self.user, "answer", comment.reference)
            answer = await self.ask_note(f"{comment.by} asks: {comment.text}"[:300], "Your answer", unsent)
            if await self.do(reviewing.answer, comment.reference, answer) is not None:
                self.say(f"{comment.reference} waits for review again.")

    def on_resize(self, event: events.Resize) -> None:
        """There may be room for a map now."""
        self._show_map()

    @work(exclusive=True, group="map")
    async def _show_map(self) -> None:
        """Show the day on a map beside the stops, where there is room and something is placed."""
        route = route_of(self._row) if self._row is not None else None
        known = route is not None and any(stop.place is not None for stop in route.stops)
        if shown := self.query("#map"):
            shown.first().display = known
        if route is None or not known or self.board is None or not self.has_class("-wide"):
            return
        if not shown:
            beside = map_view.MapView(id="map", ascii=self.program.ascii_only)
            beside.can_focus = False
            atlas = maps.Atlas(self.user.store)
            beside.set_sources(atlas.roads, atlas.ways)
            await self.query_one("#there").mount(beside)
        visit = self.visit_here()
        self.query_one("#map", map_view.MapView).set_route(route, self.board.unit, None if visit is None else visit.id)

    def word_of(self, key: Binding) -> str:
        visit = self.visit_here()
        if key.id == "visit.step":
            return "" if visit is None else self._step_word(visit)
        if key.id == "visit.hand-over":
            return key.description.lower() if self._changes or self._handovers or self._comments else ""
        if key.id == "stay.left":
            return key.description.lower() if self._forgotten else ""
        return super().word_of(key)

    @staticmethod
    def _step_word(visit: BoardVisit) -> str:
        if visit.state in AHEAD:
            return "en route"
        if visit.state is State.EN_ROUTE:
            return "arrived"
        return "checklist" if visit.state in OPEN_ON_SITE else ""

    @command("E", "stay.left", "Left", THERE)
    async def action_left(self) -> None:
        """A forgotten check-out: say when you left."""
        if not self._forgotten:
            self.say("No check-out is missing.")
            return
        there, board = self._forgotten[0], self.board
        assert board is not None
        visit = self.look(steps.find, self.user.store, there.reference)
        if visit is None:
            return
        fields = [AskedField("at", "You left at", placeholder="16:10")]

        def save(typed: dict[str, str]) -> object:
            return leaving.close(
                self.user, there.reference, left_at=right_times.instant_of(visit, typed["at"], self.user.now)
            )

        await self.fill_in(f"When did you leave {there.client}?", fields, save)

    KEYS_OF_DAYS = [
        key("[ left", "view.previous", "Previous day", action="day(-1)"),
        key("] right", "view.next", "Next day", action="day(1)"),
        key("t", "view.today", "Today", "go to today"),
    ]

    def _technician(self) -> Technician | None:
        """Whose day it is; where they are no technician that is said."""
        name = self.program.technician or self.user.staff.name
        technician = people.technician_by_name(self.user.store, name)
        if technician is None:
            self.say(f"{show(name)} is not a technician here.")
        return technician

    @command("S", "file.calendar", "Calendar")
    async def action_calendar(self) -> None:
        """The visits as a calendar file, in full or only the times; one's own calendar on a server."""
        technician = self._technician()
        if technician is not None:
            await own_calendar.ask_own_calendar(self, technician, self.program.day)

    @command("H", "screen.timesheet", "Hours")
    def action_hours(self) -> None:
        """Your time sheet: the week by the clock; say that it is right."""
        technician = self._technician()
        if technician is not None:
            self.program.open("timesheet", self.program.day, technician.id)

    @command("M", "view.map", "Map")
    def action_map(self) -> None:
        """The day on a map."""
        visit = self.visit_here()
        if self._row is not None:
            self.program.open("map", self._row.technician_id, visit.id if visit is not None else None)

    @command("o", "route.open", "Browser")
    async def action_browser(self) -> None:
        """The stop's place in a browser, or its link."""
        visit = self.visit_here()
        if visit is None or visit.place is None:
            self.say("No coordinates: there is nothing to show on a map.")
            return
        await browser.show_links(self, f"The place of {visit.client}", (place_link(visit.place),))

    KEYS_BESIDE = (*STAY, report, along, remote_work)


def comment_text(comment: Comment) -> Content:
    """A lead's comment on a visit that was sent back."""
    return Content.assemble(
        ("A ", "bold $text-accent"),
        ("sent back ", "bold $text-warning"),
        (f"{show(comment.reference)} {show(comment.client)}: ", "bold"),
        f"{show(comment.text)} ",
        (f"({show(comment.by)})", "$text-muted"),
    )


def place_text(there: StopPlace, room: int, leads: Sequence[tuple[str, str]]) -> Content:
    """Where a visit is, whom to call or ask for, how to get in, what is to be done, what went before. Links to maps come last.

    Args:
        room: columns; a link that would be broken there is named by the key that shows it.
        leads: that key, with its word.
    """
    site = there.site
    lines: list[Content] = [
        Content.assemble((show(there.client), "bold"), f"  {show(site.name)}"),
        Content(show(site.address) or "no address"),
    ]
    for contact in there.contacts[:2]:
        # the number before the name: a narrow screen breaks a line behind it
        number = (f"{show(contact.phone)}  ", "bold") if contact.phone else ("no number  ", "$text-muted")
        lines.append(Content.assemble(("call     ", "$text-muted"), number, show(contact.name)))
    if site.access_notes:
        lines.append(Content.assemble(("access   ", "$text-muted"), show(site.access_notes)))
    lines.append(Content.assemble(("work     ", "$text-muted"), show(there.work)))
    lines += [Content.assemble((f"{about:<9}", "$text-muted"), show(words, 300)) for about, words in there.before]
    if site.place is not None:
        link = place_link(site.place)
        whole = len(link) <= room
        key = "" if whole else "".join(f"  {key} opens it" for key, _ in leads)
        lines.append(Content.assemble(("map      ", "$text-muted"), geo_link(site.place), (key, "$text-muted")))
        lines += [Content(link)] if whole else []
    else:
        lines.append(Content.assemble(("map      ", "$text-muted"), "no coordinates: the drive is unknown"))
    return Content("\n").join(lines)
