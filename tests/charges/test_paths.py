"""Figures by their paths, and as they are written."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.charges import presets, validate_agreement, validate_card
from dispatch.charges.card import DEFAULT_AGREEMENT, DEFAULT_CARD
from dispatch.charges.fields import (
    BY_BAND,
    KINDS,
    SPANS,
    TEXT,
    TYPED,
    ZONES,
    agreement_figures,
    card_figures,
    default_of,
    new_component,
    read,
    written,
)
from dispatch.charges.labour_fields import LISTED, PRICES, new_band
from dispatch.charges.paths import PathError, typed, value_at, with_value, without
from dispatch.fields.context import NO_RECORDS
from dispatch.fields.reading import merged

CARD: dict[str, Any] = {
    "currency": "USD",
    "timezone": "UTC",
    "classes": {
        "tech": {
            "standard": "100",
            "agreement": None,
            "bands": {"late evening": {"standard": "180", "agreement": "160"}, "holiday": {"standard": "1000/7"}},
            "half_day": {"standard": "300", "agreement": "280.50"},
            "day": {"standard": "550"},
        }
    },
    "bands": [
        {"name": "late evening", "days": ["fri"], "from": "20:00", "to": "02:00", "like": "after_hours", "price": "150"}
    ],
    "items": {"CAB": {"standard": "3"}},
    "travel": {
        "components": [
            {"kind": "callout", "amount": "35"},
            {"kind": "zone", "zones": [{"name": "far out", "upto": None, "amount": "40"}]},
        ]
    },
}


def test_a_path_leads_in_and_out() -> None:
    changed = with_value(CARD, "travel.components[2].kind", "vehicle")
    assert value_at(changed, "travel.components[2].kind") == "vehicle"
    assert len(CARD["travel"]["components"]) == 2
    assert without(changed, "travel.components[2]") == CARD
    assert value_at(without(CARD, "classes.tech"), "classes.tech.standard") is None
    assert without(CARD, "nowhere.at.all[3]") == CARD


@pytest.mark.parametrize("path", ["", "a..b", "travel.components[x]", "travel.components[9].rate", "currency.inner"])
def test_a_path_that_leads_nowhere_is_refused(path: str) -> None:
    with pytest.raises(PathError):
        with_value(CARD, path, 1)


@pytest.mark.parametrize(
    ("text", "value"),
    [("60", 60), ("1.50", "1.50"), ("true", True), ("null", None), ("[1]", [1]), ("[1", "[1"), (" up ", "up")],
)
def test_typed_values(text: str, value: Any) -> None:
    assert typed(text) == value


def test_every_figure_is_written_as_it_is_read() -> None:
    """Each shown value, typed again, is the same value; so nothing changes by looking at it."""
    card = merged(DEFAULT_CARD, CARD)
    agreement = merged(
        DEFAULT_AGREEMENT,
        {"starts": "2026-01-01", "waive_bands": ["weekend", "holiday"], "minimum_minutes": {"business": 30}},
    )
    forms = [(card, figure) for figure in card_figures(card)]
    forms += [(agreement, figure) for kind in KINDS for figure in agreement_figures(kind)]
    for form, figure in forms:
        value = value_at(form, figure.path)
        if value is not None:
            assert read(figure, written(figure, value)) == (
                typed(str(value)) if isinstance(value, str) and figure.kind is TYPED else value
            ), figure.path


def test_every_figure_is_known_to_the_checks() -> None:
    """A figure with its default can be saved: no path of the form is one that the validation refuses."""
    for form, figures, check in (
        ("card", list(card_figures(CARD)), validate_card),
        ("agreement", [figure for kind in KINDS for figure in agreement_figures(kind)], validate_agreement),
    ):
        start: dict[str, Any] = CARD if form == "card" else {}
        for figure in figures:
            value = value_at(start, figure.path)
            value = default_of(form, figure.path) if value is None else value
            faults = check(with_value(start, figure.path, value)) if value is not None else check(start)
            assert faults == [], figure.path


def test_a_figure_is_typed_as_its_type_on_the_card_says() -> None:
    figures = {figure.path: figure for figure in [*card_figures(CARD), *agreement_figures("tm")]}
    assert list(figures["minimum.per"].kind.choices(NO_RECORDS)) == ["visit", "day"]
    assert figures["minimum.minutes"].kind is BY_BAND
    assert not figures["minimum.minutes"].optional
    assert figures["classes.tech.minimum_minutes"].kind is BY_BAND
    assert figures["classes.tech.minimum_minutes"].optional
    assert figures["travel.components[1].zones"].kind is ZONES
    assert figures["classes.tech.bands"].kind is PRICES
    assert figures["classes.tech.half_day"].kind is LISTED
    assert figures["classes.tech.half_day"].optional
    assert written(figures["classes.tech.bands"], CARD["classes"]["tech"]["bands"]) == (
        "late evening 180 (160), holiday 1000/7"
    )
    assert list(figures["bands[0].like"].kind.choices(NO_RECORDS)) == ["business", "after_hours", "weekend", "holiday"]
    assert figures["hours.mon"].kind is SPANS
    assert figures["starts"].kind is TEXT


@pytest.mark.parametrize("name", list(presets()))
def test_presets_lack_only_prices(name: str) -> None:
    faults = validate_card(merged(CARD | {"travel": {}, "classes": {"tech": {"standard": "100"}}}, presets()[name]))
    assert all(fault.endswith("is missing") for fault in faults), faults


@pytest.mark.parametrize("kind", ["callout", "vehicle", "distance", "time", "share", "zone"])
def test_a_new_travel_charge_lacks_only_its_price(kind: str) -> None:
    faults = validate_card(merged(CARD, {"travel": {"components": [new_component(kind)]}}))
    assert all("is missing" in fault or "number is expected" in fault for fault in faults), faults


def test_a_new_band_of_ones_own_lacks_nothing() -> None:
    assert validate_card(CARD | {"bands": [*CARD["bands"], new_band("evening")]}) == []


@pytest.mark.parametrize("text", ["evening", "evening 3 (", "180", "evening 180, (4)"])
def test_prices_by_band_that_are_not_written_so_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        PRICES.read(text, NO_RECORDS)


@pytest.mark.parametrize(
    "path", ["minor_units", "premium_grace_min", "guarantee_days", "rounding.grace_min", "minimum.minutes.weekend"]
)
def test_a_part_of_a_minute_or_a_day_is_refused_when_a_card_is_saved(path: str) -> None:
    assert validate_card(with_value(CARD, path, "1.5")) == [f"{path}: '1.5' is not a whole number"]
