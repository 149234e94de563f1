"""What is painted in a row of the timeline."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.boards import BoardRow
from dispatch.model.instants import day_bounds
from dispatch.model.lateness import Late
from dispatch.model.people import Absence
from dispatch.model.states import State
from dispatch.model.text import cells_of
from dispatch.model.travel import UNKNOWN_LEG
from tests.widgets.boards import DAY, NOW, ZONE, clock, leg, replace, row, sample_board, visit
from widgets.lines.ink import Line, text_of, width_of
from widgets.lines.marks import ASCII, UNICODE
from widgets.timeline.block_texts import told_apart
from widgets.timeline.ghost import Ghost, verdict_line
from widgets.timeline.layout import Frame, TimeScale, hour_marks
from widgets.timeline.rows import CanvasLine, Look, hours_line, name_lines, name_width, row_lines

SCALE = TimeScale(*day_bounds(DAY, ZONE), 300)
HOURS = hour_marks(SCALE, ZONE)
FRAME = Frame(SCALE, 20, 2, HOURS)
LOOK = Look(FRAME, zone=ZONE, hours24=True, unit="mi", moment=clock("8:00"), now=None)
LATER = replace(LOOK, moment=NOW)
AT_8, AT_18 = 96, 216


def painted(card: BoardRow, look: Look = LOOK, **more: object) -> list[str]:
    lines = row_lines(card, look, **more)  # type: ignore[arg-type]
    assert all(width_of(line) == SCALE.cells for line in lines)
    return [text_of(line)[AT_8:AT_18] for line in lines]


def inks(line: Line) -> set[str]:
    return {name for _, name in line}


def test_a_block_says_client_state_and_times() -> None:
    top, bottom = painted(row(1, "Ana", (visit(1, "Harbor Dental", "9:00", "11:00"),), lunch=None, leg_home=None))
    assert "▎ Harbor Dental" in top
    assert "▎ □ 09:00–11:00" in bottom
    assert top.index("▎") == 12


def test_the_drive_stands_before_the_block() -> None:
    card = visit(1, "A", "9:00", "10:00", leg=leg(20))
    top = painted(row(1, "Ana", (card,), lunch=None, leg_home=leg(10)))[0]
    assert top[8:12] == "╌╌╌╌"
    assert top[24:26] == "╌╌"


def test_an_unknown_drive_is_a_question_mark_and_a_missing_one_nothing() -> None:
    unknown = painted(row(1, "Ana", (visit(1, "A", "9:00", "10:00", leg=UNKNOWN_LEG),), lunch=None))[0]
    assert unknown[11] == "?"
    assert painted(row(1, "Ana", (visit(1, "A", "9:00", "10:00", leg=None),), lunch=None))[0][11] == " "


def test_lunch_and_absences_are_hatched() -> None:
    absence = Absence(clock("8:00"), clock("12:00"), "course")
    top, bottom = painted(row(1, "Ana", (), absences=(absence,)))
    assert top.startswith("// course until 12:00 ////")
    assert bottom.startswith("/" * 48)
    assert top[48:56] == "░" * 8


def test_a_late_visit_says_how_late() -> None:
    late = visit(1, "Acme", "13:30", "14:30", projected=(clock("14:07"), clock("15:07")), late=Late(37, "plan"))
    lines = row_lines(row(1, "Ana", (late,)), LATER)
    assert "! 37m late" in text_of(lines[1])
    assert "late" in inks(lines[0])
    over = visit(1, "Acme", "12:30", "13:45", State.ON_SITE, actual_in=clock("12:40"), late=Late(22, "end"))
    assert "▶ 12:40 +22m" in painted(row(1, "Ana", (over,)), LATER)[1]


@pytest.mark.parametrize(("end", "shown"), [("9:05", "□"), ("9:10", "▎□"), ("9:30", "▎□0900"), ("9:50", "▎ □ 09:00 ")])
def test_narrow_blocks_keep_the_state(end: str, shown: str) -> None:
    bottom = painted(row(1, "Ana", (visit(1, "A", "9:00", end),), lunch=None, leg_home=None))[1]
    assert bottom[12:].startswith(shown)


def test_a_pin_is_in_the_last_cell() -> None:
    top = painted(row(1, "Ana", (visit(1, "Harbor Dental", "9:00", "10:00", pinned=True),), lunch=None))[0]
    assert top[12:24].endswith("⚲")
    ascii_look = replace(LOOK, marks=ASCII, closed_edges=True)
    top = painted(row(1, "Ana", (visit(1, "Harbor Dental", "9:00", "10:00", pinned=True),), lunch=None), ascii_look)[0]
    assert top[12:24] == "[ Har Den *]"


def test_the_windows_of_the_selected_visit_are_marked() -> None:
    card = visit(
        1,
        "A",
        "10:00",
        "11:00",
        promised=(clock("9:30"), clock("12:00")),
        access=((clock("9:00"), clock("16:00")),),
    )
    plain = painted(row(1, "Ana", (card,), lunch=None))[1]
    chosen = painted(row(1, "Ana", (card,), lunch=None), selected=0)[1]
    assert "├" not in plain
    assert chosen[12] == "‹"
    assert chosen[18] == "├"
    assert chosen[47] == "┤"
    assert chosen[95] == "›"


def test_now_crosses_every_line_and_hides_no_letter() -> None:
    at = SCALE.cell_of(NOW)
    for client, top in (("A", "┃"), ("Northside Bakery Mills", "a")):
        card = visit(1, client, "13:00", "15:00", State.ON_SITE, actual_in=clock("13:00"), work="")
        look = replace(LATER, now=NOW, frame=replace(FRAME, lines=3))
        lines = row_lines(row(1, "Ana", (card,)), look)
        assert [text_of(line)[at] for line in lines] == [top, "0", "┃"]
        assert client in text_of(lines[0])
        assert "▶ 13:00–15:00" in text_of(lines[1])
        assert "on-site+now" in inks(lines[0])
        assert "free+now" in inks(lines[2])
    travelled = visit(1, "A", "14:15", "15:00", leg=leg(20))
    assert text_of(row_lines(row(1, "Ana", (travelled,)), replace(LATER, now=NOW))[0])[at] == "┃"


@pytest.mark.parametrize(
    ("room", "said"),
    [
        (4, "Nort"),
        (5, "North"),
        (6, "Nor Ba"),
        (8, "Nort Bak"),
        (13, "Northside Bak"),
        (16, "Northside Bakery"),
        (19, "Northside Bakery"),
        (20, "Northside Bakery UPS"),
        (24, "Northside Bakery UPS swa"),
        (40, "Northside Bakery UPS swap"),
    ],
)
def test_shortened_words_tell_clients_apart_that_begin_alike(room: int, said: str) -> None:
    assert told_apart("Northside Bakery", "UPS swap", room) == said
    assert told_apart("Northside Clinic", "UPS swap", room) != said or room < 6


@given(st.text(st.sampled_from("aB 東é&\u0301"), max_size=30), st.text(max_size=20), st.integers(1, 40))
def test_what_tells_a_visit_apart_fits(client: str, work: str, room: int) -> None:
    assert cells_of(told_apart(client, work, room)) <= room


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (25, "▎▣Nor"),
        (60, "▎ ▣ Nort Bak"),
        (75, "▎ ▣ North 09:00"),
        (90, "▎ ▣ Nort Bak 09:00"),
    ],
)
def test_one_line_says_what_and_when(minutes: int, said: str) -> None:
    look = replace(LOOK, frame=replace(FRAME, lines=1))
    card = visit(1, "Northside Bakery", "9:00", "9:05", State.CONFIRMED)
    card = card._replace(end=clock("9:00") + minutes * 60)
    line = painted(row(1, "Ana", (card,), lunch=None, leg_home=None), look)[0]
    assert line[12:].startswith(said)


def test_what_a_filter_does_not_mean_is_dimmed() -> None:
    card = row(1, "Ana", (visit(1, "Harbor", "9:00", "10:00"), visit(2, "Elm", "11:00", "12:00")), lunch=None)
    for found, dimmed in ((None, False), (frozenset({1, 2}), False), (frozenset({1}), True)):
        used = inks(row_lines(card, LOOK, found=found)[0])
        assert any(name.startswith("moved") for name in used) is dimmed
        assert any(name.startswith("ahead") for name in used)


def test_a_service_level_letter_stands_only_where_something_is_wrong() -> None:
    said = {}
    for level in ("", "ok", "paused", "at_risk", "critical", "breached"):
        card = visit(1, "Harbor", "9:00", "10:00", level=level)
        said[level] = painted(row(1, "Ana", (card,), lunch=None, leg_home=None))[0][12:24].strip()[-2:]
    assert said == {"": "ri", "ok": "ri", "paused": "ri", "at_risk": " R", "critical": " C", "breached": " B"}


def test_without_colours_shapes_tell_everything() -> None:
    look = replace(LOOK, closed_edges=True)
    card = row(1, "Ana", (visit(1, "Harbor", "9:00", "10:00"), visit(2, "Elm", "11:00", "12:00")), lunch=None)
    top, _ = painted(card, look, selected=1)
    assert top[12] == "▎"
    assert top[23] == "▕"
    assert (top[36], top[47]) == ("▶", "◀")
    outside = text_of(row_lines(card, look)[0])
    assert set(outside[:AT_8]) == {"·"}


def test_wide_names_keep_the_line_aligned() -> None:
    card = row(1, "Ana", (visit(1, "東京支店クリニック", "13:00", "14:30"),))
    for now in range(clock("12:55"), clock("14:40"), 300):
        lines = row_lines(card, replace(LOOK, now=now))
        assert [width_of(line) for line in lines] == [SCALE.cells] * 2


def test_hostile_names_cannot_reach_the_terminal() -> None:
    card = row(1, "\x1b[2J[red]Ana\u202e", (visit(1, "\x1b]0;x\x07[b]", "9:00", "12:00"),))
    said = "".join(painted(card)) + "".join(
        text_of(line) for line in name_lines(card, 20, LOOK, selected=True, focused=True, bare=False)
    )
    assert not {character for character in said if ord(character) < 32 or character in "\x7f\u202e"}
    assert "[b]" in said


@pytest.mark.parametrize(("level", "sign"), [("feasible", "✓"), ("warnings", "!"), ("blocked", "✗"), ("", "…")])
def test_a_ghost_shows_its_verdict_by_a_shape(level: str, sign: str) -> None:
    ghost = Ghost(visit(1, "Acme Realty", "9:00", "10:00"), 0, clock("9:30"), 60, 10, level)
    top, bottom = painted(row(1, "Ana", (), lunch=None), ghost=ghost)
    assert f"▎{sign} Acme" in top
    assert top[16:18] == "╌╌"
    assert bottom[18:24] == "▎09:30"


def test_the_verdict_stands_in_words() -> None:
    board = sample_board()
    ghost = Ghost(visit(1, "Acme", "9:00", "10:00"), 1, clock("9:30"), 60, 10, "warnings", "5 min late")
    assert text_of(verdict_line(ghost, board, UNICODE, 70)).startswith(" ! Ben Okafor 09:30  5 min late  enter places")


def test_a_ghost_stays_within_the_day() -> None:
    board = sample_board()
    ghost = Ghost(visit(1, "Acme", "9:00", "10:00"), 0, board.ends_at - 600, 60, None)
    assert ghost.place_after("right", 15, board) == (0, board.ends_at - 300)
    assert ghost.place_after("up", 15, board) == (0, ghost.start)
    assert ghost.place_after("down", 15, board) == (1, ghost.start)
    assert ghost.at(0, board.starts_at).place_after("left", 15, board) == (0, board.starts_at)


def test_names_say_work_and_distance() -> None:
    card = row(1, "Ana Ruiz", (), busy=370, available=480, metres=61000, unknown_legs=0)
    first, second = name_lines(card, 18, LOOK, selected=False, focused=False, bare=False)
    assert text_of(first) == " Ana Ruiz         "
    assert text_of(second) == " 6h10/8h 38 mi    "
    unknown = card._replace(metres=None, unknown_legs=2)
    assert "? 2?" in text_of(name_lines(unknown, 18, LOOK, selected=False, focused=False, bare=False)[1])
    narrow = [(10, " 6h10/8h  "), (8, " 6/8h   ")]
    for width, figures in narrow:
        assert text_of(name_lines(card, width, LOOK, selected=False, focused=False, bare=False)[1]) == figures
    assert text_of(name_lines(unknown, 10, LOOK, selected=False, focused=False, bare=False)[1]) == " 6/8h 2?  "


def test_names_give_way_in_a_narrow_view() -> None:
    rows = sample_board().rows
    assert name_width(rows, 130, 3) >= 15
    assert name_width(rows, 44, 2) <= 11
    assert name_width(rows, 44, 1) <= 13


@pytest.mark.parametrize(("width", "said"), [(13, " Ana Ru 6/8h "), (24, " Ana Ruiz     6h10/8h30 ")])
def test_hours_and_room_stand_beside_the_name_where_a_row_has_one_line(width: int, said: str) -> None:
    look = replace(LOOK, frame=replace(FRAME, lines=1))
    card = row(1, "Ana Ruiz", (), busy=370, available=510)
    (line,) = name_lines(card, width, look, selected=False, focused=False, bare=False)
    assert text_of(line) == said


@pytest.mark.parametrize(("most", "names"), [(10, 13), (18, 18), (40, 25)])
def test_names_take_what_the_working_day_leaves(most: int, names: int) -> None:
    frame, window = replace(FRAME, names=13), (clock("7:50"), clock("17:10"))
    first, last = frame.scale.cells_between(*window)
    assert frame.roomy(window, last - first + 25, most).names == names
    assert frame.roomy(window, last - first, most).names == 13, "never less than before"


def test_hours_make_room_for_now() -> None:
    look = replace(LATER, now=NOW)
    line = text_of(hours_line(look, AT_8, 120))
    assert len(line) == 120
    assert line.startswith("08          09")
    assert line[71:76] == "14:07"
    assert "14 " not in line


def test_hours_tell_that_there_is_more_to_the_side() -> None:
    line = text_of(hours_line(LOOK, AT_8, 60, [(90, 95), (150, 160)]))
    assert line[0] == "‹"
    assert line[-1] == "›"


@given(st.lists(st.tuples(st.integers(-3, 12), st.text(st.sampled_from("a東é\u0301"), max_size=5)), max_size=8))
def test_a_canvas_never_changes_its_width(puts: list[tuple[int, str]]) -> None:
    canvas = CanvasLine(10, "free")
    for at, text in puts:
        canvas.put(at, text, "ahead")
        canvas.over(at, "|", "now")
    assert width_of(canvas.line()) == 10
