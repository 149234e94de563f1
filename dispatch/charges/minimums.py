"""The time minimum, whichever is higher, in rate-minutes (design/charges.md B5.1 to B5.4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from dispatch.charges.lines import ChargeLine
from dispatch.charges.minutes import Stay
from dispatch.charges.prepaid import PrepaidBalances
from dispatch.charges.terms import Terms
from dispatch.charges.visit import EarlierVisits, Job
from dispatch.model.money import shortest, to_minor


@dataclass(slots=True)
class TravelLeft:
    """Charged travel, in minor units, that a minimum including travel may still take off."""

    amount: int


def minimum_lines(
    terms: Terms,
    job: Job,
    stays: Sequence[Stay],
    labour: Sequence[ChargeLine],
    balances: PrepaidBalances,
    travel: TravelLeft,
    flags: set[str],
) -> list[ChargeLine]:
    """MIN-TIME, MIN-TRV and MIN-DAY of the crew, technician by technician; `labour` are the lines that stand already."""
    entitled = stays[:1] if terms.card.minimum.technicians == "first" else stays
    lines: list[ChargeLine] = []
    for stay in entitled:
        worked = sum(line.amount for line in labour if line.tech == stay.part.name)
        lines += _of_technician(terms, job, stay, worked, balances, travel, flags)
    return lines


def _of_technician(
    terms: Terms, job: Job, stay: Stay, worked: int, balances: PrepaidBalances, travel: TravelLeft, flags: set[str]
) -> Iterator[ChargeLine]:
    band = stay.arrival
    if band is None or not _applies(terms, job, stay, band):
        return
    minutes = terms.minimum_minutes(stay.part, terms.effective(band))
    if terms.emergency:
        minutes = max(minutes, terms.card.minimum.emergency_minutes)
    multiplier = terms.multiplier(band)
    due = minutes * multiplier
    prior = job.prior_today.get(stay.part.name) if terms.card.minimum.per == "day" else None
    earlier = prior or EarlierVisits()
    presence = stay.presence + earlier.presence_rmin
    missing = max(Fraction(0), due - presence)
    missing -= earlier.topup_rmin
    if missing > 0:
        why = (
            f"minimum {minutes} min x {shortest(multiplier)} ({band}) = {shortest(due)} rate-min; "
            f"present {shortest(stay.presence)}"
        )
        if prior is not None:
            why += (
                f", earlier today {shortest(presence - stay.presence)}; topped up before {shortest(earlier.topup_rmin)}"
            )
        why += f"; {shortest(missing)} rate-min missing"
        yield from _top_up(terms, stay, missing, why, balances, travel, flags)
    elif missing < 0:
        yield from _credit(terms, stay, -missing, worked, earlier)


def _applies(terms: Terms, job: Job, stay: Stay, band: str) -> bool:
    """Where there is no time minimum (B5.2)."""
    if terms.own_failure or (stay.had_minutes and not stay.had_billable):
        return False
    if stay.had_minutes or job.outcome != "completed" or terms.agreement is None or terms.kind != "fixed_price":
        return True
    return terms.effective(band) not in terms.agreement.covers_bands


def _top_up(
    terms: Terms,
    stay: Stay,
    missing: Fraction,
    why: str,
    balances: PrepaidBalances,
    travel: TravelLeft,
    flags: set[str],
) -> Iterator[ChargeLine]:
    price = terms.price(stay.part)
    exponent = terms.card.exponent
    blank = ChargeLine("MIN-TIME", "labour", 0, why, tech=stay.part.name, note=stay.arrival, unit="rate-min")
    if balances.hours:
        for balance, portion in balances.portions(missing):
            missing -= portion
            value = to_minor(portion * price / 60, exponent)
            text = f"{why}; {shortest(portion)} rate-min drawn from {balance.name}, {shortest(balance.left)} left after"
            yield replace(
                blank, why=text, qty=portion, unit_price=price, zero_reason="drawn", value=value, pool=balance.name
            )
        if missing <= 0:
            return
        flags.add("POOL_EXHAUSTED")
        price = terms.overage(stay.part)
    amount = to_minor(missing * price / 60, exponent)
    yield replace(blank, amount=amount, qty=missing, unit_price=price)
    if terms.card.minimum.includes_travel:
        taken = min(amount, travel.amount)
        if taken > 0:
            travel.amount -= taken
            text = "the minimum includes travel: what travel charges is taken off the top-up"
            yield ChargeLine("MIN-TRV", "labour", -taken, text, tech=stay.part.name)


def _credit(terms: Terms, stay: Stay, over: Fraction, worked: int, earlier: EarlierVisits) -> Iterator[ChargeLine]:
    """Earlier visits of the day paid a top-up that this one makes needless (B5.4).

    At most what this visit's labour is charged at: where its price is lower than the earlier one, or it is prepaid, the
    rest would make the sheet negative (B13).
    """
    billable = sum((minute.multiplier for minute in stay.minutes if minute.kind == "billable"), Fraction(0))
    price = earlier.topup_unit_price
    back = min(over, billable)
    amount = to_minor(back * price / 60, terms.card.exponent)
    if amount > worked:
        amount, back = worked, Fraction(worked, 10**terms.card.exponent) * 60 / price
    if back <= 0:
        return
    text = f"earlier visits here today paid {shortest(over)} rate-min of minimum that are worked now"
    yield ChargeLine(
        "MIN-DAY", "labour", -amount, text, tech=stay.part.name, qty=-back, unit="rate-min", unit_price=price
    )  # fmt: skip
