"""What a client's visits would come to under service plans, as text and as JSON: with the fee, or no saving is claimed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from db import agreements, settings
from db.store import Store
from dispatch.charges.plan_fees import PlanFee
from dispatch.desk.charges.comparing import DAYS, MONTHS, PlanComparison, TermsTried
from dispatch.desk.charges.quoting import QuoteComparison
from dispatch.model.money import amount_text, format_minor
from dispatch.model.text import count_text

NO_PLANS = "no service plan to compare with: dispatch service-plan add --preset small --fee …"


def comparison_lines(compared: PlanComparison) -> Iterator[str]:
    """The comparison as text, a line for what is and one for each plan."""

    def money(amount: int) -> str:
        return amount_text(amount, compared.exponent, compared.currency)

    now = compared.now
    if compared.reference:
        yield f"{compared.reference} alone, without any fee: {_alone(now, money)}"
        for plan in compared.plans:
            yield f"  under “{plan.name}”: {_alone(plan, money)}"
    if compared.visits:
        yield f"{count_text(compared.visits, 'visit')} of the last {DAYS} days, before tax:"
        yield f"  {now.name}: {_sum(now, money)}"
        for plan in compared.plans:
            yield f"  under “{plan.name}”: {_sum(plan, money)}: {saving_words(compared, plan)}"
    else:
        yield f"no visit of the last {DAYS} days to compare"
        for plan in compared.plans:
            yield f"  “{plan.name}”: {fee_words(plan.fee, money)}"
    if compared.unpriced:
        yield f"{count_text(compared.unpriced, 'visit')} cannot be priced and {'is' if compared.unpriced == 1 else 'are'} not in it"
    if not compared.plans:
        yield NO_PLANS


def fee_words(fee: PlanFee, money: Any) -> str:
    """A monthly fee in words, what it is made of where that is more than a base."""
    if fee.amount is None:
        return f"fee not known: {' '.join(fee.unknown)}"
    parts = [f"{line.number} {line.what}{'' if line.number == 1 else 's'}" for line in fee.lines if line.what != "base"]
    counted = f" for {', '.join(parts)}" if parts else ""
    return f"{money(fee.amount)} a month{counted}"


def fee_line(fee: PlanFee, store: Store) -> str:
    """A monthly fee in words, in the firm's money."""
    return fee_words(
        fee, partial(amount_text, exponent=agreements.minor_units(store), currency=settings.firm(store).currency)
    )


def saving_words(compared: PlanComparison, plan: TermsTried) -> str:
    """Whether a plan saves, in words."""
    saved = compared.saved(plan)
    if saved is None:
        return "no saving is claimed"
    amount = amount_text(abs(saved), compared.exponent, compared.currency)
    return f"saves {amount}" if saved > 0 else f"costs {amount} more" if saved < 0 else "costs the same"


def quoted_lines(comparison: QuoteComparison) -> Iterator[str]:
    """What a visit under a plan comes to, and what the plan does over 90 days of the client's visits."""
    (plan,) = comparison.ninety_days.plans
    if (gap := comparison.difference) is None:
        yield "one of the two cannot be priced yet"
    else:
        size = amount_text(abs(gap), comparison.without.exponent, comparison.without.currency)
        word = f"{size} {'less' if gap < 0 else 'more'}" if gap else "the same"
        yield f"under “{plan.name}” this visit alone is {word}; its fee is not in that"
    fee = fee_words(
        plan.fee, lambda amount: amount_text(amount, comparison.ninety_days.exponent, comparison.ninety_days.currency)
    )
    yield fee[:1].upper() + fee[1:] if plan.fee.amount is None else f"its fee: {fee}"
    if comparison.ninety_days.visits:
        yield from comparison_lines(comparison.ninety_days)


def comparison_form(compared: PlanComparison) -> dict[str, Any]:
    """The comparison as JSON (docs/json.md)."""

    def text(amount: int | None) -> str | None:
        return None if amount is None else format_minor(amount, compared.exponent)

    def tried(terms: TermsTried) -> dict[str, Any]:
        fee = {"fee": text(terms.fee.amount), "unknown": list(terms.fee.unknown)}
        return {
            "name": terms.name,
            "visits": text(terms.visits),
            **fee,
            "total": text(terms.total),
            "visit": text(terms.of_visit),
        }

    return {
        "days": DAYS,
        "fees": MONTHS,
        "visits": compared.visits,
        "unpriced": compared.unpriced,
        "currency": compared.currency,
        "visit": compared.reference or None,
        "now": tried(compared.now),
        "plans": [{**tried(plan), "saves": text(compared.saved(plan))} for plan in compared.plans],
    }


def _alone(terms: TermsTried, money: Any) -> str:
    return f"{'cannot be priced' if terms.of_visit is None else money(terms.of_visit)}"


def _sum(terms: TermsTried, money: Any) -> str:
    if terms.total is None:
        return f"{money(terms.visits)}, {' '.join(['fee not known:', *terms.fee.unknown])}"
    if not terms.fee.lines:
        return str(money(terms.visits))
    return f"{money(terms.visits)} + {MONTHS} × {money(terms.fee.amount)} = {money(terms.total)}"
