"""A calendar server on loopback (Radicale), and a firm whose technician has a calendar there."""

from __future__ import annotations

import http.client
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from db.store import Store
from dispatch.desk.adapters.caldav_server import CalendarServer, connect
from dispatch.desk.book import editing
from tests.desk.conftest import Office, office

__all__ = ["office"]

SECRET = "pass: w0rd"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@dataclass
class Cloud:
    """The server, as a technician's own program uses it. `refuse` is answered to everything while it is set; `asked` are the
    methods of what was asked for."""

    port: int = 0
    refuse: str = ""
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/ana/work"

    def say(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, dict[str, str], str]:
        """Ask it for something; returns status, headers and text."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        key = b64encode(f"ana:{SECRET}".encode()).decode()
        named = {name.replace("_", "-"): value for name, value in headers.items()} | {"Authorization": f"Basic {key}"}
        line.request(method, path, body.encode(), named)
        answer = line.getresponse()
        text = answer.read().decode()
        line.close()
        return answer.status, dict(answer.getheaders()), text

    def calendar(self) -> CalendarServer:
        """The calendar, by our own client."""
        return connect(self.url, "ana", SECRET)

    def names(self) -> list[str]:
        return sorted(self.calendar().listed())

    def text(self, name: str) -> str:
        return self.say("GET", f"/ana/work/{name}")[2]

    def put(self, name: str, text: str) -> None:
        status, _, said = self.say("PUT", f"/ana/work/{name}", text, Content_Type="text/calendar")
        assert status in (200, 201, 204), said

    def drop(self, name: str) -> None:
        assert self.say("DELETE", f"/ana/work/{name}")[0] in (200, 204)


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    """The server, with Ana's empty calendar."""
    pytest.importorskip("caldav", reason="needs the extra caldav: python3 bootstrap.py --dev")
    pytest.importorskip("radicale", reason="needs Radicale: python3 bootstrap.py --dev")
    from radicale import Application, config

    there = Cloud()
    users = tmp_path / "users"
    users.write_text(f"ana:{SECRET}\n")
    configuration = config.load()
    configuration.update(
        {
            "auth": {"type": "htpasswd", "htpasswd_filename": str(users), "htpasswd_encryption": "plain", "delay": "0"},
            "storage": {"filesystem_folder": str(tmp_path / "collections"), "_filesystem_fsync": "False"},
            "logging": {"level": "critical"},
        },
        "test",
        privileged=True,
    )
    application = Application(configuration)

    def answer(environ: dict[str, Any], start: Any) -> Any:
        there.asked.append(environ["REQUEST_METHOD"])
        if there.refuse:
            start(there.refuse, [("Content-Type", "text/plain")])
            return [b"no"]
        return application(environ, start)

    server = make_server("127.0.0.1", 0, answer, _Server, _Silent)
    there.port = server.server_address[1]
    running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    running.start()
    made, _, said = there.say("MKCALENDAR", "/ana/work/")
    assert made == 201, said
    yield there
    server.shutdown()
    server.server_close()
    running.join(10)


@pytest.fixture
def linked(office: Office, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The small firm; Ana's calendar is linked, and nothing but visits is asked of it."""
    monkeypatch.setenv("DISPATCH_CALDAV_PASSWORD_ANA", SECRET)
    editing.add(office.lee, "calendar", {"technician": "Ana Ruiz", "url": cloud.url, "login": "ana", "busy": "no"})
    return office


def calendar_id(store: Store) -> int:
    return int(store.value("SELECT id FROM linked_calendar"))
