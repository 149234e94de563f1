"""Who may do what: every deed × every role × own and foreign visits.

A deed says who may do it once, where it opens its unit of work: `with seat.write("export", Role.LEAD)`, or `STEPS` says it.
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

from dispatch.closeout.recording import Entry
from dispatch.desk import (
    amending,
    arriving,
    attaching,
    clocking,
    handing_over,
    invoicing,
    leaving,
    marking,
    materials,
    onsite,
    permitting,
    probing,
    responding,
    reviewing,
    schedule,
)
from dispatch.desk.book.shelves import SHELVES
from dispatch.desk.imports.importing import KINDS, import_file
from dispatch.desk.refusals import Faulty, NotAllowed, Refusal
from dispatch.desk.seat import Seat, take_seat
from dispatch.desk.shown import UNSEEN
from dispatch.model.checklists import Result
from dispatch.model.states import STEPS, Role
from tests.conftest import SAMPLE
from tests.desk.conftest import Office, at

DESK = Path(onsite.__file__).parent
EVERYBODY = {"undo.undo", "undo.redo", "routing.renew", "road_times.keep"}
"""Open to all staff: taking back what was one's own, and keeping figures that the program reckoned."""
ELSEWHERE = {"book.keeping.add", "book.keeping.put", "book.keeping.edit", "book.keeping.archive", "book.keeping.settle",
             "imports.importing.import_file"}  # fmt: skip
"""Their roles are declared with the shelf or the kind of file."""
OPENS = {"seat.write": 0, "on_visit": 2, "stepping": 1, "putting_right": 1}
"""What opens a unit of work, with the place of the deed among what it takes."""


class Declared(NamedTuple):
    """Where a unit of work is opened, and to whom."""

    where: str
    roles: frozenset[Role]
    by_name: bool
    deed: str


@functools.cache
def declared() -> list[Declared]:
    """Every unit of work that a deed below dispatch/desk opens: `seat.write(…)` and what `dispatch.desk.steps` makes of it."""
    found = []
    for path in sorted(DESK.rglob("*.py")):
        module = ".".join(path.relative_to(DESK).with_suffix("").parts)
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef) or module == "steps":
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


Deed = Callable[[Seat, str], Any]
ON_SITE: dict[str, tuple[str, Deed]] = {
    "record": ("onsite.record", lambda seat, ref: onsite.record(seat, ref, "A1", Entry(Result.ANSWERED, "all of it"))),
    "work": ("onsite.work", lambda seat, ref: onsite.work(seat, ref, "driver replaced")),
    "ask": ("onsite.ask", lambda seat, ref: onsite.ask(seat, ref, "the printer too")),
    "use": ("onsite.use", lambda seat, ref: onsite.use(seat, ref, "cable", amount="5")),
    "close": ("leaving.close", leaving.close),
    "leave": ("leaving.leave", lambda seat, ref: leaving.leave(seat, ref, "called away")),
    "no access": ("leaving.no_access", lambda seat, ref: leaving.no_access(seat, ref, called="reception")),
    "abort": ("leaving.abort", lambda seat, ref: leaving.abort(seat, ref, "flooded")),
    "reopen": ("leaving.reopen", lambda seat, ref: leaving.reopen(seat, ref, "once more")),
    "attach": ("attaching.attach", lambda seat, ref: attaching.attach(seat, ref, "T1", "a.jpg", io.BytesIO(b"x"))),
    "pause": ("clocking._clock", lambda seat, ref: clocking.pause(seat, ref, "break")),
    "go on": ("clocking._clock", clocking.resume),
    "home": ("clocking.home", clocking.home),
    "correct": ("clocking.correct", lambda seat, ref: clocking.correct(seat, ref, "arrival", at("08:50"), "too late")),
    "insert break": (
        "clocking.correct_break",
        lambda seat, ref: clocking.correct_break(seat, ref, "break", at("09:05"), at("09:10"), "forgotten"),
    ),
    "did not come": (
        "clocking.did_not_come",
        lambda seat, ref: clocking.did_not_come(seat, ref, "Ana Ruiz", "she was ill"),
    ),
    "mark": ("marking.mark", lambda seat, ref: marking.mark(seat, ref, "own_fault", "our mistake")),
    "specify": ("probing.specify", probing.specify),
    "bring": ("probing.bring", lambda seat, ref: probing.bring(seat, ref, "{}")),
    "unmark": ("marking.unmark", lambda seat, ref: marking.unmark(seat, ref, "after all")),
    "take back": ("materials.take_back", lambda seat, ref: materials.take_back(seat, ref, 1, "by mistake")),
    "hand over": ("handing_over.ask", lambda seat, ref: handing_over.ask(seat, ref, "Ben Okafor", "holidays")),
    "accept": ("handing_over._answer", handing_over.accept),
    "depart": ("arriving.depart", arriving.depart),
    "arrive": ("arriving.arrive", arriving.arrive),
    "dispatch": ("schedule.dispatch", schedule.dispatch),
    "unassign": ("schedule.unassign", schedule.unassign),
    "hold": ("schedule.hold", lambda seat, ref: schedule.hold(seat, ref, "parts")),
    "cancel": ("schedule.cancel", lambda seat, ref: schedule.cancel(seat, ref, "ill")),
    "pin": ("schedule.pin", schedule.pin),
    "confirm": ("schedule.confirm", schedule.confirm),
    "responded": ("responding.responded", lambda seat, ref: responding.responded(seat, ref, "remote")),
    "handed over": ("responding.handed_over", responding.handed_over),
    "move": ("schedule._place", lambda seat, ref: schedule.move(seat, ref, ["Ana Ruiz"], at("15:00"))),
    "assign": ("schedule._place", lambda seat, ref: schedule.assign(seat, ref, ["Ben Okafor"], at("15:00"))),
    "edit request": (
        "amending.amend",
        lambda seat, ref: amending.amend(
            seat, ref, {"client": "Harbor Dental", "work": "another thing", "minutes": "45", "site": "Main office"}
        ),
    ),
    "approve": ("reviewing.approve", lambda seat, ref: reviewing.approve(seat, ref, "", UNSEEN)),
    "approve many": ("reviewing.approve_clean", lambda seat, ref: reviewing.approve_clean(seat, {ref: UNSEEN})),
    "send back": ("reviewing.send_back", lambda seat, ref: reviewing.send_back(seat, ref, "which server?")),
    "answer": ("reviewing.answer", lambda seat, ref: reviewing.answer(seat, ref, "the file server")),
    "words": (
        "reviewing.correct_words",
        lambda seat, ref: reviewing.correct_words(seat, ref, "A1", "all of it", "wrong"),
    ),
    "export": ("invoicing.export", lambda seat, ref: invoicing.export(seat, {})),
    "export again": ("invoicing.export_again", lambda seat, ref: invoicing.export_again(seat, 1)),
    "swap": ("schedule.swap", lambda seat, ref: schedule.swap(seat, ref, "R2")),
    "ask for words": ("permitting.ask", lambda seat, ref: permitting.ask(seat, ref, "T1")),
    "let words": ("permitting.give", lambda seat, ref: permitting.give(seat, ref, "T1", "because")),
    "let no words": ("permitting.refuse", lambda seat, ref: permitting.refuse(seat, ref, "T1", "because")),
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
    "notices.note",
    "arriving.see",
    "onsite.see_way_in",
    "reviewing.see_comment",
    "probing._keeper",
    "probing.keep",
}
"""What is noted of one's own visit by the way: that it was seen, and what a watch sees."""
OWN_ONLY = {
    "record", "work", "ask", "use", "close", "no access", "abort", "attach", "pause", "go on", "home", "correct",
    "insert break", "mark", "unmark", "take back", "depart", "arrive", "specify", "responded", "handed over",
    "answer", "words", "did not come", "ask for words",
}  # fmt: skip
"""Those that a technician does on their own visits only."""


