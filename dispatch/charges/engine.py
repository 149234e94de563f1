"""The charge of a visit: one pure function, in the order of operations of design/charges.md B11."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from dispatch.charges.card import read_agreement, read_card
from dispatch.charges.checks import errors_of
from dispatch.charges.labour import labour_lines
from dispatch.charges.lines import ChargeLine, Sheet
from dispatch.charges.minimums import TravelLeft, minimum_lines
from dispatch.charges.minutes import stay_of
from dispatch.charges.prepaid import PrepaidBalances
from dispatch.charges.reading import ChargeInputError
from dispatch.charges.terms import Terms, select
from dispatch.charges.travel import lacking, travel_lines
from dispatch.charges.visit import ChargedLeg, Job, read_job, read_site
from dispatch.model.money import format_minor, rounded, shortest, to_minor

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
        ChargeInputError: an argument is not of that form.
    """
    price_list, job = read_card(card, "card", None), read_job(visit, "visit", None)
    agreed = None if agreement is None else read_agreement(agreement, "agreement", None)
    where = read_site(site, "site", None)
    terms = select(price_list, agreed, job)
    errors = errors_of(price_list, where, agreed, job) | lacking(terms, job, where)
    if errors:
        return Sheet("blocked", (), tuple(sorted(errors)), (), None, None, None, price_list.exponent)
    flags = set(terms.flags)
    balances = PrepaidBalances(terms)
    lines = _services(terms, job, where, balances, flags)
    lines += _discounts(terms, lines)
    lines += _goodwill(terms, job, lines)
    lines += _prepaid(terms, lines, balances, flags)
    return _total(terms, client or {}, lines, balances, flags)


def _services(terms: Terms, job: Job, site: ChargedLeg, balances: PrepaidBalances, flags: set[str]) -> list[ChargeLine]:
    """Steps 3 to 9: what was done, by the outcome (B8.4)."""
    if job.outcome == "aborted_by_us":
        return []
    if job.outcome == "cancelled" and not job.departed:
        return list(_cancellation(terms, job))
    if job.wasted:
        rule = terms.card.no_access
        if rule.mode == "none" or (rule.mode == "flat" and not _feed(terms)):
            return []
        if rule.mode == "flat":
            if rule.amount is None:
                raise ChargeInputError("card.no_access.amount: a number is expected, not None")
            amount = to_minor(rule.amount, terms.card.exponent)
            return [ChargeLine("FEE-NOACC", "fee", amount, "nobody let us in: flat fee")]
    stays = [stay_of(terms, job, part, site, flags) for part in terms.crew]
    labour = [line for stay in stays for line in labour_lines(terms, stay, balances, flags)]
    travel = travel_lines(terms, job, site, stays, balances, flags)
    left = TravelLeft(sum(line.amount for line in travel))
    minimum = minimum_lines(terms, job, stays, labour, balances, left, flags)
    lines = [*labour, *minimum, *travel, *_emergency_fee(terms), *_items(terms, job)]
    if not terms.card.minimum.amount_after_discount:
        lines += _floor(terms, lines)
    return lines


def _feed(terms: Terms) -> bool:
    """Whether a wasted visit may cost a fee: not our own failure within its guarantee, and not of trainees alone (B2.3)."""
    return bool(terms.crew) and not terms.own_failure


def _cancellation(terms: Terms, job: Job) -> Iterator[ChargeLine]:
    rule = terms.card.cancellation
    if not _feed(terms) or rule.mode == "none" or job.scheduled is None or job.cancelled_at is None:
        return
    notice = job.scheduled - job.cancelled_at
    if notice >= rule.notice_hours * 60:
        return
    value = rule.value
    notice_text = (
        f"cancelled {notice // 60} h {notice % 60} min before the start" if notice >= 0 else "cancelled after the start"
    )
    if rule.mode == "flat":
        fee, why = value, f"{notice_text}: flat fee"
    else:
        first = terms.crew[0]
        band = terms.band_at(job.scheduled)
        minutes = terms.minimum_minutes(first, terms.effective(band))
        fee = minutes * terms.band_multiplier(band) * terms.price(first) / 60 * value / 100
        why = f"{notice_text}: {shortest(value)}% of the minimum of {minutes} min ({band}) at {shortest(terms.price(first))}/h"
    amount = to_minor(fee, terms.card.exponent)
    if amount:
        yield ChargeLine("FEE-CANC", "fee", amount, why)


def _emergency_fee(terms: Terms) -> Iterator[ChargeLine]:
    flat = terms.card.emergency.flat
    if terms.emergency and flat:
        yield ChargeLine("EMG-FLAT", "fee", to_minor(flat, terms.card.exponent), "emergency fee, once per visit")


def _items(terms: Terms, job: Job) -> Iterator[ChargeLine]:
    exponent = terms.card.exponent
    for item in job.items:
        if item.code is not None:
            qty, listed = item.qty, terms.card.items[item.code]
            price = terms.listed(listed)
            why = f"{shortest(qty)} x {shortest(price)}, {terms.list_name} price"
            yield ChargeLine(
                "ITEM", "item", to_minor(qty * price, exponent), why, note=item.code, qty=qty, unit="each",
                unit_price=price, taxable=listed.taxable,
            )  # fmt: skip
        elif item.amount is not None:
            amount = to_minor(item.amount, exponent)
            yield ChargeLine("ITEM", "item", amount, "passed on", note=item.label, taxable=item.taxable)
        else:
            raise ChargeInputError("visit.items.amount: is missing")


