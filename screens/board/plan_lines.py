"""The lines of a plan on its screen: what is not kept, what is left out, each technician, figures, and the moves, by day."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dispatch.desk.plan.proposal import DayFigures, Move, Proposal, TechnicianFigures
from dispatch.desk.plan.week_plan import AnyPlan, WeekPlan
from dispatch.desk.texts.plan_words import FIGURES, day_words, figure_text, gain_words, move_words, priority_words
from dispatch.model.instants import day_text, time_text
from dispatch.model.text import count_text, show
from dispatch.model.visits import Visit
from widgets.listed import FigureLine


@dataclass(slots=True)
class PlanView:
    """What the screen shows of a plan: itself, the other one beside it, what is marked, what is not as planned any more, why what
    is left out is."""

    proposal: AnyPlan
    beside: AnyPlan | None = None
    beside_name: str = ""
    marked: Collection[str] = ()
    changed: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    looking: bool = False


def plan_lines(view: PlanView) -> Iterator[FigureLine]:
    """All lines, what matters first. A line's path is its kind and what it is about: `broken`, `move`, `left`, `who`, `figure`,
    `day`."""
    proposal = view.proposal
    over_days = isinstance(proposal, WeekPlan)
    for broken in proposal.broken:
        visit = broken.visit
        text = broken.words
        yield _of_visit(view, f"Not kept {len(proposal.broken)}", f"broken {visit.reference}\n{text}", visit, text)
    thrown = [move for move in proposal.moves if move.thrown_out]
    section = _headed("Thrown out", thrown, view)
    for move in thrown:
        why = view.reasons.get(move.visit.reference, "")
        text = move_words(move, proposal.times, days=over_days) + (f": {show(why, 400)}" if why else "")
        yield _of_move(view, section, move, text)
    left_out = [omitted for omitted in proposal.left_out if omitted.visit.starts_at is None]
    for omitted in left_out:
        why = omitted.why or view.reasons.get(omitted.visit.reference, "")
        path = f"left {omitted.visit.reference}"
        section = f"{'On none of these days' if over_days else 'Left out'} {len(left_out)}"
        yield _of_visit(view, section, path, omitted.visit, show(why, 400) or "…", known=bool(why))
    parts = moves_of(proposal)
    for own in proposal.technicians:
        text = _part(view, own, parts.get(own.name, frozenset()))
        yield FigureLine("By technician", f"who {own.name}", own.name, text, bool(own.visits))
    yield from _figures(view)
    if isinstance(proposal, WeekPlan):
        for day in proposal.days:
            section = _headed(f"{day_text(day.day)[:-5]}: moves", _staying(day), view)
            yield FigureLine(section, f"day {day.day}", "as planned", day_words(day.after), False)
            yield from _moves(view, section, day)
    else:
        yield from _moves(view, _headed("Moves", _staying(proposal), view), proposal)
    if not proposal.moves:
        word = "nothing better was found" + (" yet" if view.looking else "")
        yield FigureLine("Moves", "none", word, "", False)


def _staying(proposal: Proposal) -> list[Move]:
    """The moves that are not thrown out."""
    return [move for move in proposal.moves if not move.thrown_out]


def _moves(view: PlanView, section: str, proposal: Proposal) -> Iterator[FigureLine]:
    for move in _staying(proposal):
        yield _of_move(view, section, move, move_words(move, proposal.times))


def moves_on(proposal: AnyPlan, day: str) -> frozenset[str]:
    """The moves of a day (YYYY-MM-DD) of a week, by reference."""
    days = proposal.days if isinstance(proposal, WeekPlan) else ()
    return frozenset(move.visit.reference for one in days if str(one.day) == day for move in one.moves)


def moves_of(proposal: AnyPlan) -> dict[str, frozenset[str]]:
    """By technician the moves to them and away from them, by reference."""
    found: dict[str, set[str]] = {}
    for move in proposal.moves:
        for name in {name for end in (move.before, move.after) if end is not None for name in end.crew}:
            found.setdefault(name, set()).add(move.visit.reference)
    return {name: frozenset(references) for name, references in found.items()}


def _headed(word: str, moves: Sequence[Move], view: PlanView) -> str:
    """The heading of some moves, with how many of them are marked."""
    marked = sum(move.visit.reference in view.marked for move in moves)
    return f"{word} {len(moves)}" + (f", {marked} marked" if marked else "")


def _of_visit(view: PlanView, section: str, path: str, visit: Visit, text: str, *, known: bool = True) -> FigureLine:
    """A line about a visit, with its priority; what was changed of it stands in place of what was planned."""
    changed = view.changed.get(visit.reference, "")
    label = f"{visit.reference} {priority_words(visit)} {visit.client}"
    return FigureLine(section, path, label, changed or text, known or bool(changed), faulty=bool(changed))


def _of_move(view: PlanView, section: str, move: Move, text: str) -> FigureLine:
    reference = move.visit.reference
    mark = "✓ " if reference in view.marked else ""
    changed = view.changed.get(reference, "")
    text = f"{changed}: it will be left out" if changed else text
    path = f"move {reference}"
    return FigureLine(section, path, f"{mark}{reference} {move.visit.client}", text, faulty=bool(changed))


def _part(view: PlanView, own: TechnicianFigures, theirs: frozenset[str]) -> str:
    """A technician's part of the day, and how many of `theirs`, the moves in it, are marked or not as planned any more."""
    counts = (
        (own.overtime, f"{time_text(own.overtime)} over"),
        (len(theirs), count_text(len(theirs), "move")),
        (marked := len(theirs & set(view.marked)), f"{marked} marked"),
        (changed := len(theirs & view.changed.keys()), f"{changed} changed meanwhile"),
    )
    said = f"{count_text(own.visits, 'visit')} · {time_text(own.busy)} at work · {time_text(own.travel)} driving"
    said = said if own.visits else "nothing to do"
    return " · ".join([said, *(words for count, words in counts if count)])


def _figures(view: PlanView) -> Iterator[FigureLine]:
    proposal, beside = view.proposal, view.beside
    for name, word in FIGURES:
        text = _change(proposal.before, proposal.after, name)
        if beside is not None:
            text += f"   {view.beside_name}: {figure_text(name, getattr(beside.after, name))}"
        yield FigureLine("Figures", f"figure {name}", word, text)
    text = str(proposal.stirred)
    if beside is not None:
        text += f"   {view.beside_name}: {beside.stirred}"
    yield FigureLine("Figures", "figure stirred", "placed visits moved", text)
    if isinstance(proposal, WeekPlan) and (worth := gain_words(proposal)):
        yield FigureLine("Figures", "figure gain", "worth", worth)
    yield FigureLine("Figures", "figure scope", "may move", proposal.scope.freedom.words, False)
    if proposal.note:
        by, _, why = show(proposal.note, 300).partition(": ")
        yield FigureLine("Figures", "figure note", by, why, False)


def _change(before: DayFigures, after: DayFigures, name: str) -> str:
    was, becomes = getattr(before, name), getattr(after, name)
    text = figure_text(name, was)
    if was == becomes:
        return text
    change = ("+" if becomes > was else "") + figure_text(name, becomes - was)
    return f"{text} → {figure_text(name, becomes)} ({change})"
