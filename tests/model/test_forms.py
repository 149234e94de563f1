"""A record is told in JSON by the names of what is told."""

import datetime
from dataclasses import dataclass
from enum import StrEnum

import pytest

from dispatch.model.forms import form, forms
from dispatch.model.instants import parse_iso

NOON = parse_iso("2026-11-24T12:00:00-05:00")


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Part:
    name: str = "lid"
    window: tuple[int, int] | None = (NOON, NOON + 3600)
    part: "Part | None" = None
    colour: Colour = Colour.RED
    day: datetime.date = datetime.date(2026, 11, 24)
    tags: frozenset[str] = frozenset(("b", "a"))
    note: str = ""


def test_keys_stand_in_their_order_and_values_are_told_by_their_kind() -> None:
    told = form(Part(), "tags colour day called=name window", "UTC")
    assert list(told.items()) == [
        ("tags", ["a", "b"]),
        ("colour", "red"),
        ("day", "2026-11-24"),
        ("called", "lid"),
        ("window", [NOON, NOON + 3600]),
    ]


def test_an_instant_has_the_offset_of_its_zone() -> None:
    keys = "from=window.0@ to=window.1@"
    assert form(Part(), keys, "America/New_York") == {
        "from": "2026-11-24T12:00:00-05:00",
        "to": "2026-11-24T13:00:00-05:00",
    }
    assert form(Part(window=None), keys, "UTC") == {"from": None, "to": None}


def test_what_lies_within_is_reached_and_null_where_there_is_nothing() -> None:
    assert form(Part(part=Part("screw")), "inner=part.name note?") == {"inner": "screw", "note": None}
    assert form(Part(), "inner=part.name note") == {"inner": None, "note": ""}


def test_what_is_no_attribute_is_told_and_reads_like_the_rest() -> None:
    assert form(Part(), "name seen? at@ colour", at=NOON, seen="", colour=Colour.RED) == {
        "name": "lid",
        "seen": None,
        "at": "2026-11-24T17:00:00+00:00",
        "colour": "red",
    }


def test_a_name_that_the_record_has_not_is_refused() -> None:
    with pytest.raises(AttributeError):
        forms([Part()], "nmae")
