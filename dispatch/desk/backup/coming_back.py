"""A copy that is kept elsewhere brought back: its newest state, or that of a moment in the past, as a database of its own.

What comes back is a copy and saves nothing, until it is promoted (`dispatch.desk.backup.promoting`).
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
import subprocess
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from db import backups, checklists, copies, fence
from db.faults import Exists, from_os
from db.machine_clock import PLAIN
from db.store import Store
from dispatch.desk.backup import elsewhere, restoring
from dispatch.desk.backup.archive import DATABASE, ENTRY_NAME, age_library
from dispatch.desk.backup.elsewhere import SEALED, CopyState, KeptCopy
from dispatch.desk.backup.places import CopyPlace, NotAtPlace, PlaceNotReached
from dispatch.desk.backup.restoring import FoundBackup, Restored
from dispatch.desk.backup.targets import place_at
from dispatch.desk.session.refusals import Refusal
from dispatch.model.text import count_text, show

_TRIES = 3
"""A file that was there when it was listed may be one with others by now."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A database that was brought back: how far its copy said it was, the head of its audit, and what was found about that."""

    state: CopyState
    head: str
    rows: int
    sentences: tuple[str, ...]


def materialise(target: str, path: Path, *, identity: Path | None = None, at: int | None = None) -> Brought:
    """Bring the database of a copy elsewhere into the new file `path` (0600), checked, its head compared; it may only be read.

    Args:
        target: the place, as `place_at` takes it.
        path: in an existing folder; nothing is there yet.
        identity: the file with the private key, where the copy is encrypted.
        at: the moment whose state is wanted, in epoch seconds by the clock of the machine that was copied; None: the newest.

    Raises:
        Refusal: there is no copy, it does not go back so far, or it cannot be read; the sentence says which.
        StoreFault: it is damaged, or the folder does not take it; something is at `path`.
    """
    path = path.absolute()
    if path.exists():
        raise Exists(f"There is already something at {path}. It was left as it is; choose another name.")
    try:
        with contextlib.closing(place_at(target)) as place, elsewhere.scratch_beside(path) as folder:
            brought = _database(place, Path(folder), _keys(identity), at)
            backups.restore(Path(folder) / DATABASE, path)
            return brought
    except PlaceNotReached as fault:
        raise Refusal(str(fault)) from fault
    except OSError as error:
        raise from_os(error, path) from error


def restore(target: str, path: Path, *, identity: Path | None = None, at: int | None = None) -> Restored:
    """Make a working place of a copy elsewhere: its database as the new file `path`, with the files that it names and what else
    a backup has. It saves nothing until it is promoted, and knows from where it came.

    Args:
        target, identity, at: as for `materialise`.

    Raises:
        Exists: something is at `path`, or beside it where a part belongs.
        StoreFault, Refusal: as `materialise`. Nothing half-made is left.
    """
    path, keys = path.absolute(), _keys(identity)
    for beside in (elsewhere.settings_of(path), elsewhere.spool_of(path)):
        if beside.exists():
            raise Exists(f"There is already something at {beside}. It was left as it is; choose another name.")
    to: list[str] = []
    try:
        with contextlib.closing(place_at(target)) as place:

            def unpack(folder: Path) -> tuple[FoundBackup, list[str]]:
                brought = _database(place, folder, keys, at)
                to.extend(brought.state.to)
                found = FoundBackup(brought.head, brought.rows, None, None)
                told = [*brought.sentences, *_files(place, folder, keys, path), *_beside(place, folder, keys)]
                return found, told

            done = restoring.put_in_place(path, unpack)
    except PlaceNotReached as fault:
        raise Refusal(str(fault)) from fault
    elsewhere.keep(path, KeptCopy(elsewhere.absolute(target), tuple(to), uuid.uuid4().hex, elsewhere.known_by()))
    return done


