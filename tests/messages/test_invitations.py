"""The invitation that a mail of an appointment carries: one event, which follows the visit."""

from __future__ import annotations

import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import icalendar
import pytest

from db import messages, visits
from dispatch.desk.adapters.transports import transport
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.closeout import leaving
from dispatch.desk.delivery.sending import post_due
from dispatch.desk.imports.importing import How, import_file
from dispatch.desk.mending import rehoming
from dispatch.desk.messages import calling_ahead
from dispatch.desk.plan import schedule, undo
from dispatch.model.messages import About, Fate
from tests.desk.conftest import Office, at
from tests.messages.conftest import PostOffice, words
from tests.messages.test_telling import agreed, only, waiting


def sent(office: Office, post: PostOffice, after: int = 900) -> list[EmailMessage]:
    """What is sent once so many seconds are over."""
    office.clock.advance(after)
    post.taken.clear()
    for _ in post_due(office.dana, lambda: transport(office.dana.firm)):
        pass
    return list(post.taken)


def event_of(mail: EmailMessage) -> tuple[str, Any]:
    """The method and the event of a mail's invitation, which is there as a part beside the text and as the same file."""
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    (file,) = [part for part in mail.iter_attachments() if part.get_filename() == "invite.ics"]
    calendar = icalendar.Calendar.from_ical(file.get_content())
    assert icalendar.Calendar.from_ical(part.get_content()) == calendar
    assert part.get_param("method") == calendar["METHOD"]
    (event,) = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), event


def test_whose_visit_is_another_clients_is_told_that_nobody_comes(told: Office, post: PostOffice) -> None:
    """design/states.md, Another site: by the same event, and without a word of the other client."""
    editing.add(told.lee, "client", {"name": "Acme", "told": "confirmed", "told_at": "desk@acme.example"})
    plant = {"client": "Acme", "name": "Plant", "address": "1 Elm Street", "place": "40.10, -82.80"}
    site = editing.add(told.lee, "site", plant)
    agreed(told, clock="14:00")
    (mail,) = sent(told, post)
    _, first = event_of(mail)
    rehoming.to_site(told.dana, "R1", site, confirmed=True)
    undo.undo(told.dana)
    assert sent(told, post) == [], "what is taken back at once is never told"
    undo.redo(told.dana)
    (mail,) = sent(told, post)
    method, event = event_of(mail)
    assert (mail["To"], method, event["UID"]) == ("desk@harbor.example", "CANCEL", first["UID"])
    assert int(event["SEQUENCE"]) > int(first["SEQUENCE"])
    assert (event["SUMMARY"], "LOCATION" in event) == ("Columbus IT", False)
    assert "Main office" in words(mail)
    assert not {"Acme", "Plant", "Elm"} & {*words(mail).split(), *str(event).split()}

    # the new client was told of nothing, and is told of no other time before they agreed to one
    schedule.move(told.dana, "R1", None, at("15:30"), confirmed=True)
    assert sent(told, post) == []
    schedule.confirm(told.dana, "R1")
    (mail,) = sent(told, post)
    assert (mail["To"], event_of(mail)[0]) == ("desk@acme.example", "REQUEST")
    (client,) = {
        message.client
        for message in messages.newest(told.store, tuple(Fate), 9)
        if message.fate is Fate.SENT and "harbor" in message.address
    }
    assert client == "Harbor Dental"


def test_another_site_of_a_client_is_told_by_the_same_event(told: Office, post: PostOffice) -> None:
    """What the client agreed to stands, and takes place elsewhere."""
    agreed(told, clock="14:00")
    first = event_of(sent(told, post)[0])[1]
    there = RECORD_STORES["site"].find(told.store, "Harbor Dental / Warehouse")
    rehoming.to_site(told.dana, "R1", there, confirmed=True)
    undo.undo(told.dana)
    assert sent(told, post) == [], "what is taken back at once is never told"
    undo.redo(told.dana)
    (mail,) = sent(told, post)
    method, event = event_of(mail)
    assert (method, event["STATUS"], event["UID"]) == ("REQUEST", "CONFIRMED", first["UID"])
    assert (event["DTSTART"], int(event["SEQUENCE"]) > int(first["SEQUENCE"])) == (first["DTSTART"], True)
    assert "Warehouse" in event["LOCATION"]
    assert "Warehouse" in words(mail)
    undo.undo(told.dana)
    assert "Main office" in event_of(sent(told, post)[0])[1]["LOCATION"]


