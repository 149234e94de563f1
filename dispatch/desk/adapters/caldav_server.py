"""A calendar on a server, by CalDAV (RFC 4791): its events by name, each with the server's mark of its state (ETag).

The extra `caldav` brings the library that speaks it; what is asked for is little, and is said here in its own words: names and
marks, some texts, one event put there or taken out, each only while it stands as it was seen (RFC 9110, 13.1).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol
from urllib.parse import quote, unquote, urlsplit
from xml.sax.saxutils import escape

from dispatch.desk.session.refusals import Refusal
from dispatch.travel.chain import Unavailable
from dispatch.travel.secret_files import secret

SECONDS = 20
"""How long a server may take for an answer."""
_WITH_UID = (
    '<c:calendar-query xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><prop><getetag/></prop><c:filter>'
    '<c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:prop-filter name="UID">'
    '<c:text-match collation="i;octet">{uid}</c:text-match>'
    "</c:prop-filter></c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"
)
_AT_ONCE = 50
_LISTED = '<propfind xmlns="DAV:"><prop><getetag/><resourcetype/></prop></propfind>'
_TEXTS = (
    '<c:calendar-multiget xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><prop><getetag/><c:calendar-data/></prop>'
    "{hrefs}</c:calendar-multiget>"
)


class NotReached(Exception):
    """The server did not do what was asked; the sentence says why."""


class Overtaken(Exception):
    """The event does not stand there as it was seen: somebody changed it meanwhile."""


class CalendarServer(Protocol):
    """One calendar on a server. Everything raises `NotReached` where the server cannot be asked or refuses."""

    def listed(self) -> dict[str, str]:
        """The marks of all events, by name."""

    def texts(self, names: Sequence[str]) -> dict[str, tuple[str, str]]:
        """The mark and the text of some events, by name; what is gone is left out."""

    def with_uid(self, uid: str) -> dict[str, str]:
        """The marks of the events with that UID, by name: a program may have given one another name."""

    def put(self, name: str, text: str, etag: str | None) -> str:
        """Put an event there, in place of the one with that mark or (None) as a new one; returns the mark that it has now, empty
        where the server does not say. Raises `Overtaken`."""

    def remove(self, name: str, etag: str) -> None:
        """Take an event out that has that mark; one that is gone is fine. Raises `Overtaken`."""


Connect = Callable[[str, str, str], CalendarServer]
"""Address, login and password → the calendar there."""


def password_of(login: str) -> str:
    """The password for the calendar of a member of staff: from the environment or a file of mode 600, never from the database.

    Raises:
        Refusal: others can read the file.
    """
    variable, name = where_of(login)
    try:
        return secret(variable, name)
    except Unavailable as fault:
        raise Refusal(str(fault)) from fault


def where_of(login: str) -> tuple[str, str]:
    """The variable and the file with that password."""
    return f"DISPATCH_CALDAV_PASSWORD_{re.sub('[^A-Za-z0-9]', '_', login).upper()}", f"caldav-{login}.password"


def connect(url: str, login: str, password: str) -> CalendarServer:
    """The calendar at an address.

    Raises:
        Refusal: the library for it is not installed.
    """
    try:
        from caldav.davclient import DAVClient
    except ImportError:
        raise Refusal("Calendars on servers need the extra caldav: install dispatch-board[caldav].") from None
    kwargs: dict[str, Any] = {"username": login, "password": password} if login else {}
    with _spoken(url):
        client = DAVClient(url=f"{url.rstrip('/')}/", timeout=SECONDS, enable_rfc6764=False, **kwargs)
    return _DavCalendar(client, f"{url.rstrip('/')}/")


class _DavCalendar:
    def __init__(self, client: Any, url: str) -> None:
        self._client, self._url = client, url
        self._path = unquote(urlsplit(url).path)

    def listed(self) -> dict[str, str]:
        with _spoken(self._url):
            answer = self._client.propfind(self._url, _LISTED, depth=1)
            _expect(answer, (207,))
            marks = {self._name(one.href): one.properties.get("{DAV:}getetag") for one in answer.results or ()}
            return {name: _tag(mark) for name, mark in marks.items() if name and mark}

    def with_uid(self, uid: str) -> dict[str, str]:
        with _spoken(self._url):
            answer = self._client.report(self._url, _WITH_UID.format(uid=escape(uid)), 1)
            _expect(answer, (207,))
            return {self._name(one.href): _tag(one.etag) for one in answer.parse_calendar_query() if one.etag}

    def texts(self, names: Sequence[str]) -> dict[str, tuple[str, str]]:
        found = {}
        for first in range(0, len(names), _AT_ONCE):
            hrefs = "".join(
                f"<href>{escape(quote(self._path + name))}</href>" for name in names[first : first + _AT_ONCE]
            )
            with _spoken(self._url):
                answer = self._client.report(self._url, _TEXTS.format(hrefs=hrefs), None)
                _expect(answer, (207,))
                for one in answer.parse_calendar_query():
                    if (name := self._name(one.href)) and one.calendar_data:
                        found[name] = _tag(one.etag), one.calendar_data
        return found

    def put(self, name: str, text: str, etag: str | None) -> str:
        headers = {"Content-Type": "text/calendar; charset=utf-8"} | _only(etag)
        with _spoken(self._url):
            answer = self._client.put(self._url + quote(name), text, headers)
            _expect(answer, (200, 201, 204))
            return _tag(answer.headers.get("ETag"))

    def remove(self, name: str, etag: str) -> None:
        with _spoken(self._url):
            _expect(self._client.delete(self._url + quote(name), _only(etag)), (200, 202, 204, 404, 410))

    def _name(self, href: str) -> str:
        """The name of an event by its address; empty where it is the calendar itself."""
        return unquote(urlsplit(href).path).removeprefix(self._path).strip("/")


def _only(etag: str | None) -> dict[str, str]:
    """The condition that an event still stands as it was seen, or (None) that there is none of that name."""
    return {"If-None-Match": "*"} if etag is None else {"If-Match": etag}


def _tag(etag: object) -> str:
    return str(etag or "").strip()


def _expect(answer: Any, good: Sequence[int]) -> None:
    if answer.status == 412:
        raise Overtaken
    if answer.status not in good:
        raise NotReached(f"it answered {answer.status} {' '.join(str(answer.reason or '').split())}".strip())


@contextlib.contextmanager
def _spoken(url: str) -> Iterator[None]:
    """What the library and the network raise, as `NotReached`: a server of strangers may make it raise anything."""
    host = urlsplit(url).hostname or url
    try:
        yield
    except Overtaken:
        raise
    except NotReached as fault:
        raise NotReached(f"{host}: {fault}.") from fault
    except Exception as fault:
        words = " ".join(str(fault).split())[:200] or type(fault).__name__
        if type(fault).__name__ == "AuthorizationError":
            words = "it does not take this login and password"
        raise NotReached(f"{host}: {words}.") from fault
