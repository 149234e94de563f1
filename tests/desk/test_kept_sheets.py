"""A kept sheet is whole: from the moment a visit ends, nothing of the book reprices or renames it but an explicit *afresh*."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from db import agreements, clients, migrations, people, sheets
from db.library import sqlite3
from dispatch.charges.explain import sheet_lines
from dispatch.desk.billing import adjusting
from dispatch.desk.billing.adjusting import do_as_shown, rehearse
from dispatch.desk.charges.charging import Priced, charge_of
from dispatch.desk.closeout import arriving, clocking, leaving
from dispatch.desk.log.visit_log import LogFilter, visit_log
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule
from dispatch.desk.plan.undo import redo, undo
from dispatch.desk.prices import agreeing
from dispatch.desk.prices.rate_cards import save_card
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.texts import rule_words
from dispatch.desk.visits.steps import find
from dispatch.model.instants import at_local
from dispatch.model.text import cells_of
from tests.desk.conftest import DAY, ZONE, Office, accept, approve, at, closed, invoice
from tests.desk.test_prepaid import YEAR, agreed, left

TRAVEL = {"components": [{"kind": "distance", "rate": "1"}]}


def total(office: Office, reference: str = "R1") -> str:
    return str(charge(office, reference).form["total"])


def charge(office: Office, reference: str = "R1") -> Priced:
    found = charge_of(office.store, find(office.store, reference), now=office.clock.now())
    assert isinstance(found, Priced)
    return found


def amounts(priced: Priced) -> list[tuple[str, ...]]:
    return [(line["rule"], line.get("tech", ""), line["amount"]) for line in priced.form["lines"]]


def card_with(office: Office, **changes: Any) -> None:
    card = agreements.rate_cards(office.store)[0]
    save_card(office.lee, card.name, card.valid_from, {**card.card, **changes}, card)


def site_with(office: Office, **changes: Any) -> None:
    site = visit_page(office.store, "R1").site
    with office.lee.write("edit a site") as unit:
        clients.update_site(unit, site, replace(site, **changes))


def client_with(office: Office, **changes: Any) -> None:
    client = visit_page(office.store, "R1").client
    with office.lee.write("edit a client") as unit:
        clients.update_client(unit, client, replace(client, **changes))


def another_book(office: Office) -> None:
    """Everything that a visit is priced from says something else now."""
    card_with(office, classes={"tech": {"standard": "500", "agreement": "500"}})
    site_with(office, one_way_distance="90.0", one_way_minutes=100, name="Old office", travel_price="77", town="Dublin")
    client_with(office, tax_exempt=True, tax_ref="EX-1", name="Harbor Dental Group")
    agreed(office, "tm", labour_discount_pct=50)
    ana = people.technician(office.store, office.ana.staff.id)
    assert ana is not None
    with office.lee.write("edit a technician") as unit:
        unit.execute("UPDATE technician SET labour_class = 'master' WHERE staff_id = ?", (office.ana.staff.id,))
        unit.execute("UPDATE staff SET name = 'Ana Ruiz-Ortega' WHERE id = ?", (office.ana.staff.id,))
        unit.audit("staff", office.ana.staff.id, name="Ana Ruiz-Ortega")


def test_a_correction_is_priced_from_what_the_visit_ended_with(office: Office) -> None:
    """design/charges.md B2.1"""
    card_with(office, travel=TRAVEL)
    closed(office)
    before = charge(office)
    another_book(office)

    clocking.correct(office.ana, "R1", "leaving", at("09:06"), "as the client says")
    after = charge(office)

    assert amounts(after) == amounts(before), "an hour at least, and 8 miles"
    assert (after.form["tax"], after.form["total"]) == (before.form["tax"], before.form["total"])
    assert after.client == "Harbor Dental"
    copies = ("card", "client", "site", "agreement", "source")
    assert {name: after.given[name] for name in copies} == {name: before.given[name] for name in copies}

    adjusting.correct_charge(office.lee, "R1", "agreed with the client", afresh=True)
    anew = charge(office)
    assert anew.client == "Harbor Dental Group"
    assert "TAX_EXEMPT" in anew.form["flags"]
    clocking.correct(office.ana, "R1", "leaving", at("09:07"), "once more")
    assert total(office) == anew.form["total"], "what was taken afresh is what is corrected then"


def test_a_correction_charges_the_drives_that_were_kept(office: Office) -> None:
    card_with(office, travel={**TRAVEL, "basis": "legs"})
    closed(office)
    before = charge(office)
    assert {"leg_in", "leg_home"} <= set(before.given["visit"]["trip"])
    assert "TRV-DIST" in {rule for rule, _, _ in amounts(before)}
    office.store.conn.execute("UPDATE leg SET metres = 10 * metres, seconds = 10 * seconds")
    clocking.correct(office.ana, "R1", "leaving", at("09:06"), "as the client says")
    office.store.conn.execute("DELETE FROM leg")
    clocking.correct(office.ana, "R1", "leaving", at("09:05"), "once more")
    assert amounts(charge(office)) == amounts(before)
    adjusting.correct_charge(office.lee, "R1", "agreed with the client", afresh=True)
    assert charge(office).form["errors"] == ["UNKNOWN_DISTANCE"]


def test_the_way_home_is_that_of_the_last_stop_of_the_day(office: Office) -> None:
    def last() -> bool:
        return bool(charge(office).given["visit"]["trip"]["last_stop"])

    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    tomorrow = at_local(DAY + datetime.timedelta(days=1), "08:00", ZONE)
    schedule.assign(office.dana, "R2", ["Ana Ruiz"], tomorrow, confirmed=True)
    assert last(), "tomorrow at an earlier hour is another day"
    schedule.move(office.dana, "R2", ["Ana Ruiz"], at("14:00"), confirmed=True)
    assert not last()
    schedule.move(office.dana, "R2", ["Ben Okafor"], at("14:00"), confirmed=True)
    assert last()
    schedule.move(office.dana, "R2", ["Ana Ruiz"], at("14:00"), confirmed=True)
    schedule.cancel(office.dana, "R2", "the client is away")
    assert last()


def test_what_is_invoiced_has_the_names_of_then(office: Office) -> None:
    closed(office)
    approve(office.lee, "R1")
    another_book(office)
    (issued,) = invoice(office.lee)
    (line, *_) = issued.invoice.lines
    assert (line.site, issued.invoice.buyer.name) == ("Main office", "Harbor Dental Group"), "who pays is of now"


def test_opened_again_and_closed_again_it_costs_the_same(office: Office) -> None:
    closed(office)
    another_book(office)
    leaving.reopen(office.lee, "R1", "a word was missing")
    assert charge(office).given["card"]["classes"]["tech"]["standard"] == "120.00", "and is said to on the way"
    leaving.close(office.ana, "R1")
    assert charge(office).given["client"]["tax_exempt"] is False


def test_the_log_shows_and_counts_no_charge_of_a_visit_that_goes_on(office: Office) -> None:
    def charged(reference: str) -> int | None:
        (line,) = [line for line in visit_log(office.store, LogFilter(DAY)).lines if line.visit.reference == reference]
        return line.charge.net

    closed(office)
    schedule.assign(office.dana, "R2", ["Ben Okafor"], at("13:00"), confirmed=True)
    schedule.cancel(office.dana, "R2", "the client is away")
    assert None not in (charged("R1"), charged("R2"))
    undo(office.dana)
    leaving.reopen(office.lee, "R1", "a word was missing")
    assert (charged("R1"), charged("R2")) == (None, None)
    assert visit_log(office.store, LogFilter(DAY)).totals.charged == ()


def test_what_was_uncancelled_is_priced_by_the_card_of_its_day(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    schedule.cancel(office.dana, "R1", "the client is away")
    kept = charge(office)
    undo(office.dana)
    another_book(office)
    redo(office.dana)
    assert charge(office).form == kept.form, "the same cancellation once more"
    undo(office.dana)
    office.go("09:00")
    arriving.arrive(office.ana, "R1")
    office.finish()
    leaving.close(office.ana, "R1")
    assert charge(office).given["card"]["classes"]["tech"]["standard"] == "500"
    assert charge(office).client == "Harbor Dental Group"


@pytest.mark.parametrize(("came", "price"), [(True, "120.00"), (False, "500")])
def test_what_was_aborted_and_done_later_is_priced_by_the_day_of_its_first_arrival(
    office: Office, came: bool, price: str
) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    office.go("09:00")
    (arriving.arrive if came else arriving.depart)(office.ana, "R1")
    office.go("09:15")
    leaving.abort(office.ana, "R1", "the part is the wrong one")
    assert total(office) == "0.00"
    card = agreements.rate_cards(office.store)[0].card
    classes = {"tech": {"standard": "500", "agreement": "500"}}
    tomorrow = DAY + datetime.timedelta(days=1)
    save_card(office.lee, "from tomorrow", tomorrow, {**card, "classes": classes})

    leaving.reopen(office.lee, "R1", "the right one is here")
    office.clock.set(at_local(tomorrow, "10:00", ZONE))
    arriving.arrive(office.ana, "R1")
    office.finish()
    leaving.close(office.ana, "R1")

    found = charge(office)
    assert found.given["card"]["classes"]["tech"]["standard"] == price
    (labour,) = [line for line in found.form["lines"] if line["rule"] == "LAB"]
    assert labour["qty"] == ("30" if came else "15"), "a quarter of an hour on each day that somebody was there"
    clocking.correct(office.ana, "R1", "leaving", office.clock.now() - 60, "as the client says")
    assert charge(office).given["card"] == found.given["card"]


def test_what_a_deed_would_change_is_seen_and_nothing_is_done(office: Office) -> None:
    closed(office)
    office.go("12:00")
    before = charge(office)
    change = rehearse(
        office.ana, "R1", lambda: clocking.correct(office.ana, "R1", "leaving", at("11:00"), "stayed for the backup")
    )
    lines = change.lines()
    assert [line[0] for line in lines if "Work, " in line] == ["-", "+"]
    assert lines[-1] == "total: 166.63 → 295.63 USD, 129.00 more"
    assert charge(office) == before
    assert find(office.store, "R1") == change.before
    with pytest.raises(Refusal, match="would be before"):
        rehearse(office.ana, "R1", lambda: clocking.correct(office.ana, "R1", "leaving", at("08:00"), "so early"))

    def corrected() -> None:
        clocking.correct(office.ana, "R1", "leaving", at("11:00"), "stayed for the backup")

    do_as_shown(office.ana, change, corrected)
    assert isinstance(change.becomes, Priced)
    assert charge(office).form == change.becomes.form
    with pytest.raises(Refusal, match="changed while you looked"):
        do_as_shown(office.ana, change, lambda: clocking.home(office.ana, "R1"))
    clocking.home(office.ana, "R1")
    again = rehearse(office.lee, "R1", lambda: adjusting.correct_charge(office.lee, "R1", "once more"))
    assert again.lines() == []
    approve(office.lee, "R1")
    again = rehearse(office.lee, "R1", lambda: adjusting.correct_charge(office.lee, "R1", "once more"))
    assert again.lines() == ["It was approved, and waits for review again."]


class TestPools:
    def test_a_correction_draws_from_where_it_drew(self, office: Office) -> None:
        first = agreeing.add_block(
            office.lee, agreed(office, "block_hours"), {"name": "first", "size": "100", "bought": str(YEAR)}
        )
        closed(office)
        drawn = charge(office).form["drawn"]
        other = agreed(office, "block_hours", starts="2026-11-01")
        agreeing.add_block(office.lee, other, {"name": "other", "size": "1000", "bought": str(YEAR)})
        agreeing.add_block(
            office.lee, first, {"name": "second", "size": "1000", "expires": str(datetime.date(2026, 11, 30))}
        )
        clocking.correct(office.ana, "R1", "leaving", at("09:06"), "as the client says")
        assert charge(office).form["drawn"] == drawn
        assert left(office, other) == ["1000"]
        assert left(office, first) == [str(100 - int(drawn["first"])), "1000"]

    def test_it_says_why_it_cannot(self, office: Office) -> None:
        agreement = agreeing.add_block(
            office.lee, agreed(office, "block_hours"), {"name": "first", "size": "100", "bought": str(YEAR)}
        )
        closed(office)
        starts = {"starts": agreement.starts.isoformat()}
        agreeing.save_agreement(office.lee, "Harbor Dental", "x", {"kind": "retainer", **starts}, agreement)
        before = total(office)
        with pytest.raises(Refusal, match=r"is retainer now, and was prepaid hours.*afresh"):
            clocking.correct(office.ana, "R1", "leaving", at("09:06"), "as the client says")
        assert total(office) == before
        assert left(office, agreement) == ["40"], "nothing was given back"
        adjusting.correct_charge(office.lee, "R1", "by the agreement of now", afresh=True)


def test_only_what_blocked_a_sheet_is_looked_up_again(office: Office) -> None:
    card_with(office, travel=TRAVEL)
    site_with(office, one_way_distance=None, one_way_minutes=None)
    closed(office)
    assert charge(office).form["errors"] == ["UNKNOWN_DISTANCE"]
    another_book(office)
    accept(office.lee, "R1", "the site is placed now")
    after = charge(office)
    assert after.given["site"]["one_way_distance"] == "90.0"
    assert after.given["card"]["classes"]["tech"]["standard"] == "120.00"
    assert (after.client, after.given["client"]["tax_exempt"]) == ("Harbor Dental", False)


def test_sheets_of_an_older_program_get_what_can_be_known(office: Office) -> None:
    agreeing.add_block(office.lee, agreed(office, "block_hours"), {"name": "first", "size": "100", "bought": str(YEAR)})
    closed(office)
    kept = sheets.latest_sheet(office.store, find(office.store, "R1").id)
    assert kept is not None
    script = next(
        one for one in sorted(Path(migrations.FOLDER).glob("*.sql")) if "'$.source'" in one.read_text(encoding="utf-8")
    )
    with sqlite3.connect(office.store.path) as old:
        (fixed,) = old.execute("SELECT sql FROM sqlite_master WHERE name = 'charge_sheet_fixed'").fetchone()
        old.execute("DROP TRIGGER charge_sheet_fixed")
        old.execute("UPDATE charge_sheet SET input = json_remove(input, '$.source')")
        old.execute(fixed)
        for statement in migrations.statements(script.read_text(encoding="utf-8")):
            old.execute(statement)
        (given,) = old.execute("SELECT input FROM charge_sheet").fetchone()
    assert json.loads(given) == kept.input
    clocking.correct(office.ana, "R1", "leaving", at("09:06"), "as the client says")
    assert charge(office).form["drawn"] == kept.sheet["drawn"]


@pytest.mark.parametrize("width", [38, 60, 100])
def test_a_sheet_on_the_screen_says_what_a_line_is_for_and_never_the_code_of_its_rule(
    office: Office, width: int
) -> None:
    closed(office)
    form = charge(office).form
    lines = sheet_lines(form, "USD", width=width, called=rule_words.called)
    assert all(cells_of(line) <= width for line in lines)
    text = " ".join(lines)
    assert "Work, Ana Ruiz, business" in text
    assert not [line["rule"] for line in form["lines"] if line["rule"] in text]
