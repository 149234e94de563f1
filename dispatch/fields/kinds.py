"""The kinds of fields. Each reads a text, writes it again, and names what it is typed with.

A kind that cannot take a text raises a ValueError with one sentence that names no field: `is not …` follows the text that was
typed, any other stands for itself. What is empty never comes to a kind: the field says what that means.
"""

from __future__ import annotations

import datetime
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Literal

from dispatch.fields.context import FieldContext
from dispatch.model.instants import AmbiguousTime, clock_text, day_bounds, day_of, parse_clock, zone_of
from dispatch.model.money import with_point
from dispatch.model.promises import is_window
from dispatch.model.text import NAME, clean, show
from dispatch.model.typed_times import YEARS, parse_day, parse_when

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d")


class Control(StrEnum):
    """What a field is typed with."""

    LINE = "line"
    NAME = "name"
    """A line that is completed to one of the choices."""
    DAY = "day"
    """A line, or a day of a calendar."""
    CHOICE = "choice"
    """One of a few words that are all in sight, yes and no among them."""


class FieldKind(ABC):
    """One kind of field."""

    control: ClassVar[Control] = Control.LINE
    metavar: str = "TEXT"
    """What its place is called in the usage of a command."""
    empty: Any = None
    """What nothing stands for."""

    @property
    @abstractmethod
    def description(self) -> str:
        """What it is, in words."""

    @abstractmethod
    def read(self, text: str, context: FieldContext) -> Any:
        """The value of a text that is not empty.

        Raises:
            ValueError: it has none; one sentence without the name of the field.
        """

    def write(self, value: Any, context: FieldContext) -> str:
        """A value as it is typed."""
        return "" if value is None else str(value)

    def choices(self, context: FieldContext) -> Sequence[str]:
        """The texts that can be chosen, or completed; none where anything goes."""
        return ()


@dataclass(frozen=True, slots=True)
class Text(FieldKind):
    """One line of text, or with `lines` several. With `form` it has to be written so: a pattern, and what it `is not`."""

    limit: int = NAME
    lines: bool = False
    form: tuple[str, str] | None = None
    empty = ""

    @property
    def description(self) -> str:
        return f"text up to {self.limit:,} characters" if self.form is None else f"{self.form[1]}"

    def read(self, text: str, context: FieldContext) -> str:
        text = clean(text, limit=self.limit, multiline=self.lines)
        if self.form is not None and not re.fullmatch(self.form[0], text):
            raise ValueError(f"is not {self.form[1]}")
        return text


@dataclass(frozen=True, slots=True)
class KnownWord(FieldKind, ABC):
    """What is known already somewhere else, by what it is called there."""

    noun: str
    control = Control.NAME

    @property
    def description(self) -> str:
        return f"a {self.noun}"

    @property
    def metavar(self) -> str:  # type: ignore[override]
        """The last word for what it is."""
        return self.noun.split()[-1].upper()

    def choices(self, context: FieldContext) -> Sequence[str]:
        return context.titles(self.noun)


@dataclass(frozen=True, slots=True)
class Name(KnownWord):
    """A short text that the record checks."""

    empty = ""

    def read(self, text: str, context: FieldContext) -> str:
        return clean(text, limit=40)


@dataclass(frozen=True, slots=True)
class Words(FieldKind):
    """Short texts between commas or semicolons, each once; `fold`: in lower case; `each` takes or refuses one of them. The
    value is made by `of`."""

    metavar = "LIST"
    description = "words between commas"
    limit: int = 40
    fold: bool = False
    of: Callable[[Sequence[str]], Any] = tuple
    most: int | None = None
    each: Callable[[str], str] = str

    @property
    def empty(self) -> Any:
        """No words."""
        return self.of(())

    def read(self, text: str, context: FieldContext) -> Any:
        words: dict[str, str] = {}
        for part in re.split("[,;]", text):
            if word := clean(part, limit=self.limit):
                words.setdefault(word.casefold(), self.each(word.casefold() if self.fold else word))
        if self.most is not None and len(words) > self.most:
            raise ValueError(f"has more than {self.most}")
        return self.of(list(words.values()))

    def write(self, value: Any, context: FieldContext) -> str:
        return ", ".join(sorted(value) if isinstance(value, frozenset) else value)


@dataclass(frozen=True, slots=True)
class Whole(FieldKind):
    """A whole number."""

    metavar = "N"
    least: int
    most: int

    @property
    def description(self) -> str:
        return f"a whole number from {self.least:,} to {self.most:,}"

    def read(self, text: str, context: FieldContext) -> int:
        if not re.fullmatch("[+-]?[0-9]{1,12}", text) or not self.least <= int(text) <= self.most:
            raise ValueError(f"is not a whole number from {self.least:,} to {self.most:,}")
        return int(text)


