"""`dispatch init`, `settings`, `client|site|equipment|target|technician|staff …`: a firm's beginning, book and people."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from dispatch.commands import equipment, hourly_costs, mending, personal, series, service_plans, suggesting
from dispatch.commands.declared import Command, CommandGroup, acts, alone, reads
from dispatch.commands.opening import database_path, on_terminal, open_store, user_of
from dispatch.commands.options import (
    CONFIRM,
    JSON,
    Args,
    OneOption,
    Option,
    Store,
    User,
    flag,
    one_of,
    option,
    options_of,
    typed,
)
from dispatch.commands.printing import Answer, listing, print_json
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.session.refusals import Faulty, NotAllowed, NotFound, Refusal
from dispatch.fields.trade import PLACE
from dispatch.lazily import lazily
from dispatch.model.forms import form, forms
from dispatch.model.paths import typed_path
from dispatch.model.states import Role
from dispatch.model.text import count_text, pad, show

with lazily(__name__):
    from db import people, settings
    from dispatch.care import account
    from dispatch.desk.book import editing, records
    from dispatch.desk.care import client_page as pages
    from dispatch.desk.firm import by_country, country_zones, founding, letterhead
    from dispatch.desk.plan import absences
    from dispatch.desk.roads import locating, locating_all
    from dispatch.desk.session import user as users
    from dispatch.desk.texts import client_words
    from dispatch.travel.geocoding import FoundPlace


_FOUND = "address lat=place.lat lon=place.lon precision? source"


@acts(
    "locate",
    "look the address up and place the site there",
    option("record", "SITE", "its name, or a part that only it has", reads="book.records.site_named"),
    option("--address", "TEXT", "default: the address of the site"),
    option("--number", "N", "take the result of that number", type=int),
    flag("--yes", "take the first result"),
    CONFIRM,
    flag("--json", "the results as JSON (docs/json.md)"),
    about="Looks into the extracts of this machine, then asks the endpoint of the settings once, and offers what is "
    "found. Nothing is placed unasked.",
)
def _locate(user: User, args: Args) -> str | None:
    site = args.record
    address = args.address if args.address is not None else site.address
    if not address.strip():
        raise Refusal(f"{records.site_title(user.store, site)} has no address: say it with --address.")
    places = locating.look_up(user.store, address)
    if args.json:
        print_json(forms(places, _FOUND))
    elif not (args.yes or args.number):
        for place, match in enumerate(places, 1):
            print(f"{place}  {show(_line(match), 200)}")
    if not places:
        raise NotFound(f"Nothing was found for {show(address, 100)!r}.")
    number: int | None = args.number if args.number is not None else 1 if args.yes else None
    if number is None and not args.json and on_terminal():
        number = _chosen(len(places))
    if number is None:
        if args.json:
            return None
        raise Refusal("Nothing was placed: choose with --number N, or --yes for the first.")
    if not 1 <= number <= len(places):
        raise Faulty([f"--number: a number from 1 to {len(places)} is expected"])
    args.number = number  # what is asked now is asked of this one
    placed = locating.place(user, site, places[number - 1], args.confirm)
    return None if args.json else f"{records.site_title(user.store, placed)} is placed: {_line(places[number - 1])}"


@acts(
    "locate-all",
    "place every site without a place by its address",
    flag("--check", "only list the sites without a place"),
    JSON,
    about="Looks into the extracts of this machine, then asks the endpoint of the settings, once a second. A site is placed where "
    "its address is one house; the others are listed with why, for `dispatch site locate SITE`.",
)
def _locate_all(user: User, args: Args) -> Answer | str | None:
    if args.check:
        return listing(
            locating_all.without_place(user.store),
            lambda site: {"site": records.site_title(user.store, site), "address": site.address},
            lambda site: f"{show(records.site_title(user.store, site), 60)}: {show(site.address, 120) or 'no address'}",
            "Every site has its place.",
        )
    done = locating_all.place_all(user)
    if args.json:
        placed = [{"site": title, **form(found, _FOUND)} for title, found in done.placed]
        print_json({"placed": placed, "left": [{"site": one.title, "why": one.why} for one in done.left]})
        return None
    lines = [f"{show(title, 60)} is placed: {show(_line(found), 200)}" for title, found in done.placed]
    lines += [f"{show(one.title, 60)} is not placed: {show(one.why, 200)}" for one in done.left]
    return "\n".join([*lines, f"{count_text(len(done.placed), 'site')} placed, {len(done.left):,} left."])


def _chosen(most: int) -> int | None:
    """The number that is typed; None where none is."""
    try:
        typed = input(f"Which one (1 to {most}, empty for none)? ").strip()
    except EOFError:
        return None
    return int(typed) if typed.isdecimal() else None


def _line(match: FoundPlace) -> str:
    kind = f" ({match.precision})" if match.precision else ""
    return f"{match.address}{kind}  {match.place.lat}, {match.place.lon}"


_HELP = {
    "client": "clients, their contacts and their page",
    "site": "where the work is done",
    "equipment": "what stands at a site, and until when it is covered",
    "target": "what may be tested at a site, and what its checklists call it",
    "inquiry": "what machines may be asked by tests that sign in: the lead's list",
    "service-plan": "what the firm offers: plans with their fee and their terms",
    "recurrence": "visits that recur by a rule, made ahead",
    "technician": "who drives to visits",
    "absence": "when a technician does not work",
}


@alone(
    "settings",
    "what the firm has set for itself",
    *options_of(RECORD_STORES["settings"].record.typed),
    option("--logo", "FILE", "the logo on papers, a PNG or JPEG up to 200 kB; none: without one"),
    CONFIRM,
    option(
        "--written",
        None,
        "with another --zone, what stays of promises, plans, absences, access hours and shifts: the time on the clock or the "
        "moment",
        choices=["keep-clock", "keep-moment"],
    ),
    JSON,
    about="Prints the settings; with options it changes these, at once for every session, and prints what they are now.",
)
def _settings(args: Args) -> Answer:
    record_store = RECORD_STORES["settings"]
    if (texts := typed(args)) or args.logo is not None:
        user = user_of(args)
        picture = b"" if args.logo in (None, "none") else letterhead.read_logo(typed_path(args.logo))
        if texts:
            editing.edit(user, "settings", record_store.get(user.store, 0), texts, [*args.confirm, args.written or ""])
        if args.logo is not None:
            letterhead.set_logo(user, picture)
        store = user.store
    else:
        store = open_store(args)
    options = {field.name: field.option for field in record_store.record.typed} | {"logo": "--logo"}
    changed = {*texts, *(["logo"] if args.logo is not None else [])} or options.keys()
    shown = {name: words for name, words in options.items() if name in changed}
    room = max(map(len, shown.values()))
    return Answer(
        record_store.texts(store, record_store.find(store, "")) | {"logo": letterhead.logo_words(store)},
        dict,
        lambda texts: [f"{pad(words, room)} {show(texts[name]) or '–'}" for name, words in shown.items()],
    )


def deeds_of(kind: str, *, without: tuple[str, ...] = ()) -> Iterator[Command]:
    """Add, edit, show, list and archive for a kind of record."""
    record_store = RECORD_STORES[kind]
    noun = record_store.record.noun
    fields: tuple[Option | OneOption, ...] = options_of(record_store.record.typed)
    if kind == "service-plan" or any(field.kind is PLACE for field in record_store.record.typed):
        fields = (*fields, CONFIRM)
    if kind == "absence":
        fields = (*fields, _HITS)
    a_noun = f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"

    def called(text: str | None = None) -> Option:
        return option("record", noun.upper(), text, reads=lambda store, name, _: record_store.find(store, name))

    if "add" not in without:
        yield acts("add", f"add {a_noun}", *fields)(partial(_add, kind))
    named = called("its number, which list shows" if kind == "absence" else "its name, or a part that only it has")
    if "edit" not in without:
        yield acts("edit", f"change {a_noun}; what is not named stays", named, *fields)(partial(_edit, kind))
    yield reads("show", f"one {noun}", called(), JSON)(partial(_show, kind))
    if "list" not in without:
        letters = option("letters", "LETTERS", nargs="?", default="")
        which = (letters, _SUITED) if kind == "client" else (letters,)
        yield reads("list", f"every {noun}, or those that hold some letters", *which, JSON)(partial(_list, kind))
    if "archive" in without:
        return
    away = f"take {a_noun} out of every list; its history stays, and undo brings it back"
    yield acts("archive", away, called())(partial(_archive, kind))


_SUITED = flag("--suited", "only those of the size that service plans are made for, as the settings say")
_HITS = one_of(
    flag("--requeue", "put the visits that it hits back into the queue, told or not"),
    flag("--replan", "give each to the best of the others; the rest goes into the queue"),
)


def _add(kind: str, user: User, args: Args) -> Iterator[str]:
    record, record_store = editing.add(user, kind, typed(args), _meant(args)), RECORD_STORES[kind]
    yield f"Added {record_store.record.noun} {record_store.title(user.store, record)}."
    yield from _after(kind, user, record, args)


def _after(kind: str, user: User, record: Any, args: Args) -> Iterator[str]:
    """What is to be known of a record that was written, and what becomes of the visits that an absence hits."""
    yield from _notes(kind, user.store, record)
    if kind == "absence":
        yield from _hits(user, record, free=args.requeue or args.replan, to_others=args.replan)


def _meant(args: Args) -> Sequence[str]:
    """The marks of what was asked; a kind of record that has no place asks nothing."""
    return getattr(args, "confirm", ())


def _edit(kind: str, user: User, args: Args) -> Iterator[str]:
    record_store = RECORD_STORES[kind]
    record = editing.edit(user, kind, args.record, typed(args), _meant(args))
    yield f"{record_store.title(user.store, record)}: {record_store.line(user.store, record)}"
    yield from _after(kind, user, record, args)


def _show(kind: str, store: Store, args: Args) -> Answer:
    record_store, record = RECORD_STORES[kind], args.record
    texts = record_store.texts(store, record)
    if kind == "client":
        return Answer(
            pages.client_page(store, record), lambda page: texts | client_words.page_form(page), client_words.page_lines
        )

    def lines(record: Any) -> Iterator[str]:
        yield record_store.title(store, record)
        for field in record_store.record.typed:
            yield f"  {pad(field.label, 24)} {show(texts[field.name]) or '–'}"
        yield from _notes(kind, store, record)

    return Answer(record, lambda record: texts | record_store.more(store, record), lines)


def _list(kind: str, store: Store, args: Args) -> Answer:
    record_store = RECORD_STORES[kind]
    letters, firm = args.letters.strip().casefold(), settings.firm(store)
    return listing(
        [
            record
            for record in record_store.all(store)
            if letters in record_store.title(store, record).casefold()
            and (not getattr(args, "suited", False) or account.well_suited(record, firm))
        ],
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


def _notes(kind: str, store: Store, record: Any) -> Iterator[str]:
    for note in RECORD_STORES[kind].notes(store, record):
        yield f"  {note}"


def _hits(user: User, record: Any, *, free: bool, to_others: bool) -> Iterator[str]:
    """The visits that an absence hits, and what becomes of them."""
    hits = absences.hit_by(user.store, record)
    for visit in hits:
        assert visit.starts_at is not None
        yield f"  hits {user.firm.times().moment(visit.starts_at, visit.zone)} {absences.hit_line(user.store, visit)}, {visit.work}"
    if free and hits:
        freed = absences.free(user, record, to_others=to_others)
        yield from (*freed.settled, *freed.left)
    elif hits:
        yield "They stay where they are. --requeue puts them back into the queue, --replan gives them to others."


@alone(
    "init",
    "make the database of a firm",
    option("--db", "FILE", "where (default: $DISPATCH_DB, else the platform's data directory)"),
    option("--name", "FIRM", "what the firm is called"),
    option(
        "--zone",
        "ZONE",
        "its time zone, for example America/New_York (default: this machine's; asked where that is UTC)",
    ),
    option(
        "--country",
        "COUNTRY",
        "DE, Germany: its money, units, clock, week and paper, each of which the settings can change",
    ),
    option("--lead", "LOGIN", "the login of the first lead (default: your login)"),
    option("--lead-name", "NAME", "their name", default=""),
    about="Make the database of a firm, with its first lead.",
    common=False,
)
def _init(args: Args) -> list[str]:
    path = database_path(args)
    lead, name = args.lead, args.lead_name
    if lead is None:
        mine = users.system_login()
        if on_terminal():
            lead = _ask("Login of the first lead", mine)
            name = name or _ask("Their name", lead)
        else:
            lead = mine
        if not lead:
            raise Refusal("Who is the first lead? Say it with --lead LOGIN.")
    zone = args.zone
    if zone is None and args.country is None and founding.machine_zone() is None and on_terminal():
        zone = _ask("Time zone of the firm, for example Europe/Berlin (this machine is in UTC)", "") or None
    said = args.country
    if said is None and on_terminal():
        here = country_zones.country_of_zone(zone or founding.machine_zone() or "")
        said = (
            _ask("Country, for its money, units and week (- for none)", here.code if here else "-").strip("-") or None
        )
    country = None if said is None else by_country.country_meant(said)
    person, zone = founding.init(path, lead=lead, lead_name=name, name=args.name, zone=zone, country=country)
    return [
        f"Made {path}: {person.name} ({person.login}) is its first lead, its zone {zone}.",
        *([] if country is None else [f"As usual in {by_country.words(country)}."]),
        f"Type next: {_next(args, lead)}",
    ]


def _next(args: Args, lead: str) -> str:
    """The line that opens the new firm's board, which begins with what the firm still needs."""
    words = ["dispatch", "board"]
    if args.db:
        words += ["--db", args.db]
    if lead.strip() != users.system_login():
        words += ["--as", lead.strip()]
    return shlex.join(words)


