"""Events of a calendar as requests for the unscheduled queue.

An event's LOCATION and SUMMARY name the site (`matching.Places`), or `--map` says it. Its length is the minutes of
work; the promised window runs from its start for as long as it lasts, at most an hour: whoever wrote 9:00 into a
calendar expects somebody at nine. An event of a whole day is a wanted date without a window. Its UID makes it known
again: the same event is never taken twice, and a changed one differs.
"""

from __future__ import annotations

import datetime
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from db import calendars, settings, visits
from db.calendars import EventState
from db.names import folded
from db.unit import Unit
from dispatch.desk.adapters.calendar_event import CANCELLED, COLUMNS
from dispatch.desk.adapters.calendar_ids import is_own
from dispatch.desk.files.verdicts import Question
from dispatch.desk.imports.site_matching import Places
from dispatch.desk.imports.table_rows import RowDraft, RowEntry, Seen
from dispatch.desk.imports.visit_rows import RowRequest, VisitRows
from dispatch.desk.plan.schedule import cancel_within
from dispatch.desk.session.user import User
from dispatch.fields.kinds import Text
from dispatch.fields.record import Field, RecordType
from dispatch.model.clients import Site
from dispatch.model.instants import calendar_instant, clock_text, day_bounds, day_of
from dispatch.model.requests import not_before
from dispatch.model.states import AHEAD, ENDED, QUEUED
from dispatch.model.text import show
from dispatch.model.visits import Visit
from dispatch.planning.calendar_rules import rule_of
from dispatch.records.requests import REQUEST

ARRIVAL = 60
"""Minutes after an event's start in which we promise to arrive, if it lasts as long."""
USUAL_MINUTES = 60
"""Minutes of work of an event that lasts all day, unless somebody says otherwise."""
LONGEST = 1440
_NAMED = 5
_COMPARED = ("client", "site", "work", "date", "promised_from", "promised_to", "description", "minutes")
"""What an event says of a request."""


