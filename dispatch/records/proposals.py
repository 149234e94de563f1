"""Work that a proposal offers beside that on findings, as it is typed."""

from __future__ import annotations

from dataclasses import dataclass

from dispatch.fields.context import FieldContext
from dispatch.fields.kinds import FieldKind
from dispatch.fields.trade import price_of
from dispatch.model.money import format_minor
from dispatch.model.proposals import AskedWork
from dispatch.model.text import LINE, clean
from dispatch.model.typed_times import parse_minutes


@dataclass(frozen=True, slots=True)
class Works(FieldKind):
    """Several between |, each with what it is about, its risk, the minutes that it takes and its price in the firm's money."""

    metavar = "WORK"
    description = "name; risk; minutes; price"
    empty = ()

    def read(self, text: str, context: FieldContext) -> tuple[AskedWork, ...]:
        works = []
        for part in filter(str.strip, text.split("|")):
            name, *more = (clean(cell, limit=LINE) for cell in part.split(";"))
            if len(more) > 3:
                raise ValueError("has more than its name; risk; minutes; price")
            risk, minutes, price = [*more, "", "", ""][:3]
            works.append(
                AskedWork(
                    name,
                    risk,
                    parse_minutes(minutes) if minutes else None,
                    price_of(price, context.exponent) if price else None,
                )
            )
        return tuple(works)

    def write(self, value: tuple[AskedWork, ...], context: FieldContext) -> str:
        def cells(one: AskedWork) -> str:
            price = "" if one.price is None else format_minor(one.price, context.exponent)
            return "; ".join((one.name, one.risk, str(one.minutes or ""), price)).rstrip("; ")

        return " | ".join(map(cells, value))


WORKS = Works()
