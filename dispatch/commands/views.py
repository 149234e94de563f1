"""`dispatch board`, `day`, `log`, `route`, `demo` and plain `dispatch`: the screens, as text and as JSON too."""

from __future__ import annotations

import datetime
import gc
import shutil
from argparse import BooleanOptionalAction
from collections.abc import Iterator
from contextlib import ExitStack

from dispatch.commands import takings
from dispatch.commands.declared import alone
from dispatch.commands.opening import database_path, mouse_wanted, on_terminal, open_store, user_of
from dispatch.commands.options import BRANCH, JSON, Args, Store, flag, one_of, option
from dispatch.commands.printing import Answer, Result
from dispatch.commands.typed import day_typed
from dispatch.desk.session.refusals import NotFound, Refusal, refuse
from dispatch.lazily import lazily
from dispatch.model.boards import Board, BoardRow
from dispatch.model.instants import week_of
from dispatch.model.maps import route_links, route_of
from dispatch.model.paths import typed_path
from dispatch.model.states import Role
from dispatch.model.text import show
from dispatch.model.typed_times import parse_day
from dispatch.model.ways import WAYS

with lazily(__name__):
    from db import search, settings
    from dispatch import app as program
    from dispatch.commands import forms
    from dispatch.demo import folder, kept
    from dispatch.demo import tour as tours
    from dispatch.desk.book import records
    from dispatch.desk.day import board_view, week_view
    from dispatch.desk.firm import founding
    from dispatch.desk.log import visit_log
    from dispatch.desk.roads import maps as atlases
    from dispatch.desk.session import preferences
    from dispatch.desk.session import user as users
    from dispatch.desk.texts import board_words, week_words
    from dispatch.model import reviews, states
    from dispatch.model.boards import Log
    from screens.program import guide as guides
    from screens.program import welcome
    from widgets import route_lines
    from widgets.lines import ink
    from widgets.lines import marks as mark_sets
    from widgets.map import day_map, surveying

_REVIEWS = ("to_review", "approved", "exported", "sent_back", "none")
_DAYS = (
    option("--to", "DAY", "the last day of several, from --date on"),
    flag("--week", "the week of --date"),
    flag("--all", "all days"),
)
_NARROWING = (
    option("--technician", "NAME", "visits of technicians whose name holds this", default=""),
    option("--client", "NAME", "visits of clients whose name holds this", default=""),
    flag("--exceptions", "only visits with something to look at"),
    option(
        "--only",
        "EXCEPTION",
        "only visits with this exception or note: waived, late, target, retested, … (repeat for several)",
        action="append",
    ),
    option("--review", None, "only with this state of review", action="append", choices=_REVIEWS),
    option("--way", None, "only work of this way (repeat for several)", action="append", choices=tuple(WAYS)),
    option(
        "--search",
        "WORDS",
        "only visits in whose words every one of these begins a word: work, notes, evidence, reasons, names",
        dest="words",
        default="",
    ),
    option("--sort", "COLUMN", "client, charge, exceptions, … (default: by start)", default=""),
    flag("--reverse", "the greatest first", dest="descending"),
)
"""What narrows and sorts the log. With any of these it is printed as text."""


def _log_answer(args: Args, store: Store, date: datetime.date) -> Answer:
    narrowing = _wanted(args, store, date)

    def lines(log: Log) -> Iterator[str]:
        yield from board_words.log_lines(
            log, " · ".join(filter(None, (narrowing.words_of_days(), narrowing.words_of_filters())))
        )
        if narrowing.words.strip() and not search.possible():
            yield "This SQLite has no FTS5: every visit was read for these words, which is slower than an index."

    return Answer(visit_log.visit_log(store, narrowing), lambda log: forms.log_form(log, narrowing), lines)


