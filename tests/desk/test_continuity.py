"""What to know before the door: the last visit, the client's words, what follows, who knows them, what stands there."""

from __future__ import annotations

import pytest

from dispatch.closeout.recording import Recording
from dispatch.desk.book import editing
from dispatch.desk.closeout import arriving, leaving, onsite
from dispatch.desk.day.board_view import stop_place
from dispatch.desk.day.continuity import before_the_door
from dispatch.desk.plan import schedule
from dispatch.model.checklists import Result
from tests.desk.conftest import Office, ask, at, visit_called
from tests.desk.test_equipment import SERVER


def before(office: Office, reference: str) -> list[tuple[str, str]]:
    return [*before_the_door(office.store, visit_called(office, reference))]


def been(office: Office, reference: str = "R1", words: str = "the printer was slow too") -> None:
    """Ana was there, noted something, and the client said something at the end."""
    office.on_site(reference)
    onsite.work(office.ana, reference, "the switch hums")
    office.finish(reference, but=frozenset({"L5"}))
    office.say(reference, "L5", Recording(Result.SIGNED, words, signed_by="J. Lowe", satisfied=True))
    leaving.close(office.ana, reference)


def test_nobody_was_there_yet(office: Office) -> None:
    assert before(office, "R1") == []


def test_the_last_visit_stands_before_the_door(office: Office) -> None:
    been(office)
    editing.add(office.dana, "equipment", {**SERVER, "warranty_ends": "2026-12-20", "certificate_ends": "2028-01-01"})
    editing.add(office.dana, "equipment", {**SERVER, "name": "UPS", "kind": "ups"})
    ask(office, "R9")
    assert before(office, "R9") == [
        ("last", "Tue 24 Nov 2026, Ana Ruiz: Server patch; driver replaced on the server; the switch hums"),
        ("said", "the printer was slow too"),
        ("knows", "Ana Ruiz (1 visit)"),
        ("stands", "File server, warranty until 2026-12-20; UPS"),
    ]
    # of another site of the client it is said that it was there
    assert before(office, "R2")[0] == (
        "last",
        "Tue 24 Nov 2026, Ana Ruiz, at another site: Server patch; driver replaced on the server; the switch hums",
    )
    # what somebody else's visits would tell is none of it
    assert [about for about, _ in before(office, "R1")] == ["stands"]


def test_what_was_left_open_still_follows(office: Office) -> None:
    office.on_site()
    leaving.leave(office.lee, "R1", "the part is missing")
    ask(office, "R9")
    told = dict(before(office, "R9"))
    assert told["open"].endswith("Server patch")


@pytest.mark.parametrize("arrived", [False, True])
def test_it_stands_on_my_day_until_somebody_is_there(office: Office, arrived: bool) -> None:
    been(office)
    ask(office, "R9")
    schedule.assign(office.dana, "R9", ["Ana Ruiz"], at("14:00"))
    if arrived:
        office.go("14:00")
        arriving.arrive(office.ana, "R9")
    assert bool(stop_place(office.store, "R9").before) is not arrived
