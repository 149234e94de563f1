"""A copy elsewhere: what is at the place, and what comes back from there."""

from __future__ import annotations

import io
import os
import shutil
import stat
import subprocess
import time
from pathlib import Path
from threading import Event, Thread

import pytest

from db import audit, checklists, erasing, fence, settings, visits
from db.faults import Exists, ReadOnly
from db.heartbeats import REPLICATE, beat, heartbeat
from db.store import Store
from dispatch.desk.backup import coming_back, copy_words, elsewhere, following, promoting, setting_up
from dispatch.desk.backup.following import FirstPlaceLost
from dispatch.desk.backup.places import FolderPlace, PlaceNotReached
from dispatch.desk.backup.targets import place_at
from dispatch.desk.closeout.evidence import attach
from dispatch.desk.plan import schedule
from dispatch.desk.session.refusals import NotAllowed, Refusal
from dispatch.desk.session.user import log_in, read_only_words
from tests.desk.conftest import Office
from tests.desk.test_erasing import erase, harbor
from tests.replica.conftest import copying

PICTURE = b"\x89PNG" + bytes(range(256)) * 300


def rename(office: Office, name: str) -> None:
    """Save something."""
    with office.dana.write("test") as unit:
        settings.set_firm(unit, name=name)


def name_in(database: Path) -> str:
    """What was saved last."""
    with Store.open(database) as store:
        return settings.firm(store).name


def hand_in(office: Office) -> None:
    """Ana hands in a picture."""
    office.on_site()
    visit = visits.visit_by_reference(office.store, "R1")
    assert visit is not None
    item = checklists.checklist(office.store, visit.id).items[0]
    attach(office.ana, "R1", item.ref, "rack.png", io.BytesIO(PICTURE))


def test_a_copy_comes_back_with_its_files_and_the_same_head(copied: Office, place: Path, tmp_path: Path) -> None:
    hand_in(copied)
    with copying(copied.store.path) as process:
        process.once()
    back = tmp_path / "other" / "firm.db"
    done = coming_back.restore(str(place), back)
    assert done.found.head == audit.head(copied.store)
    assert any("head compared" in line for line in done.made)
    assert [file.read_bytes() for file in (back.with_name("firm.db.files")).rglob("*") if file.is_file()] == [PICTURE]
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in place.rglob("*") if path.is_file()} == {0o600}


def test_a_file_that_is_missing_at_the_place_is_told(copied: Office, place: Path, tmp_path: Path) -> None:
    hand_in(copied)
    with copying(copied.store.path) as process:
        process.once()
    for file in (place / "files").rglob("*"):
        if file.is_file():
            file.unlink()
    done = coming_back.restore(str(place), tmp_path / "other" / "firm.db")
    assert [line for line in done.made if line.startswith("MISSING: 1 file ")]


def test_what_is_saved_later_comes_too_and_nothing_is_written_over(copied: Office, place: Path, tmp_path: Path) -> None:
    rename(copied, "Later")
    with copying(copied.store.path) as process:
        process.once()
        rename(copied, "Later still")
        process.once()
    back = tmp_path / "back.db"
    coming_back.materialise(str(place), back)
    assert name_in(back) == "Later still"
    with pytest.raises(Exists):
        coming_back.materialise(str(place), back)
    with pytest.raises(Exists):
        coming_back.restore(str(place), back)


def test_a_moment_of_the_past_comes_back(copied: Office, place: Path, tmp_path: Path) -> None:
    with copying(copied.store.path) as process:
        process.once()
        rename(copied, "Before")
        process.once()
        moment = max(os.stat(file).st_mtime for file in place.rglob("*.ltx"))
        time.sleep(1.2)  # Litestream lives by the clock of the machine
        while max(os.stat(file).st_mtime for file in place.rglob("*.ltx")) < moment + 2:
            time.sleep(0.7)
            rename(copied, f"After {time.monotonic()}")
            process.once()
    back = tmp_path / "back.db"
    coming_back.materialise(str(place), back, at=int(moment) + 1)
    assert name_in(back) == "Before"
    with pytest.raises(Refusal, match="no such state"):
        coming_back.materialise(str(place), tmp_path / "none.db", at=int(moment) - 3600)


