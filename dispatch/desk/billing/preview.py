"""What a deed would make of a visit's charge, before it is done: the deed itself, carried out and taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dispatch.charges.explain import difference_lines
from dispatch.desk.charges.charging import Priced, Unpriced, charge_of
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User, asking_first
from dispatch.desk.visits.steps import find
from dispatch.model.states import Review
from dispatch.model.text import show
from dispatch.model.visits import Visit


@dataclass(frozen=True, slots=True)
class ChargeChange:
    """A visit with its charge before and after a deed that was not done (yet)."""

    before: Visit
    after: Visit
    charge: Priced | Unpriced
    becomes: Priced | Unpriced

    def lines(self, width: int = 72) -> list[str]:
        """The charge before and after, line by line; nothing where it is the same and the approval stands."""
        forms = [priced.form if isinstance(priced, Priced) else None for priced in (self.charge, self.becomes)]
        currency = next((priced.currency for priced in (self.becomes, self.charge) if isinstance(priced, Priced)), "")
        shown = difference_lines(forms[0], forms[1], currency, width)
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
    before = find(user.store, reference)
    charge = charge_of(user.store, before, now=user.now)
    with user.store.rehearsal(user.staff.login):
        deed()
        after = find(user.store, reference)
        return ChargeChange(before, after, charge, charge_of(user.store, after, now=user.now))


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
