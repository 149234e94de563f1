"""How a copy elsewhere is begun and ended: who may keep one where, what Litestream is told, and the unit of systemd."""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import uuid
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from db import fence
from db.faults import from_os
from db.heartbeats import REPLICATE, beat, forget
from db.library import wal_is_safe
from db.machine_clock import PLAIN
from db.store import existing
from dispatch.desk.adapters import key_file, sshd_config
from dispatch.desk.backup.archive import recipients
from dispatch.desk.backup.elsewhere import (
    KEEP_DAYS,
    Claim,
    KeptCopy,
    absolute,
    claim,
    holder,
    host,
    keep,
    kept,
    known_by,
    newest_claim,
    noted,
    program,
    sealed_words,
    spool_of,
)
from dispatch.desk.backup.places import CopyPlace, PlaceNotReached
from dispatch.desk.backup.targets import place_at
from dispatch.desk.session import private_file
from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.model.states import Role
from dispatch.model.text import show


def set_up(user: User, target: str, to: Sequence[str] = ()) -> list[str]:
    """Let a copy of everything be kept at a place from now on; returns what was made, a sentence each.

    Args:
        user: a lead.
        target: as `place_at` takes it.
        to: public keys that all of it is encrypted to (`age1…`, `ssh-ed25519 …`); none: it is not.

    Raises:
        Refusal: it cannot be: the sentence says why.
        NotAllowed: only a lead does.
        StoreFault: the folder of the database does not take it.
    """
    user.allow("keep a copy elsewhere", [Role.LEAD])
    private_file.at_this_machine(user)
    program()
    recipients(to)
    if not wal_is_safe():
        raise Refusal(
            "The SQLite of this machine keeps no write-ahead log here, which a copy is made of (`dispatch doctor`)."
        )
    database = user.store.path
    before = noted(database)
    machine = before.machine if before is not None else uuid.uuid4().hex
    target = absolute(target)
    made = []
    try:
        with contextlib.closing(place_at(target)) as place:
            stands = fence.standing(user.store.conn)
            mine = Claim(stands.generation if stands else 1, machine, host(), user.now)
            first = newest_claim(place)
            if first is not None and first.generation > mine.generation:
                raise Refusal(
                    f"{place.words} is of generation {first.generation}, of {show(first.host)}."
                    " Choose another place, or restore from it."
                )
            made.append(_exclusive(place))
            # before the unit: nobody's save waits for a place, and a claim of one's own stands where it is made again
            if not claim(place, mine):
                held = existing(holder(place, mine.generation)).host
                raise Refusal(
                    f"{place.words} has the copy of another machine ({show(held)}). Choose another place, or restore from it."
                )
            words = place.words
        with user.write("keep a copy elsewhere", Role.LEAD) as unit:
            fence.stand(unit, fence.MachineStanding(mine.generation, fence.FIRST, PLAIN.now()), place=words)
    except PlaceNotReached as fault:
        raise Refusal(str(fault)) from fault
    if before is not None and before != KeptCopy(target, tuple(to), machine, known_by()):
        shutil.rmtree(spool_of(database), ignore_errors=True)  # another place, or other keys: all of it goes there
    keep(database, KeptCopy(target, tuple(to), machine, known_by()))
    beat(user.store, REPLICATE, 10, NEVER_RAN)
    config, unit_file = write_config(database), spool_of(database) / "dispatch-replica.service"
    dispatch = Path(sys.executable).with_name("dispatch")
    unit_file.write_text(unit_of_systemd(key_file.owner(user.store), dispatch, database), encoding="utf-8")
    return [
        f"{words}: the copy of generation {mine.generation} is kept there by `dispatch replicate run`.",
        *filter(None, made),
        sealed_words(to),
        f"{config}: what Litestream does.",
        f"{unit_file}: for systemd, to be put into /etc/systemd/system.",
    ]


def _exclusive(place: CopyPlace) -> str:
    """Try whether the place lets only one create a name; what is to be said where it does not."""
    name = f"probe/{uuid.uuid4().hex}"
    place.create(name, b"1")
    alone = not place.create(name, b"2")
    place.remove(name)
    if alone:
        return ""
    return (
        f"{place.words} lets two machines create one name, so two that are promoted at once may both take themselves for first."
        " Promote by hand, one."
    )


NEVER_RAN = "dispatch replicate run never ran here"
"""What keeps a copy from being made that is to be kept from now on."""
_CONFIG = """\
# written by `dispatch replicate`; run by `dispatch replicate run`, which carries what is put here to {words}
dbs:
  - path: {database}
    meta-path: {taken}
    # our own connections leave the log to Litestream until it has {ours} pages
    monitor-interval: 500ms
    checkpoint-interval: 1m
    min-checkpoint-page-count: 1000
    truncate-page-n: 8000
    busy-timeout: 5s
    replica:
      type: file
      path: {out}
      sync-interval: 500ms
snapshot:
  interval: 24h
  retention: {hours}h
logging:
  level: warn
  stderr: true
"""


def write_config(database: Path) -> Path:
    """Write what Litestream is to do for a database into its folder beside it (0700)."""
    spool = spool_of(database)
    try:
        spool.mkdir(mode=0o700, exist_ok=True)
        path = spool / "litestream.yml"
        here = kept(database)
        text = _CONFIG.format(
            database=json.dumps(str(database)),
            taken=json.dumps(f"{spool}/taken"),
            out=json.dumps(f"{spool}/out"),
            words=show(here.target if here else "", 200),
            ours=fence.LITESTREAM_CHECKPOINTS,
            hours=KEEP_DAYS * 24,
        )
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
    except OSError as error:
        raise from_os(error, spool) from error
    return path


_UNIT = """\
[Unit]
Description=The copy elsewhere of the dispatch board
Wants=network-online.target
After=network-online.target
# before anybody saves, this machine looks whether it is still first
Before=dispatch-seats.service dispatch-outbox.service dispatch-inbox.service

[Service]
User={user}
ExecStartPre=-{look}
ExecStart={run}
Restart=on-failure
RestartSec=10
TimeoutStopSec=30
UMask=0077
NoNewPrivileges=yes
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
"""


def unit_of_systemd(user: str, dispatch: Path, database: Path) -> str:
    """A unit of systemd that keeps the copy of a database: for the service user, with the program at that path."""
    look, run = (
        sshd_config.quoted(str(dispatch), "replicate", word, "--db", str(database)) for word in ("look", "run")
    )
    return _UNIT.format(user=user, look=look, run=run)


def stop(user: User) -> str:
    """Keep no copy any more; what is at the place stays there.

    Raises:
        NotAllowed: only a lead does.
        Refusal: none was kept.
    """
    here = kept(user.store.path)
    if here is None:
        raise Refusal("No copy is kept elsewhere.")
    with user.store.past_fence(), user.write("keep no copy elsewhere", Role.LEAD) as unit:
        unit.audit("setting", 0, place=show(here.target, 200))
    # the name of the machine stays: at the same place it is first again
    keep(user.store.path, replace(here, target=""))
    forget(user.store, REPLICATE)
    shutil.rmtree(spool_of(user.store.path), ignore_errors=True)
    return f"No copy is kept at {show(here.target)} any more. What is there stays; take it away yourself."