def test_a_copy_saves_nothing_until_it_is_promoted_and_then_the_first_machine_does_not(
    copied: Office, place: Path, tmp_path: Path
) -> None:
    back = tmp_path / "other" / "firm.db"
    coming_back.restore(str(place), back)
    copied.clock.advance(3600)
    with Store.open(back, clock=copied.clock) as store:
        lee = log_in(store, "lee")
        assert "this is a copy of generation 1" in read_only_words(store)
        with pytest.raises(ReadOnly, match="this is a copy of generation 1"), lee.write("test") as unit:
            settings.set_firm(unit, name="No")
        with pytest.raises(NotAllowed):
            promoting.promote(log_in(store, "ana"))
        assert "of generation 2" in promoting.promote(lee)
        assert read_only_words(store) == ""
        with lee.write("test") as unit:
            settings.set_firm(unit, name="Second")
        [finding] = copy_words.findings(store)
        assert "never ran here" in finding.text
    with copying(back) as process:
        process.once()
        with Store.open(back) as store:
            assert coming_back.verify(store).startswith("The copy is whole")
    # the first one goes on until it looks
    rename(copied, "First, alone")
    with copying(copied.store.path) as process, pytest.raises(FirstPlaceLost, match="first since generation 2"):
        process.once()
    assert copied.store.changed()
    assert "another machine is first since generation 2" in read_only_words(copied.store)
    with pytest.raises(ReadOnly, match="another machine is first since generation 2"):
        rename(copied, "No")
    with pytest.raises(Refusal, match="what they saved is not here"):
        promoting.promote(copied.lee)
    coming_back.materialise(str(place), tmp_path / "third.db")
    assert name_in(tmp_path / "third.db") == "Second"


def test_of_two_that_are_promoted_one_wins(copied: Office, place: Path, tmp_path: Path) -> None:
    machines = [tmp_path / name / "firm.db" for name in ("one", "two")]
    for machine in machines:
        coming_back.restore(str(place), machine)
    copied.clock.advance(3600)
    with Store.open(machines[0], clock=copied.clock) as one, Store.open(machines[1], clock=copied.clock) as two:
        promoting.promote(log_in(one, "lee"))
        with pytest.raises(Refusal, match="was promoted first"):
            promoting.promote(log_in(two, "lee"))
        assert read_only_words(two)


def test_a_machine_that_seems_to_be_at_work_is_not_taken_over_unasked(
    copied: Office, place: Path, tmp_path: Path
) -> None:
    back = tmp_path / "other" / "firm.db"
    coming_back.restore(str(place), back)
    with Store.open(back, clock=copied.clock) as store:
        with pytest.raises(Refusal, match="seems to be at work"):
            promoting.promote(log_in(store, "lee"))
        assert "generation 2" in promoting.promote(log_in(store, "lee"), although_alive=True)


def test_nobody_else_may_keep_a_copy_at_a_place_that_is_taken(copied: Office, place: Path, tmp_path: Path) -> None:
    copied.store.path.with_name("firm.db.replica.json").unlink()  # another machine with the same database
    with pytest.raises(Refusal, match="copy of another machine"):
        setting_up.set_up(copied.lee, str(place))
    with pytest.raises(NotAllowed):
        setting_up.set_up(copied.dana, str(tmp_path / "new"))


def test_encrypted_nothing_can_be_read_at_the_place(office: Office, place: Path, tmp_path: Path) -> None:
    import pyrage

    key = pyrage.x25519.Identity.generate()
    identity = tmp_path / "key"
    identity.write_text(str(key))
    made = setting_up.set_up(office.lee, str(place), [str(key.to_public())])
    assert any("Encrypted before" in line for line in made)
    hand_in(office)
    with copying(office.store.path) as process:
        process.once()
    for file in place.rglob("*.age"):
        assert file.read_bytes().startswith(b"age-encryption.org/")
    assert not list(place.rglob("*.ltx"))
    with pytest.raises(Refusal, match="--identity"):
        coming_back.materialise(str(place), tmp_path / "no.db")
    other = tmp_path / "other key"
    other.write_text(str(pyrage.x25519.Identity.generate()))
    with pytest.raises(Refusal, match="other keys"):
        coming_back.materialise(str(place), tmp_path / "no.db", identity=other)
    back = tmp_path / "other" / "firm.db"
    done = coming_back.restore(str(place), back, identity=identity)
    assert done.found.head == audit.head(office.store)
    again = elsewhere.kept(back)
    assert again is not None
    assert again.to == (str(key.to_public()),)


