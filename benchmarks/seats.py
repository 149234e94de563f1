"""What seats over SSH cost, behind a real sshd on loopback: `python -m benchmarks.seats` (root, openssh-server).

The goals are in remote.md. Figures of a busy machine say little; the load is printed with them.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from dispatch.demo import sample_day
from tests.ssh.server import Server, serving, why_not

TICKS = 10
WRITERS = 50
SECONDS = 10


def main() -> None:
    """Run all of it, and print one JSON object."""
    if reason := why_not():
        sys.exit(f"benchmarks.seats: {reason}")
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder) / "firm.db"
        sample_day(db)
        with serving(Path(folder), db, "ana", MaxStartups="200:30:300", PerSourceMaxStartups="none") as server:
            found = {
                "load": round(os.getloadavg()[0], 1),
                **logins(server),
                **bytes_of(server),
                "memory_mb_a_seat": {number: memory(server, number) for number in (1, 10, 50)},
                "commit_ms_50_writers": commits(db),
            }
    print(json.dumps(found, indent=1))


def logins(server: Server, rounds: int = 7) -> dict[str, float]:
    """Connect to first paint, and the CPU of the seat until then."""
    paints, cpu = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        with server.connected("ana") as ana:
            while b"Ana Ruiz" not in ana.sent:
                ana.read(quiet=0.01, limit=0.02)
            paints.append(time.perf_counter() - began)
            ana.read(quiet=1)
            fields = Path(f"/proc/{server.seats()[0]}/stat").read_text().rpartition(")")[2].split()
            cpu.append((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
        server.wait_for_seats(0)
    return {"first_paint_s": round(statistics.median(paints), 3), "cpu_s_a_login": round(statistics.median(cpu), 3)}


def bytes_of(server: Server) -> dict[str, float]:
    """What the terminal is sent: the first screen, a cursor movement, a tick with its save."""
    with server.connected("ana") as ana:
        ana.wait_for("Grandview Optometry")
        first = len(ana.sent)
        os.write(ana.fd, b"\r")
        ana.wait_for("not ready to leave")
        moves, ticks = [], []
        for key, kept in [(b"\x1b[B", moves)] * TICKS + [(b"\x1b[A", moves)] * (TICKS - 1) + [(b" ", ticks)]:
            ana.read(quiet=0.5)
            seen = len(ana.sent)
            os.write(ana.fd, key)
            ana.read(quiet=0.7)
            kept.append(len(ana.sent) - seen)
    server.wait_for_seats(0)
    return {"first_screen_bytes": first, "move_bytes": round(statistics.median(moves)), "tick_bytes": ticks[0]}


def memory(server: Server, number: int) -> float:
    """Proportional memory of a seat, in MB, when so many sit there. They have keys of their own."""
    from dispatch.desk import key_file, keyring
    from dispatch.desk.seat import store_at, take_seat
    from dispatch.model.states import Role

    with contextlib.ExitStack() as stack:
        with store_at(server.db) as store:
            import subprocess

            from dispatch.desk.staff import add_staff

            lead = take_seat(store, "lee")
            for each in range(number):
                login = f"t{number}-{each}"
                add_staff(lead, login, f"Tech {number} {each}", [Role.TECHNICIAN])
                path = server.folder / login
                subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
                keyring.add_key(lead, login, path.with_suffix(".pub").read_text(encoding="ascii"))
            key_file.write(store)
        for each in range(number):
            person = stack.enter_context(server.connected(f"t{number}-{each}"))
            person.wait_for("not a technician", limit=60)
        time.sleep(1)
        sizes = []
        for process in server.seats():
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
            sizes.append(sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")))
    server.wait_for_seats(0, limit=30)
    return round(sum(sizes) / len(sizes) / 1024, 1)


def commits(db: Path) -> dict[str, float]:
    """Saves of 50 sessions, each once a second, each with a store of its own."""
    from db.store import Store
    from db.unit import Actor

    times: list[float] = []
    errors: list[str] = []
    began = time.monotonic() + 1

    def write(number: int) -> None:
        with Store.open(db) as store:
            for turn in range(SECONDS):
                time.sleep(max(0.0, began + turn + number / WRITERS - time.monotonic()))
                start = time.perf_counter()
                try:
                    with store.write("bench", Actor(None, "bench", f"bench-{number}", "system")) as unit:
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
