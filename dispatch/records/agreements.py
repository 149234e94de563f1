"""Prepaid blocks as a table of fields."""

from __future__ import annotations

import re
from fractions import Fraction

from dispatch.fields.kinds import Day, Parsed, Text
from dispatch.fields.record import Check, Field, RecordType
from dispatch.model.agreements import PrepaidBlock
from dispatch.model.money import shortest
from dispatch.model.states import Role


def _amount(text: str) -> str:
    try:
        amount = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError("is not a decimal number") from None
    if amount <= 0:
        raise ValueError("is not more than 0")
    return shortest(amount)


def _price(text: str) -> str:
    return "0" if re.fullmatch(r"0+(\.0+)?", text.strip()) else _amount(text)


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
            "rate-minutes, for prepaid money the amount: 600",
            required=True,
        ),
        Field("price", "Sold for", Parsed("an amount", _price, metavar="AMOUNT"), "950.00, before tax; 0: not sold"),
        Field("bought", "Bought on", Day(), "2026-11-24", attribute="purchased_on"),
        Field("expires", "Last day", Day(), "empty: never", attribute="expires_on"),
    ),
    (Check("expires", ("bought",), _expired),),
)
