"""What settles a test (design/close-out.md C5a): the evidence that an item asks for, and which attempt at it counts."""

from __future__ import annotations

import dataclasses

import pytest

from dispatch.closeout.answers import says_enough
from dispatch.closeout.gates import unmet
from dispatch.closeout.recording import Recording, Run
from dispatch.model.checklists import (
    BY_PERMISSION,
    NO_WAY_IN,
    Asks,
    Attempt,
    Checklist,
    Grade,
    Item,
    ItemKind,
    Permission,
    Result,
)
from dispatch.model.probes import Probe, ProbeKind, Vantage
from tests.closeout.evidence import evidence_shares
from tests.closeout.stay import Stay

HOST, SITE = (Probe(ProbeKind.TCP, "vpn", vantage, "vpn.example.com", 443) for vantage in Vantage)
VALUE = Probe(ProbeKind.VALUE, "backup", unit="h", most="24")
WORDS = Recording(Result.PASS, "T3 seen working at the desk")


class Trial(Stay):
    """A stay whose T3 has these probes."""

    def __init__(self, *probes: Probe, **fields: object) -> None:
        super().__init__("network")
        self.change(probes=probes, **fields)

    def change(self, **fields: object) -> None:
        self.alter("T3", **fields)

    def ran(self, result: Result, vantage: Vantage = Vantage.HOST, grade: Grade = Grade.EXECUTED) -> None:
        run = Run(grade, vantage, self.sequence)
        assert not self.record("T3", Recording(result, "443 answered", run=run)).faults

    @property
    def t3(self) -> Item:
        return self.item("T3")

    @property
    def gate(self) -> str:
        """The gate at which T3 stops, empty where it is settled."""
        return next((gate for gate, ref in sorted(self.gates()) if ref == "T3"), "")

    def permit(self, *, lowered: bool) -> None:
        self.change(permission=Permission("Lee Moreau", 0, self.sequence, lowered, "for a reason"))


@pytest.mark.parametrize(
    ("probes", "fields", "asks"),
    [
        ((), {}, Asks.ANY),
        ((HOST,), {}, Asks.EXECUTED),
        ((VALUE,), {}, Asks.MEASURED),
        ((HOST, VALUE), {}, Asks.EXECUTED),
        ((SITE,), {}, Asks.NO_WAY_IN),
        ((HOST, SITE), {}, Asks.NO_WAY_IN),
        ((SITE,), {"way_in": True}, Asks.EXECUTED),
        ((), {"evidence": Asks.EXECUTED}, Asks.EXECUTED),
        ((), {"evidence": Asks.MEASURED}, Asks.MEASURED),
        ((HOST,), {"evidence": Asks.ANY}, Asks.ANY),
        ((HOST,), {"evidence": Asks.MEASURED}, Asks.MEASURED),
        ((SITE,), {"evidence": Asks.EXECUTED}, Asks.NO_WAY_IN),
        ((VALUE,), {"evidence": Asks.ANY}, Asks.ANY),
    ],
)
def test_what_a_test_asks_for(probes: tuple[Probe, ...], fields: dict[str, object], asks: Asks) -> None:
    """C5a"""
    assert Trial(*probes, **fields).t3.asks is asks


def test_words_do_not_settle_what_a_program_can_run() -> None:
    """C5a"""
    stay = Trial(HOST)
    assert not stay.record("T3", WORDS).faults
    assert stay.gate == "G2"
    (reason,) = [one.text for one in stay.reasons() if one.ref == "T3"]
    assert reason.endswith("asks for a test that ran: `r` runs it, or ask a lead: `W`")

    stay.ran(Result.PASS)
    assert stay.gate == ""


@pytest.mark.parametrize("grade", [Grade.EXECUTED, Grade.MEASURED])
def test_a_run_is_replaced_by_a_run_only(grade: Grade) -> None:
    """C5a, G3, and the other way about."""
    stay = Trial(SITE, way_in=True)
    stay.ran(Result.FAIL, Vantage.SITE, grade)
    for entry in (
        WORDS,
        Recording(Result.PASS, "age of the newest file", value="14 h"),
        Recording(Result.NA, "no vpn at this site"),
    ):
        assert not stay.record("T3", entry).faults
        assert stay.gate == "G3"
    assert len(stay.t3.attempts) == 4
    stay.ran(Result.PASS, Vantage.SITE, grade)
    assert stay.gate == ""
    assert not stay.record("T3", Recording(Result.FAIL, "somebody says it does not work")).faults
    assert stay.gate == ""
    assert stay.t3.standing is not None
    assert stay.t3.standing.grade is grade


def test_not_applicable_stands_only_while_nothing_ran() -> None:
    stay = Trial(HOST)
    stay.record("T3", Recording(Result.NA, "no vpn at this site"))
    assert stay.gate == ""
    stay.ran(Result.FAIL)
    assert stay.gate == "G3"


