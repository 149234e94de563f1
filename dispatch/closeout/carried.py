"""What was done on a laptop without a line, as the document in which it is handed in: its form, and how it is read (C7).

Lines of JSON: a head, the deeds in their order, the files of which they speak, and the hash of all of it. The office does every
deed anew by its own rules and its own records: a document says what somebody did and when, and nothing else.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import IO, Annotated, Any, Literal, NamedTuple, TypeVar

from dispatch.closeout.probes.laptop import NotTaken
from dispatch.fields.reading import Faults, FormFault, Reader, expected, line, record, sequence, table, whole
from dispatch.model.checklists import LARGEST_FILE, Result
from dispatch.model.probes import Try
from dispatch.model.text import LINE, NAME, NOTE, REFERENCE

T = TypeVar("T")
MOST_DEEDS = 2_000
LONGEST_LINE = 4 * (LARGEST_FILE // 3 + 1) + 1_000
"""Bytes of a line that are read: a file is the longest."""
MOST_BYTES = 200_000_000
"""Bytes of a document that are read."""
_INSTANT = partial(whole, most=2**40)


def _said(value: Any, path: str, faults: Faults) -> str:
    if not isinstance(value, str) or len(value) > NOTE:
        raise expected(path, value, f"a text of at most {NOTE} characters")
    return value


def _object(value: Any, path: str, faults: Faults) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise expected(path, value, "an object")
    return value


def _digits(length: int) -> Reader[str]:
    def read(value: Any, path: str, faults: Faults) -> str:
        if not isinstance(value, str) or len(value) != length or not set(value) <= set("0123456789abcdef"):
            raise expected(path, value, f"{length} hexadecimal digits")
        return value

    return read


Said = Annotated[str, _said]
Ref = Annotated[str, line(90)]
Instant = Annotated[int, _INSTANT]


class _Run(NamedTuple):
    begun_after: Annotated[int, partial(whole, most=2**53)]
    tries: Annotated[tuple[Try, ...], sequence(record(Try, allowed=None), most=100)] = ()
    grade: str = ""
    vantage: str = ""


class Entry(NamedTuple):
    """A result, as `dispatch.closeout.recording.Recording`."""

    result: Result
    text: Said = ""
    value: Said | None = None
    signed_by: Said | None = None
    satisfied: bool | None = None
    run: _Run | None = None


class Departing(NamedTuple):
    technician: Said | None = None


class Arriving(NamedTuple):
    technician: Said | None = None
    early_agreed_by: Said = ""
    early_not_agreed: bool = False


class Pausing(NamedTuple):
    kind: Annotated[str, line(LINE)]


class Plain(NamedTuple):
    """A deed that takes nothing."""


class ComingHome(NamedTuple):
    at: Instant | None = None


class ResultOf(NamedTuple):
    ref: Ref
    entry: Entry
    follow_up_on: datetime.date | None = None
    follow_up_minutes: Annotated[int, partial(whole, most=1440)] = 60


class Telling(NamedTuple):
    text: Said


class Using(NamedTuple):
    what: Said
    quantity: Said = "1"
    amount: Said | None = None
    taxable: bool = True


class Leaving(NamedTuple):
    left_at: Instant | None = None


class EndingDay(NamedTuple):
    left_at: Instant | None = None
    another: Said = ""


class KeptOut(NamedTuple):
    called: Said
    reason: Said = ""


class AttachedFile(NamedTuple):
    name: Annotated[str, line(NAME)]
    sha256: Annotated[str, _digits(64)]
    size: Annotated[int, partial(whole, least=1, most=LARGEST_FILE)]


class Attaching(NamedTuple):
    ref: Ref
    files: Annotated[tuple[AttachedFile, ...], sequence(record(AttachedFile), least=1, most=100)]


class Found(NamedTuple):
    """A finding, with the number that it got on the laptop."""

    texts: Annotated[Mapping[str, str], table(_said)]
    number: Annotated[int, partial(whole, least=1, most=10_000)]


class RemovedFinding(NamedTuple):
    number: Annotated[int, partial(whole, least=1, most=10_000)]
    reason: Said


DEEDS: Mapping[str, type] = {
    "depart": Departing, "arrive": Arriving, "pause": Pausing, "resume": Plain, "home": ComingHome, "record": ResultOf,
    "work": Telling, "ask": Telling, "use": Using, "close": Leaving, "end_day": EndingDay, "no_access": KeptOut,
    "attach_all": Attaching, "finding": Found, "edit_finding": Found, "remove_finding": RemovedFinding,
}  # fmt: skip
"""The deeds that can be done without a line, by the name of their function, and what each takes beside the visit."""


class Added(NamedTuple):
    """An item that a deed made on the laptop."""

    ref: Ref
    label: Said


class Done(NamedTuple):
    """A deed: its number, the visit, when it was, how far the visit's sequence came there, what it was and what it took."""

    number: int
    reference: str
    at: int
    local: int
    name: str
    took: Any
    added: tuple[Added, ...]
    text: str
    """Its own words, to be kept."""


