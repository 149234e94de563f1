"""What a template may not do: weaken the gates (design/close-out.md C1, C2). Every fault at once, each with its item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from dispatch.closeout.template import (
    ANYTHING_ELSE,
    EXPECTATIONS,
    FOLLOW_UPS,
    NOTHING_LEFT,
    REQUESTED,
    SERVICE,
    SIGN_OFF,
)
from dispatch.model.checklists import Asks, ItemKind, Phase
from dispatch.model.probes import Vantage
from dispatch.model.templates import Each, TemplateItem

MOST = 60
"""Items of one template."""
_ALWAYS = {
    EXPECTATIONS: "what done looks like is agreed on every visit",
    ANYTHING_ELSE: "every client is asked whether there is anything else",
    NOTHING_LEFT: "nothing is ever left for the client to finish",
    SIGN_OFF: "every visit ends with its sign-off",
}
"""What the short template has too: no template does with less."""
ALWAYS = tuple(item.ref for item in _ALWAYS)
"""The ids of the items that every template has."""


def faults_of(items: Sequence[TemplateItem]) -> list[str]:
    """Everything that keeps these items from being a template, in the order of the checklist."""
    faults = [f"{item.ref}: is missing; {why}" for item, why in _ALWAYS.items() if item.ref not in _refs(items)]
    if len(items) > MOST:
        faults.append(f"items: there are {len(items)}, {MOST} at most")
    faults += [f"{ref} id: stands {count} times" for ref, count in Counter(_refs(items)).items() if count > 1]
    return faults + [f"{item.ref} {fault}" for item in items for fault in _of_item(item)]


def _refs(items: Sequence[TemplateItem]) -> list[str]:
    return [item.ref for item in items]


def _of_item(item: TemplateItem) -> Iterator[str]:
    """What is wrong with one item: the field, and why."""
    for fixed in _ALWAYS:
        if item.ref == fixed.ref:
            yield from _of_fixed(item, fixed)
    if item.ref == FOLLOW_UPS.ref:
        yield "id: is taken; a visit gets it by itself with the first follow-up"
    if item.kind is ItemKind.SIGN_OFF and item.ref != SIGN_OFF.ref:
        yield f"kind: the sign-off is {SIGN_OFF.ref}, and there is one"
    if item.kind is ItemKind.TEST and item.phase is not Phase.TEST:
        yield "kind: a test counts only after the last work (G4): its id begins with T"
    if item.ref == "W2" and item.kind is not ItemKind.CONFIRM:
        yield "kind: what was changed is noted here: confirm"
    if item.ref == "T1" and (item.kind is not ItemKind.TEST or item.na_allowed):
        yield "na: that the reported problem is gone is tested, and always applies"
    if (item.ref == REQUESTED.ref) != (item.each is Each.REQUEST):
        yield f"each: there is one for each requested item of {REQUESTED.ref} alone, and always"
    elif item.ref == REQUESTED.ref and (item.kind, item.required, item.na_allowed, item.when) != (
        REQUESTED.kind,
        True,
        False,
        (),
    ):
        yield "kind: each requested item is confirmed, required, without n/a and without a condition"
    if (SERVICE in item.label) != (item.each is Each.SERVICE):
        yield f"text: {SERVICE} stands in it where there is one for each service, and nowhere else"
    yield from _of_tested(item)


def _of_fixed(item: TemplateItem, fixed: TemplateItem) -> Iterator[str]:
    if item.kind is not fixed.kind:
        yield f"kind: is always {fixed.kind.value}"
    if not item.required:
        yield "required: it is on every visit"
    if item.na_allowed:
        yield "na: it always applies"
    if item.override_allowed and not fixed.override_allowed:
        yield "override: nobody can override it"
    if item.when:
        yield "when: every visit has it, without a condition"
    if item.each is not Each.ONCE:
        yield "each: a visit has it once"


def _of_tested(item: TemplateItem) -> Iterator[str]:
    tested = item.tested
    if item.kind is not ItemKind.TEST:
        for field, given in (("targets", tested.roles), ("probe", tested.kind)):
            if given:
                yield f"{field}: only a test has one"
        if tested.vantage is Vantage.SITE:
            yield "vantage: only a test has one"
        if item.evidence is not None:
            yield "evidence: only a test asks for some"
    elif not tested.roles and item.each is not Each.SERVICE:
        for field, set_ in (("probe", tested.kind is not None), ("vantage", tested.vantage is Vantage.SITE)):
            if set_:
                yield f"{field}: says how targets are tested; name them in targets"
        if item.evidence is Asks.EXECUTED:
            yield "evidence: what tests it by running? name it in targets"
