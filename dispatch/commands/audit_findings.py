"""`dispatch finding …`: what an audit found, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.commands.declared import CommandGroup, acts, on_visit
from dispatch.commands.options import JSON, REASON, Args, Option, User, flag, option, options_of, typed
from dispatch.commands.printing import Answer
from dispatch.commands.typed import CLIENT
from dispatch.desk.session.refusals import Refusal
from dispatch.lazily import lazily

with lazily(__name__):
    from dispatch.commands import forms
    from dispatch.desk.closeout import finding
    from dispatch.desk.texts import finding_words
    from dispatch.model.findings import AuditFinding
    from dispatch.records import findings as fields

_NUMBER = option("number", "NUMBER", "as the list prints it", type=int)


def _asked(*, needed: bool) -> Sequence[Option]:
    return options_of(fields.FIELDS, needed=needed)


def _said(found: AuditFinding) -> str:
    return f"Finding {found.number} of {found.reference}: {found.severity}, {found.what}"


@on_visit("add", "write down what was found; the visit is open", lambda: _asked(needed=True))
def _add(user: User, args: Args) -> str:
    return _said(finding.add(user, args.reference, typed(args)))


@on_visit("edit", "put a finding right while the visit is open: only what is named changes, '' empties", _NUMBER,
          lambda: _asked(needed=False))  # fmt: skip
def _edit(user: User, args: Args) -> str:
    return _said(finding.edit(user, args.reference, args.number, typed(args)))


@on_visit("remove", "take a finding out while the visit is open", _NUMBER, REASON)
def _remove(user: User, args: Args) -> str:
    gone = finding.remove(user, args.reference, args.number, args.reason)
    return f"Finding {gone.number} of {args.reference} is taken out."


@on_visit(
    "mark",
    "dispatcher or lead: what became of a finding",
    _NUMBER,
    option("state", "STATE", "done, declined (by the client, with --note in their words), or open again",
           choices=["open", "done", "declined"]),
    option("--note", "TEXT", default=""),
)  # fmt: skip
def _mark(user: User, args: Args) -> str:
    marked = finding.mark(user, args.reference, args.number, args.state, args.note)
    return f"Finding {marked.number} of {marked.reference} is {marked.state.label}."


@on_visit("show", "one finding", _NUMBER, JSON)
def _show(user: User, args: Args) -> Answer:
    found = [one for one in finding.of_visit(user, args.reference) if one.number == args.number]
    if not found:
        raise Refusal(f"{args.reference} has no finding {args.number}.")
    return Answer(found[0], forms.finding_form, finding_words.whole)


@acts(
    "list",
    "the findings of a visit; without one those of all visits that are still open",
    option("reference", "REFERENCE", "the visit", nargs="?"),
    option("--client", "NAME", "only this client's", reads=CLIENT),
    flag("--all", "also what is done or declined"),
    JSON,
)
def _list(user: User, args: Args) -> Answer:
    if args.reference is not None:
        found = finding.of_visit(user, args.reference)
    else:
        found = finding.of_client(user, args.client and args.client.id, every=args.all)
    return Answer(
        found,
        lambda found: [*map(forms.finding_form, found)],
        lambda found: [*map(finding_words.in_a_list, found)] or ["No findings."],
    )


COMMANDS = (
    CommandGroup("finding", "what an audit found, and what became of it", (_add, _list, _show, _edit, _remove, _mark)),
)
