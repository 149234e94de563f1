"""The gates of close-out (design/close-out.md C2): every reason why a visit cannot be closed yet, all at once.

They say the same as the view `open_gate` of the database, which is the last defence; these say it in words. Newer and
last are compared by sequence, never by the clock; the times in the sentences are for people (design/states.md, Work entries).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dispatch.closeout.answers import EVIDENCE, says_enough
from dispatch.model.boards import Tally
from dispatch.model.checklists import Asks, Attempt, Checklist, Item, ItemKind, Result
from dispatch.model.instants import clock_text
from dispatch.model.probes import Vantage
from dispatch.model.text import show

ENOUGH = f"at least {EVIDENCE} characters, letters or digits, with two different words"
"""What evidence in words (G2) and the reason of an n/a (G5) or of work not done have at least."""

# the view open_gate trims the same
_BLANK = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200C))) + "\u2028\u2029\u202f\u205f\u3000\ufeff"

NOTHING_FOUND = f"say that nothing was found, in {ENOUGH}"
"""What is asked for where an audit has no finding (C5b)."""

_QUOTED = 60
"""Cells of somebody's words inside a sentence; the whole of them stands on the item."""

_AtTime = Callable[[int], str]
_Reason = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Unmet:
    """A reason: the gate (`G1`…`G8`), the id of the item it is about, and one sentence with what to do."""

    gate: str
    ref: str
    text: str


def unmet(
    checklist: Checklist, zone: str | None = None, *, hours24: bool = True, remote: bool = False
) -> tuple[Unmet, ...]:
    """Everything that keeps the visit from being closed, in the order of the checklist; empty: it can be closed.

    Args:
        zone: of the site; with it the sentences say at what time something was recorded.
        hours24: how such times are written.
        remote: it is remote work, of which only what was done is said (design/states.md, Remote work).
    """

    def at_time(instant: int) -> str:
        return f" at {clock_text(instant, zone, hours24)}" if zone else ""

    if remote:
        return () if checklist.entries else (Unmet("G1", "W2", "Say what was done."),)
    required = [item for item in checklist.items if item.required]
    if not required:
        return (Unmet("G1", "", "The visit has no checklist, so nothing shows that its work is done."),)
    return tuple(
        Unmet(gate, item.ref, f"{item.label}: {text}")
        for item in required
        for gate, text in _reasons(item, checklist, at_time)
    )


def settled(item: Item, checklist: Checklist) -> bool:
    """Whether the item has a result that its gates accept. A settled item that is not required was recorded too."""
    return next(_reasons(item, checklist, lambda _: ""), None) is None


def progress(checklist: Checklist) -> Tally:
    """How many required items are settled, and how many of the required tests (by a pass, or an n/a where allowed)."""
    required = [item for item in checklist.items if item.required]
    done = [item for item in required if settled(item, checklist)]
    return Tally(
        items_settled=len(done),
        items_required=len(required),
        tests_passed=sum(item.kind is ItemKind.TEST for item in done),
        tests_required=sum(item.kind is ItemKind.TEST for item in required),
    )


def overridden_tests(checklist: Checklist) -> tuple[Item, ...]:
    """Required tests that a lead has overridden: such a visit is left open, never closed (design/states.md, Override and gate)."""
    return tuple(
        item
        for item in checklist.items
        if item.required
        and item.kind is ItemKind.TEST
        and item.latest is not None
        and item.latest.result is Result.OVERRIDDEN
    )


def trimmed(text: str | None) -> str:
    """`text` without the white space around it, as the gates count it; empty where there is none."""
    return (text or "").strip(_BLANK)


def _reasons(item: Item, checklist: Checklist, at_time: _AtTime) -> Iterator[_Reason]:
    """What is wrong with the result of one item, required or not, as gate and advice."""
    latest = item.standing
    if latest is None:
        yield _missing(item)
    elif item.kind is ItemKind.SIGN_OFF:
        yield from _of_sign_off(item, latest, checklist, at_time)
    elif latest.result is Result.NA:
        yield from _of_not_applicable(item, latest)
    elif item.kind is ItemKind.TEST:
        yield from _of_test(item, latest, checklist, at_time)
    elif latest.result is Result.OVERRIDDEN:
        yield from _of_override(item, latest)
    elif item.kind is ItemKind.NAMED:
        yield from _of_named(item, latest)
    elif item.kind is not ItemKind.ASK:
        yield from _of_confirm(item, latest)
    elif latest.result is not Result.ANSWERED or not trimmed(latest.text):
        yield _missing(item)


_HOW = {
    Asks.EXECUTED: "`r` runs it",
    Asks.MEASURED: "`space` takes its value",
    Asks.ANY: "test it and say what you saw",
    Asks.NO_WAY_IN: "hand in a photograph (`dispatch visit attach`), or ask a lead (`W`), then `space` takes what you saw",
}


def _missing(item: Item) -> _Reason:
    if item.kind is ItemKind.NAMED:
        return "G6", "needs an end: done now, a follow-up visit, or declined in the client's words"
    if item.kind is ItemKind.SIGN_OFF:
        return "G8", "nobody has signed off yet; it comes last"
    if item.kind is ItemKind.TEST:
        return "G1", f"not tested yet; {_HOW[item.asks]}"
    if item.ref == "L1":
        return "G6", "ask it, and record the answer; “nothing” is an answer"
    if item.kind is ItemKind.ASK:
        return "G1", "ask, and record the answer"
    if item.ref.startswith("W1."):
        return "G1", "say that it is done, or why not"
    if item.ref == "W2":
        return "G1", "say what was changed"
    if item.findings:
        return "G1", f"write down each finding (`F`), or {NOTHING_FOUND}"
    return "G1", "not confirmed yet; do it and confirm"


