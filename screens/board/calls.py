"""The call-ahead list: whom to call because we come later, in the order in which the calls are due."""

from __future__ import annotations

import datetime
from functools import partial

from textual.app import ComposeResult

from dispatch.desk.day import board_view
from dispatch.desk.inbox import deciding
from dispatch.desk.messages import calling_ahead
from dispatch.model.boards import Board, CallAhead
from dispatch.model.instants import day_text
from dispatch.model.typed_times import parse_when
from screens.binding import BACK, command
from screens.user_screen import UserScreen
from widgets.day_lists import call_entries
from widgets.lines.line_list import LineList


class CallsScreen(UserScreen):
    """Each client with the number, the time they expect us and the new one; ticked with the time promised. Also whose mail asks for
    a call: ticked with what was said."""

    SHOWS = "day"

    TITLE_WORD = "calling ahead"
    ENTER = "answered"
    DEFAULT_CSS = "CallsScreen LineList { height: 1fr; padding: 0 1; }"
    FOOTER = "call.answered call.unanswered change.undo screen.leave screen.keys"
    BINDINGS = [BACK]

    def __init__(self, day: datetime.date) -> None:
        super().__init__()
        self._day = day
        self._board: Board | None = None

    def body(self) -> ComposeResult:
        yield LineList[CallAhead](id="calls", ascii=self.program.ascii_only)

    def client_here(self) -> str | None:
        call = self.listed.selected
        return None if call is None else call.client

    def reload(self) -> None:
        board = self.look(board_view.board, self.user.store, self._day)
        if board is None:
            return
        self._board = board
        nothing = "Nobody has to be called: everybody is expected when they come. esc goes back."
        self.listed.show_entries(partial(call_entries, board), nothing)
        count = len(board.calls)
        self.show_head(
            f"Call ahead  {day_text(board.day)}",
            f"{count} to call · {board.late} late" if count else "nobody has to be called",
            board.times.clock(board.now),
        )

    def tick(self) -> None:
        """With each minute the day is rolled forward anew."""
        if self._board is not None and self.user.now // 60 != self._board.now // 60:
            self.reload()

    @command("enter", "call.answered", "Told")
    async def action_answered(self) -> None:
        """The client was told: with the time promised."""

        call, board = self.listed.selected, self._board
        if call is None or board is None:
            return
        if call.mail is not None and not call.late:
            words = await self.ask(f"What was said with {call.client}", f"{call.contact}  {call.phone}\nmay be empty")
            if await self.do(deciding.done, call.mail, words) is not None:
                self.say(f"Mail {call.mail} is looked after. u takes that back.")
            return
        zone = board.zone

        def fault(typed: str) -> str | None:
            try:
                when = parse_when(typed, zone, now=self.user.now, day=board.day)
            except ValueError as problem:
                return str(problem)
            return f"{board.times.clock(when, call.zone)} has passed" if when < self.user.now else None

        proposed = "" if call.absent else board.times.clock(call.proposed)
        whom = "  ".join(filter(None, (call.contact, call.phone))) or "no phone number is known"
        there = f" (here; it is {board.times.beside(call.zone, call.proposed)} there)"
        asked = there if board.times.differs(call.zone, call.proposed) else ""
        hint = f"{whom}\nWhich time was promised?{asked}"
        typed = await self.ask(f"{call.client} was told", hint, proposed, fault)
        promised = parse_when(typed, zone, now=self.user.now, day=board.day)
        if await self.do(calling_ahead.call, call.reference, promised=promised) is not None:
            self.say(f"{call.client} expects us at {board.times.clock(promised, call.zone)}. u takes it back.")

    @command("N", "call.unanswered", "No answer")
    async def action_unanswered(self) -> None:
        """Nobody answered; in ten minutes the lead has it."""
        call = self.listed.selected
        if call is not None and await self.do(calling_ahead.call, call.reference, answered=False) is not None:
            self.say(f"{call.client}: no answer. In ten minutes it goes to the lead. u takes it back.")
