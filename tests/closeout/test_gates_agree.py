"""The gates in words and the view and trigger of the database say the same of every history that can be recorded."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import migrations
from db.copies import STATEMENTS
from db.library import sqlite3
from dispatch.closeout.answers import says_enough, says_the_same
from dispatch.closeout.gates import settled, unmet
from dispatch.closeout.recording import Recording, decide
from dispatch.closeout.template import follow_up_item, named_item, requested_item
from dispatch.model.checklists import (
    Asks,
    Attempt,
    Checklist,
    EntryKind,
    Grade,
    Item,
    ItemKind,
    NewItem,
    Permission,
    Phase,
    Result,
    WorkEntry,
)
from dispatch.model.probes import Probe, ProbeKind, Vantage
from tests.closeout.templates import items_of
from tests.quick import examples

ROWS = """
INSERT INTO staff (id, login, name) VALUES (1, 'ana', 'Ana Ruiz');
INSERT INTO staff_role (staff_id, role) VALUES (1, 'technician'), (1, 'lead');
INSERT INTO technician (staff_id, labour_class) VALUES (1, 'standard');
INSERT INTO client (id, name) VALUES (1, 'Harbor Dental');
INSERT INTO site (id, client_id, name, zone) VALUES (1, 1, 'Main', 'UTC');
INSERT INTO job (id, client_id, title, created_at) VALUES (1, 1, 'Scanner offline', 0);
INSERT INTO visit (id, reference, job_id, site_id, work, minutes, priority, requested_at)
  VALUES (1, 'R1', 1, 1, 'Scanner offline', 60, 3, 0), (2, 'R2', 1, 1, 'Scanner, second visit', 60, 3, 0);
