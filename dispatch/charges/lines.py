"""The lines of a sheet and the sheet itself, in the form of design/charges.md B16."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from dispatch.model.money import format_minor, shortest

_MAYBE = ("tech", "note", "qty", "unit", "unit_price", "multiplier", "rmin", "zero_reason", "value", "pool")
"""What of a line stands in its form only where the line has it."""


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """A charge line. `amount` and `value` in minor units; a zero line has a reason and the value that it had.

    `taxable` and `charged` are for the steps after it and are not part of the form.
    """

    rule: str
    category: str
    amount: int
    why: str
    tech: str | None = None
    note: str | None = None
    qty: Fraction | None = None
    unit: str | None = None
    unit_price: Fraction | None = None
    multiplier: Fraction | None = None
    rmin: Fraction | None = None
    zero_reason: str | None = None
    value: int | None = None
    pool: str | None = None
    taxable: bool = True

    @property
    def charged(self) -> bool:
        """Whether the line is charged, rather than given away, covered or drawn."""
        return self.zero_reason is None

    def as_json(self, exponent: int) -> dict[str, Any]:
        """The line in the form of B16: the keys of its row, as strings."""
        form: dict[str, Any] = {"rule": self.rule, "category": self.category}
        for name in _MAYBE:
            value = getattr(self, name)
            if value is not None:
                form[name] = shortest(value) if isinstance(value, Fraction) else value
        if self.value is not None:
            form["value"] = format_minor(self.value, exponent)
        form["amount"] = format_minor(self.amount, exponent)
        form["why"] = self.why
        return form


@dataclass(frozen=True, slots=True)
class Sheet:
    """A charge sheet. Totals are decimal strings, None while it is blocked. `taxed` says of each line whether tax is paid on
    it, and is no part of the form."""

    status: str
    flags: tuple[str, ...]
    errors: tuple[str, ...]
    lines: tuple[ChargeLine, ...]
    net: str | None
    tax: str | None
    total: str | None
    exponent: int
    drawn: Mapping[str, str] = field(default_factory=dict)
    tax_why: str = ""
    taxed: tuple[bool, ...] = ()
    tax_included: bool = False

    def as_json(self) -> dict[str, Any]:
        """The sheet in the form of design/charges.md B14."""
        form: dict[str, Any] = {"status": self.status}
        if self.errors:
            form["errors"] = list(self.errors)
        form["flags"] = list(self.flags)
        form["lines"] = [line.as_json(self.exponent) for line in self.lines]
        if self.tax_included:
            form["tax_included"] = True
        form |= {"net": self.net, "tax": self.tax, "total": self.total}
        if self.drawn:
            form["drawn"] = dict(self.drawn)
        return form
