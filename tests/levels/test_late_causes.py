"""Why somebody came late: worked examples in minutes after midnight, and that each minute has one cause."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.levels.late_causes import LateArrival, LateCause, causes_of


def minutes(**said: int | None) -> dict[str, int]:
    """The causes of an arrival that is given in minutes, as minutes by name; the gravest first."""
    arrival = LateArrival(**{name: None if at is None else at * 60 for name, at in said.items()})  # type: ignore[arg-type]
    return {cause.name: seconds // 60 for cause, seconds in causes_of(arrival)}


@pytest.mark.parametrize(
    ("said", "causes"),
    [
        # the plan stood 175 minutes after the promise, the stop before ran 8 over
        ({"due": 540, "came": 723, "planned": 715, "depart": 703, "drive": 20, "before_left": 703},
         {"PLAN": 175, "STOP_BEFORE": 8}),
        ({"due": 660, "came": 700, "planned": 630, "depart": 680, "drive": 20, "before_left": 680}, {"STOP_BEFORE": 40}),
        ({"due": 660, "came": 700, "planned": 630, "depart": 680, "drive": 20, "before_left": 680, "waited_before": 25},
         {"CLIENT": 25, "STOP_BEFORE": 15}),
        ({"due": 660, "came": 700, "planned": 630, "depart": 680, "drive": 20, "before_left": 600}, {"SET_OUT": 40}),
        ({"due": 660, "came": 700, "planned": 630, "depart": 640, "drive": 20}, {"DRIVE": 40}),
        ({"due": 660, "came": 700, "planned": 630, "depart": 665, "drive": 20, "before_left": 650},
         {"SET_OUT": 15, "DRIVE": 15, "STOP_BEFORE": 10}),
        ({"due": 660, "came": 700, "planned": 630}, {"UNKNOWN": 40}),
        ({"due": 660, "came": 700, "planned": 630, "drive": 20, "before_left": 650}, {"UNKNOWN": 30, "STOP_BEFORE": 10}),
    ],
)  # fmt: skip
def test_a_lateness_is_laid_to_what_happened(said: dict[str, int], causes: dict[str, int]) -> None:
    assert minutes(**said) == causes
    assert next(iter(minutes(**said))) == next(iter(causes))


moment = st.integers(0, 100_000)


@given(
    st.builds(
        LateArrival,
        due=st.integers(0, 50_000),
        came=st.integers(50_001, 100_000),
        planned=st.none() | moment,
        depart=st.none() | moment,
        drive=st.none() | st.integers(0, 9000),
        before_left=st.none() | moment,
        waited_before=st.integers(0, 9000),
    )
)
def test_each_minute_has_one_cause(arrival: LateArrival) -> None:
    found = causes_of(arrival)
    assert sum(share.seconds for share in found) == arrival.came - arrival.due
    assert all(share.seconds > 0 for share in found)
    assert len({share.cause for share in found}) == len(found)
    assert (LateCause.UNKNOWN in {share.cause for share in found}) <= (arrival.drive is None or arrival.depart is None)
