"""What is asked for, changed after it was asked: work, length, day, window, priority, skills. Until somebody sets out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

from db import visits
from db.store import Store
from dispatch.desk.day import placement, routing, undo_record
from dispatch.desk.requests.intake import checked
from dispatch.desk.session.refusals import WrongState
from dispatch.desk.session.user import User
from dispatch.desk.visits.steps import as_seen, crew_of, find
from dispatch.model.states import AHEAD, Role, State
from dispatch.model.visits import Visit

OPEN = AHEAD | {State.REQUESTED, State.ON_HOLD}
"""The states in which a request can be changed."""


def visit_to_amend(store: Store, reference: str) -> Visit:
    """The visit, if its request can still be changed.

    Raises:
        NotFound, Refusal: there is none, or somebody has set out already.
    """
    visit = find(store, reference)
    if visit.state not in OPEN or visit.archived_at is not None:
        raise WrongState(visit, "what is asked for can be changed until somebody sets out")
    return visit


def check(user: User, reference: str, texts: Mapping[str, str]) -> None:
    """Whether a request could be taken over, without doing it. Raises as `amend`."""
    checked(user, texts, visit_to_amend(user.store, reference))


def amend(
    user: User,
    reference: str,
    texts: Mapping[str, str],
    **meant: Unpack[placement.Meant],
) -> Visit:
    """Take a request over into its visit. The client, the site and the checklist stay; a placed visit is checked anew
    where it stands, with its new length.

    Args:
        user: a dispatcher.
        reference: the visit.
        texts: what is asked for otherwise: fields of `REQUEST`, as typed.
        version: of the visit as it was seen, where somebody looked at it first.
        reason, confirmed: as for `schedule.assign`.

    Raises:
        Faulty: with every field that cannot be taken.
        Blocked, NeedsConfirm, Refusal: it was not changed; the message says why.
        Stale: somebody else changed the visit after it was seen.
    """
    with user.write("edit request", Role.DISPATCHER) as unit:
        store = user.store
        visit = visit_to_amend(store, reference)
        as_seen(unit, visit, meant.get("version"))
        new = checked(user, texts, visit)
        if new == checked(user, {}, visit):
            unit.leave_unchanged()
            return visit
        visits.update_request(unit, visit, new)
        after = find(store, reference)
        if after.starts_at is not None:
            crew = crew_of(store, after)
            length = placement.planned_length(store, visit, after, crew)
            verdict = placement.judge_placement(store, after, crew, after.starts_at, length)
            why = placement.permit(visit, verdict, meant)
            ends_at = after.starts_at + length
            visits.change(unit, after, ends_at=ends_at)
            detail = placement.said_of(verdict, why)
            unit.audit("visit", visit.id, ends_at=ends_at, was_until=visit.ends_at, **detail)
            routing.reroute(user, unit, routing.days_of(visit))
        undo_record.remember(user, unit, f"edit {visit.reference}", [visit])
        return find(store, reference)
