"""The gates, by the examples of design/close-out.md C4 and beyond."""

from __future__ import annotations

import dataclasses

import pytest

from dispatch.closeout.gates import overridden_tests, progress, settled, unmet
from dispatch.closeout.recording import Recording, Run
from dispatch.model.boards import Tally
from dispatch.model.checklists import Attempt, Checklist, Grade, ItemKind, Result
from dispatch.model.probes import Probe, ProbeKind, Vantage
from tests.closeout.evidence import Evidence, evidence_shares
from tests.closeout.stay import Stay, at, finished
from tests.closeout.templates import items_of


def test_fresh_visit_names_everything_at_once() -> None:
    """G1"""
    stay = Stay("server", "many", services=("Mail",))

    assert [reason.ref for reason in stay.reasons()] == [
        item.ref for item in items_of("visit", "w", frozenset({"server", "many"}), ("Mail",))
    ]
    assert {reason.gate for reason in stay.reasons()} == {"G1", "G6", "G8"}


@pytest.mark.parametrize("kind", ["visit", "delivery"])
def test_finished_visit_can_be_closed(kind: str) -> None:
    assert finished("server", "network", "many", kind=kind, services=("Mail", "Print")).reasons() == ()


def test_work_noted_after_the_test_reopens_it() -> None:
    """C4, 1; G4"""
    stay = finished()
    stay.passed("T1", "15:05")
    stay.record("W2", Recording(Result.DONE, "one more driver replaced"), "15:10")
    stay.sign_off("15:12")

    (reason,) = stay.reasons()
    assert (reason.gate, reason.ref) == ("G4", "T1")
    assert reason.text.endswith("passed at 15:05, but work was noted at 15:10; test again")

    stay.passed("T1", "15:20")
    stay.sign_off("15:25")
    assert stay.reasons() == ()


def test_work_noted_in_the_minute_of_the_pass_is_said_to_come_after_it() -> None:
    stay = finished()
    stay.passed("T1", "15:05")
    stay.record("W2", Recording(Result.DONE, "one more driver replaced"), "15:05")
    stay.sign_off("15:12")

    (reason,) = stay.reasons()
    assert reason.text.endswith("passed at 15:05, but work was noted after it, in the same minute; test again")


def test_retest_keeps_every_attempt() -> None:
    """C4, 2; G3"""
    stay = finished("server")
    stay.record("T2", Recording(Result.FAIL, "did not come back"), "14:00")
    stay.sign_off()
    assert stay.gates() == {("G3", "T2")}

    stay.passed("T2", "14:30", "uptime 3 min, services green")
    stay.sign_off()
    assert stay.reasons() == ()
    assert [attempt.result for attempt in stay.item("T2").attempts][-2:] == [Result.FAIL, Result.PASS]


@pytest.mark.parametrize("seen", ["ok", "it is up", "xxxxxxxxxx", "restarted restarted"])
def test_evidence_that_says_nothing_is_refused(seen: str) -> None:
    """C4, 3; G2"""
    decision = Stay("server").passed("T2", seen=seen)

    assert [fault.gate for fault in decision.faults] == ["G2"]


def test_not_applicable_with_a_reason() -> None:
    """C4, 4; G5"""
    stay = finished("server")
    assert [fault.gate for fault in stay.record("T2", Recording(Result.NA, "n/a")).faults] == ["G5"]

    stay.record("T2", Recording(Result.NA, "no server on this site, printer only"))
    stay.sign_off()

    assert stay.reasons() == ()
    latest = stay.item("T2").latest
    assert latest is not None
    assert latest.result is Result.NA


def test_thing_named_needs_an_end() -> None:
    """C4, 5; G6"""
    stay = finished()
    stay.record("L1", Recording(Result.ANSWERED, "scanner at reception is slow"))
    stay.sign_off()
    assert stay.gates() == {("G6", "L1.1")}

    stay.record("L1.1", Recording(Result.FOLLOW_UP))
    assert stay.gates() == {("G1", "L4"), ("G8", "L5")}
    stay.record("L4", Recording(Result.DONE))
    stay.sign_off()
    assert stay.reasons() == ()


