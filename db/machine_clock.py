"""The clock of this machine: how the firm has it moved, and whether it can be right."""

from __future__ import annotations

from db.library import sqlite3
from dispatch.model.clock import Clock, SystemClock

PLAIN = SystemClock()
HOUR = 3600
BEHIND, AHEAD = 24 * HOUR, 90 * 24 * HOUR
"""Seconds that a clock may be behind the last change, or ahead of it, before it is asked about."""


def of_firm(conn: sqlite3.Connection) -> Clock:
    """The machine's clock, moved as the firm has it moved (`Firm.clock_offset`)."""
    offset = conn.execute("SELECT value FROM setting WHERE key = 'clock_offset'").fetchone()
    return PLAIN if offset is None else SystemClock(int(offset[0]))


def doubt(conn: sqlite3.Connection, clock: Clock) -> str:
    """Why a clock can hardly be right, in some words; empty where it may be. One that somebody set, as that of a sample firm,
    is what it is."""
    if not isinstance(clock, SystemClock) or clock.offset:
        return ""
    from db import chain  # hashes, which opening a file does not need

    last, now = chain.newest_at(conn), clock.now()
    if last is None or last - BEHIND <= now <= last + AHEAD:
        return ""
    days = abs(now - last) / HOUR / 24
    return f"This machine's clock is {days:,.0f} days {'before' if now < last else 'after'} the last change."
