"""What recording something on a visit means: refused with its faults, or the things that follow from it (C1, C2).

The role of whoever records, the state that the visit is in, and whether text may be stored at all (`clean`) are looked
at before; booking a follow-up visit and raising the sequence are the caller's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dispatch.closeout.answers import (
    EVIDENCE,
    WHO,
    leaves_to_client,
    says_enough,
    says_nothing,
    says_something,
    says_the_same,
    tells,
    tells_or_declines,
)
from dispatch.closeout.gates import ENOUGH, NOTHING_FOUND, Unmet, settled, trimmed
from dispatch.closeout.template import follow_up_item, named_item, requested_item
from dispatch.model.checklists import Checklist, EntryKind, Grade, Item, ItemKind, NewItem, Phase, Result
from dispatch.model.probes import Try, Vantage
from dispatch.model.states import State

_Fault = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Run:
    """How a test ran: by us or on a laptop, from where, after which sequence of the visit it was begun, with every try."""

    grade: Grade
    vantage: Vantage
    begun_after: int
    tries: tuple[Try, ...] = ()


@dataclass(frozen=True, slots=True)
class Recording:
    """What somebody wants to record on an item.

    `text` is evidence, an answer, a reason or the client's words, as the result needs. `run` is given only for a test
    that ran; whatever people type is graded here.
    """

    result: Result
    text: str = ""
    value: str | None = None
    signed_by: str | None = None
    satisfied: bool | None = None
    run: Run | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from a recording. With `faults` nothing does.

    Otherwise there is an attempt with `result` and the fields beside it (no attempt where `result` is None), then a
    work entry `work` with `work_text` where that is not None, both under one number of the visit's sequence.
    """

    faults: tuple[Unmet, ...] = ()
    result: Result | None = None
    text: str = ""
    value: str | None = None
    grade: Grade | None = None
    run: Run | None = None
    signed_by: str | None = None
    satisfied: bool | None = None
    work: EntryKind | None = None
    """The work entry that the recording is at the same time: tests must pass again after it."""
    work_text: str = ""
    items: tuple[NewItem, ...] = ()
    """Items that the visit gets by it."""
    follow_up: bool = False
    """A follow-up visit for the same technician is booked at once, in the same transaction (C2: G6, lead override)."""
    state: State | None = None
    """Where the visit goes: `closing_out` with an item of *leave*, back to `on_site` with new work; None: it stays."""


def decide(checklist: Checklist, item: Item, entry: Recording) -> Decision:
    """Whether `entry` can be recorded on `item` of `checklist`, and what follows; every fault is named at once."""
    faults = tuple(Unmet(gate, item.ref, text) for gate, text in _faults(checklist, item, entry))
    if faults:
        return Decision(faults)
    result = _read(item, entry)
    text = _words_of(item, entry)
    if (verdict := _verdict_on_value(item, entry)) is not None:
        good, sentence = verdict
        result = result if good else Result.FAIL
        text = f"{sentence}; {text}" if text else sentence
    work = _work(item, result)
    follow_up = result is Result.FOLLOW_UP or (item.kind is ItemKind.TEST and result is Result.OVERRIDDEN)
    items = _named(checklist, text) if item.ref == "L1" and result is Result.ANSWERED else ()
    if follow_up and checklist.item(follow_up_item().ref) is None:
        items = (*items, follow_up_item())
    return Decision(
        result=result,
        text=text,
        value=_kept_value(item, entry),
        grade=_grade(item, entry, result),
        run=entry.run,
        signed_by=trimmed(entry.signed_by) if result is Result.SIGNED else None,
        satisfied=entry.satisfied if result is Result.SIGNED else None,
        work=work,
        work_text=(text or item.label) if work is not None else "",
        items=items,
        follow_up=follow_up,
        state=State.ON_SITE if work is not None else State.CLOSING_OUT if item.phase is Phase.LEAVE else None,
    )


def ask(checklist: Checklist, text: str) -> Decision:
    """The client asks for something more: one more requested item, W1.n, and the visit is at work again."""
    if not says_something(text):
        return Decision((Unmet("G1", "W1", "Say what the client asks for."),))
    return Decision(items=(requested_item(_next(checklist, "W1."), text),), state=State.ON_SITE)


def note(checklist: Checklist, text: str) -> Decision:
    """A note of what was changed: the result of W2, or only a work entry on a visit whose template has no W2."""
    item = checklist.item("W2")
    if item is not None:
        return decide(checklist, item, Recording(Result.DONE, text))
    if not says_something(text):
        return Decision((Unmet("G1", "W2", "Say what was changed."),))
    return Decision(work=EntryKind.NOTE, work_text=trimmed(text), state=State.ON_SITE)


