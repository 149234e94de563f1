"""A series of visits in its form: its next dates are shown before it is saved, and for which visits a change is meant is asked."""

from __future__ import annotations

from collections.abc import Sequence

from db.faults import StoreFault
from dispatch.desk.book import editing, recurring, series
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.texts import series_words
from dispatch.model.instants import day_of
from dispatch.model.requests import Recurrence, Scope
from screens.asking import Left
from screens.dialogs.asked import AskedField, ChoiceRow
from screens.dialogs.unsent import GO_BACK
from screens.user_screen import UserScreen

_NAMED = 6
"""So many of the visits that stay as they are are named at once."""


async def ask_series(
    screen: UserScreen, title: str, fields: Sequence[AskedField], before: Recurrence | None
) -> Recurrence:
    """Ask for the fields of a series; returns it once it is saved."""
    user = screen.user
    typed = await screen.fill(
        title, fields, lambda typed: screen.faults_of(lambda: series.foresee(user, before, typed), saves=False)
    )
    foreseen = series.foresee(user, before, typed)
    rows = [ChoiceRow(words, scope) for scope, words in foreseen.choices.items()] or [ChoiceRow("save it", Scope.ALL)]
    scope = await screen.choose(series_words.foreseen_line(foreseen), rows, f"enter saves · {GO_BACK}")
    since = None
    if scope is Scope.FOLLOWING:
        today = day_of(user.now, user.firm.zone)
        since = await screen.ask_day("From which day on?", "", today, (foreseen.days or [today])[0].isoformat())
    try:
        if before is None:
            saved: Recurrence = await screen.attempt(editing.add, "recurrence", typed)
        else:
            saved = await screen.attempt(series.change, before, typed, scope, since)
    except (StoreFault, Refusal) as refusal:
        screen.say(str(refusal), "warning")
        raise Left from None
    say_kept(screen, recurring.told(user.store, saved))
    return saved


def say_kept(screen: UserScreen, lines: Sequence[str]) -> None:
    """Name the visits of a series that stay as they are although it was changed."""
    if lines:
        more = [f"… and {len(lines) - _NAMED} more"] if len(lines) > _NAMED else []
        screen.say("\n".join([*lines[:_NAMED], *more]), "warning")
