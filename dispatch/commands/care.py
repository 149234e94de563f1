"""`dispatch care …`: what is due to clients, and how each of it ends."""

from __future__ import annotations

import datetime
import shlex

from dispatch.commands.declared import Command, CommandGroup, acts, by, reads
from dispatch.commands.options import BRANCH, CONFIRM, JSON, Args, Option, Store, User, flag, one_of, option
from dispatch.commands.printing import Answer
from dispatch.commands.typed import CLIENT, minutes
from dispatch.desk.session.refusals import Faulty
from dispatch.lazily import lazily
from dispatch.model.typed_times import parse_day

with lazily(__name__):
    from dispatch.desk.care import accounts, care_list, scores
    from dispatch.desk.delivery import surveys, unasked_surveys
    from dispatch.desk.firm import skills_ahead
    from dispatch.desk.requests import review_visit
    from dispatch.desk.texts import client_words, comparison_words, score_words, skill_words


def _day(store: Store, text: str | None, _: Args) -> datetime.date | None:
    return parse_day(text, today=accounts.office(store).today) if text else None


_KEY = option("key", "KEY", "as the list prints it")
_CLIENT = option("client", "CLIENT", reads=CLIENT)
_NOTE = option("--note", "TEXT", default="")


@reads(
    "list",
    "what is due, the first due first",
    option("--client", "NAME", "only this client's", reads=CLIENT),
    flag("--all", "also what is in order, held back or put off"),
    JSON,
    BRANCH,
)
def _list(store: Store, args: Args) -> Answer:
    return Answer(
        care_list.care_list(store, args.client, all_items=args.all),
        lambda items: [*map(client_words.care_form, items)],
        client_words.care_lines,
    )


@reads("show", "one item with its figures", _KEY, JSON)
def _show(store: Store, args: Args) -> Answer:
    item = care_list.find_item(store, args.key)
    compared = care_list.plans_for(store, item)
    return Answer(
        item,
        lambda item: (
            client_words.care_form(item) | {"figures": compared and comparison_words.comparison_form(compared)}
        ),
        lambda item: [
            *client_words.care_lines([item]),
            *([f"  {unasked_surveys.when_asked(store, item)}"] if item.rule == "E2" else []),
            *(f"  {line}" for line in (comparison_words.comparison_lines(compared) if compared else ())),
        ],
    )


@reads("skills", "hours of each skill wanted in the next eight weeks, and who has it", JSON)
def _skills(store: Store, _: Args) -> Answer:
    return Answer(skills_ahead.skills_ahead(store), skill_words.skills_form, skill_words.skill_lines)


@reads(
    "scores",
    "how satisfied clients are: surveys and sign-offs by client, technician and kind of work",
    option("--from", "DAY", "the first day (default: a year back)", reads=_day, dest="first"),
    option("--to", "DAY", "the last day (default: today)", reads=_day, dest="last"),
    JSON,
)
def _scores(store: Store, args: Args) -> Answer:
    last = args.last or accounts.office(store).today
    first = args.first or last - datetime.timedelta(days=364)
    return Answer(scores.scores_over(store, first, last), score_words.scores_form, score_words.score_lines)


@acts(
    "book",
    "ask for the visit of a review that is due",
    option("key", "KEY", "a review, as the list prints it"),
    option("--on", "DAY", "default: the working day on which it is due, or the next one", reads=_day),
    option("--site", "NAME", "which of theirs, if they have several", default=""),
    option("--minutes", None, "default: an hour", type=minutes),
)
def _book(user: User, args: Args) -> str:
    visit = review_visit.book(user, args.key, args.on, args.site, args.minutes)
    period = review_visit.period_under_review(user.store)
    page = f"dispatch report {period.kind} --client {shlex.quote(visit.client)} --{period.kind} {period.code}"
    return f"{visit.reference} asks for it, {visit.wanted_on}; its page: {page}"


@acts(
    "survey",
    "send a survey by mail, or note that one was sent or answered",
    _CLIENT,
    one_of(
        flag("--send", "by mail, with an answer to click for each number"),
        flag("--sent"),
        option("--answered", "SCORE", "0 to 10", type=int),
        needed=True,
    ),
    option("--to", "WHO", "of the client: a role, a name, an address", action="append", default=[]),
    option("--visit", "REFERENCE", "after this visit", default=""),
    one_of(
        flag("--anonymous", "with --send: of the answer the number only is kept"),
        flag("--named", "with --send: whose answer it is is kept (default: as the firm has it)"),
    ),
    option("--words", "TEXT", default=""),
    option("--on", "DAY", "default: today", reads=_day),
    CONFIRM,
)
def _survey(user: User, args: Args) -> str:
    if args.send:
        nameless = True if args.anonymous else False if args.named else None
        message = surveys.send(user, args.client, args.to, args.visit, anonymous=nameless, confirmed=args.confirm)
        return f"The survey goes to {message.address} at {user.firm.times().clock(message.due_at)}; until then undo takes it back."
    if args.anonymous or args.named:
        raise Faulty(["--anonymous, --named: stand with --send"])
    care_list.note_survey(user, args.client, None if args.sent else args.answered, args.words, args.on, args.visit)
    return f"{args.client.name}: survey {'sent' if args.sent else f'answered with {args.answered} of 10'}."


@acts(
    "offer",
    "an offer that was made, or declined, without a prompt",
    _CLIENT,
    one_of(flag("--made"), option("--declined", "REASON"), needed=True),
    _NOTE,
)
def _offer(user: User, args: Args) -> str:
    care_list.note_offer(user, args.client, made=args.made, note=args.note or args.declined or "")
    return f"{args.client.name}: offer {'made' if args.made else 'declined'}."


def _mark(name: str, text: str, outcome: str, *options: Option) -> Command:
    """A prompt ended, or put off."""

    @acts(name, text, option("key", "KEY", "as the list prints it" if outcome == "done" else None), *options)
    def mark(user: User, args: Args) -> str:
        until = getattr(args, "until", None)
        item = care_list.mark(user, args.key, outcome, args.note, until)
        return f"{item.client}, {item.what}: {f'put off until {until}' if until else outcome}."

    return mark


_DEEDS = (
    _list,
    _show,
    _mark("done", "it was done", "done", _NOTE),
    _mark("decline", "it is not wanted, and why", "declined", option("--reason", "TEXT", dest="note", required=True)),
    _mark(
        "snooze",
        "put it off: 30 days at most, and twice at most",
        "snoozed",
        option("--until", "DAY", reads=_day, required=True),
        _NOTE,
    ),
    _book,
    _skills,
    _scores,
    _survey,
    _offer,
    acts(
        "gap",
        "what a review found missing, with an owner and a date",
        _CLIENT,
        option("--what", "TEXT", required=True),
        option("--owner", "LOGIN", required=True),
        option("--due", "DAY", reads=_day, required=True),
    )(by("care.care_list.note_gap", "{client.name}: {what}, due {due}.")),
)
COMMANDS = (CommandGroup("care", "what is due to clients: visits, surveys, renewals, offers", _DEEDS),)
