"""The checklist of a visit, copied from the template that serves it best (dispatch/closeout/template.py) when the visit is made,
so that a later edit of the template rewrites nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from db.store import Store
from db.unit import Unit

if TYPE_CHECKING:
    from db.visits import NewVisit
    from dispatch.model.checklists import NewItem


def copy_for(store: Store, new: NewVisit) -> tuple[dict[str, Any], list[NewItem]]:
    """What a visit keeps of the template that serves it best, by column, and the items that it gets of it."""
    from db import probes
    from db.templates import all_templates
    from dispatch.closeout.probes.reading import with_probes
    from dispatch.closeout.template import choose, items_for
    from dispatch.model.templates import Occasion

    at_site = probes.targets_of(store, new.site_id)
    services = store.all("SELECT name FROM site_service WHERE site_id = ? ORDER BY position", (new.site_id,))
    occasion = Occasion(
        new.kind, new.client_id, new.tags, tuple(name for (name,) in services), tuple(target.name for target in at_site)
    )
    chosen = choose(all_templates(store), occasion)
    template, why = chosen.template, chosen.why
    columns = {"template_id": template.id, "template_number": template.number, "template_why": why}
    return columns, [*with_probes(items_for(chosen.whole, new.work, occasion), at_site)]


def add_items(unit: Unit, visit_id: int, items: Iterable[NewItem], added_by: int | None = None) -> None:
    """Append checklist items to a visit, in the order given; items keep the order in which they were added."""
    from db import probes

    (position,) = unit.execute("SELECT coalesce(max(position), 0) FROM item WHERE visit_id = ?", (visit_id,)).fetchone()
    for offset, item in enumerate(items, 1):
        columns = probes.COPIED.columns(item)
        item_id = unit.insert("item", visit_id=visit_id, position=position + offset, added_by=added_by, **columns)
        probes.add_probes(unit, item_id, item.probes)


def copy_anew(unit: Unit, store: Store, visit_id: int, version: int, new: NewVisit) -> None:
    """Give a visit that its series asks for otherwise, and on which nothing is recorded yet, the kind and the checklist of what is
    asked for now."""
    columns, items = copy_for(store, new)
    unit.execute("DELETE FROM item_probe WHERE item_id IN (SELECT id FROM item WHERE visit_id = ?)", (visit_id,))
    unit.execute("DELETE FROM item WHERE visit_id = ?", (visit_id,))
    add_items(unit, visit_id, items)
    unit.update("visit", visit_id, version, kind=new.kind, **columns)
