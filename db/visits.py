"""Visits in the store: the request, the plan, the lifecycle, the crew."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from db.among import AMONG, keys_param
from db.checklist_copies import add_items, copy_for
from db.clients import ZONE
from db.clocks import note_priority
from db.rows import Listed, Query, Select, pair, value, values, word_set, words
from db.store import Store
from db.unit import Unit
from dispatch.model.forms import shared
from dispatch.model.states import ENDED, OCCUPYING, ON_THE_WAY_OR_THERE, State
from dispatch.model.travel import Place
from dispatch.model.visits import LONGEST_STAY, PAID, Assignment, Segment, Visit, VisitDay

if TYPE_CHECKING:
    from dispatch.model.clients import Site
    from dispatch.model.requests import Request


PAID_KINDS = ", ".join(f"'{kind}'" for kind in sorted(PAID))
"""The kinds of segments that are paid time, in SQL."""


class NewVisit(NamedTuple):
    """A request before it has an id. `minutes` is work without the test allowance; `priority` 1 to 4.

    `uid` is the event of somebody's calendar that it was taken from, `again_of` the aborted visit whose request it is once more.
    """

    reference: str
    client_id: int
    site_id: int
    work: str
    minutes: int
    priority: int
    requested_at: int
    wanted_on: datetime.date | None = None
    latest_on: datetime.date | None = None
    promised: tuple[int, int] | None = None
    skills: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    reported_by: str = ""
    came_by: str = ""
    emergency: bool = False
    preferred_id: int | None = None
    description: str = ""
    equipment: tuple[str, ...] = ()
    people: int = 1
    crew_skills: tuple[str, ...] = ()
    after_id: int | None = None
    after_minutes: int = 0
    after_day: str = "any"
    pickup: str = ""
    pickup_place: Place | None = None
    pickup_minutes: int = 0
    days: int = 1
    kind: str = "visit"
    way: str = "on_site"
    cause: str = "normal"
    parent_id: int | None = None
    job_id: int | None = None
    recurrence_id: int | None = None
    occurrence: datetime.date | None = None
    uid: str | None = None
    again_of: int | None = None

    @classmethod
    def of(cls, request: Request, site: Site, promised: tuple[int, int] | None, requested_at: int) -> NewVisit:
        """A request as it is written: at its site, with its window as instants."""
        asked = shared(cls, request) | {"client_id": site.client_id, "site_id": site.id}
        return cls(**asked, promised=promised, requested_at=requested_at)


SEGMENTS = Select(Segment, "segment g JOIN assignment a ON a.id = g.assignment_id", "g")
"""Clocked spans."""
_DAYS = Select(VisitDay, "visit_day d", "d", of={"number": "d.day"}, given={"assignments": "NULL"})
CREW = Select(
    Assignment,
    "assignment a JOIN staff t ON t.id = a.staff_id",
    "a",
    of={"technician_id": "a.staff_id", "technician": "t.name"},
    given={"segments": "a.id"},
)
"""Technicians on visits."""


class _WithCrew(Select[Visit]):
    def select(
        self, store: Store, rest: str = "", params: Sequence[Any] = (), **given: Mapping[Any, Any]
    ) -> list[Visit]:
        rows = self.rows(store, rest, params)
        if not rows:
            return []
        scope, ids = f"WHERE a.visit_id {AMONG}", keys_param(row[0] for row in rows)
        segments = SEGMENTS.by(store, "g.assignment_id", f"{scope} ORDER BY g.starts_at, g.id", ids)
        crews = CREW.by(store, "a.visit_id", f"{scope} ORDER BY a.id", ids, segments=segments)
        found = self.records(rows, assignments=crews)
        several = [visit.id for visit in found if visit.days > 1]
        if not several:
            return found
        days = _DAYS.by(store, "d.visit_id", f"WHERE d.visit_id {AMONG} ORDER BY d.day", keys_param(several))
        return [_with_days(visit, days.get(visit.id, ())) if visit.days > 1 else visit for visit in found]


def _with_days(visit: Visit, days: Iterable[VisitDay]) -> Visit:
    """A visit of several days, which was read with who is on all of them."""

    def of(number: int) -> tuple[Assignment, ...]:
        return tuple(part for part in visit.assignments if part.day == number)

    others = tuple(one._replace(assignments=of(one.number)) for one in days)
    return visit._replace(assignments=of(visit.next_day), other_days=others)


VISITS = _WithCrew(
    Visit,
    "visit v JOIN site s ON s.id = v.site_id JOIN client c ON c.id = s.client_id LEFT JOIN staff p ON p.id = v.preferred_id "
    "LEFT JOIN visit b ON b.id = v.after_id",
    "v",
    of={
        "client_id": "c.id",
        "client": "c.name",
        "site": "s.name",
        "address": "s.address",
        "zone": ZONE,
        "arrival_minutes": "s.arrival_minutes",
        "preferred": "coalesce(p.name, '')",
        "after": "coalesce(b.reference, '')",
        "day_number": "v.next_day",
    },
    stored={
        "place": pair("s.lat", "s.lon", Place),
        "skills": word_set("(SELECT group_concat(skill, ';') FROM visit_skill WHERE visit_id = v.id)"),
        "tags": word_set("(SELECT group_concat(tag, ';') FROM visit_tag WHERE visit_id = v.id)"),
        "equipment": words("v.equipment"),
        "crew_skills": words("v.crew_skills"),
        "pickup_place": pair("v.pickup_lat", "v.pickup_lon", Place),
    },
    given={"assignments": "v.id", "other_days": "NULL"},
)
"""Visits with their crew."""
REQUESTS = Select(
    NewVisit,
    "visit r",
    stored={
        **{name: words(name) for name in ("equipment", "crew_skills")},
        "pickup_place": pair("pickup_lat", "pickup_lon", Place),
    },
    given=dict.fromkeys(("client_id", "skills", "tags"), "r.id"),
)
"""What a request says of its visit."""
_SKILLS = Listed("visit_skill", "visit_id", ("skill",), str)
_TAGS = Listed("visit_tag", "visit_id", ("tag",), str)
_LASTING = {
    "reference",
    "job_id",
    "parent_id",
    "kind",
    "way",
    "cause",
    "recurrence_id",
    "occurrence",
    "uid",
    "again_of",
}

visit_by_id: Query[Visit | None, int] = VISITS.single("WHERE v.id = ?")
"""The visit with that id."""


def again(store: Store, visit: Visit | int) -> Visit:
    """A visit that is there, as it stands now."""
    current = visit_by_id(store, visit if isinstance(visit, int) else visit.id)
    assert current is not None
    return current


def visit_by_reference(store: Store, reference: str) -> Visit | None:
    """The visit of that reference, whatever its case."""
    return next(iter(VISITS.select(store, "WHERE v.reference = ?", (reference.strip(),))), None)


visits_by_id: Query[list[Visit], Collection[int]] = VISITS.listing(f"WHERE v.id {AMONG}")
"""The visits with these ids, in no particular order."""


def references(store: Store, ids: Collection[int]) -> dict[int, str]:
    """The references of these visits, by their ids."""
    return dict(store.all(f"SELECT id, reference FROM visit WHERE id {AMONG}", keys_param(ids)))


archived_around: Query[list[str], int] = values(
    "SELECT c.name FROM visit v JOIN site s ON s.id = v.site_id JOIN client c ON c.id = s.client_id "
    "WHERE v.id = ?1 AND c.archived_at IS NOT NULL "
    "UNION ALL SELECT s.name FROM visit v JOIN site s ON s.id = v.site_id WHERE v.id = ?1 AND s.archived_at IS NOT NULL "
    "UNION SELECT p.name FROM assignment a JOIN visit v ON v.id = a.visit_id AND a.day >= v.next_day "
    "JOIN technician t ON t.staff_id = a.staff_id JOIN staff p ON p.id = a.staff_id "
    "WHERE a.visit_id = ?1 AND (t.archived_at IS NOT NULL OR p.active = 0)"
)
"""What of a visit's client, site and technicians is archived, by name: an open visit needs them all."""


