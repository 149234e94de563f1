"""Which zone a country has, and which country a zone is in, by the IANA's table on the machine."""

from __future__ import annotations

import zoneinfo
from datetime import datetime
from functools import lru_cache
from importlib import resources

from dispatch.model.countries import Country, country_called
from dispatch.model.instants import zone_of

_HOUR = 3600
_YEAR = 366 * 24


@lru_cache(maxsize=1)
def _by_zone() -> dict[str, str]:
    """The code of the country by the zone, a country's most populous ones first; empty where the machine has no such table."""
    for folder in (*map(str, zoneinfo.TZPATH), ""):
        try:
            if folder:
                with open(f"{folder}/zone.tab", encoding="utf-8") as file:
                    text = file.read()
            else:
                text = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
        except (OSError, ModuleNotFoundError):
            continue
        rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
        return {row[2]: row[0] for row in rows if len(row) > 2}
    return {}


def country_of_zone(zone: str) -> Country | None:
    """The country that a zone is in; None where it is not one of those that are known."""
    return country_called(_by_zone().get(zone, ""))


def zone_of_country(code: str, now: int) -> str | None:
    """The zone of a country; None where its zones differ in the year that begins at `now` (epoch seconds), or none is known.

    Where all have the same rules it is the most populous: Büsingen has a zone that differed from Berlin's in 1980.
    """
    zones = [zone for zone, country in _by_zone().items() if country == code]
    rules = [zone_of(zone) for zone in zones]
    hours = (now + hour * _HOUR for hour in range(_YEAR if len(zones) > 1 else 0))
    same = all(len({datetime.fromtimestamp(hour, rule).utcoffset() for rule in rules}) == 1 for hour in hours)
    return zones[0] if zones and same else None
