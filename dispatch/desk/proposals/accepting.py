"""A proposal that a client accepts: agreement, visits and first review, all of it at once (design/account-care.md E18)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from db import agreements, changes, clients, service_plans, settings, visits
from db.changes import RecordChange
from db.store import Store, existing
from db.unit import Unit
from dispatch.care.terms import REVIEW_MONTHS
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.care.accounts import office
from dispatch.desk.care.pipeline import findings_in, proposal_of
from dispatch.desk.day import undo_record
from dispatch.desk.prices import agreeing, beginning
from dispatch.desk.proposals.offering import mark_findings, plan_offered, said, step
from dispatch.desk.proposals.works import WorkRequest, requests_of
from dispatch.desk.requests import intake
from dispatch.desk.requests.review_visit import review_texts
from dispatch.desk.session.refusals import confirm, refuse, taken
from dispatch.desk.session.user import User
from dispatch.model.agreements import Agreement, months_later
from dispatch.model.clients import Client, Site
from dispatch.model.findings import AuditFinding, FindingState
from dispatch.model.instants import day_text
from dispatch.model.money import format_minor
from dispatch.model.proposals import ClientProposal, OfferedPlan, ProposalState
from dispatch.model.service_plans import ServicePlan
from dispatch.model.states import Role
from dispatch.model.text import NAME, show
from dispatch.model.visits import Visit
from dispatch.model.ways import AGREED_VISIT


class Acceptance(NamedTuple):
    """What a client said yes to, and what has to be known for it. `who` said it; the plan by name, where several were offered; the
    first day of the agreement; the site of its visits, and of work that has none, where they have several; the minutes of work of a
    visit, where the plan has visits; the day of the first review, None: a working day when three months are over."""

    who: str
    plan: str = ""
    starts: datetime.date | None = None
    site: str = ""
    minutes: int | None = None
    review: datetime.date | None = None


class Accepted(NamedTuple):
    """What came of it; None: that was no part of the proposal. `requests` ask for the work that was offered."""

    proposal: ClientProposal
    agreement: Agreement | None = None
    recurrence_id: int | None = None
    review: Visit | None = None
    requests: tuple[Visit, ...] = ()


def accept(user: User, number: int, asked: Acceptance, confirmed: Sequence[str] = ()) -> Accepted:
    """Note that a client accepts, and make of the plan an agreement with the fee that was offered, a series of as many visits as it
    promises, and a request for the first review; of each work a request. Undo takes all of it back.

    Raises:
        NeedsConfirm: it has expired, or what is asked of an agreement.
        Faulty: with everything that has to be known, and is not.
        Refusal: it was not sent, or is answered already.
    """
    with user.write("accept a proposal", Role.LEAD) as unit:
        store, today = user.store, settings.today(user.store)
        proposal = step(store, number, ProposalState.ACCEPTED)
        client = existing(clients.client(store, proposal.client_id))
        who, plan, site = meant(store, proposal, asked)
        if proposal.until is not None and proposal.until < today:
            confirm([f"Proposal {number} held until {proposal.until}. Does it hold all the same?"], confirmed)
        mark = said(unit, proposal, ProposalState.ACCEPTED, who=who, plan_id=None if plan is None else plan.id)
        accepted, pictures = Accepted(proposal), list[RecordChange]()
        if plan is not None and site is not None:
            accepted, pictures = _begun(user, unit, proposal, client, plan, site, asked, confirmed)
        proposal = proposal_of(store, number)
        open_still = _open(store, proposal)
        wanted = requests_of(store, proposal, open_still)
        made = [_asked_for(user, unit, client, _at(store, one, site), one.texts) for one in wanted]
        pictures += undo_record.since(unit, [], made)
        # the requests of the findings come first, in their order
        asks = {finding.id: made[place] for place, finding in enumerate(open_still)}
        found = mark_findings(
            unit,
            proposal,
            FindingState.PROPOSED,
            lambda finding: f"accepted by {who}: {asks[finding.id].reference}",
            asks,
        )
        changes.remember(unit, f"accept proposal {number} of {client.name}", [*pictures, *found, mark])
        return accepted._replace(proposal=proposal, requests=tuple(made))


def accepted_lines(done: Accepted) -> Iterator[str]:
    """What came of an acceptance."""
    yield f"Proposal {done.proposal.id} is accepted by {done.proposal.who}."
    if done.agreement is not None:
        yield f"  {done.agreement.name} is in force from {done.agreement.starts} on; its number is {done.agreement.id}."
    if done.recurrence_id is not None:
        yield f"  its visits come by themselves (recurrence {done.recurrence_id})"
    if done.review is not None:
        yield f"  {done.review.reference} asks for the first review, {day_text(existing(done.review.wanted_on))}"
    yield from (f"  {request.reference} asks for the work: {show(request.work, 80)}" for request in done.requests)


def meant(store: Store, proposal: ClientProposal, asked: Acceptance) -> tuple[str, OfferedPlan | None, Site | None]:
    """Who accepts, the plan and the site that are meant.

    Raises:
        Faulty: with everything that is missing.
    """
    faults = list[str]()
    who = taken("by", asked.who, NAME, faults, needed=True)
    plan = _one("plan", asked.plan, proposal.plans, faults) if proposal.plans else None
    placed = all(one.site_id is not None for one in requests_of(store, proposal, _open(store, proposal)))
    site = None
    if proposal.plans or not placed:
        site = _one("site", asked.site, clients.sites_of(store, proposal.client_id), faults)
    if proposal.plans:
        if asked.starts is None:
            faults.append("starts: is missing: the first day of the agreement")
        if plan is not None and plan_offered(store, plan).visits and asked.minutes is None:
            faults.append("minutes: is missing: how long is one of the visits?")
    refuse(faults)
    return who, plan, site


Named = TypeVar("Named", OfferedPlan, Site)


def _one(name: str, typed: str, known: Sequence[Named], faults: list[str]) -> Named | None:
    """The one of that name, or whose name alone holds it; the only one, where nothing is typed."""
    meant = typed.strip().casefold()
    named = [one for one in known if one.name.casefold() == meant] or [
        one for one in known if meant in one.name.casefold()
    ]
    if len(named) == 1:
        return named[0]
    faults.append(f"{name}: say which of {', '.join(show(one.name) for one in known) or 'none: there is none yet'}")
    return None


def _begun(
    user: User,
    unit: Unit,
    proposal: ClientProposal,
    client: Client,
    offered: OfferedPlan,
    site: Site,
    asked: Acceptance,
    confirmed: Sequence[str],
) -> tuple[Accepted, list[RecordChange]]:
    """The agreement, its visits and the first review, with the pictures of all of it."""
    store, starts = user.store, existing(asked.starts)
    plan = plan_offered(store, offered)
    pictures = list[RecordChange]()
    if client.kind != "client":
        # whom they were unhappy with is over: a client has no such day
        becomes = {"kind": "client", "unhappy_since": ""}
        pictures.append(editing.write(user, unit, "client", client, becomes)[1])
    agreement = agreeing.saved(
        user, unit, client.name, plan.name, _terms(store, plan, client, offered, starts), confirmed=confirmed
    )
    pictures.append(agreeing.begun(unit, agreement))
    series = None
    if plan.visits:
        texts = {
            "site": f"{client.name} / {site.name}", "work": AGREED_VISIT, "rule": "as agreed", "starts": starts.isoformat(),
            "ends": "" if agreement.ends is None else agreement.ends.isoformat(), "minutes": str(asked.minutes),
        }  # fmt: skip
        series, picture = editing.write(user, unit, "recurrence", None, texts)
        due = RECORD_STORES["recurrence"].visits_of(store, series.id)
        pictures += [*undo_record.since(unit, [], due), picture]
    day = asked.review or office(store).workdays.after(months_later(starts, REVIEW_MONTHS) - _DAY, 1)
    review = _asked_for(user, unit, client, site.name, review_texts(day))
    pictures += undo_record.since(unit, [], [review])
    return Accepted(proposal, agreement, None if series is None else series.id, review), pictures


def _open(store: Store, proposal: ClientProposal) -> list[AuditFinding]:
    """The findings of a proposal that are still to be put right."""
    return [one for one in findings_in(store, proposal) if one.open]


def _at(store: Store, request: WorkRequest, site: Site | None) -> str:
    """Where work is done: the site of what it is about, else the one that was said."""
    return existing(site if request.site_id is None else clients.site(store, request.site_id)).name


def _asked_for(user: User, unit: Unit, client: Client, site: str, texts: Mapping[str, str]) -> Visit:
    """A request of a client within the deed."""
    new = intake.checked(user, {"client": client.name, "site": site, **texts})
    return visits.again(user.store, visits.add_visit(unit, user.store, new))


def _terms(
    store: Store, plan: ServicePlan, client: Client, offered: OfferedPlan, starts: datetime.date
) -> dict[str, object]:
    """The plan as an agreement of the client, with the terms and the fee that were offered."""
    # it may have another name by now
    named = {beginning.PLAN: existing(service_plans.service_plan(store, plan.id)).name}
    terms = {**beginning.from_plan(store, plan, client, starts).terms, **named}
    if offered.fee is None:
        return terms
    fee = format_minor(offered.fee, agreements.minor_units(store))
    return {**terms, "service": {**terms["service"], "monthly_fee": fee}}


_DAY = datetime.timedelta(days=1)
