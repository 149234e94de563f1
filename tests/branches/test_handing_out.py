"""Price lists, templates, holidays and staff are taken over from one office; what differs is shown first."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest

from db import agreements, holidays, people, settings
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.branches import looking
from dispatch.desk.branches.handing_out import KINDS, Offered, offered, take_over
from dispatch.desk.plan.undo import undo
from dispatch.desk.prices.rate_cards import save_card
from dispatch.desk.session.refusals import Faulty, NeedsConfirm, NotAllowed
from dispatch.model.states import Role
from tests.branches.conftest import Opened
from tests.conftest import Dispatch
from tests.desk.conftest import CARD, Office
from tests.screens.test_screens import opened as screen_opened
from tests.screens.test_screens import press, until_true


@pytest.fixture
def dayton(office: Office, opened: Opened) -> Office:
    """The office that keeps things for all."""
    other = opened("dayton")
    looking.add(office.lee, "Dayton", str(other.store.path))
    return other


def seen(office: Office, kind: str) -> dict[str, Offered]:
    with looking.looks(office.lee, "Dayton") as (look,):
        return {one.title: one for one in offered(look, office.store, kind)}


def taken(office: Office, kind: str, *names: str, **more: Any) -> list[str]:
    with looking.looks(office.lee, "Dayton") as (look,):
        return [one.title for one in take_over(office.lee, look, kind, names, **more)]


def test_what_is_new_is_taken_and_what_differs_only_as_it_was_shown(office: Office, dayton: Office) -> None:
    editing.add(dayton.lee, "holiday", {"day": "2026-12-24", "name": "Christmas Eve"})
    editing.add(dayton.lee, "holiday", {"day": "2026-12-31", "name": "New Year's Eve"})
    editing.add(office.lee, "holiday", {"day": "2026-12-31", "name": "Ours"})
    assert {title: one.state for title, one in seen(office, "holidays").items()} == {
        "2026-12-24": "new",
        "2026-12-31": "differs",
    }
    assert taken(office, "holidays") == ["2026-12-24"]
    assert [one.name for one in holidays.holidays(office.store)] == ["Christmas Eve", "Ours"]
    with pytest.raises(NeedsConfirm, match="name Ours → New Year's Eve") as asked:
        taken(office, "holidays", "2026-12-31")
    (there,) = (one for one in holidays.holidays(dayton.store) if one.name.startswith("New"))
    editing.edit(dayton.lee, "holiday", there, {"name": "Silvester"})
    with pytest.raises(NeedsConfirm):
        taken(office, "holidays", "2026-12-31", confirmed=asked.value.marks)
    with pytest.raises(NeedsConfirm) as asked:
        taken(office, "holidays", "2026-12-31")
    assert taken(office, "holidays", "2026-12-31", confirmed=asked.value.marks) == ["2026-12-31"]
    assert [one.name for one in holidays.holidays(office.store)] == ["Christmas Eve", "Silvester"]
    assert "take over holidays from Dayton" in undo(office.lee)
    assert [one.name for one in holidays.holidays(office.store)] == ["Christmas Eve", "Ours"]


def test_a_rate_card_of_another_currency_is_none_for_here(office: Office, dayton: Office) -> None:
    later = datetime.date(2027, 1, 1)
    save_card(dayton.lee, "2027", later, CARD | {"classes": {"tech": {"standard": "130.00", "agreement": "110.00"}}})
    dearer = CARD | {"classes": {"tech": {"standard": "121.00", "agreement": "100.00"}}}
    (card,) = (one for one in agreements.rate_cards(dayton.store) if one.name == "2026")
    save_card(dayton.lee, "2026", card.valid_from, dearer, card)
    found = seen(office, "rate-cards")
    assert [(one.field, one.ours, one.theirs) for one in found["2026-01-01"].differs] == [
        ("classes.tech.standard", "120.00", "121.00")
    ]
    assert taken(office, "rate-cards") == ["2027-01-01"]
    with pytest.raises(NeedsConfirm, match=r"120\.00 → 121\.00"):
        taken(office, "rate-cards", "2026-01-01")
    with office.lee.write("currency") as unit:
        settings.set_firm(unit, currency="EUR")
    assert {one.state for one in seen(office, "rate-cards").values()} == {"refused"}
    with pytest.raises(Faulty, match="it is in USD, and charges here are in EUR"):
        taken(office, "rate-cards", "2026-01-01")


def test_templates_and_staff(office: Office, dayton: Office) -> None:
    template = RECORD_STORES["template"].all(dayton.store)[0]
    texts = RECORD_STORES["template"].texts(dayton.store, template)
    editing.add(dayton.lee, "template", texts | {"name": "Audit", "for_kinds": "audit", "kinds": "audit"})
    assert seen(office, "templates")["Audit"].state == "new"
    assert taken(office, "templates") == ["Audit"]
    editing.add(dayton.lee, "staff", {"login": "rita", "name": "Rita Roe", "roles": "lead"})
    assert [title for title, one in seen(office, "staff").items() if one.state == "new"] == ["rita"]
    assert taken(office, "staff") == ["rita"]
    rita = people.staff_by_login(office.store, "rita")
    assert rita is not None
    assert rita.roles == {Role.LEAD}
    assert "ana" not in seen(office, "staff"), "who only drives is lent"


def test_only_a_lead_takes_over_and_names_are_judged(office: Office, dayton: Office) -> None:
    with looking.looks(office.lee, "Dayton") as (look,):
        with pytest.raises(NotAllowed):
            take_over(office.dana, look, "holidays")
        with pytest.raises(Faulty, match="kind: cars"):
            take_over(office.lee, look, "cars")
        with pytest.raises(Faulty, match="Dayton has none"):
            take_over(office.lee, look, "holidays", ["2030-01-01"])


@pytest.mark.parametrize("kind", KINDS)
def test_the_commands(office: Office, dayton: Office, kind: str) -> None:
    run = Dispatch(office.store.path)
    said = run("branch", "differs", "Dayton", kind, "--json", "--as", "lee")
    assert said.code == 0, said
    assert {one["state"] for one in json.loads(said.out)} <= {"same"}
    assert run("branch", "take", "Dayton", kind, "--as", "lee").out == "Nothing to take over.\n"


async def test_the_screen_takes_over(office: Office, dayton: Office) -> None:
    editing.add(dayton.lee, "holiday", {"day": "2026-12-24", "name": "Christmas Eve"})
    async with screen_opened(office.lee, "log") as pilot:
        await press(pilot, "E")
        await pilot.app.screen.read_again()  # type: ignore[attr-defined]
        await press(pilot, "down", "o", "down", "enter")
        await press(pilot, "enter")
        await until_true(pilot, lambda: holidays.holidays(office.store))
