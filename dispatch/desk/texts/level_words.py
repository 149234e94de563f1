"""Service levels as text and as JSON: the clocks of a visit, all running ones, a client's period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dispatch.desk.levels.clocks import VisitClock
from dispatch.desk.levels.level_period import ClientLevels
from dispatch.levels.report import LevelFigures
from dispatch.levels.targets import CLOCKS, LABELS
from dispatch.model.forms import form
from dispatch.model.instants import Times, span_text, time_text
from dispatch.model.money import amount_text, format_minor
from dispatch.model.text import count_text, pad, show
from dispatch.model.visits import Visit


def clock_line(clock: VisitClock, times: Times, beside: str = "") -> str:
    """One clock in a line: what, its state, counted minutes of its target, when it is due, and the cause of a miss. `beside`
    as for `Times`."""
    reading = clock.reading
    parts = [
        pad(clock.label, 10),
        pad(reading.state.label, 8),
        f"{span_text(reading.elapsed)} of {span_text(reading.target)}",
    ]
    if clock.aim:
        parts.append("an aim: no agreement")
    if clock.running:
        left = f"{span_text(abs(clock.left))} {'left' if clock.left >= 0 else 'over'}"
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


def met_text(figures: LevelFigures) -> str:
    """How many promises were kept; where nothing was promised, how many aims were reached."""
    if figures.met_pct is not None:
        return f"{figures.met_pct}% of {figures.judged} targets met"
    aims = f", {figures.reached} of {figures.aims} within what we aim for" if figures.aims else ""
    return f"nothing was promised{aims}"


def levels_lines(levels: ClientLevels) -> list[str]:
    """A client's period as text."""
    figures = levels.figures
    lines = [
        f"{show(levels.client)}  {levels.period.code}",
        f"  {count_text(figures.requests, 'request')}, {met_text(figures)}",
    ]
    for clock in CLOCKS:
        own = figures.clocks[clock]
        if own.middle is not None:
            more = " or more" if own.middle.or_more else ""
            running = f"; {own.running} still running" if own.running else ""
            lines.append(
                f"  {LABELS[clock]}: {time_text(own.middle.counted)} of service time{more} in the middle, "
                f"{time_text(own.middle.waited)} by the clock{running}"
            )
    lines += [f"  missed, {cause}: {count}" for cause, count in figures.causes.items()]
    lines.append(f"  {count_text(figures.pauses, 'pause')}, {time_text(figures.pause_minutes)}")
    lines.append(f"  {count_text(figures.follow_ups_open, 'follow-up')} open")
    lines.append(f"  value covered: {amount_text(figures.value_covered, levels.exponent, levels.currency)}")
    return lines


def levels_form(levels: ClientLevels) -> dict[str, Any]:
    """A client's period in JSON."""
    keys = """client month requests=figures.requests met_pct=figures.met_pct judged=figures.judged aims=figures.aims
        reached=figures.reached median_min median_by_the_clock_min running misses=figures.misses causes=figures.causes
        pauses=figures.pauses pause_min=figures.pause_minutes follow_ups_open=figures.follow_ups_open value_covered currency"""
    clocks = levels.figures.clocks
    return form(
        levels,
        keys,
        month=levels.period.code,
        median_min={name: None if one.middle is None else one.middle.counted for name, one in clocks.items()},
        median_by_the_clock_min={
            name: None if one.middle is None else one.middle.waited for name, one in clocks.items()
        },
        running={name: one.running for name, one in clocks.items()},
        value_covered=format_minor(levels.figures.value_covered, levels.exponent),
    )
