"""The JSON form of the running day: candidates, ways to an emergency, who is late, whom to call (docs/json.md)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from dispatch.commands.forms import call_form, moment, projected_form
from dispatch.desk.calling import Called
from dispatch.model.boards import Board
from dispatch.model.instants import iso
from dispatch.model.visits import Visit
from dispatch.planning.candidates import Candidate
from dispatch.planning.insertion import Insertion


def candidates_form(visit: Visit, day: datetime.date, found: Sequence[Candidate], zone: str) -> dict[str, Any]:
    """`dispatch candidates REFERENCE --json`."""
    return {
        "reference": visit.reference,
        "date": day.isoformat(),
        "candidates": [
            {
                "technician": one.name,
                "start": iso(one.start, zone),
                "verdict": one.verdict.level.value,
                "cost": round(one.cost, 2),
                "extra_travel_minutes": round(one.verdict.extra_travel / 60),
                "slack_minutes": one.slack,
                "reasons": list(one.reasons),
                "findings": [finding.text for finding in one.verdict.findings],
                "pushes": list(one.pushes),
            }
            for one in found
        ],
    }


def ways_form(
    visit: Visit, found: Sequence[Insertion], references: Mapping[int, str], zone: str, *, applied: bool
) -> dict[str, Any]:
    """`dispatch emergency REFERENCE --json`."""
    return {
        "reference": visit.reference,
        "applied": applied,
        "ways": [
            {
                "technician": one.name,
                "start": iso(one.start, zone),
                "end": iso(one.end, zone),
                "verdict": one.level.value,
                "cost": round(one.cost, 2),
                "extra_travel_minutes": round(one.extra_travel / 60),
                "pushed": [
                    {
                        "reference": references[push.visit_id],
                        "client": push.client,
                        "minutes": push.minutes,
                        "was": iso(push.was, zone),
                        "start": iso(push.start, zone),
                        "late": push.late or None,
                    }
                    for push in one.pushed
                ],
                "findings": [finding.text for finding in one.findings],
            }
            for one in found
        ],
    }


def late_form(board: Board) -> dict[str, Any]:
    """`dispatch late --json`."""
    zone = board.zone
    return {
        "date": board.day.isoformat(),
        "zone": zone,
        "now": iso(board.now, zone),
        "late": [
            {
                "reference": visit.reference,
                "client": visit.client,
                "work": visit.work,
                "technician": row.name,
                "state": visit.state.value,
                "start": moment(visit.start, zone),
            }
            | projected_form(visit, board)
            for row in board.rows
            for visit in row.visits
            if visit.late is not None
        ],
        "calls": [call_form(call, board) for call in board.calls],
    }


def called_form(logged: Called) -> dict[str, Any]:
    """`dispatch call REFERENCE --json`."""
    zone, call = logged.visit.zone, logged.call
    return {
        "reference": logged.visit.reference,
        "at": iso(call.at, zone),
        "outcome": call.outcome.value,
        "promised": moment(call.promised, zone),
        "phone": call.phone or None,
        "note": call.note or None,
    }
