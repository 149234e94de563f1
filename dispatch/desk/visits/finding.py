"""Finding a visit by its reference."""

from __future__ import annotations

from db import visits
from db.store import Store
from dispatch.desk.session.refusals import NotFound
from dispatch.model.text import show
from dispatch.model.visits import Visit


def find(store: Store, reference: str) -> Visit:
    """The visit of that reference.

    Raises:
        NotFound: there is none.
    """
    visit = visits.visit_by_reference(store, reference)
    if visit is None:
        raise NotFound(f"There is no visit {show(reference, 40)}. `dispatch visit list` shows them all.")
    return visit
