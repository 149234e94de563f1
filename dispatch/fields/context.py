"""What a field needs to know beside its text: the moment, the firm's zone, who types, and what other records are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from dispatch.model.states import Role


@dataclass(frozen=True, slots=True)
class FieldContext:
    """What a field asks. By itself it is a world without other records, as of a firm that is being made.

    `now` is the moment in epoch seconds, `zone` the firm's, `roles` what the person who types may do. `lasting`: the text stands
    in a file, which has to mean the same on every day.
    """

    now: int = 0
    zone: str = "UTC"
    roles: frozenset[Role] = frozenset(Role)
    lasting: bool = False

    @property
    def exponent(self) -> int:
        """The decimals of the money that is typed."""
        return 2

    def at(self, now: int) -> Self:
        """The same at another moment."""
        return replace(self, now=now)

    def find(self, noun: str, text: str) -> Any:
        """The key of the record that is called so.

        Raises:
            ValueError: there is none, or several.
        """
        raise ValueError(f"There is no {noun} {text!r}.")

    def title(self, noun: str, key: Any) -> str:
        """What a record is called, archived ones too; empty where there is none."""
        return ""

    def titles(self, noun: str) -> Sequence[str]:
        """What every record that is not archived is called."""
        return ()


NO_RECORDS = FieldContext()
