"""The catalogue of service plans as records of the book."""

from __future__ import annotations

from collections.abc import Iterator

from db import service_plans
from db.names import folded
from db.store import Store
from dispatch.desk.book.context import Desk
from dispatch.desk.book.record_store import RecordStore
from dispatch.lazily import lazily
from dispatch.model.agreements import KIND_WORDS, left_open
from dispatch.model.service_plans import UNITS, ServicePlan
from dispatch.records.agreements import SERVICE_PLAN

with lazily(__name__):
    from dispatch import charges


class ServicePlanRecords(RecordStore[ServicePlan]):
    """What the firm offers. Another price of a plan changes no agreement that was made from it."""

    record = SERVICE_PLAN
    rows = service_plans.SERVICE_PLANS

    def line(self, store: Store, record: ServicePlan) -> str:
        return f"{KIND_WORDS[record.kind]}  {fee_words(record, Desk.of(store))}"

    def doubts(self, desk: Desk, before: ServicePlan | None, after: ServicePlan) -> Iterator[tuple[str, str]]:
        for other in self.all(desk.store):
            if folded(other.name) == folded(after.name) and other.id != after.id:
                yield "name", f"there is a plan {other.name} already"
        if after.kind:
            for fault in charges.validate_agreement(after.terms):
                name, _, sentence = fault.partition(": ")
                yield name.partition("[")[0], sentence

    def questions(self, before: ServicePlan | None, after: ServicePlan) -> Iterator[str]:
        question = left_open(after.kind, after.allowance_min, priced=after.priced)
        if before is None or question != left_open(before.kind, before.allowance_min, priced=before.priced):
            yield from filter(None, [question])


def fee_words(plan: ServicePlan, desk: Desk) -> str:
    """The price of a plan in words: its base and what is added to it for each."""
    fee = SERVICE_PLAN.field("fee").write(plan, desk)
    each = ((SERVICE_PLAN.field(name).write(plan, desk), word) for name, word in UNITS)
    parts = [*filter(None, [fee]), *(f"{price} a {word}" for price, word in each if price)]
    return f"{' + '.join(parts)} a month" if parts else "no price yet"