def _wanted(args: Args, store: Store, date: datetime.date) -> visit_log.LogFilter:
    """What was asked for.

    Raises:
        Faulty: with everything that cannot be understood.
    """
    faults: list[str] = []
    first: datetime.date | None = date
    last = None
    if args.to:
        try:
            last = parse_day(args.to, today=date)
        except ValueError as fault:
            faults.append(f"to: {fault}")
        if last is not None and last < date:
            faults.append(f"to: {last.isoformat()} is before {date.isoformat()}")
    elif args.week:
        first, last = week_of(date, settings.firm(store).first_weekday)
    elif args.all or (args.words and not args.date):
        first = None
    if args.sort and args.sort not in visit_log.SORTS:
        faults.append(f"sort: {args.sort!r} is not one of {', '.join(visit_log.SORTS)}")
    named = {word.strip().casefold().replace(" ", "_").replace("-", "_") for word in args.only or ()}
    faults += [
        f"only: {name!r} is not one of {', '.join(reviews.ReviewMark)}"
        for name in sorted(named - set(reviews.ReviewMark))
    ]
    refuse(faults)
    names = ("technician", "client", "exceptions", "words", "sort", "descending")
    marks, reviewed = map(reviews.ReviewMark, named), map(states.Review, args.review or ())
    return visit_log.LogFilter(
        first,
        last,
        marks=frozenset(marks),
        reviews=frozenset(reviewed),
        ways=frozenset(args.way or ()),
        **{name: getattr(args, name) for name in names},
    )


_WIDEST = 100
"""Columns that a map takes at most."""


def _route_text(store: Store, board: Board, row: BoardRow, *, with_map: bool, ascii_only: bool) -> list[str]:
    """The legs of a row, the map where it is wanted, what is not placed, and the links."""
    width = min(_WIDEST, shutil.get_terminal_size((80, 24)).columns)
    route = route_of(row)
    # the name in full: the title of a pane has no room for it
    title = (ink.ink(f"{row.name}  ", "strong"), *route_lines.route_totals(row, board.unit))
    legs = route_lines.route_lines(row, board, mark_sets.marks_of(ascii_only), width)[1:]
    lines = [ink.text_of(line).rstrip() for line in (title, *legs)]
    if with_map:
        lines += ["", *_map_text(store, board, row, width, ascii_only)]
    if not_placed := day_map.not_placed_text(route):
        lines.append(show(not_placed))
    if ascii_only:
        lines = [line.translate(mark_sets.TYPOGRAPHY) for line in lines]
    return [*lines, *route_links(route.waypoints())]


