"""The JSON form of everything that can be listed (docs/json.md). Times ISO 8601 with offset, minutes integers or null."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dispatch.closeout.probes.carrying import outcome_form, try_form
from dispatch.closeout.probes.reading import probe_form
from dispatch.desk.level_words import clock_form
from dispatch.desk.refusals import Refusal
from dispatch.desk.visit_page import VisitPage
from dispatch.model.boards import Board, BoardRow, BoardVisit, CallAhead, Log, LogLine
from dispatch.model.checklists import Attempt, Item, Kind
from dispatch.model.instants import iso
from dispatch.model.links import route_links
from dispatch.model.maps import route_of
from dispatch.model.money import format_minor
from dispatch.model.paths import typed_path
from dispatch.model.permissions import Asking
from dispatch.model.states import State
from dispatch.model.text import show
from dispatch.model.travel import Leg, Place
from dispatch.model.units import DistanceUnit, minutes_of, to_unit
from dispatch.model.visits import Visit

if TYPE_CHECKING:
    from dispatch.desk.probing import Ran
    from dispatch.desk.quick.reading import Understood
    from dispatch.desk.visit_log import Wanted


def print_json(form: Any) -> None:
    """Print one JSON document. ASCII only, so that no byte of what people typed can steer a terminal."""
    print(json.dumps(form, indent=1, ensure_ascii=True))


def write_json(form: Any, file: str | None) -> int:
    """Print one JSON document for people to edit, or write it into a new file.

    Raises:
        Refusal: the file is there already, or cannot be written.
    """
    text = json.dumps(form, indent=2, ensure_ascii=file is None) + "\n"
    if file is None:
        sys.stdout.write(text)
        return 0
    path = typed_path(file)
    try:
        with path.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise Refusal(f"{show(str(path))} is there already; nothing was written.") from None
    except OSError as fault:
        raise Refusal(f"{show(str(path))} cannot be written: {fault.strerror}.") from None
    print(f"Wrote {show(str(path))}.")
    return 0


def board_form(board: Board) -> dict[str, Any]:
    """`dispatch board --json`."""
    return {
        "firm": board.firm,
        "date": board.day.isoformat(),
        "zone": board.zone,
        "now": iso(board.now, board.zone),
        "distance_unit": board.unit,
        "technicians": [_ahead_form(row, board) for row in board.rows],
        "unscheduled": [_queued_form(visit, board) for visit in board.queue],
        "on_hold": [_queued_form(visit, board) | {"reason": visit.reason} for visit in board.on_hold],
        "calls": [call_form(call, board) for call in board.calls],
    }


def call_form(call: CallAhead, board: Board) -> dict[str, Any]:
    """A client to call before we arrive later than expected."""
    zone = board.zone
    return {
        "reference": call.reference,
        "client": call.client,
        "technician": call.technician,
        "contact": call.contact or None,
        "phone": call.phone or None,
        "expected": iso(call.expected, zone),
        "arrival": None if call.absent else iso(call.arrival, zone),
        "due": iso(call.due, zone),
        "proposed": None if call.absent else iso(call.proposed, zone),
        "unanswered": [iso(moment, zone) for moment in call.tried_at],
        "with_lead": call.escalated,
    }


def day_form(board: Board, row: BoardRow) -> dict[str, Any]:
    """`dispatch day --json`: one technician's row of the board."""
    return {
        "date": board.day.isoformat(),
        "zone": board.zone,
        "now": iso(board.now, board.zone),
        "distance_unit": board.unit,
        "technician": _row_form(row, board),
    }


def routes_form(board: Board, rows: Sequence[BoardRow]) -> dict[str, Any]:
    """`dispatch route --json`."""
    return {
        "date": board.day.isoformat(),
        "zone": board.zone,
        "distance_unit": board.unit,
        "routes": [_route_form(row, board) for row in rows],
    }


def log_form(log: Log, wanted: Wanted) -> dict[str, Any]:
    """`dispatch log --json`."""
    totals = log.totals
    return {
        "firm": log.firm,
        "date": log.day.isoformat(),
        "last": (log.last or log.day).isoformat(),
        "filters": wanted.words_of_filters(),
        "zone": log.zone,
        "totals": {
            "visits": totals.visits,
            "ended": totals.ended,
            "exceptions": totals.exceptions,
            "promised": totals.promised,
            "within_promise": totals.kept,
            "to_review": totals.to_review,
            "charged": [
                {"currency": currency, "net": format_minor(net, exponent)} for currency, exponent, net in totals.charged
            ],
        },
        "visits": [_log_line_form(line, log) for line in log.lines],
    }


