"""What a lead does to a charge: goodwill, travel by hand, accepting what is flagged, correcting. Each with a reason.

And what a deed would make of a charge, before it is done: the deed itself, carried out and taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from db import sheets, visits
from db.unit import Unit
from dispatch.charges.explain import difference_lines, more_text
from dispatch.desk.charges.charging import Priced, Unpriced, charge_of, keep_sheet, open_charge, settled
from dispatch.desk.session.refusals import Faulty, NotFound, Refusal, reason_of, refuse
from dispatch.desk.session.shown import Shown, amount, changed_since
from dispatch.desk.session.user import User, asking_first
from dispatch.desk.texts import rule_words
from dispatch.desk.visits.steps import find, on_visit
from dispatch.fields.reading import FormFault, number
from dispatch.model.states import ENDED, Review, Role
from dispatch.model.text import show
from dispatch.model.visits import Visit

T = TypeVar("T")

TARGETS = ("labour", "travel", "fee")
MODES = ("percent", "amount")


def give_goodwill(user: User, reference: str, target: str, mode: str, value: str, reason: str) -> Priced | Unpriced:
    """Give something away; each is cut to what is left of its category (design/charges.md B8.3). Returns the new charge.

    Raises:
        NotAllowed: only a lead does.
        Faulty: with everything that cannot be taken.
    """
    faults = [] if target in TARGETS else [f"target: {target!r} is not one of {', '.join(TARGETS)}"]
    faults += [] if mode in MODES else [f"mode: {mode!r} is not one of {', '.join(MODES)}"]
    faults += _faults_of_amount("value", value, most=100 if mode == "percent" else None)
    with _adjusting(user, "give goodwill", reference, reason, faults) as (unit, visit, why):
        sheets.give_goodwill(unit, visit.id, target, mode, value.strip(), why)
    return _charge(user, reference)


def withdraw_goodwill(user: User, reference: str, reason: str) -> Priced | Unpriced:
    """Take back all goodwill of a visit."""
    with _adjusting(user, "withdraw goodwill", reference, reason, []) as (unit, visit, why):
        if not sheets.withdraw_goodwill(unit, visit.id, why):
            raise Refusal(f"No goodwill stands on {visit.reference}.")
    return _charge(user, reference)


def set_travel(user: User, reference: str, amount: str | None, reason: str) -> Priced | Unpriced:
    """Set a visit's travel to an amount, in place of components, waivers and cap (B6.6); None: by the rate card again."""
    faults = [] if amount is None else _faults_of_amount("amount", amount)
    with _adjusting(user, "set travel by hand", reference, reason, faults) as (unit, visit, why):
        if visit.remote:
            raise Refusal(f"{show(visit.reference)} is remote work: there is no travel to set.")
        sheets.set_travel(unit, visit.id, amount and amount.strip(), why)
    return _charge(user, reference)


def accept_charge(user: User, reference: str, reason: str, shown: Shown) -> Priced | Unpriced:
    """Accept a sheet that is flagged for review, or that is blocked no longer.

    Args:
        shown: what the lead saw of it; anything else is not accepted, and nothing unseen.

    Raises:
        Refusal: the visit has not ended, its sheet is accepted already, it is still blocked, or it is not what was shown; the
            sentence says what is missing.
    """
    with user.write("accept a charge", Role.LEAD) as unit:
        visit = _ended(user, reference)
        why = reason_of(reason)
        last = sheets.latest_sheet(user.store, visit.id)
        if last is not None and last.accepted:
            raise Refusal(f"The charge of {visit.reference} stands already; it needs no acceptance.")
        if (change := changed_since(user.store, visit, shown)) is not None:
            raise Refusal(f"The charge of {show(visit.reference)} is not accepted: {change}; look at it first.")
        visits.change(unit, visit)
        charge = keep_sheet(user, unit, find(user.store, reference), reason=why, accept=True)
        if isinstance(charge, Unpriced):
            raise Refusal(f"There is no charge to accept: {charge.reason}.")
        if charge.form["total"] is None:
            from dispatch.charges.explain import needs

            raise Refusal(f"The charge of {visit.reference} is still blocked: {'; '.join(needs(charge.form))}.")
        if last is not None and last.total is not None and charge.total != last.total:
            changed = f"was {amount(last)} and comes to {charge.form['total']} now"
            raise Refusal(f"The charge of {visit.reference} {changed}: correct it first, and look at it again.")
        return _charge(user, reference)


