"""Values of a JSON form, such as that of design/charges.md B14: each kind of value and how it is read, and records made of them.

A record is a named tuple or a dataclass: from the types of its fields and their defaults come its reading, its bounds and the
words of a fault. What cannot be read is raised; what can be read but not be saved (negative, unknown, blank) goes to `faults`,
where a caller asks for them: then every fault is found, not the first alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from enum import StrEnum
from fractions import Fraction
from functools import cache, partial
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from dispatch.model.instants import parse_iso
from dispatch.model.money import shortest, with_point
from dispatch.model.text import TextRefused, clean

T = TypeVar("T")
Faults = list[str] | None
"""Where faults are gathered; None: the first that keeps a value from being read is raised, all others are let be."""
Reader = Callable[[Any, str, Faults], T]
_Keys = Mapping[str, tuple[str, Reader[Any]]]


class FormFault(ValueError):
    """A value is not of the form that is asked for; the message names the path."""


def merged(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """`given` over `defaults`: objects key by key, everything else replaced (B16, Defaults)."""
    result = dict(defaults)
    for key, value in given.items():
        before = result.get(key)
        result[key] = merged(before, value) if isinstance(before, Mapping) and isinstance(value, Mapping) else value
    return result


def number(value: Any, path: str, faults: Faults = None) -> Fraction:
    """An exact number: a decimal string, or a whole number."""
    if isinstance(value, bool) or value is None:
        raise expected(path, value, "a number")
    if isinstance(value, float) and not value.is_integer():
        raise FormFault(f"{path}: write {value!r} as a decimal string")
    if isinstance(value, (int, float)):
        return Fraction(int(value))
    try:
        return Fraction(with_point(str(value)))
    except (ValueError, ZeroDivisionError):
        raise FormFault(f"{path}: {value!r} is not a decimal number") from None


def amount(value: Any, path: str, faults: Faults = None, *, least: int = 0, most: int | None = None) -> Fraction:
    """An exact number that is saved only where it is not negative."""
    exact = number(value, path)
    if faults is not None:
        if exact < 0:
            faults.append(f"{path}: {value!r} is negative")
        elif exact < least:
            faults.append(f"{path}: {value!r} is less than {least}")
        elif most is not None and exact > most:
            faults.append(f"{path}: {value!r} is more than {most}")
    return exact


def whole(value: Any, path: str, faults: Faults = None, *, least: int = 0, most: int | None = None) -> int:
    """A whole number of that kind, such as minutes."""
    exact = amount(value, path, faults, least=least, most=most)
    if exact.denominator != 1:
        raise FormFault(f"{path}: {value!r} is not a whole number")
    return int(exact)


def text(value: Any, path: str, faults: Faults = None) -> str:
    """A text that is not blank."""
    if faults is not None and (not isinstance(value, str) or not value.strip()):
        faults.append(str(expected(path, value, "a text")))
    return str(value)


def line(limit: int, *, empty: bool = False) -> Reader[str]:
    """One line of text, fit to be stored."""

    def read(value: Any, path: str, faults: Faults) -> str:
        if not isinstance(value, str) or not (empty or value.strip()):
            raise expected(path, value, "a text")
        try:
            return clean(value, limit=limit)
        except TextRefused as refused:
            raise FormFault(f"{path}: {refused}") from None

    return read


def flag(value: Any, path: str, faults: Faults = None) -> bool:
    """True or false."""
    if faults is not None and not isinstance(value, bool):
        faults.append(str(expected(path, value, "true or false")))
    return bool(value)


def moment(value: Any, path: str, faults: Faults = None) -> int:
    """A timestamp with offset, cut down to the whole minute since the epoch (B3.1)."""
    try:
        timestamp = datetime.datetime.fromisoformat(str(value))
    except ValueError:
        raise FormFault(f"{path}: {value!r} is not an ISO 8601 timestamp") from None
    if timestamp.utcoffset() is None:
        raise FormFault(f"{path}: {value!r} has no offset")
    return int(timestamp.timestamp() // 60)


def instant(value: Any, path: str, faults: Faults = None) -> int:
    """A timestamp with offset, to the second."""
    try:
        return parse_iso(str(value))
    except ValueError as fault:
        raise FormFault(f"{path}: {fault}") from None


def date(value: Any, path: str, faults: Faults = None) -> datetime.date:
    """A date `YYYY-MM-DD`."""
    try:
        return datetime.date.fromisoformat(str(value))
    except ValueError:
        raise FormFault(f"{path}: {str(value)!r} is not a date YYYY-MM-DD") from None


def clock(value: Any, path: str) -> int:
    """Minutes since midnight of `HH:MM`; 24:00 is allowed."""
    hours, _, minutes = str(value).partition(":")
    if not (hours.isdigit() and minutes.isdigit() and len(minutes) == 2):
        raise FormFault(f"{path}: {value!r} is not a time HH:MM")
    minute = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or minute > 1440:
        raise FormFault(f"{path}: {value!r} is not a time of the day")
    return minute


def zone(value: Any, path: str, faults: Faults = None) -> ZoneInfo:
    """A time zone by its name."""
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError, TypeError):
        raise FormFault(f"{path}: {value!r} is not a zone such as America/New_York") from None


class WrittenNumber(Fraction):
    """An exact number that a sheet says in the `text` in which it stands on the card."""

    __slots__ = ("text",)
    text: str


def written(value: Any, path: str, faults: Faults = None) -> WrittenNumber:
    """A number of that kind."""
    exact = WrittenNumber(amount(value, path, faults))
    exact.text = str(value)
    return exact


def sequence(of: Reader[T], *, least: int = 0, most: int | None = None) -> Reader[tuple[T, ...]]:
    """A list of one kind of value."""

    def read(value: Any, path: str, faults: Faults) -> tuple[T, ...]:
        if value is None and faults is None:
            return ()
        if not isinstance(value, (list, tuple)):
            raise expected(path, value, "a list")
        if most is not None and not least <= len(value) <= most:
            raise FormFault(f"{path}: from {least} to {most} are expected")
        if len(value) < least and faults is not None:
            faults.append(f"{path}: at least one is expected")
        values: list[T] = []
        for place, part in enumerate(value):
            try:
                values.append(of(part, f"{path}[{place}]", faults))
            except FormFault as fault:
                collect_fault(fault, faults)
        return tuple(values)

    return read


def table(of: Reader[T], *, least: int = 0, such_as: str = "") -> Reader[Mapping[str, T]]:
    """An object with names of one's own, each with the same kind of value; `such_as` is what one may be set to, behind its path."""

    def read(value: Any, path: str, faults: Faults) -> Mapping[str, T]:
        kinds = {str(name): (str(name), of) for name in value} if isinstance(value, Mapping) else {}
        if isinstance(value, Mapping) and len(value) < least and faults is not None:
            faults.append(f"{path}: at least one is expected" + (f", such as {path}{such_as}" if such_as else ""))
        return _entries(value, path, faults, kinds)

    return read


