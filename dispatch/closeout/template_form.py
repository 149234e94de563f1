"""An item of a template as it is written: in a file, in the store, in the lines of a form. One reader for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from dispatch.closeout.template import ANYTHING_ELSE, EXPECTATIONS, NOTHING_LEFT
from dispatch.fields.kinds import NO, YES
from dispatch.model.checklists import EVIDENCE, Kind
from dispatch.model.probes import ProbeKind, Tested, Vantage
from dispatch.model.templates import PHASE_LETTERS, Condition, Each, On, TemplateItem
from dispatch.model.text import LINE, TextRefused, clean, show

T = TypeVar("T")

KINDS = (Kind.CONFIRM, Kind.ASK, Kind.TEST, Kind.SIGN_OFF)
"""What an item of a template can ask for; `named` ones are made on the visit."""
FIELDS = ("id", "kind", "text", "required", "na", "override", "when", "each", "targets", "probe", "vantage", "evidence")
"""The fields of an item, in the order in which they are written. Only id, kind and text have to be there."""
SYNONYMS = {"server touched": "tag server", "more than one user": "tag many"}
"""Conditions that are named otherwise in the rules (design/close-out.md C1), and the tags that say so."""

_REF = re.compile(r"[AWTL][1-9][0-9]?")
_NEVER_OVERRIDDEN = frozenset(item.ref for item in (EXPECTATIONS, ANYTHING_ELSE, NOTHING_LEFT))
_NAME = 80
_MOST = 20
"""Conditions, or roles, of one item."""


def item_form(item: TemplateItem) -> dict[str, Any]:
    """An item as `read_item` takes it: what is as it is by default stands not in it."""
    form: dict[str, Any] = {"id": item.ref, "kind": item.kind.value, "text": item.label}
    if not item.required:
        form["required"] = False
    if item.na_allowed:
        form["na"] = True
    if item.override_allowed == (item.ref in _NEVER_OVERRIDDEN):
        form["override"] = item.override_allowed
    if item.when:
        form["when"] = [condition.text for condition in item.when]
    if item.each is not Each.ONCE:
        form["each"] = item.each.value
    if item.tested.roles:
        form["targets"] = list(item.tested.roles)
    if item.tested.kind is not None:
        form["probe"] = item.tested.kind.value
    if item.tested.vantage is not Vantage.HOST:
        form["vantage"] = item.tested.vantage.value
    if item.evidence is not None:
        form["evidence"] = item.evidence.value
    return form


def item_texts(item: TemplateItem) -> dict[str, str]:
    """Every field of an item as it is typed: yes and no, several between commas."""
    return {
        "id": item.ref,
        "kind": item.kind.value,
        "text": item.label,
        "required": _word(item.required),
        "na": _word(item.na_allowed),
        "override": _word(item.override_allowed),
        "when": ", ".join(condition.text for condition in item.when),
        "each": item.each.value,
        "targets": ", ".join(item.tested.roles),
        "probe": "" if item.tested.kind is None else item.tested.kind.value,
        "vantage": item.tested.vantage.value,
        "evidence": "" if item.evidence is None else item.evidence.value,
    }


def typed_form(texts: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, as the form that `read_item` takes. An empty line is left out; what cannot be meant stays text."""
    form: dict[str, Any] = {}
    for name, text in texts.items():
        typed = text.strip()
        if not typed:
            continue
        if name in ("when", "targets"):
            form[name] = [part.strip() for part in typed.split(",") if part.strip()]
        elif name in ("required", "na", "override"):
            form[name] = typed if typed.casefold() not in YES | NO else typed.casefold() in YES
        else:
            form[name] = typed
    return form


def read_item(given: Any, place: int, faults: list[str]) -> TemplateItem | None:
    """The item of a form; None where it has no id or kind that an item could have.

    Args:
        given: the form, of which nothing is sure.
        place: where it stands in the list, from 1 on: what it is called while it has no id.
        faults: gets every fault, each with the item and the field.
    """
    where = f"item {place}"
    if not isinstance(given, Mapping):
        faults.append(f'{where}: is not an object such as {{"id": "T7", "kind": "test", "text": "…"}}')
        return None
    reading = _Reading(given, where, faults)
    ref = reading.line("id", 4)
    if ref is not None and _REF.fullmatch(ref.upper()) is None:
        letters = ", ".join(f"{letter} {phase}" for letter, phase in PHASE_LETTERS.items())
        reading.fault("id", f"{_shown(ref)} is not one such as T7: {letters}, and a number from 1 to 99")
        ref = None
    if ref is not None:
        ref = ref.upper()
        reading.where = ref
    reading.unknown()
    kind = reading.choice("kind", KINDS, None)
    label = reading.line("text", LINE)
    required = reading.flag("required", True)
    na_allowed = reading.flag("na", False)
    override_allowed = reading.flag("override", ref not in _NEVER_OVERRIDDEN)
    when = tuple(dict.fromkeys(reading.conditions()))
    each = reading.choice("each", tuple(Each), Each.ONCE)
    roles = tuple(dict.fromkeys(reading.lines("targets")))
    probe = reading.choice("probe", tuple(ProbeKind), None)
    vantage = reading.choice("vantage", tuple(Vantage), Vantage.HOST)
    evidence = reading.choice("evidence", EVIDENCE, None)
    # a test always has to pass after the last work (G4), so the field can only say so
    if reading.flag("after_last_change", kind is Kind.TEST) != (kind is Kind.TEST):
        is_test = "a test always has to pass after the last work (G4)"
        reading.fault("after_last_change", is_test if kind is Kind.TEST else "belongs to tests")
    if ref is None or kind is None or label is None:
        return None
    return TemplateItem(
        ref,
        kind,
        label,
        required,
        na_allowed,
        override_allowed,
        when,
        each or Each.ONCE,
        Tested(roles, probe, vantage or Vantage.HOST),
        evidence,
    )


