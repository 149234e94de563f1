"""The copy elsewhere on the lead's screens: how old it is, how it is begun and ended, and that a copy is promoted."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Static

from db import fence
from db.store import Store
from dispatch.desk.backup import coming_back, elsewhere
from dispatch.desk.session.user import log_in
from screens.log.elsewhere import ElsewhereScreen
from screens.log.log import LogScreen
from tests.desk.conftest import Office
from tests.replica.conftest import copied, copying, place
from tests.screens.test_prices import fill
from tests.screens.test_screens import opened, press, until, until_true

__all__ = ["copied", "place"]


async def test_a_lead_begins_a_copy_and_the_log_says_how_old_it_is(office: Office, tmp_path: Path) -> None:
    async with opened(office.lee, "log") as pilot:
        await press(pilot, "Z")
        await until(pilot, ElsewhereScreen)
        await press(pilot, "n")
        await fill(pilot, target=str(tmp_path / "place"), to="")
        await until_true(pilot, lambda: elsewhere.kept(office.store.path) is not None)
        await press(pilot, "escape")
        await until(pilot, LogScreen)
        totals = pilot.app.screen.query_one("#totals", Static)
        await until_true(pilot, lambda: "not encrypted" in str(totals.content))
        assert "copy elsewhere" in str(totals.content)
        await press(pilot, "Z", "X", "enter")
        await until_true(pilot, lambda: elsewhere.kept(office.store.path) is None)


async def test_a_copy_says_that_it_is_one_and_is_promoted(copied: Office, place: Path, tmp_path: Path) -> None:
    back = tmp_path / "other" / "firm.db"
    coming_back.restore(str(place), back)
    copied.clock.advance(3600)
    with Store.open(back, clock=copied.clock) as store:
        async with opened(log_in(store, "lee"), "log") as pilot:
            warned = [str(part.content) for part in pilot.app.screen.query(Static)]
            assert any("this is a copy of generation 1" in words for words in warned)
            await press(pilot, "Z", "p", "enter")
            await until_true(pilot, lambda: store.read_only is None)
            stands = fence.standing(store.conn)
            assert stands is not None
            assert stands.generation == 2
            with copying(back) as process:
                process.once()
            await press(pilot, "c")
            await until_true(pilot, lambda: any("copy is whole" in told.message for told in pilot.app._notifications))
