"""A copy of everything at another place: where this machine keeps it, what stands there under which name, and who is first there.

Beside the database stand `….replica.json` (which place, for whose keys) and the folder `….replica`, where Litestream puts what
it takes from the log. At the place `generations/000001.json`, made by one machine alone, says who is first, `copies/000001.json`
how far its copy is; `copies/000001-ID/ltx/…` has the database, `files/…` what was handed in, `beside/…` the rest of a backup.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import socket
import sys
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from db import fence
from db.faults import from_os
from db.heartbeats import REPLICATE, Heartbeat, heartbeat
from db.store import Store
from dispatch.desk.backup.archive import age_library
from dispatch.desk.backup.places import CopyPlace, NotAtPlace
from dispatch.desk.session.refusals import Refusal
from dispatch.model.paths import typed_path
from dispatch.model.text import show

KEEP_DAYS = 7
"""So many days back a state of the past can be had."""
NONE = "No copy is kept elsewhere: `dispatch replicate TARGET` begins it."
"""What is said where none is kept."""
SEALED = ".age"
"""What ends the name of a file that is encrypted."""


@dataclass(frozen=True, slots=True)
class KeptCopy:
    """Where this machine keeps its copy: the place as typed, the public keys that it is encrypted to, a name of this machine's own
    that nobody can guess, and by what the machine is known again (`known_by`)."""

    target: str
    to: tuple[str, ...]
    machine: str
    known_by: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Who is first in a generation: the machine that made the claim, what it is called, and since when, in epoch seconds."""

    generation: int
    machine: str
    host: str
    at: int

    @property
    def name(self) -> str:
        """What it is called at the place."""
        return _claim_name(self.generation)


def _claim_name(generation: int) -> str:
    return f"generations/{generation:06}.json"


@dataclass(frozen=True, slots=True)
class CopyState:
    """How far a copy is: everything up to row `seq` of the audit (of hash `digest`) was there at the instant `at`.

    `run` names the run of the process that said it, `folder` is the one below `copies/` that has the database, `to` the public keys
    that it is encrypted to, `missing` how many files handed in were not on the machine itself.
    """

    generation: int
    machine: str
    host: str
    folder: str
    at: int
    seq: int
    digest: str
    run: str
    database: str
    to: list[str]
    missing: int

    @property
    def name(self) -> str:
        """What it is called at the place."""
        return f"copies/{self.generation:06}.json"


def settings_of(database: Path) -> Path:
    """The file beside a database that says where its copy is kept."""
    return database.with_name(database.name + ".replica.json")


def spool_of(database: Path) -> Path:
    """The folder beside a database that Litestream writes into."""
    return database.with_name(database.name + ".replica")


def absolute(target: str) -> str:
    """A place as typed, found from any folder."""
    return target if "://" in target else str(typed_path(target).absolute())


def kept(database: Path) -> KeptCopy | None:
    """Where this machine keeps its copy; None: nowhere."""
    here = noted(database)
    return here if here is not None and here.target else None