def all_visits(store: Store, *, archived: bool = False) -> list[Visit]:
    """Every visit by reference; archived ones only on request."""
    where = "" if archived else "WHERE v.archived_at IS NULL"
    return VISITS.select(store, f"{where} ORDER BY v.reference")


ANCHOR = (
    "coalesce((SELECT min(check_in_at) FROM assignment WHERE visit_id = v.id AND billable), v.starts_at, v.ended_at)"
)
"""`Visit.anchor` of a visit `v`."""

ANCHORED = (
    "(v.starts_at >= ?1 AND v.starts_at < ?2 OR v.starts_at IS NULL AND v.ended_at >= ?1 AND v.ended_at < ?2 OR v.id IN "
    "(SELECT visit_id FROM assignment WHERE check_in_at >= ?1 AND check_in_at < ?2)) "
    f"AND {ANCHOR} >= ?1 AND {ANCHOR} < ?2"
)
"""Whether a visit `v` belongs to the days from the instant ?1 up to ?2. What stands before its anchor finds it by an index."""
of_days: Query[list[Visit], int, int] = VISITS.listing(
    f"WHERE v.archived_at IS NULL AND v.starts_at IS NOT NULL AND {ANCHORED} ORDER BY v.starts_at, v.id"
)
"""Placed visits that belong to the days of `[start, end)`, each to one day, by start. Cancelled and aborted ones too."""


