"""Addresses of an extract: read, found by their first letters, and offered where a site is placed, all without a network."""

from __future__ import annotations

import threading
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from db import addresses
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.roads import locating, maps
from dispatch.desk.session.refusals import Refusal
from dispatch.model.travel import Place
from dispatch.travel import executables, roadmap
from dispatch.travel.extract_addresses import Address, addresses_of
from dispatch.travel.road_lines import NotDrawn
from screens.book.book import BookScreen
from screens.dialogs.finder import FindScreen
from tests.conftest import Dispatch
from tests.desk.conftest import Office
from tests.screens.test_screens import opened, press, settled, until, until_true
from tests.travel.town import NO_OSMIUM, as_downloaded
from widgets.listed import FoundList

pytest.importorskip("osmium", reason=NO_OSMIUM)

Tags = dict[str, str]
HOUSES: list[tuple[float, float, Tags]] = [
    (39.96, -83.0, {"place": "city", "name": "Columbus"}),
    (39.90, -82.9, {"place": "village", "name": "Obetz"}),
    (
        39.961,
        -82.99,
        {"addr:housenumber": "12", "addr:street": "High Street", "addr:city": "Columbus", "addr:postcode": "43215"},
    ),
    (39.962, -82.99, {"addr:housenumber": "120", "addr:street": "High Street", "addr:city": "Columbus"}),
    (39.963, -82.99, {"addr:housenumber": "2", "addr:street": "High Street"}),
    (39.901, -82.9, {"addr:housenumber": "12", "addr:street": "Café Röhr Lane"}),
    (39.964, -82.99, {"addr:housenumber": "7", "addr:street": "Bad\x85 Street"}),
    (39.965, -82.99, {"shop": "bakery", "name": "Not an address"}),
]


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """A few houses, a street of two ways, and a footpath."""
    lines = []
    for number, (lat, lon, tags) in enumerate(HOUSES, 1):
        told = "".join(f'<tag k="{key}" v={quoteattr(value)}/>' for key, value in tags.items())
        lines.append(f'<node id="{number}" version="1" lat="{lat}" lon="{lon}">{told}</node>')
    for number, (highway, name) in enumerate(
        (("residential", "High Street"), ("tertiary", "High Street"), ("footway", "Alley"))
    ):
        lines.append(
            f'<way id="{number + 1}" version="1"><nd ref="3"/><nd ref="4"/><nd ref="5"/>'
            f'<tag k="highway" v="{highway}"/><tag k="name" v="{name}"/></way>'
        )
    path = tmp_path / "franklin.osm"
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{"".join(lines)}</osm>', encoding="utf-8")
    return path


@pytest.fixture
def drawn(extract: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The extract on this machine."""
    monkeypatch.setenv(executables.FOLDER_VARIABLE, str(tmp_path / "roads"))
    return maps.draw(extract)


def words(found: list[Address]) -> list[str]:
    return [one.words for one in found]


def test_houses_streets_and_places_each_once(extract: Path) -> None:
    assert words(addresses_of(extract)) == [
        "Columbus",
        "Obetz",
        "High Street, Columbus",
        "12 Café Röhr Lane, Obetz",
        "2 High Street, Columbus",
        "12 High Street, 43215 Columbus",
        "120 High Street, Columbus",
    ]


def test_found_by_first_letters_and_whole_numbers_first(drawn: str) -> None:
    def found(typed: str) -> list[str]:
        return [one.address for one in locating.near(typed)]

    assert found("high st") == [
        "High Street, Columbus",
        "2 High Street, Columbus",
        "12 High Street, 43215 Columbus",
        "120 High Street, Columbus",
    ]
    assert found("12 HIGH") == ["12 High Street, 43215 Columbus", "120 High Street, Columbus"]
    assert found("cafe rohr") == ["12 Café Röhr Lane, Obetz"]
    assert found('"; DROP TABLE address; --*') == found("") == found("nowhere") == []
    (first, *_) = locating.near("12 high")
    assert (first.place, first.precision, first.source) == (Place(39.961, -82.99), "house", "franklin, OpenStreetMap")


def test_what_cannot_be_read_is_refused_and_leaves_nothing(tmp_path: Path, drawn: str) -> None:
    (tmp_path / "x.osm.pbf").write_bytes(b"no extract")
    with pytest.raises(Refusal, match="cannot be read"):
        maps.draw(tmp_path / "x.osm.pbf")
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(NotDrawn, match="stopped"):
        addresses_of(tmp_path / "franklin.osm", stop=stopped)
    assert roadmap.drawn() == ["franklin"]
    (_, path), *_ = maps.address_files()
    path.write_bytes(b"SQLite format 3\0 but no more")
    assert locating.near("high") == []
    assert addresses.find(tmp_path / "none", "high", 8) == []
    assert maps.erase("franklin")
    assert not maps.address_files()


def test_by_command_without_any_endpoint(firm: Dispatch, drawn: str) -> None:
    found = firm.json("site", "locate", "Hollis", "--address", "12 high street", "--json")
    assert found[0]["address"] == "12 High Street, 43215 Columbus"
    assert "is placed: 12 High Street" in firm.ok("site", "locate", "Hollis", "--address", "12 high street", "--yes")
    shown = firm.json("site", "show", "Hollis", "--json")
    assert (shown["place_source"], shown["place_precision"]) == ("franklin, OpenStreetMap", "house")


async def test_a_site_is_placed_while_its_address_is_typed(office: Office, drawn: str) -> None:
    async with opened(office.dana, "book") as pilot:
        await until(pilot, BookScreen)
        await press(pilot, "tab", "o")
        await until(pilot, FindScreen)
        await pilot.press("ctrl+u", *"12", "space", *"hi")
        await until_true(pilot, lambda: len(pilot.app.screen.query_one(FoundList)._entries) == 2)
        await press(pilot, "enter")
        await until(pilot, BookScreen)
        await settled(pilot)
    annex = RECORD_STORES["site"].find(office.store, "annex")
    assert annex.place == Place(39.961, -82.99)


def test_an_extract_as_it_is_downloaded_has_the_same_addresses(extract: Path) -> None:
    assert addresses_of(as_downloaded(extract)) == addresses_of(extract)
