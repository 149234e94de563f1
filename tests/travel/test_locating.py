"""Sites placed by address: one question to the configured endpoint, its results offered, the chosen one kept."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from db import clients
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.files.table import Stopped
from dispatch.desk.plan import undo
from dispatch.desk.roads import locating, locating_all
from dispatch.desk.session.refusals import NotAllowed, Refusal
from dispatch.model.clients import Site
from dispatch.model.travel import Place
from dispatch.travel import geocoding
from dispatch.travel.geocoding import FoundPlace, NotLookedUp, look_up
from screens.book.book import BookScreen
from screens.dialogs.questions import AskConfirm, AskText, Choose
from tests.conftest import Dispatch
from tests.desk.conftest import Office
from tests.screens.test_prices import answer, choose, fill
from tests.screens.test_screens import opened, press, settled, until, until_true
from tests.travel.servers import Answer, Asked, Server, serving

RESULTS = [
    {"lat": "39.9612", "lon": "-82.9988", "display_name": "3 Front Street, Columbus", "addresstype": "house"},
    {"lat": "39.9700", "lon": "-82.9900", "display_name": "Front Street, Columbus", "addresstype": "road"},
    {"lat": "0", "lon": "0", "display_name": "\x1b[2Jnowhere", "addresstype": "house"},
]


def nominatim(asked: Asked) -> Answer:
    assert urlsplit(asked.path).path == "/search"
    wanted = parse_qs(urlsplit(asked.path).query)["q"][0]
    return 200, RESULTS if "Front" in wanted else []


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask as often as the tests need."""
    monkeypatch.setattr(geocoding, "SECONDS_APART", 0.0)


@pytest.fixture
def endpoint(office: Office) -> Iterator[Server]:
    """An address server that the firm has configured."""
    with serving(nominatim) as server:
        editing.settle(office.lee, {"geocoder_url": server.url, "geocoder_agent": "Columbus IT dispatch"})
        yield server


def annex(office: Office) -> Site:
    found = RECORD_STORES["site"].find(office.store, "annex")
    assert isinstance(found, Site)
    return found


def test_results_with_source_and_precision(endpoint: Server) -> None:
    found = look_up("3 Front Street", endpoint.url, "Columbus IT dispatch")

    # the third cannot be kept, so it is not offered
    assert found == [
        FoundPlace(Place(39.9612, -82.9988), "3 Front Street, Columbus", "house", "127.0.0.1"),
        FoundPlace(Place(39.97, -82.99), "Front Street, Columbus", "road", "127.0.0.1"),
    ]
    (asked,) = endpoint.asked
    assert asked.headers["User-Agent"] == "Columbus IT dispatch"
    assert look_up("Nowhere 1", endpoint.url, "x") == []


def test_photon_by_its_path() -> None:
    place = {
        "geometry": {"coordinates": [-82.9988, 39.9612]},
        "properties": {"name": "Annex", "street": "Front Street", "type": "house"},
    }
    with serving(lambda asked: (200, {"features": [place]} if asked.path.startswith("/geo/api?") else {})) as server:
        (found,) = look_up("3 Front Street", f"{server.url}/geo/api", "x")
    assert (found.place, found.precision) == (Place(39.9612, -82.9988), "house")


@pytest.mark.parametrize("reply", [(500, {}), (403, b"no"), (200, b"<html>"), (200, {"error": "bad"}), (429, {})])
def test_an_endpoint_that_fails_is_a_sentence(reply: Answer) -> None:
    with serving(lambda asked: reply) as server, pytest.raises(NotLookedUp, match=r"127\.0\.0\.1 could not look"):
        look_up("3 Front Street", server.url, "x")


def test_nothing_is_asked_of_nobody(office: Office) -> None:
    with pytest.raises(Refusal, match="the settings name no endpoint and user agent"):
        locating.look_up(office.store, "3 Front Street")
    editing.settle(office.lee, {"geocoder_url": "http://127.0.0.1:9"})
    with pytest.raises(Refusal, match="the settings name no endpoint and user agent"):
        locating.look_up(office.store, "3 Front Street")
    with pytest.raises(NotLookedUp, match="could not look"):
        look_up("3 Front Street", "http://127.0.0.1:9", "x")


def test_a_second_question_waits(endpoint: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geocoding, "SECONDS_APART", 0.2)
    import time

    began = time.monotonic()
    for _ in range(3):
        look_up("3 Front Street", endpoint.url, "patient")
    assert time.monotonic() - began >= 0.35


