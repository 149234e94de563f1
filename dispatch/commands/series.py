"""`dispatch recurrence add|edit|make`: series of visits, with what would come of them shown before they are saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dispatch.commands.declared import acts
from dispatch.commands.options import JSON, SCOPE, Args, User, flag, option, options_of, typed
from dispatch.commands.printing import Answer
from dispatch.commands.typed import day
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.lazily import lazily
from dispatch.model.forms import forms
from dispatch.model.instants import day_text

with lazily(__name__):
    from dispatch.desk.book import editing, recurring, series
    from dispatch.desk.texts import series_words
    from dispatch.model.requests import Recurrence
    from dispatch.model.visits import Visit

_RECORDS = RECORD_STORES["recurrence"]
_CHECK = flag("--check", "only say what would come of it: the next dates")


@acts("add", "add a recurrence", *options_of(_RECORDS.record.typed), _CHECK)
def _add(user: User, args: Args) -> Iterator[str]:
    if args.check:
        yield from _foreseen(user, None, typed(args))
        return
    recurrence = editing.add(user, "recurrence", typed(args))
    yield f"Added recurrence {_RECORDS.title(user.store, recurrence)}."
    yield from _notes(user, recurrence)


@acts(
    "edit",
    "change a recurrence; what is not named stays",
    option(
        "record",
        "RECURRENCE",
        "its number, or a part that only it has",
        reads=lambda store, name, _: _RECORDS.find(store, name),
    ),
    *options_of(_RECORDS.record.typed),
    _CHECK,
    SCOPE,
    option("--since", "DAY", "with --scope following: from which day on (default: the next visit)", reads=day),
)
def _edit(user: User, args: Args) -> Iterator[str]:
    if args.check:
        yield from _foreseen(user, args.record, typed(args))
        return
    recurrence = series.change(user, args.record, typed(args), args.scope, args.since)
    yield f"{_RECORDS.title(user.store, recurrence)}: {_RECORDS.line(user.store, recurrence)}"
    yield from _notes(user, recurrence)


def _foreseen(user: User, before: Recurrence | None, texts: Mapping[str, str]) -> Iterator[str]:
    foreseen = series.foresee(user, before, texts)
    yield series_words.foreseen_line(foreseen)
    for scope, words in foreseen.choices.items():
        yield f"--scope {scope}: {words}"


def _notes(user: User, recurrence: Any) -> Iterator[str]:
    yield from (f"  {note}" for note in _RECORDS.notes(user.store, recurrence))


@acts("make", "make the visits of the next eight weeks; an open board does so by itself", JSON)
def _make_ahead(user: User, _: Args) -> Answer:
    def lines(made: Sequence[Visit]) -> Iterator[str]:
        for visit in made:
            when = day_text(visit.occurrence) if visit.occurrence is not None else ""
            yield f"{visit.reference}  {when}  {visit.client}, {visit.work}"
        yield f"{len(made)} made." if made else "Every recurring visit is made already."

    return Answer(recurring.make_ahead(user), lambda made: forms(made, "reference date=occurrence client"), lines)


DEEDS = (_add, _edit, _make_ahead)
