"""What a field needs to know beside its text: the moment, the firm's zone, who types, and what other records are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from dispatch.model.states import Role


class FieldContext(Protocol):
    """What a field asks."""

    @property
    def now(self) -> int:
        """The moment, in epoch seconds."""

    @property
    def zone(self) -> str:
        """The firm's time zone."""

    @property
    def lasting(self) -> bool:
        """Whether the text stands in a file, which has to mean the same on every day."""

    @property
    def roles(self) -> frozenset[Role]:
        """What the person who types may do."""

    def at(self, now: int) -> FieldContext:
        """The same at another moment."""

    def find(self, noun: str, text: str) -> Any:
        """The key of the record that is called so.

        Raises:
            ValueError: there is none, or several.
        """

    def title(self, noun: str, key: Any) -> str:
        """What a record is called, archived ones too; empty where there is none."""

    def titles(self, noun: str) -> Sequence[str]:
        """What every record that is not archived is called."""


@dataclass(frozen=True, slots=True)
class NoRecords:
    """A world without other records: of a firm that is being made."""

    now: int = 0
    zone: str = "UTC"
    roles: frozenset[Role] = frozenset(Role)
    lasting: bool = False

    def at(self, now: int) -> NoRecords:
        """The same at another moment."""
        return replace(self, now=now)

    def find(self, noun: str, text: str) -> Any:
        """Nothing is found."""
        raise ValueError(f"There is no {noun} {text!r}.")

    def title(self, noun: str, key: Any) -> str:
        """Nothing is called."""
        return ""

    def titles(self, noun: str) -> Sequence[str]:
        """There is nothing."""
        return ()
