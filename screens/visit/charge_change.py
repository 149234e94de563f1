"""Corrections of an ended visit: the charge before and after is shown, line by line, before anything is saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dispatch.desk.billing.adjusting import ChargeChange, do_as_shown, rehearse
from dispatch.desk.visits.steps import find
from dispatch.model.states import ENDED
from screens.dialogs.asked import AskedField
from screens.user_screen import UserScreen

_FRAME = 12
"""Columns that the dialog takes beside its lines."""


async def fill_and_do(
    screen: UserScreen,
    reference: str,
    title: str,
    fields: Sequence[AskedField],
    deed: Callable[[dict[str, str]], object],
) -> bool:
    """Ask for the fields of a correction until the deed takes them; for an ended visit, show what it does to the charge and
    do it when that is meant. Returns whether it was done."""
    changes: list[ChargeChange] = []

    def check(typed: dict[str, str]) -> list[str]:
        def attempt() -> None:
            changes.clear()
            # only what has ended has a charge that is kept
            if find(screen.user.store, reference).state in ENDED:
                changes.append(rehearse(screen.user, reference, lambda: deed(typed)))
            else:
                deed(typed)

        return screen.faults_of(attempt, saves=False)

    typed = await screen.fill(title, fields, check)
    done = not changes or await _meant(screen, title, changes[0], lambda: deed(typed))
    screen.reload()
    return done


async def show_and_do(screen: UserScreen, reference: str, title: str, deed: Callable[[], object]) -> bool:
    """As `fill_and_do`, for a deed that has nothing more to ask."""
    visit = screen.look(find, screen.user.store, reference)
    if visit is None:
        return False
    if visit.state not in ENDED:
        return await screen.do(lambda _: deed() or True) is not None
    change = screen.look(rehearse, screen.user, reference, deed)
    return change is not None and await _meant(screen, title, change, deed)


async def _meant(screen: UserScreen, title: str, change: ChargeChange, deed: Callable[[], object]) -> bool:
    lines = change.lines(min(72, screen.app.size.width - _FRAME))
    if lines:
        await screen.confirm(title, lines)

    def as_it_was_shown(_: object) -> bool:
        do_as_shown(screen.user, change, deed)
        return True

    return bool(await screen.do(as_it_was_shown))
