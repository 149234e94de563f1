"""Travel: components, bases, what is given away, the cap, manual travel (design/charges.md B6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from typing import Literal

from dispatch.charges.bands import Tier
from dispatch.charges.card import Component, DistanceCharge, FixedCharge, TimeCharge, Travel, TravelZone, ZoneCharge
from dispatch.charges.explain import band_words
from dispatch.charges.lines import ChargeLine
from dispatch.charges.minutes import Stay, round_minutes
from dispatch.charges.pricing import Pricing
from dispatch.charges.rates import Rate, calm_rate
from dispatch.charges.visit import ChargedLeg, ChargedSite, VisitPart
from dispatch.model.languages import figure_text, phrase, reckon, say, says
from dispatch.model.money import exact_text, shortest

Figure = Literal["distance", "minutes"]


class _Lacking(Exception):
    """A travel line lacks what it needs; the message is the error of B1."""


@dataclass(frozen=True, slots=True)
class _Way:
    """What the travel of a visit is counted from."""

    pricing: Pricing
    used: dict[str, list[Fraction]] = field(default_factory=dict)
    """Driving minutes that count towards the cap of a day, by technician and day (B6.9)."""

    @property
    def rules(self) -> Travel:
        """What the card says of travel."""
        return self.pricing.card.travel

    def one_way(self, what: Figure) -> Fraction:
        """The site's one-way figure."""
        return _leg(self.pricing.site, what)

    def quantity(self, what: Figure) -> tuple[Fraction, int]:
        """The quantity and the ways by the basis (B6.2)."""
        basis, trip = self.rules.basis, self.pricing.visit.trip
        if basis == "one_way":
            return self.one_way(what), 1
        if basis == "depot_round_trip":
            return 2 * self.one_way(what), 2
        if basis == "legs":
            inward = _leg(trip.leg_in, what)
            return (inward + _leg(trip.leg_home, what), 2) if trip.last_stop else (inward, 1)
        total, summed = _leg(trip.total, what), _leg(trip.solo_sum, what)
        if summed == 0:
            return total / trip.stops, 2
        solo = 2 * self.one_way(what)
        return min(total * solo / summed, solo), 2

    @property
    def drivers(self) -> list[VisitPart]:
        """The first technician of each vehicle, of those with most days; one without a vehicle is his own (B6.3)."""
        firsts: dict[str, VisitPart] = {}
        for place, part in enumerate(self.pricing.terms.crew):
            vehicle = part.vehicle or f"\0{place}"
            if vehicle not in firsts or len(part.days) > len(firsts[vehicle].days):
                firsts[vehicle] = part
        return [part for part in self.pricing.terms.crew if any(part is one for one in firsts.values())]

    @property
    def trips(self) -> int:
        """How often vehicles came: each on each of its days."""
        return sum(len(part.days) for part in self.drivers)

    @property
    def days(self) -> int:
        """On how many days somebody came, as far as one technician's days tell."""
        return max((len(part.days) for part in self.pricing.terms.crew), default=1)

    def driven(self, part: VisitPart) -> tuple[Fraction, str, bool]:
        """Driving minutes of a technician on a day, where they come from, and whether they stand in for recorded ones (B6.2)."""
        basis = self.rules.basis
        actual = self.rules.time_source == "actual" and basis != "trip_split"
        if actual and part.depart is not None and part.check_in is not None:
            outbound = Fraction(part.check_in - part.depart)
            if basis == "one_way" or (basis == "legs" and not self.pricing.visit.trip.last_stop):
                return outbound, say("actual, one way"), False
            if part.back is not None and part.check_out is not None:
                return outbound + (part.back - part.check_out), say("actual, both ways"), False
            return 2 * outbound, say("actual, the way out twice"), False
        minutes, _ = self.quantity("minutes")
        return minutes, say(_SOURCES[basis]), actual

    @property
    def fixed(self) -> tuple[Fraction, str] | None:
        """What travel to the site costs in place of the components, and whose price that is (B6.7)."""
        site = self.pricing.site
        if site.travel_price is not None:
            return site.travel_price, say("the site's")
        town = (site.town or "").strip().casefold()
        prices = {name.strip().casefold(): (price, name) for name, price in self.rules.towns.items()}
        return prices.get(town) if town else None

    def included(self, component: DistanceCharge) -> Fraction:
        """How far one way costs no distance (B6.8)."""
        last = self.rules.last_zone if component.included == "last_zone" else None
        return self.rules.included_radius if last is None else last

    def within_cap(self, part: VisitPart, minutes: Sequence[Fraction]) -> list[Fraction]:
        """What the cap of a technician's day leaves of driving minutes, day by day (B6.9)."""
        cap = self.rules.time_cap_min
        if cap is None:
            return [*minutes]
        earlier = self.pricing.visit.prior_today.get(part.name)
        start = [Fraction(0) if earlier is None else earlier.travel_min, *[Fraction(0)] * (len(minutes) - 1)]
        used = self.used.setdefault(part.name, start)
        left = [min(day, max(Fraction(0), cap - gone)) for day, gone in zip(minutes, used, strict=True)]
        self.used[part.name] = [gone + day for gone, day in zip(used, left, strict=True)]
        return left

    def zone(self, component: ZoneCharge) -> tuple[TravelZone | None, Fraction]:
        """The zone of the site, None where it needs none, and its one-way figure."""
        far = self.one_way("minutes" if component.by == "time" else "distance")
        for zone in component.zones:
            if zone.upto is None or far <= zone.upto:
                return zone, far
        if component.beyond != "refuse" and component.zones:
            return (component.zones[-1] if component.beyond == "last" else None), far
        raise _Lacking("OUT_OF_AREA")


