"""Quiet hours, reminders on the day before, and who of a client is told of what by which way."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Callable

import pytest

from dispatch.desk.adapters import transports
from dispatch.desk.adapters.transports import Letter, NotSent, transport
from dispatch.desk.book import editing
from dispatch.desk.closeout import arriving
from dispatch.desk.delivery import papers, sending, unasked
from dispatch.desk.messages import outbox
from dispatch.desk.plan import schedule
from dispatch.desk.session.refusals import Blocked, Faulty
from dispatch.model.messages import About, Fate, Message, number_of
from dispatch.model.quiet_hours import quiet_until
from tests.desk.conftest import ZONE, Office, at, harbor
from tests.messages.conftest import PostOffice, words
from tests.messages.test_sending import over, running

__all__ = ["over", "running"]

OWNER = "Jo Lowe; +1 (614) 555-0100; jo@harbor.example; owner"


def client(office: Office, **texts: str) -> None:
    """Harbor Dental, otherwise."""
    editing.edit(office.lee, "client", harbor(office), texts)


def deliver(office: Office) -> list[tuple[str, str]]:
    """Send what is due; where it went and what it said."""
    went: list[tuple[str, str]] = []

    def carries(letter: Letter, handing_over: object) -> None:
        handing_over()  # type: ignore[operator]
        went.append((letter.address, letter.text))

    list(sending.post_due(office.dana, lambda: carries))
    return went


def agreed(office: Office, when: int) -> None:
    """Ana's visit, to which the client agrees now, whenever that is."""
    try:
        schedule.assign(office.dana, "R1", ["Ana Ruiz"], when, confirmed=True)
    except Blocked as blocked:
        asked_for = {"reason": "the client asks for that time", "confirmed": blocked.marks}
        schedule.assign(office.dana, "R1", ["Ana Ruiz"], when, **asked_for)  # type: ignore[arg-type]
    schedule.confirm(office.dana, "R1")


def tomorrow(office: Office, clock: str = "09:00") -> None:
    """Ana's visit of tomorrow, to which the client agreed in the morning of the day before yesterday."""
    office.go("09:00", -1)
    agreed(office, at(clock, 1))
    office.clock.advance(130)


def waiting(office: Office) -> list[Message]:
    return outbox.outbox(office.store)


@pytest.mark.parametrize(
    ("hours", "clock", "until"),
    [
        ("21:00-07:00", "20:59", None),
        ("21:00-07:00", "21:00", ("07:00", 1)),
        ("21:00-07:00", "00:30", ("07:00", 0)),
        ("21:00-07:00", "06:59", ("07:00", 0)),
        ("21:00-07:00", "07:00", None),
        ("12:00-13:30", "12:10", ("13:30", 0)),
        ("12:00-13:30", "13:30", None),
        ("", "03:00", None),
    ],
)
def test_when_quiet_hours_end(hours: str, clock: str, until: tuple[str, int] | None) -> None:
    assert quiet_until(hours, at(clock), ZONE) == (None if until is None else at(*until))


