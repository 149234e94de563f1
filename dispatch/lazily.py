"""Modules that are imported once they are used, so that a program starts with none that only others need."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


class _Module:
    """A module, imported when it is first asked for one of its names."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._found: ModuleType | None = None

    def __getattr__(self, name: str) -> Any:
        if self._found is None:
            self._found = import_module(self._name)
        return getattr(self._found, name)


class _Package:
    """What modules are named from; nothing is imported yet."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> _Module:
        return _Module(f"{self._name}.{name}")


@contextmanager
def lazily(module: str) -> Iterator[None]:
    """Each `from package import module` in here is carried out when a name of it is first used.

    Args:
        module: in which this stands (`__name__`); what others import meanwhile is imported as ever.
    """
    imported = builtins.__import__

    def later(name: str, within: Any = None, *more: Any) -> Any:
        if within is not None and within.get("__name__") == module:
            return _Package(name)
        return imported(name, within, *more)

    builtins.__import__ = later  # type: ignore[assignment]
    try:
        yield
    finally:
        builtins.__import__ = imported
