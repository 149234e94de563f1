"""Where nobody can come for a visit, one sentence says why."""

from __future__ import annotations

import datetime

import pytest

from dispatch.desk.book import editing
from dispatch.desk.day import placement
from dispatch.desk.day.why_nobody import in_the_way, why_nobody
from dispatch.desk.requests import intake
from tests.desk.conftest import DAY, Office

SATURDAY = DAY + datetime.timedelta(4)


def ask(office: Office, **more: str) -> None:
    texts = {"client": "Harbor Dental", "site": "Main office", "work": "cabling", "minutes": "60", "reference": "ASK"}
    intake.add(office.dana, texts | more)


def why(office: Office, *days: datetime.date, between: tuple[int, int] | None = None, who: str | None = None) -> str:
    assert placement.slots(office.store, "ASK", days, between, who) == []
    return why_nobody(office.store, "ASK", days, between, who)


def test_what_keeps_it_off_the_day_is_said_as_a_plan_says_it(office: Office) -> None:
    ask(office, minutes="1200")
    found = placement.candidates(office.store, "ASK", DAY)
    said = in_the_way(office.store, "ASK", DAY, found)
    assert said.startswith("takes 20h15, longer than anybody's day")
    assert said.endswith("give it more days, or split it")
    assert in_the_way(office.store, "R1", DAY, placement.candidates(office.store, "R1", DAY)) == ""


def test_a_day_on_which_somebody_works_says_more_than_one_on_which_nobody_does(office: Office) -> None:
    ask(office)
    assert why(office, SATURDAY) == "nobody works on Sat 28 Nov 2026: plan it on another day"
    early = why(office, SATURDAY, SATURDAY + datetime.timedelta(2), between=(180, 240))
    assert early == "Mon 30 Nov 2026: nobody who can do it works in 03:00–04:00"


def test_of_one_technician_it_says_what_is_against_their_best_place(office: Office) -> None:
    ask(office, skills="server")
    assert why(office, DAY, who="ben") == "best is Ben Okafor at 08:15: needs server; Ben Okafor has desktop"
    assert why(office, SATURDAY, who="ben") == "Ben Okafor does not work"
    assert why(office, DAY, between=(180, 240), who="ben") == "Ben Okafor does not work in 03:00–04:00"


def test_of_several_people_it_says_that_they_are_not_free_together(office: Office) -> None:
    ask(office, people="2")
    absence = {"technician": "ben", "from": f"{DAY}T06:00", "to": "23:00", "reason": "ill"}
    editing.add(office.lee, "absence", absence)
    assert "Ben Okafor" in why(office, DAY)


@pytest.mark.parametrize("days", [1, 3])
def test_what_a_later_day_lacks_is_named(office: Office, days: int) -> None:
    ask(office, days="3")
    absence = {"technician": "ben", "from": f"{DAY}T06:00", "to": "2027-03-01T00:00", "reason": "ill"}
    editing.add(office.lee, "absence", absence)
    absence = {"technician": "ana", "from": f"{SATURDAY}T06:00", "to": "2027-03-01T00:00", "reason": "ill"}
    editing.add(office.lee, "absence", absence)
    said = why(office, *(DAY.replace(day=26 + number) for number in range(days)))
    assert "no place for day" in said
