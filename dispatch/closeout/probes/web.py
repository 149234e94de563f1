"""`http(s) URL`: the status is as expected, a text is found or a value read and within bounds, and how long it took.

No credentials, no redirects to other hosts, the body cut at 64 KB (design/close-out.md C5, Safety).
"""

from __future__ import annotations

import http.client
import urllib.parse
from typing import Any, cast

from dispatch.closeout.probes import tls
from dispatch.closeout.probes.answers import decoded, of_answer
from dispatch.closeout.probes.connection import Connection
from dispatch.closeout.probes.deadline import Deadline, ProbeFault, Seen, received
from dispatch.closeout.probes.safety import ascii_name
from dispatch.closeout.probes.vantage import Dialer
from dispatch.model.probes import Probe

BODY = 64 * 1024
"""Bytes of a page that are read."""
REDIRECTS = 5
_PORTS = {"http": 80, "https": 443}
_SAFE = "/?&=;:@!$'()*+,~#%[]-._"


def run(probe: Probe, dialer: Dialer, deadline: Deadline, now: int) -> Seen:
    """What was seen. Raises ProbeFault, OSError."""
    url = probe.url
    for _ in range(REDIRECTS + 1):
        response, body = _fetched(url, probe, dialer, deadline, now)
        if status_fits(response.status, probe.status):
            within = "on the page in its first 64 KB" if len(body) >= BODY else "on the page"
            text = decoded(body, response.headers.get_content_charset())
            return of_answer(text, probe, f"status {response.status}", within)
        location = response.getheader("Location")
        if not 300 <= response.status < 400 or not location:
            raise ProbeFault(f"status {response.status} {received(response.reason, 40)}".strip())
        url = _followed(url, location)
    raise ProbeFault(f"redirects more than {REDIRECTS} times", final=True)


def status_fits(status: int, expected: str) -> bool:
    """Whether a status is among codes and classes such as `200,204` or `2xx`."""
    return any(word in (str(status), f"{status // 100}xx") for word in expected.replace(" ", "").split(","))


def parts_of(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and the path with its query, as they go over the wire.

    Raises:
        ValueError: it is no URL that is tested; the message says why.
    """
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("a URL such as https://www.example.com/ is expected")
    if parts.username is not None or parts.password is not None:
        raise ValueError("no login may stand in a URL")
    path = urllib.parse.quote(parts.path or "/", _SAFE)
    query = urllib.parse.quote(parts.query, _SAFE)
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme], f"{path}?{query}" if query else path


def _fetched(
    url: str, probe: Probe, dialer: Dialer, deadline: Deadline, now: int
) -> tuple[http.client.HTTPResponse, bytes]:
    scheme, host, port, path = parts_of(url)
    with dialer.open(host, port, deadline, local=probe.local) as connection:
        if scheme == "https":
            tls.secured(connection, probe, host, deadline, now)
        name = f"[{host}]" if ":" in host else ascii_name(host)
        at = name if port == _PORTS[scheme] else f"{name}:{port}"
        deadline.doing = "waiting for the answer"
        connection.send(
            f"GET {path} HTTP/1.1\r\nHost: {at}\r\nUser-Agent: dispatch-board\r\nAccept: */*\r\n"
            "Accept-Encoding: identity\r\nConnection: close\r\n\r\n".encode("ascii")
        )
        return read_response(connection, deadline)


def read_response(connection: Connection, deadline: Deadline) -> tuple[http.client.HTTPResponse, bytes]:
    """What a server answers, and its body as far as it is read. Raises ProbeFault, OSError."""
    # an HTTPResponse asks its socket for nothing but a file to read
    response = http.client.HTTPResponse(cast(Any, connection), method="GET")
    try:
        response.begin()
        deadline.doing = "reading the page"
        promised = response.length
        body = b""
        while len(body) < BODY and (more := response.read(min(8192, BODY - len(body)))):
            body += more
    except http.client.IncompleteRead as error:
        raise ProbeFault("the page broke off in the middle") from error
    except http.client.HTTPException as error:
        reason = received(str(error))
        raise ProbeFault(f"answered with something that is no HTTP{f': “{reason}”' if reason else ''}") from error
    if promised is not None and len(body) < min(promised, BODY):
        raise ProbeFault(f"promised {promised:,} bytes and sent {len(body):,}")
    return response, body


def _followed(url: str, location: str) -> str:
    """Where a redirect leads, which is followed on the same host only: same port, or from http to https."""
    scheme, host, port, _ = parts_of(url)
    try:
        target = urllib.parse.urljoin(url, location)
        new_scheme, new_host, new_port, _ = parts_of(target)
    except ValueError:
        raise ProbeFault(f"redirects to “{received(location)}”, which is not followed", final=True) from None
    upgraded = (port, new_port) == (80, 443) and (scheme, new_scheme) == ("http", "https")
    if new_host.casefold() != host.casefold() or not (new_port == port or upgraded):
        there = received(f"{new_host}:{new_port}")
        raise ProbeFault(f"redirects to {there}, another host or port; not followed", final=True)
    return target
