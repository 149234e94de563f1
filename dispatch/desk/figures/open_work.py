"""What is still open, and for how long (design/product.md, Open work): each thing once, the oldest of its kind first."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import NamedTuple

from db import open_work as rows
from db import people, settings, timesheets
from db.open_work import OpenRow
from db.store import Store
from dispatch.desk.day.board_view import board
from dispatch.desk.messages import processes
from dispatch.desk.session.unsent import WHEREABOUTS, kept_texts, name_of
from dispatch.desk.timesheets import approving
from dispatch.model.clock import SystemClock
from dispatch.model.firm import Firm
from dispatch.model.instants import day_bounds, day_of, long_text, time_text, week_of
from dispatch.model.messages import OVERDUE
from dispatch.model.states import State
from dispatch.model.text import LabelledEnum
from dispatch.model.timesheets import TimesheetState


class OpenKind(LabelledEnum):
    """What is open, as a lead looks at it: what breaks first, then what somebody waits for, then what is only money."""

    AT_RISK = "promises_at_risk"
    FOLLOW_UP = "follow-ups_of_what_was_left_open"
    REQUEST = "requests_that_wait"
    COMMENT = "comments_without_an_answer"
    DRAFT = "typed_and_not_saved"
    MESSAGE = "messages_that_did_not_go_out"
    MAIL = "mails_that_wait"
    STOPPED = "processes_that_stopped"
    REVIEW = "to_review"
    TIMESHEET = "time_sheets_to_approve"
    UNINVOICED = "approved_and_not_invoiced"


class OpenItem(NamedTuple):
    """One of them. `since` is when it began to be open: of a promise when its window ends. `day` is the first one of the week
    that a time sheet is of."""

    kind: OpenKind
    reference: str
    client: str
    what: str
    since: int
    day: datetime.date | None = None

    def age(self, now: int) -> str:
        """How long it is open, in words."""
        seconds = now - self.since
        if self.kind is OpenKind.AT_RISK:
            return f"{time_text(abs(seconds) // 60)} {'over' if seconds >= 0 else 'left'}"
        return long_text(max(0, seconds // 60))


class OpenWork(NamedTuple):
    """All of it, by kind and the oldest first; `now` is when it was looked at, `week` when this week began."""

    items: tuple[OpenItem, ...]
    now: int
    week: int

    @property
    def of_before(self) -> tuple[OpenItem, ...]:
        """What is open since last week, or longer."""
        return tuple(item for item in self.items if item.since < self.week)


def open_work(store: Store) -> OpenWork:
    """What is open now, in one snapshot."""
    with store.read():
        firm, now = settings.firm(store), store.clock.now()
        today = day_of(now, firm.zone)
        week, _ = week_of(today, firm.first_weekday)
        at_risk = _at_risk(store, firm, now, today)
        told = {row.reference for row in at_risk}
        requests = (row for row in rows.requests(store, today.isoformat()) if row.reference not in told)
        each = {
            OpenKind.AT_RISK: at_risk,
            OpenKind.FOLLOW_UP: [row for row in rows.follow_ups(store) if row.reference not in told],
            OpenKind.REQUEST: [_wanted(row, firm) for row in requests],
            OpenKind.COMMENT: rows.comments(store),
            OpenKind.DRAFT: list(_drafts(store, now)),
            OpenKind.MESSAGE: rows.messages(store, now - OVERDUE),
            OpenKind.MAIL: rows.mails(store),
            OpenKind.STOPPED: [OpenRow("", "", one.words, one.since) for one in processes.silent(store)],
            OpenKind.REVIEW: rows.to_review(store),
            OpenKind.TIMESHEET: list(_timesheets(store)),
            OpenKind.UNINVOICED: rows.uninvoiced(store),
        }
    items = (
        OpenItem(kind, row.reference, row.client, row.what, row.since, _week(kind, row))
        for kind, found in each.items()
        for row in sorted(found, key=lambda row: (row.since, row.reference))
    )
    return OpenWork(tuple(items), now, day_bounds(week, firm.zone)[0])


def _week(kind: OpenKind, row: OpenRow) -> datetime.date | None:
    return datetime.date.fromisoformat(row.day) if kind is OpenKind.TIMESHEET and row.day is not None else None


def _at_risk(store: Store, firm: Firm, now: int, today: datetime.date) -> list[OpenRow]:
    """Promises up to tomorrow to which nobody has come: whose window is over, that are expected or planned behind it, and those of
    today that are not planned. When somebody is expected is told by the day as it runs."""
    expected = {
        visit.reference: visit.projected[0]
        for row in board(store, today).rows
        for visit in row.visits
        if visit.projected is not None
    }
    found, tonight = [], day_bounds(today, firm.zone)[1]
    for row in rows.promised(store, day_bounds(today + datetime.timedelta(days=1), firm.zone)[1]):
        state, _, start = row.what.partition("@")
        comes = expected.get(row.reference, int(start) if start else None)
        if row.since < now:
            why = "nobody came yet"
        elif comes is None and row.since <= tonight:
            why = "not planned" if state == State.REQUESTED else State(state).label
        elif comes is not None and comes > row.since:
            why = f"expected {time_text((comes - row.since) // 60)} late"
        else:
            continue
        found.append(row._replace(what=f"promised until {firm.times().moment(row.since)}: {why}"))
    return found


def _wanted(row: OpenRow, firm: Firm) -> OpenRow:
    """A request, since it came in; a visit of a series, since the day on which it is wanted."""
    if row.day is None:
        return row
    return row._replace(since=day_bounds(datetime.date.fromisoformat(row.day), firm.zone)[0])


def _timesheets(store: Store) -> Iterator[OpenRow]:
    """The weeks that a lead can approve, each with its first day; one that has changed since waits for its technician."""
    waiting: dict[str, list[int]] = {}
    for week, technician in timesheets.unapproved(store):
        waiting.setdefault(week, []).append(technician)
    for day, technicians in waiting.items():
        for one in approving.weeks(store, datetime.date.fromisoformat(day), technicians):
            if one.said is not None and one.state is TimesheetState.SUBMITTED:
                yield OpenRow("", "", f"time sheet of {one.sheet.technician}", one.said.at, day)


def _drafts(store: Store, now: int) -> Iterator[OpenRow]:
    """What somebody typed and has not saved: of a rate card, an agreement or a template by its name, anything else as a text."""
    texts = kept_texts(store)
    known = rows.drafted(store) if texts else []
    for one in people.all_staff(store) if texts else ():
        texts.pop(name_of(one.id, WHEREABOUTS), None)
        for kind, key, called in known:
            if (at := texts.pop(name_of(one.id, kind, key), None)) is not None:
                yield OpenRow("", "", f"{called or f'a new {kind}'}, by {one.name}", _typed_at(at, now))
    for at in texts.values():
        yield OpenRow("", "", "a text, in a form or a note", _typed_at(at, now))


def _typed_at(at: int, now: int) -> int:
    """An instant of the machine's clock by that of the firm."""
    return now - max(0, SystemClock().now() - at)
