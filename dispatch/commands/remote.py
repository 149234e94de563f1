"""`dispatch keys`, `sshd-config`, `sessions`, `seat` and `seat-parent`: technicians over SSH (docs/remote.md)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from dispatch.commands.declared import CommandGroup, acts, alone, by, reads
from dispatch.commands.opening import open_store
from dispatch.commands.options import JSON, Args, Store, User, flag, one_of, option
from dispatch.commands.printing import Answer, listing
from dispatch.commands.standard_input import text_named
from dispatch.lazily import lazily
from dispatch.model.forms import form
from dispatch.model.instants import when_text
from dispatch.model.text import pad

with lazily(__name__):
    from db import sessions, settings
    from dispatch.desk.access import connecting, keyring
    from dispatch.desk.adapters import key_file, sshd_config
    from dispatch.model import keys as public_keys
    from dispatch.model.keys import Key, SshLogin
    from dispatch.remote import entry

_SERVICE = option("--user", "NAME", "the service user (default: the owner of the database)")


@acts(
    "add",
    "let a public key open the session of a member of staff",
    option("--staff", "LOGIN", "whose key it is", required=True),
    option("file", "FILE.pub", "the public key (default: standard input)", nargs="?"),
    flag("--mouse", "the mouse too: some thousand bytes for each of its movements"),
    option("--host", "NAME", "this machine as they reach it (default: its own name)"),
    _SERVICE,
)
def _add(user: User, args: Args) -> Iterator[str]:
    key = keyring.add_key(user, args.staff, text_named(args.file or "-", public_keys.LONGEST), mouse=args.mouse)
    path = key_file.write(user.store)
    yield f"{key.label} {key.fingerprint} opens the session of {key.name} ({key.login})."
    yield f"{path} was made anew."
    yield ""
    usual = connecting.Reached.usually(user.store)
    yield from connecting.words_for(key, connecting.Reached(args.host or usual.host, args.user or usual.user))


@reads("list", "every key, with its fingerprint", JSON)
def _list(store: Store, _: Args) -> Answer:
    zone = settings.firm(store).zone

    def line(key: Key) -> str:
        state = "" if key.revoked_at is None else f"  revoked {when_text(key.revoked_at, zone)}"
        return f"{key.label:<5} {pad(key.login, 16)} {pad(key.name, 24)} {key.fingerprint}{state}"

    return listing(
        sessions.all_keys(store),
        lambda key: form(
            key,
            "key=label login name kind fingerprint added=added_at@ revoked=revoked_at@ mouse",
            zone,
            kind=key.public_key.split()[0],
        ),
        line,
        "No keys yet: dispatch keys add --staff LOGIN FILE.pub",
    )


@acts(
    "revoke",
    "let a key open no session any more; what is open ends",
    one_of(
        option("fingerprint", "FINGERPRINT", "as `keys list` prints it, or K17", nargs="?"),
        option("--staff", "LOGIN", "all keys of a person"),
        needed=True,
    ),
)
def _revoke(user: User, args: Args) -> Iterator[str]:
    revoked = keyring.revoke(user, fingerprint=args.fingerprint or "", login=args.staff or "")
    key_file.write(user.store)
    for key in revoked:
        yield f"{key.label} {key.fingerprint} of {key.name} opens no session any more; what it had open ends."


@reads("export", "print the key file as it should be", flag("--write", "put it in place instead, for sshd to read"))
def _export(store: Store, args: Args) -> str | None:
    if args.write:
        return f"{key_file.write(store)} was made anew."
    sys.stdout.write(key_file.content(store))
    return None


@reads(
    "check",
    "the key file against the database, its permissions, and what sshd makes of it",
    _SERVICE,
    option("--sshd-config", "FILE", "another configuration of sshd than the system's"),
    flag("--no-sshd", "leave sshd out"),
    about="Exits 1 if anything is wrong. What sshd makes of its settings is asked with `sshd -T`, which needs root.",
)
def _check(store: Store, args: Args) -> int:
    drifts = key_file.drift(store)
    faults = [drift.text for drift in drifts]
    if not args.no_sshd:
        config = Path(args.sshd_config) if args.sshd_config else None
        faults += sshd_config.faults(args.user or key_file.owner(store), key_file.path_of(store), config)
    print("\n".join(connecting.verdict(faults)))
    if any(drift.mended for drift in drifts):
        print("`dispatch keys export --write` makes the key file anew.")
    return 1 if faults else 0


@alone(
    "sshd-config",
    "print the block for sshd's configuration",
    option("-o --output", "FILE", "write it there in one step; where that fails, nothing is there"),
    _SERVICE,
    flag("--no-site-tests", "forward nothing at all"),
    about="Prints what goes into a file of /etc/ssh/sshd_config.d, for the sshd of this machine; or writes it.",
)
def _sshd_config(args: Args) -> None:
    try:
        store = open_store(args)
        usual = connecting.Reached.usually(store)
        text = connecting.sshd_block(
            store, connecting.Reached(usual.host, args.user or usual.user, not args.no_site_tests)
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


_end = acts(
    "end",
    "end sessions; each ends within seconds",
    option("session", "SESSION", "the beginning of its id, at least 4 characters", nargs="+"),
)(
    by(
        "access.logins.end_sessions",
        lambda ended: [f"{login.id[:8]} of {login.name} was ended." for login in ended],
        ids="session",
    )
)


@reads(
    "sessions",
    "who sits here over SSH, and ending it",
    flag("--all", "the last 200, ended ones too"),
    JSON,
    deeds=(_end,),
)
def _sessions(store: Store, args: Args) -> Answer:
    zone = settings.firm(store).zone

    def line(login: SshLogin) -> str:
        ended = "" if login.ended_at is None else f"  {login.ended_as} {when_text(login.ended_at, zone)}"
        key, begun, seen = f"K{login.key_id}", when_text(login.started_at, zone), when_text(login.seen_at, zone)
        return f"{login.id[:8]}  {pad(login.login, 16)} {key:<5} since {begun}  last saved {seen}{ended}"

    return listing(
        sessions.recent_sessions(store) if args.all else sessions.open_sessions(store),
        lambda login: form(
            login,
            "session=id login name key started=started_at@ last_saved=seen_at@ ended=ended_at@ ended_as?",
            zone,
            key=f"K{login.key_id}",
        ),
        line,
        "Nobody sits here over SSH.",
    )


@alone(
    "seat",
    "what sshd runs for a key; not for typing",
    option("--key", "K17", "the key that let the person in", required=True),
    option("--db", "FILE", "the database"),
    flag("--mouse", "the mouse too"),
    option("--idle", "MINUTES", "how long nobody may be there (default 60)"),
    about="The forced command of a line in the key file. Everything is checked before anything is imported.",
    common=False,
)
def _user(args: Args) -> int:
    words = ["seat", *(["--db", args.db] if args.db else []), *(["--mouse"] if args.mouse else [])]
    return entry.begin("guard", [*words, *(["--idle", args.idle] if args.idle else []), "--key", args.key])


@alone(
    "seat-parent",
    "begin sessions over SSH quicker; for systemd (docs/remote.md)",
    option("--db", "FILE", "the database (default: the platform's)"),
    flag("--unit", "print a unit for systemd instead"),
    option("--user", "NAME", "the service user, for --unit (default: the owner of the database)"),
    about="Imports the program once and forks a session for each login. Where it is not there, a session begins without it.",
    common=False,
)
def _parent(args: Args) -> int:
    if not args.unit:
        return entry.begin("parent", ["--db", args.db] if args.db else [])
    store = open_store(args)
    program = Path(sys.executable).with_name("dispatch")
    sys.stdout.write(sshd_config.unit(args.user or key_file.owner(store), program, store.path))
    return 0


COMMANDS = (
    CommandGroup("keys", "whose public keys open a session over SSH", (_add, _list, _revoke, _export, _check)),
    _sshd_config,
    _sessions,
    _user,
    _parent,
)
