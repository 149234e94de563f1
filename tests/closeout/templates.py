"""The items of a visit by the templates that every firm begins with."""

from __future__ import annotations

from dispatch.closeout.template import BUILT_IN, choose, items_for
from dispatch.model.checklists import NewItem
from dispatch.model.templates import Occasion


def items_of(
    kind: str, work: str, tags: frozenset[str] = frozenset(), services: tuple[str, ...] = ()
) -> tuple[NewItem, ...]:
    """What a visit of that kind gets."""
    occasion = Occasion(kind, tags=tags, services=services)
    return items_for(choose(list(BUILT_IN.values()), occasion).whole, work, occasion)