def test_what_waits_to_be_told_is_told_of_the_other_site(told: Office, post: PostOffice) -> None:
    agreed(told, clock="14:00")
    rehoming.to_site(told.dana, "R1", RECORD_STORES["site"].find(told.store, "Warehouse"), confirmed=True)
    (mail,) = sent(told, post)
    assert "Warehouse" in event_of(mail)[1]["LOCATION"]


def test_one_event_follows_the_visit(told: Office, post: PostOffice) -> None:
    """design/close-out.md R3a: one identity, a number that rises."""
    agreed(told, clock="14:00")
    (mail,) = sent(told, post)
    method, first = event_of(mail)
    assert (method, first["STATUS"], str(first["ATTENDEE"])) == ("REQUEST", "CONFIRMED", "mailto:desk@harbor.example")
    assert first["DTSTART"].params["TZID"] == "America/New_York"
    assert (first["DTSTART"].dt.timestamp(), first["DTEND"].dt - first["DTSTART"].dt) == (
        at("14:00"), datetime.timedelta(minutes=75),
    )  # fmt: skip
    assert (first["LOCATION"], first["SUMMARY"]) == (
        "Harbor Dental, Main office, 1 Front Street", "Columbus IT: Server patch",
    )  # fmt: skip

    schedule.move(told.dana, "R1", None, at("15:00"), confirmed=True)
    assert sent(told, post, 120) == [], "the dispatcher may move it on"
    schedule.move(told.dana, "R1", None, at("16:00"), confirmed=True)
    (mail,) = sent(told, post)
    method, moved = event_of(mail)
    assert (method, moved["STATUS"], moved["DTSTART"].dt.timestamp()) == ("REQUEST", "TENTATIVE", at("16:00"))
    assert words(mail).startswith("Our visit has another time: Ana Ruiz comes to Main office on Tue 24 Nov 2026, 16:00")

    schedule.confirm(told.dana, "R1")
    (mail,) = sent(told, post)
    _, again = event_of(mail)
    assert (again["STATUS"], again["DTSTART"].dt.timestamp()) == ("CONFIRMED", at("16:00"))

    schedule.cancel(told.dana, "R1", "they closed")
    (mail,) = sent(told, post)
    method, off = event_of(mail)
    assert (method, off["STATUS"], off["DTSTART"].dt.timestamp()) == ("CANCEL", "CANCELLED", at("16:00"))
    assert "on Tue 24 Nov 2026, 16:00 does not take place" in words(mail)
    assert len({str(event["UID"]) for event in (first, moved, again, off)}) == 1
    sequences = [int(event["SEQUENCE"]) for event in (first, moved, again, off)]
    assert sequences == sorted(set(sequences))
    assert waiting(told) == []


def test_a_new_time_that_is_agreed_is_told_once(told: Office, post: PostOffice) -> None:
    agreed(told, clock="14:00")
    sent(told, post)
    schedule.move(told.dana, "R1", None, at("15:00"), confirmed=True)
    schedule.confirm(told.dana, "R1")
    assert [one.about for one in waiting(told)] == [About.CONFIRMED]
    (mail,) = sent(told, post)
    assert event_of(mail)[1]["DTSTART"].dt.timestamp() == at("15:00")


@pytest.mark.parametrize("deed", ["unassign", "hold", "abort"])
def test_what_leaves_the_plan_leaves_the_calendar_and_comes_back(told: Office, post: PostOffice, deed: str) -> None:
    agreed(told, clock="14:00")
    sent(told, post)
    if deed == "unassign":
        schedule.unassign(told.dana, "R1", confirmed=True)
    elif deed == "hold":
        schedule.hold(told.dana, "R1", "the part is missing")
    else:
        leaving.abort(told.dana, "R1", "the road is flooded")
    (mail,) = sent(told, post)
    assert event_of(mail)[0] == "CANCEL"
    if deed == "abort":
        return
    if deed == "hold":
        schedule.resume(told.dana, "R1")
    agreed(told, clock="15:00")
    (mail,) = sent(told, post)
    assert event_of(mail)[0] == "REQUEST"


