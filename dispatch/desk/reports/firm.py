"""The firm's month, quarter or year: sums by client, technician and kind of visit, what was given away, what is open, and every
figure with its definition beside the time before."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from db import figures, settings, sheets, visits
from db.figures import Who
from db.sheets import StoredSheet
from db.store import Store
from dispatch.desk.figures import day_sums
from dispatch.desk.figures.counting import Figures, Grouping, figure_called, figures_over
from dispatch.desk.figures.earnings import Earned, earned, firms_money
from dispatch.desk.figures.meanings import Figure
from dispatch.desk.reports.data import DataTable, visit_tables
from dispatch.desk.reports.document import Amount, Cell, Report, ReportTable, Section, bars_of, foot_of, letterhead_of
from dispatch.desk.reports.figure_parts import cell, figures_section, hours, tile
from dispatch.desk.reports.naming import firm_slug
from dispatch.desk.reports.period import value_given
from dispatch.desk.session.user import User
from dispatch.desk.texts.figure_words import FIGURE_COLUMNS, figure_rows
from dispatch.model.firm import Firm
from dispatch.model.instants import day_bounds, day_of
from dispatch.model.periods import Period, read_period
from dispatch.model.states import ENDED, Review, State
from dispatch.model.text import count_text
from dispatch.model.visits import Visit, ended_within

TILES = ("on_time", "first_time_fix", "utilisation", "billable_share", "charged", "given_away")
"""The figures that stand first."""
_OF_VISITS = ("on_time", "first_time_fix", "charged", "given_away")
_OF_PEOPLE = ("on_time", "utilisation", "billable_share", "overtime", "travel_ratio", "charged")
_DAY = datetime.timedelta(days=1)
_SHOWN = 8
"""So many references are named of what is open."""


def firm_report(user: User, period: Period) -> Report:
    """The firm's period, in its zone.

    Raises:
        NotAllowed: the person neither dispatches nor leads.
    """
    user.ask_to_read("reports", f"the firm's {period.kind}")
    store = user.store
    earlier = read_period("", period.first, period.kind)
    # each of its sums asks for these days
    day_sums.keep(store, earlier.first, period.end - _DAY)
    with store.read():
        firm = settings.firm(store)
        times = firm.times()
        start, end = day_bounds(period.first, firm.zone)[0], day_bounds(period.end, firm.zone)[0]
        placed = visits.of_days(store, start, end)
        ended = ended_within(placed, start, end)
        charges = sheets.latest_sheets(store, [visit.id for visit in ended])
        counted = {by: _counted(store, period, by) for by in ("client", "technician", "kind")}
        whole, before = counted["technician"], _counted(store, earlier, "technician")
        sections = (
            _at_a_glance(period, firm, whole, ended, charges),
            Section("By client", tables=(_by_client(store, period, counted["client"], ended),)),
            Section("By technician", tables=(_sums("Technician", whole, ended, _technicians),)),
            Section("By kind of visit", tables=(_sums("Kind", counted["kind"], ended, lambda visit: (visit.kind,)),)),
            replace(value_given(charges.values()), title="Not charged, and why"),
            Section("Open", tables=(_open(store, placed, ended),)),
            figures_section(whole, before, earlier.title),
        )
        data = (
            *visit_tables(store, ended, levels=False, inside=True),
            *(DataTable(f"by_{by}", FIGURE_COLUMNS, tuple(figure_rows(found))) for by, found in counted.items()),
        )
        return Report(
            "firm",
            f"{firm.name}: {period.title}",
            f"{count_text(len(ended), 'visit')} ended{period.unfinished(day_of(store.clock.now(), firm.zone))}",
            sections,
            foot_of(store, user.staff.name, times),
            name=f"{firm_slug(firm)}-{period.kind}-{period.code.lower()}",
            data=data,
            letterhead=letterhead_of(store),
        )


def _technicians(visit: Visit) -> list[int]:
    return [part.technician_id for part in visit.assignments]


def _counted(store: Store, period: Period, by: Grouping) -> Figures:
    return figures_over(store, period.first, period.end - _DAY, by)


def _at_a_glance(
    period: Period, firm: Firm, whole: Figures, ended: Sequence[Visit], charges: Mapping[int, StoredSheet]
) -> Section:
    """The figures that a lead looks at, and what was charged in each part of the time."""
    money = whole.money
    parts = []
    for label, begins, ends in period.spans(firm.first_weekday, firm.zone):
        own = ended_within(ended, begins, ends)
        kept = [charges[visit.id] for visit in own if visit.id in charges]
        net = sum(one.net or 0 for one in kept if one.currency == money.currency)
        said = f"{Amount(net, money.exponent, money.currency)}, {count_text(len(own), 'visit')}"
        parts.append((label, net, said if own else "–"))
    return Section("At a glance", tuple(tile(whole, key) for key in TILES), bars=bars_of(parts), at_a_glance=True)


_Rows = dict[Who, tuple[Cell, ...]]


def _sums(title: str, counted: Figures, ended: Sequence[Visit], of: Callable[[Visit], Iterable[Who]]) -> ReportTable:
    """A row for each group with a visit, the most charged first, and all of them together; of technicians by name each of whom
    anything is counted. A visit of several counts for each of them, and once in the sum."""
    rows = [*_rows(counted, ended, of).values()]
    if rows:
        rows.append(_all(counted, ended))
    return _table(title, counted, rows)


def _table(title: str, counted: Figures, rows: Sequence[tuple[Cell, ...]], *more: str) -> ReportTable:
    titles = (title, "Visits", "On site", *(figure.name for figure in _shown(counted)), *more)
    empty = "Nobody worked in this time." if counted.by == "technician" else "No visit ended in this time."
    return ReportTable(titles, tuple(rows), empty, sums=1 if rows else 0)


def _shown(counted: Figures) -> list[Figure]:
    return [figure_called(key) for key in (_OF_PEOPLE if counted.by == "technician" else _OF_VISITS)]


def _rows(counted: Figures, ended: Sequence[Visit], of: Callable[[Visit], Iterable[Who]]) -> _Rows:
    people = counted.by == "technician"
    number = Counter(who for visit in ended for who in of(visit))
    rows: _Rows = {}
    places = range(len(counted.groups))
    for place in places if people else sorted(places, key=lambda place: -counted.values["charged"][place].top):
        group = counted.groups[place]
        who = group.who
        assert who is not None, "each group is of somebody, or of a kind"
        values = [cell(figure, counted.values[figure.key][place], counted.money) for figure in _shown(counted)]
        if number[who] or (people and any(value is not None for value in values)):
            rows[who] = (group.label, number[who], hours(counted.values["on_site_against_plan"][place]), *values)
    return rows


def _all(counted: Figures, ended: Sequence[Visit]) -> tuple[Cell, ...]:
    totals = (cell(figure, counted.totals[figure.key], counted.money) for figure in _shown(counted))
    return ("All", len(ended), hours(counted.totals["on_site_against_plan"]), *totals)


def _by_client(store: Store, period: Period, counted: Figures, ended: Sequence[Visit]) -> ReportTable:
    """The sums of clients, with the fees and blocks that are charged beside visits; None where one is not known."""
    today, money = settings.today(store), firms_money(store)
    beside = defaultdict[Who, list[Earned]](list)
    for one in earned(store, period, today, (), money):
        if one.money == money:
            beside[one.client_id].append(one)
    names = figures.names(store, "client")

    def total(own: Iterable[Earned]) -> Cell:
        nets = [one.net for one in own]
        return None if None in nets else Amount(sum(net or 0 for net in nets), money.exponent, money.currency)

    with_visits = _rows(counted, ended, lambda visit: (visit.client_id,))
    # who only pays by the month stands there too
    others = sorted(beside.keys() - with_visits.keys(), key=lambda who: (names[who].casefold(), who))
    nothing: tuple[Cell, ...] = (0, None, *(None for _ in _shown(counted)))
    rows = [
        (*(with_visits.get(who) or (names[who], *nothing)), total(beside.get(who, ())))
        for who in (*with_visits, *others)
    ]
    if rows:
        rows.append((*_all(counted, ended), total(one for own in beside.values() for one in own)))
    return _table("Client", counted, rows, "Fees and blocks")


def _open(store: Store, placed: Sequence[Visit], ended: Sequence[Visit]) -> ReportTable:
    """What of this time somebody still has to do something about, and the requests that wait now."""
    rows = tuple(
        (what, len(own), ", ".join(own[:_SHOWN]) + (" …" if len(own) > _SHOWN else ""))
        for what, own in _waits(store, placed, ended)
        if own
    )
    return ReportTable(("What", "Visits", "Which"), rows, "Nothing is open.")


def _waits(store: Store, placed: Sequence[Visit], ended: Sequence[Visit]) -> Iterator[tuple[str, list[str]]]:
    reviews = {
        "to be reviewed": Review.TO_REVIEW,
        "sent back to the technician": Review.SENT_BACK,
        "approved, not handed over to be invoiced": Review.APPROVED,
    }
    for what, review in reviews.items():
        yield what, [visit.reference for visit in ended if visit.review is review]
    left = [visit for visit in ended if visit.state is State.LEFT_OPEN]
    yield "left open, without a follow-up", [one.reference for one in left if not visits.follow_ups(store, one.id)]
    over = [visit for visit in placed if visit.state not in ENDED and (visit.ends_at or 0) < store.clock.now()]
    yield "planned in this time, past its end, and not ended", [visit.reference for visit in over]
    yield "requests that wait now", sorted(visit.reference for visit in visits.queued(store))
