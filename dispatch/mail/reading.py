"""A mail as it came, read into plain values: whatever it holds, something is read, and nothing of it is carried out or fetched.

The reader of the standard library is used with its oldest policy, which takes headers as they are: the newer one fails on some
that real mails have.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
from collections.abc import Iterable, Iterator
from email.header import decode_header
from email.message import Message as Parsed
from email.utils import getaddresses
from typing import NamedTuple

from dispatch.mail.html_text import text_of_html
from dispatch.model.checklists import LARGEST_FILE
from dispatch.model.media import BEGINS, ENDINGS, media_of
from dispatch.model.text import LINE, MARKS_STORED, NAME, NOTE, clean, count_text, harmless, size_text

LARGEST_MAIL = 40_000_000
"""Bytes of a mail that is fetched whole; of a larger one only the beginning is, which has its text."""
MOST_FILES = 30
_MOST_PARTS = 200
_MOST_TEXT = 1_000_000
_SMALL = 5000
"""Bytes below which a picture within a text is decoration."""
_MOST_HEADER = 20_000
_ID = re.compile(r"<[!-;=?-~]{1,250}@[!-;=?-~]{1,250}>")
_BAD_CODECS = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
_FORWARDED = re.compile(r"^\s*(fwd?|wg|tr|rv|doorst|i)\s*:", re.IGNORECASE)
PREFIXES = re.compile(
    r"^\s*(?:(?:re|aw|sv|antw|fwd?|wg|tr|rv|ref)\s*(?:\[\d+\])?\s*:|\[(?:external|extern|ext)\])\s*", re.IGNORECASE
)
_FORWARDED_FROM = re.compile(r"^[>\s*]*(?:from|von|de|van|da)\s?:[*\s]*(.*@.*)$", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")


class IncomingFile(NamedTuple):
    """A file of a mail: its name, its bytes, and why they are not kept, where they are not."""

    name: str
    content: bytes
    size: int
    why: str = ""


class Incoming(NamedTuple):
    """A mail as it was read. `headers` are as they came, by their name in lower case, the topmost first; `parts` the media types
    in it. `text` is all that is written in it, also what it quotes. `ids` are the mails that it says it goes on from, the first
    one first, `inner_ids` those that are within it. `calendar` is the answer to an invitation: `yes`, `no` or empty. `trouble` is
    what could not be read."""

    headers: dict[str, tuple[str, ...]]
    senders: tuple[str, ...]
    sender_name: str
    subject: str
    text: str
    files: tuple[IncomingFile, ...]
    message_id: str
    ids: tuple[str, ...]
    parts: tuple[str, ...]
    calendar: str
    digest: str
    trouble: str = ""
    inner_ids: tuple[str, ...] = ()

    @property
    def sender(self) -> str:
        """The address that it is from; empty where it says none, or several."""
        return self.senders[0] if len(self.senders) == 1 else ""

    @property
    def thread(self) -> str:
        """The first of the mails that it goes on from, else itself."""
        return self.ids[0] if self.ids else self.message_id

    @property
    def topic(self) -> str:
        """The subject without the prefixes of replies and forwards."""
        topic = self.subject
        while (prefix := PREFIXES.match(topic)) is not None:
            topic = topic[prefix.end() :]
        return topic.strip()

    @property
    def forwarded(self) -> bool:
        """Whether somebody passes on what another has written."""
        return bool(_FORWARDED.match(self.subject))

    @property
    def first_author(self) -> str:
        """The address of whom a forwarded mail is from; empty where it does not say."""
        found = _FORWARDED_FROM.search(self.text)
        address = _ADDRESS.search(found[1]) if found is not None else None
        return "" if address is None else address[0].casefold()

    def all_of(self, name: str) -> tuple[str, ...]:
        """Every header of that name, the topmost first."""
        return self.headers.get(name, ())

    def header(self, name: str) -> str:
        """The topmost header of that name, in lower case; empty where there is none."""
        return next(iter(self.all_of(name)), "").strip().casefold()


def read_mail(raw: bytes, size: int | None = None) -> Incoming:
    """Read a mail. It never fails: what cannot be read is said in `trouble`.

    Args:
        raw: the mail, or its beginning.
        size: bytes of the whole, where `raw` is only its beginning.
    """
    whole = size is None or size <= len(raw)
    trouble = "" if whole else f"the mail has {size_text(size or 0)}: its files were left on the server"
    try:
        parsed = email.message_from_bytes(raw, policy=email.policy.compat32)
        parts = _parts(parsed)
        text, files, calendar = _contents(parts)
    except Exception as fault:  # a mail is anybody's bytes: whatever a reader says of them, its headers are read
        parsed = email.message_from_bytes(raw.partition(b"\r\n\r\n")[0], policy=email.policy.compat32)
        parts, text, files, calendar = [], "", [], ""
        trouble = f"it could not be read ({type(fault).__name__}): look at it on the server"
    if not whole:
        files = [one._replace(content=b"", size=0, why="left on the server: the mail is too large") for one in files]
    headers: dict[str, tuple[str, ...]] = {}
    for name, value in parsed.raw_items():
        headers[name.casefold()] = (*headers.get(name.casefold(), ()), _unfolded(value))
    addresses = _addresses(headers.get("from", ()))
    names = [name for name, _ in addresses if name]
    message_id = next(iter(_ids(headers.get("message-id", ()))), "")
    subject = one_line(_decoded(" ".join(headers.get("subject", ())[:1])), LINE)
    digest = hashlib.sha256()
    senders = tuple(dict.fromkeys(address for _, address in addresses))
    known_by = [message_id] if message_id else [*headers.get("date", ())[:1], subject]
    for word in (*known_by, *senders, text, *(hashlib.sha256(one.content).hexdigest() for one in files)):
        digest.update(word.encode("utf-8", "replace") + b"\0")
    return Incoming(
        headers,
        senders,
        one_line(names[0], NAME) if len(senders) == 1 and names else "",
        subject,
        many_lines(text, NOTE),
        tuple(files),
        message_id,
        tuple(dict.fromkeys(_ids((*headers.get("references", ()), *headers.get("in-reply-to", ()))))),
        tuple(part.get_content_type() for part in parts),
        calendar,
        digest.hexdigest(),
        trouble,
        tuple(_ids(str(part.get("message-id", "")) for part in parts[1:])),
    )


def one_line(text: str, limit: int) -> str:
    """Anybody's text as it may be kept, on one line, cut to so many characters."""
    return clean(_fewer_marks(" ".join(harmless(text).split()))[:limit], limit=limit)


