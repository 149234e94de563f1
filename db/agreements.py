"""Agreements with their prepaid blocks, and rate cards, in the store."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from db import dated_terms, settings
from db.among import AMONG, keys_param
from db.dated_terms import ALWAYS, Dated
from db.names import changed
from db.rows import Query, Select, Stored, column, day, json_form, part, value
from db.store import Store
from db.unit import Unit
from dispatch.model.agreements import Agreement, PrepaidBlock, RateCard, ServiceTerms
from dispatch.model.money import decimals_of, shortest

MONEY_KIND = "block_money"
RETAINER = "retainer"

# an agreement that was ended early is in force to that day
_LAST_DAY = "min(coalesce(ended_on, '9999-12-31'), coalesce(ends, '9999-12-31'))"


class Grant(NamedTuple):
    """What a retainer grants from an agreement month on: rate-minutes, and what becomes of those that are not used."""

    since: datetime.date
    minutes: Fraction
    rollover: str
    cap: int | None


BLOCKS = Select(PrepaidBlock, "pool r")
"""Prepaid blocks."""
ALLOWANCES = Select(
    Grant,
    "allowance r",
    stored={
        "since": day("from_month"),
        "minutes": Stored(("minutes",), lambda minutes: (str(minutes),), Fraction),
        "cap": column("rollover_cap_min"),
    },
)
"""What retainers grant."""
CARDS = Select(RateCard, "rate_card r")
"""Rate cards."""
_FROM_COLUMNS = ("kind", "starts", "ends", "blocks")
SERVICES = Select(
    ServiceTerms, "agreement r", stored={"targets": json_form("levels"), "monthly_fee": column("monthly_fee_minor")}
)
"""What agreements promise beside their prices."""
AGREEMENTS = Select(
    Agreement,
    "agreement r",
    stored={
        "terms": Stored(
            ("terms",),
            lambda terms: json_form("terms").to_columns({k: v for k, v in terms.items() if k not in _FROM_COLUMNS}),
            json.loads,
        ),
        "rollover_cap": column("rollover_cap_min"),
        "service": part(SERVICES),
    },
    given={"promised": "r.id"},
)
"""Agreements by their own columns."""


# rate cards

rate_card_on: Query[RateCard | None, datetime.date] = CARDS.single(
    "WHERE valid_from <= ? ORDER BY valid_from DESC LIMIT 1"
)
"""The rate card in force on a day: the newest that is valid by then."""
rate_cards: Query[list[RateCard]] = CARDS.listing("ORDER BY valid_from DESC")
"""Every rate card, the newest first."""


def add_rate_card(unit: Unit, name: str, valid_from: datetime.date, card: Mapping[str, Any]) -> int:
    """Add a rate card (the object of design/charges.md B14); returns the id.

    Raises:
        Refused: there is one from the same day.
    """
    before = _hours_of_cards(unit.store)
    card_id = unit.insert("rate_card", **CARDS.columns(RateCard(0, name, valid_from, card)))
    _keep_hours(unit, before)
    unit.audit("rate_card", card_id, name=name, valid_from=valid_from.isoformat(), card=dict(card))
    return card_id


def update_rate_card(unit: Unit, before: RateCard, after: RateCard) -> int:
    """Take over what `after` says differently; returns the new version. Sheets that were kept have their own copy.

    Raises:
        Stale: somebody else changed the record since `before` was read.
        Refused: there is another from the same day.
    """
    hours = _hours_of_cards(unit.store)
    version = unit.update("rate_card", before.id, before.version, **CARDS.columns(after))
    _keep_hours(unit, hours)
    unit.audit("rate_card", before.id, changed=changed(_card_picture(before), _card_picture(after)))
    return version


def hours_by_day(store: Store) -> list[Dated]:
    """The zone, hours and holidays of the rate cards, by the day from which on they count.

    A card that is changed, or added for days that are over, counts from the day on which that was done.
    """
    return dated_terms.firm_terms(store, dated_terms.HOURS) or _hours_of_cards(store)


def minor_units(store: Store) -> int:
    """Decimals of the money of the newest rate card; those of the firm's currency where there is none."""
    card = CARDS.first(store, "ORDER BY valid_from DESC LIMIT 1")
    return decimals_of(settings.firm(store).currency) if card is None else _minor_units(card)


