"""Random lives of a series: what a person agreed never goes by itself, references stay with their days, and undo is exact."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable
from typing import Any

from db import recurrences, visits
from dispatch.desk.book import editing, recurring, series
from dispatch.desk.day.undo_record import picture_of
from dispatch.desk.plan import schedule, undo
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Refusal
from dispatch.model.states import State
from dispatch.model.visits import Visit
from tests.desk.conftest import Office, at
from tests.quick import first_of

RULES = (
    "every tue", "every weekday", "every 2 weeks on mon, thu", "last day of the month", "every 3 days",
    "1st working day of the month",
)  # fmt: skip
SCOPES = ("this", "following", "all")


def there(office: Office) -> list[Visit]:
    return [visit for visit in visits.all_visits(office.store) if visit.recurrence_id is not None]


def looks(office: Office) -> dict[str, Any]:
    return {
        **{visit.reference: picture_of(visit) for visit in there(office)},
        **{
            str(one.id): (one.rule, one.minutes, one.starts_on, one.ends_on)
            for one in recurrences.recurrences(office.store)
        },
    }


def deeds(office: Office, rng: random.Random) -> list[Callable[[], object]]:
    """What may happen next."""
    waiting = [visit for visit in there(office) if visit.state is State.REQUESTED]
    going = recurrences.recurrences(office.store)
    found: list[Callable[[], object]] = [lambda: recurring.make_ahead(office.dana)]
    if waiting:
        visit = rng.choice(waiting)
        day = (visit.wanted_on or visit.occurrence) + datetime.timedelta(days=rng.randint(0, 4))
        found += [
            lambda: intake.amend(office.dana, visit.reference, {"date": day.isoformat()}),
            lambda: intake.amend(office.dana, visit.reference, {"description": f"note {rng.random()}"}),
            lambda: intake.amend(
                office.dana, visit.reference, {"minutes": str(rng.randint(20, 90))}, rng.choice(SCOPES)
            ),
            lambda: schedule.cancel(office.dana, visit.reference, "they are away", rng.choice(SCOPES)),
        ]
    if going:
        one = rng.choice(going)
        found += [
            lambda: series.change(office.dana, one, {"rule": rng.choice(RULES)}, rng.choice(SCOPES[1:])),
            lambda: series.change(office.dana, one, {"promised": "13:00-15:00"}, rng.choice(SCOPES)),
            lambda: editing.add(office.dana, "holiday", {"day": f"2026-12-{rng.randint(1, 31)}"}),
        ]
    return found


@first_of("seed", range(30), 3)
def test_a_series_through_anything(office: Office, seed: int) -> None:
    rng = random.Random(seed)
    order = {"site": "Harbor Dental / Main office", "work": "check", "minutes": "60", "starts": "2026-11-26"}
    editing.add(office.dana, "recurrence", {**order, "rule": rng.choice(RULES), "promised": "09:00-11:00"})
    planned = rng.choice(there(office))
    schedule.assign(office.dana, planned.reference, ["Ana Ruiz"], at("09:00", 2), confirmed=True, reason="they asked")
    done = 0
    for _ in range(12):
        before, noted = looks(office), {visit.id: visit for visit in there(office) if visit.description}
        made = {visit.id: visit.reference for visit in there(office)}
        try:
            rng.choice(deeds(office, rng))()
        except Refusal:
            assert looks(office) == before
            continue
        now = there(office)
        assert len({(visit.recurrence_id, visit.occurrence) for visit in now}) == len(now)
        assert {key: value for key, value in made.items() if key in {v.id for v in now}} == {
            visit.id: visit.reference for visit in now if visit.id in made
        }
        assert noted.keys() <= {visit.id for visit in now}, "what somebody wrote down is kept"
        kept = visits.again(office.store, planned)
        assert (kept.archived_at, kept.starts_at) == (None, at("09:00", 2))
        after = looks(office)
        if after == before:
            continue
        done += 1
        if rng.random() < 0.5:
            undo.undo(office.dana)
            assert looks(office) == before
            undo.redo(office.dana)
            assert looks(office) == after
    assert done