def many_lines(text: str, limit: int) -> str:
    """Anybody's text as it may be kept, cut to so many characters; that it was cut is said at its end."""
    text = _fewer_marks(harmless(text.replace("\t", "    ")))
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()
    cleaned = clean(text, multiline=True, limit=max(len(text) * 4, 1))
    if len(cleaned) <= limit:
        return cleaned
    said = f"\n[{count_text(len(cleaned) - limit, 'more character')} in the mail itself]"
    return clean(cleaned[: limit - len(said) - 10].rstrip() + said, multiline=True, limit=limit)


def _fewer_marks(text: str) -> str:
    """A text without piles of combining marks, which are refused."""
    return re.sub(
        rf"([\u0300-\u036f\u0483-\u0489\u0591-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{{{MARKS_STORED // 2}}})[^\w\s]*",
        r"\1",
        text,
    )


def _parts(parsed: Parsed) -> list[Parsed]:
    """The parts of a mail in their order, those of a mail within it behind its own text; so many at most."""
    found: list[Parsed] = []
    for part in parsed.walk():
        found.append(part)
        if len(found) >= _MOST_PARTS:
            break
    return found


def _contents(parts: list[Parsed]) -> tuple[str, list[IncomingFile], str]:
    """The text of a mail, its files, and its answer to an invitation."""
    plain, html, files, calendar = list[str](), list[str](), list[IncomingFile](), ""
    for part in parts:
        if part.is_multipart():
            if part.get_content_type() == "message/rfc822":
                plain.append(_head_of_forwarded(part))
            if part.get_content_type() == "message/delivery-status":
                plain += [
                    "\n".join(f"{name}: {_unfolded(value)}" for name, value in one.items()) for one in part.walk()
                ]
            continue
        kind, name = part.get_content_type(), _decoded(part.get_filename() or "")
        attached = part.get_content_disposition() == "attachment" or bool(name)
        content = part.get_payload(decode=True)
        data = content if isinstance(content, bytes) else b""
        if kind == "text/calendar":
            calendar = calendar or _answer_of(data)
            continue
        if kind in ("message/disposition-notification", "text/rfc822-headers"):
            plain.append(_text(part, data))
            continue
        if kind in ("text/plain", "text/html", "text/enriched") and not attached:
            (html if kind == "text/html" else plain).append(_text(part, data))
            continue
        decoration = kind.startswith("image/") and len(data) < _SMALL and part.get("content-id") and data
        if decoration and part.get_content_disposition() != "attachment":
            continue
        files.append(_file(name, data, len(files)))
    written = "\n\n".join(filter(None, (one.strip() for one in plain)))
    if html and len(written) < 3:
        written = "\n\n".join(filter(None, map(text_of_html, html)))
    return written, files[:MOST_FILES], calendar


