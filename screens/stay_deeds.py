"""What a technician enters about a stay beside its checklist: the clock, what was used, work that is charged otherwise."""

from __future__ import annotations

from collections.abc import Callable

from dispatch.model.instants import clock_text
from dispatch.model.states import OPEN_ON_SITE, THERE, Role
from dispatch.model.visits import Visit
from screens.asking import Field, Row, needed
from screens.binding import command
from screens.service_report import ReportsVisits


class StayDeeds(ReportsVisits):
    """The deeds of a screen that shows a visit of the person's own."""

    @command("C", "stay.clock", "Clock", THERE, about="_visit")
    async def action_clock(self, visit: Visit) -> None:
        """Break, wait, home; put a recorded time right."""
        from dispatch.desk import clocking

        part = visit.assignment_of(self.seat.staff.id) or next(iter(visit.assignments), None)
        rows = []
        running = next((one.kind for one in reversed(part.segments) if one.ends_at is None), "") if part else ""
        if visit.state in OPEN_ON_SITE and part is not None and part.check_in_at is None:
            rows.append(Row("arrived", "there"))
        elif visit.state in OPEN_ON_SITE and part is not None and part.check_out_at is not None:
            rows.append(Row("went back: the clock runs again", "there", "the time away is not charged"))
        elif visit.state in OPEN_ON_SITE:
            rows += [Row("go on working", "work")] if running in ("break", "wait") else []
            rows += [Row("begin a break", "break", "not charged")] if running != "break" else []
            rows += [Row("begin to wait", "wait", "charged as work")] if running != "wait" else []
        if part is not None and part.check_out_at is not None and part.return_at is None:
            rows.append(Row("home, or back at the depot", "home"))
        if part is not None and (part.check_in_at is not None or clocking.may_be_entered(visit, "check_in_at")):
            rows.append(Row("put a time right", "correct", "what the clock had recorded is kept beside it"))
        if part is not None and part.check_in_at is not None:
            rows.append(Row("enter a break that was not clocked", "put"))
            rows.append(Row("take a break out: it was work", "drop"))
        rows += [Row(f"{name} did not come", f"-{name}", "not charged") for name in clocking.may_be_absent(visit)]
        if not rows:
            self.say(f"{visit.reference} is {visit.state.label}: the clock has nothing yet.")
            return
        chosen = await self.choose(f"The clock at {visit.client}", rows)
        if chosen in ("break", "wait"):
            await self.do(clocking.pause, visit.reference, chosen)
        elif chosen == "work":
            await self.do(clocking.resume, visit.reference)
        elif chosen == "there" and part is not None:
            from screens.right_times import arrive

            await arrive(self, visit, part.technician)
        elif chosen.startswith("-"):
            await self._absent(visit, chosen[1:])
        elif chosen == "home":
            await self._show_and_do(
                visit, f"Home from {visit.client}", lambda: clocking.home(self.seat, visit.reference)
            )
        elif chosen == "correct":
            from screens.right_times import ask_time

            await ask_time(self, visit)
        elif chosen in ("put", "drop"):
            await self._span(
                visit,
                "A break that was not clocked" if chosen == "put" else "A break that was work",
                "break" if chosen == "put" else "work",
            )

    async def _absent(self, visit: Visit, name: str) -> None:
        from dispatch.desk import clocking

        title = f"{name} did not come to {visit.client}"
        reason = await self.ask(title, "Why? Nothing of theirs is charged.", check=needed("say why", 3))
        await self._show_and_do(visit, title, lambda: clocking.did_not_come(self.seat, visit.reference, name, reason))

    async def _show_and_do(self, visit: Visit, title: str, deed: Callable[[], object]) -> None:
        from screens.charge_change import show_and_do

        await show_and_do(self, visit.reference, title, deed)

    async def _span(self, visit: Visit, title: str, kind: str) -> None:
        from dispatch.desk.clocking import correct_break
        from screens.charge_change import fill_and_do

        part = visit.assignment_of(self.seat.staff.id) or visit.assignments[0]
        fields = [
            Field("from", "From", placeholder="12:00"),
            Field("to", "To", placeholder="12:30"),
            Field("reason", "Why"),
        ]

        def rewrite(typed: dict[str, str]) -> None:
            starts, ends = self.when(visit, typed["from"]), self.when(visit, typed["to"])
            correct_break(self.seat, visit.reference, kind, starts, ends, typed["reason"], technician=part.technician)

        await fill_and_do(self, visit.reference, title, fields, rewrite)

    @command("m", "stay.use", "Used", THERE, about="_visit")
    async def action_use(self, visit: Visit) -> None:
        """Something was used: by its code on the rate card."""
        from db import stays
        from dispatch.desk import materials, onsite

        entered = stays.items_of(self.seat.store, visit.id)
        rows = [Row(str(code), f"+{code}") for code in materials.on_card(self.seat.store, visit)]
        rows += [Row("something else, at a price of its own", "+", "a lead")] if self.seat.has(Role.LEAD) else []
        rows += [Row(f"take back {one.quantity} × {one.label}", f"-{one.id}") for one in entered]
        if not rows:
            self.say("The rate card has no items. The lead adds them under $.")
            return
        chosen = await self.choose(f"Used at {visit.client}", rows)
        if chosen.startswith("-"):
            reason = await self.ask("Why was it a mistake?", check=needed("say why", 3))
            await self._show_and_do(
                visit,
                f"Take it back from {visit.client}",
                lambda: materials.take_back(self.seat, visit.reference, int(chosen[1:]), reason),
            )
            return
        fields = [Field("quantity", "How many", "1")]
        if chosen == "+":
            fields = [Field("what", "What"), *fields, Field("amount", "Price of one", placeholder="12.50")]

        def save(typed: dict[str, str]) -> object:
            what, amount = typed.get("what", chosen[1:]), typed.get("amount")
            return onsite.use(self.seat, visit.reference, what, typed["quantity"], amount=amount)

        await self.fill_in(f"Used at {visit.client}: {chosen[1:]}".rstrip(": "), fields, save)
        self.say("Noted. The tests must pass again after it.")

    @command("K", "stay.mark", "Mark work", THERE, about="_visit")
    async def action_mark(self, visit: Visit) -> None:
        """Our own fault, not covered, or new work."""
        from db import stays
        from dispatch.desk import marking
        from dispatch.model.stays import MARKS
        from screens.charge_change import fill_and_do

        part = visit.assignment_of(self.seat.staff.id) or next(iter(visit.assignments), None)
        if part is None:
            return
        rows = [Row(name.replace("_", " "), name, text) for name, text in MARKS.items()]
        if any(one.assignment_id == part.id for one in stays.marks_of(self.seat.store, visit.id)):
            rows.append(Row("take all marks off", "off"))
        kind = await self.choose(f"Mark work at {visit.client}", rows)
        if kind == "off":
            reason = await self.ask("Why?", check=needed("say why", 3))
            await self._show_and_do(
                visit,
                f"Take all marks off at {visit.client}",
                lambda: marking.unmark(self.seat, visit.reference, reason, technician=part.technician),
            )
            return
        last = marking.span_of_last_entry(self.seat.store, visit, part)
        begins, ends = (clock_text(moment, visit.zone) for moment in last) if last else ("", "")
        fields = [Field("from", "From", begins), Field("to", "To", ends), Field("reason", "Why")]

        def deed(typed: dict[str, str]) -> None:
            starts, until = self.when(visit, typed["from"]), self.when(visit, typed["to"])
            # the span of an entry is kept to the second; what is typed has minutes
            if last is not None and (typed["from"], typed["to"]) == (begins, ends):
                starts, until = last
            span = {"starts_at": starts, "ends_at": until}
            marking.mark(self.seat, visit.reference, kind, typed["reason"], **span, technician=part.technician)

        title = f"{kind.replace('_', ' ').capitalize()} at {visit.client}"
        await fill_and_do(self, visit.reference, title, fields, deed)

    def _visit(self) -> Visit | None:
        from dispatch.desk.finding import find

        reference = self.reference_here()
        return None if reference is None else self.look(find, self.seat.store, reference)

    def when(self, visit: Visit, typed: str) -> int:
        """An instant as it is typed: a clock time is on the day of the visit.

        Raises:
            Faulty: it cannot be read.
        """
        from screens.right_times import instant_of

        return instant_of(visit, typed, self.seat.now)
