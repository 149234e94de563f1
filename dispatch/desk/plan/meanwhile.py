"""What happened since a plan was made: visits that somebody changed, and moves that the checker refuses by now."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from db import chain, people, settings, visits
from db.store import Store, existing
from dispatch.desk.day import judgement, routing
from dispatch.desk.day.judgement import DayPlace, PlannedDays
from dispatch.desk.day.run_of_days import PlannedRun, lay_out
from dispatch.desk.levels.clocks import clocks_of
from dispatch.desk.plan.proposal import Move, Standing
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.travel import drive_times
from dispatch.desk.visits.steps import driver
from dispatch.model.instants import day_bounds, day_of, day_text
from dispatch.model.text import show
from dispatch.model.visits import Visit
from dispatch.planning.day import SequenceRule, Stop, TechnicianDay


class Meanwhile(NamedTuple):
    """By reference: what somebody changed of a visit, and why a move that nobody changed cannot be made any more."""

    changed: Mapping[str, str]
    refused: Mapping[str, str]

    @property
    def words(self) -> dict[str, str]:
        """Both: all that is not as the plan has it."""
        return {**self.refused, **self.changed}


NOTHING = Meanwhile({}, {})


def meanwhile(store: Store, moves: Sequence[Move], beside: Iterable[Visit] = ()) -> Meanwhile:
    """What happened to the moves of a plan, and to the visits `beside` that it shows, since it was made; in one snapshot.

    A move is refused where the checker blocks it as the day stands now, beside the others of the plan: for an absence, other
    hours, a drive, a visit that was placed there, on its day or on a later one of it.
    """
    seen = {visit.id: visit for visit in (*beside, *(move.visit for move in moves))}
    with store.read():
        now = {visit.id: visit for visit in visits.visits_by_id(store, seen)}
        zone = settings.firm(store).zone
        days = {day_of(move.after.start, zone) for move in moves if move.after is not None}
        changed = {
            visit.reference: _said_of(store, visit, now.get(visit.id), days)
            for visit in seen.values()
            if not _is_same(visit, now.get(visit.id))
        }
        left = [move for move in moves if move.visit.reference not in changed and move.after is not None]
        return Meanwhile(changed, _refused(store, moves, left))


def _is_same(seen: Visit, now: Visit | None) -> bool:
    return now is not None and (now.version, now.place, now.archived_at) == (seen.version, seen.place, seen.archived_at)


def _said_of(store: Store, seen: Visit, now: Visit | None, days: Container[datetime.date]) -> str:
    """Who changed a visit, and what it is now; the day is named where it is none of the `days` that were planned."""
    if now is None or now.archived_at is not None:
        what = "deleted"
    elif now.place != seen.place:
        what = "its site is elsewhere"
    elif now.starts_at is not None and (now.starts_at, now.crew) != (seen.starts_at, seen.crew):
        times = settings.firm(store).times()
        when, day = times.clock(now.starts_at, now.zone), day_of(now.starts_at, times.zone)
        what = f"with {' + '.join(now.crew)} {when}" + ("" if day in days else f" on {day_text(day)}")
    else:
        what = now.state.label if now.state is not seen.state else "another request"
    moved = now is not None and now.version == seen.version
    last = chain.last_change(store.conn, *(("site", seen.site_id) if moved else ("visit", seen.id)))
    person = people.staff_by_login(store, last[0]) if last is not None else None
    return f"changed by {show(person.name) if person is not None else 'somebody'} meanwhile: {show(what)}"


def _refused(store: Store, moves: Sequence[Move], standing: Sequence[Move]) -> dict[str, str]:
    """Why some of the moves cannot be made by now, by reference; `standing` are those that nobody changed."""
    firm = settings.firm(store)
    by_day: dict[datetime.date, list[tuple[Standing, Move]]] = {}
    for move in standing:
        if move.after is not None:
            by_day.setdefault(day_of(move.after.start, firm.zone), []).append((move.after, move))
    # what leaves its place is in nobody's way; what somebody changed stands where it stands now
    leaving = {move.visit.id for move in moves if move.after is None} | {move.visit.id for move in standing}
    stops = _stops(store, standing)
    placed: dict[str, tuple[Stop, ...]] = {}
    refused: dict[str, str] = {}
    for day, own in sorted(by_day.items()):
        days = routing.days_on(store, day, without=leaving)
        days = routing.with_what_follows(store, days, day, max(stops[move.visit.id].end for _, move in own), leaving)
        by_name = {one.name: _reached_by(one, placed.get(one.name, ()), day_bounds(day, firm.zone)[0]) for one in days}
        drives, rules = drive_times.drives_on(store, day), routing.rules_of(firm)
        for to, move in sorted(own, key=lambda pair: pair[0].start):
            stop = stops[move.visit.id]
            if gone := [name for name in to.crew if name not in by_name]:
                refused[move.visit.reference] = f"{show(', '.join(gone))} drives to visits no longer"
                continue
            verdicts = judgement.verdicts_of(move.visit, stop, [by_name[name] for name in to.crew], drives, rules)
            if against := [finding.text for verdict in verdicts for finding in verdict.blocking]:
                refused[move.visit.reference] = not_possible("; ".join(dict.fromkeys(against)))
                continue
            if move.later and (why := _no_run(store, move, stop.end - stop.start, leaving)):
                refused[move.visit.reference] = not_possible(why)
                continue
            for name in to.crew:
                by_name[name] = replace(by_name[name], stops=(*by_name[name].stops, stop))
                placed[name] = (*placed.get(name, ()), stop)
    return refused


def run_as_shown(
    store: Store, move: Move, visit: Visit, length: int, days: PlannedDays | None = None
) -> Sequence[DayPlace]:
    """The days of a visit as a move shows them, the first of them for `length` seconds; `days` as the plan has them.

    Raises:
        Refusal: a later one cannot stand there by now.
    """
    to = existing(move.after)
    crew = [driver(store, name) for name in to.crew]
    shown = PlannedRun({one.number: one.start for one in move.later}, days or {})
    places = lay_out(store, visit, crew, to.start, length, plan=shown)
    if against := [f"day {place.day}: {finding.text}" for place in places[1:] for finding in place.verdict.blocking]:
        raise Refusal("; ".join(against))
    return places


def _no_run(store: Store, move: Move, length: int, leaving: Collection[int]) -> str:
    """Why a later day of a move cannot stand where it is shown by now; empty where each can."""
    zone = settings.firm(store).zone
    later = {day_of(one.start, zone) for one in move.later}
    try:
        run_as_shown(
            store, move, move.visit, length, {day: routing.days_on(store, day, without=leaving) for day in later}
        )
    except Refusal as no_place:
        return str(no_place)
    return ""


def not_possible(why: str) -> str:
    """That a move cannot be made by now."""
    return f"not possible any more: {show(why)}"


def _reached_by(day: TechnicianDay, earlier: Sequence[Stop], begins: int) -> TechnicianDay:
    """A day with what of the days before it reaches into it; it `begins` then."""
    return replace(day, outside=(*day.outside, *(stop for stop in earlier if stop.end > begins)))


def _stops(store: Store, moves: Sequence[Move]) -> dict[int, Stop]:
    """The visits of moves as stops where they would stand, each after and before the others as those would stand."""
    spans = []
    for move in moves:
        if move.after is not None:
            length = judgement.stay_minutes(store, move.visit.minutes) * 60
            spans.append((move.visit, move.after.start, move.after.start + length))
    stops = routing.stops_of(store, spans, clocks_of(store, [visit for visit, _, _ in spans]))
    begins, ends = ({visit.reference: span[at] for visit, *span in spans} for at in (0, 1))
    ends |= {move.visit.reference: move.later[-1].end for move in moves if move.later}

    def as_planned(rule: SequenceRule, at: Mapping[str, int]) -> SequenceRule:
        return rule._replace(at=at.get(rule.reference, rule.at))

    return {
        key: replace(
            stop,
            after=None if stop.after is None else as_planned(stop.after, ends),
            followers=tuple(as_planned(rule, begins) for rule in stop.followers),
        )
        for key, stop in stops.items()
    }
