"""`dispatch outbox …`: messages to clients, and the process that sends them."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from threading import Event

from dispatch.commands.book import deeds_of
from dispatch.commands.declared import CommandGroup, acts, by
from dispatch.commands.options import JSON, Args, User, flag, option
from dispatch.commands.printing import Answer, listing, write_private
from dispatch.desk.session.refusals import Faulty
from dispatch.lazily import lazily
from dispatch.model.messages import About, Fate, Message
from dispatch.model.paths import typed_path

with lazily(__name__):
    from db import heartbeats, messages
    from dispatch.desk.adapters import transports
    from dispatch.desk.delivery import alerting, papers, previews, sending, unasked, unasked_surveys
    from dispatch.desk.messages import alerts, outbox, processes
    from dispatch.desk.texts import client_words

_NUMBER = option("number", "NUMBER", "as the list prints it", type=int)


@acts(
    "list",
    "what is not settled, those in trouble first",
    flag("--all", "also what was sent or dropped; the newest 200"),
    JSON,
)
def _list(user: User, args: Args) -> Answer:
    user.ask_to_read("messages")
    firm = user.firm

    def lines(listed: Sequence[Message]) -> Iterator[str]:
        yield from client_words.message_lines(listed, firm.zone, firm.clock_hours == 24)
        trouble = messages.trouble(user.store, user.now)
        if trouble.words:
            yield f"! {trouble.words}" + (": does `dispatch outbox run` run?" if trouble.overdue else "")

    listed = outbox.outbox(user.store, everything=args.all)
    return Answer(listed, lambda listed: [client_words.message_form(message, firm.zone) for message in listed], lines)


@acts(
    "run",
    "send what is due, and go on until it is ended (SIGTERM)",
    flag("--once", "only what is due now"),
    option("--every", "SECONDS", "how often to look (default 15)", type=float, default=15),
)
def _run(user: User, args: Args) -> int:
    user.ask_to_read("messages")
    if args.every <= 0:
        print("dispatch: --every is a number of seconds above 0", file=sys.stderr)
        return 2
    if args.once:
        became = []
        heartbeats.beat(user.store, processes.OUTBOX, processes.NOW_AND_THEN)
        unasked.put_unasked(user)
        unasked_surveys.put_surveys(user)
        for told in alerting.post_alerts(user):
            print(told.words, flush=True)
            became.append(told.fate)
        for posted in sending.post_due(user, lambda: transports.transport(user.firm)):
            print(sending.posted_words(posted), flush=True)
            became.append(posted.fate)
        return 1 if Fate.FAILED in became or Fate.UNSURE in became else 0
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    sending.run(user, lambda: transports.transport(user.firm), lambda words: print(words, flush=True), args.every, stop)
    return 0


@acts(
    "paper",
    "the paper that a message brings, as it went",
    _NUMBER,
    option("--out", "FILE", "into a file that only you may read; in a folder under its own name"),
    flag("--replace", "write over a file that is there"),
)
def _paper(user: User, args: Args) -> str | None:
    kept = papers.kept_paper(user, args.number)
    folder = args.out is not None and typed_path(args.out).is_dir()
    out = str(typed_path(args.out) / kept.name) if folder else args.out
    sentence = f"{kept.title}: in {out}."
    content = kept.content.decode() if kept.media == "text/html" else kept.content
    return write_private(content, out, sentence, replace=args.replace)


@acts(
    "preview",
    "how messages would read about a visit: to whom, subject and text, in the client's language",
    option("reference", "REFERENCE", "the visit"),
    option("--about", "WHAT", "only this message: " + ", ".join(About), choices=tuple(About)),
    option("--words", "TEXT", "with --about: with these words in place of the firm's"),
    JSON,
    about="Nothing is kept or sent. The words are settings: dispatch settings --message-confirmed TEXT.",
)
def _preview(user: User, args: Args) -> Answer:
    if args.words is not None and args.about is None:
        raise Faulty(["--words: stands with --about"])
    about = None if args.about is None else About(args.about)
    words = {about: args.words} if about is not None and args.words is not None else {}
    shown = [one for one in previews.previews(user, args.reference, words) if about in (None, one.about)]
    return Answer(
        shown,
        lambda shown: [client_words.preview_form(one) for one in shown],
        lambda shown: [line for one in shown for line in client_words.preview_lines(one)],
    )


@acts("told", "what you were told of, the newest first, and what became of the messages to you", JSON)
def _told(user: User, _: Args) -> Answer:
    user.ask_to_read("messages")
    firm = user.firm
    return listing(
        alerts.told_to(user),
        lambda told: client_words.alert_form(told, firm.zone),
        lambda told: told.line(firm.times()),
        "Nothing yet.",
    )


_DEEDS = (
    _list,
    _run,
    _paper,
    _preview,
    acts("retry", "send a message that was given up once more", _NUMBER)(
        by("messages.outbox.retry", "Message {0.id} waits to be sent again.", message_id="number")
    ),
    acts("drop", "do not send a message", _NUMBER)(
        by("messages.outbox.drop", "Message {0.id} is not sent.", message_id="number")
    ),
    acts("test", "send one line to an address of your own, now, to try the settings", option("address", "ADDRESS"))(
        by("delivery.sending.send_test", "Sent to {address}.")
    ),
)
COMMANDS = (
    CommandGroup("outbox", "messages to clients: what waits, what went out, what went wrong", _DEEDS),
    CommandGroup(
        "alerts",
        "what each of the office is told of without looking, and by which ways",
        (*deeds_of("alerts", without=("add", "archive")), _told),
    ),
)
