"""What an audit found: how grave it is, what it risks, what to do, and what becomes of it (design/close-out.md C5b)."""

from __future__ import annotations

from dataclasses import dataclass

from dispatch.model.instants import long_text
from dispatch.model.money import format_minor
from dispatch.model.text import LabelledEnum


class Severity(LabelledEnum):
    """How grave a finding is, the least first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Its place among them, from 0."""
        return list(Severity).index(self)


class FindingState(LabelledEnum):
    """What became of a finding: nothing yet, it is in a proposal to the client, it was done, the client does not want it."""

    OPEN = "open"
    PROPOSED = "proposed"
    DONE = "done"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """A finding of a visit by its number there, which it keeps when it is put right.

    `minutes` is the work that what is advised takes, `price` what it costs in minor units of `currency` with `exponent` decimals;
    None: not said. `file_id` is the photograph of it, called `photo`. `state` is what became of it since, `note` why.
    """

    id: int
    visit_id: int
    number: int
    what: str
    severity: Severity
    risk: str = ""
    advice: str = ""
    minutes: int | None = None
    price: int | None = None
    currency: str = ""
    exponent: int = 2
    file_id: int | None = None
    photo: str | None = None
    by: str = ""
    at: int = 0
    state: FindingState = FindingState.OPEN
    note: str = ""
    reference: str = ""
    client: str = ""

    @property
    def price_text(self) -> str:
        """The price as a decimal; empty: not said."""
        return "" if self.price is None else format_minor(self.price, self.exponent)

    @property
    def effort(self) -> str:
        """What it takes, in words: 2h, 300.00 USD."""
        price = "" if self.price is None else f"{self.price_text} {self.currency}".strip()
        return ", ".join(filter(None, ("" if self.minutes is None else long_text(self.minutes), price)))

    @property
    def open(self) -> bool:
        """Whether something is still to become of it."""
        return self.state in (FindingState.OPEN, FindingState.PROPOSED)
