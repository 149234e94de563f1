"""What a new firm takes over from its country: money, units, clock, week and paper. Each can be changed in the settings."""

from __future__ import annotations

from dispatch.desk.session.refusals import Faulty
from dispatch.model.countries import COUNTRIES, Country, country_called
from dispatch.model.text import show


def country_meant(text: str) -> Country:
    """The country that is typed, by its code or its name.

    Raises:
        Faulty: it is none of those that are known.
    """
    if (country := country_called(text)) is None:
        codes = ", ".join(one.code for one in COUNTRIES)
        raise Faulty([f"country: {show(text, 40)!r} is not one of those whose money, units and tax are known: {codes}"])
    return country


def usual(country: Country) -> dict[str, str]:
    """The settings that are usual in a country, as they are typed."""
    return {
        "country": country.code,
        "currency": country.currency,
        "distance_unit": country.distance,
        "clock_hours": str(country.clock),
        "first_weekday": "sun" if country.first_weekday else "mon",
        "paper_size": country.paper,
    }


def words(country: Country) -> str:
    """They in a sentence."""
    week = "Sunday" if country.first_weekday else "Monday"
    tax = f"tax {country.tax} %" if country.tax else "tax differs by place"
    parts = (
        country.currency,
        tax,
        country.distance,
        f"{country.clock} h",
        f"weeks from {week}",
        f"paper {country.paper.capitalize()}",
    )
    return f"{country.names[0]}: {', '.join(parts)}"
