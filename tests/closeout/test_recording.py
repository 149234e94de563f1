"""What a recording means (design/close-out.md C1, C2; design/states.md, Work entries)."""

from __future__ import annotations

import pytest

from dispatch.closeout import recording
from dispatch.closeout.recording import Decision, Recording, Run
from dispatch.model.checklists import EntryKind, Grade, ItemKind, Result, called
from dispatch.model.probes import Vantage
from dispatch.model.states import State
from tests.closeout.stay import Stay, finished


def faults(decision: Decision) -> list[str]:
    return [fault.gate for fault in decision.faults]


@pytest.mark.parametrize(
    ("ref", "takes"),
    [
        ("A1", {Result.ANSWERED}),
        ("A2", {Result.ANSWERED}),
        ("A3", {Result.DONE, Result.NA, Result.OVERRIDDEN}),
        ("W1.1", {Result.DONE, Result.NOT_DONE, Result.OVERRIDDEN}),
        ("W2", {Result.DONE, Result.OVERRIDDEN}),
        ("T1", {Result.PASS, Result.FAIL, Result.OVERRIDDEN}),
        ("T2", {Result.PASS, Result.FAIL, Result.NA, Result.OVERRIDDEN}),
        ("L1", {Result.ANSWERED}),
        ("L1.1", {Result.DONE, Result.FOLLOW_UP, Result.DECLINED}),
        ("L2", {Result.DONE, Result.ANSWERED, Result.LEFT_TO_CLIENT}),
        ("L3", {Result.DONE, Result.OVERRIDDEN}),
        ("L5", {Result.SIGNED, Result.OVERRIDDEN}),
    ],
)
def test_each_item_takes_its_own_results(ref: str, takes: set[Result]) -> None:
    stay = Stay("server")
    stay.record("L1", Recording(Result.ANSWERED, "scanner at reception is slow"))
    item = stay.item(ref)

    taken = {
        result
        for result in Result
        if not recording.decide(
            stay.checklist, item, Recording(result, "what was said and seen", signed_by="J. Lowe", satisfied=True)
        ).faults
    }

    # A2 may be overridden by a lead: only A1, L1 and L2 may not (C2)
    assert taken == takes | ({Result.OVERRIDDEN} if ref == "A2" else set())


def test_wrong_kind_of_result_says_what_is_taken() -> None:
    decision = Stay().record("W1.1", Recording(Result.PASS, "seen working at the desk"))

    assert [fault.text for fault in decision.faults] == [
        "“Scanner offline” takes done or not done, with a reason, not a pass."
    ]


@pytest.mark.parametrize(
    ("ref", "entry", "gates"),
    [
        ("A1", Recording(Result.ANSWERED, "  "), ["G1"]),
        ("A2", Recording(Result.ANSWERED, ""), ["G1"]),
        ("W1.1", Recording(Result.NOT_DONE, "no time"), ["G1"]),
        ("W2", Recording(Result.DONE, " "), ["G1"]),
        ("T1", Recording(Result.PASS, ""), ["G2"]),
        ("T1", Recording(Result.FAIL, "broken"), ["G2"]),
        ("T1", Recording(Result.PASS, "          ok"), ["G2"]),
        ("T1", Recording(Result.PASS, "\u00a0\u2003\u200b ok now \u3000\ufeff"), ["G2"]),
        ("T1", Recording(Result.PASS, "", value="  "), ["G2"]),
        ("T1", Recording(Result.PASS, "", value="1"), ["G2"]),
        ("T1", Recording(Result.PASS, "seen working", run=Run(Grade.ATTESTED, Vantage.HOST, 0)), ["G2"]),
        ("T1", Recording(Result.PASS, "seen working", run=Run(Grade.WAIVED, Vantage.HOST, 0)), ["G2"]),
        ("T1", Recording(Result.NA, "does not apply at all here"), ["G5"]),
        ("A3", Recording(Result.DONE, value="14h"), ["G2"]),
        ("L1", Recording(Result.ANSWERED, "…"), ["G6"]),
        ("L2", Recording(Result.ANSWERED, ""), ["G7"]),
        ("L2", Recording(Result.LEFT_TO_CLIENT, ""), ["G7"]),
        ("L5", Recording(Result.SIGNED), ["G8", "G8"]),
        ("L5", Recording(Result.SIGNED, signed_by="J. Lowe"), ["G8"]),
        ("L3", Recording(Result.OVERRIDDEN, ""), ["G1"]),
    ],
)
def test_refused_whole_with_its_gates(ref: str, entry: Recording, gates: list[str]) -> None:
    stay = Stay()
    before = stay.checklist

    assert faults(stay.record(ref, entry)) == gates
    assert stay.checklist == before
    assert stay.state is State.ON_SITE


