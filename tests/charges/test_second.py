"""Two implementations of the charge calculation agree, on random inputs and on every worked example."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given

from dispatch.charges import charge_sheet
from dispatch.model.money import format_minor, shortest
from tests.charges.forms import inputs
from tests.charges.second import Reckoning
from tests.charges.test_invariants import THOUSANDS


@THOUSANDS
@given(inputs())
def test_a_second_engine_comes_to_the_same_sheet(form: dict[str, Any]) -> None:
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
    assert drawn == {name: Decimal(shortest(amount)) for name, amount in again.drawn.items()}
