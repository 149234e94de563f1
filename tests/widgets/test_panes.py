"""The panes below the board: the selected visit, the route; and the lines over and below a screen."""

import pytest
from textual.app import App, ComposeResult

from dispatch.model.lateness import Late
from dispatch.model.states import State
from dispatch.model.travel import UNKNOWN_LEG, Place
from tests.widgets.boards import NOW, clock, replace, sample_board, visit, waiting
from widgets.bars import KeyBar, StatusBar, key_line, status_line
from widgets.day_lists import stop_entries
from widgets.lines.ink import ink, joined, text_of, width_of
from widgets.lines.marks import UNICODE
from widgets.route_lines import driving, route_lines
from widgets.route_pane import RoutePane
from widgets.visit_detail import VisitDetail
from widgets.visit_lines import detail_lines

BOARD = sample_board()
BEN = BOARD.rows[1]
DOCK_FOUR = BEN.visits[3]


def said(card: object, width: int = 90, **more: object) -> list[str]:
    lines = detail_lines(card, BOARD, NOW, UNICODE, width, **more)  # type: ignore[arg-type]
    assert all(width_of(line) <= width for line in lines)
    return [text_of(line).rstrip() for line in lines]


def test_a_visit_says_all_that_matters() -> None:
    late = replace(
        DOCK_FOUR, projected=(clock("15:08"), clock("16:08")), late=Late(8, "promise"), slack=-480, told=clock("15:10")
    )
    lines = said(late, technician_skills=("network",), charge="estimate 187.50")
    assert lines == [
        "Dock Four Credit Union  printer fleet, server patch · R4108 · P2",
        "    state  » dispatched",
        "  planned  14:50 – 15:50   promised 14:00 – 15:00",
        "projected  15:08 – 16:08   8 min late for the promised window",
        "     told  15:10 in a call",
        "    slack  -8 min to the promise",
        "   leg in  ~19 min est  6.4 mi  (15 – 25)",
        "   skills  network ✓  security ✗ missing",
        "checklist  7/14 · tests 2/5",
        "   charge  estimate 187.50",
    ]


def test_a_visit_in_progress_counts_its_stay() -> None:
    lines = said(BOARD.rows[0].visits[2])
    assert "  on site  12:54 – now   1h13 of 1h20" in lines


def test_an_unknown_leg_and_an_unlocated_site_are_said() -> None:
    lines = said(visit(1, "A", "15:00", "16:00", leg=UNKNOWN_LEG, located=False))
    assert "   leg in  ? unknown" in lines
    assert "    place  no coordinates: place it first" in lines


def test_a_visit_of_the_queue_has_no_time_yet() -> None:
    assert "  planned  no time yet · 1h" in said(waiting(1, "A", "cabling"))


def test_the_slack_of_a_visit_ahead_is_to_its_promise() -> None:
    card = visit(1, "A", "15:00", "16:00", promised=(clock("14:00"), clock("15:30")), slack=1800)
    assert "    slack  30 min to the promise" in said(card)


def test_a_long_charge_is_broken_and_advice_follows() -> None:
    lines = said(DOCK_FOUR, 40, charge="estimate 187.50 · 60 min minimum · call-out 35.00", advice=(ink("c call"),))
    assert lines[-1] == "c call"
    assert any("call-out" in line for line in lines)
    assert all(len(line) <= 40 for line in lines)


def test_a_route_goes_from_home_to_home() -> None:
    lines = [text_of(line).rstrip() for line in route_lines(BEN, BOARD, UNICODE, 70, DOCK_FOUR.id)]
    assert lines[0] == "Ben's route  27.2 mi · 1h21 driving"
    assert lines[1].split() == ["home", "→", "Lark", "&", "Co", "14", "min", "4.7", "mi", "roads"]
    assert lines[4].split() == ["③", "→", "Dock", "Four", "Credit", "Union", "~19", "min", "6.4", "mi", "est"]
    assert lines[6].split() == ["⑤", "→", "home", "~9", "min", "3.0", "mi", "est"]
    assert {name for _, name in route_lines(BEN, BOARD, UNICODE, 70, DOCK_FOUR.id)[4]} == {"mark"}


def test_a_day_that_ends_elsewhere_does_not_go_home() -> None:
    elsewhere = BEN._replace(ends=Place(39.99, -83.0))
    assert text_of(route_lines(elsewhere, BOARD, UNICODE, 70)[-1]).split()[2:4] == ["day's", "end"]
    assert "day's end" in text_of(stop_entries(elsewhere, BOARD, 60, UNICODE)[-1].lines[0])
    at_home = BEN._replace(home=Place(39.99, -83.0), ends=Place(39.99, -83.0))
    assert "home" in text_of(route_lines(at_home, BOARD, UNICODE, 70)[-1])


def test_unknown_legs_are_counted_and_in_no_total() -> None:
    cleo = BOARD.rows[2]
    assert driving(cleo) == (14 + 22 + 9, 1)
    lines = [text_of(line).rstrip() for line in route_lines(cleo, BOARD, UNICODE, 70)]
    assert lines[0].endswith("1 unknown")
    assert lines[3].split() == ["②", "→", "Juniper", "?", "unknown"]


@pytest.mark.parametrize("width", [20, 33, 45, 80])
def test_a_route_fits_its_pane(width: int) -> None:
    for line in route_lines(BEN, BOARD, UNICODE, width):
        assert width_of(line) <= max(width, 34)


def test_a_day_without_visits_says_so() -> None:
    assert text_of(route_lines(BOARD.rows[5], BOARD, UNICODE, 60)[1]) == "no visits this day"


