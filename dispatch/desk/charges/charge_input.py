"""A visit's record as the input of the charge engine: where each figure comes from is design/charges.md B17."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from db import agreements, checklists, clients, clocks, legs, prepaid_use, settings, sheets, stays, visits
from db.legs import HOME
from db.sheets import StoredSheet
from db.store import Store, existing
from dispatch.desk.session.refusals import Refusal
from dispatch.model.agreements import KIND_WORDS, Agreement, RateCard
from dispatch.model.clients import Client, Site
from dispatch.model.firm import Firm
from dispatch.model.forms import form
from dispatch.model.instants import day_bounds, day_of, iso, parse_iso
from dispatch.model.money import shortest
from dispatch.model.states import ENDED, OUTCOMES
from dispatch.model.text import show
from dispatch.model.travel import LONGEST_LEG, DistanceUnit, Provenance, to_unit
from dispatch.model.visits import Assignment, UsedItem, Visit

ENVELOPE = ("name", "valid_from", "depot")
"""What stands around a rate card and is not part of it."""

PREPAID = frozenset({"retainer", "block_hours", "block_money"})
"""The kinds of agreement that have something to draw from."""


LACKED = MappingProxyType(
    {"UNKNOWN_CLASS": "card", "UNKNOWN_ITEM": "card", "UNKNOWN_DISTANCE": "site", "UNKNOWN_TRAVEL_TIME": "site"}
)
"""Which copy lacks what blocks a sheet: that one is looked up again."""


def card_of(store: Store, visit: Visit, now: int) -> RateCard | None:
    """The rate card that is in force on a visit's day, or today where it has none (B2.1)."""
    anchor = now if visit.anchor is None else visit.anchor
    return agreements.rate_card_on(store, day_of(anchor, settings.firm(store).zone))


def input_of(store: Store, visit: Visit, *, now: int, sheet: StoredSheet | None = None) -> dict[str, Any] | None:
    """The whole input of a visit as it stands; None without a rate card in force on its day.

    Beside the form of B14 it has `source`: ids and names of what was copied.

    Args:
        sheet: whose copies price the visit for good (B2.1); what a blocked one lacked is taken from today's book.

    Raises:
        Refusal: the agreement that it drew from has become one of another kind.
    """
    lacked = set() if sheet is None else {LACKED.get(error, "") for error in sheet.sheet.get("errors") or ()}
    copied: dict[str, Any] = {} if sheet is None else {**sheet.input, "source": {**sheet.input["source"]}}
    source: dict[str, Any] = copied.get("source", {})
    anchor = now if visit.anchor is None else visit.anchor
    if sheet is None or "card" in lacked:
        card = card_of(store, visit, now)
        if card is None:
            return None
        copied["card"] = {key: value for key, value in card.card.items() if key not in ENVELOPE}
        source["rate_card"] = {"id": card.id, "name": card.name}
    if sheet is None or "site" in lacked:
        site = existing(clients.site(store, visit.site_id))
        copied["site"] = charged_drive(site)
        source["site"] = {"id": site.id, "name": site.name, "zone": settings.firm(store).zone_at(site)}
    if sheet is None:
        client = existing(clients.client(store, visit.client_id))
        copied["client"] = charged_client(client)
        source["client"] = {"id": client.id, "name": client.name}
    zone = str(copied["card"]["timezone"])
    day = day_of(anchor, zone)
    if sheet is None:
        agreement = agreements.agreement_on(store, visit.client_id, day)
        copied["agreement"] = None if agreement is None else terms_of(store, agreement, day)
        source["agreement"] = agreement and {
            "id": agreement.id,
            "name": agreement.name,
            "pools": {block.name: block.id for block in agreements.blocks_of(store, agreement.id)},
        }
    elif copied["agreement"] is not None and copied["agreement"]["kind"] in PREPAID:
        copied["agreement"] = _balances_now(store, visit, copied["agreement"], source["agreement"], day)
    names = source.setdefault("technicians", {})
    for part in (*visit.stays, *(first for first, *_ in _by_technician(visit))):
        names.setdefault(str(part.technician_id), part.technician)
    driven = copied.get("visit", {}).get("trip", {})
    copied["visit"] = _visit_form(store, visit, copied["card"], now, names)
    # the drives of a kept sheet stand; the way home is another where the visit has become the day's last stop, or none
    trip = copied["visit"]["trip"]
    for name in ("leg_in", "leg_home") if driven.get("last_stop") == trip.get("last_stop") else ("leg_in",):
        if name in driven:
            trip[name] = driven[name]
    copied["source"] = source
    return copied