def use_item(text: str) -> Decision:
    """A part or product was used at the client's: a work entry, tests must pass again after it."""
    if not says_something(text):
        return Decision((Unmet("G1", "W2", "Say what was used."),))
    return Decision(work=EntryKind.ITEM_USED, work_text=trimmed(text), state=State.ON_SITE)


_TAKES: Mapping[ItemKind, tuple[Result, ...]] = {
    ItemKind.CONFIRM: (Result.DONE,),
    ItemKind.ASK: (Result.ANSWERED,),
    ItemKind.TEST: (Result.PASS, Result.FAIL),
    ItemKind.SIGN_OFF: (Result.SIGNED,),
    ItemKind.NAMED: (Result.DONE, Result.FOLLOW_UP, Result.DECLINED),
}
_WORDS: Mapping[Result, str] = {
    Result.DONE: "done",
    Result.NOT_DONE: "not done, with a reason",
    Result.ANSWERED: "an answer",
    Result.PASS: "a pass",
    Result.FAIL: "a fail",
    Result.NA: "n/a, with a reason",
    Result.OVERRIDDEN: "an override",
    Result.FOLLOW_UP: "a follow-up visit",
    Result.DECLINED: "declined, in the client's words",
    Result.LEFT_TO_CLIENT: "what is left to the client",
    Result.SIGNED: "a sign-off with name and satisfied yes or no",
}


def _takes(item: Item) -> tuple[Result, ...]:
    """The results that an item of its kind takes, beside n/a and an override."""
    if item.ref.startswith("W1."):
        return Result.DONE, Result.NOT_DONE
    if item.ref == "L2":
        return Result.DONE, Result.ANSWERED, Result.LEFT_TO_CLIENT
    return _TAKES[item.kind]


def _faults(checklist: Checklist, item: Item, entry: Recording) -> Iterator[_Fault]:
    if entry.result is Result.NA:
        yield from _of_not_applicable(item, entry)
    elif entry.result is Result.OVERRIDDEN:
        yield from _of_override(checklist, item, entry)
    elif entry.result not in _takes(item):
        taken = [_WORDS[result] for result in _takes(item)]
        allowed = " or ".join(filter(None, [", ".join(taken[:-1]), taken[-1]]))
        yield "G1", f"{item.called} takes {allowed}, not {_WORDS[entry.result]}."
        return
    else:
        yield from _of_result(checklist, item, entry)
    if _value(entry) is not None and entry.result not in _TAKES[ItemKind.TEST]:
        yield "G2", "Only the result of a test has a value."


def _of_not_applicable(item: Item, entry: Recording) -> Iterator[_Fault]:
    if not item.na_allowed:
        yield "G5", f"{item.called} always applies; it has no n/a."
    elif not says_enough(trimmed(entry.text)):
        yield "G5", f"n/a needs a reason of {ENOUGH}."


def _of_override(checklist: Checklist, item: Item, entry: Recording) -> Iterator[_Fault]:
    gate = "G6" if item.kind is ItemKind.NAMED or item.ref == "L1" else "G1"
    if not item.override_allowed:
        yield gate, f"{item.called} cannot be overridden; record its result."
        return
    if not item.required:
        yield gate, f"{item.called} is not required; there is nothing to override."
    elif settled(item, checklist):
        yield gate, f"{item.called} is settled; there is nothing to override."
    if not tells(entry.text):
        yield gate, "An override needs a reason that says why."


def _of_result(checklist: Checklist, item: Item, entry: Recording) -> Iterator[_Fault]:  # noqa: C901, PLR0912  a branch for each thing that an item can ask for
    """What a result of the right kind still lacks."""
    if item.kind is ItemKind.TEST:
        if lacks := _lacking_in_test(checklist, item, entry):
            yield "G2", lacks
    elif item.kind is ItemKind.SIGN_OFF:
        if not tells(entry.signed_by or "", WHO):
            yield "G8", "The sign-off needs the name of who signs."
        if entry.satisfied is None:
            yield "G8", "The sign-off says whether they are satisfied: yes or no."
    elif entry.result is Result.NOT_DONE:
        if not says_enough(trimmed(entry.text)):
            yield "G1", f"Say why it was not done, in {ENOUGH}."
    elif entry.result is Result.DECLINED:
        if not tells_or_declines(entry.text):
            yield "G6", "Say how the client declined, in their words."
    elif item.findings and entry.result is Result.DONE:
        if not says_enough(trimmed(entry.text)) and (entry.text or not item.found):
            yield "G1", f"Write down each finding first, or {NOTHING_FOUND}."
    elif says_something(entry.text):
        return
    elif item.ref == "L1":
        yield "G6", "The answer is missing; “nothing” is one, empty is not."
    elif item.ref == "L2" and entry.result is not Result.DONE:
        yield "G7", "Say what is left, or that nothing is."
    elif item.ref == "W2":
        yield "G1", "Say what was changed."
    elif item.kind is ItemKind.ASK:
        yield "G1", "The answer is missing."


