"""What deeds put into the outbox: what the client asked for, once, and nothing that is not true any more."""

from __future__ import annotations

import pytest

from db import messages
from db.faults import Refused as DatabaseRefused
from db.unit import Actor, unit_of_work
from dispatch.desk.adapters.transports import Letter, Transport, transport
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.closeout import arriving, leaving
from dispatch.desk.delivery.sending import Posted, post_due, post_next
from dispatch.desk.messages import calling_ahead, outbox
from dispatch.desk.plan import schedule, undo
from dispatch.desk.session.refusals import Faulty, NotAllowed, Refusal
from dispatch.model.messages import About, Fate, Message
from tests.desk.conftest import Office, at
from tests.messages.conftest import PostOffice, words

BY_HAND = Actor(None, "x", "x", "local")


class Nobody:
    """A transport whom nothing may be given."""

    def __call__(self, letter: Letter, handing_over: object) -> None:
        """Fail."""
        raise AssertionError(f"{letter.text!r} was sent")


def nobody() -> Transport:
    return Nobody()


def waiting(office: Office) -> list[Message]:
    return outbox.outbox(office.store)


def only(office: Office, wishes: str) -> None:
    """The client wants to be told these."""
    editing.edit(office.lee, "client", RECORD_STORES["client"].find(office.store, "Harbor Dental"), {"told": wishes})


def agreed(office: Office, reference: str = "R1", clock: str = "09:00") -> None:
    """Ana's visit, to which the client has agreed."""
    schedule.assign(office.dana, reference, ["Ana Ruiz"], at(clock), confirmed=True)
    schedule.confirm(office.dana, reference)


def test_each_deed_tells_its_own(told: Office) -> None:
    agreed(told)
    (confirmed,) = waiting(told)
    assert (confirmed.about, confirmed.address) == (About.CONFIRMED, "desk@harbor.example")
    assert confirmed.text == "Ana Ruiz comes to Main office on Tue 24 Nov 2026, 09:00: Server patch (R1)."
    assert confirmed.due_at == told.store.clock.now() + 120, "what is taken back at once is never told"

    told.go("08:40")
    arriving.depart(told.ana, "R1")
    on_the_way = waiting(told)[0]
    assert on_the_way.about is About.ON_THE_WAY
    assert on_the_way.text.startswith("Ana Ruiz is on the way to Main office and will be there ")
    assert on_the_way.due_at == at("08:40")

    told.go("09:00")
    arriving.arrive(told.ana, "R1")
    told.finish("R1")
    leaving.close(told.ana, "R1")
    assert waiting(told)[0].about is About.REPORT


def test_a_call_tells_the_new_time(told: Office) -> None:
    only(told, "late")
    agreed(told)
    told.go("08:50")
    calling_ahead.call(told.dana, "R1", promised=at("09:40"))
    late = waiting(told)[0]
    assert late.about is About.LATE
    assert late.text == "We are later than planned, and sorry for it: Ana Ruiz will be at Main office at 09:40 (R1)."
    undo.undo(told.dana)
    told.clock.advance(60)
    assert settled(told).why == "the call was taken back"


@pytest.mark.parametrize("wishes", ["", "late", "report, late"])
def test_nobody_is_told_what_they_did_not_ask_for(told: Office, wishes: str) -> None:
    only(told, wishes)
    agreed(told)
    assert waiting(told) == []


def test_nothing_is_kept_for_later_where_nothing_is_sent(told: Office) -> None:
    editing.settle(told.lee, {"messages_by": "none"})
    agreed(told)
    assert waiting(told) == []


def test_without_an_address_of_its_own_the_first_contact_is_told(told: Office) -> None:
    harbor = RECORD_STORES["client"].find(told.store, "Harbor Dental")
    texts = {"told_at": ""}
    with pytest.raises(Faulty, match="no contact has an e-mail address either"):
        editing.edit(told.lee, "client", harbor, texts)
    editing.edit(told.lee, "client", harbor, texts | {"contacts": "J. Lowe; +1 614 555 0100; lowe@harbor.example"})
    agreed(told)
    assert waiting(told)[0].address == "lowe@harbor.example"


def test_what_is_said_twice_is_sent_once(told: Office) -> None:
    agreed(told)
    undo.undo(told.dana)
    schedule.confirm(told.dana, "R1")
    assert [one.about for one in waiting(told)] == [About.CONFIRMED]


def settled(office: Office) -> Posted:
    posted = post_next(office.dana, nobody)
    assert posted is not None
    assert posted.fate is Fate.DROPPED
    return posted


def test_what_was_moved_is_not_told_of_the_old_time(told: Office) -> None:
    agreed(told)
    schedule.move(told.dana, "R1", ["Ana Ruiz"], at("14:00"), confirmed=True)
    told.clock.advance(600)
    dropped = settled(told).message
    schedule.confirm(told.dana, "R1")
    now = waiting(told)[0]
    assert "14:00" in now.text
    assert now.id != dropped.id


