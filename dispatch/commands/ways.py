"""How what is still missing on a visit is recorded by command; on the screen the keys say it."""

from __future__ import annotations

from collections.abc import Iterable

from dispatch.model.checklists import Asks, Item, Kind
from dispatch.model.text import show

_TESTED = {
    Asks.EXECUTED: "record {visit} {item} --run, or ask-permission {visit} {item}",
    Asks.MEASURED: "record {visit} {item} --value VALUE, or ask-permission {visit} {item}",
    Asks.ANY: "record {visit} {item} --pass --evidence TEXT",
    Asks.NO_WAY_IN: "attach {visit} {item} FILE, or ask-permission {visit} {item}; then "
    "record {visit} {item} --pass --evidence TEXT",
}


def way_lines(reference: str, items: Iterable[Item]) -> list[str]:
    """A line for each way, with the first item that it serves, and all of them behind it."""
    served: dict[str, list[str]] = {}
    for item in items:
        served.setdefault(_way(item), []).append(show(item.ref))
    lines = []
    for way, refs in served.items():
        told = way.format(visit=show(reference), item=refs[0])
        lines.append(f"  dispatch visit {told}" + (f"   ({', '.join(refs)})" if len(refs) > 1 else ""))
    return ["By command:", *lines] if lines else []


def _way(item: Item) -> str:
    if item.kind is Kind.SIGN_OFF:
        return "sign-off {visit} --name NAME --satisfied yes"
    if item.kind is Kind.NAMED:
        return "record {visit} {item} --done, --follow-up DAY or --declined WORDS"
    if item.kind is Kind.TEST:
        return _TESTED[item.asks]
    if item.kind is Kind.ASK:
        return "record {visit} {item} --answer TEXT"
    if item.ref == "W2":
        return "work {visit} TEXT"
    return "record {visit} {item} --done" + (" or --not-done WHY" if item.ref.startswith("W1.") else "")
