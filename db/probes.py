"""Tests that run, in the store: the targets of sites, what items test, every try, what watches saw, what laptops were asked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from db.names import folded
from db.rows import Query, Rows, Select, Stored
from db.store import Store
from db.unit import Unit
from dispatch.model.checklists import NewItem
from dispatch.model.forms import unusual
from dispatch.model.probes import (
    ASKING,
    BOUNDS,
    UNTESTED,
    Inquiry,
    Probe,
    ProbeKind,
    ProbeTarget,
    Tested,
    Try,
    Vantage,
    Watch,
)

_NOT_BEGUN = "('requested', 'planned', 'confirmed', 'dispatched', 'on_hold')"


class Order(NamedTuple):
    """What a laptop was asked to test: for which visit, under which key, until when, and when the answer came."""

    visit_id: int
    key: bytes
    expires_at: int
    used_at: int | None


ORDERS = Select(Order, "probe_order r")
"""What laptops were asked."""


def probes_of_visit(store: Store, visit_id: int) -> dict[int, tuple[Probe, ...]]:
    """The probes of a visit's items, by the item's id."""
    by_item: dict[int, list[Probe]] = {}
    for item_id, text, vantage in store.all(
        "SELECT p.item_id, p.probe, p.vantage FROM item_probe p JOIN item i ON i.id = p.item_id WHERE i.visit_id = ? "
        "ORDER BY p.item_id, p.position",
        (visit_id,),
    ):
        by_item.setdefault(item_id, []).append(_readable(text, vantage))
    return {item_id: tuple(probes) for item_id, probes in by_item.items()}


@lru_cache(maxsize=2000)
def _readable(text: str, vantage: str) -> Probe:
    """A probe as it was kept; one that cannot be read any more is not run (C5a), and asks for the same vantage."""
    from dispatch.closeout.probes.reading import read_probe

    try:
        return read_probe(json.loads(text))
    except ValueError:
        return Probe(ProbeKind.TCP, "unreadable", Vantage(vantage))


def add_probes(unit: Unit, item_id: int, probes: Iterable[Probe]) -> None:
    """Copy probes onto an item that has none."""
    from dispatch.closeout.probes.reading import probe_form

    for position, probe in enumerate(probes, 1):
        unit.insert(
            "item_probe",
            item_id=item_id,
            position=position,
            vantage=probe.vantage.value,
            runs=int(probe.kind is not ProbeKind.VALUE),
            probe=json.dumps(probe_form(probe), sort_keys=True, ensure_ascii=False),
        )


def renew_probes(unit: Unit, site_id: int, targets: Iterable[ProbeTarget]) -> None:
    """Give the visits of a site that have not begun a new copy of its targets; whatever has begun keeps what it has."""
    from dispatch.closeout.probes.reading import probe_of, probes_of_item

    probes = [(target, probe_of(target)) for target in targets]
    items = unit.execute(
        "SELECT i.id, i.tested FROM item i JOIN visit v ON v.id = i.visit_id WHERE v.site_id = ? AND i.kind = 'test' "
        f"AND v.state IN {_NOT_BEGUN} AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.item_id = i.id)",
        (site_id,),
    ).fetchall()
    for item_id, tested in items:
        unit.execute("DELETE FROM item_probe WHERE item_id = ?", (item_id,))
        add_probes(unit, item_id, probes_of_item(_tested(tested), probes))


def tested_text(tested: Tested) -> str:
    """Which targets test an item, as the item keeps it."""
    return json.dumps(unusual(tested, UNTESTED), ensure_ascii=False)


def _tested(text: str) -> Tested:
    form = json.loads(text)
    kind = form.get("kind")
    return Tested(
        tuple(form.get("roles", ())),
        None if kind is None else ProbeKind(kind),
        Vantage(form.get("vantage", "host")),
        form.get("unit", ""),
        *(form.get(name) for name in BOUNDS[1:]),
    )


TRIES = Select(Try, "attempt_try t", "t")
"""Tries of attempts."""
COPIED = Select(
    NewItem,
    "item r",
    given={"probes": "r.id"},
    stored={"tested": Stored(("tested",), lambda tested: (tested_text(tested),), None)},
)
"""What an item of a visit has from its template."""
tries_of: Query[dict[int, tuple[Try, ...]], int] = TRIES.grouped(
    "t.attempt_id", "JOIN attempt a ON a.id = t.attempt_id WHERE a.visit_id = ? ORDER BY t.attempt_id, t.position"
)
"""Every try of a visit's attempts, by the attempt's id."""


def add_tries(unit: Unit, attempt_id: int, tries: Iterable[Try]) -> None:
    """Keep every try of an attempt."""
    for position, attempt_try in enumerate(tries, 1):
        unit.insert("attempt_try", attempt_id=attempt_id, position=position, **TRIES.columns(attempt_try))


def watch_of(store: Store, item_id: int, probe: str, since: int) -> tuple[Watch, int]:
    """What a watch that was cut off has seen, and the sequence of the visit when it began.

    Args:
        item_id: the item.
        probe: the name of the target.
        since: the sequence of the last work entry or attempt at the item; what was seen before it counts no more.
    """
    at: dict[str, int] = {}
    begun = 0
    for seen, instant, as_of in store.all(
        "SELECT seen, at, as_of FROM observation WHERE item_id = ? AND probe = ? ORDER BY id", (item_id, probe)
    ):
        if seen == "up":
            at, begun = {}, as_of
        at[seen] = instant
    if not at or begun < since or "back" in at:
        return Watch(), 0
    return Watch(at.get("up"), at.get("down")), begun


def add_observation(unit: Unit, item_id: int, probe: str, seen: str, at: int, as_of: int) -> None:
    """Keep what a watch has just seen: `up`, `down` or `back`."""
    unit.insert_signed("observation", item_id=item_id, probe=probe, seen=seen, at=at, as_of=as_of)


def add_order(unit: Unit, nonce: str, visit_id: int, key: bytes, expires_at: int) -> None:
    """Note that a laptop is asked to test; `key` seals what it is asked."""
    unit.insert_signed("probe_order", nonce=nonce, visit_id=visit_id, key=key, expires_at=expires_at)


order: Query[Order | None, str] = ORDERS.single("WHERE r.nonce = ?")
"""What was asked under that nonce."""


def use_order(unit: Unit, nonce: str) -> None:
    """Note that the answer came; a second one is refused."""
    unit.execute("UPDATE probe_order SET used_at = ? WHERE nonce = ?", (unit.at, nonce))


TARGETS = Rows("target", ProbeTarget, order="r.site_id, r.name COLLATE NOCASE, r.id")
"""Test targets, by site and name."""
target, all_targets, add_target, update_target = TARGETS.one, TARGETS.all, TARGETS.add, TARGETS.update

targets_of: Query[list[ProbeTarget], int] = TARGETS.listing(
    "WHERE r.site_id = ? AND r.archived_at IS NULL ORDER BY r.name COLLATE NOCASE, r.id"
)
"""A site's targets that are not archived, by name."""

INQUIRIES = Rows("inquiry", Inquiry, order="r.name COLLATE NOCASE, r.by, r.id")
"""What machines may be asked, by name."""


def with_commands(store: Store, probes: Iterable[Probe]) -> tuple[Probe, ...]:
    """Probes with what the lead's list has now for those that ask; without a command where it has nothing under that name."""
    known = {(inquiry.by, folded(inquiry.name)): inquiry for inquiry in INQUIRIES.all(store)}
    return tuple(
        _commanded(probe, known.get((probe.kind, folded(probe.ask)))) if probe.kind in ASKING else probe
        for probe in probes
    )


def _commanded(probe: Probe, inquiry: Inquiry | None) -> Probe:
    if inquiry is None:
        return replace(probe, command="")
    how = {name: getattr(inquiry, name) for name in ("command", "json", "pattern")}
    return replace(probe, **how, unit=inquiry.unit or probe.unit)
