"""`reboot host:port`: seen up, seen down, up again with the service answering. One success after a claimed reboot proves
nothing (design/close-out.md C5).

What is seen is handed over as it is seen, so that a watch which is cut off goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dispatch.closeout.probes.deadline import Deadline, OutOfTime, ProbeFault
from dispatch.closeout.probes.tcp import banner
from dispatch.closeout.probes.vantage import Dialer
from dispatch.model.probes import Probe, Watch, host_and_port, length_text

LOOK_SECONDS = 1.0
"""Between two looks."""
ANSWER_SECONDS = 3.0
"""Within which the service answers when it is up."""
MISSES = 2
"""Looks in a row without an answer that make it down: one may be a lost packet."""


def watch_reboot(
    probe: Probe,
    dialer: Dialer,
    deadline: Deadline,
    now: Callable[[], int],
    tell: Callable[[str], None],
    seen: Watch,
    keep: Callable[[Watch], None],
    look_seconds: float = LOOK_SECONDS,
) -> Watch:
    """Watch a service go down and come back; returns when it was seen so.

    Args:
        probe: what is watched.
        dialer: from where.
        deadline: of the whole watch.
        now: the instant, for what is kept.
        tell: is told each step in words.
        seen: what an earlier watch that was cut off has seen.
        keep: is handed each observation at once.
        look_seconds: between two looks.

    Raises:
        ProbeFault: a step was not seen; the sentence says which.
    """
    at = host_and_port(probe.host, probe.port)
    look = _Look(probe, dialer, deadline, look_seconds)
    try:
        if seen.up_at is None:
            deadline.doing = f"waiting for {at} to answer before the restart"
            look.until_up()
            seen = replace(seen, up_at=now())
            keep(seen)
        if seen.down_at is None:
            tell(f"{at} is up: restart it now, this goes on watching")
            deadline.doing = f"waiting for {at} to go down"
            look.until_down()
            seen = replace(seen, down_at=now())
            keep(seen)
        tell(f"{at} is down: waiting for it to come back")
        deadline.doing = f"waiting for {at} to come back"
        look.until_up()
        seen = replace(seen, back_at=now())
        keep(seen)
    except OutOfTime as fault:
        raise ProbeFault(_missed(seen, deadline, look.last), final=True) from fault
    return seen


class _Look:
    """Looks at a service again and again, with what came of the last one."""

    def __init__(self, probe: Probe, dialer: Dialer, deadline: Deadline, every: float) -> None:
        self._probe, self._dialer, self._deadline, self._every = probe, dialer, deadline, every
        self.last = ""

    def until_up(self) -> None:
        """Wait until it answers."""
        while not self._is_up():
            self._deadline.pause(self._every)

    def until_down(self) -> None:
        """Wait until it does not answer several times in a row."""
        misses = 0
        while misses < MISSES:
            misses = 0 if self._is_up() else misses + 1
            if misses < MISSES:
                self._deadline.pause(self._every)

    def _is_up(self) -> bool:
        probe = self._probe
        part = self._deadline.part(ANSWER_SECONDS)
        try:
            with self._dialer.open(probe.host, probe.port, part, local=probe.local) as connection:
                if probe.expect:
                    banner(connection, probe.expect, part)
        except (ProbeFault, OSError) as fault:
            if isinstance(fault, ProbeFault) and fault.final:
                raise
            # not a part that is over, but the whole
            self._deadline.left()
            self.last = str(fault)
            return False
        return True


def _missed(seen: Watch, deadline: Deadline, last: str) -> str:
    reason = f": {last}" if last else ""
    limit = length_text(int(deadline.seconds))
    if seen.up_at is None:
        return f"was never seen up within {limit}, so nothing shows a restart{reason}"
    if seen.down_at is None:
        return f"was up, and was not seen to go down within {limit}: no restart was seen"
    return f"went down and did not come back within {limit}{reason}"
