"""Checklists in the store: items, attempts, work entries, and files that were handed in for an item."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from db import permissions, probes
from db.among import group_rows
from db.erased_columns import ERASED
from db.rows import Query, Select, Stored, column, value
from db.store import Store
from db.unit import Unit
from dispatch.model.checklists import (
    Attempt,
    Checklist,
    FileRemoval,
    HandedIn,
    Item,
    ItemKind,
    Phase,
    SiteReading,
    WorkEntry,
)
from dispatch.model.probes import Probe

ATTEMPTS = Select(
    Attempt, "attempt a JOIN staff s ON s.id = a.staff_id", "a", of={"by": "s.name"}, given={"tries": "a.id"}
)
"""Recorded results."""
ITEMS = Select(
    Item,
    "item i",
    "i",
    of={"way_in": "EXISTS (SELECT 1 FROM way_in w WHERE w.visit_id = i.visit_id)"},
    given=dict.fromkeys(("attempts", "probes", "shown_as_of", "lost_files", "permission", "before"), "i.id")
    | {"found": "i.visit_id"},
)
"""Items of visits."""
ENTRIES = Select(WorkEntry, "work_entry w JOIN staff s ON s.id = w.staff_id", "w", of={"by": "s.name"})
"""Work entries."""
_FOUND = "SELECT count(*) FROM finding WHERE visit_id = ? AND withdrawn_at IS NULL"
_PHASE_ORDER = {phase: order for order, phase in enumerate(Phase)}


def checklist(store: Store, visit_id: int) -> Checklist:
    """The whole checklist of a visit, items by phase and then in the order in which they were added."""
    attempts = ATTEMPTS.by(
        store,
        "a.item_id",
        "WHERE a.visit_id = ? ORDER BY a.sequence",
        (visit_id,),
        tries=probes.tries_of(store, visit_id),
    )
    shown = dict(
        store.all("SELECT item_id, max(as_of) FROM standing_file WHERE visit_id = ? GROUP BY item_id", (visit_id,))
    )
    lost = group_rows(store.all("SELECT item_id, named FROM lost_file WHERE visit_id = ?", (visit_id,)))
    lost_files = {item_id: tuple(named for (named,) in own) for item_id, own in lost.items()}
    tested = probes.probes_of_visit(store, visit_id)
    items_by_origin = ITEMS.by(
        store,
        "i.added_by IS NULL",
        "WHERE i.visit_id = ?",
        (visit_id,),
        attempts=attempts,
        probes=tested,
        shown_as_of=shown,
        lost_files=lost_files,
        permission=permissions.given(store, visit_id),
        found={visit_id: store.value(_FOUND, (visit_id,))},
        before=_read_before(store, visit_id, tested) if tested else {},
    )
    copied, added = items_by_origin.get(1, ()), items_by_origin.get(0, ())
    items = _in_order([*copied, *added], {item.id for item in copied})
    entries = ENTRIES.select(store, "WHERE w.visit_id = ? ORDER BY w.sequence", (visit_id,))
    return Checklist(tuple(items), tuple(entries))


_LOOKED_BACK = 12
"""Visits of a site at which a figure is looked for."""
_KEPT = 5
"""Figures of one kind that are told."""


def _read_before(
    store: Store, visit_id: int, tested: Mapping[int, tuple[Probe, ...]]
) -> dict[int, tuple[SiteReading, ...]]:
    """What the items that have just one probe read at the site's visits before, in its unit, by the item's id. How long an answer
    took is nothing that was read."""
    by_name: dict[str, list[SiteReading]] = {}
    for name, read, at in store.all(
        "SELECT json_extract(p.probe, '$.name'), a.value, a.at FROM attempt a JOIN item i ON i.id = a.item_id "
        "JOIN item_probe p ON p.item_id = i.id WHERE a.value IS NOT NULL AND a.grade IN ('executed', 'measured') "
        "AND a.visit_id IN (SELECT o.id FROM visit o JOIN visit v ON v.site_id = o.site_id WHERE v.id = ?1 AND o.id <> v.id "
        "AND o.ended_at IS NOT NULL AND o.ended_at <= coalesce(v.ended_at, o.ended_at) ORDER BY o.ended_at DESC LIMIT ?2) "
        "AND NOT EXISTS (SELECT 1 FROM attempt l WHERE l.item_id = a.item_id AND l.sequence > a.sequence "
        "AND l.value IS NOT NULL AND l.grade IN ('executed', 'measured')) "
        "AND NOT EXISTS (SELECT 1 FROM item_probe m WHERE m.item_id = i.id AND m.position <> p.position) "
        "ORDER BY a.at DESC, a.id DESC",
        (visit_id, _LOOKED_BACK),
    ):
        by_name.setdefault(name.casefold(), []).append(SiteReading(read, at))
    return {
        item_id: tuple(
            one
            for one in by_name.get(own[0].name.casefold(), ())[:_KEPT]
            if (one.value.endswith(f" {own[0].unit}") if own[0].unit else not one.value.endswith(" ms"))
        )
        for item_id, own in tested.items()
        if len(own) == 1
    }


def move_item(unit: Unit, item_id: int, visit_id: int) -> None:
    """Give an item to another visit of the job. The database lets nothing else through than what nobody has begun.

    Raises:
        Refused: something was recorded on it, or one of the visits has begun.
    """
    unit.execute("UPDATE item SET visit_id = ? WHERE id = ?", (visit_id, item_id))


def note_way_in(unit: Unit, visit_id: int) -> bool:
    """Note that somebody's connection leads into the client's network at a visit; whether nobody had noted it before."""
    row = unit.execute("SELECT 1 FROM way_in WHERE visit_id = ?", (visit_id,)).fetchone()
    if row is None:
        unit.insert_signed("way_in", visit_id=visit_id)
    return row is None


last_recorded: Query[int, int] = value(
    "SELECT max((SELECT coalesce(max(at), 0) FROM attempt WHERE visit_id = ?1), "
    "(SELECT coalesce(max(at), 0) FROM work_entry WHERE visit_id = ?1))"
)
"""When the last result or work entry was recorded on a visit, 0 when none was."""
testing_begun: Query[int | None, int] = value(
    "SELECT min(a.at) FROM attempt a JOIN item i ON i.id = a.item_id WHERE a.visit_id = ?1 AND i.kind = 'test' AND "
    "coalesce(a.begun_after, a.sequence - 1) >= "
    "coalesce((SELECT max(w.sequence) FROM work_entry w WHERE w.visit_id = ?1), 0)"
)
"""When the first result of a test was recorded that no work entry has come after; None: there is none."""


def add_attempt(unit: Unit, visit_id: int, item_id: int, attempt: Attempt) -> None:
    """Add a result; `attempt.sequence` must be the visit's, which the caller has just raised."""
    attempt_id = unit.insert_signed("attempt", visit_id=visit_id, item_id=item_id, **ATTEMPTS.columns(attempt))
    probes.add_tries(unit, attempt_id, attempt.tries)


