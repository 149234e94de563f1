"""A backup read again: looked at whether it is whole, and made a working place."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any

from db import backups, chain, copies, opening, sessions
from db.faults import Exists, StoreFault, from_os, translate
from db.library import sqlite3
from db.store import Store
from dispatch.desk.adapters import key_file
from dispatch.desk.backup.archive import (
    DATABASE,
    ENTRY_NAME,
    FORMAT,
    MANIFEST,
    ArchivedFile,
    Manifest,
    age_library,
    path_of_setting,
)
from dispatch.desk.session.refusals import Refusal
from dispatch.model.text import count_text, show

_MANIFEST_MOST = 50_000_000
_PIECE = 1 << 20
_ANOTHER_KEY = "No matching keys found"
"""What age says where a file is encrypted for others."""
_AGE = (b"age-encryption.org/", b"-----BEGIN AGE ")


@dataclass(frozen=True, slots=True)
class FoundBackup:
    """A backup that was looked into: its head, how many rows of the audit that vouches for, and the first row that is wrong.

    `manifest` is None for a plain copy of a database, as backups were before there were archives.
    """

    head: str
    rows: int
    broken_at: int | None
    manifest: Manifest | None


@dataclass(frozen=True, slots=True)
class Restored:
    """A working place that was made of a backup, and one line about each thing that was made."""

    found: FoundBackup
    made: tuple[str, ...]


def verify(source: Path, identity: Path | None = None) -> FoundBackup:
    """Look whether a backup is whole: every hash, every page and text of the database, the audit chain.

    Args:
        source: an archive, or a plain copy of a database.
        identity: the file with the private key, where the archive is encrypted.

    Raises:
        StoreFault, Refusal: it is not; the sentence says what is wrong.
    """
    with TemporaryDirectory(prefix="dispatch-") as folder:
        return _unpacked(source, identity, Path(folder), all_of_it=False)


def restore(source: Path, target: Path, identity: Path | None = None) -> Restored:
    """Make a working place of a backup: the database as the new file `target`, and beside it what goes with it.

    Nothing that is there is written over. The key file of sshd is made anew for this machine.

    Raises:
        Exists: something is at `target`, or beside it where a part of the backup belongs.
        StoreFault, Refusal: the backup is not whole, or the folder does not take it. Nothing half-made is left.
    """

    def unpack(folder: Path) -> tuple[FoundBackup, list[str]]:
        backup = _unpacked(source, identity, folder, all_of_it=True)
        return backup, [] if backup.manifest is None else _told_of(backup.manifest, parts_beside(target))

    target = target.absolute()
    return put_in_place(target, unpack)


def parts_beside(target: Path) -> dict[str, Path]:
    """What belongs beside a database, by its name in a backup."""
    return {name: copies.side_file(target, f".{name}") for name in ("files", "unsent", "papers", "keys")}


def put_in_place(target: Path, unpack: Callable[[Path], tuple[FoundBackup, list[str]]]) -> Restored:
    """Make a working place of what `unpack` puts into a folder on the same disk: `database`, `files`, `unsent`, `papers` and
    `settings`; it says what it found, and one line about each thing. Raises as `restore`."""
    beside = parts_beside(target)
    for path in (target, *beside.values()):
        if os.path.lexists(path):
            raise Exists(f"There is already something at {path}. It was left as it is; choose another name.")
    placed: list[Path] = []
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
            backup, told = unpack(Path(folder))
            for name in ("files", "unsent", "papers"):
                if (Path(folder) / name).is_dir():
                    (Path(folder) / name).rename(beside[name])
                    placed.append(beside[name])
            backups.restore(Path(folder) / DATABASE, target)
            placed.clear()
            made = [f"{target}: the database, {backup.rows} rows of audit", *told]
            made += _settings_from(Path(folder) / "settings")
    except OSError as error:
        raise from_os(error, target) from error
    finally:
        for path in placed:
            shutil.rmtree(path, ignore_errors=True)
    with Store.open(target) as store:
        if live := sessions.live_keys(store):
            made.append(
                f"{key_file.write(store)}: made anew, {count_text(len(live), 'key')}; let sshd read it (docs/remote.md)"
            )
    return Restored(backup, tuple(made))


def _unpacked(source: Path, identity: Path | None, folder: Path, *, all_of_it: bool) -> FoundBackup:
    """Take a backup apart into `folder`, everything looked at; without `all_of_it` only its database is kept there."""
    named = show(str(source))
    try:
        with source.open("rb") as file, _decrypted(file, identity, named) as plain:
            manifest = None
            plain.seek(257)
            is_tar = plain.read(5) == b"ustar"
            plain.seek(0)
            if is_tar:
                manifest = _extract(plain, folder, named, all_of_it=all_of_it)
            else:
                if plain is file and source.suffix == ".age":
                    raise Refusal(
                        f"{named} is no encrypted archive, or its beginning is damaged. Take an older backup."
                    )
                if plain is file:
                    # refused in its own words where it is none
                    opening.vet(source)
                with (folder / DATABASE).open("wb") as copy:
                    shutil.copyfileobj(plain, copy, _PIECE)
    except IsADirectoryError:
        raise Refusal(f"{named} is a folder; name a backup.") from None
    except OSError as error:
        raise from_os(error, source) from error
    return examined(folder / DATABASE, manifest, named)


def examined(database: Path, manifest: Manifest | None, named: str) -> FoundBackup:
    """Look whether a database that nobody has open is whole; raises as `verify`."""
    opening.vet(database)
    try:
        with contextlib.closing(copies.connect(database, mode="ro&immutable=1")) as conn:
            if (damage := copies.damage_of(conn)) is not None:
                raise Refusal(f"{named} is damaged ({show(damage, 200)}). Take an older backup.")
            backup = FoundBackup(chain.head_of(conn), chain.rows_of(conn), chain.broken_at(conn), manifest)
            backups.refuse_damaged_text(conn)
    except sqlite3.Error as error:
        raise translate(error) from error
    if manifest is not None and manifest.head != backup.head:
        raise Refusal(f"{named} is damaged: the head of its audit chain is not the one in its manifest.")
    return backup


@contextlib.contextmanager
def _decrypted(file: IO[bytes], identity: Path | None, named: str) -> Iterator[IO[bytes]]:
    beginning = file.read(20)
    file.seek(0)
    if not beginning.startswith(_AGE):
        yield file
        return
    if identity is None:
        raise Refusal(f"{named} is encrypted: name the file with the private key by --identity.")
    pyrage = age_library()
    ours = identities(identity)
    with TemporaryFile() as plain:
        try:
            pyrage.decrypt_io(file, plain, ours)
        except (pyrage.DecryptError, OSError) as error:
            if getattr(error, "errno", None):  # of the disk
                raise
            if str(error) == _ANOTHER_KEY:
                raise Refusal(
                    f"{named} is encrypted for other keys than that in {show(str(identity))}, or its head is damaged:"
                    " name the file with the right private key by --identity, or take an older backup."
                ) from None
            raise Refusal(
                f"{named} is encrypted, and damaged or cut off: nothing of it can be trusted. Take an older backup."
            ) from None
        plain.seek(0)
        yield plain


def identities(path: Path) -> list[Any]:
    """The private keys in a file, as age takes them.

    Raises:
        Refusal: there is none in it.
    """
    pyrage = age_library()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise from_os(error, path) from error
    try:
        if b"PRIVATE KEY" in data:
            return [pyrage.ssh.Identity.from_buffer(data)]
        lines = [line.strip() for line in data.decode(errors="replace").splitlines()]
        if found := [pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith("AGE-SECRET-KEY-")]:
            return found
    except pyrage.IdentityError:
        pass
    raise Refusal(
        f"{show(str(path))} holds no private key of age (AGE-SECRET-KEY-…) or of ssh without a passphrase: name one by --identity."
    )


def _extract(plain: IO[bytes], folder: Path, named: str, *, all_of_it: bool) -> Manifest:
    """Take out what the manifest names, and nothing else, each under a name of our own making."""
    whole = f"{named} is not a whole backup of this program"
    try:
        with tarfile.open(fileobj=plain, mode="r|") as tar:
            manifest = _manifest(tar, whole)
            waiting = {entry.name: entry for entry in manifest.entries}
            while (member := tar.next()) is not None:
                entry = waiting.pop(member.name, None)
                content = tar.extractfile(member) if member.isreg() else None
                if entry is None or content is None:
                    raise Refusal(f"{whole}: {show(member.name, 80)} is not in its manifest, or twice in it.")
                keep = all_of_it or entry.name == DATABASE
                if _taken(content, folder / entry.name if keep else None) != (entry.size, entry.sha256):
                    raise Refusal(f"{whole}: {show(entry.name, 80)} is damaged. Take an older backup.")
    except (tarfile.TarError, EOFError):
        raise Refusal(f"{whole}: it is cut off or damaged. Take an older backup.") from None
    if waiting:
        raise Refusal(f"{whole}: {show(next(iter(waiting)), 80)} is missing. Take an older backup.")
    return manifest


def _manifest(tar: tarfile.TarFile, whole: str) -> Manifest:
    first = tar.next()
    content = tar.extractfile(first) if first is not None and first.name == MANIFEST and first.isreg() else None
    if content is None or first is None or first.size > _MANIFEST_MOST:
        raise Refusal(f"{whole}: there is no manifest at its beginning.")
    try:
        read = json.loads(content.read())
        if read["format"] > FORMAT:
            raise Refusal(f"{whole}: a newer one made it. Install that first.")
        entries = tuple(ArchivedFile(**entry) for entry in read.pop("entries"))
        manifest = Manifest(**{**read, "entries": entries, "missing": tuple(read["missing"])})
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Refusal(f"{whole}: its manifest cannot be read.") from None
    if DATABASE not in [entry.name for entry in entries] or not all(
        ENTRY_NAME.fullmatch(entry.name) for entry in entries
    ):
        raise Refusal(f"{whole}: its manifest names what no backup has.")
    return manifest


def _taken(content: IO[bytes], target: Path | None) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    if target is not None:
        for above in reversed(target.parents[:2]):  # the mode is not that of what is made above
            above.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with open(os.devnull if target is None else os.open(target, new, 0o600), "wb") as out:
        while piece := content.read(_PIECE):
            digest.update(piece)
            size += out.write(piece)
        if target is not None:
            out.flush()
            os.fsync(out.fileno())
    return size, digest.hexdigest()


def _told_of(manifest: Manifest, beside: dict[str, Path]) -> list[str]:
    words = {
        "files": "files that were handed in",
        "unsent": "texts that were typed and not yet saved",
        "papers": "templates of papers",
    }
    sentences = [f"{beside[name]}: {count} {what}" for name, what in words.items() if (count := manifest.count(name))]
    if manifest.missing:
        sentences.append(f"not made: {count_text(len(manifest.missing), 'file')} missing when the backup was made")
    return sentences


def _settings_from(folder: Path) -> list[str]:
    """Put settings where this person has none, never over one."""
    sentences = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        target = path_of_setting(path.name)
        if os.path.lexists(target):
            sentences.append(f"{target}: left as it is; the backup has one too")
            continue
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(StoreFault), copies.new_file(target) as draft:
            draft.write_bytes(path.read_bytes())
        sentences.append(f"{target}: as it was where the backup was made")
    return sentences
