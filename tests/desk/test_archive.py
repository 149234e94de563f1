"""A backup is the whole state: on another machine, by another path, it becomes a place where people work on."""

from __future__ import annotations

import io
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from db import audit, checklists, visits
from db.backups import backup as plain_copy
from db.backups import check
from db.faults import Corrupt, Exists, NotOurs, StoreFault
from db.library import sqlite3
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.desk.access import keyring, logins
from dispatch.desk.adapters import key_file
from dispatch.desk.backup import archive, restoring
from dispatch.desk.closeout import arriving, evidence
from dispatch.desk.closeout.evidence import attach
from dispatch.desk.plan import schedule
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.unsent import Unsent
from dispatch.desk.session.user import log_in
from dispatch.desk.visits import kept_files
from tests.desk.conftest import Office, at

PICTURE = b"\x89PNG" + bytes(range(256)) * 300
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0wmN/Cr3JXqmLW7u+g9pTh+wyqDHpSQEIQczXkVx9q ana@phone"


@pytest.fixture
def full(office: Office) -> Office:
    """A firm with a picture, a key, a text that is not yet saved and a setting."""
    schedule.assign(office.dana, "R1", ["Ana Ruiz"], at("09:00"), confirmed=True)
    office.go("09:00")
    arriving.arrive(office.ana, "R1")
    visit = visits.visit_by_reference(office.store, "R1")
    assert visit is not None
    item = checklists.checklist(office.store, visit.id).items[0]
    attach(office.ana, "R1", item.ref, "rack.png", io.BytesIO(PICTURE))
    keyring.add_key(office.lee, "ana", KEY)
    key_file.write(office.store)
    Unsent(office.ana, "note", "R1").keep("half a sentence")
    kept_files.templates_of(office.store).mkdir()
    (kept_files.templates_of(office.store) / "paper.css").write_text("h1 { color: red }")
    folder = archive.settings_folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / archive.KEYS_FILE).write_text('visit.assign = "z"\n')
    return office


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bare directory of another machine, where nothing is."""
    bare = tmp_path / "another machine"
    monkeypatch.setenv("DISPATCH_CONFIG", str(bare / "config"))
    return bare / "srv" / "board.db"


def test_from_a_bare_directory_to_a_technicians_login(full: Office, tmp_path: Path, elsewhere: Path) -> None:
    kept = tmp_path / "kept.tar"
    settings = archive.settings_folder()
    settings.mkdir(parents=True)
    (settings / archive.KEYS_FILE).write_text('visit.assign = "z"\n')
    made = archive.write(full.store, kept)
    shutil.rmtree(settings)
    found = restoring.verify(kept)
    assert (found.head, found.broken_at) == (audit.head(full.store), None)
    assert [made.count(kind) for kind in ("files", "unsent", "settings", "papers")] == [1, 1, 1, 1]

    done = restoring.restore(kept, elsewhere)

    told = "\n".join(done.made)
    assert f"{elsewhere}.files: 1 files" in told
    assert f"{elsewhere}.keys: made anew, 1 key" in told
    assert (settings / archive.KEYS_FILE).read_text() == 'visit.assign = "z"\n'
    assert str(full.store.path) not in Path(f"{elsewhere}.keys").read_text()
    assert [path for path in elsewhere.parent.rglob("*") if path.stat().st_mode & 0o077] == []
    with Store.open(elsewhere, clock=full.clock) as store:
        assert audit.head(store) == made.head
        assert evidence.faults(store) == []
        assert all(one.good for one in check(store) if one.subject != "clock")
        assert Path(f"{elsewhere}.keys").read_text() == key_file.content(store)
        (sha256,) = [entry.sha256 for entry in made.entries if entry.name.startswith("files/")]
        assert kept_files.path_of(store, sha256).read_bytes() == PICTURE
        assert (kept_files.templates_of(store) / "paper.css").read_text() == "h1 { color: red }"
        user = logins.log_in_by_key(store, 1, [" ".join(KEY.split()[:2])])
        assert user.staff.login == "ana"
        assert Unsent(user, "note", "R1").read() == "half a sentence"


def test_an_archive_for_the_owner_of_a_key_only(full: Office, tmp_path: Path, elsewhere: Path) -> None:
    pyrage = pytest.importorskip("pyrage", reason="needs pyrage: install the extra encrypt")
    identity = pyrage.x25519.Identity.generate()
    mine, other = tmp_path / "mine.txt", tmp_path / "other.txt"
    mine.write_text(f"# a comment\n{identity}\n")
    other.write_text(f"{pyrage.x25519.Identity.generate()}\n")
    sealed = tmp_path / "kept.tar.age"
    archive.write(full.store, sealed, [str(identity.to_public())])
    assert PICTURE not in sealed.read_bytes()
    none = tmp_path / "none.txt"
    none.write_text("no key")
    for key, words in ((None, "--identity"), (other, "for other keys than that in"), (none, "holds no private key")):
        with pytest.raises(Refusal, match=words):
            restoring.verify(sealed, key)
    restoring.restore(sealed, elsewhere, mine)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    with Store.open(elsewhere) as store:
        assert evidence.faults(store) == []
    with pytest.raises(Refusal, match="not a public key"):
        archive.write(full.store, tmp_path / "again.tar.age", ["age1nothing"])
    assert not (tmp_path / "again.tar.age").exists()


@pytest.mark.parametrize("at", [3, 120, 4000, -1])
def test_an_encrypted_archive_that_is_damaged_or_cut_off_says_so(
    full: Office, tmp_path: Path, elsewhere: Path, at: int
) -> None:
    pyrage = pytest.importorskip("pyrage", reason="needs pyrage: install the extra encrypt")
    identity = pyrage.x25519.Identity.generate()
    mine = tmp_path / "mine.txt"
    mine.write_text(f"{identity}\n")
    sealed = tmp_path / "kept.tar.age"
    archive.write(full.store, sealed, [str(identity.to_public())])
    whole = sealed.read_bytes()
    for damaged in (whole[:at] + bytes([whole[at] ^ 1]) + whole[at:][1:], whole[:at]):
        sealed.write_bytes(damaged)
        for look in (lambda: restoring.verify(sealed, mine), lambda: restoring.restore(sealed, elsewhere, mine)):
            with pytest.raises(Refusal, match=r"kept\.tar\.age is .*(damaged|cut off).*Take an older backup"):
                look()
        assert not elsewhere.exists()


@pytest.mark.parametrize("damage", ["a bit", "cut", "a member more", "a member less", "no manifest"])
def test_an_archive_that_is_not_whole_is_refused_and_leaves_nothing(
    full: Office, tmp_path: Path, elsewhere: Path, damage: str
) -> None:
    kept = tmp_path / "kept.tar"
    archive.write(full.store, kept)
    data = bytearray(kept.read_bytes())
    if damage == "a bit":
        data[data.index(PICTURE) + 1000] ^= 4
    elif damage == "cut":
        del data[data.index(PICTURE) + 1000 :]
    kept.write_bytes(bytes(data))
    if damage.startswith(("a member", "no")):
        with tarfile.open(kept) as old, tarfile.open(tmp_path / "new.tar", "w") as new:
            for member in old.getmembers()[damage == "no manifest" : -1 if damage == "a member less" else None]:
                new.addfile(member, old.extractfile(member))
            if damage == "a member more":
                new.addfile(tarfile.TarInfo("../../outside"), io.BytesIO(b""))
        (tmp_path / "new.tar").replace(kept)
    with pytest.raises(Refusal, match="not a whole backup"):
        restoring.verify(kept)
    with pytest.raises(Refusal, match="not a whole backup"):
        restoring.restore(kept, elsewhere)
    assert list(elsewhere.parent.iterdir()) == []


def test_what_is_missing_is_named_and_the_rest_is_kept(full: Office, tmp_path: Path) -> None:
    (sha256,) = [one.sha256 for one in archive.write(full.store, tmp_path / "a.tar").entries if "files/" in one.name]
    kept_files.path_of(full.store, sha256).unlink()
    manifest = archive.write(full.store, tmp_path / "b.tar")
    assert manifest.missing == (sha256,)
    assert restoring.verify(tmp_path / "b.tar").manifest == manifest


def test_nothing_is_restored_over_anything(full: Office, tmp_path: Path, elsewhere: Path) -> None:
    archive.write(full.store, tmp_path / "kept.tar")
    for name in ("board.db", "board.db.files", "board.db.keys", "board.db.unsent"):
        there = elsewhere.with_name(name)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text("precious")
        with pytest.raises(Exists):
            restoring.restore(tmp_path / "kept.tar", elsewhere)
        assert there.read_text() == "precious"
        there.unlink()
    assert list(elsewhere.parent.iterdir()) == []


def test_a_plain_copy_of_before_there_were_archives_is_restored(full: Office, tmp_path: Path, elsewhere: Path) -> None:
    head = plain_copy(full.store, tmp_path / "old.db")
    assert restoring.verify(tmp_path / "old.db").manifest is None
    assert restoring.restore(tmp_path / "old.db", elsewhere).found.head == head
    with Store.open(elsewhere) as store:
        assert log_in(store, "ana").staff.login == "ana"


def test_backups_are_found_by_a_path_from_where_one_is(
    full: Office, tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = plain_copy(full.store, tmp_path / "old.db")
    archive.write(full.store, tmp_path / "kept.tar")
    (tmp_path / "letter").write_text("x")
    monkeypatch.chdir(tmp_path)
    for name in ("old.db", "kept.tar"):
        assert restoring.verify(Path(name)).head == head
    assert restoring.restore(Path("old.db"), elsewhere).found.head == head
    with pytest.raises(NotOurs):
        restoring.verify(Path("letter"))


def test_a_text_that_is_no_utf8_is_one_sentence_is_found_and_is_not_called_checked(
    office: Office, tmp_path: Path
) -> None:
    conn = sqlite3.connect(office.store.path, isolation_level=None)
    conn.execute("UPDATE client SET notes = CAST(x'616263ff64' AS TEXT) WHERE id = 1")
    conn.execute("UPDATE site SET access_notes = 'gate' || char(27) || '[2J' WHERE id = 1")
    conn.close()
    with pytest.raises(Corrupt, match="no UTF-8"):
        office.store.all("SELECT notes FROM client")
    with pytest.raises(Corrupt, match=r"client\.notes, row 1, is no UTF-8"):
        archive.write(office.store, tmp_path / "kept.tar")
    assert not (tmp_path / "kept.tar").exists()
    (finding,) = [one for one in check(office.store) if one.subject == "texts"]
    assert "client.notes, row 1, is no UTF-8" in finding.text
    assert "site.access_notes, row 1, holds the control character U+001B" in finding.text


def test_what_is_no_backup_is_refused_in_one_sentence(tmp_path: Path, elsewhere: Path) -> None:
    (tmp_path / "text").write_text("hello\n" * 1000)
    for path in (tmp_path / "text", tmp_path, tmp_path / "nothing"):
        with pytest.raises((StoreFault, Refusal)):
            restoring.restore(path, elsewhere)
    assert not elsewhere.exists()


class Meanwhile(io.BytesIO):
    """Bytes; when all of them were read, something else happens."""

    def __init__(self, data: bytes, then: Callable[[], object]) -> None:
        super().__init__(data)
        self._then: Callable[[], object] | None = then

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        if not piece and (then := self._then) is not None:
            self._then = None
            then()
        return piece


def test_of_two_uploads_of_the_same_bytes_the_refused_one_takes_nothing_away(full: Office) -> None:
    other = PICTURE + b"!"

    def leave() -> None:
        with unit_of_work(full.store, "edit staff", Actor(None, "x", "x", "system")) as unit:
            unit.execute("UPDATE staff SET active = 0 WHERE login = 'lee'")
            unit.audit("staff", full.lee.staff.id)

    def refused() -> None:
        with pytest.raises(Refusal, match="no longer active"):
            attach(full.lee, "R1", "T1", "b.png", Meanwhile(other, leave))

    kept = attach(full.ana, "R1", "T1", "a.png", Meanwhile(other, refused))
    assert kept_files.path_of(full.store, kept.sha256).read_bytes() == other
    assert evidence.faults(full.store) == []
    assert [path.name for path in kept_files.folder_of(full.store).iterdir() if path.name.startswith("new.")] == []


def test_a_visit_on_a_technician_who_was_archived_past_the_program_is_found(full: Office) -> None:
    conn = sqlite3.connect(full.store.path, isolation_level=None)
    conn.execute("UPDATE technician SET archived_at = 1 WHERE staff_id = ?", (full.ana.staff.id,))
    conn.close()
    (finding,) = [one for one in check(full.store) if one.subject == "technicians"]
    assert finding.text == "R1 is with Ana Ruiz, who is archived"
