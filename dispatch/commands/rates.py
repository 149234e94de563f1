"""`dispatch rate-card …` and `dispatch agreement …`: what a lead writes down once about prices and terms."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dispatch.commands.declared import JSON, Args, Group, acts, alone, flag, one_of, option, reads
from dispatch.commands.printing import Answer, Listing, write_json
from dispatch.commands.standard_input import file_named
from dispatch.commands.typed import day_typed, zone_of
from dispatch.desk.refusals import Refusal, refuse
from dispatch.model.forms import form, forms
from dispatch.model.instants import day_of
from dispatch.model.text import pad

if TYPE_CHECKING:
    from db.store import Store
    from dispatch.desk.seat import Seat
    from dispatch.model.agreements import Agreement

_CHANGES = (
    option(
        "--set",
        "PATH=VALUE",
        "one figure by its path, for example classes.tech.standard=120 or travel.components[0].rate=0.50, of an agreement "
        "service.targets.P1.onsite=240 or service.calendar=always; repeat for several",
        action="append",
        default=[],
    ),
    option("--unset", "PATH", "back to the default; repeat for several", action="append", default=[]),
)
_ROLLOVER = (
    option("--rollover", None, "unused allowance of a retainer", choices=["none", "next_month", "capped"]),
    option("--rollover-cap", "MIN", "rate-minutes that roll over at most", type=int),
)
_CARD = option("card", "CARD", "its name or first day")
_IN_FORCE = option("card", "CARD", "its name or first day (default: in force today)", nargs="?", default="")
_AGREEMENT = option("agreement", "AGREEMENT", "its name, its number, or the client's name")
_IN = option("file", "FILE", "- reads standard input")
_OUT = option("file", "FILE", "default: printed", nargs="?")


# rate cards


@reads("list", "every rate card, the newest first", JSON)
def _list_cards(store: Store, _: Args) -> Listing:
    from db import agreements

    return Listing(
        agreements.rate_cards(store),
        lambda one: form(one, "name valid_from currency", currency=one.card["currency"]),
        lambda one: f"{one.valid_from}  {pad(one.name, 32)} {one.card['currency']}  {', '.join(one.card['classes'])}",
        "No rate card yet: dispatch rate-card add --preset US --name … --from … --set classes.tech.standard=…",
    )


@reads("show", "one rate card", _IN_FORCE, JSON)
def _show_card(store: Store, args: Args) -> Answer:
    from dispatch.desk.rates import card_called, envelope

    return Answer(
        card_called(store, args.card), envelope, lambda one: [f"{one.name}  from {one.valid_from}", *_paths(one.card)]
    )


@acts(
    "add",
    "a new rate card, from a preset or from another card",
    option("--name", required=True),
    option("--from", "DAY", "its first day", dest="valid_from", required=True),
    one_of(
        option("--preset", "PRESET", "US, UK, city, region or half day", default=""),
        option("--like", "CARD", "begin with the figures of this card"),
    ),
    *_CHANGES,
)
def _add_card(seat: Seat, args: Args) -> str:
    from dispatch.desk.rates import begun, card_called, save_card

    figures = dict(card_called(seat.store, args.like).card) if args.like else begun(seat.firm, args.preset)
    card = save_card(seat, args.name, day_typed(seat.store, args.valid_from, "from"), _changed(figures, args))
    return f"{card.name} prices visits from {card.valid_from} on."


@acts("edit", "change figures of a rate card; sheets that stand keep their copy", _CARD, option("--name"), *_CHANGES)
def _edit_card(seat: Seat, args: Args) -> str:
    from dispatch.desk.rates import card_called, save_card

    before = card_called(seat.store, args.card)
    card = save_card(seat, args.name or before.name, before.valid_from, _changed(before.card, args), before)
    return f"{card.name} is changed. Charges that stand keep their copy of it."


@alone(
    "import",
    "a rate card from a JSON file",
    _IN,
    flag("--update", "take over what differs from the card of the same day"),
)
def _import_card(args: Args) -> int:
    from dispatch.commands.importing import run_import

    never = dict.fromkeys(("check", "accept_good", "columns", "template", "json"), False)
    return run_import(Args(kind="rate-card", map=[], rows=1, **never, **vars(args)))


@reads(
    "export",
    "a rate card as JSON, to keep or to import elsewhere",
    option("card", "CARD", "default: in force today", nargs="?", default=""),
    _OUT,
)
def _export_card(store: Store, args: Args) -> str | None:
    from dispatch.desk.rates import card_called, envelope

    return write_json(envelope(card_called(store, args.card)), args.file)


# agreements


@reads("list", "every agreement", option("--client", "NAME", "only this client's"), JSON)
def _list_agreements(store: Store, args: Args) -> Listing:
    from db import agreements, clients
    from dispatch.desk.book.finding import client_named

    names = {client.id: client.name for client in clients.all_clients(store)}
    if args.client is not None:
        found = agreements.agreements_of(store, client_named(store, args.client).id)
    else:
        found = agreements.all_agreements(store)

    def line(one: Agreement) -> str:
        term = f"{one.starts} – {one.ends or 'no end'}"
        return f"{one.id:>4}  {pad(names.get(one.client_id, ''), 28)} {pad(one.name, 28)} {one.kind:<12} {term}"

    return Listing(
        found,
        lambda one: _agreement_form(store, one),
        line,
        "No agreements yet: dispatch agreement add --client … --name … --kind … --starts …",
    )


@reads("show", "one agreement with its balances", _AGREEMENT, JSON)
def _show_agreement(store: Store, args: Args) -> Answer:
    from dispatch.desk.agreeing import balances, dated_words, minor_units
    from dispatch.desk.quoting import agreement_called
    from dispatch.desk.service_terms import calendar_text, service_form

    def lines(one: Agreement) -> Iterator[str]:
        terms = {key: value for key, value in one.terms.items() if key != "blocks"}
        promises = service_form(one.service, minor_units(store))
        if "calendar" in promises:
            promises["calendar"] = calendar_text(promises["calendar"])
        yield f"{one.name}, {_client_name(store, one)}  rollover {one.rollover}"
        yield from _paths(terms | ({"service": promises} if promises else {}))
        for line in (*balances(store, one, _today(store)), *(word.line for word in dated_words(one, store))):
            yield f"  {line}"

    return Answer(agreement_called(store, args.agreement), lambda one: _agreement_form(store, one), lines)


@acts(
    "add",
    "a new agreement",
    option("--client", "NAME", required=True),
    option("--name", required=True),
    option("--kind", required=True, choices=["tm", "fixed_price", "retainer", "block_hours", "block_money"]),
    option("--starts", "DAY", required=True),
    option("--ends", "DAY", "default: no end"),
    *_ROLLOVER,
    *_CHANGES,
)
def _add_agreement(seat: Seat, args: Args) -> Iterator[str]:
    from dispatch.desk.agreeing import save_agreement

    terms = _changed({"kind": args.kind, "starts": args.starts, "ends": args.ends}, args)
    one = save_agreement(
        seat,
        args.client,
        args.name,
        terms,
        rollover=args.rollover or "none",
        rollover_cap=args.rollover_cap,
        service=terms.pop("service", None),
    )
    yield from _begun(seat.store, one)


@acts(
    "edit",
    "change the terms of an agreement",
    _AGREEMENT,
    option("--name", dest="new_name"),
    option(
        "--from",
        "DAY",
        "from when another allowance, rollover or service counts: a day, or a month such as 2027-01 (default: today)",
        dest="since",
        default="",
    ),
    *_ROLLOVER,
    *_CHANGES,
)
def _edit_agreement(seat: Seat, args: Args) -> Iterator[str]:
    from db import agreements
    from dispatch.desk.agreeing import KEPT, counts_from, dated_words, minor_units, save_agreement
    from dispatch.desk.quoting import agreement_called
    from dispatch.desk.service_terms import service_form

    before = agreement_called(seat.store, args.agreement)
    since = counts_from(before, args.since, day_of(seat.now, seat.firm.zone))
    if since is not None:
        before = agreements.agreement(seat.store, before.id, since) or before
    promises = service_form(before.service, minor_units(seat.store))
    terms = _changed({**before.terms, "service": promises}, args)
    one = save_agreement(
        seat,
        _client_name(seat.store, before),
        args.new_name or before.name,
        terms,
        before,
        rollover=args.rollover or before.rollover,
        rollover_cap=before.rollover_cap if args.rollover_cap is None else args.rollover_cap,
        service=terms.pop("service", {}),
        since=since,
    )
    yield f"{one.name} is changed. {KEPT}"
    for word in dated_words(one, seat.store):
        yield f"  {word.line}"
    yield from _warnings(seat.store, one)


def _begun(store: Store, one: Agreement) -> Iterator[str]:
    yield f"{one.name} ({one.kind}) is in force from {one.starts} on; its number is {one.id}."
    yield from _warnings(store, one)


def _warnings(store: Store, one: Agreement) -> Iterator[str]:
    """What speaks against the promises of an agreement that was saved; it stands all the same."""
    from dispatch.desk.capacity import warnings_of

    for warning in warnings_of(store, one):
        yield f"  warning: {warning}"


@acts("end", "end an agreement early", _AGREEMENT, option("--on", "DAY", "its last day", required=True))
def _end_agreement(seat: Seat, args: Args) -> str:
    from dispatch.desk.agreeing import end_agreement
    from dispatch.desk.quoting import agreement_called

    on = day_typed(seat.store, args.on, "on")
    return f"{end_agreement(seat, agreement_called(seat.store, args.agreement), on).name} ends on {on}."


@acts(
    "block",
    "add a prepaid block to an agreement",
    _AGREEMENT,
    option("--id", "ID", "what the block is called", dest="block", required=True),
    option("--size", "AMOUNT", "rate-minutes, for prepaid money the amount", required=True),
    option("--bought", "DAY", default=""),
    option("--expires", "DAY", "its last day (default: never)", default=""),
)
def _add_block(seat: Seat, args: Args) -> list[str]:
    from dispatch.desk.agreeing import add_block, balances
    from dispatch.desk.quoting import agreement_called

    texts = {"name": args.block, "size": args.size, "bought": args.bought, "expires": args.expires}
    one = add_block(seat, agreement_called(seat.store, args.agreement), texts)
    return balances(seat.store, one, _today(seat.store))


@acts("import", "an agreement from a JSON file as `export` writes it", _IN)
def _import_agreement(seat: Seat, args: Args) -> Iterator[str]:
    from dispatch.desk.agreeing import save_agreement
    from dispatch.desk.imports.rate_card_file import read_card

    with file_named(args.file) as path:
        found = read_card(path)
    terms, client, name, cap = (found.get(key) for key in ("terms", "client", "name", "rollover_cap"))
    if not (isinstance(terms, dict) and isinstance(client, str) and isinstance(name, str)):
        raise Refusal(f"{path.name} is not an agreement: an object with client, name and terms is expected.")
    one = save_agreement(
        seat,
        client,
        name,
        terms,
        rollover=str(found.get("rollover", "none")),
        rollover_cap=cap if isinstance(cap, int) else None,
        service=found.get("service"),
    )
    yield from _begun(seat.store, one)
    if terms.get("blocks"):
        yield "Its prepaid blocks are not imported: enter what is left of each with dispatch agreement block."


@reads("export", "an agreement as JSON", _AGREEMENT, _OUT)
def _export_agreement(store: Store, args: Args) -> str | None:
    from dispatch.desk.quoting import agreement_called

    return write_json(_agreement_form(store, agreement_called(store, args.agreement)), args.file)


def _agreement_form(store: Store, one: Agreement) -> dict[str, Any]:
    from dispatch.desk.agreeing import balances, dated_words, minor_units
    from dispatch.desk.service_terms import service_form

    return form(
        one,
        "number=id client name terms service rollover rollover_cap balances dated",
        client=_client_name(store, one),
        service=service_form(one.service, minor_units(store)),
        balances=balances(store, one, _today(store)),
        dated=forms(dated_words(one, store), "from=since what terms"),
    )


def _client_name(store: Store, one: Agreement) -> str:
    from db import clients

    client = clients.client(store, one.client_id)
    return client.name if client is not None else ""


def _today(store: Store) -> datetime.date:
    return day_of(store.clock.now(), zone_of(store))


# both


def _changed(figures: Any, args: Args) -> dict[str, Any]:
    """A form with what --set and --unset say; every fault of theirs at once."""
    from dispatch.charges.paths import PathError, typed, with_value, without

    changed, faults = dict(figures), []
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
    refuse(faults)
    return changed


def _paths(figures: Any, path: str = "") -> Iterator[str]:
    """A form as the paths that --set takes, each with its value."""
    if isinstance(figures, dict) and figures:
        for key, value in figures.items():
            yield from _paths(value, f"{path}.{key}" if path else str(key))
    elif isinstance(figures, list) and figures and all(isinstance(part, dict) for part in figures):
        for place, part in enumerate(figures):
            yield from _paths(part, f"{path}[{place}]")
    else:
        value = figures if isinstance(figures, str) else json.dumps(figures, ensure_ascii=False)
        yield f"  {pad(path, 44)} {value}"


COMMANDS = (
    Group(
        "rate-card",
        "the dated price lists",
        (_list_cards, _show_card, _add_card, _edit_card, _import_card, _export_card),
    ),
    Group(
        "agreement",
        "what was agreed with clients",
        (
            *(_list_agreements, _show_agreement, _add_agreement, _edit_agreement, _end_agreement, _add_block),
            *(_import_agreement, _export_agreement),
        ),
    ),
)
