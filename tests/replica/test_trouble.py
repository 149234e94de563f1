"""What happens to the copy where something goes wrong: nobody is first by mistake, and the copy goes on."""

from __future__ import annotations

import json
import os
import signal
import stat
import time
from pathlib import Path
from threading import Event, Thread

import pytest

from db import fence, settings
from db.faults import ReadOnly
from db.heartbeats import REPLICATE, beat
from db.store import Store
from dispatch.desk.backup import archive, coming_back, elsewhere, following, promoting, setting_up
from dispatch.desk.backup.following import FirstPlaceLost
from dispatch.desk.backup.places import FolderPlace, NotAtPlace, PlaceNotReached
from dispatch.desk.backup.targets import place_at
from dispatch.desk.session.refusals import NotAllowed, Refusal
from dispatch.desk.session.user import log_in
from tests.desk.conftest import Office
from tests.replica.conftest import copying
from tests.replica.test_copy import hand_in, name_in, rename


def generations(place: Path) -> list[str]:
    """The claims at the place."""
    return sorted(path.name for path in (place / "generations").iterdir())


@pytest.mark.parametrize("who", ["ana", "dana"])
def test_who_may_not_promote_claims_nothing(copied: Office, place: Path, tmp_path: Path, who: str) -> None:
    back = tmp_path / "other" / "firm.db"
    coming_back.restore(str(place), back)
    copied.clock.advance(3600)
    with Store.open(back, clock=copied.clock) as store, pytest.raises(NotAllowed):
        promoting.promote(log_in(store, who))
    assert generations(place) == ["000001.json"]
    with copying(copied.store.path) as process:
        process.once()
    rename(copied, "Still first")