def visit_form(visit: Visit) -> dict[str, Any]:
    """One visit of `dispatch visit list --json`."""
    zone = visit.zone
    return {
        "reference": visit.reference,
        "client": visit.client,
        "site": visit.site,
        "state": visit.state.value,
        "review": visit.review.value,
        "date": visit.wanted_on.isoformat() if visit.wanted_on else None,
        "work": visit.work,
        "minutes": visit.minutes,
        "priority": f"P{visit.priority}",
        "emergency": visit.emergency,
        "kind": visit.kind,
        "recurring": visit.recurrence_id is not None,
        "skills": sorted(visit.skills),
        "tags": sorted(visit.tags),
        "start": moment(visit.starts_at, zone),
        "end": moment(visit.ends_at, zone),
        "promised_from": moment(visit.promised[0] if visit.promised else None, zone),
        "promised_to": moment(visit.promised[1] if visit.promised else None, zone),
        "requested_at": iso(visit.requested_at, zone),
        "reported_by": visit.reported_by,
        "came_by": visit.came_by or None,
        "preferred_technician": visit.preferred or None,
        "pinned": visit.pinned,
        "located": visit.located,
        "technicians": [
            {
                "name": part.technician,
                "billable": part.billable,
                "departed": moment(part.depart_at, zone),
                "checked_in": moment(part.check_in_at, zone),
                "checked_out": moment(part.check_out_at, zone),
                "did_not_come": part.did_not_come_at is not None,
            }
            for part in visit.assignments
        ],
    }


def quick_form(found: Understood) -> dict[str, Any]:
    """`dispatch visit quick --check --json`."""
    return {
        "client": found.client or None,
        "site": found.site or None,
        "work": found.work or None,
        "minutes": found.minutes,
        "date": found.day.isoformat() if found.day else None,
        "promised_from": found.window[0] if found.window else None,
        "promised_to": found.window[1] if found.window else None,
        "priority": f"P{found.priority}",
        "emergency": found.emergency,
        "skills": list(found.skills),
        "tags": list(found.tags),
        "preferred_technician": found.preferred or None,
        "reported_by": found.reported_by,
        "came_by": found.came_by or None,
        "candidates": list(found.candidates),
        "problems": list(found.problems),
    }


def visit_page_form(page: VisitPage) -> dict[str, Any]:
    """`dispatch visit show --json`."""
    zone = page.visit.zone
    return visit_form(page.visit) | {
        "version": page.visit.version,
        "address": page.site.address,
        "access_notes": page.site.access_notes,
        "used": [
            {"number": one.id, "code": one.code, "label": one.label, "quantity": one.quantity, "amount": one.amount}
            for one in page.used
        ],
        "marks": [
            {
                "technician": one.technician,
                "kind": one.kind,
                "from": moment(one.starts_at, zone),
                "to": moment(one.ends_at, zone),
                "reason": one.reason,
            }
            for one in page.marks
        ],
        "segments": [
            {
                "technician": part.technician,
                "kind": one.kind,
                "from": moment(one.starts_at, zone),
                "to": moment(one.ends_at, zone),
            }
            for part in page.visit.assignments
            for one in part.segments
        ],
        "corrections": [
            {
                "technician": one.technician,
                "what": one.what,
                "was": moment(one.before, zone),
                "is": moment(one.after, zone),
                "reason": one.reason,
                "by": one.by,
                "at": moment(one.at, zone),
            }
            for one in page.corrections
        ],
        "files": [
            {
                "item": one.item,
                "name": one.name,
                "size": one.size,
                "sha256": one.sha256,
                "by": one.by,
                "at": moment(one.at, zone),
            }
            for one in page.files
        ],
        "follow_ups": [one.reference for one in page.follow_ups],
        "checklist_template": None
        if page.origin is None
        else {"name": page.origin.name, "version": page.origin.number, "why": page.origin.why},
        "same_job": [one.reference for one in page.same_job],
        "checklist": [_item_form(item, zone) for item in page.checklist.items],
        "missing": [{"gate": unmet.gate, "item": unmet.ref, "text": unmet.text} for unmet in page.unmet],
        "levels": [clock_form(one, zone) for one in page.clocks],
        "charge": page.charge.form if page.charge is not None else None,
        "no_follow_up": None
        if page.none_wanted is None
        else {"said_by": page.none_wanted[0], "words": page.none_wanted[1]},
        "charge_is_estimate": page.charge.estimate if page.charge is not None else None,
        "events": [
            {"at": iso(event.at, zone), "by": event.by, "deed": event.deed, "text": event.text, "from": event.where}
            for event in page.events
        ],
    }


