"""Which items of a checklist are tested by which targets of the site: templates name a target by its role, never by an
address (design/close-out.md C5, Safety)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from dispatch.closeout.probes.reading import read_target
from dispatch.model.checklists import ItemKind, NewItem
from dispatch.model.probes import Probe, ProbeTarget, Tested, Vantage, has_role

MOST = 10
"""Probes of one item."""


def with_probes(items: Iterable[NewItem], targets: Sequence[ProbeTarget]) -> tuple[NewItem, ...]:
    """The items with a copy of the probes of the site's targets, each item with those that have its role."""
    probes = [(target, probe_of(target)) for target in targets if not target.archived]
    return tuple(
        dataclasses.replace(item, probes=probes_of_item(item.tested, probes)) if item.kind is ItemKind.TEST else item
        for item in items
    )


def probes_of_item(tested: Tested, probes: Iterable[tuple[ProbeTarget, Probe | None]]) -> tuple[Probe, ...]:
    """The probes that belong to an item; all of them run inside the client's network where the item asks for that."""
    chosen = [
        dataclasses.replace(probe, vantage=Vantage.SITE) if tested.vantage is Vantage.SITE else probe
        for target, probe in probes
        if probe is not None
        and has_role(target.name, tested.roles)
        and (tested.kind is None or probe.kind is tested.kind)
    ]
    return tuple(chosen[:MOST])


def probe_of(target: ProbeTarget) -> Probe | None:
    """The probe of a registered target; None where the program no longer takes it."""
    faults: list[str] = []
    probe = read_target(target, faults)
    return None if faults else probe