def by_name(names: Sequence[str], of: Reader[T], otherwise: Mapping[str, T]) -> Reader[Mapping[str, T]]:
    """An object with these names; one that is left out has what `otherwise` says."""
    kinds = {name: (name, of) for name in names}
    return lambda value, path, faults: {**otherwise, **_entries(value, path, faults, kinds)}


def reader(hint: Any, own: Mapping[Any, Reader[Any]] | None = None) -> Reader[Any]:
    """The reader of values of a type: the one that it is `Annotated` with, where it has bounds of its own, or that `own` has."""
    kind, inner = get_origin(hint), get_args(hint)
    if kind is Annotated:
        return next((extra for extra in inner[1:] if callable(extra)), None) or reader(inner[0], own)
    if kind is Literal:
        return partial(_one_of, inner)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return lambda value, path, faults: hint(_one_of([*hint], value, path, faults))
    if kind in (Union, UnionType):
        of = reader(next(member for member in inner if member is not NoneType), own)
        return lambda value, path, faults: None if value is None else of(value, path, faults)
    if kind is tuple:
        return sequence(reader(inner[0], own))
    return (own or {}).get(hint) or _KINDS.get(hint) or (table(reader(inner[1], own)) if kind else record(hint))


def record(
    cls: Callable[..., T],
    *,
    prefix: str = "",
    allowed: Sequence[str] | None = (),
    saved: Sequence[str] = (),
    own: Mapping[Any, Reader[Any]] | None = None,
) -> Reader[T]:
    """The reader of a record. Any other key than its fields' is refused, and named, but those that are `allowed`: None, all.

    A field's key is its name after the `prefix`, or the text that its type is annotated with. What has no default must be
    there; what is `saved`, only when it is saved. `own` are its readers of kinds of values that are read otherwise elsewhere.
    """

    @cache
    def known() -> tuple[_Keys, Sequence[str], dict[str, Any]]:
        # at the first record that is read: a program that prices nothing needs none of it
        kinds = {prefix + key: (name, reader(hint, own)) for key, name, hint in keyed(cls)}
        needed = [key for key, (name, _) in kinds.items() if name not in _usual(cls)]
        return kinds, needed, {kinds[key][0]: None for key in needed}

    def read(value: Any, path: str, faults: Faults) -> T:
        kinds, needed, unset = known()
        must = needed if faults is None else (*needed, *saved)
        return cls(**(unset | _entries(value, path, faults, kinds, must, allowed)))

    return read


