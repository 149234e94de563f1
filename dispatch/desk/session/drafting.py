"""What is written part by part and saved as a whole: what was changed in it, and the same change to what stands there by now."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from db.store import Store
from dispatch.desk.session.unsent import Unsent, pairs_of
from dispatch.desk.session.user import User
from dispatch.model.text import show

Whole = dict[str, Any]
"""Everything that can be written in a draft, as JSON has it."""


class Draft:
    """A rate card, an agreement or a template while a lead works on it."""

    __slots__ = ()

    kind: ClassVar[str]
    before: Any
    """What it changes, as it was read; None: it is new."""

    def whole(self) -> Whole:
        """It as it is written now."""
        raise NotImplementedError

    def stood(self) -> Whole:
        """As `whole`, of what it changes; empty for a new one."""
        raise NotImplementedError

    def take(self, whole: Whole) -> None:
        """Write it so."""
        raise NotImplementedError

    def read_again(self, store: Store) -> None:
        """Begin with what it changes as that stands by now."""
        raise NotImplementedError

    @property
    def changed(self) -> bool:
        """Whether something is not saved yet."""
        return self.whole() != self.stood()

    @property
    def purpose(self) -> tuple[str, str]:
        """What it is kept for until it is saved; of a kind one can be begun at a time."""
        return self.kind, "" if self.before is None else str(self.before.id)

    def unsent(self, user: User) -> Unsent:
        """Where it is kept until it is saved."""
        return Unsent(user, *self.purpose)

    def changes(self) -> dict[str, tuple[str, str]]:
        """Each part that may be changed, with what stood there and what is written now, both as JSON; empty: nothing."""
        before, now = dict(_parts(self.stood())), dict(_parts(self.whole()))
        return {part: (before.get(part, ""), now.get(part, "")) for part in {**before, **now}}

    def bring(self, store: Store, changes: Mapping[str, tuple[str, str]]) -> list[str]:
        """Change it so as it stands by now; returns a sentence for each part that somebody else has changed otherwise."""
        self.read_again(store)
        now = dict(_parts(self.stood()))
        sentences = []
        for part, (before, typed) in changes.items():
            if before == typed:
                continue
            stands = now.get(part, "")
            if stands not in (before, typed) and self.before is not None:
                name = ".".join(json.loads(part)[1:] or json.loads(part))
                sentences.append(show(f"{name}: {_in_words(stands, 'now')}, {_in_words(typed, 'you have')}"))
            now[part] = typed
        self.take(_whole(now))
        return sentences

    def bring_kept(self, unsent: Unsent, store: Store) -> list[str] | None:
        """As `bring`, with what was kept; None: nothing was, or nothing that can be read."""
        changes = pairs_of(unsent.read())
        stood = self.whole()
        try:
            return self.bring(store, changes) if changes else None
        except (ValueError, TypeError, KeyError, AttributeError):
            # a file beside the database is not trusted
            self.take(stood)
            return None


def _parts(whole: Whole, *way: str) -> Iterator[tuple[str, str]]:
    for name, value in whole.items():
        if isinstance(value, dict) and value:
            yield from _parts(value, *way, name)
        else:
            yield json.dumps([*way, name]), json.dumps(value, ensure_ascii=False)


def _whole(parts: Mapping[str, str]) -> Whole:
    whole: Whole = {}
    for part, value in parts.items():
        if value:
            *way, name = json.loads(part)
            at = whole
            for step in way:
                at = at.setdefault(step, {})
            at[name] = json.loads(value)
    return whole


def _in_words(value: str, whose: str) -> str:
    if value[:1] in ("[", "{"):
        return f"{whose} something else"
    return f"{whose} {value.strip(chr(34))[:60] or 'nothing'}"
