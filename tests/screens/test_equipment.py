"""Equipment in the book by keyboard: a piece, another at its site, a test of it, and the file of all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from db import equipment, probes
from dispatch.desk.book import editing
from screens.book.book import KINDS, BookScreen
from tests.desk.conftest import Office
from tests.desk.test_equipment import SERVER
from tests.screens.test_prices import fill
from tests.screens.test_screens import opened, press, until, until_true


async def at_equipment(pilot: Pilot[None]) -> None:
    await press(pilot, "4")
    await until(pilot, BookScreen)
    await press(pilot, *["tab"] * KINDS.index("equipment"))


async def test_pieces_of_a_site_their_tests_and_the_file(office: Office, tmp_path: Path) -> None:
    editing.add(office.dana, "equipment", SERVER)
    async with opened(office.dana, "board") as pilot:
        await at_equipment(pilot)
        await press(pilot, "n")
        # the site is that of the piece under the cursor
        await fill(pilot, name="UPS", kind="ups", warranty_ends="2027-01-15")
        await until(pilot, BookScreen)
        assert [(one.name, one.site_id) for one in equipment.all_equipment(office.store)] == [
            ("File server", 1),
            ("UPS", 1),
        ]
        screen: Any = pilot.app.screen
        await until_true(pilot, lambda: screen.here.id == 2)
        await press(pilot, "t")
        await fill(pilot, name="backup", kind="value", options="unit=h; most=24")
        await until(pilot, BookScreen)
        (target,) = probes.all_targets(office.store)
        assert (target.name, target.equipment_id) == ("backup", 2)
        await press(pilot, "w")
        await fill(pilot, file=str(tmp_path / "all.csv"))
        await until_true(pilot, (tmp_path / "all.csv").exists)
        assert b"UPS,ups" in (tmp_path / "all.csv").read_bytes()
