"""What was just done, kept so that it can be taken back (design/states.md, Undo)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from db import audit, changes, visits
from db.changes import RecordChange
from db.store import Store, existing
from db.unit import Unit
from dispatch.desk.day.judgement import judge_placement
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.desk.visits.steps import crew_of
from dispatch.model.forms import form, forms
from dispatch.model.states import UNREACHED
from dispatch.model.visits import Visit
from dispatch.planning.checker import Finding

FEW = 2
"""So many visits change their places by hand at once; more of them do by a plan."""


STOOD_AGAINST = "stood_against"


_PICTURED = """site_id job_id state starts_at ends_at priority pinned reason cancelled_at ended_at review archived_at work
    description wanted_on latest_on promised_from=promised.0 promised_to=promised.1 minutes emergency reported_by came_by
    preferred_id skills tags equipment people crew_skills after_id after_minutes after_day
    pickup pickup_lat=pickup_place.lat pickup_lon=pickup_place.lon pickup_minutes days ahead
    kind recurrence_id occurrence agreed crew"""


_CREW = "staff_id=technician_id labour_class vehicle billable depart_at check_in_at seen_at"


def picture_of(visit: Visit) -> dict[str, Any]:
    """How a visit stands in the plan, and what is asked for: what undo puts back."""
    ahead = [form(day, "number starts_at ends_at crew", crew=forms(day.assignments, _CREW)) for day in visit.ahead]
    return form(visit, _PICTURED, crew=forms(visit.assignments, _CREW), ahead=ahead)


def remember(
    user: User,
    unit: Unit,
    label: str,
    before: Sequence[Visit],
    more: Sequence[RecordChange] = (),
    against: Mapping[int, Sequence[str]] = MappingProxyType({}),
) -> int:
    """Keep what was just done to these visits, and `more` of other records, so that it can be taken back; returns the id of the
    change.

    What stood against the place that a visit had is kept too: it may go back there all the same. A plan has judged many itself.
    `against` says it of visits, by id, for which it is another now.
    """
    pictures = [*more]
    for visit in before:
        after = visits.visit_by_id(user.store, visit.id)
        if after is not None:
            was = picture_of(visit)
            if len(before) <= FEW and visit.state in UNREACHED and standing_of(visit) != standing_of(after):
                known = against.get(visit.id)
                was[STOOD_AGAINST] = stands_against(user.store, visit) if known is None else known
            pictures.append(RecordChange("visit", visit.id, was, picture_of(after), visit.version, after.version))
    return changes.remember(unit, label, pictures)


def since(unit: Unit, before: Sequence[Visit], now: Sequence[Visit]) -> list[RecordChange]:
    """The pictures of the visits of a record that were changed with it; a new one was away before.

    Args:
        before: its visits as they stood.
        now: its visits as they stand.
    """
    stood = {visit.id: visit for visit in before}
    there = {visit.id: visit for visit in now}
    pictures = []
    for key in {**stood, **there}:
        after = there.get(key) or visits.again(unit.store, key)
        was = stood.get(key) or after._replace(archived_at=unit.at)
        if was != after:
            pictures.append(RecordChange("visit", key, picture_of(was), picture_of(after), was.version, after.version))
    return pictures


def stands_against(store: Store, visit: Visit, but: str = "") -> list[str]:
    """What stands against a placed visit where it is, but for a rule; nothing is said of one whose technician has left."""
    try:
        return [finding.text for finding in blocking(store, visit) if finding.rule != but]
    except Refusal:
        return []


def blocking(store: Store, visit: Visit, but: Collection[int] = ()) -> list[Finding]:
    """What blocks a placed visit where it is, the visits of `but` apart."""
    found: list[Finding] = []
    for one in visit.coming:
        starts_at, ends_at = existing(one.span)
        verdict = judge_placement(store, one, crew_of(store, one), starts_at, ends_at - starts_at, was=one, but=but)
        found += verdict.blocking
    return found


def not_meant(store: Store, visit: Visit, found: Iterable[Finding], against: Iterable[str] = ()) -> list[Finding]:
    """What of `found` nobody has meant: given a reason for when they placed the visit, or left it there knowing it. `against` is
    known beside."""
    meant = {_but_minutes(text) for text in against}
    for row in audit.history_of(store, "visit", visit.id):
        texts = [*(row.detail.get(STOOD_AGAINST) or ())]
        texts += (row.detail.get("findings") or ()) if row.detail.get("override") else ()
        meant.update(map(_but_minutes, texts))
    return [finding for finding in found if finding.final or _but_minutes(finding.text) not in meant]


def _but_minutes(text: str) -> str:
    """A finding without its figures: while somebody runs over, they grow."""
    return re.sub(r"\d+", "", text)


def standing_of(visit: Visit) -> tuple[object, ...]:
    """Where a visit stands in the plan: it has another place where this is another."""
    places = [
        (day.starts_at, day.ends_at, frozenset(part.technician_id for part in day.assignments)) for day in visit.ahead
    ]
    crew = frozenset(part.technician_id for part in visit.assignments)
    return visit.state in UNREACHED, visit.starts_at, visit.ends_at, crew, *places
