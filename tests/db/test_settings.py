"""The firm's settings: defaults, one row for each that is set, and who changed what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

from db import audit, settings
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.model.firm import Firm
from dispatch.model.travel import Place
from tests.prepared import prepared

LEE = Actor(None, "lee", "session", "local")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with prepared(tmp_path / "firm.db") as store:
        yield store


def test_new_firm_has_the_defaults(store: Store) -> None:
    assert settings.firm(store) == Firm()
    assert settings.fields_set(store) == frozenset()


def test_every_setting_is_kept(store: Store) -> None:
    firm = Firm(
        name="Übersee IT", zone="Europe/Lisbon", distance_unit="km", clock_hours=12, first_weekday=6, currency="EUR",
        depot_address="Rua 1", depot=Place(38.7, -9.1), buffer_minutes=20, test_minutes=10, overlap="warn",
        clock_offset=-60,
    )  # fmt: skip
    names = {field.name for field in fields(Firm)} - {"id", "version"}
    with unit_of_work(store, "settings", LEE) as unit:
        settings.set_firm(unit, **{name: getattr(firm, name) for name in names})

    assert settings.firm(store) == replace(firm, version=len(names))
    assert settings.fields_set(store) == names


def test_change_is_audited_with_old_and_new(store: Store) -> None:
    with unit_of_work(store, "settings", LEE) as unit:
        settings.set_firm(unit, zone="Europe/Lisbon", buffer_minutes=30)
    with unit_of_work(store, "settings", LEE) as unit:
        settings.set_firm(unit, zone="Europe/London", buffer_minutes=30, depot=Place(1.0, 2.0))

    newest, first = audit.history_of(store, "setting", settings.AUDITED_AS)
    assert first.detail == {"changed": {"zone": [None, "Europe/Lisbon"], "buffer_minutes": [None, 30]}}
    assert newest.detail == {"changed": {"zone": ["Europe/Lisbon", "Europe/London"], "depot": [None, [1.0, 2.0]]}}


def test_setting_what_stands_already_says_nothing(store: Store) -> None:
    with unit_of_work(store, "settings", LEE) as unit:
        settings.set_firm(unit, name="Columbus IT")
    with unit_of_work(store, "settings", LEE) as unit:
        settings.set_firm(unit, name="Columbus IT")
        unit.leave_unchanged()

    assert len(audit.history_of(store, "setting", settings.AUDITED_AS)) == 1


def test_depot_can_be_taken_away(store: Store) -> None:
    with unit_of_work(store, "settings", LEE) as unit:
        settings.set_firm(unit, depot=Place(1.0, 2.0))
    with unit_of_work(store, "settings", LEE) as unit:
        settings.set_firm(unit, depot=None)

    assert settings.firm(store).depot is None


def test_unknown_setting_is_a_mistake(store: Store) -> None:
    with pytest.raises(TypeError, match="colour"), unit_of_work(store, "settings", LEE) as unit:
        settings.set_firm(unit, name="Columbus IT", colour="red")

    assert settings.firm(store).name == Firm().name


def test_assumed_zone_holds_until_one_is_set(store: Store) -> None:
    with unit_of_work(store, "init", LEE) as unit:
        settings.assume_zone(unit, "Europe/Lisbon")

    assert settings.firm(store).zone == "Europe/Lisbon"
    assert "zone" not in settings.fields_set(store)
    with unit_of_work(store, "settings", LEE) as unit:
        settings.set_firm(unit, zone="Europe/London")
    assert settings.firm(store).zone == "Europe/London"
