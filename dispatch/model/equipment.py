"""What stands at a site: servers, firewalls, lines, and until when each is covered."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum


class EquipmentKind(StrEnum):
    """What a piece of equipment is."""

    SERVER = "server"
    STORAGE = "storage"
    FIREWALL = "firewall"
    SWITCH = "switch"
    WIRELESS = "wireless"
    UPS = "ups"
    LINE = "line"
    PHONES = "phones"
    PRINTER = "printer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Equipment:
    """A piece of equipment of a site. `role` is what it is there for, `maker` who made it and which model, `warranty_ends` and
    `certificate_ends` the last days on which they hold, `owner_id` who on the staff looks after these; None: a lead."""

    id: int
    site_id: int
    name: str
    kind: EquipmentKind
    role: str = ""
    maker: str = ""
    serial: str = ""
    address: str = ""
    warranty_ends: datetime.date | None = None
    certificate_ends: datetime.date | None = None
    owner_id: int | None = None
    note: str = ""
    archived: bool = False
    version: int = 1

    @property
    def ends(self) -> tuple[tuple[str, datetime.date], ...]:
        """What of it ends, and on which day, the first first."""
        known = (("contract" if self.kind is EquipmentKind.LINE else "warranty", self.warranty_ends),)
        both = (*known, ("certificate", self.certificate_ends))
        return tuple(sorted(((what, day) for what, day in both if day is not None), key=lambda end: end[1]))


@dataclass(frozen=True, slots=True)
class EquipmentCheck:
    """What a test of a piece of equipment last found at a visit: the name of its target, the figure it read, and when."""

    target: str
    reference: str
    at: int
    result: str
    value: str | None = None
