"""`dispatch charge`, `quote` and `cases`: what visits cost, would cost, and were promised to cost."""

from __future__ import annotations

import argparse
import shutil
from typing import TYPE_CHECKING, Any

from dispatch.commands.opening import agreed, common_options, minutes_option, on_terminal, open_seat, open_store
from dispatch.commands.standard_input import file_named

if TYPE_CHECKING:
    from dispatch.desk.charging import Priced, Unpriced
    from dispatch.desk.quoting import Comparison
    from dispatch.desk.seat import Seat
    from dispatch.desk.shown import Shown


def add_parsers(groups: Any) -> None:
    """Register the commands."""
    charge = groups.add_parser(
        "charge",
        parents=[common_options()],
        help="the charge sheet of a visit, line by line; what a lead does to it",
        description="Prints the charge of a visit, each line with the arithmetic that a client can redo. A lead gives goodwill, "
        "sets travel by hand, accepts a flagged sheet or corrects an ended one, always with --reason.",
    )
    charge.add_argument("reference", metavar="REFERENCE", help="the visit, for example R4001")
    _forms(charge)
    charge.add_argument("--under", metavar="AGREEMENT", help="compare with the same visit under this agreement")
    charge.add_argument("--revisions", action="store_true", help="every kept revision, the newest first")
    deeds = charge.add_mutually_exclusive_group()
    deeds.add_argument(
        "--goodwill", metavar="labour=10%", help="give it: labour, travel or fee = a percentage or an amount"
    )
    deeds.add_argument("--withdraw-goodwill", action="store_true", help="take all goodwill back")
    deeds.add_argument("--travel", metavar="AMOUNT", help="set the travel by hand; `card` goes back to the rate card")
    deeds.add_argument("--accept", action="store_true", help="accept a sheet that is flagged for review")
    deeds.add_argument(
        "--correct", action="store_true", help="reckon it again from the visit's record, as a new revision"
    )
    charge.add_argument(
        "--revision",
        type=int,
        metavar="N",
        help="with --accept: the revision that you saw; on a terminal you may be asked instead",
    )
    charge.add_argument("--check", action="store_true", help="with a deed: only say what it would change, line by line")
    charge.add_argument("--afresh", action="store_true", help="with --correct: by today's rate card and agreement")
    charge.add_argument(
        "--reason", default="", metavar="WHY", help="for every deed; it stands in the audit and on the sheet"
    )
    charge.set_defaults(run=_charge)

    quote = groups.add_parser(
        "quote",
        parents=[common_options()],
        help="what a visit would cost",
        description="Prices a visit that does not exist, with the time for tests added, on the client's terms.",
    )
    quote.add_argument("--client", required=True, metavar="NAME")
    quote.add_argument("--site", default="", metavar="NAME", help="needed where the client has more than one")
    quote.add_argument(
        "--minutes", required=True, type=minutes_option, help="the work, without the time for tests: 45, 1h30"
    )
    quote.add_argument("--at", required=True, metavar="WHEN", help="2026-11-24T09:00, or today 9:00")
    quote.add_argument("--class", dest="labour_class", default="", metavar="CLASS", help="default: the card's first")
    quote.add_argument("--technicians", type=int, default=1, metavar="N")
    quote.add_argument("--emergency", action="store_true")
    quote.add_argument("--under", metavar="AGREEMENT", help="compare with the same visit under this agreement")
    _forms(quote)
    quote.set_defaults(run=_quote)

    cases = groups.add_parser(
        "cases",
        parents=[common_options()],
        help="recompute a file of worked examples: your own price promises",
        description="Recomputes each case of a JSON file of worked examples, and says what differs from the expected sheet. "
        "Exits 1 if anything does. The file's form is in docs/charges.md.",
    )
    cases.add_argument("file", metavar="FILE", help="- reads standard input")
    cases.add_argument("ids", metavar="ID", nargs="*", help="only these cases")
    cases.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    cases.set_defaults(run=_cases)


def _forms(parser: argparse.ArgumentParser) -> None:
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--plain", action="store_true", help="as text (the default)")
    form.add_argument("--json", action="store_true", help="as JSON (docs/json.md)")
    form.add_argument("--markdown", action="store_true", help="as Markdown, to send to a client")


