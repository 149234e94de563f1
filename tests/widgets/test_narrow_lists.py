"""Lists on a telephone's screen: nothing that matters is cut off."""

from widgets.lines.ink import text_of, width_of
from widgets.lines.marks import UNICODE
from widgets.listed import FigureLine, FigureList, KeyLine, key_entries

CARE = FigureLine("Overdue", "1", "Copper Kettle Print & Copy", "2026-04-01  review with the client")
SHORT = FigureLine("Which visits get it", "2", "For the kinds", "any")


def figures(width: int) -> list[str]:
    shown = FigureList()
    shown.set_figures((CARE, SHORT))
    lines = [line for entry in shown.entries(width) for line in entry.lines]
    assert all(width_of(line) <= width for line in lines)
    return [text_of(line).rstrip() for line in lines]


def test_a_figure_that_does_not_fit_beside_its_label_stands_below_it() -> None:
    assert figures(43) == [
        "Overdue",
        "  Copper Kettle Print & Copy",
        "    2026-04-01  review with the client",
        "",
        "Which visits get it",
        "  For the kinds          any",
    ]


def test_where_there_is_room_every_figure_has_one_line() -> None:
    assert figures(118)[1].split() == [*CARE.label.split(), *CARE.value.split()]


def test_labels_take_no_more_room_than_the_longest_needs() -> None:
    shown = FigureList()
    value = "1,190.00 USD · margin 1,071.73 USD, 90% · 2h47"
    shown.set_figures(
        (FigureLine("By client", "1", "Buckeye Realty", value), FigureLine("By client", "2", "Sterling", "–"))
    )
    assert any(value in text_of(line) for entry in shown.entries(78) for line in entry.lines)


def test_what_a_key_does_is_read_to_its_end() -> None:
    does = "run the item's test and record what comes of it; esc stops"
    _, entry = key_entries((KeyLine("Here", "item.run", "r", does, own=True),), 39, UNICODE)
    assert all(width_of(line) <= 39 for line in entry.lines)
    first, *more = [text_of(line) for line in entry.lines]
    assert first.startswith("r  ")
    assert " ".join(" ".join([first[1:], *more]).split()) == f"{does} (yours)"
