"""Quotes: what a visit that does not exist would cost, by the same function and on the same terms."""

from __future__ import annotations

from dataclasses import dataclass

from db import agreements, clients, settings
from db.store import Store
from dispatch.desk.charges.charge_input import ENVELOPE, charged_client, charged_drive, terms_of
from dispatch.desk.charges.charging import Priced, priced_from
from dispatch.desk.charges.comparing import PlanComparison, compare_plans, plan_terms
from dispatch.desk.session.refusals import NotFound, Refusal, refuse
from dispatch.fields.reading import FormFault
from dispatch.model.agreements import Agreement
from dispatch.model.clients import Client, Site
from dispatch.model.instants import day_of, iso
from dispatch.model.service_plans import ServicePlan
from dispatch.model.text import show


@dataclass(frozen=True, slots=True)
class QuoteComparison:
    """The same visit priced twice: as the client stands, and under a plan, beside what that plan does to the last 90 days."""

    without: Priced
    under: Priced
    ninety_days: PlanComparison

    @property
    def difference(self) -> int | None:
        """What the plan adds to this visit (positive) or takes off it (negative), its fee apart, in minor units; None: blocked."""
        if self.without.total is None or self.under.total is None:
            return None
        return self.under.total - self.without.total


def quote(
    store: Store,
    client_name: str,
    site_name: str,
    minutes: int,
    at: int,
    *,
    labour_class: str = "",
    technicians: int = 1,
    emergency: bool = False,
) -> Priced:
    """The charge of `minutes` of work that begin at an instant; the firm's test allowance is added, as test time.

    Raises:
        NotFound: there is no such client, or site.
        Faulty: minutes, class or technicians cannot be taken.
    """
    client, site = where(store, client_name, site_name)
    firm = settings.firm(store)
    card = agreements.rate_card_on(store, day_of(at, firm.zone))
    if card is None:
        raise Refusal("No rate card is in force on that day: a lead adds one with dispatch rate-card add.")
    classes = list(card.card["classes"])
    chosen = labour_class or classes[0]
    faults = [] if chosen in classes else [f"class: {show(chosen, 40)!r} is not one of {', '.join(map(show, classes))}"]
    faults += [] if 1 <= minutes <= 1440 else ["minutes: a whole number from 1 to 1,440 is expected"]
    faults += [] if 1 <= technicians <= 20 else ["technicians: a whole number from 1 to 20 is expected"]
    refuse(faults)
    zone = str(card.card["timezone"])
    worked, ends = at + minutes * 60, at + firm.stay_minutes(minutes) * 60
    marks = [{"kind": "test", "start": iso(worked, zone), "end": iso(ends, zone)}] if ends > worked else []
    day = day_of(at, zone)
    agreement = agreements.agreement_on(store, client.id, day)
    given = {
        "card": {key: value for key, value in card.card.items() if key not in ENVELOPE},
        "client": charged_client(client),
        "site": charged_drive(site),
        "agreement": None if agreement is None else terms_of(store, agreement, day),
        "visit": {
            # a quote is asked for now; one of a moment that is over says nothing of notice
            "requested_at": iso(now, zone) if (now := store.clock.now()) <= at else None,
            "scheduled_start": iso(at, zone),
            "emergency": emergency,
            "assignments": [
                {
                    "technician": f"technician {place}" if technicians > 1 else "technician",
                    "class": chosen,
                    "vehicle": "vehicle",
                    "check_in": iso(at, zone),
                    "check_out": iso(ends, zone),
                    "marks": marks,
                }
                for place in range(1, technicians + 1)
            ],
        },
    }
    try:
        return priced_from(given, estimate=True)
    except FormFault as fault:
        raise Refusal(f"It cannot be priced: {fault}.") from None


def compare(store: Store, priced: Priced, plan: ServicePlan, client: Client) -> QuoteComparison:
    """The same visit under a plan ([003]'s rate card made concrete), and the client's last 90 days under it."""
    given = {**priced.given, "agreement": plan_terms(plan)}
    return QuoteComparison(
        priced, priced_from(given, estimate=priced.estimate), compare_plans(store, client, plans=[plan])
    )


def agreement_called(store: Store, name: str) -> Agreement:
    """The agreement of that name, number, or client.

    Raises:
        NotFound: there is none.
    """
    known = agreements.all_agreements(store)
    typed = name.strip().casefold()
    for agreement in known:
        if str(agreement.id) == typed or agreement.name.casefold() == typed:
            return agreement
    client = clients.client_by_name(store, name)
    if client is not None and (own := agreements.agreements_of(store, client.id)):
        return own[-1]
    raise NotFound(f"There is no agreement {show(name, 60)}. `dispatch agreement list` shows them all.")


def where(store: Store, client_name: str, site_name: str) -> tuple[Client, Site]:
    """The client and the site of those names; the client's only site where none is named.

    Raises:
        NotFound: there is none.
    """
    client = clients.client_by_name(store, client_name)
    if client is None:
        raise NotFound(f"There is no client {show(client_name, 60)}.")
    own = clients.sites_of(store, client.id)
    if not site_name and len(own) == 1:
        return client, own[0]
    site = clients.site_by_name(store, client.id, site_name) if site_name else None
    if site is None:
        names = ", ".join(show(site.name) for site in own) or "none yet"
        raise NotFound(f"Which site of {show(client.name)}? Its sites: {names}.")
    return client, site
