"""What a dispatcher does about a day that runs: an emergency at once, and calling ahead."""

from __future__ import annotations

from dispatch.model.boards import BoardVisit
from dispatch.model.instants import clock_text
from dispatch.model.states import DISPATCHERS, READS, STEPS
from dispatch.model.text import pad
from screens.binding import command
from screens.dialogs.asked import ChoiceRow
from screens.of_day import DayOfVisits, on_visit
from screens.user_screen import UserScreen


class CallDeeds(UserScreen):
    """The ways to the clients, for the dispatcher's and the lead's screens: the call-ahead list, and messages."""

    @command("c", "screen.calls", "Call ahead", READS["day"].roles)
    def action_calls(self) -> None:
        """Whom to call because we come later, and when."""
        self.program.open("calls", self.program.day)

    @command("O", "screen.outbox", "Messages", READS["messages"].roles)
    def action_outbox(self) -> None:
        """Messages to clients, and what became of them."""
        self.program.open("messages")


class RunningDeeds(CallDeeds, DayOfVisits):
    """The deeds of a board on which a visit is selected."""

    @on_visit("do at once", STEPS["plan"].sources, "only a requested or planned visit is done at once.")
    @command("e", "visit.emergency", "Emergency", DISPATCHERS)
    async def action_emergency(self, visit: BoardVisit) -> None:
        """Into the running day at once, and whom that pushes."""
        from dispatch.desk.plan import emergency

        if not visit.located:
            self.say(f"{visit.client} has no coordinates: it cannot be planned until the site is placed.", "warning")
            return
        firm = self.user.firm
        zone, hours24 = firm.zone, firm.clock_hours == 24
        ways = await self.look_aside(emergency.ways, self.user.store, visit.reference)
        if not ways:
            self.say("Nobody works today.", "warning")
            return
        rows = [
            ChoiceRow(
                f"{pad(way.name, 18)} {clock_text(way.start, zone, hours24)}  {way.level.value:8}  cost {way.cost:.0f}",
                way,
                way.words(zone, hours24),
            )
            for way in ways
        ]
        title = f"At once: {visit.reference} {visit.client} · {visit.work}"
        way = await self.choose(title, rows, "enter does it, u takes it back · esc goes back")
        placed = await self.insist(title, emergency.insert, visit.reference, way.name, seen=way)
        if placed is not None:
            pushed = f" {len(placed.way.pushed)} to call: c." if placed.way.pushed else ""
            when = clock_text(placed.way.start, zone, hours24)
            self.say(f"{visit.reference} stands at {when} with {placed.way.name}.{pushed} u takes it back.")
