"""The JSON form of visits, boards and logs (docs/json.md). Minutes are integers or null."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from dispatch.closeout.probes.laptop import try_form
from dispatch.closeout.probes.reading import probe_form
from dispatch.desk.log.visit_page import VisitPage
from dispatch.desk.texts.level_words import clock_form
from dispatch.desk.texts.mail_words import mail_form
from dispatch.model.boards import Board, BoardRow, BoardVisit, CallAhead, Log, LogLine
from dispatch.model.checklists import Item, ItemKind
from dispatch.model.forms import form, forms
from dispatch.model.instants import iso
from dispatch.model.maps import route_links, route_of
from dispatch.model.money import format_minor
from dispatch.model.reviews import NOTES, divided
from dispatch.model.states import State
from dispatch.model.travel import DistanceUnit, Leg, minutes_of, to_unit
from dispatch.model.visits import Assignment, Visit
from dispatch.model.weeks import Week

if TYPE_CHECKING:
    from dispatch.desk.log.visit_log import LogFilter
    from dispatch.desk.quick.reading import Understood
    from dispatch.desk.review.reviewing import VisitHistory
    from dispatch.model.findings import AuditFinding

_VISIT = """reference client site state review date=wanted_on latest=latest_on? work minutes days priority emergency kind way
    recurring skills tags equipment people crew_skills after? after_minutes after_day pickup? pickup_minutes start=starts_at@
    end=ends_at@ promised_from=promised.0@ promised_to=promised.1@ requested_at@ reported_by came_by?
    preferred_technician=preferred? pinned located technicians next_day other_days"""
_CAME = "name=technician billable departed=depart_at@ checked_in=check_in_at@ checked_out=check_out_at@ did_not_come"
_DAY = "day=number start=starts_at@ end=ends_at@ technicians"
_QUICK = """client? site? work? minutes days date=day latest? promised_from=window.0 promised_to=window.1 priority emergency
    skills tags equipment people crew_skills after? after_minutes after_day pickup? pickup_minutes preferred_technician=preferred?
    reported_by came_by? candidates problems"""
_ON_BOARD = """reference client site work way start@ end@ state reaches_in day=day_number days pinned seen
    promised_from=promised.0@ promised_to=promised.1@ checked_in=actual_in@ checked_out=actual_out@ leg"""
_PROJECTED = """projected_start=projected.0@ projected_end=projected.1@ late_minutes=late.minutes late_against=late.against
    slack_minutes told@"""
_ROW = "name skills shift lunch busy_minutes=busy available_minutes=available distance unknown_legs visits leg_home"
_QUEUED = """reference day=day_number days date=wanted_on latest=latest_on? overdue client site work minutes priority emergency
    located skills promised_from=promised.0@ promised_to=promised.1@ due@ level? clock?"""
_CALL = """reference client technician contact? phone? expected@ arrival@ due@ proposed@ unanswered
    with_lead=escalated mail? says?"""
_LOGGED = """reference=visit.reference client=visit.client site=visit.site work=visit.work way=visit.way state=visit.state
    review=visit.review technicians planned_start=visit.start@ planned_end=visit.end@ checked_in=visit.actual_in@
    checked_out=visit.actual_out@ tests_passed=visit.tests_passed tests_required=visit.tests_required evidence
    tests_executed=tally.ran tests_with_result=tally.tested retests=tally.retests overrides=tally.overrides exceptions notes
    clean elsewhere charge_status=charge.status net total currency=charge.currency"""
_REMARK = "exception=mark item? text"
_NOTE = "note=mark item? text"
_ITEM = (
    "item=ref phase kind label required vantage asks counts attested=attested_how? permission probes before attempts"
)
_ATTEMPT = "sequence at@ by result text value grade vantage begun_after tries signed_by satisfied"
_FINDING = "reference number what severity risk advice minutes price currency photo state note by"
FILE = "number=id item name size sha256 by at@"
"""A file that was handed in."""
_REMOVED_FILE = f"{FILE} removed_by=removal.by removed_at=removal.at@ reason=removal.reason"
COMMENT = "reference client by at@ comment=text seen_at@ answered_at@ answered_by? answer?"
"""A comment of a review, with its answer."""


def board_form(board: Board) -> dict[str, Any]:
    """`dispatch board --json`."""
    return form(
        board,
        "firm date=day zone now@ distance_unit=unit technicians unscheduled on_hold calls",
        board.zone,
        technicians=[_ahead_form(row, board) for row in board.rows],
        unscheduled=[_queued_form(visit, board) for visit in board.queue],
        on_hold=[_queued_form(visit, board) | {"reason": visit.reason} for visit in board.on_hold],
        calls=[_call_form(call, board) for call in board.calls],
    )


def _call_form(call: CallAhead, board: Board) -> dict[str, Any]:
    nobody = {"arrival": None, "proposed": None} if call.absent or not call.late else {}
    return form(call, _CALL, board.zone, unanswered=_instants(call.tried_at, board.zone), **nobody)


def week_form(week: Week) -> dict[str, Any]:
    """`dispatch week --json`."""
    keys = "available_minutes=available busy_minutes=busy driving_minutes=driving room_minutes=room"
    return form(
        week.waiting,
        "firm zone now@ from to days technicians unscheduled",
        week.waiting.zone,
        **{"from": week.days[0].isoformat(), "to": week.days[-1].isoformat()},
        days=[
            form(one, "date=day available_minutes=available taken_minutes=taken room_minutes=room promised breaks free")
            | {"free": [{"skill": skill, "minutes": minutes} for skill, minutes in one.free]}
            for one in week.sums
        ],
        technicians=[
            form(row, "name skills")
            | {
                "days": [
                    form(
                        load,
                        f"date=day {keys} promised breaks off away?",
                        promised=len(load.promised),
                        breaks=len(load.broken),
                    )
                    | {"visits": [visit.reference for visit in load.visits]}
                    for load in row.days
                ]
            }
            for row in week.rows
        ],
        unscheduled=[_queued_form(visit, week.waiting) for visit in week.waiting.queue],
    )


def day_form(board: Board, row: BoardRow) -> dict[str, Any]:
    """`dispatch day --json`: one technician's row of the board."""
    return form(board, "date=day zone now@ distance_unit=unit technician", board.zone, technician=_row_form(row, board))


