"""The deeds of `dispatch visit` that move service-level clocks: answered, priority, why a target was missed."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.commands.declared import Command, by, on_visit
from dispatch.commands.options import REASON, Args, Option, User, option
from dispatch.lazily import lazily

with lazily(__name__):
    from db import clocks
    from dispatch.desk.levels import clocks as levels
    from dispatch.desk.plan import schedule
    from dispatch.desk.texts import level_words


@on_visit(
    "hold",
    "put a visit on hold: waiting for the client, parts or a vendor",
    option(
        "--for",
        None,
        "who is waited for; waiting for the client stops the on-site and resolution clocks (default: client)",
        dest="waiting_for",
        default="client",
        choices=["client", "parts", "vendor"],
    ),
    option("--whom", "NAME", "the person asked (default: who reported it)", default=""),
    REASON,
)
def hold(user: User, args: Args) -> str:
    visit = schedule.hold(user, args.reference, args.reason, kind=args.waiting_for, whom=args.whom)
    wait = clocks.open_wait(user.store, visit.id)
    assert wait is not None
    return f"{visit.reference} {visit.client}: {visit.state.label}, waiting for {wait.whom} ({wait.kind})."


def _moves(name: str, text: str, deed: str, *options: Option) -> Command:
    """A deed on a visit, after which it is said how the visit and its clocks stand."""

    @on_visit(name, text, *options)
    def moves(user: User, args: Args) -> Iterator[str]:
        visit = by(f"requests.responding.{deed}")(user, args)
        yield f"{visit.reference} {visit.client}: {visit.state.label}, P{visit.priority}."
        if running := levels.clocks_of(user.store, [visit]).get(visit.id, ()):
            yield from (f"  {line}" for line in level_words.clock_lines(running, visit.zone))

    return moves


_NOTE = option("--note", "TEXT", default="")
DEEDS = (
    _moves(
        "responded",
        "a human answered, a remote session began, a workaround was agreed: now",
        "responded",
        option("--by", required=True, choices=["phone", "remote", "workaround"]),
        _NOTE,
    ),
    _moves("handed-over", "the report of an audit was handed to the client: today", "handed_over", _NOTE),
    _moves(
        "priority",
        "another priority: the clocks are measured from receipt again",
        "set_priority",
        option("priority", "P1..P4"),
        option("--reason", "TEXT", default=""),
    ),
    _moves(
        "explain",
        "why a target was missed; asked once, and counted in the month's figures",
        "explain",
        option("clock", "CLOCK", "phone, remote, on-site or resolution"),
        option("--cause", "TEXT", required=True),
    ),
)
