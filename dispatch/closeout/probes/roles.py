"""Which items of a checklist are tested by which targets of the site: templates name a target by its role, never by an
address (close-out.md C5, Safety)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from dispatch.closeout.probes.reading import read_target
from dispatch.model.checklists import ItemTemplate, Kind
from dispatch.model.probes import Probe, ProbeKind, Target

_ROLES = {
    "T2": ("reboot", "restart"),
    "T3": ("connectivity", "local network", "network", "internet", "remote access", "vpn"),
    "T6": ("backup", "monitoring"),
}
"""What targets are called that belong to an item; a name may go on: `reboot file server`."""
_SERVICE = "Works: "
MOST = 10
"""Probes of one item."""


def with_probes(items: Iterable[ItemTemplate], targets: Sequence[Target]) -> tuple[ItemTemplate, ...]:
    """The items with a copy of the probes of the site's targets, each item with those that have its role."""
    probes = [(target, probe_of(target)) for target in targets if not target.archived]
    return tuple(
        dataclasses.replace(item, probes=probes_of_item(item.ref, item.label, probes))
        if item.kind is Kind.TEST
        else item
        for item in items
    )


def probes_of_item(ref: str, label: str, probes: Iterable[tuple[Target, Probe | None]]) -> tuple[Probe, ...]:
    """The probes that belong to an item."""
    roles = _roles_of(ref, label)
    found = [
        probe
        for target, probe in probes
        if probe is not None
        and _has_role(target.name, roles)
        # a service that is up is no restart, and a restart is only seen by watching it
        and (ref != "T2" or probe.kind is ProbeKind.REBOOT)
    ]
    return tuple(found[:MOST])


def probe_of(target: Target) -> Probe | None:
    """The probe of a registered target; None where the program no longer takes it."""
    faults: list[str] = []
    probe = read_target(target.name, target.kind, target.vantage, target.address, target.options, target.reason, faults)
    return None if faults else probe


def _roles_of(ref: str, label: str) -> tuple[str, ...]:
    if ref.startswith("T4."):
        return (label.removeprefix(_SERVICE).casefold(), ref.removeprefix("T4.").casefold())
    return _ROLES.get(ref, ())


def _has_role(name: str, roles: Iterable[str]) -> bool:
    plain = " ".join(name.casefold().split())
    return any(plain == role or plain.startswith(f"{role} ") for role in roles)
