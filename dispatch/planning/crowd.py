"""Processes that are asked at once, here and on other machines. What another machine does not answer is asked here instead."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from dispatch.planning.asked import Asked
from dispatch.planning.solver_process import SolverGone, SolverProcess, process_at, process_here

SLOW = "no plan came in time"
"""What is said of another machine that is not heard of."""
PATIENCE = 0.4
"""When so much of the time is gone, what another machine has no plan of is asked here instead."""


class Workplace(NamedTuple):
    """Where plans are made: on other `hosts` (dispatch.model.solver_hosts), else here; `gently`: here giving way to whoever presses
    keys."""

    hosts: tuple[str, ...] = ()
    gently: bool = False


HERE = Workplace()


class _Heard(NamedTuple):
    """A line that a process said; none: it has ended, and why where it was of another machine."""

    process: SolverProcess | None
    number: int
    line: Mapping[str, Any] | None
    why: str = ""


class Crowd:
    """Asks each question of one process: the first of the first host and so on, those without a host here.

    Args:
        worker: a process here that was started before; None: one is started when it is needed.
    """

    def __init__(self, workplace: Workplace, worker: SolverProcess | None = None) -> None:
        self._workplace = workplace
        self._idle = worker
        self._all: list[SolverProcess] = [] if worker is None else [worker]
        self._asked: Sequence[Asked] = ()
        self._at: dict[int, SolverProcess | None] = {}
        self._heard = queue.Queue[_Heard]()
        self._lock = threading.Lock()
        self._over = False
        self.notes: list[str] = []
        """What was not done where it was to be done, in words."""
        self.finished = False
        """Whether all have said all they had to say."""

    @property
    def processes(self) -> Sequence[SolverProcess]:
        """All that were begun."""
        return self._all

    def ask(self, questions: Sequence[Asked], ends: float) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """What is said, with the number of the question, until `ends` (`time.monotonic`)."""
        self._asked = questions
        hosts = self._workplace.hosts
        for number in range(len(questions)):
            self._begin(number, hosts[number] if number < len(hosts) else "")
        now = time.monotonic()
        impatient = now + PATIENCE * (ends - now)
        waiting, spoken, failed = set(range(len(questions))), set[int](), False
        while waiting and not self._over:
            try:
                heard = self._next(max(0.0, min(ends, impatient) - time.monotonic()))
            except queue.Empty:
                if time.monotonic() >= ends:
                    return
                impatient = ends
                for number in waiting - spoken:
                    self.instead(number, SLOW)
                continue
            number = heard.number
            if number not in waiting or heard.process is not self._at.get(number):
                continue
            if heard.line is None:
                if not self.instead(number, heard.why):
                    waiting.discard(number)
                    failed = True
                continue
            if "plan" in heard.line:
                spoken.add(number)
            if "done" in heard.line:
                waiting.discard(number)
            yield number, heard.line
        self.finished = not failed and not self._over

    def end(self) -> None:
        """End all of them, from any thread."""
        with self._lock:
            self._over = True
            for process in self._all:
                process.kill()
        self._heard.put(_Heard(None, -1, None))

    def _begin(self, number: int, host: str) -> None:
        with self._lock:
            if self._over:
                return
            try:
                if host:
                    process = process_at(host)
                elif self._idle is not None:
                    process, self._idle = self._idle, None
                else:
                    process = process_here(gently=self._workplace.gently)
            except (SolverGone, OSError) as fault:
                self._at[number] = None
                self._heard.put(_Heard(None, number, None, str(fault)))
                return
            self._at[number] = process
            if process not in self._all:
                self._all.append(process)
        threading.Thread(target=self._listen, args=(number, process), daemon=True).start()

    def _listen(self, number: int, process: SolverProcess) -> None:
        """Pass on what a process says. In a thread: all of it may block."""
        why = ""
        try:
            for line in process.answers(self._asked[number]):
                self._heard.put(_Heard(process, number, line))
        except SolverGone as gone:
            why = str(gone)
        except (OSError, ValueError):
            pass
        self._heard.put(_Heard(process, number, None, why))

    def instead(self, number: int, why: str) -> bool:
        """Ask here what another machine was asked; whether it was."""
        hosts, process = self._workplace.hosts, self._at.get(number)
        if number >= len(hosts) or not hosts[number]:
            return False
        if process is not None:
            process.kill()
        self.notes.append(f"{hosts[number].partition(':')[0]}: {why}; planned here instead")
        self._workplace = self._workplace._replace(hosts=tuple(h if n != number else "" for n, h in enumerate(hosts)))
        self._begin(number, "")
        return True

    def _next(self, wait: float) -> _Heard:
        """What is heard next; of several plans of one process that are there already only the last, which is the best."""
        heard = self._heard.get(timeout=wait)
        while heard.line is not None and "plan" in heard.line and not heard.line["beside"] and not self._heard.empty():
            following = self._heard.queue[0]
            if following.process is not heard.process or following.line is None or "plan" not in following.line:
                break
            heard = self._heard.get_nowait()
        return heard