def defaults(cls: Any) -> dict[str, Any]:
    """The JSON form of everything that a record says where nothing is set."""
    known = _usual(cls)
    return {key: _form(known[name]) for key, name, _ in keyed(cls) if name in known}


def _form(value: Any) -> Any:
    if hasattr(value, "_field_defaults"):
        return defaults(type(value))
    if isinstance(value, Mapping):
        return {name: _form(part) for name, part in value.items()}
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else shortest(value)
    return [_form(part) for part in value] if isinstance(value, tuple) else value


def _usual(cls: Any) -> Mapping[str, Any]:
    if hasattr(cls, "_field_defaults"):
        return cast(Mapping[str, Any], cls._field_defaults)
    return {field.name: field.default for field in fields(cls) if field.default is not MISSING}


@cache
def keyed(cls: Any) -> Sequence[tuple[str, str, Any]]:
    """Key, name and type of the fields of a record."""
    return [
        (next((extra for extra in getattr(hint, "__metadata__", ()) if isinstance(extra, str)), name), name, hint)
        for name, hint in get_type_hints(cls, include_extras=True).items()
    ]


def expected(path: str, value: Any, what: str) -> FormFault:
    """The fault of a value of another kind."""
    return FormFault(f"{path}: {what} is expected, not {'nothing' if value is None else repr(value)[:80]}")


def _one_of(words: Sequence[str], value: Any, path: str, faults: Faults) -> str:
    if not isinstance(value, str) or value not in words:
        raise FormFault(f"{path}: {value!r} is not one of {', '.join(words)}")
    return value


_KINDS: Mapping[Any, Reader[Any]] = {
    Fraction: amount, WrittenNumber: written, int: whole, str: text, bool: flag, datetime.date: date, ZoneInfo: zone,
}  # fmt: skip


def _entries(
    value: Any, path: str, faults: Faults, kinds: _Keys, needed: Sequence[str] = (), allowed: Sequence[str] | None = ()
) -> dict[str, Any]:
    """The entries of an object with known keys, under the names of its fields."""
    if value is None and faults is None:
        value = {}
    if not isinstance(value, Mapping):
        raise expected(path, value, "an object")
    for key in needed:
        if value.get(key) is None:
            collect_fault(FormFault(f"{_at(path, key)}: is missing"), faults)
    values: dict[str, Any] = {}
    for key, part in value.items():
        known = kinds.get(key)
        if known is None:
            if faults is not None and allowed is not None and key not in allowed:
                faults.append(f"{_at(path, str(key))}: is not known here")
        elif part is not None or key not in needed:
            try:
                values[known[0]] = known[1](part, _at(path, key), faults)
            except FormFault as fault:
                collect_fault(fault, faults)
    return values


def collect_fault(fault: FormFault, faults: Faults) -> None:
    """Keep a fault with the others, or raise it where nobody gathers them."""
    if faults is None:
        raise fault
    faults.append(str(fault))


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
