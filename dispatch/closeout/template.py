"""The two checklists that every firm begins with, which template a visit gets, and which items of it (design/close-out.md C1)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dispatch.model.checklists import ItemKind, NewItem, Phase
from dispatch.model.languages import phrase
from dispatch.model.probes import UNTESTED, ProbeKind, Tested, has_role
from dispatch.model.templates import PHASE_LETTERS, Condition, Each, Occasion, On, Template, TemplateItem
from dispatch.model.text import ELLIPSIS, LINE

SERVICE = "{service}"
"""Stands in the wording of an item that there is one of for each service."""
_SLUG = 60
"""Longest slug of a service in an item id, which itself has at most 90 characters."""


def _tagged(*tags: str) -> tuple[Condition, ...]:
    return tuple(Condition(On.TAG, tag) for tag in tags)


EXPECTATIONS = TemplateItem(
    "A1",
    ItemKind.ASK,
    phrase("Expectations agreed: with whom, what done looks like, what is not for today"),
    override_allowed=False,
)
REQUESTED = TemplateItem("W1", ItemKind.CONFIRM, phrase("Each requested item: done, or why not"), each=Each.REQUEST)
ANYTHING_ELSE = TemplateItem(
    "L1", ItemKind.ASK, phrase("Is there anything else before I leave?"), override_allowed=False
)
NOTHING_LEFT = TemplateItem(
    "L2", ItemKind.CONFIRM, phrase("Nothing is left for the client to finish"), override_allowed=False
)
FOLLOW_UPS = TemplateItem("L4", ItemKind.CONFIRM, phrase("Follow-ups booked, same technician"))
"""In no template: a visit gets it with the first follow-up that is named."""
SIGN_OFF = TemplateItem("L5", ItemKind.SIGN_OFF, phrase("Sign-off: name, satisfied, words"))

ON_SITE = Template(
    "On-site visit",
    (
        EXPECTATIONS,
        TemplateItem("A2", ItemKind.ASK, phrase("What is wrong, in the client's words")),
        TemplateItem(
            "A3", ItemKind.CONFIRM, phrase("Price basis shown: rate or agreement, minimum, travel"), na_allowed=True
        ),
        REQUESTED,
        TemplateItem("W2", ItemKind.CONFIRM, phrase("What was changed")),
        TemplateItem("T1", ItemKind.TEST, phrase("The problem no longer occurs, tried the client's way")),
        TemplateItem(
            "T2",
            ItemKind.TEST,
            phrase("Restarted, and came back by itself"),
            na_allowed=True,
            when=_tagged("server", "restart"),
            # a service that is up is no restart, and a restart is only seen by watching it
            tested=Tested(("reboot", "restart"), ProbeKind.REBOOT),
        ),
        TemplateItem(
            "T3",
            ItemKind.TEST,
            phrase("Connected: local network, internet, remote access"),
            na_allowed=True,
            when=_tagged("server", "restart", "network"),
            tested=Tested(("connectivity", "local network", "network", "internet", "remote access", "vpn")),
        ),
        TemplateItem("T4", ItemKind.TEST, f"Works: {SERVICE}", na_allowed=True, each=Each.SERVICE),
        TemplateItem("T5", ItemKind.TEST, phrase("A second person or workstation confirms"), when=_tagged("many")),
        TemplateItem(
            "T6",
            ItemKind.TEST,
            phrase("Last backup good, monitoring quiet"),
            when=_tagged("server"),
            tested=Tested(("backup", "monitoring")),
        ),
        ANYTHING_ELSE,
        NOTHING_LEFT,
        TemplateItem("L3", ItemKind.CONFIRM, phrase("Walked through what was done against what was agreed")),
        SIGN_OFF,
    ),
    id=1,
)
SHORT = Template("Short", (EXPECTATIONS, ANYTHING_ELSE, NOTHING_LEFT, SIGN_OFF), kinds=("delivery",), id=2)

BUILT_IN: Mapping[int, Template] = {template.id: template for template in (ON_SITE, SHORT)}
"""The first wording of the templates with these ids, which every firm has; later wordings are in its database."""


def items_for(template: Template, work: str, occasion: Occasion) -> tuple[NewItem, ...]:
    """The items that a new visit gets from its template, in the order of the stay.

    Args:
        work: the request's own line, which becomes W1.1.
        occasion: its tags in any case; services and targets of the site as they are called there.
    """
    return tuple(
        made for item in template.items if applies(item, occasion) for made in _made(item, work, occasion.services)
    )


def applies(item: TemplateItem, occasion: Occasion) -> bool:
    """Whether a visit gets the item: always, or where any of its conditions holds."""
    tags = {tag.casefold() for tag in occasion.tags}
    services = {service.casefold() for service in occasion.services}

    def holds(condition: Condition) -> bool:
        if condition.on is On.TAG:
            return condition.name.casefold() in tags
        if condition.on is On.SERVICE:
            return condition.name.casefold() in services
        return any(has_role(target, (condition.name,)) for target in occasion.targets)

    return not item.when or any(map(holds, item.when))


def requested_item(number: int, text: str) -> NewItem:
    """W1.n: something that the client asked for."""
    return NewItem(f"W1.{number}", Phase.WORK, ItemKind.CONFIRM, _label(text))


def named_item(number: int, text: str) -> NewItem:
    """L1.n: a thing that the client named at "anything else?"; nothing can stand in for its end (G6)."""
    return NewItem(f"L1.{number}", Phase.LEAVE, ItemKind.NAMED, _label(text), override_allowed=False)


def follow_up_item() -> NewItem:
    """L4, which a visit has from the moment that a follow-up is named."""
    return _item(FOLLOW_UPS, FOLLOW_UPS.ref, FOLLOW_UPS.label, FOLLOW_UPS.tested)


def _made(item: TemplateItem, work: str, services: tuple[str, ...]) -> Iterator[NewItem]:
    if item.each is Each.REQUEST:
        yield requested_item(1, work)
    elif item.each is Each.SERVICE:
        for slug, service in _slugs(services):
            # a target that is called like the service tests it
            tested = replace(item.tested, roles=(*item.tested.roles, service, slug))
            yield _item(item, f"{item.ref}.{slug}", item.label.replace(SERVICE, service), tested)
    else:
        yield _item(item, item.ref, item.label, item.tested)


def _item(item: TemplateItem, ref: str, label: str, tested: Tested) -> NewItem:
    return NewItem(
        ref,
        item.phase,
        item.kind,
        _label(label),
        item.required,
        item.na_allowed,
        item.override_allowed,
        tested=tested,
        evidence=item.evidence,
        findings=item.findings,
    )


def _slugs(services: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Each service with an id that can be typed on any keyboard."""
    taken: set[str] = set()
    for service in services:
        stem = _slug(service)
        slug, number = stem, 1
        while slug in taken:
            number += 1
            slug = f"{stem}-{number}"
        taken.add(slug)
        yield slug, service


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_SLUG].strip("-") or "service"


