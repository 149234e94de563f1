"""Three offices of 40 technicians on one machine, and on three that reach each other over SSH alone: a day of transfers, killed at
random moments. Nothing is there twice, and nothing is lost."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from db import audit, branches, parcels, people, visits
from db.store import Store
from dispatch.desk.branches import sending
from dispatch.desk.branches.exchanging import exchange
from dispatch.desk.requests import intake
from dispatch.desk.session.user import log_in
from dispatch.model.branches import Branch
from dispatch.model.people import Hours, Staff, Technician
from dispatch.model.states import Role
from dispatch.model.travel import Place
from tests.branches.conftest import apart
from tests.desk.conftest import fill
from tests.prepared import prepared
from tests.ssh.server import SSHD, why_not
from tests.wall import WALL, started

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

DAY_OF = Path(__file__).with_name("one_day.py")
NAMES = ("Columbus", "Dayton", "Akron")
TECHNICIANS, JOBS = 40, 12
ROUNDS = int(os.environ.get("ROUNDS", "14"))


def filled(store: Store) -> None:
    """The small firm with 40 technicians."""
    fill(store)
    lee = log_in(store, "lee")
    with lee.write("technicians") as unit:
        week = tuple(Hours(weekday, 480, 1020) for weekday in range(5))
        for number in range(TECHNICIANS - len(people.technicians(store))):
            name, login = f"Technician {number}", f"tech{number}"
            key = people.add_staff(unit, Staff(0, login, name, frozenset({Role.TECHNICIAN})))
            home = Place(39.9 + number / 400, -83.0)
            people.add_technician(unit, Technician(key, login, name, frozenset({"server"}), "tech", week, None, home))


class Machine:
    """An office: its database, how a program is begun where it is, and where others find it."""

    def __init__(
        self, name: str, path: Path, location: str, before: Sequence[str] = (), program: str = "dispatch"
    ) -> None:
        self.name, self.path, self.location, self.before, self.program = name, path, location, before, program

    def begin(self, seed: int, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Begin its day."""
        words = [*self.before, *started(str(DAY_OF), str(self.path), str(seed), "40")]
        with self.path.with_suffix(".out").open("ab") as out:
            return subprocess.Popen(
                words, stdout=out, stderr=out, env={**os.environ, **environment}, start_new_session=True
            )


def asked(path: Path, name: str) -> list[str]:
    """Its requests of the day."""
    with Store.open(path, clock=WALL) as store:
        dana, works = log_in(store, "dana"), [f"Job {name} {number}" for number in range(JOBS)]
        for work in works:
            intake.add(dana, {"client": "Harbor Dental", "site": "Main office", "work": work, "minutes": "30"})
        return works


def known_to_each_other(machines: Sequence[Machine]) -> None:
    """Each is a branch of each other, at the place by which it is reached."""
    offices = {}
    for machine in machines:
        with Store.open(machine.path, clock=WALL) as store:
            offices[machine.name] = branches.own_office(store)
    for machine in machines:
        with Store.open(machine.path, clock=WALL) as store, log_in(store, "lee").write("add a branch") as unit:
            for other in machines:
                if other is not machine:
                    new = Branch(0, other.name, other.location, other.program, offices[other.name])
                    branches.BRANCHES.add(unit, new)


def lived(machines: Sequence[Machine], environment: Mapping[str, str], chance: random.Random, patience: float) -> int:
    """A day on all machines at once, each killed again and again; returns how often something was killed."""
    killed = 0
    at_work = {machine.name: machine.begin(number, environment) for number, machine in enumerate(machines)}
    try:
        for number in range(ROUNDS):
            time.sleep(chance.uniform(patience / 4, patience))
            machine = chance.choice(machines)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(at_work[machine.name].pid, signal.SIGKILL)
                killed += 1
            at_work[machine.name].wait()
            at_work[machine.name] = machine.begin(100 + number, environment)
    finally:
        for process in at_work.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return killed


def judged(machines: Sequence[Machine], works: Sequence[str]) -> dict[str, int]:
    """Finish what was begun, and look that nothing is there twice and nothing is lost; returns what there was, counted."""
    with contextlib.ExitStack() as ending:
        stores = {one.name: ending.enter_context(Store.open(one.path, clock=WALL)) for one in machines}
        for _ in range(3):
            for store in stores.values():
                assert exchange(log_in(store, "dana")).unreached == ()
        for store in stores.values():
            for parcel in parcels.all_parcels(store):
                if not parcel.incoming and parcel.state != "given_back":
                    sending.recall(log_in(store, "lee"), parcel.id)
        # what went on from office to office comes back one office a round
        for _ in range(60):
            for store in stores.values():
                exchange(log_in(store, "dana"))
            if all(one.state == "given_back" for store in stores.values() for one in parcels.all_parcels(store)):
                break
        found = [visit.work for store in stores.values() for visit in visits.queued(store) if visit.work in works]
        assert sorted(found) == sorted(works)
        sent = {one.id: one for store in stores.values() for one in parcels.all_parcels(store) if not one.incoming}
        came = {one.id: one for store in stores.values() for one in parcels.all_parcels(store) if one.incoming}
        assert sent.keys() == came.keys()
        assert {one.state for one in (*sent.values(), *came.values())} <= {"given_back"}
        for store in stores.values():
            assert audit.verify_chain(store) is None
            # who was lent to it has left, and is away for good
            assert {one.reason for one in people.absences(store)} <= {"not lent to us"}
            assert len(people.technicians(store)) == TECHNICIANS
        return {kind: sum(one.kind == kind for one in sent.values()) for kind in ("request", "lending")}


