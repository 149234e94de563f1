"""The monthly fee of a service plan for a client: a base and so much for each of what is counted (design/account-care.md E12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dispatch.model.service_plans import UNITS, ServicePlan


class FeeLine(NamedTuple):
    """A part of a fee: so many of something at a price, in minor units. The base is one of itself."""

    what: str
    number: int
    price: int

    @property
    def amount(self) -> int:
        """What it comes to."""
        return self.number * self.price


class PlanFee(NamedTuple):
    """A monthly fee, part by part; `unknown` names in words what keeps it from being known."""

    lines: tuple[FeeLine, ...] = ()
    unknown: tuple[str, ...] = ()

    @classmethod
    def of(cls, amount: int) -> PlanFee:
        """One that is a single amount."""
        return cls((FeeLine("base", 1, amount),))

    @property
    def amount(self) -> int | None:
        """The fee in minor units; None: it is not known."""
        return None if self.unknown else sum(line.amount for line in self.lines)


def fee_of(plan: ServicePlan, counts: Mapping[str, int | None]) -> PlanFee:
    """The fee of a plan for so many computers, servers and users. What is not known is not zero (design/charges.md B0.4)."""
    priced = [(word, price) for name, word in UNITS if (price := getattr(plan, name)) is not None]
    if not plan.priced:
        return PlanFee(unknown=("the plan has no price yet",))
    lines = [] if plan.fee is None else [*PlanFee.of(plan.fee).lines]
    unknown = []
    for word, price in priced:
        if (count := counts.get(f"{word}s")) is None:
            unknown.append(f"how many {word}s?")
        else:
            lines.append(FeeLine(word, count, price))
    return PlanFee(tuple(lines), tuple(unknown))
