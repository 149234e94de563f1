"""Values of the JSON form of design/charges.md B14: each kind of value and how it is read, and records made of them.

A record is a named tuple: from the types of its fields and their defaults come its reading, its bounds and the words of
a fault. What cannot be read is raised; what can be read but not be saved (negative, unknown, blank) goes to `faults`, where a
caller asks for them: then every fault is found, not the first alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache, partial
from itertools import chain
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from dispatch.charges.paths import steps_of
from dispatch.model.money import shortest

T = TypeVar("T")
Faults = list[str] | None
"""Where faults are gathered; None: the first that keeps a value from being read is raised, all others are let be."""
Reader = Callable[[Any, str, Faults], T]
_Keys = Mapping[str, tuple[str, Reader[Any]]]


class ChargeInputError(ValueError):
    """The input is not of the form of design/charges.md B14; the message names the path."""


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
        raise ChargeInputError(f"{path}: write {value!r} as a decimal string")
    if isinstance(value, (int, float)):
        return Fraction(int(value))
    try:
        return Fraction(str(value).strip())
    except (ValueError, ZeroDivisionError):
        raise ChargeInputError(f"{path}: {value!r} is not a decimal number") from None


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
        raise ChargeInputError(f"{path}: {value!r} is not a whole number")
    return int(exact)


def text(value: Any, path: str, faults: Faults = None) -> str:
    """A text that is not blank."""
    if faults is not None and (not isinstance(value, str) or not value.strip()):
        faults.append(str(expected(path, value, "a text")))
    return str(value)


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
        raise ChargeInputError(f"{path}: {value!r} is not an ISO 8601 timestamp") from None
    if timestamp.utcoffset() is None:
        raise ChargeInputError(f"{path}: {value!r} has no offset")
    return int(timestamp.timestamp() // 60)


def date(value: Any, path: str, faults: Faults = None) -> datetime.date:
    """A date `YYYY-MM-DD`."""
    try:
        return datetime.date.fromisoformat(str(value))
    except ValueError:
        raise ChargeInputError(f"{path}: {str(value)!r} is not a date YYYY-MM-DD") from None


def clock(value: Any, path: str) -> int:
    """Minutes since midnight of `HH:MM`; 24:00 is allowed."""
    hours, _, minutes = str(value).partition(":")
    if not (hours.isdigit() and minutes.isdigit() and len(minutes) == 2):
        raise ChargeInputError(f"{path}: {value!r} is not a time HH:MM")
    minute = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or minute > 1440:
        raise ChargeInputError(f"{path}: {value!r} is not a time of the day")
    return minute


def zone(value: Any, path: str, faults: Faults = None) -> ZoneInfo:
    """A time zone by its name."""
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError, TypeError):
        raise ChargeInputError(f"{path}: {value!r} is not a zone such as America/New_York") from None


class WrittenNumber(Fraction):
    """An exact number that a sheet says in the `text` in which it stands on the card."""

    __slots__ = ("text",)
    text: str


def written(value: Any, path: str, faults: Faults = None) -> WrittenNumber:
    """A number of that kind."""
    exact = WrittenNumber(amount(value, path, faults))
    exact.text = str(value)
    return exact


def sequence(of: Reader[T], *, least: int = 0) -> Reader[tuple[T, ...]]:
    """A list of one kind of value."""

    def read(value: Any, path: str, faults: Faults) -> tuple[T, ...]:
        if value is None and faults is None:
            return ()
        if not isinstance(value, (list, tuple)):
            raise expected(path, value, "a list")
        if len(value) < least and faults is not None:
            faults.append(f"{path}: at least one is expected")
        values: list[T] = []
        for place, part in enumerate(value):
            try:
                values.append(of(part, f"{path}[{place}]", faults))
            except ChargeInputError as fault:
                collect_fault(fault, faults)
        return tuple(values)

    return read


def table(of: Reader[T], *, least: int = 0) -> Reader[Mapping[str, T]]:
    """An object with names of one's own, each with the same kind of value."""

    def read(value: Any, path: str, faults: Faults) -> Mapping[str, T]:
        kinds = {str(name): (str(name), of) for name in value} if isinstance(value, Mapping) else {}
        if isinstance(value, Mapping) and len(value) < least and faults is not None:
            faults.append(f"{path}: at least one is expected")
        return _entries(value, path, faults, kinds)

    return read


def by_name(names: Sequence[str], of: Reader[T], otherwise: Mapping[str, T]) -> Reader[Mapping[str, T]]:
    """An object with these names; one that is left out has what `otherwise` says."""
    kinds = {name: (name, of) for name in names}
    return lambda value, path, faults: {**otherwise, **_entries(value, path, faults, kinds)}


