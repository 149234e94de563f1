"""How soon we came: what was agreed, what was kept, and each request that waited longer, in the client's words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dispatch.desk.levels.clocks import VisitClock
from dispatch.desk.levels.level_period import ClientLevels
from dispatch.desk.reports.document import Cell, ReportTable, Section
from dispatch.levels.clock import LevelState
from dispatch.levels.report import ClockFigures, LevelFigures
from dispatch.levels.targets import CLOCKS
from dispatch.model.instants import DAY_MINUTES, Times, day_of, day_text
from dispatch.model.promises import KEPT, Promise
from dispatch.model.text import count_text
from dispatch.model.visits import Visit

SAID = {
    "phone": "We answered",
    "remote": "We began to work on it",
    "onsite": "We were with you",
    "resolution": "It was solved",
}
"""What each clock waits for, as a client reads it."""
_DONE = {"phone": "answered", "remote": "begun", "onsite": "with you", "resolution": "solved"}
SERVICE_TIME = (
    "Service time runs while we are open, and not while we wait for you; by the clock counts every hour. What is still open "
    "counts as long as it has been."
)


def how_soon(levels: ClientLevels, own: Sequence[Visit], appointments: Sequence[Promise], times: Times) -> Section:
    """The section of a period.

    Args:
        levels: the requests that were made in it.
        own: all visits of the client.
        appointments: the promised windows of the period that are judged.
        times: as the paper writes them.
    """
    figures = levels.figures
    facts: list[tuple[str, Cell]] = []
    if appointments:
        facts.append(("Appointments", _kept(appointments)))
    if figures.requests and not figures.judged:
        facts.append(("Agreed times", _aimed(figures)))
    if figures.pauses:
        waits = f"{count_text(figures.pauses, 'time')}, {_hours(figures.pause_minutes)} of service time"
        facts.append(("Waiting for you", waits))
    clocks = [(SAID[clock], figures.clocks[clock]) for clock in CLOCKS if figures.clocks[clock].middle is not None]
    tables = [ReportTable(_TITLES, tuple(_row(*one) for one in clocks))] if clocks else []
    later: list[tuple[Cell, ...]] = []
    for visit, own_clocks in levels.requests:
        if late := [clock for clock in own_clocks if _is_late(clock)]:
            what = "; ".join(_late(clock) for clock in late)
            why = "; ".join(dict.fromkeys(clock.cause for clock in late if clock.cause)) or None
            asked = day_text(day_of(visit.requested_at, visit.zone))
            later.append((asked, visit.reference, visit.work, what, why))
    missed = [
        (
            f"{day_text(day_of(promise.first, visit.zone))}, {promise.words(times._replace(zone=visit.zone))}",
            visit.reference,
            visit.work,
        )
        for promise in appointments
        if promise.outcome not in KEPT
        for visit in own
        if visit.id == promise.visit_id
    ]
    if later:
        titles = ("Asked", "Visit", "Work", "What took longer, in service time", "Why")
        # where nobody has given a cause there is no column for it
        width = 5 if any(row[4] for row in later) else 4
        tables.append(ReportTable(titles[:width], tuple(row[:width] for row in later)))
    if missed:
        tables.append(ReportTable(("Appointment that we did not keep", "Visit", "Work"), tuple(missed)))
    words = (SERVICE_TIME,) if clocks else () if facts else ("Nothing was asked for in this time.",)
    return Section("How soon we came", tuple(facts), words, tuple(tables))


_TITLES = ("In the middle", "In time", "Service time", "By the clock", "Still open")


def _row(said: str, figures: ClockFigures) -> tuple[Cell, ...]:
    middle = figures.middle
    assert middle is not None
    more = " or more" if middle.or_more else ""
    kept = f"{figures.kept} of {figures.judged}" if figures.judged else None
    aimed = f"{figures.reached} of {figures.aims}, an aim" if figures.aims else None
    return (
        said,
        "; ".join(filter(None, (kept, aimed))) or None,
        f"{_hours(middle.counted)}{more}" if middle.counted else "at once",
        f"{_by_the_clock(middle.waited)}{more}" if middle.waited else "at once",
        figures.running or None,
    )


def _kept(appointments: Sequence[Promise]) -> str:
    kept = sum(one.outcome in KEPT for one in appointments)
    counted = {"late": "late", "missed": "missed"}
    parts: Iterator[str] = (
        f"{count} {word}"
        for outcome, word in counted.items()
        if (count := sum(one.outcome == outcome for one in appointments))
    )
    return ", ".join((f"{kept} of {len(appointments)} kept", *parts))


def _aimed(figures: LevelFigures) -> str:
    aims = f"; {figures.reached} of {figures.aims} within what we aim for" if figures.aims else ""
    return f"none are agreed{aims}"


def _is_late(clock: VisitClock) -> bool:
    return clock.reading.state in (LevelState.MISSED, LevelState.BREACHED) or (clock.running and clock.left < 0)


def _late(clock: VisitClock) -> str:
    """After how much service time it was done, or is still waited for, and within what it was agreed, or aimed for."""
    word = _DONE[clock.clock] if not clock.running else f"not yet {_DONE[clock.clock]}"
    return f"{word} {_hours(clock.reading.elapsed)} ({'our aim' if clock.aim else 'agreed'} {_hours(clock.reading.target)})"


def _hours(minutes: int) -> str:
    """A length of service time, whose days have no one length: "25 min", "7 h", "48 h 40"."""
    hours, rest = divmod(minutes, 60)
    return f"{rest} min" if not hours else f"{hours} h {rest:02}" if rest else f"{hours} h"


def _by_the_clock(minutes: int) -> str:
    """How long it was by the clock on the wall: "25 min", "7 h", "7 days 19 h"."""
    days, rest = divmod(minutes, DAY_MINUTES)
    if not days:
        return _hours(minutes)
    return f"{count_text(days, 'day')} {rest // 60} h" if rest >= 60 else count_text(days, "day")
