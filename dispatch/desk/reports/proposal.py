"""A proposal on paper: a letter, what we found with risk and price, the plans beside the last 90 days, and where to sign."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import NamedTuple

from db import agreements, clients, settings, visits
from db.store import Store, existing
from dispatch.desk.care.pipeline import findings_in
from dispatch.desk.charges.comparing import DAYS, MONTHS, PlanComparison, TermsTried, compare_plans
from dispatch.desk.prices import rate_cards
from dispatch.desk.reports.data import DataTable, Datum
from dispatch.desk.reports.document import (
    Amount,
    Cell,
    Report,
    ReportTable,
    Section,
    Whose,
    foot_of,
    letterhead_of,
)
from dispatch.desk.reports.naming import client_slug
from dispatch.desk.reports.rates import included_radius, plan_section
from dispatch.desk.reports.service import GRAVE
from dispatch.desk.session.user import User
from dispatch.model.clients import Client
from dispatch.model.findings import AuditFinding
from dispatch.model.firm import Firm
from dispatch.model.instants import day_of, day_text, span_text
from dispatch.model.languages import say, says, speaking
from dispatch.model.money import format_minor
from dispatch.model.proposals import ClientProposal
from dispatch.model.service_plans import ServicePlan

WIDTH = 96


def proposal_report(user: User, proposal: ClientProposal, plans: Sequence[ServicePlan]) -> Report:
    """A proposal for its client.

    Args:
        plans: those of the proposal, in its order.

    Raises:
        NotAllowed: the person neither dispatches nor leads.
        Refusal: there is no rate card.
    """
    user.ask_to_read("prices", "a proposal")
    store = user.store
    with store.read():
        client = existing(clients.client(store, proposal.client_id))
        with speaking(settings.firm(store).language_of(client)):
            return _report(user, proposal, plans, client)


def _report(user: User, proposal: ClientProposal, plans: Sequence[ServicePlan], client: Client) -> Report:
    store, firm = user.store, settings.firm(user.store)
    today = day_of(store.clock.now(), firm.zone)
    last = proposal.until or today + datetime.timedelta(days=proposal.days)
    works = _offered(store, firm, proposal)
    compared = compare_plans(store, client, plans=plans) if plans else None
    radius = included_radius(rate_cards.card_called(store).card) if plans else ""
    sections = [
        Section(say("What this is about"), paragraphs=tuple(_letter(store, proposal, client, firm))),
        Section(say("At a glance"), facts=tuple(_glance(store, firm, proposal, works, last)), at_a_glance=True),
        Section(say("What we found"), tables=(_found(works),) if works else (), paragraphs=_unpriced(works)),
        *([] if compared is None else [_compared(compared)]),
        *(plan_section(plan, radius) for plan in plans),
        Section(
            say("Accepted"),
            paragraphs=tuple(_terms(proposal, works, last)),
            kept_together=True,
            to_sign=(*([say("Plan")] if len(plans) > 1 else []), say("Name"), say("Date"), say("Signature")),
        ),
    ]
    return Report(
        kind="proposal",
        title=say("Proposal {number} for {client}", number=proposal.id, client=client.name),
        subtitle=f"{firm.name}, {day_text(today)}",
        sections=tuple(filter(None, sections)),
        foot=foot_of(store, user.staff.name, firm.times(), to_client=True),
        width=WIDTH,
        name=f"{client_slug(store, client)}-proposal-{proposal.id}-{today.isoformat()}",
        data=(_plans_data(compared), _findings_data(findings_in(store, proposal)), _works_data(store, firm, proposal)),
        letterhead=letterhead_of(store),
        to=tuple(filter(None, (client.name, client.contacts[0].name if client.contacts else ""))),
        whose=Whose(client.id, good_until=last),
    )


def _letter(store: Store, proposal: ClientProposal, client: Client, firm: Firm) -> list[str]:
    """The lines that a lead wrote; else what a proposal of its origin usually says."""
    if proposal.letter:
        return [line for line in proposal.letter.split("\n") if line.strip()]
    visit = None if proposal.visit_id is None else visits.visit_by_id(store, proposal.visit_id)
    if visit is None or visit.anchor is None:
        first = say("Thank you for your time. This is what we propose.")
    elif visit.kind == "audit":
        day = day_text(day_of(visit.anchor, firm.zone))
        first = say("On {day} we went through your systems. This is what we found, and what we propose.", day=day)
    else:
        day = day_text(day_of(visit.anchor, firm.zone))
        first = say(
            "On {day} you called us, and we could help. This is what we propose, so that it does not come to that again.",
            day=day,
        )
    return [first, say("{firm} is there for any question.", firm=firm.name)]


def _glance(
    store: Store, firm: Firm, proposal: ClientProposal, works: Sequence[_Work], last: datetime.date
) -> list[tuple[str, Cell]]:
    exponent = agreements.minor_units(store)
    facts: list[tuple[str, Cell]] = [
        (
            say("{plan}, a month", plan=plan.name),
            say("not known") if plan.fee is None else Amount(plan.fee, exponent, firm.currency),
        )
        for plan in proposal.plans
    ]
    facts += [(say("Work, once, estimated"), amount) for amount in _sums(works)]
    return [*facts, (say("Valid until"), day_text(last))]


class _Work(NamedTuple):
    """A row of what is offered: how grave it is, where that was said, what it is estimated at, in money or else in minutes."""

    rank: int
    cells: tuple[str, str, str, str]
    price: Amount | None
    minutes: int | None

    @property
    def estimate(self) -> Cell:
        """What it is estimated at; None: that was not said."""
        return self.price or (None if self.minutes is None else span_text(self.minutes))


def _offered(store: Store, firm: Firm, proposal: ClientProposal) -> list[_Work]:
    """The work that is offered, the gravest finding first, what is no finding below."""
    exponent = agreements.minor_units(store)
    rows = [
        _Work(
            one.severity.rank,
            (one.what, say(GRAVE[one.severity]), one.risk, one.advice),
            None if one.price is None else Amount(one.price, one.exponent, one.currency),
            one.minutes,
        )
        for one in findings_in(store, proposal)
    ]
    rows += [
        _Work(
            -1,
            (one.what, "", one.risk, one.advice),
            None if one.price is None else Amount(one.price, exponent, firm.currency),
            one.minutes,
        )
        for one in proposal.works
    ]
    return sorted(rows, key=lambda one: -one.rank)


def _sums(works: Sequence[_Work]) -> list[Cell]:
    """What work is estimated at, added up in each currency, and the time of that of which no price was said."""
    sums: dict[tuple[int, str], int] = {}
    for price in (one.price for one in works):
        if price is not None:
            sums[price.exponent, price.currency] = sums.get((price.exponent, price.currency), 0) + price.minor
    timed = sum(one.minutes or 0 for one in works if one.price is None)
    return [*(Amount(minor, *money) for money, minor in sums.items()), *([span_text(timed)] if timed else [])]


def _found(works: Sequence[_Work]) -> ReportTable:
    columns = (say("What we found"), say("How grave"), say("What it risks"), say("What we advise"), say("Estimate"))
    sums = [(say("Estimated, together"), "", "", "", amount) for amount in _sums(works)] if len(works) > 1 else []
    return ReportTable(columns, (*((*one.cells, one.estimate) for one in works), *sums), sums=len(sums))


def _unpriced(works: Sequence[_Work]) -> tuple[str, ...]:
    open_still = sum(one.estimate is None for one in works)
    return (says(open_still, "{n} has no estimate yet.", "{n} have no estimate yet."),) if open_still else ()


def _compared(compared: PlanComparison) -> Section:
    """The last 90 days as they were and under each plan. What is not known is in no sum, and nothing is saved by it."""
    title = say("Your last {days} days", days=DAYS)
    if not compared.visits:
        return Section(title, paragraphs=(say("There was no visit in these days to compare."),))
    tried = (compared.now, *compared.plans)

    def money(minor: int | None) -> Cell:
        return say("not known") if minor is None else Amount(minor, compared.exponent, compared.currency)

    def fee(terms: TermsTried) -> Cell:
        return money(None if terms.fee.amount is None else MONTHS * terms.fee.amount)

    def gap(plan: TermsTried) -> Cell:
        saved = compared.saved(plan)
        if saved is None:
            return say("not known")
        if not saved:
            return say("the same")
        amount = Amount(abs(saved), compared.exponent, compared.currency)
        return say("saves {amount}", amount=amount) if saved > 0 else say("costs {amount} more", amount=amount)

    now = (
        say("Without an agreement")
        if not compared.now.fee.lines and not compared.now.fee.unknown
        else compared.now.name
    )
    rows: list[tuple[Cell, ...]] = [
        (says(compared.visits, "{n} visit", "{n} visits"), *(money(one.visits) for one in tried)),
        (say("Monthly fees, {months} months", months=MONTHS), *map(fee, tried)),
        (say("Together"), *(money(one.total) for one in tried)),
        (say("Beside today"), "", *map(gap, compared.plans)),
    ]
    left = says(
        compared.unpriced,
        "{n} visit cannot be priced and is in no sum.",
        "{n} visits cannot be priced and are in no sum.",
    )
    return Section(
        title,
        tables=(ReportTable(("", now, *(plan.name for plan in compared.plans)), tuple(rows)),),
        paragraphs=(say("Before tax"), *([left] if compared.unpriced else [])),
        kept_together=True,
    )


def _terms(proposal: ClientProposal, works: Sequence[_Work], last: datetime.date) -> list[str]:
    """What is signed: until when it holds, what begins with it."""
    lines = [say("This proposal holds until {day}.", day=day_text(last))]
    if works:
        lines.append(
            say(
                "What work is estimated at is before tax, and no fixed price: what is charged is the time that it takes."
            )
        )
    accept = (
        say("We accept this proposal.")
        if len(proposal.plans) < 2
        else say("We accept this proposal, with the plan named here.")
    )
    return [*lines, accept]


def _plans_data(compared: PlanComparison | None) -> DataTable:
    def row(terms: TermsTried, saved: int | None) -> tuple[Datum, ...]:
        assert compared is not None

        def amount(minor: int | None) -> Datum:
            return None if minor is None else Amount(minor, compared.exponent, compared.currency).decimal

        return terms.name, amount(terms.fee.amount), amount(terms.visits), amount(terms.total), amount(saved)

    rows = () if compared is None else tuple(row(plan, compared.saved(plan)) for plan in compared.plans)
    return DataTable("plans", ("plan", "fee", "visits", "total", "saves"), rows)


def _findings_data(works: Sequence[AuditFinding]) -> DataTable:
    rows = tuple(
        (
            one.reference, one.number, one.what, one.severity.value, one.risk, one.advice, one.minutes,
            None if one.price is None else Amount(one.price, one.exponent, one.currency).decimal, one.currency,
        )
        for one in works
    )  # fmt: skip
    columns = ("reference", "number", "what", "severity", "risk", "advice", "minutes", "price", "currency")
    return DataTable("findings", columns, rows)


def _works_data(store: Store, firm: Firm, proposal: ClientProposal) -> DataTable:
    exponent = agreements.minor_units(store)
    rows = tuple(
        (
            one.what, one.advice, one.risk, one.minutes,
            None if one.price is None else format_minor(one.price, exponent), firm.currency,
        )
        for one in proposal.works
    )  # fmt: skip
    return DataTable("works", ("what", "advice", "risk", "minutes", "price", "currency"), rows)
