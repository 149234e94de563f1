"""Prepaid blocks and service plans as tables of fields."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from dispatch.charges.fields import kind_at
from dispatch.fields.kinds import Day, Parsed, Text, Whole, Words, YesNo
from dispatch.fields.record import Check, Field, RecordType
from dispatch.fields.trade import Price
from dispatch.levels.targets import promises_text, read_promises
from dispatch.model.agreements import PrepaidBlock
from dispatch.model.languages import phrase
from dispatch.model.money import shortest, with_point
from dispatch.model.service_plans import UNITS, ServicePlan
from dispatch.model.states import Role
from dispatch.model.text import NOTE


def _number(text: str) -> Fraction:
    try:
        return Fraction(with_point(text))
    except (ValueError, ZeroDivisionError):
        raise ValueError("is not a decimal number") from None


def _amount(text: str) -> str:
    if (amount := _number(text)) <= 0:
        raise ValueError("is not more than 0")
    return shortest(amount)


def _percent(text: str) -> str:
    if not 0 <= (percent := _number(text.removesuffix("%").strip())) <= 100:
        raise ValueError("is not a percentage from 0 to 100")
    return shortest(percent)


def _expired(block: PrepaidBlock) -> str:
    bought, expires = block.purchased_on, block.expires_on
    return "is before it was bought" if bought is not None and expires is not None and expires < bought else ""


BLOCK = RecordType(
    "prepaid block",
    "prepaid blocks",
    PrepaidBlock,
    (Role.LEAD,),
    (
        Field("name", "What the block is called", Text(80), "2026-2", required=True, called="id"),
        Field(
            "size",
            "Size",
            Parsed("an amount above 0", _amount, metavar="AMOUNT"),
            "minutes at the usual rate, for prepaid money the amount: 600",
            required=True,
        ),
        Field("price", "Sold for", Price(), "950.00, before tax; 0: not sold"),
        Field("bought", "Bought on", Day(), "2026-11-24", attribute="purchased_on"),
        Field("expires", "Last day", Day(), "empty: never", attribute="expires_on"),
    ),
    (Check("expires", ("bought",), _expired),),
)


def _without_allowance(plan: ServicePlan) -> str:
    return "belongs to a retainer" if plan.allowance_min is not None and plan.kind != "retainer" else ""


SERVICE_PLAN = RecordType(
    "service plan",
    "service plans",
    ServicePlan,
    (Role.LEAD,),
    (
        Field("name", "Name", Text(), "Sweet spot", required=True),
        Field("kind", "Kind", kind_at("kind"), "retainer, fixed price, tm", required=True),
        Field("fee", "Fee a month", Price(), "900.00; 0: none; empty: not known yet"),
        *(Field(name, f"… and for each {word}", Price(), "25.00; empty: nothing") for name, word in UNITS),
        Field(
            "allowance",
            "Allowance a month",
            Whole(0, 10_000_000),
            "retainer: minutes at the usual rate, 360",
            attribute="allowance_min",
        ),
        Field("price_list", "Price list", kind_at("price_list"), "agreement", otherwise="agreement"),
        Field(
            "labour_discount",
            "Discount on labour, %",
            Parsed("a percentage", _percent, empty=""),
            "10",
            attribute="labour_discount_pct",
        ),
        Field(
            "waive_bands",
            "Premiums waived in",
            Words(fold=True, each=lambda band: band.replace(" ", "_")),
            "after hours, weekend",
        ),
        Field("waive_emergency", "No emergency premium", YesNo(), "yes or no"),
        Field("waive_travel", "Travel waived", kind_at("waive_travel"), "none, in radius, all", otherwise="none"),
        Field(
            "targets",
            "Response targets",
            Parsed("targets by priority", read_promises, promises_text, {}),
            "minutes: P1 phone 30, P1 on site 240; empty: the firm's",
        ),
        Field("visits", "Visits a month", Whole(0, 31), "2; empty: as usual"),
        Field("proactive", "Done unasked", Text(NOTE), "log and health check every month"),
        Field("term", "Term, months", Whole(1, 120), "12; empty: no end", attribute="term_months"),
        Field("excludes", "Not in it", Text(NOTE), "projects, cabling, hardware and licences"),
    ),
    (Check("allowance", ("kind",), _without_allowance),),
)
PRESETS: Mapping[str, Mapping[str, str]] = {
    "small": {
        "name": "Small", "kind": "retainer", "fee": "300", "allowance": "120", "labour_discount": "5",
        "waive_travel": "in_radius", "targets": "P1 phone 60, P1 on site 480", "visits": "1",
        "proactive": phrase("log and health check every month"), "term": "12",
        "excludes": phrase("projects, cabling, hardware and licences"),
    },
    "sweet spot": {
        "name": "Sweet spot", "kind": "retainer", "fee": "900", "allowance": "360", "labour_discount": "10",
        "waive_bands": "after hours", "waive_emergency": "yes", "waive_travel": "in_radius",
        "targets": "P1 phone 30, P1 on site 240, P2 phone 60, P2 on site 480", "visits": "2",
        "proactive": phrase("log and health check every month, backups tried"), "term": "12",
        "excludes": phrase("projects, cabling, hardware and licences"),
    },
    "big": {
        "name": "Big", "kind": "fixed_price", "fee": "2500", "labour_discount": "15",
        "waive_bands": "after hours, weekend, holiday", "waive_emergency": "yes", "waive_travel": "all",
        "targets": "P1 phone 15, P1 on site 120, P2 phone 30, P2 on site 240, P3 on site 480", "visits": "4",
        "proactive": phrase("log and health check every month, backups tried, a plan for the year"), "term": "24",
        "excludes": phrase("projects, hardware and licences"),
    },
}  # fmt: skip
"""Plans to begin with, by the size of client that they are for ([003]: a few hundred, 800 to 1,000, 2,500 a month). Their fees are
suggestions: a price is the lead's word."""
