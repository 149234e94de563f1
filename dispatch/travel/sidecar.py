"""The road engine as a child process on loopback: started when it is first asked, restarted after a crash, gone with us."""

from __future__ import annotations

import atexit
import contextlib
import socket
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic

from dispatch.travel.chain import Unavailable
from dispatch.travel.executables import Executables, executables
from dispatch.travel.graphs import graph
from dispatch.travel.http_json import EngineRefused, ask
from dispatch.travel.services import Osrm

RESTARTS = 3
"""So often it is started again after a crash within `CALM` seconds; then it stays down until the program starts anew."""
CALM = 600.0
READY = 20.0
"""Seconds that a start may take: a large country is read from disk first."""
MOMENT = 0.5
NAME = "The road engine"

# the kernel ends the engine with the thread that started it, also where the program is killed; `-S -I`: nothing but this
_GUARD = (
    "import ctypes,os,signal,sys\n"
    "ctypes.CDLL(None).prctl(1,signal.SIGKILL)\n"
    "os.getppid()==int(sys.argv[1]) or sys.exit(1)\n"
    "os.execv(sys.argv[2],sys.argv[2:])"
)


class Sidecar:
    """One `osrm-routed` on a random port of 127.0.0.1, used by all threads of the program.

    A thread of its own starts it and waits for its end: what the kernel does at a parent's death it does at the death of
    the thread that forked.
    """

    def __init__(self, engine: Executables, base: Path) -> None:
        self._engine = engine
        self._base = base
        self._change = threading.Condition()
        self._child: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._starts: list[float] = []
        self._failed = ""
        self._stopped = False

    def url(self) -> str:
        """Where it listens, ready for questions; it is started first where it does not run.

        Raises:
            Unavailable: it does not start, or has crashed too often.
        """
        ends = monotonic() + READY
        with self._change:
            self._ensure_started()
            while not self._port:
                if self._failed:
                    raise Unavailable(self._failed)
                if not self._change.wait(max(0.0, ends - monotonic())):
                    raise Unavailable(f"{NAME} is still starting.")
            return f"http://127.0.0.1:{self._port}"

    def ended(self) -> bool:
        """Whether it has just died. A dying process may still take a question, and its end is known a moment later."""
        with self._change:
            return self._change.wait_for(lambda: not self._port, MOMENT)

    @property
    def pid(self) -> int | None:
        """The process, while it runs."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    def stop(self) -> None:
        """End it; a later question does not start it again."""
        with self._change:
            self._stopped, self._failed = True, f"{NAME} was stopped."
            child, self._port = self._child, 0
            self._change.notify_all()
        if child is not None:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(2)
                return
            child.kill()

    def _ensure_started(self) -> None:
        if self._stopped or (self._child is not None and self._child.poll() is None):
            return
        now = monotonic()
        self._starts = [start for start in self._starts if now - start < CALM]
        if len(self._starts) > RESTARTS:
            self._failed = f"{NAME} has stopped {len(self._starts)} times and stays down: drives are estimated."
            return
        self._starts.append(now)
        self._port, self._failed = 0, ""
        started = threading.Event()
        threading.Thread(target=self._supervise, args=(started,), name="road engine", daemon=True).start()
        started.wait(READY)

    def _supervise(self, started: threading.Event) -> None:
        """Start the engine, say when it is ready, and wait for its end."""
        port = _free_port()
        try:
            child = subprocess.Popen(
                self._command(port), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            self._failed = f"{NAME} does not start ({error.strerror or error})."
            started.set()
            return
        self._child = child
        started.set()
        ready = _answers(child, port)
        with self._change:
            if self._child is child and not self._stopped:
                self._port = port if ready else 0
                self._failed = "" if ready else f"{NAME} does not start: drives are estimated."
            self._change.notify_all()
        if not ready:
            child.kill()
        child.wait()
        with self._change:
            if self._child is child:
                self._port = 0
                self._change.notify_all()

    def _command(self, port: int) -> list[str]:
        import os

        routed = [
            str(self._engine.tool("osrm-routed")),
            *("--ip", "127.0.0.1", "--port", str(port), "--algorithm", "mld", "--mmap", "--threads", "2"),
            *("--max-table-size", "1000", "--verbosity", "NONE", str(self._base)),
        ]
        if sys.platform != "linux":
            return routed
        return [sys.executable, "-I", "-S", "-c", _GUARD, str(os.getpid()), *routed]


_running: dict[str, Sidecar] = {}
_lock = threading.Lock()


def local_roads(graph_id: str) -> Osrm:
    """The engine of this machine on a graph. It is started when it is asked first; one child serves all who ask."""
    return Osrm(
        lambda: sidecar(graph_id).url(), name=NAME, timeout=5.0, local=True, again=lambda: sidecar(graph_id).ended()
    )


def sidecar(graph_id: str) -> Sidecar:
    """The child that serves a graph.

    Raises:
        Unavailable: the graph or the engine is not on this machine.
    """
    with _lock:
        if (running := _running.get(graph_id)) is not None:
            return running
        known = graph(graph_id)
        if known is None:
            raise Unavailable("The road graph of this database is not on this machine: dispatch roads add makes it.")
        engine = executables()
        if engine is None:
            raise Unavailable("The road engine is not installed on this machine: dispatch roads add installs it.")
        if not _running:
            atexit.register(stop_all)
        _running[graph_id] = Sidecar(engine, known.base)
        return _running[graph_id]


def stop_all() -> None:
    """End every child of this program. The next question starts one anew."""
    with _lock:
        ended = list(_running.values())
        _running.clear()
    for child in ended:
        child.stop()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _answers(child: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the engine answers, or ends, or has taken too long."""
    ends = monotonic() + READY
    while child.poll() is None and monotonic() < ends:
        try:
            ask(f"http://127.0.0.1:{port}/nearest/v1/driving/0,0", who=NAME, timeout=1.0)
            return True
        except EngineRefused as refusal:
            return "code" in refusal.answer
        except Unavailable:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(0.02)
    return False