def test_what_is_cancelled_or_past_is_not_told(told: Office) -> None:
    agreed(told, "R1")
    agreed(told, "R2", "11:00")
    schedule.cancel(told.dana, "R1", "the client closed today")
    told.go("12:00")
    assert {settled(told).why, settled(told).why} == {"the visit is cancelled", "that time has passed"}
    assert post_next(told.dana, nobody) is None


def test_a_message_is_dropped_and_tried_again_by_who_plans(told: Office) -> None:
    agreed(told)
    (one,) = waiting(told)
    for deed in (outbox.drop, outbox.retry):
        with pytest.raises(NotAllowed):
            deed(told.ana, one.id)
    with pytest.raises(Refusal, match="is waiting: only what was given up"):
        outbox.retry(told.dana, one.id)
    assert outbox.drop(told.dana, one.id).why == "dropped by Dana Wells"
    with pytest.raises(Refusal, match="cannot be dropped any more"):
        outbox.drop(told.dana, one.id)
    assert waiting(told) == []
    assert outbox.retry(told.lee, one.id).fate is Fate.WAITING
    outbox.drop(told.dana, one.id)
    schedule.cancel(told.dana, "R1", "the client closed today")
    with pytest.raises(Refusal, match="would say what is not so: the visit is cancelled"):
        outbox.retry(told.lee, one.id)


def test_what_nobody_sends_is_seen(told: Office) -> None:
    agreed(told, clock="15:00")
    assert messages.trouble(told.store, told.store.clock.now()).words == ""
    told.go("08:00")
    assert messages.trouble(told.store, told.store.clock.now()).words == "1 message overdue"


@pytest.mark.parametrize(
    ("field", "typed", "fault"),
    [
        ("told", "confirmed, weather", "'weather' is not one of confirmed, reminder, on the way, late, report"),
        ("told_at", "desk@harbor.example\nBcc: all@x.example", "holds a line break"),
        ("told_at", "not an address", "is not an e-mail address such as"),
    ],
)
def test_wishes_that_cannot_be_met_are_named(told: Office, field: str, typed: str, fault: str) -> None:
    harbor = RECORD_STORES["client"].find(told.store, "Harbor Dental")
    with pytest.raises(Faulty, match=fault):
        editing.edit(told.lee, "client", harbor, {field: typed})


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("message_late", "{minutes} late"),
        ("message_late", " "),
        ("mail_host", "a b"),
        ("mail_host", "127.0.0.1:2525"),
        ("mail_host", "mail.example.com:25"),
        ("mail_port", "0"),
        ("mail_from", "me"),
    ],
)
def test_settings_that_cannot_send_are_named(told: Office, field: str, typed: str) -> None:
    with pytest.raises(Faulty):
        editing.settle(told.lee, {field: typed})


def placed(office: Office, clock: str) -> None:
    """The client has agreed to another time, and two minutes are over."""
    schedule.move(office.dana, "R1", ["Ana Ruiz"], at(clock), confirmed=True)
    schedule.confirm(office.dana, "R1")
    office.clock.advance(120)


@pytest.mark.parametrize("sent", [True, False], ids=["each was told", "the one between was taken back in time"])
def test_who_was_told_otherwise_in_between_is_told_the_same_again(told: Office, post: PostOffice, sent: bool) -> None:
    agreed(told, clock="14:00")
    told.clock.advance(120)
    go = [Fate.SENT]
    assert [one.fate for one in post_due(told.dana, lambda: transport(told.dana.firm))] == go
    placed(told, "15:00")
    if sent:
        assert [one.fate for one in post_due(told.dana, lambda: transport(told.dana.firm))] == go
    placed(told, "14:00")
    for _ in post_due(told.dana, lambda: transport(told.dana.firm)):
        pass
    times = [words(mail).partition(", ")[2][:5] for mail in post.taken]
    assert times == (["14:00", "15:00", "14:00"] if sent else ["14:00"])


def test_the_database_takes_the_same_twice_in_a_row_from_nobody(told: Office) -> None:
    agreed(told)
    (one,) = waiting(told)
    columns = "visit_id, client_id, kind, premise, address, text, made_at, due_at"
    again = f"INSERT INTO message ({columns}) SELECT {columns} FROM message WHERE id = ?"
    with pytest.raises(DatabaseRefused, match="twice in a row"), unit_of_work(told.store, "post", BY_HAND) as unit:
        unit.execute(again, (one.id,))
    with unit_of_work(told.store, "post", BY_HAND) as unit:
        messages.change(unit, one, Fate.DROPPED)
        unit.execute(again, (one.id,))
        unit.audit("message", one.id)
    assert len(waiting(told)) == 1
