"""What the three main views show, as plain data: the board, my day, the visit log.

They are named tuples: the first frame of a screen waits for every class here to be made, and a frozen, slotted dataclass
of thirty fields takes ten times as long.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from dispatch.model.instants import Times, day_of, day_text
from dispatch.model.lateness import Late
from dispatch.model.people import Absence
from dispatch.model.reviews import Remark, ReviewMark, divided
from dispatch.model.states import Review, State
from dispatch.model.text import show
from dispatch.model.travel import DistanceUnit, Leg, Place
from dispatch.model.ways import state_words, way_and_work


def holds(text: str, wanted: str) -> bool:
    """Whether every word that is wanted stands somewhere in a text, in any case."""
    text = text.casefold()
    return all(word in text for word in wanted.casefold().split())


class BoardVisit(NamedTuple):
    """A visit as it stands in a view. Instants; `start`..`end` is the planned stay, test allowance included.

    `leg` is the drive to it (None in the queue). `actual_in`/`actual_out` are what the clock recorded.
    `access` are the opening spans of the site on the board's day (empty: always open). `unseen`: it was dispatched, and
    its technician has not looked at it since. `place` is where the site is. `level` is the state of the service-level clock
    that breaks first (empty: none runs), `clock` what it measures, `due` when it breaks (None while it is paused).
    `projected` is when its technician will be there and done, as the running day goes (None: it is over, or in the queue,
    or falls out of the day); `slack` the seconds left then before the promise or a service level breaks; `told` the time
    the client was told in a call. `zone` is the site's. `changed`: in a plan, that somebody changed it since, or that it cannot be
    there any more. `reaches_in`: it began before the day, to which it does not belong.
    Of a visit that takes several `days` this is the one of `day_number`, told as `which_day`: 2/3. `way` is one of `WAYS`.
    """

    id: int
    reference: str
    client: str
    site: str
    work: str
    state: State
    minutes: int
    priority: int
    version: int
    review: Review = Review.NONE
    start: int | None = None
    end: int | None = None
    wanted_on: datetime.date | None = None
    latest_on: datetime.date | None = None
    promised: tuple[int, int] | None = None
    access: tuple[tuple[int, int], ...] = ()
    skills: tuple[str, ...] = ()
    demands: tuple[str, ...] = ()
    emergency: bool = False
    pinned: bool = False
    located: bool = True
    preferred: str = ""
    leg: Leg | None = None
    actual_depart: int | None = None
    actual_in: int | None = None
    actual_out: int | None = None
    items_settled: int = 0
    items_required: int = 0
    tests_passed: int = 0
    tests_required: int = 0
    overdue: bool = False
    crew: tuple[str, ...] = ()
    not_billable: tuple[str, ...] = ()
    phone: str = ""
    reason: str = ""
    place: Place | None = None
    unseen: bool = False
    level: str = ""
    clock: str = ""
    due: int | None = None
    projected: tuple[int, int] | None = None
    late: Late | None = None
    slack: int | None = None
    told: int | None = None
    zone: str = ""
    changed: bool = False
    reaches_in: bool = False
    days: int = 1
    day_number: int = 1
    which_day: str = ""
    address: str = ""
    way: str = "on_site"

    @property
    def words(self) -> str:
        """What it is found by: client, place, area, work, reference, priority, skills, state."""
        named = (
            self.client,
            self.site,
            self.address,
            way_and_work(self),
            self.reference,
            self.preferred,
            state_words(self),
        )
        return " ".join((*named, f"p{self.priority}", *self.skills))

    @property
    def due_on(self) -> datetime.date | None:
        """The last day on which it is in time: the latest, or the day it is wanted on."""
        return self.latest_on or self.wanted_on

    def since(self, zone: str) -> str:
        """On which day it began, where it only reaches into the one that is shown; else empty."""
        return f"since {day_text(day_of(self.start, zone))}" if self.reaches_in and self.start is not None else ""


class CallAhead(NamedTuple):
    """A client to call before we arrive later than expected (design/close-out.md R3).

    `expected` is when the client expects us, `arrival` when the technician will be there, `due` when the client should
    know, `proposed` the time to promise. `tried_at` are the calls without an answer, the newest last, `tried_by` who made
    the newest. `escalated`: it went to the lead. `absent`: nobody comes on this day, because the technician is away or the
    visit was taken out of the day; `technician` is empty where it has none any more. `zone` is the site's. `mail` is the number of
    a mail that asks for a call, and `says` what it is; `late` whether there is a new time to tell.
    """

    visit_id: int
    reference: str
    client: str
    work: str
    technician: str
    contact: str
    phone: str
    expected: int
    arrival: int
    due: int
    proposed: int
    tried_at: tuple[int, ...] = ()
    tried_by: str = ""
    escalated: bool = False
    absent: bool = False
    zone: str = ""
    mail: int | None = None
    says: str = ""
    late: bool = True

    def words(self, times: Times) -> str:
        """What a mail of the client's says, when they expect us, what they are to be told, and what was tried already."""
        said = f"mail {self.mail} {show(self.says)}" if self.mail is not None else ""
        if not self.late:
            return f"{said} · expects us {times.moment(self.expected, self.zone)}" + self._tried(times)
        return " · ".join(filter(None, (said, self._of_a_new_time(times))))

    def _of_a_new_time(self, times: Times) -> str:
        name = show(self.technician)
        sentence = f"{name} comes at {times.clock(self.arrival, self.zone)}"
        if self.absent and day_of(self.arrival, times.zone) != day_of(self.expected, times.zone):
            sentence = f"{name} comes on {times.moment(self.arrival, self.zone)}"
        elif self.absent:
            sentence = f"{name} is away" if name else "it is back in the queue: nobody comes"
        sentence = f"expects us {times.clock(self.expected, self.zone)}, {sentence}"
        return sentence + self._tried(times)

    def _tried(self, times: Times) -> str:
        tried = f" · no answer {times.clock(self.tried_at[-1])}, {show(self.tried_by)}" if self.tried_at else ""
        return f"{tried} · with the lead" if self.escalated else tried


