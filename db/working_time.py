"""The time that technicians had to give, as it was said when: shifts and lunch, absences, holidays (design/product.md)."""

from __future__ import annotations

from typing import NamedTuple

from db.rows import Query, Select, value


class Said(NamedTuple):
    """Something that was said at an instant, in place of what was said before of the same `key`. `what` is `hours` (of a
    technician, as JSON: `lunch` in minutes, `shifts` as weekday, opens, closes), `absence` (staff, from, to) or `holiday` (a date);
    `value` None: it does not stand any more."""

    at: int
    what: str
    key: int
    value: str | None


all_said: Query[list[Said]] = Select(Said, "working_time r").listing("WHERE r.at IS NOT NULL ORDER BY r.at, r.id")
"""All that was said, in order."""
known_from: Query[int | None] = value("SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'hours_known_from'")
"""Since when all of it is kept; None: always. Before it changes of shifts and lunch are known, of the rest what stood then."""