INSERT INTO assignment (visit_id, staff_id, labour_class) VALUES (1, 1, 'standard');
UPDATE visit SET state = 'planned', starts_at = 0, ends_at = 3600, version = version + 1 WHERE id = 1;
UPDATE visit SET state = 'on_site', version = version + 1 WHERE id = 1;
"""

LOST = "(00000000)"
"""How words name the file that is handed in."""
TEXTS = st.one_of(
    st.sampled_from(
        [
            *(
                "",
                "ok",
                "nothing",
                "seen working at the desk",
                "Seen working at the DESK",
                "Seen: working,  at the desk!",
                "0123456789",
                " 012345678 ",
            ),
            *(
                "client will reboot tonight",
                "aaaaaaaaaa aaa",
                "word word WORD",
                "ten letters",
                "Prüfung läuft",
                "nine lett",
                f"the rack\nfiles: x {LOST}",
            ),
        ]
    ),
    st.text("ab \t\n\r\x0b\x85\xa0\u1680\u2003\u200b\u2028\u202f\u205f\u3000\ufeff", max_size=14),
)
VANTAGES = st.sampled_from(Vantage)
RESULTS = {
    ItemKind.CONFIRM: (Result.DONE, Result.DONE, Result.NOT_DONE),
    ItemKind.ASK: (Result.ANSWERED,),
    ItemKind.TEST: (Result.PASS, Result.PASS, Result.FAIL),
    ItemKind.SIGN_OFF: (Result.SIGNED,),
    ItemKind.NAMED: (Result.DONE, Result.FOLLOW_UP, Result.DECLINED),
}


class OpenVisit:
    """Visit 1 in the database, and the same visit as a checklist."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._sequence = 0
        self._way_in = False
        self._found = 0
        self.checklist = Checklist()

    def add(self, template: NewItem) -> None:
        number = len(self.checklist.items) + 1
        if self.checklist.item(template.ref) is not None:
            return
        item = Item(
            number,
            template.ref,
            template.phase,
            template.kind,
            template.label,
            template.required,
            template.na_allowed,
            template.override_allowed,
            number,
            probes=template.probes,
            evidence=template.evidence,
            way_in=self._way_in,
            findings=template.findings,
            found=self._found,
        )
        self._connection.execute(
            "INSERT INTO item (visit_id, id, ref, phase, kind, label, required, na_allowed, override_allowed, "
            "position, evidence, findings) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                item.id,
                item.ref,
                item.phase.value,
                item.kind.value,
                item.label,
                item.required,
                item.na_allowed,
                item.override_allowed,
                item.position,
                item.evidence,
                item.findings,
            ),
        )
        for position, probe in enumerate(item.probes):
            self._connection.execute(
                "INSERT INTO item_probe (item_id, position, vantage, runs, probe) VALUES (?, ?, ?, ?, '{}')",
                (item.id, position, probe.vantage.value, probe.kind is not ProbeKind.VALUE),
            )
        self.checklist = dataclasses.replace(self.checklist, items=(*self.checklist.items, item))

    def attempt(
        self,
        item: Item,
        result: Result,
        text: str = "",
        value: str | None = None,
        signed_by: str | None = None,
        vantage: str | None = None,
        age: int | None = None,
        grade: Grade | None = None,
    ) -> None:
        """`age`: of a test that ran, how many recordings came between its beginning and its end.

        Words that say nothing are refused by the database as by `decide`.
        """
        signed = signed_by or "" if result is Result.SIGNED else None
        sequence = self._next()
        begun_after = None if age is None else max(0, sequence - 1 - age)
        attempt = Attempt(sequence, 0, "Ana Ruiz", result, text, value, grade, vantage, signed, begun_after=begun_after)
        says = self._says(item, attempt)
        if not says:
            with pytest.raises(sqlite3.IntegrityError, match=r"words|bounds"):
                self._insert(item, attempt)
            return
        self._insert(item, attempt)
        items = tuple(
            dataclasses.replace(other, attempts=(*other.attempts, attempt)) if other.id == item.id else other
            for other in self.checklist.items
        )
        self.checklist = dataclasses.replace(self.checklist, items=items)

    def _says(self, item: Item, attempt: Attempt) -> bool:
        """Whether what was typed says enough to be kept."""
        if attempt.ran:
            return True
        if item.bounds is None and (attempt.value or attempt.grade is Grade.MEASURED):
            return False
        if attempt.result is Result.DONE and item.findings:
            return not attempt.text or says_enough(attempt.text)
        if attempt.result not in (Result.PASS, Result.NA, Result.NOT_DONE):
            return True
        if attempt.result is Result.PASS and any("0" <= character <= "9" for character in attempt.value or ""):
            return True
        others = [
            one
            for other in self.checklist.items
            if other.kind is ItemKind.TEST and other.id != item.id
            for one in other.attempts
            if not one.ran
        ]
        before = max(others, key=lambda one: one.sequence, default=None)
        same = before is not None and says_the_same(before.text, attempt.text)
        return says_enough(attempt.text) and not (attempt.result is Result.PASS and same)

    def way_in(self) -> None:
        """Somebody's connection leads into the client's network."""
        if not self._way_in:
            self._connection.execute("INSERT INTO way_in (visit_id, staff_id, session, at) VALUES (1, 1, 'here', 0)")
        self._way_in = True
        items = tuple(dataclasses.replace(item, way_in=True) for item in self.checklist.items)
        self.checklist = dataclasses.replace(self.checklist, items=items)

    def hand_in(self, item: Item) -> None:
        """A file for an item."""
        self._connection.execute(
            "INSERT INTO file (sha256, size, name, visit_id, item_id, staff_id, added_at, as_of) VALUES (?, 1, 'x', 1, ?, 1, 0, ?)",
            ("0" * 64, item.id, self._sequence),
        )
        self._change(item, shown_as_of=self._sequence, lost_files=())

    def take_out(self, item: Item) -> None:
        """A lead takes the newest file of an item out, if there is one; all of them have the same bytes."""
        files = self._connection.execute(
            "SELECT id, as_of FROM standing_file WHERE item_id = ? ORDER BY id DESC LIMIT 2", (item.id,)
        ).fetchall()
        if files:
            self._connection.execute(
                "INSERT INTO file_removal (file_id, staff_id, reason, at) VALUES (?, 1, 'another client', 0)",
                (files[0][0],),
            )
            self._change(item, shown_as_of=files[1][1] if files[1:] else None, lost_files=() if files[1:] else (LOST,))

    def find(self) -> None:
        """A finding is written down, or the one that is there taken out."""
        self._connection.execute(
            "UPDATE finding SET withdrawn_at = 0, version = version + 1 WHERE visit_id = 1 AND withdrawn_at IS NULL"
            if self._found
            else "INSERT INTO finding (visit_id, number, what, severity, staff_id, session, at) "
            "VALUES (1, 1, 'x', 'low', 1, 'here', 0)"
        )
        self._found = 1 - self._found
        for item in self.checklist.items:
            self._change(item, found=self._found)

    def permit(self, item: Item, *, lowered: bool) -> None:
        """A lead lets words settle an item."""
        self._connection.execute(
            "INSERT INTO permission (item_id, lowered, asked_by, asked_at, answered_by, answered_at, given, as_of, reason) "
            "VALUES (?, ?, 1, 0, 1, 0, 1, ?, 'for a reason')",
            (item.id, lowered, self._sequence),
        )
        self._change(item, permission=Permission("Ana Ruiz", 0, self._sequence, lowered, "for a reason"))

    def _change(self, item: Item, **fields: Any) -> None:
        items = tuple(
            dataclasses.replace(other, **fields) if other.id == item.id else other for other in self.checklist.items
        )
        self.checklist = dataclasses.replace(self.checklist, items=items)

    def _insert(self, item: Item, attempt: Attempt) -> None:
        self._connection.execute(
            "INSERT INTO attempt (visit_id, item_id, sequence, at, staff_id, session, result, text, value, grade, signed_by, "
            "satisfied, follow_up_id, vantage, begun_after) VALUES (1, ?, ?, 0, 1, 'here', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                item.id,
                attempt.sequence,
                attempt.result.value,
                attempt.text,
                attempt.value,
                attempt.grade,
                attempt.signed_by,
                None if attempt.signed_by is None else 1,
                2 if attempt.result is Result.FOLLOW_UP else None,
                attempt.vantage,
                attempt.begun_after,
            ),
        )

    def work(self, kind: EntryKind, *, same_number: bool = False) -> None:
        """A work entry, with a number of its own or with that of the attempt that it goes with."""
        taken = {entry.sequence for entry in self.checklist.entries}
        sequence = self._sequence if same_number and self._sequence not in taken | {0} else self._next()
        self._connection.execute(
            "INSERT INTO work_entry (visit_id, sequence, at, staff_id, session, kind) VALUES (1, ?, 0, 1, 'here', ?)",
            (sequence, kind.value),
        )
        entry = WorkEntry(sequence, 0, "Ana Ruiz", kind)
        self.checklist = dataclasses.replace(self.checklist, entries=(*self.checklist.entries, entry))

    def open_refs(self) -> set[str]:
        """What the database says is still open."""
        return {ref for (ref,) in self._connection.execute("SELECT ref FROM open_gate WHERE visit_id = 1")}

    def closes(self) -> bool:
        """Whether the database lets the visit be closed. Afterwards it stands closed, or as it was."""
        try:
            self._connection.execute("UPDATE visit SET state = 'closed', version = version + 1 WHERE id = 1")
        except sqlite3.IntegrityError as refusal:
            if "its checklist is not finished" not in str(refusal):
                raise
            return False
        return True

    def _next(self) -> int:
        self._sequence += 1
        self._connection.execute("UPDATE visit SET sequence = ?, version = version + 1 WHERE id = 1", (self._sequence,))
        return self._sequence