# agreements


def agreement_on(store: Store, client_id: int, day: datetime.date) -> Agreement | None:
    """The client's agreement that matters on a day; None where there never was one.

    The one in force (of several, the last to start), else the one that ended last before it, else the next to start: a
    visit outside of an agreement's term is priced without it and says so (design/charges.md B2.2).
    """
    given = (client_id, day.isoformat())
    ours = "SELECT id FROM agreement WHERE client_id = ?1 AND archived_at IS NULL"
    agreement_id = (
        store.value(f"{ours} AND starts <= ?2 AND {_LAST_DAY} >= ?2 ORDER BY starts DESC, id DESC LIMIT 1", given)
        or store.value(f"{ours} AND {_LAST_DAY} < ?2 ORDER BY {_LAST_DAY} DESC, id DESC LIMIT 1", given)
        or store.value(f"{ours} AND starts > ?2 ORDER BY starts, id LIMIT 1", given)
    )
    return (
        None
        if agreement_id is None
        else _agreements(store, "WHERE id = ?", (agreement_id,), day, rate_card_on(store, day))[0]
    )


def agreements_of(store: Store, *client_ids: int) -> list[Agreement]:
    """The agreements of a client, or of some, that are not archived, by start."""
    return _agreements(store, f"WHERE client_id {AMONG} AND archived_at IS NULL", keys_param(client_ids))


def all_agreements(store: Store) -> list[Agreement]:
    """Every agreement that is not archived, by start; a few queries whatever their number."""
    return _agreements(store, "WHERE archived_at IS NULL")


def not_over(store: Store, client_id: int, day: datetime.date) -> list[Agreement]:
    """The agreements of a client that run on a day or begin later, by start."""
    return [one for one in agreements_of(store, client_id) if one.ends is None or one.ends >= day]


def blocks_of(store: Store, agreement_id: int) -> tuple[PrepaidBlock, ...]:
    """The prepaid blocks of an agreement, in the order in which they were added."""
    return _blocks(store, "WHERE agreement_id = ?", (agreement_id,)).get(agreement_id, ())


def add_agreement(unit: Unit, new: Agreement, blocks: Iterable[PrepaidBlock] = ()) -> int:
    """Add an agreement with its prepaid blocks; returns the id. What it promises counts as `new.service` has it."""
    columns, bought = AGREEMENTS.columns(new), [BLOCKS.columns(block) for block in blocks]
    agreement_id = unit.insert("agreement", **columns)
    if new.kind == RETAINER:
        _grant(unit, agreement_id, new.starts, new)
    for columns_of_block in bought:
        unit.insert("pool", agreement_id=agreement_id, **columns_of_block)
    columns |= {"terms": json.loads(columns["terms"]), "client": columns.pop("client_id"), "pools": bought}
    unit.audit("agreement", agreement_id, **columns)
    return agreement_id


def update_agreement(unit: Unit, before: Agreement, after: Agreement, since: datetime.date | None = None) -> int:
    """Take over what `after` says differently, blocks apart; returns the new version.

    Another allowance, or another rule of what rolls over, is that of the agreement month of `since` and those after it,
    another service counts from `since` on; None: from today. What counted before stays as it was.

    Raises:
        Stale: somebody else changed the record since `before` was read.
    """
    old, new = AGREEMENTS.columns(before), AGREEMENTS.columns(after)
    differences = changed(old, new)
    # only what differs: the end that was read may be the day on which it was ended early
    version = unit.update("agreement", before.id, before.version, **{name: new[name] for name in differences})
    day = settings.today(unit.store) if since is None else since
    if after.kind == RETAINER:
        month = after.month_of(max(day, after.starts))
        if after.starts != before.starts:
            _grant(unit, before.id, after.starts, after)
        elif granted(after) != _grant_on(allowances_of(unit.store, before.id), month):
            _grant(unit, before.id, month, after)
    if after.service != before.service_on(day):
        was, now = Dated(ALWAYS, asdict(before.service)), Dated(day, asdict(after.service))
        dated_terms.keep(unit, dated_terms.AGREEMENT, [was], [now], before.id)
    unit.audit("agreement", before.id, changed=differences, **({} if since is None else {"from": since.isoformat()}))
    return version


