"""The figures are those that a person gets who counts the rows, also on the days on which clocks change."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import clients, people
from db import settings as firm_settings
from db.library import sqlite3
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.desk.figures import day_sums
from dispatch.desk.figures.counting import FigureGroup, Grouping, figures_over, visits_behind
from dispatch.desk.figures.meanings import BY_KEY, FIGURES
from dispatch.desk.log.visit_log import LogFilter, visit_log
from dispatch.desk.texts.figure_words import why_text
from dispatch.model.clients import Client, Site
from dispatch.model.clock import SetClock
from dispatch.model.instants import Times, weeks
from dispatch.model.people import Staff, Technician
from dispatch.model.repeats import same_trouble
from dispatch.model.states import Role
from tests.figures.rows import ENDED, GRACE, TROUBLE, Days, by_hand, connect, hours, midnight, write
from tests.quick import examples

CHANGES = (
    ("America/New_York", datetime.date(2026, 3, 8), 23),
    ("America/New_York", datetime.date(2026, 11, 1), 25),
    ("Europe/Berlin", datetime.date(2026, 10, 25), 25),
    ("Europe/Berlin", datetime.date(2026, 3, 29), 23),
    ("Europe/Berlin", datetime.date(2026, 7, 1), 24),
)
ONE = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, sqlite3.Connection]]:
    """A firm with three technicians and three clients, and a way past its rules."""
    path: Path = tmp_path_factory.mktemp("figures") / "firm.db"
    with Store.create(path, clock=SetClock(0)) as store:
        with unit_of_work(store, "init", Actor(None, "system", "setup", "system")) as unit:
            firm_settings.set_firm(unit, name="Firm", zone="UTC")
            for number in (1, 2, 3):
                staff_id = people.add_staff(
                    unit, Staff(0, f"t{number}", f"Technician {number}", frozenset({Role.TECHNICIAN}))
                )
                people.add_technician(unit, Technician(staff_id, "", "", frozenset(), "tech", ()))
                client_id = clients.add_client(unit, Client(0, f"Client {number}"))
                clients.add_site(unit, Site(0, client_id, "Office", "", "UTC"))
        conn = connect(path)
        conn.execute("INSERT INTO skill (name) VALUES ('network'), ('printer')")
        yield store, conn
        conn.close()


def live_in(store: Store, zone: str) -> None:
    """Let the firm live in a zone."""
    if firm_settings.firm(store).zone != zone:
        with unit_of_work(store, "settings", Actor(None, "system", "setup", "system")) as unit:
            firm_settings.set_firm(unit, zone=zone)


@st.composite
def made_up(draw: st.DrawFn) -> tuple[Days, datetime.date, int]:
    """Three days around a change of clocks, with everything that figures count, near the bounds of the days too."""
    zone, middle, _ = draw(st.sampled_from(CHANGES))
    first = middle - ONE
    bounds = [midnight(first + ONE * number, zone) for number in range(4)]
    near = st.builds(lambda bound, by: bound + by, st.sampled_from(bounds), st.sampled_from([-1, 0, 1, 3599, 7200]))
    moment = st.one_of(near, st.integers(bounds[0] - 7200, bounds[3] + 7200))
    days = Days(zone)
    numbers = iter(range(1, 10_000))
    for visit_id in range(1, draw(st.integers(0, 5)) + 1):
        client = draw(st.integers(1, 3))
        state = draw(st.sampled_from((*ENDED, "closed", "closed", "on_site")))
        promised = draw(st.none() | moment)
        width = draw(st.integers(1, 7200))
        begins = draw(moment)
        days.visits.append({
            "id": visit_id, "reference": f"R{visit_id}", "job_id": draw(st.integers(1, 3)), "site_id": client,
            "work": draw(st.sampled_from(tuple(TROUBLE))), "minutes": 60, "priority": 3, "state": state, "starts_at": begins,
            "kind": draw(st.sampled_from(("visit", "visit", "visit", "maintenance", "audit", "review", "delivery"))),
            "requested_at": draw(moment | st.integers(0, bounds[3] + 40 * 86_400)),
            "ends_at": begins + 3600, "ended_at": draw(moment) if state in ENDED else None, "promised_from": promised,
            "promised_to": None if promised is None else promised + width, "_client": client,
            "cancelled_at": draw(moment) if state == "cancelled" else None,
        })  # fmt: skip
        for skill in draw(st.sets(st.sampled_from(("network", "printer")))):
            days.skills.append({"visit_id": visit_id, "skill": skill})
        told = bounds[0] - 86_400
        for window in (*draw(st.lists(st.none() | moment, max_size=3)), promised):
            days.promises.append({
                "id": next(numbers), "visit_id": visit_id, "at": told, "promised_from": window,
                "promised_to": None if window is None else window + width,
            })  # fmt: skip
            told = max(told, draw(st.sampled_from([told + 299, told + 300, *bounds]) | moment))
        if draw(st.booleans()):
            waited = draw(moment)
            days.waits.append({
                "id": next(numbers), "visit_id": visit_id, "kind": draw(st.sampled_from(("client", "parts"))), "whom": "them",
                "what": "it", "starts_at": waited, "ends_at": draw(st.none() | st.just(waited + 9000)),
            })  # fmt: skip
        for staff_id in draw(st.sets(st.integers(1, 3), max_size=2)):
            late = [] if promised is None else [promised + width + 60 * GRACE + more for more in (59, 60)]
            edges = [promised, promised - 1, *late] if promised is not None else [None]
            arrived = draw(st.sampled_from(edges) | moment)
            left = None if arrived is None else arrived + draw(st.integers(0, 9000))
            home = None if left is None else draw(st.none() | st.just(left + draw(st.integers(0, 9000))))
            part = next(numbers)
            days.assignments.append({
                "id": part, "visit_id": visit_id, "staff_id": staff_id, "labour_class": "tech",
                "check_in_at": arrived, "check_out_at": left, "return_at": home,
            })  # fmt: skip
            for _ in range(draw(st.integers(0, 3))):
                starts = draw(moment)
                days.segments.append({
                    "id": next(numbers), "assignment_id": part,
                    "kind": draw(st.sampled_from(("travel", "work", "wait", "break", "test"))), "starts_at": starts,
                    "ends_at": draw(st.none() | st.just(starts + draw(st.integers(0, 100_000)))),
                })  # fmt: skip
        sequence = 0
        for number in range(draw(st.integers(0, 2))):
            item_id, kind = next(numbers), draw(st.sampled_from(("test", "confirm")))
            days.items.append({
                "id": item_id, "visit_id": visit_id, "ref": f"X{number}", "phase": "test", "kind": kind,
                "label": "x", "required": 1, "na_allowed": 1, "override_allowed": 1, "position": number,
            })  # fmt: skip
            for _ in range(draw(st.integers(0, 3))):
                sequence += 1
                result, grade = draw(st.sampled_from((
                    ("pass", "executed"), ("fail", "executed"), ("pass", "measured"), ("pass", "attested"),
                    ("overridden", "waived"), ("na", None), ("done", None),
                )))  # fmt: skip
                days.attempts.append({
                    "id": next(numbers), "visit_id": visit_id, "item_id": item_id, "sequence": sequence, "at": 0,
                    "staff_id": 1, "session": "s", "result": result, "grade": grade,
                })  # fmt: skip
        for revision in range(1, draw(st.integers(0, 2)) + 1):
            days.sheets.append({"id": next(numbers), "visit_id": visit_id, "revision": revision} | draw(sheet()))
    draw(given_time(days, first, moment))
    return days, first, draw(moment)


@st.composite
def given_time(draw: st.DrawFn, days: Days, first: datetime.date, moment: st.SearchStrategy[int]) -> None:
    """Hours, absences and holidays that change, before and after the days that they are about."""
    bounds = [midnight(first + ONE * number, days.zone) for number in range(4)]
    told = st.sampled_from([bounds[0] - 86_400, *bounds]) | moment
    for staff_id in draw(st.sets(st.integers(1, 3), max_size=2)):
        for _ in range(draw(st.integers(1, 3))):
            shifts = []
            for weekday in {(first + ONE * number).weekday() for number in range(3)}:
                opens = draw(st.sampled_from((0, 90, 150, 480)))
                closes = draw(st.sampled_from((170, 500, 1440)) if opens < 170 else st.just(1020))
                shifts.append((weekday, opens, closes))
            own = draw(st.just(hours(*shifts, lunch=draw(st.sampled_from((0, 30))))) | st.none())
            days.say(draw(told), "hours", staff_id, own)
    for number in range(draw(st.integers(0, 2))):
        for _ in range(draw(st.integers(1, 2))):
            starts = draw(moment) // 60 * 60
            away = f"{draw(st.integers(1, 3))} {starts} {starts + 60 * draw(st.integers(1, 900))}"
            days.say(draw(told), "absence", number, draw(st.just(away) | st.none()))
    for number in range(draw(st.integers(0, 2))):
        holiday = (first + ONE * draw(st.integers(0, 2))).isoformat()
        days.say(draw(told), "holiday", number, draw(st.just(holiday) | st.none()))


@st.composite
def sheet(draw: st.DrawFn) -> dict[str, Any]:
    """A kept sheet: blocked, in another currency, or with lines that were charged, given, covered and drawn."""
    blocked = draw(st.booleans()) and draw(st.booleans())
    cents = st.integers(0, 99_999).map(lambda minor: f"{minor // 100}.{minor % 100:02}")
    lines: list[dict[str, str]] = []
    for reason in draw(
        st.lists(st.sampled_from(("covered", "drawn", "own_fault", "free_test", "waived_all")), max_size=3)
    ):
        lines.append({"rule": "LAB-X", "amount": "0.00", "zero_reason": reason, "value": draw(cents)})
    if draw(st.booleans()):
        lines.append({"rule": "GOODWILL", "amount": f"-{draw(cents)}"})
    for rule in draw(st.lists(st.sampled_from(("LAB", "LAB-COV", "LAB-POOL", "LAB-OWN", "MIN-TIME")), max_size=3)):
        named = draw(st.sampled_from(("Technician 1", "Technician 2", "Technician 3", "somebody of another name")))
        lines.append({"rule": rule, "amount": draw(cents), "qty": str(draw(st.integers(0, 600))), "tech": named})
    net, tax = draw(st.integers(-5000, 99_999)), draw(st.integers(0, 5000))
    return {
        "status": "blocked" if blocked else "ready",
        "currency": draw(st.sampled_from(("USD", "USD", "USD", "EUR"))),
        "exponent": 2,
        "net_minor": None if blocked else net,
        "tax_minor": None if blocked else tax,
        "total_minor": None if blocked else net + tax,
        "input": "{}",
        "sheet": json.dumps({"lines": [] if blocked else lines}),
        "made_at": 0,
    }


WHO: dict[Grouping, tuple[int | str, ...]] = {
    "technician": (1, 2, 3),
    "kind": ("visit", "maintenance", "audit", "review", "delivery"),
    "skill": ("network", "printer", ""),
    "client": (1, 2, 3),
}


def its_own(days: Days, by: Grouping, who: int | str) -> dict[str, Any]:
    """What is whose, for counting by hand."""
    if by == "technician":
        return {"who": who}
    if by != "skill":
        return {"of": lambda visit: visit["_client" if by == "client" else "kind"] == who}
    asked = {(one["visit_id"], one["skill"]) for one in days.skills}
    none = {visit["id"] for visit in days.visits} - {visit_id for visit_id, _ in asked}
    return {"of": lambda visit: (visit["id"], who) in asked or (who == "" and visit["id"] in none)}


@settings(
    max_examples=examples(60),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(made_up())
def test_every_figure_is_what_counting_by_hand_gives(
    firm: tuple[Store, sqlite3.Connection], made: tuple[Days, datetime.date, int]
) -> None:
    store, conn = firm
    days, first, now = made
    write(conn, days)
    live_in(store, days.zone)
    store.clock.set(now)  # type: ignore[attr-defined]
    last = first + ONE * 2
    start, end = midnight(first, days.zone), midnight(last + ONE, days.zone)

    found = figures_over(store, first, last)
    assert len(found.groups) == 3
    whole = by_hand(days, start, end, now)
    for one in FIGURES:
        assert tuple(found.totals[one.key]) == whole[one.key], one.key
    for number, group in enumerate(found.groups):
        own = by_hand(days, midnight(group.first, days.zone), midnight(group.first + ONE, days.zone), now)
        for one in FIGURES:
            assert tuple(found.values[one.key][number]) == own[one.key], (group.label, one.key)

    day_sums.keep(store, first, last)
    assert figures_over(store, first, last) == found
    for by, each in WHO.items():
        found = figures_over(store, first, last, by)
        shown = {group.who: number for number, group in enumerate(found.groups)}
        for who in each:
            own = by_hand(days, start, end, now, **its_own(days, by, who))
            for one in FIGURES:
                if by != "technician" and not one.of_visits:
                    continue
                value = tuple(found.values[one.key][shown[who]]) if who in shown else (0, 0, 0)
                assert value == own[one.key], (by, who, one.key)
    found = figures_over(store, first, last, "client")

    for one in FIGURES:
        if one.of_visits:
            behind = visits_behind(store, one, found.groups[0], "client") if found.groups else []
            expected = found.values[one.key][0] if found.groups else None
            if expected is not None:
                assert (sum(v.top for v in behind), sum(v.below for v in behind)) == tuple(expected)[:2], one.key


@pytest.mark.parametrize(("zone", "day", "hours_long"), CHANGES)
def test_a_night_on_a_day_of_changing_clocks_is_as_long_as_it_was(
    firm: tuple[Store, sqlite3.Connection], zone: str, day: datetime.date, hours_long: int
) -> None:
    """Somebody works from the evening before to the evening after, and has a shift all day."""
    store, conn = firm
    days = Days(zone)
    start, end = midnight(day, zone), midnight(day + ONE, zone)
    assert end - start == hours_long * 3600
    days.visits.append({
        "id": 1, "reference": "R1", "job_id": 1, "site_id": 1, "work": "w", "minutes": 60, "priority": 3, "requested_at": 0,
        "state": "on_site", "starts_at": start, "ends_at": end, "ended_at": None, "promised_from": None, "_client": 1,
    })  # fmt: skip
    days.assignments.append(
        {"id": 1, "visit_id": 1, "staff_id": 1, "labour_class": "tech", "check_in_at": start - 3600}
    )
    days.segments.append({"assignment_id": 1, "kind": "work", "starts_at": start - 3600, "ends_at": end + 3600})
    days.say(0, "hours", 1, hours((day.weekday(), 0, 1440)))
    write(conn, days)
    live_in(store, zone)
    store.clock.set(end + 7200)  # type: ignore[attr-defined]
    found = figures_over(store, day - ONE, day + ONE)
    assert [value.top for value in found.values["utilisation"]] == [3600, hours_long * 3600, 0], (
        "the third day is not over"
    )
    assert found.values["utilisation"][1].below == hours_long * 3600
    assert found.values["utilisation"][1].percent() == 100
    assert found.totals["overtime"] == (3600, (hours_long + 1) * 3600, 0)
    assert found.totals["travel_ratio"] == (0, (hours_long + 2) * 3600, 0)
    assert [one.reference for one in visits_behind(store, BY_KEY["utilisation"], found.groups[1], "day")] == ["R1"]


@pytest.mark.parametrize("weekday", range(7))
def test_weeks_begin_on_the_day_of_the_firm_and_cover_the_range(weekday: int) -> None:
    first, last = datetime.date(2026, 10, 14), datetime.date(2026, 11, 12)
    found = list(weeks(first, last, weekday))
    assert found[0][0] == first
    assert found[-1][1] == last
    assert all(begins.weekday() == weekday for begins, _ in found[1:])
    assert all(after - ends == ONE for (_, ends), (after, _) in pairwise(found))


NOVEMBER = datetime.date(2026, 11, 5)


def job(number: int, *, job_id: int, state: str, on: datetime.date, **other: Any) -> dict[str, Any]:
    """A visit from ten to eleven, asked for at eight."""
    starts = midnight(on, "UTC") + 36_000
    return {
        "id": number, "reference": f"R{number}", "job_id": job_id, "site_id": 1, "work": "Printer jams", "minutes": 60,
        "priority": 3, "requested_at": starts - 7200, "state": state, "starts_at": starts, "ends_at": starts + 3600,
        "ended_at": starts + 3600 if state in ENDED else None, "reason": "" if state == "closed" else "no part",
    } | other  # fmt: skip


@pytest.mark.parametrize(
    ("others", "fixed", "said"),
    [
        ([], 1, "closed"),
        ([("left_open", {})], 0, "incomplete"),
        ([("aborted", {})], 0, "aborted"),
        ([("no_access", {})], 0, "no access"),
        ([("closed", {}), ("closed", {"job_id": 1, "days": 27})], 0, "R2 follows it"),
        ([("closed", {}), ("planned", {"job_id": 1, "days": 27})], 0, "R2 follows it"),
        ([("closed", {}), ("cancelled", {"job_id": 1, "days": 27})], 1, "closed"),
        ([("closed", {}), ("requested", {"days": 27, "work": "printer jam again, tray 2"})], 0,
         "closed · asked again on Wed 2 Dec 2026: R2"),
        ([("closed", {}), ("closed", {"days": 31, "work": "printer jams again"})], 1, "closed"),
        ([("closed", {}), ("closed", {"days": 27, "work": "Server down"})], 1, "closed"),
        ([("closed", {}), ("closed", {"days": 27, "site_id": 2})], 1, "closed"),
        ([("closed", {}), ("closed", {"days": 27, "kind": "maintenance"})], 1, "closed"),
        ([("closed", {}), ("cancelled", {"days": 27})], 1, "closed"),
    ],
)  # fmt: skip
def test_a_job_is_fixed_at_the_first_visit_unless_somebody_must_come_again(
    firm: tuple[Store, sqlite3.Connection], others: list[tuple[str, dict[str, Any]]], fixed: int, said: str
) -> None:
    """R1 is of 5 November; what comes in December leaves November as it was, and the job stays one of November."""
    store, conn = firm
    days = Days("UTC")
    for number, (state, other) in enumerate(others or [("closed", {})], 1):
        on = NOVEMBER + ONE * other.get("days", 0)
        queued = {"starts_at": None, "ends_at": None} if state == "requested" else {}
        days.visits.append(job(number, **{"job_id": number, "state": state, "on": on} | queued | other))
        days.visits[-1].pop("days", None)
    write(conn, days)
    live_in(store, "UTC")
    store.clock.set(midnight(NOVEMBER + ONE * 60, "UTC"))  # type: ignore[attr-defined]
    found = figures_over(store, NOVEMBER, NOVEMBER).totals["first_time_fix"]
    assert (found.top, found.below) == (fixed, 1)
    (row,) = visits_behind(store, BY_KEY["first_time_fix"], FigureGroup("", NOVEMBER, NOVEMBER), "day")
    assert why_text(BY_KEY["first_time_fix"], row, Times("UTC")) == said


@pytest.mark.parametrize(
    "planned",
    [{"kind": "maintenance"}, {"kind": "audit"}, {"kind": "review"}, {"recurrence_id": 1, "occurrence": "2026-11-05"}],
)
def test_planned_visits_fix_nothing(firm: tuple[Store, sqlite3.Connection], planned: dict[str, Any]) -> None:
    store, conn = firm
    days = Days(
        "UTC",
        visits=[
            job(1, job_id=1, state="closed", on=NOVEMBER, **planned),
            job(2, job_id=2, state="on_site", on=NOVEMBER),
        ],
    )
    write(conn, days)
    live_in(store, "UTC")
    assert figures_over(store, NOVEMBER, NOVEMBER).totals["first_time_fix"] == (0, 0, 0)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Printer jams", "PRINTER JAM again", True),
        ("Printer jams", "The printer still jams, tray 2", True),
        ("Server patch", "Server down", False),
        ("Again", "Still", False),
        ("Wi-Fi", "wi-fi dead spots", True),
    ],
)
def test_the_same_trouble_is_asked_for_in_the_same_words(one: str, other: str, same: bool) -> None:
    assert same_trouble(one, other) is same_trouble(other, one) is same


def test_a_visit_over_midnight_is_charged_once_and_works_in_both_days(firm: tuple[Store, sqlite3.Connection]) -> None:
    """From ten in the evening to three, planned until two: two hours of the first day, three of the next."""
    store, conn = firm
    starts = midnight(NOVEMBER, "UTC") + 79_200
    night = job(
        1, job_id=1, state="closed", on=NOVEMBER, starts_at=starts, ends_at=starts + 14_400, ended_at=starts + 18_000
    )
    days = Days("UTC", visits=[night])
    days.assignments.append({
        "id": 1, "visit_id": 1, "staff_id": 1, "labour_class": "tech", "check_in_at": starts, "check_out_at": starts + 18_000,
    })  # fmt: skip
    days.segments.append({"assignment_id": 1, "kind": "work", "starts_at": starts, "ends_at": starts + 18_000})
    days.sheets.append({
        "id": 1, "visit_id": 1, "revision": 1, "status": "ready", "currency": "USD", "exponent": 2, "net_minor": 50_000,
        "tax_minor": 0, "total_minor": 50_000, "input": "{}", "made_at": starts,
        "sheet": json.dumps({"lines": [{"rule": "LAB", "amount": "500.00", "qty": "300", "tech": "Technician 1"}]}),
    })  # fmt: skip
    days.say(0, "hours", 1, hours(*((weekday, 1320, 1440) for weekday in range(7))))
    write(conn, days)
    live_in(store, "UTC")
    store.clock.set(midnight(NOVEMBER + ONE * 60, "UTC"))  # type: ignore[attr-defined]
    found = figures_over(store, NOVEMBER, NOVEMBER + ONE).values
    counted = {key: [(value.top, value.below) for value in values] for key, values in found.items()}
    assert counted["charged"] == [(50_000, 0), (0, 0)]
    assert counted["utilisation"] == [(7200, 7200), (10_800, 7200)]
    assert counted["overtime"] == [(0, 7200), (10_800, 10_800)]
    assert counted["on_site_against_plan"] == [(7200, 7200), (10_800, 7200)]
    assert counted["billable_share"] == [(18_000, 7200), (0, 7200)]
    assert [visit_log(store, LogFilter(day)).totals.visits for day in (NOVEMBER, NOVEMBER + ONE)] == [1, 0]
