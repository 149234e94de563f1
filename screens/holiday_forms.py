"""The public holidays of a country, taken over as one change."""

from __future__ import annotations

from dispatch.desk.book.holiday_table import import_country
from dispatch.records.planning import HOLIDAYS_OF
from screens.record_forms import ask_values
from screens.user_screen import UserScreen


async def ask_holidays(screen: UserScreen, country: str = "") -> None:
    """Ask which ones, and take them over."""
    taken = await ask_values(
        screen,
        "Holidays of a country",
        HOLIDAYS_OF,
        lambda given: import_country(screen.user, **given),
        {"country": country},
    )
    screen.say(f"{len(taken)} were taken over." if taken else "All of them are there already.")
