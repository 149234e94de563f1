"""Looking an address up: one question to the endpoint that the firm has named, by the user agent that it has named."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from dispatch.model.text import TextRefused, clean
from dispatch.model.travel import Place

MOST = 8
"""So many results are offered."""
TIMEOUT = 10.0
SECONDS_APART = 1.0
"""The usage policy of the public servers: one question a second."""

_limiters: dict[tuple[str, str], Any] = {}
_lock = threading.Lock()


class NotLookedUp(Exception):
    """The address could not be looked up; the sentence says why."""


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """One result: where it is, what the endpoint calls it, how near to the door it is, and who said so."""

    place: Place
    address: str
    precision: str
    source: str


def look_up(address: str, url: str, agent: str) -> list[FoundPlace]:
    """What the endpoint finds for an address, the likeliest first; at most `MOST`.

    Args:
        address: as one writes it on a letter.
        url: a Nominatim server, with its path where it has one; a Photon server where the path ends in `/api`.
        agent: who asks.

    Raises:
        NotLookedUp: nothing is configured, or the endpoint does not answer.
    """
    from geopy.exc import GeopyError

    if not url or not agent:
        raise NotLookedUp(
            "Addresses are not looked up: the settings name no endpoint and user agent "
            "(dispatch settings --geocoder-url … --geocoder-agent …)."
        )
    if not address.strip():
        raise NotLookedUp("There is no address to look up.")
    source = urlsplit(_with_scheme(url)).hostname or url
    try:
        answers = _limiter(url, agent)(address, exactly_one=False, limit=MOST) or []
    except (GeopyError, ValueError, LookupError, TypeError, OSError) as error:
        raise NotLookedUp(
            f"{source} could not look the address up ({str(error)[:200] or type(error).__name__})."
        ) from error
    places = []
    for answer in answers:
        try:
            place = Place(round(answer.latitude, 6), round(answer.longitude, 6))
            words = clean(str(answer.address), limit=300)
        except (ValueError, TypeError, TextRefused):
            continue  # an answer that cannot be kept is none
        places.append(FoundPlace(place, words, _precision(answer.raw), source[:60]))
    return places


def _limiter(url: str, agent: str) -> Any:
    """The question, held back so that it is not asked more often than the endpoint allows."""
    from geopy.extra.rate_limiter import RateLimiter

    with _lock:
        if (url, agent) not in _limiters:
            _limiters[url, agent] = RateLimiter(
                _geocoder(url, agent).geocode, min_delay_seconds=SECONDS_APART, max_retries=0, swallow_exceptions=False
            )
        return _limiters[url, agent]


def _geocoder(url: str, agent: str) -> Any:
    from geopy.geocoders import Nominatim, Photon

    parts = urlsplit(_with_scheme(url))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url} is not an endpoint")
    path = parts.path.rstrip("/")
    options: dict[str, Any] = {"scheme": parts.scheme, "user_agent": agent, "timeout": TIMEOUT}
    if parts.hostname in ("127.0.0.1", "::1", "localhost"):
        options["proxies"] = {}
    if path.endswith("/api"):
        return Photon(domain=parts.netloc + path.removesuffix("/api"), **options)
    return Nominatim(domain=parts.netloc + path.removesuffix("/search"), **options)


def _with_scheme(url: str) -> str:
    return url if "://" in url else f"https://{url}"


def _precision(raw: Any) -> str:
    """The kind of thing that was found: house, street, city …"""
    if not isinstance(raw, dict):
        return ""
    properties = raw.get("properties")
    kind = (
        properties.get("type") or properties.get("osm_value")
        if isinstance(properties, dict)
        # Nominatim says of the point of an address that it is a place of the type house
        else raw.get("type")
        if raw.get("addresstype") == "place"
        else raw.get("addresstype") or raw.get("type") or raw.get("class")
    )
    try:
        return clean(str(kind or ""), limit=40)
    except TextRefused:
        return ""
