"""Time sheets in words, as JSON and as the file for payroll."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from dispatch.charges.explain import band_words
from dispatch.charges.labour_prices import BANDS
from dispatch.model.csv_text import csv_text
from dispatch.model.firm import Firm
from dispatch.model.instants import Times, day_text, parse_iso, span_text
from dispatch.model.text import show
from dispatch.model.timesheets import Timesheet, TimesheetDay, TimesheetState, WeekOfTechnician, day_form
from dispatch.model.travel import DistanceUnit, distance_text, to_unit

KINDS = {
    "travel": "driving",
    "home": "driving home",
    "work": "work",
    "test": "tests",
    "wait": "waiting",
    "break": "break",
}
"""What the clock says, in words."""
_SUMS = {
    "paid_min": "paid",
    "driving_min": "driving",
    "waiting_min": "waiting",
    "break_min": "breaks",
    "outside_shift_min": "outside the shift",
    "over_day_min": "overtime by the rate card",
}
"""The sums of a day, in words."""


def week_text(sheet: Timesheet) -> str:
    """Which week it is."""
    return f"{day_text(sheet.week)} – {day_text(sheet.days[-1].day)}"


def bands_text(day: TimesheetDay) -> str:
    """Paid time by band."""
    return ", ".join(f"{show(band_words(name))} {span_text(minutes)}" for name, minutes in _in_order(day.bands))


def sums_text(day: TimesheetDay, unit: DistanceUnit) -> str:
    """A day, or a week, in one line: what is paid, by which bands, and what else is known of it."""
    bands = bands_text(day)
    said = [f"{span_text(day.paid)} paid" + (f" ({bands})" if bands else "")]
    form = day_form(day)
    said += [f"{span_text(form[key])} {word}" for key, word in [*_SUMS.items()][1:] if form[key]]
    return ", ".join([*said, distance_text(day.metres, unit)] if day.metres else said)


def short_text(day: TimesheetDay, unit: DistanceUnit, *, narrow: bool = False) -> str:
    """The same where there is little room; `narrow`: what is paid, and nothing else."""
    said = [f"{span_text(day.paid)} paid"]
    if narrow:
        return said[0]
    said += [f"{span_text(day.driving)} driving"] if day.driving else []
    said += [f"{span_text(day.breaks)} breaks"] if day.breaks else []
    return " · ".join([*said, distance_text(day.metres, unit)] if day.metres else said)


def lines_of_day(day: TimesheetDay, times: Times) -> Iterator[str]:
    """The clock of a day, a line each."""
    for line in day.clock:
        whole = (line.ends_at - line.starts_at) // 60
        counted = "" if line.minutes == whole else f", {span_text(line.minutes)} of it counted here"
        what = f"{span_text(whole)} {KINDS[line.kind]}{counted}"
        yield f"{times.span(line.starts_at, line.ends_at)}  {what}  {line.reference} {line.client}"


def state_text(week: WeekOfTechnician, times: Times) -> str:
    """Where a week stands, and by whom."""
    said, again = week.said, week.reopened
    if said is None:
        if again is None:
            return week.state.label
        return f"opened again by {show(again.by)} {times.moment(again.at)}: {show(again.reason)}"
    reason = f" for them: {said.reason}" if said.reason else ""
    words = f"submitted by {show(said.by)}{show(reason)} {times.moment(said.at)}"
    if said.approved_at is not None:
        words += f", approved by {show(said.approved_by)} {times.moment(said.approved_at)}"
    return f"changed since it was {words}" if week.state is TimesheetState.CHANGED else words


def difference_lines(week: WeekOfTechnician, times: Times) -> list[str]:
    """What the clock says otherwise than the sheet that was submitted, day by day; nothing where they are the same."""
    if week.said is None:
        return []
    was, now = ({day["date"]: day for day in form} for form in (week.said.form, week.sheet.form))
    lines = []
    for date in sorted({*was, *now}):
        before, after = was.get(date, {}), now.get(date, {})
        if before == after:
            continue
        sums = {**_SUMS, **{f"band {name}": band_words(name) for name in {**_bands(before), **_bands(after)}}}
        told = [
            f"{show(word)} {span_text(_sum(after, key))}, was {span_text(_sum(before, key))}"
            for key, word in sums.items()
            if _sum(after, key) != _sum(before, key)
        ]
        if before.get("distance_m") != after.get("distance_m"):
            told.append("another distance")
        lines.append(f"{day_text(datetime.date.fromisoformat(date))}: {'; '.join(told) or 'other times'}")
        lines += [
            f"  now {_clock(line, times)}" for line in after.get("clock", ()) if line not in before.get("clock", ())
        ]
        lines += [
            f"  was {_clock(line, times)}" for line in before.get("clock", ()) if line not in after.get("clock", ())
        ]
    return lines


def week_lines(week: WeekOfTechnician, firm: Firm) -> Iterator[str]:
    """A whole time sheet: its days with their clock, its sum, what is lacking, what was said of it, what is another since."""
    sheet, times, unit = week.sheet, firm.times(), firm.distance_unit
    yield f"{sheet.technician}, {week_text(sheet)}"
    yield f"{state_text(week, times)}"
    for day in sheet.days:
        if day.clock or day.metres:
            yield f"{day_text(day.day)}: {sums_text(day, unit)}"
            yield from (f"  {line}" for line in lines_of_day(day, times))
    yield f"The week: {sums_text(sheet.total, unit)}"
    yield from (f"lacking: {line}" for line in sheet.lacking)
    yield from (f"to know: {line}" for line in sheet.notices)
    if changed := difference_lines(week, times):
        yield "Not as it was submitted:"
        yield from changed


def list_line(week: WeekOfTechnician, unit: DistanceUnit) -> str:
    """A technician's week in one line."""
    lacking = f"; {len(week.sheet.lacking)} lacking" if week.sheet.lacking else ""
    return f"{week.sheet.technician}: {week.state.label}{lacking}: {sums_text(week.sheet.total, unit)}"


