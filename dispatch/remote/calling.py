"""The two commands that a key takes: a file, or the result of a probe, on standard input. Parsed whole, never executed."""

from __future__ import annotations

import sys
from pathlib import Path

from dispatch.desk.session.refusals import Refusal
from dispatch.desk.session.user import User
from dispatch.model.text import show
from dispatch.remote.sitting import carried_out, offered_keys

LONGEST_RESULT = 1_000_000
"""Bytes of a probe's result that are read."""


def answer(orders: dict[str, str], parts: dict[str, str]) -> int:
    """Carry out a command with the permission of the key's owner; returns the exit code."""
    return carried_out(orders, lambda path, key_id: _answer(path, key_id, parts))


def _answer(path: Path, key_id: int, parts: dict[str, str]) -> int:
    from db.store import Store
    from dispatch.desk.access import logins

    with Store.open(path) as store:
        user = logins.caller(store, key_id, offered_keys())
        try:
            print(_attach(user, parts) if parts["verb"] == "attach" else _bring(user, parts))
            return 0
        finally:
            logins.log_out(user, parts["verb"])


def _attach(user: User, parts: dict[str, str]) -> str:
    from dispatch.desk.closeout.evidence import attach

    file = attach(user, parts["reference"], parts["item"], parts["name"], sys.stdin.buffer)
    return f"{show(file.name)} ({file.size:,} bytes) is kept with {show(parts['reference'])} {file.item}."


def _bring(user: User, parts: dict[str, str]) -> str:
    from dispatch.desk.closeout.probing import bring

    data = sys.stdin.buffer.read(LONGEST_RESULT + 1)
    if len(data) > LONGEST_RESULT:
        raise Refusal(f"A result is at most {LONGEST_RESULT:,} bytes.")
    recorded = bring(user, parts["reference"], data.decode("utf-8", "replace"))
    return "\n".join(
        f"{result.ref} {result.result.value if result.result is not None else ''}".strip() for result in recorded
    )
