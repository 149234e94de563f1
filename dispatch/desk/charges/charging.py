"""What a visit costs: estimated while it is planned, reckoned while it runs, kept once it has ended.

The same function prices all three. A kept sheet is never reckoned again: a correction is its next revision, with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from db import agreements, prepaid_use, sheets, visits
from db.sheets import StoredSheet
from db.store import Store, existing
from db.unit import Unit
from dispatch.closeout.answers import tells
from dispatch.desk.charges.charge_input import input_of, standing
from dispatch.desk.session.refusals import NotAllowed, Refusal
from dispatch.desk.session.user import User
from dispatch.lazily import lazily
from dispatch.model.instants import day_of
from dispatch.model.money import parse_minor
from dispatch.model.states import ENDED, Review, Role
from dispatch.model.text import show
from dispatch.model.visits import Visit

with lazily(__name__):
    from dispatch import charges


@dataclass(frozen=True, slots=True)
class Priced:
    """A sheet in the form of B14, with what it was computed from.

    `estimate` marks planned times in place of recorded ones; `revision` is the kept sheet's, None for one that is not kept.
    """

    form: Mapping[str, Any]
    given: Mapping[str, Any]
    currency: str
    exponent: int
    estimate: bool
    tax: str = ""
    revision: int | None = None
    reason: str = ""

    @property
    def total(self) -> int | None:
        """The total in minor units, None while the sheet is blocked."""
        return None if self.form["total"] is None else parse_minor(self.form["total"], self.exponent)

    @property
    def client(self) -> str:
        """Whom the charge of a visit is of: on a kept one the name that the client had when the visit ended."""
        name: str = self.given["source"]["client"]["name"]
        return name

    @property
    def notes(self) -> list[str]:
        """What is told beside its lines: which revision it is and why, and of whom of the crew nothing is charged."""
        revised = self.revision is not None and self.revision > 1
        lines = [f"revision {self.revision}: {self.reason}"] if revised else []
        crew = self.given["visit"]["assignments"]
        return lines + [f"{part['technician']} is not billable" for part in crew if not part.get("billable", True)]

    @property
    def word(self) -> str:
        """What kind of figure it is."""
        return "estimate" if self.estimate else "charge" if self.revision is not None else "charge so far"


def priced_from(given: Mapping[str, Any], *, estimate: bool) -> Priced:
    """The sheet of a whole input."""
    sheet = charges.charge_sheet(given["card"], given["client"], given["site"], given["agreement"], given["visit"])
    return Priced(sheet.as_json(), given, str(given["card"]["currency"]), sheet.exponent, estimate, sheet.tax_why)


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Why there is no sheet, and what to do."""

    reason: str


NO_CARD = Unpriced(
    "no rate card is in force on that day: a lead adds one with dispatch rate-card add, or on the screen"
)

WITHOUT_PRICES = Unpriced("prices are not taken along: it is charged at the hand-in")
NOBODY = Unpriced("nobody was assigned, so nothing is charged")


def charge_of(store: Store, visit: Visit, *, now: int) -> Priced | Unpriced:
    """The charge of a visit: the kept one of an ended visit, else what it comes to as it stands."""
    if visit.state in ENDED and not visit.assignments:
        return NOBODY
    sheet = sheets.latest_sheet(store, visit.id) if visit.state in ENDED else None
    if sheet is None:
        return price(store, visit, now=now)
    kept = priced_from(sheet.input, estimate=False)
    return replace(kept, form=sheet.sheet, revision=sheet.revision, reason=sheet.reason)


def price(store: Store, visit: Visit, *, now: int) -> Priced | Unpriced:
    """The charge of a visit as it stands: an estimate before arrival, the charge so far on site."""
    try:
        given = input_of(store, visit, now=now, sheet=standing(store, visit))
    except Refusal as refusal:
        return Unpriced(str(refusal))
    if given is None:
        return NO_CARD if store.taken_along is None else WITHOUT_PRICES
    if not visit.assignments:
        return Unpriced("nobody is assigned yet")
    return priced_from(given, estimate=visit.state not in ENDED and visit.checked_in_at is None)


