"""Papers for clients by mail: to whom, with which words, whether it may go; and the deed that puts them into the outbox.

A paper goes as it was looked at: what is attached is kept with the message (design/interface.md, Papers by mail).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from db import clients, papers
from db.papers import KeptPaper
from db.store import Store, existing
from db.unit import Unit
from db.visits import visits_by_id
from dispatch.desk.messages import mailed
from dispatch.desk.messages.outbox import find_message
from dispatch.desk.reports import data
from dispatch.desk.reports.document import Report
from dispatch.desk.reports.pages import as_html
from dispatch.desk.reports.pdf import NoPdf, as_pdf
from dispatch.desk.session.refusals import Faulty, NeedsConfirm, NotFound, Refusal, mark_of
from dispatch.desk.session.user import User
from dispatch.fields.context import NO_RECORDS
from dispatch.fields.trade import EMAIL
from dispatch.model.clients import Client
from dispatch.model.firm import Firm
from dispatch.model.instants import Times
from dispatch.model.languages import say, speaking
from dispatch.model.messages import About, Fate, Message, is_number
from dispatch.model.notices import with_values
from dispatch.model.states import ENDED, Review, Role
from dispatch.model.text import count_text, show

PDF = "application/pdf"
MOST = 10_000_000
"""Bytes of a paper that a mail takes: many servers refuse more."""
_LONGEST = 2000
_WENT = (Fate.WAITING, Fate.TAKEN, Fate.SENDING, Fate.SENT, Fate.UNSURE)
"""Fates of a message that has reached its client, or may."""


class Recipient(NamedTuple):
    """Who gets a paper."""

    address: str
    name: str = ""
    role: str = ""

    @property
    def words(self) -> str:
        """As a person reads it: J. Lowe (owner), lowe@harbor.example."""
        who = f"{self.name} ({self.role})" if self.name and self.role else self.name
        return ", ".join(filter(None, (who, self.address)))


@dataclass(frozen=True, slots=True)
class PaperMail:
    """A paper as it would go, and the `report` that it is set from. `unreviewed` are the visits in it that no lead has approved,
    `earlier` the messages by which the same one went to one of the recipients, or waits to."""

    paper: KeptPaper
    report: Report
    client: Client
    to: tuple[Recipient, ...]
    text: str
    unreviewed: tuple[str, ...]
    earlier: tuple[Message, ...]

    def lines(self, times: Times) -> Iterator[str]:
        """What would go to whom, and what is to be known before."""
        yield from (f"To: {one.words}" for one in self.to)
        yield f"Subject: {self.paper.title}"
        yield f"Text: {self.text}"
        yield f"Attached: {self.paper.name}, {-(-len(self.paper.content) // 1000):,} kB"
        if self.unreviewed:
            yield f"Not approved yet: {', '.join(self.unreviewed)}"
        for one in self.earlier:
            when = times.moment(one.ended_at or one.made_at)
            yield f"The same {'went' if one.fate is Fate.SENT else f'is {one.fate.value}'} to {one.address}, {when}"


def recipients(
    client: Client, to: Sequence[str] = (), usual: str = "", about: About = About.PAPER
) -> tuple[Recipient, ...]:
    """Who at a client gets a paper: whoever has one of the roles, names or addresses in `to`; without any the contacts who asked
    for such things (`about`), else those with one of the `usual` roles (between commas), else the address at which the client wants
    to be told, else the first contact who has one. A contact who is sent nothing gets it only where that is said.

    Raises:
        Refusal: nobody does; the sentence names whom there is.
    """
    there = [Recipient(one.email, one.name, one.role) for one in client.contacts if one.email]
    unwanted = {one.name for one in client.contacts if one.told_by == "none"}
    if not to:
        if asked := [one for one in client.contacts if one.told_by == "mail" and about in one.told.split()]:
            return tuple(Recipient(one.email, one.name, one.role) for one in asked)
        told = "" if is_number(client.told_at) else client.told_at
        roles = {role.strip().casefold() for role in usual.split(",")} - {""}
        there = [one for one in there if one.name not in unwanted]
        if of_role := tuple(one for one in there if one.role.casefold() in roles):
            return tuple({one.address: one for one in of_role}.values())
        found = [one for one in there if one.address == told] or ([Recipient(told)] if told else there[:1])
        if not found:
            raise Refusal(f"{show(client.name)} has no address for mail, and no contact with one.")
        return tuple(found)
    found = []
    for word in (part.strip() for part in to):
        meant = [one for one in there if word.casefold() in (one.role.casefold(), one.name.casefold(), one.address)]
        if not meant and "@" in word:
            meant = [Recipient(_address(word))]
        if not meant:
            known = ", ".join(f"{one.name} ({one.role})" if one.role else one.name for one in there) or "nobody"
            raise Refusal(
                f"Nobody at {show(client.name)} is {show(word, 60)!r} and has an address: {show(known, 300)}."
            )
        found += meant
    return tuple({one.address: one for one in found}.values())


def _address(text: str) -> str:
    try:
        return str(EMAIL.read(text, NO_RECORDS))
    except ValueError as fault:
        raise Faulty([f"to: {show(text, 60)!r} {fault}"]) from None


def whom(user: User, report: Report, to: Sequence[str] = ()) -> tuple[Client, tuple[Recipient, ...]]:
    """The client that a paper is for, and who there would get it.

    Args:
        to: as for `recipients`.

    Raises:
        NotAllowed: the person may not send messages.
        Refusal: it is for no client, nobody would get it, or mail is not what messages are sent by.
    """
    user.ask_to_read("messages")
    if report.whose is None:
        raise Refusal(f"{show(report.title)} is for the firm: it is sent to nobody.")
    if user.firm.messages_by != "smtp":
        raise Refusal("Papers go by mail: dispatch settings --messages-by smtp --mail-host … --mail-from ….")
    client = existing(clients.client(user.store, report.whose.client_id))
    return client, recipients(client, to or report.whose.to, user.firm.paper_to)


def prepare_of_many(user: User, report: Report, to: Sequence[str] = (), confirmed: Collection[str] = ()) -> PaperMail:
    """As `prepare`, for one of many: what would be asked about one alone keeps it out, before it is set.

    Raises:
        NotAllowed, Refusal: as `prepare`; or there is something to ask about.
    """
    _, found = whom(user, report, to)
    questions = _questions(user.store, draft(user.store, report), found)
    if against := [said for mark, said in questions.items() if mark not in confirmed]:
        raise Refusal("; ".join(against))
    return prepare(user, report, to)


def prepare(user: User, report: Report, to: Sequence[str] = ()) -> PaperMail:
    """A paper as it would go to its client: as PDF where one can be set here, else as a page. Nothing is sent. It may take a while.

    Raises:
        NotAllowed, Refusal: as `whom`; or it is too large.
    """
    client, found = whom(user, report, to)
    store, paper = user.store, draft(user.store, report)
    ending, media, content = file_of(report)
    if len(content) > MOST:
        size = f"{len(content) // 1_000_000} MB, and a mail takes {MOST // 1_000_000}"
        raise Refusal(f"{show(report.title)} has {size}: save it as a file.")
    paper = paper._replace(name=f"{report.name}{ending}", media=media, content=content)
    firm = user.firm
    text = words_with(firm, client, report.title, report.language)
    return PaperMail(
        paper, report, client, found, text, _unreviewed(store, paper.visits), _earlier(store, paper, found)
    )


def words_with(firm: Firm, client: Client, title: str, language: str) -> str:
    """The firm's words that go with a paper, in a language."""
    with speaking(language):
        return with_values(say(firm.message_paper), {"firm": firm.name, "client": client.name, "paper": title})[
            :_LONGEST
        ]


