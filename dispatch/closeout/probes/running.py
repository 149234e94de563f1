"""Running a probe: tries with a deadline each, every one kept, and one sentence for what came of it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module

from dispatch.closeout.probes.deadline import CalledOff, Deadline, NotRun, ProbeFault, Seen, received
from dispatch.closeout.probes.secret import Secrets
from dispatch.closeout.probes.vantage import Dialer
from dispatch.model.probes import ASKING, UNREADABLE, Probe, ProbeKind, ProbeOutcome, Try, Watch
from dispatch.model.text import NOTE

PAUSE_SECONDS = 1.0
"""Between two tries."""
SENTENCE = 300
"""Cells of a sentence that is kept."""


class Runner:
    """Runs probes one after the other.

    Args:
        now: the instant of each try.
        tell: is told each step in words, from the thread that runs.
        called_off: set by whoever stops the run.
        pause_seconds: between two tries, and between two looks of a reboot watch.
        secrets: what tests that sign in ask for.
    """

    def __init__(
        self,
        now: Callable[[], int],
        tell: Callable[[str], None] = lambda line: None,
        called_off: threading.Event | None = None,
        pause_seconds: float = PAUSE_SECONDS,
        secrets: Secrets | None = None,
    ) -> None:
        self._now = now
        self._tell = tell
        self._called_off = called_off or threading.Event()
        self._pause = pause_seconds
        self._secrets = secrets or Secrets()

    def run(
        self, probe: Probe, dialer: Dialer, seen: Watch | None = None, keep: Callable[[Watch], None] = lambda seen: None
    ) -> ProbeOutcome:
        """Run a probe until it passes, or as often as it may be tried.

        Args:
            probe: no value, which nobody can run.
            dialer: from where.
            seen: of a reboot watch, what was seen before it was cut off.
            keep: of a reboot watch, is handed each observation at once.

        Raises:
            CalledOff: somebody stopped it; nothing came of it.
        """
        if probe.kind is ProbeKind.REBOOT:
            return self._watched(probe, dialer, seen or Watch(), keep)
        tries: list[Try] = []
        ran, value = True, ""
        for number in range(1, probe.tries + 1):
            if tries:
                Deadline(self._pause + 1, self._called_off).pause(self._pause)
            self._tell(f"{probe.name}: {probe.where}" + (f", try {number}" if number > 1 else ""))
            alone = self._secrets.turn(probe, self._called_off) if probe.kind in SIGNED else contextlib.nullcontext()
            with alone:
                made, final, ran, value = self._tried(probe, dialer, number)
            tries.append(made)
            word = "pass" if made.passed else "FAIL" if ran else "not run"
            self._tell(f"{probe.name}: {word}, {made.text} ({made.milliseconds} ms)")
            if made.passed or final:
                break
        last = tries[-1]
        if not last.passed:
            often = f", tried {len(tries)} times" if len(tries) > 1 else ""
            return ProbeOutcome(probe, False, received(last.text + often, SENTENCE), tuple(tries), value, ran)
        failed = "; ".join(dict.fromkeys(attempt.text for attempt in tries[:-1]))
        often = f", only on try {len(tries)} after: {failed}" if failed else ""
        value = value or f"{last.milliseconds} ms"
        return ProbeOutcome(probe, True, received(last.text + often, SENTENCE), tuple(tries), value)

    def _tried(self, probe: Probe, dialer: Dialer, number: int) -> tuple[Try, bool, bool, str]:
        """One try, whether another would only say the same, whether anything was tested, and what was read."""
        run = _run_of(probe.kind)
        if probe.kind in SIGNED:
            run = partial(run, secrets=self._secrets)
        hidden = self._secrets.hidden
        at, begun, final, ran, value = self._now(), time.monotonic(), False, True, ""
        deadline = Deadline(probe.seconds, self._called_off)
        try:
            if not probe.readable:
                raise NotRun(UNREADABLE)
            if probe.kind in ASKING and not probe.command:
                raise NotRun(f"“{probe.ask}” is not on the lead's list of what may be asked by {probe.kind}")
            (text, value), passed = run(probe, dialer, deadline, at), True
        except ProbeFault as fault:
            text, value, passed, final = fault.text, fault.value, False, fault.final
            ran = not isinstance(fault, NotRun)
        except OSError as error:
            words = received(hidden(error.strerror or str(error)).lower())
            text, passed = f"the connection broke while {deadline.doing}: {words}", False
        except CalledOff:
            raise
        except Exception as error:
            # whatever a server sends must not end the program: the readers of other people raise what they raise
            text, passed = f"sent something that cannot be read ({type(error).__name__}) while {deadline.doing}", False
        took = int((time.monotonic() - begun) * 1000)
        text, value = received(hidden(text), SENTENCE), received(hidden(value))
        return Try(probe.name, number, at, took, passed, text), final, ran, value

    def _watched(self, probe: Probe, dialer: Dialer, seen: Watch, keep: Callable[[Watch], None]) -> ProbeOutcome:
        from dispatch.closeout.probes.reboot import LOOK_SECONDS, watch_reboot

        at, begun = self._now(), time.monotonic()
        deadline = Deadline(probe.seconds, self._called_off)
        self._tell(f"{probe.name}: watching {probe.where}" + (", going on from before" if seen.up_at else ""))
        ran = True
        try:
            # the pause between tries is at most a second, the time between two looks exactly that
            every = min(self._pause, LOOK_SECONDS)
            text, passed = (
                watch_reboot(probe, dialer, deadline, self._now, self._tell, seen, keep, every).sentence,
                True,
            )
        except ProbeFault as fault:
            text, passed, ran = fault.text, False, not isinstance(fault, NotRun)
        text = received(text, SENTENCE)
        took = int((time.monotonic() - begun) * 1000)
        self._tell(f"{probe.name}: {'pass' if passed else 'FAIL' if ran else 'not run'}, {text}")
        made = Try(probe.name, 1, at, took, passed, text)
        value = text.rpartition(" for ")[2] if passed else ""
        return ProbeOutcome(probe, passed, text, (made,), value, ran)


_MODULES = {
    ProbeKind.TCP: "tcp", ProbeKind.HTTP: "web", ProbeKind.TLS: "tls", ProbeKind.SMTP: "mail",
    ProbeKind.DNS: "dns_lookup", ProbeKind.PING: "ping", ProbeKind.IMAP: "imap", ProbeKind.LDAP: "ldap",
    ProbeKind.RDP: "rdp", ProbeKind.SMB: "smb", ProbeKind.NTP: "ntp", ProbeKind.MAIL_DNS: "mail_dns",
    ProbeKind.SSH: "ssh", ProbeKind.WINRM: "winrm", ProbeKind.SNMP: "snmp",
}  # fmt: skip
"""What runs each kind."""
SIGNED = frozenset({*ASKING, ProbeKind.SNMP})
"""Kinds that sign in: what runs them takes `secrets` beside."""


def _run_of(kind: ProbeKind) -> Callable[..., Seen]:
    """What tries a probe of a kind and says what was seen. It raises ProbeFault, OSError, and whatever a reader raises on what
    it cannot read. Its module is imported before the time of a try begins."""
    run: Callable[..., Seen] = import_module(f"{__package__}.{_MODULES[kind]}").run
    return run


def passed(outcomes: Sequence[ProbeOutcome]) -> bool:
    """Whether all of them passed."""
    return bool(outcomes) and all(outcome.passed for outcome in outcomes)


def not_run(outcomes: Sequence[ProbeOutcome]) -> str:
    """Why nothing came of them: some could not run, and none of the others failed. Empty: something did."""
    if any(outcome.ran and not outcome.passed for outcome in outcomes):
        return ""
    return "; ".join(_sentence(outcome) for outcome in outcomes if not outcome.ran)


def evidence(outcomes: Sequence[ProbeOutcome]) -> str:
    """One sentence for each, what failed first."""
    ordered = sorted(outcomes, key=lambda outcome: outcome.passed)
    return "; ".join(_sentence(outcome) for outcome in ordered)[:NOTE]


def value(outcomes: Sequence[ProbeOutcome]) -> str | None:
    """The figure that was measured, where there is just one."""
    return outcomes[0].value or None if len(outcomes) == 1 else None


def tries(outcomes: Sequence[ProbeOutcome]) -> tuple[Try, ...]:
    """Every try of all of them."""
    return tuple(attempt for outcome in outcomes for attempt in outcome.tries)


def _sentence(outcome: ProbeOutcome) -> str:
    where = outcome.probe.where
    return f"{outcome.probe.name}: {outcome.text}" + ("" if where in outcome.text else f" ({where})")
