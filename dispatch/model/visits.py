"""Visits: one trip to one site each. The unit of dispatch, close-out and charge.

They are named tuples: the first frame of a screen waits for every class here to be made, and a frozen, slotted dataclass
of thirty fields takes ten times as long.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from dispatch.model.skills import abilities
from dispatch.model.states import AHEAD, ENDED, ON_THE_WAY_OR_THERE, Review, State
from dispatch.model.travel import Place
from dispatch.model.ways import state_words

KINDS = ("visit", "maintenance", "audit", "review", "delivery")
"""The kinds of visits."""

LONGEST_STAY = 30 * 3600
"""Seconds that no planned stay takes: a day of work, hours for its tests, and room to spare."""
LONGEST_CLOCK = 1000 * 3600
"""Seconds that nothing on the clock takes. It is far longer than what is planned, because who forgot to say that they left may
say so weeks later: so far around a span of time the clocks that reach into it are looked for."""


class Segment(NamedTuple):
    """A clocked span of a visit; `kind` is travel, work, wait, break or test. `ends_at` is None while it runs."""

    kind: str
    starts_at: int
    ends_at: int | None


PAID = frozenset({"travel", "work", "wait", "test"})
"""What of the clock is paid time, with the way home where it was noted: all but breaks."""


class Assignment(NamedTuple):
    """A technician on a visit on one of its days, with what the clock recorded: en route, arrived, left, home.

    `seen_at` is when they saw that the visit was dispatched to them. `did_not_come_at` is when somebody said that they
    never came; who is not there is not charged.
    """

    id: int
    technician_id: int
    technician: str
    labour_class: str
    vehicle: str | None = None
    billable: bool = True
    depart_at: int | None = None
    check_in_at: int | None = None
    check_out_at: int | None = None
    return_at: int | None = None
    seen_at: int | None = None
    did_not_come_at: int | None = None
    day: int = 1
    segments: tuple[Segment, ...] = ()

    @property
    def named(self) -> str:
        """The technician, and that nothing of theirs is charged where it is so."""
        return self.technician if self.billable else f"{self.technician} (not billable)"

    @property
    def drive_minutes(self) -> int | None:
        """The whole minutes of the drive there; None where nobody recorded it."""
        return None if self.depart_at is None or self.check_in_at is None else (self.check_in_at - self.depart_at) // 60

    @property
    def home_minutes(self) -> int | None:
        """The whole minutes of the drive home; None where nobody recorded it."""
        return (
            None if self.check_out_at is None or self.return_at is None else (self.return_at - self.check_out_at) // 60
        )

    @property
    def clocked(self) -> tuple[Segment, ...]:
        """All that the clock says, with the way home (`home`) where it was noted; who came and left without any was at work."""
        stay = self.segments
        if not stay and self.check_in_at is not None and self.check_out_at is not None:
            stay = (Segment("work", self.check_in_at, self.check_out_at),)
        if self.check_out_at is None or self.return_at is None:
            return stay
        return (*stay, Segment("home", self.check_out_at, self.return_at))


class VisitDay(NamedTuple):
    """Another day of a visit that takes several: its number, its planned stay, and who is on it."""

    number: int
    starts_at: int
    ends_at: int
    assignments: tuple[Assignment, ...] = ()


MOST_DAYS = 20
"""So many days at most are one visit."""

CAME_BY = {"phone": "on the phone", "mail": "by mail", "site": "seen on site", "ours": "ours"}
"""How a request comes in, with its words."""
ANSWERED_AT_ONCE = frozenset({"phone", "site"})
"""A request that was taken on the phone or face to face is answered in that moment (design/service-levels.md D4)."""


class JobAsked(Protocol):
    """What a request says of the job beside its skills."""

    @property
    def people(self) -> int: ...
    @property
    def crew_skills(self) -> Iterable[str]: ...
    @property
    def after(self) -> str: ...
    @property
    def after_minutes(self) -> int: ...
    @property
    def after_day(self) -> str: ...
    @property
    def pickup(self) -> str: ...
    @property
    def pickup_minutes(self) -> int: ...


def job_words(asked: JobAsked) -> tuple[str, str, str]:
    """Who comes together, what it comes after and the stop before it, each in a few words; empty where it is not asked for."""
    skills = ", ".join(asked.crew_skills)
    people = f"{asked.people} people" + (f", the others with {skills}" if skills else "")
    gap = f", {asked.after_minutes} min later" if asked.after_minutes else ""
    day = {"same": ", on the same day", "later": ", on a later day"}.get(asked.after_day, "")
    stop = f"by {asked.pickup}" + (f", {asked.pickup_minutes} min there" if asked.pickup_minutes else "")
    return (
        people if asked.people > 1 else "",
        f"after {asked.after}{gap}{day}" if asked.after else "",
        stop if asked.pickup else "",
    )


class Visit(NamedTuple):
    """A visit with everything that its own rules need.

    `minutes` is the work as entered, without the test allowance; `starts_at`..`ends_at` is the planned stay with it.
    A visit may take several `days`, each with so many minutes of work. `next_day` is the one that is next or runs, and
    `day_number` the one whose stay, crew and state this is: the same in the record, another in what `on_day` gives.
    `other_days` are those beside it that have a place, in their order.
    `address` is that of its site. `way` is one of `WAYS`.
    `occurrence` is the day for which its recurrence asked, `agreed` whether somebody changed what that
    asks for; `came_by` one of `CAME_BY`, empty where nobody has said.
    """

    id: int
    reference: str
    client_id: int
    client: str
    site_id: int
    site: str
    zone: str
    place: Place | None
    work: str
    minutes: int
    priority: int
    state: State
    requested_at: int
    job_id: int
    address: str = ""
    kind: str = "visit"
    way: str = "on_site"
    cause: str = "normal"
    description: str = ""
    wanted_on: datetime.date | None = None
    latest_on: datetime.date | None = None
    promised: tuple[int, int] | None = None
    skills: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    emergency: bool = False
    reported_by: str = ""
    came_by: str = ""
    preferred_id: int | None = None
    preferred: str = ""
    equipment: tuple[str, ...] = ()
    people: int = 1
    crew_skills: tuple[str, ...] = ()
    after_id: int | None = None
    after: str = ""
    after_minutes: int = 0
    after_day: str = "any"
    pickup: str = ""
    pickup_place: Place | None = None
    pickup_minutes: int = 0
    arrival_minutes: int = 0
    days: int = 1
    next_day: int = 1
    day_number: int = 1
    parent_id: int | None = None
    review: Review = Review.NONE
    starts_at: int | None = None
    ends_at: int | None = None
    pinned: bool = False
    early_agreed_by: str = ""
    reason: str = ""
    called: str = ""
    cancelled_at: int | None = None
    ended_at: int | None = None
    sequence: int = 0
    archived_at: int | None = None
    version: int = 1
    recurrence_id: int | None = None
    occurrence: datetime.date | None = None
    agreed: bool = False
    assignments: tuple[Assignment, ...] = ()
    other_days: tuple[VisitDay, ...] = ()

    @property
    def remote(self) -> bool:
        """Whether nobody goes there (design/states.md, Remote work)."""
        return self.way != "on_site"

    @property
    def stands(self) -> str:
        """Where it stands, in words."""
        return state_words(self)

    @property
    def located(self) -> bool:
        """Whether the site has coordinates."""
        return self.place is not None

    @property
    def due_on(self) -> datetime.date | None:
        """The last day on which it is in time: the latest, or the day it is wanted on."""
        return self.latest_on or self.wanted_on

    @property
    def needs(self) -> frozenset[str]:
        """What whoever does it has to have: skills, and what is in the vehicle (dispatch.model.skills)."""
        return abilities(self.skills, self.equipment)

    @property
    def demands(self) -> tuple[str, ...]:
        """What it asks for beside one technician with its skills, each in a few words."""
        people, after, stop = job_words(self)
        asked = (
            (
                self.days > 1,
                f"day {self.which_day}" if self.span is None and self.day_number > 1 else f"{self.days} days",
            ),
            (self.without_place, f"day {self.without_place} has no place"),
            (people, people),
            (self.equipment, f"{', '.join(self.equipment)} aboard"),
            (after, after),
            (stop, stop),
        )
        return tuple(words for wanted, words in asked if wanted)

    @property
    def crew(self) -> tuple[str, ...]:
        """The names of its technicians."""
        return tuple(part.technician for part in self.assignments)

    @property
    def span(self) -> tuple[int, int] | None:
        """The planned stay; None where it has no place."""
        return None if self.starts_at is None or self.ends_at is None else (self.starts_at, self.ends_at)

    def assignment_of(self, technician_id: int) -> Assignment | None:
        """The technician's part in the visit, None where there is none."""
        return next((part for part in self.assignments if part.technician_id == technician_id), None)

    @property
    def begun(self) -> bool:
        """Whether one of its days is done."""
        return self.next_day > 1

    @property
    def which_day(self) -> str:
        """Which of its days this is, such as `2/3`; empty where it takes one."""
        return f"{self.day_number}/{self.days}" if self.days > 1 else ""

    @property
    def without_place(self) -> int:
        """The first of its days that has no place, where the next one has one; 0: there is none, or all of it waits."""
        if self.days == 1 or self.span is None or self.state in ENDED:
            return 0
        placed = {self.day_number, *(other.number for other in self.other_days)}
        return next((number for number in range(self.next_day, self.days + 1) if number not in placed), 0)

    @property
    def ahead(self) -> tuple[VisitDay, ...]:
        """Its days after the next one that have a place."""
        return tuple(other for other in self.other_days if other.number > self.next_day)

    @property
    def stays(self) -> tuple[Assignment, ...]:
        """Who was or is on it, day by day: the days that are done and the next one."""
        if not self.other_days:
            return self.assignments
        days = sorted((*self.other_days, VisitDay(self.day_number, 0, 0, self.assignments)))
        return tuple(part for day in days if day.number <= self.next_day for part in day.assignments)

    @property
    def all_days(self) -> tuple[Visit, ...]:
        """The visit as it stands on each of its days that have a place, in their order."""
        own = [] if self.span is None else [self.day_number]
        return tuple(self.on_day(number) for number in sorted((*own, *(other.number for other in self.other_days))))

    def on_day(self, number: int) -> Visit:
        """The visit as it stands on one of its days: with the stay and crew of that one, closed where it is done, told where its
        technician knows of it; requested where that day has no place."""
        if number == self.day_number:
            return self
        other = next((other for other in self.other_days if other.number == number), None)
        own = [] if self.span is None else [VisitDay(self.day_number, *self.span, self.assignments)]
        others = tuple(sorted((*own, *(one for one in self.other_days if one.number != number))))
        if other is None:
            bare = self._replace(starts_at=None, ends_at=None, assignments=(), other_days=others)
            return bare._replace(day_number=number, state=State.REQUESTED)
        state = self.state
        if state not in ENDED:
            state = State.CLOSED if number < self.next_day else state if state in AHEAD else State.DISPATCHED
        there = self._replace(starts_at=other.starts_at, ends_at=other.ends_at, assignments=other.assignments)
        return there._replace(day_number=number, state=state, other_days=others)

    @property
    def coming(self) -> tuple[Visit, ...]:
        """The visit as it stands on each of its days that are next or ahead and have a place."""
        return tuple(one for one in self.all_days if one.day_number >= self.next_day)

    @property
    def awaited(self) -> tuple[int, int] | None:
        """The promised window, which is one of its first day."""
        return self.promised if self.day_number == 1 else None

    def checked_in_on(self, number: int) -> int | None:
        """The first arrival of the crew on one of its days."""
        return min((p.check_in_at for p in self.on_day(number).assignments if p.check_in_at is not None), default=None)

    @property
    def last_worked(self) -> Visit:
        """The visit as it stands on the newest of its days on which somebody came; on the next one where nobody did yet."""
        return self.on_day(self.next_day - 1) if self.begun and self.checked_in_on(self.next_day) is None else self

    @property
    def checked_in_at(self) -> int | None:
        """The first arrival of the crew."""
        return min((part.check_in_at for part in self.stays if part.check_in_at is not None), default=None)

    @property
    def checked_out_at(self) -> int | None:
        """The last leaving of the crew."""
        return max((part.check_out_at for part in self.stays if part.check_out_at is not None), default=None)

    @property
    def present(self) -> tuple[Assignment, ...]:
        """Who was or is on it, without those of whom somebody said that they did not come."""
        return tuple(part for part in self.stays if part.did_not_come_at is None)

    @property
    def day_anchor(self) -> int | None:
        """`anchor` of this one of its days."""
        arrivals = [part.check_in_at for part in self.assignments if part.billable and part.check_in_at is not None]
        return min(arrivals, default=self.starts_at if self.starts_at is not None else self.ended_at)

    def reaches(self, start: int, end: int) -> bool:
        """Whether this one of its days belongs to the days of `[start, end)` or may reach into them from before."""
        begins, until = self.day_anchor, (self.ends_at, *(part.check_out_at for part in self.assignments))
        if begins is None or begins >= end:
            return False
        return (
            begins >= start or self.state in ON_THE_WAY_OR_THERE or any(at is not None and at > start for at in until)
        )

    @property
    def anchor(self) -> int | None:
        """The instant whose day is the visit's, also past midnight (design/charges.md B2.1): the first arrival of those who are
        charged, else the planned start, else its end. None: it has no day yet."""
        arrivals = [part.check_in_at for part in self.stays if part.billable and part.check_in_at is not None]
        if arrivals:
            return min(arrivals)
        return self.starts_at if self.starts_at is not None else self.ended_at


