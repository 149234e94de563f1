"""Kinds of fields that the trade has its own way of writing: places, hours, lunches, contacts, addresses of all sorts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from urllib.parse import urlsplit

from dispatch.fields.context import NO_RECORDS, FieldContext
from dispatch.fields.kinds import FieldKind, Many, Parsed, Text, clock, span_of
from dispatch.model.agreements import WEEKDAYS
from dispatch.model.clients import Contact
from dispatch.model.messages import BY_SMS, WISHES, About, number_of
from dispatch.model.money import format_minor, parse_minor
from dispatch.model.people import Hours, Lunch
from dispatch.model.text import LINE, NAME, clean
from dispatch.model.travel import Place

_SUBJECTS = Many({subject.label: subject for subject in (*WISHES, About.PAPER, About.SURVEY)})
_PAIR = re.compile(r"^\s*(-?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$")
_PAIR_WITH_COMMAS = re.compile(r"^\s*(-?\d{1,3},\d+)\s*[;\s]\s*(-?\d{1,3},\d+)\s*$")
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


def place_of(text: str) -> Place:
    """Coordinates, typed as 39.9612, -82.9988 or pasted as the link of a map.

    Raises:
        ValueError: it is neither.
    """
    if commas := _PAIR_WITH_COMMAS.match(text):
        text = " ".join(commas.groups()).replace(",", ".")
    pair = _PAIR.match(text) or next((match for link in _LINKS if (match := link.search(text))), None)
    if pair is not None:
        try:
            return Place(float(pair[1]), float(pair[2]))
        except ValueError:
            pass
    raise ValueError("coordinates such as 39.9612, -82.9988, or the link of a map that holds them, are expected")


def place_text(place: Place | None) -> str:
    """Coordinates as they are typed."""
    return "" if place is None else ", ".join(format(Decimal(repr(degrees)), "f") for degrees in (place.lat, place.lon))


def hours_of(text: str) -> tuple[Hours, ...]:
    """Hours by weekday, such as mon-fri 08:00-17:00, sat 09:00-12:00.

    Raises:
        ValueError: it is not written so, or two of them overlap.
    """
    hours: list[Hours] = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        hours += _opening(part, hours)
    ordered = sorted(hours)
    for opening, following in pairwise(ordered):
        if opening.weekday == following.weekday and following.opens < opening.closes:
            raise ValueError(f"hours on {WEEKDAYS[opening.weekday]} overlap")
    return tuple(ordered)


def hours_text(hours: Iterable[Hours]) -> str:
    """Hours by weekday as they are typed; days with the same hours together."""
    by_day: dict[int, list[str]] = {}
    for opening in hours:
        by_day.setdefault(opening.weekday, []).append(f"{clock(opening.opens)}-{clock(opening.closes)}")
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


def lunch_of(text: str) -> Lunch:
    """A lunch window and its minutes, such as 11:30-13:30 30.

    Raises:
        ValueError: it is not written so, or does not fit.
    """
    window, _, minutes = text.rpartition(" ")
    try:
        lunch = Lunch(*span_of(window, allow_24=False), int(minutes))
        if 0 < lunch.minutes <= lunch.latest - lunch.earliest:
            return lunch
    except ValueError:
        pass
    raise ValueError("is not of the form 11:30-13:30 30: from, to, minutes")


def contacts_of(text: str) -> tuple[Contact, ...]:
    """People between `|`, each as name; phone; e-mail; role; how they are told: of what.

    Raises:
        ValueError: one of them is not written so.
    """
    contacts = []
    for part in filter(None, (piece.strip() for piece in text.split("|"))):
        words = [clean(word, limit=NAME) for word in part.split(";")]
        if not words[0] or len(words) > 5 or (len(words) == 1 and _between_commas(words[0])):
            raise ValueError("is not of the form name; phone; e-mail; role; sms: reminder | the next")
        contact = Contact(*words[:4])
        contacts.append(replace(contact, **_told(contact, words[4])) if words[4:] and words[4] else contact)
    return tuple(contacts)


def _between_commas(text: str) -> bool:
    """Whether a name is more than that, with commas between; *Maier, Erika* is one."""
    pieces = [piece.strip() for piece in text.split(",")]
    return len(pieces) > 2 or (len(pieces) > 1 and any("@" in piece or number_of(piece) for piece in pieces))


def _told(contact: Contact, text: str) -> dict[str, str]:
    """How a contact is told, and of what: `mail: confirmed, report`, `sms: reminder`, `none`."""
    by, _, subjects = (part.strip() for part in text.partition(":"))
    by = by.casefold()
    if by not in ("mail", "sms", "none") or (by == "none") == bool(subjects):
        raise ValueError(f"{contact.name}: how they are told is not of the form mail: report, sms: reminder, or none")
    told = _SUBJECTS.read(subjects, NO_RECORDS)
    if by == "sms" and not number_of(contact.phone):
        raise ValueError(f"{contact.name} has no telephone number to send SMS to")
    if by == "mail" and "@" not in contact.email:
        raise ValueError(f"{contact.name} has no e-mail address")
    if by == "sms" and (mailed := [about.label for about in told if about not in BY_SMS]):
        raise ValueError(f"{contact.name}: {', '.join(mailed)} goes by mail only")
    return {"told_by": by, "told": " ".join(told)}


def contacts_text(contacts: Iterable[Contact]) -> str:
    """Contacts as they are typed."""
    return " | ".join(
        "; ".join((contact.name, contact.phone, contact.email, contact.role, told_text(contact))).rstrip("; ")
        for contact in contacts
    )


def told_text(contact: Contact) -> str:
    """How a contact is told, and of what, as it is typed; empty: as the client is."""
    subjects = ", ".join(About(word).label for word in contact.told.split())
    return f"{contact.told_by}: {subjects}" if subjects else contact.told_by


def reached_at(text: str) -> str:
    """An e-mail address, or a telephone number as one dials it.

    Raises:
        ValueError: it is neither.
    """
    if "@" in text:
        return str(EMAIL.read(text, NO_RECORDS))
    if not (number := number_of(clean(text))):
        raise ValueError(
            "is not an e-mail address such as office@example.com, nor a telephone number such as +16145550100"
        )
    return number


def service_of(text: str) -> str:
    """The address of a service, without the names and passwords that do not belong into a database.

    Raises:
        ValueError: it is none, or holds such.
    """
    url = clean(text, limit=NAME)
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and not (parts.username or parts.query):
            return url.rstrip("/")
    except ValueError:
        pass
    raise ValueError("is not an address such as https://osrm.example.com, without a user or a key in it")


def currency_of(text: str) -> str:
    """The code of a currency (ISO 4217), whatever its case.

    Raises:
        ValueError: it is none.
    """
    if not re.fullmatch("[A-Za-z]{3}", text):
        raise ValueError("is not a code such as USD")
    return text.upper()


def worded(known: Sequence[str]) -> FieldKind:
    """The words of a notice or a message, with some names in braces."""
    from dispatch.model.notices import faults_of

    def read(text: str) -> str:
        words = clean(text, limit=LINE)
        for fault in faults_of(words, known):
            raise ValueError(fault)
        return words

    return Parsed("text with names in braces", read, empty="")


def _past_midnight(span: str) -> ValueError | None:
    """What is wrong with a span that ends on the next day; None where it is none."""
    opens, _, closes = (part.strip() for part in span.replace("–", "-").partition("-"))
    try:
        _, begins = span_of(f"{closes}-{opens}")
    except ValueError:
        return None
    if begins == 24 * 60:
        return None
    return ValueError(f"goes past midnight: write {opens}-24:00, and 00:00-{closes} of the days after")


def _opening(text: str, before: Sequence[Hours]) -> list[Hours]:
    malformed = ValueError("is not of the form mon-fri 08:00-17:00, sat 09:00-12:00")
    days, _, span = text.rpartition(" ")
    try:
        opens, closes = span_of(span)
        first, dash, last_day = days.strip().casefold().replace("–", "-").partition("-")
        begin = WEEKDAYS.index(first.strip()[:3]) if days else 0
        end = WEEKDAYS.index(last_day.strip()[:3]) if dash else begin
    except ValueError:
        raise _past_midnight(span) or malformed from None
    if end < begin or (not days and not before):
        raise malformed
    if not days:
        # a second span of the days named just before: mon-fri 08:00-12:00, 13:00-17:00
        last = [hours for hours in before if (hours.opens, hours.closes) == before[-1][1:]]
        return [Hours(hours.weekday, opens, closes) for hours in last]
    return [Hours(weekday, opens, closes) for weekday in range(begin, end + 1)]


MOST_MONEY = 10**12
"""Minor units; nobody asks for more a month."""


@dataclass(frozen=True, slots=True)
class Price(FieldKind):
    """An amount from 0 on, in the money of the newest rate card; the value is in minor units."""

    metavar = "AMOUNT"
    description = "an amount of money"

    def read(self, text: str, context: FieldContext) -> int:
        return price_of(text, context.exponent)

    def write(self, value: int | None, context: FieldContext) -> str:
        return "" if value is None else format_minor(value, context.exponent)


def price_of(text: str, exponent: int) -> int:
    """A price in minor units.

    Raises:
        ValueError: it is no amount, has more places than the money, or is negative.
    """
    if (price := parse_minor(text, exponent)) < 0:
        raise ValueError(f"{text!r} is negative")
    if price > MOST_MONEY:
        raise ValueError("is more than anybody pays")
    return price


PLACE = Parsed("coordinates", place_of, place_text)
HOURS = Parsed("hours by weekday", hours_of, hours_text, ())
LUNCH = Parsed(
    "a window and minutes", lunch_of, lambda lunch: f"{clock(lunch.earliest)}-{clock(lunch.latest)} {lunch.minutes}"
)
CONTACTS = Parsed("people between |", contacts_of, contacts_text, ())
CURRENCY = Parsed("the code of a currency", currency_of, empty="")
SERVICE = Parsed("the address of a service", service_of, empty="")
EMAIL = Text(
    form=(
        r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*",
        "an e-mail address such as office@example.com",
    )
)
REACHED = Parsed("an e-mail address or a telephone number", reached_at, empty="")
COUNTRY = Text(form=("[A-Z]{2}", "the code of a country such as US"))
HOST = Text(
    form=(
        "[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f.]*",
        "the name of a server, without its port",
    )
)
LOGIN_LIMIT = 40
LOGIN = Text(
    form=(
        f"[A-Za-z0-9_][A-Za-z0-9._-]{{0,{LOGIN_LIMIT - 1}}}",
        f"up to {LOGIN_LIMIT} letters, digits, dots, hyphens and underscores",
    )
)
