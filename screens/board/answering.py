"""What happens to a request beside its visit, asked for in a dialog: answered, another priority, why a target was missed,
and for whom a visit on hold waits."""

from __future__ import annotations

from collections.abc import Sequence

from db import clients, visits
from db.store import Store
from dispatch.desk.levels.clocks import VisitClock, clocks_of
from dispatch.desk.plan import schedule
from dispatch.desk.requests import responding
from dispatch.model.states import ENDED
from dispatch.model.visits import Visit
from screens.board import mending
from screens.dialogs.asked import AskedField, ChoiceRow, needed
from screens.user_screen import UserScreen

_WHY = "why "
_FEW = "a few words are needed"
_WAITING = (
    ChoiceRow("the client", "client", "the on-site and resolution clocks stand meanwhile"),
    ChoiceRow("parts", "parts", "the clocks run on, unless the agreement says otherwise"),
    ChoiceRow("a vendor", "vendor", "the clocks run on, unless the agreement says otherwise"),
)


async def ask_answer(screen: UserScreen, reference: str) -> None:
    """Note what happened to a request."""
    visit = visits.visit_by_reference(screen.user.store, reference)
    if visit is None:
        return
    rows = []
    if visit.state not in ENDED:
        rows += [ChoiceRow(words, by, "from now on it counts") for by, words in responding.RESPONSES.items()]
        rows += [
            ChoiceRow(f"priority P{priority}", f"P{priority}", "the clocks are measured from receipt again")
            for priority in (1, 2, 3, 4)
            if priority != visit.priority
        ]
    unexplained = {f"{_WHY}{clock.clock}": clock for clock in unexplained_of(screen.user.store, visit)}
    rows += [
        ChoiceRow(f"why {clock.label} was missed", name, "asked once, counted in the report")
        for name, clock in unexplained.items()
    ]
    if visit.kind == "audit" and visit.state in ENDED:
        rows.append(
            ChoiceRow("the report was handed over", "report", "the offer after an audit is due five working days on")
        )
    rows += mending.ways(screen, visit)
    if not rows:
        screen.say(f"{visit.reference} is {visit.state.label}: there is nothing to note.")
        return
    chosen = await screen.choose(f"{visit.reference} {visit.client}", rows)
    if chosen in responding.RESPONSES:
        await screen.do(responding.responded, reference, chosen)
    elif chosen in unexplained:
        await ask_causes(screen, reference, [unexplained[chosen]])
    elif chosen in (mending.TO_SITE, mending.COPY, mending.SPLIT):
        await mending.mend(screen, visit, chosen)
    elif chosen == "report":
        await screen.do(responding.handed_over, reference)
    else:
        await screen.do(responding.set_priority, reference, chosen)


def unexplained_of(store: Store, visit: Visit) -> list[VisitClock]:
    """The targets of a visit that were missed, and nobody has said why."""
    return [clock for clock in clocks_of(store, [visit]).get(visit.id, ()) if clock.wants_cause]


async def ask_causes(screen: UserScreen, reference: str, missed: Sequence[VisitClock]) -> None:
    """Ask of each target why it was missed; what was said of the one before stands there already."""
    cause, hint = "", "a few words; the same words are counted together"
    for clock in missed:
        cause = await screen.ask(f"Why was {clock.label} of {reference} missed?", hint, cause, check=needed(_FEW))
        if await screen.do(responding.explain, reference, clock.clock, cause) is None:
            return


async def ask_hold(screen: UserScreen, reference: str) -> None:
    """Put a visit on hold: what it waits for, and whom."""
    visit = visits.visit_by_reference(screen.user.store, reference)
    if visit is None:
        return
    kind = await screen.choose(f"Hold {reference}: waiting for", _WAITING)
    whom = ""
    if kind == "client":
        client = clients.client(screen.user.store, visit.client_id)
        whom = visit.reported_by or (client.contacts[0].name if client is not None and client.contacts else "")
    fields = (AskedField("what", "What was asked, or is missing"), AskedField("whom", "Of whom", whom))
    entered = await screen.fill(
        f"Hold {reference} {visit.client}", fields, lambda typed: [] if typed["what"].strip() else [_FEW]
    )
    await screen.do(schedule.hold, reference, entered["what"], kind=kind, whom=entered["whom"])
