"""Agreements and rate cards, as they are dated and kept. What they mean in money is in `dispatch.charges`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RateCard:
    """A dated price list; `card` is the object of charges.md B14."""

    id: int
    name: str
    valid_from: datetime.date
    card: Mapping[str, Any]
    version: int = 1


@dataclass(frozen=True, slots=True)
class Agreement:
    """Dated terms between firm and client; `terms` is the agreement object of charges.md B14, blocks included."""

    id: int
    client_id: int
    name: str
    kind: str
    starts: datetime.date
    ends: datetime.date | None
    terms: Mapping[str, Any]
    version: int = 1