def asking_form(one: Asking) -> dict[str, Any]:
    """One line of `dispatch visit permissions --json`."""
    return {
        "reference": one.reference,
        "client": one.client,
        "item": one.item,
        "label": one.label,
        "by": one.by,
        "at": iso(one.at, "UTC"),
        "why": one.why,
    }


def ran_form(ran: Ran) -> dict[str, Any]:
    """One item of `dispatch visit run --json`."""
    return {
        "item": ran.item.ref,
        "passed": None if ran.fault else ran.passed,
        "text": ran.fault or ran.text,
        "vantage": ran.vantage.value,
        "outcomes": [outcome_form(outcome) for outcome in ran.outcomes],
    }


def leg_form(leg: Leg | None, unit: DistanceUnit) -> dict[str, Any] | None:
    """A leg: null where there is none; minutes and distance null where they are unknown, never 0."""
    if leg is None:
        return None
    return {
        "minutes": None if leg.seconds is None else minutes_of(leg.seconds),
        "distance": None if leg.metres is None else float(to_unit(leg.metres, unit)),
        "provenance": leg.provenance.value,
    }


def _row_form(row: BoardRow, board: Board) -> dict[str, Any]:
    zone = board.zone
    return {
        "name": row.name,
        "skills": list(row.skills),
        "shift": [iso(moment, zone) for moment in row.shift] if row.shift else None,
        "lunch": [iso(moment, zone) for moment in row.lunch] if row.lunch else None,
        "busy_minutes": row.busy,
        "available_minutes": row.available,
        "distance": None if row.metres is None else float(to_unit(row.metres, board.unit)),
        "unknown_legs": row.unknown_legs,
        "visits": [
            {
                "reference": visit.reference,
                "client": visit.client,
                "site": visit.site,
                "work": visit.work,
                "start": moment(visit.start, zone),
                "end": moment(visit.end, zone),
                "state": visit.state.value,
                "pinned": visit.pinned,
                "seen": not visit.unseen if visit.state is State.DISPATCHED else None,
                "promised_from": moment(visit.promised[0] if visit.promised else None, zone),
                "promised_to": moment(visit.promised[1] if visit.promised else None, zone),
                "checked_in": moment(visit.actual_in, zone),
                "checked_out": moment(visit.actual_out, zone),
                "leg": leg_form(visit.leg, board.unit),
            }
            for visit in row.visits
        ],
        "leg_home": leg_form(row.leg_home, board.unit),
    }


def _ahead_form(row: BoardRow, board: Board) -> dict[str, Any]:
    """What only the dispatcher and the lead see of a technician's day: how it will go, and how late that is (R5)."""
    form = _row_form(row, board)
    return form | {
        "visits": [one | projected_form(visit, board) for one, visit in zip(form["visits"], row.visits, strict=True)],
        "home_at": moment(row.home_at, board.zone),
        "overtime_minutes": row.overtime // 60,
    }


def projected_form(visit: BoardVisit, board: Board) -> dict[str, Any]:
    """How a visit will go: its new times, how late that is, what is left until it breaks something."""
    arrival, end = visit.projected or (None, None)
    return {
        "projected_start": moment(arrival, board.zone),
        "projected_end": moment(end, board.zone),
        "late_minutes": visit.late.minutes if visit.late else None,
        "late_against": visit.late.against if visit.late else None,
        "slack_minutes": None if visit.slack is None else visit.slack // 60,
        "told": moment(visit.told, board.zone),
    }


