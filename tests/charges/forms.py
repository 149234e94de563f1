"""Random forms of design/charges.md B14, wide enough that every rule meets every other."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

BANDS = ["business", "after_hours", "weekend", "holiday"]
ZONES = ["America/New_York", "Europe/London", "Australia/Lord_Howe", "UTC"]
START = datetime.datetime(2026, 3, 4, 5, 0, tzinfo=datetime.UTC)


def money(top: int = 20000) -> st.SearchStrategy[str]:
    """An amount to the cent."""
    return st.integers(0, top).map(lambda cents: f"{cents // 100}.{cents % 100:02}")


ROUNDINGS = st.fixed_dictionaries(
    {
        "increment_min": st.sampled_from([1, 6, 15, 30, 60]),
        "mode": st.sampled_from(["up", "down", "nearest", "exact"]),
        "grace_min": st.sampled_from([0, 5]),
    }
)
MINIMUMS = st.one_of(st.integers(0, 300), st.dictionaries(st.sampled_from(BANDS), st.integers(0, 240), min_size=1))
LISTED = st.fixed_dictionaries({"standard": money(60000)}, optional={"agreement": st.one_of(st.none(), money(60000))})
CLOCK = st.sampled_from(["00:00", "06:30", "12:00", "17:00", "22:00"])
OWN_BANDS = st.builds(
    lambda own, price: own | price,
    st.fixed_dictionaries(
        {"name": st.sampled_from(["evening", "night", "sunday"]), "like": st.sampled_from(BANDS)},
        optional={
            "days": st.lists(st.sampled_from(["wed", "thu", "fri", "sat", "sun", "holiday"]), unique=True),
            "from": CLOCK,
            "to": st.one_of(CLOCK, st.just("24:00")),
        },
    ),
    st.one_of(
        st.just({}),
        st.fixed_dictionaries({"multiplier": st.sampled_from(["0.8", "1.75", "4/3"])}),
        st.fixed_dictionaries({"price": money()}, optional={"agreement": st.one_of(st.none(), money())}),
    ),
)
COMPONENTS = st.one_of(
    st.fixed_dictionaries({"kind": st.just("callout"), "amount": money()}),
    st.fixed_dictionaries({"kind": st.just("vehicle"), "amount": money()}),
    st.fixed_dictionaries({"kind": st.just("distance"), "rate": money(300)}),
    st.fixed_dictionaries(
        {"kind": st.just("time"), "rate": money()}, optional={"included_min": st.integers(0, 60), "rounding": ROUNDINGS}
    ),
    st.fixed_dictionaries({"kind": st.just("time"), "pct_of_labour": st.sampled_from(["50", "100", "33.3"])}),
    st.fixed_dictionaries(
        {
            "kind": st.just("zone"),
            "by": st.sampled_from(["distance", "time"]),
            "zones": st.just(
                [{"name": "near", "upto": "10", "amount": "0"}, {"name": "far", "upto": None, "amount": "40.00"}]
            ),
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("zone"),
            "by": st.sampled_from(["distance", "time"]),
            "zones": st.just(
                [{"name": "in", "upto": "5.5", "amount": "15"}, {"name": "out", "upto": "17", "amount": "33.33"}]
            ),
            "beyond": st.sampled_from(["last", "none"]),
        }
    ),
)
BEYOND = [
    {"kind": "zone", "by": "distance", "zones": [{"name": "in", "upto": "12", "amount": "9"}], "beyond": "last"},
    {"kind": "distance", "rate": "0.55", "included": "last_zone"},
]
"""Zones, and distance beyond the last of them only."""
TOWNS = st.sampled_from([{}, {}, {"Dublin": "25", "Mount Vernon": "60.50", "Home": "0"}])


def draw_labour_prices(draw: st.DrawFn, card: dict[str, Any]) -> None:
    """Half the cards have bands of their own, prices by band, and half-day and day prices."""
    if draw(st.booleans()):
        return
    card["bands"] = draw(st.lists(OWN_BANDS, max_size=3, unique_by=lambda own: str(own["name"])))
    names = [*BANDS[1:], *(own["name"] for own in card["bands"])]
    for prices in card["classes"].values():
        listed = draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
        prices["bands"] = {name: draw(LISTED) for name in listed}
        prices |= {name: draw(st.one_of(st.none(), LISTED)) for name in ("half_day", "day")}


@st.composite
def percentages(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Percentages on top, each of categories and of some that stand before it."""
    made: list[dict[str, Any]] = []
    for name in draw(st.sampled_from([[], [], ["fuel"], ["fuel", "parts"], ["fuel", "parts", "small"]])):
        after = draw(st.booleans())
        earlier = [one["name"] for one in made if after or not one["after_discount"]]
        category = draw(st.sampled_from(["labour", "travel", "fee", "item"]))
        of = st.lists(st.sampled_from(["labour", "travel", "fee", "item", *earlier]), min_size=1, unique=True)
        made.append(
            {
                "name": name,
                "pct": draw(st.sampled_from(["0", "5", "12.5", "33.3"])),
                "of": draw(of),
                "category": category,
                "taxable": category != "item" or draw(st.booleans()),
                "after_discount": after,
                "cap": draw(st.sampled_from([None, None, "25", "7.777"])),
            }
        )
    return made


