"""The languages in which clients read (design/interface.md, Papers): what is said to them, how days, times and money are written.

What is said stands in the code in English, within `say`, `says` or `reckon`, or within `phrase` where it is said later; the same
sentence is its name in the catalogues (`catalogues/`: gettext, one .po each). Whoever writes for a client does it within
`speaking`. In English, and where Babel is not installed, nothing is looked up and formats are the firm's own.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gettext

    import babel

ENGLISH = "en"
LANGUAGES: Mapping[str, str] = MappingProxyType(
    {ENGLISH: "English", "de": "Deutsch", "fr": "Français", "es": "Español"}
)
"""The languages that there are catalogues of, with their own names."""
CATALOGUES = Path(__file__).with_name("catalogues")
_SPOKEN: ContextVar[str] = ContextVar("spoken", default="")
_DECIMAL = re.compile(r"-?[0-9]+\.[0-9]+")


@cache
def formats_known() -> bool:
    """Whether what other languages need is installed (the extra `languages`)."""
    from importlib.util import find_spec

    return find_spec("babel") is not None


def lacking(languages: Sequence[str]) -> str:
    """What keeps some of these languages from being written, a sentence; empty where nothing does."""
    others = sorted({LANGUAGES[one] for one in languages if one not in ("", ENGLISH)})
    if not others or formats_known():
        return ""
    return f"Clients read English in place of {', '.join(others)}: Babel is not installed (the extra languages)."


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """What is said, and written, within it is in that language; without one, and without Babel, in English."""
    token = _SPOKEN.set(language if language != ENGLISH and language in LANGUAGES and formats_known() else "")
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def spoken() -> str:
    """The language that is spoken now; empty: English, with the formats of the firm."""
    return _SPOKEN.get()


def phrase(text: str) -> str:
    """A sentence as it is, which is said later (`say`)."""
    return text


def say(text: str, /, **values: object) -> str:
    """A sentence in the language that is spoken, with values in place of the names in braces. What no catalogue has stays."""
    language = _SPOKEN.get()
    said = _catalogue(language).gettext(text) if language and text else text
    return said.format(**values) if values else said


def says(number: int, one: str, many: str, /, **values: object) -> str:
    """A sentence about so many of something (`{n}`), in the form that the number has in the language that is spoken."""
    language = _SPOKEN.get()
    said = _catalogue(language).ngettext(one, many, number) if language else one if number == 1 else many
    return said.format(n=number_text(number), **values)


def reckon(text: str, /, **figures: object) -> str:
    """As `say`, for arithmetic: figures with a decimal point are written as the language writes them; a `name` is none."""
    if not _SPOKEN.get():
        return text.format(**figures)
    return say(text, **{key: value if key == "name" else figure_text(str(value)) for key, value in figures.items()})


def figure_text(text: str) -> str:
    """A figure that is written with a decimal point, as the language that is spoken writes it; what is none stays as it is."""
    return (
        text.replace(".", _locale(_SPOKEN.get()).number_symbols["latn"]["decimal"])
        if _SPOKEN.get() and _DECIMAL.fullmatch(text)
        else text
    )


def number_text(number: int | Decimal) -> str:
    """A number with its thousands marked: 1,200."""
    language = _SPOKEN.get()
    if not language:
        return f"{number:,}"
    from babel.numbers import format_decimal

    places = 0 if isinstance(number, int) else max(0, -int(number.as_tuple().exponent))
    return _wide(format_decimal(number, "#,##0" + ("." + "0" * places if places else ""), _locale(language)))


def joined(words: Sequence[str]) -> str:
    """Words of one kind in a sentence: "Ana Ruiz and Ben Okafor"."""
    language = _SPOKEN.get()
    if not language:
        return " and ".join(words)
    from babel.lists import format_list

    return str(format_list(words, locale=_locale(language)))


# what the functions of dispatch.model.instants and dispatch.model.money write in another language; `language` is never English here


def money_in(language: str, amount: Decimal, currency: str) -> str:
    """An exact amount with all its decimals, and its currency as the language has it: 1.250,00 €."""
    from babel.numbers import format_currency

    locale, places = _locale(language), max(0, -int(amount.as_tuple().exponent))
    pattern = locale.currency_formats["standard"].pattern.replace("0.00", "0" + ("." + "0" * places if places else ""))
    return _wide(format_currency(amount, currency, pattern, locale, currency_digits=False))


def day_in(language: str, day: datetime.date, *, year: bool = True) -> str:
    """A day of the calendar: Di., 24. Nov. 2026."""
    from babel.dates import format_skeleton

    return str(format_skeleton(f"{'y' if year else ''}MMMEd", day, locale=_locale(language)))


def days_in(language: str, first: datetime.date, last: datetime.date) -> str:
    """Days of one month: 2.–8. Nov."""
    from babel.dates import format_interval

    return str(format_interval(first, last, "MMMd", locale=_locale(language)))


def month_in(language: str, month: int) -> str:
    """A month by its whole name."""
    return str(_locale(language).months["stand-alone"]["wide"][month])


def clock_in(language: str, at: datetime.datetime, hours24: bool) -> str:
    """A time of day on the clock that the firm has: 14:07, 2:07 p. m."""
    from babel.dates import format_time

    return str(format_time(at.time(), "HH:mm" if hours24 else "h:mm a", locale=_locale(language)))


def span_in(language: str, minutes: int) -> str:
    """A length of time in hours and minutes: 2 Std. 5 Min."""
    from babel.units import format_unit

    hours, rest = divmod(abs(minutes), 60)
    parts = [(hours, "hour")] if hours else []
    parts += [(rest, "minute")] if rest or not hours else []
    words = (format_unit(count, f"duration-{unit}", "short", locale=_locale(language)) for count, unit in parts)
    return _wide(("-" if minutes < 0 else "") + " ".join(words))


def _wide(text: str) -> str:
    """Text without the narrow blanks of CLDR, for which many terminals and fonts have no sign."""
    return text.replace("\u202f", "\u00a0")


@cache
def _locale(language: str) -> babel.Locale:
    from babel import Locale

    return Locale(language)


@cache
def _catalogue(language: str) -> gettext.GNUTranslations:
    """The catalogue of a language, read once in a process."""
    import gettext
    import io

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with (CATALOGUES / f"{language}.po").open("rb") as kept:
        write_mo(compiled, read_po(kept, language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