class _Line(NamedTuple):
    number: Annotated[int, partial(whole, least=1, most=MOST_DEEDS)]
    visit: Annotated[str, line(REFERENCE)]
    at: Instant
    local: Annotated[int, partial(whole, most=2**53)]
    deed: Annotated[Any, _object]


class Head(NamedTuple):
    """Which taking it is of, and the laptop's clock when it was written."""

    nonce: Annotated[str, _digits(32)]
    packed_at: Instant
    dispatch: Literal["handed in 1"] = "handed in 1"


class Document(NamedTuple):
    """What is handed in; `files` are the bytes by their hash."""

    head: Head
    deeds: tuple[Done, ...]
    files: Mapping[str, bytes]


def written(head: Head, deeds: Iterable[Mapping[str, Any]], files: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a document.

    Args:
        head: of it.
        deeds: each as number, visit, at, local and deed, the last as it was noted.
        files: their bytes.
    """
    digest = hashlib.sha256()
    forms = (head._asdict(), *deeds, *({"file": base64.b64encode(one).decode("ascii")} for one in files))
    for form in forms:
        written_line = json.dumps(form, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        digest.update(written_line)
        yield written_line
    yield json.dumps({"sha256": digest.hexdigest()}).encode() + b"\n"


def read(source: IO[bytes]) -> Document:
    """The document that is read from `source`.

    Raises:
        NotTaken: it is none, or not whole; with what is wrong.
    """
    forms = list(_forms(source))
    faults: list[str] = []
    head = _checked(_HEAD, forms[0], "head", faults)
    deeds, files = [], {}
    for form in forms[1:]:
        if isinstance(form, dict) and form.keys() == {"file"}:
            data = _bytes(form["file"], faults)
            files[hashlib.sha256(data).hexdigest()] = data
        elif (done := _done(form, faults)) is not None:
            deeds.append(done)
    numbers = [done.number for done in deeds]
    if numbers != sorted(set(numbers)):
        faults.append("deeds: they are not in their order")
    for done in deeds:
        named = done.took.files if isinstance(done.took, Attaching) else ()
        if any(len(files.get(one.sha256, b"")) != one.size for one in named):
            faults.append(f"deed {done.number}: its file is missing")
    if faults or head is None:
        raise NotTaken(faults[:20])
    return Document(head, tuple(deeds), files)


_HEAD = record(Head, saved=("dispatch",))
_LINE = record(_Line)
_TAKES = {name: record(takes) for name, takes in DEEDS.items()}
_ADDED = sequence(record(Added), most=20)


def _forms(source: IO[bytes]) -> Iterator[Any]:
    """The lines but the last, which is held against them."""
    digest, read_bytes, number = hashlib.sha256(), 0, 0
    while data := source.readline(LONGEST_LINE):
        number, read_bytes = number + 1, read_bytes + len(data)
        if read_bytes > MOST_BYTES:
            raise NotTaken([f"it is longer than {MOST_BYTES:,} bytes"])
        try:
            form = json.loads(data)
        except (ValueError, RecursionError):
            kind = (
                "it is no document of what was taken along"
                if number == 1
                else f"line {number} is no JSON: it was cut off or altered"
            )
            raise NotTaken([kind]) from None
        if number == 1 and (not isinstance(form, dict) or form.get("dispatch") != "handed in 1"):
            raise NotTaken(["it is no document of what was taken along, of this version"])
        if isinstance(form, dict) and form.keys() == {"sha256"}:
            if form["sha256"] != digest.hexdigest() or source.read(1):
                break
            return
        digest.update(data)
        yield form
    raise NotTaken(["it was cut off or altered on its way; write it again on the laptop"])


def _checked(reader: Reader[T], form: Any, path: str, faults: list[str]) -> T | None:
    before = len(faults)
    try:
        found = reader(form, path, faults)
    except FormFault as fault:
        faults.append(str(fault))
    return found if len(faults) == before else None


def _bytes(text: Any, faults: list[str]) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, TypeError, ValueError):
        faults.append("file: it is no base64")
        return b""


def _done(form: Any, faults: list[str]) -> Done | None:
    found = _checked(_LINE, form, "deed", faults)
    if found is None:
        return None
    path = f"deed {found.number}"
    words = {name: value for name, value in found.deed.items() if name not in ("deed", "reference", "added")}
    name, added = found.deed.get("deed"), found.deed.get("added", [])
    if not isinstance(name, str) or name not in DEEDS:
        faults.append(f"{path}: it is none that is done without a line")
        return None
    took = _checked(_TAKES[name], words, path, faults)
    named = _checked(_ADDED, added, f"{path}.added", faults)
    if took is None or named is None:
        return None
    text = json.dumps(found.deed, ensure_ascii=False, separators=(",", ":"))
    return Done(found.number, found.visit, found.at, found.local, name, took, named, text)
