"""What a review with the client adds to their month, quarter or year: the time before beside it, visits as agreed, figures that
were measured, what the agreement saved, how satisfied they are, gaps, and what comes next. In the client's words, and nothing
of ours: no prompt, no draft, no note.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from db import agreements, findings
from db.results import StandingResult
from db.sheets import StoredSheet
from db.store import Store
from dispatch.care.account import Account
from dispatch.care.item import Workdays
from dispatch.care.rules import items_of
from dispatch.care.terms import agreed_months, next_review
from dispatch.closeout.probes.values import parted
from dispatch.desk.care.scores import said_between, score_of
from dispatch.desk.charges.comparing import fee_in_force, saved_by
from dispatch.desk.figures import counting
from dispatch.desk.figures.earnings import Earned, unpaid
from dispatch.desk.figures.meanings import BY_KEY
from dispatch.desk.prices.agreeing import balances
from dispatch.desk.reports.document import Amount, Cell, ReportTable, Section, words
from dispatch.desk.reports.service import GRAVE, TOLD, told_label
from dispatch.desk.texts.score_words import tenths
from dispatch.levels.report import LevelFigures
from dispatch.model.checklists import ItemKind
from dispatch.model.clients import Client
from dispatch.model.instants import Times, day_of, day_text, span_text
from dispatch.model.invoices import LineSource
from dispatch.model.languages import phrase, say, says
from dispatch.model.periods import Period
from dispatch.model.proposals import WAITING
from dispatch.model.states import ENDED, State
from dispatch.model.visits import Visit
from dispatch.model.ways import told_work

_DAY = datetime.timedelta(days=1)
_HELD = (State.CLOSED, State.LEFT_OPEN)
_SOON = datetime.timedelta(days=90)
"""So far ahead what ends is told."""
ENDS = {"warranty": phrase("warranty"), "contract": phrase("contract"), "certificate": phrase("certificate")}
"""What of a piece of equipment ends."""


class PeriodCounts(NamedTuple):
    """What a client's period counts: visits that ended, the charges of those whose charge a lead has reviewed, what was charged,
    and the requests that were made in it."""

    period: Period
    ended: Sequence[Visit]
    reviewed: Mapping[int, StoredSheet]
    counted: Sequence[Earned]
    figures: LevelFigures

    @property
    def held(self) -> list[Visit]:
        """Its visits that were not cancelled."""
        return [visit for visit in self.ended if visit.state is not State.CANCELLED]


def beside_before(
    store: Store, client: Client, now: PeriodCounts, before: PeriodCounts, today: datetime.date
) -> Section:
    """Time and cost beside the period before, where there was anything then."""
    rows: list[tuple[Cell, ...]] = []

    def row(name: str, new: int, old: int) -> None:
        rows.append((name, new, old, _signed(new - old)))

    row(say("Requests"), now.figures.requests, before.figures.requests)
    row(say("Visits"), len(now.held), len(before.held))
    spent, was = (_minutes_with(store, client, one.period) for one in (now, before))
    rows.append((say("Time with you"), span_text(spent), span_text(was), _signed_span(spent - was)))
    for name, new_sums, old_sums in (
        (say("Charged, with tax"), charged_with_tax(now.counted), charged_with_tax(before.counted)),
        (say("Value given"), worth(now.reviewed.values()), worth(before.reviewed.values())),
    ):
        for currency, exponent in sorted({*new_sums, *old_sums}):
            new, old = new_sums[currency, exponent], old_sums[currency, exponent]
            amounts = (Amount(minor, exponent, currency) for minor in (new, old))
            several = name if len({*new_sums, *old_sums}) == 1 else f"{name} ({currency})"
            rows.append((several, *amounts, Amount(new - old, exponent, currency, signed=True)))
    if not before.ended and not before.counted:
        nothing = say("In {before} there was nothing to stand beside it.", before=before.period.title)
        return Section(say("Beside the time before"), paragraphs=(nothing,))
    unfinished = now.period.unfinished(today)
    said = [
        say(
            "{period} is not over yet, and stands beside all of {before}.",
            period=now.period.title,
            before=before.period.title,
        )
    ]
    waits = len(now.held) - sum(visit.id in now.reviewed for visit in now.held)
    if waits:
        said.append(
            says(
                waits,
                "The charge of {n} visit is being reviewed and in no sum.",
                "The charges of {n} visits are being reviewed and in no sum.",
            )
        )
    titles = (say("What"), now.period.title, before.period.title, say("Difference"))
    return Section(
        say("Beside the time before"),
        paragraphs=tuple(said if unfinished else said[1:]),
        tables=(ReportTable(titles, tuple(rows)),),
    )


def worth(charges: Iterable[StoredSheet]) -> Counter[tuple[str, int]]:
    """What was given with some charges, in minor units of each currency and its decimals."""
    sums = Counter[tuple[str, int]]()
    for sheet in charges:
        sums[sheet.currency, sheet.exponent] += sum(minor for _, minor in unpaid(sheet))
    return sums


def charged_with_tax(counted: Iterable[Earned]) -> Counter[tuple[str, int]]:
    """What was charged, with tax, in minor units of each currency and its decimals; what is not known is not in it."""
    sums = Counter[tuple[str, int]]()
    for one in counted:
        if one.net is not None:
            sums[one.money.currency, one.money.exponent] += one.total
    return sums


def _minutes_with(store: Store, client: Client, period: Period) -> int:
    """From check-in to check-out of everybody who was there, as the figures count it."""
    group = counting.FigureGroup(client.name, period.first, period.end - _DAY, client.id)
    behind = counting.visits_behind(store, BY_KEY["on_site_against_plan"], group, "client")
    return sum(one.top for one in behind) // 60


def _signed(number: int) -> str:
    return "=" if not number else f"{number:+}"


def _signed_span(minutes: int) -> str:
    return "=" if not minutes else f"{'+' if minutes > 0 else '-'}{span_text(abs(minutes))}"


def as_agreed(account: Account, period: Period, own: Sequence[Visit], today: datetime.date) -> Section:
    """Visits made against agreed: of the agreement month by month, and of each series."""
    months = tuple(
        (
            Period("month", month.first).title,
            month.least,
            month.target,
            month.made,
        )
        for month in agreed_months(account, period.first, period.end, today)
    )
    tables = []
    if any(row[2] is not None for row in months):
        titles = (say("Month"), say("At least"), say("Agreed"), say("Made on site"))
        tables.append(ReportTable(titles, months))
    series: dict[int, list[Visit]] = {}
    for visit in own:
        day = visit.occurrence or visit.wanted_on
        if visit.recurrence_id is not None and visit.archived_at is None and day and period.first <= day < period.end:
            series.setdefault(visit.recurrence_id, []).append(visit)
    rows = tuple(
        (
            told_work(visits[0].work),
            len(visits),
            sum(visit.state in _HELD for visit in visits),
            sum(visit.state in ENDED and visit.state not in _HELD for visit in visits) or None,
            sum(visit.state not in ENDED for visit in visits) or None,
        )
        for visits in series.values()
    )
    if rows:
        of_series = (
            say("Visits that come by themselves"),
            say("Agreed"),
            say("Made"),
            say("Not made"),
            say("Still to come"),
        )
        tables.append(ReportTable(of_series, rows))
    return Section(say("Visits as agreed"), tables=tuple(tables))


def measured(by_id: Mapping[int, Visit], tested: Sequence[StandingResult]) -> Section:
    """Figures that tests read, the first and the last of the period."""
    several = len({visit.site_id for visit in by_id.values()}) > 1
    read: dict[tuple[str, str], list[tuple[int, str, str]]] = {}
    for result in tested:
        if result.kind is ItemKind.TEST and parted(result.value)[0] is not None:
            visit = by_id[result.visit_id]
            day = day_text(day_of(result.at, visit.zone))
            key = told_label(result.label), visit.site if several else ""
            read.setdefault(key, []).append((result.at, day, result.value))
    rows: list[tuple[Cell, ...]] = []
    for (label, site), found in sorted(read.items()):
        found.sort()
        first, last = found[0], found[-1]
        earlier = (first[2], first[1]) if len(found) > 1 else (None, None)
        rows.append((f"{label}, {site}" if site else label, *earlier, last[2], last[1], len(found)))
    titles = (say("Measured"), say("First"), say("On"), say("Last"), say("On"), say("How often"))
    return Section(say("What we measured"), tables=(ReportTable(titles, tuple(rows)),) if rows else ())


def saved(account: Account, counts: PeriodCounts, times: Times) -> Section:
    """What the agreement saved against the standard price, by the comparison of service plans (design/account-care.md E13)."""
    period = counts.period
    terms = [
        one for one in account.agreements if one.starts < period.end and (one.ends is None or one.ends >= period.first)
    ]
    if not terms:
        return Section(say("What your agreement saved"))
    title = say("What your agreement saved")
    fees = [one for one in counts.counted if one.source is LineSource.FEE]
    reviewed = [(counts.reviewed[visit.id], visit) for visit in counts.ended if visit.id in counts.reviewed]
    under = [(sheet, visit) for sheet, visit in reviewed if sheet.input.get("source", {}).get("agreement")]
    of = saved_by([(sheet, day_of(visit.anchor or 0, times.zone)) for sheet, visit in under])
    unknown = any(fee_in_force(one).amount is None for one in terms) or any(one.net is None for one in fees)
    if (
        unknown
        or of is None
        or any((one.money.currency, one.money.exponent) != (of.currency, of.exponent) for one in fees)
    ):
        why = say("What you pay by the month, or have paid for a block, is charged beside this: no saving is claimed.")
        return Section(
            title, paragraphs=(why,) if unknown else (say("No visit under your agreement is charged in this time."),)
        )
    fee = sum((one.net or 0) + one.credited for one in fees)

    def amount(minor: int) -> Amount:
        return Amount(minor, of.exponent, of.currency)

    less = of.standard - of.charged - fee
    facts: tuple[tuple[str, Cell], ...] = (
        (say("Your visits at the standard price"), amount(of.standard)),
        (say("As they were charged under your agreement"), amount(of.charged)),
        (say("Monthly fees"), amount(fee)),
        (say("Saved") if less >= 0 else say("More than at the standard price"), amount(abs(less))),
    )
    said = [
        says(
            of.visits,
            "{n} visit, priced anew from what was recorded of it, before tax.",
            "{n} visits, priced anew from what was recorded of them, before tax.",
        )
    ]
    if of.unpriced:
        said.append(
            says(
                of.unpriced,
                "{n} visit has no standard price and is in neither sum.",
                "{n} visits have no standard price and are in neither sum.",
            )
        )
    return Section(title, facts, tuple(said), kept_together=True)


def satisfied(store: Store, client: Client, period: Period, times: Times) -> Section:
    """What the client said: surveys that say whose they are, and sign-offs."""
    said = said_between(store, period.first, period.end - _DAY, client.id, times.zone)
    score = score_of(said)
    facts: list[tuple[str, Cell]] = []
    if score.answers:
        mean = says(
            score.answers, "{mean} of 10, {n} answer", "{mean} of 10, {n} answers", mean=words(Decimal(tenths(score)))
        )
        facts.append((say("Surveys"), mean))
    if score.signed:
        facts.append((say("Signed off as satisfied"), say("{some} of {all}", some=score.satisfied, all=score.signed)))
    rows = tuple(
        (day_text(datetime.date.fromisoformat(one.day)), one.score, one.words or None)
        for one in said
        if one.score is not None
    )
    titles = (say("Day"), say("From 0 to 10"), say("In your words"))
    tables = (ReportTable(titles, rows),) if rows else ()
    none = () if facts else (say("We have not asked you in this time."),)
    return Section(say("How satisfied you are"), tuple(facts), none, tables)


def gaps(store: Store, account: Account, period: Period, today: datetime.date) -> Section:
    """What reviews found missing, with who sees to it and until when, and what was done of it in the period; and
    what audits found that is open."""
    ended = {
        mark.occasion: mark for mark in account.marks if mark.rule == "D8" and mark.outcome in ("done", "declined")
    }
    rows: list[tuple[Cell, ...]] = []
    for gap in account.gaps:
        mark = ended.get(f"gap.{gap.id}")
        if mark is None:
            stands = say("open") if today <= gap.due else say("open, and its day is over")
        elif not period.first <= mark.day < period.end:
            continue
        else:
            how = phrase("done {day}") if mark.outcome == "done" else phrase("left as it is, {day}")
            stands = say(how, day=day_text(mark.day))
        rows.append((gap.what, gap.owner, day_text(gap.due), stands))
    found = [one for one in findings.findings_of_client(store, account.client_id) if one.open]
    found.sort(key=lambda one: (-one.severity.rank, one.id))
    tables = []
    if rows:
        titles = (say("What is missing"), say("Who of us sees to it"), say("Until"), say("How it stands"))
        tables.append(ReportTable(titles, tuple(rows)))
    if found:
        titles = (say("Found by an audit, and open"), say("How grave"), say("What we advise"), say("Visit"))
        opened = tuple((one.what, say(GRAVE[one.severity]), one.advice or None, one.reference) for one in found)
        tables.append(ReportTable(titles, opened))
    none = () if tables else (say("No gap is open."),)
    return Section(say("Gaps, and who sees to them"), paragraphs=none, tables=tuple(tables))


def what_is_next(
    store: Store, client: Client, account: Account, own: Sequence[Visit], times: Times, workdays: Workdays
) -> Section:
    """Visits that are agreed or asked for, a time only where it was told; the agreement with what is left of it and when it ends;
    the next review, proposals that are with the client, and equipment whose cover ends."""
    today = day_of(store.clock.now(), times.zone)
    ahead = [visit for visit in own if visit.state not in ENDED and visit.archived_at is None]
    ahead.sort(key=lambda visit: (visit.starts_at is None, visit.starts_at or 0))
    rows = tuple(
        (_when(visit, times), visit.reference, told_work(visit.work), ", ".join(visit.crew) or None) for visit in ahead
    )
    agreement = agreements.agreement_on(store, client.id, today)
    terms: list[tuple[str, Cell]] = []
    if agreement is not None and agreement.covers(today):
        until = say("without an end") if agreement.ends is None else say("to {day}", day=day_text(agreement.ends))
        terms.append((say("Your agreement"), f"{agreement.name}, {until}"))
        terms += [(say("What is left"), line) for line in balances(store, agreement, today)]
    if (review := next_review(account, today)) is not None and not any(visit.kind == "review" for visit in ahead):
        terms.append((say("Next review with you"), say("about {day}", day=day_text(max(review, today)))))
    for proposal in account.proposals:
        if proposal.state_on(today) in WAITING and proposal.until is not None and proposal.until >= today:
            until = say("it holds until {day}", day=day_text(proposal.until))
            terms.append((say("Our proposal {number}", number=proposal.id), until))
    soon = sorted((end for end in account.ends if end.ends <= today + _SOON), key=lambda end: (end.ends, end.of))
    ends = tuple((end.of, say(ENDS[end.what]), day_text(end.ends)) for end in soon)
    tables = [ReportTable((say("When"), say("Visit"), say("Work"), say("Who")), rows, say("No visit is asked for."))]
    if ends:
        tables.append(ReportTable((say("Equipment"), say("What ends"), say("On")), ends))
    return Section(say("What is next"), tuple(terms), tuple(_renewals(account, today, workdays)), tuple(tables))


def _renewals(account: Account, today: datetime.date, workdays: Workdays) -> Iterator[str]:
    """That an agreement ends, or has ended, and what follows from it."""
    due = {item.occasion for item in items_of(account, today, workdays) if item.rule == "E3"}
    for terms in account.agreements:
        if terms.ends is not None and f"{terms.id}.ended" in due:
            yield say(
                "{agreement} ended on {day}; visits are at the standard price since.",
                agreement=terms.name,
                day=day_text(terms.ends),
            )
        elif terms.ends is not None and str(terms.id) in due:
            yield say(
                "{agreement} ends on {day}. Nothing renews by itself: we would like to talk about it with you.",
                agreement=terms.name,
                day=day_text(terms.ends),
            )


def _when(visit: Visit, times: Times) -> str:
    if visit.starts_at is not None:
        there = times._replace(zone=visit.zone)
        return there.moment(visit.starts_at) if visit.state in TOLD else day_text(day_of(visit.starts_at, visit.zone))
    return (
        say("the day is not agreed yet")
        if visit.wanted_on is None
        else say("asked for {day}", day=day_text(visit.wanted_on))
    )