def reader(hint: Any) -> Reader[Any]:
    """The reader of values of a type; the one that the type is `Annotated` with, where it has bounds of its own."""
    kind, inner = get_origin(hint), get_args(hint)
    if kind is Annotated:
        return next((extra for extra in inner[1:] if callable(extra)), None) or reader(inner[0])
    if kind is Literal:
        return partial(_one_of, inner)
    if kind in (Union, UnionType):
        of = reader(next(member for member in inner if member is not NoneType))
        return lambda value, path, faults: None if value is None else of(value, path, faults)
    if kind is tuple:
        return sequence(reader(inner[0]))
    return _KINDS.get(hint) or (table(reader(inner[1])) if kind else record(hint))


def record(
    cls: Callable[..., T], *, prefix: str = "", allowed: Sequence[str] = (), saved: Sequence[str] = ()
) -> Reader[T]:
    """The reader of a record. Any other key than its fields' is refused, and named, but those that are `allowed`.

    A field's key is its name after the `prefix`, or the text that its type is annotated with. What has no default must be
    there; what is `saved`, only when it is saved.
    """

    @cache
    def known() -> tuple[_Keys, Sequence[str], dict[str, Any]]:
        # at the first record that is read: a program that prices nothing needs none of it
        kinds = {prefix + key: (name, reader(hint)) for key, name, hint in _keyed(cls)}
        needed = [key for key, (name, _) in kinds.items() if name not in cast(Any, cls)._field_defaults]
        return kinds, needed, {kinds[key][0]: None for key in needed}

    def read(value: Any, path: str, faults: Faults) -> T:
        kinds, needed, unset = known()
        must = needed if faults is None else (*needed, *saved)
        return cls(**(unset | _entries(value, path, faults, kinds, must, allowed)))

    return read


def defaults(cls: Any) -> dict[str, Any]:
    """The JSON form of everything that a record says where nothing is set."""
    known = cls._field_defaults
    return {key: _form(known[name]) for key, name, _ in _keyed(cls) if name in known}


def _form(value: Any) -> Any:
    if hasattr(value, "_field_defaults"):
        return defaults(type(value))
    if isinstance(value, Mapping):
        return {name: _form(part) for name, part in value.items()}
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else shortest(value)
    return [_form(part) for part in value] if isinstance(value, tuple) else value


@cache
def _keyed(cls: Any) -> Sequence[tuple[str, str, Any]]:
    """Key, name and type of the fields of a record."""
    return [
        (next((extra for extra in getattr(hint, "__metadata__", ()) if isinstance(extra, str)), name), name, hint)
        for name, hint in get_type_hints(cls, include_extras=True).items()
    ]


@cache
def types_at(record: Any, path: str) -> tuple[Any, ...]:
    """The types, None's too, that what stands at a path of a record's form can have."""
    types = (record,)
    for step in steps_of(path):
        types = _members(next(filter(None, (_below(kind, step) for kind in types))))
    return types


def _below(kind: Any, step: str | int) -> Any:
    if inner := get_args(kind):
        return inner[get_origin(kind) is not tuple]
    return next((hint for key, _, hint in _keyed(kind) if key == step), None)


def _members(hint: Any) -> tuple[Any, ...]:
    kind, inner = get_origin(hint), get_args(hint)
    if kind is Annotated:
        return _members(inner[0])
    return tuple(chain.from_iterable(map(_members, inner))) if kind in (Union, UnionType) else (hint,)


def expected(path: str, value: Any, what: str) -> ChargeInputError:
    """The fault of a value of another kind."""
    return ChargeInputError(f"{path}: {what} is expected, not {value!r}")


def _one_of(words: Sequence[str], value: Any, path: str, faults: Faults) -> str:
    if not isinstance(value, str) or value not in words:
        raise ChargeInputError(f"{path}: {value!r} is not one of {', '.join(words)}")
    return value


_KINDS: Mapping[Any, Reader[Any]] = {
    Fraction: amount, WrittenNumber: written, int: whole, str: text, bool: flag, datetime.date: date, ZoneInfo: zone,
}  # fmt: skip


def _entries(
    value: Any, path: str, faults: Faults, kinds: _Keys, needed: Sequence[str] = (), allowed: Sequence[str] = ()
) -> dict[str, Any]:
    """The entries of an object with known keys, under the names of its fields."""
    if value is None and faults is None:
        value = {}
    if not isinstance(value, Mapping):
        raise expected(path, value, "an object")
    for key in needed:
        if value.get(key) is None:
            collect_fault(ChargeInputError(f"{_at(path, key)}: is missing"), faults)
    values: dict[str, Any] = {}
    for key, part in value.items():
        known = kinds.get(key)
        if known is None:
            if faults is not None and key not in allowed:
                faults.append(f"{_at(path, str(key))}: is not known here")
        elif part is not None or key not in needed:
            try:
                values[known[0]] = known[1](part, _at(path, key), faults)
            except ChargeInputError as fault:
                collect_fault(fault, faults)
    return values


def collect_fault(fault: ChargeInputError, faults: Faults) -> None:
    """Keep a fault with the others, or raise it where nobody gathers them."""
    if faults is None:
        raise fault
    faults.append(str(fault))


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
