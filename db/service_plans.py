"""The catalogue of service plans in the store."""

from __future__ import annotations

from db.rows import Rows, words
from dispatch.model.service_plans import ServicePlan

SERVICE_PLANS = Rows(
    "service_plan",
    ServicePlan,
    order="coalesce(r.fee, 0) + 10 * coalesce(r.per_computer, 0), r.name COLLATE NOCASE, r.id",
    stored={"waive_bands": words("waive_bands")},
)
"""Plans, the smallest first: by their fee for ten computers."""
service_plan, service_plans = SERVICE_PLANS.one, SERVICE_PLANS.all
