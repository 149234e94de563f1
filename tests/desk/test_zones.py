"""Zones: a site follows the firm or lives by its own, and days are the firm's wherever a site is."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from db import clients, messages, people, settings
from db.legs import legs_of_day
from db.visits import visit_by_reference
from dispatch.commands.crews import placed_lines
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.day import notices, placement
from dispatch.desk.day.board_view import board
from dispatch.desk.imports.importing import How, import_file
from dispatch.desk.imports.rate_card_file import judge_card
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.messages import calling_ahead
from dispatch.desk.plan import schedule, undo
from dispatch.desk.requests import intake
from dispatch.desk.session.refusals import Faulty, NeedsChoice, Refusal
from dispatch.desk.texts.board_words import day_lines
from dispatch.desk.texts.record_words import record_lines
from dispatch.desk.texts.visit_words import visit_lines
from dispatch.model.instants import Times
from dispatch.model.visits import Visit
from tests.desk.conftest import CARD, DAY, ZONE, Office, at

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


CHICAGO = "America/Chicago"


@pytest.fixture
def chicago(office: Office) -> Office:
    """The main office of the client is an hour behind."""
    move_site(office, "Main office", CHICAGO)
    return office


def test_a_deed_answers_in_the_zone_in_which_its_time_was_typed(chicago: Office) -> None:
    placed = schedule.assign(chicago.dana, "R1", ["Ana Ruiz"], at("10:00"), confirmed=True)
    first, *_ = placed_lines(placed)
    assert first == "R1 Harbor Dental stands Tue 24 Nov 2026 10:00, 09:00 there with Ana Ruiz."
    schedule.confirm(chicago.dana, "R1")
    moved = placement.check_placement(chicago.store, "R1", None, at("11:00"))
    told = next(finding.text for finding in moved.verdict.findings if finding.rule == "confirmed")
    assert told == "the client has confirmed 10:00, 09:00 there: tell them of the change"
    assert moved.when == "Tue 24 Nov 2026 11:00, 10:00 there"


def test_a_site_whose_clocks_say_the_same_is_not_named(office: Office) -> None:
    move_site(office, "Main office", "America/Detroit")
    placed = schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("10:00"), confirmed=True)
    assert placed.when == "Tue 24 Nov 2026 10:00"


def test_a_time_on_another_day_there_has_its_day() -> None:
    times = Times(ZONE, hours24=False)
    assert times.clock(at("00:30", 1), CHICAGO) == "12:30am, Tue 24 Nov 11:30pm there"
    assert times.span(at("10:00"), at("11:15"), CHICAGO) == "10:00am–11:15am, 9:00am–10:15am there"
    assert times.moment(None, CHICAGO) == "–"


def test_what_the_client_knows_is_named_by_both_clocks(chicago: Office) -> None:
    """What stands against a place: access hours and the promise are the client's, the shift is ours."""
    site = RECORD_STORES["site"].find(chicago.store, "Main office")
    editing.edit(chicago.dana, "site", site, {"access": "tue 12:00-18:00"})
    intake.amend(chicago.dana, "R1", {"promised": "13:00-14:00"})
    assert visit(chicago).promised == (at("14:00"), at("15:00")), "typed by the clocks of the site"
    found = placement.check_placement(chicago.store, "R1", ["Ana Ruiz"], at("07:00")).verdict.findings
    texts = {finding.rule: finding.text for finding in found}
    assert texts["access"] == "starts 6h before the site opens at 13:00, 12:00 there"
    assert texts["promise"] == "starts 7h before the promised window 14:00–15:00, 13:00–14:00 there"
    assert texts["shift"] == "starts 07:00, outside Ana Ruiz's shift 08:00–17:00"


