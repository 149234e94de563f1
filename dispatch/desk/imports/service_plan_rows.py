"""service-plans.csv: the catalogue of plans, each known again by its name."""

from __future__ import annotations

from db.names import folded
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.imports.table_rows import RowDraft, RowEntry, TableRows
from dispatch.desk.session.user import User
from dispatch.model.agreements import left_open
from dispatch.model.service_plans import ServicePlan
from dispatch.records.agreements import SERVICE_PLAN


class ServicePlanRows(TableRows[ServicePlan]):
    """Plans; what a form would ask about is a warning here."""

    record = SERVICE_PLAN
    columns = {field.name: field for field in SERVICE_PLAN.typed}
    book = RECORD_STORES["service-plan"]
    named = ("name",)
    key = "name"

    def __init__(self, user: User) -> None:
        super().__init__(user)
        self._plans = {folded(plan.name): plan for plan in self.book.all(self.store)}

    def draft(self, entry: RowEntry) -> RowDraft:
        """The plan of a row."""
        name = entry.raw("name")
        plan = self._plans.get(folded(name))
        after = self.judged(entry, plan, self.filled(entry, plan, **({} if plan is None else {"name": plan.name})))
        if question := left_open(after.kind, after.allowance_min, priced=after.priced):
            entry.warnings.append(question)
        return self.drafted(entry, name, (name,) if name else (), plan, after)