def charged_client(client: Client) -> dict[str, Any]:
    """A client as the input of the charge engine. What says nothing does not stand there."""
    own = {"private": client.private, "price_group": client.price_group}
    return {"tax_exempt": client.tax_exempt, "tax_ref": client.tax_ref or None} | {
        name: value for name, value in own.items() if value
    }


def charged_drive(site: Site) -> dict[str, Any]:
    """The drive of a site as the input of the charge engine. An estimate of earlier versions that nobody drives is none."""
    drive = {"one_way_distance": site.one_way_distance, "one_way_minutes": site.one_way_minutes}
    far = site.one_way_provenance == Provenance.ESTIMATED and (site.one_way_minutes or 0) * 60 > LONGEST_LEG
    fixed = {"travel_price": site.travel_price, "town": site.town or None}
    return (dict.fromkeys(drive) if far else drive) | fixed


def standing(store: Store, visit: Visit) -> StoredSheet | None:
    """The kept sheet whose copies the next one is reckoned from: the newest of how the visit ended; None: it is looked up.

    A cancellation that was undone ended something else, and so did what was opened again before anybody had come.
    """
    reopened = clocks.last_reopening(store, visit.id)
    for sheet in sheets.revisions(store, visit.id):
        given = sheet.input["visit"]
        cancelled = given.get("cancelled_at")
        came = any(part.get("check_in") for part in given["assignments"])
        if (cancelled is None) is not (visit.cancelled_at is None):
            continue
        if cancelled is not None and parse_iso(cancelled) != visit.cancelled_at:
            continue
        if came or reopened is None or sheet.made_at > reopened:
            return sheet
    return None


def terms_of(store: Store, agreement: Agreement, day: datetime.date) -> dict[str, Any]:
    """An agreement with the balances that it has on a day."""
    terms = dict(agreement.terms)
    if agreement.kind == "retainer":
        terms["allowance_min"] = shortest(prepaid_use.allowance_left(store, agreement, day))
    return terms


def _balances_now(
    store: Store, visit: Visit, terms: Mapping[str, Any], source: Mapping[str, Any] | None, day: datetime.date
) -> dict[str, Any]:
    """The terms of a kept sheet, with what the prepaid balances that it drew from have now."""
    agreement = None if source is None else agreements.agreement(store, source["id"])
    if source is None or agreement is None or agreement.kind != terms["kind"]:
        what = (
            "is not known"
            if agreement is None
            else f"is {KIND_WORDS[agreement.kind]} now, and was {KIND_WORDS[terms['kind']]}"
        )
        raise Refusal(
            f"{show(visit.reference)} cannot be drawn from where it was: its agreement {what}. Correct its charge afresh "
            "(dispatch charge --correct --afresh), by the agreement of now."
        )
    if agreement.kind == "retainer":
        return {**terms, "allowance_min": shortest(prepaid_use.allowance_left(store, agreement, day))}
    left = {block["id"]: block for block in agreement.terms["blocks"]}
    balances = ("remaining_min", "remaining_amount")
    blocks = [
        {**block, **{name: left[block["id"]][name] for name in balances if name in left[block["id"]]}}
        for block in terms.get("blocks", ())
        if block["id"] in left
    ]
    return {**terms, "blocks": blocks}


