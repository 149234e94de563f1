"""What a visit costs: its record turned into the input of the charge engine, and the sheet that comes back.

Where each input comes from is charges.md B17. The same function prices a planned visit, a running one and a closed one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from db import agreements, checklists, clients, legs, settings, sheets
from db.legs import HOME
from db.store import Store
from db.unit import Unit
from dispatch.charges import Sheet, charge_sheet
from dispatch.model.agreements import Agreement, RateCard
from dispatch.model.checklists import Kind
from dispatch.model.firm import Firm
from dispatch.model.instants import day_of, iso
from dispatch.model.money import parse_minor
from dispatch.model.states import ENDED, OUTCOMES, State
from dispatch.model.travel import Leg
from dispatch.model.units import to_unit
from dispatch.model.visits import Assignment, Visit


@dataclass(frozen=True, slots=True)
class Priced:
    """A sheet with what it was computed from. `estimate` marks planned times in place of recorded ones."""

    sheet: Sheet
    given: Mapping[str, Any]
    currency: str
    exponent: int
    estimate: bool

    @property
    def total(self) -> int | None:
        """The total in minor units, None while the sheet is blocked."""
        return None if self.sheet.total is None else parse_minor(self.sheet.total, self.exponent)


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Why there is no sheet, and what to do."""

    reason: str


def price(store: Store, visit: Visit, *, now: int) -> Priced | Unpriced:
    """The charge of a visit as it stands: an estimate before arrival, the charge so far on site, the charge after."""
    firm = settings.firm(store)
    anchor = visit.checked_in_at or visit.starts_at or now
    card = agreements.rate_card_on(store, day_of(anchor, firm.zone))
    if card is None:
        return Unpriced("no rate card is in force on that day: import one with dispatch import rate-card")
    if not visit.assignments:
        return Unpriced("nobody is assigned yet")
    day = day_of(anchor, str(card.card["timezone"]))
    agreement = agreements.agreement_on(store, visit.client_id, day)
    given = _given(store, firm, visit, card, agreement, now)
    return Priced(
        charge_sheet(given["card"], given["client"], given["site"], given["agreement"], given["visit"]),
        given,
        str(card.card["currency"]),
        int(card.card.get("minor_units", 2)),
        estimate=visit.state not in ENDED and visit.checked_in_at is None,
    )


def keep_sheet(store: Store, unit: Unit, visit: Visit, *, now: int, reason: str = "") -> None:
    """Keep the charge of an ended visit as its next revision. Without a rate card there is none, and the log says so."""
    priced = price(store, visit, now=now)
    if isinstance(priced, Unpriced):
        return
    form = priced.sheet.as_json()
    amounts = None
    if form["total"] is not None:
        net, tax, total = (parse_minor(form[name], priced.exponent) for name in ("net", "tax", "total"))
        amounts = (net, tax, total)
    sheets.add_sheet(
        unit,
        visit.id,
        currency=priced.currency,
        exponent=priced.exponent,
        amounts=amounts,
        lines=[
            (line["rule"], line["category"], parse_minor(line["amount"], priced.exponent)) for line in form["lines"]
        ],
        sheet=form,
        given=priced.given,
        made_at=now,
        reason=reason,
    )


def _given(
    store: Store, firm: Firm, visit: Visit, card: RateCard, agreement: Agreement | None, now: int
) -> dict[str, Any]:
    client = clients.client(store, visit.client_id)
    site = clients.site(store, visit.site_id)
    assert client is not None
    assert site is not None
    return {
        "card": {key: value for key, value in card.card.items() if key not in ("name", "valid_from", "depot")},
        "client": {"tax_exempt": client.tax_exempt, "tax_ref": client.tax_ref or None},
        "site": {"one_way_distance": site.one_way_distance, "one_way_minutes": site.one_way_minutes},
        "agreement": dict(agreement.terms) if agreement is not None else None,
        "visit": _visit_form(store, firm, visit, str(card.card["timezone"]), now),
    }