@pytest.mark.parametrize("asked", [None, Asks.MEASURED])
def test_a_figure_that_nothing_bounds_proves_nothing(asked: Asks | None) -> None:
    """C5a, G2"""
    stay = Trial(evidence=asked)
    assert stay.record("T3", Recording(Result.PASS, value="1")).faults
    decision = stay.record("T3", Recording(Result.PASS, "megabits on the line", value="94"))
    assert (decision.text, decision.value, decision.grade) == ("94; megabits on the line", None, Grade.ATTESTED)
    assert stay.gate == ("G2" if asked else "")
    stay.ran(Result.PASS, Vantage.HOST, Grade.MEASURED)
    assert stay.gate == ""


def test_a_figure_of_before_that_nothing_bounds_is_measured_again() -> None:
    """C5a; a database of an older version has such results."""
    for asked in (None, Asks.MEASURED):
        stay = Trial(evidence=asked)
        stay.change(attempts=(Attempt(1, 0, "Ana Ruiz", Result.PASS, value="1", grade=Grade.MEASURED),))
        assert (stay.gate, stay.t3.counts) == ("G2", asked is None)
        stay.change(probes=(VALUE,))
        assert (stay.gate, stay.t3.counts) == ("", True)


def test_a_run_stands_for_a_value_that_is_asked_for() -> None:
    """C5a"""
    stay = Trial(HOST, evidence=Asks.MEASURED)
    stay.ran(Result.PASS)
    stay.record("T3", WORDS)
    assert (stay.gate, stay.t3.counts, stay.t3.standing == stay.t3.attempts[0]) == ("", True, True)


def test_only_words_for_a_test_are_attested_somehow() -> None:
    """C5a"""
    stay = Trial(SITE)
    assert stay.t3.attested_how == ""
    stay.record("T3", Recording(Result.NA, "no vpn at this site"))
    assert stay.t3.attested_how == ""
    stay.record("T3", WORDS)
    assert stay.t3.attested_how == NO_WAY_IN
    answered = Attempt(1, 0, "Ana Ruiz", Result.ANSWERED, "the printer jams", grade=Grade.ATTESTED)
    asked = dataclasses.replace(stay.t3, kind=ItemKind.ASK, probes=(HOST,), attempts=(answered,))
    assert (asked.attested_how, asked.counts, asked.standing) == ("", True, answered)


def test_a_value_is_within_bounds_or_does_not_settle() -> None:
    stay = Trial(VALUE)
    stay.record("T3", WORDS)
    assert stay.gate == "G2"
    stay.record("T3", Recording(Result.PASS, value="30 h"))
    assert stay.gate == "G3"
    stay.record("T3", Recording(Result.PASS, "all is well at the desk"))
    assert stay.gate == "G3"
    stay.record("T3", Recording(Result.PASS, value="3 h"))
    assert stay.gate == ""


@pytest.mark.parametrize("value", ["x", "-", "fine"])
def test_a_value_has_a_figure(value: str) -> None:
    assert [fault.gate for fault in Trial().record("T3", Recording(Result.PASS, value=value)).faults] == ["G2"]


def test_no_way_in_takes_a_file_handed_in_since_the_last_work() -> None:
    stay = Trial(SITE)
    stay.change(shown_as_of=stay.sequence)
    stay.record("T3", WORDS)
    assert stay.gate == ""
    assert stay.t3.attested_how == NO_WAY_IN
    assert evidence_shares(stay.checklist).no_way_in == 1

    stay.record("W2", Recording(Result.DONE, "one more driver replaced"))
    stay.record("T3", WORDS)
    assert stay.gate == "G2"
    stay.change(shown_as_of=stay.sequence)
    assert stay.gate == ""


def test_no_way_in_takes_a_permission_but_for_a_test_that_ran_and_failed() -> None:
    stay = Trial(SITE)
    stay.record("T3", WORDS)
    assert stay.gate == "G2"
    stay.permit(lowered=False)
    assert stay.gate == ""

    stay.ran(Result.PASS)
    assert stay.gate == "G2", "from the office"
    stay.record("T3", WORDS)
    assert stay.gate == ""
    stay.ran(Result.FAIL)
    stay.change(shown_as_of=stay.sequence)
    stay.record("T3", WORDS)
    assert stay.gate == "G3"
    stay.permit(lowered=False)
    assert stay.gate == "G3"


def test_a_way_in_that_opens_asks_for_the_run() -> None:
    stay = Trial(SITE)
    stay.record("T3", WORDS)
    stay.permit(lowered=False)
    stay.change(way_in=True)
    assert stay.gate == "G2"


def test_a_lead_lowers_a_test_knowing_of_every_run_that_failed() -> None:
    stay = Trial(HOST)
    stay.ran(Result.FAIL)
    stay.permit(lowered=True)
    assert stay.gate == "G3"
    stay.record("T3", WORDS)
    assert stay.gate == ""
    assert stay.t3.attested_how == BY_PERMISSION
    assert evidence_shares(stay.checklist).permitted == 1

    stay.ran(Result.FAIL)
    stay.record("T3", WORDS)
    assert stay.gate == "G3"


