"""Mails that speak of a visit: a yes, a no, anything else, from whom, and what people make of those that wait."""

from __future__ import annotations

import itertools

import pytest

from db import checklists, mails, messages, visits
from db.store import existing
from db.unit import Actor, unit_of_work
from dispatch.desk.adapters.transports import Letter
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.delivery import sending
from dispatch.desk.inbox import deciding, receiving
from dispatch.desk.inbox.receiving import receive
from dispatch.desk.plan import schedule, undo
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Faulty, NotAllowed, NotFound, Refusal
from dispatch.desk.visits import handed_in
from dispatch.mail.reading import read_mail
from dispatch.model.mail import Mail, MailState
from dispatch.model.messages import About, Fate
from dispatch.model.states import State
from dispatch.model.visits import Visit
from tests.desk.conftest import Office, at
from tests.inbox.mails import DESK, PINE, bounce, forty, mail

_numbers = itertools.count()


def come(office: Office, raw: bytes, clock: str = "07:40") -> Mail:
    """A mail comes in."""
    return existing(receive(office.dana, read_mail(raw), at(clock), "box"))


def write(office: Office, text: str, sender: str = PINE, subject: str = "Re: Your appointment", **headers: str) -> Mail:
    made = mail(sender, subject, text, Message_ID=f"<{next(_numbers)}@mail.example>", **headers)
    return come(office, made.as_bytes())


def visit_of(office: Office, reference: str) -> Visit:
    return existing(visits.visit_by_reference(office.store, reference))


def deliver(office: Office) -> list[Letter]:
    """Send all that is due; returns what went."""
    went: list[Letter] = []

    def carries(letter: Letter, handing_over: object) -> None:
        handing_over()  # type: ignore[operator]
        went.append(letter)

    office.clock.advance(1000)
    list(sending.post_due(office.dana, lambda: carries))
    return went


@pytest.fixture
def told(firm: Office) -> Office:
    """Pine Court knows of an appointment at three, and was told since that it is at four."""
    client = RECORD_STORES["client"].find(firm.store, "Pine Court")
    editing.edit(firm.lee, "client", client, {"told": "confirmed", "told_at": PINE})
    intake.add(firm.dana, {"client": "Pine Court", "work": "printer", "minutes": "60", "reference": "P1"})
    schedule.assign(firm.dana, "P1", ["Ben Okafor"], at("15:00"))
    schedule.confirm(firm.dana, "P1")
    deliver(firm)
    schedule.move(firm.dana, "P1", ["Ben Okafor"], at("16:00"), confirmed=_all_marks(firm))
    assert [letter.key for letter in deliver(firm)] == ["dispatch-2"]
    assert visit_of(firm, "P1").state is State.PLANNED
    return firm


def _all_marks(office: Office) -> list[str]:
    from dispatch.desk.session.refusals import NeedsConfirm

    try:
        schedule.move(office.dana, "P1", ["Ben Okafor"], at("16:00"))
    except NeedsConfirm as question:
        return list(question.marks)
    return []


REPLY = "<dispatch-2@columbus.example>"


def test_a_yes_confirms(told: Office) -> None:
    kept = write(told, "Yes, please.\n\nPia Pine\n\nOn Tue X wrote:\n> Ben comes", In_Reply_To=REPLY)
    assert (kept.state, kept.reference, kept.answers) == (MailState.TAKEN, "P1", 2)
    assert visit_of(told, "P1").state is State.CONFIRMED


def test_the_calendars_accepted_is_a_yes_and_its_declined_a_no(told: Office) -> None:
    def answered(word: str) -> Mail:
        head = "BEGIN:VCALENDAR"
        ics = f"{head}\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nATTENDEE;PARTSTAT={word}:mailto:{PINE}\r\nEND:VEVENT\r\nEND:VCALENDAR"
        made = mail(PINE, f"{word}: visit", "", Message_ID=f"<{next(_numbers)}@mail.example>", References=REPLY)
        made.add_alternative(ics, subtype="calendar", params={"method": "REPLY"})
        return come(told, made.as_bytes())

    assert answered("DECLINED").state is MailState.CALL
    assert visit_of(told, "P1").state is State.PLANNED
    assert answered("ACCEPTED").state is MailState.TAKEN
    assert visit_of(told, "P1").state is State.CONFIRMED


@pytest.mark.parametrize("text", ["No.", "Can you come at five?", "Yes, but at five"])
def test_a_no_or_anything_else_is_a_word_on_the_visit_and_a_call(told: Office, text: str) -> None:
    before = visit_of(told, "P1")
    kept = write(told, text, In_Reply_To=REPLY)
    assert (kept.state, kept.reference) == (MailState.CALL, "P1")
    assert visit_of(told, "P1") == before, "whoever planned it can still take that back"
    assert deciding.inbox(told.store) == [kept]
    assert [one.text for one in mails.of_visit(told.store, before.id)] == [text]
    deciding.done(told.dana, kept.id, "they come at four after all")
    assert not deciding.inbox(told.store)
    undo.undo(told.dana)
    assert [one.state for one in deciding.inbox(told.store)] == [MailState.CALL]