def came_of(deed: Deed, seat: Seat) -> type[Refusal] | None:
    """How somebody's deed on R1 was refused; None: it was done."""
    try:
        deed(seat, "R1")
    except Refusal as refusal:
        return type(refusal)
    return None


def test_every_deed_is_walked() -> None:
    walked = {where for where, _ in ON_SITE.values()}
    there = {one.where for one in declared()}
    assert walked <= there
    for_technicians = {one.where for one in declared() if Role.TECHNICIAN in one.roles}
    assert not for_technicians - walked - SEEN_FROM_INSIDE, "say on whose visits a technician may do it"


def test_a_deed_says_who_may() -> None:
    for one in declared():
        assert one.by_name or one.where in ELSEWHERE, f"{one.where} does not name its roles"
        assert one.roles or one.where in EVERYBODY | ELSEWHERE, f"{one.where} is open to all staff"


def test_only_the_roles_that_are_named(office: Office) -> None:
    for roles in {one.roles for one in declared() if one.roles}:
        for seat in (office.ana, office.dana, office.lee):
            if seat.staff.roles & roles:
                continue
            with pytest.raises(NotAllowed, match="Only a"), seat.write("try", *roles) as unit:
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
    refused = [seat for seat, may in own.items() if not may or not seat.staff.roles & roles]
    for seat in refused:
        # a handover that nobody asked for is answered by nobody, and a result that cannot be read is nobody's
        other = {"accept": Refusal, "bring": Faulty}.get(name, NotAllowed)
        assert came_of(deed, seat) in (NotAllowed, other), seat.staff.login
    assert office.store.all("SELECT * FROM audit") == before, "a refused deed leaves no trace"
    for seat in own:
        if seat not in refused:
            assert came_of(deed, seat) is not NotAllowed, seat.staff.login
            break


def test_a_right_that_was_taken_away_is_gone_inside_an_open_session(office: Office) -> None:
    office.on_site()
    both = take_seat(office.store, "ana")
    office.store.conn.execute("INSERT INTO staff_role VALUES (?, 'lead')", (both.staff.id,))
    both = take_seat(office.store, "ana")
    assert Role.LEAD in both.staff.roles
    office.store.conn.execute("DELETE FROM staff_role WHERE role = 'lead' AND staff_id = ?", (both.staff.id,))
    with pytest.raises(NotAllowed):
        onsite.record(both, "R1", "A2", Entry(Result.OVERRIDDEN, "because I say so"))
    with pytest.raises(NotAllowed):
        leaving.leave(both, "R1", "called away")


def test_the_book_and_imports_are_not_a_technicians(office: Office, tmp_path: Path) -> None:
    for kind, shelf in SHELVES.items():
        assert shelf.roles, kind
        assert Role.TECHNICIAN not in shelf.roles, kind
    for kind in KINDS:
        file = SAMPLE / ("rate_card.json" if kind == "rate-card" else f"{kind}.csv")
        if kind == "calendar":
            file = tmp_path / "calendar.ics"
            file.write_text("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", encoding="utf-8")
        with pytest.raises(NotAllowed):
            import_file(office.ana, kind, file)
