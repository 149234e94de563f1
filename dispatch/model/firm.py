"""What the firm has set for itself. Kept in the database, audited, in force at once in every session (records.md)."""

from __future__ import annotations

from dataclasses import dataclass

from dispatch.model.travel import Place
from dispatch.model.units import DistanceUnit


@dataclass(frozen=True, slots=True)
class Firm:
    """The firm's settings, with the defaults of a firm that has set nothing.

    `distance_unit` is `mi` or `km`, `clock_hours` 24 or 12, `first_weekday` 0 for Monday. `buffer_minutes` is the room
    between two visits, `test_minutes` the time for tests that every planned visit gets (close-out.md R1, R2).
    `overlap` is `block`, `warn` or `allow`. `clock_offset` moves the clock of the whole database by so many seconds:
    the sample firm lives on a day of its own. A visit is late when it runs more than `late_minutes` behind its promise,
    and runs over when it will end more than `running_over_minutes` after its plan. `default_shifts` and `default_lunch`
    stand in the form of a new technician, as they are typed. Addresses are looked up at `geocoder_url`, by
    `geocoder_agent`; without both they are not. `weight_…` are the weights of the checker's rules (planning.md,
    Feasibility in words), named as the fields of `Rules`. `roads` is the id of the road graph that drives are reckoned
    on, empty for none; `travel_engine` (`none`, `osrm`, `valhalla`, `openrouteservice`) at `travel_url` is a remote one,
    whose answers count for `travel_cache_minutes` (0: they are not kept).
    """

    name: str = "My firm"
    zone: str = "UTC"
    distance_unit: DistanceUnit = "mi"
    clock_hours: int = 24
    first_weekday: int = 0
    currency: str = "USD"
    depot_address: str = ""
    depot: Place | None = None
    buffer_minutes: int = 30
    test_minutes: int = 15
    overlap: str = "block"
    late_minutes: int = 10
    running_over_minutes: int = 10
    weight_late_promise: float = 10.0
    weight_travel: float = 1.0
    weight_overtime: float = 3.0
    weight_waiting: float = 0.3
    weight_buffer_eaten: float = 2.0
    weight_confirmed_moved: float = 60.0
    weight_confirmed_moved_minute: float = 1.0
    weight_not_preferred: float = 20.0
    weight_no_lunch: float = 60.0
    default_shifts: str = "mon-fri 08:00-17:00"
    default_lunch: str = ""
    geocoder_url: str = ""
    geocoder_agent: str = ""
    roads: str = ""
    travel_engine: str = "none"
    travel_url: str = ""
    travel_cache_minutes: int = 1440
    clock_offset: int = 0
