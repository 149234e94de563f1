"""How a request came in: asked, read from what is typed or imported, and whether it is answered by that (D4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dispatch.desk.closeout import leaving
from dispatch.desk.levels.clocks import clocks_of
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Faulty
from dispatch.desk.visits.steps import find
from dispatch.model.visits import CAME_BY
from tests.conftest import Dispatch
from tests.desk.conftest import Office
from tests.desk.test_levels import agree


def add(office: Office, came_by: str) -> str:
    asked = {"client": "Harbor Dental", "site": "Main office", "work": "x", "minutes": "30", "came_by": came_by}
    return intake.add(office.dana, asked).reference


def phone(office: Office, reference: str) -> Any:
    visit = find(office.store, reference)
    return next(one.reading for one in clocks_of(office.store, [visit])[visit.id] if one.clock == "phone")


@pytest.mark.parametrize(("came_by", "state"), [("phone", "met"), ("site", "met"), ("mail", "ok"), ("", "ok")])
def test_what_is_taken_on_the_phone_or_face_to_face_is_answered_in_that_moment(
    office: Office, came_by: str, state: str
) -> None:
    """design/service-levels.md D4"""
    agree(office)
    office.go("09:00")
    reference = add(office, came_by)

    assert phone(office, reference).state == state
    office.go("10:00")
    assert phone(office, reference).elapsed == (0 if state == "met" else 60)


def test_what_came_from_us_has_no_clock(office: Office) -> None:
    """design/service-levels.md D4"""
    agree(office)
    office.go("09:00")
    visit = find(office.store, add(office, "ours"))

    assert visit.id not in clocks_of(office.store, [visit])


def test_another_way_is_refused_with_the_four(office: Office) -> None:
    with pytest.raises(Faulty, match="came by: 'pigeon' is not one of phone, mail, site, ours"):
        add(office, "pigeon")


def test_a_follow_up_is_seen_on_site(office: Office) -> None:
    office.on_site("R1")
    _, follow_up = leaving.leave(office.lee, "R1", "a part is missing")

    assert follow_up.came_by == "site"


def test_by_command_by_line_and_from_a_file(firm: Dispatch, tmp_path: Path) -> None:
    site = ("--client", "Harbor Dental", "--work", "x", "--minutes", "30")
    ways = {way: firm.json("visit", "add", *site, "--came-by", way, "--json")["came_by"] for way in CAME_BY}
    assert ways == {way: way for way in CAME_BY}
    assert firm.json("visit", "add", *site, "--json")["came_by"] is None
    assert firm.json("visit", "quick", "harbor dental x 30m by phone", "--json")["came_by"] == "phone"

    file = tmp_path / "visits.csv"
    file.write_text("reference,client,site,work,minutes,came_by\nX1,Harbor Dental,Main office,x,30,Mail\n")
    firm.ok("import", "visits", str(file))
    assert firm.json("visit", "show", "X1", "--json")["came_by"] == "mail"
    assert firm.json("visit", "edit", "X1", "--came-by", "phone", "--json")["came_by"] == "phone"
    assert "came in: on the phone" in firm.ok("visit", "show", "X1")
    file.write_text("reference,client,site,work,minutes,came_by\nX2,Harbor Dental,Main office,x,30,pigeon\n")
    refused = firm("import", "visits", str(file))
    assert (refused.code, "is not one of phone, mail, site, ours" in refused.out + refused.err) == (1, True)
