"""Surveys that go by themselves: at the dates that care knows, and after visits; each once, whoever sends and is lost."""

from __future__ import annotations

import datetime
import threading
from typing import Any

import pytest

from db.store import Store
from db.unit import Unit
from dispatch.closeout.recording import Recording
from dispatch.desk.book import editing
from dispatch.desk.care.care_list import care_list
from dispatch.desk.closeout import arriving, leaving
from dispatch.desk.delivery import surveys
from dispatch.desk.delivery.unasked_surveys import SETTLED, put_surveys, when_asked
from dispatch.desk.inbox.receiving import receive
from dispatch.desk.messages import outbox
from dispatch.desk.plan import schedule
from dispatch.desk.prices import agreeing
from dispatch.desk.session.user import log_in
from dispatch.mail.reading import read_mail
from dispatch.model.checklists import Result
from dispatch.model.instants import day_of
from tests.desk.conftest import DAY, ZONE, Office, ask, at, harbor
from tests.inbox.mails import mail
from tests.inbox.test_surveys import reply
from tests.inbox.test_visits import deliver

HARBOR = "desk@harbor.example"


def on(office: Office, **settings: str) -> None:
    editing.settle(office.lee, settings)


def asked_on(office: Office) -> list[tuple[datetime.date, str | None]]:
    """The days on which a client was asked, each with the visit it was after."""
    rows = office.store.all(
        "SELECT a.at, v.reference FROM survey_ask a LEFT JOIN visit v ON v.id = a.visit_id ORDER BY a.at, a.id"
    )
    return [(day_of(at, ZONE), reference) for at, reference in rows]


def agreed(office: Office, starts: str = "2026-01-01", ends: str | None = "2026-12-31") -> None:
    terms: dict[str, Any] = {"kind": "tm", "starts": starts, "ends": ends}
    agreeing.save_agreement(office.lee, "Harbor Dental", "Care", terms)


def done(office: Office, reference: str, clock: str, *, satisfied: bool = True, settled: bool = True) -> None:
    """Ana does a visit of Harbor Dental and closes it; then an hour goes by, so that it is settled."""
    schedule.assign(office.dana, reference, ["Ana Ruiz"], at(clock), confirmed=True)
    office.go(clock)
    arriving.arrive(office.ana, reference)
    office.finish(reference, but=frozenset({"L5"}))
    office.say(reference, "L5", Recording(Result.SIGNED, "", signed_by="J. Lowe", satisfied=satisfied))
    leaving.close(office.ana, reference)
    office.clock.advance(SETTLED if settled else 0)


