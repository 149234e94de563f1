"""How soon we came: what was agreed, what was kept, and each request that waited longer, in the client's words."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.desk.levels.clocks import VisitClock
from dispatch.desk.levels.level_period import ClientLevels
from dispatch.desk.reports.document import Cell, ReportTable, Section
from dispatch.levels.clock import LevelState
from dispatch.levels.report import ClockFigures, LevelFigures
from dispatch.levels.targets import CLOCKS
from dispatch.model.instants import DAY_MINUTES, Times, day_of, day_text, span_text
from dispatch.model.languages import phrase, say, says, spoken
from dispatch.model.promises import KEPT, Promise
from dispatch.model.visits import Visit
from dispatch.model.ways import told_work

SAID = {
    "phone": phrase("We answered"),
    "remote": phrase("We began to work on it"),
    "onsite": phrase("We were with you"),
    "resolution": phrase("It was solved"),
}
"""What each clock waits for, as a client reads it."""
_DONE = {
    "phone": phrase("answered {took} (agreed {target})"),
    "remote": phrase("begun {took} (agreed {target})"),
    "onsite": phrase("with you {took} (agreed {target})"),
    "resolution": phrase("solved {took} (agreed {target})"),
}
_NOT_YET = {
    "phone": phrase("not yet answered {took} (agreed {target})"),
    "remote": phrase("not yet begun {took} (agreed {target})"),
    "onsite": phrase("not yet with you {took} (agreed {target})"),
    "resolution": phrase("not yet solved {took} (agreed {target})"),
}
_AIMED = {
    "phone": phrase("answered {took} (our aim {target})"),
    "remote": phrase("begun {took} (our aim {target})"),
    "onsite": phrase("with you {took} (our aim {target})"),
    "resolution": phrase("solved {took} (our aim {target})"),
}
_NOT_YET_AIMED = {
    "phone": phrase("not yet answered {took} (our aim {target})"),
    "remote": phrase("not yet begun {took} (our aim {target})"),
    "onsite": phrase("not yet with you {took} (our aim {target})"),
    "resolution": phrase("not yet solved {took} (our aim {target})"),
}
SERVICE_TIME = phrase(
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
        facts.append((say("Appointments"), _kept(appointments)))
    if figures.requests and not figures.judged:
        facts.append((say("Agreed times"), _aimed(figures)))
    if figures.pauses:
        span = _hours(figures.pause_minutes)
        waits = says(figures.pauses, "{n} time, {span} of service time", "{n} times, {span} of service time", span=span)
        facts.append((say("Waiting for you"), waits))
    clocks = [(say(SAID[clock]), figures.clocks[clock]) for clock in CLOCKS if figures.clocks[clock].middle is not None]
    tables = [ReportTable(_titles(), tuple(_row(*one) for one in clocks))] if clocks else []
    later: list[tuple[Cell, ...]] = []
    for visit, own_clocks in levels.requests:
        if late := [clock for clock in own_clocks if _is_late(clock)]:
            what = "; ".join(_late(clock) for clock in late)
            why = "; ".join(dict.fromkeys(clock.cause for clock in late if clock.cause)) or None
            asked = day_text(day_of(visit.requested_at, visit.zone))
            later.append((asked, visit.reference, told_work(visit.work), what, why))
    missed = [
        (
            f"{day_text(day_of(promise.first, visit.zone))}, {promise.words(times._replace(zone=visit.zone))}",
            visit.reference,
            told_work(visit.work),
        )
        for promise in appointments
        if promise.outcome not in KEPT
        for visit in own
        if visit.id == promise.visit_id
    ]
    if later:
        titles = (say("Asked"), say("Visit"), say("Work"), say("What took longer, in service time"), say("Why"))
        # where nobody has given a cause there is no column for it
        width = 5 if any(row[4] for row in later) else 4
        tables.append(ReportTable(titles[:width], tuple(row[:width] for row in later)))
    if missed:
        tables.append(ReportTable((say("Appointment that we did not keep"), say("Visit"), say("Work")), tuple(missed)))
    words = (say(SERVICE_TIME),) if clocks else () if facts else (say("Nothing was asked for in this time."),)
    return Section(say("How soon we came"), tuple(facts), words, tuple(tables))


def _titles() -> tuple[str, ...]:
    return say("In the middle"), say("In time"), say("Service time"), say("By the clock"), say("Still open")


def _row(said: str, figures: ClockFigures) -> tuple[Cell, ...]:
    middle = figures.middle
    assert middle is not None
    more = phrase("{span} or more") if middle.or_more else "{span}"
    kept = say("{some} of {all}", some=figures.kept, all=figures.judged) if figures.judged else None
    aimed = say("{some} of {all}, an aim", some=figures.reached, all=figures.aims) if figures.aims else None
    return (
        said,
        "; ".join(filter(None, (kept, aimed))) or None,
        say(more, span=_hours(middle.counted)) if middle.counted else say("at once"),
        say(more, span=_by_the_clock(middle.waited)) if middle.waited else say("at once"),
        figures.running or None,
    )


def _kept(appointments: Sequence[Promise]) -> str:
    kept = sum(one.outcome in KEPT for one in appointments)
    late, missed = (sum(one.outcome == outcome for one in appointments) for outcome in ("late", "missed"))
    parts = [says(late, "{n} late", "{n} late")] if late else []
    parts += [says(missed, "{n} missed", "{n} missed")] if missed else []
    return ", ".join((say("{some} of {all} kept", some=kept, all=len(appointments)), *parts))


def _aimed(figures: LevelFigures) -> str:
    if not figures.aims:
        return say("none are agreed")
    return say("none are agreed; {some} of {all} within what we aim for", some=figures.reached, all=figures.aims)


def _is_late(clock: VisitClock) -> bool:
    return clock.reading.state in (LevelState.MISSED, LevelState.BREACHED) or (clock.running and clock.left < 0)


def _late(clock: VisitClock) -> str:
    """After how much service time it was done, or is still waited for, and within what it was agreed, or aimed for."""
    words = (_NOT_YET_AIMED if clock.aim else _NOT_YET) if clock.running else _AIMED if clock.aim else _DONE
    return say(words[clock.clock], took=_hours(clock.reading.elapsed), target=_hours(clock.reading.target))


def _hours(minutes: int) -> str:
    """A length of service time, whose days have no one length: "25 min", "7 h", "48 h 40"."""
    hours, rest = divmod(minutes, 60)
    if spoken():
        return span_text(minutes)
    return f"{rest} min" if not hours else f"{hours} h {rest:02}" if rest else f"{hours} h"


def _by_the_clock(minutes: int) -> str:
    """How long it was by the clock on the wall: "25 min", "7 h", "7 days 19 h"."""
    days, rest = divmod(minutes, DAY_MINUTES)
    if not days:
        return _hours(minutes)
    told = says(days, "{n} day", "{n} days")
    return f"{told} {_hours(rest // 60 * 60)}" if rest >= 60 else told
