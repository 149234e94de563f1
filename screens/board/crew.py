"""What a dispatcher or a lead does about who comes: swap two visits, add a technician, hand a started job over."""

from __future__ import annotations

from dispatch.lazily import lazily
from dispatch.model.boards import BoardVisit
from dispatch.model.states import DISPATCHERS, LEADS, THERE, UNREACHED, State
from screens.binding import command
from screens.board.which_days import days_of
from screens.dialogs.asked import ChoiceRow, a_reason, needed
from screens.of_day import DayOfVisits, on_visit

with lazily(__name__):
    from dispatch.desk.closeout import handing_over, leaving
    from dispatch.desk.plan import schedule


class Swap:
    """Two visits that exchange time and technician: the first, and then the other one."""

    def __init__(self, screen: DayOfVisits) -> None:
        self._screen = screen
        self._first: BoardVisit | None = None

    def leave(self) -> bool:
        """Give up what was begun; False: nothing was."""
        first, self._first = self._first, None
        if first is not None:
            self._screen.say(f"{first.reference} stays where it is.")
        return first is not None

    async def take(self, visit: BoardVisit) -> None:
        """Begin with a visit, or swap it with the one that was begun with."""
        first, say = self._first, self._screen.say
        if first is None or first.id == visit.id:
            self._first = visit
            say(
                f"{visit.reference} {visit.client} changes places with … Select the other visit and press s; esc gives up."
            )
            return
        self._first = None
        title = f"Swap {first.reference} and {visit.reference}?"
        if await self._screen.insist(title, schedule.swap, first.reference, visit.reference) is not None:
            say(f"{first.reference} and {visit.reference} have changed places. u takes it back.")


def _others(screen: DayOfVisits, visit: BoardVisit) -> list[str]:
    """The names of everybody on the board who does not come to a visit."""
    rows = screen.board.rows if screen.board is not None else ()
    return [row.name for row in rows if row.name not in visit.crew]


@on_visit("crew", UNREACHED, "its crew stays as it is.")
@command("W", "visit.crew", "Crew", DISPATCHERS)
async def crew(screen: DayOfVisits, visit: BoardVisit) -> None:
    """With another technician, or without."""
    rows = [ChoiceRow(f"with {name}", f"+{name}") for name in _others(screen, visit)]
    if len(visit.crew) > 1:
        rows = [ChoiceRow(f"without {name}", f"-{name}") for name in visit.crew] + rows
    chosen = await screen.choose(f"{visit.reference} {visit.client}, {', '.join(visit.crew)}", rows)
    name = chosen[1:]
    if chosen[0] == "-":
        names, halve = [other for other in visit.crew if other != name], False
    else:
        names = [*visit.crew, name]
        each = -(-visit.minutes // len(names))
        stays = [
            ChoiceRow(
                "they share the work", "halve", f"the stay is planned with {each} of {visit.minutes} minutes of work"
            ),
            ChoiceRow("all stay the whole time", "whole"),
        ]
        halve = await screen.choose(f"{' and '.join(names)}", stays) == "halve"
    title = f"{visit.reference} with {', '.join(names)}?"
    how = await days_of(screen, visit)
    placed = await screen.insist(title, schedule.share, visit.reference, names, halve=halve, **how)
    if placed is not None:
        screen.say(f"{visit.reference} is planned with {', '.join(placed.crew)}. u takes it back.")


@on_visit("hand over")
@command("A", "visit.hand-over", "Hand over", LEADS)
async def hand_over(screen: DayOfVisits, visit: BoardVisit) -> None:
    """Lead: ask somebody to take over a started job."""
    rows = [ChoiceRow(name, name) for name in _others(screen, visit)]
    to = await screen.choose(f"Who takes over {visit.reference} {visit.client}?", rows)
    reason = await screen.ask(
        "Why does somebody else finish this job?",
        f"{to} is asked and must agree; the reason is kept in the audit.",
        check=a_reason,
    )
    if await screen.do(handing_over.ask, visit.reference, to, reason) is not None:
        screen.say(f"{to} is asked to take over {visit.reference}.")


@on_visit("end without access", (State.EN_ROUTE, State.ON_SITE), "no access is recorded on the way or at the door.")
@command("N", "visit.no-access", "No access", THERE)
async def no_access(screen: DayOfVisits, visit: BoardVisit) -> None:
    """Nobody lets us in: say who was called."""
    called = await screen.ask(
        f"No access at {visit.client}",
        "Who was called? This ends the visit; only the lead can open it again.",
        check=needed("say who was called"),
    )
    await screen.do(leaving.no_access, visit.reference, called=called, reason="")