def allowances_of(store: Store, agreement_id: int) -> tuple[Grant, ...]:
    """What a retainer grants, by the month from which on it does; of one month the last word comes last."""
    return _allowances(store, "(?)", (agreement_id,)).get(agreement_id, ())


def end_agreement(unit: Unit, before: Agreement, on: datetime.date) -> int:
    """End an agreement early: `on` is its last day. Returns the new version."""
    version = unit.update("agreement", before.id, before.version, ended_on=on.isoformat())
    unit.audit("agreement", before.id, changed={"ended_on": [_iso(before.ends), on.isoformat()]})
    return version


def put_away(unit: Unit, before: Agreement, at: int | None) -> int:
    """Archive an agreement as of an instant, or bring it back (None); returns the new version."""
    version = unit.update("agreement", before.id, before.version, archived_at=at)
    unit.audit("agreement", before.id, archived=at is not None)
    return version


fee_invoiced: Query[bool, int] = value(
    "SELECT EXISTS (SELECT 1 FROM invoiced WHERE agreement_id = ? AND released_at IS NULL)"
)
"""Whether a fee of an agreement stands on an invoice."""


def agreement(store: Store, agreement_id: int, day: datetime.date | None = None) -> Agreement | None:
    """One agreement by its id, with the allowance and the service that count on a day (None: today)."""
    return next(iter(_agreements(store, "WHERE id = ?", (agreement_id,), day)), None)


def add_block(unit: Unit, agreement_id: int, block: PrepaidBlock) -> int:
    """Add a prepaid block to an agreement; returns its id.

    Raises:
        Refused: the agreement has a block of that name.
    """
    pool_id = unit.insert("pool", agreement_id=agreement_id, **BLOCKS.columns(block))
    unit.audit("pool", pool_id, agreement=agreement_id, **BLOCKS.columns(block))
    return pool_id


def update_block(unit: Unit, before: PrepaidBlock, after: PrepaidBlock) -> int:
    """Take over what `after` says differently, such as what remains after a charge; returns the new version.

    Raises:
        Stale: somebody else drew from the block since `before` was read.
    """
    old, new = BLOCKS.columns(before), BLOCKS.columns(after)
    version = unit.update("pool", before.id, before.version, **new)
    unit.audit("pool", before.id, changed=changed(old, new))
    return version


# rows


def granted(agreement: Agreement) -> tuple[Any, ...]:
    """What an agreement grants a month: rate-minutes, what becomes of those that are not used, and how many at most."""
    minutes = Fraction(str(agreement.terms.get("allowance_min") or 0))
    return minutes, agreement.rollover, agreement.rollover_cap


def _grant_on(granted: Sequence[Grant], month: datetime.date) -> tuple[Any, ...] | None:
    """What was said of an agreement month; None before the first word on it."""
    return next((tuple(grant)[1:] for grant in reversed(granted) if grant.since <= month), None)


def _allowances(store: Store, ids: str, params: Sequence[Any]) -> dict[int, tuple[Grant, ...]]:
    """By the ids of agreements, and by month."""
    rest = f"WHERE r.agreement_id IN {ids} ORDER BY r.from_month, r.id"
    return ALLOWANCES.by(store, "r.agreement_id", rest, params)


def _grant(unit: Unit, agreement_id: int, since: datetime.date, agreement: Agreement) -> None:
    unit.insert(
        "allowance",
        agreement_id=agreement_id,
        from_month=since.isoformat(),
        minutes=str(agreement.terms.get("allowance_min") or 0),
        rollover=agreement.rollover,
        rollover_cap_min=agreement.rollover_cap,
        made_at=unit.at,
    )


def _hours_of_cards(store: Store) -> list[Dated]:
    return [
        Dated(card.valid_from, {key: card.card[key] for key in ("timezone", "hours", "holidays") if key in card.card})
        for card in reversed(rate_cards(store))
    ]


