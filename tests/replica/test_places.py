"""Every kind of place keeps files in the same way, and lets one machine be first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from db import audit
from db.store import Store
from dispatch.desk.backup import coming_back, promoting, setting_up
from dispatch.desk.backup.by_sftp import SftpPlace
from dispatch.desk.backup.following import FirstPlaceLost
from dispatch.desk.backup.places import NotAtPlace, PlaceNotReached
from dispatch.desk.backup.targets import place_at
from dispatch.desk.session.user import log_in
from tests.desk.conftest import Office
from tests.replica.conftest import copying
from tests.replica.places import BY_SFTP, KINDS, at_work


@pytest.fixture(params=KINDS)
def target(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A place of each kind."""
    with at_work(request.param, tmp_path, monkeypatch) as named:
        yield named


def test_what_is_written_is_there(target: str, tmp_path: Path) -> None:
    place = place_at(target)
    assert place.names("a/") == {}
    place.write("a/one", b"first")
    (tmp_path / "large").write_bytes(b"x" * 3_000_000)
    place.write("a/b/large", tmp_path / "large")
    place.write("a/one", b"second")
    place.write("a/empty", b"")
    assert set(place.names("a/")) == {"a/one", "a/b/large", "a/empty"}
    assert place.read("a/one") == b"second"
    place.fetch("a/b/large", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b"x" * 3_000_000
    assert (tmp_path / "back").stat().st_mode & 0o777 == 0o600
    place.remove("a/one")
    place.remove("a/one")
    with pytest.raises(NotAtPlace):
        place.read("a/one")
    with pytest.raises(NotAtPlace):
        place.fetch("a/one", tmp_path / "none")
    place.close()


def test_one_creates_a_name(target: str) -> None:
    one, two = place_at(target), place_at(target)
    assert one.create("generations/000001.json", b"one")
    assert not two.create("generations/000001.json", b"two")
    assert two.read("generations/000001.json") == b"one"
    one.close()
    two.close()


def test_a_firm_is_kept_there_comes_back_and_is_first_elsewhere(target: str, office: Office, tmp_path: Path) -> None:
    assert not [line for line in setting_up.set_up(office.lee, target) if "lets two machines" in line]
    with copying(office.store.path) as process:
        process.once()
        back = tmp_path / "other" / "firm.db"
        done = coming_back.restore(target, back)
        assert done.found.head == audit.head(office.store)
        assert any("head compared" in line for line in done.made)
        office.clock.advance(3600)
        with Store.open(back, clock=office.clock) as store:
            promoting.promote(log_in(store, "lee"))
        with copying(back) as second:
            second.once()
        with pytest.raises(FirstPlaceLost):
            process.look()


def test_a_server_that_is_away_is_told_in_a_sentence() -> None:
    place = place_at("sftp://somebody@127.0.0.1:1/folder")
    with pytest.raises(PlaceNotReached, match="somebody@127"):
        place.names("a/")
    place.close()


@pytest.mark.parametrize("kind", [BY_SFTP])
def test_a_line_that_broke_is_made_anew(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with at_work(kind, tmp_path, monkeypatch) as target:
        place = place_at(target)
        assert isinstance(place, SftpPlace)
        place.write("a/one", b"first")
        place._connection.abort()
        with pytest.raises(PlaceNotReached):
            place.write("a/one", b"second")
        place.write("a/one", b"third")
        assert place.read("a/one") == b"third"
        place.close()