def test_a_place_that_is_gone_is_told_and_nothing_is_lost(copied: Office, place: Path, tmp_path: Path) -> None:
    away = place.with_name("away")
    with copying(copied.store.path) as process:
        process.once()
        place.rename(away)
        place.write_text("in the way")
        rename(copied, "While it was gone")
        with pytest.raises(PlaceNotReached):
            process.once()
        place.unlink()
        away.rename(place)
        process.once()
    coming_back.materialise(str(place), tmp_path / "back.db")
    assert name_in(tmp_path / "back.db") == "While it was gone"


def test_the_doctor_and_the_log_say_how_old_it_is(office: Office, place: Path) -> None:
    assert copy_words.findings(office.store) == []
    assert copy_words.line(office.store) == ""
    setting_up.set_up(office.lee, str(place))
    noted = heartbeat(office.store, REPLICATE)
    assert noted is not None
    assert "never ran here" in noted.trouble
    [finding] = copy_words.findings(office.store)
    assert not finding.good
    assert "not encrypted" in copy_words.line(office.store)


def test_what_is_no_place_is_refused(tmp_path: Path) -> None:
    for target in ("ftp://host/folder", "sftp://host", "sftp://me:secret@host/x", "s3://bucket?key=1"):
        with pytest.raises(Refusal):
            place_at(target)


def test_a_disk_that_is_not_mounted_is_not_filled(tmp_path: Path) -> None:
    with pytest.raises(PlaceNotReached, match="mounted"):
        place_at(str(tmp_path / "not there" / "copy")).write("a", b"")


