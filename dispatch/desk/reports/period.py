"""A client's month, quarter or year, for the review with the client and in the client's words: what was done, what was tested, how
soon we came, what it cost and what was given.

What only the firm needs is not in it: how items of a checklist are called, what is due on our own lists, why a lead waived
something or a technician left. What a lead has not reviewed yet is named, and in no sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from db import clients, promises, results, settings, sheets, visits
from db.results import StandingResult
from db.sheets import StoredSheet
from db.store import Store
from dispatch.care.account import Account
from dispatch.desk.care.accounts import accounts, office
from dispatch.desk.figures.earnings import REVIEWED, Earned, earned, firms_money, unpaid
from dispatch.desk.figures.meanings import Money
from dispatch.desk.levels.clocks import TermsBook
from dispatch.desk.levels.level_period import ClientLevels, client_levels
from dispatch.desk.reports.charge_words import capital
from dispatch.desk.reports.data import period_tables
from dispatch.desk.reports.document import (
    Amount,
    Cell,
    Report,
    ReportTable,
    Section,
    Whose,
    bars_of,
    foot_of,
    letterhead_of,
)
from dispatch.desk.reports.how_soon import how_soon
from dispatch.desk.reports.naming import client_slug
from dispatch.desk.reports.service import OUTCOMES, told_label
from dispatch.desk.reports.with_client import (
    PeriodCounts,
    as_agreed,
    beside_before,
    charged_with_tax,
    gaps,
    measured,
    satisfied,
    saved,
    what_is_next,
)
from dispatch.desk.session.user import User
from dispatch.levels.report import LevelFigures
from dispatch.model.checklists import Grade, ItemKind, Result
from dispatch.model.clients import Client
from dispatch.model.firm import Firm
from dispatch.model.instants import Times, day_of, short_day_text
from dispatch.model.invoices import LineSource
from dispatch.model.languages import phrase, say, says, speaking
from dispatch.model.periods import Period, read_period
from dispatch.model.promises import KEPT, Promise
from dispatch.model.states import State
from dispatch.model.visits import Visit, ended_within
from dispatch.model.ways import told_work, way_and_work

GIVEN = {
    "goodwill": phrase("Goodwill"),
    "own_fault": phrase("Our own failures, not charged"),
    "own_failure": phrase("Travel for our own failures"),
    "free_test": phrase("Time for tests, free"),
    "waived_all": phrase("Travel, waived by the agreement"),
    "waived_in_radius": phrase("Travel inside the radius, waived by the agreement"),
    "covered": phrase("Covered by the agreement"),
    "drawn": phrase("Paid from what was prepaid"),
}
"""What each reason for a line at 0.00 is called, in the order in which they are listed."""
OTHERWISE = phrase("Not charged")
"""What a reason without a name here is called."""
_CHARGED = {
    LineSource.FEE: phrase("Monthly fee"),
    LineSource.VISIT: phrase("Visits"),
    LineSource.REMOTE: phrase("Remote and phone work"),
    LineSource.BLOCK: phrase("Prepaid blocks"),
}
"""What is charged, in the order in which it is listed."""
_ENDED_AS = {**OUTCOMES, State.ABORTED: phrase("ended by us, not charged"), State.CANCELLED: phrase("cancelled")}


def period_report(user: User, client: Client, period: Period) -> Report:
    """A client's period, in the zone of the rate card.

    Raises:
        NotAllowed: the person neither dispatches nor leads.
    """
    user.ask_to_read("reports", f"a client's {period.kind}")
    with speaking(user.firm.language_of(client)):
        return _report(user, client, period)


def _report(user: User, client: Client, period: Period) -> Report:
    store = user.store
    with store.read():
        firm = settings.firm(store)
        book = TermsBook(store, {client.id})
        times = firm.times(book.zone_on(period.first))
        own = visits.of_client(store, client.id)
        today = day_of(store.clock.now(), times.zone)
        levels, now = _counts(store, client, period, book, own, times)
        _, earlier = _counts(store, client, read_period("", period.first, period.kind), book, own, times)
        start, end = book.bounds(period)
        ended, reviewed, counted = now.ended, now.reviewed, now.counted
        charges = sheets.latest_sheets(store, [visit.id for visit in ended])
        where = office(store)
        account = next(iter(accounts(store, where, {client.id})), Account(client.id, client.name))
        tested = results.standing(store, [visit.id for visit in ended])
        judged = promises.of_visits(
            store, [visit.id for visit in own], times.zone, store.clock.now(), firm.late_minutes
        )
        kept = [promise for promise in judged if start <= promise.first < end]
        by_id = {visit.id: visit for visit in ended}
        zones = {visit.zone for visit in own}
        clocks = (say("Times are those of each site."),) if len(zones) > 1 else ()
        sections = (
            _at_a_glance(period, firm, times, ended, tested, kept, levels.figures, counted),
            *_month_by_month(period, firm, times, ended, tested, counted),
            beside_before(store, client, now, earlier, today),
            as_agreed(account, period, own, today),
            Section(say("Visits"), paragraphs=clocks, tables=(_visits(ended, tested, charges, reviewed, times),)),
            Section(say("What we tested"), tables=(_tests(tested),)),
            measured(by_id, tested),
            Section(say("What we found"), tables=(_findings(by_id, tested),)),
            how_soon(levels, own, kept, times),
            _charges(ended, reviewed, counted),
            saved(account, now, times),
            value_given(reviewed.values()),
            satisfied(store, client, period, times),
            gaps(store, account, period, today),
            what_is_next(store, client, account, own, times, where.workdays),
        )
        at_site = times._replace(zone=zones.pop()) if len(zones) == 1 else times
        foot, head = foot_of(store, user.staff.name, at_site, to_client=True), letterhead_of(store)
        data = period_tables(store, own, ended, start, end)
        name = f"{client_slug(store, client)}-{period.kind}-{period.code.lower()}"
        whose = Whose(client.id, None, tuple(by_id))
        to = (client.name, *_address(store, client))
    title, subtitle = (
        f"{client.name}: {period.title}",
        f"{firm.name}, {say('service review')}{period.unfinished(today)}",
    )
    return Report(
        period.kind,
        title,
        subtitle,
        tuple(filter(None, sections)),
        foot,
        name=name,
        data=data,
        letterhead=head,
        to=to if len(to) > 1 else (),
        whose=whose,
    )


def _counts(
    store: Store, client: Client, period: Period, book: TermsBook, own: Sequence[Visit], times: Times
) -> tuple[ClientLevels, PeriodCounts]:
    """What a period of the client counts, by the bounds of their rate card."""
    ended = ended_within(own, *book.bounds(period))
    charges = sheets.latest_sheets(store, [visit.id for visit in ended])
    reviewed = {visit.id: charges[visit.id] for visit in ended if _is_reviewed(visit, charges.get(visit.id))}
    today = day_of(store.clock.now(), times.zone)
    things = earned(store, period, today, ended, firms_money(store), (client.id,))
    counted = [one for one in things if one.visit_id is None or one.visit_id in reviewed]
    levels = client_levels(store, client, period)
    return levels, PeriodCounts(period, ended, reviewed, counted, levels.figures)


def _address(store: Store, client: Client) -> list[str]:
    """The client's address, where it has one alone."""
    found = {site.address for site in clients.sites_of(store, client.id) if site.address}
    return [part.strip() for part in found.pop().split(",", 1)] if len(found) == 1 else []


