"""`dispatch backup`, `restore` and `doctor`: keeping the records safe."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from dispatch.commands.opening import common_options, database_path, open_store
from dispatch.commands.standard_input import called, file_named
from dispatch.model.paths import typed_path

if TYPE_CHECKING:
    from dispatch.desk.archive import Found, Manifest


def add_parsers(groups: Any) -> None:
    """Register the commands."""
    backup = groups.add_parser(
        "backup",
        parents=[common_options()],
        help="the whole state in one checked archive, while others go on working",
        description="Writes the database, the files that were handed in, what is typed and not yet saved, and your settings into "
        "one new archive, checks the copy, and prints the head of its audit chain: noted elsewhere, it proves later that nothing "
        "before it was altered. `backup verify FILE` looks whether an archive is whole.",
    )
    backup.add_argument(
        "file",
        nargs="?",
        metavar="FILE",
        help="default: beside the database, named by the time; - writes to standard output; verify: look at ARCHIVE",
    )
    backup.add_argument("archive", nargs="?", metavar="ARCHIVE", help="after verify; - reads standard input")
    backup.add_argument(
        "--rotate",
        type=int,
        metavar="N",
        help="keep the newest N of those beside the database, and take the others away",
    )
    backup.add_argument(
        "--to",
        action="append",
        default=[],
        metavar="KEY",
        help="encrypt to this public key (age1…, ssh-ed25519 …); may be given again (extra encrypt)",
    )
    backup.add_argument("--identity", metavar="FILE", help="with verify: the private key of an encrypted archive")
    backup.set_defaults(run=_backup)

    restore = groups.add_parser(
        "restore",
        parents=[common_options()],
        help="make a working place of a backup, never over one that is there",
        description="Makes the database of a backup available at --db (or DISPATCH_DB), where nothing may be yet, puts beside it "
        "what goes with it, makes sshd's key file anew for this machine, and says what it made.",
    )
    restore.add_argument("file", metavar="BACKUP", help="- reads standard input")
    restore.add_argument("--identity", metavar="FILE", help="the private key of an encrypted archive")
    restore.set_defaults(run=_restore)

    doctor = groups.add_parser(
        "doctor",
        parents=[common_options()],
        help="look at everything about the database that can be looked at",
        description="SQLite, integrity, the audit chain, permissions, file system, space, the clock. Exits 1 if anything is wrong.",
    )
    doctor.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    doctor.add_argument(
        "--clock-is-right",
        action="store_true",
        help="a lead or a dispatcher: this machine's clock is right, although it is far from the last change",
    )
    doctor.set_defaults(run=_doctor)


def _backup(args: argparse.Namespace) -> int:
    from db.safekeeping import rotate
    from dispatch.desk import archive
    from dispatch.desk.refusals import Faulty
    from dispatch.model.instants import stamp
    from dispatch.model.text import show

    if args.file == "verify" and args.archive:
        return _verify(args)
    if args.archive:
        raise Faulty([f"{show(args.archive, 80)}: one FILE is expected; `backup verify FILE` looks at one"])
    if args.rotate is not None and (args.rotate < 1 or args.file):
        raise Faulty(["--rotate: a number from 1, and no FILE, are expected"])
    if args.file == "-" and sys.stdout.isatty():
        raise Faulty(["-: a file or a pipe is expected on standard output, not a terminal"])
    store = open_store(args)
    if args.file == "-":
        with tempfile.TemporaryDirectory(prefix="dispatch-") as scratch:
            manifest = archive.pour(store, sys.stdout.buffer, Path(scratch), args.to)
        _tell(manifest, "standard output", sys.stderr)
    else:
        name = f"{store.path.name}.backup-{stamp(store.clock.now())}.tar{'.age' if args.to else ''}"
        target = typed_path(args.file) if args.file else store.path.with_name(name)
        manifest = archive.write(store, target, args.to)
        _tell(manifest, show(str(target)), sys.stdout)
    if args.rotate is not None:
        gone = rotate(store.path, args.rotate)
        print(f"{len(gone)} older taken away, the newest {args.rotate} kept.")
    return _missing(manifest)


def _tell(manifest: Manifest, where: str, out: TextIO) -> None:
    print(
        f"Copied to {where} and checked: the database and {len(manifest.entries) - 1} files. "
        f"Head of the audit chain: {manifest.head}",
        file=out,
    )


def _missing(manifest: Manifest | None) -> int:
    """Name what was handed in and is not in the archive; returns the exit code."""
    if manifest is None or not manifest.missing:
        return 0
    print(
        f"dispatch: {len(manifest.missing)} files that were handed in are not in it: they were missing or damaged. "
        "`dispatch doctor` names them.",
        file=sys.stderr,
    )
    return 1


def _verify(args: argparse.Namespace) -> int:
    from dispatch.desk import archive
    from dispatch.model.text import show

    with file_named(args.archive, of_any_size=True) as file:
        found = archive.verify(file, typed_path(args.identity) if args.identity else None)
    what = f"and {len(found.manifest.entries) - 1} files" if found.manifest else "without files"
    print(f"{show(called(args.archive))} is whole: the database {what}. Head of the audit chain: {found.head}")
    return _broken(found) or _missing(found.manifest)


def _broken(found: Found) -> int:
    if found.broken_at is None:
        return 0
    print(f"dispatch: Its audit chain is broken at row {found.broken_at}.", file=sys.stderr)
    return 1


def _restore(args: argparse.Namespace) -> int:
    from dispatch.desk import archive
    from dispatch.model.text import show

    target = database_path(args)
    with file_named(args.file, of_any_size=True) as file:
        done = archive.restore(file, target, typed_path(args.identity) if args.identity else None)
    print(f"Made from {show(called(args.file))}. Head of the audit chain: {done.found.head}")
    for made in done.made:
        print(f"  {show(made)}")
    return _broken(done.found)


def _doctor(args: argparse.Namespace) -> int:
    from db.safekeeping import check
    from dispatch.commands.printing import print_json
    from dispatch.desk.server_check import findings_of_the_server
    from dispatch.model.text import pad, show

    store = open_store(args)
    if args.clock_is_right:
        from dispatch.desk.doubtful_clock import confirm
        from dispatch.desk.seat import take_seat

        confirm(take_seat(store, args.login))
    findings = [*check(store), *findings_of_the_server(store)]
    if args.json:
        print_json([{"subject": one.subject, "good": one.good, "text": one.text} for one in findings])
    else:
        for one in findings:
            print(f"{'good' if one.good else 'BAD ':<4}  {pad(one.subject, 12)}  {show(one.text, 400)}")
    return 0 if all(one.good for one in findings) else 1