def test_a_yes_to_an_older_time_confirms_nothing(told: Office) -> None:
    kept = write(told, "Yes", In_Reply_To="<dispatch-1@columbus.example>")
    assert (kept.state, kept.why) == (MailState.CALL, "says yes to another time than P1 has by now")
    assert visit_of(told, "P1").state is State.PLANNED


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"subject": "Automatic reply: Yes"},
        {"Precedence": "auto_reply"},
        {"Return_Path": "<>"},
    ],
)
def test_a_machine_confirms_nothing(told: Office, headers: dict[str, str]) -> None:
    kept = write(told, "Yes", In_Reply_To=REPLY, **headers)
    assert kept.state is MailState.PASSED
    assert visit_of(told, "P1").state is State.PLANNED


def test_somebody_else_confirms_nothing(told: Office) -> None:
    kept = write(told, "Yes", "Evil <evil@liar.example>", In_Reply_To=REPLY)
    assert (kept.state, kept.why) == (
        MailState.WAITING,
        "it answers a message to Pine Court, and is from somebody else",
    )
    assert kept.answers is not None
    other = write(told, "Yes", DESK, In_Reply_To=REPLY)
    assert other.state is MailState.WAITING
    assert visit_of(told, "P1").state is State.PLANNED


def test_whoever_only_says_that_they_are_the_client_waits(told: Office) -> None:
    editing.settle(told.lee, {"inbox_trusts": "mx.our.example"})
    lie = "mx.our.example; spf=fail smtp.mailfrom=liar.example"
    kept = write(told, "Yes", In_Reply_To=REPLY, Authentication_Results=lie)
    assert kept.state is MailState.WAITING
    assert "does not vouch that it is from pine.example" in kept.why
    assert visit_of(told, "P1").state is State.PLANNED
    write(told, "Yes", In_Reply_To=REPLY, Authentication_Results="mx.our.example; dmarc=pass header.from=pine.example")
    assert visit_of(told, "P1").state is State.CONFIRMED


def test_what_goes_on_is_no_second_request(firm: Office) -> None:
    """The same thread, a reference in the subject, and a reply to our answer: all are words on the visit that is there."""
    first = come(firm, mail(Message_ID="<a@pine.example>").as_bytes())
    (answered,) = deliver(firm)
    assert (answered.answers, answered.address) == ("<a@pine.example>", PINE)
    assert f"Its number is {first.reference}" in answered.text
    again = [
        write(firm, "And loudly.", References="<a@pine.example>"),
        write(firm, "Still.", subject=f"[#99] {first.reference}: Printer"),
        write(firm, "Thanks", In_Reply_To=f"<{answered.key}@columbus.example>"),
    ]
    assert {(one.state, one.reference) for one in again} == {(MailState.CALL, first.reference)}
    assert not deliver(firm), "one answer in a thread"
    other = write(firm, "Yes", DESK, subject=f"{first.reference} at the warehouse")
    assert other.reference != first.reference, "another client's reference is a word like any other"


def test_a_sender_who_does_not_stop_waits(firm: Office) -> None:
    kept = [write(firm, str(at), subject=f"Thing {at}x") for at in range(12)]
    assert [one.state for one in kept] == [MailState.TAKEN] * 10 + [MailState.WAITING] * 2
    assert len(deliver(firm)) == 5


def test_a_request_was_asked_for_when_our_server_had_it(firm: Office) -> None:
    kept = come(firm, mail().as_bytes(), "07:05")
    visit = visit_of(firm, kept.reference)
    assert (visit.requested_at, visit.came_by, visit.reported_by, visit.minutes) == (
        at("07:05"),
        "mail",
        "Pia Pine",
        60,
    )
    assert (visit.work, visit.description, visit.site) == ("Printer jams", "It jams.", "Shop")


def test_what_came_back_is_not_sent(firm: Office) -> None:
    come(firm, mail().as_bytes())
    deliver(firm)
    come(firm, bounce(1, "delayed"))
    assert existing(messages.message(firm.store, 1)).fate is Fate.SENT
    come(firm, bounce(1, whom="somebody@else.example"))
    assert existing(messages.message(firm.store, 1)).fate is Fate.SENT, (
        "who guesses its number does not know whom it went to"
    )
    kept = come(firm, bounce(1))
    message = existing(messages.message(firm.store, 1))
    assert (message.fate, message.about, kept.state) == (Fate.FAILED, About.RECEIVED, MailState.PASSED)
    assert message.why == f"It came back (mail {kept.id})."


