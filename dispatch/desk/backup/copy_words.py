"""What is said of the copy elsewhere: by the doctor, in the log, and by `dispatch replicate status`."""

from __future__ import annotations

from typing import Any

from db import settings
from db.backups import CheckResult
from db.heartbeats import REPLICATE
from db.store import Store
from dispatch.desk.backup import elsewhere
from dispatch.desk.backup.elsewhere import CopyStatus
from dispatch.desk.messages.processes import silence_of
from dispatch.model.instants import long_text
from dispatch.model.text import show


def line(store: Store) -> str:
    """How old the copy elsewhere is, in some words; empty where none is kept."""
    status = elsewhere.status(store)
    if status is None:
        return ""
    return f"copy elsewhere: {_age(status, store.clock.now())}" + ("" if status.sealed else ", not encrypted")


def status_lines(store: Store, status: CopyStatus) -> list[str]:
    """A sentence about each thing that is known of the copy."""
    stands, beat = status.standing, status.beat
    lines = [f"Kept at {status.where}."]
    if stands is not None:
        lines.append(f"Generation {stands.generation}: {stands.why or 'this machine is first'}.")
    if beat is not None and beat.trouble:
        lines.append(f"It falls behind: {show(beat.trouble, 300)}")
    lines.append(f"How old it is: {_age(status, store.clock.now())}.")
    lines.append(elsewhere.sealed_words(("",) if status.sealed else ()))
    return lines


def status_form(store: Store, status: CopyStatus) -> dict[str, Any]:
    """The same as JSON."""
    beat, stands = status.beat, status.standing
    return {
        "where": status.where,
        "encrypted": status.sealed,
        "generation": stands.generation if stands else None,
        "state": stands.state if stands else None,
        "age_seconds": status.age(store.clock.now()),
        "trouble": (beat.trouble or None) if beat else None,
    }


def findings(store: Store) -> list[CheckResult]:
    """What the doctor says of it; nothing where none is kept."""
    status = elsewhere.status(store)
    if status is None:
        return []
    times = settings.firm(store).times()
    text = f"{status.where}: {_age(status, store.clock.now())}" + ("" if status.sealed else "; not encrypted")
    if status.beat is not None and status.beat.trouble:
        return [CheckResult("copy", False, f"{text}; {show(status.beat.trouble, 300)}")]
    if (silence := silence_of(store, REPLICATE)) is not None:
        return [CheckResult("copy", False, f"{silence.words}, since {times.moment(silence.since)}")]
    return [CheckResult("copy", True, text)]


def _age(status: CopyStatus, now: int) -> str:
    age = status.age(now)
    if age is None:
        return "never made"
    return f"{age} s old" if age < 120 else f"{long_text(age // 60)} old"
