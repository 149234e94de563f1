"""A connection that keeps to the deadline of its try, and to a number of bytes."""

from __future__ import annotations

import contextlib
import io
import select
import socket
import ssl
from typing import TYPE_CHECKING

from dispatch.closeout.probes.deadline import Deadline, ProbeFault, received

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MOST = 256 * 1024
"""Bytes that a server may send over one connection."""
LINE = 2000
"""Bytes of one line of a protocol."""


class Connection:
    """An open connection.

    Args:
        sock: connected; it is made non-blocking here.
        deadline: of the try that it belongs to.
        most: bytes that it takes at most.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline, most: int = MOST) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._deadline = deadline
        self._room = most
        self._held = b""

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self._sock.close()

    @property
    def certificate(self) -> bytes:
        """The certificate that the other side showed, in DER; empty without TLS."""
        shown = self._sock.getpeercert(binary_form=True) if isinstance(self._sock, ssl.SSLSocket) else None
        return shown or b""

    @property
    def own_address(self) -> str:
        """The address on this side."""
        return str(self._sock.getsockname()[0])

    def handed_over(self) -> socket.socket:
        """The socket itself, for a library that speaks over it from here on, and bounds itself what it reads; it is closed here."""
        return self._sock

    def send(self, data: bytes) -> None:
        """Send all of it. Raises ProbeFault, OSError."""
        view = memoryview(data)
        while view:
            try:
                view = view[self._sock.send(view) :]
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError) as wait:
                self._wait(wait, write=True)

    def receive(self, count: int) -> bytes:
        """Up to `count` bytes, empty at the end. Raises ProbeFault, OSError."""
        if self._held:
            data, self._held = self._held[:count], self._held[count:]
            return data
        if self._room <= 0:
            raise ProbeFault("sent far more than a server has to say", final=True)
        while True:
            try:
                data = self._sock.recv(min(count, self._room))
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError) as wait:
                self._wait(wait, write=False)
            except ssl.SSLEOFError:
                return b""
            else:
                self._room -= len(data)
                # a server that always has one more byte ready never lets the wait look at the clock
                self._deadline.left()
                return data

    def exactly(self, count: int) -> bytes:
        """`count` bytes.

        Raises:
            ProbeFault: the connection ended before.
        """
        data = b""
        while len(data) < count:
            more = self.receive(count - len(data))
            if not more:
                raise ProbeFault(f"hung up while {self._deadline.doing}")
            data += more
        return data

    def line(self) -> bytes:
        """A line without its end.

        Raises:
            ProbeFault: the connection ended before, or the line does not.
        """
        data = b""
        while b"\n" not in data:
            if len(data) > LINE:
                raise ProbeFault(f"sent a line without an end: “{received(data)}”", final=True)
            more = self.receive(512)
            if not more:
                after = f" after “{received(data)}”" if data else ""
                raise ProbeFault(f"hung up while {self._deadline.doing}{after}")
            data += more
        line, _, self._held = data.partition(b"\n")
        return line.rstrip(b"\r")

    def secure(self, context: ssl.SSLContext, name: str) -> ssl.SSLSocket:
        """Go on under TLS; what was read ahead in the clear is dropped. Raises ProbeFault, OSError, SSLError."""
        self._held = b""
        secured = context.wrap_socket(self._sock, server_hostname=name, do_handshake_on_connect=False)
        self._sock = secured
        while True:
            try:
                secured.do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as wait:
                self._wait(wait, write=False)
            else:
                return secured

    def makefile(self, mode: str) -> io.BufferedReader:
        """The connection as a file to read, as `http.client` asks a socket for one."""
        return io.BufferedReader(_Stream(self))

    def _wait(self, wait: Exception, *, write: bool) -> None:
        if isinstance(wait, ssl.SSLWantWriteError):
            write = True
        elif isinstance(wait, ssl.SSLWantReadError):
            write = False
        wait_for(self._sock, self._deadline, write=write)


class _Stream(io.RawIOBase):
    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        data = self._connection.receive(len(view))
        view[: len(data)] = data
        return len(data)


def wait_for(sock: socket.socket, deadline: Deadline, *, write: bool) -> None:
    """Wait until a socket is ready, or a slice of the time is over. Raises as `Deadline.left`."""
    poll = select.poll()
    poll.register(sock, select.POLLOUT if write else select.POLLIN)
    poll.poll(deadline.slice() * 1000)
