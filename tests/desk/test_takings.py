"""Without a line: a day is taken along, done on a laptop by the same rules, and handed in (design/close-out.md C7)."""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import io
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import checklists, takings, visits
from db.store import Store, existing
from dispatch.closeout import carried
from dispatch.closeout.gates import unmet
from dispatch.closeout.recording import Recording
from dispatch.desk.closeout import arriving, clocking, evidence, finding, leaving, onsite, permitting, probing
from dispatch.desk.plan import schedule
from dispatch.desk.session.refusals import Faulty, GatesUnmet, NeedsChoice, NeedsConfirm, NotAllowed, NotFound, Refusal
from dispatch.desk.session.user import User, log_in
from dispatch.desk.takings import taking
from dispatch.desk.takings.handing_in import DEEDS, BroughtIn, hand_in
from dispatch.desk.visits.kept_files import path_of
from dispatch.model.checklists import Checklist, Grade, Result
from dispatch.model.clock import SetClock
from dispatch.model.states import State
from tests.closeout.probes.servers import HERE, saying, serving
from tests.desk.conftest import DAY, Office, at, fill, good, logged_in
from tests.desk.test_probing import register
from tests.prepared import prepared
from tests.quick import examples
from tests.wall import START, WALL


class Laptop:
    """Ana's laptop with her day, and a clock of its own."""

    def __init__(self, office: Office, path: Path, off: int = 0, user: User | None = None) -> None:
        self.office, self.off = office, off
        self.taken = taking.take(user or office.ana, DAY, path)
        self.clock = SetClock(office.clock.now() + off)
        self.store = Store.open(path, clock=self.clock)
        self.ana = log_in(self.store)

    def go(self, clock: str, days: int = 0) -> None:
        self.office.go(clock, days)
        self.clock.set(self.office.clock.now() + self.off)

    def pass_minute(self) -> None:
        self.office.clock.advance(60)
        self.clock.set(self.office.clock.now() + self.off)

    def say(self, ref: str, entry: Recording, reference: str = "R1") -> None:
        self.pass_minute()
        onsite.record(self.ana, reference, ref, entry)

    def checklist(self, reference: str = "R1") -> Checklist:
        return checklists.checklist(self.store, visits.visit_by_reference(self.store, reference).id)

    def finish(self, reference: str = "R1") -> None:
        for item in self.checklist(reference).items:
            if item.required:
                self.say(item.ref, good(item), reference)

    def document(self) -> bytes:
        return b"".join(taking.written(self.ana))

    def hand_in(self, user: User | None = None, **more: object) -> BroughtIn:
        return hand_in(user or self.office.ana, io.BytesIO(self.document()), **more)


@pytest.fixture
def laptop(office: Office, tmp_path: Path) -> Iterator[Laptop]:
    """Ana's day with R1 at nine and R2 at eleven, taken along at eight."""
    office.go("08:00")
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:00"), confirmed=True)
    made = Laptop(office, tmp_path / "taken.db")
    yield made
    made.store.close()


def of(office: Office, reference: str = "R1") -> Checklist:
    return checklists.checklist(office.store, visits.visit_by_reference(office.store, reference).id)


def told(checklist: Checklist) -> list[tuple[Any, ...]]:
    """What a checklist tells, in its order, without numbers."""
    recorded: list[tuple[Any, ...]] = [
        (one.sequence, item.ref, one.at, one.by, one.result, one.text, one.value, one.signed_by)
        for item in checklist.items
        for one in item.attempts
    ]
    recorded += [(entry.sequence, "work", entry.at, entry.by, entry.kind, entry.text) for entry in checklist.entries]
    return [one[1:] for one in sorted(recorded)]


