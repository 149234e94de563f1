"""What is worth an alert, and to whom it is told: from the day as the board has it."""

from __future__ import annotations

import pytest

from dispatch.levels.alerts import OWN, for_person, standing, title_of
from dispatch.model.alerts import ALL_ALERTS, Alert, AlertKey, AlertKind, Happening
from dispatch.model.boards import Board, BoardVisit
from dispatch.model.lateness import Late
from dispatch.model.messages import About, Fate, Message
from dispatch.model.people import Staff
from dispatch.model.states import Role, State
from tests.widgets.boards import NOW, clock, replace, sample_board, visit

DANA = Staff(2, "dana", "Dana", frozenset({Role.DISPATCHER}))
LATE, EMERGENCY, BREACH = AlertKind.LATE, AlertKind.EMERGENCY, AlertKind.BREACH


def day(placed: tuple[BoardVisit, ...] = (), queue: tuple[BoardVisit, ...] = ()) -> Board:
    board = sample_board()
    rows = tuple(replace(row, visits=placed if number < 2 else ()) for number, row in enumerate(board.rows))
    return replace(board, rows=rows, queue=queue, on_hold=())


def one(kind: AlertKind = LATE, visit_id: int = 7, speaks_of: str = "x", by: int | None = None) -> Alert:
    return Alert(AlertKey(kind, visit_id, speaks_of), "R7", "Elm", "words", by)


PROMISED = (clock("13:00"), clock("14:00"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"late": Late(20, "plan")}, [(LATE, str(clock("13:30")))]),
        ({"late": Late(20, "promise"), "promised": PROMISED}, [(LATE, str(PROMISED[1]))]),
        ({"late": Late(20, "end")}, []),
        ({"level": "ok", "clock": "on site", "due": NOW}, []),
        ({"level": "at_risk", "clock": "on site", "due": NOW}, []),
        ({"level": "critical", "clock": "on site", "due": NOW}, [(BREACH, "on site critical")]),
        ({"level": "breached", "clock": "on site"}, [(BREACH, "on site breached")]),
        ({"reaches_in": True, "late": Late(20, "plan")}, []),
    ],
)
def test_a_placed_visit(changes: dict[str, object], expected: list[tuple[AlertKind, str]]) -> None:
    """Each is named once, also where a crew has it in two rows."""
    placed = visit(1, "Elm", "13:30", "14:30", **changes)
    assert [(alert.key.kind, alert.key.speaks_of) for alert in standing(day((placed,)), (), ())] == expected


def test_what_it_speaks_of_is_another_once_another_time_is_promised() -> None:
    late = visit(1, "Elm", "13:30", "14:30", late=Late(20, "promise"), promised=PROMISED)
    later = replace(late, promised=(PROMISED[0], PROMISED[1] + 3600), late=Late(5, "promise"))
    worse = replace(late, late=Late(50, "promise"))
    keys = [standing(day((one_,)), (), ())[0].key for one_ in (late, later, worse)]
    assert keys[0] == keys[2] != keys[1]


def test_what_waits_what_happened_and_what_was_given_up_stand_in_their_order() -> None:
    queue = (visit(2, "Oak", "9:00", "10:00", State.REQUESTED, emergency=True, level="critical", clock="phone"),)
    happened = [Happening(AlertKind.REOPENED, 3, "R3", "Ash", 99, 5, "opened again, Lee")]
    failed = Message(4, 8, 1, "R8", "Fir", About.LATE, 1, "a@b.c", "t", Fate.FAILED, 1, 1, None, 6, None, "", 9)
    found = standing(day(queue=queue), happened, [failed])
    assert [alert.key for alert in found] == [
        (EMERGENCY, 2, ""),
        (BREACH, 2, "phone critical"),
        (AlertKind.REOPENED, 3, "99"),
        (AlertKind.MAIL, 8, "4.9"),
    ]
    assert found[2].by == 5
    assert found[3].text == "R8 Fir: message 4 (late) is failed"


@pytest.mark.parametrize(
    ("alert", "did", "told"),
    [
        (one(LATE), None, True),
        (one(LATE), NOW - OWN - 1, True),
        (one(LATE), NOW - OWN, False),
        (one(BREACH), NOW, False),
        (one(EMERGENCY), None, True),
        (one(EMERGENCY), 1, False),
        (one(AlertKind.REOPENED, by=2), NOW, False),
        (one(AlertKind.REOPENED, by=3), NOW, True),
        (one(AlertKind.MAIL), NOW, True),
    ],
)
def test_nobody_is_told_of_their_own_deed(alert: Alert, did: int | None, told: bool) -> None:
    own = {} if did is None else {alert.key.visit_id: did}
    found = for_person([alert], DANA, ALL_ALERTS, own, NOW)
    assert found == (((alert,), ()) if told else ((), (alert,)))


@pytest.mark.parametrize(
    ("roles", "kinds", "count"),
    [
        ({Role.DISPATCHER}, ALL_ALERTS, 1),
        ({Role.LEAD}, {LATE}, 1),
        ({Role.LEAD}, {BREACH}, 0),
        ({Role.TECHNICIAN}, ALL_ALERTS, 0),
    ],
)
def test_it_is_for_the_office_and_as_it_chose(roles: set[Role], kinds: set[AlertKind], count: int) -> None:
    assert len(for_person([one()], replace(DANA, roles=frozenset(roles)), kinds, {}, NOW).tell) == count


def test_the_title_counts_what_stands() -> None:
    stands = [one(EMERGENCY), one(visit_id=1), one(visit_id=2), one(AlertKind.MAIL)]
    assert title_of(stands, ALL_ALERTS) == "1 emergency · 2 late · 1 message not sent - dispatch"
    assert title_of(stands, {LATE}) == "2 late - dispatch"
    assert title_of(stands, {BREACH}) == ""


def test_text_of_people_is_made_safe() -> None:
    assert "\x1b" not in one()._replace(client="\x1b]0;owned\x07\u202e").text
