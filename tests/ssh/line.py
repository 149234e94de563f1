"""A connection with a delay and a bandwidth, which can be cut without a word: where the kernel has no netem, or one is not root."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time


class Line:
    """A relay on loopback. Each direction delays what it carries by `delay` seconds, and carries `bits` a second (0: any)."""

    def __init__(self, port: int, delay: float = 0.0, bits: float = 0.0) -> None:
        self.frozen = threading.Event()
        """Set: nothing goes through any more, and nobody is told."""
        self._to, self._delay, self._bits = port, delay, bits
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            here, _ = self._listener.accept()
            there = socket.create_connection(("127.0.0.1", self._to))
            for one in (here, there):
                # as in a network: what the relay's own sockets hold back would be a delay of their own
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for one, other in ((here, there), (there, here)):
                under_way: queue.Queue[tuple[float, bytes]] = queue.Queue()
                threading.Thread(target=self._take, args=(one, under_way), daemon=True).start()
                threading.Thread(target=self._give, args=(other, under_way), daemon=True).start()

    def _take(self, one: socket.socket, under_way: queue.Queue[tuple[float, bytes]]) -> None:
        """Let what arrives onto the line, one piece after another, as fast as the line is."""
        free = 0.0
        with contextlib.suppress(OSError):
            while data := one.recv(1400):
                free = max(free, time.monotonic()) + (len(data) * 8 / self._bits if self._bits else 0.0)
                under_way.put((free + self._delay, data))
        under_way.put((free + self._delay, b""))

    def _give(self, other: socket.socket, under_way: queue.Queue[tuple[float, bytes]]) -> None:
        with contextlib.suppress(OSError):
            while True:
                at, data = under_way.get()
                time.sleep(max(0.0, at - time.monotonic()))
                while self.frozen.is_set():
                    time.sleep(0.05)
                if not data:
                    other.shutdown(socket.SHUT_WR)
                    return
                other.sendall(data)
