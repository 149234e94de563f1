"""The sample firm on a working day, made by the same deeds that people do, at a clock that is set forward as they go.

Monday 23 and Tuesday 24 November 2026 are planned as the sample's plan has it, and lived up to Tuesday 14:07. Nothing is
written past the desk: whatever the rules refuse does not happen here either.
"""

from __future__ import annotations

import contextlib
import csv
import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from db import people, probes, visits
from db.store import Store
from dispatch.closeout.recording import Recording
from dispatch.demo.clock import MONDAY, NOW, SET_UP, TUESDAY, ZONE
from dispatch.demo.hosts import hosts
from dispatch.demo.office import Office, typed_request
from dispatch.desk.book import editing
from dispatch.desk.closeout import arriving, leaving, onsite, probing
from dispatch.desk.day import board_view
from dispatch.desk.firm.founding import init
from dispatch.desk.imports.importing import import_file
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.plan import schedule
from dispatch.desk.requests import intake
from dispatch.desk.roads import road_engines
from dispatch.desk.session.user import User, log_in
from dispatch.model.boards import BoardRow, BoardVisit
from dispatch.model.checklists import Item, ItemKind, Result
from dispatch.model.clock import SetClock
from dispatch.model.instants import at_local
from dispatch.model.probes import ProbeKind
from dispatch.model.states import State

SAMPLE = Path(__file__).parents[1] / "sample"

FILES = (
    ("rate-card", "rate_card.json"),
    ("technicians", "technicians.csv"),
    ("clients", "clients.csv"),
    ("sites", "sites.csv"),
    ("equipment", "equipment.csv"),
    ("service-plans", "service-plans.csv"),
    ("visits", "visits.csv"),
)

MOVE = "TK-870"
"""What two are sent to together."""

_Deed = Callable[[], object]


def live(path: Path, moved: Callable[[float], None] = lambda done: None) -> None:
    """Make the sample firm's database at `path` and live its days up to Tuesday 14:07.

    Args:
        path: where nothing is.
        moved: told how much of it is done, from 0 to 1.

    Raises:
        Exists: there is something at `path`.
    """
    clock = SetClock(at_local(SET_UP, "08:00", ZONE))
    init(path, lead="lee", lead_name="Lee Moreau", name="Columbus IT", zone=ZONE, clock=clock)
    with Store.open(path, clock=clock) as store:
        lee = log_in(store, "lee")
        editing.add(lee, "staff", {"login": "dana", "name": "Dana Wells", "roles": "dispatcher"})
        office = Office(store, clock, lee, log_in(store, "dana"))
        for kind, name in FILES:
            if kind == "visits":
                office.settle_in()
                clock.set(at_local(MONDAY, "06:30", ZONE))
            import_file(lee, kind, SAMPLE / name)
        office.answer(MONDAY)
        day = _DemoDay(store, clock, office)
        moved(0.1)
        day.plan(MONDAY)
        moved(0.25)
        with day.tested_by_program(MONDAY, at_local(MONDAY, "23:30", ZONE)):
            day.live(MONDAY, at_local(MONDAY, "23:30", ZONE), lambda done: moved(0.25 + 0.3 * done))
        clock.set(at_local(TUESDAY, "06:30", ZONE))
        day.plan(TUESDAY)
        # from Tuesday on drives are reckoned by road: Lee brings them from the machine that has the road engine
        road_engines.add(lee, SAMPLE / "drives.json")
        day.pair_up()
        moved(0.7)
        with day.tested_by_program(TUESDAY, at_local(TUESDAY, NOW, ZONE)):
            day.live(TUESDAY, at_local(TUESDAY, NOW, ZONE), lambda done: moved(0.7 + 0.3 * done))
        day.afterwards()
        office.tidy_up()
        moved(1.0)


