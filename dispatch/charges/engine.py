"""The charge of a visit: one pure function, in the order of operations of design/charges.md B11."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from dispatch.charges.card import read_agreement, read_card
from dispatch.charges.checks import errors_of
from dispatch.charges.explain import band_words
from dispatch.charges.labour import labour_lines, minimum_lines
from dispatch.charges.lines import ChargeLine, Sheet
from dispatch.charges.minutes import stay_of
from dispatch.charges.pricing import Pricing
from dispatch.charges.rates import calm_rate
from dispatch.charges.surcharges import percentage_lines, short_notice_fee
from dispatch.charges.tax import contained, is_included, is_taxed, sold_untaxed, taken_out, tax_of
from dispatch.charges.terms import Terms, for_group, select
from dispatch.charges.travel import lacking, travel_lines
from dispatch.charges.visit import ChargedClient, read_client, read_site, read_visit
from dispatch.fields.reading import FormFault
from dispatch.model.instants import time_text
from dispatch.model.languages import reckon, say
from dispatch.model.money import exact_text, rounded, shortest

REVIEWED = frozenset({"ZERO_DURATION", "LONG_VISIT", "GUARANTEE_EXPIRED"})
"""Flags that a lead must accept (B1)."""


def charge_sheet(
    card: Mapping[str, Any],
    client: Mapping[str, Any] | None,
    site: Mapping[str, Any],
    agreement: Mapping[str, Any] | None,
    visit: Mapping[str, Any],
) -> Sheet:
    """The charge sheet of a visit. The same input gives the same sheet: no clock, no database, no hidden state.

    All arguments are objects of the form of design/charges.md B14; missing keys take their defaults.

    Raises:
        FormFault: an argument is not of that form.
    """
    price_list, charged = read_card(card, "card", None), read_visit(visit, "visit", None)
    agreed = None if agreement is None else read_agreement(agreement, "agreement", None)
    where, who = read_site(site, "site", None), read_client(client, "client", None)
    price_list, group = for_group(price_list, who.price_group)
    pricing = Pricing(select(price_list, agreed, charged, group), charged, where)
    errors = errors_of(price_list, where, agreed, charged) | lacking(pricing)
    if errors:
        return Sheet("blocked", (), tuple(sorted(errors)), (), None, None, None, price_list.exponent)
    lines = _services(pricing)
    lines += percentage_lines(pricing, lines, after_discount=False)
    lines += _discounts(pricing, lines)
    lines += percentage_lines(pricing, lines, after_discount=True)
    included = is_included(pricing, who)
    if included and who.tax_exempt:
        lines += taken_out(pricing, lines)
        included = False
    lines += _goodwill(pricing, lines)
    lines += _prepaid(pricing, lines, included=included)
    return _total(pricing, who, lines, included=included)


def _services(pricing: Pricing) -> list[ChargeLine]:
    """Steps 3 to 9: what was done, by the outcome (B8.4)."""
    terms, visit = pricing.terms, pricing.visit
    if visit.outcome == "aborted_by_us":
        return []
    if visit.outcome == "cancelled" and not visit.departed:
        return list(_cancellation(pricing))
    if visit.wasted:
        rule = terms.card.no_access
        if rule.mode == "none" or (rule.mode == "flat" and not _fee_due(terms)):
            return []
        if rule.mode == "flat":
            if rule.amount is None:
                raise FormFault("card.no_access.amount: a number is expected, not nothing")
            return [ChargeLine("FEE-NOACC", "fee", pricing.minor(rule.amount), say("nobody let us in: flat fee"))]
    stays = [stay_of(pricing, part) for part in terms.crew]
    labour = [line for stay in stays for line in labour_lines(pricing, stay)]
    travel = travel_lines(pricing, stays)
    pricing.travel_left = sum(line.amount for line in travel)
    lines = [*labour, *minimum_lines(pricing, stays, labour), *travel, *_emergency_fee(pricing)]
    lines += [*short_notice_fee(pricing, lines), *_items(pricing)]
    if not terms.card.minimum.amount_after_discount:
        lines += _floor(pricing, lines)
    return lines


def _fee_due(terms: Terms) -> bool:
    """Whether a wasted visit may cost a fee: not our own failure within its guarantee, and not of trainees alone (B2.3)."""
    return bool(terms.crew) and not terms.own_failure


def _cancellation(pricing: Pricing) -> Iterator[ChargeLine]:
    terms, visit = pricing.terms, pricing.visit
    if not _fee_due(terms) or visit.scheduled is None or visit.cancelled_at is None:
        return
    notice = visit.scheduled - visit.cancelled_at
    rule = terms.card.cancellation.tier(notice)
    if rule is None or rule.mode == "none":
        return
    value = rule.value
    notice_text = (
        say("cancelled {span} before the start", span=time_text(notice))
        if notice >= 0
        else say("cancelled after the start")
    )
    if rule.mode == "flat":
        fee, why = value, say("{notice}: flat fee", notice=notice_text)
    else:
        first = terms.crew[0]
        tier = terms.tier_at(visit.scheduled)
        minutes = terms.minimum_minutes(first, terms.effective(tier.band))
        weight, hourly = calm_rate(terms, first, tier).weight, terms.price(first)
        fee = minutes * weight * hourly / 60 * value / 100
        why = reckon(
            "{notice}: {pct}% of the minimum, {minutes} min x {price}/h x {weight} ({band})", notice=notice_text,
            pct=shortest(value), minutes=minutes, price=shortest(hourly), weight=exact_text(weight),
            band=say(band_words(tier.name)),
        )  # fmt: skip
    if amount := pricing.minor(fee):
        yield ChargeLine("FEE-CANC", "fee", amount, why)


def _emergency_fee(pricing: Pricing) -> Iterator[ChargeLine]:
    flat = pricing.card.emergency.flat
    if pricing.terms.emergency and flat:
        yield ChargeLine("EMG-FLAT", "fee", pricing.minor(flat), say("emergency fee, once per visit"))


def _items(pricing: Pricing) -> Iterator[ChargeLine]:
    terms = pricing.terms
    for item in pricing.visit.items:
        if item.code is not None:
            qty, listed = item.qty, terms.card.items[item.code]
            price = terms.listed(listed)
            listing = terms.list_words("items", item.code)
            why = reckon("{quantity} x {price}, {list}", quantity=shortest(qty), price=shortest(price), list=listing)
            yield ChargeLine(
                "ITEM", "item", pricing.minor(qty * price), why, note=item.code, qty=qty, unit="each",
                unit_price=price, taxable=listed.taxable,
            )  # fmt: skip
        elif item.amount is not None:
            amount = pricing.minor(item.amount)
            yield ChargeLine("ITEM", "item", amount, say("passed on"), note=item.label, taxable=item.taxable)
        else:
            raise FormFault("visit.items.amount: is missing")


def _discounts(pricing: Pricing, lines: Sequence[ChargeLine]) -> list[ChargeLine]:
    """Steps 10 and 11: the agreement's discount, then the money minimum as a true floor (B8.2, B5.5)."""
    made: list[ChargeLine] = []
    agreement = pricing.terms.agreement
    if agreement is not None:
        pct = agreement.labour_discount_pct
        targets = [("DISC-LAB", "labour")] + ([("DISC-TRV", "travel")] if agreement.discount_travel else [])
        for rule, category in targets:
            base = sum(line.amount for line in lines if line.category == category)
            off = rounded(base * pct / 100)
            if off > 0:
                why = reckon("{pct}% of {amount}", pct=shortest(pct), amount=pricing.text(base))
                made.append(ChargeLine(rule, category, -off, why))
    if pricing.card.minimum.amount_after_discount:
        made += _floor(pricing, [*lines, *made])
    return made