def test_thing_done_now_reopens_the_tests() -> None:
    """G6: done now, then G4."""
    stay = finished()
    stay.record("L1", Recording(Result.ANSWERED, "scanner at reception is slow"))
    stay.record("L1.1", Recording(Result.DONE, "cleaned the rollers"))

    assert stay.gates() == {("G4", "T1"), ("G8", "L5")}


def test_anything_else_stays_unasked() -> None:
    """C4, 6; G6"""
    stay = Stay()
    stay.record("L1", Recording(Result.ANSWERED, ""))

    assert ("G6", "L1") in stay.gates()


@pytest.mark.parametrize("result", [Result.DONE, Result.ANSWERED])
def test_nothing_is_left_to_the_client(result: Result) -> None:
    """C4, 7; G7"""
    stay = finished()
    stay.record("L2", Recording(result, "client will reboot tonight"))
    stay.sign_off()

    (reason,) = stay.reasons()
    assert (reason.gate, reason.ref) == ("G7", "L2")
    assert "client will reboot tonight" in reason.text

    stay.record("L2", Recording(Result.DONE))
    stay.sign_off()
    assert stay.reasons() == ()


def test_sign_off_comes_last() -> None:
    """C4, 8; G8"""
    stay = finished()
    stay.sign_off("16:00")
    stay.record("L3", Recording(Result.DONE), "16:02")

    (reason,) = stay.reasons()
    assert (reason.gate, reason.ref) == ("G8", "L5")
    assert reason.text.endswith(
        "something was recorded at 16:02, after the sign-off at 16:00; sign off once more, last"
    )


def test_overridden_test_cannot_be_closed() -> None:
    """C4 example 9: such a visit is left open, with the follow-up that the override books."""
    stay = finished("network")
    stay.record("T3", Recording(Result.FAIL, "no internet after the restart"))
    assert stay.record("T3", Recording(Result.OVERRIDDEN, "provider is down, they know"), "15:00").follow_up
    stay.record("L4", Recording(Result.DONE))
    stay.sign_off()

    (reason,) = stay.reasons()
    assert (reason.gate, reason.ref) == ("G3", "T3")
    assert "overridden by Ana Ruiz at 15:00" in reason.text
    assert [item.ref for item in overridden_tests(stay.checklist)] == ["T3"]


def test_override_settles_what_is_no_test() -> None:
    stay = Stay()
    complete = finished()
    for item in complete.checklist.items:
        if item.ref in ("A1", "T1", "L1", "L2"):
            assert item.latest is not None
            stay.record(item.ref, Recording(item.latest.result, item.latest.text))
        else:
            assert not stay.record(item.ref, Recording(Result.OVERRIDDEN, "client had to leave")).faults

    assert stay.reasons() == ()
    assert overridden_tests(stay.checklist) == ()


def test_work_not_done_has_a_reason() -> None:
    stay = finished()
    stay.record("W1.1", Recording(Result.NOT_DONE, "the part is on order"))
    stay.passed("T1")
    stay.sign_off()

    assert stay.reasons() == ()


def test_one_item_can_have_several_reasons() -> None:
    """A result that came in by another way than `decide`, before the last work."""
    stay = finished()
    item = dataclasses.replace(stay.item("T1"), attempts=(Attempt(1, at("10:00"), "Ben Okafor", Result.PASS, "ok"),))
    checklist = Checklist(
        tuple(item if other.ref == "T1" else other for other in stay.checklist.items), stay.checklist.entries
    )

    assert [(reason.gate, reason.ref) for reason in unmet(checklist)] == [("G2", "T1"), ("G4", "T1")]
    assert not settled(item, checklist)


def test_sequence_decides_and_not_the_clock() -> None:
    """A technician's clock that was put back makes no test older than the work before it (design/states.md, Work entries)."""
    stay = finished()
    stay.record("W2", Recording(Result.DONE, "one more driver replaced"), "15:10")
    stay.passed("T1", "15:05")
    stay.sign_off("15:00")

    assert stay.reasons() == ()


def test_visit_without_items_is_not_finished() -> None:
    assert [(reason.gate, reason.ref) for reason in unmet(Checklist())] == [("G1", "")]


