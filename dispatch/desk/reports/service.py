"""The service report of a visit, for the client: what was asked, done and tested, what follows, and who signed.

What only the firm needs is not in it: notes about the client and the site, what was planned and how long it was to take, why
a lead waived something, marks on the work, corrections, service levels, anybody's address or telephone number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from db import sheets
from dispatch.charges.explain import usual_units
from dispatch.closeout.gates import overridden_tests
from dispatch.desk.log.visit_page import VisitPage, visit_page
from dispatch.desk.reports.charge_words import charge_table
from dispatch.desk.reports.data import visit_tables
from dispatch.desk.reports.document import Point, Report, ReportTable, Section, Whose, foot_of, letterhead_of
from dispatch.desk.reports.naming import client_slug
from dispatch.desk.reports.photographs import photographs
from dispatch.desk.session.refusals import WrongState
from dispatch.desk.session.user import User
from dispatch.model.checklists import Attempt, EntryKind, Grade, Item, ItemKind, Result
from dispatch.model.findings import FindingState, Severity
from dispatch.model.instants import changed_text, day_of, day_text
from dispatch.model.states import OPEN_ON_SITE, State
from dispatch.model.text import count_text
from dispatch.model.visits import Visit

WIDTH = 72
"""Cells of the report as text: it is read in a mail, and printed."""
OUTCOMES = {
    State.CLOSED: "completed",
    State.LEFT_OPEN: "not finished",
    State.NO_ACCESS: "nobody could let us in",
    State.ABORTED: "ended by us before the work was done; nothing is charged",
}
TOLD = frozenset({State.CONFIRMED, State.DISPATCHED, State.EN_ROUTE})
"""States in which the client knows the time of a visit; before them it may still change."""


def service_report(user: User, reference: str, *, with_charge: bool = False) -> Report:
    """The report of a visit that took place; of one that still runs it says so.

    Raises:
        NotFound: there is no such visit.
        NotAllowed: it is somebody else's visit.
        Refusal: it has not begun, or never did.
    """
    user.ask_to_read_visit(reference)
    page = visit_page(user.store, reference)
    visit = page.visit
    if visit.state not in OUTCOMES and visit.state not in OPEN_ON_SITE:
        raise WrongState(visit, "there is nothing to report to the client")
    been = visit.checked_in_at is not None
    sections = [Section("The visit", tuple(_about(page)), at_a_glance=True), _asked(page)]
    sections += [_done(page), _tested(page), _found(page)] if been else []
    used = tuple(Point(f"{item.quantity} × {item.label}") for item in page.used)
    sections += [_follows(page), Section("What was used", points=used)]
    sections += [_signed(page)] if been else []
    sections += [_charge(user, page)] if with_charge else []
    sections.append(photographs(user.store, page))
    firm = user.firm
    return Report(
        kind="visit",
        title=f"Service report {visit.reference}",
        subtitle=f"{firm.name}, {visit.work}",
        sections=tuple(section for section in sections if section),
        foot=foot_of(user.store, user.staff.name, page.times, to_client=True),
        width=WIDTH,
        letterhead=letterhead_of(user.store),
        to=tuple(filter(None, (visit.client, visit.site, page.site.address))),
        name=f"{client_slug(user.store, page.client)}-report-{visit.reference.lower()}",
        data=visit_tables(user.store, [visit], money=with_charge, levels=False),
        whose=Whose(visit.client_id, visit.id, (visit.id,), with_charge),
    )


def _about(page: VisitPage) -> Iterator[tuple[str, str]]:
    visit = page.visit
    outcome = OUTCOMES.get(visit.state, "the visit is not closed yet: this is how it stands now")
    comes = any(other.state is not State.CANCELLED for other in page.follow_ups)
    yield "Outcome", f"{outcome}: we come back" if comes and visit.state is State.LEFT_OPEN else outcome
    crew = [part for part in visit.assignments if part.check_in_at is not None] or visit.assignments
    yield "Technician" if len(crew) == 1 else "Technicians", ", ".join(part.technician for part in crew)
    for part in crew:
        if part.check_in_at is not None:
            whose = f" ({part.technician})" if len(crew) > 1 else ""
            yield "On site", _span(page, part.check_in_at, part.check_out_at) + whose
    if visit.checked_in_at is None and visit.ended_at is not None:
        yield "When", page.times.moment(visit.ended_at)
    tests = [one for one in _tests(page) if one.latest is None or one.latest.result is not Result.NA]
    if visit.checked_in_at is not None and tests:
        passed = sum(_test(page, one).mark == _PASSED for one in tests)
        yield "Tests passed", f"{passed} of {len(tests)}"
    if visit.state is State.NO_ACCESS and visit.called:
        yield "We called", visit.called


def _asked(page: VisitPage) -> Section:
    visit = page.visit
    facts = [("Asked by", visit.reported_by)] if visit.reported_by else []
    for ref, word in (("A2", "In your words"), ("A1", "Agreed")):
        latest = _latest(page, ref)
        if latest is not None and latest.result is Result.ANSWERED:
            facts.append((word, latest.text))
    if visit.checked_in_at is not None:
        # what was done says each of them
        return Section("What was asked", tuple(facts))
    points = [Point(item.label) for item in page.checklist.items if item.ref.startswith("W1.")]
    return Section("What was asked", tuple(facts), points=tuple(points or [Point(visit.work)]))


def _done(page: VisitPage) -> Section:
    points = [_confirmed(page, item) for item in page.checklist.items if item.ref.startswith("W1.")]
    points += [
        Point(entry.text, notes=(f"{page.times.clock(entry.at)}, {entry.by}",))
        for entry in page.checklist.entries
        if entry.kind is EntryKind.NOTE
    ]
    noted = page.checklist.item("W2")
    if noted is not None and noted.latest is not None and noted.latest.result is not Result.DONE:
        points.append(_confirmed(page, noted))
    return Section("What was done", points=tuple(points))


def _tests(page: VisitPage) -> list[Item]:
    """The tests that count for the client: those that were owed, and those that were tried."""
    return [item for item in page.checklist.items if item.kind is ItemKind.TEST and (item.required or item.attempts)]


def _tested(page: VisitPage) -> Section:
    tests = _tests(page)
    ran = sum(one.standing is not None and one.standing.grade is Grade.EXECUTED for one in tests)
    words = (f"Our program ran {ran} of {count_text(len(tests), 'test')} itself.",) if ran else ()
    return Section("What was tested", points=tuple(_test(page, item) for item in tests), paragraphs=words)


_PASSED = "passed"
_FILES = re.compile(r"\n?files: [^\n]*\([0-9a-f]{8}\)$")
"""The files that a result names; the client sees them as photographs."""


def _test(page: VisitPage, item: Item) -> Point:
    latest = item.standing
    if latest is None:
        return Point(item.label, "not tested")
    stands = {Result.PASS: _PASSED, Result.FAIL: "FAILED"}.get(latest.result) or _word(page, latest)
    if latest.result is Result.PASS and latest.as_of < page.checklist.last_work:
        stands = "to be tested again, as something was changed since"
    elif item.lost:
        stands = "not proven: what it was shown by was taken out"
    elif latest.result is Result.PASS and not item.counts:
        stands = "not proven: what was seen is no test that ran"
    notes = tuple(note for attempt in item.attempts for note in _attempt(page, attempt) if note != stands)
    return Point(item.label, stands, notes)


def _attempt(page: VisitPage, attempt: Attempt) -> Iterator[str]:
    """An attempt at a test, then each try of it where there was more than one."""
    word = {Result.PASS: "passed", Result.FAIL: "failed"}.get(attempt.result, "")
    if not word:
        yield _word(page, attempt)
        return
    where = {"host": " from our office", "site": " from your network"}.get(attempt.vantage or "", "")
    how: dict[Grade | None, str] = {
        Grade.EXECUTED: f", run by our program{where}",
        Grade.MEASURED: f", read by {attempt.by}",
        Grade.ATTESTED: f", seen by {attempt.by}",
    }
    seen = " ".join(filter(None, (attempt.value, _FILES.sub("", attempt.text)))) or "by what was handed in"
    yield f"{page.times.clock(attempt.at)} {word}{how.get(attempt.grade, f' ({attempt.by})')}: {seen}"
    if len(attempt.tries) > 1 or any(not one.passed for one in attempt.tries):
        for one in attempt.tries:
            yield f"try {one.number} of {one.probe} {'passed' if one.passed else 'failed'}: {one.text}"


_GRAVE = {
    Severity.CRITICAL: "critical: now",
    Severity.HIGH: "high: soon",
    Severity.MEDIUM: "medium",
    Severity.LOW: "low",
}


def _found(page: VisitPage) -> Section:
    """What an audit found, the gravest first."""
    own = sorted(page.findings, key=lambda one: (-one.severity.rank, one.number))
    columns = ("No.", "What we found", "How grave", "What it risks", "What we advise", "What it takes", "How it stands")
    rows = [
        (str(one.number), one.what, _GRAVE[one.severity], one.risk, one.advice, one.effort, _STANDS[one.state])
        for one in own
    ]
    shown = [at for at, _ in enumerate(columns) if at < 3 or any(row[at] for row in rows)]
    if all(one.state is FindingState.OPEN for one in own):
        shown = shown[:-1]
    table = ReportTable(tuple(columns[at] for at in shown), tuple(tuple(row[at] for at in shown) for row in rows))
    if own:
        return Section("What we found", tables=(table,))
    nothing = [item.latest.text for item in page.checklist.items if item.findings and item.latest is not None]
    return Section(
        "What we found", points=tuple(Point("Nothing that needs doing", notes=(text,)) for text in nothing if text)
    )


_STANDS = {
    FindingState.OPEN: "open",
    FindingState.PROPOSED: "in our proposal",
    FindingState.DONE: "done",
    FindingState.DECLINED: "declined by you",
}


def _follows(page: VisitPage) -> Section:
    """What the client named, how each thing ended, and the visits that come of it."""
    named = [item for item in page.checklist.items if item.kind is ItemKind.NAMED]
    points = [_named(page, item) for item in named]
    facts = []
    attempt, left = _latest(page, "L1"), _latest(page, "L2")
    if attempt is not None and attempt.result is Result.ANSWERED:
        facts.append(("Anything else", attempt.text))
    if page.none_wanted is not None:
        facts.append(("No further visit", "{} wants none: {}".format(*page.none_wanted)))
    for visit in page.follow_ups:
        if visit.state is not State.CANCELLED:
            points.append(Point(f"{visit.reference} {visit.work}", _comes(page, visit)))
    points += [
        Point(item.label, "not proven yet: open until it is tested again") for item in overridden_tests(page.checklist)
    ]
    if left is not None:
        facts.append(("Left to you", "nothing" if left.result is Result.DONE else left.text))
    return Section("What was found, and what follows", tuple(facts), points=tuple(points))


def _named(page: VisitPage, item: Item) -> Point:
    latest = item.latest
    if latest is not None and latest.result is Result.DECLINED:
        return Point(item.label, "declined", (f"in the client's words: {latest.text}",))
    if latest is not None and latest.result is Result.FOLLOW_UP:
        visit = next((other for other in page.follow_ups if other.id == latest.follow_up_id), None)
        return Point(item.label, "a follow-up visit" + (f", {visit.reference}" if visit is not None else ""))
    return _confirmed(page, item)


def _comes(page: VisitPage, visit: Visit) -> str:
    """When somebody comes again, and who; a time only where the client was told it."""
    who = visit.assignments[0].technician if visit.assignments else visit.preferred
    by = f", {who}" if who else ""
    if visit.starts_at is not None:
        at = f" {page.times.clock(visit.starts_at)}" if visit.state in TOLD else ""
        return f"{day_text(day_of(visit.starts_at, visit.zone))}{at}{by}"
    return (day_text(visit.wanted_on) if visit.wanted_on is not None else "the day is not agreed yet") + by


def _signed(page: VisitPage) -> Section:
    through, latest = _latest(page, "L3"), _latest(page, "L5")
    facts = []
    if through is not None:
        walked = f"yes, at {page.times.clock(through.at)}" if through.result is Result.DONE else _word(page, through)
        facts.append(("Walked through", walked))
    if latest is None or latest.result is not Result.SIGNED:
        facts.append(("Signed off", "not yet" if latest is None else _word(page, latest)))
        return Section("Sign-off", tuple(facts))
    facts += [("Signed off by", latest.signed_by or ""), ("At", page.times.moment(latest.at))]
    facts.append(("Satisfied", "yes" if latest.satisfied else "no"))
    if latest.text:
        facts.append(("In their words", latest.text))
    return Section("Sign-off", tuple(facts))


def _charge(user: User, page: VisitPage) -> Section:
    """The charge, once it stands: none that waits for a lead goes to a client."""
    sheet = sheets.latest_sheet(user.store, page.visit.id)
    charge = page.charge
    basis = _latest(page, "A3")
    shown: tuple[tuple[str, str], ...] = ()
    if basis is not None:
        agreed = f"shown at {page.times.clock(basis.at)}" if basis.result is Result.DONE else _word(page, basis)
        shown = (("Price basis", agreed),)
    if charge is None or sheet is None or not sheet.accepted or sheet.total is None or page.visit.state in OPEN_ON_SITE:
        return Section("Charge", shown, paragraphs=("The charge is not settled yet.",))
    form = charge.form
    drawn = [f"drawn from {name}: {usual_units(amount)}" for name, amount in form.get("drawn", {}).items()]
    table = charge_table(form, sheet.exponent, sheet.currency, charge.tax)
    return Section("Charge", shown, tuple(drawn), (table,))


def _confirmed(page: VisitPage, item: Item) -> Point:
    latest = item.latest
    if latest is None:
        return Point(item.label, "open")
    noted = latest.result in (Result.DONE, Result.NOT_DONE) and latest.text
    return Point(item.label, _word(page, latest), (latest.text,) if noted else ())


def _word(page: VisitPage, latest: Attempt) -> str:
    """How an item stands that has no ordinary result. Why a lead waived it is between the lead and the technician."""
    if latest.result is Result.OVERRIDDEN:
        return f"waived by {latest.by}, {page.times.clock(latest.at)}: counts as open"
    if latest.result is Result.NA:
        return f"not applicable: {latest.text}"
    return latest.result.label


def _latest(page: VisitPage, ref: str) -> Attempt | None:
    item = page.checklist.item(ref)
    return None if item is None else item.latest


def _span(page: VisitPage, begins: int, ends: int | None) -> str:
    if ends is None:
        return f"{page.times.moment(begins)}, still there"
    same = day_of(begins, page.visit.zone) == day_of(ends, page.visit.zone)
    until = page.times.clock(ends) if same else f" {page.times.moment(ends)}"
    return f"{page.times.moment(begins)}–{until}{changed_text(begins, ends, page.times.zone)}"