def add_work_entry(unit: Unit, visit_id: int, entry: WorkEntry) -> None:
    """Add a work entry at the visit's sequence."""
    unit.insert_signed("work_entry", visit_id=visit_id, **ENTRIES.columns(entry))


def _in_order(items: list[Item], copied: Collection[int]) -> list[Item]:
    """The items as they stood in the template, phase by phase, the sign-off last.

    What was added since, such as a thing named at L1, stands behind what its id follows.
    """
    places = [(item.phase, _natural(item.ref), item.position) for item in items if item.id in copied]

    def place(item: Item) -> int:
        if item.id in copied:
            return item.position
        mine = _natural(item.ref)
        same = [position for phase, ref, position in places if phase is item.phase and ref[:2] == mine[:2]]
        before = [position for phase, ref, position in places if phase is item.phase and ref <= mine]
        return max(same or before, default=0)

    return sorted(
        items,
        key=lambda item: (
            _PHASE_ORDER[item.phase],
            item.kind is ItemKind.SIGN_OFF,
            place(item),
            item.id not in copied,
            _natural(item.ref),
            item.position,
        ),
    )


def _natural(ref: str) -> tuple[str, int, int, str]:
    head, _, tail = ref.partition(".")
    number = int(head[1:]) if head[1:].isdigit() else 0
    return head[:1], number, int(tail) if tail.isdigit() else 0, tail


FILES = Select(
    HandedIn,
    "file f JOIN item i ON i.id = f.item_id JOIN staff s ON s.id = f.staff_id "
    "LEFT JOIN file_removal r ON r.file_id = f.id AND r.withdrawn_at IS NULL LEFT JOIN staff l ON l.id = r.staff_id",
    "f",
    of={"item": "i.ref", "label": "i.label", "by": "s.name"},
    stored={"at": column("added_at"), "removal": Stored(("(l.name)", "(r.at)", "(r.reason)"), tuple, FileRemoval)},
)
"""Files."""
files_of: Query[list[HandedIn], int] = FILES.listing("WHERE f.visit_id = ? ORDER BY f.id")
"""The files of a visit, oldest first, with those that were taken out."""
files_of_item_since: Query[list[HandedIn], int, int] = FILES.listing(
    "WHERE f.item_id = ? AND f.added_at >= ? AND r.id IS NULL ORDER BY f.id"
)
"""The files of an item that were handed in at or after an instant and stand, oldest first."""
REMOVAL = "file_removal"
"""What is kept of a file that was taken out."""


def file_hashes(store: Store) -> dict[str, int]:
    """Every hash that is kept, of files that were handed in or came with a mail and were not erased, with the size of its bytes."""
    kept = f"name <> '{ERASED}'"
    sql = f"SELECT sha256, size FROM file WHERE {kept} UNION SELECT sha256, size FROM mail_file WHERE sha256 <> '' AND {kept}"
    return dict(store.all(sql))


def add_file(unit: Unit, item_id: int, as_of: int, new: HandedIn) -> int:
    """Record a file, as of a place in the visit's sequence; returns its id. Its audit row stands with the visit."""
    return unit.insert_signed("file", item_id=item_id, as_of=as_of, **FILES.columns(new))


def remove_file(unit: Unit, file_id: int, reason: str) -> int:
    """Take a file out; returns the id of the record of that."""
    return unit.insert_signed(REMOVAL, file_id=file_id, reason=reason)
