"""The matrix cache and the pins in the store, and a firm's chain over them."""

from __future__ import annotations

import pytest

from db import audit, legs, settings, travel_times
from db.faults import Refused
from db.store import existing
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.closeout import arriving, leaving
from dispatch.desk.day import placement
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule, undo
from dispatch.desk.requests import intake
from dispatch.desk.roads import driving, road_engines
from dispatch.desk.session.refusals import Faulty, NotAllowed, NotFound, Refusal
from dispatch.desk.travel import drive_times
from dispatch.fields.trade import place_of
from dispatch.model.travel import DEPOT, End, EndKind, Leg, Pin, Place, Provenance
from dispatch.travel.estimate import Estimated
from dispatch.travel.known import Cell, point
from tests.desk.conftest import DAY, Office, at
from tests.travel.servers import Answer, Asked, serving

MAIN, STORE_HOUSE, HOME = Place(39.93, -82.95), Place(39.99, -82.95), Place(39.95, -83.0)


def leg_to(office: Office, reference: str) -> Leg:
    """The leg to a visit as the board shows it."""
    visit = visit_page(office.store, reference).visit
    return legs.legs_of_day(office.store, DAY)[visit.assignments[0].technician_id][visit.id]


def test_cells_are_kept_by_engine_and_point(office: Office) -> None:
    pair, back = (point(MAIN), point(HOME)), (point(HOME), point(MAIN))
    with office.dana.write("keep") as unit:
        travel_times.keep_cells(unit, "osrm one car", {pair: Cell(600, 5000), back: Cell(None, None)})
        travel_times.keep_cells(unit, "osrm two car", {pair: Cell(700, 5100)})
    office.clock.advance(1000)
    with office.dana.write("keep") as unit:
        travel_times.keep_cells(unit, "osrm two car", {pair: Cell(650, 5050)})

    ends = [point(MAIN), point(HOME)]
    assert travel_times.cells(office.store, "osrm one car", ends, ends) == {
        pair: Cell(600, 5000), back: Cell(None, None),
    }  # fmt: skip
    assert travel_times.cells(office.store, "osrm two car", ends, ends) == {pair: Cell(650, 5050)}
    assert travel_times.cells(office.store, "osrm one car", ends, ends, since=office.clock.now()) == {}
    assert travel_times.cells(office.store, "nobody", ends, ends) == {}
    with office.dana.write("forget") as unit:
        assert travel_times.forget(unit, "osrm one car", before=office.clock.now()) == 2
    assert travel_times.counted(office.store, "osrm one car") == 0


def osrm(asked: Asked) -> Answer:
    """Every drive takes 1,000 s, and its way is 9 km."""
    query = dict(one.split("=") for one in asked.path.partition("?")[2].split("&"))
    rows, columns = (len(query[name].split(";")) for name in ("sources", "destinations"))
    return 200, {"durations": [[1000] * columns] * rows, "distances": [[9000] * columns] * rows}


def use_remote(office: Office, url: str, minutes: int = 60) -> None:
    editing.settle(office.lee, {"travel_engine": "osrm", "travel_url": url, "travel_cache_minutes": str(minutes)})


def test_a_day_is_asked_once_and_its_legs_are_renewed(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    assert leg_to(office, "R1").provenance is Provenance.ESTIMATED
    with serving(osrm) as server:
        use_remote(office, server.url)
        fetched = road_engines.prefetch(office.dana, DAY)
        assert (fetched.drives, fetched.renewed, fetched.notes) == (25, True, ())
        assert leg_to(office, "R1") == Leg(1000, 9000, 900, 1300, Provenance.ROADS)
        again = road_engines.prefetch(office.dana, DAY)
        assert (again.drives, again.renewed, len(server.asked)) == (0, False, 1)

    # placed with nobody to ask: from the cache, also in the transaction
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("10:00"))
    assert leg_to(office, "R2").provenance is Provenance.ROADS
    assert drive_times.drives_on(office.store, DAY)(HOME, MAIN).provenance is Provenance.ROADS


def test_a_new_site_asks_for_its_own_drives_only(office: Office) -> None:
    with serving(osrm) as server:
        use_remote(office, server.url)
        road_engines.prefetch(office.dana, DAY)
        site = RECORD_STORES["site"].find(office.store, "annex")
        editing.edit(office.dana, "site", site, {"place": "39.94, -82.97"})
        assert road_engines.prefetch(office.dana, DAY).drives == 6 + 5


