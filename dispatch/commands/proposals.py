"""`dispatch proposal …`: what is offered to clients, and what they say to it."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.commands.declared import Command, CommandGroup, acts, reads
from dispatch.commands.giving import TO, report
from dispatch.commands.options import CONFIRM, JSON, REASON, Args, Store, User, flag, one_of, option
from dispatch.commands.printing import Answer
from dispatch.commands.typed import CLIENT, day
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.lazily import lazily
from dispatch.model.instants import day_text

with lazily(__name__):
    from dispatch.desk.book import context, records
    from dispatch.desk.care import care_list, pipeline
    from dispatch.desk.delivery import papers
    from dispatch.desk.proposals import accepting, offering, works
    from dispatch.desk.reports.document import Report
    from dispatch.desk.texts import proposal_words
    from dispatch.desk.visits import steps
    from dispatch.model.proposals import AskedWork, ClientProposal
    from dispatch.records import proposals as fields

_NUMBER = option("number", "NUMBER", "as the list prints it", type=int)
_FOLLOW_UP = option("--follow-up", "DAY", "when you ask about it again (default: in a week)", reads=day)


def _again(one: ClientProposal) -> str:
    """When it is asked about; a proposal that is with its client has a day for that."""
    return "" if one.follow_up is None else day_text(one.follow_up)


def _said(store: Store, number: int) -> list[str]:
    return [*proposal_words.ProposalWords(store).whole(store, pipeline.proposal_of(store, number))]


def _works(store: Store, texts: list[str], _: Args) -> tuple[AskedWork, ...]:
    return fields.WORKS.read(" | ".join(texts), context.Desk.of(store))


_PLANS = option(
    "--plan",
    "PLAN",
    "a service plan, the one that you advise first; may be given again",
    reads=lambda store, names, _: [records.service_plan_named(store, name) for name in names],
    action="append",
    default=[],
    dest="plans",
)
_LETTER = option("--letter", "TEXT", "what you write to them (default: a usual one)", default="")
_DAYS = option("--days", "N", "it holds so many days from when it is sent (default: as quotes do)", type=int)


@acts(
    "new",
    "a proposal: plans, work on what an audit found, other work; nothing goes to the client by that",
    option("client", "CLIENT", reads=CLIENT),
    _PLANS,
    option("--visit", "REFERENCE", "the audit, or the emergency, that it comes from", reads="visits.steps.find"),
    one_of(
        option(
            "--finding",
            "REFERENCE/N",
            "work on this finding; may be given again (default: all of the visit, or of the client, that are open)",
            action="append",
            dest="findings",
        ),
        flag("--no-findings", "no work on findings"),
    ),
    option(
        "--work",
        "NAME; RISK; MINUTES; PRICE",
        "other work: an end of equipment (NAS/warranty, line/contract, mail/certificate), a gap of a review (gap/4), audit; "
        "may be given again",
        action="append",
        default=[],
        dest="works",
        reads=_works,
    ),
    _LETTER,
    _DAYS,
)
def _new(user: User, args: Args) -> list[str]:
    chosen = [] if args.no_findings else args.findings
    made = offering.draft(user, args.client, args.plans, args.visit, chosen, args.letter, args.days, args.works)
    return _said(user.store, made.id)


@acts(
    "begin",
    "a proposal with what something that is due is about: the audit's findings, the emergency, the end of the equipment, the audit "
    "of a prospect",
    option("key", "KEY", "as `dispatch care list` prints it"),
    _PLANS,
    option("--risk", "TEXT", "of the end, or of what is missing", default=""),
    option("--minutes", "MIN", "that its work takes", default=""),
    option("--price", "AMOUNT", "of its work", default=""),
    _LETTER,
    _DAYS,
)
def _begin(user: User, args: Args) -> list[str]:
    item = care_list.find_item(user.store, args.key)
    if (there := works.draft_about(user.store, item)) is not None:
        raise Refusal(f"Proposal {there.id} is a draft about that already: dispatch proposal show {there.id}.")
    begun = works.about(user.store, item)
    said = "; ".join((args.risk, args.minutes, args.price))
    if said != "; ; " and not begun.works:
        raise Faulty(["risk, minutes, price: are of an end of equipment, of what is missing, or of an audit"])
    typed = [f"{one.name}; {said}" for one in begun.works]
    visit = steps.find(user.store, begun.visit) if begun.visit else None
    made = offering.draft(
        user, begun.client, args.plans or begun.plans, visit, None if visit else [], args.letter, args.days,
        _works(user.store, typed, args),
    )  # fmt: skip
    return _said(user.store, made.id)


@reads(
    "list",
    "the proposals by how they stand, with sums of monthly fees and of work once",
    option("--client", "NAME", "only this client's", reads=CLIENT),
    flag("--all", "also what was accepted or declined"),
    JSON,
)
def _list(store: Store, args: Args) -> Answer:
    words = proposal_words.ProposalWords(store)
    stages = pipeline.pipeline(store, args.client, every=args.all)
    return Answer(stages, lambda stages: words.pipeline_form(store, stages), words.pipeline)


@reads("show", "one proposal with what was said to it", _NUMBER, JSON)
def _show(store: Store, args: Args) -> Answer:
    words = proposal_words.ProposalWords(store)
    return Answer(
        pipeline.proposal_of(store, args.number),
        lambda one: words.form(store, one),
        lambda one: [*words.whole(store, one)],
    )


def _paper_of(user: User, args: Args) -> Report:
    return offering.paper_of(user, args.number)


_paper = report(
    "paper",
    "the proposal as the client reads it: letter, work with risk and price, the plans beside 90 days, where to sign",
    _NUMBER,
)(_paper_of)


@acts(
    "send",
    "send it to the client by mail, through the outbox, or note that you handed it over; that is an offer made",
    _NUMBER,
    flag("--by-hand", "it was handed over, and no mail goes"),
    TO,
    flag("--check", "only say what would be sent, and to whom"),
    _FOLLOW_UP,
    CONFIRM,
)
def _send(user: User, args: Args) -> Iterator[str]:
    if args.by_hand and (args.to or args.check):
        raise Faulty(["--by-hand: stands without --to and --check"])
    mail = None if args.by_hand else papers.prepare(user, _paper_of(user, args), args.to)
    if mail is not None and args.check:
        yield from mail.lines(user.firm.times())
        return
    sent = offering.send(user, args.number, mail, args.follow_up, args.confirm)
    how = "is noted as handed over" if mail is None else f"goes to {', '.join(one.address for one in mail.to)}"
    yield f"Proposal {sent.id} for {sent.client} {how}; ask about it {_again(sent)}."


def _follow(name: str, text: str, *, question: bool) -> Command:
    @acts(name, text, _NUMBER, option("words", "WORDS", "what they said"), _FOLLOW_UP)
    def follow(user: User, args: Args) -> str:
        one = offering.follow(user, args.number, args.words, args.follow_up, question=question)
        return f"Proposal {one.id} for {one.client}: noted; ask again {_again(one)}."

    return follow


@acts(
    "accept",
    "the client says yes: the agreement, its visits, the first review and a request for each work, all of it at once",
    _NUMBER,
    option("--by", "NAME", "who said it", required=True),
    option("--plan", "PLAN", "where several were offered", default=""),
    option("--starts", "DAY", "the first day of the agreement", reads=day),
    option("--site", "SITE", "of the visits, and of work that has none, where they have several", default=""),
    option("--minutes", "MIN", "of work of a visit, where the plan has visits", type=int),
    option("--review", "DAY", "of the first review (default: three months on)", reads=day),
    CONFIRM,
)
def _accept(user: User, args: Args) -> Iterator[str]:
    asked = accepting.Acceptance(args.by, args.plan, args.starts, args.site, args.minutes, args.review)
    yield from accepting.accepted_lines(accepting.accept(user, args.number, asked, args.confirm))


@acts("decline", "the client does not want it, and why; a draft is not sent after all", _NUMBER, REASON)
def _decline(user: User, args: Args) -> str:
    one = offering.decline(user, args.number, args.reason)
    return f"Proposal {one.id} for {one.client} is declined: {one.note}"


COMMANDS = (
    CommandGroup(
        "proposal",
        "what is offered to clients, from an audit, an emergency or to who is unhappy, and what they say to it",
        (
            _new,
            _begin,
            _list,
            _show,
            _paper,
            _send,
            _follow("question", "they have a question, in their words", question=True),
            _follow("follow-up", "you asked, and they have not decided", question=False),
            _accept,
            _decline,
        ),
    ),
)
