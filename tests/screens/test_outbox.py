"""Messages to clients on the screen: what went wrong is seen from the board, tried again or dropped."""

from __future__ import annotations

import pytest
from textual.widgets import Static

from dispatch.desk.adapters.transports import Letter, NotSent
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.delivery.sending import post_next
from dispatch.desk.messages import outbox
from dispatch.desk.plan import schedule
from dispatch.model.messages import Fate
from screens.board.message_words import MessageWordsScreen
from screens.board.outbox import OutboxScreen
from screens.dialogs.questions import AskConfirm
from tests.desk.conftest import Office, at
from tests.quick import first_of
from tests.screens.test_prices import fill
from tests.screens.test_screens import opened, press, settled, until, until_true
from widgets.bars import StatusBar
from widgets.lines.lines_pane import NotesPane
from widgets.listed import FigureList


class Refuses:
    """A transport whose server refuses everybody."""

    def __call__(self, letter: Letter, handing_over: object) -> None:
        """Refuse."""
        raise NotSent("mail.example answered 550 no such user.", final=True)


@pytest.fixture
def failed(office: Office) -> Office:
    """A client wanted to be told of an appointment, and could not be."""
    editing.settle(office.lee, {"messages_by": "smtp", "mail_host": "mail.example", "mail_from": "a@columbus.example"})
    harbor = RECORD_STORES["client"].find(office.store, "Harbor Dental")
    editing.edit(office.lee, "client", harbor, {"told": "confirmed", "told_at": "desk@harbor.example"})
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("15:00"))
    schedule.confirm(office.dana, "R1")
    office.clock.advance(120)
    assert post_next(office.dana, Refuses) is not None
    return office


def fates(office: Office) -> list[Fate]:
    return [one.fate for one in outbox.outbox(office.store, everything=True)]


@first_of("size", [(45, 20), (120, 36)])
async def test_what_was_not_sent_is_seen_and_tried_again(failed: Office, size: tuple[int, int]) -> None:
    async with opened(failed.dana, "board", size=size) as pilot:
        await settled(pilot)
        if size[0] > 100:
            assert "1 message not sent (O)" in str(pilot.app.screen.query_one(StatusBar).line_at(0, 160))
        await pilot.press("O")
        await until(pilot, OutboxScreen)
        screen = pilot.app.screen
        assert screen.query_one(FigureList).selected == "message 1"
        notes = "".join(str(line) for line in screen.query_one(NotesPane).lines(200))
        assert "desk@harbor.example" in notes
        assert "550 no such user" in notes
        assert screen.query_one(NotesPane).region.height >= 3, "in sight on a low terminal too"
        await press(pilot, "r")
        await until_true(pilot, lambda: fates(failed) == [Fate.WAITING])
        await press(pilot, "X")
        await until(pilot, AskConfirm)
        await press(pilot, "y")
        await until_true(pilot, lambda: fates(failed) == [Fate.DROPPED])
        await until_true(pilot, lambda: screen.query_one(FigureList).selected != "message 1")
        await press(pilot, "a")
        assert screen.query_one(FigureList).selected == "message 1"
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, OutboxScreen)


async def test_the_log_names_what_was_not_sent(failed: Office) -> None:
    async with opened(failed.lee, "log") as pilot:
        await settled(pilot)
        await until_true(
            pilot, lambda: "1 message not sent (O)" in str(pilot.app.screen.query_one(StatusBar).line_at(0, 160))
        )
        assert pilot.app.screen.query_one("#totals", Static)


async def test_an_empty_outbox_says_how_it_is_filled(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await settled(pilot)
        await pilot.press("O")
        await until(pilot, OutboxScreen)
        notes = "".join(str(line) for line in pilot.app.screen.query_one(NotesPane).lines(200))
        assert "not sent" in notes
        await press(pilot, "r", "X")
        assert isinstance(pilot.app.screen, OutboxScreen)


@first_of("size", [(45, 20), (80, 24), (120, 36)])
async def test_words_are_edited_beside_how_they_read(failed: Office, size: tuple[int, int]) -> None:
    async with opened(failed.lee, "log", size=size) as pilot:
        await press(pilot, "O")
        await until(pilot, OutboxScreen)
        await press(pilot, "w")
        await until(pilot, MessageWordsScreen)
        pane = pilot.app.screen.query_one(NotesPane)

        def said() -> str:
            return "".join(str(line) for line in pane.lines(200))

        await until_true(pilot, lambda: "Your appointment, R1" in said())
        assert "to desk@harbor.example, in English" in said()
        assert pane.region.height >= 3
        await press(pilot, "enter")
        await fill(pilot, message_confirmed="We come {when}")
        await until(pilot, MessageWordsScreen)
        await until_true(pilot, lambda: "We come Tue 24 Nov 2026, 15:00" in said())
        await press(pilot, "u")
        await until_true(pilot, lambda: "Ana Ruiz comes to Main office" in said())
        await press(pilot, "v")
        await fill(pilot, reference="R2")
        await until_true(pilot, lambda: isinstance(pilot.app.screen, MessageWordsScreen) and "R2" in said())
