"""What a day answers at a glance: who is free, who has not set out, in which order rows stand."""

from __future__ import annotations

import datetime

import pytest

from dispatch.desk.day.glance import BoardOrder, FreeSpan, free_time, in_order, not_set_out, room
from dispatch.desk.day.questions import DayQuestion, answer
from dispatch.model.boards import BoardRow, BoardVisit
from dispatch.model.lateness import Late
from dispatch.model.people import Absence
from dispatch.model.states import State
from tests.widgets.boards import DAY, NOW, clock, leg, row, sample_board, visit, waiting

LATER = visit(1, "Later", "15:00", "16:00", leg=leg(20))
THERE = visit(
    2, "There", "13:00", "14:00", State.ON_SITE, actual_in=clock("13:00"), projected=(clock("13:00"), clock("14:20"))
)
DONE = visit(3, "Done", "13:00", "15:00", State.CLOSED, actual_in=clock("13:00"), actual_out=clock("14:00"))
AWAY = Absence(clock("14:00"), clock("15:00"), "ill")


@pytest.mark.parametrize(
    ("card", "free"),
    [
        (row(1, "A", ()), ("14:07", "17:00")),
        (row(1, "A", (LATER,)), ("14:07", "14:40")),
        (row(1, "A", (THERE, LATER)), ("14:20", "14:40")),
        (row(1, "A", (DONE, LATER)), ("14:07", "14:40")),
        (row(1, "A", (LATER,), absences=(AWAY,)), ("16:00", "17:00")),
        (row(1, "A", (THERE._replace(projected=(NOW, clock("14:45"))), LATER)), ("16:00", "17:00")),
        (row(1, "A", (THERE._replace(projected=(NOW, clock("14:31"))), LATER)), ("16:00", "17:00")),
        (row(1, "A", (), shift=(clock("8:00"), clock("14:00"))), None),
        (row(1, "A", (), shift=None), None),
        (row(1, "A", (), shift=(clock("15:00"), clock("17:00"))), ("15:00", "17:00")),
    ],
)
def test_who_is_free_and_until_when(card: BoardRow, free: tuple[str, str] | None) -> None:
    expected = None if free is None else FreeSpan(clock(free[0]), clock(free[1]))
    assert free_time(card, NOW) == expected


@pytest.mark.parametrize(
    ("changes", "since"),
    [
        ({}, None),
        ({"leg": leg(60)}, "14:00"),
        ({"leg": leg(60), "state": State.EN_ROUTE}, None),
        ({"leg": leg(60), "state": State.CLOSED}, None),
        ({"state": State.DISPATCHED, "unseen": True}, "14:07"),
        ({"state": State.DISPATCHED}, None),
    ],
)
def test_who_has_not_set_out_or_not_seen_the_dispatch(changes: dict[str, object], since: str | None) -> None:
    assert not_set_out(LATER._replace(**changes), NOW) == (None if since is None else clock(since))  # type: ignore[arg-type]


def test_rows_that_are_alike_stand_as_they_did() -> None:
    rows = (
        row(1, "Busy", (THERE,)),
        row(2, "Free to three", (LATER,)),
        row(3, "Off", (), shift=None),
        row(4, "Free", ()),
        row(5, "Late to leave", (LATER._replace(leg=leg(60), late=Late(5, "promise")),)),
    )
    board = sample_board()._replace(rows=rows)

    def ordered(order: BoardOrder) -> list[str]:
        return [one.name for one in in_order(board, order, NOW).rows]

    assert ordered(BoardOrder.NAMES) == [one.name for one in rows]
    assert ordered(BoardOrder.FREE) == ["Free", "Free to three", "Busy", "Late to leave", "Off"]
    assert ordered(BoardOrder.NOT_SET_OUT)[0] == "Late to leave"
    assert ordered(BoardOrder.NOT_SET_OUT)[1:] == ["Busy", "Free to three", "Off", "Free"]
    assert ordered(BoardOrder.TROUBLE) == ["Late to leave", "Busy", "Free to three", "Off", "Free"]


@pytest.mark.parametrize(
    ("card", "minutes"),
    [
        (row(1, "A", (), leg_home=None, lunch=None), 173),
        (row(1, "A", (LATER,), lunch=None), 173 - 80 - 9),
        (row(1, "A", (LATER,), leg_home=None, lunch=(clock("14:10"), clock("14:40"))), 173 - 80 - 30),
        (row(1, "A", (LATER,), leg_home=None, lunch=(clock("14:30"), clock("15:00"))), 173 - 80 - 10),
        (row(1, "A", (THERE, LATER), leg_home=None, lunch=None), 20 + 60),
        (row(1, "A", (), absences=(AWAY,), leg_home=None, lunch=None), 120),
        (row(1, "A", (), shift=(clock("8:00"), clock("14:10")), leg_home=leg(9), lunch=None), 0),
        (row(1, "A", (), shift=None), 0),
    ],
)
def test_how_much_room_is_left(card: BoardRow, minutes: int) -> None:
    assert room(card, NOW) == minutes


