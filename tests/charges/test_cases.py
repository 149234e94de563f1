"""The worked examples P01 to P25 of the charge specification: every field but the wording of `why`, exactly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dispatch.charges import charge_sheet, validate_agreement, validate_card
from dispatch.charges.reading import merged

CARRIED = Path(__file__).parent / "cases.json"
SHARED = Path(__file__).parents[3] / "shared" / "cases" / "charges" / "cases.json"


def load(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def without_why(sheet: dict[str, Any]) -> dict[str, Any]:
    return sheet | {"lines": [{key: value for key, value in line.items() if key != "why"} for line in sheet["lines"]]}


def computed(cases: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    card = merged(cases["cards"][case["card"]], case.get("card_patch", {}))
    sheet = charge_sheet(card, case.get("client"), case["site"], case.get("agreement"), case["visit"])
    return sheet.as_json()


@pytest.mark.parametrize("case", load(CARRIED)["cases"], ids=lambda case: case["id"])
def test_worked_example(case: dict[str, Any]) -> None:
    sheet = computed(load(CARRIED), case)

    assert without_why(sheet) == without_why(case["expected"])
    assert all(line["why"].strip() for line in sheet["lines"])


def test_carried_examples_are_the_shared_ones() -> None:
    if not SHARED.exists():
        pytest.skip(f"the shared examples are not beside the project: {SHARED.name}")
    assert load(CARRIED) == load(SHARED)


def test_cards_and_agreements_of_the_examples_can_be_saved() -> None:
    cases = load(CARRIED)
    assert [validate_card(card) for card in cases["cards"].values()] == [[]] * len(cases["cards"])
    assert all(validate_agreement(case["agreement"]) == [] for case in cases["cases"] if case.get("agreement"))
