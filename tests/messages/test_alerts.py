"""Alerts are told once: by a terminal, or by one message where nobody looks, whoever else tells at the same time."""

from __future__ import annotations

import re
import subprocess
import threading

import pytest

from db import alerts as rows
from db.store import Store
from dispatch.desk.adapters.transports import Transport
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.closeout import arriving, leaving
from dispatch.desk.delivery.alerting import LEASE, PostedAlerts, post_alerts
from dispatch.desk.messages import alerts
from dispatch.desk.messages.alerts import GRACE, all_standing, tell_here
from dispatch.desk.plan import schedule, undo
from dispatch.desk.session.activity import Activity
from dispatch.desk.session.refusals import NotAllowed, Refusal
from dispatch.desk.session.user import User, log_in
from dispatch.model.alerts import AlertKind
from dispatch.model.messages import Fate
from dispatch.model.people import Staff
from tests.desk.conftest import Office, at
from tests.messages.conftest import PostOffice, words
from tests.wall import started


def choose(user: User, login: str, **ways: str) -> None:
    """What somebody wants to be told, by each way."""
    find = RECORD_STORES["alerts"].find
    editing.edit(user, "alerts", find(user.store, login), ways)


@pytest.fixture
def late(told: Office) -> Office:
    """R2 was promised until 11:00; it is half past, and nobody has set out. Dana wants to be told by mail."""
    editing.edit(told.lee, "staff", RECORD_STORES["staff"].find(told.store, "dana"), {"email": "dana@columbus.example"})
    for login in ("dana", "lee"):
        choose(told.lee, login, bell="late", title="", desktop="")
    choose(told.dana, "dana", message="late, reopened")
    schedule.assign(told.dana, "R2", ["Ana Ruiz"], at("10:00"))
    told.go("11:30")
    return told


def here(user: User, *, looked_at: bool = True) -> list[str]:
    return [alert.text for alert in tell_here(user, all_standing(user.store), looked_at=looked_at)]


def post_all(user: User) -> list[PostedAlerts]:
    return list(post_alerts(user))


def test_a_terminal_tells_it_once_and_no_message_goes(late: Office, post: PostOffice) -> None:
    (told,) = here(late.dana)
    assert re.fullmatch("R2 Harbor Dental: [0-9]+ min late for the promised window", told)
    assert here(late.dana) == []
    with Store.open(late.store.path, clock=late.clock) as again:
        assert here(log_in(again, "dana")) == [], "nor after the next start"
    assert here(late.lee) != [], "it is told to each"
    late.clock.advance(GRACE)
    assert post_all(late.lee) == []
    assert not post.taken


def test_where_nobody_looks_one_message_goes(late: Office, post: PostOffice) -> None:
    assert post_all(late.lee) == []
    late.clock.advance(GRACE)
    assert [one.words for one in post_all(late.lee)] == ["1 alert to dana: sent"]
    late.clock.advance(3600)
    assert post_all(late.lee) == []
    (mail,) = post.taken
    assert mail["To"] == "dana@columbus.example"
    assert mail["Subject"].startswith("R2 Harbor Dental: ")
    assert "late for the promised window" in words(mail)
    assert here(late.dana) == [], "what was sent is not told once more"


def test_a_terminal_that_nobody_looks_at_rings_and_a_message_goes(late: Office, post: PostOffice) -> None:
    assert here(late.dana, looked_at=False) != []
    assert here(late.dana, looked_at=False) == []
    assert [one.fate for one in post_all(late.lee)] == [Fate.SENT]


def test_who_comes_back_in_time_gets_no_message(late: Office, post: PostOffice) -> None:
    post_all(late.lee)
    assert here(late.dana) != []
    late.clock.advance(GRACE)
    assert post_all(late.lee) == []
    assert [(one.seen, one.fate) for one in alerts.told_to(late.dana)] == [(True, "dropped")]


def test_what_is_so_no_more_is_not_sent(late: Office, post: PostOffice) -> None:
    post_all(late.lee)
    schedule.unassign(late.dana, "R2")
    late.clock.advance(GRACE)
    assert post_all(late.lee) == []
    assert (alerts.told_to(late.dana)[0].fate, alerts.told_to(late.dana)[0].why) == ("dropped", "it is so no more")


def test_ones_own_deed_tells_oneself_nothing(late: Office, post: PostOffice) -> None:
    schedule.move(late.dana, "R2", None, at("11:30"), reason="as agreed", confirmed=True)
    assert here(late.dana) == []
    late.clock.advance(3600)
    assert here(late.dana) == []
    assert post_all(late.lee) == []
    assert here(late.lee) != []


