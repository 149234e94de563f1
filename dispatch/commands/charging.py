"""`dispatch charge`, `quote` and `cases`: what visits cost, would cost, and were promised to cost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

from dispatch.commands.crews import change_lines
from dispatch.commands.declared import alone, reads
from dispatch.commands.opening import agreed, on_terminal, open_store, user_of
from dispatch.commands.options import JSON, QUOTED, REFERENCE, Args, Store, User, flag, one_of, option
from dispatch.commands.printing import Answer, Result, listing
from dispatch.commands.standard_input import file_named
from dispatch.desk.session.refusals import Faulty, NotFound, Refusal
from dispatch.lazily import lazily
from dispatch.model.forms import form
from dispatch.model.instants import iso
from dispatch.model.money import format_minor
from dispatch.model.text import count_text, show

with lazily(__name__):
    from db import clients, settings
    from db import sheets as kept_sheets
    from db import store as stores
    from dispatch.charges import cases as charge_cases
    from dispatch.charges import explain
    from dispatch.desk.billing import adjusting
    from dispatch.desk.charges import charging, quoting
    from dispatch.desk.imports import rate_card_file
    from dispatch.desk.review import reviewing
    from dispatch.desk.session import shown
    from dispatch.desk.texts import comparison_words, rule_words
    from dispatch.desk.visits import steps
    from dispatch.levels import cases as clock_cases
    from dispatch.model.visits import Visit

_UNDER = option(
    "--under",
    "PLAN",
    "compare with the same visit under this service plan, and the client's last 90 days with its fee",
    reads="book.records.service_plan_named",
)
_FORMS = one_of(flag("--plain", "as text (the default)"), JSON, flag("--markdown", "as Markdown, to send to a client"))


@alone(
    "charge",
    "the charge sheet of a visit, line by line; what a lead does to it",
    REFERENCE,
    _FORMS,
    _UNDER,
    flag("--revisions", "every kept revision, the newest first"),
    one_of(
        option("--goodwill", "labour=10%", "give it: labour, travel or fee = a percentage or an amount"),
        flag("--withdraw-goodwill", "take all goodwill back"),
        option("--travel", "AMOUNT", "set the travel by hand; `card` goes back to the rate card"),
        flag("--accept", "accept a sheet that is flagged for review"),
        flag("--correct", "reckon it again from the visit's record, as a new revision"),
    ),
    option(
        "--revision", "N", "with --accept: the revision that you saw; on a terminal you may be asked instead", type=int
    ),
    flag("--check", "with a deed: only say what it would change, line by line"),
    flag("--afresh", "with --correct: by today's rate card and agreement"),
    option("--reason", "WHY", "for every deed; it stands in the audit and on the sheet", default=""),
    about="Prints the charge of a visit, each line with the arithmetic that a client can redo. A lead gives goodwill, "
    "sets travel by hand, accepts a flagged sheet or corrects an ended one, always with --reason.",
)
def _charge(args: Args) -> Result:
    if args.goodwill or args.withdraw_goodwill or args.travel or args.accept or args.correct:
        user = user_of(args)
        if args.check:
            return change_lines(user, args.reference, lambda: _change(user, args))
        _change(user, args)
    elif args.afresh or args.check:
        raise Refusal("--afresh goes with --correct, and --check with a deed.")
    store = open_store(args)
    _UNDER.read(store, args)
    visit = steps.find(store, args.reference)
    if args.revisions:
        return _revisions(store, visit)
    charge = charging.charge_of(store, visit, now=store.clock.now())
    client = visit.client if isinstance(charge, charging.Unpriced) else charge.client
    more = {"reference": visit.reference}
    return _priced(store, args, charge, f"{visit.reference} {client}, {visit.work}", more, visit.client_id)


def _change(user: User, args: Args) -> None:
    if args.goodwill:
        target, is_given, value = args.goodwill.partition("=")
        if not is_given:
            raise Faulty([f"goodwill: {args.goodwill!r} is not of the form labour=10% or travel=25.00"])
        mode = "percent" if value.endswith("%") else "amount"
        adjusting.give_goodwill(user, args.reference, target.strip(), mode, value.removesuffix("%"), args.reason)
    elif args.withdraw_goodwill:
        adjusting.withdraw_goodwill(user, args.reference, args.reason)
    elif args.travel:
        adjusting.set_travel(user, args.reference, None if args.travel == "card" else args.travel, args.reason)
    elif args.accept:
        adjusting.accept_charge(user, args.reference, args.reason, _seen(user, args))
    else:
        adjusting.correct_charge(user, args.reference, args.reason, afresh=args.afresh)


def _seen(user: User, args: Args) -> shown.Shown:
    """What was seen of the charge that is accepted: as it was typed, or shown now to whoever sits at a terminal."""
    judged = reviewing.judge(user.store, args.reference)
    if args.check:
        return judged.shown
    if args.revision is None and judged.sheet is not None and on_terminal():
        client = f"{show(judged.visit.reference)} {show(judged.visit.client)}"
        if agreed(f"The charge of {client} is {shown.amount(judged.sheet)}. Accept it?"):
            return judged.shown
    return shown.Shown(revision=args.revision)


def _revisions(store: Store, visit: Visit) -> Answer:
    def line(revision: kept_sheets.StoredSheet) -> str:
        stands = "stands" if revision.accepted else revision.status
        total = f"{revision.sheet['total'] or 'blocked':>10} {revision.currency}"
        return (
            f"{revision.revision:>3}  {iso(revision.made_at, 'UTC')}  {total}  {stands:<9} {revision.reason}".rstrip()
        )

    return listing(
        kept_sheets.revisions(store, visit.id),
        lambda revision: form(revision, "revision made_at@ reason currency accepted sheet"),
        line,
        "Nothing is kept yet: the visit has not ended.",
    )


@reads(
    "quote",
    "what a visit would cost",
    *QUOTED,
    _UNDER,
    _FORMS,
    about="Prices a visit that does not exist, with the time for tests added, on the client's terms.",
)
def _quote(store: Store, args: Args) -> Answer:
    priced = quoting.quote(
        store,
        args.client,
        args.site,
        args.minutes,
        args.at,
        labour_class=args.labour_class,
        technicians=args.technicians,
        emergency=args.emergency,
    )
    firm = settings.firm(store)
    client, site = quoting.where(store, args.client, args.site)
    when = firm.times().moment(args.at, firm.zone_at(site))
    return _priced(store, args, priced, f"Quote for {args.client}, {args.minutes} min, {when}", {}, client.id)


def _priced(
    store: Store,
    args: Args,
    charge: charging.Priced | charging.Unpriced,
    title: str,
    more: dict[str, Any],
    client_id: int,
) -> Answer:
    """A charge, beside what it would be under a plan where that is asked for."""
    if not isinstance(charge, charging.Priced):
        if args.under is not None:
            raise Refusal(f"There is no charge to compare: {charge.reason}.")
        return Answer(
            charge, lambda unpriced: {**more, "sheet": None, "note": unpriced.reason}, lambda unpriced: unpriced.reason
        )
    comparison = None
    if args.under is not None:
        comparison = quoting.compare(store, charge, args.under, stores.existing(clients.client(store, client_id)))
    return Answer(
        charge,
        lambda priced: more | _charge_form(priced, comparison),
        lambda priced: _charge_lines(priced, title, comparison, markdown=args.markdown),
    )


def _charge_form(priced: charging.Priced, comparison: quoting.QuoteComparison | None) -> dict[str, Any]:
    priced_form = form(priced, "currency estimate revision reason sheet=form")
    if comparison is None:
        return priced_form
    gap = comparison.difference
    difference = None if gap is None else format_minor(gap, priced.exponent)
    return priced_form | {
        "under": form(
            comparison,
            "plan sheet=under.form difference ninety_days",
            plan=comparison.ninety_days.plans[0].name,
            difference=difference,
            ninety_days=comparison_words.comparison_form(comparison.ninety_days),
        )
    }


def _charge_lines(
    priced: charging.Priced, title: str, comparison: quoting.QuoteComparison | None, *, markdown: bool
) -> Iterator[str]:
    sheets = [(f"{priced.word.capitalize()} · {title}", priced)]
    if comparison is not None:
        sheets.append((f"Under {comparison.ninety_days.plans[0].name}", comparison.under))
    for place, (head, sheet) in enumerate(sheets):
        if place:
            yield ""
        if markdown:
            yield from explain.sheet_markdown(sheet.form, head, sheet.currency, sheet.tax, rule_words.called)
        else:
            width = max(60, min(100, shutil.get_terminal_size().columns))
            yield from (head, *explain.sheet_lines(sheet.form, sheet.currency, sheet.tax, width, rule_words.called))
        yield from sheet.notes
    if comparison is not None:
        yield from ("", *comparison_words.quoted_lines(comparison))


@alone(
    "cases",
    "recompute a file of worked examples: your own price promises",
    option("file", "FILE", "- reads standard input"),
    option("ids", "ID", "only these cases", nargs="*"),
    JSON,
    about="Recomputes each case of a JSON file of worked examples, and says what differs from the expected sheet. "
    "Exits 1 if anything does. The file's form is in docs/charges.md.",
)
def _cases(args: Args) -> Answer:
    with file_named(args.file) as path:
        document = rate_card_file.read_card(path)
    cases = document.get("cases")
    if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
        raise Refusal(f"{show(path.name)} is not a file of worked examples: its `cases` are a list of objects.")
    known = [str(case.get("id", "")) for case in cases]
    if missing := [name for name in args.ids if name not in known]:
        raise NotFound(f"{show(path.name)} has no case {', '.join(map(show, missing))}.")
    results = [
        clock_cases.recompute(document, case)
        if clock_cases.is_clock_case(document, case)
        else charge_cases.recompute(document, case)
        for case in cases
        if not args.ids or str(case.get("id", "")) in args.ids
    ]
    wrong = sum(bool(result.differs) for result in results)
    verdict = f"{count_text(len(results), 'case')}, {f'{wrong} differ' if wrong else 'all as expected'}"
    return Answer(
        results,
        lambda results: [result.as_json() for result in results],
        lambda results: [*(line for result in results for line in result.lines()), verdict],
        1 if wrong else 0,
    )


COMMANDS = (_charge, _quote, _cases)
