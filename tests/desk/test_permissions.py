"""Who may do what: every deed × every role × own and foreign visits.

A deed says who may do it once, where it opens its unit of work: `with session.write("export", Role.LEAD)`, or `STEPS` says it.
The declarations are read from there, so that a deed that is added is walked too, or fails here until it is.
"""

from __future__ import annotations

import ast
import functools
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from db import people
from db.store import existing
from dispatch.closeout.recording import Recording
from dispatch.desk.billing import handing_out, invoicing, old_batches, work_marks
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.closeout import (
    arriving,
    clocking,
    evidence,
    finding,
    handing_over,
    leaving,
    onsite,
    permitting,
    probing,
    remote_work,
)
from dispatch.desk.imports.importing import KINDS, import_file
from dispatch.desk.plan import schedule
from dispatch.desk.requests import intake, responding
from dispatch.desk.review import reviewing
from dispatch.desk.session.refusals import Faulty, NotAllowed, Refusal
from dispatch.desk.session.shown import UNSEEN
from dispatch.desk.session.user import User, log_in
from dispatch.desk.timesheets import approving
from dispatch.model.checklists import Result
from dispatch.model.states import STEPS, Role
from tests.conftest import SAMPLE
from tests.desk.conftest import DAY, Office, at

FOUND = {"what": "backups in the same room", "severity": "high"}
CALLED = {"client": "Harbor Dental", "site": "Main office", "work": "Unlocked an account"}
DESK = Path(onsite.__file__).parents[1]
EVERYBODY = {"plan.undo.undo", "plan.undo.redo", "day.routing.renew", "travel.drive_times.keep"}
"""Open to all staff: taking back what was one's own, and keeping figures that the program reckoned."""
ELSEWHERE = {"book.editing.add", "book.editing.put", "book.editing.edit", "book.editing.archive", "book.editing.settle",
             "imports.importing.import_file", "imports.importing.forget"}  # fmt: skip
"""Their roles are declared with the kind of record or the kind of file."""
OPENS = {"user.write": 0, "on_visit": 2, "stepping": 1, "putting_right": 1}
"""What opens a unit of work, with the place of the deed among what it takes."""


class Declared(NamedTuple):
    """Where a unit of work is opened, and to whom."""

    where: str
    roles: frozenset[Role]
    by_name: bool
    deed: str


@functools.cache
def declared() -> list[Declared]:
    """Every unit of work that a deed of dispatch/desk opens: `user.write(…)` and what `dispatch.desk.visits.steps` makes of it."""
    found = []
    for path in sorted(DESK.rglob("*.py")):
        module = ".".join(path.relative_to(DESK).with_suffix("").parts)
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef) or module == "visits.steps":
                continue
            for call in ast.walk(function):
                place = OPENS.get(ast.unparse(call.func)) if isinstance(call, ast.Call) else None
                if place is None:
                    continue
                assert isinstance(call, ast.Call)
                opens, named = ast.unparse(call.func), call.args[place]
                deed = str(named.value) if isinstance(named, ast.Constant) else ""
                words = (
                    []
                    if opens in ("stepping", "putting_right")
                    else [ast.unparse(one) for one in call.args[place + 1 :]]
                )
                roles = frozenset(Role[word[5:]] for word in words if word.startswith("Role."))
                by_name = len(roles) == len(words)
                if opens == "stepping":
                    roles = STEPS[deed or "move"].roles  # one function opens assigning and moving
                elif opens == "putting_right":
                    roles = frozenset({Role.TECHNICIAN, Role.LEAD})
                found.append(Declared(f"{module}.{function.name}", roles, by_name, deed))
    return found


def anas(user: User) -> int:
    """Ana's id."""
    return existing(people.technician_by_name(user.store, "Ana Ruiz")).id


