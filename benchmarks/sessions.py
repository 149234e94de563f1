"""What sessions over SSH cost, behind a real sshd: `python -m benchmarks.sessions [plain] [warm]` (root, openssh-server).

The goals: design/remote.md, Goals. Figures of a busy machine say little; the load is printed with them.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.firm import sample_firm
from benchmarks.running import DAY, ZONE, make
from db import people, settings
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.desk.adapters import key_file
from dispatch.model.clock import SetClock
from dispatch.model.instants import at_local
from dispatch.model.people import Staff
from dispatch.model.states import Role
from tests.ssh.line import Line
from tests.ssh.server import Server, serving, why_not
from tests.terminal.terminal import Terminal
from tests.wall import WALL, install

TICKS = 10
WRITERS = 50
SECONDS = 10


def main() -> None:
    """Run all of it, and print one JSON object."""
    if reason := why_not():
        sys.exit(f"benchmarks.sessions: {reason}")
    # the server's sessions begin with the clock of the tests: the firm is made by the same one
    WALL.begin()
    install()
    found: dict[str, Any] = {"load": round(os.getloadavg()[0], 1)}
    for way in sys.argv[1:] or ("plain", "warm"):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            db = folder / "firm.db"
            sample_firm(db)
            with serving(folder, db, "ana", warm=way == "warm") as server:
                found[way] = {**logins(server), **bytes_of(server), "slow_line": slow(server)}
                if way == "plain":
                    found["commit_ms_50_writers"] = commits(db)
            found[way]["at_once"] = {
                number: at_once(folder / str(number), number, warm=way == "warm") for number in (10, 50)
            }
    print(json.dumps(found, indent=1))


def logins(server: Server, rounds: int = 9) -> dict[str, float]:
    """Connect to first paint, and the CPU of the session until a second later."""
    paints, cpu = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        with server.connected("ana") as ana:
            while b"Ana Ruiz" not in ana.sent:
                ana.read(quiet=0.01, limit=0.02)
            paints.append(time.perf_counter() - began)
            ana.read(quiet=1)
            cpu.append(sum(map(cpu_of, [*server.sessions(), *server.waiting()])))
        server.wait_for_sessions(0)
    return {"first_paint_s": round(statistics.median(paints), 3), "cpu_s_a_login": round(statistics.median(cpu), 3)}


def cpu_of(process: int) -> float:
    """Seconds of CPU that a process has had, with its threads and with what it was before it became another program."""
    tasks = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def bytes_of(server: Server) -> dict[str, Any]:
    """What the terminal is sent: the first screen, a cursor movement, ticks with their saves."""
    with server.connected("ana") as ana:
        ana.wait_for("Grandview Optometry")
        ana.read(quiet=1)
        first = len(ana.sent)
        os.write(ana.fd, b"\r")
        ana.wait_for("not ready to leave")
        moves = [sent_for(ana, key) for key in [b"\x1b[B"] * TICKS + [b"\x1b[A"] * (TICKS + 2)]
        # down through the items, ticking those that take a tick; after one the cursor stands on the next open one
        ticks = []
        for _ in range(12):
            if "space done ·" in ana.read(quiet=0.1):
                sent = sent_for(ana, b" ")
                if "saves ·" in ana.read(quiet=0.1):
                    sent_for(ana, b"\x1b")  # it asks for words
                else:
                    ticks.append(sent)
            sent_for(ana, b"\x1b[B")
    server.wait_for_sessions(0)
    return {
        "first_screen_bytes": first,
        "move_bytes": {"median": round(statistics.median(moves)), "most": max(moves)},
        "tick_bytes": {"median": round(statistics.median(ticks)), "each": ticks},
    }


def sent_for(person: Terminal, key: bytes) -> int:
    """How many bytes a key has the terminal sent."""
    person.read(quiet=0.3)
    seen = len(person.sent)
    os.write(person.fd, key)
    person.read(quiet=0.7)
    return len(person.sent) - seen


def slow(server: Server) -> dict[str, float]:
    """A line of 64 kbit/s on which a byte takes 75 ms each way: seconds from connecting to the day, and from keys to answers."""
    line = Line(server.port, delay=0.075, bits=64_000)
    began = time.perf_counter()
    with server.connected("ana", port=line.port) as ana:
        while b"Ana Ruiz" not in ana.sent:
            ana.read(quiet=0.01, limit=0.02)
        first = time.perf_counter() - began
        ana.read(quiet=1.5)
        opened = answer(ana, b"\r")
        ana.wait_for("not ready to leave")
        moves = [answer(ana, b"\x1b[B") for _ in range(TICKS)]
        tick = answer(ana, b" ")
    server.wait_for_sessions(0)
    return {
        "first_screen_s": round(first, 2),
        "open_visit_s": round(opened, 2),
        "move_s": round(statistics.median(moves), 2),
        "tick_s": round(tick, 2),
    }


def answer(person: Terminal, key: bytes) -> float:
    """Seconds from a key to the last byte that it had sent."""
    person.read(quiet=0.6)
    began = last = time.perf_counter()
    os.write(person.fd, key)
    seen = len(person.sent)
    while time.perf_counter() - last < 0.8 and last - began < 10:
        person.read(quiet=0.01, limit=0.02)
        if len(person.sent) != seen:
            seen, last = len(person.sent), time.perf_counter()
    return last - began


def at_once(folder: Path, number: int, *, warm: bool) -> dict[str, Any]:
    """An office behind one address, all of which log in at once with the printed block, each to a full day of their own: seconds
    until they see it, their clients on the same machine; what that cost by kind of process; and the proportional memory of a
    session with what waits for it and a share of its parent.
    """
    folder.mkdir()
    db, logins = folder / "firm.db", [f"t{each}" for each in range(number)]
    make_office(db, number)
    with serving(folder, db, *logins, warm=warm) as server:
        if warm:
            # the parent has the clock of the tests; what only asks it for a session needs none, and is as in a firm
            with Store.open(db) as store:
                key_file.write(store)
        with contextlib.ExitStack() as stack:
            load, before, began = os.getloadavg()[0], spent(server), time.perf_counter()
            there = [stack.enter_context(server.connected(login)) for login in logins]
            paints = first_screens(there, began)
            after = spent(server)
            time.sleep(1)
            processes = [*server.sessions(), *server.waiting(), *([server.parent] if server.parent is not None else [])]
            total = sum(map(megabytes, processes))
        server.wait_for_sessions(0, limit=30)
    return {
        "first_paint_s_median": round(statistics.median(paints), 1),
        "first_paint_s_last": round(max(paints), 1),
        "turned_away": number - len(paints),
        "cpu_s": {kind: round(after[kind] - before.get(kind, 0), 2) for kind in sorted(after)},
        "load_before": round(load, 1),
        "mb_a_session": round(total / number, 1),
        "sessions_a_gb": round(1024 * number / total),
    }


def make_office(db: Path, number: int) -> None:
    """A firm of so many technicians with a full day each, by its clock at noon of it."""
    with Store.create(db, clock=SetClock(at_local(DAY, "06:00", ZONE))) as store:
        make(store, number)
        with unit_of_work(store, "make", Actor(None, "system", "bench", "system")) as unit:
            people.add_staff(unit, Staff(0, "lee", "Lee Moreau", frozenset({Role.LEAD})))
            settings.set_firm(unit, clock_offset=at_local(DAY, "12:10", ZONE) - WALL.now())


def spent(server: Server) -> dict[str, float]:
    """Seconds of CPU that processes have had, with those that they have waited for, by kind. `guard` is what sshd begins, and
    the session itself where no parent begins it."""
    sshd = int((server.folder / "sshd.pid").read_text())
    begun: dict[int, tuple[int, str, float]] = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            about, _, rest = (process / "stat").read_text(errors="replace").rpartition(")")
            fields = rest.split()
            seconds = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
            begun[int(process.name)] = int(fields[1]), about.partition("(")[2], seconds

    def kind(process: int) -> str | None:
        by, name, _ = begun[process]
        if process in (os.getpid(), server.parent):
            return "benchmark" if process == os.getpid() else "parent"
        if by == os.getpid() and name == "ssh":
            return "clients"
        if by == server.parent:
            return "sessions"
        while process not in (0, sshd):
            process = begun.get(process, (0,))[0]
        return None if process == 0 else "sshd" if name == "sshd" else "guard"

    found: dict[str, float] = {}
    for process, (_, _, seconds) in begun.items():
        if (one := kind(process)) is not None:
            found[one] = found.get(one, 0) + seconds
    return found


def first_screens(people: list[Terminal], began: float, limit: float = 120) -> list[float]:
    """Seconds from `began` until each who gets a session sees the stops of their day; only looked for in the bytes."""
    paints: list[float] = []
    waiting = {person.fd: b"" for person in people}
    while waiting and time.perf_counter() - began < limit:
        for fd in select.select(list(waiting), [], [], 0.2)[0]:
            try:
                waiting[fd] += os.read(fd, 65536)
            except OSError:
                del waiting[fd]  # turned away
                continue
            if b"Client" in waiting[fd]:
                paints.append(time.perf_counter() - began)
                del waiting[fd]
    return paints


def megabytes(process: int) -> float:
    """The proportional memory of a process."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def commits(db: Path) -> dict[str, float]:
    """Saves of 50 sessions, each once a second, each with a store of its own."""
    times: list[float] = []
    errors: list[str] = []
    began = time.monotonic() + 1

    def write(number: int) -> None:
        with Store.open(db) as store:
            for turn in range(SECONDS):
                time.sleep(max(0.0, began + turn + number / WRITERS - time.monotonic()))
                start = time.perf_counter()
                try:
                    with unit_of_work(store, "bench", Actor(None, "bench", f"bench-{number}", "system")) as unit:
                        unit.audit("visit", 1, bench=turn)
                except Exception as error:
                    errors.append(str(error))
                times.append(time.perf_counter() - start)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    return {
        "p50": round(times[len(times) // 2] * 1000, 1),
        "p99": round(times[int(len(times) * 0.99)] * 1000, 1),
        "errors": len(errors),
    }


if __name__ == "__main__":
    main()