def _ask(question: str, otherwise: str) -> str:
    shown = f" [{show(otherwise)}]" if otherwise else ""
    try:
        return input(f"{question}{shown}: ").strip() or otherwise
    except EOFError:
        print(file=sys.stderr)
        return otherwise


@acts(
    "add",
    "add somebody",
    option("new_login", "LOGIN"),
    option("--name", required=True),
    option("--role", None, "repeat for several", action="append", default=[], choices=[*map(str, Role)]),
    option("--email", default=""),
    about="Add somebody to the staff.",
)
def _add_staff(user: User, args: Args) -> str:
    texts = {"login": args.new_login, "name": args.name, "roles": ", ".join(args.role), "email": args.email}
    person = editing.add(user, "staff", texts)
    return f"{person.name} ({person.login}) is {_roles(person.roles)} now."


@reads("list", "everybody", flag("--json", "as JSON"), about="Everybody on the staff.")
def _list_staff(store: Store, _: Args) -> Answer:
    return listing(
        people.all_staff(store),
        lambda person: form(person, "login name roles email"),
        lambda person: f"{pad(person.login, 16)} {pad(person.name, 28)} {_roles(person.roles)}",
    )


def _roles(roles: frozenset[Role]) -> str:
    return ", ".join(role.value for role in Role if role in roles)


_MORE = {
    "client": (mending.merge("client"), mending.doubles_of_the_book, *personal.DEEDS),
    "site": (mending.merge("site"), _travel, _locate, _locate_all),
    "equipment": equipment.DEEDS,
    "target": suggesting.DEEDS,
    "recurrence": series.DEEDS,
    "technician": hourly_costs.DEEDS,
    service_plans.KIND: service_plans.DEEDS,
}
COMMANDS = (
    _init,
    *(
        CommandGroup(
            kind,
            text,
            (*deeds_of(kind, without=tuple(deed.name for deed in _MORE.get(kind, ()))), *_MORE.get(kind, ())),
        )
        for kind, text in _HELP.items()
    ),
    CommandGroup(
        "staff",
        "who works here and what they may do",
        (_add_staff, _list_staff, *deeds_of("staff", without=("add", "list"))),
    ),
    _settings,
)
