"""Which road engines a firm uses, by its settings; nothing is started or asked here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dispatch.travel.engines import RoadEngine

PROFILE = "car"
ENGINES = ("none", "osrm", "valhalla", "openrouteservice")
"""What the setting of a remote engine may be."""
ESTIMATED = "estimated"
"""The source name of the embedded estimate, where a scale is learned for it."""


@dataclass(frozen=True, slots=True)
class Source:
    """A road engine. `key` is what its answers are kept under: engine, graph (or address) and profile.

    A local graph never changes, so what it said never goes stale; `engine` makes the client and may raise `Unavailable`.
    """

    key: str
    local: bool
    engine: Callable[[], RoadEngine]


def sources(remote: str, url: str, graph_id: str) -> tuple[Source, ...]:
    """The engines of a firm, the one that it prefers first: a remote one that it names, then the graph of this machine."""
    sources: list[Source] = []
    if remote in ENGINES[1:] and url:
        sources.append(Source(f"{remote} {url} {PROFILE}", False, lambda: _remote(remote, url)))
    if graph_id:
        sources.append(local_source(graph_id))
    return tuple(sources)


def local_source(graph_id: str) -> Source:
    """The graph of this machine that has that id, whether it is here or not."""
    return Source(f"osrm {graph_id} {PROFILE}", True, lambda: _local(graph_id))


# the clients are imported when one is asked: the board opens without them


def _local(graph_id: str) -> RoadEngine:
    from dispatch.travel.sidecar import local_roads

    return local_roads(graph_id)


def _remote(name: str, url: str) -> RoadEngine:
    from dispatch.travel.secret_files import FILE, VARIABLE, secret
    from dispatch.travel.services import OpenRouteService, Osrm, Valhalla

    if name == "openrouteservice":
        return OpenRouteService(url, secret(VARIABLE, FILE))
    return Valhalla(url) if name == "valhalla" else Osrm(url)
