"""Whether the processes that send and read mail are at work, and who hears of it; mails that ask for a call."""

from __future__ import annotations

from threading import Event

import pytest

from db.heartbeats import beat, heartbeat
from db.mails import MAILS
from dispatch.desk.adapters import imap_server
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.day.board_view import board
from dispatch.desk.delivery import sending
from dispatch.desk.delivery.unasked import put_unasked
from dispatch.desk.figures.open_work import OpenKind, open_work
from dispatch.desk.inbox import deciding, running
from dispatch.desk.messages import calling_ahead
from dispatch.desk.messages.alerts import all_standing, tell_here
from dispatch.desk.messages.processes import INBOX, OUTBOX, silent
from dispatch.desk.plan import schedule, undo
from dispatch.model.alerts import AlertKind
from dispatch.model.boards import CallAhead
from dispatch.model.mail import MailState
from tests.desk.conftest import DAY, Office, at
from tests.inbox.test_visits import REPLY, deliver, told, write

__all__ = ["told"]


@pytest.fixture(autouse=True)
def read(firm: Office) -> None:
    """Mail is read, and was a moment ago."""
    box = {"inbox_host": "imap.example.com", "inbox_from": "2026-11-01", "inbox_trusts": ""}
    editing.settle(firm.lee, box)
    beat(firm.store, INBOX, 60)


def words(office: Office) -> list[str]:
    return [one.words for one in silent(office.store)]


def on_the_list(office: Office) -> list[CallAhead]:
    return list(board(office.store, DAY).calls)


