"""Revenue and margin of a period, by client, agreement and technician (design/invoices.md, Margin): what was earned, less what the
technicians' hours cost."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from db import costs, settings, visits
from db.costs import Clocked
from db.figures import names
from dispatch.desk.figures.earnings import Earned, earned, firms_money
from dispatch.desk.figures.meanings import Money
from dispatch.desk.session.user import User
from dispatch.model.costs import Costs
from dispatch.model.instants import day_bounds, day_of
from dispatch.model.invoice_taxes import shares
from dispatch.model.invoices import LineSource
from dispatch.model.periods import Period
from dispatch.model.text import count_text, show
from dispatch.model.visits import ended_within

MarginBy = Literal["client", "agreement", "technician"]
_A_DAY = datetime.timedelta(days=1)


@dataclass(slots=True)
class Margin:
    """What came of a client, an agreement, a technician or all of them. Money in minor units, without tax. What was
    `earned` is before `credited`; `unknown` is how many things have no known amount, `uncosted` how many of the
    `seconds` no known cost. `covered`, `drawn` and `given` are what lines at 0.00 would have cost."""

    key: tuple[int | None, ...]
    label: str
    earned: Counter[LineSource] = field(default_factory=Counter)
    credited: int = 0
    unknown: Counter[LineSource] = field(default_factory=Counter)
    seconds: int = 0
    cost: int = 0
    uncosted: int = 0
    covered: int = 0
    drawn: int = 0
    given: int = 0

    @property
    def known(self) -> int:
        """What is known of the revenue."""
        return sum(self.earned.values()) - self.credited

    @property
    def revenue(self) -> int | None:
        """What was earned, less what was credited; None: some of it is not known."""
        return None if self.unknown else self.known

    @property
    def margin(self) -> int | None:
        """What is left of the revenue after the hours; None: some of it is not known."""
        return None if self.revenue is None or self.uncosted else self.revenue - self.cost

    @property
    def percent(self) -> int | None:
        """The margin in whole percent of the revenue, half up; None where there is none, or no revenue."""
        margin = self.margin
        return None if margin is None or self.known <= 0 else (200 * margin + self.known) // (2 * self.known)

    def of(self, source: LineSource) -> int | None:
        """What was earned so, before credits; None: some of it is not known."""
        return None if self.unknown[source] else self.earned[source]

    def earn(self, one: Earned, net: int, credited: int) -> None:
        """Add of something that was earned so much, less what was credited of it."""
        self.earned[one.source] += net + credited
        self.credited += credited

    def deliver(self, covered: int, drawn: int, given: int) -> None:
        """Add what was delivered at 0.00."""
        self.covered += covered
        self.drawn += drawn
        self.given += given

    def spend(self, one: Spent) -> None:
        """Add hours."""
        self.seconds += one.seconds
        if one.cost is None:
            self.uncosted += one.seconds
        else:
            self.cost += one.cost


class Spent(NamedTuple):
    """The hours of a technician for a visit, and what they cost; None: it is not known."""

    technician_id: int
    seconds: int
    cost: int | None


@dataclass(frozen=True, slots=True)
class Margins:
    """A period's margins: all together, and by client, agreement and technician, the highest revenue first and what is nobody's
    last. `unknown` says what is not known, `elsewhere` how many things are in another currency and in no sum, `waiting` how many
    charges no lead has taken."""

    period: Period
    money: Money
    whole: Margin
    groups: Mapping[MarginBy, Sequence[Margin]]
    things: tuple[Earned, ...]
    unknown: tuple[str, ...] = ()
    elsewhere: int = 0
    waiting: int = 0

    def of(self, one: Margin, by: MarginBy) -> list[Earned]:
        """What was earned of a client, an agreement or all; of a technician, the visits on whose sheets they are."""
        if not one.key:
            return [*self.things]
        if by == "technician":
            return [thing for thing in self.things if one.key[0] in (thing.by or ())]
        return [
            thing for thing in self.things if one.key in ((thing.client_id,), (thing.client_id, thing.agreement_id))
        ]


def margins(user: User, period: Period, client_id: int | None = None) -> Margins:
    """Revenue and margin of a period, of all clients or of one.

    Raises:
        NotAllowed: the person is no lead.
    """
    user.ask_to_read("margin")
    store = user.store
    with store.read():
        firm, today = settings.firm(store), settings.today(store)
        money = firms_money(store)
        # a rate card may count days by other clocks than the firm
        start, end = day_bounds(period.first - _A_DAY, firm.zone)[0], day_bounds(period.end, firm.zone)[1]
        placed = [one for one in visits.of_days(store, start, end) if client_id in (None, one.client_id)]
        of = () if client_id is None else (client_id,)
        found = earned(store, period, today, ended_within(placed, start, end), money, of)
        clocked = costs.clocked(store, [one.visit_id for one in found if one.visit_id is not None])
        spent = _spent(clocked, Costs(costs.all_costs(store)), firm.zone)
        clients = names(store, "client")
        people = {int(who): str(name) for who, name in names(store, "technician").items()}
    things = tuple(one for one in found if one.money == money)
    whole = Margin((), "All")
    groups: dict[MarginBy, dict[Hashable, Margin]] = {"client": {}, "agreement": {}, "technician": {}}
    for one in things:
        client = str(clients[one.client_id])
        agreed = f"{client}, {one.agreement or 'without an agreement'}"
        own = groups["client"].setdefault(one.client_id, Margin((one.client_id,), client))
        terms = groups["agreement"].setdefault(
            (one.client_id, one.agreement_id), Margin((one.client_id, one.agreement_id), agreed)
        )
        for margin in (whole, own, terms):
            _add(margin, one, spent.get(one.visit_id, ()))
    groups["technician"] = _by_technician(things, spent, people)
    return Margins(
        period,
        money,
        whole,
        {
            by: sorted(of.values(), key=lambda one: (one.key == (None,), -one.known, one.label.casefold()))
            for by, of in groups.items()
        },
        things,
        tuple(_unknown(things, spent, clients, people)),
        len(found) - len(things),
        sum(not one.reviewed and one.net is not None for one in things),
    )


_Hours = Mapping[int | None, Sequence[Spent]]
"""The hours of visits, by their ids."""


def _spent(clocked: Iterable[Clocked], known: Costs, zone: str) -> dict[int | None, list[Spent]]:
    """The hours of each visit by technician; each costs what an hour costs on the day on which its stretch began."""
    days: dict[tuple[int, int], Counter[datetime.date]] = defaultdict(Counter)
    for one in clocked:
        days[one.visit_id, one.technician_id][day_of(one.starts_at, zone)] += one.seconds
    spent = defaultdict[int | None, list[Spent]](list)
    for (visit_id, technician_id), seconds in days.items():
        prices = [known.of(technician_id, day, spent_then) for day, spent_then in seconds.items()]
        cost = None if None in prices else sum(price or 0 for price in prices)
        spent[visit_id].append(Spent(technician_id, seconds.total(), cost))
    return spent


def _add(margin: Margin, one: Earned, spent: Iterable[Spent]) -> None:
    if one.net is None:
        margin.unknown[one.source] += 1
    else:
        margin.earn(one, one.net, one.credited)
    margin.deliver(one.worth.covered, one.worth.drawn, one.worth.given)
    for hours in spent:
        margin.spend(hours)


def _by_technician(things: Iterable[Earned], spent: _Hours, people: Mapping[int, str]) -> dict[Hashable, Margin]:
    """What came of each: of a visit by what the work of each on it is worth; of a fee and a block by what each did under the
    agreement that was covered or drawn. What nobody did anything for is nobody's, so that all of them come to the whole."""
    by: dict[Hashable, Margin] = {}

    def of(who: int | None) -> Margin:
        return by.setdefault(who, Margin((who,), people.get(who or 0, "nobody in particular")))

    done = defaultdict[int | None, Counter[int | None]](Counter)
    beside = []
    for one in things:
        for hours in spent.get(one.visit_id, ()):
            of(hours.technician_id).spend(hours)
        if one.visit_id is None:
            beside.append(one)
            continue
        crew, weights = _weights(one, spent)
        worths = zip(
            *(shares(value, weights) for value in (one.worth.covered, one.worth.drawn, one.worth.given)), strict=True
        )
        for who, (covered, drawn, given) in zip(crew, worths, strict=True):
            of(who).deliver(covered, drawn, given)
            done[one.agreement_id][who] += covered + drawn
        _share(of, one, crew, weights)
    for one in beside:
        doers = done[one.agreement_id]
        own = {who: worth for who, worth in doers.items() if worth > 0} or {None: 1}
        _share(of, one, [*own], [*own.values()])
    return by