def _lacking_in_test(checklist: Checklist, item: Item, entry: Recording) -> str:
    if entry.run is not None:
        ran = entry.run.grade in (Grade.EXECUTED, Grade.MEASURED)
        return "" if ran else f"A test that ran is executed or measured, not {entry.run.grade.value}."
    try:
        judged = _verdict_on_value(item, entry)
    except ValueError as fault:
        return f"{fault}."
    if judged is not None:
        return ""
    text = _words_of(item, entry)
    if entry.result is Result.FAIL:
        return "" if len(text) >= EVIDENCE else f"Say what was seen, in at least {EVIDENCE} characters."
    if not says_enough(text):
        value = "a figure alone proves nothing without bounds" if item.bounds is None else "or give a value"
        return f"Say what was seen, in {ENOUGH}; {value}."
    others = (
        attempt
        for other in checklist.items
        if other.kind is ItemKind.TEST and other.ref != item.ref
        for attempt in other.attempts
    )
    before = max((one for one in others if not one.ran), key=lambda one: one.sequence, default=None)
    if before is not None and says_the_same(text, before.text):
        return "The test before this one has the same words: say what was seen here."
    return ""


def _read(item: Item, entry: Recording) -> Result:
    """What the entry says: words on L2 that leave something to the client do so, whatever was pressed (G7)."""
    if item.ref != "L2":
        return entry.result
    if entry.result is Result.ANSWERED:
        return Result.DONE if says_nothing(entry.text) else Result.LEFT_TO_CLIENT
    if entry.result is Result.DONE and leaves_to_client(entry.text):
        return Result.LEFT_TO_CLIENT
    return entry.result


def _work(item: Item, result: Result) -> EntryKind | None:
    """The work entry that it is (design/states.md, Work entries). An n/a or an override changes nothing at the client's."""
    if result in (Result.NA, Result.OVERRIDDEN):
        return None
    if item.ref == "W2":
        return EntryKind.NOTE
    if item.ref.startswith("W1."):
        return EntryKind.REQUESTED_ITEM
    if item.kind is ItemKind.NAMED and result is Result.DONE:
        return EntryKind.DONE_NOW
    return None


def _named(checklist: Checklist, answer: str) -> tuple[NewItem, ...]:
    """The thing that an answer to L1 names; none for "nothing", or for what was named before and has no end yet."""
    if says_nothing(answer):
        return ()
    named = named_item(_next(checklist, "L1."), answer)
    waiting = (item for item in checklist.items if item.kind is ItemKind.NAMED and not settled(item, checklist))
    if any(item.label.casefold() == named.label.casefold() for item in waiting):
        return ()
    return (named,)


def _grade(item: Item, entry: Recording, result: Result) -> Grade | None:
    if result is Result.OVERRIDDEN:
        return Grade.WAIVED
    if item.kind is not ItemKind.TEST or result is Result.NA:
        return None
    if entry.run is not None:
        return entry.run.grade
    return Grade.MEASURED if _verdict_on_value(item, entry) is not None else Grade.ATTESTED


def _verdict_on_value(item: Item, entry: Recording) -> tuple[bool, str] | None:
    """Whether a typed value is within the bounds of the item's target; None where it has none, or nothing was typed.

    Raises:
        ValueError: it is no number, or has another unit.
    """
    value = _value(entry)
    if item.kind is not ItemKind.TEST or value is None or item.bounds is None or entry.run is not None:
        return None
    from dispatch.closeout.probes.values import value_verdict

    return value_verdict(item.bounds, value, item.before[0].value if item.before else None)


def _kept_value(item: Item, entry: Recording) -> str | None:
    """The value of an entry as it stands beside later ones: one that was typed and judged has its unit."""
    value = _value(entry) if _measures(item, entry) else None
    if value is None or item.bounds is None or entry.run is not None:
        return value
    from dispatch.closeout.probes.values import with_unit

    return with_unit(item.bounds, value)


def _words_of(item: Item, entry: Recording) -> str:
    """The words of an entry. A value that nothing bounds is one of them: it measures nothing."""
    value = None if _measures(item, entry) else _value(entry)
    return "; ".join(filter(None, (value, trimmed(entry.text))))


def _measures(item: Item, entry: Recording) -> bool:
    return item.bounds is not None or entry.run is not None


def _value(entry: Recording) -> str | None:
    return trimmed(entry.value) or None


def _next(checklist: Checklist, prefix: str) -> int:
    tails = (item.ref.removeprefix(prefix) for item in checklist.items if item.ref.startswith(prefix))
    return max((int(tail) for tail in tails if tail.isdecimal()), default=0) + 1
