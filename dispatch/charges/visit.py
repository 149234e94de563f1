"""A visit as it is charged: its parts, its outcome, its trip and what was agreed about it (design/charges.md B14)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any, Literal, NamedTuple

from dispatch.fields.reading import Faults, moment, record

Moment = Annotated[int, moment]


class MarkedSpan(NamedTuple):
    """A span inside a stay, in whole minutes since the epoch, half-open."""

    kind: str
    start: Moment
    end: Moment


class LaterDay(NamedTuple):
    """A further day of a technician at the visit. Moments in whole minutes since the epoch, None where not recorded."""

    depart: Moment | None = None
    check_in: Moment | None = None
    check_out: Moment | None = None
    back: Annotated[Moment | None, "return"] = None


class VisitPart(NamedTuple):
    """One technician's part in the visit. Moments in whole minutes since the epoch, None where not recorded; those of the first
    day, where it takes several."""

    name: Annotated[str, "technician"]
    labour_class: Annotated[str, "class"]
    billable: bool = True
    vehicle: str | None = None
    depart: Moment | None = None
    check_in: Moment | None = None
    check_out: Moment | None = None
    back: Annotated[Moment | None, "return"] = None
    marks: tuple[MarkedSpan, ...] = ()
    later_days: tuple[LaterDay, ...] = ()

    @property
    def days(self) -> tuple[VisitPart, ...]:
        """The part on each of its days, in their order, as that of one day."""
        first = self._replace(later_days=())
        return (first, *(first._replace(**day._asdict()) for day in self.later_days))


class ChargedLeg(NamedTuple):
    """A way: its distance and its driving minutes, None where not known."""

    distance: Fraction | None = None
    minutes: Fraction | None = None


class ChargedClient(NamedTuple):
    """Who pays: what exempts them from tax, whether they buy as a private person, and by which price list (B2.7, B9.1)."""

    tax_exempt: bool = False
    tax_ref: str | None = None
    private: bool = False
    price_group: str | None = None


class ChargedSite(NamedTuple):
    """Where the work is done: its one-way figures, and what was agreed, or the card says, of travel to it (B6.7)."""

    distance: Annotated[Fraction | None, "one_way_distance"] = None
    minutes: Annotated[Fraction | None, "one_way_minutes"] = None
    travel_price: Fraction | None = None
    town: str | None = None


class Trip(NamedTuple):
    """The day's trip that the visit is a stop of (B6.2)."""

    leg_in: ChargedLeg = ChargedLeg()
    leg_home: ChargedLeg = ChargedLeg()
    total: ChargedLeg = ChargedLeg()
    solo_sum: ChargedLeg = ChargedLeg()
    last_stop: bool = True
    stops: Fraction = Fraction(1)


class Sold(NamedTuple):
    """An item of the card, or what was laid out and is passed on."""

    code: str | None = None
    qty: Fraction = Fraction(1)
    label: str = ""
    amount: Fraction | None = None
    taxable: bool = True


class Goodwill(NamedTuple):
    """What a lead gives: of which category, how much, by whom and why (B8.3)."""

    target: str
    mode: str
    value: Fraction
    by: str | None = None
    role: str | None = None
    reason: str | None = None


class ManualTravel(NamedTuple):
    """What a lead set travel to (B6.6)."""

    amount: Fraction
    by: str | None = None
    role: str | None = None
    reason: str | None = None


class EarlierVisits(NamedTuple):
    """What a technician's earlier visits to the site on the same day were charged, in rate-minutes (B5.4); and the minutes of
    earlier visits anywhere, by local date (B3.8), and the driving minutes that the client was charged on the day (B6.9)."""

    presence_rmin: Fraction = Fraction(0)
    topup_rmin: Fraction = Fraction(0)
    topup_unit_price: Fraction = Fraction(0)
    travel_min: Fraction = Fraction(0)
    worked_min: Mapping[str, int] = {}


_read_earlier = record(EarlierVisits)


def _earlier(value: Any, path: str, faults: Faults) -> EarlierVisits | None:
    return _read_earlier(value, path, faults) if value else None


class ChargedVisit(NamedTuple):
    """The visit, or work done at a distance. Moments in whole minutes since the epoch."""

    outcome: Literal["completed", "no_access", "cancelled", "aborted_by_us"] = "completed"
    parts: Annotated[tuple[VisitPart, ...], "assignments"] = ()
    scheduled: Annotated[Moment | None, "scheduled_start"] = None
    cancelled_at: Moment | None = None
    departed: bool = False
    cause: str | None = None
    original_visit_date: datetime.date | None = None
    emergency: bool = False
    early_start_agreed: bool = False
    trip: Trip = Trip()
    items: tuple[Sold, ...] = ()
    goodwill: tuple[Goodwill, ...] = ()
    manual_travel: ManualTravel | None = None
    prior_today: Mapping[str, Annotated[EarlierVisits | None, _earlier]] = {}
    requested_at: Moment | None = None
    way: Literal["on_site", "remote", "phone"] = "on_site"

    @property
    def remote(self) -> bool:
        """Whether nobody went there (B18)."""
        return self.way != "on_site"

    @property
    def wasted(self) -> bool:
        """Whether somebody set out for nothing (B8.4)."""
        return self.outcome == "no_access" or (self.outcome == "cancelled" and self.departed)


read_client = record(ChargedClient)
read_site, read_visit = record(ChargedSite), record(ChargedVisit)
