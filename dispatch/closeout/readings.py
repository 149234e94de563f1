"""A figure beside those of the visits before it: what it was then, and where it goes if it goes on so."""

from __future__ import annotations

from dispatch.closeout.probes.values import breaks_next, parted
from dispatch.model.charts import columns
from dispatch.model.checklists import Checklist, Item, ItemKind
from dispatch.model.instants import day_of, day_text


def compared(item: Item, zone: str, value: str | None = None) -> str:
    """What a figure was at the site's last visit, a small chart where there are more, and what it breaks at the next visit if it
    goes on so: "was 41 % on Tue 3 Nov 2026 ▇▅▂, below 15 % next time if it goes on so". "" where nothing is known.

    Args:
        item: with what was read before.
        zone: of the days.
        value: what is read now; None: nothing yet.
    """
    if not item.before:
        return ""
    last = item.before[0]
    told = f"was {last.value} on {day_text(day_of(last.at, zone))}"
    read = [*reversed([reading.value for reading in item.before]), *([value] if value else [])]
    numbers = [float(number) for number, _ in map(parted, read) if number is not None]
    if len(numbers) == len(read) > 2:
        told += f" {columns(numbers, max(numbers), len(numbers))}"
    return ", ".join(filter(None, (told, outlook(item, value))))


def outlook(item: Item, value: str | None) -> str:
    """Which bound a figure breaks at the next visit if it goes on so; "" where none, or where it is broken already."""
    if not value or not item.before or len(item.probes) != 1:
        return ""
    broken = breaks_next(item.probes[0], value, item.before[0].value)
    return f"{broken} next time if it goes on so" if broken else ""


def worth_naming(checklist: Checklist) -> str:
    """The first figure that breaks a bound at the next visit if it goes on so, in words for *anything else?*; "" where none, or
    where all have been named."""
    named = [item.label.casefold() for item in checklist.items if item.kind is ItemKind.NAMED]
    for item in checklist.items:
        value = item.standing.value if item.standing is not None else None
        if (broken := outlook(item, value)) and not any(item.probes[0].name.casefold() in label for label in named):
            return f"{item.probes[0].name} {value}, was {item.before[0].value}: {broken}"
    return ""
