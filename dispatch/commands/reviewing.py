"""`dispatch review …`, `dispatch invoice …` and `dispatch visit story`: the lead's review, and what is ready to invoice."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dispatch.commands.opening import agreed, common_options, deeds_on, on_terminal, open_seat, open_store
from dispatch.model.paths import typed_path

if TYPE_CHECKING:
    from db.store import Store
    from dispatch.desk.invoicing import HandedOver
    from dispatch.desk.reviewing import Judged

Deed = Callable[..., argparse.ArgumentParser]


def add_parsers(groups: Any) -> None:
    """Register `dispatch review` and `dispatch invoice`."""
    options = common_options()
    _add_review(groups, options)
    group = groups.add_parser("invoice", help="hand approved visits over to be invoiced, each once")
    deeds = group.add_subparsers(metavar="DEED", required=True, title="deeds")
    export = deeds.add_parser(
        "export",
        parents=[options],
        help="every approved visit, marked so that it is never exported twice",
        description="Writes every approved visit as a new batch and marks it exported. --again writes an old batch once more, "
        "exactly as it was; both stand in the audit. The file is only for you to read (0600).",
    )
    export.add_argument("--out", metavar="FILE", help="where to (default: standard output)")
    export.add_argument(
        "--check", action="store_true", help="only say what would be exported, with the revision of each charge"
    )
    export.add_argument(
        "--shown", metavar="R1@2,R2@1", help="what you saw ready (from --check); on a terminal you may be asked instead"
    )
    export.add_argument("--replace", action="store_true", help="write over a file that is there")
    form = export.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="a row for each charge line and the tax (the default)")
    form.add_argument("--json", action="store_true", help="whole visits with their lines (docs/json.md)")
    export.add_argument("--again", type=int, metavar="BATCH", help="this batch once more, on purpose")
    export.set_defaults(run=_export)
    listing = deeds.add_parser(
        "list", parents=[options], help="the batches, and what waits", description="The batches, and what waits."
    )
    listing.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    listing.set_defaults(run=_batches)


def _add_review(groups: Any, options: argparse.ArgumentParser) -> None:
    group = groups.add_parser("review", help="approve visits, send them back, answer, put words right")
    deeds = group.add_subparsers(metavar="DEED", required=True, title="deeds")

    deed = deeds_on(deeds, options, about_visits=True)

    listing = deed("list", _list, "what waits for review: exceptions first, then what is clean", reference=False)
    listing.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    approve = deed("approve", _approve, "approve a visit: its charge is ready to invoice; cannot be undone")
    approve.add_argument("--check", action="store_true", help="only say what it would do, and what stands against it")
    approve.add_argument("--reason", default="", metavar="WHY", help="needed for what was left open or fails")
    approve.add_argument(
        "--revision",
        type=int,
        metavar="N",
        help="of its charge, that you saw (from --check); on a terminal you may be asked instead",
    )
    back = deed("send-back", _send_back, "send a visit back; the comment stands in the technician's day")
    back.add_argument("--comment", required=True, metavar="TEXT")
    comments = deed("comments", _comments, "the comments that wait for your answer", reference=False)
    comments.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    answer = deed("answer", _answer, "answer the lead's comment: the visit waits for review again")
    answer.add_argument("--text", default="", metavar="TEXT", help="not needed where something was put right since")
    words = deed("words", _words, "put right what was written; the original stays beside it")
    words.add_argument(
        "item", metavar="ITEM", help="its latest result, or the number of an entry as `visit show --json` has it"
    )
    words.add_argument("words", metavar="WORDS", help="the right ones")
    words.add_argument("--reason", required=True, metavar="WHY")
    batch = deed("batch", _batch, "approve what is clean in one go; says what is not, and why", reference=False)
    batch.add_argument(
        "references",
        nargs="*",
        metavar="REFERENCE",
        help="R1@2: at the revision that you saw (default, without --yes: all that is clean)",
    )
    batch.add_argument("--yes", action="store_true", help="do it; without it, it is only said what would be approved")


def add_deeds(deed: Deed) -> None:
    """Register `story` with the group of `dispatch visit`."""
    story = deed(
        "story", _story, "everything about a visit: who, when, from where; drives, attempts, charge, corrections"
    )
    story.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")


def _story(args: argparse.Namespace) -> int:
    from dispatch.commands.forms import print_json
    from dispatch.commands.review_forms import story_form
    from dispatch.desk.story import story_lines, story_of

    story = story_of(open_store(args), args.reference)
    if args.json:
        print_json(story_form(story))
    else:
        print("\n".join(story_lines(story)))
    return 0


def _list(args: argparse.Namespace) -> int:
    from dispatch.commands.forms import print_json
    from dispatch.commands.review_forms import review_form
    from dispatch.desk.visit_log import waiting
    from dispatch.model.text import pad, show

    log, exceptions, clean = waiting(open_store(args))
    if args.json:
        print_json(review_form(exceptions, clean, log))
        return 0
    if not log.lines:
        print("Nothing waits for review.")
    for line in exceptions:
        print(
            f"{pad(line.visit.reference, 8)} {pad(line.visit.client, 28)} {'; '.join(show(one.text) for one in line.remarks)}"
        )
    if clean:
        print(f"Clean ({len(clean)}): {', '.join(show(line.visit.reference) for line in clean)}")
        seen = " ".join(f"{show(line.visit.reference)}@{line.revision}" for line in clean)
        print(f"`dispatch review batch {seen} --yes` approves these.")
    return 0


def _approve(args: argparse.Namespace) -> int:
    from dispatch.desk.reviewing import approve, approved_words, judge
    from dispatch.desk.shown import Shown
    from dispatch.model.text import show

    if args.check:
        judged = judge(open_store(args), args.reference)
        _print_judged(judged)
        if not judged.refusals:
            print(f"dispatch review approve {show(judged.visit.reference)} --revision {judged.shown.revision}")
        return 1 if judged.refusals else 0
    seat = open_seat(args)
    shown = Shown(revision=args.revision)
    if args.revision is None and on_terminal():
        judged = judge(seat.store, args.reference)
        _print_judged(judged)
        if not judged.refusals and agreed("Approve it?"):
            shown = judged.shown
    visit = approve(seat, args.reference, args.reason, shown)
    print(approved_words(seat.store, visit))
    return 0


def _print_judged(judged: Judged) -> None:
    from dispatch.model.text import show

    print("\n".join(show(line) for line in judged.consequences))
    for one in judged.refusals:
        print(f"refused: {show(one)}")
    for one in judged.doubts:
        print(f"needs --reason: {show(one)}")


def _send_back(args: argparse.Namespace) -> int:
    from dispatch.desk.reviewing import send_back
    from dispatch.model.text import show

    comment = send_back(open_seat(args), args.reference, args.comment)
    print(f"{show(comment.reference)} is sent back: the comment stands in the technician's day until it is answered.")
    return 0


def _comments(args: argparse.Namespace) -> int:
    from db import reviews
    from dispatch.commands.forms import print_json
    from dispatch.commands.review_forms import comment_form
    from dispatch.model.instants import clock_text, day_of, day_text
    from dispatch.model.text import show

    seat = open_seat(args)
    found, zone = reviews.waiting_for(seat.store, seat.staff.id), seat.firm.zone
    if args.json:
        print_json([comment_form(one, zone) for one in found])
        return 0
    for one in found:
        when = f"{day_text(day_of(one.at, zone))} {clock_text(one.at, zone)}"
        print(f"{show(one.reference)} {show(one.client)}: {show(one.text)} ({show(one.by)}, {when})")
    if not found:
        print("No visit of yours was sent back.")
    return 0


def _answer(args: argparse.Namespace) -> int:
    from dispatch.desk.reviewing import answer
    from dispatch.model.text import show

    print(f"{show(answer(open_seat(args), args.reference, args.text).reference)} waits for review again.")
    return 0


def _words(args: argparse.Namespace) -> int:
    from dispatch.desk.reviewing import correct_words
    from dispatch.model.text import show

    visit = correct_words(open_seat(args), args.reference, args.item, args.words, args.reason)
    print(f"{show(visit.reference)}: the words are put right; the original stays beside them.")
    return 0


def _batch(args: argparse.Namespace) -> int:
    from dispatch.desk.refusals import Refusal
    from dispatch.desk.reviewing import approve_clean
    from dispatch.desk.shown import Shown
    from dispatch.desk.visit_log import waiting
    from dispatch.model.text import show

    seat = open_seat(args)
    _, exceptions, clean = waiting(seat.store)
    references = args.references or [f"{line.visit.reference}@{line.revision}" for line in clean]
    shown = _at_revisions(references)
    if not args.references:
        for line in exceptions:
            print(f"not clean: {show(line.visit.reference)} {'; '.join(show(one.text) for one in line.remarks)}")
    if not references:
        print("Nothing is clean that waits for review.")
        return 0
    if not args.yes or not (args.references or on_terminal()):
        named = "" if args.references else ", with these named"
        print(f"Would be approved ({len(references)}): {' '.join(map(show, references))}. --yes does it{named}.")
        if args.yes:
            raise Refusal("Nothing was approved: name each visit with the revision that you saw, as above.")
        return 0
    if not args.references and not agreed(f"Approve {' '.join(map(show, references))}?"):
        return 1
    done = approve_clean(seat, {reference: Shown(revision=revision) for reference, revision in shown.items()})
    for reference, why in done.left_out:
        print(f"not approved: {show(reference)} {show(why)}")
    print(f"Approved ({len(done.approved)}): {', '.join(map(show, done.approved)) or 'none'}.")
    return 1 if done.left_out else 0


def _at_revisions(references: Sequence[str]) -> dict[str, int | None]:
    """References as they are typed, R1 or R1@2, with the revision that is meant."""
    from dispatch.desk.refusals import Faulty

    found: dict[str, int | None] = {}
    for typed in references:
        reference, at, revision = typed.strip().rpartition("@")
        if at and not revision.isdecimal():
            raise Faulty([f"{typed!r} is not a reference with a revision, such as R1@2"])
        found[reference if at else revision] = int(revision) if at else None
    return found


def _exactly(typed: str) -> dict[str, int]:
    """References, each with the revision that was shown."""
    from dispatch.desk.refusals import Faulty

    found = _at_revisions(typed.split(","))
    exact = {reference: revision for reference, revision in found.items() if revision is not None}
    if bare := [reference for reference in found if reference not in exact]:
        raise Faulty([f"shown: {', '.join(bare)!r} has no revision, such as R1@2"])
    return exact


def _export(args: argparse.Namespace) -> int:
    import os

    from dispatch.desk import invoicing
    from dispatch.desk.private_file import FileThere, at_this_machine, write_private
    from dispatch.desk.refusals import Refusal
    from dispatch.model.text import show

    seat = open_seat(args)
    if args.check:
        return _ready(seat.store)
    path = None if args.out in (None, "-") else typed_path(args.out)
    if path is not None:
        at_this_machine(seat)
        if os.path.lexists(path) and not args.replace:
            raise Refusal(f"{show(args.out, 120)} is there already; --replace writes over it. Nothing was marked.")
        if not path.parent.is_dir():
            raise Refusal(f"There is no folder {show(str(path.parent), 120)}. Nothing was marked.")
    if args.again is None:
        handed_over = invoicing.export(seat, _seen(seat.store) if args.shown is None else _exactly(args.shown))
    else:
        handed_over = invoicing.export_again(seat, args.again)
    text = _as_text(handed_over, seat.firm.zone, as_json=args.json)
    number = handed_over.batch.id
    for reference, why in handed_over.left_out:
        print(f"not exported: {show(reference)}: {why}", file=sys.stderr)
    if path is None:
        sys.stdout.write(text)
        return 0
    try:
        write_private(path, text, replace=args.replace)
    except (FileThere, Refusal) as fault:
        raise Refusal(
            f"{fault} Batch {number} is marked exported; `dispatch invoice export --again {number} --out FILE` writes it."
        ) from None
    print(f"{show(args.out, 120)}: batch {number}, {len(handed_over.visits)} visits.")
    return 0


def _seen(store: Store) -> dict[str, int]:
    """What is ready, as it is shown now to whoever sits at a terminal.

    Raises:
        Refusal: nobody sits there, or they do not want it.
    """
    from dispatch.desk import invoicing
    from dispatch.desk.refusals import Refusal

    going, _ = invoicing.ready(store)
    if going and not (on_terminal() and _ready(store) == 0 and agreed("Export this?")):
        raise Refusal(f"Nothing was exported: say that you saw what is ready, with --shown {_as_shown(going)}.")
    return going


def _as_shown(going: Mapping[str, int]) -> str:
    from dispatch.model.text import show

    return ",".join(f"{show(one)}@{revision}" for one, revision in going.items())


def _ready(store: Store) -> int:
    """What would be exported, with the words that export exactly this."""
    from db import sheets
    from dispatch.desk.invoicing import ready
    from dispatch.desk.shown import amount
    from dispatch.desk.visit_page import find
    from dispatch.model.text import show

    going, left_out = ready(store)
    for reference in going:
        visit = find(store, reference)
        sheet = sheets.latest_sheet(store, visit.id)
        assert sheet is not None
        print(f"{show(reference)} {show(visit.client)}: {amount(sheet)}")
    for reference, why in left_out:
        print(f"not exported: {show(reference)}: {why}")
    if not going:
        print("Nothing is ready to invoice.")
        return 1
    print(f"dispatch invoice export --shown {_as_shown(going)}")
    return 0


def _as_text(handed_over: HandedOver, zone: str, *, as_json: bool) -> str:
    import json

    from dispatch.desk import invoicing

    if as_json:
        return json.dumps(invoicing.as_form(handed_over, zone), indent=1, ensure_ascii=True) + "\n"
    return invoicing.as_csv(handed_over)


def _batches(args: argparse.Namespace) -> int:
    from db import invoices, settings
    from dispatch.commands.forms import print_json
    from dispatch.commands.review_forms import batch_form
    from dispatch.desk.invoicing import ready
    from dispatch.model.instants import clock_text, day_of, day_text
    from dispatch.model.text import show

    store = open_store(args)
    zone = settings.firm(store).zone
    found = invoices.batches(store)
    going, left_out = ready(store)
    if args.json:
        waiting = [{"reference": reference, "why": why} for reference, why in left_out]
        print_json({"ready": list(going), "left_out": waiting, "batches": [batch_form(one, zone) for one in found]})
        return 0
    print(f"Ready to invoice ({len(going)}): {', '.join(map(show, going)) or 'none'}")
    for reference, why in left_out:
        print(f"Not ready: {show(reference)}: {why}")
    for one in found:
        when = f"{day_text(day_of(one.at, zone))} {clock_text(one.at, zone)}"
        print(f"{one.id:>4}  {when}  {one.visits:>4} visits  {show(one.by)}")
    return 0
