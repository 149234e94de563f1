"""What one machine carries, measured and written into docs/growing.md: `make growing` (root and openssh-server for the seats).

    python -m benchmarks.growing [--rounds N] [--print] [NAME …]

measures each figure so many times and writes the table anew, with machine, load and day; with names only those, and the other lines
stay. The measuring is that of `benchmarks.sessions`, `bounds`, `figures` and `planning`.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import re
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from benchmarks import bounds, sessions
from benchmarks.figures import timed
from benchmarks.firm import sample_firm
from benchmarks.running import DAY, VISITS, ZONE, make
from db import messages, settings, visits
from db.store import Store
from db.unit import Actor, unit_of_work
from dispatch.desk.adapters.transports import transport
from dispatch.desk.book import editing
from dispatch.desk.book.record_stores import RECORD_STORES
from dispatch.desk.day import board_view
from dispatch.desk.delivery.sending import post_due
from dispatch.desk.figures import day_sums
from dispatch.desk.figures.counting import figures_over
from dispatch.desk.log.visit_log import LogFilter, visit_log
from dispatch.desk.messages import notifications
from dispatch.desk.session.user import log_in
from dispatch.model.clock import SetClock
from dispatch.model.instants import at_local, day_bounds
from dispatch.model.messages import About, Fate
from tests.desk.many import NEEDLE, add_closed_visits
from tests.figures.month import FIRST, a_month, firm_of
from tests.figures.rows import connect, write
from tests.messages.conftest import post_office
from tests.ssh.server import why_not
from tests.wall import WALL

PAGE = Path(__file__).parents[1] / "docs" / "growing.md"
BEGIN, END = "<!-- measured: make growing writes it -->", "<!-- end -->"
SEATS = 20
YEARS = (1, 3)
A_MONTH = 1_000
MAILS = 300


class Measured(NamedTuple):
    """A line of the table: what, how it was asked, and the figures of each round in their unit."""

    what: str
    how: str
    figures: Sequence[float]
    unit: str
    digits: int = 0

    @property
    def line(self) -> str:
        """As the table has it: the median, and the least and the most."""
        low, middle, high = (
            f"{figure:,.{self.digits}f}"
            for figure in (min(self.figures), statistics.median(self.figures), max(self.figures))
        )
        spread = f"{low} to {high}" if len(self.figures) > 1 else "one run"
        return f"| {self.what} | {self.how} | {middle} {self.unit} | {spread} |"


def main(words: Sequence[str] | None = None) -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--print", action="store_true", help="write nothing")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(KINDS))
    args = parser.parse_args(words)
    lines = dict[str, list[str]]()
    for name in args.names or KINDS:
        load = os.getloadavg()[0]
        with tempfile.TemporaryDirectory() as folder:
            lines[name] = [measured.line for measured in KINDS[name](Path(folder), args.rounds)]
        print(*lines[name], f"load before: {load:.1f}", sep="\n", flush=True)
    if not args.print:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), lines, machine()), encoding="utf-8")


def written(page: str, lines: dict[str, list[str]], where: str) -> str:
    """The page with new lines in its table; of what was not measured now those of before stay."""
    before, table, after = re.split(f"{re.escape(BEGIN)}|{re.escape(END)}", page)
    known = {name: re.findall(rf"(?m)^\|.*\|(?= <!-- {name} -->$)", table) for name in KINDS} | lines
    rows = [f"{line} <!-- {name} -->" for name in KINDS for line in known[name]]
    head = ["| what | how it was asked | median | spread |", "| --- | --- | --- | --- |"]
    return f"{before}{BEGIN}\n{where}\n\n" + "\n".join((*head, *rows)) + f"\n{END}{after}"


def machine() -> str:
    """Where and when it was measured."""
    about = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    named = re.search(r"(?m)^model name\s*:\s*(.+)$", about)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Measured on {datetime.date.today().isoformat()}: {len(os.sched_getaffinity(0))} cores of "
        f"{named[1] if named else platform.machine()}, {memory:.0f} GB of memory, Python {platform.python_version()}, "
        f"load of the last minute at the end {os.getloadavg()[0]:.1f}."
    )


def seats(folder: Path, rounds: int) -> Iterator[Measured]:
    """Sessions over SSH at once, without and with a warm parent."""
    if reason := why_not():
        raise SystemExit(f"benchmarks.growing: seats: {reason}")
    WALL.begin()
    for way in ("plain", "warm"):
        # the sessions behind sshd begin with the clock of the tests: the firm is made by the same one
        with mock.patch("time.time", _wall):
            found = [sessions.at_once(folder / f"{way}{number}", SEATS, warm=way == "warm") for number in range(rounds)]
        parent = ", warm parent" if way == "warm" else ""
        yield Measured(
            "seats a GB", f"{SEATS} technicians at their day{parent}", [one["sessions_a_gb"] for one in found], "seats"
        )
        yield Measured(
            "last first screen",
            f"{SEATS} log in at once{parent}",
            [one["first_paint_s_last"] for one in found],
            "s",
            1,
        )


def _wall() -> float:
    return float(WALL.now())


def writers(folder: Path, rounds: int) -> Iterator[Measured]:
    """Saves of many sessions."""
    db = folder / "firm.db"
    sample_firm(db)
    found = [sessions.commits(db) for _ in range(rounds)]
    assert not any(one["errors"] for one in found)
    how = f"{sessions.WRITERS} writers, a save a second each"
    yield Measured("a save, the median", how, [one["p50"] for one in found], "ms", 1)
    yield Measured("a save, 99 of 100", how, [one["p99"] for one in found], "ms", 1)


def history(folder: Path, rounds: int) -> Iterator[Measured]:
    """Years of visits: how large they are, and what is asked of them."""
    for years in YEARS:
        path, days = folder / f"{years}.db", 365 * years
        clock = firm_of(path).clock
        conn = connect(path)
        write(conn, a_month(A_MONTH * 12 * years, days_long=days))
        conn.close()
        how = f"{years} {'year' if years == 1 else 'years'} of {A_MONTH:,} visits a month, 40 technicians"
        with Store.open(path, clock=clock) as store:
            day_sums.rebuild(store)
            last = FIRST + datetime.timedelta(days=29)
            first = last - datetime.timedelta(days=27)
            asked: tuple[tuple[str, Callable[[], object]], ...] = (
                ("the board", partial(board_view.board, store, last)),
                ("the figures of 28 days", partial(figures_over, store, first, last, "technician")),
            )
            for what, ask in asked:
                yield Measured(what, how, [1000 * timed(ask) for _ in range(rounds)], "ms", 1)
        yield Measured("the file", how, [path.stat().st_size / 2**20], "MB")
    path = folder / "log.db"
    sample_firm(path)
    count = YEARS[-1] * 12 * A_MONTH
    with Store.open(path) as store:
        add_closed_visits(store, count)
        look = partial(visit_log, store, LogFilter(words=NEEDLE), 500)
        yield Measured(
            "the log searched", f"{count:,} closed visits, a word", [1000 * timed(look) for _ in range(rounds)], "ms", 1
        )
        yield Measured("the file", f"{count:,} closed visits with all their words", [path.stat().st_size / 2**20], "MB")


def plans(folder: Path, rounds: int) -> Iterator[Measured]:
    """Plans of a day, by the command."""
    for firm, seconds in (("30/176", 5.0), ("200/1120", 10.0), ("500/2800", 30.0)):
        path = folder / firm.replace("/", "-")
        technicians, waiting = map(int, firm.split("/"))
        bounds.make(path, technicians, waiting, overdue=False)
        found = [bounds.measured(path, seconds) for _ in range(rounds)]
        how = f"{technicians} technicians, {waiting:,} requests, {seconds:g} s given"
        yield Measured("a plan", how, [one.took for one in found], "s", 1)
        yield Measured("of them placed", how, [100 * one.placed / waiting for one in found], "%", 1)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    yield Measured("memory of the largest process", "the same plans", [most], "MB")


def mails(folder: Path, rounds: int) -> Iterator[Measured]:
    """Messages to clients, by a mail server on this machine that takes all of them."""
    minute = []
    for turn in range(rounds):
        clock = SetClock(at_local(DAY, "06:00", ZONE))
        with post_office() as there, Store.create(folder / f"{turn}.db", clock=clock) as store:
            make(store, MAILS // VISITS, 2)
            clock.set(at_local(DAY, "12:10", ZONE))
            dana = log_in(store, "dana")
            with unit_of_work(store, "bench", Actor(None, "bench", "bench", "system")) as unit:
                settings.set_firm(unit, messages_by="smtp", mail_host="127.0.0.1", mail_port=there.port)
                settings.set_firm(unit, mail_security="none", mail_from="dispatch@firm.example")
                unit.audit("firm", 1, bench=turn)
            wishes = {"told": "reminder", "told_at": "desk@client.example"}
            editing.edit(dana, "client", RECORD_STORES["client"].find(store, "Client"), wishes)
            with unit_of_work(store, "bench", Actor(None, "bench", "bench", "system")) as unit:
                for visit in visits.placed_between(store, *day_bounds(DAY + datetime.timedelta(days=1), ZONE)):
                    for saying in notifications.sayings(store, visit, About.REMINDER, visit.starts_at or 0, dana.now):
                        messages.add(unit, visit, About.REMINDER, *saying, due_at=dana.now)
                unit.audit("firm", 1, bench=turn)
            began = time.perf_counter()
            sent = [posted for posted in post_due(dana, partial(transport, dana.firm)) if posted.fate is Fate.SENT]
            minute.append(60 * len(sent) / (time.perf_counter() - began))
            assert len(sent) > MAILS * 0.9, f"{len(sent)} were sent"
    yield Measured("mails a minute", f"{MAILS} of them, a server on the same machine", minute, "mails")


KINDS: dict[str, Callable[[Path, int], Iterator[Measured]]] = {
    "seats": seats,
    "writers": writers,
    "history": history,
    "plans": plans,
    "mails": mails,
}
"""What can be measured, in the order of the table."""

if __name__ == "__main__":
    main()
