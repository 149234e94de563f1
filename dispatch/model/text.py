"""Text that people or files supply: what may be stored, and what may reach somebody else's terminal.

Everything typed is untrusted. `clean` stands on the way in: it refuses what could drive a terminal or hide text, and
never repairs it silently. `show` stands on the way out, because a file may have been written by something else: every
dangerous character becomes a visible stand-in, and the result has a width that can be counted on.
"""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

NAME = 200
"""Longest name of a client, a site, a person, an item."""
REFERENCE = 40
"""Longest reference, code or number by which a person calls a thing."""
ADDRESS = 300
"""Longest postal address, written on one line."""
LINE = 500
"""Longest other text of one line."""
NOTE = 10_000
"""Longest note of many lines."""

MARKS_SHOWN = 3
"""Combining marks drawn on one character; what follows them in the run is cut."""
MARKS_STORED = 30
"""Combining marks in a row that are accepted: the limit of Unicode's stream-safe format (UAX #15)."""

ELLIPSIS = "…"
STAND_IN = "\ufffd"

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
_DANGEROUS = (
    f"\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}\u2028\u2029\ufff9-\ufffb\ud800-\udfff{_NONCHARACTERS}\U000e0000-\U000e007f"
)
_REFUSED = re.compile(f"[{_DANGEROUS}]")
_REFUSED_IN_A_LINE = re.compile(f"[\t\n{_DANGEROUS}]")
_SPACES = re.compile(r"[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
# What is trimmed at the ends: white space, and what a paste brings along (zero-width space, byte order mark).
_OUTER = " \t\n\u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200C))) + "\u202f\u205f\u3000\ufeff"

# They change how a neighbour is drawn and nothing else, and no two terminals agree on their width: soft hyphen,
# joiners, variation selectors, skin tones.
_APPEARANCE = dict.fromkeys(
    [
        *(0xAD, 0x200C, 0x200D),
        *range(0x180B, 0x180E),
        *range(0xFE00, 0xFE10),
        *range(0x1F3FB, 0x1F400),
        *range(0xE0100, 0xE01F0),
    ]
)
# Arabic, Syriac and Kaithi number signs: format characters that are drawn.
_DRAWN_FORMATS = frozenset(map(chr, [*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD]))
# Two cells since Unicode 16, which the unicodedata of Python 3.11 does not know: trigrams, hexagrams, counting rods.
_WIDE_SINCE_16 = ((0x2630, 0x2637), (0x268A, 0x268F), (0x4DC0, 0x4DFF), (0x1D300, 0x1D356), (0x1D360, 0x1D376))
# Vowels and finals of Hangul, and its fillers: drawn inside the cell of the consonant before them.
_NO_CELL = ((0x1160, 0x11FF), (0x3164, 0x3164), (0xD7B0, 0xD7FF), (0xFFA0, 0xFFA0))

_CONTROL_NAMES = {
    "\n": "a line break",
    "\t": "a tab",
    "\u2028": "the line separator U+2028",
    "\u2029": "the paragraph separator U+2029",
}


class LabelledEnum(StrEnum):
    """Choices that are told in words as they are called."""

    @property
    def label(self) -> str:
        """In words, for a screen and for a form."""
        return self.value.replace("_", " ")


class TextRefused(ValueError):
    """Text may not be stored. The message is one sentence fragment that follows the name of the field."""


def clean(text: str, *, multiline: bool = False, limit: int = LINE) -> str:
    """Text as it is stored: NFC, newlines unified, outer whitespace trimmed; one line also collapses runs of spaces.

    What is dangerous is refused and never altered, so that nobody stores something other than they typed: control
    characters (line breaks and tabs pass when `multiline`), direction marks, line and paragraph separators, lone
    surrogates, noncharacters, tag characters, piles of combining marks.

    Raises:
        TextRefused: with the first thing that is wrong, such as "holds the control character U+001B".
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip(_OUTER)
    if text.isascii() and text.isprintable():
        text = text if multiline else " ".join(text.split())
    else:
        match = (_REFUSED if multiline else _REFUSED_IN_A_LINE).search(text)
        if match:
            raise TextRefused(f"holds {_name_of(match[0])}")
        # before NFC, whose cost grows with the square of such a run
        if _longest_marks(text) > MARKS_STORED:
            raise TextRefused(f"holds more than {MARKS_STORED} combining marks in a row")
        text = unicodedata.normalize("NFC", text)
        if not multiline:
            text = _SPACES.sub(" ", text)
    if len(text) > limit:
        raise TextRefused(f"longer than {limit} characters")
    return text


def first_refused(text: str) -> str | None:
    """What `clean` would refuse first in a text of many lines, such as "the control character U+001B"; None: nothing."""
    match = _REFUSED.search(text)
    return _name_of(match[0]) if match else None


def harmless(text: str) -> str:
    """A text of many lines without what `clean` refuses in one, and otherwise to the letter: to go on with, not to be stored."""
    return _REFUSED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def show(text: str, cells: int | None = None, *, multiline: bool = False) -> str:
    """Text for a terminal: nothing in it moves the cursor, changes direction, hides, or lies about its width.

    Control characters become control pictures (␛), other dangerous or invisible ones U+FFFD; combining runs are cut to
    three; joiners and variation selectors go, because terminals disagree on their width. Lines stand beside each other with a
    stroke between, unless `multiline`, which keeps them and turns tabs into four spaces. With `cells` the text (each line,
    when `multiline`) is cut to at most so many terminal cells, with … at the end of what was cut.
    """
    if multiline and ("\n" in text or "\r" in text or "\t" in text):
        lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").split("\n")
        return "\n".join(show(line, cells) for line in lines)
    if not (text.isascii() and text.isprintable()):
        if "\n" in text:
            text = " / ".join(filter(None, map(str.strip, text.split("\n"))))
        text = _made_safe_once(text) if len(text) <= LINE else _made_safe(text)
    return text if cells is None else _cut(text, cells)


def cells_of(text: str) -> int:
    """Terminal cells that `text` takes. Exact for what `show` returns on one line."""
    return len(text) if text.isascii() else sum(map(_cells_of_character, text))


def pad(text: str, cells: int) -> str:
    """`show(text)` cut and filled with spaces to exactly `cells` terminal cells."""
    text = show(text, cells)
    return text + " " * (cells - cells_of(text))


def wrapped(text: str, cells: int) -> list[str]:
    """`text` made safe, in lines of at most `cells` cells, broken at spaces where there are any.

    What goes on in another line is indented as the paragraph is.
    """
    lines: list[str] = []
    for paragraph in show(text, multiline=True).split("\n"):
        rest = paragraph
        indent = " " * min(len(paragraph) - len(paragraph.lstrip(" ")), cells // 4)
        while cells_of(rest) > cells > 0:
            end = fitting(rest, cells)
            at = rest.rfind(" ", len(indent) + 1, end + 1)
            at = at if at > 0 else end
            lines.append(rest[:at].rstrip())
            rest = indent + rest[at:].lstrip()
        lines.append(rest)
    return lines


def fitting(text: str, cells: int, least: int = 1) -> int:
    """How many characters of `text` fit `cells` cells, at least so many."""
    room = cells
    for count, character in enumerate(text):
        room -= _cells_of_character(character)
        if room < 0:
            return max(least, count)
    return len(text)


def count_text(number: int, word: str) -> str:
    """So many of something: 1 visit, 1,200 visits."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def size_text(size: int) -> str:
    """So many bytes as people say it: 840 bytes, 12 kB, 3.4 MB."""
    if size < 1000:
        return count_text(size, "byte")
    return f"{-(-size // 1000)} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def _name_of(character: str) -> str:
    """How a refused character is called in a sentence."""
    if character in _CONTROL_NAMES:
        return _CONTROL_NAMES[character]
    code = f"U+{ord(character):04X}"
    match unicodedata.category(character):
        case "Cc":
            return f"the control character {code}"
        case "Cs":
            return f"half of a character ({code})"
        case "Cf":
            return f"the invisible character {code}"
    return f"{code}, which is no character"


def _longest_marks(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if character > "\u02ff" and unicodedata.category(character) in ("Mn", "Me") else 0
        longest = max(longest, run)
    return longest


@lru_cache(maxsize=4096)
def _shown_character(character: str) -> str:
    """What stands on the screen for one character that is not printable ASCII."""
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    category = unicodedata.category(character)
    if category in ("Cc", "Cs", "Cn", "Zl", "Zp") or (category == "Cf" and character not in _DRAWN_FORMATS):
        return STAND_IN
    if _REFUSED.match(character):
        return STAND_IN
    return " " if category == "Zs" else character


def _made_safe(text: str) -> str:
    """`text` without anything dangerous."""
    shown: list[str] = []
    marks = 0
    for character in text.translate(_APPEARANCE):
        safe = character if " " <= character <= "~" else _shown_character(character)
        marks = marks + 1 if safe > "\u02ff" and _cells_of_character(safe) == 0 else 0
        if marks <= MARKS_SHOWN:
            shown.append(safe)
    # a mark with nothing before it would sit on whatever the screen drew to the left
    if shown and _cells_of_character(shown[0]) == 0:
        shown.insert(0, "\u25cc")
    return "".join(shown)


# A board draws the same names over and over; a long note is drawn once and would fill the memory.
_made_safe_once = lru_cache(maxsize=4096)(_made_safe)


@lru_cache(maxsize=4096)
def _cells_of_character(character: str) -> int:
    """0, 1 or 2 cells. Follows the tables of the renderer, so that what is padded here lines up there."""
    code = ord(character)
    if code < 0x300:
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Mc") or _within(code, _NO_CELL):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" or _within(code, _WIDE_SINCE_16) else 1


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)


def _cut(text: str, cells: int) -> str:
    """`text` (already safe) in at most `cells` cells, with … as the last of them when something was left out."""
    if text.isascii():
        return text if len(text) <= cells else text[: cells - 1] + ELLIPSIS if cells > 0 else ""
    if len(text) <= cells // 2 or cells_of(text) <= cells:
        return text
    return text[: fitting(text, cells - 1, 0)] + ELLIPSIS if cells > 0 else ""