def _route_form(row: BoardRow, board: Board) -> dict[str, Any]:
    return {
        "technician": row.name,
        "home": _place_form(row.home),
        "distance": None if row.metres is None else float(to_unit(row.metres, board.unit)),
        "unknown_legs": row.unknown_legs,
        "stops": [
            {
                "number": number,
                "reference": visit.reference,
                "client": visit.client,
                "site": visit.site,
                "state": visit.state.value,
                "place": _place_form(visit.place),
                "leg": leg_form(visit.leg, board.unit),
            }
            for number, visit in enumerate(row.visits, start=1)
        ],
        "leg_home": leg_form(row.leg_home, board.unit),
        "links": list(route_links(route_of(row).waypoints())),
    }


def _place_form(place: Place | None) -> dict[str, float] | None:
    return None if place is None else {"lat": place.lat, "lon": place.lon}


def _queued_form(visit: BoardVisit, board: Board) -> dict[str, Any]:
    return {
        "reference": visit.reference,
        "date": visit.wanted_on.isoformat() if visit.wanted_on else None,
        "overdue": visit.overdue,
        "client": visit.client,
        "site": visit.site,
        "work": visit.work,
        "minutes": visit.minutes,
        "priority": f"P{visit.priority}",
        "emergency": visit.emergency,
        "located": visit.located,
        "skills": list(visit.skills),
        "promised_from": moment(visit.promised[0] if visit.promised else None, board.zone),
        "promised_to": moment(visit.promised[1] if visit.promised else None, board.zone),
        "due": moment(_next_due(visit), board.zone),
        "level": visit.level or None,
        "clock": visit.clock or None,
    }


def _next_due(visit: BoardVisit) -> int | None:
    """The next clock of a request: its service level or its promised window, whichever ends first."""
    return min((at for at in (visit.due, visit.promised and visit.promised[1]) if at is not None), default=None)


def _log_line_form(line: LogLine, log: Log) -> dict[str, Any]:
    visit, zone = line.visit, log.zone
    return {
        "reference": visit.reference,
        "client": visit.client,
        "site": visit.site,
        "work": visit.work,
        "state": visit.state.value,
        "review": visit.review.value,
        "technicians": list(line.technicians),
        "planned_start": moment(visit.start, zone),
        "planned_end": moment(visit.end, zone),
        "checked_in": moment(visit.actual_in, zone),
        "checked_out": moment(visit.actual_out, zone),
        "tests_passed": visit.tests_passed,
        "tests_required": visit.tests_required,
        "evidence": {
            "executed": line.executed,
            "measured": line.measured,
            "attested": line.attested,
            "waived": line.waived,
            "by_permission": line.permitted,
            "no_way_in": line.no_way_in,
        },
        "tests_executed": line.ran,
        "tests_with_result": line.tested,
        "retests": line.retests,
        "overrides": line.overrides,
        "exceptions": [
            {"exception": one.mark.value, "item": one.item or None, "text": one.text} for one in line.remarks
        ],
        "clean": line.clean,
        "charge_status": line.charge_status,
        "net": None if line.net is None else format_minor(line.net, line.exponent),
        "total": None if line.total is None else format_minor(line.total, line.exponent),
        "currency": line.currency,
    }


def _item_form(item: Item, zone: str) -> dict[str, Any]:
    return {
        "item": item.ref,
        "phase": item.phase.value,
        "kind": item.kind.value,
        "label": item.label,
        "required": item.required,
        "vantage": item.vantage.value if item.probes else None,
        "asks": item.asks.value if item.kind is Kind.TEST else None,
        "counts": item.standing.sequence if item.standing is not None and item.counts else None,
        "attested": item.attested_how or None,
        "permission": None
        if (one := item.permission) is None
        else {"by": one.by, "at": iso(one.at, zone), "lowered": one.lowered, "reason": one.reason},
        "probes": [probe_form(probe) for probe in item.probes],
        "attempts": [_attempt_form(attempt, zone) for attempt in item.attempts],
    }


def _attempt_form(attempt: Attempt, zone: str) -> dict[str, Any]:
    return {
        "sequence": attempt.sequence,
        "at": iso(attempt.at, zone),
        "by": attempt.by,
        "result": attempt.result.value,
        "text": attempt.text,
        "value": attempt.value,
        "grade": attempt.grade.value if attempt.grade else None,
        "vantage": attempt.vantage,
        "begun_after": attempt.begun_after,
        "tries": [try_form(one) for one in attempt.tries],
        "signed_by": attempt.signed_by,
        "satisfied": attempt.satisfied,
    }


def moment(instant: int | None, zone: str) -> str | None:
    """An instant, null where there is none."""
    return None if instant is None else iso(instant, zone)
