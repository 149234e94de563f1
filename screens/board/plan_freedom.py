"""The keys with which a day is planned again: as it stands now, with another freedom, with and without overtime."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dispatch.desk.plan.scope import Freedom
from dispatch.model.states import DISPATCHERS
from screens.binding import command

if TYPE_CHECKING:
    from screens.board.plan import PlanScreen

_SCOPES = tuple(Freedom)


@command("p", "plan.again", "Plan again", DISPATCHERS)
def again(screen: PlanScreen) -> None:
    """Plan again, from how the day stands now."""
    screen.plan(screen.scope)
    screen.say("Planned again from how the day stands now.")


@command("s", "plan.scope", "What may move")
def another_scope(screen: PlanScreen) -> None:
    """Plan again with another freedom: all that may move, the least that has to, only the queue."""
    following = _SCOPES[(_SCOPES.index(screen.scope.freedom) + 1) % len(_SCOPES)]
    screen.least_shown = False
    screen.plan(replace(screen.scope, freedom=following))
    screen.say(f"Planned again: {following.words}.")


@command("v", "plan.overtime", "Overtime")
def overtime(screen: PlanScreen) -> None:
    """Plan again without overtime, or with as much as the firm allows."""
    without = screen.scope.overtime is None
    screen.plan(replace(screen.scope, overtime=0 if without else None))
    screen.say("Planned again without overtime." if without else "Planned again with the firm's overtime.")


KEYS_OF_FREEDOM = (again, another_scope, overtime)
