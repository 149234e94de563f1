"""The blanks of a record as people fill them in: each a line of text, read with every fault named at once."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

from dispatch.desk.refusals import NotFound
from dispatch.model import text as limits
from dispatch.model.clients import Contact
from dispatch.model.instants import parse_clock, parse_day, parse_when, zone_of
from dispatch.model.people import Hours, Lunch
from dispatch.model.text import TextRefused, clean
from dispatch.model.travel import Place

T = TypeVar("T")

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_YES = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False, "": False}
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,4})?")
_PAIR = re.compile(r"^\s*(-?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$")
# how maps write a place into their links: …/@39.96,-83.0,15z  ?q=39.96,-83.0  #map=15/39.96/-83.0  mlat=…&mlon=…  geo:39.96,-83.0
_LINKS = tuple(
    re.compile(pattern)
    for pattern in (
        r"!3d(-?\d+\.\d+)!4d(-?\d+\.\d+)",
        r"[?&](?:q|ll|query|destination)=(-?\d+(?:\.\d+)?)(?:,|%2C)(-?\d+(?:\.\d+)?)",
        r"mlat=(-?\d+(?:\.\d+)?)&mlon=(-?\d+(?:\.\d+)?)",
        r"@(-?\d+\.\d+),(-?\d+\.\d+)",
        r"#map=\d+/(-?\d+\.\d+)/(-?\d+\.\d+)",
        r"^geo:(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)",
    )
)


@dataclass(frozen=True, slots=True)
class Blank:
    """One blank: the key of its text, what it is called, and an example of what goes in."""

    name: str
    label: str
    hint: str = ""


class Reading:
    """Reads the texts of a record. A blank that cannot be taken adds a fault and reads as if it were empty."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self.faults: list[str] = []

    def fault(self, name: str, text: str) -> None:
        """Say what is wrong with a blank."""
        self.faults.append(f"{name.replace('_', ' ')}: {text}")

    def raw(self, name: str) -> str:
        """What was typed, trimmed."""
        return self._texts.get(name, "").strip()

    def text(self, name: str, limit: int = limits.NAME, *, required: bool = False) -> str:
        """One line of text."""
        try:
            text = clean(self.raw(name), limit=limit)
        except TextRefused as refused:
            self.fault(name, str(refused))
            return ""
        if required and not text:
            self.fault(name, "is missing")
        return text

    def found(self, name: str, find: Callable[[str], T]) -> T | None:
        """The record that `find` has for what was typed; None where it has none, or nothing was typed."""
        typed = self.text(name, required=True)
        try:
            return find(typed) if typed else None
        except NotFound as fault:
            self.fault(name, str(fault))
            return None

    def words(self, name: str, limit: int = 40) -> tuple[str, ...]:
        """Words between commas."""
        found: list[str] = []
        for part in re.split(r"[,;]", self.raw(name)):
            try:
                word = clean(part, limit=limit)
            except TextRefused as refused:
                self.fault(name, str(refused))
                return ()
            if word and word.casefold() not in (known.casefold() for known in found):
                found.append(word)
        return tuple(found)

    def whole(self, name: str, least: int, most: int) -> int | None:
        """A whole number; None where nothing was typed."""
        raw = self.raw(name)
        if not raw:
            return None
        if not raw.isdecimal() or not least <= int(raw) <= most:
            self.fault(name, f"{raw!r} is not a whole number from {least:,} to {most:,}")
            return None
        return int(raw)

    def number(self, name: str, most: float) -> float | None:
        """A number from 0 on, such as 0.3; None where nothing was typed."""
        raw = self.raw(name)
        if not raw:
            return None
        if _NUMBER.fullmatch(raw) is None or float(raw) > most:
            self.fault(name, f"{raw!r} is not a number from 0 to {most:,g}")
            return None
        return float(raw)

    def flag(self, name: str) -> bool:
        """Yes or no."""
        raw = self.raw(name).casefold()
        if raw not in _YES:
            self.fault(name, f"{raw!r} is not yes or no")
            return False
        return _YES[raw]

    def choice(self, name: str, choices: Sequence[str], otherwise: str) -> str:
        """One of some words."""
        raw = self.raw(name).casefold() or otherwise
        if raw not in choices:
            self.fault(name, f"{raw!r} is not one of {', '.join(choices)}")
            return otherwise
        return raw

    def zone(self, name: str, otherwise: str) -> str:
        """A time zone."""
        raw = self.raw(name) or otherwise
        try:
            zone_of(raw)
        except ValueError as fault:
            self.fault(name, str(fault))
            return otherwise
        return raw

    def place(self, name: str) -> Place | None:
        """Coordinates, typed as 39.9612, -82.9988 or pasted as the link of a map; None where nothing was typed."""
        raw = self.raw(name)
        if not raw:
            return None
        found = _PAIR.match(raw) or next((match for link in _LINKS if (match := link.search(raw))), None)
        if found is not None:
            try:
                return Place(float(found[1]), float(found[2]))
            except ValueError:
                pass
        self.fault(name, "coordinates such as 39.9612, -82.9988, or the link of a map that holds them, are expected")
        return None

    def hours(self, name: str) -> tuple[Hours, ...]:
        """Hours by weekday, such as mon-fri 08:00-17:00, sat 09:00-12:00."""
        found: list[Hours] = []
        for part in filter(None, (piece.strip() for piece in self.raw(name).split(","))):
            try:
                found += _opening(part, found)
            except ValueError:
                self.fault(name, f"{part!r} is not of the form mon-fri 08:00-17:00")
                return ()
        ordered = sorted(found)
        for one, following in pairwise(ordered):
            if one.weekday == following.weekday and following.opens < one.closes:
                self.fault(name, f"hours on {WEEKDAYS[one.weekday]} overlap")
        return tuple(ordered)

    def day(self, name: str, today: datetime.date) -> datetime.date | None:
        """A date; None where nothing was typed."""
        raw = self.raw(name)
        if not raw:
            return None
        try:
            return parse_day(raw, today=today)
        except ValueError as fault:
            self.fault(name, str(fault))
            return None

    def lunch(self, name: str) -> Lunch | None:
        """A lunch window and its minutes, such as 11:30-13:30 30."""
        raw = self.raw(name)
        if not raw:
            return None
        try:
            window, _, minutes = raw.rpartition(" ")
            opens, closes = (parse_clock(clock.strip()) for clock in window.replace("–", "-").split("-"))
            lunch = Lunch(opens, closes, int(minutes))
            if not 0 < lunch.minutes <= closes - opens:
                raise ValueError
        except ValueError:
            self.fault(name, f"{raw!r} is not of the form 11:30-13:30 30: from, to, minutes")
            return None
        return lunch

    def contacts(self, name: str) -> tuple[Contact, ...]:
        """People between `|`, each as name; phone; e-mail; role."""
        found = []
        for part in filter(None, (piece.strip() for piece in self.raw(name).split("|"))):
            fields = [field.strip() for field in part.split(";")]
            if not fields[0] or len(fields) > 4:
                self.fault(name, f"{part!r} is not of the form name; phone; e-mail; role")
                continue
            try:
                found.append(Contact(*(clean(field, limit=limits.NAME) for field in fields)))
            except TextRefused as refused:
                self.fault(name, str(refused))
        return tuple(found)

    def when(self, name: str, zone: str, now: int, *, day: datetime.date | None = None) -> int | None:
        """An instant; None where it cannot be taken."""
        raw = self.raw(name)
        if not raw:
            self.fault(name, "is missing")
            return None
        try:
            return parse_when(raw, zone, now=now, day=day)
        except ValueError as fault:
            self.fault(name, str(fault))
            return None