@pytest.mark.parametrize("ref", ["A1", "L1", "L2", "L1.1"])
def test_override_is_not_offered(ref: str) -> None:
    """C4 example 6, and G6 for what was named."""
    stay = Stay()
    stay.record("L1", Recording(Result.ANSWERED, "scanner at reception is slow"))

    assert faults(stay.record(ref, Recording(Result.OVERRIDDEN, "the client had to leave"))) in (["G1"], ["G6"])


def test_what_is_settled_is_not_overridden() -> None:
    stay = finished()

    assert faults(stay.record("T1", Recording(Result.OVERRIDDEN, "no time for it"))) == ["G1"]


def test_override_of_a_test_books_a_follow_up_at_once() -> None:
    """design/close-out.md, Lead override"""
    stay = Stay("network")
    stay.record("T3", Recording(Result.FAIL, "no internet after the restart"))

    decision = stay.record("T3", Recording(Result.OVERRIDDEN, "line is down, provider informed"))

    assert decision.follow_up
    assert [item.ref for item in decision.items] == ["L4"]
    assert decision.grade is Grade.WAIVED


def test_override_of_another_item_books_nothing() -> None:
    decision = Stay().record("L3", Recording(Result.OVERRIDDEN, "client had to leave"))

    assert (decision.follow_up, decision.items, decision.work) == (False, (), None)


@pytest.mark.parametrize(
    ("entry", "grade"),
    [
        (Recording(Result.PASS, "seen working at the desk"), Grade.ATTESTED),
        (Recording(Result.FAIL, "still no connection"), Grade.ATTESTED),
        (Recording(Result.PASS, "age of the backup", value="14h"), Grade.ATTESTED),
        (Recording(Result.PASS, "opened in 12 ms", run=Run(Grade.EXECUTED, Vantage.HOST, 0)), Grade.EXECUTED),
        (Recording(Result.PASS, "opened in 12 ms", run=Run(Grade.MEASURED, Vantage.SITE, 0)), Grade.MEASURED),
        (Recording(Result.NA, "no server on this site"), None),
        (Recording(Result.OVERRIDDEN, "the client had to leave"), Grade.WAIVED),
    ],
)
def test_grade_is_how_the_result_was_obtained(entry: Recording, grade: Grade | None) -> None:
    assert Stay("server").record("T2", entry).grade is grade


@pytest.mark.parametrize(
    ("ref", "entry", "work", "text"),
    [
        ("W1.1", Recording(Result.DONE), EntryKind.REQUESTED_ITEM, "Scanner offline"),
        ("W1.1", Recording(Result.NOT_DONE, "the part is on order"), EntryKind.REQUESTED_ITEM, "the part is on order"),
        ("W2", Recording(Result.DONE, " cable replaced "), EntryKind.NOTE, "cable replaced"),
        ("L1.1", Recording(Result.DONE, "cleaned the rollers"), EntryKind.DONE_NOW, "cleaned the rollers"),
    ],
)
def test_work_entries(ref: str, entry: Recording, work: EntryKind, text: str) -> None:
    stay = Stay()
    asked = stay.record("L1", Recording(Result.ANSWERED, "scanner at reception is slow"))

    decision = stay.record(ref, entry)

    assert (decision.work, decision.work_text) == (work, text)
    assert [asked.state, decision.state, stay.state] == [State.CLOSING_OUT, State.ON_SITE, State.ON_SITE]


@pytest.mark.parametrize(
    ("ref", "entry"),
    [
        ("A1", Recording(Result.ANSWERED, "agreed with J. Lowe")),
        ("A3", Recording(Result.NA, "covered by the retainer")),
        ("W1.1", Recording(Result.OVERRIDDEN, "the client had to leave")),
        ("T1", Recording(Result.PASS, "scanned three pages")),
    ],
)
def test_what_changes_nothing_at_the_client_is_no_work(ref: str, entry: Recording) -> None:
    decision = Stay().record(ref, entry)

    assert (decision.faults, decision.work, decision.state) == ((), None, None)


@pytest.mark.parametrize(
    ("ref", "entry"),
    [
        ("L1", Recording(Result.ANSWERED, "nothing")),
        ("L2", Recording(Result.DONE)),
        ("L3", Recording(Result.OVERRIDDEN, "the client had to leave")),
        ("L5", Recording(Result.SIGNED, signed_by="J. Lowe", satisfied=False)),
    ],
)
def test_first_item_of_leave_begins_closing_out(ref: str, entry: Recording) -> None:
    assert Stay().record(ref, entry).state is State.CLOSING_OUT