class _Reading:
    """Reads the fields of one item; a field that cannot be taken adds a fault and reads as if it were not there."""

    def __init__(self, form: Mapping[str, Any], where: str, faults: list[str]) -> None:
        self._form, self.where, self._faults = form, where, faults

    def fault(self, field: str, text: str) -> None:
        """Say what is wrong with a field."""
        self._faults.append(f"{self.where} {field}: {text}")

    def unknown(self) -> None:
        """Name the fields that no item has."""
        for field in self._form:
            if field not in (*FIELDS, "after_last_change"):
                self.fault(_shown(field), f"is not a field of an item; those are {', '.join(FIELDS)}")

    def line(self, field: str, limit: int) -> str | None:
        """One line of text that has to be there."""
        given = self._form.get(field)
        if given is None or given == "":
            self.fault(field, "is missing")
            return None
        return self._cleaned(field, given, limit)

    def flag(self, field: str, otherwise: bool) -> bool:
        """True or false."""
        given = self._form.get(field, otherwise)
        if isinstance(given, bool):
            return given
        self.fault(field, f"{_shown(given)} is not yes or no (in a file true or false)")
        return otherwise

    def choice(self, field: str, choices: Iterable[T], otherwise: T | None) -> T | None:
        """One of some words; `otherwise` None: it may be missing only where an item can do without it."""
        given = self._form.get(field)
        if given is None:
            if field == "kind":
                self.fault(field, f"is missing: {', '.join(map(str, choices))}")
            return otherwise
        known = {str(choice): choice for choice in choices}
        if isinstance(given, str) and (word := given.strip().casefold().replace("-", "_")) in known:
            return known[word]
        self.fault(field, f"{_shown(given)} is not one of {', '.join(filter(None, known))}")
        return otherwise

    def lines(self, field: str) -> list[str]:
        """A list of names."""
        given = self._form.get(field, [])
        if not isinstance(given, list):
            self.fault(field, f"{_shown(given)} is not a list")
            return []
        if len(given) > _MOST:
            self.fault(field, f"has more than {_MOST}")
            return []
        found = [self._cleaned(field, one, _NAME) for one in given]
        return [one for one in found if one]

    def conditions(self) -> list[Condition]:
        """What has to be so."""
        found = []
        for text in self.lines("when"):
            word, _, name = SYNONYMS.get(text.casefold(), text).partition(" ")
            if word.casefold() in tuple(On) and name.strip():
                found.append(Condition(On(word.casefold()), name.strip()))
            else:
                others = ", ".join(SYNONYMS)
                self.fault(
                    "when", f"{_shown(text)} is not one such as tag server, service mail, target backup, {others}"
                )
        return found

    def _cleaned(self, field: str, given: Any, limit: int) -> str | None:
        if not isinstance(given, str):
            self.fault(field, f"{_shown(given)} is not text")
            return None
        try:
            cleaned = clean(given, limit=limit)
        except TextRefused as refused:
            self.fault(field, str(refused))
            return None
        if not cleaned:
            self.fault(field, "is empty")
        return cleaned or None


def items_from(given: Any, faults: list[str]) -> tuple[TemplateItem, ...]:
    """The items of a list, phase by phase, the sign-off last; every fault with its item and field."""
    if not isinstance(given, list):
        faults.append("items: is not a list of items")
        return ()
    found = [item for place, one in enumerate(given, 1) if (item := read_item(one, place, faults)) is not None]
    return in_order(found)


def in_order(items: Iterable[TemplateItem]) -> tuple[TemplateItem, ...]:
    """The items by the phases of the stay, otherwise as they stand; the sign-off last (G8)."""
    letters = list(PHASE_LETTERS)
    return tuple(sorted(items, key=lambda item: (letters.index(item.ref[0]), item.kind is Kind.SIGN_OFF)))


def _word(flag: bool) -> str:
    return "yes" if flag else "no"


def _shown(value: Any) -> str:
    return f"“{show(value if isinstance(value, str) else str(value), 40)}”"