def _visit_form(
    store: Store, visit: Visit, card: Mapping[str, Any], now: int, names: Mapping[str, str]
) -> dict[str, Any]:
    firm, zone = settings.firm(store), str(card["timezone"])
    by_hand = sheets.travel_of(store, visit.id)
    original = None if visit.parent_id is None else visits.began_at(store, visit.parent_id)

    def moment(instant: int | None) -> str | None:
        return None if instant is None else iso(instant, zone)

    return {
        "outcome": OUTCOMES.get(visit.state, "completed"),
        "way": visit.way,
        "cause": visit.cause,
        "original_visit_date": None if original is None else day_of(original, zone).isoformat(),
        "scheduled_start": moment(visit.all_days[0].starts_at if visit.all_days else visit.starts_at),
        "cancelled_at": moment(visit.cancelled_at),
        "departed": any(part.depart_at is not None for part in visit.stays),
        # what comes again by a rule was asked for when that was made, so it is never short of notice
        "requested_at": None if visit.recurrence_id is not None else moment(visit.requested_at),
        "emergency": visit.emergency,
        "early_start_agreed": bool(visit.early_agreed_by),
        "assignments": [
            {
                "technician": names[str(part.technician_id)],
                "class": part.labour_class,
                "billable": part.billable,
                "vehicle": part.vehicle,
                **{name: moment(instant) for name, instant in _stay(visit, part, now).items()},
                "marks": [mark for day in (part, *later) for mark in _marks(store, firm, visit, day, zone, now)],
                **_later_days([_stay(visit, day, now) for day in later], moment),
            }
            for part, *later in _by_technician(visit)
        ],
        "trip": {} if visit.remote else _trip(store, firm, visit, card.get("distance_unit", "mi")),
        "items": [_item_form(item) for item in stays.items_of(store, visit.id)],
        "goodwill": [
            form(goodwill, "by role target mode value reason", role="lead")
            for goodwill in sheets.goodwill_of(store, visit.id)
        ],
        "manual_travel": by_hand and form(by_hand, "by role amount reason", role="lead"),
        "prior_today": _earlier(store, visit, card, now, names),
    }


def _by_technician(visit: Visit) -> list[list[Assignment]]:
    """Who was, is or will be on a visit, each with their days in order."""
    parts: dict[int, list[Assignment]] = {}
    ahead = [part for day in visit.ahead for part in day.assignments]
    for part in (*visit.present, *ahead):
        parts.setdefault(part.technician_id, []).append(part)
    return [*parts.values()]


def _later_days(
    stays: Sequence[Mapping[str, int | None]], moment: Callable[[int | None], str | None]
) -> dict[str, list[dict[str, str | None]]]:
    """A technician's days at a visit after the first; nothing where it took one."""
    days = [{name: moment(instant) for name, instant in stay.items()} for stay in stays]
    return {"later_days": days} if days else {}


def _item_form(used: UsedItem) -> dict[str, Any]:
    if used.code is not None:
        return {"code": used.code, "qty": used.quantity}
    amount = Fraction(existing(used.amount)) * Fraction(used.quantity)
    label = used.label if used.quantity == "1" else f"{used.quantity} × {used.label}"
    return {"label": label, "amount": shortest(amount), "taxable": used.taxable}


