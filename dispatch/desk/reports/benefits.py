"""The benefits of a service plan, written out from its terms for whoever reads them before they are a client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dispatch.desk.reports.charge_words import capital
from dispatch.levels.targets import CLOCKS
from dispatch.model.languages import figure_text, phrase, say, says
from dispatch.model.service_plans import ServicePlan

_BY_CLOCK: Mapping[str, str] = {
    "phone": phrase("Answered by phone within {spans}"),
    "remote": phrase("Worked on from a distance within {spans}"),
    "onsite": phrase("On site within {spans}"),
    "resolution": phrase("Solved within {spans}"),
}
_WHEN: Mapping[str, str] = {
    "P1": phrase("when business stops"),
    "P2": phrase("when a group is hampered"),
    "P3": phrase("for one person"),
    "P4": phrase("for what is planned"),
}
"""The priorities in the words of design/service-levels.md D1."""
_BANDS: Mapping[str, str] = {
    "after_hours": phrase("after hours"),
    "weekend": phrase("at weekends"),
    "holiday": phrase("on holidays"),
}
_VISITS = (
    phrase("No visits a month"),
    phrase("One visit a month"),
    phrase("Two visits a month"),
    phrase("Three visits a month"),
    phrase("Four visits a month"),
    phrase("Five visits a month"),
    phrase("Six visits a month"),
)


def benefits(plan: ServicePlan, radius: str) -> Iterator[str]:
    """A sentence for each benefit that the terms hold, and for nothing else (design/account-care.md E15).

    Args:
        radius: what lies within the included radius of the rate card, in words; empty where it has none.
    """
    for clock in CLOCKS:
        spans = [
            f"{span_words(minutes)} {say(_WHEN[priority])}"
            for priority, targets in plan.targets.items()
            if (minutes := targets.get(clock)) is not None
        ]
        if spans:
            yield say(_BY_CLOCK[clock], spans=", ".join(spans))
    bands = [
        say(_BANDS[band]) if band in _BANDS else say("in {band}", band=band)
        for band in plan.waive_bands
        if band != "business"
    ]
    if plan.kind == "fixed_price":
        # a band that is waived counts as business, and so is covered
        yield say("Work {bands} is in the fee", bands=", ".join([say("in business hours"), *bands]))
    elif bands:
        yield say("No premium {bands}", bands=", ".join(bands))
    if plan.allowance_min:
        yield say("{span} of work a month in the fee", span=capital(span_words(plan.allowance_min)))
    if plan.visits:
        more = says(plan.visits, "{n} visit a month", "{n} visits a month")
        yield say(_VISITS[plan.visits]) if plan.visits < len(_VISITS) else more
    if plan.labour_discount_pct not in ("", "0"):
        yield say("{pct} % off labour", pct=figure_text(plan.labour_discount_pct))
    if plan.waive_emergency:
        yield say("No premium for an emergency")
    if plan.waive_travel == "all":
        yield say("No charge for travel")
    elif plan.waive_travel == "in_radius" and radius:
        yield say("No charge for travel within {radius}", radius=radius)
    if plan.proactive:
        yield capital(say(plan.proactive))


def span_words(minutes: int) -> str:
    """Minutes as they are promised: 30 minutes, 1 hour, 90 minutes, 8 hours."""
    hours, rest = divmod(minutes, 60)
    return says(minutes, "{n} minute", "{n} minutes") if rest else says(hours, "{n} hour", "{n} hours")