def draft(store: Store, report: Report) -> KeptPaper:
    """A paper before it is set: all that is known of it but its file."""
    whose = existing(report.whose)
    known = data.digest(store, whose.visit_ids, money=whose.money)
    until = None if whose.good_until is None else whose.good_until.isoformat()
    title, name = report.title[:500], f"{report.name}.html"
    return KeptPaper(
        whose.client_id, whose.visit_id, report.kind, title, name, "text/html", b"", whose.visit_ids, known, until
    )


def file_of(report: Report) -> tuple[str, str, bytes]:
    """A paper as a file: its ending, its media type, its bytes. It is a PDF where one can be set here, else a page."""
    try:
        return ".pdf", PDF, as_pdf(report)
    except NoPdf:
        return ".html", "text/html", as_html(report).encode()


def send(user: User, *mails: PaperMail, confirmed: Collection[str] = ()) -> tuple[Message, ...]:
    """Put papers into the outbox, each for its recipients, all of them or none; undo takes them back until they leave. Returns the
    messages.

    Args:
        mails: as they were looked at.
        confirmed: the marks of what was said against them, and is meant.

    Raises:
        NotAllowed: the person may not.
        NeedsConfirm: a visit in one waits for a lead, or it went there before, and that is not confirmed.
        Refusal: what one of them says was put right since it was written.
    """
    with user.write("send paper", Role.DISPATCHER, Role.LEAD) as unit:
        made = put(unit, mails, confirmed)
        if not made:
            unit.leave_unchanged()
            return ()
        sent = tuple(find_message(user.store, number) for number in made)
        alone = f"{mails[0].paper.title} to {', '.join(one.address for one in sent)}"
        mailed.remember(unit, made, f"send {alone if len(mails) == 1 else count_text(len(mails), 'paper')}")
        return sent