def _earlier(
    store: Store, visit: Visit, card: Mapping[str, Any], now: int, names: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """What earlier visits matter for, by technician: a minimum by the day (B5.4), the cap of driving (B6.9), overtime (B3.8)."""
    zone = str(card["timezone"])
    by_day = card.get("minimum", {}).get("per") == "day" and not visit.remote
    prior = _prior_today(store, visit, zone) if by_day else {}
    if card.get("travel", {}).get("time_cap_min") is not None and visit.anchor is not None and not visit.remote:
        for name, driven in _driven_before(store, visit, zone, now).items():
            prior.setdefault(name, {})["travel_min"] = shortest(driven)
    if card.get("overtime", {}).get("after_min") is None:
        return prior
    whole_way = card.get("time_basis") == "door_to_door"
    for part in visit.present:
        came = _stay(visit, part, now)["check_in"]
        if came is not None:
            day = day_of(came, zone)
            minutes = stays.worked_before(store, part.id, day_bounds(day, zone)[0], came, whole_way)
            prior.setdefault(names[str(part.technician_id)], {}).setdefault("worked_min", {})[day.isoformat()] = minutes
    return prior


def _driven_before(store: Store, visit: Visit, zone: str, now: int) -> dict[str, Fraction]:
    """The driving minutes that the client was charged on the visit's day, by technician, for visits that ended before it (B6.9)."""
    since, until = day_bounds(day_of(existing(visit.anchor), zone), zone)
    driven: dict[str, Fraction] = {}
    for sheet in sheets.sheets_of_client(store, visit.client_id, since, until, visit.ended_at or now):
        for line in sheet.sheet["lines"] if sheet.visit_id != visit.id else ():
            if line["rule"] == "TRV-TIME" and line.get("zero_reason", "drawn") == "drawn":
                driven[line["tech"]] = driven.get(line["tech"], Fraction(0)) + Fraction(line["qty"])
    return driven


def _prior_today(store: Store, visit: Visit, zone: str) -> dict[str, dict[str, Any]]:
    """What each technician's earlier visits to the site on the same date were charged, for a minimum by the day (B5.4)."""
    if visit.anchor is None:
        return {}
    day = day_of(visit.anchor, zone)
    since, until = day_bounds(day, zone)
    earlier = sheets.sheets_of_site(store, visit.site_id, since, until)
    return prior_of([sheet.sheet for sheet in earlier if sheet.visit_id != visit.id])


def prior_of(earlier: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What each technician was charged by the sheets of earlier visits of a day."""
    prior: dict[str, dict[str, Any]] = {}
    for sheet in earlier:
        for line in sheet["lines"]:
            if line["rule"].startswith("LAB") or line["rule"] in ("MIN-TIME", "MIN-DAY"):
                own = prior.setdefault(line["tech"], {"presence_rmin": "0", "topup_rmin": "0", "topup_unit_price": "0"})
                key = "presence_rmin" if line["rule"].startswith("LAB") else "topup_rmin"
                weight = Fraction(line.get("rmin") or Fraction(line["qty"]) * Fraction(line.get("multiplier", "1")))
                own[key] = shortest(Fraction(own[key]) + weight)
                if line["rule"] == "MIN-TIME":
                    own["topup_unit_price"] = line["unit_price"]
    return prior


def _stay(visit: Visit, part: Assignment, now: int) -> dict[str, int | None]:
    """The moments of one stay: recorded ones, the plan before arrival, and *now* for a stay that is not over."""
    recorded = {name: getattr(part, f"{name}_at") for name in ("depart", "check_in", "check_out", "return")}
    if visit.state in ENDED:
        return recorded
    if part.check_in_at is None:
        planned = visit.on_day(part.day)
        return {"depart": None, "check_in": planned.starts_at, "check_out": planned.ends_at, "return": None}
    return recorded | {"check_out": part.check_out_at or max(now, part.check_in_at)}


def _marks(store: Store, firm: Firm, visit: Visit, part: Assignment, zone: str, now: int) -> list[dict[str, str]]:
    stay = _stay(visit, part, now)
    check_in, check_out = stay["check_in"], stay["check_out"]
    if check_in is None or check_out is None:
        return []
    spans: list[tuple[str, int, int]] = [
        (segment.kind, segment.starts_at, segment.ends_at if segment.ends_at is not None else check_out)
        for segment in part.segments
        if segment.kind in ("break", "test")
    ]
    if not any(kind == "test" for kind, _, _ in spans):
        begun = checklists.testing_begun(store, visit.id)
        if part.check_in_at is None:
            begun = check_out - firm.test_minutes * 60
        if begun is not None:
            spans.append(("test", begun, check_out))
    spans += [
        (mark.kind, mark.starts_at, mark.ends_at)
        for mark in stays.marks_of(store, visit.id)
        if mark.assignment_id == part.id
    ]
    return [
        {"kind": kind, "start": iso(max(start, check_in), zone), "end": iso(min(end, check_out), zone)}
        for kind, start, end in spans
        if max(start, check_in) < min(end, check_out)
    ]


def _trip(store: Store, firm: Firm, visit: Visit, unit: DistanceUnit) -> dict[str, Any]:
    """The planned day of the first technician who is charged: the leg in, the leg home, and whether this is its last stop; of
    several days the newest."""
    there = [part for part in visit.assignments if part.did_not_come_at is None]
    if visit.starts_at is None or not there:
        return {}
    first = next((part for part in there if part.billable), there[0])
    day = day_of(visit.starts_at, firm.zone)
    route = legs.legs_of(store, first.technician_id, day)
    last = not visits.goes_on(store, first.technician_id, visit.starts_at, day_bounds(day, firm.zone)[1])
    trip: dict[str, Any] = {"last_stop": last, "stops": max(1, len([key for key in route if key != HOME]))}
    for name, key in (("leg_in", visit.id), ("leg_home", HOME)):
        leg = route.get(key)
        if leg is not None and leg.seconds is not None:
            distance = None if leg.metres is None else str(to_unit(leg.metres, unit))
            trip[name] = {"distance": distance, "minutes": round(leg.seconds / 60)}
    return trip
