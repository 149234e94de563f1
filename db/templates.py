"""Templates of checklists in the store: every wording that was saved, and which one a visit's items come from."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from db.store import Store
from dispatch.closeout.template import BUILT_IN
from dispatch.lazily import lazily
from dispatch.model.templates import Template

with lazily(__name__):
    from db.unit import Unit
    from dispatch.closeout import template_form

_LAST = "(SELECT max(number) FROM template_wording WHERE template_id = t.id)"
_SELECT = (
    "SELECT t.id, t.archived_at IS NOT NULL, t.version, w.number, w.wording FROM template t "
    f"LEFT JOIN template_wording w ON w.template_id = t.id AND w.number = {_LAST}"
)


class Wording(NamedTuple):
    """A wording that was saved; `saved_at` and `by` are None for those that the program begins with."""

    template: Template
    saved_at: int | None = None
    by: str | None = None


class Origin(NamedTuple):
    """What a visit's items were copied from: the template, the number of its wording, and why it was this one."""

    template_id: int
    name: str
    number: int
    why: str


def all_templates(store: Store) -> list[Template]:
    """Every template that is not archived in its newest wording, by name."""
    templates = [_template(*row) for row in store.all(f"{_SELECT} WHERE t.archived_at IS NULL")]
    return sorted(templates, key=lambda template: (template.name.casefold(), template.id))


def template(store: Store, template_id: int) -> Template | None:
    """The template with that id in its newest wording, archived or not."""
    row = store.one(f"{_SELECT} WHERE t.id = ?", (template_id,))
    return None if row is None else _template(*row)


def wordings(store: Store, template_id: int) -> list[Wording]:
    """Every wording of a template, the newest first."""
    saved = [
        Wording(replace(_read(wording), id=template_id, number=number), saved_at, by)
        for number, wording, saved_at, by in store.all(
            "SELECT w.number, w.wording, w.saved_at, s.name FROM template_wording w JOIN staff s ON s.id = w.staff_id "
            "WHERE w.template_id = ? ORDER BY w.number DESC",
            (template_id,),
        )
    ]
    return [*saved, Wording(BUILT_IN[template_id])] if template_id in BUILT_IN else saved


def add_template(unit: Unit, new: Template) -> int:
    """Add a template with its first wording; returns the id."""
    template_id = unit.insert("template")
    _save(unit, replace(new, id=template_id, number=1))
    unit.audit("template", template_id, name=new.name, wording=1)
    return template_id


def save_wording(unit: Unit, before: Template, after: Template) -> int:
    """Save `after` as the next wording of `before`; returns its number. What was saved before stays.

    Raises:
        Stale: somebody else changed the template since `before` was read.
    """
    unit.update("template", before.id, before.version)
    number = before.number + 1
    _save(unit, replace(after, id=before.id, number=number))
    unit.audit("template", before.id, name=after.name, wording=number)
    return number


def put_away(unit: Unit, template: Template, at: int | None) -> int:
    """Archive a template, or with None take it back; returns the new version."""
    return unit.update("template", template.id, template.version, archived_at=at)


def origin_of(store: Store, visit_id: int) -> Origin | None:
    """What the items of a visit were copied from; None where it was made before templates were kept."""
    row = store.one(
        "SELECT v.template_id, v.template_number, v.template_why, json_extract(w.wording, '$.name') FROM visit v "
        "LEFT JOIN template_wording w ON w.template_id = v.template_id AND w.number = v.template_number "
        "WHERE v.id = ? AND v.template_id IS NOT NULL",
        (visit_id,),
    )
    if row is None:
        return None
    template_id, number, why, name = row
    return Origin(template_id, name if name is not None else BUILT_IN[template_id].name, number, why)


def _template(template_id: int, archived: int, version: int, number: int | None, wording: str | None) -> Template:
    template = BUILT_IN[template_id] if wording is None else _read(wording)
    return replace(template, id=template_id, number=number or 1, version=version, archived=bool(archived))


def _save(unit: Unit, new: Template) -> None:
    form = {
        "name": new.name,
        "kinds": new.kinds,
        "tags": new.tags,
        "clients": new.clients,
        "items": [template_form.item_form(item) for item in new.items],
    }
    wording = json.dumps(form, ensure_ascii=False)
    unit.insert_signed("template_wording", template_id=new.id, number=new.number, wording=wording, saved_at=unit.at)


@lru_cache(maxsize=200)
def _read(wording: str) -> Template:
    """A wording as it was saved, which was looked through then. It never changes, and each new visit chooses among all of them:
    to read those that the program brings takes 20 ms."""
    form, faults = json.loads(wording), list[str]()
    items = template_form.items_from(form["items"], faults)
    if faults:
        raise ValueError(f"a saved template cannot be read: {'; '.join(faults)}")
    return Template(form["name"], items, tuple(form["kinds"]), tuple(form["tags"]), tuple(form["clients"]))
