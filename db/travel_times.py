"""The matrix cache, and what was learned from logged legs. Directed pairs of points, never of sites
(design/planning.md, Travel times).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from db.rows import Query, value
from db.settings import firm
from db.store import Store
from db.unit import Unit
from dispatch.model.travel import Leg, Place
from dispatch.travel.known import Cell, Pair, learned_leg
from dispatch.travel.learning import TravelScale

if TYPE_CHECKING:
    from dispatch.travel.learning import LearnedPair, Observed

_AT_ONCE = 500
"""Destinations in one query; the thread that asks lets others have the store in between."""


# the cache


def cells(
    store: Store, engine: str, origins: Sequence[int], destinations: Sequence[int], since: int = 0
) -> dict[Pair, Cell]:
    """What an engine has said of these pairs at `since` or later."""
    cells: dict[Pair, Cell] = {}
    for origin in origins:
        for begin in range(0, len(destinations), _AT_ONCE):
            some = destinations[begin : begin + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            for destination, seconds, metres in store.all(
                "SELECT destination, seconds, metres FROM travel_time "
                "WHERE engine_id = (SELECT id FROM travel_engine WHERE key = ?) "
                f"AND origin = ? AND got_at >= ? AND destination IN ({marks})",
                (engine, origin, since, *some),
            ):
                cells[origin, destination] = Cell(seconds, metres)
    return cells


def keep_cells(unit: Unit, engine: str, cells: Mapping[Pair, Cell]) -> None:
    """Keep what an engine has said, over what it said before."""
    unit.execute("INSERT OR IGNORE INTO travel_engine (key) VALUES (?)", (engine,))
    engine_id = unit.store.value("SELECT id FROM travel_engine WHERE key = ?", (engine,))
    unit.execute_many(
        "INSERT INTO travel_time (engine_id, origin, destination, seconds, metres, got_at) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET seconds = excluded.seconds, metres = excluded.metres, got_at = excluded.got_at",
        [(engine_id, *pair, *cell, unit.at) for pair, cell in cells.items()],
    )
    unit.audit("travel_engine", engine_id, drives=len(cells))


def forget(unit: Unit, engine: str, before: int | None = None) -> int:
    """Forget what an engine said, or what it said earlier than `before`; returns how many drives that were."""
    engine_id = unit.store.value("SELECT id FROM travel_engine WHERE key = ?", (engine,))
    if engine_id is None:
        return 0
    older = "" if before is None else " AND got_at < ?"
    params = (engine_id,) if before is None else (engine_id, before)
    gone = unit.execute(f"DELETE FROM travel_time WHERE engine_id = ?{older}", params).rowcount
    if before is None:
        unit.execute("DELETE FROM learned_scale WHERE source = ?", (engine,))
    if gone:
        unit.audit("travel_engine", engine_id, forgotten=gone)
    return gone


counted: Query[int, str] = value(
    "SELECT count(*) FROM travel_time WHERE engine_id = (SELECT id FROM travel_engine WHERE key = ?)"
)
"""How many drives of an engine are kept."""


# what was learned


def pairs(store: Store, origins: Sequence[int], destinations: Sequence[int]) -> dict[Pair, Leg]:
    """The learned pairs among these that are believed."""
    legs: dict[Pair, Leg] = {}
    ends = set(destinations)
    for origin in origins:
        for destination, seconds, low, high in store.all(
            "SELECT destination, seconds, low, high FROM learned_pair WHERE origin = ? AND reckoned IS NULL", (origin,)
        ):
            if destination in ends:
                legs[origin, destination] = learned_leg(seconds, low, high)
    return legs


def scale(store: Store, source: str, zone: str) -> TravelScale | None:
    """The scale that was learned for a source, None where there is none."""
    row = store.one("SELECT multiplier, low, high, legs, buckets FROM learned_scale WHERE source = ?", (source,))
    if row is None:
        return None
    multiplier, low, high, legs, buckets = row
    own = {(bool(weekend), half_hour): own for weekend, half_hour, own in json.loads(buckets)}
    return TravelScale(multiplier, low, high, legs, zone, own)


def by_hour(store: Store) -> bool:
    """Whether some half hour has a scale of its own."""
    return store.one("SELECT 1 FROM learned_scale WHERE buckets <> '[]' LIMIT 1") is not None


def any_learned(store: Store) -> bool:
    """Whether a pair is learned, and believed."""
    return store.one("SELECT 1 FROM learned_pair WHERE reckoned IS NULL LIMIT 1") is not None


def doubted(store: Store) -> dict[Pair, LearnedPair]:
    """The learned pairs that are not believed, without those that were dropped."""
    from dispatch.travel.learning import LearnedPair

    rows = store.all(
        "SELECT origin, destination, seconds, low, high, legs, last_at, reckoned FROM learned_pair "
        "WHERE reckoned IS NOT NULL AND NOT dropped"
    )
    return {
        (origin, destination): LearnedPair(learned_leg(seconds, low, high), legs, last_at, reckoned)
        for origin, destination, seconds, low, high, legs, last_at, reckoned in rows
    }


def drop(unit: Unit, pair: Pair) -> None:
    """Ask no more about a learned pair that is not believed."""
    unit.execute("UPDATE learned_pair SET dropped = 1 WHERE origin = ? AND destination = ?", pair)
    unit.audit("learned_pair", 0, dropped=list(pair))


def keep_learned(unit: Unit, learned_pairs: Mapping[Pair, LearnedPair], scales: Mapping[str, TravelScale]) -> None:
    """Replace all that was learned; what was dropped stays dropped until it is believed, or driven again."""
    dropped = set(unit.store.all("SELECT origin, destination, last_at FROM learned_pair WHERE dropped"))
    unit.execute("DELETE FROM learned_pair")
    unit.execute("DELETE FROM learned_scale")
    unit.execute_many(
        "INSERT INTO learned_pair (origin, destination, seconds, low, high, legs, last_at, reckoned, dropped) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *pair,
                *(learned.leg.seconds, learned.leg.low, learned.leg.high, learned.legs, learned.last_at),
                *(learned.reckoned, (*pair, learned.last_at) in dropped),
            )
            for pair, learned in learned_pairs.items()
        ],
    )
    for source, scale in scales.items():
        buckets = [[int(weekend), half_hour, own] for (weekend, half_hour), own in sorted(scale.buckets.items())]
        unit.insert(
            "learned_scale",
            source=source,
            multiplier=scale.multiplier,
            low=scale.low,
            high=scale.high,
            legs=scale.legs,
            buckets=json.dumps(buckets),
        )
    unit.audit(
        "learned_pair",
        0,
        pairs=len(learned_pairs),
        scales={source: round(scale.multiplier, 4) for source, scale in scales.items()},
    )


# what was logged

_LOGGED = (
    "SELECT a.staff_id, coalesce((SELECT min(g.starts_at) FROM segment g WHERE g.assignment_id = a.id AND "
    "g.kind = 'travel' AND g.ends_at = a.check_in_at), a.depart_at) AS departed, a.check_in_at, a.check_out_at, "
    "s.lat, s.lon, v.pickup_lat IS NOT NULL FROM assignment a JOIN visit v ON v.id = a.visit_id "
    "JOIN site s ON s.id = v.site_id "
    "WHERE a.depart_at IS NOT NULL OR a.check_in_at IS NOT NULL ORDER BY coalesce(departed, a.check_in_at), a.id"
)
"""Every technician's stays in the order of their days: set out, arrived, left (each NULL where it was not logged)."""


