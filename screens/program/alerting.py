"""Alerts at the terminal: bell, title and desktop, as the person wants them (design/interface.md, Alerts)."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from db import people
from db.faults import StoreFault
from db.store import existing
from dispatch.desk.messages import alerts
from dispatch.desk.session.refusals import Refusal
from dispatch.levels.alerts import title_of
from dispatch.model.alerts import Alert
from dispatch.model.boards import Board
from dispatch.model.people import Staff
from widgets.terminal import signals
from widgets.terminal.driver import BoundedDriver

if TYPE_CHECKING:
    from screens.program.program import Program

AWAY = 600.0
"""Seconds without a key after which nobody looks: what the terminal tells then goes as a message too."""
_FRESH = 90
"""Seconds for which the board that is shown is today as it stands."""


def look_for_alerts(program: Program) -> None:
    """Tell what there is to tell, and note that it was told. Runs in a thread; what cannot be read or noted is told the next time.

    In the technician's place nothing is told: a client may look on (R4, R5).
    """
    user, driver = program.user, program._driver
    if not isinstance(driver, BoundedDriver):
        return
    stands: Sequence[Alert] = ()
    rings: Sequence[Alert] = ()
    try:
        person = existing(people.staff_by_id(user.store, user.staff.id))
        if program.current_mode != "day":
            stands = alerts.all_standing(user.store, _board(program))
            rings = alerts.tell_here(user, stands, looked_at=time.monotonic() - program.moved < AWAY)
    except (StoreFault, Refusal):
        return
    if program.is_running:
        program.call_from_thread(_tell, driver, person, stands, rings)


def _tell(driver: BoundedDriver, person: Staff, stands: Sequence[Alert], rings: Sequence[Alert]) -> None:
    driver.set_title(title_of(stands, person.alert_title))
    bell = any(alert.key.kind in person.alert_bell for alert in rings)
    texts = [alert.text for alert in rings if alert.key.kind in person.alert_desktop]
    asked = signals.notifications(texts, signals.signal_of(person.alert_signal, os.environ), os.environ)
    if bell or asked:
        driver.send((signals.BELL if bell else "") + asked)


def _board(program: Program) -> Board | None:
    """Today as the board or the week shows it, where it does."""
    shown = getattr(program.screen_stack[0], "board", None) if program.current_mode in ("board", "week") else None
    now = program.user.now
    if isinstance(shown, Board) and shown.starts_at <= now < shown.ends_at and now - shown.now < _FRESH:
        return shown
    return None
