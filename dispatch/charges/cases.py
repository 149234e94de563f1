"""A file of worked examples: a firm's own price promises, recomputed after every change of a rate card.

The form is that of the specification's examples: `cards` by name, and `cases` with `id`, `card`, `card_patch`, `client`,
`site`, `agreement`, `visit` and the `expected` sheet. The wording of `why` is not compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dispatch.charges.engine import charge_sheet
from dispatch.charges.explain import sheet_lines
from dispatch.fields.reading import FormFault, merged
from dispatch.model.cases import Recomputed


def recompute(cases: Mapping[str, Any], case: Mapping[str, Any]) -> Recomputed:
    """Price one case of a file."""
    name, title = str(case.get("id", "")), str(case.get("title", ""))
    try:
        card = _card(cases, case)
        sheet = charge_sheet(
            card, case.get("client"), case.get("site") or {}, case.get("agreement"), case["visit"]
        ).as_json()
    except FormFault as fault:
        return Recomputed(name, title, "sheet", None, (f"cannot be computed: {fault}",))
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        fault_text = f"is not of the form of a case: {type(fault).__name__} {fault}"
        return Recomputed(name, title, "sheet", None, (fault_text,))
    expected = case.get("expected")
    differs = () if expected is None else tuple(_differences(expected, sheet, ""))
    lines = tuple(sheet_lines(sheet, str(card["currency"]), width=96))
    return Recomputed(name, title, "sheet", sheet, differs, lines)


def _card(cases: Mapping[str, Any], case: Mapping[str, Any]) -> dict[str, Any]:
    named = case.get("card")
    if isinstance(named, Mapping):
        return merged(named, case.get("card_patch") or {})
    known = cases.get("cards") or {}
    if named not in known:
        raise FormFault(f"card {named!r} is not one of {', '.join(map(str, known)) or 'none'}")
    return merged(known[named], case.get("card_patch") or {})


def _differences(expected: Any, got: Any, path: str) -> Iterator[str]:
    """Where two forms differ, each place by its path."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        for key in dict.fromkeys((*expected, *got)):
            if key != "why":
                yield from _differences(
                    expected.get(key, _NOTHING), got.get(key, _NOTHING), f"{path}.{key}" if path else str(key)
                )
    elif isinstance(expected, list) and isinstance(got, list):
        for place in range(max(len(expected), len(got))):
            want, have = (part[place] if place < len(part) else _NOTHING for part in (expected, got))
            yield from _differences(want, have, f"{path}[{place}]")
    elif expected != got:
        yield f"{path}: expected {_shown(expected)}, got {_shown(got)}"


_NOTHING = object()
"""No value at all, which is not null."""


def _shown(value: Any) -> str:
    if value is _NOTHING:
        return "nothing"
    if isinstance(value, Mapping) and "rule" in value:
        return " ".join(str(value[key]) for key in ("rule", "tech", "note", "amount") if key in value)
    return repr(value) if isinstance(value, str) else str(value)
