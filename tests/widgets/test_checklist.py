"""The checklist: phases, attempts, what must be done again, keys of the cursor's line."""

from typing import Any

import pytest
from textual.app import App, ComposeResult

from dispatch.model.checklists import Checklist, Grade, Item, ItemKind, Permission, Phase, Result
from dispatch.model.probes import Probe, ProbeKind, Vantage
from tests.widgets.boards import ZONE, replace
from tests.widgets.checklists import attempt, item, sample_checklist
from widgets.checklist import ChecklistView
from widgets.checklist_lines import is_open, item_lines, layout_of, needs_again, phases_in_order
from widgets.lines.ink import text_of, width_of
from widgets.lines.marks import ASCII, UNICODE

CHECKLIST = sample_checklist()


def said(ref: str, width: int = 80, **more: Any) -> list[str]:
    card = CHECKLIST.item(ref)
    assert card is not None
    layout = layout_of(CHECKLIST, width, UNICODE, ZONE, True)
    lines = item_lines(card, CHECKLIST, layout, first=False, **more)
    assert all(width_of(line) == width for line in lines)
    return [text_of(line).strip() for line in lines]


def test_both_a_failure_and_the_pass_after_it_are_seen() -> None:
    fail, passed = said("T3")
    assert fail.startswith("✗  remote access · site")
    assert "executed  tcp 443 refused" in fail
    assert fail.endswith("14:04")
    assert passed.startswith("✓  remote access · site")
    assert "2nd try" in passed


def test_a_pass_before_the_last_work_is_open_again() -> None:
    mail = CHECKLIST.item("t4.MAIL")
    assert mail is not None
    assert needs_again(mail, CHECKLIST)
    old, now = said("T4.mail")
    assert "250 ok" in old
    assert now.startswith("□  mail banner")
    assert now.endswith("again: work since the last pass")
    assert not needs_again(replace(mail, required=False), CHECKLIST)
    restart = CHECKLIST.item("T2")
    assert restart is not None
    assert not is_open(restart, CHECKLIST)


def alone(card: Item, width: int = 120) -> list[str]:
    checklist = Checklist((card,), ())
    layout = layout_of(checklist, width, UNICODE, ZONE, True)
    return [text_of(line).strip() for line in item_lines(card, checklist, layout, first=False)]


def test_words_where_no_way_leads_in_are_open_until_something_shows_them() -> None:
    inside = (Probe(ProbeKind.TCP, "backup", vantage=Vantage.SITE),)
    words = attempt(1, "14:10", Result.PASS, "all green on the panel", grade=Grade.ATTESTED)
    card = item(1, "T6", Phase.TEST, ItemKind.TEST, "Backup", words, probes=inside)
    said, still = alone(card)
    assert "□" in still
    assert "✓" in said
    assert still.endswith("asks for a photograph, or a lead: W")
    (now,) = alone(replace(card, permission=Permission("lee", 0, 1, lowered=False)))
    assert "✓" in now
    assert "attested  no way in  all green on the panel" in now, "how comes before the words, which may be cut"


def test_a_run_that_failed_keeps_its_number_and_its_place_behind_later_words() -> None:
    failed = attempt(1, "14:04", Result.FAIL, "refused", grade=Grade.EXECUTED, begun_after=0)
    words = attempt(2, "14:06", Result.PASS, "works fine, they say", grade=Grade.ATTESTED)
    card = item(1, "T4.mail", Phase.TEST, ItemKind.TEST, "Mail", failed, words, probes=(Probe(ProbeKind.TCP, "mail"),))
    first, last = alone(card)
    assert "works fine" in first
    assert "✗" in last
    assert "try" not in last


def test_a_named_thing_says_its_outcome() -> None:
    assert "follow-up booked  R4130" in said("L2", 120)[0]


@pytest.mark.parametrize(
    ("result", "glyph"),
    [
        (Result.DONE, "✓"),
        (Result.NOT_DONE, "✗"),
        (Result.NA, "–"),
        (Result.OVERRIDDEN, "◆"),
        (Result.LEFT_TO_CLIENT, "!"),
        (Result.DECLINED, "–"),
    ],
)
def test_every_result_has_a_shape(result: Result, glyph: str) -> None:
    card = item(1, "W1", Phase.WORK, ItemKind.CONFIRM, "printers", attempt(1, "9:00", result, "why"))
    line = item_lines(card, Checklist((card,)), layout_of(CHECKLIST, 80, UNICODE, ZONE, True), first=True)[0]
    assert text_of(line).startswith(f"WORK    {glyph}")
    assert "why" in text_of(line)


def test_only_the_latest_answer_of_a_question_is_shown() -> None:
    answers = (attempt(1, "9:00", Result.ANSWERED, "no"), attempt(2, "9:05", Result.ANSWERED, "yes"))
    card = item(1, "L1", Phase.LEAVE, ItemKind.ASK, "anything else?", *answers)
    lines = item_lines(card, Checklist((card,)), layout_of(CHECKLIST, 80, ASCII, ZONE, True), first=True)
    assert len(lines) == 1
    assert "yes" in text_of(lines[0])


