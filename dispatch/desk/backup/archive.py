"""A backup of the whole state in one archive: what is in it, how it is written, read, and made a working place again.

It is a tar file, so that it can be looked into without this program: first `manifest.json` with the size and SHA-256 of
everything else, then `database`, the files that were handed in, texts that are typed and not yet saved, and settings beside
them. The key file of sshd is not in it: it names paths of its machine, and is made anew from the database.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any

from db import backups, chain, copies, files, keys, opening
from db.faults import Exists, StoreFault, from_os, translate
from db.library import sqlite3
from db.store import Store
from dispatch import __version__
from dispatch.desk.adapters import key_file
from dispatch.desk.adapters.transports import PASSWORD_FILE, URLS_FILE
from dispatch.desk.closeout import evidence
from dispatch.desk.session.preferences import KEYS_FILE, PERSONAL_FILE, settings_folder
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.unsent import folder_of as unsent_folder
from dispatch.model.text import show
from dispatch.travel.secret_files import FILE as TRAVEL_FILE
from dispatch.travel.secret_files import path_of as path_of_secret

FORMAT = 1
"""Of the manifest; a higher one was written by a newer program."""
DATABASE = "database"
MANIFEST = "manifest.json"
SETTINGS = (KEYS_FILE, PERSONAL_FILE, TRAVEL_FILE, PASSWORD_FILE, URLS_FILE)
"""What of a person's settings goes along: secrets too, so that the archive is as private as they are."""

