"""`dispatch board`, `day`, `log`, `demo` and plain `dispatch`: the three screens, as text and as JSON too."""

from __future__ import annotations

import gc
from argparse import BooleanOptionalAction
from collections.abc import Iterator
from contextlib import ExitStack

from dispatch.commands import visit_log
from dispatch.commands.declared import alone
from dispatch.commands.opening import database_path, mouse_wanted, on_terminal, open_store, user_of
from dispatch.commands.options import JSON, Args, flag, option
from dispatch.commands.printing import Answer, Result
from dispatch.commands.typed import day_typed
from dispatch.desk.session.refusals import NotFound, Refusal
from dispatch.lazily import lazily
from dispatch.model.paths import typed_path
from dispatch.model.states import Role

with lazily(__name__):
    from dispatch import app as program
    from dispatch.commands import forms, routes
    from dispatch.demo import bar, folder, kept
    from dispatch.desk.book import records
    from dispatch.desk.day import board_view
    from dispatch.desk.firm import founding
    from dispatch.desk.session import preferences
    from dispatch.desk.session import user as users
    from dispatch.desk.texts import board_words
    from dispatch.model.boards import BoardRow
    from screens.program import welcome

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
    "day",
    "a technician's day: the next stop first",
    *_VIEW,
    option("--technician", "NAME", "whose day (default: your own)"),
)
def _day(args: Args) -> Result:
    if not _text_wanted(args):
        return _screen(args, "day")
    user = user_of(args)
    board = board_view.board(user.store, day_typed(user.store, args.date))
    row = _row_of(board.rows, args.technician or user.staff.name, named=args.technician is not None)
    return Answer(row, lambda row: forms.day_form(board, row), lambda row: board_words.day_lines(board, row))


@alone("log", "the lead's day: planned and actual, evidence, charge", *_VIEW, *visit_log.OPTIONS)
def _log(args: Args) -> Result:
    if not (_text_wanted(args) or visit_log.narrowed(args)):
        return _screen(args, "log")
    store = open_store(args)
    return visit_log.answer(args, store, day_typed(store, args.date))


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
            yield from routes.route_text(store, board, row, with_map=args.map, ascii_only=args.ascii)
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
                path, bar.Bar("Setting up the sample firm", ascii_only=bool(args.ascii)) if watched else lambda _: None
            )
        args.db, args.date = str(path), None
        args.login = args.login or "dana"
        return _board(args)


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
        visit_log.ask_nothing(args)
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
    kind, path = choice
    if kind is welcome.FirstChoice.SAMPLE:
        return _demo(Args(keep=None, plain=False, json=False, ascii=args.ascii, mouse=args.mouse, login=None))
    args.db = str(path)
    if kind is welcome.FirstChoice.NEW:
        import getpass

        founding.init(path, lead=getpass.getuser())
    return _open(args)


def _screen(args: Args, mode: str) -> int:
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
    app.run(mouse=mouse_wanted(args, personal))
    user.store.close()
    return app.return_code or 0


def _row_of(rows: tuple[BoardRow, ...], name: str, *, named: bool) -> BoardRow:
    if not named and name.casefold() not in (row.name.casefold() for row in rows):
        raise NotFound(f"{name} is not a technician; choose one with --technician NAME.")
    return records.near("technician", name, {row.name: row for row in rows})


def _text_wanted(args: Args) -> bool:
    return bool(args.plain or args.json)


COMMANDS = (_board, _day, _log, _route, _demo, _open)