def _file(name: str, data: bytes, at: int) -> IncomingFile:
    called = one_line(name.replace("\\", "/").rsplit("/", 1)[-1], NAME).strip(". ")
    called = called or f"file-{at + 1}{ENDINGS.get(media_of(data[:BEGINS]), '')}"
    if len(data) > LARGEST_FILE:
        why = f"has {size_text(len(data))}, and {size_text(LARGEST_FILE)} are taken: it was left on the server"
        return IncomingFile(called, b"", len(data), why)
    return IncomingFile(called, data, len(data), "" if data else "is empty")


def _head_of_forwarded(part: Parsed) -> str:
    inner = part.get_payload(0)
    if not isinstance(inner, Parsed):
        return ""
    lines = [
        f"{name}: {_decoded(_unfolded(inner.get(name, '')))}" for name in ("From", "Date", "Subject") if inner.get(name)
    ]
    return "\n".join(["Forwarded:", *lines])


def _text(part: Parsed, data: bytes) -> str:
    """The text of a part. A character set that nobody knows, or that is not what it says, costs some letters and no more."""
    named = (part.get_content_charset() or "utf-8").replace("-", "_")
    data = data[:_MOST_TEXT]
    for charset in (named, "utf-8", "cp1252"):
        if charset.replace("-", "_") in _BAD_CODECS:
            continue
        try:
            return data.decode(charset)
        except (LookupError, UnicodeError, ValueError):
            continue
    return data.decode("latin-1")


def _decoded(text: str) -> str:
    """A header with its encoded words read."""
    try:
        words = decode_header(text[:_MOST_HEADER])
        return "".join(
            word if isinstance(word, str) else _of_bytes(word, charset or "ascii") for word, charset in words
        )
    except Exception:  # as above: anybody's bytes
        return text


def _of_bytes(data: bytes, charset: str) -> str:
    for one in (charset, "utf-8"):
        try:
            if one.replace("-", "_").casefold() not in _BAD_CODECS:
                return data.decode(one)
        except (LookupError, UnicodeError, ValueError):
            continue
    return data.decode("latin-1")


def _unfolded(value: object) -> str:
    """A header as one line, however it came; bytes outside ASCII are read as UTF-8 where they are that."""
    text = str(value)
    with_bytes = text.encode("utf-8", "surrogateescape")
    return re.sub(r"\r?\n[ \t]*", " ", with_bytes.decode("utf-8", "replace"))[:_MOST_HEADER]


def _addresses(headers: tuple[str, ...]) -> list[tuple[str, str]]:
    """Names and addresses of a header, the addresses in lower case. What is no plain address is none."""
    found = []
    for name, address in getaddresses([header[:_MOST_HEADER] for header in headers]):
        if (plain := _ADDRESS.fullmatch(address.strip())) is not None and len(address) <= NAME:
            found.append((_decoded(name), plain[0].casefold()))
    return found


def _ids(headers: Iterable[str]) -> Iterator[str]:
    for header in headers:
        yield from _ID.findall(header)[:100]


def _answer_of(data: bytes) -> str:
    """What the answer to an invitation says; empty where it is none, or neither."""
    text = re.sub(r"\r?\n[ \t]", "", data[:_MOST_TEXT].decode("utf-8", "replace")).upper()
    if not re.search(r"^METHOD:REPLY\s*$", text, re.MULTILINE):
        return ""
    said = set(re.findall(r"^ATTENDEE[^:\n]*;PARTSTAT=([A-Z-]+)", text, re.MULTILINE))
    return {"ACCEPTED": "yes", "DECLINED": "no"}.get(said.pop(), "") if len(said) == 1 else ""
