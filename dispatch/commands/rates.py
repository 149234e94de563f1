"""`dispatch rate-card …` and `dispatch agreement …`: what a lead writes down once about prices and terms."""

from __future__ import annotations

import argparse
import datetime
import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from dispatch.commands.opening import common_options, open_seat, open_store
from dispatch.commands.standard_input import file_named

if TYPE_CHECKING:
    from db.store import Store
    from dispatch.model.agreements import Agreement

Run = Callable[[argparse.Namespace], int]

_SET = (
    "one figure by its path, for example classes.tech.standard=120 or travel.components[0].rate=0.50, of an agreement "
    "service.targets.P1.onsite=240 or service.calendar=always; repeat for several"
)


def add_parsers(groups: Any) -> None:
    """Register both groups."""
    cards = _group(groups, "rate-card", "the dated price lists")
    listing = cards("list", _list_cards, "every rate card, the newest first")
    listing.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    show = cards("show", _show_card, "one rate card")
    show.add_argument(
        "card", nargs="?", default="", metavar="CARD", help="its name or first day (default: in force today)"
    )
    show.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    add = cards("add", _add_card, "a new rate card, from a preset or from another card")
    add.add_argument("--name", required=True)
    add.add_argument("--from", dest="valid_from", required=True, metavar="DAY", help="its first day")
    begin = add.add_mutually_exclusive_group()
    begin.add_argument("--preset", default="", metavar="PRESET", help="US, UK, city, region or half day")
    begin.add_argument("--like", metavar="CARD", help="begin with the figures of this card")
    _changes(add)
    edit = cards("edit", _edit_card, "change figures of a rate card; sheets that stand keep their copy")
    edit.add_argument("card", metavar="CARD", help="its name or first day")
    edit.add_argument("--name")
    _changes(edit)
    importing = cards("import", _import_card, "a rate card from a JSON file")
    importing.add_argument("file", metavar="FILE", help="- reads standard input")
    importing.add_argument("--update", action="store_true", help="take over what differs from the card of the same day")
    exporting = cards("export", _export_card, "a rate card as JSON, to keep or to import elsewhere")
    exporting.add_argument("card", nargs="?", default="", metavar="CARD", help="default: in force today")
    exporting.add_argument("file", nargs="?", metavar="FILE", help="default: printed")

    terms = _group(groups, "agreement", "what was agreed with clients")
    listing = terms("list", _list_agreements, "every agreement")
    listing.add_argument("--client", metavar="NAME", help="only this client's")
    listing.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    show = terms("show", _show_agreement, "one agreement with its balances")
    _named(show)
    show.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    add = terms("add", _add_agreement, "a new agreement")
    add.add_argument("--client", required=True, metavar="NAME")
    add.add_argument("--name", required=True)
    add.add_argument("--kind", required=True, choices=["tm", "fixed_price", "retainer", "block_hours", "block_money"])
    add.add_argument("--starts", required=True, metavar="DAY")
    add.add_argument("--ends", metavar="DAY", help="default: no end")
    _rollover(add)
    _changes(add)
    edit = terms("edit", _edit_agreement, "change the terms of an agreement")
    _named(edit)
    edit.add_argument("--name", dest="new_name")
    edit.add_argument(
        "--from",
        dest="since",
        default="",
        metavar="DAY",
        help="from when another allowance, rollover or service counts: a day, or a month such as 2027-01 (default: today)",
    )
    _rollover(edit)
    _changes(edit)
    end = terms("end", _end_agreement, "end an agreement early")
    _named(end)
    end.add_argument("--on", required=True, metavar="DAY", help="its last day")
    block = terms("block", _add_block, "add a prepaid block to an agreement")
    _named(block)
    block.add_argument("--id", dest="block", required=True, metavar="ID", help="what the block is called")
    block.add_argument("--size", required=True, metavar="AMOUNT", help="rate-minutes, for prepaid money the amount")
    block.add_argument("--bought", metavar="DAY")
    block.add_argument("--expires", metavar="DAY", help="its last day (default: never)")
    importing = terms("import", _import_agreement, "an agreement from a JSON file as `export` writes it")
    importing.add_argument("file", metavar="FILE", help="- reads standard input")
    exporting = terms("export", _export_agreement, "an agreement as JSON")
    _named(exporting)
    exporting.add_argument("file", nargs="?", metavar="FILE", help="default: printed")