def _map_text(store: Store, board: Board, row: BoardRow, width: int, ascii_only: bool) -> list[str]:
    atlas, marks = atlases.Atlas(store), mark_sets.marks_of(ascii_only)
    land = surveying.survey(surveying.WantedMap(route_of(row), width, max(8, width * 3 // 10)), atlas.roads, atlas.ways)
    if land is None:
        return []
    picture = day_map.picture_of(land.route, land.view, marks, land.ground, names=True)
    lines = [*picture.lines, day_map.foot_of(land.view, picture, board.unit, marks, width)]
    return [ink.text_of(line).rstrip() for line in lines]


_DATE = option("--date", "DAY", "2026-11-24, today, tomorrow, tue (default: today)")
_SCREEN = (
    flag("--ascii", "only ASCII characters on the screen", action=BooleanOptionalAction, default=None),
    flag("--mouse", "the mouse too (default: not over SSH)", action=BooleanOptionalAction, default=None),
)
"""The options of what opens a screen. Not given, they are as the person has set them."""
_VIEW = (_DATE, flag("--plain", "as text"), JSON, *_SCREEN)


@alone("board", "the dispatcher's day: technicians, visits, legs, the unscheduled queue", *_VIEW)
def _board(args: Args) -> Result:
    if not _text_wanted(args):
        return _screen(args, "board")
    store = open_store(args)
    return Answer(board_view.board(store, day_typed(store, args.date)), forms.board_form, board_words.board_lines)


@alone(
    "week",
    "the dispatcher's week: each technician's days, filled minutes against the shift, promises, absences, what waits",
    *_VIEW,
    option("--days", "N", "so many days from --date on (default: the week that it is in)", type=int),
)
def _week(args: Args) -> Result:
    if not (_text_wanted(args) or args.days is not None):
        return _screen(args, "week")
    store = open_store(args)
    date = day_typed(store, args.date)
    if args.days is None:
        first, _ = week_of(date, settings.firm(store).first_weekday)
        return Answer(week_view.running_week(store, first)[0], forms.week_form, week_words.week_lines)
    if not 1 <= args.days <= week_view.MOST_DAYS:
        refuse([f"days: {args.days} is not between 1 and {week_view.MOST_DAYS}"])
    return Answer(week_view.running_week(store, date, args.days)[0], forms.week_form, week_words.week_lines)


@alone(
    "day",
    "a technician's day: the next stop first",
    *_VIEW,
    option("--technician", "NAME", "whose day (default: your own)"),
    *takings.CARRYING,
)
def _day(args: Args) -> Result:
    if takings.wanted(args):
        return takings.carry(args)
    if not _text_wanted(args):
        return _screen(args, "day")
    user = user_of(args)
    board = board_view.board(user.store, day_typed(user.store, args.date))
    row = _row_of(board.rows, args.technician or user.staff.name, named=args.technician is not None)
    return Answer(row, lambda row: forms.day_form(board, row), lambda row: board_words.day_lines(board, row))


@alone("log", "the lead's day: planned and actual, evidence, charge", *_VIEW, one_of(*_DAYS), *_NARROWING, BRANCH)
def _log(args: Args) -> Result:
    if not (_text_wanted(args) or any(getattr(args, each.dest) for each in (*_DAYS, *_NARROWING))):
        return _screen(args, "log")
    store = open_store(args)
    return _log_answer(args, store, day_typed(store, args.date))


@alone(
    "route",
    "the legs of a technician's day, with a map",
    _DATE,
    option("--technician", "NAME", "whose day (default: your own, else everybody's)"),
    flag("--map", "draw the stops, and the roads of an extract, as text"),
    flag("--ascii", "only ASCII characters"),
    JSON,
    about="Each leg with minutes, distance and where the figures come from; links to the directions in a browser.",
)
def _route(args: Args) -> Answer:
    store = open_store(args)
    board = board_view.board(store, day_typed(store, args.date))
    if args.technician is not None:
        rows = [_row_of(board.rows, args.technician, named=True)]
    else:
        own = users.log_in(store, args.login).staff.name.casefold()
        rows = [row for row in board.rows if row.name.casefold() == own] or list(board.rows)

    def lines(rows: list[BoardRow]) -> Iterator[str]:
        for number, row in enumerate(rows):
            yield from [""] if number else []
            yield from _route_text(store, board, row, with_map=args.map, ascii_only=args.ascii)
        if not rows:
            yield f"There are no technicians in {board.firm} yet."

    return Answer(rows, lambda rows: forms.routes_form(board, rows), lines)


@alone(
    "demo",
    "the sample firm on a working day at 14:07",
    option("--keep", "FILE", "keep the sample firm's database here (default: forgotten on leaving)"),
    flag("--plain", "print its board as text"),
    flag("--json", "print its board as JSON"),
    *_SCREEN,
    option("--as", "LOGIN", "dana dispatches, ana is a technician, lee leads", dest="login"),
    about="Opens a sample firm in Columbus, Ohio, on Tuesday 24 November 2026 at 14:07 by its own clock, which then runs on. "
    "Everything works and nothing is kept, unless you say where with --keep.",
    common=False,
)
def _demo(args: Args) -> int:
    with ExitStack() as ending:
        path = typed_path(args.keep) if args.keep else ending.enter_context(folder.folder()) / "sample.db"
        args.plain = args.plain or not on_terminal()
        if not (args.keep and path.exists()):
            watched = on_terminal() and not _text_wanted(args)
            kept.copy(
                path, kept.Bar("Setting up the sample firm", ascii_only=bool(args.ascii)) if watched else lambda _: None
            )
        args.db, args.date = str(path), None
        args.login = args.login or "dana"
        return _board(args)


@alone(
    "tour",
    "five minutes on the sample firm: what a dispatcher, a technician and a lead do, step by step",
    *_SCREEN,
    about="Says what to do next and goes on when it was done. Leave it with q whenever you like; nothing is kept.",
    common=False,
)
def _tour(args: Args) -> int:
    with folder.folder() as place:
        path = place / "sample.db"
        kept.copy(path, kept.Bar("Setting up the sample firm", ascii_only=bool(args.ascii)))
        args.db, args.date = str(path), None
        with tours.reachable(path):
            for chapter in tours.chapters():
                args.login, guide = chapter.login, guides.Guide(chapter.steps, chapter.end)
                code = _screen(args, chapter.mode, guide)
                if code or guide.done < len(chapter.steps):
                    print(
                        f"You left the tour at step {guide.done + 1} of {chapter.login}. It begins anew: dispatch tour"
                    )
                    return code
    print("You have seen the whole tour. Your own firm: dispatch init")
    return 0


@alone("open", "open the screen of your role (as plain dispatch does)", *_SCREEN)
def _open(args: Args) -> int:
    path = database_path(args)
    if path.exists():
        user = user_of(args)
        roles = user.staff.roles
        user.store.close()
        start = "board" if Role.DISPATCHER in roles else "log" if Role.LEAD in roles else "day"
        args.date = args.technician = None
        if on_terminal():
            return _screen(args, start)
        args.plain, args.json = True, False
        for each in (*_DAYS, *_NARROWING):
            setattr(args, each.dest, each.keywords.get("default", False))
        return {"board": _board, "log": _log, "day": _day}[start](args)
    if on_terminal():
        return _welcome(args)
    print(
        f"There is no database at {path}.\n"
        "  dispatch demo            look around a sample firm\n"
        "  dispatch init            begin with your own firm\n"
        "  dispatch --db FILE       open a database that is somewhere else"
    )
    return 1


def _welcome(args: Args) -> int:
    """Offer the sample firm, a new firm, or a file; then go there."""
    choice = welcome.ask(database_path(args))
    if choice is None:
        return 0
    kind, path, zone = choice
    if kind is welcome.FirstChoice.SAMPLE:
        return _demo(Args(keep=None, plain=False, json=False, ascii=args.ascii, mouse=args.mouse, login=None))
    args.db = str(path)
    if kind is welcome.FirstChoice.NEW:
        import getpass

        founding.init(path, lead=getpass.getuser(), zone=zone)
    return _open(args)


def _screen(args: Args, mode: str, guide: guides.Guide | None = None) -> int:
    if not on_terminal():
        raise Refusal("A screen needs a terminal; --plain prints text and --json JSON.")
    # the modules of a screen are thousands of objects that all stay: looking through them again and again for
    # garbage costs a tenth of the way to the first frame, and the app takes up collecting after it
    gc.disable()
    user = user_of(args, for_screen=True)
    day = day_typed(user.store, args.date) if getattr(args, "date", None) else None
    if not user.may_read("day"):
        mode = "day"
    personal = preferences.read_personal()
    app = program.DispatchApp(
        user, mode, day=day, technician=getattr(args, "technician", None), ascii_only=args.ascii, personal=personal
    )
    app.guide = guide
    app.run(mouse=mouse_wanted(args, personal))
    user.store.close()
    return app.return_code or 0


def _row_of(rows: tuple[BoardRow, ...], name: str, *, named: bool) -> BoardRow:
    if not named and name.casefold() not in (row.name.casefold() for row in rows):
        raise NotFound(f"{name} is not a technician; choose one with --technician NAME.")
    return records.near("technician", name, {row.name: row for row in rows})


def _text_wanted(args: Args) -> bool:
    return bool(args.plain or args.json)


COMMANDS = (_board, _week, _day, _log, _route, _demo, _tour, _open)
