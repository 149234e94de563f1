"""A client's month, for the review with the client: what was done and tested, how soon we came, what it cost and what was given."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from db import agreements, results, settings, sheets, visits
from db.results import StandingResult
from db.sheets import StoredSheet
from db.store import Store
from dispatch.desk.care.care_list import care_list
from dispatch.desk.levels.clocks import STOPPED, TermsBook, clocks_of
from dispatch.desk.levels.level_month import ClientMonth, client_month
from dispatch.desk.prices.agreeing import balances
from dispatch.desk.reports.data import period_tables
from dispatch.desk.reports.day import amounts, sums
from dispatch.desk.reports.document import Amount, Cell, Report, ReportTable, Section, Whose, foot_of, letterhead_of
from dispatch.desk.reports.naming import client_slug
from dispatch.desk.session.user import User
from dispatch.desk.texts.board_words import executed_text
from dispatch.desk.texts.client_words import wanted_text
from dispatch.levels.targets import CLOCKS, LABELS
from dispatch.model.checklists import Grade, ItemKind, Result
from dispatch.model.clients import Client
from dispatch.model.instants import Times, day_bounds, day_of, day_text, span_text
from dispatch.model.states import ENDED, State
from dispatch.model.visits import Visit, ended_within

GIVEN = {
    "goodwill": "Goodwill",
    "own_fault": "Our own failures, not charged",
    "own_failure": "Travel for our own failures",
    "free_test": "Time for tests, free",
    "waived_all": "Travel, waived by the agreement",
    "waived_in_radius": "Travel inside the radius, waived by the agreement",
    "covered": "Covered by the agreement",
    "drawn": "Paid from what was prepaid",
}
"""What each reason for a line at 0.00 is called, in the order in which they are listed."""

_RESULTS = {
    Result.PASS: "passed",
    Result.FAIL: "failed",
    Result.NA: "not applicable",
    Result.OVERRIDDEN: "overridden",
}
_GRADES = {
    Grade.EXECUTED: "the program ran it",
    Grade.MEASURED: "measured",
    Grade.ATTESTED: "seen and said",
    Grade.WAIVED: "waived",
}


def month_report(user: User, client: Client, first: datetime.date) -> Report:
    """A client's month, in the zone of the rate card.

    Args:
        first: the first day of the month.

    Raises:
        NotAllowed: the person neither dispatches nor leads.
    """
    user.ask_to_read("reports", "a client's month")
    store = user.store
    with store.read():
        firm = settings.firm(store)
        month = client_month(store, client, first)
        zone = TermsBook(store, {client.id}).zone_on(first)
        times = firm.times(zone)
        start = day_bounds(first, zone)[0]
        end = day_bounds((first + datetime.timedelta(days=31)).replace(day=1), zone)[0]
        own = visits.of_client(store, client.id)
        ended = ended_within(own, start, end)
        charges = sheets.latest_sheets(store, [visit.id for visit in ended])
        tested = results.standing(store, [visit.id for visit in ended])
        by_id = {visit.id: visit for visit in ended}
        sections = (
            _at_a_glance(month, ended, tested, charges),
            Section("Visits", tables=(_visits(ended, times),)),
            Section("Tests", tables=(_tests(by_id, tested, times),)),
            Section("What we found", tables=(_findings(by_id, tested),)),
            _response(store, own, month, start, end, times),
            _charges(by_id, charges),
            _value_given(charges.values()),
            _next(store, client, own, times),
        )
        foot, head = foot_of(store, user.staff.name, times), letterhead_of(store)
        data = period_tables(store, own, ended, start, end)
        name = f"{client_slug(store, client)}-month-{first:%Y-%m}"
        whose = Whose(client.id, None, tuple(by_id))
    title, subtitle = f"{client.name}: {month.month}", f"{firm.name}, service review"
    return Report("month", title, subtitle, sections, foot, name=name, data=data, letterhead=head, whose=whose)


def _at_a_glance(
    month: ClientMonth, ended: Sequence[Visit], tested: Sequence[StandingResult], charges: Mapping[int, StoredSheet]
) -> Section:
    tests = [result for result in tested if result.kind is ItemKind.TEST and result.result is not Result.NA]
    executed = sum(result.grade is Grade.EXECUTED for result in tests)
    passed = sum(result.result is Result.PASS for result in tests)
    figures = month.figures
    met = "nothing was promised" if figures.met_pct is None else f"{figures.met_pct}% of {figures.judged} targets"
    return Section(
        "At a glance",
        facts=(
            ("Visits that ended", len(ended)),
            ("Closed", sum(visit.state is State.CLOSED for visit in ended)),
            ("Tests", f"{passed} of {len(tests)} passed; {executed_text(executed, len(tests))}"),
            ("Requests", figures.requests),
            ("Targets met", met),
            *((f"Charged, {name.lower()}", value) for name, value in sums(charges.values())),
        ),
    )


def _visits(ended: Sequence[Visit], times: Times) -> ReportTable:
    rows = tuple(
        (
            visit.reference,
            day_text(day_of(visit.anchor or 0, times.zone)),
            visit.site,
            visit.work,
            ", ".join(visit.crew) or "–",
            times.span(visit.checked_in_at, visit.checked_out_at),
            visit.state.label,
        )
        for visit in ended
    )
    titles = ("Visit", "Day", "Site", "Work", "Technician", "On site", "State")
    return ReportTable(titles, rows, "No visit ended in this month.")


def _tests(by_id: Mapping[int, Visit], tested: Sequence[StandingResult], times: Times) -> ReportTable:
    rows = tuple(
        (
            by_id[result.visit_id].reference,
            f"{result.ref} {result.label}",
            _RESULTS.get(result.result, result.result.value)
            + (f", after {result.failed} failed" if result.failed else ""),
            "–" if result.grade is None else _GRADES[result.grade],
            result.value or result.text,
            times.moment(result.at),
        )
        for result in tested
        if result.kind is ItemKind.TEST
    )
    return ReportTable(("Visit", "Test", "Result", "How", "Evidence", "When"), rows, "No tests in this month.")


def _findings(by_id: Mapping[int, Visit], tested: Sequence[StandingResult]) -> ReportTable:
    """What came up: tests that did not pass at once, what was overridden or left, what was named, and what the client said."""
    rows: list[tuple[Cell, ...]] = []
    for result in tested:
        what = ""
        if result.kind is ItemKind.TEST and result.failed and result.result is Result.PASS:
            what = "failed at first, then passed"
        elif result.kind is ItemKind.TEST and result.result is Result.FAIL:
            what = "still failing"
        elif result.result is Result.OVERRIDDEN:
            what = "overridden"
        elif result.result is Result.NOT_DONE:
            what = "not done"
        elif result.result is Result.LEFT_TO_CLIENT:
            what = "left with you"
        elif result.kind is ItemKind.NAMED:
            words = {Result.DONE: "you named it; done", Result.DECLINED: "you named it; not wanted"}
            what = words.get(result.result, "you named it; a visit is booked")
        elif result.result is Result.SIGNED and result.satisfied is False:
            what = "you were not satisfied"
        if what:
            text = f"{result.text} → {result.follow_up}" if result.follow_up else result.text
            rows.append((by_id[result.visit_id].reference, f"{result.ref} {result.label}", what, text))
    for visit in by_id.values():
        if visit.state in (State.LEFT_OPEN, State.NO_ACCESS, State.ABORTED):
            rows.append((visit.reference, visit.work, visit.state.label, visit.reason))
    return ReportTable(("Visit", "About", "What", "Words"), tuple(rows), "Nothing that needs a word.")


def _response(store: Store, own: Sequence[Visit], month: ClientMonth, start: int, end: int, times: Times) -> Section:
    requests = [visit for visit in own if start <= visit.requested_at < end]
    requests.sort(key=lambda visit: (visit.requested_at, visit.id))
    by_visit = clocks_of(store, requests)
    rows = tuple(
        (
            visit.reference,
            f"P{visit.priority}",
            times.moment(visit.requested_at),
            LABELS[clock.clock],
            clock.reading.elapsed,
            clock.reading.target,
            clock.reading.state.label + ("" if clock.reading.state in STOPPED else ", running"),
            "an aim" if clock.aim else clock.cause or "",
        )
        for visit in requests
        for clock in by_visit.get(visit.id, ())
    )
    facts: list[tuple[str, Cell]] = [
        (f"{LABELS[clock].capitalize()}, in the middle", span_text(minutes))
        for clock in CLOCKS
        if (minutes := month.figures.medians.get(clock)) is not None
    ]
    facts += [(f"Missed, {cause}", count) for cause, count in month.figures.causes.items()]
    if month.figures.pauses:
        facts.append(("Waiting for you", f"{month.figures.pauses} times, {span_text(month.figures.pause_minutes)}"))
    titles = ("Visit", "Priority", "Asked", "Clock", "Minutes", "Target", "State", "Cause")
    return Section("How soon we came", tuple(facts), tables=(ReportTable(titles, rows, "No requests in this month."),))


def _charges(by_id: Mapping[int, Visit], charges: Mapping[int, StoredSheet]) -> Section:
    rows: list[tuple[Cell, ...]] = [
        (visit.reference, visit.work, *amounts(charges[key]), charges[key].status)
        for key, visit in by_id.items()
        if key in charges
    ]
    missing = [visit.reference for visit in by_id.values() if visit.id not in charges]
    note = (f"Without a charge: {', '.join(missing)}.",) if missing else ()
    titles = ("Visit", "Work", "Net", "Tax", "Total", "Status")
    return Section("Charges", sums(charges.values()), note, (ReportTable(titles, tuple(rows), "Nothing was charged."),))


def _value_given(charges: Iterable[StoredSheet]) -> Section:
    """What lines at 0.00 would have cost, and goodwill, by reason: exact, in minor units."""
    by_currency: dict[tuple[str, int], Counter[str]] = {}
    for sheet in charges:
        for line in sheet.sheet.get("lines", []):
            reason = "goodwill" if line.get("rule") == "GOODWILL" else line.get("zero_reason")
            if reason is None:
                continue
            text = str(line["amount"]).removeprefix("-") if reason == "goodwill" else str(line.get("value", "0"))
            by_reason = by_currency.setdefault((sheet.currency, sheet.exponent), Counter())
            by_reason[reason] += int(Decimal(text).scaleb(sheet.exponent))
    rows: list[tuple[Cell, ...]] = []
    for (currency, exponent), by_reason in sorted(by_currency.items()):
        known = [reason for reason in GIVEN if reason in by_reason]
        known += [reason for reason in by_reason if reason not in GIVEN]
        rows += [(GIVEN.get(reason, reason), Amount(by_reason[reason], exponent, currency)) for reason in known]
        rows.append(("All", Amount(sum(by_reason.values()), exponent, currency)))
    table = ReportTable(("What", "Worth"), tuple(rows), "Nothing was given in this month.")
    what = "What these visits would have cost beside what is charged, before tax."
    return Section("Value given", paragraphs=(what,), tables=(table,))


def _next(store: Store, client: Client, own: Sequence[Visit], times: Times) -> Section:
    today = day_of(store.clock.now(), times.zone)
    rows: list[tuple[Cell, ...]] = []
    for visit in sorted(own, key=lambda visit: (visit.starts_at is None, visit.starts_at or 0)):
        if visit.state not in ENDED:
            when = times.moment(visit.starts_at) if visit.starts_at is not None else wanted_text(visit)
            rows.append((when, f"{visit.reference} {visit.work}", visit.state.label))
    rows += [
        ("–" if item.due is None else day_text(item.due), item.what, item.state.label)
        for item in care_list(store, client)
    ]
    agreement = agreements.agreement_on(store, client.id, today)
    terms: list[tuple[str, Cell]] = []
    if agreement is not None and agreement.covers(today):
        until = "without an end" if agreement.ends is None else f"to {day_text(agreement.ends)}"
        terms.append(("Agreement", f"{agreement.name}, {until}"))
        terms += [("Balance", line) for line in balances(store, agreement, today)]
    table = ReportTable(("When", "What", "State"), tuple(rows), "Nothing is booked.")
    return Section("What is next", tuple(terms), tables=(table,))