@pytest.fixture(scope="module")
def connection() -> Iterator[Any]:
    # those of the migrations fill the usual number of places, and each later one would be compiled anew at each use
    connection = sqlite3.connect(":memory:", isolation_level=None, cached_statements=STATEMENTS)
    connection.execute("PRAGMA foreign_keys = ON")
    migrations.make(connection)
    connection.executescript(ROWS)
    yield connection
    connection.close()


def agrees(visit: OpenVisit) -> bool:
    """Both say the same, item by item; the answer is whether the visit can be closed."""
    reasons = unmet(visit.checklist)
    required = {item.ref for item in visit.checklist.items if item.required}
    assert {reason.ref for reason in reasons if reason.ref} == visit.open_refs()
    assert {item.ref for item in visit.checklist.items if item.required and not settled(item, visit.checklist)} == (
        visit.open_refs()
    )
    closes = visit.closes()
    assert closes == (reasons == ())
    assert not closes or required
    return closes


@st.composite
def templates(draw: st.DrawFn) -> list[NewItem]:
    kind = draw(st.sampled_from(["visit", "delivery"]))
    tags = draw(st.frozensets(st.sampled_from(["server", "network", "many"])))
    items = list(items_of(kind, "Scanner offline", tags, draw(st.sampled_from([(), ("Mail",)]))))
    items += [requested_item(2, "the printer too"), named_item(1, "scanner is slow"), follow_up_item()]
    few = draw(st.lists(st.sampled_from(items), max_size=6)) if draw(st.booleans()) else items
    return [
        dataclasses.replace(
            item,
            required=draw(st.sampled_from([True, True, True, False])),
            na_allowed=draw(st.sampled_from([item.na_allowed, not item.na_allowed])),
            override_allowed=draw(st.sampled_from([item.override_allowed, not item.override_allowed])),
            probes=tuple(
                Probe(draw(st.sampled_from([ProbeKind.TCP, ProbeKind.TCP, ProbeKind.VALUE])), "mail", vantage)
                for vantage in draw(st.lists(VANTAGES, max_size=2))
            ),
            findings=item.kind is ItemKind.CONFIRM and draw(st.sampled_from([False, False, True])),
            evidence=draw(st.sampled_from([None, None, None, Asks.EXECUTED, Asks.MEASURED, Asks.ANY])),
        )
        for item in few
    ]