Deed = Callable[[User, str], Any]
ON_SITE: dict[str, tuple[str, Deed]] = {
    "record": (
        "closeout.onsite.record",
        lambda user, ref: onsite.record(user, ref, "A1", Recording(Result.ANSWERED, "all of it")),
    ),
    "work": ("closeout.onsite.work", lambda user, ref: onsite.work(user, ref, "driver replaced")),
    "ask": ("closeout.onsite.ask", lambda user, ref: onsite.ask(user, ref, "the printer too")),
    "use": ("closeout.onsite.use", lambda user, ref: onsite.use(user, ref, "cable", amount="5")),
    "close": ("closeout.leaving.close", leaving.close),
    "end day": ("closeout.leaving.end_day", leaving.end_day),
    "leave": ("closeout.leaving.leave", lambda user, ref: leaving.leave(user, ref, "called away")),
    "no access": ("closeout.leaving.no_access", lambda user, ref: leaving.no_access(user, ref, called="reception")),
    "abort": ("closeout.leaving.abort", lambda user, ref: leaving.abort(user, ref, "flooded")),
    "reopen": ("closeout.leaving.reopen", lambda user, ref: leaving.reopen(user, ref, "once more")),
    "attach": (
        "closeout.evidence.attach_all",
        lambda user, ref: evidence.attach(user, ref, "T1", "a.jpg", io.BytesIO(b"x")),
    ),
    "find": ("closeout.finding.add", lambda user, ref: finding.add(user, ref, FOUND)),
    "put a finding right": ("closeout.finding.edit", lambda user, ref: finding.edit(user, ref, 1, FOUND)),
    "take a finding out": ("closeout.finding.remove", lambda user, ref: finding.remove(user, ref, 1, "not so")),
    "pause": ("closeout.clocking._clock", lambda user, ref: clocking.pause(user, ref, "break")),
    "go on": ("closeout.clocking._clock", clocking.resume),
    "home": ("closeout.clocking.home", clocking.home),
    "correct": (
        "closeout.clocking.correct",
        lambda user, ref: clocking.correct(user, ref, "arrival", at("08:50"), "too late"),
    ),
    "insert break": (
        "closeout.clocking.correct_break",
        lambda user, ref: clocking.correct_break(user, ref, "break", at("09:05"), at("09:10"), "forgotten"),
    ),
    "did not come": (
        "closeout.clocking.did_not_come",
        lambda user, ref: clocking.did_not_come(user, ref, "Ana Ruiz", "she was ill"),
    ),
    "mark": ("billing.work_marks.mark", lambda user, ref: work_marks.mark(user, ref, "own_fault", "our mistake")),
    "specify": ("closeout.probing.specify", probing.specify),
    "bring": ("closeout.probing.bring", lambda user, ref: probing.bring(user, ref, "{}")),
    "unmark": ("billing.work_marks.unmark", lambda user, ref: work_marks.unmark(user, ref, "after all")),
    "take back": ("closeout.onsite.take_back", lambda user, ref: onsite.take_back(user, ref, 1, "by mistake")),
    "hand over": ("closeout.handing_over.ask", lambda user, ref: handing_over.ask(user, ref, "Ben Okafor", "holidays")),
    "accept": ("closeout.handing_over._answer", handing_over.accept),
    "depart": ("closeout.arriving.depart", arriving.depart),
    "arrive": ("closeout.arriving.arrive", arriving.arrive),
    "dispatch": ("plan.schedule.dispatch", schedule.dispatch),
    "unassign": ("plan.schedule.unassign", schedule.unassign),
    "hold": ("plan.schedule.hold", lambda user, ref: schedule.hold(user, ref, "parts")),
    "cancel": ("plan.schedule.cancel", lambda user, ref: schedule.cancel(user, ref, "ill")),
    "pin": ("plan.schedule.pin", schedule.pin),
    "confirm": ("plan.schedule.confirm", schedule.confirm),
    "responded": ("requests.responding.responded", lambda user, ref: responding.responded(user, ref, "remote")),
    "handed over": ("requests.responding.handed_over", responding.handed_over),
    "move": ("plan.schedule._place", lambda user, ref: schedule.move(user, ref, ["Ana Ruiz"], at("15:00"))),
    "assign": ("plan.schedule._place", lambda user, ref: schedule.assign(user, ref, ["Ben Okafor"], at("15:00"))),
    "edit request": (
        "requests.intake.amend",
        lambda user, ref: intake.amend(
            user, ref, {"client": "Harbor Dental", "work": "another thing", "minutes": "45", "site": "Main office"}
        ),
    ),
    "approve": ("review.reviewing.approve", lambda user, ref: reviewing.approve(user, ref, "", UNSEEN)),
    "approve many": ("review.reviewing.approve_clean", lambda user, ref: reviewing.approve_clean(user, {ref: UNSEEN})),
    "send back": ("review.reviewing.send_back", lambda user, ref: reviewing.send_back(user, ref, "which server?")),
    "answer": ("review.reviewing.answer", lambda user, ref: reviewing.answer(user, ref, "the file server")),
    "words": (
        "review.reviewing.correct_words",
        lambda user, ref: reviewing.correct_words(user, ref, "A1", "all of it", "wrong"),
    ),
    "issue": ("billing.invoicing.issue", lambda user, ref: invoicing.issue(user, DAY, (), "")),
    "void": ("billing.invoicing.void", lambda user, ref: invoicing.void(user, "2026-0001", "a slip")),
    "credit": ("billing.invoicing.credit", lambda user, ref: invoicing.credit(user, "2026-0001", "a slip")),
    "hand out": ("billing.handing_out.hand_out", lambda user, ref: handing_out.hand_out(user, (), "csv")),
    "export again": ("billing.old_batches.export_again", lambda user, ref: old_batches.export_again(user, 1)),
    "swap": ("plan.schedule.swap", lambda user, ref: schedule.swap(user, ref, "R2")),
    "ask for words": ("closeout.permitting.ask", lambda user, ref: permitting.ask(user, ref, "T1")),
    "let words": ("closeout.permitting.give", lambda user, ref: permitting.give(user, ref, "T1", "because")),
    "write down remote work": (
        "closeout.remote_work.write_down",
        lambda user, ref: remote_work.write_down(user, CALLED | {"technician": "Ana Ruiz"}),
    ),
    "end remote work": ("closeout.remote_work.end", remote_work.end),
    "submit a time sheet": (
        "timesheets.approving.submit",
        lambda user, ref: approving.submit(user, DAY, anas(user), "she is ill"),
    ),
    "approve a time sheet": ("timesheets.approving.approve", lambda user, ref: approving.approve(user, DAY)),
    "reopen a time sheet": (
        "timesheets.approving.reopen",
        lambda user, ref: approving.reopen(user, DAY, anas(user), "a day is missing"),
    ),
    "let no words": ("closeout.permitting.refuse", lambda user, ref: permitting.refuse(user, ref, "T1", "because")),
}
"""The deeds on one visit. Anas is R1, and nobody else's."""
AHEAD = {
    "depart",
    "arrive",
    "dispatch",
    "unassign",
    "hold",
    "cancel",
    "pin",
    "confirm",
    "move",
    "assign",
    "swap",
    "edit request",
}
"""Those that are done before anybody is on site."""
SEEN_FROM_INSIDE = {
    "day.notices.note",
    "closeout.arriving.see",
    "closeout.onsite.see_way_in",
    "review.reviewing.see_comment",
    "closeout.probing._keeper",
    "closeout.probing.keep",
}
"""What is noted of one's own visit by the way: that it was seen, and what a watch sees."""
ON_NO_VISIT = {
    "calendars.permission.permit_busy",
    "calendars.syncing._follow",
    "calendars.syncing._note_trouble",
    "takings.taking.take",
}
"""What a technician does to their own calendar and with their own day, and nobody else's (tests/calendars, test_takings)."""
OWN_ONLY = {
    "record", "work", "ask", "use", "close", "end day", "no access", "abort", "attach", "pause", "go on", "home", "correct",
    "insert break", "mark", "unmark", "take back", "depart", "arrive", "specify", "responded", "handed over",
    "answer", "words", "did not come", "ask for words", "find", "put a finding right", "take a finding out",
    "write down remote work", "end remote work", "submit a time sheet", "reopen a time sheet",
}  # fmt: skip
"""Those that a technician does on their own visits only."""