def test_the_middle_of_a_status_line_gives_way() -> None:
    parts = ((ink("Dispatch"),), (ink("6 technicians · 2 late"),), (ink("14:07"),))
    assert text_of(status_line(*parts, 50)) == " Dispatch          6 technicians · 2 late   14:07 "
    assert text_of(status_line(*parts, 20)) == " Dispatch      14:07"
    assert width_of(status_line(*parts, 12)) == 12
    counts = joined([ink("1 emergency 59m", "bad"), ink("2 to call", "warn"), ink("67 unscheduled")])
    narrow = text_of(status_line((ink("Tue 24 Nov"),), counts, (ink("14:07"),), 45))
    assert narrow == " Tue 24 Nov 1 emergency 59m · 2 to call 14:07"


def test_who_sits_here_gives_way_before_anything_else_does() -> None:
    parts = ((ink("Care"),), joined([ink("10 due"), ink("a note")]), (ink("14:07"),))
    assert text_of(status_line(*parts, 50, (ink("Lee Moreau"),))).endswith("10 due · a note   14:07 Lee Moreau ")
    assert text_of(status_line(*parts, 36, (ink("Lee Moreau"),))).endswith("10 due · a note   14:07")
    assert text_of(status_line((ink("Care"),), (), (), 45, (ink("Lee Moreau"),))).endswith(" Lee Moreau")


def test_keys_are_cut_to_whole_hints_and_the_last_one_stays() -> None:
    keys = (("enter", "open"), ("a", "assign"), ("m", "move"), ("?", "keys"))
    assert text_of(key_line(keys, 60)).rstrip() == " enter open  a assign  m move  ? keys"
    assert text_of(key_line(keys, 32)).rstrip() == " enter open  a assign  ? keys"
    assert width_of(key_line(keys, 5)) == 5
    assert width_of(key_line((), 5)) == 5
    assert text_of(key_line(keys, 60, "1 of 1,067")) == " enter open  a assign  m move  ? keys            1 of 1,067 "
    assert text_of(key_line(keys, 45, "1 of 1,067")).rstrip() == " enter open  a assign  m move  ? keys"


class PanesApp(App[None]):
    def compose(self) -> ComposeResult:
        yield StatusBar()
        yield VisitDetail()
        yield RoutePane()
        yield KeyBar()


async def test_panes_show_and_change() -> None:
    app = PanesApp()
    async with app.run_test(size=(80, 30)) as pilot:
        detail, route = app.query_one(VisitDetail), app.query_one(RoutePane)
        detail.set_visit(BOARD, DOCK_FOUR)
        route.set_route(BOARD, BEN, DOCK_FOUR.id)
        app.query_one(StatusBar).set_texts("[red]Dispatch", "\x1b[2J", [ink("14:07", "strong")])
        app.query_one(KeyBar).set_keys([("?", "keys")])
        await pilot.pause()
        assert detail.render_line(0).text.startswith("Dock Four")
        assert route.render_line(0).text.startswith("Ben's route")
        bar = app.query_one(StatusBar).render_line(0).text
        assert "[red]Dispatch" in bar
        assert "\x1b" not in bar
        assert app.query_one(KeyBar).render_line(0).text.startswith(" ? keys")
        detail.set_charge("draft 120.00")
        detail.set_visit(BOARD, None)
        await pilot.pause()
        assert detail.render_line(0).text.startswith("no visit selected")
        assert not detail.render_line(1).text.strip()
        detail.set_visit(BOARD, replace(DOCK_FOUR, state=State.CANCELLED))
        await pilot.pause()
        assert "– cancelled" in detail.render_line(1).text


async def test_the_screen_is_laid_out_again_only_where_a_scrollbar_comes_or_goes() -> None:
    app = PanesApp()
    async with app.run_test(size=(80, 60)) as pilot:
        detail, laid_out = app.query_one(VisitDetail), list[int]()
        detail.set_visit(BOARD, DOCK_FOUR)
        await pilot.pause()
        signal = app.screen.screen_layout_refresh_signal
        signal.subscribe(detail, lambda _: laid_out.append(1), immediate=True)

        async def with_advice(count: int) -> int:
            detail.set_visit(BOARD, DOCK_FOUR, advice=[ink(f"advice {number}") for number in range(count)])
            await pilot.pause()
            assert detail.max_scroll_y == max(0, detail.virtual_size.height - detail.view_size.height)
            return len(laid_out)

        assert [await with_advice(count) for count in (0, 1, 0)] == [0, 0, 0]
        came = await with_advice(60)
        assert came > 0
        assert detail.max_scroll_y > 0
        assert [await with_advice(count) for count in (90, 60)] == [came, came]
        assert await with_advice(0) > came


@pytest.mark.parametrize("width", range(55, 61))
async def test_the_route_settles_at_every_width(width: int) -> None:
    """With a map the legs need a scrollbar, with the scrollbar the map has no room: it must not go on for ever."""
    app = PanesApp()
    async with app.run_test(size=(width, 12)) as pilot:
        route, laid_out = app.query_one(RoutePane), list[int]()
        route.set_sources(None, None)
        route.set_route(BOARD, BEN, DOCK_FOUR.id)
        await pilot.pause()
        route.styles.height = len(route._built)
        await pilot.pause(0.1)
        signal = app.screen.screen_layout_refresh_signal
        signal.subscribe(route, lambda _: laid_out.append(1), immediate=True)
        await pilot.pause(0.1)
        assert not laid_out
