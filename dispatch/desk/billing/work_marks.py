"""Work that is charged otherwise: our own fault, not covered by the agreement, or new work on a guarantee visit."""

from __future__ import annotations

from db import checklists, stays
from db.store import Store
from dispatch.desk.charges.charging import settled
from dispatch.desk.session.refusals import Faulty, Refusal
from dispatch.desk.session.user import User
from dispatch.desk.visits.steps import putting_right
from dispatch.model.text import show
from dispatch.model.visits import MARKS, Assignment, Visit


def span_of_last_entry(store: Store, visit: Visit, part: Assignment) -> tuple[int, int] | None:
    """The span of the last work entry: from the entry before it, or the arrival, until it was made. None: there is none."""
    entries = sorted(checklists.checklist(store, visit.id).entries, key=lambda entry: entry.sequence)
    if not entries or part.check_in_at is None:
        return None
    begins = max(part.check_in_at, entries[-2].at) if len(entries) > 1 else part.check_in_at
    return (begins, entries[-1].at) if entries[-1].at > begins else None


def mark(
    user: User,
    reference: str,
    kind: str,
    reason: str,
    *,
    starts_at: int | None = None,
    ends_at: int | None = None,
    technician: str | None = None,
    day: int | None = None,
) -> Visit:
    """Mark a stretch of a technician's work; without its ends, the span of the last work entry.

    Args:
        kind: `own_fault`, `excluded` or `new_work` (design/charges.md B17).

    Raises:
        Faulty, Refusal: the sentence says what is missing.
    """
    if kind not in MARKS:
        raise Faulty([f"kind: {kind!r} is not one of {', '.join(MARKS)}"])
    with putting_right(user, "mark work", reference, reason, technician, day) as (unit, visit, part, why):
        first, last = span_of_last_entry(user.store, visit, part) or (None, None)
        begins, ends = first if starts_at is None else starts_at, last if ends_at is None else ends_at
        if begins is None or ends is None:
            raise Refusal("There is no work entry yet: say from when to when.")
        until = part.check_out_at or unit.at
        if part.check_in_at is None or not part.check_in_at <= begins < ends <= until:
            raise Refusal("A mark begins and ends within the stay.")
        stays.add_mark(unit, part.id, kind, begins, ends, why)
        unit.audit("visit", visit.id, technician=part.technician, mark=kind, from_at=begins, to_at=ends, reason=why)
        return settled(user, unit, visit, why)


def unmark(user: User, reference: str, reason: str, *, technician: str | None = None, day: int | None = None) -> Visit:
    """Take all marks off a technician's work on a visit.

    Raises:
        Refusal: there are none.
    """
    with putting_right(user, "unmark work", reference, reason, technician, day) as (unit, visit, part, why):
        if not stays.withdraw_marks(unit, part.id):
            raise Refusal(f"Nothing is marked on {show(visit.reference)}.")
        unit.audit("visit", visit.id, technician=part.technician, mark="withdrawn", reason=why)
        return settled(user, unit, visit, why)