_OCCUPYING = ", ".join(f"'{state}'" for state in sorted(OCCUPYING))
_UNDER_WAY = ", ".join(f"'{state}'" for state in sorted(ON_THE_WAY_OR_THERE))
_BEGINS = (
    "v.starts_at >= ?1 AND v.starts_at < ?2 OR v.id IN "
    "(SELECT visit_id FROM assignment WHERE check_in_at >= ?1 AND check_in_at < ?2)"
)


def placed_between(store: Store, start: int, end: int, *, technicians: Collection[int] | None = None) -> list[Visit]:
    """Placed visits that belong to the days of `[start, end)` (`Visit.anchor`) or may reach into them from before, as planned or
    as recorded, by start; not remote work. Cancelled and aborted ones too. One that takes several days is there as it stands on
    those of its days.

    Those on which any of `technicians` is; None for all.
    """
    theirs = "" if technicians is None else f"AND v.id IN (SELECT visit_id FROM assignment WHERE staff_id {AMONG}) "
    ids = () if technicians is None else keys_param(technicians)
    params = (start - LONGEST_STAY, end, start, *ids)
    found = VISITS.select(
        store,
        f"WHERE v.archived_at IS NULL AND v.days = 1 AND v.way = 'on_site' AND v.starts_at IS NOT NULL AND ({_BEGINS}) "
        f"AND {ANCHOR} < ?2 AND ({ANCHOR} >= ?3 OR v.ends_at > ?3 OR v.ended_at > ?3 OR v.state IN ({_UNDER_WAY})) "
        f"{theirs}ORDER BY v.starts_at, v.id",
        params,
    )
    several = VISITS.select(
        store,
        f"WHERE v.archived_at IS NULL AND v.days > 1 AND ({_BEGINS} OR v.id IN "
        f"(SELECT visit_id FROM visit_day WHERE starts_at >= ?1 AND starts_at < ?2)) {theirs.replace('?', '?4')}",
        params if technicians is not None else params[:2],
    )
    if not several:
        return found
    found += [
        one
        for visit in several
        for one in visit.all_days
        if one.reaches(start, end)
        if technicians is None or any(part.technician_id in technicians for part in one.assignments)
    ]
    return sorted(found, key=lambda visit: (visit.starts_at or 0, visit.id))


_STILL_OPEN = ", ".join(f"'{state}'" for state in sorted(set(State) - ENDED))
_OPEN = f"v.state IN ({_STILL_OPEN})"
"""Whether a visit `v` is open, in the words by which the index of these knows it."""
_GOES_ON = (
    "SELECT 1 FROM {0} JOIN assignment a ON a.visit_id = v.id AND a.day = {1} WHERE a.staff_id = ?1 AND a.did_not_come_at IS NULL "
    "AND v.archived_at IS NULL AND v.way = 'on_site' AND {2}.starts_at > ?2 AND {2}.starts_at < ?3"
)
goes_on: Query[int | None, int, int, int] = value(
    f"{_GOES_ON.format('visit v', 'v.next_day', 'v')} AND v.state IN ({_OCCUPYING}) "
    f"UNION ALL {_GOES_ON.format('visit_day d JOIN visit v ON v.id = d.visit_id', 'd.day', 'd')} LIMIT 1"
)
"""Whether a technician has another visit that starts after a moment and before another one."""
queued: Query[list[Visit]] = VISITS.listing("WHERE v.state IN ('requested', 'on_hold') AND v.archived_at IS NULL")
"""All visits in the unscheduled queue and on hold, in no particular order."""
asked_since: Query[list[Visit], int] = VISITS.listing(
    "WHERE v.site_id IN (SELECT id FROM site) AND v.requested_at >= ? AND v.recurrence_id IS NULL AND v.state <> 'cancelled' "
    "AND v.archived_at IS NULL"
)
"""All visits that were asked for since a moment, but for those of series and the cancelled, in no particular order."""


