"""What the firm offers: service plans, which are agreements without a client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dispatch.model.agreements import ServiceTerms

UNITS = (("per_computer", "computer"), ("per_server", "server"), ("per_user", "user"))
"""What a fee may count: the price of each on the plan, and the word, whose plural is the count on the client."""


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """A plan of the catalogue (design/account-care.md E12). Prices are a month's, in minor units; None: there is none.

    `kind`, `allowance_min` to `waive_travel` and `targets` are as an agreement has them (design/charges.md B14); `visits` are
    those a month that are promised, `proactive` and `excludes` what is done unasked and what is not in it, in words.
    """

    id: int
    name: str
    kind: str
    fee: int | None = None
    per_computer: int | None = None
    per_server: int | None = None
    per_user: int | None = None
    allowance_min: int | None = None
    price_list: str = "agreement"
    labour_discount_pct: str = ""
    waive_bands: tuple[str, ...] = ()
    waive_emergency: bool = False
    waive_travel: str = "none"
    targets: Mapping[str, Any] = field(default_factory=dict)
    visits: int | None = None
    proactive: str = ""
    term_months: int | None = None
    excludes: str = ""
    version: int = 1

    @property
    def priced(self) -> bool:
        """Whether it has a price at all."""
        return any(price is not None for price in (self.fee, self.per_computer, self.per_server, self.per_user))

    @property
    def terms(self) -> dict[str, Any]:
        """Its terms as design/charges.md B14 has them, without days and without what is as usual."""
        terms: dict[str, Any] = {"kind": self.kind}
        if self.price_list != "agreement":
            terms["price_list"] = self.price_list
        if self.waive_bands:
            terms["waive_bands"] = list(self.waive_bands)
        if self.waive_emergency:
            terms["waive_emergency"] = True
        if self.waive_travel != "none":
            terms["waive_travel"] = self.waive_travel
        if self.labour_discount_pct:
            terms["labour_discount_pct"] = self.labour_discount_pct
        if self.allowance_min is not None:
            terms["allowance_min"] = self.allowance_min
        return terms

    def service(self, fee: int | None) -> ServiceTerms:
        """What it promises beside its prices, for a monthly fee. The least that is owed in a month is one visit (E1)."""
        usual = ServiceTerms(targets=self.targets, proactive=bool(self.proactive), monthly_fee=fee)
        if self.visits is None:
            return usual
        return replace(usual, cadence_min=min(self.visits, 1), cadence_target=self.visits, cadence_agreed=True)