def _of_not_applicable(item: Item, latest: Attempt) -> Iterator[_Reason]:
    if not item.na_allowed:
        yield "G5", "it always applies; n/a does not settle it"
    elif not says_enough(trimmed(latest.text)):
        yield "G5", f"n/a needs a reason of {ENOUGH}"


def _of_test(item: Item, latest: Attempt, checklist: Checklist, at_time: _AtTime) -> Iterator[_Reason]:
    when = at_time(latest.at)
    if latest.result is Result.OVERRIDDEN:
        advice = "pass it, or let the lead leave the visit open with a follow-up"
        yield "G3", f"overridden by {latest.by}{when}, which is no pass; {advice}"
    elif latest.result is Result.FAIL:
        words = _REPLACES_NOTHING.get(item.latest.result, "") if item.latest is not None else ""
        advice = "put it right and test again" if item.asks is Asks.ANY else f"put it right, then {_HOW[item.asks]}"
        yield "G3", f"failed{when}{words}; {advice}"
    elif latest.result is not Result.PASS:
        yield "G3", f"{latest.result.label} is no pass; test it"
    else:
        lacks = _lacking_evidence(item, latest, when)
        if lacks:
            yield "G2", lacks
        last_work = max(checklist.entries, key=lambda entry: entry.sequence, default=None)
        if last_work is not None and latest.as_of < last_work.sequence:
            noted = at_time(last_work.at)
            later = " after it, in the same minute" if noted and noted == when else noted or " after it"
            yield "G4", f"passed{when}, but work was noted{later}; test again"
        elif not lacks and item.asks is Asks.NO_WAY_IN and not is_shown(item, checklist):
            yield "G2", f"it must be tested inside the client's network, and no way leads there; {_ASK}"


_REPLACES_NOTHING = {Result.PASS: "; words do not replace it", Result.NA: "; n/a does not replace it"}
"""What is said of a result that was typed after a run that failed."""
_ASK = "hand in a photograph, or ask a lead: `W`"


def _lacking_evidence(item: Item, latest: Attempt, when: str) -> str:
    """What keeps a pass from being the evidence that the test asks for (C5a); empty: nothing."""
    if latest.vantage == Vantage.HOST and item.vantage is Vantage.SITE:
        how = "run it there (`r`), hand in a photograph, or ask a lead: `W`"
        return f"passed{when} from the office, which proves nothing about the client's network; {how}"
    if item.lost:
        return f"passed{when} by a file that a lead took out since; test it again"
    if not item.counts and item.asks is Asks.MEASURED:
        return "asks for a value within bounds: `space` takes it, or ask a lead: `W`"
    if not item.counts:
        runs = "`r` runs it" if item.runnable else "no target tests it"
        return f"asks for a test that ran: {runs}, or ask a lead: `W`"
    measured = item.bounds is not None and any("0" <= character <= "9" for character in latest.value or "")
    if not latest.ran and not measured and not says_enough(trimmed(latest.text)):
        value = "" if item.bounds is None else ", or give a value"
        return f"passed{when}, but what was seen is missing; test again and say it in {ENOUGH}{value}"
    return ""


def is_shown(item: Item, checklist: Checklist) -> bool:
    """Whether a file was handed in for a test since the last work, or a lead said that words will do."""
    return item.permission is not None or (item.shown_as_of is not None and item.shown_as_of >= checklist.last_work)


def _of_override(item: Item, latest: Attempt) -> Iterator[_Reason]:
    gate = "G6" if item.kind is ItemKind.NAMED or item.ref == "L1" else "G1"
    if not item.override_allowed:
        yield gate, "it cannot be overridden; record its result"
    elif not trimmed(latest.text):
        yield gate, "overridden without a reason; override it again and say why"


def _of_named(item: Item, latest: Attempt) -> Iterator[_Reason]:
    if latest.result is Result.DECLINED and not trimmed(latest.text):
        yield "G6", "declined, but not in the client's words; record them"
    elif latest.result not in (Result.DONE, Result.FOLLOW_UP, Result.DECLINED):
        yield _missing(item)


def _of_confirm(item: Item, latest: Attempt) -> Iterator[_Reason]:
    if latest.result is Result.NOT_DONE and item.ref.startswith("W1."):
        if not says_enough(trimmed(latest.text)):
            yield "G1", f"not done; say why, in {ENOUGH}"
    elif latest.result is Result.LEFT_TO_CLIENT:
        left = f"“{show(trimmed(latest.text), _QUOTED)}” is left to the client"
        yield "G7", f"{left}; do it or book a follow-up, then record that nothing is left"
    elif latest.result is not Result.DONE or _says_too_little(item, trimmed(latest.text)):
        yield _missing(item)


def _says_too_little(item: Item, said: str) -> bool:
    """Whether what is done asks for words (W2, or findings where there are none), and they are not there."""
    if item.ref == "W2":
        return not said
    return item.findings and not item.found and not says_enough(said)


def _of_sign_off(item: Item, latest: Attempt, checklist: Checklist, at_time: _AtTime) -> Iterator[_Reason]:
    if latest.result is Result.OVERRIDDEN:
        yield from _of_override(item, latest)
    elif latest.result is not Result.SIGNED or not trimmed(latest.signed_by):
        yield _missing(item)
    others = [attempt for other in checklist.items if other.id != item.id for attempt in other.attempts]
    recorded = [(attempt.sequence, attempt.at) for attempt in others] + [
        (entry.sequence, entry.at) for entry in checklist.entries
    ]
    later = max((record for record in recorded if record[0] >= latest.sequence), default=None)
    if later is not None:
        what = f"something was recorded{at_time(later[1]) or ' later'}, after the sign-off{at_time(latest.at)}"
        yield "G8", f"{what}; sign off once more, last"
