"""The question whether the machine's clock is right, where it is far from the last change: nothing is saved before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.faults import StoreFault
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import confirm_clock, who_knows_the_time
from dispatch.model.instants import clock_text, day_of, day_text
from dispatch.model.states import OFFICE
from dispatch.model.text import show
from screens.dialogs.asked import ChoiceRow
from screens.dialogs.questions import Choose
from screens.reading import aside

if TYPE_CHECKING:
    from screens.program.program import Program

_LONG = 60.0
"""Seconds that a technician has to read whom to ask."""


async def ask_about_clock(app: Program) -> None:
    """Ask, and write down that it is right where that is the answer. The first answer changes nothing."""
    user = app.user
    doubt = user.store.doubt_of_clock()
    if not doubt:
        return
    now, firm = user.store.clock.now(), user.firm
    says = f"{doubt} It says {day_text(day_of(now, firm.zone))}, {clock_text(now, firm.zone, firm.clock_hours == 24)}."
    if not user.staff.roles & OFFICE:
        sentence = f"{says} Nothing is saved before somebody has looked at it: ask {who_knows_the_time(user)}."
        app.notify(sentence, severity="error", timeout=_LONG, markup=False)
        return
    rows = [
        ChoiceRow("The clock is wrong", "wrong", "nothing is saved before it is set on this machine"),
        ChoiceRow(
            "The clock is right",
            "right",
            "what is saved from now on is measured by it; the audit says that you said so",
        ),
    ]
    if await app.push_screen_wait(Choose(says, rows)) != "right":
        return
    try:
        await aside(app, confirm_clock, user)
    except (StoreFault, Refusal) as fault:
        app.notify(show(str(fault), 400), severity="warning", markup=False)
        return
    app.notify("It is taken as right. What was refused can be saved now.", markup=False)
