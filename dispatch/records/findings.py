"""The fields of a finding, as a technician types them at the client's."""

from __future__ import annotations

import re

from dispatch.fields.kinds import Choice, Parsed, Text
from dispatch.fields.record import Field
from dispatch.model.findings import Severity
from dispatch.model.text import LINE, NAME
from dispatch.model.typed_times import parse_minutes


def _price(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,4})?", text):
        raise ValueError("is not an amount such as 300 or 12.50")
    return text


FIELDS = (
    Field("what", "What was found", Text(LINE), "backups are kept in the same room", required=True),
    Field("severity", "How grave", Choice(tuple(Severity)), "low, medium, high, critical", required=True),
    Field("risk", "What it risks", Text(LINE), "a fire takes both"),
    Field("advice", "What to do", Text(LINE), "a second copy off site, encrypted"),
    Field("minutes", "Work it takes", Parsed("minutes", parse_minutes, str), "45, 1h30; or a price"),
    Field("price", "Price", Parsed("an amount", _price, str), "300 or 12.50, in the money of the rate card"),
    Field("photo", "Photograph", Text(NAME), "the name or number of a file of the visit"),
)
"""What a finding consists of."""
