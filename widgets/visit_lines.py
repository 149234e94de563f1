"""What the board's bottom pane says of the selected visit. Pure building of lines."""

from collections.abc import Callable, Sequence

from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.instants import clock_text, day_text, span_text
from dispatch.model.states import State
from dispatch.model.text import show, wrapped
from dispatch.model.travel import Leg
from dispatch.model.units import DistanceUnit, distance_text, leg_text, minutes_of
from widgets.lines.ink import Line, Span, cut, ink, joined
from widgets.lines.marks import LEVEL_INKS, LEVEL_LETTERS, Marks, level_text, state_mark
from widgets.queue_lines import long_text
from widgets.timeline.layout import MINUTE

LABEL = 9


def detail_lines(
    visit: BoardVisit,
    board: Board,
    now: int,
    marks: Marks,
    width: int,
    *,
    technician_skills: Sequence[str] | None = None,
    charge: str = "",
    advice: Sequence[Span | Line] = (),
) -> tuple[Line, ...]:
    """The visit in lines of at most `width` cells, the weightiest first.

    Args:
        technician_skills: skills of who is to do it, to tell which of the needed ones are there.
        charge: one sentence about the charge, which only the screen can ask for.
        advice: further lines below, each a span or a line.
    """

    def clock(instant: int) -> str:
        return clock_text(instant, board.zone, board.hours24)

    lines: list[Line] = [_title(visit)]

    def row(label: str, *spans: Span) -> None:
        if any(text.strip() for text, _ in spans):
            lines.append((ink(show(label).rjust(LABEL) + "  ", "dim"), *spans))

    row("state", *_state(visit, board, marks))
    times: list[Span] = []
    if visit.start is not None and visit.end is not None:
        times.append(ink(f"{clock(visit.start)} {marks.dash} {clock(visit.end)}"))
    elif visit.wanted_on is not None:
        times.append(ink(f"wanted on {day_text(visit.wanted_on)} · {span_text(visit.minutes)}"))
    else:
        times.append(ink(f"no time yet · {span_text(visit.minutes)}", "warn"))
    if visit.promised is not None:
        window = f"{clock(visit.promised[0])} {marks.dash} {clock(visit.promised[1])}"
        times += [ink("   promised ", "dim"), ink(window)]
    row("planned", *times)
    if visit.actual_in is not None:
        until = clock(visit.actual_out) if visit.actual_out is not None else "now"
        row("on site", ink(f"{clock(visit.actual_in)} {marks.dash} {until}"), *_minutes_there(visit, now))
    row("projected", *_projected(visit, clock, marks))
    if visit.told is not None:
        row("told", ink(f"{clock(visit.told)} in a call"))
    if slack := _slack(visit):
        row("slack", slack)
    row("level", *_level(visit, now, clock))
    if visit.leg is not None:
        row("leg in", *leg_spans(visit.leg, board.unit, marks))
    if visit.access:
        hours = ", ".join(f"{clock(first)} {marks.dash} {clock(last)}" for first, last in visit.access)
        row("access", ink(hours))
    row("skills", *_skills(visit, technician_skills, marks))
    if len(visit.crew) > 1:
        row("crew", ink(", ".join(show(name) for name in visit.crew)))
    row("unbilled", ink(", ".join(show(name) for name in visit.not_billable)))
    if not visit.located:
        row("place", ink("no coordinates: place it first", "warn"))
    if visit.items_required or visit.tests_required:
        done = visit.items_settled >= visit.items_required and visit.tests_passed >= visit.tests_required
        row(
            "checklist",
            ink(f"{visit.items_settled}/{visit.items_required}", "good" if done else "plain"),
            ink(" · tests ", "dim"),
            ink(f"{visit.tests_passed}/{visit.tests_required}", "good" if done else "plain"),
        )
    if charge:
        first, *more = wrapped(charge, max(10, width - LABEL - 2))
        row("charge", ink(first))
        lines.extend((ink(" " * (LABEL + 2)), ink(text)) for text in more if text)
    if visit.phone:
        row("phone", ink(visit.phone))
    if visit.reason:
        row("reason", ink(visit.reason, "warn"))
    if advice:
        lines.append(())
        lines.extend(_as_line(part) for part in advice)
    return tuple(cut(line, width) for line in lines)


def leg_spans(leg: Leg, unit: str, marks: Marks) -> tuple[Span, ...]:
    """A leg with distance, provenance and the band in which it is expected."""
    known: DistanceUnit = "km" if unit == "km" else "mi"
    text = leg_text(leg.seconds, leg.provenance)
    if leg.seconds is None:
        return (ink(text, "warn"),)
    spans = [ink(text)]
    if leg.metres is not None:
        spans.append(ink(f"  {distance_text(leg.metres, known)}"))
    if leg.low is not None and leg.high is not None and minutes_of(leg.low) != minutes_of(leg.high):
        spans.append(ink(f"  ({minutes_of(leg.low)} {marks.dash} {minutes_of(leg.high)})", "dim"))
    return tuple(spans)


