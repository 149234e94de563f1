"""`dispatch board`, `day`, `log`, `demo` and plain `dispatch`: the three screens, as text and as JSON too."""

from __future__ import annotations

import argparse
import datetime
from typing import TYPE_CHECKING, Any

from dispatch.commands import visit_log
from dispatch.commands.opening import (
    common_options,
    database_path,
    mouse_wanted,
    on_terminal,
    open_seat,
    open_store,
    screen_options,
)
from dispatch.model.paths import typed_path

if TYPE_CHECKING:
    from db.store import Store
    from dispatch.model.boards import BoardRow


def add_parsers(groups: Any) -> None:
    """Register the views."""
    options = common_options()
    for name, run, help_text in (
        ("board", _board, "the dispatcher's day: technicians, visits, legs, the unscheduled queue"),
        ("day", _day, "a technician's day: the next stop first"),
        ("log", _log, "the lead's day: planned and actual, evidence, charge"),
    ):
        parser = groups.add_parser(name, parents=[options], help=help_text, description=help_text)
        parser.add_argument("--date", metavar="DAY", help="2026-11-24, today, tomorrow, tue (default: today)")
        parser.add_argument("--plain", action="store_true", help="as text")
        parser.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
        screen_options(parser)
        if name == "log":
            visit_log.add_options(parser)
        if name == "day":
            parser.add_argument("--technician", metavar="NAME", help="whose day (default: your own)")
        parser.set_defaults(run=run)

    route = groups.add_parser(
        "route",
        parents=[options],
        help="the legs of a technician's day, with a map",
        description="Each leg with minutes, distance and where the figures come from; links to the directions in a browser.",
    )
    route.add_argument("--date", metavar="DAY", help="2026-11-24, today, tomorrow, tue (default: today)")
    route.add_argument("--technician", metavar="NAME", help="whose day (default: your own, else everybody's)")
    route.add_argument("--map", action="store_true", help="draw the stops, and the roads of an extract, as text")
    route.add_argument("--ascii", action="store_true", help="only ASCII characters")
    route.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    route.set_defaults(run=_route)

    demo = groups.add_parser("demo", help="the sample firm on a working day at 14:07", description=_DEMO)
    demo.add_argument(
        "--keep", metavar="FILE", help="keep the sample firm's database here (default: forgotten on leaving)"
    )
    demo.add_argument("--plain", action="store_true", help="print its board as text")
    demo.add_argument("--json", action="store_true", help="print its board as JSON")
    screen_options(demo)
    demo.add_argument("--as", dest="login", metavar="LOGIN", help="dana dispatches, ana is a technician, lee leads")
    demo.set_defaults(run=_demo)

    opening = groups.add_parser("open", parents=[options], help="open the screen of your role (as plain dispatch does)")
    screen_options(opening)
    opening.set_defaults(run=_open)


_DEMO = (
    "Opens a sample firm in Columbus, Ohio, on Tuesday 24 November 2026 at 14:07 by its own clock, which then runs on. "
    "Everything works and nothing is kept, unless you say where with --keep."
)


def _board(args: argparse.Namespace) -> int:
    if _text_wanted(args):
        store = open_store(args)
        return _print_board(store, args, _date(args, store))
    return _screen(args, "board")


def _day(args: argparse.Namespace) -> int:
    if not _text_wanted(args):
        return _screen(args, "day")
    from dispatch.commands.forms import day_form
    from dispatch.commands.printing import print_json
    from dispatch.desk import views
    from dispatch.desk.plain import day_lines

    seat = open_seat(args)
    board = views.board(seat.store, _date(args, seat.store))
    row = _row_of(board.rows, args.technician or seat.staff.name, asked=args.technician is not None)
    if args.json:
        print_json(day_form(board, row))
    else:
        print("\n".join(day_lines(board, row)))
    return 0


def _log(args: argparse.Namespace) -> int:
    if not (_text_wanted(args) or visit_log.narrowed(args)):
        return _screen(args, "log")
    store = open_store(args)
    return visit_log.run(args, store, _date(args, store))


def _route(args: argparse.Namespace) -> int:
    from dispatch.commands.forms import routes_form
    from dispatch.commands.printing import print_json
    from dispatch.desk import views
    from dispatch.desk.seat import take_seat
    from dispatch.model.text import show

    store = open_store(args)
    board = views.board(store, _date(args, store))
    if args.technician is not None:
        rows = [_row_of(board.rows, args.technician, asked=True)]
    else:
        own = take_seat(store, args.login).staff.name.casefold()
        rows = [row for row in board.rows if row.name.casefold() == own] or list(board.rows)
    if args.json:
        print_json(routes_form(board, rows))
        return 0
    from dispatch.commands.routes import route_text

    for number, row in enumerate(rows):
        lines = route_text(store, board, row, with_map=args.map, ascii_only=args.ascii)
        print("\n".join([*([""] if number else []), *lines]))
    if not rows:
        print(f"There are no technicians in {show(board.firm)} yet.")
    return 0


