"""The test targets of sites in the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from db.names import changed
from db.store import Store
from dispatch.model.probes import ProbeKind, Target, Vantage

if TYPE_CHECKING:
    from db.unit import Unit

_COLUMNS = "id, site_id, name, kind, address, options, vantage, reason, note, archived_at, version"


def target(store: Store, target_id: int) -> Target | None:
    """The target with that id, archived or not."""
    return next(iter(_select(store, "WHERE id = ?", (target_id,))), None)


def all_targets(store: Store) -> list[Target]:
    """Every target that is not archived, by site and name."""
    return _select(store, "WHERE archived_at IS NULL ORDER BY site_id, name COLLATE NOCASE, id")


def targets_of(store: Store, site_id: int) -> list[Target]:
    """A site's targets that are not archived, by name."""
    return _select(store, "WHERE site_id = ? AND archived_at IS NULL ORDER BY name COLLATE NOCASE, id", (site_id,))


def add_target(unit: Unit, new: Target) -> int:
    """Add a target; returns the id.

    Raises:
        Refused: the site has a target of that name.
    """
    columns = _columns(new)
    key = unit.insert("target", site_id=new.site_id, **columns)
    unit.audit("target", key, site=new.site_id, **columns)
    return key


def update_target(unit: Unit, before: Target, after: Target) -> int:
    """Take over what `after` says differently; returns the new version. A target stays with its site.

    Raises:
        Stale: somebody else changed the record since `before` was read.
        Refused: the site has another target of that name.
    """
    version = unit.update("target", before.id, before.version, **_columns(after))
    unit.audit("target", before.id, changed=changed(_columns(before), _columns(after)))
    return version


def _select(store: Store, where: str, params: Sequence[Any] = ()) -> list[Target]:
    return [
        Target(
            target_id,
            site_id,
            name,
            ProbeKind(kind),
            address,
            options,
            Vantage(vantage),
            reason,
            note,
            archived_at is not None,
            version,
        )
        for target_id, site_id, name, kind, address, options, vantage, reason, note, archived_at, version in store.all(
            f"SELECT {_COLUMNS} FROM target {where}", params
        )
    ]


def _columns(one: Target) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind.value,
        "address": one.address,
        "options": one.options,
        "vantage": one.vantage.value,
        "reason": one.reason,
        "note": one.note,
    }
