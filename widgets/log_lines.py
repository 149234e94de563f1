"""What the visit log says of a visit, in as many columns as fit. Pure building of lines."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dispatch.model.boards import Log, LogLine
from dispatch.model.instants import clock_text, day_of, day_text
from dispatch.model.money import format_minor
from dispatch.model.reviews import ReviewMark
from dispatch.model.states import Review, State
from dispatch.model.text import cells_of, pad, show
from dispatch.model.ways import state_words, way_and_work
from widgets.lines.ink import Line, ListEntry, Span, fitted, ink, side_by_side
from widgets.lines.marks import Marks


@dataclass(frozen=True, slots=True)
class LogColumn:
    """A column of the log. `rank`: the lower, the later it is left out where room is short. `right`: flush right.
    `most`: to how many cells it grows where there is room."""

    title: str
    width: int
    rank: int
    cell: Callable[[LogLine, Log, Marks], Span]
    right: bool = False
    most: int = 0


REVIEWS = {
    Review.NONE: ("", "dim"),
    Review.TO_REVIEW: ("to review", "warn"),
    Review.APPROVED: ("approved", "good"),
    Review.EXPORTED: ("exported", "dim"),
    Review.SENT_BACK: ("sent back", "bad"),
}


def evidence(line: LogLine) -> Span:
    """The tests that ran of those with a result, then how many were measured, attested, waived; what is none is left out."""
    tally = line.tally
    executed = f"{tally.ran}/{tally.tested}" if tally.tested else ""
    counts = (("E", executed), ("M", tally.measured), ("A", tally.attested), ("W", tally.waived))
    text = " ".join(f"{letter}{count}" for letter, count in counts if count)
    return ink(text, "warn" if tally.waived or tally.permitted or tally.no_way_in else "plain")


def _state(line: LogLine, log: Log, marks: Marks) -> Span:
    state = line.visit.state
    name = "good" if state is State.CLOSED else "info" if state in (State.ON_SITE, State.CLOSING_OUT) else "warn"
    return marks.states[state], name if state not in (State.PLANNED, State.CONFIRMED, State.DISPATCHED) else "dim"


def _planned(line: LogLine, log: Log, marks: Marks) -> Span:
    start, end = line.visit.start, line.visit.end
    if start is None or end is None:
        return "", "dim"
    if line.elsewhere:
        return ink(day_text(day_of(start, log.zone))[4:10], "warn")
    return ink(f"{_clock(start, log)}{marks.dash}{_clock(end, log)}", "dim")


def _actual(line: LogLine, log: Log, marks: Marks) -> Span:
    visit = line.visit
    if visit.actual_in is None:
        return ink(state_words(visit), "dim")
    until = _clock(visit.actual_out, log) if visit.actual_out is not None else ""
    late = ReviewMark.LATE in line.marks
    return ink(
        f"{_clock(visit.actual_in, log)}{marks.dash}{until}{marks.late if late else ''}", "bad" if late else "plain"
    )


def _tests(line: LogLine, log: Log, marks: Marks) -> Span:
    visit = line.visit
    if not visit.tests_required:
        return "", "dim"
    return f"{visit.tests_passed}/{visit.tests_required}", (
        "plain" if visit.tests_passed >= visit.tests_required else "warn"
    )


def _charge(line: LogLine, log: Log, marks: Marks) -> Span:
    net, exponent = line.charge.net, line.charge.exponent
    return (marks.dash, "dim") if net is None else ink(format_minor(net, exponent), "strong")


def _day(line: LogLine, log: Log, marks: Marks) -> Span:
    start = line.visit.start
    return ("", "dim") if start is None else ink(day_text(day_of(start, log.zone)).split(" ", 1)[1], "dim")


def _short_day(line: LogLine, log: Log, marks: Marks) -> Span:
    text, name = _day(line, log, marks)
    return text.rsplit(" ", 1)[0], name


def _day_column(log: Log) -> LogColumn:
    """The day, with its year where not all lines are of this one."""
    starts = [line.visit.start for line in log.lines if line.visit.start is not None] or [log.now]
    years = {day_of(at, log.zone).year for at in (log.now, min(starts), max(starts))}
    return LogColumn("day", 11, 1, _day) if len(years) > 1 else LogColumn("day", 6, 1, _short_day)


def _technician_column(log: Log) -> LogColumn:
    """First names, and the whole name of those who share theirs."""
    everybody = {name for line in log.lines for name in line.technicians}
    called = {name: show(name).split(" ")[0] for name in everybody}
    of_name = Counter(called.values())
    shared = any(count > 1 for count in of_name.values())

    def crew(line: LogLine, log: Log, marks: Marks) -> Span:
        return ink(" + ".join(name if of_name[called[name]] > 1 else called[name] for name in line.technicians))

    return LogColumn("technician", 10, 1, crew, most=24 if shared else 0)


def _remark(line: LogLine, log: Log, marks: Marks) -> Span:
    told = line.exceptions or line.notes
    if not told:
        return "", "dim"
    more = f" +{len(told) - 1}" if len(told) > 1 else ""
    return ink(f"{told[0].mark.label}{more}", "warn" if line.exceptions else "dim")


def _clock(instant: int, log: Log) -> str:
    return clock_text(instant, log.zone, log.hours24)


def columns_of(log: Log) -> tuple[LogColumn, ...]:
    """All columns in their order. The day has one where there are several, and what there is to say where there is any."""
    span = 12 if log.hours24 else 16
    day = (_day_column(log),) if log.several_days else ()
    remark = (LogColumn("look at", 13, 1, _remark),) if any(line.remarks for line in log.lines) else ()
    return (
        LogColumn("", 1, 0, _state),
        *day,
        LogColumn("visit", 7, 4, lambda line, log, marks: ink(line.visit.reference, "dim")),
        _technician_column(log),
        LogColumn("client", 14, 0, lambda line, log, marks: ink(line.visit.client, "strong"), most=30),
        LogColumn("work", 14, 5, lambda line, log, marks: ink(way_and_work(line.visit)), most=44),
        LogColumn("planned", span - 1, 6, _planned),
        LogColumn("actual", span, 2, _actual),
        LogColumn("evidence", 14, 7, lambda line, log, marks: evidence(line)),
        LogColumn("tests", 5, 3, _tests, right=True),
        LogColumn("re", 2, 8, lambda line, log, marks: ink(str(line.tally.retests or "")), right=True),
        LogColumn("over", 4, 8, lambda line, log, marks: ink(str(line.tally.overrides or ""), "warn"), right=True),
        *remark,
        LogColumn("charge", 9, 2, _charge, right=True),
        LogColumn("sheet", 9, 9, lambda line, log, marks: ink((line.charge.status or "").replace("_", " "), "dim")),
        LogColumn("review", 9, 1, lambda line, log, marks: REVIEWS[line.visit.review]),
    )


def fitting_columns(log: Log, width: int) -> tuple[tuple[LogColumn, int], ...]:
    """The columns that fit `width` cells, each with its width: those of the lowest ranks. What is over goes to those that grow, to
    the narrowest first."""
    kept = list(columns_of(log))
    while len(kept) > 2 and _least(kept) > width:
        kept.remove(max(kept, key=lambda column: column.rank))
    wide = {column.title: column.width for column in kept}
    for _ in range(width - _least(kept)):
        if growing := [column for column in kept if wide[column.title] < column.most]:
            wide[min(growing, key=lambda column: wide[column.title]).title] += 1
    if (over := _least(kept) - width) > 0:
        wide["client"] = max(1, wide["client"] - over)
    return tuple((column, wide[column.title]) for column in kept)


def _least(columns: Sequence[LogColumn]) -> int:
    return sum(column.width + 1 for column in columns) - 1


def heading_line(log: Log, width: int) -> Line:
    """The titles of the columns."""
    columns = fitting_columns(log, width)
    titles = [
        ((column.title.rjust(cells) if column.right else pad(column.title, cells), "dim"),) for column, cells in columns
    ]
    return fitted(side_by_side(zip(titles, (cells for _, cells in columns), strict=True)), width)


def log_line(line: LogLine, log: Log, columns: Sequence[tuple[LogColumn, int]], width: int, marks: Marks) -> Line:
    """One visit."""
    parts: list[tuple[Line, int]] = []
    for column, cells in columns:
        text, name = column.cell(line, log, marks)
        text = show(text, cells)
        parts.append((((" " * (cells - cells_of(text)) + text if column.right else text, name),), cells))
    return fitted(side_by_side(parts), width)


def log_entries(log: Log, width: int, marks: Marks) -> list[ListEntry[LogLine]]:
    """One line a visit."""
    columns = fitting_columns(log, width)
    return [ListEntry(line.visit.id, (log_line(line, log, columns, width, marks),), line) for line in log.lines]
