"""What a day answers at a glance: who is free, who has not set out, in which order rows stand."""

from __future__ import annotations

import pytest

from dispatch.desk.day.glance import BoardOrder, FreeSpan, free_time, in_order, not_set_out
from dispatch.model.boards import BoardRow
from dispatch.model.people import Absence
from dispatch.model.states import State
from tests.widgets.boards import NOW, clock, leg, row, sample_board, visit

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
        row(5, "Late to leave", (LATER._replace(leg=leg(60)),)),
    )
    board = sample_board()._replace(rows=rows)

    def ordered(order: BoardOrder) -> list[str]:
        return [one.name for one in in_order(board, order, NOW, lambda one: one.technician_id % 2).rows]

    assert ordered(BoardOrder.NAMES) == [one.name for one in rows]
    assert ordered(BoardOrder.FREE) == ["Free", "Free to three", "Busy", "Late to leave", "Off"]
    assert ordered(BoardOrder.NOT_SET_OUT)[0] == "Late to leave"
    assert ordered(BoardOrder.NOT_SET_OUT)[1:] == ["Busy", "Free to three", "Off", "Free"]
    assert ordered(BoardOrder.TROUBLE) == ["Busy", "Off", "Late to leave", "Free to three", "Free"]