def _label(text: str) -> str:
    """`text` on one line, no longer than a label may be; the whole of it stays in the recorded answer."""
    line = " ".join(text.split())
    return line if len(line) <= LINE else line[: LINE - 1] + ELLIPSIS


@dataclass(frozen=True, slots=True)
class Chosen:
    """A template, why it is this one, and the others that would serve too, the most particular first.

    `beside` are those for more tags of the visit, whose items are put to its own; `whole` is the template with all of them.
    """

    template: Template
    why: str
    others: tuple[Template, ...] = ()
    beside: tuple[Template, ...] = ()

    @property
    def whole(self) -> Template:
        """The template with the items of those beside it: each once, the stricter of two that ask the same (docs/templates.md)."""
        items = list(self.template.items)
        for added in (item for other in self.beside for item in other.items):
            place = next((place for place, had in enumerate(items) if _asks_the_same(had, added)), None)
            if place is None:
                items.append(replace(added, ref=_free(added, items)))
            else:
                items[place] = _stricter(items[place], added)
        return replace(self.template, items=in_order(items))


_MEANT = frozenset(item.ref for item in (EXPECTATIONS, REQUESTED, ANYTHING_ELSE, NOTHING_LEFT, SIGN_OFF)) | {
    "A3",
    "W2",
    "L3",
}
"""Ids that mean the same in every template, however they are worded."""


