"""Records as tables of fields: what is typed becomes a record, and a record what is typed, by one declaration each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, NamedTuple, TypeVar

from dispatch.fields.context import FieldContext
from dispatch.fields.kinds import FieldKind
from dispatch.model.states import Role
from dispatch.model.text import show

T = TypeVar("T")

SHOWN = 60
"""How much of what was typed a fault repeats, in terminal cells."""


class FieldFault(NamedTuple):
    """Why a field cannot be taken: its name, what was typed, and the sentence of its kind or of a rule of the record. `owed`: a
    file that knows nothing of it is taken all the same (`Check`)."""

    name: str
    typed: str
    reason: str
    owed: bool = False

    @property
    def sentence(self) -> str:
        """What is wrong, with what was typed."""
        typed = f"{show(self.typed, SHOWN)!r} " if self.reason.startswith("is not ") and self.typed else ""
        return f"{typed}{self.reason}"

    @property
    def text(self) -> str:
        """The same, with the name of the field."""
        return f"{self.name.replace('_', ' ')}: {self.sentence}"


UNSET = object()
"""Nothing was said about what an empty text stands for."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record.

    Args:
        name: the key of its text: of the form, the option, the column, JSON.
        label: what it is called.
        kind: what it can hold.
        hint: an example of what goes in.
        attribute: the attribute of the record; the name where it is not said.
        required: it may not be left empty.
        otherwise: what an empty text stands for, or a function of the world that says it; by itself what the kind has for it.
        follows: a field before it, from whose moment on it counts.
        roles: who may type another value than stands there; by itself whoever may write the record.
        refused: what anybody else is told.
        inner: nobody types it; it goes with another field.
        called: the option of a command, where that is called otherwise.
    """

    name: str
    label: str
    kind: FieldKind
    hint: str = ""
    attribute: str = ""
    required: bool = False
    otherwise: Any = UNSET
    roles: tuple[Role, ...] = ()
    refused: str = ""
    inner: bool = False
    follows: str = ""
    called: str = ""

    @property
    def of(self) -> str:
        """The attribute of the record that it is."""
        return self.attribute or self.name

    @property
    def option(self) -> str:
        """The option of a command."""
        return f"--{(self.called or self.name).replace('_', '-')}"

    def empty(self, context: FieldContext) -> Any:
        """What an empty text stands for."""
        if self.otherwise is UNSET:
            return self.kind.empty
        return self.otherwise(context) if callable(self.otherwise) else self.otherwise

    def read(self, text: str, context: FieldContext) -> Any:
        """The value of a text.

        Raises:
            ValueError: it has none; one sentence without the name of the field.
        """
        text = text.strip()
        value = self.kind.read(text, context) if text else self.empty(context)
        if self.required and value in (None, "", (), frozenset()):
            raise ValueError("is missing")
        return value

    def open_to(self, roles: frozenset[Role], value: Any) -> bool:
        """Whether somebody with these roles may type a value; what is emptied is the program's own again."""
        return not self.roles or value is None or bool(roles.intersection(self.roles))

    def write(self, record: Any, context: FieldContext) -> str:
        """The field of a record as it is typed."""
        return self.kind.write(getattr(record, self.of), context)


@dataclass(frozen=True, slots=True)
class Check:
    """A rule about several fields of a record: what `fault` returns is the fault of the field `at`; empty: none.

    It is asked where none of its fields has a fault of its own, and one of them is new or changed. Where it is `owed`, a file
    that knows nothing of it is taken with a warning, and a form asks for it.
    """

    at: str
    of: tuple[str, ...]
    fault: Callable[[Any], str]
    owed: bool = False


@dataclass(frozen=True, slots=True)
class RecordType(Generic[T]):
    """What a kind of record is: its fields in order, who writes it, and its rules."""

    noun: str
    plural: str
    cls: type[T]
    roles: tuple[Role, ...]
    fields: tuple[Field, ...]
    checks: tuple[Check, ...] = ()

    @property
    def typed(self) -> tuple[Field, ...]:
        """The fields that people type."""
        return tuple(field for field in self.fields if not field.inner)

    def field(self, name: str) -> Field:
        """The field of that name."""
        return next(field for field in self.fields if field.name == name)

    def texts(self, record: T, context: FieldContext) -> dict[str, str]:
        """A record as it is typed."""
        return {field.name: field.write(record, context) for field in self.fields}

    def filled(
        self, texts: Mapping[str, str], context: FieldContext, before: T | None, faults: list[FieldFault], **given: Any
    ) -> T:
        """The record of some texts; a field that cannot be taken adds a fault, and reads as if it were empty.

        What is not named, or stands there as it did, stays as it is in `before`: an old value that would be refused today
        keeps nobody from changing another. What is `given`, by attribute, was read otherwise.
        """
        values = dict(given)
        for field in self.fields:
            text = texts.get(field.name)
            stands = before is not None and (text is None or text.strip() == field.write(before, context))
            if stands or field.of in given:
                continue
            there = context
            if field.follows:
                then = self.field(field.follows).of
                there = context.at(values.get(then) or getattr(before, then, None) or context.now)
            values[field.of] = field.empty(context)
            try:
                values[field.of] = field.read(text or "", there)
                if before is not None and not field.open_to(context.roles, values[field.of]):
                    raise ValueError(field.refused)
            except ValueError as fault:
                faults.append(FieldFault(field.name, (text or "").strip(), str(fault)))
        if before is None:
            return self.cls(**{"id": 0, **values})
        return replace(before, **values)  # type: ignore[type-var]

    def read(self, texts: Mapping[str, str], context: FieldContext, faults: list[FieldFault]) -> dict[str, Any]:
        """The values of those fields that some texts name, by attribute, where they are no record yet."""
        values: dict[str, Any] = {}
        for name, text in texts.items():
            field = self.field(name)
            try:
                values[field.of] = field.read(text, context)
            except ValueError as fault:
                faults.append(FieldFault(name, text.strip(), str(fault)))
        return values

    def judge(self, record: T, context: FieldContext, before: T | None, faults: list[FieldFault]) -> None:
        """Everything that a record cannot be, beside what its fields say for themselves."""
        refused = {fault.name for fault in faults}
        changed = {
            field.name
            for field in self.fields
            if before is None or getattr(before, field.of) != getattr(record, field.of)
        }
        for check in self.checks:
            named = {check.at, *check.of}
            if not named & refused and named & changed and (sentence := check.fault(record)):
                faults.append(FieldFault(check.at, "", sentence, check.owed))


def sentences(faults: Sequence[FieldFault]) -> list[str]:
    """Faults as they are told."""
    return [fault.text for fault in faults]
