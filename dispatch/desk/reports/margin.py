"""Revenue and margin of a month, quarter or year, for leads: by client, agreement and technician, what is not known, and what it
was added up from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from db import settings
from dispatch.desk.figures.margin import Margin, MarginBy, Margins, margins
from dispatch.desk.figures.meanings import time_of
from dispatch.desk.reports.data import DataTable, Datum
from dispatch.desk.reports.document import Amount, Cell, Report, ReportTable, Section, foot_of, letterhead_of
from dispatch.desk.reports.naming import client_slug, firm_slug
from dispatch.desk.session.user import User
from dispatch.model.clients import Client
from dispatch.model.instants import day_of
from dispatch.model.invoices import LineSource
from dispatch.model.periods import Period
from dispatch.model.text import count_text

MEANING = (
    "Revenue is what is charged, without tax: monthly fees, visits, remote work and sold blocks, less what was credited. Of what "
    "stands on an invoice it is what was charged there.",
    "Hours are those on the clock for a visit: driving, work, waiting, tests; no breaks and nothing between visits. Each costs "
    "what an hour of that technician cost on its day. Parts, vehicles and the office are not in it.",
    "A visit is of its technicians by what their work is worth at the rate card; a fee or a block is of those who did what it "
    "covered or was drawn from.",
)
"""What the numbers say."""
NAMES = {LineSource.FEE: "Fees", LineSource.VISIT: "Visits", LineSource.REMOTE: "Remote", LineSource.BLOCK: "Blocks"}
"""What is earned, in the order in which it is shown."""
_TITLES = (
    *NAMES.values(),
    "Credited",
    "Revenue",
    "Hours",
    "Cost",
    "Margin",
    "%",
    "Covered or drawn",
    "Not known",
)
_COLUMNS = (
    "fees",
    "visits",
    "remote",
    "blocks",
    "credited",
    "revenue",
    "known_revenue",
    "hours",
    "cost",
    "margin",
    "margin_pct",
    "covered",
    "drawn",
    "given_away",
    "amounts_not_known",
    "hours_without_cost",
    "currency",
)
_SHOWN = 24
"""So much of what is not known is named."""
_EARNED = (
    "day",
    "source",
    "of",
    "client",
    "agreement",
    "net",
    "credited",
    "covered",
    "drawn",
    "given_away",
    "reviewed",
    "currency",
)


def margin_report(user: User, period: Period, client: Client | None = None) -> Report:
    """Revenue and margin of a period, of all clients or of one.

    Raises:
        NotAllowed: the person is no lead.
    """
    found = margins(user, period, None if client is None else client.id)
    store = user.store
    firm = settings.firm(store)
    sections = (
        _at_a_glance(found),
        *(
            Section(f"By {by}", tables=(_table(by, found, groups),))
            for by, groups in found.groups.items()
            if client is None or by != "client"
        ),
        Section("Not known", paragraphs=tuple(notes(found)) or ("All of it is known.",)),
        Section("What the numbers say", paragraphs=MEANING),
    )
    name = firm_slug(firm) if client is None else client_slug(store, client)
    return Report(
        "margin",
        f"{firm.name if client is None else client.name}: revenue and margin, {period.title}",
        f"without tax{period.unfinished(day_of(store.clock.now(), firm.zone))}",
        sections,
        foot_of(store, user.staff.name, firm.times()),
        name=f"{name}-margin-{period.code.lower()}",
        data=(*(_data(by, found) for by in found.groups), _things(found)),
        letterhead=letterhead_of(store),
    )


def _money(found: Margins, minor: int | None) -> Amount | None:
    return None if minor is None else Amount(minor, found.money[1], found.money[0])


def _at_a_glance(found: Margins) -> Section:
    whole = found.whole
    facts: list[tuple[str, Cell]] = [
        ("revenue that is known" if whole.revenue is None else "revenue", _money(found, whole.known)),
        ("technicians' hours", time_of(whole.seconds)),
        ("cost of them", None if whole.uncosted else _money(found, whole.cost)),
        ("margin" if whole.percent is None else f"margin, {whole.percent}%", _money(found, whole.margin)),
    ]
    return Section("At a glance", facts=tuple(facts), at_a_glance=True)


def _table(by: MarginBy, found: Margins, groups: Sequence[Margin]) -> ReportTable:
    shown = [*groups, *([found.whole] if groups else ())]
    cells = [tuple(_cells(found, one)) for one in shown]
    # a column in which nobody has anything is left out
    used = [place for place in range(len(_TITLES)) if any(row[place] is not None for row in cells)]
    rows = tuple((one.label, *(row[place] for place in used)) for one, row in zip(shown, cells, strict=True))
    titles = (by.capitalize(), *(_TITLES[place] for place in used))
    return ReportTable(titles, rows, "Nothing was earned or worked in this time.", sums=1 if rows else 0)


def _cells(found: Margins, one: Margin) -> Iterator[Cell]:
    for minor in (*(one.earned[source] for source in NAMES), -one.credited):
        yield _money(found, minor or None)
    yield _money(found, one.known or one.revenue)
    yield time_of(one.seconds) if one.seconds else None
    yield None if one.uncosted else _money(found, one.cost)
    yield _money(found, one.margin)
    yield None if one.percent is None else f"{one.percent}%"
    yield _money(found, one.covered + one.drawn or None)
    yield not_known(one) or None


def not_known(one: Margin) -> str:
    """What of a margin is not known: "1 amount, cost of 3h10"."""
    amounts = count_text(one.unknown.total(), "amount") if one.unknown else ""
    return ", ".join(filter(None, (amounts, f"cost of {time_of(one.uncosted)}" if one.uncosted else "")))


def notes(found: Margins) -> Iterator[str]:
    """What is not known or not in the sums, each a sentence."""
    yield from (f"Not known: {what}." for what in found.unknown[:_SHOWN])
    if (more := len(found.unknown) - _SHOWN) > 0:
        yield f"Nor are {more} more: the amounts that are empty in the data."
    if found.elsewhere:
        yield f"{count_text(found.elsewhere, 'charge')} in another currency than {found.money[0]}: in no sum."
    if found.waiting:
        yield f"{count_text(found.waiting, 'charge')} no lead has reviewed yet: in the sums as they stand."


def _data(by: MarginBy, found: Margins) -> DataTable:
    def amount(minor: int | None) -> Datum:
        money = _money(found, minor)
        return None if money is None else money.decimal

    def row(one: Margin) -> tuple[Datum, ...]:
        sums = (*(one.of(source) for source in NAMES), one.credited, one.revenue, one.known)
        worth = (one.covered, one.drawn, one.given)
        return (
            one.label,
            *map(amount, sums),
            round(one.seconds / 3600, 2),
            amount(None if one.uncosted else one.cost),
            amount(one.margin),
            one.percent,
            *map(amount, worth),
            one.unknown.total(),
            round(one.uncosted / 3600, 2),
            found.money[0],
        )

    return DataTable(f"by_{by}", (by, *_COLUMNS), tuple(map(row, (*found.groups[by], found.whole))))


def _things(found: Margins) -> DataTable:
    names = {one.key[0]: one.label for one in found.groups["client"]}

    def rows() -> Iterator[tuple[Datum, ...]]:
        for one in found.things:
            worth = (one.worth.covered, one.worth.drawn, one.worth.given)
            amounts = (_money(found, minor) for minor in (one.net, one.credited, *worth))
            yield (
                one.day.isoformat(), one.source.value, one.of, names[one.client_id], one.agreement or None,
                *(None if amount is None else amount.decimal for amount in amounts), one.reviewed, found.money[0],
            )  # fmt: skip

    return DataTable("earned", _EARNED, tuple(rows()))