def _asks_the_same(one: TemplateItem, other: TemplateItem) -> bool:
    worded = one.label.casefold() == other.label.casefold() and one.phase is other.phase
    return one.kind is other.kind and (worded or (one.ref == other.ref and one.ref in _MEANT))


def _stricter(one: TemplateItem, other: TemplateItem) -> TemplateItem:
    """An item as strict as the stricter of two that ask the same, in the words of the first."""
    return replace(
        one,
        required=one.required or other.required,
        na_allowed=one.na_allowed and other.na_allowed,
        override_allowed=one.override_allowed and other.override_allowed,
        when=(*one.when, *other.when) if one.when and other.when else (),
        evidence=one.evidence or other.evidence,
        tested=one.tested if one.tested != UNTESTED else other.tested,
        findings=one.findings or other.findings,
    )


def _free(item: TemplateItem, among: Sequence[TemplateItem]) -> str:
    """The id of an item that is put to others: its own, or where that is taken the next one of its letter."""
    refs = {one.ref for one in among}
    if item.ref not in refs:
        return item.ref
    return f"{item.ref[0]}{max(int(ref[1:]) for ref in refs if ref[0] == item.ref[0]) + 1}"


def in_order(items: Iterable[TemplateItem]) -> tuple[TemplateItem, ...]:
    """The items by the phases of the stay, otherwise as they stand; the sign-off last (G8)."""
    letters = list(PHASE_LETTERS)
    return tuple(sorted(items, key=lambda item: (letters.index(item.ref[0]), item.kind is ItemKind.SIGN_OFF)))


def serves(template: Template, occasion: Occasion) -> bool:
    """Whether everything that a template names is so: one of its clients, one of its kinds, all of its tags."""
    tags = {tag.casefold() for tag in occasion.tags}
    return (
        (not template.clients or occasion.client_id in template.clients)
        and (not template.kinds or occasion.kind in template.kinds)
        and all(tag.casefold() in tags for tag in template.tags)
    )


def choose(templates: Sequence[Template], occasion: Occasion) -> Chosen:
    """The template of a new visit, and those for more of its tags beside it.

    Raises:
        ValueError: none serves it; the desk sees to it that one always names nothing.
    """
    serving = sorted(
        (template for template in templates if not template.archived and serves(template, occasion)),
        key=lambda template: (*(-part for part in _particular(template)), template.name.casefold(), template.id),
    )
    if not serving:
        raise ValueError("no template serves the visit")
    first, *others = serving
    beside, named = list[Template](), {tag.casefold() for tag in first.tags}
    for other in others:
        more = {tag.casefold() for tag in other.tags} - named
        if more and bool(other.clients) == bool(first.clients):
            beside.append(other)
            named |= more
    others = [other for other in others if other not in beside]
    return Chosen(first, _why(first, others, beside), tuple(others), tuple(beside))


def scope_text(template: Template) -> str:
    """Which visits a template serves, but for the clients it names."""
    parts = []
    if template.kinds:
        parts.append(f"kind {' or '.join(template.kinds)}")
    if template.tags:
        parts.append(f"tag{'s' if len(template.tags) > 1 else ''} {' and '.join(template.tags)}")
    return ", ".join(parts)


def _particular(template: Template) -> tuple[int, int, int]:
    return int(bool(template.clients)), len(template.tags), int(bool(template.kinds))


def _why(first: Template, others: Sequence[Template], beside: Sequence[Template]) -> str:
    if first.for_all:
        return "no other template serves it"
    named = ", ".join(part for part in ("the client" if first.clients else "", scope_text(first)) if part)
    tied = [other.name for other in others if _particular(other) == _particular(first)]
    more = [f"{other.name}, version {other.number}" for other in beside]
    return (
        f"it names {named}"
        + (f"; with what is asked beside it by {' and '.join(more)}, for more of its tags" if more else "")
        + (f"; {', '.join(tied)} would do as well, but comes later by name" if tied else "")
    )
