"""A copy of another office's database, brought over SSH by our own program there: SQLite's backup of it, packed, and only where
something was saved since the last one."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import tempfile
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from db import audit, branches
from db.backups import backup
from db.faults import StoreFault
from db.store import Store
from dispatch.desk.backup import coming_back
from dispatch.desk.backup.places import PlaceNotReached
from dispatch.desk.backup.targets import place_at
from dispatch.desk.session.refusals import Refusal
from dispatch.model.branches import Branch, SshPlace
from dispatch.model.text import show

_CHUNK = 1 << 20
_ALIVE = (
    "-T",
    "-o",
    "BatchMode=yes",
    "-o",
    "ConnectTimeout=10",
    "-o",
    "ServerAliveInterval=15",
    "-o",
    "ServerAliveCountMax=2",
)
_LONGEST = 900.0
"""Seconds after which a program there that does not end is left."""
_HEAD = 500
"""Bytes that the line before a copy may have."""


def handed_over(store: Store, have: int = -1) -> Iterator[bytes]:
    """What another office is given: a line that says whose copy it is and how new, then the copy, packed. No copy where `have` is
    as new."""
    newest = audit.newest(store)
    head = {"office": branches.own_office(store), "newest": newest, "copy": newest != have}
    yield json.dumps(head).encode() + b"\n"
    if newest == have:
        return
    with tempfile.TemporaryDirectory(prefix="dispatch-") as folder:
        copy = Path(folder) / "copy.db"
        backup(store, copy)
        packing = zlib.compressobj(1)
        with copy.open("rb") as file:
            while part := file.read(_CHUNK):
                yield packing.compress(part)
        yield packing.flush()


def fetch(branch: Branch, place: SshPlace, target: Path, now: int) -> None:
    """Bring the copy at `target` up to date; its file's time says since when it stands.

    Raises:
        Refusal: it could not be reached, or is not that office's. The copy of before stays.
    """
    have = -1
    with contextlib.suppress(StoreFault), Store.look_at(target) as store:
        have = audit.newest(store)
    words = [branch.program, "branch", "copy", "--db", place.path, "--have", str(have)]
    program = [*shlex.split(os.environ.get("DISPATCH_SSH", "ssh")), *_ALIVE]
    port = [] if place.port is None else ["-p", str(place.port)]
    target.parent.mkdir(mode=0o700, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.urandom(4).hex()}")
    try:
        with (
            tempfile.TemporaryFile() as said,
            subprocess.Popen(
                [*program, *port, "--", place.at, shlex.join(words)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
            ) as ssh,
        ):
            patience = threading.Timer(_LONGEST, ssh.kill)
            patience.start()
            try:
                assert ssh.stdout is not None
                came = _taken(ssh.stdout, draft, branch)
            except BaseException:
                ssh.kill()
                raise
            finally:
                code = ssh.wait()
                patience.cancel()
                said.seek(0)
                words_there = said.read(4000).decode("utf-8", "replace").strip().splitlines()
            if code or came is None:
                raise Refusal(show(words_there[-1] if words_there else f"ssh ended with {code}", 300))
        if came:
            with Store.look_at(draft) as store:
                if branches.own_office(store) != branch.office != "":
                    raise Refusal("another office's database is there")
            draft.replace(target)
        os.utime(target, (now, now))
    except StoreFault as fault:
        raise Refusal(str(fault)) from None
    except OSError as error:
        raise Refusal(f"its copy cannot be kept: {(error.strerror or str(error)).lower()}") from None
    finally:
        draft.unlink(missing_ok=True)


def bring(branch: Branch, target: Path) -> None:
    """Make the copy at `target` of the one that the office keeps elsewhere, where that is newer; its file's time says since when it
    stands.

    Raises:
        Refusal: it could not be reached, or is not that office's. The copy of before stays.
    """
    have = -1
    with contextlib.suppress(StoreFault), Store.look_at(target) as store:
        have = audit.newest(store)
    target.parent.mkdir(mode=0o700, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.urandom(4).hex()}")
    try:
        with contextlib.closing(place_at(branch.location)) as place:
            state = coming_back.newest_state(place)
        if state.seq != have:
            identity = Path(branch.identity) if branch.identity else None
            state = coming_back.materialise(branch.location, draft, identity=identity).state
            with Store.look_at(draft) as store:
                if branches.own_office(store) != branch.office != "":
                    raise Refusal("another office's database is there")
            draft.replace(target)
        os.utime(target, (state.at, state.at))
    except (StoreFault, PlaceNotReached, OSError) as fault:
        raise Refusal(show(str(fault), 300)) from None
    finally:
        draft.unlink(missing_ok=True)


def _taken(stream: IO[bytes], draft: Path, branch: Branch) -> bool | None:
    """Keep what comes; whether it was a copy, or the one that is there is as new; None where nothing whole came.

    Raises:
        Refusal: it is another office's.
    """
    try:
        head = json.loads(stream.readline(_HEAD))
        office, copy = str(head["office"]), bool(head["copy"])
    except (ValueError, KeyError, TypeError):
        return None
    if branch.office and office != branch.office:
        raise Refusal("another office's database is there")
    if not copy:
        return False
    unpacking = zlib.decompressobj()
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        try:
            while part := stream.read(_CHUNK):
                file.write(unpacking.decompress(part))
        except zlib.error:
            return None
    return True if unpacking.eof else None
