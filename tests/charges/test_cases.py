"""The worked examples of the charge specification, and price policies as firms publish them: every field but the wording of
`why`, exactly."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.charges import charge_sheet, validate_agreement, validate_card
from dispatch.fields.reading import merged
from tests.worked import Example, carried, examples

FILES = (
    "charges/cases.json",
    "charges/cases-2.json",
    "charges/policies.json",
    "charges/labour.json",
    "charges/lists.json",
    "charges/tariffs.json",
)


def without_why(sheet: dict[str, Any]) -> dict[str, Any]:
    return sheet | {"lines": [{key: value for key, value in line.items() if key != "why"} for line in sheet["lines"]]}


def card_of(example: Example) -> dict[str, Any]:
    """The rate card of a case: one of its file's by name, or its own."""
    card = example.case["card"]
    return merged(example.file["cards"][card] if isinstance(card, str) else card, example.case.get("card_patch", {}))


@pytest.mark.parametrize("example", examples(*FILES))
def test_worked_example(example: Example) -> None:
    case = example.case
    sheet = charge_sheet(
        card_of(example), case.get("client"), case["site"], case.get("agreement"), case["visit"]
    ).as_json()

    assert without_why(sheet) == without_why(case["expected"])
    by_hand = {key: case["by_hand"][key] for key in ("net", "tax", "total")} if "by_hand" in case else {}
    assert sheet | by_hand == sheet
    assert all(line["why"].strip() for line in sheet["lines"])


@pytest.mark.parametrize("name", FILES)
def test_cards_and_agreements_of_the_examples_can_be_saved(name: str) -> None:
    file = carried(name)
    assert [validate_card(card) for card in file["cards"].values()] == [[]] * len(file["cards"])
    for case in file["cases"]:
        assert validate_card(card_of(Example(file, case))) == [], case["id"]
        assert not case.get("agreement") or validate_agreement(case["agreement"]) == [], case["id"]