def _floor(pricing: Pricing, lines: Sequence[ChargeLine]) -> Iterator[ChargeLine]:
    """The money minimum of a visit (B5.5)."""
    minimum = pricing.card.minimum
    if minimum.amount is None or pricing.terms.own_failure or pricing.terms.remote:
        return
    if not any(line.rule in ("LAB", "MIN-TIME") and line.charged for line in lines):
        return
    counted = {"labour", "travel"} if minimum.includes_travel else {"labour"}
    had = sum(line.amount for line in lines if line.category in counted)
    floor = pricing.minor(minimum.amount)
    if floor > had:
        why = reckon("minimum {floor}, had {had}", floor=pricing.text(floor), had=pricing.text(had))
        yield ChargeLine("MIN-AMT", "labour", floor - had, why)


def _goodwill(pricing: Pricing, lines: Sequence[ChargeLine]) -> list[ChargeLine]:
    """What a lead gives, each cut to what is left of its category (B8.3)."""
    left: dict[str, int] = {}
    for line in lines:
        left[line.category] = left.get(line.category, 0) + line.amount
    made: list[ChargeLine] = []
    for goodwill in pricing.visit.goodwill:
        target, value = goodwill.target, goodwill.value
        have = max(0, left.get(target, 0))
        percent = goodwill.mode == "percent"
        amount = rounded(have * value / 100) if percent else pricing.minor(value)
        given = min(have, amount)
        if given > 0:
            left[target] = have - given
            size = f"{shortest(value)}%" if percent else shortest(value)
            why = say("{size} by {who}: {why}", size=size, who=goodwill.by, why=goodwill.reason)
            made.append(ChargeLine("GOODWILL", target, -given, why))
    return made


def _prepaid(pricing: Pricing, lines: Sequence[ChargeLine], *, included: bool) -> list[ChargeLine]:
    """Prepaid money pays labour and fees, and travel where agreed; never items (B7.5)."""
    balances = pricing.balances
    if not balances.money:
        return []
    payable = [line for line in lines if line.category in balances.pays]
    due = sum(line.amount for line in payable)
    if included and sold_untaxed(pricing):
        # money that is taxed when it is used pays prices without tax, as it does where these stand on the card
        due -= max(0, contained(pricing, payable))
    if due <= 0:
        return []
    cent = Fraction(1, 10**pricing.card.exponent)
    made = []
    for balance, portion in balances.portions(due * cent, cent):
        amount = pricing.minor(portion)
        due -= amount
        why = reckon(
            "paid from {name}, {left} left after", name=balance.name, left=pricing.text(pricing.minor(balance.left))
        )
        made.append(ChargeLine("POOL-MONEY", "prepaid", -amount, why, pool=balance.name))
    if due > 0:
        pricing.flags.add("POOL_EXHAUSTED")
    return made


def _total(pricing: Pricing, client: ChargedClient, lines: Sequence[ChargeLine], *, included: bool) -> Sheet:
    """Step 14: net, tax, total (B9)."""
    tax, why = tax_of(pricing, client, lines, included=included)
    net = sum(line.amount for line in lines) - (tax if included else 0)
    drawn = {
        name: pricing.text(pricing.minor(amount)) if pricing.balances.money else shortest(amount)
        for name, amount in pricing.balances.drawn.items()
    }
    return Sheet(
        status="review" if pricing.flags & REVIEWED else "ready",
        flags=tuple(sorted(pricing.flags)),
        errors=(),
        lines=tuple(lines),
        net=pricing.text(net),
        tax=pricing.text(tax),
        total=pricing.text(net + tax),
        exponent=pricing.card.exponent,
        drawn=drawn,
        tax_why=why,
        taxed=tuple(is_taxed(pricing, line) for line in lines),
        tax_included=included,
    )
