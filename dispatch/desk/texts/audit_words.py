"""The audit as text and as JSON: its rows, and whether its chain holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from db.audit import NamedAuditRow
from dispatch.desk.log.audit_trail import ChainVerdict
from dispatch.desk.log.visit_page import detail_words, in_words
from dispatch.model.firm import Firm
from dispatch.model.forms import form, forms
from dispatch.model.instants import when_text
from dispatch.model.text import count_text, pad, show


def verdict_lines(verdict: ChainVerdict) -> list[str]:
    """The verdict in words, the fault first."""
    lines = []
    if verdict.broken_at is not None:
        lines.append(f"BROKEN at row {verdict.broken_at}: it, or a row before it, is not what was written.")
    if not verdict.stands:
        where = "in it" if verdict.at is None else f"row {verdict.at}"
        lines.append(
            f"DIFFERS: the head {show(verdict.asked)} is not {where}. What stood here when it was written was replaced or cut "
            "off, or this is another database."
        )
    if verdict.good:
        lines.append(f"The chain of {verdict.head.rows:,} rows holds.")
        if verdict.asked:
            but = ", but for text that was erased since" if verdict.erased else ""
            lines.append(
                f"The head {show(verdict.asked)} is row {verdict.at}: all rows up to it are as they were then{but}."
            )
        if verdict.erased:
            lines.append(
                f"{count_text(verdict.erased, 'row')} read otherwise since a client was erased, which vouches for how they read "
                "now: dispatch audit show --deed erase says who did it and when."
            )
    return [*lines, f"Head now: {verdict.head.hash}@{verdict.head.rows}"]


def verdict_form(verdict: ChainVerdict) -> dict[str, Any]:
    """The verdict in JSON (docs/json.md)."""
    keys = "good rows=head.rows head=head.hash broken_at erased asked? asked_row=at asked_stands"
    return form(verdict, keys, asked_stands=verdict.stands if verdict.asked else None)


def record_of(entry: NamedAuditRow) -> str:
    """What a row is about: the record's kind, and its name or number."""
    row = entry.row
    return f"{row.entity.replace('_', ' ')} {entry.called or row.entity_id}"


def who_of(entry: NamedAuditRow) -> str:
    """Who did it, and how they came where that matters."""
    came = {"as": " (--as)", "seat": " (SSH)"}.get(entry.row.via, "")
    return f"{entry.by}{came}"


def trail_lines(rows: Sequence[NamedAuditRow], zone: str, hours24: bool = True) -> list[str]:
    """Rows as text, a line each, newest first."""
    return [
        "  ".join(
            [
                f"{entry.row.seq:>6}",
                when_text(entry.row.at, zone, hours24),
                pad(who_of(entry), 18),
                pad(entry.row.deed, 16),
                pad(record_of(entry), 28),
                show(detail_words("", entry.row.detail, zone), 200),
            ]
        ).rstrip()
        for entry in rows
    ] or ["No rows."]


def row_lines(entry: NamedAuditRow, firm: Firm, own: str, prev: str) -> list[str]:
    """Everything about a row."""
    row = entry.row
    lines = [
        f"row {row.seq}, {when_text(row.at, firm.zone, firm.clock_hours == 24)}",
        f"{who_of(entry)}, login {row.actor}",
        f"{row.deed}: {record_of(entry)}",
        *(f"  {key}: {'–' if value is None else in_words(key, value)}" for key, value in row.detail.items()),
        f"session {row.session}, save {row.save_id}",
        f"hash {own}",
        f"bound to {prev}",
    ]
    return [show(line) for line in lines]


def trail_form(rows: Sequence[NamedAuditRow], zone: str) -> list[dict[str, Any]]:
    """Rows in JSON (docs/json.md)."""
    keys = """row=row.seq at=row.at@ login=row.actor name=by via=row.via session=row.session deed=row.deed
        record=row.entity id=row.entity_id called? detail=row.detail save=row.save_id"""
    return forms(rows, keys, zone)
