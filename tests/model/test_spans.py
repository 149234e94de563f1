"""How lengths of time are written."""

from __future__ import annotations

import datetime

import pytest

from dispatch.model.instants import Times, at_local, long_text, span_text


@pytest.mark.parametrize(
    ("minutes", "span", "apart"),
    [
        (0, "0m", "0m"),
        (58, "58m", "58m"),
        (125, "2h05", "2h05"),
        (1439, "23h59", "23h59"),
        (1440, "24h", "1d"),
        (1715, "28h35", "1d4h"),
        (-1500, "-25h", "-1d1h"),
        (6 * 1440 + 60, "145h", "6d1h"),
        (7 * 1440 + 60, "169h", "7d"),
        (27195 * 60 + 14, "27195h14", "1133d"),
    ],
)
def test_a_length_is_in_hours_and_how_far_moments_are_apart_in_days(minutes: int, span: str, apart: str) -> None:
    assert (span_text(minutes), long_text(minutes)) == (span, apart)


@pytest.mark.parametrize(
    ("zone", "day", "said"),
    [
        ("America/New_York", datetime.date(2026, 11, 1), "00:30–03:30 (4h: clocks went back 1h)"),
        ("America/New_York", datetime.date(2026, 3, 8), "00:30–03:30 (2h: clocks went forward 1h)"),
        ("Australia/Lord_Howe", datetime.date(2026, 4, 5), "00:30–03:30 (3h30: clocks went back 30m)"),
        ("America/New_York", datetime.date(2026, 11, 2), "00:30–03:30"),
    ],
)
def test_a_span_over_a_change_of_clocks_says_how_long_it_was(zone: str, day: datetime.date, said: str) -> None:
    assert Times(zone).span(at_local(day, "00:30", zone), at_local(day, "03:30", zone)) == said
