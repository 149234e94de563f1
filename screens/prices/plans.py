"""A service plan from a form, begun with a preset or with another plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.records.agreements import PRESETS
from screens.dialogs.asked import ChoiceRow
from screens.record_forms import ask_record
from screens.user_screen import UserScreen

KIND = "service-plan"


async def ask_plan(screen: UserScreen) -> Any:
    """Ask for a new plan; returns it."""
    record_store, store = RECORD_STORES[KIND], screen.user.store
    rows: list[ChoiceRow[Mapping[str, str]]] = [
        ChoiceRow(f"preset {name}", texts, f"about {texts['fee']} a month; the price is yours to say")
        for name, texts in PRESETS.items()
    ]
    rows += [
        ChoiceRow(f"like {plan.name}", {**record_store.texts(store, plan), "name": ""}, record_store.line(store, plan))
        for plan in record_store.all(store)
    ]
    texts = await screen.choose("Begin a plan with", [*rows, ChoiceRow("empty", {})])
    return await ask_record(screen, KIND, texts)
