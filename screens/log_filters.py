"""Asking what the visit log shall show, in which order."""

from __future__ import annotations

import datetime
from dataclasses import replace

from dispatch.desk.refusals import Faulty
from dispatch.desk.visit_log import SORTS, Wanted
from dispatch.model.instants import parse_day
from dispatch.model.reviews import Mark
from dispatch.model.states import Review
from screens.asking import SHOWS, Field, Row
from screens.seated import SeatedScreen


async def ask_filters(screen: SeatedScreen, wanted: Wanted, today: datetime.date) -> Wanted:
    """Ask for days, names, exceptions and states of review; an empty field leaves nothing out."""
    fields = [
        Field(
            "first",
            "From",
            wanted.first.isoformat() if wanted.first else "",
            "2026-11-23, monday, today; empty: all",
            today=today,
        ),
        Field("last", "To", wanted.last.isoformat() if wanted.last else "", "empty: that day only", today=today),
        Field("technician", "Technician", wanted.technician, "part of a name"),
        Field("client", "Client", wanted.client, "part of a name"),
        Field("only", "Exceptions", _listed(wanted), f"any, or of {', '.join(mark.label for mark in Mark)}"),
        Field(
            "review",
            "Review",
            ", ".join(_spoken(one) for one in Review if one in wanted.reviews),
            ", ".join(map(_spoken, Review)),
        ),
    ]

    def read(typed: dict[str, str]) -> Wanted:
        faults: list[str] = []
        days: dict[str, datetime.date | None] = {}
        for name in ("first", "last"):
            try:
                days[name] = parse_day(typed[name], today=today) if typed[name].strip() else None
            except ValueError as fault:
                faults.append(f"{'from' if name == 'first' else 'to'}: {fault}")
        first, last = days.get("first"), days.get("last")
        if not faults and last is not None and (first is None or last < first):
            faults.append("to: is before the first day" if first else "from: is missing")
        marks = _named(typed["only"])
        reviews = _named(typed["review"])
        exceptions = marks == {"any"}
        marks -= {"any"}
        faults += [f"exceptions: there is no {one.replace('_', ' ')!r}" for one in sorted(marks - set(Mark))]
        faults += [f"review: there is no {one.replace('_', ' ')!r}" for one in sorted(reviews - set(Review))]
        if faults:
            raise Faulty(faults)
        return replace(
            wanted,
            first=first,
            last=last,
            technician=typed["technician"].strip(),
            client=typed["client"].strip(),
            exceptions=exceptions or bool(marks),
            marks=frozenset(map(Mark, marks)),
            reviews=frozenset(map(Review, reviews)),
        )

    return await screen.fill_in("Which visits?", fields, read, SHOWS)


async def ask_order(screen: SeatedScreen, wanted: Wanted) -> Wanted:
    """Ask by which column to sort; the one that is sorted by already is turned round."""
    rows = [Row(name + (", turned round" if name == (wanted.sort or "start") else ""), name) for name in SORTS]
    chosen = await screen.choose("Sort by", rows)
    again = chosen == (wanted.sort or "start")
    first_down = chosen in ("exceptions", "charge", "overrides", "retests")
    return replace(wanted, sort=chosen, descending=not wanted.descending if again else first_down)


def _listed(wanted: Wanted) -> str:
    named = ", ".join(mark.label for mark in Mark if mark in wanted.marks)
    return named or ("any" if wanted.exceptions else "")


def _spoken(review: Review) -> str:
    return review.value.replace("_", " ")


def _named(typed: str) -> set[str]:
    parts = (part.strip().casefold().replace(" ", "_") for part in typed.replace(";", ",").split(","))
    return {part for part in parts if part}