def hours_text(hours: Iterable[Hours]) -> str:
    """Hours by weekday as they are typed; days with the same hours together."""
    by_day: dict[int, list[str]] = {}
    for one in hours:
        by_day.setdefault(one.weekday, []).append(f"{_clock(one.opens)}-{_clock(one.closes)}")
    parts: list[str] = []
    weekday = 0
    while weekday < 7:
        spans = by_day.get(weekday)
        last = weekday
        while spans and last < 6 and by_day.get(last + 1) == spans:
            last += 1
        if spans:
            days = WEEKDAYS[weekday] if last == weekday else f"{WEEKDAYS[weekday]}-{WEEKDAYS[last]}"
            parts += [f"{days} {span}" for span in spans]
        weekday = last + 1
    return ", ".join(parts)


def lunch_text(lunch: Lunch | None) -> str:
    """A lunch as it is typed."""
    return "" if lunch is None else f"{_clock(lunch.earliest)}-{_clock(lunch.latest)} {lunch.minutes}"


def number_text(number: float) -> str:
    """A number as it is typed: 3, 0.3."""
    return format(Decimal(repr(number)), "f").removesuffix(".0")


def place_text(place: Place | None) -> str:
    """Coordinates as they are typed."""
    return "" if place is None else ", ".join(format(Decimal(repr(degrees)), "f") for degrees in (place.lat, place.lon))


def contacts_text(contacts: Iterable[Contact]) -> str:
    """Contacts as they are typed."""
    return " | ".join("; ".join((one.name, one.phone, one.email, one.role)).rstrip("; ") for one in contacts)


def _opening(text: str, before: Sequence[Hours]) -> list[Hours]:
    days, _, span = text.rpartition(" ")
    opens, closes = (parse_clock(clock.strip(), allow_24=True) for clock in span.replace("–", "-").split("-"))
    if closes <= opens:
        raise ValueError(text)
    if not days:
        # a second span of the days named just before: mon-fri 08:00-12:00, 13:00-17:00
        if not before:
            raise ValueError(text)
        last = [hours for hours in before if (hours.opens, hours.closes) == before[-1][1:]]
        return [Hours(hours.weekday, opens, closes) for hours in last]
    first, dash, last_day = days.strip().casefold().replace("–", "-").partition("-")
    begin = WEEKDAYS.index(first.strip()[:3])
    end = WEEKDAYS.index(last_day.strip()[:3]) if dash else begin
    if end < begin:
        raise ValueError(text)
    return [Hours(weekday, opens, closes) for weekday in range(begin, end + 1)]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
