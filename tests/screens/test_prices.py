"""A lead sets up prices and terms by keyboard, and understands what they come to."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from db import agreements
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.prices import agreeing
from screens.dialogs.questions import AskConfirm, AskText, Choose, Form
from screens.log.log import LogScreen
from screens.prices.prices import PricesScreen
from screens.prices.sheet_view import SheetView
from screens.prices.terms import TermsScreen
from tests.desk.conftest import Office, closed
from tests.screens.test_screens import opened, press, settled, until
from widgets.lines.lines_pane import NotesPane
from widgets.listed import FigureList


async def fill(pilot: Pilot[None], **fields: str) -> None:
    """Type into the fields of a form, and save it."""
    await until(pilot, Form)
    for name, text in fields.items():
        field: Any = pilot.app.screen.query_one(f"#field-{name}")
        field.value = text
    await press(pilot, "enter")


async def choose(pilot: Pilot[None], value: object) -> None:
    """Choose the row of that value, or whose text begins so."""
    await until(pilot, Choose)
    screen: Any = pilot.app.screen
    values, texts = [row.value for row in screen._rows], [row.text for row in screen._rows]
    begun = (number for number, text in enumerate(texts) if text.startswith(str(value)))
    place = values.index(value) if value in values else next(begun)
    await press(pilot, *["down"] * place, "enter")


async def answer(pilot: Pilot[None], text: str) -> None:
    """Type one answer."""
    await until(pilot, AskText)
    pilot.app.screen.query_one(Input).value = text
    await press(pilot, "enter")


async def put(pilot: Pilot[None], path: str, text: str) -> None:
    """Change a figure that is typed."""
    await until(pilot, TermsScreen)
    assert pilot.app.screen.query_one(FigureList).select_key(path), path
    await press(pilot, "enter")
    await answer(pilot, text)


async def begin_card(pilot: Pilot[None], preset: str, name: str) -> None:
    """Begin a rate card of next year from a preset, on its figures."""
    await press(pilot, "dollar_sign")
    await until(pilot, PricesScreen)
    await press(pilot, "n")
    await choose(pilot, f"preset {preset}")
    await fill(pilot, name=name, day="2027-01-01", tax="0")
    await until(pilot, TermsScreen)


async def test_what_keeps_a_card_from_being_saved_is_gone_to(office: Office) -> None:
    async with opened(office.lee, "log") as pilot:
        await begin_card(pilot, "city", "City")
        screen = pilot.app.screen
        assert isinstance(screen, TermsScreen)
        missing = [line.path for line in screen.lines(screen.faults()) if line.faulty]
        assert screen.listed.selected not in missing
        await press(pilot, "s")
        assert screen.listed.selected == missing[0]


async def test_a_card_with_van_half_rate_driving_and_half_a_day(office: Office) -> None:
    async with opened(office.lee, "log") as pilot:
        await begin_card(pilot, "half day", "Half days")
        await press(pilot, "s")
        assert len(agreements.rate_cards(office.store)) == 1

        await press(pilot, "n")
        await choose(pilot, "class")
        await answer(pilot, "tech")
        await answer(pilot, "-4")
        assert isinstance(pilot.app.screen, AskText)
        await answer(pilot, "100")
        await press(pilot, "n")
        await choose(pilot, "vehicle")
        await answer(pilot, "20")
        await press(pilot, "n")
        await choose(pilot, "share")
        await answer(pilot, "50")
        await put(pilot, "travel.included_radius", "10")
        await put(pilot, "travel.components[1].included_min", "20")
        await press(pilot, "v")
        await until(pilot, SheetView)
        sheet: Any = pilot.app.screen
        # 75 min of 240: 165 rate-min more; 2 x 30 min driven less 20 included, at half of 100
        assert [(line["rule"], line["amount"]) for line in sheet._form["lines"]] == [
            ("LAB", "125.00"),
            ("MIN-TIME", "275.00"),
            ("TRV-VEH", "20.00"),
            ("TRV-TIME", "33.33"),
        ]
        await press(pilot, "escape")
        await until(pilot, TermsScreen)
        await press(pilot, "s")

    card = agreements.rate_cards(office.store)[0]
    assert (card.name, card.card["minimum"]["minutes"]) == ("Half days", 240)
    assert card.card["travel"]["components"] == [
        {"kind": "vehicle", "amount": 20},
        {"kind": "time", "pct_of_labour": 50, "included_min": 20},
    ]


async def test_a_card_with_bands_of_its_own_and_day_prices(office: Office) -> None:
    async with opened(office.lee, "log") as pilot:
        await begin_card(pilot, "tiers", "Tiers")
        await press(pilot, "n")
        await choose(pilot, "class")
        await answer(pilot, "tech")
        await answer(pilot, "100")
        await press(pilot, "n")
        await choose(pilot, "band")
        await answer(pilot, "early")
        await answer(pilot, "mon, tue")
        await put(pilot, "bands[4].from", "09:00")
        await put(pilot, "bands[4].to", "10:30")
        assert pilot.app.screen.query_one(FigureList).select_key("bands[4].like")
        await press(pilot, "enter")
        await choose(pilot, "business")
        await put(pilot, "bands[4].price", "80")
        await put(pilot, "classes.tech.bands", "sunday 240 (220)")
        await put(pilot, "classes.tech.half_day", "300")
        assert pilot.app.screen.query_one(FigureList).select_key("day_price.mode")
        await press(pilot, "enter")
        await choose(pilot, "step")
        assert pilot.app.screen.query_one(FigureList).select_key("bands[3].name")
        await press(pilot, "d")
        await press(pilot, "s")
        assert len(agreements.rate_cards(office.store)) == 1, "a price for a band that is gone"
        await put(pilot, "classes.tech.bands", "saturday 240 (220)")
        await press(pilot, "v")
        await until(pilot, SheetView)
        sheet: Any = pilot.app.screen
        # 10:00 to 11:15: half an hour at 80, 45 min at 100 of a half day that is begun
        assert [(line["rule"], line.get("note"), line["amount"]) for line in sheet._form["lines"]] == [
            ("LAB", "early", "40.00"),
            ("LAB", "business", "75.00"),
            ("LAB-DAY", None, "225.00"),
        ]
        await press(pilot, "escape")
        await until(pilot, TermsScreen)
        await press(pilot, "s")

    card = agreements.rate_cards(office.store)[0].card
    assert [(own["name"], own.get("price")) for own in card["bands"]] == [
        ("night", None),
        ("evening", None),
        ("saturday", None),
        ("early", 80),
    ]
    assert card["classes"]["tech"]["bands"] == {"saturday": {"standard": "240", "agreement": "220"}}


async def test_an_agreement_with_a_block(office: Office) -> None:
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "dollar_sign")
        await until(pilot, PricesScreen)
        await press(pilot, "a")
        await choose(pilot, "block_hours")
        await fill(pilot, client="harb", name="Prepaid", starts="2026-11-01")
        await until(pilot, TermsScreen)
        await press(pilot, "n")
        await settled(pilot)
        assert agreements.all_agreements(office.store) == []
        await press(pilot, "s", "n")
        await fill(pilot, name="first", size="300")
        await until(pilot, TermsScreen)
    (one,) = agreements.all_agreements(office.store)
    assert [pool.remaining for pool in agreements.blocks_of(office.store, one.id)] == ["300"]


async def test_an_agreement_from_a_plan_is_renewed_once_one_has_seen_what_changes(office: Office) -> None:
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "dollar_sign")
        await until(pilot, PricesScreen)
        await press(pilot, "p")
        await choose(pilot, "preset sweet spot")
        await fill(pilot, fee="500", per_computer="20")
        await until(pilot, PricesScreen)
        await press(pilot, "a")
        await choose(pilot, "plan Sweet spot")
        await fill(pilot, client="harb", name="Care 2026", starts="2026-11-24")
        await until(pilot, TermsScreen)
        await press(pilot, "s")
        await until(pilot, AskConfirm)
        await press(pilot, "y")
        await until(pilot, TermsScreen)
        await press(pilot, "q")
        await until(pilot, PricesScreen)
        (first,) = agreements.all_agreements(office.store)
        assert (first.service.monthly_fee, first.service_plan_id) == (None, 1)
        await press(pilot, "end", "w")
        await choose(pilot, "the same terms")
        await put(pilot, "service.monthly_fee", "950")
        await until(pilot, TermsScreen)
        await press(pilot, "s")
        await until(pilot, AskConfirm)
        assert len(agreements.all_agreements(office.store)) == 1
        await press(pilot, "y")
        await until(pilot, TermsScreen)
    _, second = agreements.all_agreements(office.store)
    assert (second.name, second.service.monthly_fee, str(second.starts)) == ("Care 2027", 95000, "2027-11-24")


@pytest.mark.again
async def test_an_allowance_from_a_later_month(office: Office) -> None:
    terms = {"kind": "retainer", "starts": "2026-11-01", "allowance_min": 300}
    agreeing.save_agreement(office.lee, "Harbor Dental", "Care", terms)
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "dollar_sign")
        await until(pilot, PricesScreen)
        await press(pilot, "end", "enter")
        await put(pilot, "allowance_min", "480")
        await put(pilot, "from", "2027-02")
        await until(pilot, TermsScreen)
        await press(pilot, "s")
        await until(pilot, TermsScreen)
        notes = [note for note, _ in pilot.app.screen.query_one(NotesPane)._notes]
        assert any(note.startswith("allowance from 2027-02-01") for note in notes)
    (one,) = agreements.all_agreements(office.store)
    assert one.terms["allowance_min"] == 300
    assert [tuple(word)[:2] for word in agreements.allowances_of(office.store, one.id)] == [
        (datetime.date(2026, 11, 1), 300),
        (datetime.date(2027, 2, 1), 480),
    ]


async def test_a_dispatcher_may_look_and_not_save(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "dollar_sign")
        await until(pilot, PricesScreen)
        await press(pilot, "enter", "enter")
        assert [note.message for note in pilot.app._notifications] == ["Edit: only a lead may do that."]
        await press(pilot, "s")
    assert agreements.rate_cards(office.store)[0].card["classes"]["tech"]["standard"] == "120.00"


@pytest.mark.again
async def test_goodwill_from_the_log(office: Office) -> None:
    closed(office)
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "g")
        await fill(pilot, target="labour", value="50%", reason="")
        assert isinstance(pilot.app.screen, Form)
        await fill(pilot, reason="we were late")
        await until(pilot, AskConfirm)
        await press(pilot, "y")
        await until(pilot, LogScreen)
        await press(pilot, "a")
        await fill(pilot, reason="it is right")
        assert isinstance(pilot.app.screen, Form)
    charge = visit_page(office.store, "R1").charge
    assert charge is not None
    assert [line["amount"] for line in charge.form["lines"] if line["rule"] == "GOODWILL"] == ["-60.00"]


async def test_a_quote_beside_an_agreement(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "Q")
        await fill(pilot, client="nobody", minutes="60")
        assert isinstance(pilot.app.screen, Form)
        await fill(pilot, client="harbor", site="Main office", at="2026-11-25T10:00")
        await until(pilot, SheetView)
        sheet: Any = pilot.app.screen
        assert [line["qty"] for line in sheet._form["lines"] if line["rule"] == "LAB"] == ["75"]