def put(unit: Unit, mails: Sequence[PaperMail], confirmed: Collection[str]) -> list[int]:
    """Put papers into the outbox within a deed; returns the numbers of the messages. Raises as `send`."""
    store, made = unit.store, list[int]()
    for mail in mails:
        paper = mail.paper
        if not data.still_so(store, paper.visits, paper.digest):
            raise Refusal(f"{show(paper.title)} would say other things by now. Look at it again.")
        _ask(store, paper, mail.to, confirmed)
        site_id = visits_by_id(store, {paper.visit_id})[0].site_id if paper.visit_id is not None else None
        made += mailed.put(unit, paper, {one.address: mail.text for one in mail.to}, site_id)
        if paper.visit_id is not None:
            unit.audit("visit", paper.visit_id, paper=paper.title, to_be_sent_to=[one.address for one in mail.to])
    return made


def _ask(store: Store, paper: KeptPaper, to: Sequence[Recipient], confirmed: Collection[str]) -> None:
    """Ask about what nobody should send by oversight.

    Raises:
        NeedsConfirm: there is some of it that is not confirmed.
    """
    questions = _questions(store, paper, to)
    if any(mark not in confirmed for mark in questions):
        raise NeedsConfirm(f"{show(paper.title)} is not sent yet: {'; '.join(questions.values())}.", [*questions])


def _questions(store: Store, paper: KeptPaper, to: Sequence[Recipient]) -> dict[str, str]:
    """What is asked about a paper, by its mark: a visit in it waits for a lead, or it went there before."""
    questions = {}
    if waiting := _unreviewed(store, paper.visits):
        said = f"no lead has approved {', '.join(waiting)}"
        questions[mark_of(said)] = said
    if earlier := _earlier(store, paper, to):
        went = ", ".join(dict.fromkeys(show(one.address) for one in earlier))
        questions[mark_of(f"again {earlier[0].id}")] = f"it went to {went} before, or waits to"
    return questions


def kept_paper(user: User, message_id: int) -> KeptPaper:
    """The paper that a message brings, as it went or would go.

    Raises:
        NotAllowed: the person may not read messages.
        NotFound: there is no such message, or it brings none.
    """
    user.ask_to_read("messages")
    message = find_message(user.store, message_id)
    if message.paper_id is None:
        raise NotFound(f"Message {message.id} brings no paper.")
    return existing(papers.paper(user.store, message.paper_id))


def sent_words(made: Sequence[Message], times: Times) -> str:
    """What becomes of messages that were just put into the outbox."""
    at = times.clock(made[0].due_at)
    titles = dict.fromkeys(one.paper for one in made)
    if len(titles) > 1:
        return f"{count_text(len(titles), 'paper')} will go at {at}; until then undo takes them back."
    to = ", ".join(show(one.address) for one in made)
    return f"{show(made[0].paper)} goes to {to} at {at}; until then undo takes it back."


def _unreviewed(store: Store, visit_ids: Collection[int]) -> tuple[str, ...]:
    """Those among some visits that wait for a lead, or have not ended."""
    return tuple(
        visit.reference
        for visit in visits_by_id(store, set(visit_ids))
        if visit.review in (Review.TO_REVIEW, Review.SENT_BACK) or visit.state not in ENDED
    )


def _earlier(store: Store, paper: KeptPaper, to: Sequence[Recipient]) -> tuple[Message, ...]:
    stem = paper.name.rpartition(".")[0]
    went = papers.messages_with(store, paper.client_id, paper.kind, (f"{stem}.html", f"{stem}.pdf"))
    addresses = {one.address for one in to}
    return tuple(one for one in went if one.fate in _WENT and one.address in addresses)
