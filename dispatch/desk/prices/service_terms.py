"""What an agreement promises beside its prices, as a form: in files, by path on the command line, figure by figure on a screen.

The keys are those of `ServiceTerms`. The calendar is typed as hours (mon-fri 08:00-18:00) or `always`, and kept as a calendar;
the monthly fee is decimal text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dispatch.charges.fields import FLAG, TEXT, FormFigure
from dispatch.fields import kinds
from dispatch.fields.trade import hours_of, hours_text, price_of
from dispatch.levels.calendar import CalendarFault, calendar_of
from dispatch.levels.targets import CLOCKS, LABELS, PRIORITIES, Targets, faults_of_targets
from dispatch.model.agreements import WEEKDAYS, ServiceTerms
from dispatch.model.money import format_minor
from dispatch.model.people import Hours
from dispatch.model.text import show

PREFIX = "service."
"""Where the form stands in the paths of an agreement."""

ALWAYS = "always"
_CALENDAR_KEYS = ("timezone", "hours", "holidays", "always")
_WHOLE = {"cadence_min": (0, 31), "cadence_target": (0, 31), "survey_days": (1, 365)}
_CADENCE = ("cadence_min", "cadence_target")
_FLAGS = ("proactive", "workaround_counts", "vendor_pauses")
OWN = ("calendar", "survey_days", "workaround_counts", "vendor_pauses")
"""What is agreed with a client and stands in no plan."""
_DEFAULT = ServiceTerms()


def service_form(service: ServiceTerms, exponent: int) -> dict[str, Any]:
    """The form of what is promised; what is as usual is left out, but for visits a month that were agreed."""
    form: dict[str, Any] = {
        name: getattr(service, name)
        for name in ("targets", "calendar", *_WHOLE, *_FLAGS)
        if getattr(service, name) != getattr(_DEFAULT, name) or (name in _CADENCE and service.cadence_agreed)
    }
    if service.monthly_fee is not None:
        form["monthly_fee"] = format_minor(service.monthly_fee, exponent)
    return form


def read_service(form: Any, zone: str, exponent: int, faults: list[str]) -> ServiceTerms:
    """What a form promises; everything that is wrong with it is added to `faults`, each with its path."""
    if not isinstance(form, Mapping):
        faults.append("service: an object is expected")
        return _DEFAULT
    found: list[str] = [f"{show(str(key), 40)}: is not known here" for key in form if key not in _KEYS]
    targets = form.get("targets") or {}
    found += faults_of_targets(targets)
    values: dict[str, Any] = {"targets": targets, "calendar": _calendar(form.get("calendar"), zone, found)}
    for name, (least, most) in _WHOLE.items():
        value = form.get(name, getattr(_DEFAULT, name))
        if type(value) is not int or not least <= value <= most:
            found.append(f"{name}: {value!r} is not a whole number from {least} to {most}")
        values[name] = value
    for name in _FLAGS:
        value = form.get(name, False)
        if not isinstance(value, bool):
            found.append(f"{name}: {value!r} is not true or false")
        values[name] = value
    values["cadence_agreed"] = any(form.get(name) is not None for name in _CADENCE)
    values["monthly_fee"] = _fee(form.get("monthly_fee"), exponent, found)
    if not found and values["cadence_min"] > values["cadence_target"]:
        found.append("cadence_target: is less than cadence_min")
    faults += [f"{PREFIX}{fault}" for fault in found]
    return _DEFAULT if found else ServiceTerms(**values)


def calendar_text(calendar: Mapping[str, Any]) -> str:
    """A calendar as it is typed; empty: the rate card's hours."""
    if calendar.get("always"):
        return ALWAYS
    hours = calendar.get("hours") or {}
    spans = calendar_of({"timezone": "UTC", "hours": hours}).week
    return hours_text(Hours(day, *span) for day, of_day in enumerate(spans) for span in of_day)


