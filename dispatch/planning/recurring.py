"""Rules by which visits recur: every second Tuesday, the last day of the month, 29 February, the first working day of the month.

What calendars know (RFC 5545, 3.3.10) is counted by dateutil's rrule; what only the trade knows, a firm's working days and what
was agreed with a client, is counted here.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from dispatch.lazily import lazily
from dispatch.model.agreements import WEEKDAYS, months_later

with lazily(__name__):
    from dateutil import rrule

WorkingDay = Callable[[datetime.date], bool]
"""Whether the firm works on a day: one of its weekdays, and no holiday."""

Contacts = Callable[[datetime.date], int]
"""How many visits the client's agreement asks for in the month that begins on a day; 0 without one."""
EXAMPLES = (
    "every tue; every weekday; every 2 weeks on tue, thu; 1st working day of the month; last day of the month; "
    "last fri of every 3 months; every year on 29 feb; as agreed on tue"
)
"""What a fault shows."""

_ONE_DAY = datetime.timedelta(days=1)
_MONTHS = tuple(name.casefold() for name in calendar.month_abbr[1:])
LONGEST = {"day": 366, "week": 52, "month": 24, "year": 10}
"""The most days, weeks, months and years between two visits."""
ORDINALS = {
    "1st": 1, "first": 1, "2nd": 2, "second": 2, "3rd": 3, "third": 3, "4th": 4, "fourth": 4, "5th": 5, "fifth": 5,
    "last": -1,
}  # fmt: skip
_SPOKEN = {-1: "last", 1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 5: "5th"}
_COUNTS = {"": 1, "other": 2, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_SHORT = {
    "daily": "every day", "weekly": "every week", "monthly": "every month", "quarterly": "every 3 months",
    "yearly": "every year", "annually": "every year", "weekdays": "every weekday",
}  # fmt: skip
_AND = r"(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s+)"
_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_DAYS = rf"{_DAY}(?:{_AND}{_DAY})*"
_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]*"
_NTHS = rf"(?:{'|'.join(ORDINALS)})(?:{_AND}(?:the )?(?:{'|'.join(ORDINALS)}))*"
_MONTHDAYS = rf"(?:day \d+(?:{_AND}\d+)*|\d+(?:st|nd|rd|th)(?:{_AND}(?:the )?\d+(?:st|nd|rd|th))*)"
_EVERY = r"every (?P<count>other |second |2nd |third |3rd |fourth |4th |\d+ |)"
_EACH = re.compile(rf"{_EVERY}(?P<unit>day|week|month|year)s?")
_WEEKLY = re.compile(rf"{_EVERY}(?:weeks? on )?(?P<days>{_DAYS})")
_AGREED = re.compile(rf"as (?:agreed|often as agreed)(?: on (?P<days>{_DAYS}))?")
_WITHIN_MONTH = (
    rf"(?:on )?(?:the )?(?:(?P<nths>{_NTHS}) (?P<what>{_DAY}|working day|workday|day)|(?P<monthdays>{_MONTHDAYS}))"
)
_OF_MONTH = re.compile(rf"{_WITHIN_MONTH} of (?:the|each|every) (?P<count>\d+ |)(?P<unit>month)s?")
_ON_MONTH = re.compile(rf"{_EVERY}(?P<unit>month)s? {_WITHIN_MONTH}")
_DATED = re.compile(
    rf"{_EVERY}(?P<unit>year)s? (?:on )?(?:the )?(?:(?P<day>\d+)(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH}))"
)
_OF_YEAR = re.compile(rf"{_EVERY}(?P<unit>year)s? {_WITHIN_MONTH} of (?P<month>{_MONTH})")


