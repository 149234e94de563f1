"""Each reason of a gate, word for word: what stands on an item, and what keeps it open (design/close-out.md C2, C5a)."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from dispatch.closeout.gates import ENOUGH, is_shown, unmet
from dispatch.model.checklists import (
    Asks,
    Attempt,
    Checklist,
    EntryKind,
    Grade,
    Item,
    ItemKind,
    Permission,
    Phase,
    Result,
    WorkEntry,
)
from dispatch.model.probes import Probe, ProbeKind, Vantage

HOST, SITE = (Probe(ProbeKind.TCP, "vpn", vantage, "vpn.example.com", 443) for vantage in Vantage)
VALUE = Probe(ProbeKind.VALUE, "backup", unit="h", most="24")
SEEN = "seen at the desk"
ASKED = "hand in a photograph, or ask a lead: `W`"
AT_TEN, AT_ELEVEN = 36_000, 39_600
WORK = WorkEntry(5, AT_ELEVEN, "Ana Ruiz", EntryKind.NOTE, "driver replaced")


def item(ref: str, kind: ItemKind, *attempts: Attempt, **fields: Any) -> Item:
    """An item that is required, with its attempts."""
    return dataclasses.replace(Item(1, ref, Phase.TEST, kind, ref, True, True, True, 1), attempts=attempts, **fields)


def tried(result: Result, text: str = SEEN, sequence: int = 9, **fields: Any) -> Attempt:
    return Attempt(sequence, AT_TEN, "Ana Ruiz", result, text, **fields)


def checked(*attempts: Attempt, **fields: Any) -> Item:
    return item("T3", ItemKind.TEST, *attempts, **fields)


RAN = {"begun_after": 8, "grade": Grade.EXECUTED}
TABLE: list[tuple[Item, tuple[WorkEntry, ...], list[tuple[str, str]]]] = [
    # a test
    (checked(tried(Result.PASS)), (), []),
    (checked(tried(Result.PASS, "01234567 89")), (), []),
    (
        checked(tried(Result.PASS, "ok")),
        (),
        [("G2", f"passed at 10:00, but what was seen is missing; test again and say it in {ENOUGH}")],
    ),
    (
        checked(tried(Result.PASS, "ok"), probes=(VALUE,), evidence=Asks.ANY),
        (),
        [("G2", f"passed at 10:00, but what was seen is missing; test again and say it in {ENOUGH}, or give a value")],
    ),
    (checked(tried(Result.PASS, "", value="0 h", grade=Grade.MEASURED), probes=(VALUE,)), (), []),
    (checked(tried(Result.PASS, "", value="9", grade=Grade.MEASURED), probes=(VALUE,)), (), []),
    (
        checked(tried(Result.PASS, "", value="none", grade=Grade.MEASURED), probes=(VALUE,)),
        (),
        [("G2", f"passed at 10:00, but what was seen is missing; test again and say it in {ENOUGH}, or give a value")],
    ),
    (checked(tried(Result.PASS, "", **RAN)), (), []),
    (
        checked(tried(Result.PASS), probes=(HOST,)),
        (),
        [("G2", "asks for a test that ran: `r` runs it, or ask a lead: `W`")],
    ),
    (
        checked(tried(Result.PASS), evidence=Asks.EXECUTED),
        (),
        [("G2", "asks for a test that ran: no target tests it, or ask a lead: `W`")],
    ),
    (
        checked(tried(Result.PASS), probes=(VALUE,)),
        (),
        [("G2", "asks for a value within bounds: `space` takes it, or ask a lead: `W`")],
    ),
    (
        checked(tried(Result.PASS, vantage=Vantage.HOST, **RAN), probes=(SITE,), way_in=True),
        (),
        [
            (
                "G2",
                "passed at 10:00 from the office, which proves nothing about the client's network; "
                f"run it there (`r`), {ASKED}",
            )
        ],
    ),
    (checked(tried(Result.PASS, vantage=Vantage.HOST, **RAN), probes=(HOST,)), (), []),
    (checked(tried(Result.PASS, vantage=Vantage.SITE, **RAN), probes=(SITE,), way_in=True), (), []),
    (
        checked(tried(Result.PASS), probes=(SITE,)),
        (),
        [("G2", f"it must be tested inside the client's network, and no way leads there; {ASKED}")],
    ),
    (checked(tried(Result.PASS), probes=(SITE,), shown_as_of=0), (), []),
    (
        checked(tried(Result.PASS), probes=(SITE,), shown_as_of=4),
        (WORK,),
        [("G2", f"it must be tested inside the client's network, and no way leads there; {ASKED}")],
    ),
    (checked(tried(Result.PASS), probes=(SITE,), shown_as_of=5), (WORK,), []),
    (checked(tried(Result.FAIL)), (), [("G3", "failed at 10:00; put it right and test again")]),
    (
        checked(tried(Result.FAIL), probes=(HOST,)),
        (),
        [("G3", "failed at 10:00; put it right, then `r` runs it")],
    ),
    (
        checked(tried(Result.FAIL, value="30 h", grade=Grade.MEASURED), probes=(VALUE,)),
        (),
        [("G3", "failed at 10:00; put it right, then `space` takes its value")],
    ),
    (
        checked(tried(Result.LEFT_TO_CLIENT)),
        (),
        [("G3", "left to client is no pass; test it")],
    ),
    (
        checked(tried(Result.OVERRIDDEN)),
        (),
        [
            (
                "G3",
                "overridden by Ana Ruiz at 10:00, which is no pass; pass it, or let the lead leave the visit open "
                "with a follow-up",
            )
        ],
    ),
    (
        checked(tried(Result.PASS, sequence=5)),
        (WORK,),
        [("G4", "passed at 10:00, but work was noted at 11:00; test again")],
    ),
    (checked(tried(Result.PASS, sequence=6)), (WORK,), []),
    (checked(tried(Result.PASS, begun_after=5, grade=Grade.EXECUTED)), (WORK,), []),
    (
        checked(tried(Result.PASS, begun_after=4, grade=Grade.EXECUTED)),
        (WORK,),
        [("G4", "passed at 10:00, but work was noted at 11:00; test again")],
    ),
    # n/a
    (checked(tried(Result.NA, "no server on this site")), (), []),
    (checked(tried(Result.NA, "n/a")), (), [("G5", f"n/a needs a reason of {ENOUGH}")]),
    (
        checked(tried(Result.NA, "no server on this site"), na_allowed=False),
        (),
        [("G5", "it always applies; n/a does not settle it")],
    ),
    # an override of what is no test
    (item("L3", ItemKind.CONFIRM, tried(Result.OVERRIDDEN)), (), []),
    (
        item("L3", ItemKind.CONFIRM, tried(Result.OVERRIDDEN, " ")),
        (),
        [("G1", "overridden without a reason; override it again and say why")],
    ),
    (
        item("L1.1", ItemKind.NAMED, tried(Result.OVERRIDDEN, " ")),
        (),
        [("G6", "overridden without a reason; override it again and say why")],
    ),
    (
        item("L1", ItemKind.ASK, tried(Result.OVERRIDDEN), override_allowed=False),
        (),
        [("G6", "it cannot be overridden; record its result")],
    ),
    (
        item("L2", ItemKind.CONFIRM, tried(Result.OVERRIDDEN), override_allowed=False),
        (),
        [("G1", "it cannot be overridden; record its result")],
    ),
    # what the client named
    (item("L1.1", ItemKind.NAMED, tried(Result.DONE)), (), []),
    (item("L1.1", ItemKind.NAMED, tried(Result.FOLLOW_UP, "")), (), []),
    (item("L1.1", ItemKind.NAMED, tried(Result.DECLINED)), (), []),
    (
        item("L1.1", ItemKind.NAMED, tried(Result.DECLINED, "\u3000")),
        (),
        [("G6", "declined, but not in the client's words; record them")],
    ),
    (
        item("L1.1", ItemKind.NAMED, tried(Result.ANSWERED)),
        (),
        [("G6", "needs an end: done now, a follow-up visit, or declined in the client's words")],
    ),
    # confirmed
    (item("A3", ItemKind.CONFIRM, tried(Result.DONE, "")), (), []),
    (item("W2", ItemKind.CONFIRM, tried(Result.DONE)), (), []),
    (item("W2", ItemKind.CONFIRM, tried(Result.DONE, "")), (), [("G1", "say what was changed")]),
    (item("W1.1", ItemKind.CONFIRM, tried(Result.NOT_DONE, "the part is missing")), (), []),
    (
        item("W1.1", ItemKind.CONFIRM, tried(Result.NOT_DONE, "no time")),
        (),
        [("G1", f"not done; say why, in {ENOUGH}")],
    ),
    (
        item("W1.1", ItemKind.CONFIRM, tried(Result.ANSWERED, "the part is missing")),
        (),
        [("G1", "say that it is done, or why not")],
    ),
    (
        item("L3", ItemKind.CONFIRM, tried(Result.NOT_DONE, "the part is missing")),
        (),
        [("G1", "not confirmed yet; do it and confirm")],
    ),
    (
        item("L2", ItemKind.CONFIRM, tried(Result.LEFT_TO_CLIENT, " a restart ")),
        (),
        [("G7", "“a restart” is left to the client; do it or book a follow-up, then record that nothing is left")],
    ),
    # the sign-off
    (item("L5", ItemKind.SIGN_OFF, tried(Result.SIGNED, signed_by="J. Lowe")), (), []),
    (
        item("L5", ItemKind.SIGN_OFF, tried(Result.SIGNED, signed_by=" ")),
        (),
        [("G8", "nobody has signed off yet; it comes last")],
    ),
    (
        item("L5", ItemKind.SIGN_OFF, tried(Result.DONE, signed_by="J. Lowe")),
        (),
        [("G8", "nobody has signed off yet; it comes last")],
    ),
    (item("L5", ItemKind.SIGN_OFF, tried(Result.OVERRIDDEN, "the client had to go")), (), []),
    (
        item("L5", ItemKind.SIGN_OFF, tried(Result.OVERRIDDEN, "")),
        (),
        [("G1", "overridden without a reason; override it again and say why")],
    ),
    (item("L5", ItemKind.SIGN_OFF, tried(Result.SIGNED, sequence=6, signed_by="J. Lowe")), (WORK,), []),
    (
        item("L5", ItemKind.SIGN_OFF, tried(Result.SIGNED, sequence=5, signed_by="J. Lowe")),
        (WORK,),
        [("G8", "something was recorded at 11:00, after the sign-off at 10:00; sign off once more, last")],
    ),
]


@pytest.mark.parametrize(("one", "work", "reasons"), TABLE)
def test_each_reason(one: Item, work: tuple[WorkEntry, ...], reasons: list[tuple[str, str]]) -> None:
    """G1 to G8, C5a"""
    found = unmet(Checklist((one,), work), "UTC")
    assert [(reason.gate, reason.ref, reason.text) for reason in found] == [
        (gate, one.ref, f"{one.label}: {text}") for gate, text in reasons
    ]


def test_the_last_of_what_was_recorded_is_named() -> None:
    signed = item("L5", ItemKind.SIGN_OFF, tried(Result.SIGNED, sequence=3, signed_by="J. Lowe"))
    other = checked(tried(Result.PASS, sequence=7), tried(Result.PASS, sequence=4), id=2, required=False)
    (reason,) = unmet(Checklist((signed, other), (WORK,)), "UTC")
    assert "something was recorded at 10:00," in reason.text
    (reason,) = unmet(Checklist((signed, other), (WORK,)))
    assert "something was recorded later, after the sign-off;" in reason.text


@pytest.mark.parametrize(
    ("permission", "shown_as_of", "shown"),
    [
        (None, None, False),
        (None, 4, False),
        (None, 5, True),
        (Permission("Lee Moreau", 0, 0, False), None, True),
        (Permission("Lee Moreau", 0, 0, False), 4, True),
    ],
)
def test_a_file_of_before_the_work_shows_nothing(
    permission: Permission | None, shown_as_of: int | None, shown: bool
) -> None:
    """C5a"""
    one = checked(permission=permission, shown_as_of=shown_as_of)
    assert is_shown(one, Checklist((one,), (WORK,))) is shown
