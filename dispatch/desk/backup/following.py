"""The process that keeps a copy elsewhere: Litestream takes from the log, this carries it to the place, with what belongs to it.

A copy is whole at every moment: what is new is carried before what is old is taken away, and how far it is (`CopyState`) is said
last. At an interval it looks who is first at the place; where that is another machine, this database saves nothing more.
"""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import mkdtemp
from threading import Event

from db import checklists, erasing, fence
from db.faults import TRANSIENT, Busy
from db.heartbeats import REPLICATE, beat
from db.machine_clock import PLAIN
from db.store import Store, existing
from db.unit import Actor, Unit, unit_of_work
from dispatch.desk.backup import archive, elsewhere, setting_up
from dispatch.desk.backup.elsewhere import SEALED, Claim, CopyState, KeptCopy
from dispatch.desk.backup.places import CopyPlace, NotAtPlace, PlaceNotReached
from dispatch.desk.backup.targets import place_at
from dispatch.desk.closeout import evidence
from dispatch.desk.personal.erasing import finish_what_is_owed
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.visits import kept_files
from dispatch.model.text import show

EVERY = 0.25
"""Seconds between two looks at the database."""
LOOK_AT_FENCE = 10.0
"""Seconds between two looks who is first at the place."""
_STATE_SECONDS = 10.0
"""A copy to which nothing is new says so as often."""
_FILES_SECONDS = 2.0
_ERASED_SECONDS = 30.0
_TIDY_SECONDS = 3600.0
_HEAD_SECONDS = 600.0
"""How often the head of the audit is noted for states of the past."""
_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds until a place that does not do its part is tried again."""


class FirstPlaceLost(Exception):
    """Another machine is first at the place. The sentence says which."""


class Litestream:
    """Litestream at work on a database, as its configuration has it."""

    def __init__(self, database: Path) -> None:
        self._database = database
        program, config = elsewhere.program(), setting_up.write_config(database)
        spool = elsewhere.spool_of(database)
        self._log = spool / "litestream.log"
        self._lock = _alone(spool / "lock")
        self._folder = Path(mkdtemp(prefix="dispatch-"))
        self._socket = self._folder / "socket"  # where its path is short: the system takes some hundred letters
        try:
            self._process = self._begun(program, config)
        except BaseException:
            self._let_go()
            raise
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, f"{os.getpid()} {self._process.pid}".encode(), 0)

    def _begun(self, program: Path, config: Path) -> subprocess.Popen[bytes]:
        told = config.read_text(encoding="utf-8")
        sock = f"socket:\n  enabled: true\n  path: {json.dumps(str(self._socket))}\n"
        (self._folder / "litestream.yml").write_text(told + sock, encoding="utf-8")
        with open(os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as log:
            words = [str(program), "replicate", "-no-expand-env", "-config"]
            return subprocess.Popen(
                [*words, str(self._folder / "litestream.yml")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(self._lock,),  # it holds the lock as long as it lives, also where this process is killed
            )

    @property
    def works(self) -> bool:
        """Whether it is still there."""
        return self._process.poll() is None

    def take(self) -> None:
        """Let it take everything that is in the log now.

        Raises:
            PlaceNotReached: it does not; the sentence says why.
        """
        deadline = time.monotonic() + 30
        while not self._socket.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise PlaceNotReached(f"Litestream ended: {self._last_word()}")
            time.sleep(0.05)
        connection = http.client.HTTPConnection("localhost", timeout=60)
        try:
            connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.sock.settimeout(60)
            connection.sock.connect(str(self._socket))
            body = json.dumps({"path": str(self._database), "wait": True, "timeout": 30})
            connection.request("POST", "/sync", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            said = answer.read()
            if answer.status != http.client.OK:
                raise PlaceNotReached(f"Litestream: {show(json.loads(said).get('error', ''), 200)}")
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise PlaceNotReached(
                f"Litestream does not answer ({show(str(error), 80)}): {self._last_word()}"
            ) from error
        finally:
            connection.close()

    def _last_word(self) -> str:
        with contextlib.suppress(OSError):
            lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
            return show(lines[-1], 200) if lines else "it said nothing"
        return "it said nothing"

    def end(self) -> None:
        """Let it finish, and wait for that."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._let_go()

    def _let_go(self) -> None:
        os.close(self._lock)
        shutil.rmtree(self._folder, ignore_errors=True)


