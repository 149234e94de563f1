"""Boards to draw: a day of six technicians much like the one in the design's picture, and a large one."""

import dataclasses
import datetime
from typing import TypeVar

from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.instants import at_local, day_bounds
from dispatch.model.people import Absence
from dispatch.model.states import State
from dispatch.model.travel import UNKNOWN_LEG, Leg, Provenance

DAY = datetime.date(2026, 11, 24)
ZONE = "America/New_York"

T = TypeVar("T")


def replace(record: T, **fields: object) -> T:
    """A record with other fields, whether it is a named tuple or a dataclass."""
    if isinstance(record, tuple):
        return record._replace(**fields)  # type: ignore[attr-defined, no-any-return]
    return dataclasses.replace(record, **fields)  # type: ignore[type-var, no-any-return]


def clock(text: str, day: datetime.date = DAY, zone: str = ZONE) -> int:
    """The instant of a clock time on the sample day."""
    return at_local(day, text, zone)


NOW = clock("14:07")


def leg(minutes: int, provenance: Provenance = Provenance.ROADS) -> Leg:
    """A leg of so many minutes, half a kilometre a minute."""
    seconds = minutes * 60
    return Leg(seconds, minutes * 540, int(seconds * 0.8), int(seconds * 1.3), provenance)


def visit(number: int, client: str, start: str, end: str, state: State = State.PLANNED, **more: object) -> BoardVisit:
    """A visit of the sample day."""
    card = BoardVisit(
        id=number,
        reference=f"R{4100 + number}",
        client=client,
        site=client,
        work="printer fleet, server patch",
        state=state,
        minutes=60,
        priority=3,
        version=1,
        start=clock(start),
        end=clock(end),
        leg=leg(14),
        items_settled=7 if state is not State.PLANNED else 0,
        items_required=14,
        tests_passed=2 if state is not State.PLANNED else 0,
        tests_required=5,
    )
    return replace(card, **more)  # type: ignore[arg-type]


def done(number: int, client: str, start: str, end: str, arrived: str, left: str) -> BoardVisit:
    """A closed visit."""
    return visit(number, client, start, end, State.CLOSED, actual_in=clock(arrived), actual_out=clock(left))


def waiting(number: int, client: str, work: str, **more: object) -> BoardVisit:
    """A visit of the unscheduled queue."""
    card = visit(number, client, "9:00", "10:00", State.REQUESTED, work=work, items_required=0, tests_required=0)
    return replace(card, start=None, end=None, leg=None, **more)  # type: ignore[arg-type]


def row(number: int, name: str, visits: tuple[BoardVisit, ...], **more: object) -> BoardRow:
    """A technician's day, 8 to 17 with lunch."""
    card = BoardRow(
        technician_id=number,
        name=name,
        skills=("network", "server"),
        shift=(clock("8:00"), clock("17:00")),
        lunch=(clock("12:00"), clock("12:40")),
        absences=(),
        visits=visits,
        leg_home=leg(9, Provenance.ESTIMATED),
        busy=60 * len(visits),
        available=480,
        metres=61000,
    )
    return replace(card, **more)  # type: ignore[arg-type]


