"""What a session hears of the others: everything, and which of it is worth reading a screen again for."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from db.store import Store
from dispatch.desk.access import keyring, logins
from dispatch.desk.book import editing
from dispatch.desk.closeout import arriving
from dispatch.desk.plan import schedule
from dispatch.desk.session.activity import Activity
from dispatch.desk.session.user import User, log_in
from tests.desk.conftest import Office, at


def key_of(lead: User, login: str, number: int) -> int:
    """The id of a new key of somebody's."""
    body = base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes([number]) * 32).decode()
    return keyring.add_key(lead, login, f"ssh-ed25519 {body}").id


@pytest.fixture
def elsewhere(office: Office) -> Iterator[Store]:
    """The connection of another process."""
    with Store.open(office.store.path, clock=office.clock) as store:
        yield store


def test_who_logs_in_and_out_shows_only_where_sessions_are_listed(office: Office, elsewhere: Store) -> None:
    key = key_of(office.lee, "ben", 1)
    activity = Activity(office.ana)
    ben = logins.log_in_by_key(elsewhere, key)
    assert not activity.listen()
    assert not activity.news
    logins.log_in_by_key(elsewhere, key)  # which ends the one before
    logins.log_out(ben, "left")
    logins.log_out(logins.caller(elsewhere, key), "attach")
    assert not activity.listen()
    keyring.revoke(log_in(elsewhere, "lee"), login="ben")
    assert activity.listen(), "a key is more than a session"


def test_a_deed_among_logins_is_heard(office: Office, elsewhere: Store) -> None:
    key = key_of(office.lee, "ben", 1)
    activity = Activity(office.ana)
    logins.log_in_by_key(elsewhere, key)
    schedule.assign(log_in(elsewhere, "dana"), "R1", ["Ana Ruiz"], at("09:00"))
    logins.log_in_by_key(elsewhere, key)
    assert activity.listen()
    for _ in range(3):
        logins.log_in_by_key(elsewhere, key)
    assert not activity.listen()


def test_a_change_without_a_word_in_the_audit_may_show(office: Office, elsewhere: Store) -> None:
    activity = Activity(office.ana)
    office.store.changed()
    elsewhere.conn.execute("UPDATE client SET notes = 'ring twice' WHERE id = 1")
    assert office.store.changed()
    assert activity.listen()
    with office.ana.write("note") as unit:
        unit.audit("staff", office.ana.staff.id, noted=1)
    assert activity.listen(), "what this session did itself is no word of what others did"


def test_what_was_heard_is_not_looked_for_again(office: Office, elsewhere: Store) -> None:
    """Between the look whether something changed and the reading of it somebody else may log in."""
    key = key_of(office.lee, "ben", 1)
    activity = Activity(office.ana)
    office.store.changed()
    logins.log_in_by_key(elsewhere, key)
    assert office.store.changed()
    logins.log_in_by_key(elsewhere, key)
    assert not activity.listen()
    assert not office.store.changed()


def test_a_login_costs_the_same_however_many_sit_there(office: Office) -> None:
    keys = []
    for number in range(12):
        editing.add(office.lee, "staff", {"login": f"t{number}", "name": f"Tech {number}", "roles": "technician"})
        keys.append(key_of(office.lee, f"t{number}", number + 1))
    statements: list[str] = []
    counts = []
    stores = [Store.open(office.store.path, clock=office.clock) for _ in keys]
    for store, key in zip(stores, keys, strict=True):
        statements.clear()
        store.conn.set_trace_callback(statements.append)
        logins.log_in_by_key(store, key)
        store.conn.set_trace_callback(None)
        counts.append(len(statements))
    assert len(set(counts)) == 1, counts
    for store in stores:
        store.close()


def test_news_is_what_the_office_does_a_change_of_many_visits_is_one(office: Office, elsewhere: Store) -> None:
    activity = Activity(office.lee)
    dana = log_in(elsewhere, "dana")
    schedule.assign(dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.assign(dana, "R2", ["Ana Ruiz"], at("11:00"))
    schedule.swap(dana, "R1", "R2", confirmed=True, reason="the other way round")
    office.go("09:00")
    arriving.arrive(log_in(elsewhere, "ana"), "R2")
    activity.listen()
    told = [(doing.text, doing.reference) for doing in activity.news]
    assert told == [
        ("Dana Wells: assign R1 Harbor Dental", "R1"),
        ("Dana Wells: assign R2 Harbor Dental", "R2"),
        ("Dana Wells: swap, 2 visits", ""),
    ]
    assert any("arrive" in doing.text for doing in activity.by_visit.values())