def test_what_is_taken_back_in_time_is_not_told(told: Office, post: PostOffice) -> None:
    agreed(told, clock="14:00")
    sent(told, post)
    for deed in (
        lambda: schedule.move(told.dana, "R1", None, at("15:00"), confirmed=True),
        lambda: schedule.cancel(told.dana, "R1", "they closed"),
    ):
        deed()
        undo.undo(told.dana)
        assert sent(told, post) == []
    # later than that it is told, and told again
    schedule.cancel(told.dana, "R1", "they closed")
    assert event_of(sent(told, post)[0])[0] == "CANCEL"
    undo.undo(told.dana)
    assert visits.visit_by_reference(told.store, "R1").state == "confirmed"
    schedule.move(told.dana, "R1", None, at("16:00"), confirmed=True)
    schedule.confirm(told.dana, "R1")
    assert event_of(sent(told, post)[0])[1]["STATUS"] == "CONFIRMED"


def test_who_was_told_no_appointment_is_told_of_no_move(told: Office, post: PostOffice) -> None:
    schedule.assign(told.dana, "R1", ["Ana Ruiz"], at("14:00"), confirmed=True)
    schedule.move(told.dana, "R1", None, at("15:00"), confirmed=True)
    schedule.cancel(told.dana, "R1", "they closed")
    assert (waiting(told), sent(told, post)) == ([], [])
    only(told, "late")
    agreed(told, "R2", "16:00")
    second = visits.visit_by_reference(told.store, "R2")
    assert messages.appointment(told.store, second.id, second.client_id) is None


def test_a_call_that_promises_another_time_moves_the_event(told: Office, post: PostOffice) -> None:
    agreed(told)
    (first,) = sent(told, post, 120)
    told.go("08:50")
    calling_ahead.call(told.dana, "R1", promised=at("09:40"))
    (late,) = sent(told, post, 30)
    before, after = event_of(first)[1], event_of(late)[1]
    assert (before["UID"], after["DTSTART"].dt.timestamp()) == (after["UID"], at("09:40"))
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_an_event_is_at_the_sites_own_hour(told: Office, post: PostOffice) -> None:
    site = RECORD_STORES["site"].find(told.store, "Harbor Dental / Main office")
    editing.edit(told.lee, "site", site, {"zone": "America/Los_Angeles"})
    told.go("10:30")  # before that their clocks say it is night
    agreed(told, clock="14:00")
    _, event = event_of(sent(told, post)[0])
    assert (event["DTSTART"].params["TZID"], event["DTSTART"].to_ical()) == ("America/Los_Angeles", b"20261124T110000")


def test_what_people_typed_stays_text_and_comes_back_as_no_visit(
    told: Office, post: PostOffice, tmp_path: Path
) -> None:
    with told.lee.write("more") as unit:
        visit = visits.visit_by_reference(told.store, "R1")
        unit.audit("visit", visit.id, work="changed")
        visits.change(unit, visit, work="a\\nEND:VEVENT; b, c\u202e")
    editing.settle(told.lee, {"name": 'Bolt; "Nut", Inc: x'})
    agreed(told, clock="14:00")
    (mail,) = sent(told, post)
    _, event = event_of(mail)
    assert event["SUMMARY"] == 'Bolt; "Nut", Inc: x: a\\nEND:VEVENT; b, c␦'.replace("␦", event["SUMMARY"][-1])
    assert "\u202e" not in event["SUMMARY"]
    assert event["ORGANIZER"].params["CN"] == "Bolt; 'Nut', Inc: x"
    path = tmp_path / "invite.ics"
    (file,) = list(mail.iter_attachments())
    path.write_bytes(file.get_content())
    report = import_file(told.dana, "calendar", path, How())
    assert [row.warnings for row in report.rows] == [("an event of this board",)]


def test_a_text_that_was_written_anew_keeps_its_event(told: Office, post: PostOffice) -> None:
    agreed(told, clock="14:00")
    editing.settle(told.lee, {"message_confirmed": "New words: {when}"})
    (mail,) = sent(told, post)
    assert event_of(mail)[1]["DESCRIPTION"].startswith("New words: Tue 24 Nov 2026, 14:00")
    assert [one.fate for one in messages.newest(told.store, tuple(Fate), 9)] == [Fate.SENT]
