"""The two commands that a key takes: a file, or the result of a probe, on standard input. Parsed whole, never executed."""

from __future__ import annotations

import sys
from pathlib import Path

from dispatch.desk.refusals import Refusal
from dispatch.desk.seat import Seat
from dispatch.model.text import show
from dispatch.remote.sitting import carried_out, offered_keys

LONGEST_RESULT = 1_000_000
"""Bytes of a probe's result that are read."""


def answer(orders: dict[str, str], parts: dict[str, str]) -> int:
    """Carry out a command with the permission of the key's owner; returns the exit code."""
    return carried_out(orders, lambda path, key_id: _answer(path, key_id, parts))


def _answer(path: Path, key_id: int, parts: dict[str, str]) -> int:
    from db.store import Store
    from dispatch.desk import seating

    with Store.open(path) as store:
        seat = seating.caller(store, key_id, offered_keys())
        try:
            print(_attach(seat, parts) if parts["verb"] == "attach" else _bring(seat, parts))
            return 0
        finally:
            seating.leave_seat(seat, parts["verb"])


def _attach(seat: Seat, parts: dict[str, str]) -> str:
    from dispatch.desk.attaching import attach

    kept = attach(seat, parts["reference"], parts["item"], parts["name"], sys.stdin.buffer)
    return f"{show(kept.name)} ({kept.size:,} bytes) is kept with {show(parts['reference'])} {kept.item}."


def _bring(seat: Seat, parts: dict[str, str]) -> str:
    from dispatch.desk.probing import bring

    data = sys.stdin.buffer.read(LONGEST_RESULT + 1)
    if len(data) > LONGEST_RESULT:
        raise Refusal(f"A result is at most {LONGEST_RESULT:,} bytes.")
    recorded = bring(seat, parts["reference"], data.decode("utf-8", "replace"))
    return "\n".join(f"{one.ref} {one.result.value if one.result is not None else ''}".strip() for one in recorded)
