"""Visits as text: in a list, their days and promises, and what they cost."""

from __future__ import annotations

from collections.abc import Sequence

from db import sheets
from db.store import Store
from dispatch.model.instants import Times, day_of, day_text
from dispatch.model.money import amount_text
from dispatch.model.text import pad, show
from dispatch.model.visits import Visit
from dispatch.model.ways import state_words, way_and_work


def visit_lines(visits: Sequence[Visit], times: Times) -> list[str]:
    """Visits as text, a line each."""
    if not visits:
        return ["No visits."]
    return [
        "  ".join(
            [
                pad(visit.reference, 8),
                pad(state_words(visit), 11),
                f"{planned_text(visit, times, visit.zone):<27}",
                pad(", ".join(visit.crew) or "–", 14),
                f"P{visit.priority}",
                pad(visit.client, 28),
                show(way_and_work(visit), 50),
            ]
        ).rstrip()
        for visit in visits
    ]


def promise_text(promised: tuple[int, int], times: Times, beside: str) -> str:
    """A promised window with its day."""
    return f"{day_text(day_of(promised[0], times.zone))} {times.span(*promised, beside)}"


def day_lines(visit: Visit, times: Times, beside: str) -> list[str]:
    """The days of a visit that takes several: when, with whom, and whether they are done; nothing of one that takes one."""
    if visit.days == 1:
        return []
    lines, placed = [], {one.day_number: one for one in visit.all_days}
    for number in range(1, visit.days + 1):
        one = placed.get(number)
        done = ", done" if number < visit.next_day else ""
        where = (
            "has no place"
            if one is None
            else f"{planned_text(one, times, beside)} {', '.join(map(show, one.crew))}{done}"
        )
        lines.append(f"day {number} of {visit.days}: {where}")
    return lines


def planned_text(visit: Visit, times: Times, beside: str) -> str:
    """When a visit is planned; for which day it is wanted, and on which at the latest, where it has no place."""
    if visit.starts_at is not None and visit.ends_at is not None:
        return f"{day_text(day_of(visit.starts_at, times.zone))} {times.span(visit.starts_at, visit.ends_at, beside)}"
    latest = f"latest {day_text(visit.latest_on)}" if visit.latest_on else ""
    wanted = f"wanted {day_text(visit.wanted_on)}" if visit.wanted_on else "" if latest else "no date"
    return ", ".join(filter(None, (wanted, latest)))


def charge_line(store: Store, visit: Visit) -> str:
    """The kept charge of a visit in one line."""
    sheet = sheets.latest_sheet(store, visit.id)
    if sheet is None:
        return "no charge: no rate card is in force on that day"
    if sheet.total is None:
        return f"charge blocked: {', '.join(sheet.sheet.get('errors', []))}"
    return f"charge {amount_text(sheet.total, sheet.exponent, sheet.currency)} ({sheet.status})"
