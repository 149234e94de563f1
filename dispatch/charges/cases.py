"""A file of worked examples: a firm's own price promises, recomputed after every change of a rate card.

The form is that of the specification's examples: `cards` by name, and `cases` with `id`, `card`, `card_patch`, `client`,
`site`, `agreement`, `visit` and the `expected` sheet. The wording of `why` is not compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dispatch.charges.engine import charge_sheet
from dispatch.charges.explain import sheet_lines
from dispatch.fields.reading import merged
from dispatch.model.cases import Recomputed, differences, named


def recompute(cases: Mapping[str, Any], case: Mapping[str, Any]) -> Recomputed:
    """Price one case of a file."""
    name, title = str(case.get("id", "")), str(case.get("title", ""))
    try:
        card = merged(named(cases, case, "card"), case.get("card_patch") or {})
        sheet = charge_sheet(
            card, case.get("client"), case.get("site") or {}, case.get("agreement"), case["visit"]
        ).as_json()
    except ValueError as fault:
        return Recomputed(name, title, "sheet", None, (f"cannot be computed: {fault}",))
    except (KeyError, TypeError, AttributeError) as fault:
        fault_text = f"is not of the form of a case: {type(fault).__name__} {fault}"
        return Recomputed(name, title, "sheet", None, (fault_text,))
    expected = case.get("expected")
    differs = () if expected is None else tuple(differences(expected, sheet))
    lines = tuple(sheet_lines(sheet, str(card["currency"]), width=96))
    return Recomputed(name, title, "sheet", sheet, differs, lines)
