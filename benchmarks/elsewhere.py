"""What a technician's save costs a board that is open elsewhere: `python -m benchmarks.elsewhere [TECHNICIANS]`.

Two dispatchers have the board open on terminals of their own; the line of one is stalled: nobody reads what it is sent. Told are
the CPU that a save costs the other's board, beside what it needs anyway, the milliseconds of the save itself, and those from a
key to the first byte while others save. Figures of a busy machine say little; the load is printed with them.
"""

from __future__ import annotations

import os
import select
import statistics
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path

from benchmarks.peer_files import many
from benchmarks.running import DAY
from benchmarks.sessions import cpu_of
from db.store import Store
from dispatch.desk.closeout import onsite
from dispatch.desk.session.user import log_in
from dispatch.model.states import State
from tests.terminal.terminal import Terminal, terminal

ROUNDS = 12
KEYS = 40
SETTLED = 1.5
"""Seconds within which everything is over that a save leads to."""


def main() -> None:
    """Make the firm, open the boards and measure."""
    technicians = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder, "firm.db")
        many(db, technicians)
        words = ["board", "--as", "dana", "--date", DAY.isoformat()]
        program = [str(Path(sys.executable).with_name("dispatch")), *words]
        with (
            Store.open(db) as store,
            terminal(words, db=db, program=program) as board,
            terminal(words, db=db, program=program) as stalled,
        ):
            for each in (board, stalled):
                each.wait_for("Technician 0")
            print(f"{technicians} technicians, load {os.getloadavg()[0]:.1f}")
            _measure(store, board)


def _measure(store: Store, board: Terminal) -> None:
    there = store.all(
        "SELECT staff.login, visit.reference FROM visit JOIN assignment ON visit_id = visit.id "
        "JOIN staff ON staff.id = staff_id WHERE visit.state = ? ORDER BY visit.id",
        (State.ON_SITE.value,),
    )
    saves = cycle((log_in(store, login), reference) for login, reference in there)
    number = 0

    def save() -> float:
        nonlocal number
        user, reference = next(saves)
        number, began = number + 1, time.perf_counter()
        onsite.work(user, reference, f"note {number}")
        return (time.perf_counter() - began) * 1000

    board.read(quiet=3)
    before = cpu_of(board.pid)
    board.read(quiet=5, limit=5)
    idle = (cpu_of(board.pid) - before) / 5
    spent, saved, waited = [], [], []
    for _ in range(ROUNDS):
        before = cpu_of(board.pid)
        saved.append(save())
        board.read(quiet=SETTLED, limit=SETTLED)
        spent.append(1000 * (cpu_of(board.pid) - before - idle * SETTLED))
    for turn in range(KEYS):
        save()
        time.sleep(turn % 8 * 0.04)
        board.read(quiet=0, limit=0.01)
        began = time.perf_counter()
        os.write(board.fd, b"\x1b[A" if turn % 2 else b"\x1b[B")
        select.select([board.fd], [], [], 10)
        waited.append((time.perf_counter() - began) * 1000)
        board.read(quiet=0.5, limit=1)
    print(f"CPU without saves: {idle * 1000:.0f} ms a second")
    for what, figures in (
        ("CPU of a save elsewhere", spent),
        ("the save itself", saved),
        ("key to first byte", waited),
    ):
        print(f"{what}: median {statistics.median(figures):.0f} ms, worst {max(figures):.0f}")


if __name__ == "__main__":
    main()