class TestSilence:
    def test_of_mail_that_is_not_read(self, firm: Office) -> None:
        firm.clock.advance(600)
        assert words(firm) == []
        firm.clock.advance(1)
        assert words(firm) == ["Mail is not read: does dispatch inbox run run?"]
        beat(firm.store, INBOX, 60, "imap.example.com: refused")
        assert words(firm) == ["Mail is not read: imap.example.com: refused"], "it looks, and cannot"
        beat(firm.store, INBOX, 60)
        assert words(firm) == []

    def test_of_one_that_looks_seldom_or_now_and_then(self, firm: Office) -> None:
        beat(firm.store, INBOX, 900)
        firm.clock.advance(2700)
        assert words(firm) == []
        firm.clock.advance(1)
        assert len(words(firm)) == 1

    def test_of_mail_that_nobody_ever_read_but_not_of_a_sender_that_never_ran(self, firm: Office) -> None:
        firm.store.path.with_name(f"{firm.store.path.name}.inbox").unlink()
        assert words(firm) == ["Mail is not read: dispatch inbox run never ran here"]
        beat(firm.store, INBOX, 60)
        beat(firm.store, OUTBOX, 15)
        firm.clock.advance(500)
        beat(firm.store, INBOX, 60)
        firm.clock.advance(200)
        assert words(firm) == ["Messages are not sent: does dispatch outbox run run?"]

    def test_a_file_that_was_written_over_is_silence(self, firm: Office) -> None:
        for text in ("", "[1, 2]", "{}", '["x", 1, 1, ""]'):
            firm.store.path.with_name(f"{firm.store.path.name}.inbox").write_text(text)
            assert heartbeat(firm.store, INBOX) is None

    def test_the_processes_note_it_themselves(self, firm: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        def away(_: object) -> object:
            raise imap_server.MailNotReached("imap.example.com: away")

        monkeypatch.setattr(running, "mailbox", away)
        stop = Event()

        def hear(said: str) -> None:
            stop.set()

        firm.clock.advance(700)
        running.run(firm.dana, hear, 0.01, stop)
        noted = heartbeat(firm.store, INBOX)
        assert noted is not None
        assert (noted.looked_at - noted.since, noted.trouble) == (700, "imap.example.com: away")

        def none() -> object:
            stop.set()
            raise AssertionError

        stop.clear()
        monkeypatch.setattr(sending, "post_next", lambda *_: stop.set())
        sending.run(firm.dana, none, lambda _: None, 0.01, stop)  # type: ignore[arg-type]
        noted = heartbeat(firm.store, OUTBOX)
        assert noted is not None
        assert noted.looked_at == firm.store.clock.now()

    def test_where_it_is_said(self, firm: Office) -> None:
        firm.clock.advance(601)
        (item,) = [one for one in open_work(firm.store).items if one.kind is OpenKind.STOPPED]
        assert (item.what, item.age(firm.store.clock.now())) == (words(firm)[0], "10m")
        (alert,) = [one for one in all_standing(firm.store) if one.key.kind is AlertKind.STOPPED]
        assert alert.text == words(firm)[0]
        assert alert.text in [one.text for one in tell_here(firm.dana, all_standing(firm.store), looked_at=True)]
        assert tell_here(firm.dana, all_standing(firm.store), looked_at=True) == [], "once"
        (found,) = [one for one in running.findings(firm.store) if one.subject == "inbox run"]
        assert not found.good
        assert found.text.startswith(words(firm)[0])
        beat(firm.store, INBOX, 60)
        assert not [one for one in all_standing(firm.store) if one.key.kind is AlertKind.STOPPED]
        assert all(one.good for one in running.findings(firm.store))


class TestMailsThatWait:
    def test_a_stranger_is_open_work_and_an_alert_without_a_name(self, firm: Office) -> None:
        kept = write(firm, "Do you repair printers?", "stranger@elsewhere.example", "Hello")
        (item,) = [one for one in open_work(firm.store).items if one.kind is OpenKind.MAIL]
        assert item.what == f"mail {kept.id} from stranger@elsewhere.example: nobody is known by this address"
        assert [one.text for one in all_standing(firm.store) if one.key.kind is AlertKind.INBOX] == [
            f"mail {kept.id} waits for somebody"
        ]
        assert f"mail {kept.id} waits for somebody" in {
            one.text for one in tell_here(firm.dana, all_standing(firm.store), looked_at=True)
        }
        deciding.refuse(firm.dana, kept.id)
        assert not [one for one in open_work(firm.store).items if one.kind is OpenKind.MAIL]
        assert not [one for one in all_standing(firm.store) if one.key.kind is AlertKind.INBOX]

    def test_a_no_is_on_the_call_ahead_list_until_the_call_was_made(self, told: Office) -> None:
        calling_ahead.call(told.dana, "P1", promised=at("16:00"))
        assert on_the_list(told) == []
        kept = write(told, "No, sorry.", In_Reply_To=REPLY)
        (call,) = on_the_list(told)
        assert (call.reference, call.mail, call.late, call.due) == ("P1", kept.id, False, kept.came_at)
        said = call.words(board(told.store, DAY).times)
        assert said == f"mail {kept.id} says no to the appointment of P1 · expects us Tue 24 Nov 2026 16:00"
        assert [one.text for one in all_standing(told.store) if one.key.kind is AlertKind.INBOX] == [
            f"P1 Pine Court: mail {kept.id} asks for a call"
        ]
        calling_ahead.call(told.dana, "P1", answered=False)
        (call,) = on_the_list(told)
        assert len(call.tried_at) == 1
        told.clock.advance(601)
        (call,) = on_the_list(told)
        assert call.escalated
        deciding.done(told.dana, kept.id, "they come at five")
        assert on_the_list(told) == []

    def test_an_answered_call_settles_it_and_undo_brings_both_back(self, told: Office) -> None:
        kept = write(told, "No, sorry.", In_Reply_To=REPLY)
        (call,) = on_the_list(told)
        assert (call.mail, call.late) == (kept.id, True), "they were told three o'clock in a call"
        calling_ahead.call(told.dana, "P1", promised=at("17:00"), note="five is fine")
        (mail,) = MAILS.select(told.store, "WHERE r.id = ?", (kept.id,))
        assert (mail.state, mail.why) == (MailState.TAKEN, "five is fine")
        assert not [one for one in on_the_list(told) if one.mail]
        undo.undo(told.dana)
        assert [one.mail for one in on_the_list(told)] == [kept.id]

    def test_it_stands_on_the_list_of_today_for_a_visit_of_another_day(self, told: Office) -> None:
        kept = write(told, "No, sorry.", In_Reply_To=REPLY)
        told.go("09:00", -1)
        days = [DAY.fromordinal(DAY.toordinal() + off) for off in (-1, 0, 1)]
        assert [[one.mail for one in board(told.store, day).calls] for day in days] == [[kept.id], [kept.id], []]


@pytest.mark.parametrize(("text", "state"), [("Yes", MailState.TAKEN), ("No, not tomorrow.", MailState.CALL)])
def test_the_answer_to_a_reminder_is_one_to_the_appointment(told: Office, text: str, state: MailState) -> None:
    client = RECORD_STORES["client"].find(told.store, "Pine Court")
    editing.edit(told.lee, "client", client, {"told": "confirmed, reminder"})
    schedule.move(told.dana, "P1", ["Ben Okafor"], at("16:00", 3), confirmed=True)
    deliver(told)
    told.go("16:30", 2)
    assert put_unasked(told.dana) == 1
    (letter,) = deliver(told)
    assert letter.subject == "A reminder of your appointment, P1"
    kept = write(told, text, In_Reply_To=f"<{letter.key}@columbus.example>")
    assert (kept.state, kept.reference) == (state, "P1")


def test_a_look_that_failed_is_noted_by_once_too(firm: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: object) -> object:
        raise imap_server.MailNotReached("imap.example.com: away")

    monkeypatch.setattr(running, "mailbox", away)
    with pytest.raises(imap_server.MailNotReached):
        list(running.read_all(firm.dana))
    noted = heartbeat(firm.store, INBOX)
    assert noted is not None
    assert noted.trouble == "imap.example.com: away"
