"""What a checklist says of its items and of every attempt at them. Pure building of lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from dispatch.closeout.gates import is_shown
from dispatch.closeout.readings import compared, outlook
from dispatch.model.checklists import MARK_INKS, Asks, Attempt, Checklist, Grade, Item, ItemKind, Mark, Phase, Result
from dispatch.model.instants import clock_text
from dispatch.model.text import cells_of, pad, show
from widgets.lines.ink import Line, Span, fitted, ink, spread, whole_words, width_of
from widgets.lines.marks import UNICODE, Marks

NARROW = 60
"""Below this width phases are one letter, and what was found stands on a line of its own."""

HINTS: Mapping[ItemKind, str] = MappingProxyType(
    {
        ItemKind.CONFIRM: "space done · f not done",
        ItemKind.ASK: "enter answer",
        ItemKind.TEST: "space pass · f fail",
        ItemKind.SIGN_OFF: "enter sign off",
        ItemKind.NAMED: "space done now · f follow-up",
    }
)
"""The keys that matter on an open item of each kind."""

_WORDS: Mapping[Result, str] = MappingProxyType(
    {
        Result.NOT_DONE: "not done",
        Result.NA: "not applicable",
        Result.OVERRIDDEN: "overridden",
        Result.FOLLOW_UP: "follow-up booked",
        Result.DECLINED: "declined",
        Result.LEFT_TO_CLIENT: "left to the client",
    }
)


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a checklist: cells of phase, glyph, label, findings and time; and how these are written."""

    width: int
    phase: int
    label: int
    found: int
    clock: int
    marks: Marks = UNICODE
    zone: str = "UTC"
    hours24: bool = True

    @property
    def narrow(self) -> bool:
        """Whether findings have no column."""
        return self.found == 0


GLYPH = 3


