"""The firm's table of holidays: filled with those of a country, and looked at where it ends."""

from __future__ import annotations

from collections.abc import Sequence

from db import holidays, recurrences, settings
from db.backups import CheckResult
from db.store import Store
from dispatch.desk.book import editing
from dispatch.desk.book.recurring import AHEAD
from dispatch.desk.book.series_days import holidays_known_until
from dispatch.desk.firm.country_holidays import public_holidays
from dispatch.desk.session.user import User
from dispatch.model.holidays import Holiday
from dispatch.model.instants import day_text
from dispatch.model.text import NAME


def missing(store: Store, country: str, subdivision: str, years: Sequence[int]) -> list[Holiday]:
    """The public holidays of some years that the firm has not; errors as `public_holidays`."""
    there = holidays.days(store)
    years = years or [settings.today(store).year, settings.today(store).year + 1]
    found = public_holidays(country, subdivision, years)
    return [Holiday(0, day, name[:NAME]) for day, name in found.items() if day not in there]


def import_country(user: User, country: str, subdivision: str, years: Sequence[int]) -> list[Holiday]:
    """Take the public holidays of some years over, as one change; returns those that were not there.

    Raises:
        NotAllowed: only a lead or a dispatcher does.
        Refusal, NotFound, Faulty: as `public_holidays`.
    """
    new = missing(user.store, country, subdivision, years)
    label = f"import the holidays of {country.strip().upper()} {subdivision.strip().upper()}".rstrip()
    entries = [(None, {"day": holiday.day.isoformat(), "name": holiday.name}) for holiday in new]
    return editing.put(user, "holiday", label, entries) if entries else []


def finding(store: Store) -> CheckResult:
    """Whether holidays are known as far ahead as visits of series are made."""
    end, series = holidays_known_until(store), len(recurrences.recurrences(store))
    good = not series or (end is not None and end >= settings.today(store) + AHEAD)
    known = "none are known" if end is None else f"known until {day_text(end)}"
    go_on = f", and {series} recurring visits go on: dispatch holidays import brings them" if not good else ""
    return CheckResult("holidays", good, known + go_on)
