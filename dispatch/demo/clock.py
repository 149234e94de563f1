"""When the sample firm lives: its days, and the clock that goes on from there."""

from __future__ import annotations

import datetime
from pathlib import Path

from db import settings
from db.store import Store
from dispatch.desk.session.user import log_in
from dispatch.model.clock import SetClock, SystemClock
from dispatch.model.instants import at_local

ZONE = "America/New_York"
TUESDAY = datetime.date(2026, 11, 24)
MONDAY = TUESDAY - datetime.timedelta(days=1)
NOW = "14:07"
YEAR = datetime.date(2026, 1, 1)
"""When its books begin."""
SET_UP = datetime.date(2026, 11, 2)
"""When the firm came to the program."""


def start_clock(path: Path) -> None:
    """Let the clock of the sample firm's database at `path` run on from Tuesday 14:07, whatever the date is."""
    with Store.open(path, clock=SetClock(at_local(TUESDAY, NOW, ZONE))) as store:
        lee = log_in(store, "lee")
        with lee.write("set the clock") as unit:
            settings.set_firm(unit, clock_offset=unit.at - SystemClock().now())