def _charge(args: argparse.Namespace) -> int:
    from dispatch.desk.charging import Unpriced, charge_of
    from dispatch.desk.quoting import agreement_called, compare
    from dispatch.desk.refusals import Refusal
    from dispatch.desk.visit_page import find
    from dispatch.model.instants import day_of

    if args.goodwill or args.withdraw_goodwill or args.travel or args.accept or args.correct:
        if _deed(args):
            return 0
    elif args.afresh or args.check:
        raise Refusal("--afresh goes with --correct, and --check with a deed.")
    store = open_store(args)
    visit = find(store, args.reference)
    if args.revisions:
        return _revisions(args, store, visit.id)
    found = charge_of(store, visit, now=store.clock.now())
    comparison = None
    if args.under is not None:
        priced = _known(found)
        at = store.clock.now() if visit.anchor is None else visit.anchor
        comparison = compare(store, priced, agreement_called(store, args.under), day_of(at, visit.zone))
    client = visit.client if isinstance(found, Unpriced) else found.client
    _print(args, found, f"{visit.reference} {client}, {visit.work}", {"reference": visit.reference}, comparison)
    return 0


def _deed(args: argparse.Namespace) -> bool:
    """Do what is asked of the charge; True when it was only said what it would change."""
    from dispatch.commands.printing import said
    from dispatch.commands.stay import change_lines

    seat = open_seat(args)
    if args.check:
        said(change_lines(seat, args.reference, lambda: _change(seat, args)), as_json=False)
    else:
        _change(seat, args)
    return bool(args.check)


def _seen(seat: Seat, args: argparse.Namespace) -> Shown:
    """What was seen of the charge that is accepted: as it was typed, or shown now to whoever sits at a terminal."""
    from dispatch.desk.reviewing import judge
    from dispatch.desk.shown import Shown, amount
    from dispatch.model.text import show

    judged = judge(seat.store, args.reference)
    if args.check:
        return judged.shown
    if args.revision is None and judged.sheet is not None and on_terminal():
        client = f"{show(judged.visit.reference)} {show(judged.visit.client)}"
        if agreed(f"The charge of {client} is {amount(judged.sheet)}. Accept it?"):
            return judged.shown
    return Shown(revision=args.revision)


def _change(seat: Seat, args: argparse.Namespace) -> None:
    from dispatch.desk import adjusting
    from dispatch.desk.refusals import Faulty

    if args.goodwill:
        target, is_given, value = args.goodwill.partition("=")
        if not is_given:
            raise Faulty([f"goodwill: {args.goodwill!r} is not of the form labour=10% or travel=25.00"])
        mode = "percent" if value.endswith("%") else "amount"
        adjusting.give_goodwill(seat, args.reference, target.strip(), mode, value.removesuffix("%"), args.reason)
    elif args.withdraw_goodwill:
        adjusting.withdraw_goodwill(seat, args.reference, args.reason)
    elif args.travel:
        adjusting.set_travel(seat, args.reference, None if args.travel == "card" else args.travel, args.reason)
    elif args.accept:
        adjusting.accept_charge(seat, args.reference, args.reason, _seen(seat, args))
    else:
        adjusting.correct_charge(seat, args.reference, args.reason, afresh=args.afresh)


def _revisions(args: argparse.Namespace, store: Any, visit_id: int) -> int:
    from db import sheets
    from dispatch.commands.printing import print_json
    from dispatch.model.instants import iso
    from dispatch.model.text import show

    kept = sheets.revisions(store, visit_id)
    if args.json:
        print_json(
            [
                {"revision": one.revision, "made_at": iso(one.made_at, "UTC"), "reason": one.reason}
                | {"currency": one.currency, "accepted": one.accepted, "sheet": one.sheet}
                for one in kept
            ]
        )
        return 0
    for one in kept:
        stands = "stands" if one.accepted else one.status
        total = f"{one.sheet['total'] or 'blocked':>10} {show(one.currency)}"
        print(f"{one.revision:>3}  {iso(one.made_at, 'UTC')}  {total}  {stands:<9} {show(one.reason)}".rstrip())
    if not kept:
        print("Nothing is kept yet: the visit has not ended.")
    return 0


