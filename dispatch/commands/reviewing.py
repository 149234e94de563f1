"""`dispatch review …` and `dispatch visit history`: the lead's review."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from dispatch.commands.declared import CommandGroup, acts, alone, by, of_visit, on_visit, reads
from dispatch.commands.opening import agreed, on_terminal, open_store, user_of
from dispatch.commands.options import BRANCH, JSON, REFERENCE, Args, Store, User, flag, option
from dispatch.commands.printing import Answer, Result, listing
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.lazily import lazily
from dispatch.levels.late_causes import TOLD
from dispatch.model.forms import form
from dispatch.model.instants import when_text
from dispatch.model.text import pad, show

with lazily(__name__):
    from db import reviews, settings
    from dispatch.commands import forms as json_forms
    from dispatch.desk.figures import open_work
    from dispatch.desk.figures.open_work import OpenItem
    from dispatch.desk.log import visit_log
    from dispatch.desk.review import reviewing
    from dispatch.desk.session import shown as showing
    from dispatch.desk.texts import board_words, record_words

_SENT_BACK = "{0.reference} is sent back: the comment stands in the technician's day until it is answered."
_PUT_RIGHT = "{0.reference}: the words are put right; the original stays beside them."


@of_visit(
    "history",
    "everything about a visit: who, when, from where; drives, attempts, charge, corrections",
    JSON,
    earlier="story",
)
def history(store: Store, args: Args) -> Answer:
    """`dispatch visit history`."""
    return Answer(reviewing.visit_history(store, args.reference), json_forms.history_form, _history_text)


def _history_text(told: reviewing.VisitHistory) -> list[str]:
    return [line.text for line in record_words.history_lines(told)]


@reads("list", "what waits for review: exceptions first, then what is clean", JSON, BRANCH)
def _list(store: Store, _: Args) -> Answer:
    log, exceptions, clean = visit_log.waiting(store)

    def json_form(*_: object) -> dict[str, Any]:
        keys = "reference=visit.reference client=visit.client why start=visit.start@"
        return {
            "exceptions": [
                form(line, keys, log.zone, why=[mark.text for mark in line.exceptions]) for line in exceptions
            ],
            "clean": [line.visit.reference for line in clean],
        }

    def lines(*_: object) -> Iterator[str]:
        if not log.lines:
            yield "Nothing waits for review."
        for line in exceptions:
            why = "; ".join(remark.text for remark in line.exceptions)
            yield f"{pad(line.visit.reference, 8)} {pad(line.visit.client, 28)} {why}"
        if clean:
            yield f"Clean ({len(clean)}): {', '.join(line.visit.reference for line in clean)}"
            seen = " ".join(f"{line.visit.reference}@{line.charge.revision}" for line in clean)
            yield f"`dispatch review batch {seen} --yes` approves these."

    return Answer(log, json_form, lines)


@alone(
    "approve",
    "approve a visit: its charge is ready to invoice; cannot be undone",
    REFERENCE,
    flag("--check", "only say what it would do, and what stands against it"),
    option("--reason", "WHY", "needed for what was left open or fails", default=""),
    option(
        "--revision",
        "N",
        "of its charge, that you saw (from --check); on a terminal you may be asked instead",
        type=int,
    ),
)
def _approve(args: Args) -> Result:
    if args.check:
        judged = reviewing.judge(open_store(args), args.reference)
        _print_judged(judged)
        if not judged.refusals:
            print(f"dispatch review approve {show(judged.visit.reference)} --revision {judged.shown.revision}")
        return 1 if judged.refusals else 0
    user = user_of(args)
    shown = showing.Shown(revision=args.revision)
    if args.revision is None and on_terminal():
        judged = reviewing.judge(user.store, args.reference)
        _print_judged(judged)
        if not judged.refusals and agreed("Approve it?"):
            shown = judged.shown
    visit = reviewing.approve(user, args.reference, args.reason, shown)
    return reviewing.approved_words(user.store, visit)


def _print_judged(judged: reviewing.JudgedApproval) -> None:
    print("\n".join(show(line) for line in judged.consequences))
    for refusal in judged.refusals:
        print(f"refused: {show(refusal)}")
    for doubt in judged.doubts:
        print(f"needs --reason: {show(doubt)}")


@acts("comments", "the comments that wait for your answer", JSON)
def _comments(user: User, _: Args) -> Answer:
    zone = user.firm.zone
    return listing(
        reviews.waiting_for(user.store, user.staff.id),
        lambda comment: form(comment, json_forms.COMMENT, zone),
        lambda comment: (
            f"{comment.reference} {comment.client}: {comment.text} ({comment.by}, {when_text(comment.at, zone)})"
        ),
        "No visit of yours was sent back.",
    )


@acts(
    "batch",
    "approve what is clean in one go; says what is not, and why",
    option(
        "references",
        "REFERENCE",
        "R1@2: at the revision that you saw (default, without --yes: all that is clean)",
        nargs="*",
    ),
    flag("--yes", "do it; without it, it is only said what would be approved"),
)
def _batch(user: User, args: Args) -> int:
    log, exceptions, clean = visit_log.waiting(user.store)
    references = args.references or [f"{line.visit.reference}@{line.charge.revision}" for line in clean]
    shown = _at_revisions(references)
    if not args.references:
        for line in exceptions:
            print(
                f"not clean: {show(line.visit.reference)} {'; '.join(show(remark.text) for remark in line.exceptions)}"
            )
    if not references:
        print("Nothing is clean that waits for review.")
        return 0
    named_lines = [line for line in log.lines if line.visit.reference in shown]
    if named_lines and not (args.yes and args.references):
        print(*board_words.batch_lines(named_lines, log.zone), *board_words.known_lines(named_lines), sep="\n")
    if not args.yes or not (args.references or on_terminal()):
        named = "" if args.references else ", with these named"
        print(f"Would be approved ({len(references)}): {' '.join(map(show, references))}. --yes does it{named}.")
        if args.yes:
            raise Refusal("Nothing was approved: name each visit with the revision that you saw, as above.")
        return 0
    if not args.references and not agreed(f"Approve {' '.join(map(show, references))}?"):
        return 1
    done = reviewing.approve_clean(
        user, {reference: showing.Shown(revision=revision) for reference, revision in shown.items()}
    )
    for reference, why in done.left_out:
        print(f"not approved: {show(reference)} {show(why)}")
    print(f"Approved ({len(done.approved)}): {', '.join(map(show, done.approved)) or 'none'}.")
    return 1 if done.left_out else 0


def _at_revisions(references: Sequence[str]) -> dict[str, int | None]:
    """References as they are typed, R1 or R1@2, with the revision that is meant."""
    revisions: dict[str, int | None] = {}
    for typed in references:
        reference, at, revision = typed.strip().rpartition("@")
        if at and not revision.isdecimal():
            raise Faulty([f"{typed!r} is not a reference with a revision, such as R1@2"])
        revisions[reference if at else revision] = int(revision) if at else None
    return revisions


@reads(
    "open",
    "what is still open, and for how long: the oldest of each kind first",
    flag("--before", "only what is open since last week or longer"),
    JSON,
    about="Promises at risk, follow-ups of what was left open, requests, comments, what was typed and not saved, messages "
    "that did not go out, visits to review and visits to invoice.",
)
def _open(store: Store, args: Args) -> Answer:
    work = open_work.open_work(store)
    items = work.of_before if args.before else work.items
    zone = settings.firm(store).zone

    def lines(items: Sequence[OpenItem]) -> Iterator[str]:
        for kind, found in groupby(items, lambda item: item.kind):
            each = list(found)
            yield f"{kind.label.capitalize()} ({len(each)})"
            for item in each:
                yield f"  {pad(item.age(work.now), 10)} {pad(item.reference, 9)} {pad(item.client, 28)} {item.what}".rstrip()
        if not items:
            yield "Nothing is open."

    return Answer(
        items,
        lambda items: [
            form(item, "kind reference client what since@", zone) | {"minutes": max(0, (work.now - item.since) // 60)}
            for item in items
        ],
        lines,
    )


_REVIEW = (
    _list,
    _approve,
    on_visit(
        "send-back",
        "send a visit back; the comment stands in the technician's day",
        option("--comment", "TEXT", required=True),
    )(by("review.reviewing.send_back", _SENT_BACK)),
    _comments,
    on_visit(
        "answer",
        "answer the lead's comment: the visit waits for review again",
        option("--text", "TEXT", "not needed where something was put right since", default=""),
    )(by("review.reviewing.answer", "{0.reference} waits for review again.", words="text")),
    on_visit(
        "words",
        "put right what was written; the original stays beside it",
        option("item", "ITEM", "its latest result, or the number of an entry as `visit show --json` has it"),
        option("words", "WORDS", "the right ones"),
        option("--reason", "WHY", required=True),
    )(by("review.reviewing.correct_words", _PUT_RIGHT, of="item")),
    on_visit(
        "late",
        "why somebody came late, or nobody came: told once, and counted",
        option("--cause", required=True, choices=list(TOLD)),
        option("--words", "TEXT", "what there is to say of it; needed for other", default=""),
    )(by("review.late_causes.tell", "{0.reference}: the cause of the lateness is kept, as you tell it.")),
    _batch,
    _open,
)
COMMANDS = (CommandGroup("review", "approve visits, send them back, answer, put words right", _REVIEW),)