def _planned(day: datetime.date) -> Iterator[tuple[str, list[str], int]]:
    """What the sample's plan has on a day: the visit, who comes, and when."""
    with (SAMPLE / "plan.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            start = datetime.datetime.fromisoformat(row["start"])
            if start.date() == day:
                yield row["reference"], row["technicians"].split("; "), int(start.timestamp())


@dataclass(frozen=True, slots=True)
class _DemoDay:
    """The people of the sample firm at work."""

    store: Store
    clock: SetClock
    office: Office

    @property
    def dana(self) -> User:
        """The dispatcher's session."""
        return self.office.dana

    def plan(self, day: datetime.date) -> None:
        """Place what is wanted where the sample's plan has it, and tell most of it."""
        for reference, crew, start in _planned(day):
            if reference != MOVE:
                schedule.assign(self.dana, reference, crew, start, confirmed=True)
        for position, row in enumerate(board_view.board(self.store, day).rows):
            for number, visit in enumerate(row.visits):
                last = visit is row.visits[-1]
                if (number % 2 == 0 and not (last and position == 2)) or (last and position == 4):
                    schedule.confirm(self.dana, visit.reference)
                if not last or position % 3 == 0:
                    schedule.dispatch(self.dana, visit.reference)

    def pair_up(self) -> None:
        """Send two to a move out of town in the afternoon."""
        branch = {"client": "Scioto Insurance", "name": "Pataskala", "place": "39.99562, -82.67434"}
        editing.add(self.dana, "site", {**branch, "address": "Main Street, Pataskala"})
        more = {"site": "Pataskala", "skills": "", "came_by": "mail"}
        intake.add(
            self.dana, typed_request(MOVE, "Scioto Insurance", "Six desks move to the second floor", "P4", **more)
        )
        for reference, crew, start in _planned(TUESDAY):
            if reference == MOVE:
                schedule.assign(self.dana, reference, crew, start, confirmed=True)

    @contextlib.contextmanager
    def tested_by_program(self, day: datetime.date, until: int) -> Iterator[None]:
        """Have the line and what people work with tested by the program, on the visits of a day that are to end by `until`.

        Servers of the making itself answer. Afterwards nothing does there, and later visits are not tested by them. The age of a
        backup is read by people, and has its bounds from now on.
        """
        with hosts() as offered:
            placed = [visit for row in board_view.board(self.store, day).rows for visit in row.visits]
            later = {(visit.client, visit.site) for visit in placed if visit.end is None or visit.end > until}
            for visit in placed:
                if (visit.client, visit.site) not in later:
                    self._register(visit, offered)
            yield
            for target in probes.all_targets(self.store):
                if target.kind is not ProbeKind.VALUE:
                    editing.archive(self.dana, "target", target)

    def _register(self, visit: BoardVisit, offered: Sequence[dict[str, str]]) -> None:
        page = visit_page(self.store, visit.reference)
        refs = {item.ref for item in page.checklist.items}
        known = {target.name for target in probes.targets_of(self.store, page.site.id)}
        for target in (*offered, _BACKUP):
            ref = _TESTS.get(target["name"], f"T4.{target['name']}")
            if ref in refs and target["name"] not in known:
                editing.add(self.dana, "target", {**target, "site": f"{visit.client} / {visit.site}"})

    def live(self, day: datetime.date, until: int, moved: Callable[[float], None]) -> None:
        """Let the technicians work through their day, in the order in which things happen."""
        events: list[tuple[int, int, _Deed]] = []
        for position, row in enumerate(board_view.board(self.store, day).rows):
            for moment, deed in self._course(row, position, day):
                events.append((moment, len(events), deed))
        for moment, deed in self.office.course() if day == TUESDAY else ():
            events.append((moment, len(events), deed))
        happens = sorted((event for event in events if event[0] <= until), key=lambda event: event[:2])
        for done, (moment, _, deed) in enumerate(happens, 1):
            self.clock.set(moment)
            deed()
            moved(done / len(happens))

    def _course(self, row: BoardRow, position: int, day: datetime.date) -> Iterator[tuple[int, _Deed]]:
        """What one technician does, and when: a little late here, a little longer there."""
        technician = people.technician(self.store, row.technician_id)
        assert technician is not None
        user = log_in(self.store, technician.login)
        free = 0
        for number, visit in enumerate(row.visits):
            assert visit.start is not None
            assert visit.end is not None
            drive = visit.leg.seconds or 0 if visit.leg else 0
            # Dev sets out as soon as he is free
            depart = free if position == 3 and free else max(visit.start - drive - 120, free)
            arrive = max(depart + drive + 60 * ((position + number) % 4), visit.start - 180)
            if day == TUESDAY and visit.promised and arrive < visit.promised[0]:
                arrive = visit.promised[0]  # some come early, but not before what was promised
            leave = arrive + (visit.end - visit.start) + 60 * ((position * 5 + number * 7) % 13 - 4)
            if day == TUESDAY and (position, number) == (4, 1):
                leave += 105 * 60  # a slow one, so that the rest of Eva's day slips
            if day == TUESDAY and (position, number) == (3, 1):
                leave -= 8 * 60
            yield depart, partial(arriving.depart, user, visit.reference)
            yield arrive, partial(arriving.arrive, user, visit.reference, early_not_agreed=True)
            yield from self._stay(user, visit, arrive, leave, day, (position, number))
            free = leave + 60

    def _stay(
        self, user: User, visit: BoardVisit, arrive: int, leave: int, day: datetime.date, which: tuple[int, int]
    ) -> Iterator[tuple[int, _Deed]]:
        """The checklist of one visit between arrival and leaving. A few visits on Tuesday do not go so well."""
        if day == TUESDAY and which == (3, 0):
            called = "office, then the owner: no answer"
            yield arrive + 600, partial(leaving.no_access, user, visit.reference, called=called)
            return
        if day == TUESDAY and which == (5, 0):
            why, again = "the part on the van is the wrong one", "ordered anew, and asked for again when it is here"
            yield arrive + 900, partial(leaving.abort, self.dana, visit.reference, why, not_again=again)
            return
        items = [item for item in visit_page(self.store, visit.reference).checklist.items if item.required]
        spoilt = next((item.ref for item in items if item.kind is ItemKind.TEST), "") if which == (1, 0) else ""
        step = max(60, (leave - arrive) // (len(items) + 1))
        for number, item in enumerate(items, 1):
            moment = min(arrive + number * step, leave - 30)
            if item.ref == spoilt and day == TUESDAY:
                yield moment, partial(onsite.record, user, visit.reference, item.ref, _FAILED)
                yield moment + 60, partial(onsite.record, self.office.lee, visit.reference, item.ref, _WAIVED)
                continue
            if item.ref == "T1" and which[1] == 1:
                yield moment - 30, partial(onsite.record, user, visit.reference, item.ref, _FAILED)
            if item.runnable:
                yield moment, partial(_run, user, visit.reference, item.ref)
            else:
                yield moment, partial(onsite.record, user, visit.reference, item.ref, _good(item, visit))
        if spoilt and day == TUESDAY:
            yield leave, partial(leaving.leave, self.office.lee, visit.reference, "the provider is down until tomorrow")
        else:
            yield leave, partial(leaving.close, user, visit.reference)

    def afterwards(self) -> None:
        """What reaches the office by 14:07: one visit cancelled, one on hold, one emergency, one without a date."""
        board = board_view.board(self.store, TUESDAY)
        ahead = [visit for row in board.rows for visit in row.visits if visit.state is State.DISPATCHED]
        if ahead:
            schedule.cancel(self.dana, ahead[0].reference, "the office is closed this afternoon")
        waiting = [visit for visit in board.queue if not visit.overdue and visit.priority == 4]
        if waiting:
            schedule.hold(self.dana, waiting[-1].reference, "spare part ordered", kind="vendor", whom="the vendor")
        known = visits.all_visits(self.store)
        for client, work, minutes, priority, day, emergency, skills in (
            (known[0].client, "Server down, nobody can sign in", "60", "P1", "2026-11-24", "yes", "server"),
            (known[4].client, "Second screen for the front desk", "30", "P4", "", "no", "desktop"),
        ):
            site = next(visit.site for visit in known if visit.client == client)
            more = {"site": site, "minutes": minutes, "date": day, "emergency": emergency, "skills": skills}
            intake.add(self.dana, typed_request("", client, work, priority, **more, tags=skills if day else ""))


_TESTS = {"backup": "T6", "internet": "T3"}
"""What tests an item that is there once."""
_READ = {"backup": "9 h", "free disk": "38 %"}
"""What is read where a value is asked for."""
_BACKUP = {"name": "backup", "kind": "value", "options": "unit=h; most=24"}
"""How old the last backup may be, as somebody reads it."""
_FAILED = Recording(Result.FAIL, "still the same message on the screen")
_WAIVED = Recording(Result.OVERRIDDEN, "the provider is down, nothing we can test today")


def _good(item: Item, visit: BoardVisit) -> Recording:
    """A good result, in words that somebody might have typed."""
    if item.kind is ItemKind.TEST:
        if item.bounds is not None:
            return Recording(Result.PASS, "read at the console", value=_READ.get(item.bounds.name, item.bounds.least))
        return Recording(Result.PASS, f"{item.label}: seen working at the desk")
    if item.kind is ItemKind.SIGN_OFF:
        return Recording(Result.SIGNED, "thank you, all good", signed_by="office manager", satisfied=True)
    if item.ref == "A1":
        return Recording(Result.ANSWERED, "office manager: works as before, no new cabling today")
    if item.ref == "A2":
        return Recording(Result.ANSWERED, f"“{visit.work}”, since this week")
    if item.kind is ItemKind.ASK:
        return Recording(Result.ANSWERED, "Nothing")
    if item.ref == "W2":
        return Recording(Result.DONE, f"{visit.work}: done and written down")
    return Recording(Result.DONE)


def _run(user: User, reference: str, ref: str) -> None:
    for _ in probing.run(user, reference, [ref]):
        pass
