"""The public holidays of countries and their subdivisions, as the package `holidays` knows them (the extra `holidays`)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from dispatch.desk.session.refusals import Faulty, NotFound, Refusal
from dispatch.model.text import show

YEARS = range(1990, 2101)
"""The years that can be asked for."""


def public_holidays(country: str, subdivision: str, years: Sequence[int]) -> dict[datetime.date, str]:
    """The public holidays of some years by day, each with its name there.

    Args:
        country: its two letters (ISO 3166-1): US.
        subdivision: a state or province by its letters (ISO 3166-2): OH; empty: what holds in the whole country.

    Raises:
        Refusal: the package is not installed.
        NotFound: it knows no such country or subdivision; the sentence names those that there are.
        Faulty: a year is none that can be asked for.
    """
    try:
        import holidays
    except ModuleNotFoundError:
        raise Refusal(
            "Holidays of countries need the extra `holidays` (pipx install '.[holidays]'); one by one they are added without it."
        ) from None
    if wrong := [str(year) for year in years if year not in YEARS]:
        raise Faulty([f"year: {', '.join(wrong)} is not from {YEARS[0]} to {YEARS[-1]}"])
    known = holidays.list_supported_countries()
    code, part = country.strip().upper(), subdivision.strip().upper()
    if code not in known:
        raise NotFound(f"There is no country {show(country, 20)!r}: two letters are expected, such as US, DE or GB.")
    if part and part not in known[code]:
        parts = ", ".join(known[code]) or "none"
        raise NotFound(f"{code} has no subdivision {show(subdivision, 20)!r}: there are {parts}.")
    found = holidays.country_holidays(code, subdiv=part or None, years=[*years])
    return {day: str(name) for day, name in sorted(found.items())}
