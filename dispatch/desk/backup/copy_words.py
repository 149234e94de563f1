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
from dispatch.model.instants import clock_text, long_text
from dispatch.model.text import show


def line(store: Store) -> str:
    """How old the copy elsewhere is, in some words; empty where none is kept."""
    status = elsewhere.status(store)
    if status is None or not status.first:
        return ""
    behind = ", falls behind" if status.beat is None or status.beat.trouble else ""
    now, firm = store.clock.now(), settings.firm(store)
    age = f"{_age(status, now)} at {clock_text(now, firm.zone, firm.clock_hours == 24)}"
    return f"copy elsewhere: {age}{behind}" + ("" if status.sealed else ", not encrypted")


def told(store: Store, status: CopyStatus) -> list[tuple[str, str]]:
    """What is known of the copy, each with its name."""
    stands, beat = status.standing, status.beat
    lines = [("Place", status.where), ("Age", _age(status, store.clock.now()))]
    if beat is not None and beat.trouble:
        lines.append(("Falls behind", show(beat.trouble, 300)))
    if stands is not None:
        lines.append((f"Generation {stands.generation}", stands.why or "this machine is first"))
    sealed = (
        "before it leaves this machine (age)" if status.sealed else "NO: whoever can read the place can read everything"
    )
    lines.append(("Encrypted", sealed))
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
    if status is None or not status.first:
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