@dataclass(frozen=True, slots=True)
class Repeating:
    """Every `count`th day, week (they begin on Monday), month or year from that of the start.

    Of a week: on `weekdays`, 0 for Monday. Of a month, or of the `month` of a year: on the `nths` (-1: the last) of the one
    weekday in `weekdays`, else on these days; the 31st of a shorter month is its last day. Without them it is as the start.
    A day of the month that the firm does not work on gives way to the next working day, the last one to that before it.
    """

    unit: str
    count: int = 1
    weekdays: tuple[int, ...] = ()
    nths: tuple[int, ...] = ()
    month: int = 0

    def __str__(self) -> str:
        every = f"every {self.unit}" if self.count == 1 else f"every {self.count} {self.unit}s"
        if self.unit == "week" and self.weekdays:
            days = ", ".join(WEEKDAYS[day] for day in self.weekdays)
            return f"every {days}" if self.count == 1 else f"{every} on {days}"
        if not self.nths:
            return every
        if self.unit == "month":
            return f"{self._within()} of {'the month' if self.count == 1 else every}"
        month = _MONTHS[self.month - 1]
        dated = not self.weekdays and self.nths[0] > 0
        return f"{every} on {self.nths[0]} {month}" if dated else f"{every} on the {self._within()} of {month}"

    def _within(self) -> str:
        """Which days of a month they are, in words."""
        if not self.weekdays and self.nths != (-1,):
            return f"day {', '.join(map(str, self.nths))}"
        what = WEEKDAYS[self.weekdays[0]] if self.weekdays else "day"
        return f"{', '.join(_SPOKEN[nth] for nth in self.nths)} {what}"

    def from_start(self, start: datetime.date) -> Repeating:
        """The same with the days named that it has from its start alone."""
        if self.unit == "week" and not self.weekdays:
            return replace(self, weekdays=(start.weekday(),))
        if self.unit in ("month", "year") and not self.nths:
            return replace(self, nths=(start.day,), month=start.month if self.unit == "year" else 0)
        return self

    def days(
        self, start: datetime.date, last: datetime.date, working: WorkingDay, contacts: Contacts
    ) -> Iterator[datetime.date]:
        """Its days from `start` to the end of the month of `last`, in order."""
        rule = self.from_start(start)
        begins = {
            "day": start,
            "week": start - _ONE_DAY * start.weekday(),
            "month": start.replace(day=1),
            "year": start.replace(month=1, day=1),
        }[self.unit]
        for moment in rule._counted(begins, months_later(last.replace(day=1), 1) - _ONE_DAY):
            day = moment.date() if self.unit in ("day", "week") or self.weekdays else rule._given_way(moment, working)
            if day is not None and day >= start:
                yield day

    def _counted(self, begins: datetime.date, last: datetime.date) -> Any:
        """The days as the calendar has them, as moments."""
        first, until = (datetime.datetime.combine(day, datetime.time()) for day in (begins, last))
        every: dict[str, object] = {"dtstart": first, "until": until, "interval": self.count, "wkst": rrule.MO}
        if self.unit == "day":
            return rrule.rrule(rrule.DAILY, **every)
        if self.unit == "week":
            return rrule.rrule(rrule.WEEKLY, byweekday=self.weekdays, **every)
        frequency = rrule.MONTHLY if self.unit == "month" else rrule.YEARLY
        found = rrule.rruleset()
        for nth in self.nths:
            if self.weekdays:
                within: dict[str, object] = {"byweekday": [rrule.weekday(day)(nth) for day in self.weekdays]}
            else:
                # of the days from the 28th on that a month has, the last
                within = {"bymonthday": nth if nth <= 28 else range(28, nth + 1), "bysetpos": -1}
            found.rrule(rrule.rrule(frequency, bymonth=self.month or None, **within, **every))
        return found

    def _given_way(self, moment: datetime.datetime, working: WorkingDay) -> datetime.date | None:
        """The working day that stands for a day of the month."""
        day, step = moment.date(), -_ONE_DAY if self.nths == (-1,) else _ONE_DAY
        # a year without a working day is a card that says so, not a reason to search for ever
        return next((other for offset in range(366) if working(other := day + step * offset)), None)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """On the `nth` (-1: the last) working day of every `count`th month from that of the start; 0: on every working day."""

    nth: int = 0
    count: int = 1

    def __str__(self) -> str:
        if not self.nth:
            return "every working day"
        return f"{_SPOKEN[self.nth]} working day of {'the month' if self.count == 1 else f'every {self.count} months'}"

    def days(
        self, start: datetime.date, last: datetime.date, working: WorkingDay, contacts: Contacts
    ) -> Iterator[datetime.date]:
        """Its days from `start` to the end of the month of `last`, in order."""
        month = start.replace(day=1)
        while month <= last:
            there = [day for day in _days_of(month) if working(day)]
            index = self.nth if self.nth < 0 else self.nth - 1
            meant = there if not self.nth else [there[index]] if -len(there) <= index < len(there) else []
            yield from (day for day in meant if day >= start)
            month = months_later(month, self.count)