def test_times_are_said_where_the_zone_is_known() -> None:
    stay = finished()
    stay.record("W2", Recording(Result.DONE, "one more driver replaced"), "15:10")

    here = unmet(stay.checklist, "Europe/Lisbon", hours24=False)
    anywhere = unmet(stay.checklist)

    assert "passed at 12:00pm, but work was noted at 3:10pm" in here[0].text
    assert "passed, but work was noted after it" in anywhere[0].text
    assert [(reason.gate, reason.ref) for reason in here] == [(reason.gate, reason.ref) for reason in anywhere]


def test_progress_counts_what_is_required() -> None:
    stay = finished("server")
    assert progress(stay.checklist) == Tally(13, 13, 4, 4)

    stay.record("T2", Recording(Result.FAIL, "did not come back"))

    assert progress(stay.checklist) == Tally(11, 13, 3, 4)


def test_evidence_is_that_of_the_attempts_that_count() -> None:
    stay = finished("server")
    stay.alter("T6", probes=(Probe(ProbeKind.VALUE, "backup", unit="h", most="24"),))
    stay.record("T6", Recording(Result.PASS, value="14 h"))
    stay.record(
        "T2", Recording(Result.PASS, "seen down, then up", run=Run(Grade.EXECUTED, Vantage.HOST, stay.sequence))
    )
    stay.record("T3", Recording(Result.FAIL, "no internet after the restart"))
    stay.record("T3", Recording(Result.OVERRIDDEN, "provider is down, they know"))

    assert evidence_shares(stay.checklist) == Evidence(
        executed=1, measured=1, attested=1, waived=1, retests=4, overrides=1
    )
    assert evidence_shares(Checklist()) == Evidence(0, 0, 0, 0, 0, 0)


def test_test_that_ran_is_as_old_as_its_beginning() -> None:
    """C5, Freshness: work that is noted while a test runs asks for the test again."""
    stay = finished("server")
    begun = stay.sequence
    stay.record("W2", Recording(Result.DONE, "one more driver"))
    stay.record("T2", Recording(Result.PASS, "seen down, then up", run=Run(Grade.EXECUTED, Vantage.HOST, begun)))
    assert ("G4", "T2") in stay.gates()
    stay.record(
        "T2", Recording(Result.PASS, "seen down, then up", run=Run(Grade.EXECUTED, Vantage.HOST, stay.sequence))
    )
    assert ("G4", "T2") not in stay.gates()


@pytest.mark.parametrize(
    ("needed", "ran_from", "settles"),
    [
        (Vantage.SITE, Vantage.HOST, False),
        (Vantage.SITE, Vantage.SITE, True),
        (Vantage.HOST, Vantage.HOST, True),
        (Vantage.HOST, Vantage.SITE, True),
        (Vantage.SITE, None, False),
        (Vantage.HOST, None, False),
    ],
)
def test_result_from_the_office_proves_nothing_about_the_site(
    needed: Vantage, ran_from: Vantage | None, settles: bool
) -> None:
    stay = finished("server")
    item = dataclasses.replace(stay.item("T3"), probes=(Probe(ProbeKind.TCP, "vpn", needed),))
    items = tuple(item if one.ref == "T3" else one for one in stay.checklist.items)
    stay.checklist = dataclasses.replace(stay.checklist, items=items)
    run = None if ran_from is None else Run(Grade.EXECUTED, ran_from, stay.sequence)
    stay.record("T3", Recording(Result.PASS, "the port answered", run=run))
    assert (("G2", "T3") not in stay.gates()) is settles


@pytest.mark.parametrize(
    ("required", "kind", "results", "listed"),
    [
        (True, ItemKind.TEST, (Result.OVERRIDDEN,), True),
        (True, ItemKind.TEST, (Result.FAIL, Result.OVERRIDDEN), True),
        (True, ItemKind.TEST, (Result.OVERRIDDEN, Result.FAIL), False),
        (True, ItemKind.TEST, (), False),
        (False, ItemKind.TEST, (Result.OVERRIDDEN,), False),
        (True, ItemKind.CONFIRM, (Result.OVERRIDDEN,), False),
    ],
)
def test_tests_that_stand_overridden(required: bool, kind: ItemKind, results: tuple[Result, ...], listed: bool) -> None:
    attempts = tuple(Attempt(number, 0, "Lee Moreau", result) for number, result in enumerate(results, 1))
    item = dataclasses.replace(Stay("network").item("T3"), required=required, kind=kind, attempts=attempts)
    assert bool(overridden_tests(Checklist((item,)))) is listed
