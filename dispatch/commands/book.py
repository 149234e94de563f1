"""`dispatch client|site|target|technician|absence …`: the firm's book; `dispatch staff` has its edit and archive from here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from dispatch.commands.declared import Command, CommandGroup, acts, alone, reads
from dispatch.commands.locating import locate
from dispatch.commands.opening import open_store, user_of
from dispatch.commands.options import JSON, Args, Option, Store, User, flag, one_of, option, options_of, typed
from dispatch.commands.printing import Answer, listing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.session.refusals import NotAllowed
from dispatch.lazily import lazily
from dispatch.model.forms import forms
from dispatch.model.instants import day_text, when_text
from dispatch.model.states import Role
from dispatch.model.text import pad, show

with lazily(__name__):
    from dispatch.desk.book import editing, recurring
    from dispatch.desk.care import client_page as pages
    from dispatch.desk.plan import absences
    from dispatch.desk.texts import client_words
    from dispatch.model.visits import Visit

_HELP = {
    "client": "clients, their contacts and their page",
    "site": "where the work is done",
    "target": "what may be tested at a site, and what its checklists call it",
    "recurrence": "visits that recur by a rule, made ahead",
    "technician": "who drives to visits",
    "absence": "when a technician does not work",
}


@alone(
    "settings",
    "what the firm has set for itself",
    *options_of(RECORD_STORES["settings"].fields),
    JSON,
    about="Prints the settings; with options it changes them, at once for every session.",
)
def _settings(args: Args) -> Answer:
    record_store = RECORD_STORES["settings"]
    if texts := typed(args):
        user = user_of(args)
        editing.edit(user, "settings", record_store.get(user.store, 0), texts)
        store = user.store
    else:
        store = open_store(args)
    room = max(len(field.option) for field in record_store.fields)
    return Answer(
        record_store.texts(store, record_store.find(store, "")),
        dict,
        lambda texts: [f"{pad(field.option, room)} {show(texts[field.name]) or '–'}" for field in record_store.fields],
    )


def deeds_of(kind: str, *, without: tuple[str, ...] = ()) -> Iterator[Command]:
    """Add, edit, show, list and archive for a kind of record."""
    record_store = RECORD_STORES[kind]
    noun, fields = record_store.noun, options_of(record_store.fields)

    def called(text: str | None = None) -> Option:
        return option("record", noun.upper(), text, reads=lambda store, name, _: record_store.find(store, name))

    if "add" not in without:
        yield acts("add", f"add a {noun}", *fields, *(_HITS if kind == "absence" else ()))(partial(_add, kind))
    named = called("its name, or a part that only it has")
    yield acts("edit", f"change a {noun}; what is not named stays", named, *fields)(partial(_edit, kind))
    yield reads("show", f"one {noun}", called(), JSON)(partial(_show, kind))
    if "list" not in without:
        letters = option("letters", "LETTERS", nargs="?", default="")
        yield reads("list", f"every {noun}, or those that hold some letters", letters, JSON)(partial(_list, kind))
    away = f"take a {noun} out of every list; its history stays, and undo brings it back"
    yield acts("archive", away, called())(partial(_archive, kind))


_HITS = (
    one_of(
        flag("--requeue", "put the visits that it hits back into the queue, told or not"),
        flag("--replan", "give each to the best of the others; the rest goes into the queue"),
    ),
)


def _add(kind: str, user: User, args: Args) -> Iterator[str]:
    record, record_store = editing.add(user, kind, typed(args)), RECORD_STORES[kind]
    yield f"Added {record_store.noun} {record_store.title(user.store, record)}."
    yield from _notes(kind, user.store, record)
    if kind == "absence":
        yield from _hits(user, record, free=args.requeue or args.replan, to_others=args.replan)


def _edit(kind: str, user: User, args: Args) -> Iterator[str]:
    record_store = RECORD_STORES[kind]
    record = editing.edit(user, kind, args.record, typed(args))
    yield f"{record_store.title(user.store, record)}: {record_store.line(user.store, record)}"
    yield from _notes(kind, user.store, record)


def _show(kind: str, store: Store, args: Args) -> Answer:
    record_store, record = RECORD_STORES[kind], args.record
    texts = record_store.texts(store, record)
    if kind == "client":
        return Answer(
            pages.client_page(store, record), lambda page: texts | client_words.page_form(page), client_words.page_lines
        )

    def lines(record: Any) -> Iterator[str]:
        yield record_store.title(store, record)
        for field in record_store.fields:
            yield f"  {pad(field.label, 24)} {show(texts[field.name]) or '–'}"
        yield from _notes(kind, store, record)

    return Answer(record, lambda _: texts, lines)


def _list(kind: str, store: Store, args: Args) -> Answer:
    record_store = RECORD_STORES[kind]
    letters = args.letters.strip().casefold()
    return listing(
        [record for record in record_store.all(store) if letters in record_store.title(store, record).casefold()],
        lambda record: record_store.texts(store, record),
        lambda record: f"{pad(record_store.title(store, record), 40)} {record_store.line(store, record)}".rstrip(),
        "None." if letters else f"None yet: dispatch {kind} add",
    )


def _archive(kind: str, user: User, args: Args) -> Iterator[str]:
    record_store, record = RECORD_STORES[kind], args.record
    title = record_store.title(user.store, record)
    editing.archive(user, kind, record)
    yield f"{title} is archived; dispatch visit undo brings it back."
    if (ended := record_store.get(user.store, record.id)) is not None:
        yield from _notes(kind, user.store, ended)


@acts(
    "travel",
    "the drive from the depot that clients are charged for, typed or taken again",
    option("record", "SITE"),
    option("--distance", None, "one way, in the firm's unit"),
    option("--minutes", None, "one way"),
)
def _travel(user: User, args: Args) -> str:
    if not user.has(Role.LEAD):
        raise NotAllowed("Only a lead changes the drive that clients are charged for.")
    record_store = RECORD_STORES["site"]
    site = record_store.find(user.store, args.record)
    # nothing typed: empty blanks are taken from the depot again
    texts = {"one_way_distance": args.distance or "", "one_way_minutes": args.minutes or ""}
    record = editing.edit(user, "site", site, texts)
    distance = record.one_way_distance or "unknown"
    minutes = "unknown" if record.one_way_minutes is None else record.one_way_minutes
    return f"{record_store.title(user.store, record)}: one way {distance}, {minutes} min ({record.one_way_provenance})"


@acts("make", "make the visits of the next eight weeks; an open board does so by itself", JSON)
def _make_ahead(user: User, _: Args) -> Answer:
    def lines(made: Sequence[Visit]) -> Iterator[str]:
        for visit in made:
            when = day_text(visit.occurrence) if visit.occurrence is not None else ""
            yield f"{visit.reference}  {when}  {visit.client}, {visit.work}"
        yield f"{len(made)} made." if made else "Every recurring visit is made already."

    return Answer(recurring.make_ahead(user), lambda made: forms(made, "reference date=occurrence client"), lines)


def _notes(kind: str, store: Store, record: Any) -> Iterator[str]:
    for note in RECORD_STORES[kind].notes(store, record):
        yield f"  {note}"


def _hits(user: User, record: Any, *, free: bool, to_others: bool) -> Iterator[str]:
    """The visits that an absence hits, and what becomes of them."""
    hits = absences.hit_by(user.store, record)
    for visit in hits:
        assert visit.starts_at is not None
        yield f"  hits {when_text(visit.starts_at, visit.zone)} {absences.hit_line(user.store, visit)}, {visit.work}"
    if free and hits:
        freed = absences.free(user, record, to_others=to_others)
        yield from (*freed.settled, *freed.left)
    elif hits:
        yield "They stay where they are. --requeue puts them back into the queue, --replan gives them to others."


_MORE = {"site": (_travel, locate), "recurrence": (_make_ahead,)}
COMMANDS = (
    *(CommandGroup(kind, text, (*deeds_of(kind), *_MORE.get(kind, ()))) for kind, text in _HELP.items()),
    _settings,
)
