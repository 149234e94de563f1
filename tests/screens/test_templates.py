"""A lead edits checklist templates by keyboard."""

from __future__ import annotations

import pytest

from db import templates
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.templates import template_draft
from dispatch.model.checklists import Asks
from screens.book.book import KINDS, BookScreen
from screens.book.template import TemplateScreen
from screens.book.template_preview import TemplatePreview
from screens.dialogs.questions import Form
from tests.desk.conftest import Office
from tests.screens.test_prices import choose, fill
from tests.screens.test_screens import opened, press, settled, until
from widgets.bars import StatusBar
from widgets.listed import FigureList

TABS = ["tab"] * KINDS.index("template")


async def test_an_item_is_added_moved_changed_and_saved(office: Office) -> None:
    async with opened(office.lee, "book", (80, 24)) as pilot:
        await until(pilot, BookScreen)
        await press(pilot, *TABS, "enter")
        await until(pilot, TemplateScreen)
        figures = pilot.app.screen.query_one(FigureList)
        figures.select_key("T1")
        await press(pilot, "n")
        await fill(pilot, text="")
        assert isinstance(pilot.app.screen, Form)
        assert "Wording: is missing" in str(pilot.app.screen.query_one("#fault").render())
        await fill(pilot, text="Event log is quiet", when="tag server", evidence="any")
        await until(pilot, TemplateScreen)
        assert figures.selected == "T7"
        await press(pilot, "m")
        await choose(pilot, "T1")
        await until(pilot, TemplateScreen)
        figures.select_key("A2")
        await press(pilot, "d")
        figures.select_key("L1")
        await press(pilot, "d", "enter")
        await fill(pilot, na="yes")
        assert "n/a with a reason: it always applies" in str(pilot.app.screen.query_one("#fault").render())
        await press(pilot, "escape")
        await until(pilot, TemplateScreen)
        assert templates.all_templates(office.store)[0].number == 1
        await press(pilot, "s")
        saved = templates.all_templates(office.store)[0]
        assert saved.number == 2
        assert [item.ref for item in saved.items][:6] == ["A1", "A3", "W1", "W2", "T7", "T1"]
        assert saved.items[4].evidence is Asks.ANY
        await press(pilot, "H")
        await choose(pilot, "version 1")
        await until(pilot, TemplateScreen)
        assert "not saved" in str(pilot.app.screen.query_one(StatusBar).line_at(0, 120))
        await press(pilot, "u", "u")
        await settled(pilot)
        again = templates.all_templates(office.store)[0]
        assert (again.number, [item.ref for item in again.items][1]) == (3, "A2")
        assert "version 3" in str(pilot.app.screen.query_one(StatusBar).line_at(0, 120))


@pytest.mark.again
async def test_a_new_template_and_what_a_visit_would_get(office: Office) -> None:
    async with opened(office.lee, "book") as pilot:
        await until(pilot, BookScreen)
        await press(pilot, *TABS, "n")
        await choose(pilot, "like Short")
        await until(pilot, TemplateScreen)
        await press(pilot, "s")
        assert len(templates.all_templates(office.store)) == 2
        await press(pilot, "enter")
        await fill(pilot, name="Harbor", clients="nobody")
        assert isinstance(pilot.app.screen, Form)
        await fill(pilot, clients="harbor")
        await until(pilot, TemplateScreen)
        await press(pilot, "v")
        await fill(pilot, client="harbor")
        await until(pilot, TemplatePreview)
        assert "gets Harbor" in str(pilot.app.screen.query_one(StatusBar).line_at(0, 120))
        await press(pilot, "v")
        await fill(pilot, client="", kind="audit")
        await until(pilot, TemplatePreview)
        assert "gets On-site visit" in str(pilot.app.screen.query_one(StatusBar).line_at(0, 120))
        await press(pilot, "escape")
        await until(pilot, TemplateScreen)
        await press(pilot, "s", "escape")
        await until(pilot, BookScreen)
        assert [one.name for one in templates.all_templates(office.store)] == ["Harbor", "On-site visit", "Short"]
        await press(pilot, "u")
        assert len(templates.all_templates(office.store)) == 2


@pytest.mark.again
async def test_the_second_lead_is_told_and_a_dispatcher_may_only_look(office: Office) -> None:
    async with opened(office.lee, "book") as pilot:
        await until(pilot, BookScreen)
        await press(pilot, *TABS, "enter")
        await until(pilot, TemplateScreen)
        pilot.app.screen.query_one(FigureList).select_key("A2")
        await press(pilot, "d")
        other = RECORD_STORES["template"].find(office.store, "On-site")
        theirs = template_draft.TemplateDraft.of(office.store, other)
        theirs.take_out("A3")
        theirs.save(office.lee)
        await press(pilot, "s")
        assert templates.all_templates(office.store)[0].number == 2
        await press(pilot, "s")
        assert templates.all_templates(office.store)[0].number == 3
    async with opened(office.dana, "book") as pilot:
        await until(pilot, BookScreen)
        await press(pilot, *TABS, "enter")
        await until(pilot, TemplateScreen)
        pilot.app.screen.query_one(FigureList).select_key("T1")
        await press(pilot, "d", "s")
        assert templates.all_templates(office.store)[0].number == 3
