"""An item of a template as it is written, by one reader for all forms of it; and what a template may not do (C1, C2)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from dispatch.closeout.probes.reading import bounds_of, bounds_text
from dispatch.closeout.template import (
    ANYTHING_ELSE,
    EXPECTATIONS,
    FOLLOW_UPS,
    NOTHING_LEFT,
    REQUESTED,
    SERVICE,
    SIGN_OFF,
    in_order,
)
from dispatch.fields.context import NO_RECORDS
from dispatch.fields.kinds import Choice, Parsed, Text, Words, YesNo
from dispatch.fields.record import Field, FieldFault
from dispatch.model.checklists import EVIDENCE, Asks, ItemKind, Phase
from dispatch.model.probes import BOUNDS, ProbeKind, Tested, Vantage
from dispatch.model.templates import PHASE_LETTERS, Condition, Each, On, TemplateItem
from dispatch.model.text import LINE, show

KINDS = (ItemKind.CONFIRM, ItemKind.ASK, ItemKind.TEST, ItemKind.SIGN_OFF)
"""What an item of a template can ask for; `named` ones are made on the visit."""
SYNONYMS = {"server touched": "tag server", "more than one user": "tag many"}
"""Conditions that are named otherwise in the rules (design/close-out.md C1), and the tags that say so."""

_NEVER_OVERRIDDEN = frozenset(item.ref for item in (EXPECTATIONS, ANYTHING_ELSE, NOTHING_LEFT))
_MOST = 20
"""Conditions, or roles, of one item."""
_AFTER = "after_last_change"


def _ref_of(text: str) -> str:
    if not re.fullmatch("[AWTL][1-9][0-9]?", text.upper()):
        letters = ", ".join(f"{letter} {phase}" for letter, phase in PHASE_LETTERS.items())
        raise ValueError(f"is not one such as T7: {letters}, and a number from 1 to 99")
    return text.upper()


def _conditions_of(text: str) -> tuple[Condition, ...]:
    conditions = []
    for part in Words(80, most=_MOST).read(text, NO_RECORDS):
        word, _, name = SYNONYMS.get(part.casefold(), part).partition(" ")
        if word.casefold() not in tuple(On) or not name.strip():
            others = ", ".join(SYNONYMS)
            raise ValueError(f"{part!r} is not one such as tag server, service mail, target backup, {others}")
        conditions.append(Condition(On(word.casefold()), name.strip()))
    return tuple(conditions)


_UNBOUNDED = ("", *[None] * (len(BOUNDS) - 1))
ITEM = (
    Field("id", "Id", Parsed("an id", _ref_of), "A arrive, W work, T test, L leave, and a number", required=True),
    Field(
        "kind", "Kind", Choice(KINDS), ", ".join(kind for kind in KINDS if kind is not ItemKind.SIGN_OFF), required=True
    ),
    Field(
        "text", "Wording", Text(LINE), "what is asked or tested; {service} where there is one for each", required=True
    ),
    Field("required", "Required", YesNo(), otherwise=True),
    Field("na", "n/a with a reason", YesNo()),
    Field("override", "A lead may override", YesNo(), otherwise=None),
    Field(
        "when",
        "Only if any of",
        Parsed(
            "conditions", _conditions_of, lambda conditions: ", ".join(condition.text for condition in conditions), ()
        ),
        "tag server, service mail, target backup; empty: always",
    ),
    Field("each", "One for each", Choice([each for each in Each if each]), "service; empty: once", otherwise=Each.ONCE),
    Field(
        "targets", "Tested by targets", Words(80, most=_MOST), "backup, monitoring: what they are called at the site"
    ),
    Field("probe", "Only targets of kind", Choice(tuple(ProbeKind)), f"{', '.join(ProbeKind)}; empty: any"),
    Field(
        "vantage",
        "Tested from",
        Choice(tuple(Vantage)),
        "host, or site: inside the client's network",
        otherwise=Vantage.HOST,
    ),
    Field(
        "bounds",
        "A value within",
        Parsed("bounds", bounds_of, bounds_text, _UNBOUNDED),
        "unit=%; least=15: typed where no target of the site tests it; empty: words",
    ),
    Field(
        "evidence", "Settled by", Choice(EVIDENCE), f"{', '.join(EVIDENCE)}; empty: a run where a target can be reached"
    ),
    Field("findings", "Settled by findings", YesNo()),
)
"""The fields of an item, in the order in which they are written."""
FIELDS = tuple(field.name for field in ITEM)
_HELD_AS = {
    "id": "ref", "text": "label", "na": "na_allowed", "override": "override_allowed", "targets": "tested.roles",
    "probe": "tested.kind", "vantage": "tested.vantage", "bounds": " ".join(f"tested.{name}" for name in BOUNDS),
}  # fmt: skip


def item_form(item: TemplateItem) -> dict[str, Any]:
    """An item as `read_item` takes it: what is as it is by default stands not in it."""
    values, usual = _values(item), {"override": item.ref not in _NEVER_OVERRIDDEN}
    return {
        field.name: _json(field, values[field.name])
        for field in ITEM
        if field.required or values[field.name] != usual.get(field.name, field.empty(NO_RECORDS))
    }


def item_texts(item: TemplateItem) -> dict[str, str]:
    """Every field of an item as it is typed: yes and no, several between commas."""
    values = _values(item)
    return {field.name: field.kind.write(values[field.name], NO_RECORDS) for field in ITEM}


def read_item(given: Any, place: int, faults: list[str], *, typed: bool = False) -> TemplateItem | None:
    """The item of a form; None where it has no id or kind that an item could have.

    Args:
        given: the form, of which nothing is sure.
        place: where it stands in the list, from 1 on: what it is called while it has no id.
        faults: gets every fault, each with the item and the field.
        typed: every value is text, as somebody typed it; else it is of the type that JSON has for it.
    """
    if not isinstance(given, Mapping):
        faults.append(f'item {place}: is not an object such as {{"id": "T7", "kind": "test", "text": "…"}}')
        return None
    values: dict[str, Any] = {}
    item_faults: list[FieldFault] = []
    for field in ITEM:
        value = given.get(field.name, "" if typed else None)
        values[field.name] = field.empty(NO_RECORDS)
        try:
            values[field.name] = field.read(value if typed else _text(field, value), NO_RECORDS)
        except ValueError as fault:
            item_faults.append(
                FieldFault(field.name, value if isinstance(value, str) else str(value or ""), str(fault))
            )
    for name in given:
        if name not in (*FIELDS, _AFTER):
            item_faults.append(
                FieldFault(f"“{show(str(name), 40)}”", "", f"is not a field of an item; those are {', '.join(FIELDS)}")
            )
    ref, kind = values["id"], values["kind"]
    # a test always has to pass after the last work, so the field can only say so
    if given.get(_AFTER, kind is ItemKind.TEST) != (kind is ItemKind.TEST):
        is_test = "a test always has to pass after the last work"
        item_faults.append(FieldFault(_AFTER, "", is_test if kind is ItemKind.TEST else "belongs to tests"))
    faults += [f"{ref or f'item {place}'} {fault.name}: {fault.sentence}" for fault in item_faults]
    if ref is None or kind is None or not values["text"]:
        return None
    override = values["override"]
    return TemplateItem(
        ref,
        kind,
        values["text"],
        values["required"],
        values["na"],
        ref not in _NEVER_OVERRIDDEN if override is None else override,
        tuple(dict.fromkeys(values["when"])),
        values["each"],
        Tested(values["targets"], values["probe"], values["vantage"], *values["bounds"]),
        values["evidence"],
        values["findings"],
    )


def _values(item: TemplateItem) -> dict[str, Any]:
    return {field.name: attrgetter(*_HELD_AS.get(field.name, field.name).split())(item) for field in ITEM}


def _json(field: Field, value: Any) -> Any:
    """A value of an item in a file."""
    if isinstance(value, bool):
        return value
    if isinstance(value, tuple) and field.kind.empty == ():
        return [part.text if isinstance(part, Condition) else part for part in value]
    return field.kind.write(value, NO_RECORDS)


def _text(field: Field, value: Any) -> str:
    """A value of a file as it would be typed."""
    if isinstance(value, bool) and isinstance(field.kind, YesNo):
        return field.kind.write(value, NO_RECORDS)
    if isinstance(value, list) and field.kind.empty == () and all(isinstance(part, str) for part in value):
        return ", ".join(value)
    if value is None or (isinstance(value, str) and field.kind.empty in (None, "", _UNBOUNDED)):
        return value or ""
    expected = {(): "a list", False: "true or false"}.get(field.kind.empty, "text")
    raise ValueError(f"is not {expected}")


def items_from(given: Any, faults: list[str]) -> tuple[TemplateItem, ...]:
    """The items of a list, phase by phase, the sign-off last; every fault with its item and field."""
    if not isinstance(given, list):
        faults.append("items: is not a list of items")
        return ()
    items = [item for place, form in enumerate(given, 1) if (item := read_item(form, place, faults)) is not None]
    return in_order(items)


MOST_ITEMS = 60
"""Items of one template."""
_ALWAYS = {
    EXPECTATIONS: "what done looks like is agreed on every visit",
    ANYTHING_ELSE: "every client is asked whether there is anything else",
    NOTHING_LEFT: "nothing is ever left for the client to finish",
    SIGN_OFF: "every visit ends with its sign-off",
}
"""What the short template has too: no template does with less."""
ALWAYS = tuple(item.ref for item in _ALWAYS)
"""The ids of the items that every template has."""


def faults_of(items: Sequence[TemplateItem]) -> list[str]:
    """Everything that keeps these items from being a template, in the order of the checklist."""
    faults = [f"{item.ref}: is missing; {why}" for item, why in _ALWAYS.items() if item.ref not in _refs(items)]
    if len(items) > MOST_ITEMS:
        faults.append(f"items: there are {len(items)}, {MOST_ITEMS} at most")
    faults += [f"{ref} id: stands {count} times" for ref, count in Counter(_refs(items)).items() if count > 1]
    return faults + [f"{item.ref} {fault}" for item in items for fault in _of_item(item)]


def _refs(items: Sequence[TemplateItem]) -> list[str]:
    return [item.ref for item in items]


def _of_item(item: TemplateItem) -> Iterator[str]:
    """What is wrong with one item: the field, and why."""
    for fixed in _ALWAYS:
        if item.ref == fixed.ref:
            yield from _of_fixed(item, fixed)
    if item.ref == FOLLOW_UPS.ref:
        yield "id: is taken; a visit gets it by itself with the first follow-up"
    if item.kind is ItemKind.SIGN_OFF and item.ref != SIGN_OFF.ref:
        yield f"kind: the sign-off is {SIGN_OFF.ref}, and there is one"
    if item.kind is ItemKind.TEST and item.phase is not Phase.TEST:
        yield "kind: a test counts only after the last work: its id begins with T"
    if item.ref == "W2" and item.kind is not ItemKind.CONFIRM:
        yield "kind: what was changed is noted here: confirm"
    if item.ref == "T1" and (item.kind is not ItemKind.TEST or item.na_allowed):
        yield "na: that the reported problem is gone is tested, and always applies"
    if (item.ref == REQUESTED.ref) != (item.each is Each.REQUEST):
        yield f"each: there is one for each requested item of {REQUESTED.ref} alone, and always"
    elif item.ref == REQUESTED.ref and (item.kind, item.required, item.na_allowed, item.when) != (
        REQUESTED.kind,
        True,
        False,
        (),
    ):
        yield "kind: each requested item is confirmed, required, without n/a and without a condition"
    if (SERVICE in item.label) != (item.each is Each.SERVICE):
        yield f"text: {SERVICE} stands in it where there is one for each service, and nowhere else"
    if item.findings and (item.kind, item.each) != (ItemKind.CONFIRM, Each.ONCE):
        yield "findings: are asked for by an item that is confirmed, once"
    yield from _of_tested(item)


def _of_fixed(item: TemplateItem, fixed: TemplateItem) -> Iterator[str]:
    if item.kind is not fixed.kind:
        yield f"kind: is always {fixed.kind.value}"
    if not item.required:
        yield "required: it is on every visit"
    if item.na_allowed:
        yield "na: it always applies"
    if item.override_allowed and not fixed.override_allowed:
        yield "override: nobody can override it"
    if item.when:
        yield "when: every visit has it, without a condition"
    if item.each is not Each.ONCE:
        yield "each: a visit has it once"


def _of_tested(item: TemplateItem) -> Iterator[str]:
    tested = item.tested
    if item.kind is not ItemKind.TEST:
        for field, given in (("targets", tested.roles), ("probe", tested.kind), ("bounds", tested.bounded)):
            if given:
                yield f"{field}: only a test has one"
        if tested.vantage is Vantage.SITE:
            yield "vantage: only a test has one"
        if item.evidence is not None:
            yield "evidence: only a test asks for some"
    elif not tested.roles and item.each is not Each.SERVICE:
        for field, set_ in (("probe", tested.kind is not None), ("vantage", tested.vantage is Vantage.SITE)):
            if set_:
                yield f"{field}: says how targets are tested; name them in targets"
        if tested.bounded:
            yield "bounds: what is the value called? name it in targets"
        if item.evidence is Asks.EXECUTED:
            yield "evidence: what tests it by running? name it in targets"