class TestQuietHours:
    def test_what_can_wait_goes_at_their_end(self, told: Office) -> None:
        told.go("22:00")
        agreed(told, at("11:00", 1))
        (message,) = waiting(told)
        assert message.due_at == at("07:00", 1)
        told.go("07:00", 1)
        assert [address for address, _ in deliver(told)] == ["desk@harbor.example"]

    def test_what_speaks_of_a_time_soon_after_them_goes_at_once(self, told: Office) -> None:
        told.go("22:00")
        agreed(told, at("07:59", 1))
        told.clock.advance(130)
        assert len(deliver(told)) == 1
        schedule.move(told.dana, "R1", ["Ana Ruiz"], at("15:00", 1), confirmed=True)
        told.clock.advance(910)
        assert [text[:14] for _, text in deliver(told)] == ["Our visit has "], "they would wait for us at 07:59"

    def test_on_the_way_goes_at_night(self, told: Office) -> None:
        tomorrow(told, "23:30")
        assert len(deliver(told)) == 1
        told.go("23:00", 1)
        arriving.depart(told.ana, "R1")
        assert [text.split(" is on the way")[0] for _, text in deliver(told)] == ["Ana Ruiz"]

    def test_a_further_try_waits_too(self, told: Office) -> None:
        told.go("20:50")
        agreed(told, at("11:00", 1))

        def away(letter: Letter, handing_over: object) -> None:
            raise NotSent("away")

        told.clock.advance(130)
        assert [one.fate for one in sending.post_due(told.dana, lambda: away)] == [Fate.WAITING]
        told.go("21:30")
        assert not deliver(told)
        (message,) = waiting(told)
        assert (message.due_at, message.why) == (at("07:00", 1), "waits for the end of the quiet hours")
        told.go("07:00", 1)
        assert len(deliver(told)) == 1

    def test_they_are_by_the_clocks_of_the_site(self, told: Office) -> None:
        site = editing.RECORD_STORES["site"].find(told.store, "Harbor Dental / Main office")
        editing.edit(told.lee, "site", site, {"zone": "America/Los_Angeles"})
        told.go("22:00")  # 19:00 there
        agreed(told, at("14:00", 1))
        told.clock.advance(130)
        assert len(deliver(told)) == 1

    def test_how_they_are_set(self, told: Office) -> None:
        for typed, kept in (("9pm - 6am", "21:00-06:00"), ("18:00–08:00", "18:00-08:00"), ("", "")):
            editing.settle(told.lee, {"quiet_hours": typed})
            assert told.lee.firm.quiet_hours == kept
        for typed in ("21:00", "25:00-07:00", "07:00-7"):
            with pytest.raises(Faulty):
                editing.settle(told.lee, {"quiet_hours": typed})


class TestReminders:
    @pytest.fixture
    def reminded(self, told: Office) -> Office:
        """Harbor Dental wants to be reminded, and agreed to tomorrow at nine."""
        client(told, told="confirmed, reminder")
        tomorrow(told)
        assert len(deliver(told)) == 1
        return told

    def put(self, office: Office) -> int:
        return unasked.put_unasked(office.dana)

    def test_once_from_the_firms_hour_on(self, reminded: Office) -> None:
        reminded.go("15:59")
        assert self.put(reminded) == 0
        reminded.go("16:00")
        assert self.put(reminded) == 1
        assert self.put(reminded) == 0, "another sender finds it there"
        ((address, text),) = deliver(reminded)
        assert address == "desk@harbor.example"
        assert text.startswith(
            "A reminder: Ana Ruiz comes to Main office on Wed 25 Nov 2026, 09:00: Server patch (R1)."
        )
        reminded.go("18:00")
        assert self.put(reminded) == 0

    def test_a_moved_visit_is_reminded_of_its_new_day(self, reminded: Office) -> None:
        reminded.go("16:00")
        self.put(reminded)
        schedule.move(reminded.dana, "R1", ["Ana Ruiz"], at("09:00", 3), confirmed=True)
        reminded.clock.advance(910)
        assert [text[:24] for _, text in deliver(reminded)] == ["Our visit has another ti"], "the reminder is dropped"
        reminded.go("16:00", 2)
        assert self.put(reminded) == 1, "they were told the new time two days before"
        assert [one.about for one in waiting(reminded)] == [About.REMINDER]

    def test_not_of_what_was_told_on_the_day_itself(self, told: Office) -> None:
        client(told, told="confirmed, reminder")
        told.go("10:00")
        agreed(told, at("09:00", 1))
        told.clock.advance(130)
        assert len(deliver(told)) == 1
        told.go("16:30")
        assert self.put(told) == 0

    def test_not_after_midnight_and_not_of_what_nobody_agreed_to(self, told: Office) -> None:
        client(told, told="reminder")
        schedule.assign(told.dana, "R1", ["Ana Ruiz"], at("09:00", 1), confirmed=True)
        told.go("16:30")
        assert self.put(told) == 0, "it is only planned"
        schedule.confirm(told.dana, "R1")
        told.go("00:05", 1)
        assert self.put(told) == 0

    def test_who_was_reminded_is_told_what_becomes_of_it(self, told: Office) -> None:
        client(told, told="reminder")
        tomorrow(told)
        told.go("16:00")
        assert self.put(told) == 1
        assert len(deliver(told)) == 1
        schedule.unassign(told.dana, "R1", reason="ill")
        told.clock.advance(910)
        assert [text[:35] for _, text in deliver(told)] == ["Our visit to Main office on Wed 25 "]


