"""What was taken along and what came of it, in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dispatch.desk.takings.handing_in import BroughtIn, OfVisit
from dispatch.desk.takings.taking import TakenAlong
from dispatch.model.forms import form
from dispatch.model.probes import length_text
from dispatch.model.text import count_text, show


def taken_lines(taken: TakenAlong) -> Iterator[str]:
    """What was taken along, and what to do with it."""
    yield f"{show(taken.name)} takes {', '.join(show(visit.reference) for visit in taken.visits)} along: {show(str(taken.path))}"
    name = show(taken.path.name)
    yield f"  on the laptop:  dispatch day --db {name}"
    yield f"  and afterwards: dispatch day --hand-in {name}"


def taken_form(taken: TakenAlong, zone: str) -> dict[str, Any]:
    """The same as JSON."""
    references = [visit.reference for visit in taken.visits]
    return form(taken, "technician=name date=day taken=at@ visits file", zone, visits=references, file=str(taken.path))


def handed_in_lines(handed: BroughtIn) -> Iterator[str]:
    """What became of it, visit by visit."""
    if handed.moved:
        yield f"Every time is moved {'back' if handed.moved < 0 else 'on'} by {length_text(abs(handed.moved))}."
    for one in handed.visits:
        yield from _lines(one)
    if not handed.visits:
        yield f"All of it was handed in before ({count_text(handed.known, 'deed')})."


def _lines(one: OfVisit) -> Iterator[str]:
    visit = f"{show(one.visit.reference)} {show(one.visit.client)}"
    if one.not_in:
        yield f"{visit}: nothing was handed in, {show(one.not_in)}. It waits in your file."
        return
    yield f"{visit}: {count_text(one.done, 'deed')} handed in, {one.visit.state.label}."
    yield from (f"  kept and not done: {show(refused)}" for refused in one.refused)
    yield from (f"  open: {show(reason)}" for reason in one.unmet)


def handed_in_form(handed: BroughtIn) -> dict[str, Any]:
    """The same as JSON."""
    keys = "reference=visit.reference client=visit.client state=visit.state done refused unmet not_in"
    told = [
        form(one, keys, refused=list(one.refused), unmet=list(one.unmet), not_in=one.not_in or None)
        for one in handed.visits
    ]
    return {"visits": told, "known": handed.known, "moved_seconds": handed.moved}
