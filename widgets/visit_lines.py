"""What the board's bottom pane says of the selected visit. Pure building of lines."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.instants import day_text, long_text, span_text
from dispatch.model.problems import MINUTE
from dispatch.model.skills import abilities
from dispatch.model.states import State
from dispatch.model.text import show, wrapped
from dispatch.model.travel import DistanceUnit, Leg, distance_text, leg_text, minutes_of
from dispatch.model.ways import state_words, way_and_work
from widgets.lines.ink import Line, Span, cut, ink, joined
from widgets.lines.marks import LEVEL_INKS, LEVEL_LETTERS, Marks, level_text, state_mark

LABEL = 9
Clock = Callable[[int], str]


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

    clock = board.times.clock
    charge_lines = wrapped(charge, max(10, width - LABEL - 2)) or [""]
    facts: dict[str, Iterable[Span]] = {
        "state": _state(visit, clock, marks),
        "planned": (
            *_planned(visit, clock, marks),
            ink(f"   {visit.since(board.zone)}" if visit.reaches_in else "", "dim"),
        ),
        "there": _there(visit, board, marks),
        "on site": _on_site(visit, now, clock, marks),
        "projected": _projected(visit, clock, marks),
        "told": () if visit.told is None else (ink(f"{clock(visit.told)} in a call"),),
        "slack": _slack(visit),
        "level": _level(visit, now, clock),
        "leg in": () if visit.leg is None else leg_spans(visit.leg, board.unit, marks),
        "access": (ink(", ".join(_between(span, clock, marks) for span in visit.access)),),
        "skills": _skills(visit, technician_skills, marks),
        "wants": (ink(" · ".join(visit.demands)),),
        "crew": (ink(", ".join(map(show, visit.crew)) if len(visit.crew) > 1 else ""),),
        "unbilled": (ink(", ".join(map(show, visit.not_billable))),),
        "place": () if visit.located else (ink("no coordinates: place it first", "warn"),),
        "checklist": _checklist(visit),
        "charge": (ink(charge_lines[0]),),
        "phone": (ink(visit.phone),),
        "reason": (ink(visit.reason, "warn"),),
    }
    lines: list[Line] = [_title(visit)]
    for label, spans in facts.items():
        if not any(text.strip() for text, _ in spans):
            continue
        begin = ink(label.rjust(LABEL) + "  ", "dim")
        lines.append((begin, *spans))
        if label == "charge":
            lines += [(ink(" " * (LABEL + 2)), ink(text)) for text in charge_lines[1:] if text]
    if advice:
        lines += [(), *(as_line(part) for part in advice)]
    return tuple(cut(line, width) for line in lines)


def leg_spans(leg: Leg, unit: DistanceUnit, marks: Marks) -> Line:
    """A leg with distance, provenance and the band in which it is expected."""
    text = leg_text(leg.seconds, leg.provenance)
    if leg.seconds is None:
        return (ink(text, "warn"),)
    spans = [ink(text)]
    if leg.metres is not None:
        spans.append(ink(f"  {distance_text(leg.metres, unit)}"))
    if leg.low is not None and leg.high is not None and minutes_of(leg.low) != minutes_of(leg.high):
        spans.append(ink(f"  ({minutes_of(leg.low)} {marks.dash} {minutes_of(leg.high)})", "dim"))
    return tuple(spans)


def _title(visit: BoardVisit) -> Line:
    client = show(visit.client)
    site = show(visit.site)
    about = [ink(way_and_work(visit), "dim"), ink(visit.reference, "dim"), ink(f"P{visit.priority}", "dim")]
    if site and site != client:
        about.insert(0, ink(site, "dim"))
    if visit.which_day:
        about.insert(0, ink(f"day {visit.which_day}", "info"))
    if visit.emergency:
        about.insert(0, ink("emergency", "bad"))
    return (ink(client, "strong"), ink("  "), *joined(about))


def _between(span: tuple[int, int], clock: Clock, marks: Marks) -> str:
    return f"{clock(span[0])} {marks.dash} {clock(span[1])}"


def _state(visit: BoardVisit, clock: Clock, marks: Marks) -> Line:
    hue = {State.CLOSED: "good", State.NO_ACCESS: "warn", State.ABORTED: "warn", State.LEFT_OPEN: "warn"}
    on_site = visit.state in (State.ON_SITE, State.CLOSING_OUT, State.EN_ROUTE)
    name = hue.get(visit.state, "info" if on_site else "plain")
    spans = [ink(f"{state_mark(marks, visit.state, unseen=visit.unseen)} {state_words(visit)}", name)]
    if visit.unseen:
        spans.append(ink(", not seen yet", "dim"))
    if visit.state is State.EN_ROUTE and visit.actual_depart is not None:
        spans.append(ink(f" since {clock(visit.actual_depart)}", "dim"))
    if visit.pinned:
        spans.append(ink(f"   {marks.pin} pinned", "dim"))
    return tuple(spans)


def _planned(visit: BoardVisit, clock: Clock, marks: Marks) -> Line:
    if visit.start is not None and visit.end is not None:
        when = ink(_between((visit.start, visit.end), clock, marks))
    elif visit.due_on is not None:
        word = "latest on" if visit.latest_on else "wanted on"
        when = ink(f"{word} {day_text(visit.due_on)} · {span_text(visit.minutes)}")
    else:
        when = ink(f"no time yet · {span_text(visit.minutes)}", "warn")
    if visit.promised is None:
        return (when,)
    return when, ink("   promised ", "dim"), ink(_between(visit.promised, clock, marks))


def _there(visit: BoardVisit, board: Board, marks: Marks) -> Line:
    """The plan and the promise by the clocks of the site, where they say something else than the board's."""
    planned = None if visit.start is None or visit.end is None else (visit.start, visit.end)
    first = planned or visit.promised
    if first is None or not board.times.differs(visit.zone, first[0]):
        return ()
    between = partial(_between, clock=lambda instant: board.times.beside(visit.zone, instant), marks=marks)
    spans = [ink(between(planned))] if planned else []
    if visit.promised is not None:
        spans += [ink("   promised " if planned else "promised ", "dim"), ink(between(visit.promised))]
    return (*spans, ink(f"   {visit.zone}", "dim"))


