"""Series: what a person agreed for one visit stays, references stay, and one undo brings all of it back."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest

from db import recurrences, visits
from dispatch.desk.book import editing, recurring, series, series_days
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.day.undo_record import picture_of
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule, undo
from dispatch.desk.requests import intake, responding
from dispatch.desk.session.refusals import Faulty, NeedsScope, Refusal
from dispatch.model.requests import Recurrence
from dispatch.model.states import State
from dispatch.model.visits import Visit
from tests.desk.conftest import DAY, Office, at

ORDER = {
    "site": "Harbor Dental / Main office", "work": "health check", "rule": "every tue", "minutes": "60",
    "promised": "09:00-11:00", "starts": "2026-12-01",
}  # fmt: skip


def order(office: Office, **texts: str) -> Recurrence:
    found = editing.add(office.dana, "recurrence", {**ORDER, **texts})
    assert isinstance(found, Recurrence)
    return found


def of(office: Office, one: Recurrence) -> list[Visit]:
    return visits.of_recurrence(office.store, one.id)


def by_day(office: Office, one: Recurrence) -> dict[str, Visit]:
    return {f"{visit.occurrence:%m-%d}": visit for visit in of(office, one)}


def edit(office: Office, one: Recurrence, **texts: str) -> Recurrence:
    found = editing.edit(office.dana, "recurrence", one, texts)
    assert isinstance(found, Recurrence)
    return found


def told(office: Office, one: Recurrence) -> str:
    return "\n".join(recurring.told(office.store, one))


def looks(office: Office, one: Recurrence) -> dict[str, Any]:
    return {visit.reference: picture_of(visit) for visit in of(office, one)}


def test_a_changed_series_keeps_references_and_brings_its_visits_along(office: Office) -> None:
    one = order(office)
    before = {visit.reference: visit.occurrence for visit in of(office, one)}

    one = edit(office, one, minutes="90", promised="13:00-15:00", priority="P2", skills="server", days_late="2")

    after = of(office, one)
    assert {visit.reference: visit.occurrence for visit in after} == before
    assert {(visit.minutes, visit.priority, visit.skills) for visit in after} == {(90, 2, frozenset({"server"}))}
    assert after[0].promised == (at("13:00", 7), at("15:00", 7))
    assert after[0].latest_on == datetime.date(2026, 12, 3)
    assert told(office, one) == ""


def test_what_was_agreed_for_one_visit_is_kept_and_named(office: Office) -> None:
    one = order(office)
    first, moved, noted, answered, *_ = of(office, one)
    intake.amend(office.dana, moved.reference, {"date": "2026-12-09", "promised": "10:00-12:00"}, "this")
    intake.amend(office.dana, noted.reference, {"description": "ask for the key at the bakery"})
    responding.responded(office.dana, answered.reference, "phone")

    one = edit(office, one, minutes="90", promised="13:00-15:00")
    there = by_day(office, one)
    assert (there["12-08"].wanted_on, there["12-08"].promised) == (
        datetime.date(2026, 12, 9), (at("10:00", 15), at("12:00", 15)),
    )  # fmt: skip
    assert there["12-08"].minutes == 90, "what was not agreed otherwise follows"
    assert (there["12-15"].description, there["12-15"].promised) == (
        "ask for the key at the bakery", (at("13:00", 21), at("15:00", 21)),
    )  # fmt: skip
    assert f"{moved.reference} Wed 9 Dec 2026 is kept as it was agreed: day, promised window" in told(office, one)

    one = edit(office, one, rule="every fri")
    there = by_day(office, one)
    kept = {there[day].reference for day in ("12-11", "12-18", "12-25")}
    assert kept == {moved.reference, noted.reference, answered.reference}
    assert [f"{there[day].wanted_on:%m-%d}" for day in ("12-11", "12-18", "12-25")] == ["12-09", "12-15", "12-22"]
    assert (there["12-04"].reference, there["12-04"].promised) == (first.reference, (at("13:00", 10), at("15:00", 10)))
    assert all(f"{reference} " in told(office, one) for reference in kept)
    assert first.reference not in told(office, one)

    editing.archive(office.dana, "recurrence", one)
    assert {visit.reference for visit in of(office, one)} == kept


def test_one_undo_brings_back_a_series_with_everything_that_was_agreed(office: Office) -> None:
    one = order(office)
    _, moved, planned, *_ = of(office, one)
    intake.amend(office.dana, moved.reference, {"date": "2026-12-09", "description": "by the back door"}, "this")
    schedule.assign(office.dana, planned.reference, ["Ana Ruiz"], at("09:00", 21))
    before = looks(office, one)

    for texts in (
        {"rule": "every 2 weeks on fri"},
        {"work": "server patching", "tags": "server"},
        {"ends": "2026-12-10"},
    ):
        changed = edit(office, one, **texts)
        after = looks(office, changed)
        assert after != before
        undo.undo(office.dana)
        assert looks(office, one) == before
        undo.redo(office.dana)
        assert looks(office, one) == after
        undo.undo(office.dana)
        assert looks(office, one) == before
        one = replace(one, version=editing.RECORD_STORES["recurrence"].get(office.store, one.id).version)

    editing.archive(office.dana, "recurrence", RECORD_STORES["recurrence"].get(office.store, one.id))
    undo.undo(office.dana)
    assert looks(office, one) == before
    assert recurring.make_ahead(office.dana) == []


def test_undo_of_a_series_is_refused_where_somebody_went_on_with_a_visit(office: Office) -> None:
    one = editing.edit(office.lee, "recurrence", order(office), {"minutes": "90"})
    schedule.assign(office.dana, of(office, one)[0].reference, ["Ana Ruiz"], at("09:00", 7))
    with pytest.raises(Refusal, match=r"Dana.* changed R"):
        undo.undo(office.lee)
    assert {visit.minutes for visit in of(office, one)} == {90}


def test_a_waiting_visit_gets_the_checklist_of_what_is_asked_for_now(office: Office) -> None:
    one = order(office, tags="server")
    reference = of(office, one)[0].reference

    def items() -> dict[str, str]:
        return {item.ref: item.label for item in visit_page(office.store, reference).checklist.items}

    before = items()
    assert "T2" in before
    edit(office, one, tags="", work="log check", kind="visit")
    assert of(office, one)[0].kind == "visit"
    assert "T2" not in items()
    assert items()["W1.1"] == "log check"
    undo.undo(office.dana)
    assert items() == before
    assert of(office, one)[0].kind == "maintenance"


def test_another_site_makes_other_visits(office: Office) -> None:
    one = order(office)
    kept = of(office, one)[0]
    intake.amend(office.dana, kept.reference, {"description": "with the auditor"})
    one = edit(office, one, site="Harbor Dental / Warehouse")
    there = of(office, one)
    assert (there[0].reference, there[0].site) == (kept.reference, "Main office")
    assert {visit.site for visit in there[1:]} == {"Warehouse"}


def test_a_promise_that_is_over_makes_no_visit_for_today(office: Office) -> None:
    office.go("14:07")
    late = order(office, starts="2026-11-24")
    assert of(office, late)[0].occurrence == datetime.date(2026, 12, 1)
    assert series_days.preview(office.store, late, 1) == [datetime.date(2026, 12, 1)]
    in_time = order(office, starts="2026-11-24", promised="14:00-16:00")
    assert of(office, in_time)[0].occurrence == DAY
    office.go("17:00")
    edit(office, in_time, minutes="30")
    assert (of(office, in_time)[0].occurrence, of(office, in_time)[0].state) == (DAY, State.REQUESTED), "it still waits"


def test_what_is_as_its_start_is_named_when_it_is_saved(office: Office) -> None:
    assert order(office, rule="every month", starts="2026-12-31").rule == "day 31 of the month"
    assert order(office, rule="yearly", starts="2028-02-29").rule == "every year on 29 feb"
    assert order(office, rule="every other week").rule == "every 2 weeks on tue"


@pytest.mark.parametrize(
    "rule",
    [
        "every day", "every 3 days", "every working day", "every mon, tue, wed, thu, fri", "every 2 weeks on tue, thu",
        "1st working day of the month", "last working day of every 3 months", "1st, 3rd tue of the month",
        "last fri of every 3 months", "day 1, 15 of the month", "day 31 of the month", "last day of the month",
        "every year on 29 feb", "every 2 years on the last fri of nov", "every year on the last day of feb",
    ],
)  # fmt: skip
def test_a_rule_is_the_same_text_in_form_store_and_json(office: Office, rule: str) -> None:
    one = order(office, rule=rule)
    records = RECORD_STORES["recurrence"]
    typed = records.texts(office.store, one)
    assert (one.rule, typed["rule"]) == (rule, rule)
    assert edit(office, one, **typed) == records.get(office.store, one.id)
    assert records.more(office.store, one)["next"][0] >= "2026-12-01"


def test_a_window_in_which_the_clocks_change_is_not_promised(office: Office) -> None:
    office.go("07:30", 109)  # 13 March 2027; in New York clocks go from 2 to 3 on the 14th
    one = order(office, rule="every day", promised="02:00-03:00", starts="2027-03-13")
    promised = {f"{visit.occurrence:%m-%d}": visit.promised for visit in of(office, one)}
    assert promised["03-14"] is None
    assert promised["03-15"] is not None
    assert promised["03-15"][1] - promised["03-15"][0] == 3600
    one = edit(office, one, promised="09:00-11:00")
    assert {visit.promised[1] - visit.promised[0] for visit in of(office, one)} == {7200}
    days = [visit.occurrence for visit in of(office, one)]
    assert days == [DAY + datetime.timedelta(days=offset) for offset in range(109, 109 + len(days))]


# for which visits


def test_what_is_meant_for_one_or_for_all_is_asked(office: Office) -> None:
    one = order(office)
    visit = of(office, one)[2]
    with pytest.raises(
        NeedsScope,
        match=r"R1003 of Tue 15 Dec 2026 is one of a series .every tue.: which .* --scope this .only this one. or ",
    ):
        intake.amend(office.dana, visit.reference, {"minutes": "90"})
    with pytest.raises(NeedsScope):
        schedule.cancel(office.dana, visit.reference, "closed on Tuesdays")
    with pytest.raises(NeedsScope) as asked:
        series.change(office.dana, one, {"minutes": "90"})
    assert list(asked.value.choices) == ["this", "following", "all"]
    assert "R1001" in asked.value.choices["this"]
    with pytest.raises(NeedsScope) as asked:
        series.change(office.dana, one, {"rule": "every wed"})
    assert list(asked.value.choices) == ["following", "all"]
    # what a series does not ask for, another day, an end: only one thing can be meant
    intake.amend(office.dana, visit.reference, {"description": "the back door", "reported_by": "J. Lowe"})
    intake.amend(office.dana, visit.reference, {"date": "2026-12-22"})
    series.change(office.dana, one, {"ends": "2027-06-30"})
    for texts in ({"date": "2026-12-29"}, {"people": "2"}):
        with pytest.raises(Faulty, match="scope: "):
            intake.amend(office.dana, visit.reference, texts, "all")
    with pytest.raises(Faulty, match="scope: R1 is of no series"):
        intake.amend(office.dana, "R1", {"minutes": "45"}, "all")


def test_this_one_alone(office: Office) -> None:
    one = order(office)
    visit = of(office, one)[2]
    intake.amend(office.dana, visit.reference, {"minutes": "90"}, "this")
    assert [each.minutes for each in of(office, one)][:4] == [60, 60, 90, 60]
    assert told(office, one) == f"{visit.reference} Tue 15 Dec 2026 is kept as it was agreed: minutes"


def test_this_and_following_go_on_as_another_series(office: Office) -> None:
    one = order(office, rule="every 2 weeks on tue")
    references = [visit.reference for visit in of(office, one)]
    second, _, fourth = of(office, one)[1:4]
    schedule.assign(office.dana, fourth.reference, ["Ana Ruiz"], at("09:00", 49))
    before = looks(office, one)

    intake.amend(
        office.dana, second.reference, {"minutes": "90", "promised": "13:00-15:00", "description": "key"}, "following"
    )

    ended, after = recurrences.recurrences(office.store)
    assert (ended.ends_on, after.starts_on) == (datetime.date(2026, 12, 14), datetime.date(2026, 12, 15))
    assert (after.minutes, after.rule) == (90, "every 2 weeks on tue")
    assert [visit.reference for visit in (*of(office, ended), *of(office, after))] == references
    assert [visit.minutes for visit in of(office, ended)] == [60]
    assert [(visit.minutes, visit.description) for visit in of(office, after)][:3] == [(90, "key"), (90, ""), (60, "")]
    assert f"{fourth.reference} Tue 12 Jan 2027 is planned already and stays as it is: minutes" in told(office, after)
    assert recurring.make_ahead(office.dana) == []

    both = looks(office, ended) | looks(office, after)
    undo.undo(office.dana)
    assert looks(office, one) == before
    assert [each.minutes for each in recurrences.recurrences(office.store)] == [60]
    undo.redo(office.dana)
    assert looks(office, ended) | looks(office, after) == both
    undo.undo(office.dana)
    assert looks(office, one) == before


def test_all_of_a_series_from_one_visit_and_from_the_series(office: Office) -> None:
    one = order(office)
    third = of(office, one)[2]
    intake.amend(office.dana, third.reference, {"latest": "2026-12-18", "skills": "server"}, "all")
    now = recurrences.recurrence(office.store, one.id)
    assert (now.days_late, now.skills) == (3, ("server",))
    assert {(visit.latest_on - visit.wanted_on).days for visit in of(office, one)} == {3}
    assert told(office, now) == ""

    series.change(office.dana, now, {"priority": "P1"}, "this")
    assert [visit.priority for visit in of(office, one)][:3] == [1, 4, 4]
    now = series.change(office.dana, recurrences.recurrence(office.store, one.id), {"minutes": "30"}, "all")
    assert {visit.minutes for visit in of(office, one)} == {30}
    after = series.change(office.dana, now, {"rule": "every fri"}, "following", since=datetime.date(2026, 12, 20))
    assert sorted(by_day(office, one)) == ["12-01", "12-08", "12-15"]
    assert sorted(by_day(office, after))[:2] == ["01-01", "01-08"]
    assert after.starts_on == datetime.date(2026, 12, 20)
    with pytest.raises(Faulty, match="scope: another rule"):
        series.change(office.dana, after, {"rule": "every mon"}, "this")
    with pytest.raises(Faulty, match="since: a day from today on"):
        series.change(office.dana, after, {"minutes": "45"}, "following", since=datetime.date(2026, 11, 1))


@pytest.mark.parametrize(
    ("rule", "day", "other", "after"),
    [
        ("every tue", "12-15", "12-17", "every thu"),
        ("every tue", "12-15", "12-14", "every mon"),
        ("every 2 weeks on tue", "12-15", "12-18", "every 2 weeks on fri"),
        ("every tue, thu", "12-15", "12-16", "every wed, thu"),
        ("day 15 of the month", "12-15", "12-21", "day 21 of the month"),
        ("2nd tue of the month", "12-08", "12-17", "3rd thu of the month"),
    ],
)
def test_another_day_of_this_and_following(office: Office, rule: str, day: str, other: str, after: str) -> None:
    one = order(office, rule=rule)
    there = by_day(office, one)
    texts = {"date": f"2026-{other}"}
    with pytest.raises(NeedsScope):
        intake.amend(office.dana, there[day].reference, texts)
    before, references = looks(office, one), {visit.reference for visit in there.values()}
    intake.amend(office.dana, there[day].reference, texts, "following")
    *old, goes_on = recurrences.recurrences(office.store)
    assert (goes_on.rule, [one.rule for one in old]) == (after, [rule] * len(old))
    moved = by_day(office, goes_on)
    assert moved[other].reference == there[day].reference
    assert moved[other].wanted_on == datetime.date(2026, 12, int(other[3:]))
    assert moved[other].promised == (at("09:00", int(other[3:]) + 6), at("11:00", int(other[3:]) + 6))
    assert told(office, goes_on) == ""
    now = [visit for of_one in (*old, goes_on) for visit in of(office, of_one)]
    assert {visit.reference for visit in now} == references, "nobody's reference is another's"
    undo.undo(office.dana)
    assert looks(office, one) == before


def test_another_day_of_all(office: Office) -> None:
    one = order(office)
    third, fourth, fifth = of(office, one)[2:5]
    intake.amend(office.dana, fourth.reference, {"promised": "15:00-16:00"}, "this")
    schedule.assign(office.dana, fifth.reference, ["Ana Ruiz"], at("09:00", 35))
    intake.amend(office.dana, third.reference, {"date": "2026-12-17"}, "all")
    now = recurrences.recurrence(office.store, one.id)
    assert now.rule == "every thu"
    assert {f"{visit.occurrence:%a}" for visit in of(office, one)} == {"Thu"}
    # what a person changed or planned stays on its day, stands for the new one, and is named; nobody comes twice in its week
    assert [visits.again(office.store, each).wanted_on.day for each in (fourth, fifth)] == [22, 29]
    assert told(office, now).splitlines() == [
        f"{fourth.reference} Tue 22 Dec 2026 is kept as it was agreed: day, promised window",
        f"{fifth.reference} Tue 29 Dec 2026 is planned already and stays as it is: day, promised window",
    ]
    assert len(of(office, one)) == len({visit.occurrence.isocalendar()[:2] for visit in of(office, one)})


def test_every_second_week_goes_on_every_second_week(office: Office) -> None:
    one = order(office, rule="every 2 weeks on tue")
    whole = {**RECORD_STORES["recurrence"].texts(office.store, one), "minutes": "90"}  # as a form has it
    after = series.change(office.dana, one, whole, "following", since=datetime.date(2026, 12, 16))
    assert (after.starts_on, [*by_day(office, one), *by_day(office, after)]) == (
        datetime.date(2026, 12, 29), ["12-01", "12-15", "12-29", "01-12"],
    )  # fmt: skip
    assert [visit.minutes for visit in (*of(office, one), *of(office, after))] == [60, 60, 90, 90]


def test_cancelling_this_and_following_ends_the_series_before_it(office: Office) -> None:
    one = order(office)
    second, third, fourth, *_ = of(office, one)[1:]
    intake.amend(office.dana, fourth.reference, {"promised": "15:00-16:00"}, "this")
    before = looks(office, one)
    schedule.cancel(office.dana, second.reference, "they move to remote care", "following")
    assert recurrences.recurrence(office.store, one.id).ends_on == datetime.date(2026, 12, 7)
    assert [(f"{day}", visit.state) for day, visit in by_day(office, one).items()] == [
        ("12-01", State.REQUESTED), ("12-08", State.CANCELLED), ("12-22", State.REQUESTED),
    ]  # fmt: skip
    assert series.kept(office.store, second) == [
        f"{fourth.reference} Tue 22 Dec 2026 is kept as it was agreed: no day of the series, promised window"
    ]
    undo.undo(office.dana)
    assert looks(office, one) == before
    schedule.cancel(office.dana, third.reference, "they move to remote care", "all")
    assert recurrences.recurrences(office.store) == []
    assert [visit.reference for visit in of(office, one)] == [third.reference, fourth.reference]
    undo.undo(office.dana)
    assert looks(office, one) == before
    assert recurring.make_ahead(office.dana) == []