def test_who_may_not_begin_a_copy_touches_no_place(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    with pytest.raises(NotAllowed):
        setting_up.set_up(office.dana, str(folder))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert not list(folder.iterdir())


def test_a_folder_of_others_is_not_closed_to_them(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    folder.joinpath("theirs").write_text("kept")
    with pytest.raises(Refusal, match="open to others"):
        setting_up.set_up(office.lee, str(folder))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


def test_a_litestream_that_was_killed_is_begun_anew(copied: Office, place: Path, tmp_path: Path) -> None:
    with copying(copied.store.path) as process:
        process.once()
        assert process._litestream is not None
        os.kill(process._litestream._process.pid, signal.SIGKILL)
        process._litestream._process.wait()
        rename(copied, "After it was killed")
        with pytest.raises(PlaceNotReached):
            process.once()
        process.once()
    coming_back.materialise(str(place), tmp_path / "back.db")
    assert name_in(tmp_path / "back.db") == "After it was killed"


def test_a_claim_that_was_broken_off_dethrones_nobody(copied: Office, place: Path) -> None:
    place.joinpath("generations", "000001.json").write_bytes(b"")
    place.joinpath("generations", "notes.txt").write_text("a stray file")
    with copying(copied.store.path) as process:
        process.look()
    rename(copied, "Still first")


def test_a_file_that_litestream_takes_away_meanwhile_is_no_trouble(
    copied: Office, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with copying(copied.store.path) as process:
        process.once()
        rename(copied, "Later")
        write, gone = FolderPlace.write, list[Path]()

        def taken_away(self: FolderPlace, name: str, content: Path | bytes) -> None:
            if isinstance(content, Path) and not gone:
                gone.append(content)
                content.unlink()
            write(self, name, content)

        monkeypatch.setattr(FolderPlace, "write", taken_away)
        process.once()
        assert gone

        def refuses(self: FolderPlace, name: str, content: Path | bytes) -> None:
            raise NotAtPlace(name)

        monkeypatch.setattr(FolderPlace, "write", refuses)
        rename(copied, "Later still")
        with pytest.raises((PlaceNotReached, NotAtPlace)):
            process.once()


def test_a_machine_that_stands_still_for_want_of_the_copy_hears_that_another_is_first(
    copied: Office, place: Path
) -> None:
    with copied.lee.write("test") as unit:
        settings.set_firm(unit, alone_minutes=5)
    beat(copied.store, REPLICATE, 10)
    place.joinpath("generations", "000002.json").write_text(json.dumps({"machine": "b", "host": "second", "at": 1}))
    copied.clock.advance(600)
    with pytest.raises(ReadOnly, match="not reached"):
        rename(copied, "No")
    with Store.open(copied.store.path, clock=copied.clock) as store:
        here = elsewhere.kept(store.path)
        assert here is not None
        process = following.Copying(store, here)
        with pytest.raises(FirstPlaceLost, match="second is first since generation 2"):
            process.look()
        process.end()
        stands = fence.standing(store.conn)
    assert stands is not None
    assert stands.state == fence.LOST


def test_encrypted_later_nothing_readable_stays_at_the_place(copied: Office, place: Path) -> None:
    import pyrage

    hand_in(copied)
    with copying(copied.store.path) as process:
        process.once()
    readable = [path for path in (place / "files").rglob("*") if path.is_file()]
    assert readable
    setting_up.set_up(copied.lee, str(place), [str(pyrage.x25519.Identity.generate().to_public())])
    with copying(copied.store.path) as process:
        process.once()
    left = [path for part in ("files", "beside") for path in (place / part).rglob("*") if path.is_file()]
    assert left
    assert all(path.suffix == ".age" for path in left)


def test_what_went_while_the_process_was_down_goes_at_the_place(
    copied: Office, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "beside", lambda _: {"unsent/1": b"a text", "settings/x": b"x"})
    with copying(copied.store.path) as process:
        process.once()
    assert place.joinpath("beside", "unsent", "1").exists()
    monkeypatch.setattr(archive, "beside", lambda _: {"settings/x": b"x"})
    with copying(copied.store.path) as process:
        process.once()
    assert not place.joinpath("beside", "unsent", "1").exists()
    assert place.joinpath("beside", "settings", "x").exists()


def test_a_running_process_goes_to_the_new_place_and_ends_with_the_copy(
    copied: Office, place: Path, tmp_path: Path
) -> None:
    stop, said = Event(), list[str]()
    other = tmp_path / "another"
    with Store.open(copied.store.path, clock=copied.clock) as store:
        thread = Thread(target=following.run, args=(store, said.append, stop))
        thread.start()
        try:
            setting_up.set_up(copied.lee, str(other))
            deadline = time.monotonic() + 20
            while not other.joinpath("copies", "000001.json").exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            assert other.joinpath("copies", "000001.json").exists()
            setting_up.stop(copied.lee)
            thread.join(20)
            assert not thread.is_alive()
        finally:
            stop.set()
            thread.join(20)
    assert said[-1] == elsewhere.NONE


def test_ended_and_begun_again_at_the_same_place_it_is_the_same_machine(copied: Office, place: Path) -> None:
    setting_up.stop(copied.lee)
    assert elsewhere.status(copied.store) is None
    with pytest.raises(Refusal, match="No copy"):
        setting_up.stop(copied.lee)
    setting_up.set_up(copied.lee, str(place))
    with copying(copied.store.path) as process:
        process.once()
    assert generations(place) == ["000001.json"]


def test_no_save_waits_for_a_slow_place_while_a_copy_is_begun(
    office: Office, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = FolderPlace.create

    def slowly(self: FolderPlace, name: str, content: bytes) -> bool:
        time.sleep(1)
        return create(self, name, content)

    monkeypatch.setattr(FolderPlace, "create", slowly)
    with Store.open(office.store.path, clock=office.clock) as store:
        thread = Thread(target=setting_up.set_up, args=(log_in(store, "lee"), str(place)))
        thread.start()
        longest = 0.0
        while thread.is_alive():
            began = time.monotonic()
            rename(office, f"Meanwhile {began}")
            longest = max(longest, time.monotonic() - began)
            time.sleep(0.05)
        thread.join()
    assert longest < 0.8


def test_a_key_in_the_endpoint_is_refused() -> None:
    pytest.importorskip("obstore", reason="needs obstore: pip install dispatch-board[replica]")
    with pytest.raises(Refusal, match="without a key"):
        place_at("s3://bucket/folder?endpoint=https://key:secret@s3.example")