def _discounts(terms: Terms, lines: Sequence[ChargeLine]) -> list[ChargeLine]:
    """Steps 10 and 11: the agreement's discount, then the money minimum as a true floor (B8.2, B5.5)."""
    made: list[ChargeLine] = []
    if terms.agreement is not None:
        pct = terms.agreement.labour_discount_pct
        targets = [("DISC-LAB", "labour")] + ([("DISC-TRV", "travel")] if terms.agreement.discount_travel else [])
        for rule, category in targets:
            base = sum(line.amount for line in lines if line.category == category)
            off = rounded(base * pct / 100)
            if off > 0:
                why = f"{shortest(pct)}% of {format_minor(base, terms.card.exponent)}"
                made.append(ChargeLine(rule, category, -off, why))
    if terms.card.minimum.amount_after_discount:
        made += _floor(terms, [*lines, *made])
    return made


def _floor(terms: Terms, lines: Sequence[ChargeLine]) -> Iterator[ChargeLine]:
    """The money minimum of a visit (B5.5)."""
    floor = terms.card.minimum.amount
    if floor is None or terms.own_failure:
        return
    if not any(line.rule in ("LAB", "MIN-TIME") and line.charged for line in lines):
        return
    counted = {"labour", "travel"} if terms.card.minimum.includes_travel else {"labour"}
    had = sum(line.amount for line in lines if line.category in counted)
    missing = to_minor(floor, terms.card.exponent) - had
    if missing > 0:
        exponent = terms.card.exponent
        why = f"minimum {format_minor(to_minor(floor, exponent), exponent)}, had {format_minor(had, exponent)}"
        yield ChargeLine("MIN-AMT", "labour", missing, why)


def _goodwill(terms: Terms, job: Job, lines: Sequence[ChargeLine]) -> list[ChargeLine]:
    """What a lead gives, each cut to what is left of its category (B8.3)."""
    left: dict[str, int] = {}
    for line in lines:
        left[line.category] = left.get(line.category, 0) + line.amount
    made: list[ChargeLine] = []
    for goodwill in job.goodwill:
        target, value = goodwill.target, goodwill.value
        have = max(0, left.get(target, 0))
        percent = goodwill.mode == "percent"
        amount = rounded(have * value / 100) if percent else to_minor(value, terms.card.exponent)
        given = min(have, amount)
        if given > 0:
            left[target] = have - given
            size = f"{shortest(value)}%" if percent else shortest(value)
            made.append(ChargeLine("GOODWILL", target, -given, f"{size} by {goodwill.by}: {goodwill.reason}"))
    return made


def _prepaid(terms: Terms, lines: Sequence[ChargeLine], balances: PrepaidBalances, flags: set[str]) -> list[ChargeLine]:
    """Prepaid money pays labour and fees, and travel where agreed; never items (B7.5)."""
    if not balances.money:
        return []
    due = sum(line.amount for line in lines if line.category in balances.pays)
    if due <= 0:
        return []
    exponent = terms.card.exponent
    made = []
    for balance, portion in balances.portions(Fraction(due, 10**exponent), Fraction(1, 10**exponent)):
        amount = to_minor(portion, exponent)
        due -= amount
        why = f"paid from {balance.name}, {format_minor(to_minor(balance.left, exponent), exponent)} left after"
        made.append(ChargeLine("POOL-MONEY", "prepaid", -amount, why, pool=balance.name))
    if due > 0:
        flags.add("POOL_EXHAUSTED")
    return made


def _total(
    terms: Terms, client: Mapping[str, Any], lines: Sequence[ChargeLine], balances: PrepaidBalances, flags: set[str]
) -> Sheet:
    """Step 14: net, tax, total (B9)."""
    exponent = terms.card.exponent
    tax, why = _tax(terms, client, lines, balances, flags)
    net = sum(line.amount for line in lines)
    drawn = {
        name: format_minor(to_minor(amount, exponent), exponent) if balances.money else shortest(amount)
        for name, amount in balances.drawn.items()
    }
    return Sheet(
        status="review" if flags & REVIEWED else "ready",
        flags=tuple(sorted(flags)),
        errors=(),
        lines=tuple(lines),
        net=format_minor(net, exponent),
        tax=format_minor(tax, exponent),
        total=format_minor(net + tax, exponent),
        exponent=exponent,
        drawn=drawn,
        tax_why=why,
    )


def _tax(
    terms: Terms, client: Mapping[str, Any], lines: Sequence[ChargeLine], balances: PrepaidBalances, flags: set[str]
) -> tuple[int, str]:
    rule = terms.card.tax
    rate = rule.rate_pct
    if client.get("tax_exempt", False):
        flags.add("TAX_EXEMPT")
        return 0, f"exempt {client.get('tax_ref') or ''}".strip()
    taxed = [line for line in lines if _taxable(terms, line)]
    base = sum(line.amount for line in taxed)
    if base <= 0:
        return 0, f"{rule.name}: nothing taxable"
    if rule.rounding == "line":
        by_line = [(line.category, rounded(line.amount * rate / 100)) for line in taxed]
        paid = sum(tax for category, tax in by_line if category in balances.pays)
        drawn = -sum(tax for category, tax in by_line if category == "prepaid")
        # rounded by line, a draw could take a cent more than the tax of what it paid
        tax = max(0, sum(tax for category, tax in by_line if category != "prepaid") - min(drawn, max(0, paid)))
    else:
        tax = rounded(base * rate / 100)
    return tax, f"{rule.name} {shortest(rate)}% of {format_minor(base, terms.card.exponent)}"


def _taxable(terms: Terms, line: ChargeLine) -> bool:
    if line.category == "item":
        return line.taxable
    if line.category == "prepaid" and (terms.agreement is None or terms.agreement.tax_on != "sale"):
        return False
    return terms.card.tax.services
