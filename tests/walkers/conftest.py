"""The walkers walk on the small firm of the desk's tests."""

from tests.desk.conftest import office

__all__ = ["office"]