def _weights(one: Earned, spent: _Hours) -> tuple[list[int | None], list[int]]:
    """Whose a visit is, and by what it is shared: by nothing where nobody's work is worth anything, so by heads."""
    crew: list[int | None] = [
        *(one.by or dict.fromkeys(hours.technician_id for hours in spent.get(one.visit_id, ())))
    ] or [None]
    weights = [0 if who is None else (one.by or {}).get(who, 0) for who in crew]
    return crew, weights if any(weights) else [1] * len(crew)


def _share(of: Callable[[int | None], Margin], one: Earned, crew: Sequence[int | None], weights: Sequence[int]) -> None:
    if one.net is None:
        for who in crew:
            of(who).unknown[one.source] += 1
        return
    for who, net, credited in zip(crew, shares(one.net, weights), shares(one.credited, weights), strict=True):
        of(who).earn(one, net, credited)


def _unknown(
    things: Sequence[Earned], spent: _Hours, clients: Mapping[Any, object], people: Mapping[int, str]
) -> Iterator[str]:
    """What is not known, in sentences without a full stop."""
    yield from dict.fromkeys(f"{show(str(clients[one.client_id]))}: {one.unknown}" for one in things if one.net is None)
    lacking = Counter(
        hours.technician_id for one in things for hours in spent.get(one.visit_id, ()) if hours.cost is None
    )
    for who, count in sorted(lacking.items(), key=lambda pair: people.get(pair[0], "")):
        yield f"what an hour of {show(people.get(who, ''))} costs, on {count_text(count, 'visit')}"
