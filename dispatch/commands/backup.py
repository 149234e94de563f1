"""`dispatch backup`, `restore`, `doctor` and `audit …`: keeping the records safe, and showing that they are whole."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from dispatch.commands.declared import CommandGroup, alone, reads
from dispatch.commands.opening import database_path, open_store
from dispatch.commands.options import JSON, Args, Store, flag, option
from dispatch.commands.printing import Answer
from dispatch.commands.standard_input import called, file_named
from dispatch.desk.session.refusals import Faulty
from dispatch.lazily import lazily
from dispatch.model.forms import forms
from dispatch.model.instants import parse_iso, stamp
from dispatch.model.paths import typed_path
from dispatch.model.text import count_text, pad, show

with lazily(__name__):
    from db import backups, settings
    from dispatch.desk.access import connecting
    from dispatch.desk.backup import archive, coming_back, copy_words, restoring
    from dispatch.desk.book import holiday_table
    from dispatch.desk.calendars import syncing
    from dispatch.desk.figures import day_sums
    from dispatch.desk.firm import client_languages
    from dispatch.desk.inbox import running as inbox_running
    from dispatch.desk.log import audit_trail
    from dispatch.desk.mending import doubles
    from dispatch.desk.session import user
    from dispatch.desk.texts import audit_words


@alone(
    "backup",
    "the whole state in one checked archive, while others go on working",
    option(
        "file",
        "FILE",
        "default: beside the database, named by the time; - writes to standard output; verify: look at ARCHIVE",
        nargs="?",
    ),
    option("archive", "ARCHIVE", "after verify; - reads standard input", nargs="?"),
    option("--rotate", "N", "keep the newest N of those beside the database, and take the others away", type=int),
    option(
        "--to",
        "KEY",
        "encrypt to this public key (age1…, ssh-ed25519 …); may be given again (extra encrypt)",
        action="append",
        default=[],
    ),
    option("--identity", "FILE", "with verify: the private key of an encrypted archive"),
    about="Writes the database, the files that were handed in, what is typed and not yet saved, templates of papers "
    "and your settings into "
    "one new archive, checks the copy, and prints the head of its audit chain: noted elsewhere, it proves later that nothing "
    "before it was altered. `backup verify FILE` looks whether an archive is whole.",
)
def _backup(args: Args) -> int:
    if args.file == "verify" and args.archive:
        return _verify_archive(args)
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
        where, out = "standard output", sys.stderr
    else:
        name = f"{store.path.name}.backup-{stamp(store.clock.now())}.tar{'.age' if args.to else ''}"
        target = typed_path(args.file) if args.file else store.path.with_name(name)
        manifest = archive.write(store, target, args.to)
        where, out = show(str(target)), sys.stdout
    print(
        f"Copied to {where} and checked: the database and {count_text(len(manifest.entries) - 1, 'file')}. "
        f"Head of the audit chain: {manifest.head}",
        file=out,
    )
    if args.rotate is not None:
        gone = backups.rotate(store.path, args.rotate)
        print(f"{len(gone)} older taken away, the newest {args.rotate} kept.")
    return _missing(manifest)


def _missing(manifest: archive.Manifest | None) -> int:
    """Name what was handed in and is not in the archive; returns the exit code."""
    if manifest is None or not manifest.missing:
        return 0
    print(
        f"dispatch: {count_text(len(manifest.missing), 'file')} handed in, missing or damaged, not in it. "
        "`dispatch doctor` names them.",
        file=sys.stderr,
    )
    return 1


def _verify_archive(args: Args) -> int:
    with file_named(args.archive, of_any_size=True) as file:
        backup = restoring.verify(file, typed_path(args.identity) if args.identity else None)
    what = f"and {count_text(len(backup.manifest.entries) - 1, 'file')}" if backup.manifest else "without files"
    print(f"{show(called(args.archive))} is whole: the database {what}. Head of the audit chain: {backup.head}")
    return _broken(backup) or _missing(backup.manifest)


def _broken(backup: restoring.FoundBackup) -> int:
    if backup.broken_at is None:
        return 0
    print(f"dispatch: Its audit chain is broken at row {backup.broken_at}.", file=sys.stderr)
    return 1


@alone(
    "restore",
    "make a working place of a backup, never over one that is there",
    option("file", "BACKUP", "- reads standard input", nargs="?"),
    option("--from-replica", "TARGET", "of the copy that `dispatch replicate` keeps there, instead of a BACKUP"),
    option("--at", "INSTANT", "with --from-replica: as it was then, 2026-11-24T07:30:00-05:00 (default: the newest)"),
    option("--identity", "FILE", "the private key of an encrypted archive or copy"),
    about="Makes the database of a backup available at --db (or DISPATCH_DB), where nothing may be yet, puts beside it "
    "what goes with it, makes sshd's key file anew for this machine, and says what it made.",
)
def _restore(args: Args) -> int:
    target = database_path(args)
    if (args.file is None) == (args.from_replica is None) or (args.at and args.file):
        raise Faulty(["a BACKUP, or --from-replica TARGET (with --at INSTANT), is expected"])
    if args.from_replica is not None:
        return _bring_back(args, target)
    with file_named(args.file, of_any_size=True) as file:
        done = restoring.restore(file, target, typed_path(args.identity) if args.identity else None)
    print(f"Made from {show(called(args.file))}. Head of the audit chain: {done.found.head}")
    for made in done.made:
        print(f"  {show(made)}")
    return _broken(done.found)


def _bring_back(args: Args, target: Path) -> int:
    identity = typed_path(args.identity) if args.identity else None
    at = None
    if args.at:
        try:
            at = parse_iso(args.at)
        except ValueError:
            raise Faulty(["--at: an instant with its offset is expected, 2026-11-24T07:30:00-05:00"]) from None
    done = coming_back.restore(args.from_replica, target, identity=identity, at=at)
    print(f"Made from {show(args.from_replica)}. Head of the audit chain: {done.found.head}")
    for made in done.made:
        print(f"  {show(made)}")
    print("It is a copy and saves nothing. To work with it, promote it: dispatch promote")
    return 1 if any(made.startswith("MISSING") for made in done.made) else 0


@reads(
    "doctor",
    "look at everything about the database that can be looked at",
    JSON,
    flag(
        "--clock-is-right",
        "a lead or a dispatcher: this machine's clock is right, although it is far from the last change",
    ),
    about="SQLite, integrity, the audit chain, permissions, file system, space, the clock. Exits 1 if anything is wrong.",
)
def _doctor(store: Store, args: Args) -> Answer:
    if args.clock_is_right:
        user.confirm_clock(user.log_in(store, args.login))
    findings = [
        *backups.check(store),
        *connecting.findings_of_the_server(store),
        *syncing.findings(store),
        *inbox_running.findings(store),
        *copy_words.findings(store),
        holiday_table.finding(store),
        *filter(None, [client_languages.finding(store)]),
        day_sums.finding(store),
    ]
    if found := doubles.doubles(store):
        text = "; ".join(f"{one.kind}s {one.names}" for one in found[:5])
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        findings.append(
            backups.CheckResult("doubles", True, f"probably there twice, to be merged or left: {text}{more}")
        )
    return Answer(
        findings,
        lambda findings: forms(findings, "subject good text"),
        lambda findings: [
            f"{'good' if each.good else 'BAD ':<4}  {pad(each.subject, 12)}  {each.text}" for each in findings
        ],
        0 if all(finding.good for finding in findings) else 1,
    )


@reads(
    "show",
    "what was done, the newest first",
    option("--visit", "REFERENCE", "only of this visit"),
    option("--who", "LOGIN", "only what this login did"),
    option("--since", "DAY", "from this day on: 2026-11-24, yesterday, -7"),
    option("--until", "DAY", "up to this day, included"),
    option("--deed", "WORD", "only deeds that hold this word: override, close, undo"),
    option("--limit", "N", "so many at most (default 200)", type=int, default=200),
    JSON,
    about="Every change with who made it, when and from where. The newest first.",
)
def _show(store: Store, args: Args) -> Answer:
    firm = settings.firm(store)
    narrowing = {name: getattr(args, name) for name in ("visit", "who", "since", "until", "deed", "limit")}
    return Answer(
        audit_trail.trail(store, **narrowing),
        lambda rows: audit_words.trail_form(rows, firm.zone),
        lambda rows: audit_words.trail_lines(rows, firm.zone, firm.clock_hours == 24),
    )


@reads(
    "verify",
    "compute the chain again, and compare it with a head that was written down",
    option("--head", "HEAD", "from a report (3f2a9c0012345678@1234) or a backup (64 signs)", default=""),
    JSON,
    about="Exits 1 and names the first row that is not what was written. With --head it says too whether the "
    "database still has the row that a report or a backup named. What this proves and what it cannot: docs/operating.md.",
)
def _verify(store: Store, args: Args) -> Answer:
    verdict = audit_trail.verify(store, args.head)
    return Answer(verdict, audit_words.verdict_form, audit_words.verdict_lines, 0 if verdict.good else 1)


COMMANDS = (
    _backup,
    _restore,
    _doctor,
    CommandGroup("audit", "who did what and when; whether the chain of it holds", (_show, _verify)),
)
