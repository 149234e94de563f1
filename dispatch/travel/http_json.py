"""One question to a road engine over HTTP: JSON in, JSON out, with a time-out. Everything that can go wrong is `Unavailable`."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dispatch.travel.chain import Unavailable

if TYPE_CHECKING:
    from urllib.request import OpenerDirector

ANSWER_BYTES = 64 * 1024 * 1024
"""Longest answer that is read; a table of 500 × 500 takes about 5 MB."""


class EngineRefused(Unavailable):
    """The engine answered, with an error. `answer` is what it said, as JSON (empty where it was not)."""

    def __init__(self, message: str, status: int, answer: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.status = status
        self.answer = answer


def ask(
    url: str,
    body: Mapping[str, Any] | None = None,
    *,
    who: str,
    timeout: float,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The answer to a question.

    Args:
        url: http or https.
        body: what is posted; without it the question is in the URL.
        who: the name of the engine, for the sentences.
        timeout: seconds that any step of it may take.
        headers: sent along. They go to this host only: redirections are not followed.

    Raises:
        Refused: the engine says no.
        Unavailable: it cannot be reached, takes too long, or does not answer in JSON.
    """
    import http.client
    import urllib.error
    import urllib.request

    data = None if body is None else json.dumps(body).encode()
    try:
        request = urllib.request.Request(url, data, {"Accept": "application/json", **(headers or {})})
        if data is not None:
            request.add_header("Content-Type", "application/json")
        with _opener(url).open(request, timeout=timeout) as answer:
            return _read(answer.read(ANSWER_BYTES + 1), who)
    except urllib.error.HTTPError as error:
        with error:
            raise _refused(error.code, error.read(65536), who) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = str(getattr(error, "reason", None) or error)[:200] or type(error).__name__
        raise Unavailable(f"{who} cannot be reached ({reason}).") from error


def _opener(url: str) -> OpenerDirector:
    import urllib.request

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        """A redirection is an answer like any other error: a key must not travel to another host."""

        def redirect_request(self, *args: Any, **kwargs: Any) -> None:
            return None

    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"{parts.scheme or 'nothing'} is not http or https")
    handlers: list[urllib.request.BaseHandler] = [NoRedirect()]
    if parts.hostname in ("127.0.0.1", "::1", "localhost"):
        # what listens on this machine is never behind the proxy of the environment
        handlers.append(urllib.request.ProxyHandler({}))
    return urllib.request.build_opener(*handlers)


def _read(data: bytes, who: str) -> dict[str, Any]:
    if len(data) > ANSWER_BYTES:
        raise Unavailable(f"{who} answered with more than {ANSWER_BYTES // 1024 // 1024} MB.")
    try:
        answer = json.loads(data)
    except ValueError:
        raise Unavailable(f"{who} did not answer in JSON.") from None
    if not isinstance(answer, dict):
        raise Unavailable(f"{who} answered with something unexpected.")
    return answer


def _refused(status: int, data: bytes, who: str) -> EngineRefused:
    answer: Any = {}
    with contextlib.suppress(ValueError):
        answer = json.loads(data)
    answer = answer if isinstance(answer, dict) else {}
    message = answer.get("message") or answer.get("error") or ""
    if isinstance(message, dict):
        message = message.get("message") or ""
    detail = f": {str(message)[:200]}" if message else ""
    return EngineRefused(f"{who} answered with error {status}{detail}.", status, answer)