def week_form(week: WeekOfTechnician) -> dict[str, Any]:
    """A whole time sheet as JSON has it (docs/json.md)."""
    sheet, said = week.sheet, week.said
    times = Times(sheet.zone)
    form = day_form(sheet.total)
    del form["date"]
    return {
        "technician": sheet.technician,
        "login": sheet.login,
        "week": sheet.week.isoformat(),
        "state": week.state.value,
        "total": form,
        "days": sheet.form,
        "lacking": list(sheet.lacking),
        "notices": list(sheet.notices),
        "submitted_by": None if said is None else said.by,
        "approved_by": None if said is None else said.approved_by or None,
        "said": state_text(week, times),
        "differences": difference_lines(week, times),
    }


PAYROLL = ("login", "technician", "week", "date", "kind", "band", "minutes", "hours", "distance", "distance_unit", "state",
           "submitted_by", "approved_by")  # fmt: skip
"""The columns of the file for payroll."""


def payroll_csv(weeks: Iterable[WeekOfTechnician], unit: DistanceUnit) -> str:
    """Time sheets as payroll reads them: a row for each technician, day and kind of time that has any.

    The rows of kind `paid` are all paid time, once, by band; every other kind is a part of it, or breaks, or the distance. `hours`
    are decimal, rounded to four places: the minutes are exact.
    """
    return csv_text(PAYROLL, (row for week in weeks for day in week.sheet.days for row in _rows(week, day, unit)))


def _rows(week: WeekOfTechnician, day: TimesheetDay, unit: DistanceUnit) -> Iterator[tuple[Any, ...]]:
    sheet, said = week.sheet, week.said
    head = (sheet.login, sheet.technician, sheet.week.isoformat(), day.day.isoformat())
    people = ("", "") if said is None else (said.by, said.approved_by)
    for kind, band, minutes in _times(day):
        hours = (Decimal(minutes) / 60).quantize(Decimal("0.0001"))
        yield (*head, kind, band, minutes, hours, "", "", week.state.value, *people)
    if day.metres:
        yield (*head, "distance", "", "", "", to_unit(day.metres, unit), unit, week.state.value, *people)


def _times(day: TimesheetDay) -> Iterator[tuple[str, str, int]]:
    """The minutes of a day by kind and band, those that it has."""
    yield from (("paid", band, minutes) for band, minutes in _in_order(day.bands))
    form = day_form(day)
    yield from ((key.removesuffix("_min"), "", form[key]) for key in [*_SUMS][1:] if form[key])


def _in_order(bands: Mapping[str, int]) -> list[tuple[str, int]]:
    """The bands that every card has first, then those of one's own by name."""
    return sorted(bands.items(), key=lambda band: (BANDS.index(band[0]) if band[0] in BANDS else len(BANDS), band[0]))


def _bands(day: Mapping[str, Any]) -> Mapping[str, int]:
    bands: Mapping[str, int] = day.get("bands", {})
    return bands


def _sum(day: Mapping[str, Any], key: str) -> int:
    of_band = key.startswith("band ")
    return int(_bands(day).get(key.removeprefix("band "), 0) if of_band else day.get(key, 0))


def _clock(line: Mapping[str, Any], times: Times) -> str:
    span = times.span(parse_iso(line["from"]), parse_iso(line["to"]))
    return f"{span} {KINDS[line['kind']]} {show(line['reference'])}"


def payroll_parts(weeks: Sequence[WeekOfTechnician]) -> tuple[list[WeekOfTechnician], list[WeekOfTechnician]]:
    """The weeks that are approved as they stand, and those that are not and have any time."""
    ready = [week for week in weeks if week.state is TimesheetState.APPROVED]
    left = [week for week in weeks if week not in ready and (week.said or week.sheet.lacking or week.sheet.total.paid)]
    return ready, left
