"""Numbers as people of other countries type them: what has one reading is taken."""

from __future__ import annotations

from fractions import Fraction

import pytest

from dispatch.fields.reading import FormFault, number
from dispatch.fields.trade import place_of
from dispatch.model.instants import zone_of
from dispatch.model.money import parse_minor
from dispatch.model.travel import Place


@pytest.mark.parametrize(("text", "value"), [("35,50", "35.5"), ("1,5", "1.5"), (" -2,25 ", "-2.25"), ("7", "7")])
def test_a_decimal_comma_is_taken(text: str, value: str) -> None:
    assert number(text, "price") == Fraction(value)
    assert parse_minor(text, 2) == Fraction(value) * 100


@pytest.mark.parametrize("text", ["1,234", "1,2,3", ",5", "1.234,50"])
def test_what_has_two_readings_is_not(text: str) -> None:
    with pytest.raises(FormFault):
        number(text, "price")
    with pytest.raises(ValueError, match="is not an amount"):
        parse_minor(text, 2)


@pytest.mark.parametrize("text", ["52.0907, 5.1214", "52,0907 5,1214", "52,0907; 5,1214"])
def test_coordinates_with_commas(text: str) -> None:
    assert place_of(text) == Place(52.0907, 5.1214)


def test_a_town_alone_is_no_zone_and_says_which_one_is_meant() -> None:
    with pytest.raises(ValueError, match=r"did you mean Europe/Amsterdam\?"):
        zone_of("amsterdam")
