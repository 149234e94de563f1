"""Mails from clients on the screen: one becomes a request with enter, and back; a call is noted; nothing steers the terminal."""

from __future__ import annotations

import pytest

from db import mails
from db.store import existing
from db.unit import Actor, unit_of_work
from dispatch.desk.inbox import deciding
from dispatch.desk.inbox.receiving import receive
from dispatch.desk.plan import schedule
from dispatch.mail.reading import read_mail
from dispatch.model.mail import MailState
from screens.board.calls import CallsScreen
from screens.board.inbox import InboxScreen
from screens.dialogs.questions import AskText
from screens.log.open_work import OpenWorkScreen
from tests.desk.conftest import Office, at
from tests.inbox.mails import mail
from tests.screens.test_prices import fill
from tests.screens.test_screens import opened, press, settled, until, until_true
from widgets.bars import StatusBar
from widgets.lines.line_list import LineList
from widgets.lines.lines_pane import NotesPane
from widgets.listed import FigureList


def _come(sender: str, subject: str, text: str, office: Office) -> int:
    made = mail(sender, subject, text, Message_ID=f"<{subject}@mail.example>")
    return existing(receive(office.dana, read_mail(made.as_bytes()), at("07:40"), "box")).id


@pytest.fixture
def waiting(office: Office) -> Office:
    """Two mails of somebody unknown wait."""
    for word in ("Door", "[b]Window[/b]"):
        made = mail(
            "New <new@client.example>",
            word,
            f"The {word} \x1b]0;owned\x07is open.",
            Message_ID=f"<{len(word)}@x.example>",
        )
        receive(office.dana, read_mail(made.as_bytes()), at("07:40"), "box")
    return office


def states(office: Office) -> list[MailState]:
    return [existing(mails.mail(office.store, number)).state for number in (1, 2)]


async def test_what_a_mail_says_is_in_sight_on_a_low_terminal(waiting: Office) -> None:
    async with opened(waiting.dana, "board", size=(45, 20)) as pilot:
        await press(pilot, "B")
        await until(pilot, InboxScreen)
        await until_true(pilot, lambda: pilot.app.screen.query_one(NotesPane).region.height >= 6)


async def test_a_mail_becomes_a_request_and_back(waiting: Office) -> None:
    async with opened(waiting.dana, "board", size=(120, 36)) as pilot:
        await settled(pilot)
        assert "2 mails (B)" in str(pilot.app.screen.query_one(StatusBar).line_at(0, 160))
        await pilot.press("B")
        await until(pilot, InboxScreen)
        screen = pilot.app.screen
        notes = "".join(str(line) for line in screen.query_one(NotesPane).lines(200))
        assert "nobody is known by this address" in notes
        assert "\x1b" not in notes
        assert screen.query_one(FigureList).selected == "mail 1"
        await press(pilot, "enter")
        await fill(pilot, client="Harbor", site="Annex")
        await until_true(pilot, lambda: states(waiting)[0] is MailState.TAKEN)
        await until(pilot, InboxScreen)
        await press(pilot, "u")
        await until_true(pilot, lambda: states(waiting)[0] is MailState.WAITING)
        await press(pilot, "X")
        await until_true(pilot, lambda: MailState.REFUSED in states(waiting))
        assert len(deciding.inbox(waiting.store)) == 1


async def test_a_mail_that_asks_for_a_call_is_ticked_on_the_call_ahead_list(office: Office) -> None:
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("11:00"))
    kept = _come("Lowe <lowe@harbor.example>", "About R1", "Not today, please.", office)
    deciding.note(office.dana, kept, "R1")
    with unit_of_work(office.store, "test", Actor(None, "test", "test", "system")) as unit:
        mails.change(unit, existing(mails.mail(office.store, kept)), state=MailState.CALL.value, why="says no")
        unit.audit("mail", kept, call=True)
    async with opened(office.dana, "board", size=(80, 24)) as pilot:
        await press(pilot, "c")
        await until(pilot, CallsScreen)
        await until_true(pilot, lambda: pilot.app.screen.query_one(LineList).selected is not None)
        await press(pilot, "enter")
        await until(pilot, AskText)
        await press(pilot, *"fine", "enter")
        await until_true(pilot, lambda: existing(mails.mail(office.store, kept)).why == "fine")
        await until(pilot, CallsScreen)
        await until_true(pilot, lambda: pilot.app.screen.query_one(LineList).selected is None)


async def test_open_work_leads_to_the_mails(waiting: Office) -> None:
    async with opened(waiting.lee, "log", size=(80, 24)) as pilot:
        await press(pilot, "N")
        await until(pilot, OpenWorkScreen)
        await until_true(pilot, lambda: any("mails_that_wait" in key for key in pilot.app.screen.things))  # type: ignore[attr-defined]
        rows = pilot.app.screen.query_one(FigureList)
        assert rows.select_key(next(key for key in pilot.app.screen.things if "mails_that_wait" in key))  # type: ignore[attr-defined]
        await press(pilot, "enter")
        await until(pilot, InboxScreen)
