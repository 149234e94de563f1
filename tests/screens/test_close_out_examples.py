"""The acceptance examples of close-out (design/close-out.md C4), each by keyboard: gates, words, and where the cursor goes.

Those that are marked `again` have their gate shown by command (tests/commands/test_close_out_examples.py).
"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Label, TextArea

from dispatch.closeout.recording import Recording
from dispatch.desk.log.visit_page import visit_page
from dispatch.desk.session.user import User
from dispatch.model.checklists import Attempt, Result
from dispatch.model.states import State
from screens.dialogs.note import AskNote
from screens.dialogs.questions import AskConfirm, AskText, Choose
from screens.log.visit_record import RecordPane, VisitRecord
from screens.prices.sheet_view import ChargeSheet
from screens.visit.visit import VisitScreen
from tests.commands.test_close_out_examples import LATER, no_distance
from tests.desk.conftest import Office
from tests.screens.test_prices import answer, choose, fill
from tests.screens.test_screens import opened, press, until, until_true
from widgets.checklist import ChecklistView
from widgets.lines.ink import text_of
from widgets.queue import Queue
from widgets.timeline.view import Timeline

ARRIVED = frozenset({"A1", "A2", "A3", "W1.1", "W2"})


class AtTheVisit:
    """The checklist of R1 on the screen, under somebody's hands."""

    def __init__(self, pilot: Pilot[None], office: Office) -> None:
        self.pilot, self.office = pilot, office

    async def key(self, ref: str, key: str) -> None:
        """Press a key on an item, a minute later."""
        self.office.clock.advance(60)
        screen: Any = self.pilot.app.screen
        screen.reload()
        self.pilot.app.screen.query_one(ChecklistView).select(ref)
        await press(self.pilot, key)

    async def record(self, ref: str, key: str, text: str) -> None:
        """Press a key on an item and type what it asks for; saved, or refused with a word."""
        await self.key(ref, key)
        await answer(self.pilot, text)
        await until(self.pilot, VisitScreen)

    async def refused(self, ref: str, key: str, text: str, *words: str) -> None:
        """Press a key on an item and type what no gate takes: it is said where it is typed, and what was typed stands."""
        await self.key(ref, key)
        await answer(self.pilot, text)
        await until(self.pilot, AskText)
        dialog = self.pilot.app.screen
        assert all(word in str(dialog.query_one("#fault", Label).content) for word in words)
        assert dialog.query_one(Input).value == text
        await press(self.pilot, "escape")
        await until(self.pilot, VisitScreen)

    async def note(self, text: str) -> None:
        """Note what was changed."""
        self.office.clock.advance(60)
        await press(self.pilot, "w")
        await until(self.pilot, AskNote)
        self.pilot.app.screen.query_one(TextArea).text = text
        await press(self.pilot, "ctrl+s")
        await until(self.pilot, VisitScreen)

    async def sign(self) -> None:
        """Let the client sign off."""
        await self.key("L5", "space")
        await fill(self.pilot, name="J. Lowe", satisfied="yes")
        await until(self.pilot, VisitScreen)

    async def reasons(self) -> list[str]:
        """Why the visit cannot be closed, as the screen lists it; the cursor is on the first such item then."""
        await press(self.pilot, "x")
        await until(self.pilot, Choose)
        screen: Any = self.pilot.app.screen
        rows = [row.text for row in screen._rows]
        assert f"{len(rows)} reason" in screen.heading
        await press(self.pilot, "enter")
        await until(self.pilot, VisitScreen)
        selected = self.pilot.app.screen.query_one(ChecklistView).selected
        assert selected is not None
        assert rows[0].startswith(selected.label)
        return [" ".join(row.split()) for row in rows]

    async def close(self) -> None:
        """Close the visit, having read what that does."""
        await press(self.pilot, "x")
        await until(self.pilot, AskConfirm)
        await press(self.pilot, "y")
        await until(self.pilot, ChargeSheet)
        assert self.state is State.CLOSED

    async def said(self, words: str) -> None:
        """Wait for a word of the program."""
        shown = self.pilot.app._notifications
        await until_true(self.pilot, lambda: any(words in one.message.replace("\\", "") for one in shown))

    @property
    def state(self) -> State:
        return visit_page(self.office.store, "R1").visit.state

    def attempts(self, ref: str) -> list[Attempt]:
        """Every attempt at an item."""
        item = visit_page(self.office.store, "R1").checklist.item(ref)
        assert item is not None
        return list(item.attempts)