@dataclass(frozen=True, slots=True)
class Number(FieldKind):
    """A number with up to four places, from 0 on; kept as a float, or as decimal text with so many `places`."""

    metavar = "N"
    most: int
    places: int | None = None

    @property
    def description(self) -> str:
        return f"a number from 0 to {self.most:,}"

    def read(self, text: str, context: FieldContext) -> float | str:
        text = with_point(text)
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,4})?", text) or Decimal(text) > self.most:
            raise ValueError(f"is not a number from 0 to {self.most:,} such as 9.5")
        return float(text) if self.places is None else f"{float(text):.{self.places}f}"

    def write(self, value: float | str | None, context: FieldContext) -> str:
        if value is None or isinstance(value, str):
            return value or ""
        return format(Decimal(repr(value)), "f").removesuffix(".0")


YES = frozenset(("yes", "y", "true", "on", "1"))
NO = frozenset(("no", "n", "false", "off", "0"))


@dataclass(frozen=True, slots=True)
class YesNo(FieldKind):
    """Yes or no, in the words that people and files have for it. Nothing is a no."""

    metavar = "yes|no"
    description = "yes or no"
    control = Control.CHOICE
    empty = False

    def read(self, text: str, context: FieldContext) -> bool:
        if (word := text.casefold()) not in YES | NO:
            raise ValueError("is not yes or no")
        return word in YES

    def write(self, value: bool, context: FieldContext) -> str:
        return "yes" if value else "no"

    def choices(self, context: FieldContext) -> Sequence[str]:
        return ("no", "yes")


@dataclass(frozen=True, slots=True)
class Choice(FieldKind):
    """One of some words; `options` are the words, or the words with the value of each."""

    options: Sequence[str] | Mapping[str, Any]
    control = Control.CHOICE

    @property
    def description(self) -> str:
        return f"one of {', '.join(map(str, self.options))}"

    @property
    def metavar(self) -> str:  # type: ignore[override]
        """The words."""
        return "|".join(map(str, self.options))

    def read(self, text: str, context: FieldContext) -> Any:
        return _option(text, self.options)

    def write(self, value: Any, context: FieldContext) -> str:
        words = (word for word, option in _by_word(self.options).items() if option == value)
        return next(words, "" if value is None else str(value))

    def choices(self, context: FieldContext) -> Sequence[str]:
        return tuple(map(str, self.options))


@dataclass(frozen=True, slots=True)
class Many(FieldKind):
    """Some of some words, kept in the order of `options`; the value is made by `of`."""

    metavar = "LIST"
    options: Mapping[str, Any]
    of: Callable[[Sequence[Any]], Any] = tuple

    @property
    def empty(self) -> Any:
        """None of them."""
        return self.of(())

    @property
    def description(self) -> str:
        return f"some of {', '.join(self.options)}"

    def read(self, text: str, context: FieldContext) -> Any:
        values = []
        for part in filter(None, map(str.strip, re.split("[,;]", text))):
            try:
                values.append(_option(part, self.options))
            except ValueError as fault:
                raise ValueError(f"{show(part, 40)!r} {fault}") from None
        return self.of([value for value in self.options.values() if value in values])

    def write(self, value: Any, context: FieldContext) -> str:
        return ", ".join(word for word, option in self.options.items() if option in value)


@dataclass(frozen=True, slots=True)
class Day(FieldKind):
    """A day of the calendar; in a file only as it is written on every day."""

    metavar = "DAY"
    control = Control.DAY
    description = "a day"

    def read(self, text: str, context: FieldContext) -> datetime.date:
        return iso_day(text) if context.lasting else parse_day(text, today=day_of(context.now, context.zone))


@dataclass(frozen=True, slots=True)
class Moment(FieldKind):
    """A day and a time by the firm's clock, as an instant; in a file only as it is written on every day.

    `day`: what a day without a time means, its start or its end.
    """

    day: Literal["start", "end"] | None = None
    metavar = "WHEN"
    description = "a day and a time"

    def read(self, text: str, context: FieldContext) -> int:
        if context.lasting and not _DATED.match(text):
            raise ValueError("is not a date and a time such as 2026-11-24T09:00")
        try:
            return parse_when(text, context.zone, now=context.now)
        except AmbiguousTime:
            raise
        except ValueError:
            if self.day is None:
                raise
            with suppress(ValueError):
                day = parse_day(text, today=day_of(context.now, context.zone))
                return day_bounds(day, context.zone)[self.day == "end"]
            raise

    def write(self, value: int | None, context: FieldContext) -> str:
        if value is None:
            return ""
        return f"{day_of(value, context.zone).isoformat()}T{clock_text(value, context.zone)}"