_SOURCES = {
    "one_way": phrase("site record, one way"),
    "depot_round_trip": phrase("site record, depot and back"),
    "legs": phrase("planned legs"),
    "trip_split": phrase("share of the planned trip"),
}


def lacking(pricing: Pricing) -> set[str]:
    """The errors of B1 of everything that cannot be counted for want of a distance, driving minutes, or a zone."""
    codes: set[str] = set()
    way, terms, visit = _Way(pricing), pricing.terms, pricing.visit
    charged = visit.outcome == "completed" or (visit.wasted and terms.card.no_access.mode == "minimum_and_travel")
    if not charged or terms.remote or (visit.parts and not terms.crew):
        return codes
    if terms.card.time_basis == "door_to_door":
        days = [day for part in terms.crew for day in part.days]
        guessed = any(day.depart is None and day.check_in is not None for day in days)
        if guessed and pricing.site.minutes is None:
            codes.add("UNKNOWN_TRAVEL_TIME")
    if visit.manual_travel is not None or not (way.rules.components or way.fixed):
        return codes
    needs: list[Callable[[], object]] = [lambda: _given_away(way, covered=False)]
    for component in () if way.fixed else way.rules.components:
        if isinstance(component, DistanceCharge):
            needs.append(lambda: way.quantity("distance"))
            if component.included == "last_zone":
                needs.append(lambda: way.one_way("distance"))
        elif isinstance(component, ZoneCharge):
            needs.append(partial(way.zone, component))
        elif isinstance(component, TimeCharge) and terms.card.time_basis != "door_to_door":
            needs += [partial(way.driven, day) for part in _timed(way) for day in part.days] or [
                lambda: way.quantity("minutes")
            ]
    for need in needs:
        try:
            need()
        except _Lacking as fault:
            codes.add(str(fault))
    return codes


def travel_lines(pricing: Pricing, stays: Sequence[Stay]) -> list[ChargeLine]:
    """The travel lines in the order of the components. Nothing of it is `lacking`."""
    if not stays or pricing.terms.remote:
        return []
    manual, balances, way = pricing.visit.manual_travel, pricing.balances, _Way(pricing)
    if manual is not None:
        amount = pricing.minor(manual.amount)
        return [ChargeLine("TRV-MAN", "travel", amount, say("set by {who}: {why}", who=manual.by, why=manual.reason))]
    if not (way.rules.components or way.fixed):
        return []
    arrivals = {stay.part.name: stay.arrival for stay in stays}
    reason = _given_away(way, covered=any(stay.covered for stay in stays))
    if way.fixed:
        lines = _given(_fixed(way, *way.fixed), reason)
        return [*lines, *_cap(way, lines)]
    lines = []
    for component in way.rules.components:
        made = _given(_component(way, component, arrivals), reason)
        if (
            reason is None
            and balances.hours
            and balances.travel
            and isinstance(component, TimeCharge)
            and component.pct_of_labour is not None
        ):
            share = component.pct_of_labour / 100
            made = [part for line in made for part in _drawn(way, line, share, arrivals)]
        lines += made
    return [*lines, *_cap(way, lines)]


_GIVEN_AWAY = {
    "own_failure": phrase("our own failure, not charged"),
    "waived_all": phrase("the agreement waives travel"),
    "waived_in_radius": phrase("the agreement waives travel inside the included radius"),
    "covered": phrase("covered by the fixed price"),
}


def _given(lines: Iterable[ChargeLine], reason: str | None) -> list[ChargeLine]:
    """Travel lines as they are, or given away for that reason (B6.4)."""
    if reason is None:
        return [*lines]
    words = say(_GIVEN_AWAY[reason])
    return [
        replace(line, amount=0, value=line.amount, zero_reason=reason, why=f"{line.why}; {words}") for line in lines
    ]


