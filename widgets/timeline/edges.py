"""What lies beyond the edges of a timeline that does not show all rows: how many, and what in them needs somebody to look. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.model.problems import ProblemVisit
from dispatch.model.text import count_text
from widgets.lines.ink import Line, ink, joined
from widgets.lines.marks import Marks


def beyond(problems: Sequence[ProblemVisit], rows: range) -> tuple[int, int]:
    """How many visits of some rows are late, and how many others need somebody to look."""
    here = [problem for problem in problems if problem.row in rows]
    late = sum(problem.visit.late is not None and problem.visit.late.against != "end" for problem in here)
    return late, len(here) - late


def edge_below(problems: Sequence[ProblemVisit], rows: range, marks: Marks) -> Line:
    """What the rows below hold: "▼ 2 late · 1 to look at · 9 technicians below"."""
    late, others = beyond(problems, rows)
    parts = [ink(f" {marks.below} ", "bad" if late else "warn" if others else "dim")]
    said = [ink(f"{late} late", "bad")] if late else []
    said += [ink(f"{others} to look at", "warn")] if others else []
    return (*parts, *joined([*said, ink(f"{count_text(len(rows), 'technician')} below", "dim")]))


def edge_above(problems: Sequence[ProblemVisit], rows: range, marks: Marks) -> Line:
    """The same of the rows above, in the cells over the names: "▲ 2 late"; how many rows where nothing is wrong."""
    late, others = beyond(problems, rows)
    if late:
        return (ink(f" {marks.above} {late} late", "bad"),)
    return (
        (ink(f" {marks.above} {others} to look at", "warn"),)
        if others
        else (ink(f" {marks.above} {len(rows)}", "dim"),)
    )