NOTICES = st.sampled_from(
    [
        [],
        [{"name": "same day", "within_hours": "24", "value": "40"}],
        [
            {"name": "same day", "within_hours": 24, "value": "40.555"},
            {"name": "express", "within_hours": "3.5", "mode": "percent_of_labour", "value": "25"},
        ],
    ]
)
TIERS = st.sampled_from(
    [
        [],
        [{"notice_hours": "4", "mode": "percent_of_minimum", "value": "100"}],
        [{"notice_hours": 72, "mode": "flat", "value": "15"}, {"notice_hours": "2", "mode": "none"}],
    ]
)


@st.composite
def cards(draw: st.DrawFn, **fixed: Any) -> dict[str, Any]:
    """A rate card that may be saved."""
    card: dict[str, Any] = {
        "currency": "EUR",
        "minor_units": draw(st.sampled_from([0, 2, 2, 2, 3])),
        "timezone": draw(st.sampled_from(ZONES)),
        "holidays": ["2026-03-06"],
        "tax": {
            "name": "VAT",
            "rate_pct": draw(st.sampled_from(["0", "7", "19", "8.875"])),
            "rounding": draw(st.sampled_from(["document", "line"])),
            "services": draw(st.booleans()),
            "included": draw(st.sampled_from(["never", "never", "private", "always"])),
        },
        "classes": {
            "tech": {"standard": draw(money()), "agreement": draw(st.one_of(st.none(), money()))},
            "senior": {
                "standard": draw(money()),
                "agreement": None,
                "rounding": draw(st.one_of(st.none(), ROUNDINGS)),
                "minimum_minutes": draw(st.one_of(st.none(), MINIMUMS)),
            },
        },
        "items": {"CAB": {"standard": "3.10", "agreement": "2.90", "taxable": draw(st.booleans())}},
        "price_lists": {
            "nonprofit": {
                "classes": {"tech": draw(st.one_of(st.none(), money()))},
                "items": draw(st.sampled_from([{}, {"CAB": "0"}, {"CAB": "2.55"}])),
            }
        },
        "multipliers": draw(st.sampled_from([{}, {"business": "1.25"}, {"after_hours": "65/44"}])),
        "overtime": draw(st.sampled_from([{}, {"after_min": 120}, {"after_min": 400, "multiplier": "1.8"}])),
        "day_price": {
            "mode": draw(st.sampled_from(["ceiling", "step"])),
            "half_min": draw(st.sampled_from([60, 240])),
            "day_min": draw(st.sampled_from([240, 480])),
        },
        "extra_technician_pct": draw(st.sampled_from(["100", "50"])),
        "time_basis": draw(st.sampled_from(["on_site", "on_site", "door_to_door"])),
        "clip_early": draw(st.booleans()),
        "rounding": draw(ROUNDINGS),
        "minimum": {
            "per": draw(st.sampled_from(["visit", "day"])),
            "minutes": draw(MINIMUMS),
            "amount": draw(st.one_of(st.none(), money(40000))),
            "includes_travel": draw(st.booleans()),
            "amount_after_discount": draw(st.booleans()),
            "technicians": draw(st.sampled_from(["each", "first"])),
            "emergency_minutes": draw(st.sampled_from([0, 120])),
        },
        "remote": {"minimum_minutes": draw(MINIMUMS), "increment_min": draw(st.sampled_from([None, 1, 6, 15]))},
        "testing": {"billable": draw(st.booleans()), "free_min": draw(st.sampled_from([0, 15]))},
        "emergency": {
            "multiplier": draw(st.sampled_from([None, "1.5", "2"])),
            "flat": draw(st.sampled_from(["0", "45"])),
        },
        "travel": {
            "basis": draw(st.sampled_from(["depot_round_trip", "one_way", "legs", "trip_split"])),
            "included_radius": draw(st.sampled_from(["0", "5", "12.5"])),
            "components": draw(st.one_of(st.lists(COMPONENTS, max_size=3), st.just(BEYOND))),
            "cap": draw(st.one_of(st.none(), money(10000))),
            "time_source": draw(st.sampled_from(["estimated", "actual"])),
            "time_per": draw(st.sampled_from(["technician", "vehicle"])),
            "time_premium": draw(st.booleans()),
            "time_cap_min": draw(st.sampled_from([None, None, 30, 75])),
            "towns": draw(TOWNS),
        },
        "no_access": {"mode": draw(st.sampled_from(["minimum_and_travel", "flat", "none"])), "amount": "60"},
        "cancellation": {
            "mode": draw(st.sampled_from(["percent_of_minimum", "flat", "none"])),
            "value": draw(st.sampled_from(["0", "50"])),
            "tiers": draw(TIERS),
        },
        "short_notice": draw(NOTICES),
        "percentages": draw(percentages()),
    }
    draw_labour_prices(draw, card)
    return card | fixed


