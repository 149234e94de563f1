"""What keeps a sheet from being computed at all (design/charges.md B1): every error that can be found, together."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from dispatch.charges.card import AgreementTerms, Card, ZoneCharge
from dispatch.charges.visit import ChargedSite, ChargedVisit, VisitPart


def errors_of(card: Card, site: ChargedSite, agreement: AgreementTerms | None, visit: ChargedVisit) -> set[str]:  # noqa: C901, PLR0912  every fault of the input in turn, so that all are told together
    """The codes of B1 that follow from the input alone; what a travel component lacks is found where it is priced."""
    codes: set[str] = set()
    if not visit.parts:
        codes.add("NO_TECHNICIAN")
    # who is not billable produces nothing (B2.3), and that holds for errors too
    crew = [part for part in visit.parts if part.billable]
    names = [part.name for part in crew]
    if len(names) != len(set(names)):
        codes.add("DUPLICATE_TECHNICIAN")
    if any(part.labour_class not in card.classes for part in crew):
        codes.add("UNKNOWN_CLASS")
    if visit.outcome == "completed":
        for day in (day for part in crew for day in part.days):
            codes |= {"MISSING_CHECK_IN"} if day.check_in is None else set()
            codes |= {"MISSING_CHECK_OUT"} if day.check_out is None else set()
    elif visit.wasted and visit.scheduled is None and all(part.check_in is None for part in visit.parts):
        codes.add("MISSING_CHECK_IN")
    elif (
        visit.outcome == "cancelled" and not visit.departed and (visit.cancelled_at is None or visit.scheduled is None)
    ):
        codes.add("MISSING_CANCELLATION_TIME")
    for part in crew:
        codes |= _of_times(part)
    figures = (*_amounts(site, visit), *_prices(card, agreement))
    if any(value is not None and value < 0 for value in figures):
        codes.add("NEGATIVE_INPUT")
    if any(item.code is not None and item.code not in card.items for item in visit.items):
        codes.add("UNKNOWN_ITEM")
    if visit.cause == "own_failure" and visit.original_visit_date is None:
        codes.add("MISSING_ORIGINAL_VISIT")
    for goodwill in visit.goodwill:
        if goodwill.role != "lead":
            codes.add("GOODWILL_NOT_AUTHORISED")
        if len((goodwill.reason or "").strip()) < 3:
            codes.add("GOODWILL_NO_REASON")
    manual = visit.manual_travel
    if manual is not None and (manual.role != "lead" or len((manual.reason or "").strip()) < 3):
        codes.add("MANUAL_TRAVEL_NOT_AUTHORISED")
    return codes


def _of_times(part: VisitPart) -> set[str]:
    codes: set[str] = set()
    pairs = [
        pair
        for day in part.days
        for pair in ((day.check_in, day.check_out), (day.depart, day.check_in), (day.check_out, day.back))
    ]
    pairs += [(day.check_out, after.check_in) for day, after in pairwise(part.days)]
    if any(first is not None and second is not None and second < first for first, second in pairs):
        codes.add("NEGATIVE_DURATION")
    for mark in part.marks:
        if mark.end < mark.start:
            codes.add("NEGATIVE_DURATION")
        first, last = sorted((mark.start, mark.end))
        if not any(
            (day.check_in is None or first >= day.check_in) and (day.check_out is None or last <= day.check_out)
            for day in part.days
        ):
            codes.add("MARK_OUTSIDE_VISIT")
    return codes


def _amounts(site: ChargedSite, visit: ChargedVisit) -> Iterator[Fraction | None]:
    """Every figure of the visit that must not be negative."""
    yield site.travel_price
    for leg in (site, visit.trip.leg_in, visit.trip.leg_home, visit.trip.total, visit.trip.solo_sum):
        yield from (leg.distance, leg.minutes)
    for item in visit.items:
        yield from (item.qty, item.amount)
    yield from (goodwill.value for goodwill in visit.goodwill)
    yield None if visit.manual_travel is None else visit.manual_travel.amount
    for earlier in filter(None, visit.prior_today.values()):
        yield from (
            earlier.presence_rmin,
            earlier.topup_unit_price,
            earlier.travel_min,
            *map(Fraction, earlier.worked_min.values()),
        )


def _prices(card: Card, agreement: AgreementTerms | None) -> Iterator[Fraction | None]:
    """Every price of card and agreement."""
    yield None if agreement is None else agreement.overage_rate
    for listed in card.classes.values():
        yield from listed.prices
    for own in card.bands:
        yield from (own.price, own.agreement)
    for item in card.items.values():
        yield from (item.standard, item.agreement)
    yield from (card.cancellation.value, *(tier.value for tier in card.cancellation.tiers))
    yield from (tier.value for tier in card.short_notice)
    for top in card.percentages:
        yield from (top.pct, top.cap)
    for prices in card.price_lists.values():
        yield from (*prices.classes.values(), *prices.items.values())
    yield from card.travel.towns.values()
    for component in card.travel.components:
        for priced in component.zones if isinstance(component, ZoneCharge) else (component,):
            yield from (getattr(priced, name, None) for name in ("amount", "rate", "pct_of_labour"))
