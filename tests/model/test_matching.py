"""Finding by letters: what is found, and in which order."""

from __future__ import annotations

import pytest

from dispatch.model.matching import Finder, findable

NAMES = ("Acme Law", "Harbor Dental", "Law Offices Pine", "Flawless Nails", "Müller & Söhne", "Dental Harbor")


@pytest.fixture
def finder() -> Finder[str]:
    return Finder([findable(name, name) for name in NAMES])


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("law", ["Law Offices Pine", "Acme Law", "Flawless Nails"]),
        ("harbor dental", ["Harbor Dental", "Dental Harbor"]),
        ("DEN har", ["Harbor Dental", "Dental Harbor"]),
        ("muller sohne", ["Müller & Söhne"]),
        ("ü", ["Müller & Söhne"]),
        ("nobody", []),
    ],
)
def test_begins_of_names_come_before_begins_of_words_and_those_before_letters_inside(
    finder: Finder[str], typed: str, names: list[str]
) -> None:
    found, count = finder.find(typed, 10)
    assert found == names
    assert count == len(names)


def test_order_of_equally_good_ones_is_kept(finder: Finder[str]) -> None:
    assert finder.find("a", 10)[0][:2] == ["Acme Law", "Harbor Dental"]


def test_narrowing_letter_by_letter_and_back_finds_the_same(finder: Finder[str]) -> None:
    for typed in ("l", "la", "law", "la", "l", "", "x", "", "h d", "h", "d h"):
        assert finder.find(typed, 10) == Finder([findable(name, name) for name in NAMES]).find(typed, 10)


def test_no_more_than_wanted_and_how_many_there_are(finder: Finder[str]) -> None:
    assert finder.find("", 2) == (["Acme Law", "Harbor Dental"], len(NAMES))
    found, count = finder.find("l", 1)
    assert (len(found), count) == (1, 6)