def test_a_day_that_was_done_without_a_line_stands_at_the_office_as_it_was_done(office: Office, laptop: Laptop) -> None:
    laptop.go("08:40")
    arriving.depart(laptop.ana, "R1")
    laptop.go("09:00")
    arriving.arrive(laptop.ana, "R1")
    laptop.go("09:10")
    onsite.work(laptop.ana, "R1", "replaced the driver")
    clocking.pause(laptop.ana, "R1", "break")
    laptop.go("09:20")
    clocking.resume(laptop.ana, "R1")
    onsite.ask(laptop.ana, "R1", "look at the printer too")
    laptop.finish()
    here = laptop.checklist()
    laptop.go("10:30")
    leaving.close(laptop.ana, "R1")
    laptop.go("11:00")
    arriving.arrive(laptop.ana, "R2")
    laptop.finish("R2")
    laptop.go("12:30")
    leaving.close(laptop.ana, "R2")
    laptop.go("13:00")
    clocking.home(laptop.ana, "R2")
    assert visits.visit_by_reference(office.store, "R1").state is State.PLANNED
    laptop.go("17:00")
    report = laptop.hand_in()
    assert [(one.visit.reference, one.visit.state, one.refused, one.unmet, one.not_in) for one in report.visits] == [
        ("R1", State.CLOSED, (), (), ""),
        ("R2", State.CLOSED, (), (), ""),
    ]
    assert told(of(office)) == told(here)
    visit = visits.visit_by_reference(office.store, "R1")
    (part,) = visit.assignments
    assert (part.depart_at, part.check_in_at, part.check_out_at, visit.ended_at) == (
        at("08:40"), at("09:00"), at("10:30"), at("10:30"),
    )  # fmt: skip
    assert {(one.kind, one.starts_at, one.ends_at) for one in part.segments} >= {("break", at("09:10"), at("09:20"))}
    assert visits.visit_by_reference(office.store, "R2").assignments[0].return_at == at("13:00")
    again = laptop.hand_in()
    assert (again.visits, again.known) == ((), len(takings.deeds_of(office.store, 1)))


def test_what_is_taken_along_is_the_persons_and_nobody_elses(office: Office, laptop: Laptop) -> None:
    data = (laptop.store.path.read_bytes(), laptop.store.all("SELECT name FROM staff"))
    assert data[1] == [("Ana Ruiz",)], "a visit of nobody else, so nobody else"
    for theirs in (b"Ben Okafor", b"dana", b"120.00", b"Annex", b"R3"):
        assert theirs not in data[0]
    assert laptop.store.path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(NotFound, match="Ana Ruiz took this along"):
        log_in(laptop.store, "lee")
    assert log_in(laptop.store, "ANA").staff.login == "ana"
    assert laptop.store.all("PRAGMA foreign_key_check") == []


def test_nothing_else_is_done_in_it(office: Office, laptop: Laptop) -> None:
    for deed in (
        lambda: schedule.unassign(laptop.ana, "R1"),
        lambda: leaving.abort(laptop.ana, "R1", "no time today"),
        lambda: clocking.correct(laptop.ana, "R1", "arrival", at("08:00"), "forgotten"),
        lambda: taking.take(laptop.ana, DAY, laptop.store.path.with_name("again.db")),
    ):
        with pytest.raises(NotAllowed):
            deed()
    with pytest.raises(Refusal, match="Nothing was done yet"):
        laptop.document()
    with pytest.raises(Refusal, match="no database that was taken along"):
        list(taking.written(office.ana))


def test_the_gates_are_the_same_ones_on_the_laptop(office: Office, laptop: Laptop) -> None:
    laptop.go("09:00")
    arriving.arrive(laptop.ana, "R1")
    laptop.finish()
    laptop.pass_minute()
    onsite.work(laptop.ana, "R1", "one more cable was replaced")
    with pytest.raises(GatesUnmet, match="R1"):
        leaving.close(laptop.ana, "R1")
    report = laptop.hand_in()
    assert (report.visits[0].visit.state, report.visits[0].unmet) == (State.ON_SITE, ())
    with pytest.raises(GatesUnmet):
        leaving.close(office.ana, "R1")


