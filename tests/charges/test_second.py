"""Two implementations of the charge calculation agree, on random inputs and on every worked example."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, seed, settings

from dispatch.charges import charge_sheet, validate_card
from dispatch.model.money import format_minor, shortest
from tests.charges.forms import inputs
from tests.charges.labour_forms import labour_input
from tests.charges.second import Reckoning, filled
from tests.charges.test_cases import FILES, card_of
from tests.charges.test_invariants import EXAMPLES, THOUSANDS
from tests.worked import Example, examples


@THOUSANDS
@given(inputs())
def test_a_second_engine_comes_to_the_same_sheet(form: dict[str, Any]) -> None:
    same_sheet(form)


@pytest.mark.hypothesis
def test_a_second_engine_agrees_on_the_price_of_labour() -> None:
    """design/charges.md B2.6, B3.7, B3.8, B4.3"""
    for number in range(2 * EXAMPLES):
        form = labour_input(random.Random(number))
        assert validate_card(form["card"]) == [], number
        same_sheet(form)


@pytest.mark.parametrize("example", examples(*FILES))
def test_a_second_engine_comes_to_the_worked_examples(example: Example) -> None:
    """What a form leaves out is as B14 says; the second engine takes none that is blocked, or that no time tells anything of."""
    case = example.case
    form = filled({"client": None, "agreement": None, **case, "card": card_of(example)})
    visit = form["visit"]
    timed = visit["scheduled_start"] or any(part["check_in"] for part in visit["assignments"] if part["billable"])
    if case["expected"]["status"] != "blocked" and timed:
        same_sheet(form)


ALL, PARTS = 24_000, 8
"""So many random inputs of either kind a long run compares, in parts that cores share."""


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(PARTS))
def test_a_second_engine_comes_to_the_same_24_000_sheets(part: int) -> None:
    """The same inputs every time: `make test-long` compares others beside."""

    @seed(part)
    @settings(THOUSANDS, max_examples=ALL // PARTS, database=None)
    @given(inputs())
    def check(form: dict[str, Any]) -> None:
        same_sheet(form)

    check()


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(PARTS))
def test_a_second_engine_agrees_on_24_000_prices_of_labour(part: int) -> None:
    for number in range(part, ALL, PARTS):
        same_sheet(labour_input(random.Random(number)))


def same_sheet(form: dict[str, Any]) -> None:
    """Both come to the same lines, flags, sums and draws."""
    sheet = charge_sheet(form["card"], form["client"], form["site"], form["agreement"], form["visit"]).as_json()
    again, exponent = Reckoning(form), form["card"]["minor_units"]

    assert sheet["flags"] == sorted(again.flags)
    assert [(line["rule"], line.get("tech", ""), line.get("qty"), line["amount"]) for line in sheet["lines"]] == [
        (
            row["rule"],
            row["tech"],
            None if row["qty"] is None else shortest(row["qty"]),
            format_minor(row["amount"], exponent),
        )
        for row in again.rows
    ]
    assert (sheet["net"], sheet["tax"]) == (format_minor(again.net, exponent), format_minor(again.tax, exponent))
    drawn = {name: Decimal(amount) for name, amount in sheet.get("drawn", {}).items()}
    assert drawn == {name: Decimal(shortest(amount)) for name, amount in again.drawn.items() if amount}
