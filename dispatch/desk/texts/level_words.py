"""Service levels as text and as JSON: the clocks of a visit, all running ones, a client's month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dispatch.desk.levels.clocks import VisitClock
from dispatch.desk.levels.level_month import ClientMonth
from dispatch.levels.targets import CLOCKS, LABELS
from dispatch.model.forms import form
from dispatch.model.instants import Times
from dispatch.model.money import format_minor
from dispatch.model.text import pad, show
from dispatch.model.visits import Visit


def clock_line(clock: VisitClock, times: Times, beside: str = "") -> str:
    """One clock in a line: what, its state, counted minutes of its target, when it is due, and the cause of a miss. `beside`
    as for `Times`."""
    reading = clock.reading
    parts = [pad(clock.label, 10), pad(reading.state.label, 8), f"{reading.elapsed} of {reading.target} min"]
    if clock.aim:
        parts.append("an aim: no agreement")
    if clock.running:
        left = f"{clock.left} min left" if clock.left >= 0 else f"{-clock.left} min over"
        due = None if reading.due is None else f"due {times.moment(reading.due, beside)}"
        parts += ["no due time while it is paused"] if due is None else [due, left]
    if clock.cause:
        parts.append(f"cause: {show(clock.cause)}")
    elif clock.wants_cause:
        parts.append("no cause given yet")
    return "  ".join(parts)


def clock_lines(clocks: Sequence[VisitClock], times: Times, beside: str = "") -> list[str]:
    """The clocks of a visit, a line each."""
    return [clock_line(clock, times, beside) for clock in clocks] or ["no clock runs for this visit"]


def open_lines(running: Sequence[tuple[Visit, VisitClock]], times: Times) -> list[str]:
    """All running clocks, a line each."""
    return [
        f"{pad(visit.reference, 8)} P{visit.priority} {pad(visit.client, 26)} {clock_line(clock, times, visit.zone)}"
        for visit, clock in running
    ] or ["No clock runs."]


def clock_form(clock: VisitClock, zone: str) -> dict[str, Any]:
    """One clock in JSON."""
    keys = """clock target_min=reading.target elapsed_min=reading.elapsed left_min=left due=reading.due@
        state=reading.state aim cause?"""
    return form(clock, keys, zone)


def month_lines(month: ClientMonth) -> list[str]:
    """A client's month as text."""
    figures = month.figures
    met = "nothing was promised" if figures.met_pct is None else f"{figures.met_pct}% of {figures.judged} targets met"
    lines = [f"{show(month.client)}  {month.month}", f"  {figures.requests} requests, {met}"]
    for clock in CLOCKS:
        if (minutes := figures.medians[clock]) is not None:
            lines.append(f"  {LABELS[clock]}: {minutes} min in the middle")
    lines += [f"  missed, {cause}: {count}" for cause, count in figures.causes.items()]
    lines.append(f"  {figures.pauses} pauses, {figures.pause_minutes} min")
    lines.append(f"  {figures.follow_ups_open} follow-ups open")
    lines.append(
        f"  value covered: {format_minor(figures.value_covered, month.exponent, grouped=True)} {month.currency}"
    )
    return lines


def month_form(month: ClientMonth) -> dict[str, Any]:
    """A client's month in JSON."""
    keys = """client month requests=figures.requests met_pct=figures.met_pct judged=figures.judged
        median_min=figures.medians misses=figures.misses causes=figures.causes pauses=figures.pauses
        pause_min=figures.pause_minutes follow_ups_open=figures.follow_ups_open value_covered currency"""
    return form(month, keys, value_covered=format_minor(month.figures.value_covered, month.exponent))
