"""A rate card, an agreement and a template in work are kept until they are saved or thrown away, whatever ends the program."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from db import agreements, templates
from dispatch.desk.prices import agreeing, rate_cards
from dispatch.desk.prices.drafts import CardDraft
from screens.book.book import BookScreen
from screens.dialogs.questions import AskText
from screens.editing import DraftScreen
from screens.prices.prices import PricesScreen
from tests.desk.conftest import Office
from tests.quick import first_of
from tests.screens.test_prices import answer, choose, fill
from tests.screens.test_screens import opened, press, until
from tests.screens.test_templates import TABS
from tests.screens.test_unsent import kept
from widgets.listed import FigureList


async def to_list(pilot: Pilot[None], kind: str) -> None:
    """Open the list in which they stand."""
    if kind == "template":
        await until(pilot, BookScreen)
        await press(pilot, *TABS)
    else:
        await press(pilot, "dollar_sign")
        await until(pilot, PricesScreen)


async def begin(pilot: Pilot[None], kind: str) -> None:
    """Begin a new one."""
    await press(pilot, "a" if kind == "agreement" else "n")
    await choose(pilot, {"card": "preset half day", "agreement": "tm", "template": "like Short"}[kind])
    if kind != "template":
        where = {"day": "2027-01-01", "tax": "0"} if kind == "card" else {"client": "harb", "starts": "2027-01-01"}
        await fill(pilot, name="Next year", **where)
    await until(pilot, DraftScreen)


async def change(pilot: Pilot[None], kind: str) -> None:
    """Change something in it."""
    if kind == "template":
        await press(pilot, "home", "enter")
        new = pilot.app.screen_stack[-2]._draft.before is None  # type: ignore[attr-defined]
        await fill(pilot, name="Another", **{"clients": "harbor"} if new else {})
    else:
        path, text = ("travel.included_radius", "17") if kind == "card" else ("service.monthly_fee", "17.00")
        assert pilot.app.screen.query_one(FigureList).select_key(path)
        await press(pilot, "enter")
        await answer(pilot, text)
    await until(pilot, DraftScreen)


def stands(pilot: Pilot[None]) -> tuple[str, list[tuple[str, str]]]:
    """The header's word, and every part with its value."""
    screen = pilot.app.screen
    assert isinstance(screen, DraftScreen)
    return (
        "not saved" if screen._draft.changed else "saved",
        [(line.label, line.value) for line in screen.lines([])],
    )


@first_of(
    "kind, new",
    [
        ("card", False),
        ("template", True),
        ("agreement", True),
        ("card", True),
        ("template", False),
        ("agreement", False),
    ],
    2,
)
async def test_it_stands_there_again_until_it_is_thrown_away(office: Office, kind: str, new: bool) -> None:
    if kind == "agreement" and not new:
        agreeing.save_agreement(office.lee, "Harbor Dental", "Care", {"kind": "tm", "starts": "2026-11-01"})
    mode = "book" if kind == "template" else "log"
    opens = ["a" if kind == "agreement" else "n"] if new else [*["end"] * (kind == "agreement"), "enter"]
    async with opened(office.lee, mode) as pilot:
        await to_list(pilot, kind)
        if new:
            await begin(pilot, kind)
        else:
            await press(pilot, *opens)
            await until(pilot, DraftScreen)
        before = stands(pilot)[1]
        await change(pilot, kind)
        there = stands(pilot)
        assert there[0] == "not saved"
        assert there[1] != before
        assert len(kept(office)) == 1
        # the program ends here, with nothing more said
    async with opened(office.lee, mode) as pilot:
        for last in ("escape", "q", "ctrl+t"):
            await to_list(pilot, kind) if last == "escape" else None
            await press(pilot, *opens)
            await until(pilot, DraftScreen)
            assert stands(pilot) == there
            await press(pilot, last)
            await until(pilot, BookScreen if kind == "template" else PricesScreen)
    assert kept(office) == []
    assert len(agreements.rate_cards(office.store)) == 1
    assert [one.number for one in templates.all_templates(office.store)] == [1, 1]


@pytest.mark.again
async def test_what_is_saved_is_kept_no_longer(office: Office) -> None:
    async with opened(office.lee, "log") as pilot:
        await to_list(pilot, "card")
        await begin(pilot, "card")
        await press(pilot, "n")
        await choose(pilot, "class")
        await answer(pilot, "tech")
        await answer(pilot, "100")
        await until(pilot, DraftScreen)
        assert len(kept(office)) == 1
        await press(pilot, "s")
        assert kept(office) == []
        await change(pilot, "card")
        assert len(kept(office)) == 1
        await press(pilot, "s")
    assert kept(office) == []
    assert [card.name for card in agreements.rate_cards(office.store)] == ["Next year", "2026"]


async def test_two_windows_change_one_card(office: Office) -> None:
    """What the other saved stays; where both changed one figure, it is said, and saving again takes one's own."""
    async with opened(office.lee, "log") as pilot:
        await to_list(pilot, "card")
        await press(pilot, "enter")
        await until(pilot, DraftScreen)
        await change(pilot, "card")
        theirs = CardDraft.of(rate_cards.card_called(office.store))
        for path, text in (("travel.included_radius", "9"), ("classes.tech.standard", "130")):
            theirs.change(next(one for one in theirs.figures() if one.path == path), text)
        theirs.save(office.lee)
        await press(pilot, "s")
        (said,) = [one.message for one in pilot.app._notifications]
        assert "travel.included_radius: now 9, you have 17" in said
        assert "130" not in said
        assert len(kept(office)) == 1
        await press(pilot, "s")
    card = rate_cards.card_called(office.store).card
    assert (str(card["travel"]["included_radius"]), card["classes"]["tech"]["standard"]) == ("17", 130)
    assert kept(office) == []


@pytest.mark.again
async def test_what_is_typed_for_a_figure_of_one_is_not_offered_in_another(office: Office) -> None:
    card = rate_cards.card_called(office.store)
    CardDraft("Next year", card.valid_from.replace(year=2027), dict(card.card)).save(office.lee)
    async with opened(office.lee, "log") as pilot:
        await to_list(pilot, "card")
        for typed, shown in (("9", "9"), ("", "120.00")):
            await press(pilot, "enter")
            await until(pilot, DraftScreen)
            pilot.app.screen.query_one(FigureList).select_key("classes.tech.standard")
            await press(pilot, "enter")
            await until(pilot, AskText)
            await press(pilot, *typed)
            assert pilot.app.screen.query_one(Input).value == shown
            await press(pilot, "escape", "escape")
            await until(pilot, PricesScreen)
            await press(pilot, "down")


@pytest.mark.again
async def test_a_long_template_is_kept_whole(office: Office) -> None:
    async with opened(office.lee, "book") as pilot:
        await to_list(pilot, "template")
        await press(pilot, "enter")
        await until(pilot, DraftScreen)
        draft = pilot.app.screen._draft  # type: ignore[attr-defined]
        for number in range(60):
            draft.put({**draft.blank(draft.items[0].phase), "text": f"{number} " + "a long question " * 12})
        pilot.app.screen.reload()  # type: ignore[attr-defined]
        there = stands(pilot)
        assert len(kept(office)[0]) > 10_000
    async with opened(office.lee, "book") as pilot:
        await to_list(pilot, "template")
        await press(pilot, "enter")
        await until(pilot, DraftScreen)
        assert stands(pilot) == there