def observed(store: Store, since: int = 0) -> list[Observed]:
    """Every leg from en route to arrived of which both ends are known, that began at `since` or later.

    A technician sets out from the site that they checked out of last on that day (of the firm), on the first leg
    from home. A leg is left out where either place has no coordinates, and where there was a stop on the way.
    """
    from dispatch.model.instants import day_of
    from dispatch.travel.learning import Observed

    homes = {
        staff_id: Place(lat, lon)
        for staff_id, lat, lon in store.all(
            "SELECT staff_id, home_lat, home_lon FROM technician WHERE home_lat IS NOT NULL"
        )
    }
    legs: list[Observed] = []
    last: dict[int, tuple[Any, int | None, Place | None]] = {}
    zone = firm(store).zone
    for staff_id, departed, arrived, left, lat, lon, stopped in store.all(_LOGGED):
        day, here = day_of(departed or arrived, zone), None if lat is None else Place(lat, lon)
        before = last.get(staff_id)
        if before is None or before[0] != day:
            origin = homes.get(staff_id)
        elif before[1] is not None and departed is not None and before[1] <= departed:
            origin = before[2]
        else:
            origin = None  # nobody knows where from
        if not stopped and None not in (origin, here, departed, arrived) and arrived > departed >= since:
            assert origin is not None
            assert here is not None
            legs.append(Observed(origin, here, departed, arrived - departed))
        last[staff_id] = day, left, here
    return legs
