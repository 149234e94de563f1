"""A day as VROOM's own JSON reads it, for other programs."""

from __future__ import annotations

import datetime

from db.store import Store
from dispatch.desk.plan.day_problem import day_problem


def vroom_form(store: Store, day: datetime.date) -> dict[str, object]:
    """The day. Moments are epoch seconds, drives seconds."""
    given = day_problem(store, day).problem
    skills = sorted(
        {skill for technician in given.technicians for skill in technician.skills}
        | {s for v in given.visits for s in v.skills}
    )
    number = {skill: index for index, skill in enumerate(skills, 1)}
    private = {technician.id: 1000 + index for index, technician in enumerate(given.technicians)}
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
                "skills": [*(number[skill] for skill in sorted(technician.skills)), private[technician.id]],
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
                    *(private[name] for name in sorted(visit.only or ()) if len(visit.only or ()) == 1),
                ],
                "priority": max(1, min(100, round(visit.left_out / 160))),
                "time_windows": [list(window) for window in visit.windows],
            }
            for index, visit in enumerate(given.visits, 1)
            if visit.windows
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
