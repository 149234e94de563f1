"""What the screens have in common that show the visits of the program's day, and commands that several have.

What a command needs is imported when its key is pressed: no first frame waits for it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from db import settings
from dispatch.desk.day.questions import DayQuestion
from dispatch.lazily import lazily
from dispatch.model.boards import Board, BoardRow, BoardVisit
from dispatch.model.instants import clock_text
from dispatch.model.states import READS, State
from dispatch.model.ways import state_words
from screens.binding import Action, command, key, opens
from screens.user_screen import UserScreen
from widgets.bars import Separator

with lazily(__name__):
    from dispatch.desk.book import context
    from dispatch.desk.closeout import remote_work as remote
    from dispatch.records import requests
    from screens import record_forms
    from screens.files import importing

DAYS = [
    key("[", "view.previous", "Previous day", action="day(-1)"),
    key("]", "view.next", "Next day", action="day(1)"),
    key("t", "view.today", "Today", "go to today"),
]
"""The ways to other days."""


def on_visit(deed: str, states: Collection[State] = tuple(State), otherwise: str = "") -> Callable[[Action], Action]:
    """Give an action the visit under the cursor; a word where there is none, or where the deed is not for its state."""

    def declared(action: Action) -> Action:
        @wraps(action)
        def carried_out(screen: DayOfVisits) -> Any:
            visit = screen.visit_here()
            if visit is not None and visit.state in states:
                return action(screen, visit)
            if visit is None:
                screen.say(f"Select a visit to {deed}.")
            else:
                screen.say(f"{visit.reference} is {state_words(visit)}: {otherwise}", "warning")
            return None

        return carried_out

    return declared


class DayOfVisits(UserScreen):
    """A day, with a cursor on one of its visits."""

    board: Board | None = None
    """The day, once it is read."""

    asked = DayQuestion.FREE
    """What was asked last of the day at a glance."""

    def visit_here(self) -> BoardVisit | None:
        """The visit under the cursor."""
        raise NotImplementedError

    async def show_visit(self, visit_id: int) -> None:
        """Show a visit of `board` where it stands."""
        raise NotImplementedError

    def row_here(self) -> BoardRow | None:
        """The technician under the cursor, with the day's visits."""
        return None

    def client_here(self) -> str | None:
        visit = self.visit_here()
        return None if visit is None else visit.client

    def show_news(self, board: Board) -> None:
        """Say the last change of the office in the line between the panes."""
        news = self.program.activity.news
        said = f"{clock_text(news[-1].at, board.zone, board.hours24)} {news[-1].text}" if news else ""
        self.query_one(Separator).set_word(said)

    def action_open(self) -> None:
        """Open the visit under the cursor."""
        visit = self.visit_here()
        if visit is not None:
            self.program.open("visit", visit.reference)

    def action_day(self, by: int) -> None:
        """Go to the next or the previous day."""
        self.program.go_to(self.program.day + datetime.timedelta(days=by))

    def action_today(self) -> None:
        """Go to today."""
        self.program.go_to(settings.today(self.user.store))


_CALLS = "Whom to call because we come later, and when."
calls = opens("c", "screen.calls", "Call ahead", "calls", _CALLS, READS["day"].roles, of_day=True)
_MESSAGES = "Messages to clients, and what became of them."
messages = opens("O", "screen.outbox", "Messages", "messages", _MESSAGES, READS["messages"].roles)
_MAILS = "Mails from clients: what waits for a word of ours, and what became of the others."
inbox = opens("B", "screen.inbox", "Mails in", "inbox", _MAILS, READS["messages"].roles)


@command("i", "file.import", "Import")
async def import_file(screen: UserScreen) -> None:
    """Take over a file: CSV, a calendar, a rate card."""
    await importing.ask_import(screen)
    screen.reload()


@command("U", "remote.add", "Remote work")
async def remote_work(screen: UserScreen) -> None:
    """Write down what was done from a distance or on the phone, or let the clock of it run."""
    desk = context.Desk.for_user(screen.user)
    fields = [record_forms.line_of(field, None, desk) for field in requests.REMOTE_WORK.typed]
    visit = await screen.fill_in("Remote work", fields, lambda typed: remote.write_down(screen.user, typed))
    runs = visit.ended_at is None
    screen.reload()
    how = "its clock runs: enter opens it, x ends it with what was done" if runs else "it waits for review"
    screen.say(f"{visit.reference} {visit.client}: {how}.")
