"""The equipment of sites in the store, and what its tests have found."""

from __future__ import annotations

from db.rows import Query, Rows, Select
from dispatch.model.equipment import Equipment, EquipmentCheck

EQUIPMENT = Rows("equipment", Equipment, order="r.site_id, r.name COLLATE NOCASE, r.id")
"""Equipment, by site and name."""
piece, all_equipment = EQUIPMENT.one, EQUIPMENT.all
equipment_of: Query[list[Equipment], int] = EQUIPMENT.listing(
    "WHERE r.site_id = ? AND r.archived_at IS NULL ORDER BY r.name COLLATE NOCASE, r.id"
)
"""A site's equipment that is not archived, by name."""
of_clients: Query[dict[int, tuple[Equipment, ...]]] = EQUIPMENT.grouped(
    "s.client_id",
    "JOIN site s ON s.id = r.site_id WHERE r.archived_at IS NULL AND s.archived_at IS NULL "
    "ORDER BY s.name COLLATE NOCASE, r.name COLLATE NOCASE, r.id",
)
"""The equipment of each client's sites, by site and name."""
_NAME = "json_extract(p.probe, '$.name') = t.name COLLATE NOCASE"
CHECKS = Select(
    EquipmentCheck,
    "target t JOIN visit v ON v.site_id = t.site_id JOIN item i ON i.visit_id = v.id "
    f"JOIN item_probe p ON p.item_id = i.id AND {_NAME} "
    "JOIN attempt a ON a.item_id = i.id AND a.sequence = (SELECT max(l.sequence) FROM attempt l WHERE l.item_id = i.id)",
    "a",
    of={
        "target": "t.name",
        "reference": "v.reference",
        "result": "coalesce((SELECT CASE y.passed WHEN 1 THEN 'pass' ELSE 'fail' END FROM attempt_try y "
        "WHERE y.attempt_id = a.id AND y.probe = p.probe ->> 'name' ORDER BY y.position DESC LIMIT 1), a.result)",
        "value": "CASE WHEN (SELECT count(*) FROM item_probe m WHERE m.item_id = i.id) = 1 THEN a.value END",
    },
)
"""The last result of each item of a visit that was tested by a target: that target's own where several tested it."""
checks_of: Query[list[EquipmentCheck], int, int] = CHECKS.listing(
    "WHERE t.equipment_id = ? AND t.archived_at IS NULL ORDER BY a.at DESC, t.name COLLATE NOCASE LIMIT ?"
)
"""The newest results of the tests that belong to a piece of equipment, so many at most."""
