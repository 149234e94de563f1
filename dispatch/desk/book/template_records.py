"""Templates of checklists as records of the book: each save is another wording, and what was saved before stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from db import clients, probes, templates
from db.names import folded
from db.store import Store
from db.unit import Unit
from dispatch.closeout.probes.reading import bounds_text, not_held
from dispatch.closeout.template import scope_text
from dispatch.closeout.template_form import faults_of, item_form, items_from
from dispatch.desk.book.context import Desk
from dispatch.desk.book.record_store import KeptInTables, RecordStore
from dispatch.desk.book.records import site_called
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.fields.record import FieldFault, sentences
from dispatch.model.checklists import Asks, NewItem
from dispatch.model.probes import BOUNDS, ProbeTarget
from dispatch.model.templates import Each, Template, TemplateItem
from dispatch.model.text import count_text, show
from dispatch.records.checklists import TEMPLATE

BETWEEN = " | "
"""Between the names of clients, which may hold commas."""


class TemplateRecords(RecordStore[Template]):
    """Templates of checklists. Visits keep the copy that they were made with."""

    record = TEMPLATE
    rows = KeptInTables(
        templates.all_templates, templates.template, templates.add_template, templates.save_wording, templates.put_away
    )

    def line(self, store: Store, record: Template) -> str:
        return f"{serving_text(store, record)}  {count_text(len(record.items), 'item')}  version {record.number}"

    def texts(self, store: Store, record: Template) -> dict[str, str]:
        """The template as it is typed; `items` is JSON, as in a file."""
        return {**super().texts(store, record), "items": items_text(record.items)}

    def draft(
        self, user: User, before: Template | None, texts: Mapping[str, str], faults: list[FieldFault]
    ) -> Template:
        reasons: list[str] = []
        after = judged(user.store, before, texts, reasons)
        faults += [FieldFault(name, "", sentence) for name, _, sentence in (fault.partition(": ") for fault in reasons)]
        return after

    def put_away(self, unit: Unit, record: Template, at: int | None) -> None:
        """Archive it, or take it back.

        Raises:
            Refusal: it serves every visit that no other template does; or another has its name or its visits now.
        """
        if at is not None and record.for_all:
            raise Refusal(f"{show(record.name)} serves every visit that no other template does; it stays.")
        if at is None and (faults := _twins(unit.store, record)):
            raise Refusal(f"{show(record.name)} cannot come back: {'; '.join(faults)}.")
        super().put_away(unit, record, at)

    def notes(self, store: Store, record: Template) -> Sequence[str]:
        return [item_line(item) for item in record.items]


def judged(store: Store, before: Template | None, texts: Mapping[str, str], faults: list[str]) -> Template:
    """The template that was typed; everything that keeps it from being saved is said in `faults`."""
    own_faults: list[FieldFault] = []
    blank = Template("", ()) if before is None else before
    after = TEMPLATE.filled(texts, Desk.of(store), blank, own_faults)
    faults += sentences(own_faults)
    if before is None and not after.name and not own_faults:
        faults.append("name: is missing")
    after = replace(after, items=_items(texts.get("items", ""), faults), id=blank.id, archived=blank.archived)
    against: list[str] = []
    if before is not None and before.for_all and not after.for_all:
        against.append("for: every visit that no other template serves gets this one; it names no kinds, tags, clients")
    if not after.archived:
        against += _twins(store, after)
        against += _not_held(store, after)
    # which visits it serves is still open where that could not be read
    faults += [fault for fault in against if not (own_faults and fault.startswith("for:"))]
    return replace(after, number=blank.number)


def _not_held(store: Store, after: Template) -> Iterator[str]:
    """Items that would put together targets of a site which have to stand alone."""
    by_site: dict[int, list[ProbeTarget]] = {}
    for target in probes.all_targets(store):
        by_site.setdefault(target.site_id, []).append(target)
    for item in after.items:
        for site_id, targets in by_site.items():
            if why := not_held([item.tested], targets):
                yield f"items: {item.ref} targets: at {site_called(store, site_id)} {why}"
                break


def client_names(store: Store, record: Template) -> list[str]:
    """The clients that a template names, archived ones too."""
    own = (clients.client(store, client_id) for client_id in record.clients)
    return [client.name for client in own if client is not None]


def serving_text(store: Store, record: Template) -> str:
    """Which visits a template serves, in words."""
    if record.for_all:
        return "every other visit"
    return ", ".join(part for part in (" or ".join(client_names(store, record)), scope_text(record)) if part)


def items_text(items: Sequence[TemplateItem]) -> str:
    """Items as the text `items` has them."""
    return json.dumps([item_form(item) for item in items], ensure_ascii=False)


def item_line(item: TemplateItem) -> str:
    """An item with its rules, on one line."""
    return " ".join((item.ref, item.label, f"({rules_text(item)})"))


def usual_rules(item: TemplateItem | NewItem) -> str:
    """What an item of a template, or of a visit, asks for, and what may stand for it."""
    words = (
        item.kind.value.replace("_", "-"),
        "required" if item.required else "not required",
        "n/a with a reason" if item.na_allowed else "",
        "" if item.override_allowed else "no override",
    )
    return ", ".join(filter(None, words))


def rules_text(item: TemplateItem) -> str:
    """What an item asks for, and what goes for it."""
    tested = item.tested
    words = [
        usual_rules(item),
        "one for each service" if item.each is Each.SERVICE else "",
        f"if {' or '.join(condition.text for condition in item.when)}" if item.when else "",
        f"tested by {', '.join(tested.roles)}" if tested.roles else "",
        f"only {tested.kind.value}" if tested.kind is not None else "",
        f"a value within {bounds_text([getattr(tested, name) for name in BOUNDS])}" if tested.bounded else "",
        "from the client's network" if tested.vantage.value == "site" else "",
        "" if item.evidence is None else _ASKS[item.evidence],
    ]
    return ", ".join(filter(None, words))


_ASKS = {Asks.EXECUTED: "settled by a run", Asks.MEASURED: "settled by a value", Asks.ANY: "settled by words too"}


def _items(text: str, faults: list[str]) -> tuple[TemplateItem, ...]:
    try:
        given = json.loads(text or "[]")
    except ValueError:
        given = None
    mine: list[str] = []
    items = items_from(given, mine)
    # an item that could not be read is not missing as well
    unread = {fault.split()[0].rstrip(":") for fault in mine}
    mine += [fault for fault in faults_of(items) if re.split(r"[ :]", fault)[0] not in unread]
    faults += mine
    return items


def _twins(store: Store, record: Template) -> list[str]:
    """What two templates cannot both have: their name, and the very same visits."""
    faults = []
    for other in templates.all_templates(store):
        if other.id == record.id:
            continue
        if record.name and folded(other.name) == folded(record.name):
            faults.append(f"name: there is a template {show(other.name)} already")
        if _scope(other) == _scope(record):
            faults.append(
                f"for: {show(other.name)} serves just these visits already; name other kinds, tags or clients"
            )
    return faults


def _scope(record: Template) -> tuple[frozenset[str], frozenset[str], frozenset[int]]:
    return frozenset(record.kinds), frozenset(record.tags), frozenset(record.clients)