def _fixed(way: _Way, price: Fraction, whose: str) -> Iterator[ChargeLine]:
    if price:
        often = say("once per visit") if way.days == 1 else say("on each of {n} days", n=way.days)
        by_site = way.pricing.site.travel_price is not None
        yield ChargeLine(
            "TRV-FIX", "travel", way.pricing.minor(price * way.days),
            say("{whose} travel price, {often}", whose=whose, often=often),
            note=None if by_site else whose, qty=Fraction(way.days), unit="visit", unit_price=price,
        )  # fmt: skip


def _timed(way: _Way) -> Sequence[VisitPart]:
    """Whose driving time is counted."""
    return way.drivers if way.rules.time_per == "vehicle" else way.pricing.terms.crew


def _component(way: _Way, component: Component, arrivals: Mapping[str, Tier | None]) -> Iterator[ChargeLine]:
    card, trips = way.pricing.card, way.trips

    def line(rule: str, amount: Fraction, why: str, qty: Fraction, unit: str, price: Fraction) -> ChargeLine:
        return ChargeLine(rule, "travel", way.pricing.minor(amount), why, qty=qty, unit=unit, unit_price=price)

    if isinstance(component, FixedCharge):
        price = component.amount
        if component.kind == "callout":
            often = say("once per visit") if way.days == 1 else say("on each of {n} days", n=way.days)
            yield line(
                "TRV-CALL", price * way.days, say("call-out, {often}", often=often), Fraction(way.days), "visit", price
            )
        else:
            yield line("TRV-VEH", price * trips, _counted(way), Fraction(trips), "vehicle", price)
    elif isinstance(component, DistanceCharge):
        distance, ways = way.quantity("distance")
        included = way.included(component) * ways
        charged = max(Fraction(0), distance - included) * trips
        if component.included == "last_zone" and way.one_way("distance") * ways <= included:
            charged = Fraction(0)
        price = component.rate
        if charged * price > 0:
            why = reckon(
                "{distance} {unit} travelled ({source}), {included} included, {vehicles}: {charged} {unit} x {price}",
                distance=shortest(distance), unit=card.unit, source=say(_SOURCES[way.rules.basis]), included=shortest(included),
                vehicles=_counted(way), charged=shortest(charged), price=shortest(price),
            )  # fmt: skip
            yield line("TRV-DIST", charged * price, why, charged, card.unit, price)
    elif isinstance(component, ZoneCharge):
        zone, far = way.zone(component)
        if zone is not None and (price := zone.amount):
            limit = say("no limit") if zone.upto is None else reckon("up to {limit}", limit=zone.upto.text)
            limit += say(", the last one") if zone.upto is not None and far > zone.upto else ""
            unit = "min" if component.by == "time" else card.unit
            why = reckon(
                "{distance} {unit} one way, zone {name} ({limit}), {vehicles}",
                distance=shortest(far), unit=unit, name=zone.name, limit=limit, vehicles=_counted(way),
            )  # fmt: skip
            made = line("TRV-ZONE", price * trips, why, Fraction(trips), "vehicle", price)
            yield replace(made, note=zone.name)
    elif card.time_basis != "door_to_door":
        for part in _timed(way):
            yield from _time(way, component, part, arrivals[part.name])


def _counted(way: _Way) -> str:
    vehicles = len(way.drivers)
    counted = says(vehicles, "{n} vehicle", "{n} vehicles")
    return counted if way.trips == vehicles else say("{vehicles}, {n} times in all", vehicles=counted, n=way.trips)


def _time(way: _Way, component: TimeCharge, part: VisitPart, arrival: Tier | None) -> Iterator[ChargeLine]:
    terms = way.pricing.terms
    drives = [way.driven(day) for day in part.days]
    if any(stand_in for _, _, stand_in in drives):
        way.pricing.flags.add("TRAVEL_ESTIMATED")
    included = component.included_min
    counted = [max(Fraction(0), driven - included) for driven, _, _ in drives]
    sources = ", ".join(dict.fromkeys(source for _, source, _ in drives))
    driving = " + ".join(figure_text(shortest(driven)) for driven, _, _ in drives)
    reckoning = reckon("{minutes} min driven ({sources})", minutes=driving, sources=sources)
    if included:
        reckoning += reckon(" less {minutes} included", minutes=shortest(included))
        reckoning += say(" each day") if len(drives) > 1 else ""
    if component.rounding is not None:
        counted = [round_minutes(minutes, component.rounding) for minutes in counted]
        rounded = shortest(sum(counted, Fraction(0)))
        reckoning += reckon(", {minutes} after rounding ({rule})", minutes=rounded, rule=component.rounding.words)
    share = None if component.pct_of_labour is None else component.pct_of_labour / 100
    price = component.rate if share is None else terms.price(part) * share
    if price and (capped := way.within_cap(part, counted)) != counted:
        counted = capped
        reckoning += reckon(
            ", {minutes} within {limit} charged to the client a day",
            minutes=shortest(sum(counted, Fraction(0))), limit=way.rules.time_cap_min,
        )  # fmt: skip
    minutes = sum(counted, Fraction(0))
    if minutes <= 0 or not price:
        return
    rate = _premium(way, part, arrival)
    hourly, (price, multiplier) = price, rate.of(price)
    if way.rules.time_premium and arrival is not None:
        instead = "" if rate.price is None else ", " + reckon("instead of {price}/h", price=shortest(hourly))
        reckoning += reckon(
            " x {multiplier} ({band})", multiplier=exact_text(multiplier), band=say(band_words(arrival.name)) + instead
        )
    why = reckoning + reckon(" x {price}/h", price=shortest(price))
    if component.pct_of_labour is not None:
        why += reckon(", {pct}% of the labour price", pct=component.pct_of_labour.text)
    yield ChargeLine(
        "TRV-TIME", "travel", way.pricing.minor(minutes * price * multiplier / 60), why,
        tech=part.name, qty=minutes, unit="min", unit_price=price, multiplier=multiplier,
    )  # fmt: skip