class CalendarRows(VisitRows):
    """The events of a calendar file.

    Args:
        minutes: the work of one that lasts all day.
        since: those that are over before this day are left out.
        places: the site of a LOCATION, a SUMMARY or a UID that does not name it by itself.
    """

    record = replace(VisitRows.record, fields=tuple(VisitRows.columns[name] for name in _COMPARED))
    columns = {name: Field(name, name, Text()) for name in COLUMNS} | {
        "summary": replace(REQUEST.field("work"), name="summary"),
        "description": REQUEST.field("description"),
    }
    key = "uid"

    def __init__(self, user: User, minutes: int, since: datetime.date | None, places: Mapping[str, Site]) -> None:
        super().__init__(user)
        self._minutes, self._since = minutes, since
        self._mapped = {folded(text): site for text, site in places.items()}
        known = {visit.id: visit for visit in self._visits.values()}
        self._by_uid = {uid: known[visit_id] for uid, visit_id in visits.uids(self.store).items()}
        self._of_series: dict[str, dict[str, Visit]] = {}
        for uid, visit in self._by_uid.items():
            series, of, _ = uid.rpartition(" ")
            if of:
                self._of_series.setdefault(series, {})[uid] = visit
        self._states = calendars.event_states(self.store)
        self._salt = settings.calendar_salt(self.store)
        self._by_id = {site.id: site for own in self._sites.values() for site in own}
        self._places = Places(self._clients.values(), list(self._by_id.values()))
        self._numbers = itertools.count(int(visits.next_reference(self.store)[1:]))

    def spelt(self, entry: RowEntry, record: Any, of: RecordType[Any] | None = None) -> dict[str, str]:
        """An event says something of all that is compared."""
        return self.record.texts(record, self.desk)

    def draft(self, entry: RowEntry) -> RowDraft:
        uid = self._known_as(entry.raw("uid"))
        visit = self._by_uid.get(uid)
        cancelled = entry.raw("status") == CANCELLED
        state = EventState(int(entry.raw("sequence")), int(entry.raw("stamp")), cancelled)
        if reason := entry.raw("skipped") or self._known(uid, state):
            return RowDraft(visit.reference if visit else entry.raw("summary"), (), {}, None, _nothing, skipped=reason)
        seen = partial(calendars.note_state, uid=uid, state=state) if self._states.get(uid) != state and uid else None
        if cancelled:
            return self._cancelled(entry, uid, visit, state, seen)
        for trouble in filter(None, entry.raw("trouble").split("\n")):
            column, _, text = trouble.partition(": ")
            entry.fault(column.casefold(), text, "")
        site, question = self._site(entry, visit)
        zone = self.user.firm.zone_at(site)
        span = _span(entry, zone)
        skipped = ""
        repeats: dict[str, list[str]] = json.loads(entry.raw("repeats") or "{}")
        if span is not None and self._since and self._last(repeats, span) < self._since:
            skipped = f"over before {self._since}"
        offer = self._repeats(entry, repeats, site, span) if repeats and not skipped else None
        if entry.raw("onward"):
            entry.fault(
                "recurrence-id", "changes the dates after it too: read the whole calendar, with --until DAY", ""
            )
        work, description = (self.value(entry, self.columns[name]) or "" for name in ("summary", "description"))
        if not (work or skipped or entry.faults_on("summary")):
            entry.fault("summary", "is missing")
        before = (
            RowRequest(0, 0, "", self._minutes, requested_at=self.user.now) if visit is None else RowRequest.of(visit)
        )
        after = replace(
            before,
            client_id=site.client_id if site else 0,
            site=site.name if site else "",
            work=work,
            wanted_on=span.day if span else None,
            latest_on=not_before(before.latest_on, span.day if span else None),
            minutes=before.minutes if span is None or span.minutes is None else span.minutes,
            description=description or before.description,
            promised=span.promised if span else None,
        )
        if not entry.faults and site is not None and span is not None:
            self.look_at(entry, site, after)
            if span.last < day_of(self.user.now, zone):
                entry.warnings.append("the event is over: it would stand in the queue as overdue")
        if visit is None:
            untaken = entry.faults or skipped
            after = replace(after, reference=entry.raw("summary") if untaken else f"R{next(self._numbers)}")
        beside = {"skipped": skipped if visit is None else "", "question": question, "offer": offer, "seen": seen}
        return self.requested(entry, after, site, visit, uid, **beside)

    def _known_as(self, uid: str) -> str:
        """The UID under which the same date of a series was taken, where one of the two is named by its day alone."""
        series, of, date = uid.rpartition(" ")
        others = self._of_series.get(series, {})
        if not of or uid in others:
            return uid
        zone = self.user.firm.zone
        day = _day(date, zone)
        tails = {other: other.rpartition(" ")[2] for other in others if day is not None}
        same = [other for other, tail in tails.items() if len(tail) != len(date) and _day(tail, zone) == day]
        return same[0] if len(same) == 1 else uid

    def _known(self, uid: str, state: EventState) -> str:
        """Why an event brings nothing that is new; empty: it does."""
        if is_own(self._salt, uid.partition(" ")[0]):
            return "an event of this board"
        newest, of_series = self._states.get(uid), self._states.get(uid.rpartition(" ")[0])
        if of_series is not None and of_series.cancelled and (newest is None or newest.older_than(of_series)):
            newest = of_series
        if newest is None or not state.older_than(newest):
            return ""
        if state.sequence != newest.sequence:
            return f"an older state (sequence {state.sequence}) than what was read before (sequence {newest.sequence})"
        return "an older state than what was read before"

    def _cancelled(
        self, entry: RowEntry, uid: str, visit: Visit | None, state: EventState, seen: Seen | None
    ) -> RowDraft:
        """A cancelled event, or series of events: what was made of it and has not begun is cancelled too, where the file is taken
        over what differs, and of a series what has no newer state than this one."""
        series, _, date = uid.rpartition(" ")
        if entry.raw("onward"):
            of = {
                other: one for other, one in self._of_series.get(series, {}).items() if other.rpartition(" ")[2] >= date
            }
        else:
            of = {uid: visit} if visit is not None else self._of_series.get(uid, {})
        made = [one for other, one in of.items() if not self._known(other, state)]
        open_ = [one for one in made if one.archived_at is None and one.state not in ENDED]
        stands = [one for one in open_ if one.state in QUEUED | AHEAD]
        reason = "cancelled" if made or not of else "an older state than what was read before"
        if begun := [show(f"{one.reference} ({one.state.label})") for one in open_ if one not in stands]:
            reason = f"cancelled, but not {', '.join(begun)}: that has begun"
            if stands:
                entry.warnings.append(reason)

        def cancel(unit: Unit) -> None:
            for one in (visits.again(self.store, one) for one in stands):
                if one.state in QUEUED | AHEAD:  # an event of the series above this one may have cancelled it
                    cancel_within(self.user, unit, one, "cancelled in the calendar that it was taken from")

        return RowDraft(
            reference=", ".join(one.reference for one in stands or made),
            keys=(uid,) if uid else (),
            theirs={"status": "cancelled" if stands else ""},
            ours={"status": ", ".join(dict.fromkeys(one.state.label for one in stands))} if made else None,
            write=cancel,
            skipped="" if stands or (made and not begun) else reason,
            seen=seen,
        )

    def _site(self, entry: RowEntry, visit: Visit | None) -> tuple[Site | None, Question | None]:
        """The site that the event speaks of, or the question which one it is."""
        location, summary = entry.raw("location"), entry.raw("summary")
        for text in (entry.raw("uid"), location, summary):
            if site := self._mapped.get(folded(text)):
                return site, None
        meant = self._places.named(location, summary)
        if len(meant) == 1:
            return self._by_id[next(iter(meant))], None
        if visit is not None and visit.site_id in self._by_id:
            return self._by_id[visit.site_id], None
        titles = sorted(
            f"{self._clients[self._by_id[site_id].client_id].name} / {self._by_id[site_id].name}" for site_id in meant
        )
        column, text = ("location", location) if location else ("summary", summary)
        names = [show(title, 60) for title in titles[:_NAMED]]
        more = f" and {len(titles) - _NAMED} more" if len(titles) > _NAMED else ""
        could = f"may be {', '.join(names)}{more}" if names else "names no site that we know"
        entry.fault(column, could)
        return None, Question(text, tuple(titles))

    def _last(self, repeats: Mapping[str, Sequence[str]], span: _Span) -> datetime.date:
        """The last day of an event, or a day that it does not go beyond where it repeats."""
        if not repeats:
            return span.last
        return datetime.date.fromisoformat(next(iter(repeats.get("UNTIL", ())), "9999-12-31")[:10])

    def _repeats(
        self, entry: RowEntry, repeats: dict[str, list[str]], site: Site | None, span: _Span | None
    ) -> dict[str, str] | None:
        """Refuse an event that repeats; returns the recurring visit that says the same, None where there is none."""
        if entry.faults_on("rrule"):
            return None
        without = ", ".join(text[:10] for text in repeats.pop("EXDATE", ())[:_NAMED])
        said = f"the event repeats{f' (not on {without})' if without else ''}"
        single = "take its dates as single visits with --until DAY"
        rule = rule_of(repeats, span.day) if span is not None else None
        if rule is None or site is None or span is None:
            entry.fault("rrule", f"{said}: {single}", "")
            return None
        entry.fault("rrule", f"{said}: add a recurring visit with the rule “{rule}”, or {single}", "")
        return {
            "site": f"{self._clients[site.client_id].name} / {site.name}",
            "work": entry.raw("summary"),
            "rule": str(rule),
            "starts": span.day.isoformat(),
            "ends": next(iter(repeats.get("UNTIL", ())), "")[:10],
            "minutes": str(span.minutes or self._minutes),
            "promised": span.window,
        }


