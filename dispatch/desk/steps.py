"""Whether a deed may start from the state that a visit has (design/states.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from db.store import Store
from dispatch.desk.finding import find
from dispatch.desk.refusals import Refusal
from dispatch.model.states import ON_THE_WAY_OR_THERE, OPEN_ON_SITE, STEPS, State
from dispatch.model.text import show
from dispatch.model.visits import Assignment, Visit

AHEAD_OF: Mapping[str, Callable[[Assignment], bool]] = {
    "depart": lambda part: part.depart_at is None and part.check_in_at is None,
    "arrive": lambda part: part.check_in_at is None or part.check_out_at is not None,
}
"""Who of a crew a step is still ahead of, where the visit has gone on to another state."""

_ALSO = {"depart": ON_THE_WAY_OR_THERE, "arrive": OPEN_ON_SITE}


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