def _title(visit: BoardVisit) -> Line:
    client = show(visit.client)
    site = show(visit.site)
    about = [ink(visit.work, "dim"), ink(visit.reference, "dim"), ink(f"P{visit.priority}", "dim")]
    if site and site != client:
        about.insert(0, ink(site, "dim"))
    if visit.emergency:
        about.append(ink("emergency", "bad"))
    return (ink(client, "strong"), ink("  "), *joined(about))


def _state(visit: BoardVisit, board: Board, marks: Marks) -> tuple[Span, ...]:
    hue = {State.CLOSED: "good", State.NO_ACCESS: "warn", State.ABORTED: "warn", State.LEFT_OPEN: "warn"}
    on_site = visit.state in (State.ON_SITE, State.CLOSING_OUT, State.EN_ROUTE)
    name = hue.get(visit.state, "info" if on_site else "plain")
    spans = [ink(f"{state_mark(marks, visit.state, unseen=visit.unseen)} {visit.state.label}", name)]
    if visit.unseen:
        spans.append(ink(", not seen yet", "dim"))
    if visit.state is State.EN_ROUTE and visit.actual_depart is not None:
        spans.append(ink(f" since {clock_text(visit.actual_depart, board.zone, board.hours24)}", "dim"))
    if visit.pinned:
        spans.append(ink(f"   {marks.pin} pinned", "dim"))
    return tuple(spans)


def _minutes_there(visit: BoardVisit, now: int) -> tuple[Span, ...]:
    if visit.actual_in is None:
        return ()
    end = visit.actual_out if visit.actual_out is not None else max(now, visit.actual_in)
    there = (end - visit.actual_in) // MINUTE
    if visit.start is None or visit.end is None:
        return (ink(f"   {span_text(there)}", "dim"),)
    return (ink(f"   {span_text(there)} of {span_text((visit.end - visit.start) // MINUTE)}", "dim"),)


def _projected(visit: BoardVisit, clock: Callable[[int], str], marks: Marks) -> tuple[Span, ...]:
    """The new times, where they differ from the planned ones by a minute or more, and how late that is."""
    if visit.start is None or visit.end is None:
        return ()
    late = visit.late
    said = () if late is None else (ink(f"   {late.sentence}", "warn"),)
    if visit.projected is None:
        return said
    arrival, end = visit.projected
    if late is None and max(abs(arrival - visit.start), abs(end - visit.end)) < MINUTE:
        return ()
    name = "warn" if late is not None else "plain"
    if visit.actual_in is not None:
        return (ink(f"until {clock(end)}", name), *said)
    return (ink(f"{clock(arrival)} {marks.dash} {clock(end)}", name), *said)


def _slack(visit: BoardVisit) -> Span | None:
    """What is left between the projected arrival and what breaks first, the promise or the service level."""
    if visit.slack is None:
        return None
    minutes = visit.slack // MINUTE
    what = "promise" if visit.promised is not None else "service level"
    return ink(f"{minutes} min to the {what}", "warn" if minutes < 0 else "plain")


def _level(visit: BoardVisit, now: int, clock: Callable[[int], str]) -> tuple[Span, ...]:
    """The service-level clock that breaks first: its state with its letter, when it is due, and what is left."""
    if not visit.level:
        return ()
    letter = LEVEL_LETTERS.get(visit.level, "")
    spans = [ink(f"{letter} {level_text(visit.level, visit.clock)}".strip(), LEVEL_INKS.get(visit.level, "plain"))]
    if visit.due is not None:
        left = (visit.due - now) // MINUTE
        told = f"{long_text(left)} left" if left >= 0 else f"{long_text(-left)} ago"
        near = abs(left) < 1440
        spans.append(ink(f"   due {clock(visit.due)}, {told}" if near else f"   due {told}", "dim"))
    return tuple(spans)


def _skills(visit: BoardVisit, own: Sequence[str] | None, marks: Marks) -> tuple[Span, ...]:
    spans: list[Span] = []
    for skill in visit.skills:
        if spans:
            spans.append(ink("  "))
        if own is None:
            spans.append(ink(skill))
        elif skill in own:
            spans += [ink(skill), ink(f" {marks.passed}", "good")]
        else:
            spans += [ink(skill, "warn"), ink(f" {marks.failed} missing", "warn")]
    if visit.preferred:
        spans += [ink("     " if spans else "", "dim"), ink("preferred ", "dim"), ink(visit.preferred)]
    return tuple(spans)


def _as_line(part: Span | Line) -> Line:
    return (part,) if len(part) == 2 and isinstance(part[0], str) else part


def nothing_here(board: Board, row: BoardRow | None) -> str:
    """What to do where there is nothing to see."""
    if not board.rows:
        return "No technicians yet. i imports them from a file, 4 opens the book to add one."
    if not board.planned and not board.queue:
        return f"No visits on {day_text(board.day)}. n adds one, i imports a file, [ goes back."
    if not board.planned:
        return (
            f"Nothing is planned on {day_text(board.day)}. tab goes to the queue of {len(board.queue)}, "
            "a assigns a visit from it, [ and ] go to other days."
        )
    return f"{row.name} has no visit here." if row is not None else ""