def test_remote_drives_go_stale_and_are_asked_again(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    with serving(osrm) as server:
        use_remote(office, server.url, 60)
        road_engines.prefetch(office.dana, DAY)
        office.clock.advance(29 * 60)
        road_engines.prefetch(office.dana, DAY)
        assert len(server.asked) == 1
        office.clock.advance(2 * 60)
        road_engines.prefetch(office.dana, DAY)  # in the second half of their time, so that nobody sees them go
        assert len(server.asked) == 2
    office.clock.advance(61 * 60)
    assert drive_times.travel(office.store).leg(HOME, MAIN, 0).provenance is Provenance.ESTIMATED


def test_with_zero_minutes_nothing_is_kept_in_the_database(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    with serving(osrm) as server:
        use_remote(office, server.url, 0)
        road_engines.prefetch(office.dana, DAY)
        assert leg_to(office, "R1").provenance is Provenance.ROADS
        assert office.store.value("SELECT count(*) FROM travel_time") == 0
        office.clock.advance(drive_times.HELD + 1)
        assert drive_times.travel(office.store).leg(HOME, MAIN, 0).provenance is Provenance.ESTIMATED
        road_engines.prefetch(office.dana, DAY)
        assert len(server.asked) == 2


def test_an_engine_that_is_not_there_is_a_note(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    use_remote(office, "http://127.0.0.1:9")
    first, second = road_engines.prefetch(office.dana, DAY), road_engines.prefetch(office.dana, DAY)

    assert (first.drives, first.renewed) == (0, False)
    assert "cannot be reached" in first.notes[0]
    assert second.notes == first.notes
    assert leg_to(office, "R1").provenance is Provenance.ESTIMATED


def test_a_pinned_drive_counts_before_all_others(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    driving.pin(office.dana, "home of ana", "main office", "42", reason="ferry")

    leg = leg_to(office, "R1")
    assert (leg.seconds, leg.low, leg.high, leg.provenance) == (42 * 60, 42 * 60, 42 * 60, Provenance.PINNED)
    assert leg.metres  # the distance is still the estimate's
    assert placement.check_placement(office.store, "R1", None, None).verdict.leg == leg
    undo.undo(office.dana)
    assert leg_to(office, "R1").provenance is Provenance.ESTIMATED
    undo.redo(office.dana)
    assert leg_to(office, "R1").provenance is Provenance.PINNED
    last = audit.last_of(office.store, "pin", legs.pins(office.store)[0].id)
    assert last is not None
    assert last.actor == "dana"


def test_both_ways_are_one_change(office: Office) -> None:
    driving.pin(office.dana, "depot", "warehouse", "30", both=True, reason="bridge closed")
    assert [one.minutes for one in legs.pins(office.store)] == [30, 30]
    driving.pin(office.dana, "warehouse", "depot", "35")
    assert [(one.minutes, one.reason) for one in legs.pins(office.store)] == [
        (30, "bridge closed"),
        (35, "bridge closed"),
    ]
    undo.undo(office.dana)
    undo.undo(office.dana)
    assert legs.pins(office.store) == []


def test_unpin(office: Office) -> None:
    driving.pin(office.dana, "depot", "warehouse", "30")
    driving.unpin(office.dana, "depot", "warehouse")
    assert drive_times.travel(office.store).leg(Place(39.96, -83.0), STORE_HOUSE, 0).provenance is Provenance.ESTIMATED
    with pytest.raises(NotFound):
        driving.unpin(office.dana, "depot", "warehouse")
    undo.undo(office.dana)
    assert len(legs.pins(office.store)) == 1


@pytest.mark.parametrize(
    ("ends", "minutes", "said"),
    [
        (("nowhere", "depot"), "5", "from: There is no site 'nowhere'"),
        (("depot", "depot"), "5", "to: is where the drive begins"),
        (("depot", "harbor"), "5", "Which site"),
        (("depot", "annex"), "soon", "minutes: 'soon' is not a whole number"),
        (("depot", "annex"), "", "minutes: is missing"),
        (("depot", "annex"), "99999", "minutes"),
    ],
)
def test_what_cannot_be_pinned(office: Office, ends: tuple[str, str], minutes: str, said: str) -> None:
    with pytest.raises(Faulty, match=said):
        driving.pin(office.dana, *ends, minutes)
    with pytest.raises(NotAllowed):
        driving.pin(office.ana, "depot", "annex", "5")
    assert legs.pins(office.store) == []


def test_the_store_keeps_one_pin_of_a_pair(office: Office) -> None:
    one = Pin(0, DEPOT, End(EndKind.SITE, 1), 10)
    with office.dana.write("pin") as unit:
        legs.add_pin(unit, one)
    with pytest.raises(Refused), office.dana.write("pin") as unit:
        legs.add_pin(unit, one)
    with pytest.raises(Refused), office.dana.write("pin") as unit:
        legs.add_pin(unit, Pin(0, DEPOT, DEPOT, 10))


def test_a_site_without_coordinates_can_be_planned_once_its_drive_is_pinned(office: Office) -> None:
    with pytest.raises(Refusal, match="no coordinates"):
        schedule.assign(office.dana, "R3", ["Ana Ruiz"], at("09:00"))
    assert not placement.has_pinned_drive(office.store, "R3")
    driving.pin(office.dana, "home of Ana Ruiz", "annex", "25", both=True)

    assert placement.has_pinned_drive(office.store, "R3")
    schedule.assign(office.dana, "R3", ["Ana Ruiz"], at("09:00"))
    leg = leg_to(office, "R3")
    assert (leg.seconds, leg.metres, leg.provenance) == (1500, None, Provenance.PINNED)
    found = driving.drives_of(office.store, DAY)
    assert [(one.destination, one.leg.seconds) for one in found] == [
        ("Harbor Dental / Annex", 1500), ("home of Ana Ruiz", 1500),
    ]  # fmt: skip


def test_a_site_that_is_placed_renews_its_legs(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    before = leg_to(office, "R1")
    editing.edit(
        office.dana, "site", RECORD_STORES["site"].find(office.store, "main office"), {"place": "39.70, -82.95"}
    )

    assert (leg_to(office, "R1").seconds or 0) > (before.seconds or 0)


def drive_there(office: Office, reference: str, departed: str, arrived: str) -> None:
    """Ana drives to a visit and leaves it after a while."""
    office.go(departed)
    arriving.depart(office.ana, reference)
    office.go(arrived)
    arriving.arrive(office.ana, reference, early_not_agreed=True)


def test_legs_are_learned_from_what_was_logged(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:00"))
    drive_there(office, "R1", "08:30", "08:50")
    office.finish("R1")
    leaving.close(office.ana, "R1")
    drive_there(office, "R2", "10:30", "10:47")

    assert [(one.origin, one.destination, one.seconds) for one in travel_times.observed(office.store)] == [
        (HOME, MAIN, 1200), (MAIN, STORE_HOUSE, 1020),
    ]  # fmt: skip
    learned = driving.learn(office.lee)
    assert (learned.legs, learned.pairs, learned.scales) == (2, 0, {})
    with pytest.raises(NotAllowed):
        driving.learn(office.ana)


def test_a_leg_that_began_nobody_knows_where_teaches_nothing(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:00"))
    office.go("08:30")
    arriving.depart(office.ana, "R1")
    office.go("08:55")
    leaving.no_access(office.ana, "R1", called="the office")
    drive_there(office, "R2", "10:30", "10:47")

    assert travel_times.observed(office.store) == []


def test_what_was_learned_is_planned_with(office: Office) -> None:
    from dispatch.travel.learning import Observed, learned_pairs, learned_scale

    seen = [Observed(HOME, MAIN, at("09:00"), 1100 + 10 * number) for number in range(20)]
    scale = learned_scale(seen, lambda one: 600, office.lee.firm.zone)
    assert scale is not None
    with office.lee.write("learn") as unit:
        travel_times.keep_learned(unit, learned_pairs(seen, lambda one: 600), {"estimated": scale})

    assert travel_times.any_learned(office.store)
    assert travel_times.scale(office.store, "estimated", scale.zone) == scale
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:00"), confirmed=True)
    assert leg_to(office, "R1").provenance is Provenance.LEARNED
    assert leg_to(office, "R1").metres
    estimate = Estimated().leg(MAIN, STORE_HOUSE, at("11:00"))
    assert leg_to(office, "R2").seconds == pytest.approx((estimate.seconds or 0) * scale.multiplier, abs=1)


def test_addresses_of_engines_hold_no_secrets(office: Office) -> None:
    for url in ("https://me:secret@osrm.example.com", "https://osrm.example.com/?key=secret", "ftp://osrm", "osrm"):
        with pytest.raises(Faulty, match="travel url"):
            use_remote(office, url)
    with pytest.raises(Faulty, match="where is the road engine"):
        use_remote(office, "")
    assert settings.firm(office.store).travel_url == ""


def test_a_drive_with_a_stop_on_the_way_teaches_nothing(office: Office) -> None:
    intake.amend(office.dana, "R1", {"pickup": "depot", "pickup_minutes": "10"})
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], at("11:00"))
    drive_there(office, "R1", "08:30", "08:50")
    office.finish("R1")
    leaving.close(office.ana, "R1")
    drive_there(office, "R2", "10:30", "10:47")

    assert [(one.origin, one.destination) for one in travel_times.observed(office.store)] == [(MAIN, STORE_HOUSE)]
    driving.pin(office.dana, "home of Ana Ruiz", "Harbor Dental / Main office", "44")
    assert [drive.pin for drive in driving.drives_of(office.store, DAY)] == [None] * 3


@pytest.mark.parametrize(
    ("ends", "title"),
    [
        ("39.9, -82.9", "39.9, -82.9"),
        ("39.96, -83", "depot"),
        ("39.99, -82.95", "Harbor Dental / Warehouse"),
        ("", "home of Ana Ruiz"),
    ],
)
def test_the_way_home_leads_to_where_the_day_ends(office: Office, ends: str, title: str) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    editing.edit(office.lee, "technician", RECORD_STORES["technician"].find(office.store, "ana"), {"ends": ends})
    last = driving.drives_of(office.store, DAY)[-1]
    there = place_of(ends) if ends else HOME
    assert (last.destination, last.pin) == (title, None)
    assert last.leg.seconds == Estimated().leg(MAIN, there, at("10:00")).seconds
    assert there in drive_times.places_of_firm(office.store)
    titles, _, _ = driving.matrix(office.store, DAY, at("09:00"))
    assert title in titles
    if title == "depot":
        driving.pin(office.dana, "Harbor Dental / Main office", "depot", "44")
        last = driving.drives_of(office.store, DAY)[-1]
        assert (last.leg.seconds, existing(last.pin).minutes) == (44 * 60, 44)