@dataclass(frozen=True, slots=True)
class Agreed:
    """As often a month as the client's agreement asks for, spread over its working days, or those of them on `weekdays`."""

    weekdays: tuple[int, ...] = ()

    def __str__(self) -> str:
        days = ", ".join(WEEKDAYS[day] for day in self.weekdays)
        return f"as agreed on {days}" if days else "as agreed"

    def days(
        self, start: datetime.date, last: datetime.date, working: WorkingDay, contacts: Contacts
    ) -> Iterator[datetime.date]:
        """Its days from `start` to the end of the month of `last`, in order."""
        month = start.replace(day=1)
        while month <= last:
            there = self.eligible(month, working)
            count = min(contacts(month), len(there))
            yield from (
                day for step in range(count) if (day := there[(2 * step + 1) * len(there) // (2 * count)]) >= start
            )
            month = months_later(month, 1)

    def eligible(self, month: datetime.date, working: WorkingDay) -> list[datetime.date]:
        """The days of a month on which a visit can be."""
        return [
            day for day in _days_of(month) if working(day) and (not self.weekdays or day.weekday() in self.weekdays)
        ]


Rule = Repeating | WorkingDays | Agreed


def on_another_day(rule: Rule, day: datetime.date, other: datetime.date) -> Repeating | None:
    """The rule of a series whose visit of `day` is on another day of the same week, month or year from there on, as those after it;
    None where its days are not such, or it is there already."""
    if not isinstance(rule, Repeating):
        return None
    moved = None
    if rule.unit == "week" and day.weekday() in rule.weekdays and day.isocalendar()[:2] == other.isocalendar()[:2]:
        moved = replace(rule, weekdays=tuple(sorted({*rule.weekdays, other.weekday()} - {day.weekday()})))
    elif rule.unit in ("month", "year") and len(rule.nths) == 1 and day.year == other.year:
        within = replace(rule, month=other.month if rule.unit == "year" else 0)
        if rule.unit == "year" or day.month == other.month:
            last = other.day > calendar.monthrange(other.year, other.month)[1] - 7
            nth = -1 if last and rule.nths == (-1,) else (other.day + 6) // 7
            moved = (
                replace(within, weekdays=(other.weekday(),), nths=(nth,))
                if rule.weekdays
                else replace(within, nths=(other.day,))
            )
    return None if moved == rule else moved


def parse_rule(text: str) -> Rule:
    """A rule as it is typed, in any of the usual wordings; `str` of it gives one that reads the same.

    Raises:
        ValueError: with examples.
    """
    words = " ".join(text.casefold().split()).replace("each ", "every ")
    first, _, rest = words.partition(" ")
    words = re.sub(rf" ({_MONTH}) (\d+)(?:st|nd|rd|th)?$", r" \2 \1", f"{_SHORT.get(first, first)} {rest}".strip())
    if words in ("every weekday", "on weekdays"):
        return Repeating("week", weekdays=tuple(range(5)))
    if words in ("every working day", "every workday"):
        return WorkingDays()
    if match := _EACH.fullmatch(words):
        return Repeating(match["unit"], _count(match))
    if match := _WEEKLY.fullmatch(words):
        return Repeating("week", _count(match), _weekdays(match["days"]))
    if match := _AGREED.fullmatch(words):
        return Agreed(_weekdays(match["days"] or ""))
    if match := _OF_MONTH.fullmatch(words) or _ON_MONTH.fullmatch(words):
        return _within_month(match)
    if match := _DATED.fullmatch(words):
        month = _MONTHS.index(match["month"][:3]) + 1
        day = _within(int(match["day"]), 1, calendar.monthrange(2024, month)[1], f"the day of {_MONTHS[month - 1]}")
        return Repeating("year", _count(match), nths=(day,), month=month)
    if match := _OF_YEAR.fullmatch(words):
        rule = _within_month(match)
        if isinstance(rule, Repeating):
            return replace(rule, unit="year", month=_MONTHS.index(match["month"][:3]) + 1)
    raise ValueError(f"{text.strip()!r} is not a rule such as {EXAMPLES}")


def _within_month(match: re.Match[str]) -> Rule:
    """The rule of some days within a month."""
    count, what = _count(match), match["what"] or ""
    if match["monthdays"]:
        days = {_within(int(day), 1, 31, "the day of the month") for day in re.findall(r"\d+", match["monthdays"])}
        return Repeating("month", count, nths=tuple(sorted(days)))
    named = {ORDINALS[nth] for nth in re.findall(r"\w+", match["nths"]) if nth in ORDINALS}
    nths = tuple(sorted(named, key=lambda nth: (nth < 0, nth)))
    works = what.startswith("work")
    if len(nths) > 1 and (works or (what == "day" and -1 in nths)):
        raise ValueError(f"{match['nths']!r} is not one {what}: make a recurring visit of each")
    if works:
        return WorkingDays(nths[0], count)
    return Repeating("month", count, () if what == "day" else _weekdays(what), nths)


def _count(match: re.Match[str]) -> int:
    """How many days, weeks, months or years one visit is after another."""
    text, unit = match["count"].strip(), match.groupdict().get("unit") or "week"
    return _within(int(text) if text.isdecimal() else _COUNTS[text], 1, LONGEST[unit], f"{unit}s")


def _weekdays(text: str) -> tuple[int, ...]:
    return tuple(sorted({WEEKDAYS.index(day[:3]) for day in re.findall(_DAY, text)}))


def _days_of(month: datetime.date) -> list[datetime.date]:
    """Every day of the month that begins on a day."""
    return [month + _ONE_DAY * offset for offset in range((months_later(month, 1) - month).days)]


def occurrences(
    rule: Rule,
    start: datetime.date,
    first: datetime.date,
    last: datetime.date,
    working: WorkingDay,
    *,
    onto_next: bool = False,
    contacts: Contacts = lambda month: 0,
) -> list[datetime.date]:
    """The days of a rule that began on `start`, from `first` to `last` inclusive. `contacts` is for `Agreed` only.

    A day on which the firm does not work is left out, or with `onto_next` becomes the next working day. A weekday that
    the firm never works on stays: who asks for every Sunday means Sunday.
    """
    days_found: set[datetime.date] = set()
    for day in rule.days(start, last, working, contacts):
        moved: datetime.date | None = day
        if not working(day) and any(working(day + datetime.timedelta(weeks=week)) for week in (-2, -1, 1, 2)):
            later = (day + _ONE_DAY * offset for offset in range(1, 15))
            moved = next((candidate for candidate in later if working(candidate)), None) if onto_next else None
        if moved is not None and first <= moved <= last:
            days_found.add(moved)
    return sorted(days_found)


def _within(number: int, low: int, high: int, what: str) -> int:
    if not low <= number <= high:
        raise ValueError(f"{what}: {number} is not between {low} and {high}")
    return number
