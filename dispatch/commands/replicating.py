"""`dispatch replicate` and `promote`: a copy elsewhere that is seconds old, and the second machine made of it."""

from __future__ import annotations

import signal
from threading import Event

from dispatch.commands.declared import acts, alone
from dispatch.commands.opening import open_store, user_of
from dispatch.commands.options import JSON, Args, User, flag, option
from dispatch.commands.printing import Answer, Result
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.lazily import lazily
from dispatch.model.paths import typed_path
from dispatch.model.text import pad

with lazily(__name__):
    from dispatch.desk.backup import coming_back, copy_words, elsewhere, following, promoting, setting_up


@alone(
    "replicate",
    "keep a copy elsewhere that is seconds old (extra replica)",
    option(
        "target",
        "TARGET",
        "a folder, sftp://user@host/folder or s3://bucket/folder?endpoint=https://…; or run, look, verify, status, stop",
    ),
    option(
        "--to",
        "KEY",
        "encrypt to this public key (age1…, ssh-ed25519 …); may be given again (extra encrypt)",
        action="append",
        default=[],
    ),
    option("--identity", "FILE", "with verify: the private key of an encrypted copy"),
    flag("--once", "with run: carry what is there now, and end"),
    JSON,
    about="`replicate TARGET` lets a copy of everything be kept there: it writes the configuration of Litestream and a unit "
    "of systemd. `run` keeps it until it is ended (SIGTERM), `look` sees once whether this machine is still first, `verify` "
    "brings the copy back for a moment and looks whether it is whole, `status` says how old it is, `stop` ends it. Keys of "
    "the place: docs/operating.md.",
)
def _replicate(args: Args) -> Result:
    if args.to and args.target in ("run", "look", "verify", "status", "stop"):
        raise Faulty(["--to: goes with a TARGET"])
    if args.identity and args.target != "verify":
        raise Faulty(["--identity: goes with verify"])
    if args.once and args.target != "run":
        raise Faulty(["--once: goes with run"])
    if args.target == "run":
        return _run(args)
    if args.target == "look":
        return following.look(open_store(args))
    if args.target == "verify":
        return coming_back.verify(open_store(args), typed_path(args.identity) if args.identity else None)
    if args.target == "status":
        return _status(args)
    if args.target == "stop":
        return setting_up.stop(user_of(args))
    return setting_up.set_up(user_of(args), args.target, args.to)


def _run(args: Args) -> int:
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    well = following.run(open_store(args), lambda words: print(words, flush=True), stop, once=args.once)
    # another machine is first: systemd is not to begin it anew
    return 0 if well or not args.once else 1


def _status(args: Args) -> Answer:
    store = open_store(args)
    status = elsewhere.status(store)
    if status is None:
        raise Refusal(elsewhere.NONE)
    return Answer(
        status,
        lambda status: copy_words.status_form(store, status),
        lambda status: (f"{pad(name, 14)}  {text}" for name, text in copy_words.told(store, status)),
    )


@acts(
    "promote",
    "let the machine of a restored copy be the first one",
    flag("--although-alive", "also where the first machine seems to be at work"),
    flag(
        "--without-replica",
        "where the place of the copy is gone for good: nothing then keeps the other machine from saving",
    ),
    about="After `restore --from-replica`: raises the generation there and in the database. Of two that are promoted one wins; "
    "the machine before it saves nothing more once it looks there.",
)
def _promote(user: User, args: Args) -> str:
    return promoting.promote(user, although_alive=args.although_alive, without_place=args.without_replica)


COMMANDS = (_replicate, _promote)