def _premium(way: _Way, part: VisitPart, arrival: Tier | None) -> Rate:
    """What driving time weighs: as the arrival band, where it has premiums, but never by an emergency or overtime (B6.3)."""
    if not way.rules.time_premium or arrival is None:
        return Rate(Fraction(1))
    return calm_rate(way.pricing.terms, part, arrival)


def _drawn(way: _Way, line: ChargeLine, share: Fraction, arrivals: Mapping[str, Tier | None]) -> Iterator[ChargeLine]:
    """Travel time drawn from prepaid hours, in whole minutes (B7)."""
    pricing = way.pricing
    part = next(part for part in pricing.terms.crew if part.name == line.tech)
    assert line.qty is not None
    assert line.unit_price is not None
    assert line.multiplier is not None
    rate = _premium(way, part, arrivals[part.name])
    weight = share * rate.weight
    left = line.qty
    taken: dict[str, int] = {}
    while left >= 1 and (balance := pricing.balances.for_minute(weight)) is not None:
        balance.take(weight)
        taken[balance.name] = taken.get(balance.name, 0) + 1
        left -= 1
    for name, minutes in taken.items():
        value = pricing.minor(minutes * line.unit_price * line.multiplier / 60)
        yield replace(
            line, qty=Fraction(minutes), amount=0, value=value, zero_reason="drawn", pool=name,
            why=line.why + reckon(
                "; {minutes} min of it are {drawn} min at the usual rate, drawn from {name}", minutes=minutes,
                drawn=shortest(minutes * weight), name=name,
            ),
        )  # fmt: skip
    if left > 0:
        pricing.flags.add("POOL_EXHAUSTED")
        price, _ = rate.of(pricing.terms.overage(part) * share)
        amount = pricing.minor(left * price * line.multiplier / 60)
        rest = reckon("; the {minutes} min that are left x {price}/h", minutes=shortest(left), price=shortest(price))
        why = line.why + rest if taken else line.why
        yield replace(line, qty=left, unit_price=price, amount=amount, why=why)


def _given_away(way: _Way, *, covered: bool) -> str | None:
    """Why travel costs nothing, the first reason that applies (B6.4)."""
    terms = way.pricing.terms
    if terms.own_failure:
        return "own_failure"
    if terms.agreement is None:
        return None
    if terms.agreement.waive_travel == "all":
        return "waived_all"
    if terms.agreement.waive_travel == "in_radius" and way.one_way("distance") <= way.rules.included_radius:
        return "waived_in_radius"
    if terms.kind == "fixed_price" and terms.agreement.covers_travel and covered:
        return "covered"
    return None


def _cap(way: _Way, lines: Sequence[ChargeLine]) -> Iterator[ChargeLine]:
    pricing, cap, days = way.pricing, way.rules.cap, way.days
    charged = sum(line.amount for line in lines)
    # a cap finer than the currency is cut: charged travel is never above it
    if cap is not None and charged > (limit := cap * days * 10**pricing.card.exponent // 1):
        why = reckon("travel is never more than {amount}", amount=shortest(cap))
        why += "" if days == 1 else " " + say("on each of {n} days", n=days)
        yield ChargeLine("TRV-CAP", "travel", limit - charged, why)


def _leg(leg: ChargedLeg | ChargedSite, what: Figure) -> Fraction:
    value = leg.distance if what == "distance" else leg.minutes
    if value is None:
        raise _Lacking("UNKNOWN_DISTANCE" if what == "distance" else "UNKNOWN_TRAVEL_TIME")
    return value
