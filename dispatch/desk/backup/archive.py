"""A backup of the whole state in one archive: what is in it, and how it is written.

It is a tar file, so that it can be looked into without this program: first `manifest.json` with the size and SHA-256 of
everything else, then `database`, the files that were handed in, texts that are typed and not yet saved, the firm's templates
of papers, and settings beside them. The key file of sshd is not in it: it names paths of its machine, and is made anew from the
database.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any

from db import backups, checklists, copies
from db.faults import from_os
from db.store import Store
from dispatch import __version__
from dispatch.desk.adapters.transports import PASSWORD_FILE, SMS_URLS_FILE, URLS_FILE
from dispatch.desk.closeout import evidence
from dispatch.desk.session.preferences import KEYS_FILE, PERSONAL_FILE, settings_folder
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.unsent import folder_of as unsent_folder
from dispatch.desk.visits import kept_files
from dispatch.model.text import show
from dispatch.travel.secret_files import FILE as TRAVEL_FILE
from dispatch.travel.secret_files import path_of as path_of_secret

FORMAT = 1
"""Of the manifest; a higher one was written by a newer program."""
DATABASE = "database"
MANIFEST = "manifest.json"
SETTINGS = (KEYS_FILE, PERSONAL_FILE, TRAVEL_FILE, PASSWORD_FILE, URLS_FILE, SMS_URLS_FILE)
"""What of a person's settings goes along: secrets too, so that the archive is as private as they are."""

ENTRY_NAME = re.compile(
    rf"{DATABASE}|files/[0-9a-f]{{2}}/[0-9a-f]{{64}}|unsent/[0-9a-f]{{32}}|papers/[A-Za-z0-9_-][A-Za-z0-9_.-]{{0,79}}|"
    rf"settings/({'|'.join(map(re.escape, SETTINGS))})"
)


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
    readers = recipients(to)
    try:
        with TemporaryDirectory(prefix=".dispatch-backup-", dir=scratch) as folder:
            manifest, sources = _gathered(store, Path(folder) / DATABASE)
            if not readers:
                _tar(out, manifest, sources)
                return manifest
            from pyrage import encrypt_io

            with TemporaryFile(dir=scratch) as plain:
                _tar(plain, manifest, sources)
                plain.seek(0)
                encrypt_io(plain, out, readers)
            return manifest
    except BrokenPipeError:
        raise
    except OSError as error:
        raise from_os(error, scratch / "backup") from error


def _gathered(store: Store, database: Path) -> tuple[Manifest, dict[str, Path | bytes]]:
    """The manifest, and where each of its entries comes from. The database first: no file that it names goes away later."""
    head = backups.backup(store, database)
    sources: dict[str, Path | bytes] = {DATABASE: database}
    missing = []
    for sha256, size in sorted(checklists.file_hashes(store).items()):
        path = kept_files.path_of(store, sha256)
        if evidence.is_whole(path, sha256, size):
            sources[f"files/{sha256[:2]}/{sha256}"] = path
        else:
            missing.append(sha256)
    sources |= beside(store)
    entries = tuple(_entry(name, source) for name, source in sources.items())
    made_at, missing_too = store.clock.now(), tuple(missing)
    return Manifest(FORMAT, __version__, made_at, store.path.name, head, entries, missing_too), sources


def beside(store: Store) -> dict[str, bytes]:
    """What goes along with a database and its files: texts not yet saved, templates of papers, this person's settings."""
    folders = {"unsent": unsent_folder(store), "papers": kept_files.templates_of(store)}
    paths = [(kind, path) for kind, folder in folders.items() if folder.is_dir() for path in sorted(folder.iterdir())]
    found = {}
    for kind, path in (*paths, *(("settings", path_of_setting(name)) for name in SETTINGS)):
        name = f"{kind}/{path.name}"
        with contextlib.suppress(FileNotFoundError, IsADirectoryError):  # saved meanwhile, or never set
            if ENTRY_NAME.fullmatch(name):
                found[name] = path.read_bytes()
    return found


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


def recipients(to: Sequence[str]) -> list[Any]:
    """Public keys as age takes them.

    Raises:
        Refusal: one cannot be read, or there is nothing to encrypt with.
    """
    if not to:
        return []
    pyrage = age_library()
    found = []
    for text in to:
        kind = pyrage.ssh if text.startswith("ssh-") else pyrage.x25519
        try:
            found.append(kind.Recipient.from_str(text.strip()))
        except pyrage.RecipientError:
            raise Refusal(
                f"{show(text, 80)} is not a public key of age (age1…) or of ssh. Nothing was written."
            ) from None
    return found


def age_library() -> Any:
    """The library that encrypts as age does.

    Raises:
        Refusal: it is not installed.
    """
    try:
        import pyrage
    except ImportError:
        raise Refusal("Encrypted backups need pyrage: install dispatch-board[encrypt].") from None
    return pyrage


def path_of_setting(name: str) -> Path:
    """Where this person keeps a file of `SETTINGS`."""
    return settings_folder() / name if name in (KEYS_FILE, PERSONAL_FILE) else path_of_secret(name)
