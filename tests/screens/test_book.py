"""The book by keyboard: a new client with a site, two people at one client, an absence, a firm from nothing."""

from __future__ import annotations

import contextlib
import datetime
import time
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from db import agreements, clients, holidays, people, settings
from db.library import sqlite3
from db.store import Store
from dispatch.app import DispatchApp
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.firm.founding import init
from dispatch.desk.firm.letterhead import logo_words
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule
from dispatch.desk.session.user import log_in
from dispatch.model.clients import Client
from dispatch.model.clock import SetClock
from dispatch.model.states import State
from screens.book.book import KINDS, SHOWN, BookScreen
from screens.book.client import ClientScreen
from screens.dialogs.questions import AskConfirm, AskText, Form
from screens.prices.prices import PricesScreen
from screens.prices.sheet_view import SheetView
from screens.prices.terms import TermsScreen
from screens.program.setup import SetupScreen
from tests.desk.conftest import Office, at
from tests.desk.test_papers import PNG
from tests.screens.test_importing import import_file
from tests.screens.test_prices import answer, choose, fill
from tests.screens.test_screens import opened, press, settled, until, until_true
from widgets.listed import FigureList

SAMPLE = Path(__file__).parents[2] / "dispatch" / "sample"


@pytest.mark.again
async def test_a_client_with_its_site(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "4")
        await until(pilot, BookScreen)
        await press(pilot, "n")
        await fill(pilot, name="", computers="many")
        assert isinstance(pilot.app.screen, Form)
        await fill(pilot, name="Elm Street Law", computers="12", contacts="Jane Lowe; +1 614 555 0100")
        await fill(pilot, address="9 Elm Street", place="39.96, -83.01")
        await until(pilot, BookScreen)
        client = clients.client_by_name(office.store, "Elm Street Law")
        assert client is not None
        assert [site.address for site in clients.sites_of(office.store, client.id)] == ["9 Elm Street"]
        await press(pilot, "enter")
        await until(pilot, ClientScreen)
        await press(pilot, "q")
        await until(pilot, BookScreen)
        await press(pilot, "u", "u")
        assert clients.client_by_name(office.store, "Elm Street Law") is None


async def test_what_cannot_be_read_leaves_the_book_empty(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        with contextlib.closing(sqlite3.connect(office.store.path, isolation_level=None)) as other:
            other.execute("UPDATE client SET notes = CAST(x'616263ff64' AS TEXT) WHERE id = 1")
        await press(pilot, "4")
        await until(pilot, BookScreen)
        await press(pilot, "/", "a", "escape", "escape", "tab")
        assert isinstance(pilot.app.screen, BookScreen)
        assert pilot.app.is_running


async def test_the_second_of_two_people_sees_both(office: Office) -> None:
    async with opened(office.dana, "book") as pilot:
        await until(pilot, BookScreen)
        await press(pilot, "e")
        await until(pilot, Form)
        record_store = RECORD_STORES["client"]
        editing.edit(office.lee, "client", record_store.find(office.store, "harbor"), {"computers": "20"})
        await fill(pilot, computers="30")
        assert isinstance(pilot.app.screen, Form)
        told = str(pilot.app.screen.query_one("#fault").render())
        assert "lee changed the client" in told
        assert "now “20”, you have “30”" in told
        await fill(pilot)
        await until(pilot, BookScreen)
    assert record_store.find(office.store, "harbor").computers == 30


async def test_an_absence_offers_what_it_hits(office: Office) -> None:
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("09:00"))
    async with opened(office.dana, "book") as pilot:
        await until(pilot, BookScreen)
        await press(pilot, *["tab"] * KINDS.index("absence"), "n")
        await fill(pilot, technician="ben", **{"from": "2026-11-24T08:00", "to": "17:00"}, reason="ill")
        await choose(pilot, "queue")
        await until(pilot, BookScreen)
        await settled(pilot)
    assert visit_page(office.store, "R2").visit.state is State.REQUESTED


async def test_the_logo_of_papers_is_chosen_among_the_settings(office: Office, tmp_path: Path) -> None:
    picture = tmp_path / "logo.png"
    picture.write_bytes(PNG)
    async with opened(office.lee, "book") as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, BookScreen)
        await press(pilot, "O")
        assert isinstance(pilot.app.screen, BookScreen), "only among the settings"
        await press(pilot, "shift+tab", "O")
        await fill(pilot, file=str(tmp_path / "none.png"))
        assert isinstance(pilot.app.screen, Form), "what is not there is refused"
        await fill(pilot, file=str(picture))
        await until(pilot, BookScreen)
        assert logo_words(office.store) == "PNG, 1 kB"
        assert ("Papers: logo: PNG, 1 kB", "plain") in screen.notes()
        await press(pilot, "O")
        await fill(pilot, file="")
        await until(pilot, BookScreen)
        assert logo_words(office.store) == ""


async def test_alerts_and_settings_are_changed_and_neither_added_nor_archived(office: Office) -> None:
    async with opened(office.dana, "book") as pilot:
        await until(pilot, BookScreen)
        screen = pilot.app.screen
        assert isinstance(screen, BookScreen)

        def offered() -> set[str]:
            return {words for _, words in screen.keys_of("book.add book.edit book.archive")}

        await press(pilot, *["tab"] * KINDS.index("alerts"))
        screen.listed.select_key(f"alerts {office.dana.staff.id}")
        await press(pilot)
        assert offered() == {"edit"}
        screen.listed.select_key(f"alerts {office.lee.staff.id}")
        await press(pilot, "n", "X", "e", "enter")
        assert offered() == set(), "a lead's are the lead's"
        assert pilot.app.screen is screen
    async with opened(office.lee, "book") as pilot:
        await until(pilot, BookScreen)
        await press(pilot, *["tab"] * KINDS.index("settings"), "n", "X")
        assert isinstance(pilot.app.screen, BookScreen)
        assert {words for _, words in pilot.app.screen.keys_of("book.add book.edit book.archive")} == {"edit"}


