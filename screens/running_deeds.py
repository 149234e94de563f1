"""What a dispatcher does about a day that runs: an emergency at once, and calling ahead."""

from __future__ import annotations

from textual import work

from dispatch.model.instants import clock_text
from dispatch.model.states import DISPATCHERS, READS, STEPS
from dispatch.model.text import pad
from screens.asking import Row
from screens.binding import key
from screens.of_day import DayOfVisits
from screens.seated import SeatedScreen


class CallDeeds(SeatedScreen):
    """The ways to the clients, for the dispatcher's and the lead's screens: the call-ahead list, and messages."""

    ROLES = {"calls": READS["day"].roles, "outbox": READS["messages"].roles}

    BINDINGS = [
        key("c", "screen.calls", "Call ahead", "whom to call because we come later, and when"),
        key("O", "screen.outbox", "Messages", "messages to clients, and what became of them"),
    ]

    def action_calls(self) -> None:
        """Show the call-ahead list of the day."""
        from screens.calls import CallsScreen

        self.app.push_screen(CallsScreen(self.program.day))

    def action_outbox(self) -> None:
        """Show the messages to clients."""
        from screens.outbox import OutboxScreen

        self.app.push_screen(OutboxScreen())


class RunningDeeds(CallDeeds, DayOfVisits):
    """The deeds of a board on which a visit is selected."""

    ROLES = {"emergency": DISPATCHERS}

    BINDINGS = [
        key("e", "visit.emergency", "Emergency", "into the running day at once, and whom that pushes"),
    ]

    @work
    async def action_emergency(self) -> None:
        """Choose who goes, the best first, with what that pushes; enter does it."""
        from dispatch.desk import emergency

        only = "only a requested or planned visit is done at once."
        visit = self.wanted("do at once", STEPS["plan"].sources, only)
        if visit is None:
            return
        if not visit.located:
            self.say(f"{visit.client} has no coordinates: it cannot be planned until the site is placed.", "warning")
            return
        firm = self.seat.firm
        zone, hours24 = firm.zone, firm.clock_hours == 24
        ways = await self.look_aside(emergency.ways, self.seat.store, visit.reference)
        if not ways:
            self.say("Nobody works today.", "warning")
            return
        rows = [
            Row(
                f"{pad(way.name, 18)} {clock_text(way.start, zone, hours24)}  {way.level.value:8}  cost {way.cost:.0f}",
                way,
                way.words(zone, hours24),
            )
            for way in ways
        ]
        title = f"At once: {visit.reference} {visit.client} · {visit.work}"
        way = await self.choose(title, rows, "enter does it, u takes it back · esc goes back")
        if way is None:
            return

        placed = await self.insist(title, emergency.insert, visit.reference, way.name, seen=way)
        if placed is not None:
            pushed = f" {len(placed.way.pushed)} to call: c." if placed.way.pushed else ""
            when = clock_text(placed.way.start, zone, hours24)
            self.say(f"{visit.reference} stands at {when} with {placed.way.name}.{pushed} u takes it back.")
