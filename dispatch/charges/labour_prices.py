"""What a rate card says of the price of labour: classes, bands of one's own, overtime, half-day and day prices, rounding
(design/charges.md B2.4, B2.6, B3.7, B3.8, B4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Annotated, Any, Literal, NamedTuple, get_args

from dispatch.fields.reading import Faults, FormFault, Reader, by_name, clock, line, record, whole
from dispatch.model.agreements import WEEKDAYS
from dispatch.model.languages import phrase, say

Band = Literal["business", "after_hours", "weekend", "holiday"]
BANDS: tuple[Band, ...] = get_args(Band)
_DAY = 24 * 60


def by_band(otherwise: Mapping[str, int]) -> Reader[Mapping[str, int]]:
    """Minutes by band: one number for all, or a table."""
    bands = by_name(BANDS, whole, otherwise)
    return lambda value, path, faults: (
        bands(value, path, faults) if isinstance(value, Mapping) else dict.fromkeys(BANDS, whole(value, path, faults))
    )


OwnMinutes = Annotated[Mapping[str, int], by_band(dict.fromkeys(BANDS, 0))]
"""A minimum of a class or an agreement: a band that it leaves out has none."""


_ROUNDED = {"up": phrase("up to {n} min"), "down": phrase("down to {n} min"), "nearest": phrase("nearest to {n} min")}
BAND_WORDS = (phrase("business"), phrase("after hours"), phrase("weekend"), phrase("holiday"))
"""What the bands are called, where the rate card does not say otherwise."""


class Rounding(NamedTuple):
    """How minutes are rounded (B4.1)."""

    increment_min: Annotated[int, partial(whole, least=1)] = 15
    mode: Literal["up", "down", "nearest", "exact"] = "up"
    grace_min: int = 0

    @property
    def words(self) -> str:
        """The rule in words."""
        if self.mode == "exact":
            return say("exact")
        rule = say(_ROUNDED[self.mode], n=self.increment_min)
        return rule + (say(", {n} min over forgiven", n=self.grace_min) if self.mode == "up" and self.grace_min else "")


class ListedPrice(NamedTuple):
    """A price by price list (B2.4); under an agreement the standard one where it has no other."""

    standard: Fraction
    agreement: Fraction | None = None


class LabourClass(NamedTuple):
    """The prices of an hour of a class of technicians, with a rounding and a minimum of its own (B2.4), of an hour in a band
    (B2.6), and of half a day and a day (B4.3)."""

    standard: Fraction
    agreement: Fraction | None = None
    rounding: Rounding | None = None
    minimum_minutes: OwnMinutes | None = None
    bands: Mapping[str, ListedPrice] = {}
    half_day: ListedPrice | None = None
    day: ListedPrice | None = None

    @property
    def prices(self) -> Iterator[Fraction | None]:
        """Every price that it has."""
        yield from (self.standard, self.agreement)
        for listed in (*self.bands.values(), self.half_day, self.day):
            yield from () if listed is None else listed


def _time_of_day(value: Any, path: str, faults: Faults = None) -> int:
    return clock(value, path)


class OwnBand(NamedTuple):
    """A band of one's own: its span, the band that it counts as, and its multiplier or its price (B3.7)."""

    name: Annotated[str, line(40)]
    like: Band
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"], ...] = WEEKDAYS  # type: ignore[assignment]
    begins: Annotated[int, "from", _time_of_day] = 0
    ends: Annotated[int, "to", _time_of_day] = _DAY
    multiplier: Fraction | None = None
    price: Fraction | None = None
    agreement: Fraction | None = None

    @property
    def listed(self) -> ListedPrice | None:
        """Its price by price list, where it has one."""
        return None if self.price is None else ListedPrice(self.price, self.agreement)

    def covers(self, minute: int, day: str, day_before: str) -> bool:
        """Whether it covers a minute since midnight; the days are weekdays, or holidays."""
        if day == "holiday" and day not in self.days:
            return False
        if self.begins < self.ends:
            return day in self.days and self.begins <= minute < self.ends
        return (day in self.days and minute >= self.begins) or (day_before in self.days and minute < self.ends)


def own_band(value: Any, path: str, faults: Faults) -> OwnBand:
    """The reader of a band of one's own."""
    own = record(OwnBand)(value, path, faults)
    if own.multiplier is not None and own.price is not None:
        raise FormFault(f"{path}: either multiplier or price is expected")
    if own.agreement is not None and own.price is None:
        raise FormFault(f"{path}.agreement: a price for agreements stands beside a price")
    return own


class Overtime(NamedTuple):
    """What minutes weigh at least that come after so many of a technician's day; None: there is no overtime (B3.8)."""

    after_min: int | None = None
    multiplier: Fraction = Fraction(3, 2)


class DayPrice(NamedTuple):
    """How half-day and day prices count, and how many minutes they are good for (B4.3)."""

    mode: Literal["ceiling", "step"] = "ceiling"
    half_min: Annotated[int, partial(whole, least=1)] = 240
    day_min: Annotated[int, partial(whole, least=1)] = 480


def labour_faults(classes: Mapping[str, LabourClass], bands: Sequence[OwnBand], day_price: DayPrice) -> Iterator[str]:
    """What of the prices of labour does not fit together, when a card is saved."""
    names = [own.name for own in bands]
    for place, name in enumerate(names):
        if name in BANDS:
            yield f"bands[{place}].name: {name} is a band already"
        elif set(name) & set(",()"):
            yield f"bands[{place}].name: {name!r} has a comma or a bracket, which separate prices"
        elif name in names[:place]:
            yield f"bands[{place}].name: {name!r} stands twice"
    known = [*(band for band in BANDS if band != "business"), *names]
    for name, labour_class in classes.items():
        for band in labour_class.bands:
            if band not in known:
                yield f"classes.{name}.bands.{band}: is not one of {', '.join(known)}"
    if day_price.day_min < day_price.half_min:
        yield f"day_price.day_min: {day_price.day_min} is less than half_min, {day_price.half_min}"