@asynccontextmanager
async def visiting(office: Office, user: User | None = None) -> AsyncIterator[AtTheVisit]:
    """The visit on the screen, for Ana or somebody else."""
    async with opened(
        user or office.ana, "day", (80, 24), **({} if user is None else {"technician": "Ana Ruiz"})
    ) as pilot:
        await pilot.press("enter")
        await until(pilot, VisitScreen)
        yield AtTheVisit(pilot, office)


async def test_1_work_after_a_pass_asks_for_the_test_again(office: Office) -> None:
    office.on_site()
    office.finish(but=LATER)
    async with visiting(office) as visit:
        office.go("15:04")
        await visit.record("T1", "space", "opened the file share")
        office.go("15:09")
        await visit.note("one more cable replaced")
        office.finish(but=ARRIVED | {"T1", "L5"})
        await visit.sign()
        assert await visit.reasons() == [
            "The problem no longer occurs, tried the client's way: passed at 15:05, but work was noted at 15:10; test again"
        ]
        office.go("15:19")
        await visit.record("T1", "space", "opened the file share")
        await visit.sign()
        await visit.close()


@pytest.mark.again
async def test_2_a_fail_and_the_pass_after_it_are_both_seen(office: Office) -> None:
    office.on_site()
    office.finish(but=LATER)
    async with visiting(office) as visit:
        office.go("13:59")
        await visit.record("T2", "f", "stayed at the boot menu")
        office.finish(but=ARRIVED | {"T2", "L5"})
        assert (await visit.reasons())[0] == (
            "Restarted, and came back by itself: failed at 14:00; put it right and test again"
        )
        office.go("14:29")
        await visit.record("T2", "space", "uptime 3 min, services green")
        await press(visit.pilot, "V")
        await until(visit.pilot, VisitRecord)
        record = "\n".join(map(text_of, visit.pilot.app.screen.query_one(RecordPane)._built))
        assert record.index("stayed at the boot menu") < record.index("uptime 3 min, services green")
        await press(visit.pilot, "escape")
        await visit.sign()
        await visit.close()
    assert [attempt.result for attempt in visit.attempts("T2")] == [Result.FAIL, Result.PASS]


async def test_3_thin_evidence(office: Office) -> None:
    office.on_site()
    async with visiting(office) as visit:
        await visit.refused("T2", "space", "ok", "at least 10 characters")
    assert visit.attempts("T2") == []


@pytest.mark.again
async def test_4_not_applicable_with_a_reason_and_without(office: Office) -> None:
    office.on_site()
    async with visiting(office) as visit:
        await visit.refused("T2", "minus", "n/a", "at least 10 characters")
        assert visit.attempts("T2") == []
        await visit.key("T1", "minus")
        await visit.said("“The problem no longer occurs, tried the…” always applies")
        await visit.record("T2", "minus", "no server on this site, printer only")
        office.finish(but=frozenset({"T2"}))
        visit.pilot.app.screen.reload()  # type: ignore[attr-defined]
        await visit.close()
    assert [attempt.result for attempt in visit.attempts("T2")] == [Result.NA]


@pytest.mark.again
async def test_5_a_named_thing_needs_an_end(office: Office) -> None:
    office.on_site()
    office.finish(but=frozenset({"L1", "L5"}))
    async with visiting(office) as visit:
        await visit.record("L1", "space", "scanner at reception is slow")
        await visit.sign()
        assert await visit.reasons() == [
            "scanner at reception is slow: needs an end: done now, a follow-up visit, or declined in the client's words"
        ]
        await visit.key("L1.1", "space")
        await choose(visit.pilot, "follow_up")
        await answer(visit.pilot, "2026-11-25")
        await visit.said("booked for Ana Ruiz, wanted 2026-11-25")
        await visit.key("L4", "space")
        await visit.sign()
        await visit.close()


@pytest.mark.again
async def test_6_anything_else_is_asked_and_never_overridden(office: Office) -> None:
    office.on_site()
    office.finish(but=frozenset({"L1", "L5"}))
    async with visiting(office) as visit:
        await visit.key("L1", "space")
        await answer(visit.pilot, "  ")
        assert isinstance(visit.pilot.app.screen, AskText), "empty is no answer"
        await press(visit.pilot, "escape")
        await visit.key("L1", "O")
        assert isinstance(visit.pilot.app.screen, VisitScreen), "it is a lead's"
        assert (await visit.reasons())[0].startswith("Is there anything else before I leave?: ask it")
    async with visiting(office, office.lee) as lead:
        for ref in ("A1", "L1", "L2"):
            await lead.key(ref, "O")
            item = visit_page(office.store, "R1").checklist.item(ref)
            assert item is not None
            await lead.said(f"{item.called} cannot be overridden")
            assert isinstance(lead.pilot.app.screen, VisitScreen), "no reason is asked for: it is not offered"