def routes_form(board: Board, rows: Sequence[BoardRow]) -> dict[str, Any]:
    """`dispatch route --json`."""
    return form(board, "date=day zone distance_unit=unit routes", routes=[_route_form(row, board) for row in rows])


def late_form(board: Board) -> dict[str, Any]:
    """`dispatch late --json`."""
    late = [(row.name, visit) for row in board.rows for visit in row.visits if visit.late is not None]
    keys = f"reference client work technician state start@ {_PROJECTED}"
    return form(
        board,
        "date=day zone now@ late calls",
        board.zone,
        late=[form(visit, keys, board.zone, technician=name, slack_minutes=_slack(visit)) for name, visit in late],
        calls=[_call_form(call, board) for call in board.calls],
    )


def log_form(log: Log, narrowing: LogFilter) -> dict[str, Any]:
    """`dispatch log --json`."""
    charged = [
        {"currency": currency, "net": format_minor(net, exponent)} for currency, exponent, net in log.totals.charged
    ]
    sums = "visits elsewhere ended exceptions promised within_promise=kept to_review charged"
    return form(
        log,
        "firm date=day last filters zone totals reasons visits",
        last=log.last or log.day,
        filters=narrowing.words_of_filters(),
        totals=form(log.totals, sums, charged=charged),
        reasons=[{"reason": mark, "exception": mark not in NOTES, "visits": count} for mark, count in log.reasons],
        visits=[_log_line_form(line, log.zone) for line in log.lines],
    )


def visit_form(visit: Visit) -> dict[str, Any]:
    """One visit of `dispatch visit list --json`."""
    return form(
        visit,
        _VISIT,
        visit.zone,
        priority=f"P{visit.priority}",
        recurring=visit.recurrence_id is not None,
        technicians=_came(visit.assignments, visit.zone),
        other_days=[
            form(day, _DAY, visit.zone, technicians=_came(day.assignments, visit.zone)) for day in visit.other_days
        ],
    )