def came_of(deed: Deed, user: User) -> type[Refusal] | None:
    """How somebody's deed on R1 was refused; None: it was done."""
    try:
        deed(user, "R1")
    except Refusal as refusal:
        return type(refusal)
    return None


def test_every_deed_is_walked() -> None:
    walked = {where for where, _ in ON_SITE.values()}
    there = {one.where for one in declared()}
    assert walked <= there
    for_technicians = {one.where for one in declared() if Role.TECHNICIAN in one.roles}
    assert not for_technicians - walked - SEEN_FROM_INSIDE - ON_NO_VISIT, "say on whose visits a technician may do it"


def test_a_deed_says_who_may() -> None:
    for one in declared():
        assert one.by_name or one.where in ELSEWHERE, f"{one.where} does not name its roles"
        assert one.roles or one.where in EVERYBODY | ELSEWHERE, f"{one.where} is open to all staff"


def test_only_the_roles_that_are_named(office: Office) -> None:
    for roles in {one.roles for one in declared() if one.roles}:
        for user in (office.ana, office.dana, office.lee):
            if user.staff.roles & roles:
                continue
            with pytest.raises(NotAllowed, match="Only a"), user.write("try", *roles) as unit:
                unit.leave_unchanged()


@pytest.mark.parametrize("name", ON_SITE)
def test_each_role_on_ones_own_and_on_anothers_visit(office: Office, name: str) -> None:
    where, deed = ON_SITE[name]
    (roles,) = {one.roles for one in declared() if one.where == where}
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("09:00"), confirmed=True)
    if name in AHEAD:
        schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    else:
        office.on_site()
        office.clock.advance(1800)
    before = office.store.all("SELECT * FROM audit")
    own = {office.ana: True, office.ben: name not in OWN_ONLY and name != "accept", office.dana: True, office.lee: True}
    refused = [user for user, may in own.items() if not may or not user.staff.roles & roles]
    for user in refused:
        # a handover that nobody asked for is answered by nobody, and a result that cannot be read is nobody's
        other = {"accept": Refusal, "bring": Faulty}.get(name, NotAllowed)
        assert came_of(deed, user) in (NotAllowed, other), user.staff.login
    assert office.store.all("SELECT * FROM audit") == before, "a refused deed leaves no trace"
    for user in own:
        if user not in refused:
            assert came_of(deed, user) is not NotAllowed, user.staff.login
            break


