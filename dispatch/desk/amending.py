"""What is asked for, changed after it was asked: work, length, day, window, priority, skills. Until somebody sets out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from db import people, visits
from db.store import Store
from dispatch.desk import routing, schedule, undo
from dispatch.desk.intake import Request, checked
from dispatch.desk.refusals import Faulty, Refusal
from dispatch.desk.seat import Seat
from dispatch.desk.visit_page import find
from dispatch.model.instants import clock_text
from dispatch.model.states import AHEAD, Role, State
from dispatch.model.text import show
from dispatch.model.visits import Visit
from dispatch.planning.checker import Level

OPEN = AHEAD | {State.REQUESTED, State.ON_HOLD}
"""The states in which a request can be changed."""


_PLAIN = ("work", "minutes", "priority", "reported_by", "came_by", "description")
"""The fields of a request that are taken as they were typed."""


def request_of(visit: Visit) -> Request:
    """The request of a visit as it is typed."""
    opens, closes = visit.promised or (None, None)
    return Request(
        client=visit.client,
        work=visit.work,
        minutes=visit.minutes,
        site=visit.site,
        priority=f"P{visit.priority}",
        wanted_on=None if visit.wanted_on is None else visit.wanted_on.isoformat(),
        promised_from=None if opens is None else clock_text(opens, visit.zone),
        promised_to=None if closes is None else clock_text(closes, visit.zone),
        skills=tuple(sorted(visit.skills)),
        tags=tuple(sorted(visit.tags)),
        preferred=visit.preferred or None,
        reported_by=visit.reported_by,
        came_by=visit.came_by,
        emergency=visit.emergency,
        kind=visit.kind,
        description=visit.description,
    )


def retyped(visit: Visit, texts: Mapping[str, str]) -> Request:
    """The request of a visit with some of its fields as they were typed now: those of `Request`, lists with commas, and
    `promised` as 09:00-11:00.

    Raises:
        Faulty: the window is not two times.
    """
    request = request_of(visit)
    plain = {name: texts[name] for name in _PLAIN if name in texts}
    request = replace(request, **plain)  # type: ignore[arg-type]
    if "wanted_on" in texts:
        request = replace(request, wanted_on=texts["wanted_on"].strip() or None)
    if "preferred" in texts:
        request = replace(request, preferred=texts["preferred"].strip() or None)
    if "promised" in texts:
        window = re.split(r"\s*[-–]\s*", texts["promised"].strip()) if texts["promised"].strip() else [None, None]
        if len(window) != 2:
            raise Faulty(["promised window: two times, for example 09:00-11:00"])
        request = replace(request, promised_from=window[0], promised_to=window[1])
    for name in ("skills", "tags"):
        if name in texts:
            request = replace(request, **{name: tuple(re.findall(r"[^\s,;]+", texts[name]))})  # type: ignore[arg-type]
    return request


def visit_to_amend(store: Store, reference: str) -> Visit:
    """The visit, if its request can still be changed.

    Raises:
        NotFound, Refusal: there is none, or somebody has set out already.
    """
    visit = find(store, reference)
    if visit.state not in OPEN or visit.archived_at is not None:
        raise Refusal(
            f"{show(visit.reference)} is {visit.state.label}: what is asked for can be changed until somebody sets out."
        )
    return visit


def check(seat: Seat, reference: str, request: Request) -> None:
    """Whether a request could be taken over, without doing it. Raises as `amend`."""
    visit = visit_to_amend(seat.store, reference)
    checked(seat, _same_place(visit, request), visit)


def amend(
    seat: Seat,
    reference: str,
    request: Request,
    *,
    version: int | None = None,
    reason: str = "",
    confirmed: bool = False,
) -> Visit:
    """Take a request over into its visit. The client, the site and the checklist stay; a placed visit is checked anew
    where it stands, with its new length.

    Args:
        seat: a dispatcher's.
        reference: the visit.
        request: all of it, as typed.
        version: of the visit as it was seen, where somebody looked at it first.
        reason, confirmed: as for `schedule.assign`.

    Raises:
        Faulty: with every field that cannot be taken.
        Blocked, NeedsConfirm, Refusal: it was not changed; the message says why.
        Stale: somebody else changed the visit after it was seen.
    """
    with seat.write("edit request", Role.DISPATCHER) as unit:
        store = seat.store
        visit = visit_to_amend(store, reference)
        if version is not None and version != visit.version:
            visits.change(unit, visit._replace(version=version))  # raises Stale, naming who was first and when
        new = checked(seat, _same_place(visit, request), visit)
        if new == checked(seat, request_of(visit), visit):
            unit.leave_unchanged()
            return visit
        visits.update_request(unit, visit, new)
        after = find(store, reference)
        if after.starts_at is not None:
            crew = [found for part in after.assignments if (found := people.technician(store, part.technician_id))]
            length = schedule.planned_length(store, visit, after, crew)
            verdict = schedule.judge_placement(store, after, crew, after.starts_at, length)
            override = schedule.permit(after, verdict, reason, confirmed)
            days = routing.days_of(visit)
            visits.change(unit, after, ends_at=after.starts_at + length)
            unit.audit(
                "visit",
                visit.id,
                ends_at=after.starts_at + length,
                was_until=visit.ends_at,
                override=override or None,
                findings=[finding.text for finding in verdict.findings if finding.level is not Level.FEASIBLE],
            )
            routing.reroute(seat, unit, days | routing.days_of(find(store, reference)))
        undo.remember(seat, unit, f"edit {visit.reference}", [visit])
        return find(store, reference)


def _same_place(visit: Visit, request: Request) -> Request:
    return replace(request, client=visit.client, site=visit.site, same_job=None)
