"""`dispatch client|site merge …`, `dispatch client doubles`: records that are there twice."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.commands.declared import Command, acts, reads
from dispatch.commands.options import JSON, Args, Option, Store, User, option
from dispatch.commands.printing import Answer, listing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.lazily import lazily
from dispatch.model.text import show

with lazily(__name__):
    from dispatch.desk.mending import doubles, merging


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
