"""Templates of checklists: what a visit would get, their wordings, and the files that they come from and go to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db import clients, probes, templates
from db.names import folded
from db.store import Store
from db.templates import Wording
from dispatch.closeout import shipped
from dispatch.closeout.template import Chosen, choose, items_for
from dispatch.closeout.template_form import item_form
from dispatch.desk.book import editing
from dispatch.desk.book.records import client_named
from dispatch.desk.book.template_records import BETWEEN, client_names, judged
from dispatch.desk.files.json_file import read_json
from dispatch.desk.files.table import Unreadable
from dispatch.desk.files.verdicts import (
    Difference,
    ImportReport,
    JudgedRow,
    RowFault,
    RowVerdict,
    differences,
    shortened,
)
from dispatch.desk.session.refusals import Faulty, NotAllowed, NotFound, refuse
from dispatch.desk.session.user import User
from dispatch.model.checklists import NewItem
from dispatch.model.states import Role
from dispatch.model.templates import Occasion, Template
from dispatch.model.text import show
from dispatch.model.visits import KINDS

KIND = "template"
_FIELDS = ("name", "for", "items")
_SCOPE = ("kinds", "tags", "clients")
_MOST = 200
"""Templates of one file."""
_Entry = tuple[Template | None, dict[str, str]]
"""What is written: over which template, and how it is typed."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a visit would get: the template, why it is this one, and the items."""

    chosen: Chosen
    items: tuple[NewItem, ...]


def preview(
    store: Store,
    client: str = "",
    site: str = "",
    kind: str = "visit",
    tags: Sequence[str] = (),
    draft: Template | None = None,
) -> Preview:
    """What a visit would get that is asked for now.

    Args:
        client: whose visit; empty: nobody's in particular, at a site without services and targets.
        site: which of the client's; empty: the first by name.
        draft: a template that is taken as it is here, saved or not.

    Raises:
        Faulty: with everything that is not so.
    """
    faults: list[str] = []
    found = None
    if client.strip():
        try:
            found = client_named(store, client)
        except NotFound as fault:
            faults.append(f"client: {fault}")
    sites = clients.sites_of(store, found.id) if found is not None else []
    if site.strip() and found is not None:
        named = clients.site_by_name(store, found.id, site)
        if named is None:
            faults.append(f"site: {show(found.name)} has {', '.join(show(one.name) for one in sites) or 'none yet'}")
        sites = [named] if named is not None else []
    if kind not in KINDS:
        faults.append(f"kind: {show(kind, 40)!r} is not one of {', '.join(KINDS)}")
    refuse(faults)
    at_site = probes.targets_of(store, sites[0].id) if sites else []
    occasion = Occasion(
        kind,
        found.id if found is not None else 0,
        frozenset(tag.strip().casefold() for tag in tags) - {""},
        tuple(sites[0].services) if sites else (),
        tuple(target.name for target in at_site),
    )
    known = templates.all_templates(store)
    if draft is not None:
        known = [template for template in known if template.id != draft.id] + [draft]
    chosen = choose(known, occasion)
    return Preview(chosen, items_for(chosen.whole, "what was asked for", occasion))


def wording(store: Store, template: Template, number: int | None = None) -> Wording:
    """A wording of a template by its number; None: the newest.

    Raises:
        NotFound: it has none such.
    """
    wordings = templates.wordings(store, template.id)
    for one in wordings:
        if number in (None, one.template.number):
            return one
    last = wordings[0].template.number
    has = "only version 1" if last == 1 else f"the versions 1 to {last}"
    raise NotFound(f"{show(template.name)} has {has}.")


def exported(store: Store, template: Template) -> dict[str, Any]:
    """A template as a file has it: names instead of ids, and nothing that is as it is by default."""
    scope = {"kinds": list(template.kinds), "tags": list(template.tags), "clients": client_names(store, template)}
    return {
        "name": template.name,
        "for": {name: names for name, names in scope.items() if names},
        "items": [item_form(item) for item in template.items],
    }


def import_templates(user: User, path: Path, *, update: bool = False, check: bool = False) -> ImportReport:
    """Take the templates of a file, as one change that undo takes back; none of them when one is bad.

    A template that is there already and differs is left as it is, unless `update`.

    Raises:
        Unreadable: it is no file of templates.
        NotAllowed: only a lead does.
    """
    if Role.LEAD not in user.roles_now:
        raise NotAllowed(f"Only a lead may import templates; {show(user.staff.name)} is not one.")
    document = read_json(path, "a template")
    given = document if isinstance(document, list) else [document]
    if not 1 <= len(given) <= _MOST or not all(isinstance(part, dict) for part in given):
        raise Unreadable(
            f'{shortened(path.name)} is not a template: that is an object with "name", "for" and "items", or a list of '
            f"up to {_MOST} such."
        )
    seen: set[str] = set()
    judged_forms = [_judged(user.store, place, form, seen, update=update) for place, form in enumerate(given, 1)]
    rows, entries = [row for row, _ in judged_forms], [entry for _, entry in judged_forms if entry is not None]
    refused = any(row.verdict is RowVerdict.REFUSED for row in rows)
    if entries and not refused and not check:
        try:
            editing.put(user, KIND, f"import templates from {shortened(path.name)}", entries)
        except Faulty as fault:
            # two templates of the file that cannot stand beside each other
            faults = tuple(map(_fault, fault.faults))
            rows = [JudgedRow(1, shortened(path.name), RowVerdict.REFUSED, faults)]
            refused = True
    return ImportReport(path.name, KIND, tuple(rows), bool(entries) and not refused and not check, check, False, ())