def correct_charge(user: User, reference: str, reason: str, *, afresh: bool = False) -> Priced | Unpriced:
    """Reckon an ended visit again from its record, as a new revision.

    Args:
        afresh: by the rate card and the agreement as they are now, instead of the accepted sheet's copies.

    Raises:
        Refusal: the visit has not ended, or has no charge; the sentence says why.
    """
    with user.write("correct a charge", Role.LEAD) as unit:
        visit = _ended(user, reference)
        why = reason_of(reason)
        open_charge(user, unit, visit, why)
        charge = keep_sheet(user, unit, find(user.store, reference), reason=why, accept=True, afresh=afresh)
        if isinstance(charge, Unpriced):
            raise Refusal(f"There is no charge to correct: {charge.reason}.")
        return _charge(user, reference)


@contextmanager
def _adjusting(
    user: User, deed: str, reference: str, reason: str, faults: list[str]
) -> Iterator[tuple[Unit, Visit, str]]:
    with on_visit(user, reference, deed, Role.LEAD) as (unit, visit):
        try:
            why = reason_of(reason)
        except Faulty as fault:
            faults = [*faults, *fault.faults]
        refuse(faults)
        open_charge(user, unit, visit, why)
        yield unit, visit, why
        settled(user, unit, visit, why, accept=True)


def _charge(user: User, reference: str) -> Priced | Unpriced:
    return charge_of(user.store, find(user.store, reference), now=user.now)


def _ended(user: User, reference: str) -> Visit:
    visit = find(user.store, reference)
    if visit.state not in ENDED:
        raise NotFound(f"{visit.reference} has not ended: there is no kept charge yet.")
    return visit


def _faults_of_amount(name: str, value: str, most: int | None = None) -> list[str]:
    try:
        amount = number(value.strip(), name)
    except FormFault:
        return [f"{name}: {value!r} is not a number such as 25 or 12.50"]
    if amount < 0:
        return [f"{name}: {value!r} is negative: a lead cannot add to a bill this way"]
    if most is not None and amount > most:
        return [f"{name}: {value!r} is more than {most}"]
    return []


@dataclass(frozen=True, slots=True)
class ChargeChange:
    """A visit with its charge before and after a deed that was not done (yet)."""

    before: Visit
    after: Visit
    charge: Priced | Unpriced
    becomes: Priced | Unpriced

    @property
    def forms(self) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
        """Both sheets; None where there is none."""
        before, after = (priced.form if isinstance(priced, Priced) else None for priced in (self.charge, self.becomes))
        return before, after

    def outcome(self, stays: str = "stays") -> str:
        """What becomes of the charge in a sentence; `stays` is what it does where it is the same."""
        before, after = self.forms
        if after is None or after["total"] is None or isinstance(self.becomes, Unpriced):
            return "There is no charge: it is blocked."
        total = f"{after['total']} {self.becomes.currency}"
        if before is not None and before["total"] == after["total"]:
            return f"The charge {stays} {total}."
        more = more_text(before, after)
        return f"The charge is {total} now{more and f', {more} than before'}."

    def lines(self, width: int = 72) -> list[str]:
        """The charge before and after, line by line; nothing where it is the same and the approval stands."""
        forms = self.forms
        currency = next((priced.currency for priced in (self.becomes, self.charge) if isinstance(priced, Priced)), "")
        shown = difference_lines(forms[0], forms[1], currency, width, rule_words.called)
        if isinstance(self.becomes, Unpriced) and not isinstance(self.charge, Unpriced):
            shown.append(self.becomes.reason)
        if self.before.review is Review.APPROVED and self.after.review is Review.TO_REVIEW:
            shown.append("It was approved, and waits for review again.")
        return shown


def rehearse(user: User, reference: str, deed: Callable[[], object]) -> ChargeChange:
    """What a deed would change on a visit's charge. Nothing is changed.

    Raises:
        Whatever the deed raises.
    """
    with user.store.together(user.staff.login):
        return doing(user, reference, deed)[1]


def doing(user: User, reference: str, deed: Callable[[], T]) -> tuple[T, ChargeChange]:
    """Do it; what came of it, and what it changed on a visit's charge.

    Raises:
        Whatever the deed raises.
    """
    before = find(user.store, reference)
    charge = charge_of(user.store, before, now=user.now)
    done = deed()
    after = find(user.store, reference)
    return done, ChargeChange(before, after, charge, charge_of(user.store, after, now=user.now))


def do_as_shown(user: User, change: ChargeChange, deed: Callable[[], object]) -> None:
    """Do what was shown, if the visit is still as it was then: that is asked in the transaction of the deed.

    Raises:
        Refusal: it changed meanwhile. And whatever the deed raises.
    """

    def unchanged() -> None:
        now = find(user.store, change.before.reference)
        if now.version != change.before.version:
            raise Refusal(f"{show(now.reference)} changed while you looked at it: nothing was done. Look at it again.")

    with asking_first(unchanged):
        deed()