@st.composite
def agreements(draw: st.DrawFn) -> dict[str, Any]:
    """An agreement that may be saved, in force in March 2026 more often than not."""
    kind = draw(st.sampled_from(["tm", "fixed_price", "retainer", "block_hours", "block_money"]))
    blocks = [
        {
            "id": name,
            "remaining_amount" if kind == "block_money" else "remaining_min": draw(
                money(30000) if kind == "block_money" else st.integers(0, 300)
            ),
            "expires_on": draw(st.sampled_from([None, "2026-03-05", "2026-12-31", "2026-01-01"])),
            "purchased_on": draw(st.sampled_from([None, "2026-01-01", "2027-01-01"])),
        }
        for name in draw(st.lists(st.sampled_from("abc"), unique=True))
    ]
    return {
        "kind": kind,
        "starts": "2026-01-01",
        "ends": draw(st.sampled_from([None, None, "2026-12-31", "2026-02-01"])),
        "price_list": draw(st.sampled_from(["agreement", "standard"])),
        "labour_discount_pct": draw(st.sampled_from(["0", "10", "100"])),
        "discount_travel": draw(st.booleans()),
        "waive_bands": draw(st.lists(st.sampled_from(BANDS), unique=True)),
        "waive_emergency": draw(st.booleans()),
        "waive_travel": draw(st.sampled_from(["none", "none", "in_radius", "all"])),
        "minimum_minutes": draw(st.one_of(st.none(), MINIMUMS)),
        "covers_bands": draw(st.sampled_from([["business"], BANDS, []])),
        "covers_travel": draw(st.booleans()),
        "allowance_min": draw(st.integers(0, 200)),
        "blocks": blocks,
        "draws_travel": draw(st.booleans()),
        "overage_rate": draw(st.one_of(st.none(), money())),
        "tax_on": draw(st.sampled_from(["sale", "use"])),
    }


@st.composite
def parts(draw: st.DrawFn, name: str, zone: str) -> dict[str, Any]:
    """One technician's part of a visit, with marks."""
    local = ZoneInfo(zone)
    minute = draw(st.integers(0, 7 * 1440))
    length = draw(st.one_of(st.integers(0, 240), st.integers(0, 1100)))
    seconds = draw(st.sampled_from([0, 59]))

    def at(offset: int) -> str:
        return (START + datetime.timedelta(minutes=minute + offset, seconds=seconds)).astimezone(local).isoformat()

    marks = []
    for kind in draw(st.lists(st.sampled_from(["break", "test", "excluded", "own_fault", "new_work"]), max_size=3)):
        first = draw(st.integers(0, length))
        marks.append({"kind": kind, "start": at(first), "end": at(draw(st.integers(first, length)))})
    later_days: list[dict[str, str | None]] = []
    night = length
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        came = night + draw(st.integers(30, 1440))
        night = came + draw(st.integers(0, 600))
        later_days.append(
            {
                "depart": draw(st.one_of(st.none(), st.just(at(came - 15)))),
                "check_in": at(came),
                "check_out": at(night),
                "return": draw(st.one_of(st.none(), st.just(at(night + 10)))),
            }
        )
    for day in later_days:
        for kind in draw(st.lists(st.sampled_from(["break", "test", "excluded", "own_fault"]), max_size=1)):
            marks.append({"kind": kind, "start": str(day["check_in"]), "end": str(day["check_out"])})
    more = {"later_days": later_days} if later_days else {}
    return more | {
        "technician": name,
        "class": draw(st.sampled_from(["tech", "senior"])),
        "billable": draw(st.sampled_from([True, True, True, False])),
        "vehicle": draw(st.sampled_from([None, "van 1", "van 2"])),
        "depart": draw(st.one_of(st.none(), st.just(at(-25)))),
        "check_in": at(0),
        "check_out": at(length),
        "return": draw(st.one_of(st.none(), st.just(at(length + 20)))),
        "marks": marks,
    }