class TestWho:
    @pytest.fixture
    def texting(self, told: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
        """The owner is told by SMS beside the desk, which has mails."""
        monkeypatch.setenv("DISPATCH_SMS_URLS", "json://sms.example/{address}")
        editing.settle(told.lee, {"sms_by": "apprise"})
        client(told, told="confirmed", contacts=f"{OWNER}; sms: confirmed, on the way | Desk; ; desk@harbor.example")
        return told

    def test_each_by_their_way(self, texting: Office, monkeypatch: pytest.MonkeyPatch, post: PostOffice) -> None:
        texted: list[tuple[list[str], Letter]] = []

        def by_apprise(urls: list[str], letter: Letter, handing_over: object) -> None:
            handing_over()  # type: ignore[operator]
            texted.append((urls, letter))

        monkeypatch.setattr(transports, "by_apprise", by_apprise)
        tomorrow(texting)
        became = list(sending.post_due(texting.dana, lambda: transport(texting.dana.firm)))
        assert [(one.message.address, one.fate) for one in became] == [
            ("desk@harbor.example", Fate.SENT),
            ("+16145550100", Fate.SENT),
        ]
        assert "Ana Ruiz comes to" in words(post.taken[0])
        ((urls, letter),) = texted
        assert urls == ["json://sms.example/{address}"]
        assert letter.text == (
            "Columbus IT: Ana Ruiz comes to Main office on Wed 25 Nov 2026, 09:00: Server patch (R1)."
        )
        assert (letter.subject, letter.invitation) == ("", None)

    def test_nobody_is_told_twice_and_both_are_told_a_move(self, texting: Office) -> None:
        tomorrow(texting)
        assert len(deliver(texting)) == 2
        schedule.move(texting.dana, "R1", ["Ana Ruiz"], at("11:00", 1), confirmed=True)
        schedule.move(texting.dana, "R1", ["Ana Ruiz"], at("13:00", 1), confirmed=True)
        texting.clock.advance(910)
        went = deliver(texting)
        assert sorted(address for address, _ in went) == ["+16145550100", "desk@harbor.example"]
        assert all("13:00" in text for _, text in went)
        schedule.confirm(texting.dana, "R1")
        texting.clock.advance(910)
        assert len(deliver(texting)) == 2, "they agreed to it"
        assert not waiting(texting)

    def test_who_wants_nothing_any_more_is_not_told(self, texting: Office) -> None:
        tomorrow(texting)
        client(texting, contacts=f"{OWNER}; none | Desk; ; desk@harbor.example")
        assert [address for address, _ in deliver(texting)] == ["desk@harbor.example"]
        client(texting, told_at="", contacts=f"{OWNER}; none | Desk; ; second@harbor.example")
        schedule.move(texting.dana, "R1", ["Ana Ruiz"], at("13:00", 1), confirmed=True)
        texting.clock.advance(910)
        assert [address for address, _ in deliver(texting)] == ["second@harbor.example"], "the owner is sent nothing"

    def test_a_client_is_told_by_sms(self, texting: Office) -> None:
        client(texting, told_at="+1 614 555 0111", contacts=OWNER)
        tomorrow(texting)
        assert [address for address, _ in deliver(texting)] == ["+16145550111"]

    def test_without_sms_in_the_settings_nobody_is_texted(self, texting: Office) -> None:
        editing.settle(texting.lee, {"sms_by": "none"})
        tomorrow(texting)
        assert [one.address for one in waiting(texting)] == ["desk@harbor.example"]

    def test_mail_goes_though_sms_cannot(self, texting: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DISPATCH_SMS_URLS", "json://sms.example/")
        tomorrow(texting)
        became = list(sending.post_due(texting.dana, lambda: transport(texting.dana.firm)))
        assert [one.fate for one in became] == [Fate.SENT, Fate.WAITING]
        assert "does not say {address}" in became[1].why

    def test_papers_and_surveys_go_to_who_asked_for_them(self, told: Office) -> None:
        people = f"{OWNER} | Ann; ; ann@harbor.example; ; mail: paper | Bo; ; bo@harbor.example; ; mail: survey, paper"
        client(told, contacts=people)

        def to(*words: str, about: About = About.PAPER) -> list[str]:
            return [one.address for one in papers.recipients(harbor(told), words, "owner", about)]

        assert to() == ["ann@harbor.example", "bo@harbor.example"]
        assert to(about=About.SURVEY) == ["bo@harbor.example"]
        assert to("owner") == ["jo@harbor.example"]

    @pytest.mark.parametrize(
        ("contacts", "fault"),
        [
            ("Jo; ; jo@harbor.example; owner; sms: confirmed", "no telephone number"),
            ("Jo; 614 555 0100; ; owner; mail: confirmed", "no e-mail address"),
            ("Jo; 614 555 0100; ; owner; sms: report", "report goes by mail only"),
            ("Jo; 614 555 0100; ; owner; sms", "is not of the form"),
            ("Jo; 614 555 0100; ; owner; none: report", "is not of the form"),
            ("Jo; 614 555 0100; ; owner; sms: weather", "'weather' is not one of"),
        ],
    )
    def test_what_cannot_be_is_named(self, told: Office, contacts: str, fault: str) -> None:
        with pytest.raises(Faulty, match=fault):
            client(told, contacts=contacts)

    def test_a_contact_is_typed_as_it_is_written(self, told: Office) -> None:
        client(told, contacts=f"{OWNER}; SMS: on the way,reminder | Desk; ; desk@harbor.example; ; none")
        texts = editing.RECORD_STORES["client"].texts(told.store, harbor(told))
        assert texts["contacts"] == f"{OWNER}; sms: reminder, on the way | Desk; ; desk@harbor.example; ; none"


@pytest.mark.parametrize(
    ("phone", "number"),
    [("+1 (614) 555-0100", "+16145550100"), ("0614/5550100", "06145550100"), ("ext. 12", ""), ("", ""), ("112", "")],
)
def test_a_number_as_it_is_dialled(phone: str, number: str) -> None:
    assert number_of(phone) == number


def test_two_senders_and_killed_ones_remind_and_ask_once(
    over: Office, post: PostOffice, running: Callable[..., subprocess.Popen[str]]
) -> None:
    """Real processes: they take seconds."""
    client(over, told="confirmed, reminder")
    editing.settle(over.lee, {"survey_visits": "1"})
    schedule.assign(over.dana, "R2", ["Ana Ruiz"], at("09:00", 2), confirmed=True)
    schedule.confirm(over.dana, "R2")
    over.go("16:30", 1)
    chance = random.Random(7)
    for _ in range(3):
        both = [running(), running()]
        time.sleep(0.8 + chance.random())
        for one in both:
            one.send_signal(signal.SIGKILL)
            one.wait(20)
    over.clock.advance(600)
    last = running("--once")
    last.communicate(timeout=60)
    kinds = [one.about for one in outbox.outbox(over.store, everything=True)]
    assert (kinds.count(About.REMINDER), kinds.count(About.SURVEY)) == (1, 1)
    subjects = [mail["Subject"] for mail in post.taken]
    assert len(subjects) == len(set(subjects)), "what was handed over when it was killed is unsure, never sent again"
    unsure = [one for one in outbox.outbox(over.store, everything=True) if one.fate is Fate.UNSURE]
    assert "A reminder of your appointment, R2" in subjects or unsure
