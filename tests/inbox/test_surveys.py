"""A survey that goes by mail: eleven lines, an answer that is known by its token, once, and what care makes of it."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from db.store import existing
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.care.care_list import care_list
from dispatch.desk.delivery import surveys
from dispatch.desk.messages.outbox import find_message
from dispatch.desk.plan import undo
from dispatch.desk.session.refusals import NeedsConfirm, NotAllowed, NotFound, Refusal
from dispatch.mail.answers import answer_in, score_in
from dispatch.model.clients import Client
from dispatch.model.mail import Mail, MailState
from dispatch.model.messages import Fate
from tests.desk.conftest import Office, closed
from tests.inbox.mails import PINE
from tests.inbox.test_visits import deliver, write


def pine(office: Office) -> Client:
    return existing(RECORD_STORES["client"].find(office.store, "Pine Court"))  # type: ignore[no-any-return]


def scores(office: Office) -> list[tuple[int | None, str]]:
    return office.store.all(
        "SELECT score, words FROM survey WHERE client_id = ? AND withdrawn_at IS NULL ORDER BY id", (pine(office).id,)
    )


@pytest.fixture
def asked(firm: Office) -> list[str]:
    """The subjects of the eleven answers to a survey that went to Pine Court."""
    surveys.send(firm.lee, pine(firm))
    return answers_sent(firm)


def answers_sent(firm: Office) -> list[str]:
    """The subjects of the eleven answers to the survey that is on its way to Pine Court."""
    (letter,) = deliver(firm)
    assert (letter.address, letter.subject) == (PINE, "How satisfied are you?")
    links = re.findall(r"^(\d+): mailto:office@columbus\.example\?subject=(\S+)$", letter.text, re.MULTILINE)
    assert [int(score) for score, _ in links] == list(range(10, -1, -1))
    return [unquote(subject) for _, subject in reversed(links)]


def reply(office: Office, subject: str, text: str = "", **headers: str) -> Mail:
    return write(office, text, headers.pop("sender", PINE), subject, **headers)


def test_the_first_answer_counts_once_and_4_is_an_unhappy_client(firm: Office, asked: list[str]) -> None:
    assert scores(firm) == [(None, "")]
    kept = reply(firm, asked[4], "You came late twice.\n\n-- \nPia")
    assert (kept.state, kept.why, kept.client) == (MailState.PASSED, "answers the survey with 4 of 10", "Pine Court")
    assert scores(firm) == [(None, ""), (4, "You came late twice.")]
    again = reply(firm, asked[10])
    assert (again.state, again.why) == (MailState.PASSED, "it answers a survey that was answered before")
    assert len(scores(firm)) == 2
    assert "E7" in {item.rule for item in care_list(firm.store, pine(firm))}
    assert not deliver(firm), "an answer is not answered"


def test_whoever_has_the_token_answers_and_nobody_without(firm: Office, asked: list[str]) -> None:
    for wrong in ("9 of 10 [survey 0123456789abcdef]", asked[9].replace("9 of 10", "11 of 10"), "9 of 10"):
        reply(firm, wrong, sender="Boss <boss@elsewhere.example>")
    reply(firm, asked[9], Auto_Submitted="auto-replied")
    assert scores(firm) == [(None, "")]
    reply(firm, f"Re: Fwd: {asked[9]}", sender="Boss <boss@elsewhere.example>")
    assert scores(firm)[-1] == (9, "")


@pytest.mark.parametrize("subject", ["11 of 10 [survey {}]", "9 of 10 [survey 0123456789abcdef]", "Re: [Survey x]"])
def test_what_only_looks_like_an_answer_waits_and_is_no_request(firm: Office, asked: list[str], subject: str) -> None:
    """A request of theirs would have the token on the papers of the client."""
    token = asked[9].partition("[survey ")[2].rstrip("]")
    kept = reply(firm, subject.format(token))
    assert (kept.state, kept.client, kept.reference) == (MailState.WAITING, "Pine Court", "")
    assert kept.why == "it looks like the answer to a survey, and is of none that we sent"
    assert scores(firm) == [(None, "")]


def test_a_reply_that_begins_with_a_number_is_an_answer(firm: Office, asked: list[str]) -> None:
    waits = reply(firm, "Re: How satisfied are you?", "Quite well", In_Reply_To="<dispatch-1@columbus.example>")
    assert (waits.state, waits.why) == (MailState.WAITING, "it answers a survey without a number")
    reply(
        firm, "Re: How satisfied are you?", "8, thank you\n\n> 0: mailto", In_Reply_To="<dispatch-1@columbus.example>"
    )
    assert scores(firm)[-1] == (8, "8, thank you")


def test_who_may_send_one_to_whom_and_when(firm: Office) -> None:
    with pytest.raises(NotAllowed):
        surveys.send(firm.dana, pine(firm))
    with pytest.raises(NotFound, match="has no visit R1"):
        surveys.send(firm.lee, pine(firm), reference="R1")
    harbor = RECORD_STORES["client"].find(firm.store, "Harbor Dental")
    with pytest.raises(Refusal, match="R1 is not closed"):
        surveys.send(firm.lee, harbor, reference="R1")
    closed(firm, "R1")
    surveys.send(firm.lee, harbor, reference="R1")
    sent = surveys.send(firm.lee, pine(firm))
    with pytest.raises(Refusal, match="was asked on 2026-11-24, and has not answered yet"):
        surveys.send(firm.lee, pine(firm))
    undo.undo(firm.lee)
    assert find_message(firm.store, sent.id).fate is Fate.DROPPED
    assert scores(firm) == []
    surveys.send(firm.lee, pine(firm))


@pytest.mark.parametrize(
    ("language", "ten"), [("de", "10 von 10 [Umfrage "), ("fr", "10 sur 10 [enquête "), ("es", "10 de 10 [")]
)
def test_the_answer_is_in_the_language_of_the_client(firm: Office, language: str, ten: str) -> None:
    editing.edit(firm.lee, "client", pine(firm), {"language": language})
    surveys.send(firm.lee, pine(firm))
    (letter,) = deliver(firm)
    links = [unquote(link) for link in re.findall(r"subject=(\S+)$", letter.text, re.MULTILINE)]
    assert links[0].startswith(ten)
    wrong = reply(firm, links[0].replace("10 ", "11 ", 1))
    assert wrong.state is MailState.WAITING
    reply(firm, f"Re: {links[3]}")
    assert scores(firm)[-1] == (7, "")


def test_an_address_that_is_none_of_theirs_is_asked_about(firm: Office) -> None:
    with pytest.raises(NeedsConfirm, match="is no address of Pine Court") as asked:
        surveys.send(firm.lee, pine(firm), ["nobody@elsewhere.example"])
    assert firm.store.value("SELECT count(*) FROM survey_ask") == 0
    sent = surveys.send(firm.lee, pine(firm), ["nobody@elsewhere.example"], confirmed=asked.value.marks)
    assert sent.address == "nobody@elsewhere.example"
    undo.undo(firm.lee)
    assert surveys.send(firm.lee, pine(firm), [PINE.upper()]).address.casefold() == PINE


def test_of_an_anonymous_answer_nothing_says_whose_it_is(firm: Office) -> None:
    editing.edit(firm.lee, "settings", firm.lee.firm, {"surveys_anonymous": "yes"})
    client = pine(firm)
    surveys.send(firm.lee, client)
    subjects = answers_sent(firm)
    kept = reply(firm, subjects[3], "You were late. Regards, Pia Pine, +1 614 555 0111")
    again = reply(firm, subjects[4], "Pia again")
    assert (kept.state, kept.why) == (MailState.PASSED, "answers an anonymous survey")
    assert (again.state, again.why) == (MailState.PASSED, "it answers a survey that was answered before")
    for mail in (kept, again):
        assert (mail.client, mail.sender, mail.sender_name, mail.subject, mail.text, mail.message_id) == ("",) * 6
    assert firm.store.all("SELECT month, kind, score FROM anonymous_answer") == [("2026-11", "", 3)]
    assert scores(firm) == [(None, ""), (None, "")]
    audit = firm.store.all("SELECT detail FROM audit WHERE deed = 'read mail'")
    assert not any(word in detail for (detail,) in audit for word in (PINE, "Pia", "of 10", "score"))
    assert not {"E2", "E7"}.intersection(item.rule for item in care_list(firm.store, client))


def test_who_sends_it_says_whether_it_is_anonymous(firm: Office) -> None:
    client = pine(firm)
    surveys.send(firm.lee, client, anonymous=True)
    nameless = answers_sent(firm)
    waits = reply(firm, "Re: How satisfied are you?", "Well enough", In_Reply_To="<dispatch-1@columbus.example>")
    assert (waits.state, waits.sender) == (MailState.WAITING, PINE), "without a number it is a mail like others"
    reply(firm, nameless[10])
    editing.edit(firm.lee, "settings", firm.lee.firm, {"surveys_anonymous": "yes"})
    surveys.send(firm.lee, client, anonymous=False)
    reply(firm, answers_sent(firm)[8], "well")
    assert scores(firm)[-1] == (8, "well")


@pytest.mark.parametrize(
    ("text", "score"),
    [("10", 10), (" 7 of 10", 7), ("9!", 9), ("11", None), ("7.5", None), ("8 %", None), ("x 9", None)],
)
def test_a_number_at_the_beginning(text: str, score: int | None) -> None:
    assert score_in(text) == score
    assert answer_in(text) is None
