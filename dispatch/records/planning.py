"""Recurring visits and pinned drives as tables of fields."""

from __future__ import annotations

from dispatch.fields.kinds import Choice, Day, Link, Parsed, Text, Whole, Window, Words
from dispatch.fields.record import Check, Field, RecordType
from dispatch.model.holidays import Holiday
from dispatch.model.instants import day_of
from dispatch.model.requests import Recurrence
from dispatch.model.skills import skill_word
from dispatch.model.states import Role
from dispatch.model.text import LINE
from dispatch.model.travel import Pin
from dispatch.planning.recurring import parse_rule

_KINDS = ("maintenance", "visit", "audit", "review", "delivery")
PRIORITY = Choice({f"P{priority}": priority for priority in (1, 2, 3, 4)})


def _year(text: str) -> str:
    if not text.isdecimal():
        raise ValueError(f"{text!r} is not a year such as 2027")
    return text


def _ends_early(recurrence: Recurrence) -> str:
    return "is before it starts" if recurrence.ends_on is not None and recurrence.ends_on < recurrence.starts_on else ""


RECURRENCE = RecordType(
    "recurrence",
    "recurring visits",
    Recurrence,
    (Role.LEAD, Role.DISPATCHER),
    (
        Field("site", "Site", Link("site"), "the client, or client / site", attribute="site_id", required=True),
        Field("work", "What is asked for", Text(LINE), "monthly maintenance", required=True),
        Field(
            "rule",
            "When",
            Parsed("a rule", lambda text: str(parse_rule(text)), empty=""),
            "every 2 weeks on tue; last day of the month; every weekday; as agreed: as often as the agreement asks for",
            required=True,
        ),
        Field(
            "holidays",
            "On a holiday",
            Choice({"skip": False, "next": True}),
            "skip, or next: the next working day",
            attribute="onto_next",
            otherwise=False,
        ),
        Field(
            "starts",
            "From",
            Day(),
            "2026-12-01, tomorrow; empty: today",
            attribute="starts_on",
            otherwise=lambda context: day_of(context.now, context.zone),
        ),
        Field("ends", "Until", Day(), "empty: until somebody ends it", attribute="ends_on"),
        Field("minutes", "Minutes of work", Whole(1, 1440), "60", required=True),
        Field(
            "days_late", "Days later at most", Whole(0, 366), "0: on the day itself; 6: within the week", otherwise=0
        ),
        Field("promised", "Promised window", Window(), "09:00-11:00 by the clocks of the site; empty: none"),
        Field("kind", "Kind", Choice(_KINDS), "maintenance, visit, audit, review or delivery", otherwise="maintenance"),
        Field("priority", "Priority", PRIORITY, "P4", otherwise=4),
        Field("skills", "Skills", Words(fold=True, each=skill_word), "server, network"),
        Field("tags", "Tags", Words(fold=True), "server, restart, network, many"),
        Field("preferred", "Preferred technician", Link("technician"), attribute="preferred_id"),
    ),
    (Check("ends", ("starts",), _ends_early),),
)
HOLIDAY = RecordType(
    "holiday",
    "holidays",
    Holiday,
    (Role.LEAD, Role.DISPATCHER),
    (Field("day", "Day", Day(), "2026-12-25", required=True), Field("name", "Name", Text(), "Christmas Day")),
)
HOLIDAYS_OF = (
    Field("country", "Country", Text(), "its two letters: US, DE, GB", required=True),
    Field("subdivision", "State or province", Text(), "its letters: OH, BY; empty: what holds everywhere in it"),
    Field(
        "years",
        "Years",
        Words(of=lambda years: tuple(map(int, years)), each=_year),
        "2027, 2028; empty: this and the next",
    ),
)
"""Which public holidays are taken over."""
PIN = RecordType(
    "pinned drive",
    "pinned drives",
    Pin,
    (Role.LEAD, Role.DISPATCHER),
    (
        Field("from", "From", Link("end"), "a site, depot, or home of Ana Ruiz", attribute="origin", required=True),
        Field("to", "To", Link("end"), "a site, depot, or home of Ana Ruiz", attribute="destination", required=True),
        Field("minutes", "Minutes", Whole(0, 24 * 60), "45", required=True),
        Field("reason", "Why", Text(LINE), "ferry every half hour"),
    ),
    (Check("to", ("from",), lambda pin: "is where the drive begins" if pin.origin == pin.destination else ""),),
)
