"""Worked examples: a firm's own promises, recomputed after every change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A case with what comes of it now and what differs from what is expected.

    `what` came of it is a sheet or a clock: `got` (None: it cannot be computed), in words `summary`.
    """

    id: str
    title: str
    what: str
    got: Mapping[str, Any] | None
    differs: tuple[str, ...]
    summary: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The case in the form of `dispatch cases --json`."""
        return {"id": self.id, self.what: self.got, "differs": list(self.differs)}

    def lines(self) -> list[str]:
        """The case as text."""
        differs = [f"  differs  {difference}" for difference in self.differs] or ["  as expected"]
        return [f"{self.id}  {self.title}".rstrip(), *(f"    {line}" for line in self.summary), *differs]


def named(file: Mapping[str, Any], case: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """What a case is reckoned with: an object of its own, or the one of that kind in its file that it names.

    Raises:
        ValueError: the file has none of that name.
    """
    own: Any = case.get(kind)
    if isinstance(own, Mapping):
        return own
    known: Mapping[str, Any] = file.get(f"{kind}s") or {}
    if own not in known:
        raise ValueError(f"{kind} {own!r} is not one of {', '.join(map(str, known)) or 'none'}")
    return cast(Mapping[str, Any], known[own])


def differences(expected: Any, got: Any, path: str = "") -> Iterator[str]:
    """Where two forms differ, each place by its path."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        for key in dict.fromkeys((*expected, *got)):
            if key != "why":
                yield from differences(
                    expected.get(key, _NOTHING), got.get(key, _NOTHING), f"{path}.{key}" if path else str(key)
                )
    elif isinstance(expected, list) and isinstance(got, list):
        for place in range(max(len(expected), len(got))):
            want, have = (part[place] if place < len(part) else _NOTHING for part in (expected, got))
            yield from differences(want, have, f"{path}[{place}]")
    elif expected != got:
        yield f"{path}: expected {_shown(expected)}, got {_shown(got)}"


_NOTHING = object()
"""No value at all, which is not null."""


def _shown(value: Any) -> str:
    if value is _NOTHING:
        return "nothing"
    if isinstance(value, Mapping) and "rule" in value:
        return " ".join(str(value[key]) for key in ("rule", "tech", "note", "amount") if key in value)
    return repr(value) if isinstance(value, str) else str(value)