def test_a_site_is_placed_with_source_and_precision_and_taken_back(office: Office, endpoint: Server) -> None:
    found = locating.look_up(office.store, annex(office).address)
    placed = locating.place(office.dana, annex(office), found[0])

    assert (placed.place, placed.place_source, placed.place_precision) == (found[0].place, "127.0.0.1", "house")
    assert placed.one_way_provenance == "estimated"
    assert "placed: 127.0.0.1, house" in RECORD_STORES["site"].notes(office.store, placed)
    # a name typed later changes nothing about it, another place does
    renamed = editing.edit(office.dana, "site", placed, {"name": "Annexe"})
    assert (renamed.place_source, renamed.place_precision) == ("127.0.0.1", "house")
    moved = editing.edit(office.dana, "site", renamed, {"place": "39.98, -82.98"})
    assert (moved.place_source, moved.place_precision) == ("typed", "")
    for _ in range(3):
        undo.undo(office.dana)
    assert annex(office).place is None
    assert annex(office).place_source == ""


def test_by_command(firm: Dispatch) -> None:
    refused = firm("site", "locate", "Hollis", "--address", "3 Front Street")
    assert (refused.code, "no endpoint" in refused.err) == (1, True)
    with serving(nominatim) as server:
        firm.ok("settings", "--geocoder-url", server.url, "--geocoder-agent", "tests")
        site = ("site", "locate", "Hollis", "--address", "3 Front Street")
        listed = firm(*site)
        assert listed.code == 1
        assert "1  3 Front Street, Columbus (house)" in listed.out
        assert "--number" in listed.err
        assert [one["precision"] for one in firm.json(*site, "--json")] == ["house", "road"]
        assert firm("site", "locate", "Hollis", "--address", "Elm").code == 1
        assert firm(*site, "--number", "7").code == 1
        assert firm.json("site", "show", "Hollis", "--json")["place"] == ""
        assert "is placed: Front Street" in firm.ok(*site, "--number", "2")
    shown = firm.json("site", "show", "Hollis", "--json")
    assert (shown["place"], shown["place_source"], shown["place_precision"]) == ("39.97, -82.99", "127.0.0.1", "road")


async def test_on_the_screen(office: Office, endpoint: Server) -> None:
    async with opened(office.dana, "book") as pilot:
        await until(pilot, BookScreen)
        await press(pilot, "o")
        assert endpoint.asked == []
        await press(pilot, "tab", "o")
        await until(pilot, AskText)
        await pilot.press("x")
        assert endpoint.asked == []
        await answer(pilot, "3 Front Street")
        await until(pilot, Choose)
        await press(pilot, "enter")
        await until(pilot, BookScreen)
        await settled(pilot)
    assert len(endpoint.asked) == 1
    assert annex(office).place == Place(39.9612, -82.9988)


@pytest.mark.again
async def test_a_new_site_offers_its_address(office: Office, endpoint: Server) -> None:
    async with opened(office.dana, "book") as pilot:
        await until(pilot, BookScreen)
        await press(pilot, "tab", "n")
        await fill(pilot, client="harbor", name="Pier", address="9 Front Street")
        await answer(pilot, "9 Front Street")
        await until(pilot, Choose)
        await press(pilot, "escape")
        await until(pilot, BookScreen)
    site = clients.site_by_name(office.store, 1, "Pier")
    assert site is not None
    assert site.place is None


HOUSE = {"lat": "39.9612", "lon": "-82.9988", "addresstype": "house"}
BY_ADDRESS = {
    # a door, and the building that it is in
    "1 Front Street": [
        HOUSE | {"display_name": "1 Front Street"},
        HOUSE | {"display_name": "Front House", "addresstype": "building", "lat": "39.9613"},
    ],
    "2 Front Street": [
        HOUSE | {"display_name": "2 Front Street, Columbus"},
        HOUSE | {"display_name": "2 Front Street, Dublin", "lat": "40.1"},
    ],
    "Elm Street": [HOUSE | {"display_name": "Elm Street", "addresstype": "road"}],
    "7 Point Street": [HOUSE | {"display_name": "7 Point Street", "addresstype": "place", "type": "house"}],
}
LEFT = {
    "2 Front Street": "2 houses are called so",
    "Elm Street": "no house was found, only a road: Elm Street",
    "9 Nowhere": "nothing was found for its address",
    "": "it has no address",
}