def _demo(args: argparse.Namespace) -> int:
    from contextlib import ExitStack

    from dispatch.demo.bar import Bar
    from dispatch.demo.folder import folder
    from dispatch.demo.kept import copy

    with ExitStack() as ending:
        path = typed_path(args.keep) if args.keep else ending.enter_context(folder()) / "sample.db"
        if not (args.keep and path.exists()):
            said = on_terminal() and not _text_wanted(args)
            copy(path, Bar("Setting up the sample firm", ascii_only=bool(args.ascii)) if said else _nobody)
        args.db, args.date = str(path), None
        args.login = args.login or "dana"
        if args.plain or args.json or not on_terminal():
            store = open_store(args)
            code = _print_board(store, args, _date(args, store))
            store.close()
            return code
        return _screen(args, "board")


def _nobody(done: float) -> None:
    """Nobody watches."""


def _open(args: argparse.Namespace) -> int:
    path = database_path(args)
    if path.exists():
        from dispatch.model.states import Role

        seat = open_seat(args)
        roles = seat.staff.roles
        seat.store.close()
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


def _welcome(args: argparse.Namespace) -> int:
    """Offer the sample firm, a new firm, or a file; then go there."""
    from screens.welcome import Choice, ask

    choice = ask(database_path(args))
    if choice is None:
        return 0
    kind, path = choice
    if kind is Choice.SAMPLE:
        sample = argparse.Namespace(keep=None, plain=False, json=False, ascii=args.ascii, mouse=args.mouse, login=None)
        return _demo(sample)
    args.db = str(path)
    if kind is Choice.NEW:
        import getpass

        from dispatch.desk.firm import init

        init(path, lead=getpass.getuser())
    return _open(args)


def _screen(args: argparse.Namespace, mode: str) -> int:
    if not on_terminal():
        from dispatch.desk.refusals import Refusal

        raise Refusal("A screen needs a terminal; --plain prints text and --json JSON.")
    import gc

    # the modules of a screen are thousands of objects that all stay: looking through them again and again for
    # garbage costs a tenth of the way to the first frame, and the app takes up collecting after it
    gc.disable()
    seat = open_seat(args)
    day = _date(args, seat.store) if getattr(args, "date", None) else None
    from dispatch.app import DispatchApp
    from dispatch.desk import reading
    from dispatch.desk.personal import read_personal

    if not reading.may(seat, "day"):
        mode = "day"
    personal = read_personal()
    app = DispatchApp(
        seat,
        mode,
        day=day,
        technician=getattr(args, "technician", None),
        ascii_only=args.ascii,
        personal=personal,
    )
    app.run(mouse=mouse_wanted(args, personal))
    seat.store.close()
    return app.return_code or 0


def _print_board(store: Store, args: argparse.Namespace, day: datetime.date) -> int:
    from dispatch.commands.forms import board_form
    from dispatch.commands.printing import print_json
    from dispatch.desk import views
    from dispatch.desk.plain import board_lines

    board = views.board(store, day)
    if args.json:
        print_json(board_form(board))
    else:
        print("\n".join(board_lines(board)))
    return 0


def _row_of(rows: tuple[BoardRow, ...], name: str, *, asked: bool) -> BoardRow:
    from dispatch.desk.refusals import NotFound
    from dispatch.model.text import show

    wanted = name.strip().casefold()
    for row in rows:
        if row.name.casefold() == wanted:
            return row
    # a first name is enough, where only one has it
    named = [row for row in rows if wanted in row.name.casefold().split()] if asked else []
    if len(named) == 1:
        return named[0]
    if asked:
        raise NotFound(f"There is no technician {show(name)}.")
    raise NotFound(f"{show(name)} is not a technician; choose one with --technician NAME.")


def _text_wanted(args: argparse.Namespace) -> bool:
    return bool(args.plain or args.json)


def _date(args: argparse.Namespace, store: Store) -> datetime.date:
    from dispatch.desk import views
    from dispatch.desk.refusals import Faulty
    from dispatch.model.instants import parse_day

    today = views.today(store)
    if not args.date:
        return today
    try:
        return parse_day(args.date, today=today)
    except ValueError as fault:
        raise Faulty([str(fault)]) from None
