"""Travel: components, bases, what is given away, the cap, manual travel (design/charges.md B6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

from dispatch.charges.lines import Line
from dispatch.charges.minutes import Stay, round_minutes
from dispatch.charges.pools import Pools
from dispatch.charges.reading import Job, Part, number, optional, read_rounding
from dispatch.charges.terms import Terms
from dispatch.model.money import shortest, to_minor


class _Lacking(Exception):
    """A travel line lacks what it needs; the message is the error of B1."""


@dataclass(frozen=True, slots=True)
class _Way:
    """What the travel of a visit is counted from."""

    terms: Terms
    job: Job
    site: Mapping[str, Any]

    @property
    def rules(self) -> Mapping[str, Any]:
        """What the card says of travel."""
        rules: Mapping[str, Any] = self.terms.card.raw["travel"]
        return rules

    def one_way(self, what: str) -> Fraction:
        """The site's one-way figure; `what` is distance or minutes."""
        found = optional(self.site.get(f"one_way_{what}"), f"site.one_way_{what}")
        if found is None:
            raise _Lacking(_code(what))
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
        total, summed = _leg(trip, "total", what), _leg(trip, "solo_sum", what)
        if summed == 0:
            return total / number(trip.get("stops", 1), "visit.trip.stops"), 2
        solo = 2 * self.one_way(what)
        return min(total * solo / summed, solo), 2

    @property
    def drivers(self) -> list[Part]:
        """The first technician of each vehicle; one without a vehicle is his own (B6.3)."""
        firsts: dict[str, Part] = {}
        for place, part in enumerate(self.terms.crew):
            firsts.setdefault(part.vehicle or f"\0{place}", part)
        return list(firsts.values())

    def driven(self, part: Part) -> tuple[Fraction, str, bool]:
        """Driving minutes of a technician, where they come from, and whether they stand in for recorded ones (B6.2)."""
        basis = self.rules["basis"]
        actual = self.rules["time_source"] == "actual" and basis != "trip_split"
        if actual and part.depart is not None and part.check_in is not None:
            outbound = Fraction(part.check_in - part.depart)
            trip = self.job.raw.get("trip") or {}
            if basis == "one_way" or (basis == "legs" and not trip.get("last_stop", True)):
                return outbound, "actual, one way", False
            if part.back is not None and part.check_out is not None:
                return outbound + (part.back - part.check_out), "actual, both ways", False
            return 2 * outbound, "actual, the way out twice", False
        minutes, _ = self.quantity("minutes")
        return minutes, _SOURCES[basis], actual

    def zone(self, component: Mapping[str, Any]) -> tuple[Mapping[str, Any], Fraction]:
        """The zone of the site, and its one-way figure."""
        far = self.one_way("minutes" if component.get("by") == "time" else "distance")
        for zone in component["zones"]:
            upto = optional(zone.get("upto"), "component.zones.upto")
            if upto is None or far <= upto:
                return zone, far
        raise _Lacking("OUT_OF_AREA")


_SOURCES = {
    "one_way": "site record, one way",
    "depot_round_trip": "site record, depot and back",
    "legs": "planned legs",
    "trip_split": "share of the planned trip",
}


def lacking(terms: Terms, job: Job, site: Mapping[str, Any]) -> set[str]:
    """The errors of B1 of everything that cannot be counted for want of a distance, driving minutes, or a zone."""
    found: set[str] = set()
    way = _Way(terms, job, site)
    charged = job.outcome == "completed" or (job.wasted and terms.card.raw["no_access"]["mode"] == "minimum_and_travel")
    if not charged or (job.parts and not terms.crew):
        return found
    if terms.card.raw["time_basis"] == "door_to_door":
        guessed = any(part.depart is None and part.check_in is not None for part in terms.crew)
        if guessed and site.get("one_way_minutes") is None:
            found.add("UNKNOWN_TRAVEL_TIME")
    if job.raw.get("manual_travel") is not None or not way.rules["components"]:
        return found
    needs: list[Callable[[], object]] = [lambda: _given_away(way, covered=False)]
    for component in way.rules["components"]:
        if component["kind"] == "distance":
            needs.append(lambda: way.quantity("distance"))
        elif component["kind"] == "zone":
            needs.append(partial(way.zone, component))
        elif component["kind"] == "time" and terms.card.raw["time_basis"] != "door_to_door":
            needs += [partial(way.driven, part) for part in _timed(way)] or [lambda: way.quantity("minutes")]
    for need in needs:
        try:
            need()
        except _Lacking as one:
            found.add(str(one))
    return found