@pytest.mark.again
async def test_7_nothing_is_left_to_the_client(office: Office) -> None:
    office.on_site()
    office.finish(but=frozenset({"L2", "L5"}))
    async with visiting(office) as visit:
        await visit.record("L2", "f", "client will reboot tonight")
        await visit.sign()
        (reason,) = await visit.reasons()
        assert reason.startswith("Nothing is left")
        assert "“client will reboot tonight” is left to the client; do it or book a follow-up" in reason


@pytest.mark.again
async def test_8_sign_off_comes_last(office: Office) -> None:
    office.on_site()
    office.finish(but=frozenset({"L5"}))
    async with visiting(office) as visit:
        office.go("15:59")
        await visit.sign()
        office.go("16:01")
        await visit.key("L3", "space")
        assert await visit.reasons() == [
            "Sign-off: name, satisfied, words: something was recorded at 16:02, after the sign-off at 16:00; sign off "
            "once more, last"
        ]


@pytest.mark.again
async def test_9_an_overridden_test_is_left_open(office: Office) -> None:
    office.on_site()
    office.finish(but=frozenset({"T3", "L5"}))
    office.say("R1", "T3", Recording(Result.FAIL, "no answer from remote access"))
    async with visiting(office) as visit:
        await visit.key("T3", "O")
        assert isinstance(visit.pilot.app.screen, VisitScreen), "it is a lead's"
    async with visiting(office, office.lee) as lead:
        await lead.record("T3", "O", "the provider is down until tomorrow")
        await lead.said("booked for Ana Ruiz")
        reasons = await lead.reasons()
        assert [(one.gate, one.ref) for one in visit_page(office.store, "R1").unmet] == [
            ("G3", "T3"),
            ("G1", "L4"),
            ("G8", "L5"),
        ]
        assert len(reasons) == 3
        assert "overridden by Lee Moreau" in reasons[0]
        await press(lead.pilot, "L")
        await fill(lead.pilot, reason="the provider is down", on="2026-12-03")
        await until_true(lead.pilot, lambda: lead.state is State.LEFT_OPEN)
    assert [attempt.result for attempt in lead.attempts("T3")] == [Result.FAIL, Result.OVERRIDDEN]
    (follow_up,) = visit_page(office.store, "R1").follow_ups
    assert follow_up.preferred == "Ana Ruiz"
    assert follow_up.wanted_on == datetime.date(2026, 12, 3)


@pytest.mark.again
async def test_10_a_follow_up_for_somebody_else_needs_their_word(office: Office) -> None:
    office.on_site()
    office.finish(but=frozenset({"L1", "L5"}))
    office.say("R1", "L1", Recording(Result.ANSWERED, "scanner at reception is slow"))
    async with visiting(office) as visit:
        await visit.key("L1.1", "space")
        await choose(visit.pilot, "follow_up")
        await answer(visit.pilot, "2026-11-24")
    (follow_up,) = visit_page(office.store, "R1").follow_ups
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "tab")
        pilot.app.screen.query_one(Queue).select_key(follow_up.id)
        await pilot.press("a")
        await until(pilot, Choose)
        rows: Any = pilot.app.screen
        (ben,) = [row.value for row in rows._rows if row.text.startswith("Ben Okafor")][:1]
        await choose(pilot, ben)
        timeline = pilot.app.screen.query_one(Timeline)
        await until_true(pilot, lambda: timeline.ghost is not None)
        assert timeline.ghost is not None
        assert timeline.ghost.level == "blocked"
        await pilot.press("enter")
        await until_true(
            pilot, lambda: any("Ana Ruiz started this job" in one.message for one in pilot.app._notifications)
        )
    assert visit_page(office.store, follow_up.reference).visit.state is State.REQUESTED


async def test_11_a_blocked_charge_keeps_nobody_on_site(office: Office) -> None:
    no_distance(office)
    office.on_site()
    office.finish()
    async with visiting(office) as visit:
        await visit.close()
    assert office.store.value("SELECT status FROM charge_sheet") == "blocked"


async def test_12_no_access_says_who_was_called(office: Office) -> None:
    office.on_site()
    async with opened(office.ana, "day", (80, 24)) as pilot:
        await press(pilot, "N")
        await answer(pilot, " ")
        assert isinstance(pilot.app.screen, AskText)
        assert visit_page(office.store, "R1").visit.state is State.ON_SITE
        await answer(pilot, "office manager, no answer")
        await until_true(pilot, lambda: visit_page(office.store, "R1").visit.state is State.NO_ACCESS)
