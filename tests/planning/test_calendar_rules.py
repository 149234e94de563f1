"""Which rule repeats as an event of a calendar does."""

from __future__ import annotations

import datetime

import pytest

from dispatch.planning.calendar_rules import rule_of
from dispatch.planning.recurring import parse_rule

FIRST = datetime.date(2026, 11, 25)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("FREQ=WEEKLY", "every wed"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", "every 2 weeks on tue, thu"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every mon, tue, wed, thu, fri"),
        ("FREQ=DAILY", "every day"),
        ("FREQ=DAILY;INTERVAL=3", "every 3 days"),
        ("FREQ=DAILY;BYDAY=MO,FR", "every mon, fri"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "last fri of the month"),
        ("FREQ=MONTHLY;BYDAY=1TU,3TU", "1st, 3rd tue of the month"),
        ("FREQ=MONTHLY;BYDAY=1MO;INTERVAL=3", "1st mon of every 3 months"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "last working day of the month"),
        ("FREQ=MONTHLY;BYMONTHDAY=15", "day 15 of the month"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "last day of the month"),
        ("FREQ=MONTHLY", "day 25 of the month"),
        ("FREQ=YEARLY", "every year on 25 nov"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "every year on 29 feb"),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=-1FR;INTERVAL=2", "every 2 years on the last fri of nov"),
        ("FREQ=SECONDLY", None),
        ("FREQ=WEEKLY;COUNT=5", None),
        ("FREQ=WEEKLY;BYDAY=2TU", None),
        ("FREQ=DAILY;BYDAY=MO;INTERVAL=2", None),
        ("FREQ=MONTHLY;BYDAY=FR", None),
        ("FREQ=MONTHLY;BYDAY=9FR", None),
        ("FREQ=MONTHLY;BYDAY=1MO,3TU", None),
        ("FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=3", None),
        ("FREQ=MONTHLY;BYMONTH=2", None),
        ("FREQ=YEARLY;BYMONTH=13", None),
        ("FREQ=YEARLY;BYDAY=20MO", None),
        ("FREQ=WEEKLY;INTERVAL=x", None),
        ("FREQ=WEEKLY;INTERVAL=99", None),
        ("INTERVAL=1", None),
    ],
)
def test_how_an_event_repeats(written: str, rule: str | None) -> None:
    parts = (part.split("=") for part in written.split(";"))
    found = rule_of({name: values.split(",") for name, values in parts}, FIRST)
    assert (None if found is None else str(found)) == rule
    assert rule is None or parse_rule(rule) == found
