"""What somebody asks for as a table of fields."""

from __future__ import annotations

from dispatch.fields.kinds import Choice, Day, Link, Moment, Name, Parsed, Text, Whole, Window, Words, YesNo
from dispatch.fields.record import Check, Field, RecordType
from dispatch.model.requests import RemoteWork, Request
from dispatch.model.skills import skill_word
from dispatch.model.states import OFFICE, Role
from dispatch.model.text import LINE, NOTE, REFERENCE
from dispatch.model.typed_times import parse_minutes
from dispatch.model.visits import CAME_BY, KINDS, MOST_DAYS
from dispatch.records.planning import PRIORITY


def _minutes(text: str) -> int:
    try:
        minutes = parse_minutes(text)
    except ValueError:
        raise ValueError("is not a length of time such as 45, 45m, 1h30 or 2 hours") from None
    if not 1 <= minutes <= 1440:
        raise ValueError("is not between 1 and 1440 minutes; what takes longer is given days")
    return minutes


def _ends_early(request: Request) -> str:
    wanted, latest = request.wanted_on, request.latest_on
    return "is before the day it is wanted on" if wanted is not None and latest is not None and latest < wanted else ""


def _hangs(on: str, what: str, otherwise: object, sentence: str) -> Check:
    """What says nothing without another field."""
    return Check(
        what,
        (on,),
        lambda request: sentence if getattr(request, what) != otherwise and not getattr(request, on) else "",
    )


REQUEST = RecordType(
    "request",
    "requests",
    Request,
    (Role.DISPATCHER,),
    (
        Field(
            "client",
            "Client",
            Link("client"),
            "the name, or a part that only it has",
            attribute="client_id",
            required=True,
        ),
        Field("site", "Site", Text(), "only where the client has more than one"),
        Field("work", "What is asked for", Text(LINE), required=True),
        Field(
            "minutes",
            "Minutes of work",
            Parsed("1 minute to a day", _minutes, metavar="MINUTES"),
            "45, 1h30; without the time for tests; of each day",
            required=True,
        ),
        Field(
            "days", "Days", Whole(1, MOST_DAYS), "3: one record on three days, the last of which closes", otherwise=1
        ),
        Field("date", "Wanted on", Day(), "2026-11-24, tomorrow, tue; empty: any day", attribute="wanted_on"),
        Field("latest", "Latest day", Day(), "fri, 2026-11-27; empty: no limit", attribute="latest_on"),
        Field(
            "promised",
            "Promised window",
            Window(overnight=True),
            "09:00-11:00, 22:00-01:00, by the site's clocks",
            attribute="window",
        ),
        Field("priority", "Priority", PRIORITY, "P1 business stopped … P4 planned", otherwise=3),
        Field(
            "skills",
            "Skills",
            Words(fold=True, of=frozenset, each=skill_word),
            "server, network:2 (with a level)",
        ),
        Field("tags", "Tags", Words(fold=True, of=frozenset), "server, restart, network, many"),
        Field("preferred", "Preferred technician", Link("technician"), attribute="preferred_id", called="prefer"),
        Field("reported_by", "Reported by", Text()),
        Field(
            "came_by", "Came in by", Choice(tuple(CAME_BY)), "phone: answered at once; mail, site, ours", otherwise=""
        ),
        Field("same_job", "Same job as", Text(REFERENCE), "R4001: another visit of that job; empty: a new one"),
        Field("emergency", "Emergency", YesNo(), "yes or no"),
        Field("equipment", "Equipment", Words(fold=True), "ladder: what the vehicle has to carry"),
        Field("people", "People", Whole(1, 4), "2: two at the same time", otherwise=1),
        Field(
            "crew_skills",
            "Skills of the others",
            Words(fold=True, each=skill_word),
            "cabling: of who comes with them",
        ),
        Field("after", "After", Text(REFERENCE), "R4001: not before that visit is over"),
        Field("after_minutes", "Minutes after it", Whole(0, 10080), "1440: a day at least", otherwise=0),
        Field("after_day", "Day of it", Choice(("any", "same", "later")), "any, same or later", otherwise="any"),
        Field("pickup", "Stop before it at", Text(LINE), "depot, or the site of a supplier: client / site"),
        Field("pickup_minutes", "Minutes there", Whole(0, 240), "15", otherwise=0),
        Field("kind", "Kind", Choice(KINDS), ", ".join(KINDS), otherwise="visit", inner=True),
        Field("reference", "Reference", Text(REFERENCE), "by which a visit is known again: R4001", inner=True),
        Field("description", "Description", Text(NOTE, lines=True), "more about it", inner=True),
    ),
    (
        Check(
            "promised",
            ("date",),
            lambda request: "needs a date" if request.window and request.wanted_on is None else "",
        ),
        Check("latest", ("date",), _ends_early),
        Check(
            "people",
            ("crew_skills",),
            lambda request: (
                "has to be 2 at least where others need skills" if request.crew_skills and request.people < 2 else ""
            ),
        ),
        _hangs("after", "after_minutes", 0, "needs the visit that it comes after"),
        _hangs("after", "after_day", "any", "needs the visit that it comes after"),
        Check(
            "after_minutes",
            ("after_day",),
            lambda request: (
                "is a day or more, which is not the same day"
                if request.after_day == "same" and request.after_minutes >= 24 * 60
                else ""
            ),
        ),
        _hangs("pickup", "pickup_minutes", 0, "needs the place of the stop"),
    ),
)

REMOTE_WORK = RecordType(
    "remote work",
    "remote work",
    RemoteWork,
    (Role.TECHNICIAN, *OFFICE),
    (
        REQUEST.field("client"),
        REQUEST.field("site"),
        Field("work", "What was done", Text(LINE), required=True),
        Field("way", "How", Choice(("remote", "phone")), "remote or phone", otherwise="remote"),
        Field(
            "start",
            "From",
            Moment(),
            "today 9:00, 2026-11-24T09:00; empty: now",
            attribute="starts_at",
            otherwise=lambda context: context.now,
        ),
        Field(
            "minutes",
            "Minutes",
            Parsed("1 minute to a day", _minutes, metavar="MINUTES", empty=None),
            "20, 1h15; without minutes and end the clock runs",
        ),
        Field("end", "To", Moment(), "10:20, in place of the minutes", attribute="ends_at", follows="start"),
        Field("technician", "Technician", Link("technician"), "empty: you", attribute="technician_id"),
        Field("labour_class", "Labour class", Name("labour class"), "empty: the technician's", called="class"),
        REQUEST.field("same_job"),
        Field("description", "Notes", Text(NOTE, lines=True), "more about it", inner=True),
        REQUEST.field("reference"),
    ),
    (
        Check(
            "end", ("minutes",), lambda done: "beside minutes is one too many" if done.minutes and done.ends_at else ""
        ),
        Check(
            "end",
            ("start",),
            lambda done: (
                "is not after the start" if done.ends_at is not None and done.ends_at <= done.starts_at else ""
            ),
        ),
    ),
)
"""What is done for a client from a distance."""
