"""A process that plans: on this machine, or on another one over SSH. Both are asked and answer alike.

What comes back is not believed: here it is only seen that it has the form of an answer; the judge says whether it is a plan.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from typing import IO, Any

from dispatch import __version__
from dispatch.model.text import show
from dispatch.planning.asked import Asked, written
from dispatch.planning.problem import Problem

_OPTIONS = (
    "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "-o", "ServerAliveInterval=2", "-o", "ServerAliveCountMax=2",
)  # fmt: skip
_LONGEST = 1 << 22
"""Bytes of a line that is read."""
_MOST = 20_000
"""So many lines are read."""


NONSENSE = "it answered nonsense"


class SolverGone(Exception):
    """A process on another machine that is not there, is of another version, or answers nonsense; why, in words."""


class SolverProcess:
    """One process, begun at once. `host` is the machine that it is on, empty for this one."""

    def __init__(self, words: Sequence[str], host: str = "") -> None:
        self.host = host
        self._said: IO[bytes] | None = tempfile.TemporaryFile() if host else None  # noqa: SIM115  closed with the answers
        self.process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said or subprocess.DEVNULL,
            process_group=0,  # with the helpers that it makes, so that they end together
        )

    def answers(self, asked: Asked) -> Iterator[dict[str, Any]]:
        """Ask, and what it says, line by line; each plan of the form of one. Blocks; `kill` from another thread ends it.

        Raises:
            SolverGone: another machine's is not there any more, or answers nonsense.
            OSError, ValueError: so does one of this machine.
        """
        try:
            with self.process:
                try:
                    yield from self._answers(asked)
                finally:
                    self.kill()
        except (OSError, ValueError) as fault:
            if not self.host:
                raise
            raise SolverGone(self._last_words() if isinstance(fault, OSError) else NONSENSE) from None
        finally:
            if self._said is not None:
                self._said.close()

    def _answers(self, asked: Asked) -> Iterator[dict[str, Any]]:
        into, out = self.process.stdin, self.process.stdout
        assert into is not None
        assert out is not None
        if self.host:
            asked = self._introduced(out.readline(_LONGEST), asked)
        for part in written(asked):
            into.write(part)
        into.flush()
        if not self.host:
            into.close()  # of another machine that is how it hears that nobody asks any more
        for _ in range(_MOST):
            if not (line := out.readline(_LONGEST)):
                break
            answer = _answer(line, asked)
            yield answer
            if "done" in answer:
                return
        if self.host:
            raise SolverGone(self._last_words())

    def kill(self) -> None:
        """End it and its helpers."""
        kill(self.process)

    def _introduced(self, hello: bytes, asked: Asked) -> Asked:
        """The question by the clock of the other machine, once that has said who it is."""
        if not hello:
            raise SolverGone(self._last_words())
        said = json.loads(hello)
        version = said.get("version") if isinstance(said, dict) else None
        if version != __version__:
            raise SolverGone(f"dispatch {show(str(version), 20)} is there, {__version__} here")
        clock = _figure(said.get("clock"))
        ahead = clock - time.monotonic()
        return asked._replace(begun=asked.begun + ahead, last=asked.last + ahead)

    def _last_words(self) -> str:
        assert self._said is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(1.0)
        self._said.seek(0)
        lines = self._said.read(4000).decode("utf-8", "replace").strip().splitlines()
        return show(lines[-1].strip(), 120) if lines else "it was cut off"


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and those that it has begun."""
    with contextlib.suppress(OSError):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def process_here(*, gently: bool = False) -> SolverProcess:
    """A process here, which loads the engine and waits for its question; `gently`: it gives way to whoever presses keys."""
    return SolverProcess([sys.executable, "-m", "dispatch.planning.solver.worker", *["--gently"] * gently])


def process_at(host: str) -> SolverProcess:
    """One on another machine, by our program there.

    Raises:
        SolverGone: there is no ssh.
    """
    at, _, program = host.partition(":")
    ssh = shlex.split(os.environ.get("DISPATCH_SSH", "ssh"))
    try:
        return SolverProcess([*ssh, *_OPTIONS, "--", at, shlex.join([program or "dispatch", "solve-worker"])], at)
    except OSError as error:
        raise SolverGone(f"{ssh[0]}: {(error.strerror or str(error)).lower()}") from None


def _answer(line: bytes, asked: Asked) -> dict[str, Any]:
    """A line of an answer.

    Raises:
        ValueError: it has not the form of one.
    """
    said = json.loads(line)
    if not isinstance(said, dict):
        raise ValueError("no answer")
    if "engine" in said:
        return {"engine": str(said["engine"]), "note": show(str(said.get("note", "")), 300)}
    answer = {"cpu": _figure(said.get("cpu"))}
    if said.get("done") is True:
        return answer | {"done": True}
    beside = bool(said.get("beside"))
    if beside and asked.beside is None:
        raise ValueError("no question")
    problem = asked.beside.problem if beside and asked.beside is not None else asked.problem
    return answer | {
        "plan": _routes(said.get("plan"), problem),
        "beside": beside,
        "seconds": _figure(said.get("seconds")),
        "steps": int(_figure(said.get("steps"))),
        "complete": said.get("complete") is True,
    }


def _routes(plan: Any, problem: Problem) -> tuple[tuple[int, ...], ...]:
    """A plan of the right size, in which no visit stands twice."""
    if not isinstance(plan, list) or len(plan) != len(problem.technicians):
        raise ValueError("no plan")
    if not all(isinstance(order, list) and all(type(index) is int for index in order) for order in plan):
        raise ValueError("no plan")
    every = [index for order in plan for index in order]
    if len(set(every)) != len(every) or not all(0 <= index < len(problem.visits) for index in every):
        raise ValueError("no plan")
    return tuple(tuple(order) for order in plan)


def _figure(value: Any) -> float:
    if type(value) not in (int, float) or not 0 <= value < 1e12:
        raise ValueError("no figure")
    return float(value)