def _visit_form(store: Store, firm: Firm, visit: Visit, zone: str, now: int) -> dict[str, Any]:
    def moment(instant: int | None) -> str | None:
        return None if instant is None else iso(instant, zone)

    return {
        "outcome": OUTCOMES.get(visit.state, "completed"),
        "cause": visit.cause,
        "original_visit_date": _original_date(store, visit, zone),
        "scheduled_start": moment(visit.starts_at),
        "cancelled_at": moment(visit.cancelled_at),
        "departed": any(part.depart_at is not None for part in visit.assignments),
        "emergency": visit.emergency,
        "early_start_agreed": bool(visit.early_agreed_by),
        "assignments": [
            {
                "technician": part.technician,
                "class": part.labour_class,
                "billable": part.billable,
                "vehicle": part.vehicle,
                **{name: moment(instant) for name, instant in _stay(visit, part, now).items()},
                "marks": _marks(store, firm, visit, part, zone, now),
            }
            for part in visit.assignments
        ],
        "trip": _trip(store, firm, visit),
    }


def _stay(visit: Visit, part: Assignment, now: int) -> dict[str, int | None]:
    """The moments of one stay: recorded ones, the plan before arrival, and *now* for a stay that is not over."""
    recorded = {
        "depart": part.depart_at,
        "check_in": part.check_in_at,
        "check_out": part.check_out_at,
        "return": part.return_at,
    }
    if visit.state in ENDED:
        return recorded
    if part.check_in_at is None:
        return {"depart": None, "check_in": visit.starts_at, "check_out": visit.ends_at, "return": None}
    return recorded | {"check_out": part.check_out_at or max(now, part.check_in_at)}


def _marks(store: Store, firm: Firm, visit: Visit, part: Assignment, zone: str, now: int) -> list[dict[str, str]]:
    stay = _stay(visit, part, now)
    check_in, check_out = stay["check_in"], stay["check_out"]
    if check_in is None or check_out is None:
        return []
    spans = [
        (segment.kind, segment.starts_at, segment.ends_at if segment.ends_at is not None else check_out)
        for segment in part.segments
        if segment.kind in ("break", "test")
    ]
    if not any(kind == "test" for kind, _, _ in spans):
        begun = _testing_begun(store, visit) if part.check_in_at is not None else check_out - firm.test_minutes * 60
        if begun is not None:
            spans.append(("test", begun, check_out))
    return [
        {"kind": kind, "start": iso(max(start, check_in), zone), "end": iso(min(end, check_out), zone)}
        for kind, start, end in spans
        if max(start, check_in) < min(end, check_out)
    ]


def _testing_begun(store: Store, visit: Visit) -> int | None:
    """The first test after the last work entry: from there to check-out is test time unless it was clocked."""
    checklist = checklists.checklist(store, visit.id)
    return min(
        (
            attempt.at
            for item in checklist.items
            if item.kind is Kind.TEST
            for attempt in item.attempts
            if attempt.sequence > checklist.last_work
        ),
        default=None,
    )


def _original_date(store: Store, visit: Visit, zone: str) -> str | None:
    if visit.parent_id is None:
        return None
    check_in = store.value(
        "SELECT coalesce(min(a.check_in_at), v.starts_at) FROM visit v LEFT JOIN assignment a ON a.visit_id = v.id WHERE v.id = ?",
        (visit.parent_id,),
    )
    return None if check_in is None else day_of(int(check_in), zone).isoformat()


def _trip(store: Store, firm: Firm, visit: Visit) -> dict[str, Any]:
    """The technician's day route as planned: the leg in, the leg home, and whether this is its last stop."""
    if visit.starts_at is None or not visit.assignments:
        return {}
    first = visit.assignments[0]
    day = day_of(visit.starts_at, firm.zone)
    route = legs.legs_of_day(store, day).get(first.technician_id, {})
    later = store.value(
        "SELECT count(*) FROM visit v JOIN assignment a ON a.visit_id = v.id WHERE a.staff_id = ? AND v.starts_at > ? "
        "AND v.starts_at < ? AND v.state NOT IN (?, ?)",
        (
            first.technician_id,
            visit.starts_at,
            visit.starts_at + 86400,
            State.CANCELLED.value,
            State.ABORTED.value,
        ),
    )
    trip: dict[str, Any] = {"last_stop": not later, "stops": max(1, len([key for key in route if key != HOME]))}
    for name, key in (("leg_in", visit.id), ("leg_home", HOME)):
        leg = route.get(key)
        if leg is not None and leg.seconds is not None:
            trip[name] = _leg_form(leg, firm)
    return trip


def _leg_form(leg: Leg, firm: Firm) -> dict[str, Any]:
    assert leg.seconds is not None
    return {
        "distance": None if leg.metres is None else str(to_unit(leg.metres, firm.distance_unit)),
        "minutes": round(leg.seconds / 60),
    }
