"""Where a test runs from: this machine, or the client's network through a SOCKS proxy on loopback (C5, design/remote.md)."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import threading
from collections.abc import Iterator
from typing import Protocol

from dispatch.closeout.probes.connection import Connection, wait_for
from dispatch.closeout.probes.deadline import Deadline, NotRun, OutOfTime, ProbeFault
from dispatch.closeout.probes.safety import Address, address_of, ascii_name, family_of, forbidden, refusal, refusal_of
from dispatch.model.probes import Vantage, host_and_port

_SOCKS_REPLIES = {
    1: "could not be reached from the client's network",
    2: "is not allowed by the proxy",
    3: "is on a network that cannot be reached from the client's",
    4: "could not be reached from the client's network",
    5: "refused the connection",
    6: "could not be reached from the client's network",
    7: "cannot be tested through this proxy",
    8: "cannot be tested through this proxy",
}


class Dialer(Protocol):
    """Opens connections from one vantage."""

    @property
    def vantage(self) -> Vantage:
        """Which one."""
        ...

    def open(self, host: str, port: int, deadline: Deadline, *, local: bool = False) -> Connection:
        """A connection to a host.

        Args:
            host: name or address.
            port: the port.
            deadline: of the try that it is for.
            local: whether the target was registered with a reason, so that this machine, loopback and link-local
                addresses are allowed.

        Raises:
            ProbeFault: it cannot be opened, or may not be; the sentence says why.
        """
        ...


class FromHost:
    """From this machine. What a name resolved to stays for the whole run; it is checked for each connection.

    Args:
        vantage: what this machine is: the office's, or one inside the client's network.
    """

    def __init__(self, vantage: Vantage = Vantage.HOST) -> None:
        self.vantage = vantage
        self._known: dict[str, tuple[Address, ...]] = {}

    def addresses(self, host: str, deadline: Deadline, *, local: bool = False) -> tuple[Address, ...]:
        """The addresses of a host that may be tested.

        Raises:
            ProbeFault: there is no such name, or one of its addresses may not be tested.
        """
        addresses = self._known.get(host)
        if addresses is None:
            literal = address_of(host)
            addresses = (literal,) if literal is not None else _resolve(host, deadline)
            self._known[host] = addresses
        for address in addresses:
            if why := forbidden(address):
                raise NotRun(f"{host} is {why}: it is not tested")
            if not local and (why := refusal_of(address)):
                at = "" if address_of(host) is not None else f" ({address})"
                raise NotRun(f"{host}{at} is {why}: it is tested only if registered with a reason")
        return addresses

    def open(self, host: str, port: int, deadline: Deadline, *, local: bool = False) -> Connection:
        """As `Dialer.open`."""
        addresses = self.addresses(host, deadline, local=local)
        deadline.doing = f"connecting to {host_and_port(host, port)}"
        last: ProbeFault | None = None
        for number, address in enumerate(addresses):
            deadline.left()
            rest = len(addresses) - number
            try:
                return _connect(
                    address, port, deadline, deadline.part(deadline.left() / rest) if rest > 1 else deadline
                )
            except OSError as error:
                refused = error.errno == errno.ECONNREFUSED
                words = " refused the connection" if refused else f": {_words(error)}"
                last = ProbeFault(f"{host_and_port(host, port)}{words}")
            except OutOfTime as fault:
                if rest == 1:
                    raise
                last = fault
        raise last or ProbeFault(f"{host} has no address")

    def datagrams(
        self, host: str, port: int, sent: bytes, deadline: Deadline, *, local: bool = False
    ) -> Iterator[bytes]:
        """What a host answers to a datagram, one answer after another until the deadline; what others send does not arrive.

        Raises:
            ProbeFault: it may not be asked, nothing answers there, or time is up.
            OSError: it cannot be reached.
        """
        address = self.addresses(host, deadline, local=local)[0]
        deadline.doing = f"waiting for the answer of {host}"
        with socket.socket(family_of(address), socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            sock.connect((str(address), port))
            sock.send(sent)
            while True:
                wait_for(sock, deadline, write=False)
                try:
                    data = sock.recv(65_535)
                except BlockingIOError:
                    continue
                except ConnectionRefusedError:
                    raise ProbeFault(f"nothing answers at {host_and_port(host, port)}") from None
                yield data


class ThroughSite:
    """From the client's network, through a SOCKS5 proxy that listens on loopback here; names are resolved over there.

    Args:
        port: of the proxy.
    """

    def __init__(self, port: int) -> None:
        self.vantage = Vantage.SITE
        self._port = port

    def open(self, host: str, port: int, deadline: Deadline, *, local: bool = False) -> Connection:
        """As `Dialer.open`; the address is looked at only as far as it was typed, as no name is resolved here."""
        address = address_of(host)
        if address is not None and (why := forbidden(address)):
            raise NotRun(f"{host} is {why}: it is not tested")
        if not local and (why := refusal(host)):
            raise NotRun(f"{host} is {why}: it is tested only if registered with a reason")
        deadline.doing = "connecting to the proxy of the client's network"
        try:
            connection = _connect(ipaddress.IPv4Address("127.0.0.1"), self._port, deadline, deadline)
        except OSError as error:
            raise NotRun(
                f"nothing on port {self._port} leads into the client's network ({_words(error)}); connect with ssh -R "
                f"{self._port}, or run the test on your laptop: dispatch visit probe-spec"
            ) from error
        try:
            self._ask(connection, host, port, deadline)
        except BaseException:
            connection.close()
            raise
        return connection

    @staticmethod
    def _ask(connection: Connection, host: str, port: int, deadline: Deadline) -> None:
        """SOCKS5 CONNECT without a login (RFC 1928)."""
        deadline.doing = f"asking the proxy for {host_and_port(host, port)}"
        connection.send(b"\x05\x01\x00")
        if connection.exactly(2) != b"\x05\x00":
            raise NotRun("what listens on the port of the client's network is no SOCKS5 proxy")
        address = address_of(host)
        if address is not None:
            target = (b"\x01" if address.version == 4 else b"\x04") + address.packed
        else:
            name = ascii_name(host).encode("ascii")
            target = b"\x03" + bytes([len(name)]) + name
        try:
            connection.send(b"\x05\x01\x00" + target + port.to_bytes(2, "big"))
            version, reply, _, kind = connection.exactly(4)
        except (ProbeFault, ConnectionError) as fault:
            if isinstance(fault, OutOfTime):
                raise
            raise ProbeFault(f"{host_and_port(host, port)} could not be reached from the client's network") from fault
        if version != 5 or reply:
            raise ProbeFault(f"{host_and_port(host, port)} {_SOCKS_REPLIES.get(reply, 'was refused by the proxy')}")
        length = {1: 4, 3: connection.exactly(1)[0] if kind == 3 else 0, 4: 16}.get(kind)
        if length is None:
            raise NotRun("the proxy answered with something that is no SOCKS5")
        connection.exactly(length + 2)


def _resolve(host: str, deadline: Deadline) -> tuple[Address, ...]:
    """The system's answer. Its resolver has time-outs of its own, so it is asked on a thread that may be left behind."""
    deadline.doing = f"looking up {host}"
    name = ascii_name(host)
    answer: list[tuple[Address, ...] | OSError] = []

    def look_up() -> None:
        try:
            rows = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
            texts = dict.fromkeys(str(row[4][0]).partition("%")[0] for row in rows)
            answer.append(tuple(ipaddress.ip_address(text) for text in texts))
        except (OSError, ValueError) as error:
            answer.append(error if isinstance(error, OSError) else OSError(str(error)))

    asking = threading.Thread(target=look_up, name="look-up", daemon=True)
    asking.start()
    while asking.is_alive():
        asking.join(deadline.slice())
    (outcome,) = answer
    if isinstance(outcome, OSError):
        temporary = isinstance(outcome, socket.gaierror) and outcome.errno == socket.EAI_AGAIN
        raise ProbeFault(f"{host} was not found: {'the resolver did not answer' if temporary else 'no such name'}")
    if not outcome:
        raise ProbeFault(f"{host} has no address")
    return outcome


def _connect(address: Address, port: int, deadline: Deadline, part: Deadline) -> Connection:
    """A connection to just that address, for `deadline`, within the time of `part`. Raises OSError, ProbeFault."""
    part.doing = deadline.doing
    sock = socket.socket(family_of(address), socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        code = sock.connect_ex((str(address), port))
        if code not in (0, errno.EINPROGRESS):
            raise OSError(code, os.strerror(code))
        while code == errno.EINPROGRESS:
            wait_for(sock, part, write=True)
            try:
                sock.getpeername()
            except OSError as error:
                if error.errno != errno.ENOTCONN:
                    raise
                code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) or errno.EINPROGRESS
                if code != errno.EINPROGRESS:
                    raise OSError(code, os.strerror(code)) from None
            else:
                code = 0
        return Connection(sock, deadline)
    except BaseException:
        sock.close()
        raise


def _words(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
