"""`dispatch client|site|target|technician|absence …`: the firm's book; `dispatch staff` has its edit and archive here too."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dispatch.commands.opening import common_options, open_seat, open_store

if TYPE_CHECKING:
    from dispatch.fields.record import RecordType

Run = Callable[[argparse.Namespace], int]

KINDS = ("client", "site", "target", "recurrence", "technician", "absence")
_HELP = {
    "client": "clients, their contacts and their page",
    "site": "where the work is done",
    "target": "what may be tested at a site, and what its checklists call it",
    "recurrence": "visits that recur by a rule, made ahead",
    "technician": "who drives to visits",
    "absence": "when a technician does not work",
}


def add_parsers(groups: Any) -> None:
    """Register the groups."""
    for kind in KINDS:
        deeds = groups.add_parser(kind, help=_HELP[kind]).add_subparsers(metavar="DEED", required=True, title="deeds")
        add_deeds(deeds, kind)
    _add_settings(groups)


def _add_settings(groups: Any) -> None:
    from dispatch.records.firm import SETTINGS

    parser = groups.add_parser(
        "settings",
        parents=[common_options()],
        help="what the firm has set for itself",
        description="Prints the settings; with options it changes them, at once for every session.",
    )
    add_options(parser, SETTINGS)
    parser.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    parser.set_defaults(run=_settings)


def _settings(args: argparse.Namespace) -> int:
    from dispatch.commands.printing import print_json
    from dispatch.desk.book import keeping
    from dispatch.desk.book.shelves import SHELVES
    from dispatch.model.text import pad, show

    shelf = SHELVES["settings"]
    if texts := typed(args):
        seat = open_seat(args)
        keeping.edit(seat, "settings", shelf.get(seat.store, 0), texts)
        store = seat.store
    else:
        store = open_store(args)
    record = shelf.find(store, "")
    texts = shelf.texts(store, record)
    if args.json:
        print_json(texts)
    else:
        room = max(len(field.option) for field in shelf.fields)
        for field in shelf.fields:
            print(f"{pad(field.option, room)} {show(texts[field.name]) or '–'}")
    return 0


def add_deeds(deeds: Any, kind: str, *, without: tuple[str, ...] = ()) -> None:
    """Register add, edit, show, list and archive for a kind of record."""
    from dispatch.desk.book.shelves import SHELVES

    shelf = SHELVES[kind]
    options = common_options()

    def deed(name: str, run: Run, text: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = deeds.add_parser(name, parents=[options], help=text, description=text)
        parser.set_defaults(run=run, kind=kind)
        return parser

    if "add" not in without:
        add = deed("add", _add, f"add a {shelf.noun}")
        add_options(add, shelf.record)
        if kind == "absence":
            what = add.add_mutually_exclusive_group()
            what.add_argument(
                "--requeue", action="store_true", help="put the visits that it hits back into the queue, told or not"
            )
            what.add_argument(
                "--replan",
                action="store_true",
                help="give each to the best of the others; the rest goes into the queue",
            )
    edit = deed("edit", _edit, f"change a {shelf.noun}; what is not named stays")
    edit.add_argument("record", metavar=shelf.noun.upper(), help="its name, or a part that only it has")
    add_options(edit, shelf.record)
    show = deed("show", _show, f"one {shelf.noun}")
    show.add_argument("record", metavar=shelf.noun.upper())
    show.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    if "list" not in without:
        listing = deed("list", _list, f"every {shelf.noun}, or those that hold some letters")
        listing.add_argument("letters", nargs="?", default="", metavar="LETTERS")
        listing.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    archive = deed(
        "archive", _archive, f"take a {shelf.noun} out of every list; its history stays, and undo brings it back"
    )
    archive.add_argument("record", metavar=shelf.noun.upper())
    if kind == "recurrence":
        make = deed("make", _make_ahead, "make the visits of the next eight weeks; an open board does so by itself")
        make.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    if kind == "site":
        travel = deed("travel", _travel, "the drive from the depot that clients are charged for, typed or taken again")
        travel.add_argument("record", metavar="SITE")
        travel.add_argument("--distance", help="one way, in the firm's unit")
        travel.add_argument("--minutes", help="one way")
        from dispatch.commands.locating import add_locate

        add_locate(deeds, options)


def add_options(parser: argparse.ArgumentParser, record: RecordType[Any]) -> None:
    """Give a command the fields of a record as options; `typed` has what was said."""
    for field in record.typed:
        text = f"{field.label}: {field.hint}" if field.hint else field.label
        parser.add_argument(field.option, dest=f"field_{field.name}", metavar="TEXT", help=text.replace("%", "%%"))


def typed(args: argparse.Namespace) -> dict[str, str]:
    """What was said of a record's fields, by name."""
    return {
        name.removeprefix("field_"): text
        for name, text in vars(args).items()
        if name.startswith("field_") and text is not None
    }


def _add(args: argparse.Namespace) -> int:
    from dispatch.desk.book import keeping
    from dispatch.desk.book.shelves import SHELVES
    from dispatch.model.text import show

    seat = open_seat(args)
    record = keeping.add(seat, args.kind, typed(args))
    shelf = SHELVES[args.kind]
    print(f"Added {shelf.noun} {show(shelf.title(seat.store, record))}.")
    _tell_notes(shelf, seat.store, record)
    if args.kind == "absence":
        _tell_hits(seat, record, free=args.requeue or args.replan, to_others=args.replan)
    return 0


