"""A visit while somebody is there: what is decided about each recording is carried out on a checklist in memory."""

from __future__ import annotations

import dataclasses
from typing import Any

from dispatch.closeout import recording
from dispatch.closeout.gates import Unmet, unmet
from dispatch.closeout.recording import Decision, Recording
from dispatch.model.checklists import Attempt, Checklist, Item, ItemKind, NewItem, Result, WorkEntry
from dispatch.model.states import State
from tests.closeout.templates import items_of

NOON = 1_795_521_600
"""2026-11-24 12:00 UTC."""


def at(clock: str) -> int:
    """The instant of a clock time on that day, in UTC."""
    hours, minutes = map(int, clock.split(":"))
    return NOON + ((hours - 12) * 60 + minutes) * 60


class Stay:
    """An open visit with its checklist; every recording takes the next number of the visit's sequence."""

    def __init__(self, *tags: str, kind: str = "visit", services: tuple[str, ...] = ()) -> None:
        self.checklist = Checklist()
        self.state = State.ON_SITE
        self.sequence = 0
        self._add(items_of(kind, "Scanner offline", frozenset(tags), services))

    def record(self, ref: str, entry: Recording, clock: str = "12:00") -> Decision:
        """Record on an item, and carry out what follows."""
        return self.carry_out(recording.decide(self.checklist, self.item(ref), entry), ref, clock)

    def passed(self, ref: str, clock: str = "12:00", seen: str = "") -> Decision:
        return self.record(ref, Recording(Result.PASS, seen or f"{ref} seen working at the desk"), clock)

    def carry_out(self, decision: Decision, ref: str, clock: str = "12:00") -> Decision:
        """Do what was decided; nothing where there are faults."""
        if decision.result is not None or decision.work is not None:
            self.sequence += 1
        if decision.result is not None:
            attempt = Attempt(
                self.sequence,
                at(clock),
                "Ana Ruiz",
                decision.result,
                decision.text,
                decision.value,
                decision.grade,
                signed_by=decision.signed_by,
                satisfied=decision.satisfied,
                vantage=None if decision.run is None else decision.run.vantage.value,
                begun_after=None if decision.run is None else decision.run.begun_after,
            )
            items = tuple(
                dataclasses.replace(item, attempts=(*item.attempts, attempt)) if item.ref == ref else item
                for item in self.checklist.items
            )
            self.checklist = dataclasses.replace(self.checklist, items=items)
        if decision.work is not None:
            entry = WorkEntry(self.sequence, at(clock), "Ana Ruiz", decision.work, decision.work_text)
            self.checklist = dataclasses.replace(self.checklist, entries=(*self.checklist.entries, entry))
        self._add(decision.items)
        self.state = decision.state or self.state
        return decision

    def alter(self, ref: str, **fields: Any) -> None:
        """An item as it could be."""
        items = tuple(dataclasses.replace(item, **fields) if item.ref == ref else item for item in self.checklist.items)
        self.checklist = dataclasses.replace(self.checklist, items=items)

    def sign_off(self, clock: str = "12:00") -> Decision:
        return self.record("L5", Recording(Result.SIGNED, "all good", signed_by="J. Lowe", satisfied=True), clock)

    def item(self, ref: str) -> Item:
        item = self.checklist.item(ref)
        assert item is not None, ref
        return item

    def reasons(self) -> tuple[Unmet, ...]:
        return unmet(self.checklist, "UTC")

    def gates(self) -> set[tuple[str, str]]:
        """What is unmet, as gate and item."""
        return {(reason.gate, reason.ref) for reason in self.reasons()}

    def _add(self, templates: tuple[NewItem, ...]) -> None:
        count = len(self.checklist.items)
        added = tuple(
            Item(
                count + number,
                template.ref,
                template.phase,
                template.kind,
                template.label,
                template.required,
                template.na_allowed,
                template.override_allowed,
                count + number,
                probes=template.probes,
            )
            for number, template in enumerate(templates, 1)
        )
        self.checklist = dataclasses.replace(self.checklist, items=(*self.checklist.items, *added))


def finished(*tags: str, kind: str = "visit", services: tuple[str, ...] = ()) -> Stay:
    """A stay with a good result on everything, signed off last: it can be closed."""
    stay = Stay(*tags, kind=kind, services=services)
    for item in stay.checklist.items:
        if item.kind is ItemKind.SIGN_OFF:
            continue
        if item.kind is ItemKind.TEST:
            decision = stay.passed(item.ref)
        elif item.kind is ItemKind.ASK:
            decision = stay.record(item.ref, Recording(Result.ANSWERED, "Nothing" if item.ref == "L1" else "as agreed"))
        else:
            decision = stay.record(item.ref, Recording(Result.DONE, "cable replaced" if item.ref == "W2" else ""))
        assert not decision.faults, decision.faults
    assert not stay.sign_off().faults
    return stay
