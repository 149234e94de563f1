"""The screens on the small firm of the desk's tests."""

import pytest

from tests.desk.conftest import office
from tests.screens import lean
from tests.screens.idle import wait_for_idle

__all__ = ["office"]


@pytest.fixture(autouse=True)
def rests_when_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pilot waits no longer than there is something to wait for, and what is shown is painted when it has come to rest."""
    for module in ("app", "pilot"):
        monkeypatch.setattr(f"textual.{module}.wait_for_idle", wait_for_idle)
    lean.install(monkeypatch)
    monkeypatch.setattr("screens.user_screen.REST", 0.01)


@pytest.fixture
def at_once(insertion: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan is there at once."""
    monkeypatch.setattr("screens.board.plan.SECONDS", 0.0)