@pytest.fixture
def offices(tmp_path: Path) -> dict[str, Path]:
    """The databases of three offices."""
    found = {}
    for name in NAMES:
        folder = tmp_path / name
        folder.mkdir()
        with prepared(folder / "firm.db", filled, clock=WALL) as store:
            apart(store)
            found[name] = store.path
    return found


def test_on_one_machine(offices: dict[str, Path]) -> None:
    machines = [Machine(name, path, str(path)) for name, path in offices.items()]
    known_to_each_other(machines)
    works = [work for one in machines for work in asked(one.path, one.name)]
    killed = lived(machines, {}, random.Random(1), 4.0)
    counted = judged(machines, works)
    print(f"{killed} killed, {counted}")
    assert counted["request"] > 5
    assert killed > ROUNDS // 2


@contextlib.contextmanager
def namespaces(folder: Path) -> Iterator[dict[str, tuple[str, str]]]:
    """A network of its own for each office, joined by a bridge: the namespace and the address of each."""
    tail = f"{os.getpid() % 10000}"
    bridge, spaces = (
        f"dbr{tail}",
        {name: (f"d{name[:3].lower()}{tail}", f"10.77.9.{number}") for number, name in enumerate(NAMES, 1)},
    )

    def ip(*words: str) -> None:
        done = subprocess.run(["ip", *words], capture_output=True, check=False, text=True)
        if done.returncode:
            pytest.skip(f"needs a network of its own: ip {' '.join(words)} says {done.stderr.strip()}")

    try:
        ip("link", "add", bridge, "type", "bridge")
        ip("link", "set", bridge, "up")
        for number, (space, address) in enumerate(spaces.values()):
            outside, inside = f"dv{number}{tail}", f"dw{number}{tail}"
            ip("netns", "add", space)
            ip("link", "add", outside, "type", "veth", "peer", "name", inside)
            ip("link", "set", outside, "master", bridge, "up")
            ip("link", "set", inside, "netns", space)
            ip("-n", space, "addr", "add", f"{address}/24", "dev", inside)
            ip("-n", space, "link", "set", inside, "up")
            ip("-n", space, "link", "set", "lo", "up")
        yield spaces
    finally:
        for space, _ in spaces.values():
            subprocess.run(["ip", "netns", "del", space], capture_output=True, check=False)
        subprocess.run(["ip", "link", "del", bridge], capture_output=True, check=False)


@contextlib.contextmanager
def sshd_in(space: str, address: str, folder: Path, key: Path) -> Iterator[None]:
    """A real sshd in a network of its own, for one key."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "host")], check=True)
    (folder / "keys").write_text(key.with_suffix(".pub").read_text())
    (folder / "sshd_config").write_text(
        f"Port 22\nListenAddress {address}\nHostKey {folder}/host\nPidFile none\nStrictModes no\nUsePAM no\nLogLevel ERROR\n"
        f"PermitRootLogin prohibit-password\nAuthorizedKeysFile {folder}/keys\nMaxStartups 100\n"
    )
    words = ["ip", "netns", "exec", space, SSHD, "-D", "-e", "-f", str(folder / "sshd_config")]
    with (folder / "sshd.log").open("wb") as log:
        process = subprocess.Popen(words, stderr=log)
    try:
        time.sleep(0.5)
        assert process.poll() is None, (folder / "sshd.log").read_text()
        yield
    finally:
        process.terminate()
        process.wait(10)


def test_on_three_machines_over_ssh(offices: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if (why := why_not()) is not None:
        pytest.skip(why)
    if shutil.which("ip") is None:
        pytest.skip("needs a network of its own: install iproute2")
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    ssh = f"ssh -F none -i {key} -o IdentitiesOnly=yes -o StrictHostKeyChecking=no"
    ssh += " -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
    program = tmp_path / "dispatch"
    words = " ".join(started("-m", "dispatch"))
    program.write_text(f'#!/bin/sh\ncd {Path(__file__).parents[2]} && exec {words} "$@"\n')
    program.chmod(0o700)
    with contextlib.ExitStack() as ending:
        spaces = ending.enter_context(namespaces(tmp_path))
        machines = []
        for name, path in offices.items():
            space, address = spaces[name]
            ending.enter_context(sshd_in(space, address, path.parent, key))
            before = ("ip", "netns", "exec", space)
            machines.append(Machine(name, path, f"ssh://root@{address}{path}", before, str(program)))
        known_to_each_other(machines)
        works = [work for one in machines for work in asked(one.path, one.name)]
        killed = lived(machines, {"DISPATCH_SSH": ssh}, random.Random(2), 8.0)
        # who judges stands on the bridge of none of them: it asks from within the first one's network
        monkeypatch.setenv("DISPATCH_SSH", f"ip netns exec {spaces[NAMES[0]][0]} {ssh}")
        counted = judged(machines, works)
    print(f"{killed} killed, {counted}")
    assert counted["request"] > 5
    assert killed > ROUNDS // 2