def _keep_hours(unit: Unit, before: Sequence[Dated]) -> None:
    """Keep what the cards say of today and of the days to come; `before` is what they said until now."""
    if not before:
        return
    today, cards = settings.today(unit.store), _hours_of_cards(unit.store)
    to_come = [
        dated.since for dated in (*cards, *dated_terms.firm_terms(unit.store, dated_terms.HOURS)) if dated.since > today
    ]
    after = [Dated(day, dated_terms.in_force(cards, day) or {}) for day in sorted({today, *to_come})]
    dated_terms.keep(unit, dated_terms.HOURS, before, after)


def _minor_units(card: RateCard) -> int:
    return int(card.card.get("minor_units", 2))


def _card_picture(card: RateCard) -> dict[str, Any]:
    return {"name": card.name, "valid_from": card.valid_from.isoformat(), "card": dict(card.card)}


def _agreements(
    store: Store, where: str, params: Sequence[Any] = (), day: datetime.date | None = None, card: RateCard | None = None
) -> list[Agreement]:
    """Agreements as they stand on a day (None: today), with their money as a card writes it (None: the newest)."""
    rows = AGREEMENTS.with_extra(store, "r.ended_on", f"{where} ORDER BY starts, id", params)
    if not rows:
        return []
    exponent = minor_units(store) if card is None else _minor_units(card)
    day = settings.today(store) if day is None else day
    ids = f"(SELECT id FROM agreement {where})"
    blocks = _blocks(store, f"WHERE agreement_id IN {ids}", params)
    allowances = _allowances(store, ids, params)
    promised = dated_terms.agreement_terms(store, ids, params)
    agreements = []
    for read, ended_on in rows:
        ends = min((last for last in (_iso(read.ends), ended_on) if last is not None), default=None)
        form = {**read.terms, "kind": read.kind, "starts": read.starts.isoformat(), "ends": ends}
        form["blocks"] = [_block(block, read.kind, exponent) for block in blocks.get(read.id, ())]
        last_day = None if ends is None else datetime.date.fromisoformat(ends)
        words = tuple((dated.since, ServiceTerms(**dated.terms)) for dated in promised.get(read.id, ()))
        agreement = replace(read, ends=last_day, terms=form, promised=words)
        agreement = replace(agreement, service=agreement.service_on(max(day, agreement.starts)))
        agreements.append(_with_allowance(agreement, allowances.get(agreement.id, ()), day))
    return agreements


def _with_allowance(agreement: Agreement, allowances: Sequence[Grant], day: datetime.date) -> Agreement:
    grant = (
        _grant_on(allowances, agreement.month_of(max(day, agreement.starts))) if agreement.kind == RETAINER else None
    )
    if grant is None or grant == granted(agreement):
        return agreement
    minutes, rollover, cap = grant
    allowance = int(minutes) if minutes.denominator == 1 else shortest(minutes)
    return replace(
        agreement, terms={**agreement.terms, "allowance_min": allowance}, rollover=rollover, rollover_cap=cap
    )


def _blocks(store: Store, where: str, params: Sequence[Any] = ()) -> dict[int, tuple[PrepaidBlock, ...]]:
    return BLOCKS.by(store, "r.agreement_id", f"{where} ORDER BY r.agreement_id, r.id", params)


def _block(block: PrepaidBlock, kind: str, minor_units: int) -> dict[str, Any]:
    """A block as in design/charges.md B14: whole rate-minutes as a number, everything else as decimal text."""
    form: dict[str, Any] = {
        "id": block.name,
        "purchased_on": _iso(block.purchased_on),
        "expires_on": _iso(block.expires_on),
    }
    if kind == MONEY_KIND:
        form["remaining_amount"] = format(Decimal(block.remaining).scaleb(-minor_units), "f")
    else:
        form["remaining_min"] = int(block.remaining) if block.remaining.isdecimal() else block.remaining
    return form


def _iso(day: datetime.date | None) -> str | None:
    return None if day is None else day.isoformat()
