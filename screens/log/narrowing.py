"""What the log is narrowed to, asked for on the screen: days, names, remarks and states of review, words; and its order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dispatch.desk.log.visit_log import SORTS, LogFilter
from dispatch.desk.session.refusals import Faulty
from dispatch.fields.kinds import Day, Many, Text
from dispatch.fields.record import Field
from dispatch.model.boards import Log
from dispatch.model.reviews import NOTES, ReviewMark
from dispatch.model.states import Review
from dispatch.model.text import count_text
from dispatch.model.ways import WAYS
from screens.dialogs.asked import ENTER_SHOWS, ChoiceRow
from screens.record_forms import ask_values
from screens.user_screen import UserScreen

_ANY = "any"
_MARKS = {mark.label: mark for mark in ReviewMark}
_REVIEWS = {review.label: review for review in Review}
_WAYS = {words: way for way, words in WAYS.items()}
_FIELDS = (
    Field("first", "From", Day(), "2026-11-23, monday, today; empty: all"),
    Field("last", "To", Day(), "empty: that day only"),
    Field("technician", "Technician", Text(), "part of a name"),
    Field("client", "Client", Text(), "part of a name"),
    Field("only", "Exceptions", Many({_ANY: _ANY, **_MARKS}, set), f"any, or of {', '.join(_MARKS)}"),
    Field("review", "Review", Many(_REVIEWS, frozenset), ", ".join(_REVIEWS)),
    Field("ways", "How", Many(_WAYS, frozenset), f"{', '.join(_WAYS)}; empty: all"),
)


async def ask_filters(screen: UserScreen, filters: LogFilter) -> LogFilter:
    """Ask for days, names, exceptions, states of review and ways of work; an empty field leaves nothing out."""
    stands = {name: str(getattr(filters, name) or "") for name in ("first", "last", "technician", "client")}
    marks = ", ".join(word for word, mark in _MARKS.items() if mark in filters.marks)
    stands["only"] = marks or (_ANY if filters.exceptions else "")
    stands["review"] = ", ".join(word for word, review in _REVIEWS.items() if review in filters.reviews)
    stands["ways"] = ", ".join(word for word, way in _WAYS.items() if way in filters.ways)

    def take(values: dict[str, Any]) -> LogFilter:
        first, last, marks, reviews = (values.pop(name) for name in ("first", "last", "only", "review"))
        if last is not None and (first is None or last < first):
            raise Faulty(["last: is before the first day" if first else "first: is missing"])
        only = {"exceptions": bool(marks), "marks": frozenset(marks - {_ANY}), "reviews": reviews}
        return replace(filters, first=first, last=last, **only, **values)

    return await ask_values(screen, "Which visits?", _FIELDS, take, stands, ENTER_SHOWS)


async def ask_order(screen: UserScreen, filters: LogFilter) -> LogFilter:
    """Ask by which column to sort; the one that is sorted by already is turned round."""
    rows = [ChoiceRow(name + (", turned round" if name == (filters.sort or "start") else ""), name) for name in SORTS]
    chosen = await screen.choose("Sort by", rows)
    again = chosen == (filters.sort or "start")
    first_down = chosen in ("exceptions", "charge", "overrides", "retests")
    return replace(filters, sort=chosen, descending=not filters.descending if again else first_down)


async def ask_reason(screen: UserScreen, log: Log, filters: LogFilter) -> LogFilter:
    """Ask for one of the remarks on these days, which are counted, or for all visits."""
    rows = [
        ChoiceRow(
            f"{mark.label:12} {count_text(count, 'visit'):>12}{'  no exception' if mark in NOTES else ''}",
            frozenset({mark}),
        )
        for mark, count in log.reasons
    ]
    rows.append(ChoiceRow("all visits", frozenset()))
    marks = await screen.choose("Which reason?", rows)
    return replace(filters, marks=marks, exceptions=bool(marks))
