"""A technician's own calendar on a server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class LinkedCalendar:
    """A calendar that is kept equal with a technician's visits, so many `days` ahead; with `busy` the other times in it are
    absences."""

    id: int
    staff_id: int
    url: str
    login: str = ""
    busy: bool = False
    days: int = 28
    version: int = 1
    archived: bool = False


class Span(NamedTuple):
    """A span of time, half-open instants."""

    starts_at: int
    ends_at: int


def merged(spans: list[Span]) -> list[Span]:
    """Spans in their order, those that touch or overlap as one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.starts_at <= found[-1].ends_at:
            found[-1] = Span(found[-1].starts_at, max(found[-1].ends_at, span.ends_at))
        else:
            found.append(span)
    return found