@st.composite
def visits(draw: st.DrawFn, zone: str) -> dict[str, Any]:
    """A visit of one to three technicians."""
    crew = [
        draw(parts(name, zone))
        for name in draw(st.sampled_from([["ann"], ["ann"], ["ann", "ben"], ["ann", "ben", "cy"]]))
    ]
    leg = {"distance": draw(money(4000)), "minutes": draw(st.integers(0, 90))}
    visit: dict[str, Any] = {
        "way": draw(st.sampled_from(["on_site"] * 4 + ["remote", "phone"])),
        "outcome": draw(st.sampled_from(["completed"] * 4 + ["no_access", "cancelled", "aborted_by_us"])),
        "cause": draw(st.sampled_from(["normal", "normal", "own_failure"])),
        "original_visit_date": draw(st.sampled_from(["2026-02-20", "2025-11-01"])),
        "scheduled_start": draw(st.sampled_from([crew[0]["check_in"], "2026-03-06T09:00:00+00:00"])),
        "cancelled_at": draw(st.sampled_from(["2026-03-05T12:00:00+00:00", "2026-03-06T07:30:00+00:00"])),
        "requested_at": draw(st.sampled_from([None, "2026-03-04T05:00:00+00:00", "2026-03-06T07:30:00+00:00"])),
        "departed": draw(st.booleans()),
        "emergency": draw(st.booleans()),
        "early_start_agreed": draw(st.booleans()),
        "assignments": crew,
        "trip": {
            "last_stop": draw(st.booleans()),
            "leg_in": leg,
            "leg_home": leg,
            "total": {"distance": "31.5", "minutes": 77},
            "solo_sum": {"distance": draw(st.sampled_from(["0", "55.5"])), "minutes": draw(st.sampled_from([0, 130]))},
            "stops": draw(st.integers(1, 5)),
        },
        "items": draw(st.lists(st.sampled_from([{"code": "CAB", "qty": "2.5"}, {"label": "toll", "amount": "4.20"}]))),
        "goodwill": [
            {"by": "lee", "role": "lead", "reason": "late", "target": target, "mode": mode, "value": value}
            for target, mode, value in draw(
                st.lists(
                    st.tuples(
                        st.sampled_from(["labour", "travel", "fee"]),
                        st.sampled_from(["percent", "amount"]),
                        st.sampled_from(["10", "33.3", "500"]),
                    ),
                    max_size=2,
                )
            )
        ],
        "prior_today": draw(
            st.sampled_from(
                [
                    {},
                    {"ann": {"presence_rmin": "45", "topup_rmin": "75", "topup_unit_price": "90"}},
                    {"ann": {"worked_min": {"2026-03-04": 90, "2026-03-06": 300}}, "ben": {"worked_min": {}}},
                    {"ann": {"travel_min": "22.5"}, "cy": {"travel_min": "100"}},
                ]
            )
        ),
    }
    if draw(st.integers(0, 5)) == 0:
        visit["manual_travel"] = {"by": "lee", "role": "lead", "amount": "25.00", "reason": "out of area"}
    return visit


@st.composite
def inputs(draw: st.DrawFn) -> dict[str, Any]:
    """A whole input: card, client, site, agreement and visit."""
    card = draw(cards())
    return {
        "card": card,
        "client": {
            "tax_exempt": draw(st.sampled_from([False, False, True])),
            "tax_ref": "X-1",
            "private": draw(st.booleans()),
            "price_group": draw(st.sampled_from([None, "Nonprofit", "gone"])),
        },
        "site": {"one_way_distance": draw(money(3000)), "one_way_minutes": draw(st.integers(0, 90))}
        | draw(st.sampled_from([{}, {}, {"town": "mount vernon"}, {"town": "Home"}, {"travel_price": "31.5"}])),
        "agreement": draw(st.one_of(st.none(), agreements())),
        "visit": draw(visits(card["timezone"])),
    }
