"""What keeps a sheet from being computed at all (design/charges.md B1): every error that can be found, together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dispatch.charges.reading import Card, Job, Part, optional


def errors_of(card: Card, site: Mapping[str, Any], agreement: Mapping[str, Any] | None, job: Job) -> set[str]:
    """The codes of B1 that follow from the input alone; what a travel component lacks is found where it is priced."""
    found: set[str] = set()
    if not job.parts:
        found.add("NO_TECHNICIAN")
    # who is not billable produces nothing (B2.3), and that holds for errors too
    crew = [part for part in job.parts if part.billable]
    names = [part.name for part in crew]
    if len(names) != len(set(names)):
        found.add("DUPLICATE_TECHNICIAN")
    if any(part.labour_class not in card.raw["classes"] for part in crew):
        found.add("UNKNOWN_CLASS")
    if job.outcome == "completed":
        for part in crew:
            found |= {"MISSING_CHECK_IN"} if part.check_in is None else set()
            found |= {"MISSING_CHECK_OUT"} if part.check_out is None else set()
    elif job.wasted and job.scheduled is None and all(part.check_in is None for part in job.parts):
        found.add("MISSING_CHECK_IN")
    elif job.outcome == "cancelled" and not job.departed and (job.cancelled_at is None or job.scheduled is None):
        found.add("MISSING_CANCELLATION_TIME")
    for part in crew:
        found |= _of_times(part)
    given = (*_amounts(site, job.raw), *_prices(card.raw, agreement or {}), *_earlier(job.raw))
    figures = [optional(value, path) for path, value in given]
    if any(value is not None and value < 0 for value in figures):
        found.add("NEGATIVE_INPUT")
    for item in job.raw.get("items") or ():
        if "code" in item and item["code"] not in card.raw["items"]:
            found.add("UNKNOWN_ITEM")
    if job.raw.get("cause") == "own_failure" and job.raw.get("original_visit_date") is None:
        found.add("MISSING_ORIGINAL_VISIT")
    for goodwill in job.raw.get("goodwill") or ():
        if goodwill.get("role") != "lead":
            found.add("GOODWILL_NOT_AUTHORISED")
        if len(str(goodwill.get("reason") or "").strip()) < 3:
            found.add("GOODWILL_NO_REASON")
    manual = job.raw.get("manual_travel")
    if manual is not None and (manual.get("role") != "lead" or len(str(manual.get("reason") or "").strip()) < 3):
        found.add("MANUAL_TRAVEL_NOT_AUTHORISED")
    return found


def _of_times(part: Part) -> set[str]:
    found: set[str] = set()
    pairs = ((part.check_in, part.check_out), (part.depart, part.check_in), (part.check_out, part.back))
    if any(first is not None and second is not None and second < first for first, second in pairs):
        found.add("NEGATIVE_DURATION")
    for mark in part.marks:
        if mark.end < mark.start:
            found.add("NEGATIVE_DURATION")
        first, last = sorted((mark.start, mark.end))
        if (part.check_in is not None and first < part.check_in) or (
            part.check_out is not None and last > part.check_out
        ):
            found.add("MARK_OUTSIDE_VISIT")
    return found


_Figures = list[tuple[str, Any]]
"""Figures as they were given, each with its path."""


def _amounts(site: Mapping[str, Any], visit: Mapping[str, Any]) -> _Figures:
    """Every figure that must not be negative."""
    given = [
        ("site.one_way_distance", site.get("one_way_distance")),
        ("site.one_way_minutes", site.get("one_way_minutes")),
    ]
    for name in ("leg_in", "leg_home", "total", "solo_sum"):
        leg = (visit.get("trip") or {}).get(name) or {}
        given += [(f"visit.trip.{name}.{key}", leg.get(key)) for key in ("distance", "minutes")]
    for item in visit.get("items") or ():
        given += [(f"visit.items.{key}", item.get(key)) for key in ("qty", "amount")]
    given += [("visit.goodwill.value", goodwill.get("value")) for goodwill in visit.get("goodwill") or ()]
    return [*given, ("visit.manual_travel.amount", (visit.get("manual_travel") or {}).get("amount"))]


def _prices(card: Mapping[str, Any], agreement: Mapping[str, Any]) -> _Figures:
    """Every price of card and agreement."""
    given = [("agreement.overage_rate", agreement.get("overage_rate"))]
    for group in ("classes", "items"):
        for name, prices in card[group].items():
            given += [(f"card.{group}.{name}.{key}", prices.get(key)) for key in ("standard", "agreement")]
    for component in card["travel"]["components"]:
        given += [(f"component.{key}", component.get(key)) for key in ("amount", "rate", "pct_of_labour")]
        given += [("component.zones.amount", zone.get("amount")) for zone in component.get("zones") or ()]
    return given


def _earlier(visit: Mapping[str, Any]) -> _Figures:
    """What earlier visits of the day hand over."""
    return [
        (f"visit.prior_today.{key}", own.get(key))
        for own in (visit.get("prior_today") or {}).values()
        for key in ("presence_rmin", "topup_unit_price")
    ]
