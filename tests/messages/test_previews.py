"""How messages read about a real visit: as they go, in the client's language, with words that are only tried."""

from __future__ import annotations

import pytest

from db import messages
from dispatch.desk.adapters.transports import Letter
from dispatch.desk.book import editing
from dispatch.desk.delivery import previews, sending
from dispatch.desk.plan import schedule
from dispatch.desk.session.refusals import Faulty, NotAllowed, NotFound
from dispatch.model.messages import BY_SMS, About, MessagePreview
from tests.desk.conftest import Office, at, closed, harbor


def shown(office: Office, about: About, words: str | None = None) -> MessagePreview:
    found = previews.previews(office.dana, "R1", None if words is None else {about: words})
    return next(one for one in found if one.about is about)


def test_a_message_reads_as_it_goes(told: Office) -> None:
    schedule.assign(told.dana, "R1", ["Ana Ruiz"], at("15:00"))
    before = shown(told, About.CONFIRMED)
    schedule.confirm(told.dana, "R1")
    told.clock.advance(130)
    letters = list[Letter]()

    def carries(letter: Letter, handing_over: object) -> None:
        handing_over()  # type: ignore[operator]
        letters.append(letter)

    list(sending.post_due(told.dana, lambda: carries))
    (letter,) = letters
    assert (before.to, before.subject, before.text) == ((letter.address,), letter.subject, letter.text)
    assert before.sms == ("Columbus IT: Ana Ruiz comes to Main office on Tue 24 Nov 2026, 15:00: Server patch (R1).")


def test_every_message_of_a_closed_visit_has_subject_and_text(told: Office) -> None:
    closed(told)
    waiting = told.store.value("SELECT count(*) FROM message")
    for one in previews.previews(told.lee, "R1"):
        assert one.subject
        assert "Columbus IT" in one.text
        assert bool(one.sms) == (one.about in BY_SMS)
        assert one.words == getattr(told.lee.firm, one.setting)
    report = shown(told, About.REPORT)
    assert "What was done and tested at Main office, R1:" in report.text
    assert "Server patch" in report.text
    assert shown(told, About.SURVEY).text.count("mailto:") == 11
    assert shown(told, About.PAPER).subject.startswith("Service report")
    assert told.store.value("SELECT count(*) FROM message") == waiting, "nothing is kept"


def test_it_is_in_the_clients_language(told: Office) -> None:
    editing.edit(told.lee, "client", harbor(told), {"language": "de"})
    schedule.assign(told.dana, "R1", ["Ana Ruiz"], at("15:00"))
    one = shown(told, About.REMINDER)
    assert (one.language, one.subject) == ("de", "Erinnerung an Ihren Termin, R1")
    assert one.text.startswith("Zur Erinnerung: Ana Ruiz kommt zu Main office, Di., 24. Nov. 2026, 15:00: ")


def test_words_are_tried_without_being_kept(told: Office) -> None:
    one = shown(told, About.CONFIRMED, "See you {when}, {technician}!")
    assert one.text.startswith("See you Tue 24 Nov 2026, ")
    assert told.lee.firm.message_confirmed != "See you {when}, {technician}!"
    with pytest.raises(Faulty, match="is not one of"):
        shown(told, About.CONFIRMED, "See you {where}")


def test_whom_it_would_reach(told: Office) -> None:
    assert shown(told, About.REMINDER).to == ()
    editing.settle(told.lee, {"sms_by": "apprise"})
    editing.edit(told.lee, "client", harbor(told), {"contacts": "Jo; +1 614 555 0100; ; owner; sms: reminder"})
    assert shown(told, About.REMINDER).to == ("+16145550100",)
    assert shown(told, About.REPORT).to == ("desk@harbor.example",)
    assert messages.wanted(told.store, harbor(told).id, About.REPORT)[0]


def test_who_may_and_of_what(told: Office) -> None:
    with pytest.raises(NotFound):
        previews.previews(told.lee, "R99")
    with pytest.raises(NotAllowed):
        previews.previews(told.ana, "R1")
