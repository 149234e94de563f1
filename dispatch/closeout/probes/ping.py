"""`ping host`: so many replies to so many echoes, by an unprivileged ICMP socket or the system's `ping`."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import time

from dispatch.closeout.probes.connection import wait_for
from dispatch.closeout.probes.deadline import Deadline, NotRun, ProbeFault, Seen
from dispatch.closeout.probes.safety import Address
from dispatch.closeout.probes.vantage import Dialer, FromHost
from dispatch.model.probes import Probe

_REPLIED = re.compile(r"(\d+) (?:packets )?received")
_ICMPV6 = 58
_ALLOWED_BY = "its administrator allows it: sysctl -w net.ipv4.ping_group_range='0 2147483647'"
"""How a Linux machine lets everybody ping without a privilege (icmp(7))."""


def run(probe: Probe, dialer: Dialer, deadline: Deadline, now: int) -> Seen:
    """What was seen. Raises ProbeFault, OSError."""
    if not isinstance(dialer, FromHost):
        raise NotRun("a ping cannot go through the proxy of the client's network; a tcp test can")
    address = dialer.addresses(probe.host, deadline, local=probe.local)[0]
    deadline.doing = f"waiting for replies of {probe.host}"
    with contextlib.ExitStack() as stack:
        try:
            sock = stack.enter_context(_icmp_socket(address))
        except PermissionError:
            count, fastest = _by_command(probe, address, deadline), None
        else:
            count, fastest = _by_socket(sock, probe, address, deadline)
    sentence = f"{count} of {probe.echoes} echoes came back"
    if count < probe.replies:
        raise ProbeFault(f"{sentence}; {probe.replies} are asked for")
    return Seen(sentence if fastest is None else f"{sentence}, the fastest in {fastest * 1000:.0f} ms")


def _icmp_socket(address: Address) -> socket.socket:
    if address.version == 4:
        return socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
    return socket.socket(socket.AF_INET6, socket.SOCK_DGRAM, _ICMPV6)


def _by_socket(sock: socket.socket, probe: Probe, address: Address, deadline: Deadline) -> tuple[int, float | None]:
    """How many replies came, and the fastest in seconds. The kernel fills in identifier and checksum."""
    sock.setblocking(False)
    try:
        sock.connect((str(address), 0))
    except OSError as error:
        raise ProbeFault(f"{probe.host} cannot be reached: {(error.strerror or str(error)).lower()}") from error
    count = 0
    fastest: float | None = None
    for number in range(1, probe.echoes + 1):
        mark = os.urandom(16)
        kind = b"\x08" if address.version == 4 else b"\x80"
        begun = time.monotonic()
        with contextlib.suppress(OSError):
            sock.send(kind + b"\0\0\0\0\0" + number.to_bytes(2, "big") + mark)
        until = begun + min(1.0, deadline.left() / (probe.echoes - number + 1))
        took = _reply(sock, mark, begun, until, deadline)
        if took is not None:
            count, fastest = count + 1, took if fastest is None else min(took, fastest)
            if number < probe.echoes:
                deadline.pause(0.2)
    return count, fastest


def _reply(sock: socket.socket, mark: bytes, begun: float, until: float, deadline: Deadline) -> float | None:
    """Seconds until the reply with that mark; None: it did not come in time."""
    while time.monotonic() < until:
        wait_for(sock, deadline, write=False)
        with contextlib.suppress(OSError):
            if sock.recv(2048).endswith(mark):
                return time.monotonic() - begun
    return None


def _by_command(probe: Probe, address: Address, deadline: Deadline) -> int:
    """How many replies the system's `ping` counted; the address is ours and can be no option of it."""
    command = shutil.which("ping")
    if command is None:
        raise NotRun(f"ping is not allowed to us on this machine, and it has no ping command; {_ALLOWED_BY}")
    words = [command, "-n", "-c", str(probe.echoes), "-w", str(max(1, int(deadline.left()))), str(address)]
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={"LC_ALL": "C"}
    ) as process:
        try:
            while process.poll() is None:
                deadline.pause(0.05)
            assert process.stdout is not None
            output = process.stdout.read(65_536).decode("ascii", "replace")
        finally:
            process.kill()
    match = _REPLIED.search(output)
    if match is None:
        raise NotRun(f"ping is not allowed to us on this machine; {_ALLOWED_BY}")
    return int(match[1])
