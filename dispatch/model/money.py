"""Exact money: fractions inside a calculation, integer minor units where it is kept, never a binary float."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from dispatch.model.languages import money_in, spoken

_AMOUNT = re.compile(r"([+-]?)([0-9]{1,15})(?:\.([0-9]+))?")


def rounded(value: Fraction) -> int:
    """The nearest whole number; a half goes away from zero (design/charges.md B4.2)."""
    doubled = 2 * abs(value.numerator) + value.denominator
    size = doubled // (2 * value.denominator)
    return size if value >= 0 else -size


_COMMA = re.compile(r"-?[0-9]+,[0-9]{1,2}")


def with_point(text: str) -> str:
    """A number as it was typed, with a point where it has a decimal comma: 35,50 has one reading, 1,234 has two and stays."""
    text = text.strip()
    return text.replace(",", ".") if _COMMA.fullmatch(text) else text


def to_minor(amount: Fraction, exponent: int) -> int:
    """An amount of money in minor units, rounded once, half away from zero."""
    return rounded(amount * 10**exponent)


_WITHOUT = re.compile("BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|VND|VUV|XAF|XOF|XPF")
_WITH_THREE = re.compile("BHD|IQD|JOD|KWD|LYD|OMR|TND")


def decimals_of(currency: str) -> int:
    """How many decimals a currency has (ISO 4217); 2 where nothing else is known."""
    return 0 if _WITHOUT.fullmatch(currency) else 3 if _WITH_THREE.fullmatch(currency) else 2


def format_minor(amount: int, exponent: int) -> str:
    """Minor units as a decimal with exactly `exponent` places."""
    whole, rest = divmod(abs(amount), 10**exponent)
    return ("-" if amount < 0 else "") + str(whole) + (f".{rest:0{exponent}d}" if exponent else "")


def amount_text(amount: int, exponent: int, currency: str) -> str:
    """Minor units as people read them, with commas between thousands: "1,250.00 USD", or as the language that is spoken has it."""
    if language := spoken():
        return money_in(language, Decimal(format_minor(amount, exponent)), currency)
    return f"{Decimal(format_minor(amount, exponent)):,f} {currency}"


def parse_minor(text: str, exponent: int) -> int:
    """A typed amount in minor units.

    Raises:
        ValueError: it is not a plain decimal, or has more places than the currency.
    """
    match = _AMOUNT.fullmatch(with_point(text))
    if match is None:
        raise ValueError(f"{text!r} is not an amount such as {format_minor(1250, exponent)}")
    sign, whole, places = match[1], match[2], match[3] or ""
    if len(places.rstrip("0")) > exponent:
        raise ValueError(f"{text!r} has more than {exponent} decimal places")
    minor: int = int(whole) * 10**exponent + int((places[:exponent]).ljust(exponent, "0") or 0)
    return -minor if sign == "-" else minor


def shortest(value: Fraction | Decimal | int, places: int = 4) -> str:
    """A quantity as the shortest decimal with at most `places` places, rounded half away from zero."""
    scaled = rounded(Fraction(value) * 10**places)
    text = format_minor(scaled, places)
    return text.rstrip("0").rstrip(".") if places else text


def exact_text(value: Fraction) -> str:
    """A figure with at most four places where these say it exactly, else as a fraction such as 65/44."""
    places = 4
    exact = (value * 10**places).denominator == 1
    return shortest(value, places) if exact else f"{value.numerator}/{value.denominator}"
