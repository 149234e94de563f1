"""Plans on other machines, behind a real sshd: asked over SSH, ended with whoever asks, and what goes wrong there is done here."""

from __future__ import annotations

import getpass
import json
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch.planning.budget import most_seconds
from dispatch.planning.crowd import SLOW, Workplace
from dispatch.planning.judging import judge
from dispatch.planning.problem import Follows, Problem
from dispatch.planning.problem_file import problem_from
from dispatch.planning.shares import shares
from dispatch.planning.solver_process import NONSENSE
from dispatch.planning.solving import Solving
from tests.ssh.server import SSHD, free_port, listening
from tests.wall import started
from tests.worked import carried

SECONDS = 4
ROOT = Path(__file__).parents[2]


@pytest.fixture
def machine(needs_sshd: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """Another machine: an sshd that lets in with a shell. Gives the host whose program is a script of these lines."""
    port = free_port()
    for name in ("host", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True)
    config = tmp_path / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {tmp_path}/host\nPidFile {tmp_path}/sshd.pid\nStrictModes no\n"
        f"PermitRootLogin prohibit-password\nUsePAM no\nLogLevel ERROR\nAuthorizedKeysFile {tmp_path}/key.pub\n"
    )
    known = tmp_path / "known_hosts"
    known.write_text(f"[127.0.0.1]:{port} {(tmp_path / 'host.pub').read_text()}")
    monkeypatch.setenv(
        "DISPATCH_SSH", f"ssh -F none -i {tmp_path}/key -p {port} -o UserKnownHostsFile={known} -o IdentitiesOnly=yes"
    )

    def at(lines: str) -> str:
        program = tmp_path / "program"
        program.write_text(f"#!/bin/sh\n{lines}\n")
        program.chmod(0o755)
        return f"{getpass.getuser()}@127.0.0.1:{program}"

    with subprocess.Popen([SSHD, "-D", "-e", "-f", str(config)], stderr=subprocess.DEVNULL) as process:
        try:
            listening(port)
            yield at
        finally:
            process.terminate()


@pytest.fixture
def ours() -> str:
    """The lines of a script that is our program."""
    return f'cd {ROOT} && exec {shlex.join(started("-m", "dispatch"))} "$@"'


def day(name: str) -> Problem:
    return problem_from(carried(f"planning/{name}.json"))


def solved(problem: Problem, seconds: float, *hosts: str) -> Solving:
    solving = Solving(problem, seconds, workplace=Workplace(hosts))
    for _ in solving:
        pass
    assert solving.best is not None
    assert judge(problem, solving.best.plan) == solving.best.judgement
    return solving


def none_here(*, gently: bool = False) -> None:
    raise AssertionError("nothing is planned here")