def ended_within(visits: Iterable[Visit], start: int, end: int) -> list[Visit]:
    """Those of some visits that have ended and belong to the days of `[start, end)`, by their anchors."""
    ended = [visit for visit in visits if visit.ended_at is not None and start <= (visit.anchor or 0) < end]
    return sorted(ended, key=lambda visit: (visit.anchor or 0, visit.id))


class Handover(NamedTuple):
    """A lead's request that somebody takes over a visit of a job that others started.

    `accepted` is None until the technician has answered; `answer` is what they said.
    """

    id: int
    visit_id: int
    reference: str
    client: str
    work: str
    to_id: int
    to: str
    asked_by: str
    reason: str
    asked_at: int
    answered_at: int | None = None
    accepted: bool | None = None
    answer: str = ""


MARKS = {
    "own_fault": "our own fault: not charged",
    "excluded": "not covered by the agreement: charged",
    "new_work": "new work: charged although the visit is under our guarantee",
}
"""What a mark means for the charge (design/charges.md B3, B14)."""

MOMENTS = {"depart": "depart_at", "arrival": "check_in_at", "leaving": "check_out_at", "home": "return_at"}
"""The moments of a stay that can be put right, and where each is kept."""


class UsedItem(NamedTuple):
    """A part or product used at a client's: by its `code` on the rate card, or with a name and an `amount` (decimal text)."""

    code: str | None
    label: str
    quantity: str
    amount: str | None
    taxable: bool = True
    id: int = 0
    by: str = ""


class WorkMark(NamedTuple):
    """A stretch of a technician's work that is charged otherwise (design/charges.md B17)."""

    id: int
    assignment_id: int
    technician: str
    kind: str
    starts_at: int
    ends_at: int
    reason: str
    by: str


class TimeCorrection(NamedTuple):
    """A moment that was put right: what it was, what it is now, why."""

    at: int
    by: str
    technician: str
    what: str
    before: int | None
    after: int | None
    reason: str
