"""The keys with which moves of a plan are marked: one, all of a technician, those of which words speak, all but these."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from dispatch.lazily import lazily
from dispatch.model.states import DISPATCHERS
from dispatch.model.text import count_text, show
from screens.binding import command
from screens.board.plan_lines import moves_of, moves_on
from widgets.listed import FigureList

with lazily(__name__):
    from dispatch.desk.plan import taking
    from dispatch.desk.plan.week_plan import AnyPlan

if TYPE_CHECKING:
    from screens.board.plan import PlanScreen


@command("m", "plan.mark", "Mark", DISPATCHERS)
def mark(screen: PlanScreen) -> None:
    """The move under the cursor and what it needs, or no longer; on the line of a technician or a day all of theirs."""
    proposal, reference = screen.shown, screen.reference_here()
    if proposal is None:
        screen.say("There is no plan yet.")
    elif reference in {move.visit.reference for move in proposal.moves}:
        _turn(screen, proposal, {str(reference)})
    elif (day := screen.day_here()) is not None:
        _turn(screen, proposal, moves_on(proposal, day))
    elif reference is None and (name := screen.technician_here()) is not None:
        _turn(screen, proposal, moves_of(proposal).get(name, frozenset()))
    else:
        screen.say("The cursor is on no move." if reference is None else f"{reference} does not move.")


@command("/", "plan.mark-words", "Mark by words", DISPATCHERS)
async def mark_by_words(screen: PlanScreen) -> None:
    """All moves of a technician, client, address, skill, priority (P1) or of some hours (13-17)."""
    if (proposal := screen.shown) is None:
        screen.say("There is no plan yet.")
        return
    words = await screen.ask("Mark moves", "a technician, client, address, skill, P1, or hours: 13-17", does="marks")
    spoken_of = (
        await screen.look_aside(taking.matching, screen.user.store, proposal.moves, [words], proposal.zone) or {}
    )
    found = [move.visit.reference for move in spoken_of.get(words, ())]
    if not found:
        screen.say(f"No move is spoken of by {show(words, 40)}.", "warning")
        return
    if not screen.marks.on.issuperset(found):
        _turn(screen, proposal, found)
    screen.query_one(FigureList).select_key(f"move {found[0]}")


@command("i", "plan.invert", "All but these", DISPATCHERS)
def invert(screen: PlanScreen) -> None:
    """Mark what is not marked, and take the marks from what is."""
    if (proposal := screen.shown) is not None:
        screen.marks.invert(proposal.moves)
        screen.unsay()
        screen.show_lines()


def _turn(screen: PlanScreen, proposal: AnyPlan, references: Collection[str]) -> None:
    """Mark some moves, or no longer, and say what goes with them."""
    if not references:
        screen.say("Nothing of theirs moves.")
        return
    turned = screen.marks.turn(proposal.moves, references)
    screen.show_lines()
    screen.unsay()
    if beside := sorted(set(turned) - set(references)):
        marked = screen.marks.on.issuperset(references)
        does = "what they need is marked too" if marked else "what needs them is not marked any more either"
        screen.say(f"{count_text(len(beside), 'move')} beside, as {does}: {show(', '.join(beside), 200)}.")


KEYS_OF_MARKS = (mark, mark_by_words, invert)
