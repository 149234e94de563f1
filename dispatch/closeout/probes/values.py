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


def value_verdict(probe: Probe, typed: str, before: str | None = None) -> tuple[bool, str]:
    """Whether a typed value such as `14h` is within the bounds, and a sentence that says so.

    Args:
        probe: its bounds.
        typed: the value, with the unit or without.
        before: what was read at the last visit.

    Raises:
        ValueError: it is no number, has another unit, or is none that its unit can have; the message says what is expected.
    """
    number, unit = parted(typed)
    wanted = probe.unit or "no unit"
    example = f"{probe.most or probe.least or '12'} {probe.unit}".strip()
    if number is None:
        raise ValueError(f"“{show(typed, 40)}” is not a number; {example} is expected")
    if unit and unit.casefold() != probe.unit.casefold():
        raise ValueError(f"“{show(typed, 40)}” has another unit than {wanted}; {example} is expected")
    if re.match(r"\s*[-+]?[1-9]\d{0,2},\d{3}(?!\d)", typed):
        raise ValueError(
            f"“{show(typed, 40)}” may be thousands or a decimal: write it with a point, or with no sign at all"
        )
    if beyond := impossible(probe, number):
        raise ValueError(f"“{show(typed, 40)}” cannot be: {beyond}")
    shown = with_unit(probe, typed)
    least, most = _bound(probe.least), _bound(probe.most)
    if least is not None and number < least:
        return False, f"{probe.name}: {shown} is below {probe.least} {probe.unit}".strip()
    if most is not None and number > most:
        return False, f"{probe.name}: {shown} is above {probe.most} {probe.unit}".strip()
    if before is not None and (moved := moved_too_far(probe, shown, before)):
        return False, f"{probe.name}: {moved}"
    return True, f"{probe.name}: {shown} is within bounds"


_COUNTED = re.compile(
    r"(ms|s|sec|min|h|d)|(second|minute|hour|day|week|month|year|byte|file|user|mail)s?|([kmgt]i?)?(b|bit/s)",
    re.IGNORECASE,
)
"""Units of time and of amounts. One who asks for days *to* something says how many at least, and below that it fails."""


def impossible(probe: Probe, number: Decimal) -> str:
    """Why a figure cannot be one of its unit (design/close-out.md C5); "" where it can."""
    most = _bound(probe.most)
    if probe.unit == "%" and not 0 <= number <= max(100, most or 0):
        return f"a share is from 0 to {max(100, most or 0)} %"
    if number < 0 and probe.least is None and _COUNTED.fullmatch(probe.unit):
        return f"{probe.unit} are counted from 0"
    return ""


def with_unit(probe: Probe, typed: str) -> str:
    """A value as it is kept, "39 %", whether or not its unit stands there; one of another unit stays as it is."""
    value, unit = typed.strip(), parted(typed)[1]
    if unit and unit.casefold() != probe.unit.casefold():
        return value
    return f"{value.removesuffix(unit).strip()} {probe.unit}".strip()


def moved_too_far(probe: Probe, value: str, before: str) -> str:
    """How a value is further from what was read at the last visit than it may be; "" where it is not, or cannot be told."""
    now, unit = parted(value)
    then, unit_then = parted(before)
    if now is None or then is None or unit.casefold() not in ("", unit_then.casefold()):
        return ""
    fall, rise = _bound(probe.fall), _bound(probe.rise)
    for may, by, word in ((fall, then - now, "below"), (rise, now - then, "above")):
        if may is not None and by > may:
            return (
                f"{f'{now} {unit_then}'.strip()} is {by} {word} the last visit's {before}, {may} at most is asked for"
            )
    return ""


def breaks_next(probe: Probe, value: str, before: str) -> str:
    """The bound that is broken at the next visit if a value goes on moving as it did since the last one; "" where none is."""
    now, unit = parted(value)
    then, unit_then = parted(before)
    if now is None or then is None or unit.casefold() != unit_then.casefold():
        return ""
    expected = 2 * now - then
    least, most = _bound(probe.least), _bound(probe.most)
    if least is not None and expected < least <= now:
        return f"below {probe.least} {probe.unit}".strip()
    if most is not None and expected > most >= now:
        return f"above {probe.most} {probe.unit}".strip()
    return ""


def parted(text: str) -> tuple[Decimal | None, str]:
    """Number and unit of a value such as `14h`; None and "" where it is none."""
    match = re.fullmatch(r"\s*([-+]?\d+(?:[.,]\d+)?)\s*(.*?)\s*", text)
    number = number_of(match[1]) if match is not None else None
    return number, match[2] if match is not None and number is not None else ""


def _bound(text: str | None) -> Decimal | None:
    return None if text is None else number_of(text)
