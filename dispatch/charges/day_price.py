"""Half-day and day prices: what they make of a technician's hours (design/charges.md B4.3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from dispatch.charges.labour_prices import DayPrice
from dispatch.charges.lines import ChargeLine
from dispatch.charges.minutes import Minute, Stay
from dispatch.charges.pricing import Pricing
from dispatch.model.languages import joined, reckon, say
from dispatch.model.money import shortest


def day_price_line(pricing: Pricing, stay: Stay, labour: Sequence[tuple[ChargeLine, bool]]) -> ChargeLine | None:
    """What a technician's day prices add to the labour lines or take off, if anything; each line with whether it is plain."""
    terms = pricing.terms
    prices = terms.card.classes[stay.part.labour_class]
    half, day = (listed and terms.listed(listed) * terms.share(stay.part) for listed in (prices.half_day, prices.day))
    if (half is None and day is None) or pricing.balances.hours or terms.remote:
        return None
    plain = [minute for minute in stay.minutes if minute.kind == "billable" and minute.rate.plain]
    counts, forgiven = (Counter(minute.day for minute in some) for some in (plain, filter(_graced, plain)))
    hourly = terms.price(stay.part) * terms.card.multipliers["business"]
    rule = terms.card.day_price
    costs = {
        date: min(_cost(rule, count - late, hourly, half, day) + late * hourly / 60 for late in {0, forgiven[date]})
        for date, count in sorted(counts.items())
    }
    charged = sum(line.amount for line, is_plain in labour if is_plain)
    more = pricing.minor(sum(costs.values(), Fraction(0))) - charged
    if more == 0:
        return None
    price = terms.price(stay.part)
    worth = Fraction(more, 10**terms.card.exponent) / price * 60 if price else Fraction(0)
    dates = ", ".join(
        reckon("{day} {minutes} min {amount}", day=date, minutes=counts[date], amount=shortest(cost))
        for date, cost in costs.items()
    )
    words = reckon(
        "{rule}: {days}; instead of {amount} by the hour",
        rule=_rule_words(rule, half, day), days=dates, amount=pricing.text(charged),
    )  # fmt: skip
    return ChargeLine("LAB-DAY", "labour", more, words, tech=stay.part.name, rmin=worth)


def _graced(minute: Minute) -> bool:
    return minute.graced


def _cost(rule: DayPrice, minutes: int, hourly: Fraction, half: Fraction | None, day: Fraction | None) -> Fraction:
    """What so many plain minutes of a date cost; one of the two prices is there."""
    paid = min(minutes, rule.half_min if day is None else rule.day_min)
    beyond = (minutes - paid) * hourly / 60
    if rule.mode == "step" and paid:
        return _step(paid > rule.half_min, half, day) + beyond
    first = paid * hourly / 60
    if half is not None:
        begun = min(paid, rule.half_min)
        first = min(half, begun * hourly / 60) + (paid - begun) * hourly / 60
    return (first if day is None else min(first, day)) + beyond


def _step(second_half: bool, half: Fraction | None, day: Fraction | None) -> Fraction:
    if half is None or day is None:
        return half or day or Fraction(0)
    return day if second_half else min(half, day)


def _rule_words(rule: DayPrice, half: Fraction | None, day: Fraction | None) -> str:
    listed = ((half, rule.half_min), (day, rule.day_min))
    named = [
        reckon("{price} for up to {minutes} min", price=shortest(price), minutes=limit)
        for price, limit in listed
        if price is not None
    ]
    if rule.mode == "step":
        return say("each that is begun, {prices}", prices=joined(named))
    return say("by the hour, at most {prices}", prices=joined(named))
