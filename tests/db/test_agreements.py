"""Agreements with their pools, and rate cards, in the store."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from db import agreements, audit, clients, settings
from db.faults import Refused, Stale
from db.figures import exponent_of
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.desk.prices import rate_cards
from dispatch.model.agreements import Agreement, PrepaidBlock
from dispatch.model.clients import Client
from tests.prepared import prepared

LEE = Actor(None, "lee", "session", "local")
CLIENT = 1


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with prepared(tmp_path / "firm.db") as store:
        with unit_of_work(store, "add client", LEE) as unit:
            clients.add_client(unit, Client(0, "Acme"))
            clients.add_client(unit, Client(0, "Elm"))
        yield store


def agree(
    store: Store, name: str, starts: str, ends: str | None = None, kind: str = "tm", *blocks: PrepaidBlock
) -> int:
    with unit_of_work(store, "add agreement", LEE) as unit:
        new = Agreement(0, CLIENT, name, kind, day(starts), ends and day(ends), {"price_list": "agreement"})
        return agreements.add_agreement(unit, new, blocks)


def name_on(store: Store, on: str) -> str | None:
    agreement = agreements.agreement_on(store, CLIENT, day(on))
    return None if agreement is None else agreement.name


def test_card_in_force_is_the_newest_that_is_valid_by_then(store: Store) -> None:
    with unit_of_work(store, "add card", LEE) as unit:
        agreements.add_rate_card(unit, "2026", day("2026-01-01"), {"currency": "USD"})
        agreements.add_rate_card(unit, "2027", day("2027-01-01"), {"currency": "EUR"})

    assert agreements.rate_card_on(store, day("2025-12-31")) is None
    for on, name in (("2026-01-01", "2026"), ("2026-12-31", "2026"), ("2027-01-01", "2027")):
        card = agreements.rate_card_on(store, day(on))
        assert card is not None
        assert card.name == name
    assert [card.name for card in agreements.rate_cards(store)] == ["2027", "2026"]
    with pytest.raises(Refused), unit_of_work(store, "add card", LEE) as unit:
        agreements.add_rate_card(unit, "again", day("2026-01-01"), {})


def test_edit_of_a_card_is_audited_and_versioned(store: Store) -> None:
    with unit_of_work(store, "add card", LEE) as unit:
        agreements.add_rate_card(unit, "2026", day("2026-01-01"), {"currency": "USD"})
    (card,) = agreements.rate_cards(store)
    with unit_of_work(store, "edit card", LEE) as unit:
        agreements.update_rate_card(unit, card, replace(card, card={"currency": "EUR"}))

    assert agreements.rate_cards(store) == [replace(card, card={"currency": "EUR"}, version=2)]
    last = audit.last_of(store, "rate_card", card.id)
    assert last is not None
    assert last.detail == {"changed": {"card": [{"currency": "USD"}, {"currency": "EUR"}]}}
    with pytest.raises(Stale), unit_of_work(store, "edit card", LEE) as unit:
        agreements.update_rate_card(unit, card, card)


def test_agreement_that_matters_on_a_day(store: Store) -> None:
    assert name_on(store, "2026-06-01") is None
    agree(store, "first", "2026-01-01", "2026-03-31")
    agree(store, "second", "2026-06-01", "2026-08-31")
    agree(store, "inside", "2026-07-01", "2026-07-31")
    agree(store, "open", "2027-01-01")

    for on, name in (
        ("2025-12-31", "first"),  # none yet: the next to start
        ("2026-01-01", "first"),
        ("2026-03-31", "first"),
        ("2026-04-01", "first"),  # none: the one that ended last
        ("2026-06-15", "second"),
        ("2026-07-01", "inside"),  # of two the last to start
        ("2026-08-01", "second"),
        ("2026-12-31", "second"),
        ("2030-01-01", "open"),
    ):
        assert name_on(store, on) == name, on
    assert agreements.agreement_on(store, 2, day("2026-07-01")) is None


def test_agreement_that_was_ended_early_ends_then(store: Store) -> None:
    agree(store, "early", "2026-01-01", "2026-12-31")
    (agreement,) = agreements.agreements_of(store, CLIENT)
    with unit_of_work(store, "end agreement", LEE) as unit:
        agreements.end_agreement(unit, agreement, day("2026-05-31"))
    agree(store, "next", "2026-09-01")

    (ended, _) = agreements.agreements_of(store, CLIENT)
    assert ended.ends == day("2026-05-31")
    assert ended.terms["ends"] == "2026-05-31"
    assert name_on(store, "2026-06-01") == "early"
    assert name_on(store, "2026-09-01") == "next"
    with unit_of_work(store, "edit agreement", LEE) as unit:
        agreements.update_agreement(unit, ended, replace(ended, name="renamed"))
    assert store.value("SELECT ends FROM agreement WHERE id = ?", (ended.id,)) == "2026-12-31"


def test_terms_have_kind_dates_and_blocks(store: Store) -> None:
    pool = PrepaidBlock("opening", "600", "450", day("2026-01-01"), day("2026-12-31"))
    odd = PrepaidBlock("extra", "90", "37.5")
    agree(store, "hours", "2026-01-01", None, "block_hours", pool, odd)

    agreement = agreements.agreement_on(store, CLIENT, day("2026-06-01"))
    assert agreement is not None
    assert agreement.terms == {
        "price_list": "agreement", "kind": "block_hours", "starts": "2026-01-01", "ends": None,
        "blocks": [
            {"id": "opening", "purchased_on": "2026-01-01", "expires_on": "2026-12-31", "remaining_min": 450},
            {"id": "extra", "purchased_on": None, "expires_on": None, "remaining_min": "37.5"},
        ],
    }  # fmt: skip
    assert agreements.agreements_of(store, CLIENT) == [agreement]
    assert agreements.all_agreements(store) == [agreement]


@pytest.mark.parametrize(("minor_units", "amount"), [(2, "1234.56"), (0, "123456"), (3, "123.456")])
def test_blocks_of_money_are_in_the_cards_currency(store: Store, minor_units: int, amount: str) -> None:
    with unit_of_work(store, "add card", LEE) as unit:
        agreements.add_rate_card(unit, "card", day("2026-01-01"), {"minor_units": minor_units})
    agree(store, "money", "2026-01-01", None, "block_money", PrepaidBlock("opening", "200000", "123456"))

    for found in (agreements.agreement_on(store, CLIENT, day("2026-06-01")), *agreements.agreements_of(store, CLIENT)):
        assert found is not None
        assert [block["remaining_amount"] for block in found.terms["blocks"]] == [amount]


def test_pools_are_added_and_drawn(store: Store) -> None:
    agreement_id = agree(store, "hours", "2026-01-01", None, "block_hours")
    with unit_of_work(store, "sell block", LEE) as unit:
        agreements.add_block(unit, agreement_id, PrepaidBlock("opening", "600", "600"))
    (pool,) = agreements.blocks_of(store, agreement_id)
    with unit_of_work(store, "charge", LEE) as unit:
        agreements.update_block(unit, pool, replace(pool, remaining="540"))

    assert agreements.blocks_of(store, agreement_id) == (replace(pool, remaining="540", version=2),)
    with pytest.raises(Stale), unit_of_work(store, "charge", LEE) as unit:
        agreements.update_block(unit, pool, replace(pool, remaining="480"))
    with pytest.raises(Refused), unit_of_work(store, "sell block", LEE) as unit:
        agreements.add_block(unit, agreement_id, PrepaidBlock("opening", "60", "60"))


def test_edit_of_an_agreement_is_audited_and_versioned(store: Store) -> None:
    agree(store, "hours", "2026-01-01", "2026-12-31")
    (agreement,) = agreements.agreements_of(store, CLIENT)
    service = replace(agreement.service, targets={"P1": {"onsite": 240}})
    after = replace(agreement, ends=None, terms={**agreement.terms, "labour_discount_pct": "10"}, service=service)
    with unit_of_work(store, "edit agreement", LEE) as unit:
        agreements.update_agreement(unit, agreement, after)

    (found,) = agreements.agreements_of(store, CLIENT)
    assert (found.ends, found.terms["labour_discount_pct"], found.version) == (None, "10", 2)
    assert found.service.targets == {"P1": {"onsite": 240}}
    last = audit.last_of(store, "agreement", agreement.id)
    assert last is not None
    assert set(last.detail["changed"]) == {"ends", "terms", "levels"}
    with pytest.raises(Stale), unit_of_work(store, "edit agreement", LEE) as unit:
        agreements.update_agreement(unit, agreement, after)


@pytest.mark.parametrize(("currency", "decimals"), [("JPY", 0), ("EUR", 2), ("KWD", 3)])
def test_money_has_the_decimals_of_its_currency_until_a_card_says_others(
    store: Store, currency: str, decimals: int
) -> None:
    with unit_of_work(store, "test", LEE) as unit:
        settings.set_firm(unit, currency=currency)
    assert agreements.minor_units(store) == exponent_of(store, currency) == decimals
    assert rate_cards.begun(store).get("minor_units", 2) == decimals
    with unit_of_work(store, "test", LEE) as unit:
        agreements.add_rate_card(unit, "card", day("2026-01-01"), {"currency": currency, "minor_units": 1})
    assert agreements.minor_units(store) == rate_cards.begun(store)["minor_units"] == 1
