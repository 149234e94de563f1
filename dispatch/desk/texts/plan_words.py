"""A proposed day as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dispatch.lazily import lazily
from dispatch.model.instants import Times, day_text, span_text, time_text
from dispatch.model.text import count_text, pad, show

with lazily(__name__):
    from dispatch.desk.plan.proposal import DayFigures, Move, Proposal, Standing
    from dispatch.desk.plan.taking import Taken
    from dispatch.desk.plan.week_plan import WeekPlan
    from dispatch.model.visits import Visit

FIGURES = (
    ("placed", "visits"),
    ("left_out", "left out"),
    ("travel", "driving"),
    ("late", "late"),
    ("overtime", "overtime"),
    ("overdue", "overdue done"),
)
"""The figures of a day and their words."""
_MINUTES = ("travel", "late", "overtime")


def figure_text(name: str, value: int) -> str:
    """The value of one of `FIGURES`: a count, or a length of time."""
    return span_text(value) if name in _MINUTES else str(value)


def proposal_lines(proposal: Proposal, least: Proposal | None = None) -> Iterator[str]:
    """A proposed day: figures before and after, what it breaks, what is left out and why, what moves.

    `least` is the plan that changes least, where it is another one.
    """
    yield f"Plan of {day_text(proposal.day)}" + (f"  ({show(proposal.note, 300)})" if proposal.note else "")
    rows: list[tuple[str, DayFigures, int]] = [("as it is", proposal.before, 0)]
    if least is not None and least.moves != proposal.moves:
        rows.append(("least change", least.after, least.stirred))
    rows.append(("as planned", proposal.after, proposal.stirred))
    yield from _figure_lines(rows)
    if proposal.broken:
        yield f"Not kept ({len(proposal.broken)})"
    for broken in proposal.broken:
        named = f"{pad(broken.visit.reference, 7)} {pad(broken.visit.client, 28)}"
        yield f"  {named} {show(broken.words)}"
    if proposal.left_out:
        yield f"Left out ({len(proposal.left_out)})"
    for left_out in proposal.left_out:
        visit = left_out.visit
        yield f"  {pad(visit.reference, 7)} {priority_words(visit)} {show(visit.client)}: {show(left_out.why, 200) or 'no room'}"
    yield "By technician" if proposal.technicians else "Nobody works on this day."
    for own in proposal.technicians:
        over = f", {time_text(own.overtime)} overtime" if own.overtime else ""
        driving = f"{time_text(own.busy)} at work, {time_text(own.travel)} driving{over}"
        yield (
            f"  {pad(own.name, 28)} {count_text(own.visits, 'visit')}: {driving}"
            if own.visits
            else (f"  {pad(own.name, 28)} nothing to do")
        )
    moves = proposal.moves
    # where the search is not over, nobody knows how good the day is
    nothing = "Nothing moves." if proposal.note else "Nothing moves: nothing better was found."
    yield f"Moves ({len(moves)})" if moves else nothing
    for move in moves:
        yield f"  {pad(move.visit.reference, 7)} {pad(move.visit.client, 28)} {move_words(move, proposal.times)}"


def _figure_lines(rows: Iterable[tuple[str, DayFigures, int]]) -> Iterator[str]:
    """Plans side by side: the title of each, its figures, and how many visits that stand it moves."""
    yield "  " + "  ".join(pad(word, 13) for word in ("", *(word for _, word in FIGURES), "stirred"))
    for title, figures, stirred in rows:
        cells = [figure_text(name, getattr(figures, name)) for name, _ in FIGURES]
        yield "  " + "  ".join(pad(cell, 13) for cell in (title, *cells, str(stirred))).rstrip()


def week_lines(planned: WeekPlan) -> Iterator[str]:
    """Several days: what each holds, and what is on none of them."""
    yield f"Plan of {count_text(len(planned.days), 'day')}" + (f"  ({show(planned.note, 300)})" if planned.note else "")
    rows = [] if planned.least is None else [("least change", planned.least.after, planned.least.stirred)]
    yield from _figure_lines([*rows, ("as planned", planned.after, planned.stirred)])
    if worth := gain_words(planned):
        yield f"Worth {worth}."
    for day in planned.days:
        yield f"{day_text(day.day)}: {day_words(day.after)}"
        for broken in day.broken:
            yield f"  not kept: {show(broken.visit.reference)} {show(broken.words)}"
        for move in day.moves:
            yield f"  {pad(move.visit.reference, 7)} {pad(move.visit.client, 28)} {move_words(move, day.times)}"
        for move, later in planned.later_on(day.day):
            visit, who = move.visit, show(" + ".join(move.after.crew if move.after is not None else ()))
            told = f"{who} {day.times.clock(later.start, visit.zone)}, day {later.number}/{visit.days}"
            yield f"  {pad(visit.reference, 7)} {pad(visit.client, 28)} {told}"
    if planned.left_out:
        yield f"On none of these days ({len(planned.left_out)})"
    for left_out in planned.left_out:
        yield f"  {pad(left_out.visit.reference, 7)} {show(left_out.visit.client)}: {show(left_out.why, 200)}"


def gain_words(planned: WeekPlan) -> str:
    """What a week's plan is worth beside the one that changes least; empty where that is not known, or is this one."""
    if planned.gain is None or planned.least is None:
        return ""
    more = count_text(planned.stirred - planned.least.stirred, "visit")
    parts = [(name.replace("_", " "), round(part)) for name, part in planned.gain._asdict().items()]
    priced = ", ".join(f"{abs(part)} {'less' if part > 0 else 'more'} {name}" for name, part in parts if part)
    worth = f"{time_text(round(planned.gain.total))} driving (priced: {priced})"
    return f"{worth}; it moves {more} more than the least change"


def day_words(figures: DayFigures) -> str:
    """A day of several in figures."""
    told = f"{count_text(figures.placed, 'visit')}, {time_text(figures.travel)} driving, {time_text(figures.late)} late"
    return f"{told}, {time_text(figures.overtime)} overtime"


def priority_words(visit: Visit) -> str:
    """How much a visit matters."""
    return f"P{visit.priority}" + (" emergency" if visit.emergency else "")


def move_words(move: Move, times: Times, *, days: bool = False) -> str:
    """Whence and whither, and what is to be said about it. `days`: on which day."""
    when = times.moment if days else times.clock

    def where(end: Standing | None) -> str:
        return "queue" if end is None else f"{show(' + '.join(end.crew))} {when(end.start, move.visit.zone)}"

    text = f"{where(move.before)} → {where(move.after)}"
    for later in move.later:
        text += f", day {later.number} {times.moment(later.start, move.visit.zone)}"
        text += f" ({show(later.remark)})" if later.remark else ""
    if move.needs:
        text += f" (with {show(', '.join(move.needs))})"
    return text + (f": {show(move.remark)}" if move.remark else "")


def taken_lines(taken: Taken) -> Iterator[str]:
    """What was written of a plan, and what was left out."""
    count = len(taken.moved)
    yield (
        f"{count_text(count, 'visit')} moved; dispatch visit undo takes it back as one." if count else "Nothing moved."
    )
    for reference, why in taken.skipped:
        yield f"  {show(reference)} was left out: {show(why, 200)}"