def noted(database: Path) -> KeptCopy | None:
    """As `kept`, also where it was ended: without a target, with the name that this machine had."""
    try:
        read = json.loads(settings_of(database).read_text(encoding="utf-8"))
        return KeptCopy(str(read["target"]), tuple(map(str, read["to"])), str(read["machine"]), str(read["known_by"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(database: Path, new: KeptCopy) -> None:
    """Note where this machine keeps its copy."""
    path = settings_of(database)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(asdict(new), file)
        draft.replace(path)
    except OSError as error:
        raise from_os(error, path) from error


def holder(place: CopyPlace, generation: int) -> Claim | None:
    """Who is first of a generation; None: nobody. A claim that cannot be read is somebody's all the same, of a machine without a
    name.

    Raises:
        PlaceNotReached: the place does not do its part.
    """
    try:
        read = json.loads(place.read(_claim_name(generation)))
        return Claim(generation, str(read["machine"]), str(read["host"]), int(read["at"]))
    except NotAtPlace:
        return None
    except (ValueError, KeyError, TypeError):
        return Claim(generation, "", "a machine that is not named", 0)


def newest_claim(place: CopyPlace) -> Claim | None:
    """Who is first at a place now; None: nobody. Raises as `holder`."""
    # a claim is never taken away, so the newest name is that of who is first
    stems = (Path(name).stem for name in place.names("generations/"))
    generations = [int(stem) for stem in stems if stem.isdecimal()]
    return holder(place, max(generations)) if generations else None


def claim(place: CopyPlace, mine: Claim) -> bool:
    """Become first of a generation; False where another machine is. To have been it before counts.

    Raises:
        PlaceNotReached: the place does not do its part.
    """
    if place.create(mine.name, json.dumps(asdict(mine)).encode()):
        return True
    first = holder(place, mine.generation)
    return first is not None and first.machine == mine.machine


def state_of(place: CopyPlace, generation: int) -> CopyState | None:
    """How far the copy of a generation is; None: there is none. Raises as `holder`."""
    with contextlib.suppress(NotAtPlace, ValueError, TypeError):
        return CopyState(**json.loads(place.read(f"copies/{generation:06}.json")))
    return None


def known_by() -> str:
    """What tells this machine from another one to which its files were carried; nothing that names it."""
    own = socket.gethostname()
    with contextlib.suppress(OSError):
        own = Path("/etc/machine-id").read_text(encoding="ascii")
    return hashlib.sha256(f"dispatch {own}".encode()).hexdigest()[:32]


def host() -> str:
    """What this machine is called."""
    return show(socket.gethostname(), 80)


def sealed_words(to: Sequence[str]) -> str:
    """Whether what leaves the house is encrypted."""
    if to:
        return "Encrypted before it leaves this machine (age)."
    return "NOT ENCRYPTED: whoever can read the place can read everything. A public key (age1…, ssh-ed25519 …) encrypts it."


def program() -> Path:
    """Where Litestream is.

    Raises:
        Refusal: it is not installed.
    """
    found = Path(sys.executable).with_name("litestream")
    if found.is_file():
        return found
    if named := shutil.which("litestream"):
        return Path(named)
    raise Refusal("A copy elsewhere is made by Litestream: install dispatch-board[replica].")


@dataclass(frozen=True, slots=True)
class CopyStatus:
    """How the copy of this machine is: where, whose generation, encrypted or not; `beat` is None where the process never ran."""

    where: str
    sealed: bool
    standing: fence.MachineStanding | None
    beat: Heartbeat | None

    @property
    def first(self) -> bool:
        """Whether this machine is first, so that a copy of it is to be kept."""
        return self.standing is not None and self.standing.state == fence.FIRST

    def age(self, now: int) -> int | None:
        """How old the copy is at most, in seconds; None: there is none yet."""
        return None if self.beat is None else max(0, now - self.beat.since)


def status(store: Store) -> CopyStatus | None:
    """How the copy of this machine is; None: none is kept."""
    here = kept(store.path)
    if here is None:
        return None
    return CopyStatus(show(here.target), bool(here.to), fence.standing(store.conn), heartbeat(store, REPLICATE))


def sealed(content: Path | bytes, to: Sequence[Any], scratch: Path) -> Path | bytes:
    """A file as it leaves the house: encrypted to public keys as `recipients` reads them, as it is where there are none."""
    if not to:
        return content
    pyrage = age_library()
    if isinstance(content, bytes):
        return bytes(pyrage.encrypt(content, to))
    draft = scratch / uuid.uuid4().hex
    pyrage.encrypt_file(str(content), str(draft), to)
    return draft


def scratch_beside(database: Path) -> TemporaryDirectory[str]:
    """A private folder on the disk of the database."""
    return TemporaryDirectory(prefix=".dispatch-copy-", dir=database.parent)
