"""The office of the desk's tests."""

from tests.desk.conftest import office

__all__ = ["office"]
