"""What is promised is dated: months that are over keep the targets, the hours and the allowance that counted in them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from db import agreements, prepaid_use, settings
from db.faults import Refused
from dispatch.desk.care import accounts
from dispatch.desk.closeout import leaving
from dispatch.desk.levels.clocks import clocks_of
from dispatch.desk.levels.level_period import client_levels
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule
from dispatch.desk.prices import agreeing, rate_cards
from dispatch.desk.prices.agreeing import counts_from, dated_words
from dispatch.desk.prices.drafts import AgreementDraft
from dispatch.desk.requests import responding
from dispatch.desk.session.refusals import Faulty
from dispatch.desk.visits.steps import find
from dispatch.levels.calendar import Calendar, DatedCalendar, dated_calendar
from dispatch.model.agreements import Agreement, ServiceTerms
from dispatch.model.instants import at_local
from dispatch.model.periods import Period
from dispatch.model.states import Role
from tests.desk.conftest import CARD, ZONE, Office

NOVEMBER, TODAY = datetime.date(2026, 11, 1), datetime.date(2027, 1, 12)


def agree(office: Office, kind: str = "tm", **more: Any) -> Agreement:
    service = more.pop("service", None)
    terms = {"kind": kind, "starts": "2026-01-10", **more}
    return agreeing.save_agreement(office.lee, "Harbor Dental", "Care", {**terms, "service": service})


def edit(office: Office, since: str = "", service: dict[str, Any] | None = None, **terms: Any) -> Agreement:
    """Change the agreement as the screen does."""
    (before,) = agreements.agreements_of(office.store, find(office.store, "R1").client_id)
    draft = AgreementDraft.of(before, "Harbor Dental").at(office.store)
    draft.form = {**draft.form, **terms, "service": {**draft.form["service"], **(service or {})}, "from": since}
    draft.save(office.lee)
    assert draft.before is not None
    return draft.before


def closed_in_november(office: Office) -> Any:
    """R1, answered and closed on its day, and the others cancelled; then it is January."""
    office.on_site("R1")
    responding.responded(office.dana, "R1", "phone", "told them we come today")
    office.finish("R1")
    leaving.close(office.ana, "R1")
    for reference in ("R2", "R3"):
        schedule.cancel(office.dana, reference, "not wanted any more")
    office.clock.set(at_local(TODAY, "10:00", ZONE))
    return told(office)


def told(office: Office) -> Any:
    page = visit_page(office.store, "R1")
    return clocks_of(office.store, [page.visit])[page.visit.id], client_levels(
        office.store, page.client, Period("month", NOVEMBER)
    )


def another_target(office: Office) -> None:
    edit(office, service={"targets": {"P2": {"phone": 1, "onsite": 2, "resolution": 3}}})


def other_hours(office: Office) -> None:
    edit(office, service={"calendar": "always"})


def no_vendor(office: Office) -> None:
    edit(office, service={"workaround_counts": True, "vendor_pauses": True})


def targets_of_the_firm(office: Office) -> None:
    with office.lee.write("edit settings", Role.LEAD) as unit:
        settings.set_firm(unit, targets_p2="1 2 3 4 5")


def hours_of_the_card(office: Office) -> None:
    (card,) = agreements.rate_cards(office.store)
    days = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    form = {**card.card, "hours": days, "timezone": "Asia/Tokyo", "holidays": ["2026-11-24"]}
    rate_cards.save_card(office.lee, card.name, card.valid_from, form, card)


def a_card_for_days_that_are_over(office: Office) -> None:
    rate_cards.save_card(office.lee, "late", datetime.date(2026, 11, 1), {**CARD, "holidays": ["2026-11-24"]})


CHANGES = (
    another_target,
    other_hours,
    no_vendor,
    targets_of_the_firm,
    hours_of_the_card,
    a_card_for_days_that_are_over,
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_month_that_is_over_keeps_its_clocks_and_report(office: Office, change: Callable[[Office], None]) -> None:
    """design/service-levels.md D2a"""
    agree(office)
    before = closed_in_november(office)

    change(office)

    assert told(office) == before


def test_months_that_are_over_stay_inside_or_outside_of_an_agreement(office: Office) -> None:
    agreement = agree(office)
    before = closed_in_november(office)
    for change in ({"starts": "2026-11-25"}, {"starts": "2026-12-20"}, {"ends": "2026-11-23"}, {"ends": "2026-10-31"}):
        with pytest.raises(Faulty, match=r"(starts|ends): R1 of 2026-11-24 lies in a month that is over"):
            edit(office, **change)
    with pytest.raises(Faulty, match="month that is over"):
        agreeing.end_agreement(office.lee, agreement, datetime.date(2026, 11, 20))
    edit(office, starts="2026-02-01", ends="2026-12-31")
    assert agreeing.end_agreement(office.lee, edit(office, ends=None), TODAY).ends == TODAY
    assert told(office) == before


def test_a_new_agreement_covers_no_visit_of_a_month_that_is_over(office: Office) -> None:
    closed_in_november(office)
    before = told(office)
    days = ("2026-11-01", None), ("2026-02-01", "2026-11-24")
    for starts, ends in days:
        with pytest.raises(Faulty, match="starts: R1 of 2026-11-24 lies in a month that is over"):
            agree(office, starts=starts, ends=ends)
    assert told(office) == before
    agree(office, starts="2026-02-01", ends="2026-10-31")
    agree(office, starts="2026-12-01", ends=None)


def test_a_request_of_the_day_of_a_change_has_the_new_targets(office: Office) -> None:
    """design/service-levels.md D2a"""
    agree(office, service={"targets": {"P2": {"onsite": 300}}})
    edit(office, service={"targets": {"P2": {"onsite": 240}}})

    found = {one.clock: one.reading.target for one in told(office)[0]}

    assert found["onsite"] == 240


def test_a_holiday_of_days_to_come_counts_for_a_clock_that_runs(office: Office) -> None:
    """The card of another year brings its holidays, and a clock from before runs over them."""
    agree(office)
    due = {one.clock: one.reading.due for one in told(office)[0]}["resolution"]
    assert due == at_local(datetime.date(2026, 11, 25), "15:00", ZONE)

    holidays = {**CARD, "holidays": ["2026-11-25", "2026-11-26"]}
    rate_cards.save_card(office.lee, "closed", datetime.date(2026, 11, 25), holidays)

    later = {one.clock: one.reading.due for one in told(office)[0]}["resolution"]
    assert later == at_local(datetime.date(2026, 11, 27), "15:00", ZONE)


def test_calendars_one_after_another_count_as_each_does_in_its_days() -> None:
    day, zone = datetime.date(2026, 11, 25), "America/Santiago"
    forms: list[tuple[datetime.date, dict[str, Any]]] = [
        (datetime.date.min, {"timezone": zone, "hours": {"tue": [["09:00", "12:00"]], "wed": [["09:00", "12:00"]]}}),
        (day, {"timezone": zone, "always": True}),
    ]
    both = dated_calendar(forms)
    assert isinstance(both, DatedCalendar)
    start = at_local(datetime.date(2026, 11, 24), "11:00", zone)
    midnight = at_local(day, "00:00", zone)

    assert both.counted(start, midnight + 3600) == 60 + 60
    assert both.used_up(start, 60) == at_local(datetime.date(2026, 11, 24), "12:00", zone)
    assert both.used_up(start, 61) == midnight + 60
    assert both.used_up(start, 0) == start
    assert both.counted(midnight, midnight) == 0
    assert isinstance(dated_calendar([forms[0], (day, forms[0][1])]), Calendar)


def test_what_was_promised_is_never_rewritten(office: Office) -> None:
    agree(office)
    another_target(office)
    for statement in (
        "UPDATE dated_terms SET from_day = '2020-01-01'",
        "DELETE FROM dated_terms",
        "INSERT OR REPLACE INTO dated_terms SELECT * FROM dated_terms",
    ):
        with pytest.raises(Refused), office.lee.write("edit", Role.LEAD) as unit:
            unit.execute(statement)


def test_care_judges_a_month_by_what_was_asked_for_then(office: Office) -> None:
    agree(office)
    closed_in_november(office)
    edit(office, service={"cadence_min": 2, "proactive": True})

    (found,) = accounts.accounts(office.store, accounts.office(office.store))
    (terms,) = found.agreements

    asked = [terms.service_on(day) for day in (datetime.date(2026, 11, 30), TODAY)]
    assert [(one.cadence_min, one.proactive) for one in asked] == [(1, False), (2, True)]


@pytest.mark.parametrize(
    ("typed", "month"),
    [("2027-03", "2027-03-10"), ("2027-03-10", "2027-03-10"), ("+1", "2027-01-10"), ("", "2027-01-10")],
)
def test_an_allowance_counts_from_the_month_that_is_named(office: Office, typed: str, month: str) -> None:
    agree(office, "retainer", allowance_min=300)
    office.clock.set(at_local(TODAY, "10:00", ZONE))

    one = edit(office, typed, allowance_min=480)

    first = datetime.date.fromisoformat(month)
    assert prepaid_use.allowance_granted(office.store, one, first) == 480
    assert prepaid_use.allowance_granted(office.store, one, first - datetime.timedelta(days=1)) == 300
    assert one.terms["allowance_min"] == (480 if first <= TODAY else 300)
    words = [(word.since.isoformat(), word.terms["allowance_min"]) for word in dated_words(one, office.store)]
    assert words == [("2026-01-10", "300"), (month, "480")]


def test_what_is_changed_today_leaves_what_was_said_of_a_later_day(office: Office) -> None:
    agree(office, "retainer", allowance_min=300)
    office.clock.set(at_local(TODAY, "10:00", ZONE))
    edit(office, "2027-03", {"targets": {"P1": {"onsite": 60}}}, allowance_min=480)

    now = edit(office, labour_discount_pct="5", allowance_min=360)

    later = agreements.agreement(office.store, now.id, datetime.date(2027, 3, 10))
    assert later is not None
    assert (now.terms["allowance_min"], now.service.targets) == (360, {})
    assert (later.terms["allowance_min"], later.service.targets) == (480, {"P1": {"onsite": 60}})
    assert later.terms["labour_discount_pct"] == "5"


@pytest.mark.parametrize(
    ("typed", "change", "fault"),
    [
        ("2026-12-31", {}, "lies before this month"),
        ("2027-03-15", {}, "agreement months, which begin on 2027-03-10 and 2027-04-10"),
        ("2027-03", {"labour_discount_pct": "5"}, "labour_discount_pct cannot be changed from a day on"),
        ("soon", {}, "is no day"),
        ("2030-01", {"ends": "2029-12-31"}, "ends on 2029-12-31"),
    ],
)
def test_a_day_that_cannot_be_is_one_sentence(office: Office, typed: str, change: dict[str, Any], fault: str) -> None:
    one = agree(office, "retainer", allowance_min=300, ends=change.pop("ends", None))
    office.clock.set(at_local(TODAY, "10:00", ZONE))

    def save() -> None:
        terms = {**one.terms, "allowance_min": 480, **change}
        since = counts_from(one, typed, TODAY)
        agreeing.save_agreement(office.lee, "Harbor Dental", "Care", terms, one, since=since)

    with pytest.raises(Faulty, match=fault):
        save()

    assert agreements.agreement(office.store, one.id) == one


def test_a_service_that_nobody_changed_has_always_counted() -> None:
    one = Agreement(1, 1, "a", "tm", datetime.date(2026, 1, 1), None, {}, service=ServiceTerms(cadence_min=3))
    assert one.service_on(datetime.date.min).cadence_min == 3
    assert replace(one, promised=((datetime.date.min, ServiceTerms()),)).service_on(TODAY).cadence_min == 1