def shipped_rows(store: Store) -> list[JudgedRow]:
    """The templates that the program brings, by name: new here, there as they are, there otherwise, or refused with the reason."""
    return [row for row, _ in _judged_shipped(store)]


def take_shipped(user: User, names: Sequence[str] = ()) -> list[str]:
    """Take templates that the program brings, as one change that undo takes back; returns the names of those taken.

    Args:
        names: theirs, in any case; none: all that can be taken.

    Raises:
        Faulty: one that is named is not there, is here already, or cannot stand beside what is here; nothing is taken.
        NotAllowed: only a lead does.
    """
    judged_forms = _judged_shipped(user.store)
    known = {folded(row.reference): (row, entry) for row, entry in judged_forms}
    faults = [
        f"{show(name, 60)}: is none that the program brings; those are {', '.join(row.reference for row, _ in judged_forms)}"
        for name in names
        if folded(name) not in known
    ]
    chosen = [known[folded(name)] for name in names if folded(name) in known] if names else judged_forms
    if names:
        faults += [f"{row.reference}: {_not_taken(row)}" for row, entry in chosen if entry is None]
    refuse(faults)
    entries = [entry for _, entry in chosen if entry is not None]
    if entries:
        editing.put(user, KIND, "take templates", entries)
    return [row.reference for row, entry in chosen if entry is not None]


def _judged_shipped(store: Store) -> list[tuple[JudgedRow, _Entry | None]]:
    seen: set[str] = set()
    return [_judged(store, place, form, seen, update=False) for place, form in enumerate(shipped.forms(), 1)]


def _not_taken(row: JudgedRow) -> str:
    faults = "; ".join(f"{fault.field}: {fault.expected}" for fault in row.faults)
    return faults or "is here already" + (", with other words" if row.differences else "")


def _judged(
    store: Store, place: int, form: Mapping[str, Any], seen: set[str], *, update: bool
) -> tuple[JudgedRow, _Entry | None]:
    """The verdict on one template of a file, and what would be written."""
    faults: list[str] = []
    texts = _texts(form, faults)
    name = folded(texts["name"])
    if name and name in seen:
        faults.append("name: stands twice in the file")
    seen.add(name)
    before = next((known for known in templates.all_templates(store) if folded(known.name) == name), None)
    after = judged(store, before, texts, faults)
    row_faults = tuple(map(_fault, dict.fromkeys(faults)))
    differing = () if faults or before is None else _differences(exported(store, before), exported(store, after))
    verdict = RowVerdict.on(row_faults, before is not None, differing, update)
    row = JudgedRow(place, shortened(texts["name"] or f"template {place}"), verdict, row_faults, differences=differing)
    return row, (before, texts) if verdict in (RowVerdict.NEW, RowVerdict.UPDATED) else None


def _fault(text: str) -> RowFault:
    """A fault, the item and the field before the first colon."""
    field, _, expected = text.partition(": ")
    return RowFault(field, "", expected)


def _texts(form: Mapping[str, Any], faults: list[str]) -> dict[str, str]:
    """A template of a file as the book takes it."""
    faults += [
        f"{shortened(str(key))}: is not a field of a template; those are {', '.join(_FIELDS)}"
        for key in form
        if key not in _FIELDS
    ]
    name = form.get("name", "")
    if not isinstance(name, str):
        faults.append("name: is not text")
        name = ""
    scope = form.get("for", {})
    if not isinstance(scope, Mapping):
        faults.append(f'for: is not an object such as {{"kinds": ["delivery"]}} with {", ".join(_SCOPE)}')
        scope = {}
    faults += [f"for {shortened(str(key))}: is not one of {', '.join(_SCOPE)}" for key in scope if key not in _SCOPE]
    texts = {"name": name}
    for part in _SCOPE:
        names = scope.get(part, [])
        if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
            faults.append(f"for {part}: is not a list of names")
            names = []
        texts[part] = (BETWEEN if part == "clients" else ", ").join(names)
    return {**texts, "items": json.dumps(form.get("items"))}


def _differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Where two templates do not agree, item by item."""

    def parts(form: Mapping[str, Any]) -> dict[str, str]:
        items = {item["id"]: json.dumps(item, ensure_ascii=False) for item in form["items"]}
        scope = {f"for {part}": ", ".join(form["for"].get(part, [])) for part in _SCOPE}
        return {"name": form["name"], **scope, **items, "order": " ".join(items)}

    return differences(parts(ours), parts(theirs), lambda text: text or "")
