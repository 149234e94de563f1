"""What the screens have in common that show the visits of the program's day."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from db import settings
from dispatch.model.boards import BoardVisit
from dispatch.model.states import State
from screens.seated import SeatedScreen


class DayOfVisits(SeatedScreen):
    """A day, with a cursor on one of its visits."""

    def visit_here(self) -> BoardVisit | None:
        """The visit under the cursor."""
        raise NotImplementedError

    def wanted(self, deed: str, states: Collection[State] = tuple(State), otherwise: str = "") -> BoardVisit | None:
        """The visit under the cursor; a word where there is none, or where it is in a state that the deed is not for."""
        visit = self.visit_here()
        if visit is None:
            self.say(f"Select a visit to {deed}.")
        elif visit.state not in states:
            self.say(f"{visit.reference} is {visit.state.label}: {otherwise}", "warning")
            return None
        return visit

    def client_here(self) -> str | None:
        """The visit's client."""
        visit = self.visit_here()
        return None if visit is None else visit.client

    def action_open(self) -> None:
        """Open the visit under the cursor."""
        visit = self.visit_here()
        if visit is not None:
            from screens.visit import VisitScreen

            self.app.push_screen(VisitScreen(visit.reference))

    def action_day(self, by: int) -> None:
        """Go to the next or the previous day."""
        self.program.go_to(self.program.day + datetime.timedelta(days=by))

    def action_today(self) -> None:
        """Go to today."""
        self.program.go_to(settings.today(self.seat.store))