def _on_site(visit: BoardVisit, now: int, clock: Clock, marks: Marks) -> Line:
    if visit.actual_in is None:
        return ()
    until = clock(visit.actual_out) if visit.actual_out is not None else "now"
    end = visit.actual_out if visit.actual_out is not None else max(now, visit.actual_in)
    there = span_text((end - visit.actual_in) // MINUTE)
    if visit.start is not None and visit.end is not None:
        there += f" of {span_text((visit.end - visit.start) // MINUTE)}"
    return ink(f"{clock(visit.actual_in)} {marks.dash} {until}"), ink(f"   {there}", "dim")


def _checklist(visit: BoardVisit) -> Line:
    if not visit.items_required and not visit.tests_required:
        return ()
    done = visit.items_settled >= visit.items_required and visit.tests_passed >= visit.tests_required
    name = "good" if done else "plain"
    items, tests = f"{visit.items_settled}/{visit.items_required}", f"{visit.tests_passed}/{visit.tests_required}"
    return ink(items, name), ink(" · tests ", "dim"), ink(tests, name)


def _projected(visit: BoardVisit, clock: Clock, marks: Marks) -> Line:
    """The new times, where they differ from the planned ones by a minute or more, and how late that is."""
    if visit.start is None or visit.end is None:
        return ()
    late = visit.late
    lateness = () if late is None else (ink(f"   {late.sentence}", "warn"),)
    if visit.projected is None:
        return lateness
    arrival, end = visit.projected
    if late is None and max(abs(arrival - visit.start), abs(end - visit.end)) < MINUTE:
        return ()
    name = "warn" if late is not None else "plain"
    if visit.actual_in is not None:
        return (ink(f"until {clock(end)}", name), *lateness)
    return (ink(_between((arrival, end), clock, marks), name), *lateness)


def _slack(visit: BoardVisit) -> Line:
    """What is left between the projected arrival and what breaks first, the promise or the service level."""
    if visit.slack is None:
        return ()
    minutes = visit.slack // MINUTE
    what = "promise" if visit.promised is not None else "service level"
    return (ink(f"{minutes} min to the {what}", "warn" if minutes < 0 else "plain"),)


def _level(visit: BoardVisit, now: int, clock: Clock) -> Line:
    """The service-level clock that breaks first: its state with its letter, when it is due, and what is left."""
    if not visit.level:
        return ()
    letter = LEVEL_LETTERS.get(visit.level, "")
    spans = [ink(f"{letter} {level_text(visit.level, visit.clock)}".strip(), LEVEL_INKS.get(visit.level, "plain"))]
    if visit.due is not None:
        left = (visit.due - now) // MINUTE
        remains = f"{long_text(left)} left" if left >= 0 else f"{long_text(-left)} ago"
        near = abs(left) < 1440
        spans.append(ink(f"   due {clock(visit.due)}, {remains}" if near else f"   due {remains}", "dim"))
    return tuple(spans)


def _skills(visit: BoardVisit, own: Sequence[str] | None, marks: Marks) -> Line:
    spans: list[Span] = []
    able = abilities(own or ())
    for skill in visit.skills:
        if spans:
            spans.append(ink("  "))
        if own is None:
            spans.append(ink(skill))
        elif skill in able:
            spans += [ink(skill), ink(f" {marks.passed}", "good")]
        else:
            spans += [ink(skill, "warn"), ink(f" {marks.failed} missing", "warn")]
    if visit.preferred:
        spans += [ink("     " if spans else "", "dim"), ink("preferred ", "dim"), ink(visit.preferred)]
    return tuple(spans)


def as_line(part: Span | Line) -> Line:
    """A line of one span, or a line as it is."""
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
