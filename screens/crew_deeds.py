"""What a dispatcher or a lead does about who comes: swap two visits, add a technician, hand a started job over."""

from __future__ import annotations

from collections.abc import Sequence

from textual import work

from dispatch.model.boards import BoardVisit
from dispatch.model.states import DISPATCHERS, LEADS, THERE, UNREACHED, State
from screens.asking import Row, a_reason, needed
from screens.binding import key
from screens.of_day import DayOfVisits


class CrewDeeds(DayOfVisits):
    """The deeds of a screen on which a visit is selected."""

    ROLES = dict.fromkeys(("swap", "crew"), DISPATCHERS) | {"hand_over": LEADS} | {"no_access": THERE}

    BINDINGS = [
        key("s", "visit.swap", "Swap", "exchange time and technician with another visit"),
        key("W", "visit.crew", "Crew", "with another technician, or without"),
        key("A", "visit.hand-over", "Hand over", "lead: ask somebody to take over a started job"),
        key("N", "visit.no-access", "No access", "nobody lets us in: say who was called"),
    ]

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

    def action_swap(self) -> None:
        """Take the selected visit as the first of two, then the selected one as the other."""
        visit = self.wanted("swap", UNREACHED, "only visits that nobody has reached are swapped.")
        if visit is None:
            return
        if self._swapping is None or self._swapping.id == visit.id:
            self._swapping = visit
            self.say(
                f"{visit.reference} {visit.client} changes places with … Select the other visit and press s; esc gives up."
            )
        else:
            self._swap(self._swapping, visit)

    @work
    async def _swap(self, one: BoardVisit, two: BoardVisit) -> None:
        from dispatch.desk import schedule

        self._swapping = None
        title = f"Swap {one.reference} and {two.reference}?"
        if await self.insist(title, schedule.swap, one.reference, two.reference) is not None:
            self.say(f"{one.reference} and {two.reference} have changed places. u takes it back.")

    @work
    async def action_crew(self) -> None:
        """Give the selected visit another technician beside its own, or take one away."""
        from dispatch.desk import schedule

        visit = self.wanted("crew", UNREACHED, "its crew stays as it is.")
        if visit is None:
            return
        rows = [Row(f"with {name}", f"+{name}") for name in self.technicians() if name not in visit.crew]
        if len(visit.crew) > 1:
            rows = [Row(f"without {name}", f"-{name}") for name in visit.crew] + rows
        chosen = await self.choose(f"{visit.reference} {visit.client}, {', '.join(visit.crew)}", rows)
        if chosen is None:
            return
        name = chosen[1:]
        if chosen[0] == "-":
            crew, halve = [one for one in visit.crew if one != name], False
        else:
            crew = [*visit.crew, name]
            each = -(-visit.minutes // len(crew))
            stays = [
                Row(
                    "they share the work",
                    "halve",
                    f"the stay is planned with {each} of {visit.minutes} minutes of work",
                ),
                Row("all stay the whole time", "whole"),
            ]
            how = await self.choose(f"{' and '.join(crew)}", stays)
            if how is None:
                return
            halve = how == "halve"
        title = f"{visit.reference} with {', '.join(crew)}?"
        placed = await self.insist(title, schedule.share, visit.reference, crew, halve=halve, version=visit.version)
        if placed is not None:
            self.say(f"{visit.reference} is planned with {', '.join(placed.crew)}. u takes it back.")

    @work
    async def action_hand_over(self) -> None:
        """Ask somebody to take over the selected visit of a started job."""
        from dispatch.desk import handing_over

        visit = self.wanted("hand over")
        if visit is None:
            return
        rows = [Row(name, name) for name in self.technicians() if name not in visit.crew]
        to = await self.choose(f"Who takes over {visit.reference} {visit.client}?", rows)
        if to is None:
            return
        reason = await self.ask(
            "Why does somebody else finish this job?",
            f"{to} is asked and must agree; the reason is kept in the audit.",
            check=a_reason,
        )
        if reason is not None and await self.do(handing_over.ask, visit.reference, to, reason) is not None:
            self.say(f"{to} is asked to take over {visit.reference}.")

    @work
    async def action_no_access(self) -> None:
        """Record that nobody lets the technician in."""
        from dispatch.desk import leaving

        at_the_door = (State.EN_ROUTE, State.ON_SITE)
        visit = self.wanted("end without access", at_the_door, "no access is recorded on the way or at the door.")
        if visit is None:
            return
        called = await self.ask(
            f"No access at {visit.client}",
            "Who was called? This ends the visit; only the lead can open it again.",
            check=needed("say who was called"),
        )
        if called is not None:
            await self.do(leaving.no_access, visit.reference, called=called, reason="")