def allow_change(user: User, unit: Unit, visit: Visit, reason: str) -> Visit:
    """The guard of every deed that changes what a visit is charged from (design/states.md); returns the visit as it stands then.

    What was exported nobody changes. What was approved only a lead changes, with a reason, and it waits for review again.
    The deeds ask before they write; `keep_sheet` asks again, so that none goes without. SQL refuses the same.

    Raises:
        Refusal: the visit is exported, or is approved and there is no reason.
        NotAllowed: it is approved, and the person is not a lead.
    """
    if visit.review is Review.EXPORTED:
        raise Refusal(f"{show(visit.reference)} has been exported to be invoiced: its charge stands.")
    if visit.review is not Review.APPROVED:
        return visit
    if Role.LEAD not in user.roles_now:
        raise NotAllowed(f"{show(visit.reference)} is approved: only a lead changes what it is charged from.")
    if not tells(reason):
        raise Refusal(f"{show(visit.reference)} is approved: what it is charged from is changed with a reason only.")
    visits.change(unit, visit, review=Review.TO_REVIEW.value)
    unit.audit("visit", visit.id, review=Review.TO_REVIEW.value, was=Review.APPROVED.value, reason=reason)
    return visits.again(user.store, visit)


def open_charge(user: User, unit: Unit, visit: Visit, reason: str) -> None:
    """`allow_change`, and the visit is changed by whoever asks: the beginning of putting right what it is charged from."""
    visits.change(unit, allow_change(user, unit, visit, reason))


def keep_sheet(
    user: User, unit: Unit, visit: Visit, *, reason: str = "", accept: bool = False, afresh: bool = False
) -> Priced | Unpriced:
    """Keep the charge of an ended visit as its next revision, and draw from its agreement's prepaid balances what it takes.

    A sheet is accepted when it is ready, or when a lead accepts it (`accept`); only an accepted one draws. What the
    revision before had drawn is given back first. Everything that it is priced from is copied when the visit ends, and taken
    from there ever after (design/charges.md B2.1), unless `afresh`. Without a rate card there is no sheet, and the log says so;
    nor is there one of a visit that ended before anybody was assigned.

    Raises:
        Refusal, NotAllowed: the charge must not be changed (`allow_change`).
    """
    store, now = user.store, unit.at
    if store.taken_along is not None:
        return WITHOUT_PRICES
    visit = allow_change(user, unit, visit, reason)
    if not visit.assignments:
        return NOBODY
    prepaid_use.give_back(unit, store, visit.id)
    given = input_of(store, visit, now=now, sheet=None if afresh else standing(store, visit))
    if given is None:
        return NO_CARD
    priced = priced_from(given, estimate=False)
    form = priced.form
    accepted = form["status"] == "ready" or (form["status"] == "review" and accept)
    net, tax, total = (form[name] and parse_minor(form[name], priced.exponent) for name in ("net", "tax", "total"))
    of = (form["status"], priced.currency, priced.exponent)
    sheet = StoredSheet(visit.id, 0, *of, net, tax, total, form, given, now, reason, now if accepted else None)
    lines = [(line["rule"], line["category"], parse_minor(line["amount"], priced.exponent)) for line in form["lines"]]
    sheets.add_sheet(unit, sheet, lines, accepted_by=user.staff.id if accept else None)
    if accepted and form.get("drawn"):
        day = day_of(now if visit.anchor is None else visit.anchor, str(given["card"]["timezone"]))
        agreement = existing(agreements.agreement(store, given["source"]["agreement"]["id"]))
        scale = 10**priced.exponent if agreement.kind == agreements.MONEY_KIND else 1
        drawn = {name: Fraction(amount) * scale for name, amount in form["drawn"].items()}
        prepaid_use.take(unit, store, visit.id, agreement, day, drawn)
    return priced


def settled(user: User, unit: Unit, visit: Visit, reason: str, *, accept: bool = False) -> Visit:
    """A visit of which something was put right, as it stands now; an ended one is charged again from its record."""
    after = visits.again(user.store, visit)
    if after.state in ENDED:
        keep_sheet(user, unit, after, reason=reason, accept=accept)
    return after
