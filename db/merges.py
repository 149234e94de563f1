"""Two records that became one: what hung on the other hangs on the one that is kept (design/records.md, Doubles)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from db.among import AMONG, keys_param
from db.rows import Query, Select
from db.unit import Unit

HANGS_ON: Mapping[str, Mapping[str, str]] = {
    "client": dict.fromkeys(
        ("site", "job", "agreement", "survey", "care_mark", "gap", "message", "mail", "survey_ask", "proposal"),
        "client_id",
    ),
    "site": dict.fromkeys(("visit", "recurrence", "equipment", "target", "message"), "site_id"),
}
"""The tables of what goes over, and the column that says whose it is. Contacts, hours and services are part of their record."""
KEPT_CLIENT = (
    "(WITH RECURSIVE kept(id) AS (SELECT {} UNION ALL SELECT m.kept_id FROM merge m JOIN kept ON m.gone_id = kept.id "
    "WHERE m.kind = 'client' AND m.undone_at IS NULL) "
    "SELECT id FROM kept WHERE id NOT IN (SELECT gone_id FROM merge WHERE kind = 'client' AND undone_at IS NULL))"
)
"""The id of the client that a client was merged into, or its own, in SQL."""
_STAYS = {
    "equipment": "name COLLATE NOCASE IN (SELECT name FROM equipment WHERE site_id = ? AND archived_at IS NULL)",
    "target": "name COLLATE NOCASE IN (SELECT name FROM target WHERE site_id = ? AND archived_at IS NULL)",
    "site": "id IN (SELECT gone_id FROM merge WHERE kind = 'site' AND undone_at IS NULL)",
}
"""What does not go over: what the kept record has of the same name, and what was merged itself."""
_ENDS = ("origin", "destination")


class Merge(NamedTuple):
    """A merge: `moved` are the ids that went over by table, `names` what sites were called that were renamed for it."""

    id: int
    kind: str
    kept_id: int
    gone_id: int
    moved: Mapping[str, Any]
    version: int
    undone_at: int | None = None

    @property
    def counts(self) -> dict[str, int]:
        """How many records of each table went over."""
        return {table: len(ids) for table, ids in self.moved.items() if ids and table != "names"}


MERGES = Select(Merge, "merge r")
merge: Query[Merge | None, int] = MERGES.single("WHERE r.id = ?")
"""One merge."""


def add(unit: Unit, kind: str, kept_id: int, gone_id: int) -> Merge:
    """Write a merge, of which nothing went over yet."""
    merge_id = unit.insert_signed("merge", kind=kind, kept_id=kept_id, gone_id=gone_id)
    return Merge(merge_id, kind, kept_id, gone_id, {}, 1)


def carry_over(unit: Unit, one: Merge, names: Mapping[int, str]) -> Merge:
    """Hang on the kept record what hangs on the other, and archive that.

    Args:
        names: what sites are called from then on, by their id.
    """
    before = {site: unit.store.value("SELECT name FROM site WHERE id = ?", (site,)) for site in names}
    _rename(unit, names)
    moved: dict[str, Any] = {}
    for table, column in HANGS_ON[one.kind].items():
        stays = f"AND NOT {_STAYS[table]}" if table in _STAYS else ""
        params = (one.gone_id, *([one.kept_id] if "?" in stays else []))
        ids = [key for (key,) in unit.store.all(f"SELECT id FROM {table} WHERE {column} = ? {stays}", params)]
        moved[table] = ids
        _hang(unit, table, column, ids, one.kept_id)
    if one.kind == "site":
        moved |= {f"pin.{end}": _pins(unit, end, one.gone_id, one.kept_id) for end in _ENDS}
    moved["names"] = {str(site): name for site, name in before.items()}
    unit.execute(f"UPDATE {one.kind} SET archived_at = ?, version = version + 1 WHERE id = ?", (unit.at, one.gone_id))
    return _saved(unit, one._replace(moved=moved, undone_at=None))


def take_back(unit: Unit, one: Merge) -> Merge:
    """Hang on the other record again what went over and still hangs on the kept one, and bring the other back."""
    for table, column in HANGS_ON[one.kind].items():
        _hang(unit, table, column, one.moved.get(table, ()), one.gone_id, only=one.kept_id)
    for end in _ENDS if one.kind == "site" else ():
        for pin_id in one.moved.get(f"pin.{end}", ()):
            unit.execute(f"UPDATE pin SET {end}_id = ?, version = version + 1 WHERE id = ?", (one.gone_id, pin_id))
    _rename(unit, {int(site): name for site, name in one.moved.get("names", {}).items()})
    unit.execute(f"UPDATE {one.kind} SET archived_at = NULL, version = version + 1 WHERE id = ?", (one.gone_id,))
    return _saved(unit, one._replace(undone_at=unit.at))


def _hang(unit: Unit, table: str, column: str, ids: Sequence[int], on: int, only: int | None = None) -> None:
    scope, params = (f"AND {column} = ?", (only,)) if only is not None else ("", ())
    unit.execute(
        f"UPDATE {table} SET {column} = ?, version = version + 1 WHERE id {AMONG} {scope}",
        (on, *keys_param(ids), *params),
    )


def _pins(unit: Unit, end: str, gone_id: int, kept_id: int) -> list[int]:
    """Pinned drives from or to the other site, as far as the kept one has none of its own for that way."""
    other = next(name for name in _ENDS if name != end)
    rows = unit.store.all(
        f"SELECT p.id FROM pin p WHERE p.archived_at IS NULL AND p.{end}_kind = 'site' AND p.{end}_id = ?1 "
        f"AND NOT (p.{other}_kind = 'site' AND p.{other}_id = ?2) AND NOT EXISTS (SELECT 1 FROM pin o "
        f"WHERE o.archived_at IS NULL AND o.{end}_kind = 'site' AND o.{end}_id = ?2 "
        f"AND o.{other}_kind = p.{other}_kind AND o.{other}_id = p.{other}_id)",
        (gone_id, kept_id),
    )
    for (pin_id,) in rows:
        unit.execute(f"UPDATE pin SET {end}_id = ?, version = version + 1 WHERE id = ?", (kept_id, pin_id))
    return [pin_id for (pin_id,) in rows]


def _rename(unit: Unit, names: Mapping[int, str]) -> None:
    for site, name in names.items():
        unit.execute("UPDATE site SET name = ?, version = version + 1 WHERE id = ?", (name, site))


def _saved(unit: Unit, one: Merge) -> Merge:
    columns = MERGES.columns(one)
    version = unit.update("merge", one.id, one.version, moved=columns["moved"], undone_at=one.undone_at)
    return one._replace(version=version)