def test_what_the_office_recorded_meanwhile_is_asked_about_and_stands_by_its_time(
    office: Office, laptop: Laptop
) -> None:
    laptop.go("09:00")
    arriving.arrive(laptop.ana, "R1")
    laptop.finish()
    laptop.go("10:00")
    leaving.close(laptop.ana, "R1")
    # somebody else of the firm arrived for them, worked, and it was after the sign-off
    laptop.go("09:45")
    arriving.arrive(office.lee, "R1", early_not_agreed=True)
    laptop.go("09:59")
    onsite.work(office.lee, "R1", "the firewall got another rule")
    laptop.go("11:00")
    with pytest.raises(NeedsConfirm) as question:
        laptop.hand_in()
    assert "the firewall got another rule" in question.value.said
    assert "arrive, Tue 24 Nov 2026 09:00, is refused here" in question.value.said
    assert of(office).entries[0].text == "the firewall got another rule"
    assert takings.deeds_of(office.store, 1) == []
    (one,) = laptop.hand_in(confirmed=question.value.marks).visits
    assert one.visit.state is State.ON_SITE
    assert len(one.refused) == 2, "the arrival, and the close that the gates keep from being done"
    assert any("work was noted" in reason for reason in one.unmet)
    order = [what[0] for what in told(of(office))]
    assert order.index("L5") < order.index("W2", order.index("L5"))
    assert [deed.refused != "" for deed in takings.deeds_of(office.store, 1)].count(True) == 2


def test_a_visit_that_went_to_somebody_else_waits_in_the_file(office: Office, laptop: Laptop) -> None:
    laptop.go("09:00")
    arriving.arrive(laptop.ana, "R1")
    laptop.pass_minute()
    onsite.work(laptop.ana, "R1", "replaced the driver")
    schedule.unassign(office.dana, "R1")
    report = laptop.hand_in()
    assert "it is with nobody by now" in report.visits[0].not_in
    assert takings.deeds_of(office.store, 1) == []
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("13:00"), confirmed=True)
    with pytest.raises(NeedsConfirm, match="R1 was moved meanwhile") as question:
        laptop.hand_in()
    (one,) = laptop.hand_in(confirmed=question.value.marks).visits
    assert (one.done, one.visit.state, one.refused) == (2, State.ON_SITE, ())
    assert one.visit.early_agreed_by.startswith("nobody: planned for Tue 24 Nov 2026 09:00")


def test_what_was_handed_in_is_not_done_twice_and_the_rest_goes_on(office: Office, laptop: Laptop) -> None:
    laptop.go("09:00")
    arriving.arrive(laptop.ana, "R1")
    laptop.say("L1", Recording(Result.ANSWERED, "the scanner is slow"))
    assert laptop.hand_in().visits[0].done == 2
    before = told(of(office))
    assert laptop.hand_in() == BroughtIn((), 2)
    assert told(of(office)) == before
    # the office adds a thing of its own under the id that the laptop gives its next one
    office.clock.advance(60)
    onsite.record(office.ana, "R1", "L1", Recording(Result.ANSWERED, "a key of the server room"))
    laptop.say("L1", Recording(Result.ANSWERED, "a longer cable"))
    laptop.say("L1.2", Recording(Result.DECLINED, "not today, they said"))
    with pytest.raises(NeedsConfirm) as question:
        laptop.hand_in()
    laptop.hand_in(confirmed=question.value.marks)
    ends = {item.label: item.latest and item.latest.result for item in of(office).items if item.ref.startswith("L1.")}
    assert ends == {"the scanner is slow": None, "a key of the server room": None, "a longer cable": Result.DECLINED}


