"""Worked examples: a firm's own promises, recomputed after every change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A case with what comes of it now and what differs from what is expected.

    `what` came of it is a sheet or a clock: `got` (None: it cannot be computed), in words `summary`.
    """

    id: str
    title: str
    what: str
    got: Mapping[str, Any] | None
    differs: tuple[str, ...]
    summary: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The case in the form of `dispatch cases --json`."""
        return {"id": self.id, self.what: self.got, "differs": list(self.differs)}

    def lines(self) -> list[str]:
        """The case as text."""
        differs = [f"  differs  {difference}" for difference in self.differs] or ["  as expected"]
        return [f"{self.id}  {self.title}".rstrip(), *(f"    {line}" for line in self.summary), *differs]