def travel_lines(
    terms: Terms, job: Job, site: Mapping[str, Any], stays: Sequence[Stay], pools: Pools, flags: set[str]
) -> list[Line]:
    """The travel lines in the order of the components. Nothing of it is `lacking`."""
    if not stays:
        return []
    manual = job.raw.get("manual_travel")
    if manual is not None:
        amount = to_minor(number(manual["amount"], "visit.manual_travel.amount"), terms.card.exponent)
        return [Line("TRV-MAN", "travel", amount, f"set by {manual.get('by')}: {manual.get('reason')}")]
    way = _Way(terms, job, site)
    if not way.rules["components"]:
        return []
    arrivals = {stay.part.name: stay.arrival for stay in stays}
    reason = _given_away(way, covered=any(stay.covered for stay in stays))
    lines: list[Line] = []
    for component in way.rules["components"]:
        made = list(_component(way, component, arrivals, flags))
        if reason is not None:
            told = _GIVEN_AWAY[reason]
            made = [
                replace(line, amount=0, value=line.amount, zero_reason=reason, why=f"{line.why}; {told}")
                for line in made
            ]
        elif pools.hours and pools.travel and component["kind"] == "time" and "pct_of_labour" in component:
            made = [part for line in made for part in _drawn(way, line, component, pools, flags)]
        lines += made
    return [*lines, *_cap(terms, lines)]


_GIVEN_AWAY = {
    "own_failure": "our own failure, not charged",
    "waived_all": "the agreement waives travel",
    "waived_in_radius": "the agreement waives travel inside the included radius",
    "covered": "covered by the fixed price",
}


def _timed(way: _Way) -> Sequence[Part]:
    """Whose driving time is counted."""
    return way.drivers if way.rules["time_per"] == "vehicle" else way.terms.crew


def _component(
    way: _Way, component: Mapping[str, Any], arrivals: Mapping[str, str | None], flags: set[str]
) -> Iterator[Line]:
    terms, vehicles = way.terms, len(way.drivers)
    exponent = terms.card.exponent
    kind = component["kind"]

    def line(rule: str, amount: Fraction, why: str, qty: Fraction, unit: str, price: Fraction) -> Line:
        return Line(rule, "travel", to_minor(amount, exponent), why, qty=qty, unit=unit, unit_price=price)

    if kind == "callout":
        price = number(component["amount"], "component.amount")
        yield line("TRV-CALL", price, "call-out, once per visit", Fraction(1), "visit", price)
    elif kind == "vehicle":
        price = number(component["amount"], "component.amount")
        yield line("TRV-VEH", price * vehicles, _counted(vehicles), Fraction(vehicles), "vehicle", price)
    elif kind == "distance":
        distance, ways = way.quantity("distance")
        included = number(way.rules["included_radius"], "card.travel.included_radius") * ways
        charged = max(Fraction(0), distance - included) * vehicles
        price = number(component["rate"], "component.rate")
        if charged * price > 0:
            why = (
                f"{shortest(distance)} {terms.card.unit} travelled ({_SOURCES[way.rules['basis']]}), "
                f"{shortest(included)} included, {_counted(vehicles)}"
            )
            yield line("TRV-DIST", charged * price, why, charged, terms.card.unit, price)
    elif kind == "zone":
        zone, far = way.zone(component)
        price = number(zone["amount"], "component.zones.amount")
        if price:
            limit = "no limit" if zone.get("upto") is None else f"up to {zone['upto']}"
            unit = "min" if component.get("by") == "time" else terms.card.unit
            why = f"{shortest(far)} {unit} one way, zone {zone['name']} ({limit}), {_counted(vehicles)}"
            made = line("TRV-ZONE", price * vehicles, why, Fraction(vehicles), "vehicle", price)
            yield replace(made, note=str(zone["name"]))
    elif kind == "time" and terms.card.raw["time_basis"] != "door_to_door":
        for part in _timed(way):
            yield from _time(way, component, part, arrivals[part.name], flags)


