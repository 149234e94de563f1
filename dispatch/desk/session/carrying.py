"""Deeds that can be done on a laptop without a line, and are done at the office when they are handed in (design/close-out.md C7).

In such a database nothing else is done than these: each is noted with what it was called with, in its own transaction.
"""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from db import takings, visits
from db.store import existing
from dispatch.desk.session.refusals import NotAllowed
from dispatch.model.text import show

if TYPE_CHECKING:
    from db.unit import Unit
    from dispatch.desk.session.user import User

P = ParamSpec("P")
R = TypeVar("R")

_BEING_DONE: ContextVar[dict[str, Any] | None] = ContextVar("deed being done", default=None)
LOCAL = frozenset({"see", "watch", "note changes", "see the way in", "renew drives", "keep drives"})
"""What is done on a laptop and means nothing at the office."""


def carried(name: str = "") -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a deed on a visit, with its `user` and `reference`, one that can be done without a line; `name`: where its own says
    too little."""

    def of(deed: Callable[P, R]) -> Callable[P, R]:
        return _noting(deed, name or deed.__name__)

    return of


def _noting(deed: Callable[P, R], name: str) -> Callable[P, R]:
    signature = inspect.signature(deed)

    @functools.wraps(deed)
    def done(*args: P.args, **more: P.kwargs) -> R:
        given = signature.bind(*args, **more).arguments
        if given["user"].store.taken_along is None or _BEING_DONE.get() is not None:
            return deed(*args, **more)
        words = {key: value for key, value in given.items() if key != "user"}
        token = _BEING_DONE.set({"deed": name, **words})
        try:
            return deed(*args, **more)
        finally:
            _BEING_DONE.reset(token)

    return done


def ask(user: User, deed: str) -> None:
    """Let a deed through, in a database that was taken along.

    Raises:
        NotAllowed: it is none that can be done there.
    """
    if deed not in LOCAL and _BEING_DONE.get() is None:
        raise NotAllowed(
            f"This is what {show(user.staff.name)} took along: there one records what is done at the client's, and nothing else. "
            "The office does that, or wait until you are on line."
        )


def note(unit: Unit, known: frozenset[tuple[int, str, str]]) -> None:
    """Note the deed that a unit did, to be handed in; `known` are the items that there were before it."""
    doing = _BEING_DONE.get()
    if doing is None or unit.unchanged:
        return
    visit = existing(visits.visit_by_reference(unit.store, doing["reference"]))
    fresh = sorted(ref_label for visit_id, *ref_label in takings.items(unit.store) - known if visit_id == visit.id)
    added = [{"ref": ref, "label": label} for ref, label in fresh]
    words = {name: value for name, value in doing.items() if name != "sources"} | unit.noted
    words |= {"added": added} if added else {}
    text = json.dumps(words, default=_written, ensure_ascii=False, separators=(",", ":"))
    taking_id = existing(unit.store.taken_along)
    number = takings.last_number(unit.store, taking_id) + 1
    deed = takings.CarriedDeed(number, visit.id, unit.at, text, visit.sequence, visit.sequence)
    takings.add_deed(unit, taking_id, deed, unit.at)


def _written(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value.isoformat()
