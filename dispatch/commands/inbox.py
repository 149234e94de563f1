"""`dispatch inbox …`: mails that come in, and the process that reads them."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from threading import Event

from dispatch.commands.declared import CommandGroup, acts, by
from dispatch.commands.options import JSON, Args, Option, User, flag, option, options_of, typed
from dispatch.commands.printing import Answer
from dispatch.commands.requested import requested
from dispatch.lazily import lazily
from dispatch.model.mail import Mail
from dispatch.model.paths import typed_path
from dispatch.model.text import show

with lazily(__name__):
    from db import mails
    from dispatch.desk.adapters import imap_server
    from dispatch.desk.inbox import deciding, running
    from dispatch.desk.texts import mail_words

_NUMBER = option("number", "NUMBER", "as the list prints it", type=int)


@acts(
    "list",
    "what somebody has to look at, the oldest first",
    flag("--all", "also what is settled; the newest 200"),
    JSON,
)
def _list(user: User, args: Args) -> Answer:
    user.ask_to_read("messages")
    times = user.firm.times()

    def lines(listed: Sequence[Mail]) -> Iterator[str]:
        yield from mail_words.mail_lines(listed, times)
        if not listed:
            yield "Nothing waits."

    listed = deciding.inbox(user.store, everything=args.all)
    return Answer(listed, lambda listed: [mail_words.mail_form(mail, times.zone) for mail in listed], lines)


@acts("show", "one mail: what it says, its files, what became of it", _NUMBER, JSON)
def _show(user: User, args: Args) -> Answer:
    user.ask_to_read("messages")
    times = user.firm.times()
    mail = deciding.find_mail(user.store, args.number)
    return Answer(
        mail, lambda mail: mail_words.mail_form(mail, times.zone), lambda mail: mail_words.page_lines(mail, times)
    )


@acts(
    "run",
    "read what lies on the server, and go on until it is ended (SIGTERM)",
    flag("--once", "only what lies there now"),
    option("--every", "SECONDS", "how often to look (default 60)", type=float, default=60),
)
def _run(user: User, args: Args) -> int:
    user.ask_to_read("messages")
    if args.every <= 0:
        print("dispatch: --every is a number of seconds above 0", file=sys.stderr)
        return 2
    if args.once:
        try:
            for words in running.read_all(user):
                print(words, flush=True)
        except imap_server.MailNotReached as fault:
            print(f"dispatch: {show(str(fault))}", file=sys.stderr)
            return 1
        return 0
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    running.run(user, lambda words: print(words, flush=True), args.every, stop)
    return 0


def _asked() -> tuple[Option, ...]:
    from dispatch.records.requests import REQUEST

    return options_of(field for field in REQUEST.typed if field.name not in ("came_by", "emergency"))


@acts(
    "take",
    "make a request of a mail, answered with its reference; or put it to a visit",
    _NUMBER,
    option("--visit", "REFERENCE", "it is a word on this visit, no request"),
    _asked,
    JSON,
    about="What is not said is as the mail has it: its client where the sender is known, its subject, its text.",
)
def _take(user: User, args: Args) -> Answer:
    if args.visit is not None:
        visit = deciding.note(user, args.number, args.visit)
        return requested(
            user.store, visit, lambda visit: [f"Mail {args.number} is at {visit.reference}, {visit.client}."]
        )
    return requested(user.store, deciding.take(user, args.number, typed(args)))


@acts(
    "file",
    "a file of a mail, as it came; it is never opened here",
    _NUMBER,
    option("name", "NAME", "as the mail calls it, or its number"),
    option("--out", "FILE", "into a file that only you may read; in a folder under its own name", required=True),
    flag("--replace", "write over a file that is there"),
)
def _file(user: User, args: Args) -> str:
    path = typed_path(args.out)
    if path.is_dir():
        mail = mails.mail(user.store, args.number)
        named = [one.name for one in mail.files if args.name in (one.name, str(one.id))] if mail is not None else []
        path = path / (named[0].lstrip(".") if named else args.name)
    file = deciding.copy_out(user, args.number, args.name, path, replace=args.replace)
    return f"{file.name}: in {path}."


_DEEDS = (
    _list,
    _show,
    _run,
    _take,
    _file,
    acts("refuse", "put a mail aside that is nothing for us", _NUMBER, option("--reason", "TEXT", "why", default=""))(
        by("inbox.deciding.refuse", "Mail {0.id} is put aside.", mail_id="number")
    ),
    acts(
        "done",
        "the call that a mail asks for was made",
        _NUMBER,
        option("--words", "TEXT", "what was said", default=""),
    )(by("inbox.deciding.done", "Mail {0.id} is looked after.", mail_id="number")),
    acts("test", "look whether the mailbox can be read, now; nothing in it is touched")(by("inbox.running.try_out")),
)
COMMANDS = (
    CommandGroup("inbox", "mails from clients: what waits, what became a request, the process that reads them", _DEEDS),
)
