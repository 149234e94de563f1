"""Tests that a laptop at the client's runs: the specification that is carried there, and the result that comes back (C5).

A specification is sealed with a key that stays in the database, so what comes back tests what was asked for. Whether
the laptop tells the truth nobody can seal: such a result is *measured*, never *executed*.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from dispatch.closeout.probes.reading import probe_form, read_probe
from dispatch.fields.reading import Faults, FormFault, Reader, expected, instant, line, record, sequence, whole
from dispatch.model.forms import form
from dispatch.model.probes import Probe, ProbeKind, ProbeOutcome, Try
from dispatch.model.text import LINE, REFERENCE, show

T = TypeVar("T")
LONGEST = 512 * 1024
"""Characters of a document that are read."""
ITEMS = 60
PROBES = 10
TRIES = 5


class NotTaken(ValueError):
    """A document cannot be taken; `faults` names everything that is wrong with it."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(faults))


def _runnable(value: Any, path: str, faults: Faults) -> Probe:
    probe = read_probe(value, path)
    if probe.kind is ProbeKind.VALUE:
        raise FormFault(f"{path}: a value is typed in, not run")
    return probe


def _digits(value: Any, path: str, faults: Faults) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{32,64}", value):
        raise expected(path, value, "a text of hexadecimal digits")
    return value


class ProbedItem(NamedTuple):
    """An item that is to be tested, with its probes."""

    item: Annotated[str, line(90)]
    label: Annotated[str, line(LINE)]
    probes: Annotated[tuple[Probe, ...], sequence(_runnable, least=1, most=PROBES)]


class Specification(NamedTuple):
    """What a laptop is to test for a visit. `as_of` is how far the visit had come: work recorded later asks for it again."""

    visit: Annotated[str, line(REFERENCE)]
    nonce: Annotated[str, _digits]
    expires_at: Annotated[int, "expires", instant]
    as_of: Annotated[int, partial(whole, most=2**53)]
    items: Annotated[tuple[ProbedItem, ...], sequence(record(ProbedItem), least=1, most=ITEMS)]
    seal: Annotated[str, _digits] = ""
    dispatch: Literal["probe specification 1"] = "probe specification 1"


@dataclass(frozen=True, slots=True)
class LaptopReport:
    """What a laptop found: the specification as it was carried, and the outcomes of each item in its order."""

    specification: Specification
    outcomes: tuple[tuple[ProbeOutcome, ...], ...]


class _Tried(NamedTuple):
    """A try in a result, and below it an outcome, those of an item, and the whole."""

    number: Annotated[int, partial(whole, least=1, most=TRIES)]
    at: Annotated[int, instant]
    milliseconds: Annotated[int, partial(whole, most=10**8)]
    passed: bool
    text: Annotated[str, line(LINE)]
    probe: str = ""


class _Came(NamedTuple):
    name: str
    passed: bool
    text: Annotated[str, line(LINE)]
    tries: Annotated[tuple[_Tried, ...], sequence(record(_Tried), least=1, most=TRIES)]
    value: Annotated[str, line(80, empty=True)] = ""
    ran: bool = True


class _OfItem(NamedTuple):
    item: str
    outcomes: tuple[_Came, ...]


class _Result(NamedTuple):
    specification: Specification
    results: tuple[_OfItem, ...]
    dispatch: Literal["probe result 1"] = "probe result 1"


_SPECIFICATION = record(Specification, saved=("seal", "dispatch"))
_RESULT = record(_Result)


def sealed(specification: Specification, key: bytes) -> str:
    """The seal of a specification under `key`."""
    form = specification_form(specification)
    del form["seal"]
    text = json.dumps(form, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(key, text.encode("ascii"), hashlib.sha256).hexdigest()


def specification_form(specification: Specification) -> dict[str, Any]:
    """A specification as JSON."""
    items = [
        form(item, "item label probes", probes=[probe_form(probe) for probe in item.probes])
        for item in specification.items
    ]
    return form(specification, "dispatch visit nonce expires=expires_at@ as_of items seal", items=items)


def report_form(report: LaptopReport) -> dict[str, Any]:
    """A result as JSON."""
    return {
        "dispatch": "probe result 1",
        "specification": specification_form(report.specification),
        "results": [
            {"item": item.item, "outcomes": [outcome_form(outcome) for outcome in outcomes]}
            for item, outcomes in zip(report.specification.items, report.outcomes, strict=True)
        ],
    }


def outcome_form(outcome: ProbeOutcome) -> dict[str, Any]:
    """One outcome as JSON."""
    tries = [try_form(attempt) for attempt in outcome.tries]
    return form(outcome, "name=probe.name passed ran text value tries", tries=tries)


def try_form(attempt: Try) -> dict[str, Any]:
    """One try as JSON."""
    return form(attempt, "probe number at@ milliseconds passed text")


def read_specification(text: str) -> Specification:
    """The specification that `text` holds.

    Raises:
        NotTaken: it is none, with everything that is wrong.
    """
    return _document(text, "probe specification", _SPECIFICATION)


def read_report(text: str) -> LaptopReport:
    """The result that `text` holds; nothing is said yet about its seal.

    Raises:
        NotTaken: it is none, with everything that is wrong.
    """
    result = _document(text, "probe result", _RESULT)
    items = result.specification.items
    if [of_item.item for of_item in result.results] != [item.item for item in items]:
        raise NotTaken(["results: one for each item of the specification is expected"])
    faults: list[str] = []
    for item, of_item in zip(items, result.results, strict=True):
        if [came.name for came in of_item.outcomes] != [probe.name for probe in item.probes]:
            faults.append(f"{show(item.item)}: one outcome for each of its {len(item.probes)} probes is expected")
        faults += [
            f"{show(item.item)} {show(came.name, 80)}: passed: it differs from the last try, or nothing was tried"
            for came in of_item.outcomes
            if came.passed is not came.tries[-1].passed or (came.passed and not came.ran)
        ]
    if faults:
        raise NotTaken(faults)
    outcomes = (
        tuple(map(_outcome, item.probes, of_item.outcomes)) for item, of_item in zip(items, result.results, strict=True)
    )
    return LaptopReport(result.specification, tuple(outcomes))


def _document(text: str, kind: str, read: Reader[T]) -> T:
    if len(text) > LONGEST:
        raise NotTaken([f"it is longer than {LONGEST:,} characters"])
    try:
        form = json.loads(text)
    except (ValueError, RecursionError):
        raise NotTaken([f"it is no JSON; a {kind} is expected"]) from None
    if not isinstance(form, dict) or form.get("dispatch") != f"{kind} 1":
        raise NotTaken([f"it is no {kind} of this version"])
    faults: list[str] = []
    try:
        document = read(form, "", faults)
    except FormFault as fault:
        faults.append(str(fault))
    if faults:
        raise NotTaken(faults)
    return document


def _outcome(probe: Probe, came: _Came) -> ProbeOutcome:
    tries = tuple(Try(**(tried._asdict() | {"probe": probe.name})) for tried in came.tries)
    return ProbeOutcome(probe, came.passed, came.text, tries, came.value, came.ran)
