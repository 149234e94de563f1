"""What people were told of alerts, which stays, as each is told to somebody once; and the deeds that are worth one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from db.among import AMONG, keys_param
from db.rows import Query, Select
from db.store import Store
from db.unit import Unit
from dispatch.model.alerts import AlertKey, AlertKind, Happening, ToldAlert

TOLD = Select(
    ToldAlert,
    "alert a LEFT JOIN visit v ON v.id = a.visit_id",
    "a",
    of={"reference": "coalesce(v.reference, '')", "visit_id": "coalesce(a.visit_id, 0)"},
)
"""What was told to whom."""
latest: Query[list[ToldAlert], int, int] = TOLD.listing("WHERE a.staff_id = ? ORDER BY a.id DESC LIMIT ?")
"""What a person was told last, the newest first, at most so many."""
under_way: Query[list[ToldAlert], int] = TOLD.listing(
    "WHERE a.staff_id = ? AND a.fate IN ('waiting', 'sending') ORDER BY a.id"
)
"""The messages to a person that wait, or are handed over."""
_LOOKED_BACK = 5000
"""So many of the newest rows of the audit are looked through for deeds."""


def told(store: Store, staff_id: int, visit_ids: Iterable[int]) -> dict[AlertKey, ToldAlert]:
    """What a person was told of some visits."""
    where = f"WHERE a.staff_id = ? AND coalesce(a.visit_id, 0) {AMONG}"
    return {one.key: one for one in TOLD.select(store, where, (staff_id, *keys_param(visit_ids)))}


def add(unit: Unit, staff_id: int, key: AlertKey, text: str, **columns: int | str | None) -> None:
    """Note that somebody is told of an alert."""
    alert = {"kind": key.kind.value, "visit_id": key.visit_id or None, "speaks_of": key.speaks_of}
    unit.insert("alert", staff_id=staff_id, **alert, text=text, made_at=unit.at, **columns)


def change(unit: Unit, told: Iterable[ToldAlert], **columns: int | str | None) -> None:
    """Note what else became of what somebody was told."""
    changes = ", ".join(f"{name} = ?" for name in columns)
    unit.execute_many(f"UPDATE alert SET {changes} WHERE id = ?", [(*columns.values(), one.id) for one in told])


def touched(store: Store, staff_id: int, visit_ids: Sequence[int]) -> dict[int, int]:
    """By visit, when a person did something to it last."""
    return dict(
        store.all(
            f"SELECT entity_id, max(at) FROM audit WHERE entity = 'visit' AND entity_id {AMONG} AND staff_id = ? GROUP BY 1",
            (*keys_param(visit_ids), staff_id),
        )
    )


def happened(store: Store, since: int) -> list[Happening]:
    """The deeds from a moment on that are worth an alert."""
    rows = store.all(
        "SELECT u.deed, v.id, v.reference, c.name, u.at, u.staff_id, coalesce(p.name, u.actor), "
        "coalesce(max(json_extract(u.detail, '$.reason')), '') "
        "FROM audit u JOIN visit v ON v.id = u.entity_id JOIN site s ON s.id = v.site_id JOIN client c ON c.id = s.client_id "
        "LEFT JOIN staff p ON p.id = u.staff_id WHERE u.entity = 'visit' AND u.at >= ? "
        "AND u.deed IN ('reopen', 'no-access', 'decline a handover') AND u.seq > (SELECT max(seq) FROM audit) - ? "
        "GROUP BY u.save_id, v.id ORDER BY u.seq",
        (since, _LOOKED_BACK),
    )
    return [
        Happening(
            AlertKind.REOPENED if deed == "reopen" else AlertKind.REFUSED,
            visit_id,
            reference,
            client,
            at,
            by,
            f"{_SAID[deed]}, {name}{f': {why}' if why else ''}",
        )
        for deed, visit_id, reference, client, at, by, name, why in rows
    ]


_SAID = {"reopen": "opened again", "no-access": "nobody let us in", "decline a handover": "not taken over"}
