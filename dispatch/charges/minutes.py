"""A technician's stay as minutes: window, breaks, bands, grace, kinds, rounding (design/charges.md B3, B4.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from dispatch.charges.card import Rounding
from dispatch.charges.pricing import Pricing
from dispatch.charges.visit import VisitPart
from dispatch.fields.reading import whole

LONG_STAY = 16 * 60
COUNTED = ("billable", "covered")
"""The kinds that are rounded."""


class Minute(NamedTuple):
    """What one minute counts as: `kind` is billable, covered, own_fault or free_test. A band has one multiplier."""

    kind: str
    band: str
    multiplier: Fraction


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
    arrival: str | None

    @property
    def presence(self) -> Fraction:
        """Rate-minutes of all minutes, whatever they count as (B5.2)."""
        weights = {minute.band: minute.multiplier for minute in self.minutes}
        bands = Counter(minute.band for minute in self.minutes)
        return sum((count * weights[band] for band, count in bands.items()), Fraction(0))

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
    real = [terms.band_at(minute) for minute in at]
    # what is past closing on one day is not made good by the next one
    bands = [
        band
        for day in worked
        for band in _graced([terms.band_at(minute) for minute in day], terms.card.premium_grace_min)
    ]
    minutes = _kinds(pricing, part, at, bands, windows)
    billable = [minute for minute in minutes if minute.kind == "billable"]
    counted = sum(minute.kind in COUNTED for minute in minutes)
    rounding = terms.rounding(part)
    target = int(round_minutes(Fraction(counted), rounding))
    if billable:
        arrival: str | None = billable[0].band
    else:
        known = part.check_in if part.check_in is not None else visit.scheduled
        arrival = None if known is None else terms.band_at(known)
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
        graced=sum(before != after for before, after in zip(real, bands, strict=True)),
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


def _graced(bands: list[str], grace: int) -> list[str]:
    """A short non-business run that follows a business run becomes business (B3.4)."""
    result = list(bands)
    at = 0
    after_business = False
    while at < len(bands):
        business = bands[at] == "business"
        run = at
        while run < len(bands) and (bands[run] == "business") == business:
            run += 1
        if not business and after_business and run - at <= grace:
            result[at:run] = ["business"] * (run - at)
        after_business = business
        at = run
    return result


def _kinds(
    pricing: Pricing, part: VisitPart, at: list[int], bands: list[str], windows: Sequence[Window]
) -> list[Minute]:
    """What each minute counts as, the first rule that applies (B3.6)."""
    terms = pricing.terms
    marked = {kind: _marked(part, kind, windows) for kind in ("own_fault", "new_work", "test", "excluded")}
    testing = terms.card.testing
    free_left = testing.free_min if testing.billable else len(at)
    fixed = terms.agreement if terms.kind == "fixed_price" and pricing.visit.outcome == "completed" else None
    covered = {band for band in set(bands) if fixed is not None and terms.effective(band) in fixed.covers_bands}
    weights = {band: terms.multiplier(band) for band in set(bands)}
    minutes = []
    for minute, band in zip(at, bands, strict=True):
        if (terms.own_failure and minute not in marked["new_work"]) or minute in marked["own_fault"]:
            kind = "own_fault"
        elif minute in marked["test"] and free_left > 0:
            kind = "free_test"
            free_left -= 1
        elif band in covered and minute not in marked["excluded"]:
            kind = "covered"
        else:
            kind = "billable"
        minutes.append(Minute(kind, band, weights[band]))
    return minutes


def _rounded(minutes: list[Minute], counted: int, target: int) -> tuple[Minute, ...]:
    """Extra minutes repeat the last counted one, as if the stay had ended later; surplus ones go from the end (B4.1)."""
    if target == counted:
        return tuple(minutes)
    places = [at for at, minute in enumerate(minutes) if minute.kind in COUNTED]
    if target > counted:
        return (*minutes, *[minutes[places[-1]]] * (target - counted))
    dropped = set(places[target:])
    return tuple(minute for at, minute in enumerate(minutes) if at not in dropped)
