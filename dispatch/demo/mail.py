"""A mail server on loopback that lives while the sample firm is made, so that one of its tests really runs."""

from __future__ import annotations

import contextlib
import socketserver
import threading
from collections.abc import Iterator

_PORT = 41625
"""The same each time, so that the sample firm is; any other where it is taken."""


class _Greeting(socketserver.StreamRequestHandler):
    """Greets, and agrees to everything until it is left."""

    def handle(self) -> None:
        self.wfile.write(b"220 mail.example ready\r\n")
        for line in self.rfile:
            self.wfile.write(b"250 mail.example\r\n")
            if line.upper().startswith(b"QUIT"):
                return


@contextlib.contextmanager
def mail_server() -> Iterator[int]:
    """Serve on loopback; the port."""
    try:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", _PORT), _Greeting)
    except OSError:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Greeting)
    server.daemon_threads = True
    with server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