def service_figures(defaults: Mapping[int, Targets]) -> Iterator[FormFigure]:
    """The figures of a screen."""
    for place, priority in enumerate(PRIORITIES, 1):
        for clock in CLOCKS:
            usual = defaults[place].of(clock)
            usually = "nothing is promised" if usual is None else f"{usual} min"
            yield FormFigure(
                "Service levels",
                f"{PREFIX}targets.{priority}.{clock}",
                f"{priority} {LABELS[clock]}, minutes",
                optional=True,
                hint=f"counted minutes; empty: nothing is promised; as usual: {usually}",
            )
    hint = "empty: the rate card's; always; or mon-fri 08:00-18:00, sat 09:00-12:00"
    yield FormFigure("Service levels", f"{PREFIX}calendar", "hours that count", TEXT, optional=True, hint=hint)
    yield FormFigure("Service levels", f"{PREFIX}workaround_counts", "an agreed workaround is a resolution", FLAG)
    yield FormFigure("Service levels", f"{PREFIX}vendor_pauses", "waiting for parts or a vendor pauses", FLAG)
    yield FormFigure(
        "Account care", f"{PREFIX}monthly_fee", "monthly fee", optional=True, hint="0: none; empty: not known"
    )
    yield FormFigure("Account care", f"{PREFIX}cadence_min", "visits a month, at least")
    yield FormFigure("Account care", f"{PREFIX}cadence_target", "visits a month, aimed at")
    yield FormFigure("Account care", f"{PREFIX}survey_days", "a survey every so many days", hint="365, 182 or 91")
    yield FormFigure("Account care", f"{PREFIX}proactive", "log and health check each month", FLAG)


def shown(form: Mapping[str, Any], path: str, defaults: Mapping[int, Targets]) -> tuple[str, bool]:
    """A figure of the form in words, and whether it is the agreement's own rather than as usual."""
    name, _, rest = path.removeprefix(PREFIX).partition(".")
    if name == "targets":
        priority, _, clock = rest.partition(".")
        own = (form.get("targets") or {}).get(priority) or {}
        value = own[clock] if clock in own else defaults[int(priority[1:])].of(clock)
        return ("none" if value is None else str(value)), clock in own
    if name == "calendar":
        calendar = form.get("calendar") or ""
        return (calendar if isinstance(calendar, str) else calendar_text(calendar)) or "the rate card's", bool(calendar)
    value = form.get(name, getattr(_DEFAULT, name))
    written = ("yes" if value else "no") if isinstance(value, bool) else "" if value is None else str(value)
    return written, name in form and form[name] is not None


_KEYS = frozenset({"targets", "calendar", *_WHOLE, *_FLAGS, "monthly_fee"})


def _calendar(given: Any, zone: str, faults: list[str]) -> dict[str, Any]:
    if given in (None, "", {}):
        return {}
    if isinstance(given, str):
        if given.strip().casefold() == ALWAYS:
            return {"always": True}
        week: dict[str, list[list[str]]] = {day: [] for day in WEEKDAYS}
        try:
            for hours in hours_of(given):
                week[WEEKDAYS[hours.weekday]].append([kinds.clock(hours.opens), kinds.clock(hours.closes)])
        except ValueError as fault:
            faults.append(f"calendar: {show(given, 60)!r} {fault}")
        return {"hours": week}
    if not isinstance(given, Mapping) or (unknown := [str(key) for key in given if key not in _CALENDAR_KEYS]):
        expected = "an object or hours such as mon-fri 08:00-18:00 are expected"
        faults.append(
            f"calendar: {expected if not isinstance(given, Mapping) else ', '.join(unknown) + ' is not known here'}"
        )
        return {}
    try:
        calendar_of({"timezone": zone, **given})
    except CalendarFault as fault:
        faults.append(f"calendar.{fault}")
    return dict(given)


def _fee(given: Any, exponent: int, faults: list[str]) -> int | None:
    if given in (None, ""):
        return None
    try:
        return price_of(str(given), exponent)
    except ValueError as fault:
        faults.append(f"monthly_fee: {fault}")
        return None
