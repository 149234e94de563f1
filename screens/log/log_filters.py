"""Asking what the visit log shall show, in which order."""

from __future__ import annotations

import datetime
from dataclasses import replace

from dispatch.desk.log.visit_log import SORTS, LogFilter
from dispatch.desk.session.refusals import Faulty
from dispatch.model.reviews import ReviewMark
from dispatch.model.states import Review
from dispatch.model.typed_times import parse_day
from screens.dialogs.asked import SHOWS, AskedField, ChoiceRow
from screens.user_screen import UserScreen


async def ask_filters(screen: UserScreen, filters: LogFilter, today: datetime.date) -> LogFilter:
    """Ask for days, names, exceptions and states of review; an empty field leaves nothing out."""
    fields = [
        AskedField(
            "first",
            "From",
            filters.first.isoformat() if filters.first else "",
            "2026-11-23, monday, today; empty: all",
            today=today,
        ),
        AskedField("last", "To", filters.last.isoformat() if filters.last else "", "empty: that day only", today=today),
        AskedField("technician", "Technician", filters.technician, "part of a name"),
        AskedField("client", "Client", filters.client, "part of a name"),
        AskedField(
            "only", "Exceptions", _listed(filters), f"any, or of {', '.join(mark.label for mark in ReviewMark)}"
        ),
        AskedField(
            "review",
            "Review",
            ", ".join(_spoken(review) for review in Review if review in filters.reviews),
            ", ".join(map(_spoken, Review)),
        ),
    ]

    def read(typed: dict[str, str]) -> LogFilter:
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
        faults += [f"exceptions: there is no {mark.replace('_', ' ')!r}" for mark in sorted(marks - set(ReviewMark))]
        faults += [f"review: there is no {review.replace('_', ' ')!r}" for review in sorted(reviews - set(Review))]
        if faults:
            raise Faulty(faults)
        return replace(
            filters,
            first=first,
            last=last,
            technician=typed["technician"].strip(),
            client=typed["client"].strip(),
            exceptions=exceptions or bool(marks),
            marks=frozenset(map(ReviewMark, marks)),
            reviews=frozenset(map(Review, reviews)),
        )

    return await screen.fill_in("Which visits?", fields, read, SHOWS)


async def ask_order(screen: UserScreen, filters: LogFilter) -> LogFilter:
    """Ask by which column to sort; the one that is sorted by already is turned round."""
    rows = [ChoiceRow(name + (", turned round" if name == (filters.sort or "start") else ""), name) for name in SORTS]
    chosen = await screen.choose("Sort by", rows)
    again = chosen == (filters.sort or "start")
    first_down = chosen in ("exceptions", "charge", "overrides", "retests")
    return replace(filters, sort=chosen, descending=not filters.descending if again else first_down)


def _listed(filters: LogFilter) -> str:
    named = ", ".join(mark.label for mark in ReviewMark if mark in filters.marks)
    return named or ("any" if filters.exceptions else "")


def _spoken(review: Review) -> str:
    return review.value.replace("_", " ")


def _named(typed: str) -> set[str]:
    parts = (part.strip().casefold().replace(" ", "_") for part in typed.replace(";", ",").split(","))
    return {part for part in parts if part}
