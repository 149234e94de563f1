"""What stands in the block of a visit: what tells it apart, its state, when it is, and what is wrong with it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.model.boards import BoardVisit
from dispatch.model.instants import span_text
from dispatch.model.lateness import Late
from dispatch.model.text import cells_of, fitting, show
from dispatch.model.ways import way_and_work
from widgets.lines.marks import LEVEL_INKS, LEVEL_LETTERS, Marks

SIGNED = 4
"""Cells that the name has left beside its signs, so that it can still be read."""
APART = 8
"""From this width on a state stands apart from the name that follows it."""
NAMED = 5
"""Cells of a client's name that a time on the same line leaves."""
TWO, ROOM = 6, 7
"""From so many cells on two words are shortened; from so many on each keeps three letters, before that two."""


def block_texts(
    visit: BoardVisit, glyph: str, clocks: tuple[str, str], marks: Marks, room: int, lines: int
) -> list[str]:
    """The texts of a block, one a line.

    Args:
        glyph: the mark of its state.
        clocks: when it begins and ends where it is drawn.
        room: cells of each line.
        lines: 1, or more: then two lines are filled.
    """
    wrong = LEVEL_LETTERS[visit.level] if LEVEL_INKS.get(visit.level, "dim") != "dim" else ""
    signs = visit.which_day + wrong + (marks.pin if visit.pinned else "")
    if lines == 1:
        return [_one_line(visit, glyph + (marks.late if visit.late else ""), clocks[0], signs, room)]
    return [_with_signs(visit, signs, room), _state_text(glyph, clocks, visit.late, marks, room)]


def told_apart(client: str, work: str, room: int) -> str:
    """What tells a visit from its neighbours in `room` cells: the client and, behind it, the work, in shortened words.

    Words of a client that would be cut are shortened to the same few letters: clients that begin alike differ in the next word.
    """
    client, work = show(client), show(work)
    rest = room - cells_of(client) - 1
    if rest >= 0:
        first = work.split(" ")[0]
        return f"{client} {_cut(work, rest)}" if rest >= min(3, cells_of(first)) and work else client
    words = [word for word in client.split(" ") if any(map(str.isalnum, word))]
    least = 3 if room >= ROOM else 2
    count = max(1, min(len(words), (room + 1) // (least + 1))) if room >= TWO else 1
    return " ".join(_shortened(words[:count] or [client], room - count + 1, least))


def _shortened(words: list[str], room: int, least: int) -> Iterator[str]:
    """Words cut so that they fit `room` cells together: each has its first letters, and the first ones what is left over."""
    spare = room - sum(min(least, cells_of(word)) for word in words)
    for word in words:
        size = min(cells_of(word), least + max(0, spare)) if len(words) > 1 else min(cells_of(word), room)
        spare -= max(0, size - least)
        yield _cut(word, size)


def _cut(text: str, cells: int) -> str:
    return text[: fitting(text, cells, 0)].rstrip()


def _one_line(visit: BoardVisit, sign: str, clock: str, signs: str, room: int) -> str:
    """State, client and start, as far as there is room beside each other."""
    apart = " " if room >= APART else ""
    name = room - cells_of(sign + apart)
    tail = next((tail for tail in (clock, clock.replace(":", "")) if name - cells_of(tail) - 1 >= NAMED), "")
    name -= cells_of(tail) + 1 if tail else 0
    label = _with_signs(visit, signs, name)
    return f"{sign}{apart}{label}" + (f" {tail}" if tail else "")


def _with_signs(visit: BoardVisit, signs: str, room: int) -> str:
    """What tells it apart, with the letter of what is wrong and the pin in the last cells, away from the name."""
    if not signs or room < SIGNED + len(signs):
        return told_apart(visit.client, way_and_work(visit), room)
    short = room - len(signs) - 1
    label = told_apart(visit.client, way_and_work(visit), short)
    return f"{label}{' ' * (short - cells_of(label))} {signs}"


def _state_text(glyph: str, clocks: tuple[str, str], late: Late | None, marks: Marks, room: int) -> str:
    """The most of state, time and lateness that fits `room` cells."""
    clock, end = clocks
    bang = marks.late
    if late is None:
        choices = [
            f"{glyph} {clock}{marks.dash}{end}",
            f"{glyph} {clock}",
            glyph + clock,
            glyph + clock.replace(":", ""),
        ]
        choices.append(glyph)
    elif late.against == "end":
        over = span_text(late.minutes)
        choices = [
            f"{glyph} {clock} +{over}",
            f"{glyph} +{over}",
            f"{bang}+{late.minutes}",
            f"{bang}{late.minutes}",
            bang,
        ]
    else:
        behind = span_text(late.minutes)
        choices = [f"{glyph} {clock} {bang} {late.text}", f"{bang} {clock} +{behind}", f"{bang} {late.text}"]
        choices += [f"{bang} {behind}", f"{bang}{late.minutes}", bang]
    return next((choice for choice in choices if cells_of(choice) <= room), choices[-1])