def test_a_technician_is_told_in_the_zone_of_their_day(chicago: Office) -> None:
    place(chicago, "R1", at("10:00"))
    schedule.dispatch(chicago.dana, "R1")
    schedule.move(chicago.dana, "R1", None, at("11:00"), confirmed=True)
    (notice,) = notices.unread(chicago.store, chicago.ana.staff.id)
    assert "Tue 24 Nov 2026 11:00, 10:00 there" in notice.text
    today = board(chicago.store, DAY)
    (row,) = [row for row in today.rows if row.name == "Ana Ruiz"]
    (stop,) = [line for line in day_lines(today, row) if "R1" in line]
    assert stop.strip().startswith("11:00–12:15, 10:00–11:15 there")


def test_a_call_promises_in_the_zone_of_the_list(chicago: Office) -> None:
    place(chicago, "R1", at("10:00"))
    schedule.confirm(chicago.dana, "R1")
    schedule.move(chicago.dana, "R1", None, at("14:00"), confirmed=True)
    today = board(chicago.store, DAY)
    (call,) = today.calls
    assert call.words(today.times) == "expects us 10:00, 09:00 there, Ana Ruiz comes at 14:00, 13:00 there"
    with pytest.raises(Faulty, match="06:30, 05:30 there has passed"):
        calling_ahead.call(chicago.dana, "R1", promised=at("06:30"))


def test_the_page_of_a_visit_is_in_the_zone_of_its_site(chicago: Office) -> None:
    intake.amend(chicago.dana, "R1", {"promised": "08:30-10:00"})
    place(chicago, "R1", at("10:00"))
    lines = [line.text for line in record_lines(visit_page(chicago.store, "R1"))]
    assert "  promised Tue 24 Nov 2026 08:30–10:00, 09:30–11:00 at the office" in lines
    assert any("Tue 24 Nov 2026 09:00–10:15, 10:00–11:15 at the office" in line for line in lines)
    (line,) = visit_lines([visit(chicago)], chicago.dana.firm.times())
    assert "Tue 24 Nov 2026 10:00–11:15, 09:00–10:15 there" in line, "a list is the office's"


def test_another_zone_of_a_site_says_what_is_promised_there(chicago: Office) -> None:
    intake.amend(chicago.dana, "R1", {"promised": "09:00-11:00"})
    move_site(chicago, "Main office", "America/Los_Angeles")
    site = RECORD_STORES["site"].find(chicago.store, "Main office")
    said = "promised R1: Tue 24 Nov 2026 07:00–09:00, 10:00–12:00 at the office"
    assert said in RECORD_STORES["site"].notes(chicago.store, site)
    move_site(chicago, "Main office", "")
    site = RECORD_STORES["site"].find(chicago.store, "Main office")
    assert not any("promised" in note for note in RECORD_STORES["site"].notes(chicago.store, site))


def rezone(office: Office, zone: str, *confirmed: str) -> None:
    editing.edit(office.lee, "settings", settings.firm(office.store), {"zone": zone}, confirmed)


@pytest.fixture
def following(office: Office) -> Office:
    """Sites that follow the firm; a planned visit with a promise at one, Ana away on Thursday."""
    for name in ("Main office", "Warehouse", "Annex"):
        move_site(office, name, "")
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("09:30"), confirmed=True)
    away = {"technician": "Ana Ruiz", "from": "2026-11-26T08:00", "to": "2026-11-26T17:00", "reason": "course"}
    editing.add(office.dana, "absence", away)
    return office


def stands(office: Office) -> tuple[object, ...]:
    """Everything that a change of zone may touch, with the clock times that people read."""
    firm = settings.firm(office.store)
    open_visits = [(one.promised, one.span, one.zone) for one in (visit(office, "R1"), visit(office, "R2"))]
    (absence,) = people.absences(office.store)
    technicians = [(one.name, one.shifts, one.lunch) for one in people.technicians(office.store)]
    return firm.zone, open_visits, (absence.starts_at, absence.ends_at), technicians


def test_another_zone_of_the_firm_asks_how_what_is_written_is_read(following: Office) -> None:
    before = stands(following)
    with pytest.raises(NeedsChoice) as asked:
        rezone(following, CHICAGO)
    assert stands(following) == before
    said = str(asked.value)
    for counted in (
        "1 promise",
        "1 planned visit",
        "the access hours of 3 sites",
        "the hours of 2 technicians",
        "1 absence",
    ):
        assert counted in said
    assert "--written keep-clock" in said
    assert "--written keep-moment" in said
    rezone(following, "America/Detroit")
    assert visit(following).zone == "America/Detroit", "its clocks say the same: nothing is asked"


