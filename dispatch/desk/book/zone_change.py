"""Another zone of the firm: how what is written by the clocks of the old one is read from then on (design/records.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from db import clients, messages, people, planned, settings, visits
from db.store import Store, existing
from db.unit import Unit
from dispatch.desk.day import routing
from dispatch.desk.session.refusals import NeedsChoice, Refusal
from dispatch.model.clients import Site
from dispatch.model.instants import DAY_MINUTES, Times, day_of, day_text, in_other_clocks, local
from dispatch.model.messages import Call
from dispatch.model.people import AbsenceRecord, Hours, Technician
from dispatch.model.states import AHEAD
from dispatch.model.text import count_text, show
from dispatch.model.visits import Visit


class Reading(StrEnum):
    """What stays of what is written: its time on the clock, or its moment."""

    CLOCK = "keep-clock"
    MOMENT = "keep-moment"


MEANS = {
    Reading.CLOCK: "10:00 stays 10:00, by the clocks of the new zone: the old one was wrong",
    Reading.MOMENT: "10:00 is called otherwise: sites keep the old zone, shifts are written anew",
}
"""What each of them says of a time."""


_SHOWN = 10
"""So many promises of a site are named."""


class Written(NamedTuple):
    """What is written by the firm's clocks, and would be read as another time by those of another zone: open visits with a
    promise and planned ones, times that clients of open visits were told in calls, absences that are not over, technicians with
    hours, sites with access hours. `open` are all visits that have a promise or are planned."""

    open: tuple[Visit, ...]
    calls: tuple[Call, ...]
    absences: tuple[AbsenceRecord, ...]
    technicians: tuple[Technician, ...]
    sites: tuple[Site, ...]

    @property
    def words(self) -> str:
        """How many of each; empty where there is nothing."""
        counts = (
            (sum(visit.promised is not None for visit in self.open), "promise"),
            (sum(visit.state in AHEAD for visit in self.open), "planned visit"),
            (len(self.calls), "time told in a call"),
            (len(self.sites), "site's access hours"),
            (len(self.technicians), "technician's hours"),
            (len(self.absences), "absence"),
        )
        return ", ".join(_counted(number, noun) for number, noun in counts if number)


def written(store: Store, was: str, now: str) -> Written:
    """What another zone of the firm reads otherwise. What happened is a moment, and no zone moves it."""
    at = store.clock.now()
    following = visits.follow_the_firm(store)
    instants = [
        visit
        for visit in following
        if any(_reads_otherwise(instant, was, now) for instant in (*(visit.promised or ()), *(_planned(visit) or ())))
    ]
    told = [
        call
        for visit in following
        for call in messages.calls_of(store, visit.id)
        if call.promised is not None and _reads_otherwise(call.promised, was, now)
    ]
    away = [
        absence
        for absence in people.absences(store)
        if absence.ends_at > at
        and any(_reads_otherwise(instant, was, now) for instant in (absence.starts_at, absence.ends_at))
    ]
    if not _minutes_between(was, now, at):
        return Written(tuple(instants), tuple(told), tuple(away), (), ())
    hours = [one for one in people.technicians(store) if one.shifts or one.lunch or one.on_call]
    sites = [site for site in clients.all_sites(store) if site.zone is None and site.access]
    return Written(tuple(instants), tuple(told), tuple(away), tuple(hours), tuple(sites))


def promised_there(store: Store, site: Site) -> Iterator[str]:
    """What is promised at a site whose clocks are not the firm's, by both: another zone of a site moves no promise, and is another
    time there."""
    firm = settings.firm(store)
    there = Times(firm.zone_at(site), firm.clock_hours == 24, "at the office")
    for visit in visits.promised_at(store, site.id)[:_SHOWN]:
        first, last = existing(visit.promised)
        if there.differs(firm.zone, first):
            day = day_text(day_of(first, there.zone))
            yield f"promised {show(visit.reference)}: {day} {there.span(first, last, firm.zone)}"


def ask(store: Store, was: str, now: str) -> None:
    """Have it said how what is written is to be read in another zone.

    Raises:
        NeedsChoice: there is something that both readings read otherwise.
    """
    if was != now and (words := written(store, was, now).words):
        sentence = f"Written by the clocks of {was}, and read otherwise by those of {now}: {words}."
        raise NeedsChoice(sentence, "--written", {reading.value: means for reading, means in MEANS.items()})


def carry_out(unit: Unit, was: str, now: str, reading: Reading) -> None:
    """Read what is written by the clocks of `was` as `reading` says; the firm is in the zone `now` already.

    The same from `now` to `was` takes it back.

    Raises:
        Refusal: somebody's hours would go past midnight.
    """
    found = written(unit.store, was, now)
    if reading is Reading.CLOCK:
        _keep_clock(unit, found, was, now)
    else:
        _keep_moment(unit, found, was, now)
    unit.audit("setting", settings.AUDITED_AS, zone=now, was=was, reading=reading.value, reads=found.words or None)
    routing.reroute(unit, [one for visit in found.open for one in (visit, visits.again(unit.store, visit))])
    routing.reroute_ahead(unit)


def _keep_clock(unit: Unit, found: Written, was: str, now: str) -> None:
    for visit in found.open:
        moved: dict[str, int] = {}
        if visit.promised is not None:
            first, last = (in_other_clocks(instant, was, now) for instant in visit.promised)
            moved |= {"promised_from": first, "promised_to": last}
        if (stay := _planned(visit)) is not None:
            start = in_other_clocks(stay[0], was, now)
            moved |= {"starts_at": start, "ends_at": start + stay[1] - stay[0]}
        for day in visit.ahead if visit.state in AHEAD else ():
            start = in_other_clocks(day.starts_at, was, now)
            planned.put_at(unit, visit, day.number, start, start + day.ends_at - day.starts_at)
        visits.change(unit, visit, **moved)
        unit.audit("visit", visit.id, zone=now, was_at=visit.starts_at, **moved)
    for call in found.calls:
        messages.read_call(unit, call, in_other_clocks(existing(call.promised), was, now))
    for absence in found.absences:
        first, last = (in_other_clocks(instant, was, now) for instant in (absence.starts_at, absence.ends_at))
        people.update_absence(unit, absence, replace(absence, starts_at=first, ends_at=last))


def _keep_moment(unit: Unit, found: Written, was: str, now: str) -> None:
    following, own = clients.with_zone(unit.store, None), clients.with_zone(unit.store, now)
    for site, zone in (*((site, was) for site in following), *((site, None) for site in own)):
        clients.update_site(unit, site, replace(site, zone=zone))
    minutes = _minutes_between(was, now, unit.at)
    for technician in found.technicians:
        people.update_technician(unit, technician, _called_otherwise(technician, minutes))


def _called_otherwise(technician: Technician, minutes: int) -> Technician:
    """A technician whose hours are the same moments by clocks that are so many minutes ahead (of today: a week has no date)."""
    shifts, lunch = _shifted(technician.shifts, minutes), technician.lunch
    if lunch is not None:
        lunch = lunch._replace(earliest=lunch.earliest + minutes, latest=lunch.latest + minutes)
    past = lunch is not None and not 0 <= lunch.earliest < lunch.latest <= DAY_MINUTES
    if past or len(shifts) > len(technician.shifts):
        raise Refusal(
            f"The hours of {show(technician.name)} would go past midnight by the clocks of the new zone: change them first."
        )
    return replace(technician, shifts=shifts, lunch=lunch, on_call=_shifted(technician.on_call, minutes))


def _shifted(hours: Iterable[Hours], minutes: int) -> tuple[Hours, ...]:
    """Openings by other clocks; one that goes past midnight there becomes two."""
    parts = []
    for weekday, opens, closes in hours:
        for day in (-1, 0, 1):
            begins, ends = (max(0, min(DAY_MINUTES, at + minutes - day * DAY_MINUTES)) for at in (opens, closes))
            if begins < ends:
                parts.append(Hours((weekday + day) % 7, begins, ends))
    return tuple(sorted(parts))


def _planned(visit: Visit) -> tuple[int, int] | None:
    """Where a visit is planned that nobody has set out for."""
    return visit.span if visit.state in AHEAD else None


def _reads_otherwise(instant: int, was: str, now: str) -> bool:
    return _minutes_between(was, now, instant) != 0


def _minutes_between(was: str, now: str, at: int) -> int:
    """By how many minutes the clocks of `now` are ahead of those of `was` at an instant."""
    ahead = local(at, now).replace(tzinfo=None) - local(at, was).replace(tzinfo=None)
    return round(ahead.total_seconds() / 60)


def _counted(number: int, noun: str) -> str:
    owner, _, what = noun.partition("'s ")
    if what:
        return f"the {what} of {count_text(number, owner)}"
    return count_text(number, noun)
