"""Holidays: the days on which the firm does not work, beside the weekdays on which it never does."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Holiday:
    """A holiday of the firm."""

    id: int
    day: datetime.date
    name: str = ""
    archived: bool = False
    version: int = 1
