"""What was typed and not saved is kept: private, per person and purpose, whatever happens to the database."""

from __future__ import annotations

import stat

from dispatch.desk.session.unsent import Unsent, keep_unwritten
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


def test_a_disk_that_takes_nothing_is_told_and_the_program_keeps_it(office: Office) -> None:
    folder = office.store.path.with_name(office.store.path.name + ".unsent")
    folder.write_text("a file where the folder should be")
    note = Unsent(office.ana, "R1", "W2")
    assert not note.keep("text")
    assert Unsent(office.ana, "R1", "W2").read() == "text"
    assert Unsent(office.ben, "R1", "W2").read() == ""

    keep_unwritten()
    assert note.read() == "text"

    folder.unlink()
    keep_unwritten()
    assert [file.read_text() for file in folder.iterdir()] == ["text"]
    assert note.keep("text and more")
    assert note.read() == "text and more"
    note.drop()
    assert Unsent(office.ana, "R1", "W2").read() == ""


def test_what_somebody_put_there_is_not_trusted(office: Office) -> None:
    note = Unsent(office.ana, "R1", "W2")
    note.keep("good")
    folder = office.store.path.with_name(office.store.path.name + ".unsent")
    for put, read in ((b"\x1b[31mred", "[31mred"), (b"\xff\xfe", ""), (b"x" * 2_000_000, "x" * 1_000_000)):
        next(folder.iterdir()).write_bytes(put)
        assert note.read() == read


def test_it_comes_back_to_the_letter(office: Office) -> None:
    note = Unsent(office.ana, "R1", "W2")
    for text in (" two spaces  and a last ", "a paste with a mark\u200e in it", "x" * 20_000, "e\u0301" * 40):
        assert note.keep(text)
        assert Unsent(office.ana, "R1", "W2").read() == text.replace("\u200e", "")
    assert note.keep("half \ud800 a character")


def test_one_window_does_not_drop_what_another_has_kept_since(office: Office) -> None:
    one, other = Unsent(office.lee, "card", "1"), Unsent(office.lee, "card", "1")
    one.keep("mine")
    assert other.read() == "mine"
    other.keep("mine, longer")
    one.drop()
    assert other.read() == "mine, longer"
    other.drop()
    assert one.read() == ""