open_visits: Query[list[Visit]] = VISITS.listing(f"WHERE {_OPEN} AND v.archived_at IS NULL ORDER BY v.reference")
"""Every open visit, by reference."""
lacking_days: Query[list[Visit]] = VISITS.listing(
    f"WHERE v.days > 1 AND v.next_day < v.days AND v.starts_at IS NOT NULL AND v.archived_at IS NULL AND {_OPEN} "
    "AND v.days - v.next_day > (SELECT count(*) FROM visit_day d WHERE d.visit_id = v.id AND d.day > v.next_day) ORDER BY v.id"
)
"""Visits of several days of which the next one has a place, and one after it has none."""


follow_the_firm: Query[list[Visit]] = VISITS.listing(
    f"WHERE s.zone IS NULL AND v.archived_at IS NULL AND {_OPEN} ORDER BY v.id"
)
"""Open visits at sites without a zone of their own."""

promised_at: Query[list[Visit], int] = VISITS.listing(
    f"WHERE v.site_id = ? AND v.promised_from IS NOT NULL AND v.archived_at IS NULL AND {_OPEN} "
    "ORDER BY v.promised_from, v.id"
)
"""Open visits at a site whose client was promised a window, the earliest first."""


def experience(store: Store, visit: Visit) -> dict[int, tuple[int, int]]:
    """Who has been at a visit's site before: by technician, how many visits they did there, and how many of its job."""
    rows = store.all(
        "SELECT a.staff_id, count(DISTINCT v.id), count(DISTINCT iif(v.job_id = ?, v.id, NULL)) "
        "FROM assignment a JOIN visit v ON v.id = a.visit_id "
        "WHERE v.site_id = ? AND v.id <> ? AND v.way = 'on_site' AND v.state IN ('closed', 'left_open') GROUP BY a.staff_id",
        (visit.job_id, visit.site_id, visit.id),
    )
    return {staff_id: (at_site, of_job) for staff_id, at_site, of_job in rows}


