"""Travel: components, bases, what is given away, the cap, manual travel (charges.md B6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from dispatch.charges.lines import Line
from dispatch.charges.minutes import Stay, round_minutes
from dispatch.charges.pools import Pools
from dispatch.charges.reading import Job, number, optional, read_rounding
from dispatch.charges.terms import Terms
from dispatch.model.money import shortest, to_minor


class Unpriceable(Exception):
    """A travel line that lacks what it needs; `code` is the error of B1."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Way:
    """What the travel of a visit is counted from."""

    terms: Terms
    job: Job
    site: Mapping[str, Any]
    stays: Sequence[Stay]
    rules: Mapping[str, Any]

    def one_way(self, what: str) -> Fraction:
        """The site's one-way figure; `what` is distance or minutes."""
        found = optional(self.site.get(f"one_way_{what}"), f"site.one_way_{what}")
        if found is None:
            raise Unpriceable(_code(what))
        return found

    def quantity(self, what: str) -> tuple[Fraction, int]:
        """The quantity and the ways by the basis (B6.2)."""
        basis = self.rules["basis"]
        trip = self.job.raw.get("trip") or {}
        if basis == "one_way":
            return self.one_way(what), 1
        if basis == "depot_round_trip":
            return 2 * self.one_way(what), 2
        if basis == "legs":
            inward = _leg(trip, "leg_in", what)
            return (inward + _leg(trip, "leg_home", what), 2) if trip.get("last_stop", True) else (inward, 1)
        solo = 2 * self.one_way(what)
        total, summed = _leg(trip, "total", what), _leg(trip, "solo_sum", what)
        share = total / number(trip.get("stops", 1), "visit.trip.stops") if summed == 0 else total * solo / summed
        return min(share, solo), 2

    @property
    def vehicles(self) -> list[Stay]:
        """The first technician of each vehicle; one without a vehicle is his own (B6.3)."""
        firsts: dict[str, Stay] = {}
        for number_, stay in enumerate(self.stays):
            firsts.setdefault(stay.part.vehicle or f"\0{number_}", stay)
        return list(firsts.values())


def travel_lines(
    terms: Terms, job: Job, site: Mapping[str, Any], stays: Sequence[Stay], pools: Pools, flags: set[str]
) -> tuple[list[Line], set[str]]:
    """The travel lines in the order of the components, and the errors of those that cannot be priced."""
    rules = terms.card.raw["travel"]
    manual = job.raw.get("manual_travel")
    if manual is not None:
        amount = to_minor(number(manual["amount"], "visit.manual_travel.amount"), terms.card.exponent)
        return [Line("TRV-MAN", "travel", amount, f"set by {manual.get('by')}: {manual.get('reason')}")], set()
    if not stays or not rules["components"]:
        return [], set()
    way = _Way(terms, job, site, stays, rules)
    errors: set[str] = set()
    reason = None
    try:
        reason = _given_away(way)
    except Unpriceable as lacking:
        errors.add(lacking.code)
    lines: list[Line] = []
    for component in rules["components"]:
        try:
            made = list(_component(way, component, flags))
        except Unpriceable as lacking:
            errors.add(lacking.code)
            continue
        if reason is not None:
            made = [replace(line, amount=0, value=line.amount, zero_reason=reason) for line in made]
        elif pools.hours and pools.travel and component["kind"] == "time" and "pct_of_labour" in component:
            made = [part for line in made for part in _drawn(way, line, component, pools, flags)]
        lines += made
    return [*lines, *_cap(terms, lines)], errors


def _component(way: _Way, component: Mapping[str, Any], flags: set[str]) -> Iterator[Line]:
    terms, vehicles = way.terms, len(way.vehicles)
    exponent = terms.card.exponent
    kind = component["kind"]
    if kind == "callout":
        price = number(component["amount"], "component.amount")
        yield Line(
            "TRV-CALL", "travel", to_minor(price, exponent), "call-out, once per visit", qty=Fraction(1), unit="visit",
            unit_price=price,
        )  # fmt: skip
    elif kind == "vehicle":
        price = number(component["amount"], "component.amount")
        yield Line(
            "TRV-VEH", "travel", to_minor(price * vehicles, exponent), f"{vehicles} vehicle(s)",
            qty=Fraction(vehicles), unit="vehicle", unit_price=price,
        )  # fmt: skip
    elif kind == "distance":
        distance, ways = way.quantity("distance")
        included = number(way.rules["included_radius"], "card.travel.included_radius") * ways
        charged = max(Fraction(0), distance - included) * vehicles
        price = number(component["rate"], "component.rate")
        if charged > 0:
            why = (
                f"{shortest(distance)} {terms.card.unit} travelled ({way.rules['basis']}), {shortest(included)} included, "
                f"{vehicles} vehicle(s)"
            )
            yield Line(
                "TRV-DIST", "travel", to_minor(charged * price, exponent), why, qty=charged, unit=terms.card.unit,
                unit_price=price,
            )  # fmt: skip
    elif kind == "zone":
        yield from _zone(way, component, vehicles)
    elif kind == "time" and terms.card.raw["time_basis"] != "door_to_door":
        who = way.vehicles if way.rules["time_per"] == "vehicle" else way.stays
        for stay in who:
            yield from _time(way, component, stay, flags)


def _zone(way: _Way, component: Mapping[str, Any], vehicles: int) -> Iterator[Line]:
    by = "minutes" if component.get("by") == "time" else "distance"
    far = way.one_way(by)
    for zone in component["zones"]:
        upto = optional(zone.get("upto"), "component.zones.upto")
        if upto is None or far <= upto:
            price = number(zone["amount"], "component.zones.amount")
            if price:
                limit = "no limit" if upto is None else f"up to {shortest(upto)}"
                why = f"{shortest(far)} {'min' if by == 'minutes' else way.terms.card.unit} one way, zone {zone['name']} ({limit})"
                yield Line(
                    "TRV-ZONE", "travel", to_minor(price * vehicles, way.terms.card.exponent), why,
                    note=str(zone["name"]), qty=Fraction(vehicles), unit="vehicle", unit_price=price,
                )  # fmt: skip
            return
    raise Unpriceable("OUT_OF_AREA")


