"""What an absence hits, and what to do about it: one deed for the whole of it, which undo takes back as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from db import changes, people, planned, settings, visits
from db.changes import RecordChange
from db.store import Store, existing
from db.unit import Unit
from dispatch.desk.day import judgement, notices, placement, routing, undo_record
from dispatch.desk.day.run_of_days import lay_out, put
from dispatch.desk.plan import schedule
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.model.instants import day_bounds, day_of
from dispatch.model.people import AbsenceRecord
from dispatch.model.states import UNREACHED, Role
from dispatch.model.text import show
from dispatch.model.visits import Visit
from dispatch.planning.checker import ABSENCE, PlacementGrade


@dataclass(frozen=True, slots=True)
class Freed:
    """What became of the visits that an absence hit: a sentence for each, those that need somebody to look at them apart."""

    settled: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def hit_by(store: Store, record: AbsenceRecord) -> list[Visit]:
    """The technician's visits that nobody has reached and that fall into the absence, in order. What should have begun already
    is ahead of them from now on."""
    zone, now = settings.firm(store).zone, store.clock.now()
    begins = day_bounds(day_of(record.starts_at, zone), zone)[0]
    hit = []
    for visit in visits.placed_between(store, begins, record.ends_at, technicians={record.staff_id}):
        starts_at, ends_at = existing(visit.span)
        late = max(0, min(now, record.starts_at) - starts_at)
        if visit.state in UNREACHED and ends_at + late > record.starts_at:
            hit.append(visit)
    return hit


def hit_line(store: Store, visit: Visit) -> str:
    """A visit that an absence hits, with who knows of it already."""
    known = notices.who_knows(visit, settings.firm(store))
    return f"{show(visit.reference)} {show(visit.client)}" + (f" ({known})" if known else "")


def free(user: User, record: AbsenceRecord, *, to_others: bool) -> Freed:
    """Take everything that an absence hits off its technician, as one change: with the absence, where that is what the person
    did last, so that undo takes back both. It judges the places anew: nobody comes back to somebody who is away all the same.

    What several do together stays with the others, where they can do it without. Everything else goes back into the queue, or
    with `to_others` to the best of the others on its day where the checker finds a good place: as many as it needs. What
    somebody put against the checker with a reason is not given another time: it waits for somebody to look. Who had been told
    of it hears of it; clients who expect somebody are on the call-ahead list.

    Args:
        user: a dispatcher, who has seen `hit_by` and meant it.
        record: the absence; its reason is kept with each visit.
        to_others: give it to others where that fits.
    """
    with user.write("free a day", Role.DISPATCHER) as unit:
        store = user.store
        hits = hit_by(store, record)
        if not hits:
            unit.leave_unchanged()
            return Freed()
        stood = {visit.id: visits.again(store, visit) for visit in hits}
        against = {key: undo_record.stands_against(store, visit, but=ABSENCE) for key, visit in stood.items()}
        settled = [sentence for visit in hits if (sentence := _leave_to_crew(store, unit, record, visit))]
        taken = _taken(store, unit, record, hits)
        routing.reroute(unit, stood.values())
        left = []
        for visit in taken:
            if visit.day_number != visit.next_day:
                left.append(
                    f"{show(visit.reference)}: day {visit.day_number} of {visit.days} and what follows have no place now"
                )
                continue
            meant = to_others and bool(against[visit.id])
            to = _give(user, unit, visit) if to_others and not meant else ""
            if to:
                settled.append(f"{show(visit.reference)} goes to {to}")
            elif meant:
                left.append(
                    f"{show(visit.reference)}: it stood where somebody put it with a reason; it is in the queue"
                )
            elif to_others:
                left.append(
                    f"{show(visit.reference)}: nobody else has a good place for it on that day; it is in the queue"
                )
            else:
                settled.append(f"{show(visit.reference)} is back in the queue")
        for visit in stood.values():
            now = visits.again(store, visit)
            moved = {"was_at": visit.starts_at, "was_with": visit.crew, "starts_at": now.starts_at, "crew": now.crew}
            why = {"absent": record.reason or None, "stood_against": against[visit.id]}
            unit.audit("visit", visit.id, **moved, **why)
        recorded = _recorded(user, unit, record)
        absent = people.technician(store, record.staff_id)
        label = f"{'absence, and ' if recorded else ''}free the day of {absent.name if absent else 'a technician'}"
        schedule.settle(user, unit, label, [*stood.values()], recorded, against=against)
        return Freed(tuple(settled), tuple(left))


def _recorded(user: User, unit: Unit, record: AbsenceRecord) -> Sequence[RecordChange]:
    """The absence as the person has just recorded it, where nothing else was done since: it becomes part of this change."""
    last = changes.last_done(user.store, user.staff.id)
    if last is None or [(one.entity, one.id, one.version_after) for one in last.pictures] != [
        ("absence", record.id, record.version)
    ]:
        return ()
    changes.mark(unit, last, "dropped")
    return last.pictures


def _taken(store: Store, unit: Unit, record: AbsenceRecord, hits: Sequence[Visit]) -> list[Visit]:
    """Take what is still the technician's out of the plan: a visit of several days from the first of them on that is hit."""
    taken: dict[int, Visit] = {}
    for hit in hits:
        now = visits.again(store, hit)
        if hit.id not in taken and now.on_day(hit.day_number).assignment_of(record.staff_id) is not None:
            planned.take_back(unit, now, hit.day_number)
            taken[hit.id] = hit
    return [*taken.values()]


def _leave_to_crew(store: Store, unit: Unit, record: AbsenceRecord, visit: Visit) -> str:
    """Leave a visit to the others of its crew, where they can do it; returns the sentence, empty where they cannot."""
    others = [part.technician_id for part in visit.assignments if part.technician_id != record.staff_id]
    crew = [technician for other in others if (technician := people.technician(store, other)) is not None]
    if not crew or len(crew) < visit.people or visit.starts_at is None or visit.ends_at is None:
        return ""
    verdict = judgement.judge_placement(store, visit, crew, visit.starts_at, visit.ends_at - visit.starts_at)
    if any(finding.rule != notices.RULE for finding in verdict.blocking):
        return ""
    planned.take_off(unit, visits.again(store, visit).on_day(visit.day_number), record.staff_id)
    return f"{show(visit.reference)} stays with {', '.join(show(technician.name) for technician in crew)}"


def _give(user: User, unit: Unit, visit: Visit) -> str:
    """Give a visit that was taken off somebody to the best of the others; returns who and when, empty where nobody fits."""
    day = day_of(existing(visit.starts_at), user.firm.zone)
    if placement.is_over(user.store, day):
        return ""
    for best in placement.candidates(user.store, visit.reference, day):
        if best.verdict.level is not PlacementGrade.FEASIBLE or best.verdict.needs_confirm:
            continue
        crew = [existing(people.technician_by_name(user.store, name)) for name in best.crew]
        length, bare = judgement.stay_minutes(user.store, visit.minutes) * 60, visits.again(user.store, visit)
        try:
            put(unit, bare, lay_out(user.store, bare, crew, best.start, length))
        except Refusal:
            continue  # nobody of the others has all the days that it takes
        routing.reroute(unit, [visits.again(user.store, visit)])
        who = ", ".join(show(technician.name) for technician in crew)
        return f"{who}, {user.firm.times().clock(best.start, visit.zone)}"
    return ""