def _quote(args: argparse.Namespace) -> int:
    from dispatch.desk.quoting import agreement_called, compare, quote
    from dispatch.desk.refusals import Faulty
    from dispatch.model.instants import day_of, parse_when

    store = open_store(args)
    from db import settings

    zone, now = settings.firm(store).zone, store.clock.now()
    try:
        at = parse_when(args.at, zone, now=now)
    except ValueError as fault:
        raise Faulty([f"at: {fault}"]) from None
    priced = quote(
        store,
        args.client,
        args.site,
        args.minutes,
        at,
        labour_class=args.labour_class,
        technicians=args.technicians,
        emergency=args.emergency,
    )
    comparison = None
    if args.under is not None:
        comparison = compare(store, priced, agreement_called(store, args.under), day_of(at, zone))
    _print(args, priced, f"Quote for {args.client}, {args.minutes} min", {}, comparison)
    return 0


def _known(found: Priced | Unpriced) -> Priced:
    from dispatch.desk.charging import Priced
    from dispatch.desk.refusals import Refusal

    if not isinstance(found, Priced):
        raise Refusal(f"There is no charge to compare: {found.reason}.")
    return found


def _print(
    args: argparse.Namespace, found: Priced | Unpriced, title: str, more: dict[str, Any], comparison: Comparison | None
) -> None:
    from dispatch.charges.explain import sheet_lines, sheet_markdown
    from dispatch.commands.printing import print_json
    from dispatch.desk.charging import Priced
    from dispatch.desk.quoting import difference_words
    from dispatch.model.money import format_minor
    from dispatch.model.text import show

    if not isinstance(found, Priced):
        if args.json:
            print_json({**more, "sheet": None, "note": found.reason})
        else:
            print(show(found.reason))
        return
    if args.json:
        form: dict[str, Any] = more | {
            "currency": found.currency,
            "estimate": found.estimate,
            "revision": found.revision,
            "reason": found.reason,
            "sheet": found.form,
        }
        if comparison is not None:
            gap = comparison.difference
            form["under"] = {
                "agreement": comparison.name,
                "sheet": comparison.under.form,
                "difference": None if gap is None else format_minor(gap, found.exponent),
            }
        print_json(form)
        return
    sheets = [(f"{found.word.capitalize()} · {title}", found)]
    if comparison is not None:
        sheets.append((f"Under {comparison.name}", comparison.under))
    for place, (head, priced) in enumerate(sheets):
        if place:
            print()
        if args.markdown:
            print("\n".join(sheet_markdown(priced.form, head, priced.currency, priced.tax)))
        else:
            width = max(60, min(100, shutil.get_terminal_size().columns))
            print("\n".join([show(head), *sheet_lines(priced.form, priced.currency, priced.tax, width)]))
        for note in priced.notes:
            print(show(note))
    if comparison is not None:
        print(f"\n{difference_words(comparison)}")


def _cases(args: argparse.Namespace) -> int:
    from dispatch.charges.cases import recompute
    from dispatch.commands.printing import print_json
    from dispatch.desk.imports.rate_card_file import read_card
    from dispatch.desk.refusals import NotFound, Refusal
    from dispatch.levels import cases as clocks
    from dispatch.model.text import show

    with file_named(args.file) as path:
        found = read_card(path)
    cases = found.get("cases")
    if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
        raise Refusal(f"{show(path.name)} is not a file of worked examples: its `cases` are a list of objects.")
    known = [str(case.get("id", "")) for case in cases]
    if missing := [name for name in args.ids if name not in known]:
        raise NotFound(f"{show(path.name)} has no case {', '.join(map(show, missing))}.")
    results = [
        clocks.recompute(found, case) if clocks.is_clock_case(found, case) else recompute(found, case)
        for case in cases
        if not args.ids or str(case.get("id", "")) in args.ids
    ]
    if args.json:
        print_json([result.as_json() for result in results])
    else:
        for result in results:
            print("\n".join(show(line, 400) for line in result.lines()))
        wrong = sum(bool(result.differs) for result in results)
        print(f"{len(results)} cases, {wrong} differ" if wrong else f"{len(results)} cases, all as expected")
    return 1 if any(result.differs for result in results) else 0
