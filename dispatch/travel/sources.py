"""Which road engines a firm uses, by its settings; nothing is started or asked here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dispatch.lazily import lazily

with lazily(__name__):
    # the clients are imported when one is asked: the board opens without them
    from dispatch.travel import secret_files, services, sidecar
    from dispatch.travel.services import RoadService

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
    engine: Callable[[], RoadService]


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
    return Source(f"osrm {graph_id} {PROFILE}", True, lambda: sidecar.local_roads(graph_id))


def _remote(name: str, url: str) -> RoadService:
    if name == "openrouteservice":
        return services.OpenRouteService(url, secret_files.secret(secret_files.VARIABLE, secret_files.FILE))
    return services.Valhalla(url) if name == "valhalla" else services.Osrm(url)
