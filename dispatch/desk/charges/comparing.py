"""A client's last 90 days under each plan of the catalogue, with its fee, as it would be charged (design/account-care.md E13)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from db import agreements, service_plans, settings, sheets, visits
from db.sheets import StoredSheet
from db.store import Store
from dispatch.charges.plan_fees import PlanFee, fee_of
from dispatch.desk.charges.charge_input import PREPAID, prior_of
from dispatch.desk.charges.charging import priced_from
from dispatch.fields.reading import FormFault
from dispatch.model.agreements import Agreement
from dispatch.model.clients import Client
from dispatch.model.instants import day_of
from dispatch.model.money import parse_minor, shortest
from dispatch.model.service_plans import ServicePlan

DAYS, MONTHS = 90, 3
"""So many days are looked at; they owe so many monthly fees, and have so many allowances."""
STANDARD = "at standard price"


@dataclass(frozen=True, slots=True)
class TermsTried:
    """What the visits come to under some terms, net in minor units, beside a monthly fee. `of_visit` is that of the one visit that
    was asked about, None where none was or it cannot be priced."""

    name: str
    visits: int
    fee: PlanFee
    of_visit: int | None = None

    @property
    def total(self) -> int | None:
        """Visits and fees; None: the fee is not known."""
        return None if self.fee.amount is None else self.visits + MONTHS * self.fee.amount


@dataclass(frozen=True, slots=True)
class PlanComparison:
    """The visits of the last 90 days as the client stands (`now`) and under plans; what cannot be priced (`unpriced`) is in no sum.
    `reference` is the visit that is told apart too."""

    now: TermsTried
    plans: tuple[TermsTried, ...]
    visits: int
    unpriced: int
    currency: str
    exponent: int
    reference: str = ""

    def saved(self, plan: TermsTried) -> int | None:
        """What a plan saves (positive) or costs more; None: a fee is not known, and nothing is claimed."""
        return None if self.now.total is None or plan.total is None else self.now.total - plan.total


class PricedAnew(NamedTuple):
    """Visits as they were charged, and at the standard price, net in minor units; those that have no such price (`unpriced`) are in
    neither."""

    visits: int
    unpriced: int
    charged: int
    standard: int
    currency: str
    exponent: int


def plan_terms(plan: ServicePlan) -> dict[str, Any]:
    """A plan as an agreement that is tried on: without days, and without blocks, which are paid for apart."""
    return {**plan.terms, "starts": None, "ends": None, "blocks": []}


def plan_fee(plan: ServicePlan, client: Client) -> PlanFee:
    """The monthly fee of a plan for a client."""
    return fee_of(plan, {name: getattr(client, name) for name in ("computers", "servers", "users")})


def plan_by_now(store: Store, agreement: Agreement, client: Client) -> tuple[ServicePlan, int] | None:
    """The plan that an agreement was made from and its fee for the client of today, where that is known and another one."""
    key = agreement.service_plan_id
    plan = None if key is None else service_plans.service_plan(store, key)
    fee = None if plan is None else plan_fee(plan, client).amount
    return None if plan is None or fee is None or fee == agreement.service.monthly_fee else (plan, fee)


def compare_plans(
    store: Store, client: Client, reference: str = "", plans: Sequence[ServicePlan] | None = None
) -> PlanComparison:
    """What a client's visits of the last 90 days come to as they stand, and under plans (None: those of the catalogue).

    Whoever has an agreement is compared with what was charged and its fee; where it began within these days, with its terms on
    all of them. Anybody else is compared with the standard price.

    Args:
        reference: a visit that is told apart too, whenever it was.
    """
    firm = settings.firm(store)
    today = day_of(store.clock.now(), firm.zone)
    own = sorted(
        (visit for visit in visits.of_client(store, client.id) if visit.ended_at is not None),
        key=lambda visit: (visit.anchor or visit.ended_at or 0, visit.id),
    )
    known = sheets.latest_sheets(store, [visit.id for visit in own])
    kept = [
        _Kept(known[visit.id], day, (today - day).days, visit.reference == reference)
        for visit in own
        if visit.id in known
        for day in [day_of(visit.anchor or visit.ended_at or 0, firm.zone)]
    ]
    recent, apart = [one for one in kept if one.ago <= DAYS], [one for one in kept if one.asked]
    agreement = next((one for one in agreements.agreements_of(store, client.id) if one.covers(today)), None)
    tries: list[tuple[str, PlanFee, Mapping[str, Any] | Agreement | None]] = [
        (STANDARD, PlanFee(), None)
        if agreement is None
        else (agreement.name, fee_in_force(agreement), _terms_now(agreement, today)),
        *(
            (plan.name, plan_fee(plan, client), plan_terms(plan))
            for plan in (service_plans.service_plans(store) if plans is None else plans)
        ),
    ]
    nets = [_nets(recent, terms) for _, _, terms in tries]
    good = [at for at in range(len(recent)) if all(net[at] is not None for net in nets)]
    now, *under = (
        TermsTried(name, sum(net[at] or 0 for at in good), fee, next(iter(_nets(apart, terms)), None))
        for (name, fee, terms), net in zip(tries, nets, strict=True)
    )
    last = kept[-1].sheet if kept else None
    money = (firm.currency, agreements.minor_units(store)) if last is None else (last.currency, last.exponent)
    return PlanComparison(now, tuple(under), len(good), len(recent) - len(good), *money, reference if apart else "")


def saved_by(charges: Sequence[tuple[StoredSheet, datetime.date]]) -> PricedAnew | None:
    """What visits, each with its day, come to at the standard price beside what was charged; None: there are none.

    Visits in another currency than that of the last are not priced.
    """
    if not charges:
        return None
    last = max(charges, key=lambda one: (one[1], one[0].visit_id))[0]
    kept = [
        _Kept(sheet, day, 0, asked=False) for sheet, day in sorted(charges, key=lambda one: (one[1], one[0].visit_id))
    ]
    pairs = [
        (one.sheet.net, net)
        for one, net in zip(kept, _nets(kept, None), strict=True)
        if (one.sheet.currency, one.sheet.exponent) == (last.currency, last.exponent)
    ]
    both = [(charged, standard) for charged, standard in pairs if charged is not None and standard is not None]
    sums = (sum(charged for charged, _ in both), sum(standard for _, standard in both))
    return PricedAnew(len(both), len(kept) - len(both), *sums, last.currency, last.exponent)


class _Kept(NamedTuple):
    """A sheet that was kept of a visit: its day, how many days ago that is, and whether it is asked about."""

    sheet: StoredSheet
    day: datetime.date
    ago: int
    asked: bool


def fee_in_force(agreement: Agreement) -> PlanFee:
    """The fee of an agreement that is in force. What is prepaid is not compared: it was paid for when the block was sold."""
    if agreement.kind in PREPAID - {"retainer"}:
        return PlanFee(unknown=("blocks are paid for when they are sold",))
    fee = agreement.service.monthly_fee
    return PlanFee(unknown=("nobody entered it; 0 is none",)) if fee is None else PlanFee.of(fee)


def _terms_now(agreement: Agreement, today: datetime.date) -> Mapping[str, Any] | Agreement:
    """What visits are compared by: as they were charged, or by the terms alone where the agreement began within the days."""
    if (today - agreement.starts).days >= DAYS:
        return agreement
    return {**agreement.terms, "starts": None, "ends": None, "blocks": []}


def _nets(kept: Sequence[_Kept], terms: Mapping[str, Any] | Agreement | None) -> list[int | None]:
    """The net of each visit in minor units: as it was charged under an agreement, else priced by terms, None where it cannot be.

    The allowance of a month, and a minimum that is one for the day, are used up in the order of the visits.
    """
    if isinstance(terms, Agreement):
        return [one.sheet.net for one in kept]
    granted = None if terms is None else terms.get("allowance_min")
    left: defaultdict[int, Fraction] = defaultdict(lambda: Fraction(granted or 0))
    of_day: defaultdict[tuple[int, datetime.date], list[Mapping[str, Any]]] = defaultdict(list)
    nets: list[int | None] = []
    for one in kept:
        given, month = one.sheet.input, min(one.ago * MONTHS // DAYS, MONTHS - 1)
        there = of_day[given["source"]["site"]["id"], one.day]
        agreement = terms if granted is None else {**(terms or {}), "allowance_min": shortest(left[month])}
        visit = given["visit"]
        if there and given["card"].get("minimum", {}).get("per") == "day":
            visit = {**visit, "prior_today": _prior(visit.get("prior_today") or {}, prior_of(there))}
        try:
            priced = priced_from({**given, "agreement": agreement, "visit": visit}, estimate=False)
        except FormFault:
            nets.append(None)
            continue
        left[month] -= Fraction((priced.form.get("drawn") or {}).get("allowance", 0))
        if visit.get("way", "on_site") == "on_site":
            there.append(priced.form)
        nets.append(None if priced.form["net"] is None else parse_minor(priced.form["net"], priced.exponent))
    return nets


def _prior(kept: Mapping[str, Any], earlier: Mapping[str, Any]) -> dict[str, Any]:
    """What stood of the day before a visit: as it was recorded (`worked_min`), and as it is charged under the terms."""
    recorded = {name: {"worked_min": own["worked_min"]} if "worked_min" in own else {} for name, own in kept.items()}
    return {name: {**recorded.get(name, {}), **earlier.get(name, {})} for name in {*kept, *earlier}}
