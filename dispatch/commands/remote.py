"""`dispatch keys`, `sshd-config`, `sessions` and `seat`: technicians over SSH (docs/remote.md)."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch.commands.opening import common_options, open_seat, open_store
from dispatch.model.paths import typed_path

if TYPE_CHECKING:
    from db.store import Store
    from dispatch.model.keys import Session


def add_parsers(groups: Any) -> None:
    """Register the commands."""
    options = common_options()
    group = groups.add_parser("keys", help="whose public keys open a seat over SSH")
    deeds = group.add_subparsers(metavar="DEED", required=True, title="deeds")

    add = deeds.add_parser("add", parents=[options], help="let a public key open the seat of a member of staff")
    add.add_argument("--staff", required=True, metavar="LOGIN", help="whose key it is")
    add.add_argument("file", nargs="?", metavar="FILE.pub", help="the public key (default: standard input)")
    add.add_argument(
        "--mouse", action="store_true", help="the mouse too: some thousand bytes for each of its movements"
    )
    add.add_argument("--host", metavar="NAME", help="this machine as they reach it (default: its own name)")
    add.add_argument("--user", metavar="NAME", help="the service user (default: the owner of the database)")
    add.set_defaults(run=_add)

    listing = deeds.add_parser("list", parents=[options], help="every key, with its fingerprint")
    listing.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    listing.set_defaults(run=_list)

    revoke = deeds.add_parser("revoke", parents=[options], help="let a key open no seat any more; what is open ends")
    which = revoke.add_mutually_exclusive_group(required=True)
    which.add_argument("fingerprint", nargs="?", metavar="FINGERPRINT", help="as `keys list` prints it, or K17")
    which.add_argument("--staff", metavar="LOGIN", help="all keys of a person")
    revoke.set_defaults(run=_revoke)

    export = deeds.add_parser("export", parents=[options], help="print the key file as it should be")
    export.add_argument("--write", action="store_true", help="put it in place instead, for sshd to read")
    export.set_defaults(run=_export)

    check = deeds.add_parser(
        "check",
        parents=[options],
        help="the key file against the database, its permissions, and what sshd makes of it",
        description="Exits 1 if anything is wrong. What sshd makes of its settings is asked with `sshd -T`, which needs root.",
    )
    check.add_argument("--user", metavar="NAME", help="the service user (default: the owner of the database)")
    check.add_argument("--sshd-config", metavar="FILE", help="another configuration of sshd than the system's")
    check.add_argument("--no-sshd", action="store_true", help="leave sshd out")
    check.set_defaults(run=_check)

    config = groups.add_parser(
        "sshd-config",
        parents=[options],
        help="print the block for sshd's configuration",
        description="Prints what goes into a file of /etc/ssh/sshd_config.d, for the sshd of this machine; or writes it.",
    )
    config.add_argument(
        "-o", "--output", metavar="FILE", help="write it there in one step; where that fails, nothing is there"
    )
    config.add_argument("--user", metavar="NAME", help="the service user (default: the owner of the database)")
    config.add_argument("--no-site-tests", action="store_true", help="forward nothing at all")
    config.set_defaults(run=_sshd_config)

    sessions = groups.add_parser("sessions", parents=[options], help="who sits here over SSH, and ending it")
    doing = sessions.add_subparsers(metavar="DEED", title="deeds")
    sessions.add_argument("--all", action="store_true", help="the last 200, ended ones too")
    sessions.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    sessions.set_defaults(run=_sessions)
    end = doing.add_parser("end", parents=[options], help="end sessions; each seat goes within seconds")
    end.add_argument("session", nargs="+", metavar="SESSION", help="the beginning of its id, at least 4 characters")
    end.set_defaults(run=_end)

    seat = groups.add_parser(
        "seat",
        help="what sshd runs for a key; not for typing",
        description="The forced command of a line in the key file. Everything is checked before anything is imported.",
    )
    seat.add_argument("--key", required=True, metavar="K17", help="the key that let the person in")
    seat.add_argument("--db", metavar="FILE", help="the database")
    seat.add_argument("--mouse", action="store_true", help="the mouse too")
    seat.add_argument("--idle", metavar="MINUTES", help="how long nobody may be there (default 60)")
    seat.set_defaults(run=_seat)

    parent = groups.add_parser(
        "seat-parent",
        help="begin seats over SSH quicker; for systemd (docs/remote.md)",
        description="Imports the program once and forks a seat for each login. Where it is not there, a seat begins without it.",
    )
    parent.add_argument("--db", metavar="FILE", help="the database (default: the platform's)")
    parent.add_argument("--unit", action="store_true", help="print a unit for systemd instead")
    parent.add_argument(
        "--user", metavar="NAME", help="the service user, for --unit (default: the owner of the database)"
    )
    parent.set_defaults(run=_seat_parent)


def _add(args: argparse.Namespace) -> int:
    from dispatch.desk import key_file, keyring
    from dispatch.desk.connecting import Reached, words_for
    from dispatch.desk.refusals import Faulty
    from dispatch.model.ssh_keys import LONGEST
    from dispatch.model.text import show

    seat = open_seat(args)
    try:
        if args.file is None or args.file == "-":
            text = sys.stdin.read(LONGEST + 1)
        else:
            with typed_path(args.file).open(encoding="utf-8", errors="replace") as file:
                text = file.read(LONGEST + 1)
    except OSError as error:
        raise Faulty([f"key: {show(args.file)} cannot be read ({error.strerror})"]) from None
    key = keyring.add_key(seat, args.staff, text, mouse=args.mouse)
    path = key_file.write(seat.store)
    print(f"{key.label} {key.fingerprint} opens the seat of {show(key.name)} ({show(key.login)}).")
    print(f"{show(str(path))} was made anew.\n")
    usual = Reached.usually(seat.store)
    print("\n".join(words_for(key, Reached(args.host or usual.host, args.user or usual.user))))
    return 0


def _list(args: argparse.Namespace) -> int:
    from db import keys
    from dispatch.commands.printing import print_json
    from dispatch.model.text import pad

    store = open_store(args)
    zone = _zone(store)
    found = keys.all_keys(store)
    if args.json:
        print_json(
            [
                {
                    "key": key.label,
                    "login": key.login,
                    "name": key.name,
                    "kind": key.public_key.split()[0],
                    "fingerprint": key.fingerprint,
                    "added": _iso(key.added_at, zone),
                    "revoked": _iso(key.revoked_at, zone),
                    "mouse": key.mouse,
                }
                for key in found
            ]
        )
        return 0
    for key in found:
        state = "" if key.live else f"  revoked {_when(key.revoked_at, zone)}"
        print(f"{key.label:<5} {pad(key.login, 16)} {pad(key.name, 24)} {key.fingerprint}{state}")
    if not found:
        print("No keys yet: dispatch keys add --staff LOGIN FILE.pub")
    return 0


def _revoke(args: argparse.Namespace) -> int:
    from dispatch.desk import key_file, keyring
    from dispatch.model.text import show

    seat = open_seat(args)
    for key in keyring.revoke(seat, fingerprint=args.fingerprint or "", login=args.staff or ""):
        print(f"{key.label} {key.fingerprint} of {show(key.name)} opens no seat any more; what it had open ends.")
    key_file.write(seat.store)
    return 0


def _export(args: argparse.Namespace) -> int:
    from dispatch.desk import key_file
    from dispatch.model.text import show

    store = open_store(args)
    if args.write:
        print(f"{show(str(key_file.write(store)))} was made anew.")
    else:
        sys.stdout.write(key_file.content(store))
    return 0


def _check(args: argparse.Namespace) -> int:
    from dispatch.desk import key_file, sshd_config
    from dispatch.desk.connecting import verdict

    store = open_store(args)
    drifts = key_file.drift(store)
    faults = [drift.text for drift in drifts]
    if not args.no_sshd:
        config = Path(args.sshd_config) if args.sshd_config else None
        faults += sshd_config.faults(args.user or key_file.owner(store), key_file.path_of(store), config)
    print("\n".join(verdict(faults)))
    if any(drift.mended for drift in drifts):
        print("`dispatch keys export --write` makes the key file anew.")
    return 1 if faults else 0


def _sshd_config(args: argparse.Namespace) -> int:
    from dispatch.desk import key_file, sshd_config

    try:
        store = open_store(args)
        text = sshd_config.block(
            args.user or key_file.owner(store),
            key_file.path_of(store),
            site_tests=not args.no_site_tests,
            version=sshd_config.version(),
        )
    except Exception:
        if args.output is None and not sys.stdout.isatty():
            # an empty file, or a half one, would be one that sshd takes
            print("dispatch-sshd-config-failed: this is no configuration")
        raise
    if args.output is None:
        sys.stdout.write(text)
    else:
        sshd_config.put(text, Path(args.output))
    return 0


def _sessions(args: argparse.Namespace) -> int:
    from db import sessions
    from dispatch.commands.printing import print_json
    from dispatch.model.text import pad

    store = open_store(args)
    zone = _zone(store)
    found = sessions.recent_sessions(store) if args.all else sessions.open_sessions(store)
    if args.json:
        print_json([_session_form(one, zone) for one in found])
        return 0
    for one in found:
        ended = f"  {one.ended_as} {_when(one.ended_at, zone)}" if one.ended_at is not None else ""
        key = f"K{one.key_id}"
        print(
            f"{one.id[:8]}  {pad(one.login, 16)} {key:<5} since {_when(one.started_at, zone)}  "
            f"last saved {_when(one.seen_at, zone)}{ended}"
        )
    if not found:
        print("Nobody sits here over SSH.")
    return 0


def _session_form(one: Session, zone: str) -> dict[str, Any]:
    return {
        "session": one.id,
        "login": one.login,
        "name": one.name,
        "key": f"K{one.key_id}",
        "started": _iso(one.started_at, zone),
        "last_saved": _iso(one.seen_at, zone),
        "ended": _iso(one.ended_at, zone),
        "ended_as": one.ended_as or None,
    }


def _end(args: argparse.Namespace) -> int:
    from dispatch.desk import seating
    from dispatch.model.text import show

    for one in seating.end_sessions(open_seat(args), args.session):
        print(f"{one.id[:8]} of {show(one.name)} was ended.")
    return 0


def _seat(args: argparse.Namespace) -> int:
    from dispatch.remote.entry import begin

    words = ["seat", *(["--db", args.db] if args.db else []), *(["--mouse"] if args.mouse else [])]
    return begin([*words, *(["--idle", args.idle] if args.idle else []), "--key", args.key])


def _seat_parent(args: argparse.Namespace) -> int:
    from dispatch.remote.entry import begin_parent

    if args.unit:
        from dispatch.desk import key_file, sshd_config

        store = open_store(args)
        program = Path(sys.executable).with_name("dispatch")
        sys.stdout.write(sshd_config.unit(args.user or key_file.owner(store), program, store.path))
        return 0
    return begin_parent(["seat-parent", *(["--db", args.db] if args.db else [])])


def _zone(store: Store) -> str:
    from db import settings

    return settings.firm(store).zone


def _iso(instant: int | None, zone: str) -> str | None:
    from dispatch.model.instants import iso

    return None if instant is None else iso(instant, zone)


def _when(instant: int | None, zone: str) -> str:
    from dispatch.model.instants import clock_text, day_of, day_text

    return "" if instant is None else f"{day_text(day_of(instant, zone))} {clock_text(instant, zone)}"
