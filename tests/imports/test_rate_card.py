"""rate_card.json: its envelope, its first day, what it brings the firm."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest

from db import agreements, clients, settings
from dispatch.desk.files.table import Unreadable
from dispatch.desk.files.verdicts import ImportReport
from dispatch.desk.imports.rate_card_file import judge_card
from dispatch.model.travel import Place
from tests.imports.conftest import SAMPLE, Desk, faults, verdicts

CARD: dict[str, Any] = json.loads((SAMPLE / "rate_card.json").read_text())


def take(desk: Desk, card: Any, **options: Any) -> ImportReport:
    return desk.take("rate-card", desk.file("card.json", json.dumps(card)), **options)


def test_card_is_kept_without_its_envelope(empty: Desk) -> None:
    assert verdicts(take(empty, CARD)) == ["new"]

    card = agreements.rate_card_on(empty.store, datetime.date(2026, 11, 24))
    assert card is not None
    assert (card.name, card.valid_from) == ("Columbus 2026", datetime.date(2026, 1, 1))
    assert card.card == {key: value for key, value in CARD.items() if key not in ("name", "valid_from", "depot")}
    assert verdicts(take(empty, CARD)) == ["unchanged"]


def test_first_day_is_that_of_this_year_by_the_clock(empty: Desk) -> None:
    empty.clock.set(1_830_294_000)  # 2028-01-01 00:20 in London, still 2027 in New York
    take(empty, {key: value for key, value in CARD.items() if key not in ("name", "valid_from")})

    (card,) = agreements.rate_cards(empty.store)
    assert (card.name, card.valid_from) == ("Rate card from 2027-01-01", datetime.date(2027, 1, 1))


def test_what_the_firm_set_itself_stays(empty: Desk) -> None:
    with empty.user.write("settings") as unit:
        settings.set_firm(unit, zone="Europe/London", currency="GBP", depot=Place(51.5, -0.1))

    take(empty, CARD)

    firm = settings.firm(empty.store)
    assert (firm.zone, firm.currency, firm.depot) == ("Europe/London", "GBP", Place(51.5, -0.1))
    assert firm.distance_unit == "mi"


def test_sites_that_came_before_the_card_get_its_zone_and_their_drive(empty: Desk) -> None:
    empty.take("clients", "client\nAcme\n")
    empty.take("sites", "client,site,lat,lon\nAcme,Main,39.95,-82.98\nAcme,Nowhere,,\n")

    take(empty, CARD)

    main, nowhere = clients.all_sites(empty.store)
    assert (settings.firm(empty.store).zone, main.zone, nowhere.zone) == ("America/New_York", None, None)
    assert (main.one_way_provenance, nowhere.one_way_provenance) == ("estimated", "unknown")
    assert main.one_way_distance is not None


def test_a_promise_keeps_the_zone_by_which_it_was_given(empty: Desk) -> None:
    empty.take("clients", "client\nAcme\n")
    empty.take("sites", "client,site\nAcme,Main\n")
    columns = "reference,client,site,work,minutes,date,promised_from,promised_to"
    empty.take("visits", f"{columns}\nR1,Acme,Main,Work,30,2026-11-24,09:00,11:00\n")

    (row,) = take(empty, CARD).rows

    assert settings.firm(empty.store).zone == "UTC"
    assert row.warnings == ("the firm keeps its zone UTC (1 promise by its clocks): choose another in the settings",)


def test_other_card_of_the_same_day_differs_and_is_taken_with_update(empty: Desk) -> None:
    take(empty, CARD)
    dearer = CARD | {"name": "Columbus dear", "premium_grace_min": 30}

    differs = take(empty, dearer)
    assert verdicts(differs) == ["differs"]
    assert {(one.field, one.ours, one.theirs) for one in differs.rows[0].differences} == {
        ("name", "Columbus 2026", "Columbus dear"), ("premium_grace_min", "15", "30"),
    }  # fmt: skip
    assert agreements.rate_cards(empty.store)[0].card["premium_grace_min"] == 15

    assert verdicts(take(empty, dearer, update=True)) == ["updated"]
    assert agreements.rate_cards(empty.store)[0].card["premium_grace_min"] == 30


def test_card_without_a_tax_rate_is_asked_about(empty: Desk) -> None:
    untaxed = {name: value for name, value in CARD.items() if name != "tax"}

    judged = judge_card(empty.user, untaxed, update=False)
    assert [(fault.field, fault.expected[:25]) for fault in judged.faults] == [
        ("tax.rate_pct", "This card has no tax rate")
    ]
    assert judged.write is None
    assert judge_card(empty.user, untaxed, update=False, confirmed=judged.marks).write is not None
    assert judge_card(empty.user, untaxed | {"tax": {"rate_pct": "0"}}, update=False).write is not None


def test_card_from_another_day_is_one_more(empty: Desk) -> None:
    take(empty, CARD)
    take(empty, CARD | {"valid_from": "2027-01-01"})

    assert [card.valid_from.year for card in agreements.rate_cards(empty.store)] == [2027, 2026]


def test_every_fault_is_named(empty: Desk) -> None:
    report = take(
        empty,
        CARD | {"valid_from": "1.1.2026", "name": "a\x1bb", "depot": {"lat": 91, "lon": 0}, "colour": "red"},
    )

    fields = [field for _, field, _ in faults(report)]
    assert set(fields) == {"card", "valid_from", "name", "depot"}
    assert any("colour" in expected for _, _, expected in faults(report))
    assert agreements.rate_cards(empty.store) == []
    assert "depot" not in settings.fields_set(empty.store)


def test_every_fault_of_the_card_itself_is_named(empty: Desk) -> None:
    report = take(empty, {"currency": "USD"})

    told = " ".join(expected for _, _, expected in faults(report))
    assert "timezone" in told
    assert "classes" in told


@pytest.mark.parametrize(
    "depot",
    ["Gay Street", {"lat": "39.9", "lon": "-83"}, {"lat": True, "lon": 0}, {"lat": 1}, {"lat": 1, "lon": 10**400}],
)
def test_depot_that_is_none_is_refused(empty: Desk, depot: Any) -> None:
    assert [field for _, field, _ in faults(take(empty, CARD | {"depot": depot}))] == ["depot"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("[1, 2]", "one JSON object"),
        ("null", "one JSON object"),
        ('{"currency": "USD",}', "line 1"),
        ('{"currency": NaN}', "NaN is not a number"),
        ('{"currency": "USD", "currency": "EUR"}', "currency stands in it twice"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": ' + "9" * 5000 + "}", "not a rate card"),
        ("{" + " " * 1_000_001, "1,000,000 bytes"),
    ],
)
def test_what_is_no_card_is_refused_in_a_sentence(empty: Desk, text: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        empty.take("rate-card", empty.file("card.json", text))
