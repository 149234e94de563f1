"""`dispatch outbox …`: messages to clients, and the process that sends them."""

from __future__ import annotations

import argparse
from typing import Any

from dispatch.commands.opening import common_options, deeds_on, open_seat


def add_parsers(groups: Any) -> None:
    """Register the group."""
    deeds = groups.add_parser(
        "outbox", help="messages to clients: what waits, what went out, what went wrong"
    ).add_subparsers(metavar="DEED", required=True, title="deeds")
    options = common_options()

    deed = deeds_on(deeds, options)

    listing = deed("list", _list, "what is not settled, those in trouble first")
    listing.add_argument("--all", action="store_true", help="also what was sent or dropped; the newest 200")
    listing.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    running = deed("run", _run, "send what is due, and go on until it is ended (SIGTERM)")
    running.add_argument("--once", action="store_true", help="only what is due now")
    running.add_argument("--every", type=float, default=15, metavar="SECONDS", help="how often to look (default 15)")
    for name, run, text in (
        ("retry", _retry, "send a message that was given up once more"),
        ("drop", _drop, "do not send a message"),
    ):
        deed(name, run, text).add_argument("number", type=int, metavar="NUMBER", help="as the list prints it")
    test = deed("test", _test, "send one line to an address of your own, now, to try the settings")
    test.add_argument("address", metavar="ADDRESS")


def _list(args: argparse.Namespace) -> int:
    from db import messages
    from dispatch.commands.printing import print_json
    from dispatch.desk.outbox import message_form, message_lines, outbox
    from dispatch.desk.posting import may_see

    seat = open_seat(args)
    may_see(seat)
    firm = seat.firm
    found = outbox(seat.store, everything=args.all)
    if args.json:
        print_json([message_form(one, firm.zone) for one in found])
        return 0
    print("\n".join(message_lines(found, firm.zone, firm.clock_hours == 24)))
    trouble = messages.trouble(seat.store, seat.now)
    if trouble.words:
        print(f"! {trouble.words}" + (": does `dispatch outbox run` run?" if trouble.overdue else ""))
    return 0


def _run(args: argparse.Namespace) -> int:
    import signal
    import sys
    from threading import Event

    from dispatch.desk.couriers import courier
    from dispatch.desk.posting import may_see, post_due, posted_words, run
    from dispatch.model.messages import Fate

    seat = open_seat(args)
    may_see(seat)
    if args.every <= 0:
        print("dispatch: --every is a number of seconds above 0", file=sys.stderr)
        return 2
    if args.once:
        became = []
        for posted in post_due(seat, lambda: courier(seat.firm)):
            print(posted_words(posted), flush=True)
            became.append(posted.fate)
        return 1 if Fate.FAILED in became or Fate.UNSURE in became else 0
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(seat, lambda: courier(seat.firm), lambda words: print(words, flush=True), args.every, stop)
    return 0


def _retry(args: argparse.Namespace) -> int:
    from dispatch.desk.outbox import retry

    one = retry(open_seat(args), args.number)
    print(f"Message {one.id} waits to be sent again.")
    return 0


def _drop(args: argparse.Namespace) -> int:
    from dispatch.desk.outbox import drop

    one = drop(open_seat(args), args.number)
    print(f"Message {one.id} is not sent.")
    return 0


def _test(args: argparse.Namespace) -> int:
    from dispatch.desk.posting import send_test
    from dispatch.model.text import show

    send_test(open_seat(args), args.address)
    print(f"Sent to {show(args.address)}.")
    return 0