def _time(way: _Way, component: Mapping[str, Any], stay: Stay, flags: set[str]) -> Iterator[Line]:
    terms = way.terms
    driven, source = _driven(way, stay, flags)
    included = number(component.get("included_min", 0), "component.included_min")
    minutes = max(Fraction(0), driven - included)
    if "rounding" in component and component["rounding"] is not None:
        rule = read_rounding(component["rounding"], "component.rounding")
        # a split trip may have parts of a minute: they count as begun for the unit they fall in
        minutes = Fraction(round_minutes(-(-minutes.numerator // minutes.denominator), rule))
    if minutes <= 0:
        return
    price = _hourly(way, component, stay)
    multiplier = Fraction(1)
    if way.rules["time_premium"] and stay.arrival is not None:
        multiplier = terms.band_multiplier(stay.arrival)
    why = f"{shortest(driven)} min driven ({source}), {shortest(included)} included"
    yield Line(
        "TRV-TIME", "travel", to_minor(minutes * price * multiplier / 60, terms.card.exponent), why,
        tech=stay.part.name, qty=minutes, unit="min", unit_price=price, multiplier=multiplier,
    )  # fmt: skip


def _hourly(way: _Way, component: Mapping[str, Any], stay: Stay, price: Fraction | None = None) -> Fraction:
    if "pct_of_labour" in component:
        share = number(component["pct_of_labour"], "component.pct_of_labour") / 100
        return (way.terms.price(stay.part) if price is None else price) * share
    return number(component["rate"], "component.rate")


def _driven(way: _Way, stay: Stay, flags: set[str]) -> tuple[Fraction, str]:
    """Driving minutes of a technician, and where they come from (B6.2)."""
    part, basis = stay.part, way.rules["basis"]
    if way.rules["time_source"] == "actual" and basis != "trip_split":
        if part.depart is not None and part.check_in is not None:
            outbound = Fraction(part.check_in - part.depart)
            trip = way.job.raw.get("trip") or {}
            if basis == "one_way" or (basis == "legs" and not trip.get("last_stop", True)):
                return outbound, "actual, one way"
            if part.back is not None and part.check_out is not None:
                return outbound + (part.back - part.check_out), "actual, both ways"
            return 2 * outbound, "actual, the way out twice"
        flags.add("TRAVEL_ESTIMATED")
    minutes, _ = way.quantity("minutes")
    return minutes, f"site record, {basis}"


def _drawn(way: _Way, line: Line, component: Mapping[str, Any], pools: Pools, flags: set[str]) -> Iterator[Line]:
    """Travel time drawn from prepaid hours, in whole minutes (B7)."""
    stay = next(stay for stay in way.stays if stay.part.name == line.tech)
    assert line.qty is not None
    assert line.unit_price is not None
    assert line.multiplier is not None
    weight = number(component["pct_of_labour"], "component.pct_of_labour") / 100 * line.multiplier
    left = line.qty
    exponent = way.terms.card.exponent
    taken: dict[str, int] = {}
    while left >= 1 and weight > 0 and (pool := pools.for_minute(weight)) is not None:
        pool.take(weight)
        taken[pool.name] = taken.get(pool.name, 0) + 1
        left -= 1
    for name, minutes in taken.items():
        value = to_minor(minutes * line.unit_price * line.multiplier / 60, exponent)
        yield replace(
            line, qty=Fraction(minutes), amount=0, value=value, zero_reason="drawn", pool=name,
            why=f"{line.why}; {shortest(minutes * weight)} rate-min drawn from {name}",
        )  # fmt: skip
    if left > 0:
        flags.add("POOL_EXHAUSTED")
        price = _hourly(way, component, stay, way.terms.overage(stay.part))
        amount = to_minor(left * price * line.multiplier / 60, exponent)
        yield replace(line, qty=left, unit_price=price, amount=amount)


def _given_away(way: _Way) -> str | None:
    """Why travel costs nothing, the first reason that applies (B6.4)."""
    terms = way.terms
    if terms.own_failure:
        return "own_failure"
    if terms.agreement is None:
        return None
    if terms.agreement["waive_travel"] == "all":
        return "waived_all"
    if terms.agreement["waive_travel"] == "in_radius":
        radius = number(way.rules["included_radius"], "card.travel.included_radius")
        if way.one_way("distance") <= radius:
            return "waived_in_radius"
    if terms.kind == "fixed_price" and terms.agreement["covers_travel"] and any(stay.covered for stay in way.stays):
        return "covered"
    return None


def _cap(terms: Terms, lines: Sequence[Line]) -> Iterator[Line]:
    cap = optional(terms.card.raw["travel"]["cap"], "card.travel.cap")
    charged = sum(line.amount for line in lines)
    if cap is not None and charged > (limit := to_minor(cap, terms.card.exponent)):
        yield Line("TRV-CAP", "travel", limit - charged, f"travel is never more than {shortest(cap)}")


def _leg(trip: Mapping[str, Any], name: str, what: str) -> Fraction:
    found = optional((trip.get(name) or {}).get(what), f"visit.trip.{name}.{what}")
    if found is None:
        raise Unpriceable(_code(what))
    return found


def _code(what: str) -> str:
    return "UNKNOWN_DISTANCE" if what == "distance" else "UNKNOWN_TRAVEL_TIME"
