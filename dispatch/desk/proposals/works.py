"""Work that may be offered to a client beside that on findings: about ends of equipment, what a review found missing, an audit."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from db import agreements, care, clients, equipment, proposals, service_plans, settings, visits
from db.store import Store, existing
from dispatch.care.item import CareItem
from dispatch.desk.care.care_list import ABOUT_PLANS
from dispatch.model.clients import Client
from dispatch.model.findings import AuditFinding
from dispatch.model.instants import day_text
from dispatch.model.languages import phrase, say, speaking
from dispatch.model.money import amount_text
from dispatch.model.proposals import AskedWork, ClientProposal, OfferedWork
from dispatch.model.service_plans import ServicePlan
from dispatch.model.text import show

AUDIT = "audit"
_ESTIMATE = "An estimate, what is charged is the time that it takes: "
"""Before the price of work that was offered."""
_ENDS = {
    "warranty": phrase("Warranty of {piece}, until {day}"),
    "contract": phrase("Contract of {piece}, until {day}"),
    "certificate": phrase("Certificate of {piece}, until {day}"),
}


class Workable(NamedTuple):
    """What may be offered, by the name that somebody types; where it is done, and until when; None: that is not known."""

    name: str
    work: OfferedWork
    site_id: int | None = None
    until: datetime.date | None = None


def workable(store: Store, client: Client) -> Iterator[Workable]:
    """What may be offered to a client, in their language."""
    pieces = equipment.of_clients(store).get(client.id, ())
    alike = Counter(piece.name.casefold() for piece in pieces)
    places = {site.id: site.name for site in clients.sites_of(store, client.id)}
    with speaking(settings.firm(store).language_of(client)):
        for piece in pieces:
            name = piece.name if alike[piece.name.casefold()] == 1 else f"{places[piece.site_id]}/{piece.name}"
            for what, day in piece.ends:
                said = say(_ENDS[what], piece=piece.name, day=day_text(day))
                work = OfferedWork("E17", f"{what}.{piece.id}.{day}", said, say("Renew it"))
                yield Workable(f"{name}/{what}", work, piece.site_id, day)
        for gap in care.gaps(store).get(client.id, ()):
            yield Workable(f"gap/{gap.id}", OfferedWork("D8", f"gap.{gap.id}", gap.what))
        unseen = say("We have not gone through your systems yet")
        audit = OfferedWork("E6", AUDIT, unseen, say("An audit, and a report of what we find"))
        yield Workable(AUDIT, audit)


def chosen_works(
    store: Store, client: Client, asked: Iterable[AskedWork], faults: list[str]
) -> tuple[OfferedWork, ...]:
    """The works that were typed, each once; what cannot be offered is a fault."""
    known = {one.name.casefold(): one for one in workable(store, client)}
    found = {}
    for one in asked:
        meant = known.get(one.name.casefold())
        if meant is None:
            faults.append(
                f"work: {show(one.name, 60)!r} is none of {', '.join(show(one.name) for one in known.values())}"
            )
        else:
            found[meant.name] = meant.work._replace(risk=one.risk, minutes=one.minutes, price=one.price)
    return (*found.values(),)


def gone(store: Store, client: Client, works: Iterable[OfferedWork]) -> bool:
    """Whether one of these is offered about something that is another by now: its end was noted anew, or it is not there."""
    known = {(one.work.rule, one.work.occasion) for one in workable(store, client)}
    return any((work.rule, work.occasion) not in known for work in works)


class WorkRequest(NamedTuple):
    """What is asked for once a client said yes: the texts of the request but for its client, and the site where it is known."""

    texts: dict[str, str]
    site_id: int | None


def requests_of(
    store: Store, proposal: ClientProposal, findings_offered: Iterable[AuditFinding]
) -> Iterator[WorkRequest]:
    """A request for each work of a proposal, with the words, the minutes and the price that were offered."""
    firm, client = settings.firm(store), existing(clients.client(store, proposal.client_id))
    exponent, sites = agreements.minor_units(store), {site.id for site in clients.sites_of(store, client.id)}

    def request(title: str, minutes: int | None, told: list[str], site_id: int | None, **more: str) -> WorkRequest:
        told.append(f"Offered in proposal {proposal.id}, accepted by {proposal.who}.")
        if minutes is None:
            told.append("How long it takes was not said.")
        texts = {
            "work": title,
            "minutes": str(minutes or firm.inbox_minutes),
            "description": "\n".join(told),
            "came_by": "ours",
            **more,
        }
        return WorkRequest(texts, site_id if site_id in sites else None)

    for one in findings_offered:
        told = [f"Finding {one.number} of {one.reference}: {one.what}"]
        told += [f"It risks: {one.risk}"] if one.risk else []
        told += [f"{_ESTIMATE}{one.price_text} {one.currency}"] if one.price is not None else []
        yield request(
            one.advice or one.what, one.minutes, told, existing(visits.visit_by_id(store, one.visit_id)).site_id
        )
    known = {(one.work.rule, one.work.occasion): one for one in workable(store, client)}
    for work in proposal.works:
        told = [work.what, *([f"It risks: {work.risk}"] if work.risk else [])]
        if work.price is not None:
            told.append(f"{_ESTIMATE}{amount_text(work.price, exponent, firm.currency)}")
        about = known.get((work.rule, work.occasion))
        until = about.until if about is not None else None
        more = {"latest": until.isoformat()} if until is not None and until >= settings.today(store) else {}
        kind = {"kind": "audit"} if work.rule == "E6" else {}
        title = f"{work.advice}: {work.what}" if work.rule == "E17" else work.advice or work.what
        yield request(title, work.minutes, told, None if about is None else about.site_id, **more, **kind)


class Prefilled(NamedTuple):
    """What a proposal has in it that a prompt begins."""

    client: Client
    plans: tuple[ServicePlan, ...] = ()
    visit: str = ""
    works: tuple[AskedWork, ...] = ()

    @property
    def findings(self) -> bool:
        """Whether the open findings of the visit are offered with it."""
        return bool(self.visit)


def draft_about(store: Store, item: CareItem) -> ClientProposal | None:
    """The draft that was begun with what is due to a client, where there is one: it is sent, or declined, before another."""
    begun = about(store, item)
    named = {one.name for one in begun.works}
    works = {(one.work.rule, one.work.occasion) for one in workable(store, begun.client) if one.name in named}
    return next(
        (
            one
            for one in proposals.of_clients(store).get(item.client_id, ())
            if one.said is None
            and (
                works & {(work.rule, work.occasion) for work in one.works}
                if works
                else one.is_offer and one.visit == begun.visit
            )
        ),
        None,
    )


def about(store: Store, item: CareItem) -> Prefilled:
    """What a proposal has in it that begins with what is due to a client: the visit of the audit or the emergency, with the plan
    where there is only one; the end of the equipment, what a review found missing, the audit of a prospect."""
    client = existing(clients.client(store, item.client_id))
    named = [
        AskedWork(one.name)
        for one in workable(store, client)
        if one.work.rule == item.rule and (one.work.occasion == item.occasion or item.rule == "E6")
    ]
    plans = service_plans.service_plans(store) if item.rule in ABOUT_PLANS else []
    return Prefilled(client, tuple(plans) if len(plans) == 1 else (), item.visit, tuple(named))