def _alone(path: Path) -> int:
    """The lock of who keeps the copy. A Litestream whose process was killed is ended for it.

    Raises:
        Refusal: another process keeps it.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    for _ in range(100):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        with contextlib.suppress(ValueError, ProcessLookupError, PermissionError):
            keeper, litestream = map(int, os.pread(lock, 40, 0).split())
            try:
                os.kill(keeper, 0)
            except ProcessLookupError:
                os.kill(litestream, signal.SIGTERM)
        time.sleep(0.1)
    os.close(lock)
    raise Refusal("Another process keeps the copy of this database already.")


class Copying:
    """The copy of one database, as it is kept now.

    Args:
        store: a connection of this process alone.
        here: where the copy is kept.

    Raises:
        Refusal: it cannot be begun: the sentence says what is missing.
    """

    def __init__(self, store: Store, here: KeptCopy) -> None:
        self._store, self._here = store, here
        self._to = archive.recipients(here.to)
        self._spool = elsewhere.spool_of(store.path)
        self._place: CopyPlace = place_at(here.target)
        self._litestream: Litestream | None = None
        self._there: set[str] | None = None
        """What the place has of this folder, and of files; None: not asked yet."""
        self._beside: dict[str, bytes] | None = None
        """What was carried of what stands beside the database, by name; None: nothing by this process yet."""
        self._missing = 0
        self._run, self._said = uuid.uuid4().hex, False
        self._head = (0, "")
        self._version: int | None = None
        self._due = dict.fromkeys(("fence", "state", "files", "tidy", "head", "erased"), 0.0)

    def once(self) -> bool:
        """Carry what is new; whether there was anything.

        Raises:
            FirstPlaceLost: another machine is first.
            PlaceNotReached: the place, or Litestream, does not do its part. What was carried stays carried.
            StoreFault: the database cannot be used.
        """
        if self._is_due("fence", LOOK_AT_FENCE):
            self.look()
        if self._is_due("erased", _ERASED_SECONDS) and erasing.unfinished(self._store):
            self.let_erase()
        if self._litestream is None:
            self._litestream = Litestream(self._store.path)
        at, version = self._store.clock.now(), self._store.data_version()
        new = version != self._version
        if new:
            self._head = fence.newest_row(self._store)
            try:
                self._litestream.take()
            except PlaceNotReached:
                if not self._litestream.works:
                    self._end_litestream()  # the next time another one is begun
                raise
        if self._there is None:
            self._there = set(self._place.names(f"copies/{self._folder}/")) | set(self._place.names("files/"))
        if self._is_due("files", _FILES_SECONDS):
            self._carry_files()
            self._carry_beside()
        carried = self._carry_database()
        self._version = version  # once it is there
        if carried or new or self._is_due("state", _STATE_SECONDS):
            self._say(at)
        if self._is_due("tidy", _TIDY_SECONDS):
            self._tidy()
        return carried or new

    def let_erase(self) -> None:
        """Take what was erased out of the file: Litestream, which reads it all the time, lets go of it for a moment."""
        self._end_litestream()
        with contextlib.suppress(Busy):  # another session; it stays owed
            finish_what_is_owed(self._store, Actor(None, "dispatch", uuid.uuid4().hex, "system"))

    def look(self) -> None:
        """See who is first at the place.

        Raises:
            FirstPlaceLost: another machine.
            PlaceNotReached: the place does not do its part.
        """
        mine = self._mine()
        first = elsewhere.newest_claim(self._place)
        if first is None or first.generation < mine.generation:
            # the place is new or empty, or the generation was raised where it could not be reached
            if elsewhere.claim(self._place, mine):
                return
            first = elsewhere.newest_claim(self._place)
        # one of this generation that cannot be read was broken off while it was made; who made it cannot be told
        if first is not None and (first.generation > mine.generation or first.machine not in ("", mine.machine)):
            raise FirstPlaceLost(self._lose(first))
        state = elsewhere.state_of(self._place, mine.generation) if self._said else None
        if state is not None and state.run != self._run:
            self._part()

    def _part(self) -> None:
        """Another machine keeps a copy under this machine's name, as a clone of it does: of the two, who is first in the next
        generation goes on.

        Raises:
            FirstPlaceLost: the other one.
        """
        here = replace(self._here, machine=uuid.uuid4().hex)
        mine = replace(self._mine(), generation=self._mine().generation + 1, machine=here.machine)
        if not elsewhere.claim(self._place, mine):
            raise FirstPlaceLost(self._lose(existing(elsewhere.newest_claim(self._place))))
        elsewhere.keep(self._store.path, here)
        self._here, self._there, self._version, self._said = here, None, None, False
        with self._saying("part from a clone") as unit:
            fence.stand(unit, fence.MachineStanding(mine.generation, fence.FIRST, PLAIN.now()))

    @contextlib.contextmanager
    def _saying(self, deed: str) -> Iterator[Unit]:
        """A unit of the process itself about how the database stands, also where nothing else may be saved."""
        actor = Actor(None, "dispatch", uuid.uuid4().hex, "system")
        with self._store.past_fence(), unit_of_work(self._store, deed, actor) as unit:
            yield unit

    def end(self) -> None:
        """Let Litestream and the place go."""
        self._end_litestream()
        self._place.close()

    def _end_litestream(self) -> None:
        if self._litestream is not None:
            self._litestream.end()
            self._litestream = None

    def _mine(self) -> Claim:
        stands = fence.standing(self._store.conn)
        if stands is None:
            raise Refusal("No copy of this database is kept elsewhere: `dispatch replicate TARGET` begins it.")
        if stands.state == fence.FIRST and self._here.known_by != elsewhere.known_by():
            stands = fence.MachineStanding(stands.generation, fence.COPY, PLAIN.now())
            with self._saying("was carried here") as unit:
                fence.stand(unit, stands)
        if stands.state != fence.FIRST:
            raise FirstPlaceLost(f"No copy is made: {stands.why}.")
        return Claim(stands.generation, self._here.machine, elsewhere.host(), self._store.clock.now())

    def _lose(self, to: Claim) -> str:
        stands = fence.MachineStanding(self._mine().generation, fence.LOST, PLAIN.now(), to.generation)
        with self._saying("lose first place") as unit:
            fence.stand(unit, stands, host=to.host)
        self._store.changed()
        return f"{show(to.host)} is first since generation {to.generation}: {stands.why}."

    @property
    def _folder(self) -> str:
        """Where the database stands at the place: another folder where Litestream began anew, whose numbers begin anew too."""
        path = self._spool / "id"
        try:
            began = path.read_text(encoding="ascii")
        except FileNotFoundError:
            began = uuid.uuid4().hex[:12]
            path.write_text(began, encoding="ascii")
        return f"{self._mine().generation:06}-{began}"

    def _carry_database(self) -> bool:
        """Carry what Litestream put out. From the lowest level up: what is made one meanwhile is seen in the next."""
        out, folder, carried = self._spool / "out" / "ltx", f"copies/{self._folder}", False
        here = set()
        levels = sorted(out.iterdir()) if out.is_dir() else []
        for level in levels:
            for path in sorted(level.glob("*.ltx")):
                name = f"{folder}/ltx/{level.name}/{path.name}{self._ending}"
                here.add(name)
                if name not in self._known:
                    try:
                        self._carry(name, path)
                        carried = True
                    except (FileNotFoundError, NotAtPlace) as fault:
                        if path.exists():  # else Litestream has made one of several meanwhile
                            raise PlaceNotReached(f"{self._place.words}: {show(name)} cannot be put there.") from fault
        if any("/ltx/9/" in name for name in here):
            for name in sorted(name for name in self._known - here if name.startswith(f"{folder}/ltx/")):
                self._place.remove(name)
                self._known.discard(name)
        return carried

    @property
    def _known(self) -> set[str]:
        assert self._there is not None
        return self._there

    @property
    def _ending(self) -> str:
        return SEALED if self._to else ""

    def _carry(self, name: str, content: Path | bytes) -> None:
        if not self._to:
            self._place.write(name, content)
        else:
            with elsewhere.scratch_beside(self._store.path) as scratch:
                self._place.write(name, elsewhere.sealed(content, self._to, Path(scratch)))
        self._known.add(name)

    def _carry_files(self) -> None:
        missing = 0
        for sha256, size in checklists.file_hashes(self._store).items():
            name = f"files/{sha256[:2]}/{sha256}{self._ending}"
            if name in self._known:
                continue
            path = kept_files.path_of(self._store, sha256)
            if evidence.is_whole(path, sha256, size):
                self._carry(name, path)
            else:
                missing += 1
        self._missing = missing

    def _carry_beside(self) -> None:
        now = {f"beside/{name}{self._ending}": content for name, content in archive.beside(self._store).items()}
        before = self._beside or {}
        for name, content in now.items():
            if before.get(name) != content:
                self._carry(name, content)
        # what went while no process was here, or was carried in another form, goes too
        for name in (self._place.names("beside/") if self._beside is None else before).keys() - now.keys():
            self._place.remove(name)
        self._beside = now

    def _say(self, at: int) -> None:
        mine = self._mine()
        seq, digest = self._head
        of = (mine.generation, mine.machine, mine.host, self._folder, at, seq, digest, self._run, self._store.path.name)
        state = CopyState(*of, list(self._here.to), self._missing)
        if self._is_due("head", _HEAD_SECONDS):
            self._place.write(f"copies/{self._folder}/heads/{seq:012}-{digest}", b"")
        self._place.write(state.name, json.dumps(asdict(state)).encode())
        self._said = True

    def _tidy(self) -> None:
        """Take away copies from before Litestream began anew, and once they are old those of earlier generations."""
        folder, now = self._folder, PLAIN.now()
        for name, written in self._place.names("copies/").items():
            other = name.split("/")[1]
            if "/" not in name.removeprefix("copies/") or other == folder:
                continue
            mine = other.split("-")[0] == folder.split("-")[0]
            if mine or written < now - elsewhere.KEEP_DAYS * 24 * 3600:
                self._place.remove(name)
        named = checklists.file_hashes(self._store)
        for name, written in self._place.names("files/").items():
            sha256 = name.rpartition("/")[2].removesuffix(SEALED)
            other_form = (
                name.endswith(SEALED) != bool(self._to) and f"files/{sha256[:2]}/{sha256}{self._ending}" in self._known
            )
            if other_form or (sha256 not in named and written < now - elsewhere.KEEP_DAYS * 24 * 3600):
                self._place.remove(name)
                self._known.discard(name)

    def _is_due(self, what: str, every: float) -> bool:
        now = time.monotonic()
        if now < self._due[what]:
            return False
        self._due[what] = now + every
        return True


def look(store: Store) -> str:
    """See once who is first at the place; what was found.

    Raises:
        Refusal: none is kept, or the place does not do its part.
    """
    here = elsewhere.kept(store.path)
    if here is None:
        raise Refusal(elsewhere.NONE)
    copying = Copying(store, here)
    try:
        copying.look()
    except FirstPlaceLost as lost:
        return str(lost)
    except PlaceNotReached as fault:
        raise Refusal(str(fault)) from fault
    finally:
        copying.end()
    return "This machine is first."


def run(store: Store, tell: Callable[[str], None], stop: Event, *, once: bool = False) -> bool:
    """Keep the copy until `stop` is set, or another machine is first; whether it ended well.

    Args:
        store: the database; only this process uses the connection.
        tell: is told what keeps the copy from being made, once each, and when it goes on.
        once: carry what is there now, and end.

    Raises:
        Refusal: none is kept, or it cannot be.
        StoreFault: the database cannot be used any more by this process. One that is busy or full is waited for.
    """
    here = elsewhere.kept(store.path)
    if here is None:
        raise Refusal(elsewhere.NONE)
    copying, failed, last, noted = Copying(store, here), 0, "", 0.0
    try:
        while True:
            trouble, pause = "", EVERY
            try:
                if (now := elsewhere.kept(store.path)) != here:
                    # begun at another place, for other keys, or ended
                    if now is None:
                        tell(elsewhere.NONE)
                        return True
                    copying.end()
                    here = now
                    copying = Copying(store, here)
                store.changed()
                copying.once()
                failed = 0
            except (PlaceNotReached, NotAtPlace, OSError, *TRANSIENT) as fault:
                trouble = str(fault)
                pause = _PAUSES[min(failed, len(_PAUSES) - 1)]
                failed += 1
            except FirstPlaceLost as fault:
                beat(store, REPLICATE, EVERY, str(fault))
                tell(show(str(fault)))
                return False
            if trouble != last or time.monotonic() > noted + 1:
                beat(store, REPLICATE, LOOK_AT_FENCE, trouble)
                noted = time.monotonic()
            if trouble != last:
                tell(show(trouble) if trouble else "the copy is kept again")
            last = trouble
            if once and (not trouble or failed > 1):
                return not trouble
            if stop.wait(pause):
                with contextlib.suppress(PlaceNotReached, NotAtPlace, OSError, FirstPlaceLost, *TRANSIENT):
                    copying.once()  # what was saved last, too
                return not trouble
    finally:
        copying.end()
