"""Zones: a site follows the firm or lives by its own, and days are the firm's wherever a site is."""

from __future__ import annotations

import datetime
from pathlib import Path

from db import settings
from db.legs import legs_of_day
from db.visits import visit_by_reference
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.day.board_view import board
from dispatch.desk.imports.importing import How, import_file
from dispatch.desk.plan import schedule
from dispatch.model.visits import Visit
from tests.desk.conftest import DAY, ZONE, Office, at

NEXT = DAY + datetime.timedelta(1)


def visit(office: Office, reference: str = "R1") -> Visit:
    found = visit_by_reference(office.store, reference)
    assert found is not None
    return found


def place(office: Office, reference: str, when: int) -> None:
    schedule.assign(office.dana, reference, ["Ana Ruiz"], when, reason="the client wants it so", confirmed=True)


def move_site(office: Office, name: str, zone: str) -> None:
    store = RECORD_STORES["site"]
    editing.edit(office.dana, "site", store.find(office.store, name), {"zone": zone})


def test_a_site_without_a_zone_follows_the_firm(office: Office) -> None:
    move_site(office, "Main office", "")
    assert visit(office).zone == ZONE
    with office.lee.write("zone") as unit:
        settings.set_firm(unit, zone="America/Chicago")
    assert visit(office).zone == "America/Chicago"
    assert visit(office, "R2").zone == ZONE, "has a zone of its own"
    site = RECORD_STORES["site"].find(office.store, "Main office")
    assert RECORD_STORES["site"].texts(office.store, site)["zone"] == ""


def test_a_visit_near_midnight_at_another_zone_has_its_drive(office: Office) -> None:
    """00:30 here is 23:30 of the day before in Chicago: the drive is of our day."""
    move_site(office, "Main office", "America/Chicago")
    place(office, "R1", at("00:30", 1))
    leg = legs_of_day(office.store, NEXT)[office.ana.staff.id][visit(office).id]
    assert leg.seconds
    (row,) = [row for row in board(office.store, NEXT).rows if row.name == "Ana Ruiz"]
    assert row.visits[0].leg == leg


def test_access_hours_of_both_days_of_a_site_count(office: Office) -> None:
    """Our Wednesday begins on the Tuesday of a site that is an hour behind, and its hours of both days count."""
    move_site(office, "Main office", "America/Chicago")
    placed = schedule.assign(
        office.dana, "R1", ["Ana Ruiz"], at("18:30"), reason="the client wants it so", confirmed=True
    )
    assert "access" not in {finding.rule for finding in placed.verdict.findings}, "18:30 is 17:30 there"
    schedule.unassign(office.dana, "R1")
    site = RECORD_STORES["site"].find(office.store, "Main office")
    editing.edit(office.dana, "site", site, {"access": "tue 20:00-24:00"})
    placed = schedule.assign(
        office.dana, "R1", ["Ana Ruiz"], at("00:30", 1), reason="the client wants it so", confirmed=True
    )
    assert "access" not in {finding.rule for finding in placed.verdict.findings}, "23:30 on Tuesday there"


def test_an_import_that_moves_a_placed_visit_reckons_its_drive_again(office: Office, tmp_path: Path) -> None:
    place(office, "R1", at("09:00"))
    before = legs_of_day(office.store, DAY)[office.ana.staff.id][visit(office).id]
    file = tmp_path / "visits.csv"
    file.write_text(
        "reference,client,site,date,work,minutes,skills\nR1,Harbor Dental,Warehouse,2026-11-24,Server patch,60,server\n"
    )
    import_file(office.dana, "visits", file, How(update=True))
    assert visit(office).site == "Warehouse"
    after = legs_of_day(office.store, DAY)[office.ana.staff.id][visit(office).id]
    assert after.seconds
    assert after != before