def _counted(vehicles: int) -> str:
    return "1 vehicle" if vehicles == 1 else f"{vehicles} vehicles"


def _time(way: _Way, component: Mapping[str, Any], part: Part, arrival: str | None, flags: set[str]) -> Iterator[Line]:
    terms = way.terms
    driven, source, stand_in = way.driven(part)
    if stand_in:
        flags.add("TRAVEL_ESTIMATED")
    included = number(component.get("included_min", 0), "component.included_min")
    minutes = max(Fraction(0), driven - included)
    told = f"{shortest(driven)} min driven ({source})"
    if included:
        told += f" less {shortest(included)} included"
    if "rounding" in component and component["rounding"] is not None:
        rule = read_rounding(component["rounding"], "component.rounding")
        minutes = round_minutes(minutes, rule)
        told += f", {shortest(minutes)} after rounding ({rule.told})"
    price = _hourly(way, component, part)
    if minutes <= 0 or not price:
        return
    multiplier = Fraction(1)
    if way.rules["time_premium"] and arrival is not None:
        multiplier = terms.band_multiplier(arrival)
        told += f" x {shortest(multiplier)} ({arrival})"
    why = f"{told} x {shortest(price)}/h"
    if "pct_of_labour" in component:
        why += f", {component['pct_of_labour']}% of the labour price"
    yield Line(
        "TRV-TIME", "travel", to_minor(minutes * price * multiplier / 60, terms.card.exponent), why,
        tech=part.name, qty=minutes, unit="min", unit_price=price, multiplier=multiplier,
    )  # fmt: skip


def _hourly(way: _Way, component: Mapping[str, Any], part: Part, price: Fraction | None = None) -> Fraction:
    if "pct_of_labour" in component:
        share = number(component["pct_of_labour"], "component.pct_of_labour") / 100
        return (way.terms.price(part) if price is None else price) * share
    return number(component["rate"], "component.rate")


def _drawn(way: _Way, line: Line, component: Mapping[str, Any], pools: Pools, flags: set[str]) -> Iterator[Line]:
    """Travel time drawn from prepaid hours, in whole minutes (B7)."""
    part = next(part for part in way.terms.crew if part.name == line.tech)
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
        price = _hourly(way, component, part, way.terms.overage(part))
        amount = to_minor(left * price * line.multiplier / 60, exponent)
        yield replace(line, qty=left, unit_price=price, amount=amount)


def _given_away(way: _Way, *, covered: bool) -> str | None:
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
    if terms.kind == "fixed_price" and terms.agreement["covers_travel"] and covered:
        return "covered"
    return None


def _cap(terms: Terms, lines: Sequence[Line]) -> Iterator[Line]:
    cap = optional(terms.card.raw["travel"]["cap"], "card.travel.cap")
    charged = sum(line.amount for line in lines)
    # a cap finer than the currency is cut: charged travel is never above it
    if cap is not None and charged > (limit := cap * 10**terms.card.exponent // 1):
        yield Line("TRV-CAP", "travel", limit - charged, f"travel is never more than {shortest(cap)}")


def _leg(trip: Mapping[str, Any], name: str, what: str) -> Fraction:
    found = optional((trip.get(name) or {}).get(what), f"visit.trip.{name}.{what}")
    if found is None:
        raise _Lacking(_code(what))
    return found


def _code(what: str) -> str:
    return "UNKNOWN_DISTANCE" if what == "distance" else "UNKNOWN_TRAVEL_TIME"