def _group(groups: Any, name: str, help_text: str) -> Callable[[str, Run, str], argparse.ArgumentParser]:
    deeds = groups.add_parser(name, help=help_text).add_subparsers(metavar="DEED", required=True, title="deeds")
    options = common_options()

    def deed(deed_name: str, run: Run, text: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = deeds.add_parser(deed_name, parents=[options], help=text, description=text)
        parser.set_defaults(run=run)
        return parser

    return deed


def _changes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help=_SET)
    parser.add_argument(
        "--unset", action="append", default=[], metavar="PATH", help="back to the default; repeat for several"
    )


def _named(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("agreement", metavar="AGREEMENT", help="its name, its number, or the client's name")


def _rollover(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rollover", choices=["none", "next_month", "capped"], help="unused allowance of a retainer")
    parser.add_argument("--rollover-cap", type=int, metavar="MIN", help="rate-minutes that roll over at most")


# rate cards


def _list_cards(args: argparse.Namespace) -> int:
    from db import agreements
    from dispatch.commands.printing import print_json
    from dispatch.model.text import pad

    cards = agreements.rate_cards(open_store(args))
    if args.json:
        print_json(
            [{"name": c.name, "valid_from": c.valid_from.isoformat(), "currency": c.card["currency"]} for c in cards]
        )
        return 0
    for card in cards:
        print(
            f"{card.valid_from.isoformat()}  {pad(card.name, 32)} {card.card['currency']}  {', '.join(card.card['classes'])}"
        )
    if not cards:
        print("No rate card yet: dispatch rate-card add --preset US --name … --from … --set classes.tech.standard=…")
    return 0


def _show_card(args: argparse.Namespace) -> int:
    from dispatch.commands.printing import print_json
    from dispatch.desk.rates import card_called, envelope

    card = card_called(open_store(args), args.card)
    if args.json:
        print_json(envelope(card))
    else:
        _print_paths(card.name, f"from {card.valid_from.isoformat()}", card.card)
    return 0


def _add_card(args: argparse.Namespace) -> int:
    from dispatch.desk.rates import begun, card_called, save_card

    seat = open_seat(args)
    form = dict(card_called(seat.store, args.like).card) if args.like else begun(seat.firm, args.preset)
    card = save_card(seat, args.name, _day(args.valid_from, "from", seat.firm.zone, seat.now), _changed(form, args))
    print(f"{card.name} prices visits from {card.valid_from.isoformat()} on.")
    return 0


def _edit_card(args: argparse.Namespace) -> int:
    from dispatch.desk.rates import card_called, save_card

    seat = open_seat(args)
    before = card_called(seat.store, args.card)
    card = save_card(seat, args.name or before.name, before.valid_from, _changed(before.card, args), before)
    print(f"{card.name} is changed. Charges that stand keep their copy of it.")
    return 0


def _import_card(args: argparse.Namespace) -> int:
    from dispatch.commands.importing import run_import

    never = dict.fromkeys(("check", "accept_good", "columns", "template", "json"), False)
    return run_import(argparse.Namespace(kind="rate-card", map=[], rows=1, **never, **vars(args)))


def _export_card(args: argparse.Namespace) -> int:
    from dispatch.commands.printing import said, write_json
    from dispatch.desk.rates import card_called, envelope

    return said(write_json(envelope(card_called(open_store(args), args.card)), args.file))


# agreements


def _list_agreements(args: argparse.Namespace) -> int:
    from db import agreements, clients
    from dispatch.commands.printing import print_json
    from dispatch.desk.refusals import NotFound
    from dispatch.model.text import pad, show

    store = open_store(args)
    names = {client.id: client.name for client in clients.all_clients(store)}
    if args.client is not None:
        client = clients.client_by_name(store, args.client)
        if client is None:
            raise NotFound(f"There is no client {show(args.client, 60)}.")
        found = agreements.agreements_of(store, client.id)
    else:
        found = agreements.all_agreements(store)
    if args.json:
        print_json([_agreement_form(store, one, names.get(one.client_id, "")) for one in found])
        return 0
    for one in found:
        ends = one.ends.isoformat() if one.ends else "no end"
        term = f"{one.starts.isoformat()} – {ends}"
        print(f"{one.id:>4}  {pad(names.get(one.client_id, ''), 28)} {pad(one.name, 28)} {one.kind:<12} {term}")
    if not found:
        print("No agreements yet: dispatch agreement add --client … --name … --kind … --starts …")
    return 0


def _show_agreement(args: argparse.Namespace) -> int:
    from db import clients, settings
    from dispatch.commands.printing import print_json
    from dispatch.desk.agreeing import balances, dated_words, minor_units
    from dispatch.desk.quoting import agreement_called
    from dispatch.desk.service_terms import calendar_text, service_form
    from dispatch.model.instants import day_of
    from dispatch.model.text import show

    store = open_store(args)
    one = agreement_called(store, args.agreement)
    client = clients.client(store, one.client_id)
    name = client.name if client is not None else ""
    if args.json:
        print_json(_agreement_form(store, one, name))
        return 0
    terms = {key: value for key, value in one.terms.items() if key != "blocks"}
    promises = service_form(one.service, minor_units(store))
    if "calendar" in promises:
        promises["calendar"] = calendar_text(promises["calendar"])
    _print_paths(f"{one.name}, {name}", f"rollover {one.rollover}", terms | ({"service": promises} if promises else {}))
    for line in balances(store, one, day_of(store.clock.now(), settings.firm(store).zone)):
        print(f"  {show(line)}")
    for word in dated_words(one, store):
        print(f"  {show(word.line, 300)}")
    return 0


def _add_agreement(args: argparse.Namespace) -> int:
    from dispatch.desk.agreeing import save_agreement

    seat = open_seat(args)
    terms: dict[str, Any] = _changed({"kind": args.kind, "starts": args.starts, "ends": args.ends}, args)
    one = save_agreement(
        seat,
        args.client,
        args.name,
        terms,
        rollover=args.rollover or "none",
        rollover_cap=args.rollover_cap,
        service=terms.pop("service", None),
    )
    print(f"{one.name} ({one.kind}) is in force from {one.starts.isoformat()} on; its number is {one.id}.")
    return _warn_of(seat.store, one)


def _edit_agreement(args: argparse.Namespace) -> int:
    from db import agreements, clients
    from dispatch.desk.agreeing import KEPT, counts_from, dated_words, minor_units, save_agreement
    from dispatch.desk.quoting import agreement_called
    from dispatch.desk.service_terms import service_form
    from dispatch.model.instants import day_of
    from dispatch.model.text import show

    seat = open_seat(args)
    before = agreement_called(seat.store, args.agreement)
    client = clients.client(seat.store, before.client_id)
    assert client is not None
    since = counts_from(before, args.since, day_of(seat.now, seat.firm.zone))
    if since is not None:
        before = agreements.agreement_for(seat.store, before.id, since) or before
    promises = service_form(before.service, minor_units(seat.store))
    terms = _changed({**before.terms, "service": promises}, args)
    one = save_agreement(
        seat,
        client.name,
        args.new_name or before.name,
        terms,
        before,
        rollover=args.rollover or before.rollover,
        rollover_cap=before.rollover_cap if args.rollover_cap is None else args.rollover_cap,
        service=terms.pop("service", {}),
        since=since,
    )
    print(f"{one.name} is changed. {KEPT}")
    for word in dated_words(one, seat.store):
        print(f"  {show(word.line, 300)}")
    return _warn_of(seat.store, one)


def _warn_of(store: Store, one: Agreement) -> int:
    """Say what speaks against the promises of an agreement that was saved; it stands all the same."""
    from dispatch.desk.capacity import warnings_of
    from dispatch.model.text import show

    for warning in warnings_of(store, one):
        print(f"  warning: {show(warning, 300)}")
    return 0


def _end_agreement(args: argparse.Namespace) -> int:
    from dispatch.desk.agreeing import end_agreement
    from dispatch.desk.quoting import agreement_called

    seat = open_seat(args)
    on = _day(args.on, "on", seat.firm.zone, seat.now)
    one = end_agreement(seat, agreement_called(seat.store, args.agreement), on)
    print(f"{one.name} ends on {on.isoformat()}.")
    return 0


def _add_block(args: argparse.Namespace) -> int:
    from dispatch.desk.agreeing import add_block, balances
    from dispatch.desk.quoting import agreement_called
    from dispatch.model.instants import day_of
    from dispatch.model.text import show

    seat = open_seat(args)
    one = add_block(
        seat,
        agreement_called(seat.store, args.agreement),
        {"name": args.block, "size": args.size, "bought": args.bought or "", "expires": args.expires or ""},
    )
    print("\n".join(show(line) for line in balances(seat.store, one, day_of(seat.now, seat.firm.zone))))
    return 0


def _import_agreement(args: argparse.Namespace) -> int:
    from dispatch.desk.agreeing import save_agreement
    from dispatch.desk.imports.rate_card_file import read_card
    from dispatch.desk.refusals import Refusal
    from dispatch.model.text import show

    with file_named(args.file) as path:
        found = read_card(path)
    terms = found.get("terms")
    if (
        not isinstance(terms, dict)
        or not isinstance(found.get("client"), str)
        or not isinstance(found.get("name"), str)
    ):
        raise Refusal(f"{show(path.name)} is not an agreement: an object with client, name and terms is expected.")
    cap = found.get("rollover_cap")
    seat = open_seat(args)
    one = save_agreement(
        seat,
        found["client"],
        found["name"],
        terms,
        rollover=str(found.get("rollover", "none")),
        rollover_cap=cap if isinstance(cap, int) else None,
        service=found.get("service"),
    )
    print(f"{one.name} ({one.kind}) is in force from {one.starts.isoformat()} on; its number is {one.id}.")
    _warn_of(seat.store, one)
    if terms.get("blocks"):
        print("Its prepaid blocks are not imported: enter what is left of each with dispatch agreement block.")
    return 0


def _export_agreement(args: argparse.Namespace) -> int:
    from db import clients
    from dispatch.commands.printing import said, write_json
    from dispatch.desk.quoting import agreement_called

    store = open_store(args)
    one = agreement_called(store, args.agreement)
    client = clients.client(store, one.client_id)
    return said(write_json(_agreement_form(store, one, client.name if client is not None else ""), args.file))


def _agreement_form(store: Store, one: Agreement, client: str) -> dict[str, Any]:
    from db import settings
    from dispatch.desk.agreeing import balances, dated_words, minor_units
    from dispatch.desk.service_terms import service_form
    from dispatch.model.instants import day_of

    return {
        "number": one.id,
        "client": client,
        "name": one.name,
        "terms": one.terms,
        "service": service_form(one.service, minor_units(store)),
        "rollover": one.rollover,
        "rollover_cap": one.rollover_cap,
        "balances": balances(store, one, day_of(store.clock.now(), settings.firm(store).zone)),
        "dated": [
            {"from": word.since.isoformat(), "what": word.what, "terms": word.terms} for word in dated_words(one, store)
        ],
    }


# both


def _changed(form: Any, args: argparse.Namespace) -> dict[str, Any]:
    """The form with what --set and --unset say; every fault of theirs at once."""
    from dispatch.charges.paths import PathError, typed, with_value, without
    from dispatch.desk.refusals import Faulty

    changed, faults = dict(form), []
    for text in args.set:
        path, is_set, value = text.partition("=")
        try:
            if not is_set:
                raise PathError(f"{text!r} is not of the form PATH=VALUE")
            changed = with_value(changed, path.strip(), typed(value))
        except PathError as fault:
            faults.append(f"--set: {fault}")
    for path in args.unset:
        try:
            changed = without(changed, path)
        except PathError as fault:
            faults.append(f"--unset: {fault}")
    if faults:
        raise Faulty(faults)
    return changed


def _day(text: str, name: str, zone: str, now: int) -> datetime.date:
    from dispatch.desk.refusals import Faulty
    from dispatch.model.instants import day_of, parse_day

    try:
        return parse_day(text, today=day_of(now, zone))
    except ValueError as fault:
        raise Faulty([f"{name}: {fault}"]) from None


def _print_paths(title: str, note: str, form: Any) -> None:
    """A form as the paths that --set takes, each with its value."""
    from dispatch.model.text import pad, show

    print(f"{show(title)}  {note}")
    for path, value in _flat(form, ""):
        print(
            f"  {pad(path, 44)} {show(json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value)}"
        )


def _flat(form: Any, path: str) -> Sequence[tuple[str, Any]]:
    if isinstance(form, dict) and form:
        return [pair for key, value in form.items() for pair in _flat(value, f"{path}.{key}" if path else str(key))]
    if isinstance(form, list) and form and all(isinstance(part, dict) for part in form):
        return [pair for place, part in enumerate(form) for pair in _flat(part, f"{path}[{place}]")]
    return [(path, form)]
