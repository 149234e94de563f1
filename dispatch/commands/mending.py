"""`dispatch client|site merge …`, `client doubles`, `visit to-site|copy|split …`: what was entered otherwise than it is."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.commands.declared import Command, acts, on_visit, reads
from dispatch.commands.options import CONFIRM, JSON, REFERENCE, Args, Option, Store, User, option, options_of, typed
from dispatch.commands.printing import Answer, listing
from dispatch.commands.requested import requested
from dispatch.commands.typed import minutes
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.book.records import site_named
from dispatch.lazily import lazily
from dispatch.model.text import show

with lazily(__name__):
    from dispatch.commands import forms
    from dispatch.desk.mending import doubles, merging, rehoming, splitting
    from dispatch.desk.requests import intake
    from dispatch.desk.visits import steps
    from dispatch.records import requests


def merge(kind: str) -> Command:
    """Two records of a kind become one."""

    def called(name: str, text: str) -> Option:
        return option(name, name.upper(), text, reads=lambda store, typed, _: RECORD_STORES[kind].find(store, typed))

    @acts(
        "merge",
        f"two records of one {kind} become one; undo takes it back",
        called("kept", f"the {kind} that stays"),
        called("other", "the one that is archived; what hangs on it goes over"),
        option("--keep", "FIELD", "where both say something else: what the first says; repeat", action="append"),
        option("--take", "FIELD", "what the other says; repeat", action="append"),
        *(
            [option("--sites", None, "sites of one name become one, or are renamed", choices=["merge", "rename"])]
            if kind == "client"
            else []
        ),
        JSON,
    )
    def run(user: User, args: Args) -> Answer:
        answers = dict.fromkeys(args.keep or (), merging.KEEP) | dict.fromkeys(args.take or (), merging.TAKE)
        if sites := getattr(args, "sites", None):
            answers[merging.SITES] = sites

        def lines(done: merging.Merged) -> Iterator[str]:
            title = RECORD_STORES[kind].title(user.store, done.kept)
            over = ", ".join(f"{count} {table.replace('_', ' ')}" for table, count in done.counts.items())
            yield f"{show(done.gone)} is {show(title)} now: {over or 'nothing hung on it'}. dispatch visit undo takes it back."

        return Answer(
            merging.merge(user, kind, args.kept, args.other, answers),
            lambda done: {
                "kept": RECORD_STORES[kind].title(user.store, done.kept),
                "gone": done.gone,
                "moved": dict(done.counts),
            },
            lines,
        )

    return run


@reads("doubles", "clients and sites that are probably there twice", JSON)
def doubles_of_the_book(store: Store, _: Args) -> Answer:
    """Which records are probably one."""
    return listing(
        doubles.doubles(store),
        lambda one: {"kind": one.kind, "names": [name for _, name in one.records]},
        lambda one: f"{one.kind:<7} {show(one.names, 200)}",
        "Nothing is there twice, as far as names tell.",
    )


@on_visit(
    "to-site",
    "it was booked at the wrong site, or for the wrong client: it goes there, with its charge afresh",
    option("site", "SITE", "as it is called, or client / site", reads=lambda store, name, _: site_named(store, name)),
    option("--reason", "TEXT", "needed for what has ended", default=""),
    CONFIRM,
    JSON,
)
def to_site(user: User, args: Args) -> Answer:
    """Put a visit at another site."""
    before = steps.find(user.store, args.reference)
    after = rehoming.to_site(user, args.reference, args.site, reason=args.reason, confirmed=args.confirm)
    along = rehoming.with_it(user.store, before, after)
    said = f"{after.reference} is at {after.client}, {after.site}{along}: {after.state.label}."
    return Answer(after, forms.visit_form, lambda _: said)


@acts(
    "copy",
    "the same once more in the queue, as a job of its own; what is named is otherwise",
    REFERENCE,
    lambda: options_of([field for field in requests.REQUEST.fields if field.name != "emergency"]),
    JSON,
)
def copy(user: User, args: Args) -> Answer:
    """Ask for the same once more."""
    visit = intake.copy(user, args.reference, typed(args))
    return requested(user.store, visit)


@on_visit(
    "split",
    "a part of it becomes a second visit, after it, in the queue",
    option("--minutes", "MINUTES", "the work of the second; the first keeps the rest", type=minutes, required=True),
    option("--work", "TEXT", "what is done on the second", default=""),
    option(
        "--item",
        "REF",
        "what was asked for beside the work (W1.2) that goes there; repeat",
        action="append",
        default=[],
    ),
    option("--promise", None, "which has the promised window", choices=["first", "second"], default="first"),
    option("--notes", None, "which has the description", choices=["first", "second", "both"], default="both"),
    JSON,
)
def split(user: User, args: Args) -> Answer:
    """Split a visit in two."""
    how = {"work": args.work, "items": args.item, "promise": args.promise, "notes": args.notes}
    return Answer(
        splitting.split(user, args.reference, args.minutes, **how),
        lambda both: [forms.visit_form(visit) for visit in both],
        lambda both: [
            f"{visit.reference} {show(visit.client)}: {show(visit.work)}, {visit.minutes} min." for visit in both
        ],
    )


VISIT_DEEDS = (to_site, copy, split)