def _came(parts: Iterable[Assignment], zone: str) -> list[dict[str, Any]]:
    return [form(part, _CAME, zone, did_not_come=part.did_not_come_at is not None) for part in parts]


def quick_form(understood: Understood) -> dict[str, Any]:
    """`dispatch visit quick --check --json`."""
    return form(understood, _QUICK, priority=f"P{understood.priority}")


def visit_page_form(page: VisitPage) -> dict[str, Any]:
    """`dispatch visit show --json`."""
    zone = page.visit.zone
    spans = [
        form(segment, "technician kind from=starts_at@ to=ends_at@", zone, technician=part.technician)
        for part in page.visit.stays
        for segment in part.segments
    ]
    return visit_form(page.visit) | {
        "version": page.visit.version,
        "address": page.site.address,
        "access_notes": page.site.access_notes,
        "used": forms(page.used, "number=id code label quantity amount"),
        "marks": forms(page.marks, "technician kind from=starts_at@ to=ends_at@ reason", zone),
        "segments": spans,
        "corrections": forms(page.corrections, "technician what was=before@ is=after@ reason by at@", zone),
        **files_form(page),
        "mails": [mail_form(mail, zone) for mail in page.mails],
        "findings": [*map(finding_form, page.findings)],
        "follow_ups": [visit.reference for visit in page.follow_ups],
        "checklist_template": page.origin and form(page.origin, "name version=number why"),
        "same_job": [visit.reference for visit in page.same_job],
        "checklist": [_item_form(item, zone) for item in page.checklist.items],
        "missing": forms(page.unmet, "gate item=ref text"),
        "levels": [clock_form(clock, zone) for clock in page.clocks],
        "charge": page.charge and page.charge.form,
        "no_follow_up": page.none_wanted and dict(zip(("said_by", "words"), page.none_wanted, strict=True)),
        "charge_is_estimate": page.charge and page.charge.estimate,
        "events": forms(page.events, "at@ by deed text from=where", zone),
    }


def files_form(page: VisitPage) -> dict[str, Any]:
    """`dispatch visit file --json`."""
    zone = page.visit.zone
    return {"files": forms(page.files, FILE, zone), "removed_files": forms(page.removed_files, _REMOVED_FILE, zone)}


def finding_form(finding: AuditFinding) -> dict[str, Any]:
    """A finding of an audit, alone or with its visit."""
    return form(finding, _FINDING, price=finding.price_text or None, currency=finding.currency or None)


def history_form(history: VisitHistory) -> dict[str, Any]:
    """`dispatch visit history --json`."""
    page, zone = history.page, history.page.visit.zone
    drive = """technician departed=depart_at@ checked_in=check_in_at@ minutes=drive_minutes checked_out=check_out_at@
        home=return_at@ minutes_home=home_minutes"""
    revision = "revision made_at@ status accepted total currency reason"
    return visit_page_form(page) | {
        "exceptions": forms(divided(history.remarks)[0], _REMARK),
        "notes": forms(divided(history.remarks)[1], _NOTE),
        "leg_planned": leg_form(page.leg, page.unit),
        "drives": forms(page.visit.stays, drive, zone),
        "word_corrections": forms(page.words, "sequence item was=before is=after reason by at@", zone),
        "revisions": [form(sheet, revision, zone, total=sheet.sheet["total"]) for sheet in history.revisions],
        "comments": forms(page.comments, COMMENT, zone),
        "approval": page.approval and form(page.approval, "by at@ revision reason", zone),
        "batch": page.batch,
        "invoice": page.invoice,
    }


def leg_form(leg: Leg | None, unit: DistanceUnit, *, band: bool = False) -> dict[str, Any] | None:
    """A leg: null where there is none; minutes and distance null where they are unknown, never 0."""
    if leg is None:
        return None
    minutes, low, high = (
        None if seconds is None else minutes_of(seconds) for seconds in (leg.seconds, leg.low, leg.high)
    )
    keys = "minutes distance provenance low high" if band else "minutes distance provenance"
    return form(leg, keys, minutes=minutes, distance=_distance(leg.metres, unit), low=low, high=high)