@dataclass(frozen=True, slots=True)
class Window(FieldKind):
    """From one time of the day to another, in minutes from midnight; `overnight`: also of the day after (`is_window`)."""

    overnight: bool = False
    metavar = "FROM-TO"
    description = "from one time of the day to another"

    def read(self, text: str, context: FieldContext) -> tuple[int, int]:
        return span_of(text, overnight=self.overnight)

    def write(self, value: tuple[int, int] | None, context: FieldContext) -> str:
        return "" if value is None else f"{clock(value[0])}-{clock(value[1])}"


@dataclass(frozen=True, slots=True)
class Zone(FieldKind):
    """A time zone of the IANA data base."""

    metavar = "ZONE"
    description = "a time zone of the IANA database"
    empty = ""
    control = Control.NAME

    def read(self, text: str, context: FieldContext) -> str:
        zone_of(text)
        return text

    def choices(self, context: FieldContext) -> Sequence[str]:
        from zoneinfo import available_timezones

        return sorted(available_timezones())


@dataclass(frozen=True, slots=True)
class Link(KnownWord):
    """Another record; the value is its id."""

    def read(self, text: str, context: FieldContext) -> Any:
        return context.find(self.noun, clean(text))

    def write(self, value: Any, context: FieldContext) -> str:
        return "" if value is None else context.title(self.noun, value)


@dataclass(frozen=True, slots=True)
class Links(KnownWord):
    """Other records, between signs that no name has."""

    between: str = ","
    metavar = "LIST"
    empty = ()

    @property
    def description(self) -> str:
        return f"names, each of a {self.noun}"

    def read(self, text: str, context: FieldContext) -> tuple[int, ...]:
        names = filter(None, (clean(part) for part in text.split(self.between)))
        return tuple(sorted({context.find(self.noun, name) for name in names}))

    def write(self, value: Sequence[int], context: FieldContext) -> str:
        between = f"{self.between} " if self.between == "," else f" {self.between} "
        return between.join(filter(None, (context.title(self.noun, key) for key in value)))


@dataclass(frozen=True, slots=True)
class Parsed(FieldKind):
    """What a reader of the trade takes: it raises a ValueError where it cannot, and `text_of` the value as it is typed."""

    what: str
    parse: Callable[[str], Any]
    text_of: Callable[[Any], str] = str
    empty: Any = None
    metavar: str = "TEXT"

    @property
    def description(self) -> str:
        return self.what

    def read(self, text: str, context: FieldContext) -> Any:
        return self.parse(text)

    def write(self, value: Any, context: FieldContext) -> str:
        return "" if value == self.empty else self.text_of(value)


def iso_day(text: str) -> datetime.date:
    """An ISO 8601 date. Others are refused: 3/4 is a day in March to one and in April to another.

    Raises:
        ValueError: it is none.
    """
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("is not a date written as 2026-11-24")
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        raise ValueError("is a date that no calendar has; write for example 2026-11-24") from None
    if day.year not in YEARS:
        raise ValueError(f"is out of range; years go from {YEARS[0]} to {YEARS[-1]}")
    return day


def clock(minutes: int) -> str:
    """Minutes from midnight as they are typed."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def span_of(text: str, *, allow_24: bool = True, overnight: bool = False) -> tuple[int, int]:
    """Two times of the day with a dash between them; `overnight`: the second may be of the day after.

    Raises:
        ValueError: it is not written so, or the second is not after the first.
    """
    try:
        opens, closes = (parse_clock(part.strip(), allow_24=allow_24) for part in text.replace("–", "-").split("-"))
    except ValueError:
        raise ValueError("is not of the form 09:00-11:00") from None
    if not (is_window(opens, closes) if overnight else opens < closes):
        raise ValueError("its end is not after its start")
    return opens, closes


def _option(text: str, options: Sequence[str] | Mapping[str, Any]) -> Any:
    """The value of a word, whatever its case and whether its own words are joined by spaces or underscores."""
    known = _by_word(options)
    typed = " ".join(re.sub("[-_]", " ", text).casefold().split())
    for word, value in known.items():
        # a number is also what it counts as: 2 is P2
        if typed == word.replace("_", " ").casefold() or (type(value) is int and typed == str(value)):
            return value
    raise ValueError(f"is not one of {', '.join(known)}")


def _by_word(options: Sequence[str] | Mapping[str, Any]) -> Mapping[str, Any]:
    return options if isinstance(options, Mapping) else {str(option): option for option in options}
