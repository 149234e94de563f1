"""A paper as it was sent, kept as text and shown again. The look of the paper (letterhead) is of the day on which it is shown."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from db.store import Store
from dispatch.desk.reports.data import DataTable
from dispatch.desk.reports.document import (
    Amount,
    ChartBar,
    Letterhead,
    Picture,
    Point,
    Report,
    ReportTable,
    Section,
    Whose,
    letterhead_of,
)

_MADE_OF = (Report, Section, ReportTable, Point, ChartBar, Picture, Amount, DataTable, Whose)
_BY_NAME: Mapping[str, Callable[..., Any]] = {
    **{one.__name__: one for one in _MADE_OF},
    "date": datetime.date.fromisoformat,
    "Decimal": Decimal,
}
_IS = "is"


def kept_text(report: Report) -> str:
    """A paper as text that `report_of` reads, without its letterhead."""
    return json.dumps(_form(report), ensure_ascii=False, separators=(",", ":"))


def report_of(store: Store, text: str) -> Report:
    """The paper of a text that was kept, with the letterhead of today."""
    report: Report = _value(json.loads(text))
    return dataclasses.replace(report, letterhead=letterhead_of(store))


def _form(value: Any) -> Any:
    if isinstance(value, (datetime.date, Decimal)):
        return {_IS: type(value).__name__, "of": [str(value)]}
    if isinstance(value, Whose) or dataclasses.is_dataclass(value):
        names = value._fields if isinstance(value, Whose) else [one.name for one in dataclasses.fields(value)]
        parts = {name: getattr(value, name) for name in names}
        fields = {name: _form(part) for name, part in parts.items() if not isinstance(part, Letterhead)}
        return {_IS: type(value).__name__, "fields": fields}
    return [_form(one) for one in value] if isinstance(value, tuple) else value


def _value(form: Any) -> Any:
    if isinstance(form, list):
        return tuple(map(_value, form))
    if not isinstance(form, dict):
        return form
    fields = {name: _value(part) for name, part in form.get("fields", {}).items()}
    return _BY_NAME[form[_IS]](*form.get("of", ()), **fields)
