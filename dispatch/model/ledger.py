"""What a bookkeeper's program calls what is sold, and its tax, as a firm types it (design/invoices.md, For the bookkeeper)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from dispatch.model.invoices import InvoiceLine, LineSource
from dispatch.model.money import shortest
from dispatch.model.text import LINE, NAME, clean, show

SOLD = ("labour", "travel", "fee", "item", "monthly", "block", "remote")
"""What is sold, by what it is called in the settings."""
OTHER = "other"
"""What stands for all that is not named."""
NONE = "-"
"""A code that is left empty on purpose."""
_OF_SOURCE = {LineSource.FEE: "monthly", LineSource.BLOCK: "block", LineSource.REMOTE: "remote"}
_TAX = re.compile(r"([SZE])([0-9]{1,3}(?:\.[0-9]{1,4})?)")


def sold_as(line: InvoiceLine) -> str:
    """By which key a line is looked up. What was paid before is of the block."""
    of_visit = "block" if line.category == "prepaid" else line.category
    key = _OF_SOURCE.get(line.source, of_visit)
    return key if key in SOLD else OTHER


def codes_of(text: str, key_of: Callable[[str], str]) -> dict[str, str]:
    """The codes of a setting, such as `labour: 8400 | other: 8410`; a code of `-` is empty.

    Raises:
        ValueError: it is not written so, or names something twice.
    """
    codes: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in clean(text, limit=LINE).split("|"))):
        key, colon, code = (word.strip() for word in part.partition(":"))
        if not colon or not code or len(code) > NAME:
            raise ValueError(f"{show(part, 40)!r} is not of the form key: code")
        key = key_of(key)
        if key in codes:
            raise ValueError(f"names {key} twice")
        codes[key] = code
    return codes


def sold_key(word: str) -> str:
    """What is sold, as it is typed.

    Raises:
        ValueError: there is nothing of that name.
    """
    if (key := word.casefold()) not in (*SOLD, OTHER):
        raise ValueError(f"{show(word, 40)!r} is not one of {', '.join((*SOLD, OTHER))}")
    return key


def tax_key(word: str) -> str:
    """A tax as it is typed: S and the percentage, Z0 (not taxed), E0 (exempt).

    Raises:
        ValueError: it is none.
    """
    found = _TAX.fullmatch(word.upper())
    if found is None or (found[1] == "S") != bool(Fraction(found[2])):
        raise ValueError(f"{show(word, 40)!r} is not a tax such as S7.5, Z0 or E0")
    return f"{found[1]}{shortest(Fraction(found[2]))}"


def code(codes: Mapping[str, str], key: str) -> str | None:
    """The code of a key, else of all that is not named; None: there is none."""
    found = codes.get(key, codes.get(OTHER))
    return "" if found == NONE else found
