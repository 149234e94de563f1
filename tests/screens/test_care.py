"""Service levels and account care by keyboard: what a dispatcher marks, what a lead ends, what a technician never sees."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from db import clocks, visits
from dispatch.desk.book import editing
from dispatch.desk.care import care_list
from dispatch.desk.plan import schedule, undo
from dispatch.desk.visits.steps import find
from dispatch.model.clients import Client
from dispatch.model.states import State
from screens.book.client import ClientScreen
from screens.dialogs.questions import AskText, Choose
from screens.log import care
from screens.log.care import CareScreen
from screens.log.figures import FiguresScreen
from screens.log.scores import ScoresScreen
from screens.log.visit_record import RecordPane, VisitRecord
from tests.desk.conftest import Office, at, closed, harbor
from tests.desk.test_care import agree as agree_late
from tests.desk.test_care import emergency
from tests.desk.test_levels import agree
from tests.screens.test_keymap import shown
from tests.screens.test_prices import answer, choose, fill
from tests.screens.test_screens import opened, press, settled, until, until_true
from widgets.lines.ink import text_of
from widgets.lines.lines_pane import LinesPane
from widgets.listed import FigureList
from widgets.queue import Queue
from widgets.visit_detail import VisitDetail


def told(pane: LinesPane) -> str:
    """What a pane says, in one text."""
    return "\n".join(text_of(line) for line in pane.lines(200))


async def test_the_board_says_what_breaks_and_takes_an_answer(office: Office) -> None:
    agree(office)
    office.go("08:55")
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "tab")
        pilot.app.screen.query_one(Queue).select_key(1)
        await settled(pilot)
        detail = pilot.app.screen.query_one(VisitDetail)
        await until_true(pilot, lambda: "C critical: phone" in told(detail))
        assert "due 09:00, 5m left" in told(detail)

        await pilot.press("r")
        await choose(pilot, "phone")
        await until_true(pilot, lambda: "critical: phone" not in told(detail))
        assert "phone" in clocks.facts_of(office.store, [1])[1].milestones

        await pilot.press("r")
        await choose(pilot, "P1")
        await until_true(pilot, lambda: find(office.store, "R1").priority == 1)


async def test_hold_asks_for_whom(office: Office) -> None:
    async with opened(office.dana, "board") as pilot:
        await press(pilot, "tab")
        pilot.app.screen.query_one(Queue).select_key(1)
        await pilot.press("H")
        await choose(pilot, "client")
        await fill(pilot, what="which laptop?", whom="J. Lowe")
        await until_true(pilot, lambda: find(office.store, "R1").state is State.ON_HOLD)
    wait = clocks.open_wait(office.store, 1)
    assert wait is not None
    assert (wait.kind, wait.whom, wait.what) == ("client", "J. Lowe", "which laptop?")


async def test_the_record_shows_levels_to_the_lead_and_takes_a_cause(office: Office) -> None:
    agree(office)
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    office.go("09:30")
    async with opened(office.lee, "log") as pilot:
        pilot.app.push_screen(VisitRecord("R1"))
        await until(pilot, VisitRecord)
        assert "Service levels" in "\n".join(map(text_of, pilot.app.screen.query_one(RecordPane)._built))
        await pilot.press("r")
        await choose(pilot, "why phone")
        await answer(pilot, "overlooked")
        await until_true(pilot, lambda: clocks.facts_of(office.store, [1])[1].causes == {"phone": "overlooked"})


async def test_a_technician_never_sees_a_countdown(office: Office) -> None:
    """design/close-out.md R4"""
    agree(office)
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"))
    office.go("09:30")
    async with opened(office.ana, "day") as pilot:
        pilot.app.push_screen(VisitRecord("R1"))
        await until(pilot, VisitRecord)
        page = "\n".join(map(text_of, pilot.app.screen.query_one(RecordPane)._built))
        assert "Service levels" not in page
        assert "breached" not in page
        await press(pilot, "r")
        assert isinstance(pilot.app.screen, VisitRecord)


async def test_the_lead_works_through_the_care_list(office: Office) -> None:
    agree_late(office, "2026-01-01", "2026-12-31")
    emergency(office, satisfied=False)
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "C")
        await until(pilot, CareScreen)
        screen = pilot.app.screen
        listed = screen.query_one(FigureList)
        keys = [one.key for one in care_list.care_list(office.store)]
        call = next(key for key in keys if key.endswith("R1.contact"))
        renewal = next(key for key in keys if key.startswith("E3:"))

        assert listed.select_key(call)
        await press(pilot, "d")
        await answer(pilot, " ")
        assert isinstance(pilot.app.screen, AskText)
        await answer(pilot, "called them")
        await until_true(pilot, lambda: call not in [one.key for one in care_list.care_list(office.store)])

        assert listed.select_key(renewal)
        await press(pilot, "z")
        await answer(pilot, "+40")
        await until(pilot, CareScreen)
        assert renewal in [one.key for one in care_list.care_list(office.store)]
        await press(pilot, "z")
        await answer(pilot, "+7")
        await until_true(pilot, lambda: renewal not in [one.key for one in care_list.care_list(office.store)])
        await press(pilot, "a")
        assert listed.select_key(renewal)
        await press(pilot, "x")
        await answer(pilot, "they close down")
        await until_true(
            pilot, lambda: renewal not in [one.key for one in care_list.care_list(office.store, all_items=True)]
        )

        survey = next(one.key for one in care_list.care_list(office.store) if one.rule == "E2")
        assert listed.select_key(survey)
        await press(pilot, "s")
        await choose(pilot, 9)
        await answer(pilot, "all is well")
        await until_true(pilot, lambda: not any(one.rule == "E2" for one in care_list.care_list(office.store)))

        await press(pilot, "g")
        await fill(pilot, what="No spare switch", owner="lee", due="+14")
        await until_true(pilot, lambda: any(":gap." in one.key for one in care_list.care_list(office.store)))
        await press(pilot, "u")
        await until_true(pilot, lambda: not any(":gap." in one.key for one in care_list.care_list(office.store)))

        await press(pilot, "enter")
        await until(pilot, ClientScreen)
    assert undo.undo(office.lee)


async def test_an_offer_shows_its_figures(office: Office) -> None:
    editing.add(office.lee, "service-plan", {"name": "Small", "kind": "tm", "fee": "300"})
    emergency(office)
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "C")
        await until(pilot, CareScreen)
        notes = pilot.app.screen.query_one(LinesPane)
        await until_true(pilot, lambda: "R1 alone, without any fee: 215.00 USD" in told(notes))
        assert "under “Small”: fee" not in told(notes)
        assert "costs 870.00 USD more" in told(notes).replace("\n", " ")
        await press(pilot, "o")
        await until(pilot, Choose)
        await choose(pilot, "declined")
        await answer(pilot, "too dear")
        await until_true(pilot, lambda: care_list.care_list(office.store) == [])


async def test_care_is_listed_by_client_a_dozen_at_first(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(care, "FEW", 1)
    agree_late(office, "2026-01-01", "2026-12-31")
    other: Client = editing.add(office.lee, "client", {"name": "Acme"})
    care_list.note_gap(office.lee, other, "no spare", "lee", datetime.date(2027, 3, 1))
    async with opened(office.lee, "log", (120, 36)) as pilot:
        await press(pilot, "C")
        await until(pilot, CareScreen)
        await until_true(pilot, lambda: "due to 2 clients" in shown(pilot))
        assert "1 more client" in shown(pilot)
        assert "Harbor Dental" in shown(pilot)
        assert "Acme" not in shown(pilot)
        await press(pilot, "a")
        await until_true(pilot, lambda: "Acme" in shown(pilot))
        assert "more client" not in shown(pilot)


async def test_the_scores_stand_beside_the_figures(office: Office) -> None:
    care_list.note_survey(office.lee, harbor(office), 4, "dear")
    async with opened(office.lee, "log", (120, 36)) as pilot:
        await press(pilot, "F")
        await until(pilot, FiguresScreen)
        await press(pilot, "s")
        await until(pilot, ScoresScreen)
        await until_true(pilot, lambda: "4.0 of 10 (1 answer only)" in shown(pilot))
        await press(pilot, "g")
        await fill(pilot, first="2026-10-01", last="2026-10-31")
        await until_true(pilot, lambda: "4.0 of 10" not in shown(pilot))
        assert "nothing was said" in shown(pilot)


async def test_surveys_are_let_go_by_themselves_from_the_list(office: Office) -> None:
    agree_late(office, "2025-12-01")
    async with opened(office.lee, "log", size=(80, 24)) as pilot:
        await press(pilot, "C")
        await until(pilot, CareScreen)
        listed = pilot.app.screen.query_one(FigureList)
        survey = next(one.key for one in care_list.care_list(office.store) if one.rule == "E2")
        await until_true(pilot, lambda: listed.select_key(survey))
        await press(pilot, "s")
        await choose(pilot, "by themselves")
        await fill(pilot, survey_visits="3", survey_days="60")
        await until_true(pilot, lambda: office.lee.firm.survey_visits == 3)
        assert (office.lee.firm.survey_days, office.lee.firm.survey_dates) == (60, False)


async def test_a_client_is_asked_after_a_visit_from_its_record(office: Office) -> None:
    editing.settle(office.lee, {"messages_by": "smtp", "mail_host": "mail.example", "mail_from": "a@columbus.example"})
    editing.edit(office.lee, "client", harbor(office), {"told_at": "desk@harbor.example"})
    closed(office)
    async with opened(office.lee, "log", size=(80, 24)) as pilot:
        await until_true(pilot, lambda: pilot.app.screen.listed.selected is not None)  # type: ignore[attr-defined]
        await press(pilot, "enter")
        await until(pilot, VisitRecord)
        await press(pilot, "s")
        await choose(pilot, "send it by mail")
        await until_true(pilot, lambda: office.store.value("SELECT count(*) FROM survey_ask") == 1)
        assert office.store.value("SELECT v.reference FROM survey_ask a JOIN visit v ON v.id = a.visit_id") == "R1"


async def test_a_review_is_booked_with_its_page_at_hand(office: Office, tmp_path: Path) -> None:
    agree_late(office, "2026-01-01", "2026-12-31")
    async with opened(office.lee, "log", (120, 36)) as pilot:
        await press(pilot, "C")
        await until(pilot, CareScreen)
        listed = pilot.app.screen.query_one(FigureList)
        key = next(one.key for one in care_list.care_list(office.store) if one.what == "review with the client")
        assert listed.select_key(key)
        await press(pilot, "b")
        await fill(pilot, day="2026-11-27", site="Main office", minutes="45")
        await until_true(pilot, lambda: key not in [one.key for one in care_list.care_list(office.store)])
        (visit,) = [one for one in visits.of_client(office.store, harbor(office).id) if one.kind == "review"]
        assert (visit.wanted_on, visit.minutes) == (datetime.date(2026, 11, 27), 45)
        await press(pilot, "R")
        await choose(pilot, "file")
        await fill(pilot, period="2026-Q4", file=str(tmp_path / "page.html"))
        await until_true(pilot, (tmp_path / "page.html").exists)
        assert "What is next" in (tmp_path / "page.html").read_text()
        await press(pilot, "u")
        await until_true(pilot, lambda: key in [one.key for one in care_list.care_list(office.store)])
        pilot.app.push_screen(VisitRecord("R1"))
        await until(pilot, VisitRecord)
        await press(pilot, "R")
        await until(pilot, Choose)
