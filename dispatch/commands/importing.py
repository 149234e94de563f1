"""`dispatch import`: files into the store, with a word about every row that is not simply taken."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentTypeError
from functools import partial
from typing import TYPE_CHECKING, Any

from dispatch.commands import exits
from dispatch.commands.declared import alone
from dispatch.commands.opening import user_of
from dispatch.commands.options import CONFIRM, Args, flag, one_of, option
from dispatch.commands.printing import refuse_place
from dispatch.commands.standard_input import file_named
from dispatch.commands.typed import day_typed
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.model.paths import typed_path
from dispatch.model.text import count_text, pad, show

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from db.store import Store
    from dispatch.desk.files.verdicts import ImportReport
    from dispatch.desk.imports.importing import How
    from dispatch.desk.session.user import User

# the same as dispatch.desk.imports.importing.KINDS, which costs more to import than to repeat; a test compares them
_KINDS = (
    "rate-card",
    "technicians",
    "clients",
    "sites",
    "equipment",
    "service-plans",
    "visits",
    "remote-work",
    "calendar",
)
_ROWS = 10_000
_DATES, _DECIMALS = ("day-first", "month-first"), ("comma", "point")


def _mapping(text: str) -> tuple[str, str]:
    theirs, separator, ours = text.rpartition("=")
    if not (separator and theirs.strip() and ours.strip()):
        raise ArgumentTypeError(f"{show(text, 60)!r} is not written as theirs=ours")
    return theirs.strip(), ours.strip().casefold()


def _filled(text: str) -> tuple[str, str]:
    ours, separator, said = text.partition("=")
    if not (separator and ours.strip() and said.strip()):
        raise ArgumentTypeError(f"{show(text, 60)!r} is not written as ours=text")
    return ours.strip().casefold(), said.strip()


def _number(text: str, *, of: str, most: int) -> int:
    if not text.isdecimal() or not 1 <= int(text[:10]) <= most:
        raise ArgumentTypeError(f"{show(text, 40)!r} is not a number of {of} from 1 to {most:,}")
    return int(text)


@alone(
    "import",
    "take over a rate card, technicians, clients, sites, equipment, service plans, visits or the events of a calendar from a file",
    option("kind", "KIND", ", ".join(_KINDS), choices=_KINDS),
    option(
        "file",
        "FILE",
        "CSV or XLSX as a spreadsheet saves it; rate-card: JSON; calendar: .ics; - reads standard input",
        nargs="?",
    ),
    flag("--check", "only say what would become of each row"),
    flag("--accept-good", "take the good rows although others are bad"),
    flag("--update", "take the file over records that differ from it"),
    option(
        "--map",
        "THEIRS=OURS",
        "what the file calls a column, theirs=- leaves it out; calendar: the location or summary of an event = client / site",
        action="append",
        default=[],
        type=_mapping,
    ),
    option(
        "--fill",
        "OURS=TEXT",
        "what every row says, where the file has no such column",
        action="append",
        default=[],
        type=_filled,
    ),
    option("--dates", "ORDER", "how 03/04/2026 is meant: day-first or month-first", choices=_DATES, default=""),
    option("--decimals", "MARK", "how 1.234 is meant: comma or point before decimals", choices=_DECIMALS, default=""),
    option("--sheet", "NAME", "which sheet of an Excel workbook, where it has several", default=""),
    option(
        "--minutes",
        "N",
        "calendar: the work of an event that lasts all day (default 60)",
        type=partial(_number, of="minutes", most=1440),
        default=60,
    ),
    option("--since", "DAY", "calendar: leave out what was over before this day, for example today"),
    option(
        "--until",
        "DAY",
        "calendar: take the dates of an event that repeats as single visits, from --since or today to this day",
    ),
    option("--refused", "FILE", "write the refused rows there, with a column why, to be mended and imported"),
    flag("--replace", "--refused: write over a file that is there"),
    flag("--forget", "only forget what was said about the last files with these columns"),
    option(
        "--rows",
        "N",
        f"the most rows it may have (default {_ROWS:,})",
        type=partial(_number, of="rows", most=1_000_000),
        default=_ROWS,
    ),
    CONFIRM,
    one_of(
        flag("--columns", "only list the columns of such a file, * those it must have"),
        flag("--template", "only print the first line of such a file, to be filled in below"),
    ),
    flag("--json", "the verdicts, or the columns, as JSON"),
    about="Take over a file, all of it or nothing. Twice is as good as once: what is there already is left.",
    epilog="Exit codes: 0 all is in, 1 refused and nothing was changed, 2 usage, 4 only the good rows are in.",
)
def run_import(args: Args) -> int:
    """Carry out an import as the parsed words say."""
    from dispatch.desk.imports.importing import CALENDAR, SUBJECTS, How, refuse_unknown_columns
    from dispatch.desk.texts.import_words import report_lines

    if args.columns or args.template:
        return _about(args)
    if getattr(args, "forget", False):
        return _forget(args)
    if args.file is None:
        print("dispatch: FILE is missing; --columns lists what is in one", file=sys.stderr)
        return exits.USAGE
    mapping, fill = dict(args.map), dict(getattr(args, "fill", ()))
    try:
        if args.kind != CALENDAR:
            refuse_unknown_columns(args.kind, mapping)
            refuse_unknown_columns(args.kind, {text: ours for ours, text in fill.items()})
    except Faulty as faulty:
        print(f"dispatch: --map or --fill: {show(str(faulty))}", file=sys.stderr)
        return exits.USAGE
    user = user_of(args)
    beside = _beside(args, user.store, fill)
    out = getattr(args, "refused", None)
    if out is not None:
        if args.kind not in SUBJECTS:
            raise Refusal(f"--refused is for files of rows; a {args.kind} is none. Nothing was imported.")
        refuse_place(out, "Nothing was imported.", replace=args.replace)
    with file_named(args.file) as file:
        how = How(args.check, args.accept_good, args.update, mapping, args.rows, confirmed=args.confirm, **beside)
        report = _taken(args, user, file, how)
    if args.json:
        print(json.dumps(report.as_json(), indent=2))
    else:
        stream = sys.stderr if report.stopped and not report.checked else sys.stdout
        for line in report_lines(report):
            print(show(line), file=stream)
    if out is not None:
        _give_back(report, out, replace=args.replace)
    if not report.refused:
        return exits.DONE
    return exits.REFUSED if report.stopped else exits.PARTLY


def _taken(args: Args, user: User, file: Path, how: How) -> ImportReport:
    """Import a file; a check shows its columns also where one that is needed is missing."""
    from dispatch.desk.files.columns import MissingColumns
    from dispatch.desk.files.verdicts import shortened
    from dispatch.desk.imports.importing import import_file
    from dispatch.desk.texts.import_words import column_lines

    try:
        return import_file(user, args.kind, file, how)
    except MissingColumns as missing:
        if args.check and not args.json:
            for line in column_lines(shortened(file.name), missing.seen, missing.missing):
                print(show(line))
        raise


def _beside(args: Args, store: Store, fill: Mapping[str, str]) -> dict[str, Any]:
    """What is said of a file of one kind only."""
    from dispatch.desk.files.as_written import FileReadings
    from dispatch.desk.imports.importing import CALENDAR, SUBJECTS

    if args.kind in SUBJECTS:
        return {"meant": FileReadings(args.dates, args.decimals), "sheet": args.sheet, "fill": fill}
    if args.kind == CALENDAR:
        since = None if args.since is None else day_typed(store, args.since, "--since")
        until = None if args.until is None else day_typed(store, args.until, "--until")
        return {"minutes": args.minutes, "since": since, "until": until}
    return {}  # `rate-card import` has none of these


def _give_back(report: ImportReport, out: str, *, replace: bool) -> None:
    """Write the refused rows, if there are any; where that fails the import is what was told of it."""
    from dispatch.desk.imports.refused_rows import refused_rows
    from dispatch.desk.session.private_file import write_private

    if not report.refused:
        return
    said = f"{show(out, 120)}: {count_text(report.refused, 'refused row')}, with why"
    try:
        write_private(typed_path(out), refused_rows(report), replace=replace)
    except Refusal as refusal:
        said = f"the refused rows were not given back: {refusal}"
    print(f"dispatch: {said}", file=sys.stderr)


def _forget(args: Args) -> int:
    """Forget what was said about files with the columns of this one."""
    from dispatch.desk.imports.importing import SUBJECTS, forget

    if args.kind not in SUBJECTS:
        raise Refusal(f"Nothing is remembered about a file of the kind {args.kind}; it is of {', '.join(SUBJECTS)}.")
    if args.file is None:
        raise Refusal("FILE is missing: one with the columns that are meant.")
    with file_named(args.file) as file:
        done = forget(user_of(args), args.kind, file, args.sheet)
    print("It is forgotten." if done else "Nothing was remembered about files with these columns.")
    return exits.DONE


def _about(args: Args) -> int:
    """What such a file consists of."""
    from dispatch.desk.imports.importing import SUBJECTS, columns_of

    if args.kind not in SUBJECTS:
        raise Refusal(f"A file of the kind {args.kind} has no columns; those of {', '.join(SUBJECTS)} have.")
    columns = columns_of(args.kind)
    if args.template:
        print(",".join(column.name for column in columns))
    elif args.json:
        print(json.dumps([column._asdict() for column in columns], indent=2, ensure_ascii=False))
    else:
        for column in columns:
            print(f"{pad(f'{column.name} *' if column.required else column.name, 24)} {column.about}")
    return exits.DONE


COMMANDS = (run_import,)
