"""`dispatch rate-card …` and `dispatch agreement …`: what a lead writes down once about prices and terms."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from dispatch.commands.declared import CommandGroup, acts, alone, by, reads
from dispatch.commands.options import CONFIRM, JSON, Args, Store, User, flag, one_of, option, options_of, typed
from dispatch.commands.printing import Answer, listing, write_json
from dispatch.commands.standard_input import file_named
from dispatch.commands.typed import CLIENT, day_or_today
from dispatch.desk.session.refusals import Refusal, refuse
from dispatch.lazily import lazily
from dispatch.model.agreements import KIND_WORDS
from dispatch.model.forms import form, forms
from dispatch.model.instants import day_of
from dispatch.model.money import format_minor
from dispatch.model.text import pad

with lazily(__name__):
    from db import agreements, clients, settings
    from dispatch.charges import paths
    from dispatch.commands import importing
    from dispatch.desk.imports import rate_card_file
    from dispatch.desk.prices import agreeing, beginning, rate_cards, service_terms
    from dispatch.model.agreements import Agreement
    from dispatch.records import agreements as records

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
    option("--rollover-cap", "MIN", "minutes at the usual rate that roll over at most", type=int),
)
_CALLED = "prices.rate_cards.card_called"
_CARD = option("card", "CARD", "its name or first day", reads=_CALLED)
_IN_FORCE = option(
    "card", "CARD", "its name or first day (default: in force today)", reads=_CALLED, nargs="?", default=""
)
_AGREED = "charges.quoting.agreement_called"
_AGREEMENT = option("agreement", "AGREEMENT", "its name, its number, or the client's name", reads=_AGREED)
_IN = option("file", "FILE", "- reads standard input")
_OUT = option("file", "FILE", "default: printed", nargs="?")


# rate cards


@reads("list", "every rate card, the newest first", JSON)
def _list_cards(store: Store, _: Args) -> Answer:
    return listing(
        agreements.rate_cards(store),
        lambda card: form(card, "name valid_from currency", currency=card.card["currency"]),
        lambda card: (
            f"{card.valid_from}  {pad(card.name, 32)} {card.card['currency']}  {', '.join(card.card['classes'])}"
        ),
        "No rate card yet: dispatch rate-card add --preset US --name … --from … --set classes.tech.standard=…",
    )


@reads("show", "one rate card", _IN_FORCE, JSON)
def _show_card(_: Store, args: Args) -> Answer:
    return Answer(
        args.card, rate_cards.envelope, lambda card: [f"{card.name}  from {card.valid_from}", *_paths(card.card)]
    )


@acts(
    "add",
    "a new rate card, from a preset or from another card",
    option("--name", required=True),
    option("--from", "DAY", "its first day", reads=day_or_today, dest="valid_from", required=True),
    one_of(
        option("--preset", "PRESET", "US, UK, city, region, half day, tiers or day rate", default=""),
        option("--like", "CARD", "begin with the figures of this card", reads=_CALLED),
    ),
    *_CHANGES,
    CONFIRM,
)
def _add_card(user: User, args: Args) -> str:
    figures = args.like.card if args.like else rate_cards.begun(user.store, args.preset)
    card = rate_cards.save_card(user, args.name, args.valid_from, _changed(figures, args), None, args.confirm)
    return f"{card.name} prices visits from {card.valid_from} on."


@acts(
    "edit",
    "change figures of a rate card; sheets that stand keep their copy",
    _CARD,
    option("--name"),
    *_CHANGES,
    CONFIRM,
)
def _edit_card(user: User, args: Args) -> str:
    before = args.card
    name, figures = args.name or before.name, _changed(before.card, args)
    card = rate_cards.save_card(user, name, before.valid_from, figures, before, args.confirm)
    return f"{card.name} is changed. Charges that stand keep their copy of it."


@alone(
    "import",
    "a rate card from a JSON file",
    _IN,
    flag("--update", "take over what differs from the card of the same day"),
    CONFIRM,
)
def _import_card(args: Args) -> int:
    never = dict.fromkeys(("check", "accept_good", "columns", "template", "json"), False)
    return importing.run_import(Args(kind="rate-card", map=[], rows=1, **never, **vars(args)))


@reads(
    "export",
    "a rate card as JSON, to keep or to import elsewhere",
    option("card", "CARD", "default: in force today", reads=_CALLED, nargs="?", default=""),
    _OUT,
)
def _export_card(_: Store, args: Args) -> str | None:
    return write_json(rate_cards.envelope(args.card), args.file)


# agreements


@reads("list", "every agreement", option("--client", "NAME", "only this client's", reads=CLIENT), JSON)
def _list_agreements(store: Store, args: Args) -> Answer:
    names, client = clients.names(store), args.client
    listed = agreements.all_agreements(store) if client is None else agreements.agreements_of(store, client.id)

    def line(agreement: Agreement) -> str:
        term = f"{agreement.starts} – {agreement.ends or 'no end'}"
        client_name = names.get(agreement.client_id, "")
        return f"{agreement.id:>4}  {pad(client_name, 28)} {pad(agreement.name, 28)} {pad(KIND_WORDS[agreement.kind], 18)} {term}"

    return listing(
        listed,
        lambda agreement: _agreement_form(store, agreement),
        line,
        "No agreements yet: dispatch agreement add --client … --name … --kind … --starts …",
    )


@reads("show", "one agreement with its balances", _AGREEMENT, JSON)
def _show_agreement(store: Store, args: Args) -> Answer:
    def lines(agreement: Agreement) -> Iterator[str]:
        terms = {key: value for key, value in agreement.terms.items() if key != "blocks"}
        promises = service_terms.service_form(agreement.service, agreements.minor_units(store))
        if "calendar" in promises:
            promises["calendar"] = service_terms.calendar_text(promises["calendar"])
        made = f"  made from the plan {plan}" if (plan := beginning.form_of(agreement, store).get("plan")) else ""
        rollover = agreement.rollover.replace("_", " ")
        yield f"{agreement.name}, {_client_name(store, agreement)}  rollover: {rollover}{made}"
        yield from _paths(terms | ({"service": promises} if promises else {}))
        for line in (
            *agreeing.balances(store, agreement, settings.today(store)),
            *(word.line for word in agreeing.dated_words(agreement, store)),
        ):
            yield f"  {line}"

    return Answer(args.agreement, lambda agreement: _agreement_form(store, agreement), lines)


_CLIENT = option("--client", "NAME", reads=CLIENT, required=True)
_STARTS = option("--starts", "DAY", "its first day", reads=day_or_today, required=True)
_ENDS = option("--ends", "DAY", "its last day")


@acts(
    "add",
    "a new agreement, of a kind or like another one",
    _CLIENT,
    option("--name", required=True),
    one_of(
        option("--kind", None, choices=["tm", "fixed_price", "retainer", "block_hours", "block_money"]),
        option("--like", "AGREEMENT", "begin with the terms of this one", reads=_AGREED),
        needed=True,
    ),
    _STARTS,
    _ENDS,
    *_ROLLOVER,
    *_CHANGES,
    CONFIRM,
)
def _add_agreement(user: User, args: Args) -> Iterator[str]:
    if args.like is not None:
        return _begun(user, args, beginning.like(user.store, args.like, args.starts).terms, args.name)
    return _begun(user, args, {"kind": args.kind, "starts": args.starts.isoformat(), "ends": None}, args.name)


@acts(
    "from-plan",
    "a new agreement as a service plan has it, with its fee for the client",
    option("plan", "PLAN", reads="book.records.service_plan_named"),
    _CLIENT,
    option("--name", None, "default: what the plan is called"),
    _STARTS,
    option("--ends", "DAY", "its last day (default: the term of the plan)"),
    *_ROLLOVER,
    *_CHANGES,
    CONFIRM,
)
def _from_plan(user: User, args: Args) -> Iterator[str]:
    begun = beginning.from_plan(user.store, args.plan, args.client, args.starts)
    return _begun(user, args, begun.terms, args.name or begun.name)


@acts(
    "renew",
    "the agreement that goes on when one ends: the same terms, or those of a plan; what changes is asked about",
    _AGREEMENT,
    option("--plan", "PLAN", "with the terms and the fee of this plan", reads="book.records.service_plan_named"),
    option("--name", None, "default: its name with the new year"),
    option("--starts", "DAY", "its first day (default: the day after)"),
    option("--ends", "DAY", "its last day (default: as long again)"),
    *_ROLLOVER,
    *_CHANGES,
    CONFIRM,
)
def _renew(user: User, args: Args) -> Iterator[str]:
    args.client = clients.client(user.store, args.agreement.client_id)
    begun = beginning.successor(user.store, args.agreement, args.plan, args.client)
    starts = {} if args.starts is None else {"starts": args.starts}
    return _begun(user, args, begun.terms | starts, args.name or begun.name)


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
    CONFIRM,
)
def _edit_agreement(user: User, args: Args) -> Iterator[str]:
    before = args.agreement
    since = agreeing.counts_from(before, args.since, day_of(user.now, user.firm.zone))
    if since is not None:
        before = agreements.agreement(user.store, before.id, since) or before
    promises = beginning.form_of(before, user.store)["service"]
    terms = {"service": {}} | _changed({**before.terms, "service": promises}, args)
    terms["rollover"] = args.rollover or before.rollover
    terms["rollover_cap"] = before.rollover_cap if args.rollover_cap is None else args.rollover_cap
    name = args.new_name or before.name
    agreement = agreeing.save_agreement(
        user, _client_name(user.store, before), name, terms, before, since, args.confirm
    )
    yield f"{agreement.name} is changed. {agreeing.KEPT}"
    for word in agreeing.dated_words(agreement, user.store):
        yield f"  {word.line}"
    yield from _warnings(user.store, agreement)


def _begun(user: User, args: Args, figures: dict[str, Any], name: str) -> Iterator[str]:
    """Save a new agreement that begins with some figures, as the options change them."""
    terms = _changed(figures | ({} if args.ends is None else {"ends": args.ends}), args)
    if args.rollover is not None:
        terms["rollover"] = args.rollover
    if args.rollover_cap is not None:
        terms["rollover_cap"] = args.rollover_cap
    return _saved(user, args.client.name, name, terms, args.confirm)


def _saved(
    user: User, client: str, name: str, terms: dict[str, Any], confirmed: Sequence[str] | None = None
) -> Iterator[str]:
    agreement = agreeing.save_agreement(user, client, name, terms, confirmed=confirmed)
    fee = agreement.service.monthly_fee
    yield f"{agreement.name} ({KIND_WORDS[agreement.kind]}) is in force from {agreement.starts} on; its number is {agreement.id}."
    if fee is not None:
        yield f"  its fee is {format_minor(fee, agreements.minor_units(user.store))} a month"
    yield from _warnings(user.store, agreement)


def _warnings(store: Store, agreement: Agreement) -> Iterator[str]:
    """What speaks against the promises of an agreement that was saved; it stands all the same."""
    for warning in agreeing.warnings_of(store, agreement):
        yield f"  warning: {warning}"


@acts("block", "add a prepaid block to an agreement", _AGREEMENT, lambda: options_of(records.BLOCK.typed, needed=True))
def _add_block(user: User, args: Args) -> list[str]:
    return agreeing.balances(
        user.store, agreeing.add_block(user, args.agreement, typed(args)), settings.today(user.store)
    )


@acts(
    "block-price",
    "say what a prepaid block was sold for, before it is invoiced",
    _AGREEMENT,
    option("block", "BLOCK", "what it is called"),
    option("price", "AMOUNT", "before tax; 0: it was not sold"),
)
def _price_block(user: User, args: Args) -> list[str]:
    agreement = agreeing.price_block(user, args.agreement, args.block, args.price)
    return agreeing.balances(user.store, agreement, settings.today(user.store))


@acts("import", "an agreement from a JSON file as `export` writes it", _IN)
def _import_agreement(user: User, args: Args) -> Iterator[str]:
    with file_named(args.file) as path:
        document = rate_card_file.read_card(path)
    terms, client, name, cap = (document.get(key) for key in ("terms", "client", "name", "rollover_cap"))
    if not (isinstance(terms, dict) and isinstance(client, str) and isinstance(name, str)):
        raise Refusal(f"{path.name} is not an agreement: an object with client, name and terms is expected.")
    beside = {"rollover": str(document.get("rollover", "none")), "rollover_cap": cap if isinstance(cap, int) else None}
    yield from _saved(user, client, name, terms | beside | {"service": document.get("service")})
    if terms.get("blocks"):
        yield "Its prepaid blocks are not imported: enter what is left of each with dispatch agreement block."


@reads("export", "an agreement as JSON", _AGREEMENT, _OUT)
def _export_agreement(store: Store, args: Args) -> str | None:
    return write_json(_agreement_form(store, args.agreement), args.file)


def _agreement_form(store: Store, agreement: Agreement) -> dict[str, Any]:
    return form(
        agreement,
        "number=id client name plan? terms service rollover rollover_cap balances dated",
        client=_client_name(store, agreement),
        plan=beginning.form_of(agreement, store).get("plan", ""),
        service=service_terms.service_form(agreement.service, agreements.minor_units(store)),
        balances=agreeing.balances(store, agreement, settings.today(store)),
        dated=forms(agreeing.dated_words(agreement, store), "from=since what terms"),
    )


def _client_name(store: Store, agreement: Agreement) -> str:
    client = clients.client(store, agreement.client_id)
    return client.name if client is not None else ""


# both


def _changed(figures: Any, args: Args) -> dict[str, Any]:
    """A form with what --set and --unset say; every fault of theirs at once."""
    changed, faults = dict(figures), []
    for text in args.set:
        path, is_set, value = text.partition("=")
        try:
            if not is_set:
                raise paths.PathError(f"{text!r} is not of the form PATH=VALUE")
            changed = paths.with_value(changed, path.strip(), paths.typed(value))
        except paths.PathError as fault:
            faults.append(f"--set: {fault}")
    for path in args.unset:
        try:
            changed = paths.without(changed, path)
        except paths.PathError as fault:
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


_CARD_DEEDS = (_list_cards, _show_card, _add_card, _edit_card, _import_card, _export_card)
_AGREEMENT_DEEDS = (
    _list_agreements,
    _show_agreement,
    _add_agreement,
    _from_plan,
    _renew,
    _edit_agreement,
    acts(
        "end",
        "end an agreement early",
        _AGREEMENT,
        option("--on", "DAY", "its last day", reads=day_or_today, required=True),
        about="One that has not begun never begins where its last day is before its first.",
    )(by("prices.agreeing.end_agreement", "{0.name} ends on {on}.")),
    _add_block,
    _price_block,
    _import_agreement,
    _export_agreement,
)
COMMANDS = (
    CommandGroup("rate-card", "the dated price lists", _CARD_DEEDS),
    CommandGroup("agreement", "what was agreed with clients", _AGREEMENT_DEEDS),
)
