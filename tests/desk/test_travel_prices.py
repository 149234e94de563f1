"""Fixed travel prices, short notice and the cap of driving time, from the book to the sheet (design/charges.md B6.7, B6.9, B17)."""

from __future__ import annotations

import pytest

from dispatch.desk.billing import adjusting
from dispatch.desk.book import editing
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.session.refusals import Refusal
from tests.desk.conftest import Office, closed
from tests.desk.test_kept_sheets import amounts, card_with, charge, client_with, site_with
from tests.desk.test_overtime_charged import two_visits


def travelled(office: Office, reference: str = "R1") -> list[tuple[str, str]]:
    return [(rule, amount) for rule, _, amount in amounts(charge(office, reference)) if rule.startswith("TRV")]


def test_the_price_of_a_site_and_of_its_town_is_kept_with_the_sheet(office: Office) -> None:
    card_with(office, travel={"components": [{"kind": "distance", "rate": "1"}], "towns": {"Dublin": "25.00"}})
    site_with(office, town="Dublin")
    closed(office)
    assert travelled(office) == [("TRV-FIX", "25.00")]
    assert charge(office).given["site"]["town"] == "Dublin"

    site_with(office, travel_price="45")
    adjusting.correct_charge(office.lee, "R1", "looked at again")
    assert travelled(office) == [("TRV-FIX", "25.00")], "a kept sheet stands"
    adjusting.correct_charge(office.lee, "R1", "by the site of today", afresh=True)
    assert travelled(office) == [("TRV-FIX", "45.00")]


def test_driving_time_of_an_earlier_visit_of_the_client_uses_up_the_cap(office: Office) -> None:
    """B6.9: 24 minutes there and back each time, 30 a day; the first visit keeps its 24 whatever is corrected afterwards."""
    two_visits(office, travel={"components": [{"kind": "time", "rate": "60"}], "time_cap_min": 30})
    assert (travelled(office, "R1"), travelled(office, "R2")) == ([("TRV-TIME", "24.00")], [("TRV-TIME", "6.00")])
    assert charge(office, "R2").given["visit"]["prior_today"]["Ana Ruiz"]["travel_min"] == "24"
    adjusting.correct_charge(office.lee, "R1", "looked at again")
    assert travelled(office, "R1") == [("TRV-TIME", "24.00")]


def test_short_notice_counts_from_when_it_was_asked_for(office: Office) -> None:
    """B8.6, B17: the request came in on the day itself."""
    card_with(office, short_notice=[{"name": "same day", "within_hours": "24", "value": "40"}])
    closed(office)
    assert ("FEE-SHORT", "", "40.00") in amounts(charge(office))
    assert charge(office).given["visit"]["requested_at"] is not None


def test_how_a_client_buys_is_kept_with_the_sheet(office: Office) -> None:
    """B2.1, B2.7, B9.1"""
    tax = {"name": "VAT", "rate_pct": "19", "included": "private"}
    card_with(office, travel={}, tax=tax, price_lists={"kin": {"classes": {"tech": "95"}}})
    client_with(office, private=True, price_group="kin")
    closed(office)
    assert (charge(office).form["net"], charge(office).form["total"]) == ("79.83", "95.00")
    client_with(office, private=False, price_group="")
    adjusting.correct_charge(office.lee, "R1", "looked at again")
    assert charge(office).form["total"] == "95.00", "a kept sheet stands"


def test_a_price_list_that_no_card_has_is_refused(office: Office) -> None:
    """B17"""
    card_with(office, price_lists={"kin": {}})
    client = visit_page(office.store, "R1").client
    with pytest.raises(Refusal, match="no rate card has a price list cousins: kin"):
        editing.edit(office.dana, "client", client, {"price_group": "cousins"})
    assert editing.edit(office.dana, "client", client, {"price_group": "Kin"}).price_group == "Kin"