class BoardRow(NamedTuple):
    """A technician's day. `shift`, `lunch` and absences are instants; `busy` counts planned work, `available` the shift
    less lunch and absences, both in minutes; `metres` is the driving of the day, None when a leg is unknown. `home_at` is
    when they will be home, `overtime` the seconds of it past the shift. `home` is where the day begins, None
    where that is not known; `ends` where it ends, None: at home; `address` says where home is."""

    technician_id: int
    name: str
    skills: tuple[str, ...]
    shift: tuple[int, int] | None
    lunch: tuple[int, int] | None
    absences: tuple[Absence, ...]
    visits: tuple[BoardVisit, ...]
    leg_home: Leg | None
    busy: int
    available: int
    metres: int | None
    unknown_legs: int = 0
    home_at: int | None = None
    overtime: int = 0
    home: Place | None = None
    ends: Place | None = None
    address: str = ""

    @property
    def words(self) -> str:
        """What a technician is found by: name, area, skills."""
        return " ".join((self.name, self.address, *self.skills))

    @property
    def end_name(self) -> str:
        """What the place where the day ends is called."""
        return "home" if self.ends in (None, self.home) else "day's end"

    @property
    def own(self) -> tuple[BoardVisit, ...]:
        """The visits that belong to the day and to which one goes."""
        return tuple(visit for visit in self.visits if not visit.reaches_in and visit.way == "on_site")


class Board(NamedTuple):
    """A day of the firm. `starts_at`..`ends_at` are the half-open bounds of the day in the firm's zone. `calls` is the
    call-ahead list, the call that is due first at the top. `trouble` is what is wrong with messages to clients, in words, and
    `mails` is how many from them somebody has to look at."""

    firm: str
    day: datetime.date
    zone: str
    unit: DistanceUnit
    hours24: bool
    starts_at: int
    ends_at: int
    now: int
    rows: tuple[BoardRow, ...]
    queue: tuple[BoardVisit, ...]
    on_hold: tuple[BoardVisit, ...]
    calls: tuple[CallAhead, ...] = ()
    trouble: str = ""
    mails: int = 0

    @property
    def times(self) -> Times:
        """Times as the board writes them: in the firm's zone."""
        return Times(self.zone, self.hours24)

    @property
    def late(self) -> int:
        """How many different visits are late. A stay that only runs over is not."""
        return len(
            {visit.id for row in self.rows for visit in row.visits if visit.late and visit.late.against != "end"}
        )

    @property
    def planned(self) -> int:
        """How many different visits stand in the rows."""
        return len({visit.id for row in self.rows for visit in row.own})