@pytest.mark.parametrize(
    "again", ["seen working at the desk", "Seen, working  at the desk!!", "(seen) working-at the DESK"]
)
def test_words_are_not_those_of_the_test_before(again: str) -> None:
    stay = Stay("network")
    assert not stay.record("T1", Recording(Result.PASS, "Seen working at the desk")).faults
    (fault,) = stay.record("T3", Recording(Result.PASS, again)).faults
    assert fault.gate == "G2"
    assert "same words" in fault.text
    assert not stay.record("T1", Recording(Result.PASS, "seen working at the desk")).faults


@pytest.mark.parametrize(
    ("text", "enough"),
    [
        ("uptime 3 min", True),
        ("12345 67890", True),
        ("läuft jetzt gut", True),
        ("работает снова", True),
        ("nine lette", False),
        ("tenletters", False),
        ("aaaaaaaaaa aaaaa", False),
        ("working WORKING working", False),
        ("!!!!!!!!!! ????", False),
        ("ok - - - - - - - - ok", False),
        ("", False),
    ],
)
def test_words_that_say_something(text: str, enough: bool) -> None:
    """C5a"""
    assert says_enough(text) is enough


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ((Result.FAIL,), "failed; put it right, then `r` runs it"),
        ((Result.FAIL, Result.PASS), "failed; words do not replace it; put it right, then `r` runs it"),
        ((Result.FAIL, Result.NA), "failed; n/a does not replace it; put it right, then `r` runs it"),
        ((Result.FAIL, Result.FAIL), "failed; put it right, then `r` runs it"),
    ],
)
def test_what_is_said_of_a_failed_run(results: tuple[Result, ...], said: str) -> None:
    """The first one ran, what follows is typed."""
    attempts = tuple(
        Attempt(number, 0, "Ana Ruiz", result, "seen at the desk", begun_after=0 if number == 1 else None)
        for number, result in enumerate(results, 1)
    )
    item = dataclasses.replace(Trial(HOST).t3, attempts=attempts)
    assert [one.text for one in unmet(Checklist((item,)))] == [f"{item.label}: {said}"]


@pytest.mark.parametrize(
    ("ref", "result", "text", "gates"),
    [
        ("T3", Result.DONE, "seen working at the desk", ["G3"]),
        ("T3", Result.PASS, "seen working at the desk", []),
        ("A2", Result.ANSWERED, "the printer jams", []),
        ("A2", Result.ANSWERED, " ", ["G1"]),
        ("A2", Result.DONE, "the printer jams", ["G1"]),
    ],
)
def test_results_that_an_item_does_not_take(ref: str, result: Result, text: str, gates: list[str]) -> None:
    """G5: what another way than `decide` has left."""
    item = dataclasses.replace(Trial().item(ref), attempts=(Attempt(1, 0, "Ana Ruiz", result, text),))
    assert [one.gate for one in unmet(Checklist((item,)))] == gates


def test_no_way_in_is_said_once_beside_no_other_reason() -> None:
    stay = Trial(SITE)
    stay.record("T3", WORDS)
    stay.record("W2", Recording(Result.DONE, "one more driver replaced"))
    assert [one.gate for one in stay.reasons() if one.ref == "T3"] == ["G4"]


def test_only_tests_are_tested_again() -> None:
    stay = Trial(HOST)
    assert evidence_shares(stay.checklist).retests == 0
    for answer in ("the scanner", "nothing prints"):
        stay.record("A2", Recording(Result.ANSWERED, answer))
    assert evidence_shares(stay.checklist).retests == 0
    stay.ran(Result.FAIL)
    stay.ran(Result.PASS)
    assert evidence_shares(stay.checklist).retests == 1


def test_what_was_lowered_before_anything_was_recorded_is_lowered() -> None:
    stay = Trial(HOST)
    assert stay.sequence == 0
    stay.permit(lowered=True)
    assert (stay.t3.lowered, stay.t3.asks) == (True, Asks.ANY)


def test_an_override_stands_over_a_run_and_nothing_counts_before_something_was_recorded() -> None:
    stay = Trial(HOST)
    assert (stay.t3.counts, Trial().t3.counts, stay.item("A2").counts) == (False, False, False)
    stay.ran(Result.FAIL)
    assert not stay.record("T3", Recording(Result.OVERRIDDEN, "the provider is down")).faults
    assert stay.t3.standing is not None
    assert stay.t3.standing.result is Result.OVERRIDDEN


def test_each_missing_item_says_what_to_do() -> None:
    said = {one.ref: one.text for one in unmet(Trial(HOST).checklist)}
    assert said["T3"].endswith("not tested yet; `r` runs it")
    assert said["A2"].endswith("ask, and record the answer")
    assert said["W1.1"].endswith("say that it is done, or why not")
    assert said["W2"].endswith("say what was changed")