def test_a_photograph_comes_along(office: Office, laptop: Laptop) -> None:
    laptop.go("09:00")
    arriving.arrive(laptop.ana, "R1")
    laptop.pass_minute()
    kept = evidence.attach(laptop.ana, "R1", "T1", "C:\\photos\\rack.jpg", io.BytesIO(b"light and dark" * 1000))
    laptop.say("T1", Recording(Result.PASS, "it starts by itself again"))
    document = laptop.document()
    with pytest.raises(Faulty, match="its file is missing"):
        hand_in(office.ana, io.BytesIO(without(document, b'{"file"')))
    laptop.hand_in()
    (file,) = checklists.files_of(office.store, 1)
    assert (file.name, file.item, file.at) == ("rack.jpg", "T1", kept.at)
    assert path_of(office.store, file.sha256).read_bytes() == b"light and dark" * 1000
    assert "rack.jpg" in of(office).item("T1").latest.text


def test_a_refused_hand_in_leaves_no_file(office: Office, laptop: Laptop) -> None:
    laptop.go("09:00")
    arriving.arrive(laptop.ana, "R1")
    laptop.pass_minute()
    evidence.attach(laptop.ana, "R1", "T1", "rack.jpg", io.BytesIO(b"light"))
    arriving.arrive(office.ana, "R1")
    onsite.work(office.ana, "R1", "said on the telephone")
    with pytest.raises(NeedsConfirm):
        laptop.hand_in()
    assert [path for path in office.store.path.with_name("firm.db.files").rglob("*") if path.is_file()] == []
    assert {what[3] for what in told(of(office))} <= {"Ana Ruiz", Result.DONE, "note"}
    assert takings.deeds_of(office.store, 1) == []


def without(document: bytes, start: bytes) -> bytes:
    """A document whose lines that begin so are left out, and that says so in its hash."""
    kept = [line for line in document.splitlines(keepends=True)[:-1] if not line.startswith(start)]
    return signed(b"".join(kept))


def signed(lines: bytes) -> bytes:
    return lines + json.dumps({"sha256": hashlib.sha256(lines).hexdigest()}).encode() + b"\n"


def altered(document: bytes, old: bytes, new: bytes) -> bytes:
    assert old in document
    return signed(b"".join(document.splitlines(keepends=True)[:-1]).replace(old, new))