def _is_reviewed(visit: Visit, sheet: StoredSheet | None) -> bool:
    """Whether what is charged for a visit stands: a lead has reviewed it."""
    return sheet is not None and sheet.accepted and sheet.total is not None and visit.review in REVIEWED


def _at_a_glance(
    period: Period,
    firm: Firm,
    times: Times,
    ended: Sequence[Visit],
    tested: Sequence[StandingResult],
    kept: Sequence[Promise],
    figures: LevelFigures,
    counted: Sequence[Earned],
) -> Section:
    tests = [result for result in tested if result.tests]
    held = [visit for visit in ended if visit.state is not State.CANCELLED]
    facts: list[tuple[str, Cell]] = [
        (say("requests"), figures.requests),
        (say("visits"), len(held)),
        (say("completed"), sum(visit.state is State.CLOSED for visit in held)),
    ]
    if tests:
        facts.append((say("tests passed"), _share(sum(result.passed for result in tests), len(tests))))
    if kept:
        facts.append((say("appointments kept"), _share(sum(one.outcome in KEPT for one in kept), len(kept))))
    if figures.judged:
        facts.append((say("agreed times kept"), _share(figures.judged - figures.misses, figures.judged)))
    facts += [(_charged(counted), value) for value in _totals(counted)]
    parts = []
    for label, begins, ends in period.spans(firm.first_weekday, times.zone):
        count = len(ended_within(held, begins, ends))
        parts.append((label, count, says(count, "{n} visit", "{n} visits") if count else "–"))
    return Section(say("At a glance"), tuple(facts), bars=bars_of(parts), at_a_glance=True)


def _charged(counted: Iterable[Earned]) -> str:
    """What the sum of all is called: a fee or a block's price that is not known is not in it."""
    if any(one.net is None for one in counted):
        return say("charged, with tax, without what is not known")
    return say("charged, with tax")


def _share(some: int, among: int) -> str:
    return say("{some} of {all}", some=some, all=among)


def _totals(counted: Iterable[Earned]) -> list[Cell]:
    """What they come to with tax, in each currency."""
    return [
        Amount(total, exponent, currency) for (currency, exponent), total in sorted(charged_with_tax(counted).items())
    ]


