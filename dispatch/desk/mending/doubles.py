"""Clients and sites that are probably there twice: their names differ by case, accents, apostrophes or spaces only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from db import clients, directory
from db.store import Store
from dispatch.model.matching import alike


class Doubles(NamedTuple):
    """Records that are probably one: their kind, and of each its id and what it is called."""

    kind: str
    records: tuple[tuple[int, str], ...]

    @property
    def names(self) -> str:
        """What they are called."""
        return ", ".join(name for _, name in self.records)


def doubles(store: Store) -> list[Doubles]:
    """Clients whose names are alike, and sites of one client whose names or addresses are."""
    with store.read():
        named = [("", alike(name), key, name) for key, name in directory.clients(store)]
        found = [Doubles("client", group) for group in _groups(named)]
        sites = clients.all_sites(store)
    owners = {key: name for _, _, key, name in named}
    for says in ("name", "address"):
        rows = [
            (site.client_id, alike(text), site.id, f"{owners.get(site.client_id, '')} / {site.name}")
            for site in sites
            if (text := getattr(site, says))
        ]
        known = {frozenset(key for key, _ in one.records) for one in found if one.kind == "site"}
        found += [Doubles("site", group) for group in _groups(rows) if frozenset(key for key, _ in group) not in known]
    return found


def of_record(found: Iterable[Doubles], kind: str, key: int) -> list[tuple[int, str]]:
    """The probable doubles of one record among all that were found."""
    return [
        other
        for one in found
        if one.kind == kind and key in {own for own, _ in one.records}
        for other in one.records
        if other[0] != key
    ]


def _groups(rows: Iterable[tuple[object, str, int, str]]) -> list[tuple[tuple[int, str], ...]]:
    """Those with the same owner and the same letters, where there are several."""
    groups: dict[tuple[object, str], list[tuple[int, str]]] = {}
    for owner, letters, key, name in rows:
        if letters:
            groups.setdefault((owner, letters), []).append((key, name))
    return [tuple(group) for group in groups.values() if len(group) > 1]