def test_a_sign_off_names_who_and_whether_satisfied() -> None:
    signed = attempt(1, "9:00", Result.SIGNED, "all good", signed_by="J. Lowe", satisfied=False)
    card = item(1, "L5", Phase.LEAVE, ItemKind.SIGN_OFF, "sign-off", signed)
    line = item_lines(card, Checklist((card,)), layout_of(CHECKLIST, 80, UNICODE, ZONE, False), first=True)[0]
    assert "J. Lowe, not satisfied" in text_of(line)
    assert text_of(line).endswith("9:00am")


@pytest.mark.parametrize("width", [40, 45, 59, 60, 80, 120, 200])
def test_lines_fit_every_width(width: int) -> None:
    for ref in [card.ref for card in CHECKLIST.items]:
        assert said(ref, width)


def test_phases_come_in_the_order_of_a_stay() -> None:
    mixed = Checklist(tuple(reversed(CHECKLIST.items)))
    assert [phase for phase, _ in phases_in_order(mixed)] == list(Phase)
    assert [card.ref for card in phases_in_order(mixed)[0][1]] == ["A1", "A2", "A3"]


class ChecklistApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Any] = []

    def compose(self) -> ComposeResult:
        yield ChecklistView()

    def on_mount(self) -> None:
        view = self.query_one(ChecklistView)
        view.set_checklist(CHECKLIST, ZONE, True)
        view.focus()

    def on_line_list_selected(self) -> None:
        self._hear("selected")

    def on_line_list_opened(self) -> None:
        self._hear("opened")

    def _hear(self, what: str) -> None:
        item = self.query_one(ChecklistView).selected
        self.heard.append((what, item.ref if item else None))


def shown(view: ChecklistView) -> list[str]:
    return [view.render_line(y).text for y in range(view.size.height)]


def ticked(ref: str) -> Checklist:
    def tick(card: Item) -> Item:
        if card.ref != ref:
            return card
        return replace(card, attempts=(*card.attempts, attempt(20, "14:20", Result.PASS, "works", begun_after=19)))

    return replace(CHECKLIST, items=tuple(tick(card) for card in CHECKLIST.items))


async def test_the_cursor_begins_on_the_first_open_item_and_shows_its_keys() -> None:
    app = ChecklistApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        view = app.query_one(ChecklistView)
        assert view.selected is not None
        assert view.selected.ref == "T4.signin"
        place = view.cursor_place
        assert place is not None
        assert "r run · space pass · f fail · - n/a" in shown(view)[place.y]
        await pilot.press("down", "enter")
        assert app.heard[-1] == ("opened", "T4.mail")
        assert view.select("l5")
        assert not view.select("Z9")
        await pilot.pause()
        assert app.heard[-1] == ("selected", "L5")
        place = view.cursor_place
        assert place is not None
        assert "enter sign off" in shown(view)[place.y]


async def test_a_tick_changes_its_line_only() -> None:
    app = ChecklistApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        view = app.query_one(ChecklistView)
        before = shown(view)
        drawn: list[int] = []
        line_at = view.line_at
        view.line_at = lambda y, width: (drawn.append(y), line_at(y, width))[1]  # type: ignore[method-assign, func-returns-value]
        view.set_checklist(ticked("T4.signin"), ZONE, True)
        await pilot.pause()
        after = shown(view)
        assert [y for y in range(24) if before[y] != after[y]] == [8]
        assert drawn == [8]
        assert view.selected is not None
        assert view.selected.ref == "T4.signin"
        assert view.select_key(view.first_key())
        assert view.selected.ref == "T4.mail"


async def test_only_the_line_that_counts_is_under_the_cursor() -> None:
    app = ChecklistApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        view = app.query_one(ChecklistView)
        view.select("T3")
        await pilot.pause()
        cursor = view.style_of("cursor")
        grounds = [any(segment.style == cursor for segment in view.render_line(y)) for y in range(10)]
        assert grounds == [False] * 7 + [True, False, False]


async def test_an_empty_checklist_says_so() -> None:
    app = ChecklistApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        view = app.query_one(ChecklistView)
        view.set_checklist(Checklist(), ZONE, True)
        await pilot.press("down", "enter")
        assert view.selected is None
        assert shown(view)[0].strip() == "nothing to check"


def test_the_keys_of_an_open_item_are_cut_behind_a_whole_hint() -> None:
    opened = next(card for card in CHECKLIST.items if is_open(card, CHECKLIST) and not card.attempts)
    layout = layout_of(CHECKLIST, 80, UNICODE, ZONE, True)
    hint = "W ask a lead · space pass · f fail · - n/a"
    (line,) = item_lines(opened, CHECKLIST, layout, first=True, hint=hint)
    shown = text_of(line).rstrip()
    assert shown.endswith((hint, "W ask a lead · space pass · f fail…"))
