"""The evidence of a visit counted item by item, against which the gates and the database are held."""

from __future__ import annotations

from dataclasses import dataclass

from dispatch.model.checklists import BY_PERMISSION, NO_WAY_IN, Checklist, Grade, ItemKind, Result


@dataclass(frozen=True, slots=True)
class Evidence:
    """Results that count, by grade; retests (attempts at tests that another one replaced); overrides that stand.

    Of the attested ones `permitted` are so by a lead's permission, `no_way_in` because nothing leads into the client's network.
    """

    executed: int
    measured: int
    attested: int
    waived: int
    retests: int
    overrides: int
    permitted: int = 0
    no_way_in: int = 0


def evidence_shares(checklist: Checklist) -> Evidence:
    """How the results of a visit were obtained: of each item the attempt that counts."""
    latest = [standing for item in checklist.items if (standing := item.standing) is not None]
    grades = [attempt.grade for attempt in latest]
    hows = [item.attested_how for item in checklist.items]
    return Evidence(
        executed=grades.count(Grade.EXECUTED),
        measured=grades.count(Grade.MEASURED),
        attested=grades.count(Grade.ATTESTED),
        waived=grades.count(Grade.WAIVED),
        retests=sum(len(item.attempts) - 1 for item in checklist.items if item.kind is ItemKind.TEST and item.attempts),
        overrides=sum(attempt.result is Result.OVERRIDDEN for attempt in latest),
        permitted=hows.count(BY_PERMISSION),
        no_way_in=hows.count(NO_WAY_IN),
    )