def add_anything(visit: OpenVisit, data: st.DataObject) -> None:
    """One record that the store takes, sensible or not: what an import or a hand at the database could leave."""
    items = visit.checklist.items
    if not items or data.draw(st.integers(0, 7)) == 0:
        visit.work(data.draw(st.sampled_from(EntryKind)), same_number=data.draw(st.booleans()))
        return
    if data.draw(st.integers(0, 7)) == 0:
        visit.find()
        return
    item = data.draw(st.sampled_from(items))
    chance = data.draw(st.integers(-1, 11)) if item.kind is ItemKind.TEST else 11
    if chance < 4:
        if chance == 0:
            visit.way_in()
        elif chance == 1:
            visit.hand_in(item)
        elif chance == -1:
            visit.take_out(item)
        else:
            visit.permit(item, lowered=chance == 2)
        return
    fitting = st.sampled_from((*RESULTS[item.kind], Result.NA, Result.OVERRIDDEN))
    visit.attempt(
        item,
        data.draw(st.one_of(fitting, fitting, st.sampled_from(Result))),
        data.draw(TEXTS),
        data.draw(st.none() | TEXTS.filter(lambda text: len(text) <= 80)),
        data.draw(TEXTS),
        data.draw(st.none() | VANTAGES),
        data.draw(st.none() | st.integers(0, 3)),
        data.draw(st.none() | st.sampled_from(Grade)),
    )


def check_any_history(connection: Any, data: st.DataObject, chosen: list[NewItem], count: int) -> None:
    connection.execute("BEGIN")
    try:
        visit = OpenVisit(connection)
        for template in chosen:
            visit.add(template)
        for _ in range(count):
            add_anything(visit, data)
        agrees(visit)
    finally:
        connection.execute("ROLLBACK")


@given(data=st.data(), chosen=templates(), count=st.integers(0, 20))
@settings(max_examples=examples(30), deadline=None)
def test_any_history(connection: Any, data: st.DataObject, chosen: list[NewItem], count: int) -> None:
    check_any_history(connection, data, chosen, count)


@pytest.mark.long
@pytest.mark.timeout(600)
@given(data=st.data(), chosen=templates(), count=st.integers(0, 40))
@settings(max_examples=3000, deadline=None)
def test_any_of_many_histories(connection: Any, data: st.DataObject, chosen: list[NewItem], count: int) -> None:
    check_any_history(connection, data, chosen, count)


