"""What a lead sees of an office at a glance: its day, what waits for review, what is due to its clients, its figures of a week."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from db import settings
from db.faults import StoreFault
from dispatch.care.item import CareItem
from dispatch.desk.branches.looking import BranchLook
from dispatch.desk.care.care_list import care_list
from dispatch.desk.figures.lead_board import LeadBoard, lead_board
from dispatch.desk.log.visit_log import LogFilter, visit_log, waiting
from dispatch.model.boards import Log, LogLine

WEEK = datetime.timedelta(days=6)


class Overview(NamedTuple):
    """An office on a day of its own; nothing of one that cannot be reached."""

    look: BranchLook
    log: Log | None = None
    review: tuple[LogLine, ...] = ()
    care: tuple[CareItem, ...] = ()
    figures: LeadBoard | None = None


def overview(look: BranchLook, day: datetime.date | None = None) -> Overview:
    """What there is to see of an office; a database that fails while it is read was not reached.

    Args:
        day: None is its own today.
    """
    if look.user is None:
        return Overview(look)
    store = look.user.store
    try:
        day = day or settings.today(store)
        _, exceptions, clean = waiting(store)
        return Overview(
            look,
            visit_log(store, LogFilter(day)),
            (*exceptions, *clean),
            tuple(care_list(store)),
            lead_board(store, day - WEEK, day),
        )
    except StoreFault as fault:
        return Overview(look._replace(user=None, why=str(fault)))