def _month_by_month(
    period: Period,
    firm: Firm,
    times: Times,
    ended: Sequence[Visit],
    tested: Sequence[StandingResult],
    counted: Sequence[Earned],
) -> Iterator[Section]:
    """The months of a quarter or a year, and all of them; nothing of a month alone."""
    if period.kind == "month":
        return

    def row(name: str, own: Sequence[Visit], things: Sequence[Earned]) -> tuple[Cell, ...]:
        held = {visit.id: visit for visit in own if visit.state is not State.CANCELLED}
        tests = [one for one in tested if one.visit_id in held and one.tests]
        charged = _totals(things)
        return (
            name,
            len(held),
            sum(v.state is State.CLOSED for v in held.values()),
            _share(sum(one.passed for one in tests), len(tests)) if tests else None,
            charged[0] if len(charged) == 1 else ", ".join(map(str, charged)) or None,
        )

    parts = zip(period.spans(firm.first_weekday, times.zone), period.parts(firm.first_weekday), strict=True)
    rows = [
        row(name, ended_within(ended, begins, ends), [one for one in counted if first <= one.day < after])
        for (name, begins, ends), (_, first, after) in parts
    ]
    rows.append(row(say("All"), ended, counted))
    titles = (say("Month"), say("Visits"), say("Completed"), say("Tests passed"), capital(_charged(counted)))
    yield Section(say("Month by month"), tables=(ReportTable(titles, tuple(rows), sums=1),))


def _visits(
    ended: Sequence[Visit],
    tested: Sequence[StandingResult],
    charges: Mapping[int, StoredSheet],
    reviewed: Mapping[int, StoredSheet],
    times: Times,
) -> ReportTable:
    several = len({visit.site_id for visit in ended}) > 1
    passed: dict[int, list[bool]] = {}
    for result in tested:
        if result.tests:
            passed.setdefault(result.visit_id, []).append(result.passed)
    rows: list[tuple[Cell, ...]] = []
    for visit in ended:
        stands = reviewed.get(visit.id)
        done = passed.get(visit.id, ())
        outcome = say(_ENDED_AS.get(visit.state, visit.state.label))
        charge = Amount(stands.total or 0, stands.exponent, stands.currency) if stands is not None else None
        rows.append((
            _short_day(visit),
            None
            if visit.checked_in_at is None
            else times._replace(zone=visit.zone).span(visit.checked_in_at, visit.checked_out_at),
            visit.reference,
            f"{way_and_work(visit)}, {visit.site}" if several else way_and_work(visit),
            ", ".join(visit.crew) or None,
            outcome,
            _share(sum(done), len(done)) if done else None,
            charge if charge is not None else say("in review") if visit.id in charges else None,
        ))  # fmt: skip
    titles = (
        say("Day"),
        say("With you"),
        say("Visit"),
        say("Work"),
        say("Who"),
        say("Result"),
        say("Tests passed"),
        say("Charge"),
    )
    return ReportTable(titles, tuple(rows), say("No visit ended in this time."))


def _short_day(visit: Visit) -> str:
    return short_day_text(day_of(visit.anchor or 0, visit.zone))


