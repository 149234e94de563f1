"""Staff, technicians and their absences as tables of fields."""

from __future__ import annotations

from urllib.parse import urlsplit

from dispatch.fields.kinds import Choice, Link, Many, Moment, Name, Text, Whole, Words, YesNo
from dispatch.fields.record import Check, Field, RecordType
from dispatch.fields.trade import EMAIL, HOURS, LOGIN, LUNCH, PLACE, SERVICE
from dispatch.model.alerts import SIGNALS, AlertKind
from dispatch.model.calendars import LinkedCalendar
from dispatch.model.people import AbsenceRecord, Staff, Technician
from dispatch.model.skills import skill_word
from dispatch.model.states import Role
from dispatch.model.text import ADDRESS, LINE, NAME

STAFF = RecordType(
    "staff",
    "staff",
    Staff,
    (Role.LEAD,),
    (
        Field("login", "Login", LOGIN, "ana", required=True),
        Field("name", "Name", Text(), required=True),
        Field(
            "roles",
            "Roles",
            Many({role.value: role for role in Role}, frozenset),
            "technician, dispatcher, lead",
            required=True,
        ),
        Field("email", "E-mail", EMAIL),
    ),
)
_KINDS = Many({kind.value: kind for kind in AlertKind})
ALERTS = RecordType(
    "person",
    "alerts",
    Staff,
    (Role.LEAD, Role.DISPATCHER),
    (
        Field(
            "bell",
            "Bell",
            _KINDS,
            "emergency, late, breach, refused, reopened, mail, inbox, stopped",
            attribute="alert_bell",
        ),
        Field("title", "Title of the terminal", _KINDS, "emergency, late", attribute="alert_title"),
        Field("desktop", "Desktop", _KINDS, "emergency: a notification of the desktop", attribute="alert_desktop"),
        Field(
            "message",
            "Message",
            _KINDS,
            "emergency: by mail or messenger, when nobody looks",
            attribute="alert_message",
        ),
        Field("signal", "Desktop by", Choice(SIGNALS), "auto", attribute="alert_signal", otherwise="auto"),
    ),
)
"""What of `Staff` each person sets for themselves."""
TECHNICIAN = RecordType(
    "technician",
    "technicians",
    Technician,
    (Role.LEAD,),
    (
        Field("name", "Name", Text(), required=True),
        Field("login", "Login", LOGIN, "ana; somebody of the staff, or somebody new", required=True),
        Field("email", "E-mail", EMAIL),
        Field("skills", "Skills", Words(fold=True, of=frozenset, each=skill_word), "server, network:2 (with a level)"),
        Field("labour_class", "Labour class", Name("labour class"), "as on the rate card; empty: its first"),
        Field("shifts", "Hours", HOURS, "mon-fri 08:00-17:00"),
        Field("on_call", "On call", HOURS, "mon-sun 17:00-22:00: for emergencies"),
        Field("lunch", "Lunch", LUNCH, "11:30-13:30 30: from, to, minutes"),
        Field("home", "Home", PLACE, "39.9612, -82.9988, or the link of a map; empty: the depot"),
        Field("home_address", "Home address", Text(ADDRESS)),
        Field("ends", "Ends the day at", PLACE, "39.9612, -82.9988, or the link of a map; empty: where it began"),
        Field("carries", "The vehicle carries", Words(fold=True), "ladder, splicer"),
        Field("vehicle", "Vehicle", Text(80), "van 1; empty: their own", otherwise=None),
        Field(
            "cap",
            "Utilisation cap, %",
            Whole(10, 100),
            "85: so much of a shift plans may fill",
            attribute="cap_pct",
            otherwise=85,
        ),
        Field("billable", "Billable", YesNo(), "no: a trainee, of whom nothing is charged; empty: yes", otherwise=True),
    ),
)
ABSENCE = RecordType(
    "absence",
    "absences",
    AbsenceRecord,
    (Role.LEAD, Role.DISPATCHER),
    (
        Field("technician", "Technician", Link("technician"), attribute="staff_id", required=True),
        Field(
            "from",
            "From",
            Moment("start"),
            "tomorrow (all day), tomorrow 8:00, now, 2026-11-24T08:00",
            attribute="starts_at",
            required=True,
        ),
        Field(
            "to",
            "To",
            Moment("end"),
            "fri (to its end), tomorrow 17:00, +4h, 2026-11-24T17:00",
            attribute="ends_at",
            required=True,
            follows="from",
        ),
        Field("reason", "Reason", Text(LINE), "sick, holiday, training"),
    ),
    (Check("to", ("from",), lambda absence: "" if absence.ends_at > absence.starts_at else "is not after from"),),
)


def _in_clear(url: str) -> bool:
    """Whether a password would go over a network in clear."""
    parts = urlsplit(url)
    return parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1")


CALENDAR = RecordType(
    "calendar",
    "calendars",
    LinkedCalendar,
    (Role.LEAD,),
    (
        Field("technician", "Technician", Link("technician"), attribute="staff_id", required=True),
        Field("url", "Address", SERVICE, "https://cloud.example.com/remote.php/dav/calendars/ana/work", required=True),
        Field("login", "Login", Text(NAME), "there; the password is in no database: docs/operating.md"),
        Field("busy", "Busy times are absences", YesNo(), "yes or no: only as the technician permits"),
        Field("days", "Days ahead", Whole(1, 366), "28", otherwise=28),
    ),
    (
        Check(
            "url",
            (),
            lambda calendar: (
                "begins with https://, so that no password goes in clear" if _in_clear(calendar.url) else ""
            ),
        ),
    ),
)
