"""What will matter of a request is said when it is written, by whichever way."""

from __future__ import annotations

import pytest

from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.plan import schedule
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Faulty
from dispatch.desk.visits import steps
from dispatch.desk.visits.remarks import remarks_on
from tests.desk.conftest import Office, at

LONG = "takes 20h15, longer than anybody's day (Ben Okafor: 9h): give it more days, or split it"


def ask(office: Office, reference: str, **more: str) -> list[str]:
    texts = {"client": "Harbor Dental", "site": "Main office", "work": "cabling", "minutes": "60"}
    return remarks_on(office.store, intake.add(office.dana, texts | {"reference": reference} | more))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"minutes": "540"}, []),
        ({"minutes": "1200"}, [LONG]),
        ({"minutes": "1200", "skills": "server"}, [LONG.replace("Ben Okafor", "Ana Ruiz")]),
        ({"minutes": "1200", "emergency": "yes"}, []),
        ({"site": "Annex"}, ["the site has no coordinates: drives to it are unknown"]),
    ],
)
def test_what_is_longer_than_a_day_is_told_to_take_several(
    office: Office, more: dict[str, str], said: list[str]
) -> None:
    assert ask(office, "ASK", **more) == said


def test_what_a_change_brings_is_said_once(office: Office) -> None:
    ask(office, "ASK")
    stood = steps.find(office.store, "ASK")
    after = intake.amend(office.dana, "ASK", {"minutes": "1200"})
    assert remarks_on(office.store, after, stood) == [LONG]
    assert remarks_on(office.store, intake.amend(office.dana, "ASK", {"priority": "P1"}), after) == []


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"latest": "2026-11-27"}, []),
        ({"latest": "2026-11-25"}, ["over on Thu 26 Nov 2026 at the earliest: too late for its latest day"]),
        ({"latest": "2026-11-26", "after_day": "later"}, ["too late for its latest day, Thu 26 Nov 2026"]),
        ({"latest": "2026-11-27", "after_minutes": "2880"}, ["too late for its latest day, Fri 27 Nov 2026"]),
        ({"date": "2026-11-25", "promised": "09:00-11:00"}, ["too late for its promise, Wed 25 Nov 2026"]),
    ],
)
def test_what_comes_after_a_visit_of_several_days_is_held_against_its_last(
    office: Office, rule: dict[str, str], said: list[str]
) -> None:
    ask(office, "RUN", days="3", minutes="180")
    found = ask(office, "NEXT", after="RUN", **rule)
    assert len(found) == len(said)
    assert all(part in remark for part, remark in zip(said, found, strict=True))
    schedule.assign(office.dana, "RUN", ["Ben Okafor"], at("08:30", 6), confirmed=True)
    late = remarks_on(office.store, steps.find(office.store, "NEXT"))
    assert all("over on Wed 2 Dec 2026" in remark for remark in late)
    assert late


def test_the_same_day_and_a_day_between_are_not_both_had(office: Office) -> None:
    with pytest.raises(Faulty, match="after minutes: is a day or more, which is not the same day"):
        ask(office, "NEXT", after="R1", after_day="same", after_minutes="1440")


def test_a_recurring_visit_that_is_too_long_says_so(office: Office) -> None:
    typed = {
        "site": "Harbor Dental / Main office",
        "work": "audit",
        "minutes": "1200",
        "rule": "every month on the 5th",
    }
    record = editing.add(office.lee, "recurrence", typed)
    assert LONG in RECORD_STORES["recurrence"].notes(office.store, record)
