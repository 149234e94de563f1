"""What was typed and not saved is kept: private, per person and purpose, whatever happens to the database."""

from __future__ import annotations

import stat

from dispatch.desk.unsent import Unsent
from tests.desk.conftest import Office


def test_it_is_kept_for_its_person_and_purpose_until_dropped(office: Office) -> None:
    note = Unsent(office.ana, "R1", "W2")
    assert note.read() == ""
    assert note.keep("replaced the switch\nand the cable")
    assert Unsent(office.ana, "R1", "W2").read() == "replaced the switch\nand the cable"
    assert Unsent(office.ben, "R1", "W2").read() == ""
    assert Unsent(office.ana, "R2", "W2").read() == ""

    folder = office.store.path.with_name(office.store.path.name + ".unsent")
    (file,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    note.keep("  ")
    assert list(folder.iterdir()) == []


def test_a_disk_that_takes_nothing_is_told(office: Office) -> None:
    folder = office.store.path.with_name(office.store.path.name + ".unsent")
    folder.write_text("a file where the folder should be")
    assert not Unsent(office.ana, "R1", "W2").keep("text")
    assert Unsent(office.ana, "R1", "W2").read() == ""


def test_what_somebody_put_there_is_not_trusted(office: Office) -> None:
    note = Unsent(office.ana, "R1", "W2")
    note.keep("good")
    folder = office.store.path.with_name(office.store.path.name + ".unsent")
    for bad in (b"\x1b[31mred", b"\xff\xfe", b"x" * 20_000):
        next(folder.iterdir()).write_bytes(bad)
        assert note.read() == ""