def verify(store: Store, identity: Path | None = None) -> str:
    """Bring the copy of this machine back for a moment, and look whether it is whole.

    Raises:
        Refusal: none is kept, or it is not whole; the sentence says what is wrong.
        StoreFault: as `materialise`.
    """
    here = elsewhere.kept(store.path)
    if here is None:
        raise Refusal(elsewhere.NONE)
    with elsewhere.scratch_beside(store.path) as folder:
        brought = materialise(here.target, Path(folder) / "firm.db", identity=identity)
    return f"The copy is whole: {brought.rows} rows of audit; {'; '.join(brought.sentences)}."


def newest_state(place: CopyPlace) -> CopyState:
    """How far the copy at a place is, of the newest generation that has one.

    Raises:
        Refusal: there is none.
        PlaceNotReached: the place does not do its part.
    """
    for name in sorted(place.names("generations/"), reverse=True):
        if (state := elsewhere.state_of(place, int(Path(name).stem))) is not None:
            return state
    raise Refusal(f"There is no copy at {place.words}.")


def _keys(identity: Path | None) -> list[Any]:
    return [] if identity is None else restoring.identities(identity)


def _database(place: CopyPlace, folder: Path, keys: Sequence[Any], at: int | None) -> Brought:
    """Bring the database into `folder`, looked at, and marked as a copy."""
    state = newest_state(place)
    if state.to and not keys:
        raise Refusal(f"The copy at {place.words} is encrypted: name the file with the private key by --identity.")
    for left in reversed(range(_TRIES)):
        with TemporaryDirectory(prefix="out-", dir=folder) as out:
            try:
                _bring(place, state, Path(out), keys, at)
            except NotAtPlace:
                if not left:
                    raise PlaceNotReached(f"{place.words}: the copy changes too fast to be read. Try again.") from None
                state = newest_state(place)
                continue
            _put_together(Path(out), folder / DATABASE, place, at)
            break
    database = folder / DATABASE
    found = restoring.examined(database, None, place.words)
    if found.broken_at is not None:
        raise Refusal(f"{place.words} is damaged: its audit chain is broken at row {found.broken_at}.")
    sentences = [_compared(place, state, database)]
    fence.mark_copy(database, PLAIN.now())
    first = elsewhere.newest_claim(place)
    if first is not None and first.generation > state.generation:
        sentences.append(
            f"of generation {state.generation}: {show(first.host)} is first since generation {first.generation},"
            " and has no copy there yet"
        )
    return Brought(state, found.head, found.rows, tuple(sentences))


def _bring(place: CopyPlace, state: CopyState, out: Path, keys: Sequence[Any], at: int | None) -> None:
    """Fetch what the state is put together from: a whole one that is old enough, and everything after it."""
    top = f"copies/{state.folder}/ltx/"
    listed = place.names(top)
    whole = {}
    for name, written in listed.items():
        level, _, file = name.removeprefix(top).partition("/")
        if level == "9":
            whole[_numbers(file)[1]] = written
    # what is written at the place was taken before that
    good = [last for last, written in whole.items() if at is None or written <= at]
    begin = max(good, default=0)
    for name in listed:
        level, _, file = name.removeprefix(top).partition("/")
        last = _numbers(file)[1]
        if (level == "9" and last == begin) or (level != "9" and last > begin):
            path = out / "ltx" / level / file.removesuffix(SEALED)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _fetch(place, name, path, keys)


def _numbers(file: str) -> tuple[int, int]:
    first, _, last = file.partition(".")[0].partition("-")
    return int(first, 16), int(last, 16)


def _fetch(place: CopyPlace, name: str, path: Path, keys: Sequence[Any]) -> None:
    """Bring a file, readable. Raises `NotAtPlace`."""
    if not name.endswith(SEALED):
        place.fetch(name, path)
        return
    draft = path.with_name(f"{path.name}{SEALED}")
    place.fetch(name, draft)
    pyrage = age_library()
    try:
        pyrage.decrypt_file(str(draft), str(path), list(keys))
    except pyrage.DecryptError:
        raise Refusal(
            f"{place.words}: {show(name)} is encrypted for other keys than that of --identity, or damaged."
        ) from None
    finally:
        draft.unlink()


