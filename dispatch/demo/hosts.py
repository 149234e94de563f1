"""What answers on loopback while the sample firm is made, so that some of its tests really run: a mail server and a web page."""

from __future__ import annotations

import contextlib
import socketserver
import threading
from collections.abc import Iterator

_PORTS = (41625, 41680)
"""The same each time, so that the sample firm is; any other where one is taken."""


class _Mail(socketserver.StreamRequestHandler):
    """Greets, and agrees to everything until it is left."""

    def handle(self) -> None:
        self.wfile.write(b"220 mail.example ready\r\n")
        for line in self.rfile:
            self.wfile.write(b"250 mail.example\r\n")
            if line.upper().startswith(b"QUIT"):
                return


class _Page(socketserver.StreamRequestHandler):
    """Shows where one signs in."""

    def handle(self) -> None:
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nSign in")


@contextlib.contextmanager
def hosts() -> Iterator[tuple[dict[str, str], ...]]:
    """Serve on loopback; the targets of that, as they are typed, but for the site."""
    with contextlib.ExitStack() as stack:
        mail, page = (stack.enter_context(_served(*server)) for server in zip((_Mail, _Page), _PORTS, strict=True))
        both = {"vantage": "host", "reason": "the sample firm's servers ran on its own machine"}
        yield (
            {"name": "mail", "kind": "smtp", "address": f"127.0.0.1:{mail}", **both},
            {"name": "sign-in", "kind": "http", "address": f"http://127.0.0.1:{page}/", **both},
            {"name": "line-of-business", "kind": "http", "address": f"http://127.0.0.1:{page}/", **both},
            *(
                {"name": name, "kind": "tcp", "address": f"127.0.0.1:{page}", **both}
                for name in ("internet", "files", "print")
            ),
        )


@contextlib.contextmanager
def _served(handler: type[socketserver.StreamRequestHandler], port: int) -> Iterator[int]:
    try:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", port), handler)
    except OSError:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    with server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
