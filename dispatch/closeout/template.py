"""The checklist of an on-site visit and the short one, and which items a visit gets (close-out.md C1, states.md).

A template is copied into the visit when it is made: what stands here later changes no visit that exists.
"""

from __future__ import annotations

import re
import unicodedata

from dispatch.model.checklists import ItemTemplate, Kind, Phase
from dispatch.model.text import ELLIPSIS, LINE

_SHORT_KINDS = frozenset({"delivery"})
_SLUG = 60
"""Longest slug of a service in an item id, which itself has at most 90 characters."""

EXPECTATIONS = ItemTemplate(
    "A1",
    Phase.ARRIVE,
    Kind.ASK,
    "Expectations agreed: with whom, what done looks like, what is not for today",
    override_allowed=False,
)
IN_THEIR_WORDS = ItemTemplate("A2", Phase.ARRIVE, Kind.ASK, "What is wrong, in the client's words")
PRICE_BASIS = ItemTemplate(
    "A3", Phase.ARRIVE, Kind.CONFIRM, "Price basis shown: rate or agreement, minimum, travel", na_allowed=True
)
WHAT_CHANGED = ItemTemplate("W2", Phase.WORK, Kind.CONFIRM, "What was changed")
PROBLEM_GONE = ItemTemplate("T1", Phase.TEST, Kind.TEST, "The problem no longer occurs, tried the client's way")
RESTARTED = ItemTemplate("T2", Phase.TEST, Kind.TEST, "Restarted, and came back by itself", na_allowed=True)
CONNECTED = ItemTemplate(
    "T3", Phase.TEST, Kind.TEST, "Connected: local network, internet, remote access", na_allowed=True
)
SECOND_PERSON = ItemTemplate("T5", Phase.TEST, Kind.TEST, "A second person or workstation confirms")
BACKUP_GOOD = ItemTemplate("T6", Phase.TEST, Kind.TEST, "Last backup good, monitoring quiet")
ANYTHING_ELSE = ItemTemplate(
    "L1", Phase.LEAVE, Kind.ASK, "Is there anything else before I leave?", override_allowed=False
)
NOTHING_LEFT = ItemTemplate(
    "L2", Phase.LEAVE, Kind.CONFIRM, "Nothing is left for the client to finish", override_allowed=False
)
WALKED_THROUGH = ItemTemplate("L3", Phase.LEAVE, Kind.CONFIRM, "Walked through what was done against what was agreed")
FOLLOW_UPS = ItemTemplate("L4", Phase.LEAVE, Kind.CONFIRM, "Follow-ups booked, same technician")
SIGN_OFF = ItemTemplate("L5", Phase.LEAVE, Kind.SIGN_OFF, "Sign-off: name, satisfied, words")


def items_for(kind: str, work: str, tags: frozenset[str], services: tuple[str, ...]) -> tuple[ItemTemplate, ...]:
    """The items that a new visit gets, in the order of the stay.

    Args:
        kind: the kind of visit; a delivery gets the short template, every other the one of an on-site visit.
        work: the request's own line, which becomes W1.1.
        tags: of the visit, in any case; `server`, `restart`, `network` and `many` add tests.
        services: what people work with at the site; each gets a test of its own.
    """
    if kind in _SHORT_KINDS:
        return EXPECTATIONS, ANYTHING_ELSE, NOTHING_LEFT, SIGN_OFF
    marked = {tag.casefold() for tag in tags}
    items = [EXPECTATIONS, IN_THEIR_WORDS, PRICE_BASIS, requested_item(1, work), WHAT_CHANGED, PROBLEM_GONE]
    if marked & {"server", "restart"}:
        items.append(RESTARTED)
    if marked & {"server", "restart", "network"}:
        items.append(CONNECTED)
    items += _service_tests(services)
    if "many" in marked:
        items.append(SECOND_PERSON)
    if "server" in marked:
        items.append(BACKUP_GOOD)
    return (*items, ANYTHING_ELSE, NOTHING_LEFT, WALKED_THROUGH, SIGN_OFF)


def requested_item(number: int, text: str) -> ItemTemplate:
    """W1.n: something that the client asked for."""
    return ItemTemplate(f"W1.{number}", Phase.WORK, Kind.CONFIRM, _label(text))


def named_item(number: int, text: str) -> ItemTemplate:
    """L1.n: a thing that the client named at "anything else?"; nothing can stand in for its end (G6)."""
    return ItemTemplate(f"L1.{number}", Phase.LEAVE, Kind.NAMED, _label(text), override_allowed=False)


def follow_up_item() -> ItemTemplate:
    """L4, which a visit has from the moment that a follow-up is named."""
    return FOLLOW_UPS


def _service_tests(services: tuple[str, ...]) -> list[ItemTemplate]:
    """T4, once for each service, with an id that can be typed on any keyboard."""
    tests: list[ItemTemplate] = []
    taken: set[str] = set()
    for service in services:
        stem = _slug(service)
        slug, number = stem, 1
        while slug in taken:
            number += 1
            slug = f"{stem}-{number}"
        taken.add(slug)
        tests.append(ItemTemplate(f"T4.{slug}", Phase.TEST, Kind.TEST, _label(f"Works: {service}"), na_allowed=True))
    return tests


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_SLUG].strip("-") or "service"


def _label(text: str) -> str:
    """`text` on one line, no longer than a label may be; the whole of it stays in the recorded answer."""
    line = " ".join(text.split())
    return line if len(line) <= LINE else line[: LINE - 1] + ELLIPSIS