def _edit(args: argparse.Namespace) -> int:
    from dispatch.desk.book import keeping
    from dispatch.desk.book.shelves import SHELVES
    from dispatch.model.text import show

    seat = open_seat(args)
    shelf = SHELVES[args.kind]
    record = keeping.edit(seat, args.kind, shelf.find(seat.store, args.record), typed(args))
    print(f"{show(shelf.title(seat.store, record))}: {show(shelf.line(seat.store, record))}")
    _tell_notes(shelf, seat.store, record)
    return 0


def _show(args: argparse.Namespace) -> int:
    from dispatch.commands.printing import print_json
    from dispatch.desk.book.page import client_page, page_form, page_lines
    from dispatch.desk.book.shelves import SHELVES
    from dispatch.model.text import pad, show

    store = open_store(args)
    shelf = SHELVES[args.kind]
    record = shelf.find(store, args.record)
    texts = shelf.texts(store, record)
    if args.kind == "client":
        page = client_page(store, record)
        if args.json:
            print_json(texts | page_form(page))
        else:
            print("\n".join(show(line, 300) for line in page_lines(page)))
        return 0
    if args.json:
        print_json(texts)
        return 0
    print(show(shelf.title(store, record)))
    for field in shelf.fields:
        print(f"  {pad(field.label, 24)} {show(texts[field.name]) or '–'}")
    _tell_notes(shelf, store, record)
    return 0


def _list(args: argparse.Namespace) -> int:
    from dispatch.commands.printing import print_json
    from dispatch.desk.book.shelves import SHELVES
    from dispatch.model.text import pad, show

    store = open_store(args)
    shelf = SHELVES[args.kind]
    letters = args.letters.strip().casefold()
    found = [
        (title, record) for record in shelf.all(store) if letters in (title := shelf.title(store, record)).casefold()
    ]
    if args.json:
        print_json([shelf.texts(store, record) for _, record in found])
        return 0
    for title, record in found:
        print(f"{pad(title, 40)} {show(shelf.line(store, record))}".rstrip())
    if not found:
        print("None." if letters else f"None yet: dispatch {args.kind} add")
    return 0


def _archive(args: argparse.Namespace) -> int:
    from dispatch.desk.book import keeping
    from dispatch.desk.book.shelves import SHELVES
    from dispatch.model.text import show

    seat = open_seat(args)
    shelf = SHELVES[args.kind]
    record = shelf.find(seat.store, args.record)
    title = shelf.title(seat.store, record)
    keeping.archive(seat, args.kind, record)
    print(f"{show(title)} is archived; dispatch visit undo brings it back.")
    if (ended := shelf.get(seat.store, record.id)) is not None:
        _tell_notes(shelf, seat.store, ended)
    return 0


def _travel(args: argparse.Namespace) -> int:
    from dispatch.desk.book import keeping
    from dispatch.desk.book.shelves import SHELVES
    from dispatch.desk.refusals import NotAllowed
    from dispatch.model.states import Role
    from dispatch.model.text import show

    seat = open_seat(args)
    if not seat.has(Role.LEAD):
        raise NotAllowed("Only a lead changes the drive that clients are charged for.")
    shelf = SHELVES["site"]
    site = shelf.find(seat.store, args.record)
    # nothing typed: empty blanks are taken from the depot again
    texts = {"one_way_distance": args.distance or "", "one_way_minutes": args.minutes or ""}
    record = keeping.edit(seat, "site", site, texts)
    distance = record.one_way_distance or "unknown"
    minutes = "unknown" if record.one_way_minutes is None else record.one_way_minutes
    print(f"{show(shelf.title(seat.store, record))}: one way {distance}, {minutes} min ({record.one_way_provenance})")
    return 0


def _make_ahead(args: argparse.Namespace) -> int:
    from dispatch.commands.printing import print_json
    from dispatch.desk.recurring import make_ahead
    from dispatch.model.instants import day_text
    from dispatch.model.text import show

    made = make_ahead(open_seat(args))
    if args.json:
        print_json([{"reference": one.reference, "date": str(one.occurrence), "client": one.client} for one in made])
        return 0
    for one in made:
        when = day_text(one.occurrence) if one.occurrence is not None else ""
        print(f"{show(one.reference)}  {when}  {show(one.client)}, {show(one.work)}")
    print(f"{len(made)} made." if made else "Every recurring visit is made already.")
    return 0


def _tell_notes(shelf: Any, store: Any, record: Any) -> None:
    from dispatch.model.text import show

    for note in shelf.notes(store, record):
        print(f"  {show(note, 300)}")


def _tell_hits(seat: Any, record: Any, *, free: bool, to_others: bool) -> None:
    from dispatch.desk.book import absences
    from dispatch.model.instants import clock_text, day_of, day_text
    from dispatch.model.text import show

    hits = absences.hit_by(seat.store, record)
    for visit in hits:
        assert visit.starts_at is not None
        when = f"{day_text(day_of(visit.starts_at, visit.zone))} {clock_text(visit.starts_at, visit.zone)}"
        print(f"  hits {when} {absences.hit_line(seat.store, visit)}, {show(visit.work)}")
    if free and hits:
        freed = absences.free(seat, record, to_others=to_others)
        print("\n".join([*freed.settled, *freed.left]))
    elif hits:
        print("They stay where they are. --requeue puts them back into the queue, --replan gives them to others.")