def test_another_machine_plans_a_day(machine: Callable[[str], str], ours: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dispatch.planning.crowd.process_here", none_here)
    solving = Solving(day("day-10-0"), 30, workplace=Workplace((machine(ours),)))
    found = next(iter(solving))
    solving.stop()
    assert judge(day("day-10-0"), found.plan) == found.judgement
    assert (solving.note, len(found.judgement.left_out) < 20, found.cpu_seconds > 0) == ("", True, True)


def test_several_machines_plan_a_part_of_the_map_each(
    machine: Callable[[str], str], ours: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.planning.crowd.process_here", none_here)
    problem, host = day("day-100-0"), machine(ours)
    solving = Solving(problem, 40, workplace=Workplace((host, host)))
    working = []
    for found in solving:
        working.append(sum(map(bool, found.plan)))
        assert judge(problem, found.plan) == found.judgement
        if working[-1] > 90:
            solving.stop()
    assert working[-1] > 90, "all work"
    assert min(working) < 60, "as long as one of them had no plan yet"
    assert solving.note == ""


def test_no_process_stays_there_once_nobody_asks(machine: Callable[[str], str], ours: str, tmp_path: Path) -> None:
    solving = Solving(day("day-30-0"), 60, workplace=Workplace((machine(f"echo $$ > {tmp_path}/pid; {ours}"),)))
    next(iter(solving))
    group = int((tmp_path / "pid").read_text())
    assert below(group)
    began = time.monotonic()
    solving.stop()
    assert time.monotonic() - began < 0.5
    while left := below(group):
        assert time.monotonic() - began < 5, left
        time.sleep(0.02)


def below(process: int) -> list[str]:
    """A process, and those that it has begun, by their command lines."""
    table = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    family, found = {process}, []
    for line in sorted(table.splitlines(), key=lambda line: int(line.split()[0])):
        number, parent, words = line.split(None, 2)
        if int(number) in family or int(parent) in family:
            family.add(int(number))
            found.append(words)
    return found


VERSION = '{"engine": "x", "note": "", "version": "0.2.0", "clock": 5}'


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("echo no such thing >&2; exit 127", "no such thing"),
        ("echo '{\"engine\": \"x\", \"version\": \"0.0.1\"}'", "dispatch 0.0.1 is there, 0.2.0 here"),
        ("echo hello", NONSENSE),
        (f"echo '{VERSION}'; echo '[1, 2]'; sleep 9", NONSENSE),
        (f"echo '{VERSION}'; echo '{{\"plan\": [[7, 7], [], []], \"cpu\": 1, \"seconds\": 1, \"steps\": 1}}'; sleep 9", NONSENSE),
        (f"echo '{VERSION}'; echo '{{\"plan\": [[99], [], []], \"cpu\": 1, \"seconds\": 1, \"steps\": 1}}'; sleep 9", NONSENSE),
        (f"echo '{VERSION}'; cat > /dev/null; sleep 9", SLOW),
        (f"echo '{VERSION}'; exit 3", "it was cut off"),
    ],
)  # fmt: skip
def test_what_goes_wrong_there_is_planned_here(
    machine: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, lines: str, why: str
) -> None:
    monkeypatch.setattr(
        "dispatch.planning.crowd.PATIENCE", 0.4 if why == SLOW else 0.8
    )  # a busy machine connects slowly
    began = time.monotonic()
    solving = solved(day("day-3-0"), SECONDS, machine(lines))
    assert time.monotonic() - began < most_seconds(SECONDS)
    assert f"{why}; planned here instead" in solving.note
    assert solving.best is not None
    assert len(solving.best.judgement.left_out) <= 2


def test_a_plan_that_cannot_be_driven_is_none(machine: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dispatch.planning.crowd.PATIENCE", 0.8)
    everything = json.dumps({"plan": [list(range(18)), [], []], "cpu": 1, "seconds": 1, "steps": 1, "complete": True})
    done = json.dumps({"done": True, "cpu": 1})
    solving = solved(day("day-3-0"), SECONDS, machine(f"echo '{VERSION}'; echo '{everything}'; echo '{done}'; sleep 9"))
    assert NONSENSE in solving.note
    assert solving.best is not None
    assert all(len(order) < 18 for order in solving.best.plan)


def test_a_machine_that_is_not_there_is_no_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPATCH_SSH", f"ssh -F none -p {free_port()}")
    solving = solved(day("day-3-0"), 2, "nobody@127.0.0.1")
    assert "Connection refused; planned here instead" in solving.note
    monkeypatch.setenv("DISPATCH_SSH", "/nowhere/ssh")
    assert "no such file or directory; planned here" in solved(day("day-3-0"), 1, "nobody@127.0.0.1").note


def test_the_shares_of_a_day_hold_everything_once_and_what_belongs_together() -> None:
    whole = day("day-100-0")
    work = list(whole.visits)
    work[5] = replace(work[5], after=Follows(work[400].id))
    work[6] = replace(work[6], after=Follows(work[5].id))
    problem = replace(whole, visits=tuple(work))
    start = ((7, 8), *((),) * 98, (9,))
    parts = shares(problem, start, 3)
    assert len(parts) == 3
    assert sorted(index for part in parts for index in part.technicians) == list(range(100))
    assert sorted(index for part in parts for index in part.visits) == list(range(len(work)))
    assert any({5, 6, 400} <= set(part.visits) for part in parts)
    for part in parts:
        mine = [index for order in part.of(start) for index in order]
        assert {part.visits[index] for index in mine} == {
            index for technician in part.technicians for index in start[technician]
        }
        for own, index in zip(part.problem.visits, part.visits, strict=True):
            for other, second in list(zip(part.problem.visits, part.visits, strict=True))[:3]:
                there = problem.seconds[problem.visits[index].place][problem.visits[second].place]
                assert part.problem.seconds[own.place][other.place] == there
