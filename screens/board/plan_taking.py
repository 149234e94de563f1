"""The keys with which a plan is taken: what is marked or all of it, a technician's part; taken back, and done again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from db.faults import StoreFault
from dispatch.desk.plan.taking import take as write
from dispatch.desk.session.refusals import Refusal
from dispatch.lazily import lazily
from dispatch.model.states import DISPATCHERS
from dispatch.model.text import count_text, show
from screens.binding import command
from screens.board.plan_lines import moves_of
from screens.reading import aside

with lazily(__name__):
    from dispatch.desk.plan import undo as undoing

if TYPE_CHECKING:
    from screens.board.plan import PlanScreen


@dataclass(slots=True)
class TakenSoFar:
    """What was taken of a plan, and what of that was taken back, the last of each last: changes with the ids of their visits."""

    done: list[tuple[int, frozenset[int]]] = field(default_factory=list)
    undone: list[tuple[int, frozenset[int]]] = field(default_factory=list)

    def add(self, change_id: int, ids: frozenset[int]) -> None:
        """Note what is taken now: what was taken back before is not done again after it."""
        self.done.append((change_id, ids))
        self.undone.clear()


@command("a", "plan.take", "Take", DISPATCHERS)
async def take(screen: PlanScreen) -> None:
    """Write the moves that are marked and what they need, or all of them, as one change that u takes back."""
    if screen.marks.choosing and not screen.marks.on:
        screen.say("No move is marked any more. m marks one; i marks all.")
        return
    await _take(screen, screen.marks.on or None)


@command("o", "plan.take-one", "Take technician", DISPATCHERS)
async def take_one(screen: PlanScreen) -> None:
    """Write the moves of the technician under the cursor; the rest is planned again."""
    name, proposal = screen.technician_here(), screen.shown
    if name is None or proposal is None:
        screen.say("The cursor is on no technician, and on no move of one.")
        return
    await _take(screen, moves_of(proposal).get(name, frozenset()))


@command("u", "change.undo", "Undo")
async def undo(screen: PlanScreen) -> None:
    """Take back what was taken of this plan last, and plan again."""
    taken = screen.taken
    if not taken.done:
        screen.say("Nothing of this plan was taken yet: there is nothing to take back here.")
        return
    change_id, ids = taken.done[-1]
    if (label := await screen.do(undoing.undo, change_id)) is not None:
        taken.undone.append(taken.done.pop())
        screen.plan(replace(screen.scope, held=screen.scope.held - ids))
        screen.say(f"Taken back: {label}, {count_text(len(ids), 'visit')}. Planned again.")


@command("ctrl+r", "change.redo", "Redo")
async def redo(screen: PlanScreen) -> None:
    """Do again what was taken back here last, and plan the rest again."""
    taken = screen.taken
    if not taken.undone:
        screen.say("Nothing of this plan was taken back: there is nothing to do again here.")
        return
    change_id, ids = taken.undone[-1]
    if (label := await screen.do(undoing.redo, change_id)) is not None:
        taken.done.append(taken.undone.pop())
        screen.plan(replace(screen.scope, held=screen.scope.held | ids))
        screen.say(f"Done again: {label}, {count_text(len(ids), 'visit')}. The rest is planned again.")


async def _take(screen: PlanScreen, references: Collection[str] | None) -> None:
    """Write some moves, None for all, and plan the rest again around them."""
    proposal = screen.shown
    if proposal is None:
        screen.say("There is no plan yet.")
        return
    if not proposal.moves or (references is not None and not references):
        screen.say("Nothing had to move.")
        return
    screen.halt()
    try:
        taken = await aside(screen.app, write, screen.user, proposal.moves, proposal.label, references)
    except (StoreFault, Refusal) as refusal:
        screen.say(str(refusal), "warning")
        return
    left = [f"{reference} {why}" for reference, why in taken.skipped]
    moved = count_text(len(taken.moved), "visit")
    words = f"{moved} moved. u takes it back{' as one' * (len(taken.moved) > 1)}."
    words = words if taken.moved else "Nothing moved."
    words += f" Left out: {show('; '.join(left), 300)}." if left else ""
    ids = {move.visit.reference: move.visit.id for move in proposal.moves}
    if taken.change_id is not None:
        screen.taken.add(taken.change_id, frozenset(ids[reference] for reference in taken.moved))
    if len(proposal.moves) > len(taken.moved):
        stays = {ids[reference] for reference in (*taken.moved, *taken.changed)}
        screen.plan(replace(screen.scope, held=screen.scope.held | stays))
    else:
        screen.app.pop_screen()
        screen.program.call_after_refresh(screen.program.reload)
    screen.say(words, "warning" if left else "information")


KEYS_OF_TAKING = (take, take_one, undo, redo)
