"""A day as VROOM's own JSON reads it, for other programs."""

from __future__ import annotations

import datetime

from db.store import Store
from dispatch.desk.plan.day_problem import day_problem

_MOST_PRIORITY = 100
_BEYOND = 5e7
"""What is dearer than this is not told apart by its price: emergencies, and what stays."""


def vroom_form(store: Store, day: datetime.date) -> dict[str, object]:
    """The day. Moments are epoch seconds, drives seconds."""
    given = day_problem(store, day).problem
    needed = [visit.skills for visit in given.visits]
    skills = sorted(frozenset().union(*(technician.skills for technician in given.technicians), *needed))
    number = {skill: index for index, skill in enumerate(skills, 1)}
    # "one of these technicians" is a skill that they alone have
    circles = sorted({visit.only for visit in given.visits if visit.only is not None}, key=sorted)
    circle_number = {circle: index for index, circle in enumerate(circles, len(skills) + 1)}
    # what must stay at any price would leave no room to tell the others apart
    dearest = max((visit.left_out for visit in given.visits if visit.left_out < _BEYOND), default=1.0) or 1.0
    return {
        "vehicles": [
            {
                "id": index,
                "description": technician.id,
                "start_index": technician.start,
                "end_index": technician.end,
                "time_window": [
                    technician.shift[0],
                    max(technician.shift[0] + 1, technician.shift[1] + technician.overtime),
                ],
                "skills": [
                    *(number[skill] for skill in sorted(technician.skills)),
                    *(circle_number[circle] for circle in circles if technician.id in circle),
                ],
                "breaks": [
                    {"id": place, "time_windows": [[pause.earliest, pause.latest]], "service": pause.seconds}
                    for place, pause in enumerate(technician.breaks, 1)
                ],
            }
            for index, technician in enumerate(given.technicians, 1)
        ],
        "jobs": [
            {
                "id": index,
                "description": visit.id,
                "location_index": visit.place,
                "service": visit.service,
                "skills": [
                    *(number[skill] for skill in sorted(visit.skills)),
                    *([] if visit.only is None else [circle_number[visit.only]]),
                ],
                "priority": max(1, min(_MOST_PRIORITY, round(visit.left_out / dearest * _MOST_PRIORITY))),
                "time_windows": [list(window) for window in visit.windows],
            }
            for index, visit in enumerate(given.visits, 1)
            if visit.windows and visit.after is None  # it has no word for what waits for another one
        ],
        "matrices": {
            "car": {
                "durations": [
                    [cell + (given.buffer if row != column else 0) for column, cell in enumerate(cells)]
                    for row, cells in enumerate(given.seconds)
                ],
                "costs": [list(cells) for cells in given.seconds],
            }
        },
    }