def answers(
    question: DayQuestion, *visits: BoardVisit, queue: tuple[BoardVisit, ...] = (), **more: object
) -> list[str]:
    """What is answered of a technician with these visits."""
    board = sample_board()._replace(rows=(row(1, "Ana Ruiz", visits, **more),), queue=queue)
    return [f"{line.whom}: {line.words}" for line in answer(board, question)]


AHEAD = LATER._replace(projected=(clock("15:05"), clock("16:05")))


@pytest.mark.parametrize(
    ("question", "cards", "said"),
    [
        (DayQuestion.FREE, (LATER,), ["Ana Ruiz: now, until 14:40, 33m · at home"]),
        (DayQuestion.FREE, (THERE, LATER), ["Ana Ruiz: 14:20–14:40, 20m · on site at There"]),
        (DayQuestion.SLACK, (AHEAD._replace(slack=300),), ["Ana Ruiz · Later: 5m of slack, there 15:05"]),
        (DayQuestion.SLACK, (AHEAD._replace(slack=900),), ["Ana Ruiz · Later: 15m of slack, there 15:05"]),
        (DayQuestion.SLACK, (AHEAD._replace(slack=960),), []),
        (DayQuestion.SLACK, (AHEAD,), []),
        (DayQuestion.SLACK, (AHEAD._replace(slack=-60, late=Late(1, "promise")),), []),
        (DayQuestion.SLACK, (THERE._replace(slack=60),), []),
        (DayQuestion.NOT_SET_OUT, (LATER,), []),
        (DayQuestion.NOT_SET_OUT, (LATER._replace(leg=leg(60)),), ["Ana Ruiz · Later: to leave at 14:00, 7m ago"]),
        (
            DayQuestion.NOT_SET_OUT,
            (LATER._replace(leg=leg(60), state=State.DISPATCHED, unseen=True),),
            ["Ana Ruiz · Later: to leave at 14:00, 7m ago, has not seen the dispatch"],
        ),
        (DayQuestion.NOT_SET_OUT, (LATER._replace(leg=leg(60), state=State.EN_ROUTE),), []),
        (DayQuestion.BREAKS, (LATER._replace(due=clock("15:30")),), []),
        (
            DayQuestion.BREAKS,
            (LATER._replace(due=clock("15:30"), late=Late(20, "target")),),
            ["Ana Ruiz · Later: by 15:30 · 20m late"],
        ),
        (DayQuestion.TOMORROW, (LATER,), []),
        (DayQuestion.TOMORROW, (LATER._replace(slack=120),), ["Ana Ruiz · Later: 15:00: 2m of slack"]),
        (
            DayQuestion.TOMORROW,
            (LATER, LATER._replace(id=9, client="Other")),
            ["Ana Ruiz · Later: 15:00: overlaps Other", "Ana Ruiz · Other: 15:00: overlaps Later"],
        ),
        (DayQuestion.TOMORROW, (DONE._replace(late=Late(20, "promise")),), []),
    ],
)
def test_what_a_day_answers(question: DayQuestion, cards: tuple[BoardVisit, ...], said: list[str]) -> None:
    assert answers(question, *cards) == said


def test_what_breaks_next_stands_before_what_broke() -> None:
    queue = (
        waiting(11, "Broken", "ups", due=clock("13:07")),
        waiting(12, "Soon", "ups", due=clock("15:00"), promised=(clock("14:00"), clock("14:30"))),
        waiting(13, "Today", "ups", wanted_on=DAY),
        waiting(14, "Later", "ups", wanted_on=DAY, latest_on=DAY + datetime.timedelta(days=1)),
        waiting(15, "Never", "ups"),
    )
    assert answers(DayQuestion.BREAKS, queue=queue) == [
        "Soon: by 14:30 · nobody has it",
        "Today: by the end of today · nobody has it",
        "Later: by the end of Wed 25 Nov 2026 · nobody has it",
        "Broken: broke 1h ago · nobody has it",
    ]
    at_risk = [said.partition(":")[0] for said in answers(DayQuestion.TOMORROW, queue=queue)]
    assert at_risk == ["Broken", "Soon", "Today"], "what breaks on the day and nobody has"


def test_overtime_is_a_risk_and_no_room_is_said() -> None:
    assert answers(DayQuestion.TOMORROW, overtime=2100) == ["Ana Ruiz: home 35m past the shift"]
    full = LATER._replace(start=NOW, end=clock("17:00"))
    assert answers(DayQuestion.ROOM, full) == ["Ana Ruiz: no room · 1h of 8h planned"]
    assert answers(DayQuestion.ROOM, LATER, leg_home=None, lunch=None) == [
        "Ana Ruiz: 1h33 left, first 14:07 · 1h of 8h planned"
    ]
    assert answers(DayQuestion.ROOM, shift=None) == []