def test_of_two_clones_one_goes_on(copied: Office, place: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone" / "firm.db"
    clone.parent.mkdir()
    with copying(copied.store.path) as first:
        first.once()
        copied.store.utils.execute("VACUUM INTO ?", (str(clone),))
        shutil.copy(elsewhere.settings_of(copied.store.path), elsewhere.settings_of(clone))
        with copying(clone) as second:
            second.once()
            first.look()  # finds that somebody else spoke in its name
            first.once()
            with pytest.raises(FirstPlaceLost, match="first since generation 2"):
                second.look()
    rename(copied, "Goes on")
    with Store.open(clone) as store, pytest.raises(ReadOnly), log_in(store, "lee").write("test"):
        pass


def test_a_database_that_was_carried_to_another_machine_is_a_copy(
    copied: Office, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "known_by", lambda: "another machine")
    with copying(copied.store.path) as process, pytest.raises(FirstPlaceLost, match="this is a copy"):
        process.once()
    with pytest.raises(ReadOnly, match="this is a copy of generation 1"):
        rename(copied, "No")


def test_a_full_place_is_told_and_goes_on_when_there_is_room(copied: Office, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", small], check=False, capture_output=True)
    if done.returncode != 0:
        pytest.skip("needs leave to mount: run as root outside of a container that forbids it")
    try:
        setting_up.set_up(copied.lee, str(small / "copy"))
        with copying(copied.store.path) as process:
            process.once()
            (small / "filler").write_bytes(b"x" * (os.statvfs(small).f_bavail * 4096))
            for number in range(20):
                rename(copied, f"While it was full {number}" + "x" * 60)
            with pytest.raises(PlaceNotReached, match="No space left"):
                process.once()
            (small / "filler").unlink()
            process.once()
        coming_back.materialise(str(small / "copy"), tmp_path / "back.db")
        assert name_in(tmp_path / "back.db").startswith("While it was full 19")
    finally:
        subprocess.run(["umount", "-l", small], check=True)


def test_a_slow_place_keeps_nobody_from_saving(copied: Office, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = FolderPlace.write

    def slowly(self: FolderPlace, name: str, content: Path | bytes) -> None:
        time.sleep(0.5)
        kept(self, name, content)

    monkeypatch.setattr(FolderPlace, "write", slowly)
    stop, said = Event(), list[str]()
    with Store.open(copied.store.path, clock=copied.clock) as store:
        thread = Thread(target=following.run, args=(store, said.append, stop))
        thread.start()
        try:
            longest = 0.0
            for number in range(20):
                began = time.monotonic()
                rename(copied, f"While it was slow {number}")
                longest = max(longest, time.monotonic() - began)
                time.sleep(0.05)
        finally:
            stop.set()
            thread.join(30)
    assert longest < 0.5
    assert said == []


def test_a_firm_that_wants_no_save_without_the_copy_stands_still(copied: Office, place: Path) -> None:
    with copied.lee.write("test") as unit:
        settings.set_firm(unit, alone_minutes=5)
    beat(copied.store, REPLICATE, 10)
    copied.clock.advance(299)
    rename(copied, "Still")
    copied.clock.advance(1)
    with pytest.raises(ReadOnly, match="was not reached for 5 minutes"):
        rename(copied, "Not any more")
    beat(copied.store, REPLICATE, 10)
    rename(copied, "Again")


def test_what_is_erased_goes_out_of_the_file_although_litestream_reads_it(
    copied: Office, place: Path, tmp_path: Path
) -> None:
    with copying(copied.store.path) as process:
        for reference in ("R1", "R2", "R3"):
            schedule.cancel(copied.dana, reference, "rhubarb season")
        process.once()
        erase(copied.lee, harbor(copied))
        assert erasing.unfinished(copied.store), "beside Litestream it would damage the copy"
        process.let_erase()
        assert not erasing.unfinished(copied.store)
        for file in (copied.store.path, copied.store.path.with_name("firm.db-wal")):
            assert b"rhubarb season" not in file.read_bytes()
        process.once()
    coming_back.materialise(str(place), tmp_path / "back.db")
    with Store.open(tmp_path / "back.db") as store:
        assert audit.head(store) == audit.head(copied.store)


def test_a_promotion_that_was_broken_off_is_done_again(
    copied: Office, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = tmp_path / "other" / "firm.db"
    coming_back.restore(str(place), back)
    copied.clock.advance(3600)

    def broken(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with Store.open(back, clock=copied.clock) as store:
        lee = log_in(store, "lee")
        with monkeypatch.context() as patched:
            patched.setattr(fence, "stand", broken)
            with pytest.raises(KeyboardInterrupt):
                promoting.promote(lee)
        assert "this is a copy" in read_only_words(store)
        assert "of generation 2" in promoting.promote(lee)
        with pytest.raises(Refusal, match="is first already"):
            promoting.promote(lee)


def test_without_its_place_a_copy_is_promoted_only_when_that_is_said(
    copied: Office, place: Path, tmp_path: Path
) -> None:
    back = tmp_path / "other" / "firm.db"
    coming_back.restore(str(place), back)
    shutil.move(place, tmp_path / "away")
    place.write_text("in the way")
    with Store.open(back, clock=copied.clock) as store:
        lee = log_in(store, "lee")
        with pytest.raises(Refusal, match="--without-replica"):
            promoting.promote(lee)
        assert "NOTHING keeps" in promoting.promote(lee, without_place=True)
    # the place is back, and whoever looks there first has it
    place.unlink()
    shutil.move(tmp_path / "away", place)
    with copying(back) as second:
        second.once()
    with copying(copied.store.path) as first, pytest.raises(FirstPlaceLost):
        first.once()


def test_before_the_second_machine_has_carried_anything_the_copy_of_the_first_comes_back(
    copied: Office, place: Path, tmp_path: Path
) -> None:
    back = tmp_path / "other" / "firm.db"
    coming_back.restore(str(place), back)
    with Store.open(back, clock=copied.clock) as store:
        promoting.promote(log_in(store, "lee"), although_alive=True)
    third = tmp_path / "third" / "firm.db"
    done = coming_back.restore(str(place), third)
    assert any("is first since generation 2, and has no copy there yet" in line for line in done.made)
    with Store.open(third, clock=copied.clock) as store, pytest.raises(Refusal, match="was promoted first"):
        promoting.promote(log_in(store, "lee"), although_alive=True)


def test_what_was_saved_last_is_carried_before_the_process_ends(copied: Office, place: Path, tmp_path: Path) -> None:
    stop = Event()
    with Store.open(copied.store.path, clock=copied.clock) as store:
        thread = Thread(target=following.run, args=(store, print, stop))
        thread.start()
        time.sleep(1)
        rename(copied, "The last")
        stop.set()
        thread.join(30)
    coming_back.materialise(str(place), tmp_path / "back.db")
    assert name_in(tmp_path / "back.db") == "The last"
