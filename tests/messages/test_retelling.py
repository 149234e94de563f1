"""What a message says is judged again, whole, in the moment it goes: address, wish, time and truth."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from db import messages
from db.unit import Actor, unit_of_work
from dispatch.desk.adapters.transports import Letter, transport
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.closeout import arriving, leaving
from dispatch.desk.delivery.sending import post_due, post_next
from dispatch.desk.messages import calling_ahead, outbox
from dispatch.desk.messages.notifications import SOON
from dispatch.desk.plan import schedule
from dispatch.desk.session.refusals import Refusal
from dispatch.model.messages import About, Fate, Message
from tests.desk.conftest import Office, at
from tests.messages.conftest import PostOffice, words


def client(office: Office, **texts: str) -> None:
    """Put something on the page of the client."""
    editing.edit(office.lee, "client", RECORD_STORES["client"].find(office.store, "Harbor Dental"), texts)


def confirmed(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("15:00"))
    schedule.confirm(office.dana, "R1")


def on_the_way(office: Office) -> None:
    client(office, told="on the way")
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    office.go("08:40")
    arriving.depart(office.ana, "R1")


def late(office: Office) -> None:
    """The client was told on the phone that it will be 16:30."""
    client(office, told="late")
    confirmed(office)
    office.go("14:50")
    calling_ahead.call(office.dana, "R1", promised=at("16:30"))


def not_reached(office: Office) -> None:
    """Nobody answered the call, so the message is all that tells the client."""
    client(office, told="late")
    confirmed(office)
    office.go("15:20")
    calling_ahead.call(office.dana, "R1", answered=False)


def report(office: Office) -> None:
    client(office, told="report")
    office.on_site("R1")
    office.finish("R1")
    leaving.close(office.ana, "R1")


KINDS: dict[About, Callable[[Office], None]] = {
    About.CONFIRMED: confirmed,
    About.ON_THE_WAY: on_the_way,
    About.LATE: late,
    About.REPORT: report,
}


def everything(office: Office) -> list[Message]:
    return sorted(outbox.outbox(office.store, everything=True), key=lambda one: one.id)


def send_all(office: Office) -> None:
    """Everything that is due, as the process does it."""
    office.clock.advance(120)
    for _ in post_due(office.dana, lambda: transport(office.dana.firm)):
        pass


@pytest.mark.parametrize("about", KINDS)
def test_what_is_still_so_goes_as_it_is(told: Office, post: PostOffice, about: About) -> None:
    KINDS[about](told)
    (one,) = everything(told)
    send_all(told)
    assert [mail["To"] for mail in post.taken] == ["desk@harbor.example"]
    assert words(post.taken[0]).startswith(one.text)


@pytest.mark.parametrize("about", KINDS)
def test_it_goes_to_the_address_of_now(told: Office, post: PostOffice, about: About) -> None:
    KINDS[about](told)
    client(told, told_at="new@harbor.example")
    send_all(told)
    assert [mail["To"] for mail in post.taken] == ["new@harbor.example"]
    old, new = everything(told)
    assert (old.fate, old.why) == (
        Fate.DROPPED,
        f"the client's address is new@harbor.example now; message {new.id} says it",
    )
    assert (new.fate, new.premise, new.text) == (Fate.SENT, old.premise, old.text)


@pytest.mark.parametrize("about", KINDS)
def test_it_does_not_go_to_who_wants_none_any_more(told: Office, post: PostOffice, about: About) -> None:
    KINDS[about](told)
    client(told, told="")
    send_all(told)
    assert not post.taken
    (one,) = everything(told)
    assert (one.fate, one.why) == (Fate.DROPPED, "the client does not want to be told of this any more")


def test_who_comes_instead_is_named(told: Office, post: PostOffice) -> None:
    confirmed(told)
    said = everything(told)[0].text
    ana = RECORD_STORES["technician"].find(told.store, "Ana Ruiz")
    editing.edit(told.lee, "technician", ana, {"name": "Ana Ruiz-Lopez"})
    told.clock.advance(120)
    posted = post_next(told.dana, lambda: transport(told.dana.firm))
    assert posted is not None
    assert posted.fate is Fate.WAITING
    (one,) = everything(told)
    assert one.why == f"written anew; it said: {said}"
    send_all(told)
    (mail,) = post.taken
    assert "Ana Ruiz-Lopez comes to Main office on Tue 24 Nov 2026, 15:00" in words(mail)


def _system() -> Actor:
    return Actor(None, "system", "forget", "system")


def test_late_does_not_name_today_after_the_visit_was_moved_to_tomorrow(told: Office, post: PostOffice) -> None:
    late(told)
    schedule.move(told.dana, "R1", None, at("10:00", 1), confirmed=True)
    send_all(told)
    assert not post.taken
    assert everything(told)[0].why == "the visit was moved: the next call says to when"
    calling_ahead.call(told.dana, "R1", promised=at("10:00", 1))
    send_all(told)
    (mail,) = post.taken
    assert "will be at Main office on Wed 25 Nov 2026, 10:00 (R1)" in words(mail)


def test_another_promise_takes_the_place_of_one_that_waits(told: Office, post: PostOffice) -> None:
    late(told)
    calling_ahead.call(told.dana, "R1", promised=at("17:00"))
    send_all(told)
    (mail,) = post.taken
    assert "at 17:00" in words(mail)


def test_a_new_time_that_was_promised_to_nobody_is_worked_out_again(told: Office, post: PostOffice) -> None:
    not_reached(told)
    said = everything(told)[0]
    told.clock.advance(1800)
    send_all(told)
    (mail,) = post.taken
    old, new = everything(told)
    assert (old.fate, old.why) == (Fate.DROPPED, f"they come at another time by now; message {new.id} says it")
    assert new.premise >= said.premise + 1500
    assert said.text not in words(mail)


def test_a_new_time_that_has_passed_is_not_told(told: Office, post: PostOffice) -> None:
    late(told)
    told.go("16:31")
    send_all(told)
    assert not post.taken
    assert everything(told)[0].why == "that time has passed"


@pytest.mark.parametrize("hours", [1, 3, 30])
def test_on_the_way_does_not_go_out_hours_later(told: Office, post: PostOffice, hours: int) -> None:
    on_the_way(told)
    told.clock.advance(hours * 3600)
    send_all(told)
    assert not post.taken
    assert everything(told)[0].why == "they should be there by now"


def test_without_a_known_drive_soon_is_true_for_half_an_hour(told: Office, post: PostOffice) -> None:
    on_the_way(told)
    with unit_of_work(told.store, "forget", _system()) as unit:
        unit.execute("DELETE FROM leg", ())
        unit.audit("leg", 1, forgotten=True)
    told.clock.advance(SOON - 119)
    send_all(told)
    assert not post.taken
    assert everything(told)[0].why == "they should be there by now"


@pytest.mark.parametrize("about", KINDS)
def test_it_is_judged_once_more_when_the_server_is_ready(told: Office, post: PostOffice, about: About) -> None:
    """What changes while a slow server is asked counts too."""
    KINDS[about](told)
    told.clock.advance(120)
    real = transport(told.dana.firm)

    class Slow:
        def __call__(self, letter: Letter, handing_over: Callable[[], None]) -> None:
            def then() -> None:
                client(told, told_at="new@harbor.example")
                handing_over()

            real(letter, then)

    posted = post_next(told.dana, Slow)
    assert posted is not None
    assert (posted.fate, posted.why) == (Fate.DROPPED, "the client's address is new@harbor.example now")
    assert (post.seen, post.taken) == (0, [])
    send_all(told)
    assert [mail["To"] for mail in post.taken] == ["new@harbor.example"]


def test_a_report_that_is_put_right_while_a_slow_server_is_asked_goes_as_it_is_then(
    told: Office, post: PostOffice
) -> None:
    report(told)
    told.clock.advance(120)
    real = transport(told.dana.firm)

    class Slow:
        def __call__(self, letter: Letter, handing_over: Callable[[], None]) -> None:
            def then() -> None:
                site = RECORD_STORES["site"].find(told.store, "Harbor Dental / Main office")
                editing.edit(told.lee, "site", site, {"address": "9 New Street"})
                handing_over()

            real(letter, then)

    posted = post_next(told.dana, Slow)
    assert posted is not None
    assert (posted.fate, posted.why) == (Fate.WAITING, "What it says was changed in the last moment.")
    assert (post.seen, post.taken) == (0, [])
    told.clock.advance(60)
    send_all(told)
    assert ["9 New Street" in words(mail) for mail in post.taken] == [True]


def test_what_failed_is_tried_again_at_the_address_of_now(told: Office, post: PostOffice) -> None:
    confirmed(told)
    post.answers = ["550 no such user"]
    send_all(told)
    client(told, told_at="new@harbor.example")
    assert outbox.retry(told.dana, 1).id == 2
    send_all(told)
    assert [mail["To"] for mail in post.taken] == ["new@harbor.example"]
    assert [one.fate for one in everything(told)] == [Fate.DROPPED, Fate.SENT]


def test_what_failed_is_not_tried_again_for_who_wants_none(told: Office, post: PostOffice) -> None:
    confirmed(told)
    post.answers = ["550 no such user"]
    send_all(told)
    client(told, told="")
    with pytest.raises(Refusal, match="does not want to be told of this any more"):
        outbox.retry(told.dana, 1)
    assert everything(told)[0].fate is Fate.FAILED
    assert messages.trouble(told.store, told.store.clock.now()).words == "1 message not sent"
