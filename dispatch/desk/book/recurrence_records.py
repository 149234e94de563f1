"""Recurring visits as records of the book: their rule, edited by form and command, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from db import agreements, clients, recurrences, visits
from db.store import Store, existing
from db.unit import Unit
from dispatch.desk.book import recurring
from dispatch.desk.book.context import Desk
from dispatch.desk.book.record_store import RecordStore
from dispatch.desk.book.records import site_called
from dispatch.desk.book.series_days import beyond_holidays, preview
from dispatch.desk.visits import needs
from dispatch.desk.visits.remarks import Remarks
from dispatch.model.forms import form
from dispatch.model.instants import day_text
from dispatch.model.requests import Recurrence
from dispatch.model.skills import abilities, spoken
from dispatch.model.visits import Visit
from dispatch.planning.recurring import Repeating, parse_rule
from dispatch.records.planning import RECURRENCE

SHOWN = 12
"""So many of the next days are named."""


class RecurrenceRecords(RecordStore[Recurrence]):
    """Recurring visits. Whoever edits one has its visits made anew, apart from those that are planned or have begun."""

    record = RECURRENCE
    rows = recurrences.RECURRENCES

    def find(self, store: Store, name: str) -> Recurrence:
        recurrence = recurrences.recurrence(store, int(name)) if name.strip().isdecimal() else None
        return super().find(store, name) if recurrence is None else recurrence

    def title(self, store: Store, record: Recurrence) -> str:
        return f"{record.id}  {site_called(store, record.site_id)}: {record.work}"

    def line(self, store: Store, record: Recurrence) -> str:
        following = preview(store, record, 1)
        then = f"next {day_text(following[0])}" if following else "no more visits"
        return f"{record.rule}  {then}"

    def settled(self, desk: Desk, before: Recurrence | None, after: Recurrence) -> Recurrence:
        """What is as its start is named: another start later is no other day."""
        rule = parse_rule(after.rule) if after.rule else None
        return replace(after, rule=str(rule.from_start(after.starts_on))) if isinstance(rule, Repeating) else after

    def doubts(self, desk: Desk, before: Recurrence | None, after: Recurrence) -> Iterator[tuple[str, str]]:
        site = clients.site(desk.store, after.site_id)
        agreed = site is not None and agreements.agreements_of(desk.store, site.client_id)
        if after.rule.startswith("as agreed") and site is not None and not agreed:
            yield "rule", "that client has no agreement to follow"
        known = needs.on_hand(desk.store).skills
        for skill in after.skills:
            if skill not in known:
                yield "skills", f"nobody has {skill!r}; known are {', '.join(spoken(known)) or 'none yet'}"

    def visits_of(self, store: Store, key: int) -> Sequence[Visit]:
        return visits.of_recurrence(store, key)

    def follow(self, unit: Unit, key: int, before: Recurrence | None, after: Recurrence) -> None:
        """Its visits are made and brought along. Those of one that has ended go where they wait as it asked for them."""
        now = existing(recurrences.recurrence(unit.store, key))
        recurring.follow(unit, unit.store, before or now, now)

    def notes(self, store: Store, record: Recurrence) -> Sequence[str]:
        following = preview(store, record, SHOWN)
        notes = [f"next: {', '.join(day_text(day) for day in following)}"] if following else ["no more visits"]
        beyond = beyond_holidays(store, following)
        long = Remarks(store).longer_than_a_day(record.minutes, abilities(record.skills))
        return [*notes, *filter(None, (beyond, long)), *recurring.told(store, record)]

    def more(self, store: Store, record: Recurrence) -> dict[str, Any]:
        kept = recurring.kept_visits(store, record)
        return {
            "next": [day.isoformat() for day in preview(store, record, SHOWN)],
            "kept": [form(visit, "reference date=wanted_on state why", why=why) for visit, why in kept],
        }
