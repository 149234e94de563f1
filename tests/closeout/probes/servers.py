"""Real servers on loopback, good and hostile ones, each connection on a thread of its own."""

from __future__ import annotations

import contextlib
import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import trustme

from dispatch.model.instants import parse_iso

HERE = "127.0.0.1"
# OpenSSL looks at the machine's own clock, which no test sets: certificates are valid on every day that tests may run on
NOT_BEFORE = parse_iso("2000-01-01T00:00:00Z")
NOT_AFTER = parse_iso("2049-01-01T00:00:00Z")

Handler = Callable[[socket.socket], None]


class Certificates:
    """An authority of the tests' own, and certificates of it."""

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self.trusted = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(self.trusted)

    def context(
        self, *names: str, begins: int = NOT_BEFORE, ends: int = NOT_AFTER, stranger: bool = False
    ) -> ssl.SSLContext:
        """A server's side of TLS with a certificate for `names`, valid from `begins` until `ends`."""
        issuer = trustme.CA() if stranger else self._authority
        certificate = issuer.issue_cert(
            *(names or (HERE,)),
            not_before=datetime.datetime.fromtimestamp(begins, datetime.UTC),
            not_after=datetime.datetime.fromtimestamp(ends, datetime.UTC),
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        return context


@contextlib.contextmanager
def serving(handler: Handler, tls: ssl.SSLContext | None = None, port: int = 0) -> Iterator[int]:
    """A server that hands each connection to `handler`; gives its port. Afterwards nothing listens there any more."""
    listener = socket.create_server((HERE, port))
    listener.settimeout(0.05)
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    def talk(connection: socket.socket) -> None:
        connection.settimeout(5)
        with contextlib.suppress(OSError), connection:
            if tls is None:
                handler(connection)
            else:
                with tls.wrap_socket(connection, server_side=True) as secured:
                    handler(secured)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        over.set()
        listener.close()
        thread.join()


def saying(*parts: bytes, every: float = 0.0, hold: bool = False) -> Handler:
    """Says something at once, in parts."""

    def handler(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
            time.sleep(every)
        if hold:
            while connection.recv(4096):
                pass

    return handler


def answering(*parts: bytes, every: float = 0.0, hold: bool = False) -> Handler:
    """Reads a request and answers with something."""
    say = saying(*parts, every=every, hold=hold)

    def handler(connection: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data and (more := connection.recv(4096)):
            data += more
        say(connection)

    return handler


def page(body: bytes = b"Welcome", status: str = "200 OK", *headers: str) -> bytes:
    """An answer of a web server."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def endless(first: bytes, more: bytes) -> Handler:
    """Never stops sending."""

    def handler(connection: socket.socket) -> None:
        connection.sendall(first)
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(more)

    return handler


def mail(*, greeting: bytes = b"220 mail.example.com ESMTP\r\n", tls: ssl.SSLContext | None = None) -> Handler:
    """A mail server as far as EHLO and STARTTLS."""

    def handler(connection: socket.socket) -> None:
        connection.sendall(greeting)
        secured = connection
        while line := _line(secured):
            word = line.split()[0].upper()
            if word == b"EHLO":
                offer = b"250-STARTTLS\r\n" if tls is not None and secured is connection else b""
                secured.sendall(b"250-mail.example.com\r\n" + offer + b"250 SIZE 1000\r\n")
            elif word == b"STARTTLS" and tls is not None:
                secured.sendall(b"220 go ahead\r\n")
                secured = tls.wrap_socket(connection, server_side=True)
            elif word == b"QUIT":
                secured.sendall(b"221 bye\r\n")
                return
            else:
                secured.sendall(b"502 no\r\n")

    return handler


def _line(connection: socket.socket) -> bytes:
    data = b""
    while not data.endswith(b"\n") and (more := connection.recv(1)):
        data += more
    return data.strip()


@contextlib.contextmanager
def resolving(answer: Callable[[bytes], bytes | None], tcp: Callable[[bytes], bytes] | None = None) -> Iterator[int]:
    """A resolver over UDP, and over TCP on the same port where `tcp` is given; gives its port."""

    def over_tcp(connection: socket.socket) -> None:
        length = int.from_bytes(connection.recv(2), "big")
        query = connection.recv(length)
        assert tcp is not None
        sent = tcp(query)
        connection.sendall(len(sent).to_bytes(2, "big") + sent)

    with contextlib.ExitStack() as stack:
        port = stack.enter_context(serving(over_tcp)) if tcp is not None else 0
        sock = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        sock.bind((HERE, port))
        sock.settimeout(0.05)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    query, whence = sock.recvfrom(4096)
                except TimeoutError:
                    continue
                except OSError:
                    return
                if (sent := answer(query)) is not None:
                    sock.sendto(sent, whence)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield int(sock.getsockname()[1])
        finally:
            over.set()
            thread.join()


def zone(*records: str, rcode: str = "NOERROR", cut: bool = False) -> Callable[[bytes], bytes]:
    """Answers every question with these records, each `name type data`."""
    import dns.flags
    import dns.message
    import dns.rcode
    import dns.rrset

    def answer(query: bytes) -> bytes:
        asked = dns.message.from_wire(query)
        reply = dns.message.make_response(asked)
        reply.set_rcode(dns.rcode.from_text(rcode))
        if cut:
            reply.flags |= dns.flags.TC
        else:
            for record in records:
                name, kind, data = record.split(" ", 2)
                reply.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, data))
        return reply.to_wire()

    return answer


def proxy(asked: list[tuple[str, int]], where: dict[str, str] | None = None, reply: int = 0) -> Handler:
    """A SOCKS5 proxy that notes what it is asked for; `where` is how it resolves names on its side."""

    def handler(connection: socket.socket) -> None:
        assert connection.recv(3) == b"\x05\x01\x00"
        connection.sendall(b"\x05\x00")
        _, _, _, kind = connection.recv(4)
        if kind == 3:
            host = connection.recv(connection.recv(1)[0]).decode()
        else:
            host = socket.inet_ntoa(connection.recv(4))
        port = int.from_bytes(connection.recv(2), "big")
        asked.append((host, port))
        if reply:
            connection.sendall(bytes([5, reply, 0, 1]) + bytes(6))
            return
        try:
            onward = socket.create_connection(((where or {}).get(host, host), port), timeout=5)
        except OSError:
            connection.sendall(bytes([5, 5, 0, 1]) + bytes(6))
            return
        connection.sendall(bytes([5, 0, 0, 1]) + bytes(6))
        with onward:
            back = threading.Thread(target=_pump, args=(onward, connection), daemon=True)
            back.start()
            _pump(connection, onward)
            back.join(5)

    return handler


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(4096):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