class TestAtDates:
    """design/account-care.md E2: an agreement that ends on 31 December opens its survey on 17 October."""

    @pytest.fixture
    def dated(self, firm: Office) -> Office:
        agreed(firm)
        firm.clock.set(at("10:00", (datetime.date(2026, 10, 16) - DAY).days))
        return firm

    def go(self, office: Office, day: str) -> int:
        off = (datetime.date.fromisoformat(day) - DAY).days
        office.go("10:00", off)
        return put_surveys(office.dana)

    def test_off_until_the_firm_wants_it(self, dated: Office) -> None:
        assert self.go(dated, "2026-10-20") == 0
        (item,) = [one for one in care_list(dated.store) if one.rule == "E2"]
        assert "is sent by somebody" in when_asked(dated.store, item)

    def test_when_it_opens_and_once_more_after_14_days(self, dated: Office) -> None:
        on(dated, survey_dates="yes")
        assert self.go(dated, "2026-10-16") == 0
        assert self.go(dated, "2026-10-17") == 1
        assert self.go(dated, "2026-10-17") == 0, "another sender finds it there"
        (item,) = [one for one in care_list(dated.store) if one.rule == "E2"]
        assert when_asked(dated.store, item) == (
            "It goes by itself once more on Sun 1 Nov 2026, unless they answer before."
        )
        assert self.go(dated, "2026-10-31") == 0
        assert self.go(dated, "2026-11-01") == 1
        assert self.go(dated, "2026-11-20") == 0, "now it is for somebody"
        assert "now somebody asks" in when_asked(dated.store, item)
        assert [day.isoformat() for day, _ in asked_on(dated)] == ["2026-10-17", "2026-11-01"]

    def test_not_again_once_it_was_answered(self, dated: Office) -> None:
        on(dated, survey_dates="yes")
        assert self.go(dated, "2026-10-17") == 1
        (letter,) = deliver(dated)
        token = letter.text.partition("%5Bsurvey%20")[2][:16]
        assert "answers the survey with 9 of 10" in reply(dated, f"9 of 10 [survey {token}]", sender=HARBOR).why
        assert self.go(dated, "2026-11-01") == 0

    def test_at_night_it_waits(self, dated: Office) -> None:
        on(dated, survey_dates="yes")
        dated.go("23:30", (datetime.date(2026, 10, 17) - DAY).days)
        assert put_surveys(dated.dana) == 1
        (message,) = outbox.outbox(dated.store)
        assert message.due_at == at("07:00", (datetime.date(2026, 10, 18) - DAY).days)

    def test_who_has_no_address_is_not_asked(self, dated: Office) -> None:
        on(dated, survey_dates="yes")
        editing.edit(dated.lee, "client", harbor(dated), {"contacts": f"J. Lowe; ; {HARBOR}; owner; none"})
        assert self.go(dated, "2026-10-17") == 0
        assert not outbox.outbox(dated.store)

    def test_as_anonymous_as_the_firm_has_it(self, dated: Office) -> None:
        on(dated, survey_dates="yes", surveys_anonymous="yes")
        assert self.go(dated, "2026-10-17") == 1
        assert dated.store.value("SELECT anonymous FROM survey_ask") == 1

    def test_two_senders_ask_once(self, dated: Office) -> None:
        on(dated, survey_dates="yes")
        dated.go("10:00", (datetime.date(2026, 10, 17) - DAY).days)
        made, both = list[int](), threading.Barrier(2)

        def send() -> None:
            with Store.open(dated.store.path, clock=dated.clock) as store:
                user = log_in(store, "dana")
                both.wait(10)
                made.append(put_surveys(user))

        senders = [threading.Thread(target=send) for _ in range(2)]
        for one in senders:
            one.start()
        for one in senders:
            one.join(20)
        assert sorted(made) == [0, 1]
        assert len(asked_on(dated)) == 1

    def test_lost_before_any_step_it_goes_the_next_time(self, dated: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        on(dated, survey_dates="yes")
        dated.go("10:00", (datetime.date(2026, 10, 17) - DAY).days)
        real = Unit.execute

        class Lost(BaseException):
            """The process is gone at that moment."""

        for step in range(1, 40):
            left = step

            def counted(unit: Unit, sql: str, *params: Any) -> Any:
                nonlocal left
                left -= 1
                if left == 0:
                    raise Lost
                return real(unit, sql, *params)

            monkeypatch.setattr(Unit, "execute", counted)
            try:
                assert put_surveys(dated.dana) == 1
                break
            except Lost:
                assert asked_on(dated) == []
        assert step > 2, "it was lost at some"
        assert len(asked_on(dated)) == 1
        assert len(outbox.outbox(dated.store)) == 1


def test_a_year_of_an_agreement_asks_on_its_dates_and_never_twice_within_14_days(firm: Office) -> None:
    """design/account-care.md E2: half a year after the start, asked twice and answered late; then before the end, answered at once.
    Each day of a year is walked: it takes seconds."""
    terms: dict[str, Any] = {"kind": "tm", "starts": "2026-11-24", "ends": "2027-11-23"}
    agreeing.save_agreement(firm.lee, "Harbor Dental", "Care", {**terms, "service": {"survey_days": 182}})
    on(firm, survey_dates="yes")
    answers = {datetime.date(2027, 5, 28): "8", datetime.date(2027, 9, 10): "9"}
    letters = []
    for days in range(360):
        firm.go("10:00", days)
        put_surveys(firm.dana)
        letters += deliver(firm)
        if score := answers.get(DAY + datetime.timedelta(days)):
            token = letters[-1].text.partition("%5Bsurvey%20")[2][:16]
            made = mail(HARBOR, f"{score} of 10 [survey {token}]", "", Message_ID=f"<{score}@mail.example>")
            receive(firm.dana, read_mail(made.as_bytes()), firm.clock.now(), "box")
    assert [day.isoformat() for day, _ in asked_on(firm)] == ["2027-05-10", "2027-05-25", "2027-09-09"]
    assert len(letters) == 3


class TestAfterVisits:
    def test_off_until_the_firm_wants_it(self, firm: Office) -> None:
        done(firm, "R1", "09:00")
        assert put_surveys(firm.dana) == 0

    def test_after_each_and_at_most_so_often(self, firm: Office) -> None:
        on(firm, survey_visits="1", survey_days="1")
        done(firm, "R1", "09:00")
        assert put_surveys(firm.dana) == 1
        assert put_surveys(firm.dana) == 0
        assert asked_on(firm) == [(DAY, "R1")]
        ask(firm, "R8")
        done(firm, "R8", "14:00")
        assert put_surveys(firm.dana) == 0, "they were asked today"
        firm.go("10:00", 1)
        assert put_surveys(firm.dana) == 0, "and have not answered: not within 14 days"

    def test_an_hour_after_it_and_not_after_three_days(self, firm: Office) -> None:
        on(firm, survey_visits="1")
        done(firm, "R1", "09:00", settled=False)
        firm.clock.advance(SETTLED - 1)
        assert put_surveys(firm.dana) == 0
        firm.go("09:00", 4)
        assert put_surveys(firm.dana) == 0
        firm.go("09:00", 3)
        assert put_surveys(firm.dana) == 1

    def test_after_every_second(self, firm: Office) -> None:
        on(firm, survey_visits="2")
        done(firm, "R1", "09:00")
        assert put_surveys(firm.dana) == 0
        ask(firm, "R8")
        done(firm, "R8", "14:00")
        assert put_surveys(firm.dana) == 1
        assert asked_on(firm) == [(DAY, "R8")]

    @pytest.mark.parametrize(("firms", "own", "count"), [("1", "0", 0), ("0", "1", 1), ("2", "1", 1), ("1", "", 1)])
    def test_a_client_may_have_it_otherwise(self, firm: Office, firms: str, own: str, count: int) -> None:
        on(firm, survey_visits=firms)
        editing.edit(firm.lee, "client", harbor(firm), {"survey_visits": own})
        done(firm, "R1", "09:00")
        assert put_surveys(firm.dana) == count

    def test_not_where_they_said_that_they_are_not_satisfied(self, firm: Office) -> None:
        on(firm, survey_visits="1")
        done(firm, "R1", "09:00", satisfied=False)
        assert put_surveys(firm.dana) == 0

    def test_by_hand_counts_too(self, firm: Office) -> None:
        on(firm, survey_visits="1")
        done(firm, "R1", "09:00")
        surveys.send(firm.lee, harbor(firm), (), "R1")
        assert put_surveys(firm.dana) == 0

    def test_what_was_dropped_before_it_left_was_not_asked(self, firm: Office) -> None:
        on(firm, survey_visits="1")
        done(firm, "R1", "09:00")
        assert put_surveys(firm.dana) == 1
        (message,) = outbox.outbox(firm.store)
        outbox.drop(firm.lee, message.id)
        assert firm.store.value("SELECT count(*) FROM survey WHERE withdrawn_at IS NULL") == 0, "care knows of none"
        assert put_surveys(firm.dana) == 0, "after this visit nobody is asked by itself again"
        ask(firm, "R8")
        done(firm, "R8", "14:00")
        assert put_surveys(firm.dana) == 1
