"""`dispatch holidays …`: the days on which the firm does not work, typed or taken from a country's."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.commands.declared import CommandGroup, acts, reads
from dispatch.commands.options import JSON, Args, Store, User, flag, option, options_of, typed
from dispatch.commands.printing import Answer, listing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.lazily import lazily
from dispatch.model.instants import day_text

with lazily(__name__):
    from dispatch.desk.book import editing, holiday_table

_RECORDS = RECORD_STORES["holiday"]


@reads("list", "every holiday", JSON)
def _list(store: Store, _: Args) -> Answer:
    return listing(
        _RECORDS.all(store),
        lambda holiday: _RECORDS.texts(store, holiday),
        lambda holiday: f"{day_text(holiday.day)}  {holiday.name}".rstrip(),
        "None yet: dispatch holidays add, or dispatch holidays import",
    )


@acts("add", "add a holiday", *options_of(_RECORDS.record.typed))
def _add(user: User, args: Args) -> str:
    holiday = editing.add(user, "holiday", typed(args))
    return f"{day_text(holiday.day)} is a holiday."


@acts(
    "remove",
    "take a holiday out; undo brings it back",
    option("record", "DAY", "the day, or its name", reads=lambda store, name, _: _RECORDS.find(store, name)),
)
def _remove(user: User, args: Args) -> str:
    editing.archive(user, "holiday", args.record)
    return f"{day_text(args.record.day)} is no holiday any more; dispatch visit undo brings it back."


@acts(
    "import",
    "take over the public holidays of a country",
    option("country", "COUNTRY", "its two letters: US, DE, GB"),
    option(
        "--subdivision", "LETTERS", "a state or province: OH, BY (default: what holds in the whole country)", default=""
    ),
    option("--year", "YEAR", "repeat for several (default: this and the next)", action="append", default=[], type=int),
    flag("--check", "only say what would be taken over"),
    about="Needs the extra `holidays`. Days that are there stay as they are.",
)
def _import(user: User, args: Args) -> Iterator[str]:
    asked = (args.country, args.subdivision, args.year)
    new = holiday_table.missing(user.store, *asked) if args.check else holiday_table.import_country(user, *asked)
    yield from (f"{day_text(holiday.day)}  {holiday.name}" for holiday in new)
    yield f"{len(new)} {'would be' if args.check else 'were'} taken over." if new else "All of them are there already."


COMMANDS = (CommandGroup("holidays", "the days on which the firm does not work", (_list, _add, _remove, _import)),)
