"""The solver's process for another machine, which asks over SSH. It ends with whoever asks, and opens no database."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading

from dispatch.planning.solver_process import kill

_CHUNK = 1 << 16


def serve() -> int:
    """Answer one question from standard input on standard output; returns the exit code."""
    with subprocess.Popen(
        [sys.executable, "-m", "dispatch.planning.solver.worker"], stdin=subprocess.PIPE, process_group=0
    ) as worker:
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: kill(worker))
        threading.Thread(target=_hand_on, args=(worker,), daemon=True).start()
        return worker.wait()


def _hand_on(worker: subprocess.Popen[bytes]) -> None:
    """Hand on what is asked. Whoever asks leaves the line open as long as the answer is of use: its end is the worker's."""
    assert worker.stdin is not None
    with contextlib.suppress(OSError, ValueError):
        while data := os.read(0, _CHUNK):
            worker.stdin.write(data)
            worker.stdin.flush()
    kill(worker)
