"""Who is near a visit now."""

from __future__ import annotations

import pytest

from dispatch.desk.book import editing
from dispatch.desk.closeout import arriving
from dispatch.desk.day.nearby import Nearby, nearby, team
from dispatch.desk.plan import schedule
from dispatch.desk.session.refusals import Refusal
from tests.desk.conftest import Office, at


def by_name(office: Office, reference: str = "R2") -> dict[str, Nearby]:
    return {one.name: one for one in nearby(office.store, reference)}


def test_where_somebody_is_follows_what_the_day_has_seen(office: Office) -> None:
    office.go("08:30")
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    assert by_name(office)["Ana Ruiz"].where == "at home"
    arriving.depart(office.ana, "R1")
    assert by_name(office)["Ana Ruiz"].where == "on the way to Harbor Dental"
    office.go("09:00")
    arriving.arrive(office.ana, "R1")
    there = by_name(office)["Ana Ruiz"]
    assert there.where == "on site at Harbor Dental"
    assert there.free.start > at("09:00"), "not before what goes on is done"
    assert by_name(office)["Ben Okafor"].free.start == at("09:00")
    assert there.arrival == there.free.start + (there.leg.seconds or 0)


def test_the_shortest_drive_comes_first_and_who_is_away_is_left_out(office: Office) -> None:
    office.go("09:00")
    found = nearby(office.store, "R2")
    drives = [one.leg.seconds for one in found if one.leg.seconds is not None]
    assert drives == sorted(drives)
    assert [one.name for one in found][: len(drives)]
    away = {"technician": "ben", "from": "2026-11-24T00:00", "to": "23:59", "reason": "ill"}
    editing.add(office.dana, "absence", away)
    assert "Ben Okafor" not in by_name(office)
    office.go("23:00")
    assert nearby(office.store, "R2") == []


def test_what_somebody_lacks_is_said(office: Office) -> None:
    office.go("09:00")
    times = office.dana.firm.times()
    ben = by_name(office, "R1")["Ben Okafor"]
    assert ben.lacks
    assert ben.words(times).endswith(f"without {', '.join(ben.lacks)}")
    assert not by_name(office, "R1")["Ana Ruiz"].lacks


def test_a_visit_that_is_not_there_is_refused(office: Office) -> None:
    with pytest.raises(Refusal, match="R99"):
        nearby(office.store, "R99")


def test_everybody_who_works_is_somewhere_by_the_drive_or_by_who_is_free(office: Office) -> None:
    office.go("09:00")
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:05"))
    arriving.depart(office.ana, "R1")
    whole = team(office.store)
    assert whole.visit is None
    assert [(one.name, one.is_free(whole.now), one.where) for one in whole.members] == [
        ("Ben Okafor", True, "at home"),
        ("Ana Ruiz", False, "on the way to Harbor Dental"),
    ]
    assert whole.members[1].words(whole.times, whole.now).endswith("on the way to Harbor Dental")
    near = team(office.store, "R2")
    drives = [one.leg.seconds for one in near.members if one.leg is not None and one.leg.seconds is not None]
    assert drives == sorted(drives)
    office.go("23:00")
    assert team(office.store).members == (), "nobody works any more"
    with pytest.raises(Refusal):
        team(office.store, "R99")
