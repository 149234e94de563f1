"""Proposals to clients on their way: written, sent, asked about, declined (design/account-care.md E18)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from db import changes, clients, findings, proposals, service_plans, settings
from db.changes import RecordChange
from db.store import Store, existing
from db.unit import Unit
from dispatch.care.offers import OFFERS
from dispatch.care.proposals import FOLLOW_UP
from dispatch.desk.care.care_list import against_offers, end_offers, offered
from dispatch.desk.care.pipeline import findings_in, proposal_of
from dispatch.desk.charges.comparing import plan_fee
from dispatch.desk.delivery import papers
from dispatch.desk.delivery.papers import PaperMail
from dispatch.desk.messages import mailed
from dispatch.desk.proposals.works import chosen_works, gone
from dispatch.desk.reports.document import Report
from dispatch.desk.reports.kept import kept_text, report_of
from dispatch.desk.reports.proposal import proposal_report
from dispatch.desk.session.refusals import Refusal, confirm, reason_of, refuse, taken
from dispatch.desk.session.user import User
from dispatch.model.clients import Client
from dispatch.model.findings import AuditFinding, FindingState
from dispatch.model.proposals import FOLLOWS, AskedWork, ClientProposal, OfferedPlan, ProposalState
from dispatch.model.service_plans import ServicePlan
from dispatch.model.states import Role
from dispatch.model.text import LINE, NOTE, show
from dispatch.model.visits import Visit


def draft(
    user: User,
    client: Client,
    plans: Sequence[ServicePlan] = (),
    visit: Visit | None = None,
    chosen: Sequence[str] | None = None,
    letter: str = "",
    days: int | None = None,
    works: Sequence[AskedWork] = (),
) -> ClientProposal:
    """Write a proposal down; nothing goes to the client by that.

    Args:
        plans: the one that we advise first.
        visit: what it comes from: an audit, or an emergency that went well.
        chosen: the findings whose work is offered, each as `R4110/2`; None: all of the visit, or without one of the client, that
            nothing became of yet.
        letter: what is written to them, in lines; empty: a usual one.
        days: for how many it holds once it is sent; None: as the firm's quotes.
        works: other work, about ends of equipment, what a review found missing, an audit.

    Raises:
        NotAllowed: only a lead does.
        Faulty: with every fault.
        Refusal: nothing is offered by it.
    """
    with user.write("write a proposal", Role.LEAD) as unit:
        store, faults = user.store, list[str]()
        client = existing(clients.client(store, client.id))
        cleaned = taken("letter", letter, NOTE, faults)
        if visit is not None and visit.client_id != client.id:
            faults.append(f"visit: {show(visit.reference)} is not {show(client.name)}'s")
        holds = user.firm.quote_days if days is None else days
        if not 1 <= holds <= 365:
            faults.append(f"days: {holds} is not a number from 1 to 365")
        own = findings.findings_of_client(store, client.id)
        if chosen is None:
            found = [
                one for one in own if one.state is FindingState.OPEN and (visit is None or one.visit_id == visit.id)
            ]
        else:
            found = _chosen(own, chosen, faults)
        more = chosen_works(store, client, works, faults)
        refuse(faults)
        if not (plans or found or more):
            raise Refusal("A proposal offers a plan, or work: say which.")
        once = {plan.id: OfferedPlan(plan.id, plan.name, plan_fee(plan, client).amount, plan) for plan in plans}
        new = ClientProposal(
            0, client.id, client.name, (*once.values(),), tuple(one.id for one in found), more,
            None if visit is None else visit.id, letter=cleaned, days=holds,
        )  # fmt: skip
        key = proposals.add_proposal(unit, new)
        changes.remember(unit, f"proposal to {client.name}", [changes.added(proposals.PROPOSAL, key)])
        return proposal_of(store, key)


def _chosen(own: Sequence[AuditFinding], chosen: Iterable[str], faults: list[str]) -> list[AuditFinding]:
    named = {f"{one.reference}/{one.number}".casefold(): one for one in own}
    found = {text.strip().casefold(): named.get(text.strip().casefold()) for text in chosen if text.strip()}
    for text, one in found.items():
        if one is None:
            faults.append(f"finding: {show(text, 40)!r} is none of {', '.join(named) or 'theirs: they have none'}")
        elif not one.open:
            faults.append(f"finding: {show(text, 40)} is {one.state.label} already")
    return [one for one in found.values() if one is not None]


def as_offered(store: Store, number: int) -> tuple[ClientProposal, list[ServicePlan]]:
    """A proposal with its plans as they were offered, where that is still what they are, with their fees, and its findings too.

    Raises:
        NotFound, Refusal: there is none, or something in it is another by now.
    """
    proposal = proposal_of(store, number)
    client = existing(clients.client(store, proposal.client_id))
    plans = [plan_offered(store, one) for one in proposal.plans]
    other = []
    for plan, one in zip(plans, proposal.plans, strict=True):
        now = existing(service_plans.service_plan(store, one.id))
        if plan_fee(now, client).amount != one.fee:
            other.append(f"“{show(plan.name)}” comes to another fee")
        elif replace(now, version=plan.version) != plan:
            other.append(f"“{show(plan.name)}” has other terms")
    if len(findings_in(store, proposal)) < len(proposal.findings):
        other.append("a finding was put right")
    if gone(store, client, proposal.works):
        other.append("what its work is about has another end, or is not there")
    if other:
        raise Refusal(f"Proposal {proposal.id} is not so any more: {', '.join(other)}. Write it anew.")
    return proposal, plans


def plan_offered(store: Store, one: OfferedPlan) -> ServicePlan:
    """A plan with the terms that were offered: those of today where they were not kept."""
    return one.terms or existing(service_plans.service_plan(store, one.id))


def paper_of(user: User, number: int) -> Report:
    """The paper of a proposal: as it was sent, before that as it would be.

    Raises:
        NotAllowed: the person neither dispatches nor leads.
        NotFound, Refusal: as `as_offered`; or there is no rate card.
    """
    if sent := proposals.paper_sent(user.store, number):
        user.ask_to_read("prices", "a proposal")
        return report_of(user.store, sent)
    return proposal_report(user, *as_offered(user.store, number))


def step(store: Store, number: int, after: ProposalState) -> ClientProposal:
    """A proposal of which something may be said next.

    Raises:
        NotFound, Refusal: there is none, or it stands so that this cannot follow.
    """
    proposal = proposal_of(store, number)
    state = proposal.state_on(settings.today(store))
    if after not in FOLLOWS[state]:
        hint = "send it first" if state is ProposalState.DRAFT else "write another one"
        raise Refusal(f"Proposal {number} is {state.label}: {hint}.")
    return proposal


def send(
    user: User,
    number: int,
    mail: PaperMail | None = None,
    follow_up: datetime.date | None = None,
    confirmed: Sequence[str] = (),
) -> ClientProposal:
    """Send a proposal: by mail, through the outbox, or (without `mail`) say that it was handed over. That is an offer made, and
    ends the prompts for one (an audit, and what renews equipment, is none yet), and those that its work is about; its findings are
    proposed from then on.

    Its paper is kept as it went. What is sent again is that paper, until the same day, and a question stays one.

    Args:
        mail: its paper, as it was looked at.
        follow_up: when we ask about it; None: in a week.

    Raises:
        NeedsConfirm: offers are held back now, or what is asked of a paper.
        Refusal: it is answered already, it has expired, or something in it is another by now.
        Faulty: the day is over.
    """
    with user.write("send a proposal", Role.LEAD) as unit:
        store = user.store
        proposal = step(store, number, ProposalState.SENT)
        sent = proposals.paper_sent(store, number)
        report = None if sent else proposal_report(user, *as_offered(store, number))
        if proposal.is_offer and (reasons := against_offers(store, proposal.client_id)):
            confirm([f"Offers are held back: {show('; '.join(reasons), 400)}. Send it all the same?"], confirmed)
        today = settings.today(store)
        again = _later(follow_up, today) or today + datetime.timedelta(days=FOLLOW_UP)
        made = [] if mail is None else papers.put(unit, [mail], confirmed)
        words = {
            "follow_up": again,
            "until": proposal.until or today + datetime.timedelta(days=proposal.days),
            "note": proposal.note,
            "paper": "" if report is None else kept_text(report if mail is None else mail.report),
        }
        pictures = [
            *mailed.pictures(made),
            *end_offers(unit, proposal),
            *([offered(unit, proposal.client_id, made=True, note=f"proposal {number}")] if proposal.is_offer else []),
            *mark_findings(unit, proposal, FindingState.PROPOSED, lambda _: f"proposal {number}"),
            said(unit, proposal, proposal.said or ProposalState.SENT, **words),
        ]
        changes.remember(unit, f"send proposal {number} to {proposal.client}", pictures)
        return proposal_of(store, number)


def follow(
    user: User, number: int, words: str, follow_up: datetime.date | None = None, *, question: bool = False
) -> ClientProposal:
    """Note what the client said when we asked, and when we ask again; `question`: it is ours to answer.

    Raises:
        Refusal: it was not sent, or is answered already.
        Faulty: the words are missing, or the day is over.
    """
    with user.write("follow up a proposal", Role.LEAD) as unit:
        store, faults, today = user.store, list[str](), settings.today(user.store)
        proposal = step(store, number, ProposalState.QUESTION)
        cleaned = taken("words", words, LINE, faults, needed=True)
        refuse(faults)
        again = _later(follow_up, today) or today + datetime.timedelta(days=FOLLOW_UP)
        state = ProposalState.QUESTION if question else existing(proposal.said)
        mark = said(unit, proposal, state, note=cleaned, follow_up=again)
        changes.remember(unit, f"{'question on' if question else 'follow up'} proposal {number}", [mark])
        return proposal_of(store, number)


def decline(user: User, number: int, reason: str) -> ClientProposal:
    """Note that a client does not want it, and why; a draft is not sent after all. One that was sent is an offer declined, and its
    findings are declined by it.

    Raises:
        Refusal: it is answered already.
        Faulty: the reason is missing.
    """
    with user.write("decline a proposal", Role.LEAD) as unit:
        proposal, why = step(user.store, number, ProposalState.DECLINED), reason_of(reason)
        pictures = [said(unit, proposal, ProposalState.DECLINED, note=why)]
        if proposal.said is not None:
            pictures += mark_findings(unit, proposal, FindingState.DECLINED, lambda _: why)
            if proposal.is_offer or any(work.rule in OFFERS for work in proposal.works):
                pictures.append(offered(unit, proposal.client_id, made=False, note=why))
        changes.remember(unit, f"decline proposal {number}", pictures)
        return proposal_of(user.store, number)


def said(unit: Unit, proposal: ClientProposal, state: ProposalState, **more: Any) -> RecordChange:
    """Write down within a deed what became of a proposal; returns the picture of that. Until when it holds stays as it was said."""
    words = {"until": proposal.until, **more}
    columns = {name: value.isoformat() if isinstance(value, datetime.date) else value for name, value in words.items()}
    return changes.added(proposals.MARK, proposals.add_mark(unit, proposal.id, state, **columns))


def mark_findings(
    unit: Unit,
    proposal: ClientProposal,
    state: FindingState,
    noted: Callable[[AuditFinding], str],
    works: Mapping[int, Visit] | None = None,
) -> list[RecordChange]:
    """Say within a deed what became of the findings of a proposal that are open, with the requests for their work (`works`, by
    finding), where there are; returns the pictures of that."""
    pictures = []
    for one in findings_in(unit.store, proposal):
        if one.open and (one.state, one.note) != (state, note := noted(one)):
            work = (works or {}).get(one.id)
            key = findings.add_mark(unit, one, state, note, None if work is None else work.id)
            pictures.append(changes.added(findings.MARK, key))
            unit.audit("visit", one.visit_id, finding=one.number, state=state, note=note)
    return pictures


def _later(day: datetime.date | None, today: datetime.date) -> datetime.date | None:
    if day is not None and day <= today:
        refuse([f"follow up: {day} is not a day to come"])
    return day
