"""What technicians' hours cost, as a lead says it (design/invoices.md, Margin)."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from db import costs, people, settings
from dispatch.desk.figures.earnings import firms_money
from dispatch.desk.session.refusals import Faulty, reason_of
from dispatch.desk.session.user import User
from dispatch.model.costs import Costs, HourlyCost
from dispatch.model.money import parse_minor
from dispatch.model.people import Technician
from dispatch.model.states import Role

FIRM = "the firm"
"""Of whom a cost is where it is nobody's own."""
NONE = "-"
"""How it is typed that there is none."""


class CostNow(NamedTuple):
    """What an hour of a technician, or where `technician` is None of the others, costs today, in minor units; `own`: it was said of
    just them. `ahead` is what counts next, from a later day."""

    technician: Technician | None
    cost: int | None
    own: bool
    since: datetime.date | None
    ahead: HourlyCost | None

    @property
    def name(self) -> str:
        """Whose it is."""
        return FIRM if self.technician is None else self.technician.name


def costs_now(user: User) -> list[CostNow]:
    """What hours cost today: the firm's first, then by name.

    Raises:
        NotAllowed: the person is no lead.
    """
    user.ask_to_read("margin")
    store = user.store
    with store.read():
        known, today = Costs(costs.all_costs(store)), settings.today(store)
        found = []
        for technician in (None, *people.technicians(store)):
            who = None if technician is None else technician.id
            own = known.said_on(who, today)
            stands = own if own is not None and own.cost is not None else known.said_on(None, today)
            found.append(
                CostNow(
                    technician,
                    None if stands is None else stands.cost,
                    stands is own and own is not None,
                    None if stands is None else stands.since,
                    known.next_after(who, today),
                )
            )
        return found


def say_cost(user: User, technician: Technician | None, amount: str, since: datetime.date, reason: str = "") -> CostNow:
    """Say what an hour of a technician costs from a day on; of None, of all who have no cost of their own.

    Args:
        amount: in the firm's currency, `-` for none: then the firm's counts again, or of the firm's it is not known any more.
        reason: why what counted on days that are over changes; nothing where none of it does.

    Raises:
        NotAllowed: the person is no lead.
        Faulty: it is no amount, or changes what was known of the past without a reason.
    """
    with user.write("say what an hour costs", Role.LEAD) as unit:
        store, today = user.store, settings.today(user.store)
        who = None if technician is None else technician.id
        cost = None if amount.strip() == NONE else _cost(amount, firms_money(store).exponent)
        known = Costs(costs.all_costs(store))
        why = reason_of(reason) if reason.strip() else ""
        costs.add_cost(unit, HourlyCost(who, since, cost), why)
        if not why and known.known_otherwise(Costs(costs.all_costs(store)), who, today):
            raise Faulty([f"from: {since} is over, and what an hour cost then is known: say why it changes (reason)"])
        (now,) = (one for one in costs_now(user) if (one.technician and one.technician.id) == who)
        return now


def _cost(text: str, exponent: int) -> int:
    try:
        cost = parse_minor(text, exponent)
    except ValueError as fault:
        raise Faulty([f"cost: {fault}"]) from None
    if cost < 0:
        raise Faulty(["cost: an hour costs nothing or more"])
    return cost
