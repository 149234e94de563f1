"""The report of a day, for the lead: what did not go as it should first, then figures, visits and charges."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence

from db import messages, promises, settings, sheets, visits
from db.sheets import StoredSheet
from db.store import Store
from db.tallies import tallies
from dispatch.desk.figures.counting import Figures, figures_over
from dispatch.desk.figures.lateness import Lateness, LivedDay, counted_text
from dispatch.desk.log.visit_log import LogFilter, visit_log
from dispatch.desk.reports.data import DataTable, visit_tables
from dispatch.desk.reports.document import Amount, Cell, Report, ReportTable, Section, bars_of, foot_of, letterhead_of
from dispatch.desk.reports.figure_parts import figures_section, tile
from dispatch.desk.reports.naming import firm_slug
from dispatch.desk.session.user import User
from dispatch.desk.texts.board_words import evidence_words, reasons_text
from dispatch.desk.texts.figure_words import FIGURE_COLUMNS, figure_rows
from dispatch.model.boards import Log, Tally
from dispatch.model.firm import Firm
from dispatch.model.instants import Times, day_bounds, day_text, iso, span_text, time_text
from dispatch.model.messages import Call, CallOutcome
from dispatch.model.promises import KEPT, Promise
from dispatch.model.states import AHEAD, ENDED, State
from dispatch.model.visits import Visit
from dispatch.model.ways import state_words, way_and_work
from dispatch.planning.calls import CALLS_COUNT_FOR


def day_report(user: User, day: datetime.date) -> Report:
    """The firm's day.

    Raises:
        NotAllowed: the person neither dispatches nor leads.
    """
    user.ask_to_read("reports", "the report of a day")
    store = user.store
    with store.read():
        firm = settings.firm(store)
        times = firm.times()
        run = LivedDay(store, day, firm.zone)
        day_visits = run.found
        ended = [visit for visit in day_visits if visit.state in ENDED]
        charges = sheets.latest_sheets(store, [visit.id for visit in ended])
        judged = promises.of_days(store, [day_bounds(day, firm.zone)], store.clock.now(), firm.late_minutes)
        log = visit_log(store, LogFilter(day))
        counted = figures_over(store, day, day)
        sections = (
            _at_a_glance(day_visits, log, counted),
            _late(store, day, run, firm, judged),
            Section(
                "Exceptions",
                (("Visits", reasons_text(log.reasons)),) if log.reasons else (),
                tables=(_exceptions(log),),
            ),
            Section("Visits", tables=(_visits(store, day_visits, times),)),
            _charges(store, ended, charges),
            Section("Still open", tables=(_open(day_visits, times),)),
            figures_section(counted),
        )
        foot, head = foot_of(store, user.staff.name, times), letterhead_of(store)
        data = (
            *visit_tables(store, day_visits, inside=True),
            _promised(store, judged, firm),
            _looked_at(log),
            DataTable("figures", FIGURE_COLUMNS, tuple(figure_rows(counted))),
        )
    name = f"{firm_slug(firm)}-day-{day.isoformat()}"
    return Report("day", f"{firm.name}: the day", day_text(day), sections, foot, name=name, data=data, letterhead=head)


def _head(visit: Visit) -> tuple[Cell, Cell, Cell]:
    return visit.reference, ", ".join(visit.crew) or "–", visit.client


def _exceptions(log: Log) -> ReportTable:
    """What a lead must look at, as the log of the day has it, and how often each."""
    rows = tuple(
        (line.visit.reference, ", ".join(line.technicians) or "–", line.visit.client, remark.mark.label, remark.text)
        for line in log.lines
        for remark in line.exceptions
    )
    titles = ("Visit", "Technician", "Client", "What", "Details")
    return ReportTable(titles, rows, "Nothing out of the ordinary.")


def _looked_at(log: Log) -> DataTable:
    rows = (
        (line.visit.reference, remark.mark, remark.item or None, remark.text)
        for line in log.lines
        for remark in line.exceptions
    )
    return DataTable("exceptions", ("reference", "exception", "item", "text"), tuple(rows))


def _at_a_glance(day_visits: Sequence[Visit], log: Log, counted: Figures) -> Section:
    """The figures of the day, and who ended how many visits, and was how long on site."""
    over = sum(visit.state in ENDED for visit in day_visits)
    looked_at = sum(bool(line.exceptions) for line in log.lines)
    facts: list[tuple[str, Cell]] = [("Visits ended", f"{over} of {len(day_visits)}"), ("To look at", looked_at)]
    facts += [tile(counted, key) for key in ("on_time", "first_time_fix", "charged", "given_away")]
    rows = []
    for name in sorted({name for visit in day_visits for name in visit.crew}):
        own = [visit for visit in day_visits if name in visit.crew]
        stays = [part for visit in own for part in visit.assignments if part.technician == name]
        there = sum((part.check_out_at or part.check_in_at) - part.check_in_at for part in stays if part.check_in_at)
        done = f"{sum(visit.state in ENDED for visit in own)} of {len(own)} ended"
        rows.append((name, there // 60, f"{span_text(there // 60)}, {done}"))
    return Section("At a glance", tuple(facts), bars=bars_of(rows), at_a_glance=True)


def _visits(store: Store, day_visits: Sequence[Visit], times: Times) -> ReportTable:
    done = tallies(store, [visit.id for visit in day_visits])
    rows = []
    for visit in day_visits:
        tally = done.get(visit.id, Tally())
        evidence = ", ".join(evidence_words(tally))
        rows.append(
            (*_head(visit), way_and_work(visit), times.span(visit.starts_at, visit.ends_at),
             times.span(visit.checked_in_at, visit.checked_out_at), state_words(visit),
             f"{tally.tests_passed} of {tally.tests_required}", evidence or "–")
        )  # fmt: skip
    titles = ("Visit", "Technician", "Client", "Work", "Planned", "On site", "State", "Tests", "Evidence")
    return ReportTable(titles, tuple(rows), "No visits on this day.")


def _charges(store: Store, ended: Sequence[Visit], charges: dict[int, StoredSheet]) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for visit in ended:
        sheet = charges.get(visit.id)
        given = "; ".join(
            f"{goodwill.value}{'%' if goodwill.mode == 'percent' else ''} off {goodwill.target}, {goodwill.reason} ({goodwill.by})"
            for goodwill in sheets.goodwill_of(store, visit.id)
        )
        charged = (None, None, None, "no rate card") if sheet is None else (*amounts(sheet), sheet.status)
        rows.append((*_head(visit), *charged, given or "–"))
    titles = ("Visit", "Technician", "Client", "Net", "Tax", "Total", "Status", "Goodwill")
    return Section("Charges", sums(charges.values()), tables=(ReportTable(titles, tuple(rows), "No visit has ended."),))


def _open(day_visits: Sequence[Visit], times: Times) -> ReportTable:
    rows = tuple(
        (*_head(visit), state_words(visit), times.span(visit.starts_at, visit.ends_at))
        for visit in day_visits
        if visit.state not in ENDED
    )
    return ReportTable(("Visit", "Technician", "Client", "State", "Planned"), rows, "Every visit has ended.")


def amounts(sheet: StoredSheet) -> tuple[Amount | None, ...]:
    """Net, tax and total of a sheet; each None while it is blocked."""
    minors = (sheet.net, sheet.tax, sheet.total)
    return tuple(None if minor is None else Amount(minor, sheet.exponent, sheet.currency) for minor in minors)


def sums(charges: Iterable[StoredSheet]) -> tuple[tuple[str, Cell], ...]:
    """Net, tax and total of some sheets in each currency, and how many of them have none yet."""
    by_currency: dict[tuple[str, int], list[StoredSheet]] = {}
    blocked = 0
    for sheet in charges:
        if sheet.total is None:
            blocked += 1
        else:
            by_currency.setdefault((sheet.currency, sheet.exponent), []).append(sheet)
    facts: list[tuple[str, Cell]] = []
    for (currency, exponent), own in sorted(by_currency.items()):
        for name in ("net", "tax", "total"):
            minor = sum(getattr(sheet, name) or 0 for sheet in own)
            facts.append((name.capitalize(), Amount(minor, exponent, currency)))
    return (*facts, *((("Not known yet", f"{blocked} blocked"),) if blocked else ()))


def _late(store: Store, day: datetime.date, run: LivedDay, firm: Firm, judged: Sequence[Promise]) -> Section:
    """Whom the firm let wait: promises of the day that were kept late or not at all, and visits without one that are more than the
    firm's grace behind their plan; with what the record says of why, and how often each cause was the gravest."""
    now, times = store.clock.now(), firm.times()
    called = messages.calls_since(store, day_bounds(day - CALLS_COUNT_FOR, firm.zone)[0])
    broken = {one.visit_id: one for one in judged if one.outcome not in KEPT}
    elsewhere = visits.visits_by_id(store, broken.keys() - {visit.id for visit in run.found})
    rows: list[tuple[Cell, ...]] = []
    found = []
    for visit in [*run.found, *sorted(elsewhere, key=lambda visit: broken[visit.id].first)]:
        promise, came = broken.get(visit.id), visit.checked_in_at
        late = Lateness("", "")
        if promise is not None:
            said = promise.words(times, visit.zone)
            if promise.outcome == "late":
                late = run.said_of(visit, promise.last, promise.first)
        elif visit.promised is None and visit.starts_at is not None and visit.state is not State.CANCELLED:
            behind = ((now if came is None else came) - visit.starts_at) // 60
            if behind <= firm.late_minutes or (came is None and visit.state not in AHEAD | {State.EN_ROUTE}):
                continue
            said = f"{'not there yet, ' if came is None else ''}{time_text(behind)} behind the plan"
            late = run.said_of(visit, visit.starts_at)
        else:
            continue
        found.append((late.gravest, late.told))
        why = "; ".join(filter(None, (late.text, _told(visit, called, times))))
        rows.append((*_head(visit), times.clock(visit.starts_at, visit.zone), times.clock(came), said, why))
    counted = counted_text(found)
    titles = ("Visit", "Technician", "Client", "Planned", "Arrived", "Late", "Why")
    table = ReportTable(titles, tuple(rows), "Nobody came late.")
    return Section("Came late, and why", (("Gravest cause", counted),) if counted else (), tables=(table,))


def _promised(store: Store, judged: Sequence[Promise], firm: Firm) -> DataTable:
    """The promises of the day that are judged, by the firm's clocks."""
    known = visits.visits_by_id(store, {one.visit_id for one in judged})
    names = {visit.id: visit.reference for visit in known}
    rows = (
        (names[one.visit_id], *(None if at is None else iso(at, firm.zone) for at in (one.first, one.last, one.came)), one.outcome)
        for one in judged
        if one.visit_id in names
    )  # fmt: skip
    return DataTable("promises", ("reference", "promised_from", "promised_to", "came_at", "outcome"), tuple(rows))


def _told(visit: Visit, called: Mapping[int, tuple[Call, ...]], times: Times) -> str:
    answered = [call for call in called.get(visit.id, ()) if call.outcome is CallOutcome.ANSWERED]
    return f"client told at {times.clock(answered[-1].at)}" if answered else "client not told"