def sample_board() -> Board:
    """Six technicians, a queue of five, one late, one en route, one absent until noon, one without a shift."""
    promised = (clock("14:00"), clock("15:00"))
    rows = (
        row(
            1,
            "Ana Ruiz",
            (
                done(1, "Harbor Dental", "8:20", "9:30", "8:20", "9:25"),
                done(2, "Northside Clinic", "10:00", "11:15", "10:02", "11:10"),
                visit(3, "Elm Street Law", "13:00", "14:20", State.ON_SITE, actual_in=clock("12:54")),
                visit(4, "Pine Court", "15:00", "16:10", State.CONFIRMED),
            ),
        ),
        row(
            2,
            "Ben Okafor",
            (
                done(5, "Lark & Co", "8:30", "9:15", "8:31", "9:15"),
                done(6, "Ridge Architects", "9:50", "11:00", "9:51", "11:04"),
                visit(7, "Acme Realty", "12:50", "13:45", State.ON_SITE, actual_in=clock("12:58")),
                visit(
                    8,
                    "Dock Four Credit Union",
                    "14:50",
                    "15:50",
                    State.DISPATCHED,
                    skills=("network", "security"),
                    priority=2,
                    leg=leg(19, Provenance.ESTIMATED),
                    promised=promised,
                ),
                visit(9, "Ferris", "16:20", "17:00", leg=leg(11, Provenance.LEARNED)),
            ),
            lunch=(clock("11:25"), clock("12:00")),
        ),
        row(
            3,
            "Cleo Marsh",
            (
                done(10, "St Anne's Hospice", "12:20", "13:30", "12:24", "13:31"),
                visit(
                    11,
                    "Beacon Credit",
                    "14:10",
                    "15:20",
                    State.EN_ROUTE,
                    actual_depart=clock("13:58"),
                    leg=leg(22),
                ),
                visit(12, "Juniper", "16:10", "16:50", leg=UNKNOWN_LEG),
            ),
            absences=(Absence(clock("8:00"), clock("12:00"), "off"),),
            lunch=None,
            metres=None,
            unknown_legs=1,
        ),
        row(
            4,
            "Dev Patel",
            (
                done(13, "Copper Kettle", "8:15", "10:00", "8:15", "10:01"),
                visit(
                    14,
                    "Tamarack",
                    "10:40",
                    "11:50",
                    State.NO_ACCESS,
                    actual_in=clock("10:40"),
                    actual_out=clock("11:00"),
                ),
                visit(15, "Granite Photo", "13:10", "14:40", State.CLOSING_OUT, actual_in=clock("13:18")),
                visit(16, "Hollis", "15:35", "16:40", pinned=True, access=((clock("9:00"), clock("17:00")),)),
            ),
        ),
        row(
            5,
            "Eva Lind",
            (
                done(17, "Quarry Books", "9:00", "10:10", "9:00", "10:12"),
                visit(18, "Violet 東京支店", "13:00", "13:50", State.PLANNED),
                visit(19, "Osprey [b]bold[/b]", "15:10", "16:20", promised=(clock("15:00"), clock("17:00"))),
            ),
        ),
        row(6, "Finn Boyle", (), shift=None, lunch=None, busy=0, available=0, metres=0, leg_home=None),
    )
    queue = (
        waiting(31, "Quill Dental", "scanner", wanted_on=datetime.date(2026, 11, 23), overdue=True),
        waiting(
            32,
            "Short North Law",
            "no inbound calls",
            wanted_on=DAY,
            skills=("voip",),
            priority=1,
            emergency=True,
            promised=(clock("13:00"), clock("15:05")),
        ),
        waiting(
            33,
            "Summit Travel",
            "backup failing since Friday",
            wanted_on=DAY,
            priority=2,
            promised=(clock("13:00"), clock("16:17")),
        ),
        waiting(34, "Moraine Freight", "cabling", located=False),
        waiting(35, "Hayden Optometry", "switch closet tidy", priority=4, skills=("network",)),
    )
    held = replace(queue[-1], id=36, client="Tall Pines", state=State.ON_HOLD, reason="waits for a part")
    starts_at, ends_at = day_bounds(DAY, ZONE)
    return Board("Firm", DAY, ZONE, "mi", True, starts_at, ends_at, NOW, rows, queue, (held,))


def large_board(technicians: int = 200, visits: int = 8) -> Board:
    """Many technicians with many short visits each."""
    states = (State.CLOSED, State.CLOSED, State.CLOSED, State.ON_SITE, *(State.PLANNED,) * 4)
    rows = []
    for number in range(technicians):
        own = []
        at = clock("8:00") + (number % 7) * 300
        for index in range(visits):
            card = visit(number * 100 + index, f"Client {number}-{index}", "8:00", "8:40", states[index % 8])
            began = at if states[index % 8] is not State.PLANNED else None
            ended = at + 2400 if states[index % 8] is State.CLOSED else None
            own.append(replace(card, start=at, end=at + 2400, actual_in=began, actual_out=ended))
            at += 3900
        rows.append(row(number, f"Technician {number:03}", tuple(own), lunch=None))
    return replace(sample_board(), rows=tuple(rows))
