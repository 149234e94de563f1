"""What is asked for to sign in: typed at a prompt, held in memory while a visit is open, and written nowhere (C5, Safety)."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator
from typing import NoReturn

from dispatch.closeout.probes.deadline import SLICE, CalledOff, NotRun
from dispatch.model.probes import ASKING, Probe, ProbeKind

HIDDEN = "•••"
"""What stands where somebody's answer repeats a secret."""


def asked_of(probe: Probe) -> tuple[str, ...]:
    """What a test asks for, each in words: `the password of root@10.0.0.5`. Nothing is asked for while its host key is unknown."""
    who = f"{probe.user}@{probe.host}"
    if probe.kind is ProbeKind.SNMP:
        if not probe.user:
            return (f"the community of {probe.host}",)
        privacy = () if probe.priv == "none" else (f"the privacy password of {who}",)
        return (f"the authentication password of {who}", *privacy)
    known = probe.kind is not ProbeKind.SSH or probe.pin
    return (f"the password of {who}",) if probe.kind in ASKING and known else ()


class Secrets:
    """Secrets by what is asked for. They are in no copy, no text and no file of this object.

    Args:
        agent: where the person's own SSH agent listens, on the person's own machine; empty: none is used.
    """

    def __init__(self, agent: str = "") -> None:
        self.agent = agent
        self._held: dict[str, str] = {}
        self._turns: dict[tuple[str, ...], threading.Lock] = {}

    def __repr__(self) -> str:
        return f"<{len(self._held)} secrets>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("secrets stay in the process in which they were typed")

    def lacking(self, probes: Iterable[Probe]) -> tuple[str, ...]:
        """What tests ask for and nobody has typed yet, each once; an agent signs in by SSH without it."""
        asking = (probe for probe in probes if not (self.agent and probe.kind is ProbeKind.SSH))
        asked = dict.fromkeys(words for probe in asking for words in asked_of(probe))
        return tuple(words for words in asked if words not in self._held)

    def __contains__(self, words: str) -> bool:
        return words in self._held

    @contextlib.contextmanager
    def turn(self, probe: Probe, called_off: threading.Event) -> Iterator[None]:
        """The turn of a test among those that sign in with the same: a wrong secret is tried once, however many run side by side.

        Raises:
            CalledOff: the run was stopped before its turn came.
        """
        turn = self._turns.setdefault(asked_of(probe), threading.Lock())
        while not turn.acquire(timeout=SLICE):
            if called_off.is_set():
                raise CalledOff
        try:
            yield
        finally:
            turn.release()

    def hold(self, words: str, secret: str) -> None:
        """Hold what was typed; an empty one is none."""
        if secret:
            self._held[words] = secret

    def find(self, words: str) -> str:
        """The secret.

        Raises:
            NotRun: nobody typed it.
        """
        if words not in self._held:
            raise NotRun(f"it asks for {words}, which is typed when it runs and kept nowhere")
        return self._held[words]

    def refused(self, probe: Probe) -> None:
        """Let go of what a test asked for, which was wrong: it is asked for again."""
        for words in asked_of(probe):
            self._held.pop(words, None)

    def forget(self) -> None:
        """Let go of all."""
        self._held.clear()

    def hidden(self, text: str) -> str:
        """A text that others sent, without any of them."""
        for secret in sorted(self._held.values(), key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text