def _nothing(unit: Unit) -> None:
    """What is skipped writes nothing."""


def _day(date: str, zone: str) -> datetime.date | None:
    """The day of a date of a series, which is a day or a moment; None where it is neither, but words of a UID."""
    try:
        if len(date) == len("2026-11-24"):
            return datetime.date.fromisoformat(date)
        return day_of(calendar_instant(date, zone), zone)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Span:
    """When an event is. `minutes`, `promised` and `window` (09:00-10:00) are empty where it lasts all day."""

    day: datetime.date
    last: datetime.date
    minutes: int | None = None
    promised: tuple[int, int] | None = None
    window: str = ""


def _span(entry: RowEntry, zone: str) -> _Span | None:
    start, end = entry.raw("start"), entry.raw("end")
    if not start or entry.faults_on("dtstart", "dtend", "duration"):
        return None
    if len(start) == len("2026-11-24"):
        first = datetime.date.fromisoformat(start)
        last = datetime.date.fromisoformat(end[:10]) - datetime.timedelta(days=1) if end[:1].isdecimal() else first
        if last > first:
            entry.fault("dtend", f"it lasts {(last - first).days + 1} days, and a visit is on one", "")
            return None
        return _Span(first, first)
    begins = calendar_instant(start, zone)
    if end.startswith("+"):
        ends = begins + int(end[1:])
    else:
        ends = calendar_instant(end, zone) if len(end) > len("2026-11-24") else begins
    if (begins, ends) == day_bounds(day := day_of(begins, zone), zone):
        return _Span(day, day)  # from midnight to midnight, as Outlook writes a whole day
    minutes = -(-(ends - begins) // 60)
    if not 1 <= minutes <= LONGEST:
        sentence = (
            "has no length: give it an end" if minutes == 0 else f"lasts {minutes:,} minutes: 1 to {LONGEST:,} can be"
        )
        entry.fault("dtend", f"the event {sentence}", "")
        return None
    until = begins + min(minutes, ARRIVAL) * 60
    window = "-".join(clock_text(instant, zone) for instant in (begins, until))
    return _Span(day_of(begins, zone), day_of(ends - 1, zone), minutes, (begins, until), window)