def test_a_right_that_was_taken_away_is_gone_inside_an_open_session(office: Office) -> None:
    office.on_site()
    both = log_in(office.store, "ana")
    office.store.conn.execute("INSERT INTO staff_role VALUES (?, 'lead')", (both.staff.id,))
    both = log_in(office.store, "ana")
    assert Role.LEAD in both.staff.roles
    office.store.conn.execute("DELETE FROM staff_role WHERE role = 'lead' AND staff_id = ?", (both.staff.id,))
    with pytest.raises(NotAllowed):
        onsite.record(both, "R1", "A2", Recording(Result.OVERRIDDEN, "because I say so"))
    with pytest.raises(NotAllowed):
        leaving.leave(both, "R1", "called away")


def test_the_book_and_imports_are_not_a_technicians(office: Office, tmp_path: Path) -> None:
    for kind, record_store in RECORD_STORES.items():
        assert record_store.record.roles, kind
        assert Role.TECHNICIAN not in record_store.record.roles, kind
    for kind in KINDS:
        file = SAMPLE / ("rate_card.json" if kind == "rate-card" else f"{kind}.csv")
        if kind == "calendar":
            file = tmp_path / "calendar.ics"
            file.write_text("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", encoding="utf-8")
        with pytest.raises(NotAllowed):
            import_file(office.ana, kind, file)