@given(
    data=st.data(),
    server=st.booleans(),
    later=st.integers(0, 4),
)
@settings(max_examples=examples(80), deadline=None)
def test_nearly_finished_history(connection: Any, data: st.DataObject, server: bool, later: int) -> None:
    """A visit that can be closed, and a few records after it: both sides still agree on every gate."""
    connection.execute("BEGIN")
    try:
        visit = OpenVisit(connection)
        for template in items_of("visit", "Scanner offline", frozenset({"server"} if server else ()), ("Mail",)):
            visit.add(template)
        for item in visit.checklist.items:
            visit.attempt(item, RESULTS[item.kind][0], f"{item.ref} seen working at the desk", signed_by="J. Lowe")
            if item.phase is Phase.WORK:
                visit.work(EntryKind.NOTE)
        for _ in range(later):
            add_anything(visit, data)
        closes = agrees(visit)
        assert closes or later
    finally:
        connection.execute("ROLLBACK")


@given(data=st.data(), steps=st.integers(5, 40))
@settings(max_examples=examples(50), deadline=None)
def test_history_of_decisions(connection: Any, data: st.DataObject, steps: int) -> None:
    """What `decide` accepts, the store takes too; a result that it accepts is never short of evidence or a reason."""
    connection.execute("BEGIN")
    try:
        visit = OpenVisit(connection)
        for template in items_of("visit", "Scanner offline", frozenset({"server"}), ()):
            visit.add(template)
        for _ in range(steps):
            item = data.draw(st.sampled_from(visit.checklist.items))
            fitting = st.sampled_from((*RESULTS[item.kind], Result.NA, Result.OVERRIDDEN))
            entry = Recording(
                data.draw(st.one_of(fitting, st.sampled_from(Result))),
                data.draw(TEXTS),
                signed_by=data.draw(TEXTS),
                satisfied=True,
            )
            decision = decide(visit.checklist, item, entry)
            if decision.faults:
                continue
            assert decision.result is not None
            visit.attempt(item, decision.result, decision.text, decision.value, decision.signed_by)
            if decision.work is not None:
                visit.work(decision.work, same_number=True)
            for template in decision.items:
                visit.add(template)
            wrong = {reason.gate for reason in unmet(visit.checklist) if reason.ref == item.ref}
            assert not wrong & {"G2", "G4", "G5", "G8"}
            assert "G1" not in wrong or decision.result is Result.OVERRIDDEN
        agrees(visit)
    finally:
        connection.execute("ROLLBACK")


BLANKS = [chr(code) for code in range(1, 0x10000) if chr(code).isspace() or code in (0x200B, 0xFEFF)]


@pytest.mark.parametrize("result", Result)
def test_every_kind_of_item_with_every_result(connection: Any, result: Result) -> None:
    """Each case alone, at the edges of what evidence and a reason are."""
    templates = (*items_of("visit", "w", frozenset({"server"}), ()), named_item(1, "scanner is slow"), follow_up_item())
    one_of_each = {
        (one.phase, one.kind, one.required, one.na_allowed, one.override_allowed, one.probes, one.evidence): one
        for one in templates
    }
    for template in one_of_each.values():
        for text in ("", " ", "\u200b", "ok", "012345678 ", "01234 5678", "01234 56789"):
            for value in (None, "", "14h"):
                # who signed is recorded of a signature only
                for signed_by in ("", "J. Lowe") if result is Result.SIGNED else ("",):
                    closes = alone(connection, template, result, text, value, signed_by)
                    # design/states.md, Override and gate: overridden or not, without a pass a test never lets the visit be closed
                    assert not closes or template.kind is not ItemKind.TEST or result in (Result.PASS, Result.NA)


@pytest.mark.parametrize("blank", BLANKS, ids=lambda blank: f"{ord(blank):04x}")
def test_what_is_trimmed(connection: Any, blank: str) -> None:
    test = NewItem("T1", Phase.TEST, ItemKind.TEST, "The problem no longer occurs")

    assert not alone(connection, test, Result.PASS, f"{blank * 6}seen it{blank * 6}")
    assert alone(connection, test, Result.PASS, f"{blank * 6}seen it working{blank * 6}")


def alone(
    connection: Any, template: NewItem, result: Result, text: str, value: str | None = None, signed_by: str = ""
) -> bool:
    """Whether a visit with this item only, and this result on it, can be closed; both sides agree on it."""
    connection.execute("BEGIN")
    try:
        visit = OpenVisit(connection)
        visit.add(template)
        visit.attempt(visit.checklist.items[0], result, text, value, signed_by)
        return agrees(visit)
    finally:
        connection.execute("ROLLBACK")
