"""Proposals to clients: the pipeline with its sums, and what is done with each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from db import clients, service_plans
from db.store import existing
from dispatch.care.item import CareItem
from dispatch.desk.care.pipeline import pipeline
from dispatch.desk.delivery.papers import PaperMail
from dispatch.desk.proposals import accepting, offering, works
from dispatch.desk.proposals.accepting import Acceptance
from dispatch.desk.reports.document import Report
from dispatch.desk.session.user import User
from dispatch.desk.texts.proposal_words import ProposalWords
from dispatch.desk.visits.steps import find
from dispatch.fields.kinds import Day, Link, Links, Text, Whole, Words
from dispatch.fields.record import Field
from dispatch.fields.trade import Price
from dispatch.model.instants import day_text
from dispatch.model.proposals import FOLLOWS, AskedWork, ClientProposal, ProposalState
from dispatch.model.states import LEADS
from dispatch.model.text import LINE
from dispatch.records import findings as finding_fields
from dispatch.records.proposals import WORKS
from screens.binding import BACK, command
from screens.dialogs.asked import ChoiceRow, needed
from screens.files import mailing, writing
from screens.files.making import Make
from screens.listed import ListScreen
from screens.prices.proposal_view import show_proposal
from screens.prices.quote import client_meant
from screens.record_forms import ask_values
from screens.user_screen import UserScreen
from widgets.listed import FigureLine, FigureList

_NEW = (
    Field("client", "Client", Text(), "a few letters of the name", required=True),
    Field("plan", "Plan that you advise", Link("service plan"), "empty: only work"),
    Field("others", "Other plans beside it", Links("service plan"), "names between commas"),
    Field("visit", "After which visit", Text(), "R4110: the audit, or the emergency; empty: none"),
    Field("findings", "Work on findings", Words(), "R4110/2, R4110/3; none; empty: all that are open"),
    Field("works", "Other work", WORKS, "NAS/warranty; risk; minutes; price | gap/4 | audit"),
    Field("letter", "Letter", Text(LINE), "what you write to them; empty: a usual one"),
    Field("days", "Holds, days", Whole(1, 365), "30"),
)
_SAID = (
    Field("words", "What they said", Text(LINE), required=True),
    Field("again", "Ask again", Day(), "fri, +7", required=True),
)
_ACCEPTED = Field("by", "Who accepts", Text(), required=True)
_AGREED = (
    Field("plan", "Plan", Text(), "where several were offered"),
    Field("starts", "First day of the agreement", Day(), required=True),
    Field("site", "Site", Text(), "of the visits, where they have several"),
    Field("minutes", "Minutes of a visit", Whole(1, 1440), "where the plan has visits"),
    Field("review", "First review", Day(), "empty: three months on"),
)


_OF_WORK = (
    *(field for field in finding_fields.FIELDS if field.name in ("risk", "minutes")),
    Field("price", "Price", Price(), "of the work, once"),
)


async def ask_proposal(screen: UserScreen, stands: dict[str, str], work: AskedWork | None = None) -> ClientProposal:
    """Ask for a proposal, with what stands in its fields at first, and for the risk and the price of the work that it is about;
    returns the draft."""
    user, store = screen.user, screen.user.store

    def write(typed: dict[str, Any]) -> ClientProposal:
        client = existing(clients.client_by_name(store, client_meant(store, typed["client"])))
        keys = [key for key in (typed["plan"], *typed["others"]) if key is not None]
        plans = [existing(service_plans.service_plan(store, key)) for key in keys]
        visit = find(store, typed["visit"]) if typed["visit"] else None
        chosen = None if not typed["findings"] else [one for one in typed["findings"] if one != "none"]
        about = () if work is None else (work._replace(**{field.name: typed[field.name] for field in _OF_WORK}),)
        asked = (*about, *typed["works"])
        return offering.draft(user, client, plans, visit, chosen, typed["letter"], typed["days"], asked)

    first, *rest = _NEW
    fields = _NEW if work is None else (first, *_OF_WORK, *rest)
    title = "A proposal" if work is None else f"A proposal: {work.name}"
    return await ask_values(screen, title, fields, write, {"days": str(user.firm.quote_days)} | stands)


async def begin_proposal(screen: UserScreen, item: CareItem) -> ClientProposal:
    """Ask for a proposal that has in it what something that is due is about; returns the draft, or the one that there is."""
    if (there := works.draft_about(screen.user.store, item)) is not None:
        screen.say(f"Proposal {there.id} is a draft about that already.")
        return there
    begun = works.about(screen.user.store, item)
    stands = {
        "client": begun.client.name,
        "plan": begun.plans[0].name if begun.plans else "",
        "visit": begun.visit,
        "findings": "" if begun.visit else "none",
    }
    return await ask_proposal(screen, stands, next(iter(begun.works), None))


class ProposalsScreen(ListScreen[ClientProposal]):
    """Drafts, what clients think about, what ended, and on asking what they said yes or no to."""

    SHOWS = "care"

    TITLE_WORD = "proposals"
    PANE = "beside"
    ENTER = "open"
    FOOTER = (
        "proposal.write proposal.send proposal.follow proposal.accept proposal.decline proposal.paper proposal.all change.undo "
        "screen.leave screen.keys"
    )
    BINDINGS = [BACK]

    def __init__(self, client_id: int | None = None) -> None:
        super().__init__()
        self._client_id, self._all = client_id, False

    def reload(self) -> None:
        store = self.user.store
        client = None if self._client_id is None else clients.client(store, self._client_id)
        stages = self.look(pipeline, store, client, every=self._all)
        if stages is None:
            return
        words = ProposalWords(store)
        self.things = {f"proposal {one.id}": one for stage in stages for one in stage.proposals}
        narrow = self.app.size.width < FigureList.NARROW
        lines = [
            FigureLine(
                f"{stage.state.label.capitalize()} ({stage.sum.number}): {words.sum(stage.sum)}",
                f"proposal {one.id}",
                f"{one.id} {one.client}",
                words.standing(one) if narrow else f"{words.standing(one)} · {words.short(one)}",
                bool(FOLLOWS[stage.state]),
                stage.state is ProposalState.EXPIRED,
            )
            for stage in stages
            for one in stage.proposals
        ]
        self.listed.set_figures(lines or [FigureLine("No proposals", "none", "none is open", "n writes one", False)])
        waiting = sum(stage.sum.number for stage in stages if FOLLOWS[stage.state])
        of = "" if client is None else f" to {client.name}"
        self.show_head(f"Proposals{of}", f"{waiting} open")
        self.show_selected()

    def notes(self) -> Sequence[tuple[str, str]]:
        """The proposal under the cursor, in full."""
        one = self.here
        if one is None:
            return ()
        first, *rest = ProposalWords(self.user.store).whole(self.user.store, one)
        return [(first, "strong"), *((line, "plain") for line in rest)]

    @command("enter", "proposal.open", "Open", about="here")
    def action_open(self, one: ClientProposal) -> None:
        """All of it, and what was said to it."""
        show_proposal(self, one)

    @command("n", "proposal.write", "New", LEADS)
    async def action_write(self) -> None:
        """Write one: plans, work on what an audit found, other work."""
        about = self._client_id or (self.here.client_id if self.here else None)
        known = None if about is None else clients.client(self.user.store, about)
        made = await ask_proposal(self, {} if known is None else {"client": known.name})
        self.listed.select_key(f"proposal {made.id}")
        self.show_selected()

    @command("s", "proposal.send", "Send", LEADS, about="here")
    async def action_send(self, one: ClientProposal) -> None:
        """By mail, or say that you handed it over. That is an offer made."""
        rows = [ChoiceRow("by mail", "mail", "looked at first, then through the outbox")]
        rows.append(ChoiceRow("it was handed over", "hand", "as you have printed it"))
        title = f"Proposal {one.id} for {one.client}"
        if await self.choose(f"Send proposal {one.id} to {one.client}", rows) == "mail":

            def send(user: User, mail: PaperMail, confirmed: Sequence[str] = ()) -> str:
                sent = offering.send(user, one.id, mail, confirmed=confirmed)
                return f"{title} is in the outbox; ask about it {day_text(existing(sent.follow_up))}."

            await mailing.ask_mail(self, title, self._paper(one), send=send)
        else:
            await self.insist("Send it all the same?", offering.send, one.id)

    @command("f", "proposal.follow", "They said", LEADS, about="here")
    async def action_follow(self, one: ClientProposal) -> None:
        """They have a question, or have not decided; and when you ask again."""
        if self.look(offering.step, self.user.store, one.id, ProposalState.QUESTION) is None:
            return
        rows = [ChoiceRow("they have a question", "question", "it is ours to answer")]
        rows.append(ChoiceRow("they have not decided", "undecided", "you ask again"))
        question = await self.choose(f"Proposal {one.id}, {one.client}", rows) == "question"

        def note(said: dict[str, Any]) -> None:
            offering.follow(self.user, one.id, said["words"], said["again"], question=question)

        await ask_values(self, f"{one.client} on proposal {one.id}", _SAID, note, {"again": "+7"})

    @command("y", "proposal.accept", "Accepted", LEADS, about="here")
    async def action_accept(self, one: ClientProposal) -> None:
        """They say yes: the agreement, its visits, the first review and a request for each work, all of it at once."""
        store = self.user.store
        if self.look(offering.step, store, one.id, ProposalState.ACCEPTED) is None:
            return

        def known(typed: dict[str, Any]) -> Acceptance:
            asked = Acceptance(typed.pop("by"), **typed)
            accepting.meant(store, one, asked)
            return asked

        fields = (_ACCEPTED, *(_AGREED if one.plans else [field for field in _AGREED if field.name == "site"]))
        contact = next(iter(existing(clients.client(store, one.client_id)).contacts), None)
        sites = clients.sites_of(store, one.client_id)
        stands = {
            "by": "" if contact is None else contact.name,
            "plan": one.plans[0].name if len(one.plans) == 1 else "",
            "starts": "today",
            "site": sites[0].name if len(sites) == 1 else "",
            "minutes": "60",
        }
        asked = await ask_values(self, f"{one.client} accepts proposal {one.id}", fields, known, stands)
        if (done := await self.insist("Accept it all the same?", accepting.accept, one.id, asked)) is not None:
            self.say("\n".join(accepting.accepted_lines(done)))

    @command("x", "proposal.decline", "Declined", LEADS, about="here")
    async def action_decline(self, one: ClientProposal) -> None:
        """They do not want it, with the reason; a draft is not sent after all."""
        check = needed("a few words are needed", 3)
        reason = await self.ask(f"Declined: proposal {one.id}, {one.client}", "why do they not want it?", check=check)
        await self.do(offering.decline, one.id, reason)

    @command("R", "proposal.paper", "Paper", about="here")
    async def action_paper(self, one: ClientProposal) -> None:
        """As a file: a page, a PDF, text."""
        await writing.ask_file(self, f"Proposal {one.id} for {one.client}", self._paper(one))

    @command("a", "proposal.all", "All")
    def action_all(self) -> None:
        """Also what was accepted or declined."""
        self._all = not self._all
        self.reload()

    @staticmethod
    def _paper(one: ClientProposal) -> Make:
        def paper(user: User, _: str) -> Report:
            return offering.paper_of(user, one.id)

        return paper