def _distance(metres: int | None, unit: DistanceUnit) -> float | None:
    return None if metres is None else float(to_unit(metres, unit))


def _instants(instants: Sequence[int], zone: str) -> list[str]:
    return [iso(at, zone) for at in instants]


def _row_form(row: BoardRow, board: Board) -> dict[str, Any]:
    zone, unit = board.zone, board.unit
    return form(
        row,
        _ROW,
        shift=row.shift and _instants(row.shift, zone),
        lunch=row.lunch and _instants(row.lunch, zone),
        distance=_distance(row.metres, unit),
        visits=[
            form(
                visit,
                _ON_BOARD,
                zone,
                seen=not visit.unseen if visit.state is State.DISPATCHED else None,
                leg=leg_form(visit.leg, unit),
            )
            for visit in row.visits
        ],
        leg_home=leg_form(row.leg_home, unit),
    )


def _ahead_form(row: BoardRow, board: Board) -> dict[str, Any]:
    """What only the dispatcher and the lead see of a technician's day: how it will go, and how late that is (R5)."""
    whole = _row_form(row, board)
    ahead = [form(visit, _PROJECTED, board.zone, slack_minutes=_slack(visit)) for visit in row.visits]
    return whole | {
        "visits": [visit | more for visit, more in zip(whole["visits"], ahead, strict=True)],
        "home_at": None if row.home_at is None else iso(row.home_at, board.zone),
        "overtime_minutes": row.overtime // 60,
    }


def _slack(visit: BoardVisit) -> int | None:
    """The minutes that are left until it breaks something."""
    return None if visit.slack is None else visit.slack // 60


def _route_form(row: BoardRow, board: Board) -> dict[str, Any]:
    stop, place = "number reference client site state place leg", "lat lon"
    return form(
        row,
        "technician=name home distance unknown_legs stops leg_home links",
        home=row.home and form(row.home, place),
        distance=_distance(row.metres, board.unit),
        stops=[
            form(
                visit,
                stop,
                number=number,
                place=visit.place and form(visit.place, place),
                leg=leg_form(visit.leg, board.unit),
            )
            for number, visit in enumerate(row.own, start=1)
        ],
        leg_home=leg_form(row.leg_home, board.unit),
        links=route_links(route_of(row).waypoints()),
    )


def _queued_form(visit: BoardVisit, board: Board) -> dict[str, Any]:
    # its service level or its promised window, whichever ends first
    due = min((at for at in (visit.due, visit.promised and visit.promised[1]) if at is not None), default=None)
    return form(visit, _QUEUED, board.zone, priority=f"P{visit.priority}", due=due)


def _log_line_form(line: LogLine, zone: str) -> dict[str, Any]:
    charge = line.charge
    return form(
        line,
        _LOGGED,
        zone,
        evidence=form(line.tally, "executed measured attested waived by_permission=permitted no_way_in"),
        exceptions=forms(line.exceptions, _REMARK),
        notes=forms(line.notes, _NOTE),
        net=None if charge.net is None else format_minor(charge.net, charge.exponent),
        total=None if charge.total is None else format_minor(charge.total, charge.exponent),
    )


def _item_form(item: Item, zone: str) -> dict[str, Any]:
    return form(
        item,
        _ITEM,
        vantage=item.vantage if item.probes else None,
        asks=item.asks if item.kind is ItemKind.TEST else None,
        counts=item.standing.sequence if item.standing is not None and item.counts else None,
        permission=item.permission and form(item.permission, "by at@ lowered reason", zone),
        probes=[probe_form(probe) for probe in item.probes],
        before=forms(item.before, "value at@", zone),
        attempts=[form(attempt, _ATTEMPT, zone, tries=[*map(try_form, attempt.tries)]) for attempt in item.attempts],
    )