def _tests(tested: Sequence[StandingResult]) -> ReportTable:
    """What was tested in words, how often, and how it stands: the most often tested first."""
    by_label: dict[str, list[StandingResult]] = {}
    for result in tested:
        if result.tests:
            by_label.setdefault(result.label, []).append(result)
    rows = tuple(
        (
            told_label(label),
            len(own),
            sum(one.result is Result.PASS for one in own),
            sum(one.result is Result.PASS and one.failed > 0 for one in own) or None,
            sum(one.grade is Grade.EXECUTED for one in own) or None,
        )
        for label, own in sorted(by_label.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    )
    titles = (say("Test"), say("Tested"), say("Passed"), say("After a repair"), say("Run by our program"))
    return ReportTable(titles, rows, say("Nothing was tested in this time."))


def _findings(by_id: Mapping[int, Visit], tested: Sequence[StandingResult]) -> ReportTable:
    """What came up: tests that did not pass at once, what is open, what was named, what was declined, and what the client said;
    what is the same of several visits once."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for result in tested:
        what, visit = _found(result), by_id[result.visit_id]
        if what:
            label = told_work(visit.work) if result.result is Result.SIGNED else told_label(result.label)
            words = "" if result.result is Result.OVERRIDDEN else result.text
            key = label, f"{what} ({result.follow_up})" if result.follow_up else what, words
            found.setdefault(key, []).append(visit.reference)
    for visit in by_id.values():
        if visit.state in (State.LEFT_OPEN, State.NO_ACCESS, State.ABORTED):
            found.setdefault((told_work(visit.work), say(_ENDED_AS[visit.state]), ""), []).append(visit.reference)
    rows = tuple((about, what, words or None, ", ".join(own)) for (about, what, words), own in found.items())
    return ReportTable(
        (say("About"), say("What"), say("In words"), say("Visits")), rows, say("Nothing that needs a word.")
    )


def _found(result: StandingResult) -> str:
    """What there is to say of a result; empty where there is nothing."""
    if result.kind is ItemKind.TEST and result.failed and result.result is Result.PASS:
        return say("failed at first, then passed")
    if result.kind is ItemKind.TEST and result.result is Result.FAIL:
        return say("does not pass yet")
    if result.kind is ItemKind.NAMED:
        words = {Result.DONE: phrase("you named it; done"), Result.DECLINED: phrase("you named it; not wanted")}
        return say(words.get(result.result, phrase("you named it; a visit follows")))
    if result.result is Result.SIGNED:
        return say("you were not satisfied") if result.satisfied is False else ""
    words = {
        Result.OVERRIDDEN: phrase("not proven yet: open until it is tested again"),
        Result.NOT_DONE: phrase("not done"),
        Result.LEFT_TO_CLIENT: phrase("left with you"),
    }
    return say(words.get(result.result, ""))


def _charges(ended: Sequence[Visit], reviewed: Mapping[int, StoredSheet], counted: Sequence[Earned]) -> Section:
    """What is charged: fees, visits, remote work, blocks, less credits; of visits what a lead has reviewed, and how much is not."""
    waiting = [
        visit.reference
        for visit in ended
        if visit.id not in reviewed and visit.state not in (State.CANCELLED, State.ABORTED)
    ]
    notes = []
    if waiting:
        notes.append(
            says(
                len(waiting),
                "The sums hold what we have reviewed; {n} visit is being reviewed and in no sum: {visits}.",
                "The sums hold what we have reviewed; {n} visits are being reviewed and in no sum: {visits}.",
                visits=", ".join(waiting),
            )
        )
    elif not counted:
        notes.append(say("Nothing was charged."))
    if any(one.net is None for one in counted):
        notes.append(say("What you pay by the month, or paid for a block, is charged beside this and in no sum here."))
    beside = [one for one in counted if one.source in (LineSource.FEE, LineSource.BLOCK) and one.net is not None]
    if apart := sum(not one.invoiced for one in beside):
        notes.append(
            says(
                apart,
                "{n} monthly fee or block is on none of the invoices in our records, and stands here as agreed.",
                "{n} monthly fees or blocks are on none of the invoices in our records, and stand here as agreed.",
            )
        )
    return Section(say("Charges"), tuple(_sums(counted)), tuple(notes))


def _sums(counted: Sequence[Earned]) -> Iterator[tuple[str, Cell]]:
    """What each kind comes to before tax, what was given back, and all of it with its tax, in each currency."""
    known = [one for one in counted if one.net is not None]
    for money in sorted({one.money for one in known}):
        own = [one for one in known if one.money == money]

        def amount(minor: int, money: Money = money) -> Amount:
            return Amount(minor, money.exponent, money.currency)

        for source, word in _CHARGED.items():
            if any(one.source is source for one in own):
                yield say(word), amount(sum((one.net or 0) + one.credited for one in own if one.source is source))
        if credited := sum(one.credited for one in own):
            yield say("Given back"), amount(-credited)
        yield say("Net"), amount(sum(one.net or 0 for one in own))
        yield say("Tax"), amount(sum(one.tax for one in own))
        yield say("Total"), amount(sum(one.total for one in own))


def value_given(charges: Iterable[StoredSheet]) -> Section:
    """What lines at 0.00 would have cost, goodwill, and what was drawn, by reason: exact, in minor units."""
    by_currency: dict[tuple[str, int], Counter[str]] = {}
    for sheet in charges:
        for reason, minor in unpaid(sheet):
            by_reason = by_currency.setdefault((sheet.currency, sheet.exponent), Counter())
            by_reason[GIVEN.get(reason, OTHERWISE)] += minor
    rows: list[tuple[Cell, ...]] = []
    for (currency, exponent), by_reason in sorted(by_currency.items()):
        known = [name for name in (*GIVEN.values(), OTHERWISE) if name in by_reason]
        rows += [(say(name), Amount(by_reason[name], exponent, currency)) for name in known]
    one = len(by_currency) == 1
    if one:
        ((currency, exponent), by_reason) = next(iter(by_currency.items()))
        rows.append((say("All"), Amount(sum(by_reason.values()), exponent, currency)))
    table = ReportTable((say("What"), say("Worth")), tuple(rows), say("Nothing was given in this time."), sums=int(one))
    what = (say("What these visits would have cost beside what is charged, before tax."),) if rows else ()
    return Section(say("Value given"), paragraphs=what, tables=(table,), kept_together=True)
