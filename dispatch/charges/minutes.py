"""A technician's stay as minutes: window, breaks, bands, grace, kinds, rounding (design/charges.md B3, B4.1)."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import NamedTuple

from dispatch.charges.bands import Tier
from dispatch.charges.labour_prices import Rounding
from dispatch.charges.pricing import Pricing
from dispatch.charges.rates import Rate, rate_of
from dispatch.charges.visit import EarlierVisits, VisitPart
from dispatch.fields.reading import whole

LONG_STAY = 16 * 60
COUNTED = ("billable", "covered")
"""The kinds that are rounded."""


class Minute(NamedTuple):
    """What one minute counts as: `kind` is billable, covered, own_fault or free_test; `day` is the date of its window; `graced`,
    whether it is past closing and forgiven."""

    kind: str
    tier: Tier
    rate: Rate
    day: datetime.date
    graced: bool


Window = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Stay:
    """One technician's minutes, in order, after rounding.

    `windows` are the clock windows of its days in minutes since the epoch; `counted` and `rounded` are billable and covered
    minutes before and after rounding; `arrival` is the real arrival band (B5.1), None where nothing tells it.
    """

    part: VisitPart
    windows: tuple[Window, ...]
    minutes: tuple[Minute, ...]
    counted: int
    rounded: int
    had_minutes: bool
    had_billable: bool
    breaks: int
    early: int
    graced: int
    rounding: Rounding
    arrival: Tier | None

    @property
    def presence(self) -> Fraction:
        """Rate-minutes of all minutes, whatever they count as (B5.2)."""
        rates = Counter(minute.rate for minute in self.minutes)
        return sum((count * rate.weight for rate, count in rates.items()), Fraction(0))

    def count(self, kind: str) -> int:
        """How many of its minutes count as that."""
        return [minute.kind for minute in self.minutes].count(kind)

    @property
    def covered(self) -> bool:
        """Whether a fixed price covers any of it."""
        return any(minute.kind == "covered" for minute in self.minutes)


def stay_of(pricing: Pricing, part: VisitPart) -> Stay:
    """The minutes of one technician; flags of B1 that follow are added."""
    terms, visit, flags = pricing.terms, pricing.visit, pricing.flags
    windows = tuple(_window(pricing, day) for day in part.days)
    if visit.outcome == "completed" and any(start == end for start, end in windows):
        flags.add("ZERO_DURATION")
    for day in part.days:
        if day.check_in is not None and day.check_out is not None and day.check_out - day.check_in > LONG_STAY:
            flags.add("LONG_VISIT")
    breaks = _marked(part, "break", windows)
    worked = [[minute for minute in range(*window) if minute not in breaks] for window in windows]
    at = [minute for day in worked for minute in day]
    real = [[terms.tier_at(minute) for minute in day] for day in worked]
    # what is past closing on one day is not made good by the next one
    tiers = [tier for day in real for tier in _graced(day, terms.card.premium_grace_min)]
    days = [terms.local(window[0]).date() for window, day in zip(windows, worked, strict=True) for _ in day]
    kinds = _kinds(pricing, part, at, tiers, windows)
    rates = _rates(pricing, part, tiers, days)
    graced = [before is not after for before, after in zip(chain.from_iterable(real), tiers, strict=True)]
    minutes = [*map(Minute._make, zip(kinds, tiers, rates, days, graced, strict=True))]
    billable = [minute for minute in minutes if minute.kind == "billable"]
    counted = sum(minute.kind in COUNTED for minute in minutes)
    rounding = terms.rounding(part)
    target = int(round_minutes(Fraction(counted), rounding))
    if billable:
        arrival: Tier | None = billable[0].tier
    else:
        known = part.check_in if part.check_in is not None else visit.scheduled
        arrival = None if known is None else terms.tier_at(known)
    return Stay(
        part=part,
        windows=windows,
        minutes=_rounded(minutes, counted, target),
        counted=counted,
        rounded=target,
        had_minutes=bool(minutes),
        had_billable=bool(billable),
        breaks=len(breaks),
        # from door to door nothing begins after the check-in
        early=max(0, windows[0][0] - part.check_in) if part.check_in is not None else 0,
        graced=sum(graced),
        rounding=rounding,
        arrival=arrival,
    )


def round_minutes(minutes: Fraction, rule: Rounding) -> Fraction:
    """Rounded minutes (B4.1); a multiple of the unit stays as it is. A share of a trip may have parts of a minute."""
    rest = minutes % rule.increment_min
    low = minutes - rest
    if rule.mode == "exact" or rest == 0:
        return minutes
    if rule.mode == "down":
        return low
    if rule.mode == "nearest":
        return low + rule.increment_min if 2 * rest >= rule.increment_min else low
    return low if low > 0 and rest <= rule.grace_min else low + rule.increment_min


def _window(pricing: Pricing, part: VisitPart) -> tuple[int, int]:
    card, visit, flags = pricing.card, pricing.visit, pricing.flags
    if part.check_in is None or part.check_out is None:
        return 0, 0
    start, end = part.check_in, part.check_out
    if visit.remote:
        return start, end
    if card.time_basis == "door_to_door":
        if part.depart is not None:
            start = part.depart
        else:
            flags.add("TRAVEL_ESTIMATED")
            start = part.check_in - whole(pricing.site.minutes or 0, "site.one_way_minutes")
        if visit.trip.last_stop:
            end = part.back if part.back is not None else part.check_out + (part.check_in - start)
        return start, end
    scheduled = visit.scheduled
    clipped = card.clip_early and not visit.early_start_agreed
    if clipped and scheduled is not None and start < scheduled:
        flags.add("EARLY_ARRIVAL_CLIPPED")
        start = min(scheduled, end)
    return start, end


def _marked(part: VisitPart, kind: str, windows: Sequence[Window]) -> set[int]:
    return {
        minute
        for mark in part.marks
        if mark.kind == kind
        for start, end in windows
        for minute in range(max(mark.start, start), min(mark.end, end))
    }


def _graced(tiers: list[Tier], grace: int) -> list[Tier]:
    """A short non-business run that follows a business run becomes what that ended with (B3.4)."""
    result = list(tiers)
    at = 0
    after_business = False
    while at < len(tiers):
        business = tiers[at].band == "business"
        run = at
        while run < len(tiers) and (tiers[run].band == "business") == business:
            run += 1
        if not business and after_business and run - at <= grace:
            result[at:run] = [tiers[at - 1]] * (run - at)
        after_business = business
        at = run
    return result


def _kinds(pricing: Pricing, part: VisitPart, at: list[int], tiers: list[Tier], windows: Sequence[Window]) -> list[str]:
    """What each minute counts as, the first rule that applies (B3.6)."""
    terms = pricing.terms
    marked = {kind: _marked(part, kind, windows) for kind in ("own_fault", "new_work", "test", "excluded")}
    testing = terms.card.testing
    free_left = testing.free_min if testing.billable else len(at)
    fixed = terms.agreement if terms.kind == "fixed_price" and pricing.visit.outcome == "completed" else None
    covered = {tier for tier in set(tiers) if fixed is not None and terms.effective(tier.band) in fixed.covers_bands}
    kinds = []
    for minute, tier in zip(at, tiers, strict=True):
        if (terms.own_failure and minute not in marked["new_work"]) or minute in marked["own_fault"]:
            kind = "own_fault"
        elif minute in marked["test"] and free_left > 0:
            kind = "free_test"
            free_left -= 1
        elif tier in covered and minute not in marked["excluded"]:
            kind = "covered"
        else:
            kind = "billable"
        kinds.append(kind)
    return kinds


def _rates(pricing: Pricing, part: VisitPart, tiers: list[Tier], days: list[datetime.date]) -> list[Rate]:
    """The rate of each minute; one is overtime when enough of the technician's day lie before it (B3.8)."""
    terms, rule = pricing.terms, pricing.card.overtime
    known: dict[tuple[Tier, bool], Rate] = {}
    for tier in set(tiers):
        known[tier, False] = rate_of(terms, part, tier)
        raised = rate_of(terms, part, tier, overtime=True)
        known[tier, True] = raised if raised.raised == "overtime" else known[tier, False]
    if rule.after_min is None:
        return [known[tier, False] for tier in tiers]
    earlier = pricing.visit.prior_today.get(part.name) or EarlierVisits()
    before = Counter({datetime.date.fromisoformat(date): count for date, count in earlier.worked_min.items()})
    rates = []
    for tier, day in zip(tiers, days, strict=True):
        rates.append(known[tier, before[day] >= rule.after_min])
        before[day] += 1
    return rates


def _rounded(minutes: list[Minute], counted: int, target: int) -> tuple[Minute, ...]:
    """Extra minutes repeat the last counted one, as if the stay had ended later; surplus ones go from the end (B4.1)."""
    if target == counted:
        return tuple(minutes)
    places = [at for at, minute in enumerate(minutes) if minute.kind in COUNTED]
    if target > counted:
        return (*minutes, *[minutes[places[-1]]] * (target - counted))
    dropped = set(places[target:])
    return tuple(minute for at, minute in enumerate(minutes) if at not in dropped)
