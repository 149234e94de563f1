"""A request that was written, as every command tells it: with what will matter of it."""

from __future__ import annotations

from collections.abc import Callable

from dispatch.commands.printing import Answer
from dispatch.lazily import lazily
from dispatch.model.text import show
from dispatch.model.visits import Visit

with lazily(__name__):
    from db.store import Store
    from dispatch.commands import forms
    from dispatch.desk.visits import remarks


def queued(visit: Visit) -> list[str]:
    """That it waits in the queue."""
    return [f"{visit.reference} is in the queue: {visit.client}, {visit.work}."]


def requested(
    store: Store, visit: Visit, lines: Callable[[Visit], list[str]] = queued, before: Visit | None = None
) -> Answer:
    """A visit whose request was written, with what is to be known of it and was not `before`."""
    found = remarks.remarks_on(store, visit, before)
    return Answer(
        visit,
        lambda visit: forms.visit_form(visit) | {"remarks": found},
        lambda visit: [*lines(visit), *(f"  {show(remark)}" for remark in found)],
    )
