"""Labour lines: minutes by kind, band, multiplier and prepaid balance; and the time minimum (design/charges.md B4.2, B5, B7)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from dispatch.charges.bands import Tier
from dispatch.charges.day_price import day_price_line
from dispatch.charges.explain import band_words
from dispatch.charges.lines import ChargeLine
from dispatch.charges.minutes import Stay
from dispatch.charges.pricing import Pricing
from dispatch.charges.rates import Rate, rate_of
from dispatch.charges.terms import Terms
from dispatch.charges.visit import EarlierVisits
from dispatch.model.instants import changed_text
from dispatch.model.languages import phrase, reckon, say
from dispatch.model.money import exact_text, shortest

_RULES = {"covered": "LAB-COV", "own_fault": "LAB-OWN", "free_test": "LAB-TEST"}
"""The rule of what is not charged, by its kind, which is the reason too."""

_Group = tuple[str, Tier, Rate, str | None]
"""Kind, band, rate and prepaid balance: what the minutes of one line have in common."""


def labour_lines(pricing: Pricing, stay: Stay) -> list[ChargeLine]:
    """The lines of one technician, in order of first appearance."""
    groups: dict[_Group, int] = {}
    left: dict[_Group, Fraction] = {}
    for minute in stay.minutes:
        balance = None
        if minute.kind == "billable" and pricing.balances.hours:
            balance = pricing.balances.for_minute(minute.rate.weight)
            if balance is None:
                pricing.flags.add("POOL_EXHAUSTED")
            else:
                balance.take(minute.rate.weight)
        group = (minute.kind, minute.tier, minute.rate, None if balance is None else balance.name)
        groups[group] = groups.get(group, 0) + 1
        if balance is not None:
            left[group] = balance.left
    lines = [_line(pricing, stay, group, count, left.get(group)) for group, count in groups.items()]
    plain = [kind == "billable" and rate.plain for kind, _, rate, _ in groups]
    by_day = day_price_line(pricing, stay, [*zip(lines, plain, strict=True)])
    return lines if by_day is None else [*lines, by_day]


def _line(pricing: Pricing, stay: Stay, group: _Group, count: int, left: Fraction | None) -> ChargeLine:
    terms, (kind, tier, rate, paid_from) = pricing.terms, group
    over = kind == "billable" and pricing.balances.hours and paid_from is None
    hourly = terms.overage(stay.part) if over else terms.price(stay.part)
    price, multiplier = rate.of(hourly)
    over = over and terms.agreement is not None and terms.agreement.overage_rate is not None
    if rate.price is not None and not over:
        price = rate.price
    amount = pricing.minor(count * price * multiplier / 60)
    counted = reckon(
        "{minutes} min x {price}/h x {multiplier}",
        minutes=count,
        price=shortest(price),
        multiplier=exact_text(multiplier),
    )
    why = "; ".join([f"{counted} ({_rate_words(pricing, stay, tier, rate, hourly)}), {_list_words(terms, stay, rate, over)}",
                     *_why(terms, stay, group, count, left)])  # fmt: skip
    if kind == "billable" and paid_from is None:
        rule, reason = "LAB", None
    elif kind == "billable":
        rule, reason = "LAB-POOL", "drawn"
    else:
        rule, reason = _RULES[kind], kind
    return ChargeLine(
        rule,
        "labour",
        0 if reason else amount,
        why,
        tech=stay.part.name,
        note=tier.name,
        qty=Fraction(count),
        unit="min",
        unit_price=price,
        multiplier=multiplier,
        rmin=None if rate.price is None else count * rate.weight,
        zero_reason=reason,
        value=amount if reason else None,
        pool=paid_from,
    )


def _rate_words(pricing: Pricing, stay: Stay, tier: Tier, rate: Rate, hourly: Fraction) -> str:
    """Why a minute costs what it costs."""
    terms, words = pricing.terms, [say(band_words(tier.name))]
    if terms.waives(tier.band):
        words.append(say("premium waived"))
    if rate.raised == "overtime":
        words.append(
            say("overtime past {n} min of a day", n=terms.card.overtime.after_min) + _worked_before(pricing, stay)
        )
    elif rate.raised:
        words.append(say(rate.raised))
    if rate.price is not None:
        words.append(reckon("instead of {price}/h", price=shortest(hourly)))
    return ", ".join(words)


def _worked_before(pricing: Pricing, stay: Stay) -> str:
    """What of the days of a stay earlier visits were (B3.8)."""
    earlier = pricing.visit.prior_today.get(stay.part.name) or EarlierVisits()
    days = [pricing.terms.local(start).date().isoformat() for start, _ in stay.windows]
    worked = {day: earlier.worked_min[day] for day in days if earlier.worked_min.get(day)}
    each = (
        say("on {day} {n} min earlier", day=day, n=count) if len(days) > 1 else say("{n} min earlier", n=count)
        for day, count in worked.items()
    )
    return "".join(f", {words}" for words in each)


def _list_words(terms: Terms, stay: Stay, rate: Rate, over: bool) -> str:
    """Where its price comes from."""
    listed = rate.listed or terms.list_words("classes", stay.part.labour_class)
    share = terms.card.extra_technician_pct
    second = reckon(", {pct}% from the second technician on", pct=share.text) if terms.share(stay.part) != 1 else ""
    return (say("overage price") if over else listed) + second


def _why(terms: Terms, stay: Stay, group: _Group, count: int, left: Fraction | None) -> Iterator[str]:
    kind, tier, rate, paid_from = group
    taken = [
        say(word, n=minutes)
        for minutes, word in (
            (stay.breaks, phrase("{n} min break")),
            (stay.count("own_fault"), phrase("{n} min our own fault")),
            (stay.count("free_test"), phrase("{n} min free test time")),
        )
        if minutes
    ]
    window = say("on the clock {spans}", spans=", ".join(_window(terms, stay, *span) for span in stay.windows))
    if stay.early:
        window += say(" ({n} min before the appointment not counted)", n=stay.early)
    yield say("{window} less {minutes}", window=window, minutes=", ".join(taken)) if taken else window
    if kind in ("billable", "covered"):
        yield say(
            "{counted} min counted, {rounded} min after rounding ({rule})",
            counted=stay.counted, rounded=stay.rounded, rule=stay.rounding.words,
        )  # fmt: skip
    if stay.graced and tier.band == "business":
        yield say("{n} min past closing kept at the business rate", n=stay.graced)
    if kind == "covered":
        yield say("covered by the fixed price")
    elif kind == "own_fault":
        yield say("our own failure, not charged")
    elif kind == "free_test":
        yield say("test time, not charged")
    elif paid_from is not None and left is not None:
        drawn, after = shortest(count * rate.weight), shortest(left)
        yield reckon(
            "drawn from {name}: {drawn} min at the usual rate, {left} left after",
            name=paid_from,
            drawn=drawn,
            left=after,
        )


def _window(terms: Terms, stay: Stay, start: int, end: int) -> str:
    """From when to when, with the day where there are several."""
    begins = _clock(terms, start, "%H:%M" if len(stay.windows) == 1 else "%Y-%m-%d %H:%M")
    return f"{begins}–{_clock(terms, end)}{changed_text(start * 60, end * 60, terms.card.zone.key)}"


def _clock(terms: Terms, minute: int, wording: str = "%H:%M") -> str:
    return datetime.datetime.fromtimestamp(minute * 60, terms.card.zone).strftime(wording)


def minimum_lines(pricing: Pricing, stays: Sequence[Stay], labour: Sequence[ChargeLine]) -> list[ChargeLine]:
    """MIN-TIME, MIN-TRV and MIN-DAY of the crew, technician by technician; `labour` are the lines that stand already."""
    entitled = stays[:1] if pricing.card.minimum.technicians == "first" else stays
    lines: list[ChargeLine] = []
    for stay in entitled:
        own = [line for line in labour if line.tech == stay.part.name]
        lines += _of_technician(pricing, stay, own)
    return lines


def _of_technician(pricing: Pricing, stay: Stay, labour: Sequence[ChargeLine]) -> Iterator[ChargeLine]:
    terms, tier = pricing.terms, stay.arrival
    if tier is None or not _applies(pricing, stay, tier.band):
        return
    minutes = terms.minimum_minutes(stay.part, terms.effective(tier.band))
    if terms.emergency and not terms.remote:
        minutes = max(minutes, terms.card.minimum.emergency_minutes)
    weight = rate_of(terms, stay.part, tier).weight
    due = minutes * weight
    prior = (
        pricing.visit.prior_today.get(stay.part.name) if terms.card.minimum.per == "day" and not terms.remote else None
    )
    earlier = prior or EarlierVisits()
    by_day = sum((line.rmin or Fraction(0) for line in labour if line.rule == "LAB-DAY"), Fraction(0))
    presence = stay.presence + by_day + earlier.presence_rmin
    missing = max(Fraction(0), due - presence)
    missing -= earlier.topup_rmin
    if missing > 0:
        why = reckon(
            "minimum {minutes} min x {weight} ({band}) = {due} min at the usual rate, of which {present} are on the clock",
            minutes=minutes, weight=exact_text(weight), band=say(band_words(tier.name)), due=shortest(due),
            present=shortest(stay.presence),
        )  # fmt: skip
        if by_day:
            why += reckon(", {minutes} in the day price", minutes=shortest(by_day))
        if prior is not None:
            before, paid = shortest(earlier.presence_rmin), shortest(earlier.topup_rmin)
            why += reckon(", {before} worked and {paid} paid for earlier today", before=before, paid=paid)
        why += reckon("; {minutes} are missing", minutes=shortest(missing))
        yield from _top_up(pricing, stay, missing, why)
    elif missing < 0:
        yield from _credit(pricing, stay, -missing, sum(line.amount for line in labour), earlier)


def _applies(pricing: Pricing, stay: Stay, band: str) -> bool:
    """Where there is no time minimum (B5.2)."""
    terms = pricing.terms
    if terms.own_failure or (stay.had_minutes and not stay.had_billable):
        return False
    if (
        stay.had_minutes
        or pricing.visit.outcome != "completed"
        or terms.agreement is None
        or terms.kind != "fixed_price"
    ):
        return True
    return terms.effective(band) not in terms.agreement.covers_bands


def _top_up(pricing: Pricing, stay: Stay, missing: Fraction, why: str) -> Iterator[ChargeLine]:
    price = pricing.terms.price(stay.part)
    blank = ChargeLine("MIN-TIME", "labour", 0, why, tech=stay.part.name, unit="rate-min",
                       note=None if stay.arrival is None else stay.arrival.name)  # fmt: skip
    if pricing.balances.hours:
        for balance, portion in pricing.balances.portions(missing):
            missing -= portion
            value = pricing.minor(portion * price / 60)
            text = why + reckon(
                "; {minutes} min at the usual rate x {price}/h drawn from {name}, {left} left after", minutes=shortest(portion),
                price=shortest(price), name=balance.name, left=shortest(balance.left),
            )  # fmt: skip
            yield replace(
                blank, why=text, qty=portion, unit_price=price, zero_reason="drawn", value=value, pool=balance.name
            )
        if missing <= 0:
            return
        pricing.flags.add("POOL_EXHAUSTED")
        price = pricing.terms.overage(stay.part)
    amount = pricing.minor(missing * price / 60)
    why += reckon("; {minutes} min at the usual rate x {price}/h", minutes=shortest(missing), price=shortest(price))
    yield replace(blank, amount=amount, qty=missing, unit_price=price, why=why)
    if pricing.card.minimum.includes_travel:
        taken = min(amount, pricing.travel_left)
        if taken > 0:
            pricing.travel_left -= taken
            text = say("the minimum includes travel: what travel charges is taken off the top-up")
            yield ChargeLine("MIN-TRV", "labour", -taken, text, tech=stay.part.name)


def _credit(pricing: Pricing, stay: Stay, over: Fraction, worked: int, earlier: EarlierVisits) -> Iterator[ChargeLine]:
    """Earlier visits of the day paid a top-up that this one makes needless (B5.4).

    At most what this visit's labour is charged at: where its price is lower than the earlier one, or it is prepaid, the
    rest would make the sheet negative (B13).
    """
    billable = sum((minute.rate.weight for minute in stay.minutes if minute.kind == "billable"), Fraction(0))
    price = earlier.topup_unit_price
    back = min(over, billable)
    amount = pricing.minor(back * price / 60)
    if amount > worked:
        amount, back = worked, Fraction(worked, 10**pricing.card.exponent) * 60 / price
    if back <= 0:
        return
    text = reckon(
        "earlier visits here today paid {minutes} min at the usual rate of minimum that are worked now",
        minutes=shortest(over),
    )
    text += say(", no more than this visit is charged") if back < over else ""
    text += reckon(": {minutes} min at the usual rate x {price}/h", minutes=shortest(back), price=shortest(price))
    yield ChargeLine(
        "MIN-DAY", "labour", -amount, text, tech=stay.part.name, qty=-back, unit="rate-min", unit_price=price
    )  # fmt: skip
