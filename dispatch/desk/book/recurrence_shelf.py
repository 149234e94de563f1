"""Recurring visits as records of the book: their rule, edited by form and command, and what follows from it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace

from db import agreements, clients, people, recurrences
from db.store import Store
from db.unit import Unit
from dispatch.desk.book.blanks import Blank, Reading
from dispatch.desk.book.finding import near, site_named, site_title, technician_named
from dispatch.desk.book.shelf import Shelf
from dispatch.desk.recurring import left_standing, preview, remake
from dispatch.desk.seat import Seat
from dispatch.model import text as limits
from dispatch.model.instants import day_of, day_text, parse_clock, parse_day
from dispatch.model.recurrences import Recurrence
from dispatch.model.states import Role
from dispatch.planning.recurring import parse_rule

_KINDS = ("maintenance", "visit", "audit", "review", "delivery")
_SHOWN = 4
"""So many of the next days are named."""


class RecurrenceShelf(Shelf[Recurrence]):
    """Recurring visits. Whoever edits one has its visits made anew, apart from those that are planned or have begun."""

    noun = "recurrence"
    roles = (Role.LEAD, Role.DISPATCHER)
    blanks = (
        Blank("site", "Site", "the client, or client / site"),
        Blank("work", "What is asked for", "monthly maintenance"),
        Blank(
            "rule",
            "When",
            "every 2 weeks on tue; 1st working day of the month; as agreed: as often as the agreement asks for",
        ),
        Blank("holidays", "On a holiday", "skip, or next: the next working day"),
        Blank("starts", "From", "2026-12-01, tomorrow; empty: today"),
        Blank("ends", "Until", "empty: until somebody ends it"),
        Blank("minutes", "Minutes of work", "60"),
        Blank("promised", "Promised window", "09:00-11:00; empty: none"),
        Blank("kind", "Kind", "maintenance, visit, audit, review or delivery"),
        Blank("priority", "Priority", "P4"),
        Blank("skills", "Skills", "server, network"),
        Blank("tags", "Tags", "server, restart, network, many"),
        Blank("preferred", "Preferred technician"),
    )

    def all(self, store: Store) -> Sequence[Recurrence]:
        """Every recurrence that has not been ended."""
        return recurrences.recurrences(store)

    def get(self, store: Store, key: int) -> Recurrence | None:
        """The recurrence with that id."""
        return recurrences.recurrence(store, key)

    def find(self, store: Store, name: str) -> Recurrence:
        """The recurrence of that number, or the one whose title alone holds the text."""
        found = recurrences.recurrence(store, int(name)) if name.strip().isdecimal() else None
        if found is None:
            found = near("recurrence", name, {self.title(store, one): one for one in self.all(store)})
        assert isinstance(found, Recurrence)
        return found

    def title(self, store: Store, record: Recurrence) -> str:
        """Its number, where and what."""
        site = clients.site(store, record.site_id)
        where = site_title(store, site) if site is not None else ""
        return f"{record.id}  {where}: {record.work}"

    def line(self, store: Store, record: Recurrence) -> str:
        """The rule and the next day."""
        following = preview(store, record, 1)
        then = f"next {day_text(following[0])}" if following else "no more visits"
        return f"{record.rule}  {then}"

    def texts(self, store: Store, record: Recurrence) -> dict[str, str]:
        """The recurrence as typed."""
        site = clients.site(store, record.site_id)
        preferred = people.technician(store, record.preferred_id) if record.preferred_id is not None else None
        return {
            "site": site_title(store, site) if site is not None else "",
            "work": record.work,
            "rule": record.rule,
            "holidays": "next" if record.onto_next else "skip",
            "starts": record.starts_on.isoformat(),
            "ends": record.ends_on.isoformat() if record.ends_on else "",
            "minutes": str(record.minutes),
            "promised": "" if record.promised is None else "-".join(map(_clock, record.promised)),
            "kind": record.kind,
            "priority": f"P{record.priority}",
            "skills": ", ".join(record.skills),
            "tags": ", ".join(record.tags),
            "preferred": preferred.name if preferred is not None else "",
        }

    def write(
        self, seat: Seat, unit: Unit, before: Recurrence | None, texts: Mapping[str, str], faults: list[str]
    ) -> int:
        """Write a recurrence, and make its visits."""
        store, reading = seat.store, Reading(texts)
        after = _read(store, reading, before, day_of(seat.now, seat.firm.zone))
        faults += reading.faults
        if faults or after is None:
            return 0
        if before is None:
            key = recurrences.add_recurrence(unit, after)
        else:
            key = before.id
            recurrences.update_recurrence(unit, before, after)
        written = recurrences.recurrence(store, key)
        assert written is not None
        remake(unit, store, written)
        return key

    def notes(self, store: Store, record: Recurrence) -> Sequence[str]:
        """The next days, and the visits that are planned or begun otherwise than it now asks."""
        following = preview(store, record, _SHOWN)
        notes = [f"next: {', '.join(day_text(day) for day in following)}"] if following else ["no more visits"]
        for visit in left_standing(store, record):
            when = day_text(visit.wanted_on) if visit.wanted_on is not None else ""
            notes.append(
                f"{visit.reference} {when} is {visit.state.value.replace('_', ' ')} already and stays as it is"
            )
        return notes

    def shelve(self, unit: Unit, record: Recurrence, at: int | None) -> None:
        """End it: its visits that are still in the queue go, the others stay. Or take it up again."""
        unit.update("recurrence", record.id, record.version, archived_at=at)
        remake(unit, unit.store, replace(record, archived=at is not None, made_until=None))


def _read(store: Store, reading: Reading, before: Recurrence | None, today: datetime.date) -> Recurrence | None:
    site = reading.found("site", lambda name: site_named(store, name))
    rule = reading.text("rule", required=True)
    try:
        rule = str(parse_rule(rule)) if rule else ""
    except ValueError as fault:
        reading.fault("rule", str(fault))
    if rule.startswith("as agreed") and site is not None and not agreements.agreements_of(store, site.client_id):
        reading.fault("rule", "that client has no agreement to follow")
    starts = _day(reading, "starts", today) or (before.starts_on if before is not None else today)
    ends = _day(reading, "ends", today)
    if ends is not None and ends < starts:
        reading.fault("ends", "is before it starts")
    skills = tuple(word.casefold() for word in reading.words("skills"))
    known = people.skills(store)
    for skill in skills:
        if skill not in known:
            reading.fault("skills", f"nobody has {skill!r}; known are {', '.join(sorted(known)) or 'none yet'}")
    preferred = (
        reading.found("preferred", lambda name: technician_named(store, name)) if reading.raw("preferred") else None
    )
    minutes = reading.whole("minutes", 1, 1440)
    if minutes is None and not reading.raw("minutes"):
        reading.fault("minutes", "is missing")
    recurrence = Recurrence(
        id=0 if before is None else before.id,
        site_id=0 if site is None else site.id,
        rule=rule,
        starts_on=starts,
        work=reading.text("work", limits.LINE, required=True),
        minutes=minutes or 0,
        priority=int(reading.choice("priority", ("p1", "p2", "p3", "p4"), "p4")[1:]),
        ends_on=ends,
        onto_next=reading.choice("holidays", ("skip", "next"), "skip") == "next",
        kind=reading.choice("kind", _KINDS, "maintenance"),
        skills=skills,
        tags=tuple(word.casefold() for word in reading.words("tags")),
        promised=_window(reading),
        preferred_id=None if preferred is None else preferred.id,
    )
    return None if reading.faults else recurrence


def _day(reading: Reading, name: str, today: datetime.date) -> datetime.date | None:
    if not reading.raw(name):
        return None
    try:
        return parse_day(reading.raw(name), today=today)
    except ValueError as fault:
        reading.fault(name, str(fault))
        return None


def _window(reading: Reading) -> tuple[int, int] | None:
    raw = reading.raw("promised")
    if not raw:
        return None
    try:
        opens, closes = (parse_clock(part.strip(), allow_24=True) for part in raw.replace("–", "-").split("-"))
    except ValueError:
        reading.fault("promised", f"{raw!r} is not of the form 09:00-11:00")
        return None
    if closes <= opens:
        reading.fault("promised", "its end is not after its start")
        return None
    return opens, closes


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