_MANIFEST_MOST = 50_000_000
_NAME = re.compile(
    rf"{DATABASE}|files/[0-9a-f]{{2}}/[0-9a-f]{{64}}|unsent/[0-9a-f]{{32}}|settings/({'|'.join(map(re.escape, SETTINGS))})"
)
_PIECE = 1 << 20
_ANOTHER_KEY = "No matching keys found"
"""What age says of that."""
_AGE = (b"age-encryption.org/", b"-----BEGIN AGE ")


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A file of the archive; `size` in bytes, `sha256` in hexadecimal."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says it holds. `made_at` is in epoch seconds, `head` that of the audit chain, `missing` names files
    that were handed in and were not there, or not as they were, when it was made.
    """

    format: int
    program: str
    made_at: int
    database: str
    head: str
    entries: tuple[ArchivedFile, ...]
    missing: tuple[str, ...] = ()

    def count(self, folder: str) -> int:
        """How many of its entries are in a folder."""
        return sum(entry.name.startswith(f"{folder}/") for entry in self.entries)


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


def write(store: Store, target: Path, to: Sequence[str] = ()) -> Manifest:
    """Write the whole state into the new file `target` (0600), while others go on working.

    Args:
        store: an open database.
        target: in an existing folder; nothing is there yet.
        to: public keys (`age1…`, `ssh-ed25519 …`, `ssh-rsa …`); with any, only their owners can read the archive.

    Raises:
        StoreFault: as `db.backups.backup`.
        Refusal: a recipient cannot be read, or there is nothing to encrypt with.
    """
    target = target.absolute()
    with copies.new_file(target) as draft, draft.open("wb") as out:
        return pour(store, out, target.parent, to)


def pour(store: Store, out: IO[bytes], scratch: Path, to: Sequence[str] = ()) -> Manifest:
    """As `write`, into an open stream; `scratch` is a folder that takes a copy of the database meanwhile."""
    recipients = _recipients(to)
    try:
        with TemporaryDirectory(prefix=".dispatch-backup-", dir=scratch) as folder:
            manifest, sources = _gathered(store, Path(folder) / DATABASE)
            if not recipients:
                _tar(out, manifest, sources)
                return manifest
            from pyrage import encrypt_io

            with TemporaryFile(dir=scratch) as plain:
                _tar(plain, manifest, sources)
                plain.seek(0)
                encrypt_io(plain, out, recipients)
            return manifest
    except BrokenPipeError:
        raise
    except OSError as error:
        raise from_os(error, scratch / "backup") from error


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
    target = target.absolute()
    beside = {name: copies.side_file(target, f".{name}") for name in ("files", "unsent", "keys")}
    for path in (target, *beside.values()):
        if os.path.lexists(path):
            raise Exists(f"There is already something at {path}. It was left as it is; choose another name.")
    placed: list[Path] = []
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
            backup = _unpacked(source, identity, Path(folder), all_of_it=True)
            for name in ("files", "unsent"):
                if (Path(folder) / name).is_dir():
                    (Path(folder) / name).rename(beside[name])
                    placed.append(beside[name])
            backups.restore(Path(folder) / DATABASE, target)
            placed.clear()
            made = [f"{target}: the database, {backup.rows} rows of audit"]
            if backup.manifest is not None:
                made += _told_of(backup.manifest, beside)
            made += _settings_from(Path(folder) / "settings")
    except OSError as error:
        raise from_os(error, target) from error
    finally:
        for path in placed:
            shutil.rmtree(path, ignore_errors=True)
    with Store.open(target) as store:
        if live := keys.live_keys(store):
            made.append(f"{key_file.write(store)}: made anew, {len(live)} keys; let sshd read it (docs/remote.md)")
    return Restored(backup, tuple(made))


# writing


def _gathered(store: Store, database: Path) -> tuple[Manifest, dict[str, Path | bytes]]:
    """The manifest, and where each of its entries comes from. The database first: no file that it names goes away later."""
    head = backups.backup(store, database)
    sources: dict[str, Path | bytes] = {DATABASE: database}
    missing = []
    for sha256, size in sorted(files.hashes(store).items()):
        path = evidence.path_of(store, sha256)
        if evidence.is_whole(path, sha256, size):
            sources[f"files/{sha256[:2]}/{sha256}"] = path
        else:
            missing.append(sha256)
    typed = unsent_folder(store)
    for path in (*(typed.iterdir() if typed.is_dir() else ()), *map(_path_of_setting, SETTINGS)):
        name = f"{'unsent' if path.parent == typed else 'settings'}/{path.name}"
        with contextlib.suppress(FileNotFoundError):  # saved meanwhile, or never set
            if _NAME.fullmatch(name):
                sources[name] = path.read_bytes()
    entries = tuple(_entry(name, source) for name, source in sources.items())
    made_at, missing_too = store.clock.now(), tuple(missing)
    return Manifest(FORMAT, __version__, made_at, store.path.name, head, entries, missing_too), sources


def _entry(name: str, source: Path | bytes) -> ArchivedFile:
    with _stream(source) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        return ArchivedFile(name, file.seek(0, os.SEEK_END), digest)


def _tar(out: IO[bytes], manifest: Manifest, sources: dict[str, Path | bytes]) -> None:
    head = json.dumps(asdict(manifest), indent=1).encode()
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(_header(MANIFEST, len(head), manifest.made_at), io.BytesIO(head))
        for entry in manifest.entries:
            with _stream(sources[entry.name]) as file:
                tar.addfile(_header(entry.name, entry.size, manifest.made_at), file)


def _header(name: str, size: int, at: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mtime, header.mode = size, at, 0o600
    return header


def _stream(source: Path | bytes) -> IO[bytes]:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _recipients(to: Sequence[str]) -> list[Any]:
    if not to:
        return []
    pyrage = _pyrage()
    recipients = []
    for text in to:
        kind = pyrage.ssh if text.startswith("ssh-") else pyrage.x25519
        try:
            recipients.append(kind.Recipient.from_str(text.strip()))
        except pyrage.RecipientError:
            raise Refusal(
                f"{show(text, 80)} is not a public key of age (age1…) or of ssh. Nothing was written."
            ) from None
    return recipients


def _pyrage() -> Any:
    try:
        import pyrage
    except ImportError:
        raise Refusal("Encrypted backups need pyrage: install dispatch-board[encrypt].") from None
    return pyrage


# reading


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
    return _examined(folder / DATABASE, manifest, named)


def _examined(database: Path, manifest: Manifest | None, named: str) -> FoundBackup:
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
    pyrage = _pyrage()
    ours = _identities(identity)
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


def _identities(path: Path) -> list[Any]:
    pyrage = _pyrage()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise from_os(error, path) from error
    try:
        if b"PRIVATE KEY" in data:
            return [pyrage.ssh.Identity.from_buffer(data)]
        lines = [line.strip() for line in data.decode(errors="replace").splitlines()]
        if identities := [
            pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith("AGE-SECRET-KEY-")
        ]:
            return identities
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
    if DATABASE not in [entry.name for entry in entries] or not all(_NAME.fullmatch(entry.name) for entry in entries):
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


# what was made


def _told_of(manifest: Manifest, beside: dict[str, Path]) -> list[str]:
    sentences = []
    if count := manifest.count("files"):
        sentences.append(f"{beside['files']}: {count} files that were handed in")
    if count := manifest.count("unsent"):
        sentences.append(f"{beside['unsent']}: {count} texts that were typed and not yet saved")
    if manifest.missing:
        sentences.append(f"not made: {len(manifest.missing)} files that were missing when the backup was made")
    return sentences


def _settings_from(folder: Path) -> list[str]:
    """Put settings where this person has none, never over one."""
    sentences = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        target = _path_of_setting(path.name)
        if os.path.lexists(target):
            sentences.append(f"{target}: left as it is; the backup has one too")
            continue
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(StoreFault), copies.new_file(target) as draft:
            draft.write_bytes(path.read_bytes())
        sentences.append(f"{target}: as it was where the backup was made")
    return sentences


def _path_of_setting(name: str) -> Path:
    return settings_folder() / name if name in (KEYS_FILE, PERSONAL_FILE) else path_of_secret(name)
