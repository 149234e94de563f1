"""`dispatch visit depart` to `close` and `reopen`: a visit walked through on site."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dispatch.commands import exits, probing
from dispatch.commands.declared import STANDS, alone, by, on_visit, stands
from dispatch.commands.opening import user_of
from dispatch.commands.options import JSON, REASON, REFERENCE, Args, Option, Store, User, flag, one_of, option
from dispatch.commands.printing import Answer, Result
from dispatch.commands.standard_input import file_named
from dispatch.commands.typed import day, day_typed, minutes, moment_there
from dispatch.desk.session.refusals import Faulty, GatesUnmet, Refusal
from dispatch.lazily import lazily
from dispatch.model.checklists import Asks, Item, ItemKind
from dispatch.model.checklists import Result as Outcome
from dispatch.model.instants import when_text
from dispatch.model.paths import typed_path
from dispatch.model.text import show

with lazily(__name__):
    from dispatch.closeout import recording
    from dispatch.commands import forms
    from dispatch.desk.closeout import evidence, leaving, onsite
    from dispatch.desk.log import visit_page
    from dispatch.desk.session import private_file
    from dispatch.desk.texts import record_words, visit_words
    from dispatch.desk.visits import handed_in, pictures
    from dispatch.model.visits import Visit
    from widgets.terminal import picture

_ITEM = option("item", "ITEM")
_TEXT = option("text")
_WHOM = option("--technician", "NAME", "for whom, where a lead records it")
_LEFT_AT = option("--left-at", "WHEN", "when they really left, where the check-out was forgotten", reads=moment_there)


@on_visit(
    "attach",
    "hand in photographs or other files for a checklist item, each up to 20 MB: all of them or none",
    _ITEM,
    option("file", "FILE", "- reads standard input", nargs="+"),
    option("--name", None, "what a single file is called (default: its own name)", default=""),
)
def _attach(user: User, args: Args) -> Iterator[str]:
    if len(args.file) > 1 and args.name:
        raise Faulty(["--name: goes with one file"])
    with contextlib.ExitStack() as stack:
        sources = []
        for file in args.file:
            name = args.name or ("" if file == "-" else Path(file).name)
            if not name:
                raise Faulty(["--name: what the file is called, where it comes on standard input"])
            try:
                path = stack.enter_context(file_named(file))
                sources.append((name, stack.enter_context(path.open("rb"))))
            except OSError as error:
                raise Faulty([f"file: {show(file)} cannot be read ({error.strerror})"]) from None
        kept = evidence.attach_all(user, args.reference, args.item, sources)
    for one in kept:
        yield f"{one.name} ({one.size:,} bytes) is kept with {args.reference} {one.item}, no. {one.id}."


_FILE = option("file", "NAME", "what it is called, or its number")


@on_visit(
    "file",
    "the photographs and files of a visit, or one of them: `dispatch visit file R4036 rack.jpg > rack.jpg`",
    option("file", "NAME", "what it is called, or its number; without it they are listed", nargs="?"),
    option("--out", "FILE", "copy it into this file, which only you may read"),
    flag("--replace", "write over a file that is there"),
    flag("--open", "open it in this machine's viewer: a picture or a PDF"),
    flag("--draw", "draw it in this terminal: a picture (extra `pictures`)"),
    JSON,
)
def _file(user: User, args: Args) -> Result:
    if args.file is None:
        return _files(user, args.reference)
    if args.open:
        return f"{handed_in.look_at(user, args.reference, args.file).name} is opened."
    if args.draw:
        if not sys.stdout.isatty():
            raise Refusal("--draw needs a terminal: --out FILE copies it.")
        file, data = pictures.picture(user, args.reference, args.file)
        if trouble := picture.draw(data):
            raise Refusal(f"{show(file.name)}: {trouble}.")
        return file.name
    if args.out not in (None, "-"):
        try:
            file = handed_in.copy_out(user, args.reference, args.file, typed_path(args.out), replace=args.replace)
        except private_file.FileThere as there:
            raise Refusal(f"{there} --replace writes over it.") from None
        return f"{file.name} is in {args.out}, which only you may read."
    file, data = handed_in.content(user, args.reference, args.file)
    if sys.stdout.isatty():
        raise Refusal(f"{show(file.name)} is not for a terminal: `> FILE`, --out FILE, --open or --draw.")
    sys.stdout.buffer.write(data)
    return None


def _files(user: User, reference: str) -> Answer:
    user.ask_to_read_visit(reference)
    page = visit_page.visit_page(user.store, reference)
    return Answer(
        page,
        forms.files_form,
        lambda page: [line.text.strip() for line in record_words.file_lines(page)] or ["No files."],
    )


def _settled(name: str, outcome: Outcome, text: str, metavar: str | None = None) -> Option:
    """An option that says how an item was settled; where a value follows, in these words."""
    how: dict[str, Any] = {"type": lambda words: (outcome, words)}
    if metavar is None:
        how = {"action": "store_const", "const": (outcome, None)}
    return option(name, metavar, text, dest="settled", **how)


@alone(
    "record",
    "record a result on a checklist item",
    REFERENCE,
    option("item", "ITEM", "A1 … L4, W1.2, T4.mail, L1.1", nargs="?"),
    one_of(
        _settled("--done", Outcome.DONE, "done, confirmed; a named thing: done now"),
        _settled("--not-done", Outcome.NOT_DONE, "a requested item that was not done", "WHY"),
        _settled("--answer", Outcome.ANSWERED, "what the client said", "TEXT"),
        _settled("--pass", Outcome.PASS, "the test passed"),
        _settled("--fail", Outcome.FAIL, "the test failed"),
        _settled("--na", Outcome.NA, "not applicable, and why", "REASON"),
        option("--value", "VALUE", "a measured value; the test passed, if it is within bounds"),
        flag("--run", "run the item's test now", dest="ran"),
        option("--probe-result", "FILE", "what `dispatch probe` printed on your laptop; - reads it"),
        option("--follow-up", "DAY", "a named thing: a follow-up visit is booked, wanted on that day"),
        _settled("--declined", Outcome.DECLINED, "a named thing: declined, in the client's words", "WORDS"),
        _settled("--override", Outcome.OVERRIDDEN, "lead only: settle the item without a result", "REASON"),
        needed=True,
    ),
    option("--evidence", "TEXT", "what was seen, at least 10 characters for a test", default=""),
    option("--minutes", None, "length of a follow-up visit (default 60)", type=minutes, default=60),
    *probing.RUNNING,
)
def _record(args: Args) -> Result:
    if args.probe_result is None and args.item is None:
        raise Refusal("Say which item: T3, for example.")
    if args.ran:
        return probing.run_items(args, [args.item])
    user = user_of(args)
    if args.probe_result is not None:
        return probing.bring(user, args)
    follow_up_on = day_typed(user.store, args.follow_up) if args.follow_up is not None else None
    outcome, words = args.settled or (Outcome.PASS if args.follow_up is None else Outcome.FOLLOW_UP, None)
    text = args.evidence if words is None else words
    recorded = onsite.record(
        user,
        args.reference,
        args.item,
        recording.Recording(result=outcome, text=text, value=args.value),
        follow_up_on=follow_up_on,
        follow_up_minutes=args.minutes,
    )
    word, item = (recorded.result or outcome).label, f"{recorded.visit.reference} {recorded.ref}"
    said = f"{item} is not settled: {recorded.unsettled}. It is kept: {word}." if recorded.unsettled else ""
    return [said or f"{item} saved: {word}.", *(f"  {line}" for line in recorded.notes)]


def _day_done(visit: Visit) -> str:
    """How a visit goes on after one of its days."""
    done = f"{visit.reference} {visit.client}: day {visit.next_day - 1} of {visit.days} is done."
    if visit.starts_at is None:
        return f"{done} The next one has no place yet: it is in the queue."
    return f"{done} It goes on {when_text(visit.starts_at, visit.zone)} with {', '.join(visit.crew)}."


@on_visit("close", "close the visit: refused, with every reason, until all gates hold (exit 3)", _LEFT_AT)
def _close(user: User, args: Args) -> Result:
    try:
        visit = leaving.close(user, args.reference, left_at=args.left_at)
    except GatesUnmet as refused:
        return _not_yet(user.store, args.reference, refused.headline)
    return [stands(visit), f"  {visit_words.charge_line(user.store, visit)}"]


def _not_yet(store: Store, reference: str, headline: str) -> int:
    """Say what keeps a visit from being closed, each with what a command calls it, and how it is recorded."""
    page = visit_page.visit_page(store, reference)
    missing = {gate.ref for gate in page.unmet}
    ways = _way_lines(page.visit.reference, [item for item in page.checklist.items if item.ref in missing])
    reasons = [f"  {show(gate.ref)} {show(gate.text)}".rstrip() for gate in page.unmet]
    print(show(headline), *reasons, *ways, sep="\n", file=sys.stderr)
    return exits.GATES


def _way_lines(reference: str, items: Iterable[Item]) -> list[str]:
    """How what is still missing is recorded by command: each way with the first item that it serves, and all of them behind it."""
    served: dict[str, list[str]] = {}
    for item in items:
        served.setdefault(_way(item), []).append(show(item.ref))
    lines = []
    for way, refs in served.items():
        command = way.format(visit=show(reference), item=refs[0])
        lines.append(f"  dispatch visit {command}" + (f"   ({', '.join(refs)})" if len(refs) > 1 else ""))
    return ["By command:", *lines] if lines else []


def _way(item: Item) -> str:
    if item.kind is ItemKind.SIGN_OFF:
        return "sign-off {visit} --name NAME --satisfied yes"
    if item.kind is ItemKind.NAMED:
        return "record {visit} {item} --done, --follow-up DAY or --declined WORDS"
    if item.kind is ItemKind.TEST:
        return _TESTED[item.asks]
    if item.kind is ItemKind.ASK:
        return "record {visit} {item} --answer TEXT"
    if item.ref == "W2":
        return "work {visit} TEXT"
    return "record {visit} {item} --done" + (" or --not-done WHY" if item.ref.startswith("W1.") else "")


_TESTED = {
    Asks.EXECUTED: "record {visit} {item} --run, or ask-permission {visit} {item}",
    Asks.MEASURED: "record {visit} {item} --value VALUE, or ask-permission {visit} {item}",
    Asks.ANY: "record {visit} {item} --pass --evidence TEXT",
    Asks.NO_WAY_IN: "attach {visit} {item} FILE, or ask-permission {visit} {item}; then "
    "record {visit} {item} --pass --evidence TEXT",
}


@on_visit(
    "leave",
    "lead: leave the visit open, with a follow-up visit for the same technician",
    _LEFT_AT,
    REASON,
    option("--follow-up", "DAY", "when the follow-up is wanted (default: the next day)", reads=day),
    option("--none-wanted", "WORDS", "the client's own words that they want no follow-up"),
    option("--said-by", "NAME", "who said so, with --none-wanted", default=""),
    option("--minutes", None, "its length (default: as this visit)", type=minutes),
    flag("--our-fault", "the cause is our own failure: the follow-up is not charged"),
)
def _leave(user: User, args: Args) -> Iterator[str]:
    visit, follow_up = leaving.leave(
        user,
        args.reference,
        args.reason,
        follow_up_on=args.follow_up,
        minutes=args.minutes,
        our_fault=args.our_fault,
        left_at=args.left_at,
        none_wanted=None if args.none_wanted is None else leaving.NoneWanted(args.said_by, args.none_wanted),
    )
    yield stands(visit)
    if follow_up is None:
        yield f"  no follow-up: {args.said_by} said “{args.none_wanted}”"
    else:
        yield f"  follow-up {follow_up.reference} for {follow_up.preferred}, wanted {follow_up.wanted_on}"


@on_visit(
    "abort",
    "we end it before work was done; its request goes back into the queue",
    REASON,
    option("--not-again", "WHY", "dispatcher or lead: why the request does not go back", default=""),
)
def _abort(user: User, args: Args) -> Iterator[str]:
    visit = leaving.abort(user, args.reference, args.reason, not_again=args.not_again)
    yield stands(visit)
    if not args.not_again:
        yield f"  its request is in the queue as {visit_page.visit_page(user.store, visit.reference).follow_ups[-1].reference}"


def _reopened(reopened: Any) -> Iterator[str]:
    visit, withdrawn = reopened
    yield stands(visit)
    for request in withdrawn:
        yield f"  {request.reference}, its request in the queue, is withdrawn"


DEEDS = (
    on_visit("depart", "set out: en route", _WHOM)(by("closeout.arriving.depart", STANDS)),
    on_visit(
        "arrive",
        "check in at the site; on a re-opened visit: you went back",
        one_of(
            option("--early-agreed-by", "NAME", "who agreed to begin before the appointment", default=""),
            flag("--early-not-agreed", "nobody did: the time before the appointment is not charged"),
        ),
        _WHOM,
    )(by("closeout.arriving.arrive", STANDS)),
    _attach,
    _file,
    on_visit("remove-file", "lead: take out a file that was handed in; its trace stays", _FILE, REASON)(
        by("closeout.evidence.remove", "{0.name} is taken out of {reference} {0.item}.", name="file")
    ),
    on_visit("work", "note what was changed; tests must pass again after it", _TEXT)(
        by("closeout.onsite.work", STANDS)
    ),
    on_visit("ask", "the client asks for something more: another item of work", _TEXT)(
        by("closeout.onsite.ask", STANDS)
    ),
    _record,
    on_visit(
        "sign-off",
        "the client's sign-off: the last item",
        option("--name", required=True),
        option("--satisfied", required=True, choices=["yes", "no"], reads=lambda _, word, __: word == "yes"),
        option("--words", default=""),
    )(by("closeout.onsite.sign_off", STANDS)),
    on_visit(
        "end-day",
        "be done for today with a visit of several days: it goes on with its next day, and no gate is asked",
        _LEFT_AT,
        option("--another", "REASON", "lead, on its last day: why it takes one day more", default=""),
    )(by("closeout.leaving.end_day", _day_done)),
    _close,
    _leave,
    on_visit(
        "no-access",
        "nobody let us in",
        option("--called", "WHO", "whom you called", required=True),
        option("--reason", default=""),
    )(by("closeout.leaving.no_access", STANDS)),
    _abort,
    on_visit("reopen", "lead: take an ended visit back to on site", REASON)(by("closeout.leaving.reopen", _reopened)),
)