def addresses(asked: Asked) -> Answer:
    return 200, BY_ADDRESS.get(parse_qs(urlsplit(asked.path).query)["q"][0], [])


@pytest.fixture
def unplaced(office: Office) -> Office:
    """The office, with a site at each of these addresses and no other without a place."""
    for site in locating_all.without_place(office.store):
        editing.edit(office.lee, "site", site, {"place": "39.98, -82.98"})
    for number, address in enumerate([*BY_ADDRESS, "9 Nowhere", ""]):
        editing.add(office.lee, "site", {"client": "Harbor Dental", "name": f"Site {number}", "address": address})
    return office


@pytest.fixture
def server(unplaced: Office) -> Iterator[Server]:
    with serving(addresses) as server:
        editing.settle(unplaced.lee, {"geocoder_url": server.url, "geocoder_agent": "Columbus IT dispatch"})
        yield server


def test_all_sites_are_placed_where_the_address_is_one_house(unplaced: Office, server: Server) -> None:
    done = locating_all.place_all(unplaced.dana)

    assert [title for title, _ in done.placed] == ["Harbor Dental / Site 0", "Harbor Dental / Site 3"]
    assert {one.site.address: one.why for one in done.left} == LEFT
    placed = clients.site_by_name(unplaced.store, 1, "Site 3")
    assert placed is not None
    assert (placed.place, placed.place_precision) == (Place(39.9612, -82.9988), "house")
    # another time only those are asked about that are left
    before = len(server.asked)
    assert locating_all.place_all(unplaced.dana).placed == ()
    assert len(server.asked) == before + 3
    undo.undo(unplaced.dana)
    assert len(locating_all.without_place(unplaced.store)) == 5


def test_what_was_placed_stays_where_it_is_stopped(unplaced: Office, server: Server) -> None:
    def watch(doing: str, done: int, of: int) -> None:
        if done == 2:
            raise Stopped("enough")

    done = locating_all.place_all(unplaced.dana, watch)
    assert (len(done.placed), len(done.left), done.waiting) == (1, 1, 4)
    assert len(locating_all.without_place(unplaced.store)) == 5


def test_a_server_that_does_not_answer_is_asked_once(unplaced: Office) -> None:
    with serving(lambda asked: (500, {})) as server:
        editing.settle(unplaced.lee, {"geocoder_url": server.url, "geocoder_agent": "x"})
        done = locating_all.place_all(unplaced.dana)
    assert len(server.asked) == 1
    assert [("could not look" in one.why) for one in done.left] == [True] * 5 + [False]


def test_who_may_not_change_a_site_places_none(unplaced: Office, server: Server) -> None:
    with pytest.raises(NotAllowed):
        locating_all.place_all(unplaced.ana)


async def test_those_that_are_left_are_gone_through(unplaced: Office, server: Server) -> None:
    async with opened(unplaced.dana, "book") as pilot:
        await until(pilot, BookScreen)
        await press(pilot, "P")
        await until(pilot, AskConfirm)
        await press(pilot, "y")
        await until(pilot, Choose)
        assert [row.detail for row in pilot.app.screen._rows] == list(LEFT.values())  # type: ignore[attr-defined]
        await press(pilot, "enter")
        await answer(pilot, "2 Front Street")
        await choose(pilot, "2 Front Street, Dublin")
        await until_true(pilot, lambda: isinstance(pilot.app.screen, Choose) and len(pilot.app.screen._rows) == 3)
        await press(pilot, "escape")
        await until(pilot, BookScreen)
    moved = clients.site_by_name(unplaced.store, 1, "Site 1")
    assert moved is not None
    assert moved.place == Place(40.1, -82.9988)


def test_all_by_command(firm: Dispatch) -> None:
    with serving(addresses) as server:
        firm.ok("settings", "--geocoder-url", server.url, "--geocoder-agent", "tests")
        waiting = firm.json("site", "locate-all", "--check", "--json")
        firm.ok("site", "add", "--client", "Hollis", "--name", "Door", "--address", "1 Front Street")
        now = firm.json("site", "locate-all", "--check", "--json")
        assert len(now) == len(waiting) + 1
        told = firm.json("site", "locate-all", "--json")
        assert [(one["site"].split(" / ")[-1], one["precision"]) for one in told["placed"]] == [("Door", "house")]
        assert len(told["left"]) == len(waiting)
        assert f"0 sites placed, {len(waiting)} left." in firm.ok("site", "locate-all")
