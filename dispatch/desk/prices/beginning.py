"""Agreements that begin with a plan or another agreement, and what is asked before one is saved (design/account-care.md E14)."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from db import agreements, service_plans
from db.store import Store, existing
from dispatch.desk.book.records import near
from dispatch.desk.charges.comparing import plan_by_now, plan_fee
from dispatch.desk.prices import service_terms
from dispatch.desk.session.refusals import Refusal
from dispatch.model.agreements import Agreement, left_open, months_later
from dispatch.model.clients import Client
from dispatch.model.money import format_minor
from dispatch.model.service_plans import ServicePlan
from dispatch.model.text import show

PLAN, RENEWS = "plan", "renews"
"""What a form says beside the terms: the plan that the agreement was made from, the number of the one that it goes on from."""
_DAYS = ("starts", "ends")


class BegunAgreement(NamedTuple):
    """An agreement that is not saved yet: what it is called, and its form as `agreeing.save_agreement` takes it."""

    name: str
    terms: dict[str, Any]


def from_plan(store: Store, plan: ServicePlan, client: Client, starts: datetime.date) -> BegunAgreement:
    """What a plan comes to for a client, from a day on, for the term of the plan."""
    ends = None if plan.term_months is None else months_later(starts, plan.term_months) - _DAY
    return BegunAgreement(plan.name, {**_of_plan(store, plan, client), **_term(starts, ends)})


def like(store: Store, agreement: Agreement, starts: datetime.date) -> BegunAgreement:
    """The same terms as another agreement, without an end, and without its blocks."""
    return BegunAgreement(agreement.name, {**form_of(agreement, store), **_term(starts, None)})


def successor(
    store: Store, agreement: Agreement, plan: ServicePlan | None = None, client: Client | None = None
) -> BegunAgreement:
    """What goes on when an agreement ends: its terms for as long again, or those of a plan with its fee for the client of today. Of
    its own terms only what no plan speaks of (`service_terms.OWN`) goes on then; another plan gives it its name.

    Raises:
        Refusal: it has no end.
    """
    if agreement.ends is None:
        raise Refusal(f"“{show(agreement.name)}” has no end: end it first, or change it as it stands.")
    starts = agreement.ends + _DAY
    whole = next((months for months in range(1, 121) if months_later(agreement.starts, months) == starts), None)
    ends = starts + (agreement.ends - agreement.starts) if whole is None else months_later(starts, whole) - _DAY
    terms, called = form_of(agreement, store), agreement.name
    if plan is not None and client is not None:
        own = {name: value for name, value in terms["service"].items() if name in service_terms.OWN}
        terms = _of_plan(store, plan, client)
        terms["service"] = {**own, **terms["service"]}
        called = called if plan.id == agreement.service_plan_id else plan.name
        if plan.term_months is not None:
            ends = months_later(starts, plan.term_months) - _DAY
    name, found = re.subn(r"\b\d{4}\b", str(starts.year), called)
    name = name if found else f"{called} {starts.year}"
    return BegunAgreement(name, {**terms, **_term(starts, ends), RENEWS: agreement.id})


def form_of(agreement: Agreement, store: Store) -> dict[str, Any]:
    """An agreement as `save_agreement` takes it."""
    form = {key: value for key, value in agreement.terms.items() if key != "blocks"}
    form["service"] = service_terms.service_form(agreement.service, agreements.minor_units(store))
    if agreement.service_plan_id is not None:
        form["plan"] = existing(service_plans.service_plan(store, agreement.service_plan_id)).name
    if agreement.rollover != "none":
        form |= {"rollover": agreement.rollover, "rollover_cap": agreement.rollover_cap}
    return form


def plan_of(store: Store, terms: Mapping[str, Any]) -> ServicePlan | None:
    """The plan that a form names, archived or not.

    Raises:
        NotFound: there is none of that name.
    """
    name = str(terms.get(PLAN) or "")
    known = {
        plan.name: plan for plan in service_plans.SERVICE_PLANS.select(store, "ORDER BY r.archived_at IS NULL, r.id")
    }
    return near("service plan", name, known) if name else None


def questions(
    store: Store, new: Agreement, terms: Mapping[str, Any], client: Client, before: Agreement | None
) -> Iterator[str]:
    """What is asked before an agreement is saved, a sentence each: what it leaves open, and what a successor changes."""

    def is_open(one: Agreement) -> str:
        return left_open(one.kind, one.terms.get("allowance_min"), priced=one.service.monthly_fee is not None)

    if (question := is_open(new)) and (before is None or is_open(before) != question):
        yield question
    if before is None and new.service.monthly_fee is None and (plan := plan_of(store, terms)) is not None:
        yield f"Its fee is not known: {' '.join(plan_fee(plan, client).unknown)}"
    if terms.get(RENEWS) is not None:
        old = existing(agreements.agreement(store, int(terms[RENEWS])))
        yield f"{_changes(store, old, new, terms)}{_plan_now(store, old, new, client)}"


def _changes(store: Store, old: Agreement, new: Agreement, terms: Mapping[str, Any]) -> str:
    """What a successor changes, in words; nothing renews silently."""
    was, now = (
        dict(_parts({key: form[key] for key in form if key not in (*_DAYS, RENEWS, "blocks")}))
        for form in (form_of(old, store), terms)
    )
    changed = [
        f"{path}: {was.get(path, '–')} → {now.get(path, '–')}"
        for path in sorted({*was, *now})
        if was.get(path) != now.get(path)
    ]
    term = f"“{show(new.name)}” goes on from “{show(old.name)}”, {new.starts} to {new.ends or 'no end'}"
    left = " What is left of its blocks is not carried over." if "block" in old.kind else ""
    return f"{term}. {'Changed: ' + '; '.join(changed) if changed else 'Nothing else changes'}.{left}"


def _plan_now(store: Store, old: Agreement, new: Agreement, client: Client) -> str:
    """That the plan of an agreement costs another fee by now than its successor says."""
    moved = plan_by_now(store, replace(new, service_plan_id=old.service_plan_id), client)
    if moved is None:
        return ""
    amount = format_minor(moved[1], agreements.minor_units(store))
    return f" Its plan “{show(moved[0].name)}” is {amount} a month for them by now."


def _of_plan(store: Store, plan: ServicePlan, client: Client) -> dict[str, Any]:
    fee = plan_fee(plan, client).amount
    service = service_terms.service_form(plan.service(fee), agreements.minor_units(store))
    return {**plan.terms, "service": service, PLAN: plan.name}


def _term(starts: datetime.date, ends: datetime.date | None) -> dict[str, Any]:
    return {"starts": starts.isoformat(), "ends": None if ends is None else ends.isoformat()}


def _parts(form: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """The figures of a form by their paths, as they are read."""
    for key, value in form.items():
        if isinstance(value, Mapping):
            yield from _parts(value, f"{path}{key}.")
        elif value not in (None, "", [], "none") and value is not False:
            yield f"{path}{key}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_DAY = datetime.timedelta(days=1)
