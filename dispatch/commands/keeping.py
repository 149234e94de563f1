"""`dispatch backup`, `restore` and `doctor`: keeping the records safe."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dispatch.commands.opening import common_options, database_path, open_store
from dispatch.commands.standard_input import called, file_named


def add_parsers(groups: Any) -> None:
    """Register the commands."""
    backup = groups.add_parser(
        "backup",
        parents=[common_options()],
        help="a checked copy of the database, while others go on working",
        description="Copies the database into a new file, checks the copy, and prints the head of its audit chain: noted "
        "elsewhere, it proves later that nothing before it was altered.",
    )
    backup.add_argument("file", nargs="?", metavar="FILE", help="default: beside the database, named by the time")
    backup.add_argument(
        "--rotate",
        type=int,
        metavar="N",
        help="keep the newest N of those beside the database, and take the others away",
    )
    backup.set_defaults(run=_backup)

    restore = groups.add_parser(
        "restore",
        parents=[common_options()],
        help="a backup as a new database, never over one that is there",
        description="Makes the database of a backup available at --db (or DISPATCH_DB), where nothing may be yet.",
    )
    restore.add_argument("file", metavar="BACKUP", help="- reads standard input")
    restore.set_defaults(run=_restore)

    doctor = groups.add_parser(
        "doctor",
        parents=[common_options()],
        help="look at everything about the database that can be looked at",
        description="SQLite, integrity, the audit chain, permissions, file system, space, the clock. Exits 1 if anything is wrong.",
    )
    doctor.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    doctor.set_defaults(run=_doctor)


def _backup(args: argparse.Namespace) -> int:
    from db.safekeeping import backup, rotate
    from dispatch.desk.refusals import Faulty
    from dispatch.model.instants import stamp
    from dispatch.model.text import show

    if args.rotate is not None and (args.rotate < 1 or args.file):
        raise Faulty(["--rotate: a number from 1, and no FILE, are expected"])
    store = open_store(args)
    target = (
        Path(args.file).expanduser()
        if args.file
        else store.path.with_name(f"{store.path.name}.backup-{stamp(store.clock.now())}")
    )
    head = backup(store, target)
    print(f"Copied to {show(str(target))} and checked. Head of the audit chain: {head}")
    if args.rotate is not None:
        gone = rotate(store.path, args.rotate)
        print(f"{len(gone)} older taken away, the newest {args.rotate} kept.")
    return 0


def _restore(args: argparse.Namespace) -> int:
    from db.safekeeping import restore
    from dispatch.model.text import show

    target = database_path(args)
    with file_named(args.file) as file:
        head = restore(file, target)
    print(f"Made {show(str(target))} from {show(called(args.file))}. Head of the audit chain: {head}")
    return 0


def _doctor(args: argparse.Namespace) -> int:
    from db.safekeeping import check
    from dispatch.commands.forms import print_json
    from dispatch.desk.server_check import findings_of_the_server
    from dispatch.model.text import pad, show

    store = open_store(args)
    findings = [*check(store), *findings_of_the_server(store)]
    if args.json:
        print_json([{"subject": one.subject, "good": one.good, "text": one.text} for one in findings])
    else:
        for one in findings:
            print(f"{'good' if one.good else 'BAD ':<4}  {pad(one.subject, 12)}  {show(one.text, 400)}")
    return 0 if all(one.good for one in findings) else 1
