"""The lines of a plan on its screen: figures, what is not kept, what is left out, then each technician and move."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from dispatch.desk.plan.proposal import DayFigures, Move, Proposal
from dispatch.desk.texts.plan_words import FIGURES, move_words
from dispatch.model.text import show
from widgets.listed import FigureLine


@dataclass(slots=True)
class PlanView:
    """What the screen shows of a plan: itself, the other one beside it, what is marked, what others changed, why what is
    left out is."""

    proposal: Proposal
    beside: Proposal | None = None
    beside_name: str = ""
    marked: Collection[str] = ()
    changed: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    looking: bool = False


def plan_lines(view: PlanView) -> Iterator[FigureLine]:
    """All lines, what matters first."""
    proposal = view.proposal
    for broken in proposal.broken:
        visit = broken.visit
        label = f"{visit.reference} P{visit.priority} {visit.client}"
        text = f"{broken.technician}: {broken.text}"
        yield FigureLine(f"Not kept {len(proposal.broken)}", f"broken {visit.reference} {text}", label, text)
    thrown = [move for move in proposal.moves if move.thrown_out]
    for move in thrown:
        yield _move(view, f"Thrown out {len(thrown)}", move)
    left_out = [omitted for omitted in proposal.left_out if omitted.visit.starts_at is None]
    for omitted in left_out:
        visit = omitted.visit
        why = omitted.why or view.reasons.get(visit.reference, "")
        mark = f"P{visit.priority}" + (" emergency" if visit.emergency else "")
        label = f"{visit.reference} {mark} {visit.client}"
        yield FigureLine(
            f"Left out {len(left_out)}", f"left {visit.reference}", label, show(why, 400) or "…", bool(why)
        )
    for own in proposal.technicians:
        over = f" · {own.overtime} min over" if own.overtime else ""
        text = f"{own.visits} visits · {own.busy} min at work · {own.travel} min driving{over}"
        text = text if own.visits else "nothing to do"
        yield FigureLine("By technician", f"who {own.name}", own.name, text, bool(own.visits))
    yield from _figures(view)
    moves = [move for move in proposal.moves if not move.thrown_out]
    section = f"Moves {len(moves)}" + (f", {len(view.marked)} marked" if view.marked else "")
    for move in moves:
        yield _move(view, section, move)
    if not proposal.moves:
        word = "nothing better was found yet" if view.looking else "the day is as good as it was found to be"
        yield FigureLine("Moves", "none", word, "", False)


def _figures(view: PlanView) -> Iterator[FigureLine]:
    proposal, beside = view.proposal, view.beside
    for name, word in FIGURES:
        text = _change(proposal.before, proposal.after, name)
        if beside is not None:
            text += f"   {view.beside_name}: {getattr(beside.after, name)}"
        yield FigureLine("Figures", name, word, text)
    text = str(proposal.stirred)
    if beside is not None:
        text += f"   {view.beside_name}: {beside.stirred}"
    yield FigureLine("Figures", "stirred", "placed visits moved", text)
    yield FigureLine("Figures", "scope", "may move", proposal.scope.freedom.words, False)
    if proposal.note:
        by, _, why = show(proposal.note, 300).partition(": ")
        yield FigureLine("Figures", "note", by, why, False)


def _move(view: PlanView, section: str, move: Move) -> FigureLine:
    reference = move.visit.reference
    mark = "✓ " if reference in view.marked else ""
    changed = view.changed.get(reference, "")
    text = f"{changed}: it will be left out" if changed else move_words(move, view.proposal.zone)
    why = view.reasons.get(reference, "")
    text += f": {show(why, 400)}" if move.thrown_out and why else ""
    return FigureLine(section, reference, f"{mark}{reference} {move.visit.client}", text, faulty=bool(changed))


def _change(before: DayFigures, after: DayFigures, name: str) -> str:
    was, becomes = getattr(before, name), getattr(after, name)
    return f"{was}" if was == becomes else f"{was} → {becomes} ({becomes - was:+})"
