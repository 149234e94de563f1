"""Account care: what is due to clients, with the key that ends it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from db import clients
from dispatch.care.item import SNOOZE_DAYS, SNOOZES, CareItem, CareState
from dispatch.care.rules import TITLES, by_client
from dispatch.desk.care import care_list
from dispatch.desk.care.accounts import office
from dispatch.desk.texts.client_words import standing
from dispatch.desk.texts.comparison_words import comparison_lines
from dispatch.fields.kinds import Day, Text, Whole
from dispatch.fields.record import Field
from dispatch.lazily import lazily
from dispatch.model.clients import Client
from dispatch.model.states import LEADS, READS
from dispatch.model.text import LINE, count_text
from dispatch.model.visits import Visit
from screens.binding import BACK, command, key, opens
from screens.dialogs.asked import ChoiceRow, needed
from screens.listed import ListScreen
from screens.record_forms import ask_values
from widgets.listed import FigureLine

with lazily(__name__):
    from dispatch.desk.delivery import unasked_surveys
    from dispatch.desk.requests import review_visit
    from screens.files import writing
    from screens.log import proposals, surveys

FEW = 12
"""So many clients are listed at first; the others with all of it."""
_BOOKED = (
    Field("day", "Day", Day(), required=True),
    Field("site", "Site", Text(), "which of theirs"),
    Field("minutes", "Minutes", Whole(1, 1440), required=True),
)
_GAP = (
    Field("what", "What is missing", Text(LINE), required=True),
    Field("owner", "Who sees to it", Text()),
    Field("due", "By when", Day(), required=True),
)
_LATE = (CareState.OVERDUE, CareState.EXPIRED)
_FEW_WORDS = needed("a few words are needed")


class CareScreen(ListScreen[CareItem]):
    """Visits that are owed, surveys, renewals, offers, unhappy clients, balances; each ends with a trace."""

    SHOWS = "care"

    TITLE_WORD = "account care"
    ENTER = "client"
    PANE = "beside"
    FOOTER = (
        "care.done care.decline care.snooze care.book care.propose care.survey screen.proposals care.all care.skills change.undo "
        "screen.keys"
    )
    BINDINGS = [key("enter", "care.client", "Client", "the client's page", show=False), BACK]

    def __init__(self) -> None:
        super().__init__()
        self._all = False

    def reload(self) -> None:
        items = self.look(care_list.care_list, self.user.store, all_items=self._all)
        if items is None:
            return
        groups = by_client(items)
        shown = [*groups] if self._all else [*groups][:FEW]
        self.things = {item.key: item for client in shown for item in groups[client]}
        lines = [
            FigureLine(item.client, item.key, item.what, standing(item), item.asks, item.state in _LATE)
            for item in self.things.values()
        ]
        if more := len(groups) - len(shown):
            lines.append(FigureLine(f"{count_text(more, 'more client')}", "more", "a shows them too", " ", False))
        if not lines:
            lines = [FigureLine("Nothing is due", "none", "a shows also what is in order", " ", False)]
        self.listed.set_figures(lines)
        asking = sum(item.asks for item in items)
        waiting = f" · {len(items) - asking} in order or waiting" if self._all else ""
        of = f" to {count_text(len(groups), 'client')}" if groups else ""
        self.show_head("Account care", f"{asking} due{of}{waiting}")
        self.show_selected()

    def notes(self) -> Sequence[tuple[str, str]]:
        """Why the item under the cursor is there."""
        item = self.here
        if item is None:
            return ()
        notes = [(item.client, "strong"), (f"{item.what}: {standing(item)}", "plain"), (item.why, "plain")]
        notes.append((f"rule: {TITLES[item.rule]}", "dim"))
        if item.rule == "E2":
            notes.append((unasked_surveys.when_asked(self.user.store, item), "info"))
        notes += [(f"held back: {reason}", "warn") for reason in item.held]
        if item.snoozes:
            notes.append((f"put off {item.snoozes} of {SNOOZES} times", "dim"))
        compared = self.look(care_list.plans_for, self.user.store, item)
        notes += [(line, "info") for line in (() if compared is None else comparison_lines(compared))]
        return notes

    @command("d", "care.done", "Done", LEADS, about="here")
    async def action_done(self, item: CareItem) -> None:
        """It was done."""
        hint = "what came of it; this one ends only with a note" if item.needs_note else "a note, or empty"
        check = _FEW_WORDS if item.needs_note else None
        note = await self.ask(f"Done: {item.client}, {item.what}", hint, check=check)
        await self.do(care_list.mark, item.key, "done", note)

    @command("x", "care.decline", "Decline", LEADS, about="here")
    async def action_decline(self, item: CareItem) -> None:
        """It is not wanted, with the reason."""
        reason = await self.ask(f"Decline: {item.client}, {item.what}", "why is it not wanted?", check=_FEW_WORDS)
        await self.do(care_list.mark, item.key, "declined", reason)

    @command("z", "care.snooze", "Put off", LEADS, about="here")
    async def action_snooze(self, item: CareItem) -> None:
        """Put it off: 30 days at most, twice at most."""
        today = office(self.user.store).today

        hint = f"until which day? {SNOOZE_DAYS} days at most: {today + datetime.timedelta(days=SNOOZE_DAYS)}"
        until = await self.ask_day(f"Put off: {item.client}, {item.what}", hint, today, "+7")
        await self.do(care_list.mark, item.key, "snoozed", "", until)

    @command("n", "care.propose", "Propose", LEADS, about="here")
    async def action_propose(self, item: CareItem) -> None:
        """Begin a proposal with what this is about: the audit, the emergency, the end of the equipment."""
        made = await proposals.begin_proposal(self, item)
        self.program.open("proposals", made.client_id)

    @command("s", "care.survey", "Survey", LEADS, about="_client")
    async def action_survey(self, client: Client) -> None:
        """The client's survey was sent, or answered."""
        await surveys.ask_survey(self, client)

    @command("b", "care.book", "Book review", LEADS, about="_review")
    async def action_book(self, item: CareItem) -> None:
        """Ask for the visit of a review that is due; it waits until that visit is closed."""
        where = office(self.user.store)
        sites = clients.sites_of(self.user.store, item.client_id)
        fields = _BOOKED if len(sites) > 1 else tuple(field for field in _BOOKED if field.name != "site")

        def book(typed: dict[str, Any]) -> Visit:
            return review_visit.book(self.user, item.key, typed["day"], typed.get("site", ""), typed["minutes"])

        stands = {
            "day": review_visit.review_day(item, where.today, where.workdays).isoformat(),
            "site": sites[0].name if sites else "",
            "minutes": str(review_visit.MINUTES),
        }
        visit = await ask_values(self, f"The review with {item.client}", fields, book, stands)
        self.say(f"{visit.reference} asks for it, and its record has the page (R). u takes it back.")

    @command("R", "file.report", "Review page", READS["reports"].roles, about="_client")
    async def action_review_page(self, client: Client) -> None:
        """The page for the review with the client: their quarter, or another period, into a file or by mail."""
        await writing.ask_review_page(self, client.name)

    @command("o", "care.offer", "Offer", LEADS, about="_client")
    async def action_offer(self, client: Client) -> None:
        """An offer was made to the client, or declined."""
        rows = [
            ChoiceRow("made", "made", "no other is prompted for 30 days"),
            ChoiceRow("declined", "declined", "for 90 days"),
        ]
        declined = await self.choose(f"Offer to {client.name}", rows) == "declined"
        note = await self.ask("Why was it declined?" if declined else "A note", check=_FEW_WORDS if declined else None)
        await self.do(care_list.note_offer, client, made=not declined, note=note)

    @command("g", "care.gap", "Gap", LEADS, about="_client")
    async def action_gap(self, client: Client) -> None:
        """What a review found missing, with an owner and a date."""

        def note(gap: dict[str, Any]) -> None:
            care_list.note_gap(self.user, client, gap["what"], gap["owner"], gap["due"])

        stands = {"owner": self.user.staff.login, "due": "+14"}
        await ask_values(self, f"Found in a review with {client.name}", _GAP, note, stands)

    @command("a", "care.all", "All")
    def action_all(self) -> None:
        """Also what is in order, held back or put off."""
        self._all = not self._all
        self.reload()

    _SKILLS = "Hours of each skill that are wanted in the weeks to come, and who has it."
    skills = opens("w", "care.skills", "Skills", "skills", _SKILLS)

    _PROPOSALS = "What is offered to clients, what they said to it, and what it comes to."
    show_proposals = opens("p", "screen.proposals", "Proposals", "proposals", _PROPOSALS)

    def _review(self) -> CareItem | None:
        return self.here if self.here is not None and review_visit.asks_for_review(self.here) else None

    def _client(self) -> Client | None:
        return None if self.here is None else clients.client(self.user.store, self.here.client_id)
