"""A technician's day on paper: stops in order, each with where, whom, how to get in and there, the work, and boxes to tick."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from db import checklists, clients, probes, settings, stays, visits
from db.legs import HOME, legs_of_day
from db.store import Store, existing
from dispatch.desk.day.running import belongs
from dispatch.desk.reports.data import VISIT, DataTable, visit_rows, visit_tables
from dispatch.desk.reports.document import Cell, Report, ReportTable, Section, foot_of, letterhead_of
from dispatch.desk.reports.naming import technician_slug
from dispatch.desk.session.user import User
from dispatch.model.checklists import Mark
from dispatch.model.firm import Firm
from dispatch.model.instants import Times, day_bounds, day_text, time_text
from dispatch.model.people import Technician
from dispatch.model.states import ENDED, OCCUPYING
from dispatch.model.text import count_text
from dispatch.model.travel import Leg, distance_text, leg_text, minutes_of
from dispatch.model.visits import CAME_BY, Visit
from dispatch.model.ways import state_words

BOX, TICKED = "[ ]", "[x]"


def sheet_report(user: User, technician: Technician, day: datetime.date) -> Report:
    """The day of a technician. Charges and service levels do not stand on it.

    Raises:
        NotAllowed: it is somebody else's day, and the person neither dispatches nor leads.
    """
    user.ask_to_read_of(technician.name, "reports", "the day sheet")
    store = user.store
    with store.read():
        firm = settings.firm(store)
        times = firm.times()
        start, end = day_bounds(day, firm.zone)
        placed = visits.placed_between(store, start, end, technicians={technician.id})
        stops = [visit for visit in placed if visit.state in OCCUPYING and belongs(visit, start)]
        legs = legs_of_day(store, day).get(technician.id, {})
        sections = [_overview(firm, stops, legs, times)] if stops else []
        sections += [
            _stop(store, firm, place, visit, legs.get(visit.id), times) for place, visit in enumerate(stops, 1)
        ]
        home = Section("The way home", facts=(("Drive", _leg(legs.get(HOME), firm)),))
        sections.append(home if stops else Section("Stops", paragraphs=("No visits on this day.",)))
        foot, head = foot_of(store, user.staff.name, times), letterhead_of(store)
        data = (
            DataTable("stops", VISIT, tuple(visit_rows(stops))),
            _drives(stops, legs),
            *visit_tables(store, stops, money=False, levels=False)[1:],
        )
        name = f"{technician_slug(store, technician)}-sheet-{day.isoformat()}"
    title, subtitle = f"{technician.name}: {day_text(day)}", f"{firm.name}, {count_text(len(stops), 'stop')}"
    return Report("sheet", title, subtitle, tuple(sections), foot, name=name, data=data, letterhead=head)


def _overview(firm: Firm, stops: Sequence[Visit], legs: Mapping[int, Leg], times: Times) -> Section:
    """The day on one look: when it begins and ends, how long one drives, and the stops in their order."""
    drives = [legs.get(visit.id) for visit in stops] + [legs.get(HOME)]
    known = [leg.seconds for leg in drives if leg is not None and leg.seconds is not None]
    unknown = len(drives) - len(known)
    driving = time_text(sum(map(minutes_of, known))) + (f" and {unknown} unknown" if unknown else "")
    ends = [visit.ends_at for visit in stops if visit.ends_at is not None]
    rows = tuple(
        (number, times.span(visit.starts_at, visit.ends_at), visit.client, visit.address or visit.site,
         _leg(legs.get(visit.id), firm), state_words(visit))
        for number, visit in enumerate(stops, 1)
    )  # fmt: skip
    return Section(
        "The day",
        facts=(
            ("Stops", len(stops)),
            ("First at", times.clock(stops[0].starts_at)),
            ("Last until", times.clock(max(ends, default=None))),
            ("Driving", driving),
        ),
        tables=(ReportTable(("Stop", "Time", "Client", "Where", "Drive", "State"), rows),),
        at_a_glance=True,
    )


def _drives(stops: Sequence[Visit], legs: Mapping[int, Leg]) -> DataTable:
    """The drive to each stop, in their order, and home."""
    found = [(visit.reference, legs.get(visit.id)) for visit in stops] + [("home", legs.get(HOME))]
    rows = (
        (to, None if leg is None else leg.seconds, None if leg is None else leg.metres,
         "unknown" if leg is None else leg.provenance.value)
        for to, leg in found
    )  # fmt: skip
    return DataTable("drives", ("to", "seconds", "metres", "provenance"), tuple(rows))


def _stop(store: Store, firm: Firm, number: int, visit: Visit, leg: Leg | None, times: Times) -> Section:
    site, client = existing(clients.site(store, visit.site_id)), existing(clients.client(store, visit.client_id))
    people = "; ".join(" ".join(filter(None, (one.name, one.phone, one.role))) for one in client.contacts)
    facts: list[tuple[str, Cell]] = [
        ("Where", f"{visit.site}, {site.address}" if site.address else visit.site),
        ("Getting in", site.access_notes or None),
        ("Contact", people or None),
        ("Drive", _leg(leg, firm)),
        ("Promised", None if visit.promised is None else times.span(*visit.promised)),
        ("Visit", f"{visit.reference}, {state_words(visit)}"),
        ("Work", visit.work),
        ("Asked by", visit.reported_by or None),
        ("Came in", CAME_BY.get(visit.came_by, visit.came_by) or None),
        ("With", ", ".join(visit.crew) if len(visit.assignments) > 1 else None),
        ("Used", ", ".join(f"{item.quantity} × {item.label}" for item in stays.items_of(store, visit.id)) or None),
    ]
    boxes: list[tuple[Cell, ...]] = []
    # there is nothing to tick where the visit has ended
    for item in () if visit.state in ENDED else checklists.checklist(store, visit.id).items:
        box = TICKED if item.mark is Mark.PASSED else BOX
        # what stands on the item already; empty to be written on
        latest = item.latest
        noted = f"{latest.result.label} {latest.text}".strip() if latest is not None else ""
        boxes.append((box, item.label + ("" if item.required else " (if it applies)"), noted))
    tables = []
    if visit.state not in ENDED:
        tables.append(ReportTable(("", "To do", "Notes"), tuple(boxes), "No checklist."))
    if visit.state not in ENDED and (aims := probes.targets_of(store, site.id)):
        rows = tuple((aim.name, aim.kind.value, aim.address, aim.vantage.value, aim.note) for aim in aims)
        tables.append(ReportTable(("Test target", "Kind", "Address", "From", "Note"), rows))
    return Section(
        f"{number}. {times.span(visit.starts_at, visit.ends_at)}  {visit.client}"
        + (f", day {visit.which_day}" if visit.which_day else ""),
        tuple((name, value) for name, value in facts if value is not None),
        (visit.description,) if visit.description else (),
        tuple(tables),
        kept_together=True,
    )


def _leg(leg: Leg | None, firm: Firm) -> str:
    if leg is None:
        return "? unknown"
    return f"{leg_text(leg.seconds, leg.provenance)}, {distance_text(leg.metres, firm.distance_unit)}"
