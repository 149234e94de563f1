"""What a dispatcher does about where a visit stands: with whom and when, back in the queue, at once, or pinned."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from dispatch.lazily import lazily
from dispatch.model.boards import BoardVisit
from dispatch.model.instants import Times, day_of, day_text
from dispatch.model.states import DISPATCHERS, QUEUED, STEPS
from dispatch.model.text import pad, show
from screens.binding import command
from screens.board.move_mode import MoveTimeline
from screens.board.which_days import place
from screens.dialogs.asked import ChoiceRow
from screens.of_day import DayOfVisits, on_visit

with lazily(__name__):
    from dispatch.desk.day import placement, why_nobody
    from dispatch.desk.plan import schedule
    from dispatch.planning.candidates import Candidate

if TYPE_CHECKING:
    from screens.board.board import BoardScreen

ANOTHER_DAY = "another day"
TAKES = "enter goes there, arrows adjust · esc goes back"
WEEKS, MOST_SLOTS = 3, 40
"""So far ahead another day is looked for, and so many of its slots are shown."""


@on_visit("assign", STEPS["assign"].sources, "only what nobody has reached yet is given to somebody.")
@command("a", "visit.assign", "Assign", DISPATCHERS)
async def assign(screen: BoardScreen, visit: BoardVisit) -> None:
    """Choose a technician for the selected visit, best first."""
    board, store = screen.board, screen.user.store
    assert board is not None
    if not visit.located and not await screen.look_aside(placement.has_pinned_drive, store, visit.reference):
        screen.say(
            f"{visit.client} has no coordinates: it cannot be planned until the site is placed or a drive to it is "
            "pinned (D).",
            "warning",
        )
        return
    ranked = await screen.look_aside(placement.candidates, store, visit.reference, board.day, visit.day_number)
    if ranked is None:
        return
    why = await screen.look_aside(why_nobody.in_the_way, store, visit.reference, board.day, ranked, visit.day_number)
    rows: list[ChoiceRow[Candidate | str]] = [
        ChoiceRow(
            f"{show(candidate.name, 18):18} {board.times.clock(candidate.start, visit.zone)}"
            f"  {candidate.verdict.level.value}",
            candidate,
            candidate.words,
        )
        for candidate in ranked
    ]
    rows.append(ChoiceRow("another day …", ANOTHER_DAY, f"what fits best in the {WEEKS} weeks from this day on"))
    if why:
        screen.say(f"{visit.reference if ranked else 'Nobody can come'}: {why}.", "warning")
    title = f"{visit.reference} {visit.client} · {visit.work}"
    chosen = await screen.choose(title, rows, TAKES)
    if isinstance(chosen, str):
        await _assign_on_another_day(screen, visit, title)
    else:
        await _take_in_hand(screen, visit, chosen)


async def _take_in_hand(screen: BoardScreen, visit: BoardVisit, chosen: Candidate) -> None:
    """Take a visit in hand where a candidate says; what several do together, which no row can hold, is placed there."""
    if chosen.others:
        await _place_at(screen, visit, chosen)
    else:
        day = day_of(chosen.start, screen.user.firm.zone)
        await screen.query_one(MoveTimeline).take_on(day, visit, chosen.technician_id, chosen.start)


async def _assign_on_another_day(screen: BoardScreen, visit: BoardVisit, title: str) -> None:
    """Choose from the best slots of the coming weeks, and take it in hand there."""
    board = screen.board
    assert board is not None
    days = [board.day + datetime.timedelta(days=n) for n in range(WEEKS * 7)]
    screen.say("Looking at the coming weeks …")
    if found := await slots_on(screen, visit, days):
        slot = await screen.choose(title, slot_rows(board.times, visit, found), TAKES)
        await _take_in_hand(screen, visit, slot.candidate)


async def slots_on(
    screen: DayOfVisits, visit: BoardVisit, days: Sequence[datetime.date]
) -> Sequence[placement.Slot] | None:
    """The best slots on some days; where there is none, why is said."""
    look = partial(placement.slots, number=visit.day_number)
    found = await screen.look_aside(look, screen.user.store, visit.reference, days)
    screen.unsay()
    if not found:
        ask = partial(why_nobody.why_nobody, number=visit.day_number)
        why = await screen.look_aside(ask, screen.user.store, visit.reference, days)
        until = f"from {day_text(days[0])} to {day_text(days[-1])}"
        screen.say(f"Nobody can come for {visit.reference} {until}. {why or ''}.", "warning")
    return found


def slot_rows(times: Times, visit: BoardVisit, slots: Sequence[placement.Slot]) -> list[ChoiceRow[placement.Slot]]:
    """The best of some slots, to be chosen from."""
    return [
        ChoiceRow(
            f"{day_text(slot.day):16} {times.clock(slot.candidate.start, visit.zone)}  {show(slot.candidate.name, 18)}",
            slot,
            slot.candidate.words,
        )
        for slot in slots[:MOST_SLOTS]
    ]


def stands_words(times: Times, visit: BoardVisit, chosen: Candidate) -> str:
    """Where a visit stands that was placed."""
    when = times.moment(chosen.start, visit.zone)
    return f"{visit.reference} stands {when} with {show(' and '.join(chosen.crew))}. u takes it back."


async def _place_at(screen: BoardScreen, visit: BoardVisit, chosen: Candidate) -> None:
    """Place a visit where a candidate says, asking where that has to be meant."""
    if await place(screen, visit, chosen.crew, chosen.start) is not None:
        await _follow(screen, visit, chosen.start)
        screen.say(stands_words(screen.user.firm.times(), visit, chosen))


async def _follow(screen: BoardScreen, visit: BoardVisit, start: int) -> None:
    """Put the cursor on a visit where it stands now."""
    day = day_of(start, screen.user.firm.zone)
    if screen.program.day != day:
        screen.program.go_to(day)
    await screen.reading.finished()
    screen.places.point_at(visit_id=visit.id)


@on_visit("move")
@command("m", "visit.move", "Move", DISPATCHERS)
def move(screen: DayOfVisits, visit: BoardVisit) -> None:
    """Move the selected visit: arrows, then enter."""
    timeline = screen.query_one(MoveTimeline)
    row = timeline.cursor.board_row
    if visit.state in QUEUED:
        assign(screen)
    elif visit.state not in STEPS["move"].sources or visit.start is None or row is None:
        screen.say(f"{visit.reference} is {visit.state.label}: it stays where it is.", "warning")
    else:
        timeline.take(visit, row.technician_id, visit.start)


@on_visit("take back")
@command("b", "visit.unassign", "Back to queue", DISPATCHERS)
async def unassign(screen: DayOfVisits, visit: BoardVisit) -> None:
    """Take the visit back into the queue."""
    title = f"Take {visit.reference} back into the queue?"
    back = await screen.insist(title, schedule.unassign, visit.reference, day=visit.day_number)
    if back is not None:
        where = "is back in the queue" if back.starts_at is None else f"has no place from day {visit.day_number} on"
        screen.say(f"{visit.reference} {visit.client} {where}. u takes it back.")


@on_visit("pin")
@command("P", "visit.pin", "Pin", DISPATCHERS)
async def pin(screen: DayOfVisits, visit: BoardVisit) -> None:
    """Keep the visit where it is, or let it go."""
    await screen.do(schedule.pin, visit.reference, not visit.pinned)


@on_visit("do at once", STEPS["plan"].sources, "only a requested or planned visit is done at once.")
@command("e", "visit.emergency", "Emergency", DISPATCHERS)
async def emergency(screen: BoardScreen, visit: BoardVisit) -> None:
    """Into the running day at once, and whom that pushes."""
    from dispatch.desk.plan import emergency

    if not visit.located:
        screen.say(f"{visit.client} has no coordinates: it cannot be planned until the site is placed.", "warning")
        return
    times = screen.user.firm.times()
    ways = await screen.look_aside(emergency.ways, screen.user.store, visit.reference)
    if not ways:
        screen.say("Nobody works today.", "warning")
        return
    rows = [
        ChoiceRow(f"{pad(way.name, 18)} {times.clock(way.start, visit.zone)}  {way.level.value}", way, way.words(times))
        for way in ways
    ]
    title = f"At once: {visit.reference} {visit.client} · {visit.work}"
    way = await screen.choose(title, rows, "enter does it, u takes it back · esc goes back")
    placed = await screen.insist(title, emergency.insert, visit.reference, way.name, seen=way)
    if placed is not None:
        await _follow(screen, visit, placed.way.start)
        pushed = f" {len(placed.way.pushed)} to call: c." if placed.way.pushed else ""
        when = times.clock(placed.way.start, visit.zone)
        screen.say(f"{visit.reference} stands at {when} with {placed.way.name}.{pushed} u takes it back.")