def known_at(store: Store, site_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Who has been at some sites: by site, the technicians who ended a visit there."""
    found: dict[int, set[int]] = {}
    for site_id, staff_id in store.all(
        "SELECT DISTINCT v.site_id, a.staff_id FROM assignment a JOIN visit v ON v.id = a.visit_id "
        f"WHERE v.site_id {AMONG} AND v.way = 'on_site' AND v.state IN ('closed', 'left_open')",
        keys_param(site_ids),
    ):
        found.setdefault(site_id, set()).add(staff_id)
    return {site_id: frozenset(technicians) for site_id, technicians in found.items()}


after_of: Query[int | None, int] = value("SELECT after_id FROM visit WHERE id = ?")
"""The visit that is to be over before one."""
followers: Query[list[Visit], int] = VISITS.listing("WHERE v.after_id = ? AND v.archived_at IS NULL ORDER BY v.id")
"""The visits that begin after one is over."""
follow_ups: Query[list[Visit], int] = VISITS.listing("WHERE v.parent_id = ? AND v.archived_at IS NULL ORDER BY v.id")
"""The visits that were booked to follow this one."""
gone_on: Query[list[Visit], int] = VISITS.listing(
    "WHERE v.id <> ?1 AND v.archived_at IS NULL AND v.state NOT IN ('aborted', 'cancelled') AND v.id IN ("
    "WITH RECURSIVE same(id) AS (SELECT ?1 UNION SELECT iif(c.id = s.id, c.again_of, c.id) "
    "FROM same s JOIN visit c ON c.again_of = s.id OR c.id = s.id AND c.again_of IS NOT NULL) "
    "SELECT id FROM same) ORDER BY v.id"
)
"""The visits as which the request of an aborted one has gone on, but for those that were aborted or cancelled too."""


def note_no_follow_up(unit: Unit, visit_id: int, said_by: str, words: str) -> None:
    """Note that the client wants no follow-up of a visit that ends now."""
    unit.insert_signed("no_follow_up", visit_id=visit_id, said_by=said_by, words=words)


def none_wanted(store: Store, visit_id: int) -> tuple[str, str] | None:
    """Who said that they want no follow-up of a visit as it was left open, and their words."""
    return store.one(
        "SELECT n.said_by, n.words FROM no_follow_up n JOIN visit v ON v.id = n.visit_id AND v.ended_at = n.at "
        "WHERE n.visit_id = ? AND v.state = 'left_open' ORDER BY n.id DESC",
        (visit_id,),
    )


whole_jobs: Query[list[Visit], Collection[int]] = VISITS.listing(f"WHERE v.job_id {AMONG} ORDER BY v.id")
"""Every visit of some jobs, archived ones too, oldest first."""
began_at: Query[int | None, int] = value(
    "SELECT coalesce(min(a.check_in_at), v.starts_at) FROM visit v LEFT JOIN assignment a ON a.visit_id = v.id WHERE v.id = ?"
)
"""The first arrival at a visit, else its planned start."""
checked_in_elsewhere: Query[str | None, int, int] = value(
    "SELECT v.reference FROM visit v JOIN assignment a ON a.visit_id = v.id WHERE a.staff_id = ?2 AND v.id <> ?1 "
    "AND v.state IN ('on_site', 'closing_out') AND a.check_in_at IS NOT NULL AND a.check_out_at IS NULL"
)
"""The reference of another visit at which a technician is."""
first_of_client: Query[Visit | None, int, int, int] = VISITS.single(
    "WHERE c.id = ?1 AND v.archived_at IS NULL AND (v.requested_at >= ?2 AND v.requested_at < ?3 "
    f"OR v.ended_at IS NOT NULL AND {ANCHOR} >= ?2 AND {ANCHOR} < ?3) ORDER BY v.requested_at, v.id LIMIT 1"
)
"""The first visit that a client asked for, or that was at theirs, in `[start, end)`; None: there is none."""
of_client: Query[list[Visit], int] = VISITS.listing(
    "WHERE c.id = ? AND v.archived_at IS NULL ORDER BY coalesce(v.starts_at, v.requested_at) DESC"
)
"""A client's visits, newest first."""
cared_for: Query[list[Visit], int] = VISITS.listing(
    "WHERE v.archived_at IS NULL AND v.id IN (SELECT id FROM visit WHERE starts_at >= ?1 UNION ALL SELECT id FROM visit "
    "WHERE starts_at IS NULL AND ended_at >= ?1 UNION ALL SELECT id FROM visit WHERE cancelled_at >= ?1 "
    f"UNION ALL SELECT v.id FROM visit v WHERE {_OPEN} UNION ALL SELECT id FROM visit WHERE kind IN ('audit', 'review') "
    "UNION ALL SELECT visit_id FROM attempt WHERE satisfied = 0 UNION ALL SELECT visit_id FROM no_follow_up) ORDER BY +v.reference"
)
"""The visits that account care looks at: those since a moment, the open ones, audits and reviews, and those with which a client was
not satisfied or after which they wanted nobody back; by reference."""
of_job: Query[list[Visit], int] = VISITS.listing("WHERE v.job_id = ? AND v.archived_at IS NULL ORDER BY v.id")
"""The visits of a job, the first asked for first."""
of_recurrence: Query[list[Visit], int] = VISITS.listing(
    "WHERE v.recurrence_id = ? AND v.archived_at IS NULL ORDER BY v.occurrence"
)
"""The visits that were made for a recurrence and not put away since, by the day that each stands for."""
of_series_from: Query[list[Visit], datetime.date] = VISITS.listing(
    "WHERE v.recurrence_id IS NOT NULL AND v.archived_at IS NULL AND v.occurrence >= ? ORDER BY v.id"
)
"""The visits that were made for any recurrence, and stand for a day from some day on."""
twin_of: Query[str | None, int] = value(
    "SELECT b.reference FROM visit v JOIN visit b ON b.recurrence_id = v.recurrence_id AND b.occurrence = v.occurrence "
    "WHERE v.id = ? AND b.id <> v.id AND b.archived_at IS NULL"
)
"""The reference of another visit of its series that stands for the same day."""
noted_on: Query[int, int] = value(
    "SELECT EXISTS (SELECT 1 FROM milestone WHERE visit_id = ?1 AND withdrawn_at IS NULL) "
    "OR EXISTS (SELECT 1 FROM item i WHERE i.visit_id = ?1 AND (i.added_by IS NOT NULL "
    "OR EXISTS (SELECT 1 FROM permission p WHERE p.item_id = i.id) OR EXISTS (SELECT 1 FROM file f WHERE f.item_id = i.id)))"
)
"""Whether somebody noted something on a visit that nobody has begun: an answer, an item, a permission, a file."""


def uids(store: Store) -> dict[str, int]:
    """The ids of the visits that were taken from somebody's calendar, archived or not, by the event's UID there."""
    return dict(store.all("SELECT uid, id FROM visit WHERE uid IS NOT NULL"))


def next_reference(store: Store) -> str:
    """The next free reference: R and a number one above the highest."""
    highest = store.value(
        "SELECT max(CAST(substr(reference, 2) AS INTEGER)) FROM visit "
        "WHERE reference GLOB 'R[0-9]*' AND substr(reference, 2) NOT GLOB '*[^0-9]*'"
    )
    return f"R{max(int(highest or 0) + 1, 1001)}"


def add_job(unit: Unit, client_id: int, title: str) -> int:
    """Write a job of a client, of which there is no visit yet; returns its id."""
    return unit.insert("job", client_id=client_id, title=title, created_at=unit.at)


def add_visit(unit: Unit, store: Store, new: NewVisit) -> int:
    """Write a request with its job and its checklist; returns the visit's id."""
    columns, items = copy_for(store, new) if new.way == "on_site" else ({}, [])
    job_id = new.job_id
    if job_id is None:
        job_id = add_job(unit, new.client_id, new.work)
    visit_id = unit.insert("visit", **REQUESTS.columns(new._replace(job_id=job_id)), **columns)
    set_needs(unit, visit_id, new.skills, new.tags)
    add_items(unit, visit_id, items)
    unit.audit("visit", visit_id, reference=new.reference, work=new.work)
    return visit_id


def update_request(unit: Unit, visit: Visit, new: NewVisit, *, by_series: bool = False) -> int:
    """Take the fields of a request over an existing visit; returns the new version. The checklist stays as copied. Of a visit of
    a series that is something agreed, unless its series asks so."""
    note_priority(unit, visit.id, visit.priority, new.priority)
    asked_for = {name: value for name, value in REQUESTS.columns(new).items() if name not in _LASTING}
    agreed = visit.agreed or (visit.recurrence_id is not None and not by_series)
    version = unit.update("visit", visit.id, visit.version, **asked_for, agreed=int(agreed))
    set_needs(unit, visit.id, new.skills, new.tags)
    unit.audit("visit", visit.id, changed="request", work=new.work)
    return version


def set_needs(unit: Unit, visit_id: int, skills: Iterable[str], tags: Iterable[str]) -> None:
    """Give a visit these skills and tags, and no others. A level that nobody was entered with is known by being needed."""
    unit.execute_many(
        "INSERT OR IGNORE INTO skill (name) VALUES (?)", [(skill.casefold(),) for skill in sorted(skills)]
    )
    _SKILLS.write(unit, visit_id, sorted(skills))
    _TAGS.write(unit, visit_id, sorted(tags))


def change(unit: Unit, visit: Visit, **columns: Any) -> int:
    """Change columns of a visit that is at `visit.version`; returns the new version. Another priority is logged.

    Raises:
        Stale: somebody else changed it since it was read.
    """
    if "priority" in columns:
        note_priority(unit, visit.id, visit.priority, columns["priority"])
    return unit.update("visit", visit.id, visit.version, **columns)


def add_segment(unit: Unit, part: Assignment, segment: Segment) -> None:
    """Clock a span of a technician's part in a visit."""
    unit.insert("segment", assignment_id=part.id, **SEGMENTS.columns(segment))


def stamp(unit: Unit, assignment: Assignment, **columns: int | None) -> None:
    """Record moments of one technician's stay: `depart_at`, `check_in_at`, `check_out_at`, `return_at`, `seen_at`,
    `did_not_come_at`."""
    allowed = {"depart_at", "check_in_at", "check_out_at", "return_at", "seen_at", "did_not_come_at"}
    if not columns or not set(columns) <= allowed:
        raise ValueError(f"not a moment of an assignment: {sorted(set(columns) - allowed)}")
    names = ", ".join(f"{name} = ?" for name in columns)
    unit.execute(f"UPDATE assignment SET {names} WHERE id = ?", (*columns.values(), assignment.id))
