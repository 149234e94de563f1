"""A clock that can hardly be right is asked about before it is written."""

from pathlib import Path

import pytest

from db.backups import check
from db.faults import ClockDoubtful
from db.store import Store
from dispatch.model.clock import SystemClock
from tests.db.sessions import edit, new_store
from tests.quick import first_of
from tests.wall import START, WALL

DAY = 24 * 3600


def told(store: Store) -> tuple[bool, str]:
    return next((one.good, one.text) for one in check(store) if one.subject == "clock")


def said(store: Store) -> None:
    """Somebody said that the clock is right."""
    store.clock_is_right = True
    edit(store, notes="it is right")
    store.clock_is_right = False


@first_of("days, words", [(-1.1, "1 days before"), (91, "91 days after"), (36_500, "36,500 days after")], 2)
def test_it_is_asked_about_and_not_written(tmp_path: Path, days: float, words: str) -> None:
    WALL.set(START)
    with new_store(tmp_path / "board.db", clock=SystemClock()) as store:
        WALL.set(START + round(days * DAY))
        with pytest.raises(ClockDoubtful, match=words):
            edit(store, notes="when?")
        said(store)
        edit(store, notes="then")
        assert told(store) == (True, "later than the last change")


@pytest.mark.parametrize("days", [-0.9, 0, 89])
def test_a_clock_that_may_be_right_is_taken(tmp_path: Path, days: float) -> None:
    WALL.set(START)
    with new_store(tmp_path / "board.db", clock=SystemClock()) as store:
        WALL.set(START + round(days * DAY))
        edit(store, notes="now")


@pytest.mark.again
def test_the_doctor_blames_the_clock_of_the_row_and_not_the_right_one(tmp_path: Path) -> None:
    WALL.set(START)
    with new_store(tmp_path / "board.db", clock=SystemClock()) as store:
        WALL.set(START + 36_500 * DAY)
        store.clock_is_right = True
        edit(store, notes="from the future")
        store.clock_is_right = False
        WALL.set(START + 60)
        good, text = told(store)
        assert not good
        assert text.startswith("row 2 of the audit was written by a clock 36,499 days ahead")
        said(store)
        edit(store, notes="now")
        assert told(store)[0]
