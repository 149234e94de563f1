"""What a lead does with a visit under review, on the log and on the visit's history."""

from __future__ import annotations

from dispatch.desk.review import reviewing
from dispatch.desk.session.unsent import Unsent
from dispatch.desk.visits.finding import find
from dispatch.model.states import LEADS
from screens.binding import command
from screens.dialogs.asked import ChoiceRow, a_reason
from screens.user_screen import UserScreen


class ReviewDeeds(UserScreen):
    """The deeds of a screen on which a visit under review is shown."""

    @command("y", "review.approve", "Approve", LEADS)
    async def action_approve(self) -> None:
        """Approve the visit; what it does is shown first."""

        reference = self.reference_here()
        judged = None if reference is None else self.look(reviewing.judge, self.user.store, reference)
        if judged is None or reference is None:
            return
        if judged.refusals:
            self.say("\n".join([f"{reference} cannot be approved:", *judged.refusals]), "warning")
            return
        reason = ""
        if judged.doubts:
            reason = await self.ask(
                f"Approve {reference} all the same?",
                "\n".join([*judged.doubts, *judged.consequences, "Why is it right? The reason is kept."]),
                check=a_reason,
            )
        else:
            await self.confirm(f"Approve {reference}?", judged.consequences)
        visit = await self.do(reviewing.approve, reference, reason, judged.shown)
        if visit is not None:
            self.say(reviewing.approved_words(self.user.store, visit))

    @command("b", "review.send-back", "Send back", LEADS, about="reference_here")
    async def action_send_back(self, reference: str) -> None:
        """Back to the technician, with a comment."""
        unsent = Unsent(self.user, "comment", reference)
        hint = "What is missing, or wrong? It stands in the technician's day."
        said = await self.ask_note(f"Send {reference} back", hint, unsent)
        if await self.do(reviewing.send_back, reference, said) is not None:
            self.say(f"{reference} is sent back. It comes to be reviewed again when it is answered.")

    @command("e", "review.correct", "Put right", LEADS)
    async def action_put_right(self) -> None:
        """A time or words, with a reason; the original stays."""
        from screens.visit.right_times import ask_time, ask_words

        reference = self.reference_here()
        visit = None if reference is None else self.look(find, self.user.store, reference)
        if visit is None:
            return
        rows = [
            ChoiceRow("a time", "time", "the charge is reckoned again as its next revision"),
            ChoiceRow("words: evidence, an answer, a note", "words"),
            ChoiceRow(
                "the charge, from the record as it is now", "again", "by what the visit was priced from when it ended"
            ),
            ChoiceRow("the charge afresh", "afresh", "by today's rate card, agreement, site and client"),
        ]
        chosen = await self.choose(f"Put right on {visit.reference}", rows)
        if chosen == "time":
            await ask_time(self, visit)
        elif chosen == "words":
            await ask_words(self, visit.reference)
        else:
            from screens.log.adjust import ask_again

            await ask_again(self, visit.reference, afresh=chosen == "afresh")

    @command("a", "charge.accept", "Accept", LEADS)
    async def action_accept(self) -> None:
        """Accept a charge that is flagged for review."""
        await self._adjust("ask_accept")

    @command("g", "charge.goodwill", "Goodwill", LEADS)
    async def action_goodwill(self) -> None:
        """Give something away, with a reason."""
        await self._adjust("ask_goodwill")

    @command("T", "charge.travel", "Travel", LEADS)
    async def action_travel(self) -> None:
        """Set the travel by hand, with a reason."""
        await self._adjust("ask_travel")

    async def _adjust(self, how: str) -> None:
        from screens.log import adjust

        reference = self.reference_here()
        if reference is not None:
            await getattr(adjust, how)(self, reference)
            self.reload()