def test_what_waits_becomes_a_request_and_back(firm: Office) -> None:
    kept = write(firm, "The door.", "New <new@client.example>", subject="Fwd: Door")
    assert kept.state is MailState.WAITING
    with pytest.raises(Faulty, match="client: is missing"):
        deciding.take(firm.dana, kept.id, {})
    visit = deciding.take(firm.dana, kept.id, {"client": "Harbor", "site": "Annex", "minutes": "30"})
    assert (visit.client, visit.site, visit.work, visit.minutes, visit.came_by) == (
        "Harbor Dental",
        "Annex",
        "Door",
        30,
        "mail",
    )
    taken = existing(mails.mail(firm.store, kept.id))
    assert (taken.state, taken.reference) == (MailState.TAKEN, visit.reference)
    undo.undo(firm.dana)
    assert existing(mails.mail(firm.store, kept.id))[2:12] == kept[2:12]
    assert not deliver(firm), "what was taken back is not answered"
    undo.redo(firm.dana)
    assert existing(mails.mail(firm.store, kept.id)).reference == visit.reference
    with pytest.raises(Refusal, match="stands at its visit"):
        deciding.take(firm.dana, kept.id, {"client": "Harbor", "site": "Annex"})


def test_a_mail_that_was_taken_by_mistake_becomes_another_request_that_is_answered(firm: Office) -> None:
    kept = write(firm, "The door.", "New <new@client.example>", subject="Door")
    wrong = deciding.take(firm.dana, kept.id, {"client": "Pine Court", "minutes": "30"})
    undo.undo(firm.dana)
    visit = deciding.take(firm.dana, kept.id, {"client": "Harbor", "site": "Annex", "minutes": "30"})
    (letter,) = deliver(firm)
    assert visit.reference in letter.text
    assert wrong.reference not in letter.text


@pytest.mark.parametrize(
    "subject", ["Out of office does not work", "Abwesenheitsnotiz einrichten", "Auto reply wanted"]
)
def test_a_request_about_answers_by_machine_is_one(firm: Office, subject: str) -> None:
    assert visit_of(firm, write(firm, "Please help.", subject=subject).reference).work == subject


def test_what_waits_is_put_to_a_visit_or_aside(firm: Office) -> None:
    first, second = (write(firm, "x", "New <new@client.example>", subject=word) for word in ("one", "two"))
    deciding.note(firm.dana, first.id, "R1")
    assert [one.id for one in mails.of_visit(firm.store, visit_of(firm, "R1").id)] == [first.id]
    deciding.refuse(firm.dana, second.id, "sells things")
    assert not deciding.inbox(firm.store)
    with pytest.raises(Refusal, match="was put aside"):
        deciding.refuse(firm.dana, second.id)
    with pytest.raises(NotAllowed):
        deciding.refuse(firm.ana, second.id)
    with pytest.raises(NotFound):
        deciding.done(firm.dana, 99)
    undo.undo(firm.dana)
    undo.undo(firm.dana)
    assert deciding.inbox(firm.store) == [first._replace(version=3), second._replace(version=3)]


def test_a_file_of_a_mail_is_one_of_its_visit(firm: Office) -> None:
    kept = come(firm, forty()["a photograph"].mail)
    (file,) = handed_in.mailed_files(firm.store, existing(kept.visit_id))
    found, data = handed_in.content(firm.dana, kept.reference, "jamgnp.png")
    assert (found, len(data)) == (file, file.size)
    assert checklists.file_hashes(firm.store) == {file.sha256: file.size}, "a backup has it"


def test_a_mail_is_never_rewritten(firm: Office) -> None:
    kept = come(firm, mail().as_bytes())
    for statement in ("UPDATE mail SET text = 'x'", "DELETE FROM mail", "UPDATE mail SET digest = 'x'"):
        with (
            pytest.raises(Exception, match="mail that came"),
            unit_of_work(firm.store, "x", Actor(None, "x", "x", "system")) as unit,
        ):
            unit.execute(statement)
    assert existing(mails.mail(firm.store, kept.id)) == kept


def test_a_mail_that_cannot_be_judged_waits_and_stops_nothing(firm: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that the database or the rules refuse, and a fault of ours."""

    def refuses(*_: object) -> Visit:
        raise Refusal("The book says no.")

    monkeypatch.setattr(receiving, "written", refuses)
    kept = come(firm, mail().as_bytes())
    assert (kept.state, kept.why, kept.client) == (MailState.WAITING, "The book says no.", "Pine Court")
    monkeypatch.setattr(receiving, "judge", lambda *_: 1 / 0)
    kept = come(firm, mail(subject="Other").as_bytes())
    assert (kept.state, kept.why) == (MailState.WAITING, "it could not be judged (ZeroDivisionError)")
    assert firm.store.value("SELECT count(*) FROM visit WHERE came_by = 'mail'") == 0
