"""The service report of a visit, for the client: what was asked, done and tested, what follows, and who signed.

What only the firm needs is not in it: notes about the client and the site, what was planned and how long it was to take, why
a lead waived something, marks on the work, corrections, service levels, anybody's address or telephone number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from db import sheets
from dispatch.closeout.gates import overridden_tests
from dispatch.desk.log.visit_page import VisitPage, visit_page
from dispatch.desk.reports.charge_words import charge_table, drawn_text, told_sheet
from dispatch.desk.reports.data import visit_tables
from dispatch.desk.reports.document import Point, Report, ReportTable, Section, Whose, foot_of, letterhead_of
from dispatch.desk.reports.naming import client_slug
from dispatch.desk.reports.photographs import photographs
from dispatch.desk.session.refusals import WrongState
from dispatch.desk.session.user import User
from dispatch.model.checklists import Attempt, EntryKind, Grade, Item, ItemKind, Result
from dispatch.model.findings import FindingState, Severity
from dispatch.model.instants import changed_text, day_of, day_text
from dispatch.model.languages import phrase, say, says, speaking
from dispatch.model.states import OPEN_ON_SITE, State
from dispatch.model.visits import Visit
from dispatch.model.ways import told_work

WIDTH = 72
"""Cells of the report as text: it is read in a mail, and printed."""
OUTCOMES = {
    State.CLOSED: phrase("completed"),
    State.LEFT_OPEN: phrase("not finished"),
    State.NO_ACCESS: phrase("nobody could let us in"),
    State.ABORTED: phrase("ended by us before the work was done; nothing is charged"),
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
    with speaking(user.firm.language_of(page.client)):
        return _report(user, page, with_charge=with_charge)


def _report(user: User, page: VisitPage, *, with_charge: bool) -> Report:
    visit = page.visit
    been = visit.checked_in_at is not None
    sections = [Section(say("The visit"), tuple(_about(page)), at_a_glance=True), _asked(page)]
    sections += [_done(page), _tested(page), _found(page)] if been else []
    used = tuple(Point(f"{item.quantity} × {item.label}") for item in page.used)
    sections += [_follows(page), Section(say("What was used"), points=used)]
    sections += [_signed(page)] if been else []
    sections += [_charge(user, page)] if with_charge else []
    sections.append(photographs(user.store, page))
    firm = user.firm
    return Report(
        kind="visit",
        title=say("Service report {reference}", reference=visit.reference),
        subtitle=f"{firm.name}, {told_work(visit.work)}",
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
    outcome = say(OUTCOMES.get(visit.state, phrase("the visit is not closed yet: this is how it stands now")))
    comes = any(other.state is not State.CANCELLED for other in page.follow_ups)
    back = comes and visit.state is State.LEFT_OPEN
    yield say("Outcome"), say("{outcome}: we come back", outcome=outcome) if back else outcome
    crew = [part for part in visit.assignments if part.check_in_at is not None] or visit.assignments
    yield says(len(crew), "Technician", "Technicians"), ", ".join(part.technician for part in crew)
    for part in crew:
        if part.check_in_at is not None:
            whose = f" ({part.technician})" if len(crew) > 1 else ""
            yield say("On site"), _span(page, part.check_in_at, part.check_out_at) + whose
    if visit.checked_in_at is None and visit.ended_at is not None:
        yield say("When"), page.times.moment(visit.ended_at)
    tests = [one for one in _tests(page) if one.latest is None or one.latest.result is not Result.NA]
    if visit.checked_in_at is not None and tests:
        passed = sum(_test(page, one).mark == say(_PASSED) for one in tests)
        yield say("Tests passed"), say("{some} of {all}", some=passed, all=len(tests))
    if visit.state is State.NO_ACCESS and visit.called:
        yield say("We called"), visit.called


def _asked(page: VisitPage) -> Section:
    visit = page.visit
    facts = [(say("Asked by"), visit.reported_by)] if visit.reported_by else []
    for ref, word in (("A2", say("In your words")), ("A1", say("Agreed"))):
        latest = _latest(page, ref)
        if latest is not None and latest.result is Result.ANSWERED:
            facts.append((word, latest.text))
    if visit.checked_in_at is not None:
        # what was done says each of them
        return Section(say("What was asked"), tuple(facts))
    points = [Point(item.label) for item in page.checklist.items if item.ref.startswith("W1.")]
    return Section(say("What was asked"), tuple(facts), points=tuple(points or [Point(told_work(visit.work))]))


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
    return Section(say("What was done"), points=tuple(points))


def _tests(page: VisitPage) -> list[Item]:
    """The tests that count for the client: those that were owed, and those that were tried."""
    return [item for item in page.checklist.items if item.kind is ItemKind.TEST and (item.required or item.attempts)]


def _tested(page: VisitPage) -> Section:
    tests = _tests(page)
    ran = sum(one.standing is not None and one.standing.grade is Grade.EXECUTED for one in tests)
    told = says(
        len(tests),
        "Our program ran {some} of {n} test itself.",
        "Our program ran {some} of {n} tests itself.",
        some=ran,
    )
    words = (told,) if ran else ()
    return Section(say("What was tested"), points=tuple(_test(page, item) for item in tests), paragraphs=words)


_PASSED = phrase("passed")
_FAILED = phrase("failed")
_RESULTS = (
    phrase("done"),
    phrase("not done"),
    phrase("answered"),
    phrase("declined"),
    phrase("left to client"),
    phrase("signed"),
)
"""What an item may be recorded as, as `Result.label` has it."""
_FILES = re.compile(r"\n?files: [^\n]*\([0-9a-f]{8}\)$")
"""The files that a result names; the client sees them as photographs."""


def _test(page: VisitPage, item: Item) -> Point:
    latest = item.standing
    if latest is None:
        return Point(told_label(item.label), say("not tested"))
    stands = say({Result.PASS: _PASSED, Result.FAIL: phrase("FAILED")}.get(latest.result, "")) or _word(page, latest)
    if latest.result is Result.PASS and latest.as_of < page.checklist.last_work:
        stands = say("to be tested again, as something was changed since")
    elif item.lost:
        stands = say("not proven: what it was shown by was taken out")
    elif latest.result is Result.PASS and not item.counts:
        stands = say("not proven: what was seen is no test that ran")
    notes = tuple(note for attempt in item.attempts for note in _attempt(page, attempt) if note != stands)
    return Point(told_label(item.label), stands, notes)


def _attempt(page: VisitPage, attempt: Attempt) -> Iterator[str]:
    """An attempt at a test, then each try of it where there was more than one."""
    word = {Result.PASS: _PASSED, Result.FAIL: _FAILED}.get(attempt.result, "")
    if not word:
        yield _word(page, attempt)
        return
    ran = {"host": phrase("run by our program from our office"), "site": phrase("run by our program from your network")}
    how: dict[Grade | None, str] = {
        Grade.EXECUTED: ", " + say(ran.get(attempt.vantage or "", phrase("run by our program"))),
        Grade.MEASURED: ", " + say("read by {who}", who=attempt.by),
        Grade.ATTESTED: ", " + say("seen by {who}", who=attempt.by),
    }
    seen = " ".join(filter(None, (attempt.value, _FILES.sub("", attempt.text)))) or say("by what was handed in")
    yield f"{page.times.clock(attempt.at)} {say(word)}{how.get(attempt.grade, f' ({attempt.by})')}: {seen}"
    if len(attempt.tries) > 1 or any(not one.passed for one in attempt.tries):
        for one in attempt.tries:
            yield say(_TRIED[one.passed], number=one.number, probe=one.probe, what=one.text)


def told_label(label: str) -> str:
    """What an item is called: those that every firm begins with in the client's language, the firm's own as it worded them."""
    service = label.removeprefix("Works: ")
    return say(label) if service == label else say("Works: {service}", service=service)


_TRIED = {
    True: phrase("try {number} of {probe} passed: {what}"),
    False: phrase("try {number} of {probe} failed: {what}"),
}
GRAVE = {
    Severity.CRITICAL: phrase("critical: now"),
    Severity.HIGH: phrase("high: soon"),
    Severity.MEDIUM: phrase("medium"),
    Severity.LOW: phrase("low"),
}
"""How grave a finding is, as a client reads it."""


def _found(page: VisitPage) -> Section:
    """What an audit found, the gravest first."""
    own = sorted(page.findings, key=lambda one: (-one.severity.rank, one.number))
    columns = (say("No."), say("What we found"), say("How grave"), say("What it risks"), say("What we advise"),
               say("What it takes"), say("How it stands"))  # fmt: skip
    rows = [
        (
            str(one.number),
            one.what,
            say(GRAVE[one.severity]),
            one.risk,
            one.advice,
            one.effort,
            say(_STANDS[one.state]),
        )
        for one in own
    ]
    shown = [at for at, _ in enumerate(columns) if at < 3 or any(row[at] for row in rows)]
    if all(one.state is FindingState.OPEN for one in own):
        shown = shown[:-1]
    table = ReportTable(tuple(columns[at] for at in shown), tuple(tuple(row[at] for at in shown) for row in rows))
    if own:
        return Section(say("What we found"), tables=(table,))
    nothing = [item.latest.text for item in page.checklist.items if item.findings and item.latest is not None]
    return Section(
        say("What we found"),
        points=tuple(Point(say("Nothing that needs doing"), notes=(text,)) for text in nothing if text),
    )


_STANDS = {
    FindingState.OPEN: phrase("open"),
    FindingState.PROPOSED: phrase("in our proposal"),
    FindingState.DONE: phrase("done"),
    FindingState.DECLINED: phrase("declined by you"),
}


def _follows(page: VisitPage) -> Section:
    """What the client named, how each thing ended, and the visits that come of it."""
    named = [item for item in page.checklist.items if item.kind is ItemKind.NAMED]
    points = [_named(page, item) for item in named]
    facts = []
    attempt, left = _latest(page, "L1"), _latest(page, "L2")
    if attempt is not None and attempt.result is Result.ANSWERED:
        facts.append((say("Anything else"), attempt.text))
    if page.none_wanted is not None:
        who, why = page.none_wanted
        facts.append((say("No further visit"), say("{who} wants none: {why}", who=who, why=why)))
    for visit in page.follow_ups:
        if visit.state is not State.CANCELLED:
            points.append(Point(f"{visit.reference} {told_work(visit.work)}", _comes(page, visit)))
    points += [
        Point(told_label(item.label), say("not proven yet: open until it is tested again"))
        for item in overridden_tests(page.checklist)
    ]
    if left is not None:
        facts.append((say("Left to you"), say("nothing") if left.result is Result.DONE else left.text))
    return Section(say("What was found, and what follows"), tuple(facts), points=tuple(points))


def _named(page: VisitPage, item: Item) -> Point:
    latest = item.latest
    if latest is not None and latest.result is Result.DECLINED:
        return Point(item.label, say("declined"), (say("in the client's words: {words}", words=latest.text),))
    if latest is not None and latest.result is Result.FOLLOW_UP:
        visit = next((other for other in page.follow_ups if other.id == latest.follow_up_id), None)
        return Point(item.label, say("a follow-up visit") + (f", {visit.reference}" if visit is not None else ""))
    return _confirmed(page, item)


def _comes(page: VisitPage, visit: Visit) -> str:
    """When somebody comes again, and who; a time only where the client was told it."""
    who = visit.assignments[0].technician if visit.assignments else visit.preferred
    by = f", {who}" if who else ""
    if visit.starts_at is not None:
        at = f" {page.times.clock(visit.starts_at)}" if visit.state in TOLD else ""
        return f"{day_text(day_of(visit.starts_at, visit.zone))}{at}{by}"
    return (day_text(visit.wanted_on) if visit.wanted_on is not None else say("the day is not agreed yet")) + by


def _signed(page: VisitPage) -> Section:
    through, latest = _latest(page, "L3"), _latest(page, "L5")
    facts = []
    if through is not None:
        walked = (
            say("yes, at {clock}", clock=page.times.clock(through.at))
            if through.result is Result.DONE
            else _word(page, through)
        )
        facts.append((say("Walked through"), walked))
    if latest is None or latest.result is not Result.SIGNED:
        facts.append((say("Signed off"), say("not yet") if latest is None else _word(page, latest)))
        return Section(say("Sign-off"), tuple(facts))
    facts += [(say("Signed off by"), latest.signed_by or ""), (say("At"), page.times.moment(latest.at))]
    facts.append((say("Satisfied"), say("yes") if latest.satisfied else say("no")))
    if latest.text:
        facts.append((say("In their words"), latest.text))
    return Section(say("Sign-off"), tuple(facts))


def _charge(user: User, page: VisitPage) -> Section:
    """The charge, once it stands: none that waits for a lead goes to a client."""
    sheet = sheets.latest_sheet(user.store, page.visit.id)
    charge = page.charge
    basis = _latest(page, "A3")
    shown: tuple[tuple[str, str], ...] = ()
    if basis is not None:
        agreed = (
            say("shown at {clock}", clock=page.times.clock(basis.at))
            if basis.result is Result.DONE
            else _word(page, basis)
        )
        shown = ((say("Price basis"), agreed),)
    if charge is None or sheet is None or not sheet.accepted or sheet.total is None or page.visit.state in OPEN_ON_SITE:
        return Section(say("Charge"), shown, paragraphs=(say("The charge is not settled yet."),))
    form, tax = told_sheet(charge.form, sheet.input, charge.tax)
    drawn = [drawn_text(name, amount) for name, amount in form.get("drawn", {}).items()]
    table = charge_table(form, sheet.exponent, sheet.currency, tax)
    return Section(say("Charge"), shown, tuple(drawn), (table,))


def _confirmed(page: VisitPage, item: Item) -> Point:
    latest = item.latest
    if latest is None:
        return Point(told_label(item.label), say("open"))
    noted = latest.result in (Result.DONE, Result.NOT_DONE) and latest.text
    return Point(told_label(item.label), _word(page, latest), (latest.text,) if noted else ())


def _word(page: VisitPage, latest: Attempt) -> str:
    """How an item stands that has no ordinary result. Why a lead waived it is between the lead and the technician."""
    if latest.result is Result.OVERRIDDEN:
        return say("waived by {who}, {clock}: counts as open", who=latest.by, clock=page.times.clock(latest.at))
    if latest.result is Result.NA:
        return say("not applicable: {why}", why=latest.text)
    return say(latest.result.label)


def _latest(page: VisitPage, ref: str) -> Attempt | None:
    item = page.checklist.item(ref)
    return None if item is None else item.latest


def _span(page: VisitPage, begins: int, ends: int | None) -> str:
    if ends is None:
        return say("{moment}, still there", moment=page.times.moment(begins))
    same = day_of(begins, page.visit.zone) == day_of(ends, page.visit.zone)
    until = page.times.clock(ends) if same else f" {page.times.moment(ends)}"
    return f"{page.times.moment(begins)}–{until}{changed_text(begins, ends, page.times.zone)}"
