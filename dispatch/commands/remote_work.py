"""`dispatch remote-work …`: what is done for a client from a distance or on the phone."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.commands.declared import STANDS, CommandGroup, acts, by, on_visit
from dispatch.commands.options import JSON, Args, User, option, options_of, typed
from dispatch.commands.printing import Answer
from dispatch.lazily import lazily
from dispatch.model.text import show
from dispatch.model.ways import way_and_work

with lazily(__name__):
    from dispatch.commands import forms
    from dispatch.desk.closeout import remote_work
    from dispatch.records import requests


@acts(
    "add",
    "write down what was done, from when to when; without minutes or an end the clock runs",
    lambda: options_of(requests.REMOTE_WORK.fields, needed=True),
    JSON,
)
def _add(user: User, args: Args) -> Answer:
    visit = remote_work.write_down(user, typed(args))

    def lines(*_: object) -> Iterator[str]:
        times, part = user.firm.times(), visit.assignments[0]
        yield f"{visit.reference} {show(visit.client)}, {show(way_and_work(visit))}."
        if part.check_out_at is None:
            since = times.clock(part.check_in_at)
            yield f"  the clock runs since {since}: dispatch remote-work end {visit.reference} WHAT"
        else:
            yield f"  {times.span(part.check_in_at, part.check_out_at)} with {show(part.named)}, to review"

    return Answer(visit, forms.visit_form, lines)


_end = on_visit(
    "end",
    "end what runs, with what was done (default: what it was begun with)",
    option("text", "WHAT", nargs="?", default=""),
)(by("closeout.remote_work.end", STANDS))

COMMANDS = (CommandGroup("remote-work", "what is done from a distance or on the phone", (_add, _end)),)
