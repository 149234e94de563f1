"""Values with bounds: typed by a person, or read from a page."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from dispatch.model.probes import Probe
from dispatch.model.text import show


def number_of(text: str) -> Decimal | None:
    """The number that was typed; None: it is none."""
    try:
        number = Decimal(text.replace(",", ".").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**12 else None


def value_verdict(probe: Probe, typed: str) -> tuple[bool, str]:
    """Whether a typed value such as `14h` is within the bounds, and a sentence that says so.

    Raises:
        ValueError: it is no number, or has another unit; the message says what is expected.
    """
    match = re.fullmatch(r"\s*([-+]?\d+(?:[.,]\d+)?)\s*(.*?)\s*", typed)
    number = number_of(match[1]) if match is not None else None
    unit = probe.unit or "no unit"
    example = f"{probe.most or probe.least or '12'} {probe.unit}".strip()
    if match is None or number is None:
        raise ValueError(f"“{show(typed, 40)}” is not a number; {example} is expected")
    if match[2] and match[2].casefold() != probe.unit.casefold():
        raise ValueError(f"“{show(typed, 40)}” has another unit than {unit}; {example} is expected")
    shown = f"{match[1]} {probe.unit}".strip()
    least, most = (None if bound is None else number_of(bound) for bound in (probe.least, probe.most))
    if least is not None and number < least:
        return False, f"{probe.name}: {shown} is below {probe.least} {probe.unit}".strip()
    if most is not None and number > most:
        return False, f"{probe.name}: {shown} is above {probe.most} {probe.unit}".strip()
    return True, f"{probe.name}: {shown} is within bounds"