def test_reopened_and_not_let_in_are_told_to_the_others(late: Office) -> None:
    for login in ("dana", "lee"):
        choose(late.lee, login, bell="refused, reopened")
    schedule.assign(late.dana, "R1", ["Ana Ruiz"], at("15:00"))
    late.go("15:00")
    arriving.arrive(late.ana, "R1")
    leaving.no_access(late.ana, "R1", called="J. Lowe", reason="the door was locked")
    assert here(late.dana) == ["R1 Harbor Dental: nobody let us in, Ana Ruiz: the door was locked"]
    leaving.reopen(late.lee, "R1", "she came back")
    assert here(late.dana) == ["R1 Harbor Dental: opened again, Lee Moreau: she came back"]
    assert all("opened again" not in text for text in here(late.lee))


def test_a_mail_server_that_refuses_is_tried_three_times_and_makes_no_alert(late: Office, post: PostOffice) -> None:
    choose(late.dana, "dana", message="late, mail", bell="late, mail")
    post_all(late.lee)
    post.answers = ["450 busy"] * 9
    fates = []
    for seconds in (GRACE, 30, 60, 300, 3600):
        late.clock.advance(seconds)
        fates += [one.fate for one in post_all(late.lee)]
    assert fates == [Fate.WAITING, Fate.WAITING, Fate.FAILED]
    assert not [alert for alert in all_standing(late.store) if alert.key.kind is AlertKind.MAIL]
    assert here(late.dana) != [], "the terminal tells what no message could"


def test_a_lost_sender_leaves_it_unsure(late: Office, post: PostOffice) -> None:
    post_all(late.lee)
    late.clock.advance(GRACE)

    def lost(user: User, person: Staff) -> Transport:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(post_alerts(late.lee, lost))
    late.clock.advance(LEASE)
    assert post_all(late.lee) == []
    assert alerts.told_to(late.dana)[0].fate == "unsure"
    assert not post.taken


def test_two_senders_and_a_terminal_tell_it_once(late: Office, post: PostOffice) -> None:
    post_all(late.lee)
    late.clock.advance(GRACE)
    path, sent = late.store.path, list[PostedAlerts]()

    def sender() -> None:
        with Store.open(path, clock=late.clock) as store:
            sent.extend(post_alerts(log_in(store, "lee")))

    senders = [threading.Thread(target=sender) for _ in range(4)]
    for one in senders:
        one.start()
    for one in senders:
        one.join(60)
    assert len(post.taken) == len(sent) == 1


def test_processes_of_their_own_send_one_message(late: Office, post: PostOffice) -> None:
    post_all(late.lee)
    late.clock.advance(GRACE)
    program = started("-m", "dispatch", "outbox", "run", "--once", "--as", "lee", "--db", str(late.store.path))
    both = [subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=60)[0] for process in both]
    assert sorted(said) == ["", "1 alert to dana: sent\n"]
    assert len(post.taken) == 1


def test_by_ones_own_addresses_of_apprise(late: Office, post: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("apprise", reason="needs Apprise: install the extra notify")
    monkeypatch.setenv("DISPATCH_ALERT_URLS_DANA", "json://127.0.0.1:9/nobody")
    post_all(late.lee)
    late.clock.advance(GRACE)
    (posted,) = post_all(late.lee)
    assert (posted.fate, posted.why) == (Fate.WAITING, "Apprise could not send it.")
    assert not post.taken, "not by the mail of the firm too"


def test_whose_they_are(late: Office) -> None:
    with pytest.raises(NotAllowed, match="Only Lee Moreau or a lead"):
        choose(late.dana, "lee", bell="")
    choose(late.lee, "dana", bell="")
    with pytest.raises(Refusal):
        editing.add(late.lee, "alerts", {})
    undo.undo(late.lee)
    assert RECORD_STORES["alerts"].texts(late.store, RECORD_STORES["alerts"].find(late.store, "dana"))["bell"] == "late"
    assert [person.login for person in RECORD_STORES["alerts"].all(late.store)] == ["dana", "lee"]


def test_that_somebody_was_told_is_no_news(late: Office) -> None:
    activity = Activity(late.lee)
    here(late.dana)
    assert not activity.listen()
    assert not activity.news


def test_an_office_without_wishes_reads_nothing(told: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "under_way", pytest.fail)
    assert post_all(told.lee) == []
