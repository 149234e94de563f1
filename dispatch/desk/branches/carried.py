"""What goes along with a request, or with a technician who is lent: written by the office that gives, and taken by the other one
as if it was typed there, so that its rules judge it. It is anybody's text until then."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from db import clients, mails, people, visits
from db.names import folded
from db.store import Store, existing
from db.unit import Unit
from dispatch.desk.book import editing
from dispatch.desk.book.context import Desk, labour_classes
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.requests.intake import checked
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.desk.session.user import User
from dispatch.fields.trade import hours_text
from dispatch.model.clients import Client, Site
from dispatch.model.instants import day_of, days_between, local
from dispatch.model.people import Hours, Spans, Technician, openings_between
from dispatch.model.requests import Request
from dispatch.model.text import LINE, NOTE, show
from dispatch.model.visits import Visit
from dispatch.records.requests import REQUEST

_OF_CLIENT = frozenset(
    {
        *("name", "kind", "contacts", "computers", "servers", "users", "told", "told_at", "language"),
        *("billing_address", "billing_mail", "tax_id", "country", "buyer_reference", "private", "notes"),
    }
)
"""What of a client is true wherever they are served; prices, terms and numbers of the bookkeeper are each office's own."""
_OF_SITE = frozenset({"name", "address", "place", "access", "access_notes", "arrival_minutes", "services"})
_OF_REQUEST = frozenset(
    {
        *(
            "work",
            "minutes",
            "days",
            "date",
            "latest",
            "promised",
            "priority",
            "skills",
            "tags",
            "reported_by",
            "came_by",
        ),
        *("emergency", "equipment", "people", "crew_skills", "description"),
    }
)
"""What is asked for; whom we prefer, and what it hangs together with here, stays here."""
_OF_TECHNICIAN = frozenset(
    {"skills", "lunch", "home", "home_address", "carries", "vehicle", "billable", "labour_class"}
)
MOST_SPANS, MOST_DAYS = 60, 366
"""So many stretches of time a lending has at most, and so many days it lasts."""
_LAST_DAY = datetime.date(9000, 1, 1)
"""What lies after it is no time that anybody means, and calendars end soon."""


def request_form(user: User, visit: Visit) -> dict[str, Any]:
    """What goes along with a request."""
    store, firm = user.store, user.firm
    client, site = existing(clients.client(store, visit.client_id)), existing(clients.site(store, visit.site_id))
    asked = REQUEST.texts(Request.of(visit), Desk.of(store))
    said = [f"{mail.sender_name or mail.sender}: {mail.text}" for mail in mails.of_visit(store, visit.id)]
    asked["description"] = "\n\n".join(filter(None, (visit.description, *said)))[:NOTE]
    return {
        "from": firm.name,
        "reference": visit.reference,
        "requested_at": visit.requested_at,
        "client": _part(RECORD_STORES["client"].texts(store, client), _OF_CLIENT),
        "site": _part(RECORD_STORES["site"].texts(store, site), _OF_SITE) | {"zone": firm.zone_at(site)},
        "request": _part(asked, _OF_REQUEST),
    }


def take_request(user: User, unit: Unit, form: Mapping[str, Any], branch: str) -> Visit:
    """Put a request of another office into the queue, with its client and its site where they are not there. What stands here of a
    client or a site of that name stays as it is.

    Raises:
        Faulty, Refusal: it cannot be taken; nothing was written.
    """
    client_texts, site_texts, asked = (_texts(form, part) for part in ("client", "site", "request"))
    reference = show(str(form.get("reference", "")), 40)
    client = clients.client_by_name(user.store, client_texts.get("name", ""))
    notes = [f"From {show(branch)}: {reference}."]
    if client is None:
        client, _ = editing.write(user, unit, "client", None, _part(client_texts, _OF_CLIENT))
    elif contacts := client_texts.get("contacts"):
        notes.append(f"Contacts there: {contacts}")
    site = _site(user, unit, client, site_texts, branch)
    texts = _part(asked, _OF_REQUEST) | {"client": client.name, "site": site.name}
    today = day_of(user.now, user.firm.zone)
    if _day(texts.get("latest", "")) < today:
        texts.pop("latest", None)
    notes.insert(0, texts.get("description", ""))
    texts["description"] = "\n\n".join(filter(None, notes))[:NOTE]
    requested_at = form.get("requested_at")
    new = checked(user, texts)
    if isinstance(requested_at, int) and 0 < requested_at <= user.now:
        new = new._replace(requested_at=requested_at)
    return visits.again(user.store, visits.add_visit(unit, user.store, new))


def _site(user: User, unit: Unit, client: Client, texts: dict[str, str], branch: str) -> Site:
    """The site of that name and address; a new one, under another name where that one is another place."""
    name = texts.get("name") or "Main office"
    there = clients.site_by_name(user.store, client.id, name)
    if there is not None and folded(there.address) == folded(texts.get("address", "")):
        return there
    if there is not None:
        name = f"{name} ({branch})"
        if (there := clients.site_by_name(user.store, client.id, name)) is not None:
            return there
    zone = texts.get("zone", "")
    own = _part(texts, _OF_SITE) | {"client": client.name, "name": name}
    if zone and zone != user.firm.zone:
        own["zone"] = zone
    made: Site
    made, _ = editing.write(user, unit, "site", None, own)
    return made


