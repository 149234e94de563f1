"""What a rate card says of percentages on top and of short notice: each figure declared once (design/charges.md B8.4–B8.6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Annotated, Literal, NamedTuple

from dispatch.fields.reading import WrittenNumber, line, written

CATEGORIES = ("labour", "travel", "fee", "item")
"""The categories of lines that a percentage can be of."""


class Percentage(NamedTuple):
    """A percentage of what is charged, such as for fuel, consumables or handling (B8.5)."""

    name: Annotated[str, line(40)]
    pct: Annotated[WrittenNumber, written]
    of: tuple[str, ...]
    category: Literal["labour", "travel", "fee", "item"] = "fee"
    taxable: bool = True
    after_discount: bool = True
    cap: Fraction | None = None


class LateTier(NamedTuple):
    """What a cancellation costs with less than so many hours of notice (B8.4)."""

    notice_hours: Fraction
    mode: Literal["percent_of_minimum", "flat", "none"] = "percent_of_minimum"
    value: Fraction = Fraction(0)


class Cancellation(NamedTuple):
    """What a late cancellation costs; `tiers` are those beside the first one (B8.4)."""

    notice_hours: Fraction = Fraction(24)
    mode: Literal["percent_of_minimum", "flat", "none"] = "percent_of_minimum"
    value: Fraction = Fraction(50)
    tiers: tuple[LateTier, ...] = ()

    def tier(self, notice: int) -> LateTier | None:
        """The tier of so many minutes of notice: of those that reach it the one with the fewest hours; None: it is free."""
        tiers = (LateTier(self.notice_hours, self.mode, self.value), *self.tiers)
        late = [tier for tier in tiers if notice < tier.notice_hours * 60]
        return min(late, key=lambda tier: tier.notice_hours, default=None)


class ShortNotice(NamedTuple):
    """What a visit costs more that was asked for less than so many hours before (B8.6)."""

    name: Annotated[str, line(40)]
    within_hours: Fraction
    mode: Literal["flat", "percent_of_labour"] = "flat"
    value: Fraction = Fraction(0)


def surcharge_faults(
    percentages: Sequence[Percentage], cancellation: Cancellation, short_notice: Sequence[ShortNotice]
) -> Iterator[str]:
    """What of it does not fit together, when a card is saved."""
    before: dict[str, bool] = {}
    for place, own in enumerate(percentages):
        path = f"percentages[{place}]"
        if own.name in (*CATEGORIES, *before):
            yield f"{path}.name: {own.name!r} stands for something else already"
        if not own.of:
            yield f"{path}.of: at least one is expected"
        if not own.taxable and own.category != "item":
            yield f"{path}.taxable: only one of the category item can be untaxed; others are taxed as services are"
        for word in own.of:
            # one that is reckoned after the discount is not there yet before it
            if word not in CATEGORIES and (word not in before or (before[word] and not own.after_discount)):
                yield f"{path}.of: {word!r} is not one of {', '.join(CATEGORIES)}, nor a percentage before it"
        before[own.name] = own.after_discount
    for path, hours in (
        ("cancellation.tiers", [cancellation.notice_hours, *(tier.notice_hours for tier in cancellation.tiers)]),
        ("short_notice", [tier.within_hours for tier in short_notice]),
    ):
        if len(set(hours)) < len(hours):
            yield f"{path}: each tier has hours of its own"