def _put_together(out: Path, database: Path, place: CopyPlace, at: int | None) -> None:
    # by a configuration, as an address would have to be escaped in a way of Litestream's own
    config = out / "litestream.yml"
    where = {"dbs": [{"path": str(database), "replica": {"type": "file", "path": str(out)}}]}
    config.write_text(json.dumps(where), encoding="utf-8")
    words = [str(elsewhere.program()), "restore", "-config", str(config), "-no-expand-env", "-integrity-check", "quick"]
    if at is not None and at <= _dated(out):
        words += ["-timestamp", datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")]
    done = subprocess.run(
        [*words, str(database)], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, cwd=out
    )
    if done.returncode != 0:
        said = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        why = show(said[-1], 200) if said else "it said nothing"
        raise Refusal(f"The copy at {place.words} has no such state: {why}.")
    database.chmod(0o600)


def _dated(out: Path) -> float:
    """Give each file the time of its making, by which Litestream finds a moment: it stands in its head. Returns the newest."""
    newest = 0.0
    for path in out.rglob("*.ltx"):
        with path.open("rb") as file:
            made = int.from_bytes(file.read(40)[32:40], "big") / 1000
        os.utime(path, (made, made))
        newest = max(newest, made)
    return newest


def _compared(place: CopyPlace, state: CopyState, database: Path) -> str:
    """What the head of the restored audit says beside what the copy recorded."""
    recorded = [(state.seq, state.digest)]
    for name in place.names(f"copies/{state.folder}/heads/"):
        number, _, row_hash = name.rpartition("/")[2].partition("-")
        recorded.append((int(number), row_hash))
    for seq, digest in sorted(recorded, reverse=True):
        head = fence.compare(database, seq, digest)
        if head.holds is False:
            raise Refusal(f"{place.words} is damaged: row {seq} of its audit is not the one that the copy recorded.")
        if head.holds:
            more = f", and {count_text(head.rows - seq, 'row')} after it" if head.rows > seq else ""
            short = "" if seq == state.seq else f"; the newest recorded is row {state.seq}"
            return f"head compared: row {seq} of the audit is the one that the copy recorded{more}{short}"
    return "head not compared: the copy recorded none so old"


def _files(place: CopyPlace, folder: Path, keys: Sequence[Any], target: Path) -> list[str]:
    """Bring the files that the database names; what became of them."""
    with Store.open(folder / DATABASE) as store:
        named = checklists.file_hashes(store)
    there = {name.rpartition("/")[2].removesuffix(SEALED): name for name in place.names("files/")}
    missing = []
    for sha256 in sorted(named):
        path = folder / "files" / sha256[:2] / sha256
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            _fetch(place, there[sha256], path, keys)
        except (NotAtPlace, KeyError):
            missing.append(sha256)
            continue
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                path.unlink()
                missing.append(sha256)
    made = []
    if len(named) > len(missing):
        beside = copies.side_file(target, ".files")
        made.append(f"{beside}: {count_text(len(named) - len(missing), 'file')} handed in")
    if missing:
        made.append(f"MISSING: {count_text(len(missing), 'file')} handed in, not at {place.words} or damaged there")
    return made


def _beside(place: CopyPlace, folder: Path, keys: Sequence[Any]) -> list[str]:
    counts: dict[str, int] = {}
    for name in place.names("beside/"):
        inside = name.removeprefix("beside/").removesuffix(SEALED)
        if ENTRY_NAME.fullmatch(inside):
            path = folder / inside
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with contextlib.suppress(NotAtPlace):
                _fetch(place, name, path, keys)
                kind = inside.partition("/")[0]
                counts[kind] = counts.get(kind, 0) + 1
    words = {"unsent": "texts that were typed and not yet saved", "papers": "templates of papers"}
    return [f"{counts[kind]} {what}" for kind, what in words.items() if kind in counts]
