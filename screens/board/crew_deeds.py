"""What a dispatcher or a lead does about who comes: swap two visits, add a technician, hand a started job over."""

from __future__ import annotations

from collections.abc import Sequence

from textual import work

from dispatch.model.boards import BoardVisit
from dispatch.model.states import DISPATCHERS, LEADS, THERE, UNREACHED, State
from screens.binding import command
from screens.dialogs.asked import ChoiceRow, a_reason, needed
from screens.of_day import DayOfVisits, on_visit


class CrewDeeds(DayOfVisits):
    """The deeds of a screen on which a visit is selected."""

    _swapping: BoardVisit | None = None

    def technicians(self) -> Sequence[str]:
        """The names of everybody on the board."""
        raise NotImplementedError

    def leave_swap(self) -> bool:
        """Give up a swap that was begun; False: there was none."""
        begun, self._swapping = self._swapping, None
        if begun is not None:
            self.say(f"{begun.reference} stays where it is.")
        return begun is not None

    @on_visit("swap", UNREACHED, "only visits that nobody has reached are swapped.")
    @command("s", "visit.swap", "Swap", DISPATCHERS)
    def action_swap(self, visit: BoardVisit) -> None:
        """Exchange time and technician with another visit."""
        if self._swapping is None or self._swapping.id == visit.id:
            self._swapping = visit
            self.say(
                f"{visit.reference} {visit.client} changes places with … Select the other visit and press s; esc gives up."
            )
        else:
            self._swap(self._swapping, visit)

    @work
    async def _swap(self, one: BoardVisit, two: BoardVisit) -> None:
        from dispatch.desk.plan import schedule

        self._swapping = None
        title = f"Swap {one.reference} and {two.reference}?"
        if await self.insist(title, schedule.swap, one.reference, two.reference) is not None:
            self.say(f"{one.reference} and {two.reference} have changed places. u takes it back.")

    @on_visit("crew", UNREACHED, "its crew stays as it is.")
    @command("W", "visit.crew", "Crew", DISPATCHERS)
    async def action_crew(self, visit: BoardVisit) -> None:
        """With another technician, or without."""
        from dispatch.desk.plan import schedule

        rows = [ChoiceRow(f"with {name}", f"+{name}") for name in self.technicians() if name not in visit.crew]
        if len(visit.crew) > 1:
            rows = [ChoiceRow(f"without {name}", f"-{name}") for name in visit.crew] + rows
        chosen = await self.choose(f"{visit.reference} {visit.client}, {', '.join(visit.crew)}", rows)
        name = chosen[1:]
        if chosen[0] == "-":
            crew, halve = [one for one in visit.crew if one != name], False
        else:
            crew = [*visit.crew, name]
            each = -(-visit.minutes // len(crew))
            stays = [
                ChoiceRow(
                    "they share the work",
                    "halve",
                    f"the stay is planned with {each} of {visit.minutes} minutes of work",
                ),
                ChoiceRow("all stay the whole time", "whole"),
            ]
            halve = await self.choose(f"{' and '.join(crew)}", stays) == "halve"
        title = f"{visit.reference} with {', '.join(crew)}?"
        placed = await self.insist(title, schedule.share, visit.reference, crew, halve=halve, version=visit.version)
        if placed is not None:
            self.say(f"{visit.reference} is planned with {', '.join(placed.crew)}. u takes it back.")

    @on_visit("hand over")
    @command("A", "visit.hand-over", "Hand over", LEADS)
    async def action_hand_over(self, visit: BoardVisit) -> None:
        """Lead: ask somebody to take over a started job."""
        from dispatch.desk.closeout import handing_over

        rows = [ChoiceRow(name, name) for name in self.technicians() if name not in visit.crew]
        to = await self.choose(f"Who takes over {visit.reference} {visit.client}?", rows)
        reason = await self.ask(
            "Why does somebody else finish this job?",
            f"{to} is asked and must agree; the reason is kept in the audit.",
            check=a_reason,
        )
        if await self.do(handing_over.ask, visit.reference, to, reason) is not None:
            self.say(f"{to} is asked to take over {visit.reference}.")

    @on_visit("end without access", (State.EN_ROUTE, State.ON_SITE), "no access is recorded on the way or at the door.")
    @command("N", "visit.no-access", "No access", THERE)
    async def action_no_access(self, visit: BoardVisit) -> None:
        """Nobody lets us in: say who was called."""
        from dispatch.desk.closeout import leaving

        called = await self.ask(
            f"No access at {visit.client}",
            "Who was called? This ends the visit; only the lead can open it again.",
            check=needed("say who was called"),
        )
        await self.do(leaving.no_access, visit.reference, called=called, reason="")
