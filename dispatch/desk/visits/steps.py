"""The beginning of a deed on one visit: its unit of work, and whether the visit is in a state for it (design/states.md)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping

from db import visits
from db.store import Store
from db.unit import Unit
from dispatch.desk.charges.charging import open_charge
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.typed_words import reason_of
from dispatch.desk.session.user import User
from dispatch.desk.visits.crew import own_part
from dispatch.desk.visits.finding import find
from dispatch.model.states import ON_THE_WAY_OR_THERE, OPEN_ON_SITE, STEPS, Role, State
from dispatch.model.text import show
from dispatch.model.visits import Assignment, Visit

AHEAD_OF: Mapping[str, Callable[[Assignment], bool]] = {
    "depart": lambda part: part.depart_at is None and part.check_in_at is None,
    "arrive": lambda part: part.check_in_at is None or part.check_out_at is not None,
}
"""Who of a crew a step is still ahead of, where the visit has gone on to another state."""

_ALSO = {"depart": ON_THE_WAY_OR_THERE, "arrive": OPEN_ON_SITE}


@contextlib.contextmanager
def on_visit(user: User, reference: str, deed: str, *roles: Role) -> Iterator[tuple[Unit, Visit]]:
    """One unit of work for a deed on a visit, as `User.write`, with the visit as it is found in it."""
    with user.write(deed, *roles) as unit:
        yield unit, find(user.store, reference)


@contextlib.contextmanager
def stepping(user: User, deed: str, reference: str) -> Iterator[tuple[Unit, Visit]]:
    """One unit of work for a deed of `STEPS`, open to whom that table names, with the visit that it may start from."""
    with user.write(deed, *(role for role in Role if role in STEPS[deed].roles)) as unit:
        yield unit, step(user.store, reference, deed)


@contextlib.contextmanager
def putting_right(
    user: User, deed: str, reference: str, reason: str, technician: str | None = None
) -> Iterator[tuple[Unit, Visit, Assignment, str]]:
    """One unit of work in which somebody's part of a visit is put right, whose charge may follow; with the reason, cleaned."""
    with on_visit(user, reference, deed, Role.TECHNICIAN, Role.LEAD) as (unit, visit):
        part, why = own_part(user, visit, technician), reason_of(reason)
        open_charge(user, unit, visit, why)
        yield unit, visit, part, why


def step(store: Store, reference: str, deed: str) -> Visit:
    """The visit, if the deed may start from its state, or is still ahead of somebody of its crew.

    Raises:
        Refusal: it may not; the message names the states from which it may.
    """
    visit = find(store, reference)
    if visit.archived_at is not None:
        raise Refusal(f"{show(visit.reference)} was withdrawn: nothing more is done on it.")
    sources = STEPS[deed].sources
    follows = visit.state in _ALSO.get(deed, frozenset()) and any(map(AHEAD_OF[deed], visit.assignments))
    if not (visit.state in sources or follows):
        raise Refusal(
            f"{show(visit.reference)} is {visit.state.label}: {deed} is possible only from "
            f"{', '.join(state.label for state in State if state in sources)}."
        )
    return visit


def as_seen(unit: Unit, visit: Visit, version: int | None) -> None:
    """Refuse a deed on a visit that was seen at another version: as Stale, naming who was first and when."""
    if version not in (None, visit.version):
        visits.change(unit, visit._replace(version=version))