def layout_of(checklist: Checklist, width: int, marks: Marks, zone: str, hours24: bool) -> Layout:
    """The columns that `width` cells hold."""
    clock = 6 if hours24 else 8
    if width < NARROW:
        phase = 2
        return Layout(width, phase, max(1, width - phase - GLYPH - clock), 0, clock, marks, zone, hours24)
    phase = 8
    room = width - phase - GLYPH - clock
    longest = max((cells_of(show(item.label)) for item in checklist.items), default=0) + 2
    label = max(20, min(longest, room * 45 // 100))
    return Layout(width, phase, label, room - label, clock, marks, zone, hours24)


def needs_again(item: Item, checklist: Checklist) -> bool:
    """Whether something changed at the client's after a required test passed, so that it must pass again."""
    latest = item.standing
    return (
        item.kind is ItemKind.TEST
        and item.required
        and latest is not None
        and latest.result is Result.PASS
        and latest.as_of < checklist.last_work
    )


def is_open(item: Item, checklist: Checklist) -> bool:
    """Whether a result is still awaited: none yet, a pass that is older than the last work, or words where they do not count."""
    latest = item.standing
    if latest is None or needs_again(item, checklist):
        return True
    return latest.result is Result.PASS and bool(_lacking(item, checklist))


def _lacking(item: Item, checklist: Checklist) -> str:
    """What a pass in words still lacks where a test asks for more, and the key that gives it."""
    if item.lost:
        return "its file was taken out: test it again"
    if item.kind is not ItemKind.TEST or (item.asks is not Asks.NO_WAY_IN and item.counts):
        return ""
    if item.asks is Asks.NO_WAY_IN:
        return "" if is_shown(item, checklist) else "asks for a photograph, or a lead: W"
    return "asks for a test that ran: r runs it" if item.runnable else "asks for a value: space takes it"


def item_lines(item: Item, checklist: Checklist, layout: Layout, *, first: bool, hint: str = "") -> tuple[Line, ...]:
    """The lines of an item; the last one (two, when narrow) is how it stands now, those before are earlier attempts.

    Args:
        first: whether it is the first item of its phase.
        hint: what stands in the place of findings while the item is open.
    """
    lines: list[Line] = []
    attempts = list(item.attempts if item.kind is ItemKind.TEST else item.attempts[-1:])
    if item.standing in attempts:
        # words do not replace what ran: how the item stands now comes last, whatever was typed since
        attempts.remove(item.standing)
        attempts.append(item.standing)
    opened = is_open(item, checklist)
    for attempt in attempts:
        number = item.attempts.index(attempt) + 1
        current = attempt is item.standing and not opened
        start = first and not lines
        lines.extend(_attempt(item, attempt, number, current, start, layout))
    if opened:
        again = _lacking(item, checklist) or "again: work since the last pass" if item.attempts else ""
        was = compared(item, layout.zone)
        lines.append(_open(item, first and not lines, layout, hint or again or was))
    return tuple(lines)


def current_line(item: Item, checklist: Checklist, lines: Sequence[Line], layout: Layout) -> int:
    """Which of an item's lines says how it stands now: where the cursor belongs."""
    last = len(lines) - 1
    latest = item.standing
    if layout.narrow and latest is not None and not is_open(item, checklist) and last > 0:
        return last - 1 if any(text for text, _ in findings(item, latest, 1)) else last
    return last


def findings(item: Item, attempt: Attempt, tries: int) -> Line:
    """Grade, result in words and evidence of an attempt."""
    quiet = attempt.mark is Mark.PASSED or attempt.result is Result.NA
    name = "dim" if quiet else "bad" if attempt.mark is Mark.FAILED else "warn"
    parts = [item.attested_how] if attempt is item.standing else []
    if attempt.result in _WORDS:
        parts.append(_WORDS[attempt.result])
    parts += [attempt.value or "", attempt.text]
    if attempt.signed_by:
        satisfied = {True: "satisfied", False: "not satisfied", None: ""}[attempt.satisfied]
        parts.append(f"{attempt.signed_by}, {satisfied}" if satisfied else attempt.signed_by)
    if attempt.self_approved:
        parts.append("approved by oneself")
    if tries > 1:
        parts.append(_nth(tries))
    sentence = "  ".join(show(part) for part in parts if part)
    grade = attempt.grade if item.kind is ItemKind.TEST or attempt.grade is Grade.WAIVED else None
    spans: list[Span] = []
    if grade is not None:
        spans.append(ink(f"{grade.value:<8}  ", name))
    if sentence:
        spans.append((sentence, name))
    return tuple(spans)


def glyph_of(attempt: Attempt | None, marks: Marks) -> Span:
    """Shape and ink of a result; an open box where there is none."""
    mark = Mark.OPEN if attempt is None else attempt.mark
    return getattr(marks, mark), MARK_INKS[mark]


def _attempt(item: Item, attempt: Attempt, number: int, current: bool, first: bool, layout: Layout) -> list[Line]:
    bad = attempt.mark is Mark.FAILED
    label = show(item.label) + (f" {layout.marks.dot} {show(attempt.vantage)}" if attempt.vantage else "")
    label_ink = "plain" if bad and current else "dim"
    findings_line = findings(item, attempt, number if current else 1)
    if current and (was := compared(item, layout.zone, attempt.value)):
        findings_line = (*findings_line, ("  ", "plain"), ink(was, "warn" if outlook(item, attempt.value) else "dim"))
    at = ink(clock_text(attempt.at, layout.zone, layout.hours24), "dim" if current else "faint")
    begin = (*_lead(item, first, layout), *_glyph(attempt, current or bad, layout.marks))
    if layout.narrow:
        lines = [spread((*begin, ink(label, label_ink, layout.label)), (at,), layout.width)]
        if findings_line:
            lines.append(fitted(((" " * (layout.phase + GLYPH), "plain"), *findings_line), layout.width))
        return lines
    if not findings_line:
        return [spread((*begin, ink(label, label_ink, layout.label + layout.found)), (at,), layout.width)]
    body = (*begin, (pad(show(label, layout.label - 1), layout.label), label_ink), *findings_line)
    return [spread(body, (at,), layout.width)]


def _open(item: Item, first: bool, layout: Layout, hint: str) -> Line:
    begin = (*_lead(item, first, layout), *_glyph(None, True, layout.marks))
    label = show(item.label)
    if layout.narrow:
        return fitted((*begin, (label, "plain")), layout.width)
    if not hint:
        optional = () if item.required else (ink("  optional", "faint"),)
        return fitted((*begin, (label, "plain"), *optional), layout.width)
    named = (*begin, (pad(show(label, layout.label - 1), layout.label), "plain"))
    return fitted((*named, *whole_words((ink(hint, "dim"),), layout.width - width_of(named))), layout.width)


def _lead(item: Item, first: bool, layout: Layout) -> tuple[Span, ...]:
    word = item.phase.value.upper() if first else ""
    return (ink(pad(word if layout.phase > 2 else word[:1], layout.phase), "heading"),)


def _glyph(attempt: Attempt | None, loud: bool, marks: Marks) -> tuple[Span, ...]:
    shape, name = glyph_of(attempt, marks)
    return ((shape, name if loud else "dim"), (" " * (GLYPH - cells_of(shape)), "plain"))


def _nth(number: int) -> str:
    """2nd try, 3rd try, 11th try."""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending} try"


def phases_in_order(checklist: Checklist) -> list[tuple[Phase, list[Item]]]:
    """The items by phase, in the order of a stay, each phase by position."""
    return [
        (phase, items)
        for phase in Phase
        if (items := sorted((item for item in checklist.items if item.phase is phase), key=lambda item: item.position))
    ]
