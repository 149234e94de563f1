"""`dispatch service-plan add …`: a plan begun with a preset or with another plan."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.commands.declared import acts
from dispatch.commands.options import CONFIRM, Args, User, one_of, option, options_of, typed
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.session.refusals import Faulty
from dispatch.lazily import lazily

with lazily(__name__):
    from dispatch.desk.book import editing
    from dispatch.records import agreements as records

KIND = "service-plan"


@acts(
    "add",
    "add a service plan; one that begins with a preset has its terms, and the price that you say",
    one_of(
        option("--preset", "PRESET", "small, sweet spot or big"),
        option(
            "--like",
            "PLAN",
            "begin with what this plan says",
            reads=lambda store, name, _: name and RECORD_STORES[KIND].find(store, name),
        ),
    ),
    lambda: options_of(records.SERVICE_PLAN.typed),
    CONFIRM,
)
def _add(user: User, args: Args) -> Iterator[str]:
    texts, said = {}, typed(args)
    if args.preset is not None:
        if (preset := records.PRESETS.get(args.preset.strip().casefold())) is None:
            raise Faulty([f"preset: {args.preset!r} is not one of {', '.join(records.PRESETS)}"])
        if not said.keys() & {"fee", "per_computer", "per_server", "per_user"}:
            raise Faulty(
                [f"fee: is missing; such a plan costs about {preset['fee']} a month, and yours is said by --fee"]
            )
        texts = {**preset, "fee": ""}
    elif args.like is not None:
        texts = {**RECORD_STORES[KIND].texts(user.store, args.like), "name": ""}
    plan = editing.add(user, KIND, texts | said, args.confirm)
    yield f"Added service plan {plan.name}: {RECORD_STORES[KIND].line(user.store, plan)}."


DEEDS = (_add,)