def test_naming_things_adds_items_that_need_an_end() -> None:
    stay = Stay()
    first = stay.record("L1", Recording(Result.ANSWERED, "scanner at reception is slow"))
    again = stay.record("L1", Recording(Result.ANSWERED, "Scanner at reception is slow"))
    second = stay.record("L1", Recording(Result.ANSWERED, "no sound in the meeting room"))

    assert [(item.ref, item.label, item.kind) for item in first.items] == [
        ("L1.1", "scanner at reception is slow", ItemKind.NAMED)
    ]
    assert again.items == ()
    assert [item.ref for item in second.items] == ["L1.2"]


def test_thing_named_again_after_its_end_is_a_new_thing() -> None:
    stay = Stay()
    stay.record("L1", Recording(Result.ANSWERED, "scanner is slow"))
    stay.record("L1.1", Recording(Result.DONE, "cleaned the rollers"))

    assert [item.ref for item in stay.record("L1", Recording(Result.ANSWERED, "scanner is slow")).items] == ["L1.2"]


def test_follow_up_adds_l4_once() -> None:
    """design/close-out.md L4"""
    stay = Stay()
    stay.record("L1", Recording(Result.ANSWERED, "scanner is slow"))
    stay.record("L1", Recording(Result.ANSWERED, "no sound in the meeting room"))

    first = stay.record("L1.1", Recording(Result.FOLLOW_UP))
    second = stay.record("L1.2", Recording(Result.FOLLOW_UP))

    assert (first.follow_up, [item.ref for item in first.items]) == (True, ["L4"])
    assert (second.follow_up, second.items) == (True, ())


def test_declined_takes_the_words_of_the_client() -> None:
    stay = Stay()
    stay.record("L1", Recording(Result.ANSWERED, "scanner is slow"))

    for nothing in ("", "xxx", "…", "tbd"):
        assert faults(stay.record("L1.1", Recording(Result.DECLINED, nothing))) == ["G6"]
    assert stay.record("L1.1", Recording(Result.DECLINED, "No, thanks.")).result is Result.DECLINED
    assert stay.record("L1.1", Recording(Result.DECLINED, "“we buy a new one anyway”")).result is Result.DECLINED


@pytest.mark.parametrize(
    ("entry", "read"),
    [
        (Recording(Result.DONE), Result.DONE),
        (Recording(Result.DONE, "shown to J. Lowe, everything runs"), Result.DONE),
        (Recording(Result.DONE, "client will reboot tonight"), Result.LEFT_TO_CLIENT),
        (Recording(Result.ANSWERED, "client will reboot tonight"), Result.LEFT_TO_CLIENT),
        (Recording(Result.ANSWERED, "swap the tape on Friday"), Result.LEFT_TO_CLIENT),
        (Recording(Result.ANSWERED, "Nothing."), Result.DONE),
        (Recording(Result.LEFT_TO_CLIENT, "swap the tape"), Result.LEFT_TO_CLIENT),
    ],
)
def test_what_is_left_on_l2(entry: Recording, read: Result) -> None:
    assert Stay().record("L2", entry).result is read


def test_client_asks_for_more() -> None:
    stay = finished()

    decision = stay.carry_out(recording.ask(stay.checklist, "also the printer"), "")

    assert [(item.ref, item.label) for item in decision.items] == [("W1.2", "also the printer")]
    assert stay.state is State.ON_SITE
    assert stay.gates() == {("G1", "W1.2")}
    assert faults(recording.ask(stay.checklist, " ")) == ["G1"]


def test_note_without_w2_is_a_work_entry_alone() -> None:
    stay = Stay(kind="delivery")

    decision = stay.carry_out(recording.note(stay.checklist, "screen put on the desk"), "")

    assert (decision.result, decision.work, decision.work_text) == (None, EntryKind.NOTE, "screen put on the desk")
    assert faults(recording.note(stay.checklist, "")) == ["G1"]


def test_note_is_the_result_of_w2() -> None:
    stay = Stay()

    decision = stay.carry_out(recording.note(stay.checklist, "cable replaced"), "W2")

    assert (decision.result, decision.work) == (Result.DONE, EntryKind.NOTE)
    assert ("G1", "W2") not in stay.gates()


def test_item_used_is_work() -> None:
    stay = finished()
    stay.carry_out(recording.use_item("2 patch cables"), "")

    assert stay.gates() == {("G4", "T1"), ("G8", "L5")}
    assert stay.state is State.ON_SITE
    assert faults(recording.use_item("")) == ["G1"]


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Works: mail", "“Works: mail”"),
        ("The problem no longer occurs, tried the client's way", "“The problem no longer occurs, tried the…”"),
        ("x" * 80, f"“{'x' * 47}…”"),
        ("lines\x1b[2J", "“lines␛[2J”"),
    ],
)
def test_a_sentence_names_an_item_by_its_wording(label: str, said: str) -> None:
    assert called(label) == said