def test_hostile_files_are_refused(office: Office, laptop: Laptop, tmp_path: Path) -> None:
    laptop.go("09:00")
    arriving.arrive(laptop.ana, "R1")
    laptop.say("A2", Recording(Result.ANSWERED, "nothing prints"))
    document = laptop.document()
    nonce = takings.by_id(office.store, 1).nonce.encode()
    for broken, why in (
        (b"", "cut off"),
        (b"SQLite format 3\0" + bytes(4000), "no document"),
        (b"[" * 100_000 + b"\n", "no document"),
        (b'{"dispatch": "probe result 1"}\n', "no document"),
        (document[:-3], "cut off"),
        (document[: len(document) // 2], "cut off"),
        (document + b"more", "cut off"),
        (document.replace(b"nothing prints", b"nothing at all"), "cut off or altered"),
        (altered(document, nonce, b"0" * 32), "never given out here"),
        (altered(document, b'"deed":"record"', b'"deed":"approve"'), "none that is done without a line"),
        (altered(document, b'"ref":"A2"', b'"ref":"A2","user":"lee"'), "is not known here"),
        (altered(document, b'"visit":"R1"', b'"visit":"R3"'), "R3 was not taken along"),
        (altered(document, b'"number":1', b'"number":9'), "not in their order"),
        (altered(document, b'"number":2', b'"number":1'), "not in their order"),
    ):
        with pytest.raises(Faulty, match=why):
            hand_in(office.ana, io.BytesIO(broken))
    with pytest.raises(NotAllowed, match="who took it along"):
        hand_in(office.ben, io.BytesIO(document))
    assert takings.deeds_of(office.store, 1) == []
    hand_in(office.ana, io.BytesIO(document))
    with pytest.raises(Faulty, match="not the one that was handed in before"):
        hand_in(office.ana, io.BytesIO(altered(document, b"nothing prints", b"all is well")))


@pytest.mark.parametrize("run", [None, {"grade": "executed", "vantage": "host", "begun_after": 0, "tries": []}])
def test_what_a_laptop_says_of_itself_is_no_executed_test(
    office: Office, laptop: Laptop, run: dict[str, object] | None
) -> None:
    laptop.go("09:00")
    arriving.arrive(laptop.ana, "R1")
    laptop.say("T1", Recording(Result.PASS, "it starts by itself again"))
    document = altered(laptop.document(), b'"run":null', b'"run":' + json.dumps(run).encode())
    hand_in(office.ana, io.BytesIO(document))
    attempt = of(office).item("T1").latest
    assert (attempt.grade, attempt.vantage) == ((Grade.MEASURED, "site") if run else (Grade.ATTESTED, None))


def test_a_test_that_runs_on_the_laptop_is_measured_from_the_site(office: Office, tmp_path: Path) -> None:
    with serving(saying(b"220 mail.example.com ESMTP\r\n")) as port:
        register(office, name="mail", kind="tcp", address=f"{HERE}:{port}")
        office.go("08:00")
        schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
        laptop = Laptop(office, tmp_path / "taken.db")
        laptop.go("09:00")
        arriving.arrive(laptop.ana, "R1")
        tested = [item.ref for item in laptop.checklist().items if item.runnable]
        laptop.pass_minute()
        (ran, *_) = probing.run(laptop.ana, "R1", tested[:1], pace=probing.Pace(0.05))
        assert ran.passed
        laptop.hand_in()
        laptop.store.close()
    attempt = of(office).item(tested[0]).latest
    assert (attempt.result, attempt.grade, attempt.vantage) == (Result.PASS, Grade.MEASURED, "site")
    assert attempt.begun_after == attempt.sequence - 1 or attempt.begun_after == 0
    assert attempt.tries[0].text


@pytest.mark.parametrize("off", [3600, -3600])
def test_a_clock_that_is_an_hour_off_is_asked_about(office: Office, tmp_path: Path, off: int) -> None:
    office.go("08:00")
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    laptop = Laptop(office, tmp_path / "taken.db", off)
    laptop.go("09:00")
    agreed = {"early_not_agreed": True} if off < 0 else {}
    arriving.arrive(laptop.ana, "R1", **agreed)
    laptop.go("10:00")
    onsite.work(laptop.ana, "R1", "replaced the driver")
    laptop.go("12:00")
    with pytest.raises(NeedsChoice) as question:
        laptop.hand_in()
    assert set(question.value.choices) == ({"wrong"} if off > 0 else {"wrong", "right"})
    assert ("13:00" if off > 0 else "11:00") in str(question.value)
    report = laptop.hand_in(clock="wrong")
    assert report.moved == -off
    visit = visits.visit_by_reference(office.store, "R1")
    assert (visit.assignments[0].check_in_at, of(office).entries[0].at) == (at("09:00"), at("10:00"))
    laptop.store.close()


def test_a_clock_that_was_put_while_it_was_away_is_said(office: Office, laptop: Laptop) -> None:
    laptop.go("09:00")
    arriving.arrive(laptop.ana, "R1")
    laptop.clock.set(at("07:00"))
    onsite.work(laptop.ana, "R1", "replaced the driver")
    laptop.go("10:00")
    with pytest.raises(NeedsConfirm, match="Some times cannot be") as question:
        laptop.hand_in()
    laptop.hand_in(confirmed=question.value.marks)
    assert of(office).entries[0].at == at("09:00")


def test_a_day_of_several_ends_on_the_laptop(office: Office, tmp_path: Path) -> None:
    from tests.desk.test_several_days import job

    office.go("08:00")
    reference = job(office, days="2", minutes="120")
    schedule.assign(office.dana, reference, ["Ana Ruiz"], at("09:00"), confirmed=True)
    laptop = Laptop(office, tmp_path / "taken.db")
    laptop.go("09:00")
    arriving.arrive(laptop.ana, reference)
    laptop.say("A2", Recording(Result.ANSWERED, "two rooms to move"), reference)
    laptop.go("11:00")
    leaving.end_day(laptop.ana, reference)
    laptop.go("12:00")
    (one,) = laptop.hand_in().visits
    assert (one.visit.state, one.visit.next_day, one.not_in) == (State.DISPATCHED, 2, "")
    laptop.store.close()


OPS = ("T1 pass", "T1 fail", "T2 pass", "T2 fail", "work", "L2 done", "L5 sign", "W1.1 done", "A2 said", "L1 nothing")


def do(user: User, op: str, number: int) -> None:
    ref, _, how = op.partition(" ")
    words = f"number {'abcdefghijklmnopqrst'[number]} was seen here"
    entries = {
        "pass": Recording(Result.PASS, words),
        "fail": Recording(Result.FAIL, words),
        "done": Recording(Result.DONE, words),
        "sign": Recording(Result.SIGNED, words, signed_by="J. Lowe", satisfied=True),
        "said": Recording(Result.ANSWERED, words),
        "nothing": Recording(Result.ANSWERED, "nothing"),
    }
    if ref == "work":
        onsite.work(user, "R1", words)
    else:
        onsite.record(user, "R1", ref, entries[how])


def brought(laptop: Laptop) -> None:
    """All of it is handed in, whatever is asked."""
    if takings.last_number(laptop.store, 1):
        try:
            laptop.hand_in()
        except NeedsConfirm as question:
            laptop.hand_in(confirmed=question.marks)


PLACES = st.sampled_from(["laptop", "laptop", "office", "office", "hand in"])


@given(st.lists(st.tuples(PLACES, st.sampled_from(OPS)), min_size=2, max_size=14))
@settings(max_examples=examples(24))
def test_interleaved_it_comes_to_what_it_would_have_with_a_line(ops: list[tuple[str, str]]) -> None:
    """C7, G1, G4, G8: the same checklist, in the same order, with the same gates unmet, as if recorded at the office."""
    with TemporaryDirectory() as folder:
        outcomes = []
        for name in ("with a line", "without"):
            WALL.set(START)
            with prepared(Path(folder) / f"{name}.db", fill, clock=WALL) as store:
                office = logged_in(store)
                office.on_site()
                laptop = Laptop(office, Path(folder) / f"{name} taken.db") if name == "without" else None
                for number, (where, op) in enumerate(ops):
                    office.clock.advance(60)
                    if laptop is not None:
                        laptop.clock.set(office.clock.now())
                    if where == "hand in":
                        if laptop is not None:
                            brought(laptop)
                        continue
                    user = office.lee if where == "office" else office.ana if laptop is None else laptop.ana
                    do(user, op, number)
                if laptop is not None:
                    brought(laptop)
                    laptop.store.close()
                checklist = of(office)
                outcomes.append((told(checklist), [(one.gate, one.ref) for one in unmet(checklist)]))
                closes = True
                try:
                    leaving.close(office.ana, "R1")
                except GatesUnmet:
                    closes = False
                assert closes is (not outcomes[-1][1])
        assert outcomes[0] == outcomes[1]


def test_findings_of_an_audit_come_along_under_numbers_of_the_office(office: Office, laptop: Laptop) -> None:
    laptop.go("09:00")
    arriving.arrive(laptop.ana, "R1")
    arriving.arrive(office.ana, "R1")
    finding.add(office.ana, "R1", {"what": "no lock on the rack", "severity": "high"})
    laptop.pass_minute()
    finding.add(laptop.ana, "R1", {"what": "backup never restored", "severity": "low"})
    finding.edit(laptop.ana, "R1", 1, {"severity": "critical"})
    finding.add(laptop.ana, "R1", {"what": "typed by mistake", "severity": "low"})
    finding.remove(laptop.ana, "R1", 2, "typed by mistake")
    with pytest.raises(NeedsConfirm) as question:
        laptop.hand_in()
    laptop.hand_in(confirmed=question.value.marks)
    assert [(one.number, one.what, one.severity) for one in finding.of_visit(office.ana, "R1")] == [
        (1, "no lock on the rack", "high"),
        (2, "backup never restored", "critical"),
    ]
    finding.edit(laptop.ana, "R1", 1, {"severity": "medium"})
    with pytest.raises(NeedsConfirm, match="finding 1 was handed in before"):
        laptop.hand_in()


def test_two_laptops_of_a_crew_come_to_one_order(office: Office, tmp_path: Path) -> None:
    """G4, G8: whoever hands in first, a pass before another's work and a sign-off before it are asked for again."""
    office.go("08:00")
    meant = {"reason": "both are needed", "confirmed": True}
    schedule.assign(office.dana, "R1", ["Ana Ruiz", "Ben Okafor"], at("09:00"), **meant)
    laptops = [Laptop(office, tmp_path / "ana.db"), Laptop(office, tmp_path / "ben.db", user=office.ben)]
    office.go("09:00")
    for number in range(24):
        office.clock.advance(60)
        for one in laptops:
            one.clock.set(office.clock.now())
        user = laptops[number % 2].ana
        if number < 2:
            arriving.arrive(user, "R1")
        else:
            do(user, ("T1 pass", "work", "L5 sign", "W1.1 done")[number // 2 % 4], number % 20)
    for one, user in ((laptops[1], office.ben), (laptops[0], office.ana)):
        with pytest.raises(NeedsConfirm) if user is office.ana else contextlib.nullcontext() as question:
            one.hand_in(user)
        if question is not None:
            one.hand_in(user, confirmed=question.value.marks)
        one.store.close()
    times = [what[1] for what in told(of(office))]
    assert times == sorted(times)
    assert {what[2] for what in told(of(office))} == {"Ana Ruiz", "Ben Okafor"}
    assert {one.ref for one in unmet(of(office))} >= {"T1"}
    (sign_off,) = (item for item in of(office).items if item.ref == "L5")
    assert len(sign_off.attempts) == 6


def test_a_permission_given_meanwhile_does_not_cover_what_failed_there(office: Office, tmp_path: Path) -> None:
    """G3: the lead who let words do did not know that the test had run on the laptop and failed."""
    register(office, name="mail", kind="tcp", address=f"{HERE}:9", options="seconds=1")
    office.on_site()
    laptop = Laptop(office, tmp_path / "taken.db")
    laptop.pass_minute()
    (ran,) = probing.run(laptop.ana, "R1", ["T4.mail"], pace=probing.Pace(0.01))
    assert not ran.passed
    assert not ran.fault
    laptop.say("T4.mail", Recording(Result.PASS, "mail was seen to come and go"))
    office.clock.advance(60)
    onsite.record(office.lee, "R1", "A2", Recording(Result.ANSWERED, "no mail since yesterday"))
    permitting.give(office.lee, "R1", "T4.mail", "the port is closed on purpose")
    office.clock.advance(60)
    brought(laptop)
    item = existing(of(office).item("T4.mail"))
    assert [(one.result, one.grade) for one in item.attempts] == [
        (Result.PASS, Grade.ATTESTED),
        (Result.FAIL, Grade.MEASURED),
    ]
    assert "T4.mail" in {one.ref for one in unmet(of(office))}
    laptop.store.close()


def test_each_deed_that_is_noted_can_be_read_and_done(office: Office) -> None:
    assert carried.DEEDS.keys() == DEEDS.keys()
    for name, deed in DEEDS.items():
        taken = set(inspect.signature(deed).parameters) - {"user", "reference"}
        assert hasattr(deed, "__wrapped__"), f"{name} is not noted"
        read = set(carried.DEEDS[name]._fields) - {"files", "number" if name == "finding" else ""}
        assert read == taken - {"sources"}, name