async def test_the_page_of_the_client_under_the_cursor(office: Office) -> None:
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("09:00"))
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "down", "up", "down", "I")
        await until(pilot, ClientScreen)


async def test_only_who_is_well_suited(office: Office) -> None:
    editing.add(office.lee, "client", {"name": "Right Size", "computers": "10", "servers": "1"})
    async with opened(office.dana, "book") as pilot:
        await until(pilot, BookScreen)
        figures = pilot.app.screen.query_one(FigureList)
        assert [figures.select_key(f"client {key}") for key in (1, 2)] == [True, True]
        await press(pilot, "z")
        assert [figures.select_key(f"client {key}") for key in (1, 2)] == [False, True]
        await press(pilot, "z")
        assert figures.select_key("client 1")


@pytest.mark.again
async def test_two_thousand_clients_by_three_letters(office: Office) -> None:
    with office.lee.write("many") as unit:
        for number in range(2000):
            clients.add_client(unit, Client(0, f"Client {number:04} {'oak' if number % 500 == 7 else 'elm'}"))
    async with opened(office.dana, "book") as pilot:
        await until(pilot, BookScreen)
        await press(pilot, "slash")
        field = pilot.app.screen.query_one("#find", Input)
        began = time.perf_counter()
        field.value = "oak"
        await pilot.pause()
        took = time.perf_counter() - began
        figures = pilot.app.screen.query_one(FigureList)
        assert len(figures.entries(80)) == 1 + 4
        field.value = ""
        await pilot.pause()
        assert len(figures.entries(80)) == 1 + SHOWN + 1
    # nobody waits: far below what a slow machine needs
    assert took < 2


async def country_of_firm(pilot: Pilot[None]) -> None:
    """Say the country, which the name of the firm leads on to, take over what is usual there, and its holidays."""
    await until(pilot, AskText)
    assert pilot.app.screen.query_one(Input).value == "US"
    await answer(pilot, "united states")
    await until(pilot, AskConfirm)
    await press(pilot, "y")
    await fill(pilot, subdivision="OH", years="2026")
    # the depot comes by itself, and can wait
    await until_true(pilot, lambda: isinstance(pilot.app.screen, Form) and "The depot" in pilot.app.screen.heading)
    await press(pilot, "escape")
    await until(pilot, SetupScreen)


async def first_prices(pilot: Pilot[None]) -> None:
    """Begin a card with a preset and its prices, see them on a visit, and save it."""
    await press(pilot, "enter")
    await choose(pilot, "preset city")
    await fill(pilot, name="Prices", day="2026-01-01", tax="7.5", price="120", figure0="45")
    await until(pilot, SheetView)
    await press(pilot, "escape")
    await until(pilot, TermsScreen)
    await press(pilot, "s", "q")
    await until(pilot, PricesScreen)
    await press(pilot, "q")
    await until(pilot, SetupScreen)


async def test_a_firm_from_nothing_by_keyboard(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    init(path, lead="lee", zone="America/New_York")
    with Store.open(path, clock=SetClock(at("08:00"))) as store:
        app = DispatchApp(log_in(store, "lee"), "board")
        async with app.run_test(size=(100, 34)) as pilot:
            await until(pilot, SetupScreen)
            await press(pilot, "enter")
            await fill(pilot, name="Columbus IT", currency="EUR")
            await country_of_firm(pilot)
            pilot.app.screen.listed.select_key("units")  # type: ignore[attr-defined]
            await press(pilot, "enter")
            await fill(pilot, zone="America/New_York", distance_unit="mi", clock_hours="24")
            await until(pilot, SetupScreen)
            await press(pilot, "enter")
            await fill(pilot, depot="39.96, -83.0", depot_address="1 Front Street")
            await until(pilot, SetupScreen)
            await first_prices(pilot)
            await press(pilot, "enter")
            await fill(pilot, name="Ana Ruiz", login="ana", skills="server")
            await until(pilot, SetupScreen)
            await press(pilot, "enter")
            await import_file(pilot, SAMPLE / "clients.csv", "all")
            await until(pilot, SetupScreen)
            await settled(pilot)
        firm = settings.firm(store)
        assert (firm.name, firm.zone, firm.depot_address) == ("Columbus IT", "America/New_York", "1 Front Street")
        assert (firm.currency, firm.country, firm.clock_hours, firm.paper_size) == ("USD", "US", 24, "letter")
        assert datetime.date(2026, 11, 26) in holidays.days(store)
        [card] = agreements.rate_cards(store)
        assert (card.card["tax"]["rate_pct"], card.card["classes"]["tech"]["standard"]) == ("7.5", 120)
        assert card.card["travel"]["components"][0]["amount"] == 45
        (ana,) = people.technicians(store)
        assert (ana.name, len(ana.shifts), ana.labour_class) == ("Ana Ruiz", 5, "tech")
        assert len(clients.all_clients(store)) == 44
        again = DispatchApp(log_in(store, "lee"), "board")
        async with again.run_test(size=(100, 34)) as pilot:
            await settled(pilot)
            assert not isinstance(again.screen, SetupScreen)