def lent_spans(technician: Technician, starts_at: int, ends_at: int, zone: str) -> Spans:
    """The hours that are lent: those of the shifts between two moments; all of that time where no shift is in it."""
    spans = tuple(
        (max(opens, starts_at), min(closes, ends_at))
        for opens, closes in openings_between(technician.shifts, starts_at, ends_at, zone)
    )
    return tuple(span for span in spans if span[0] < span[1]) or ((starts_at, ends_at),)


def lending_form(store: Store, firm: str, technician: Technician, spans: Spans) -> dict[str, Any]:
    """What goes along with a technician."""
    texts = RECORD_STORES["technician"].texts(store, technician)
    return {
        "from": firm,
        "person": technician.id,
        "name": technician.name,
        "login": technician.login,
        "spans": [list(span) for span in spans],
        "technician": _part(texts, _OF_TECHNICIAN),
    }


def spans_of(form: Mapping[str, Any]) -> Spans:
    """The hours that somebody is lent for.

    Raises:
        Refusal: they are none.
    """
    try:
        spans = tuple(sorted((int(start), int(end)) for start, end in form["spans"]))
        whole = all(start < end for start, end in spans) and all(one[1] <= other[0] for one, other in pairwise(spans))
        if not whole or not 1 <= len(spans) <= MOST_SPANS or too_long(spans[0][0], spans[-1][1]):
            raise ValueError
    except (KeyError, TypeError, ValueError, OverflowError):
        raise Refusal("the hours of the lending cannot be read") from None
    return spans


def too_long(starts_at: int, ends_at: int) -> bool:
    """Whether somebody cannot be lent from one moment to another: for more than a year, or where there is no calendar.

    Raises:
        ValueError, OverflowError: a moment is none of any calendar.
    """
    first, last = day_of(starts_at, "UTC"), day_of(ends_at, "UTC")
    return (last - first).days > MOST_DAYS or last > _LAST_DAY


def write_lent(
    user: User, unit: Unit, office: str, branch: str, form: Mapping[str, Any], known: int | None, spans: Spans
) -> Technician:
    """Write somebody whom another office lends, with the hours of the week into which what is lent falls.

    Args:
        known: whom they are known as here, from an earlier lending.
        spans: all that is lent of them.

    Raises:
        Faulty: they cannot be written.
    """
    store, zone = user.store, user.firm.zone
    before = None if known is None else people.technician(store, known)
    texts = _part(_texts(form, "technician"), _OF_TECHNICIAN)
    if texts.get("labour_class") not in labour_classes(store):
        texts.pop("labour_class", None)
    texts |= {"shifts": hours_text(_week(spans, zone)), "on_call": ""}
    if before is None:
        texts["name"] = f"{_line(form, 'name')} ({branch})"
        texts["login"] = f"{_line(form, 'login')}-{office[:6]}"
    elif (person := people.staff_by_id(store, before.id)) is not None and not person.active:
        RECORD_STORES["staff"].put_away(unit, person, None)
        before = existing(people.technician(store, before.id))
    made: Technician
    made, _ = editing.write(user, unit, "technician", before, texts)
    return made


def _week(spans: Spans, zone: str) -> list[Hours]:
    """Hours of the week that hold all of these spans."""
    by_day: dict[int, tuple[int, int]] = {}
    for start, end in spans:
        for day in days_between(day_of(start, zone), day_of(end - 1, zone)):
            opens, closes = local(start, zone), local(end, zone)
            first = opens.hour * 60 + opens.minute if opens.date() == day else 0
            last = closes.hour * 60 + closes.minute if closes.date() == day else 24 * 60
            known = by_day.get(day.weekday(), (first, last))
            by_day[day.weekday()] = min(first, known[0]), max(last, known[1])
    return [Hours(weekday, first, last) for weekday, (first, last) in sorted(by_day.items()) if first < last]


def without(spans: Spans, since: int, until: int) -> Spans:
    """All other time between two moments."""
    begins = (since, *(end for _, end in spans))
    return tuple(
        (start, end) for start, end in zip(begins, (*(start for start, _ in spans), until), strict=True) if start < end
    )


def _part(texts: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if name in names and text}


def _texts(form: Mapping[str, Any], part: str) -> dict[str, str]:
    """A part of what came, as it is typed.

    Raises:
        Faulty: it is no such part.
    """
    texts = form.get(part)
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in (*texts, *texts.values())):
        raise Faulty([f"{part}: what came cannot be read"])
    return texts


def _line(form: Mapping[str, Any], name: str) -> str:
    return str(form.get(name, ""))[:LINE]


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return datetime.date.max


def title(form: Mapping[str, Any]) -> str:
    """What goes, in words."""
    asked = form.get("request")
    if isinstance(asked, dict):
        client = form.get("client")
        whose = client.get("name", "") if isinstance(client, dict) else ""
        return f"{_line(form, 'reference')} {whose}: {asked.get('work', '')}"
    return _line(form, "name")