def test_what_is_written_keeps_its_time_on_the_clock(following: Office) -> None:
    before = stands(following)
    rezone(following, CHICAGO, "keep-clock")
    moved = visit(following, "R2")
    times = Times(CHICAGO)
    assert moved.promised is not None
    assert moved.span is not None
    assert moved.zone == CHICAGO
    assert times.span(*moved.promised) == "09:00–11:00"
    assert times.span(*moved.span) == "09:30–10:45"
    (absence,) = people.absences(following.store)
    assert times.span(absence.starts_at, absence.ends_at) == "08:00–17:00"
    assert {one.shifts[0].opens for one in people.technicians(following.store)} == {480}
    undo.undo(following.lee)
    assert stands(following) == before
    undo.redo(following.lee)
    assert visit(following, "R2").promised == moved.promised


def test_what_was_told_in_a_call_is_read_as_promises_are(following: Office) -> None:
    """A client who was told 09:50 expects us at 09:50, by whichever clocks; nobody is to be called for it."""
    following.go("09:20")
    calling_ahead.call(following.dana, "R2", promised=at("09:50"))
    calling_ahead.call(following.dana, "R2", answered=False)
    (told, _) = before = messages.calls_of(following.store, visit(following, "R2").id)
    with pytest.raises(NeedsChoice, match="1 time told in a call"):
        rezone(following, CHICAGO)
    rezone(following, CHICAGO, "keep-moment")
    assert messages.calls_of(following.store, told.visit_id) == before
    undo.undo(following.lee)
    called = [call.visit_id for call in board(following.store, DAY).calls]
    rezone(following, CHICAGO, "keep-clock")
    (read, _) = messages.calls_of(following.store, told.visit_id)
    assert Times(CHICAGO).clock(read.promised) == "09:50"
    assert read._replace(promised=told.promised) == told, "who, when and what came of it stay"
    assert [call.visit_id for call in board(following.store, DAY).calls] == called
    undo.undo(following.lee)
    assert messages.calls_of(following.store, told.visit_id) == before


def test_what_is_written_keeps_its_moment(following: Office) -> None:
    before = stands(following)
    promised = visit(following, "R2").promised
    rezone(following, CHICAGO, "keep-moment")
    kept = visit(following, "R2")
    assert (kept.zone, kept.promised) == (ZONE, promised), "the site has the old zone now"
    assert {one.shifts[0].opens for one in people.technicians(following.store)} == {420}
    assert {one.lunch.earliest for one in people.technicians(following.store)} == {630}
    undo.undo(following.lee)
    assert stands(following) == before
    assert clients.with_zone(following.store, ZONE) == []


def test_hours_that_would_go_past_midnight_are_refused_by_name(following: Office) -> None:
    with pytest.raises(Refusal, match="The hours of Ana Ruiz would go past midnight"):
        rezone(following, "Asia/Tokyo", "keep-moment")
    assert settings.firm(following.store).zone == ZONE


def test_a_card_does_not_move_what_is_written(following: Office) -> None:
    """A zone that nobody chose gives way to that of a card only where nothing is written by it."""
    with following.lee.write("as if nobody had chosen") as unit:
        unit.execute("UPDATE setting SET key = 'assumed_zone' WHERE key = 'zone'")
        unit.audit("setting", 0, zone="nobody chose it")
    card = {**CARD, "timezone": CHICAGO, "valid_from": "2026-06-01"}
    judged = judge_card(following.lee, card, update=False)
    (warning,) = judged.warnings
    assert warning.startswith(f"the firm keeps its zone {ZONE} (1 promise, 1 planned visit")
    assert judged.write is not None
    with following.lee.write("import") as unit:
        judged.write(unit)
    assert settings.firm(following.store).zone == ZONE