class Tally(NamedTuple):
    """How far a visit's checklist has come: settled of required items, passed of required tests, and the evidence.

    `ran` are the tests that the program ran, of `tested` that have a result and apply; of the attested ones `permitted` are so
    by a lead's permission, `no_way_in` because nothing leads into the client's network.
    """

    items_settled: int = 0
    items_required: int = 0
    tests_passed: int = 0
    tests_required: int = 0
    executed: int = 0
    measured: int = 0
    attested: int = 0
    waived: int = 0
    retests: int = 0
    overrides: int = 0
    ran: int = 0
    tested: int = 0
    permitted: int = 0
    no_way_in: int = 0


class Sum(NamedTuple):
    """The newest charge of a visit. Money in minor units with `exponent` decimals, None while it is blocked.

    `unnamed`: no reference says what would exempt the client from tax.
    """

    status: str | None = None
    accepted: bool = False
    net: int | None = None
    total: int | None = None
    currency: str = ""
    exponent: int = 2
    flags: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    revision: int = 0
    unnamed: bool = False


class LogLine(NamedTuple):
    """A visit in the visit log. `charge` is without a status where it is not charged (yet). `remarks` are what there is to
    say of it, the gravest first. `elsewhere`: it stands on another day by now, or on none; nobody came to a promise for these
    days."""

    visit: BoardVisit
    technicians: tuple[str, ...]
    charge: Sum = Sum()
    remarks: tuple[Remark, ...] = ()
    tally: Tally = Tally()
    elsewhere: bool = False

    @property
    def marks(self) -> frozenset[ReviewMark]:
        """What it can be found by."""
        return frozenset(remark.mark for remark in self.remarks)

    @property
    def exceptions(self) -> tuple[Remark, ...]:
        """What a lead must look at."""
        return divided(self.remarks)[0]

    @property
    def notes(self) -> tuple[Remark, ...]:
        """What is worth a word, and no exception."""
        return divided(self.remarks)[1]

    @property
    def clean(self) -> bool:
        """Whether it waits for review and there is nothing to look at (see dispatch.desk.log.visit_log)."""
        waits = self.visit.review is Review.TO_REVIEW and not self.elsewhere
        return waits and not self.exceptions and self.charge.accepted


def charged_by(lines: Iterable[LogLine]) -> tuple[tuple[str, int, int], ...]:
    """What some visits are charged before tax in each currency: its name, its decimals, the sum in minor units."""
    charged: Counter[tuple[str, int]] = Counter()
    for line in lines:
        if line.charge.net is not None:
            charged[line.charge.currency, line.charge.exponent] += line.charge.net
    return tuple((currency, exponent, net) for (currency, exponent), net in charged.items())


class Totals(NamedTuple):
    """The visits of a log in figures. `promised` are the promises for their days, `kept` those that were kept. `charged` are net
    sums in minor units, by currency and its decimals. `elsewhere` are visits of another day, which count there but for what
    is an exception of these."""

    visits: int = 0
    ended: int = 0
    exceptions: int = 0
    promised: int = 0
    kept: int = 0
    to_review: int = 0
    charged: tuple[tuple[str, int, int], ...] = ()
    elsewhere: int = 0


class Log(NamedTuple):
    """The lead's days: from `day` to `last`, both counted (None: one day). `totals` are of every visit that was found, `lines`
    of at most so many as were asked for. `reasons` are how many visits have each remark, whichever of them are wanted."""

    firm: str
    day: datetime.date
    zone: str
    hours24: bool
    now: int
    lines: tuple[LogLine, ...]
    last: datetime.date | None = None
    totals: Totals = Totals()
    reasons: tuple[tuple[ReviewMark, int], ...] = ()

    @property
    def times(self) -> Times:
        """Times as the log writes them: in the firm's zone."""
        return Times(self.zone, self.hours24)

    @property
    def several_days(self) -> bool:
        """Whether a line does not say by itself on which day it was."""
        return self.last is not None and self.last != self.day


class Event(NamedTuple):
    """One thing that happened to a visit, from the audit: when, who, what, in words, and from where."""

    at: int
    by: str
    deed: str
    text: str
    where: str = ""
